r"""Which files of a module `go mod vendor` copies, and which ones a package embeds.

Of each package's folder: all plain files but tests (_test.go), Go files that no build can take (their constraint never
holds, as that of `//go:build ignore`), and, from go 1.17 of the main module on, go.mod and go.sum. Of the folders above
it, up to the module's root: licence files and their like, told by how their names begin. And what its //go:embed lines
name, also in folders below; before go 1.22 those of its tests too.

    >>> is_copied_name("a_test.go", keeps_go_mod=False), is_copied_name("a.h", keeps_go_mod=False)
    (False, True)
    >>> is_ignored_go(b"//go:build ignore && linux\n\npackage main\n")
    True
    >>> sorted(resolve_embeds(["a.go", "static/x.css", "static/.hidden"], ["static"]))
    ['static/x.css']

Source: Go cmd/go/internal/modcmd/vendor.go; cmd/go/internal/imports/build.go; cmd/go/internal/load/pkg.go
(resolveEmbed); go/build/{build,read}.go; go/ast/directive.go; path/match.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from supplymatrix.errors import InputError
from supplymatrix.gomod.build_constraint import Constraint, file_constraints
from supplymatrix.gomod.go_imports import parse_go_head, unquote_go
from supplymatrix.gomod.goversion import go_version_key
from supplymatrix.model.module import check_file_path
from supplymatrix.model.value import value

__all__ = [
    "CopyRules", "Embeds", "is_built_name", "is_copied_name", "is_ignored_go", "is_metadata", "may_include",
    "read_embeds", "resolve_embeds", "uses_c",
]  # fmt: skip

_METADATA = (
    "AUTHORS", "CONTRIBUTORS", "COPYLEFT", "COPYING", "COPYRIGHT", "LEGAL", "LICENSE", "NOTICE", "PATENTS",
)  # fmt: skip
_INCLUDING = frozenset(
    {".c", ".cc", ".cpp", ".cxx", ".m", ".h", ".hh", ".hpp", ".hxx", ".f", ".F", ".for", ".f90", ".s", ".S", ".sx",
     ".swig", ".swigcxx"}
)  # fmt: skip
"""Endings of files that a build takes beside Go's, and that may name others to be included."""
_BUILT = _INCLUDING | {".go", ".syso", ".pgo"}
_STRIPPED = frozenset({"go.mod", "go.sum"})
_VERSION_CONTROL = frozenset({".bzr", ".hg", ".git", ".svn"})
_BOM = b"\xef\xbb\xbf"
_MARK = b"//go:embed"
# What is not closed goes to its end, so that no byte is looked at twice.
_TOKEN = re.compile(
    rb"//[^\n]*|/\*(?:.*?\*/|.*)|\"(?:\\[^\n]|[^\"\\\n])*\"?|`[^`]*`?|'(?:\\[^\n]|[^'\\\n])*'?", re.DOTALL
)
_QUOTED = re.compile(r'`[^`]*`|"(?:\\.|[^"\\])*"')
_MOST_STEPS = 3_000_000
"""Names held against parts of patterns, for one package. Real ones have some dozens of patterns."""


@value
class CopyRules:
    """What depends on the go line of the main module, or of go.work. keeps_go_mod: go.mod and go.sum are copied.
    embeds_of_tests: what tests embed is."""

    keeps_go_mod: bool
    embeds_of_tests: bool

    @staticmethod
    def of(go_version: str) -> CopyRules:
        """Return the rules for the text of a go line; "" = there is none."""
        key = go_version_key(go_version or "1.16")
        return CopyRules(
            keeps_go_mod=key < go_version_key("1.17"),
            embeds_of_tests=key < go_version_key("1.22"),
        )


@value
class Embeds:
    """What the //go:embed lines of Go files name. patterns: as written. with_cgo: those of files that import "C",
    which count where cgo was on when the files were copied."""

    patterns: tuple[str, ...] = ()
    with_cgo: tuple[str, ...] = ()


def is_metadata(name: str) -> bool:
    """Return whether a file of this name is copied from the folders above a package."""
    return name.startswith(_METADATA)


def is_copied_name(name: str, *, keeps_go_mod: bool) -> bool:
    """Return whether a file of a package's own folder is copied, as far as its name tells."""
    return not name.endswith("_test.go") and (keeps_go_mod or name not in _STRIPPED)


def is_built_name(name: str) -> bool:
    """Return whether a build may take a file of this name from a package's folder, without that another names it."""
    dot = name.rfind(".")
    return not name.startswith((".", "_")) and dot >= 0 and name[dot:] in _BUILT


def may_include(name: str) -> bool:
    """Return whether a file of this name may name others that the compiler then reads, by #include and the like."""
    dot = name.rfind(".")
    return dot >= 0 and name[dot:] in _INCLUDING


def uses_c(data: bytes) -> bool:
    """Return whether a Go file may hold C, which may name other files. It is said of more files than do."""
    return b'"C"' in data or b"`C`" in data


def is_ignored_go(data: bytes) -> bool:
    """Return whether a Go file's constraint lets no build take it. data: the file, or its beginning."""
    try:
        constraints = file_constraints(data.removeprefix(_BOM))
    except InputError:
        return True
    if all(map(_can_hold, constraints)):
        return False
    head = parse_go_head(data)
    return head is None or "NUL" not in head.refused  # of such a file the go command knows nothing, and copies it


def _can_hold(constraint: Constraint) -> bool:
    """Return whether an expression holds when every tag but "ignore" is taken for set and for not set."""
    return constraint.can_hold(lambda tag: (tag != "ignore", True))


def read_embeds(name: str, data: bytes, rules: CopyRules) -> Embeds:
    """Return what one Go file of a package names to be embedded. name: of the file; data: all of it."""
    if name.startswith(("_", ".")) or _MARK not in data:
        return Embeds()
    if name.endswith("_test.go") and not rules.embeds_of_tests:
        return Embeds()
    head = parse_go_head(data)
    if head is None or head.package == "documentation" or all(found.path != "embed" for found in head.imports):
        return Embeds()
    patterns = tuple(pattern for line in _comments(data) for pattern in _arguments(line))
    return Embeds(with_cgo=patterns) if head.uses_c else Embeds(patterns=patterns)


def _comments(data: bytes) -> Iterator[str]:
    """Yield the comments that begin as a line for embedding does, wherever they stand but in a text."""
    for found in _TOKEN.finditer(data):
        if found[0].startswith(_MARK):
            yield found[0].decode("utf-8", "surrogateescape")


def _arguments(line: str) -> tuple[str, ...]:
    """Return the patterns of a comment, () for one that is none of embedding, or cannot be read."""
    rest = line[len(_MARK) :].rstrip()
    if rest and not rest[0].isspace():
        return ()
    found: list[str] = []
    rest = rest.lstrip()
    while rest:
        if rest[0] in '`"':
            quoted = _QUOTED.match(rest)
            if quoted is None:
                return ()
            word = unquote_go(quoted[0].encode("utf-8", "surrogateescape"))
            rest = rest[quoted.end() :]
            if word is None or (rest and not rest[0].isspace()):
                return ()
        else:
            word, *more = rest.split(None, 1)
            rest = more[0] if more else ""
        found.append(word)
        rest = rest.lstrip()
    return tuple(found)


def resolve_embeds(files: Iterable[str], patterns: Sequence[str]) -> frozenset[str] | None:
    """Return which files of a package are embedded; None where the go command would refuse one of the patterns.

    files: of the package's folder and all below, by their names below it.
    """
    tree = _Tree(files)
    found: set[str] = set()
    for pattern in patterns:
        matched = tree.match(pattern)
        if not matched:
            return None
        found |= matched
    return frozenset(found)


class _RefusedError(Exception):
    """A pattern names what cannot be embedded. It never leaves this file."""


class _Tree:
    """Files of a package, and the folders that they are in. "" is the package's own folder."""

    def __init__(self, files: Iterable[str]) -> None:
        self._left = _MOST_STEPS
        self._files = frozenset(files)
        self._in: dict[str, set[str]] = {"": set()}
        for name in self._files:
            while True:
                folder, _, last = name.rpartition("/")
                known = self._in.setdefault(folder, set())
                if last in known:
                    break
                known.add(last)
                if not folder:
                    break
                name = folder  # noqa: PLW2901 - the folder is an entry of its own folder in turn

    def match(self, pattern: str) -> set[str] | None:
        """Return what one pattern names, None where the go command would refuse it."""
        glob = pattern.removeprefix("all:")
        if glob == "." or any(part in ("", ".", "..") for part in glob.split("/")):
            return None
        found: set[str] = set()
        try:
            for name in self._glob(glob.split("/")):
                self._refuse_odd(name)
                found |= {name} if name in self._files else self._below(name, hidden=glob != pattern)
        except _RefusedError:
            return None
        return found

    def _glob(self, parts: Sequence[str]) -> list[str]:
        """Return files and folders whose names match, part by part."""
        found = [""]
        for part in parts:
            matcher = _matcher(part)
            if matcher is None:
                raise _RefusedError
            before, found = found, []
            for folder in before:
                names = self._in.get(folder, ())
                self._spend(len(names) + 1)
                start = f"{folder}/" if folder else ""
                found += [f"{start}{name}" for name in sorted(names) if matcher.fits(name)]
        return found

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise _RefusedError

    def _refuse_odd(self, name: str) -> None:
        """Raise _RefusedError for what lies in another module, or has a name that no module's file can have."""
        while name:
            if "go.mod" in self._in.get(name, ()) or _is_bad_name(name.rpartition("/")[2]):
                raise _RefusedError
            name = name.rpartition("/")[0]

    def _below(self, folder: str, *, hidden: bool) -> set[str]:
        """Return the files that a folder stands for. hidden: also those that begin with a dot or an underscore."""
        found: set[str] = set()
        waiting = [folder]
        while waiting:
            path = waiting.pop()
            self._spend(len(self._in.get(path, ())) + 1)
            for last in self._in.get(path, ()):
                name = f"{path}/{last}"
                is_folder = name in self._in
                if last[0] in "._" and (not hidden or _is_bad_name(last)):
                    continue
                if _is_bad_name(last):
                    if is_folder:
                        continue
                    raise _RefusedError
                if not is_folder:
                    found.add(name)
                elif "go.mod" not in self._in[name]:
                    waiting.append(name)
        if not found:
            raise _RefusedError
        return found


def _is_bad_name(name: str) -> bool:
    if name in _VERSION_CONTROL:
        return True
    try:
        check_file_path(name)
    except InputError:
        return True
    return False


class _Matcher:
    """One part of a pattern. pieces: what stands between its stars; each takes a fixed number of letters, so that one
    pass decides."""

    def __init__(self, pieces: Sequence[Sequence[str]]) -> None:
        self._pieces = [(re.compile("".join(piece), re.DOTALL), len(piece)) for piece in pieces]

    def fits(self, name: str) -> bool:
        """Return whether a name without slashes matches."""
        (first, length), *others = self._pieces
        if not others:
            return first.fullmatch(name) is not None
        if first.match(name) is None:
            return False
        at = length
        for piece, _ in others[:-1]:
            found = piece.search(name, at)
            if found is None:
                return False
            at = found.end()
        last, length = others[-1]
        return len(name) - length >= at and last.fullmatch(name, len(name) - length) is not None


@lru_cache(maxsize=1024)
def _matcher(pattern: str) -> _Matcher | None:
    """Return one part of a pattern, None where Go would not take it."""
    pieces: list[list[str]] = [[]]
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        at += 1
        if letter == "*":
            pieces.append([])
        elif letter == "?":
            pieces[-1].append(".")
        elif letter == "[":
            found = _class(pattern, at)
            if found is None:
                return None
            text, at = found
            pieces[-1].append(text)
        else:
            if letter == "\\":
                if at >= len(pattern):
                    return None
                letter = pattern[at]
                at += 1
            pieces[-1].append(re.escape(letter))
    return _Matcher(pieces)


def _class(pattern: str, at: int) -> tuple[str, int] | None:
    """Return a class of letters that begins behind its bracket, and where it ends; None for one that is no class."""
    negated = pattern[at : at + 1] == "^"
    at += negated
    ranges: list[str] = []
    while not ranges or pattern[at : at + 1] != "]":
        first = _class_letter(pattern, at)
        if first is None:
            return None
        low, at = first
        high = low
        if pattern[at : at + 1] == "-":
            last = _class_letter(pattern, at + 1)
            if last is None:
                return None
            high, at = last
        ranges.append(f"{re.escape(low)}-{re.escape(high)}" if low <= high else "")  # turned round it holds nothing
    inside = "".join(ranges)
    if not inside:
        return "." if negated else "(?!)", at + 1
    return f"[{'^' if negated else ''}{inside}]", at + 1


def _class_letter(pattern: str, at: int) -> tuple[str, int] | None:
    if at >= len(pattern) or pattern[at] in "-]":
        return None
    if pattern[at] == "\\":
        at += 1
    return (pattern[at], at + 1) if at + 1 < len(pattern) else None
