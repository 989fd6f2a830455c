"""The app over a made bill of materials."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from supplymatrix.model.value import changed
from supplymatrix.sbom.document import Document, Scope
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.screens.sbom import SbomScreen
from supplymatrix.tui.screens.sbom_rows import SbomView
from tests.support.sbom_documents import rich_document
from tests.tui.made_app import MadeSession, made_app
from tests.tui.made_response import shop

__all__ = ["put_bill", "sbom_app", "sbom_screen", "sbom_session"]


def put_bill(
    monkeypatch: pytest.MonkeyPatch, make: Callable[[], Document] = rich_document, told: Sequence[str] = ("a note",)
) -> list[str]:
    """Have the screen show a bill that is made in whatever scope is asked for; return the list that scopes come to,
    "" where the screen names none.

    make: called where the bill is loaded, in the worker's thread.
    """
    asked: list[str] = []

    def made(_session: object, _project: Path, scope: str, *_: object) -> SbomView:
        asked.append(scope)
        return SbomView(changed(make(), scope=Scope(scope or "built")), told)

    monkeypatch.setattr("supplymatrix.tui.screens.sbom_offers.make_view", made)
    return asked


def sbom_session(
    folder: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[], Document] = rich_document
) -> MadeSession:
    """Return a session with a project open whose bill is made."""
    put_bill(monkeypatch, make)
    return shop(folder, monkeypatch)


def sbom_app(
    folder: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[], Document] = rich_document, at: str = "sbom"
) -> SupplymatrixApp:
    """Return the app on the screen."""
    return made_app(sbom_session(folder, monkeypatch, make), at)


def sbom_screen(app: SupplymatrixApp) -> SbomScreen:
    """Return the screen on top, which is the one of the bill."""
    screen = app.place_screen
    assert isinstance(screen, SbomScreen)
    return screen
