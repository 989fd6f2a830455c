"""What a log records of a signature: the bodies of all kinds of entries, canonical JSON."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from tests.support.made_keys import MadeKey, pem_of

__all__ = ["ENTRY_KINDS", "canonical", "entry_body"]

ENTRY_KINDS = ("hashedrekord 0.0.1", "hashedrekord 0.0.2", "dsse 0.0.1", "dsse 0.0.2", "intoto 0.0.1", "intoto 0.0.2")


def canonical(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def entry_body(
    kind: str, *, data: bytes, signature: bytes, key: MadeKey, certificate: bytes, envelope: dict[str, Any] | None,
    payload: bytes, bits: int = 0,
) -> bytes:  # fmt: skip
    """Return the body of an entry.

    kind: one of ENTRY_KINDS. data: the bytes that are signed; certificate: DER, b"" = the key itself stands in the
    entry; envelope, payload: of DSSE. bits: of the hash of data, 0 = the one that goes with the key.
    """
    verifier = _b64((pem_of("CERTIFICATE", certificate) if certificate else key.pem).encode())
    bits = bits or key.bits
    digest = hashlib.new(f"sha{bits}", data).digest()
    hashed = {"algorithm": "sha256", "value": hashlib.sha256(canonical(envelope)).hexdigest()}
    of_payload = {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()}
    newer = {"keyDetails": key.details} | (
        {"x509Certificate": {"rawBytes": _b64(certificate)}} if certificate
        else {"publicKey": {"rawBytes": _b64(key.spki)}}
    )  # fmt: skip
    name, _, version = kind.partition(" ")
    specs: dict[str, dict[str, Any]] = {
        "hashedrekord 0.0.1": {
            "data": {"hash": {"algorithm": f"sha{bits}", "value": digest.hex()}},
            "signature": {"content": _b64(signature), "publicKey": {"content": verifier}},
        },
        "hashedrekord 0.0.2": {
            "hashedRekordV002": {
                "data": {"algorithm": f"SHA2_{bits}", "digest": _b64(digest)},
                "signature": {"content": _b64(signature), "verifier": newer},
            }
        },
        "dsse 0.0.1": {
            "envelopeHash": hashed,
            "payloadHash": of_payload,
            "signatures": [{"signature": _b64(signature), "verifier": verifier}],
        },
        "dsse 0.0.2": {
            "dsseV002": {
                "payloadHash": {"algorithm": "SHA2_256", "digest": _b64(hashlib.sha256(payload).digest())},
                "signatures": [{"content": _b64(signature), "verifier": newer}],
            }
        },
        "intoto 0.0.1": {"content": {"hash": hashed, "payloadHash": of_payload}, "publicKey": verifier},
        "intoto 0.0.2": {
            "content": {
                "envelope": {
                    "payloadType": (envelope or {}).get("payloadType", ""),
                    "signatures": [{"publicKey": verifier, "sig": _b64(_b64(signature).encode())}],
                },
                "hash": hashed,
                "payloadHash": of_payload,
            }
        },
    }
    return canonical({"apiVersion": version, "kind": name, "spec": specs[kind]})
