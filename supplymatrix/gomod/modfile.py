"""go.mod and go.work: every directive, with its place in the file and the refusals of the go command.

Versions of require, exclude and replace come out in full ("v1" → "v1.0.0"). Of two replaces for the same module the
later one counts; other repetitions are dropped, but for require and retract, which stay as often as they are written.

Source: golang/mod modfile/rule.go, modfile/work.go; go.dev/ref/mod#go-mod-file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.modfile_syntax import (
    Block,
    Statement,
    Word,
    is_indirect,
    location_of,
    parse_statements,
    unquote,
)
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion, canonical_version, major_fault, split_path_version
from supplymatrix.model.value import value

__all__ = [
    "Exclude", "GoMod", "GoWork", "Godebug", "ModuleStatement", "PathEntry", "Replace", "Require", "Retract", "Value",
    "parse_go_mod", "parse_go_work",
]  # fmt: skip


@value
class ModuleStatement:
    """The module line. deprecated: the text after "Deprecated:" in its comments, "" without."""

    path: str
    deprecated: str
    location: Location


@value
class Value:
    """The word of a `go` or `toolchain` line."""

    text: str
    location: Location


@value
class Godebug:
    """One key=value of a godebug line."""

    key: str
    value: str
    location: Location


@value
class Require:
    """One require. indirect: it carries the comment "// indirect"."""

    module: ModuleVersion
    indirect: bool
    location: Location


@value
class Exclude:
    """One exclude."""

    module: ModuleVersion
    location: Location


@value
class Replace:
    """One replace. old.version: "" = all versions; new_version: "" = new_path is a directory."""

    old: ModuleVersion
    new_path: str
    new_version: str
    location: Location

    @property
    def is_directory(self) -> bool:
        """Whether the replacement is a folder rather than a module version."""
        return not self.new_version


@value
class Retract:
    """Retracted versions from low to high, both included, as written. rationale: the comment."""

    low: str
    high: str
    rationale: str
    location: Location


@value
class PathEntry:
    """The one path of a tool, ignore or use line."""

    path: str
    location: Location


@value
class GoMod:
    """A go.mod. module, go, toolchain: None when the file has no such line. lines: the file's lines, for messages."""

    module: ModuleStatement | None
    go: Value | None
    toolchain: Value | None
    godebug: tuple[Godebug, ...]
    require: tuple[Require, ...]
    exclude: tuple[Exclude, ...]
    replace: tuple[Replace, ...]
    retract: tuple[Retract, ...]
    tool: tuple[PathEntry, ...]
    ignore: tuple[PathEntry, ...]
    lines: tuple[str, ...]


@value
class GoWork:
    """A go.work. lines: the file's lines, for messages."""

    go: Value | None
    toolchain: Value | None
    godebug: tuple[Godebug, ...]
    use: tuple[PathEntry, ...]
    replace: tuple[Replace, ...]
    lines: tuple[str, ...]


def parse_go_mod(data: bytes, artifact: str = "go.mod") -> GoMod:
    """Read a go.mod. Raises InputError with one diagnostic for each line that the go command refuses."""
    reader = _Reader(artifact, _GO_MOD, _GO_MOD_BLOCKS)
    reader.read(data)
    return GoMod(
        module=reader.module,
        go=reader.go,
        toolchain=reader.toolchain,
        godebug=tuple(entry for entry in reader.godebug if entry.key),
        require=tuple(entry for entry in reader.require if entry.module.path),
        exclude=_distinct_modules(reader.exclude),
        replace=_effective(reader.replace),
        retract=tuple(entry for entry in reader.retract if entry.low or entry.high),
        tool=_distinct(reader.paths["tool"]),
        ignore=_distinct(reader.paths["ignore"]),
        lines=tuple(reader.lines),
    )


def parse_go_work(data: bytes, artifact: str = "go.work") -> GoWork:
    """Read a go.work. Raises InputError with one diagnostic for each line that the go command refuses."""
    reader = _Reader(artifact, _GO_WORK, _GO_WORK_BLOCKS)
    reader.read(data)
    return GoWork(
        go=reader.go,
        toolchain=reader.toolchain,
        godebug=tuple(entry for entry in reader.godebug if entry.key),
        use=tuple(entry for entry in reader.paths["use"] if entry.path),
        replace=_effective(reader.replace),
        lines=tuple(reader.lines),
    )


def _effective(entries: list[Replace]) -> tuple[Replace, ...]:
    """Return the replaces that count, in the order of the file: the last one of each module."""
    last = {entry.old: number for number, entry in enumerate(entries) if entry.old.path}
    return tuple(entries[number] for number in sorted(last.values()))


def _distinct_modules(entries: list[Exclude]) -> tuple[Exclude, ...]:
    first: dict[ModuleVersion, Exclude] = {}
    for entry in entries:
        first.setdefault(entry.module, entry)
    return tuple(entry for module, entry in first.items() if module.path)


def _distinct(entries: list[PathEntry]) -> tuple[PathEntry, ...]:
    first: dict[str, PathEntry] = {}
    for entry in entries:
        first.setdefault(entry.path, entry)
    return tuple(first.values())


_GO_VERSION = re.compile(r"[1-9][0-9]*\.(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))?(?:[a-z]+[0-9]+)?")
_TOOLCHAIN = re.compile(r"default|go1(?:\..*)?", re.DOTALL)
_DEPRECATED = re.compile(r"(?:^|\n\n)Deprecated: *(.*?)(?:$|\n\n)", re.DOTALL)
_DRIVE = re.compile(r"[A-Za-z]:")
_GODEBUG_BAD = frozenset("\"`',")
_VERSION = "a version such as v1.2.3"


@dataclass(frozen=True, slots=True)
class _Fault(Exception):  # noqa: N818 - never leaves this file
    """Why a line is refused. word: what to point at, None = the whole line."""

    message: str
    expected: str = ""
    word: Word | None = None


@dataclass(slots=True)
class _Reader:
    """Collects directives, and faults, statement by statement."""

    artifact: str
    verbs: Mapping[str, Callable[[_Reader, _Line], None]]
    blocks: frozenset[str]
    lines: list[str] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)
    module: ModuleStatement | None = None
    go: Value | None = None
    toolchain: Value | None = None
    godebug: list[Godebug] = field(default_factory=list)
    require: list[Require] = field(default_factory=list)
    exclude: list[Exclude] = field(default_factory=list)
    replace: list[Replace] = field(default_factory=list)
    retract: list[Retract] = field(default_factory=list)
    paths: dict[str, list[PathEntry]] = field(default_factory=lambda: {"tool": [], "ignore": [], "use": []})

    def read(self, data: bytes) -> None:
        statements, self.lines = parse_statements(data, self.artifact)
        for statement in statements:
            if isinstance(statement, Statement):
                self._add(statement.words[0].text, _Line(self.artifact, statement, statement.words[1:], None))
            elif len(statement.words) > 1 or statement.words[0].text not in self.blocks:
                name = " ".join(word.text for word in statement.words)
                expected = "one of " + ", ".join(sorted(self.blocks))
                self._refuse(statement, _Fault(f"there is no block {name!r}", expected))
            else:
                for line in statement.lines:
                    self._add(statement.words[0].text, _Line(self.artifact, line, line.words, statement))
        if self.faults:
            raise InputError(*self.faults)

    def _add(self, verb: str, line: _Line) -> None:
        take = self.verbs.get(verb)
        if take is None:
            expected = "one of " + ", ".join(sorted(self.verbs))
            self._refuse(line.statement, _Fault(f"there is no directive {verb!r}", expected))
            return
        try:
            take(self, line)
        except _Fault as fault:
            self._refuse(line.statement, fault)

    def _refuse(self, statement: Statement | Block, fault: _Fault) -> None:
        first, last = (fault.word, fault.word) if fault.word else (statement.words[0], statement.words[-1])
        from supplymatrix.documents.secret_text import blotted

        text = self.lines[statement.line - 1]
        self.faults.append(
            Diagnostic(
                message=blotted(fault.message),
                artifact=self.artifact,
                line=statement.line,
                column=first.column,
                end_column=last.end,
                seen=blotted(fault.word.text if fault.word else text.strip())[:200],
                expected=fault.expected,
                remedy="mend the line; `go mod edit -fmt` shows what the go command makes of the file",
                source_line=blotted(text.rstrip("\r"))[:500],
            )
        )


@value(kw_only=False)
class _Line:
    """A directive's line: its words without the verb."""

    artifact: str
    statement: Statement
    args: tuple[Word, ...]
    block: Block | None

    @property
    def location(self) -> Location:
        first = self.args[0] if self.args else self.statement.words[0]
        return location_of(self.artifact, self.statement.line, first, self.statement.words[-1])

    @property
    def comment(self) -> str:
        """The text of its comments; those of the block when it has none itself."""
        comments = [*self.statement.before, self.statement.after]
        if self.block is not None and not any(comments):
            comments = [*self.block.before]
        return "\n".join(comment.removeprefix("//").strip() for comment in comments if comment)

    def only(self, usage: str) -> Word:
        if len(self.args) != 1:
            raise _Fault("this directive takes exactly one argument", usage)
        return self.args[0]


def _string(word: Word) -> str:
    value = unquote(word.text)
    if value is None:
        raise _Fault("this is no valid string", 'a word without quotes, or a string in "double quotes"', word)
    return value


def _version(word: Word) -> str:
    version = canonical_version(_string(word))
    if not version:
        raise _Fault("this is no semantic version", _VERSION, word)
    return version


def _path_major(word: Word, path: str) -> str:
    _, major, ok = split_path_version(path)
    if not ok:
        raise _Fault("the module path ends in a major version that is not allowed", "e.g. example.com/m/v2", word)
    return major


def _check_major(word: Word, version: str, path_major: str) -> None:
    fault = major_fault(version, path_major)
    if fault:
        raise _Fault(f"the version does not fit the module path: {fault}", _VERSION, word)


def _take_go(reader: _Reader, line: _Line) -> None:
    if reader.go is not None:
        raise _Fault("a second go line")
    word = line.only("go 1.23.0")
    if not _GO_VERSION.fullmatch(word.text):
        raise _Fault("this is no Go version", "e.g. 1.23.0", word)
    reader.go = Value(text=word.text, location=line.location)


def _take_toolchain(reader: _Reader, line: _Line) -> None:
    if reader.toolchain is not None:
        raise _Fault("a second toolchain line")
    word = line.only("toolchain go1.23.0")
    if not _TOOLCHAIN.fullmatch(word.text):
        raise _Fault("this is no toolchain name", "e.g. go1.23.0, or default", word)
    reader.toolchain = Value(text=word.text, location=line.location)


def _take_module(reader: _Reader, line: _Line) -> None:
    if reader.module is not None:
        raise _Fault("a second module line")
    match = _DEPRECATED.search(line.comment)
    # The line counts as seen even when it is refused, so that the next one is refused as a second one.
    reader.module = ModuleStatement(path="", deprecated=match.group(1) if match else "", location=line.location)
    path = _string(line.only("module module/path"))
    reader.module = ModuleStatement(path=path, deprecated=reader.module.deprecated, location=line.location)


def _take_godebug(reader: _Reader, line: _Line) -> None:
    word = line.only("godebug key=value")
    key, equals, value = word.text.partition("=")
    if not equals or not _GODEBUG_BAD.isdisjoint(word.text):
        raise _Fault("this is no godebug setting", "key=value", word)
    reader.godebug.append(Godebug(key=key, value=value, location=line.location))


def _module_and_version(line: _Line, verb: str) -> ModuleVersion:
    if len(line.args) != 2:
        raise _Fault(f"{verb} takes a module path and a version", f"{verb} module/path v1.2.3")
    path = _string(line.args[0])
    version = _version(line.args[1])
    _check_major(line.args[1], version, _path_major(line.args[0], path))
    return ModuleVersion(path=path, version=version)


def _take_require(reader: _Reader, line: _Line) -> None:
    module = _module_and_version(line, "require")
    reader.require.append(Require(module=module, indirect=is_indirect(line.statement), location=line.location))


def _take_exclude(reader: _Reader, line: _Line) -> None:
    reader.exclude.append(Exclude(module=_module_and_version(line, "exclude"), location=line.location))


def _take_replace(reader: _Reader, line: _Line) -> None:
    args = line.args
    arrow = 1 if len(args) >= 2 and args[1].text == "=>" else 2
    if not arrow + 2 <= len(args) <= arrow + 3 or args[arrow].text != "=>":
        usage = "replace module/path [v1.2.3] => other/module v1.4.0, or => ../local/directory"
        raise _Fault("this is no replacement", usage)
    old_path = _string(args[0])
    path_major = _path_major(args[0], old_path)
    old_version = ""
    if arrow == 2:
        old_version = _version(args[1])
        _check_major(args[1], old_version, path_major)
    new = args[arrow + 1]
    new_path = _string(new)
    new_version = _version(args[arrow + 2]) if len(args) == arrow + 3 else ""
    _check_target(new, new_path, new_version)
    old = ModuleVersion(path=old_path, version=old_version)
    reader.replace.append(Replace(old=old, new_path=new_path, new_version=new_version, location=line.location))


def _check_target(word: Word, path: str, version: str) -> None:
    is_directory = _is_directory_path(path)
    if version:
        if is_directory:
            raise _Fault("a directory has no version", "a module path with a version, or a directory alone", word)
    elif not is_directory:
        expected = "a directory that begins with ./, ../ or /, or a module path and a version"
        raise _Fault(
            "a module path without a version", "path version, not path@version" if "@" in path else expected, word
        )
    elif "\\" in path:
        raise _Fault("this is a directory of Windows", "slashes as separators", word)


def _is_directory_path(path: str) -> bool:
    return (
        path in (".", "..")
        or path.startswith(("./", ".\\", "../", "..\\", "/", "\\"))
        or _DRIVE.match(path) is not None
    )


def _take_retract(reader: _Reader, line: _Line) -> None:
    args = list(line.args)
    usage = "retract v1.2.3, or retract [v1.2.0, v1.2.9]"
    if not args or args[0].text == "(":
        raise _Fault("a version or an interval is missing", usage)
    if args[0].text == "[":
        shape = [word.text for word in args[2::2]]
        if len(args) < 5 or shape[:2] != [",", "]"]:
            raise _Fault("this is no interval of versions", usage)
        low, high, rest = _string(args[1]), _string(args[3]), args[5:]
    else:
        low = high = _string(args[0])
        rest = args[1:]
    if rest:
        raise _Fault("more follows the version", usage, rest[0])
    reader.retract.append(Retract(low=low, high=high, rationale=line.comment, location=line.location))


def _take_path(verb: str, usage: str) -> Callable[[_Reader, _Line], None]:
    def take(reader: _Reader, line: _Line) -> None:
        entry = PathEntry(path=_string(line.only(usage)), location=line.location)
        reader.paths[verb].append(entry)

    return take


_GO_WORK: Mapping[str, Callable[[_Reader, _Line], None]] = {
    "go": _take_go,
    "toolchain": _take_toolchain,
    "godebug": _take_godebug,
    "use": _take_path("use", "use local/dir"),
    "replace": _take_replace,
}
_GO_MOD: Mapping[str, Callable[[_Reader, _Line], None]] = {
    "module": _take_module,
    "go": _take_go,
    "toolchain": _take_toolchain,
    "godebug": _take_godebug,
    "require": _take_require,
    "exclude": _take_exclude,
    "replace": _take_replace,
    "retract": _take_retract,
    "tool": _take_path("tool", "tool example.com/m/cmd/name"),
    "ignore": _take_path("ignore", "ignore ./folder"),
}
_GO_MOD_BLOCKS = frozenset({"module", "godebug", "require", "exclude", "replace", "retract", "tool", "ignore"})
_GO_WORK_BLOCKS = frozenset({"godebug", "use", "replace"})
