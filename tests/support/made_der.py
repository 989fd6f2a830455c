"""Distinguished encoding of ASN.1, written by hand: just what time stamps and certificates of the tests need."""

from __future__ import annotations

from datetime import datetime

__all__ = ["bits", "boolean", "context", "generalized", "integer", "octets", "oid", "sequence", "set_of", "tlv", "utf8"]


def tlv(tag: int, content: bytes) -> bytes:
    """Return one element: tag, length in the shortest form, content."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def sequence(*parts: bytes) -> bytes:
    return tlv(0x30, b"".join(parts))


def set_of(*parts: bytes) -> bytes:
    """Return a SET OF, its members in the order that DER asks for."""
    return tlv(0x31, b"".join(sorted(parts)))


def context(number: int, content: bytes, *, constructed: bool = True) -> bytes:
    """Return [number] around a content."""
    return tlv((0xA0 if constructed else 0x80) | number, content)


def integer(number: int) -> bytes:
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def boolean(*, is_true: bool) -> bytes:
    return tlv(0x01, b"\xff" if is_true else b"\x00")


def octets(content: bytes) -> bytes:
    return tlv(0x04, content)


def bits(content: bytes) -> bytes:
    """Return a BIT STRING of whole bytes."""
    return tlv(0x03, b"\x00" + content)


def utf8(text: str) -> bytes:
    return tlv(0x0C, text.encode())


def generalized(time: datetime) -> bytes:
    """Return a GeneralizedTime, in UTC; fractions of a second only where there are some."""
    text = time.strftime("%Y%m%d%H%M%S")
    fraction = f".{time.microsecond:06d}".rstrip("0") if time.microsecond else ""
    return tlv(0x18, f"{text}{fraction}Z".encode())


def oid(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER of its dotted form."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    content = b""
    for number in (40 * first + second, *rest):
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(0x80 | (number & 0x7F))
        content += bytes(reversed(groups))
    return tlv(0x06, content)
