"""tile.json: tile coordinates, and reading records through authenticated tiles."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from supplymatrix.errors import InputError, SupplymatrixError
from supplymatrix.sumdb.checkpoint import TreeHead
from supplymatrix.sumdb.protocol import Asking, run_over
from supplymatrix.sumdb.tile import Tile, new_tiles, parse_tile_path, tile_for_index
from supplymatrix.sumdb.tree import TrustedTree
from tests.support.data import conformance_cases, require_case


@pytest.mark.parametrize("case", conformance_cases("tile", "parse_path"))
def test_tile_paths_are_read_as_go_reads_them(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    if not case["ok"]:
        with pytest.raises(InputError):
            parse_tile_path(case["path"])
        return
    tile = parse_tile_path(case["path"])
    assert {"h": tile.height, "l": tile.level, "n": tile.index, "w": tile.width} == case["tile"]


@pytest.mark.parametrize("case", conformance_cases("tile", "format_path"))
def test_tile_paths_are_written_as_go_writes_them(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    tile = case["tile"]
    assert Tile(tile["h"], tile["l"], tile["n"], tile["w"]).path == case["path"]


@pytest.mark.parametrize("case", conformance_cases("tile", "tile_for_index"))
def test_the_tile_of_a_stored_hash_agrees(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    assert tile_for_index(case["height"], case["index"]).path == case["path"]


@pytest.mark.parametrize("case", conformance_cases("tile", "new_tiles"))
def test_the_tiles_of_a_growing_log_agree(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    assert [t.path for t in new_tiles(case["height"], case["old_size"], case["new_size"])] == case["paths"]


def _read(tree: TrustedTree, records: list[int]) -> Asking[list[bytes]]:
    yield from tree.open_edge()
    found: list[bytes] = []
    for record in records:
        found += [(yield from tree.leaf_hash(record))]
    return found


@pytest.mark.parametrize("case", conformance_cases("tile", "authenticated_read"))
def test_only_authenticated_tiles_give_record_hashes(case: dict[str, Any] | None) -> None:
    """The forged tiles among the cases have the shape of CVE-2026-56865."""
    case = require_case(case)
    tiles = {path: base64.b64decode(data) for path, data in case["tiles"].items()}
    head = TreeHead(case["tree_size"], base64.b64decode(case["tree_hash"]))
    tree = TrustedTree(head, height=case["height"])
    if not case["ok"]:
        with pytest.raises(SupplymatrixError):
            run_over(_read(tree, case["record_ids"]), tiles)
        return
    read = run_over(_read(tree, case["record_ids"]), tiles)
    assert [base64.b64encode(h).decode() for h in read] == case["record_hashes"]
