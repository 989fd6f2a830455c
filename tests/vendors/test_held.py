"""What a project has of a vendor: what it stands on and is free, what is bought, and nothing else."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.model.location import Location
from supplymatrix.model.value import changed
from supplymatrix.model.vendor import Capability, Offer, OfferKind, Price, State, VendorProfile
from supplymatrix.vendors.cells import CellStatus, cell_of
from supplymatrix.vendors.decide import Asked, decide
from supplymatrix.vendors.decision import drawn_weights, parts_of_today, run_draws
from supplymatrix.vendors.held import held_offers, held_profile
from supplymatrix.vendors.matrix import TODAY, make_matrix
from tests.vendors.decisions import DAY, KEYS, SPANS, answer, bare_option, dice, profile

_PLACE = Location(artifact="x.toml", line=1)
_YES, _NO, _UNKNOWN, _NA = State.YES, State.NO, State.UNKNOWN, State.NA


def _offer(name: str, tier: str, kind: OfferKind = OfferKind.BASE_IMAGE) -> Offer:
    return Offer(
        id=name, name=name, kind=kind, tier=tier, contract="", go_minors=(), arches=(), eol_rule="", evidence=(),
        location=_PLACE,
    )  # fmt: skip


def _paid(row: Capability) -> Capability:
    return changed(row, scope=changed(row.scope, tier="paid"))


def _bought(offer: str, *, is_bought: bool = True) -> Price:
    return Price(
        offer=offer, state="known", amount=Decimal(1), currency="EUR", per="org", period="year", is_list=False,
        evidence=(), searched=(), searched_at=None, location=_PLACE, from_user=True, is_bought=is_bought,
    )  # fmt: skip


def _vendor(*rows: Capability, prices: tuple[Price, ...] = ()) -> VendorProfile:
    offers = (_offer("image", "both"), _offer("other", "free"), _offer("pro", "paid"),
              _offer("feed", "free", OfferKind.DATA))  # fmt: skip
    return changed(profile("acme", rows, prices=prices), offers=offers)


def test_held_are_the_free_offers_that_it_stands_on_the_free_data_and_what_is_bought() -> None:
    assert held_offers(_vendor(), ("image", "pro")) == {"image", "feed"}
    assert held_offers(_vendor()) == {"image", "other", "feed"}
    assert held_offers(_vendor(prices=(_bought("pro"),)), ("image",)) == {"image", "feed", "pro"}
    assert held_offers(_vendor(prices=(_bought("pro", is_bought=False),)), ("image",)) == {"image", "feed"}


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (answer("human_support", _YES), _YES),
        (_paid(answer("human_support", _YES)), _NO),
        (_paid(answer("human_support", _YES, offer="image")), _NO),
        (_paid(answer("human_support", _YES, offer="pro")), _UNKNOWN),
        (_paid(answer("human_support", _UNKNOWN)), _UNKNOWN),
        (_paid(answer("lapse_effect", State.PARTIAL)), _NA),
        (answer("fix_sla", _YES, offer="pro"), _UNKNOWN),
        (answer("fix_sla", _YES, offer="other"), _UNKNOWN),
        (answer("fix_sla", _NO, offer="other"), _UNKNOWN),
        (answer("fix_sla", _YES, offer="feed"), _YES),
    ],
)
def test_a_statement_is_worth_what_it_says_of_what_the_project_has(row: Capability, state: State) -> None:
    found = cell_of(held_profile(_vendor(row), ("image",)), row.key, DAY)
    assert found.state is state
    assert found.status in (CellStatus.LIVE, CellStatus.UNKNOWN)
    bought = _vendor(row, prices=(_bought("pro"), _bought("image"), _bought("other")))
    assert cell_of(held_profile(bought, ("image",)), row.key, DAY) == cell_of(bought, row.key, DAY)


def test_who_stands_on_what_is_only_for_sale_may_have_bought_it() -> None:
    row = _paid(answer("human_support", _YES))
    found = cell_of(held_profile(_vendor(row), ("pro",)), row.key, DAY)
    assert (found.state, found.status) == (_UNKNOWN, CellStatus.UNKNOWN)


def test_paid_and_free_are_not_mixed_and_the_words_say_so() -> None:
    rows = [_paid(answer("human_support", _YES)), answer("human_support", State.PARTIAL, offer="image")]
    found = cell_of(held_profile(_vendor(*rows), ("image",)), "human_support", DAY)
    assert [item.state for item in found.answers] == [State.PARTIAL, _NO]
    assert found.answers[1].capability.value.startswith("only if bought: ")
    assert cell_of(_vendor(*rows), "human_support", DAY).state is _YES


def test_what_an_offer_that_it_has_leaves_open_is_not_told_by_another() -> None:
    rows = [answer("fips_mode", _YES, offer="pro"), answer("fips_mode", _UNKNOWN, offer="image")]
    assert cell_of(held_profile(_vendor(*rows), ("image",)), "fips_mode", DAY).state is _UNKNOWN


def test_a_vendor_that_sells_more_is_an_option_and_today_stays_beside_it() -> None:
    seller = _vendor(_paid(answer("human_support", _YES)), answer("fips_mode", _YES))
    asked = Asked(as_of=DAY, standing=(("acme", "FROM acme"),), stood={"acme": ("image",)}, draws=50)
    decision = decide([seller, profile("umbra", {"air_gap": _YES})], asked)
    assert {TODAY, "acme"} <= set(decision.left)
    matrix = make_matrix([_vendor(answer("fips_mode", _YES))], as_of=DAY, standing=asked.standing, stood=asked.stood)
    assert [item.option for item in parts_of_today(matrix.options)] == ["acme"]


def test_one_unknown_of_today_and_its_vendor_has_one_coin_and_is_counted_once() -> None:
    """With a coin each, today would beat the vendor that has all of it and more."""
    seller = _vendor(_paid(answer("human_support", _YES)), *(answer(key, _UNKNOWN) for key in ("fips_mode", "air_gap")))
    rows = {row.key for row in seller.capabilities}
    rest = [answer(key, _NO) for key in ("fix_sla", "arches", "signing")]
    matrix = make_matrix(
        [changed(seller, capabilities=(*seller.capabilities, *rest))], as_of=DAY, standing=[("acme", "FROM acme")],
        stood={"acme": ("image",)},
    )  # fmt: skip
    keys = (*sorted(rows), "fix_sla", "arches", "signing")
    drawn = run_draws(matrix.options, [], draws=300, seed=7, criteria=keys)
    assert drawn.share("acme") == 1
    assert {item.option for item in drawn.unknowns} == {"acme"}
    assert all(item.decides == 0 for item in drawn.unknowns)


_ROW = st.lists(st.sampled_from(SPANS), min_size=len(KEYS), max_size=len(KEYS))


@given(st.lists(_ROW, min_size=3, max_size=3), st.integers(0, 1_000))
def test_shares_and_shared_unknowns_are_those_of_a_naive_reckoning(
    rows: list[list[tuple[Fraction, Fraction]]], seed: int
) -> None:
    """Every unknown played out both ways, draw by draw; one of today and of its vendor turns both."""
    today = changed(bare_option(TODAY, rows[0]), standing=(("acme", "FROM acme"),))
    options = [today, bare_option("acme", rows[1]), bare_option("umbra", rows[2])]
    open_ = [[low < high for low, high in row] for row in rows]
    coin_of = {
        (row, column): 0 if row == 1 and open_[0][column] and open_[1][column] else row
        for row in range(3)
        for column in range(len(KEYS))
    }
    of_weights, of_coins = dice(seed), dice(seed + 2**64)
    wins, decides = [Fraction(0)] * 3, {}
    for row, column in ((row, column) for row in range(3) for column in range(len(KEYS)) if open_[row][column]):
        if row or not open_[1][column]:
            decides[options[row].id, KEYS[column]] = 0
    for _ in range(15):
        weights, coins = drawn_weights(of_weights, [False] * len(KEYS)), of_coins.getrandbits(3 * len(KEYS))

        def first(coins: int, weights: list[int] = weights) -> list[int]:
            worth = [
                sum(
                    weight * rows[row][column][coins >> (coin_of[row, column] * len(KEYS) + column) & 1]
                    for column, weight in enumerate(weights)
                )
                for row in range(3)
            ]
            return [row for row in range(3) if worth[row] == max(worth)]

        for row in first(coins):
            wins[row] += Fraction(1, len(first(coins)))
        for name, key in decides:
            row, column = [option.id for option in options].index(name), KEYS.index(key)
            bit = 1 << coin_of[row, column] * len(KEYS) + column
            decides[name, key] += first(coins | bit) != first(coins & ~bit)
    drawn = run_draws(options, [], draws=15, seed=seed, criteria=KEYS)
    assert [drawn.firsts[option.id] for option in options] == wins
    assert {(item.option, item.key): item.decides for item in drawn.unknowns} == decides
