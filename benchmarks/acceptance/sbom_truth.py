"""What was promised of bills of materials: components as `go list` has them, edges as `go mod graph`, true hashes.

Compared are the paths and versions of modules, the edges between them by their paths, and the digests of every zip;
and then the same of the CycloneDX file as it is written, read back. Of `go mod graph` count the edges that begin at
selected versions and end in the scope; ours has those and no others.

The projects are the four of the module graph, fetched; or folders that SBOM_PROJECTS names, parted as in PATH:

    SBOM_PROJECTS=/src/hey:/src/yq python -m benchmarks.acceptance.sbom_truth
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.acceptance.promise import Need, Outcome, Promise, State
from benchmarks.measure import run
from supplymatrix.engine.means import Means
from supplymatrix.engine.sbom import SbomRequest, make_sbom
from supplymatrix.engine.sbom_write import write_sbom
from supplymatrix.sbom.document import Component, ComponentKind, Document, Scope
from supplymatrix.sources.modcache import module_cache
from supplymatrix.sources.zip_digest import zip_path

__all__ = ["PROMISES", "compare_scopes", "compare_zips", "project_folders"]

_USED = "{{with .Module}}{{.Path}} {{.Version}}{{end}}"
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_ASKED = {Scope.BUILT: ("-deps",), Scope.TESTS: ("-deps", "-test")}
_Edge = tuple[str, str]


class _Written(NamedTuple):
    """What a file says. modules: (path, version) of each; hashes: of path to (SHA-256, SHA-512)."""

    modules: list[_Edge]
    edges: set[_Edge]
    hashes: dict[str, tuple[str, str]]


def project_folders(environ: Mapping[str, str]) -> list[Path]:
    """Return the folders that SBOM_PROJECTS names."""
    return [Path(name) for name in environ.get("SBOM_PROJECTS", "").split(os.pathsep) if name]


def compare_scopes(folder: Path, go: str, environ: Mapping[str, str], name: str = "") -> Iterator[Outcome]:
    """Hold the document of each scope against the go command's answers. name: of the project; "" = its folder's."""
    name = name or folder.name
    listed = run([go, "list", "-mod=readonly", "-m", "-f", "{{.Path}} {{.Version}}", "all"], env=environ, cwd=folder)
    graph = run([go, "mod", "graph"], env=environ, cwd=folder)
    if listed.code or graph.code:
        yield Outcome(state=State.NOT_RUN, detail=(listed.err + graph.err)[-200:], name=name)
        return
    selected = dict(_split(line) for line in listed.out.splitlines())
    wanted = _wanted_edges(graph.out, selected)
    for scope in Scope:
        modules = selected
        if scope is not Scope.ALL:
            used = run([go, "list", "-mod=readonly", *_ASKED[scope], "-f", _USED, "./..."], env=environ, cwd=folder)
            modules = dict(_split(line) for line in used.out.splitlines() if line)
        for outcome in _compare(folder, scope, modules, wanted, environ):
            yield Outcome(state=outcome.state, detail=outcome.detail, name=f"{name}, scope {scope.value}")


def compare_zips(document: Document, cache: Path) -> Outcome:
    """Compute every digest of a document again."""
    found = [component for component in document.components if component.digest is not None]
    wrong = []
    for component in found:
        data = zip_path(cache, component.module).read_bytes()
        made = (hashlib.sha256(data).hexdigest(), hashlib.sha512(data).hexdigest(), len(data))
        digest = component.digest
        if digest is None or made != (digest.sha256, digest.sha512, digest.size):
            wrong.append(str(component.module))
    modules = sum(component.kind is ComponentKind.MODULE for component in document.components)
    detail = f"{len(found)} zips of {modules} modules hashed again, {len(wrong)} differ {' '.join(wrong[:3])}".rstrip()
    return Outcome(state=State.FAIL if wrong or not found else State.PASS, detail=detail)


def _compare(
    folder: Path, scope: Scope, modules: Mapping[str, str], wanted: set[_Edge], environ: Mapping[str, str]
) -> Iterator[Outcome]:
    means = Means(environ=environ, now=_NOW, offline=True)
    document = make_sbom(SbomRequest(path=folder, means=means, scope=scope, with_licences=False)).document
    main = document.main.name
    ours = [_shown(component, main) for component in _modules_of(document)]
    theirs = [(path, version if path != main else "") for path, version in modules.items()]
    edges = _edges_of(document)
    expected = {(one, other) for one, other in wanted if one in modules and other in modules}
    written = _read_back(write_sbom(document, "cyclonedx-json"), main)
    hashes = {
        (component.replaces or component.module).path: (component.digest.sha256, component.digest.sha512)
        for component in document.components
        if component.digest is not None
    }
    other = sum((sorted(ours) != sorted(written.modules), edges != written.edges, hashes != written.hashes))
    cache = module_cache(environ)
    zips = compare_zips(document, cache) if cache is not None and len(ours) > 1 else None
    is_same = sorted(ours) == sorted(theirs) and edges == expected and not other
    detail = (
        f"{len(ours)} modules ({_differ(ours, theirs)} differ), {len(edges)} edges ({len(edges ^ expected)} differ); "
        f"{zips.detail if zips is not None else 'no zips'}; the CycloneDX file says "
        f"{'the same' if not other else 'something else'}"
    )
    failed = not is_same or (zips is not None and zips.state is State.FAIL)
    yield Outcome(state=State.FAIL if failed else State.PASS, detail=detail)


def _differ(ours: list[_Edge], theirs: list[_Edge]) -> int:
    return len(set(ours) ^ set(theirs)) + abs(len(ours) - len(theirs))


def _modules_of(document: Document) -> list[Component]:
    kinds = (ComponentKind.MODULE, ComponentKind.MAIN)
    return [component for component in (document.main, *document.components) if component.kind in kinds]


def _shown(component: Component, main: str) -> _Edge:
    """Return path and version as go list has them; it has no version of the main module."""
    module = component.replaces or component.module
    return module.path, "" if module.path == main else module.version


def _read_back(text: str, main: str) -> _Written:
    """Return what a CycloneDX file says, by its own words alone."""
    bom = json.loads(text)
    names: dict[str, _Edge] = {}
    hashes = {}
    for part in (bom["metadata"]["component"], *bom["components"]):
        said: dict[str, str] = {entry["name"]: entry["value"] for entry in part.get("properties", [])}
        if said.get("supplymatrix:kind") not in ("module", "main"):
            continue
        path, version = part["name"], part.get("version", "")
        if "supplymatrix:replaces" in said:
            path, _, version = said["supplymatrix:replaces"].partition("@")
        names[part["bom-ref"]] = path, "" if path == main else version
        by_algorithm = {entry["alg"]: entry["content"] for entry in part.get("hashes", [])}
        if by_algorithm:
            hashes[path] = by_algorithm["SHA-256"], by_algorithm["SHA-512"]
        if by_algorithm != _hashes_of_file(part):
            hashes[f"{path}, as a file to fetch"] = "", ""
    edges = {
        (names[node["ref"]][0], names[ref][0])
        for node in bom["dependencies"]
        if node["ref"] in names
        for ref in node.get("dependsOn", [])
        if ref in names
    }
    return _Written(list(names.values()), edges, hashes)


def _hashes_of_file(part: dict[str, Any]) -> dict[str, str]:
    return {
        entry["alg"]: entry["content"]
        for reference in part.get("externalReferences", [])
        if reference["type"] == "distribution"
        for entry in reference.get("hashes", [])
    }


def _edges_of(document: Document) -> set[_Edge]:
    """Return the edges between modules, as paths."""
    paths = {component.ref: (component.replaces or component.module).path for component in _modules_of(document)}
    return {
        (paths[ref], paths[other])
        for ref, others in document.edges.items()
        if ref in paths
        for other in others
        if other in paths
    }


def _wanted_edges(text: str, selected: Mapping[str, str]) -> set[_Edge]:
    """Return the edges of `go mod graph` that begin at selected versions, as paths."""
    edges = set()
    for line in text.splitlines():
        (one, version), (other, _) = (tuple(word.partition("@")[::2]) for word in line.split())
        if selected.get(one) == version and other in selected and one != other:
            edges.add((one, other))
    return edges


def _split(line: str) -> tuple[str, str]:
    path, _, version = line.partition(" ")
    return path, version


def _environ() -> dict[str, str]:
    return {**os.environ, "GOFLAGS": "", "GOTOOLCHAIN": "local", "GOWORK": "off"}


def _on_real_projects(scratch: Path) -> Iterator[Outcome]:
    """Fetch the four projects, unless the environment names some."""
    from benchmarks.acceptance.graph import fetch_projects

    go = shutil.which("go")
    if go is None:
        yield Outcome(state=State.NOT_RUN, detail="go is not installed")
        return
    named = project_folders(os.environ)
    if named:
        for folder in named:
            yield from compare_scopes(folder, go, _environ())
        return
    for name, fetched, environ in fetch_projects(scratch, go):
        if fetched is None:
            yield Outcome(state=State.NOT_RUN, detail="it cannot be had", name=name)
        else:
            yield from compare_scopes(fetched, go, environ, name)


PROMISES = (
    Promise(
        name="bills of materials of four real projects: modules, edges and hashes",
        attempt=_on_real_projects,
        need=Need.NETWORK,
    ),
)

if __name__ == "__main__":
    command = shutil.which("go")
    for project in project_folders(os.environ):
        for outcome in compare_scopes(project, command or "go", _environ()):
            sys.stdout.write(f"{outcome.state.value:8} {outcome.name:24} {outcome.detail}\n")
