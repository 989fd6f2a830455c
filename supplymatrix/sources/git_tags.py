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
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError, SourceError, TransportError
from supplymatrix.gomod.dirhash import ZIP_LIMIT
from supplymatrix.model.value import value
from supplymatrix.sources.git import git_environment
from supplymatrix.sources.git_run import Done, Halt, bytes_of, run_git, why_unsafe
from supplymatrix.sources.pread import FileAt, open_at

__all__ = ["FetchedTag", "Place", "StalledError", "TagWanted", "fetch_tag", "full_commit", "parse_place"]

FETCH_SECONDS = 300.0
_ASK_SECONDS = 60.0
_ARCHIVE_SECONDS = 300.0
_MOST_FETCHED = 2 << 30
"""Bytes that the temporary repository may come to."""
_SMALL = 64 << 10
"""Bytes that an empty repository has at most."""
_STALL = ("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=30")
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
_STALLED = ("timed out", "too slow", "time-out", "timeout")
_UNKNOWN = ("not our ref", "Server does not allow request", "no such remote ref", "couldn't find remote ref")


@value
class Place:
    """Where a repository is. url: as git takes it; protocol: that git may speak, "file" for a folder. shown: without
    user and password. host: with port, "" for a folder."""

    url: str
    protocol: str
    shown: str
    host: str = ""


class StalledError(TransportError):
    """A server that takes a connection, or does not, and then says nothing: asking it again costs as much again."""


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
        authority = re.split("[/?#]", match[2], maxsplit=1)[0]
        host = authority.rpartition("@")[2]
        rest = match[2][len(authority) :]
        return Place(url=text, protocol=protocol, shown=f"{match[1]}://{host}{rest}", host=host)
    if _SCP.fullmatch(text):
        shown = text.partition("@")[2]
        return Place(url=text, protocol="ssh", shown=shown, host=shown.partition(":")[0])
    folder = Path(text)
    if not text or not _is_folder(folder):
        raise InputError(
            Diagnostic(message="this is no repository", seen=text[:200],
                       expected="a folder with a git repository, or an address such as https://github.com/org/name")
        )  # fmt: skip
    return Place(url=str(folder.resolve()), protocol="file", shown=folder.as_posix())


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a name that no file can have
        return False


class FetchedTag:
    """What was fetched. reference: that was there, "" for a commit. object_name: the id that it has; object_kind: "tag"
    or "commit"; commit: "" where the tag points at something else."""

    def __init__(self, folder: Path, environ: Mapping[str, str], reference: str, halt: Halt) -> None:
        self._folder = folder
        self._halt = halt
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

        Raises SourceError where the tree has too many entries, where git makes no archive, or one of more than 500 MiB,
        or takes too long; OSError from the disk.
        """
        path = self._folder / "archive.zip"
        try:
            self._refuse_endless_tree()
            self._make_archive(path, subdir)
            with open_at(path, limit=ZIP_LIMIT) as file:
                yield file
        finally:
            path.unlink(missing_ok=True)

    def _refuse_endless_tree(self) -> None:
        """Raise SourceError for a tree that is larger as a list than as objects: `git archive` has all of it in memory,
        and a few folders that hold each other many times are as many files as one likes."""
        arguments = (f"--git-dir={self._folder}", "ls-tree", "-r", "-t", "-z", "--full-tree", self.commit)
        done = run_git(arguments, self._folder, self._environ, _ASK_SECONDS, halt=self._halt)
        if done.why:
            raise SourceError(f"the tree of {self.commit[:12]} is not packed: as a list {done.why}")

    def _make_archive(self, path: Path, subdir: str) -> None:
        options = ("-c", "core.autocrlf=input", "-c", "core.eol=lf", "-c", f"core.attributesFile={os.devnull}")
        paths = ("--", subdir) if subdir else ()
        with path.open("wb") as out:
            done = run_git(
                (*options, f"--git-dir={self._folder}", "archive", "--format=zip", "--prefix=prefix/", self.commit,
                 *paths),
                self._folder, self._environ, _ARCHIVE_SECONDS, halt=self._halt, out=out, watched=path, most=ZIP_LIMIT,
            )  # fmt: skip
        size = path.stat().st_size
        if done.why or size > ZIP_LIMIT:
            why = done.why or f"it has {size:,} bytes, more than a module may"
            raise SourceError(f"git makes no archive of {self.commit[:12]}: {why}")

    def _cat(self, how: str, *names: str) -> bytes:
        """Return what `git cat-file` says of some names. Raises SourceError."""
        arguments = (f"--git-dir={self._folder}", "cat-file", how)
        sent = "\n".join((*names, "")).encode("utf-8", "surrogateescape")
        done = run_git(arguments, self._folder, self._environ, _ASK_SECONDS, halt=self._halt, sent=sent)
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
    halt: Halt | None = None,
) -> Iterator[FetchedTag | None]:
    """Give a tag with its tree, or None where the repository says that it has no such tag or commit.

    environ: of the user; of it PATH, HOME, proxies and certificates reach git. ca_file: certificates that are believed
    in the place of the system's. halt: ends all of it. Raises TransportError where the repository cannot be had, of
    which StalledError where its server says nothing; SourceError where there is no git or no room, or one that is too
    old to be let at a folder; InputError for a reference or commit of no form that git has.
    """
    is_commit = not wanted.references
    wrong = next((name for name in wanted.references if not _REFERENCE.fullmatch(name)), "")
    if wrong or (is_commit and not _ID.fullmatch(wanted.commit)):
        what = "this is no tag, and no whole id of a commit"
        raise InputError(Diagnostic(message=what, seen=(wrong or wanted.commit)[:200]))
    env = _environment(place, environ, ca_file)
    _refuse_old_git(place, environ)
    try:
        made = tempfile.TemporaryDirectory(prefix="supplymatrix-", ignore_cleanup_errors=True)
    except OSError as err:
        raise _no_room(err) from err
    with made:
        yield _Fetch(place, Path(made.name, "tag.git"), env, seconds, halt or Halt()).fetched(wanted)


def _refuse_old_git(place: Place, environ: Mapping[str, str]) -> None:
    if place.protocol == "file" and (why := why_unsafe(environ.get("PATH"))):
        raise SourceError(f"{place.shown} is not read: {why}", remedy="install a newer git")


def _no_room(err: OSError) -> SourceError:
    return SourceError(f"there is no room for a repository: {err.strerror or err}")


def full_commit(place: Place, short: str, environ: Mapping[str, str]) -> str:
    """Return the whole id of a commit of a repository on this machine, "" where it is not there or not the only one.

    Raises SourceError where there is no git, or one that is too old to be let at a folder.
    """
    if place.protocol != "file" or not re.fullmatch("[0-9a-f]{12,64}", short):
        return ""
    folder = Path(place.url.removeprefix("file://"))
    if not _is_folder(folder):
        return ""
    _refuse_old_git(place, environ)
    inner = folder / ".git"
    git_dir = inner if inner.is_dir() else folder
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{short}^{{commit}}")
    env = git_environment(environ)  # no protocol at all: what is not there is not fetched from where the folder says
    done = run_git((f"--git-dir={git_dir}", *asked), folder, env, _ASK_SECONDS)
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


class _Fetch:
    """One fetch into a new folder, whose objects then are read. seconds: of the fetch itself."""

    def __init__(self, place: Place, folder: Path, env: Mapping[str, str], seconds: float, halt: Halt) -> None:
        self._place = place
        self._folder = folder
        self._env = env
        self._seconds = seconds
        self._halt = halt

    def fetched(self, wanted: TagWanted) -> FetchedTag | None:
        """Return what came; None where the repository says that it does not have it."""
        try:
            self._folder.mkdir()
            reference, name = self._name_of(wanted) if wanted.references else ("", wanted.commit)
            if not name:
                return None
            self._prepare(digits=len(name))
            is_there = self._fetch(f"+{reference or name}:{reference or _WANTED}")
            return FetchedTag(self._folder, self._env, reference, self._halt) if is_there else None
        except OSError as err:
            raise _no_room(err) from err

    def _run(self, *arguments: str) -> Done:
        return run_git(arguments, self._folder, self._env, _ASK_SECONDS, halt=self._halt)

    def _name_of(self, wanted: TagWanted) -> tuple[str, str]:
        """Return the first reference that is there, and its id; two empty texts where none is."""
        done = self._run(*_STALL, "ls-remote", "--quiet", "--refs", "--", self._place.url, *wanted.references)
        if done.why:
            raise self._unreachable(done, is_silent=done.is_late)
        lines = (line.partition("\t") for line in done.out.decode("utf-8", "surrogateescape").split("\n"))
        there = {reference: name for name, _, reference in lines if _ID.fullmatch(name)}
        return next(((name, there[name]) for name in wanted.references if name in there), ("", ""))

    def _prepare(self, *, digits: int) -> None:
        made = "sha256" if digits == 64 else "sha1"
        done = self._run("init", "--quiet", "--bare", "--template=", f"--object-format={made}", str(self._folder))
        if done.why:
            raise SourceError(f"git makes no repository: {done.why}", remedy="git --version: 2.31 or later is needed")
        (self._folder / "info").mkdir(exist_ok=True)
        (self._folder / "info" / "attributes").write_text(_ATTRIBUTES)

    def _fetch(self, what: str) -> bool:
        """Return whether it came; False where the repository says that it does not have it. what: a refspec."""
        done = run_git(
            (
                "-c", "gc.auto=0", "-c", "maintenance.auto=false", *_STALL, "-c", "fetch.recurseSubmodules=false",
                f"--git-dir={self._folder}", "fetch", "--quiet", "--no-tags", "--depth=1", "--update-shallow",
                "--refmap=", "--no-recurse-submodules", "--no-write-fetch-head", "--", self._place.url, what,
            ),
            self._folder, self._env, self._seconds, halt=self._halt, watched=self._folder, most=_MOST_FETCHED,
        )  # fmt: skip
        if not done.why:
            return True
        if any(text.lower() in done.why.lower() for text in _UNKNOWN):
            return False
        raise self._unreachable(done, is_silent=done.is_late and bytes_of(self._folder) <= _SMALL)

    def _unreachable(self, done: Done, *, is_silent: bool) -> TransportError:
        place = self._place
        remedy = "fetch it yourself, and name the folder with --repository"
        if "dubious ownership" in done.why:
            remedy = "git config --global --add safe.directory FOLDER, where FOLDER is its absolute path"
        said = f"{place.shown}: {done.why.replace(place.url, place.shown)}"
        is_server = place.protocol != "file"
        is_silent |= any(text in done.why.lower() for text in _STALLED)
        return (StalledError if is_silent and is_server else TransportError)(said, remedy=remedy, outage=is_server)
