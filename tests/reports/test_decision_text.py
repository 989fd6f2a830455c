"""A decision as people read it in a terminal."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from supplymatrix.model.vendor import State
from supplymatrix.reports.decision_text import render_decision_text
from supplymatrix.reports.decision_words import headline, outcome_of, partly_met, percent, regret_words
from supplymatrix.reports.snippet import text_width
from supplymatrix.vendors.decision import CRITERIA
from supplymatrix.vendors.needs import Need
from tests.reports.decisions import built_in, hostile, made, priced
from tests.vendors.decisions import DAY

pytestmark = pytest.mark.slow

_YES, _NO, _UNKNOWN = State.YES, State.NO, State.UNKNOWN
_RICH = dict.fromkeys(CRITERIA, _YES)
_POOR = dict.fromkeys(CRITERIA, _NO)
_FIPS = Need(key="fips_mode", must=True, origin="--must")


def test_one_sentence_comes_first() -> None:
    decision = built_in(_FIPS)
    assert " ".join(render_decision_text(decision).split()).startswith(headline(decision))


def test_the_sentence_comes_last_too() -> None:
    decision = built_in(_FIPS)
    for full in (False, True):
        last = render_decision_text(decision, full=full).rstrip("\n").split("\n\n")[-1]
        assert " ".join(last.split()) == headline(decision)


def test_a_vendor_whose_price_is_not_weighed_is_no_reason_to_say_that_all_dropped_out() -> None:
    decision = made(("go-project", {"fips_mode": _YES}), needs=())
    assert headline(decision) == (
        "Only today is left, what the project has already: it has all that Go-Project offers."
    )


def test_what_is_not_known_of_the_leader_and_known_of_the_next_is_told_against_it() -> None:
    rows = dict.fromkeys(CRITERIA, _YES)
    decision = made(
        ("acme", rows | {"fips_mode": _UNKNOWN}), ("umbra", rows | {"air_gap": _NO, "arches": _NO}), needs=()
    )
    found = decision.recommendation
    assert (found.leader, [reason.key for reason in found.reasons_open]) == ("acme", ["fips_mode"])
    assert "not known, at worst -" in render_decision_text(decision)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_is_wider_than_the_page(width: int, *, full: bool) -> None:
    for decision in (built_in(), built_in(_FIPS), priced()):
        lines = render_decision_text(decision, width=width, full=full).split("\n")
        assert max(text_width(line) for line in lines if not line.startswith("next:")) <= width


def test_a_clear_winner_is_said_with_its_share() -> None:
    decision = made(("acme", _RICH | {"fips_mode": State.PARTIAL}), ("umbra", _POOR | {"fips_mode": _YES}), needs=())
    assert headline(decision).startswith("Acme comes first in ")
    assert "of 100 weightings" in headline(decision)


def test_no_clear_winner_is_an_answer() -> None:
    decision = made(("acme", {"fips_mode": _YES}), ("umbra", {"fips_mode": _YES}))
    assert headline(decision).startswith("No clear winner: ")


def test_today_can_come_first() -> None:
    rows = ("go-project", _RICH | {"air_gap": State.PARTIAL}), ("acme", _POOR | {"air_gap": _YES})
    assert headline(made(*rows, needs=())).startswith("Today, what the project has already, comes first in ")


def test_that_nothing_is_left_is_said() -> None:
    decision = made(("go-project", _POOR), ("acme", _POOR))
    assert headline(decision).startswith("Nothing is left")
    text = render_decision_text(decision)
    assert "Acme: FIPS mode is a must, and it says no [acme:page]" in text
    assert "today: FIPS mode is a must, and it says no [go-project:page]" in text


def test_that_only_today_is_left_is_said() -> None:
    decision = made(("go-project", {"fips_mode": _YES}), ("acme", _POOR))
    assert headline(decision).startswith("Only today is left")
    assert "for today" not in render_decision_text(decision)


def test_that_only_one_vendor_is_left_is_said() -> None:
    decision = made(("go-project", _POOR), ("acme", _RICH))
    assert headline(decision) == "Only Acme is left: everything else, today included, dropped out."
    assert "today: 0 %, it dropped out" in render_decision_text(decision)


def test_that_the_only_one_left_may_fail_a_must_have_is_said_with_it() -> None:
    decision = made(("go-project", _POOR), ("acme", {"fips_mode": _UNKNOWN, "air_gap": _YES}))
    assert headline(decision) == (
        "Only Acme is left: everything else, today included, dropped out; "
        "Acme is not known to meet the must-have: FIPS mode."
    )
    assert outcome_of(decision) == "only_one_in_doubt"
    today = made(("go-project", {"fips_mode": _UNKNOWN, "air_gap": _YES}), ("acme", _POOR))
    assert "is not known to meet the must-have: FIPS mode." in headline(today)


def test_a_must_have_that_is_met_only_partly_is_told() -> None:
    decision = made(("go-project", {**_RICH, "air_gap": _NO}), ("acme", {**_RICH, "fips_mode": State.PARTIAL}))
    text = " ".join(render_decision_text(decision, full=True).split())
    assert "FIPS mode is a must, and met only partly by Acme: kept, since that is not no" in text
    assert partly_met(decision, "acme") == ("fips_mode",)
    assert partly_met(decision, "today") == ()


def test_a_must_have_that_is_not_known_is_told_and_kept() -> None:
    text = " ".join(render_decision_text(made(("acme", {"fips_mode": _UNKNOWN})), full=True).split())
    assert "FIPS mode is a must, and not known of today, Acme: kept, since unknown is not no" in text


def test_a_dominated_option_is_told_by_whom() -> None:
    text = " ".join(render_decision_text(made(("acme", _RICH), ("umbra", _POOR), needs=())).split())
    assert "Umbra: Acme is as good or better on every key" in text


def test_every_need_has_its_origin() -> None:
    assert "must  FIPS mode (fips_mode)  from --must" in render_decision_text(built_in(_FIPS))


def test_today_stands_among_the_shares() -> None:
    table = render_decision_text(built_in(_FIPS)).partition("how often first")[2]
    assert any(line.startswith("  today ") for line in table.split("\n"))


def test_three_reasons_for_and_two_against_at_most() -> None:
    decision = built_in(_FIPS)
    text, found = render_decision_text(decision, full=True), decision.recommendation
    assert text.count("\n  +") == len(found.reasons_for) <= 3
    assert text.count("\n  -") == len(found.reasons_against) <= 2
    assert text.count("\n  not known, at worst -") == len(found.reasons_open) <= 2


def test_a_known_price_is_shown_with_its_evidence_and_in_the_price_scenario() -> None:
    text = " ".join(render_decision_text(priced(), full=True).split())
    said = "pro: 1,234.50 EUR per core a year, list price; if the price rises by half: 1,851.75 EUR [acme:page]"
    assert said in text
    assert "air: no charge [acme:page]" in text
    assert "max: ?" in text


def test_a_price_whose_evidence_expired_is_not_known() -> None:
    text = " ".join(render_decision_text(priced(read=DAY + timedelta(days=181))).split())
    assert "pro: ? (was 1,234.50 EUR per core a year, list price; no evidence for it holds today)" in text
    assert "air: ? (was free" in text


def test_the_users_own_quote_is_marked() -> None:
    assert "your own quote" in " ".join(render_decision_text(priced(from_user=True)).split())


def test_nothing_from_outside_moves_the_cursor() -> None:
    text = render_decision_text(hostile())
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_the_next_commands_go_on_from_the_same_question() -> None:
    text = render_decision_text(built_in(_FIPS), again="supplymatrix decide svc --must fips_mode")
    assert "next: supplymatrix decide svc --must fips_mode --ask questions.md\n" in text
    assert "next: supplymatrix decide svc --must fips_mode --record decision.md\n" in text


@pytest.mark.parametrize(
    ("share", "shown"),
    [(Fraction(0), "0 %"), (Fraction(1, 1000), "<1 %"), (Fraction(61, 100), "61 %"), (Fraction(999, 1000), ">99 %"),
     (Fraction(1), "100 %")],
)  # fmt: skip
def test_a_share_is_not_rounded_to_nothing_or_all(share: Fraction, shown: str) -> None:
    assert percent(share) == shown


def test_a_regret_is_rounded_outwards() -> None:
    assert regret_words(Fraction(19, 10), Fraction(21, 10)) == "1 to 3"
    assert regret_words(Fraction(0), Fraction(0)) == "0"
