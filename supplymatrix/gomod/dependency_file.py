"""The go.mod of a dependency: what the go command takes from the go.mod files of others, and nothing else.

Of another module's go.mod count its module line, go line, requires and retracts. What it replaces or excludes is its
own affair, and words that nobody knows may come from a newer Go: both are passed over, where in the main module's file
they would be refused.

    >>> parse_dependency(b"module example.com/m\ngo 1.23\nunheard-of thing\n").go_version
    '1.23'

Source: golang/mod modfile/rule.go (ParseLax); cmd/go internal/modload/modfile.go (summaryFromModFile).
"""

from __future__ import annotations

import re
from functools import lru_cache

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.modfile import Retract
from supplymatrix.gomod.modfile_syntax import (
    Block,
    Statement,
    is_indirect,
    location_of,
    parse_statements,
    unquote,
)
from supplymatrix.model.module import ModuleVersion, canonical_version, major_fault, split_path_version
from supplymatrix.model.semver import compare
from supplymatrix.model.value import value

__all__ = ["DependencyFile", "direct_requirements", "is_retracted_by", "parse_dependency"]

_GO = re.compile(r"[1-9][0-9]*\.(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))?(?:[a-z]+[0-9]+)?")
_LOOSE_GO = re.compile(r"v?([1-9][0-9]*\.(?:0|[1-9][0-9]*))[^0-9].*", re.DOTALL)
_DEPRECATED = re.compile(r"(?:^|\n\n)Deprecated: *(.*?)(?:$|\n\n)", re.DOTALL)
_BLOCKS = frozenset({"module", "require", "retract"})
_NO_REASON = "no reason given"
# A file without anything but module, go, toolchain and require lines, in words that need no quotes. Written so that the
# first characters of a line decide what it is: one pass on any input.
_NOT_PLAIN = (b"retract", b"Deprecated", b"/*", b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||")
_WORD, _VERSION, _END = r"[A-Za-z0-9._~/-]+", r"v[0-9][0-9A-Za-z.+-]*", r"[ \t]*(?://[ -~\t]*)?\n"
_NO_VERB = r"(?!(?:module|require)[ \t])"
_PLAIN = re.compile(
    rf"(?:{_END}|module[ \t]+{_WORD}{_END}|go[ \t]+{_GO.pattern}{_END}|toolchain[ \t]+go[a-z0-9.-]+{_END}"
    rf"|require[ \t]+{_WORD}[ \t]+{_VERSION}{_END}"
    rf"|require[ \t]*\({_END}(?:[ \t]*{_NO_VERB}(?:{_WORD}[ \t]+{_VERSION})?{_END})*\){_END})*"
)
_PLAIN_MODULE = re.compile(rf"^module[ \t]+({_WORD})", re.MULTILINE)
_PLAIN_GO = re.compile(rf"^go[ \t]+({_GO.pattern})", re.MULTILINE)
_PLAIN_REQUIRE = re.compile(rf"^(?:require[ \t]+|[ \t]*{_NO_VERB})({_WORD})[ \t]+({_VERSION})", re.MULTILINE)


@value
class DependencyFile:
    """What counts of a dependency's go.mod. module_path, go_version: "" without such a line.

    deprecated: the text behind "Deprecated:" in the comments of its module line, "" without.
    """

    module_path: str
    deprecated: str
    go_version: str
    require: tuple[ModuleVersion, ...]
    retract: tuple[Retract, ...]


def parse_dependency(data: bytes, artifact: str = "go.mod") -> DependencyFile:
    """Read a dependency's go.mod. Raises InputError at the first line that the go command would refuse there."""
    return _parse_plain(data) or _parse_any(data, artifact)


def direct_requirements(data: bytes, artifact: str = "go.mod") -> frozenset[str]:
    """Return the paths that a dependency's go.mod requires for its own packages. A line that is marked "// indirect"
    stands there for the sake of others, and is left out. Raises InputError as `parse_dependency` does."""
    required = {module.path for module in parse_dependency(data, artifact).require}
    statements, _ = parse_statements(data, artifact)
    for statement in statements:
        if statement.words[0].text != "require":
            continue
        lines, first = ((statement,), 1) if isinstance(statement, Statement) else (statement.lines, 0)
        required -= {unquote(line.words[first].text) or "" for line in lines if is_indirect(line)}
    return frozenset(required)


def _parse_plain(data: bytes) -> DependencyFile | None:
    """Read a go.mod of the usual form in one go, which nine of ten have; None for any other, and for a faulty one."""
    if not data.isascii() or any(word in data for word in _NOT_PLAIN):
        return None
    text = data.decode("ascii")
    if not text.endswith("\n"):
        text += "\n"
    if _PLAIN.fullmatch(text) is None:
        return None
    paths, versions = _PLAIN_MODULE.findall(text), _PLAIN_GO.findall(text)
    if len(paths) > 1 or len(versions) > 1 or any("//" in path for path in paths):
        return None
    require = []
    for path, version in _PLAIN_REQUIRE.findall(text):
        module = _usual_module(path, version)
        if module is None:
            return None
        require.append(module)
    return DependencyFile(
        module_path=paths[0] if paths else "",
        deprecated="",
        go_version=versions[0] if versions else "",
        require=tuple(require),
        retract=(),
    )


@lru_cache(maxsize=1 << 14)
def _usual_module(path: str, version: str) -> ModuleVersion | None:
    """Return what a require names, None where its words have to be looked at closely."""
    full = canonical_version(version)
    _, major, ok = split_path_version(path)
    if not full or not ok or "//" in path or major_fault(full, major):
        return None
    return ModuleVersion(path=path, version=full)


def _parse_any(data: bytes, artifact: str) -> DependencyFile:
    statements, lines = parse_statements(data, artifact)
    reader = _Reader(artifact, lines)
    for statement in statements:
        if isinstance(statement, Statement):
            reader.take(statement.words[0].text, statement, 1, None)
        elif len(statement.words) == 1 and statement.words[0].text in _BLOCKS:
            for line in statement.lines:
                reader.take(statement.words[0].text, line, 0, statement)
    return DependencyFile(
        module_path=reader.path or "",
        deprecated=reader.deprecated,
        go_version=reader.go or "",
        require=tuple(reader.require),
        retract=tuple(reader.retract),
    )


def is_retracted_by(file: DependencyFile, version: str) -> str:
    """Return why a version of the module is taken back, "" when its author does not say that it is."""
    for entry in file.retract:
        if compare(entry.low, version) <= 0 <= compare(entry.high, version):
            return entry.rationale.strip() or _NO_REASON
    return ""


class _Reader:
    def __init__(self, artifact: str, lines: list[str]) -> None:
        self._artifact = artifact
        self._lines = lines
        self.path: str | None = None
        self.deprecated = ""
        self.go: str | None = None
        self.require: list[ModuleVersion] = []
        self.retract: list[Retract] = []

    def take(self, verb: str, line: Statement, first: int, block: Block | None) -> None:
        if verb == "require":
            self._take_require(line, first)
        elif verb == "module":
            self._take_module(line, first, block)
        elif verb == "go":
            self._take_go(line, first)
        elif verb == "retract":
            self._take_retract(line, first, block)

    def _take_require(self, line: Statement, first: int) -> None:
        if len(line.words) - first != 2:
            raise self._fault(line, "require takes a module path and a version")
        path, version = (unquote(word.text) for word in line.words[first:])
        version = canonical_version(version) if version is not None else None
        if path is None or not version:
            raise self._fault(line, "this is no module path and semantic version")
        _, major, ok = split_path_version(path)
        fault = major_fault(version, major) if ok else "the path ends in a major version that is not allowed"
        if fault:
            raise self._fault(line, f"the version does not fit the module path: {fault}")
        self.require.append(ModuleVersion(path=path, version=version))

    def _take_module(self, line: Statement, first: int, block: Block | None) -> None:
        if self.path is not None:
            raise self._fault(line, "a second module line")
        path = unquote(line.words[first].text) if len(line.words) - first == 1 else None
        if path is None:
            raise self._fault(line, "module takes one module path")
        self.path = path
        match = _DEPRECATED.search(_comment(line, block))
        self.deprecated = match[1] if match else ""

    def _take_go(self, line: Statement, first: int) -> None:
        if self.go is not None:
            raise self._fault(line, "a second go line")
        text = line.words[first].text if len(line.words) - first == 1 else ""
        loose = _LOOSE_GO.fullmatch(text)
        if _GO.fullmatch(text):
            self.go = text
        elif loose is not None:
            self.go = loose[1]
        else:
            raise self._fault(line, "this is no Go version")

    def _take_retract(self, line: Statement, first: int, block: Block | None) -> None:
        """Take what can be read: of a dependency, a form that nobody knows yet is no fault."""
        texts = [unquote(word.text) for word in line.words[first:]]
        if len(texts) >= 5 and (texts[0], texts[2], texts[4]) == ("[", ",", "]"):
            low, high = texts[1], texts[3]
        elif texts and texts[0] not in ("(", "["):
            low = high = texts[0]
        else:
            return
        if low and high:
            place = location_of(self._artifact, line.line, line.words[0], line.words[-1])
            self.retract.append(Retract(low=low, high=high, rationale=_comment(line, block), location=place))

    def _fault(self, line: Statement, message: str) -> InputError:
        text = self._lines[line.line - 1]
        return InputError(
            Diagnostic(
                message=message,
                artifact=self._artifact,
                line=line.line,
                column=line.words[0].column,
                seen=text.strip()[:200],
                expected="a go.mod as the go command writes it",
                source_line=text.rstrip("\r")[:500],
            )
        )


def _comment(line: Statement, block: Block | None) -> str:
    """Return the text of a line's comments; that of its block's when it has none itself."""
    comments = [*line.before, line.after]
    if block is not None and not any(comments):
        comments = [*block.before]
    return "\n".join(comment.removeprefix("//").strip() for comment in comments if comment)
