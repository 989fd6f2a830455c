"""Which programs a `go build` or `go install` has written, and where: the go command is asked, with what it was given.

Source: cmd/go internal/work/build.go (runBuild, BuildInstallFunc), internal/load/pkg.go (DefaultExecName).
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from supplymatrix.errors import SourceError
from supplymatrix.gomod.go_line import GoLine
from supplymatrix.sources.build_target import host_target

__all__ = ["bin_folder", "find_outputs", "versioned_outputs"]

_SECONDS = 120.0
_FORM = "{{.Name}}\t{{.ImportPath}}\t{{.Target}}"
_PASSED_ON = ("compiler", "mod", "modfile", "overlay", "tags")
"""Flags that decide which packages are meant."""
_PROGRAMS = ("", "default", "exe", "pie")
"""Build modes whose result is a program; of the others nothing can be read."""
_MAJOR = re.compile(r"v(?:[2-9]|[1-9][0-9]+)")


class _Package(NamedTuple):
    path: str
    target: str


def find_outputs(go: Path, line: GoLine, folder: Path, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the programs that a command has written by what it was told, whether or not they are there.

    folder: where it was run. Raises SourceError when the go command cannot say.
    """
    if line.has("n") or line.flag("buildmode") not in _PROGRAMS or line.flag("o") == os.devnull:
        return ()
    total, mains = _list(go, line, folder, environ)
    if line.command == "install":
        return tuple(sorted(Path(package.target) for package in mains if package.target))
    written = line.flag("o")
    if not written:
        return (folder / _name(mains[0], line),) if total == len(mains) == 1 else ()
    place = folder / written
    if written.endswith(("/", os.sep)) or place.is_dir():
        return tuple(sorted(place / _name(package, line) for package in mains))
    return (place,) if len(mains) == 1 else ()


def versioned_outputs(
    line: GoLine, values: Mapping[str, str], environ: Mapping[str, str], folder: Path
) -> tuple[Path, ...]:
    """Return the programs of an `install PACKAGE@VERSION`. values: of the go command's settings files."""
    into = bin_folder(values, environ)
    if into is None or line.has("n"):
        return ()
    names = {_last_element(word.partition("@")[0]) for word in line.words}
    host = host_target()
    target = (_said("GOOS", values, environ) or host[0], _said("GOARCH", values, environ) or host[1])
    place = into if target == host else into / "_".join(target)
    end = ".exe" if target[0] == "windows" else ""
    return tuple(folder / place / f"{name}{end}" for name in sorted(names) if name and "..." not in name)


def bin_folder(values: Mapping[str, str], environ: Mapping[str, str]) -> Path | None:
    """Return where programs are installed, None where nothing says it."""
    if _said("GOBIN", values, environ):
        return Path(_said("GOBIN", values, environ))
    first = _said("GOPATH", values, environ).split(os.pathsep)[0]
    home = environ.get("HOME") or environ.get("USERPROFILE") or ""
    if not first and not home:
        return None
    return Path(first or Path(home, "go"), "bin")


def _said(name: str, values: Mapping[str, str], environ: Mapping[str, str]) -> str:
    return environ.get(name) or values.get(name, "")


def _list(go: Path, line: GoLine, folder: Path, environ: Mapping[str, str]) -> tuple[int, list[_Package]]:
    """Return how many packages are meant, and which of them are programs."""
    flags = [f"-{name}={line.flags[name]}" for name in _PASSED_ON if name in line.flags]
    command: Sequence[str | Path] = [go, "list", "-find", "-e", "-f", _FORM, *flags, "--", *line.words]
    try:
        done = subprocess.run(  # noqa: S603 - the go command that has just run, with the same packages
            command, cwd=folder, env=dict(environ), stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS,
            check=False,
        )  # fmt: skip
    except (OSError, ValueError, subprocess.TimeoutExpired) as err:
        raise SourceError(f"go list does not tell which programs were built: {err}") from err
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise SourceError(f"go list does not tell which programs were built: {told[:300]}")
    lines = os.fsdecode(done.stdout).splitlines()
    return len(lines), list(_mains(lines))


def _mains(lines: Sequence[str]) -> Iterator[_Package]:
    for line in lines:
        name, path, target = (*line.split("\t"), "", "")[:3]
        if name == "main":
            yield _Package(path, target)


def _name(package: _Package, line: GoLine) -> str:
    """Return the name of a program's file, as the go command gives it where nothing is said."""
    if package.target:
        return Path(package.target).name
    files = [word for word in line.words if word.endswith(".go")]
    return Path(files[0]).stem if files else _last_element(package.path)


def _last_element(path: str) -> str:
    """Return what a program of a package is called: the last element of its path, but for "v2"."""
    elements = path.rstrip("/").split("/")
    return elements[-2] if len(elements) > 1 and _MAJOR.fullmatch(elements[-1]) else elements[-1]
