"""Simple signing documents, and layers with their annotations."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from supplymatrix.attest.bundle import BundleError
from supplymatrix.attest.simple_signing import attested_layer, parse_simple_signing, signed_layer
from supplymatrix.model.signature import Reason
from tests.support.made_sigstore import MadeSigstore, Signed, statement

DIGEST = "sha256:" + "ab" * 32
SIGNATURE = "dev.cosignproject.cosign/signature"
CERTIFICATE = "dev.sigstore.cosign/certificate"
CHAIN = "dev.sigstore.cosign/chain"
BUNDLE = "dev.sigstore.cosign/bundle"
STAMP = "dev.sigstore.cosign/rfc3161timestamp"


@cache
def _signed() -> Signed:
    return MadeSigstore().simple_signing(DIGEST, annotations=(("team", "sre"),), stamps=1)


def _document(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    made: dict[str, Any] = {
        "critical": {
            "identity": {"docker-reference": "registry.example/app"},
            "image": {"docker-manifest-digest": DIGEST},
            "type": "cosign container image signature",
        },
        "optional": None,
    }
    made["critical"].update(changes.pop("critical", {}))
    return made | changes


def test_a_document_tells_digest_reference_and_annotations() -> None:
    found = parse_simple_signing(_signed().message, "layer 1")
    assert (found.digest, found.reference) == (DIGEST, "registry.example/app")
    assert found.annotations == (("team", "sre"),)


def test_only_texts_are_annotations() -> None:
    document = _document(optional={"b": "2", "n": 1, "a": "1", "t": True, "o": {"x": "y"}})
    found = parse_simple_signing(json.dumps(document).encode(), "layer 1")
    assert found.annotations == (("a", "1"), ("b", "2"))


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"critical": []},
        _document(critical={"type": "atomic container signature"}),
        _document(critical={"type": None}),
        _document(critical={"image": {}}),
        _document(critical={"image": {"docker-manifest-digest": "sha256:12"}}),
        _document(critical={"image": {"docker-manifest-digest": DIGEST.upper()}}),
        _document(critical={"image": {"Docker-manifest-digest": DIGEST}}),
        _document(optional=[]),
        _document(optional={str(number): "" for number in range(1_001)}),
    ],
)
def test_what_is_not_as_the_specification_has_it_is_malformed(document: object) -> None:
    with pytest.raises(BundleError) as caught:
        parse_simple_signing(json.dumps(document).encode(), "layer 1")
    assert caught.value.reason is Reason.MALFORMED
    assert caught.value.diagnostics[0].artifact == "layer 1"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"{" * 100,
        b'{"a":' * 100_000,
        b" " * (1 << 20) + b"{}",
        json.dumps(_document()).replace('"type"', '"image": {"docker-manifest-digest": "sha256:00"}, "type"').encode(),
        json.dumps(_document())[:-1].encode() + b', "critical": {}}',
    ],
    ids=["nothing", "no text", "cut", "deep", "long", "two images", "two critical"],
)
def test_bytes_that_two_readers_could_take_for_two_things_are_malformed(data: bytes) -> None:
    with pytest.raises(BundleError):
        parse_simple_signing(data, "layer 1")


def test_a_layer_and_its_annotations_are_one_signature() -> None:
    made = _signed()
    found = signed_layer(made.message, made.annotations(), "tag x.sig")
    assert (found.form, found.source) == ("simple signing", "tag x.sig")
    assert (found.payload, found.signature) == (made.message, made.signature)
    assert found.certificate == made.certificate
    assert found.chain == made.chain
    assert found.timestamps == made.stamps
    assert found.envelope is None
    assert found.message_digest is None
    (entry,) = found.entries
    assert (entry.kind, entry.version) == ("hashedrekord", "0.0.1")
    assert entry.promise
    assert entry.proof is None
    assert found.is_promise_enough


def test_a_keys_signature_has_no_certificate() -> None:
    made = MadeSigstore().simple_signing(DIGEST, is_keyed=True, log="")
    found = signed_layer(made.message, made.annotations(), "tag x.sig")
    assert (found.certificate, found.entries, found.timestamps) == (b"", (), ())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({SIGNATURE: ""}, Reason.NO_SIGNATURE),
        ({SIGNATURE: " \n"}, Reason.NO_SIGNATURE),
        ({SIGNATURE: "A" * 100_000}, Reason.MALFORMED),
        ({CERTIFICATE: "no PEM"}, Reason.MALFORMED),
        ({CERTIFICATE: "A" * (2 << 20)}, Reason.MALFORMED),
        ({CHAIN: "-----BEGIN CERTIFICATE-----"}, Reason.MALFORMED),
        ({BUNDLE: "null"}, Reason.MALFORMED),
        ({BUNDLE: "{}"}, Reason.MALFORMED),
        ({BUNDLE: '{"Payload": {"body": 1}}'}, Reason.MALFORMED),
        ({STAMP: "{}"}, Reason.MALFORMED),
    ],
)
def test_annotations_that_cannot_be_read_are_told(changes: dict[str, str], reason: Reason) -> None:
    made = _signed()
    with pytest.raises(BundleError) as caught:
        signed_layer(made.message, made.annotations() | changes, "tag x.sig, layer 2")
    assert caught.value.reason is reason
    assert caught.value.diagnostics[0].artifact == "tag x.sig, layer 2"


def test_a_public_key_in_the_place_of_the_certificate_is_no_signer() -> None:
    made = _signed()
    pem = MadeSigstore().key().pem
    with pytest.raises(BundleError):
        signed_layer(made.message, made.annotations() | {CERTIFICATE: pem}, "layer")


@pytest.mark.parametrize("payload", [b"", b"x" * ((1 << 20) + 1)])
def test_a_layer_without_bytes_or_with_too_many_is_malformed(payload: bytes) -> None:
    with pytest.raises(BundleError):
        signed_layer(payload, _signed().annotations(), "layer")


def test_an_attestation_takes_signer_and_log_entry_from_annotations() -> None:
    made = MadeSigstore().sign_dsse(statement({"app": "ab" * 32}), stamps=1)
    notes = made.annotations() | {SIGNATURE: ""}
    found = attested_layer(json.dumps(made.envelope).encode(), notes, "tag x.att")
    assert found.form == "DSSE"
    assert found.certificate == made.certificate
    assert found.chain == made.chain
    assert found.timestamps == made.stamps
    assert found.signature == made.signature
    assert len(found.entries) == 1
    assert found.envelope is not None
    assert found.envelope.payload == made.message


def test_an_attestation_without_annotations_is_the_envelope() -> None:
    made = MadeSigstore().sign_dsse(statement({"app": "ab" * 32}), is_keyed=True, log="")
    found = attested_layer(json.dumps(made.envelope).encode(), {SIGNATURE: "", "predicateType": "x"}, "tag x.att")
    assert (found.certificate, found.entries, found.payload) == (b"", (), b"")


def test_two_certificates_for_one_signature_are_refused() -> None:
    made = MadeSigstore().sign_dsse(statement({"app": "ab" * 32}))
    with pytest.raises(BundleError):
        attested_layer(made.bare_envelope(), made.annotations(), "tag x.att")
