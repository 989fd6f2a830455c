"""Signatures as they lie in files: read, not yet verified.

| form | what it is |
|---|---|
| bundle v0.1, v0.2, v0.3 | {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", …}, or ";version=0.3" |
| cosign bundle (old) | {"base64Signature": …, "cert": …, "rekorBundle": …}, of cosign 1 and 2 |
| DSSE | an envelope without a bundle, the certificate in its signature or nowhere |
| detached signature | `.sig` beside `.pem`, as separate files |

Whatever a bundle can say in two ways is refused: keys that stand twice, both a certificate and a key, a message
signature and an envelope, Base64 that is not canonical, fields that the version does not know.

Source: sigstore/protobuf-specs: sigstore_bundle.proto, sigstore_rekor.proto; sigstore/cosign specs/BUNDLE_SPEC.md.
"""

from __future__ import annotations

import re

from supplymatrix.attest.der import BIT_STRING, SEQUENCE, DerError, element, sequence
from supplymatrix.attest.dsse import Envelope
from supplymatrix.attest.proto_json import Fields, JsonFault, decode_base64, read_json
from supplymatrix.attest.public_keys import pem_blocks
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.signature import Reason
from supplymatrix.model.value import value

__all__ = [
    "HASH_NAMES", "LARGEST", "BundleError", "InclusionProof", "LogEntry", "SignedBundle", "certificate_shaped",
    "detached", "parse_bundle", "parse_bundles",
]  # fmt: skip

LARGEST = 64 << 20
"""Bytes of a bundle: attestations hold whole SBOMs."""
MOST_LINES = 10_000
MOST_ENTRIES = 8
MOST_CERTIFICATES = 16
MOST_TIMESTAMPS = 8
MOST_SIGNATURES = 64
MOST_HASHES = 64
_HASH = 32
_MOST_SIGNATURE = 16 << 10
_MOST_STAMP = 1 << 20
_MOST_LOGGED = 20_000_000
_VERSIONS = frozenset({(0, 1), (0, 2), (0, 3)})
_MEDIA_TYPE = re.compile(
    r"application/vnd\.dev\.sigstore\.bundle"
    r"(?:\+json;version=([0-9]{1,3})\.([0-9]{1,3})|\.v([0-9]{1,3})\.([0-9]{1,3})\+json)"
)
_LOG_ID = re.compile(r"[0-9a-f]{64}")
_BASE64_LINES = re.compile(rb"[A-Za-z0-9+/\s]+={0,2}")
HASH_NAMES = ("HASH_ALGORITHM_UNSPECIFIED", "SHA2_256", "SHA2_384", "SHA2_512", "SHA3_256", "SHA3_384")
"""Of protobuf's enumeration HashAlgorithm, by number."""
_HASHES = {"SHA2_256": "sha256", "SHA2_384": "sha384", "SHA2_512": "sha512"}
_BUNDLE = ("mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope")
_MATERIAL = ("publicKey", "x509CertificateChain", "certificate", "tlogEntries", "timestampVerificationData")
_ENTRY = (
    "logIndex", "logId", "kindVersion", "integratedTime", "inclusionPromise", "inclusionProof", "canonicalizedBody",
)  # fmt: skip
_PROOF = ("logIndex", "rootHash", "treeSize", "hashes", "checkpoint")
_ENVELOPE = ("payload", "payloadType", "signatures")
_LEGACY = ("base64Signature", "cert", "rekorBundle", "rfc3161Timestamp")


class BundleError(InputError):
    """A signature file that cannot be read. reason: MALFORMED, UNKNOWN_VERSION or NO_SIGNATURE."""

    def __init__(self, diagnostic: Diagnostic, reason: Reason = Reason.MALFORMED) -> None:
        self.reason = reason
        super().__init__(diagnostic)


@value
class InclusionProof:
    """That an entry is leaf `log_index` of the tree of `tree_size` leaves under `root`. checkpoint: the signed note
    as UTF-8, b"" = none is there."""

    log_index: int
    tree_size: int
    root: bytes
    hashes: tuple[bytes, ...]
    checkpoint: bytes


@value
class LogEntry:
    """What a log is said to have recorded. kind, version: "hashedrekord", "0.0.1". integrated_time: seconds since the
    epoch, None where there is none. promise: the signed entry timestamp, b"" = none. body: canonical JSON, as logged.
    """

    log_index: int
    log_id: bytes
    kind: str
    version: str
    integrated_time: int | None
    promise: bytes
    proof: InclusionProof | None
    body: bytes


@value
class SignedBundle:
    """A signature, and what came with it.

    form: "bundle v0.3", "cosign bundle (old)", "detached signature", "simple signing", "DSSE". source: where it lies.
    certificate: DER, b"" where a key signed; chain: DER, what came after the leaf, of no authority by itself. key_hint:
    of a key, "" = none. timestamps: RFC 3161 answers or tokens, DER. One of these three is there:
    envelope (DSSE) · message_digest ((algorithm "sha256", digest) or None) and signature over the artifact ·
    payload (the bytes of a simple signing document) and signature over it.
    signature: of an envelope its first one. version: of the bundle's media type, (0, 0) for what is no bundle.
    is_promise_enough: this form may lack an inclusion proof where a signed entry timestamp is there.
    """

    form: str
    source: str
    certificate: bytes
    chain: tuple[bytes, ...]
    key_hint: str
    entries: tuple[LogEntry, ...]
    timestamps: tuple[bytes, ...]
    envelope: Envelope | None
    message_digest: tuple[str, bytes] | None
    signature: bytes
    payload: bytes
    version: tuple[int, int]
    is_promise_enough: bool
    raw: bytes

    @property
    def signatures(self) -> tuple[bytes, ...]:
        """All signatures: an envelope that is no bundle may have several."""
        if self.envelope is None:
            return (self.signature,)
        return tuple(signature for _, signature in self.envelope.signatures)


def parse_bundle(data: bytes, source: str) -> SignedBundle:
    """Read one signature: a bundle, a legacy bundle of cosign, or a bare envelope. Raises BundleError."""
    try:
        document = read_json(data, limit=LARGEST, what="the file")
        return _parse(document, data, source)
    except JsonFault as err:
        raise _malformed(source, str(err)) from err


def parse_bundles(data: bytes, source: str) -> tuple[SignedBundle, ...]:
    """Read the signatures of a file: one, or several, one in a line ("x.intoto.jsonl"). Raises BundleError."""
    lines = [(number, line) for number, line in enumerate(data.splitlines(), 1) if line.strip()]
    is_one_a_line = len(lines) > 1 and all(
        line.lstrip()[:1] == b"{" and line.rstrip()[-1:] == b"}" for _, line in lines
    )
    if not is_one_a_line:
        return (parse_bundle(data, source),)
    if len(lines) > MOST_LINES:
        raise _malformed(source, f"the file has {len(lines):,} lines, more than {MOST_LINES:,}")
    return tuple(parse_bundle(line, f"{source}, line {number}") for number, line in lines)


def detached(
    signature: bytes, certificate: bytes, source: str, *, chain: bytes = b"", log_bundle: bytes = b"",
    timestamp: bytes = b"",
) -> SignedBundle:  # fmt: skip
    """Return the signature that separate files make, as cosign wrote them before it had bundles. Raises BundleError.

    signature: Base64, or the signature itself. certificate: PEM, Base64 of PEM, or DER; b"" where a key signed.
    chain: PEM. log_bundle: {"SignedEntryTimestamp": …, "Payload": …}. timestamp: DER, or {"SignedRFC3161Timestamp": …}.
    """
    try:
        certificates = _certificates(certificate, "the certificate") if certificate.strip() else ()
        entries = _logged(read_json(log_bundle, limit=_MOST_LOGGED, what="the log entry")) if log_bundle.strip() else ()
        return SignedBundle(
            form="detached signature",
            source=source,
            certificate=certificates[0] if certificates else b"",
            chain=(*certificates[1:], *(_certificates(chain, "the chain") if chain.strip() else ())),
            key_hint="",
            entries=entries,
            timestamps=(_timestamp(timestamp),) if timestamp else (),
            envelope=None,
            message_digest=None,
            signature=_detached_signature(signature),
            payload=b"",
            version=(0, 0),
            is_promise_enough=True,
            raw=signature,
        )
    except JsonFault as err:
        raise _malformed(source, str(err)) from err


def _parse(document: object, data: bytes, source: str) -> SignedBundle:
    if isinstance(document, dict):
        if "mediaType" in document or "media_type" in document or "verificationMaterial" in document:
            return _bundle(Fields(document, "", _BUNDLE), data, source)
        if "base64Signature" in document:
            return _legacy(Fields(document, "", _LEGACY), data, source)
        if "payloadType" in document:
            return _bare_envelope(document, data, source)
    raise BundleError(
        Diagnostic(
            message="the file is JSON, and no signature that is known",
            artifact=source,
            expected="a Sigstore bundle, a bundle of cosign 1 or 2, or a DSSE envelope",
        )
    )


def _bundle(fields: Fields, data: bytes, source: str) -> SignedBundle:
    version = _version(fields, source)
    material = fields.message("verificationMaterial", _MATERIAL)
    if material is None:
        raise JsonFault("verificationMaterial is absent")
    certificate, chain, hint = _signer(material, version)
    envelope = fields.message("dsseEnvelope", _ENVELOPE)
    message = fields.message("messageSignature", ("messageDigest", "signature"))
    if (envelope is None) == (message is None):
        raise JsonFault("a bundle has either messageSignature or dsseEnvelope")
    parsed = None if envelope is None else _envelope(envelope)
    signature = parsed.signatures[0][1] if parsed is not None else message.blob("signature") if message else b""
    if not signature:
        raise BundleError(Diagnostic(message="the bundle has no signature", artifact=source), Reason.NO_SIGNATURE)
    return SignedBundle(
        form=f"bundle v{version[0]}.{version[1]}",
        source=source,
        certificate=certificate,
        chain=chain,
        key_hint=hint,
        entries=_entries(material),
        timestamps=_stamps(material),
        envelope=parsed,
        message_digest=_message_digest(message) if message else None,
        signature=signature,
        payload=b"",
        version=version,
        is_promise_enough=version < (0, 2),
        raw=data,
    )


def _version(fields: Fields, source: str) -> tuple[int, int]:
    """Return the version that the media type names. Raises BundleError for one that is not known."""
    found = fields.text("mediaType")
    match = _MEDIA_TYPE.fullmatch(found)
    version = (int(match[1] or match[3]), int(match[2] or match[4])) if match else None
    if version not in _VERSIONS or (match and match[3] and version < (0, 3)):
        raise BundleError(
            Diagnostic(
                message="the bundle is of a version that is not known"
                if match
                else "the bundle has another media type",
                artifact=source,
                seen=found[:200],
                expected="application/vnd.dev.sigstore.bundle.v0.3+json, or version 0.1 or 0.2",
            ),
            Reason.UNKNOWN_VERSION,
        )
    return version


def _signer(material: Fields, version: tuple[int, int]) -> tuple[bytes, tuple[bytes, ...], str]:
    """Return certificate, chain and hint of the key; one of certificate, x509CertificateChain, publicKey is there."""
    single = material.message("certificate", ("rawBytes",))
    chained = material.message("x509CertificateChain", ("certificates",))
    key = material.message("publicKey", ("hint",))
    if sum(one is not None for one in (single, chained, key)) != 1:
        raise JsonFault(
            f"{material.where('certificate')}, x509CertificateChain or publicKey: one of them must be there"
        )
    if key is not None:
        return b"", (), key.text("hint")
    if single is not None:
        return certificate_shaped(single.blob("rawBytes"), single.where("rawBytes")), (), ""
    if chained is None or version >= (0, 3):
        raise JsonFault(
            f"{material.where('x509CertificateChain')} is not a field of version 0.3, which has certificate"
        )
    found = [
        certificate_shaped(one.blob("rawBytes"), one.where("rawBytes"))
        for one in chained.messages("certificates", MOST_CERTIFICATES, ("rawBytes",))
    ]
    if not found:
        raise JsonFault(f"{chained.where('certificates')} is empty")
    return found[0], tuple(found[1:]), ""


def _entries(material: Fields) -> tuple[LogEntry, ...]:
    entries = tuple(_entry(one) for one in material.messages("tlogEntries", MOST_ENTRIES, _ENTRY))
    if len({(entry.log_id, entry.body) for entry in entries}) != len(entries):  # nobody vouches for an index
        raise JsonFault(f"{material.where('tlogEntries')} has one entry twice")
    return entries


def _stamps(material: Fields) -> tuple[bytes, ...]:
    data = material.message("timestampVerificationData", ("rfc3161Timestamps",))
    listed = data.messages("rfc3161Timestamps", MOST_TIMESTAMPS, ("signedTimestamp",)) if data else []
    stamps = tuple(_there(one.blob("signedTimestamp"), one.where("signedTimestamp")) for one in listed)
    if len(set(stamps)) != len(stamps):
        raise JsonFault(f"{material.where('timestampVerificationData')} has one timestamp twice")
    return stamps


def _entry(fields: Fields) -> LogEntry:
    log_id, kind = fields.message("logId", ("keyId",)), fields.message("kindVersion", ("kind", "version"))
    if log_id is None or kind is None:
        raise JsonFault(f"{fields.where('logId')} or kindVersion is absent")
    promise = fields.message("inclusionPromise", ("signedEntryTimestamp",))
    return LogEntry(
        log_index=fields.number("logIndex"),
        log_id=_there(log_id.blob("keyId"), log_id.where("keyId")),
        kind=kind.text("kind"),
        version=kind.text("version"),
        integrated_time=fields.number("integratedTime") or None,
        promise=promise.blob("signedEntryTimestamp") if promise else b"",
        proof=_proof(fields.message("inclusionProof", _PROOF)),
        body=_there(fields.blob("canonicalizedBody"), fields.where("canonicalizedBody")),
    )


def _proof(fields: Fields | None) -> InclusionProof | None:
    if fields is None:
        return None
    checkpoint = fields.message("checkpoint", ("envelope",))
    hashes = fields.blobs("hashes", MOST_HASHES)
    if any(len(one) != _HASH for one in (*hashes, fields.blob("rootHash"))):
        raise JsonFault(f"{fields.where('hashes')} or rootHash: a hash has {_HASH} bytes")
    return InclusionProof(
        log_index=fields.number("logIndex"),
        tree_size=fields.number("treeSize"),
        root=fields.blob("rootHash"),
        hashes=hashes,
        checkpoint=checkpoint.text("envelope").encode() if checkpoint else b"",
    )


def _message_digest(message: Fields) -> tuple[str, bytes] | None:
    fields = message.message("messageDigest", ("algorithm", "digest"))
    if fields is None:
        return None
    algorithm = fields.choice("algorithm", HASH_NAMES)
    if algorithm == HASH_NAMES[0] and not fields.blob("digest"):  # cosign writes it empty for a key of Ed25519
        return None
    if algorithm not in _HASHES:
        raise JsonFault(f"{fields.where('algorithm')} is {algorithm[:40]!r}, which is no hash that signatures are over")
    return _HASHES[algorithm], _there(fields.blob("digest"), fields.where("digest"))


def _envelope(fields: Fields) -> Envelope:
    signatures = fields.messages("signatures", MOST_SIGNATURES, ("sig", "keyid"))
    if len(signatures) != 1:
        raise JsonFault(f"{fields.where('signatures')} has {len(signatures)} entries, where a bundle has one")
    return Envelope(
        payload_type=fields.text("payloadType"),
        payload=fields.blob("payload"),
        signatures=tuple((one.text("keyid"), one.blob("sig")) for one in signatures),
    )


def _bare_envelope(document: dict[str, object], data: bytes, source: str) -> SignedBundle:
    """An envelope without a bundle around it. Builders before 2024 put the certificate into its signature, as PEM."""
    fields = Fields(document, "", None)
    signatures = fields.messages("signatures", MOST_SIGNATURES, None)
    if not signatures:
        raise BundleError(Diagnostic(message="the envelope has no signature", artifact=source), Reason.NO_SIGNATURE)
    envelope = Envelope(
        payload_type=fields.text("payloadType"),
        payload=fields.blob("payload"),
        signatures=tuple((one.text("keyid"), _there(one.blob("sig"), one.where("sig"))) for one in signatures),
    )
    texts = [one.text("cert") for one in signatures]
    if any(texts) and len(texts) > 1:
        raise JsonFault("the envelope has several signatures, and a certificate in one of them")
    certificates = _certificates(texts[0].encode(), "the certificate of the signature") if texts[0] else ()
    return SignedBundle(
        form="DSSE",
        source=source,
        certificate=certificates[0] if certificates else b"",
        chain=certificates[1:],
        key_hint=envelope.signatures[0][0],
        entries=(),
        timestamps=(),
        envelope=envelope,
        message_digest=None,
        signature=envelope.signatures[0][1],
        payload=b"",
        version=(0, 0),
        is_promise_enough=True,
        raw=data,
    )


def _legacy(fields: Fields, data: bytes, source: str) -> SignedBundle:
    """The bundle of cosign 1 and 2. Its field `cert` holds Base64 of PEM: of a certificate, or of the key that signed.

    A key there is of no authority: it is dropped, and a key that the user has must verify the signature.
    """
    signature = fields.blob("base64Signature")
    if not signature:
        raise BundleError(Diagnostic(message="the bundle has no signature", artifact=source), Reason.NO_SIGNATURE)
    signer = fields.text("cert").encode()
    labels = {label for label, _ in pem_blocks(_unwrapped(signer))}
    certificates = () if not signer or labels == {"PUBLIC KEY"} else _certificates(signer, "cert")
    stamp = fields.message("rfc3161Timestamp", ("SignedRFC3161Timestamp",))
    log = fields.message("rekorBundle", None)
    return SignedBundle(
        form="cosign bundle (old)",
        source=source,
        certificate=certificates[0] if certificates else b"",
        chain=certificates[1:],
        key_hint="",
        entries=(_legacy_entry(log),) if log else (),
        timestamps=(stamp.blob("SignedRFC3161Timestamp"),) if stamp else (),
        envelope=None,
        message_digest=None,
        signature=signature,
        payload=b"",
        version=(0, 0),
        is_promise_enough=True,
        raw=data,
    )


def _logged(document: object) -> tuple[LogEntry, ...]:
    return (_legacy_entry(Fields(document, "", None)),)


def _legacy_entry(fields: Fields) -> LogEntry:
    """A log entry as cosign 1 and 2 wrote it: the promise, and what it is over."""
    payload = fields.message("Payload", ("body", "integratedTime", "logIndex", "logID"))
    if payload is None:
        raise JsonFault(f"{fields.where('Payload')} is absent")
    body = _there(payload.blob("body"), payload.where("body"))
    log_id = payload.text("logID")
    if not _LOG_ID.fullmatch(log_id):
        raise JsonFault(f"{payload.where('logID')} is not 64 hexadecimal digits in lower case")
    recorded = Fields(read_json(body, limit=_MOST_LOGGED, what="the body of the log entry"), "body", None)
    return LogEntry(
        log_index=payload.number("logIndex"),
        log_id=bytes.fromhex(log_id),
        kind=recorded.text("kind"),
        version=recorded.text("apiVersion"),
        integrated_time=payload.number("integratedTime") or None,
        promise=fields.blob("SignedEntryTimestamp"),
        proof=None,
        body=body,
    )


def _certificates(data: bytes, what: str) -> tuple[bytes, ...]:
    """Return the certificates of PEM, Base64 of PEM, or DER. Raises JsonFault."""
    plain = _unwrapped(data)
    if plain[:1] == b"\x30":
        return (certificate_shaped(plain, what),)
    blocks = pem_blocks(plain)
    if not blocks or any(label != "CERTIFICATE" for label, _ in blocks) or len(blocks) > MOST_CERTIFICATES:
        found = ", ".join(sorted({label for label, _ in blocks})) or "nothing that is PEM"
        raise JsonFault(f"{what} is no certificate in PEM form: {found}")
    return tuple(certificate_shaped(block, what) for _, block in blocks)


def _unwrapped(data: bytes) -> bytes:
    """Return what a file holds, out of the Base64 that cosign puts around PEM."""
    text = data.strip()
    if text.startswith((b"-----", b"\x30")) or not _BASE64_LINES.fullmatch(text):
        return data if data[:1] == b"\x30" else text
    return decode_base64(b"".join(text.split()).decode("ascii"), "the certificate")


def _detached_signature(data: bytes) -> bytes:
    text = data.strip()
    if not text:
        raise JsonFault("the signature is empty")
    if len(data) > _MOST_SIGNATURE:
        raise JsonFault(f"the signature has {len(data):,} bytes, more than {_MOST_SIGNATURE:,}")
    if _BASE64_LINES.fullmatch(text):
        return decode_base64(b"".join(text.split()).decode("ascii"), "the signature")
    return data


def _timestamp(data: bytes) -> bytes:
    if data[:1] == b"\x30":
        return data
    fields = Fields(read_json(data, limit=_MOST_STAMP, what="the timestamp"), "", ("SignedRFC3161Timestamp",))
    return _there(fields.blob("SignedRFC3161Timestamp"), "SignedRFC3161Timestamp")


def certificate_shaped(data: bytes, what: str) -> bytes:
    """Return the bytes where they are built as a certificate is, and as no key is. Raises JsonFault."""
    try:
        parts = sequence(element(data, what), what)
    except DerError as err:
        raise JsonFault(f"{what} is no certificate") from err
    if [part.tag for part in parts] != [SEQUENCE, SEQUENCE, BIT_STRING]:
        is_key = [part.tag for part in parts] == [SEQUENCE, BIT_STRING]
        raise JsonFault(f"{what} is {'a public key, and' if is_key else ''} no certificate".replace("is  ", "is "))
    return data


def _there(found: bytes, where: str) -> bytes:
    if not found:
        raise JsonFault(f"{where} is empty")
    return found


def _malformed(source: str, message: str) -> BundleError:
    return BundleError(Diagnostic(message=message, artifact=source))
