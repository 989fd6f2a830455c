"""Merkle proofs against a tree built by the definition alone."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import TrustError
from supplymatrix.sumdb import tlog
from tests.support.naive_tree import NaiveTree

TREE = NaiveTree.of_example_modules(300)
sizes = st.integers(min_value=1, max_value=300)


@st.composite
def inclusions(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(sizes)
    return size, draw(st.integers(min_value=0, max_value=size - 1))


@st.composite
def prefixes(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(sizes)
    return size, draw(st.integers(min_value=1, max_value=size))


def _flip(data: bytes, at: int, bit: int) -> bytes:
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]


@given(sizes)
def test_a_root_from_the_edge_equals_the_root_by_definition(size: int) -> None:
    assert tlog.root_hash(size, TREE.hash_at) == TREE.naive_root(0, size)


def test_the_empty_tree_has_the_hash_of_nothing_as_its_root() -> None:
    assert tlog.root_hash(0, TREE.hash_at) == tlog.EMPTY_ROOT


@given(inclusions())
def test_every_inclusion_proof_of_a_tree_verifies(case: tuple[int, int]) -> None:
    size, record = case
    proof = tlog.prove_inclusion(size, record, TREE.hash_at)
    tlog.verify_inclusion(proof, record, TREE.hash_at(0, record), size, TREE.root(size))


@given(prefixes())
def test_every_consistency_proof_of_a_growing_tree_verifies(case: tuple[int, int]) -> None:
    size, old = case
    proof = tlog.prove_consistency(size, old, TREE.hash_at)
    tlog.verify_consistency(proof, old, TREE.root(old), size, TREE.root(size))


@given(inclusions(), st.data())
def test_any_flipped_bit_of_an_inclusion_proof_is_noticed(case: tuple[int, int], data: st.DataObject) -> None:
    size, record = case
    proof = list(tlog.prove_inclusion(size, record, TREE.hash_at))
    if not proof:
        return
    which = data.draw(st.integers(0, len(proof) - 1))
    proof[which] = _flip(proof[which], data.draw(st.integers(0, 31)), data.draw(st.integers(0, 7)))
    with pytest.raises(TrustError):
        tlog.verify_inclusion(proof, record, TREE.hash_at(0, record), size, TREE.root(size))


@given(prefixes(), st.data())
def test_any_flipped_bit_of_a_consistency_proof_is_noticed(case: tuple[int, int], data: st.DataObject) -> None:
    size, old = case
    proof = list(tlog.prove_consistency(size, old, TREE.hash_at))
    if not proof:
        return
    which = data.draw(st.integers(0, len(proof) - 1))
    proof[which] = _flip(proof[which], data.draw(st.integers(0, 31)), data.draw(st.integers(0, 7)))
    with pytest.raises(TrustError):
        tlog.verify_consistency(proof, old, TREE.root(old), size, TREE.root(size))


@given(inclusions(), st.integers(min_value=0, max_value=299))
def test_a_proof_holds_for_its_own_record_number_only(case: tuple[int, int], other: int) -> None:
    size, record = case
    if other == record:
        return
    proof = tlog.prove_inclusion(size, record, TREE.hash_at)
    with pytest.raises(TrustError):
        tlog.verify_inclusion(proof, other, TREE.hash_at(0, record), size, TREE.root(size))


@given(
    st.lists(st.binary(max_size=40), max_size=12),
    st.integers(-3, 400),
    st.binary(max_size=40),
    st.integers(-3, 400),
    st.binary(max_size=40),
)
def test_arbitrary_proofs_are_refused_with_a_trust_error_only(
    proof: list[bytes], record: int, leaf: bytes, size: int, root: bytes
) -> None:
    with suppress(TrustError):
        tlog.verify_inclusion(proof, record, leaf, size, root)
        raise AssertionError("a random proof verified")
    with suppress(TrustError):
        tlog.verify_consistency(proof, record, leaf, size, root)
        assert record == size
        assert leaf == root


@given(st.integers(0, 40), st.integers(0, 2**40))
def test_stored_hash_indexes_split_back(level: int, index: int) -> None:
    assert tlog.split_stored_hash_index(tlog.stored_hash_index(level, index)) == (level, index)


def test_a_tree_of_n_leaves_stores_as_many_hashes_as_it_has_complete_subtrees() -> None:
    for size in range(70):
        subtrees = sum(size >> level for level in range(8))
        assert tlog.stored_hash_count(size) == subtrees
