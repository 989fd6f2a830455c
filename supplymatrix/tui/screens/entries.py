"""Entries: where vendors enter the way from source to running program, stage by stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from supplymatrix.reports.plain import plain
from supplymatrix.tui.screens.base import Export, Work
from supplymatrix.tui.screens.claims import evidence_lines
from supplymatrix.tui.screens.list_screen import Item, ListScreen
from supplymatrix.tui.widgets.details import field, heading
from supplymatrix.tui.widgets.line_list import LineList
from supplymatrix.tui.widgets.pipeline import Box, Pipeline
from supplymatrix.tui.widgets.status_line import Status
from supplymatrix.vendors.entry_map import Entered, Stage, entry_map

if TYPE_CHECKING:
    from supplymatrix.engine.vendor_profiles import LoadedProfiles

__all__ = ["EntriesScreen"]

_NAME_WIDTH = 16
_REPLACES = "* in place of what the Go project delivers"


class EntriesScreen(ListScreen):
    """The way through a build on top; stages with who enters there left, the means and its sources right."""

    PLACE = "entries"
    LOADING = "reading profiles"
    WHAT = "entries"
    COLUMNS: ClassVar[tuple[str, ...]] = ("vendor", "stage", "offer", "tier", "mechanism", "upstream")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "stage(-1)", "Stage before", show=False),
        Binding("right", "stage(1)", "Next stage"),
    ]

    stages: tuple[Stage, ...] = ()
    loaded: LoadedProfiles | None = None

    def compose_body(self) -> ComposeResult:
        """Yield the way, filter, list and details."""
        yield Pipeline()
        yield from super().compose_body()

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
        if item is None or self.loaded is None:
            return ()
        name = next(profile.name for profile in self.loaded.profiles if profile.id == item.cells["vendor"])
        return (item.cells["stage"], name)

    def tell_place(self) -> None:
        """Mark the stage, too."""
        super().tell_place()
        if self.is_attached and self.stages:
            here = self._stage()
            counts = Counter(item.cells["stage"] for item in self.shown)
            self.query_one(Pipeline).show(
                [Box(name=stage.title, count=counts[stage.title], is_current=stage is here) for stage in self.stages]
            )

    def action_stage(self, step: int) -> None:
        """Go to the first entry of the next stage, or of the one before, that has any."""
        here = self._stage()
        if here is None:
            return
        ahead = [item for item in self.shown if step * _number(self.stages, item) > step * self.stages.index(here)]
        if ahead:
            wanted = ahead[0] if step > 0 else ahead[-1]
            self._go_to_stage(self.stages[_number(self.stages, wanted)])

    @on(Pipeline.Chosen)
    def _box_chosen(self, event: Pipeline.Chosen) -> None:
        event.stop()
        self._go_to_stage(self.stages[event.number])

    def _go_to_stage(self, stage: Stage) -> None:
        first = next((item for item in self.shown if item.parts[0] == stage.point.value), None)
        if first is None:
            self.tell(f"nobody enters at {stage.title}" + (" with this filter" if self.query_text else ""))
        else:
            self.query_one("#list", LineList).go_to(first.id)

    def _stage(self) -> Stage | None:
        item = self.current
        return self.stages[_number(self.stages, item)] if item is not None else None

    def twin(self) -> str:
        """Return the command."""
        return f"{self.place.twin}{self.session.options_again()}"

    def status(self) -> Status:
        """Count sources and entries."""
        if self.loaded is None:
            return super().status()
        shown = self.shown
        sources = {source for item in shown for source, _ in item.sources}
        count = f"{len(shown):,} of {len(self.items):,} entries"
        notes = (count, "* in place of Go's own")
        return Status(as_of=self.session.day, sources=len(sources), notes=notes, offline=self.session.offline)

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


def _number(stages: Sequence[Stage], item: Item) -> int:
    return next(number for number, stage in enumerate(stages) if stage.point.value == item.parts[0])


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
    yield field("upstream", _REPLACES if entry.replaces_upstream else "kept")
    for sign in entry.detect:
        yield field("sign", f"{sign.kind}: {sign.pattern}")
    yield field("in", str(entry.location))
    for number, key in enumerate(entry.evidence, 1):
        if key in vendor.evidence:
            yield Content("")
            yield from evidence_lines(vendor.evidence[key], number)
    yield Content("")
    yield Content.styled(f"{_REPLACES}; without *: beside it", "dim")
