"""For what the go command builds on this machine: system, processor, whether C takes part (cgo), and with which tags.

target = find_target(os.environ, values, goos="", goarch="", cgo=None)
target.goos, target.goarch, target.cgo, target.tags

What is named goes before the environment, that before the go command's settings files, these before the machine.

Source: Go cmd/go internal/cfg (defaultContext, DefaultCC), internal/platform (zosarch.go), internal/base (goflags.go),
internal/work (tagsFlag), internal/buildcfg (cfg.go).
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.build_constraint import KNOWN_ARCH, KNOWN_OS, NEWEST_MINOR
from supplymatrix.model.value import value

__all__ = ["BuildTarget", "find_target", "flag_of", "host_target", "tags_of"]

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
_FLAG = re.compile(r"--?([a-z]+)(?:=(.*))?", re.DOTALL)
_UNFOLLOWED = ("modfile", "overlay", "race", "msan", "asan", "compiler")
_AS_USUAL = {"compiler": "gc", "race": "false", "msan": "false", "asan": "false"}
_FEATURES = {
    "386": ("GO386", "sse2"), "amd64": ("GOAMD64", "v1"), "arm": ("GOARM", "7"), "arm64": ("GOARM64", "v8.0"),
    "mips": ("GOMIPS", "hardfloat"), "mipsle": ("GOMIPS", "hardfloat"), "mips64": ("GOMIPS64", "hardfloat"),
    "mips64le": ("GOMIPS64", "hardfloat"), "ppc64": ("GOPPC64", "power8"), "ppc64le": ("GOPPC64", "power8"),
    "riscv64": ("GORISCV64", "rva20u64"), "wasm": ("GOWASM", ""),
}  # fmt: skip
"""By processor: the variable that asks for more of its features than Go builds for by default, and that default."""


@value
class BuildTarget:
    """goos, goarch: as in the go command. cgo: whether files that import "C" take part. tags: of -tags, sorted.

    go_minor: N of the go1.N that builds. mod: of -mod in GOFLAGS, "" without. unfollowed: what the environment asks of
    a build, and what is not reckoned with here: "-overlay=o.json in GOFLAGS".
    """

    goos: str
    goarch: str
    cgo: bool
    tags: tuple[str, ...] = ()
    go_minor: int = NEWEST_MINOR
    mod: str = ""
    unfollowed: tuple[str, ...] = ()

    @property
    def unfollowed_files(self) -> tuple[str, ...]:
        """Those of `unfollowed` that put other files in the place of go.mod and of sources."""
        return tuple(text for text in self.unfollowed if text.startswith(("-modfile", "-overlay")))


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
    """Return what is built for. goos, goarch: "" = as the environment says; cgo: None = as the go command would decide
    it; tags: None = as GOFLAGS says.

    user_values: the go command's own settings files, which count where the environment is silent. Raises InputError for
    a system or processor that Go does not know.
    """

    def said(name: str) -> str:
        return environ.get(name) or user_values.get(name, "")

    host = host_target()
    target = (goos or said("GOOS") or host[0], goarch or said("GOARCH") or host[1])
    _refuse_unknown(*target, host)
    flags = said("GOFLAGS")
    return BuildTarget(
        goos=target[0],
        goarch=target[1],
        cgo=_has_cgo(environ, user_values, target, host) if cgo is None else cgo,
        tags=tuple(sorted({*(tags_of(flags) if tags is None else tags)})),
        mod=flag_of(flags, "mod") or "",
        unfollowed=(*_unfollowed_flags(flags), *_unfollowed_variables(said, target[1])),
    )


def flag_of(flags: str, name: str) -> str | None:
    """Return the value of a flag in a GOFLAGS value, of several the last one's; None without it.

    >>> flag_of("-race '-overlay=my files.json'", "overlay"), flag_of("-race", "race"), flag_of("-race", "mod")
    ('my files.json', '', None)
    """
    words = (single or double or plain for single, double, plain in _WORD.findall(flags))
    said = [found[2] or "" for found in map(_FLAG.fullmatch, words) if found and found[1] == name]
    return said[-1] if said else None


def tags_of(flags: str) -> tuple[str, ...]:
    """Return the build tags in a GOFLAGS value, as they stand in its last -tags.

    >>> tags_of("-mod=mod -tags=netgo,osusergo '-ldflags=-s -w'")
    ('netgo', 'osusergo')
    """
    said = (flag_of(flags, "tags") or "").strip(", ")
    return tuple(re.split(r"[, ]+", said)) if said else ()


def _refuse_unknown(goos: str, goarch: str, host: tuple[str, str]) -> None:
    for name, word, known in (("GOOS", goos, KNOWN_OS), ("GOARCH", goarch, KNOWN_ARCH)):
        if word not in known and word not in host:
            message = f"Go builds for no {name} of this name"
            raise InputError(Diagnostic(message=message, seen=word[:60], remedy=f"mend {name} in the environment"))


def _unfollowed_flags(flags: str) -> Iterator[str]:
    for name in _UNFOLLOWED:
        said = flag_of(flags, name)
        if said is not None and said != _AS_USUAL.get(name, ""):
            from supplymatrix.documents.secret_text import blotted

            yield blotted(f"-{name}{f'={said}' if said else ''} in GOFLAGS")


def _unfollowed_variables(said: Callable[[str], str], goarch: str) -> Iterator[str]:
    name, usual = _FEATURES.get(goarch, ("", ""))
    for variable, as_usual in ((name, usual), ("GOEXPERIMENT", "")):
        if variable and said(variable) not in ("", as_usual):
            yield f"{variable}={said(variable)}"


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
