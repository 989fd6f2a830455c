"""Code that is not Go in a project, from the files that its build takes: nothing is compiled, nothing is run.

side = look_at_project(project, environ, CgoWish())
side.native, side.national, side.c_packages, side.target, side.gaps

Two searches of the imports are made: one of the build that was asked for, and one of all platforms at once, with C;
what only the second finds is told with its conditions. Where no C compiler is on this machine, and nobody said that C
is to be left out, it counts as taking part: the machine that builds a release most likely has one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from supplymatrix.checks.native_gaps import NATIVE_WANTED
from supplymatrix.engine.cgo_settings import LinkerWords, linker_words
from supplymatrix.engine.module_graph import GraphReader, GraphRun, PackagesBy
from supplymatrix.engine.packages_anywhere import PackagesAnywhere, packages_anywhere
from supplymatrix.errors import InputError
from supplymatrix.gomod.build_constraint import BuildContext
from supplymatrix.gomod.module_graph import ListedModule
from supplymatrix.licences.expression import joined_or_none
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.native_code import LinkMode, LinkOutcome, NationalAlgorithm, NativeCode
from supplymatrix.model.native_run import TAGS_NOTE, CgoTarget, CPackage
from supplymatrix.model.value import changed, value
from supplymatrix.native.libraries import find_library, stem_of
from supplymatrix.native.loading import LOADING_IMPORTS, loads_in_go, programs_started
from supplymatrix.native.module_facts import ModuleSeen, c_library_fact, module_facts, table_facts
from supplymatrix.native.modules import find_modules
from supplymatrix.native.national import national_in
from supplymatrix.native.near_licence import NearLicence, code_licence, nearest_licence_files
from supplymatrix.native.own_comments import comment_code
from supplymatrix.native.package_scan import (
    GoText,
    PackageText,
    SeenCode,
    c_state,
    is_static_whole,
    not_clear,
    scan_package,
)
from supplymatrix.native.started import started_facts
from supplymatrix.sources.native_files import NativeReader, NearFiles, WantedPackage
from supplymatrix.sources.project import Project

__all__ = ["CgoWish", "ProjectSide", "look_at_project"]

_WINDOWS = ("golang.org/x/sys/windows", "syscall")
_EXEC = "os/exec"
_WATCHED = LOADING_IMPORTS | {*_WINDOWS, _EXEC}
_OF_LIBC = frozenset({
    "archive/tar", "crypto/tls", "crypto/x509", "expvar", "log/syslog", "mime/multipart", "net", "os/user",
    "runtime/cgo",
})  # fmt: skip
"""Packages of Go that use the C library where C takes part, on Linux, or import one that does; all of net/ do."""
_NET_BUT = frozenset({"net/url", "net/netip"})
_HEADS = 8
_BY_CGO = frozenset({LinkMode.BUNDLED, LinkMode.PREBUILT, LinkMode.STATIC, LinkMode.DYNAMIC, LinkMode.LINKED})
_DOWNLOAD = "go mod download, with a go.sum that is proven first"
_GAPS = 50


@value
class CgoWish:
    """Which build is looked at. goos, goarch: "" = as the environment says. tags: None = as GOFLAGS says. cgo: None =
    as the go command would decide, but for a C compiler that only this machine lacks."""

    goos: str = ""
    goarch: str = ""
    tags: tuple[str, ...] | None = None
    cgo: bool | None = None


@value
class ProjectSide:
    """What was found of one project. notes: in words."""

    native: tuple[NativeCode, ...]
    national: tuple[NationalAlgorithm, ...]
    c_packages: tuple[CPackage, ...]
    target: CgoTarget
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()


def look_at_project(project: Project, environ: Mapping[str, str], wish: CgoWish) -> ProjectSide:
    """Return what a project's build takes beside Go. Raises nothing for hostile files: gaps tell."""
    cgo, why = _takes_c(environ, wish)
    member = project.name if project.workspace is not None else ""
    reader = GraphReader(
        environ, go=False, goos=wish.goos, goarch=wish.goarch, cgo=cgo, tags=wish.tags, own_first=True,
        member=member, unused_too=False,
    )  # fmt: skip
    run = reader.read(project)
    target = CgoTarget(name=project.name, goos=run.goos, goarch=run.goarch, cgo=run.cgo, tags=run.tags, why=why)
    if run.graph is None or run.packages_by is PackagesBy.NOBODY:
        return ProjectSide(native=(), national=(), c_packages=(), target=target, gaps=(_no_build(project, run),))
    anywhere = packages_anywhere(run, environ, tags=frozenset(run.tags), watched=_WATCHED)
    tagged: tuple[str, ...] = ()
    if anywhere.unmet_tags:
        every = packages_anywhere(run, environ, tags=frozenset(run.tags), every_tag=True)
        mains = frozenset(main.path for main in run.inputs.mains) if run.inputs is not None else frozenset()
        tagged = _only_with_tags(anywhere, every, mains)
    look = _Look(project, run, anywhere, linker_words(environ) if run.cgo else LinkerWords(), tagged)
    look.run()
    gaps = [*look.gaps, *([_no_build(project, run)] if run.missing_packages or run.package_gaps else [])]
    return ProjectSide(
        native=tuple(look.native),
        national=tuple(look.national()),
        c_packages=tuple(sorted(look.c_packages, key=lambda one: (not one.is_built, one.module, one.package))),
        target=target,
        gaps=tuple(gaps),
        notes=tuple(look.notes()),
    )


def _takes_c(environ: Mapping[str, str], wish: CgoWish) -> tuple[bool, str]:
    """Return whether C takes part in the build, and how that is known."""
    from supplymatrix.net.settings import read_env_values
    from supplymatrix.sources.build_target import find_target

    if wish.cgo is not None:
        return wish.cgo, "as was asked"
    values = read_env_values(environ)
    try:
        here = find_target(environ, values, goos=wish.goos, goarch=wish.goarch, cgo=None, tags=())
        other = find_target({**environ, "CC": "cc"}, values, goos=wish.goos, goarch=wish.goarch, cgo=None, tags=())
    except InputError:
        return True, "as the go command decides"
    said = environ.get("CGO_ENABLED") or values.get("CGO_ENABLED", "")
    if said in ("0", "1"):
        return here.cgo, f"CGO_ENABLED={said}"
    if other.cgo and not here.cgo:
        return True, "as the go command decides where there is a C compiler; there is none here"
    return here.cgo, "as the go command decides"


def _no_build(project: Project, run: GraphRun) -> Gap:
    """Return why not all packages of the build were looked at."""
    reasons = [*(f"{gap.wanted}: {gap.reason}" for gap in run.gaps), *(gap.reason for gap in run.package_gaps)]
    if run.missing_packages:
        more = f" (and {len(run.missing_packages) - 1:,} more)" if len(run.missing_packages) > 1 else ""
        reasons.insert(0, f"a package could not be found: {run.missing_packages[0]}{more}")
    reason = reasons[0] if reasons else "the packages of the build could not be told"
    is_absent = "not on this machine" in reason or "go.mod of" in reason
    return Gap(
        wanted=f"{NATIVE_WANTED}all packages of {project.name}",
        reason=reason,
        remedy=_DOWNLOAD if is_absent else "mend what it says, and run it again",
        subject=project.name,
        location=Location(artifact="go.mod"),
    )


class _Look:
    """One project's look."""

    def __init__(
        self, project: Project, run: GraphRun, anywhere: PackagesAnywhere, given: LinkerWords, tagged: tuple[str, ...]
    ) -> None:
        self._given = given
        self._tagged = tagged
        self._is_static = given.is_static
        self._project = project
        self._run = run
        self._anywhere = anywhere
        self._context = BuildContext(
            goos=run.goos, goarch=run.goarch, cgo=run.cgo, tags=frozenset(run.tags), go_minor=run.go_minor
        )
        self._reader = NativeReader()
        self._listed = {one.module.path: one for one in run.graph.modules} if run.graph is not None else {}
        self._places = {fact.subject.path: fact.location for fact in run.facts}
        self._built = {package for packages in run.packages.values() for package in packages}
        self._owner = {package: module for module, packages in anywhere.packages.items() for package in packages}
        self._system: set[str] = set()
        self.native: list[NativeCode] = []
        self.c_packages: list[CPackage] = []
        self.gaps: list[Gap] = []

    def run(self) -> None:
        """Look at every module that has something, and at Go's own packages."""
        wanted = self._wanted()
        for module in sorted(wanted):
            self._look_at(module, sorted(wanted[module]))
        self._words_given()
        for module, listed in sorted(self._listed.items()):
            if module not in wanted and module in self._run.packages and find_modules(module):
                self.native += table_facts(_version(listed), self._place(module))
        self._windows(wanted)
        self._started()
        self._c_library()
        self._own_licence()

    def national(self) -> Iterator[NationalAlgorithm]:
        """Yield the packages of the build with algorithms of national standards."""
        for module in sorted(self._run.packages):
            listed = self._listed.get(module)
            for found in national_in(self._run.packages[module]):
                yield NationalAlgorithm(
                    subject=_version(listed) if listed is not None else ModuleVersion(path=module, version=""),
                    package=found.package,
                    algorithms=found.algorithms,
                    standard=found.standard,
                    how="imported",
                    location=self._place(module),
                )

    def notes(self) -> Iterator[str]:
        """Yield what is to be known beside the facts."""
        if self._system:
            yield f"libraries of operating systems, which are not told one by one: {', '.join(sorted(self._system))}"
        if self._anywhere.unmet_tags:
            tags = ", ".join(self._anywhere.unmet_tags[:10])
            yield f"tags that files of the project ask for, and nobody gave: {tags}; --tags looks at such a build"
        if self._tagged:
            more = f" and {len(self._tagged) - 5:,} more" if len(self._tagged) > 5 else ""
            names = ", ".join(self._tagged[:5])
            yield f"{self._project.name}: {TAGS_NOTE} by files of {names}{more}; --tags looks at such a build"

    def _wanted(self) -> dict[str, set[str]]:
        """Return the packages to look at, by module: with files for cgo, objects, or what opens libraries."""
        found: dict[str, set[str]] = {}
        for files in (self._anywhere.with_c, self._anywhere.with_objects):
            for module, entries in files.items():
                found.setdefault(module, set()).update(package for package, _ in entries)
        for path in LOADING_IMPORTS:
            for package, _ in self._anywhere.with_imports.get(path, ()):
                owner = self._owner.get(package)
                if owner is not None:
                    found.setdefault(owner, set()).add(package)
        return found

    def _look_at(self, module: str, packages: Sequence[str]) -> None:
        root = self._anywhere.folders.get(module)
        if root is None:
            return
        asked: list[WantedPackage] = [
            (package, package[len(module) :].strip("/"), package in self._built) for package in packages
        ]
        near = self._reader.read(root, asked)
        seen: list[SeenCode] = []
        is_static = self._given.is_static
        for text in near.packages:
            found = scan_package(text, self._context, is_static=is_static)
            seen += found
            self._is_static = self._is_static or is_static_whole(text, self._context)
            self._note_package(module, text, found)
            self._lacking(module, text)
        if any(one.mode is LinkMode.LOADED for one in seen):
            seen += self._embedded(module, root, near)
        self._miss(module, near.gaps)
        if not self._add(module, root, seen, near):
            self.native += table_facts(self._subject(module), self._place(module))
        self._comments(module, root, near)

    def _comments(self, module: str, root: Path, near: NearFiles) -> None:
        """Add packages of the build that have no more of C than what stands in their Go files, which is C all the
        same."""
        told = {
            package for fact in self.native if fact.is_built and fact.subject == self._subject(module)
            and fact.mode in _BY_CGO for package in fact.packages
        }  # fmt: skip
        texts = [text for text in near.packages if text.path not in told and c_state(text, self._context)[0]]
        if texts:
            own = self._own_text(root, near)
            is_own = self._is_main(module)
            place = self._place(module)
            folder = self._folder_of(root) if is_own else ""
            self.native += [
                comment_code(self._subject(module), text, own, place, folder=folder, is_own=is_own) for text in texts
            ]

    def _words_given(self) -> None:
        """Note what CGO_LDFLAGS links, into every program."""
        main = next((path for path in sorted(self._anywhere.folders) if self._is_main(path)), "")
        seen = [
            SeenCode(
                library=name.name, mode=LinkMode.STATIC if name.is_static or self._is_static else LinkMode.DYNAMIC,
                package=main, file="CGO_LDFLAGS", is_framework=name.is_framework,
            )
            for name in self._given.names
        ]  # fmt: skip
        if seen and any(one.is_built for one in self.c_packages):
            self._add(main, self._anywhere.folders[main], seen, NearFiles(packages=(), licence_files=(), heads={}))
        for word in self._given.unclear:
            self._miss(main, [("CGO_LDFLAGS", f"what it links is not clear: {word}")])

    def _note_package(self, module: str, text: PackageText, found: Sequence[SeenCode]) -> None:
        """Note a package with files for cgo, and the libraries of systems that it links."""
        files = sum(file.uses_c for file in text.go_files)
        for one in found:
            library = find_library(one.library, self._context.goos) if one.library else None
            if one.is_built and (one.is_framework or (library is not None and library.is_system)):
                self._system.add(one.library)
        if not files:
            return
        is_built, conditions = c_state(text, self._context)
        self.c_packages.append(
            CPackage(
                module=str(self._subject(module)),
                package=text.path,
                files=files,
                is_built=is_built,
                conditions=conditions,
            )
        )

    def _lacking(self, module: str, text: PackageText) -> None:
        """Note what is included and not there, and words that name files of words: what they are nobody can say."""
        missing = not_clear(text, self._context) if text.is_built else ()
        if missing:
            more = f" and {len(missing) - 3:,} more" if len(missing) > 3 else ""
            names = ", ".join(missing[:3])
            self._miss(module, [(text.path, f"it takes files of C that were not found in the module: {names}{more}")])

    def _embedded(self, module: str, root: Path, near: NearFiles) -> list[SeenCode]:
        """Return libraries that lie in packages of a module that opens some: embedded in the program, or beside it."""
        known = {package.path for package in near.packages}
        others = [package for package in self._anywhere.packages.get(module, ()) if package not in known]
        asked: list[WantedPackage] = [
            (package, package[len(module) :].strip("/"), package in self._built) for package in others
        ]
        texts = (*near.packages, *(self._reader.read(root, asked).packages if asked else ()))
        found: dict[str, SeenCode] = {}
        for text in texts:
            for path in text.archives:
                name = path.rpartition("/")[2]
                if ".so" in name or ".dylib" in name or ".dll" in name.lower():
                    place = f"{text.folder}/{path}" if text.folder else path
                    found[place] = SeenCode(
                        library=name, mode=LinkMode.PREBUILT, package=text.path, file=place, is_built=text.is_built,
                        conditions="" if text.is_built else "a build that takes the package",
                        code_folder=place.rpartition("/")[0], files=(place,), count=1,
                    )  # fmt: skip
        return [found[place] for place in sorted(found)]

    def _add(self, module: str, root: Path, seen: Sequence[SeenCode], near: NearFiles) -> bool:
        """Add what was seen in a module as facts; return whether there were any."""
        is_own = self._is_main(module)

        facts = module_facts(
            ModuleSeen(
                subject=self._subject(module),
                seen=tuple(seen),
                location=self._place(module),
                licence_of=lambda one: self._near(module, root, one, near),
                is_own=is_own,
                folder=self._folder_of(root) if is_own else "",
                own_text=lambda: self._own_text(root, near),
                goos=self._context.goos,
            )
        )
        self.native += facts
        return bool(facts)

    def _own_text(self, root: Path, near: NearFiles) -> NearLicence:
        """Return the module's own licence, by the files in its root."""
        at_root = [path for path in near.licence_files if "/" not in path]
        return code_licence(self._reader.licence_texts(root, at_root), ())

    def _near(self, module: str, root: Path, one: SeenCode, near: NearFiles) -> NearLicence:
        """Return what lies near code: licence files, and comments of its files, or of those beside its licence."""
        stems = [stem_of(path) for path in (one.library, *one.files[:3]) if path]
        stems += [stem.removeprefix("lib") for stem in stems]
        files = nearest_licence_files(one.code_folder, near.licence_files, stems)
        heads: Sequence[tuple[str, bytes]] = _heads_of(one, near)
        folder = files[0].rpartition("/")[0] if files else ""
        if not heads and folder:
            heads = self._reader.heads_below(root, folder, _HEADS)
        texts = self._reader.licence_texts(root, files)
        found = code_licence(texts, heads)
        if not (found.expression or found.unplaced):
            found = code_licence(texts, _heads_beside(one, near))
        if found.is_cut:
            self._miss(module, [(one.code_folder or ".", "it has more different notices of licences than were read")])
        return found

    def _windows(self, wanted: Mapping[str, set[str]]) -> None:
        """Look at what is opened by the ways of Windows, but for what is Windows itself."""
        files = {
            entry for path in _WINDOWS for entry in self._anywhere.with_imports.get(path, ())
            if entry[0] not in wanted.get(self._owner.get(entry[0], ""), ())
        }  # fmt: skip
        found: dict[str, list[SeenCode]] = {}
        for package, path in sorted(files):
            module = self._owner.get(package)
            data = self._reader.file(path) if module is not None else None
            if module is None or data is None or not loads_in_go(data):
                continue
            text = PackageText(
                path=package, folder=package[len(module) :].strip("/"), is_built=package in self._built,
                go_files=(GoText(name=path.name, data=data, uses_c=False),),
            )  # fmt: skip
            found.setdefault(module, []).extend(one for one in scan_package(text, self._context) if one.library)
        for module, seen in sorted(found.items()):
            root = self._anywhere.folders[module]
            self._add(module, root, seen, NearFiles(packages=(), licence_files=(), heads={}))

    def _started(self) -> None:
        """Note programs that code starts by their names."""
        for package, path in self._anywhere.with_imports.get(_EXEC, ()):
            module = self._owner.get(package)
            if module is None or package not in self._built:
                continue
            data = self._reader.file(path)
            found = programs_started(data) if data is not None else ()
            folder = package[len(module) :].strip("/")
            at = f"{folder}/{path.name}" if folder else path.name
            place = self._place(module)
            if found and self._is_main(module):
                start = self._folder_of(self._anywhere.folders[module])
                place = Location(artifact=f"{start}/{at}" if start else at, line=found[0].line)
            self.native += started_facts(self._subject(module), package, at, found, place)

    def _c_library(self) -> None:
        """Note the C library of the system, where something calls it."""
        if not self._run.cgo or self._run.goos not in ("linux", "android"):
            return
        callers = sorted({one.package for one in self.c_packages if one.is_built})
        tags = {*self._run.tags}
        standard = [
            path for path in sorted(self._run.standard or {})
            if (path in _OF_LIBC or (path.startswith("net/") and path not in _NET_BUT))
            and not ({"netgo", "osusergo"} <= tags)
        ]  # fmt: skip
        if callers or standard:
            place = next(iter(self._run.module_lines.values()), Location(artifact="go.mod"))
            self.native.append(c_library_fact(place, (*callers, *standard), static=self._is_static))

    def _own_licence(self) -> None:
        """Note the licence of the program that takes what reaches it: that of the member of a workspace that is built,
        and where several are, of all."""
        if not any(fact.position.outcome is LinkOutcome.GPL_COMBINED for fact in self.native):
            return
        mains = [module for module in sorted(self._anywhere.folders) if self._is_main(module)]
        takers = [module for module in mains if module == self._project.name] or mains
        found = [_licence_at(self._anywhere.folders[module]).expression for module in takers]
        own = (joined_or_none(dict.fromkeys(found)) or "") if all(found) else ""
        self.native = [
            changed(fact, own_licence=own) if fact.position.outcome is LinkOutcome.GPL_COMBINED else fact
            for fact in self.native
        ]

    def _miss(self, module: str, gaps: Sequence[tuple[str, str]]) -> None:
        subject = str(self._subject(module))
        for what, reason in gaps[: max(0, _GAPS - len(self.gaps))]:
            self.gaps.append(
                Gap(
                    wanted=f"{NATIVE_WANTED}{subject}: {what}",
                    reason=reason,
                    remedy="look at it by hand",
                    subject=subject,
                    location=self._place(module),
                )
            )

    def _subject(self, module: str) -> ModuleVersion:
        listed = self._listed.get(module)
        return _version(listed) if listed is not None else ModuleVersion(path=module, version="")

    def _place(self, module: str) -> Location:
        return self._places.get(module) or Location(artifact="go.mod")

    def _is_main(self, module: str) -> bool:
        listed = self._listed.get(module)
        return listed is not None and listed.is_main

    def _folder_of(self, root: Path) -> str:
        """Return a main module's folder below the project's, "" where it is that."""
        try:
            place = root.relative_to(self._project.root).as_posix()
        except ValueError:
            return ""
        return "" if place == "." else place


def _only_with_tags(anywhere: PackagesAnywhere, every: PackagesAnywhere, mains: frozenset[str]) -> tuple[str, ...]:
    """Return the packages with files for cgo that only builds with further tags take: those of the project, and what
    only such files of it import."""
    known = {entry for files in anywhere.with_c.values() for entry in files}
    taken = {package for packages in anywhere.packages.values() for package in packages}
    return tuple(
        sorted(
            {
                entry[0]
                for module, files in every.with_c.items()
                for entry in files
                if entry not in known and (module in mains or entry[0] not in taken)
            }
        )
    )


def _heads_of(one: SeenCode, near: NearFiles) -> list[tuple[str, bytes]]:
    """Return the texts of the files of code."""
    if one.mode is not LinkMode.BUNDLED:
        return []
    return [(path, near.heads[path]) for path in one.files if path in near.heads]


def _heads_beside(one: SeenCode, near: NearFiles) -> list[tuple[str, bytes]]:
    """Return the texts of files in the same folders, which say nothing of themselves."""
    if one.mode is not LinkMode.BUNDLED:
        return []
    folders = {path.rpartition("/")[0] for path in one.files}
    return [(path, data) for path, data in near.heads.items() if path.rpartition("/")[0] in folders]


def _licence_at(root: Path) -> NearLicence:
    """Return the licence that the files in a folder say, or in the root of its repository."""
    from supplymatrix.model.licence import LicenceSource
    from supplymatrix.sources.licence_files import TextKind, folder_place, read_place

    try:
        texts = read_place(folder_place(root, LicenceSource.PROJECT), ()).texts
    except (InputError, OSError):
        return NearLicence()
    return code_licence([(text.path, text.data) for text in texts if text.kind is TextKind.LICENCE], ())


def _version(listed: ListedModule) -> ModuleVersion:
    return listed.module
