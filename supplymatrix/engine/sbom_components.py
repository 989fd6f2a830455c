"""The components of a bill of materials: what is known of each module, put together and never guessed.

What is derived from a module's path (its host's page, its owner) says so in a property.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from supplymatrix.engine.module_graph import GraphRun
from supplymatrix.engine.sbom_go import GoRelease
from supplymatrix.engine.sbom_proofs import Proofs
from supplymatrix.errors import InputError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.gomod.goprivate import match
from supplymatrix.gomod.module_graph import ListedModule
from supplymatrix.gomod.module_info import INFO_LIMIT, parse_info_origin
from supplymatrix.model.fact import GraphModule
from supplymatrix.model.licence import ModuleLicence
from supplymatrix.model.module import ModuleVersion, check_import_path
from supplymatrix.sbom.document import (
    Component,
    ComponentKind,
    LogProof,
    Origin,
    Party,
    Reference,
    Usage,
    ZipDigest,
)
from supplymatrix.sources.main_version import MainVersion

__all__ = ["Known", "go_components", "main_component", "module_components", "purl_of"]

STDLIB = "stdlib"
_CODE_HOSTS = ("bitbucket.org", "codeberg.org", "git.sr.ht", "gitee.com", "github.com", "gitlab.com")
"""Hosts on which the first two elements behind the host are an owner and his repository."""
_DERIVED = ("supplymatrix:derived", "the supplier, and the website, are read from the module path")


class Known(NamedTuple):
    """What is known of all modules. folder_of: of a module that is replaced by a folder. zips: None when no zip was
    looked at. cache: the module cache."""

    run: GraphRun
    proofs: Proofs
    licences: Mapping[str, ModuleLicence]
    zips: Mapping[ModuleVersion, ZipDigest | str] | None
    cache: Path | None
    settings: GoSettings
    folder_of: Callable[[ListedModule], Path | None]


def main_component(known: Known, path: str, found: MainVersion, digest: str) -> Component:
    """Return the component of a main module. digest: of its go.mod and go.sum, for a name where it has no version."""
    version = found.version or f"unversioned-{digest[:12]}"
    module = ModuleVersion(path=path, version=found.version)
    purl = purl_of(module)
    source = found.source or f"made of the hash of go.mod and go.sum: {found.reason}"
    properties = []
    if found.commit:
        properties.append(("supplymatrix:commit", found.commit))
    run = known.run
    return Component(
        ref=purl or f"supplymatrix:main:{path}",
        kind=ComponentKind.MAIN,
        module=module,
        name=path,
        version=version,
        purl=purl,
        version_source=source,
        packages=len(run.packages[path]) if path in run.packages else None,
        programs=_programs(run, path),
        licence=known.licences.get(path),
        uses_cgo=_uses_cgo(run, path),
        references=tuple(_references(module, known, None, is_main=True)),
        properties=tuple(properties),
    )


def module_components(known: Known, listed: Sequence[tuple[ListedModule, GraphModule]]) -> dict[str, Component]:
    """Return the component of each module that is no main module, by its path in the build list."""
    refs: set[str] = set()
    found = {}
    for entry, fact in listed:
        component = _module_component(known, entry, fact)
        ref, number = component.ref, 2
        while ref in refs:
            ref, number = f"{component.ref}#{number}", number + 1
        refs.add(ref)
        found[entry.module.path] = component if ref == component.ref else _renamed(component, ref)
    return found


def go_components(release: GoRelease, known: Known, licence: ModuleLicence | None) -> tuple[Component, ...]:
    """Return the standard library, and the toolchain where it is known which one builds."""
    run = known.run
    module = ModuleVersion(path=STDLIB, version=release.version)
    purl = purl_of(module)
    stdlib = Component(
        ref=purl,
        kind=ComponentKind.STDLIB,
        module=module,
        name=STDLIB,
        version=release.version,
        purl=purl,
        version_source=release.source,
        licence=licence,
        description="the standard library of Go",
        properties=(("supplymatrix:alias", f"std@go{release.version}"),) if release.version else (),
    )
    if not release.is_toolchain or not release.version:
        return (stdlib,)
    tool = release.module or ModuleVersion(
        path="golang.org/toolchain", version=f"v0.0.1-go{release.version}.{run.goos}-{run.goarch}"
    )
    hashes = known.proofs.of(tool)
    is_known = release.module is not None or bool(hashes.h1)
    purl = purl_of(tool) if is_known else ""
    toolchain = Component(
        ref=purl or f"supplymatrix:toolchain:go{release.version}",
        kind=ComponentKind.TOOLCHAIN,
        module=tool if is_known else ModuleVersion(path="go", version=""),
        name=tool.path if is_known else "go",
        version=tool.version if is_known else release.version,
        purl=purl,
        usage=Usage.NOT_BUILT,
        version_source=release.source,
        h1=hashes.h1,
        h1_go_mod=hashes.h1_go_mod,
        proof=hashes.proof if is_known else None,
        licence=licence,
        description="the Go toolchain: compiler, linker and go command",
    )
    return stdlib, toolchain


def purl_of(module: ModuleVersion) -> str:
    """Return the purl of a module, "" for a path that no package can have, such as "../lib"."""
    try:
        check_import_path(module.path)
    except InputError:
        return ""
    return module.purl


def _module_component(known: Known, listed: ListedModule, fact: GraphModule) -> Component:
    run, path = known.run, listed.module.path
    effective = listed.effective
    is_tested = path in run.test_packages
    packages = run.packages.get(path) or run.test_packages.get(path)
    if effective is None:
        module, directory = _local_module(known, listed)
        hashes, digest, why = None, None, "it is replaced by a folder, which has no zip"
        proof = LogProof(state="local", reason="it is replaced by a folder, which no log knows")
        origin = None
    else:
        module, directory = effective, ""
        hashes = known.proofs.of(effective)
        proof = hashes.proof
        digest, why = _digest_of(known, effective)
        origin = _origin_of(effective, known.cache)
    purl = purl_of(module)
    supplier = _supplier_of(module)
    return Component(
        ref=purl or f"supplymatrix:module:{path}",
        kind=ComponentKind.MODULE,
        module=module,
        name=module.path,
        version=module.version,
        purl=purl,
        usage=_usage(fact, is_tested=is_tested),
        replaces=listed.module if listed.replacement is not None else None,
        directory=directory,
        is_direct=listed.is_required and not listed.is_indirect,
        packages=len(packages) if packages else 0 if run.packages and fact.gives_packages is False else None,
        h1=hashes.h1 if hashes is not None else "",
        h1_go_mod=hashes.h1_go_mod if hashes is not None else "",
        proof=proof,
        digest=digest,
        digest_reason=why,
        licence=known.licences.get(path),
        supplier=supplier,
        references=tuple(_references(module, known, origin)),
        origin=origin,
        deprecated=fact.deprecated,
        retracted=fact.retracted,
        uses_cgo=_uses_cgo(run, path),
        properties=(_DERIVED,) if supplier is not None else (),
    )


def _usage(fact: GraphModule, *, is_tested: bool) -> Usage:
    if fact.gives_packages:
        return Usage.BUILT
    if is_tested:
        return Usage.TESTS_ONLY
    return Usage.UNKNOWN if fact.gives_packages is None else Usage.NOT_BUILT


def _local_module(known: Known, listed: ListedModule) -> tuple[ModuleVersion, str]:
    """Return what a folder that replaces a module calls itself, and the folder as go.mod writes it."""
    from supplymatrix.gomod.dependency_file import parse_dependency
    from supplymatrix.sources.files import GO_MOD_LIMIT, read_if_there

    name = ""
    folder = known.folder_of(listed)
    if folder is not None:
        try:
            data = read_if_there(folder / "go.mod", GO_MOD_LIMIT, "go.mod of a replacement")
            name = parse_dependency(data).module_path if data is not None else ""
            check_import_path(name)
        except InputError:
            name = ""
    directory = listed.replacement.directory if listed.replacement is not None else ""
    return ModuleVersion(path=name or listed.module.path, version=""), directory


def _digest_of(known: Known, module: ModuleVersion) -> tuple[ZipDigest | None, str]:
    if known.zips is None:
        return None, "zips were not asked for"
    found = known.zips.get(module, "its zip was not looked at")
    return (None, found) if isinstance(found, str) else (found, "")


def _origin_of(module: ModuleVersion, cache: Path | None) -> Origin | None:
    """Return the origin of a module version as the module cache has it, None when it says none."""
    from supplymatrix.sources.files import read_if_there

    if cache is None:
        return None
    try:
        path = cache / "cache" / "download" / module.escaped_path / "@v" / f"{module.escaped_version}.info"
        data = read_if_there(path, INFO_LIMIT, ".info of the module cache")
    except InputError:
        return None
    found = parse_info_origin(data) if data is not None else None
    if found is None:
        return None
    return Origin(kind=found.kind, url=found.url, revision=found.revision, tag=found.tag)


def _references(
    module: ModuleVersion, known: Known, origin: Origin | None, *, is_main: bool = False
) -> Iterator[Reference]:
    """Yield where a module can be had. Of one that is private there is only what its own .info says."""
    page = _code_page(module.path)
    if origin is not None:
        yield Reference(kind="vcs", url=origin.url, comment="as the .info of the module cache says")
    elif page:
        yield Reference(kind="vcs", url=page, comment="from the module path")
    if page:
        yield Reference(kind="website", url=page, comment="from the module path")
    if not is_main and module.version:
        address = _zip_address(module, known)
        if address:
            yield Reference(kind="distribution", url=address)


def _zip_address(module: ModuleVersion, known: Known) -> str:
    """Return where the go command fetches a module's zip, "" when it does not ask a proxy of the network, or one whose
    address holds a password."""
    from supplymatrix.gomod.goproxy import parse_goproxy

    if match(known.settings.gonoproxy.value, module.path) is not None or module in known.proofs.private:
        return ""
    try:
        first = parse_goproxy(known.settings.goproxy.value)[0].url
        name = f"{module.escaped_path}/@v/{module.escaped_version}.zip"
    except InputError:
        return ""
    if not first.startswith(("https://", "http://")) or any(mark in first for mark in "@?#"):
        return ""
    return f"{first.rstrip('/')}/{name}"


def _code_page(path: str) -> str:
    """Return the page of a repository on one of the hosts of code, "" elsewhere."""
    host, *rest = path.split("/")
    return f"https://{host}/{rest[0]}/{rest[1]}" if host in _CODE_HOSTS and len(rest) > 1 else ""


def _supplier_of(module: ModuleVersion) -> Party | None:
    """Return who publishes a module as far as its path says it: an owner on a host of code, else the host."""
    host, *rest = module.path.split("/")
    if "." not in host:
        return None
    if host in _CODE_HOSTS and rest:
        return Party(name=rest[0], url=f"https://{host}/{rest[0]}")
    return Party(name=host)


def _programs(run: GraphRun, path: str) -> int | None:
    if run.programs is None:
        return None
    return sum(program == path or program.startswith(f"{path}/") for program in run.programs)


def _uses_cgo(run: GraphRun, path: str) -> bool | None:
    return path in run.with_c if run.with_c is not None else None


def _renamed(component: Component, ref: str) -> Component:
    from supplymatrix.model.value import changed

    return changed(component, ref=ref)
