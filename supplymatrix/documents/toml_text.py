"""TOML bytes to values and places, or one clear error."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from supplymatrix.documents.toml_spans import KeyPath, SpanIndex, index_spans
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value

__all__ = ["TomlText", "fault_at", "read_toml"]

_AT = re.compile(r"\(at line (\d+), column (\d+)\)$")
_BARE_PATH = re.compile(r"\s*\[\s*packages\s*\.\s*([^\s\"'\[\]]+/[^\s\"'\[\]]+)\s*\]")
_LONG_LINE = 500
# The standard library's parser, and ours of places, need the square of a key's parts: 16,000 of them cost a gigabyte.
_MAX_PARTS = 64
_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_LONG_KEY = re.compile(rf"(?<![A-Za-z0-9_\-.\"']){_PART}(?:[ \t]*\.[ \t]*{_PART}){{{_MAX_PARTS},}}")
_HOW = "mend the file; {} shows its form"
_MARKERS = ("<<<<<<< ", ">>>>>>> ")


@value(kw_only=False)
class TomlText:
    """A TOML text. values: as the parser gives them; spans: where they stand; lines: for messages."""

    values: Mapping[str, Any]
    spans: SpanIndex
    lines: tuple[str, ...]


def read_toml(data: bytes, artifact: str, *, page: str) -> TomlText:
    """Read a TOML text. Raises InputError with line and column, and nothing else, for any bytes.

    page: which page shows the form of the file.
    """
    try:
        return _read(data, artifact)
    except InputError as err:
        raise InputError(*(_with_page(diagnostic, page) for diagnostic in err.diagnostics)) from err.__cause__


def fault_at(
    toml: TomlText, artifact: str, path: KeyPath, *, message: str, expected: str, remedy: str = "", at_key: bool = False
) -> Diagnostic:
    """Return the fault of one entry, with its place. at_key: of its name, not of its value.

    An entry that has no place of its own gets that of the table round it, or of the first header below it, as with
    [[name]] and [name."x"]; or else the first line.
    """
    name = path[:1]
    while path and path not in toml.spans:
        path = path[:-1]
        at_key = True
    path = path or (toml.spans.first_in(name[0]) if name else ())
    place = toml.spans[path].key if path and at_key else toml.spans[path].value if path else None
    if place is None:
        first = toml.lines[0][:500] if toml.lines else ""
        return Diagnostic(
            message=message, artifact=artifact, line=1, column=1, expected=expected, remedy=remedy, source_line=first
        )
    text = toml.lines[place.line - 1] if 0 < place.line <= len(toml.lines) else ""
    end = place.end_column if place.end_line == place.line else len(text) + 1
    return Diagnostic(
        message=message,
        artifact=artifact,
        line=place.line,
        column=place.column,
        end_column=end,
        seen=text[place.column - 1 : end - 1][:200],
        expected=expected,
        remedy=remedy,
        source_line=text[:500],
    )


def _read(data: bytes, artifact: str) -> TomlText:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        column = len(data[data.rfind(b"\n", 0, err.start) + 1 : err.start].decode("utf-8", "replace")) + 1
        raise _fault(artifact, line, column, "", "the file is not UTF-8") from err
    lines = tuple(text.replace("\r\n", "\n").split("\n"))
    if text.startswith("\ufeff"):
        raise _fault(artifact, 1, 1, lines[0][1:], "the file begins with a byte order mark")
    for number, content in enumerate(lines, start=1):
        if content.startswith(_MARKERS):
            raise _fault(artifact, number, 1, content, "the file holds an unresolved merge conflict")
    has_dots = any(content.count(".") >= _MAX_PARTS for content in lines)
    if has_dots and (found := _LONG_KEY.search(text)):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        message = f"a key has more than {_MAX_PARTS} parts"
        raise _fault(artifact, line, column, lines[line - 1][:_LONG_LINE], message)
    try:
        values = tomllib.loads(text)
        spans = index_spans(text.replace("\r\n", "\n"), artifact)
    except tomllib.TOMLDecodeError as err:
        raise _syntax(artifact, lines, str(err)) from err
    except (RecursionError, ValueError, OverflowError) as err:
        raise _fault(artifact, 1, 1, lines[0], "the file nests too deep, or holds a value that is too large") from err
    return TomlText(values, spans, lines)


def _with_page(diagnostic: Diagnostic, page: str) -> Diagnostic:
    return replace(diagnostic, remedy=diagnostic.remedy.format(page)) if diagnostic.remedy == _HOW else diagnostic


def _syntax(artifact: str, lines: tuple[str, ...], message: str) -> InputError:
    match = _AT.search(message)
    line, column = (int(match[1]), int(match[2])) if match else (len(lines), len(lines[-1]) + 1)
    words = _AT.sub("", message).replace("(at end of document)", "").strip()
    source = lines[line - 1] if line <= len(lines) else ""
    from supplymatrix.documents.secret_text import blotted

    message = f"this is not TOML: {blotted(words or message)}"  # the parser's words may quote a value
    if found := _BARE_PATH.match(source[:_LONG_LINE]):
        remedy = f'put quotes around the module path: [packages."{found[1]}"]'
        return _fault(artifact, line, column, source, message, remedy=remedy)
    return _fault(artifact, line, column, source, message)


def _fault(artifact: str, line: int, column: int, source: str, message: str, *, remedy: str = _HOW) -> InputError:
    return InputError(
        Diagnostic(
            message=message,
            artifact=artifact,
            line=line,
            column=column,
            end_column=column + 1,
            seen=source.strip()[:200],
            expected="TOML 1.0 in UTF-8",
            remedy=remedy,
            source_line=source[:500],
        )
    )
