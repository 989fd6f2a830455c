"""tlog.json: Merkle hashes, inclusion and consistency proofs."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

import pytest

from supplymatrix.errors import TrustError
from supplymatrix.sumdb import tlog
from tests.support.data import conformance_cases, require_case
from tests.support.naive_tree import NaiveTree


def _hash(text: str) -> bytes:
    return base64.b64decode(text)


def _hashes(texts: Iterable[str] | None) -> list[bytes]:
    return [_hash(text) for text in texts or ()]


@pytest.mark.parametrize("case", conformance_cases("tlog", "record_hash"))
def test_record_hashes_agree(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    data = _hash(case["data_b64"]) if "data_b64" in case else case["data"].encode()
    assert tlog.hash_record(data) == _hash(case["hash"])


@pytest.mark.parametrize("case", conformance_cases("tlog", "node_hash"))
def test_node_hashes_agree(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    assert tlog.hash_node(_hash(case["left"]), _hash(case["right"])) == _hash(case["hash"])


@pytest.mark.parametrize("case", conformance_cases("tlog", "tree_hash"))
def test_roots_agree(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    tree = NaiveTree.of_example_modules(case["n"])
    assert tlog.root_hash(case["n"], tree.hash_at) == _hash(case["hash"])
    assert tlog.stored_hash_count(case["n"]) == case["stored_hash_count"]


@pytest.mark.parametrize("case", conformance_cases("tlog", "stored_hash_index"))
def test_stored_hash_indexes_agree(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    assert tlog.stored_hash_index(case["level"], case["n"]) == case["index"]
    assert list(tlog.split_stored_hash_index(case["index"])) == case["split"]


@pytest.mark.parametrize("case", conformance_cases("tlog", "check_record"))
def test_inclusion_proofs_are_judged_as_go_judges_them(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    args = (_hashes(case["proof"]), case["n"], _hash(case["record_hash"]), case["tree_size"], _hash(case["tree_hash"]))
    if case["ok"]:
        tlog.verify_inclusion(*args)
    else:
        with pytest.raises(TrustError):
            tlog.verify_inclusion(*args)


@pytest.mark.parametrize("case", conformance_cases("tlog", "check_tree"))
def test_consistency_proofs_are_judged_as_go_judges_them(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    args = (
        _hashes(case["proof"]),
        case["old_size"],
        _hash(case["old_hash"]),
        case["tree_size"],
        _hash(case["tree_hash"]),
    )
    if case["ok"]:
        tlog.verify_consistency(*args)
    else:
        with pytest.raises(TrustError):
            tlog.verify_consistency(*args)
