"""OpenPGP signatures: what gpgv's status lines mean, and gpgv itself where it is installed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.sources.gpgv import OpenPgpState, check_openpgp, keyring_bytes, read_status
from tests.support.gnupg import Gnupg

KEY = "A15F6AD518E1C07535E36CBD9D5B3210D0200617"
VALID = f"VALIDSIG {KEY} 2026-11-26 1795702200 0 4 0 22 8 00 {KEY}"
PATH = {"PATH": os.environ.get("PATH", "")}
needs_gnupg = pytest.mark.skipif(
    shutil.which("gpg") is None or shutil.which("gpgv") is None, reason="GnuPG is not installed"
)


def lines(*words: str) -> str:
    return "".join(f"[GNUPG:] {word}\n" for word in words)


@pytest.mark.parametrize(
    ("words", "code", "state"),
    [
        (["NEWSIG", f"GOODSIG {KEY[-16:]} Ada <ada@a.example>", VALID], 0, OpenPgpState.GOOD),
        (["NEWSIG", "GOODSIG x Ada", VALID], 2, OpenPgpState.UNCLEAR),
        (["NEWSIG", "KEYEXPIRED 1609372800", "EXPKEYSIG x Ada", VALID], 0, OpenPgpState.KEY_EXPIRED),
        (["NEWSIG", "REVKEYSIG x Ada", VALID], 0, OpenPgpState.KEY_REVOKED),
        (["NEWSIG", "EXPSIG x Ada", VALID], 0, OpenPgpState.EXPIRED),
        (["NEWSIG", "GOODSIG x Ada", VALID.replace(" 22 8 ", " 1 2 ")], 0, OpenPgpState.WEAK),
        (["NEWSIG", "GOODSIG x Ada", VALID.replace(" 00 ", " 02 ")], 0, OpenPgpState.UNCLEAR),
        (["NEWSIG", "GOODSIG x Ada", VALID.replace(" 00 ", " 10 ")], 0, OpenPgpState.UNCLEAR),
        (["NEWSIG", "BADSIG x Ada"], 1, OpenPgpState.BAD),
        (["NEWSIG", f"ERRSIG x 22 8 00 1795702200 9 {KEY}", "NO_PUBKEY x"], 2, OpenPgpState.NO_KEY),
        (["NEWSIG", f"ERRSIG x 17 2 00 1795702200 5 {KEY}"], 2, OpenPgpState.WEAK),
        (["NEWSIG", "ERRSIG x 99 8 00 1795702200 4 -"], 2, OpenPgpState.UNCLEAR),
        (["NEWSIG", "GOODSIG x Ada", VALID, "NEWSIG", "GOODSIG y Bob", VALID], 0, OpenPgpState.UNCLEAR),
        (["NEWSIG", "GOODSIG x Ada"], 0, OpenPgpState.UNCLEAR),
        (["NEWSIG", "BADSIG x Ada", VALID, "GOODSIG x Ada"], 1, OpenPgpState.BAD),
        (["NEWSIG", f"BADSIG x eve\u2028[GNUPG:] {VALID}\u2028[GNUPG:] GOODSIG x Ada"], 1, OpenPgpState.BAD),
        (["NEWSIG", "GOODSIG x eve\x85[GNUPG:] NEWSIG", VALID], 0, OpenPgpState.GOOD),
        (["NODATA 4"], 2, OpenPgpState.UNCLEAR),
        ([], 0, OpenPgpState.UNCLEAR),
    ],
)
def test_status_lines_are_read_as_what_they_mean(words: list[str], code: int, state: OpenPgpState) -> None:
    assert read_status(lines(*words), code).state is state


def test_a_signature_of_a_text_is_told() -> None:
    words = ("NEWSIG", "GOODSIG x Ada")
    answer = read_status(lines(*words, VALID.replace(" 00 ", " 01 ")), 0)
    assert (answer.state, answer.is_text) == (OpenPgpState.GOOD, True)
    assert not read_status(lines(*words, VALID), 0).is_text


def test_words_for_people_are_no_status() -> None:
    assert read_status(f"gpgv: Good signature\nGOODSIG x\n{VALID}\n", 0).state is OpenPgpState.UNCLEAR


@given(st.text(max_size=200), st.integers(0, 3))
def test_no_text_without_a_valid_signature_is_good(text: str, code: int) -> None:
    said = "\n".join(line for line in text.splitlines() if "VALIDSIG" not in line)
    assert read_status(said, code).state is not OpenPgpState.GOOD


def test_without_gpgv_nothing_is_said(tmp_path: Path) -> None:
    assert check_openpgp(b"x", b"y", b"", {"PATH": str(tmp_path)}) is None


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ!!\n",
     b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENBF==\n=abcd\n"],
)  # fmt: skip
def test_what_is_no_keyring_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        keyring_bytes(data, "keys")


@pytest.fixture
def gnupg(tmp_path: Path) -> Gnupg:
    return Gnupg(tmp_path)


@needs_gnupg
def test_gpgv_judges_with_the_keyring_and_no_other(gnupg: Gnupg) -> None:
    try:
        gnupg.key("good")
        gnupg.key("old", expires="1y", at="20200101T000000")
        good = gnupg.run("--armor", "--detach-sign", "-u", "good@a.example", sent=b"payload")
        old = gnupg.run("--armor", "--detach-sign", "-u", "old@a.example", sent=b"payload", at="20200601T000000")
        ring, armoured = gnupg.run("--export"), gnupg.run("--armor", "--export")
    finally:
        gnupg.end()
    fingerprint = ""
    for keys in (keyring_bytes(ring, "ring"), keyring_bytes(armoured, "ring")):
        found = check_openpgp(b"payload", good, keys, PATH)
        assert found is not None
        assert (found.state, found.user) == (OpenPgpState.GOOD, "good <good@a.example>")
        fingerprint = found.fingerprint
        changed = check_openpgp(b"Payload", good, keys, PATH)
        assert changed is not None
        assert changed.state is OpenPgpState.BAD
        expired = check_openpgp(b"payload", old, keys, PATH)
        assert expired is not None
        assert (expired.state, expired.says) == (OpenPgpState.KEY_EXPIRED, "on 2020-12-31")
    unknown = check_openpgp(b"payload", good, b"", PATH | {"GNUPGHOME": str(gnupg.home), "HOME": str(gnupg.home)})
    assert unknown is not None
    assert (unknown.state, unknown.fingerprint) == (OpenPgpState.NO_KEY, fingerprint)
