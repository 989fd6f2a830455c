"""The pages about profiles say what the readers do: their examples are right, their tables complete."""

from __future__ import annotations

from datetime import date

import pytest

from supplymatrix.vendors.capability_keys import CAPABILITY_KEYS, CapabilityKey
from supplymatrix.vendors.claims_reader import parse_claims
from supplymatrix.vendors.expiry import DAYS
from supplymatrix.vendors.profile_form import ITEMS, TABLES
from supplymatrix.vendors.profile_reader import parse_profile
from supplymatrix.vendors.user_data import parse_user_data
from tests.docs.pages import blocks, read_page

FORM = "docs/formats/vendor-profile-toml.md"
CLAIMS = "docs/formats/claims-toml.md"
DAY = date(2026, 11, 25)


def example(page: str, number: int) -> bytes:
    return "\n".join(list(blocks(page, "toml"))[number].lines).encode()


def test_the_example_of_a_profile_is_right() -> None:
    assert parse_profile(example(FORM, 0), "acme.toml", today=DAY).id == "acme"


def test_the_example_of_quotes_is_right() -> None:
    assert ("acme", "golang") in parse_user_data(example(FORM, 1), "quotes.toml", today=DAY).quotes


def test_the_example_of_claims_is_right() -> None:
    assert len(parse_claims(example(CLAIMS, 0), "a.toml", today=DAY)) == 2


@pytest.mark.parametrize("table", TABLES)
def test_the_page_names_every_key_of_a_table(table: str) -> None:
    heads = (f"| `[{table}]` |", f"| `[[{table}]]` |")
    (row,) = [line for line in read_page(FORM).split("\n") if line.startswith(heads)]
    for keys in TABLES[table]:
        assert [key for key in keys if f"`{key}`" not in row] == []


def test_the_page_names_every_word_of_a_closed_list() -> None:
    page = read_page(FORM)
    assert [word for key in ("feed_formats", "sbom_formats") for word in ITEMS[key] if f"`{word}`" not in page] == []


@pytest.mark.parametrize("key", CAPABILITY_KEYS, ids=[key.id for key in CAPABILITY_KEYS])
def test_the_page_asks_every_question_as_it_is(key: CapabilityKey) -> None:
    row = f"| `{key.id}` | {key.question} | {key.role.value} |"
    (line,) = [line for line in read_page("docs/vendors/README.md").split("\n") if line.startswith(row)]
    assert line.endswith(f"| {key.expires_days} |")


def test_the_page_tells_how_long_evidence_holds() -> None:
    days = {str(number) for number in DAYS.values()} | {str(key.expires_days) for key in CAPABILITY_KEYS}
    (line,) = [
        line for line in read_page(FORM).replace("\n  ", " ").split("\n") if line.startswith("- Evidence expires")
    ]
    assert [number for number in days if number not in line] == []
