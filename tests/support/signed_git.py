"""Signatures of git, made without ssh-keygen, gpg or gitsign: keys and signatures of the tests' own.

key = SshKey("ed25519")
name = signed_tag(repo, "v1.0.0", key.sign)             # a tag object, its reference, and its id
name = signed_commit(repo, key.sign)                    # HEAD's commit again, signed; the branch follows
sign = GitsignKey(MadeSigstore()).sign                  # CMS, with the log's entry in it
"""

from __future__ import annotations

import base64
import hashlib
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512

from supplymatrix.attest.certificate_fields import parse_certificate
from tests.support.git_repo import GitRepo
from tests.support.made_sigstore import MadeSigstore

__all__ = [
    "GitsignKey", "SshKey", "armour", "ascii_lines", "commit_payload", "signed_commit", "signed_tag", "string",
    "tag_payload",
]  # fmt: skip

Sign = Callable[[bytes], bytes]
_CURVES = {
    "p256": (ec.SECP256R1, SHA256, "nistp256"),
    "p384": (ec.SECP384R1, SHA384, "nistp384"),
    "p521": (ec.SECP521R1, SHA512, "nistp521"),
}


def string(data: bytes) -> bytes:
    """Return a string of RFC 4251."""
    return struct.pack(">I", len(data)) + data


def mpint(number: int) -> bytes:
    """Return a number of RFC 4251, not negative."""
    return string(number.to_bytes(number.bit_length() // 8 + 1, "big") if number else b"")


def ascii_lines(data: bytes, width: int = 70) -> bytes:
    """Return base64 in lines."""
    text = base64.b64encode(data)
    return b"".join(text[at : at + width] + b"\n" for at in range(0, len(text), width))


def armour(data: bytes) -> bytes:
    """Return an SSH signature as git keeps it."""
    return b"-----BEGIN SSH SIGNATURE-----\n" + ascii_lines(data) + b"-----END SSH SIGNATURE-----\n"


@cache
def _private(kind: str, _owner: str) -> Any:  # noqa: ANN401 - three classes without a common base
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind in _CURVES:
        return ec.generate_private_key(_CURVES[kind][0]())
    return rsa.generate_private_key(65537, 1024 if kind == "rsa1024" else 2048)


@dataclass
class SshKey:
    """kind: "ed25519", "p256", "p384", "p521", "rsa", or "rsa1024". owner: another one, another key."""

    kind: str = "ed25519"
    namespace: str = "git"
    hash_name: str = "sha512"
    form: str = ""
    owner: str = "Ada"

    @property
    def private(self) -> Any:  # noqa: ANN401 - three classes without a common base
        return _private(self.kind, self.owner)

    @property
    def type(self) -> str:
        if self.kind == "ed25519":
            return "ssh-ed25519"
        return f"ecdsa-sha2-{_CURVES[self.kind][2]}" if self.kind in _CURVES else "ssh-rsa"

    @property
    def blob(self) -> bytes:
        public, head = self.private.public_key(), string(self.type.encode())
        if self.kind == "ed25519":
            return head + string(public.public_bytes_raw())
        if self.kind in _CURVES:
            from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

            point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
            return head + string(_CURVES[self.kind][2].encode()) + string(point)
        numbers = public.public_numbers()
        return head + mpint(numbers.e) + mpint(numbers.n)

    @property
    def line(self) -> str:
        """The key as a file of keys has it."""
        return f"{self.type} {base64.b64encode(self.blob).decode()}"

    @property
    def fingerprint(self) -> str:
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")

    def sign(self, message: bytes) -> bytes:
        """Return the armoured signature over a message."""
        return armour(self.raw(message))

    def raw(self, message: bytes) -> bytes:
        """Return the same without armour."""
        digest = hashlib.new(self.hash_name, message).digest()
        parts = (self.namespace.encode(), b"", self.hash_name.encode())
        signed = b"SSHSIG" + b"".join(map(string, (*parts, digest)))
        form, value = self._value(signed)
        inner = string((self.form or form).encode()) + string(value)
        return b"SSHSIG" + struct.pack(">I", 1) + string(self.blob) + b"".join(map(string, parts)) + string(inner)

    def _value(self, signed: bytes) -> tuple[str, bytes]:
        if self.kind == "ed25519":
            return self.type, self.private.sign(signed)
        if self.kind in _CURVES:
            numbers = decode_dss_signature(self.private.sign(signed, ec.ECDSA(_CURVES[self.kind][1]())))
            return self.type, b"".join(map(mpint, numbers))
        hash_ = SHA256() if self.form == "rsa-sha2-256" else SHA512()
        return "rsa-sha2-512", self.private.sign(signed, padding.PKCS1v15(), hash_)


@dataclass
class GitsignKey:
    """Signs as gitsign does. is_offline: the log's entry lies in the signature. how: of MadeSigstore.sign_blob."""

    made: MadeSigstore
    is_offline: bool = True
    is_of_sigstore: bool = True
    how: dict[str, Any] = field(default_factory=dict)

    def sign(self, message: bytes) -> bytes:
        """Return the armoured CMS message over a message, which is not in it."""
        digest = hashlib.sha256(message).digest()
        attributes = [
            _tlv(0x30, _oid("1.2.840.113549.1.9.3") + _tlv(0x31, _oid("1.2.840.113549.1.7.1"))),
            _tlv(0x30, _oid("1.2.840.113549.1.9.4") + _tlv(0x31, _tlv(0x04, digest))),
        ]
        inner = b"".join(attributes)
        signed = self.made.sign_blob(_tlv(0x31, inner), **self.how)
        certificate = parse_certificate(signed.certificate)
        sha256 = _tlv(0x30, _oid("2.16.840.1.101.3.4.2.1"))
        unsigned = b""
        if self.is_offline and signed.entries:
            entry = _tlv(0x04, protobuf_entry(signed.entries[0]))
            unsigned += _tlv(0x30, _oid("1.3.6.1.4.1.57264.3.1") + _tlv(0x31, entry))
        for stamp in signed.stamps if self.is_offline else ():
            unsigned += _tlv(0x30, _oid("1.2.840.113549.1.9.16.2.14") + _tlv(0x31, stamp))
        number = certificate.serial.to_bytes(certificate.serial.bit_length() // 8 + 1, "big")
        signer = _tlv(
            0x30,
            _tlv(0x02, b"\1") + _tlv(0x30, certificate.issuer + _tlv(0x02, number)) + sha256 + _tlv(0xA0, inner)
            + _tlv(0x30, _oid("1.2.840.10045.4.3.2")) + _tlv(0x04, signed.signature)
            + (_tlv(0xA1, unsigned) if unsigned else b""),
        )  # fmt: skip
        data = _tlv(
            0x30,
            _tlv(0x02, b"\1") + _tlv(0x31, sha256) + _tlv(0x30, _oid("1.2.840.113549.1.7.1"))
            + _tlv(0xA0, signed.certificate) + _tlv(0x31, signer),
        )  # fmt: skip
        whole = _tlv(0x30, _oid("1.2.840.113549.1.7.2") + _tlv(0xA0, data))
        return b"-----BEGIN SIGNED MESSAGE-----\n" + ascii_lines(whole, 64) + b"-----END SIGNED MESSAGE-----\n"


def protobuf_entry(entry: dict[str, Any]) -> bytes:
    """Return a log entry of a bundle in its protobuf form, as gitsign keeps it: without the body."""
    b64 = base64.b64decode
    made = _number(1, int(entry["logIndex"])) + _bytes(2, _bytes(1, b64(entry["logId"]["keyId"])))
    kind = entry["kindVersion"]
    made += _bytes(3, _bytes(1, kind["kind"].encode()) + _bytes(2, kind["version"].encode()))
    made += _number(4, int(entry.get("integratedTime", 0)))
    if "inclusionPromise" in entry:
        made += _bytes(5, _bytes(1, b64(entry["inclusionPromise"]["signedEntryTimestamp"])))
    proof = entry.get("inclusionProof")
    if proof:
        inner = _number(1, int(proof["logIndex"])) + _bytes(2, b64(proof["rootHash"]))
        inner += _number(3, int(proof["treeSize"])) + b"".join(_bytes(4, b64(each)) for each in proof["hashes"])
        made += _bytes(6, inner + _bytes(5, _bytes(1, proof["checkpoint"]["envelope"].encode())))
    return made


def tag_payload(name: str, commit: str, *, email: str = "ada@a.example", time: int = 1_790_000_000) -> bytes:
    """Return the bytes of a tag before its signature."""
    return f"object {commit}\ntype commit\ntag {name}\ntagger Ada <{email}> {time} +0000\n\nversion {name}\n".encode()


def signed_tag(
    repo: GitRepo, name: str, sign: Sign | None, *, commit: str = "HEAD", said: str = "", email: str = "ada@a.example"
) -> str:
    """Make an annotated tag, and return its id. sign: None = unsigned. said: the name that the object has, another one
    than its reference."""
    target = repo.git("rev-parse", f"{commit}^{{commit}}").strip()
    payload = tag_payload(said or name, target, email=email)
    made = write_object(repo, "tag", payload + (sign(payload) if sign is not None else b""))
    repo.git("update-ref", f"refs/tags/{name}", made)
    return made


def commit_payload(repo: GitRepo, commit: str = "HEAD") -> bytes:
    """Return the bytes of a commit."""
    return repo.git("cat-file", "commit", commit).encode()


def signed_commit(repo: GitRepo, sign: Sign) -> str:
    """Sign HEAD's commit: make it again with a signature, let the branch point there, and return its id."""
    payload = commit_payload(repo)
    digits = len(repo.git("rev-parse", "HEAD").strip())
    header = b"gpgsig" if digits == 40 else b"gpgsig-sha256"
    signature = sign(payload).rstrip(b"\n").replace(b"\n", b"\n ")
    head, _, message = payload.partition(b"\n\n")
    made = write_object(repo, "commit", head + b"\n" + header + b" " + signature + b"\n\n" + message)
    repo.git("update-ref", "refs/heads/main", made)
    return made


def write_object(repo: GitRepo, kind: str, data: bytes) -> str:
    """Write an object as it is, and return its id."""
    done = subprocess.run(
        ["git", "hash-object", "-t", kind, "-w", "--stdin", "--literally"], cwd=repo.folder, input=data,
        capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout.decode().strip()


def _number(field_number: int, number: int) -> bytes:
    return _varint(field_number << 3) + _varint(number) if number else b""


def _bytes(field_number: int, data: bytes) -> bytes:
    return _varint(field_number << 3 | 2) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*made, number])


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _oid(text: str) -> bytes:
    first, second, *rest = map(int, text.split("."))
    return _tlv(0x06, b"".join(map(_base128, (first * 40 + second, *rest))))


def _base128(number: int) -> bytes:
    made = [number & 0x7F]
    while number := number >> 7:
        made.append(number & 0x7F | 0x80)
    return bytes(reversed(made))
