"""Frozen values: what the standard decorator gives, without its cost."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.model.value import changed, fields_of, value


@value(order=True)
class Place:
    """A place."""

    line: int
    column: int = 0
    name: str = ""

    @property
    def is_first(self) -> bool:
        """Whether it is the first line."""
        return self.line == 1


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Standard:
    """The same, made by the standard library."""

    line: int
    column: int = 0
    name: str = ""


@value(kw_only=False)
class Pair:
    """Two values by position."""

    left: int
    right: int


@value
class Nothing:
    """No field at all."""


_FIELDS = st.fixed_dictionaries({"line": st.integers(0, 3), "column": st.integers(0, 3), "name": st.sampled_from("ab")})


@given(_FIELDS, _FIELDS)
def test_values_compare_and_hash_as_the_standard_dataclass_does(one: dict[str, int], two: dict[str, int]) -> None:
    ours, theirs = (Place(**one), Place(**two)), (Standard(**one), Standard(**two))  # type: ignore[arg-type]
    assert (ours[0] == ours[1]) is (theirs[0] == theirs[1])
    assert (ours[0] < ours[1], ours[0] <= ours[1]) == (theirs[0] < theirs[1], theirs[0] <= theirs[1])
    assert (ours[0] > ours[1], ours[0] >= ours[1]) == (theirs[0] > theirs[1], theirs[0] >= theirs[1])
    assert hash(ours[0]) == hash(theirs[0])
    assert repr(ours[0]) == repr(theirs[0]).replace("Standard", "Place")


@given(_FIELDS)
def test_values_survive_pickling_and_copying(fields: dict[str, int]) -> None:
    place = Place(**fields)  # type: ignore[arg-type]
    assert pickle.loads(pickle.dumps(place)) == place  # noqa: S301 - our own bytes
    assert copy.deepcopy(place) == place


def test_a_value_cannot_be_changed() -> None:
    place = Place(line=1)
    with pytest.raises(FrozenInstanceError):
        place.line = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del place.line
    with pytest.raises(AttributeError):
        place.other = 2  # type: ignore[attr-defined]
    assert place == Place(line=1)


def test_a_value_has_no_dict() -> None:
    assert not hasattr(Place(line=1), "__dict__")


def test_a_missing_field_is_a_type_error_at_the_first_instance_and_later() -> None:
    for _ in range(2):
        with pytest.raises(TypeError, match="line"):
            Place()  # type: ignore[call-arg]


def test_keyword_only_values_take_no_positions() -> None:
    with pytest.raises(TypeError):
        Place(1)  # type: ignore[call-arg]


def test_a_value_by_position_can_be_matched() -> None:
    match Pair(1, 2):
        case Pair(left, right):
            assert (left, right) == (1, 2)


def test_values_of_two_classes_are_never_equal() -> None:
    others: list[object] = [(0, 0), Standard(line=1)]
    assert Pair(0, 0) not in others
    assert Place(line=1) not in others
    with pytest.raises(TypeError):
        assert Place(line=1) < Standard(line=1)  # type: ignore[operator]


def test_a_value_without_fields_is_a_value() -> None:
    assert Nothing() == Nothing()
    assert {Nothing(): 1}[Nothing()] == 1


def test_a_copy_with_changes_keeps_the_other_fields() -> None:
    assert changed(Place(line=1, name="x"), column=7) == Place(line=1, column=7, name="x")
    with pytest.raises(TypeError):
        changed(Place(line=1), row=3)


def test_properties_and_field_names_are_kept() -> None:
    assert Place(line=1).is_first
    assert fields_of(Place) == ("line", "column", "name")
    assert Place.__doc__ == "A place."
