"""On which day a project took a fix: what doing nothing costs, read from the history of the Go that it names.

A place is a file that names a Go: a pin ("1.22.5" in a FROM tag, a workflow, .tool-versions) says with what is built;
go.mod says only which Go is the least, and counts where no pin stands beside it. A tag such as "1.22" or "stable"
floats: the day on which a build took a fix is not in the history, so it is not known.

The project has taken a fix when every place that had a touched Go on the day of Go's fix has one that holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

from supplymatrix.gomod.goversion import go_version_key, language_version
from supplymatrix.model.advisory import GoFix
from supplymatrix.model.value import value
from supplymatrix.vendors.go_fixes import holds_fix, is_touched

__all__ = ["UNREADABLE", "Adoption", "AdoptionState", "GoChange", "History", "PlaceKind", "adoptions_of"]

UNREADABLE = "?"
"""The version of a place that names a Go which cannot be told."""


class PlaceKind(StrEnum):
    """What kind of line names a Go."""

    GO_LINE = "go line"
    TOOLCHAIN_LINE = "toolchain line"
    FROM_TAG = "FROM tag"
    WORKFLOW = "go-version of a workflow"
    VERSION_FILE = "version file"


_LEAST = (PlaceKind.GO_LINE, PlaceKind.TOOLCHAIN_LINE)
_MAX_PLACES = 200  # that are followed for one CVE from a file that goes away to what names a Go then


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
    """One CVE in the project. used: what touched it on the day of Go's fix, per place; taken: the change with which the
    last of these places held the fix. days: from Go's fix to that, or to `until` where it is open; ≥ 0. because: why it
    is not known."""

    cve: str
    state: AdoptionState
    released: date | None
    used: tuple[GoChange, ...] = ()
    taken: GoChange | None = None
    until: date | None = None
    days: int | None = None
    because: str = ""


def adoptions_of(history: History, fixes: Iterable[GoFix], *, until: date) -> tuple[Adoption, ...]:
    """Return what became of each CVE, by CVE. until: the day to which an open one has waited."""
    known = [change for change in history.changes if change.day <= until]
    places: dict[str, list[GoChange]] = {}
    for change in sorted(known, key=lambda item: (item.order, item.file)):
        places.setdefault(change.file, []).append(change)
    return tuple(_adoption(history, places, fix, until) for fix in sorted(fixes, key=lambda fix: (fix.cve, fix.go_id)))


def _adoption(history: History, places: Mapping[str, Sequence[GoChange]], fix: GoFix, until: date) -> Adoption:
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
    return _judged(_in_use(places, released), places, fix, released, until)


def _judged(
    in_use: Sequence[GoChange],
    places: Mapping[str, Sequence[GoChange]],
    fix: GoFix,
    released: date,
    until: date,
) -> Adoption:
    """Return what became of a CVE whose fix falls into the history."""
    if not in_use:
        return Adoption(
            cve=fix.cve, state=AdoptionState.UNKNOWN, released=released, because="no file named a Go on that day"
        )
    touched = tuple(change for change in in_use if _is_touched_for_sure(change, fix))
    floating = tuple(change for change in in_use if not _is_pinned(change) and _may_touch(change.go_version, fix))
    if floating and not touched:
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
    ends, because = _ends(touched, places, fix)
    if because:
        return Adoption(cve=fix.cve, state=AdoptionState.UNKNOWN, released=released, used=touched, because=because)
    if any(end is None for end in ends):
        days = (until - released).days
        return Adoption(cve=fix.cve, state=AdoptionState.OPEN, released=released, used=touched, until=until, days=days)
    taken = max((end for end in ends if end is not None), key=lambda end: (end.day, end.order))
    days = max(0, (taken.day - released).days)
    return Adoption(cve=fix.cve, state=AdoptionState.ADOPTED, released=released, used=touched, taken=taken, days=days)


def _ends(
    touched: Sequence[GoChange], places: Mapping[str, Sequence[GoChange]], fix: GoFix
) -> tuple[list[GoChange | None], str]:
    """Return the change by which each touched place held the fix, None for one that never did; or why it is not known.

    A place that goes away holds no fix by that: what names a Go from then on is looked at in its stead.
    """
    ends: list[GoChange | None] = []
    waiting, seen = list(touched), set(touched)
    while waiting:
        if len(seen) > _MAX_PLACES:
            return [], f"more than {_MAX_PLACES} files named a Go, one after the other"
        used = waiting.pop()
        end = _taken(places[used.file], used, fix)
        if end is None or end.go_version:
            ends.append(end)
            continue
        heirs = _named_at(places, end.order)
        if not heirs:
            return [], f"{used.file} names no Go from {end.day} on, and no other file does"
        open_heirs = [heir for heir in heirs if not _is_rid(heir, fix)]
        if not open_heirs:
            ends.append(end)
        waiting += [heir for heir in open_heirs if heir not in seen]
        seen.update(open_heirs)
    return ends, ""


def _named_at(places: Mapping[str, Sequence[GoChange]], order: int) -> tuple[GoChange, ...]:
    """Return what named a Go when a commit was made; go.mod only where no pin stands."""
    return _named(before[-1] for changes in places.values() if (before := [c for c in changes if c.order <= order]))


def _in_use(places: Mapping[str, Sequence[GoChange]], day: date) -> tuple[GoChange, ...]:
    """Return what named a Go when a day began, or on it where nothing did before; go.mod only where no pin stands."""
    newest = []
    for _, changes in sorted(places.items()):
        before = [c for c in changes if c.day < day] or [c for c in changes if c.day == day]
        newest += before[-1:]
    return _named(newest)


def _named(newest: Iterable[GoChange]) -> tuple[GoChange, ...]:
    """Return those that name a Go; of go.mod only where no pin stands."""
    naming = tuple(change for change in newest if change.go_version)
    return tuple(change for change in naming if change.kind not in _LEAST) or naming


def _taken(changes: Sequence[GoChange], used: GoChange, fix: GoFix) -> GoChange | None:
    """Return the change by which a place held a fix, or named no Go any more; None when it has not come to that.

    A place that floats from some day on within a minor that has the fix takes it with the next build.
    """
    later = (change for change in changes if change.order > used.order)
    return next((change for change in later if _is_rid(change, fix)), None)


def _is_rid(change: GoChange, fix: GoFix) -> bool:
    if not change.go_version:
        return True
    if change.go_version == UNREADABLE:
        return False
    if _is_pinned(change):
        return holds_fix(change.go_version, fix) or not is_touched(change.go_version, fix)
    return _newest_holds(change.go_version, fix)


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
