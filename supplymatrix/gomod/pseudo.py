"""Pseudo-versions: versions made from a revision that has no tag.

    vX.0.0-yyyymmddhhmmss-abcdefabcdef          no earlier tag
    vX.Y.(Z+1)-0.yyyymmddhhmmss-abcdefabcdef    after the tag vX.Y.Z
    vX.Y.Z-pre.0.yyyymmddhhmmss-abcdefabcdef    after the tag vX.Y.Z-pre

Source: golang/mod module/pseudo.go; go.dev/ref/mod#pseudo-versions.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model import semver
from supplymatrix.model.value import value

__all__ = ["PseudoVersion", "is_pseudo_version", "make_pseudo_version", "parse_pseudo_version"]

_PATTERN = re.compile(
    r"v[0-9]+\.(0\.0-|[0-9]+\.[0-9]+-([^+]*\.)?0\.)[0-9]{14}-[A-Za-z0-9]+(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?"
)


@value
class PseudoVersion:
    """The parts of a pseudo-version.

    base: the tag before it, "" without one, None when the version names an impossible one. time: UTC, None when its
    digits are no time. revision: the shortened commit id.
    """

    base: str | None
    time: datetime | None
    revision: str


def is_pseudo_version(version: str) -> bool:
    """Return whether a version has the form of a pseudo-version."""
    return version.count("-") >= 2 and semver.is_valid(version) and _PATTERN.fullmatch(version) is not None


def parse_pseudo_version(version: str) -> PseudoVersion:
    """Return the parts of a pseudo-version. Raises InputError when it is none."""
    if not is_pseudo_version(version):
        raise InputError(
            Diagnostic(
                message="this is no pseudo-version",
                seen=version[:200],
                expected="e.g. v0.0.0-20190831120001-abcdef123456",
            )
        )
    build = semver.build(version)
    front, _, revision = version.removesuffix(build).rpartition("-")
    dash, dot = front.rfind("-"), front.rfind(".")
    split = max(dash, dot)
    stem, digits = front[:split], front[split + 1 :]
    return PseudoVersion(base=_base(stem, build, has_dot=dot > dash), time=_time(digits), revision=revision)


def make_pseudo_version(major: str, older: str, time: datetime, revision: str) -> str:
    """Return the pseudo-version of a revision. major: "v2", "" = v0; older: the tag before it, "" without one."""
    segment = f"{_stamp(time)}-{revision}"
    build = semver.build(older)
    base = semver.canonical(older)
    if not base:
        return f"{major or 'v0'}.0.0-{segment}"
    if semver.prerelease(base):
        return f"{base}.0.{segment}{build}"
    front, _, patch = base.rpartition(".")
    return f"{front}.{_add_one(patch)}-0.{segment}{build}"


def _base(stem: str, build: str, *, has_dot: bool) -> str | None:
    """Return the earlier tag from what stands before the time: "vX.0.0", "vX.Y.Z-0" or "vX.Y.Z-pre.0"."""
    if not has_dot:
        return None if build else ""
    without = stem.removesuffix(".0")
    if without != stem:
        return without + build
    front, _, patch = stem.removesuffix("-0").rpartition(".")
    lower = _subtract_one(patch)
    return f"{front}.{lower}{build}" if lower else None


def _stamp(time: datetime) -> str:
    moment = time.astimezone(UTC)
    return f"{moment.year:04d}{moment.month:02d}{moment.day:02d}{moment.hour:02d}{moment.minute:02d}{moment.second:02d}"


def _time(digits: str) -> datetime | None:
    fields = [int(digits[:4]), *(int(digits[at : at + 2]) for at in range(4, 14, 2))]
    try:
        return datetime(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], tzinfo=UTC)
    except ValueError:
        return None


def _add_one(digits: str) -> str:
    """Add one to a decimal of any length."""
    stem = digits.rstrip("9")
    zeros = "0" * (len(digits) - len(stem))
    return f"1{zeros}" if not stem else f"{stem[:-1]}{int(stem[-1]) + 1}{zeros}"


def _subtract_one(digits: str) -> str:
    """Subtract one from a decimal of any length; "" below zero."""
    stem = digits.rstrip("0")
    if not stem:
        return ""
    nines = "9" * (len(digits) - len(stem))
    result = f"{stem[:-1]}{int(stem[-1]) - 1}{nines}"
    return result[1:] if len(result) > 1 and result[0] == "0" else result
