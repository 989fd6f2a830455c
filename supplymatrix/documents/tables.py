"""The entries of a TOML text, asked for one by one by their kind, with every fault of the file said at once.

    reader = TableReader(data, "redhat.toml", page="docs/formats/vendor-profile-toml.md")
    head = reader.table(("vendor",), required=("id", "name"), optional=("url",))
    name = head.text("name")
    …
    reader.finish()

What is missing or of a wrong kind gets a fault and an empty value in its place, so that reading goes on; `finish`
raises them all. Nobody uses what was read before that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from supplymatrix.documents.toml_spans import KeyPath
from supplymatrix.documents.toml_text import fault_at, read_toml
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.location import Location
from supplymatrix.model.spelling import nearest

__all__ = ["Table", "TableReader", "is_blank"]

E = TypeVar("E", bound=StrEnum)
# Suggestions cost time for each pair of words: of a file full of rubbish only the first faults get one.
_SUGGESTIONS = 20
_LONG_WORD = 80
_EXPECTED = 40
_MAX_FAULTS = 200
_MAX_LINE = 2_000
_UNSEEN = "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Letters and marks of Unicode that leave an empty place on the screen: fillers, the blank of Braille."""


def is_blank(text: str) -> bool:
    """Return whether a text is empty to the eye."""
    return not text.strip(_UNSEEN + " \t\u00a0\u2007\u202f").strip()


class TableReader:
    """One reading of one file. artifact: as the user names it; page: which page shows its form."""

    def __init__(self, data: bytes, artifact: str, *, page: str) -> None:
        self.artifact = artifact
        self._toml = read_toml(data, artifact, page=page)
        self._faults: list[Diagnostic] = []

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the file, for messages."""
        return self._toml.lines

    def top(self, *, required: Sequence[str] = (), optional: Sequence[str] = ()) -> Table:
        """Return the whole file as one table, its keys checked."""
        return self.checked((), self._toml.values, required, optional)

    def table(self, path: KeyPath, *, required: Sequence[str] = (), optional: Sequence[str] = ()) -> Table:
        """Return a table, its keys checked; an empty one where there is none, which is a fault if keys are required."""
        found = self._at(path)
        if found is None:
            if required:
                self.fault(path, f"there is no table [{'.'.join(map(str, path))}]", expected="a table of that name")
            return Table(self, path, {})
        if not isinstance(found, dict):
            self.fault(path, "this is no table", expected=f"[{'.'.join(map(str, path))}]")
            return Table(self, path, {})
        return self.checked(path, found, required, optional)

    def tables(self, name: str, *, required: Sequence[str] = (), optional: Sequence[str] = ()) -> Iterator[Table]:
        """Yield the tables of an array `[[name]]`, keys checked."""
        found = self._toml.values.get(name, [])
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            self.fault((name,), "this is no array of tables", expected=f"[[{name}]]")
            return
        for number, item in enumerate(found):
            yield self.checked((name, number), item, required, optional)

    def names(self, path: KeyPath) -> list[str]:
        """Return the keys of a table; what is none is a fault."""
        found = self._at(path)
        if isinstance(found, dict):
            return list(found)
        self.fault(path, "this is no table", expected=f"[{'.'.join(map(str, path))}]")
        return []

    def fault(self, path: KeyPath, message: str, *, expected: str = "", remedy: str = "", at_key: bool = False) -> None:
        """Note a fault of one entry. at_key: of its name, not of its value."""
        if not self.is_full:
            self._faults.append(
                fault_at(
                    self._toml, self.artifact, path, message=message, expected=expected, remedy=remedy, at_key=at_key
                )
            )

    def unknown(self, path: KeyPath, what: str, seen: str, known: Sequence[str], *, at_key: bool = False) -> None:
        """Note a word that is none of the known ones, with the nearest of these."""
        near = self.suggest(seen, known)
        expected = "one of " + ", ".join(known[:_EXPECTED]) + (", …" if len(known) > _EXPECTED else "")
        remedy = f"did you mean {near!r}?" if near else ""
        self.fault(path, f"there is no {what} {seen[:60]!r}", expected=expected, remedy=remedy, at_key=at_key)

    def suggest(self, seen: str, known: Iterable[str]) -> str:
        """Return the known word that was probably meant; "" when none was, or when enough has been suggested."""
        return nearest(seen, known) if len(seen) < _LONG_WORD and len(self._faults) < _SUGGESTIONS else ""

    def place(self, path: KeyPath) -> Location:
        """Return where an entry stands: its value, or the header of the nearest table round it."""
        if path in self._toml.spans:
            return self._toml.spans[path].value
        while path and path not in self._toml.spans:
            path = path[:-1]
        return self._toml.spans[path].key if path else Location(artifact=self.artifact, line=1, column=1)

    @property
    def has_faults(self) -> bool:
        """Whether anything was found wrong so far."""
        return bool(self._faults)

    @property
    def is_full(self) -> bool:
        """Whether so much was found wrong that further faults are not kept."""
        return len(self._faults) >= _MAX_FAULTS

    def finish(self) -> None:
        """Raise InputError with every fault found, in the order of the file, if there is any."""
        if self._faults:
            raise InputError(*sorted(self._faults, key=lambda fault: (fault.line, fault.column)))

    def _at(self, path: KeyPath) -> object:
        found: Any = self._toml.values
        for step in path:
            if not isinstance(found, dict):
                return None
            found = found.get(str(step))
        return found

    def checked(
        self, path: KeyPath, values: Mapping[str, Any], required: Sequence[str], optional: Sequence[str]
    ) -> Table:
        """Return a table of the file, with a fault for each key that is not known and each that is missing."""
        known = (*required, *optional)
        for key in values:
            if key not in known:
                self.unknown((*path, key), "key", key, known, at_key=True)
        for key in required:
            if key not in values:
                self.fault(path, f"{key!r} is missing", expected=f"{key} = …", at_key=True)
        return Table(self, path, values)


class Table:
    """One table of the file; each getter gives the default for a key that is absent, and notes a wrong kind."""

    def __init__(self, reader: TableReader, path: KeyPath, values: Mapping[str, Any]) -> None:
        self._reader = reader
        self._values = values
        self.path = path

    @property
    def reader(self) -> TableReader:
        """The reading that this table is of."""
        return self._reader

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    @property
    def location(self) -> Location:
        """Where the table's header stands."""
        return self._reader.place(self.path)

    def place(self, key: str) -> Location:
        """Return where a value stands, or else the table."""
        return self._reader.place((*self.path, key))

    def fault(self, key: str, message: str, *, expected: str = "", remedy: str = "", at_key: bool = False) -> None:
        """Note a fault of one of this table's entries."""
        self._reader.fault((*self.path, key), message, expected=expected, remedy=remedy, at_key=at_key)

    def text(self, key: str, default: str = "", *, limit: int = _MAX_LINE, filled: bool = False) -> str:
        """Return a text of one line, at most `limit` characters. filled: a key that is there may not be empty."""
        found = self._values.get(key, default)
        if not isinstance(found, str):
            self.fault(key, "this is no text", expected='text in quotes, e.g. "…"')
            return default
        if len(found) > limit or not found.isprintable():
            what = "too long" if len(found) > limit else "no single line of visible characters"
            self.fault(key, f"this text is {what}", expected=f"one line of at most {limit} characters")
            return default
        if filled and key in self._values and is_blank(found):
            self.fault(key, "this text is empty", expected=f"{key} in words")
        return found

    def tables(self, key: str, *, required: Sequence[str] = (), optional: Sequence[str] = ()) -> Iterator[Table]:
        """Yield the tables of an array within this one, keys checked."""
        found = self._values.get(key, [])
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            self.fault(key, "this is no array of tables", expected=f"[[….{key}]]")
            return
        for number, item in enumerate(found):
            yield self._reader.checked((*self.path, key, number), item, required, optional)

    def block(self, key: str, *, limit: int) -> str | None:
        """Return a text of any number of lines, at most `limit` characters; None where there is none."""
        found = self._values.get(key)
        if found is None or (isinstance(found, str) and len(found) <= limit):
            return found
        message = "this text is too long" if isinstance(found, str) else "this is no text"
        self.fault(key, message, expected=f"text of at most {limit:,} characters, in three quotes if it has lines")
        return None

    def word(self, key: str, known: Sequence[str], default: str = "") -> str:
        """Return one of a closed list of words."""
        found = self._values.get(key, default)
        if not isinstance(found, str):
            self.fault(key, "this is no text", expected="one of " + ", ".join(known[:_EXPECTED]))
            return default
        if key in self._values and found not in known:
            self._reader.unknown((*self.path, key), key.replace("_", " "), found, known)
            return default
        return found

    def member(self, key: str, kind: type[E], default: E) -> E:
        """Return a member of an enumeration by its value."""
        return kind(self.word(key, tuple(member.value for member in kind), default.value))

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts of one line each."""
        found = self._values.get(key, [])
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            self.fault(key, "this is no list of texts", expected='["…", "…"]')
            return ()
        for number, item in enumerate(found):
            if is_blank(item) or not item.isprintable() or len(item) > _MAX_LINE:
                self._reader.fault(
                    (*self.path, key, number),
                    "this text is empty, too long, or no single line of visible characters",
                    expected=f"one line of at most {_MAX_LINE} characters",
                )
        return tuple(found)

    def day(self, key: str) -> date | None:
        """Return a date, None where there is none."""
        found = self._values.get(key)
        if found is None:
            return None
        if isinstance(found, datetime) or not isinstance(found, date):
            self.fault(key, "this is no date", expected="a date without quotes, e.g. 2026-11-25")
            return None
        return found

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return true or false."""
        found = self._values.get(key, default)
        if not isinstance(found, bool):
            self.fault(key, "this is neither true nor false", expected="true or false")
            return default
        return found

    def whole(self, key: str, default: int = 0, *, low: int = 0, high: int = 1_000_000) -> int:
        """Return a whole number from `low` to `high`."""
        found = self._values.get(key, default)
        if isinstance(found, bool) or not isinstance(found, int) or not low <= found <= high:
            self.fault(key, "this is no such number", expected=f"a whole number from {low} to {high}")
            return default
        return found

    def numbers(self, key: str, known: Sequence[str]) -> Mapping[str, int]:
        """Return an inline table of whole numbers by name, e.g. {critical = 7}."""
        found = self._values.get(key, {})
        if not isinstance(found, dict):
            self.fault(key, "this is no table of numbers", expected="{name = 1}")
            return {}
        numbers: dict[str, int] = {}
        for name, number in found.items():
            if name not in known:
                self._reader.unknown((*self.path, key, name), "number", name, known, at_key=True)
            elif isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= 1_000_000:
                self._reader.fault((*self.path, key, name), "this is no such number", expected="a whole number")
            else:
                numbers[name] = number
        return numbers
