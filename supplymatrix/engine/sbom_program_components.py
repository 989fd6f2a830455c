"""The components of a bill that is made from compiled programs: programs, their modules, their Go, what they load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from supplymatrix.engine.sbom_components import origin_of, purl_of
from supplymatrix.engine.sbom_places import GO_AUTHORS, GO_PLACES, references_of, supplier_of, zip_reference
from supplymatrix.engine.sbom_program_log import LOCAL
from supplymatrix.engine.sbom_program_parts import OPAQUE, Part, SbomProgram
from supplymatrix.engine.sbom_proofs import Proofs
from supplymatrix.engine.sbom_zips import HeldZips
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.model.licence import ModuleLicence
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.model.zip_digest import ZipDigest
from supplymatrix.sbom.document import Component, ComponentKind, LogProof, Usage
from supplymatrix.sbom.purl import STDLIB
from supplymatrix.sources.main_version import MainVersion

__all__ = [
    "GoParts", "Known", "go_parts", "library_components", "part_components", "program_component", "subject_component",
    "with_programs",
]  # fmt: skip

_DERIVED = "supplymatrix:derived"
_GO_DERIVED = (_DERIVED, "the supplier is whom the LICENSE of Go names")
_NO_SUM = "the program records no hash that its zip could be held against"


class Known(NamedTuple):
    """What is known beside the programs themselves. cache: the module cache. proxy: the address of the public proxy,
    "" when it is not known. licences: by what was built, "" as the version of a folder."""

    proofs: Proofs
    zips: HeldZips
    licences: Mapping[ModuleVersion, ModuleLicence]
    cache: Path | None
    settings: GoSettings
    proxy: str = ""


class GoParts(NamedTuple):
    """Standard libraries and toolchains, by what `SbomProgram.info.release` says."""

    stdlib: Mapping[str, Component]
    toolchain: Mapping[str, Component]

    @property
    def all(self) -> tuple[Component, ...]:
        """All of them."""
        return (*self.stdlib.values(), *self.toolchain.values())

    def refs_for(self, program: SbomProgram) -> list[str]:
        """Return the names of those that a program was built with."""
        release = program.info.release if program.info is not None else None
        return [found[release].ref for found in self if release is not None and release in found]


def subject_component(program: SbomProgram, version: MainVersion, part: Part | None, known: Known) -> Component:
    """Return the component of a program that the bill is of: its main module, as this file. part: the main module among
    the modules, None where it names none."""
    base = _module_component(part, known) if part is not None else None
    path = part.module.path if part is not None else ""
    is_recorded = part is not None and part.module.version == version.version
    module = ModuleVersion(path=path, version=version.version if version.is_go_version else "")
    purl = _purl_of(module)
    return Component(
        ref=purl or f"supplymatrix:main:{path or program.file.base_name}",
        kind=ComponentKind.MAIN,
        module=module,
        name=path or program.file.base_name,
        version=version.version,
        purl=purl,
        replaces=base.replaces if base is not None else None,
        directory=base.directory if base is not None else "",
        version_source=version.source,
        h1=base.h1 if base is not None and is_recorded else "",
        proof=base.proof if base is not None and is_recorded and base.h1 else None,
        digest=base.digest if base is not None and is_recorded else None,
        licence=base.licence if base is not None else None,
        supplier=base.supplier if base is not None else None,
        references=base.references if base is not None else (),
        origin=base.origin if base is not None and is_recorded else None,
        properties=(*_facts_of(program), *((_linked_of(program, path),) if program.packages is not None else ())),
        file=program.file,
    )


def program_component(program: SbomProgram) -> Component:
    """Return the component of one program of several; what it is made of are components of their own."""
    version = program.main.module.version if program.main is not None else ""
    return Component(
        ref=f"supplymatrix:program:{program.name}",
        kind=ComponentKind.PROGRAM,
        module=ModuleVersion(path="", version=""),
        name=program.name,
        version=version,
        purl="",
        version_source="that of its main module" if version else "",
        description=f"a program of {program.main.module.path}" if program.main is not None else "",
        properties=tuple(_facts_of(program)),
        file=program.file,
    )


def part_components(parts: Sequence[Part], known: Known, *, several: bool) -> dict[Part, Component]:
    """Return the component of each module. several: say of each in which programs it is."""
    refs: set[str] = set()
    found = {}
    for part in parts:
        component = _module_component(part, known)
        ref, number = component.ref, 2
        if ref in refs:
            ref = f"supplymatrix:module:{part.path}"
        while ref in refs:
            ref, number = f"supplymatrix:module:{part.path}#{number}", number + 1
        refs.add(ref)
        found[part] = changed(component, ref=ref, found_in=part.programs if several else ())
    return found


def go_parts(programs: Sequence[SbomProgram], licences: Mapping[ModuleVersion, ModuleLicence]) -> GoParts:
    """Return the standard library and the toolchain of each Go that built a program, as the programs record it."""
    stdlib, toolchain = {}, {}
    for release in sorted({program.info.release for program in programs if program.info is not None}):
        built = [program for program in programs if program.info is not None and program.info.release == release]
        recorded = sorted({program.info.go_version for program in built if program.info is not None})
        facts = tuple(("supplymatrix:go_version", text) for text in recorded if text)
        is_inferred = all(program.info is None or program.info.is_version_inferred for program in built)
        source = "the only version of Go that the program names" if is_inferred else "recorded in the program"
        module = ModuleVersion(path=STDLIB, version=release)
        counts = [program.packages.get("", 0) for program in built if program.packages is not None]
        linked = (("supplymatrix:packages:linked", str(max(counts))),) if len(counts) == len(built) else ()
        stdlib[release] = Component(
            ref=purl_of(module),
            kind=ComponentKind.STDLIB,
            module=module,
            name=STDLIB,
            version=release,
            purl=purl_of(module),
            version_source=source if release else "",
            digest_reason="it comes with the toolchain: there is no file of it alone",
            licence=licences.get(module),
            supplier=GO_AUTHORS,
            references=GO_PLACES,
            description="the standard library of Go",
            properties=(
                *((("supplymatrix:alias", f"std@go{release}"),) if release else ()),
                *facts,
                *linked,
                _GO_DERIVED,
            ),
        )
        if release:
            toolchain[release] = _toolchain(release, facts, source, licences.get(module))
    return GoParts(stdlib=stdlib, toolchain=toolchain)


def _toolchain(
    release: str, facts: tuple[tuple[str, str], ...], source: str, licence: ModuleLicence | None
) -> Component:
    return Component(
        ref=f"pkg:generic/go@{release}",
        kind=ComponentKind.TOOLCHAIN,
        module=ModuleVersion(path="go", version=""),
        name="go",
        version=release,
        purl=f"pkg:generic/go@{release}",
        usage=Usage.NOT_BUILT,
        version_source=source,
        digest_reason="how it came to the machine that built this is not known, and so no file of it",
        licence=licence,
        supplier=GO_AUTHORS,
        references=GO_PLACES,
        description="the Go toolchain: compiler, linker and go command",
        properties=(*facts, _GO_DERIVED),
    )


def library_components(programs: Sequence[SbomProgram], *, several: bool) -> dict[str, Component]:
    """Return the dynamic libraries that programs load at their start, by name. Which files that are, and of which
    version, is decided where they run."""
    users: dict[str, list[str]] = {}
    for program in programs:
        for name in dict.fromkeys(program.read.libraries):
            users.setdefault(name, []).append(program.name)
    return {
        name: Component(
            ref=f"supplymatrix:native:{name}",
            kind=ComponentKind.NATIVE,
            module=ModuleVersion(path="", version=""),
            name=name,
            version="",
            purl="",
            usage=Usage.LOADED,
            version_source="the program loads it at its start; no program says a version",
            found_in=tuple(sorted(users[name])) if several else (),
        )
        for name in sorted(users)
    }


def with_programs(component: Component, release: str, programs: Sequence[SbomProgram]) -> Component:
    """Return a standard library or a toolchain with the programs that it is of."""
    names = (program.name for program in programs if program.info is not None and program.info.release == release)
    return changed(component, found_in=tuple(sorted(names)))


def _module_component(part: Part, known: Known) -> Component:
    module = part.module
    if part.is_local:
        proof = LOCAL if part.is_folder else LogProof(state="not-checked", reason=part.why_no_version)
        h1, origin, digest, why = "", None, None, f"{part.why_no_version}: there is no zip of it"
    else:
        hashes = known.proofs.of(module)
        h1, proof = hashes.h1, hashes.proof
        digest, why = _digest_of(module, h1, known)
        origin = origin_of(module, known.cache)
    # A folder in the place of a module is known by that module's path, and is not that module: nobody says what it is.
    is_other = bool(part.directory)
    purl = "" if is_other else _purl_of(module)
    supplier = None if is_other else supplier_of(module.path, origin)
    return Component(
        ref=purl or f"supplymatrix:module:{part.path}",
        kind=ComponentKind.MODULE,
        module=module,
        name=module.path,
        version=module.version,
        purl=purl,
        replaces=part.replaces,
        directory=part.directory,
        version_source=_source_of(part),
        h1=h1,
        proof=proof if not part.is_main or any(part.sums) else None,
        digest=digest,
        digest_reason=why,
        licence=known.licences.get(module),
        supplier=supplier[0] if supplier is not None else None,
        references=(
            *(() if is_other else references_of(module.path, origin)),
            *zip_reference(module, proof, known.settings, known.proxy),
        ),
        origin=origin,
        properties=(
            *(((_DERIVED, supplier[1]),) if supplier is not None else ()),
            *((("supplymatrix:main", "true"),) if part.is_main else ()),
            *((("supplymatrix:packages:linked", str(part.packages)),) if part.packages is not None else ()),
            *(("supplymatrix:h1:other", text) for text in part.sums if text and text != h1),
            *(("supplymatrix:h1:not_in", name) for name in part.sums.get("", ()) if h1 and not part.is_main),
        ),
    )


def _purl_of(module: ModuleVersion) -> str:
    """Return the purl of a module, "" for one that calls itself as purls call the standard library."""
    return purl_of(module) if module.path and module.path not in (STDLIB, "std") else ""


def _digest_of(module: ModuleVersion, h1: str, known: Known) -> tuple[ZipDigest | None, str]:
    if not h1:
        return None, _NO_SUM
    found = known.zips.of(module)
    return (None, found) if isinstance(found, str) else (found, "")


def _source_of(part: Part) -> str:
    if not part.is_local:
        return ""
    if not part.is_folder:
        return part.why_no_version
    said = ", ".join(text or "no version" for text in part.recorded)
    return f"the program records {said}: it was built from a folder"


def _facts_of(program: SbomProgram) -> Iterator[tuple[str, str]]:
    """Yield what a program records of itself."""
    info, read = program.info, program.read
    said = (
        ("program:state", read.state),
        ("program:format", read.format),
        ("program:reason", read.reason),
        ("program:cgo", "" if program.uses_cgo is None else str(program.uses_cgo).lower()),
        ("package", program.package),
        ("go_version", info.go_version if info is not None else ""),
        ("commit", program.setting("vcs.revision")),
        ("interpreter", read.interpreter),
        ("image", program.image),
    )
    yield from ((f"supplymatrix:{name}", text) for name, text in said if text)
    if read.state not in OPAQUE and program.main is not None and program.main.recorded != program.main.module.version:
        yield "supplymatrix:recorded_version", program.main.recorded
    yield from ((f"supplymatrix:build:{key}", text) for key, text in program.settings)
    if program.file.name != program.name:
        packed = f"{program.name}; hashes and size are those of the program that it unpacks to"
        yield "supplymatrix:file:packed_in", packed
    yield from (("supplymatrix:file:also", name) for name in program.also)
    for flag in program.secrets:
        yield "supplymatrix:secret", f"taken out of {flag.setting}: {flag.name}: {flag.kind}"


def _linked_of(program: SbomProgram, path: str) -> tuple[str, str]:
    return "supplymatrix:packages:linked", str((program.packages or {}).get(path, 0))
