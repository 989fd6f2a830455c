"""Tags and commits of git: what of their bytes is signed, and what they say; git itself is the judge."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest.git_object import GitObject, ObjectKind, object_id, parse_git_object
from supplymatrix.errors import InputError
from supplymatrix.model.publisher import SignatureKind
from tests.support.git_repo import GitRepo
from tests.support.signed_git import SshKey, commit_payload, signed_commit, signed_tag, tag_payload

COMMIT = "8d5a" * 10
MARKS = {
    b"-----BEGIN SSH SIGNATURE-----\n": SignatureKind.SSH,
    b"-----BEGIN PGP SIGNATURE-----\n": SignatureKind.OPENPGP,
    b"-----BEGIN PGP MESSAGE-----\n": SignatureKind.OPENPGP,
    b"-----BEGIN SIGNED MESSAGE-----\n": SignatureKind.X509,
}


def parsed(kind: ObjectKind, data: bytes, digits: int = 40) -> GitObject:
    return parse_git_object(kind, data, object_id(kind, data, digits))


def tag(signature: bytes = b"", message: bytes = b"") -> GitObject:
    return parsed(ObjectKind.TAG, tag_payload("v1.2.3", COMMIT) + message + signature)


@pytest.mark.parametrize("mark", MARKS)
def test_a_tag_is_signed_up_to_the_last_line_that_begins_a_signature(mark: bytes) -> None:
    quoted = mark + b"quoted\n"
    found = tag(mark + b"abc\n", quoted)
    assert found.payload == tag_payload("v1.2.3", COMMIT) + quoted
    assert (found.signature, found.signature_kind) == (mark + b"abc\n", MARKS[mark])
    assert (found.tag, found.target, found.target_kind) == ("v1.2.3", COMMIT, "commit")
    assert (found.who, found.email) == ("Ada", "ada@a.example")
    assert found.time is not None
    assert f"{found.time:%Y-%m-%d}" == "2026-09-21"


def test_a_mark_within_a_line_begins_nothing() -> None:
    found = tag(message=b" -----BEGIN SSH SIGNATURE-----\n> -----BEGIN PGP SIGNATURE-----\n")
    assert (found.signature, found.signature_kind) == (b"", None)


def test_a_commit_keeps_its_signature_in_a_header_and_the_merged_tag_in_another(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path)
    repo.commit({"a": "a"})
    plain = commit_payload(repo)
    name = signed_commit(repo, lambda data: b"-----BEGIN SSH SIGNATURE-----\n\nof %d\n" % len(data))
    data = repo.git("cat-file", "commit", name).encode()
    found = parse_git_object(ObjectKind.COMMIT, data, name)
    assert found.payload == plain
    assert found.signature == b"-----BEGIN SSH SIGNATURE-----\n\nof %d\n" % len(plain)
    assert (found.target_kind, found.target) == ("tree", repo.git("rev-parse", "HEAD^{tree}").strip())
    merged = plain.replace(b"\n\n", b"\nmergetag object 1\n -----BEGIN SSH SIGNATURE-----\n x\n\n", 1)
    assert parsed(ObjectKind.COMMIT, merged).signature_kind is None


def test_the_header_of_the_other_hash_is_no_signature_and_not_signed() -> None:
    plain = b"tree %b\ncommitter A <a@a.example> 1 +0000\n\nx\n" % (COMMIT.encode())
    other = plain.replace(b"\n\n", b"\ngpgsig-sha256 -----BEGIN SSH SIGNATURE-----\n y\n\n", 1)
    found = parsed(ObjectKind.COMMIT, other)
    assert (found.payload, found.signature, found.signature_kind) == (plain, b"", None)
    strange = plain.replace(b"\n\n", b"\ngpgsig -----BEGIN OTHER-----\n y\n\n", 1)
    assert parsed(ObjectKind.COMMIT, strange).signature_kind is SignatureKind.OTHER


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (ObjectKind.TAG, b"object %b\ntype commit\n\nx" % COMMIT.encode()),
        (ObjectKind.TAG, b"object %b\nobject %b\ntype commit\ntag v1\n\nx" % (COMMIT.encode(), COMMIT.encode())),
        (ObjectKind.TAG, b"object 12\ntype commit\ntag v1\n\nx"),
        (ObjectKind.TAG, b""),
        (ObjectKind.COMMIT, b"tree %b\n\nx" % COMMIT.encode()),
        (ObjectKind.COMMIT, b"tree %b\ncommitter A <a> 1 +0000\ngpgsig a\ngpgsig b\n\nx" % COMMIT.encode()),
        (ObjectKind.COMMIT, b"tree %b\ncommitter A <a> 1 +0000\ngpgsigX evil\n more\n\nx" % COMMIT.encode()),
        (ObjectKind.COMMIT, b"tree %b\ncommitter A <a> 1 +0000\ngpgsig\n\nx" % COMMIT.encode()),
        (ObjectKind.TAG, b"object %b\ntype commit\ntag v1\ngpgsigfoo evil\n more\n\nx" % COMMIT.encode()),
    ],
)
def test_what_git_would_not_write_is_refused(kind: ObjectKind, data: bytes) -> None:
    with pytest.raises(InputError):
        parsed(kind, data)


def test_a_header_of_very_many_lines_is_joined() -> None:
    lines = b"\n " * 400_000
    found = parsed(ObjectKind.COMMIT, b"tree %b\ncommitter x\ngpgsig y%b\n\nx" % (COMMIT.encode(), lines))
    assert (len(found.signature), found.payload) == (400_002, b"tree %b\ncommitter x\n\nx" % COMMIT.encode())


def test_bytes_of_another_id_are_refused() -> None:
    data = tag_payload("v1.2.3", COMMIT)
    with pytest.raises(InputError, match="its bytes have the id"):
        parse_git_object(ObjectKind.TAG, data, object_id(ObjectKind.TAG, data + b"x", 40))


@given(st.binary(max_size=300), st.sampled_from(list(ObjectKind)))
def test_any_bytes_are_an_object_or_a_message(data: bytes, kind: ObjectKind) -> None:
    head = tag_payload("v1", COMMIT) if kind is ObjectKind.TAG else b"tree %b\ncommitter x\n" % COMMIT.encode()
    for text in (data, head + data):
        try:
            found = parsed(kind, text)
        except InputError:
            continue
        assert len(found.payload) + len(found.signature) <= len(text) + 1


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
@pytest.mark.parametrize("format_", ["sha1", "sha256"])
def test_git_verifies_what_is_signed_here_and_the_other_way_round(tmp_path: Path, format_: str) -> None:
    from supplymatrix.attest.ssh_signature import holds, parse_ssh_signature

    repo = GitRepo(tmp_path / "made")
    if format_ == "sha256":
        shutil.rmtree(repo.folder / ".git")
        repo.git("init", "--quiet", "--initial-branch=main", "--object-format=sha256")
    repo.commit({"a": "a"})
    key = SshKey()
    (tmp_path / "signers").write_text(f"ada@a.example {key.line}\n")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "own"], check=True)
    repo.git("config", "gpg.ssh.allowedSignersFile", str(tmp_path / "signers"))
    signed_commit(repo, key.sign)
    signed_tag(repo, "v1.0.0", key.sign)
    repo.git("verify-tag", "v1.0.0")
    repo.git("verify-commit", "HEAD")
    own = ["-c", "gpg.format=ssh", "-c", f"user.signingKey={tmp_path / 'own'}"]
    repo.git(*own, "tag", "-s", "-m", "by git", "v1.1.0")
    repo.git(*own, "commit", "--quiet", "--allow-empty", "-S", "-m", "by git")
    for kind, what in ((ObjectKind.TAG, "v1.1.0"), (ObjectKind.COMMIT, "HEAD")):
        name = repo.git("rev-parse", what).strip()
        found = parse_git_object(kind, repo.git("cat-file", kind.value, name).encode(), name)
        assert len(name) == (40 if format_ == "sha1" else 64)
        assert holds(parse_ssh_signature(found.signature), found.payload)
