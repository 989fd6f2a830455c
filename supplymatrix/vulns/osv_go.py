"""One entry in the OSV form, as the Go vulnerability database, OSV's malicious packages and private databases have it.

    advisory = read_advisory(b'{"id": "GO-2021-0113", "affected": [ ... ]}', "GO-2021-0113.json", "go")

None for an entry that is about no Go module. An entry may be made to hurt: it is bounded, and what is too much refuses
it as a whole, since a list that is cut would clear somebody. What cannot be read within it is taken so that it affects
more and not less, and a note says so.

    SEMVER and ECOSYSTEM ranges   spans of versions; Go's order holds for both
    versions                      single ones beside them; what is no version ("latest") is passed over beside a range
    GIT ranges alone, or nothing  every version: there is nothing to hold one against, nor where a single one is none
    custom_ranges                 the product's own numbers, which say nothing of the module's

Source: ossf.github.io/osv-schema 1.7; go.dev/doc/security/vuln/database; golang/vulndb doc/format.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.vulnerability import Review
from supplymatrix.vulns.advisory import Advisory, Affected, ImportedPackage, Span
from supplymatrix.vulns.cvss import severity_of
from supplymatrix.vulns.versions import is_comparable, spans_of

__all__ = ["MAX_ENTRY", "parse_advisory", "read_advisory"]

MAX_ENTRY = 8 << 20
"""Bytes of one entry; the longest of the Go database has some 200,000."""
_MAX_LIST = 20_000
_MAX_TEXT = 300
_MAX_PATH = 512
_ECOSYSTEM = "go"
"""In small letters: some write it so."""
_NO_PATH = re.compile(r"[@ ]|://")
"""What no module path has: a version behind it, or an address; nothing would ever be held against such a name."""
_MALICIOUS = "MAL-"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,199}", re.ASCII)
_EVENTS = ("introduced", "fixed", "last_affected")
_FIRST_YEAR = 1990
_Table = Mapping[str, object]


def read_advisory(data: bytes, file: str, database: str) -> Advisory | None:
    """Return the entry of one JSON document. file: its name in errors. database: the id of the one that has it.

    Raises InputError, and nothing else, for any bytes.
    """
    if len(data) > MAX_ENTRY:
        raise _fault(file, f"the entry has {len(data):,} bytes", expected=f"at most {MAX_ENTRY:,}")
    try:
        found = json.loads(data)
    except RecursionError as err:
        raise _fault(file, "the entry nests too deep") from err
    except ValueError as err:  # also of bytes that are no text
        raise _fault(file, f"this is not JSON: {_said(str(err))}", remedy="fetch it again") from err
    return parse_advisory(found, file, database)


def parse_advisory(found: object, file: str, database: str) -> Advisory | None:
    """Return the entry of a decoded document. Raises InputError as `read_advisory` does."""
    if not isinstance(found, dict):
        raise _fault(file, "the entry is no JSON object", seen=type(found).__name__)
    schema = _text(found.get("schema_version"))
    if schema and schema.partition(".")[0] != "1":
        raise _fault(file, "the entry is of an OSV schema that is not known", seen=schema, expected="version 1")
    identity = found.get("id")
    if not isinstance(identity, str) or not _ID.fullmatch(identity):
        raise _fault(file, "the entry has no id that can be used", seen=_said(repr(identity)), expected="as GO-2021-1")
    notes: list[str] = []
    affected = tuple(_blocks(found, file, notes))
    if not affected:
        return None
    specific = _table(found.get("database_specific"))
    return Advisory(
        id=identity,
        database=database,
        summary=_said(_text(found.get("summary")) or _text(found.get("details")).partition("\n")[0]),
        review=_review(specific, identity),
        affected=affected,
        aliases=tuple(sorted({name for name in _names(found, file) if name != identity})),
        published=_day(found.get("published")),
        modified=_day(found.get("modified")),
        withdrawn=_day(found.get("withdrawn")) is not None,
        url=_url(found, specific),
        severity=_severity(found, specific),
        is_malicious=identity.startswith(_MALICIOUS) or "malicious-packages-origins" in specific,
        notes=tuple(dict.fromkeys(notes)),
    )


def _blocks(found: _Table, file: str, notes: list[str]) -> Iterable[Affected]:
    for block in map(_table, _list(found.get("affected"), file)):
        package = _table(block.get("package"))
        module = package.get("name")
        if _text(package.get("ecosystem")).lower() != _ECOSYSTEM:
            continue
        is_path = isinstance(module, str) and 0 < len(module) <= _MAX_PATH and module.isprintable()
        if not isinstance(module, str) or not is_path or _NO_PATH.search(module):
            raise _fault(file, "an affected module has no path that can be used", seen=_said(repr(module)))
        yield _affected(module, block, file, notes)


def _affected(module: str, block: _Table, file: str, notes: list[str]) -> Affected:
    ranges = [_table(one) for one in _list(block.get("ranges"), file)]
    known = [one for one in ranges if one.get("type") in ("SEMVER", "ECOSYSTEM")]
    listed = [text for text in map(_text, _list(block.get("versions"), file)) if text]
    versions = tuple(text for text in listed if is_comparable(text))
    is_every = not known and (not versions or len(versions) < len(listed))
    if is_every and (ranges or listed):
        what = "a version that it names cannot be read" if versions else "it bounds no versions that can be compared"
        notes.append(f"{what}: every version counts")
    elif len(versions) < len(listed):
        notes.append("a version that it names cannot be read, and is passed over")
    spans = dict.fromkeys(span for one in known for span in _spans(one, file, notes))
    specific, database = _table(block.get("ecosystem_specific")), _table(block.get("database_specific"))
    own = [_table(one) for found in (specific, database) for one in _list(found.get("custom_ranges"), file)]
    return Affected(
        module=module,
        spans=tuple(spans),
        versions=tuple(dict.fromkeys(versions)),
        is_every=is_every,
        own_spans=tuple(dict.fromkeys(span for one in own for span in _spans(one, file, []))),
        packages=_packages(specific, file, notes),
    )


def _spans(found: _Table, file: str, notes: list[str]) -> tuple[Span, ...]:
    events: list[tuple[str, str]] = []
    for event in map(_table, _list(found.get("events"), file)):
        for kind in _EVENTS:
            if kind in event:
                version = event[kind]
                events.append((kind, version if isinstance(version, str) and len(version) <= _MAX_TEXT else ""))
    if not all(version for _, version in events):
        notes.append("a version of it cannot be read, and bounds nothing")
    return spans_of(events)


def _packages(specific: _Table, file: str, notes: list[str]) -> tuple[ImportedPackage, ...]:
    """Return the packages of a block; () where the entry names none, or one of them cannot be read."""
    made = []
    for one in map(_table, _list(specific.get("imports"), file)):
        path = one.get("path")
        if not isinstance(path, str) or not 0 < len(path) <= _MAX_PATH or not path.isprintable():
            notes.append("a package of it cannot be read: it counts for the whole module")
            return ()
        symbols = _list(one.get("symbols"), file)
        if not all(isinstance(name, str) and 0 < len(name) <= _MAX_TEXT for name in symbols):
            notes.append(f"a function of {path} cannot be read: all of the package counts")
            symbols = []
        made.append(
            ImportedPackage(
                path=path,
                symbols=tuple(sorted({str(name) for name in symbols})),
                goos=_platforms(one.get("goos"), file),
                goarch=_platforms(one.get("goarch"), file),
            )
        )
    return tuple(made)


def _platforms(found: object, file: str) -> tuple[str, ...]:
    return tuple(sorted({text for text in map(_text, _list(found, file)) if text}))


def _review(specific: _Table, identity: str) -> Review:
    """Return whether somebody has looked at an entry: the Go database says so; of another one that says nothing, who
    keeps it has."""
    status = _text(specific.get("review_status"))
    if status:
        return Review.REVIEWED if status == "REVIEWED" else Review.UNREVIEWED
    is_doubtful = identity.startswith("GO-") or specific.get("github_reviewed") is False
    return Review.UNREVIEWED if is_doubtful else Review.REVIEWED


def _names(found: _Table, file: str) -> Iterable[str]:
    for name in _list(found.get("aliases"), file):
        if isinstance(name, str) and _ID.fullmatch(name):
            yield name


def _severity(found: _Table, specific: _Table) -> str:
    """Return what an entry says of its severity: a word, or the last CVSS vector that can be read, as the newest ones
    stand last; where none can, the last."""
    word = specific.get("severity")
    if isinstance(word, str) and word:
        return _said(word).lower()
    listed = found.get("severity")
    scores = [_text(_table(one).get("score")) for one in listed[:10]] if isinstance(listed, list) else []
    told = [score for score in reversed(scores) if score]
    return next(filter(severity_of, told), told[0] if told else "")


def _url(found: _Table, specific: _Table) -> str:
    url = _text(specific.get("url"))
    if not url:
        listed = found.get("references")
        tables = [_table(one) for one in listed[:100]] if isinstance(listed, list) else []
        url = next((_text(one.get("url")) for one in tables if one.get("type") == "ADVISORY"), "")
    return url if url.startswith("https://") and url.isprintable() and " " not in url else ""


def _day(found: object) -> date | None:
    """Return the day of a time stamp; the year 1 is how a copy from git says "not set"."""
    if not isinstance(found, str):
        return None
    try:
        day = date.fromisoformat(found[:10])
    except ValueError:
        return None
    return day if day.year >= _FIRST_YEAR else None


def _list(found: object, file: str) -> list[object]:
    """Return a list; an empty one when it is none. Raises InputError for a list that is too long."""
    if not isinstance(found, list):
        return []
    if len(found) > _MAX_LIST:
        raise _fault(file, "a list of the entry is too long", seen=f"{len(found):,}", expected=f"at most {_MAX_LIST:,}")
    return found


def _table(found: object) -> _Table:
    return found if isinstance(found, dict) else {}


def _text(found: object) -> str:
    return found[:_MAX_TEXT] if isinstance(found, str) else ""


def _said(text: str) -> str:
    return "".join(char for char in text[:_MAX_TEXT] if char.isprintable())


def _fault(file: str, message: str, *, seen: str = "", expected: str = "", remedy: str = "") -> InputError:
    return InputError(Diagnostic(message=message, artifact=file, line=1, seen=seen, expected=expected, remedy=remedy))
