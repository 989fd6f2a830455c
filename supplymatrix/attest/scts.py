"""Signed certificate timestamps: that a certificate log has seen the certificate before anybody could use it.

They lie in an extension of the certificate: SEQUENCE OF in TLS form, each of them

    version 0 · id of the log, 32 bytes · milliseconds since the epoch, 8 · extensions, 2 + n · hash, 1 · kind, 1 ·
    signature, 2 + n

and are signatures over the certificate as it was before they were put in:

    version 0 · 0 · milliseconds, 8 · 0 1 · SHA-256 of the issuer's key, 32 · tbsCertificate without them, 3 + n ·
    extensions, 2 + n

One of a trusted log must hold; one of a trusted log that does not hold spoils the certificate. Those of logs that are
not known prove nothing.

Source: RFC 6962 §3.2, §3.3.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from supplymatrix.attest import der
from supplymatrix.attest.certificate_fields import CertificateFields
from supplymatrix.attest.public_keys import CannotVerifyError, verify_with
from supplymatrix.attest.trusted_root import TrustedLog
from supplymatrix.errors import TrustError
from supplymatrix.model.signature import Check, CheckState, Reason, SignatureStep
from supplymatrix.model.value import value

__all__ = ["SCT_LIST", "SignedTimestamp", "check_scts", "parse_scts", "precertificate"]

SCT_LIST = "1.3.6.1.4.1.11129.2.4.2"
_SCT_LIST_DER = bytes.fromhex("060a2b06010401d679020402")
_EXTENSIONS = 7
_SHA256, _KINDS = 4, {1: "RSA", 3: "ECDSA"}
_MOST = 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 253_402_300_799_000  # milliseconds: the end of the year 9999
_REMEDY = "name the trusted root of that instance: --trusted-root FILE"


@value
class SignedTimestamp:
    """One timestamp. milliseconds: since the epoch. kind: "ECDSA", "RSA"."""

    log_id: bytes
    milliseconds: int
    extensions: bytes
    kind: str
    signature: bytes

    @property
    def time(self) -> datetime:
        """When the log took the certificate, UTC."""
        return _EPOCH + timedelta(milliseconds=self.milliseconds)


def check_scts(leaf: CertificateFields, issuer: CertificateFields, logs: tuple[TrustedLog, ...]) -> SignatureStep:
    """Return the step of a certificate's timestamps. issuer: the certificate that issued it."""
    try:
        found = parse_scts(leaf)
        if not found:
            return SignatureStep(
                check=Check.SCT, state=CheckState.NOT_PRESENT, says="no certificate log vouches for the certificate",
                reason=Reason.SCT_MISSING, expected="a signed timestamp of a certificate log in the certificate",
            )  # fmt: skip
        return _judge(found, leaf, issuer, logs)
    except der.DerError as err:
        return _failed(Reason.SCT_INVALID, f"the timestamps of the certificate cannot be read: {_text(err)}")


def _judge(
    found: tuple[SignedTimestamp, ...], leaf: CertificateFields, issuer: CertificateFields, logs: tuple[TrustedLog, ...]
) -> SignatureStep:
    before, key_hash = precertificate(leaf), hashlib.sha256(issuer.key).digest()
    held: list[str] = []
    unsupported = ""
    for sct in found:
        known = [log for log in logs if log.log_id == sct.log_id and log.valid.covers(sct.time)]
        try:
            if known and not any(_holds(sct, log, _signed(sct, key_hash, before)) for log in known):
                return _failed(
                    Reason.SCT_INVALID,
                    f"the timestamp of {known[0].base_url} in the certificate is not one of its key",
                    expected=f"a signature of the log {sct.log_id.hex()} over this certificate",
                    found=sct.signature.hex(),
                )
        except CannotVerifyError as err:
            unsupported = unsupported or str(err)
            continue
        if known:
            held.append(f"{known[0].base_url} at {sct.time:%Y-%m-%d %H:%M:%S} UTC")
    if held:
        says = f"the certificate was seen by {', '.join(held)}"
        return SignatureStep(check=Check.SCT, state=CheckState.VERIFIED, says=says)
    if unsupported:
        says = f"the timestamp of the certificate cannot be checked: {unsupported}"
        return SignatureStep(check=Check.SCT, state=CheckState.NOT_CHECKABLE, says=says, reason=Reason.UNSUPPORTED)
    return _failed(
        Reason.LOG_UNKNOWN,
        "no certificate log that is trusted, at the time that it tells, vouches for the certificate",
        expected=", ".join(f"{log.base_url} {log.log_id.hex()}" for log in logs) or "no certificate log is trusted",
        found=", ".join(f"{sct.log_id.hex()} at {sct.time:%Y-%m-%d %H:%M:%S} UTC" for sct in found),
        remedy=_REMEDY,
    )


def parse_scts(leaf: CertificateFields) -> tuple[SignedTimestamp, ...]:
    """Return the timestamps in a certificate, () where it has none. Raises DerError."""
    extension = leaf.extension(SCT_LIST)
    if extension is None:
        return ()
    rest = der.octets(der.element(extension.data, "the timestamps"), "the timestamps")
    listed, rest = _take(rest, 2)
    if rest:
        raise der.DerError("the list of timestamps is followed by further bytes")
    found = []
    while listed:
        one, listed = _take(listed, 2)
        found.append(_timestamp(one))
        if len(found) > _MOST:
            raise der.DerError(f"the certificate has more than {_MOST} timestamps")
    return tuple(found)


def precertificate(leaf: CertificateFields) -> bytes:
    """Return tbsCertificate (DER) as it was before the timestamps were put in. Raises DerError."""
    parts = der.sequence(der.element(leaf.signed, "the certificate"), "the certificate", _EXTENSIONS)
    content = b""
    for part in parts:
        if part.tag == der.context(3):
            listed = der.sequence(der.element(part.content, "the extensions"), "the extensions")
            kept = b"".join(one.whole for one in listed if not one.content.startswith(_SCT_LIST_DER))
            content += _wrapped(der.context(3), _wrapped(der.SEQUENCE, kept)) if kept else b""
        else:
            content += part.whole
    return _wrapped(der.SEQUENCE, content)


def _timestamp(data: bytes) -> SignedTimestamp:
    if len(data) < 1 + 32 + 8 or data[0] != 0:
        raise der.DerError("a timestamp is of another version, or breaks off")
    log_id, milliseconds = data[1:33], int.from_bytes(data[33:41], "big")
    extensions, rest = _take(data[41:], 2)
    if len(rest) < 2 or rest[0] != _SHA256 or rest[1] not in _KINDS:
        raise der.DerError("a timestamp is signed in a way that the standard has not")
    signature, end = _take(rest[2:], 2)
    if end:
        raise der.DerError("a timestamp is followed by further bytes")
    if milliseconds > _LAST:
        raise der.DerError("the time of a timestamp is none")
    return SignedTimestamp(
        log_id=log_id, milliseconds=milliseconds, extensions=extensions, kind=_KINDS[rest[1]], signature=signature
    )


def _signed(sct: SignedTimestamp, key_hash: bytes, before: bytes) -> bytes:
    """Return the bytes that a timestamp is a signature over."""
    return b"".join(
        (
            b"\x00\x00", sct.milliseconds.to_bytes(8, "big"), b"\x00\x01", key_hash,
            len(before).to_bytes(3, "big"), before, len(sct.extensions).to_bytes(2, "big"), sct.extensions,
        )
    )  # fmt: skip


def _holds(sct: SignedTimestamp, log: TrustedLog, signed: bytes) -> bool:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    key = log.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey if sct.kind == "ECDSA" else rsa.RSAPublicKey):
        return False
    try:
        verify_with(key, sct.signature, digests={"sha256": hashlib.sha256(signed).digest()})
    except (TrustError, CannotVerifyError):
        return False
    return True


def _take(data: bytes, size: int) -> tuple[bytes, bytes]:
    """Return the bytes behind a length of `size` bytes, and what follows. Raises DerError."""
    length = int.from_bytes(data[:size], "big")
    if len(data) < size + length or len(data) < size:
        raise der.DerError("a timestamp breaks off")
    return data[size : size + length], data[size + length :]


def _wrapped(tag: int, content: bytes) -> bytes:
    """Return content under a tag, with the length in DER."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _text(err: der.DerError) -> str:
    return err.diagnostics[0].message


def _failed(reason: Reason, says: str, *, expected: str = "", found: str = "", remedy: str = "") -> SignatureStep:
    return SignatureStep(
        check=Check.SCT, state=CheckState.FAILED, says=says, expected=expected, found=found, reason=reason,
        remedy=remedy,
    )  # fmt: skip
