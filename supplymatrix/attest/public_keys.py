"""Public keys of all kinds that signatures are made with: read from DER, and what holds under each.

| key | signature over | form |
|---|---|---|
| ECDSA P-256 | SHA-256 | DER, two integers (RFC 3279 §2.2.3) |
| ECDSA P-384 | SHA-384; SHA-256 is taken too | as above |
| ECDSA P-521 | SHA-512; SHA-256 is taken too | as above |
| RSA, 2,048 to 16,384 bits | SHA-256 | PKCS #1 v1.5, else PSS with any salt |
| Ed25519 | the message itself, else (Ed25519ph) its SHA-512 | 64 bytes (RFC 8032) |

SHA-256 is taken on every curve, since older tools took it for any key. What cannot be judged, for lack of the bytes or
of a digest, or since the kind is another, is `CannotVerifyError`: it is never called invalid.

Keys are read by `der`, and `cryptography` is given their numbers: its own readers of key files cost three times as much
to import as all that is needed here. Source: RFC 5280 §4.1.2.7; RFC 5480; RFC 8017; RFC 8410;
sigstore/protobuf-specs: sigstore_common.proto (PublicKeyDetails).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from supplymatrix.attest import der
from supplymatrix.errors import SupplymatrixError, TrustError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurve, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

    PublicKey = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey

__all__ = [
    "LEAST_RSA_BITS", "CannotVerifyError", "hashes_of", "is_usual_spki", "key_name", "parse_bare_rsa", "parse_spki",
    "pem_blocks", "verify_algorithm", "verify_with",
]  # fmt: skip

LEAST_RSA_BITS = 2048
_MOST_RSA_BITS = 16_384
_LEAST_EXPONENT, _MOST_EXPONENT = 3, 2**32  # a larger one would only make a verification slow
_EC, _RSA, _ED25519 = "1.2.840.10045.2.1", "1.2.840.113549.1.1.1", "1.3.101.112"
_CURVES = {"1.2.840.10045.3.1.7": "SECP256R1", "1.3.132.0.34": "SECP384R1", "1.3.132.0.35": "SECP521R1"}
_HASHES = {"SECP256R1": ("sha256",), "SECP384R1": ("sha384", "sha256"), "SECP521R1": ("sha512", "sha256")}
_NAMES = {"SECP256R1": "ECDSA P-256", "SECP384R1": "ECDSA P-384", "SECP521R1": "ECDSA P-521"}
_SIGNED_BY = {
    "1.2.840.10045.4.3.2": ("EC", "sha256"),
    "1.2.840.10045.4.3.3": ("EC", "sha384"),
    "1.2.840.10045.4.3.4": ("EC", "sha512"),
    "1.2.840.113549.1.1.11": ("RSA", "sha256"),
    "1.2.840.113549.1.1.12": ("RSA", "sha384"),
    "1.2.840.113549.1.1.13": ("RSA", "sha512"),
    "1.3.101.112": ("Ed25519", ""),
}
"""By object identifier of a signature algorithm: kind of the key, and hash."""
_BARE_EC, _BARE_RSA = _EC, _RSA  # a CMS signer may name the kind of its key alone; the hash is then the digest's
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]*?)-----END \1-----")
_MOST_PEM_BLOCKS = 64
_USUAL = re.compile(
    rb"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00\x04"
    rb"|\x30(?:\x76|\x81\x9b)\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00[\x22\x23]"
    rb"\x03(?:\x62|\x81\x86)\x00\x04"
    rb"|\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"
    rb"|\x30\x82..\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x82",
    re.DOTALL,
)
"""How the keys of each kind begin: uncompressed points, and RSA with its parameters written as NULL."""


class CannotVerifyError(SupplymatrixError):
    """A signature that cannot be judged here: nobody says that it is wrong. needs: what is wanting, "sha512" for that
    digest, "data" for the bytes themselves, "key" for a key; "" where the kind of key or signature is not known."""

    def __init__(self, message: str, *, needs: str = "") -> None:
        self.needs = needs
        super().__init__(message)


def verify_with(
    public: PublicKey, signature: bytes, *, data: bytes | None = None, digests: Mapping[str, bytes] | None = None
) -> None:
    """Raise unless `signature` is one of the key over a message, which is given as bytes, as digests, or both.

    digests: "sha256", "sha384", "sha512" to bytes, those that are known. Raises TrustError where the signature is not
    one, CannotVerifyError where it cannot be said.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    known = dict(digests or {})
    if isinstance(public, ed25519.Ed25519PublicKey):
        _verify_ed25519(public, signature, data, known)
        return
    lacking = ""
    for name in hashes_of(public):
        digest = hashlib.new(name, data).digest() if data is not None else known.get(name)
        if digest is None:
            lacking = lacking or name
        elif isinstance(public, ec.EllipticCurvePublicKey):
            if _ecdsa_holds(public, signature, name, digest):
                return
        elif _rsa_holds(public, signature, name, digest):
            return
    if lacking:
        raise CannotVerifyError(f"the {lacking} of what was signed is not known", needs=lacking)
    raise _invalid(public, signature)


def verify_algorithm(
    public: PublicKey, algorithm: der.Der, signature: bytes, data: bytes, *, hash_name: str = ""
) -> None:
    """Raise unless `signature` is one of the key over `data`, by the algorithm that an AlgorithmIdentifier names.

    hash_name: of a CMS signer whose algorithm names its key alone. Raises TrustError, CannotVerifyError, DerError.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    parts = der.sequence(algorithm, "the signature algorithm", 1)
    name = der.oid(parts[0], "the signature algorithm")
    if parts[1:] and [part.whole for part in parts[1:]] != [b"\x05\x00"]:
        raise CannotVerifyError(f"the signature algorithm {name} has parameters that are not known here")
    kind, used = _SIGNED_BY.get(name, ("", ""))
    if name in (_BARE_EC, _BARE_RSA):
        kind, used = "EC" if name == _BARE_EC else "RSA", hash_name
    if not kind or (kind != "Ed25519" and used not in ("sha256", "sha384", "sha512")):
        raise CannotVerifyError(f"the signature algorithm {name} is not one that is checked here")
    holds = False
    if kind == "Ed25519" and isinstance(public, ed25519.Ed25519PublicKey):
        try:
            public.verify(signature, data)
            holds = True
        except InvalidSignature:
            pass
    elif kind == "EC" and isinstance(public, ec.EllipticCurvePublicKey):
        holds = _ecdsa_holds(public, signature, used, hashlib.new(used, data).digest())
    elif kind == "RSA" and not isinstance(public, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey):
        holds = _rsa_holds(public, signature, used, hashlib.new(used, data).digest(), with_pss=False)
    if not holds:
        raise _invalid(public, signature)


def hashes_of(public: PublicKey) -> tuple[str, ...]:
    """Return the hashes whose digest a signature of the key may be over, the one that goes with its kind first."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    if isinstance(public, ec.EllipticCurvePublicKey):
        return _HASHES[public.curve.name.upper()]
    return ("sha512",) if isinstance(public, ed25519.Ed25519PublicKey) else ("sha256",)


def key_name(public: PublicKey) -> str:
    """Return the kind of a key in words: "ECDSA P-256", "RSA 2048", "Ed25519"."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    if isinstance(public, ec.EllipticCurvePublicKey):
        return _NAMES[public.curve.name.upper()]
    return "Ed25519" if isinstance(public, ed25519.Ed25519PublicKey) else f"RSA {public.key_size}"


@lru_cache(maxsize=512)
def parse_spki(data: bytes) -> PublicKey:
    """Return the key of a SubjectPublicKeyInfo. Raises DerError, or CannotVerifyError for a kind that is not read."""
    info = der.sequence(der.element(data, "the public key"), "the public key", 2)
    algorithm = der.sequence(info[0], "the kind of the public key", 1)
    kind = der.oid(algorithm[0], "the kind of the public key")
    if len(info) != 2:
        raise der.DerError("the public key has more than a kind and its bits")
    bits = der.bit_string(info[1], "the public key")
    if kind == _EC:
        return _ec_key(algorithm, bits)
    if kind == _RSA:
        return parse_bare_rsa(bits)
    if kind == _ED25519:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        if len(algorithm) != 1 or len(bits) != 32:
            raise der.DerError("the Ed25519 key is not 32 bytes long")
        return Ed25519PublicKey.from_public_bytes(bits)
    raise CannotVerifyError(f"the public key is of the kind {kind}, which is not one that is read here")


@lru_cache(maxsize=64)
def parse_bare_rsa(data: bytes) -> RSAPublicKey:
    """Return the key of an RSAPublicKey (PKCS #1). Raises DerError; CannotVerifyError for one that is too small."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    numbers = der.sequence(der.element(data, "the RSA key"), "the RSA key", 2)
    if len(numbers) != 2:
        raise der.DerError("the RSA key has more than two numbers")
    modulus, exponent = (der.integer(number, "a number of the RSA key") for number in numbers)
    if not LEAST_RSA_BITS <= modulus.bit_length() <= _MOST_RSA_BITS:
        raise CannotVerifyError(f"the RSA key has {max(modulus, 0).bit_length():,} bits")
    if modulus < 0 or not _LEAST_EXPONENT <= exponent <= _MOST_EXPONENT or exponent % 2 == 0:
        raise der.DerError("the RSA key has an exponent that no key has")
    try:
        return RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError as err:
        raise der.DerError("the numbers of the RSA key are none of a key") from err


def is_usual_spki(data: bytes) -> bool:
    """Return whether a SubjectPublicKeyInfo is written as everybody writes it, so that its SHA-256 names the key."""
    return _USUAL.match(data) is not None


def pem_blocks(data: bytes) -> tuple[tuple[str, bytes], ...]:
    """Return label and bytes of each block of a PEM text, "PUBLIC KEY" and DER; what cannot be decoded is left out."""
    blocks = []
    for match in _PEM.finditer(data):
        try:
            blocks.append((match[1].decode("ascii"), base64.b64decode(b"".join(match[2].split()), validate=True)))
        except binascii.Error:
            continue
        if len(blocks) == _MOST_PEM_BLOCKS:
            break
    return tuple(blocks)


def _ec_key(algorithm: list[der.Der], point: bytes) -> EllipticCurvePublicKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    if len(algorithm) != 2 or algorithm[1].tag != der.OID:
        raise CannotVerifyError("the public key is on a curve that it describes itself")
    name = der.oid(algorithm[1], "the curve of the public key")
    curves: dict[str, type[EllipticCurve]] = {
        "SECP256R1": ec.SECP256R1, "SECP384R1": ec.SECP384R1, "SECP521R1": ec.SECP521R1,
    }  # fmt: skip
    if name not in _CURVES:
        raise CannotVerifyError(f"the public key is on the curve {name}, which is not one that is read here")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curves[_CURVES[name]](), point)
    except ValueError as err:
        raise der.DerError("the public key is no point of its curve") from err


def _verify_ed25519(
    public: Ed25519PublicKey, signature: bytes, data: bytes | None, digests: Mapping[str, bytes]
) -> None:
    from cryptography.exceptions import InvalidSignature

    from supplymatrix.attest import ed25519ph

    if data is not None:
        try:
            public.verify(signature, data)
        except InvalidSignature:
            pass
        else:
            return
    digest = hashlib.sha512(data).digest() if data is not None else digests.get("sha512")
    if digest is not None and ed25519ph.holds(public.public_bytes_raw(), signature, digest):
        return
    if data is None:
        raise CannotVerifyError("a signature of Ed25519 needs the bytes that were signed", needs="data")
    raise _invalid(public, signature)


def _ecdsa_holds(public: EllipticCurvePublicKey, signature: bytes, name: str, digest: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    try:
        public.verify(signature, digest, ec.ECDSA(utils.Prehashed(_hash(name))))
    except InvalidSignature:
        return False
    return True


def _rsa_holds(public: RSAPublicKey, signature: bytes, name: str, digest: bytes, *, with_pss: bool = True) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import padding, utils

    used = _hash(name)
    forms: list[padding.AsymmetricPadding] = [padding.PKCS1v15()]
    if with_pss:
        forms.append(padding.PSS(padding.MGF1(used), padding.PSS.AUTO))
    for form in forms:
        try:
            public.verify(signature, digest, form, utils.Prehashed(used))
        except InvalidSignature:
            continue
        return True
    return False


def _hash(name: str) -> HashAlgorithm:
    from cryptography.hazmat.primitives import hashes

    kinds: dict[str, type[HashAlgorithm]] = {
        "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512,
    }  # fmt: skip
    return kinds[name]()


def _invalid(public: PublicKey, signature: bytes) -> TrustError:
    return TrustError(
        f"the signature is not one of this {key_name(public)} key over these bytes", evidence={"signature": signature}
    )
