"""The proof chain of the demo's module, in both forms: complete, checkable again from its own bytes, and harmless."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from typing import Any

import pytest

from supplymatrix.engine.means import Means
from supplymatrix.engine.prove_module import ModuleProof, ProveRequest, prove_module
from supplymatrix.model.fact import ProofState
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.reports.chain import ChainView, render_chain_json, render_chain_text, render_tlog_proof
from supplymatrix.sumdb.checkpoint import open_checkpoint
from supplymatrix.sumdb.known import GO_LOG_KEY
from supplymatrix.sumdb.note import parse_verifier_key
from supplymatrix.sumdb.tlog import hash_record, verify_inclusion
from tests.reports.test_schema import faults
from tests.reports.test_text import odd_characters
from tests.support.data import REPO
from tests.support.fixtures import NOW

MUX = ModuleVersion(path="github.com/gorilla/mux", version="v1.8.0")


@cache
def proof() -> ModuleProof:
    folder = REPO / "examples" / "mux-service"
    request = ProveRequest(
        module=MUX, means=Means(environ={"HOME": "nowhere"}, now=NOW, replay=folder / "recorded"), project=folder
    )
    found = prove_module(request)
    assert isinstance(found, ModuleProof)
    return found


def view(**changes: object) -> ChainView:
    found = proof()
    whole = ChainView(
        chain=found.chain,
        lines=found.lines,
        log_name=found.log_name,
        key_hash=found.key_hash,
        route=found.route,
        go_sum="go.sum",
        history=found.history,
    )
    return changed(whole, **changes)


def document(**changes: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render_chain_json(view(**changes)))
    return found


def test_a_chain_fits_its_schema() -> None:
    assert faults("chain", render_chain_json(view())) == []


def test_a_chain_with_an_earlier_head_fits_its_schema() -> None:
    chain = changed(proof().chain, earlier=proof().chain.head, consistency=(b"\0" * 32,))
    assert faults("chain", render_chain_json(view(chain=chain))) == []


def test_a_chain_that_was_compared_with_nothing_fits_its_schema() -> None:
    assert faults("chain", render_chain_json(view(lines=(), go_sum=""))) == []


def test_the_json_of_a_chain_leads_from_the_record_to_the_signed_root() -> None:
    found = document()
    at = hashlib.sha256(b"\0" + found["record"]["text"].encode()).digest()
    assert at.hex() == found["leaf_hash"]
    for step in found["inclusion"]:
        beside = bytes.fromhex(step["sibling"])
        pair = beside + at if step["side"] == "left" else at + beside
        at = hashlib.sha256(b"\1" + pair).digest()
        assert at.hex() == step["result"]
    assert at.hex() == found["root"]
    assert found["signed_head"].split("\n")[1] == str(found["tree_size"])


def test_the_go_sum_lines_of_a_chain_are_those_of_its_record() -> None:
    found = document()
    for line in found["go_sum"]:
        suffix = "/go.mod" if line["kind"] == "go.mod" else ""
        assert f"{MUX.path} {MUX.version}{suffix} {line['hash']}" in found["record"]["text"].split("\n")


def test_the_text_of_a_chain_shows_every_hash_of_its_json() -> None:
    text, found = render_chain_text(view()), document()
    assert found["leaf_hash"] in text
    assert found["root"] in text
    for step in found["inclusion"]:
        assert f" {base64.b64encode(bytes.fromhex(step['sibling'])).decode()}  {step['tile']}\n" in text
    assert max(len(line) for line in text.split("\n") if "  tile/" in line) <= 80
    for number, word in enumerate(
        ("go.sum", "record", "leaf hash", "tiles", "root", "signed head", "history"), start=1
    ):
        assert f"\n{number} {word}" in text


def test_a_line_that_differs_is_shown_with_its_first_differing_byte() -> None:
    line = next(line for line in proof().lines if line.kind.value == "zip")
    other = "h1:" + ("A" if line.hash[3] != "A" else "B") + line.hash[4:]
    text = render_chain_text(view(lines=(changed(line, hash=other, state=ProofState.DIFFERS),)))
    assert "DIFFERS from the record" in text
    assert "^ first difference: character 4, byte 1 of 32 is" in text
    rows = text.split("\n")
    caret = next(row for row in rows if "^ first difference" in row)
    above = rows[rows.index(caret) - 1]
    assert above[caret.index("^")] == other[3]


@pytest.mark.parametrize("field", ["route", "go_sum", "log_name"])
def test_hostile_text_in_a_chain_is_written_out(field: str) -> None:
    hostile = "\x1b]0;x\x07\u202e\x9b31m"
    assert odd_characters(render_chain_text(view(**{field: hostile}))) == set()


def test_hostile_text_in_a_record_is_harmless_and_yet_exact() -> None:
    record = changed(proof().chain.record, text="x \u202e\x9b31m\n".encode())
    chain = changed(proof().chain, record=record)
    assert odd_characters(render_chain_json(view(chain=chain))) == set()
    assert odd_characters(render_chain_text(view(chain=chain))) == set()
    assert document(chain=chain)["record"]["text"] == "x \u202e\x9b31m\n"


def test_a_tlog_proof_is_checked_with_its_own_lines_alone() -> None:
    head, blank, note = render_tlog_proof(view()).partition("\n\n")
    magic, extra, index, *hashes = head.split("\n")
    record = base64.b64decode(extra.removeprefix("extra "))
    checkpoint = open_checkpoint(note.encode(), [parse_verifier_key(GO_LOG_KEY)])
    siblings = [base64.b64decode(line) for line in hashes]
    number = int(index.removeprefix("index "))
    verify_inclusion(siblings, number, hash_record(record), checkpoint.size, checkpoint.root)
    assert (magic, blank) == ("c2sp.org/tlog-proof@v1", "\n\n")
    assert record == proof().chain.record.text
