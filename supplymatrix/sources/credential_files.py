"""The files of a tree in which credentials are looked for, and the few of a home folder; none of them is run.

    found = find_credential_files(Path("svc"))
    [(file.artifact, file.kind) for file in found.files], found.gaps

One walk finds them by name. A link to a file within the tree is read as that file, one that leads out of it is a gap;
links to folders are not followed, and are gaps where nothing else leads there. So is what is no regular file.
"""

from __future__ import annotations

import os
import re
import stat
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from supplymatrix.errors import InputError
from supplymatrix.model.gap import Gap
from supplymatrix.model.go_sources import CREDENTIALS_WANTED
from supplymatrix.model.location import Location
from supplymatrix.model.value import value
from supplymatrix.privacy.credential_places import FileKind, file_kind, goes_into
from supplymatrix.sources.files import read_limited
from supplymatrix.sources.git import ask_git

__all__ = [
    "FILE_LIMIT", "CredentialFile", "CredentialFiles", "find_credential_files", "is_open_to_others", "read_candidate",
    "tracked_of",
]  # fmt: skip

FILE_LIMIT = 2 << 20
"""Bytes of one file; real ones have some thousand."""
_MOST_FILES = 3_000
_MOST_BYTES = 64 << 20
_MOST_NAMES = 500_000
_MOST_FOLDERS = 50_000
_DEEPEST = 40
_MOST_GAPS = 50
_MADE_BY_TOOLS = re.compile(r"bazel-.+|result(?:-.+)?|\.direnv")
"""Links to folders of what was built."""
_AT_ONCE = 500  # paths on one command line of git


@value
class CredentialFile:
    """artifact: its path from the root, `/`-separated. kind: what it is. path: where it lies. size: bytes, as told by
    the walk."""

    artifact: str
    kind: FileKind
    path: Path
    size: int


@value
class CredentialFiles:
    """What was found, by path. gaps: what could not be looked at."""

    files: tuple[CredentialFile, ...]
    gaps: tuple[Gap, ...]


def find_credential_files(root: Path) -> CredentialFiles:
    """Return the files below a folder in which credentials are looked for. Raises nothing: gaps."""
    walk = _Walk(root)
    files = sorted(walk.files(), key=lambda file: file.artifact)
    kept: list[CredentialFile] = []
    size = 0
    for file in files:
        size += min(file.size, FILE_LIMIT)
        if len(kept) >= _MOST_FILES or size > _MOST_BYTES:
            left = f"{len(files) - len(kept):,} files at and behind {file.artifact[:200]}"
            walk.gap(left, "there are more of them than are looked at", "name the folders one by one")
            break
        kept.append(file)
    return CredentialFiles(files=tuple(kept), gaps=tuple(walk.gaps))


def read_candidate(file: CredentialFile) -> bytes | Gap:
    """Return the bytes of a file, or why it could not be read."""
    try:
        return read_limited(file.path, FILE_LIMIT, "file")
    except InputError as err:
        fault = err.diagnostics[0]
        return _gap(file.artifact, fault.message, fault.remedy or "look at it by hand")


def is_open_to_others(path: Path) -> bool | None:
    """Return whether others than its owner may read a file by its mode; None where that does not apply or is unknown.

    Also the group counts: `chmod 600` is what programs ask of such files.
    """
    if os.name != "posix":
        return None
    try:
        return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    except (OSError, ValueError):
        return None


def tracked_of(root: Path, artifacts: Sequence[str], environ: Mapping[str, str]) -> Mapping[str, bool]:
    """Return which of the files git tracks; none is in the answer where nobody can say. One run of git for 500."""
    whole = root.absolute()
    if not artifacts or not any(os.path.lexists(one / ".git") for one in (whole, *whole.parents)):
        return {}
    told: dict[str, bool] = {}
    for start in range(0, len(artifacts), _AT_ONCE):
        some = artifacts[start : start + _AT_ONCE]
        try:
            listed = ask_git(root, environ, "--literal-pathspecs", "ls-files", "-z", "--", *some)
        except InputError:
            return told
        if listed is None:
            return told
        tracked = set(listed.decode("utf-8", "surrogateescape").split("\0"))
        told |= {name: name in tracked for name in some}
    return told


class _Walk:
    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        self._real = os.path.realpath(root)
        self.gaps: list[Gap] = []
        self._names = 0
        self._folders = 1

    def files(self) -> Iterator[CredentialFile]:
        """Yield the files, those that lie higher first."""
        waiting: deque[tuple[str, int]] = deque([("", 0)])
        while waiting:
            below, depth = waiting.popleft()
            try:
                with os.scandir(os.path.join(self._root, below)) as found:  # noqa: PTH118 - a path each would double the time
                    entries = sorted(found, key=lambda entry: entry.name)
            except (OSError, ValueError) as err:
                self.gap(
                    below or "the folder", f"the folder cannot be looked into: {_why(err)}", "name what may be read"
                )
                continue
            for entry in entries:
                path = f"{below}/{entry.name}" if below else entry.name
                self._names += 1
                if self._names > _MOST_NAMES:
                    self.gap(f"what is at and behind {path[:200]}", "there are too many files", "name a folder of it")
                    return
                if entry.is_dir(follow_symlinks=False):
                    if self._goes_into(path, depth):
                        waiting.append((path, depth + 1))
                    else:
                        yield from self._one_file_of(path, entry.name)
                elif entry.is_symlink() and self._leads_to_folder(path):
                    continue
                elif (kind := file_kind(path)) is not None:
                    yield from self._file(path, kind, is_link=entry.is_symlink())

    def _goes_into(self, path: str, depth: int) -> bool:
        if not goes_into(path) or path.rpartition("/")[2] == ".git":
            return False
        if depth >= _DEEPEST or self._folders >= _MOST_FOLDERS:
            self.gap(path[:200], "there are more folders, or deeper ones, than are looked into", "name it by itself")
            return False
        self._folders += 1
        return True

    def _leads_to_folder(self, path: str) -> bool:
        """Return whether a link leads to a folder; it is a gap where that is not gone into by another way."""
        full = os.path.join(self._root, path)  # noqa: PTH118 - as above
        if not os.path.isdir(full):  # noqa: PTH112 - as above
            return False
        if not goes_into(path) or _MADE_BY_TOOLS.fullmatch(path.rpartition("/")[2]):
            return True
        inside = self._inside(full)
        if inside is None:
            self.gap(path, "it is a link to a folder that lies out of the tree", "look at what it leads to by hand")
        elif not self._is_walked(inside):
            self.gap(path, "it is a link to a folder that is not gone into", f"name it by itself: {inside[:200]}")
        return True

    def _inside(self, full: str) -> str | None:
        """Return where a link leads to from the root, None where it leads out of the tree."""
        inside = os.path.relpath(os.path.realpath(full), self._real).replace(os.sep, "/")
        is_out = inside == ".." or inside.startswith("../") or os.path.isabs(inside)  # noqa: PTH117 - as above
        return None if is_out else inside

    @staticmethod
    def _is_walked(inside: str) -> bool:
        """Return whether all folders that lead to a place of the tree are gone into."""
        return all(part != ".git" and goes_into(part) for part in inside.split("/"))

    def _one_file_of(self, path: str, name: str) -> Iterator[CredentialFile]:
        """Yield the files that count of a folder that is not gone into."""
        for inner in {"vendor": ("modules.txt",), ".git": ("config", "config.worktree")}.get(name, ()):
            place = f"{path}/{inner}"
            full = os.path.join(self._root, place)  # noqa: PTH118 - as above
            kind = file_kind(place)
            if kind is not None and os.path.lexists(full):
                yield from self._file(place, kind, is_link=os.path.islink(full))  # noqa: PTH114 - as above
        if name == ".git":
            yield from self._of_submodules(f"{path}/modules")

    def _of_submodules(self, top: str) -> Iterator[CredentialFile]:
        """Yield the settings of submodules, which lie below .git by their names; a name may have slashes."""
        waiting = deque([(top, 0)])
        while waiting:
            below, depth = waiting.popleft()
            config = f"{below}/config"
            if os.path.lexists(os.path.join(self._root, config)):  # noqa: PTH118 - as above
                yield from self._file(config, FileKind.GIT_CONFIG, is_link=False)
                below += "/modules"  # submodules of a submodule
            try:
                with os.scandir(os.path.join(self._root, below)) as found:  # noqa: PTH118 - as above
                    inner = sorted(entry.name for entry in found if entry.is_dir(follow_symlinks=False))
            except (OSError, ValueError):
                continue  # most have none
            self._folders += len(inner)
            if depth < _DEEPEST and self._folders < _MOST_FOLDERS:
                waiting += [(f"{below}/{name}", depth + 1) for name in inner]
            else:
                self.gap(below[:200], "there are more submodules, or deeper ones, than are looked into", "look by hand")

    def _file(self, path: str, kind: FileKind, *, is_link: bool) -> Iterator[CredentialFile]:
        full = os.path.join(self._root, path)  # noqa: PTH118 - as above
        if is_link:
            inside = self._inside(full)
            if inside is None:
                self.gap(path, "it is a link that leads out of the tree", "look at what it leads to by hand")
                return
            folders, _, _ = inside.rpartition("/")
            if not os.path.exists(full) or (  # noqa: PTH110 - as above
                file_kind(inside) is not None and (not folders or self._is_walked(folders))
            ):
                return  # it leads nowhere, or to a file that is read by its own name
        try:
            info = os.stat(full)  # noqa: PTH116 - as above
        except (OSError, ValueError) as err:
            self.gap(path, f"it cannot be looked at: {_why(err)}", "name what may be read")
            return
        if stat.S_ISREG(info.st_mode):
            yield CredentialFile(artifact=path, kind=kind, path=Path(full), size=info.st_size)
        else:
            self.gap(path, "it is no regular file but a pipe, a socket or a device", "look at it by hand")

    def gap(self, what: str, reason: str, remedy: str) -> None:
        """Note what was not looked at."""
        if len(self.gaps) < _MOST_GAPS:
            self.gaps.append(_gap(what, reason, remedy))
        elif len(self.gaps) == _MOST_GAPS:
            self.gaps.append(_gap("more files and folders", "they could not be looked at either", remedy))


def _why(err: OSError | ValueError) -> str:
    return err.strerror if isinstance(err, OSError) and err.strerror else str(err)


def _gap(what: str, reason: str, remedy: str) -> Gap:
    return Gap(
        wanted=f"{CREDENTIALS_WANTED}{what}",
        reason=reason,
        remedy=remedy,
        subject=what,
        location=Location(artifact=what),
    )
