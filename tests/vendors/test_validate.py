"""What holds on a day: expiry counts from the copy that was read, and a strict look refuses what went stale."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.model.value import changed
from supplymatrix.model.vendor import Confidence, EvidenceKind, State, VendorEvidence
from supplymatrix.vendors.capability_keys import CAPABILITY_KEYS, KEYS
from supplymatrix.vendors.cells import CellStatus, cell_of
from supplymatrix.vendors.expiry import DAYS, expires_on, is_live
from supplymatrix.vendors.validate import count_cells, stale_uses, strict_faults, uses_of
from tests.vendors.profiles import DAY, GOOD, good, without

READ = date(2026, 11, 20)


def test_a_fresh_profile_has_no_strict_fault() -> None:
    assert strict_faults(good(), DAY) == ()


def test_evidence_expires_by_the_shortest_life_of_what_rests_on_it() -> None:
    day_after = READ + timedelta(days=min(DAYS["feed"], DAYS["status"]) + 1)
    (stale,) = stale_uses(good(), day_after)
    assert (stale.evidence.id, stale.since) == ("page", day_after)
    assert stale_uses(good(), day_after - timedelta(days=1)) == ()


def test_an_end_of_its_own_counts_instead() -> None:
    text = without(GOOD, "source_date = 2026-11-01", "source_date = 2026-11-01\nexpires_at = 2026-11-24")
    (fault,) = strict_faults(good(text), DAY, text.split("\n"))
    assert "stale since 2026-11-25" in fault.message
    assert fault.source_line == "[[evidence]]"
    assert fault.line == text.split("\n").index("[[evidence]]") + 1


def test_an_end_of_its_own_does_not_lengthen_the_life_of_evidence() -> None:
    item = good().evidence["page"]
    far = changed(item, expires_at=date.max)
    assert expires_on(far, 90) == expires_on(item, 90) == READ + timedelta(days=90)
    assert not is_live(far, 90, READ + timedelta(days=91))


def test_a_no_of_one_offer_does_not_pass_for_that_of_the_others() -> None:
    offer = (
        '[[offer]]\nid = "image"\nname = "Image"\nkind = "base_image"\ntier = "free"\nevidence = ["page"]\n\n[[entry]]'
    )
    text = without(without(GOOD, 'state = "yes"', 'state = "no"'), "[[entry]]", offer)
    (fault,) = strict_faults(good(text), DAY, text.split("\n"))
    assert "'fix_sla' is no of golang, and image was not asked" in fault.message
    assert fault.source_line == "[[capability]]"
    assert strict_faults(good(text.replace('kind = "base_image"', 'kind = "data"')), DAY) == ()
    answered = '[[capability]]\nkey = "fix_sla"\nstate = "unknown"\noffer = "image"\nsearched = ["x"]'
    answered += "\nsearched_at = 2026-11-25"
    assert strict_faults(good(text.replace("[[price]]", f"{answered}\n\n[[price]]")), DAY) == ()


def test_what_a_stronger_source_contradicts_is_not_counted_as_known() -> None:
    text = without(GOOD, 'kind = "contract"', 'kind = "third_party"')
    counts = count_cells(good(text), DAY)
    cell = cell_of(good(text), "fix_sla", DAY)
    assert cell.status is CellStatus.CONFLICT
    assert (counts.known, counts.unknown, counts.stale) == (0, 2, 0)


def test_a_core_vendor_answers_every_key() -> None:
    text = without(GOOD, "core = false", "core = true")
    (fault,) = strict_faults(good(text), DAY)
    missing = {key.id for key in CAPABILITY_KEYS} - {"fix_sla", "indemnity"}
    assert all(name in fault.message for name in missing)
    assert f"{len(missing)} of {len(KEYS)}" in fault.message


def test_cells_are_counted_by_what_lives() -> None:
    counts = count_cells(good(), DAY)
    assert (counts.known, counts.unknown, counts.stale, counts.primary, counts.without) == (1, 1, 0, 1, 0)
    later = count_cells(good(), READ + timedelta(days=KEYS["fix_sla"].expires_days + 1))
    assert (later.known, later.unknown, later.stale) == (0, 1, 1)


def test_before_the_source_was_read_it_told_nothing() -> None:
    assert count_cells(good(), READ - timedelta(days=1)).known == 0
    assert count_cells(good(), READ).known == 1


def test_a_third_party_is_no_primary_source() -> None:
    text = without(GOOD, 'kind = "contract"', 'kind = "third_party"')
    text = without(text, 'conflicts_with = ["contract"]', "")
    text = without(text, 'conflicts_with = ["page"]', "")
    assert (count_cells(good(text), DAY).known, count_cells(good(text), DAY).primary) == (1, 0)


def test_recall_never_counts() -> None:
    item = good().evidence["page"]
    assert is_live(item, 90, DAY)
    assert not is_live(changed(item, kind=EvidenceKind.RECALL), 90, DAY)


@given(st.dates(), st.integers(0, 10_000), st.dates(), st.integers(0, 400))
def test_what_lives_on_a_day_lived_on_every_day_since_it_was_read(read: date, days: int, day: date, back: int) -> None:
    item = VendorEvidence(
        id="a", source="https://a.example/", kind=EvidenceKind.FEED, source_date=None, retrieved_at=read,
        expires_at=None, confidence=Confidence.HIGH, sha256="", locator="", note="", conflicts_with=(),
        location=good().evidence["page"].location,
    )  # fmt: skip
    if is_live(item, days, day):
        assert read <= day <= expires_on(item, days)
        earlier = max(read, date.fromordinal(max(1, day.toordinal() - back)))
        assert is_live(item, days, earlier)


def test_every_row_of_a_profile_is_a_use() -> None:
    profile = good()
    rows = len(profile.offers) + len(profile.entries) + len(profile.lifetimes) + len(profile.capabilities)
    assert sum(1 for _ in uses_of(profile)) == 1 + rows + len(profile.feeds) + len(profile.prices)


@pytest.mark.parametrize("state", [state for state in State if state is not State.UNKNOWN])
def test_every_state_but_unknown_is_known(state: State) -> None:
    text = without(GOOD, 'state = "yes"', f'state = "{state}"')
    assert count_cells(good(text), DAY).known == 1
