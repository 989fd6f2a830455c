"""The certificate of a signature: what it may be used for, and whether a trusted authority issued it in time.

A chain goes from the signer's certificate over those of one authority of the trusted root to the last one that the
root has for it, or to a self-signed one of it. Each link: names fit, the signature holds, the issuer is a CA that may
have so many below it, its extended key usage (where it has one) has code signing. Intermediate certificates that came
with the signature count for a private authority of which the user named the root alone, and for no other: a trusted
root lists those that it trusts, and leaves out or ends those that it does not trust any more. They are never an end of
a chain, and one that belongs to no trusted authority refuses the signature.

At every time that somebody vouches for, one and the same authority must be trusted and all certificates of its chain
be valid. Whether the signer's own certificate is, is a step of its own.

Source: RFC 5280 §6.1; sigstore client specification §4.1 (certificate path validation).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from supplymatrix.attest.certificate_fields import (
    BASIC_CONSTRAINTS,
    DIGITAL_SIGNATURE,
    EXTENDED_KEY_USAGE,
    KEY_USAGE,
    CertificateFields,
    has_usage,
    is_ca,
    name_text,
    parse_certificate,
    usages_of,
    verify_issued,
)
from supplymatrix.attest.der import SEQUENCE, DerError, element
from supplymatrix.attest.public_keys import CannotVerifyError
from supplymatrix.attest.trusted_root import TrustedAuthority
from supplymatrix.errors import TrustError
from supplymatrix.model.signature import Check, CheckState, Reason, SignatureStep
from supplymatrix.model.value import value

__all__ = ["CertifiedBy", "check_chain", "check_leaf", "time_text"]

SUBJECT_ALTERNATIVE_NAME = "2.5.29.17"
_CODE_SIGNING, _ANY_USAGE = "1.3.6.1.5.5.7.3.3", "2.5.29.37.0"
_POISON = "1.3.6.1.4.1.11129.2.4.3"
_POLICIES = "2.5.29.32"
_NAME_CONSTRAINTS = "2.5.29.30"
_CRITICAL = frozenset({BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE, SUBJECT_ALTERNATIVE_NAME, _POLICIES})
_LONGEST = 6
_MOST_LOOKED_AT = 64
"""Beginnings of chains: what comes with a signature could be made to have millions."""
_ROOTS = "name the trusted root of that instance: --trusted-root FILE, or --ca FILE of a private CA"


@value
class CertifiedBy:
    """An authority that issued a certificate. chain: from the issuer of the certificate to the end."""

    authority: TrustedAuthority
    chain: tuple[CertificateFields, ...]

    def covers(self, time: datetime) -> bool:
        """Return whether the authority is trusted at that time, and all of the chain valid."""
        return self.authority.valid.covers(time) and all(one.covers(time) for one in self.chain)


def check_leaf(data: bytes) -> tuple[CertificateFields | None, SignatureStep | None]:
    """Return the fields of a signer's certificate, and a step where it may sign nothing."""
    try:
        leaf = parse_certificate(data)
        wrong = _wrong_with(leaf)
    except DerError as err:
        return None, _failed(
            Reason.CERTIFICATE_INVALID, f"the certificate cannot be read: {err.diagnostics[0].message}"
        )
    if wrong:
        return None, _failed(Reason.CERTIFICATE_INVALID, f"the certificate is none to sign with: {wrong}")
    return leaf, None


def check_chain(
    leaf: CertificateFields,
    between: Sequence[bytes],
    authorities: tuple[TrustedAuthority, ...],
    times: Sequence[datetime],
) -> tuple[SignatureStep, CertifiedBy | None]:
    """Return the step of the chain, and who issued the certificate where that holds."""
    if stranger := _stranger(tuple(between), authorities):
        step = _failed(
            Reason.UNTRUSTED_ROOT,
            "the bundle brings a certificate that no trusted authority has to do with",
            expected="certificates between the signer's and a trusted one",
            found=stranger,
            remedy=_ROOTS,
        )
        return step, None
    found, unsupported = _issuers(leaf, tuple(between), authorities)
    if not found:
        if unsupported:
            says = f"the chain of the certificate cannot be checked: {unsupported}"
            return _step(CheckState.NOT_CHECKABLE, says, Reason.UNSUPPORTED), None
        step = _failed(
            Reason.UNTRUSTED_ROOT,
            "no certificate authority that is trusted issued the certificate",
            expected=" or ".join(dict.fromkeys(_named(one) for one in authorities)) or "no authority is trusted",
            found=f"a certificate that names as its issuer {name_text(leaf.issuer)}",
            remedy=_ROOTS,
        )
        return step, None
    for one in found:
        if all(one.covers(time) for time in times):
            says = f"issued by {name_text(one.chain[0].subject)}, of {_named(one.authority)}"
            return _step(CheckState.VERIFIED, says), one
    late = next(time for time in times if not found[0].covers(time))
    step = _failed(
        Reason.CERTIFICATE_EXPIRED,
        f"the authority that issued the certificate is not trusted for {time_text(late)}",
        expected=f"a time within {_span(found[0])}",
        found=time_text(late),
    )
    return step, None


def time_text(time: datetime) -> str:
    """Return a time as reports have it: "2026-01-31 09:05:00 UTC"."""
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def _wrong_with(leaf: CertificateFields) -> str:
    """Return what forbids the use of a certificate, "" where nothing does. Raises DerError."""
    usages, _ = usages_of(leaf)
    basic = leaf.extension(BASIC_CONSTRAINTS)
    if leaf.extension(_POISON):
        return "it is a precertificate"
    if _CODE_SIGNING not in usages:
        return "its extended key usage is not code signing"
    if leaf.extension(KEY_USAGE) and not has_usage(leaf, DIGITAL_SIGNATURE):
        return "its key usage is not digital signature"
    if basic and element(basic.data, "basicConstraints", SEQUENCE).content:
        return "it is one of an authority"
    if not leaf.extension(SUBJECT_ALTERNATIVE_NAME):
        return "it names nobody (no subject alternative name)"
    unknown = [one.oid for one in leaf.extensions if one.is_critical and one.oid not in _CRITICAL]
    return f"it has the critical extension {unknown[0]}, which is not known" if unknown else ""


def _issuers(
    leaf: CertificateFields, between: tuple[bytes, ...], authorities: tuple[TrustedAuthority, ...]
) -> tuple[list[CertifiedBy], str]:
    """Return all authorities that issued a certificate, and why one that may have cannot be checked."""
    found: list[CertifiedBy] = []
    unsupported = ""
    for authority in authorities:
        chains, why = _chains(leaf.issuer, authority.chain, between if authority.is_root_alone else ())
        unsupported = unsupported or why
        for chain in chains:
            try:
                verify_issued(leaf, chain[0])
            except (TrustError, DerError):
                continue
            except CannotVerifyError as err:
                unsupported = unsupported or str(err)
                continue
            found.append(CertifiedBy(authority=authority, chain=chain))
    return found, unsupported


@lru_cache(maxsize=256)
def _chains(
    issuer: bytes, trusted: tuple[bytes, ...], between: tuple[bytes, ...]
) -> tuple[tuple[tuple[CertificateFields, ...], ...], str]:
    """Return the chains that begin with a certificate of that name and end in a trusted one, and what could not be
    checked. All certificates here are of authorities: they are few, and the same for many signatures."""
    pool: dict[bytes, CertificateFields] = {}
    for data in (*trusted, *between):
        try:
            pool[data] = parse_certificate(data)
        except DerError:
            continue
    ends = {data for data in trusted if data in pool and (data == trusted[-1] or _is_self_issued(pool[data]))}
    found: list[tuple[CertificateFields, ...]] = []
    unsupported = ""
    todo: list[tuple[CertificateFields, ...]] = [(one,) for one in pool.values() if one.subject == issuer]
    for _ in range(_MOST_LOOKED_AT):
        if not todo:
            break
        chain = todo.pop(0)
        last = chain[-1]
        try:
            if not _may_issue(last, len(chain) - 1):
                continue
            if len(chain) > 1:
                verify_issued(chain[-2], last)
        except (TrustError, DerError):
            continue
        except CannotVerifyError as err:
            unsupported = unsupported or str(err)
            continue
        if last.whole in ends:
            found.append(chain)
        elif len(chain) < _LONGEST:
            todo += [(*chain, one) for one in pool.values() if one.subject == last.issuer and one not in chain]
    return tuple(found), unsupported


@lru_cache(maxsize=256)
def _stranger(between: tuple[bytes, ...], authorities: tuple[TrustedAuthority, ...]) -> str:
    """Return the name of a certificate that came with a signature and is neither a trusted one, nor one that a trusted
    one leads to, nor the root of one; "" where there is none. Of another instance's it would end no chain here: whoever
    sends it means it to, or it was changed on the way."""
    trusted = {data for authority in authorities for data in authority.chain}
    known = [found for data in trusted if (found := _parsed(data)) is not None]
    rest = [data for data in between if data not in trusted]
    while rest:
        parsed = [(data, _parsed(data)) for data in rest]
        akin = [
            (data, found)
            for data, found in parsed
            if found is not None and any(_issued(found, one) or _is_root_of(found, one) for one in known)
        ]
        if not akin:
            found = parsed[0][1]
            return name_text(found.subject) if found is not None else "a certificate that cannot be read"
        known += [found for _, found in akin]
        rest = [data for data in rest if data not in {data for data, _ in akin}]
    return ""


def _parsed(data: bytes) -> CertificateFields | None:
    try:
        return parse_certificate(data)
    except DerError:
        return None


def _is_root_of(root: CertificateFields, certificate: CertificateFields) -> bool:
    return _issued(root, root) and _issued(certificate, root)


def _issued(certificate: CertificateFields, issuer: CertificateFields) -> bool:
    try:
        verify_issued(certificate, issuer)
    except (TrustError, DerError, CannotVerifyError):
        return False
    return True


def _may_issue(certificate: CertificateFields, below: int) -> bool:
    """Return whether an authority's certificate may issue ones that sign. Raises DerError, CannotVerifyError."""
    usages, _ = usages_of(certificate)
    if not is_ca(certificate, below) or (usages and not {_CODE_SIGNING, _ANY_USAGE} & set(usages)):
        return False
    limits = [
        one.oid
        for one in certificate.extensions
        if one.oid == _NAME_CONSTRAINTS or (one.is_critical and one.oid not in _CRITICAL)
    ]
    if limits:
        raise CannotVerifyError(f"the certificate of {name_text(certificate.subject)} has the extension {limits[0]}")
    return True


def _is_self_issued(certificate: CertificateFields) -> bool:
    return certificate.issuer == certificate.subject


def _named(authority: TrustedAuthority) -> str:
    return (
        f"{authority.name} ({authority.uri})" if authority.uri and authority.uri != authority.name else authority.name
    )


def _span(issued: CertifiedBy) -> str:
    """Return from when until when an authority and its chain are trusted."""
    starts = [issued.authority.valid.start, *(one.not_before for one in issued.chain)]
    ends = [issued.authority.valid.end, *(one.not_after for one in issued.chain)]
    start = max(time for time in starts if time is not None)
    end = min(time for time in ends if time is not None)
    return f"{time_text(start)} to {time_text(end)}"


def _step(state: CheckState, says: str, reason: Reason | None = None) -> SignatureStep:
    return SignatureStep(check=Check.CERTIFICATE, state=state, says=says, reason=reason)


def _failed(reason: Reason, says: str, *, expected: str = "", found: str = "", remedy: str = "") -> SignatureStep:
    return SignatureStep(
        check=Check.CERTIFICATE, state=CheckState.FAILED, says=says, expected=expected, found=found, reason=reason,
        remedy=remedy,
    )  # fmt: skip
