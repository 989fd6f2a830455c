"""What became of answers that stand beside something that was known."""

from __future__ import annotations

from datetime import date

import pytest

from supplymatrix.model.vendor import Capability, EvidenceKind, State
from supplymatrix.vendors.cells import cell_of
from supplymatrix.vendors.needs import apply_answers, parse_answers
from supplymatrix.vendors.taken_answers import Effect, taken_answers
from tests.vendors.decisions import DAY, answer, evidence, profile

_TEXT = """[[answer]]
vendor = "acme"
key = "air_gap"
state = "yes"
value = "by mirror"
source = "letter"
answered_at = {day}
kind = "{kind}"
"""
_NO, _YES, _UNKNOWN = State.NO, State.YES, State.UNKNOWN


@pytest.mark.parametrize(
    ("rows", "kind", "day", "effect", "beside"),
    [
        ([answer("air_gap", _UNKNOWN)], "vendor_doc", "2026-11-20", Effect.FILLS, []),
        ([answer("air_gap", _YES)], "vendor_doc", "2026-11-20", Effect.AGREES, [(_YES, "page")]),
        ([answer("air_gap", _NO)], "vendor_doc", "2026-11-20", Effect.CONFLICT, [(_NO, "page")]),
        ([answer("air_gap", _NO, offer="image")], "vendor_doc", "2026-11-20", Effect.CONFLICT, [(_NO, "page")]),
        ([answer("air_gap", _NO)], "contract", "2026-11-20", Effect.HOLDS, [(_NO, "page")]),
        ([answer("air_gap", _NO)], "third_party", "2026-11-20", Effect.OUTRANKED, [(_NO, "page")]),
        ([answer("air_gap", _NO)], "recall", "2026-11-20", Effect.RECALL, [(_NO, "page")]),
        ([answer("air_gap", _NO)], "vendor_doc", "2026-11-24", Effect.NOT_YET, [(_NO, "early")]),
        ([answer("air_gap", _NO)], "vendor_doc", "2020-11-24", Effect.EXPIRED, [(_NO, "page")]),
    ],
)
def test_it_is_told_what_an_answer_does_beside_what_was_known(
    rows: list[Capability], kind: str, day: str, effect: Effect, beside: list[tuple[State, str]]
) -> None:
    as_of = date(2026, 11, 22) if effect is Effect.NOT_YET else DAY
    if effect is Effect.NOT_YET:
        rows = [answer("air_gap", _NO, by=("early",))]
    acme = profile("acme", rows, sources=[evidence("early", EvidenceKind.VENDOR_DOC, date(2026, 11, 1))])
    text = _TEXT.format(kind=kind, day=day)
    answers = parse_answers(text.encode(), "a.toml", offers={"acme": ("image",)}, today=DAY)
    told = apply_answers([acme], answers)
    (taken,) = taken_answers(told, answers, as_of)
    assert taken.effect is effect
    assert [(state, item.id) for state, item in taken.beside] == beside
    state = cell_of(told[0], "air_gap", as_of).state
    assert (state is _UNKNOWN) == (effect is Effect.CONFLICT)
