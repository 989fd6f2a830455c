"""The map is the house: rooms, their order and their files, as ARCHITECTURE.md has them and as they are."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.docs.pages import blocks, read_page
from tests.support.data import REPO

_PACKAGE = REPO / "supplymatrix"
_ROOMS = sorted(path.name for path in _PACKAGE.iterdir() if (path / "__init__.py").is_file())
_PAGE = "ARCHITECTURE.md"


def _layers() -> list[str]:
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    return [str(layer) for layer in layers]


def _files(folder: Path) -> list[str]:
    """Return the modules of a room, and its folders that hold more than one of a kind."""
    modules = [path.name for path in folder.glob("*.py") if path.name != "__init__.py"]
    return sorted([*modules, *(f"{path.name}/" for path in folder.iterdir() if _has_files(path))])


def _has_files(path: Path) -> bool:
    return path.is_dir() and path.name != "__pycache__" and any(child.is_file() for child in path.iterdir())


def _named_files(room: str) -> list[str]:
    """Return the first cells of the table below a room's heading."""
    _, mark, rest = read_page(_PAGE).partition(f"\n### `{room}`")
    assert mark, f"{_PAGE} has no heading for {room}"
    section = re.split(r"\n##+ ", rest)[0]
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


def test_the_order_of_rooms_is_that_of_the_import_contract() -> None:
    (order,) = [block.lines for block in blocks(_PAGE, "text") if block.lines[0].startswith("cli ")]
    assert [layer.strip() for layer in " ".join(order).split("→")] == _layers()


def test_every_room_stands_in_the_import_contract() -> None:
    named = {room for layer in _layers() for room in re.findall(r"[a-z]+", layer)}
    modules = {"errors"}  # the one room that is a single file
    assert set(_ROOMS) | modules <= named


@pytest.mark.parametrize("room", _ROOMS)
def test_a_room_lists_all_of_its_files_and_no_others(room: str) -> None:
    assert sorted(_named_files(f"{room}/")) == _files(_PACKAGE / room)


def test_the_files_outside_of_rooms_are_listed_too() -> None:
    outside = sorted(path.name for path in _PACKAGE.glob("*.py") if path.name != "__init__.py")
    assert sorted(_named_files("supplymatrix/")) == outside


def test_every_top_level_folder_has_a_line() -> None:
    text = read_page(_PAGE)
    for folder in ("benchmarks", "docs", "examples", "policies", "requirements", "screenshots", "supplymatrix", "tests",
                   "vendor_profiles"):  # fmt: skip
        assert (REPO / folder).is_dir()
        assert f"`{folder}/" in text, folder


def test_the_exit_codes_of_the_map_and_of_the_readme_are_those_of_the_code() -> None:
    from supplymatrix.policy.verdict import EXIT_CODES

    for page in (_PAGE, "README.md"):
        rows = dict(re.findall(r"^\| (\d) \| ([a-z]+) \|", read_page(page), re.MULTILINE))
        assert rows == {str(code): outcome.value for outcome, code in EXIT_CODES.items()}, page
