"""Vulnerability databases as files: whatever form they come in, as entries, with a fault for each that is none.

    a zip                  as the Go database is served, or any with JSON files in the OSV form
    a folder               the same unpacked, in the layout of the Go database (ID/, index/) or any other
    .jsonl, .jsonl.gz      an entry on each line
    .json, .json.gz        one entry, or a list of them
    the compact form       what `feeds sync go-vulndb` keeps

All of it may be made to hurt: files, members, lines and what they unpack to are bounded, and what is too much is a
fault of the database and not a shorter one.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from hashlib import sha256 as sha256_of
from pathlib import Path, PurePosixPath
from stat import S_ISREG
from typing import IO

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import changed, value
from supplymatrix.model.vulnerability import VulnDatabase
from supplymatrix.net.feed_store import digest_of
from supplymatrix.sources.files import read_limited
from supplymatrix.vulns.advisory import Advisory
from supplymatrix.vulns.compact import MAGIC, read_compact
from supplymatrix.vulns.index import AdvisorySource, Entries
from supplymatrix.vulns.osv_go import MAX_ENTRY, parse_advisory, read_advisory

__all__ = ["GO", "GO_DATABASE", "ReadDatabase", "bundle_lines", "is_bundle", "read_database", "read_files"]

GO = "go"
"""The id of the Go vulnerability database."""
GO_DATABASE = VulnDatabase(
    id=GO,
    name="Go vulnerability database",
    dated=None,
    dated_by="",
    entries=0,
    withdrawn=0,
    sha256="",
    source="",
    licence="CC-BY-4.0",
    attribution="Go vulnerability database, The Go Authors, CC BY 4.0",
)
MAX_FILE = 512 << 20
"""Bytes of a database's file."""
MAX_UNPACKED = 1 << 30
"""Bytes of all its entries."""
MAX_LIST = 64 << 20
"""Bytes of one JSON file, which may hold a list of entries."""
MAX_ENTRIES = 500_000
_MAX_FILES = 200_000
_MAX_FAULTS = 20
_PIECE = 1 << 20
_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = zlib.MAX_WBITS | 16
_ZIP = b"PK\x03\x04"
_LINES = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
_PACKED_JSON = ".json.gz"
_ENTRIES = (".json", _PACKED_JSON, ".zip", *_LINES)
_STRANGE = (".zst", ".zstd", ".xz", ".bz2", ".tar", ".tar.gz", ".tgz", ".7z")
"""Ends of files that may hold entries, packed as nobody reads it here."""
_DAY = re.compile(r"(?<![0-9])(20[0-9]{2})-?([01][0-9])-?([0-3][0-9])(?![0-9])", re.ASCII)
_INDEX = re.compile(r"(?:^|.*/)index/(?:db|modules|vulns)\.json", re.ASCII)
_GO_IDS = "GO-"
_Part = tuple[str, bytes]


@value
class ReadDatabase:
    """A database that was read. is_go: all its entries are of the Go database; is_indexed: and it is whole, as its own
    index names them, or as `feeds sync` has kept it. faults: of entries that could not be read, the first few; lost:
    how many there are. named: how many entries the index names, 0 = there is no such list; absent: of them are not
    there."""

    source: AdvisorySource
    is_go: bool
    is_indexed: bool = False
    faults: tuple[Diagnostic, ...] = ()
    lost: int = 0
    named: int = 0
    absent: int = 0


class _Reading:
    """Entries as they are read, each id once: the one that was changed last."""

    def __init__(self) -> None:
        self.entries: dict[str, Advisory] = {}
        self.faults: list[Diagnostic] = []
        self.lost = 0
        self.indexed: date | None = None
        self._there: set[str] = set()
        self._lists: dict[str, set[str]] = {}

    @property
    def named(self) -> set[str]:
        """The ids that the database's own index has, of its list of modules where there is no other."""
        return self._lists.get("vulns") or self._lists.get("modules") or set()

    @property
    def absent(self) -> set[str]:
        """Those of them that no file or entry has."""
        return self.named - self._there - self.entries.keys()

    def add(self, name: str, data: bytes) -> None:
        """Read one file, member or line. Raises InputError where there are too many."""
        if _INDEX.fullmatch(name):
            self._add_index(name, data)
            return
        self._there.add(PurePosixPath(name).stem)  # what cannot be read, or is about no module, is there all the same
        try:
            found = _entry_or_list(data, name)
        except InputError as err:
            self.fail(err)
            return
        for advisory in found:
            if isinstance(advisory, InputError):
                self.fail(advisory)
                continue
            held = self.entries.get(advisory.id)
            if held is None or (held.modified or date.min) <= (advisory.modified or date.min):
                self.entries[advisory.id] = advisory
        if len(self.entries) > MAX_ENTRIES:
            raise _fault(name, "the database has too many entries", f"at most {MAX_ENTRIES:,}")

    def fail(self, err: InputError) -> None:
        """Note an entry that cannot be read."""
        self.lost += 1
        if len(self.faults) < _MAX_FAULTS:
            self.faults += err.diagnostics[:1]

    def _add_index(self, name: str, data: bytes) -> None:
        """Take the day of the database and the ids of its entries from its own index; the rest is made anew."""
        kind = PurePosixPath(name).stem
        try:
            found = json.loads(data)
            if kind == "db":
                self.indexed = _real(date.fromisoformat(str(found["modified"])[:10]))
                return
            tables = found if kind == "vulns" else [one for module in found for one in module["vulns"]]
            self._lists[kind] = {str(one["id"]) for one in tables}
        except (ValueError, TypeError, KeyError, RecursionError):
            if kind != "db":
                self.fail(_fault(name, "the index of the database cannot be read", "a list of entries"))


def read_database(path: Path) -> ReadDatabase:
    """Return the database of a file or folder, of which only entries about Go modules count.

    Raises InputError for what cannot be read at all, and for what has no entry about a Go module.
    """
    if not path.is_dir() and _head_of(path, len(MAGIC)) == MAGIC:
        source = read_compact(read_limited(path, MAX_FILE, "vulnerability database"))
        is_go = source.database.id == GO
        return ReadDatabase(source=source, is_go=is_go, is_indexed=is_go)
    return read_files([(path, path.name)], label=path.as_posix(), name=path.name)


def read_files(files: Iterable[tuple[Path, str]], *, label: str, name: str, sha256: str = "") -> ReadDatabase:
    """Return the database that files and folders make, each (path, name). label: where they are. name: of the database
    where it is none that is known; it may tell of which day it is. sha256: where that is known. Raises InputError as
    `read_database` does."""
    reading = _Reading()
    listed: list[tuple[Path, str]] = []
    for path, called in files:
        for file, shown in _plain_files(path, called, reading):
            listed.append((file, shown))
            try:
                for part, data in _parts(file, shown, reading):
                    reading.add(part, data)
            except InputError as err:
                reading.fail(err)
    found = list(reading.entries.values())
    if not found:
        nothing = _fault(label, "it has no entry about a Go module", "entries in the OSV form")
        raise InputError(*reading.faults[:1], *nothing.diagnostics)
    is_go = all(advisory.id.startswith(_GO_IDS) for advisory in found)
    about = GO_DATABASE if is_go else changed(GO_DATABASE, id=_id_of(name), name=name, licence="", attribution="")
    if not is_go:
        found = [changed(advisory, database=about.id) for advisory in found]
    dated, by = _dated(found, reading.indexed, name)
    database = changed(
        about,
        dated=dated,
        dated_by=by,
        entries=len(found),
        withdrawn=sum(advisory.withdrawn for advisory in found),
        sha256=sha256 or _digest(listed),
        source=label,
    )
    return ReadDatabase(
        source=Entries(database, found),
        is_go=is_go,
        is_indexed=is_go and bool(reading.named) and not reading.absent,
        faults=tuple(reading.faults),
        lost=reading.lost,
        named=len(reading.named),
        absent=len(reading.absent),
    )


def _digest(files: Sequence[tuple[Path, str]]) -> str:
    """Return the SHA-256 of a file; of several, that of the list that `sha256sum` makes of them, by name."""
    digests = [(name, (digest_of(path) or (0, ""))[1]) for path, name in files]
    if len(digests) == 1:
        return digests[0][1]
    return sha256_of("".join(f"{digest}  {name}\n" for name, digest in sorted(digests)).encode()).hexdigest()


def is_bundle(name: str) -> bool:
    """Return whether a file has an entry on each line, by its name."""
    return name.lower().endswith(_LINES)


def _dated(found: Iterable[Advisory], indexed: date | None, name: str) -> tuple[date | None, str]:
    """Return of which day a database is, and how that is known. Copies from git have no days of change."""
    if indexed is not None:
        return indexed, "database's own index"
    modified = max((advisory.modified for advisory in found if advisory.modified), default=None)
    if modified is not None:
        return modified, "newest entry"
    match = _DAY.search(name)
    if match is not None:
        try:
            return date(int(match[1]), int(match[2]), int(match[3])), "name of the file"
        except ValueError:
            pass
    published = max((advisory.published for advisory in found if advisory.published), default=None)
    return published, "newest entry's day of publication" if published else ""


def _real(day: date) -> date | None:
    return day if day.year > 2000 else None


def _id_of(name: str) -> str:
    """Return a database's id for its file's name: "ours" for "ours.jsonl.gz"."""
    plain = "".join(char if char.isalnum() or char in "-_" else "-" for char in name.partition(".")[0].lower())
    return plain.strip("-")[:40] or "private"


def _entry_or_list(data: bytes, name: str) -> list[Advisory | InputError]:
    """Return the entries of a JSON document: one, or those of a list."""
    if data.lstrip()[:1] != b"[":
        found = read_advisory(data, name, GO)
        return [] if found is None else [found]
    try:
        listed = json.loads(data)
    except (ValueError, RecursionError) as err:
        raise _fault(name, "this is no JSON, or nests too deep", "a list of entries") from err
    made: list[Advisory | InputError] = []
    for at, item in enumerate(listed):
        try:
            one = parse_advisory(item, f"{name}#/{at}", GO)
        except InputError as err:
            made.append(err)
        else:
            made += [] if one is None else [one]
    return made


def _plain_files(path: Path, name: str, reading: _Reading) -> Iterator[tuple[Path, str]]:
    """Yield a file, or those of a folder that may hold entries, by name. What is passed over of a folder, links and
    files that are packed in another way among it, is a fault of the database.

    Raises InputError for a folder of too many files.
    """
    if not path.is_dir():
        yield path, name
        return

    def unread(err: OSError) -> None:
        reading.fail(_unreadable(Path(err.filename or path), err))

    seen = 0
    for root, folders, names in os.walk(path, onerror=unread):
        folders.sort()
        for folder in folders:
            if Path(root, folder).is_symlink():
                reading.fail(_fault(Path(root, folder).as_posix(), "a link is not followed", "a folder"))
        for file in sorted(names):
            inner = Path(root, file)
            end = file.lower()
            if not end.endswith((*_ENTRIES, *_STRANGE)):
                continue
            seen += 1
            if seen > _MAX_FILES:
                raise _fault(path.as_posix(), "the folder has too many files", f"at most {_MAX_FILES:,}")
            if inner.is_symlink():
                reading.fail(_fault(inner.as_posix(), "a link is not followed", "a plain file"))
            elif end.endswith(_STRANGE):
                reading.fail(_fault(inner.as_posix(), "it is packed in a form that is not read here", "gzip or zip"))
            else:
                yield inner, inner.relative_to(path).as_posix()


def _parts(path: Path, name: str, reading: _Reading) -> Iterator[_Part]:
    """Yield the parts of a file: members of a zip, lines, or itself. Raises InputError for what cannot be read on."""
    head = _head_of(path, 4)
    if head == _ZIP:
        yield from _members(path, reading)
    elif name.lower().endswith(_PACKED_JSON):
        yield name, _packed_json(path)
    elif head[:2] == _GZIP or is_bundle(name):
        yield from bundle_lines(path, name)
    else:
        yield name, read_limited(path, MAX_LIST, "vulnerability database")


def _packed_json(path: Path) -> bytes:
    data = bytearray()
    for piece in _unpacked(path):
        data += piece
        if len(data) > MAX_LIST:
            raise _fault(path.as_posix(), "the file unpacks to too much", f"at most {MAX_LIST:,} bytes")
    return bytes(data)


def _head_of(path: Path, length: int) -> bytes:
    """Return the first bytes of a plain file. Raises InputError for what is none, and for one that is too long."""
    try:
        info = path.stat()
        if not S_ISREG(info.st_mode):
            raise _fault(path.as_posix(), "this is no plain file", "a file or a folder of a vulnerability database")
        if info.st_size > MAX_FILE:
            raise _fault(path.as_posix(), f"the file has {info.st_size:,} bytes", f"at most {MAX_FILE:,}")
        with path.open("rb") as file:
            return file.read(length)
    except OSError as err:
        raise _unreadable(path, err) from err


def _members(path: Path, reading: _Reading) -> Iterator[_Part]:
    from supplymatrix.net.feed_archive import Bounds, read_members

    faults: list[Diagnostic] = []
    bounds = Bounds(member=MAX_ENTRY, unpacked=MAX_UNPACKED, ratio=100, members=MAX_ENTRIES)
    label = path.as_posix()
    try:
        yield from read_members(
            path, "zip", lambda name: name.lower().endswith(".json"), faults, label=label, bounds=bounds
        )
    except OSError as err:
        raise _unreadable(path, err) from err
    finally:
        for fault in faults:
            reading.fail(InputError(fault))


def bundle_lines(path: Path, name: str) -> Iterator[_Part]:
    """Yield the lines of a file, unpacked where it is packed. Raises InputError for one that is too long, or cut."""
    number, left = 0, b""
    for piece in _unpacked(path):
        *lines, left = (left + piece).split(b"\n")
        for line in lines:
            number += 1
            if line.strip():
                yield f"{name}:{number}", line
        if len(left) > MAX_ENTRY:
            raise _fault(f"{name}:{number + 1}", "a line is too long", f"at most {MAX_ENTRY:,} bytes")
    if left.strip():
        yield f"{name}:{number + 1}", left


def _unpacked(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, unpacked where it is gzip, some at a time."""
    left = MAX_UNPACKED
    try:
        with path.open("rb") as file:
            is_packed = file.read(2) == _GZIP
            file.seek(0)
            pieces = _gunzip(file) if is_packed else iter(lambda: file.read(_PIECE), b"")
            for piece in pieces:
                left -= len(piece)
                if left < 0:
                    raise _fault(path.as_posix(), "the file unpacks to too much", f"at most {MAX_UNPACKED:,} bytes")
                yield piece
    except (OSError, EOFError, zlib.error) as err:
        raise _unreadable(path, err) from err


def _gunzip(file: IO[bytes]) -> Iterator[bytes]:
    """Yield what gzip streams, one behind the other, hold. Raises EOFError for one that is cut, zlib.error."""
    decoder = zlib.decompressobj(_GZIP_WINDOW)
    is_begun = False
    while piece := file.read(_PIECE):
        while piece:
            if decoder.eof:
                decoder = zlib.decompressobj(_GZIP_WINDOW)
            is_begun = True
            yield decoder.decompress(piece, _PIECE)
            piece = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
    while is_begun and not decoder.eof:
        rest = decoder.decompress(decoder.unconsumed_tail, _PIECE)
        if not rest:
            raise EOFError("it is cut")
        yield rest


def _unreadable(path: Path, err: Exception) -> InputError:
    why = getattr(err, "strerror", None) or str(err)
    return _fault(path.as_posix(), f"the vulnerability database cannot be read: {why}", "a file that is whole")


def _fault(artifact: str, message: str, expected: str = "") -> InputError:
    return InputError(Diagnostic(message=message, artifact=artifact, expected=expected))
