"""A project that is released: a program with signature and provenance, others that are not signed, or wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.screens.chain import ChainScreen
from supplymatrix.tui.screens.signatures import SignaturesScreen
from supplymatrix.tui.screens.signing_words import SigningWords, parse_words
from tests.support.made_chain import MadeRelease
from tests.support.made_sigstore import GITHUB_IDENTITY, GITHUB_ISSUER, Fault
from tests.tui.made_app import MadeSession, made_session
from tests.tui.made_project import use_environment

__all__ = ["ROOT", "WHO", "Ground", "chain_screen", "signatures_screen", "signed_session"]

ROOT = "--trusted-root svc/trusted_root.json --engine native"
WHO = f"--identity {GITHUB_IDENTITY} --issuer {GITHUB_ISSUER} {ROOT}"


class Ground:
    """made: a release in svc/, whose program is app; dist/ has it with others."""

    def __init__(self, root: Path) -> None:
        self.root = root
        folder = root / "svc"
        folder.mkdir()
        self.made = MadeRelease(folder).write()
        (folder / "go.mod").write_text("module github.com/corp/app\n\ngo 1.26\n")
        self.dist = root / "dist"
        self.dist.mkdir()
        self.put("good", self.made.signed(b"good\n"))
        self.put("other", self.made.signed(b"other\n", identity="https://github.com/evil/x/.github/workflows/x.yml@r"))
        self.put("wrong", self.made.signed(b"wrong\n", faults={Fault.WRONG_PROOF}))
        self.put("plain")

    def put(self, name: str, bundle: bytes = b"") -> None:
        """Write a file of dist/, and its bundle beside it."""
        (self.dist / name).write_bytes(f"{name}\n".encode())
        if bundle:
            (self.dist / f"{name}.sigstore.json").write_bytes(bundle)

    def ask_in_policy(self, more: str = "") -> None:
        """Let the policy of the project ask for signatures."""
        signer = f'signers = [{{ identity = "{GITHUB_IDENTITY}", issuer = "{GITHUB_ISSUER}" }}]'
        section = f'[signatures]\n{signer}\ntrusted_root = "trusted_root.json"\n[[signatures.artifact]]\npath = "app"\n'
        self.made.policy.write_text(f"{self.made.policy.read_text()}\n{section}{more}")


def signed_session(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, *, words: str = WHO, artifacts: tuple[str, ...] = ()
) -> MadeSession:
    """Return a session about the project, with recorded answers; the commands that are run here see the same."""
    root = ground.root
    session = made_session(root)
    for name in ("HOME", "GOENV", "GOPROXY", "GOPRIVATE", "GOFLAGS", "GOMODCACHE", "GOPATH", "GOROOT"):
        monkeypatch.delenv(name, raising=False)
    session.environ = {
        "HOME": str(root / "home"),
        "GOENV": "off",
        "GOMODCACHE": str(root / "modcache"),
        "PATH": str(root),
        "SUPPLYMATRIX_CACHE_DIR": str(root / "cache"),
        "SUPPLYMATRIX_STATE_DIR": str(root / "state"),
    }
    use_environment(session, monkeypatch)
    monkeypatch.setenv("HOME", session.environ["HOME"])
    monkeypatch.chdir(root)
    session.project, session.replay, session.here = Path("svc"), Path("svc/recorded"), Path()
    session.signing, session.artifacts = read(words), artifacts
    return session


def read(words: str) -> SigningWords | None:
    """Return the words of a line, None for none."""
    return parse_words(words) if words else None


def signatures_screen(app: SupplymatrixApp) -> SignaturesScreen:
    """Return the screen on top, which is the one of signatures."""
    screen = app.place_screen
    assert isinstance(screen, SignaturesScreen)
    return screen


def chain_screen(app: SupplymatrixApp) -> ChainScreen:
    """Return the screen on top, which is the one of a chain."""
    screen = app.place_screen
    assert isinstance(screen, ChainScreen)
    return screen
