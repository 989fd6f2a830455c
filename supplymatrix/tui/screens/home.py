"""Home: where to go, what was opened lately, projects found here, and of which day the feeds are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from supplymatrix.errors import InputError, SourceError
from supplymatrix.model.value import value
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import wrap
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.links import Link, parse_link
from supplymatrix.tui.palette import PaletteItem
from supplymatrix.tui.places import PLACE_BY_ID, PLACES
from supplymatrix.tui.screens.base import BaseScreen, Work
from supplymatrix.tui.widgets.details import Details, heading
from supplymatrix.tui.widgets.line_list import LineList, Row
from supplymatrix.tui.widgets.status_line import Status

if TYPE_CHECKING:
    from supplymatrix.engine.feed_status import FeedStatus

__all__ = ["TRAIL", "HomeScreen"]

FIRST = (
    "supplymatrix compares who supports Go and how, and proves a project's modules against Go's checksum log.",
    "Every cell goes down to its dated source, every verdict to its bytes; what is unknown is shown as unknown.",
    "Enter opens, Esc goes back, / filters, e exports, ? shows all keys, Ctrl+P finds everything.",
)
"""What somebody reads who was never here."""

TRAIL: tuple[tuple[str, str, str], ...] = (
    ("project", "f, Enter", "the module that fails, and the proof of why"),
    ("matrix", "c → c, d", "two vendors: only what they answer differently"),
    ("matrix", "Enter", "the dated source of an answer; ← → other vendors"),
    ("matrix", "w", "other weights, ranked anew while you change them"),
    ("matrix", "e", "it as a file, and the command that writes the same"),
)
"""A way through: place, keys, what is seen. Those of places that are not there are left out."""

_MOST_PROJECTS = 50
_MARKS = {"synced": "●", "shipped": "◐", "nothing": "○"}


@value
class _Found:
    """What Home looks up. fault: why the feeds are not known, "" = they are."""

    feeds: tuple[FeedStatus, ...]
    fault: str
    projects: tuple[Path, ...]
    cut: str


class HomeScreen(BaseScreen):
    """The first screen."""

    PLACE = "home"
    LOADING = "looking at feeds and projects"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(place.key, f"app.go('{place.id}')", place.title) for place in PLACES if place.id != "home"
    ]
    DEFAULT_CSS = """
    HomeScreen {
        & #first { height: auto; padding: 0 1; margin-bottom: 1; color: $text; }
        & #panes { layout: vertical; height: 1fr; }
        & #list { height: 1fr; width: 100%; }
        & #feeds { height: 30%; width: 100%; border-top: solid $panel; }
        &.-w120, &.-w160 {
            & #panes { layout: horizontal; }
            & #list { width: 1fr; height: 100%; }
            & #feeds { width: 44; height: 100%; border-top: none; border-left: solid $panel; } } }
    """

    found: _Found | None = None

    def compose_body(self) -> ComposeResult:
        """Yield what this is, the list, the feeds."""
        yield Static(Content("\n").join(map(Content, FIRST)), id="first", markup=False)
        with Container(id="panes"):
            yield LineList(id="list")
            yield Details(id="feeds")

    def on_mount(self) -> None:
        """Show what is known without looking."""
        self.query_one("#first").display = not self.session.state.recent
        self.query_one("#list", LineList).set_rows(self._rows())
        self.query_one("#list").focus()

    def on_screen_resume(self) -> None:
        """Show what was opened meanwhile: the way through is below now, and the cursor on the place it led to."""
        if not self.is_filled:
            return
        rows = self.query_one("#list", LineList)
        kind, _, name = rows.current.id.partition(" ") if rows.current is not None else ("", "", "")
        place = name.partition(" ")[2] if kind == "trail" else ""
        rows.set_rows(self._rows(), current=f"place {place}" if place else "")
        if place:
            rows.scroll_to(y=0, animate=False)

    def load(self, work: Work) -> _Found:
        """Look at feeds and projects; faults of the one do not hide the other."""
        from supplymatrix.sources.tree import GLANCE, walk_tree

        work.tell(0, 2, "feeds")
        feeds: tuple[FeedStatus, ...] = ()
        fault = ""
        try:
            feeds = self.session.feeds()
        except (InputError, SourceError) as err:
            fault = str(err)
        if work.is_cancelled:
            return _Found(feeds=feeds, fault=fault, projects=(), cut="not looked for")
        work.tell(1, 2, "projects below this folder")
        here = self.house.start
        tree = walk_tree(here if here.is_dir() else here.parent, GLANCE)
        work.tell(2, 2, "projects below this folder")
        return _Found(feeds=feeds, fault=fault, projects=tree.modules, cut=tree.cut)

    def show(self, found: _Found) -> None:
        """Show feeds and projects."""
        self.found = found
        self.query_one("#list", LineList).set_rows(self._rows())
        self.query_one("#feeds", Details).show(_feed_lines(found))

    def status(self) -> Status:
        """Count feeds of which nothing is known."""
        feeds = self.found.feeds if self.found is not None else ()
        return Status(
            as_of=self.session.day,
            sources=len(feeds) if feeds else None,
            unknown=sum(feed.in_use == "nothing" for feed in feeds) if feeds else None,
            offline=self.session.offline,
        )

    def copy_offer(self) -> CopyOffer | None:
        """Offer how the feeds stand."""
        if self.found is None or not self.found.feeds:
            return None
        rows = tuple(
            (feed.feed.id, feed.in_use, str(feed.as_of or ""), str(feed.age) if feed.age is not None else "")
            for feed in self.found.feeds
        )
        return CopyOffer(what=f"{len(rows)} feeds", head=("feed", "in_use", "as_of", "age_days"), rows=rows)

    def palette_items(self) -> Iterable[PaletteItem]:
        """Find what was opened lately."""
        return [
            PaletteItem(kind="opened lately", text=title, go=link) for title, link in self._recent()
        ]  # fmt: skip

    def plain_body(self, width: int) -> str:
        """Return all of Home."""
        out = [line for text in FIRST for line in wrap(text, width)]
        for row in self._rows():
            out += ["", row.text.plain.strip()] if row.is_head else [f"- {' '.join(row.text.plain.split())}"]
        lines = _feed_lines(self.found) if self.found is not None else ()
        return "\n".join([*out, "", *(line.plain for line in lines)])

    @on(LineList.Chosen, "#list")
    def _chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        kind, _, name = event.row.id.partition(" ")
        if kind == "project":
            self._open_project(Path(name))
        else:
            self.house.open_link(parse_link(name.partition(" ")[2] if kind == "trail" else name))

    def _open_project(self, folder: Path) -> None:
        self.session.project = folder
        self.house.open_link(Link("project"))

    def _rows(self) -> Sequence[Row]:
        """Return all rows; who was never here finds the way through first."""
        goes = [_head("Go to")]
        goes += [
            _row(f"place {place.id}", place.key, place.title, place.what) for place in PLACES if place.id != "home"
        ]
        recent = [_row(f"recent {text}", "", title, "") for title, text in self._recent_texts()]
        lately = [_head("Opened lately"), *recent] if recent else []
        trail = _trail_rows()
        projects = self._project_rows()
        return [*goes, *lately, *projects, *trail] if recent else [*trail, *goes, *projects]

    def _project_rows(self) -> list[Row]:
        if self.found is None or not self.found.projects:
            return []
        base = self.house.start
        rows = [_head("Projects here")]
        for folder in self.found.projects[:_MOST_PROJECTS]:
            name = folder.relative_to(base).as_posix() if folder.is_relative_to(base) else folder.as_posix()
            rows.append(_row(f"project {folder}", "", base.resolve().name if name == "." else name, ""))
        left = len(self.found.projects) - _MOST_PROJECTS
        why = self.found.cut or (f"{left:,} more" if left > 0 else "")
        return [*rows, *([_head(f"… {why}")] if why else [])]

    def _recent(self) -> list[tuple[str, Link]]:
        return [(title, parse_link(text)) for title, text in self._recent_texts()]

    def _recent_texts(self) -> list[tuple[str, str]]:
        """Return title and link of what was opened and still is a place."""
        found = []
        for item in self.session.state.recent:
            try:
                link = parse_link(item.link)
            except InputError:
                continue  # of a newer version, or of a place that is gone
            found.append((_title_of(link, item.title), item.link))
        return found


def _title_of(link: Link, title: str) -> str:
    """Return the title under which something was opened, with the name of a question in place of its key."""
    from supplymatrix.vendors.capability_keys import KEYS

    key = KEYS.get(link.parts[1]) if link.place == "matrix" and len(link.parts) > 1 else None
    return title.replace(link.parts[1], key.title) if key is not None else title


def _trail_rows() -> list[Row]:
    """Return the way through."""
    rows = [
        _row(f"trail {number} {place}", PLACE_BY_ID[place].key, f"{PLACE_BY_ID[place].title}: {keys}", what)
        for number, (place, keys, what) in enumerate(TRAIL)
    ]
    return [_head("A way through"), *rows]


def _head(text: str) -> Row:
    return Row(id=f"head {text}", text=Content(plain(text)), is_head=True)


def _row(name: str, key: str, title: str, what: str) -> Row:
    text = Content(plain(title))
    text = text.truncate(max(18, text.cell_length), pad=True)
    return Row(
        id=name,
        text=Content.styled(f"{key:2}", "bold") + text + Content.styled(f"  {plain(what)}" if what else "", "dim"),
    )


def _feed_lines(found: _Found) -> tuple[Content, ...]:
    """Return of which day each feed is, the oldest last."""
    lines = [heading("Advisory feeds"), Content("")]
    if found.fault:
        return (*lines, Content(f"✘ {plain(found.fault)}"))
    for feed in found.feeds:
        day = f"{feed.as_of}" if feed.as_of else "no day"
        age = f", {feed.age:,} d" if feed.age is not None and feed.age >= 0 else ""
        said = f"{feed.in_use} {day}{age}" if feed.in_use != "nothing" else "nothing here"
        fault = f" · ✘ {len(feed.faults)} faults" if feed.faults else ""
        lines.append(Content(f"{_MARKS[feed.in_use]} {plain(feed.feed.id):12} {said}{fault}"))
    return (*lines, Content(""), Content.styled("supplymatrix feeds sync fetches what is new", "dim"))
