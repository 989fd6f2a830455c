"""A bundle's JSON in the one form of it that the sigstore package reads, where protobuf allows several.

| protobuf allows | the package reads |
|---|---|
| 64-bit integers as numbers | decimal texts |
| enumerations as numbers | names |
| bytes in Base64 of either alphabet, padded or not, with line ends | the standard alphabet, padded |
| a field that is null, a message without fields | a field that is not there |
| a field of the value 0, or an empty list, left out | all of those that it needs |

Nothing else is changed, so that whatever else is wrong with a bundle is still there for the package to find.
Source: protobuf.dev, ProtoJSON format; sigstore_models of 0.0.6 (ProtoU64, ProtoBytes, TransparencyLogEntry).
"""

from __future__ import annotations

import json

from supplymatrix.attest.bundle import HASH_NAMES

__all__ = ["in_strict_form"]

_BLOBS = frozenset(
    {
        "rawbytes", "keyid", "signedentrytimestamp", "roothash", "hashes", "canonicalizedbody", "signedtimestamp",
        "digest", "signature", "payload", "sig",
    }
)  # fmt: skip
_NEEDED: dict[str, tuple[tuple[str, str, object], ...]] = {
    "tlogentries": (("logIndex", "log_index", "0"),),
    "inclusionproof": (("logIndex", "log_index", "0"), ("hashes", "hashes", [])),
}
"""By field: what the message in it must have, in both spellings, and the default."""


def in_strict_form(raw: bytes) -> bytes:
    """Return the JSON of a bundle, the same bytes where it is in that form already."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return raw
    written = _written(document, "")
    return raw if written == document else json.dumps(written).encode("ascii")


def _written(found: object, field: str) -> object:
    """Return a value as the package reads it. field: in which it stands, in small letters."""
    if isinstance(found, dict):
        inner = {name: _written(value, _called(name)) for name, value in found.items()}
        there = {name: value for name, value in inner.items() if value is not None and value != {}}
        for name, other, default in _NEEDED.get(field, ()):
            if name not in there and other not in there:
                there[name] = default
        return there
    if isinstance(found, list):
        return [_written(one, field) for one in found]
    if isinstance(found, int) and not isinstance(found, bool):
        return HASH_NAMES[found] if field == "algorithm" and 0 <= found < len(HASH_NAMES) else str(found)
    return _base64(found) if isinstance(found, str) and field in _BLOBS else found


def _called(name: str) -> str:
    """Return the name of a field in small letters, "" for the key id of an envelope, which is a text."""
    return "" if name == "keyid" else name.lower().replace("_", "")


def _base64(text: str) -> str:
    plain = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    return plain + "=" * (-len(plain) % 4)
