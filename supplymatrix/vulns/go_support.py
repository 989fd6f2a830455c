"""Until when the Go project supports a Go: a minor is supported until two newer ones are out.

    >>> days = {"1.24.0": date(2025, 2, 11), "1.25.0": date(2025, 8, 12), "1.26.0": date(2026, 2, 10)}
    >>> support = support_of("1.24.3", days, as_of=date(2026, 3, 1), today=date(2026, 3, 2))
    >>> support.is_supported, support.ended, support.newest
    (False, datetime.date(2026, 2, 10), '1.26.0')

The table of releases has a day of its own. What it does not have may be out by now: a minor that must have ended since,
as Go's releases go, is not said to be supported.

Source: go.dev/doc/devel/release, "Release Policy"; a minor comes out every February and August.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from supplymatrix.gomod.goversion import go_version_key, is_go_version, language_version
from supplymatrix.model.value import value

__all__ = ["Support", "plain_go_version", "support_of"]

_BEHIND = 2
"""How many newer minors end the support of one."""
_HALF_A_YEAR = 190
"""Days between two minors, with some room: they never were further apart since 1.5."""
_FIRST = (
    "2012-03-28 2013-05-13 2013-12-01 2014-06-18 2014-12-10 2015-08-19 2016-02-17 2016-08-15 2017-02-16 2017-08-24 "
    "2018-02-16 2018-08-24 2019-02-25 2019-09-03 2020-02-25 2020-08-11 2021-02-16"
)
"""The days of 1.0 to 1.16: tables of releases may begin later."""
_EARLY = {minor: date.fromisoformat(day) for minor, day in enumerate(_FIRST.split())}


@value
class Support:
    """is_supported: None = nobody can say, because of `reason`. newest_minor: the newest release of the same minor,
    newest: of all, "" where the table has none. ended: the day of the release that ended it. as_of: of the table."""

    is_supported: bool | None
    newest_minor: str = ""
    newest: str = ""
    ended: date | None = None
    as_of: date | None = None
    reason: str = ""


def support_of(version: str, releases: Mapping[str, date], *, as_of: date | None, today: date) -> Support:
    """Return whether a Go is supported on a day. version: "1.24.3", "1.24", "1.25rc1"; releases: Go version → day, as
    far as anybody knew on the day `as_of`."""
    released = sorted((one for one in releases if _is_release(one)), key=go_version_key)
    if not is_go_version(version):
        return Support(is_supported=None, as_of=as_of, reason="this names no release of Go")
    minor = _minor(version)
    if not released or as_of is None or minor is None:
        reason = "the table of Go's releases is not at hand" if minor is not None else "this names no minor of Go"
        return Support(is_supported=None, as_of=as_of, reason=reason)
    newest = released[-1]
    own = [one for one in released if _minor(one) == minor]
    known = Support(is_supported=True, newest_minor=own[-1] if own else "", newest=newest, as_of=as_of)
    last = _minor(newest) or 0
    behind = last - minor
    if behind >= _BEHIND:
        ending = minor + _BEHIND
        ended = _EARLY.get(ending) or min(releases[one] for one in released if (_minor(one) or 0) >= ending)
        return _with(known, is_supported=False, ended=ended)
    since = max(0, (today - as_of).days) // _HALF_A_YEAR
    if max(behind, 0) + since >= _BEHIND:
        reason = f"the table of Go's releases is of {as_of}, and newer minors must be out since"
        return _with(known, is_supported=None, reason=reason)
    return known


def plain_go_version(text: str) -> str:
    """Return the version of a Go without "go" and without what its maker put behind it; "" for what is none.

    >>> [plain_go_version(v) for v in ("go1.24.3", "go1.24.3-X:boringcrypto", "go1.22.5 (Red Hat 1.22.5-2)", "devel")]
    ['1.24.3', '1.24.3', '1.22.5', '']
    """
    word = text.strip().removeprefix("go").split(" ")[0].partition("-")[0].partition("+")[0]
    return word if is_go_version(word) else ""


def _with(known: Support, *, is_supported: bool | None, ended: date | None = None, reason: str = "") -> Support:
    return Support(
        is_supported=is_supported,
        newest_minor=known.newest_minor,
        newest=known.newest,
        ended=ended,
        as_of=known.as_of,
        reason=reason,
    )


def _is_release(version: str) -> bool:
    return is_go_version(version) and version.replace(".", "").isdigit()


def _minor(version: str) -> int | None:
    """Return N of go1.N, None for another major version, and for a number that no release will have."""
    found = language_version(f"go{version}").removeprefix("go").split(".")
    return int(found[1]) if len(found) == 2 and found[0] == "1" and len(found[1]) <= 4 else None
