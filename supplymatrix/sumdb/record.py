"""Records of the checksum log, and the body of a look-up.

    <record number>
    <module> <version> h1:…
    <module> <version>/go.mod h1:…
    <blank line>
    <signed tree head, a note>

Lines are taken from the record text and from nowhere else: the note after the blank line may carry free text that no
inclusion proof covers (CVE-2026-56864).

Source: golang/mod sumdb/tlog/note.go.
"""

from __future__ import annotations

from supplymatrix.errors import TransportError
from supplymatrix.model.value import value

__all__ = ["MalformedRecordError", "Record", "format_record", "lines_of", "parse_record"]

_CONTROL = bytes(c for c in range(0x20) if c != 0x0A)
_MAX_DIGITS = 19


class MalformedRecordError(TransportError):
    """The answer to a look-up is no record (an HTML page, a cut-off answer): nothing was claimed."""


@value(kw_only=False)
class Record:
    """What a look-up claims, not yet proven. rest: the bytes after the blank line, a signed note if anything."""

    number: int
    text: bytes
    rest: bytes


def parse_record(body: bytes) -> Record:
    """Split a look-up's body. Raises MalformedRecordError, and nothing else, for any other bytes.

    The number may be negative or larger than any tree, since only a proof decides about it.
    """
    first, newline, rest = body.partition(b"\n")
    digits = first.removeprefix(b"-").removeprefix(b"+") if first[:2] not in (b"-+", b"+-") else b""
    if not newline or not digits.isdigit() or len(digits.lstrip(b"0")) > _MAX_DIGITS:
        raise MalformedRecordError("the answer does not begin with a record number")
    number = int(digits.lstrip(b"0") or b"0") * (-1 if first.startswith(b"-") else 1)
    if not -(2**63) <= number < 2**63:
        raise MalformedRecordError("the record number is out of range")
    at = rest.find(b"\n\n")
    text = rest[: at + 1]
    if at < 0 or not _is_valid_text(text):
        raise MalformedRecordError("the answer holds no well-formed record text ended by a blank line")
    return Record(number, text, rest[at + 2 :])


def format_record(number: int, text: bytes) -> bytes:
    """Return number, text and blank line as a look-up begins. Raises MalformedRecordError."""
    if not _is_valid_text(text):
        raise MalformedRecordError(
            "a record text is UTF-8, ends in a newline, and has no blank line or control character"
        )
    return b"%d\n%s\n" % (number, text)


def lines_of(text: bytes, path: str, version: str) -> dict[str, str]:
    """Return the hashes that a record text has for a module: {"v1.2.3": "h1:…", "v1.2.3/go.mod": "h1:…"}.

    The first line of a key counts. A key that is not in the mapping is not in the record.
    """
    wanted = (version, f"{version}/go.mod")
    found: dict[str, str] = {}
    for line in text.decode("utf-8").split("\n"):
        fields = line.split(" ")
        if len(fields) == 3 and fields[0] == path and fields[1] in wanted:
            found.setdefault(fields[1], fields[2])
    return found


def _is_valid_text(text: bytes) -> bool:
    if not text.endswith(b"\n") or b"\n\n" in text or text.translate(None, _CONTROL) != text:
        return False
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
