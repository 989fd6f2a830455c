"""For what the go command builds on this machine: system, processor, whether C takes part (cgo), and with which tags.

target = find_target(os.environ, values, goos="", goarch="", cgo=None)
target.goos, target.goarch, target.cgo, target.tags

Source: Go cmd/go internal/cfg (defaultContext, DefaultCC), internal/platform (zosarch.go), internal/base (goflags.go),
internal/work (tagsFlag).
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from supplymatrix.model.value import value

__all__ = ["BuildTarget", "find_target", "host_target", "tags_of"]

_GOOS = {"win32": "windows", "cygwin": "windows"}
_GOARCH = {
    "x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64", "i386": "386", "i686": "386",
    "armv6l": "arm", "armv7l": "arm", "ppc64le": "ppc64le", "s390x": "s390x", "riscv64": "riscv64",
}  # fmt: skip
_CLANG = frozenset({"darwin", "freebsd", "ios", "openbsd"})
"""Systems whose C compiler is clang, as Go takes it; gcc elsewhere."""
_WITHOUT_CGO = frozenset([("linux", "ppc64"), ("openbsd", "ppc64"), ("solaris", "arm")])
_NO_CGO_SYSTEMS = frozenset({"js", "plan9", "wasip1"})
_WORD = re.compile(r"'([^']*)'|\"([^\"]*)\"|(\S+)")
_TAGS = re.compile(r"--?tags=(.*)", re.DOTALL)


@value
class BuildTarget:
    """goos, goarch: as in the go command. cgo: whether files that import "C" take part. tags: of -tags, sorted."""

    goos: str
    goarch: str
    cgo: bool
    tags: tuple[str, ...] = ()


def host_target() -> tuple[str, str]:
    """Return GOOS and GOARCH of this machine."""
    machine = platform.machine().lower()
    return _GOOS.get(sys.platform, sys.platform), _GOARCH.get(machine, machine)


def find_target(
    environ: Mapping[str, str],
    user_values: Mapping[str, str],
    *,
    goos: str,
    goarch: str,
    cgo: bool | None,
    tags: Iterable[str] | None = (),
) -> BuildTarget:
    """Return what is built for. goos, goarch: "" = this machine's; cgo: None = as the go command would decide it; tags:
    None = as GOFLAGS says.

    user_values: the go command's own settings files, which count where the environment is silent.
    """
    host = host_target()
    target = (goos or host[0], goarch or host[1])
    if tags is None:
        tags = tags_of(environ.get("GOFLAGS") or user_values.get("GOFLAGS", ""))
    return BuildTarget(
        goos=target[0],
        goarch=target[1],
        cgo=_has_cgo(environ, user_values, target, host) if cgo is None else cgo,
        tags=tuple(sorted({*tags})),
    )


def tags_of(flags: str) -> tuple[str, ...]:
    """Return the build tags in a GOFLAGS value, as they stand in its last -tags.

    >>> tags_of("-mod=mod -tags=netgo,osusergo '-ldflags=-s -w'")
    ('netgo', 'osusergo')
    """
    words = (single or double or plain for single, double, plain in _WORD.findall(flags))
    said = [found[1] for found in map(_TAGS.fullmatch, words) if found]
    return tuple(re.split(r"[, ]+", said[-1].strip(", "))) if said and said[-1].strip(", ") else ()


def _has_cgo(
    environ: Mapping[str, str], user_values: Mapping[str, str], target: tuple[str, str], host: tuple[str, str]
) -> bool:
    """Return whether the go command would let C take part: where it is told to, else in a build for this machine where
    there is a C compiler."""
    said = environ.get("CGO_ENABLED") or user_values.get("CGO_ENABLED", "")
    if said in ("0", "1"):
        return said == "1"
    if target != host or target in _WITHOUT_CGO or target[0] in _NO_CGO_SYSTEMS:
        return False
    return bool(environ.get("CC")) or _is_in_path("clang" if target[0] in _CLANG else "gcc", environ)


def _is_in_path(name: str, environ: Mapping[str, str]) -> bool:
    """Return whether a program is in PATH. Relative entries are passed over, as by the go command."""
    name = f"{name}.exe" if sys.platform == "win32" else name
    for entry in environ.get("PATH", "").split(os.pathsep):
        command = Path(entry, name)
        if command.is_absolute() and os.path.isfile(command) and os.access(command, os.X_OK):  # noqa: PTH113 - raises
            return True
    return False
