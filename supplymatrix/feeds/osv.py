"""The Open Source Vulnerability format: one record, what it affects, and where in the file each value stands.

    >>> record = read_osv(b'{"id": "X-1", "modified": "2024-07-02T00:00:00Z", "affected": []}', "X-1.json")
    >>> record.id, record.modified
    ('X-1', datetime.date(2024, 7, 2))

Strict where a wrong reading would tell a wrong date, tolerant where a field is simply not there. A record of another
major version of the format is refused: its fields may mean something else.

A range of commits (GIT) tells of no versions. A span that ends with the last affected version names no fix. Events of
versions whose order is not known here, and that do not come in pairs, are spans without an end: nothing in them is
taken for a fix.

Source: ossf.github.io/osv-schema, 1.7.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.feeds.days import newest, parse_day
from supplymatrix.feeds.json_text import as_list, as_table, as_text, control_faults, read_json
from supplymatrix.model.advisory import FeedReading
from supplymatrix.model.semver import sort_key
from supplymatrix.model.value import value

__all__ = ["OsvAffected", "OsvRange", "OsvRecord", "cves_of", "parse_record", "read_osv"]

_CVE = re.compile(r"(?:^|-)(CVE-[0-9]{4}-[0-9]{4,19})$")
_MAX_LIST = 20_000
_MAJOR = "1"
_NEVER_AFFECTED = "0"


@value
class OsvRange:
    """Spans of one range. kind: "SEMVER", "ECOSYSTEM" or "GIT". spans: (introduced, fixed, last affected) as written,
    "" = none. pointer: of the range."""

    kind: str
    spans: tuple[tuple[str, str, str], ...]
    pointer: str


@value
class OsvAffected:
    """One affected package. specific, database: `ecosystem_specific` and `database_specific`, as they are."""

    ecosystem: str
    name: str
    purl: str
    ranges: tuple[OsvRange, ...]
    versions: tuple[str, ...]
    specific: Mapping[str, object]
    database: Mapping[str, object]
    pointer: str

    def fixes(self) -> tuple[str, ...]:
        """Return the versions in which it is fixed, in the file's order, each once."""
        return tuple(dict.fromkeys(fixed for _, fixed, _ in self.spans if fixed not in ("", _NEVER_AFFECTED)))

    @property
    def spans(self) -> tuple[tuple[str, str, str], ...]:
        """Return the spans of versions, those of commits left out."""
        return tuple(span for found in self.ranges if found.kind != "GIT" for span in found.spans)

    @property
    def is_open(self) -> bool:
        """Return whether a span names no fix: it has no end, or the last affected version alone is known."""
        return any(not fixed for _, fixed, _ in self.spans)

    @property
    def is_fixed(self) -> bool:
        """Return whether every span names its fix, and there is one."""
        return bool(self.fixes()) and not self.is_open

    @property
    def is_never_affected(self) -> bool:
        """Return whether all spans end with version "0": that is how writers say that no version ever was affected."""
        return bool(self.spans) and all(fixed == _NEVER_AFFECTED for _, fixed, _ in self.spans)


@value
class OsvRecord:
    """One record. published, modified, withdrawn: days, None = not said. database: `database_specific`, as it is.
    faults: what of it could not be read."""

    file: str
    id: str
    summary: str
    aliases: tuple[str, ...]
    upstream: tuple[str, ...]
    related: tuple[str, ...]
    published: date | None
    modified: date | None
    withdrawn: date | None
    affected: tuple[OsvAffected, ...]
    database: Mapping[str, object]
    faults: tuple[Diagnostic, ...] = ()


def read_osv(data: bytes, file: str) -> OsvRecord:
    """Return the record of one file. Raises InputError, and nothing else, for any bytes."""
    found = read_json(data, file)
    version = as_text(found.get("schema_version"))
    if version and version.partition(".")[0] != _MAJOR:
        raise _fault(file, "the record is of a schema that this program does not know", "/schema_version", version)
    identity = as_text(found.get("id"))
    if not identity:
        raise _fault(file, "the record has no id", "/id", "")
    faults = list(control_faults(data, file))
    days = {name: _day(found, name, file, faults) for name in ("published", "modified", "withdrawn")}
    return OsvRecord(
        file=file,
        id=identity,
        summary=as_text(found.get("summary")),
        aliases=_texts(found.get("aliases")),
        upstream=_texts(found.get("upstream")),
        related=_texts(found.get("related")),
        affected=tuple(
            _affected(as_table(entry), f"/affected/{index}")
            for index, entry in enumerate(as_list(found.get("affected"))[:_MAX_LIST])
        ),
        database=as_table(found.get("database_specific")),
        faults=tuple(faults),
        **days,
    )


def parse_record(data: bytes, file: str, feed: str, make: Callable[[OsvRecord], FeedReading]) -> FeedReading:
    """Return what one file of a feed says: `make` of its record, or the faults that keep it from being read.

    A withdrawn record says nothing any more. The feed's as-of date is the newest date of the record.
    """
    try:
        record = read_osv(data, file)
    except InputError as err:
        return FeedReading(faults=err.diagnostics)
    made = FeedReading() if record.withdrawn else make(record)
    day = newest([record.published, record.modified])
    return FeedReading(
        channels=made.channels,
        go_fixes=made.go_fixes,
        events=made.events,
        shipments=made.shipments,
        as_of=made.as_of or ({feed: day} if day else {}),
        faults=(*record.faults, *made.faults),
    )


def cves_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the CVE ids among names, each once; "UBUNTU-CVE-2024-1" is read as the CVE that it is about."""
    found = (_CVE.search(name) for name in names)
    return tuple(dict.fromkeys(match[1] for match in found if match))


def _day(found: Mapping[str, object], name: str, file: str, faults: list[Diagnostic]) -> date | None:
    """Return a field's day. What is no date at all is a fault; the year 1 is how a git copy says "not set yet"."""
    text = found.get(name)
    if text is None or text == "":
        return None
    day = parse_day(as_text(text))
    if day is None and not as_text(text).startswith("0001-"):
        faults.append(_fault(file, f"{name} is no date", f"/{name}", as_text(text)).diagnostics[0])
        if name == "withdrawn":
            return date.max
    return day


def _affected(entry: Mapping[str, object], pointer: str) -> OsvAffected:
    package = as_table(entry.get("package"))
    return OsvAffected(
        ecosystem=as_text(package.get("ecosystem")),
        name=as_text(package.get("name")),
        purl=as_text(package.get("purl")),
        ranges=tuple(
            _range(as_table(found), f"{pointer}/ranges/{index}")
            for index, found in enumerate(as_list(entry.get("ranges"))[:_MAX_LIST])
        ),
        versions=_texts(entry.get("versions")),
        specific=as_table(entry.get("ecosystem_specific")),
        database=as_table(entry.get("database_specific")),
        pointer=pointer,
    )


def _range(found: Mapping[str, object], pointer: str) -> OsvRange:
    kind = as_text(found.get("type"))
    events = [
        (name, as_text(version))
        for event in as_list(found.get("events"))[:_MAX_LIST]
        for name, version in as_table(event).items()
        if name in ("introduced", "fixed", "last_affected") and as_text(version)
    ]
    if kind == "SEMVER":  # the one kind whose order we know; files may list events in any order
        events.sort(key=lambda event: sort_key("v" + ("0.0.0-0" if event[1] == "0" else event[1])))
    else:
        events = _in_pairs(events)
    return OsvRange(kind=kind, spans=tuple(_spans(events)), pointer=pointer)


def _in_pairs(events: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return events of versions whose order is not known: of one span its beginning first, pairs as they are; of any
    other row the beginnings alone, since nobody can say which of them an end belongs to."""
    starts = [event for event in events if event[0] == "introduced"]
    ends = [event for event in events if event[0] != "introduced"]
    if len(starts) <= 1:
        return [*starts, *ends]
    is_paired = all((name == "introduced") is (place % 2 == 0) for place, (name, _) in enumerate(events))
    return events if is_paired else starts


def _spans(events: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str, str]]:
    start: str | None = None
    for name, version in events:
        if name == "introduced":
            if start is not None:
                yield start, "", ""
            start = version
        else:
            yield start or "0", version if name == "fixed" else "", version if name == "last_affected" else ""
            start = None
    if start is not None:
        yield start, "", ""


def _texts(found: object) -> tuple[str, ...]:
    return tuple(text for item in as_list(found)[:_MAX_LIST] if (text := as_text(item)))


def _fault(file: str, message: str, pointer: str, seen: str) -> InputError:
    expected = {"/schema_version": "version 1 of the OSV schema", "/id": "a text"}.get(
        pointer, "an RFC 3339 time stamp"
    )
    return InputError(Diagnostic(message=f"{pointer}: {message}", artifact=file, line=1, seen=seen, expected=expected))
