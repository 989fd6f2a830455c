"""treenote.json: tree-head texts and look-up bodies."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from supplymatrix.errors import TransportError
from supplymatrix.sumdb.checkpoint import parse_tree_head
from supplymatrix.sumdb.record import format_record, parse_record
from tests.support.data import conformance_cases, require_case


def _bytes(case: dict[str, Any], name: str) -> bytes:
    return base64.b64decode(case[f"{name}_b64"]) if f"{name}_b64" in case else case[name].encode()


@pytest.mark.parametrize("case", conformance_cases("treenote", "parse_tree"))
def test_tree_heads_are_read_as_go_reads_them(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    text = _bytes(case, "text").decode("utf-8", "surrogateescape")
    if not case["ok"]:
        with pytest.raises(TransportError):
            parse_tree_head(text)
        return
    head = parse_tree_head(text)
    assert (head.size, base64.b64encode(head.root).decode()) == (case["size"], case["hash"])


@pytest.mark.parametrize("case", conformance_cases("treenote", "parse_record"))
def test_look_ups_are_split_as_go_splits_them(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    if not case["ok"]:
        with pytest.raises(TransportError):
            parse_record(_bytes(case, "msg"))
        return
    record = parse_record(_bytes(case, "msg"))
    assert record.number == case["record_id"]
    assert record.text == _bytes(case, "text")
    assert record.rest == _bytes(case, "rest")


@pytest.mark.parametrize("case", conformance_cases("treenote", "format_record"))
def test_records_are_written_as_go_writes_them(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    if not case["ok"]:
        with pytest.raises(TransportError):
            format_record(case["record_id"], _bytes(case, "text"))
        return
    assert format_record(case["record_id"], _bytes(case, "text")) == _bytes(case, "msg")
