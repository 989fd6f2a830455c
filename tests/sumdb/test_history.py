"""Several proof files of one log, held against each other without asking anybody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import TrustError
from supplymatrix.sumdb.history import History
from supplymatrix.sumdb.proof_file import ProofFile
from tests.sumdb.test_proof_file import LOG, _made, _read, some


def _all(*proofs: ProofFile) -> History:
    history = History()
    for proof in proofs:
        history.add(proof)
    return history


@given(st.integers(1, 699), some)
def test_two_files_of_one_log_agree(size: int, numbers: set[int]) -> None:
    one = _read(_made(LOG, size, {number for number in numbers if number < size}))
    two = _read(_made(LOG, 700, numbers))
    _all(one, two)


@given(st.integers(0, 498), st.integers(500, 699))
def test_two_histories_are_found_where_both_files_hold_the_record(fork: int, size: int) -> None:
    other = LOG.forked(fork)
    one = _read(_made(LOG, size, {fork}))
    two = _read(_made(other, 700, {fork}))
    with pytest.raises(TrustError) as told:
        _all(two, one)
    assert told.value.whole_log
    assert told.value.evidence == {"older head": LOG.head(size), "newer head": other.head(700)}


def test_two_heads_of_one_size_with_two_roots_are_two_histories() -> None:
    with pytest.raises(TrustError, match="forked"):
        _all(_read(_made(LOG, 700, {1})), _read(_made(LOG.forked(600), 700, {1})))


@given(st.permutations([0, 1, 2, 3]), st.integers(0, 3))
def test_one_file_of_another_history_is_found_in_any_order(order: list[int], odd: int) -> None:
    logs = [LOG.forked(40) if number == odd else LOG for number in range(4)]
    files = [_read(_made(log, 300 + 90 * number, {60 + number})) for number, log in enumerate(logs)]
    with pytest.raises(TrustError, match="forked"):
        _all(*(files[number] for number in order))


def test_each_head_is_kept_once() -> None:
    files = [_read(_made(LOG, size, {number})) for size, number in ((500, 1), (500, 2), (600, 1))]
    assert [seen.head.size for seen in _all(*files).heads] == [500, 600]
