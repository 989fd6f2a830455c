"""The Response screen: strips, clocks, windows, vendors, one CVE; the same facts as the command."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.widgets import Input

from supplymatrix.engine.screen_state import NO_STATE, ListState, remember_list
from supplymatrix.errors import SourceError
from supplymatrix.model.advisory import FeedReading
from supplymatrix.model.value import changed
from supplymatrix.tui.links import Link
from supplymatrix.tui.screens.response_facts import cves
from supplymatrix.tui.screens.response_pages import moments_of
from supplymatrix.tui.shots import settle, take_rows
from supplymatrix.tui.widgets.picker import Menu, Picker
from supplymatrix.tui.widgets.strip import StripList
from tests.tui.keys import press
from tests.tui.made_app import made_app, made_session
from tests.tui.made_response import (
    CVES,
    OPEN,
    WONT,
    made_reading,
    put_reading,
    response_app,
    rows_of,
    screen_of,
    strips_of,
)
from tests.vendors.made_reading import channel, event, go_fix, reading

_SIZE = (100, 30)


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read what is made, unless a test says otherwise."""
    put_reading(monkeypatch)


@pytest.mark.asyncio
async def test_each_channel_has_its_percentiles_and_too_few_is_said(tmp_path: Path) -> None:
    app = response_app(tmp_path)
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        strips = strips_of(app)
        assert (strips["named"].count, strips["named"].numbers) == ("24", ("14/15", "24/26", "too few"))
        assert strips["moving"].numbers[0].startswith("≤")
        assert strips["imports"].note.endswith("days of import, or none")
        assert not strips["imports"].days


@pytest.mark.asyncio
async def test_t_goes_through_the_clocks(tmp_path: Path) -> None:
    app = response_app(tmp_path)
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        assert "Go's fix → channel's fix" in take_rows(app)
        await press(pilot, "t")
        assert "vendor's detection → its fix" in take_rows(app)
        assert strips_of(app)["moving"].count == "1"
        assert "nothing on this clock" in strips_of(app)["named"].note
        await press(pilot, "t")
        assert "advisory with the CVE" in take_rows(app)
        await press(pilot, "t")
        assert "1/3" in take_rows(app)


@pytest.mark.asyncio
async def test_a_wider_terminal_has_the_clock_in_the_words_of_the_command(tmp_path: Path) -> None:
    app = response_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        narrow = len(screen_of(app).query_one(StripList).rows[0].text)
        await pilot.resize_terminal(160, 45)
        await settle(pilot)
        assert "Days from the Go release with the fix to the channel's fix" in take_rows(app)
        assert len(screen_of(app).query_one(StripList).rows[0].text) == narrow + 80
        await pilot.resize_terminal(50, 10)
        await settle(pilot)
        assert "This needs 60" in take_rows(app)


@pytest.mark.asyncio
async def test_what_is_open_is_shown_anew_when_it_is_read_again(tmp_path: Path) -> None:
    app = response_app(tmp_path, f"response/{OPEN}")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+r")
        assert screen_of(app).parts() == (OPEN,)
        await press(pilot, "c", "ctrl+r")
        assert "In pairs" in take_rows(app)


@pytest.mark.asyncio
async def test_brackets_narrow_and_widen_the_days_as_since_does(tmp_path: Path) -> None:
    app = response_app(tmp_path)
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "left_square_bracket")
        assert screen_of(app).twin() == "supplymatrix response --since 2024-11-25"
        assert [row.cve for row in rows_of(app)] == [OPEN, WONT]
        await press(pilot, *["left_square_bracket"] * 2)
        assert screen_of(app).twin() == "supplymatrix response --since 2026-08-27"
        await press(pilot, "left_square_bracket")
        assert "the fewest days" in screen_of(app).status_line.say()
        await press(pilot, *["right_square_bracket"] * 3)
        assert len(rows_of(app)) == len(CVES) + 2
        await press(pilot, "right_square_bracket")
        assert "these are all days" in screen_of(app).status_line.say()


@pytest.mark.asyncio
async def test_open_cves_are_first_and_the_oldest_of_them_is_the_very_first(tmp_path: Path) -> None:
    app = response_app(tmp_path)
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        rows = rows_of(app)
        assert [(row.cve, row.oldest) for row in rows[:3]] == [(OPEN, 60), (WONT, 40), (CVES[-1], None)]
        assert rows[1].wont_fix == ("named",)
        assert screen_of(app).table.current_id == OPEN


@pytest.mark.asyncio
async def test_enter_opens_the_timeline_of_a_cve_with_the_place_of_each_date(tmp_path: Path) -> None:
    app = response_app(tmp_path)
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        screen = screen_of(app)
        assert screen.link == Link("response", (OPEN,))
        assert screen.twin() == f"supplymatrix response --cve {OPEN} --explain"
        rows = take_rows(app)
        assert "2026-10-17      30" in rows
        assert "feed: a.json /published" in rows
        assert "named  open" in rows
        assert "not in the feed" in rows
        await press(pilot, "escape")
        assert screen.link == Link("response")
        assert app.focused is screen.table


@pytest.mark.asyncio
async def test_moments_are_in_the_order_of_their_days(tmp_path: Path) -> None:
    app = response_app(tmp_path, f"response/{CVES[0]}")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        facts = screen_of(app).facts
        assert facts is not None
        found = [(item.who, item.days, item.is_bound) for item in moments_of(facts.report, CVES[0])]
        assert found == [("Go", 0, False), ("named", 3, False), ("imports", None, False), ("moving", 100, True)]


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["CVE-2024-0003", "cve-2024-0003", "GO-2024-0003"])
async def test_a_link_opens_a_cve_by_any_of_its_names(name: str, tmp_path: Path) -> None:
    app = response_app(tmp_path, f"response/{name}")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        assert screen_of(app).parts() == ("CVE-2024-0003",)
        assert screen_of(app).has_page


@pytest.mark.asyncio
async def test_a_cve_that_is_not_there_is_told_with_one_that_is_near(tmp_path: Path) -> None:
    app = response_app(tmp_path, "response/CVE-2024-00009")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        assert "the feeds have no such CVE" in screen_of(app).status_line.say()
        await press(pilot, "D")
        assert "did you mean CVE-2024-000" in take_rows(app)


@pytest.mark.asyncio
async def test_a_vendor_is_narrowed_to_and_escape_takes_it_back(tmp_path: Path) -> None:
    app = response_app(tmp_path, "response/acme")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        screen = screen_of(app)
        assert set(strips_of(app)) == {"moving", "named"}
        assert (screen.twin(), screen.link) == ("supplymatrix response --vendor acme", Link("response", ("acme",)))
        await press(pilot, "escape")
        assert set(strips_of(app)) == {"moving", "named", "imports"}
        assert screen_of(app).link == Link("response")


@pytest.mark.asyncio
async def test_a_channel_is_a_link_too_and_other_names_are_told(tmp_path: Path) -> None:
    app = response_app(tmp_path, "response/moving")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        assert set(strips_of(app)) == {"moving"}
        assert screen_of(app).twin() == "supplymatrix response --channel moving"
        app.open_link(Link("response", ("nobody",)))
        await settle(pilot)
        assert "nobody: there is no such vendor or channel" in screen_of(app).status_line.say()
        app.open_link(Link("response"))
        await settle(pilot)
        assert set(strips_of(app)) == {"moving", "named", "imports"}


@pytest.mark.asyncio
async def test_enter_on_a_strip_goes_to_its_vendor_and_then_to_its_page(tmp_path: Path) -> None:
    app = response_app(tmp_path)
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        screen = screen_of(app)
        screen.query_one(StripList).focus()
        await press(pilot, "enter")
        assert screen.parts() == ("acme",)
        await press(pilot, "enter")
        rows = take_rows(app)
        assert "a channel of acme" in rows
        assert "26 CVEs: 1 fixed by name, 24 by a newer Go" in rows
        assert "P50  ≤88/88  at CVE-2024-0013" in rows
        assert any("moving and named, 26 CVEs in both" in line.plain for line in screen.page.lines)
        await press(pilot, "escape")
        assert not screen.has_page


@pytest.mark.asyncio
async def test_c_shows_the_pairs_of_the_command(tmp_path: Path) -> None:
    app = response_app(tmp_path)
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "c")
        rows = take_rows(app)
        assert "In pairs, on the CVEs that both have" in rows
        assert "moving        named             26" in rows
        assert "filter" not in screen_of(app).active_bindings
        await press(pilot, "y")
        assert isinstance(app.screen, Menu)


@pytest.mark.asyncio
async def test_the_filter_and_the_sort_of_the_cves_are_kept(tmp_path: Path) -> None:
    session = made_session(tmp_path)
    app = made_app(session, "response")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "right", "s")
        await press(pilot, "slash", *"open:named", "enter")
        assert list(screen_of(app).table.view.rows) == [0]
        assert "1 of 26 CVEs" in screen_of(app).status_line.say()
        kept = session.state.lists["response"]
        assert (kept.filter, kept.sort) == ("open:named", (("cve", False),))
        await press(pilot, "escape")
        assert len(screen_of(app).table.view.rows) == 26


@pytest.mark.asyncio
async def test_a_kept_filter_is_seen_and_a_column_can_be_hidden(tmp_path: Path) -> None:
    state = remember_list(NO_STATE, "response", ListState(filter=WONT.lower()))
    session = made_session(tmp_path, state=state)
    app = made_app(session, "response")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        assert app.screen.query_one("#filter", Input).value == WONT.lower()
        assert screen_of(app).table.current_id == WONT
        await press(pilot, "full_stop")
        assert isinstance(app.screen, Picker)
        await press(pilot, *"Go's", "enter")
        assert list(session.state.lists["response"].hidden) == ["released"]
        await press(pilot, "full_stop", *"Go's", "enter")
        assert list(session.state.lists["response"].hidden) == []


@pytest.mark.asyncio
@pytest.mark.parametrize("key", ["j", "c", "m", "t"])
async def test_an_export_is_what_the_command_writes(key: str, tmp_path: Path) -> None:
    session = made_session(tmp_path)
    app = made_app(session, "response")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "e", key, "enter")
        ((path, text),) = session.written.items()
        assert path.name.startswith("response.")
        assert OPEN in text or key in ("m", "t")
        assert "same as: supplymatrix response" in screen_of(app).status_line.say()


@pytest.mark.asyncio
async def test_a_timeline_is_exported_and_copied_with_its_places(tmp_path: Path) -> None:
    session = made_session(tmp_path)
    app = made_app(session, f"response/{OPEN}")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "e", "t", "enter")
        ((path, text),) = session.written.items()
        assert path.name == f"{OPEN.lower()}.txt"
        assert "a.json /published" in text
        offer = screen_of(app).copy_offer()
        assert offer is not None
        assert ("feed: a.json /published" in offer.rows[1][-1], offer.rows[1][2]) == (True, "30")


@pytest.mark.asyncio
async def test_rows_of_both_panes_are_copied_and_o_names_the_public_pages(tmp_path: Path) -> None:
    app = response_app(tmp_path)
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        screen = screen_of(app)
        offer = screen.copy_offer()
        assert offer is not None
        assert offer.rows[0][1] == OPEN
        assert [url for url, _ in screen.sources()] == [
            f"https://pkg.go.dev/vuln/GO-{OPEN[4:]}", f"https://www.cve.org/CVERecord?id={OPEN}",
        ]  # fmt: skip
        await press(pilot, "Y")
        assert isinstance(app.screen, Menu)
        await press(pilot, "escape")
        screen.query_one(StripList).focus()
        await pilot.pause()
        offer = screen.copy_offer()
        assert offer is not None
        assert offer.rows[0][:4] == ("moving", "acme", "disclosure", "25")
        assert list(screen.sources()) == []


@pytest.mark.asyncio
async def test_a_cve_of_the_palette_goes_to_its_timeline(tmp_path: Path) -> None:
    session = made_session(tmp_path)
    items = list(cves(session))
    assert items[-1].go == Link("response", (CVES[0],))
    assert {item.kind for item in items} == {"CVE"}


@pytest.mark.asyncio
async def test_a_load_is_stopped_by_escape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()

    def slow() -> FeedReading:
        gate.wait(30)
        return made_reading()

    put_reading(monkeypatch, slow)
    app = response_app(tmp_path)
    try:
        async with app.run_test(size=_SIZE) as pilot:
            await pilot.pause()
            assert "Esc stops" in screen_of(app).status_line.say()
            await pilot.press("escape")
            assert "stopped; Ctrl+R reads again" in screen_of(app).status_line.say()
            gate.set()
            await press(pilot, "ctrl+r")
            assert set(strips_of(app)) == {"moving", "named", "imports"}
    finally:
        gate.set()


@pytest.mark.asyncio
async def test_an_error_keeps_what_was_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = response_app(tmp_path)
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)

        def broken() -> FeedReading:
            raise SourceError("the cache is gone")

        put_reading(monkeypatch, broken)
        await press(pilot, "ctrl+r")
        assert "the cache is gone" in screen_of(app).status_line.say()
        assert set(strips_of(app)) == {"moving", "named", "imports"}


@pytest.mark.asyncio
async def test_names_from_feeds_are_never_markup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "[red]x[/]\x1b[2J\u202e"
    hostile = changed(channel(name), vendor="[b]v")
    made = reading(fixes=[go_fix("CVE-2024-0001")], events=[event("CVE-2024-0001", 3, name=name)], channels=[hostile])
    put_reading(monkeypatch, lambda: made)
    app = response_app(tmp_path)
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        rows = take_rows(app)
        assert "[red]x[/]\\x1b[2J\\u202e" in rows
        await press(pilot, "enter")
        assert "[red]x[/]\\x1b[2J\\u202e" in take_rows(app)
        assert "\x1b" not in screen_of(app).plain_text(80)


@pytest.mark.asyncio
async def test_linear_text_has_every_number_with_its_words(tmp_path: Path) -> None:
    app = response_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        text = " ".join(screen_of(app).plain_text(80).split())
        assert "- named (acme): 24 fixed, P50 14/15, P90 24/26, P99 too few, 1 open, 1 >30 d, 1 won't fix" in text
        assert f"- {OPEN}, Go's fix 2026-09-17: open in named (60 d); fixed in moving" in text
        await press(pilot, "enter")
        assert "feed: a.json /published" in screen_of(app).plain_text(80)


@pytest.mark.asyncio
async def test_each_row_names_its_vendor_and_a_line_says_what_its_cells_mean(tmp_path: Path) -> None:
    app = response_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        rows = take_rows(app)
        assert "▸ moving acme " in rows
        assert "imports other " in rows
        assert "too few: unsure" in rows
        for size, said in (((100, 30), "too few to tell"), ((160, 45), "┃│┊ P50 P90 P99")):
            await pilot.resize_terminal(*size)
            await settle(pilot)
            assert said in take_rows(app)
        await pilot.resize_terminal(80, 20)
        await settle(pilot)
        assert "28/31" not in take_rows(app)
        await press(pilot, "question_mark", *"28/31")
        assert "28 by nearest rank among the fixed" in take_rows(app)


@pytest.mark.asyncio
async def test_a_timeline_counts_the_channels_of_which_nothing_is_known(tmp_path: Path) -> None:
    app = response_app(tmp_path, f"response/{OPEN}")
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        screen = screen_of(app)
        assert (screen.status().unknown, screen.status().notes[0]) == (1, "one CVE")
        assert sum("imports  not known" in line.plain for line in screen.page.lines) == 1
        await press(pilot, "escape")
        assert screen.status().unknown == sum(row.is_unknown for row in rows_of(app))


@pytest.mark.asyncio
async def test_n_goes_from_one_timeline_to_the_next_of_the_list(tmp_path: Path) -> None:
    app = response_app(tmp_path)
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        screen = screen_of(app)
        assert "n" not in app.screen.active_bindings
        await press(pilot, "enter", "n")
        assert screen.parts() == (WONT,)
        await press(pilot, "N")
        assert screen.parts() == (OPEN,)
        await press(pilot, "N")
        assert "the first CVE of the list" in screen.status_line.say()
        await press(pilot, "escape", "slash", *WONT.lower(), "enter")
        app.open_link(Link("response", (OPEN,)))
        await settle(pilot)
        await press(pilot, "n")
        assert "not in the list as it is filtered" in screen.status_line.say()
        assert screen.parts() == (OPEN,)


@pytest.mark.asyncio
async def test_pairs_are_not_offered_where_they_are_shown(tmp_path: Path) -> None:
    app = response_app(tmp_path)
    async with app.run_test(size=_SIZE) as pilot:
        await settle(pilot)
        assert "c Pairs" in take_rows(app)
        await press(pilot, "c")
        assert "c Pairs" not in take_rows(app)
        await press(pilot, "escape")
        assert "c Pairs" in take_rows(app)
