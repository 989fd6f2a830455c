"""What compiled programs say of themselves, and what the log says of it: for people, and for machines.

One program is shown in full; of several each gets a line, and what is wrong with it below. Counts come first, then what
is no better than it should be. No secret is ever shown, since none is in the facts.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from supplymatrix.gomod.goversion import go_version_key
from supplymatrix.model.program import (
    BuiltProgram,
    ProgramModule,
    ProgramModuleState,
    ProgramState,
    SecretFlag,
    WeakDefault,
)
from supplymatrix.model.programs_run import ALARMING, OPAQUE, UNPROVEN, BinaryRun, is_odd, is_other_version
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import counted

__all__ = ["SCHEMA", "ProgramPart", "module_in_log", "render_programs_json", "render_programs_text", "state_words"]

SCHEMA = "supplymatrix.programs/1"
_SHOWN = 8  # modules with one answer, and weak defaults, unless all are asked for
_LABEL = 13  # columns of the names before values
_WORDS: dict[ProgramModuleState, str] = {
    ProgramModuleState.PROVEN: "proven",
    ProgramModuleState.DIFFERS: "not what the log has",
    ProgramModuleState.BAD_PROOF: "the proof does not hold",
    ProgramModuleState.NOT_IN_LOG: "not in the log",
    ProgramModuleState.NO_SUM: "without a hash",
    ProgramModuleState.LOCAL: "from a folder",
    ProgramModuleState.UNCHECKED: "not checked",
    ProgramModuleState.PRIVATE: "private",
}
_ORDER = list(_WORDS)
_OPAQUE: dict[ProgramState, str] = {
    ProgramState.PACKED: "packed: what is in it cannot be told",
    ProgramState.OBFUSCATED: "obfuscated: its modules cannot be told",
    ProgramState.DAMAGED: "damaged: its build info cannot be read",
    ProgramState.BARE: "it names no module",
}
_SETTINGS = (
    "-buildmode", "-compiler", "-tags", "-trimpath", "-race", "-msan", "-asan", "-cover", "-gcflags", "-asmflags",
    "-ldflags", "-pgo", "CGO_ENABLED", "CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_LDFLAGS", "GOEXPERIMENT",
    "GOFIPS140", "GOAMD64", "GOARM64", "GOARM", "GO386", "GOMIPS", "GOMIPS64", "GOPPC64", "GORISCV64", "GOWASM",
    "microsoft_systemcrypto", "microsoft_toolset_version", "DefaultGODEBUG",
)  # fmt: skip
"""Settings that are shown, in this order; the others are in the JSON."""
_PLAIN = {"-buildmode": "exe", "-compiler": "gc"}
"""Settings that need not be told where they are so."""
_HIDDEN = "-ldflags are not recorded with -trimpath: what -X set cannot be seen"
_READABLE = (ProgramState.READ, ProgramState.SEARCHED)
_RECORDS_GODEBUG = "1.21"
_VERDICTS = {
    0: "every module of every program is proven",
    1: "not everything is proven, or as it should be",
    2: "a named file is no Go program",
    3: "something could not be checked",
    4: "ALARM: something is not what the log has, or what its digest says",
    5: "there is no Go program",
}


def state_words(state: ProgramModuleState) -> str:
    """Return what a state of a module means, in a few words."""
    return _WORDS[state]


def render_programs_text(run: BinaryRun, *, width: int = 80, verbose: bool = False, modules: bool = False) -> str:
    """Return what is known of programs, for a person at a terminal. verbose: each in full; modules: each of them."""
    lines: list[str] = []
    by_program = _by_program(run)
    is_full = verbose or modules or len(run.programs) == 1
    for program in run.programs:
        part = ProgramPart(program, by_program.get(program.name, ()), _weak_of(run, program), run.project)
        lines += [*part.full(width, every=modules), ""] if is_full else part.brief(width)
    if not is_full and run.programs:
        lines += [""]
    lines += _wrong(run, width)
    lines += _said(run.notes, "note", width)
    project = [f"project: {plain(run.project)}"] if run.project else []
    closing = tuple(_not_fine(run, by_program)) if len(run.programs) > 1 else ()
    for text in (*closing, _counts(run), f"log: {_log(run)}", *project, _verdict(run)):
        lines += _wrapped(text, width, "  ")
    return "\n".join(lines) + "\n"


def _by_program(run: BinaryRun) -> dict[str, list[ProgramModule]]:
    found: dict[str, list[ProgramModule]] = {}
    for module in run.modules:
        found.setdefault(module.program, []).append(module)
    return found


def _weak_of(run: BinaryRun, program: BuiltProgram) -> tuple[WeakDefault, ...]:
    return tuple(weak for weak in run.weak if weak.subject == program.name)


def _counts(run: BinaryRun) -> str:
    looked = f"{counted(run.files, 'file')} looked at" + (f" in {counted(run.images, 'image')}" if run.images else "")
    modules = counted(len(run.modules), "module")
    return f"{looked}: {counted(len(run.programs), 'Go program')}, {modules}{_tally(run.modules)}"


def _tally(modules: Sequence[ProgramModule]) -> str:
    """Return how many modules are in which state, as the end of a sentence."""
    found = Counter(module.state for module in modules)
    parts = [f"{found[state]:,} {_WORDS[state]}" for state in _ORDER if found[state]]
    return f": {', '.join(parts)}" if parts else ""


def _log(run: BinaryRun) -> str:
    return f"{plain(run.log)} tree {run.tree_size:,}" if run.tree_size else f"{plain(run.log)} was not asked"


def _verdict(run: BinaryRun) -> str:
    if run.exit_code == 0:
        return _good(run) + _of_mains(run)
    odd = "" if all(module.state not in UNPROVEN for module in run.modules) else "; and not everything is proven"
    return _VERDICTS[run.exit_code] + (odd if run.exit_code in (2, 3) else "")


def _good(run: BinaryRun) -> str:
    """Return what is proven where nothing is wrong, and what nobody asked the log for."""
    if not run.modules:
        return "the programs name no module that a log could have"
    naming = {module.program for module in run.modules}
    without = sum(program.name not in naming for program in run.programs)
    private = sum(module.state is ProgramModuleState.PRIVATE for module in run.modules)
    if not without and not private:
        return _VERDICTS[0]
    apart = f" but {counted(private, 'private one')}" if private else ""
    none = f"; {counted(without, 'program')} without any" if without else ""
    return f"all modules that are named{apart} are proven{none}"


def _of_mains(run: BinaryRun) -> str:
    """Return that main modules without a hash, as nearly all are, are proven by nothing."""
    number = sum(bool(program.main) and not program.main_sum for program in run.programs)
    if not number:
        return ""
    return "; main module: not provable" if len(run.programs) == 1 else f"; {number:,} main modules: not provable"


def _not_fine(run: BinaryRun, by_program: Mapping[str, Sequence[ProgramModule]]) -> Iterator[str]:
    """Yield which of several programs are not as they should be, the alarms first."""
    alarms, odd = list[str](), list[str]()
    for program in run.programs:
        modules = by_program.get(program.name, ())
        if any(module.state in ALARMING for module in modules):
            alarms.append(program.name)
        elif is_odd(program) or any(module.state in UNPROVEN or is_other_version(module) for module in modules):
            odd.append(program.name)
    if alarms:
        yield f"ALARM in {len(alarms):,} of {len(run.programs):,} programs: {plain(_listed(alarms))}"
    if odd:
        yield f"not as it should be, {len(odd):,} of {len(run.programs):,} programs: {plain(_listed(odd))}"


def _wrong(run: BinaryRun, width: int) -> Iterator[str]:
    """Yield what is wrong with files, and what could not be had."""
    for where, what in run.forged:
        yield from _wrapped(f"ALARM {plain(where)}: {plain(what)}", width, "  ")
    for fault in run.faults:
        remedy = f" = next: {plain(fault.remedy)}" if fault.remedy else ""
        yield from _wrapped(f"not read: {plain(fault.artifact)}: {plain(fault.message)}{remedy}", width, "  ")
    together: dict[tuple[str, str], list[str]] = {}
    for gap in run.gaps:
        together.setdefault((gap.reason, gap.remedy), []).append(gap.wanted)
    for (reason, remedy), wanted in together.items():
        more = f" and {len(wanted) - 3:,} more" if len(wanted) > 3 else ""
        text = f"not known: {plain(', '.join(wanted[:3]))}{more}: {plain(reason)}"
        yield from _wrapped(text, width, "  ")
        if remedy:
            yield from _wrapped(f"  = next: {plain(remedy)}", width, "    ")
    if run.forged or run.faults or run.gaps:
        yield ""


def _said(notes: Sequence[str], word: str, width: int) -> Iterator[str]:
    for note in notes:
        yield from _wrapped(f"{word}: {plain(note)}", width, "  ")


def _wrapped(text: str, width: int, margin: str) -> list[str]:
    """Return a text in lines; a word that is longer than a line, such as a hash, stays whole."""
    return textwrap.wrap(
        text, max(40, width), subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    ) or [text]


class ProgramPart:
    """The lines of one program."""

    def __init__(
        self, program: BuiltProgram, modules: Sequence[ProgramModule], weak: Sequence[WeakDefault], project: str
    ) -> None:
        self._program = program
        self._modules = modules
        self._weak = weak
        self._project = project
        self._others = [module for module in modules if is_other_version(module)]

    def brief(self, width: int) -> Iterator[str]:
        """Yield a line, and one for each thing that is wrong."""
        program = self._program
        yield from _wrapped(f"{plain(program.name)}: {self.kind()}; {self._modules_in_words()}", width, "  ")
        for text in self.faults():
            yield from _wrapped(f"  {text}", width, "    ")
        if program.reason and program.state not in OPAQUE:
            yield from _wrapped(f"  note: {plain(program.reason)}", width, "    ")

    def full(self, width: int, *, every: bool) -> Iterator[str]:
        """Yield all that is known; every: each module, too."""
        program = self._program
        yield from _wrapped(f"{plain(program.name)}: {self.kind()}", width, "  ")
        for name, text in self.rows():
            yield from _wrapped(f"  {name:{_LABEL}}{text}", width, " " * (_LABEL + 2))
        yield from self._groups(width)
        yield from self._weak_lines(width)
        if every:
            for module in self._modules:
                yield plain(f"  {_WORDS[module.state]:24}{self._subject(module)}")

    def kind(self) -> str:
        program = self._program
        platform = "/".join(filter(None, (program.goos, program.goarch)))
        inferred = " (the only one among its texts)" if program.is_version_inferred else ""
        go = f"{program.go_version}{inferred}" if program.go_version else "by an unknown Go"
        return plain(", ".join(filter(None, (f"{program.format} {platform}".strip(), go))))

    def _modules_in_words(self) -> str:
        if self._program.state in OPAQUE and not self._modules:
            return _OPAQUE[self._program.state]
        return f"{counted(len(self._modules), 'module')}{_tally(self._modules)}" if self._modules else "no modules"

    def faults(self) -> Iterator[str]:
        """Yield what is wrong, the gravest first, a sentence each."""
        program = self._program
        for state in (s for s in _ORDER if s in ALARMING or s in UNPROVEN):
            found = [self._subject(module) for module in self._modules if module.state is state]
            if found:
                mark = "ALARM " if state in ALARMING else ""
                yield f"{mark}{_WORDS[state]}: {_listed(found)}"
        if self._others:
            others = _listed([self._other(module) for module in self._others])
            yield f"other versions than {plain(self._project)} builds: {others}"
        if program.is_dirty:
            yield "built from a working tree with changes that are in no commit"
        yield from self._contradictions()
        if program.main_replaced:
            yield plain(f"its main module was replaced by {program.main_replaced}")
        if program.secrets:
            yield f"{counted(len(program.secrets), 'secret')} in its build settings"
        if self._weak:
            yield f"{counted(len(self._weak), 'default')} weaker than Go is today"

    def _contradictions(self) -> Iterator[str]:
        """Yield in what the program is not what it says of itself."""
        program = self._program
        if program.unnamed:
            yield plain(f"linked in, and named by no module: {_listed(program.unnamed)}")
        if program.disputes:
            yield plain(f"disputed: {'; '.join(program.disputes)}")
        if program.go_is_logged is False:
            yield plain(f"built by Go {program.go_release}, and the log has NO such release")

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield what the program says of itself, a name and a value each."""
        program = self._program
        yield "sha256", program.sha256
        if program.also:
            yield "also", plain(_listed(program.also))
        if program.from_image:
            yield "image", plain(program.from_image)
        yield from self._states()
        if program.main or program.path:
            yield "main module", plain(self._main())
        if program.setting("vcs.revision") or program.is_dirty:
            yield "built from", plain(self._vcs())
        elif program.state in _READABLE:
            yield "built from", "not recorded" if program.has_settings else "not recorded before Go 1.18"
        if program.go_is_logged is not None:
            yield "Go", "the log has this release" if program.go_is_logged else "the log has NO such release"
        elif program.go_version and not program.go_release:
            yield "Go", "of no release: nobody can say what is in it"
        settings = plain(", ".join(self._settings()))
        if settings or not program.has_settings:
            yield "settings", settings or "none: they are recorded from Go 1.18 on"
        yield from self._secrets()
        if program.libraries or program.interpreter:
            loaded = f"; loaded by {program.interpreter}" if program.interpreter else ""
            yield "libraries", plain(f"{', '.join(program.libraries) or 'none'}{loaded}")
        if program.packages is not None:
            yield "packages", f"{len(program.packages):,} linked in"
        words = self._modules_in_words().replace(" modules", "", 1).replace(" module", "", 1)
        yield "modules", "none are named" if words == "no" else words

    def _secrets(self) -> Iterator[tuple[str, str]]:
        """Yield what looks like a secret, or that nothing does as far as one can see."""
        program = self._program
        for secret in program.secrets:
            yield "SECRET", plain(_described(secret))
        none = "none in the settings" if not program.secrets else ""
        hidden = _HIDDEN if program.hides_ldflags else ""
        if program.has_settings and program.state in _READABLE and (none or hidden):
            yield "secrets", "; ".join(filter(None, (none, hidden)))

    def _states(self) -> Iterator[tuple[str, str]]:
        """Yield how much it lets one know, and in what it contradicts itself."""
        program = self._program
        if program.state in OPAQUE:
            yield "state", plain(_OPAQUE[program.state] + (f" ({program.reason})" if program.reason else ""))
        elif program.state is ProgramState.SEARCHED:
            where = "found by a search of the whole file: its format has no place for build info"
            yield "state", plain(program.reason or where)
        elif program.reason:
            yield "note", plain(program.reason)
        for dispute in program.disputes:
            yield "DISPUTED", plain(dispute)
        if program.unnamed:
            yield "UNNAMED", plain(f"linked in, and named by no module: {_listed(program.unnamed)}")

    def _main(self) -> str:
        program = self._program
        if not program.main:
            return f"none: {program.path}"
        version = f" {program.main_version}" if program.main_version else ""
        replaced = f", replaced by {program.main_replaced}" if program.main_replaced else ""
        package = f" (package {program.path})" if program.path != program.main else ""
        return f"{program.main}{version}{replaced}{package}"

    def _vcs(self) -> str:
        program = self._program
        system = program.setting("vcs") or ""
        parts = [f"{system} {program.setting('vcs.revision') or ''}".strip(), program.setting("vcs.time") or ""]
        dirty = "WITH changes that are in no commit" if program.is_dirty else ""
        return ", ".join(filter(None, (*parts, dirty)))

    def _settings(self) -> Iterator[str]:
        for key in _SETTINGS:
            text = self._program.setting(key)
            if text and text != _PLAIN.get(key) and key != "DefaultGODEBUG":
                yield key if text == "true" else f"{key}={text}"

    def _groups(self, width: int) -> Iterator[str]:
        """Yield the modules that are not proven, those with one answer together."""
        for state in _ORDER[1:]:
            together: dict[tuple[str, str], list[str]] = {}
            for module in self._modules:
                if module.state is state:
                    together.setdefault((module.reason, module.remedy), []).append(self._subject(module))
            for (reason, remedy), subjects in together.items():
                mark = "ALARM " if state in ALARMING else ""
                yield from _wrapped(f"  {mark}{_WORDS[state]}: {plain(_listed(subjects))}", width, "    ")
                yield from _wrapped(f"    {plain(reason)}", width, "    ") if reason else ()
                yield from _wrapped(f"    = next: {plain(remedy)}", width, "      ") if remedy else ()
        if self._others:
            found = _listed([self._other(module) for module in self._others])
            yield from _wrapped(f"  other versions than {plain(self._project)} builds: {plain(found)}", width, "    ")

    def _weak_lines(self, width: int) -> Iterator[str]:
        if self._weak:
            yield f"  weaker than Go is today: {counted(len(self._weak), 'default')}"
        elif self._program.state in _READABLE:
            yield f"  weaker than Go is today: {self._no_weak()}"
        for weak in self._weak:
            yield from _wrapped(f"    {plain(f'{weak.key}={weak.setting}')}: {weak.effect}", width, "      ")

    def _no_weak(self) -> str:
        program = self._program
        if not program.has_settings:
            return "not recorded before Go 1.18"
        is_old = program.go_release and go_version_key(program.go_release) < go_version_key(_RECORDS_GODEBUG)
        return f"not recorded before Go {_RECORDS_GODEBUG}" if is_old else "no default that it records"

    @staticmethod
    def _subject(module: ProgramModule) -> str:
        replaced = f" (for {module.original})" if module.original else ""
        return f"{module.subject.path} {module.subject.version}".strip() + replaced

    @staticmethod
    def _other(module: ProgramModule) -> str:
        theirs = f"the project has {module.required}" if module.required else "the project does not have it"
        return f"{module.subject.path} {module.subject.version} ({theirs})"


def _described(secret: SecretFlag) -> str:
    shown = f", begins with {secret.prefix!r}" if secret.prefix else ""
    digest = f", sha256 {secret.digest}…" if secret.digest else ""
    return f"{secret.setting} {secret.name}: {secret.kind}; {secret.length} characters{shown}{digest}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def render_programs_json(run: BinaryRun) -> str:
    """Return everything as JSON."""
    by_program = _by_program(run)
    return as_json(
        {
            "schema": SCHEMA,
            "exit_code": run.exit_code,
            "log": {"name": run.log, "tree_size": run.tree_size},
            "project": run.project or None,
            "files": run.files,
            "images": run.images,
            "counts": {
                state.value: sum(module.state is state for module in run.modules) for state in ProgramModuleState
            },
            "programs": [
                _program(program, by_program.get(program.name, ()), _weak_of(run, program)) for program in run.programs
            ],
            "forged": [{"where": where, "what": what} for where, what in run.forged],
            "faults": [{"file": fault.artifact, "what": fault.message, "remedy": fault.remedy} for fault in run.faults],
            "gaps": [
                {"wanted": gap.wanted, "subject": gap.subject, "reason": gap.reason, "remedy": gap.remedy}
                for gap in run.gaps
            ],
            "notes": list(run.notes),
        }
    )


def _program(program: BuiltProgram, modules: Sequence[ProgramModule], weak: Sequence[WeakDefault]) -> dict[str, object]:
    return {
        "name": program.name,
        "also": list(program.also),
        "sha256": program.sha256,
        "size": program.size,
        "image": program.from_image or None,
        "state": program.state.value,
        "reason": program.reason,
        "format": program.format,
        "goos": program.goos,
        "goarch": program.goarch,
        "go": {
            "version": program.go_version,
            "release": program.go_release,
            "is_inferred": program.is_version_inferred,
            "is_in_log": program.go_is_logged,
        },
        "package": program.path,
        "main": {
            "path": program.main,
            "version": program.main_version,
            "sum": program.main_sum,
            "replaced_by": program.main_replaced,
        }
        if program.main
        else None,
        "is_dirty": program.is_dirty,
        "settings": [{"key": key, "value": text} for key, text in program.settings] if program.has_settings else None,
        "hides_ldflags": program.hides_ldflags,
        "secrets": [
            {
                "setting": secret.setting,
                "name": secret.name,
                "kind": secret.kind,
                "prefix": secret.prefix,
                "digest": secret.digest,
                "length": secret.length,
            }
            for secret in program.secrets
        ],
        "libraries": list(program.libraries),
        "interpreter": program.interpreter,
        "packages": list(program.packages) if program.packages is not None else None,
        "unnamed": list(program.unnamed),
        "disputes": list(program.disputes),
        "weak_defaults": [
            {"key": one.key, "value": one.setting, "since": one.since, "effect": one.effect} for one in weak
        ],
        "modules": [_module(module) for module in modules],
    }


def module_in_log(module: ProgramModule) -> dict[str, object]:
    """Return what a program recorded of a module, and what the log says of it, as every report of programs has it."""
    return {
        "path": module.subject.path,
        "version": module.subject.version,
        "replaces": module.original or None,
        "sum": module.sum,
        "state": module.state.value,
        "logged_hash": module.logged_hash,
        "record": module.record_id if module.record_id >= 0 else None,
        "tree_size": module.tree_size or None,
    }


def _module(module: ProgramModule) -> dict[str, object]:
    return {
        **module_in_log(module),
        "project_version": module.required,
        "is_other_version": is_other_version(module),
        "reason": module.reason,
        "remedy": module.remedy,
    }
