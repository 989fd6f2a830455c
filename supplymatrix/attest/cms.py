"""CMS SignedData with one signer, as timestamps are: read strictly, and its signature verified.

    ContentInfo ::= SEQUENCE { id-signedData, [0] SignedData }
    SignedData  ::= SEQUENCE { version 3, digestAlgorithms, SEQUENCE { eContentType, [0] OCTET STRING },
                               [0] certificates, [1] crls, signerInfos }
    SignerInfo  ::= SEQUENCE { version, issuerAndSerialNumber or [0] subjectKeyIdentifier, digestAlgorithm,
                               [0] signedAttrs, signatureAlgorithm, signature OCTET STRING, [1] unsignedAttrs }

The signature is over the signed attributes as a SET OF; they hold the type of the content, its digest, and the digest
of the signer's certificate. crls and unsigned attributes are passed over: nobody signed them.

Source: RFC 5652 §5; RFC 5035 §3 and RFC 2634 §5.4 (signing certificate).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from hmac import compare_digest

from supplymatrix.attest import der
from supplymatrix.attest.certificate_fields import SUBJECT_KEY_ID, CertificateFields
from supplymatrix.attest.public_keys import CannotVerifyError, verify_algorithm
from supplymatrix.errors import TrustError
from supplymatrix.model.value import value

__all__ = ["SignedData", "digest_algorithm", "is_signer", "parse_signed_data", "verify_signed_data"]

SIGNED_DATA = "1.2.840.113549.1.7.2"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
_DIGESTS = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_BY_ISSUER, _BY_KEY = 1, 3  # versions of a SignerInfo
_SIGNED_DATA_VERSION = 3
_NULL = b"\x05\x00"


@value
class SignedData:
    """What was read, not yet verified. content: what the OCTET STRING holds. certificates: DER, as embedded.

    issuer, serial, or key_id: how the signer's certificate is named. digest: of content, "sha256". attributes: by
    identifier, the one value of each, DER; signed: the bytes that the signature is over. algorithm: DER.
    """

    content_type: str
    content: bytes
    certificates: tuple[bytes, ...]
    issuer: bytes
    serial: int
    key_id: bytes
    digest: str
    attributes: tuple[tuple[str, bytes], ...]
    signed: bytes
    algorithm: bytes
    signature: bytes


def digest_algorithm(of: der.Der, what: str) -> str:
    """Return the hash that an AlgorithmIdentifier names: "sha256". Raises DerError, CannotVerifyError for others."""
    parts = der.sequence(of, what, 1)
    if [part.whole for part in parts[1:]] not in ([], [_NULL]):
        raise der.DerError(f"{what} has parameters")
    name = der.oid(parts[0], what)
    if name not in _DIGESTS:
        raise CannotVerifyError(f"{what} is {name}, which is not one that is trusted here")
    return _DIGESTS[name]


def parse_signed_data(of: der.Der) -> SignedData:
    """Read a ContentInfo. Raises DerError; CannotVerifyError for versions and hashes that are not known here."""
    info = der.sequence(of, "the token", 2)
    if len(info) != 2 or der.oid(info[0], "the type of the token") != SIGNED_DATA:
        raise der.DerError("the token is no signed data")
    if info[1].tag != der.context(0):
        raise der.DerError("the token holds no signed data")
    parts = der.sequence(der.element(info[1].content, "the signed data"), "the signed data", 4)
    if der.integer(parts[0], "the version of the signed data") != _SIGNED_DATA_VERSION:
        raise CannotVerifyError("the signed data is of another version than 3")
    digests = [digest_algorithm(each, "a digest algorithm") for each in der.set_of(parts[1], "the digest algorithms")]
    content_type, content = _content(parts[2])
    rest = parts[3:]
    certificates: tuple[bytes, ...] = ()
    if rest and rest[0].tag == der.context(0):
        certificates = tuple(each.whole for each in der.items(rest.pop(0), "the certificates"))
    if rest and rest[0].tag == der.context(1):
        rest.pop(0)
    if len(rest) != 1:
        raise der.DerError("the signed data has no signers, or a part that is not known")
    signers = der.set_of(rest[0], "the signers")
    if len(signers) != 1:
        raise der.DerError(f"the signed data has {len(signers)} signers, where one was expected")
    return _signer(signers[0], content_type, content, certificates, digests)


def is_signer(certificate: CertificateFields, of: SignedData) -> bool:
    """Return whether the signed data names this certificate as its signer's."""
    if not of.key_id:
        return certificate.issuer == of.issuer and certificate.serial == of.serial
    found = certificate.extension(SUBJECT_KEY_ID)
    if found is None:
        return False
    return der.octets(der.element(found.data, "subjectKeyIdentifier"), "subjectKeyIdentifier") == of.key_id


def verify_signed_data(of: SignedData, certificate: CertificateFields) -> None:
    """Raise unless the owner of the certificate signed the content, its type, and that it was done under it.

    Raises TrustError, CannotVerifyError, DerError.
    """
    held = dict(of.attributes)
    if _CONTENT_TYPE not in held or _MESSAGE_DIGEST not in held:
        raise der.DerError("the signed attributes name no type of content, or no digest")
    if der.oid(der.element(held[_CONTENT_TYPE], "contentType"), "contentType") != of.content_type:
        raise TrustError("the signed type of the content is another than the content's")
    digest = der.octets(der.element(held[_MESSAGE_DIGEST], "messageDigest"), "messageDigest")
    if not compare_digest(digest, hashlib.new(of.digest, of.content).digest()):
        raise TrustError("the signed digest is not the content's", evidence={"content": of.content})
    _verify_binding(held, certificate)
    algorithm = der.element(of.algorithm, "the signature algorithm")
    verify_algorithm(certificate.public_key(), algorithm, of.signature, of.signed, hash_name=of.digest)


def _content(of: der.Der) -> tuple[str, bytes]:
    parts = der.sequence(of, "the content", 2)
    if len(parts) != 2 or parts[1].tag != der.context(0):
        raise der.DerError("the signed data holds no content")
    held = der.octets(der.element(parts[1].content, "the content"), "the content")
    return der.oid(parts[0], "the type of the content"), held


def _signer(
    of: der.Der, content_type: str, content: bytes, certificates: tuple[bytes, ...], digests: list[str]
) -> SignedData:
    parts = der.sequence(of, "the signer", 6)
    version = der.integer(parts[0], "the version of the signer")
    issuer, serial, key_id = b"", 0, b""
    if version == _BY_ISSUER:
        pair = der.sequence(parts[1], "the name of the signer", 2)
        if len(pair) != 2:
            raise der.DerError("the name of the signer has more than an issuer and a number")
        issuer, serial = pair[0].whole, der.integer(pair[1], "the serial number of the signer")
    elif version == _BY_KEY:
        key_id = der.octets(parts[1], "the key of the signer", der.context(0, constructed=False))
        if not key_id:
            raise der.DerError("the signer names no key")
    else:
        raise der.DerError("the signer is of a version that there is not")
    digest = digest_algorithm(parts[2], "the digest algorithm of the signer")
    if digest not in digests:
        raise der.DerError("the digest algorithm of the signer is not among those of the signed data")
    if parts[3].tag != der.context(0):
        raise der.DerError("the signer has signed no attributes")
    if len(parts) > 7 or (len(parts) == 7 and parts[6].tag != der.context(1)):
        raise der.DerError("the signer has a part that is not known")
    return SignedData(
        content_type=content_type,
        content=content,
        certificates=certificates,
        issuer=issuer,
        serial=serial,
        key_id=key_id,
        digest=digest,
        attributes=_attributes(parts[3]),
        signed=bytes([der.SET]) + parts[3].whole[1:],
        algorithm=parts[4].whole,
        signature=der.octets(parts[5], "the signature"),
    )


def _attributes(of: der.Der) -> tuple[tuple[str, bytes], ...]:
    """Return the one value of each attribute; of attributes that are not looked at, the first."""
    found: dict[str, bytes] = {}
    for each in der.items(of, "the signed attributes"):
        parts = der.sequence(each, "a signed attribute", 2)
        name = der.oid(parts[0], "a signed attribute")
        values = der.set_of(parts[1], "a signed attribute")
        if len(parts) != 2 or not values or name in found:
            raise der.DerError(f"the signed attribute {name} is there twice, or has no value")
        if len(values) > 1 and name in (_CONTENT_TYPE, _MESSAGE_DIGEST, _SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_2):
            raise der.DerError(f"the signed attribute {name} has {len(values)} values")
        found[name] = values[0].whole
    return tuple(found.items())


def _verify_binding(held: dict[str, bytes], certificate: CertificateFields) -> None:
    """Raise unless every signing certificate attribute names this certificate first, and there is one."""
    if _SIGNING_CERTIFICATE not in held and _SIGNING_CERTIFICATE_2 not in held:
        raise der.DerError("the signed attributes do not name the signer's certificate")
    for name in (_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_2):
        if name in held and not _names_certificate(held[name], certificate.whole, name):
            raise TrustError("the signed attributes name another certificate than the signer's")


@lru_cache(maxsize=128)
def _names_certificate(attribute: bytes, certificate: bytes, name: str) -> bool:
    what = "signingCertificate"
    parts = der.sequence(der.element(attribute, what), what, 1)
    first = der.sequence(der.sequence(parts[0], what, 1)[0], what, 1)
    if name == _SIGNING_CERTIFICATE:  # its hash is SHA-1 by the standard; the certificate is believed for its chain
        digest = hashlib.sha1(certificate, usedforsecurity=False).digest()
    elif first[0].tag == der.SEQUENCE:
        digest = hashlib.new(digest_algorithm(first.pop(0), what), certificate).digest()
    else:
        digest = hashlib.sha256(certificate).digest()
    return bool(first) and compare_digest(der.octets(first[0], what), digest)
