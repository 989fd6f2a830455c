"""X.509 certificates, read strictly into the fields that verification looks at; nothing is judged here.

    Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature BIT STRING }
    tbsCertificate ::= SEQUENCE { [0] version v3, serialNumber, signature, issuer, validity, subject,
                                  subjectPublicKeyInfo, [1] issuerUniqueID, [2] subjectUniqueID, [3] extensions }

Source: RFC 5280 §4.1, §4.2.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from supplymatrix.attest import der
from supplymatrix.attest.public_keys import parse_spki, verify_algorithm
from supplymatrix.errors import TrustError
from supplymatrix.model.value import value

if TYPE_CHECKING:
    from supplymatrix.attest.public_keys import PublicKey

__all__ = [
    "BASIC_CONSTRAINTS", "CERT_SIGN", "DIGITAL_SIGNATURE", "EXTENDED_KEY_USAGE", "KEY_USAGE", "NON_REPUDIATION",
    "SUBJECT_KEY_ID", "CertificateFields", "Extension", "has_usage", "is_ca", "name_text", "parse_certificate",
    "usages_of", "verify_issued",
]  # fmt: skip

BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE = "2.5.29.19", "2.5.29.15", "2.5.29.37"
SUBJECT_KEY_ID = "2.5.29.14"
DIGITAL_SIGNATURE, NON_REPUDIATION, CERT_SIGN = 0, 1, 5
"""Bits of keyUsage."""
_VERSION_3 = 2
_NAME_PARTS = {"2.5.4.3": "CN", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.6": "C"}
_MOST_NAME = 300


@value
class Extension:
    """An extension. data: what its OCTET STRING holds, DER."""

    oid: str
    is_critical: bool
    data: bytes


@value
class CertificateFields:
    """A certificate. whole, signed (tbsCertificate), issuer, subject, key (SubjectPublicKeyInfo), algorithm
    (AlgorithmIdentifier of the signature): DER, as they stand in it. not_before, not_after: UTC, both included."""

    whole: bytes
    signed: bytes
    serial: int
    issuer: bytes
    subject: bytes
    not_before: datetime
    not_after: datetime
    key: bytes
    extensions: tuple[Extension, ...]
    algorithm: bytes
    signature: bytes

    def extension(self, oid: str) -> Extension | None:
        """Return the extension of that identifier; a certificate has none twice."""
        return next((each for each in self.extensions if each.oid == oid), None)

    def public_key(self) -> PublicKey:
        """Return the key that it certifies. Raises DerError, CannotVerifyError."""
        return parse_spki(self.key)

    def covers(self, time: datetime) -> bool:
        """Return whether it is valid at that time, seconds as they are written."""
        return self.not_before <= time <= self.not_after


@lru_cache(maxsize=512)
def parse_certificate(data: bytes) -> CertificateFields:
    """Return the fields of a certificate (DER). Raises DerError."""
    whole = der.sequence(der.element(data, "the certificate"), "the certificate", 3)
    if len(whole) != 3:
        raise der.DerError("the certificate has more than its three parts")
    signed = der.sequence(whole[0], "the certificate", 7)
    version = signed[0]
    if version.tag != der.context(0):
        raise der.DerError("the certificate is none of version 3")
    number = der.element(version.content, "the version of the certificate")
    if der.integer(number, "the version of the certificate") != _VERSION_3:
        raise der.DerError("the certificate is none of version 3")
    serial, algorithm, issuer, validity, subject, key = signed[1:7]
    if algorithm.whole != whole[1].whole:
        raise der.DerError("the certificate names two signature algorithms")
    for name in (issuer, subject):
        der.sequence(name, "a name of the certificate")
    times = der.sequence(validity, "the validity of the certificate", 2)
    return CertificateFields(
        whole=data,
        signed=whole[0].whole,
        serial=der.integer(serial, "the serial number of the certificate"),
        issuer=issuer.whole,
        subject=subject.whole,
        not_before=der.time_of(times[0], "the validity of the certificate"),
        not_after=der.time_of(times[1], "the validity of the certificate"),
        key=key.whole,
        extensions=_extensions(signed[7:]),
        algorithm=algorithm.whole,
        signature=der.bit_string(whole[2], "the signature of the certificate"),
    )


def verify_issued(certificate: CertificateFields, issuer: CertificateFields) -> None:
    """Raise unless the issuer's key signed the certificate, under the issuer's name.

    Raises TrustError, CannotVerifyError, DerError. Whether the issuer may issue is asked of `is_ca`.
    """
    if certificate.issuer != issuer.subject:
        raise TrustError("the certificate names another issuer")
    _verify_issued(certificate.whole, issuer.whole)


@lru_cache(maxsize=512)
def _verify_issued(certificate: bytes, issuer: bytes) -> None:
    """As above; what held is known from then on, what failed is looked at again."""
    fields = parse_certificate(certificate)
    algorithm = der.element(fields.algorithm, "the signature algorithm")
    verify_algorithm(parse_certificate(issuer).public_key(), algorithm, fields.signature, fields.signed)


def is_ca(certificate: CertificateFields, below: int) -> bool:
    """Return whether a certificate may issue others, with so many CA certificates between it and the last one."""
    found = certificate.extension(BASIC_CONSTRAINTS)
    if found is None:
        return False
    parts = der.sequence(der.element(found.data, "basicConstraints"), "basicConstraints")
    if not parts or parts[0].tag != der.BOOLEAN or not der.boolean(parts[0], "basicConstraints"):
        return False
    if len(parts) > 1 and der.integer(parts[1], "pathLenConstraint") < below:
        return False
    return has_usage(certificate, CERT_SIGN)


def has_usage(certificate: CertificateFields, *bits: int) -> bool:
    """Return whether the key may be used in one of these ways (keyUsage, bits below 8), or nothing is said of it."""
    usage = certificate.extension(KEY_USAGE)
    if usage is None:
        return True
    said = der.element(usage.data, "keyUsage", der.BIT_STRING).content
    return len(said) > 1 and any(said[1] >> (7 - bit) & 1 for bit in bits)


def usages_of(certificate: CertificateFields) -> tuple[tuple[str, ...], bool]:
    """Return what the key may be used for (extended key usage) and whether that is critical; ((), False) = not said."""
    found = certificate.extension(EXTENDED_KEY_USAGE)
    if found is None:
        return (), False
    parts = der.sequence(der.element(found.data, "extendedKeyUsage"), "extendedKeyUsage", 1)
    return tuple(der.oid(part, "extendedKeyUsage") for part in parts), found.is_critical


def name_text(name: bytes) -> str:
    """Return a Name in words, "O=sigstore.example, CN=timestamps"; parts of other kinds are left out.

    Names are written by whoever made the certificate: one that cannot be read is told as that.
    """
    try:
        return ", ".join(_name_words(name))[:_MOST_NAME]
    except der.DerError:
        return "a name that cannot be read"


def _name_words(name: bytes) -> list[str]:
    """Return the parts of a Name. Raises DerError."""
    words = []
    for group in der.sequence(der.element(name, "a name"), "a name"):
        for pair in der.set_of(group, "a name"):
            kind, text = der.sequence(pair, "a name", 2)[:2]
            label = _NAME_PARTS.get(der.oid(kind, "a name"))
            if label:
                words.append(f"{label}={text.content.decode('utf-8', 'replace')}")
    return words


def _extensions(rest: list[der.Der]) -> tuple[Extension, ...]:
    found: dict[str, Extension] = {}
    for part in rest:
        if part.tag in (der.context(1, constructed=False), der.context(2, constructed=False)):
            continue
        if part.tag != der.context(3):
            raise der.DerError("the certificate has a part that is not known")
        listed = der.element(part.content, "the extensions")
        for each in der.sequence(listed, "the extensions", 1):
            extension = _extension(each)
            if extension.oid in found:
                raise der.DerError(f"the certificate has the extension {extension.oid} twice")
            found[extension.oid] = extension
    return tuple(found.values())


def _extension(of: der.Der) -> Extension:
    parts = der.sequence(of, "an extension", 2)
    is_critical = False
    if len(parts) == 3:
        is_critical = der.boolean(parts[1], "an extension")
        if not is_critical:
            raise der.DerError("an extension says that it is not critical, which DER leaves out")
    elif len(parts) != 2:
        raise der.DerError("an extension has more than its three parts")
    return Extension(
        oid=der.oid(parts[0], "an extension"),
        is_critical=is_critical,
        data=der.octets(parts[-1], "an extension"),
    )
