"""Private keys of every kind, the same ones each time for the same name, and signatures that are the same each time.

    key = made_key("P-384", "ca of sigstore.example")
    key.sign(b"…"); key.spki; key.pem

Kinds: P-256, P-384, P-521, Ed25519, Ed25519ph, RSA-2048, RSA-3072, RSA-4096, and RSA-PSS-2048. RSA keys are made by the
library, anew in each process: only of these the bytes differ from run to run.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)

from tests.support.made_ed25519ph import sign_ed25519ph

__all__ = ["KEY_KINDS", "MadeKey", "made_key", "pem_of"]

_CURVES: dict[str, tuple[ec.EllipticCurve, int]] = {
    "P-256": (ec.SECP256R1(), 256), "P-384": (ec.SECP384R1(), 384), "P-521": (ec.SECP521R1(), 512),
}  # fmt: skip
_ORDERS = {
    "P-256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "P-384": (1 << 384) - 0x389CB27E0BC8D220A7E5F24DB74F58851313E695333AD68D,
    "P-521": (1 << 521) - 0x5AE79787C40D069948033FEB708F65A2FC44A36477663B851449048E16EC79BF7,
}
"""How many points each group has."""
_HASHES: dict[int, hashes.HashAlgorithm] = {256: hashes.SHA256(), 384: hashes.SHA384(), 512: hashes.SHA512()}
KEY_KINDS = ("P-256", "P-384", "P-521", "RSA-2048", "RSA-3072", "RSA-4096", "RSA-PSS-2048", "Ed25519", "Ed25519ph")
_DETAILS = {
    "P-256": "PKIX_ECDSA_P256_SHA_256", "P-384": "PKIX_ECDSA_P384_SHA_384", "P-521": "PKIX_ECDSA_P521_SHA_512",
    "RSA-2048": "PKIX_RSA_PKCS1V15_2048_SHA256", "RSA-3072": "PKIX_RSA_PKCS1V15_3072_SHA256",
    "RSA-4096": "PKIX_RSA_PKCS1V15_4096_SHA256", "RSA-PSS-2048": "PKIX_RSA_PSS_2048_SHA256",
    "Ed25519": "PKIX_ED25519", "Ed25519ph": "PKIX_ED25519_PH",
}  # fmt: skip


def pem_of(label: str, der: bytes) -> str:
    """Return DER as PEM."""
    text = base64.b64encode(der).decode()
    lines = "".join(f"{text[start : start + 64]}\n" for start in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{lines}-----END {label}-----\n"


@dataclass(frozen=True, kw_only=True)
class MadeKey:
    """A key pair. kind: one of KEY_KINDS; private: as the library has it."""

    kind: str
    private: Any

    @property
    def spki(self) -> bytes:
        """The public half as SubjectPublicKeyInfo, DER."""
        found: bytes = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return found

    @property
    def raw(self) -> bytes:
        """The 32 bytes of a public Ed25519 key."""
        return self.spki[-32:]

    @property
    def pem(self) -> str:
        return pem_of("PUBLIC KEY", self.spki)

    @property
    def key_id(self) -> bytes:
        """SHA-256 of the SubjectPublicKeyInfo."""
        return hashlib.sha256(self.spki).digest()

    @property
    def details(self) -> str:
        """The kind in the words of trusted roots and Rekor v2."""
        return _DETAILS[self.kind]

    @property
    def bits(self) -> int:
        """Which SHA-2 goes with the key: 256, 384 or 512."""
        return _CURVES[self.kind][1] if self.kind in _CURVES else 512 if self.kind.startswith("Ed") else 256

    def hash(self, data: bytes) -> bytes:
        """Return the hash of the data that goes with the key."""
        return hashlib.new(f"sha{self.bits}", data).digest()

    def sign(self, data: bytes, bits: int = 0) -> bytes:
        """Return the signature over data. bits: another SHA-2 than the one that goes with the key."""
        if self.kind == "Ed25519ph":
            return sign_ed25519ph(self.private.private_bytes_raw(), data)
        if self.kind == "Ed25519":
            return bytes(self.private.sign(data))
        kind = _HASHES[bits or self.bits]
        digest, prehashed = hashlib.new(f"sha{bits or self.bits}", data).digest(), Prehashed(kind)
        if self.kind in _CURVES:
            return bytes(self.private.sign(digest, ec.ECDSA(prehashed, deterministic_signing=True)))
        filling: Any = padding.PKCS1v15()
        if "PSS" in self.kind:
            filling = padding.PSS(padding.MGF1(kind), kind.digest_size)
        return bytes(self.private.sign(digest, filling, prehashed))

    def another_signature(self, data: bytes, bits: int = 0) -> bytes:
        """Return another signature over data that holds as well, where the kind has several; else one that does not."""
        made = self.sign(data, bits)
        if self.kind in _CURVES:
            one, two = decode_dss_signature(made)
            return encode_dss_signature(one, _ORDERS[self.kind] - two)
        return self.sign(data + b" ", bits)


@lru_cache(maxsize=256)
def made_key(kind: str, name: str) -> MadeKey:
    """Return the key of that kind and name."""
    seed = hashlib.sha512(f"{kind} {name}".encode()).digest()
    if kind in _CURVES:
        number = int.from_bytes(seed[:31], "big") + 1
        return MadeKey(kind=kind, private=ec.derive_private_key(number, _CURVES[kind][0]))
    if kind.startswith("Ed25519"):
        return MadeKey(kind=kind, private=ed25519.Ed25519PrivateKey.from_private_bytes(seed[:32]))
    return MadeKey(kind=kind, private=rsa.generate_private_key(65537, int(kind.rpartition("-")[2])))
