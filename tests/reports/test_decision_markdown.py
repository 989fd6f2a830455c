"""A decision as Markdown: for a comment, as a record, and the list of what to ask."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import timedelta

import pytest

from supplymatrix.model.vendor import State
from supplymatrix.reports.ask_list import render_ask_list
from supplymatrix.reports.decision_json import render_decision_json
from supplymatrix.reports.decision_markdown import render_decision_markdown, render_decision_record
from supplymatrix.reports.decision_words import headline
from supplymatrix.vendors.cells import cell_of
from supplymatrix.vendors.decide import Asked, decide, questions
from supplymatrix.vendors.needs import Need, apply_answers, parse_answers
from tests.reports.decisions import built_in, hostile, made, priced
from tests.vendors.decisions import DAY, answer, evidence, profile

_FIPS = Need(key="fips_mode", must=True, origin="--must")
_BLOCK = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_sentence_is_the_heading() -> None:
    decision = built_in(_FIPS)
    assert render_decision_markdown(decision).startswith(f"## {headline(decision)[:20]}")


@pytest.mark.parametrize("render", [render_decision_markdown, render_decision_record, render_ask_list])
def test_nothing_from_outside_is_markup(render: object) -> None:
    text = render(hostile())  # type: ignore[operator]
    prose = text.partition("## Data")[0]
    assert "\x1b" not in text
    assert "<b>" not in re.sub(r"`[^`]*`", "", prose)
    assert "@you" not in re.sub(r"`[^`]*`", "", prose)


def test_a_record_holds_the_whole_decision_as_json() -> None:
    decision = built_in(_FIPS)
    data = render_decision_record(decision).partition("```json\n")[2].rpartition("\n```")[0]
    assert json.loads(data) == json.loads(render_decision_json(decision))


def test_a_record_of_hostile_texts_ends_its_block_once() -> None:
    lines = render_decision_record(hostile()).split("\n")
    assert [line for line in lines if line.startswith("```")] == ["```json", "```"]


def test_a_record_names_the_digest_of_every_profile() -> None:
    decision = built_in(_FIPS)
    text = render_decision_record(decision)
    for option in decision.options:
        if option.profile is not None:
            assert f"`{option.profile.sha256}`" in text


def test_costs_stand_beside_and_a_price_that_is_not_known_is_a_question_mark() -> None:
    text = render_decision_markdown(priced())
    assert "Cost, which is not weighed" in text
    assert "`max`: ?" in text


def test_an_ask_list_has_a_question_and_a_table_to_fill_in_for_each_decisive_unknown() -> None:
    decision = built_in(_FIPS)
    text = render_ask_list(decision)
    rows = [row for block in _BLOCK.findall(text) for row in tomllib.loads(block)["answer"]]
    asked = questions(decision)
    assert asked
    assert sorted((row["vendor"], row["key"]) for row in rows) == sorted((item.vendor, item.key) for item in asked)
    assert all(row["state"] == "unknown" for row in rows)


def test_an_ask_list_as_it_is_written_answers_nothing() -> None:
    offers = {option.id: () for option in built_in(_FIPS).options}
    assert parse_answers(render_ask_list(built_in(_FIPS)).encode(), "q.md", offers=offers, today=DAY) == ()


def test_an_ask_list_that_is_filled_in_is_read_back_as_dated_evidence() -> None:
    """The round trip: every question answered with yes; no unknown of these cells is left, and each has its source."""
    vendors = [profile("acme", {"fips_mode": State.UNKNOWN, "air_gap": State.NO}),
               profile("umbra", [answer("air_gap", State.YES, by=("old",)), answer("fips_mode", State.YES)],
                       sources=[evidence("old", read=DAY - timedelta(days=900))])]  # fmt: skip
    decision = decide(vendors, Asked(as_of=DAY, draws=300))
    asked = [item for item in questions(decision) if item.vendor in ("acme", "umbra")]
    text = render_ask_list(decision).replace('state = "unknown"', 'state = "yes"').replace('value = ""', 'value = "ja"')
    text = text.replace('source = ""', 'source = "letter of 20 November"')
    answers = parse_answers(text.encode(), "q.md", offers={"acme": (), "umbra": (), "today": ()}, today=DAY)
    assert sorted((item.vendor, item.capability.key) for item in answers) == sorted(
        (item.vendor, item.key) for item in asked
    )
    told = {vendor.id: vendor for vendor in apply_answers(vendors, answers)}
    for item in answers:
        cell = cell_of(told[item.vendor], item.capability.key, DAY)
        assert cell.state is State.YES
        assert cell.low == 1
        assert f"{item.vendor}:{item.evidence.id}" in cell.evidence_ids
        assert (item.evidence.source, item.evidence.retrieved_at) == ("letter of 20 November", DAY)


def test_where_nothing_is_open_there_is_nothing_to_ask() -> None:
    rows = ("go-project", {"fips_mode": State.NO}), ("acme", {"fips_mode": State.NO})
    assert "there is nothing to ask" in render_ask_list(made(*rows))


def test_an_ask_list_says_what_was_searched_and_what_is_needed() -> None:
    need = Need(key="arches", must=True, items=("s390x",), origin="--must")
    vendors = [profile("acme", {"arches": State.UNKNOWN}), profile("umbra", {"air_gap": State.YES})]
    text = render_ask_list(decide(vendors, Asked(as_of=DAY, needs=(need,), draws=200)))
    assert "looked in: the manual" in text
    assert "we must have it, namely `s390x`" in text
    assert '# items = ["s390x"]' in text
