"""What only the user knows fills in, is marked as theirs, and stays out of what they did not ask for."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.reports.vendor_view import render_vendor_text
from supplymatrix.vendors.user_data import (
    NO_USER_DATA,
    UserData,
    parse_user_data,
    unused_user_data,
    variables_of,
    with_user_data,
    with_user_values,
)
from tests.vendors.profiles import DAY, GOOD, good, without

DATA = """\
[quotes.acme.golang]
amount = "120.50"
currency = "EUR"
per = "core"
as_of = 2026-11-01

[variables.acme]
identity = "corp.example"
"""
UNKNOWN_PRICE = 'state = "unknown"\nsearched = ["its pages: a price"]\nsearched_at = 2026-11-25\n'


def user(text: str = DATA) -> UserData:
    return parse_user_data(text.encode(), "quotes.toml", today=DAY)


def unpriced() -> str:
    head, price = GOOD.split("[[price]]")
    assert "evidence" in price
    return f'{head}[[price]]\noffer = "golang"\n{UNKNOWN_PRICE}'


def test_a_quote_takes_the_place_of_a_price_that_is_unknown() -> None:
    (price,) = with_user_data(good(unpriced()), user()).prices
    assert (str(price.amount), price.currency, price.per, price.from_user) == ("120.50", "EUR", "core", True)
    assert price.searched_at == date(2026, 11, 1)


def test_a_quote_stands_before_a_list_price() -> None:
    assert [price.from_user for price in with_user_data(good(), user()).prices] == [True, False]


def test_a_variable_fills_signs_and_only_when_asked_values() -> None:
    text = without(GOOD, '"days by severity"', '"for {identity}, {other}"')
    text = without(text, '"package:golang"', '"goproxy:{identity}.acme.example"')
    profile = with_user_data(good(text), user())
    assert profile.entries[0].detect[0].pattern == "corp.example.acme.example"
    assert profile.capabilities[0].value == "for {identity}, {other}"
    filled = with_user_values(profile, user()).capabilities[0]
    assert filled.value == "for corp.example, {other}"
    assert "from your own quotes.toml" in filled.note


def test_a_quote_is_shown_only_when_asked_for() -> None:
    profile = with_user_data(good(), user())
    assert "120.50" not in render_vendor_text(profile, DAY)
    assert "your own quote" in render_vendor_text(profile, DAY)
    assert "120.50 EUR per core a year, your own quote of 2026-11-01" in render_vendor_text(profile, DAY, filled=True)


def test_the_variables_of_a_profile_are_those_it_has_a_place_for_set_or_not() -> None:
    text = without(GOOD, '"days by severity"', '"for {identity}, {other_one}"')
    profile = with_user_data(good(text), user())
    assert variables_of(profile, user()) == {"identity": "corp.example", "other_one": None}
    assert variables_of(with_user_data(good(), NO_USER_DATA)) == {}


def test_filled_says_what_is_set_what_is_not_and_how_to_set_it() -> None:
    text = without(GOOD, '"days by severity"', '"for {identity}, {other_one}"')
    profile = with_user_values(good(text), user())
    shown = render_vendor_text(profile, DAY, filled=True, variables=variables_of(good(text), user()))
    for part in ("for corp.example, <your-other-one>", "variable identity: corp.example", "variable other_one: not set",
                 "quotes: none is set; there can be one for golang", "--profiles DIR", "[variables.acme]",
                 "[quotes.acme.golang]"):  # fmt: skip
        assert part in shown, part
    example = "\n".join(line.strip() for line in shown.partition("    [quotes")[2].splitlines())
    assert parse_user_data(f"[quotes{example}".encode(), "quotes.toml", today=DAY).quotes


def test_without_a_place_for_a_variable_that_is_said() -> None:
    assert "this profile has no place for one" in render_vendor_text(good(), DAY, filled=True, variables={})


def test_what_fills_nothing_is_told() -> None:
    text = DATA.replace("acme.golang", "acme.goland") + '[variables.acne]\nx = "y"\n'
    said = unused_user_data(user(text), {"acme": good()})
    assert len(said) == 2
    assert "no offer 'goland'" in said[0]
    assert "acne" in said[1]


def test_later_data_wins_and_the_rest_stays() -> None:
    both = user().beside(user('[variables.acme]\nidentity = "b"\n[variables.x]\ny = "z"\n'))
    assert both.variables == {"acme": {"identity": "b"}, "x": {"y": "z"}}
    assert both.quotes == user().quotes
    assert NO_USER_DATA.beside(user()) == user()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('amount = "120.50"', "amount = 120.50", "no text"),
        ('amount = "120.50"', 'amount = "-1"', "no amount"),
        ('per = "core"', 'per = "cpu"', "there is no per 'cpu'"),
        ("as_of = 2026-11-01", "as_of = 2027-11-01", "in the future"),
        ("as_of = 2026-11-01\n", "", "'as_of' is missing"),
        ("[quotes.acme.golang]", "[quote.acme.golang]", "there is no key 'quote'"),
        ("[quotes.acme.golang]", "[quotes.acme]", "no table"),
        ('identity = "corp.example"', "identity = 1", "no text"),
        ('identity = "corp.example"', 'Identity-X = "a"', "no name"),
    ],
)  # fmt: skip
def test_a_fault_of_the_users_data_is_told(old: str, new: str, message: str) -> None:
    assert DATA.count(old) == 1
    with pytest.raises(InputError) as caught:
        user(DATA.replace(old, new))
    assert message in str(caught.value)
    assert all(fault.line >= 1 for fault in caught.value.diagnostics)


@given(st.binary(max_size=100))
def test_any_bytes_are_data_or_a_clear_fault(data: bytes) -> None:
    with suppress(InputError):
        parse_user_data(data, "quotes.toml")
