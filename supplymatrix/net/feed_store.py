"""Where synced feeds lie: for each feed one folder with the bytes as they were received, and a manifest.

    FOLDER/lock                         one sync at a time
    FOLDER/<feed>/000007/manifest.json  what was received: address, ETag, time, bytes, SHA-256, licence …
    FOLDER/<feed>/000007/raw/NAME       each file, byte for byte
    FOLDER/<feed>/000007/parsed.json    what was read from it; may be lost
    FOLDER/<feed>/checked               when a server last said that nothing is new
    FOLDER/<feed>/new/                  a sync at work, or one that was cut off

What a sync makes lies in `new` until it is whole; one rename gives it its number, and the highest number counts. Killed
at any moment, a sync leaves the old state. `new/journal` names the files that are whole already, so that the next sync
need not ask for them again.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError, SourceError
from supplymatrix.model.value import value
from supplymatrix.net.head_file import try_lock
from supplymatrix.net.local import read_plain
from supplymatrix.net.whole_file import replace_whole
from supplymatrix.sumdb.protocol import Absent, Body

__all__ = [
    "PARSED", "FeedStore", "Generation", "Manifest", "Staging", "StoredFile", "digest_of", "is_store", "is_stored_name",
]  # fmt: skip

PARSED = "parsed.json"
_FORMAT = "supplymatrix.feed/1"
_MANIFEST, _RAW, _NEW, _JOURNAL, _CHECKED = "manifest.json", "raw", "new", "journal", "checked"
_NUMBER = re.compile(r"[0-9]{6}", re.ASCII)
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._:+@~-]{0,199}", re.ASCII)
_MAX_MANIFEST = 64 << 20
_MAX_FILES = 200_000
_PIECE = 1 << 20
_LOCK_PAUSE = 0.05
_TEXTS = ("name", "url", "etag", "last_modified", "sha256", "kept_because")
_FAULT_TEXTS = ("message", "artifact", "seen", "expected", "remedy")


@value
class StoredFile:
    """One file as it was received.

    name: below `raw/`, `/`-separated. url: as it may be shown, "" = from a folder. retrieved_at: UTC. kept_because: why
    this is still the file of an earlier sync, "" = it is not.
    """

    name: str
    url: str
    etag: str
    last_modified: str
    retrieved_at: datetime
    bytes: int
    sha256: str
    kept_because: str = ""


@value
class Manifest:
    """What one sync of one feed came to. origin: "network" or "folder". as_of: the newest date in the feed. absent:
    addresses where a server says that there is nothing. faults: of files and of members that were left out."""

    feed: str
    licence: str
    attribution: str
    redistributable: bool
    origin: str
    made_at: datetime
    as_of: date | None
    files: tuple[StoredFile, ...]
    absent: tuple[str, ...] = ()
    faults: tuple[Diagnostic, ...] = ()


@value
class Generation:
    """One state of one feed. folder: it lies here. digest: SHA-256 of the manifest's bytes, hexadecimal."""

    folder: Path
    manifest: Manifest
    digest: str

    def path_of(self, file: StoredFile) -> Path:
        """Return where the bytes of a file lie."""
        return self.folder / _RAW / file.name


class FeedStore:
    """The folder of synced feeds. Nothing is created before `locked`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def locked(self, on_wait: Callable[[str], None], *, seconds: float = 60.0) -> Iterator[None]:
        """Hold the folder for one sync. on_wait: told once, in words, when another one holds it.

        Raises SourceError when that one does not end within `seconds`, or the folder cannot be written.
        """
        path = self.folder / "lock"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as err:
            raise _unwritable(self.folder, err) from err
        try:
            deadline = time.monotonic() + seconds
            if not try_lock(descriptor):
                on_wait(f"another sync works in {self.folder}; waiting for it")
                while not try_lock(descriptor):
                    if time.monotonic() > deadline:
                        raise SourceError(
                            f"another sync still works in {self.folder}",
                            remedy="wait for it, or end it; what it holds goes with it",
                        )
                    time.sleep(_LOCK_PAUSE)
            yield
        finally:
            os.close(descriptor)

    def generation(self, feed: str) -> Generation | None:
        """Return the state of a feed that counts, None when there is none.

        Raises InputError when its manifest is damaged or cannot be read.
        """
        for number in sorted(self._numbers(feed), reverse=True):
            folder = self.folder / feed / number
            answer = read_plain(os.fspath(folder / _MANIFEST), "the manifest", "feeds", _MAX_MANIFEST, _NO_LINK)
            if isinstance(answer, Absent):
                continue  # removed since the folder was listed: a newer one is there
            if not isinstance(answer, Body):
                raise InputError(_fault(folder / _MANIFEST, answer.reason))
            manifest = _parse_manifest(answer.data, folder / _MANIFEST)
            if manifest.feed != feed:
                raise InputError(_fault(folder / _MANIFEST, "the manifest is that of another feed", manifest.feed))
            return Generation(folder=folder, manifest=manifest, digest=sha256(answer.data).hexdigest())
        return None

    def staging(self, feed: str) -> Staging:
        """Return the place where a sync of a feed is made; what an earlier one has left there is still in it."""
        return Staging(self.folder / feed, self._numbers(feed))

    def checked_at(self, feed: str) -> datetime | None:
        """Return when a server last said that nothing is new, None when that was not since the state was made."""
        answer = read_plain(os.fspath(self.folder / feed / _CHECKED), "the time", "feeds", 100, _NO_LINK)
        return _parse_time(answer.data.decode("ascii", "replace").strip()) if isinstance(answer, Body) else None

    def set_checked(self, feed: str, now: datetime) -> None:
        """Keep that nothing is new. Raises SourceError."""
        try:
            replace_whole(self.folder / feed / _CHECKED, f"{now.astimezone(UTC).isoformat()}\n".encode())
        except OSError as err:
            raise _unwritable(self.folder, err) from err

    def _numbers(self, feed: str) -> list[str]:
        try:
            return [name for name in os.listdir(self.folder / feed) if _NUMBER.fullmatch(name)]  # noqa: PTH208  # names
        except OSError:
            return []


class Staging:
    """A new state of one feed, in the making."""

    def __init__(self, feed_folder: Path, numbers: list[str]) -> None:
        self._feed_folder = feed_folder
        self._folder = feed_folder / _NEW
        self._numbers = numbers

    def begin(self, *, keep: bool) -> Mapping[str, StoredFile]:
        """Make the folder; return what an earlier sync left whole in it, by name. keep: or else throw that away.

        Raises SourceError.
        """
        try:
            if not keep and self._folder.exists():
                shutil.rmtree(self._folder)
            (self._folder / _RAW).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as err:
            raise _unwritable(self._folder, err) from err
        answer = read_plain(os.fspath(self._folder / _JOURNAL), "the journal", "feeds", _MAX_MANIFEST, _NO_LINK)
        lines = answer.data.split(b"\n") if isinstance(answer, Body) else []
        held: dict[str, StoredFile] = {}
        for line in lines[:_MAX_FILES]:
            with suppress(ValueError, TypeError, KeyError):
                file = _file_of(json.loads(line))
                if digest_of(self.path_of(file.name)) == (file.bytes, file.sha256):
                    held[file.name] = file
        return held

    def path_of(self, name: str) -> Path:
        """Return where the bytes of a file are to be written; its folder is there."""
        if not is_stored_name(name):
            raise ValueError(f"{name!r} is no name of the store")
        path = self._folder / _RAW / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def keep(self, file: StoredFile) -> None:
        """Note that a file is whole. Raises SourceError."""
        try:
            with (self._folder / _JOURNAL).open("a", encoding="ascii") as journal:
                journal.write(json.dumps(_json_of_file(file)) + "\n")
        except OSError as err:
            raise _unwritable(self._folder, err) from err

    def take(self, source: Path, name: str) -> None:
        """Put the file of another state here: as a second name of the same bytes where that can be. Raises OSError."""
        target = self.path_of(name)
        target.unlink(missing_ok=True)
        try:
            os.link(source, target, follow_symlinks=False)
        except (OSError, NotImplementedError):
            shutil.copyfile(source, target, follow_symlinks=False)

    def publish(self, manifest: Manifest) -> Generation:
        """Make this the state that counts, and remove older ones. Raises SourceError; the old state counts then."""
        data = json.dumps(_json_of(manifest), indent=1, ensure_ascii=True).encode("ascii") + b"\n"
        number = f"{int(max(self._numbers, default='0')) + 1:06d}"
        target = self._feed_folder / number
        try:
            self._remove_strays({file.name for file in manifest.files})
            (self._folder / _JOURNAL).unlink(missing_ok=True)
            replace_whole(self._folder / _MANIFEST, data)
            self._folder.rename(target)
            _flush_folder(self._feed_folder)
            (self._feed_folder / _CHECKED).unlink(missing_ok=True)
        except OSError as err:
            raise _unwritable(self._feed_folder, err) from err
        for old in self._numbers:
            shutil.rmtree(self._feed_folder / old, ignore_errors=True)
        return Generation(folder=target, manifest=manifest, digest=sha256(data).hexdigest())

    def drop(self) -> None:
        """Throw it away."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _remove_strays(self, names: set[str]) -> None:
        """Remove what an earlier, cut-off sync left and this one has not taken; flush what stays."""
        raw = self._folder / _RAW
        for parent, _, files in os.walk(raw):
            for name in files:
                path = Path(parent, name)
                if path.relative_to(raw).as_posix() not in names:
                    path.unlink()


def is_store(folder: Path) -> bool:
    """Return whether a folder has the form of this store: some feed in it with a numbered state."""
    try:
        feeds = [entry for entry in folder.iterdir() if entry.is_dir()]
        return any(
            _NUMBER.fullmatch(entry.name) and (entry / _MANIFEST).is_file()
            for feed in feeds
            for entry in feed.iterdir()
        )
    except OSError:
        return False


def is_stored_name(name: str) -> bool:
    """Return whether a name may be one of a file here: plain parts, none of which leads out."""
    return len(name) <= 400 and all(_PART.fullmatch(part) for part in name.split("/"))


def digest_of(path: Path) -> tuple[int, str] | None:
    """Return bytes and SHA-256 of a plain file, None when there is none that can be read. Links are not followed."""
    digest, size = sha256(), 0
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | _NO_LINK)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                size += len(piece)
    except OSError:
        return None
    return size, digest.hexdigest()


_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def _json_of(manifest: Manifest) -> dict[str, object]:
    return {
        "format": _FORMAT,
        "feed": manifest.feed,
        "licence": manifest.licence,
        "attribution": manifest.attribution,
        "redistributable": manifest.redistributable,
        "origin": manifest.origin,
        "made_at": manifest.made_at.astimezone(UTC).isoformat(),
        "as_of": manifest.as_of.isoformat() if manifest.as_of else None,
        "files": [_json_of_file(file) for file in manifest.files],
        "absent": list(manifest.absent),
        "faults": [
            {name: getattr(fault, name) for name in _FAULT_TEXTS} | {"line": fault.line, "column": fault.column}
            for fault in manifest.faults
        ],
    }


def _json_of_file(file: StoredFile) -> dict[str, object]:
    texts = {name: getattr(file, name) for name in _TEXTS}
    return {**texts, "retrieved_at": file.retrieved_at.astimezone(UTC).isoformat(), "bytes": file.bytes}


def _parse_manifest(data: bytes, path: Path) -> Manifest:
    """Return a manifest. Raises InputError for bytes that are none."""
    try:
        found = json.loads(data)
        _refuse_format(found["format"])
        files = tuple({item["name"]: _file_of(item) for item in found["files"]}.values())
        return Manifest(
            feed=_text(found["feed"]),
            licence=_text(found["licence"]),
            attribution=_text(found["attribution"]),
            redistributable=found["redistributable"] is True,
            origin=_text(found["origin"]),
            made_at=_time(found["made_at"]),
            as_of=date.fromisoformat(found["as_of"]) if found["as_of"] else None,
            files=files,
            absent=tuple(_text(item) for item in found["absent"]),
            faults=tuple(_fault_of(item) for item in found["faults"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as err:
        raise InputError(
            _fault(path, "the manifest of a synced feed is damaged", f"{type(err).__name__}: {err}")
        ) from err


def _refuse_format(found: object) -> None:
    """Raise ValueError for a manifest of another form."""
    if found != _FORMAT:
        raise ValueError(f"of the form {str(found)[:80]!r}")


def _file_of(found: Mapping[str, object]) -> StoredFile:
    """Return one file's line. Raises ValueError, TypeError or KeyError."""
    texts = {name: _text(found[name]) for name in _TEXTS}
    size = found["bytes"]
    if not is_stored_name(texts["name"]) or not isinstance(size, int) or isinstance(size, bool):
        raise ValueError(texts["name"][:80])
    return StoredFile(
        name=texts["name"],
        url=texts["url"],
        etag=texts["etag"],
        last_modified=texts["last_modified"],
        sha256=texts["sha256"],
        kept_because=texts["kept_because"],
        bytes=size,
        retrieved_at=_time(found["retrieved_at"]),
    )


def _fault_of(found: Mapping[str, object]) -> Diagnostic:
    message, artifact, seen, expected, remedy = (_text(found[name]) for name in _FAULT_TEXTS)
    line, column = found["line"], found["column"]
    if not isinstance(line, int) or not isinstance(column, int):
        raise TypeError("line")
    return Diagnostic(
        message=message, artifact=artifact, seen=seen, expected=expected, remedy=remedy, line=line, column=column
    )


def _text(found: object) -> str:
    if not isinstance(found, str):
        raise TypeError("a text is missing")
    return found


def _time(found: object) -> datetime:
    when = _parse_time(_text(found))
    if when is None:
        raise ValueError("a time is missing")
    return when


def _parse_time(text: str) -> datetime | None:
    with suppress(ValueError):
        when = datetime.fromisoformat(text)
        return when.astimezone(UTC) if when.tzinfo is not None else None
    return None


def _fault(path: Path, message: str, seen: str = "") -> Diagnostic:
    remedy = "run `supplymatrix feeds sync` again"
    return Diagnostic(message=message, artifact=path.as_posix(), line=1, seen=seen[:200], remedy=remedy)


def _unwritable(folder: Path, err: OSError) -> SourceError:
    return SourceError(
        f"feeds cannot be kept in {folder}: {err.strerror or err}",
        remedy="make the folder writable, or name another one with --feeds-dir",
    )


def _flush_folder(folder: Path) -> None:
    """Make the rename itself last; not every system lets a folder be flushed."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
