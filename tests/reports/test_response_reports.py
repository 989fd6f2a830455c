"""Response times in every format: readable, whole, and with nothing in them that feeds could use against a reader."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from supplymatrix.model.advisory import DateTrust, FeedReading, FixState
from supplymatrix.model.value import changed
from supplymatrix.reports.registry import render_response
from supplymatrix.reports.response_csv import COLUMNS
from supplymatrix.reports.snippet import text_width
from supplymatrix.vendors.adoption import GoChange, History, PlaceKind
from supplymatrix.vendors.response_report import Asked, ResponseReport, work_out_response
from tests.support.data import REPO
from tests.vendors.made_reading import channel, day, event, go_fix, reading, shipment

_FORMATS = ("text", "json", "csv", "markdown")
_SCHEMA = REPO / "supplymatrix" / "reports" / "schema" / "response-v1.schema.json"
_CVES = [f"CVE-2024-{number}" for number in range(1, 30)]


def example() -> FeedReading:
    """Return a reading with everything in it: channels, programs, open, won't fix, negatives, no day of Go's."""
    fixes = [*(go_fix(cve, 10) for cve in _CVES[:-1]), go_fix(_CVES[-1], None)]
    events = [event(cve, 12 + number) for number, cve in enumerate(_CVES[:22])]
    events += [event(cve, 11, state=FixState.DETECTED) for cve in _CVES[:10]]
    events += [event(_CVES[25], 20, state=FixState.WONT_FIX), event(_CVES[26], 20, state=FixState.OPEN)]
    events += [event(_CVES[27], 3), event(_CVES[1], 40, package="crane")]
    shipments = [shipment("1.20.1", 1, name="two"), shipment("1.21.5", 60, name="two")]
    return reading(
        fixes=fixes,
        events=events,
        shipments=shipments,
        channels=[channel("one", rebases=False), channel("two")],
    )


def history() -> History:
    changes = tuple(
        GoChange(
            order=order, day=day(on), commit=f"{order:040x}", file="Dockerfile", line=1, kind=PlaceKind.FROM_TAG,
            go_version=version,
        )
        for order, (on, version) in enumerate([(0, "1.21.4"), (90, "1.22.1")])
    )  # fmt: skip
    return History(changes=changes, first=day(0), last=day(90), whole=True, gap="", root="project")


def report_of(found: FeedReading, *, cve: str = "", with_project: bool = True) -> ResponseReport:
    asked = Asked(day=day(450), cve=cve)
    return work_out_response(found, asked, history=history() if with_project else None, project="project")


def test_no_date_of_a_day_to_come_is_believed() -> None:
    fixes = [go_fix(_CVES[0], 10), go_fix(_CVES[1], 500)]
    events = [event(_CVES[0], 20), event(_CVES[1], 510)]
    shown = reading(fixes=fixes, events=events, channels=[channel("one", rebases=False)])
    report = work_out_response(shown, Asked(day=day(450)))
    assert [fix.cve for fix in report.fixes] == [_CVES[0]]
    assert [case.cve for found in report.channels for case in found.cases] == [_CVES[0]]
    assert all(found.as_of is None or found.as_of <= day(450) for found in report.channels)


def faults(text: str) -> list[str]:
    validator = Draft202012Validator(json.loads(_SCHEMA.read_text(encoding="utf-8")), format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(json.loads(text))]


@pytest.mark.parametrize("cve", ["", _CVES[0], _CVES[-1]])
@pytest.mark.parametrize("with_project", [True, False])
def test_the_json_fits_its_schema(cve: str, with_project: bool) -> None:
    assert faults(render_response(report_of(example(), cve=cve, with_project=with_project), "json")) == []


def test_the_page_has_a_row_for_every_field_of_the_json() -> None:
    page = (REPO / "docs" / "formats" / "response-json.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?`) \|", page, re.MULTILINE)
    named = {field for row in rows for field in re.findall(r"`(\w+)`", row)}
    expected = set(json.loads(_SCHEMA.read_text(encoding="utf-8"))["properties"])
    assert named | {"schema"} == expected


@pytest.mark.parametrize("explain", [True, False])
@pytest.mark.parametrize("cve", ["", _CVES[0]])
def test_the_text_stays_within_eighty_columns(cve: str, explain: bool) -> None:
    text = render_response(report_of(example(), cve=cve), "text", explain=explain)
    assert max(text_width(line) for line in text.splitlines()) <= 80


def test_the_text_shows_both_values_of_a_percentile_and_what_is_too_thin() -> None:
    line = next(line for line in render_response(report_of(example()), "text").splitlines() if line.startswith("one "))
    assert line.split()[1:] == ["23", "12/13", "21/23", "too", "few", "1", "1", "1"]


def test_a_negative_span_is_listed() -> None:
    words = " ".join(render_response(report_of(example()), "text").split())
    assert f"{_CVES[27]} -7 d (disclosure)" in words


def test_one_cve_explained_tells_the_file_and_field_of_each_date() -> None:
    text = render_response(report_of(example(), cve=_CVES[0]), "text", explain=True)
    assert text.count("a.json /published") == 3  # fix and detection of one channel, fix of the other
    assert "go.csv line 1" in text
    assert "took: Dockerfile:1" in text


def test_the_slowest_stage_is_named() -> None:
    assert "slowest: your adoption" in render_response(report_of(example(), cve=_CVES[0]), "text")


def test_a_project_without_a_history_is_not_known_and_no_zero() -> None:
    none = History(changes=(), first=None, last=None, whole=False, gap="no repository here", root="project")
    report = work_out_response(example(), Asked(day=day(450)), history=none, project="project")
    assert "not known: no repository here" in render_response(report, "text")
    assert json.loads(render_response(report, "json"))["project"]["summary"]["unknown"] == len(_CVES)
    assert [gap.reason for gap in report.gaps] == ["no repository here"]


def test_the_csv_has_a_line_for_each_case() -> None:
    report = report_of(example())
    rows = list(csv.DictReader(io.StringIO(render_response(report, "csv"))))
    assert len(rows) == sum(len(found.cases) for found in report.channels)
    assert set(rows[0]) == set(COLUMNS)
    assert (rows[0]["cve"], rows[0]["days"], rows[0]["fixed_file"]) == (_CVES[0], "2", "a.json")


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(start: str) -> None:
    found = reading(fixes=[go_fix(_CVES[0], 10)], events=[event(_CVES[0], 12, advisory=f"{start}1+1")])
    assert f"'{start}1+1" in render_response(report_of(found), "csv")


_HOSTILE = st.text(st.sampled_from("a\x1b\x00\u202e|`<\n\r=,\"'"), max_size=12)


@settings(max_examples=40)
@given(_HOSTILE, st.sampled_from(_FORMATS), st.booleans())
def test_hidden_characters_of_a_feed_reach_no_reader(text: str, fmt: str, explain: bool) -> None:
    said = event(_CVES[0], 12, advisory=f"A{text}")
    said = changed(said, version=text, package="golang")
    one = changed(channel("one"), name=text, stand_in_for=text)
    found = changed(
        reading(fixes=[go_fix(_CVES[0], 10)], events=[said], channels=[one]), as_of={f"feed{text}": day(90)}
    )
    for cve in ("", _CVES[0]):
        shown = render_response(report_of(found, cve=cve), fmt, explain=explain)
        assert not {"\x1b", "\x00", "\u202e"} & set(shown)
        if fmt == "json":
            assert faults(shown) == []


def test_percentiles_with_days_by_version_among_them_are_told_to_be_bounds() -> None:
    cves = _CVES[:5]
    shipments = [shipment("1.20.1", 1), shipment("1.21.5", 60)]
    named = [event(cve, 20, name="two", feed="two") for cve in cves]
    report = report_of(
        reading(
            fixes=[go_fix(cve, 10) for cve in cves],
            events=named,
            shipments=shipments,
            channels=[channel("one"), channel("two")],
            as_of={"feed": 400, "two": 400},
        )
    )
    text = render_response(report, "text")
    head = text.partition("Channels")[0].partition("Days from the Go release to")[0]
    cells = {line.split()[0]: line.split()[2] for line in head.splitlines() if line.startswith(("one ", "two "))}
    assert cells == {"one": "≤50/50", "two": "10/10"}
    assert "| `one` | 5 | ≤50/50 |" in render_response(report, "markdown")
    assert "| `two` | 5 | 10/10 |" in render_response(report, "markdown")
    assert "at most 50 days after" in render_response(report_of(example(), cve=_CVES[0]), "markdown").replace("\n", " ")
    clocks = {
        row["id"]: row["clocks"][0]["by_version"] for row in json.loads(render_response(report, "json"))["channels"]
    }
    assert clocks == {"one": 5, "two": 0}


@pytest.mark.parametrize("fmt", ["text", "markdown"])
@pytest.mark.parametrize("cve", ["", _CVES[0]])
def test_the_day_of_the_answer_and_the_end_of_each_channel_are_told_in_the_words_of_its_line(
    fmt: str, cve: str
) -> None:
    report = work_out_response(example(), Asked(day=day(100), as_of=day(100), cve=cve))
    words = " ".join(render_response(report, fmt).split())
    ends = {row.id: row.as_of for row in report.rows}
    for name, end in ends.items():
        assert f"{name} {end}" in words.replace("`", "").partition("known up to:")[2]
    assert f"as of {day(100)}; known up to:" in words
    if not cve:
        assert f"as of {day(100)}, without what came later" in words
        assert words.count(f"known up to {day(100)}") == len(ends)


@pytest.mark.parametrize("fmt", ["text", "markdown"])
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked(day=day(450), since=day(20)), f"the days from {day(20)} to {day(450)}; 28 CVEs lie outside of them"),
        (Asked(day=day(450), since=day(500)), f"the days from {day(500)} on; 28 CVEs lie outside of them"),
        (Asked(day=day(5), as_of=day(5), cve=_CVES[0]), f"the days up to {day(5)}; 1 CVE lies outside of them"),
    ],
)
def test_a_window_without_a_fix_of_go_is_told_with_what_lies_outside(fmt: str, asked: Asked, words: str) -> None:
    found = example()
    report = work_out_response(changed(found, go_fixes=found.go_fixes[:-1]), asked)
    assert report.is_empty
    assert words in " ".join(render_response(report, fmt).split())


def test_a_table_of_nothing_is_told_in_every_format() -> None:
    report = work_out_response(FeedReading(), Asked(day=day(1)))
    assert report.is_empty
    for fmt in _FORMATS:
        assert render_response(report, fmt)


def test_the_markdown_tells_pairs_stages_and_what_is_open() -> None:
    text = render_response(report_of(example()), "markdown")
    assert "one and two, 25 CVEs in both: one earlier 23," in text
    assert "slowest:" in text
    assert "| `one` | 23 | 12/13 | 21/23 | too few | 1 | 1 | 1 |" in text


def test_the_markdown_of_one_cve_tells_the_place_of_each_date() -> None:
    text = render_response(report_of(example(), cve=_CVES[0]), "markdown", explain=True)
    assert "feed: a.json /published" in text
    assert "Dockerfile:1" in text
    assert "your adoption" in text


def test_the_pairs_of_the_text_are_those_of_the_json() -> None:
    report = report_of(example())
    (pair,) = json.loads(render_response(report, "json"))["pairs"]
    lines = render_response(report, "text").splitlines()
    (row,) = [line.split() for line in lines if line.split()[:2] == ["one", "two"]]
    counts = [pair["n"], pair["first_faster"], pair["second_faster"], pair["ties"], pair["undecided"]]
    assert row[2:7] == [str(count) for count in counts]


def test_an_import_and_dates_without_worth_are_told() -> None:
    cves = [f"CVE-2023-{number}" for number in range(1, 30)]
    found = reading(
        fixes=[go_fix(cve, 10) for cve in cves],
        events=[event(cve, 60) for cve in cves],
        channels=[changed(channel(trust=DateTrust.IMPORT), stand_in_for="something else")],
    )
    words = " ".join(render_response(report_of(found), "text").split())
    assert "import: 29 entries (fixed) share" in words
    assert "no response time follows from them" in words
    assert "stands in for something else" in words
    assert "29 dated by an import" in words


def test_what_is_behind_the_numbers_is_listed_when_asked_for() -> None:
    text = render_response(report_of(example()), "text", explain=True)
    assert f"one, won't fix: {_CVES[25]}" in text
    assert f"not counted: {_CVES[-1]}" in text or f"not counted: {_CVES[-2]}" in text
