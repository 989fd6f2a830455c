"""One file as a program: read at a few places, hashed in one pass, whether it lies on a disk or in an archive.

taken = take_file(path, links=True)          # a plain file
taken = take_entry(entry, stream)            # an entry of a tar, through a temporary file where it has to be

A file is neither run nor mapped into memory. What an archive has packed is written to a temporary file without a name,
so that a reader can go to any place of it; small ones are held in memory.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.build_info import NoBuildInfoError
from supplymatrix.gomod.executable_formats import is_program
from supplymatrix.gomod.program import ReadProgram, read_programs
from supplymatrix.gomod.read_at import BytesAt, ReadAt
from supplymatrix.model.value import value
from supplymatrix.sources.binary import BINARY_LIMIT
from supplymatrix.sources.file_part import FilePart
from supplymatrix.sources.pread import FileChangedError, open_at
from supplymatrix.sources.sparse_file import SparseFile
from supplymatrix.sources.streams import PlainStream, Stream, TooMuchError
from supplymatrix.sources.tar_reader import TarEntry

__all__ = [
    "HEAD", "MAX_PROGRAMS", "MEMBER_LIMIT", "Room", "TakenFile", "Unread", "copied", "entry_file",
    "hash_of", "reason_of", "take_entry", "take_file", "take_part", "unfit",
]  # fmt: skip

HEAD = 8
"""Bytes by which a program is told from other files."""
MEMBER_LIMIT = 2 << 30
"""Bytes of a program in an archive."""
MAX_PROGRAMS = 2_000
"""Programs that are kept in memory; a folder with more is looked at in parts."""
MAX_HOLES = 1 << 30
"""Bytes of all holes in sparse programs of archives: a few bytes of an archive make any number of them."""
MAX_NAMES = 2_000_000
"""Modules, packages and settings of all of them together; a large program has about two thousand."""

_PIECE = 1 << 20
_IN_MEMORY = 8 << 20
_BESIDE = 16 << 20
"""Bytes of a file from which on it is hashed by a thread of its own while it is read."""


@value
class TakenFile:
    """A Go program that was read. programs: more than one only of fat Mach-O. sha256, size: of the file."""

    sha256: str
    size: int
    programs: tuple[ReadProgram, ...]


@value
class Unread:
    """A file that may be a Go program and could not be looked at. reason: why, a clause."""

    reason: str
    remedy: str = ""


class Room:
    """How much may still be kept. refused: programs for which there was no room. functions_in: import paths of the
    packages whose functions are kept, too. hashes: whether plain files are hashed."""

    def __init__(
        self,
        programs: int = MAX_PROGRAMS,
        names: int = MAX_NAMES,
        functions_in: AbstractSet[str] = frozenset(),
        *,
        hashes: bool = True,
    ) -> None:
        self._programs, self._names = programs, names
        self._holes = MAX_HOLES
        self.refused = 0
        self.functions_in = functions_in
        self.hashes = hashes

    def take_holes(self, length: int) -> bool:
        """Count the holes of a file; return whether that was not too much."""
        if length > self._holes:
            return False
        self._holes -= length
        return True

    def admit(self, taken: TakenFile | Unread | None) -> TakenFile | Unread | None:
        """Return what was taken, None where there is no room for it."""
        if not isinstance(taken, TakenFile):
            return taken
        self._programs -= len(taken.programs)
        self._names -= sum(map(_names_in, taken.programs))
        if self._programs >= 0 and self._names >= 0:
            return taken
        self.refused += len(taken.programs)
        return None


def _names_in(read: ReadProgram) -> int:
    own = len(read.packages or ()) + len(read.functions or ()) + len(read.libraries)
    return own if read.info is None else own + len(read.info.deps) + len(read.info.settings)


class _Spooled:
    """A temporary file."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._size, self._lock = file, size, threading.Lock()

    @property
    def size(self) -> int:
        return self._size

    def read_at(self, offset: int, length: int) -> bytes:
        if offset < 0 or length < 0 or offset + length > self._size:
            raise InputError(Diagnostic(message="the file does not have these bytes"))
        with self._lock:
            self._file.seek(offset)
            return self._file.read(length)


class _Hashing:
    """The digest of a file, worked out in a thread of its own while the file is read for something else."""

    def __init__(self, file: ReadAt) -> None:
        self._file = file
        self._hash = sha256()
        self._fault: Exception | None = None
        self._is_wanted = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            for at in range(0, self._file.size, _PIECE):
                if not self._is_wanted:
                    return
                self._hash.update(self._file.read_at(at, min(_PIECE, self._file.size - at)))
        except (InputError, OSError) as err:
            self._fault = err

    def stop(self) -> None:
        """Give up, before the file is closed."""
        self._is_wanted = False
        self._thread.join()

    def digest(self) -> str:
        """Return the digest in hex. Raises what the file raised."""
        self._thread.join()
        if self._fault is not None:
            raise self._fault
        return self._hash.hexdigest()


def hash_of(file: ReadAt) -> str:
    """Return the SHA-256 of a file in hex. Raises as the file does."""
    digest = sha256()
    for at in range(0, file.size, _PIECE):
        digest.update(file.read_at(at, min(_PIECE, file.size - at)))
    return digest.hexdigest()


def take_file(
    path: Path, *, links: bool, functions_in: AbstractSet[str] = frozenset(), hashes: bool = True
) -> TakenFile | Unread | None:
    """Return what a file on the disk says of itself, None for what is no Go program. links: one may be followed.
    hashes: False leaves its digest out, "", where nobody asks for it: that is a third of the work."""
    try:
        with open_at(path, limit=BINARY_LIMIT, links=links) as file:
            if not hashes:
                programs = _programs(file, functions_in)
                return TakenFile(sha256="", size=file.size, programs=programs) if programs else None
            return _take(file, functions_in)
    except (InputError, OSError, ValueError) as err:
        return Unread(reason=reason_of(err), remedy=_remedy(err))


def _take(file: ReadAt, functions_in: AbstractSet[str]) -> TakenFile | None:
    """Return what a file says of itself. Raises InputError for what cannot be read, OSError as the file does."""
    if file.size < _BESIDE:
        programs = _programs(file, functions_in)
        return TakenFile(sha256=hash_of(file), size=file.size, programs=programs) if programs else None
    beside = _Hashing(file)
    try:
        programs = _programs(file, functions_in)
        return TakenFile(sha256=beside.digest(), size=file.size, programs=programs) if programs else None
    finally:
        beside.stop()


def _programs(file: ReadAt, functions_in: AbstractSet[str]) -> tuple[ReadProgram, ...]:
    try:
        return read_programs(file, functions_in)
    except NoBuildInfoError:
        return ()


def take_entry(entry: TarEntry, stream: Stream, room: Room) -> TakenFile | Unread | None:
    """Return what an entry of an archive says of itself, None for what is no Go program.

    Raises InputError where the archive is damaged, OSError as its file does.
    """
    if not is_program(entry.peek(HEAD)):
        return None
    reason = unfit(entry, room)
    if reason:
        return Unread(reason=reason, remedy="unpack it, and name it")
    with entry_file(entry, stream) as (file, digest):
        return take_part(file, digest, room.functions_in)


def unfit(entry: TarEntry, room: Room) -> str:
    """Return why an entry is not read, as a clause; "" where it is."""
    if entry.size > MEMBER_LIMIT:
        return f"it has {entry.size:,} bytes, more than the {MEMBER_LIMIT:,} that are read of a file in an archive"
    if not room.take_holes(entry.size - entry.held):
        return f"{entry.size - entry.held:,} of its bytes are holes, more than are read of sparse files"
    return ""


@contextmanager
def entry_file(entry: TarEntry, stream: Stream) -> Iterator[tuple[ReadAt, str]]:
    """Yield an entry of an archive as a file, with its SHA-256 where that is known by then, else "".

    Raises InputError where the archive is damaged, OSError as its file does.
    """
    if entry.place is not None and isinstance(stream, PlainStream):
        if entry.place + entry.size > stream.end:
            raise InputError(Diagnostic(message="the archive is damaged: it is cut within a file"))
        yield FilePart(stream.file, entry.place, entry.size), ""
        return
    with copied(entry.read, entry.size) as (file, digest):
        if entry.pieces is None:
            yield file, digest
        else:
            yield SparseFile(file, entry.pieces, entry.size), ""


def take_part(
    file: ReadAt, digest: str = "", functions_in: AbstractSet[str] = frozenset()
) -> TakenFile | Unread | None:
    """Return what a file in an archive says of itself, None for what is no Go program. digest: its SHA-256, if known.

    Raises OSError as the file does.
    """
    try:
        if not digest:
            return _take(file, functions_in)
        programs = _programs(file, functions_in)
    except InputError as err:
        return Unread(reason=reason_of(err))
    return TakenFile(sha256=digest, size=file.size, programs=programs) if programs else None


@contextmanager
def copied(read: Callable[[int], bytes], most: int, head: bytes = b"") -> Iterator[tuple[ReadAt, str]]:
    """Yield bytes that can be read but once as a file, with their SHA-256. head: those that were read already.

    Raises TooMuchError for more than `most` bytes, head included; else what `read` raises, and OSError for a full disk.
    """
    digest, size = sha256(head), len(head)
    parts, file = [head], None
    try:
        while data := read(_PIECE):
            size += len(data)
            if size > most:
                raise TooMuchError(Diagnostic(message=f"it has more than the {most:,} bytes that are read of it"))
            digest.update(data)
            parts.append(data)
            if size > _IN_MEMORY:
                file = file or tempfile.TemporaryFile()  # noqa: SIM115 - closed below
                file.write(b"".join(parts))
                parts = []
        yield (BytesAt(b"".join(parts)) if file is None else _Spooled(file, size)), digest.hexdigest()
    finally:
        if file is not None:
            file.close()


def reason_of(err: Exception) -> str:
    """Return why something could not be read, as a clause."""
    if isinstance(err, InputError):
        first = err.diagnostics[0]
        return f"{first.message} ({first.seen})" if first.seen else first.message
    if isinstance(err, FileChangedError):
        return "it changed while it was read"
    return str(getattr(err, "strerror", None) or err)


def _remedy(err: Exception) -> str:
    if isinstance(err, InputError):
        return err.diagnostics[0].remedy
    return (
        "run it again when nobody writes to it" if isinstance(err, FileChangedError) else "name files that may be read"
    )
