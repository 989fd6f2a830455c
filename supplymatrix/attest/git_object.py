r"""Tags and commits of git as bytes: what they say, what of them is signed, and by which kind of signature.

    object 8d5a…\n                      tree 4b82…\n
    type commit\n                       parent 1f7a…\n
    tag v1.2.3\n                        author …\n
    tagger Ada <ada@a.example> 17… +0\n committer Ada <ada@a.example> 17… +0\n
    \n                                  gpgsig -----BEGIN SSH SIGNATURE-----\n
    the message\n                        …, each line behind one space\n
    -----BEGIN SSH SIGNATURE-----\n…    \n
                                        the message\n

A tag's signature is the end of its bytes, from the last line that begins one; a commit's stands in a header, and is
`gpgsig-sha256` in repositories of SHA-256. What is signed is the object without it, and without the header of the other
hash. Versions of git differ in what they do with other headers that begin with `gpgsig`: an object with one is refused.
The name of an object is the hash of its kind, its length and its bytes.

Source: git Documentation/gitformat-signature, hash-function-transition; gpg-interface.c (parse_signed_buffer), commit.c
(parse_buffer_signed_by_header).
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from enum import StrEnum

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.publisher import SignatureKind
from supplymatrix.model.value import value

__all__ = ["OBJECT_LIMIT", "GitObject", "ObjectKind", "object_id", "parse_git_object"]

OBJECT_LIMIT = 1 << 20
"""Bytes that a tag or commit may have; the largest known ones have some 100 KB."""
_MARKS = (
    (b"-----BEGIN SSH SIGNATURE-----", SignatureKind.SSH),
    (b"-----BEGIN PGP SIGNATURE-----", SignatureKind.OPENPGP),
    (b"-----BEGIN PGP MESSAGE-----", SignatureKind.OPENPGP),
    (b"-----BEGIN SIGNED MESSAGE-----", SignatureKind.X509),
)
_HEADERS = {40: b"gpgsig", 64: b"gpgsig-sha256"}
_OF_SIGNATURES = tuple(_HEADERS.values())
_ONCE = frozenset(
    {b"object", b"type", b"tag", b"tagger", b"tree", b"committer", b"gpgsig", b"gpgsig-sha256"}
)  # fmt: skip
_NAME = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_WHO = re.compile(rb"([^\n<>]*)<([^\n<>]*)> (-?[0-9]{1,12}) [+-][0-9]{4}")


class ObjectKind(StrEnum):
    """Which of the two a signature may stand in."""

    TAG = "tag"
    COMMIT = "commit"


@value
class GitObject:
    """What a tag or commit says. name: its id, hex. target: of a tag the id that it points at, target_kind: of what
    kind that is; of a commit the id of its tree, and "tree". tag: the name that a tag gives itself. who, email: of the
    tagger or committer, time: UTC, all three by his own word, None and "" where it is said in no form that can be read.

    payload: the bytes that are signed, signature: as it is written, b"" = it has none.
    """

    kind: ObjectKind
    name: str
    target: str
    target_kind: str
    tag: str
    who: str
    email: str
    time: datetime | None
    payload: bytes
    signature: bytes
    signature_kind: SignatureKind | None


def object_id(kind: ObjectKind, data: bytes, digits: int) -> str:
    """Return the id of an object. digits: 40 for SHA-1, 64 for SHA-256."""
    made = hashlib.sha256() if digits == 64 else hashlib.sha1(usedforsecurity=False)
    made.update(f"{kind.value} {len(data)}\0".encode())
    made.update(data)
    return made.hexdigest()


def parse_git_object(kind: ObjectKind, data: bytes, name: str) -> GitObject:
    """Return what a tag or commit says. name: the id under which it was read.

    Raises InputError where the bytes are not those of the id, or are none of a tag or commit that git would make: two
    headers of one name, none of those that are needed, two signatures, a header that is only like that of one.
    """
    if not _NAME.fullmatch(name) or len(data) > OBJECT_LIMIT:
        raise _fault(kind, f"it has {len(data):,} bytes, or no id of git", name)
    found = object_id(kind, data, len(name))
    if found != name:
        raise _fault(kind, f"its bytes have the id {found}", name)
    headers, _, _ = data.partition(b"\n\n")
    fields = _fields(kind, headers, name)
    wanted = (b"object", b"type", b"tag") if kind is ObjectKind.TAG else (b"tree", b"committer")
    missing = [field.decode() for field in wanted if field not in fields]
    if missing:
        raise _fault(kind, f"it has no {' and no '.join(missing)}", name)
    if kind is ObjectKind.TAG:
        payload, signature = _signed_tag(data)
        target, target_kind, tag = fields[b"object"], fields[b"type"], fields[b"tag"]
    else:
        signature = fields.get(_HEADERS[len(name)], b"")
        payload = _without_signatures(data)
        target, target_kind, tag = fields[b"tree"], b"tree", b""
        signature += b"\n" if signature else b""
    if not _NAME.fullmatch(target.decode("latin-1")) or len(target) != len(name):
        raise _fault(kind, "it points at no id", target.decode("latin-1"))
    who, email, time = _who(fields.get(b"tagger" if kind is ObjectKind.TAG else b"committer", b""))
    return GitObject(
        kind=kind,
        name=name,
        target=target.decode(),
        target_kind=target_kind.decode("latin-1")[:20],
        tag=tag.decode("utf-8", "backslashreplace")[:500],
        who=who,
        email=email,
        time=time,
        payload=payload,
        signature=signature,
        signature_kind=_kind_of(signature),
    )


def _fields(kind: ObjectKind, headers: bytes, name: str) -> dict[bytes, bytes]:
    """Return the headers by name, lines that continue one joined without their space. Of those that count here there
    is one each."""
    fields: dict[bytes, list[bytes]] = {}
    last: list[bytes] | None = None
    for line in headers.split(b"\n"):
        if line.startswith(b" ") and last is not None:
            last.append(line[1:])
            continue
        field, space, text = line.partition(b" ")
        if field in fields and field in _ONCE:
            raise _fault(kind, f"it has two headers {field[:40].decode('latin-1')!r}", name)
        if field.startswith(b"gpgsig") and (field not in _OF_SIGNATURES or not space):
            raise _fault(kind, f"it has a header {field[:40].decode('latin-1')!r}", name)
        last = fields[field] = [text]
    return {field: b"\n".join(lines) for field, lines in fields.items()}


def _signed_tag(data: bytes) -> tuple[bytes, bytes]:
    """Return the bytes before a tag's signature, and the signature."""
    match = max(data.rfind(b"\n" + mark) for mark, _ in _MARKS) + 1
    if not match:
        return _without_signatures(data), b""
    return _without_signatures(data[:match]), data[match:]


def _without_signatures(data: bytes) -> bytes:
    """Return an object without the headers that hold signatures."""
    headers, end, message = data.partition(b"\n\n")
    kept: list[bytes] = []
    skips = False
    for line in headers.split(b"\n"):
        skips = line.partition(b" ")[0] in _OF_SIGNATURES or (skips and line.startswith(b" "))
        if not skips:
            kept.append(line)
    return b"\n".join(kept) + end + message


def _kind_of(signature: bytes) -> SignatureKind | None:
    for mark, kind in _MARKS:
        if signature.startswith(mark):
            return kind
    return SignatureKind.OTHER if signature else None


def _who(text: bytes) -> tuple[str, str, datetime | None]:
    match = _WHO.fullmatch(text)
    if match is None:
        return "", "", None
    name, email, seconds = match.groups()
    try:
        time = datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        time = None
    return name.decode("utf-8", "replace").strip()[:200], email.decode("utf-8", "replace").strip()[:200], time


def _fault(kind: ObjectKind, what: str, seen: str) -> InputError:
    return InputError(Diagnostic(message=f"this is no {kind.value} of git: {what}", seen=seen[:100]))
