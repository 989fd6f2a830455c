"""Changes one thing in the bytes of a TOML file and leaves every other byte as it is.

    >>> append_table(b'[policy] # ours\\r\\n', "lift.toml", "waivers", {"owner": "Ada"}, page="the page")
    b'[policy] # ours\\r\\n\\r\\n[[waivers]]\\r\\nowner = "Ada"\\r\\n'

Rules:
- What is new is one run of bytes put into the old ones; what goes is one run or several taken out of them. Comments,
  order, spacing, line ends and a missing last newline stay.
- A new line is written as its neighbour is: its indentation, its line end.
- A comment right above a header belongs to that header, one right below an entry to that entry. Neither is taken out
  with its table: what a person wrote stays until a person takes it away.
- What comes out is read again: unless it says exactly what was there plus the change, nothing comes out but an error.

Source: TOML 1.0.0; the places are those of `toml_spans`, and tomlkit writes new keys and values.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date, datetime, time
from typing import Any

from supplymatrix.documents.toml_layout import Layout
from supplymatrix.documents.toml_spans import KeyPath, pointer_of
from supplymatrix.documents.toml_text import TomlText, fault_at, read_toml
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value

__all__ = ["Plain", "Values", "append_table", "remove_key", "remove_table", "set_values"]

Plain = str | int | float | bool | date | datetime | time | Sequence[str]
Values = Mapping[str, Plain]
"""New entries of a table, in the order in which they are to be written."""


def append_table(data: bytes, artifact: str, name: str, values: Values, *, page: str) -> bytes:
    """Return the bytes with one more table `[[name]]`: behind the last one there is, else at the end of the file.

    Raises InputError when `name` is anything but an array of such tables.
    """
    file = _File.read(data, artifact, page)
    wanted = file.values()
    found = wanted.setdefault(name, [])
    if not isinstance(found, list) or len(found) != file.layout.count(name):
        raise file.refusal((name,), f"{name} is no array of [[{name}]] tables", f"[[{name}]]", f"write [[{name}]]")
    if not found and file.layout.value_of((name,)):
        raise file.refusal((name,), f"{name} is an empty list", f"[[{name}]]", "remove this line")
    at = file.layout.end_of_table((name, len(found) - 1)) if found else len(file.text)
    found.append(_as_read(values))
    return file.changed([file.new_table(at, f"[[{_key(name)}]]", values)], wanted)


def set_values(data: bytes, artifact: str, table: KeyPath, values: Values, *, page: str) -> bytes:
    """Return the bytes with some values of a table set; the table is made at the end of the file where there is none.

    A value that is there already keeps its bytes. Raises InputError where a key stands for a table.
    """
    file = _File.read(data, artifact, page)
    found = _find(file.toml.values, table)
    if found is _NOTHING or (isinstance(found, dict) and not file.has_place(table)):
        return _make_table(file, table, values)
    if not isinstance(found, dict):
        raise file.refusal(table, f"{pointer_of(table)} is no table", f"[{pointer_of(table)}]")
    for number, (key, new) in enumerate(values.items()):
        file = _File.read(data, artifact, page) if number else file
        data = _set_one(file, table, key, new)
    return data


def remove_key(data: bytes, artifact: str, path: KeyPath, *, page: str) -> bytes:
    """Return the bytes without one key: its line goes, with a comment in that line. Raises InputError without one."""
    file = _File.read(data, artifact, page)
    statement, around = file.layout.pair(path), file.layout.inline_table_round(path)
    if statement is not None:
        return file.changed([(*file.layout.lines_of(statement), "")], _without(file, path))
    if around is None:
        raise file.refusal(path, f"there is no key {pointer_of(path)}", "a key of this file")
    entries = file.layout.inside(*(file.layout.value_of(around) or (0, 0)))
    own = next(number for number, (_, end) in enumerate(entries) if end == file.end_of(path))
    start, end = entries[own]
    if own:
        start = entries[own - 1][1]
    elif len(entries) > 1:
        end = entries[1][0]
    return file.changed([(start, end, "")], _without(file, path))


def remove_table(data: bytes, artifact: str, path: KeyPath, *, page: str) -> bytes:
    """Return the bytes without one table and the tables below it; path: of names, with a number in an array of tables.

    Raises InputError when there is no such table, or none that is written as one.
    """
    file = _File.read(data, artifact, page)
    if not path or not isinstance(_find(file.toml.values, path), dict | list):
        raise file.refusal(path, f"there is no table {pointer_of(path)}", "a table of this file")
    cuts = [(start, end, "") for start, end in file.layout.blocks_of(path)]
    return file.changed(cuts, _without(file, path)) if cuts else remove_key(data, artifact, path, page=page)


@value(kw_only=False)
class _File:
    """A file that is to be changed: its text, what it says, and what stands where."""

    artifact: str
    text: str
    toml: TomlText
    layout: Layout

    @classmethod
    def read(cls, data: bytes, artifact: str, page: str) -> _File:
        toml = read_toml(data, artifact, page=page)
        text = data.decode("utf-8")
        return cls(artifact, text, toml, Layout(text, toml.spans))

    def values(self) -> dict[str, Any]:
        """Return what the file says, to be changed. Raises InputError for one that nests deeper than can be copied."""
        try:
            return deepcopy(dict(self.toml.values))
        except RecursionError as err:
            raise self._unsafe() from err

    def has_place(self, table: KeyPath) -> bool:
        """Return whether a table is written as one: with a header, inline, or by dotted keys."""
        if not table or table in self.toml.spans or self.layout.last_dotted(table) is not None:
            return True
        return self.layout.inline_table_of_dotted(table) is not None

    def end_of(self, path: KeyPath) -> int:
        """Return where the value of an entry ends; -1 without one."""
        return (self.layout.value_of(path) or (-1, -1))[1]

    def refusal(self, path: KeyPath, message: str, expected: str, remedy: str = "change it by hand") -> InputError:
        return InputError(
            fault_at(self.toml, self.artifact, path, message=message, expected=expected, remedy=remedy, at_key=True)
        )

    def new_table(self, at: int, header: str, values: Values) -> tuple[int, int, str]:
        """Return the edit that puts a table at the start of a line, or at the end of the file, with blank lines."""
        end = self.layout.line_end_at(at)
        lines = [header, *(f"{_key(key)} = {_written(new)}" for key, new in values.items())]
        before, behind = self.text[:at], self.text[at:]
        gap = end if before and not before.endswith("\n") else ""
        gap += end if before and not self.layout.follows_blank_line(at) else ""
        tail = end if behind and not self.layout.precedes_blank_line(at) else ""
        return at, at, gap + end.join(lines) + end + tail

    def changed(self, edits: Sequence[tuple[int, int, str]], wanted: Mapping[str, Any]) -> bytes:
        """Return the bytes with some runs of them replaced, when they say what is wanted. Raises InputError."""
        text = self.text
        for start, end, new in sorted(edits, reverse=True):
            text = text[:start] + new + text[end:]
        try:
            done = text.encode("utf-8")
            is_meant = _is_same(tomllib.loads(text), wanted)
        except (ValueError, RecursionError) as err:  # lone surrogates in what is new, and all that is no TOML
            raise self._unsafe() from err
        if not is_meant:
            raise self._unsafe()
        return done

    def _unsafe(self) -> InputError:
        return InputError(
            Diagnostic(
                message="this change cannot be made without changing more than it should: nothing is written",
                artifact=self.artifact,
                expected="a file whose tables stand as they are commonly written",
                remedy="make the change by hand",
            )
        )


def _set_one(file: _File, table: KeyPath, key: str, new: Plain) -> bytes:
    path = (*table, key)
    found = _find(file.toml.values, path)
    read = _as_read({key: new})[key]
    if found is not _NOTHING and _is_same(found, read):
        return file.text.encode("utf-8")
    place = file.layout.value_of(path)
    if found is not _NOTHING and (isinstance(found, dict) or place is None):
        raise file.refusal(path, f"{pointer_of(path)} is a table, not one value", f"{key} = …")
    wanted = file.values()
    _find(wanted, table)[key] = read
    edit = (*place, _written(new)) if place is not None else _new_entry(file, table, key, _written(new))
    return file.changed([edit], wanted)


def _new_entry(file: _File, table: KeyPath, key: str, written: str) -> tuple[int, int, str]:
    """Return the edit that gives a table that is there one more key."""
    layout = file.layout
    inline = table if table and layout.value_of(table) else None
    if inline is None and layout.header(table) is None and layout.last_dotted(table) is None:
        inline = layout.inline_table_of_dotted(table)
    if inline is not None:
        return _inline_entry(file, inline, f"{_dotted((*table[len(inline) :], key))} = {written}")
    above: KeyPath = table
    neighbour = layout.last_pair(table) or layout.header(table)
    if neighbour is None and table:
        neighbour = layout.last_dotted(table)
        above = neighbour.table if neighbour is not None else ()
    entry = f"{_dotted((*table[len(above) :], key))} = {written}"
    if neighbour is None:
        return _first_entry(file, entry)
    at = layout.lines_of(neighbour)[1]
    line_end, entry = layout.line_end_at(at), layout.indent_of(neighbour) + entry
    return at, at, f"{entry}{line_end}" if file.text[:at].endswith("\n") else f"{line_end}{entry}"


def _inline_entry(file: _File, table: KeyPath, entry: str) -> tuple[int, int, str]:
    start, end = file.layout.value_of(table) or (0, 0)
    entries = file.layout.inside(start, end)
    at = entries[-1][1] if entries else start + 1
    behind = "" if file.text[at : at + 1].isspace() else " "
    return at, at, f", {entry}" if entries else f" {entry}{behind}"


def _first_entry(file: _File, entry: str) -> tuple[int, int, str]:
    """Return the edit that writes the first entry above all headers."""
    at = file.layout.start_of_headers()
    line_end = file.layout.line_end_at(at)
    before = line_end if file.text[:at] and not file.text[:at].endswith("\n") else ""
    return at, at, f"{before}{entry}{line_end}{line_end if file.text[at:] else ''}"


def _make_table(file: _File, table: KeyPath, values: Values) -> bytes:
    wanted = file.values()
    place = wanted
    for part in table:
        if not isinstance(place, dict) or isinstance(part, int):
            raise file.refusal(table, f"there is no table {pointer_of(table)} here", "a table of this file")
        place = place.setdefault(part, {})
    if not isinstance(place, dict):
        raise file.refusal(table, f"{pointer_of(table)} is no table", f"[{pointer_of(table)}]")
    place.update(_as_read(values))
    return file.changed([file.new_table(len(file.text), f"[{_dotted(table)}]", values)], wanted)


_NOTHING: Any = object()


def _find(values: object, path: KeyPath) -> Any:  # noqa: ANN401 - whatever a TOML file holds
    found: Any = values
    for part in path:
        is_in = part in found if isinstance(found, dict) else isinstance(found, list) and part in range(len(found))
        if not is_in:
            return _NOTHING
        found = found[part]
    return found


def _without(file: _File, path: KeyPath) -> dict[str, Any]:
    """Return what the file says without an entry; what was a table only by what stood in it is gone with the last."""
    wanted = file.values()
    while path:
        around: Any = _find(wanted, path[:-1])
        if around is _NOTHING or path[-1] not in (around if isinstance(around, dict) else range(len(around))):
            break
        del around[path[-1]]
        path = path[:-1]
        if around or path in file.toml.spans:
            break
    return dict(wanted)


def _is_same(one: object, other: object) -> bool:
    """Return whether two values of TOML say the same: of the same kinds, and with a NaN equal to a NaN."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return type(one) is type(other) and (one == other or repr(one) == repr(other))


def _as_read(values: Values) -> dict[str, Any]:
    return {key: list(new) if isinstance(new, tuple) else new for key, new in values.items()}


def _dotted(path: KeyPath) -> str:
    return ".".join(_key(str(part)) for part in path)


def _key(name: str) -> str:
    from tomlkit.items import SingleKey

    return SingleKey(name).as_string()


def _written(new: Plain) -> str:
    import tomlkit

    return tomlkit.item(list(new) if isinstance(new, tuple) else new).as_string()
