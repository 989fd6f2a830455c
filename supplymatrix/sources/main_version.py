"""The version of a main module: as the go command would stamp it into a program, from what git knows of the folder.

found = find_main_version(root, "example.com/m", go_mod, os.environ, cache=cache)
found.version, found.source                # "v1.2.4-0.20261126080000-abcdef123456", "pseudo-version after v1.2.3, …"

1. The version that the user names, whether Go could use it or not. 2. A folder of the module cache is called after its
version; one elsewhere may be called anything. 3. The highest tag on
HEAD that is a version of this module; a module in a folder `sub` has tags `sub/v1.2.3`. 4. A pseudo-version after the
highest such tag before HEAD. "+dirty" is added when the files are not those of HEAD.

Of the repository only objects and the index are read. `git status` would put changed files through the repository's
filters, which are programs; so whether files changed is worked out here, from size, time, mode and hash, and where a
filter decides, nobody knows. A file that the build would take, or may embed, and that git does not know makes the tree
dirty, another one (a report, a binary) does not: here the go command is stricter.

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
from supplymatrix.model.module import (
    ModuleVersion,
    canonical_version,
    major_fault,
    split_path_version,
    unescape_version,
)
from supplymatrix.model.value import value
from supplymatrix.sources.git import ask_git, why_git_fails

__all__ = ["MainVersion", "find_main_version"]

_SHORT = 12  # digits of a commit in a pseudo-version
_MOST_FILES = 200_000
_MOST_BYTES = 256 << 20
_PIECE = 1 << 20
_SIZE = 0xFFFFFFFF  # bits of a size in the index; 0 = it may be out of date
_MOST_ASKS = 50
"""Changed files whose attributes are asked for; git is run for each."""
_BUILT = (
    b".go", b".mod", b".sum", b".work", b".s", b".S", b".c", b".cc", b".cpp", b".cxx", b".h", b".hh", b".hpp", b".hxx",
    b".syso",
)  # fmt: skip
_ENTRY = re.compile(
    rb"(\d{6}) ([0-9a-f]{40,64}) (\d)\t([^\0]*)\0\s+ctime: \d+:\d+\n\s+mtime: (\d+):(\d+)\n[^\0]*?"
    rb"size: (\d+)\tflags: ([0-9a-f]+)\n"
)
_SKIPPED = 0x40000000 | 0x8000  # skip-worktree, assume-valid
_LINK, _MODULE, _PROGRAM = b"120000", b"160000", b"100755"
_CONVERTED = (b"filter", b"ident", b"working-tree-encoding")
"""Attributes under which git keeps other bytes than those of the file."""
_UNSAID = b"unspecified"
_OFF = (_UNSAID, b"unset")
_OR_NAME_IT = ", or name the version with --version"


@value
class MainVersion:
    """version: "" when nobody knows it, because of `reason`. source: how it is known, in words. commit: of HEAD, hex.

    is_dirty: whether files differ from that commit, None = not known. doubt: why the go command may say another
    version, or none, "" for none; remedy: what to do about it, or about the reason. is_go_version: Go could use it for
    this module. others: further versions of the same files: of other tags on HEAD, and as it was called without them.
    """

    version: str
    source: str
    reason: str = ""
    commit: str = ""
    is_dirty: bool | None = None
    doubt: str = ""
    remedy: str = ""
    is_go_version: bool = True
    others: tuple[str, ...] = ()


class _Repository(NamedTuple):
    """top: its folder. prefix: the module's folder in it, "" or with a slash at its end. index_file: of git."""

    top: Path
    prefix: str
    index_file: Path
    is_shallow: bool
    commit: str


class _Named(NamedTuple):
    """version: of HEAD without what is changed in the files. source: where it is from. others: as in MainVersion."""

    version: str
    source: str
    others: tuple[str, ...] = ()


class _UnknownError(Exception):
    """There is no version to be had; the text says why, remedy what to do. It never leaves this file."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.remedy = remedy


def find_main_version(
    root: Path,
    path: str,
    go_mod: GoMod | None,
    environ: Mapping[str, str],
    *,
    given: str = "",
    marker: str = "go.mod",
    cache: Path | None = None,
) -> MainVersion:
    """Return the version of a main module. path: its module path, "" of a workspace; given: by the user, who has the
    last word. marker: the file without which a repository is not the project's. cache: the module cache."""
    if given:
        is_usable = not path or _is_go_version(given, path)
        source = "the user named it" if is_usable else "the user named it; Go cannot use it as a version of this module"
        return MainVersion(version=given, source=source, is_go_version=is_usable)
    cached = _from_cache_folder(root, path, cache)
    if cached:
        return MainVersion(version=cached, source="the name of the folder in the module cache")
    try:
        repository = _repository(root, environ)
        is_dirty = _is_dirty(repository, environ, marker)
        named = _version_of(repository, path, go_mod.retract if go_mod is not None else (), environ)
    except InputError as err:
        fault = err.diagnostics[0]
        return MainVersion(version="", source="", reason=fault.message, remedy=f"{fault.remedy}{_OR_NAME_IT}")
    except _UnknownError as err:
        return MainVersion(version="", source="", reason=str(err), remedy=f"{err.remedy}{_OR_NAME_IT}")
    return _told(repository, named, is_dirty=is_dirty)


def _is_go_version(version: str, path: str) -> bool:
    """Return whether a version is one that a module of this path can have, or a program be stamped with."""
    clean = version.removesuffix("+dirty") if version.endswith("+dirty") else version.removesuffix(".dirty")
    return canonical_version(clean) == clean != "" and not major_fault(clean, split_path_version(path)[1])


def _from_cache_folder(root: Path, path: str, cache: Path | None) -> str:
    """Return the version in the name of the module cache's folder, "" when it is none of this module."""
    if cache is None:
        return ""
    try:
        name = root.resolve().relative_to(cache.resolve()).as_posix()
        version = unescape_version(name.rpartition("@")[2])
        escaped = ModuleVersion(path=path, version=version).escaped_path
    except (InputError, OSError, RuntimeError, ValueError):
        return ""
    return version if semver.is_valid(version) and name.rpartition("@")[0] == escaped else ""


def _dirty(version: str) -> str:
    return version + (".dirty" if version.endswith("+incompatible") else "+dirty")


def _told(repository: _Repository, named: _Named, *, is_dirty: bool | None) -> MainVersion:
    version, source, others = named
    if is_dirty:
        version, others = _dirty(version), tuple(map(_dirty, others))
        source += "; files differ from that commit"
    elif is_dirty is None:
        source += "; whether files differ from that commit was not worked out"
    doubts = []
    if is_dirty is None:
        fault = (
            "nobody can say whether files differ from that commit: objects are missing, a filter decides, or too much"
        )
        doubts.append((fault, "git fsck, or name the version with --version"))
    if repository.is_shallow and is_pseudo_version(version.removesuffix("+dirty")):
        doubts.append(("the clone is shallow: an earlier tag may be missing", "git fetch --unshallow --tags"))
    return MainVersion(
        version=version,
        source=source,
        commit=repository.commit,
        is_dirty=is_dirty,
        doubt="; ".join(doubt for doubt, _ in doubts),
        remedy="; ".join(remedy for _, remedy in doubts),
        others=others,
    )


def _repository(root: Path, environ: Mapping[str, str]) -> _Repository:
    asked = ("--show-toplevel", "--show-prefix", "--is-shallow-repository", "--git-path", "index")
    told = ask_git(root, environ, "rev-parse", *asked, "--verify", "HEAD^{commit}")
    if told is None:
        refused = why_git_fails(root, environ)
        if refused is not None:
            raise _UnknownError(f"git does not read the repository: {refused.message}", refused.remedy)
        if ask_git(root, environ, "rev-parse", "--is-inside-work-tree"):
            raise _UnknownError("the repository has no commit", "commit the project")
        raise _UnknownError("the project is in no git repository", "put it under git, and commit it")
    lines = told.decode("utf-8", "surrogateescape").split("\n")
    if len(lines) < 6:
        raise _UnknownError("git says nothing that can be read of the repository", "git status says more")
    top, prefix, shallow, index, commit = lines[:5]
    return _Repository(Path(top), prefix, root / index, shallow != "false", commit)


def _version_of(repository: _Repository, path: str, retract: Sequence[Retract], environ: Mapping[str, str]) -> _Named:
    """Return the version of HEAD without what is changed in the files."""
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
        raise _UnknownError("git cannot list the tags of the repository", "git fsck")
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
    older = max(set(before) - set(here), key=semver.sort_key, default="")
    time = _commit_time(repository, environ)
    made = make_pseudo_version(major.lstrip("/.").removesuffix("-unstable"), older, time, repository.commit[:_SHORT])
    if here:
        version, *others = sorted(here, key=semver.sort_key, reverse=True)
        return _Named(version, f"git tag {prefix}{version} on HEAD", (*others, made))
    after = f"the git tag {prefix}{older}" if older else "no git tag of this module"
    return _Named(made, f"pseudo-version of the git commit {repository.commit[:_SHORT]}, after {after}")


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
        raise _UnknownError("git does not say when HEAD was committed", "git fsck")
    try:
        return datetime.fromtimestamp(int(found[1]), UTC)
    except (ValueError, OverflowError, OSError) as err:
        raise _UnknownError("HEAD was committed at an impossible time", "commit it anew") from err


def _is_dirty(repository: _Repository, environ: Mapping[str, str], marker: str) -> bool | None:
    """Return whether the files are others than those of HEAD. Raises _UnknownError when the project is not in it."""
    listed = ask_git(repository.top, environ, "ls-files", "--stage", "--debug", "-z")
    if listed is None:
        return None
    entries = _ENTRY.findall(listed)
    if os.fsencode(f"{repository.prefix}{marker}") not in {entry[3] for entry in entries}:
        raise _UnknownError(f"the git repository around the project does not have its {marker}", f"git add {marker}")
    staged = ask_git(repository.top, environ, "diff-index", "--cached", "--raw", "-z", repository.commit, "--")
    others = ask_git(repository.top, environ, "ls-files", "--others", "--exclude-standard", "-z")
    if staged is None or others is None or len(entries) > _MOST_FILES:
        return None
    unknown = others.split(b"\0")[:-1]
    if staged or any(name.endswith(_BUILT) for name in unknown):
        return True
    files = _Files(repository, environ)
    embeds = files.any_embeds([entry[3] for entry in entries], unknown)
    changed = True if embeds else files.any_changed(entries)
    return None if changed is False and embeds is None else changed


class _Files:
    """The files of a working tree, held against the index."""

    def __init__(self, repository: _Repository, environ: Mapping[str, str]) -> None:
        self._folder = repository.top
        self._environ = environ
        self._top = os.fsencode(repository.top)
        self._left = _MOST_BYTES
        self._asks = _MOST_ASKS
        try:
            self._index_time = repository.index_file.stat().st_mtime_ns
        except OSError:
            self._index_time = 0

    def any_embeds(self, known: Iterable[bytes], unknown: Iterable[bytes]) -> bool | None:
        """Return whether a file that git does not know lies where a package may embed it: in its folder, or below."""
        folders: set[bytes] = set()
        for name in unknown:
            folder = name.rpartition(b"/")[0]
            while folder not in folders:
                folders.add(folder)
                folder = folder.rpartition(b"/")[0]
        for name in known:
            if not name.endswith(b".go") or name.endswith(b"_test.go") or name.rpartition(b"/")[0] not in folders:
                continue
            path = self._top + b"/" + name
            try:
                found = os.lstat(path)
                if not stat.S_ISREG(found.st_mode):
                    continue
                if not self._may_read(found.st_size):
                    return None
                if b"//go:embed" in b"".join(_read(path, found)):
                    return True
            except OSError:
                continue  # that it is not what the index has tells the rest
        return False

    def any_changed(self, entries: Iterable[tuple[bytes, ...]]) -> bool | None:
        """Return whether any file is another one than the index has; None when nobody can say."""
        is_unsure = False
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
            if mode != _LINK and (mode == _PROGRAM) is not bool(found.st_mode & stat.S_IXUSR) and self._modes_count():
                return True
            written = int(seconds) * 10**9 + int(nanoseconds)
            same = found.st_mtime_ns == written and found.st_size == int(size) and written < self._index_time
            if same:
                continue
            if int(size) and int(size) != found.st_size & _SIZE:
                return True  # whatever git would make of it: status does not look into it
            if not self._may_read(found.st_size):
                return None
            is_same = self._is_blob(name, found, blob.decode())
            if is_same is False:
                return True
            is_unsure |= is_same is None
        return None if is_unsure else False

    def _may_read(self, size: int) -> bool:
        self._left -= size
        return self._left >= 0

    def _modes_count(self) -> bool:
        """Return whether git looks at who may run a file, as it does unless the repository says otherwise."""
        said = ask_git(self._folder, self._environ, "config", "--type=bool", "--get", "core.fileMode")
        return os.name != "nt" and (said is None or said.strip() != b"false")

    def _is_blob(self, name: bytes, found: os.stat_result, blob: str) -> bool | None:
        """Return whether a file has the bytes of a git object, or those that git would make of it; None when a program
        would have to tell."""
        path = self._top + b"/" + name
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
            return False
        try:
            data = b"".join(_read(path, found))
        except OSError:
            return False
        if _blob_name(data, len(blob)) == blob:
            return True
        return self._is_converted(name, data, blob)

    def _is_converted(self, name: bytes, data: bytes, blob: str) -> bool | None:
        """Return whether git would make an object of other bytes, by converting them; None when nobody can say."""
        said = self._attributes(name)
        if said is None or any(said.get(key, _UNSAID) not in _OFF for key in _CONVERTED):
            return None
        unix = data.replace(b"\r\n", b"\n")
        if unix == data or _blob_name(unix, len(blob)) != blob:
            return False
        if said.get(b"text") in (b"unset", b"false"):
            return False
        if said.get(b"text", _UNSAID) != _UNSAID or said.get(b"eol", _UNSAID) != _UNSAID:
            return True
        lines = ask_git(self._folder, self._environ, "config", "--get", "core.autocrlf")
        if lines is None and os.name == "nt":
            return None  # the configuration of the whole machine was not read
        return (lines or b"").strip().lower() in (b"true", b"input", b"1", b"yes", b"on")

    def _attributes(self, name: bytes) -> dict[bytes, bytes] | None:
        """Return what .gitattributes say of a file, None when nobody knows."""
        self._asks -= 1
        if self._asks < 0:
            return None
        asked = ("text", "eol", *(key.decode() for key in _CONVERTED))
        told = ask_git(self._folder, self._environ, "check-attr", "-z", *asked, "--", os.fsdecode(name))
        if told is None:
            return None
        parts = told.split(b"\0")
        return dict(zip(parts[1::3], parts[2::3], strict=False))


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
