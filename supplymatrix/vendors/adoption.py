"""On which day a project took a fix: what doing nothing costs, read from the history of the Go that it names.

A place is a file that names a Go: a pin ("1.22.5" in a FROM tag, a workflow, .tool-versions) says with what is built;
go.mod says only which Go is the least, and counts where no pin stands beside it. A tag such as "1.22" or "stable"
floats: the day on which a build took a fix is not in the history, so it is not known.

The project has taken a fix with the commit since which no place that counts has a touched Go, and that goes on to HEAD:
one that goes back to a touched Go, or a new file with one, opens it again. A place that goes away takes no fix by that:
what names a Go from then on counts. Commits come in their order; what the last one left is what the project does now,
whatever date it bears.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import IntEnum, StrEnum
from itertools import chain, groupby

from supplymatrix.gomod.goversion import go_version_key, language_version
from supplymatrix.model.advisory import GoFix
from supplymatrix.model.value import value
from supplymatrix.vendors.go_fixes import is_touched

__all__ = ["UNREADABLE", "Adoption", "AdoptionState", "GoChange", "History", "PlaceKind", "adoptions_of"]

UNREADABLE = "?"
"""The version of a place that names a Go which cannot be told."""


class PlaceKind(StrEnum):
    """What kind of line names a Go."""

    GO_LINE = "go line"
    TOOLCHAIN_LINE = "toolchain line"
    FROM_TAG = "FROM tag"
    DOCKERFILE_LINE = "line of a Dockerfile"
    WORKFLOW = "go-version of a workflow"
    VERSION_FILE = "version file"


_LEAST = (PlaceKind.GO_LINE, PlaceKind.TOOLCHAIN_LINE)


class _Holds(IntEnum):
    """What a place, or the project, has. UNSURE: a Go that cannot be told; GONE: none is named."""

    FIXED = 0
    TOUCHED = 1
    UNSURE = 2
    GONE = 3


@value
class GoChange:
    """From this commit on a file names this Go, until its next change. day: of the commit, UTC; order: of commits, the
    oldest 0. line: 0 when the file names none any more. go_version: "1.22.5"; what floats as it stands ("1.22",
    "stable"); UNREADABLE; "" = none."""

    order: int
    day: date
    commit: str
    file: str
    line: int
    kind: PlaceKind
    go_version: str


@value
class History:
    """What a project's history says. changes: oldest first. first, last: days of the oldest and newest commit that was
    read; None when there is no history. whole: it reaches back to the first commit. gap: why it is missing or ends
    early, "" when it does not. root: the repository, as the user named it."""

    changes: tuple[GoChange, ...]
    first: date | None
    last: date | None
    whole: bool
    gap: str
    root: str = ""


class AdoptionState(StrEnum):
    """What became of one CVE in the project."""

    ADOPTED = "adopted"
    OPEN = "open"
    NOT_TOUCHED = "not_touched"
    FLOATS = "floats"
    UNKNOWN = "unknown"


@value
class Adoption:
    """One CVE in the project. used: what touched it on the day of Go's fix, or later where nothing did then; taken: the
    change since which no place is touched. days: from Go's fix to that, or to `until` where it is open; ≥ 0. because:
    why it is not known, or since when it is open again."""

    cve: str
    state: AdoptionState
    released: date | None
    used: tuple[GoChange, ...] = ()
    taken: GoChange | None = None
    until: date | None = None
    days: int | None = None
    because: str = ""


def adoptions_of(
    history: History, fixes: Iterable[GoFix], *, until: date, is_past: bool = False
) -> tuple[Adoption, ...]:
    """Return what became of each CVE, by CVE. until: the day to which an open one has waited; is_past: a day that was
    asked for, so that commits after it are not seen."""
    known = [change for change in history.changes if not is_past or change.day <= until]
    commits = [tuple(group) for _, group in groupby(sorted(known, key=_order), key=lambda change: change.order)]
    return tuple(_adoption(history, commits, fix, until) for fix in sorted(fixes, key=lambda fix: (fix.cve, fix.go_id)))


def _order(change: GoChange) -> tuple[int, str]:
    return change.order, change.file


def _adoption(history: History, commits: Sequence[Sequence[GoChange]], fix: GoFix, until: date) -> Adoption:
    released = fix.released.day if fix.released is not None else None
    if history.first is None:
        return Adoption(cve=fix.cve, state=AdoptionState.UNKNOWN, released=released, because=history.gap)
    if released is None:
        return Adoption(cve=fix.cve, state=AdoptionState.UNKNOWN, released=None, because=fix.unknown_because)
    if released > until:
        return Adoption(cve=fix.cve, state=AdoptionState.UNKNOWN, released=released, because="the fix came later")
    if released < history.first:
        why = "the project began later" if history.whole else "the history that is there begins later"
        state = AdoptionState.NOT_TOUCHED if history.whole else AdoptionState.UNKNOWN
        return Adoption(cve=fix.cve, state=state, released=released, because=why)
    return _judged(_newest_on(commits, released), commits, fix, released, until)


def _judged(
    newest: Mapping[str, GoChange],
    commits: Iterable[Sequence[GoChange]],
    fix: GoFix,
    released: date,
    until: date,
) -> Adoption:
    """Return what became of a CVE whose fix falls into the history. newest: what each place had on that day."""
    in_use = _named(newest.values())
    if not in_use:
        return Adoption(
            cve=fix.cve, state=AdoptionState.UNKNOWN, released=released, because="no file named a Go on that day"
        )
    touched = tuple(change for change in in_use if _is_touched_for_sure(change, fix))
    floating = tuple(change for change in in_use if not _is_pinned(change) and _may_touch(change.go_version, fix))
    way = _Way(fix, newest.values(), is_touched=bool(touched))
    for group in commits:
        way.take([c for c in group if (known := newest.get(c.file)) is None or c.order > known.order])
    if not touched and way.state is _Holds.TOUCHED:
        touched = way.touched()
    elif floating and not touched:
        names = ", ".join(f"{change.file} ({change.go_version})" for change in floating)
        return Adoption(
            cve=fix.cve,
            state=AdoptionState.FLOATS,
            released=released,
            used=floating,
            because=f"{names} names no single release: the day on which a build took the fix is not in the history",
        )
    if not touched:
        return Adoption(cve=fix.cve, state=AdoptionState.NOT_TOUCHED, released=released)
    if way.state in (_Holds.GONE, _Holds.UNSURE):
        return Adoption(cve=fix.cve, state=AdoptionState.UNKNOWN, released=released, used=touched, because=way.because)
    if way.state is _Holds.FIXED and way.by is not None:
        # A date of a day to come is somebody's clock: it is taken today.
        days = max(0, (min(way.by.day, until) - released).days)
        state = AdoptionState.ADOPTED
        return Adoption(cve=fix.cve, state=state, released=released, used=touched, taken=way.by, days=days)
    return Adoption(
        cve=fix.cve,
        state=AdoptionState.OPEN,
        released=released,
        used=touched,
        until=until,
        days=(until - released).days,
        because=way.because,
    )


_NOWHERE = (False, _Holds.GONE)


class _Way:
    """One CVE along the commits. state: of the project after those that were taken; by: the change that led to it;
    because: in words, where it is open again or nothing names a Go."""

    def __init__(self, fix: GoFix, newest: Iterable[GoChange], *, is_touched: bool) -> None:
        self._fix = fix
        self._known: dict[tuple[str, bool], _Holds] = {}  # by version, and whether it is a pin
        self._places: dict[str, tuple[bool, _Holds]] = {}  # by file: whether it is a pin, and what it has
        self._counts = ([0] * len(_Holds), [0] * len(_Holds))  # places by what they have: go.mod, pins
        self._now: dict[str, GoChange] = {}
        self.state = _Holds.TOUCHED if is_touched else _Holds.FIXED
        self.by: GoChange | None = None
        self.because = ""
        for change in newest:
            self._set(change)

    def take(self, group: Sequence[GoChange]) -> None:
        """Take the changes of one commit."""
        touched = [change for change in group if self._places.get(change.file, _NOWHERE)[1] is _Holds.TOUCHED]
        differs = [self._set(change) for change in group]  # all of them, before the project is looked at
        if not any(differs):
            return
        state = self._project()
        if state is self.state:
            return
        self.by, self.because = next(iter(touched or group)), ""
        if state is _Holds.TOUCHED and self.state is _Holds.FIXED:
            back = next((c for c in group if self._places[c.file][1] is _Holds.TOUCHED), self.by)
            named = f"named Go {back.go_version}" if back.go_version else "named no Go any more"
            self.because = f"it was not touched until {back.file} {named} on {back.day}"
        elif state is _Holds.UNSURE:
            unsure = next(name for name, (_, holds) in sorted(self._places.items()) if holds is _Holds.UNSURE)
            self.because = f"{unsure} does not tell which release it has, since {self.by.day}"
        elif state is _Holds.GONE:
            self.because = f"{self.by.file} names no Go from {self.by.day} on, and no other file does"
        self.state = state

    def touched(self) -> tuple[GoChange, ...]:
        """Return what is touched now; of go.mod only where no pin stands."""
        return tuple(c for c in _named(self._now.values()) if self._places[c.file][1] is _Holds.TOUCHED)

    def _set(self, change: GoChange) -> bool:
        """Note what a place has from a change on; return whether that is another thing than before."""
        self._now[change.file] = change
        before = self._places.get(change.file)
        holds = self._held(change)
        if holds is _Holds.UNSURE and before is not None and before[1] is _Holds.TOUCHED:
            holds = _Holds.TOUCHED  # what cannot be told has not taken the fix by that
        now = (change.kind not in _LEAST, holds)
        if now == before:
            return False
        if before is not None:
            self._counts[before[0]][before[1]] -= 1
        self._places[change.file] = now
        self._counts[now[0]][holds] += 1
        return True

    def _project(self) -> _Holds:
        """Return what the project has: by its pins, by go.mod where no pin stands."""
        least, pins = self._counts
        counts = pins if any(pins[: _Holds.GONE]) else least
        if counts[_Holds.TOUCHED]:
            return _Holds.TOUCHED
        if counts[_Holds.FIXED]:
            was_touched = self.state in (_Holds.TOUCHED, _Holds.UNSURE)
            return _Holds.UNSURE if counts[_Holds.UNSURE] and was_touched else _Holds.FIXED
        return self.state if counts[_Holds.UNSURE] else _Holds.GONE

    def _held(self, change: GoChange) -> _Holds:
        key = (change.go_version, change.kind not in _LEAST)
        if key not in self._known:
            self._known[key] = _held_by(change, self._fix)
        return self._known[key]


def _newest_on(commits: Iterable[Sequence[GoChange]], day: date) -> Mapping[str, GoChange]:
    """Return what each file had when a day began, or on it where it named nothing before."""
    before: dict[str, GoChange] = {}
    on: dict[str, GoChange] = {}
    for change in chain.from_iterable(commits):
        if change.day < day:
            before[change.file] = change
        elif change.day == day:
            on[change.file] = change
    return dict(sorted((on | before).items()))


def _named(newest: Iterable[GoChange]) -> tuple[GoChange, ...]:
    """Return those that name a Go; of go.mod only where no pin stands."""
    naming = tuple(change for change in newest if change.go_version)
    return tuple(change for change in naming if change.kind not in _LEAST) or naming


def _held_by(change: GoChange, fix: GoFix) -> _Holds:
    """Return what a place has. A pin that floats within a minor that has the fix takes it with the next build; the
    least Go of go.mod says nothing of the builds."""
    if not change.go_version:
        return _Holds.GONE
    if _is_touched_for_sure(change, fix):
        return _Holds.TOUCHED
    if change.go_version == UNREADABLE:
        return _Holds.UNSURE
    is_taken = change.kind not in _LEAST and _newest_holds(change.go_version, fix)
    is_spared = _is_pinned(change) or is_taken or not _may_touch(change.go_version, fix)
    return _Holds.FIXED if is_spared else _Holds.UNSURE


def _is_pinned(change: GoChange) -> bool:
    """Return whether a version is one release: "1.22.5", "1.22rc1", and in go.mod "1.20", which was one."""
    bare = change.go_version
    if bare.count(".") == 2:
        return bare.replace(".", "").isdigit()
    has_kind = bare.count(".") == 1 and bool(set("abcdefghijklmnopqrstuvwxyz") & set(bare)) and bare[-1:].isdigit()
    return has_kind and language_version(f"go{bare}") != ""


def _is_touched_for_sure(change: GoChange, fix: GoFix) -> bool:
    """Return whether a place had a touched Go: a pinned one, or a minor of which no release holds the fix."""
    if _is_pinned(change):
        return is_touched(change.go_version, fix)
    minor = language_version(f"go{change.go_version}").removeprefix("go")
    return bool(minor) and not _newest_holds(change.go_version, fix) and is_touched(f"{minor}.0", fix)


def _newest_holds(floating: str, fix: GoFix) -> bool:
    """Return whether the newest release that a floating version can mean holds a fix."""
    minor = language_version(f"go{floating}")
    if not minor:
        return True  # "stable" or "latest": whatever is newest
    minors = {language_version(f"go{fixed}") for fixed in fix.fixed_in}
    newest = max(map(go_version_key, (name.removeprefix("go") for name in minors if name)), default=None)
    return minor in minors or (newest is not None and go_version_key(minor.removeprefix("go")) > newest)


def _may_touch(floating: str, fix: GoFix) -> bool:
    """Return whether some release that a floating version can mean is touched."""
    minor = language_version(f"go{floating}")
    return not minor or is_touched(f"{minor.removeprefix('go')}.0", fix) or _touched_later(minor, fix)


def _touched_later(minor: str, fix: GoFix) -> bool:
    return any(language_version(f"go{fixed}") == minor for fixed in fix.fixed_in)
