"""A profile is read whole, or each of its faults is told with the place where it stands."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.model.vendor import DetectKind, Detector, Scope, State
from supplymatrix.vendors.profile_form import TABLES
from supplymatrix.vendors.profile_reader import parse_profile
from tests.vendors.profiles import GOOD, faults_of, good, without


def test_what_the_file_says_is_what_comes_back() -> None:
    profile = good()
    (sla, indemnity) = profile.capabilities
    assert (sla.key, sla.state, dict(sla.numbers), sla.unit) == (
        "fix_sla",
        State.YES,
        {"critical": 7, "high": 14},
        "days",
    )
    assert sla.scope == Scope(offer="golang")
    assert indemnity.state is State.UNKNOWN
    assert profile.entries[0].detect[1] == Detector(kind=DetectKind.ENV, pattern="GOEXPERIMENT=acme*")
    assert profile.prices[0].amount == Decimal("349.00")
    assert profile.evidence["contract"].source == f"acme/contracts@{'0123456789' * 4}:sla.md"


def test_a_row_knows_its_line() -> None:
    profile = good()
    places = [cell.location for cell in profile.capabilities] + [item.location for item in profile.evidence.values()]
    for place in [*places, profile.offers[0].location]:
        assert GOOD.split("\n")[place.line - 1].startswith("[[")


IDLE = """[[evidence]]
id = "idle"
source = "https://a.example/"
kind = "feed"
retrieved_at = 2026-11-20
confidence = "low"

"""
BROKEN = {
    "unknown key": ('tier = "paid"', 'tier = "paid"\ntear = 1', "there is no key 'tear'"),
    "unknown key of the vendor": ("core = false", "core = false\nkore = 1", "there is no key 'kore'"),
    "unknown table": ("[[price]]", "[[prize]]\nx = 1\n[[price]]", "there is no key 'prize'"),
    "wrong type": ("core = false", 'core = "no"', "neither true nor false"),
    "number for text": ('name = "Go RPM"', "name = 7", "no text"),
    "unknown word": ('tier = "paid"', 'tier = "payed"', "there is no tier 'payed'"),
    "unknown capability key": ('key = "fix_sla"', 'key = "fix_slo"', "there is no key 'fix_slo'"),
    "unknown state": ('state = "yes"', 'state = "maybe"', "there is no state 'maybe'"),
    "unknown number": ("critical = 7", "critcal = 7", "there is no number 'critcal'"),
    "numbers without a unit": ('unit = "days"\n', "", "numbers and their unit go together"),
    "cell without evidence": ('offer = "golang"\nevidence = ["contract"]', 'offer = "golang"', "has no evidence"),
    "cell with an empty list": ('offer = "golang"\nevidence = ["contract"]', "evidence = []", "no evidence"),
    "offer without evidence": ('["amd64"]\nevidence = ["page"]', '["amd64"]\nevidence = []', "no evidence"),
    "duplicate evidence": ('id = "contract"', 'id = "page"', "there are two rows of evidence 'page'"),
    "dangling evidence": ("until = 2032-05-31", "until = 2032-05-31 # x", ""),
    "dangling conflict": ('conflicts_with = ["contract"]', 'conflicts_with = ["contrakt"]', "no evidence 'contrakt'"),
    "conflict with itself": ('conflicts_with = ["page"]', 'conflicts_with = ["contract"]', "conflicts with itself"),
    "one-sided conflict": ('conflicts_with = ["page"]\n', "", "on one side only"),
    "future reading": ("-11-01\nretrieved_at = 2026-11-20", "-11-01\nretrieved_at = 2026-11-26", "in the future"),
    "future review": ("reviewed_at = 2026-11-25", "reviewed_at = 2099-01-01", "in the future"),
    "date with a time": ("reviewed_at = 2026-11-25", "reviewed_at = 2026-11-25T10:00:00Z", "no date"),
    "source younger than its copy": ("source_date = 2026-11-01", "source_date = 2026-11-21", "later date"),
    "plain http": ('source = "https://acme', 'source = "http://acme', "not https"),
    "a login in an address": ('source = "https://acme', 'source = "https://a:b@acme', "a login"),
    "no address": ('url = "https://acme.example/osv"', 'url = "acme.example"', "no address"),
    "short commit": ("0123456789012345678901234567890123456789", "0123", "no commit"),
    "no source": ('source = "https://acme.example/go"\n', "", "does not say where it was read"),
    "unknown without searched": ('searched = ["its pages: indemnity"]\n', "", "where it was looked for"),
    "unknown without a day": ("searched_at = 2026-11-25\n", "", "when it was looked for"),
    "long cell": ('value = "days by severity"', f'value = "{"x" * 101}"', "too long"),
    "two lines": ('value = "days by severity"', 'value = "a\\nb"', "no single line"),
    "control characters": ('value = "days by severity"', 'value = "a\\u001b[31m"', "no single line"),
    "yes to what": (
        'value = "days by severity"\nnumbers = {critical = 7, high = 14}\nunit = "days"\n', "", "and not what",
    ),
    "yes to a question mark": ('value = "days by severity"', 'value = "?"', "and not what"),
    "yes to what cannot be seen": ('value = "days by severity"', 'value = "\\u2800\\u3164"', "and not what"),
    "name that cannot be seen": ('name = "Go RPM"', 'name = "\\u3164"', "empty"),
    "place that cannot be seen": ('["its pages: indemnity"]', '["\\u2800"]', "empty"),
    "months of a promise of days": ('unit = "days"', 'unit = "months"', "are no months"),
    "id of the column today": ('id = "acme"', 'id = "today"', "'today' is taken"),
    "dangling offer": ('offer = "golang"\npoint', 'offer = "golan"\npoint', "there is no offer 'golan'"),
    "sign without a kind": ('"package:golang"', '"golang"', "no sign"),
    "sign of an unknown kind": ('"package:golang"', '"pakage:golang"', "kind of sign 'pakage'"),
    "sign that is everywhere": ('"package:golang"', '"package:*"', "everywhere"),
    "sign without a value": ('"env:GOEXPERIMENT=acme*"', '"env:GOEXPERIMENT"', "no value"),
    "no minor": ('minor = "1.26"', 'minor = "1.26.1"', "no minor of Go"),
    "no minor in a list": ('"1.25", "1.26"', '"1.25", "go1.26"', "does not belong here"),
    "no architecture": ('arches = ["amd64"]', 'arches = ["x86_64"]', "does not belong here"),
    "life that ends first": ("until = 2032-05-31", "since = 2033-01-01\nuntil = 2032-05-31", "ends before it begins"),
    "price without a currency": ('currency = "USD"\n', "", "'currency' is missing"),
    "price in words": ('amount = "349.00"', 'amount = "a lot"', "no amount"),
    "schema of tomorrow": ("schema = 1\n", "schema = 2\n", "of schema 2"),
    "other file name": ('id = "acme"', 'id = "acne"', "not the file's name"),
    "odd id": ('id = "golang"', 'id = "Go Lang"', "no id"),
    "missing key": ('reviewer = "a person"\n', "", "'reviewer' is missing"),
    "evidence that nothing uses": ("[[feed]]", f"{IDLE}[[feed]]", "nothing rests on the evidence 'idle'"),
    "recall alone": ('kind = "contract"', 'kind = "recall"', "rests on recall alone"),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in BROKEN if BROKEN[name][2]])
def test_a_fault_is_told_with_its_place(name: str) -> None:
    old, new, message = BROKEN[name]
    text = without(GOOD, old, new)
    found = [fault for fault in faults_of(text) if message in fault.message]
    assert found, [str(fault) for fault in faults_of(text)]
    fault = found[0]
    assert fault.artifact == "acme.toml"
    assert fault.expected
    line = text.split("\n")[fault.line - 1]
    assert 1 <= fault.column <= len(line) + 1
    assert fault.seen in line


def test_a_comment_is_no_fault() -> None:
    assert faults_of(without(GOOD, *BROKEN["dangling evidence"][:2])) == ()


def test_evidence_that_is_not_there_is_told_at_the_name_itself() -> None:
    text = without(GOOD, 'basis = "the life of the system"\nevidence = ["page"]', 'basis = "x"\nevidence = ["pag"]')
    (fault,) = faults_of(text)
    assert fault.seen == '"pag"'
    assert fault.remedy == "did you mean 'page'?"


def test_a_mistyped_key_gets_a_suggestion() -> None:
    (fault,) = faults_of(without(GOOD, "replaces_upstream = true", "replaces_upstream = true\nreplace_upstream = true"))
    assert fault.remedy == "did you mean 'replaces_upstream'?"


def test_all_faults_are_told_together_in_the_order_of_the_file() -> None:
    text = without(without(GOOD, 'tier = "paid"', 'tier = "payed"'), "reviewed_at = 2026-11-25", "reviewed_at = 1")
    found = faults_of(text)
    assert [fault.line for fault in found] == sorted(fault.line for fault in found)
    assert len(found) == 2


def test_two_answers_to_one_key_need_scopes_that_differ() -> None:
    row = '[[capability]]\nkey = "fix_sla"\nstate = "yes"\nvalue = "x"\n{}evidence = ["page"]'
    again = f'{row}\n\n[[evidence]]\nid = "page"'
    text = without(GOOD, '[[evidence]]\nid = "page"', again.format('offer = "golang"\n'))
    assert "two answers to 'fix_sla'" in faults_of(text)[0].message
    assert faults_of(without(GOOD, '[[evidence]]\nid = "page"', again.format(""))) == ()


def test_a_no_for_all_offers_does_not_stand_beside_a_yes_of_one() -> None:
    again = '[[capability]]\nkey = "fix_sla"\nstate = "{}"\n{}evidence = ["page"]\n\n[[evidence]]\nid = "page"'
    for state in ("no", "n_a"):
        text = without(GOOD, '[[evidence]]\nid = "page"', again.format(state, ""))
        (fault,) = faults_of(text)
        assert f"'fix_sla' is {state} for all, and yes for 'golang'" in fault.message
        assert fault.seen == f'"{state}"'
    free = without(GOOD, 'unit = "days"\noffer = "golang"', 'unit = "days"\noffer = "golang"\ntier = "paid"')
    assert faults_of(without(free, '[[evidence]]\nid = "page"', again.format("no", ""))) == ()


def test_a_list_may_be_said_to_be_complete() -> None:
    listed = 'key = "go_minors"\nstate = "yes"\nitems = ["1.25", "1.26"]\ncomplete = true\nevidence = ["page"]'
    text = without(GOOD, "[[price]]", f"[[capability]]\n{listed}\n\n[[price]]")
    assert [row.complete for row in good(text).capabilities] == [False, False, True]
    (fault,) = faults_of(without(text, 'items = ["1.25", "1.26"]', 'value = "two"'))
    assert "no list that could be complete" in fault.message


def test_words_of_a_closed_list_are_taken_in_any_case_and_known() -> None:
    listed = 'key = "sbom_formats"\nstate = "yes"\nitems = ["SPDX", "CycloneDX"]\nevidence = ["page"]'
    text = without(GOOD, "[[price]]", f"[[capability]]\n{listed}\n\n[[price]]")
    assert good(text).capabilities[-1].items == ("spdx", "cyclonedx")
    (fault,) = faults_of(without(text, '"SPDX"', '"spdex"'))
    assert fault.remedy == "did you mean 'spdx'?"
    (fault,) = faults_of(without(text, '"CycloneDX"', '"spdx"'))
    assert "stands twice" in fault.message


def test_a_feed_is_followed_by_another_feed_of_the_file() -> None:
    feed = '[[feed]]\nid = "old"\nformat = "none"\nsuccessor = "{}"\nevidence = ["page"]\n\n[[feed]]'
    (mine,) = {item.id for item in good().feeds}
    assert faults_of(without(GOOD, "[[feed]]", feed.format(mine))) == ()
    assert "there is no feed 'ghost'" in faults_of(without(GOOD, "[[feed]]", feed.format("ghost")))[0].message
    assert "no successor of its own" in faults_of(without(GOOD, "[[feed]]", feed.format("old")))[0].message


def test_an_offer_has_one_price_for_the_same() -> None:
    price = '[[price]]\noffer = "golang"\nstate = "{}\nevidence = ["page"]\n\n[[price]]'
    other = 'known"\namount = "9.00"\ncurrency = "USD"\nper = "{}"'
    (mine,) = good().prices
    assert mine.per != "dev"
    assert faults_of(without(GOOD, "[[price]]", price.format(other.format("dev")))) == ()
    for twin in ('free"', other.format(mine.per)):
        (fault,) = faults_of(without(GOOD, "[[price]]", price.format(twin)))
        assert "two prices of the offer 'golang'" in fault.message


@pytest.mark.parametrize(
    "sign",
    ["image:*o*", "image:*go*", "file:*.mod", "file:go.*", "file:go.sum", "env:*=*", "env:G*=x", "package:?a*"],
)
def test_a_sign_that_many_projects_show_is_refused(sign: str) -> None:
    (fault,) = faults_of(without(GOOD, '"package:golang"', f'"{sign}"'))
    assert "seen everywhere" in fault.message


@pytest.mark.parametrize(
    "sign", ["os_release:ol", "package:go1.*", "env:GOFIPS140=*", "file:apko.yaml", "goproxy:*.a.io"]
)
def test_a_sign_with_a_word_in_it_is_taken(sign: str) -> None:
    assert faults_of(without(GOOD, '"package:golang"', f'"{sign}"')) == ()


def test_a_source_is_read_at_one_place_only() -> None:
    text = without(GOOD, 'path = "sla.md"', 'path = "sla.md"\nsource = "https://acme.example/x"')
    assert "either a URL or a file" in faults_of(text)[0].message


def test_the_retirement_of_a_vendor_may_lie_ahead() -> None:
    text = without(GOOD, 'status = "active"', 'status = "sunset"\nstatus_date = 2027-06-30')
    assert faults_of(text) == ()
    assert "in the future" in faults_of(text.replace('"sunset"', '"active"'))[0].message


def test_without_a_day_no_date_is_in_the_future() -> None:
    text = without(GOOD, "reviewed_at = 2026-11-25", "reviewed_at = 2099-01-01")
    assert parse_profile(text.encode(), "acme.toml").reviewed_at.year == 2099


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/x", "https://acme.example:8443/a?b=c"])
def test_an_address_may_be_of_this_machine_or_have_a_port(url: str) -> None:
    assert faults_of(without(GOOD, "https://acme.example/go", url)) == ()


@pytest.mark.parametrize("table", sorted(set(TABLES) - {"vendor"}))
def test_a_table_that_is_no_array_is_told(table: str) -> None:
    found = faults_of(
        f"{GOOD.split('[[offer]]')[0].replace('active', 'unknown').replace('evidence', '#')}\n[{table}]\n"
    )
    assert any("no array of tables" in fault.message for fault in found)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"<html>", b"[[", b'schema = "1"', b"vendor = 3", b"\xef\xbb\xbfschema = 1", b"a = 1\n" * 9],
)
def test_what_is_no_profile_is_told_and_never_a_crash(data: bytes) -> None:
    found = faults_of(data)
    assert found
    assert all(fault.line >= 1 for fault in found)


def test_a_file_full_of_rubbish_is_told_with_a_bounded_number_of_faults() -> None:
    text = GOOD + "".join(f"\n[[price]]\nx{number} = 1\n" for number in range(2_000))
    assert len(faults_of(text)) <= 200


@given(st.binary(max_size=200))
def test_any_bytes_are_a_profile_or_a_clear_fault(data: bytes) -> None:
    with suppress(InputError):
        parse_profile(data, "acme.toml")


@given(st.integers(0, GOOD.count("\n")), st.integers(0, 40), st.sampled_from(['"', "=", "[", "1", "#", "]", "\n", "é"]))
def test_a_profile_with_a_stray_sign_is_read_or_told(line: int, column: int, sign: str) -> None:
    lines = GOOD.split("\n")
    lines[line] = lines[line][:column] + sign + lines[line][column:]
    for fault in faults_of("\n".join(lines)):
        assert fault.artifact == "acme.toml"
        assert fault.line >= 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "contract"', 'kind = "contrakt"', "there is no kind"),
        ('kind = "contract"', "kind = 3", "this is no text"),
        ('key = "fix_sla"', 'key = "fix_slo"', "there is no key"),
        ('unit = "days"', 'unit = "dyas"', "there is no unit"),
        ('state = "yes"', 'state = "yse"', "there is no state"),
        ('state = "unknown"', 'state = "unkown"', "there is no state"),
        ('state = "known"', 'state = "knwon"', "there is no state"),
        ('minor = "1.26"', "minor = 1.26", "this is no text"),
    ],
)
def test_a_mistyped_word_is_the_only_fault_that_is_told(old: str, new: str, said: str) -> None:
    assert GOOD.count(old) == 1
    (fault,) = faults_of(GOOD.replace(old, new))
    assert said in fault.message


def test_two_mistyped_keys_are_not_two_answers_to_one() -> None:
    faults = faults_of(GOOD.replace('key = "fix_sla"', 'key = "x"').replace('key = "indemnity"', 'key = "y"'))
    assert [fault.message for fault in faults if "two answers" in fault.message] == []
