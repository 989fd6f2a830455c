"""What a statement says of its subjects, cut out of it as it was signed: no number and no key is written anew."""

from __future__ import annotations

import json
import re

from supplymatrix.errors import Diagnostic, InputError

__all__ = ["predicate_text"]

_BLANK = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def predicate_text(payload: bytes) -> str:
    """Return the predicate of a statement as JSON text. Raises InputError for a payload that is none, or has none.

    The payload has been read as a statement before: an object with no name twice.
    """
    try:
        text = payload.decode("utf-8")
        for name, start, end in _members(text):
            if name == "predicate":
                return text[start:end] + "\n"
    except (ValueError, RecursionError, IndexError) as err:
        raise InputError(Diagnostic(message="the statement is no JSON object")) from err
    raise InputError(Diagnostic(message="the statement has no predicate"))


def _members(text: str) -> list[tuple[str, int, int]]:
    """Return the names of an object with the places of their values."""
    found = list[tuple[str, int, int]]()
    place = _after_blank(text, 0)
    if text[place] != "{":
        raise ValueError("no object")
    place = _after_blank(text, place + 1)
    while text[place] != "}":
        name, place = _DECODER.raw_decode(text, place)
        place = _after_blank(text, place)
        if text[place] != ":" or not isinstance(name, str):
            raise ValueError("no name")
        start = _after_blank(text, place + 1)
        _, end = _DECODER.raw_decode(text, start)
        found.append((name, start, end))
        place = _after_blank(text, end)
        if text[place] == ",":
            place = _after_blank(text, place + 1)
    return found


def _after_blank(text: str, place: int) -> int:
    found = _BLANK.match(text, place)
    return found.end() if found is not None else place
