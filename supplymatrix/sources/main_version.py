"""The version of a main module: as the go command would stamp it into a program, from what git knows of the folder.

found = find_main_version(root, "example.com/m", go_mod, os.environ)
found.version, found.source                # "v1.2.4-0.20261126080000-abcdef123456", "pseudo-version after v1.2.3, …"

1. The version that the user names. 2. A folder of the module cache is called after its version. 3. The highest tag on
HEAD that is a version of this module; a module in a folder `sub` has tags `sub/v1.2.3`. 4. A pseudo-version after the
highest such tag before HEAD. "+dirty" is added when the files are not those of HEAD.

Of the repository only objects and the index are read. `git status` would put changed files through the repository's
filters, which are programs; so whether files changed is worked out here, from size, time and hash. A file that the
build would take and that git does not know makes the tree dirty, another one (a report, a binary) does not: here the
go command is stricter.

Source: cmd/go internal/load/pkg.go (setBuildInfo), internal/modfetch/coderepo.go (convert), codehost/git.go.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from supplymatrix.errors import InputError
from supplymatrix.gomod.modfile import GoMod, Retract
from supplymatrix.gomod.pseudo import is_pseudo_version, make_pseudo_version
from supplymatrix.model import semver
from supplymatrix.model.module import ModuleVersion, major_fault, split_path_version, unescape_version
from supplymatrix.model.value import value
from supplymatrix.sources.git import ask_git

__all__ = ["MainVersion", "find_main_version"]

_SHORT = 12  # digits of a commit in a pseudo-version
_MOST_FILES = 200_000
_MOST_BYTES = 256 << 20
_PIECE = 1 << 20
_BUILT = (".go", ".mod", ".sum", ".work", ".s", ".S", ".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".syso")
_ENTRY = re.compile(
    rb"(\d{6}) ([0-9a-f]{40,64}) (\d)\t([^\0]*)\0\s+ctime: \d+:\d+\n\s+mtime: (\d+):(\d+)\n[^\0]*?"
    rb"size: (\d+)\tflags: ([0-9a-f]+)\n"
)
_SKIPPED = 0x40000000 | 0x8000  # skip-worktree, assume-valid
_LINK, _MODULE = b"120000", b"160000"


@value
class MainVersion:
    """version: "" when nobody knows it, because of `reason`. source: how it is known, in words. commit: of HEAD, hex.

    is_dirty: whether files differ from that commit, None = not known. doubt: why the version may be another one than
    the go command would say with a whole clone, "" for none.
    """

    version: str
    source: str
    reason: str = ""
    commit: str = ""
    is_dirty: bool | None = None
    doubt: str = ""


class _Repository(NamedTuple):
    """top: its folder. prefix: the module's folder in it, "" or with a slash at its end. index_file: of git."""

    top: Path
    prefix: str
    index_file: Path
    is_shallow: bool
    commit: str


class _UnknownError(Exception):
    """There is no version to be had; the text says why. It never leaves this file."""


def find_main_version(
    root: Path,
    path: str,
    go_mod: GoMod | None,
    environ: Mapping[str, str],
    *,
    given: str = "",
    marker: str = "go.mod",
) -> MainVersion:
    """Return the version of a main module. path: its module path, "" of a workspace; given: by the user, who has the
    last word. marker: the file without which a repository is not the project's."""
    if given:
        return MainVersion(version=given, source="the user named it")
    cached = _from_cache_folder(root, path)
    if cached:
        return MainVersion(version=cached, source="the name of the folder in the module cache")
    try:
        repository = _repository(root, environ)
        is_dirty = _is_dirty(repository, environ, marker)
        version, source = _version_of(repository, path, go_mod.retract if go_mod is not None else (), environ)
    except (InputError, _UnknownError) as err:
        reason = err.diagnostics[0].message if isinstance(err, InputError) else str(err)
        return MainVersion(version="", source="", reason=reason)
    return _told(repository, version, source, is_dirty=is_dirty)


def _from_cache_folder(root: Path, path: str) -> str:
    """Return the version in the name of a module cache's folder, "" when it is none of this module."""
    try:
        real = root.resolve().as_posix()
        version = unescape_version(real.rpartition("@")[2])
        escaped = ModuleVersion(path=path, version=version).escaped_path
    except (InputError, OSError, RuntimeError):
        return ""
    return version if semver.is_valid(version) and real.rpartition("@")[0].endswith(f"/{escaped}") else ""


def _told(repository: _Repository, version: str, source: str, *, is_dirty: bool | None) -> MainVersion:
    if is_dirty:
        version += ".dirty" if version.endswith("+incompatible") else "+dirty"
        source += "; files differ from that commit"
    elif is_dirty is None:
        source += "; whether files differ from that commit was not worked out"
    doubt = "the clone is shallow: an earlier tag may be missing" if repository.is_shallow else ""
    return MainVersion(
        version=version,
        source=source,
        commit=repository.commit,
        is_dirty=is_dirty,
        doubt=doubt if is_pseudo_version(version.removesuffix("+dirty")) else "",
    )


def _repository(root: Path, environ: Mapping[str, str]) -> _Repository:
    asked = ("--show-toplevel", "--show-prefix", "--is-shallow-repository", "--git-path", "index")
    told = ask_git(root, environ, "rev-parse", *asked, "--verify", "HEAD^{commit}")
    if told is None:
        inside = ask_git(root, environ, "rev-parse", "--is-inside-work-tree")
        raise _UnknownError("the repository has no commit" if inside else "the project is in no git repository")
    lines = told.decode("utf-8", "surrogateescape").split("\n")
    if len(lines) < 6:
        raise _UnknownError("git says nothing that can be read of the repository")
    top, prefix, shallow, index, commit = lines[:5]
    return _Repository(Path(top), prefix, root / index, shallow != "false", commit)


def _version_of(
    repository: _Repository, path: str, retract: Sequence[Retract], environ: Mapping[str, str]
) -> tuple[str, str]:
    """Return the version of HEAD without what is changed in the files, and where it is from."""
    _, major, _ = split_path_version(path)
    prefix = repository.prefix
    if major.startswith("/") and f"/{prefix}".endswith(f"{major}/"):
        prefix = prefix.removesuffix(f"{major[1:]}/")
    wanted = ("refs/tags/" + prefix) if prefix else "refs/tags"
    form = "%(refname)%00%(objectname)%00%(*objectname)"
    told = ask_git(
        repository.top, environ, "for-each-ref", f"--merged={repository.commit}", f"--format={form}",
        wanted.rstrip("/"),
    )  # fmt: skip
    if told is None:
        raise _UnknownError("git cannot list the tags of the repository")
    here: list[str] = []
    before: list[str] = []
    for line in told.decode("utf-8", "surrogateescape").splitlines():
        name, _, objects = line.partition("\0")
        direct, _, peeled = objects.partition("\0")
        text = name.removeprefix("refs/tags/").removeprefix(prefix)
        version = semver.canonical(text)
        if not _is_usable(text, version, major, retract):
            continue
        before.append(version)
        if (peeled or direct) == repository.commit and version == text:
            here.append(version)
    if here:
        version = max(here, key=semver.sort_key)
        return version, f"git tag {prefix}{version} on HEAD"
    older = max(before, key=semver.sort_key) if before else ""
    time = _commit_time(repository, environ)
    made = make_pseudo_version(major.lstrip("/.").removesuffix("-unstable"), older, time, repository.commit[:_SHORT])
    after = f"the git tag {prefix}{older}" if older else "no git tag of this module"
    return made, f"pseudo-version of the git commit {repository.commit[:_SHORT]}, after {after}"


def _is_usable(text: str, version: str, major: str, retract: Iterable[Retract]) -> bool:
    """Return whether a tag is a version of the module, as the go command takes it; its build metadata is dropped."""
    if not version or not text.startswith(version) or is_pseudo_version(text) or major_fault(version, major):
        return False
    key = semver.sort_key(version)
    return not any(semver.sort_key(entry.low) <= key <= semver.sort_key(entry.high) for entry in retract)


def _commit_time(repository: _Repository, environ: Mapping[str, str]) -> datetime:
    told = ask_git(repository.top, environ, "cat-file", "commit", repository.commit) or b""
    found = re.search(rb"^committer .*> (-?\d{1,12}) [+-]\d{4}$", told.partition(b"\n\n")[0], re.MULTILINE)
    if found is None:
        raise _UnknownError("git does not say when HEAD was committed")
    try:
        return datetime.fromtimestamp(int(found[1]), UTC)
    except (ValueError, OverflowError, OSError) as err:
        raise _UnknownError("HEAD was committed at an impossible time") from err


def _is_dirty(repository: _Repository, environ: Mapping[str, str], marker: str) -> bool | None:
    """Return whether the files are others than those of HEAD. Raises _UnknownError when the project is not in it."""
    listed = ask_git(repository.top, environ, "ls-files", "--stage", "--debug", "-z")
    if listed is None:
        return None
    entries = _ENTRY.findall(listed)
    if os.fsencode(f"{repository.prefix}{marker}") not in {entry[3] for entry in entries}:
        raise _UnknownError(f"the git repository around the project does not have its {marker}")
    staged = ask_git(repository.top, environ, "diff-index", "--cached", "--raw", "-z", repository.commit, "--")
    others = ask_git(repository.top, environ, "ls-files", "--others", "--exclude-standard", "-z")
    if staged is None or others is None or len(entries) > _MOST_FILES:
        return None
    if staged or any(name.endswith(_BUILT) for name in os.fsdecode(others).split("\0")):
        return True
    return _Files(repository).any_changed(entries)


class _Files:
    """The files of a working tree, held against the index."""

    def __init__(self, repository: _Repository) -> None:
        self._top = os.fsencode(repository.top)
        self._left = _MOST_BYTES
        try:
            self._index_time = repository.index_file.stat().st_mtime_ns
        except OSError:
            self._index_time = 0

    def any_changed(self, entries: Iterable[tuple[bytes, ...]]) -> bool | None:
        """Return whether any file is another one than the index has; None when there would be too much to read."""
        for mode, blob, stage, name, seconds, nanoseconds, size, flags in entries:
            if mode == _MODULE or int(flags, 16) & _SKIPPED:
                continue
            if stage != b"0":
                return True
            path = self._top + b"/" + name
            try:
                found = os.lstat(path)
            except OSError:
                return True
            if stat.S_ISLNK(found.st_mode) is not (mode == _LINK):
                return True
            written = int(seconds) * 10**9 + int(nanoseconds)
            same = found.st_mtime_ns == written and found.st_size == int(size) and written < self._index_time
            if not same:
                if self._left < found.st_size:
                    return None
                self._left -= found.st_size
                if not _is_blob(path, found, blob.decode()):
                    return True
        return False


def _is_blob(path: bytes, found: os.stat_result, blob: str) -> bool:
    """Return whether a file has the bytes of a git object; with LF line ends too, if it has CRLF."""
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
        return False
    try:
        data = b"".join(_read(path, found))
    except OSError:
        return False
    return any(_blob_name(text, len(blob)) == blob for text in dict.fromkeys((data, data.replace(b"\r\n", b"\n"))))


def _read(path: bytes, found: os.stat_result) -> Iterator[bytes]:
    if stat.S_ISLNK(found.st_mode):
        yield os.fsencode(Path(os.fsdecode(path)).readlink())
        return
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    try:
        left = found.st_size + 1
        while left > 0 and (piece := os.read(descriptor, min(left, _PIECE))):
            left -= len(piece)
            yield piece
    finally:
        os.close(descriptor)


def _blob_name(data: bytes, digits: int) -> str:
    made = hashlib.sha256() if digits == 64 else hashlib.sha1(usedforsecurity=False)
    made.update(b"blob %d\0" % len(data))
    made.update(data)
    return made.hexdigest()
