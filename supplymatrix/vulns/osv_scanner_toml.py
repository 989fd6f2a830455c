"""What an osv-scanner.toml tells another tool to keep silent about: ids of advisories, and packages.

    [[IgnoredVulns]]
    id = "GO-2022-0968"                 or any alias of it
    ignoreUntil = 2026-12-31            from then on it holds no more; without it, for ever
    reason = "…"

    [[PackageOverrides]]
    name = "golang.org/x/text"          what is left out fits everything
    version = "0.3.5"
    ecosystem = "Go"
    vulnerability.ignore = true         or ignore = true
    effectiveUntil = 2026-12-31
    reason = "…"

Only the first entry counts that fits, even if its day is over. A file with a key that the scanner does not know, or a
value of a wrong kind, is refused by it as a whole; so it is here, since an entry in it silences nothing there.

Source: google.github.io/osv-scanner/configuration; google/osv-scanner internal/config.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time

from supplymatrix.documents.toml_text import TomlText, fault_at, read_toml
from supplymatrix.errors import InputError
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.model.vulnerability import IgnoredElsewhere, Vulnerability

__all__ = ["OSV_SCANNER_TOML", "ScannerIgnores", "ignored_elsewhere", "read_osv_scanner_toml"]

OSV_SCANNER_TOML = "osv-scanner.toml"
_MAX_ENTRIES = 10_000
_IGNORED: Mapping[str, type] = {"id": str, "ignoreuntil": date, "reason": str}
_OVERRIDE: Mapping[str, type] = {
    "name": str, "version": str, "ecosystem": str, "group": str, "nameisregex": bool, "ignore": bool,
    "vulnerability": dict, "license": dict, "effectiveuntil": date, "reason": str,
}  # fmt: skip
_TOP: Mapping[str, type] = {
    "ignoredvulns": list, "packageoverrides": list, "goversionoverride": str, "scangomodversion": bool,
}  # fmt: skip
_WORDS: Mapping[type, str] = {
    str: "text in quotes", bool: "true or false", date: "a date without quotes", list: "an array of tables",
    dict: "a table",
}  # fmt: skip
_Keys = Mapping[str, object]


@value
class _Entry:
    """One entry. until: None = for ever. advisory: "" for one about packages, whose name and version are "" for any."""

    location: Location
    until: datetime | None
    reason: str
    advisory: str = ""
    name: str = ""
    version: str = ""
    is_pattern: bool = False

    def holds(self, now: datetime) -> bool:
        return self.until is None or self.until > now


@value
class ScannerIgnores:
    """The entries of one file that ignore something, in its order."""

    advisories: tuple[_Entry, ...] = ()
    packages: tuple[_Entry, ...] = ()


def read_osv_scanner_toml(data: bytes, artifact: str) -> ScannerIgnores:
    """Return what a file ignores. Raises InputError with the place for a file that the scanner would not take."""
    toml = read_toml(data, artifact, page="its documentation")
    reading = _Reading(toml, artifact)
    top = reading.keys((), toml.values, _TOP)
    vulns = [*reading.tables(top, "ignoredvulns", _IGNORED)]
    packages = [*reading.tables(top, "packageoverrides", _OVERRIDE)]
    return ScannerIgnores(
        advisories=tuple(
            _Entry(
                location=place,
                until=_moment(keys.get("ignoreuntil")),
                reason=_line(keys.get("reason")),
                advisory=_line(keys.get("id")),
            )
            for place, keys in vulns
        ),
        packages=tuple(
            _Entry(
                location=place,
                until=_moment(keys.get("effectiveuntil")),
                reason=_line(keys.get("reason")),
                name=_line(keys.get("name")),
                version=_line(keys.get("version")),
                is_pattern=keys.get("nameisregex") is True,
            )
            for place, keys in packages
            if keys.get("ecosystem", "") in ("", "Go") and not keys.get("group") and _ignores(keys)
        ),
    )


def ignored_elsewhere(
    ignores: ScannerIgnores,
    found: Iterable[Vulnerability],
    now: datetime,
    *,
    matches: Callable[[str, str], bool],
) -> tuple[IgnoredElsewhere, ...]:
    """Return which vulnerabilities a file ignores today. matches: whether a pattern matches a whole text, told in a
    time that no pattern can stretch."""
    told: dict[tuple[str, ModuleVersion, str], IgnoredElsewhere] = {}
    by_name: dict[str, _Entry] = {}
    for ignored in ignores.advisories:
        by_name.setdefault(ignored.advisory, ignored)
    for one in found:
        entry: _Entry | None = next((by_name[name] for name in one.names if name in by_name), None)
        if entry is None or not entry.holds(now):
            entry = next((other for other in ignores.packages if _fits(other, one, matches)), None)
        if entry is None or not entry.holds(now):
            continue
        key = (one.advisory, one.subject, one.program)
        told.setdefault(
            key,
            IgnoredElsewhere(
                advisory=one.advisory,
                subject=one.subject,
                until=entry.until.date() if entry.until is not None else None,
                reason=entry.reason,
                location=entry.location,
                names=one.names,
                package="" if entry.advisory else entry.name or "every package",
                program=one.program,
            ),
        )
    return tuple(told.values())


def _fits(entry: _Entry, one: Vulnerability, matches: Callable[[str, str], bool]) -> bool:
    names = [name for name in (one.subject.path, one.required) if name]
    version = one.subject.version.removeprefix("v")
    if entry.version and entry.version.removeprefix("v") != version:
        return False
    if entry.is_pattern:
        return any(matches(entry.name, name) for name in names)
    return not entry.name or entry.name in names


class _Reading:
    def __init__(self, toml: TomlText, artifact: str) -> None:
        self._toml = toml
        self._artifact = artifact

    def tables(
        self, top: Mapping[str, tuple[str, object]], name: str, kinds: Mapping[str, type]
    ) -> Iterator[tuple[Location, _Keys]]:
        written, found = top.get(name, ("", []))
        items: Sequence[object] = found if isinstance(found, list) else []
        for number, item in enumerate(items[:_MAX_ENTRIES]):
            path = (written, number)
            if not isinstance(item, dict):
                self._refuse(path, "this is no table", _WORDS[list])
            keys = self.keys(path, item, kinds)
            yield self._place(path), {key: said for key, (_, said) in keys.items()}

    def keys(
        self, path: tuple[str | int, ...], table: object, kinds: Mapping[str, type]
    ) -> dict[str, tuple[str, object]]:
        """Return the values of a table by their names in small letters, as the scanner takes them; with the names as
        they are written."""
        found: dict[str, tuple[str, object]] = {}
        for key, said in (table if isinstance(table, dict) else {}).items():
            kind = kinds.get(key.lower())
            if kind is None:
                self._refuse((*path, key), "this key is not one of osv-scanner's", "")
            elif not isinstance(said, kind):
                self._refuse((*path, key), "this is of a wrong kind", _WORDS[kind])
            found[key.lower()] = (key, said)
        return found

    def _place(self, path: tuple[str | int, ...]) -> Location:
        if path in self._toml.spans:
            return self._toml.spans[path].key
        return Location(artifact=self._artifact, line=1, column=1)

    def _refuse(self, path: tuple[str | int, ...], message: str, expected: str) -> None:
        remedy = "mend the file: osv-scanner does not take it as it is"
        raise InputError(
            fault_at(self._toml, self._artifact, path, message=message, expected=expected, remedy=remedy, at_key=True)
        )


def _ignores(keys: _Keys) -> bool:
    vulnerability = keys.get("vulnerability")
    inner = {key.lower(): value for key, value in vulnerability.items()} if isinstance(vulnerability, dict) else {}
    return keys.get("ignore") is True or inner.get("ignore") is True


def _line(found: object) -> str:
    return " ".join(found.split())[:300] if isinstance(found, str) else ""


def _moment(found: object) -> datetime | None:
    if isinstance(found, datetime):
        return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    return datetime.combine(found, time(), UTC) if isinstance(found, date) else None
