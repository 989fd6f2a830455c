"""Tile paths."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.sumdb.tile import DATA_LEVEL, Tile, edge_tiles, parse_tile_path


@st.composite
def tiles(draw: st.DrawFn) -> Tile:
    height = draw(st.integers(1, 30))
    width = draw(st.integers(1, min(1 << height, 5000)) | st.just(1 << height))
    return Tile(height, draw(st.integers(DATA_LEVEL, 63)), draw(st.integers(0, 2**62)), width)


@given(tiles())
def test_tile_paths_round_trip(tile: Tile) -> None:
    assert parse_tile_path(tile.path) == tile


@given(st.text(max_size=60) | st.text(alphabet="tile/0123456789xp.-data", max_size=40))
def test_any_text_is_a_tile_path_that_round_trips_or_an_input_error(text: str) -> None:
    with suppress(InputError):
        assert parse_tile_path(text).path == text


@given(st.integers(1, 12), st.integers(0, 2**40))
def test_edge_tiles_cover_the_tree_exactly_once(height: int, size: int) -> None:
    covered = sum(tile.width << (tile.height * tile.level) for tile in edge_tiles(height, size))
    assert covered == size
