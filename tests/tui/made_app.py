"""The app over a few made facts, with a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.screen_state import NO_STATE, ScreenState
from supplymatrix.engine.vendor_profiles import LoadedProfiles
from supplymatrix.errors import Diagnostic
from supplymatrix.model.vendor import Claim
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.links import parse_link
from supplymatrix.tui.session import Session
from supplymatrix.vendors.claims_reader import parse_claims
from supplymatrix.vendors.user_data import NO_USER_DATA
from tests.vendors.profiles import good

if TYPE_CHECKING:
    from supplymatrix.engine.feed_status import FeedStatus

__all__ = ["CLAIMS", "NOW", "made_app", "made_loaded", "made_session"]

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
CLAIMS = """\
schema = 1

[[claim]]
id = "acme-fips"
says = "Acme's Go is FIPS validated"
about = "acme"
verdict = "contradicted"
because = "the certificate names the kernel, and not Go"
evidence = ["certificate"]
cell = "acme/fips_mode"

[[claim]]
id = "acme-ships-go"
says = "Acme ships Go 1.26"
about = "acme"
verdict = "supported"
because = "its table of packages says so"
evidence = ["table", "certificate"]

[[claim]]
id = "go-is-fast"
says = "Go is fast, 网址 and [red]red[/red]"
about = "go"
verdict = "no_evidence"
because = "nobody has measured it"
searched = ["its pages: a measurement"]
searched_at = 2026-11-25

[[evidence]]
id = "certificate"
source = "https://acme.example/certificate"
kind = "vendor_doc"
retrieved_at = 2026-11-20
confidence = "high"
locator = "page 3"

[[evidence]]
id = "table"
source = "https://acme.example/table"
kind = "feed"
source_date = 2026-10-01
retrieved_at = 2026-11-21
confidence = "medium"
note = "of all lines"
"""


def made_claims() -> tuple[Claim, ...]:
    """Return three claims, one of each verdict."""
    return parse_claims(CLAIMS.encode(), "claims/made.toml", today=date(2026, 11, 25))


def made_loaded(
    claims: tuple[Claim, ...] | None = None, *, faults: tuple[Diagnostic, ...] = (), empty: bool = False
) -> LoadedProfiles:
    """Return one vendor and three claims, or nothing at all."""
    return LoadedProfiles(
        profiles=() if empty else (good(),),
        claims=() if empty else made_claims() if claims is None else claims,
        faults=faults,
        notes=(),
        lines={},
        own=frozenset(),
        user=NO_USER_DATA,
    )


class MadeSession(Session):
    """A session whose facts are made. load: in place of reading profiles; may wait or raise."""

    load: Callable[[], LoadedProfiles] = staticmethod(made_loaded)
    written: dict[Path, str]

    def profiles(self) -> LoadedProfiles:
        """Return what was made."""
        self._loaded = self.load()
        return self._loaded

    def feeds(self) -> tuple[FeedStatus, ...]:
        """Return one feed of each kind."""
        from supplymatrix.engine.feed_status import FeedStatus
        from supplymatrix.feeds.registry import FEEDS

        first, second, third = FEEDS[:3]
        day = date(2026, 11, 20)
        return (
            FeedStatus(feed=first, in_use="synced", as_of=day, age=5),
            FeedStatus(feed=second, in_use="shipped", as_of=date(2026, 8, 13), age=104),
            FeedStatus(feed=third, in_use="nothing"),
        )


def made_session(
    folder: Path, *, load: Callable[[], LoadedProfiles] = made_loaded, state: ScreenState = NO_STATE, told: str = ""
) -> MadeSession:
    """Return a session in a folder with two projects. Files that are exported go to `written`."""
    for name in ("shop", "shop/tools"):
        (folder / "projects" / name).mkdir(parents=True, exist_ok=True)
        (folder / "projects" / name / "go.mod").write_text("module example.org/shop\n", encoding="utf-8")
    written: dict[Path, str] = {}
    session = MadeSession(
        now=lambda: NOW,
        environ={"HOME": str(folder), "EDITOR": "true"},
        write=written.__setitem__,
        here=folder / "projects",
        state_file=folder / "state" / "screens.json",
        state=state,
        told=told,
    )
    session.load = load
    session.written = written
    return session


def made_app(session: Session, at: str = "") -> SupplymatrixApp:
    """Return the app, to begin at a link."""
    return SupplymatrixApp(session, parse_link(at) if at else None)
