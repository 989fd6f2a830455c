"""Programs that the go command has just written: what each says it was built from, held against what was proven.

expected = expected_of(survey.items)
check_program(Path("bin/app"), expected).faults
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from supplymatrix.engine.events import OnEvent
from supplymatrix.engine.log_words import ask_log_about, bare_project
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.errors import InputError
from supplymatrix.gomod.build_info import BuildInfo, BuiltModule, NoBuildInfoError
from supplymatrix.model.audit import Audit, Unreadable
from supplymatrix.model.fact import LineProof, ProofState, RequiredModule, SumKind, SumLine
from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.sources.binary import read_binary

__all__ = [
    "CheckedProgram", "Expected", "ProgramFault", "check_installed", "check_program", "codes_of", "expected_of",
]  # fmt: skip

_CODES = {LogWordKind.NOT_LOGGED: 1, LogWordKind.IMPOSSIBLE: 1, LogWordKind.BROKEN: 4}


@value
class Expected:
    """What a program may be made of. proven: hashes of zips that the log has; by_sum: those that go.sum alone has.

    mains: paths of the modules that are built. folders: of those that are replaced by a folder. is_vendored: packages
    come from vendor/, so that no hash tells what was built. words: why a module is not proven, where the log was asked.
    """

    proven: Mapping[ModuleVersion, str]
    by_sum: Mapping[ModuleVersion, str] = MappingProxyType({})
    mains: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    is_vendored: bool = False
    words: Mapping[ModuleVersion, LogWord] = MappingProxyType({})


@value
class ProgramFault:
    """One thing that is not as it should be. code: 1 not in the log, 3 not known, 4 not what was proven."""

    code: int
    text: str


@value
class CheckedProgram:
    """A program. modules: that it names with a hash that was proven."""

    path: str
    modules: int
    faults: tuple[ProgramFault, ...]


def expected_of(items: Sequence[Audit | Unreadable], *, is_vendored: bool = False) -> Expected:
    """Return what a program may be made of that is built from these projects."""
    proven: dict[ModuleVersion, str] = {}
    by_sum: dict[ModuleVersion, str] = {}
    mains: set[str] = set()
    folders: set[str] = set()
    for item in items:
        if isinstance(item, Unreadable):
            continue
        mains.add(item.subject)
        for line in item.facts.of(SumLine):
            if line.kind is SumKind.ZIP:
                by_sum[line.subject] = line.hash
        for proof in item.facts.of(LineProof):
            if proof.kind is SumKind.ZIP and proof.state in (ProofState.PROVEN, ProofState.DIFFERS):
                proven[proof.subject] = proof.logged_hash
        for required in item.facts.of(RequiredModule):
            if required.effective is None or required.is_member:
                folders.add(required.subject.path)
    return Expected(
        proven=proven,
        by_sum={module: hash_ for module, hash_ in by_sum.items() if module not in proven},
        mains=frozenset(mains),
        folders=frozenset(folders),
        is_vendored=is_vendored,
    )


def check_program(path: Path, expected: Expected) -> CheckedProgram:
    """Hold a program against what it may be made of."""
    try:
        programs = read_binary(_there(path))
    except NoBuildInfoError as err:
        return _unread(path, 4, f"it is no program that the go command has built: {err.diagnostics[0].message}")
    except InputError as err:
        return _unread(path, 3, f"it cannot be checked: {err.diagnostics[0].message}")
    good = 0
    faults: dict[ProgramFault, None] = {}
    for info in programs:
        for found in _checked(info, expected):
            if found is None:
                good += 1
            else:
                faults.setdefault(found)
    return CheckedProgram(path=path.as_posix(), modules=good, faults=tuple(faults))


def check_installed(
    paths: Sequence[Path], source: PolicySource, means: Means, on_event: OnEvent
) -> tuple[list[CheckedProgram], Mapping[ModuleVersion, str]]:
    """Hold programs against the log alone, and return with them what it proves of the modules that they name.

    Raises InputError for a policy that cannot be used, TrustError for a log that lied as a whole.
    """
    named: dict[ModuleVersion, None] = {}
    for path in paths:
        try:
            infos = read_binary(_there(path))
        except InputError:  # told below
            continue
        named.update(dict.fromkeys(_module(built) for info in infos for built in _built(info) if built.sum))
    words = ask_log_about(list(named), bare_project(Path()), source, means, on_event).by_module
    proven = {module: word.h1 for module, word in words.items() if word.h1}
    expected = Expected(proven=proven, words=words)
    return [check_program(path, expected) for path in paths], proven


def _there(path: Path) -> Path:
    """Return where a program lies: on Windows, and for it, the name has an ending."""
    with_end = path.with_name(f"{path.name}.exe")
    return with_end if not path.exists() and with_end.exists() else path


def _unread(path: Path, code: int, text: str) -> CheckedProgram:
    return CheckedProgram(path=path.as_posix(), modules=0, faults=(ProgramFault(code=code, text=text),))


def _built(info: BuildInfo) -> Iterator[BuiltModule]:
    """Yield what was built of each module: what takes its place, where something does."""
    for module in (*((info.main,) if info.main is not None else ()), *info.deps):
        yield module.replaced_by or module


def _module(built: BuiltModule) -> ModuleVersion:
    return ModuleVersion(path=built.path, version=built.version)


def _checked(info: BuildInfo, expected: Expected) -> Iterator[ProgramFault | None]:
    """Yield None for each module that is as it should be, and a fault for each other one."""
    main = info.main
    if main is not None and main.path not in expected.mains:
        if main.sum or main.replaced_by is not None:
            yield _of_module(main, expected)
        elif expected.mains:
            mains = ", ".join(sorted(expected.mains)[:3])
            yield ProgramFault(code=4, text=f"it is a program of {main.path}, and {mains} was built")
        else:
            yield ProgramFault(code=3, text=f"nothing tells which version of {main.path} it was built from")
    for dep in info.deps:
        if dep.path not in expected.mains or dep.sum:
            yield _of_module(dep, expected)


def _of_module(module: BuiltModule, expected: Expected) -> ProgramFault | None:
    built = module.replaced_by or module
    version = _module(built)
    if not built.sum:
        if module.path in expected.folders or module.path in expected.mains:
            return None
        if expected.is_vendored and (version in expected.proven or version in expected.by_sum):
            return None
        return ProgramFault(code=3, text=f"it was built with {version}, and does not say of which hash")
    right = expected.proven.get(version) or expected.by_sum.get(version)
    if right == built.sum:
        return None
    if right:
        who = "the log" if version in expected.proven else "go.sum"
        return ProgramFault(code=4, text=f"it was built with {version} of {built.sum}, and {who} has {right}")
    word = expected.words.get(version)
    if word is not None:
        return ProgramFault(code=_CODES.get(word.kind, 3), text=f"it was built with {version}: {word.reason}")
    return ProgramFault(code=4, text=f"it was built with {version}, which go.sum does not have")


def codes_of(programs: Iterable[CheckedProgram]) -> set[int]:
    """Return the codes of all faults."""
    return {fault.code for program in programs for fault in program.faults}
