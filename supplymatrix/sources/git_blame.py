"""Who wrote each line of a file, by one `git blame` of a commit, without running anything the repository brings along.

blame = blame_lines(Path("svc/lift.toml"), lines, environ)
blame.lines[10]  # the commit of line 11, None where no commit has it as it is now

Blamed is the commit and never the file on disk: git would put that through the repository's filters, which are
programs. Which of today's lines are those of the commit is worked out here. An author is who the commit says it is:
nobody has proven it, and the repository's .mailmap may write the name in another way.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from difflib import SequenceMatcher
from pathlib import Path
from threading import Timer

from supplymatrix.model.value import value
from supplymatrix.sources.git import SAFE_OPTIONS, git_environment

__all__ = ["Blame", "LineCommit", "blame_lines"]

_SECONDS = 10
_MOST_BYTES = 32 << 20  # of what git says of one file
_FEW = 2_000  # lines between the first and the last that differ; of more, common ones are matched beside others only
_LONGEST_NAME = 200
# No setting may hide a commit or mark it as something else.
_SETTINGS = ("-c", "blame.ignoreRevsFile=", "-c", "blame.showRoot=false", "-c", "core.attributesFile=/dev/null")
_BLAME = ("blame", "--porcelain", "--no-textconv")


@value
class LineCommit:
    """The commit that a line stands in since then. name: in hex, whole. day: of the author, where he was; at: when it
    was committed, in seconds. is_edge: the clone begins with it, so that the line may be older."""

    name: str
    author: str
    day: date | None
    at: int
    is_edge: bool = False


@value
class Blame:
    """lines: for each line of the text, None = no commit has it. gap: why git does not know, "" when it does."""

    lines: tuple[LineCommit | None, ...] = ()
    gap: str = ""


class _NoAnswer(Exception):  # noqa: N818 - a reason, told as a gap
    """git gave no answer, or too much of one; the text says why."""


def blame_lines(path: Path, lines: Sequence[str], environ: Mapping[str, str], *, revision: str = "HEAD") -> Blame:
    """Return which commit each line of a file comes from. lines: the text that is asked about, without line ends.

    revision: the commit that counts as the present. What cannot be had is said in `gap`; nothing is raised.
    """
    try:
        real = path.resolve(strict=revision == "HEAD")
        said = _git(real.parent, environ, *_SETTINGS, *_BLAME, _safe(revision), "--", real.name)
        if said is None:
            return Blame(gap=_why(real, environ))
        known = list(_read(said))
        if any(commit.is_edge for commit, _ in known) and not _is_shallow(real.parent, environ):
            known = [(_whole(commit), text) for commit, text in known]
    except (_NoAnswer, OSError, RuntimeError) as err:
        return Blame(gap=str(err) if isinstance(err, _NoAnswer) else "the file is not there")
    return Blame(lines=tuple(_matched([line.rstrip("\r") for line in lines], known)))


def _safe(revision: str) -> str:
    if not revision or revision.startswith("-") or "\0" in revision:
        raise _NoAnswer("this is no name of a commit")
    return revision


def _why(path: Path, environ: Mapping[str, str]) -> str:
    """Return why there is no answer: told apart is only what a reader can do something about."""
    inside = _git(path.parent, environ, "rev-parse", "--is-inside-work-tree")
    if inside is None:
        return "it is in no git repository that git would read"
    return "git has no commit of it, or cannot read all that came before"


def _is_shallow(folder: Path, environ: Mapping[str, str]) -> bool:
    return (_git(folder, environ, "rev-parse", "--is-shallow-repository") or b"").strip() != b"false"


def _whole(commit: LineCommit) -> LineCommit:
    return LineCommit(name=commit.name, author=commit.author, day=commit.day, at=commit.at)


def _git(folder: Path, environ: Mapping[str, str], *arguments: str) -> bytes | None:
    """Return what git prints, None when it fails. Raises _NoAnswer when it is not there, too slow or says too much."""
    try:
        process = subprocess.Popen(  # noqa: S603 - a fixed program, no shell, arguments of ours
            ["git", *SAFE_OPTIONS, *arguments],  # noqa: S607 - git is looked up in the user's own PATH
            cwd=folder,
            env=git_environment(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except FileNotFoundError as err:
        raise _NoAnswer("git was not found" if folder.is_dir() else "the file is not there") from err
    except (OSError, ValueError) as err:
        raise _NoAnswer("git could not be run") from err
    with process:
        data = _read_bounded(process)
    return data if process.returncode == 0 else None


def _read_bounded(process: subprocess.Popen[bytes]) -> bytes:
    """Return what a process prints; it is killed when that is too much or takes too long. Raises _NoAnswer then."""
    late: list[bool] = []

    def stop() -> None:
        late.append(True)
        process.kill()

    timer = Timer(_SECONDS, stop)
    timer.daemon = True
    timer.start()
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        data = process.stdout.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            process.kill()
            raise _NoAnswer(f"what git says of it has more than {_MOST_BYTES:,} bytes")
        process.wait()
    finally:
        timer.cancel()
    if late:
        raise _NoAnswer(f"git did not answer within {_SECONDS} s")
    return data


def _read(said: bytes) -> Iterator[tuple[LineCommit, str]]:
    """Yield the lines of a commit with where each comes from. Of a commit git tells once, where it is first named."""
    told: dict[bytes, dict[bytes, bytes]] = {}
    made: dict[bytes, LineCommit] = {}
    name = b""
    for line in said.split(b"\n"):
        if line.startswith(b"\t"):
            if name not in made:
                made[name] = _commit(name, told.get(name, {}))
            yield made[name], line[1:].decode("utf-8", "surrogateescape").rstrip("\r")
            name = b""
        elif not name:
            name = line.partition(b" ")[0]
        else:
            key, _, text = line.partition(b" ")
            told.setdefault(name, {})[key] = text


def _commit(name: bytes, told: Mapping[bytes, bytes]) -> LineCommit:
    return LineCommit(
        name=name.decode("ascii", "replace"),
        author=told.get(b"author", b"").decode("utf-8", "replace")[:_LONGEST_NAME],
        day=_day(told.get(b"author-time", b""), told.get(b"author-tz", b"")),
        at=_number(told.get(b"committer-time", b"")),
        is_edge=b"boundary" in told,
    )


def _number(text: bytes) -> int:
    try:
        return int(text)
    except ValueError:
        return 0


def _day(seconds: bytes, zone: bytes) -> date | None:
    """Return the day of a moment where its author was. zone: "+0130"."""
    try:
        offset = int(zone or b"0")
        minutes = (abs(offset) // 100 * 60 + abs(offset) % 100) * (-1 if offset < 0 else 1)
        return (datetime.fromtimestamp(int(seconds), UTC) + timedelta(minutes=minutes)).date()
    except (ValueError, OverflowError, OSError):
        return None


def _matched(lines: Sequence[str], known: Sequence[tuple[LineCommit, str]]) -> list[LineCommit | None]:
    """Return for each line of today its commit, of those that are the same and in the same order."""
    old = [text for _, text in known]
    found: list[LineCommit | None] = [None] * len(lines)
    most = min(len(lines), len(old))
    first = next((at for at in range(most) if lines[at] != old[at]), most)
    last = next((at for at in range(most - first) if lines[-1 - at] != old[-1 - at]), most - first)
    for at in range(first):
        found[at] = known[at][0]
    for at in range(last):
        found[-1 - at] = known[-1 - at][0]
    now, then = lines[first : len(lines) - last], old[first : len(old) - last]
    if now and then:
        is_long = len(now) + len(then) > _FEW
        for block in SequenceMatcher(None, then, now, autojunk=is_long).get_matching_blocks():
            for at in range(block.size):
                found[first + block.b + at] = known[first + block.a + at][0]
    return found
