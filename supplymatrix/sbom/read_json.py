"""JSON of strangers to plain values: whole, or one clear error; and values that are not what they should be.

A key that stands twice in an object and numbers that JSON does not have are told and do not stop the reading.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.sbom.read_values import Faults

__all__ = ["Table", "load_json", "rows", "table", "text", "texts"]

Table = Mapping[str, object]
_MOST = 20_000  # characters of one text that are kept
_TOLD = 20
_EMPTY: Table = {}


def load_json(data: bytes, artifact: str, faults: Faults) -> Table:
    """Return the object that a file holds. Raises InputError, and nothing else, for any bytes."""
    try:
        written = data.decode(json.detect_encoding(data))
    except (UnicodeDecodeError, ValueError) as err:
        raise _fault(artifact, f"the file is no text: {err}", expected="UTF-8") from err
    written = written.removeprefix("\ufeff")
    twins: list[str] = []
    odd: list[str] = []

    def pairs(found: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(found)
        if len(made) != len(found) and len(twins) < _TOLD:
            seen: set[str] = set()
            twins.extend(key for key, _ in found if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        return made

    try:
        found = json.loads(written, object_pairs_hook=pairs, parse_constant=odd.append)
    except json.JSONDecodeError as err:
        ends = not written[err.pos :].strip() or err.msg.startswith("Unterminated")
        message = "the file ends in the middle: it is cut" if ends else f"this is not JSON: {err.msg}"
        raise _fault(artifact, message, err.lineno, err.colno) from err
    except RecursionError as err:
        raise _fault(artifact, "the file nests too deep", expected="some hundred levels at most") from err
    except ValueError as err:
        raise _fault(artifact, f"this JSON is refused: {str(err)[:200]}") from err
    if not isinstance(found, dict):
        raise _fault(artifact, f"the file holds no JSON object but a {type(found).__name__}", expected="an object")
    for key in twins[:_TOLD]:
        faults.add("", f"the key {key[:60]!r} stands twice in one object: the last one counts")
    for name in odd[:_TOLD]:
        faults.add("", f"{name} is no number of JSON")
    return found


def text(found: object, where: str, faults: Faults) -> str:
    """Return a text; "" for null and for what is none, which is a fault."""
    if found is None:
        return ""
    if not isinstance(found, str):
        faults.add(where, f"this should be a text, and is a {type(found).__name__}")
        return ""
    if len(found) > _MOST:
        faults.add(where, f"this text has {len(found):,} characters: it is cut")
        return found[:_MOST]
    return found


def texts(found: object, where: str, faults: Faults) -> Iterator[str]:
    """Yield the texts of a list; a single text counts as a list of one."""
    for at, item in enumerate([found] if isinstance(found, str) else _list(found, where, faults)):
        word = text(item, f"{where}[{at}]", faults)
        if word:
            yield word


def table(found: object, where: str, faults: Faults) -> Table:
    """Return an object; an empty one for null and for what is none, which is a fault."""
    if isinstance(found, dict):
        return found
    if found is not None:
        faults.add(where, f"this should be an object, and is a {type(found).__name__}")
    return _EMPTY


def rows(found: object, where: str, faults: Faults) -> Iterator[tuple[str, Table]]:
    """Yield the objects of a list, each with its place; what is no object is a fault."""
    for at, item in enumerate(_list(found, where, faults)):
        place = f"{where}[{at}]"
        if isinstance(item, dict):
            yield place, item
        else:
            faults.add(place, f"this should be an object, and is a {type(item).__name__}")


def _list(found: object, where: str, faults: Faults) -> list[object]:
    if isinstance(found, list):
        return found
    if found is not None:
        faults.add(where, f"this should be a list, and is a {type(found).__name__}")
    return []


def _fault(artifact: str, message: str, line: int = 0, column: int = 0, *, expected: str = "") -> InputError:
    return InputError(Diagnostic(message=message, artifact=artifact, line=line, column=column, expected=expected))
