"""Keys that sign and verify: Ed25519, ECDSA on P-256 and P-384, RSA from 2048 bits; all as PEM.

| key | signature over | form |
|---|---|---|
| Ed25519 | the message itself | 64 bytes (RFC 8032) |
| ECDSA P-256, P-384 | its SHA-256 | DER, two integers (RFC 3279 §2.2.3) |
| RSA | its SHA-256 | PKCS #1 v1.5 (RFC 8017 §8.2) |

This is how we sign; what else is taken when a signature is verified, also of keys on P-521, says `public_keys`.
SHA-256 on P-384, since that is what `cosign verify-blob --key` takes for any key; others sign with SHA-384 there.
A key is named by the SHA-256 of its public half as SubjectPublicKeyInfo (RFC 5280 §4.1), so that whoever has the public
key can compute the name. `cryptography` is imported when a key is read and not before.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from supplymatrix.attest.der import DerError
from supplymatrix.attest.public_keys import (
    LEAST_RSA_BITS,
    CannotVerifyError,
    is_usual_spki,
    key_name,
    parse_spki,
    pem_blocks,
    verify_with,
)
from supplymatrix.errors import Diagnostic, InputError, TrustError
from supplymatrix.model.value import value

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

    PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey | RSAPrivateKey
    PublicKey = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey

__all__ = ["LEAST_RSA_BITS", "SigningKey", "VerifyingKey", "key_id_of", "parse_signing_key", "parse_verifying_key"]

_KINDS = f"Ed25519, ECDSA on P-256 or P-384, or RSA of at least {LEAST_RSA_BITS} bits"
_TAKEN = f"Ed25519, ECDSA on P-256, P-384 or P-521, or RSA of at least {LEAST_RSA_BITS} bits"
_MAKE = "openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout -out pub.pem"
_THEIRS = "give the signer's public key (PEM)"
_OTHER = "ask the signer for a signature by another key: this one is none that is verified here"
_HALF = "openssl pkey -in key.pem -pubout -out pub.pem"
_COSIGN_HALF = "cosign public-key --key cosign.key > cosign.pub"
_COSIGN = (b"SIGSTORE PRIVATE KEY", b"COSIGN PRIVATE KEY")
_PUBLIC = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}PUBLIC KEY-----")
_OPEN = "set SUPPLYMATRIX_SIGN_PASSWORD in the environment to the key's password"


@value
class VerifyingKey:
    """A public key. name: its kind ("Ed25519", "ECDSA P-256"); key_id: sha256 (hex) of its SubjectPublicKeyInfo."""

    public: PublicKey
    name: str
    key_id: str

    def verify(self, data: bytes, signature: bytes) -> None:
        """Raise TrustError unless this key's owner has signed `data`."""
        self.verify_with(signature, data=data)

    def verify_with(
        self, signature: bytes, *, data: bytes | None = None, digests: Mapping[str, bytes] | None = None
    ) -> None:
        """Raise unless this key's owner has signed a message of those bytes, or of those digests ("sha256", …).

        Raises TrustError; CannotVerifyError where what is given does not suffice to say.
        """
        try:
            verify_with(self.public, signature, data=data, digests=digests)
        except TrustError as err:
            raise TrustError(
                f"the signature is not one of the {self.name} key {self.key_id[:16]}… over these bytes",
                evidence={"signature": signature},
            ) from err


@value
class SigningKey:
    """A private key, and its public half."""

    private: PrivateKey
    verifying: VerifyingKey

    def __repr__(self) -> str:
        return f"SigningKey({self.verifying.name}, {self.verifying.key_id})"

    def sign(self, data: bytes) -> bytes:
        """Return the signature over `data`, in the form that the table above says."""
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
        from cryptography.hazmat.primitives.hashes import SHA256

        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(data)
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            return self.private.sign(data, ec.ECDSA(SHA256()))
        return self.private.sign(data, padding.PKCS1v15(), SHA256())


def parse_signing_key(data: bytes, artifact: str, *, password: str = "") -> SigningKey:
    """Return the private key of a PEM file: PKCS #8, encrypted or not, or the older forms of EC and RSA keys.

    Raises InputError; neither the key nor the password is in its text.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    is_encrypted = b"ENCRYPTED" in data
    if is_encrypted and not password:
        what = "the key is encrypted and no password was given"
        raise _fault(artifact, what, "the password of this key in SUPPLYMATRIX_SIGN_PASSWORD", _OPEN)
    _refuse_other_forms(data, artifact)
    try:
        key = load_pem_private_key(data, password=password.encode() if is_encrypted else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as err:
        if is_encrypted:
            what = "the key cannot be decrypted: the password is another one, or the file is damaged"
            raise _fault(artifact, what, "the password of this key in SUPPLYMATRIX_SIGN_PASSWORD", _OPEN) from err
        raise _fault(artifact, "this is no private key in PEM form", f"{_KINDS}, as PKCS #8") from err
    if not isinstance(key, ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise _fault(artifact, "the key is of a kind that signs nothing here", _KINDS)
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP521R1):
        raise _fault(artifact, f"the key is on the curve {key.curve.name}, on which nothing is signed here", _KINDS)
    return SigningKey(private=key, verifying=_verifying(key.public_key(), artifact))


def parse_verifying_key(data: bytes, artifact: str) -> VerifyingKey:
    """Return the public key of a PEM file ("BEGIN PUBLIC KEY"). Raises InputError."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    if b"PRIVATE KEY" in data:
        what = "this is a private key: it is not needed here, and should not be where signatures are verified"
        is_cosigns = any(mark in data for mark in _COSIGN)
        raise _fault(artifact, what, "its public half", _COSIGN_HALF if is_cosigns else _HALF)
    if (count := len(_PUBLIC.findall(data))) > 1:
        what = f"the file has {count:,} public keys, and one of them is meant"
        raise _fault(artifact, what, "one key in a file", "write the one that is meant to a file of its own")
    if (quickly := _read_quickly(data)) is not None:
        return quickly
    try:
        key = load_pem_public_key(data)
    except (ValueError, TypeError, UnsupportedAlgorithm) as err:
        raise _fault(artifact, "this is no public key in PEM form", _TAKEN, _THEIRS) from err
    if not isinstance(key, ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise _fault(artifact, "the key is of a kind that verifies nothing here", _TAKEN, _THEIRS)
    return _verifying(key, artifact, _OTHER)


def key_id_of(key: PublicKey) -> str:
    """Return the name of a public key: sha256 (hex) of its SubjectPublicKeyInfo."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _read_quickly(data: bytes) -> VerifyingKey | None:
    """Return the one key of a file in the usual form, without the readers of all others; None where it is not so."""
    blocks = pem_blocks(data)
    if len(blocks) != 1 or blocks[0][0] != "PUBLIC KEY" or not is_usual_spki(blocks[0][1]):
        return None
    try:
        key = parse_spki(blocks[0][1])
    except (DerError, CannotVerifyError):
        return None
    return VerifyingKey(public=key, name=key_name(key), key_id=hashlib.sha256(blocks[0][1]).hexdigest())


def _verifying(key: PublicKey, artifact: str, remedy: str = _MAKE) -> VerifyingKey:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    if isinstance(key, ec.EllipticCurvePublicKey):
        if not isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1 | ec.SECP521R1):
            raise _fault(artifact, f"the key is on the curve {key.curve.name}", _TAKEN, remedy)
    elif not isinstance(key, ed25519.Ed25519PublicKey) and key.key_size < LEAST_RSA_BITS:
        raise _fault(artifact, f"the RSA key has {key.key_size:,} bits", _TAKEN, remedy)
    return VerifyingKey(public=key, name=key_name(key), key_id=key_id_of(key))


def _refuse_other_forms(data: bytes, artifact: str) -> None:
    """Raise InputError for files that look like keys and are of another world, with the way out."""
    if any(mark in data for mark in _COSIGN):
        what = "the key is in cosign's own encrypted form"
        raise _fault(artifact, what, f"{_KINDS}, as PKCS #8", "make one with openssl and give it to cosign too: "
                     "cosign import-key-pair --key key.pem")  # fmt: skip
    if b"OPENSSH PRIVATE KEY" in data:
        raise _fault(artifact, "the key is in OpenSSH's form", f"{_KINDS}, as PKCS #8")
    if b"PUBLIC KEY" in data and b"PRIVATE" not in data:
        raise _fault(artifact, "this is a public key, and signing needs the private one", _KINDS)


def _fault(artifact: str, message: str, expected: str, remedy: str = _MAKE) -> InputError:
    return InputError(Diagnostic(message=message, artifact=artifact, expected=expected, remedy=remedy))
