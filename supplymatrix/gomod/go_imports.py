"""The head of a .go file: package name, imports, build constraints. Nothing behind the imports is looked at.

Go reads a head twice: a coarse reader finds where it ends, and the parser sees nothing else. So what follows the
imports may be anything, and the head itself must be exact: line ends count as semicolons, strings have Go's escapes,
comments are UTF-8.

    >>> head = parse_go_head(b'package p // x\\n\\nimport (\\n\\t"fmt"\\n\\tlog "example.com/log"\\n)\\nfunc ...')
    >>> head.package, [f"{found.path}:{found.line}:{found.column}" for found in head.imports]
    ('p', ['fmt:4:2', 'example.com/log:5:2'])

A file that Go would not take is no error here but a value that says why: `fault` for what counts only where the file
is part of a build, `refused` for what counts always, since Go cannot even tell whether it is.

Source: Go go/build (read.go), go/parser, go/scanner; go.dev/ref/spec.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from supplymatrix.errors import InputError
from supplymatrix.gomod.build_constraint import Constraint, file_constraints
from supplymatrix.model.value import value

__all__ = ["GoHead", "GoImport", "parse_go_head", "unquote_go"]

_BOM = b"\xef\xbb\xbf"
_KEYWORDS: Final = frozenset(
    b"break case chan const continue default defer else fallthrough for func go goto if import interface map package "
    b"range return select struct switch type var".split()
)
# Written so that no two repeats in a row can take the same byte: one pass on any input. Possessive repeats would say it
# shorter, but Python 3.11.2 (Debian 12) matches them wrongly inside a repeated group.
_SPACE = re.compile(rb"(?:[ \t\r\n]+|//[^\n]*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)*")
_WORD = re.compile(rb"[A-Za-z0-9_\x80-\xff]+")
_STRING = re.compile(rb'"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"|`[^`]*`')
# An import as nearly all are written: on a line of its own, perhaps with a name before and a comment behind.
_EASY_IMPORT = re.compile(
    rb"(?:([A-Za-z_][A-Za-z0-9_]*|\.)[ \t]+)?\"([A-Za-z0-9+\-./@_~]+)\"[ \t]*(?://[^\n]*)?\r?\n[ \t\r\n]*"
)
MAX_IMPORTS = 20_000
"""Imports of one file. A million of them fit into 4 MiB and cost seconds and half a gigabyte; no real file has a
thousand."""
_ESCAPE = re.compile(r'\\(?:([abfnrtv\\"])|x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|)')
_SIMPLE_ESCAPES: Final = dict(zip('abfnrtv\\"', '\a\b\f\n\r\t\v\\"', strict=True))
_PLAIN_PATH = re.compile(r"[A-Za-z0-9+\-./@_~]+")
_ILLEGAL_IN_PATH = frozenset("!\"#$%&'()*,:;<=>?[\\]^{|}`\ufffd")


@value
class GoImport:
    """One import. path: as imported, unquoted. line, column: of its name or path, from 1, in bytes as Go counts."""

    path: str
    line: int
    column: int


@value
class GoHead:
    """What the head of a .go file says.

    package: the name in the package clause, "" when there is none. imports: in their order, "C" too; empty in a file
    with a fault. constraints: all must hold. fault: why Go would refuse the file in a build it belongs to, with line
    and column; "" if it would not. refused: why Go cannot tell whether the file belongs to a build; "" if it can.
    """

    package: str
    imports: tuple[GoImport, ...]
    constraints: tuple[Constraint, ...]
    fault: str = ""
    refused: str = ""

    @property
    def uses_c(self) -> bool:
        """Whether the file is for cgo."""
        return any(found.path == "C" for found in self.imports)


def parse_go_head(data: bytes, *, whole: bool = True) -> GoHead | None:
    """Return the head of a .go file, whatever its bytes are.

    whole: False when data is only the beginning of the file; the answer then is None when more of it is needed.
    """
    scan = _Scan(data.removeprefix(_BOM))
    fault = refused = ""
    try:
        scan.head()
    except _TooManyError as err:
        scan.imports, whole, refused = [], True, str(err)
    except _FaultError as err:
        fault = scan.place(err.at) + str(err)
    # A head that ends with the data, or breaks there, may look different with more of the file.
    if not whole and (fault or max(scan.at, scan.read) >= len(scan.data)):
        return None
    constraints: tuple[Constraint, ...] = ()
    try:
        constraints = file_constraints(scan.data[: scan.clause])
    except InputError as err:
        refused = err.diagnostics[0].message
    if b"\0" in scan.data[: max(scan.at, scan.read) + 1]:
        refused = "the file holds a NUL byte"
    return GoHead(
        package=scan.package,
        imports=() if fault else tuple(scan.imports),
        constraints=constraints,
        fault=fault,
        refused=refused,
    )


class _FaultError(Exception):
    """Never leaves this file. at: offset of the fault."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at = at


class _TooManyError(_FaultError):
    """The file may be right, but is more than this program reads."""


class _Scan:
    """One pass over a head.

    at: how far it has come. clause: how far build constraints can reach. read: the end of the word behind the head,
    where Go reads that too.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        # The reader drops one byte order mark, and the parser another.
        self.at = self._start = len(_BOM) if data.startswith(_BOM) else 0
        self.clause = len(data)
        self.package = ""
        self.imports: list[GoImport] = []
        self.read = 0
        self._line = 1
        self._line_start = 0
        self._counted = 0

    def head(self) -> None:
        """Read package clause and imports. Raises _FaultError."""
        self._skip()
        start = self.at
        if self._word() != b"package":
            raise _FaultError(start, "the file does not begin with a package clause")
        self.clause = start
        self._skip()
        start = self.at
        name = self._identifier()
        if not name:
            raise _FaultError(start, "the package has no name")
        self.package = name
        while self._another_import():
            self._import_declaration()
        self._check_text()

    def place(self, at: int) -> str:
        """Return "line:column: " of an offset."""
        line, column = self.data.count(b"\n", 0, at) + 1, at - self.data.rfind(b"\n", 0, at)
        return f"{line}:{column}: "

    def _another_import(self) -> bool:
        """Pass the end of the declaration before, and return whether an import follows.

        Go's first reader cuts the head off in front of anything that does not begin like "import", so that only what
        is left must be parted by a semicolon.
        """
        ended = self._end_statement()
        first = self._next()
        if first not in (b"i", b"/"):
            return False
        word = _WORD.match(self.data, self.at)
        self.read = word.end() if word else self.at + 1
        if not ended:
            raise _FaultError(self.at, "a line end or semicolon is missing")
        return self.data[self.at : self.read] == b"import"

    def _end_statement(self) -> bool:
        """Pass the space behind a statement and one semicolon. Return whether there was one, written or meant."""
        if self._skip():
            return True
        if self._next() != b";":
            return False
        self.at += 1
        self._skip()
        return True

    def _import_declaration(self) -> None:
        self.at += len(b"import")
        self._skip()
        if self._next() != b"(":
            self._import_spec()
            return
        self.at += 1
        self._skip()
        while self._next() != b")":
            if self._easy_import():
                continue
            self._import_spec()
            if not self._end_statement() and self._next() != b")":
                raise _FaultError(self.at, "a line end or semicolon is missing between two imports")
            if self.at >= len(self.data):
                raise _FaultError(self.at, "the list of imports is not closed")
        self.at += 1

    def _easy_import(self) -> bool:
        """Pass an import, and the space behind it, in one step if it is of the usual form. Return whether it was."""
        match = _EASY_IMPORT.match(self.data, self.at)
        if not match or match[1] in _KEYWORDS:
            return False
        line, column = self._place(self.at)
        self._add(match[2].decode(), line, column)
        self.at = match.end()
        if self._next() in (b"/", b"\f"):
            self._skip()
        return True

    def _import_spec(self) -> None:
        start = self.at
        if self._next() == b".":
            self.at += 1
            self._skip()
        elif self._next() not in (b'"', b"`"):
            if not self._identifier():
                raise _FaultError(start, "an import path is missing")
            if self._skip():
                raise _FaultError(self.at, "an import's name and path stand on different lines")
        match = _STRING.match(self.data, self.at)
        if not match:
            raise _FaultError(self.at, "an import path is missing, or not closed")
        path = unquote_go(match[0])
        if path is None or not _is_import_path(path):
            raise _FaultError(self.at, "an import path has characters that no path may have")
        self.at = match.end()
        line, column = self._place(start)
        self._add(path, line, column)

    def _add(self, path: str, line: int, column: int) -> None:
        if len(self.imports) >= MAX_IMPORTS:
            raise _TooManyError(self.at, f"it has more than {MAX_IMPORTS:,} imports")
        self.imports.append(GoImport(path=path, line=line, column=column))

    def _skip(self) -> bool:
        """Pass space and comments. Return whether they end a statement: by a line end, or the end of the file."""
        start = self.at
        match = _SPACE.match(self.data, start)
        end = match.end() if match else start
        self.at = end
        if end < len(self.data):
            if self.data[end] == 0x0C:
                raise _FaultError(end, "a form feed is no white space in Go")
            if self.data.startswith(b"/*", end):
                raise _FaultError(end, "a comment is not closed")
            return b"\n" in self.data[start:end]
        return True

    def _next(self) -> bytes:
        return self.data[self.at : self.at + 1]

    def _word(self) -> bytes:
        match = _WORD.match(self.data, self.at)
        if not match:
            return b""
        self.at = match.end()
        return match[0]

    def _identifier(self) -> str:
        """Pass an identifier; "" when there is none."""
        word = self._word()
        if not word or word in _KEYWORDS or 0x30 <= word[0] <= 0x39:
            return ""
        if word.isascii():
            return word.decode()
        text = word.decode("utf-8", "replace")
        letters = text[0] == "_" or text[0].isalpha()
        return text if letters and all(c == "_" or c.isalpha() or c.isdecimal() for c in text) else ""

    def _check_text(self) -> None:
        """Refuse what Go's scanner refuses anywhere, comments included."""
        head = self.data[self._start : max(self.at, self.read)]
        if head.isascii():
            return
        try:
            text = head.decode()
        except UnicodeDecodeError as err:
            raise _FaultError(self._start + err.start, "the text is not UTF-8") from err
        if "\ufeff" in text:
            at = len(text[: text.index("\ufeff")].encode())
            raise _FaultError(self._start + at, "a byte order mark stands within the file")

    def _place(self, at: int) -> tuple[int, int]:
        """Return line and column. Only ever asked for places further on, so that each byte is counted once."""
        lines = self.data.count(b"\n", self._counted, at)
        if lines:
            self._line += lines
            self._line_start = self.data.rfind(b"\n", self._counted, at) + 1
        self._counted = at
        return self._line, at - self._line_start + 1


def unquote_go(quoted: bytes) -> str | None:
    """Return what a string literal stands for, quotes included; None for an escape that Go does not have, or no
    UTF-8."""
    try:
        text = quoted[1:-1].decode()
    except UnicodeDecodeError:
        return None
    if quoted[:1] == b"`":
        return text.replace("\r", "")
    if "\\" not in text:
        return text
    try:
        return _ESCAPE.sub(_unescape, text)
    except ValueError:
        return None


def _unescape(match: re.Match[str]) -> str:
    """Return the character of an escape. Raises ValueError for one that no import path can have, or that is none."""
    simple, hexadecimal, octal, short, long = match.groups()
    if simple:
        return _SIMPLE_ESCAPES[simple]
    code = int(octal, 8) if octal else int(hexadecimal or short or long or "", 16)
    # A byte beyond ASCII would have to be one of several of a letter; Go allows that, nobody writes it.
    if (octal or hexadecimal) and code > 0x7F:
        raise ValueError("a byte beyond ASCII")
    if 0xD800 <= code <= 0xDFFF:
        raise ValueError("half of a pair")
    return chr(code)


def _is_import_path(path: str) -> bool:
    """Return whether Go's specification lets this be an import path."""
    if _PLAIN_PATH.fullmatch(path):
        return True
    return bool(path) and all(c not in _ILLEGAL_IN_PATH and _is_graphic(c) for c in path)


def _is_graphic(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMNPS"
