"""The app over a made reading of feeds: a channel that moves on with Go, one that names CVEs, one of import days."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from supplymatrix.model.advisory import Channel, DateTrust, FeedReading, FixState
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.screens.response import ResponseScreen
from supplymatrix.tui.screens.response_facts import CveRow
from supplymatrix.tui.widgets.strip import StripItem, StripList
from tests.tui.made_app import NOW, MadeSession, made_app, made_session
from tests.vendors.made_reading import START, channel, event, go_fix, reading, shipment

__all__ = [
    "CVES",
    "OPEN",
    "WONT",
    "made_reading",
    "put_reading",
    "response_app",
    "rows_of",
    "screen_of",
    "shop",
    "strips_of",
    "write_go_mod",
]

CVES = tuple(f"CVE-2024-{number:04}" for number in range(1, 25))
OPEN = "CVE-2026-0001"
WONT = "CVE-2026-0002"
_LAST = (NOW.date() - START).days - 9  # the newest day of the feed


def _channel(name: str, vendor: str, *, rebases: bool = False, trust: DateTrust = DateTrust.DAY) -> Channel:
    return channel(name, rebases=rebases, trust=trust, vendor=vendor)


def made_reading() -> FeedReading:
    """Return 24 old CVEs of one Go minor, and two new ones: one is open, one will not be fixed."""
    fixes = [go_fix(cve, number, ("1.21.5",)) for number, cve in enumerate(CVES)]
    fixes += [go_fix(OPEN, _LAST - 60, ("1.25.3", "1.26.1")), go_fix(WONT, _LAST - 40, ("1.25.4", "1.26.2"))]
    events = [event(cve, 2 * number + 3, name="named") for number, cve in enumerate(CVES)]
    events += [event(cve, 90, name="imports") for cve in CVES[:3]]
    events += [event(CVES[0], 1, name="moving", state=FixState.DETECTED)]
    events += [
        event(OPEN, _LAST - 59, name="named", state=FixState.OPEN),
        event(OPEN, _LAST - 30, name="moving"),
        event(WONT, _LAST - 30, name="named", state=FixState.WONT_FIX),
    ]
    shipments = [shipment("1.21.4", -400, name="moving"), shipment("1.21.5", 100, name="moving")]
    channels = [
        _channel("moving", "acme", rebases=True),
        _channel("named", "acme"),
        _channel("imports", "other", trust=DateTrust.IMPORT),
    ]
    return reading(fixes=fixes, events=events, shipments=shipments, channels=channels, as_of={"feed": _LAST})


def put_reading(monkeypatch: pytest.MonkeyPatch, make: Callable[[], FeedReading] = made_reading) -> None:
    """Have the engine read what is made in place of feeds."""

    def made(*_: object, **__: object) -> FeedReading:
        return make()

    monkeypatch.setattr("supplymatrix.engine.feed_data.load_feed_data", made)
    monkeypatch.setattr("supplymatrix.engine.compare.load_feed_data", made)


def response_app(folder: Path, at: str = "response") -> SupplymatrixApp:
    """Return the app, no project being open."""
    return made_app(made_session(folder), at)


def shop(folder: Path, monkeypatch: pytest.MonkeyPatch, go_mod: str = "go 1.25.2\n") -> MadeSession:
    """Return a session with the project `shop` open, whose path is the same on every machine."""
    session = made_session(folder)
    monkeypatch.chdir(folder / "projects")
    write_go_mod(folder / "projects" / "shop", go_mod.strip())
    session.here, session.project = Path(), Path("shop")
    return session


def write_go_mod(folder: Path, line: str) -> None:
    """Write the go.mod of a project with one line behind its module."""
    folder.mkdir(exist_ok=True)
    (folder / "go.mod").write_text(f"module example.org/{folder.name}\n\n{line}\n", encoding="utf-8")


def screen_of(app: SupplymatrixApp) -> ResponseScreen:
    """Return the screen on top, which is the one of response times."""
    screen = app.place_screen
    assert isinstance(screen, ResponseScreen)
    return screen


def strips_of(app: SupplymatrixApp) -> dict[str, StripItem]:
    """Return the strips by their id."""
    return {item.id: item for item in screen_of(app).query_one(StripList).items}


def rows_of(app: SupplymatrixApp) -> list[CveRow]:
    """Return the rows of the CVEs."""
    facts = screen_of(app).facts
    assert facts is not None
    return list(facts.rows)
