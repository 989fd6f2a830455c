"""JSON from outside: one reading of each text, and every other refused."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest.proto_json import Fields, JsonFault, decode_base64, read_json


def read(text: str) -> object:
    return read_json(text.encode("utf-8", "surrogatepass"), limit=10_000, what="it")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1, "a": 1}', "it has the key 'a' twice in one object"),
        ('{"b": [{"a": 1, "a": 2}]}', "twice"),
        ('{"a": NaN}', "NaN"),
        ('{"a": -Infinity}', "Infinity"),
        ('{"a": ', "it is no JSON"),
        ('"\ud800"', "it is no JSON"),
        ("[" * 65 + "]" * 65, "nested deeper than 64 levels"),
        ("[" * 4_000 + "]" * 4_000, "nested deeper"),
        ('{"a": ' + "1" * 50 + "}", "50 digits"),
        ("[" + " " * 10_000 + "]", "more than 10,000"),
        (r'{"a": "\ud800"}', "half of a surrogate pair"),
        (r'{"\uDFFF": 1}', "half of a surrogate pair"),
        (r'["\udc00\ud83d"]', "half of a surrogate pair"),
    ],
)
def test_what_two_readers_could_take_for_two_things_is_refused(text: str, said: str) -> None:
    with pytest.raises(JsonFault, match=said):
        read(text)


def test_brackets_in_texts_are_not_nesting() -> None:
    text = json.dumps({"a": "[" * 100, "b": ["}\\" * 40, '"[' * 40], "c": [[]] * 70})
    assert read(text) == json.loads(text)


def test_surrogates_in_pairs_are_letters() -> None:
    assert read(r'["\ud83d\ude00", "\\ud800"]') == ["\U0001f600", "\\ud800"]


def test_a_text_that_does_not_end_is_looked_at_once() -> None:
    """Were it looked at again from each of its quotes, this would take an hour."""
    with pytest.raises(JsonFault, match="is no JSON"):
        read_json(b"[" + b"[]," * 80 + b'"' + rb"\"" * 1_000_000, limit=10_000_000, what="it")


@given(st.binary(max_size=64))
def test_base64_of_both_alphabets_padded_or_not(data: bytes) -> None:
    for text in (base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()):
        assert decode_base64(text, "it") == decode_base64(text.rstrip("="), "it") == data
        assert decode_base64("\r\n".join(text[at : at + 4] for at in range(0, len(text), 4)) + "\n", "it") == data


@given(st.binary(min_size=1, max_size=20), st.integers(0, 27), st.sampled_from("ABCwxyz0189+/-_= \t=\x00é"))
def test_another_text_is_other_bytes_or_none(data: bytes, at: int, letter: str) -> None:
    text = base64.b64encode(data).decode()
    changed = text[: at % len(text)] + letter + text[at % len(text) + 1 :]
    same = changed in (text, text.replace("+", "-").replace("/", "_"))
    try:
        found = decode_base64(changed, "it")
    except JsonFault:
        assert changed != text
    else:
        assert (found == data) == same


@pytest.mark.parametrize("text", ["QQ", "QQ==", "Qf8"])
def test_the_last_bits_must_be_as_they_should(text: str) -> None:
    assert decode_base64(text, "it")
    with pytest.raises(JsonFault, match="end"):
        decode_base64(text.replace("QQ", "QR").replace("8", "9"), "it")


@pytest.mark.parametrize("text", ["QQ=", "Q", "Q===", "-+-+", "QQ== QQ==", "QQ==QQ=="])
def test_what_is_no_base64(text: str) -> None:
    with pytest.raises(JsonFault):
        decode_base64(text, "it")


def test_names_of_fields_in_both_spellings_and_never_both() -> None:
    fields = Fields({"log_index": "5", "mediaType": None}, "entry", ("logIndex", "mediaType"))
    assert (fields.number("logIndex"), fields.text("mediaType"), fields.has("mediaType")) == (5, "", False)
    assert Fields({"rfc3161_timestamps": []}, "", ("rfc3161Timestamps",)).messages("rfc3161Timestamps", 1, ()) == []
    with pytest.raises(JsonFault, match="entry has the field 'logIndex' twice"):
        Fields({"log_index": "5", "logIndex": "6"}, "entry", ("logIndex",))
    with pytest.raises(JsonFault, match="'extra', which its version does not know"):
        Fields({"extra": 1}, "", ("logIndex",))
    assert Fields({"extra": 1, "logIndex": 2}, "", None).number("logIndex") == 2


@pytest.mark.parametrize("value", ["-1", -1, "1.0", 1.0, "1e3", " 1", "+1", "01", True, [], str(1 << 63), "٣"])
def test_numbers_that_are_none(value: object) -> None:
    with pytest.raises(JsonFault, match=r"entry\.logIndex"):
        Fields({"logIndex": value}, "entry", ("logIndex",)).number("logIndex")


@pytest.mark.parametrize(("value", "number"), [("0", 0), (None, 0), (7, 7), (str((1 << 63) - 1), (1 << 63) - 1)])
def test_numbers(value: object, number: int) -> None:
    assert Fields({"logIndex": value}, "", ("logIndex",)).number("logIndex") == number


def test_lists_messages_and_choices_are_of_their_types() -> None:
    fields = Fields({"a": [1], "b": {}, "c": "x", "d": 2, "e": ["QQ==", "QUI"]}, "m", None)
    assert fields.blobs("e", 2) == (b"A", b"AB")
    assert (fields.choice("d", ("zero", "one", "two")), fields.choice("c", ("zero",))) == ("two", "x")
    assert fields.choice("absent", ("zero",)) == "zero"
    for read_it in (
        lambda: fields.text("a"),
        lambda: fields.messages("b", 9, ()),
        lambda: fields.messages("a", 9, ()),
        lambda: fields.message("c", ()),
        lambda: fields.blobs("a", 9),
        lambda: fields.blobs("e", 1),
        lambda: fields.choice("a", ("zero",)),
    ):
        with pytest.raises(JsonFault, match=r"^m\."):
            read_it()
