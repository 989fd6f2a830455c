"""DER, read strictly: one way to write each value, and every other way refused.

An element is a tag, a length and that many bytes; constructed ones hold further elements. Nothing here follows
elements by itself: the reader asks for the children that the form says are there, so that nesting costs what the form
has and no more. Refused: indefinite and overlong lengths, tags of more than one byte, trailing bytes, integers, object
identifiers and booleans in another than their shortest form, times in another than the one of RFC 5280 or RFC 3161.

Source: X.690 §8, §10, §11; RFC 5280 §4.1.2.5; RFC 3161 §2.4.2.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from supplymatrix.errors import Diagnostic, InputError

__all__ = [
    "BIT_STRING", "BOOLEAN", "ENUMERATED", "GENERALIZED_TIME", "INTEGER", "LARGEST", "NULL", "OCTET_STRING", "OID",
    "SEQUENCE", "SET", "UTC_TIME", "Der", "DerError", "bit_string", "boolean", "context", "element", "integer", "items",
    "octets", "oid", "sequence", "set_of", "time_of",
]  # fmt: skip

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID, ENUMERATED = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0A
UTC_TIME, GENERALIZED_TIME, SEQUENCE, SET = 0x17, 0x18, 0x30, 0x31
LARGEST = 1_000_000
"""Bytes of one element, with all that it holds."""
_MOST_ITEMS = 1_000
_MOST_INTEGER = 2_049  # bytes: a modulus of 16,384 bits
_MOST_OID = 64
_MOST_LENGTH_BYTES = 3
_CONSTRUCTED = 0x20
_HIGH_TAG = 0x1F
_UTC = re.compile(rb"\d{12}Z")
_GENERALIZED = re.compile(rb"(\d{14})(?:\.(\d{0,5}[1-9]))?Z")
_FIRST_OF_1900 = 50  # two digits of a year: from here on it is 19..


class DerError(InputError):
    """Bytes that are no DER, or not the form that was expected."""

    def __init__(self, message: str) -> None:
        super().__init__(Diagnostic(message=message))


class Der:
    """One element. tag: its one byte; content: what it holds; whole: tag, length and content."""

    __slots__ = ("content", "tag", "whole")

    def __init__(self, tag: int, content: bytes, whole: bytes) -> None:
        self.tag = tag
        self.content = content
        self.whole = whole


def context(number: int, *, constructed: bool = True) -> int:
    """Return the tag [number] of a form's own."""
    return 0x80 | (_CONSTRUCTED if constructed else 0) | number


def element(data: bytes, what: str, tag: int | None = None) -> Der:
    """Return the one element that `data` is. what: it is called so in errors. Raises DerError."""
    if len(data) > LARGEST:
        raise DerError(f"{what} has {len(data):,} bytes, more than {LARGEST:,}")
    found, end = _next(data, 0, what)
    if end != len(data):
        raise DerError(f"{what} is followed by {len(data) - end:,} further bytes")
    if tag is not None:
        _expect(found, tag, what)
    return found


def items(of: Der, what: str) -> list[Der]:
    """Return the elements that a constructed one holds. Raises DerError."""
    if not of.tag & _CONSTRUCTED:
        raise DerError(f"{what} holds no elements")
    found: list[Der] = []
    at, data = 0, of.content
    while at < len(data):
        child, at = _next(data, at, what)
        found.append(child)
        if len(found) > _MOST_ITEMS:
            raise DerError(f"{what} has more than {_MOST_ITEMS:,} elements")
    return found


def sequence(of: Der, what: str, least: int = 0) -> list[Der]:
    """Return the elements of a SEQUENCE, of which there are at least so many. Raises DerError."""
    _expect(of, SEQUENCE, what)
    found = items(of, what)
    if len(found) < least:
        raise DerError(f"{what} has {len(found)} elements, where {least} at least were expected")
    return found


def set_of(of: Der, what: str, tag: int = SET) -> list[Der]:
    """Return the elements of a SET OF. Raises DerError."""
    _expect(of, tag, what)
    return items(of, what)


def integer(of: Der, what: str, tag: int = INTEGER) -> int:
    """Return an INTEGER, or an ENUMERATED. Raises DerError."""
    _expect(of, tag, what)
    data = of.content
    if not data or len(data) > _MOST_INTEGER:
        raise DerError(f"{what} is a number of {len(data):,} bytes")
    if len(data) > 1 and data[0] in (0x00, 0xFF) and (data[0] ^ data[1]) < 0x80:
        raise DerError(f"{what} is a number that is not in its shortest form")
    return int.from_bytes(data, "big", signed=True)


def oid(of: Der, what: str) -> str:
    """Return an OBJECT IDENTIFIER, "1.2.840.113549.1.7.2". Raises DerError."""
    _expect(of, OID, what)
    text = _oid_text(of.content) if len(of.content) <= _MOST_OID else ""
    if not text:
        raise DerError(f"{what} is no object identifier, or one that is not in its shortest form")
    return text


@lru_cache(maxsize=1024)
def _oid_text(data: bytes) -> str:
    """Return the numbers of an object identifier, "" where it is none in its shortest form. There are few of them."""
    if not data or data[-1] & 0x80:
        return ""
    arcs: list[int] = []
    value, is_first = 0, True
    for byte in data:
        if is_first and byte == 0x80:
            return ""
        value = value << 7 | byte & 0x7F
        is_first = not byte & 0x80
        if is_first:
            arcs.append(value)
            value = 0
    head = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (head, arcs[0] - 40 * head, *arcs[1:]))


def octets(of: Der, what: str, tag: int = OCTET_STRING) -> bytes:
    """Return the bytes of an OCTET STRING. Raises DerError."""
    _expect(of, tag, what)
    return of.content


def bit_string(of: Der, what: str) -> bytes:
    """Return the bytes of a BIT STRING that is whole bytes. Raises DerError."""
    _expect(of, BIT_STRING, what)
    if of.content[:1] != b"\x00":
        raise DerError(f"{what} is not a whole number of bytes")
    return of.content[1:]


def boolean(of: Der, what: str) -> bool:
    """Return a BOOLEAN. Raises DerError."""
    _expect(of, BOOLEAN, what)
    if of.content not in (b"\x00", b"\xff"):
        raise DerError(f"{what} is neither true nor false")
    return of.content == b"\xff"


def time_of(of: Der, what: str) -> datetime:
    """Return a UTCTime or a GeneralizedTime, in UTC; microseconds are kept. Raises DerError."""
    fraction = b""
    if of.tag == UTC_TIME and _UTC.fullmatch(of.content):
        century = b"19" if int(of.content[:2]) >= _FIRST_OF_1900 else b"20"
        digits = century + of.content[:12]
    elif of.tag == GENERALIZED_TIME and (match := _GENERALIZED.fullmatch(of.content)):
        digits, fraction = match[1], match[2] or b""
    else:
        raise DerError(f"{what} is no time in the form that DER has for it")
    month, day, hour, minute, second = (int(digits[at : at + 2]) for at in range(4, 14, 2))
    micro = int(fraction.ljust(6, b"0"))
    try:
        return datetime(int(digits[:4]), month, day, hour, minute, second, micro, tzinfo=UTC)
    except ValueError as err:
        raise DerError(f"{what} is no time") from err


def _next(data: bytes, at: int, what: str) -> tuple[Der, int]:
    """Return the element that begins at a place, and the place behind it."""
    if len(data) - at < 2:
        raise DerError(f"{what} breaks off")
    tag, length, start = data[at], data[at + 1], at + 2
    if tag & _HIGH_TAG == _HIGH_TAG:
        raise DerError(f"{what} holds a tag of more than one byte")
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= _MOST_LENGTH_BYTES or len(data) - start < count:
            raise DerError(f"{what} holds a length that DER has not, or one that is too large")
        length = int.from_bytes(data[start : start + count], "big")
        if length < 0x80 or length < 1 << 8 * (count - 1):
            raise DerError(f"{what} holds a length that is not in its shortest form")
        start += count
    end = start + length
    if end > len(data):
        raise DerError(f"{what} breaks off")
    return Der(tag, data[start:end], data[at:end]), end


def _expect(of: Der, tag: int, what: str) -> None:
    if of.tag != tag:
        raise DerError(f"{what} has the tag {of.tag:#04x}, where {tag:#04x} was expected")
