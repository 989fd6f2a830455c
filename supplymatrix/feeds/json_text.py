"""JSON bytes of a feed to values, or one clear error; and how texts of strangers are made safe to keep.

    >>> read_json(b'{"id": "GO-2024-2963"}', "GO-2024-2963.json")
    {'id': 'GO-2024-2963'}

A feed's file comes from the network: it may be cut, be the HTML page of a proxy, or be made to hurt. A key that stands
twice in one object and numbers that JSON does not have are refused, since two readers would read two things.

Source: RFC 8259; RFC 6901 for pointers.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NoReturn

from supplymatrix.errors import Diagnostic, InputError

__all__ = ["MAX_FEED_BYTES", "as_list", "as_table", "as_text", "clean", "control_faults", "read_json", "refuse_size"]

MAX_FEED_BYTES = 64 << 20
_MAX_TEXT = 300
_MAX_CONTROLS = 5
_ESCAPED_CONTROL = re.compile(
    rb"(?<!\\)(?:\\\\)*\\u00(?:0[0-8bcefBCEF]|1[0-9a-fA-F]|7[fF]|[89][0-9a-fA-F])|\\u202[aAbBcCdDeE]"
)


def read_json(data: bytes, file: str) -> Mapping[str, object]:
    """Return the object that a JSON file holds. Raises InputError, and nothing else, for any bytes."""
    refuse_size(data, file)
    text = _decode(data, file)
    try:
        found = json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant)
    except json.JSONDecodeError as err:
        ends = not text[err.pos :].strip() or err.msg.startswith("Unterminated")
        message = "the file ends in the middle: it is cut" if ends else f"this is not JSON: {err.msg}"
        raise _fault(file, message, err.lineno, err.colno, remedy="fetch the file again" if ends else "") from err
    except RecursionError as err:
        raise _fault(file, "the file nests too deep", expected="a few levels, as the feed's format has") from err
    except (_RefusedError, ValueError) as err:
        raise _fault(file, f"this JSON is refused: {clean(str(err))}") from err
    if not isinstance(found, dict):
        raise _fault(file, "the file holds no JSON object", seen=type(found).__name__, expected="an object")
    return found


def refuse_size(data: bytes, file: str, most: int = MAX_FEED_BYTES) -> None:
    """Raise InputError for a file that is empty or too long."""
    if not data.strip():
        raise _fault(file, "the file is empty", remedy="fetch the file again")
    if len(data) > most:
        raise _fault(file, f"the file has {len(data):,} bytes", line=0, expected=f"at most {most:,}")


def control_faults(data: bytes, file: str) -> Iterator[Diagnostic]:
    """Yield a fault for each of the first control characters that a JSON file holds, written as escapes.

    They are no reason to refuse the file: what is kept of its texts has none of them.
    """
    for number, match in enumerate(_ESCAPED_CONTROL.finditer(data)):
        if number == _MAX_CONTROLS:
            return
        yield Diagnostic(
            message="control characters in a text were left out",
            artifact=file,
            line=data.count(b"\n", 0, match.start()) + 1,
            seen=match[0].decode("ascii").lstrip("\\").rjust(5, "\\"),
        )


def clean(text: str, most: int = _MAX_TEXT) -> str:
    """Return a text without control characters, surrogates or line ends, and no longer than what fits a cell."""
    text = text[: 4 * most]
    return (text if text.isprintable() else "".join(c for c in text if c.isprintable()))[:most]


def as_text(found: object) -> str:
    """Return a value as a clean text; "" when it is none."""
    return clean(found) if isinstance(found, str) else ""


def as_list(found: object) -> list[object]:
    """Return a value as a list; an empty one when it is none."""
    return found if isinstance(found, list) else []


def as_table(found: object) -> Mapping[str, object]:
    """Return a value as an object; an empty one when it is none."""
    return found if isinstance(found, dict) else {}


class _RefusedError(Exception):
    pass


def _no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        twin = next(name for name, count in counts.items() if count > 1)
        raise _RefusedError(f"the key {twin[:60]!r} stands twice in one object")
    return made


def _no_constant(name: str) -> NoReturn:
    raise _RefusedError(f"{name} is no JSON")


def _decode(data: bytes, file: str) -> str:
    if data.lstrip()[:1] == b"<":
        raise _fault(
            file,
            "this is HTML or XML, not JSON",
            expected="a JSON object",
            remedy="fetch the file again: a proxy or a login page may have answered in the feed's place",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        raise _fault(file, f"byte {err.start} is no UTF-8", line, expected="UTF-8") from err


def _fault(
    file: str, message: str, line: int = 1, column: int = 0, *, seen: str = "", expected: str = "", remedy: str = ""
) -> InputError:
    return InputError(
        Diagnostic(
            message=message, artifact=file, line=line, column=column, seen=seen, expected=expected, remedy=remedy
        )
    )
