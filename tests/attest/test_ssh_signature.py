"""SSH signatures as OpenSSH makes them, and the file of allowed signers."""

from __future__ import annotations

import base64
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest.ssh_signature import (
    SshStanding,
    holds,
    parse_allowed_signers,
    parse_ssh_signature,
    standing_of,
    why_not_checkable,
)
from supplymatrix.errors import InputError
from tests.support.signed_git import SshKey, armour, string

MESSAGE = b"object 1234\ntype commit\n"
KINDS = ("ed25519", "p256", "p384", "p521", "rsa")
ED25519 = SshKey("ed25519")
SIGNED = ED25519.raw(MESSAGE)
WHEN = datetime(2026, 6, 1, tzinfo=UTC)
needs_ssh_keygen = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")


@pytest.mark.parametrize("hash_name", ["sha256", "sha512"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_of_every_kind_of_key_holds_over_its_message_alone(kind: str, hash_name: str) -> None:
    key = SshKey(kind, hash_name=hash_name)
    signature = parse_ssh_signature(key.sign(MESSAGE))
    assert why_not_checkable(signature) == ""
    assert signature.fingerprint == key.fingerprint
    assert signature.public_key == key.line
    assert holds(signature, MESSAGE)
    assert not holds(signature, MESSAGE + b" ")


def test_rsa_with_sha_256_holds_and_with_sha_1_does_not() -> None:
    assert holds(parse_ssh_signature(SshKey("rsa", form="rsa-sha2-256").sign(MESSAGE)), MESSAGE)
    assert not holds(parse_ssh_signature(SshKey("rsa", form="ssh-rsa").sign(MESSAGE)), MESSAGE)


def test_a_short_rsa_key_and_security_tokens_are_told_and_not_judged() -> None:
    assert "1,024 bits" in why_not_checkable(parse_ssh_signature(SshKey("rsa1024").sign(MESSAGE)))
    key = string(b"sk-ssh-ed25519@openssh.com") + string(bytes(32)) + string(b"ssh:")
    inner = string(b"sk-ssh-ed25519@openssh.com") + string(bytes(64)) + b"\1\0\0\0\7"
    made = b"SSHSIG\0\0\0\1" + b"".join(map(string, (key, b"git", b"", b"sha512", inner)))
    assert "security token" in why_not_checkable(parse_ssh_signature(armour(made)))


@given(at=st.integers(0, len(SIGNED) - 1), bit=st.integers(0, 7))
def test_any_flipped_bit_is_refused(at: int, bit: int) -> None:
    data = bytearray(SIGNED)
    data[at] ^= 1 << bit
    try:
        signature = parse_ssh_signature(armour(bytes(data)))
    except InputError:
        return
    if not why_not_checkable(signature):
        assert not (holds(signature, MESSAGE) and signature.key == ED25519.blob and signature.namespace == "git")


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_message(data: bytes) -> None:
    for text in (data, armour(data), armour(b"SSHSIG\0\0\0\1" + data)):
        with pytest.raises(InputError):
            parse_ssh_signature(text)


@pytest.mark.parametrize("more", [b"x", string(b"x")])
def test_bytes_behind_the_end_are_refused(more: bytes) -> None:
    with pytest.raises(InputError, match="bytes follow"):
        parse_ssh_signature(armour(SIGNED + more))


def allowed(line: str) -> SshStanding:
    signature = parse_ssh_signature(armour(SIGNED))
    return standing_of(parse_allowed_signers(line.encode(), "signers"), signature, WHEN).standing


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", SshStanding.TRUSTED),
        ('namespaces="git" ', SshStanding.TRUSTED),
        ('namespaces="file,g*" ', SshStanding.TRUSTED),
        ('namespaces="*,!git" ', SshStanding.OTHER_USE),
        ('namespaces="file" ', SshStanding.OTHER_USE),
        ("cert-authority ", SshStanding.AUTHORITY),
        ('valid-after="20260601Z" ', SshStanding.TRUSTED),
        ('valid-after="20260601000001Z" ', SshStanding.NOT_YET),
        ('valid-before="20260601Z" ', SshStanding.TRUSTED),
        ('valid-before="202605312359Z" ', SshStanding.EXPIRED),
        ('valid-before="20260601" ', SshStanding.EXPIRED),  # over already in the east
        ('valid-after="20260601" ', SshStanding.NOT_YET),  # not begun in the west
        ('namespaces="git",valid-after="2020",valid-before="2030" ', None),
        ("no-pty ", None),
        ('namespaces="git",namespaces="git" ', None),
        ("cert-authority=1 ", None),
    ],
)
def test_a_line_of_allowed_signers_lets_its_key_sign_as_it_says(options: str, expected: SshStanding | None) -> None:
    line = f"ada@a.example {options}{ED25519.line} her key\n"
    if expected is None:
        with pytest.raises(InputError) as caught:
            allowed(line)
        assert caught.value.diagnostics[0].line == 1
    else:
        assert allowed(line) is expected


def test_a_good_line_counts_beside_others_of_the_same_key() -> None:
    lines = (
        f"# keys\n\nold@a.example valid-before=20200101Z {ED25519.line}\n"
        f'"a,b@a.example" {SshKey("p256").line}\nada@a.example {ED25519.line}\n'
    )
    found = standing_of(parse_allowed_signers(lines.encode(), "signers"), parse_ssh_signature(armour(SIGNED)), WHEN)
    assert found.standing is SshStanding.TRUSTED
    assert found.entry is not None
    assert (found.entry.line, found.entry.principals) == (5, ("ada@a.example",))


def test_another_key_is_unknown_and_one_with_dates_needs_a_date() -> None:
    signature = parse_ssh_signature(armour(SIGNED))
    other = parse_allowed_signers(f"ada@a.example {SshKey(owner='Bob').line}".encode(), "signers")
    assert standing_of(other, signature, WHEN).standing is SshStanding.UNKNOWN
    dated = parse_allowed_signers(f"ada@a.example valid-after=20200101Z {ED25519.line}".encode(), "signers")
    assert standing_of(dated, signature, None).standing is SshStanding.UNDATED


@pytest.mark.parametrize(
    "line",
    ["ada@a.example", "ada@a.example ssh-ed25519", "ada@a.example ssh-ed25519 AAAA!", f"ada {ED25519.line[4:]}",
     f"ada ssh-rsa {ED25519.line.split()[1]}", f", {ED25519.line}"],
    ids=("no key", "no data", "no base64", "no such type", "another type", "no name"),
)  # fmt: skip
def test_a_line_without_a_key_is_named_by_its_number(line: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_allowed_signers(f"# first\n{line}\n".encode(), "signers")
    assert (caught.value.diagnostics[0].line, caught.value.diagnostics[0].artifact) == (2, "signers")


@needs_ssh_keygen
@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_what_ssh_keygen_signs_holds_here(tmp_path: Path, kind: str) -> None:
    (tmp_path / "data").write_bytes(MESSAGE)
    bits = {"ecdsa": ["-b", "384"], "rsa": ["-b", "2048"]}.get(kind, [])
    subprocess.run(["ssh-keygen", "-q", "-t", kind, *bits, "-N", "", "-f", "key"], cwd=tmp_path, check=True)
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", "key", "data"], cwd=tmp_path, check=True)
    signature = parse_ssh_signature((tmp_path / "data.sig").read_bytes())
    assert holds(signature, MESSAGE)
    assert base64.b64encode(signature.key).decode() == (tmp_path / "key.pub").read_text().split()[1]


@needs_ssh_keygen
def test_ssh_keygen_takes_what_is_signed_here(tmp_path: Path) -> None:
    (tmp_path / "data.sig").write_bytes(armour(SIGNED))
    (tmp_path / "signers").write_text(f'ada@a.example namespaces="git" {ED25519.line}\n')
    command = ["ssh-keygen", "-Y", "verify", "-n", "git", "-I", "ada@a.example", "-f", "signers", "-s", "data.sig"]
    done = subprocess.run(command, cwd=tmp_path, input=MESSAGE, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
