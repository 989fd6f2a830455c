"""Keys: every kind that signs, held against OpenSSL as a second reader; and those that are refused."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from supplymatrix.attest.keys import SigningKey, parse_signing_key, parse_verifying_key
from supplymatrix.errors import InputError, TrustError

MESSAGE = b"a report\n"
MAKERS: dict[str, Callable[[], object]] = {
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "ECDSA P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ECDSA P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "RSA 2048": lambda: rsa.generate_private_key(65537, 2048),
}
_DIGEST = {"ECDSA P-256": "-sha256", "ECDSA P-384": "-sha256", "RSA 2048": "-sha256"}


@cache
def private(kind: str) -> object:
    return MAKERS[kind]()


def pem(key: object, form: PrivateFormat = PrivateFormat.PKCS8, password: str = "") -> bytes:
    closed = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    data: bytes = key.private_bytes(Encoding.PEM, form, closed)  # type: ignore[attr-defined]  # of four kinds of keys
    return data


def public_pem(key: object) -> bytes:
    public = key.public_key()  # type: ignore[attr-defined]  # as above
    data: bytes = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return data


def signing(kind: str) -> SigningKey:
    return parse_signing_key(pem(private(kind)), "key.pem")


@pytest.mark.parametrize("kind", MAKERS)
def test_what_a_key_signs_its_public_half_verifies_and_nothing_else(kind: str) -> None:
    key, public = signing(kind), parse_verifying_key(public_pem(private(kind)), "pub.pem")
    signature = key.sign(MESSAGE)
    public.verify(MESSAGE, signature)
    assert (public.name, public.key_id) == (kind, key.verifying.key_id)
    with pytest.raises(TrustError):
        public.verify(MESSAGE + b" ", signature)
    with pytest.raises(TrustError):
        public.verify(MESSAGE, bytes([signature[0] ^ 1]) + signature[1:])
    other = next(name for name in MAKERS if name != kind)
    with pytest.raises(TrustError):
        signing(other).verifying.verify(MESSAGE, signature)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is the second reader")
@pytest.mark.parametrize("kind", MAKERS)
def test_openssl_verifies_what_a_key_signs(kind: str, tmp_path: Path) -> None:
    key = tmp_path / "pub.pem"
    key.write_bytes(public_pem(private(kind)))
    (tmp_path / "report").write_bytes(MESSAGE)
    (tmp_path / "sig").write_bytes(signing(kind).sign(MESSAGE))
    command = ["pkeyutl", "-verify", "-pubin", "-inkey", "pub.pem", "-rawin", "-in", "report", "-sigfile", "sig"]
    if kind in _DIGEST:
        command = ["dgst", _DIGEST[kind], "-verify", "pub.pem", "-signature", "sig", "report"]
    assert subprocess.run(["openssl", *command], cwd=tmp_path, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is the second reader")
def test_the_name_of_a_key_is_the_digest_of_its_public_half_as_openssl_writes_it(tmp_path: Path) -> None:
    from hashlib import sha256

    (tmp_path / "key.pem").write_bytes(pem(private("ECDSA P-256")))
    command = ["openssl", "pkey", "-in", "key.pem", "-pubout", "-outform", "DER"]
    der = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout
    assert signing("ECDSA P-256").verifying.key_id == sha256(der).hexdigest()


def test_a_signature_with_sha_384_of_a_p_384_key_is_taken_too() -> None:
    key = private("ECDSA P-384")
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    signing("ECDSA P-384").verifying.verify(MESSAGE, key.sign(MESSAGE, ec.ECDSA(SHA384())))


@pytest.mark.parametrize("kind", ["ECDSA P-256", "RSA 2048"])
def test_older_forms_of_private_keys_are_read(kind: str) -> None:
    key = parse_signing_key(pem(private(kind), PrivateFormat.TraditionalOpenSSL), "key.pem")
    assert key.verifying.name == kind


def test_an_encrypted_key_is_opened_by_its_password_alone_and_tells_neither() -> None:
    word = "correct horse"
    data = pem(private("Ed25519"), password=word)
    assert parse_signing_key(data, "key.pem", password=word).verifying.name == "Ed25519"
    for password, said in (("", "no password was given"), ("battery staple", "the password is another one")):
        with pytest.raises(InputError, match=said) as caught:
            parse_signing_key(data, "key.pem", password=password)
        assert "staple" not in str(caught.value)
        assert "SUPPLYMATRIX_SIGN_PASSWORD" in str(caught.value)


def test_a_key_does_not_tell_itself_when_it_is_printed() -> None:
    key = signing("Ed25519")
    assert repr(key) == f"SigningKey(Ed25519, {key.verifying.key_id})"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no private key in PEM form"),
        (b"\xff\x00garbage", "no private key in PEM form"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key in PEM form"),
        (b"-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n", "cosign's own"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", "OpenSSH"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n", "public key"),
    ],
)
def test_what_is_no_private_key_is_refused_with_a_way_out(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        parse_signing_key(data, "key.pem", password=said)
    assert caught.value.diagnostics[0].remedy


def test_weak_and_odd_keys_are_refused() -> None:
    small = rsa.generate_private_key(65537, 1024)  # noqa: S505 - that it is refused is the test
    for key, said in (
        (small, "1,024 bits"),
        (ec.generate_private_key(ec.SECP521R1()), "secp521r1"),
        (dsa.generate_private_key(1024), "kind"),  # noqa: S505 - as above
    ):
        with pytest.raises(InputError, match=said):
            parse_signing_key(pem(key), "key.pem")
    with pytest.raises(InputError, match="1,024 bits"):
        parse_verifying_key(public_pem(small), "pub.pem")


def test_a_private_key_in_the_place_of_a_public_one_is_refused() -> None:
    with pytest.raises(InputError, match="private key"):
        parse_verifying_key(pem(private("Ed25519")), "pub.pem")
    with pytest.raises(InputError, match="no public key"):
        parse_verifying_key(b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "pub.pem")


def test_a_file_of_several_public_keys_is_refused() -> None:
    one, other = (public_pem(private(kind)) for kind in ("Ed25519", "ECDSA P-256"))
    for data in (one + other, other + one, one + b"\n" + one):
        with pytest.raises(InputError, match="has 2 public keys"):
            parse_verifying_key(data, "keys.pub")
    assert parse_verifying_key(b"release key\r\n" + one.replace(b"\n", b"\r\n"), "key.pub").name == "Ed25519"


@pytest.mark.parametrize("label", ["ENCRYPTED SIGSTORE PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY"])
def test_of_cosigns_own_private_key_cosign_gives_the_public_half(label: str) -> None:
    data = f"-----BEGIN {label}-----\nQUJD\n-----END {label}-----\n".encode()
    with pytest.raises(InputError, match="private key") as caught:
        parse_verifying_key(data, "cosign.key")
    assert caught.value.diagnostics[0].remedy.startswith("cosign public-key --key")
