"""Read files from another git revision, without running anything that the repository brings along.

Only objects are read: nothing is checked out, so that no filter and no attribute of the repository has a say.
"""

from __future__ import annotations

import posixpath
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value

__all__ = [
    "SAFE_OPTIONS",
    "Revision",
    "ask_git",
    "find_named_at",
    "find_revision",
    "git_environment",
    "is_ignored",
    "read_at_revision",
    "read_files_at",
    "why_git_fails",
]

_TIME_OUT = 20  # seconds
_LIMIT = 4 << 20
_MOST_BYTES = 256 << 20  # of all files that are read at once
_AT_ONCE = 500  # paths on one command line
_SYMBOLIC_LINK = "120000"
# No hook, monitor, filter, pager, prompt or remote helper, and no repository that lies inside another one's files
# (a bare one brings its own configuration along): only objects are read. What a repository says of one protocol goes
# before what is said of all of them, so each is named.
SAFE_OPTIONS = (
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never",
    "-c", "protocol.file.allow=never", "-c", "protocol.ext.allow=never", "-c", "protocol.ssh.allow=never",
    "-c", "protocol.git.allow=never", "-c", "protocol.http.allow=never", "-c", "protocol.https.allow=never",
    "-c", "core.pager=cat", "-c", "credential.helper=", "-c", "safe.bareRepository=explicit",
    "--no-optional-locks", "--no-replace-objects", "--no-pager",
)  # fmt: skip
_KEPT = ("PATH", "HOME", "SYSTEMROOT", "TMPDIR")


@value
class Revision:
    """A commit of the repository around a folder. top: its folder; prefix: the folder's path in it, "" or with a slash
    at its end."""

    folder: Path
    top: str
    prefix: str
    commit: str


def find_revision(
    folder: Path, name: str, environ: Mapping[str, str], *, option: str, known: dict[str, str] | None = None
) -> Revision:
    """Return what a name stands for in the repository around a folder. option: which asks for it, for messages.

    known: commits by the folder of the repository, for one name; what is found is added. Raises InputError when the
    folder is in no repository, the revision is unknown, or git is not there.
    """
    environment = git_environment(environ)
    told = _git(folder, environment, "rev-parse", "--show-toplevel", "--show-prefix")
    if told is None:
        refused = why_git_fails(folder, environ)
        if refused is not None:
            what = f"git does not read {folder.as_posix()}: {refused.message}"
            raise InputError(Diagnostic(message=what, remedy=refused.remedy))
        what = f"{folder.as_posix()} is not inside a git repository"
        raise _fault(what, "", "a folder under version control", option)
    top, _, prefix = told.decode("utf-8", "surrogateescape").removesuffix("\n").partition("\n")
    commit = known.get(top, "") if known is not None else ""
    if not commit:
        verified = _git(folder, environment, "rev-parse", "--verify", "--quiet", "--end-of-options",
                        f"{name}^{{commit}}")  # fmt: skip
        if verified is None:
            raise _fault("git does not know this revision", name, "a commit, tag or branch, e.g. origin/main", option)
        commit = verified.decode("ascii", "replace").strip()
    if known is not None:
        known[top] = commit
    return Revision(folder=folder, top=top, prefix=prefix, commit=commit)


def read_files_at(
    revision: Revision, paths: Sequence[str], environ: Mapping[str, str], *, option: str
) -> dict[str, bytes | None]:
    """Return the bytes of files of a revision by path below the repository's top; what it does not have is left out.

    None = there is something else, a symbolic link or a folder, which is not followed. Raises InputError when an object
    is missing or there is too much to read.
    """
    environment = git_environment(environ)
    blobs: dict[str, str] = {}
    others: dict[str, bytes | None] = {}
    size = 0
    for start in range(0, len(paths), _AT_ONCE):
        some = [path.encode("utf-8", "surrogateescape") for path in paths[start : start + _AT_ONCE]]
        listed = _git(
            revision.folder, environment, "--literal-pathspecs", "ls-tree", "-z", "-l", "--full-tree", revision.commit,
            "--", *some,
        )  # fmt: skip
        if listed is None:
            raise _unreadable("the tree", revision.commit, option)
        for entry in listed.split(b"\0")[:-1]:
            told, _, path = entry.partition(b"\t")
            mode, kind, blob, length = told.decode("ascii", "replace").split()
            if kind != "blob" or mode == _SYMBOLIC_LINK:
                others[path.decode("utf-8", "surrogateescape")] = None
                continue
            if not length.isdecimal():  # "BAD": the object is not there
                raise _unreadable(path.decode("utf-8", "replace"), revision.commit, option)
            blobs[path.decode("utf-8", "surrogateescape")] = blob
            size += int(length)
    if size > _MOST_BYTES:
        what = f"the files of this revision have {size:,} bytes"
        raise _fault(what, revision.commit, f"at most {_MOST_BYTES:,} bytes", option)
    found = _read_blobs(revision, sorted(set(blobs.values())), environment, option)
    return others | {path: found[blob] for path, blob in blobs.items()}


def _read_blobs(
    revision: Revision, blobs: Sequence[str], environment: Mapping[str, str], option: str
) -> dict[str, bytes]:
    if not blobs:
        return {}
    asked = "".join(f"{blob}\n" for blob in blobs).encode()
    answer = _git(revision.folder, environment, "cat-file", "--batch", sent=asked)
    found: dict[str, bytes] = {}
    at = 0
    for blob in blobs:
        end = answer.find(b"\n", at) if answer is not None else -1
        head = answer[at:end].split() if answer is not None and end >= 0 else []
        if answer is None or len(head) != 3 or head[0] != blob.encode() or head[1] != b"blob":
            raise _unreadable("a file", revision.commit, option)
        at = end + 1 + int(head[2])
        found[blob] = answer[end + 1 : at]
        at += 1
    return found


def read_at_revision(folder: Path, revision: str, name: str, environ: Mapping[str, str]) -> bytes | None:
    """Return file `name` of `folder` as it is in a revision, None when the revision does not have it.

    The name may lead upwards inside of the repository, as "../org/lift.toml" does. environ: where git is found; only
    PATH and the like are handed on. Raises InputError when the folder is in no repository, the revision is unknown, or
    git is not there.
    """
    environment = git_environment(environ)
    found = find_revision(folder, revision, environ, option="--policy-from")
    path = posixpath.normpath(found.prefix + name)
    if path.startswith("../"):
        raise _fault(f"{name} lies outside of the repository", revision, "a file in it")
    encoded = path.encode("utf-8", "surrogateescape")
    entry = _git(folder, environment, "ls-tree", "-z", "--full-tree", found.commit, "--", encoded)
    if entry is None:
        raise _unreadable(name, revision)
    if not entry:
        return None
    mode, kind, blob = entry.partition(b"\t")[0].decode("ascii", "replace").split(" ")
    if kind != "blob" or mode == _SYMBOLIC_LINK:
        raise _fault(f"{name} is no file in this revision", revision, "a plain file")
    size = int(_git(folder, environment, "cat-file", "-s", blob) or b"0")
    if size > _LIMIT:
        raise _fault(f"{name} of this revision has {size:,} bytes", revision, f"at most {_LIMIT:,} bytes")
    data = _git(folder, environment, "cat-file", "blob", blob)
    if data is None:
        raise _unreadable(name, revision)
    return data


def find_named_at(revision: Revision, name: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the paths of all files of a name in a revision, from the repository's top, in order.

    Raises InputError when git cannot list them: what cannot be had must not look like what is not there.
    """
    listed = _git(
        revision.folder, git_environment(environ), "ls-tree", "-r", "-z", "--name-only", "--full-tree", revision.commit
    )
    if listed is None:
        raise _unreadable("the tree", revision.commit)
    paths = listed.decode("utf-8", "surrogateescape").split("\0")
    return tuple(path for path in paths if posixpath.basename(path) == name)


def _unreadable(name: str, revision: str, option: str = "--policy-from") -> InputError:
    """A file that is there and cannot be had must not look like one that is not there."""
    expected = "a whole clone: objects may be missing here"
    return _fault(f"git cannot read {name} of this revision", revision, expected, option)


def ask_git(folder: Path, environ: Mapping[str, str], *arguments: str) -> bytes | None:
    """Return what git prints, None when it fails. Only for questions that git answers from objects and the index.

    Raises InputError when git is not there, or does not answer in time.
    """
    return _git(folder, git_environment(environ), *arguments)


def is_ignored(folder: Path, name: str, environ: Mapping[str, str]) -> bool:
    """Return whether git ignores a file below a folder: a pattern names it, and it is not tracked. False too where
    nobody can say."""
    whole = folder.absolute()
    if not any((one / ".git").exists() for one in (whole, *whole.parents)):
        return False
    try:
        return ask_git(folder, environ, "check-ignore", "--quiet", "--", name) is not None
    except InputError:
        return False


def why_git_fails(folder: Path, environ: Mapping[str, str]) -> Diagnostic | None:
    """Return why git does not read the repository that a folder lies in, in its own words; None where it does, or where
    there is none. Nothing of it names the folder: it may end in a document. Raises InputError as `ask_git` does."""
    top = next((one for one in (folder.absolute(), *folder.absolute().parents) if (one / ".git").exists()), None)
    if top is None:
        return None
    done = _run(folder, git_environment(environ), "rev-parse", "--git-dir")
    if done.returncode == 0:
        return None
    said = next((line for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()), "")
    why = said.strip().removeprefix("fatal: ").replace(f"{top.as_posix()}/", "").replace(f" '{top.as_posix()}'", " it")
    if "dubious ownership" in why:
        remedy = "git config --global --add safe.directory FOLDER, where FOLDER is the absolute path that has .git"
        return Diagnostic(message="it belongs to somebody else (dubious ownership)", remedy=remedy)
    why = why[:300] or f"it ended with {done.returncode} and said nothing"
    return Diagnostic(message=why, remedy="git status says more")


def _git(
    folder: Path, environment: Mapping[str, str], *arguments: str | bytes, sent: bytes | None = None
) -> bytes | None:
    """Return what git prints, None when it fails. sent: what it reads on stdin, None = nothing."""
    done = _run(folder, environment, *arguments, sent=sent)
    return done.stdout if done.returncode == 0 else None


def _run(
    folder: Path, environment: Mapping[str, str], *arguments: str | bytes, sent: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - a fixed program, no shell, and no option can come from an argument
            ["git", *SAFE_OPTIONS, *arguments],  # noqa: S607 - git is looked up in the user's own PATH
            cwd=folder,
            env=dict(environment),
            input=b"" if sent is None else sent,
            capture_output=True,
            timeout=_TIME_OUT,
            check=False,
        )
    except FileNotFoundError as err:
        fault = Diagnostic(message="git was not found", expected="git in PATH", remedy="install git")
        raise InputError(fault) from err
    except subprocess.TimeoutExpired as err:
        what, expected = f"git did not answer within {_TIME_OUT} s", "a repository that git can read"
        raise InputError(
            Diagnostic(message=what, expected=expected, remedy="git status, to see what it waits for")
        ) from err
    except (OSError, ValueError) as err:
        raise _fault(f"git could not be run: {err}", "", "git in PATH, and a revision without NUL") from err


def git_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what git may know of the environment: where it is found, and that it must neither ask nor fetch."""
    kept = {name: environ[name] for name in _KEPT if name in environ}
    return kept | {"LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}


def _fault(message: str, seen: str, expected: str, option: str = "--policy-from") -> InputError:
    return InputError(
        Diagnostic(
            message=message,
            seen=seen[:200],
            expected=expected,
            remedy=f"fetch it first, e.g. `git fetch origin main`, and name it, e.g. {option} origin/main",
        )
    )
