"""Values of a JSON document of which nobody knows what is in it: looked for, never believed to be of a kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from supplymatrix.sbom.standards_fields import MISSING, Presence, Seen

__all__ = ["at", "first", "items", "said", "table", "word"]

_UNKNOWN = frozenset({"noassertion", "unknown", "n/a", "none"})
_EMPTY: Mapping[str, object] = {}


def table(item: object) -> Mapping[str, object]:
    """Return an object, an empty one for what is none."""
    return item if isinstance(item, dict) else _EMPTY


def items(item: object) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Yield the objects of a list with their places in it."""
    for place, one in enumerate(item if isinstance(item, list) else ()):
        if isinstance(one, dict):
            yield place, one


def word(item: object) -> str:
    """Return a text without the blanks around it, "" for what is none."""
    return item.strip() if isinstance(item, str) else ""


def said(item: object, pointer: str, *, none_counts: bool = False) -> Seen:
    """Return what stands in a field. none_counts: NONE is an answer there, and not the lack of one."""
    if isinstance(item, list | dict):
        return Seen(Presence.PRESENT, pointer) if item else MISSING
    if isinstance(item, int | float) and not isinstance(item, bool):
        return Seen(Presence.PRESENT, pointer)
    text = word(item)
    if not text:
        return MISSING
    is_unknown = text.lower() in _UNKNOWN and not (none_counts and text == "NONE")
    return Seen(Presence.UNKNOWN if is_unknown else Presence.PRESENT, pointer)


def at(holder: Mapping[str, object], pointer: str, *names: str) -> Seen:
    """Return the first of some fields of an object that says something."""
    return first(said(holder.get(name), f"{pointer}/{name}") for name in names)


def first(found: Iterable[Seen]) -> Seen:
    """Return the first that is present, else the first that is said to be unknown, else that it is missing."""
    unknown = MISSING
    for one in found:
        if one.presence is Presence.PRESENT:
            return one
        if one.presence is Presence.UNKNOWN and unknown is MISSING:
            unknown = one
    return unknown
