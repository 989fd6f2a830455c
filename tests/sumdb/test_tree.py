"""Tiles are authenticated whole before any hash of them is used."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.errors import SupplymatrixError, TrustError
from supplymatrix.sumdb.checkpoint import TreeHead
from supplymatrix.sumdb.protocol import Absent, Answer, Ask, Asking, Body
from supplymatrix.sumdb.tile import tile_path
from supplymatrix.sumdb.tlog import verify_consistency
from supplymatrix.sumdb.tree import TileUnavailableError, TrustedTree
from tests.support.naive_tree import NaiveTree

TREE = NaiveTree.of_example_modules(900)
ANSWERS = {size: TREE.answers({}, size=size) for size in (1, 255, 256, 257, 511, 767, 900)}


def _read(tree: TrustedTree, record: int) -> Asking[bytes]:
    yield from tree.open_edge()
    return (yield from tree.leaf_hash(record))


def _run(asking: Asking[bytes], served: dict[str, bytes], cached: dict[str, bytes] | None = None) -> bytes:
    """Serve from `cached` first, as a cache would, unless a fresh copy is asked for."""

    def answer(path: str, ask: Ask) -> Answer:
        if cached and path in cached and not ask.fresh:
            return Body(cached[path], "cache")
        return Body(served[path], "server") if path in served else Absent("server")

    try:
        ask = next(asking)
        while True:
            ask = asking.send(tuple(answer(path, ask) for path in ask.paths))
    except StopIteration as done:
        return bytes(done.value)


def _head(size: int) -> TreeHead:
    return TreeHead(size, TREE.root(size))


@pytest.mark.parametrize("size", ANSWERS)
def test_every_record_is_read_through_its_tiles(size: int) -> None:
    for record in {0, size // 2, size - 1}:
        assert _run(_read(TrustedTree(_head(size)), record), ANSWERS[size]) == TREE.hash_at(0, record)


@settings(max_examples=60)
@given(st.sampled_from([511, 767, 900]), st.data())
def test_any_flipped_bit_of_a_tile_is_noticed(size: int, data: st.DataObject) -> None:
    """A forged full tile that no parent was held against is CVE-2026-56865."""
    tiles = {path: body for path, body in ANSWERS[size].items() if path.startswith("tile/")}
    path = data.draw(st.sampled_from(sorted(tiles)))
    at = data.draw(st.integers(0, len(tiles[path]) - 1))
    bad = bytearray(tiles[path])
    bad[at] ^= 1 << data.draw(st.integers(0, 7))
    served = ANSWERS[size] | {path: bytes(bad)}
    asked: set[str] = set()
    tree = TrustedTree(_head(size))
    for record in range(0, size, 97):
        try:
            assert _run(_read(tree, record), served) == TREE.hash_at(0, record)
        except TrustError:
            asked.add(path)
    assert all(tree.authenticated.get(p, body) == body for p, body in tiles.items())
    assert path not in tree.authenticated


def test_a_forged_leaf_tile_is_not_authenticated_even_when_it_is_the_only_full_tile() -> None:
    """CVE-2026-56865: the tile right below the edge tiles went unchecked."""
    path = tile_path(8, 0, 0, 256)
    served = ANSWERS[511] | {path: TREE.tile(0, 1, 255) + b"\0" * 32}
    tree = TrustedTree(_head(511))
    with pytest.raises(TrustError) as caught:
        _run(_read(tree, 20), served)
    assert path in caught.value.evidence
    assert path not in tree.authenticated


def test_a_partial_tile_that_is_gone_is_taken_from_the_full_one() -> None:
    served = {path: body for path, body in ANSWERS[900].items() if ".p/" not in path}
    served |= {path.split(".p/", maxsplit=1)[0]: _padded(body) for path, body in ANSWERS[900].items() if ".p/" in path}
    assert _run(_read(TrustedTree(_head(900)), 899), served) == TREE.hash_at(0, 899)


def _padded(tile: bytes) -> bytes:
    return tile + b"\x11" * (256 * 32 - len(tile))


def test_a_tile_of_a_wrong_length_is_unavailable_and_no_alarm() -> None:
    path = tile_path(8, 0, 0, 256)
    with pytest.raises(TileUnavailableError, match="23 bytes"):
        _run(_read(TrustedTree(_head(900)), 5), ANSWERS[900] | {path: b"<html>Bad Gateway</html"})


def test_a_tile_that_nobody_has_is_unavailable() -> None:
    served = {path: body for path, body in ANSWERS[900].items() if path != tile_path(8, 0, 1, 256)}
    with pytest.raises(TileUnavailableError, match="404"):
        _run(_read(TrustedTree(_head(900)), 300), served)


def test_a_damaged_cached_tile_is_asked_for_again() -> None:
    damaged = {path: b"\0" * len(body) for path, body in ANSWERS[900].items()}
    assert _run(_read(TrustedTree(_head(900)), 300), ANSWERS[900], damaged) == TREE.hash_at(0, 300)
    short = {path: body[:-1] for path, body in ANSWERS[900].items()}
    assert _run(_read(TrustedTree(_head(900)), 300), ANSWERS[900], short) == TREE.hash_at(0, 300)


def test_edge_tiles_of_another_tree_break_the_whole_log() -> None:
    other = TreeHead(900, base64.b64decode("PH6byTDck/AfppmF7yQtn56GHzxTVaokzl70tLinDMs="))
    with pytest.raises(TrustError) as caught:
        _run(_read(TrustedTree(other), 1), ANSWERS[900])
    assert caught.value.whole_log


def test_no_hash_is_given_before_the_edge_was_opened() -> None:
    tree = TrustedTree(_head(900))
    with pytest.raises(RuntimeError):
        next(tree.leaf_hash(3))


def _prefix(tree: TrustedTree, size: int) -> Asking[bytes]:
    yield from tree.open_edge()
    return (yield from tree.root_at(size))


@given(st.integers(1, 900))
def test_the_root_of_every_prefix_comes_with_its_proof(size: int) -> None:
    tree = TrustedTree(_head(900))
    root = _run(_prefix(tree, size), ANSWERS[900])
    assert root == TREE.root(size)
    verify_consistency(tree.prove_prefix(size), size, root, 900, TREE.root(900))


@given(st.sets(st.integers(0, 899), min_size=1, max_size=20))
def test_the_order_of_reading_changes_nothing(records: set[int]) -> None:
    forward, backward = TrustedTree(_head(900)), TrustedTree(_head(900))
    for record in sorted(records):
        _run(_read(forward, record), ANSWERS[900])
    for record in sorted(records, reverse=True):
        _run(_read(backward, record), ANSWERS[900])
    assert forward.authenticated == backward.authenticated


@given(st.dictionaries(st.sampled_from(sorted(ANSWERS[511])), st.binary(max_size=9000)))
def test_arbitrary_answers_end_in_the_right_hash_or_a_named_error(changes: dict[str, bytes]) -> None:
    with suppress(SupplymatrixError):
        assert _run(_read(TrustedTree(_head(511)), 77), ANSWERS[511] | changes) == TREE.hash_at(0, 77)
