"""Envelopes: what is signed, and what is refused."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest.dsse import (
    IN_TOTO,
    envelope_text,
    looks_like_envelope,
    pae,
    parse_envelope,
    verify_envelope,
)
from supplymatrix.errors import InputError, TrustError
from tests.attest.test_keys import signing

KEY = signing("Ed25519")
PAYLOAD = b'{"_type": "x"}\n'


def envelope(**changes: object) -> bytes:
    return json.dumps(json.loads(envelope_text(PAYLOAD, KEY)) | changes).encode()


def test_what_is_signed_is_the_example_of_the_specification() -> None:
    """Source: secure-systems-lab/dsse protocol.md, test vectors."""
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_a_type_that_is_no_unicode_text_is_refused() -> None:
    with pytest.raises(InputError, match="no Unicode text"):
        parse_envelope(envelope(payloadType="\ud800"), "x")


def test_lengths_are_of_bytes_and_not_of_characters() -> None:
    assert pae("é", "漢".encode()) == "DSSEv1 2 é 3 漢".encode()


@pytest.mark.parametrize("kind", ["Ed25519", "ECDSA P-256", "ECDSA P-384", "RSA 2048"])
def test_an_envelope_is_verified_by_the_key_that_signed_it(kind: str) -> None:
    key = signing(kind)
    found = parse_envelope(envelope_text(PAYLOAD, key).encode(), "vsa.json")
    verify_envelope(found, key.verifying)
    assert (found.payload, found.payload_type, found.signatures[0][0]) == (PAYLOAD, IN_TOTO, key.verifying.key_id)


def test_another_payload_type_and_key_do_not_verify() -> None:
    changed = {
        "payload": base64.b64encode(PAYLOAD + b" ").decode(),
        "payloadType": "application/json",
    }
    for name, text in changed.items():
        with pytest.raises(TrustError, match="no signature of the envelope"):
            verify_envelope(parse_envelope(envelope(**{name: text}), "x"), KEY.verifying)
    with pytest.raises(TrustError):
        verify_envelope(parse_envelope(envelope(), "x"), signing("ECDSA P-256").verifying)


def test_the_key_id_is_a_hint_and_one_signature_of_several_is_enough() -> None:
    (own,) = json.loads(envelope())["signatures"]
    (other,) = json.loads(envelope_text(PAYLOAD, signing("RSA 2048")))["signatures"]
    for signatures in ([other, own], [own | {"keyid": "other"}], [{"sig": own["sig"]}], [other | {"keyid": ""}, own]):
        verify_envelope(parse_envelope(envelope(signatures=signatures), "x"), KEY.verifying)
    with pytest.raises(TrustError):
        verify_envelope(parse_envelope(envelope(signatures=[other]), "x"), KEY.verifying)


def test_both_alphabets_of_base64_are_read() -> None:
    document = json.loads(envelope())
    (own,) = document["signatures"]
    safe = own["sig"].replace("+", "-").replace("/", "_")
    verify_envelope(parse_envelope(envelope(signatures=[own | {"sig": safe}]), "x"), KEY.verifying)


@pytest.mark.parametrize(
    "changes",
    [
        {"payload": "?"},
        {"payload": "AAA A"},
        {"payload": 1},
        {"payloadType": None},
        {"signatures": []},
        {"signatures": {}},
        {"signatures": [1]},
        {"signatures": [{"keyid": "x"}]},
        {"signatures": [{"keyid": [], "sig": "AAAA"}]},
        {"signatures": [{"sig": "AAAA"}] * 65},
    ],
)
def test_a_malformed_envelope_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InputError):
        parse_envelope(envelope(**changes), "vsa.json")


@given(st.one_of(st.binary(max_size=60), st.text(max_size=40).map(str.encode), st.just(b"[" * 20_000)))
def test_any_bytes_are_an_envelope_or_an_error_of_our_own(data: bytes) -> None:
    looks_like_envelope(data)
    with pytest.raises(InputError):
        parse_envelope(data, "x")


@given(st.integers(0, len(PAYLOAD) - 1), st.integers(1, 255))
def test_a_payload_of_which_any_byte_is_another_does_not_verify(at: int, by: int) -> None:
    spoilt = PAYLOAD[:at] + bytes([PAYLOAD[at] ^ by]) + PAYLOAD[at + 1 :]
    with pytest.raises(TrustError):
        verify_envelope(parse_envelope(envelope(payload=base64.b64encode(spoilt).decode()), "x"), KEY.verifying)
