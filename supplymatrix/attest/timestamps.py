"""Timestamps of a signature by an authority (RFC 3161), held against the authorities that are trusted.

    TimeStampResp ::= SEQUENCE { SEQUENCE { status INTEGER, statusString, failInfo }, token }
    TSTInfo ::= SEQUENCE { version 1, policy, SEQUENCE { hashAlgorithm, hashedMessage }, serialNumber, genTime,
                           accuracy, ordering, nonce, [0] tsa, [1] extensions }

A timestamp counts where all of this holds: the answer grants it; its imprint is the hash of the signature's bytes; the
signer is a certificate that the trusted root lists for an authority, or, where the root lists its issuers alone, an
embedded one that they issued; the chain up to the last certificate of the root's list holds, every one of them valid
at the time that is told; the signer's key is for timestamps and nothing else says so critically; and the root trusts
the authority at that time, both ends included. A signer that an authority lists is judged by that authority alone, also
where another one lists its issuers. A nonce belongs to the request, which nobody has here, and is passed over; so is
the accuracy, after it was read.

Source: RFC 3161 §2.3, §2.4.2; RFC 5816; sigstore/protobuf-specs: sigstore_trustroot.proto.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from hmac import compare_digest
from itertools import pairwise

from supplymatrix.attest import der
from supplymatrix.attest.certificate_fields import (
    BASIC_CONSTRAINTS,
    DIGITAL_SIGNATURE,
    EXTENDED_KEY_USAGE,
    KEY_USAGE,
    NON_REPUDIATION,
    CertificateFields,
    has_usage,
    is_ca,
    parse_certificate,
    usages_of,
    verify_issued,
)
from supplymatrix.attest.cms import SignedData, digest_algorithm, is_signer, parse_signed_data, verify_signed_data
from supplymatrix.attest.public_keys import CannotVerifyError
from supplymatrix.attest.trusted_root import TrustedAuthority, TrustedRoot
from supplymatrix.errors import TrustError
from supplymatrix.model.signature import Check, CheckState, Reason, SignatureStep, TimeWitness
from supplymatrix.model.value import value

__all__ = ["TimestampInfo", "check_timestamp", "parse_timestamp"]

_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_TIME_STAMPING, _ANY_USAGE = "1.3.6.1.5.5.7.3.8", "2.5.29.37.0"
_KNOWN_CRITICAL = frozenset({BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE, "2.5.29.17"})
_GRANTED = (0, 1)  # granted, granted with modifications
_MOST_CHAIN = 8
_LARGEST = 100_000  # bytes of an answer


class _UntrustedError(Exception):
    """Nobody is known who could vouch for the timestamp, or not at its time: expected, found, and what is wrong."""

    def __init__(self, message: str, expected: str = "", found: str = "") -> None:
        self.expected, self.found = expected, found
        super().__init__(message)


@value
class TimestampInfo:
    """What a timestamp says. imprint: (hash, digest) of what it is over; time: UTC; serial: its number."""

    imprint: tuple[str, bytes]
    time: datetime
    serial: int
    policy: str


def check_timestamp(
    token: bytes, signature: bytes, root: TrustedRoot | None, *, envelope: bytes = b""
) -> tuple[tuple[SignatureStep, ...], TimeWitness | None]:
    """Return the step of one timestamp over a signature, and the time where it counts.

    envelope: the bytes that hold the signature, where the stamp may be over them instead: old attestations of images.
    FAILED for TIMESTAMP_INVALID says that it is wrong; for TIMESTAMP_UNTRUSTED that nobody who is trusted vouches for
    it, or not at that time. NOT_CHECKABLE, UNSUPPORTED: made in a way that is not checked here.
    """
    try:
        data, info = parse_timestamp(token)
        _check_imprint(info, signature, envelope)
        authority = _authority_of(data, info, root)
    except der.DerError as err:
        return (_failed(Reason.TIMESTAMP_INVALID, f"the timestamp is wrong: {err}"),), None
    except CannotVerifyError as err:
        return (_step(CheckState.NOT_CHECKABLE, f"the timestamp cannot be checked: {err}", Reason.UNSUPPORTED),), None
    except _UntrustedError as err:
        return (_failed(Reason.TIMESTAMP_UNTRUSTED, str(err), err.expected, err.found),), None
    except TrustError as err:
        found = {name: value.hex() for name, value in err.evidence.items()}
        expected, seen = found.get("expected", ""), found.get("found", "")
        return (_failed(Reason.TIMESTAMP_INVALID, f"the timestamp is wrong: {err}", expected, seen),), None
    says = f"the signature was there at {_text(info.time)}, says {authority.name}"
    return (_step(CheckState.VERIFIED, says),), TimeWitness(time=info.time, by=f"timestamp by {authority.name}")


def parse_timestamp(token: bytes) -> tuple[SignedData, TimestampInfo]:
    """Read an answer of an authority, or the token of one. Raises DerError, CannotVerifyError."""
    if len(token) > _LARGEST:
        raise der.DerError(f"the timestamp has {len(token):,} bytes")
    whole = der.element(token, "the timestamp")
    parts = der.sequence(whole, "the timestamp", 1)
    if parts[0].tag == der.SEQUENCE:
        status = der.sequence(parts[0], "the status of the timestamp", 1)
        if der.integer(status[0], "the status of the timestamp") not in _GRANTED or len(parts) != 2:
            raise der.DerError("the authority did not grant the timestamp")
        if any(part.tag != der.SEQUENCE for part in status[1:]) or len(status) > 2:
            raise der.DerError("the authority names a failure beside the timestamp that it grants")
        whole = parts[1]
    data = parse_signed_data(whole)
    if data.content_type != _TST_INFO:
        raise der.DerError(f"the token holds {data.content_type}, which is no timestamp")
    return data, _info(data.content)


def _info(content: bytes) -> TimestampInfo:
    what = "the timestamp"
    parts = der.sequence(der.element(content, what), what, 5)
    if der.integer(parts[0], "the version of the timestamp") != 1:
        raise CannotVerifyError("the timestamp is of another version than 1")
    imprint = der.sequence(parts[2], "the imprint of the timestamp", 2)
    if len(imprint) != 2 or parts[4].tag != der.GENERALIZED_TIME:
        raise der.DerError("the timestamp has no imprint, or no time")
    _check_rest(parts[5:])
    return TimestampInfo(
        imprint=(digest_algorithm(imprint[0], "the hash of the imprint"), der.octets(imprint[1], "the imprint")),
        time=der.time_of(parts[4], "the time of the timestamp"),
        serial=der.integer(parts[3], "the number of the timestamp"),
        policy=der.oid(parts[1], "the policy of the timestamp"),
    )


def _check_rest(rest: list[der.Der]) -> None:
    """Read what may follow the time: each part once, in its order. Raises DerError; CannotVerifyError."""
    order = (der.SEQUENCE, der.BOOLEAN, der.INTEGER, der.context(0), der.context(1))
    at = 0
    for part in rest:
        if part.tag not in order[at:]:
            raise der.DerError("the timestamp has a part that is not known, or not in its place")
        at = order.index(part.tag) + 1
        if part.tag == der.SEQUENCE:
            for number in der.sequence(part, "the accuracy"):
                der.integer(der.Der(der.INTEGER, number.content, number.whole), "the accuracy")
        elif part.tag == der.BOOLEAN:
            der.boolean(part, "the ordering")
        elif part.tag == der.INTEGER:
            der.integer(part, "the nonce")
        elif part.tag == der.context(1):
            for extension in der.items(part, "the extensions of the timestamp"):
                if len(der.sequence(extension, "an extension of the timestamp", 2)) > 2:
                    raise CannotVerifyError("the timestamp has a critical extension, which is not known here")


def _check_imprint(info: TimestampInfo, signature: bytes, envelope: bytes) -> None:
    name, digest = info.imprint
    wanted = hashlib.new(name, signature).digest()
    if envelope and compare_digest(digest, hashlib.new(name, envelope).digest()):
        return
    if not compare_digest(digest, wanted):
        evidence = {"expected": wanted, "found": digest}
        raise TrustError(f"it is over other bytes than this signature ({name} of what was stamped)", evidence=evidence)


def _authority_of(data: SignedData, info: TimestampInfo, root: TrustedRoot | None) -> TrustedAuthority:
    """Return the authority that vouches for a timestamp. Raises what `check_timestamp` turns into words."""
    authorities = root.timestamp_authorities if root is not None else ()
    if not authorities:
        raise _UntrustedError("no timestamp authority is trusted, so nobody vouches for the timestamp")
    fault: Exception | None = None
    listing = tuple(authority for authority in authorities if _lists_signer(authority, data))
    for authority in listing or authorities:
        try:
            chain = _chain_of(data, authority)
            if chain is None:
                continue
            verify_signed_data(data, chain[0])
            _check_chain(chain, authority, info.time)
        except (der.DerError, CannotVerifyError, TrustError, _UntrustedError) as err:
            fault = fault or err
        else:
            return authority
    if fault is not None:
        raise fault
    names = ", ".join(sorted(authority.name for authority in authorities))
    raise _UntrustedError(
        "the timestamp is by an authority that is not trusted", names, f"number {data.serial:x} of its issuer"
    )


def _chain_of(data: SignedData, authority: TrustedAuthority) -> tuple[CertificateFields, ...] | None:
    """Return the signer's certificate and those above it in the authority's list; None where the signer is not its."""
    try:
        listed = tuple(parse_certificate(each) for each in authority.chain[:_MOST_CHAIN])
    except der.DerError as err:
        raise _UntrustedError(f"the trusted certificates of {authority.name} cannot be read: {err}") from err
    embedded = [each for each in data.certificates if _names_signer(each, data)]
    at = next((at for at, each in enumerate(listed) if is_signer(each, data)), None)
    if at is not None:
        if data.certificates and listed[at].whole not in embedded:
            raise TrustError("the certificate inside of the timestamp is not the authority's")
        return listed[at:]
    if len(embedded) != 1 or not all(is_ca(each, 0) for each in listed):
        return None
    signer = parse_certificate(embedded[0])
    above = next((at for at, each in enumerate(listed) if each.subject == signer.issuer), None)
    return None if above is None else (signer, *listed[above:])


def _lists_signer(authority: TrustedAuthority, data: SignedData) -> bool:
    return any(_names_signer(each, data) for each in authority.chain[:_MOST_CHAIN])


def _names_signer(certificate: bytes, data: SignedData) -> bool:
    """Return whether a certificate is the signer's; one that cannot be read is nobody's."""
    try:
        return is_signer(parse_certificate(certificate), data)
    except der.DerError:
        return False


def _check_chain(chain: tuple[CertificateFields, ...], authority: TrustedAuthority, time: datetime) -> None:
    """Raise unless a chain leads from a key for timestamps up to its last certificate, all of it at that time."""
    signer = chain[0]
    usages, is_critical = usages_of(signer)
    if usages != (_TIME_STAMPING,) or not is_critical or not has_usage(signer, DIGITAL_SIGNATURE, NON_REPUDIATION):
        raise _UntrustedError(
            "the key that signed the timestamp is not one for timestamps",
            f"extended key usage {_TIME_STAMPING}, critical and alone",
            ", ".join(usages) + (", critical" if is_critical else ""),
        )
    for below, (certificate, issuer) in enumerate(pairwise(chain)):
        allowed, _ = usages_of(issuer)
        if not is_ca(issuer, below) or (allowed and not {_TIME_STAMPING, _ANY_USAGE} & set(allowed)):
            raise _UntrustedError("a certificate above the signer of the timestamp may not issue it")
        verify_issued(certificate, issuer)
    for certificate in chain:
        unknown = [each.oid for each in certificate.extensions if each.is_critical and each.oid not in _KNOWN_CRITICAL]
        if unknown:
            raise CannotVerifyError(f"its authority has a critical extension that is not known here, {unknown[0]}")
        if not certificate.covers(time):
            raise _UntrustedError(
                f"the timestamp is of {_text(time)}, when a certificate of its authority was not valid",
                f"{_text(certificate.not_before)} to {_text(certificate.not_after)}",
                _text(time),
            )
    if not authority.valid.covers(time):
        start, end = authority.valid.start, authority.valid.end
        raise _UntrustedError(
            f"the timestamp is of {_text(time)}, when its authority was not trusted",
            f"{_text(start) if start else 'any time'} to {_text(end) if end else 'today'}",
            _text(time),
        )


def _text(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _step(state: CheckState, says: str, reason: Reason | None = None) -> SignatureStep:
    return SignatureStep(check=Check.TIMESTAMP, state=state, says=says, reason=reason)


def _failed(reason: Reason, says: str, expected: str = "", found: str = "") -> SignatureStep:
    return SignatureStep(
        check=Check.TIMESTAMP, state=CheckState.FAILED, says=says, expected=expected, found=found, reason=reason
    )
