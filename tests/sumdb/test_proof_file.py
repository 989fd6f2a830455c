"""One text for many proofs: every byte of it counts, and one more record changes one place."""

from __future__ import annotations

import difflib
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from supplymatrix.errors import InputError, SupplymatrixError, TransportError, TrustError
from supplymatrix.sumdb.checkpoint import open_checkpoint
from supplymatrix.sumdb.note import parse_verifier_key
from supplymatrix.sumdb.proof_file import (
    LoggedText,
    ProofFile,
    build_proof_file,
    parse_proof_file,
    plan_proof,
)
from supplymatrix.sumdb.protocol import run_over
from supplymatrix.sumdb.tree import TrustedTree
from tests.support.made_log import MadeLog, make_key, tiles_of

LOG = MadeLog.of(filler=700)
KEY = parse_verifier_key(LOG.key.verifier)
DAY = date(2026, 11, 25)


def _made(
    log: MadeLog, size: int, numbers: set[int], *, seen_on: date | None = DAY, known: ProofFile | None = None
) -> bytes:
    head = open_checkpoint(log.head(size), [KEY])
    tree = TrustedTree(head)
    served = tiles_of(log.tree(size))
    run_over(tree.open_edge(), served)
    records = [LoggedText(number=number, text=log.records[number]) for number in numbers]
    nodes = known.nodes if known else {}
    return run_over(build_proof_file(head, records, tree=tree, known=nodes, seen_on=seen_on), served)


def _read(data: bytes) -> ProofFile:
    return parse_proof_file(data, [KEY])


sizes = st.integers(1, 700)
some = st.sets(st.integers(0, 699), max_size=12)


@given(sizes, some)
def test_what_was_written_is_read_back(size: int, numbers: set[int]) -> None:
    wanted = {number for number in numbers if number < size}
    proof = _read(_made(LOG, size, wanted))
    assert [record.number for record in proof.records] == sorted(wanted)
    assert all(record.text == LOG.records[record.number] for record in proof.records)
    assert (proof.head.size, proof.seen_on) == (size, DAY)


@given(sizes, some)
def test_every_node_is_that_of_the_whole_tree(size: int, numbers: set[int]) -> None:
    proof = _read(_made(LOG, size, {number for number in numbers if number < size}))
    tree = LOG.tree(size)
    assert all(tree.hash_at(*node) == digest for node, digest in proof.nodes.items())


@given(sizes, some)
def test_a_plan_covers_every_record_once(size: int, numbers: set[int]) -> None:
    position = 0
    for item in plan_proof(size, {number for number in numbers if number < size}):
        level, index = (0, item) if isinstance(item, int) else item
        assert index << level == position
        position += 1 << level
    assert position == size


@given(some, st.data())
def test_any_changed_byte_is_refused(numbers: set[int], data: st.DataObject) -> None:
    proof = _made(LOG, 700, numbers)
    at = data.draw(st.integers(0, len(proof) - 1))
    byte = data.draw(st.integers(0, 255))
    assume(proof[at] != byte)
    with pytest.raises((InputError, TrustError)):
        _read(proof[:at] + bytes([byte]) + proof[at + 1 :])


@given(some, st.data())
def test_a_cut_file_is_told_with_its_line(numbers: set[int], data: st.DataObject) -> None:
    proof = _made(LOG, 700, numbers)
    cut = proof[: data.draw(st.integers(0, len(proof) - 1))]
    with pytest.raises(InputError) as told:
        _read(cut)
    assert told.value.diagnostics[0].line >= 1
    assert told.value.diagnostics[0].remedy


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for text in (data, b"supplymatrix go.sum proof 1\n" + data):
        with pytest.raises(SupplymatrixError):
            _read(text)


@given(some, st.integers(0, 699))
def test_one_more_record_changes_one_place(numbers: set[int], more: int) -> None:
    assume(more not in numbers)
    before = _made(LOG, 700, numbers).decode().splitlines()
    after = _made(LOG, 700, numbers | {more}).decode().splitlines()
    changes = [
        code
        for code in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        if code[0] != "equal"
    ]
    taken = sum(code[2] - code[1] for code in changes)
    assert taken <= 1
    span = changes[-1][4] - changes[0][3]
    assert span <= 10 + 4  # as many hashes as there are levels, and the record's own lines


@given(
    st.sets(st.integers(0, 499), min_size=1, max_size=8),
    st.integers(500, 700),
    st.sets(st.integers(500, 699), max_size=4),
)
def test_an_older_file_can_be_carried_to_a_newer_head(old: set[int], size: int, more: set[int]) -> None:
    earlier = _read(_made(LOG, 500, old))
    wanted = old | {number for number in more if number < size}
    assert _made(LOG, size, wanted, known=earlier) == _made(LOG, size, wanted)


@given(st.sets(st.integers(0, 499), min_size=2, max_size=8), st.data())
def test_a_record_can_be_taken_out_without_asking_the_log(numbers: set[int], data: st.DataObject) -> None:
    proof = _read(_made(LOG, 500, numbers))
    left = numbers - {data.draw(st.sampled_from(sorted(numbers)))}
    records = [record for record in proof.records if record.number in left]
    made = run_over(build_proof_file(proof.head, records, known=proof.nodes, seen_on=DAY), {})
    assert made == _made(LOG, 500, left)


def test_a_hash_that_is_nowhere_is_a_transport_error() -> None:
    head = open_checkpoint(LOG.head(500), [KEY])
    with pytest.raises(TransportError):
        run_over(build_proof_file(head, [LoggedText(number=3, text=LOG.records[3])]), {})


def test_a_file_signed_by_another_key_is_an_alarm() -> None:
    other = make_key("log.example", seed=bytes(32))
    resigned = _made(LOG, 500, {3}).replace(LOG.head(500), LOG.head(500, key=other))
    with pytest.raises(TrustError, match="not by a known key"):
        _read(resigned)


def test_a_record_with_another_hash_is_an_alarm() -> None:
    proof = _made(LOG, 500, {3})
    text = LOG.records[3]
    with pytest.raises(TrustError, match="does not lead to the root"):
        _read(proof.replace(text, text.replace(b"m3", b"m4")))


def test_records_that_were_left_out_are_an_alarm() -> None:
    with pytest.raises(TrustError, match="to 499 records"):
        _read(_made(LOG, 499, {3}).replace(LOG.head(499), LOG.head(500)))


def test_a_merge_with_conflicts_is_told_as_such_with_its_line() -> None:
    proof = _made(LOG, 500, {3})
    with pytest.raises(InputError, match="this line cannot be read") as told:
        _read(proof.replace(b"record 3\n", b"<<<<<<< HEAD\nrecord 3\n"))
    assert told.value.diagnostics[0].seen == "<<<<<<< HEAD"


def test_a_hash_that_others_imply_is_refused() -> None:
    head = open_checkpoint(LOG.head(500), [KEY])
    tree = LOG.tree(500)
    items = _made(LOG, 500, {499}, seen_on=None)
    (level, index) = next(item for item in plan_proof(500, {499}) if not isinstance(item, int))
    whole = _line(level, tree.hash_at(level, index))
    halves = _line(level - 1, tree.hash_at(level - 1, 2 * index)) + _line(
        level - 1, tree.hash_at(level - 1, 2 * index + 1)
    )
    assert whole in items
    with pytest.raises(InputError, match="two hashes stand here for one"):
        _read(items.replace(whole, halves))
    assert head.size == 500


def _line(level: int, digest: bytes) -> bytes:
    import base64

    return b"%d %s\n" % (level, base64.b64encode(digest))


def test_the_day_is_bound_to_the_head() -> None:
    proof = _made(LOG, 500, {3})
    with pytest.raises(InputError, match="do not belong together"):
        _read(proof.replace(b"seen 2026-11-25", b"seen 2026-11-26"))


def test_a_file_without_a_day_is_read() -> None:
    assert _read(_made(LOG, 500, {3}, seen_on=None)).seen_on is None
