"""Compiled Go programs to a bill of materials: what each records of itself, held against the log and the module cache.

run = make_programs_sbom(ProgramsSbomRequest(path=Path("bin/app"), means=Means(environ=os.environ, now=now)))
run.document, run.exit_code, run.notes

One program is the subject of its bill. Of a folder, an image or a file with several programs the subject is that, and
each program a component; a module that several of them have stands there once. What a program does not say is a gap.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from supplymatrix import __version__
from supplymatrix.engine.events import Event, Message, OnEvent, ignore_event
from supplymatrix.engine.licences import DETECTOR
from supplymatrix.engine.log_words import bare_project
from supplymatrix.engine.means import Means
from supplymatrix.engine.module_graph import cache_of
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource
from supplymatrix.engine.sbom import SbomRun
from supplymatrix.engine.sbom_evidence import licences_of
from supplymatrix.engine.sbom_gaps import ANY_MODULE
from supplymatrix.engine.sbom_places import is_absolute, public_proxy
from supplymatrix.engine.sbom_program_components import (
    GoParts,
    Known,
    go_parts,
    library_components,
    part_components,
    program_component,
    subject_component,
    with_programs,
)
from supplymatrix.engine.sbom_program_edges import proven_requirements
from supplymatrix.engine.sbom_program_gaps import ProgramFindings, program_completeness, program_gaps
from supplymatrix.engine.sbom_program_log import AskedLog, ask_log
from supplymatrix.engine.sbom_program_parts import (
    OPAQUE,
    Part,
    SbomProgram,
    is_module_version,
    parts_of,
    program_of,
)
from supplymatrix.engine.sbom_reasons import Reasons
from supplymatrix.engine.sbom_zips import NO_ZIPS, HeldZips, hold_zips
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.fact import Gap
from supplymatrix.model.licence import LicenceSource, ModuleLicence
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.net.file_facts import FileFacts
from supplymatrix.net.folders import NO_CACHE, cache_folder_if_any
from supplymatrix.net.settings import read_go_settings
from supplymatrix.sbom.document import (
    Component,
    ComponentKind,
    Creators,
    Document,
    Lifecycle,
    ProgramFile,
    Scope,
)
from supplymatrix.sbom.purl import STDLIB
from supplymatrix.sources.main_version import MainVersion
from supplymatrix.sources.program_digest import sha512_of
from supplymatrix.sources.programs import FoundProgram, ProgramsFound, find_programs
from supplymatrix.sources.project import is_file, is_folder
from supplymatrix.sources.subjects import find_subjects
from supplymatrix.sources.zip_digest import digest_zips

__all__ = ["ProgramsSbomRequest", "make_programs_sbom", "may_hold_programs"]

_ALARM, _GAPS = 4, 3
_FEW = 3
_PACKED = (".bz2", ".gz", ".xz", ".zst")
_SAID_BY = "the program"
_LISTED_BY = "build info of the program, read by supplymatrix"
_PACKAGES_BY = "the program's function table, read by supplymatrix"
_EDGES_BY = (
    "of the program: its build info; between modules: a requirement of the one's go.mod, as the log has that file, "
    "without those that it marks // indirect"
)
_NAME_IT = "name it with --version"
_STAMP_IT = f"{_NAME_IT}, or build it where git or the module's version is known"
_FETCH = f"go mod download {ANY_MODULE}"
_FETCH_ZIP = f"{_FETCH}, and hold it against the log: supplymatrix verify {ANY_MODULE}"
_EXPECTED = "a folder with go.mod, a go.work, or compiled Go programs: a file, a folder, a tar or an image layout"
_KNOWN_LICENCE = "BSD-3-Clause"


@value
class ProgramsSbomRequest:
    """What a bill of programs is asked to be.

    path: of a program, of a folder, a tar or an image layout with programs. created: the time of the document, None =
    now. policy: which log is asked, and which names are private. version: of the subject, "" = as recorded. report:
    name and sha256 of a report about the same subject.
    """

    path: Path
    means: Means
    creators: Creators = Creators()
    created: datetime | None = None
    policy: PolicySource = OWN_POLICY
    with_licences: bool = True
    with_zips: bool = True
    version: str = ""
    report: tuple[str, str] | None = None


def may_hold_programs(path: Path) -> bool:
    """Tell whether a path is for this: a file that is no go.mod, go.work or go.sum, or a folder that leads to none of
    these, as `check` looks for them."""
    names = ("go.mod", "go.work", "go.sum")
    if not is_folder(path):
        return path.is_file() and path.name not in names
    if any(os.path.lexists(path / name) for name in names):
        return False
    if is_file(path / "oci-layout"):
        return True
    subjects = find_subjects((path,), recursive=False).subjects
    return not any(one.workspace is not None or is_file(one.path / "go.mod") for one in subjects)


def make_programs_sbom(
    request: ProgramsSbomRequest, on_event: OnEvent = ignore_event, *, before: Callable[[], None] = lambda: None
) -> SbomRun | None:
    """Return the bill of materials of the programs at a path, None where there is none and nothing that could be one.
    before: is called when there are some, before anything is asked of anybody.

    Raises InputError for a file that cannot be read, or whose programs cannot; TransportError for a policy that cannot
    be had.
    """
    found = find_programs([request.path], jobs=request.means.jobs)
    if not found.programs:
        if found.faults:
            raise InputError(*(replace(fault, expected=_EXPECTED) for fault in found.faults))
        if found.gaps:
            raise InputError(*(_fault(gap, request.path) for gap in found.gaps[:_FEW]))
        return None
    before()
    return _Making(request, found, on_event).run()


def _fault(gap: Gap, path: Path) -> Diagnostic:
    return Diagnostic(message=f"{gap.wanted}: {gap.reason}", artifact=path.as_posix(), remedy=gap.remedy)


class _Making:
    """One bill of materials."""

    def __init__(self, request: ProgramsSbomRequest, found: ProgramsFound, on_event: OnEvent) -> None:
        self._request = request
        self._found = found
        self._on_event = on_event
        self._environ = request.means.environ
        self._settings = read_go_settings(self._environ)
        self._cache = cache_of(self._environ)
        folder = request.means.cache_dir or cache_folder_if_any(self._environ)
        self._has_cache = folder is not None
        self._facts = FileFacts.open(folder, detector=DETECTOR)
        self._name = request.path.name or request.path.resolve().name or "programs"
        self._programs = tuple(self._program(one) for one in found.programs)
        only = found.programs[0]
        self._several = len(found.programs) > 1 or only.name != request.path.as_posix() or bool(only.image)
        self._parts = parts_of(self._programs, with_mains=True)

    def run(self) -> SbomRun:
        """Read everything, and put it together."""
        parts = self._parts
        asked = ask_log(parts, self._request.policy, self._request.means, self._pass_on)
        zips = self._zips(asked)
        licences = self._licences(zips)
        self._facts.save()
        known = Known(
            proofs=asked.proofs,
            zips=zips,
            licences=licences,
            cache=self._cache,
            settings=self._settings,
            proxy=public_proxy(self._environ),
        )
        version = self._version()
        main, components, edges = self._components(known, version, asked)
        findings = ProgramFindings(
            programs=self._programs,
            parts=parts,
            several=self._several,
            search=tuple(self._told(gap) for gap in self._found.gaps),
            forged=tuple(f"{self._short(where)}: {text}" for where, text in self._found.forged),
            proofs=asked.proofs,
            zips=zips,
            licences=licences if self._request.with_licences else None,
            version=version,
            name=main.name,
            declared=self._request.creators.licence,
            fetch=_FETCH_ZIP,
        )
        document = self._document(findings, main, components, edges)
        folders = sorted({part.directory for part in parts if is_absolute(part.directory)})
        reasons = Reasons(self._environ, self._settings, folders)
        document = reasons.document(document)
        code = _ALARM if findings.alarms else _GAPS if document.gaps else 0
        return SbomRun(document=document, exit_code=code, notes=tuple(dict.fromkeys(self._notes(findings, reasons))))

    def _pass_on(self, event: Event) -> None:
        """Tell what happens; that there is no cache is told once, among the notes."""
        if event != Message(text=NO_CACHE):
            self._on_event(event)

    def _program(self, found: FoundProgram) -> SbomProgram:
        name = self._short(found.name)
        second = sha512_of(found.path, found.sha256, found.size)
        is_structured = found.read.state not in OPAQUE
        is_packed = not second and found.name == found.path.as_posix() and name.endswith(_PACKED)
        inner = name.rpartition(".")[0] if is_packed else name  # whose hash and size these are
        file = ProgramFile(name=inner, sha256=found.sha256, size=found.size, sha512=second, is_structured=is_structured)
        return program_of(name, file, found.read, found.image, tuple(map(self._short, found.also)))

    def _short(self, name: str) -> str:
        """Return a name as from the path that was named: no folder of this machine stands in the document."""
        rest = name.removeprefix(self._request.path.as_posix())
        return rest.lstrip("/: ") or self._name if rest != name else name

    def _told(self, gap: Gap) -> Gap:
        what = gap.location.artifact if gap.location is not None else ""
        short = self._short(what)
        wanted, reason = (text.replace(what, short) if what else text for text in (gap.wanted, gap.reason))
        return changed(gap, wanted=wanted, reason=reason, location=None)

    def _zips(self, asked: AskedLog) -> HeldZips:
        if not self._request.with_zips:
            return NO_ZIPS
        modules = sorted(module for module, proof in asked.proofs.modules.items() if proof.h1)
        return hold_zips(digest_zips(modules, self._cache, self._facts), asked.proofs, said_by=_SAID_BY)

    def _licences(self, zips: HeldZips) -> Mapping[ModuleVersion, ModuleLicence]:
        """Return the licences of modules whose zip is the one that the program names, and why others are not known."""
        if not self._request.with_licences:
            return {}
        mains = {part.module for part in self._parts if part.is_main}
        modules = {part.module for part in self._parts if part.module.version}
        readable = modules & zips.checked if self._request.with_zips else modules
        go = {ModuleVersion(path=STDLIB, version=release) for release in self._releases()}
        found = licences_of(
            sorted(readable | go), bare_project(Path()), None, self._environ, self._facts,
            proven=zips.checked, packages=self._linked_packages(readable),
        )  # fmt: skip
        found |= {module: _of_stdlib(module, found[module]) for module in go}
        for part in self._parts:
            if part.module not in found and part.module not in mains:
                found[part.module] = _unknown_licence(part, zips)
        return found

    def _linked_packages(self, modules: set[ModuleVersion]) -> dict[str, tuple[str, ...]]:
        """Return the packages that have functions in a program, by the path of the module that was built for it."""
        found: dict[str, set[str]] = {}
        paths = {part.path: part.module.path for part in self._parts if part.module in modules}
        for program in self._programs:
            for package in program.read.packages or ():
                path = package
                while path and path not in paths:
                    path = path.rpartition("/")[0]
                if path:  # of a replaced module by the path of what stands in its place
                    found.setdefault(paths[path], set()).add(paths[path] + package[len(path) :])
        return {path: tuple(sorted(packages)) for path, packages in found.items()}

    def _releases(self) -> list[str]:
        return sorted({program.info.release for program in self._programs if program.info is not None})

    def _version(self) -> MainVersion:
        """Return the version of the subject: as the user says, as recorded, else a name made of what was hashed."""
        given = self._request.version
        program = self._programs[0]
        main = program.main
        images = sorted({one.image for one in self._programs})
        if given:
            is_go = not self._several and main is not None and is_module_version(main.module.path, given)
            return MainVersion(version=given, source="the user named it", is_go_version=is_go)
        if self._several:
            if len(images) == 1 and images[0]:
                return MainVersion(version=images[0], source="the digest of the image's manifest", is_go_version=False)
            digest = hashlib.sha256("".join(f"{one.file.sha256}\n" for one in self._programs).encode()).hexdigest()
            source, reason, remedy = "made of the hashes of its programs", "nothing says a version of it", _NAME_IT
        elif main is not None and main.module.version:
            return MainVersion(version=main.module.version, source="recorded in the program")
        else:
            digest = program.file.sha256
            said = f"the program records {main.recorded}" if main is not None and main.recorded else "it records none"
            source, reason = f"made of the hash of the program: {said}", said
            remedy = f"{_STAMP_IT}: go install {program.package}@VERSION" if program.package else _STAMP_IT
        return MainVersion(
            version=f"unversioned-{digest[:12]}", source=source, reason=reason, remedy=remedy, is_go_version=False
        )

    def _components(
        self, known: Known, version: MainVersion, asked: AskedLog
    ) -> tuple[Component, list[Component], dict[str, tuple[str, ...]]]:
        """Return the subject, all others, and the edges."""
        programs, several = self._programs, self._several
        own = None if several else next((part for part in self._parts if part.is_main), None)
        parts = part_components([part for part in self._parts if part is not own], known, several=several)
        go = go_parts(programs, known.licences)
        libraries = library_components(programs, several=several)
        needs = {program.name: self._needs(program, parts, go, libraries, own) for program in programs}
        releases = {one.name: one.info.release for one in programs if one.info is not None}
        edges = dict(_between(parts, asked, self._cache))
        for part, component in parts.items():  # as every package, those of modules need the standard library
            std = {go.stdlib[releases[name]].ref for name in part.programs}
            edges[component.ref] = tuple(sorted({*edges[component.ref], *std}))
        others = [*parts.values(), *libraries.values()]
        if several:
            made = {program.name: program_component(program) for program in programs}
            main = self._whole(version)
            others += made.values()
            others += [with_programs(one, release, programs) for found in go for release, one in found.items()]
            edges |= {made[name].ref: needed for name, needed in needs.items()}
            edges[main.ref] = tuple(sorted(one.ref for one in made.values()))
        else:
            main = subject_component(programs[0], version, own, known)
            others += go.all
            edges[main.ref] = needs[programs[0].name]
        edges |= {one.ref: () for one in others if one.ref not in edges}
        return main, sorted(others, key=lambda one: one.ref), {ref: edges[ref] for ref in sorted(edges)}

    @staticmethod
    def _needs(
        program: SbomProgram,
        parts: Mapping[Part, Component],
        go: GoParts,
        libraries: Mapping[str, Component],
        own: Part | None,
    ) -> tuple[str, ...]:
        refs = [component.ref for part, component in parts.items() if program.name in part.programs and part is not own]
        refs += go.refs_for(program)
        refs += [libraries[name].ref for name in program.read.libraries]
        return tuple(sorted(set(refs)))

    def _whole(self, version: MainVersion) -> Component:
        """Return the subject that several programs are in."""
        is_image = self._found.images > 0
        return Component(
            ref=f"supplymatrix:programs:{self._name}",
            kind=ComponentKind.MAIN,
            module=ModuleVersion(path="", version=""),
            name=self._name,
            version=version.version,
            purl="",
            version_source=version.source,
            digest_reason="it is not hashed as a whole: its programs are",
            description="a container image with Go programs" if is_image else "Go programs",
            properties=tuple(
                ("supplymatrix:image", one) for one in sorted({one.image for one in self._programs}) if one
            ),
            is_image=is_image,
        )

    def _document(
        self,
        found: ProgramFindings,
        main: Component,
        components: Sequence[Component],
        edges: Mapping[str, tuple[str, ...]],
    ) -> Document:
        programs = self._programs
        cgo = _same([one.setting("CGO_ENABLED") for one in programs])
        tags = _same([one.setting("-tags") or ("none" if one.settings else "") for one in programs])
        properties = {"supplymatrix:edges_by": _EDGES_BY} | ({"supplymatrix:tags": tags} if tags else {})
        if not self._request.with_zips:
            properties["supplymatrix:zips"] = "not looked at: no hashes of zips, and licences from unpacked files"
        return Document(
            main=main,
            components=tuple(components),
            edges=edges,
            scope=Scope.BUILT,
            lifecycle=Lifecycle.POST_BUILD,
            completeness=program_completeness(found),
            created=self._request.created or self._request.means.now,
            tool_version=__version__,
            creators=self._request.creators,
            goos=_same([one.read.goos for one in programs]),
            goarch=_same([one.read.goarch for one in programs]),
            cgo_enabled=cgo == "1" if cgo else None,
            listed_by=_LISTED_BY,
            packages_by=_PACKAGES_BY if all(program.packages is not None for program in programs) else "",
            report=self._request.report,
            gaps=program_gaps(found),
            properties=properties,
        )

    def _notes(self, found: ProgramFindings, reasons: Reasons) -> Iterator[str]:
        yield from (f"alarm: {text}" for text in found.alarms)
        yield from (note.message for note in found.proofs.notes)
        for program in self._programs:
            for flag in program.secrets:
                yield f"{program.name} carries what looks like a secret, left out here: {flag.setting}: {flag.name}"
        yield from self._found.notes
        if not self._has_cache:
            yield NO_CACHE
        for text in reasons.withheld[:_FEW]:
            yield f"not in the document, since it names what only this machine knows: {text}"


def _between(
    parts: Mapping[Part, Component], asked: AskedLog, cache: Path | None
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what modules need of each other, where proven go.mod files say it, as far as it is in the same programs."""
    required = proven_requirements(sorted({part.module for part in parts}), asked.words, cache)
    by_path: dict[str, list[Part]] = {}
    for part in parts:
        by_path.setdefault(part.path, []).append(part)
    for part, component in parts.items():
        needed = {
            parts[other].ref
            for path in required.get(part.module, ())
            for other in by_path.get(path, ())
            if other is not part and set(other.programs) >= set(part.programs)
        }
        yield component.ref, tuple(sorted(needed))


def _same(found: Sequence[str]) -> str:
    """Return what all have in common, "" where they differ."""
    return found[0] if len(set(found)) == 1 else ""


def _of_stdlib(module: ModuleVersion, read: ModuleLicence) -> ModuleLicence:
    """Return the licence of a standard library: as the Go on this machine says if it is the same, else as everybody
    knows it."""
    if read.subject == module:
        return read
    return ModuleLicence(
        subject=module,
        effective=module,
        declared=_KNOWN_LICENCE,
        concluded=_KNOWN_LICENCE,
        files=(),
        source=LicenceSource.KNOWN,
        reason="the Go that built it is not the one on this machine",
    )


def _unknown_licence(part: Part, zips: HeldZips) -> ModuleLicence:
    if part.is_local:
        reason, remedy = f"{part.why_no_version}: its files are not at hand", "read it where it was built"
    elif not any(part.sums):
        reason, remedy = "the program records no hash that its zip could be held against", ""
    else:
        found = zips.of(part.module)
        reason = found if isinstance(found, str) else "no licence file was found"
        remedy = _FETCH.replace(ANY_MODULE, str(part.module))
    return ModuleLicence(
        subject=part.module,
        effective=part.module,
        declared="",
        concluded="",
        files=(),
        source=LicenceSource.REPLACEMENT if part.is_local else LicenceSource.FOLDER,
        reason=reason,
        remedy=remedy,
        is_read=False,
    )
