"""Programs that the go command has just written: what each says it was built from, held against what was proven.

expected = expected_of(survey.items)
check_program(Path("bin/app"), expected).faults
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from supplymatrix.engine.events import OnEvent
from supplymatrix.engine.log_words import ask_log_about, bare_project
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.errors import InputError
from supplymatrix.gomod.build_info import BuildInfo, BuiltModule, NoBuildInfoError
from supplymatrix.gomod.ldflags import without_secrets
from supplymatrix.model.audit import Audit, Unreadable
from supplymatrix.model.fact import LineProof, ProofState, RequiredModule, SumKind, SumLine
from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.program import SecretFlag
from supplymatrix.model.value import value
from supplymatrix.sources.binary import read_binary
from supplymatrix.sources.go_outputs import Output

__all__ = [
    "CheckedProgram", "Expected", "ProgramFault", "check_installed", "check_program", "codes_of", "expected_of",
]  # fmt: skip

_COARSEST = 2.0
"""Seconds: the coarsest step of a file system's times that is still met."""
_CODES = {LogWordKind.NOT_LOGGED: 1, LogWordKind.IMPOSSIBLE: 1, LogWordKind.BROKEN: 4}


_PROVEN, _BY_SUM, _UNHASHED = "proven", "by go.sum", "no hash"


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
    """A program. modules: that it names with a hash that was proven; by_sum: with one that go.sum alone has; unhashed:
    without any, as those from a folder or from vendor/. named: all that it names with a hash. secrets: in the settings
    that it records. gos: with which Go it was built, as it says, "go1.26.8"."""

    path: str
    modules: int
    faults: tuple[ProgramFault, ...]
    by_sum: int = 0
    unhashed: int = 0
    named: frozenset[ModuleVersion] = frozenset()
    secrets: tuple[SecretFlag, ...] = ()
    gos: tuple[str, ...] = ()


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


def check_program(output: Output, expected: Expected, *, since: float = 0.0) -> CheckedProgram:
    """Hold a program against what it may be made of. since: seconds since 1970; one that is older and of another
    package was there before, and is not what was built."""
    path = output.path
    try:
        programs = read_binary(path)
    except NoBuildInfoError as err:
        return _unread(path, 4, f"it is no program that the go command has built: {err.diagnostics[0].message}")
    except InputError as err:
        return _unread(path, 3, f"it cannot be checked: {err.diagnostics[0].message}")
    if output.package and all(info.path != output.package for info in programs) and _is_older(path, since):
        text = f"it was there before go ran, and is a program of {programs[0].path or 'no known package'}"
        return _unread(path, 3, f"{text}: where {output.package} was written is not known")
    found = [one for info in programs for one in _checked(info, expected)]
    faults = dict.fromkeys(one for one in found if isinstance(one, ProgramFault))
    return CheckedProgram(
        path=path.as_posix(),
        modules=found.count(_PROVEN),
        faults=tuple(faults),
        by_sum=found.count(_BY_SUM),
        unhashed=found.count(_UNHASHED),
        named=frozenset(_module(built) for info in programs for built in _built(info) if built.sum),
        secrets=tuple(dict.fromkeys(secret for info in programs for secret in without_secrets(info.settings)[1])),
        gos=tuple(dict.fromkeys(info.go_version for info in programs)),
    )


def _is_older(path: Path, since: float) -> bool:
    try:
        return os.stat(path).st_mtime + _COARSEST < since  # noqa: PTH116 - as it was read, links followed
    except OSError:
        return False


def check_installed(
    outputs: Sequence[Output], source: PolicySource, means: Means, on_event: OnEvent
) -> tuple[list[CheckedProgram], Mapping[ModuleVersion, str]]:
    """Hold programs against the log alone, and return with them what it proves of the modules that they name.

    Raises InputError for a policy that cannot be used, TrustError for a log that lied as a whole.
    """
    named: dict[ModuleVersion, None] = {}
    for output in outputs:
        try:
            infos = read_binary(output.path)
        except InputError:  # told below
            continue
        named.update(dict.fromkeys(_module(built) for info in infos for built in _built(info) if built.sum))
    words = ask_log_about(list(named), bare_project(Path()), source, means, on_event).by_module
    proven = {module: word.h1 for module, word in words.items() if word.h1}
    expected = Expected(proven=proven, words=words)
    since = means.now.timestamp()
    return [check_program(output, expected, since=since) for output in outputs], proven


def _unread(path: Path, code: int, text: str) -> CheckedProgram:
    return CheckedProgram(path=path.as_posix(), modules=0, faults=(ProgramFault(code=code, text=text),))


def _built(info: BuildInfo) -> Iterator[BuiltModule]:
    """Yield what was built of each module: what takes its place, where something does."""
    for module in (*((info.main,) if info.main is not None else ()), *info.deps):
        yield module.replaced_by or module


def _module(built: BuiltModule) -> ModuleVersion:
    return ModuleVersion(path=built.path, version=built.version)


def _checked(info: BuildInfo, expected: Expected) -> Iterator[ProgramFault | str]:
    """Yield for each module how it is as it should be, or a fault."""
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


def _of_module(module: BuiltModule, expected: Expected) -> ProgramFault | str:
    built = module.replaced_by or module
    version = _module(built)
    if not built.sum:
        if module.path in expected.folders or module.path in expected.mains:
            return _UNHASHED
        if expected.is_vendored and (version in expected.proven or version in expected.by_sum):
            return _UNHASHED
        return ProgramFault(code=3, text=f"it was built with {version}, and does not say of which hash")
    right = expected.proven.get(version) or expected.by_sum.get(version)
    if right == built.sum:
        return _PROVEN if version in expected.proven else _BY_SUM
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
