"""Frozen values at a tenth of the start-up cost: what `@dataclass(frozen=True, slots=True, kw_only=True)` would make.

    @value
    class Place:
        line: int
        column: int = 0

    place = Place(line=3)
    changed(place, column=7)

The standard decorator compiles six methods for every class when it is defined, needed or not; with about a hundred
small values that was more than a quarter of a whole run. Here nothing is compiled but `__init__`, and that at a class's
first instance. Type checkers see a frozen, keyword-only dataclass. What it does not do: `field()`, `__post_init__`,
values that inherit from values. A class that needs one of these is a plain dataclass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform, overload

__all__ = ["changed", "fields_of", "value"]

T = TypeVar("T")
_FIELDS = "__value_fields__"


@overload
def value(cls: type[T], /) -> type[T]: ...
@overload
def value(*, kw_only: bool = True, order: bool = False) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, kw_only_default=True)
def value(cls: type[T] | None = None, /, *, kw_only: bool = True, order: bool = False) -> Any:
    """Make a class a frozen value with slots. order: instances compare as the tuples of their fields."""

    def make(plain: type[T]) -> type[T]:
        return _make(plain, kw_only=kw_only, order=order)

    return make if cls is None else make(cls)


def fields_of(kind: type) -> tuple[str, ...]:
    """Return the names of a value's fields, in order."""
    names: tuple[str, ...] = getattr(kind, _FIELDS)
    return names


def changed(old: T, /, **changes: object) -> T:
    """Return a copy of a value with some fields changed. Raises TypeError for a name that is no field."""
    return type(old)(**{name: getattr(old, name) for name in fields_of(type(old))} | changes)


def _make(plain: type[T], *, kw_only: bool, order: bool) -> type[T]:
    body = dict(plain.__dict__)
    names = tuple(body.get("__annotations__", {}))
    defaults = {name: body.pop(name) for name in names if name in body}
    for name in ("__dict__", "__weakref__"):
        body.pop(name, None)
    read = _reader(names)
    body |= {
        _FIELDS: names,
        "__slots__": names,
        "__qualname__": plain.__qualname__,
        "__match_args__": () if kw_only else names,
        "__setattr__": _refuse,
        "__delattr__": _refuse,
        "__repr__": body.get("__repr__", _repr),
        "__hash__": _hash(read),
        "__eq__": _same(read),
        "__reduce__": _reduce,
    }
    if order:
        body |= {"__lt__": _less(read), "__le__": _less(read, equal=True)}
        body |= {"__gt__": _more(read), "__ge__": _more(read, equal=True)}
    made: Any = type(plain.__name__, plain.__bases__, body)

    def first_init(self: object, *args: object, **given: object) -> None:
        made.__init__ = _compile_init(made, names, defaults, kw_only=kw_only)
        made.__init__(self, *args, **given)

    made.__init__ = first_init
    kind: type[T] = made
    return kind


def _compile_init(
    made: type, names: tuple[str, ...], defaults: Mapping[str, object], *, kw_only: bool
) -> Callable[..., None]:
    """Compile the `__init__` of a class: one line for each field, set through its slot since the class is frozen."""
    known: dict[str, object] = {f"_set_{name}": made.__dict__[name].__set__ for name in names}
    known |= {f"_default_{name}": default for name, default in defaults.items()}
    parameters = [f"{name}=_default_{name}" if name in defaults else name for name in names]
    head = ", ".join(["self", *(["*"] if kw_only and names else []), *parameters])
    lines = [f" _set_{name}(self, {name})" for name in names] or [" pass"]
    exec("\n".join([f"def __init__({head}):", *lines]), known)  # noqa: S102 - made of field names alone
    init: Any = known["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    compiled: Callable[..., None] = init
    return compiled


def _reader(names: tuple[str, ...]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda _: ()


def _refuse(self: object, name: str, *_: object) -> None:
    raise FrozenInstanceError(f"{type(self).__name__} is a frozen value: {name!r} cannot be changed")


def _repr(self: object) -> str:
    inner = ", ".join(f"{name}={getattr(self, name)!r}" for name in fields_of(type(self)))
    return f"{type(self).__qualname__}({inner})"


def _reduce(self: object) -> tuple[object, ...]:
    names = fields_of(type(self))
    return _restore, (type(self), tuple(getattr(self, name) for name in names))


def _restore(kind: type[T], values: tuple[object, ...]) -> T:
    return kind(**dict(zip(fields_of(kind), values, strict=True)))


def _hash(read: Callable[[Any], Any]) -> Callable[[object], int]:
    return lambda self: hash(read(self))


def _same(read: Callable[[Any], Any]) -> Callable[[object, object], object]:
    def same(self: object, other: object) -> object:
        return read(self) == read(other) if other.__class__ is self.__class__ else NotImplemented

    return same


def _less(read: Callable[[Any], Any], *, equal: bool = False) -> Callable[[object, object], object]:
    def less(self: object, other: object) -> object:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return read(self) <= read(other) if equal else read(self) < read(other)

    return less


def _more(read: Callable[[Any], Any], *, equal: bool = False) -> Callable[[object, object], object]:
    less = _less(read, equal=equal)

    def more(self: object, other: object) -> object:
        return less(other, self)

    return more
