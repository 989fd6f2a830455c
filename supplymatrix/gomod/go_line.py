"""The go command's command line, as far as it decides which files are compiled, and where a program is written.

    line = parse_go_line(["build", "-C", "svc", "-o", "bin/", "./cmd/..."], "-mod=vendor")
    line.command, line.folder, line.flag("o"), line.flag("mod"), line.words

| handling | commands | why |
|---|---|---|
| THROUGH | bug, clean, doc, env, fmt, help, telemetry, version; mod edit, mod init, work edit, work init; `tool` alone | compiles nothing of other modules, fetches none |
| AFTER | get, list, mod …, work …, install PACKAGE@VERSION | fetches modules or changes what is built; runs nothing of them |
| GUARDED | build, install, run, test, vet, generate, fix, tool; list -export, list -compiled; what is not known here | compiles or runs what other modules wrote |
| REFUSED | run PACKAGE@VERSION; doc -http, which does that | runs what nothing here can look at before |

A tool of Go itself compiles nothing of other modules either; whether a Go has one of a name, its files tell
(sources/go_tools.py).

Source: cmd/go main.go (handleChdirFlag, lookupCmd), internal/base/goflags.go, internal/work/build.go (AddBuildFlags).
"""  # noqa: E501 - a table

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from supplymatrix.model.value import value

__all__ = ["GoLine", "Handling", "parse_go_line", "split_flags"]


class Handling(StrEnum):
    """When something is looked at for a command."""

    THROUGH = "never"
    AFTER = "after it"
    GUARDED = "before and after it"
    REFUSED = "it is not run"


_GROUPS = frozenset({"mod", "work"})
_THROUGH = frozenset(
    {
        "", "bug", "clean", "doc", "env", "fmt", "help", "mod edit", "mod help", "mod init", "telemetry", "version",
        "work edit", "work help", "work init",
    }
)  # fmt: skip
_AFTER = frozenset({"get", "list", *_GROUPS})
_TOOLS = frozenset(
    {
        "addr2line", "api", "asm", "buildid", "cgo", "compile", "covdata", "cover", "dist", "distpack", "doc", "fix",
        "link", "nm", "objdump", "pack", "pprof", "preprofile", "test2json", "trace", "vet",
    }
)  # fmt: skip
"""Tools that came with some Go. One that has them takes them before those of a module, one that has not does not."""
_WITH_VALUE = frozenset(
    {
        "asmflags", "buildmode", "compat", "compiler", "covermode", "coverpkg", "debug-actiongraph",
        "debug-runtime-trace", "debug-trace", "exec", "f", "fixtool", "gccgoflags", "gcflags", "go", "installsuffix",
        "ldflags", "mod", "modfile", "o", "overlay", "p", "pgo", "pkgdir", "reuse", "skip", "tags", "toolexec",
        "vettool",
    }
)  # fmt: skip
"""Flags whose value may be the next word. `-run` of generate is one too, and none of build."""
_WITH_VALUE_OF = {"generate": frozenset({"run"}), "vet": frozenset({"c"})}
_SCATTERED = frozenset({"fix", "test", "vet"})
"""Commands with flags that are not all known here: what may be the value of one of these ends the flags of no line."""
_FLAG = re.compile(r"--?([^-=][^=]*)(?:=(.*))?", re.DOTALL)
_ABSOLUTE = re.compile(r"/|[A-Za-z]:[/\\]")
_WORD = re.compile(r"""'([^']*)'|"([^"]*)"|(\S+)""")


@value
class GoLine:
    """folder: of -C, "" for none. command: "build", "mod tidy", "" for none. flags: name → value, of several the last
    one's, "true" for one that stands alone; those of GOFLAGS that the line itself does not have are in `settings`.
    words: what stands behind the flags.
    """

    folder: str
    command: str
    flags: Mapping[str, str]
    settings: Mapping[str, str]
    words: tuple[str, ...]

    def flag(self, name: str) -> str:
        """Return the value of a flag as the command takes it, "" without it."""
        return self.flags.get(name, self.settings.get(name, ""))

    def has(self, name: str) -> bool:
        """Return whether a flag without value is on."""
        return self.flag(name) not in ("", "0", "f", "F", "false", "False", "FALSE")

    @property
    def first(self) -> str:
        """The command without what it does: "mod" of "mod tidy"."""
        return self.command.partition(" ")[0]

    @property
    def is_versioned(self) -> bool:
        """Whether packages are named with a version, so that no go.mod has a say."""
        if self.command == "run":
            return any(_is_versioned(word) and not word.endswith(".go") for word in self.words[:1])
        return self.command == "install" and any(map(_is_versioned, self.words))

    @property
    def go_tool(self) -> str:
        """The tool that runs, "" for none, where that may be one of Go itself."""
        name = self.words[0] if self.command == "tool" and self.words else ""
        return name if name in _TOOLS else ""

    @property
    def handling(self) -> Handling:
        """When something is looked at for it."""
        if self.command == "doc" and self.has("http"):
            return Handling.REFUSED
        if self.command in _THROUGH or (self.command == "tool" and not self.words):
            return Handling.THROUGH
        if self.is_versioned:
            return Handling.REFUSED if self.command == "run" else Handling.AFTER
        if self.first in _AFTER and not (self.command == "list" and (self.has("export") or self.has("compiled"))):
            return Handling.AFTER
        return Handling.GUARDED


def parse_go_line(arguments: Sequence[str], goflags: str = "") -> GoLine:
    """Return what the arguments of a `go` say. goflags: the value of GOFLAGS."""
    folder, rest = _folder(list(arguments))
    command, inner, rest = _command(rest)
    if command and not folder and not inner:
        inner, rest = _folder(rest)
    flags, words = _flags(command.partition(" ")[0], rest)
    return GoLine(
        folder=folder or inner, command=command, flags=flags, settings=split_flags(goflags), words=tuple(words)
    )


def split_flags(goflags: str) -> dict[str, str]:
    """Return the flags in a GOFLAGS value, each with its value, "true" for one that stands alone.

    >>> split_flags("-race '-overlay=my files.json'")
    {'race': 'true', 'overlay': 'my files.json'}
    """
    found = {}
    for single, double, plain in _WORD.findall(goflags):
        match = _FLAG.fullmatch(single or double or plain)
        if match:
            found[match[1]] = "true" if match[2] is None else match[2]
    return found


def _folder(words: list[str]) -> tuple[str, list[str]]:
    """Return the folder of a -C that stands first, and what is left."""
    first = words[0] if words else ""
    if first in ("-C", "--C") and len(words) > 1:
        return words[1], words[2:]
    if first.startswith(("-C=", "--C=")):
        return first.partition("=")[2], words[1:]
    return "", words


def _command(words: list[str]) -> tuple[str, str, list[str]]:
    """Return the command, the folder of a -C inside of it, and what is left."""
    if not words or words[0].startswith("-"):
        return "", "", words
    if words[0] not in _GROUPS:
        return words[0], "", words[1:]
    folder, rest = _folder(words[1:])
    if rest and not rest[0].startswith("-"):
        return f"{words[0]} {rest[0]}", folder, rest[1:]
    return words[0], folder, rest


def _is_versioned(word: str) -> bool:
    is_local = word in (".", "..") or word.startswith(("./", "../"))
    return "@" in word and not is_local and not _ABSOLUTE.match(word)


def _flags(command: str, words: list[str]) -> tuple[dict[str, str], list[str]]:
    if command in _SCATTERED:
        return _scattered_flags(command, words)
    read = list(_read_flags(command, words))
    at = read[-1][2] if read else 0
    return {name: text for name, text, _ in read}, words[at + 1 if words[at : at + 1] == ["--"] else at :]


def _read_flags(command: str, words: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """Yield the flags at the beginning, each with the place behind it, as Go's own parser takes them."""
    with_value = _WITH_VALUE | _WITH_VALUE_OF.get(command, frozenset())
    at = 0
    while at < len(words) and (match := _FLAG.fullmatch(words[at])):
        name, text = match[1], match[2]
        at += 1
        if text is None and name in with_value and at < len(words):
            text = words[at]
            at += 1
        yield name, "true" if text is None else text, at


def _scattered_flags(command: str, words: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Return the flags of a command that has some which are not known here, wherever they stand, up to -args.

    `go test` takes them behind packages too. A value of an unknown one is taken for a package: then all is looked at.
    """
    flags: dict[str, str] = {}
    packages: list[str] = []
    left = list(words)
    while left and left[0] not in ("-args", "--args", "-test.args", "--"):
        read = next(_read_flags(command, left), None)
        if read is None:
            packages.append(left.pop(0))
            continue
        name, text, at = read
        flags[name] = text
        left = left[at:]
    return flags, packages
