"""JSON that came from outside, read strictly, and protobuf messages in it.

Strict JSON is UTF-8 without two keys of one name in an object (two readers could take it for two different things),
without NaN, without halves of surrogate pairs (no bytes could have them), and not deeper than anybody writes by hand.

The mapping of protobuf to JSON that bundles and trusted roots follow: a field is named in lowerCamelCase or as in the
.proto file; one that is null or absent has its default (0, "", no message); 64-bit integers are decimal texts, or
numbers; bytes are Base64 of either alphabet, padded or not; enumerations are names or numbers. Base64 that could be
written in another way for the same bytes is refused, but for line ends: there is no other byte of a bundle that can be
changed and nobody sees it.

Source: protobuf.dev, ProtoJSON format; RFC 8259; RFC 4648 §3.5.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Fields", "JsonFault", "decode_base64", "read_json"]

DEEPEST = 64
_BRACKETS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)
"""Texts whole, also one that does not end: a search that went on inside of it would begin again at every quote."""
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}|[A-Za-z0-9_-]*={0,2}")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,19})")
_MOST_DIGITS = 40
_SHOWN = 60


class JsonFault(ValueError):  # noqa: N818 - it is told to people as it is, and never leaves the room
    """What is wrong with a document, one sentence."""


def read_json(data: bytes, *, limit: int, what: str) -> object:
    """Return the value that a JSON text is. what: it is called so in errors. Raises JsonFault."""
    if len(data) > limit:
        raise JsonFault(f"{what} has {len(data):,} bytes, more than {limit:,}")
    _refuse_depth(data, what)
    try:
        found: object = json.loads(
            data.decode("utf-8"), object_pairs_hook=_no_twins, parse_constant=_constant, parse_int=_int
        )
        if _SURROGATE.search(data):
            json.dumps(found, ensure_ascii=False).encode("utf-8")
    except JsonFault as err:
        raise JsonFault(f"{what} {err}") from err
    except UnicodeEncodeError as err:
        raise JsonFault(f"{what} has half of a surrogate pair in it, which is no Unicode text") from err
    except (ValueError, RecursionError) as err:
        raise JsonFault(f"{what} is no JSON") from err
    return found


def decode_base64(text: str, what: str) -> bytes:
    """Return the bytes of a Base64 text, written in the one way that there is but for line ends. Raises JsonFault."""
    if "\n" in text:
        text = text.replace("\r\n", "\n").replace("\n", "")
    if not _BASE64.fullmatch(text):
        raise JsonFault(f"{what} is no Base64")
    plain = text.replace("-", "+").replace("_", "/").rstrip("=")
    padded = plain + "=" * (-len(plain) % 4)
    try:
        found = base64.b64decode(padded, validate=True)
    except (binascii.Error, ValueError) as err:
        raise JsonFault(f"{what} is no Base64") from err
    if base64.b64encode(found).decode("ascii") != padded or len(text) not in (len(plain), len(padded)):
        raise JsonFault(f"{what} is Base64 that does not end as it should")
    return found


class Fields:
    """A JSON object as a protobuf message. known: the names of all its fields; any other is refused, unless the message
    may have been extended since (`known` None). path: where it is, for errors; "" for the document itself."""

    def __init__(self, value: object, path: str, known: Iterable[str] | None) -> None:
        if not isinstance(value, dict):
            raise JsonFault(f"{path or 'the document'} is no object")
        self._path = path
        self._fields = _named(value, path, None if known is None else frozenset(known))

    def has(self, name: str) -> bool:
        """Return whether a field is there, and not null."""
        return self._fields.get(name) is not None

    def text(self, name: str) -> str:
        """Return a text, "" where it is absent. Raises JsonFault."""
        found = self._fields.get(name)
        if found is None:
            return ""
        if not isinstance(found, str):
            raise JsonFault(f"{self.where(name)} is no text")
        return found

    def blob(self, name: str) -> bytes:
        """Return bytes, b"" where they are absent. Raises JsonFault."""
        return decode_base64(self.text(name), self.where(name))

    def blobs(self, name: str, most: int) -> tuple[bytes, ...]:
        """Return a list of bytes. Raises JsonFault."""
        found = self._list(name, most)
        if not all(isinstance(one, str) for one in found):
            raise JsonFault(f"{self.where(name)} holds what is no text")
        return tuple(decode_base64(str(one), f"{self.where(name)}[{at}]") for at, one in enumerate(found))

    def number(self, name: str) -> int:
        """Return an int64 from 0 on (no field that we read may be less); 0 where it is absent. Raises JsonFault."""
        found = self._fields.get(name)
        if found is None:
            return 0
        if isinstance(found, str) and _DECIMAL.fullmatch(found):
            found = int(found)
        if isinstance(found, bool) or not isinstance(found, int):
            raise JsonFault(f"{self.where(name)} is no whole number")
        if not 0 <= found < 1 << 63:
            raise JsonFault(f"{self.where(name)} is {found}, which is not between 0 and 2^63")
        return found

    def choice(self, name: str, names: Sequence[str]) -> str:
        """Return the name of an enumeration's value, the first of `names` where it is absent. Raises JsonFault."""
        found = self._fields.get(name, names[0])
        if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < len(names):
            return names[found]
        if not isinstance(found, str):
            raise JsonFault(f"{self.where(name)} is no name")
        return found

    def message(self, name: str, known: Iterable[str] | None) -> Fields | None:
        """Return a message, None where it is absent. Raises JsonFault."""
        found = self._fields.get(name)
        return None if found is None else Fields(found, self.where(name), known)

    def messages(self, name: str, most: int, known: Iterable[str] | None) -> list[Fields]:
        """Return a list of messages. Raises JsonFault."""
        return [Fields(one, f"{self.where(name)}[{at}]", known) for at, one in enumerate(self._list(name, most))]

    def where(self, name: str) -> str:
        """Return the full name of a field, for errors."""
        return f"{self._path}.{name}" if self._path else name

    def _list(self, name: str, most: int) -> list[object]:
        found = self._fields.get(name)
        if found is None:
            return []
        if not isinstance(found, list):
            raise JsonFault(f"{self.where(name)} is no list")
        if len(found) > most:
            raise JsonFault(f"{self.where(name)} has {len(found):,} entries, more than {most:,}")
        return found


def _named(value: Mapping[str, object], path: str, known: frozenset[str] | None) -> Mapping[str, object]:
    """Return the fields of an object by their names in lowerCamelCase."""
    if known is not None and known.issuperset(value):
        return value
    fields: dict[str, object] = {}
    for written, found in value.items():
        head, *rest = written.split("_")
        name = head + "".join(part[:1].upper() + part[1:] for part in rest)
        if known is not None and name not in known:
            raise JsonFault(
                f"{path or 'the document'} has a field {written[:_SHOWN]!r}, which its version does not know"
            )
        if name in fields:
            raise JsonFault(f"{path or 'the document'} has the field {name[:_SHOWN]!r} twice")
        fields[name] = found
    return fields


def _refuse_depth(data: bytes, what: str) -> None:
    if data.count(b"{") + data.count(b"[") <= DEEPEST:
        return
    depth = 0
    for match in _BRACKETS.finditer(data):
        byte = data[match.start()]
        if byte in b"[{":
            depth += 1
            if depth > DEEPEST:
                raise JsonFault(f"{what} is nested deeper than {DEEPEST} levels")
        elif byte in b"]}":
            depth -= 1


def _no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twin = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise JsonFault(f"has the key {twin[:_SHOWN]!r} twice in one object")
    return found


def _constant(name: str) -> object:
    raise JsonFault(f"has the number {name}, which JSON has not")


def _int(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise JsonFault(f"has a number of {len(text):,} digits")
    return int(text)
