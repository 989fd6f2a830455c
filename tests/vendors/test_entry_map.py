"""Where vendors enter a build: every entry at its stage, drawn within the page, harmless as Mermaid."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.model.value import changed
from supplymatrix.model.vendor import Point
from supplymatrix.reports.entry_view import render_entries_json, render_entries_mermaid, render_entries_text
from supplymatrix.reports.snippet import text_width
from supplymatrix.vendors.entry_map import STAGES, entry_map
from tests.vendors.profiles import good


def test_the_stages_are_all_points_in_the_order_of_a_build() -> None:
    assert tuple(point for point, _, _ in STAGES) == tuple(Point)
    assert [stage.point for stage in entry_map([])] == list(Point)


@pytest.mark.parametrize("point", Point)
def test_an_entry_stands_at_its_stage_and_nowhere_else(point: Point) -> None:
    profile = good()
    moved = changed(profile, entries=(changed(profile.entries[0], point=point),))
    assert [stage.point for stage in entry_map([moved]) if stage.entered] == [point]


def test_a_drawing_is_a_row_of_closed_boxes_of_one_width() -> None:
    text = render_entries_text(entry_map([good()]), width=80)
    boxes = [line for line in text.splitlines() if line.startswith(("┌", "│", "└"))]
    assert {text_width(line) for line in boxes} == {80}
    assert sum(line.startswith("┌") for line in boxes) == sum(line.startswith("└") for line in boxes) == len(Point)
    assert "nobody enters here" in text
    assert "in place of what the Go project itself delivers" in text


def test_the_plain_drawing_is_ascii() -> None:
    profile = changed(good(), name="Öl \u202e")
    assert render_entries_text(entry_map([profile]), ascii_only=True).isascii()


@given(st.text(max_size=300), st.text(min_size=1, max_size=60), st.integers(60, 120))
def test_no_text_of_a_profile_breaks_a_box(mechanism: str, name: str, width: int) -> None:
    profile = good()
    entry = changed(profile.entries[0], mechanism=mechanism)
    text = render_entries_text(entry_map([changed(profile, name=name, entries=(entry,))]), width=width)
    boxes = [line for line in text.split("\n") if line.startswith(("┌", "│", "└"))]
    assert {text_width(line) for line in boxes} == {width}


@given(st.text(max_size=150))
def test_no_text_of_a_profile_ends_a_label_of_mermaid(text: str) -> None:
    profile = good()
    entry = changed(profile.entries[0], mechanism=text)
    chart = render_entries_mermaid(entry_map([changed(profile, name=text, entries=(entry,))]))
    for line in chart.strip("\n").split("\n"):
        assert line.count('"') in (0, 2)
        label = line.split('"')[1] if '"' in line else ""
        assert re.fullmatch(r"(?:[A-Za-z0-9 .,:/+=()_*@?-]|#\d+;)*", label)


def test_the_chart_leads_from_source_to_program() -> None:
    chart = render_entries_mermaid(entry_map([good()]))
    steps = re.findall(r"^  (\w+) ==> (\w+)$", chart, re.MULTILINE)
    assert [first for first, _ in steps] == ["source", *(f"s_{point}" for point in Point)]
    assert steps[-1][1] == "runs"
    assert 'v0 -->|"dnf install golang"| s_toolchain' in chart


def test_json_names_signs_and_evidence() -> None:
    profile = good()
    document = json.loads(render_entries_json(entry_map([profile]), [profile]))
    (entry,) = [entry for stage in document["stages"] for entry in stage["entries"]]
    assert entry["detect"] == ["package:golang", "env:GOEXPERIMENT=acme*"]
    assert entry["evidence"] == ["page"]


def test_a_placeholder_is_written_for_people_with_how_to_set_it() -> None:
    profile = good()
    entry = changed(profile.entries[0], mechanism="GOPROXY=https://{audit_id}.acme.example/go")
    stages = entry_map([changed(profile, entries=(entry,))])
    text, chart = render_entries_text(stages), render_entries_mermaid(stages)
    assert "{" not in text
    assert "https://<your-audit-id>.acme.example/go" in text
    assert "set audit_id under [variables.acme] in a file quotes.toml" in " ".join(text.split())
    assert "your-audit-id" in chart


@pytest.mark.parametrize("length", [30, 55, 66, 150])
def test_an_address_stays_whole_on_one_line(length: int) -> None:
    profile = good()
    address = "https://acme.example/" + "a" * (length - 21)
    entry = changed(profile.entries[0], mechanism=f"GOPROXY of {address} and a login")
    text = render_entries_text(entry_map([changed(profile, name="A rather long name", entries=(entry,))]), width=80)
    assert any(address in line for line in text.splitlines())


def test_a_long_name_is_told_whole() -> None:
    name = "Acme Assured and Hardened Images for Everybody"
    text = render_entries_text(entry_map([changed(good(), name=name)]), width=80)
    words = [word for line in text.splitlines() for word in line[3:24].split()]
    assert [word for word in words if word in name.split()] == name.split()
