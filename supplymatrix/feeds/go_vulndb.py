"""The Go vulnerability database: which Go versions hold the fix of a CVE of the standard library or the toolchain.

When the fix came is not said here: the entry may be written weeks later, and copies from git have no dates at all. The
day is that of the earliest Go release that holds the fix (`date_fixes`).

Versions are written as semantic versions. "1.24.0-rc.2" is the pre-release go1.24rc2; "1.21.0-0" is all of 1.21 with
its pre-releases. A fix that first came in a pre-release is in the release behind it: that one is named, since nobody
builds on a pre-release.

Source: go.dev/doc/security/vuln/database; golang/vulndb doc/format.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from supplymatrix.feeds.json_text import as_list, as_table, as_text
from supplymatrix.feeds.osv import OsvAffected, OsvRecord, cves_of, parse_record
from supplymatrix.gomod.goversion import go_version_key, is_go_version
from supplymatrix.model.advisory import FeedDate, FeedReading, GoFix
from supplymatrix.model.value import changed

__all__ = ["date_fixes", "go_version_of", "parse_go_vulndb"]

FEED = "go-vulndb"
_INDEX = ("index/db.json", "index/modules.json", "index/vulns.json")
_GO_ITSELF = ("stdlib", "toolchain")
_EARLY = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})\.([0-9]{1,4})-(?:0|([a-z]{1,8})\.?([0-9]{1,4}))", re.ASCII)
_NUMBER = re.compile(r"(1\.[0-9]{1,4}(?:\.|[a-z]{1,8}))([0-9]{1,4})", re.ASCII)
_NO_TABLE = "the days of Go's releases were not at hand"


def parse_go_vulndb(data: bytes, file: str) -> FeedReading:
    """Return the fixes that one entry tells of, not dated yet; nothing where it is about modules alone, and of the
    database's own index."""
    if file.endswith(_INDEX):
        return FeedReading()
    return parse_record(data, file, FEED, _read)


def date_fixes(fixes: Iterable[GoFix], releases: Mapping[str, FeedDate]) -> tuple[GoFix, ...]:
    """Return the fixes with the day of the earliest Go release that holds each (t0), or why it is not known.

    releases: Go version → day. A version that is newer than all the table has of its minor came after the table was
    made, so after any day in it, and does not make an earlier one doubtful; any other version that is missing does.
    """
    newest = _newest_of_minors(releases)
    return tuple(_dated(fix, releases, newest) for fix in fixes)


def go_version_of(semantic: str) -> str:
    """Return the Go version that an entry's semantic version stands for; "" for none, and for "0" (from the start).

        >>> [go_version_of(v) for v in ("1.22.5", "1.24.0-rc.2", "1.21.0-0", "1.20.0-0", "0")]
        ['1.22.5', '1.24rc2', '1.21', '1.20beta1', '']

    Before Go 1.21 "1.20" is the release; the first pre-release, beta1, then stands for the beginning of the minor.
    """
    early = _EARLY.fullmatch(semantic)
    if early is None:
        return semantic if semantic != "0" and is_go_version(semantic) else ""
    major, minor, patch, kind, number = early.groups()
    if patch != "0":
        return f"{major}.{minor}.{patch}"
    if kind is None:
        return f"{major}.{minor}" if int(minor) >= 21 else f"{major}.{minor}beta1"
    made = f"{major}.{minor}{kind}{number}"
    return made if is_go_version(made) else f"{major}.{minor}.0"


def _read(record: OsvRecord) -> FeedReading:
    affected = [entry for entry in record.affected if entry.name in _GO_ITSELF and entry.ecosystem in ("Go", "")]
    if not affected:
        return FeedReading()
    names = tuple(dict.fromkeys((*record.aliases, record.id)))
    ranges = dict.fromkeys(
        (go_version_of(first), go_version_of(fixed) or _behind(last))
        for entry in affected
        for first, fixed, last in entry.spans
    )
    releases = {_release_of(fixed) for entry in affected for fixed in entry.fixes()} - {""}
    fix = GoFix(
        cve=record.id,
        go_id=record.id,
        aliases=names,
        fixed_in=tuple(sorted(releases, key=go_version_key)),
        ranges=tuple(ranges),
        released=None,
        unknown_because=_NO_TABLE,
        packages=tuple(dict.fromkeys(path for entry in affected for path in _imports(entry))),
    )
    return FeedReading(go_fixes=tuple(changed(fix, cve=cve) for cve in cves_of(names) or (record.id,)))


def _release_of(semantic: str) -> str:
    """Return the release that first holds what this version holds: "1.24.0" for "1.24.0-rc.2" and for "1.24.0-0"."""
    early = _EARLY.fullmatch(semantic)
    plain = ".".join(early.groups()[:3]) if early else semantic
    if not is_go_version(plain) or plain == "0":
        return ""
    return plain + ".0" * (2 - plain.count("."))


def _behind(semantic: str) -> str:
    """Return the version right behind the last affected one, "1.22.5" for "1.22.4": it ends a range, and no fix is
    known to be in it. "" for none."""
    last = go_version_of(semantic)
    match = _NUMBER.fullmatch(last)
    return f"{match[1]}{int(match[2]) + 1}" if match and is_go_version(last) else ""


def _imports(entry: OsvAffected) -> Iterable[str]:
    for found in as_list(entry.specific.get("imports")):
        if path := as_text(as_table(found).get("path")):
            yield path


def _dated(fix: GoFix, releases: Mapping[str, FeedDate], newest: Mapping[str, str]) -> GoFix:
    if not fix.fixed_in:
        return changed(fix, released=None, unknown_because="no Go release holds the fix, as the entry has it")
    if not releases:
        return changed(fix, released=None, unknown_because=_NO_TABLE)
    known = {version: releases[version] for version in fix.fixed_in if version in releases}
    doubtful = [version for version in fix.fixed_in if version not in known and not _came_later(version, newest)]
    if doubtful or not known:
        missing = ", ".join(doubtful or fix.fixed_in)
        return changed(fix, released=None, unknown_because=f"the table of Go releases has no day for {missing}")
    return changed(fix, released=min(known.values(), key=_first), unknown_because="")


def _first(when: FeedDate) -> tuple[date, str, str, str]:
    return (when.day, when.feed, when.file, when.field)


def _newest_of_minors(releases: Mapping[str, FeedDate]) -> Mapping[str, str]:
    newest: dict[str, str] = {}
    for version in releases:
        minor = version.rpartition(".")[0]
        newest[minor] = max(newest.get(minor, version), version, key=go_version_key)
    return newest


def _came_later(version: str, newest: Mapping[str, str]) -> bool:
    """Return whether a version that the table does not have is newer than all that it has of its minor, or of any."""
    last = newest.get(version.rpartition(".")[0]) or max(newest.values(), key=go_version_key)
    return go_version_key(version) > go_version_key(last)
