"""`supplymatrix go -- build ./...`: what is looked at before the go command runs, and after it.

    wrapper = GoWrapper(GoRequest(arguments=("build", "./..."), means=means))
    wrapper.handling                   # whether there is anything to look at (gomod/go_line.py has the table)
    before = wrapper.before(on_event)  # other than 0: the go command is not to be run
    after = wrapper.after(code, on_event)

Before: the policy of the project, every line of go.sum proven, and the bytes of what will be compiled: the copies in
the module cache, or vendor/ where packages come from there. After: what was fetched meanwhile, what has been written to
meanwhile, go.sum where it has changed, and what the programs that were built say of themselves.

Between the moment in which a file is hashed and the one in which the compiler reads it, it may change. How all hashed
files look is compared before the first one is hashed and after the run, so that such a change is seen then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from supplymatrix.engine.building_fips import fips_copies, fips_folders
from supplymatrix.engine.cached_go import cached_go, other_go
from supplymatrix.engine.check import CheckRequest, run_survey
from supplymatrix.engine.events import OnEvent
from supplymatrix.engine.go_alone import gos_of_programs, judge_alone
from supplymatrix.engine.go_programs import CheckedProgram, check_installed, check_program, codes_of, expected_of
from supplymatrix.engine.go_subject import find_go_project, is_vendored, wanted_modules, working_folder
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource
from supplymatrix.errors import Diagnostic, InputError, SourceError
from supplymatrix.gomod.go_line import Handling, parse_go_line
from supplymatrix.gomod.ldflags import without_secrets
from supplymatrix.model.audit import Audit, Survey
from supplymatrix.model.fact import (
    CachedCopy,
    CopyKind,
    CopyState,
    LineProof,
    ProofState,
    SumKind,
    SumLine,
)
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import InstalledGo, ToolchainLevel, VendoredModule, VendorState, VendorTree
from supplymatrix.model.program import SecretFlag
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Mode
from supplymatrix.net.settings import building_goroot, read_env_values
from supplymatrix.sources.go_command import find_go
from supplymatrix.sources.go_outputs import find_outputs, versioned_outputs
from supplymatrix.sources.go_tools import has_tool
from supplymatrix.sources.looks import NOTHING, FolderLook, Look, look_above, look_at, look_at_folder
from supplymatrix.sources.modcache import check_copies, find_copies, module_cache
from supplymatrix.sources.subjects import find_subjects, read_subject

__all__ = ["CAREFUL", "Fault", "GoRequest", "GoWrapper", "Looked"]

CAREFUL: Mapping[str, str] = MappingProxyType(
    {
        "modfile": "other files than go.mod and go.sum say what is built, and they are not read here",
        "overlay": "other files than those that were proven are compiled",
        "toolexec": "another program runs in the place of the compiler, and may compile what it likes",
    }
)
"""Flags with which a look at the files says little, and what each does. They are refused unless they are allowed."""
_GRAVEST_FIRST = (4, 2, 3, 1, 0)
_OF_TOOLCHAIN = frozenset({"SM130"})
_OF_COPIES = frozenset({"SM112"}) | _OF_TOOLCHAIN
_OF_VENDOR = frozenset({"SM112", "SM120", "SM121", "SM122"}) | _OF_TOOLCHAIN
"""SM112 for Go's own module (GOFIPS140) alone: of others none is looked at in the module cache then."""
_NOT_KNOWN = (ToolchainLevel.UNCHECKED, ToolchainLevel.UNKNOWN_VERSION)
_OF_FILES = (CopyKind.ZIP, CopyKind.FOLDER)


@value
class GoRequest:
    """arguments: of the go command. allowed: names in CAREFUL that are not refused."""

    arguments: tuple[str, ...]
    means: Means
    policy: PolicySource = OWN_POLICY
    allowed: frozenset[str] = frozenset()


@value
class Fault:
    """Something that no rule tells. code: the exit code that it asks for."""

    code: int
    text: str


@value
class Looked:
    """What came of a look. survey: None where nothing had to be judged. looked_at: how many modules' files are wanted;
    after the run, of which nobody had looked at them before. modules: of these that the log proves; by_sum: that were
    held against go.sum alone; unread: that could not be looked at, with notes that say why where the policy lets that
    pass. copies, files: that are as proven, and how many lie in them. in_vendor, compared: modules that vendor/ has of
    others, and how many of them were compared. faults: beside what the survey tells. secrets: in the flags of the line
    that a program was built with, which it has in it whether it records its flags or not.
    """

    exit_code: int
    survey: Survey | None = None
    modules: int = 0
    copies: int = 0
    files: int = 0
    looked_at: int = 0
    by_sum: int = 0
    unread: int = 0
    notes: tuple[str, ...] = ()
    in_vendor: int = 0
    compared: int = 0
    faults: tuple[Fault, ...] = ()
    programs: tuple[CheckedProgram, ...] = ()
    secrets: tuple[SecretFlag, ...] = ()


@value
class _State:
    """The project at one moment. digests: of its files, by path. wanted: modules whose files may be compiled. looks: of
    their copies, or of vendor/, and of the Go that was fetched to build it. fips: folders that GOFIPS140 selects.
    unpacked: folders of a module cache among these; above: the folders that lead to them."""

    digests: Mapping[str, str]
    wanted: frozenset[ModuleVersion]
    looks: Mapping[Path, Look]
    copies: Mapping[Path, ModuleVersion]
    go: Path | None = None
    fips: tuple[Path, ...] = ()
    unpacked: frozenset[Path] = frozenset()
    above: Mapping[Path, FolderLook] = MappingProxyType({})


_NO_STATE = _State(digests={}, wanted=frozenset(), looks={}, copies={})


class GoWrapper:
    """One run. go: the command; line: what it is asked for; project: go.mod or go.work, None where there is none.
    is_vendored: packages come from vendor/, known when it was looked at.

    loose: settings of the user with which the go command believes more than usual. Raises InputError where the command
    is refused, SourceError where there is no `go`.
    """

    def __init__(self, request: GoRequest) -> None:
        self._request = request
        environ = request.means.environ
        go = find_go(environ)
        if go is None:
            raise SourceError("there is no go on PATH", remedy="install Go, or put the folder of its go into PATH")
        self.go = go
        self._values = read_env_values(environ)
        self.line = parse_go_line(request.arguments, self._said("GOFLAGS"))
        self.handling = Handling.THROUGH if self._is_go_tool() else self.line.handling
        self._folder = Path(self.line.folder)
        self._cache = module_cache(environ, self._values)
        self.project: Path | None = None
        self.loose: tuple[str, ...] = ()
        self.is_vendored = False
        if self.handling is Handling.THROUGH:
            return
        self._start = working_folder(self._folder, environ)
        self._refuse()
        self.loose = tuple(self._loose())
        if not self.line.is_versioned:
            self.project = find_go_project(self._folder, environ, self._values)
            if self.project is None:
                self._refuse_gopath("auto")
        self._before = _NO_STATE
        self._survey: Survey | None = None

    def before(self, on_event: OnEvent) -> Looked:
        """Look at what will be compiled. Raises InputError and TrustError as a check does."""
        is_guarded = self.handling is Handling.GUARDED
        if self.project is None:
            self._before = self._read_go()
            faults = [*self._strays(), *self._faults_of_go(self._before.go, on_event), *self._faults_of_fips()]
            return self._looked(None, faults, modules=frozenset())
        try:
            self._before = self._read_state(with_looks=is_guarded)
        except InputError:
            if not is_guarded:  # the command may be there to mend it
                return Looked(exit_code=0)
            # the survey tells it, with its place
        if not is_guarded:
            return Looked(exit_code=0)
        self._survey = self._judge(self._before.wanted, on_event)
        modes = {item.verdict.mode for item in self._survey.items if isinstance(item, Audit)}
        strays = self._strays() if Mode.ENFORCE in modes else []
        return self._looked(self._survey, strays, modules=self._before.wanted)

    def after(self, code: int, on_event: OnEvent) -> Looked:
        """Look at what the go command has fetched, changed and written. code: its exit code.

        Raises InputError and TrustError as a check does.
        """
        faults = self._faults_after(on_event) if self.project is None else []
        if self.line.is_versioned:
            failed = self._looked(None, faults, modules=frozenset()) if code else None
            return changed(failed or self._after_installing(faults, on_event), secrets=self._secrets(code))
        new: frozenset[ModuleVersion] = frozenset()
        survey = None
        if self.project is not None:
            now = self._read_state(with_looks=self.handling is Handling.GUARDED)
            moved = _moved(self._before, now)
            new = _new(self._before, now) | {now.copies[path] for path in moved if path in now.copies}
            has_vendored = self.line.command in ("mod vendor", "work vendor") and code == 0
            before = (self._before.digests, self._before.go, self._before.fips)
            has_changed = (now.digests, now.go, now.fips) != before
            if new or moved or has_vendored or has_changed:
                survey = self._survey = self._judge(new, on_event)
            faults += [Fault(code=3, text=_told(path)) for path in moved]
            faults += [Fault(code=3, text=_told_folder(path)) for path in _swapped(self._before, now)]
        programs = self._programs(faults) if code == 0 and self.line.command in ("build", "install") else ()
        named = frozenset(module for program in programs for module in program.named)
        unseen = named & self._known() - self._before.wanted - new if not self.is_vendored else frozenset()
        if unseen:
            new |= unseen
            survey = self._survey = self._judge(new, on_event)
        looked = self._looked(survey, faults, modules=new, programs=programs)
        return changed(looked, secrets=self._secrets(code))

    def _secrets(self, code: int) -> tuple[SecretFlag, ...]:
        """Return the secrets in the linker's flags of a line that has written programs: with -trimpath these do not
        record them."""
        if code or self.line.command not in ("build", "install"):
            return ()
        return without_secrets((("-ldflags", self.line.flag("ldflags")),))[1]

    def _known(self) -> frozenset[ModuleVersion]:
        """Return the modules of which go.sum has the zip."""
        items = self._survey.items if self._survey is not None else ()
        lines = (line for item in items if isinstance(item, Audit) for line in item.facts.of(SumLine))
        return frozenset(line.subject for line in lines if line.kind is SumKind.ZIP)

    def _is_go_tool(self) -> bool:
        """Return whether the Go that runs has the tool that is asked for, and does not take one of a module."""
        if not self.line.go_tool:
            return False
        environ = self._request.means.environ
        local = building_goroot(environ)
        project = find_go_project(Path(self.line.folder), environ, self._values)
        fetched = cached_go(project, environ, module_cache(environ, self._values))
        return all(root is not None and has_tool(root, self.line.go_tool) for root in (local, fetched or local))

    def _said(self, name: str) -> str:
        return self._request.means.environ.get(name) or self._values.get(name, "")

    def _refuse(self) -> None:
        line = self.line
        self._refuse_gopath("off")
        if self.handling is Handling.REFUSED and line.command == "doc":
            fault = Diagnostic(
                message="with -http a program of another module would run before anything could look at it",
                seen=f"go doc {' '.join(self._request.arguments[1:])[:200]}",
                remedy="leave -http away; or `supplymatrix go -- install golang.org/x/pkgsite/cmd/pkgsite@latest`, and "
                "run what that installs",
            )
            raise InputError(fault)
        if self.handling is Handling.REFUSED:
            fault = Diagnostic(
                message="a program of another module would run before anything could look at it",
                seen=f"go run {line.words[0][:200]}",
                remedy="install it, which is looked at before you run it: supplymatrix go -- install "
                + line.words[0][:200],
            )
            raise InputError(fault)
        for name, effect in CAREFUL.items():
            if line.flag(name) and name not in self._request.allowed:
                where = "" if name in line.flags else " in GOFLAGS"
                fault = Diagnostic(
                    message=f"with -{name}{where} {effect}",
                    seen=f"-{name}={line.flag(name)[:200]}",
                    remedy=f"leave it away; or, if you know why, supplymatrix go --allow {name} -- …",
                )
                raise InputError(fault)

    def _refuse_gopath(self, word: str) -> None:
        """Refuse to run where the go command knows no modules."""
        if self._said("GO111MODULE") == word:
            where = " where no go.mod is found" if word == "auto" else ""
            message = f"GO111MODULE={word}{where}: packages come from GOPATH, and nothing proves them"
            raise InputError(Diagnostic(message=message, remedy="unset GO111MODULE"))

    def _loose(self) -> Iterator[str]:
        """Yield the settings with which more is believed, or less is looked at, than by itself."""
        if self._said("GOSUMDB") == "off":
            yield "GOSUMDB=off"
        for name in ("GONOSUMDB", "GOINSECURE"):
            if self._said(name) not in ("", "none"):
                yield f"{name}={self._said(name)[:100]}"
        if self.line.flag("mod") == "mod":
            yield "-mod=mod"
        if self._said("GOCACHEPROG"):
            yield "GOCACHEPROG"
        yield from (f"-{name}" for name in CAREFUL if self.line.flag(name))

    def _read_go(self) -> _State:
        """Return what there is without a project: the Go in the module cache that GOTOOLCHAIN names, and GOFIPS140."""
        go = cached_go(None, self._request.means.environ, self._cache)
        fips = fips_folders(None, self._request.means.environ, self._cache)
        looks = {path: look_at(path) for path in (go, *fips) if path is not None}
        return changed(_NO_STATE, looks=looks, go=go, fips=fips)

    def _faults_of_fips(self) -> Iterator[Fault]:
        """Yield what is wrong with the module that GOFIPS140 selects, for no project."""
        for copy in fips_copies(None, self._request.means.environ, self._cache):
            if copy.state is not CopyState.EQUAL:
                yield _fault_of(copy, who="the zip in this Go has")

    def _strays(self) -> list[Fault]:
        """Return that a command of PATH runs in the place of what the go command would fetch, and is of no Go."""
        other = other_go(self.project, self._request.means.environ, self._cache)
        if other is None or other.root is not None:
            return []
        return [Fault(code=3, text=f"{other.command} runs in the place of go, and lies in no Go: take it out of PATH")]

    def _faults_of_go(self, go: Path | None, on_event: OnEvent) -> list[Fault]:
        """Hold a Go against the log, for no project."""
        if go is None:
            return []
        found = judge_alone(go, self._request.policy, self._request.means, on_event)
        is_known = found.level not in (*_NOT_KNOWN, ToolchainLevel.MODIFIED)
        return [] if is_known else [_fault_of_go(found)]

    def _faults_after(self, on_event: OnEvent) -> list[Fault]:
        """Return what the Go is that has run without a project, where it is not the one that was looked at."""
        now = self._read_go()
        moved = _moved(self._before, now)
        if not moved and (now.go, now.fips) == (self._before.go, self._before.fips):
            return []
        faults = [*self._faults_of_go(now.go, on_event), *self._faults_of_fips()]
        return [*faults, *(Fault(code=3, text=_told(path)) for path in moved)]

    def _faults_of_builders(self, programs: Iterable[CheckedProgram], on_event: OnEvent) -> Iterator[Fault]:
        """Yield what the Gos are that programs were built with, but for the one that was looked at before."""
        versions = {version for program in programs for version in program.gos}
        roots, lost = gos_of_programs(versions, self._request.means.environ, self._cache)
        for root in roots:
            if root != self._before.go:
                yield from self._faults_of_go(root, on_event)
        for name in lost:
            yield Fault(code=3, text=f"{name} has built it, as it says, and does not lie in the module cache")

    def _read_state(self, *, with_looks: bool) -> _State:
        """Raises InputError when the project cannot be read."""
        assert self.project is not None  # noqa: S101 - the caller has looked
        projects = [read_subject(subject) for subject in find_subjects((self.project,), recursive=False).subjects]
        self.is_vendored = bool(projects) and is_vendored(projects[0], self.line.flag("mod"))
        go = cached_go(self.project, self._request.means.environ, self._cache)
        fips = fips_folders(self.project, self._request.means.environ, self._cache) if with_looks else ()
        unpacked = frozenset(path for path in (go, *fips) if path is not None and with_looks)
        of_go = {path: look_at(path) for path in unpacked}
        digests = {f"{project.root}/{name}": digest for project in projects for name, digest in project.digests.items()}
        if self.is_vendored:
            vendor = self.project.parent / "vendor"
            looks = {vendor: look_at(vendor)} if with_looks else {}
            return _State(
                digests=digests,
                wanted=frozenset(),
                looks={**looks, **of_go},
                copies={},
                go=go,
                fips=fips,
                unpacked=unpacked,
                above=self._above(unpacked),
            )
        is_work = self.project.suffix == ".work"
        wanted = wanted_modules(projects, self.line, self._start, is_work=is_work)
        found = {path: (kind, module) for module in wanted for kind, path in find_copies(self._cache, module)}
        if with_looks:  # a zip is read only where its folder is not there yet, which is a new one then
            unpacked |= {path for path, (kind, _) in found.items() if kind is CopyKind.FOLDER}
        above = self._above(unpacked)
        copies = {path: module for path, (_, module) in found.items()}
        looks = {path: look_at(path) if with_looks else NOTHING for path in copies} | of_go
        return _State(
            digests=digests,
            wanted=wanted,
            looks=looks,
            copies=copies,
            go=go,
            fips=fips,
            unpacked=unpacked,
            above=above,
        )

    def _above(self, unpacked: Iterable[Path]) -> Mapping[Path, FolderLook]:
        """Return the folders that lead to copies, from their module cache on. A Go may lie in another than modules."""
        found: dict[Path, FolderLook] = {}
        for path in unpacked:
            cache = self._cache if self._cache is not None and self._cache in path.parents else path.parent.parent
            found.update(look_above([path], cache))
        return found

    def _judge(self, modules: frozenset[ModuleVersion], on_event: OnEvent) -> Survey:
        assert self.project is not None  # noqa: S101 - the callers have looked
        request = CheckRequest(
            paths=(self.project,),
            means=self._request.means,
            policy=self._request.policy,
            with_faults=True,
            in_force=_OF_VENDOR if self.is_vendored else _OF_COPIES,
            copies_of=modules,
            cached_go=True,
        )
        return run_survey(request, on_event)

    def _looked(
        self,
        survey: Survey | None,
        faults: Sequence[Fault],
        *,
        modules: frozenset[ModuleVersion],
        programs: tuple[CheckedProgram, ...] = (),
    ) -> Looked:
        audits = [item for item in survey.items if isinstance(item, Audit)] if survey is not None else []
        by_log = [copy for audit in audits for copy in audit.facts.of(CachedCopy)]
        by_sum = self._against_sum(audits, modules)
        unhashed, notes = _unchecked(audits)
        wrong = [_fault_of(copy, who="go.sum says") for copy in by_sum if copy.state is not CopyState.EQUAL]
        faults = [*faults, *unhashed, *wrong]
        copies = {copy.path: copy for copy in (*by_log, *by_sum) if copy.kind in _OF_FILES}
        good = [path for path, copy in copies.items() if copy.state is CopyState.EQUAL]
        unread = modules & {copy.subject for copy in copies.values() if copy.state is CopyState.UNCHECKED}
        proven = modules & _answered(audits, ProofState.PROVEN) - unread
        codes = {fault.code for fault in faults} | codes_of(programs)
        if survey is not None:
            codes.add(0 if survey.exit_code == 5 else survey.exit_code)  # a project may need no other module
        looked = Looked(
            exit_code=next((code for code in _GRAVEST_FIRST if code in codes), 0),
            survey=survey,
            modules=len(proven),
            copies=len(good),
            files=_files_of([copies[path] for path in good]),
            looked_at=len(modules),
            by_sum=len(modules - proven - unread),
            unread=len(unread),
            notes=notes,
            faults=tuple(faults),
            programs=programs,
        )
        return self._with_vendor(looked, audits) if self.is_vendored and survey is not None else looked

    def _with_vendor(self, looked: Looked, audits: Sequence[Audit]) -> Looked:
        """Return a look with what is known of vendor/: members of a workspace share it."""
        found = {module.subject: module for audit in audits for module in audit.facts.of(VendoredModule)}
        others = [module for module in found.values() if module.state is not VendorState.LOCAL]
        compared = [module for module in others if module.state is not VendorState.UNCHECKED]
        if not found and not any(True for audit in audits for _ in audit.facts.of(VendorTree)):
            lines = [line for audit in audits for line in audit.facts.of(SumLine)]
            count = len({line.subject for line in lines if line.kind is SumKind.ZIP})
            return changed(
                looked,
                modules=len(_answered(audits, ProofState.PROVEN)),
                in_vendor=max(1, count),
                notes=(*looked.notes, "vendor/ was not compared"),
            )
        return changed(
            looked,
            modules=sum(module.is_proven for module in compared),
            by_sum=sum(not module.is_proven for module in compared),
            unread=len(others) - len(compared),
            looked_at=len(others),
            in_vendor=len(others),
            compared=len(compared),
            files=sum(module.files for module in compared),
            notes=(*looked.notes, *(f"{module.subject} in vendor/ was not compared: {module.reason}"
                for module in others if module.state is VendorState.UNCHECKED)),
        )  # fmt: skip

    def _against_sum(self, audits: Sequence[Audit], modules: frozenset[ModuleVersion]) -> Sequence[CachedCopy]:
        """Return the copies of modules that the log cannot know, or was not asked for, held against go.sum."""
        proven = _answered(audits)
        sums = {
            line.subject: line.hash
            for audit in audits
            for line in audit.facts.of(SumLine)
            if line.kind is SumKind.ZIP and line.subject in modules and line.subject not in proven
        }
        return check_copies(sums, self._cache, jobs=self._request.means.jobs) if sums else ()

    def _programs(self, faults: list[Fault]) -> tuple[CheckedProgram, ...]:
        items = self._survey.items if self._survey is not None else ()
        expected = expected_of(items, is_vendored=self.is_vendored)
        since = self._request.means.now.timestamp()
        try:
            outputs = find_outputs(self.go, self.line, self._folder, self._request.means.environ)
        except SourceError as err:
            faults.append(Fault(code=3, text=str(err)))
            return ()
        return tuple(check_program(output, expected, since=since) for output in outputs)

    def _after_installing(self, faults: list[Fault], on_event: OnEvent) -> Looked:
        """Look at what `go install PACKAGE@VERSION` has written, and at the copies that it was built from."""
        means = self._request.means
        outputs = versioned_outputs(self.line, self._values, means.environ, self._folder)
        if (not outputs or any("..." in word for word in self.line.words)) and not self.line.has("n"):
            faults.append(Fault(code=3, text="which programs were installed is not known here"))
        programs, proven = check_installed(outputs, self._request.policy, means, on_event)
        copies = check_copies(proven, self._cache, jobs=means.jobs)
        faults += [_fault_of(copy) for copy in copies if copy.state is not CopyState.EQUAL]
        faults += self._faults_of_builders(programs, on_event)
        codes = {fault.code for fault in faults} | codes_of(programs)
        return Looked(
            exit_code=next((code for code in _GRAVEST_FIRST if code in codes), 0),
            modules=len(proven),
            copies=len(copies),
            faults=tuple(faults),
            programs=tuple(programs),
        )


def _new(before: _State, now: _State) -> frozenset[ModuleVersion]:
    """Return the modules that nobody has looked at: their copies were not there, or they were not built."""
    fetched = {module for path, module in now.copies.items() if path not in before.looks}
    return frozenset(fetched | (now.wanted - before.wanted))


def _moved(before: _State, now: _State) -> list[Path]:
    """Return what has another look than it had."""
    looks = ((path, now.looks[path] if path in now.looks else look_at(path)) for path in before.looks)
    return sorted(path for path, look in looks if before.looks[path] not in (NOTHING, look))


def _swapped(before: _State, now: _State) -> list[Path]:
    """Return the folders above what was looked at that were renamed, replaced, or had something put into them, but for
    those below which the go command has fetched something and that are the same ones still."""
    busy = {up for path in now.unpacked - before.unpacked for up in path.parents}
    looks = ((path, now.above.get(path) or look_at_folder(path)) for path in before.above)
    other = ((path, look) for path, look in looks if look != before.above[path])
    return sorted(path for path, look in other if path not in busy or look.places != before.above[path].places)


def _told_folder(path: Path) -> str:
    return (
        f"{path} was changed while go ran, and go has fetched nothing of this project into it: another folder may have "
        "been in its place, or another go command has fetched something; what has been compiled is not known"
    )


def _told(path: Path) -> str:
    return f"{path} was written to while go ran: what has been compiled of it is not known"


def _answered(audits: Iterable[Audit], *states: ProofState) -> set[ModuleVersion]:
    """Return the modules of whose zip the log has a hash. states: what it says of go.sum's."""
    return {
        proof.subject
        for audit in audits
        for proof in audit.facts.of(LineProof)
        if proof.kind is SumKind.ZIP and proof.state in (states or (ProofState.PROVEN, ProofState.DIFFERS))
    }


def _unchecked(audits: Iterable[Audit]) -> tuple[list[Fault], tuple[str, ...]]:
    """Return the copies that could not be hashed: as faults where the policy does not tell them and would have them,
    and as notes where it lets that pass."""
    faults: list[Fault] = []
    notes: list[str] = []
    for audit in audits:
        if audit.verdict.exit_code:
            continue
        found = [_fault_of(copy) for copy in audit.facts.of(CachedCopy) if copy.state is CopyState.UNCHECKED]
        found += [_fault_of_go(go) for go in audit.facts.of(InstalledGo) if go.level in _NOT_KNOWN]
        if audit.verdict.mode is Mode.ENFORCE:
            faults += found
        else:
            notes += [fault.text for fault in found]
    return faults, tuple(notes)


def _files_of(copies: Iterable[CachedCopy]) -> int:
    """Return how many files copies hold: a zip and what it was unpacked to have the same ones."""
    most: dict[ModuleVersion, int] = {}
    for copy in copies:
        most[copy.subject] = max(most.get(copy.subject, 0), copy.files)
    return sum(most.values())


def _fault_of_go(go: InstalledGo) -> Fault:
    if go.level is ToolchainLevel.MODIFIED or go.bad_proof:
        return Fault(code=4, text=f"{go.root}, the Go that builds here, is not what the log proves: {go.reason}")
    if go.level is ToolchainLevel.UNCHECKED:
        return Fault(code=3, text=f"{go.root}, the Go that builds here, could not be looked at: {go.reason}")
    return Fault(code=1, text=f"{go.root}, the Go that builds here, is not in the log: {go.reason}")


def _fault_of(copy: CachedCopy, who: str = "the log proves") -> Fault:
    if copy.state is CopyState.UNCHECKED:
        return Fault(code=3, text=f"{copy.path} could not be hashed: {copy.reason}")
    label = copy.reason or f"it has {copy.hash}, and should have {copy.logged_hash}"
    return Fault(code=4, text=f"{copy.path} is not what {who}: {label}")
