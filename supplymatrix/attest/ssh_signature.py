r"""Signatures that ssh-keygen makes, as git keeps them, and the file that says whose keys count.

    -----BEGIN SSH SIGNATURE-----          "SSHSIG", version 1,
    U1NIU0lH…                              string publickey, namespace, reserved, hash_algorithm, signature
    -----END SSH SIGNATURE-----            signed: "SSHSIG", string namespace, reserved, hash_algorithm, H(message)

The key stands in the signature: whether it holds can always be said, whose it is only with the file of allowed signers:

    ada@a.example,*@ops.example namespaces="git",valid-before="20270101Z" ssh-ed25519 AAAAC3… comment

A time of it without `Z` is one of the zone of whoever reads it; here such a border counts at its strictest in any zone.
Lines with `cert-authority` say nothing here: certificates of SSH are not read. Keys of a security token (`sk-…`) are
told and not judged.

Source: OpenSSH PROTOCOL.sshsig; RFC 4251 §5, RFC 4253 §6.6, RFC 5656 §3.1, RFC 8332, RFC 8709; ssh-keygen(1), ALLOWED
SIGNERS.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

__all__ = [
    "GIT_NAMESPACE", "AllowedSigner", "KeyStanding", "SshSignature", "SshStanding", "holds", "parse_allowed_signers",
    "parse_ssh_signature", "standing_of", "why_not_checkable",
]  # fmt: skip

GIT_NAMESPACE = "git"
_BEGIN, _END = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"
_SIGNATURE_LIMIT = 64 << 10
_MOST_LINES = 20_000
_MAGIC = b"SSHSIG"
_LEAST_RSA_BITS, _MOST_RSA_BITS = 2048, 16384
_HASHES = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
_CURVES = {
    "ecdsa-sha2-nistp256": ("nistp256", 32),
    "ecdsa-sha2-nistp384": ("nistp384", 48),
    "ecdsa-sha2-nistp521": ("nistp521", 66),
}
_NAMES = {
    "ssh-ed25519": "Ed25519",
    "ecdsa-sha2-nistp256": "ECDSA P-256",
    "ecdsa-sha2-nistp384": "ECDSA P-384",
    "ecdsa-sha2-nistp521": "ECDSA P-521",
    "ssh-rsa": "RSA",
    "sk-ssh-ed25519@openssh.com": "Ed25519 of a security token",
    "sk-ecdsa-sha2-nistp256@openssh.com": "ECDSA P-256 of a security token",
}
_RSA_FORMATS = ("rsa-sha2-256", "rsa-sha2-512")
_OPTION = re.compile(r'([A-Za-z-]+)(?:=(?:"([^"]*)"|([^",\s]*)))?(?:,|$)')
_DATE = re.compile(r"(\d{8})(?:(\d{4})(\d{2})?)?(Z?)", re.ASCII)
_WEST, _EAST = timedelta(hours=12), timedelta(hours=14)
_FORM = 'principals [options] keytype key, e.g. ada@a.example namespaces="git" ssh-ed25519 AAAAC3…'


@value
class SshSignature:
    """A signature, read and not verified. key: its blob; form: of the signature ("rsa-sha2-512"), blob: its value."""

    key_type: str
    key: bytes
    namespace: str
    reserved: bytes
    hash_name: str
    form: str
    blob: bytes

    @property
    def fingerprint(self) -> str:
        """The name of the key, as ssh-keygen -l has it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.key).digest()).decode().rstrip("=")

    @property
    def key_name(self) -> str:
        """The kind of the key, for people."""
        return _NAMES.get(self.key_type, self.key_type)

    @property
    def public_key(self) -> str:
        """The key as a line of a file has it."""
        return f"{self.key_type} {base64.b64encode(self.key).decode()}"


@value
class AllowedSigner:
    """A line of a file of allowed signers. namespaces: patterns, () = any. after, before: (strictest) borders, UTC,
    None = none. is_authority: the key is one that certifies others."""

    line: int
    principals: tuple[str, ...]
    key_type: str
    key: bytes
    namespaces: tuple[str, ...] = ()
    after: datetime | None = None
    before: datetime | None = None
    is_authority: bool = False


class SshStanding(StrEnum):
    """What the allowed signers say of a key."""

    TRUSTED = "trusted"
    UNKNOWN = "unknown"
    NOT_YET = "not valid yet"
    EXPIRED = "expired"
    UNDATED = "the signature has no date"
    OTHER_USE = "for another use"
    AUTHORITY = "a certificate authority"


@value
class KeyStanding:
    """entry: the line that says so, None where there is none."""

    standing: SshStanding
    entry: AllowedSigner | None = None


def parse_ssh_signature(armored: bytes) -> SshSignature:
    """Return the signature between the marks. Raises InputError where it is cut, has bytes left over, or another
    version, and where key or hash are of no form that the protocol has."""
    if len(armored) > _SIGNATURE_LIMIT:
        raise _fault(f"it has {len(armored):,} bytes")
    text = armored.strip()
    if not text.startswith(_BEGIN) or not text.endswith(_END):
        raise _fault("it does not end where it should")
    try:
        data = base64.b64decode(b"".join(text[len(_BEGIN) : -len(_END)].split()), validate=True)
    except (binascii.Error, ValueError) as err:
        raise _fault("it is no base64") from err
    if not data.startswith(_MAGIC) or data[6:10] != (1).to_bytes(4, "big"):
        raise _fault("it has another version than 1")
    reader = _Reader(data, 10)
    key, namespace, reserved, hash_name, inner = (reader.string() for _ in range(5))
    reader.end()
    signature = _Reader(inner, 0)
    form, blob = signature.string(), signature.string()
    key_type = _Reader(key, 0).string()
    if not key_type.startswith(b"sk-"):
        signature.end()
    if hash_name.decode("latin-1") not in _HASHES:
        raise _fault("its hash is neither sha256 nor sha512")
    if not namespace or len(namespace) > 100:
        raise _fault("it has no namespace")
    try:
        names = [word.decode("ascii") for word in (key_type, hash_name, form, namespace)]
    except UnicodeDecodeError as err:
        raise _fault("its names are no ASCII") from err
    return SshSignature(
        key_type=names[0], key=key, namespace=names[3], reserved=reserved, hash_name=names[1], form=names[2], blob=blob
    )  # fmt: skip


def why_not_checkable(signature: SshSignature) -> str:
    """Return why nobody can say here whether it holds, "" where it can be said."""
    if signature.key_type.startswith("sk-"):
        return "it was made by a security token, and such signatures are not read"
    if "-cert-v0" in signature.key_type:
        return "it was made by a key with a certificate of SSH, and these are not read"
    if signature.key_type not in _NAMES:
        return f"its key is of a kind that is not read: {signature.key_type[:60]}"
    if signature.key_type == "ssh-rsa":
        bits = int.from_bytes(_rsa_numbers(signature.key)[1], "big").bit_length()
        if not _LEAST_RSA_BITS <= bits <= _MOST_RSA_BITS:
            return f"its RSA key has {bits:,} bits, which proves nothing"
    return ""


def holds(signature: SshSignature, message: bytes) -> bool:
    """Return whether the owner of the key that it names has signed `message`. The signature: checkable."""
    from cryptography.exceptions import InvalidSignature

    digest = _HASHES[signature.hash_name](message).digest()
    parts = (signature.namespace.encode(), signature.reserved, signature.hash_name.encode(), digest)
    signed = _MAGIC + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    try:
        _verify(signature, signed)
    except (InvalidSignature, InputError, ValueError):
        return False
    return True


def parse_allowed_signers(data: bytes, artifact: str) -> tuple[AllowedSigner, ...]:
    """Return the lines of a file of allowed signers. Raises InputError with a diagnostic for each line that ssh-keygen
    would not take."""
    found: list[AllowedSigner] = []
    faults: list[Diagnostic] = []
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    if len(lines) > _MOST_LINES:
        raise InputError(Diagnostic(message=f"it has more than {_MOST_LINES:,} lines", artifact=artifact))
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        try:
            found.append(_allowed(text, number))
        except InputError as err:
            what = err.diagnostics[0].message
            faults.append(Diagnostic(message=what, artifact=artifact, line=number, seen=text[:120], expected=_FORM))
    if faults:
        raise InputError(*faults[:20])
    return tuple(found)


def standing_of(signers: tuple[AllowedSigner, ...], signature: SshSignature, time: datetime | None) -> KeyStanding:
    """Return what allowed signers say of a signature's key. time: at which it was made, None = not said."""
    refused: list[KeyStanding] = []
    for entry in signers:
        if entry.key != signature.key:
            continue
        standing = _standing(entry, signature.namespace, time)
        if standing is SshStanding.TRUSTED:
            return KeyStanding(standing=standing, entry=entry)
        refused.append(KeyStanding(standing=standing, entry=entry))
    return refused[0] if refused else KeyStanding(standing=SshStanding.UNKNOWN)


def _standing(entry: AllowedSigner, namespace: str, time: datetime | None) -> SshStanding:
    if entry.is_authority:
        return SshStanding.AUTHORITY
    if entry.namespaces and not _matches(entry.namespaces, namespace):
        return SshStanding.OTHER_USE
    if entry.after is None and entry.before is None:
        return SshStanding.TRUSTED
    if time is None:
        return SshStanding.UNDATED
    if entry.after is not None and time < entry.after:
        return SshStanding.NOT_YET
    return SshStanding.EXPIRED if entry.before is not None and time > entry.before else SshStanding.TRUSTED


def _matches(patterns: tuple[str, ...], text: str) -> bool:
    """Return whether a pattern list covers a word; one with `!` that fits takes it out, whatever the others say."""
    fits = [pattern for pattern in patterns if fnmatchcase(text, pattern.removeprefix("!").replace("[", "[[]"))]
    return bool(fits) and not any(pattern.startswith("!") for pattern in fits)


def _allowed(text: str, number: int) -> AllowedSigner:
    match = re.match(r'(?:"([^"]*)"|(\S+))\s+(.*)', text)
    if match is None:
        raise _line_fault("this line has no key")
    principals = tuple(filter(None, (match[1] or match[2] or "").split(",")))
    if not principals:
        raise _line_fault("this line names no principal")
    rest = match[3]
    options: dict[str, str | None] = {}
    if not _is_key_type(rest.split(None, 1)[0]):
        end = _end_of_options(rest)
        options, rest = _options(rest[:end]), rest[end:].lstrip()
    words = rest.split()
    if len(words) < 2 or not _is_key_type(words[0]):
        raise _line_fault("this line has no key of a kind that SSH has")
    try:
        key = base64.b64decode(words[1], validate=True)
        inner = _Reader(key, 0).string()
    except (binascii.Error, ValueError, InputError) as err:
        raise _line_fault("the key of this line is no base64 of a key") from err
    if inner.decode("latin-1") != words[0]:
        raise _line_fault("the key of this line is of another kind than it says")
    return AllowedSigner(
        line=number,
        principals=principals,
        key_type=words[0],
        key=key,
        namespaces=tuple(filter(None, (options.get("namespaces") or "").split(","))),
        after=_border(options.get("valid-after"), later=True),
        before=_border(options.get("valid-before"), later=False),
        is_authority="cert-authority" in options,
    )


def _is_key_type(word: str) -> bool:
    return word.startswith(("ssh-", "ecdsa-", "sk-")) and "=" not in word


def _end_of_options(text: str) -> int:
    quoted = False
    for at, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif letter in " \t" and not quoted:
            return at
    raise _line_fault("this line has options and no key")


def _options(text: str) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    at = 0
    while at < len(text):
        match = _OPTION.match(text, at)
        name = match[1].lower() if match is not None else ""
        if match is None or name not in ("cert-authority", "namespaces", "valid-after", "valid-before"):
            raise _line_fault("this line has an option that allowed signers do not have")
        if name in found:
            raise _line_fault(f"this line says {name} twice")
        told = match[2] if match[2] is not None else match[3]
        if (name == "cert-authority") is not (told is None):
            raise _line_fault(f"the option {name} of this line has no form that ssh-keygen takes")
        found[name] = told
        at = match.end()
    return found


def _border(text: str | None, *, later: bool) -> datetime | None:
    """Return a border of validity. later: which of all zones counts, where none is named."""
    if text is None:
        return None
    match = _DATE.fullmatch(text)
    digits = match[1] + (match[2] or "0000") + (match[3] or "00") if match is not None else ""
    try:
        time = datetime.strptime(f"{digits}+0000", "%Y%m%d%H%M%S%z")
        if match is not None and not match[4]:
            time = time + _WEST if later else time - _EAST
    except (ValueError, OverflowError) as err:
        raise _line_fault("a time of this line is none: YYYYMMDD[HHMM[SS]][Z]") from err
    return time


def _verify(signature: SshSignature, signed: bytes) -> None:
    """Raise InvalidSignature, InputError or ValueError unless it holds."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512

    reader = _Reader(signature.key, 0)
    kind = reader.string().decode("latin-1")
    if kind == "ssh-rsa":
        if signature.form not in _RSA_FORMATS:  # "ssh-rsa" itself is SHA-1
            raise _fault("it has a form that signs nothing any more")
        hash_ = SHA256() if signature.form == "rsa-sha2-256" else SHA512()
        key = _rsa(signature.key)
        key.verify(signature.blob.rjust((key.key_size + 7) // 8, b"\0"), signed, padding.PKCS1v15(), hash_)
        return
    if signature.form != kind:
        raise _fault("key and signature are of different kinds")
    if kind == "ssh-ed25519":
        point = reader.string()
        reader.end()
        ed25519.Ed25519PublicKey.from_public_bytes(point).verify(signature.blob, signed)
        return
    curve_name, size = _CURVES[kind]
    curves = {32: (ec.SECP256R1(), SHA256()), 48: (ec.SECP384R1(), SHA384()), 66: (ec.SECP521R1(), SHA512())}
    curve, digest = curves[size]
    if reader.string().decode("latin-1") != curve_name:
        raise _fault("its key is on another curve than it says")
    point = reader.string()
    reader.end()
    numbers = _Reader(signature.blob, 0)
    r, s = numbers.string(), numbers.string()
    numbers.end()
    if max(len(r), len(s)) > size + 1:
        raise _fault("its numbers are too long")
    both = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    ec.EllipticCurvePublicKey.from_encoded_point(curve, point).verify(both, signed, ec.ECDSA(digest))


def _rsa(blob: bytes) -> RSAPublicKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    exponent, modulus = (int.from_bytes(number, "big") for number in _rsa_numbers(blob))
    return RSAPublicNumbers(exponent, modulus).public_key()


def _rsa_numbers(blob: bytes) -> tuple[bytes, bytes]:
    reader = _Reader(blob, 0)
    reader.string()
    exponent, modulus = reader.string(), reader.string()
    reader.end()
    return exponent, modulus


class _Reader:
    """Strings of RFC 4251 out of bytes: four bytes of length, and as many."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def string(self) -> bytes:
        start = self._at + 4
        end = start + int.from_bytes(self._data[self._at : start], "big")
        if start > len(self._data) or end > len(self._data):
            raise _fault("it is cut")
        self._at = end
        return self._data[start:end]

    def end(self) -> None:
        if self._at != len(self._data):
            raise _fault("bytes follow its end")


def _fault(what: str) -> InputError:
    return InputError(Diagnostic(message=f"the SSH signature cannot be read: {what}"))


def _line_fault(what: str) -> InputError:
    return InputError(Diagnostic(message=what))
