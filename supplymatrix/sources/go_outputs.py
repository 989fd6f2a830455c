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

__all__ = ["Output", "bin_folder", "find_outputs", "versioned_outputs"]

_SECONDS = 120.0
_FORM = "{{.Name}}\t{{.ImportPath}}\t{{.Target}}\t{{context.GOOS}}"
_PASSED_ON = ("asan", "compiler", "installsuffix", "mod", "modfile", "msan", "overlay", "race", "tags")
"""Flags that decide which packages are meant, and which of their files."""
_ARCHIVE = b"!<arch>\n"
_FILES = "command-line-arguments"
"""What the go command calls a package that is named by its files."""
_PROGRAMS = ("", "default", "exe", "pie")
"""Build modes whose result is a program; of the others nothing can be read."""
_MAJOR = re.compile(r"v(?:[2-9]|[1-9][0-9]+)")


class _Package(NamedTuple):
    """end: of a program's name on the system that it is built for."""

    path: str
    target: str
    end: str


class Output(NamedTuple):
    """A program that was written. package: of which it is, "" where nobody tells."""

    path: Path
    package: str


def find_outputs(go: Path, line: GoLine, folder: Path, environ: Mapping[str, str]) -> tuple[Output, ...]:
    """Return the programs that a command has written by what it was told, whether or not they are there.

    folder: where it was run. Raises SourceError when the go command cannot say, and when there should be one and it
    names none.
    """
    if line.has("n") or line.flag("buildmode") not in _PROGRAMS or line.flag("o") == os.devnull:
        return ()
    total, mains = _list(go, line, folder, environ)
    if line.command == "install":
        return tuple(sorted(Output(Path(package.target), package.path) for package in mains if package.target))
    written = line.flag("o")
    if not written:
        return (Output(folder / _name(mains[0], line), mains[0].path),) if total == len(mains) == 1 else ()
    place = folder / written
    if written.endswith(("/", os.sep)) or place.is_dir():
        if not mains:
            raise SourceError(f"go list names no program that was written to {written}")
        return tuple(sorted(Output(place / _name(package, line), package.path) for package in mains))
    return _one_file(place, mains)


def _one_file(place: Path, mains: Sequence[_Package]) -> tuple[Output, ...]:
    """Return what was written to one file: a program, or the archive of a library, which nothing can be read from."""
    if len(mains) == 1:
        return (Output(place, mains[0].path),)
    try:
        with place.open("rb") as file:
            is_archive = file.read(len(_ARCHIVE)) == _ARCHIVE
    except (OSError, ValueError) as err:
        raise SourceError(f"go list names no program that was written to {place}") from err
    return () if is_archive else (Output(place, ""),)


def versioned_outputs(
    line: GoLine, values: Mapping[str, str], environ: Mapping[str, str], folder: Path
) -> tuple[Output, ...]:
    """Return the programs of an `install PACKAGE@VERSION`; of a pattern ("...") none is known.

    values: of the go command's settings files.
    """
    into = bin_folder(values, environ)
    if into is None or line.has("n"):
        return ()
    packages = {word.partition("@")[0] for word in line.words if "..." not in word}
    host = host_target()
    target = (_said("GOOS", values, environ) or host[0], _said("GOARCH", values, environ) or host[1])
    place = into if target == host else into / "_".join(target)
    end = ".exe" if target[0] == "windows" else ""
    names = {package: _last_element(package) for package in sorted(packages)}
    return tuple(Output(folder / place / f"{name}{end}", package) for package, name in names.items() if name)


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
        name, path, target, system = (*line.split("\t"), "", "", "")[:4]
        if name == "main":
            yield _Package(path, target, ".exe" if system == "windows" else "")


def _name(package: _Package, line: GoLine) -> str:
    """Return the name of a program's file, as the go command gives it where nothing is said."""
    if package.target:
        return Path(package.target).name
    files = [word for word in line.words if word.endswith(".go")]
    stem = Path(files[0]).stem if files and package.path == _FILES else _last_element(package.path)
    return f"{stem}{package.end}"


def _last_element(path: str) -> str:
    """Return what a program of a package is called: the last element of its path, but for "v2"."""
    elements = path.rstrip("/").split("/")
    return elements[-2] if len(elements) > 1 and _MAJOR.fullmatch(elements[-1]) else elements[-1]
