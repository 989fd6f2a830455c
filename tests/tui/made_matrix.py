"""A few made vendors whose cells are all that a cell can be: known, unknown, stale, in conflict, of several sources."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from supplymatrix.cli.main import run
from supplymatrix.engine.vendor_profiles import LoadedProfiles
from supplymatrix.model.vendor import VendorProfile
from supplymatrix.vendors.profile_reader import parse_profile
from tests.tui.made_app import MadeSession, made_loaded, made_session
from tests.vendors.profiles import DAY, GOOD

__all__ = ["matrix_loaded", "matrix_session", "run_twin", "use_made_profiles"]

_MORE = """
[[capability]]
key = "fips_mode"
state = "{fips}"
value = "[red]a module[/red] of its own"
evidence = ["certificate", "table"]

[[capability]]
key = "go_minors"
state = "yes"
value = "the two newest minors of Go"
items = ["1.25", "1.26"]
evidence = ["page"]

[[capability]]
key = "signing"
state = "yes"
value = "with a key"
evidence = ["old"]

[[evidence]]
id = "certificate"
source = "https://{id}.example/certificate"
kind = "vendor_doc"
source_date = 2026-10-01
retrieved_at = 2026-11-21
confidence = "high"
locator = "page 3"
note = "the module is named there"

[[evidence]]
id = "table"
source = "https://{id}.example/table"
kind = "feed"
retrieved_at = 2026-11-22
confidence = "medium"

[[evidence]]
id = "old"
source = "https://{id}.example/old"
kind = "vendor_doc"
retrieved_at = 2024-01-01
confidence = "low"
"""


def _vendor(name: str, title: str, fips: str) -> VendorProfile:
    text = GOOD.replace('"acme"', f'"{name}"').replace('"Acme"', f'"{title}"') + _MORE.format(id=name, fips=fips)
    return parse_profile(text.encode(), f"{name}.toml", today=DAY)


def matrix_loaded() -> LoadedProfiles:
    """Return the Go project and three vendors."""
    loaded = made_loaded()
    profiles = (
        _vendor("go-project", "The Go project", "partial"),
        _vendor("acme", "Acme", "yes"),
        _vendor("bolt", "Bolt Works Limited", "no"),
        _vendor("cube", "Cube 网址", "n_a"),
    )
    return LoadedProfiles(
        profiles=profiles,
        claims=loaded.claims,
        faults=(),
        notes=(),
        lines={},
        own=frozenset(),
        user=loaded.user,
    )


def matrix_session(folder: Path, *, load: Callable[[], LoadedProfiles] = matrix_loaded) -> MadeSession:
    """Return a session over these vendors."""
    return made_session(folder, load=load)


def use_made_profiles(monkeypatch: pytest.MonkeyPatch, folder: Path, session: MadeSession) -> None:
    """Let the command line, too, find the vendors of a session, where the session is and as one that is new there."""
    monkeypatch.setattr("supplymatrix.engine.vendor_profiles.load_profiles", lambda *_, **__: session.load())
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.chdir(session.here)


def run_twin(twin: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Run the command that a screen names as a shell would, for JSON; return what it prints."""
    capsys.readouterr()
    program, *words = shlex.split(twin, comments=True)
    assert program == "supplymatrix"
    assert run([*words, "--format", "json"]) == 0
    return capsys.readouterr().out
