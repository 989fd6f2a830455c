"""DSSE envelopes: a payload, its type, and signatures over both.

    {"payloadType": "application/vnd.in-toto+json", "payload": "<base64>",
     "signatures": [{"keyid": "<hex>", "sig": "<base64>"}]}

What is signed is PAE(type, payload): "DSSEv1", the length of the type in bytes, the type, the length of the payload,
the payload, with one blank between each. So no signature over a payload counts for another type, and nothing of the
JSON around it has to be canonical. The key id is a hint: whether a signature holds is asked of the key that the reader
has.

Source: secure-systems-lab/dsse: protocol.md, envelope.md.
"""

from __future__ import annotations

import base64
import binascii
import json
import re

from supplymatrix.attest.keys import SigningKey, VerifyingKey
from supplymatrix.errors import Diagnostic, InputError, TrustError
from supplymatrix.model.value import value

__all__ = ["IN_TOTO", "Envelope", "envelope_text", "looks_like_envelope", "pae", "parse_envelope", "verify_envelope"]

IN_TOTO = "application/vnd.in-toto+json"
_MOST_SIGNATURES = 64
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_IS_TEXT = re.compile("[^\ud800-\udfff]*")
"""JSON can write halves of surrogate pairs, and no bytes have them."""


@value
class Envelope:
    """A parsed envelope, not yet verified. signatures: (key id as it is written, signature)."""

    payload_type: str
    payload: bytes
    signatures: tuple[tuple[str, bytes], ...]


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the bytes that a signature of an envelope is over."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def envelope_text(payload: bytes, key: SigningKey, *, payload_type: str = IN_TOTO) -> str:
    """Return a signed envelope as one line of JSON."""
    document = {
        "payloadType": payload_type,
        "payload": base64.b64encode(payload).decode("ascii"),
        "signatures": [
            {
                "keyid": key.verifying.key_id,
                "sig": base64.b64encode(key.sign(pae(payload_type, payload))).decode("ascii"),
            }
        ],
    }
    return json.dumps(document) + "\n"


def looks_like_envelope(data: bytes) -> bool:
    """Return whether a file means to be an envelope, or several, one in a line: it is then read as one or refused."""
    return data.lstrip()[:1] == b"{" and b'"payloadType"' in data[:4096] + data[-4096:]


def parse_envelope(data: bytes, artifact: str) -> Envelope:
    """Read an envelope. Raises InputError."""
    try:
        document = json.loads(data.decode("utf-8"), parse_int=str, parse_float=str)
    except (UnicodeDecodeError, ValueError, RecursionError) as err:
        raise _fault(artifact, "the envelope is no JSON") from err
    if not isinstance(document, dict):
        raise _fault(artifact, "the envelope is no JSON object")
    kind, payload, signatures = (document.get(name) for name in ("payloadType", "payload", "signatures"))
    if not isinstance(kind, str) or not isinstance(payload, str) or not isinstance(signatures, list):
        raise _fault(artifact, "payloadType, payload or signatures is missing, or of another type")
    if not _IS_TEXT.fullmatch(kind):
        raise _fault(artifact, "payloadType is no Unicode text")
    if not 1 <= len(signatures) <= _MOST_SIGNATURES:
        raise _fault(artifact, f"the envelope has {len(signatures):,} signatures")
    found = []
    for entry in signatures:
        sig = entry.get("sig") if isinstance(entry, dict) else None
        key_id = entry.get("keyid", "") if isinstance(entry, dict) else None
        if not isinstance(sig, str) or not isinstance(key_id, str):
            raise _fault(artifact, "a signature has no sig, or no text for keyid")
        found.append((key_id, _bytes(sig, artifact, "sig")))
    return Envelope(payload_type=kind, payload=_bytes(payload, artifact, "payload"), signatures=tuple(found))


def verify_envelope(envelope: Envelope, key: VerifyingKey) -> None:
    """Raise TrustError unless one of the signatures is the key's, over type and payload."""
    signed = pae(envelope.payload_type, envelope.payload)
    fault: TrustError | None = None
    for _, signature in envelope.signatures:
        try:
            key.verify(signed, signature)
        except TrustError as err:
            fault = err
        else:
            return
    named = ", ".join(f"{key_id[:16]}…" for key_id, _ in envelope.signatures if key_id) or "none is named"
    raise TrustError(
        f"no signature of the envelope is one of the {key.name} key {key.key_id[:16]}… (keys that it names: {named})",
        evidence={"payload": envelope.payload},
    ) from fault


def _bytes(text: str, artifact: str, name: str) -> bytes:
    """Decode Base64, of either alphabet as the standard wants it; nothing else may stand between."""
    if not _BASE64.fullmatch(text):
        raise _fault(artifact, f"{name} is no Base64")
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError) as err:
        raise _fault(artifact, f"{name} is no Base64") from err


def _fault(artifact: str, message: str) -> InputError:
    expected = "a DSSE envelope: payloadType, payload and signatures"
    return InputError(Diagnostic(message=message, artifact=artifact, expected=expected))
