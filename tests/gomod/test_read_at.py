"""Bytes at places: whatever is asked for comes exactly, or is an error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod.read_at import BytesAt, Window


class CountedBytes(BytesAt):
    """Bytes that count how often they are asked for some."""

    reads = 0

    def read_at(self, offset: int, length: int) -> bytes:
        self.reads += 1
        return super().read_at(offset, length)


@given(
    data=st.binary(max_size=60),
    places=st.lists(st.tuples(st.integers(-2, 62), st.integers(-2, 62)), max_size=12),
    piece=st.integers(1, 20),
)
def test_a_window_gives_what_the_bytes_hold_and_nothing_beyond(
    data: bytes, places: list[tuple[int, int]], piece: int
) -> None:
    window = Window(BytesAt(data), piece=piece)
    for offset, length in places:
        if offset >= 0 and length >= 0 and offset + length <= len(data):
            assert window.read(offset, length) == data[offset : offset + length]
        else:
            with pytest.raises(InputError, match="does not hold"):
                window.read(offset, length)


@given(data=st.binary(max_size=60), places=st.lists(st.integers(-2, 62), max_size=12), piece=st.integers(1, 20))
def test_what_is_held_from_a_place_on_is_a_piece_or_the_rest(data: bytes, places: list[int], piece: int) -> None:
    window = Window(BytesAt(data), piece=piece)
    for offset in places:
        if 0 <= offset <= len(data):
            held = window.from_place(offset)
            assert data[offset:].startswith(held)
            assert len(held) >= min(piece, len(data) - offset)
        else:
            with pytest.raises(InputError, match="does not hold"):
                window.from_place(offset)


def test_small_reads_next_to_each_other_are_one() -> None:
    data = CountedBytes(bytes(1000))
    window = Window(data, piece=1000)
    for at in range(1000):
        window.read(at, 1)
    assert data.reads == 1


def test_bytes_beyond_the_end_are_an_error() -> None:
    with pytest.raises(InputError, match="does not hold"):
        BytesAt(b"abc").read_at(2, 2)
