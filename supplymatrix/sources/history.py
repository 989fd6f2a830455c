"""When a project's files began to name another Go, from its git history.

Nothing of the repository runs: no hook, filter, textconv, external diff or signature program. git lists which blobs the
files had after each commit, and hands over the blobs; they are read here. Along the first parents, since a change is in
the project when it is merged, and by the committer's day, since an author's date may be years older.

What cannot be had is a gap: no repository, no git, a shallow clone before its first commit, more commits than are read.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO

from supplymatrix.model.value import value
from supplymatrix.sources.git import SAFE_OPTIONS, git_environment
from supplymatrix.vendors.adoption import UNREADABLE, GoChange, History, PlaceKind
from supplymatrix.vendors.go_lines import is_go_place, place_of, read_go_lines

__all__ = ["DEFAULT_LIMITS", "HistoryLimits", "read_history"]


@value
class HistoryLimits:
    """How much is read. commits: that touched the files, newest first; listing, blobs: bytes of all; blob: of one;
    seconds: for each of four calls of git."""

    commits: int = 5_000
    listing: int = 32 << 20
    blobs: int = 64 << 20
    blob: int = 1 << 20
    seconds: float = 20


DEFAULT_LIMITS = HistoryLimits()
# Settings of the repository that would start programs or change what is listed.
_LOG = (
    "-c", "log.showSignature=false", "-c", "log.showRoot=true", "-c", "log.follow=false",
    "-c", "diff.external=", "-c", "core.attributesFile=/dev/null", "-c", "core.quotePath=false",
)  # fmt: skip
_LIST = (
    "log", "--no-relative",  # a repository may ask for paths as seen from a folder
    "--first-parent", "--diff-merges=first-parent", "--raw", "-z", "--no-abbrev", "--no-renames",
    "--no-ext-diff", "--no-textconv", "--no-show-signature", "--no-notes", "--no-color", "--no-mailmap", "-O/dev/null",
    "--format=tformat:commit %H %ct",
)  # fmt: skip
_PLACES = (
    ":(glob)go.mod", ":(glob)go.work", ":(glob).tool-versions", ":(glob).go-version", ":(top,glob).tool-versions",
    ":(top,glob).go-version", ":(icase,glob)**/Dockerfile", ":(icase,glob)**/Dockerfile.*",
    ":(icase,glob)**/*.Dockerfile", ":(icase,glob)**/Containerfile", ":(icase,glob)**/Containerfile.*",
    ":(top,glob).github/workflows/*.yml", ":(top,glob).github/workflows/*.yaml",
)  # fmt: skip
_COMMIT = re.compile(rb"\n?commit ([0-9a-f]{40,64}) (-?[0-9]{1,18})\n?")
_ENTRY = re.compile(rb"\n?:[0-7]{6} ([0-7]{6}) [0-9a-f]+ ([0-9a-f]+) [A-Z][0-9]*")
_PLAIN = (b"100644", b"100755", b"100664")
_WINDOW = 1 << 16


@value
class _Step:
    """One commit: its day, and the blob of each file that it changed, "" = gone or no plain file."""

    commit: str
    day: date
    blobs: tuple[tuple[str, str], ...]


class _NoAnswer(Exception):  # noqa: N818 - a reason, told as a gap
    """git gave no answer, or too much of one; the text says why."""


def read_history(folder: Path, environ: Mapping[str, str], limits: HistoryLimits = DEFAULT_LIMITS) -> History:
    """Return since when the files of a project name which Go. folder: of the project, in a repository or at its root.

    environ: where git is found. What is missing is said in the answer's `gap`; nothing is raised.
    """
    try:
        return _History(folder, environ, limits).read()
    except _NoAnswer as err:
        return History(changes=(), first=None, last=None, whole=False, gap=str(err), root=folder.as_posix())


class _History:
    def __init__(self, folder: Path, environ: Mapping[str, str], limits: HistoryLimits) -> None:
        self._folder = folder
        self._environment = git_environment(environ)
        self._limits = limits
        self._gaps: list[str] = []

    def read(self) -> History:
        first, last, is_shallow = self._ends()
        listed = self._git(
            (*_LIST, f"--max-count={self._limits.commits + 1}", "HEAD", "--", *_PLACES), self._limits.listing
        )
        steps = list(_steps(listed))
        if len(steps) > self._limits.commits:
            steps = steps[: self._limits.commits]
            first = steps[-1].day
            self._gaps.append(f"only the newest {self._limits.commits:,} commits to these files were read")
        if is_shallow:
            self._gaps.append("a shallow clone: what was before its first commit is not here")
        steps.reverse()
        texts = self._texts({blob for step in steps for _, blob in step.blobs if blob})
        return History(
            changes=tuple(_changes(steps, texts)),
            first=first,
            last=last,
            whole=not is_shallow and first is not None and not self._gaps,
            gap="; ".join(self._gaps),
            root=self._folder.as_posix(),
        )

    def _ends(self) -> tuple[date, date, bool]:
        """Return the days of the oldest and the newest commit, and whether the clone is shallow."""
        words = self._git(("rev-parse", "--is-shallow-repository"), 1 << 10, may_fail=True)
        if words is None:
            raise _NoAnswer(f"{self._folder.as_posix()} is in no git repository that git would read")
        shown = ("--first-parent", "--no-show-signature", "--no-color", "--format=tformat:%ct", "HEAD", "--")
        newest = self._git(("log", "--max-count=1", *shown), 1 << 10, may_fail=True)
        oldest = self._git(("log", "--max-parents=0", *shown), 1 << 16, may_fail=True)
        if not newest or not oldest:
            raise _NoAnswer("the repository has no commit that can be read")
        return _day(oldest.split()[-1]), _day(newest.split()[0]), words.strip() == b"true"

    def _texts(self, blobs: Iterable[str]) -> Mapping[str, str]:
        """Return the texts of blobs by their names; those that are missing or too long are not in it."""
        wanted = sorted(blobs)
        if not wanted:
            return {}
        sizes = self._git(("cat-file", "--batch-check"), self._limits.listing, given=_lines(wanted)) or b""
        small, total = [], 0
        for line in sizes.decode("ascii", "replace").splitlines():
            name, _, rest = line.partition(" ")
            kind, _, size = rest.partition(" ")
            if kind == "blob" and int(size) <= self._limits.blob and total + int(size) <= self._limits.blobs:
                total += int(size)
                small.append(name)
        if len(small) < len(wanted):
            self._gaps.append(
                f"{len(wanted) - len(small):,} of {len(wanted):,} states of files are missing or too long"
            )
        room = self._limits.blobs + 200 * len(small)
        return _unpacked(self._git(("cat-file", "--batch"), room, given=_lines(small)) or b"") if small else {}

    def _git(self, arguments: Sequence[str], most: int, *, given: bytes = b"", may_fail: bool = False) -> bytes | None:
        """Return what git prints, at most so many bytes; None when it fails and may. Raises _NoAnswer."""
        import tempfile

        with tempfile.TemporaryFile() as stdin:  # a file, so that nobody waits for anybody
            stdin.write(given)
            stdin.seek(0)
            try:
                process = subprocess.Popen(  # noqa: S603 - a fixed program, no shell, arguments of ours
                    ["git", *SAFE_OPTIONS, *_LOG, *arguments],  # noqa: S607 - git is looked up in the user's own PATH
                    cwd=self._folder,
                    env=self._environment,
                    stdin=stdin,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except FileNotFoundError as err:
                raise _NoAnswer("git was not found" if self._folder.is_dir() else "the folder is not there") from err
            except (OSError, ValueError) as err:
                raise _NoAnswer(f"git could not be run: {getattr(err, 'strerror', None) or err}") from err
            with process:
                data = _read_bounded(process, most, self._limits.seconds)
        if process.returncode == 0:
            return data
        if may_fail:
            return None
        raise _NoAnswer("git cannot list the history: objects may be missing here")


def _read_bounded(process: subprocess.Popen[bytes], most: int, seconds: float) -> bytes:
    """Return what a process prints; it is killed when that is too much or takes too long. Raises _NoAnswer then."""
    from threading import Timer

    late: list[str] = []

    def stop() -> None:
        late.append(f"git did not answer within {seconds:g} s")
        process.kill()

    timer = Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        data = _read_up_to(process.stdout, most + 1)
        if len(data) > most:
            process.kill()
            raise _NoAnswer(f"the history of these files has more than {most:,} bytes")
        process.wait()
    finally:
        timer.cancel()
    if late:
        raise _NoAnswer(late[0])
    return data


def _read_up_to(stream: IO[bytes], most: int) -> bytes:
    data = bytearray()
    while len(data) < most and (piece := stream.read(min(_WINDOW, most - len(data)))):
        data += piece
    return bytes(data)


def _lines(names: Iterable[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode("ascii")


def _steps(listed: bytes | None) -> Iterator[_Step]:
    """Yield the commits of a listing, newest first."""
    commit, day, blobs = "", date.min, []
    entry: re.Match[bytes] | None = None
    for part in (listed or b"").split(b"\0"):
        if entry is not None:
            path = part.decode("utf-8", "surrogateescape")
            if is_go_place(path):
                gone = entry[1] not in _PLAIN or not entry[2].strip(b"0")
                blobs.append((path, "" if gone else entry[2].decode("ascii")))
            entry = None
        elif found := _COMMIT.match(part):
            if commit:
                yield _Step(commit=commit, day=day, blobs=tuple(blobs))
            commit, day, blobs = found[1].decode("ascii"), _day(found[2]), []
            entry = _ENTRY.fullmatch(part[found.end() :])
        else:
            entry = _ENTRY.fullmatch(part)
    if commit:
        yield _Step(commit=commit, day=day, blobs=tuple(blobs))


def _changes(steps: Sequence[_Step], texts: Mapping[str, str]) -> Iterator[GoChange]:
    """Yield a change for each commit that gave a file another Go."""
    now: dict[str, str] = {}
    for order, step in enumerate(steps):
        for path, blob in step.blobs:
            line, kind, version = _place(path, blob, texts)
            if version != now.get(path, ""):
                now[path] = version
                yield GoChange(
                    order=order,
                    day=step.day,
                    commit=step.commit,
                    file=path,
                    line=line,
                    kind=kind,
                    go_version=version,
                )


def _place(path: str, blob: str, texts: Mapping[str, str]) -> tuple[int, PlaceKind, str]:
    if blob and blob not in texts:
        return 0, PlaceKind.VERSION_FILE, UNREADABLE
    found = place_of(read_go_lines(path, texts[blob])) if blob else None
    return (found.line, found.kind, found.go_version) if found is not None else (0, PlaceKind.VERSION_FILE, "")


def _unpacked(data: bytes) -> dict[str, str]:
    """Return the texts in what `git cat-file --batch` prints: "NAME blob SIZE", the bytes, a newline, for each."""
    texts, at = {}, 0
    while at < len(data):
        end = data.find(b"\n", at)
        words = data[at:end].split(b" ") if end >= 0 else []
        if len(words) != 3:
            break
        size = int(words[2])
        texts[words[0].decode("ascii")] = data[end + 1 : end + 1 + size].decode("utf-8", "replace")
        at = end + 1 + size + 1
    return texts


def _day(seconds: bytes) -> date:
    """Return the day of a commit, UTC; a date that no calendar has is the earliest one."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC).date()
    except (ValueError, OverflowError, OSError):
        return date.min
