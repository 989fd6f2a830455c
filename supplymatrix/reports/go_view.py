"""What `supplymatrix go` says on stderr, before the go command and after it: a line when all is well."""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.model.value import value
from supplymatrix.reports.diagnostic import render_problem
from supplymatrix.reports.plain import plain

__all__ = ["GoView", "ProgramView", "say_after", "say_before", "say_faults", "say_loose"]

_NAME = "supplymatrix"
_NEXT = {
    1: "a module that the log does not know was built; find out where it comes from",
    3: "until that is known, take what was built for unchecked",
    4: "do not use what was built; find out who changed it",
}


@value
class ProgramView:
    """A program that was built. modules: of it that were proven. faults: code and text of each."""

    path: str
    modules: int
    faults: tuple[tuple[int, str], ...]


@value
class GoView:
    """What came of a look, as it is told. seconds: how long it took. new: modules that nobody had looked at before.

    has_project: there is a go.mod. faults: code and text of what no rule tells. was_judged: a survey was made.
    """

    exit_code: int
    modules: int = 0
    copies: int = 0
    files: int = 0
    new: int = 0
    seconds: float = 0.0
    has_project: bool = True
    is_vendored: bool = False
    was_judged: bool = False
    faults: tuple[tuple[int, str], ...] = ()
    programs: tuple[ProgramView, ...] = ()


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
        return f"{_NAME}: there is no go.mod here, and nothing to look at\n"
    if not view.was_judged:
        return ""
    if view.is_vendored:
        told = f"{_count(view.modules, 'module')} proven, vendor/ as their zips have it"
    elif not view.modules:
        told = "no modules of others are built here"
    elif not view.copies:
        told = f"{_count(view.modules, 'module')} proven, none of them fetched yet"
    else:
        told = f"{_count(view.modules, 'module')} proven, and their files here as the log has them"
    more = f" ({_count(view.copies, 'copy', 'copies')}, {view.files:,} files, {view.seconds:.2f} s)" if verbose else ""
    return f"{_NAME}: {told}{more}\n"


def say_after(view: GoView, *, verbose: bool = False) -> str:
    """Return the line behind the go command; "" where nothing came of it that had to be looked at."""
    if view.exit_code:
        return f"{_NAME}: what go has left is not as it should be (exit {view.exit_code})\n"
    told = [f"{_count(view.new, 'module')} looked at afterwards, as proven"] if view.new else []
    told += [f"{plain(program.path)}: {_count(program.modules, 'module')}, as proven" for program in view.programs[:3]]
    if len(view.programs) > 3:
        told.append(f"{len(view.programs) - 3:,} programs more")
    if verbose:
        told.append(f"{view.seconds:.2f} s afterwards")
    return f"{_NAME}: {'; '.join(told)}\n" if told else ""


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
