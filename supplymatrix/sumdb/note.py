"""Signed notes: a text, and signatures over it by keys that have a name.

A note is the text (it ends in a newline), a blank line, and one line for each signature:

    go.sum database tree
    5
    PH6byTDck/AfppmF7yQtn56GHzxTVaokzl70tLinDMs=

    — sum.example.org 60DXjlYjzJ7ls1cWkvs1vdps32S+Si57jhk7A0mKqwj/txArQ4aCFQ/f6JmCKWRFf3iKi/VYuN97xx/Mcojfs0PlCA4=

The base64 part holds 4 bytes of key hash and the signature. The split is at the LAST blank line. Rules of `open_note`:
the whole message is UTF-8 without control characters below 0x20 except the newline; one bad signature of a known key
spoils the note, even beside a good one; signatures of unknown keys are kept as unverified and prove nothing; without
a good signature of a known key there is no note.

Source: C2SP signed-note; golang/mod sumdb/note.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence

from supplymatrix.errors import Diagnostic, InputError, TransportError, TrustError
from supplymatrix.model.value import value

__all__ = [
    "ED25519", "BadSignatureError", "MalformedNoteError", "Note", "Signature", "UnverifiedNoteError", "Verifier",
    "key_hash", "open_note", "parse_verifier_key", "sign_note",
]  # fmt: skip

ED25519 = 1
_SIGNATURE_PREFIX = "— "
_MAX_SIGNATURES = 100
_CONTROL = bytes(c for c in range(0x20) if c != 0x0A)


class MalformedNoteError(TransportError):
    """The bytes are no signed note at all (an HTML page, a cut-off answer): nothing was claimed, nothing is proven."""


class BadSignatureError(TrustError):
    """A known key's signature does not fit the text."""


class UnverifiedNoteError(TrustError):
    """A well-formed note that none of the known keys has signed."""


@value
class Verifier:
    """A public key with its name. key_hash: 32 bits; `verify(message, signature)` says whether the signature fits.

    text: the key as written, "name+hhhhhhhh+base64".
    """

    name: str
    key_hash: int
    verify: Callable[[bytes, bytes], bool]
    text: str

    @property
    def hash_text(self) -> str:
        """Eight hex digits, as in the key's text: "033de0ae"."""
        return f"{self.key_hash:08x}"


@value
class Signature:
    """One signature line. encoded: its base64 part as written."""

    name: str
    key_hash: int
    encoded: str


@value
class Note:
    """A note with at least one verified signature; only `open_note` makes one. raw: the whole message."""

    text: str
    signatures: tuple[Signature, ...]
    unverified: tuple[Signature, ...]
    raw: bytes


def _ed25519_verifier(public_key: bytes) -> Callable[[bytes, bytes], bool] | None:
    if len(public_key) != 32:
        return None

    def verify(message: bytes, signature: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    return verify


KeyTypes = Mapping[int, Callable[[bytes], Callable[[bytes, bytes], bool] | None]]
_GO_KEY_TYPES: KeyTypes = {ED25519: _ed25519_verifier}


def key_hash(name: str, typed_key: bytes) -> int:
    """Return the 32-bit hash that names a key: the start of SHA-256(name, newline, type byte, key)."""
    return int.from_bytes(hashlib.sha256(name.encode() + b"\n" + typed_key).digest()[:4], "big")


def parse_verifier_key(text: str, *, artifact: str = "", key_types: KeyTypes = _GO_KEY_TYPES) -> Verifier:
    """Read "name+hhhhhhhh+base64(type byte, key)"; `key_types` maps the type byte to what verifies with it.

    Raises InputError: the key comes from the program or from a policy, never from the other side.
    """
    name, _, rest = text.partition("+")
    digits, _, encoded = rest.partition("+")
    typed_key = _decode(encoded)
    if (
        len(digits) != 8
        or not all(c in "0123456789abcdefABCDEF" for c in digits)
        or not typed_key
        or not _is_valid_name(name)
    ):
        raise _bad_key(text, artifact, "this is no verifier key")
    if int(digits, 16) != key_hash(name, typed_key):
        raise _bad_key(text, artifact, "the verifier key's hash does not fit its name and key")
    make = key_types.get(typed_key[0])
    if make is None:
        raise _bad_key(text, artifact, f"the verifier key is of unknown type {typed_key[0]}")
    verify = make(typed_key[1:])
    if verify is None:
        raise _bad_key(text, artifact, "the verifier key has a wrong length")
    return Verifier(name=name, key_hash=int(digits, 16), verify=verify, text=text)


def open_note(message: bytes, verifiers: Sequence[Verifier]) -> Note:
    """Check a note's signatures and return it.

    Raises MalformedNoteError when it is no note, BadSignatureError when a known key's signature does not fit,
    UnverifiedNoteError
    when no known key has signed it; InputError when `verifiers` names the same key twice.
    """
    known: dict[tuple[str, int], Verifier] = {}
    for verifier in verifiers:
        if (verifier.name, verifier.key_hash) in known:
            raise _bad_key(verifier.text, "", "the same verifier key is listed twice")
        known[verifier.name, verifier.key_hash] = verifier
    text, lines = _split(message)
    signatures: dict[tuple[str, int], Signature] = {}
    unverified: dict[str, Signature] = {}
    for line in lines:
        signature, raw = _parse_signature(line)
        key = (signature.name, signature.key_hash)
        signer = known.get(key)
        if signer is None:
            unverified.setdefault(line, signature)
        elif key not in signatures:
            if not signer.verify(text.encode(), raw):
                raise BadSignatureError(
                    f"the signature of {signer.name}+{signer.hash_text} does not fit the note",
                    evidence={"note": message},
                )
            signatures[key] = signature
    if not signatures:
        names = ", ".join(sorted({f"{s.name}+{s.key_hash:08x}" for s in unverified.values()}))
        raise UnverifiedNoteError(
            f"the note is signed by {names[:300]}, not by a known key", evidence={"note": message}
        )
    return Note(text=text, signatures=tuple(signatures.values()), unverified=tuple(unverified.values()), raw=message)


def sign_note(text: str, signing_keys: Sequence[str]) -> bytes:
    """Return `text` signed by Ed25519 keys of the form "PRIVATE+KEY+name+hhhhhhhh+base64(type byte, seed)".

    The inverse of `open_note`, for logs that are made rather than read. Raises MalformedNoteError for a text that does
    not end in a newline.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if not text.endswith("\n"):
        raise MalformedNoteError("the text of a note ends in a newline")
    lines = []
    for key in signing_keys:
        name, digits, encoded = key.removeprefix("PRIVATE+KEY+").split("+", 2)
        seed = _decode(encoded) or b""
        signature = Ed25519PrivateKey.from_private_bytes(seed[1:]).sign(text.encode())
        lines.append(f"{_SIGNATURE_PREFIX}{name} {base64.b64encode(bytes.fromhex(digits) + signature).decode()}\n")
    return f"{text}\n{''.join(lines)}".encode()


def _split(message: bytes) -> tuple[str, list[str]]:
    if message.translate(None, _CONTROL) != message:
        raise MalformedNoteError("the signed note holds control characters")
    try:
        whole = message.decode("utf-8")
    except UnicodeDecodeError as err:
        raise MalformedNoteError("the signed note is not UTF-8") from err
    at = whole.rfind("\n\n")
    if at < 0 or not whole.endswith("\n") or len(whole) == at + 2:
        raise MalformedNoteError("the answer is no signed note: text, blank line and signature lines were expected")
    lines = whole[at + 2 : -1].split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise MalformedNoteError(f"the signed note has more than {_MAX_SIGNATURES} signature lines")
    return whole[: at + 1], lines


def _parse_signature(line: str) -> tuple[Signature, bytes]:
    name, _, encoded = line.removeprefix(_SIGNATURE_PREFIX).partition(" ")
    raw = _decode(encoded)
    if not line.startswith(_SIGNATURE_PREFIX) or not _is_valid_name(name) or raw is None or len(raw) < 5:
        raise MalformedNoteError("the signed note has a malformed signature line")
    return Signature(name=name, key_hash=int.from_bytes(raw[:4], "big"), encoded=encoded), raw[4:]


def _is_valid_name(name: str) -> bool:
    if not name or "+" in name or any(c.isspace() and c not in _NOT_GO_SPACE for c in name):
        return False
    return not any("\ud800" <= c <= "\udfff" for c in name)


_NOT_GO_SPACE = "\x1c\x1d\x1e\x1f"


def _decode(encoded: str) -> bytes | None:
    try:
        return base64.b64decode(encoded.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return None


def _bad_key(text: str, artifact: str, message: str) -> InputError:
    return InputError(
        Diagnostic(
            message=message,
            artifact=artifact,
            seen=text[:200],
            expected="name+<8 hex digits>+<base64>, e.g. sum.example.org+033de0ae+Ac4z…",
            remedy="copy the key from the log's operator again",
        )
    )
