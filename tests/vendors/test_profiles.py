"""The profiles and claims that come with the program: whatever lies in the folder, each value down to its source."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, date, datetime

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from supplymatrix.engine.validate_profiles import check_profiles
from supplymatrix.engine.vendor_profiles import LoadedProfiles, load_profiles
from supplymatrix.model.vendor import EvidenceKind, State, VendorProfile
from supplymatrix.vendors.addresses import address_fault
from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.expiry import PRIMARY
from supplymatrix.vendors.profile_form import TABLES
from supplymatrix.vendors.validate import count_cells, strict_faults, uses_of
from tests.support.data import REPO
from tests.vendors.profiles import BROKEN_FOR_EDITORS, GOOD, faults_of

FOLDER = REPO / "vendor_profiles"
FILES = sorted(FOLDER.glob("*.toml"))
LOADED: LoadedProfiles = load_profiles()
READING_DAYS, OLD_DAYS = 10, 90
"""Days before a review: from when on sources were read for it; how old a text may be of which no copy was held."""
ABOUT_THE_PROMISE = ("sla_start", "sla_exclusions", "sla_binding")
EACH = pytest.mark.parametrize("profile", LOADED.profiles, ids=[profile.id for profile in LOADED.profiles])
SCHEMA = json.loads(
    (REPO / "supplymatrix/reports/schema" / SCHEMAS["profile"][0]).read_text(encoding="utf-8")
)  # fmt: skip


def plain_values(found: object) -> object:
    """Return the values of a TOML text as JSON has them: dates as text."""
    if isinstance(found, dict):
        return {key: plain_values(value) for key, value in found.items()}
    if isinstance(found, list):
        return [plain_values(value) for value in found]
    return str(found) if isinstance(found, date) else found


def test_every_file_of_the_folder_is_read_without_a_fault() -> None:
    assert [str(fault) for fault in LOADED.faults] == []
    assert {f"{profile.id}.toml" for profile in LOADED.profiles} == {path.name for path in FILES}


def test_there_are_twelve_vendors_and_four_of_them_are_compared_in_full() -> None:
    assert len(LOADED.profiles) >= 12
    assert {profile.id for profile in LOADED.profiles if profile.core} == {
        "canonical", "chainguard", "redhat", "tidelift",
    }  # fmt: skip


@EACH
def test_a_profile_is_strictly_right_on_the_day_of_its_review(profile: VendorProfile) -> None:
    assert [fault.message for fault in strict_faults(profile, profile.reviewed_at)] == []


def test_a_strict_look_today_finds_nothing_but_what_went_stale_since() -> None:
    """Real time passes: what expired meanwhile is a list for whoever looks after the profiles, and no broken build."""
    today = max([datetime.now(UTC).date(), *(profile.reviewed_at for profile in LOADED.profiles)])
    outcome = check_profiles(LOADED, today, strict=True, together=True)
    assert [str(fault) for fault in outcome.faults if "is stale since" not in fault.message] == []
    for fault in outcome.faults:
        print(fault)  # noqa: T201 - shown by -rP


@EACH
def test_no_cell_is_without_evidence(profile: VendorProfile) -> None:
    assert count_cells(profile, profile.reviewed_at).without == 0


@EACH
def test_an_unknown_says_where_and_when_it_was_looked_for(profile: VendorProfile) -> None:
    for cell in profile.capabilities:
        if cell.state is State.UNKNOWN:
            assert cell.searched, cell.key
            assert cell.searched_at is not None, cell.key


@EACH
def test_every_evidence_leads_to_a_row_and_every_row_to_its_evidence(profile: VendorProfile) -> None:
    uses = list(uses_of(profile))
    assert {name for use in uses for name in use.evidence} == set(profile.evidence)
    lines = LOADED.lines[profile.artifact]
    for name, item in profile.evidence.items():
        assert item.id == name
        assert lines[item.location.line - 1].startswith("[[evidence]]")
        assert any(f'"{name}"' in line for line in lines[item.location.line : item.location.line + 3])
        back = [use for use in uses if name in use.evidence]
        assert back
        for use in back:
            assert "[" in lines[use.location.line - 1] or use.row == "the vendor's status"


@EACH
def test_every_source_is_an_address_or_a_file_of_a_commit_and_dated(profile: VendorProfile) -> None:
    for item in profile.evidence.values():
        is_file = "@" in item.source and not item.source.startswith("http")
        assert is_file or address_fault(item.source) == "", item.id
        assert item.retrieved_at <= profile.reviewed_at, item.id


@EACH
def test_a_copy_without_a_date_that_bears_the_day_of_the_reading_says_so(profile: VendorProfile) -> None:
    """The day of the reading is no date of a copy: it may stand only where nothing dates it, and where that is told."""
    for item in profile.evidence.values():
        if item.source_date is None and (profile.reviewed_at - item.retrieved_at).days < READING_DAYS:
            assert "undated copy" in item.note, item.id


@EACH
def test_a_source_that_was_old_when_it_was_read_is_a_copy_that_can_be_shown(profile: VendorProfile) -> None:
    """An old text counts as of today only where it was held: in a commit, with its digest, or got and checked."""
    for item in profile.evidence.values():
        is_held = "@" in item.source or bool(item.sha256) or item.source.startswith("https://sum.golang.org/")
        if item.source_date is not None and not is_held:
            assert (item.retrieved_at - item.source_date).days <= OLD_DAYS, item.id


@EACH
def test_items_are_in_small_letters(profile: VendorProfile) -> None:
    for cell in profile.capabilities:
        assert [item for item in cell.items if item != item.lower()] == [], cell.key


@EACH
def test_a_digest_is_of_the_bytes_that_its_source_gives(profile: VendorProfile) -> None:
    """An answer of the checksum database is not the file that it vouches for: its digest would differ each time."""
    for item in profile.evidence.values():
        assert not (item.sha256 and "/lookup/" in item.source), item.id


@EACH
def test_where_no_days_are_promised_nothing_else_is_said_of_the_promise(profile: VendorProfile) -> None:
    cells = {key: {cell.state for cell in profile.capabilities if cell.key == key} for key in ABOUT_THE_PROMISE}
    promise = {cell.state for cell in profile.capabilities if cell.key == "fix_sla"}
    if promise <= {State.NO}:
        assert set().union(*cells.values()) <= {State.NA}
    elif promise == {State.UNKNOWN}:
        assert set().union(*cells.values()) == {State.UNKNOWN}


@EACH
def test_a_known_cell_rests_on_more_than_recall(profile: VendorProfile) -> None:
    for cell in profile.capabilities:
        kinds = {profile.evidence[name].kind for name in cell.evidence}
        assert cell.state is State.UNKNOWN or kinds - {EvidenceKind.RECALL}, cell.key


@EACH
def test_a_core_vendor_answers_every_key(profile: VendorProfile) -> None:
    answered = {cell.key for cell in profile.capabilities}
    assert not profile.core or answered == set(KEYS)


@EACH
def test_what_a_profile_offers_enters_the_build_somewhere_or_is_no_thing_of_a_build(profile: VendorProfile) -> None:
    offers = {offer.id for offer in profile.offers}
    assert offers
    assert {entry.offer for entry in profile.entries} <= offers


def test_primary_cells_are_counted_and_printed() -> None:
    counts = [count_cells(profile, profile.reviewed_at) for profile in LOADED.profiles]
    assert sum(count.primary for count in counts) <= sum(count.known for count in counts)
    assert PRIMARY


def test_every_claim_has_evidence_or_says_where_it_was_looked_for() -> None:
    assert LOADED.claims
    for claim in LOADED.claims:
        assert claim.evidence or (claim.searched and claim.searched_at), claim.id


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_a_profile_fits_the_schema_for_editors(path: object) -> None:
    values = plain_values(tomllib.loads(FOLDER.joinpath(str(path)).read_text(encoding="utf-8")))
    faults = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(SCHEMA).iter_errors(values)]
    assert faults == []


def test_the_schema_for_editors_has_the_keys_of_the_reader() -> None:
    parts = SCHEMA["properties"]
    assert set(parts) == {"schema", *TABLES}
    for table, (required, optional) in TABLES.items():
        part = parts[table] if table == "vendor" else parts[table]["items"]
        assert part["required"] == list(required), table
        assert list(part["properties"]) == [*required, *optional], table


@pytest.mark.parametrize("change", BROKEN_FOR_EDITORS, ids=[old for old, _ in BROKEN_FOR_EDITORS])
def test_what_an_editor_can_see_schema_and_reader_refuse_alike(change: tuple[str, str]) -> None:
    validator = Draft202012Validator(SCHEMA)
    text = GOOD.replace(*change)
    assert validator.is_valid(plain_values(tomllib.loads(GOOD)))
    assert not validator.is_valid(plain_values(tomllib.loads(text)))
    assert faults_of(text)
