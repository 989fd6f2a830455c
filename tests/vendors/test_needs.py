"""Needs, scenarios and answers as a buyer writes them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.model.vendor import EvidenceKind, State
from supplymatrix.vendors.cells import CellStatus, cell_of
from supplymatrix.vendors.needs import (
    DEFAULT_SCENARIOS,
    MAX_NEEDS,
    Need,
    apply_answers,
    join_needs,
    parse_answers,
    parse_need_word,
    parse_needs,
    parse_scenarios,
)
from tests.docs.pages import blocks
from tests.vendors.decisions import DAY, answer, evidence, profile

_OFFERS = {"acme": ("image", "toolchain"), "umbra": ()}
_EIGHT = ["go_minors", "arches", "fips_mode", "air_gap", "fix_sla", "signing", "sbom_formats", "human_support"]


def _faults(error: pytest.ExceptionInfo[InputError]) -> str:
    return "\n".join(str(item) for item in error.value.diagnostics)


def _answers(text: str) -> object:
    return parse_answers(text.encode(), "answers.toml", offers=_OFFERS, today=DAY)


def _answer(**changes: str) -> str:
    rows = {"vendor": '"acme"', "key": '"air_gap"', "state": '"yes"', "value": '"works offline"',
            "source": '"letter of Ms A"', "answered_at": "2026-11-20"} | changes  # fmt: skip
    return "[[answer]]\n" + "".join(f"{name} = {text}\n" for name, text in rows.items() if text)


def test_a_mistyped_item_gets_a_suggestion_and_the_right_one_is_taken_in_any_case() -> None:
    with pytest.raises(InputError) as error:
        parse_need_word("arches=amd65", must=True)
    assert error.value.diagnostics[0].remedy == "did you mean 'amd64'?"
    assert parse_need_word("sbom_formats=SPDX,spdx", must=True).items == ("spdx",)


def test_an_answer_says_something_in_the_unit_of_its_key() -> None:
    for old, new, said in (
        ('"days"', '"months"', "are in days"),
        ('value = "7 days"', 'value = "?"', "no word or number"),
        ('value = "7 days"', 'value = "\\u2800"', "empty"),
    ):
        text = (
            '[[answer]]\nvendor = "acme"\nkey = "fix_sla"\nstate = "yes"\nvalue = "7 days"\nsource = "a letter"\n'
            'answered_at = 2026-11-20\nnumbers = {critical = 7}\nunit = "days"\n'
        )
        day = date(2026, 11, 25)
        assert len(parse_answers(text.encode(), "a.toml", offers={"acme": ()}, today=day)) == 1
        with pytest.raises(InputError) as error:
            parse_answers(text.replace(old, new).encode(), "a.toml", offers={"acme": ()}, today=day)
        assert said in _faults(error)


def test_a_need_keeps_its_items_its_reason_and_its_place() -> None:
    text = b'[[need]]\nkey = "go_minors"\nmust = true\nitems = ["1.25"]\nwhy = "the fleet"\n'
    (need,) = parse_needs(text, "needs.toml")
    assert need == Need(key="go_minors", must=True, items=("1.25",), why="the fleet", origin=need.origin)
    assert need.origin.startswith("needs.toml:1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[need]]\nkey = "fips_mod"\n', "fips_mode"),
        ('[[need]]\nkey = "delivers"\n', "delivers"),
        ('[[need]]\nkey = "arches"\n[[need]]\nkey = "arches"\n', "needed twice"),
        ('[[need]]\nkey = "go_minors"\nitems = ["go1.25.3"]\n', "no minor version"),
        ('[[need]]\nkey = "arches"\nitems = ["x86_64"]\n', "expected amd64"),
        ('[[need]]\nkey = "fips_mode"\nitems = ["140-3"]\n', "no lists"),
        ('[[need]]\nkey = "go_minors"\nitems = ["1.026"]\n', "no minor version"),
        ('[[need]]\nkey = "arches"\nitems = ["amd65"]\n', "none of the words for arches"),
        ('[[need]]\nkey = "sbom_formats"\nitems = ["spdex"]\n', "none of the words for sbom_formats"),
        ('[[need]]\nkey = "arches"\nmust = "yes"\n', "true"),
        ("", "need"),
        ("[[need]]\nmust = true\n", "key"),
    ],
)
def test_a_wrong_need_is_told_with_its_place(text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        parse_needs(text.encode(), "needs.toml")
    assert said in _faults(error)
    assert "needs.toml" in _faults(error)


def test_a_ninth_need_is_refused() -> None:
    text = "".join(f'[[need]]\nkey = "{key}"\n' for key in [*_EIGHT, "reproducible"])
    with pytest.raises(InputError) as error:
        parse_needs(text.encode(), "needs.toml")
    assert f"more than {MAX_NEEDS}" in _faults(error)


def test_a_word_of_the_command_line_is_a_need() -> None:
    assert parse_need_word("arches=amd64,arm64", must=True) == Need(
        key="arches", must=True, items=("amd64", "arm64"), origin="--must"
    )


@pytest.mark.parametrize(
    ("word", "said"),
    [("fips", "did you mean"), ("delivers", "only describes"), ("arches=", "empty"), ("arches=amd64,,arm", "empty"),
     ("go_minors=1", "no minor"), ("", "no such key"), ("x" * 5000, "no such key"), ("air_gap=yes", "no lists")],
)  # fmt: skip
def test_a_wrong_word_is_told(word: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        parse_need_word(word, must=False)
    (fault,) = error.value.diagnostics
    assert said in f"{fault}; {fault.remedy}"
    assert len(str(fault)) < 2_000


def test_the_users_needs_win_over_those_of_the_project() -> None:
    project = [Need(key="arches", must=False, items=("amd64",), origin="Dockerfile:1")]
    own = [Need(key="arches", must=True, items=("s390x",), origin="--must")]
    needs, left_out = join_needs(own, project=project)
    assert needs == tuple(own)
    assert left_out == ()


def test_a_word_wins_over_the_file() -> None:
    file = [Need(key="arches", must=False, origin="needs.toml:1")]
    word = [Need(key="arches", must=True, origin="--must")]
    assert join_needs(file, word)[0] == tuple(word)


def test_what_the_project_needs_beyond_eight_is_named_and_left_out() -> None:
    own = [Need(key=key, must=False, origin="--need") for key in _EIGHT[:7]]
    project = [Need(key=key, must=False, origin="go.mod:3") for key in ("human_support", "reproducible")]
    needs, left_out = join_needs(own, project=project)
    assert len(needs) == MAX_NEEDS
    assert left_out == (project[1],)


def test_a_ninth_need_of_the_user_over_file_and_words_is_refused() -> None:
    own = [Need(key=key, must=False, origin="--need") for key in [*_EIGHT, "reproducible"]]
    with pytest.raises(InputError):
        join_needs(own)


def test_a_scenario_says_what_weighs_more_and_what_costs_then() -> None:
    text = b'[[scenario]]\nid = "war"\nname = "a long winter"\nfactors = {air_gap = 9}\nprice_percent = 200\n'
    (scenario,) = parse_scenarios(text, "s.toml")
    assert (scenario.id, scenario.factors["air_gap"], scenario.price_percent) == ("war", 9, 200)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[scenario]]\nid = "a"\nname = "b"\nfactors = {air_gapp = 9}\n', "air_gap"),
        ('[[scenario]]\nid = "a"\nname = "b"\nfactors = {air_gap = -1}\n', "number"),
        ('[[scenario]]\nid = ""\nname = "b"\nfactors = {}\n', "empty"),
        ('[[scenario]]\nid = "a"\nname = "b"\nfactors = {}\n' * 2, "two scenarios"),
        ("".join(f'[[scenario]]\nid = "a{n}"\nname = "b"\nfactors = {{}}\n' for n in range(21)), "at most 20"),
    ],
)
def test_a_wrong_scenario_is_told(text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        parse_scenarios(text.encode(), "s.toml")
    assert said in _faults(error)


def test_scenarios_of_our_own_name_keys_that_are_weighed() -> None:
    for scenario in DEFAULT_SCENARIOS:
        for key in scenario.factors:
            assert parse_need_word(key, must=False).key == key


def test_an_answer_is_dated_evidence_in_the_place_of_what_was_unknown() -> None:
    acme = profile("acme", {"air_gap": State.UNKNOWN})
    answers = parse_answers(_answer().encode(), "answers.toml", offers=_OFFERS, today=DAY)
    (told,) = apply_answers([acme], answers)
    cell = cell_of(told, "air_gap", DAY)
    assert (cell.state, cell.status, len(cell.answers)) == (State.YES, CellStatus.LIVE, 1)
    assert cell.evidence_ids == ("acme:answer-1-2026-11-20",)
    assert told.evidence["answer-1-2026-11-20"].retrieved_at == date(2026, 11, 20)


def test_an_answer_does_not_count_before_its_day() -> None:
    acme = profile("acme", {"air_gap": State.UNKNOWN})
    (told,) = apply_answers([acme], parse_answers(_answer().encode(), "a", offers=_OFFERS, today=DAY))
    assert cell_of(told, "air_gap", date(2026, 11, 19)).state is State.UNKNOWN


def test_an_answer_about_one_offer_leaves_the_others_unknown() -> None:
    rows = [answer("air_gap", State.UNKNOWN, offer="image"), answer("air_gap", State.UNKNOWN, offer="toolchain")]
    text = _answer(state='"no"', offer='"image"')
    (told,) = apply_answers([profile("acme", rows)], parse_answers(text.encode(), "a", offers=_OFFERS, today=DAY))
    assert cell_of(told, "air_gap", DAY).state is State.UNKNOWN


def test_two_answers_that_differ_are_a_conflict_and_nothing_is_chosen() -> None:
    text = _answer() + _answer(state='"no"', value='"not at all"')
    acme = profile("acme", {"air_gap": State.UNKNOWN})
    (told,) = apply_answers([acme], parse_answers(text.encode(), "a", offers=_OFFERS, today=DAY))
    cell = cell_of(told, "air_gap", DAY)
    assert cell.status is CellStatus.CONFLICT
    assert cell.low == 0
    assert cell.high == 1


def test_an_answer_by_contract_outranks_what_the_vendors_page_says() -> None:
    acme = profile("acme", {"air_gap": State.NO})
    text = _answer(kind='"contract"')
    (told,) = apply_answers([acme], parse_answers(text.encode(), "a", offers=_OFFERS, today=DAY))
    assert cell_of(told, "air_gap", DAY).state is State.YES


def test_hearsay_is_no_answer_that_counts() -> None:
    acme = profile("acme", {"air_gap": State.UNKNOWN})
    (told,) = apply_answers([acme], parse_answers(_answer(kind='"recall"').encode(), "a", offers=_OFFERS, today=DAY))
    assert cell_of(told, "air_gap", DAY).state is State.UNKNOWN


def test_a_question_still_unknown_is_no_answer() -> None:
    text = _answer(state='"unknown"', value='""', source='""', answered_at="")
    assert _answers(text) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_answer(vendor='"acne"'), "acme"),
        (_answer(key='"air_gapp"'), "air_gap"),
        (_answer(answered_at="2026-11-26"), "not come yet"),
        (_answer(answered_at=""), "'answered_at' is missing"),
        (_answer(source='""'), "empty"),
        (_answer(value='" "'), "empty"),
        (_answer(offer='"immage"'), "image"),
        (_answer(state='"maybe"'), "state"),
        (_answer(numbers="{days = 1}"), "days"),
        ("[[answer]\n", "answers.toml"),
    ],
)
def test_a_wrong_answer_is_told_with_its_place(text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        _answers(text)
    assert said in "\n".join(f"{fault} {fault.remedy}" for fault in error.value.diagnostics)


def test_the_toml_of_a_markdown_file_keeps_its_lines() -> None:
    block = _answer(vendor='"acne"')
    page = f"# Answers\n\n```text\n[[answer]]\n```\n\n```toml\n{block}```\n".encode()
    with pytest.raises(InputError) as error:
        parse_answers(page, "asked.md", offers=_OFFERS, today=DAY)
    (fault,) = error.value.diagnostics
    assert fault.line == 9


def test_an_answer_changes_no_other_vendor() -> None:
    umbra = profile("umbra", {"air_gap": State.UNKNOWN}, sources=[evidence("x", EvidenceKind.CONTRACT)])
    answers = parse_answers(_answer().encode(), "a", offers=_OFFERS, today=DAY)
    assert apply_answers([umbra], answers) == (umbra,)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (
        lambda: parse_needs(data, "x"),
        lambda: parse_scenarios(data, "x"),
        lambda: parse_answers(b"```toml\n" + data, "x", offers=_OFFERS, today=DAY),
    ):
        with suppress(InputError):
            read()


def test_every_example_of_the_page_can_be_read() -> None:
    texts = ["\n".join(block.lines).encode() for block in blocks("docs/formats/decision-toml.md", "toml")]
    needs, scenarios, answers = texts
    assert len(parse_needs(needs, "page")) == 2
    assert parse_scenarios(scenarios, "page") == DEFAULT_SCENARIOS
    assert len(parse_answers(answers, "page", offers={"redhat": ("go-toolset",)}, today=DAY)) == 1
