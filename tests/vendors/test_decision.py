"""Who drops out and how often each option comes first, against a slow and naive second reckoning."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from supplymatrix.model.value import changed
from supplymatrix.model.vendor import Capability, EvidenceKind, State, VendorProfile
from supplymatrix.vendors.cells import cell_of
from supplymatrix.vendors.decide import Asked, decide, questions
from supplymatrix.vendors.decision import (
    CRITERIA,
    drawn_weights,
    eliminations,
    fails,
    find_dominated,
    fit_option,
    lacking,
    may_fail,
    parts_of_today,
    run_draws,
)
from supplymatrix.vendors.matrix import TODAY, Option, make_matrix
from supplymatrix.vendors.needs import Need
from tests.vendors.decisions import DAY, KEYS, SPANS, answer, any_options, bare_option, dice, evidence, profile

pytestmark = pytest.mark.slow

_FIPS = Need(key="fips_mode", must=True)
_ARCHES = Need(key="arches", must=True, items=("amd64", "s390x"))
_YES, _NO, _PARTIAL, _UNKNOWN = State.YES, State.NO, State.PARTIAL, State.UNKNOWN
_NEEDS = st.sets(st.sampled_from(KEYS)).map(lambda keys: [Need(key=key, must=False) for key in sorted(keys)])


def _naive(
    options: list[Option], needs: list[Need], draws: int, seed: int
) -> tuple[dict[str, Fraction], dict[tuple[str, str], int]]:
    """Return wins and decisive unknowns, draw by draw, in fractions, every completion of each unknown played out."""
    of_weights, of_coins = dice(seed), dice(seed + 2**64)
    needed = [key in {need.key for need in needs} for key in KEYS]
    wins = {option.id: Fraction(0) for option in options}
    decides = {
        (option.id, key): 0 for option in options for key in KEYS if option.cells[key].low != option.cells[key].high
    }
    for _ in range(draws):
        weights = [Fraction(part, 2**24) for part in drawn_weights(of_weights, needed)]
        assert sum(weights) == 1
        coins = of_coins.getrandbits(len(options) * len(KEYS))

        def earned(row: int, column: int, coins: int = coins) -> Fraction:
            cell = options[row].cells[KEYS[column]]
            return cell.high if coins >> (row * len(KEYS) + column) & 1 else cell.low

        def winners(
            flipped: tuple[int, int] | None = None, *, high: bool = False, weights: list[Fraction] = weights
        ) -> set[int]:
            values = []
            for row, option in enumerate(options):
                total = Fraction(0)
                for column, key in enumerate(KEYS):
                    cell = option.cells[key]
                    part = earned(row, column)
                    if flipped == (row, column):
                        part = cell.high if high else cell.low
                    total += weights[column] * part
                values.append(total)
            return {row for row, worth in enumerate(values) if worth == max(values)}

        first = winners()
        for row in first:
            wins[options[row].id] += Fraction(1, len(first))
        for row, column in itertools.product(range(len(options)), range(len(KEYS))):
            place = (options[row].id, KEYS[column])
            if place in decides and winners((row, column)) != winners((row, column), high=True):
                decides[place] += 1
    return wins, decides


@given(any_options(), _NEEDS, st.integers(0, 99))
def test_shares_and_decisive_unknowns_are_those_of_a_naive_reckoning(
    options: list[Option], needs: list[Need], seed: int
) -> None:
    drawn = run_draws(options, needs, draws=25, seed=seed, criteria=KEYS)
    wins, decides = _naive(options, needs, 25, seed)
    assert drawn.firsts == wins
    assert {(item.option, item.key): item.decides for item in drawn.unknowns} == decides


@given(any_options(), _NEEDS, st.integers(0, 99))
def test_all_draws_are_won_by_somebody(options: list[Option], needs: list[Need], seed: int) -> None:
    drawn = run_draws(options, needs, draws=20, seed=seed, criteria=KEYS)
    assert sum(drawn.firsts.values()) == 20
    assert sum(drawn.weights.values()) == 1


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(0, 2**32))
def test_weights_add_up_and_a_needed_key_weighs_at_least_as_much_as_any_other(needed: list[bool], seed: int) -> None:
    weights = drawn_weights(dice(seed), needed)
    assert sum(weights) == 2**24
    assert min(weights) >= 0
    most = max((weight for weight, is_needed in zip(weights, needed, strict=True) if not is_needed), default=0)
    assert all(weight >= most for weight, is_needed in zip(weights, needed, strict=True) if is_needed)


def test_no_needed_key_is_heavier_than_another_on_average() -> None:
    """Of three keys in two groups: each order within a group is as likely as any other, to a tenth."""
    random, sums = dice(7), [0, 0, 0, 0]
    for _ in range(4_000):
        sums = [a + b for a, b in zip(sums, drawn_weights(random, [True, False, True, False]), strict=True)]
    assert abs(sums[0] / sums[2] - 1) < 0.1
    assert abs(sums[1] / sums[3] - 1) < 0.1
    assert sums[0] > sums[1]


@given(any_options(), st.data(), st.integers(0, 99))
def test_raising_a_cell_never_lowers_the_share_of_its_option(
    options: list[Option], data: st.DataObject, seed: int
) -> None:
    row, key = data.draw(st.integers(0, len(options) - 1)), data.draw(st.sampled_from(KEYS))
    cell = options[row].cells[key]
    low, high = data.draw(st.sampled_from([span for span in SPANS if span[0] >= cell.low and span[1] >= cell.high]))
    raised = changed(options[row], cells={**options[row].cells, key: changed(cell, low=low, high=high)})
    after = [*options[:row], raised, *options[row + 1 :]]
    before = run_draws(options, (), draws=20, seed=seed, criteria=KEYS)
    assert run_draws(after, (), draws=20, seed=seed, criteria=KEYS).firsts[raised.id] >= before.firsts[raised.id]


@given(any_options(), _NEEDS, st.integers(0, 99))
def test_a_dominated_option_never_comes_first_alone(options: list[Option], needs: list[Need], seed: int) -> None:
    beaten = {item.option: item.by for item in find_dominated(options, KEYS)}
    of_weights, of_coins = dice(seed), dice(seed + 1)
    for _ in range(20):
        weights = drawn_weights(of_weights, [key in {need.key for need in needs} for key in KEYS])
        values = {}
        for option in options:
            cells = [option.cells[key] for key in KEYS]
            values[option.id] = sum(
                weight * (cell.high if of_coins.getrandbits(1) else cell.low)
                for weight, cell in zip(weights, cells, strict=True)
            )
        for name, by in beaten.items():
            assert values[by] >= values[name]


@given(any_options())
def test_domination_is_that_of_every_completion_of_the_unknowns(options: list[Option]) -> None:
    """Brute force: one beats the other if it is nowhere behind in any completion, and ahead somewhere in each."""

    def completions(option: Option) -> list[tuple[Fraction, ...]]:
        spans = [{option.cells[key].low, option.cells[key].high} for key in KEYS]
        return list(itertools.product(*spans))

    def beats(one: Option, other: Option) -> bool:
        pairs = list(itertools.product(completions(one), completions(other)))
        level = all(a >= b for mine, theirs in pairs for a, b in zip(mine, theirs, strict=True))
        return level and all(mine != theirs for mine, theirs in pairs)

    found = {item.option: item.by for item in find_dominated(options, KEYS)}
    expected = {o.id for o in options if any(beats(other, o) for other in options if other is not o)}
    by_id = {option.id: option for option in options}
    assert set(found) == expected
    assert all(beats(by_id[by], by_id[name]) for name, by in found.items())
    assert not set(found.values()) & set(found)


def test_equal_options_do_not_drop_each_other_out() -> None:
    options = [bare_option("a", [SPANS[1]] * 5), bare_option("b", [SPANS[1]] * 5)]
    assert find_dominated(options, KEYS) == ()
    assert run_draws(options, (), draws=8, seed=1, criteria=KEYS).firsts == {"a": 4, "b": 4}


@pytest.mark.parametrize(
    ("rows", "fails_it"),
    [
        ([answer("fips_mode", _NO)], True),
        ([answer("fips_mode", State.NA)], True),
        ([answer("fips_mode", _YES)], False),
        ([answer("fips_mode", _PARTIAL)], False),
        ([answer("fips_mode", _UNKNOWN)], False),
        ([], False),
        ([answer("fips_mode", _NO, by=("old",))], False),
        ([answer("fips_mode", _NO, by=("gossip",))], False),
        ([answer("fips_mode", _NO), answer("fips_mode", _YES)], False),
        ([answer("fips_mode", _NO, by=("deed",)), answer("fips_mode", _YES)], True),
        ([answer("fips_mode", _NO, by=("deed",)), answer("fips_mode", _UNKNOWN)], True),
        ([answer("fips_mode", _NO, offer="a"), answer("fips_mode", _UNKNOWN, offer="b")], False),
        ([answer("fips_mode", _NO, offer="a"), answer("fips_mode", _NO, offer="b")], True),
        ([answer("fips_mode", _NO, offer="a"), answer("fips_mode", _YES, offer="b")], False),
    ],
)
def test_a_must_have_is_failed_by_what_is_known_alone(rows: list[Capability], fails_it: bool) -> None:
    sources = [evidence("old", read=DAY.replace(year=2020)), evidence("gossip", EvidenceKind.RECALL),
               evidence("deed", EvidenceKind.CONTRACT)]  # fmt: skip
    vendor = profile("acme", rows, sources=sources)
    assert (fails(cell_of(vendor, "fips_mode", DAY), _FIPS) is not None) is fails_it


@pytest.mark.parametrize(
    ("rows", "missing"),
    [
        ([answer("arches", _YES, items=("amd64",))], ("s390x",)),
        ([answer("arches", _YES, items=("arm64",))], ("amd64", "s390x")),
        ([answer("arches", _PARTIAL, items=("amd64", "s390x"))], None),
        ([answer("arches", _YES)], None),
        ([answer("arches", _YES, items=("amd64",), offer="a"), answer("arches", _YES, offer="b")], None),
        ([answer("arches", _YES, items=("amd64",), offer="a"), answer("arches", _UNKNOWN, offer="b")], None),
        (
            [answer("arches", _YES, items=("amd64",), offer="a"), answer("arches", _YES, items=("s390x",), offer="b")],
            None,
        ),
        ([answer("arches", _YES, items=("amd64",), offer="a"), answer("arches", _NO, offer="b")], ("s390x",)),
        (
            [answer("arches", _YES, items=("amd64",), by=("deed",)), answer("arches", _PARTIAL, items=("s390x",))],
            ("s390x",),
        ),
    ],
)  # fmt: skip
def test_items_are_missing_only_where_all_lists_are_known(
    rows: list[Capability], missing: tuple[str, ...] | None
) -> None:
    vendor = profile("acme", rows, sources=[evidence("deed", EvidenceKind.CONTRACT)])
    assert fails(cell_of(vendor, "arches", DAY), _ARCHES) == missing


def test_a_question_about_harm_is_not_failed_by_what_cannot_do_it() -> None:
    vendor = profile("acme", {"sumdb_compat": State.NA, "arches": State.NA})
    assert fails(cell_of(vendor, "sumdb_compat", DAY), Need(key="sumdb_compat", must=True)) is None
    assert fails(cell_of(vendor, "arches", DAY), Need(key="arches", must=True)) == ()


@given(st.lists(st.sampled_from([_YES, _NO, _PARTIAL, _UNKNOWN, State.NA, None]), min_size=1, max_size=5))
def test_eliminations_are_those_of_a_naive_look(states: list[State | None]) -> None:
    rows = [profile(f"v{n}", {"fips_mode": state} if state else {}) for n, state in enumerate(states)]
    found = eliminations(make_matrix(rows, as_of=DAY).options, [_FIPS, Need(key="air_gap", must=True)])
    assert {item.option for item in found} == {f"v{n}" for n, state in enumerate(states) if state in (_NO, State.NA)}
    assert all(item.evidence == (f"{item.option}:page",) for item in found)


def test_a_list_that_is_not_said_to_be_complete_drops_nobody() -> None:
    row = answer("arches", _YES, items=("amd64",), complete=False)
    cell = cell_of(profile("a", [row]), "arches", DAY)
    assert fails(cell, _ARCHES) is None
    assert lacking(cell, _ARCHES) == (("s390x",), False)
    assert may_fail(cell, _ARCHES)
    assert not may_fail(cell, Need(key="arches", must=True, items=("amd64",)))
    half = [row, answer("arches", _YES, items=("arm64",), offer="b")]
    assert fails(cell_of(profile("a", half), "arches", DAY), _ARCHES) is None


def test_a_must_have_of_which_a_list_names_a_part_is_not_known_to_be_met() -> None:
    world = [profile("acme", [answer("arches", _YES, items=("amd64",), complete=False)])]
    decision = decide(world, Asked(as_of=DAY, needs=(_ARCHES,), draws=10))
    assert ("acme", "arches") in decision.unproven
    assert "acme" in decision.left


def test_an_elimination_for_missing_items_names_the_evidence_of_every_list() -> None:
    rows = [answer("arches", _YES, items=("arm",), offer="a"),
            answer("arches", _PARTIAL, items=("arm64",), offer="b", by=("deed",))]  # fmt: skip
    vendor = profile("acme", rows, sources=[evidence("deed")])
    (found,) = eliminations(make_matrix([vendor], as_of=DAY).options[1:], [_ARCHES])
    assert found.evidence == ("acme:page", "acme:deed")


@pytest.mark.parametrize(
    ("row", "span"),
    [
        (answer("arches", _YES, items=("amd64", "s390x", "arm")), (1, 1)),
        (answer("arches", _YES, items=("amd64",)), (Fraction(1, 2), Fraction(1, 2))),
        (answer("arches", _YES, items=("arm",)), (0, 0)),
        (answer("arches", _YES), (0, 1)),
        (answer("arches", _PARTIAL, items=("amd64", "s390x")), (Fraction(1, 2), Fraction(1, 2))),
        (answer("arches", _UNKNOWN), (0, 1)),
        (answer("arches", _NO), (0, 0)),
    ],
)
def test_a_cell_earns_what_it_has_of_the_items_that_are_needed(row: Capability, span: tuple[object, object]) -> None:
    (_, option) = make_matrix([profile("acme", [row])], as_of=DAY).options
    cell = fit_option(option, [Need(key="arches", must=False, items=("amd64", "s390x"))]).cells["arches"]
    assert (cell.low, cell.high) == span


def test_the_vendor_on_whose_path_the_project_stands_is_a_part_of_today() -> None:
    vendors = [profile("acme", {"fips_mode": _YES}), profile("umbra", {"air_gap": _YES})]
    matrix = make_matrix(vendors, as_of=DAY, standing=[("acme", "Dockerfile:1 FROM acme")])
    assert [(item.option, item.by, item.is_part) for item in parts_of_today(matrix.options)] == [("acme", TODAY, True)]
    assert parts_of_today([option for option in matrix.options if option.id != TODAY]) == ()


def _world() -> list[VendorProfile]:
    return [
        profile("go-project", {"fips_mode": _PARTIAL, "air_gap": _YES, "fix_sla": _NO}),
        profile("acme", {"fips_mode": _YES, "fix_sla": _YES, "air_gap": _UNKNOWN}),
        profile("umbra", {"fips_mode": _NO, "fix_sla": _YES, "air_gap": _YES}),
        profile("lesser", dict.fromkeys(CRITERIA, _NO) | {"fips_mode": _PARTIAL}),
    ]


def test_every_option_ends_in_exactly_one_place() -> None:
    decision = decide(_world(), Asked(as_of=DAY, needs=(_FIPS,), draws=50))
    out = [item.option for item in decision.eliminated] + [item.option for item in decision.dropped]
    assert sorted([*out, *decision.left]) == sorted(option.id for option in decision.options)
    assert [item.option for item in decision.eliminated] == ["umbra"]
    dropped = [(item.option, item.by, item.is_part) for item in decision.dropped]
    assert dropped == [("go-project", TODAY, True), ("lesser", TODAY, False)]
    assert TODAY in decision.left


def test_today_stands_on_a_vendor_that_is_not_compared() -> None:
    asked = Asked(as_of=DAY, vendors=("acme",), draws=10)
    decision = decide(_world(), asked)
    assert [option.id for option in decision.options] == [TODAY, "acme"]
    assert decision.by_id[TODAY].cells["air_gap"].state is _YES


def test_an_excluded_vendor_is_not_compared() -> None:
    decision = decide(_world(), Asked(as_of=DAY, excluded=("acme",), draws=10))
    assert "acme" not in decision.by_id


def test_a_must_have_that_is_not_known_is_named_and_kept() -> None:
    need = Need(key="air_gap", must=True)
    decision = decide(_world(), Asked(as_of=DAY, needs=(need,), draws=10))
    assert ("acme", "air_gap") in decision.unproven
    assert "acme" in decision.left


def test_questions_go_to_the_vendor_whose_cell_is_open_the_most_decisive_first() -> None:
    decision = decide(_world(), Asked(as_of=DAY, draws=200))
    found = questions(decision, most=5)
    assert len(found) == 5
    assert [item.decides for item in found] == sorted((item.decides for item in found), reverse=True)
    assert all(item.decides for item in found)
    assert TODAY not in {item.vendor for item in found}


def test_a_question_says_where_it_was_looked_for() -> None:
    world = [profile("acme", {"air_gap": _UNKNOWN, "fix_sla": _YES}), profile("umbra", {"air_gap": _PARTIAL})]
    decision = decide(world, Asked(as_of=DAY, draws=200))
    (asked,) = [item for item in questions(decision, most=99) if (item.vendor, item.key) == ("acme", "air_gap")]
    assert asked.searched == (f"the manual ({DAY})",)
    assert asked.why == "nothing that says so was found"


def test_a_question_about_an_expired_answer_tells_it() -> None:
    world = [
        profile("acme", [answer("air_gap", _YES, by=("old",))], sources=[evidence("old", read=DAY.replace(year=2024))])
    ]
    decision = decide(world, Asked(as_of=DAY, draws=200))
    (asked,) = [item for item in questions(decision, most=99) if item.key == "air_gap"]
    assert "it was yes: yes indeed; the evidence expired, stale since 2025-11-26" in asked.why


def test_without_vendors_today_is_all_there_is() -> None:
    decision = decide([], Asked(as_of=DAY, draws=3))
    assert decision.left == (TODAY,)
    assert decision.share(TODAY) == 1
    assert questions(decision) == ()


@given(st.integers(0, 2**63 - 1))
def test_the_same_seed_draws_the_same_decision(seed: int) -> None:
    asked = Asked(as_of=DAY, draws=10, seed=seed)
    one, other = decide(_world(), asked), decide(_world(), asked)
    assume(one.drawn is not None and other.drawn is not None)
    assert one.drawn == other.drawn


@pytest.mark.parametrize(
    ("items", "lacks"),
    [(("amd64",), (("s390x",), True)), ((), (("amd64", "s390x"), False)), (("amd64", "s390x"), ((), False))],
)
def test_a_needed_item_that_a_list_leaves_out_is_lacking_and_one_without_a_list_is_not_told(
    items: tuple[str, ...], lacks: tuple[tuple[str, ...], bool]
) -> None:
    cell = cell_of(profile("a", [answer("arches", _YES, items=items)]), "arches", DAY)
    assert lacking(cell, _ARCHES) == lacks
