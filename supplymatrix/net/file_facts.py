r"""What was worked out from files before, so that it need not be again: readings of licence texts, hashes of zips.

    facts = FileFacts.open(cache_folder(os.environ), detector="0.9.0+1")
    facts.reading_of(sha256, "LICENSE")           # a LicenceFile, or None
    facts.digest_of("/home/ada/go/…/v1.0.0.zip", look)
    facts.save()

A reading is found by the SHA-256 of the text, the name of its file, and by which detector read it. A digest is found by
path, device, inode, size and both times of the zip, all of which must be equal. One line for each:

    supplymatrix facts 1
    L "0.9.0+1" "9f86…" "LICENSE"⇥["MIT", "", ["Copyright …"], [["MIT", 1, 21, 100, "text"]], 0, [], []]
    Z "/home/ada/go/…/v1.0.0.zip"⇥[64769, 131, 4096, 1700000000000000000, 1700000000000000000, "9f…", "cf…", "h1:R7…"]
    C "example.com/a@v1.0.0 /…/v1.0.0.zip /…/a@v1.0.0"⇥["5d…", "h1:R7…", "h1:R7…", "", "12", "40960"]

A line is taken apart when it is asked for, so that a long file costs little. It is the user's own file in the user's
own folder, and is believed: one that others own, or may write, is passed over. So is what is damaged, line by line, and
a reading with a licence that is none today: the file may be lost at any time, and nothing here raises. It is written
whole, with what other processes put there meanwhile; the oldest lines go when it grows too long.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from supplymatrix.errors import InputError
from supplymatrix.model.licence import LicenceFile, LicenceMatch, LicenceMethod
from supplymatrix.model.zip_digest import ZipDigest
from supplymatrix.net.folders import FACTS_NAME
from supplymatrix.net.whole_file import write_beside

__all__ = ["FileFacts"]

_HEAD = b"supplymatrix facts 1"
_LIMIT = 64 << 20
_KEPT = 32 << 20
"""Bytes that are written at most."""
_FLAGS = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)  # a pipe is not waited for
_HEX = frozenset("0123456789abcdef")
_H1 = re.compile(r"h1:[A-Za-z0-9+/]{43}=")
_METHODS = {method.value: method for method in LicenceMethod}


class FileFacts:
    """What is known, and what was added to it in this run. path: of the file, None = nothing is kept."""

    def __init__(self, path: Path | None, *, detector: str) -> None:
        self._path = path
        self._detector = json.dumps(detector)
        self._known = _read(path) if path is not None else {}
        self._added: dict[bytes, bytes] = {}

    @classmethod
    def open(cls, folder: Path | None, *, detector: str) -> FileFacts:
        """Return what a cache folder holds; None, or a folder that is not there, holds nothing."""
        return cls(folder / FACTS_NAME if folder is not None else None, detector=detector)

    def reading_of(self, sha256: str, name: str) -> LicenceFile | None:
        """Return what a licence text was read as, None when nobody knows. name: of its file, without folders."""
        return _reading(self._fields(self._licence_key(sha256, name)), sha256, name)

    def keep_reading(self, name: str, read: LicenceFile) -> None:
        """Remember what a licence text was read as."""
        matches = [[m.licence, m.start, m.end, m.confidence, m.method.value] for m in read.matches]
        fields = [read.expression, read.nearest, list(read.copyrights), matches, read.unread, list(read.offers)]
        fields.append([[line, sentence] for line, sentence in read.remarks])
        self._added[self._licence_key(read.sha256, name)] = json.dumps(fields).encode()

    def digest_of(self, path: str, look: tuple[int, ...]) -> ZipDigest | None:
        """Return what a zip hashed to when it had this very look, None when nobody knows.

        look: device, inode, size, times of writing and of change in nanoseconds.
        """
        return _digest(self._fields(_zip_key(path)), look)

    def keep_digest(self, path: str, look: tuple[int, ...], digest: ZipDigest) -> None:
        """Remember what a zip hashed to."""
        self._added[_zip_key(path)] = json.dumps([*look, digest.sha256, digest.sha512, digest.h1]).encode()

    def copies_of(self, key: str) -> tuple[str, ...]:
        """Return what was kept of a module's copies, () when nothing was: by what they look like comes first."""
        fields = self._fields(_copies_key(key))
        return tuple(field for field in fields if isinstance(field, str))

    def keep_copies(self, key: str, texts: Sequence[str]) -> None:
        """Remember what a module's copies hashed to. key: module and places."""
        self._added[_copies_key(key)] = json.dumps(list(texts)).encode()

    def save(self) -> None:
        """Write what was added, beside what is there by now. What cannot be written is lost, and nobody is told."""
        if self._path is None or not self._added:
            return
        found = _read(self._path)
        lines = [b"%s\t%s" % item for item in found.items() if item[0] not in self._added]
        lines += [b"%s\t%s" % item for item in self._added.items()]
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside = write_beside(self._path, b"\n".join([_HEAD, *_youngest(lines), b""]), mode=0o600)
            try:
                beside.replace(self._path)
            finally:
                with suppress(OSError):
                    beside.unlink()
            self._known = {**found, **self._added}
            self._added = {}

    def _licence_key(self, sha256: str, name: str) -> bytes:
        return f"L {self._detector} {json.dumps(sha256)} {json.dumps(name)}".encode()

    def _fields(self, key: bytes) -> Sequence[object]:
        """Return the fields of a line, none for one that is not there or damaged."""
        text = self._added.get(key) or self._known.get(key)
        if text is None:
            return ()
        try:
            fields = json.loads(text)
        except (ValueError, RecursionError):
            return ()
        return fields if isinstance(fields, list) else ()


def _zip_key(path: str) -> bytes:
    return f"Z {json.dumps(path)}".encode()


def _copies_key(key: str) -> bytes:
    return f"C {json.dumps(key)}".encode()


def _youngest(lines: Sequence[bytes]) -> Sequence[bytes]:
    """Return the last lines, as many as may be kept."""
    left = _KEPT
    for number in range(len(lines), 0, -1):
        left -= len(lines[number - 1]) + 1
        if left < 0:
            return lines[number:]
    return lines


def _read(path: Path) -> Mapping[bytes, bytes]:
    """Return the lines of a file by their keys; none of one that is not ours alone."""
    try:
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError):
        return {}
    with os.fdopen(descriptor, "rb") as file:
        try:
            if not _is_ours(os.fstat(descriptor)):
                return {}
            data = file.read(_LIMIT + 1)
        except OSError:
            return {}
    head, *lines = data.split(b"\n")
    if head != _HEAD or len(data) > _LIMIT:
        return {}
    return {key: text for key, mark, text in (line.partition(b"\t") for line in lines[:-1]) if mark}


def _is_ours(info: os.stat_result) -> bool:
    """Return whether it is a plain file that nobody but the user may write."""
    if not stat.S_ISREG(info.st_mode) or info.st_size > _LIMIT:
        return False
    if not hasattr(os, "geteuid"):  # Windows: the folder is the user's own
        return True
    return info.st_uid == os.geteuid() and not info.st_mode & 0o022


def _reading(fields: Sequence[object], sha256: str, name: str) -> LicenceFile | None:
    match fields:
        case [str(expression), str(nearest), list(copyrights), list(found), int(unread), list(offers), list(told)]:
            matches = [_match(item) for item in found]
            if not all(isinstance(line, str) for line in (*copyrights, *offers)):
                return None
            known = tuple(match for match in matches if match is not None)
            remarks = tuple(remark for remark in map(_remark, told) if remark is not None)
            if (
                len(known) < len(matches)
                or len(remarks) < len(told)
                or not _are_licences((expression, *(match.licence for match in known)))
            ):
                return None
            return LicenceFile(
                path=name,
                sha256=sha256,
                expression=expression,
                matches=known,
                copyrights=tuple(copyrights),
                nearest=nearest,
                unread=unread,
                offers=tuple(offers),
                remarks=remarks,
            )
    return None


@lru_cache(maxsize=4096)
def _are_licences(expressions: tuple[str, ...]) -> bool:
    """Return whether texts are expressions as this program writes them, or ""."""
    from supplymatrix.licences.expression import canonical

    try:
        return all(canonical(text) == text for text in {*expressions} - {""})
    except InputError:
        return False


def _match(item: object) -> LicenceMatch | None:
    match item:
        case [str(licence), int(start), int(end), int(confidence), str(method)] if (
            method in _METHODS and 0 < start <= end and 0 <= confidence <= 100
        ):
            return LicenceMatch(licence=licence, start=start, end=end, confidence=confidence, method=_METHODS[method])
    return None


def _remark(item: object) -> tuple[int, str] | None:
    match item:
        case [int(line), str(sentence)] if line > 0:
            return line, sentence
    return None


def _digest(fields: Sequence[object], look: tuple[int, ...]) -> ZipDigest | None:
    match fields:
        case [*then, str(sha256), str(sha512), str(h1)] if tuple(then) == look:
            if len(sha256) == 64 and len(sha512) == 128 and set(sha256 + sha512) <= _HEX and _H1.fullmatch(h1):
                return ZipDigest(sha256=sha256, sha512=sha512, size=look[2], h1=h1)
    return None
