"""Which packages of the standard library a build takes: what `go list -deps` says of them, from the files of a GOROOT.

    found = follow_standard({"net/http": "example.com/m"}, Path("/usr/local/go"), BuildContext())
    found.importers["crypto/tls"]        # "net/http"

What the library brings along of golang.org/x lies in its folder `vendor`, and is called "vendor/golang.org/x/…".
Nothing of it is run. Source: Go cmd/go/internal/load (pkg.go: cgo, the linker's own imports), internal/buildcfg
(exp.go).
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from supplymatrix.errors import InputError
from supplymatrix.gomod.any_platform import AnyPlatform
from supplymatrix.gomod.build_constraint import BuildContext, Constraint
from supplymatrix.model.module import check_import_path
from supplymatrix.model.value import changed, value
from supplymatrix.sources.files import read_if_there
from supplymatrix.sources.package_files import FileHead, PackageDisk, UnreadableError

__all__ = ["OF_CGO", "StandardFindings", "StandardSearch", "follow_standard"]

OF_CGO = ("runtime/cgo", "syscall", "unsafe")
"""What a package that imports "C" imports beside what it says."""
_NOT_FOR_CGO = frozenset({"runtime/cgo", "runtime/race", "runtime/msan", "runtime/asan"})
_LIMIT = 64 << 10
_BASELINE = re.compile(r"baseline := goexperiment\.Flags\{(.*?)\n\t\}", re.DOTALL)
_FLAG = re.compile(r"^\s*([A-Za-z0-9]+):\s*([A-Za-z0-9]+)", re.MULTILINE)


@value
class StandardFindings:
    """used: import paths, sorted. importers: import path → the package that asked for it first, of the standard
    library or of the build. missing: import path → why it could not be found or read."""

    used: tuple[str, ...]
    importers: Mapping[str, str]
    missing: Mapping[str, str]


def follow_standard(
    roots: Mapping[str, str],
    goroot: Path,
    context: BuildContext | AnyPlatform,
    *,
    search: StandardSearch | None = None,
) -> StandardFindings:
    """Return the packages that some of the standard library need, themselves included. roots: import path → the
    package of the build that asks for it. context: what is built for, with `AnyPlatform` for all of them; experiments
    that this Go has switched on are added to it. search: of this Go and context, which has read some of it already."""
    search = search or StandardSearch(goroot, context)
    waiting = deque(sorted(roots))
    importers = dict(roots)
    used: list[str] = []
    while waiting:
        path = waiting.popleft()
        imports = search.imports_of(path)
        if imports is None:
            continue
        used.append(path)
        for wanted in sorted(imports):
            if wanted not in importers:
                importers[wanted] = path
                waiting.append(wanted)
    missing = {path: search.missing[path] for path in importers if path in search.missing}
    return StandardFindings(used=tuple(sorted(used)), importers=importers, missing=missing)


class StandardSearch:
    """Reads what the packages of one Go's standard library import, each once. context: what is built for."""

    def __init__(self, goroot: Path, context: BuildContext | AnyPlatform) -> None:
        self._source = os.path.join(goroot, "src")  # noqa: PTH118 - PackageDisk takes texts
        self._context = changed(context, tags=context.tags | _experiments(goroot))
        self._disk = PackageDisk()
        self._holds: dict[tuple[Constraint, ...], bool] = {(): True}
        self._imports: dict[str, set[str] | None] = {}
        self.missing: dict[str, str] = {}

    def imports_of(self, path: str) -> set[str] | None:
        """Return what a package imports, None for one that is not there or has nothing for this build."""
        if path not in self._imports:
            self._imports[path] = self._read(path)
        return self._imports[path]

    def _read(self, path: str) -> set[str] | None:
        if path == "unsafe":
            return set()
        try:
            check_import_path(path)
            folder = self._disk.below(self._source, path.split("/"))
            names = self._disk.folder(folder).go_files if folder is not None else ()
        except (InputError, UnreadableError) as err:
            self.missing[path] = err.diagnostics[0].message if isinstance(err, InputError) else str(err)
            return None
        heads = [head for name in names if (head := self._head(str(folder), name)) is not None]
        if not heads:
            self.missing[path] = "the standard library of the Go here does not have it for this build"
            return None
        found = {wanted for head in heads for wanted in head.imports}
        for head in heads:
            if head.fault or head.refused:
                self.missing.setdefault(path, head.fault or head.refused)
        if "C" in found:
            found |= set() if path in _NOT_FOR_CGO else {*OF_CGO}
        return {self._full(wanted) for wanted in found - {"C"}}

    def _head(self, folder: str, name: str) -> FileHead | None:
        if name[0] in "._" or name.endswith("_test.go") or not self._context.allows_name(name):
            return None
        head = self._disk.head(self._source, folder + os.sep + name, odd=False)
        return head if head is not None and (head.refused or self._takes(head)) else None

    def _takes(self, head: FileHead) -> bool:
        holds = self._holds.get(head.constraints)
        if holds is None:
            holds = self._holds[head.constraints] = all(map(self._context.satisfies, head.constraints))
        return holds and head.package != "documentation" and (self._context.cgo or not head.uses_c)

    @staticmethod
    def _full(path: str) -> str:
        return f"vendor/{path}" if "." in path.partition("/")[0] else path


def _experiments(goroot: Path) -> frozenset[str]:
    """Return the tags of the experiments that a Go has switched on by default, as far as its own source says."""
    try:
        data = read_if_there(goroot / "src" / "internal" / "buildcfg" / "exp.go", _LIMIT, "exp.go")
    except InputError:
        return frozenset()
    found = _BASELINE.search((data or b"").decode("utf-8", "replace"))
    flags = _FLAG.findall(found[1]) if found else []
    return frozenset(f"goexperiment.{name.lower()}" for name, said in flags if said != "false")
