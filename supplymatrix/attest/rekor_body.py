"""What a transparency log recorded: the body of an entry, held against the signature that it should be about.

| kind, version | digest of | signature | key |
|---|---|---|---|
| hashedrekord 0.0.1, rekord 0.0.1 | what was signed | `spec.signature.content` | PEM, key or certificate |
| hashedrekord 0.0.2 | what was signed (of an envelope its PAE) | `….signature.content` | DER |
| dsse 0.0.1 | payload; the envelope as it was sent | each, with its key | PEM |
| dsse 0.0.2 | payload | each, with its key | DER |
| intoto 0.0.1 | payload (not the oldest); the envelope as it was sent | in the envelope's digest alone | PEM |
| intoto 0.0.2 | payload | each, in Base64 of Base64, with its key | PEM |

The digest of an envelope as it was sent can be computed again only where its writer's JSON is known; it is asked for
where nothing else tells the signature. All that a body says is believed for the log's proof, never for itself.

Source: sigstore/rekor: pkg/types/*/v*/; sigstore/rekor-tiles: hashedrekord.proto, dsse.proto.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence

from supplymatrix.attest import der
from supplymatrix.attest.bundle import SignedBundle
from supplymatrix.attest.certificate_fields import parse_certificate
from supplymatrix.attest.dsse import Envelope, pae
from supplymatrix.attest.keys import VerifyingKey
from supplymatrix.attest.proto_json import JsonFault, read_json
from supplymatrix.attest.public_keys import CannotVerifyError, pem_blocks
from supplymatrix.attest.wanted import Artifact
from supplymatrix.errors import TrustError
from supplymatrix.model.value import value

__all__ = ["BodyError", "Recorded", "check_recorded", "parse_body"]

_LARGEST = 20_000_000
_MOST_SIGNATURES = 64
_ALGORITHMS = {
    "sha256": "sha256", "sha384": "sha384", "sha512": "sha512",
    "SHA2_256": "sha256", "SHA2_384": "sha384", "SHA2_512": "sha512",
}  # fmt: skip
Digest = tuple[str, bytes]


class BodyError(TrustError):
    """A body that is not about the signature, or none that can be read: expected and found, in words or hex.
    is_about_signer: it has another signature or key, which of an envelope of several signatures may be one of them."""

    def __init__(self, message: str, expected: str = "", found: str = "", *, is_about_signer: bool = False) -> None:
        self.expected, self.found = expected, found
        self.is_about_signer = is_about_signer
        super().__init__(message)


@value
class Recorded:
    """What a body says. data, payload, envelope: digests of what was signed, of the payload of an envelope, of the
    envelope as it was sent; None where it has none. signatures: (signature, its key: "CERTIFICATE" or "PUBLIC KEY" and
    DER); the signature is None where the body has it in a digest alone."""

    kind: str
    version: str
    data: Digest | None
    payload: Digest | None
    envelope: Digest | None
    signatures: tuple[tuple[bytes | None, tuple[str, bytes]], ...]


def parse_body(body: bytes) -> Recorded:
    """Read the body of an entry. Raises BodyError; CannotVerifyError for a kind that is not read here."""
    if len(body) > _LARGEST:
        raise CannotVerifyError(f"the log's record has {len(body):,} bytes")
    try:
        document = read_json(body, limit=_LARGEST, what="the log's record")
    except JsonFault as err:
        raise BodyError(str(err)) from err
    kind, version = _at(document, "kind"), _at(document, "apiVersion")
    if not isinstance(kind, str) or not isinstance(version, str):
        raise BodyError("the log's record names no kind")
    read = _READERS.get((kind, version))
    if read is None:
        raise CannotVerifyError(f"the log's record is of the kind {kind[:40]} {version[:20]}, which is not read here")
    return read(_at(document, "spec"), kind, version)


def check_recorded(
    recorded: Recorded,
    bundle: SignedBundle,
    artifact: Artifact | None,
    key: VerifyingKey | None,
    signatures: Sequence[bytes] = (),
) -> None:
    """Raise unless what was recorded is the signature of the bundle, over what it signs, by its key.

    key: that verified the signature, where no certificate did. signatures: of which it must be one, () = any of the
    bundle's. Raises BodyError where it is another; CannotVerifyError where what is known does not suffice to say.
    """
    envelope = bundle.envelope
    if envelope is None and recorded.data is None:
        raise BodyError("the log recorded an envelope, and the signature is none", "hashedrekord", recorded.kind)
    _check_signature(recorded, bundle, key, signatures or bundle.signatures)
    if recorded.data is not None:
        _same("what was signed", recorded.data, _signed_digest(recorded.data[0], bundle, artifact))
    if recorded.payload is not None and envelope is not None:
        name = recorded.payload[0]
        _same("the payload", recorded.payload, hashlib.new(name, envelope.payload).digest())
    if envelope is not None and any(signature is None for signature, _ in recorded.signatures):
        _check_envelope(recorded, bundle, envelope)


def _signed_digest(name: str, bundle: SignedBundle, artifact: Artifact | None) -> bytes:
    if bundle.envelope is not None:
        return hashlib.new(name, pae(bundle.envelope.payload_type, bundle.envelope.payload)).digest()
    if bundle.payload:
        return hashlib.new(name, bundle.payload).digest()
    known = artifact.digest(name) if artifact is not None else ""
    if known:
        return bytes.fromhex(known)
    if artifact is not None and artifact.data is not None:
        return hashlib.new(name, artifact.data).digest()
    raise CannotVerifyError(f"the log recorded the {name} of what was signed, which is not known here", needs=name)


def _same(what: str, recorded: Digest, computed: bytes) -> None:
    if recorded[1] != computed:
        name = recorded[0]
        message = f"the log recorded another digest of {what} ({name})"
        raise BodyError(message, f"{name}:{computed.hex()}", f"{name}:{recorded[1].hex()}")


def _check_signature(
    recorded: Recorded, bundle: SignedBundle, key: VerifyingKey | None, signatures: Sequence[bytes]
) -> None:
    """Raise unless one of the recorded signatures is one of these, and its key the one that was used."""
    mine = [used for signature, used in recorded.signatures if signature is None or signature in signatures]
    if not mine:
        found = ", ".join(base64.b64encode(each or b"").decode() for each, _ in recorded.signatures[:3])
        expected = ", ".join(base64.b64encode(each).decode() for each in signatures[:3])
        raise BodyError("the log recorded another signature", expected, found, is_about_signer=True)
    if not bundle.certificate and key is None:
        raise CannotVerifyError("the log recorded a key, and no key is at hand to hold against it", needs="key")
    if not any(_is_used(label, data, bundle.certificate, key) for label, data in mine):
        label, data = mine[0]
        expected = f"certificate {_sha256(bundle.certificate)}" if bundle.certificate else ""
        expected = expected or (f"key {key.key_id}" if key is not None else "")
        found = f"{label.lower()} {_sha256(data)}"
        raise BodyError("the log recorded another key", expected, found, is_about_signer=True)


def _is_used(label: str, data: bytes, certificate: bytes, key: VerifyingKey | None) -> bool:
    if certificate and label == "CERTIFICATE":
        return data == certificate
    if key is None:
        return False
    if label == "PUBLIC KEY":
        return _sha256(data) == key.key_id
    try:
        return _sha256(parse_certificate(data).key) == key.key_id
    except der.DerError:
        return False


def _check_envelope(recorded: Recorded, bundle: SignedBundle, envelope: Envelope) -> None:
    """Raise CannotVerifyError unless the envelope's digest is that of the envelope in one of the known spellings."""
    if recorded.envelope is None:
        raise BodyError("the log recorded no signature")
    name, digest = recorded.envelope
    if not any(hashlib.new(name, spelling).digest() == digest for spelling in _spellings(bundle.raw, envelope)):
        raise CannotVerifyError(
            "the log recorded the signature in a digest of the envelope alone, as it was sent, and the envelope is not "
            "in a spelling that gives that digest"
        )


def _spellings(raw: bytes, envelope: Envelope) -> tuple[bytes, ...]:
    """Return the envelope as it lies there, and as encoders write it: in Go's order or sorted, with key ids or not."""
    payload = base64.b64encode(envelope.payload).decode("ascii")
    signatures = [(key_id, base64.b64encode(each).decode("ascii")) for key_id, each in envelope.signatures]
    written = []
    for listed in (
        [{"keyid": key_id, "sig": each} for key_id, each in signatures],
        [{"sig": each} for _, each in signatures],
    ):
        document = {"payloadType": envelope.payload_type, "payload": payload, "signatures": listed}
        written += [
            json.dumps(document, separators=(",", ":"), sort_keys=in_order).encode() for in_order in (False, True)
        ]
    return (raw, raw.strip(), *written)


def _hashedrekord_1(spec: object, kind: str, version: str) -> Recorded:
    if kind == "rekord" and _at(spec, "signature", "format") != "x509":
        raise CannotVerifyError("the log's record is of a signature that is not made with a certificate or a key alone")
    signature = _base64(_at(spec, "signature", "content"), "the signature")
    key = _pem(_at(spec, "signature", "publicKey", "content"))
    digest = _hex_digest(_at(spec, "data", "hash"))
    return _recorded(kind, version, [(signature, key)], data=digest)


def _hashedrekord_2(spec: object, kind: str, version: str) -> Recorded:
    inner = _at(spec, "hashedRekordV002")
    signature = _base64(_at(inner, "signature", "content"), "the signature")
    return _recorded(
        kind,
        version,
        [(signature, _raw_key(_at(inner, "signature", "verifier")))],
        data=_base64_digest(_at(inner, "data")),
    )


def _dsse_1(spec: object, kind: str, version: str) -> Recorded:
    signatures = [
        (_base64(_at(each, "signature"), "a signature"), _pem(_at(each, "verifier")))
        for each in _list(_at(spec, "signatures"))
    ]
    payload, envelope = _hex_digest(_at(spec, "payloadHash")), _hex_digest(_at(spec, "envelopeHash"))
    return _recorded(kind, version, signatures, payload=payload, envelope=envelope)


def _dsse_2(spec: object, kind: str, version: str) -> Recorded:
    inner = _at(spec, "dsseV002")
    signatures = [
        (_base64(_at(each, "content"), "a signature"), _raw_key(_at(each, "verifier")))
        for each in _list(_at(inner, "signatures"))
    ]
    return _recorded(kind, version, signatures, payload=_base64_digest(_at(inner, "payloadHash")))


def _intoto_1(spec: object, kind: str, version: str) -> Recorded:
    content = _at(spec, "content")
    return _recorded(
        kind,
        version,
        [(None, _pem(_at(spec, "publicKey")))],
        payload=_hex_digest(_at(content, "payloadHash")) if _at(content, "payloadHash") is not None else None,
        envelope=_hex_digest(_at(content, "hash")),
    )


def _intoto_2(spec: object, kind: str, version: str) -> Recorded:
    content = _at(spec, "content")
    signatures = []
    for each in _list(_at(content, "envelope", "signatures")):
        once = _base64(_at(each, "sig"), "a signature")
        try:
            signature = base64.b64decode(once, validate=True)
        except binascii.Error:
            signature = once
        signatures.append((signature, _pem(_at(each, "publicKey"))))
    return _recorded(kind, version, signatures, payload=_hex_digest(_at(content, "payloadHash")))


_READERS: dict[tuple[str, str], Callable[[object, str, str], Recorded]] = {
    ("hashedrekord", "0.0.1"): _hashedrekord_1,
    ("rekord", "0.0.1"): _hashedrekord_1,
    ("hashedrekord", "0.0.2"): _hashedrekord_2,
    ("dsse", "0.0.1"): _dsse_1,
    ("dsse", "0.0.2"): _dsse_2,
    ("intoto", "0.0.1"): _intoto_1,
    ("intoto", "0.0.2"): _intoto_2,
}


def _recorded(
    kind: str,
    version: str,
    signatures: Sequence[tuple[bytes | None, tuple[str, bytes]]],
    *,
    data: Digest | None = None,
    payload: Digest | None = None,
    envelope: Digest | None = None,
) -> Recorded:
    if any(signature == b"" for signature, _ in signatures):
        raise BodyError("the log's record has an empty signature")
    return Recorded(
        kind=kind, version=version, data=data, payload=payload, envelope=envelope, signatures=tuple(signatures)
    )


def _at(document: object, *names: str) -> object:
    """Return what lies under these names, None where it does not."""
    for name in names:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def _list(found: object) -> list[object]:
    if not isinstance(found, list) or not 1 <= len(found) <= _MOST_SIGNATURES:
        raise BodyError("the log's record has no list of signatures")
    return found


def _base64(text: object, what: str) -> bytes:
    if not isinstance(text, str):
        raise BodyError(f"the log's record does not have {what}")
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as err:
        raise BodyError(f"the log's record has {what} in another form than Base64") from err


def _pem(text: object) -> tuple[str, bytes]:
    """Return label and DER of the first block of a PEM text in Base64."""
    blocks = pem_blocks(_base64(text, "the key"))
    if not blocks:
        raise BodyError("the log's record has a key that is not in PEM form")
    if blocks[0][0] not in ("CERTIFICATE", "PUBLIC KEY"):
        raise CannotVerifyError(f"the log's record has a key of the form {blocks[0][0]}")
    return blocks[0]


def _raw_key(verifier: object) -> tuple[str, bytes]:
    certificate, key = _at(verifier, "x509Certificate", "rawBytes"), _at(verifier, "publicKey", "rawBytes")
    if (certificate is None) == (key is None):
        raise BodyError("the log's record has neither a key nor a certificate, or both")
    if certificate is not None:
        return "CERTIFICATE", _base64(certificate, "the certificate")
    return "PUBLIC KEY", _base64(key, "the key")


def _hex_digest(found: object) -> Digest:
    name, text = _at(found, "algorithm"), _at(found, "value")
    if not isinstance(name, str) or not isinstance(text, str):
        raise BodyError("the log's record has no digest")
    try:
        return _digest(name, bytes.fromhex(text))
    except ValueError as err:
        raise BodyError("the log's record has a digest that is not hexadecimal") from err


def _base64_digest(found: object) -> Digest:
    name, text = _at(found, "algorithm"), _at(found, "digest")
    if not isinstance(name, str):
        raise BodyError("the log's record has no digest")
    return _digest(name, _base64(text, "a digest"))


def _digest(name: str, data: bytes) -> Digest:
    used = _ALGORITHMS.get(name)
    if used is None:
        raise CannotVerifyError(f"the log's record has a digest by {name[:40]}, which is not one that is known here")
    return used, data


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
