"""One byte of a signature changed, at a place that is named: for tests that nothing can be changed unseen.

A document of JSON is taken apart into its leaves, the texts and numbers in it. What is Base64 there is changed below
its Base64, so that every byte of a certificate or a proof is reached and not only the letters that stand for it.
"""

from __future__ import annotations

import base64
import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from supplymatrix.attest.public_keys import pem_blocks
from tests.support.made_der import integer, sequence

__all__ = ["PASSED_OVER", "Leaf", "flipped", "is_passed_over", "is_status", "leaves", "with_leaf"]

_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_PLAIN_TEXTS = frozenset(
    {
        "algorithm", "envelope", "hint", "integratedTime", "keyid", "kind", "logID", "logIndex", "mediaType",
        "payloadType", "treeSize", "version",
    }
)  # fmt: skip
_Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A text or number in a document. path: names and places; data: its bytes, below its Base64 where it has one."""

    path: _Path
    data: bytes
    is_base64: bool
    is_number: bool = False

    @property
    def name(self) -> str:
        """The path in words, "verificationMaterial.tlogEntries.0.logIndex"."""
        return ".".join(str(part) for part in self.path)


def leaves(document: object, path: _Path = ()) -> list[Leaf]:
    """Return all leaves of a document."""
    if isinstance(document, dict):
        return [leaf for name, each in document.items() for leaf in leaves(each, (*path, name))]
    if isinstance(document, list):
        return [leaf for at, each in enumerate(document) for leaf in leaves(each, (*path, at))]
    if isinstance(document, str) and document:
        if path and path[-1] not in _PLAIN_TEXTS and _BASE64.fullmatch(document):
            return [Leaf(path=path, data=base64.b64decode(document), is_base64=True)]
        return [Leaf(path=path, data=document.encode(), is_base64=False)]
    if isinstance(document, int) and not isinstance(document, bool):
        return [Leaf(path=path, data=str(document).encode(), is_base64=False, is_number=True)]
    return []


def flipped(data: bytes, at: int, bits: int) -> bytes:
    """Return bytes of which one, counted around, is another. bits: 1 to 255."""
    changed = bytearray(data)
    changed[at % len(data)] ^= bits
    return bytes(changed)


def with_leaf(document: Any, leaf: Leaf, data: bytes) -> bytes:  # noqa: ANN401
    """Return the document as JSON, with other bytes in the place of a leaf's. Bytes that are no text stand as they are,
    and a number is written as the bytes say, so that the whole may be no JSON any more."""
    made = copy.deepcopy(document)
    place = made
    for part in leaf.path[:-1]:
        place = place[part]
    mark = "\x00here\x00"
    place[leaf.path[-1]] = mark
    whole = json.dumps(made, separators=(",", ":"), ensure_ascii=False).encode()
    if leaf.is_base64:
        text = b'"' + base64.b64encode(data) + b'"'
    elif leaf.is_number:
        text = data
    else:
        text = _quoted(data)
    return whole.replace(json.dumps(mark).encode(), text)


def _quoted(data: bytes) -> bytes:
    try:
        return json.dumps(data.decode(), ensure_ascii=False).encode()
    except UnicodeDecodeError:
        return b'"' + data + b'"'


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def is_status(before: bytes, after: bytes) -> bool:
    """The answer around a timestamp says "granted" or "granted with modifications"; neither is signed."""
    other = sequence(sequence(integer(1)))[2:]
    return before[:9].replace(sequence(integer(0)), other, 1) == after[:9] and before[9:] == after[9:]


def _is_version(before: bytes, after: bytes) -> bool:
    """A bundle may call itself another version that has the same fields, and what that version asks for is there."""
    old = "application/vnd.dev.sigstore.bundle+json;version=0."
    names = {old + "1", old + "2"}
    return {_text(before), _text(after)} <= names


def _is_case(before: bytes, after: bytes) -> bool:
    """Hexadecimal digits of either case are the same number."""
    return before.lower() == after.lower()


def _is_beside_pem(before: bytes, after: bytes) -> bool:
    """Blanks and line ends between the letters of PEM, and what stands around its blocks, are of no meaning."""
    return pem_blocks(before) == pem_blocks(after) and b"".join(before.split()) != before


def _is_of_a_witness(before: bytes, after: bytes) -> bool:
    """Signature lines of others stand beside the log's under its head, of keys that nobody here knows."""
    one, two = (data.rpartition(b"\n\n") for data in (before, after))
    return one[0] == two[0] and bool(set(one[2].split(b"\n")[:-1]) & set(two[2].split(b"\n")[:-1]))


PASSED_OVER: dict[str, Callable[[bytes, bytes], bool]] = {
    "hint": lambda _before, _after: True,
    "keyid": lambda _before, _after: True,
    "mediaType": _is_version,
    "signedTimestamp": is_status,
    "logID": _is_case,
    "envelope": _is_of_a_witness,
    "cert": _is_beside_pem,
    "certificate": _is_beside_pem,
    "chain": lambda _before, _after: True,
}
"""By the last name of a leaf: what it may be changed to without being refused. Hints of keys (`hint`, `keyid`) and
certificates beside the signer's own (`chain`: the way to a trusted one is found without them) decide nothing."""


def is_passed_over(leaf: Leaf, data: bytes) -> bool:
    name = str(leaf.path[-1])
    if leaf.path[-1] == "rawBytes" and leaf.path[-2] not in (0, "certificate"):
        name = "chain"
    if name.startswith("dev.sigstore.cosign/"):
        name = name.rpartition("/")[2]
    may = PASSED_OVER.get(name)
    return may is not None and may(leaf.data, data)
