r"""The line syntax that go.mod and go.work share: statements of words, blocks in parentheses, comments.

    // Deprecated: use example.com/n instead.
    module example.com/m // a comment at the end belongs to its line

    require (
        example.com/a v1.2.3 // indirect
    )

Words end at white space, at ()[]{}, and at a comment; "…" is a string with Go's escapes; no word goes over a line end.

Source: golang/mod modfile/read.go; go.dev/ref/mod#go-mod-file-lexical.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.location import Location
from supplymatrix.model.value import value

__all__ = ["Block", "Statement", "Word", "is_indirect", "location_of", "parse_statements", "unquote"]

_SPACE = re.compile(r"[ \t\r]*")
_IDENTIFIER = re.compile(r"[^\x00-\x20\x7f()\[\]{},]+")
_PUNCTUATION = "()[]{},"
_LONE_BYTES = re.compile("[\udc80-\udcff]")
_MARKERS = ("<<<<<<< ", "||||||| ", ">>>>>>> ")


@value(kw_only=False)
class Word:
    """A word as written, quotes included. column, end: 1-based, end one past its last character."""

    text: str
    column: int
    end: int

    @property
    def is_punctuation(self) -> bool:
        """Whether it is one of ()[]{} and the comma."""
        return len(self.text) == 1 and self.text in _PUNCTUATION


@value(kw_only=False)
class Statement:
    """One line. words: at least one; before: whole-line comments right above; after: the comment at its end, or ""."""

    line: int
    words: tuple[Word, ...]
    before: tuple[str, ...]
    after: str


@value(kw_only=False)
class Block:
    """Words, then lines in parentheses. before: whole-line comments right above the block."""

    line: int
    words: tuple[Word, ...]
    before: tuple[str, ...]
    lines: tuple[Statement, ...]


@value(kw_only=False)
class _Line:
    number: int
    words: tuple[Word, ...]
    comment: str
    text: str


def parse_statements(data: bytes, artifact: str) -> tuple[list[Statement | Block], list[str]]:
    """Return the statements of a file and its lines (without line ends, for messages).

    Bytes that are no UTF-8 read as U+FFFD, one each, as the go command reads them. Raises InputError.
    """
    text = _LONE_BYTES.sub("\ufffd", data.decode("utf-8", "surrogateescape"))
    source = text.split("\n")
    _refuse_conflict(source, artifact)
    lines = (_read_line(artifact, number, line) for number, line in enumerate(source, start=1))
    return list(_statements(lines, artifact, source)), source


def _statements(lines: Iterator[_Line], artifact: str, source: list[str]) -> Iterator[Statement | Block]:
    comments: list[str] = []
    for line in lines:
        if not line.words:
            if line.comment:
                comments.append(line.comment)
            else:
                comments.clear()
            continue
        words = line.words
        before = tuple(comments)
        comments.clear()
        if len(words) > 1 and words[-1].text == "(":
            inner = tuple(_block_lines(lines, line, artifact, source))
            yield Block(line.number, words[:-1], before, inner)
        elif len(words) > 2 and words[-2].text == "(" and words[-1].text == ")":
            yield Block(line.number, words[:-2], before, ())
        else:
            yield Statement(line.number, words, before, line.comment)


def _block_lines(lines: Iterator[_Line], opening: _Line, artifact: str, source: list[str]) -> Iterator[Statement]:
    comments: list[str] = []
    for line in lines:
        if not line.words:
            if line.comment:
                comments.append(line.comment)
            continue
        if line.words[0].text == ")":
            if len(line.words) > 1:
                raise _fault(artifact, line.number, line.words[1].column, line.text, "a block ends with its own line")
            return
        yield Statement(line.number, line.words, tuple(comments), line.comment)
        comments = []
    text = source[opening.number - 1]
    column = opening.words[0].column
    raise _fault(artifact, opening.number, column, text, "this block is not closed", expected="a line with )")


def _read_line(artifact: str, number: int, text: str) -> _Line:
    words: list[Word] = []
    at = 0
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space else at
        if at == len(text):
            return _Line(number, tuple(words), "", text)
        if text.startswith("//", at):
            return _Line(number, tuple(words), text[at:].removesuffix("\r"), text)
        end = _word_end(artifact, number, text, at)
        words.append(Word(text[at:end], at + 1, end + 1))
        at = end


def _word_end(artifact: str, number: int, text: str, at: int) -> int:
    char = text[at]
    if text.startswith("/*", at):
        raise _fault(artifact, number, at + 1, text, "there are no /* */ comments here", expected="// comments")
    if char in _PUNCTUATION:
        return at + 1
    if char in '"`':
        return _string_end(artifact, number, text, at)
    match = _IDENTIFIER.match(text, at)
    end = match.end() if match else at
    if not text[at:end].isprintable():
        end = next(i for i in range(at, end) if not text[i].isprintable())
    if end == at:
        message = f"the character {char!r} has no place here"
        if char == "\ufeff":
            message = "the file begins with a byte order mark"
        raise _fault(artifact, number, at + 1, text, message, expected="UTF-8 text without control characters")
    slashes = text.find("//", at, end)
    if slashes > at:
        end = slashes
    star = text.find("/*", at, end)
    if star > at:
        raise _fault(artifact, number, star + 1, text, "there are no /* */ comments here", expected="// comments")
    return end


def _string_end(artifact: str, number: int, text: str, at: int) -> int:
    quote, end = text[at], at + 1
    while end < len(text):
        if text[end] == quote:
            return end + 1
        end += 2 if text[end] == "\\" and quote == '"' else 1
    raise _fault(artifact, number, at + 1, text, "this string does not end on its line", expected=f"a closing {quote}")


_ESCAPES = {
    "a": b"\a", "b": b"\b", "f": b"\f", "n": b"\n", "r": b"\r", "t": b"\t", "v": b"\v", "\\": b"\\", '"': b'"',
}  # fmt: skip
_ESCAPE = re.compile(
    r'\\(?:([abfnrtv\\"])|x([0-9A-Fa-f]{2})|([0-7]{3})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))'
)  # fmt: skip


def unquote(word: str) -> str | None:
    """Return the value of a word: a string without its quotes, any other word as it is; None when it is not valid."""
    if not word.startswith('"'):
        return None if any(char in word for char in "\"'`") else word
    if len(word) < 2 or not word.endswith('"'):
        return None
    body, at, out = word[1:-1], 0, bytearray()
    while at < len(body):
        if body[at] != "\\":
            if body[at] == '"':
                return None
            out += body[at].encode("utf-8", "surrogatepass")
            at += 1
            continue
        match = _ESCAPE.match(body, at)
        value = _escaped(match) if match else None
        if match is None or value is None:
            return None
        out += value
        at = match.end()
    return _LONE_BYTES.sub("\ufffd", bytes(out).decode("utf-8", "surrogateescape"))


def _escaped(match: re.Match[str]) -> bytes | None:
    simple, hexadecimal, octal, short, long = match.groups()
    if simple:
        return _ESCAPES[simple]
    if hexadecimal or octal:
        value = int(hexadecimal, 16) if hexadecimal else int(octal, 8)
        return bytes([value]) if value < 256 else None
    code = int(short or long, 16)
    return chr(code).encode("utf-8") if code < 0x110000 and not 0xD800 <= code < 0xE000 else None


def _refuse_conflict(source: list[str], artifact: str) -> None:
    for number, line in enumerate(source, start=1):
        if line.startswith(_MARKERS):
            raise _fault(
                artifact,
                number,
                1,
                line,
                "the file holds an unresolved merge conflict",
                expected="no conflict markers",
                remedy="resolve the conflict, then run `go mod tidy`",
            )


def _fault(
    artifact: str, line: int, column: int, text: str, message: str, *, expected: str = "", remedy: str = ""
) -> InputError:
    return InputError(
        Diagnostic(
            message=message,
            artifact=artifact,
            line=line,
            column=column,
            seen=text.strip()[:200],
            expected=expected,
            remedy=remedy,
            source_line=text.rstrip("\r")[:500],
        )
    )


def is_indirect(statement: Statement) -> bool:
    """Tell whether a require line says that it is there for the sake of others: `// indirect`, `// indirect; why`."""
    words = statement.after.removeprefix("//").split()
    return words == ["indirect"] or (len(words) > 1 and words[0] == "indirect;")


def location_of(artifact: str, line: int, first: Word, last: Word) -> Location:
    """Return the place from one word to another of the same line."""
    return Location(artifact=artifact, line=line, column=first.column, end_line=line, end_column=last.end)
