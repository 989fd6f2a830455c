"""go.sum: one hash a line for a module's files, or for its go.mod alone.

    github.com/gorilla/mux v1.8.0 h1:i40aqfkR1h2SlN9hojwV5ZA91wcXFOvkdNIeFDP5koI=
    github.com/gorilla/mux v1.8.0/go.mod h1:DVbg23sWSpFRCP0SfiEN6jmj59UnW/n46BH5rLB71So=

Fields are set off by white space, blank lines are skipped, and so is a carriage return at the end of a line. A line
that cannot be read is a fault *of that line*: the others are still read, and nothing is dropped without a word. What
follows "h1:" is not looked into, since the log decides about it.

Source: cmd/go internal/modfetch/fetch.go (readGoSum, checkModSum); go.dev/ref/mod#go-sum-files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from supplymatrix.errors import InputError
from supplymatrix.model import semver
from supplymatrix.model.fact import SumFault, SumFaultKind, SumKind, SumLine
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion, check_module_path, escape_version

__all__ = ["EMPTY_GO_MOD_HASH", "GoSum", "parse_go_sum"]

EMPTY_GO_MOD_HASH = "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY="
"""The hash of an empty go.mod, which old go commands wrote for what is no module; such lines do not count."""

_GO_MOD = "/go.mod"
_MAX_LINE = 20_000
_SHOWN = 200
_EXPECTED = "three fields: module path, version, hash"
_MARKERS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
_NOT_SPACE_IN_GO = frozenset("\x1c\x1d\x1e\x1f")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoSum:
    """A go.sum. lines and faults: in the order of the file; source: the file's lines, for messages."""

    lines: tuple[SumLine, ...]
    faults: tuple[SumFault, ...]
    source: tuple[str, ...] = field(repr=False)

    def line_text(self, number: int) -> str:
        """Return line `number` (from 1) without its end."""
        return self.source[number - 1]


def parse_go_sum(data: bytes, artifact: str = "go.sum") -> GoSum:
    """Read a go.sum, whatever bytes it holds; what is wrong with it is in `faults`."""
    source = tuple(data.decode("utf-8", "surrogateescape").split("\n"))
    reader = _Reader(artifact)
    for number, text in enumerate(source, start=1):
        reader.read(number, text)
    return GoSum(lines=tuple(reader.lines), faults=tuple(reader.faults), source=source)


class _Reader:
    def __init__(self, artifact: str) -> None:
        self.lines: list[SumLine] = []
        self.faults: list[SumFault] = []
        self._artifact = artifact
        self._first: dict[tuple[str, str], SumLine] = {}
        self._paths: dict[str, str] = {}
        self._versions: dict[str, str] = {}

    def read(self, number: int, text: str) -> None:
        fields = _fields(text)
        if not fields:
            return
        if len(text) > _MAX_LINE:
            self._fault(number, text, f"the line is longer than {_MAX_LINE} characters")
        elif len(fields) != 3:
            message = f"the line has {len(fields)} fields"
            if text.startswith(_MARKERS):
                message = "the file holds an unresolved merge conflict"
            elif text.startswith("\ufeff"):
                message = "the file begins with a byte order mark"
            self._fault(number, text, message)
        else:
            self._entry(number, text, *fields)

    def _entry(self, number: int, text: str, path: str, key: str, value: str) -> None:
        column = text.rindex(value) + 1
        place = Location(
            artifact=self._artifact,
            line=number,
            column=column,
            end_line=number,
            end_column=column + len(value),
        )
        version = key.removesuffix(_GO_MOD)
        subject = f"{path}@{key}"
        if value == EMPTY_GO_MOD_HASH:
            message = "this is the hash of an empty go.mod, which the go command ignores"
            self._add(SumFaultKind.EMPTY_GO_MOD, subject, message, "no such line: `go mod tidy` drops it", place)
            return
        algorithm, colon, _ = value.partition(":")
        fault = self._path_fault(path) or self._version_fault(version) or ("" if colon else "the hash has no algorithm")
        if fault:
            self._add(SumFaultKind.MALFORMED, subject, fault, _EXPECTED, place)
        elif algorithm != "h1":
            message = f"the hash algorithm {_shown(algorithm)[:40]!r} is not known"
            self._add(SumFaultKind.UNKNOWN_ALGORITHM, subject, message, "h1, the only one there is", place)
        else:
            self._keep(path, version, key, value, place)

    def _keep(self, path: str, version: str, key: str, value: str, place: Location) -> None:
        kind = SumKind.GO_MOD if key.endswith(_GO_MOD) else SumKind.ZIP
        line = SumLine(subject=ModuleVersion(path=path, version=version), kind=kind, hash=value, location=place)
        first = self._first.setdefault((path, key), line)
        if first is line:
            self.lines.append(line)
        elif first.hash != value:
            self.lines.append(line)
            message = f"line {first.location.line} has another hash for the same key"
            self._add(SumFaultKind.CONFLICT, f"{path}@{key}", message, f"one hash: {first.hash} or {value}", place)

    def _path_fault(self, path: str) -> str:
        if path not in self._paths:
            try:
                check_module_path(path)
                self._paths[path] = ""
            except InputError as err:
                self._paths[path] = err.diagnostics[0].message
        return self._paths[path]

    def _version_fault(self, version: str) -> str:
        if version not in self._versions:
            fault = ""
            if not semver.is_valid(version):
                fault = "the version is not a semantic version"
            else:
                try:
                    escape_version(version)
                except InputError as err:
                    fault = err.diagnostics[0].message
            self._versions[version] = fault
        return self._versions[version]

    def _fault(self, number: int, text: str, message: str) -> None:
        shown = text.strip()
        start = len(text) - len(text.lstrip()) + 1
        end = min(start + len(shown), start + _SHOWN)
        place = Location(artifact=self._artifact, line=number, column=start, end_line=number, end_column=end)
        self._add(SumFaultKind.MALFORMED, shown, message, _EXPECTED, place)

    def _add(self, kind: SumFaultKind, subject: str, message: str, expected: str, place: Location) -> None:
        quoted = _shown(subject[: 4 * _SHOWN])[:_SHOWN]
        clean = "".join(char if char.isprintable() else "\ufffd" for char in quoted)
        self.faults.append(SumFault(kind=kind, subject=clean, message=message, expected=expected, location=place))


def _shown(text: str) -> str:
    """Return what may be quoted of a faulty line, which may be anything: even a credential."""
    from supplymatrix.documents.secret_text import blotted

    return blotted(text)


def _fields(text: str) -> list[str]:
    if _NOT_SPACE_IN_GO.isdisjoint(text):
        return text.split()
    # str.split takes four control characters for white space that Go does not: keep them, they are a fault.
    marked = text.translate(_PRIVATE)
    return [part.translate(_BACK) for part in marked.split()]


_PRIVATE: Mapping[int, str] = {ord(char): chr(0xF0000 + ord(char)) for char in _NOT_SPACE_IN_GO}
_BACK: Mapping[int, str] = {0xF0000 + ord(char): char for char in _NOT_SPACE_IN_GO}
