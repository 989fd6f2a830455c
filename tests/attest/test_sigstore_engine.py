"""The sigstore package as it is asked: without a network, without a word, of our own trusted root, once for each."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Never

import pytest

from supplymatrix.attest import sigstore_engine
from supplymatrix.attest.sigstore_engine import ask_sigstore, package_version, why_not
from supplymatrix.attest.trusted_root import parse_trusted_root
from supplymatrix.attest.wanted import IdentityWish, Wanted
from supplymatrix.model.value import changed
from tests.support.child import unmeasured
from tests.support.data import REPO
from tests.support.judged import DATA, MADE, STATEMENT, artifact_of, made_root, read, wished
from tests.support.made_sigstore import GITHUB_IDENTITY, Fault


def test_it_holds_what_is_right_and_says_why_not_where_it_is_not() -> None:
    opinion = ask_sigstore(read(MADE.keyless_blob(DATA)), artifact_of(DATA), wished(), made_root())
    assert (opinion.holds, opinion.says, opinion.broke, opinion.names) == (True, "", False, True)
    assert opinion.version == package_version()
    late = ask_sigstore(read(MADE.keyless_blob(DATA, faults={Fault.LATE})), artifact_of(DATA), wished(), made_root())
    assert not late.holds
    assert late.says.startswith("failed to build timestamp certificate chain")
    assert late.names is None


def test_what_it_says_is_one_line_that_is_not_too_long() -> None:
    wrong = read(MADE.keyless_blob(DATA, faults={Fault.WRONG_PROOF}))
    says = ask_sigstore(wrong, artifact_of(DATA), wished(), made_root()).says
    assert "\n" not in says
    assert len(says) <= 201


@pytest.mark.parametrize(
    ("wishes", "names"),
    [
        ((), None),
        ((IdentityWish(identity=GITHUB_IDENTITY),), True),
        ((IdentityWish(identity="https://other.example"),), False),
        ((IdentityWish(identity_regexp="^.*$"),), None),
        ((IdentityWish(identity=GITHUB_IDENTITY, issuer_regexp="^.*$"),), None),
        ((IdentityWish(identity="https://other.example"), IdentityWish(identity=GITHUB_IDENTITY)), True),
        ((IdentityWish(identity=GITHUB_IDENTITY), IdentityWish(identity_regexp="^x$")), None),
    ],
)
def test_it_is_asked_for_names_where_all_are_exact(wishes: tuple[IdentityWish, ...], names: bool | None) -> None:
    opinion = ask_sigstore(
        read(MADE.keyless_dsse(STATEMENT)), artifact_of(DATA), Wanted(identities=wishes), made_root()
    )
    assert (opinion.holds, opinion.names) == (True, names)
    assert bool(opinion.names_say) is (names is False)


def test_it_asks_nobody_says_nothing_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> Never:
        raise AssertionError("the network was asked")

    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "USERPROFILE", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    sigstore_engine._package.cache_clear()
    sigstore_engine._verifier.cache_clear()
    for data in (
        MADE.keyless_blob(DATA, version="0.1", has_chain=True), MADE.keyless_blob(DATA, log="v2"),
        MADE.keyless_dsse(STATEMENT),
    ):  # fmt: skip
        assert ask_sigstore(read(data), artifact_of(DATA), wished(), made_root()).holds
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_a_verifier_is_made_once_for_each_trusted_root() -> None:
    sigstore_engine._verifier.cache_clear()
    other = parse_trusted_root(MADE.stranger.trusted_root(), "other")
    for root in (made_root(), other, made_root(), other):
        ask_sigstore(read(MADE.keyless_blob(DATA)), artifact_of(DATA), wished(), root)
    info = sigstore_engine._verifier.cache_info()
    assert (info.misses, info.hits) == (2, 2)


def test_it_is_given_our_trusted_root_and_no_other() -> None:
    foreign = read(MADE.stranger.keyless_blob(DATA))
    assert not ask_sigstore(foreign, artifact_of(DATA), wished(), made_root()).holds
    other = parse_trusted_root(MADE.stranger.trusted_root(), "other")
    assert ask_sigstore(foreign, artifact_of(DATA), wished(), other).holds


def test_a_trusted_root_whose_bytes_are_not_what_its_digest_says_is_not_used() -> None:
    changed_root = changed(made_root(), raw=MADE.stranger.trusted_root())
    opinion = ask_sigstore(read(MADE.stranger.keyless_blob(DATA)), artifact_of(DATA), wished(), changed_root)
    assert not opinion.holds
    assert "not what its digest says" in opinion.says


def test_a_certificate_that_cannot_be_read_is_left_to_the_engines() -> None:
    broken = read(MADE.keyless_blob(DATA))
    assert why_not(changed(broken, certificate=b"\x30\x03\x02\x01\x01")) == ""


def test_it_is_not_imported_before_it_is_asked() -> None:
    code = (
        "import sys, supplymatrix.attest.engines, supplymatrix.engine.trust_roots\n"
        "print([name for name in ('sigstore', 'pydantic', 'requests', 'tuf', 'cryptography') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPO, env=unmeasured(), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_same_is_made_each_time() -> None:
    from tests.support.made_sigstore import MadeSigstore

    again = MadeSigstore()
    assert again.keyless_blob(DATA, log="v2") == MADE.keyless_blob(DATA, log="v2")
    assert again.trusted_root() == MADE.trusted_root()
    assert MadeSigstore(seed="other").keyless_blob(DATA) != MADE.keyless_blob(DATA)
