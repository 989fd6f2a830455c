"""A CA as Fulcio is one: root, intermediate, and certificates of ten minutes with an SCT of a log of the test's own."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.support.made_der import utf8
from tests.support.made_keys import MadeKey, made_key

__all__ = ["FULCIO", "SCT_LIST", "MadeAuthority", "MadeCtLog", "certificate_der"]

FULCIO = "1.3.6.1.4.1.57264.1"
SCT_LIST = "1.3.6.1.4.1.11129.2.4.2"
_OTHER_NAME = x509.ObjectIdentifier(f"{FULCIO}.7")
_EC_HASH: dict[str, hashes.SHA256 | hashes.SHA384 | hashes.SHA512] = {
    "P-256": hashes.SHA256(),
    "P-384": hashes.SHA384(),
    "P-521": hashes.SHA512(),
}


def certificate_der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


@dataclass(frozen=True, kw_only=True)
class MadeCtLog:
    """A certificate transparency log: it promises, and holds nothing."""

    key: MadeKey

    def sct(self, tbs: bytes, issuer: bytes, at: datetime, *, extensions: bytes = b"", is_wrong: bool = False) -> bytes:
        """Return one SCT as a SignedCertificateTimestampList has it, its length before it (RFC 6962 §3.2, §3.3).

        tbs: TBSCertificate without the list; issuer: SubjectPublicKeyInfo of its issuer. is_wrong: a bit of the
        signature is another.
        """
        millis = int(at.timestamp() * 1000)
        entry = hashlib.sha256(issuer).digest() + len(tbs).to_bytes(3, "big") + tbs
        tail = struct.pack("!H", len(extensions)) + extensions
        signature = bytearray(self.key.sign(struct.pack("!BBQH", 0, 0, millis, 1) + entry + tail, 256))
        if is_wrong:
            signature[-1] ^= 1
        kind = b"\x04\x01" if self.key.kind.startswith("RSA") else b"\x04\x03"
        head = b"\x00" + self.key.key_id + struct.pack("!Q", millis) + tail
        made = head + kind + struct.pack("!H", len(signature)) + bytes(signature)
        return struct.pack("!H", len(made)) + made


@dataclass(frozen=True, kw_only=True)
class MadeAuthority:
    """A root and an intermediate below it. name: of the organisation; salt: same names, other keys."""

    name: str
    start: datetime
    years: int = 10
    salt: str = ""
    purpose: Any = ExtendedKeyUsageOID.CODE_SIGNING

    @cached_property
    def root_key(self) -> MadeKey:
        return made_key("P-384", f"root of {self.name} {self.purpose.dotted_string} {self.salt}")

    @cached_property
    def key(self) -> MadeKey:
        """The key of the intermediate."""
        return made_key("P-384", f"intermediate of {self.name} {self.purpose.dotted_string} {self.salt}")

    @cached_property
    def root(self) -> x509.Certificate:
        return self._authority("root", self.root_key, 1, path=None)

    @cached_property
    def intermediate(self) -> x509.Certificate:
        return self._authority("intermediate", self.key, 2, path=0)

    @property
    def chain(self) -> tuple[bytes, bytes]:
        """Intermediate and root, DER."""
        return certificate_der(self.intermediate), certificate_der(self.root)

    @property
    def end(self) -> datetime:
        return self.start + timedelta(days=365 * self.years)

    def leaf(
        self,
        key: MadeKey,
        san: tuple[str, str] | None,
        fields: tuple[tuple[int, str], ...],
        *,
        start: datetime,
        end: datetime,
        ct: MadeCtLog | None,
        more_ct: Sequence[MadeCtLog] = (),
        sct_at: datetime | None = None,
        sct_is_wrong: bool = False,
        sct_extensions: bytes = b"",
        has_purpose: bool = True,
        is_authority: bool = False,
    ) -> bytes:
        """Return a certificate (DER) as Fulcio makes them.

        san: ("uri" | "email" | "other", text). fields: number of the extension below FULCIO, and its text. ct, more_ct:
        the logs whose SCTs it has.
        """
        made = self._builder(x509.Name([]), key, start, end, f"{san}{fields}{start}{ct is None}")
        usage = {"digital_signature": True, "key_cert_sign": is_authority}
        made = made.add_extension(_usage(**usage), critical=True)
        if has_purpose:
            made = made.add_extension(x509.ExtendedKeyUsage([self.purpose]), critical=False)
        if is_authority:
            made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        if san is not None:
            made = made.add_extension(x509.SubjectAlternativeName([_general_name(*san)]), critical=True)
        for number, text in fields:
            kind = x509.ObjectIdentifier(f"{FULCIO}.{number}")
            content = text.encode() if number < 7 else utf8(text)
            made = made.add_extension(x509.UnrecognizedExtension(kind, content), critical=False)
        logs = (*([ct] if ct else ()), *more_ct)
        if logs:
            tbs, issuer, at = self._signed(made).tbs_certificate_bytes, self.key.spki, sct_at or start
            listed = b"".join(
                log.sct(tbs, issuer, at, extensions=sct_extensions, is_wrong=sct_is_wrong) for log in logs
            )
            listed = struct.pack("!H", len(listed)) + listed
            content = b"\x04" + _length(len(listed)) + listed
            made = made.add_extension(
                x509.UnrecognizedExtension(x509.ObjectIdentifier(SCT_LIST), content), critical=False
            )
        return certificate_der(self._signed(made))

    def service(self, key: MadeKey, common_name: str, start: datetime, end: datetime) -> bytes:
        """Return a certificate for a service that signs (a time stamp authority), its purpose critical."""
        made = self._builder(_name(self.name, common_name), key, start, end, common_name)
        made = made.add_extension(_usage(digital_signature=True), critical=True)
        return certificate_der(self._signed(made.add_extension(x509.ExtendedKeyUsage([self.purpose]), critical=True)))

    def _builder(
        self, subject: x509.Name, key: MadeKey, start: datetime, end: datetime, about: str
    ) -> x509.CertificateBuilder:
        number = int.from_bytes(hashlib.sha256(f"{about}{self.name}".encode() + key.spki).digest()[:19], "big")
        public = key.private.public_key()
        return (
            x509.CertificateBuilder().subject_name(subject).issuer_name(self.intermediate.subject)
            .public_key(public).serial_number(number).not_valid_before(start).not_valid_after(end)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.private.public_key()),
                           critical=False)
        )  # fmt: skip

    def _signed(self, made: x509.CertificateBuilder) -> x509.Certificate:
        return made.sign(self.key.private, _EC_HASH[self.key.kind], ecdsa_deterministic=True)

    def _authority(self, role: str, key: MadeKey, number: int, *, path: int | None) -> x509.Certificate:
        issuer = _name(self.name, f"{self.name} root")
        made = (
            x509.CertificateBuilder().subject_name(_name(self.name, f"{self.name} {role}")).issuer_name(issuer)
            .public_key(key.private.public_key()).serial_number(number)
            .not_valid_before(self.start).not_valid_after(self.end)
            .add_extension(x509.BasicConstraints(ca=True, path_length=path), critical=True)
            .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.private.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.root_key.private.public_key()),
                           critical=False)
        )  # fmt: skip
        if role != "root":
            made = made.add_extension(x509.ExtendedKeyUsage([self.purpose]), critical=False)
        return made.sign(self.root_key.private, hashes.SHA384(), ecdsa_deterministic=True)


def _name(organisation: str, common_name: str) -> x509.Name:
    parts = ((NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, common_name))
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in parts])


def _usage(**wanted: bool) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
    return x509.KeyUsage(**{name: wanted.get(name, False) for name in names})


def _general_name(kind: str, text: str) -> x509.GeneralName:
    if kind == "email":
        return x509.RFC822Name(text)
    return x509.UniformResourceIdentifier(text) if kind == "uri" else x509.OtherName(_OTHER_NAME, utf8(text))


def _length(size: int) -> bytes:
    return bytes([size]) if size < 0x80 else bytes([0x81, size]) if size < 0x100 else b"\x82" + size.to_bytes(2, "big")
