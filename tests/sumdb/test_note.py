"""Signed notes and tree heads."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError, TransportError, TrustError
from supplymatrix.sumdb.checkpoint import open_checkpoint, parse_tree_head
from supplymatrix.sumdb.known import GO_LOG_KEY, GO_LOG_NAME
from supplymatrix.sumdb.note import MalformedNoteError, open_note, parse_verifier_key, sign_note
from supplymatrix.sumdb.record import MalformedRecordError, format_record, parse_record
from tests.support.naive_tree import SIGNING_KEY, VERIFIER_KEY, NaiveTree

VERIFIER = parse_verifier_key(VERIFIER_KEY)
HEAD = NaiveTree.of_example_modules(5).head()


def test_the_built_in_key_is_that_of_the_go_checksum_log() -> None:
    verifier = parse_verifier_key(GO_LOG_KEY)
    assert (verifier.name, verifier.hash_text) == (GO_LOG_NAME, "033de0ae")


def test_a_head_of_another_origin_is_no_tree_head_of_this_log() -> None:
    note = sign_note("example.com/other\n5\nAAAA\n", [SIGNING_KEY])
    with pytest.raises(MalformedNoteError):
        open_checkpoint(note, [VERIFIER])


def test_another_log_is_read_with_its_own_origin() -> None:
    text = HEAD.decode().split("\n\n")[0].replace("go.sum database tree", "log.example") + "\n"
    head = open_checkpoint(sign_note(text, [SIGNING_KEY]), [VERIFIER], origin="log.example")
    assert head.size == 5


@given(st.integers(0, len(HEAD) - 1), st.integers(0, 7))
def test_any_flipped_bit_of_a_signed_head_is_noticed(at: int, bit: int) -> None:
    flipped = HEAD[:at] + bytes([HEAD[at] ^ (1 << bit)]) + HEAD[at + 1 :]
    with suppress(TrustError, TransportError):
        head = open_checkpoint(flipped, [VERIFIER])
        # Only the unused last bits of the signature's base64 may differ: text and signature bytes are the same.
        assert head.note.text == open_checkpoint(HEAD, [VERIFIER]).note.text
        assert head.root == open_checkpoint(HEAD, [VERIFIER]).root


@given(st.binary(max_size=300))
def test_any_bytes_are_a_note_or_a_named_error(data: bytes) -> None:
    with suppress(TrustError, MalformedNoteError):
        open_note(data, [VERIFIER])


@given(st.text(max_size=200))
def test_any_text_is_a_tree_head_or_a_malformed_note(text: str) -> None:
    with suppress(MalformedNoteError):
        parse_tree_head(text)


@given(st.text(max_size=120))
def test_any_text_is_a_verifier_key_or_an_input_error(text: str) -> None:
    with suppress(InputError):
        parse_verifier_key(text)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_record_or_a_malformed_record(data: bytes) -> None:
    with suppress(MalformedRecordError):
        parse_record(data)


@given(
    st.integers(0, 2**63 - 1),
    st.lists(st.text(alphabet=st.characters(min_codepoint=0x20, exclude_categories=["Cs"]), min_size=1), min_size=1),
)
def test_records_round_trip(number: int, lines: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines).encode()
    record = parse_record(format_record(number, text) + b"rest")
    assert (record.number, record.text, record.rest) == (number, text, b"rest")


def test_a_record_number_of_five_thousand_zeros_is_read_without_fuss() -> None:
    assert parse_record(b"0" * 5000 + b"7\na\n\n").number == 7
