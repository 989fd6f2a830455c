"""TOML bytes to values and places, or one clear error."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value
from supplymatrix.policy.spans import SpanIndex, index_spans

__all__ = ["TomlText", "read_toml"]

_AT = re.compile(r"\(at line (\d+), column (\d+)\)$")
_BARE_PATH = re.compile(r"\s*\[\s*packages\s*\.\s*([^\s\"'\[\]]+/[^\s\"'\[\]]+)\s*\]")
_LONG_LINE = 500
_HOW = "mend the file; docs/formats/lift-toml.md shows its form"
_MARKERS = ("<<<<<<< ", ">>>>>>> ")


@value(kw_only=False)
class TomlText:
    """A TOML text. values: as the parser gives them; spans: where they stand; lines: for messages."""

    values: Mapping[str, Any]
    spans: SpanIndex
    lines: tuple[str, ...]


def read_toml(data: bytes, artifact: str) -> TomlText:
    """Read a TOML text. Raises InputError with line and column, and nothing else, for any bytes."""
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
    try:
        values = tomllib.loads(text)
        spans = index_spans(text.replace("\r\n", "\n"), artifact)
    except tomllib.TOMLDecodeError as err:
        raise _syntax(artifact, lines, str(err)) from err
    except (RecursionError, ValueError, OverflowError) as err:
        raise _fault(artifact, 1, 1, lines[0], "the file nests too deep, or holds a value that is too large") from err
    return TomlText(values, spans, lines)


def _syntax(artifact: str, lines: tuple[str, ...], message: str) -> InputError:
    match = _AT.search(message)
    line, column = (int(match[1]), int(match[2])) if match else (len(lines), len(lines[-1]) + 1)
    words = _AT.sub("", message).replace("(at end of document)", "").strip()
    source = lines[line - 1] if line <= len(lines) else ""
    message = f"this is not TOML: {words or message}"
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
