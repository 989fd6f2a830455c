"""Sign the reports of a run with a key of one's own, before anybody else has touched them.

A report that is a statement (vsa) becomes a DSSE envelope. Every other file gets a second one beside it, `FILE.sig`,
with the signature over its bytes in Base64: what `openssl` and `cosign verify-blob --key` read.
"""

from __future__ import annotations

import base64
import stat
from collections.abc import Mapping
from pathlib import Path

from supplymatrix.attest.keys import SigningKey, parse_signing_key
from supplymatrix.model.value import value
from supplymatrix.sources.files import read_limited

__all__ = ["PASSWORD_VARIABLE", "SIGNATURE_SUFFIX", "ReportSigner", "load_signer"]

PASSWORD_VARIABLE = "SUPPLYMATRIX_SIGN_PASSWORD"  # noqa: S105 - the name of a variable
SIGNATURE_SUFFIX = ".sig"
KEY_LIMIT = 64 << 10


@value
class ReportSigner:
    """Signs with one key. warning: what its owner should know of the key's file, "" = nothing."""

    key: SigningKey
    warning: str = ""

    @property
    def who(self) -> str:
        """The key, in words: "Ed25519 key 0123456789abcdef…"."""
        return f"{self.key.verifying.name} key {self.key.verifying.key_id[:16]}…"

    def envelopes(self, statements: str) -> str:
        """Return the envelope of a statement; of several, one in each line, an envelope in each line."""
        from supplymatrix.attest.dsse import envelope_text

        if statements.startswith("{\n"):
            return envelope_text(statements.encode("utf-8", "backslashreplace"), self.key)
        lines = statements.splitlines()
        return "".join(envelope_text(line.encode("utf-8", "backslashreplace"), self.key) for line in lines)

    def signature(self, data: bytes) -> str:
        """Return the text of FILE.sig for a file's bytes."""
        return base64.b64encode(self.key.sign(data)).decode("ascii") + "\n"


def load_signer(path: Path, environ: Mapping[str, str]) -> ReportSigner:
    """Read a private key; its password, if it has one, comes from the environment alone. Raises InputError."""
    data = read_limited(path, KEY_LIMIT, "signing key")
    key = parse_signing_key(data, path.as_posix(), password=environ.get(PASSWORD_VARIABLE, ""))
    return ReportSigner(key=key, warning=_warning(path))


def _warning(path: Path) -> str:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return ""
    if mode & (stat.S_IRGRP | stat.S_IROTH) == 0:
        return ""
    who = "everybody on this machine" if mode & stat.S_IROTH else "its group"
    return f"{path.as_posix()} can be read by {who}: chmod 600 keeps the signing key with its owner"
