"""The copies of modules in the module cache, held against what the log proves of them.

    with CopyCheck(expected, cache) as check:          # files are being read from here on
        …                                              # the log is asked
        copies = check.judge({module: Hashes(zip="h1:…", go_mod="h1:…")})

Of a module there may be a zip, the folder that it was unpacked to, its go.mod and a `.ziphash`. The go command believes
the last one in place of the zip, so it is held against the proven hash like the others, and proves nothing itself.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import hash1
from supplymatrix.model.fact import CachedCopy, CopyKind, CopyState
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.model.on_disk import FileChange, FileDifference
from supplymatrix.model.value import changed, value
from supplymatrix.sources.copy_look import Copies, CopiesLook, FolderLook, ZipLook
from supplymatrix.sources.copy_workers import LookingAt
from supplymatrix.sources.modcache import find_copies
from supplymatrix.sources.pread import RACY_NS, open_at

__all__ = ["CopyCheck", "CopyMemory", "Hashes", "judge_folder"]

_UNKNOWN_SIZE = 1 << 20
"""Bytes that a folder without a zip is taken to have."""
_SMALL_LIMIT = 16 << 20
_PARTIAL = "the go command has not unpacked it to its end, and will do so anew"
_TOOLCHAIN = "the go command adds files to a toolchain when it unpacks it"
_TEXTS = 6


@value
class Hashes:
    """What the copies of a module version should hash to. zip: h1 of the zip and of what is unpacked; go_mod: of its
    go.mod, "" = nobody knows."""

    zip: str
    go_mod: str = ""


class CopyMemory(Protocol):
    """Hashes of earlier runs, by what they are of and by the look that the files had then."""

    def copies_of(self, key: str) -> tuple[str, ...]:
        """Return the texts that were kept, () when there are none."""
        ...

    def keep_copies(self, key: str, texts: Sequence[str]) -> None:
        """Remember texts."""
        ...


class CopyCheck:
    """Copies that are being looked at from the moment this is entered, while somebody asks what is proven of them.

    expected: module → the h1 that its zip should have, as far as anybody says so yet, "" = nobody does. memory: what is
    taken from earlier runs where files look as they did then, None = nothing. clock: nanoseconds since 1970, as the
    file system counts them.
    """

    def __init__(
        self,
        expected: Mapping[ModuleVersion, str],
        cache: Path | None,
        *,
        jobs: int = 4,
        memory: CopyMemory | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._expected = expected
        self._cache = cache
        self._jobs = jobs
        self._memory = memory
        self._began = clock()
        self._wanted = {module: copies for module in expected if (copies := self._find(module)) is not None}
        self.remembered = 0
        """How many modules were not read, since memory knows them."""
        self.unbelieved: dict[ModuleVersion, str] = {}
        """Modules with a zip or a folder whose `.ziphash` the go command does not believe: "missing" or "malformed"."""
        self._looking = LookingAt(list(self._wanted.values()), workers=jobs)

    def __enter__(self) -> Self:
        self._looking.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._looking.__exit__(kind, error, trace)

    @property
    def modules(self) -> Collection[ModuleVersion]:
        """The modules that have a zip or a folder."""
        return self._wanted.keys()

    def judge(
        self, hashes: Mapping[ModuleVersion, Hashes], on_done: Callable[[int], None] | None = None
    ) -> tuple[CachedCopy, ...]:
        """Return all copies of the modules that have hashes, in their order. on_done: is told how many modules were
        looked at."""
        looks = dict(zip(self._wanted, self._looking.results(on_done), strict=True))
        looks = {module: self._remembered(module, look) for module, look in looks.items()}
        self._hash_folders(hashes, looks)
        copies: list[CachedCopy] = []
        for module, wanted in hashes.items():
            look = looks.get(module)
            if look is not None and wanted.zip:
                copies += _judged(module, self._wanted[module], look, wanted.zip)
            copies += self._small_files(module, wanted)
        return tuple(copies)

    def _find(self, module: ModuleVersion) -> Copies | None:
        """Return the copies of a module, None when it has none."""
        found = dict(find_copies(self._cache, module))
        if not found:
            return None
        zip_file, folder = found.get(CopyKind.ZIP), found.get(CopyKind.FOLDER)
        copies = Copies(
            module=str(module),
            zip=os.path.abspath(zip_file) if zip_file is not None else "",  # noqa: PTH100 - as it was named
            folder=os.path.abspath(folder) if folder is not None else "",  # noqa: PTH100
            wanted=self._expected[module],
            size=_size(zip_file) if zip_file is not None else _UNKNOWN_SIZE,
            unread=self._unread(module) if folder is not None else "",
            with_looks=self._memory is not None,
        )
        if self._memory is None or copies.unread:  # what is not to be looked at now was whole when it was kept
            return copies
        return copies._replace(known=self._kept(copies)[0])

    def _unread(self, module: ModuleVersion) -> str:
        """Return why a module's folder is not looked at, "" when it is."""
        if module.path == TOOLCHAIN_PATH:
            return _TOOLCHAIN
        downloads = _downloads(self._cache, module)
        return _PARTIAL if downloads is not None and os.path.lexists(f"{downloads}.partial") else ""

    def _kept(self, copies: Copies) -> tuple[str, ...]:
        """Return what was kept of copies: their look, then h1 of the zip and its files, of the folder, files, bytes."""
        kept = self._memory.copies_of(_key(copies)) if self._memory is not None else ()
        is_sound = len(kept) == _TEXTS and all(text.isascii() and text.isdigit() for text in kept[-2:])
        return kept if is_sound else ("",) * _TEXTS

    def _remembered(self, module: ModuleVersion, look: CopiesLook) -> CopiesLook:
        """Return a look, taken from memory where that holds; else keep it if it may be kept."""
        if self._memory is None:
            return look
        copies = self._wanted[module]
        if look.is_known:
            self.remembered += 1
            _, h1, unpacked, folder_h1, files, size = self._kept(copies)
            counts = (int(files), int(size))
            zip_look = ZipLook(h1, unpacked, files=counts[0], size=counts[1]) if copies.zip else None
            folder = FolderLook(bool(copies.zip), h1=folder_h1, files=counts[0], size=counts[1])
            return look._replace(zip=zip_look, folder=folder if copies.folder else None)
        texts = _texts(look)
        if texts and look.newest + RACY_NS <= self._began:
            self._memory.keep_copies(_key(copies), texts)
        return look

    def _hash_folders(self, hashes: Mapping[ModuleVersion, Hashes], looks: dict[ModuleVersion, CopiesLook]) -> None:
        """Hash the folders that were compared with a zip that is not what is proven, as it turns out now."""
        again = {
            module: self._wanted[module]._replace(zip="", wanted="", with_looks=False)
            for module, look in looks.items()
            if look.zip is not None
            and look.folder is not None
            and look.folder.is_compared
            and module in hashes
            and look.zip.h1 != hashes[module].zip
        }
        with LookingAt(list(again.values()), workers=self._jobs) as looking:
            for module, look in zip(again, looking.results(), strict=True):
                looks[module] = looks[module]._replace(folder=look.folder)

    def _small_files(self, module: ModuleVersion, wanted: Hashes) -> Iterator[CachedCopy]:
        """Yield the go.mod and the .ziphash of a module, held against what is proven."""
        downloads = _downloads(self._cache, module)
        if downloads is None:
            return
        if wanted.go_mod:
            yield from _go_mod(module, downloads.with_name(f"{downloads.name}.mod"), wanted.go_mod)
        if wanted.zip:
            found = _hash_file(module, downloads.with_name(f"{downloads.name}.ziphash"), wanted.zip)
            if isinstance(found, CachedCopy):
                yield found
            elif module in self._wanted:
                self.unbelieved[module] = found


def _judged(module: ModuleVersion, copies: Copies, look: CopiesLook, logged: str) -> Iterator[CachedCopy]:
    """Yield a module's zip and folder, as they stand to the proven hash."""
    if look.zip is not None:
        seen = look.zip
        state = CopyState.EQUAL if seen.h1 == logged else CopyState.DIFFERS
        yield CachedCopy(
            subject=module,
            kind=CopyKind.ZIP,
            state=CopyState.UNCHECKED if seen.unread else state,
            path=copies.zip,
            hash=seen.h1,
            logged_hash=logged,
            reason=seen.unread or seen.fault or (seen.broken_rule if seen.h1 == logged else ""),
            files=seen.files,
            size=seen.size,
        )
    if look.folder is not None:
        yield judge_folder(module, copies, look, logged)


def judge_folder(module: ModuleVersion, copies: Copies, look: CopiesLook, logged: str) -> CachedCopy:
    """Return a module's folder, as it stands to the proven hash. look: has one."""
    folder, zip_look = look.folder or FolderLook(), look.zip
    unpacked = {logged}
    if zip_look is not None and zip_look.h1 == logged:
        unpacked.add(zip_look.unpacked_h1)
    told = CachedCopy(
        subject=module,
        kind=CopyKind.FOLDER,
        state=CopyState.DIFFERS,
        path=copies.folder,
        hash=folder.h1,
        logged_hash=logged,
        reason=folder.fault,
        files=folder.files,
        size=folder.size,
        differences=tuple(FileDifference(name=a, change=FileChange(b), detail=c) for a, b, c in folder.differences),
        differing=folder.differing,
    )
    if folder.differing:
        return changed(told, reason=_in_words(told))
    if folder.unread:
        return changed(told, state=CopyState.UNCHECKED, reason=folder.unread)
    if folder.is_compared:
        return changed(told, state=CopyState.EQUAL, hash=zip_look.unpacked_h1 if zip_look is not None else "")
    return changed(told, state=CopyState.EQUAL) if folder.h1 in unpacked else told


def _in_words(copy: CachedCopy) -> str:
    """Return what is wrong with a folder, in a clause."""
    first = copy.differences[0]
    detail = f" ({first.detail})" if first.detail else ""
    if copy.differing == 1:
        return f"one of its files is not as in the proven zip: {first.name} is {first.change.value}{detail}"
    return (
        f"{copy.differing:,} of its files are not as in the proven zip; the first: {first.name} is "
        f"{first.change.value}{detail}"
    )


def _go_mod(module: ModuleVersion, path: Path, wanted: str) -> Iterator[CachedCopy]:
    """Yield the go.mod of a module, if it is there."""
    data = _read_small(path)
    if data is None:
        return
    seen = hash1([(b"go.mod", sha256(data).digest())]) if isinstance(data, bytes) else ""
    yield CachedCopy(
        subject=module,
        kind=CopyKind.GO_MOD,
        state=CopyState.UNCHECKED if not seen else CopyState.EQUAL if seen == wanted else CopyState.DIFFERS,
        path=str(path),
        hash=seen,
        logged_hash=wanted,
        reason=data if isinstance(data, str) else "",
        files=1,
        size=len(data) if isinstance(data, bytes) else 0,
    )


def _hash_file(module: ModuleVersion, path: Path, wanted: str) -> CachedCopy | str:
    """Return the file with the hash that the go command believes, or why it would not: "missing" or "malformed".

    One that is not of a hash's length, or has a NUL in it (as a crash leaves it), makes the go command hash the zip
    anew, hold that against go.sum and write the file; so does none at all. Neither can let other bytes into a build.
    """
    data = _read_small(path)
    if data is None:
        return "missing"
    seen = data.strip().decode("utf-8", "replace") if isinstance(data, bytes) else ""
    if isinstance(data, bytes) and (len(seen) != len(wanted) or "\0" in seen):
        return "malformed"
    return CachedCopy(
        subject=module,
        kind=CopyKind.HASH_FILE,
        state=CopyState.UNCHECKED if not seen else CopyState.EQUAL if seen == wanted else CopyState.DIFFERS,
        path=str(path),
        hash=seen,
        logged_hash=wanted,
        reason=data if isinstance(data, str) else "",
    )


def _read_small(path: Path) -> bytes | str | None:
    """Return a file, the reason why it cannot be read, or None when there is none."""
    try:
        with open_at(path, limit=_SMALL_LIMIT) as file:
            return file.read_at(0, file.size)
    except FileNotFoundError:
        return None if not os.path.lexists(path) else "it is a link to nothing"
    except OSError as err:
        return f"it cannot be read: {err.strerror or err}"


def _key(copies: Copies) -> str:
    return f"{copies.module} {copies.zip or '-'} {copies.folder or '-'}"


def _texts(look: CopiesLook) -> tuple[str, ...]:
    """Return what is to be remembered of copies, () where something is wrong with them or was not read."""
    if not look.looks:
        return ()
    found, folder = look.zip, look.folder
    if found is not None and (not found.h1 or found.broken_rule):
        return ()
    if folder is not None and (folder.differing or folder.unread or folder.fault):
        return ()
    if folder is not None and found is not None and not folder.is_compared:
        return ()
    files, size = (found.files, found.size) if found is not None else (folder.files, folder.size) if folder else (0, 0)
    h1, unpacked = (found.h1, found.unpacked_h1) if found is not None else ("", "")
    return (look.looks, h1, unpacked, folder.h1 if folder is not None else "", str(files), str(size))


def _size(path: Path) -> int:
    """Return the bytes of a file: large ones are begun first."""
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _downloads(cache: Path | None, module: ModuleVersion) -> Path | None:
    """Return the path of a module's files in the cache, without their endings; None where there can be none."""
    if cache is None:
        return None
    try:
        return cache / "cache" / "download" / module.escaped_path / "@v" / module.escaped_version
    except InputError:
        return None
