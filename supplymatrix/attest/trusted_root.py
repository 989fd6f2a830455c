"""Trusted roots: which logs, certificate authorities and timestamp authorities are believed, and for which time.

    {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "tlogs": [...],
     "certificateAuthorities": [...], "ctlogs": [...], "timestampAuthorities": [...]}

A trusted root is the user's own input, and newer ones may have fields that we do not know: these are left out. What we
do read must be right: a log without the day from which it is trusted makes the whole file unusable, since one that was
never meant to be trusted would be trusted for ever.

Source: sigstore/protobuf-specs: sigstore_trustroot.proto (TrustedRoot), sigstore_common.proto.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from supplymatrix.attest.bundle import certificate_shaped
from supplymatrix.attest.certificate_fields import name_text, parse_certificate
from supplymatrix.attest.der import DerError
from supplymatrix.attest.proto_json import Fields, JsonFault, read_json
from supplymatrix.attest.public_keys import parse_bare_rsa, parse_spki, pem_blocks
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import changed, value

if TYPE_CHECKING:
    from supplymatrix.attest.public_keys import PublicKey

__all__ = ["TrustedAuthority", "TrustedLog", "TrustedRoot", "Validity", "parse_trusted_root", "with_private_ca"]

LARGEST = 4 << 20
_MOST = 256
_MEDIA_TYPES = (
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "application/vnd.dev.sigstore.trustedroot.v0.1+json",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
)
_HASHES = ("SHA2_256", "SHA2_256", "SHA2_384", "SHA2_512", "SHA3_256", "SHA3_384")
_KEY_DETAILS = (
    "PUBLIC_KEY_DETAILS_UNSPECIFIED", "PKCS1_RSA_PKCS1V5", "PKCS1_RSA_PSS", "PKIX_RSA_PKCS1V5", "PKIX_RSA_PSS",
    "PKIX_ECDSA_P256_SHA_256", "PKIX_ECDSA_P256_HMAC_SHA_256", "PKIX_ED25519", "PKIX_ED25519_PH",
)  # fmt: skip
"""By number; newer ones are written by name."""
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")
_REMEDY = "name a trusted root, or none: then it is the public one of Sigstore"


@value
class Validity:
    """From when until when something is trusted, UTC, both ends included; None = open at that end."""

    start: datetime | None = None
    end: datetime | None = None

    def covers(self, time: datetime) -> bool:
        """Return whether something is trusted at that time."""
        return (self.start is None or self.start <= time) and (self.end is None or time <= self.end)


@value
class TrustedLog:
    """A transparency log, or a certificate transparency log. key: DER, SubjectPublicKeyInfo but for the kinds that
    begin with "PKCS1_", a bare RSAPublicKey. key_details: its kind in the words of the specification
    ("PKIX_ECDSA_P256_SHA_256"). log_id: as entries name it. checkpoint_key_id: the first bytes of it are the key hash
    of its signature lines, b"" = those of log_id."""

    base_url: str
    log_id: bytes
    key: bytes
    key_details: str
    valid: Validity
    hash_algorithm: str = "SHA2_256"
    checkpoint_key_id: bytes = b""

    def public_key(self) -> PublicKey:
        """Return its key. Raises DerError, or CannotVerifyError for a kind that is not read."""
        return parse_bare_rsa(self.key) if self.key_details.startswith("PKCS1_") else parse_spki(self.key)


@value
class TrustedAuthority:
    """A certificate authority, or a timestamp authority. chain: DER, leaf or issuing certificate first, root last.
    is_root_alone: the user named its root and nothing below it, so that a signature may bring what lies between."""

    name: str
    uri: str
    chain: tuple[bytes, ...]
    valid: Validity
    is_root_alone: bool = False


@value
class TrustedRoot:
    """All that is believed. name: how reports call it; sha256: hex, of `raw`, its bytes as they were read."""

    name: str
    sha256: str
    logs: tuple[TrustedLog, ...]
    authorities: tuple[TrustedAuthority, ...]
    ct_logs: tuple[TrustedLog, ...]
    timestamp_authorities: tuple[TrustedAuthority, ...]
    raw: bytes


def parse_trusted_root(data: bytes, artifact: str) -> TrustedRoot:
    """Read a trusted root, or a client trust configuration that holds one. Raises InputError."""
    try:
        fields = Fields(read_json(data, limit=LARGEST, what="the trusted root"), "", None)
        if inner := fields.message("trustedRoot", None):
            fields = inner
        kind = fields.text("mediaType")
        if kind not in _MEDIA_TYPES:
            raise _fault(artifact, "this is no trusted root of a version that is known", seen=kind[:200])
        return TrustedRoot(
            name=artifact,
            sha256=hashlib.sha256(data).hexdigest(),
            logs=tuple(_log(one) for one in fields.messages("tlogs", _MOST, None)),
            authorities=tuple(_authority(one) for one in fields.messages("certificateAuthorities", _MOST, None)),
            ct_logs=tuple(_log(one) for one in fields.messages("ctlogs", _MOST, None)),
            timestamp_authorities=tuple(
                _authority(one) for one in fields.messages("timestampAuthorities", _MOST, None)
            ),
            raw=data,
        )
    except JsonFault as err:
        raise _fault(artifact, str(err)) from err


def with_private_ca(root: TrustedRoot | None, pem: bytes, artifact: str) -> TrustedRoot:
    """Return a trusted root whose only certificate authorities are those of a PEM file; its logs are kept.

    Each self-signed certificate of the file is an authority, with all others as what lies between; where there is none,
    the last one is trusted as if it were. Where nothing lies between, a signature may bring it. Raises InputError.
    """
    blocks = pem_blocks(pem)
    if not blocks or any(label != "CERTIFICATE" for label, _ in blocks):
        found = ", ".join(sorted({label for label, _ in blocks})) or "no PEM"
        raise _fault(artifact, "this is no list of certificates in PEM form", seen=found, expected="CERTIFICATE blocks")
    try:
        parsed = [parse_certificate(block) for _, block in blocks]
        anchors = [one for one in parsed if one.issuer == one.subject] or parsed[-1:]
        between = tuple(one.whole for one in parsed if one not in anchors)
        authorities = tuple(
            TrustedAuthority(
                name=name_text(one.subject), uri="", chain=(*between, one.whole), valid=Validity(),
                is_root_alone=not any(each.issuer == one.subject for each in parsed if each not in anchors),
            )
            for one in anchors
        )  # fmt: skip
    except DerError as err:
        raise _fault(artifact, err.diagnostics[0].message) from err
    if root is None:
        root = TrustedRoot(
            name=artifact, sha256=hashlib.sha256(pem).hexdigest(), logs=(), authorities=(), ct_logs=(),
            timestamp_authorities=(), raw=b"",
        )  # fmt: skip
    return changed(root, authorities=authorities)


def _log(fields: Fields) -> TrustedLog:
    key, log_id = fields.message("publicKey", None), fields.message("logId", None)
    if key is None or log_id is None:
        raise JsonFault(f"{fields.where('publicKey')} or logId is absent")
    valid = _validity(key)
    if valid.start is None:
        raise JsonFault(f"{key.where('validFor.start')} is absent: from when on the log is trusted")
    checkpoint_key = fields.message("checkpointKeyId", None)
    return TrustedLog(
        base_url=fields.text("baseUrl"),
        log_id=_there(log_id, "keyId"),
        key=_there(key, "rawBytes"),
        key_details=key.choice("keyDetails", _KEY_DETAILS),
        valid=valid,
        hash_algorithm=fields.choice("hashAlgorithm", _HASHES),
        checkpoint_key_id=checkpoint_key.blob("keyId") if checkpoint_key else b"",
    )


def _authority(fields: Fields) -> TrustedAuthority:
    subject, chain = fields.message("subject", None), fields.message("certChain", None)
    certificates = tuple(
        certificate_shaped(one.blob("rawBytes"), one.where("rawBytes"))
        for one in (chain.messages("certificates", _MOST, None) if chain else ())
    )
    if not certificates:
        raise JsonFault(f"{fields.where('certChain')} has no certificate")
    names = [subject.text("commonName"), subject.text("organization")] if subject else []
    return TrustedAuthority(
        name=next((name for name in names if name), fields.text("uri")),
        uri=fields.text("uri"),
        chain=certificates,
        valid=_validity(fields),
    )


def _validity(fields: Fields) -> Validity:
    times = fields.message("validFor", None)
    return Validity(start=_time(times, "start"), end=_time(times, "end")) if times else Validity()


def _time(fields: Fields, name: str) -> datetime | None:
    """Return a time of RFC 3339 in UTC, None where it is absent; what is finer than a microsecond is cut off."""
    text = fields.text(name)
    if not text:
        return None
    match = _TIME.fullmatch(text)
    try:
        time = datetime.fromisoformat(match[1] + match[3].replace("Z", "+00:00")).astimezone(UTC) if match else None
    except (ValueError, OverflowError):  # an offset may lead out of the years 1 to 9999
        time = None
    if match is None or time is None:
        raise JsonFault(f"{fields.where(name)} is no time: {text[:40]!r}")
    return time.replace(microsecond=int((match[2] or "").ljust(6, "0")[:6]))


def _there(fields: Fields, name: str) -> bytes:
    found = fields.blob(name)
    if not found:
        raise JsonFault(f"{fields.where(name)} is empty")
    return found


def _fault(artifact: str, message: str, *, seen: str = "", expected: str = "") -> InputError:
    expected = expected or "a trusted root as `cosign trusted-root create` or a TUF repository of Sigstore gives it"
    return InputError(Diagnostic(message=message, artifact=artifact, seen=seen, expected=expected, remedy=_REMEDY))
