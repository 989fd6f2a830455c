"""The components of a bill of materials: what is known of each module, put together and never guessed.

What is derived from a module's path or origin (a page, an owner) says so in a property.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from supplymatrix.engine.module_graph import GraphRun
from supplymatrix.engine.sbom_go import GoRelease, toolchain_of
from supplymatrix.engine.sbom_places import GO_AUTHORS, GO_PLACES, references_of, supplier_of, zip_reference
from supplymatrix.engine.sbom_proofs import Proofs
from supplymatrix.engine.sbom_zips import HeldZips
from supplymatrix.errors import InputError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.gomod.module_graph import ListedModule
from supplymatrix.gomod.module_info import INFO_LIMIT, parse_info_origin
from supplymatrix.model.fact import GraphModule
from supplymatrix.model.licence import ModuleLicence
from supplymatrix.model.module import ModuleVersion, check_import_path
from supplymatrix.model.zip_digest import ZipDigest
from supplymatrix.sbom.document import (
    Component,
    ComponentKind,
    LogProof,
    Origin,
    Usage,
)
from supplymatrix.sbom.purl import STDLIB
from supplymatrix.sources.main_version import MainVersion

__all__ = ["Known", "go_components", "main_component", "module_components", "origin_of", "purl_of"]

_DERIVED = "supplymatrix:derived"
_HASHES_OF = "supplymatrix:hashes-of"
_OF_ZIP = "the module's zip; built is what lies in vendor/, which was not compared with it"
_GO_DERIVED = (_DERIVED, "the supplier is whom the LICENSE of Go names")


class Known(NamedTuple):
    """What is known of all modules. folder_of: of a module that is replaced by a folder. cache: the
    module cache. proxy: the address of the public proxy, "" when it is not known."""

    run: GraphRun
    proofs: Proofs
    licences: Mapping[str, ModuleLicence]
    zips: HeldZips
    cache: Path | None
    settings: GoSettings
    folder_of: Callable[[ListedModule], Path | None]
    proxy: str = ""


def main_component(known: Known, path: str, found: MainVersion, digest: str) -> Component:
    """Return the component of a main module. digest: of its go.mod and go.sum, for a name where it has no version."""
    version = found.version or f"unversioned-{digest[:12]}"
    module = ModuleVersion(path=path, version=found.version if found.is_go_version else "")
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
        digest_reason="it was not built yet: there is no file of it",
        references=tuple(references_of(path, None)),
        properties=tuple(properties),
    )


def module_components(known: Known, listed: Sequence[tuple[ListedModule, GraphModule]]) -> dict[str, Component]:
    """Return the component of each module that is no main module, by its path in the build list."""
    refs: set[str] = set()
    found = {}
    for entry, fact in listed:
        component = _module_component(known, entry, fact)
        # One version in the place of two modules: go refuses that, and still both are named.
        ref = component.ref if component.ref not in refs else f"supplymatrix:module:{entry.module.path}"
        refs.add(ref)
        found[entry.module.path] = component if ref == component.ref else _renamed(component, ref)
    return found


def go_components(release: GoRelease, known: Known, licence: ModuleLicence | None) -> tuple[Component, ...]:
    """Return the standard library, and the toolchain where it is known which one builds."""
    module = ModuleVersion(path=STDLIB, version=release.version)
    purl = purl_of(module)
    alias = ((("supplymatrix:alias", f"std@go{release.version}"),)) if release.version else ()
    stdlib = Component(
        ref=purl,
        kind=ComponentKind.STDLIB,
        module=module,
        name=STDLIB,
        version=release.version,
        purl=purl,
        version_source=release.source,
        digest_reason="it comes with the toolchain: there is no file of it alone",
        licence=licence,
        supplier=GO_AUTHORS,
        references=GO_PLACES,
        description="the standard library of Go",
        properties=(*alias, _GO_DERIVED),
    )
    if not release.is_toolchain or not release.version:
        return (stdlib,)
    return stdlib, _toolchain(release, known, licence)


def _toolchain(release: GoRelease, known: Known, licence: ModuleLicence | None) -> Component:
    """Return the toolchain: a module where the go command has it as one, else Go as such, wherever that came from."""
    module = toolchain_of(release, known.proofs)
    if module is None:
        purl = f"pkg:generic/go@{release.version}"
        digest, why = None, "how it came to this machine is not known, and so no file of it"
        hashes = None
    else:
        purl = purl_of(module)
        digest, why = _digest_of(known, module)
        hashes = known.proofs.of(module)
    return Component(
        ref=purl,
        kind=ComponentKind.TOOLCHAIN,
        module=module or ModuleVersion(path="go", version=""),
        name=module.path if module is not None else "go",
        version=module.version if module is not None else release.version,
        purl=purl,
        usage=Usage.NOT_BUILT,
        version_source=release.source,
        h1=hashes.h1 if hashes is not None else "",
        h1_go_mod=hashes.h1_go_mod if hashes is not None else "",
        proof=hashes.proof if hashes is not None else None,
        digest=digest,
        digest_reason=why,
        licence=licence,
        supplier=GO_AUTHORS,
        references=(
            *GO_PLACES,
            *(zip_reference(module, hashes.proof, known.settings, known.proxy) if module and hashes else ()),
        ),
        description="the Go toolchain: compiler, linker and go command",
        properties=(_GO_DERIVED,),
    )


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
        origin = origin_of(effective, known.cache)
    # Whatever a folder calls itself, nobody can have it under that name: it gets no purl, supplier or address by it.
    is_folder = effective is None
    purl = "" if is_folder else purl_of(module)
    supplier = None if is_folder else supplier_of(module.path, origin)
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
        supplier=supplier[0] if supplier is not None else None,
        references=(
            *(() if is_folder else references_of(module.path, origin)),
            *zip_reference(module, proof, known.settings, known.proxy),
        ),
        origin=origin,
        deprecated=fact.deprecated,
        retracted=fact.retracted,
        uses_cgo=_uses_cgo(run, path),
        properties=(
            *(((_DERIVED, supplier[1]),) if supplier is not None else ()),
            *(((_HASHES_OF, _OF_ZIP),) if run.from_vendor and packages and effective is not None else ()),
        ),
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
    found = known.zips.of(module)
    return (None, found) if isinstance(found, str) else (found, "")


def origin_of(module: ModuleVersion, cache: Path | None) -> Origin | None:
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


def _programs(run: GraphRun, path: str) -> int | None:
    if run.programs is None:
        return None
    return sum(program == path or program.startswith(f"{path}/") for program in run.programs)


def _uses_cgo(run: GraphRun, path: str) -> bool | None:
    return path in run.with_c if run.with_c is not None else None


def _renamed(component: Component, ref: str) -> Component:
    from supplymatrix.model.value import changed

    return changed(component, ref=ref)
