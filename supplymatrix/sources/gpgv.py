"""OpenPGP signatures, judged by `gpgv` with a keyring that the user names; nothing of his own GnuPG is looked at.

    check_openpgp(payload, signature, keyring, environ).state

gpgv runs in an empty home folder of its own, which is deleted again, with the keyring and no other. Its status lines
are read, never its words for people. A keyring may be armoured. One without keys is good for nothing but to learn
which key is needed.

Source: GnuPG doc/DETAILS, "Format of the --status-fd output"; gpgv(1); RFC 9580 §6 (armour).
"""

from __future__ import annotations

import base64
import binascii
import re
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError, SourceError
from supplymatrix.model.value import value

__all__ = ["KEYRING_LIMIT", "OpenPgpAnswer", "OpenPgpState", "check_openpgp", "keyring_bytes", "read_status"]

KEYRING_LIMIT = 32 << 20
_SECONDS = 30
_KEPT = ("PATH", "SYSTEMROOT", "TMPDIR")
_WEAK_HASHES = {"1": "MD5", "2": "SHA-1", "3": "RIPEMD-160"}
_BEGIN, _END = b"-----BEGIN PGP PUBLIC KEY BLOCK-----", b"-----END PGP PUBLIC KEY BLOCK-----"
_MARK = "[GNUPG:] "
_BINARY, _TEXT = "00", "01"
_HEX = re.compile("[0-9A-F]{16,64}")


class OpenPgpState(StrEnum):
    """What gpgv says. UNCLEAR: it could not judge, for another reason than a key that is not there."""

    GOOD = "good"
    NO_KEY = "no key"
    KEY_EXPIRED = "key expired"
    KEY_REVOKED = "key revoked"
    EXPIRED = "signature expired"
    WEAK = "weak hash"
    BAD = "bad"
    UNCLEAR = "unclear"


@value
class OpenPgpAnswer:
    """fingerprint: of the key that signed, primary: of the key it belongs to, hex in capitals; of NO_KEY what the
    signature says. user: as the keyring has it. made: when, by the signature's own word. says: what is behind it.
    is_text: of a signature over a text, in which the ends of lines may be others (RFC 9580 §5.2.1.2)."""

    state: OpenPgpState
    fingerprint: str = ""
    primary: str = ""
    user: str = ""
    made: datetime | None = None
    says: str = ""
    is_text: bool = False


def keyring_bytes(data: bytes, artifact: str) -> bytes:
    """Return a keyring as gpgv reads it; armour is taken off. Raises InputError for what is no keyring."""
    if _BEGIN not in data:
        if b"PRIVATE KEY BLOCK" in data:
            raise _no_keyring(artifact, "this is a private key, which is not needed here")
        if not data or not (data[0] & 0x80 or data[8:12] == b"KBXf"):
            raise _no_keyring(artifact, "this is no keyring of OpenPGP")
        return data
    return b"".join(_without_armour(block.partition(_END), artifact) for block in data.split(_BEGIN)[1:])


def _without_armour(block: tuple[bytes, bytes, bytes], artifact: str) -> bytes:
    inner, end, _ = block
    lines = [line.strip() for line in inner.split(b"\n")]
    while lines and (not lines[0] or b": " in lines[0]):
        del lines[0]
    text = b"".join(line for line in lines if not line.startswith(b"="))  # the last of them is a checksum
    try:
        packets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as err:
        raise _no_keyring(artifact, "its armour is no base64") from err
    if not end or not packets:
        raise _no_keyring(artifact, "its armour is cut")
    return packets


def check_openpgp(payload: bytes, signature: bytes, keyring: bytes, environ: Mapping[str, str]) -> OpenPgpAnswer | None:
    """Return what gpgv says of a detached signature, None where there is no gpgv.

    keyring: from `keyring_bytes`, b"" = no key is known. Raises SourceError where there is no room for it.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="supplymatrix-", ignore_cleanup_errors=True) as made:
            home = Path(made)
            for name, data in (("ring", keyring), ("signature", signature), ("payload", payload)):
                (home / name).write_bytes(data)
            return _ask(home, environ)
    except OSError as err:
        raise SourceError(f"there is no room for a keyring: {err.strerror or err}") from err


def _ask(home: Path, environ: Mapping[str, str]) -> OpenPgpAnswer | None:
    kept = {name: environ[name] for name in _KEPT if name in environ}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, and no argument from outside
            [  # noqa: S607 - gpgv is looked up in the user's own PATH
                "gpgv", "--homedir", str(home), "--keyring", str(home / "ring"), "--status-fd", "1",
                str(home / "signature"), str(home / "payload"),
            ],
            cwd=home,
            env=kept | {"LC_ALL": "C", "GNUPGHOME": str(home), "HOME": str(home)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )  # fmt: skip
    except FileNotFoundError:
        return None
    except subprocess.TimeoutExpired:
        return OpenPgpAnswer(state=OpenPgpState.UNCLEAR, says=f"gpgv did not end within {_SECONDS} s")
    return read_status(done.stdout.decode("utf-8", "replace"), done.returncode)


def read_status(text: str, code: int) -> OpenPgpAnswer:
    """Return what the status lines of gpgv say of one signature. code: with which it ended."""
    lines = [line.removeprefix(_MARK).split(" ") for line in text.split("\n") if line.startswith(_MARK)]
    by_name: dict[str, list[str]] = {}
    for word, *rest in lines:
        if word in ("NEWSIG", "VALIDSIG") and word in by_name:
            return OpenPgpAnswer(state=OpenPgpState.UNCLEAR, says="there is more than one signature")
        by_name.setdefault(word, rest)
    if "BADSIG" in by_name:  # whatever else the lines say: names of users stand in them
        return OpenPgpAnswer(state=OpenPgpState.BAD, user=" ".join(by_name["BADSIG"][1:])[:300])
    valid = by_name.get("VALIDSIG")
    if valid is not None and len(valid) >= 10:
        return _valid(valid, by_name, code)
    failed = by_name.get("ERRSIG")
    if failed is not None and len(failed) >= 6:
        key_id, _, hash_, _, stamp, why, *more = failed
        key = more[0] if more and _HEX.fullmatch(more[0]) else key_id
        made = _time(stamp)
        if why == "9":
            return OpenPgpAnswer(state=OpenPgpState.NO_KEY, fingerprint=key, primary=key, made=made)
        if hash_.lstrip("0") in _WEAK_HASHES:
            return OpenPgpAnswer(
                state=OpenPgpState.WEAK, fingerprint=key, made=made, says=_WEAK_HASHES[hash_.lstrip("0")]
            )
        says = "gpgv does not know its algorithm" if why == "4" else f"gpgv gives up with the code {why[:10]}"
        return OpenPgpAnswer(state=OpenPgpState.UNCLEAR, fingerprint=key, made=made, says=says)
    return OpenPgpAnswer(state=OpenPgpState.UNCLEAR, says="gpgv does not read it as a signature")


def _valid(valid: list[str], by_name: Mapping[str, list[str]], code: int) -> OpenPgpAnswer:
    """Return what a signature is that holds; of its key more may be to tell."""
    fingerprint, _, stamp, expires, _, _, _, hash_, class_, primary = valid[:10]
    if class_ not in (_BINARY, _TEXT):
        return OpenPgpAnswer(state=OpenPgpState.UNCLEAR, fingerprint=fingerprint, says="it signs no document")
    told = {
        "REVKEYSIG": OpenPgpState.KEY_REVOKED,
        "EXPKEYSIG": OpenPgpState.KEY_EXPIRED,
        "EXPSIG": OpenPgpState.EXPIRED,
        "GOODSIG": OpenPgpState.GOOD,
    }
    word = next((name for name in told if name in by_name), "")
    state = told.get(word, OpenPgpState.UNCLEAR)
    if state is OpenPgpState.GOOD and hash_.lstrip("0") in _WEAK_HASHES:
        state = OpenPgpState.WEAK
    if state is OpenPgpState.GOOD and code:
        state = OpenPgpState.UNCLEAR
    ended = by_name.get("KEYEXPIRED", [""])[0] if state is OpenPgpState.KEY_EXPIRED else expires
    end = _time(ended)
    return OpenPgpAnswer(
        state=state,
        fingerprint=fingerprint,
        primary=primary,
        user=" ".join(by_name.get(word, [""])[1:])[:300],
        made=_time(stamp),
        says=_WEAK_HASHES.get(hash_.lstrip("0"), "")
        if state is OpenPgpState.WEAK
        else f"on {end:%Y-%m-%d}"
        if end is not None
        else "",
        is_text=class_ == _TEXT,
    )


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(text), UTC) if text.isdecimal() and int(text) else None
    except (ValueError, OverflowError, OSError):
        return None


def _no_keyring(artifact: str, what: str) -> InputError:
    return InputError(
        Diagnostic(message=what, artifact=artifact, expected="public keys of OpenPGP, binary or armoured",
                   remedy="gpg --export KEY > publisher.gpg")
    )  # fmt: skip
