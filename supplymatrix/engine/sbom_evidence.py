"""What this machine knows of module versions that a bill of materials names: their zips and licences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from types import MappingProxyType

from supplymatrix.engine.licences import read_licences
from supplymatrix.engine.module_graph import GraphRun
from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import ZIP_LIMIT
from supplymatrix.gomod.module_graph import ListedModule, ModuleGraph
from supplymatrix.gomod.zip_archive import read_zip
from supplymatrix.licences.expression import parse_expression
from supplymatrix.licences.files import is_licence_file
from supplymatrix.model.fact import GraphModule
from supplymatrix.model.licence import ModuleLicence
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.model.zip_digest import DamagedZip
from supplymatrix.net.file_facts import FileFacts
from supplymatrix.sbom.document import Scope
from supplymatrix.sbom.evidence import ZipWord
from supplymatrix.sbom.purl import STDLIB
from supplymatrix.sources.pread import open_at
from supplymatrix.sources.project import Project
from supplymatrix.sources.zip_digest import digest_zips, zip_path

__all__ = ["deeper_licences", "licences_of", "zips_of"]

_NOWHERE = Location(artifact="", line=0)


def zips_of(
    modules: Iterable[ModuleVersion], cache: Path | None, facts: FileFacts, *, jobs: int = 4
) -> dict[ModuleVersion, ZipWord]:
    """Return the hashes of module zips in the module cache, h1 among them, each from the file as it is now."""
    found = {}
    for module, digest in digest_zips(modules, cache, facts, jobs).items():
        if isinstance(digest, DamagedZip):
            # What is there in the place of a zip and is none is another one than the log knows, whatever its hash is.
            found[module] = ZipWord(h1="none", reason=f"its zip in the module cache is none: {digest}")
        elif isinstance(digest, str):
            found[module] = ZipWord(reason=digest)
        else:
            found[module] = ZipWord(digest=digest, h1=digest.h1)
    return found


def licences_of(
    modules: Iterable[ModuleVersion],
    project: Project,
    graph: GraphRun | None,
    environ: Mapping[str, str],
    facts: FileFacts,
    *,
    proven: AbstractSet[ModuleVersion] = frozenset(),
    packages: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> dict[ModuleVersion, ModuleLicence]:
    """Return what licence texts say of modules on this machine; those of the project are read for its own packages.

    graph: of the project, None without one. proven: modules whose zip in the module cache is the one that the log
    knows: they are read from that. packages: by module path those whose folders count too.
    """
    found: dict[ModuleVersion, ModuleLicence] = {}
    if graph is not None:
        # What lies in vendor/ nobody has held against anything: it counts only where there is nothing else.
        run = read_licences(
            changed(graph, from_vendor=False), project, environ, scope=Scope.ALL, facts=facts, checked=proven
        )
        found |= {licence.effective or _folder(licence): licence for licence in run.by_path.values()}
    left = sorted(set(modules) - set(found))
    for batch in _batches(left):
        made = changed(_made_run(batch), packages=packages)
        run = read_licences(made, project, environ, scope=Scope.ALL, facts=facts, checked=proven)
        found |= {licence.subject: licence for licence in run.by_path.values()}
        found |= {module: run.stdlib for module in left if module.path == STDLIB}
    return found


def deeper_licences(
    modules: Iterable[ModuleVersion],
    project: Project,
    cache: Path | None,
    environ: Mapping[str, str],
    facts: FileFacts,
) -> dict[ModuleVersion, frozenset[str]]:
    """Return the licences that stand anywhere in the zips of modules, of those that could be read as a whole.

    modules: those whose zip is proven.
    """
    found: dict[ModuleVersion, frozenset[str]] = {}
    for module in modules:
        folders = _licensed_folders(cache, module) if cache is not None else None
        if folders is None:
            continue
        packages = tuple(f"{module.path}/{folder}" if folder else module.path for folder in folders)
        run = changed(_made_run([module]), packages={module.path: packages})
        licence = read_licences(run, project, environ, scope=Scope.ALL, facts=facts, checked={module}).by_path.get(
            module.path
        )
        if licence is not None and licence.is_read:
            said = [parse_expression(file.expression) for file in licence.files if file.expression]
            said += [parse_expression(text) for text in (licence.declared, licence.concluded) if text]
            found[module] = frozenset(name for expression in said for name in expression.licences)
    return found


def _licensed_folders(cache: Path, module: ModuleVersion) -> list[str] | None:
    """Return the folders of a module's zip that have licence files, None when it cannot be read."""
    try:
        with open_at(zip_path(cache, module), limit=ZIP_LIMIT) as file:
            names = [entry.name.decode("utf-8", "replace") for entry in read_zip(file).entries]
    except (InputError, OSError):
        return None
    inside = [name.removeprefix(f"{module}/") for name in names if name.startswith(f"{module}/")]
    return sorted({folder for folder, _, name in (text.rpartition("/") for text in inside) if is_licence_file(name)})


def _folder(licence: ModuleLicence) -> ModuleVersion:
    """Return the name of what is built from a folder: a main module, or a local replacement."""
    return ModuleVersion(path=licence.subject.path, version="")


def _batches(modules: Sequence[ModuleVersion]) -> Iterator[list[ModuleVersion]]:
    """Yield module versions, no path twice in one batch."""
    waiting = list(modules)
    while waiting:
        batch = {module.path: module for module in waiting}
        yield sorted(batch.values())
        waiting = [module for module in waiting if batch[module.path] != module]


def _made_run(modules: Sequence[ModuleVersion]) -> GraphRun:
    """Return modules as if they were the build list of a project."""
    listed = tuple(
        ListedModule(module=module, replacement=None, is_main=False, is_indirect=False, is_required=True, go_version="")
        for module in modules
    )
    facts = tuple(
        GraphModule(
            subject=module, effective=module, is_main=False, gives_packages=None, retracted="", deprecated="",
            location=_NOWHERE,
        )
        for module in modules
    )  # fmt: skip
    graph = ModuleGraph(modules=listed, requires={}, missing=(), raised=())
    return GraphRun(name="", graph=graph, facts=facts, gaps=(), notes=())
