"""A signature inside a document: what it is over, told by a second canonicaliser; what is refused or not checked."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from hypothesis import example, given
from hypothesis import strategies as st

from supplymatrix.attest.jsf import JsfResult, JsfState, sign_json, verify_json, verify_json_text
from supplymatrix.attest.jwk import jwk_of
from supplymatrix.attest.keys import VerifyingKey, key_id_of, parse_signing_key, parse_verifying_key
from tests.attest.test_keys import MAKERS, pem, private, public_pem, signing

HOLDS, BROKEN, NOT_CHECKED = JsfState.HOLDS, JsfState.BROKEN, JsfState.NOT_CHECKED
DOCUMENT: dict[str, Any] = {
    "name": "b\u00e9",
    "list": [1, True, None, "\U0001f512\n"],
    "a": {"\ufb33": "x", "\U0001f512": "y"},
}
RAW_KEY = bytes(range(32))
ALGORITHMS = {"Ed25519": "Ed25519", "ECDSA P-256": "ES256", "ECDSA P-384": "ES384", "RSA 2048": "RS256"}
Json = dict[str, Any]


def canonical(value: object) -> bytes:
    """Return the form that is signed, of values without fractions: written for these tests, by RFC 8785 alone."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return b"{" + b",".join(canonical(name) + b":" + canonical(value[name]) for name in names) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    if isinstance(value, str):
        short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
        marks = (short.get(mark, f"\\u{ord(mark):04x}" if mark < " " else mark) for mark in value)
        return f'"{"".join(marks)}"'.encode()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value).encode()
    return {None: b"null", True: b"true", False: b"false"}[value]  # type: ignore[index]  # what else JSON has


def signed_bytes(document: Json) -> bytes:
    """Return what the signature of a signed document must be over."""
    core = {name: part for name, part in document["signature"].items() if name != "value"}
    return canonical(document | {"signature": core})


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def text_of(document: object) -> bytes:
    return json.dumps(document).encode()


def check(document: object, key: VerifyingKey | None = None) -> JsfResult:
    found = verify_json_text(text_of(document), key)
    assert found is not None
    return found


def with_core(sign: Callable[[bytes], bytes], **core: Any) -> Json:  # noqa: ANN401 - parts of a document
    """Return a document that is signed by hand, as another program would."""
    document = {"a": 1, "signature": core}
    return {"a": 1, "signature": core | {"value": b64(sign(canonical(document)))}}


def ed_signed() -> Json:
    return sign_json(DOCUMENT, signing("Ed25519"))


def test_the_bytes_that_are_signed_are_those_of_the_specification() -> None:
    key = ed25519.Ed25519PrivateKey.from_private_bytes(RAW_KEY)
    signed = sign_json({"b": 2, "a": "\u20ac\u0007"}, parse_signing_key(pem(key), "key.pem"))
    x = "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"
    core = f'{{"algorithm":"Ed25519","publicKey":{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}}}'
    over = f'{{"a":"\u20ac\\u0007","b":2,"signature":{core}}}'
    key.public_key().verify(raw(signed["signature"]["value"]), over.encode())
    assert list(signed) == ["b", "a", "signature"]
    assert signed["signature"]["publicKey"] == {"kty": "OKP", "crv": "Ed25519", "x": x}


@pytest.mark.parametrize("kind", MAKERS)
def test_what_a_key_signs_its_public_half_verifies_and_no_other(kind: str) -> None:
    signed, public = sign_json(DOCUMENT, signing(kind)), parse_verifying_key(public_pem(private(kind)), "pub.pem")
    told = check(signed, public)
    assert (told.state, told.algorithm, told.key_id, told.is_given) == (HOLDS, ALGORITHMS[kind], public.key_id, True)
    alone = check(signed)
    assert (alone.state, alone.key_id, alone.is_given) == (HOLDS, public.key_id, False)
    other = next(name for name in MAKERS if name != kind)
    assert check(signed, signing(other).verifying).state is BROKEN
    without = signed | {"signature": {k: v for k, v in signed["signature"].items() if k != "publicKey"}}
    assert check(without, public).state is BROKEN  # the key inside is signed too
    assert check(without).reason == "there is no key inside to check it with"


@pytest.mark.parametrize("kind", MAKERS)
def test_an_independent_reader_accepts_the_signature(kind: str) -> None:
    signed = sign_json(DOCUMENT, signing(kind))
    value, over, public = raw(signed["signature"]["value"]), signed_bytes(signed), signing(kind).verifying.public
    if isinstance(public, ec.EllipticCurvePublicKey):
        assert len(value) == {"ES256": 64, "ES384": 96}[ALGORITHMS[kind]]
        alone = {"a": 1, "signature": {"algorithm": ALGORITHMS[kind], "value": signed["signature"]["value"]}}
        assert verify_json(alone, signing(kind).verifying).state is BROKEN
    elif isinstance(public, rsa.RSAPublicKey):
        public.verify(value, over, padding.PKCS1v15(), SHA256())
    else:
        public.verify(value, over)


def test_equal_runs_sign_equally_but_with_ecdsa() -> None:
    for kind in MAKERS:
        one, other = (sign_json(DOCUMENT, signing(kind)) for _ in range(2))
        assert (one == other) is not kind.startswith("ECDSA")


def test_signatures_of_other_programs_hold_with_every_algorithm_that_is_told() -> None:
    curve, key = ec.generate_private_key(ec.SECP521R1()), private("RSA 2048")
    assert isinstance(key, rsa.RSAPrivateKey)

    def es512(data: bytes) -> bytes:
        r, s = decode_dss_signature(curve.sign(data, ec.ECDSA(SHA512())))
        return r.to_bytes(66, "big") + s.to_bytes(66, "big")

    pss = padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=32)
    inside = jwk_of(key.public_key())
    told = {
        "ES512": with_core(es512, algorithm="ES512", publicKey=jwk_of(curve.public_key()), keyId="k"),
        "PS256": with_core(lambda data: key.sign(data, pss, SHA256()), algorithm="PS256", publicKey=inside),
        "RS512": with_core(lambda data: key.sign(data, padding.PKCS1v15(), SHA512()), algorithm="RS512", keyId="k"),
    }
    given_key = signing("RSA 2048").verifying
    assert check(told["ES512"]).key_id == key_id_of(curve.public_key())
    assert [
        check(told["ES512"]).state,
        check(told["PS256"], given_key).state,
        check(told["RS512"], given_key).state,
    ] == [HOLDS] * 3
    told["RS512"]["signature"]["algorithm"] = "PS512"
    assert check(told["RS512"], given_key).state is BROKEN


def test_no_byte_can_be_changed() -> None:
    """Each byte in turn; what is left is broken, no JSON, or has no signature: or the very same document."""
    signed = sign_json({"a": "x", "b": [1, 2]}, signing("Ed25519"))
    text = text_of(signed)
    public = signing("Ed25519").verifying
    for at in range(len(text)):
        for flip in (1, 0x20):
            mutant = text[:at] + bytes([text[at] ^ flip]) + text[at + 1 :]
            found = verify_json_text(mutant, public)
            if found is not None and found.state is HOLDS:
                assert json.loads(mutant) == signed


def test_blanks_and_order_are_not_signed_and_everything_else_is() -> None:
    signed = ed_signed()
    turned = {name: signed[name] for name in reversed(signed)}
    assert verify_json_text(b"\xef\xbb\xbf \n" + json.dumps(turned, indent=3).encode()).state is HOLDS  # type: ignore[union-attr]
    changes: tuple[Json, ...] = ({"name": "be\u0301"}, {"more": 1}, {"list": [1, True, None]}, {"a": {}})
    for changed in changes:
        assert check(signed | changed).state is BROKEN
    for gone in DOCUMENT:
        assert check({name: part for name, part in signed.items() if name != gone}).state is BROKEN


def test_a_document_is_signed_once_and_never_without_a_canonical_form() -> None:
    with pytest.raises(ValueError, match="has a signature"):
        sign_json(ed_signed(), signing("Ed25519"))
    for wrong in (float("nan"), float("inf"), 2**53, "\ud800", {"\ud800": 1}):
        with pytest.raises(ValueError, match=r"form that could be signed|more digits"):
            sign_json({"a": wrong}, signing("Ed25519"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"signers": []}, "'signers'"),
        ({"chain": []}, "'chain'"),
        ({"excludes": ["a"]}, "'excludes'"),
        ({"extensions": ["x"], "x": 1}, "'extensions'"),
        ({"custom": 1}, "'custom'"),
        ({"algorithm": "HS256"}, "'HS256'"),
        ({"algorithm": "Ed448"}, "'Ed448'"),
        ({"algorithm": "urn:example:own"}, "'urn:example:own'"),
    ],
)
def test_other_forms_are_not_checked(change: Json, reason: str) -> None:
    for key in (None, signing("Ed25519").verifying):
        signed = ed_signed()
        signed["signature"] |= change
        told = check(signed, key)
        assert told.state is NOT_CHECKED
        assert reason in told.reason


def test_what_has_no_signature_has_none() -> None:
    for data in (b"", b"[]", b"<bom/>", b"{}", text_of({"a": {"signature": {}}}), b'{"signature": {', b"\xff{}"):
        assert verify_json_text(data) is None
    odds: tuple[object, ...] = ("abc", None, [], {}, {"value": "AA"}, {"algorithm": ["ES256"], "value": "AA"})
    for odd in odds:
        for key in (None, signing("Ed25519").verifying):
            told = check({"signature": odd}, key)
            assert told.state is BROKEN
            assert "it is no signature" in told.reason


def _with(**changes: Any) -> Callable[[Json], Json]:  # noqa: ANN401 - parts of a document
    return lambda signature: signature | changes


def _key(**changes: Any) -> Callable[[Json], Json]:  # noqa: ANN401 - parts of a document
    return lambda signature: signature | {"publicKey": signature["publicKey"] | changes}


CONFUSED = {
    "an RSA key for ECDSA": ("RSA 2048", _with(algorithm="ES256"), "not for a key of this kind"),
    "an EC key for RSA": ("ECDSA P-256", _with(algorithm="RS256"), "not for a key of this kind"),
    "an EC key for a larger curve": ("ECDSA P-256", _with(algorithm="ES384"), "not for a key of this kind"),
    "an EC key for EdDSA": ("ECDSA P-256", _with(algorithm="Ed25519"), "not for a key of this kind"),
    "a symmetric key": ("Ed25519", _with(algorithm="HS256", publicKey={"kty": "oct", "k": "AA"}), "symmetric"),
    "a symmetric key beside": ("Ed25519", _key(k="AA"), "symmetric"),
    "a private key": ("Ed25519", _key(d="AA"), "private"),
    "a kind that does not fit": ("RSA 2048", _key(kty="EC"), "has not the members"),
    "no kind": ("Ed25519", _key(kty=7), "none of the kinds"),
    "no object": ("Ed25519", _with(publicKey="key"), "none of the kinds"),
    "more than a key": ("Ed25519", _key(use="sig"), "has not the members"),
    "another curve": ("Ed25519", _key(crv="X25519"), "another curve"),
    "a curve that is a list": ("ECDSA P-256", _key(crv=["P-256"]), "none of the curves"),
    "a short x": ("Ed25519", _key(x="AA"), "not 32 bytes"),
    "a point that is none": ("ECDSA P-256", _key(x=b64(bytes(32))), "no point"),
    "a small modulus": ("RSA 2048", _key(n=b64(b"\xff" * 128)), "bits"),
    "an endless modulus": ("RSA 2048", _key(n=b64(b"\xff" * 3_000)), "bits"),
    "an endless exponent": ("RSA 2048", _key(e=b64(b"\xff" * 200)), "exponent"),
    "padding": ("Ed25519", lambda signature: signature | {"value": signature["value"] + "=="}, "no Base64url"),
    "a short value": ("ECDSA P-256", _with(value=b64(bytes(63))), "has not signed"),
    "zeros": ("ECDSA P-256", _with(value=b64(bytes(64))), "has not signed"),
    "a value that is a number": ("Ed25519", _with(value=7), "no Base64url"),
}


@pytest.mark.parametrize("name", CONFUSED)
def test_no_key_passes_for_another_kind(name: str) -> None:
    kind, change, reason = CONFUSED[name]
    signed = sign_json({"a": 1}, signing(kind))
    signed["signature"] = change(signed["signature"])
    for key in (None, signing(kind).verifying):
        told = check(signed, key)
        assert told.state is BROKEN
        assert reason in told.reason


def test_der_is_not_what_ecdsa_signatures_look_like_here() -> None:
    key = signing("ECDSA P-256")
    signed = with_core(key.sign, algorithm="ES256", publicKey=jwk_of(key.verifying.public))
    assert check(signed).state is BROKEN


def _spliced(more: bytes) -> JsfResult:
    """Return what comes of a signed text with something put in before its end."""
    text = text_of(sign_json({"a": 1}, signing("Ed25519")))
    found = verify_json_text(text[:1] + more + text[1:], signing("Ed25519").verifying)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("more", "state", "reason"),
    [
        (b'"a": 2, ', BROKEN, "'a' stands twice"),
        (b'"\\u0061": 1, ', BROKEN, "'a' stands twice"),
        (b'"signature": 1, ', BROKEN, "'signature' stands twice"),
        (b'"z": {"b": 1, "b": 1}, ', BROKEN, "'b' stands twice"),
        (b'"z": NaN, ', BROKEN, "NaN is no number"),
        (b'"z": -Infinity, ', BROKEN, "-Infinity is no number"),
        (b'"z": 1e400, ', BROKEN, "beyond what a double holds"),
        (b'"z": "\\ud800", ', BROKEN, "could be signed"),
        (b'"\\udfff": 1, ', BROKEN, "no Unicode"),
        (b'"z": 9007199254740993, ', NOT_CHECKED, "9007199254740993 has more digits"),
        (b'"z": ' + b"9" * 5_000 + b", ", NOT_CHECKED, "more digits"),
        (b'"z": 0.10000000000000000001, ', NOT_CHECKED, "more digits"),
        (b'"z": 1e-99999999999999999999, ', NOT_CHECKED, "more digits"),
        (b'"z": ' + b"[" * 100_000 + b"]" * 100_000 + b", ", NOT_CHECKED, "too deep"),
    ],
)
def test_one_text_is_one_document(more: bytes, state: JsfState, reason: str) -> None:
    told = _spliced(more)
    assert told.state is state
    assert reason in told.reason


def test_fractions_that_a_double_holds_are_signed() -> None:
    signed = sign_json({"a": [0.95, 1.0, 1e21, -1.5e-7, 2**53 - 1]}, signing("Ed25519"))
    text = text_of(signed).replace(b"0.95", b"9.500e-1")
    assert verify_json_text(text) == check(signed)
    assert check(signed).state is HOLDS


_TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_TEXTS.filter(lambda name: name != "signature"), _VALUES, max_size=5))
@example({"\U0001f512": 1, "\ufb33": 2, "": 3, "\u2028": "\u2028\x7f/"})
def test_any_document_is_signed_as_another_canonicaliser_says(document: Json) -> None:
    key = signing("Ed25519")
    signed = sign_json(document, key)
    key.verifying.verify(signed_bytes(signed), raw(signed["signature"]["value"]))
    assert check(signed, key.verifying).state is HOLDS


@given(st.binary(max_size=60), st.integers(0, 400), st.booleans())
def test_any_bytes_are_answered(noise: bytes, at: int, is_put_in: bool) -> None:
    text = text_of(ed_signed())
    verify_json_text(text[:at] + noise + text[at if is_put_in else at + len(noise) :], signing("Ed25519").verifying)


@given(_VALUES)
def test_any_value_for_a_signature_is_answered(value: object) -> None:
    assert check({"a": 1, "signature": value}).state is not HOLDS
    assert check({"a": 1, "signature": ed_signed()["signature"] | {"publicKey": value}}).state is BROKEN
