"""What `supplymatrix go` says on stderr, before the go command and after it: a line when all is well."""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.model.program import SecretFlag
from supplymatrix.model.value import value
from supplymatrix.reports.diagnostic import render_problem
from supplymatrix.reports.plain import plain

__all__ = [
    "GoView", "ProgramView", "say_after", "say_before", "say_faults", "say_loose", "say_notes", "say_secrets",
]  # fmt: skip

_NAME = "supplymatrix"
_MOST_NOTES = 20
_NEXT = {
    1: "a module that the log does not know was built; find out where it comes from",
    3: "until that is known, take what was built for unchecked",
    4: "do not use what was built; find out who changed it",
}


@value
class ProgramView:
    """A program that was built. modules: of it that were proven; by_sum: that go.sum alone has; unhashed: without a
    hash, from a folder or from vendor/. faults: code and text of each. secrets: in its settings."""

    path: str
    modules: int
    faults: tuple[tuple[int, str], ...]
    by_sum: int = 0
    unhashed: int = 0
    secrets: tuple[SecretFlag, ...] = ()


@value
class GoView:
    """What came of a look, as it is told. seconds: how long it took. total: modules whose files are wanted; after go
    has run, that nobody had looked at before. modules: of these that are proven; by_sum: that go.sum alone has;
    unread: that could not be looked at; notes: why. copies, files: that are as proven. in_vendor, compared: modules in
    vendor/, and how many of them were compared.

    has_project: there is a go.mod. faults: code and text of what no rule tells. was_judged: a survey was made. secrets:
    in the flags of the line.
    """

    exit_code: int
    total: int = 0
    modules: int = 0
    by_sum: int = 0
    unread: int = 0
    notes: tuple[str, ...] = ()
    in_vendor: int = 0
    compared: int = 0
    copies: int = 0
    files: int = 0
    seconds: float = 0.0
    has_project: bool = True
    is_vendored: bool = False
    was_judged: bool = False
    faults: tuple[tuple[int, str], ...] = ()
    programs: tuple[ProgramView, ...] = ()
    secrets: tuple[SecretFlag, ...] = ()


def say_loose(settings: Sequence[str]) -> str:
    """Return the line about settings with which more is believed, "" where there are none."""
    if not settings:
        return ""
    told = ", ".join(plain(setting) for setting in settings)
    return f"{_NAME}: go runs with {told}: what these let in is looked at afterwards, if at all\n"


def say_before(view: GoView, *, verbose: bool = False) -> str:
    """Return the line before the go command is run, or why it is not."""
    if view.exit_code:
        return f"{_NAME}: go was not run (exit {view.exit_code})\n"
    if not view.has_project:
        return f"{_NAME}: there is no go.mod here, and no module to look at\n"
    if not view.was_judged:
        return ""
    if view.is_vendored:
        told = _of_vendor(view)
    elif not view.total:
        told = "no modules of others are built here"
    elif view.modules < view.total:
        told = _of_modules(view, "proven")
    elif not view.copies:
        told = f"{_count(view.modules, 'module')} proven, none of them fetched yet"
    else:
        told = f"{_count(view.modules, 'module')} proven, and their files here as the log has them"
    more = f" ({_count(view.copies, 'copy', 'copies')}, {view.files:,} files, {view.seconds:.2f} s)" if verbose else ""
    return f"{_NAME}: {told}{more}\n"


def _of_modules(view: GoView, how: str) -> str:
    """Return how many modules are proven, and what the others are."""
    if view.modules == view.total:
        return f"{_count(view.total, 'module')} {how}"
    told = [f"{view.modules:,} of {_count(view.total, 'module')} {how}"]
    told += [f"{view.by_sum:,} by go.sum alone"] if view.by_sum else []
    told += [f"{view.unread:,} not looked at"] if view.unread else []
    return "; ".join(told)


def _of_vendor(view: GoView) -> str:
    if view.compared < view.in_vendor:
        compared = f"was compared for {view.compared:,} of them" if view.compared else "was not compared"
        return f"{view.modules:,} of {_count(view.in_vendor, 'module')} proven; vendor/ {compared}"
    return f"{_of_modules(view, 'proven')}, vendor/ as their zips have it"


def say_notes(view: GoView) -> str:
    """Return a line for each thing that could not be looked at, and that the policy lets pass."""
    told = [f"{_NAME}: {plain(note)}\n" for note in dict.fromkeys(view.notes)]
    more = [f"{_NAME}: … and {len(told) - _MOST_NOTES:,} more could not be looked at\n"] * (len(told) > _MOST_NOTES)
    return "".join((*told[:_MOST_NOTES], *more))


def say_secrets(view: GoView) -> str:
    """Return a warning for each secret that a program was built with, its kind and name alone; no exit code comes of
    it, SM146 has one. What a program records and what the line says is told once."""
    found = {(secret.name, secret.kind): plain(program.path) for program in view.programs for secret in program.secrets}
    for secret in view.secrets:
        found.setdefault((secret.name, secret.kind), "what was built")
    lines = [
        f"{_NAME}: warning: {where} has a secret in it, from the flags of the build: {plain(name)} ({plain(kind)}); "
        "whoever has the program has it (supplymatrix explain SM146)\n"
        for (name, kind), where in found.items()
    ]
    more = [f"{_NAME}: warning: … and {len(lines) - _MOST_NOTES:,} more secrets\n"] * (len(lines) > _MOST_NOTES)
    return "".join((*lines[:_MOST_NOTES], *more))


def say_after(view: GoView, *, code: int = 0, verbose: bool = False) -> str:
    """Return the line behind the go command; "" where nothing came of it that had to be looked at. code: go's own."""
    if view.exit_code and code:
        return f"{_NAME}: what go has left is not as it should be; exit {code} is go's own\n"
    if view.exit_code:
        return f"{_NAME}: exit {view.exit_code} is from the look after it, go ended with 0\n"
    told = []
    if view.total:
        told = [_of_modules(view, "looked at afterwards, as proven")]
    told += [f"{plain(program.path)}: {_of_program(program, view)}" for program in view.programs[:3]]
    if len(view.programs) > 3:
        told.append(f"{len(view.programs) - 3:,} programs more")
    if verbose:
        told.append(f"{view.seconds:.2f} s afterwards")
    return f"{_NAME}: {'; '.join(told)}\n" if told else ""


def _of_program(program: ProgramView, view: GoView) -> str:
    """Return what its modules are. Such as have no hash are proven by nothing."""
    if not (program.modules or program.by_sum or program.unhashed):
        return "no modules of others"
    if not (program.by_sum or program.unhashed):
        return f"{_count(program.modules, 'module')}, as proven"
    told = [f"{program.modules:,} as proven"] if program.modules or not view.is_vendored else []
    told += [f"{program.by_sum:,} by go.sum alone"] if program.by_sum else []
    told += [f"{program.unhashed:,} from {'vendor/' if view.is_vendored else 'a folder'}"] if program.unhashed else []
    return ", ".join(told)


def say_faults(view: GoView, *, color: bool = False) -> str:
    """Return what is wrong beside what the report tells, "" for nothing."""
    faults = [*view.faults]
    faults += [(code, f"{program.path}: {text}") for program in view.programs for code, text in program.faults]
    shown = sorted(dict.fromkeys(faults), key=lambda fault: (-fault[0], fault[1]))
    parts = [
        render_problem("alarm" if code == 4 else "error", text, [f"next: {_NEXT[code]}"], color=color)
        for code, text in shown[:20]
    ]
    if len(shown) > 20:
        parts.append(f"… and {len(shown) - 20:,} more\n")
    return "".join(part if part.endswith("\n") else f"{part}\n" for part in parts)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
