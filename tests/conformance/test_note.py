"""note.json: signed notes, verifier keys, signing."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from supplymatrix.errors import InputError, SupplymatrixError
from supplymatrix.sumdb.note import (
    BadSignatureError,
    Signature,
    UnverifiedNoteError,
    open_note,
    parse_verifier_key,
    sign_note,
)
from tests.support.data import conformance_cases, require_case


def _signatures(signatures: tuple[Signature, ...]) -> list[dict[str, str]]:
    return [{"base64": s.encoded, "hash": f"{s.key_hash:08x}", "name": s.name} for s in signatures]


@pytest.mark.parametrize("case", conformance_cases("note", "open"))
def test_open_note_agrees_with_go(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    message = base64.b64decode(case["msg_b64"]) if "msg_b64" in case else case["msg"].encode()
    keys = case["vkeys"] or []
    if case["ok"]:
        note = open_note(message, [parse_verifier_key(key) for key in keys])
        assert note.text == case["text"]
        assert _signatures(note.signatures) == case["sigs"]
        assert _signatures(note.unverified) == case["unverified_sigs"]
        return
    with pytest.raises(SupplymatrixError) as caught:
        open_note(message, [parse_verifier_key(key) for key in keys])
    kinds = {"invalid_signature": BadSignatureError, "unverified": UnverifiedNoteError}
    wanted = kinds.get(case["error_type"])
    if wanted:
        assert isinstance(caught.value, wanted)
    else:
        assert not isinstance(caught.value, tuple(kinds.values()))


@pytest.mark.parametrize("case", conformance_cases("note", "verifier_key"))
def test_verifier_keys_are_read_as_go_reads_them(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    if not case["ok"]:
        with pytest.raises(InputError):
            parse_verifier_key(case["vkey"])
        return
    verifier = parse_verifier_key(case["vkey"])
    assert (verifier.name, verifier.hash_text) == (case["name"], case["hash"])


@pytest.mark.parametrize("case", conformance_cases("note", "sign"))
def test_signing_gives_the_same_bytes(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    if not case["ok"]:
        with pytest.raises(SupplymatrixError):
            sign_note(case["text"], case["skeys"])
        return
    assert sign_note(case["text"], case["skeys"]).decode() == case["msg"]
