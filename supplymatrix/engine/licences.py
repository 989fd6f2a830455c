"""The licences of all modules of a build, read from their files on this machine, and why one is not known.

graph = GraphReader(environ, tests=True).read(project)
facts = FileFacts.open(cache_folder, detector=DETECTOR)
found = read_licences(graph, project, environ, scope=Scope.BUILT, facts=facts)
found.by_path["example.com/a"].concluded          # "MIT AND BSD-3-Clause"
facts.save()

Files are taken from vendor/ where packages are built from it; else from the module cache, unpacked or as the zip, or
from what replaces a module; else from vendor/ again, where it has that version. Those of a main module are in its
folder. What cannot be had is a gap, and never left out; a text that no sense can be made of is not recognised.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from supplymatrix import __version__
from supplymatrix.engine.collector import without_collector
from supplymatrix.engine.graph_inputs import GraphInputs
from supplymatrix.engine.module_graph import GraphRun, cache_of
from supplymatrix.errors import InputError
from supplymatrix.gomod.module_graph import Absent, ListedModule
from supplymatrix.licences.together import what_files_say
from supplymatrix.licences.version import READING
from supplymatrix.model.fact import Gap, GraphModule
from supplymatrix.model.licence import LicenceFile, LicenceSource, ModuleLicence
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.net.file_facts import FileFacts
from supplymatrix.sbom.document import Scope
from supplymatrix.sbom.purl import STDLIB
from supplymatrix.sources.go_root import go_version_of
from supplymatrix.sources.licence_files import (
    ModuleText,
    ModuleTexts,
    Place,
    TextKind,
    cached_folder,
    cached_zip,
    folder_place,
    read_first,
    read_vendored,
    vendored_folder,
)
from supplymatrix.sources.project import Project

__all__ = [
    "DETECTOR", "STDLIB", "ExtraText", "LicenceRun", "graph_gaps", "in_scope", "read_licences",
    "read_version",
]  # fmt: skip


def _detector() -> str:
    from importlib.metadata import PackageNotFoundError, version

    names = []
    for package in ("licenseclassifier", "cyclonedx-python-lib"):
        with suppress(PackageNotFoundError):
            names.append(f"{package} {version(package)}")
    return f"{__version__}+{READING} ({', '.join(names)})"


DETECTOR = _detector()
"""Which detector readings are from: this program's, with the patterns and the list of SPDX ids that it works with."""
_STDLIB_LICENCE = "BSD-3-Clause"
_FETCH = "go mod download, with a go.sum that is proven first"
_ALL_BYTES = 64 << 20
"""Of all licence texts of a run, each counted once; those of the largest known projects have less than 1 MiB."""
_AT_ONCE = 64
"""Modules whose texts are held in memory together."""


@value
class ExtraText:
    """A file beside the licences: a NOTICE, which Apache-2.0 asks to pass on, a list of third parties' licences, or
    PATENTS. sha256: hex, of its bytes."""

    kind: TextKind
    path: str
    sha256: str


@value
class LicenceRun:
    """by_path: module path → its licence, in the order of the build list, those of the scope. gaps: what is not known.

    extras: module path → its files beside the licences, "stdlib" for the standard library. texts: sha256 → bytes of all
    files named here, {} unless they were asked for.
    """

    by_path: Mapping[str, ModuleLicence]
    stdlib: ModuleLicence
    gaps: tuple[Gap, ...]
    extras: Mapping[str, tuple[ExtraText, ...]] = MappingProxyType({})
    texts: Mapping[str, bytes] = MappingProxyType({})


def in_scope(run: GraphRun, scope: Scope) -> Iterator[tuple[ListedModule, GraphModule]]:
    """Yield the modules of a scope with what is known of them; one of which nobody can say whether it gives packages is
    in every scope."""
    listed = run.graph.modules if run.graph is not None else ()
    for module, fact in zip(listed, run.facts, strict=True):
        is_tested = scope is Scope.TESTS and module.module.path in run.test_packages
        if scope is Scope.ALL or module.is_main or fact.gives_packages is not False or is_tested:
            yield module, fact


def graph_gaps(run: GraphRun, found: LicenceRun, scope: Scope) -> tuple[Gap, ...]:
    """Return what is not known of the graph and of its packages, as far as licences may be missing for that.

    What is built from vendor/ is all there, at the versions that are built, whatever go.mod files are not here.
    """
    others = [licence for licence in found.by_path.values() if licence.source is not LicenceSource.PROJECT]
    is_vendored = bool(others) and all(licence.source is LicenceSource.VENDOR for licence in others)
    of_graph = () if is_vendored and scope is Scope.BUILT else run.gaps
    return of_graph if scope is Scope.ALL else (*of_graph, *run.package_gaps)


def read_licences(
    run: GraphRun,
    project: Project,
    environ: Mapping[str, str],
    *,
    scope: Scope = Scope.BUILT,
    facts: FileFacts | None = None,
    keep_texts: bool = False,
    checked: AbstractSet[ModuleVersion] = frozenset(),
    jobs: int = 4,
) -> LicenceRun:
    """Return the licence of every module of a scope, and that of the standard library.

    facts: readings of earlier runs, to which those of this one are added. keep_texts: return the texts too.
    checked: module versions whose zip has its h1; they are read from that, since nobody has held the unpacked files
    against anything. jobs: threads that read files.
    """
    places = _Places(run, project, environ, checked)
    asked = [
        (listed, places.of(listed), _folders(listed.module.path, run, scope)) for listed, _ in in_scope(run, scope)
    ]

    def read(item: tuple[ListedModule, Sequence[Place], Sequence[str]]) -> ModuleTexts | Absent:
        return read_vendored(item[1], item[2], places.why_absent(item[0]))

    reader = _Reader(facts or FileFacts(None, detector=DETECTOR), keep_texts=keep_texts)
    found = {}
    with without_collector(), ThreadPoolExecutor(max_workers=max(1, min(jobs, os.cpu_count() or 1))) as pool:
        for start in range(0, len(asked), _AT_ONCE):
            some = asked[start : start + _AT_ONCE]
            for (listed, _, _), texts in zip(some, pool.map(read, some), strict=True):
                found[listed.module.path] = reader.licence_of(listed, texts)
        stdlib = reader.stdlib(environ)
    return LicenceRun(
        by_path=found, stdlib=stdlib, gaps=tuple(reader.gaps), extras=reader.extras, texts=reader.kept_texts
    )


def read_version(module: ModuleVersion, cache: Path | None, facts: FileFacts) -> ModuleLicence:
    """Return the licence that one module version shows in its root, from the module cache alone."""
    listed = ListedModule(
        module=module, replacement=None, is_main=False, is_indirect=False, is_required=True, go_version=""
    )
    places = [place for place in (cached_folder(cache, module), cached_zip(cache, module)) if place is not None]
    absent = Absent(reason="it is not in the module cache", remedy=_FETCH)
    return _Reader(facts, keep_texts=False).licence_of(listed, read_first(places, (), absent))


def _folders(path: str, run: GraphRun, scope: Scope) -> list[str]:
    """Return the folders of a module from which packages are taken, below its root."""
    packages = [*run.packages.get(path, ())]
    if scope is not Scope.BUILT:
        packages += run.test_packages.get(path, ())
    return [package[len(path) + 1 :] for package in packages if package == path or package.startswith(f"{path}/")]


class _Places:
    """Where modules lie."""

    def __init__(
        self, run: GraphRun, project: Project, environ: Mapping[str, str], checked: AbstractSet[ModuleVersion]
    ) -> None:

        inputs = run.inputs
        self._cache = cache_of(environ)
        self._checked = checked
        self._from_vendor = run.from_vendor
        self._inputs: GraphInputs | None = inputs
        self._root = inputs.folder if inputs is not None else project.root
        self._mains = {main.path: main.folder for main in inputs.mains} if inputs is not None else {}
        self._vendored: frozenset[ModuleVersion] | None = None

    def of(self, listed: ListedModule) -> list[Place]:
        """Return the places of a module, those that count first first."""
        if listed.is_main:
            folder = self._mains.get(listed.module.path)
            return [folder_place(folder, LicenceSource.PROJECT)] if folder is not None else []
        module = listed.effective
        if module is None:
            folder = self._folder_of_replacement(listed)
            places = [folder_place(folder, LicenceSource.REPLACEMENT) if folder is not None else None]
        else:
            folder_too = module not in self._checked
            places = [cached_folder(self._cache, module) if folder_too else None, cached_zip(self._cache, module)]
        found = [place for place in places if place is not None and os.path.lexists(place.path)]
        if (self._from_vendor or not found) and listed.module in self._vendored_modules():
            vendored = vendored_folder(self._root, listed.module.path)
            found[:0] = [vendored] if vendored is not None else []
        return found

    def why_absent(self, listed: ListedModule) -> Absent:
        """Return what to say of a module that has no place."""
        module = listed.effective
        if listed.is_main:
            return Absent(reason="its folder cannot be read")
        if module is None:
            assert listed.replacement is not None  # noqa: S101 - no main module, and no module version: it is replaced
            return Absent(
                reason=f"the folder that it is replaced by is not here: {listed.replacement.directory}",
                remedy="mend the replace, or bring the folder here",
            )
        if self._cache is None:
            return Absent(reason="no module cache is known on this machine", remedy="set GOMODCACHE, or HOME")
        return Absent(
            reason="it is not on this machine: neither in the module cache nor in vendor/",
            remedy=_FETCH,
        )

    def _folder_of_replacement(self, listed: ListedModule) -> Path | None:
        replacement = listed.replacement
        if replacement is None or self._inputs is None:
            return None
        base = self._inputs.folders.get(replacement.base, self._root)
        return Path(os.path.normpath(base / replacement.directory))

    def _vendored_modules(self) -> frozenset[ModuleVersion]:
        """Return the modules that vendor/ has packages of, at the version that it has."""
        if self._vendored is None:
            from supplymatrix.sources.vendor_list import read_vendor_list

            try:
                listed = read_vendor_list(self._root / "vendor" / "modules.txt")
            except InputError:
                listed = None
            self._vendored = listed.giving if listed is not None else frozenset()
        return self._vendored


class _Reader:
    """Turns texts into licences; every text is read once, whatever its name is in which module."""

    def __init__(self, facts: FileFacts, *, keep_texts: bool) -> None:
        self._facts = facts
        self._keep = keep_texts
        self._known: dict[tuple[str, str], LicenceFile] = {}
        self._counted: set[str] = set()
        self._bytes = 0
        self.gaps: list[Gap] = []
        self.extras: dict[str, tuple[ExtraText, ...]] = {}
        self.kept_texts: dict[str, bytes] = {}

    def licence_of(self, listed: ListedModule, texts: ModuleTexts | Absent) -> ModuleLicence:
        """Return the licence of a module, and note what is not known of it."""
        if isinstance(texts, Absent):
            found = ModuleLicence(
                subject=listed.module,
                effective=listed.effective,
                declared="",
                concluded="",
                files=(),
                source=_source_of(listed),
                reason=texts.reason,
                remedy=texts.remedy,
                is_read=False,
            )
        else:
            found = self._read_all(listed.module, listed.effective, texts)
        # A project without a licence file is its owner's to license: nothing of others is unknown then.
        is_own_matter = listed.is_main and not found.files and not (isinstance(texts, Absent) or texts.unread)
        if found.reason and not is_own_matter:
            wanted, subject = f"licence of {listed.module}", str(listed.module)
            self.gaps.append(Gap(wanted=wanted, reason=found.reason, remedy=found.remedy, subject=subject))
        return found

    def stdlib(self, environ: Mapping[str, str]) -> ModuleLicence:
        """Return the licence of the standard library: from its own file where there is one, else as everybody knows."""
        root = _goroot(environ)
        subject = ModuleVersion(path=STDLIB, version=go_version_of(root) if root is not None else "")
        absent = Absent(reason="there is no Go on this machine", remedy="set GOROOT, or put go into PATH")
        places = [Place(source=LicenceSource.GOROOT, path=root, bounds=root)] if root is not None else []
        texts = read_first(places, (), absent)
        if isinstance(texts, ModuleTexts):
            found = self._read_all(subject, subject, texts)
            if found.concluded:
                return found
        reason = texts.reason if isinstance(texts, Absent) else f"the folder of Go has no LICENSE that says it: {root}"
        return ModuleLicence(
            subject=subject,
            effective=subject,
            declared=_STDLIB_LICENCE,
            concluded=_STDLIB_LICENCE,
            files=(),
            source=LicenceSource.KNOWN,
            reason=reason,
            remedy=absent.remedy,
        )

    def _read_all(self, subject: ModuleVersion, effective: ModuleVersion | None, texts: ModuleTexts) -> ModuleLicence:
        """Return what the texts of a module, or of the standard library, say together."""
        files, passed_over = self._files(subject.path, texts.texts)
        judged = what_files_say(files, (*texts.unread, *passed_over))
        return ModuleLicence(
            subject=subject,
            effective=effective,
            declared=judged.declared,
            concluded=judged.concluded,
            files=files,
            source=texts.source,
            reason=judged.reason,
            remedy=judged.remedy,
            is_read=judged.is_read,
        )

    def _files(
        self, path: str, texts: Iterable[ModuleText]
    ) -> tuple[tuple[LicenceFile, ...], tuple[tuple[str, str], ...]]:
        """Return the licence files among texts, read, and (path, reason) of those that were passed over; the others are
        kept as extras of a module."""
        files, extras, passed_over = [], [], []
        for text in texts:
            digest = sha256(text.data).hexdigest()
            if text.kind is TextKind.LICENCE:
                if not self._has_room(text, digest):
                    passed_over.append((text.path, f"the texts of this run have more than {_ALL_BYTES:,} bytes"))
                    continue
                files.append(self._read(text, digest))
            elif text.kind is not TextKind.AUTHORS:
                extras.append(ExtraText(kind=text.kind, path=text.path, sha256=digest))
            else:
                continue
            if self._keep:
                self.kept_texts[digest] = text.data
        if extras:
            self.extras[path] = tuple(extras)
        return tuple(files), tuple(passed_over)

    def _has_room(self, text: ModuleText, digest: str) -> bool:
        """Return whether a text may be read; each is counted once, whether it was read in an earlier run or not."""
        if digest in self._counted:
            return True
        if self._bytes + len(text.data) > _ALL_BYTES:
            return False
        self._bytes += len(text.data)
        self._counted.add(digest)
        return True

    def _read(self, text: ModuleText, digest: str) -> LicenceFile:
        name = text.path.rpartition("/")[2]
        known = self._known.get((digest, name)) or self._facts.reading_of(digest, name)
        if known is None:
            known = _read_text(text.data, name, digest)
            self._facts.keep_reading(name, known)
        if (digest, name) not in self._known:
            self._known[digest, name] = known = changed(known, is_statement=_is_statement(known, text.data))
        return changed(known, path=text.path, packages_only=text.packages_only)


def _read_text(data: bytes, name: str, digest: str) -> LicenceFile:
    """Return what a text says; nothing of one that says more than can be written down."""
    from supplymatrix.licences.expression import parse_expression
    from supplymatrix.licences.text_reader import read_licence_text

    try:
        read = read_licence_text(data, name)
        for text in {read.expression, *(match.licence for match in read.matches)} - {""}:
            parse_expression(text)
    except InputError:
        return LicenceFile(path=name, sha256=digest, expression="")
    return read


def _is_statement(file: LicenceFile, data: bytes) -> bool:
    """Return whether a file says whose the code is, and not how it is licensed: COPYRIGHT beside a LICENSE."""
    if file.expression or file.nearest or not file.copyrights or not file.path.lower().startswith("copyright"):
        return False
    from supplymatrix.licences.decoding import decode
    from supplymatrix.licences.statements import states_copyrights_alone

    return states_copyrights_alone(decode(data)[0])


def _source_of(listed: ListedModule) -> LicenceSource:
    """Return where the files of a module would have been read."""
    if listed.is_main:
        return LicenceSource.PROJECT
    return LicenceSource.FOLDER if listed.effective is not None else LicenceSource.REPLACEMENT


def _goroot(environ: Mapping[str, str]) -> Path | None:
    from supplymatrix.net.settings import find_goroot, read_env_files

    named = next((file.values["GOROOT"] for file in read_env_files(environ) if file.values.get("GOROOT")), "")
    return find_goroot(environ, user_goroot=named)
