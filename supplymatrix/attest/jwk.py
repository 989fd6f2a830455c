"""Public keys as JSON (JWK), and the signature algorithms that go with each: what a signature inside a document names.

| algorithm | key | signature |
|---|---|---|
| Ed25519 | OKP, Ed25519 | 64 bytes (RFC 8032) |
| ES256, ES384, ES512 | EC on P-256, P-384, P-521 and on no other curve | r and s, each as long as a coordinate |
| RS256, RS384, RS512 | RSA, 2,048 to 16,384 bits | PKCS #1 v1.5 |
| PS256, PS384, PS512 | the same | PSS, salted with as many bytes as the hash has |

A key is of one kind and an algorithm takes one kind, so that no key can be read as another. Base64url has one spelling
here: without padding, without loose bits. Source: RFC 7517; RFC 7518 §3 and §6; RFC 8037 §2; JSF 0.82.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from supplymatrix.attest.keys import LEAST_RSA_BITS, SigningKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurve
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

    from supplymatrix.attest.keys import PublicKey

__all__ = ["ALGORITHMS", "algorithm_of", "base64url", "from_base64url", "holds", "jwk_of", "public_key_of", "sign_with"]

_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_SIZES = {"P-256": 32, "P-384": 48, "P-521": 66}
"""By curve: bytes of a coordinate."""
_NAMES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
_MEMBERS = {"OKP": {"kty", "crv", "x"}, "EC": {"kty", "crv", "x", "y"}, "RSA": {"kty", "n", "e"}}
_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
ALGORITHMS = ("Ed25519", *_CURVES, *_RSA)
"""Names of the algorithms whose signatures are checked."""
_MOST_RSA_BITS = 16_384
_LONGEST = 4_096  # characters of a part that is decoded: the largest key has 2,731
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


def base64url(data: bytes) -> str:
    """Return bytes as Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: object, what: str) -> bytes:
    """Return the bytes of a Base64url text. what: it is called so in errors. Raises ValueError for another spelling."""
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text) or len(text) > _LONGEST:
        raise ValueError(f"{what} is no Base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise ValueError(f"{what} is no Base64url") from None
    if base64url(data) != text:
        raise ValueError(f"{what} is no Base64url in its one spelling")
    return data


def algorithm_of(key: SigningKey) -> str:
    """Return the algorithm that a key signs with: for RSA the one that gives the same signature each time."""
    name = key.verifying.name
    return {"Ed25519": "Ed25519", "ECDSA P-256": "ES256", "ECDSA P-384": "ES384"}.get(name, "RS256")


def sign_with(key: SigningKey, data: bytes) -> bytes:
    """Return the signature of a key over `data`, in the form of `algorithm_of(key)`."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    if not isinstance(key.private, ec.EllipticCurvePrivateKey):
        return key.sign(data)
    algorithm = algorithm_of(key)
    size = _SIZES[_CURVES[algorithm]]
    r, s = decode_dss_signature(key.private.sign(data, ec.ECDSA(_hash(algorithm))))
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def jwk_of(public: PublicKey) -> dict[str, str]:
    """Return a public key as a JWK with no more than it must have."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    if isinstance(public, ed25519.Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url(public.public_bytes_raw())}
    if isinstance(public, ec.EllipticCurvePublicKey):
        curve, point = _NAMES[public.curve.name], public.public_numbers()
        x, y = (base64url(number.to_bytes(_SIZES[curve], "big")) for number in (point.x, point.y))
        return {"kty": "EC", "crv": curve, "x": x, "y": y}
    numbers = public.public_numbers()
    return {"kty": "RSA", "n": _big(numbers.n), "e": _big(numbers.e)}


def public_key_of(found: object) -> PublicKey:
    """Return the key of a JWK. Raises ValueError, with what is wrong: a private or a symmetric key among it."""
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    jwk = found if isinstance(found, dict) else {}
    kind = jwk.get("kty")
    if kind == "oct" or "k" in jwk:
        raise ValueError("the key inside is a symmetric one: whoever can read the file could have signed it")
    if "d" in jwk:
        raise ValueError("the key inside is a private one: whoever can read the file could have signed it")
    if not isinstance(kind, str) or kind not in _MEMBERS:
        raise ValueError("the key inside is none of the kinds OKP, EC and RSA")
    if set(jwk) != _MEMBERS[kind]:
        raise ValueError(f"the key inside has not the members of the kind {kind}: {', '.join(sorted(_MEMBERS[kind]))}")
    if kind == "EC":
        return _point(jwk)
    if kind == "OKP":
        x = from_base64url(jwk["x"], "x of the key inside")
        if jwk["crv"] != "Ed25519" or len(x) != 32:
            raise ValueError("the key inside is on another curve than Ed25519, or x is not 32 bytes")
        return ed25519.Ed25519PublicKey.from_public_bytes(x)
    n, e = (int.from_bytes(from_base64url(jwk[name], f"{name} of the key inside"), "big") for name in ("n", "e"))
    if not LEAST_RSA_BITS <= n.bit_length() <= _MOST_RSA_BITS:
        bits = f"{LEAST_RSA_BITS:,} to {_MOST_RSA_BITS:,}"
        raise ValueError(f"the RSA key inside has {n.bit_length():,} bits, and not {bits}")
    if e.bit_length() > 32:
        raise ValueError("the RSA key inside has an exponent of more than 32 bits")
    return RSAPublicNumbers(e=e, n=n).public_key()


def holds(public: PublicKey, algorithm: str, signature: bytes, data: bytes) -> bool:
    """Return whether a signature of an algorithm over `data` is the key's.

    algorithm: one of ALGORITHMS. Raises ValueError when it is for keys of another kind.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding

    if algorithm not in _fitting(public):
        raise ValueError(f"{algorithm} is not for a key of this kind, but {', '.join(_fitting(public))}")
    try:
        if isinstance(public, ed25519.Ed25519PublicKey):
            public.verify(signature, data)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(_der(signature, _SIZES[_CURVES[algorithm]]), data, ec.ECDSA(_hash(algorithm)))
        elif algorithm.startswith("RS"):
            public.verify(signature, data, padding.PKCS1v15(), _hash(algorithm))
        else:
            hashed = _hash(algorithm)
            pss = padding.PSS(mgf=padding.MGF1(hashed), salt_length=hashed.digest_size)
            public.verify(signature, data, pss, hashed)
    except InvalidSignature:
        return False
    return True


def _fitting(public: PublicKey) -> tuple[str, ...]:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    if isinstance(public, ed25519.Ed25519PublicKey):
        return ("Ed25519",)
    if isinstance(public, ec.EllipticCurvePublicKey):
        return tuple(name for name, curve in _CURVES.items() if curve == _NAMES.get(public.curve.name))
    return _RSA


def _hash(algorithm: str) -> HashAlgorithm:
    from cryptography.hazmat.primitives import hashes

    kinds: Mapping[str, Callable[[], HashAlgorithm]]
    kinds = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
    return kinds[algorithm[2:]]()


def _der(signature: bytes, size: int) -> bytes:
    """Return two integers of a fixed size as the DER that is verified. Raises InvalidSignature for another length."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    if len(signature) != 2 * size:
        raise InvalidSignature
    return encode_dss_signature(int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big"))


def _point(jwk: Mapping[str, Any]) -> PublicKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    curves: Mapping[str, type[EllipticCurve]] = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}
    curve = jwk["crv"]
    if not isinstance(curve, str) or curve not in curves:
        raise ValueError(f"the key inside is on none of the curves {', '.join(curves)}")
    x, y = (from_base64url(jwk[name], f"{name} of the key inside") for name in ("x", "y"))
    if len(x) != _SIZES[curve] or len(y) != _SIZES[curve]:
        raise ValueError(f"x and y of the key inside are not {_SIZES[curve]} bytes each")
    numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), curves[curve]())
    try:
        return numbers.public_key()
    except ValueError:
        raise ValueError("the key inside is no point of its curve") from None


def _big(number: int) -> str:
    return base64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))
