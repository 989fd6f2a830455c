"""docs/tui.md names the keys that screens have: no others, and all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from textual.keys import _character_to_key

from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.places import PLACES, Place
from tests.docs.pages import read_page
from tests.tui.made_app import made_app, made_session

_NAMES = {
    "↑": "up", "↓": "down", "←": "left", "→": "right", "PgUp": "pageup", "PgDn": "pagedown", "Esc": "escape",
}  # fmt: skip
_EVERYWHERE, _LISTS = "Keys of every screen", "Keys of lists and tables"
_RANGE = re.compile(r"`(\d)` … `(\d)`")
_TOKEN = re.compile(r"`([^`]+)`|([^\s,`]+)")


def _section(title: str) -> str:
    _, mark, rest = read_page("docs/tui.md").partition(f"# {title}\n")
    return re.split(r"\n##+ ", rest)[0] if mark else ""


def _keys_told(title: str) -> set[str]:
    """Return the keys in the first column of the table below a heading, by Textual's names."""
    found: set[str] = set()
    for cell in re.findall(r"^\| (.+?) \|", _section(title), re.MULTILINE):
        if cell == "key":
            continue
        digits = _RANGE.search(cell)
        found |= {str(n) for n in range(int(digits[1]), int(digits[2]) + 1)} if digits else set()
        for character, name in _TOKEN.findall(_RANGE.sub("", cell)):
            found.add(_character_to_key(character) if character else _NAMES.get(name, name.lower()))
    return found


def _keys_bound(nodes: Iterable[object]) -> set[str]:
    """Return the keys that our own classes bind, with those that a widget has from another of ours."""
    kinds = {cls for node in nodes for cls in type(node).__mro__ if cls.__module__.startswith("supplymatrix.")}
    bound = [binding for cls in kinds for binding in vars(cls).get("BINDINGS", ())]
    return {key.strip() for binding in bound for key in binding.key.split(",")}


async def _bound_at(app: SupplymatrixApp) -> set[str]:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        return _keys_bound([app, app.screen, *app.screen.walk_children()])


@pytest.mark.asyncio
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.id)
async def test_every_key_of_a_screen_is_on_the_page_and_every_key_of_its_table_is_bound(
    place: Place, tmp_path: Path
) -> None:
    bound = await _bound_at(made_app(made_session(tmp_path), place.id))
    everywhere, own = _keys_told(_EVERYWHERE), _keys_told(place.title)
    assert everywhere - bound == set()
    assert own - bound == set()
    assert bound - everywhere - _keys_told(_LISTS) - own == set()


@pytest.mark.asyncio
async def test_every_key_of_lists_and_tables_is_bound_somewhere(tmp_path: Path) -> None:
    bound: set[str] = set()
    for place in ("matrix", "claims"):
        bound |= await _bound_at(made_app(made_session(tmp_path), place))
    assert _keys_told(_LISTS)
    assert _keys_told(_LISTS) - bound == set()


def test_the_keys_that_go_to_screens_are_named_with_their_screens() -> None:
    cell = next(line for line in _section(_EVERYWHERE).split("\n") if line.startswith("| `0`"))
    in_order = ", ".join(place.title for place in sorted(PLACES, key=lambda place: place.key))
    assert cell.endswith(f"goes to a screen: {in_order} |")
    assert _keys_told(_EVERYWHERE) >= {place.key for place in PLACES}
