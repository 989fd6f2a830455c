"""Entries: where vendors enter the way from source to running program, stage by stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content

from supplymatrix.reports.plain import plain
from supplymatrix.tui.screens.base import Export, Work
from supplymatrix.tui.screens.claims import evidence_lines
from supplymatrix.tui.screens.list_screen import Item, ListScreen
from supplymatrix.tui.widgets.details import field, heading
from supplymatrix.tui.widgets.status_line import Status
from supplymatrix.vendors.entry_map import Entered, Stage, entry_map

if TYPE_CHECKING:
    from supplymatrix.engine.vendor_profiles import LoadedProfiles

__all__ = ["EntriesScreen"]

_NAME_WIDTH = 16


class EntriesScreen(ListScreen):
    """Stages with who enters there left, the means and its sources right."""

    PLACE = "entries"
    LOADING = "reading profiles"
    WHAT = "entries"
    COLUMNS: ClassVar[tuple[str, ...]] = ("vendor", "stage", "offer", "tier", "mechanism", "upstream")

    stages: tuple[Stage, ...] = ()
    loaded: LoadedProfiles | None = None

    def load(self, work: Work) -> LoadedProfiles:
        """Read the profiles."""
        del work
        return self.session.profiles()

    def items_of(self, found: LoadedProfiles) -> Sequence[Item]:
        """Return the entries of all vendors, stage by stage."""
        self.loaded = found
        self.stages = entry_map(found.profiles)
        self.tell_loading(found)
        return [
            _item(stage, row, number) for stage in self.stages for number, row in enumerate(stage.entered, 1)
        ]  # fmt: skip

    def crumbs(self) -> tuple[str, ...]:
        """Return stage and vendor."""
        item = self.current
        return (item.cells["stage"], item.cells["vendor"]) if item is not None else ()

    def status(self) -> Status:
        """Count sources and entries."""
        if self.loaded is None:
            return super().status()
        shown = self.shown
        sources = {source for item in shown for source, _ in item.sources}
        count = f"{len(shown):,} of {len(self.items):,} entries"
        return Status(as_of=self.session.day, sources=len(sources), notes=(count,), offline=self.session.offline)

    def exports(self) -> tuple[Export, ...]:
        """Offer the formats of the command."""
        from supplymatrix.reports.entry_view import render_entries_json, render_entries_mermaid, render_entries_text

        if self.loaded is None:
            return ()
        stages, profiles, twin = self.stages, self.loaded.profiles, self.twin()
        return (
            Export(key="j", format="json", file="entries.json", render=lambda: render_entries_json(stages, profiles),
                   command=f"{twin} --format json"),
            Export(key="m", format="mermaid", file="entries.mmd", render=lambda: render_entries_mermaid(stages),
                   command=f"{twin} --format mermaid"),
            Export(key="t", format="text", file="entries.txt", render=lambda: render_entries_text(stages),
                   command=twin),
        )  # fmt: skip


def _item(stage: Stage, row: Entered, number: int) -> Item:
    vendor, offer, entry = row.vendor, row.offer, row.entry
    name = Content(plain(vendor.name)).truncate(_NAME_WIDTH, ellipsis=True, pad=True)
    sign = "*" if entry.replaces_upstream else " "
    evidence = [vendor.evidence[key] for key in entry.evidence if key in vendor.evidence]
    key = f"{vendor.id}-{offer.id}-{number}"
    return Item(
        id=f"{stage.point}/{key}",
        group=f"{stage.title}: {stage.what}",
        title=Content(f"{sign} ") + name + Content(f"  {plain(entry.mechanism)}"),
        cells={
            "vendor": vendor.id,
            "stage": stage.title,
            "offer": offer.id,
            "tier": offer.tier,
            "mechanism": entry.mechanism,
            "upstream": "replaced" if entry.replaces_upstream else "kept",
        },
        parts=(stage.point.value, key),
        lines=tuple(_lines(stage, row)),
        sources=tuple((item.source, item.id) for item in evidence),
    )


def _lines(stage: Stage, row: Entered) -> Iterator[Content]:
    vendor, offer, entry = row.vendor, row.offer, row.entry
    yield heading(f"{vendor.name} at {stage.title}")
    yield Content("")
    yield Content(plain(entry.mechanism))
    yield Content("")
    tier = {"both": "free or paid"}.get(offer.tier, offer.tier)
    yield field("offer", f"{offer.name} ({tier})")
    yield field("upstream", "* in place of what the Go project delivers" if entry.replaces_upstream else "kept")
    for sign in entry.detect:
        yield field("sign", f"{sign.kind}: {sign.pattern}")
    yield field("in", str(entry.location))
    for number, key in enumerate(entry.evidence, 1):
        if key in vendor.evidence:
            yield Content("")
            yield from evidence_lines(vendor.evidence[key], number)
