"""Programs that were read, and the log's word on their modules, as facts.

facts = program_facts(found.programs, words.by_module, selected)
facts.programs, facts.modules, facts.weak, facts.gaps

A module's hash is proven where the log has the very same one for this version. What a program records without a hash
(a vendored build, a folder) nothing proves, and it is said so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from supplymatrix.checks.programs import gap_of_module, is_unanswered
from supplymatrix.errors import InputError
from supplymatrix.gomod.build_info import BuildInfo, BuiltModule, split_version
from supplymatrix.gomod.godebug import weak_of_setting
from supplymatrix.gomod.ldflags import without_secrets
from supplymatrix.gomod.program_packages import unnamed_packages
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion, check_module
from supplymatrix.model.program import BuiltProgram, ProgramModule, ProgramModuleState, ProgramState, WeakDefault
from supplymatrix.model.value import changed, value
from supplymatrix.sources.programs import FoundProgram

__all__ = ["DEVEL", "ProgramFacts", "modules_to_ask", "program_facts"]

DEVEL = "(devel)"
_H1 = "h1:"
_NO_SUM = (
    "it records no hash, as no vendored build does: the log has this version, and nothing says that these are its files"
)
_VENDOR = (
    "`supplymatrix check --binary FILE` in its project, with the preset vendored: SM142 passes there where vendor/ is "
    "as the log proves"
)
_REFUSED = "HTTP status 400"
"""With this a log answers for a module that it cannot fetch: it does not exist, or is private."""
_PRIVATE = "a private module belongs under [sources] private in lift.toml, or into GOPRIVATE; else check its name"
_RELEASE = "release with modules that the log has, and without local replacements"
_LISTING = (ProgramState.READ, ProgramState.SEARCHED)
"""States of programs that name modules."""
_UNASKED = LogWord(kind=LogWordKind.UNANSWERED, reason="it was not asked for")


@value
class ProgramFacts:
    """Facts of programs, in the order of the programs. gaps: of modules that the log could not be asked for, each
    once."""

    programs: tuple[BuiltProgram, ...]
    modules: tuple[ProgramModule, ...]
    weak: tuple[WeakDefault, ...]
    gaps: tuple[Gap, ...]


@value
class _Named:
    """A module as a program names it. subject: what was built. asked: whether a log can have it; else `state` and
    `reason` say what is known without one."""

    subject: ModuleVersion
    sum: str
    original: str = ""
    is_main: bool = False
    state: ProgramModuleState | None = None
    reason: str = ""
    remedy: str = ""


def modules_to_ask(programs: Sequence[FoundProgram]) -> list[ModuleVersion]:
    """Return the module versions that the log is to be asked for, sorted: those that were built, and the toolchains."""
    asked: set[ModuleVersion] = set()
    for program in programs:
        info = program.read.info
        if info is not None:
            asked |= {named.subject for named in _named(info) if named.state is None}
            toolchain = _toolchain(info)
            asked |= {toolchain} if toolchain is not None else set()
    return sorted(asked)


def program_facts(
    programs: Sequence[FoundProgram],
    words: Mapping[ModuleVersion, LogWord],
    selected: Mapping[str, str] | None,
    *,
    mains: Collection[str] = (),
    tree_size: int = 0,
) -> ProgramFacts:
    """Return what is known of programs. words: of the log; selected: path → version that a project builds, None where
    no project is known, or not all of it. mains: the project's own modules; it selects no versions for programs of
    others."""
    built: list[BuiltProgram] = []
    modules: list[ProgramModule] = []
    weak: list[WeakDefault] = []
    gaps: dict[ModuleVersion, Gap] = {}
    for found in programs:
        program = _program(found, words)
        built.append(program)
        weak += weak_of_setting(program.setting("DefaultGODEBUG") or "", program.name, program.location)
        info = found.read.info
        versions = selected if program.main in mains else None
        for named in _named(info) if info is not None else ():
            module = _module(named, program, words, tree_size)
            modules.append(changed(module, required=_required(named, versions)))
            if is_unanswered(modules[-1]):
                gaps.setdefault(module.subject, gap_of_module(modules[-1]))
    return ProgramFacts(
        programs=tuple(built), modules=tuple(modules), weak=tuple(weak), gaps=tuple(gaps[key] for key in sorted(gaps))
    )


def _required(named: _Named, selected: Mapping[str, str] | None) -> str | None:
    """Return the version that the project builds of a module; a main module that it does not build is its own."""
    if selected is None or named.state is ProgramModuleState.LOCAL:
        return None
    return selected.get(named.subject.path, None if named.is_main else "")


def _program(found: FoundProgram, words: Mapping[ModuleVersion, LogWord]) -> BuiltProgram:
    """Return a program as a fact: what it says of itself, without the secrets in it."""
    read = found.read
    program = BuiltProgram(
        name=found.name,
        state=read.state,
        sha256=found.sha256,
        size=found.size,
        location=Location(artifact=found.name),
        format=read.format,
        goos=read.goos,
        goarch=read.goarch,
        libraries=read.libraries,
        interpreter=read.interpreter,
        packages=read.packages,
        disputes=read.disputes,
        reason=read.reason,
        from_image=found.image,
        also=found.also,
    )
    info = read.info
    if info is None:
        return program
    settings, secrets = without_secrets(info.settings)
    main = info.main
    return changed(
        program,
        go_version=info.go_version,
        is_version_inferred=info.is_version_inferred,
        path=info.path,
        main=main.path if main is not None else "",
        main_version=main.version if main is not None else "",
        main_sum=main.sum if main is not None else "",
        main_replaced=_replacement(main),
        settings=settings,
        has_settings=bool(info.settings),
        secrets=secrets,
        unnamed=unnamed_packages(info, read.packages) if read.state in _LISTING else (),
        go_release=split_version(info.go_version)[0],
        go_is_logged=_is_logged(info, words),
    )


def _replacement(main: BuiltModule | None) -> str:
    if main is None or main.replaced_by is None:
        return ""
    return str(ModuleVersion(path=main.replaced_by.path, version=main.replaced_by.version))


def _toolchain(info: BuildInfo) -> ModuleVersion | None:
    """Return the module version as which the log has this release of Go, None for what is no release.

    Every release is there for every platform, and on which one the program was built it does not say.
    """
    release = split_version(info.go_version)[0]
    return ModuleVersion(path=TOOLCHAIN_PATH, version=f"v0.0.1-go{release}.linux-amd64") if release else None


def _is_final(info: BuildInfo) -> bool:
    """Return whether a Go is no beta and no release candidate: the log does not have all of those."""
    return set(info.release) <= set("0123456789.")


def _is_logged(info: BuildInfo, words: Mapping[ModuleVersion, LogWord]) -> bool | None:
    toolchain = _toolchain(info)
    word = words.get(toolchain, _UNASKED) if toolchain is not None else _UNASKED
    if word.kind is LogWordKind.NOT_LOGGED and not _is_final(info):
        return None
    return {LogWordKind.PROVEN: True, LogWordKind.NOT_LOGGED: False}.get(word.kind)


def _named(info: BuildInfo) -> Iterator[_Named]:
    """Yield the modules that a program names: the main one where it has a hash, which a log then has."""
    if info.main is not None and info.main.replaced_by is None and info.main.sum:
        yield changed(_as_named(info.main), is_main=True)
    for dep in info.deps:
        yield _as_named(dep)


def _as_named(module: BuiltModule) -> _Named:
    used = module.replaced_by or module
    subject = ModuleVersion(path=used.path, version=used.version)
    original = str(ModuleVersion(path=module.path, version=module.version)) if module.replaced_by is not None else ""
    named = _Named(subject=subject, sum=used.sum, original=original)
    if used.version in ("", DEVEL):
        where = f"the folder {used.path}" if original else "a folder beside it, as in a workspace"
        reason = f"it was built from {where}: nothing proves what was in it"
        return changed(named, state=ProgramModuleState.LOCAL, reason=reason, remedy=_RELEASE)
    try:
        check_module(used.path, used.version)
    except InputError as err:
        reason = f"no log can have it: {err.diagnostics[0].message}"
        return changed(named, state=ProgramModuleState.NOT_IN_LOG, reason=reason)
    return named


def _module(
    named: _Named, program: BuiltProgram, words: Mapping[ModuleVersion, LogWord], tree_size: int
) -> ProgramModule:
    word = words.get(named.subject, _UNASKED)
    state, reason, remedy = (
        (named.state, named.reason, named.remedy) if named.state is not None else _judged(named, word)
    )
    has_record = word.kind is LogWordKind.PROVEN and named.state is None
    return ProgramModule(
        program=program.name,
        subject=named.subject,
        state=state,
        location=program.location,
        original=named.original,
        sum=named.sum,
        logged_hash=word.h1 if has_record else "",
        record_id=word.record if has_record else -1,
        tree_size=(word.tree_size or tree_size) if has_record else 0,
        reason=reason,
        remedy=remedy,
        is_declared=state is ProgramModuleState.PRIVATE and word.is_declared,
    )


def _judged(named: _Named, word: LogWord) -> tuple[ProgramModuleState, str, str]:
    """Return what the log's word makes of a module, why, and what to do."""
    states = {
        LogWordKind.NOT_LOGGED: ProgramModuleState.NOT_IN_LOG,
        LogWordKind.IMPOSSIBLE: ProgramModuleState.NOT_IN_LOG,
        LogWordKind.PRIVATE: ProgramModuleState.PRIVATE,
        LogWordKind.UNANSWERED: ProgramModuleState.UNCHECKED,
        LogWordKind.BROKEN: ProgramModuleState.BAD_PROOF,
    }
    if word.kind is LogWordKind.UNANSWERED and _REFUSED in word.reason:
        return states[word.kind], word.reason, _PRIVATE
    if word.kind is not LogWordKind.PROVEN:
        return states[word.kind], word.reason, word.remedy
    if not word.h1:
        return ProgramModuleState.NOT_IN_LOG, word.reason, ""
    if not named.sum:
        return ProgramModuleState.NO_SUM, _NO_SUM, _VENDOR
    if named.sum == word.h1:
        return ProgramModuleState.PROVEN, "", ""
    if not named.sum.startswith(_H1):
        kind = named.sum.partition(":")[0][:20]
        return ProgramModuleState.NO_SUM, f"its hash is of the unknown kind {kind!r}, which the log does not have", ""
    remedy = "do not run it: find out who built it, and from what"
    return ProgramModuleState.DIFFERS, f"it records {named.sum}, the log has {word.h1}", remedy
