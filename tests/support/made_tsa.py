"""A time stamp authority: answers as RFC 3161 has them, the signed part made by hand (CMS SignedData, RFC 5652)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.support.made_certificates import MadeAuthority
from tests.support.made_der import context, generalized, integer, octets, oid, sequence, set_of, tlv
from tests.support.made_keys import MadeKey, made_key

__all__ = ["MadeTsa"]

_SHA2 = {256: "2.16.840.1.101.3.4.2.1", 384: "2.16.840.1.101.3.4.2.2", 512: "2.16.840.1.101.3.4.2.3"}
_SIGNED_WITH = {256: "1.2.840.10045.4.3.2", 384: "1.2.840.10045.4.3.3", 512: "1.2.840.10045.4.3.4"}
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_SIGNED_DATA = "1.2.840.113549.1.7.2"


@dataclass(frozen=True, kw_only=True)
class MadeTsa:
    """start, end: of its certificate. hash_bits: of the hash in its signatures, 0 = the one of the
    key. salt: same names, other keys."""

    name: str
    start: datetime
    end: datetime
    key_kind: str = "P-256"
    hash_bits: int = 0
    salt: str = ""

    @cached_property
    def authority(self) -> MadeAuthority:
        return MadeAuthority(
            name=f"{self.name} stamps", start=self.start, years=20, salt=self.salt,
            purpose=ExtendedKeyUsageOID.TIME_STAMPING,
        )  # fmt: skip

    @cached_property
    def key(self) -> MadeKey:
        return made_key(self.key_kind, f"tsa of {self.name} {self.salt}")

    @property
    def _bits(self) -> int:
        return self.hash_bits or self.key.bits

    @cached_property
    def certificate(self) -> bytes:
        """DER."""
        return self.authority.service(self.key, f"{self.name} tsa", self.start, self.end)

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Its certificate, the intermediate, the root: as a trusted root has them."""
        return (self.certificate, *self.authority.chain)

    def token(
        self,
        data: bytes,
        at: datetime,
        *,
        bits: int = 256,
        embeds: bool = True,
        nonce: int | None = 1,
        is_wrong: bool = False,
        has_status: bool = True,
        status: int = 0,
        info_is_changed: bool = False,
    ) -> bytes:
        """Return the TimeStampResp for data (DER), or the token alone where it has no status.

        status: 0 = granted, 1 = granted with modifications. embeds: the certificate lies in it. is_wrong: a bit of the
        signature is another. info_is_changed: the time was changed after it was signed.
        """
        info = self._info(hashlib.new(f"sha{bits}", data).digest(), at, bits, nonce)
        attributes = self._attributes(info, at)
        signature = bytearray(self.key.sign(tlv(0x31, attributes), self._bits))
        signature[-1] ^= is_wrong
        shown = self._info(hashlib.new(f"sha{bits}", data).digest(), at.replace(second=(at.second + 1) % 60), bits,
                           nonce) if info_is_changed else info  # fmt: skip
        own = x509.load_der_x509_certificate(self.certificate)
        hashed = sequence(oid(_SHA2[self._bits]))
        signer = sequence(
            integer(1), sequence(own.issuer.public_bytes(), integer(own.serial_number)), hashed,
            context(0, attributes), sequence(oid(_SIGNED_WITH[self._bits])), octets(bytes(signature)),
        )  # fmt: skip
        signed = sequence(
            integer(3), set_of(hashed), sequence(oid(_TST_INFO), context(0, octets(shown))),
            context(0, self.certificate) if embeds else b"", set_of(signer),
        )  # fmt: skip
        token = sequence(oid(_SIGNED_DATA), context(0, signed))
        return sequence(sequence(integer(status)), token) if has_status else token

    def _info(self, digest: bytes, at: datetime, bits: int, nonce: int | None) -> bytes:
        imprint = sequence(sequence(oid(_SHA2[bits])), octets(digest))
        number = int.from_bytes(hashlib.sha256(digest).digest()[:8], "big")
        rest = sequence(integer(1)) + (b"" if nonce is None else integer(nonce))
        return sequence(integer(1), oid("1.3.6.1.4.1.57264.2"), imprint, integer(number), generalized(at), rest)

    def _attributes(self, info: bytes, at: datetime) -> bytes:
        """Return the signed attributes in the order of DER, without the tag around them."""
        named = sequence(sequence(sequence(octets(hashlib.sha256(self.certificate).digest()))))
        digest = hashlib.new(f"sha{self._bits}", info).digest()
        parts = (
            sequence(oid("1.2.840.113549.1.9.3"), set_of(oid(_TST_INFO))),
            sequence(oid("1.2.840.113549.1.9.4"), set_of(octets(digest))),
            sequence(oid("1.2.840.113549.1.9.5"), set_of(tlv(0x17, at.strftime("%y%m%d%H%M%SZ").encode()))),
            sequence(oid("1.2.840.113549.1.9.16.2.47"), set_of(named)),
        )
        return b"".join(sorted(parts))
