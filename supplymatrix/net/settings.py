"""Read the go command's settings from the environment and from its two files, without running it.

Source: Go cmd/go/internal/cfg (EnvFile, findGOROOT), os.UserConfigDir.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from supplymatrix.gomod.goenv import EnvFile, GoSettings, parse_env_file, resolve_settings

__all__ = [
    "building_goroot", "find_goroot", "goroot_round", "read_built_in", "read_env_files", "read_env_values",
    "read_go_settings", "user_env_path",
]  # fmt: skip

_MAX_ENV_FILE = 1 << 20


def read_go_settings(environ: Mapping[str, str]) -> GoSettings:
    """Return the settings that the go command would use; files that cannot be read count as empty, as with Go.

    With neither a `go` nor a GOPROXY anywhere, `goproxy` has no value: then the log is asked directly.
    """
    return resolve_settings(environ, *read_env_files(environ))


def read_env_files(environ: Mapping[str, str]) -> tuple[EnvFile, ...]:
    """Return the files that count where the environment is silent, the stronger first: the GOENV file, `go.env`."""
    files = []
    user_path = user_env_path(environ)
    if user_path is not None:
        user = _read(user_path)
        if user is not None:
            files.append(user)
    goroot = find_goroot(environ, user_goroot=files[0].values.get("GOROOT", "") if files else "")
    built_in = read_built_in(goroot)
    if built_in is not None:
        files.append(built_in)
    return tuple(files)


def read_env_values(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what these files say together."""
    return {name: text for file in reversed(read_env_files(environ)) for name, text in file.values.items()}


def read_built_in(goroot: Path | None) -> EnvFile | None:
    """Return the settings with which a Go installation comes, its `go.env`; None where it has none."""
    return _read(goroot / "go.env") if goroot is not None else None


def user_env_path(environ: Mapping[str, str], *, platform: str = sys.platform) -> Path | None:
    """Return where the user's `go env -w` file lies: $GOENV, else `go/env` of the user's configuration folder.

    None under GOENV=off, and where no home is known. platform: as sys.platform.
    """
    named = environ.get("GOENV", "")
    if named:
        return None if named == "off" else Path(named)
    if platform == "win32":
        folder = environ.get("APPDATA", "")
    elif platform == "darwin":
        home = environ.get("HOME", "")
        folder = f"{home}/Library/Application Support" if home else ""
    else:
        folder = environ.get("XDG_CONFIG_HOME", "")
        home = environ.get("HOME", "")
        if folder and not folder.startswith("/"):
            return None
        if not folder and home:
            folder = f"{home}/.config"
    return Path(folder, "go", "env") if folder else None


def find_goroot(environ: Mapping[str, str], *, user_goroot: str = "") -> Path | None:
    """Return the folder of the Go installation: named by the GOENV file, by $GOROOT, or round the `go` found in $PATH.

    Relative entries of $PATH are passed over: a scanned project must not be able to bring its own `go`.
    """
    named = user_goroot or environ.get("GOROOT", "")
    if named:
        return Path(named)
    for go in _go_commands(environ):
        return goroot_round(go)  # the first `go` is the one that would run; a later one has no say
    return None


def building_goroot(environ: Mapping[str, str]) -> Path | None:
    """Return the folder of the Go whose tools and library a build takes: named by $GOROOT, by the GOENV file, or round
    the `go` found in $PATH.

    Of $GOROOT and the GOENV file the go command takes the first one for that, and the second one to find its `go.env`
    by. What `go.env` itself says of GOROOT it takes for nothing.
    """
    named = environ.get("GOROOT", "")
    return Path(named) if named else find_goroot(environ, user_goroot=_user_goroot(environ))


def goroot_round(command: Path) -> Path | None:
    """Return the folder of the Go that a `go` command takes for its own, None where none lies round it.

    That is the one round the file that a link leads to; only macOS tells a program the name that it was called by.
    """
    named, real = _round(command), _round(Path(os.path.realpath(command)))
    if named is None or real is None or sys.platform == "darwin":
        return named or real
    try:
        return named if named.samefile(real) else real
    except OSError:
        return real


def _round(command: Path) -> Path | None:
    for folder in command.parents[1:3]:
        try:
            if (folder / "pkg" / "tool").is_dir() or (folder / "go.env").is_file():
                return folder
        except OSError:
            continue
    return None


def _user_goroot(environ: Mapping[str, str]) -> str:
    path = user_env_path(environ)
    user = _read(path) if path is not None else None
    return user.values.get("GOROOT", "") if user is not None else ""


def _go_commands(environ: Mapping[str, str]) -> Iterator[Path]:
    name = "go.exe" if sys.platform == "win32" else "go"
    for entry in environ.get("PATH", "").split(os.pathsep):
        command = Path(entry, name)
        if Path(entry).is_absolute() and os.path.isfile(command) and os.access(command, os.X_OK):  # noqa: PTH113
            yield command  # Path.is_file would raise for a folder that may not be entered


def _read(path: Path) -> EnvFile | None:
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            data = file.read(_MAX_ENV_FILE + 1)
    except (OSError, ValueError):
        return None
    return EnvFile(path=str(path), values=parse_env_file(data)) if len(data) <= _MAX_ENV_FILE else None
