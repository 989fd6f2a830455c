"""`feeds list`, `feeds status`, `feeds sync`: words and JSON, exit codes, and what is told on the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from supplymatrix.feeds.registry import FEEDS
from supplymatrix.reports.feed_words import CANNOT_TELL, LICENCE_NOTES
from tests.cli.conftest import Cli
from tests.support.data import REPO
from tests.support.feed_server import FeedServer, alma_notice, feed_at, made_zip

pytestmark = pytest.mark.slow

SCHEMA = json.loads((REPO / "supplymatrix/reports/schema/feeds-v1.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())


@pytest.fixture
def given(tmp_path: Path) -> Path:
    folder = tmp_path / "given"
    (folder / "almalinux-osv").mkdir(parents=True)
    (folder / "almalinux-osv" / "ALSA-2024:1.json").write_bytes(alma_notice(1))
    return folder


@pytest.mark.parametrize("feed", FEEDS, ids=[feed.id for feed in FEEDS])
def test_every_feed_says_what_it_cannot_tell(feed: object) -> None:
    assert CANNOT_TELL[feed.id]  # type: ignore[attr-defined]  # a feed


def test_words_are_about_feeds_that_there_are() -> None:
    assert {*CANNOT_TELL, *LICENCE_NOTES} <= {feed.id for feed in FEEDS}
    assert {feed.id for feed in FEEDS if not feed.redistributable} <= set(LICENCE_NOTES)


def test_list_shows_licence_attribution_address_and_pitfalls(cli: Cli) -> None:
    done = cli("feeds", "list")
    said = " ".join(done.out.split())
    for feed in FEEDS:
        assert feed.licence in said
        assert feed.attribution in said
        assert all(url in said for url in feed.urls)
        assert all(words in said for words in CANNOT_TELL[feed.id])
    assert done.code == 0


@pytest.mark.parametrize("command", [("list",), ("status",)])
def test_json_fits_its_schema(cli: Cli, command: tuple[str, ...]) -> None:
    done = cli("feeds", *command, "--format", "json")
    assert [error.message for error in VALIDATOR.iter_errors(json.loads(done.out))] == []


def test_what_a_sync_came_to_fits_the_schema(cli: Cli, given: Path) -> None:
    (given / "almalinux-osv" / "ALSA-2024:2.json").write_text("<html>")
    done = cli("feeds", "sync", "--from", str(given), "--format", "json")
    document = json.loads(done.out)
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []
    (synced,) = [feed["sync"] for feed in document["feeds"] if feed["id"] == "almalinux"]
    assert (synced["state"], synced["new"]) == ("partly", 1)
    assert synced["faults"][0]["location"] == {"artifact": "almalinux/almalinux-osv/ALSA-2024:2.json", "line": 1}
    assert done.code == 3


def test_before_a_sync_status_names_the_shipped_table(cli: Cli) -> None:
    done = cli("feeds", "status")
    assert "almalinux: not synced; the shipped table of " in done.out
    assert done.code == 0


def test_after_a_sync_status_and_response_use_what_was_synced(cli: Cli, given: Path) -> None:
    assert cli("feeds", "sync", "--from", str(given)).code == 0
    assert "almalinux: synced, as of 2024-07-02" in cli("feeds", "status").out
    assert "almalinux8" not in cli("response").out


def test_another_folder_may_be_named(cli: Cli, given: Path, tmp_path: Path) -> None:
    store = tmp_path / "elsewhere"
    assert cli("feeds", "sync", "--from", str(given), "--feeds-dir", str(store)).code == 0
    assert "1 synced" in cli("feeds", "status", "--feeds-dir", str(store)).out
    assert "0 synced" in cli("feeds", "status").out


def test_a_damaged_file_is_told_by_status(cli: Cli, given: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    cli("feeds", "sync", "--from", str(given), "--feeds-dir", str(store))
    (path,) = store.rglob("ALSA*")
    path.write_bytes(b"{}")
    done = cli("feeds", "status", "--feeds-dir", str(store))
    assert "not those that were received" in done.out
    assert done.code == 3


def test_offline_is_honoured(cli: Cli) -> None:
    done = cli("feeds", "sync", "--offline")
    assert done.code == 3
    assert "--from PATH" in done.err


def test_an_unknown_feed_is_a_usage_fault_with_a_suggestion(cli: Cli) -> None:
    done = cli("feeds", "sync", "ubunto")
    assert done.code == 2
    assert "did you mean ubuntu?" in done.err


def test_a_feed_without_an_address_is_told(cli: Cli) -> None:
    done = cli("feeds", "sync", "secdb")
    assert done.code == 3
    assert "--from DIR" in done.out


def test_a_sync_over_the_network_tells_what_came(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with FeedServer({"all.zip": made_zip({"ALSA-2024:1.json": alma_notice(1)})}) as server:
        monkeypatch.setattr("supplymatrix.feeds.registry.FEEDS", (feed_at("almalinux", f"{server.url}/all.zip"),))
        first, second = cli("feeds", "sync"), cli("feeds", "sync")
    assert "almalinux: updated, as of 2024-07-02, 1 new" in first.out
    assert "almalinux: unchanged" in second.out
    assert (first.code, second.code) == (0, 0)


def test_control_characters_of_a_feed_do_not_reach_the_terminal(cli: Cli, given: Path) -> None:
    (given / "almalinux-osv" / "ALSA-2024:2.json").write_bytes(b'{"id": "\\u001b[2Jx", "schema_version": "9\\u001b"}')
    done = cli("feeds", "sync", "--from", str(given))
    assert "\x1b[2J" not in done.out + done.err
