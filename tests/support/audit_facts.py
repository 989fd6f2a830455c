"""Facts of audits from JSON, by the type hints of their values: nothing here knows a single field.

`log.json` of a fixture, key "audit": [{"type": "Vulnerability", field: value, …}], and "gaps": [{field: value, …}].

A module version is "path@version" or {"path", "version"}; a location "file:line:column", "file:line", "file" (also
"file:line:column-column", where it ends on that line) or an object; an enum its value; a date "2026-11-20"; a tuple a
list; None is null; a nested value an object. A type or field that does not exist raises TypeError.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from supplymatrix.model.fact import Fact
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import fields_of

__all__ = ["audit_facts", "audit_gaps", "made"]

_PLACE = re.compile(r"(?P<artifact>.*?)(?::(?P<line>\d+)(?::(?P<column>\d+)(?:-(?P<end>\d+))?)?)?")
_KINDS: Mapping[str, type] = {kind.__name__: kind for kind in get_args(Fact)}


def audit_facts(told: Sequence[Mapping[str, Any]]) -> Iterator[Fact]:
    """Yield the facts of key "audit". Raises TypeError for what is none."""
    for entry in told:
        name = entry.get("type", "")
        if name not in _KINDS:
            raise TypeError(f"no fact is called {name!r}; there are {', '.join(sorted(_KINDS))}")
        yield made(_KINDS[name], {key: value for key, value in entry.items() if key != "type"})


def audit_gaps(told: Sequence[Mapping[str, Any]]) -> Iterator[Gap]:
    """Yield the gaps of key "gaps"; `remedy` may be left out."""
    for entry in told:
        yield made(Gap, {"remedy": "", **entry})


def made(hint: Any, told: Any) -> Any:  # noqa: ANN401, PLR0911 - whatever a hint asks for
    """Return what a JSON value means where a type is asked for. Raises TypeError where it means nothing."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        if told is None and type(None) in get_args(hint):
            return None
        (inner,) = (kind for kind in get_args(hint) if kind is not type(None))
        return made(inner, told)
    if origin is tuple:
        return _tuple(get_args(hint), told)
    if hint is ModuleVersion and isinstance(told, str):
        path, _, version = told.partition("@")
        return ModuleVersion(path=path, version=version)
    if hint is Location and isinstance(told, str):
        return _location(told)
    if not isinstance(hint, type):
        raise TypeError(f"nothing can be made for {hint!r}")
    if issubclass(hint, Enum):
        return hint(told)
    if issubclass(hint, date):
        return (datetime if issubclass(hint, datetime) else date).fromisoformat(told)
    if isinstance(told, Mapping):
        return _value(hint, told)
    if not isinstance(told, hint) or (hint is int and isinstance(told, bool)):
        raise TypeError(f"{told!r} is no {hint.__name__}")
    return told


def _tuple(kinds: tuple[Any, ...], told: object) -> tuple[Any, ...]:
    if not isinstance(told, list):
        raise TypeError(f"{told!r} is no list")
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(made(kinds[0], item) for item in told)
    return tuple(made(kind, item) for kind, item in zip(kinds, told, strict=True))


def _value(kind: type, told: Mapping[str, Any]) -> object:
    hints = get_type_hints(kind)
    known = fields_of(kind)
    if wrong := [name for name in told if name not in known]:
        raise TypeError(f"{kind.__name__} has no field {wrong[0]!r}; it has {', '.join(known)}")
    return kind(**{name: made(hints[name], value) for name, value in told.items()})


def _location(told: str) -> Location:
    found = _PLACE.fullmatch(told)
    assert found is not None
    line, column, end = (int(found[name] or 0) for name in ("line", "column", "end"))
    return Location(artifact=found["artifact"], line=line, column=column, end_line=line if end else 0, end_column=end)
