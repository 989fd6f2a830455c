r"""Signatures of git in CMS, as gitsign makes them with a certificate of sigstore, and as programs for S/MIME do.

    -----BEGIN SIGNED MESSAGE-----      ContentInfo: signedData, without the content (that is the tag or commit),
    MIIEWQYJKoZIhvcN…                   one certificate, one signer: signed attributes with the digest of the content,
    -----END SIGNED MESSAGE-----        the signature over them, and attributes that nobody signed

In offline mode gitsign puts the log's entry among the attributes that nobody signed, without its body: the body is what
a hashedrekord of the signed attributes, the signature and the certificate says, written canonically. The log's promise
and proof are over it, so that one byte that is another breaks them. Without an entry, or a timestamp, nobody vouches
for the minutes in which the certificate was valid, and nothing can be said offline.

`bundle_of` gives a signature to the checks that all signatures of sigstore go through.

Source: RFC 5652 §5; sigstore/gitsign internal/rekor/oid (the attribute, the body), pkg/rekor (what is logged);
sigstore/protobuf-specs sigstore_rekor.proto.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from hmac import compare_digest

from supplymatrix.attest import der
from supplymatrix.attest.bundle import InclusionProof, LogEntry, SignedBundle
from supplymatrix.attest.certificate_fields import SUBJECT_KEY_ID, CertificateFields, parse_certificate
from supplymatrix.attest.cms import digest_algorithm
from supplymatrix.attest.der import DerError
from supplymatrix.attest.public_keys import verify_algorithm
from supplymatrix.errors import TrustError
from supplymatrix.model.value import value

__all__ = ["CmsSignature", "bundle_of", "is_of_sigstore", "parse_cms", "verify_cms"]

_BEGIN, _END = b"-----BEGIN SIGNED MESSAGE-----", b"-----END SIGNED MESSAGE-----"
_LIMIT = 512 << 10
_SIGNED_DATA, _DATA = "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.1"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_LOG_ENTRY, _TIMESTAMP = "1.3.6.1.4.1.57264.3.1", "1.2.840.113549.1.9.16.2.14"
_FULCIO = "1.3.6.1.4.1.57264.1."
_BY_ISSUER, _BY_KEY = 1, 3  # versions, by how the signer's certificate is named
_LINE = 64  # letters in a line of PEM
_MOST_HASHES = 64


@value
class CmsSignature:
    """What was read, not yet verified. certificate: of the signer, as embedded. signed: the bytes that the signature is
    over, message_digest: what they say of the content. entry: of the log, None = none is in it. timestamps: tokens."""

    certificate: CertificateFields
    others: tuple[bytes, ...]
    digest: str
    message_digest: bytes
    signed: bytes
    algorithm: bytes
    signature: bytes
    entry: LogEntry | None
    timestamps: tuple[bytes, ...]

    @property
    def sha256(self) -> str:
        """Return the name of the certificate."""
        return hashlib.sha256(self.certificate.whole).hexdigest()


def parse_cms(armoured: bytes) -> CmsSignature:
    """Return the signature between the marks. Raises DerError for what is no detached CMS signature of one signer, and
    CannotVerifyError for hashes that are not known here."""
    text = armoured.strip()
    if len(text) > _LIMIT or not text.startswith(_BEGIN) or not text.endswith(_END):
        raise DerError("the signature does not end where it should")
    try:
        data = base64.b64decode(b"".join(text[len(_BEGIN) : -len(_END)].split()), validate=True)
    except (binascii.Error, ValueError) as err:
        raise DerError("the signature is no base64") from err
    info = der.sequence(der.element(data, "the signature"), "the signature", 2)
    if len(info) != 2 or der.oid(info[0], "the type of the signature") != _SIGNED_DATA or info[1].tag != der.context(0):
        raise DerError("the signature is no signed data")
    parts = der.sequence(der.element(info[1].content, "the signed data"), "the signed data", 4)
    version = der.integer(parts[0], "the version of the signed data")
    content = der.sequence(parts[2], "the content", 1)
    if len(content) != 1 or der.oid(content[0], "the type of the content") != _DATA:
        raise DerError("the signature has a content of its own, so that it is none of a tag or commit")
    rest = parts[3:]
    certificates: list[bytes] = []
    if rest and rest[0].tag == der.context(0):
        certificates = [each.whole for each in der.items(rest.pop(0), "the certificates")]
    if rest and rest[0].tag == der.context(1):
        rest.pop(0)
    signers = der.set_of(rest[0], "the signers") if len(rest) == 1 else []
    if len(signers) != 1:
        raise DerError(f"the signature has {len(signers)} signers, where one was expected")
    hashes = [digest_algorithm(each, "a hash of the signed data") for each in der.set_of(parts[1], "the hashes")]
    found = _signer(signers[0], certificates, version)
    if hashes != [found.digest]:
        raise DerError("the signed data names other hashes than that of its signer")
    return found


def verify_cms(of: CmsSignature, message: bytes) -> None:
    """Raise TrustError unless the owner of the certificate's key signed `message`; CannotVerifyError or DerError where
    that cannot be said. Whose key it is, and whether it counted then, is not looked at."""
    if not compare_digest(of.message_digest, hashlib.new(of.digest, message).digest()):
        raise TrustError("the signed digest is not that of the object", evidence={"object": message})
    algorithm = der.element(of.algorithm, "the signature algorithm")
    verify_algorithm(of.certificate.public_key(), algorithm, of.signature, of.signed, hash_name=of.digest)


def is_of_sigstore(of: CmsSignature) -> bool:
    """Return whether the certificate says that an authority of sigstore issued it, as gitsign has them."""
    return any(extension.oid.startswith(_FULCIO) for extension in of.certificate.extensions)


def bundle_of(of: CmsSignature, source: str) -> SignedBundle:
    """Return a signature as the checks of sigstore's signatures take it: over its signed attributes."""
    return SignedBundle(
        form="gitsign",
        source=source,
        certificate=of.certificate.whole,
        chain=of.others,
        key_hint="",
        entries=(of.entry,) if of.entry is not None else (),
        timestamps=of.timestamps,
        envelope=None,
        message_digest=("sha256", hashlib.sha256(of.signed).digest()),
        signature=of.signature,
        payload=b"",
        version=(0, 0),
        is_promise_enough=True,
        raw=of.signed,
    )


def _signer(of: der.Der, certificates: list[bytes], version: int) -> CmsSignature:
    """Return what the signer says. version: of the signed data, which is that of its one signer (RFC 5652 §5.1)."""
    parts = der.sequence(of, "the signer", 6)
    said = der.integer(parts[0], "the version of the signer")
    if not said == version == (_BY_ISSUER if parts[1].tag == der.SEQUENCE else _BY_KEY):
        raise DerError("the signature has another version than its parts")
    read = [parse_certificate(each) for each in certificates]
    own = next((each for each in read if _is_named(each, parts[1])), None)
    if own is None:
        raise DerError("the certificate of the signer is not in the signature")
    digest = digest_algorithm(parts[2], "the digest algorithm of the signer")
    if parts[3].tag != der.context(0):
        raise DerError("the signer has signed no attributes")
    if len(parts) > 7 or (len(parts) == 7 and parts[6].tag != der.context(1)):
        raise DerError("the signer has a part that is not known")
    signed = bytes([der.SET]) + parts[3].whole[1:]
    held = _attributes(parts[3])
    said_type, said_digest = held.get(_CONTENT_TYPE, []), held.get(_MESSAGE_DIGEST, [])
    if len(said_type) != 1 or len(said_digest) != 1:
        raise DerError("the signed attributes name no type of content, or no digest")
    if der.oid(said_type[0], "contentType") != _DATA:
        raise DerError("the signed attributes are of another type of content")
    signature = der.octets(parts[5], "the signature")
    unsigned = _attributes(parts[6]) if len(parts) == 7 else {}
    logged = unsigned.get(_LOG_ENTRY, [])
    if len(logged) > 1:
        raise DerError("the signature has more than one entry of the log")
    body = _body(signed, signature, own.whole)
    return CmsSignature(
        certificate=own,
        others=tuple(each.whole for each in read if each is not own),
        digest=digest,
        message_digest=der.octets(said_digest[0], "messageDigest"),
        signed=signed,
        algorithm=parts[4].whole,
        signature=signature,
        entry=_entry(der.octets(logged[0], "the log entry"), body) if logged else None,
        timestamps=tuple(each.whole for each in unsigned.get(_TIMESTAMP, [])[:8]),
    )


def _is_named(certificate: CertificateFields, name: der.Der) -> bool:
    if name.tag == der.SEQUENCE:
        pair = der.sequence(name, "the name of the signer", 2)
        return certificate.issuer == pair[0].whole and certificate.serial == der.integer(pair[1], "the serial number")
    found = certificate.extension(SUBJECT_KEY_ID)
    key_id = der.octets(name, "the key of the signer", der.context(0, constructed=False))
    return found is not None and der.octets(der.element(found.data, "the key id"), "the key id") == key_id != b""


def _attributes(of: der.Der) -> dict[str, list[der.Der]]:
    found: dict[str, list[der.Der]] = {}
    for each in der.items(of, "the attributes"):
        parts = der.sequence(each, "an attribute", 2)
        name = der.oid(parts[0], "an attribute")
        if len(parts) != 2 or name in found:
            raise DerError(f"the attribute {name} is there twice")
        found[name] = der.set_of(parts[1], "an attribute")
    return found


def _body(signed: bytes, signature: bytes, certificate: bytes) -> bytes:
    """Return the entry that gitsign has the log make of a signature, canonical (RFC 8785)."""
    letters = base64.b64encode(certificate).decode()
    lines = "\n".join(letters[at : at + _LINE] for at in range(0, len(letters), _LINE))
    pem = f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
    entry = {
        "apiVersion": "0.0.1",
        "kind": "hashedrekord",
        "spec": {
            "data": {"hash": {"algorithm": "sha256", "value": hashlib.sha256(signed).hexdigest()}},
            "signature": {
                "content": base64.b64encode(signature).decode(),
                "publicKey": {"content": base64.b64encode(pem.encode()).decode()},
            },
        },
    }
    return json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()


def _entry(data: bytes, body: bytes) -> LogEntry:
    """Return a TransparencyLogEntry out of its protobuf form, with the body that it must have."""
    whole = _Message(data)
    kind, promise, log = whole.message(3), whole.message(5), whole.message(2)
    proof = whole.message(6)
    if whole.octets(7) not in (b"", body):
        raise DerError("the entry of the log is one of something else")
    return LogEntry(
        log_index=whole.number(1),
        log_id=log.octets(1),
        kind=kind.text(1) or "hashedrekord",
        version=kind.text(2) or "0.0.1",
        integrated_time=whole.number(4) or None,
        promise=promise.octets(1),
        proof=InclusionProof(
            log_index=proof.number(1),
            root=proof.octets(2),
            tree_size=proof.number(3),
            hashes=proof.all(4),
            checkpoint=proof.message(5).octets(1),
        )
        if proof.is_there
        else None,
        body=body,
    )


class _Message:
    """The fields of a protobuf message, by number; numbers as varints, everything else as bytes."""

    def __init__(self, data: bytes) -> None:
        self.is_there = bool(data)
        self._fields: dict[int, list[int | bytes]] = {}
        at = 0
        while at < len(data):
            key, at = _varint(data, at)
            if key & 7 == 0:
                number, at = _varint(data, at)
                self._fields.setdefault(key >> 3, []).append(number)
            elif key & 7 == 2:
                length, at = _varint(data, at)
                if at + length > len(data):
                    raise DerError("the entry of the log is cut")
                self._fields.setdefault(key >> 3, []).append(data[at : at + length])
                at += length
            else:
                raise DerError("the entry of the log has a field of no known form")

    def number(self, field: int) -> int:
        found = self._one(field, 0)
        if not isinstance(found, int) or found >= 1 << 63:
            raise DerError("the entry of the log has no number where one should be")
        return found

    def octets(self, field: int) -> bytes:
        found = self._one(field, b"")
        if not isinstance(found, bytes):
            raise DerError("the entry of the log has a number where there should be none")
        return found

    def text(self, field: int) -> str:
        return self.octets(field).decode("ascii", "replace")[:64]

    def message(self, field: int) -> _Message:
        return _Message(self.octets(field))

    def all(self, field: int) -> tuple[bytes, ...]:
        found = [each for each in self._fields.get(field, []) if isinstance(each, bytes)]
        if len(found) != len(self._fields.get(field, [])) or len(found) > _MOST_HASHES:
            raise DerError("the entry of the log has too many hashes, or others than hashes")
        return tuple(found)

    def _one(self, field: int, otherwise: int | bytes) -> int | bytes:
        found = self._fields.get(field, [])
        if len(found) > 1:
            raise DerError("the entry of the log says something twice")
        return found[0] if found else otherwise


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return number, at
    raise DerError("the entry of the log is cut")
