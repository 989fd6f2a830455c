"""What a statement says, cut out of it as it stands."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest.predicate import predicate_text
from supplymatrix.errors import InputError

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    others=st.dictionaries(st.text(max_size=5).filter(lambda name: name != "predicate"), _JSON, max_size=3),
    predicate=_JSON, place=st.integers(0, 3), indent=st.sampled_from([None, 0, 3]),
)  # fmt: skip
def test_the_predicate_is_found_at_any_place(
    others: dict[str, object], predicate: object, place: int, indent: int | None
) -> None:
    members = [*others.items()]
    members.insert(place, ("predicate", predicate))
    payload = json.dumps(dict(members), indent=indent).encode()
    text = predicate_text(payload)
    assert json.loads(text) == predicate
    assert text.rstrip("\n").encode() in payload


def test_numbers_and_names_stay_as_they_were_signed() -> None:
    payload = b'{"a": {"predicate": 0}, "predicate" : {"n":1.10, "n2": 1e3,  "x":"\\u00e4"} }'
    assert predicate_text(payload) == '{"n":1.10, "n2": 1e3,  "x":"\\u00e4"}\n'


@pytest.mark.parametrize("payload", [b"", b"[]", b"{", b'{"a": 1}', b"\xff", b'{"predicate": ', b"{1: 2}", b'"x"'])
def test_what_has_none_is_refused(payload: bytes) -> None:
    with pytest.raises(InputError):
        predicate_text(payload)
