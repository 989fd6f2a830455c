"""What can be searched for: actions, places, vendors, capabilities, claims and whatever else a data set contributes.

A screen contributes by its method `palette_items`, a data set by a line in `SOURCES`: "module:function", where the
function takes the session and returns items. Sources are asked in a worker's thread, when the palette opens.

Found is first what holds every word that was typed; where that is little, what holds the letters in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from supplymatrix.errors import SupplymatrixError
from supplymatrix.model.value import value
from supplymatrix.tui.links import Link
from supplymatrix.tui.places import PLACE_BY_ID, PLACES
from supplymatrix.tui.session import Session

__all__ = ["SOURCES", "PaletteItem", "find_items", "items_of_sources", "places"]

SOURCES: tuple[str, ...] = (
    "supplymatrix.tui.palette:vendors",
    "supplymatrix.tui.palette:capabilities",
    "supplymatrix.tui.palette:claims",
    "supplymatrix.tui.screens.response_facts:cves",
)
"""Data sets that contribute, by the functions that return their items. Places are known without being asked for."""

_FEW = 8
_MOST_FUZZY = 5_000  # a search for letters in their order takes some 2 ms for a thousand items
_MOST = 200


@value
class PaletteItem:
    """One thing that can be done or gone to. kind: what it is, e.g. "vendor"; key: the key that does it, "" = none.

    go: a link that is opened, or a function without arguments.
    """

    kind: str
    text: str
    help: str = ""
    key: str = ""
    go: Link | Callable[[], object]


def find_items(items: Sequence[PaletteItem], query: str) -> tuple[PaletteItem, ...]:
    """Return the items that a query finds, the best first; all of them, in their order, for an empty one.

    A query that is a key, as in `?`, finds what the key does first.
    """
    words = query.casefold().split()
    if not words:
        return tuple(items[:_MOST])
    ranked: list[tuple[int, int]] = []
    for number, item in enumerate(items):
        text = item.text.casefold()
        whole = f"{text}\0{item.kind}\0{item.help.casefold()}\0{item.key.casefold()}"
        if query.strip() == item.key:
            ranked.append((0, number))
        elif all(word in whole for word in words):
            is_head = text.startswith(words[0])
            ranked.append((1 if is_head else 2 if all(word in text for word in words) else 3, number))
    if len(ranked) < _FEW:
        known = {number for _, number in ranked}
        ranked += [(4, number) for number in _in_order(items[:_MOST_FUZZY], "".join(words)) if number not in known]
    return tuple(items[number] for _, number in sorted(ranked)[:_MOST])


def _in_order(items: Sequence[PaletteItem], letters: str) -> Iterable[int]:
    """Yield the numbers of items that hold all letters in their order."""
    from supplymatrix.tui.widgets.table_filter import has_letters

    return (number for number, item in enumerate(items) if has_letters(item.text.casefold(), letters))


def items_of_sources(
    session: Session, is_cancelled: Callable[[], bool], tell: Callable[[SupplymatrixError], object]
) -> tuple[PaletteItem, ...]:
    """Return the items of all data sets; those not asked yet are left out when it is cancelled.

    tell: called with why a data set gives nothing; the others are there all the same.
    """
    import importlib

    found: list[PaletteItem] = []
    for target in SOURCES:
        if is_cancelled():
            break
        module, _, name = target.partition(":")
        source: Callable[[Session], Iterable[PaletteItem]] = getattr(importlib.import_module(module), name)
        try:
            found.extend(source(session))
        except SupplymatrixError as err:
            tell(err)
    return tuple(found)


def places() -> Iterable[PaletteItem]:
    """Return one item for each screen."""
    return [
        PaletteItem(kind="screen", text=place.title, help=place.what, key=place.key, go=Link(place.id))
        for place in PLACES
    ]


def vendors(session: Session) -> Iterable[PaletteItem]:
    """Return one item for each vendor: its column of the matrix."""
    if "matrix" not in PLACE_BY_ID:
        return []
    return [
        PaletteItem(kind="vendor", text=profile.name, help=profile.id, go=Link("matrix", (profile.id,)))
        for profile in session.profiles().profiles
    ]


def capabilities(session: Session) -> Iterable[PaletteItem]:
    """Return one item for each question that vendors are asked: its row of the matrix, in the first column."""
    from supplymatrix.vendors.capability_keys import CAPABILITY_KEYS
    from supplymatrix.vendors.matrix import TODAY

    del session
    if "matrix" not in PLACE_BY_ID:
        return []
    return [
        PaletteItem(kind="capability", text=key.title, help=key.question, go=Link("matrix", (TODAY, key.id)))
        for key in CAPABILITY_KEYS
    ]


def claims(session: Session) -> Iterable[PaletteItem]:
    """Return one item for each claim."""
    return [
        PaletteItem(kind="claim", text=claim.says, help=f"{claim.id} {claim.about}", go=Link("claims", (claim.id,)))
        for claim in session.profiles().claims
    ]
