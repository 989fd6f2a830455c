"""Claims: a verdict with dated evidence, or where it was looked for; never neither."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.model.vendor import Claim, ClaimVerdict
from supplymatrix.reports.claims_view import render_claims_markdown, render_claims_text
from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.cells import CellStatus
from supplymatrix.vendors.claim_status import claim_status
from supplymatrix.vendors.claims_reader import parse_claims
from supplymatrix.vendors.expiry import DAYS

DAY = date(2026, 11, 25)
GOOD = """\
schema = 1

[[claim]]
id = "go-is-mit"
says = "Go is MIT licensed"
about = "go"
verdict = "contradicted"
because = "the file has three clauses"
evidence = ["licence"]
cell = "go/licence"

[[claim]]
id = "tool-is-fast"
says = "the tool is fast"
about = "speed"
verdict = "no_evidence"
because = "nobody has measured it"
searched = ["its pages: a measurement"]
searched_at = 2026-11-25

[[evidence]]
id = "licence"
source = "https://go.example/LICENSE"
kind = "vendor_doc"
source_date = 2026-01-01
retrieved_at = 2026-11-23
confidence = "high"
"""


def read(text: str) -> tuple[Claim, ...]:
    return parse_claims(text.encode(), "claims/a.toml", today=DAY)


def test_claims_come_with_their_evidence() -> None:
    contradicted, unproven = read(GOOD)
    assert contradicted.verdict is ClaimVerdict.CONTRADICTED
    assert [item.source for item in contradicted.evidence] == ["https://go.example/LICENSE"]
    assert (unproven.searched, unproven.searched_at) == (("its pages: a measurement",), DAY)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('evidence = ["licence"]\n', "", "has no evidence"),
        ('evidence = ["licence"]', 'evidence = ["license"]', "no evidence 'license'"),
        ('kind = "vendor_doc"', 'kind = "recall"', "recall alone"),
        ('searched = ["its pages: a measurement"]\n', "", "where it was looked for"),
        ("searched_at = 2026-11-25\n", "", "when it was looked for"),
        ('verdict = "contradicted"', 'verdict = "wrong"', "there is no verdict 'wrong'"),
        ('id = "tool-is-fast"', 'id = "go-is-mit"', "two rows of claim"),
        ('cell = "go/licence"', 'cell = "go/license"', "names no cell"),
        ("retrieved_at = 2026-11-23", "retrieved_at = 2026-12-01", "in the future"),
        ('because = "nobody has measured it"', 'because = ""', "empty"),
        ("schema = 1", "schema = 7", "schema 7"),
        ('[[claim]]\nid = "go-is-mit"', '[[clam]]\nid = "go-is-mit"', "there is no key 'clam'"),
    ],
)  # fmt: skip
def test_a_fault_of_a_claim_is_told(old: str, new: str, message: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(InputError) as caught:
        read(GOOD.replace(old, new))
    assert message in str(caught.value)


def test_a_contradicted_claim_shows_source_and_dates() -> None:
    text = render_claims_text(read(GOOD), DAY)
    assert "CONTRADICTED: “Go is MIT licensed”" in text
    assert "https://go.example/LICENSE" in text
    assert "dated 2026-01-01, read 2026-11-23" in text
    assert "looked for on 2026-11-25: its pages: a measurement" in text
    assert "2 claims, 0 supported, 1 contradicted, 1 no evidence found" in text


def test_a_verdict_whose_evidence_has_expired_is_shown_as_stale() -> None:
    contradicted, unproven = read(GOOD.replace('cell = "go/licence"\n', ""))
    last = date(2026, 11, 23) + timedelta(days=DAYS["claim"])
    assert claim_status(contradicted, last).status is CellStatus.LIVE
    later = claim_status(contradicted, last + timedelta(days=1))
    assert (later.status, later.stale_since) == (CellStatus.STALE, last + timedelta(days=1))
    assert claim_status(unproven, last + timedelta(days=1)).status is CellStatus.LIVE
    text = render_claims_text((contradicted,), last + timedelta(days=1))
    assert "STALE SINCE 2027-11-24 (was contradicted): “Go is MIT licensed”" in text
    assert "0 contradicted, 0 no evidence found, 1 stale on 2027-11-24" in text


def test_before_its_source_was_read_a_claim_had_no_verdict() -> None:
    text = render_claims_text(read(GOOD), date(2026, 1, 1), width=120)
    assert "2 claims, 0 supported, 0 contradicted, 0 no evidence found, 2 not read by then on 2026-01-01" in text


def test_a_claim_about_a_cell_ages_as_the_cell_does() -> None:
    (about_fips, _) = read(GOOD.replace('cell = "go/licence"', 'cell = "go/fips_mode"'))
    last = date(2026, 11, 23) + timedelta(days=KEYS["fips_mode"].expires_days)
    assert last < date(2026, 11, 23) + timedelta(days=DAYS["claim"])
    assert claim_status(about_fips, last).status is CellStatus.LIVE
    assert claim_status(about_fips, last + timedelta(days=1)).status is CellStatus.STALE


def test_the_text_of_claims_keeps_within_its_width() -> None:
    for line in render_claims_text(read(GOOD), DAY, width=60).splitlines():
        assert len(line) <= 60


def test_markup_of_a_claim_is_no_markup_of_the_page() -> None:
    text = render_claims_markdown(read(GOOD.replace("Go is MIT licensed", "<b>@all</b> [x](y) | z")), DAY)
    assert "`<b>@all</b>`" in text


@given(st.binary(max_size=100))
def test_any_bytes_are_claims_or_a_clear_fault(data: bytes) -> None:
    with suppress(InputError):
        parse_claims(data, "a.toml")
