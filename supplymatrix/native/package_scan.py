"""What one package links, brings or opens beside Go, from the texts of its files and the names beside them.

    seen = scan_package(PackageText(path="example.com/a", folder="", is_built=True, go_files=…, c_files=…), context)
    [(one.library, one.mode) for one in seen]

Files are in the build where their names, constraints and `#cgo` conditions let them; of the others it is told under
which conditions they would be. Nothing is compiled or run: a C preprocessor's conditions are not resolved, so that all
C files that a file includes count as compiled.

Source: Go go/build (which files of a package with cgo a C compiler gets), cmd/cgo.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from itertools import islice

from supplymatrix.errors import InputError
from supplymatrix.gomod.any_platform import AnyPlatform
from supplymatrix.gomod.build_constraint import KNOWN_ARCH, KNOWN_OS, BuildContext, file_constraints
from supplymatrix.gomod.cgo_lines import CgoDirective, LinkedName, LinkState, c_preamble, cgo_directives, linked_by
from supplymatrix.model.native_code import LinkMode
from supplymatrix.model.value import changed, value
from supplymatrix.native.includes import Include, Includes, include_folders, includes_in, is_header
from supplymatrix.native.loading import GO_PLUGIN, Loaded, imports_loader, loads_in_c, loads_in_go
from supplymatrix.native.objects import is_resources

__all__ = [
    "C_ENDINGS", "GoText", "PackageText", "SeenCode", "c_state", "is_static_whole", "not_clear", "scan_package",
]  # fmt: skip

C_ENDINGS = (
    ".c",
    ".cc",
    ".cpp",
    ".cxx",
    ".m",
    ".mm",
    ".S",
    ".s",
    ".sx",
    ".f",
    ".F",
    ".for",
    ".f90",
    ".swig",
    ".swigcxx",
)
"""What a C compiler gets of a package with cgo."""
_ASSEMBLY = (".s", ".S", ".sx")
_DIRECT, _BY_C, _OTHER = 2, 1, 0
"""From where a file is included: a Go file of the build, C code that such a file includes, or elsewhere."""
_MOST_INCLUDED = 20_000
_LOADS = 256 << 10
"""Bytes of a C file in which calls that open libraries are looked for."""
_GO_BUILD = re.compile(rb"(?m)^//go:build[ \t]+([^\r\n]{1,200})")
_PLUS_BUILD = re.compile(rb"(?m)^//[ \t]*\+build[ \t]+([^\r\n]{1,200})")
_HEAD = 16 << 10
_FILES = 20
_NEVER = frozenset({"ignore", "never", "gccgo", "tinygo"})
"""Tags that no build of the go command has, or none by Go's own compiler."""
_LOADERS_OWN = ("github.com/ebitengine/purego", "github.com/rainycape/dl", "github.com/jupiterrider/ffi")


@value
class GoText:
    """A .go file. data: all of it. uses_c: it imports "C"."""

    name: str
    data: bytes
    uses_c: bool


@value
class PackageText:
    """What is at hand of one package. path: its import path. folder: in its module, "" = the root. is_built: the build
    takes it. go_files: those that import "C", or a package that opens libraries. c_files: (path below the folder,
    bytes) of files for a C compiler, those in folders below it too, and of what they include. archives: paths below it
    of .a, .so and the like. objects: (name, first bytes) of its .syso files."""

    path: str
    folder: str
    is_built: bool
    go_files: tuple[GoText, ...] = ()
    c_files: tuple[tuple[str, bytes], ...] = ()
    archives: tuple[str, ...] = ()
    objects: tuple[tuple[str, bytes], ...] = ()


@value
class SeenCode:
    """One thing seen in a package. library: as written, "" where only files are known. mode. file: in the module, and
    line: that shows it. is_built: the build takes it; conditions: else what it would take ("windows", "tags static").
    code_folder: of bundled or prebuilt code, in the module. files: in the module; count: of them."""

    library: str
    mode: LinkMode
    package: str
    file: str
    line: int = 0
    is_built: bool = True
    conditions: str = ""
    code_folder: str = ""
    files: tuple[str, ...] = ()
    count: int = 0
    is_framework: bool = False


@value
class _File:
    """Whether a file is in the build, or in which it would be."""

    is_built: bool
    conditions: str
    is_possible: bool = True


def scan_package(package: PackageText, context: BuildContext, *, is_static: bool = False) -> tuple[SeenCode, ...]:
    """Return what is seen in a package, each thing once for each file that shows it. is_static: the program is linked
    statically, whatever the package says. Raises nothing."""
    scan = _Scan(package, context, is_static=is_static)
    found = [*scan.links(), *scan.loads(), *scan.bundled(), *scan.objects()]
    return tuple(dict.fromkeys(found))


def not_clear(package: PackageText, context: BuildContext) -> tuple[str, ...]:
    """Return what files of the build include and nobody finds in the module, and words for the linker or compiler that
    name a file of further words, sorted: what they bring nobody can say. `go mod vendor` leaves out folders without
    Go files. What may be of the system is not among them."""
    scan = _Scan(package, context)
    scan.bundled_paths()
    return tuple(sorted(scan.missing | scan.word_files()))


def is_static_whole(package: PackageText, context: BuildContext) -> bool:
    """Return whether a package of the build has the whole program linked statically (`#cgo LDFLAGS: -static`)."""
    return _Scan(package, context).is_whole()


def c_state(package: PackageText, context: BuildContext) -> tuple[bool, str]:
    """Return whether some file of a package that imports "C" is in the build, and else under which conditions."""
    scan = _Scan(package, context)
    states = [scan.state_of(file) for file in package.go_files if file.uses_c]
    if any(state.is_built for state in states):
        return True, ""
    return False, "; ".join(dict.fromkeys(state.conditions for state in states if state.is_possible))[:200]


class _Scan:
    def __init__(self, package: PackageText, context: BuildContext, *, is_static: bool = False) -> None:
        self._is_static = is_static
        self._package = package
        self._context = context
        self._anywhere = AnyPlatform(tags=context.tags, go_minor=context.go_minor)
        self._files = {file.name: self._judged(file.name, file.data, uses_c=file.uses_c) for file in package.go_files}
        self._c_texts = dict(package.c_files)
        self.missing: set[str] = set()

    def state_of(self, file: GoText) -> _File:
        """Return whether a .go file is in the build."""
        return self._files[file.name]

    def _directives(self) -> Iterator[tuple[GoText, CgoDirective, bool]]:
        """Yield the `#cgo` lines, with whether each holds in a build that takes its file."""
        for file in self._package.go_files:
            for directive in cgo_directives(file.data) if file.uses_c else ():
                yield file, directive, directive.holds(self._context)

    def is_whole(self) -> bool:
        """Return whether a word of the build says that all of the program is linked statically."""
        state = LinkState(is_whole=self._is_static)
        for file, directive, holds in self._directives():
            if holds and self._files[file.name].is_built:
                linked_by(directive, state)
        return state.is_whole

    def word_files(self) -> set[str]:
        """Return the words of the build that name a file of further words (`@file`)."""
        return {
            f"more words for the {'linker' if directive.verb == 'LDFLAGS' else 'compiler'}: {word[:100]}"
            for file, directive, holds in self._directives()
            if holds and self._files[file.name].is_built
            for word in directive.words
            if len(word) > 1 and word[0] == "@" and directive.verb.endswith("FLAGS")
        }

    def links(self) -> Iterator[SeenCode]:
        """Yield what `#cgo` lines link; the linker gets those of a package as one."""
        built = LinkState(is_whole=self.is_whole())
        for file, directive, holds in self._directives():
            state = self._files[file.name]
            words = ", ".join((state.conditions, *(f"#cgo {one}" for one in directive.conditions if not holds)))
            is_built = state.is_built and holds
            for name in linked_by(directive, built if is_built else LinkState()):
                yield self._linked(
                    name,
                    SeenCode(
                        library=name.name,
                        mode=LinkMode.STATIC if name.is_static else LinkMode.DYNAMIC,
                        package=self._package.path,
                        file=self._at(file.name),
                        line=directive.line,
                        is_built=is_built,
                        conditions=words.strip(", "),
                        is_framework=name.is_framework,
                    ),
                )

    def _linked(self, name: LinkedName, seen: SeenCode) -> SeenCode:
        """Return what a name comes to: the archive where one lies in the module."""
        if name.folder is None or name.is_framework:
            return seen
        file = name.name if name.is_file else f"lib{name.name}.a"
        path = posixpath.normpath(posixpath.join(name.folder, file))
        shared = path.removesuffix(".a") + ".so"
        there = next((one for one in (path, shared) if one in self._package.archives), "")
        if not there:
            return seen
        place = self._at(there)
        return changed(
            seen,
            library=there.rpartition("/")[2],
            mode=LinkMode.PREBUILT,
            code_folder=place.rpartition("/")[0],
            files=(place,),
            count=1,
        )

    def loads(self) -> Iterator[SeenCode]:
        """Yield what is opened while the program runs."""
        if self._package.path.startswith(_LOADERS_OWN):
            return
        silent: list[tuple[GoText, _File]] = []
        is_seen = False
        for file in self._package.go_files:
            state = self._files[file.name]
            if state.is_possible:
                found = (*loads_in_go(file.data), *(loads_in_c(c_preamble(file.data)) if file.uses_c else ()))
                is_seen = is_seen or bool(found)
                if imports_loader(file.data):
                    silent.append((file, state))
                yield from (self._loaded(one, self._at(file.name), state) for one in found)
        if silent and not is_seen:  # it has what opens libraries, by a way that is not seen here
            file, state = next((one for one in silent if one[1].is_built), silent[0])
            yield self._loaded(Loaded(name="", line=0, how="import"), self._at(file.name), state)
        states = [self._files[file.name] for file in self._package.go_files if file.uses_c]
        if any(state.is_possible for state in states):
            for path in self.bundled_paths():
                state = self._of_c(path, states)
                found = loads_in_c(self._c_texts[path][:_LOADS])
                yield from (self._loaded(one, self._at(path), state) for one in found)

    def _loaded(self, one: Loaded, file: str, state: _File) -> SeenCode:
        name = GO_PLUGIN if one.name == GO_PLUGIN else one.name
        return SeenCode(
            library=name,
            mode=LinkMode.LOADED,
            package=self._package.path,
            file=file,
            line=one.line,
            is_built=state.is_built,
            conditions=state.conditions,
            is_framework=".framework/" in name,
        )

    def bundled(self) -> Iterator[SeenCode]:
        """Yield the C code that is compiled with the package, by folder."""
        states = [self._files[file.name] for file in self._package.go_files if file.uses_c]
        if not any(state.is_possible for state in states):
            return
        groups: dict[tuple[str, bool], list[str]] = {}
        words: dict[tuple[str, bool], str] = {}
        judged = [(path, self._of_c(path, states)) for path in self.bundled_paths()]
        judged = [(path, state) for path, state in judged if state.is_possible]
        if all(path.endswith(_ASSEMBLY) for path, _ in judged) and not any(state.is_built for state in states):
            return  # Go's own assembler gets it where no C takes part
        for path, state in judged:
            key = (_top(path), state.is_built)
            groups.setdefault(key, []).append(path)
            words.setdefault(key, state.conditions)
        for (top, is_built), paths in sorted(groups.items()):
            files = tuple(self._at(path) for path in sorted(paths))
            yield SeenCode(
                library="",
                mode=LinkMode.BUNDLED,
                package=self._package.path,
                file=files[0],
                is_built=is_built,
                conditions="" if is_built else words[top, is_built],
                code_folder=self._at(top).rstrip("/") if top else self._package.folder,
                files=files,
                count=len(files),
            )

    def objects(self) -> Iterator[SeenCode]:
        """Yield object files that are linked with the package, but for resources of Windows."""
        for name, data in self._package.objects:
            if not is_resources(data):
                built = self._package.is_built and self._context.allows_name(name)
                yield SeenCode(
                    library=name,
                    mode=LinkMode.PREBUILT,
                    package=self._package.path,
                    file=self._at(name),
                    is_built=built,
                    conditions="" if built else _of_name(name),
                    code_folder=self._package.folder,
                    files=(self._at(name),),
                    count=1,
                )

    def bundled_paths(self) -> list[str]:
        """Return the C files that are compiled: those in the package's folder, and all that these include."""
        found = dict.fromkeys(path for path in self._c_texts if "/" not in path and path.endswith(C_ENDINGS))
        look = Includes(include_folders(self._words()), self._words())
        waiting = [
            ("", c_preamble(file.data), _DIRECT if self._files[file.name].is_built else _OTHER)
            for file in self._package.go_files
            if file.uses_c
        ]
        waiting += [("", self._c_texts[path], _OTHER) for path in found]
        waiting += [("", f'#include "{name}"'.encode(), _DIRECT) for name in look.forced]
        for _, data, _ in waiting:
            look.define(data)
        seen: set[str] = set()
        while waiting and len(seen) < _MOST_INCLUDED:
            folder, data, level = waiting.pop()
            for include in includes_in(data):
                path = next((place for place in look.places(folder, include) if place in self._c_texts), "")
                if not path and self._is_missing(include, look, level):
                    self.missing.add(include.name)
                if path and path not in seen:
                    seen.add(path)
                    found[path] = None
                    look.define(self._c_texts[path])
                    waiting.append((posixpath.dirname(path), self._c_texts[path], min(level, _BY_C)))
        return list(found)

    def _is_missing(self, include: Include, look: Includes, level: int) -> bool:
        """Return whether what is not in the module is of nobody else. Headers may be of a library that is linked, and
        in C code of a branch that no build takes; sources are missed there, too."""
        if level < _DIRECT or include.is_angle:
            return level >= _BY_C and include.name.endswith(C_ENDINGS) and not include.is_macro
        if include.is_macro:
            return include.name not in look.defines
        return not (is_header(include.name) and (look.is_of_system(include.name) or self._links_installed()))

    def _links_installed(self) -> bool:
        return any(linked_by(directive) for _, directive, _ in self._directives())

    def _words(self) -> list[str]:
        return [
            word
            for _, directive, _ in self._directives()
            if directive.verb in ("CFLAGS", "CPPFLAGS", "CXXFLAGS")
            for word in directive.words
        ]

    def _judged(self, name: str, data: bytes, *, uses_c: bool) -> _File:
        """Return whether a file is in the build."""
        try:
            constraints = file_constraints(data[: 1 << 20])
        except InputError:
            return _File(is_built=False, conditions="its //go:build line cannot be read")
        taken = self._context.allows_name(name) and all(map(self._context.satisfies, constraints))
        taken = taken and (self._context.cgo or not uses_c)
        unmet = {tag for constraint in constraints for tag in self._anywhere.unmet(constraint)}
        possible = unmet.isdisjoint(_NEVER) or all(map(self._anywhere.satisfies, constraints))
        if taken and self._package.is_built:
            return _File(is_built=True, conditions="")
        written = _written(data)
        words = [] if set(_of_name(name).split()) <= set(re.findall(r"\w+", written)) else [_of_name(name)]
        words.append(written)
        if not taken and uses_c and not self._context.cgo:
            words.append("CGO_ENABLED=1")
        if taken and not self._package.is_built:
            words = ["a build that takes the package"]
        return _File(is_built=False, conditions=", ".join(filter(None, words)), is_possible=possible)

    def _of_c(self, path: str, states: Sequence[_File]) -> _File:
        """Return whether a C file is in the build: with some .go file that imports "C"."""
        own = self._judged(path.rpartition("/")[2], self._c_texts.get(path, b""), uses_c=True)
        if not own.is_built or any(state.is_built for state in states):
            return own
        words = next((state.conditions for state in states if state.is_possible), "")
        return _File(is_built=False, conditions=words)

    def _at(self, name: str) -> str:
        return posixpath.normpath(f"{self._package.folder}/{name}") if self._package.folder else name


def _top(path: str) -> str:
    """Return the folder that C code counts as one body by: the first one below the package's, or one beside it."""
    parts = path.split("/")[:-1]
    start = next((number for number, part in enumerate(parts) if part != ".."), len(parts))
    return "/".join(parts[: start + 1])


def _of_name(name: str) -> str:
    """Return for which system or processor a file is by its name, "" for all."""
    parts = name.partition(".")[0].removesuffix("_test").split("_")[1:][-2:]
    return " ".join(part for part in parts if part in KNOWN_OS or part in KNOWN_ARCH)


def _written(data: bytes) -> str:
    """Return the build constraint of a file as it is written."""
    head = data[:_HEAD]
    found = _GO_BUILD.search(head)
    if found is not None:
        return found[1].decode("utf-8", "replace").strip()
    lines = [match[1].decode("utf-8", "replace").strip() for match in islice(_PLUS_BUILD.finditer(head), 5)]
    return " and ".join(lines)
