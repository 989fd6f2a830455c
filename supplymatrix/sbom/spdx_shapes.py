"""Shapes of JSON objects: which fields they have, which they must have, and what may stand in them.

    PLACE = shape({"name": words}, {"height": one_of({"low", "high"})})
    list(PLACE({"height": "far"}, "/place"))     # two faults: no name, and a height that is none

A check looks at one value and tells its faults; a shape is a check of an object.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from supplymatrix.model.value import value

__all__ = ["Check", "Fault", "anything", "boolean", "matching", "number", "one_of", "several", "shape", "text", "words"]


@value(kw_only=False)
class Fault:
    """What is wrong at one place. pointer: JSON pointer. message: a sentence; expected: what should stand there."""

    pointer: str
    message: str
    seen: str = ""
    expected: str = ""


Check = Callable[[object, str], Iterator[Fault]]
_SHOWN = 120  # characters of what was seen


def anything(_item: object, _pointer: str) -> Iterator[Fault]:
    """Take any value."""
    return iter(())


def text(item: object, pointer: str) -> Iterator[Fault]:
    """Take any text."""
    if not isinstance(item, str):
        yield _wrong(item, pointer, "a text")


def words(item: object, pointer: str) -> Iterator[Fault]:
    """Take a text that is not empty."""
    if not isinstance(item, str) or not item.strip():
        yield _wrong(item, pointer, "a text that is not empty")


def boolean(item: object, pointer: str) -> Iterator[Fault]:
    """Take true and false."""
    if not isinstance(item, bool):
        yield _wrong(item, pointer, "true or false")


def number(item: object, pointer: str) -> Iterator[Fault]:
    """Take a whole number."""
    if not isinstance(item, int) or isinstance(item, bool):
        yield _wrong(item, pointer, "a whole number")


def matching(pattern: str, expected: str) -> Check:
    """Return a check that takes texts that a pattern fits as a whole. expected: them, in words."""
    compiled = re.compile(pattern, re.DOTALL)

    def check(item: object, pointer: str) -> Iterator[Fault]:
        if not isinstance(item, str) or compiled.fullmatch(item) is None:
            yield _wrong(item, pointer, expected)

    return check


def one_of(allowed: Iterable[str], expected: str = "") -> Check:
    """Return a check that takes some words only."""
    known = frozenset(allowed)
    listed = expected or f"one of {', '.join(sorted(known))}"

    def check(item: object, pointer: str) -> Iterator[Fault]:
        if not isinstance(item, str) or item not in known:
            yield _wrong(item, pointer, listed)

    return check


def several(inner: Check, *, least: int = 0) -> Check:
    """Return a check that takes a list whose items the inner one takes. least: how many there must be."""

    def check(item: object, pointer: str) -> Iterator[Fault]:
        if not isinstance(item, list) or len(item) < least:
            yield _wrong(item, pointer, f"a list of {least} or more" if least else "a list")
            return
        for at, one in enumerate(item):
            yield from inner(one, f"{pointer}/{at}")

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    """Return a check that takes an object which has the required fields, and no others than these and the optional."""
    fields = {**required, **optional}

    def check(item: object, pointer: str) -> Iterator[Fault]:
        if not isinstance(item, dict):
            yield _wrong(item, pointer, "an object")
            return
        for name in required:
            if name not in item:
                yield Fault(f"{pointer}/{name}", f"{name} is missing")
        for name, one in item.items():
            inner = fields.get(name)
            if inner is None:
                yield Fault(f"{pointer}/{_escaped(name)}", "there is no such field", seen=name[:_SHOWN])
            else:
                yield from inner(one, f"{pointer}/{name}")

    return check


def _wrong(item: object, pointer: str, expected: str) -> Fault:
    seen = item if isinstance(item, str) else f"{type(item).__name__}" if isinstance(item, dict | list) else repr(item)
    return Fault(pointer, "this value is not allowed here", seen=seen[:_SHOWN], expected=expected)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")[:_SHOWN]
