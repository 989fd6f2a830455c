"""A Go toolchain as the module `golang.org/toolchain`: which files of a GOROOT belong to it, under which names.

    toolchain_module("1.26.8", "linux-amd64")      # golang.org/toolchain@v0.0.1-go1.26.8.linux-amd64
    RecordedFiles(module, digests).h1()             # to be held against the log's record of it

A release is packed as a module from its files, but for the folders `api`, `doc`, `misc` and `test` at the top; go.mod
files are called `_go.mod` there, since a module holds no other module. The go command unpacks it into the module cache
as it is, and then puts a go.mod beside every `_go.mod`, which is what it reads from then on.

Source: Go cmd/distpack (pack.go, archive.go), cmd/go/internal/toolchain/select.go.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from supplymatrix.gomod.goversion import is_go_version
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.model.on_disk import FileChange, FileDifference
from supplymatrix.model.value import value

__all__ = [
    "NOT_RECORDED", "REPRODUCIBLE_SINCE", "GoVersionFile", "RecordedFiles", "compare_files", "is_left_out",
    "is_packed", "is_platform", "is_source", "parse_version_file", "platform_of", "toolchain_module",
    "version_of_toolchain",
]  # fmt: skip

NOT_RECORDED = frozenset({b"api", b"doc", b"misc", b"test"})
"""Folders at the top of a GOROOT that no module of a toolchain has."""
REPRODUCIBLE_SINCE = "1.21"
"""The first version of which two builds have the same bytes."""

_MODULE = re.compile(r"v0\.0\.1-go(?P<version>[^-]+)\.(?P<platform>[a-z0-9]+-[a-z0-9]+)")
_PLATFORM = re.compile(r"[a-z0-9]{1,20}-[a-z0-9]{1,20}")
_HEAD = re.compile(r"go(?P<version>[0-9][0-9a-z.]*)(?P<rest>.*)", re.DOTALL)
_GO_MOD, _KEPT_GO_MOD, _STRAY_GO_MOD = b"go.mod", b"_go.mod", b"__go.mod"
_NEVER_PACKED = (b".git/", b".github/")
_NEVER_PACKED_FILES = frozenset({
    b".gitattributes", b".gitignore", b"VERSION.cache", b"src/cmd/dist/dist", b"src/cmd/dist/dist.exe",
})  # fmt: skip
_TOOLS = frozenset({b"asm", b"cgo", b"compile", b"cover", b"fix", b"link", b"preprofile", b"vet"})
_COMMANDS = frozenset({b"go", b"gofmt"})
_SOURCE_FOLDERS = (b"src/", b"lib/")


@value
class GoVersionFile:
    """The first line of a VERSION file. version: "1.26.8", "" where it names no Go version. suffix: what its maker has
    put behind that, "-microsoft" or " (Red Hat 1.25.3-1)"; releases of Go have none. text: the line."""

    version: str
    suffix: str
    text: str


def parse_version_file(data: bytes) -> GoVersionFile:
    """Return what a VERSION file says. Nothing is refused: a line that names no version comes back without one."""
    text = data.decode("utf-8", "replace").split("\n", 1)[0].strip()[:200]
    found = _HEAD.fullmatch(text)
    if found is None or not is_go_version(found["version"]):
        return GoVersionFile(version="", suffix="", text=text)
    return GoVersionFile(version=found["version"], suffix=found["rest"], text=text)


def is_platform(text: str) -> bool:
    """Return whether this is written as a platform is, "linux-amd64"."""
    return _PLATFORM.fullmatch(text) is not None


def platform_of(tool_folder: str) -> str:
    """Return the platform that a folder below pkg/tool is for: "linux-amd64" for "linux_amd64", "" for none."""
    goos, mark, goarch = tool_folder.partition("_")
    text = f"{goos}-{goarch}"
    return text if mark and is_platform(text) else ""


def toolchain_module(version: str, platform: str) -> ModuleVersion:
    """Return the module version as which the log has a Go release. version: "1.26.8"; platform: "linux-amd64"."""
    return ModuleVersion(path=TOOLCHAIN_PATH, version=f"v0.0.1-go{version}.{platform}")


def version_of_toolchain(module: ModuleVersion) -> tuple[str, str]:
    """Return version and platform of a toolchain's module version, ("", "") for one that names none."""
    found = _MODULE.fullmatch(module.version)
    if found is None or not is_go_version(found["version"]):
        return "", ""
    return found["version"], found["platform"]


def is_left_out(name: bytes) -> bool:
    """Return whether a file is one that no release is packed with, and that no go command reads. name: below GOROOT."""
    return (
        name.startswith(_NEVER_PACKED)
        or name in _NEVER_PACKED_FILES
        or name.endswith((b"/.DS_Store", b".exe~"))
        or name == b".DS_Store"
    )


def is_packed(name: bytes, platform: str) -> bool:
    """Return whether a release of today could be packed with a file of this name: of bin and pkg it takes a few."""
    top, _, rest = name.partition(b"/")
    if top == b"bin":
        return rest.removesuffix(b".exe") in _COMMANDS
    if top != b"pkg":
        return True
    folder = b"tool/" + platform.replace("-", "_").encode() + b"/"
    return rest.startswith(b"include/") or (
        rest.startswith(folder) and rest.removeprefix(folder).removesuffix(b".exe") in _TOOLS
    )


def is_source(name: str) -> bool:
    """Return whether a file of a GOROOT is source, and no program that was made of it."""
    return name.encode().startswith(_SOURCE_FOLDERS)


class RecordedFiles:
    """The files of a GOROOT under the names of its module. digests: name below GOROOT → SHA-256 of the content.
    is_fetched: it lies in a module cache, where the go command puts go.mod files beside the `_go.mod` ones.

    A go.mod and the `_go.mod` beside it are one file of the module where they have the same content; where they have
    not, they stay two, and nothing that was logged is equal to that. Elsewhere no `_go.mod` stands for a go.mod: no go
    command reads it there, and it counts under a name that no module has.
    """

    def __init__(self, module: ModuleVersion, digests: Mapping[bytes, bytes], *, is_fetched: bool = False) -> None:
        self.prefix = f"{module}/".encode()
        self.digests = digests
        self._is_fetched = is_fetched
        self._lines = sorted(self._lines_of(digests.items()))
        self._at = {name: index for index, (_, name, _) in enumerate(self._lines)}
        self._texts = [b"%s  %s\n" % (digest.hex().encode(), recorded) for recorded, _, digest in self._lines]
        self._is_odd = any(b"\n" in recorded for recorded, _, _ in self._lines)

    def _lines_of(self, files: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Yield (name in the module, name here, SHA-256)."""
        for name, digest in files:
            folder, slash, base = name.rpartition(b"/")
            if base == _GO_MOD and slash:
                yield self.prefix + folder + b"/" + _KEPT_GO_MOD, name, digest
            elif base == _KEPT_GO_MOD and self.digests.get(folder + slash + _GO_MOD) == digest:
                continue
            elif base == _KEPT_GO_MOD and not self._is_fetched:
                yield self.prefix + folder + slash + _STRAY_GO_MOD, name, digest
            else:
                yield self.prefix + name, name, digest

    def __len__(self) -> int:
        """Return how many files the module has."""
        return len(self._lines)

    def h1(self, *, changed: Mapping[bytes, bytes] | None = None, without: frozenset[bytes] = frozenset()) -> str:
        """Return the h1 of the files. changed: other contents, by name here, of files that are there; without: files
        that are not counted."""
        text = self.listing(changed=changed, without=without)
        return "h1:" + base64.b64encode(sha256(text).digest()).decode() if text else ""

    def listing(
        self, *, changed: Mapping[bytes, bytes] | None = None, without: frozenset[bytes] = frozenset()
    ) -> bytes:
        """Return the list of which the h1 is the hash; b"" where a name is one that no module has."""
        lines = list(self._texts)
        for name, digest in (changed or {}).items():
            if name in self._at:
                index = self._at[name]
                lines[index] = b"%s  %s\n" % (digest.hex().encode(), self._lines[index][0])
        if without:
            lines = [line for line, (_, name, _) in zip(lines, self._lines, strict=True) if name not in without]
        return b"" if self._is_odd else b"".join(lines)

    def without_go_mod(self) -> tuple[str, ...]:
        """Return the folders that have a `_go.mod` and no go.mod, sorted.

        None where no folder has a go.mod: then the go command has not run there yet, and writes them all.
        """
        kept = [name for name in self.digests if name.rpartition(b"/")[2] == _KEPT_GO_MOD]
        folders = [name[: -len(_KEPT_GO_MOD)] for name in kept]
        missing = [folder for folder in folders if folder + _GO_MOD not in self.digests]
        return tuple(sorted(_shown(folder.rstrip(b"/")) for folder in missing)) if len(missing) < len(kept) else ()

    def by_recorded_name(self) -> dict[bytes, tuple[bytes, bytes]]:
        """Return name in the module → (name here, SHA-256)."""
        return {recorded: (name, digest) for recorded, name, digest in self._lines}


def compare_files(found: RecordedFiles, proven: Mapping[bytes, bytes]) -> tuple[FileDifference, ...]:
    """Return the files that are others than the proven ones, by name. proven: name in the module → SHA-256."""
    here = found.by_recorded_name()
    differences = []
    for recorded, (name, digest) in here.items():
        known = proven.get(recorded)
        if known != digest:
            change = FileChange.EXTRA if known is None else FileChange.CHANGED
            differences.append(FileDifference(name=_shown(name), change=change))
    for recorded in proven.keys() - here.keys():
        folder, slash, base = recorded.removeprefix(found.prefix).rpartition(b"/")
        shown = folder + slash + (_GO_MOD if base == _KEPT_GO_MOD else base)
        differences.append(FileDifference(name=_shown(shown), change=FileChange.MISSING))
    return tuple(sorted(differences, key=lambda one: (one.name, one.change)))


def _shown(name: bytes) -> str:
    return name.decode("utf-8", "replace")
