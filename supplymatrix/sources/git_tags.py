"""A tag or commit of somebody's repository, fetched into an empty bare one and read there.

    with fetch_tag(place, TagWanted(references=("refs/tags/v1.2.3",)), environ) as fetched:
        fetched.reference, fetched.object_name, fetched.object_kind, fetched.commit
        fetched.read_object("tag", fetched.object_name)
        fetched.archive("sub", folder)                          as the go command has git make it

Nothing is checked out and nothing of the repository is run: its configuration, hooks, filters and submodules have no
say, git asks for no password, and only the protocol of the address is spoken. One commit is fetched without what came
before it; git computes the ids of all that it receives. A folder of this machine is fetched from as well, so that what
is read is what its ids say, and so that nothing is written into it. Time and bytes are limited.

`git archive` is asked as cmd/go asks it: attributes of the tree count, but for export-ignore and export-subst; no
settings of the user or the machine do.

Source: Go cmd/go/internal/modfetch/codehost git.go (ReadZip, ensureGitAttributes); git-fetch(1), git(1) ENVIRONMENT.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from supplymatrix.errors import Diagnostic, InputError, SourceError, TransportError
from supplymatrix.gomod.dirhash import ZIP_LIMIT
from supplymatrix.model.value import value
from supplymatrix.sources.git import SAFE_OPTIONS, git_environment
from supplymatrix.sources.pread import FileAt, open_at

__all__ = ["FetchedTag", "Place", "TagWanted", "fetch_tag", "full_commit", "parse_place"]

FETCH_SECONDS = 300.0
_ASK_SECONDS = 60.0
_ARCHIVE_SECONDS = 300.0
_MOST_FETCHED = 2 << 30
"""Bytes that the temporary repository may come to."""
_MOST_ANSWER = 32 << 20
_BEAT = 0.05
_WANTED = "refs/heads/wanted"
_KEPT = (
    "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "SSL_CERT_FILE",
    "SSL_CERT_DIR", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "XDG_CONFIG_HOME", "SYSTEMDRIVE", "APPDATA",
)  # fmt: skip
"""The only variables of git among them say whose certificates are believed."""
_QUIET_SSH = "ssh -o BatchMode=yes -o ControlMaster=no"
_ATTRIBUTES = "\n* -export-subst -export-ignore\n"
_URL = re.compile(
    r"(https|http|ssh|git|git\+ssh|file)://([A-Za-z0-9\[][^\s\"<>\\^`{|}]{0,500}|/[^\0]{0,1000})", re.ASCII
)
_SCP = re.compile(r"[A-Za-z0-9._-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,253}:[^\s-][^\s]{0,500}", re.ASCII)
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REFERENCE = re.compile(r"refs/tags/[^\s\0~^:?*\[\\\x7f]{1,400}")
_UNKNOWN = ("not our ref", "Server does not allow request", "no such remote ref", "couldn't find remote ref")


@value
class Place:
    """Where a repository is. url: as git takes it; protocol: that git may speak, "file" for a folder. shown: without
    user and password."""

    url: str
    protocol: str
    shown: str


@value
class TagWanted:
    """references: "refs/tags/v1.2.3", of which the first that is there counts; () for a commit by its whole id."""

    references: tuple[str, ...] = ()
    commit: str = ""


def parse_place(text: str) -> Place:
    """Return the repository that a text names: an address or a folder of this machine. Raises InputError."""
    match = _URL.fullmatch(text)
    if match is not None:
        protocol = {"git+ssh": "ssh"}.get(match[1], match[1])
        rest = match[2].rpartition("@")[2] if "@" in match[2].partition("/")[0] else match[2]
        return Place(url=text, protocol=protocol, shown=f"{match[1]}://{rest}")
    if _SCP.fullmatch(text):
        return Place(url=text, protocol="ssh", shown=text.partition("@")[2])
    folder = Path(text)
    if "\0" in text or not text or not folder.is_dir():
        raise InputError(
            Diagnostic(message="this is no repository", seen=text[:200],
                       expected="a folder with a git repository, or an address such as https://github.com/org/name")
        )  # fmt: skip
    return Place(url=str(folder.resolve()), protocol="file", shown=folder.as_posix())


class FetchedTag:
    """What was fetched. reference: that was there, "" for a commit. object_name: the id that it has; object_kind: "tag"
    or "commit"; commit: "" where the tag points at something else."""

    def __init__(self, folder: Path, environ: Mapping[str, str], reference: str) -> None:
        self._folder = folder
        self._environ = {name: text for name, text in environ.items() if name != "HOME"}
        self._environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_ATTR_NOSYSTEM": "1", "HOME": str(folder)}
        self._environ.pop("XDG_CONFIG_HOME", None)
        self.reference = reference
        local = reference or _WANTED
        first, peeled = self._cat("--batch-check", local, f"{local}^{{commit}}").split(b"\n")[:2]
        self.object_name, self.object_kind, _ = _head(first)
        commit, kind, _ = _head(peeled)
        self.commit = commit if kind == "commit" else ""

    def read_object(self, kind: str, name: str, limit: int) -> bytes | None:
        """Return the bytes of an object, None where there is none of that kind, or a larger one."""
        if "\n" in name:
            return None
        first, _, rest = self._cat("--batch", name).partition(b"\n")
        _, found, size = _head(first)
        return rest[:size] if found == kind and size <= min(limit, len(rest)) else None

    def file(self, path: str, limit: int) -> bytes | None:
        """Return a file of the commit as it is kept, None where there is none, or a larger one."""
        return self.read_object("blob", f"{self.commit}:{path}", limit)

    @contextmanager
    def archive(self, subdir: str) -> Iterator[FileAt]:
        """Give the zip that `git archive` makes of the commit, or of a folder of it.

        Raises SourceError where git makes none, or one of more than 500 MiB, or takes too long; OSError from the disk.
        """
        path = self._folder / "archive.zip"
        try:
            self._make_archive(path, subdir)
            with open_at(path, limit=ZIP_LIMIT) as file:
                yield file
        finally:
            path.unlink(missing_ok=True)

    def _make_archive(self, path: Path, subdir: str) -> None:
        options = ("-c", "core.autocrlf=input", "-c", "core.eol=lf", "-c", f"core.attributesFile={os.devnull}")
        paths = ("--", subdir) if subdir else ()
        with path.open("wb") as out:
            done = _run(
                (*options, f"--git-dir={self._folder}", "archive", "--format=zip", "--prefix=prefix/", self.commit,
                 *paths),
                self._folder, self._environ, _ARCHIVE_SECONDS, out=out, watched=path, most=ZIP_LIMIT,
            )  # fmt: skip
        size = path.stat().st_size
        if done.why or size > ZIP_LIMIT:
            why = done.why or f"it has {size:,} bytes, more than a module may"
            raise SourceError(f"git makes no archive of {self.commit[:12]}: {why}")

    def _cat(self, how: str, *names: str) -> bytes:
        """Return what `git cat-file` says of some names. Raises SourceError."""
        arguments = (f"--git-dir={self._folder}", "cat-file", how)
        done = _run(arguments, self._folder, self._environ, _ASK_SECONDS, sent="\n".join((*names, "")).encode())
        if done.why:
            raise SourceError(f"git reads nothing of what it has fetched: {done.why}")
        return done.out


def _head(line: bytes) -> tuple[str, str, int]:
    """Return name, kind and size of an object, ("", "", 0) for one that is not there."""
    words = line.decode("utf-8", "surrogateescape").split(" ")
    if len(words) != 3 or not _ID.fullmatch(words[0]) or not words[2].isdecimal():
        return "", "", 0
    return words[0], words[1], int(words[2])


@contextmanager
def fetch_tag(
    place: Place,
    wanted: TagWanted,
    environ: Mapping[str, str],
    *,
    ca_file: Path | None = None,
    seconds: float = FETCH_SECONDS,
) -> Iterator[FetchedTag | None]:
    """Give a tag with its tree, or None where the repository says that it has no such tag or commit.

    environ: of the user; of it PATH, HOME, proxies and certificates reach git. ca_file: certificates that are believed
    in the place of the system's. Raises TransportError where the repository cannot be had, SourceError where there is
    no git or no room, InputError for a reference or commit of no form that git has.
    """
    is_commit = not wanted.references
    wrong = next((name for name in wanted.references if not _REFERENCE.fullmatch(name)), "")
    if wrong or (is_commit and not _ID.fullmatch(wanted.commit)):
        what = "this is no tag, and no whole id of a commit"
        raise InputError(Diagnostic(message=what, seen=(wrong or wanted.commit)[:200]))
    env = _environment(place, environ, ca_file)
    try:
        made = tempfile.TemporaryDirectory(prefix="supplymatrix-", ignore_cleanup_errors=True)
    except OSError as err:
        raise _no_room(err) from err
    with made:
        yield _fetched(place, wanted, Path(made.name, "tag.git"), env, seconds)


def _fetched(
    place: Place, wanted: TagWanted, folder: Path, env: Mapping[str, str], seconds: float
) -> FetchedTag | None:
    """Fetch into a new folder."""
    try:
        folder.mkdir()
        reference, name = _name_of(place, wanted, folder, env) if wanted.references else ("", wanted.commit)
        if not name:
            return None
        _prepare(folder, env, digits=len(name))
        is_there = _fetch(place, f"+{reference or name}:{reference or _WANTED}", folder, env, seconds)
        return FetchedTag(folder, env, reference) if is_there else None
    except OSError as err:
        raise _no_room(err) from err


def _no_room(err: OSError) -> SourceError:
    return SourceError(f"there is no room for a repository: {err.strerror or err}")


def full_commit(place: Place, short: str, environ: Mapping[str, str]) -> str:
    """Return the whole id of a commit of a repository on this machine, "" where it is not there or not the only one."""
    if place.protocol != "file" or not re.fullmatch("[0-9a-f]{12,64}", short):
        return ""
    folder = Path(place.url.removeprefix("file://"))
    inner = folder / ".git"
    git_dir = inner if inner.is_dir() else folder
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{short}^{{commit}}")
    done = _run((f"--git-dir={git_dir}", *asked), folder, _environment(place, environ, None), _ASK_SECONDS)
    return "" if done.why else done.out.decode("ascii", "replace").strip()


def _environment(place: Place, environ: Mapping[str, str], ca_file: Path | None) -> dict[str, str]:
    """Return what git may know: where it is found, how the network is reached, and that it must not ask."""
    kept = {name: environ[name] for name in _KEPT if environ.get(name)}
    if place.protocol == "ssh" and environ.get("SSH_AUTH_SOCK"):
        kept["SSH_AUTH_SOCK"] = environ["SSH_AUTH_SOCK"]
    if ca_file is not None:
        kept["GIT_SSL_CAINFO"] = str(ca_file)
    allowed = place.protocol if place.protocol in ("file", "ssh") else f"{place.protocol}:ssh"
    return git_environment(environ) | kept | {
        "GIT_ALLOW_PROTOCOL": allowed,  # ssh too: the user's own settings may lead an address there
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "GIT_SSH_COMMAND": _QUIET_SSH,
        "GIT_SSH_VARIANT": "ssh",
        "GIT_NO_REPLACE_OBJECTS": "1",
    }  # fmt: skip


def _prepare(folder: Path, env: Mapping[str, str], *, digits: int) -> None:
    made = "sha256" if digits == 64 else "sha1"
    done = _run(
        ("init", "--quiet", "--bare", "--template=", f"--object-format={made}", str(folder)), folder, env, _ASK_SECONDS
    )
    if done.why:
        raise SourceError(f"git makes no repository: {done.why}", remedy="git --version: 2.31 or later is needed")
    (folder / "info").mkdir(exist_ok=True)
    (folder / "info" / "attributes").write_text(_ATTRIBUTES)


def _name_of(place: Place, wanted: TagWanted, folder: Path, env: Mapping[str, str]) -> tuple[str, str]:
    """Return the first reference that is there, and its id; two empty texts where none is."""
    done = _run(("ls-remote", "--quiet", "--refs", "--", place.url, *wanted.references), folder, env, _ASK_SECONDS)
    if done.why:
        raise _unreachable(place, done.why)
    lines = (line.partition("\t") for line in done.out.decode("utf-8", "surrogateescape").split("\n"))
    there = {reference: name for name, _, reference in lines if _ID.fullmatch(name)}
    return next(((reference, there[reference]) for reference in wanted.references if reference in there), ("", ""))


def _fetch(place: Place, what: str, folder: Path, env: Mapping[str, str], seconds: float) -> bool:
    """Return whether it came; False where the repository says that it does not have it. what: a refspec."""
    done = _run(
        (
            "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "http.lowSpeedLimit=1000",
            "-c", "http.lowSpeedTime=30", "-c", "fetch.recurseSubmodules=false",
            f"--git-dir={folder}", "fetch", "--quiet", "--no-tags", "--depth=1", "--update-shallow", "--refmap=",
            "--no-recurse-submodules", "--no-write-fetch-head", "--", place.url, what,
        ),
        folder, env, seconds, watched=folder, most=_MOST_FETCHED,
    )  # fmt: skip
    if not done.why:
        return True
    if any(text.lower() in done.why.lower() for text in _UNKNOWN):
        return False
    raise _unreachable(place, done.why)


def _unreachable(place: Place, why: str) -> TransportError:
    remedy = "fetch it yourself, and name the folder with --repository"
    if "dubious ownership" in why:
        remedy = "git config --global --add safe.directory FOLDER, where FOLDER is its absolute path"
    said = why.replace(place.url, place.shown)
    return TransportError(f"{place.shown}: {said}", remedy=remedy, outage=place.protocol != "file")


@value
class _Done:
    """out: what git printed; why: it failed, "" when it did not."""

    out: bytes
    why: str


def _run(
    arguments: Sequence[str],
    folder: Path,
    env: Mapping[str, str],
    seconds: float,
    *,
    sent: bytes = b"",
    out: IO[bytes] | None = None,
    watched: Path | None = None,
    most: int = _MOST_ANSWER,
) -> _Done:
    """Run git to its end, at most so long, and while what it writes is not more than so much. Raises SourceError where
    there is no git. sent: what it reads. out: where it prints to; watched: a file or folder whose bytes are counted."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as given:
        given.write(sent)
        given.seek(0)
        try:
            child = subprocess.Popen(  # noqa: S603 - a fixed program, no shell; every address was looked at
                ["git", *SAFE_OPTIONS, *arguments],  # noqa: S607 - git is looked up in the user's own PATH
                cwd=folder,
                env=dict(env),
                stdin=given,
                stdout=out or printed,
                stderr=said,
                start_new_session=True,
            )
        except FileNotFoundError as err:
            raise SourceError("git was not found", remedy="install git") from err
        except ValueError as err:
            raise SourceError(f"git cannot be asked that: {err}") from err
        why = _wait(child, seconds, watched, most, printed)
        if not why and child.returncode:
            why = _last_words(said) or f"git ended with {child.returncode} and said nothing"
        printed.seek(0)
        return _Done(out=printed.read(_MOST_ANSWER), why=why)


def _wait(child: subprocess.Popen[bytes], seconds: float, watched: Path | None, most: int, printed: IO[bytes]) -> str:
    """Wait for the child; return why it was ended, "" where it came to its own end."""
    deadline, beat = time.monotonic() + seconds, 0.005
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                child.wait(beat)
                return ""
            beat = min(beat * 2, _BEAT) if watched is None else min(beat * 2, 0.5)
            if time.monotonic() > deadline:
                return f"git did not end within {seconds:g} s"
            size = os.fstat(printed.fileno()).st_size
            if size > _MOST_ANSWER or (watched is not None and _bytes_of(watched) > most):
                return f"it is larger than {most >> 20:,} MiB"
    finally:
        _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a child that still runs, and those that it has started."""
    if child.poll() is not None:
        return
    with suppress(OSError, AttributeError):
        os.killpg(child.pid, signal.SIGKILL)
    with suppress(OSError):
        child.kill()
    child.wait()


def _bytes_of(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(folder, name)).st_size  # noqa: PTH118 - many small ones
    return total


def _last_words(said: IO[bytes]) -> str:
    """Return the line of git that says why, in its own words."""
    said.seek(0)
    lines = [line.strip() for line in said.read(64 << 10).decode("utf-8", "replace").splitlines() if line.strip()]
    marked = [line for line in lines if line.startswith(("fatal:", "error:", "remote:"))]
    words = (marked or lines or [""])[0]
    for mark in ("fatal: ", "error: ", "remote: "):
        words = words.removeprefix(mark)
    return words[:300]
