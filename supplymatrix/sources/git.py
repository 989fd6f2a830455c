"""Read one file from another git revision, without running anything that the repository brings along."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError

__all__ = ["SAFE_OPTIONS", "git_environment", "read_at_revision"]

_TIME_OUT = 20  # seconds
_LIMIT = 4 << 20
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


def read_at_revision(folder: Path, revision: str, name: str, environ: Mapping[str, str]) -> bytes | None:
    """Return file `name` of `folder` as it is in a revision, None when the revision does not have it.

    environ: where git is found; only PATH and the like are handed on. Raises InputError when the folder is in no
    repository, the revision is unknown, or git is not there.
    """
    environment = git_environment(environ)
    prefix = _git(folder, environment, "rev-parse", "--show-prefix")
    if prefix is None:
        raise _fault(f"{folder.as_posix()} is not inside a git repository", "", "a folder under version control")
    commit = _git(folder, environment, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise _fault("git does not know this revision", revision, "a commit, tag or branch, e.g. origin/main")
    path = prefix.rstrip(b"\n") + name.encode()
    entry = _git(folder, environment, "ls-tree", "-z", "--full-tree", commit.strip(), "--", path)
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


def _unreadable(name: str, revision: str) -> InputError:
    """A file that is there and cannot be had must not look like one that is not there."""
    return _fault(f"git cannot read {name} of this revision", revision, "a whole clone: objects may be missing here")


def _git(folder: Path, environment: Mapping[str, str], *arguments: str | bytes) -> bytes | None:
    """Return what git prints, None when it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell, and no option can come from an argument
            ["git", *SAFE_OPTIONS, *arguments],  # noqa: S607 - git is looked up in the user's own PATH
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIME_OUT,
            check=False,
        )
    except FileNotFoundError as err:
        raise _fault("git was not found", "", "git in PATH") from err
    except subprocess.TimeoutExpired as err:
        raise _fault(f"git did not answer within {_TIME_OUT} s", "", "a repository that git can read") from err
    except (OSError, ValueError) as err:
        raise _fault(f"git could not be run: {err}", "", "git in PATH, and a revision without NUL") from err
    return done.stdout if done.returncode == 0 else None


def git_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what git may know of the environment: where it is found, and that it must neither ask nor fetch."""
    kept = {name: environ[name] for name in _KEPT if name in environ}
    return kept | {"LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}


def _fault(message: str, seen: str, expected: str) -> InputError:
    return InputError(
        Diagnostic(
            message=message,
            seen=seen[:200],
            expected=expected,
            remedy="fetch it first, e.g. `git fetch origin main`, and name it, e.g. --policy-from origin/main",
        )
    )
