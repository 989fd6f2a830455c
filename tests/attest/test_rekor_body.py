"""Bodies of log entries of every kind: about this signature, about another, or about nothing that is known."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest.bundle import SignedBundle, parse_bundle
from supplymatrix.attest.keys import VerifyingKey, parse_verifying_key
from supplymatrix.attest.public_keys import CannotVerifyError
from supplymatrix.attest.rekor_body import BodyError, check_recorded, parse_body
from supplymatrix.attest.wanted import Artifact
from supplymatrix.model.value import changed
from tests.support.made_entries import ENTRY_KINDS, canonical
from tests.support.made_sigstore import MadeSigstore, statement

DATA = b"a program"
PAYLOAD = statement({"app": hashlib.sha256(DATA).hexdigest()})
BLOB_KINDS, ENVELOPE_KINDS = ENTRY_KINDS[:2], ENTRY_KINDS[1:]
MADE = MadeSigstore()


def artifact(data: bytes = DATA, *, names: tuple[str, ...] = ("sha256", "sha384", "sha512")) -> Artifact:
    return Artifact(name="app", digests=tuple((name, hashlib.new(name, data).hexdigest()) for name in names))


@cache
def made(kind: str, *, is_blob: bool, is_keyed: bool, key: str = "P-256") -> tuple[SignedBundle, VerifyingKey | None]:
    log = "v2" if kind.endswith("2") and not kind.startswith("intoto") else "v1"
    sign = MADE.sign_blob if is_blob else MADE.sign_dsse
    signed = sign(DATA if is_blob else PAYLOAD, is_keyed=is_keyed, key=key, log=log, entry=kind)
    used = parse_verifying_key(signed.key.pem.encode(), "key.pub") if is_keyed else None
    return parse_bundle(signed.bundle(), "b.json"), used


CASES = [(kind, True, keyed) for kind in BLOB_KINDS for keyed in (False, True)] + [
    (kind, False, keyed) for kind in ENVELOPE_KINDS for keyed in (False, True)
]


def check(
    bundle: SignedBundle, key: VerifyingKey | None, body: bytes = b"", about: Artifact | None = None,
    signatures: tuple[bytes, ...] = (),
) -> None:  # fmt: skip
    check_recorded(parse_body(body or bundle.entries[0].body), bundle, about or artifact(), key, signatures)


@pytest.mark.parametrize(("kind", "is_blob", "is_keyed"), CASES)
def test_an_entry_of_this_signature_holds(kind: str, is_blob: bool, is_keyed: bool) -> None:
    bundle, key = made(kind, is_blob=is_blob, is_keyed=is_keyed)
    recorded = parse_body(bundle.entries[0].body)
    assert f"{recorded.kind} {recorded.version}" == kind
    check(bundle, key)


@pytest.mark.parametrize(("kind", "is_blob", "is_keyed"), CASES)
def test_an_entry_of_another_signature_key_or_content_does_not(kind: str, is_blob: bool, is_keyed: bool) -> None:
    bundle, key = made(kind, is_blob=is_blob, is_keyed=is_keyed)
    body = bundle.entries[0].body
    other = MADE.key(name="somebody else")
    if is_keyed:
        other_key = parse_verifying_key(other.pem.encode(), "key.pub")
        with pytest.raises(BodyError, match="another key") as caught:
            check(bundle, other_key)
        assert other_key.key_id in caught.value.expected
        assert key is not None
        assert key.key_id in caught.value.found
        with pytest.raises(CannotVerifyError) as unknown:
            check(bundle, None)
        assert unknown.value.needs == "key"
    else:
        with pytest.raises(BodyError, match="another key"):
            check(changed(bundle, certificate=bundle.certificate + b"\x00"), None)
    if is_blob:
        with pytest.raises(BodyError, match="another digest of what was signed"):
            check(bundle, key, about=artifact(b"another program"))
    else:
        assert bundle.envelope is not None
        with pytest.raises(BodyError, match="another digest"):
            check(changed(bundle, envelope=changed(bundle.envelope, payload=PAYLOAD + b" ")), key)
    if kind != "intoto 0.0.1":
        with pytest.raises(BodyError, match="another signature"):
            check(bundle, key, body, signatures=(other.sign(DATA),))


@pytest.mark.parametrize("key", ["P-384", "P-521", "RSA-2048", "Ed25519ph"])
def test_other_keys_and_their_hashes(key: str) -> None:
    for kind in BLOB_KINDS:
        check(*made(kind, is_blob=True, is_keyed=True, key=key))


def test_the_digest_that_the_log_has_must_be_known_to_be_compared() -> None:
    bundle, key = made("hashedrekord 0.0.1", is_blob=True, is_keyed=True, key="P-384")
    with pytest.raises(CannotVerifyError, match="sha384") as caught:
        check(bundle, key, about=artifact(names=("sha256",)))
    assert caught.value.needs == "sha384"
    check(bundle, key, about=Artifact(name="app", digests=(), data=DATA))


def test_simple_signing_is_compared_by_its_document() -> None:
    signed = MADE.simple_signing("sha256:" + "ab" * 32)
    bundle = changed(parse_bundle(signed.bundle(), "b.json"), payload=signed.message, message_digest=None)
    check(bundle, None, about=artifact(b"not asked for"))
    with pytest.raises(BodyError, match="another digest of what was signed"):
        check(changed(bundle, payload=signed.message + b" "), None)


def test_a_signature_over_an_envelope_is_none_over_a_file() -> None:
    envelope, _ = made("dsse 0.0.1", is_blob=False, is_keyed=False)
    blob, _ = made("hashedrekord 0.0.1", is_blob=True, is_keyed=False)
    with pytest.raises(BodyError, match="recorded an envelope"):
        check(
            changed(blob, signature=envelope.signature, certificate=envelope.certificate),
            None,
            envelope.entries[0].body,
        )
    with pytest.raises(BodyError, match="another signature"):
        check(envelope, None, blob.entries[0].body)


def test_an_envelope_that_stands_in_a_digest_alone_is_found_in_the_spellings_that_are_known() -> None:
    """intoto 0.0.1 has no signature: only the digest of the envelope, as it was sent, tells which one it was."""
    bundle, _ = made("intoto 0.0.1", is_blob=False, is_keyed=False)
    document = json.loads(bundle.entries[0].body)
    envelope = json.loads(bundle.raw)["dsseEnvelope"]
    in_go = {
        "payloadType": envelope["payloadType"], "payload": envelope["payload"],
        "signatures": [{"keyid": "", "sig": envelope["signatures"][0]["sig"]}],
    }  # fmt: skip

    def with_digest_of(text: bytes) -> bytes:
        document["spec"]["content"]["hash"]["value"] = hashlib.sha256(text).hexdigest()
        return canonical(document)

    check(bundle, None, with_digest_of(json.dumps(in_go, separators=(",", ":")).encode()))
    as_it_lies = b'{ "any": "spelling" }\n'
    check(changed(bundle, raw=as_it_lies), None, with_digest_of(as_it_lies.strip()))
    with pytest.raises(CannotVerifyError, match="in a digest of the envelope alone"):
        check(bundle, None, with_digest_of(b"another spelling"))
    del document["spec"]["content"]["payloadHash"]  # as the oldest entries are
    check(bundle, None, with_digest_of(json.dumps(in_go, separators=(",", ":")).encode()))
    with pytest.raises(CannotVerifyError, match="in a digest of the envelope alone"):
        check(bundle, None, with_digest_of(b"another spelling"))
    assert bundle.envelope is not None
    other = changed(bundle.envelope, signatures=(("", b"another signature"),))
    with pytest.raises(CannotVerifyError):
        check(changed(bundle, envelope=other, signature=b"another signature"), None)


def body_with(change: Callable[[Any], object], kind: str = "hashedrekord 0.0.1") -> bytes:
    bundle, _ = made(kind, is_blob=kind.startswith("hashed"), is_keyed=False)
    document = json.loads(bundle.entries[0].body)
    change(document)
    return canonical(document)


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


MALFORMED: dict[str, bytes | Callable[[Any], object]] = {
    "no JSON": b"{",
    "no UTF-8": b'{"kind":"\xff"}',
    "a number": b"5",
    "a list": b"[]",
    "deep": b"[" * 100_000,
    "a name twice": b'{"kind":"hashedrekord","kind":"hashedrekord","apiVersion":"0.0.1"}',
    "no kind": lambda body: body.pop("kind"),
    "a kind that is a list": lambda body: body.update(kind=[]),
    "no version": lambda body: body.pop("apiVersion"),
    "no spec": lambda body: body.pop("spec"),
    "no signature": lambda body: body["spec"].pop("signature"),
    "a signature that is a number": lambda body: body["spec"]["signature"].update(content=5),
    "an empty signature": lambda body: body["spec"]["signature"].update(content=""),
    "a signature with blanks": lambda body: body["spec"]["signature"].update(content="QUJD\n"),
    "a key that is no PEM": lambda body: body["spec"]["signature"].update(publicKey={"content": b64("key")}),
    "no digest": lambda body: body["spec"].pop("data"),
    "a digest of another alphabet": lambda body: body["spec"]["data"]["hash"].update(value="zz"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_body_that_is_none_is_refused(name: str) -> None:
    change = MALFORMED[name]
    with pytest.raises(BodyError):
        parse_body(change if isinstance(change, bytes) else body_with(change))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: body.update(kind="alpine"), "kind alpine 0.0.1"),
        (lambda body: body.update(apiVersion="0.0.9"), "hashedrekord 0.0.9"),
        (lambda body: body["spec"]["data"]["hash"].update(algorithm="sha1"), "digest by sha1"),
        (
            lambda body: body["spec"]["signature"].update(
                publicKey={"content": b64("-----BEGIN PGP KEY-----\nQUJD\n-----END PGP KEY-----\n")}
            ),
            "PGP KEY",
        ),
        (lambda body: body.update(kind="rekord"), "not made with a certificate or a key alone"),
    ],
)
def test_what_is_not_known_is_not_called_wrong(change: Callable[[Any], object], said: str) -> None:
    with pytest.raises(CannotVerifyError, match=said):
        parse_body(body_with(change))


def test_the_older_kind_of_a_plain_signature_is_read() -> None:
    def older(body: Any) -> None:  # noqa: ANN401
        body.update(kind="rekord")
        body["spec"]["signature"]["format"] = "x509"

    bundle, _ = made("hashedrekord 0.0.1", is_blob=True, is_keyed=False)
    check(bundle, None, body_with(older))


@pytest.mark.parametrize("kind", ["dsse 0.0.1", "dsse 0.0.2", "intoto 0.0.2"])
def test_an_envelope_without_signatures_or_with_too_many_is_refused(kind: str) -> None:
    def lists(found: Any) -> list[list[Any]]:  # noqa: ANN401
        if isinstance(found, dict):
            own = [found["signatures"]] if "signatures" in found else []
            return own + [each for value in found.values() for each in lists(value)]
        return []

    for count in (0, 65):

        def change(body: Any, count: int = count) -> None:  # noqa: ANN401
            (signatures,) = lists(body)
            signatures[:] = signatures * count

        with pytest.raises(BodyError, match="no list of signatures"):
            parse_body(body_with(change, kind))


@given(st.sampled_from(ENTRY_KINDS), st.integers(min_value=0), st.integers(0, 30), st.binary(max_size=4))
def test_no_change_makes_the_reader_fail_otherwise(kind: str, at: int, size: int, put: bytes) -> None:
    bundle, _ = made(kind, is_blob=kind.startswith("hashed"), is_keyed=False)
    body = bundle.entries[0].body
    start = at % len(body)
    with suppress(BodyError, CannotVerifyError):
        check(bundle, None, body[:start] + put + body[start + size :] or b"x")
