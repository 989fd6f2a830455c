"""Bundles: every form is read, and whatever could be read in two ways is refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from supplymatrix.attest.bundle import BundleError, detached, parse_bundle, parse_bundles
from supplymatrix.model.signature import Reason
from tests.support.made_sigstore import MadeSigstore, statement

MADE = MadeSigstore()
DATA = b"some data"
SIGNED = MADE.sign_blob(DATA)
ENVELOPE = MADE.sign_dsse(statement({"app": "ab" * 32}))
OLD = "application/vnd.dev.sigstore.bundle+json;version="


def changed(change: Callable[[dict[str, Any]], object], version: str = "0.3") -> bytes:
    """Return a bundle of a file with something in it changed."""
    document = json.loads(json.dumps(SIGNED.document(version)))
    change(document)
    return json.dumps(document).encode()


def refused(data: bytes) -> tuple[Reason, str]:
    with pytest.raises(BundleError) as caught:
        parse_bundle(data, "x.json")
    assert str(caught.value).startswith("x.json: ")
    return caught.value.reason, str(caught.value)


@pytest.mark.parametrize(
    ("version", "found", "is_enough"),
    [("0.1", (0, 1), True), ("0.2", (0, 2), False), ("0.3", (0, 3), False), ("0.3-old", (0, 3), False)],
)
def test_versions(version: str, found: tuple[int, int], *, is_enough: bool) -> None:
    bundle = parse_bundle(SIGNED.bundle(version), "x")
    assert (bundle.version, bundle.form, bundle.is_promise_enough) == (found, f"bundle v0.{found[1]}", is_enough)
    assert (bundle.certificate, bundle.signature, bundle.envelope) == (SIGNED.certificate, SIGNED.signature, None)
    (entry,) = bundle.entries
    assert (entry.kind, entry.version) == ("hashedrekord", "0.0.1")
    assert entry.proof is not None
    assert entry.proof.checkpoint.startswith(MADE.log.host.encode())
    assert bundle.message_digest is not None
    assert bundle.message_digest[0] == "sha256"


def test_an_envelope_and_a_key() -> None:
    bundle = parse_bundle(ENVELOPE.bundle(), "x")
    assert bundle.envelope is not None
    assert (bundle.envelope.payload, bundle.signature) == (ENVELOPE.message, ENVELOPE.signature)
    keyed = parse_bundle(MADE.keyed_blob(DATA, log="v2"), "x")
    assert (keyed.certificate, keyed.key_hint) == (b"", base64.b64encode(MADE.key().key_id).decode())
    assert keyed.entries[0].integrated_time is None
    assert len(keyed.timestamps) == 1


def test_a_chain_of_an_older_version() -> None:
    bundle = parse_bundle(MADE.keyless_blob(DATA, version="0.1", has_chain=True), "x")
    assert bundle.chain == MADE.authority.chain


def test_fields_in_the_spelling_of_the_proto_file_and_nulls() -> None:
    def respell(document: dict[str, Any]) -> None:
        material = document.pop("verificationMaterial")
        document["verification_material"] = {
            "certificate": material["certificate"], "tlog_entries": material["tlogEntries"], "public_key": None,
        }  # fmt: skip
        document["dsseEnvelope"] = None

    assert parse_bundle(changed(respell), "x").entries == parse_bundle(SIGNED.bundle(), "x").entries


@pytest.mark.parametrize(
    "media_type",
    [f"{OLD}0.4", f"{OLD}99.9", "application/vnd.dev.sigstore.bundle.v0.2+json", f"{OLD}0.3 ", "text/plain", ""],
)
def test_other_versions(media_type: str) -> None:
    assert refused(changed(lambda document: document.update(mediaType=media_type)))[0] is Reason.UNKNOWN_VERSION


def _material(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["verificationMaterial"]
    return found


def _entry(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = _material(document)["tlogEntries"][0]
    return found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: _material(d).update(publicKey={"hint": "x"}), "one of them must be there"),
        (lambda d: _material(d).pop("certificate"), "one of them must be there"),
        (lambda d: _material(d).update(x509CertificateChain={"certificates": []}), "one of them"),
        (lambda d: d.update(dsseEnvelope=ENVELOPE.envelope), "either messageSignature or dsseEnvelope"),
        (lambda d: d.pop("messageSignature"), "either messageSignature or dsseEnvelope"),
        (lambda d: d.pop("verificationMaterial"), "verificationMaterial is absent"),
        (lambda d: d.update(extra=1), "'extra', which its version does not know"),
        (lambda d: _entry(d).pop("logId"), "logId or kindVersion is absent"),
        (lambda d: _entry(d).pop("kindVersion"), "logId or kindVersion is absent"),
        (lambda d: _entry(d).update(logIndex="-5"), "logIndex is -5"),
        (lambda d: _entry(d).update(canonicalizedBody=""), "canonicalizedBody is empty"),
        (lambda d: _entry(d)["inclusionProof"].update(hashes=["QQ=="]), "a hash has 32 bytes"),
        (lambda d: _entry(d)["inclusionProof"].update(rootHash="QQ=="), "a hash has 32 bytes"),
        (lambda d: _entry(d)["inclusionProof"].update(hashes=["A" * 43 + "="] * 65), "more than 64"),
        (lambda d: _material(d).update(tlogEntries=[_entry(d)] * 2), "one entry twice"),
        (lambda d: _material(d).update(tlogEntries=[_entry(d)] * 9), "more than 8"),
        (lambda d: _material(d)["certificate"].update(rawBytes="QQ=="), "is no certificate"),
        (
            lambda d: _material(d)["certificate"].update(rawBytes=base64.b64encode(MADE.key().spki).decode()),
            "is a public key, and no certificate",
        ),
        (lambda d: d["messageSignature"]["messageDigest"].update(algorithm="MD5"), "'MD5'"),
        (lambda d: d["messageSignature"]["messageDigest"].update(algorithm=0), "HASH_ALGORITHM_UNSPECIFIED"),
    ],
)
def test_what_is_no_bundle(change: Callable[[dict[str, Any]], object], said: str) -> None:
    reason, text = refused(changed(change))
    assert reason is Reason.MALFORMED
    assert said in text


def test_an_entry_is_the_same_under_another_number() -> None:
    def twice(document: dict[str, Any]) -> None:
        entries = document["verificationMaterial"]["tlogEntries"]
        entries.append({**entries[0], "logIndex": "999"})

    assert refused(changed(twice))[1].endswith("has one entry twice")


@pytest.mark.parametrize("algorithm", ["SHA3_256", 4, "SHA2_224", "HASH_ALGORITHM_UNSPECIFIED", None])
def test_a_digest_that_signatures_are_not_over(algorithm: object) -> None:
    data = changed(lambda d: d["messageSignature"]["messageDigest"].update(algorithm=algorithm))
    assert refused(data)[0] is Reason.MALFORMED


def test_an_empty_signature_is_none() -> None:
    assert refused(changed(lambda d: d["messageSignature"].update(signature="")))[0] is Reason.NO_SIGNATURE


def test_a_chain_belongs_to_older_versions() -> None:
    chain = {"certificates": [{"rawBytes": base64.b64encode(SIGNED.certificate).decode()}]}

    def put(document: dict[str, Any]) -> None:
        _material(document).pop("certificate")
        _material(document)["x509CertificateChain"] = chain

    assert "not a field of version 0.3" in refused(changed(put))[1]


def test_timestamps_that_stand_twice() -> None:
    stamped = json.loads(MADE.keyless_blob(DATA, log="v2"))
    stamps = stamped["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"]
    stamps += stamps
    assert "one timestamp twice" in refused(json.dumps(stamped).encode())[1]


def test_an_envelope_of_two_signatures_is_no_bundle() -> None:
    document = json.loads(ENVELOPE.bundle())
    document["dsseEnvelope"]["signatures"] = document["dsseEnvelope"]["signatures"] * 2
    assert "2 entries" in refused(json.dumps(document).encode())[1]


def test_bundles_of_cosign_before_there_were_bundles() -> None:
    bundle = parse_bundle(SIGNED.legacy(), "x")
    assert (bundle.form, bundle.version, bundle.is_promise_enough) == ("cosign bundle (old)", (0, 0), True)
    assert (bundle.certificate, bundle.signature) == (SIGNED.certificate, SIGNED.signature)
    (entry,) = bundle.entries
    (new,) = parse_bundle(SIGNED.bundle(), "x").entries
    assert (entry.body, entry.promise, entry.log_id, entry.log_index) == (
        new.body, new.promise, new.log_id, new.log_index,
    )  # fmt: skip


def test_a_key_in_the_place_of_an_old_bundles_certificate_is_not_taken_for_one() -> None:
    bundle = parse_bundle(MADE.sign_blob(DATA, is_keyed=True).legacy(), "x")
    assert (bundle.certificate, bundle.key_hint) == (b"", "")
    document = json.loads(SIGNED.legacy())
    mixed = MADE.key().pem + SIGNED.pem
    document["cert"] = base64.b64encode(mixed.encode()).decode()
    assert "no certificate in PEM form: CERTIFICATE, PUBLIC KEY" in refused(json.dumps(document).encode())[1]


@pytest.mark.parametrize("name", ["Payload", "logID", "body"])
def test_an_old_bundle_lacks_something(name: str) -> None:
    document = json.loads(SIGNED.legacy())
    holder = document["rekorBundle"] if name == "Payload" else document["rekorBundle"]["Payload"]
    del holder[name]
    assert refused(json.dumps(document).encode())[0] is Reason.MALFORMED


def test_a_bare_envelope_with_the_certificate_in_its_signature() -> None:
    bundle = parse_bundle(ENVELOPE.bare_envelope(), "x")
    assert (bundle.form, bundle.certificate, bundle.entries) == ("DSSE", ENVELOPE.certificate, ())
    two = json.loads(ENVELOPE.bare_envelope())
    two["signatures"] *= 2
    assert "a certificate in one of them" in refused(json.dumps(two).encode())[1]
    assert refused(json.dumps(two | {"signatures": []}).encode())[0] is Reason.NO_SIGNATURE


def test_separate_files_in_all_their_spellings() -> None:
    log, stamp = json.dumps(SIGNED.rekor_bundle).encode(), MADE.sign_blob(DATA, log="v2").stamps[0]
    pem = SIGNED.pem.encode()
    for signature in (SIGNED.signature, SIGNED.signature_text.encode(), SIGNED.signature_text.encode() + b"\n"):
        for certificate in (pem, base64.b64encode(pem), SIGNED.certificate, b"  \n" + pem):
            bundle = detached(signature, certificate, "x.sig", log_bundle=log, timestamp=stamp)
            assert (bundle.signature, bundle.certificate) == (SIGNED.signature, SIGNED.certificate)
            assert (len(bundle.entries), bundle.timestamps) == (1, (stamp,))
    note = json.dumps({"SignedRFC3161Timestamp": base64.b64encode(stamp).decode()}).encode()
    chain = MADE.ca_pem.encode()
    bundle = detached(SIGNED.signature, b"", "x.sig", timestamp=note, chain=chain)
    assert (bundle.certificate, bundle.chain, bundle.timestamps) == (b"", MADE.authority.chain, (stamp,))


@pytest.mark.parametrize(
    ("signature", "certificate"),
    [(b"", b""), (b" \n", b""), (b"x" * 20_000, b""), (b"QQ==", b"no PEM"), (b"QQ==", MADE.key().pem.encode())],
)
def test_separate_files_that_are_none(signature: bytes, certificate: bytes) -> None:
    with pytest.raises(BundleError):
        detached(signature, certificate, "x.sig")


def test_one_signature_in_a_line() -> None:
    lines = SIGNED.bundle() + b"\n\n" + ENVELOPE.bundle() + b"\n"
    first, second = parse_bundles(lines, "x.jsonl")
    assert (first.source, second.source) == ("x.jsonl, line 1", "x.jsonl, line 3")
    assert second.envelope is not None
    (only,) = parse_bundles(json.dumps(SIGNED.document(), indent=1).encode(), "x.json")
    assert only.source == "x.json"
    with pytest.raises(BundleError, match=r"x\.jsonl, line 2"):
        parse_bundles(SIGNED.bundle() + b"\n{}\n", "x.jsonl")


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'"x"', b"\xff", b"MEUCIQ==", b'{"tlogs": []}'])
def test_what_is_no_signature_at_all(data: bytes) -> None:
    assert refused(data)[0] is Reason.MALFORMED


@pytest.mark.parametrize("empty", [{}, {"algorithm": "HASH_ALGORITHM_UNSPECIFIED"}, {"digest": ""}])
def test_an_empty_digest_is_none(empty: dict[str, Any]) -> None:
    """cosign 3.1 writes it so beside a signature of Ed25519."""
    data = changed(lambda d: d["messageSignature"].update(messageDigest=empty))
    assert parse_bundle(data, "x").message_digest is None
