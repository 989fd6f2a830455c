"""GnuPG with keys of the test's own, in a folder; only where it is installed."""

from __future__ import annotations

import subprocess
from pathlib import Path

__all__ = ["Gnupg"]


class Gnupg:
    """A home of GnuPG in a folder, with keys of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "gnupg"
        self.home.mkdir(mode=0o700)

    def run(self, *words: str, sent: bytes = b"", at: str = "") -> bytes:
        faked = ["--faked-system-time", at] if at else []
        done = subprocess.run(
            ["gpg", "--homedir", str(self.home), "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase",
             "", *faked, *words], input=sent, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def key(self, name: str, *, expires: str = "never", at: str = "") -> None:
        self.run("--quick-generate-key", f"{name} <{name}@a.example>", "ed25519", "sign", expires, at=at)

    def end(self) -> None:
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "all"], check=False, capture_output=True)
