"""How `check` shows what it has found in vendor/: where its files lie, and that they were compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from supplymatrix.engine.prepare import Prepared
from supplymatrix.gomod.vendor_match import MODULES_TXT
from supplymatrix.model.fact import Facts
from supplymatrix.model.on_disk import VendoredModule, VendorTree
from supplymatrix.model.rule import Level
from supplymatrix.model.verdict import Note, Verdict

__all__ = ["notes_on_vendor", "places_of_vendored"]

_NOT_COMPARED = "vendor-not-checked"
_COMPARES = "SM120"


def notes_on_vendor(notes: Iterable[Note], item: Prepared, facts: Facts) -> tuple[Note, ...]:
    """Return the notes on a subject without the one that vendor/ is compared by other means, where it was compared."""
    is_compared = item.policy.levels.get(_COMPARES, Level.OFF) is not Level.OFF and any(_folders(facts))
    return tuple(note for note in notes if not (is_compared and note.code == _NOT_COMPARED))


def places_of_vendored(item: Prepared, verdict: Verdict, facts: Facts) -> Mapping[str, str]:
    """Return where a reader finds the files of vendor/ that a verdict names, by artifact."""
    folders = tuple(sorted(set(_folders(facts))))
    if not folders:
        return {}
    places = (place for one in verdict.judged if one.finding is not None for place in one.finding.locations)
    gaps = (one.gap.location for one in verdict.judged if one.gap is not None and one.gap.location is not None)
    named = {place.artifact for place in (*places, *gaps)}
    return {name: (item.project.root / name).as_posix() for name in sorted(named) if name.startswith(folders)}


def _folders(facts: Facts) -> Iterable[str]:
    """Yield the artifacts' beginnings of vendor/ folders: "vendor/", of a member of a workspace "../vendor/"."""
    places = (*(tree.location for tree in facts.of(VendorTree)), *(one.location for one in facts.of(VendoredModule)))
    for place in places:
        if place.artifact.endswith(MODULES_TXT):
            yield place.artifact.removesuffix(MODULES_TXT)
