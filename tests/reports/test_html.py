"""The report as one page: well-formed, complete, loading nothing, and nothing from outside acts in it."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings

from supplymatrix.model.audit import Audit, Fellow, Survey
from supplymatrix.model.fact import Facts
from supplymatrix.model.rule import Level
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Mode, Outcome
from supplymatrix.reports import html, html_findings, html_parts
from supplymatrix.reports.html import render
from tests.reports.audits import hostile_survey, main_survey, survey_of
from tests.reports.html_audits import full_audit, many_findings
from tests.reports.html_pages import Page, words_of
from tests.reports.test_text import assert_golden, odd_characters

pytestmark = pytest.mark.slow

_TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "nav", "main", "footer", "section", "article",
    "figure", "figcaption", "h1", "h2", "h3", "h4", "p", "ul", "li", "dl", "div", "dt", "dd", "table", "caption",
    "thead", "tbody", "tfoot", "tr", "th", "td", "code", "pre", "mark", "span", "strong", "small", "a",
    "details", "summary",
}  # fmt: skip
_ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "scope", "role", "tabindex", "open",
    "aria-label", "aria-labelledby",
}  # fmt: skip
_ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=y>&lt;\u202egnp\x1b[31m\n{{ 7*7 }}{% raw %}"


@pytest.fixture(scope="module")
def text() -> str:
    return render(full_audit())


@pytest.fixture(scope="module")
def survey_text() -> str:
    return render(main_survey())


def assert_whole(shown: str) -> Page:
    """Check that a page is well-formed, loads nothing, links only within itself, and return it."""
    page = Page(shown)
    assert page.open == []
    assert page.odd == []
    assert {tag for tag, _ in page.tags} <= _TAGS
    assert {name for _, attributes in page.tags for name in attributes} <= _ATTRIBUTES
    ids = list(page.values("id"))
    assert len(ids) == len(set(ids))
    assert {value.removeprefix("#") for value in page.values("href", "aria-labelledby")} <= set(ids)
    assert all(value.startswith("#") for value in page.values("href"))
    assert odd_characters(shown) == set()
    return page


def details_of(shown: str) -> dict[str, str]:
    """Return what stands beside each label, the last of those that are alike."""
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(?:<code>)?(.*?)(?:</code>)?</dd>", shown)
    return dict(pairs)


def test_the_page_is_written_as_it_always_was(text: str) -> None:
    assert_golden("report.html", text)


def test_the_page_is_well_formed_and_loads_nothing(text: str, survey_text: str) -> None:
    for shown in (text, survey_text):
        page = assert_whole(shown)
        assert not re.search(r"url\(|@import|expression|://", page.style)


def test_its_policy_allows_the_style_sheet_in_it_and_nothing_else(text: str) -> None:
    page = Page(text)
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    (policy,) = [value["content"] for tag, value in page.tags if value.get("http-equiv") == "Content-Security-Policy"]
    assert policy.split("; ") == [
        "default-src 'none'", f"style-src 'sha256-{digest}'", "base-uri 'none'", "form-action 'none'",
    ]  # fmt: skip
    assert text.index("Content-Security-Policy") < text.index("<style>")


@settings(max_examples=15)
@given(hostile_survey())
def test_nothing_from_outside_is_markup(survey: Survey) -> None:
    assert_whole(render(survey))


def test_names_full_of_markup_are_shown_as_they_are() -> None:
    audit = full_audit()
    item = audit.verdict.judged[0]
    assert item.finding is not None
    finding = changed(item.finding, message=_ATTACK, subject=_ATTACK, label=_ATTACK, fix=_ATTACK)
    waiver = changed(audit.verdict.waivers[0], reason=_ATTACK, owner=_ATTACK, package=_ATTACK, author=_ATTACK)
    verdict = changed(
        audit.verdict, judged=(changed(item, finding=finding, subject=_ATTACK),), waivers=(waiver,),
        policy_name=_ATTACK, diff_base=_ATTACK,
    )  # fmt: skip
    shown = render(changed(audit, subject=_ATTACK, root=_ATTACK, verdict=verdict, fellows=(
        Fellow(name=_ATTACK, format=_ATTACK, sha256=_ATTACK),)))  # fmt: skip
    assert_whole(shown)
    assert "<script" not in shown
    words = words_of(shown)
    assert words.count("<script>alert(1)</script>\"'><img src=x onerror=y>&lt;\\u202egnp\\x1b[31m\\x0a{{ 7*7 }}") >= 10


def test_the_parts_come_in_the_order_in_which_an_auditor_asks(text: str) -> None:
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", text) == [
        "Subject and scope", "Outcome and score", "Method", "Trust anchors", "As of", "What was not checked", "Policy",
        "Waiver register", "Debt list", "Findings", "Unknown", "Passed and remarks", "Other reports of this run",
    ]  # fmt: skip


def test_the_columns_of_the_score_add_up_to_it_exactly(text: str) -> None:
    rows = Page(text).rows
    first = next(number for number, row in enumerate(rows) if row[0] == "rule") + 1
    last = next(number for number, row in enumerate(rows) if row[0].startswith("score"))

    def points(said: str) -> Fraction:
        parts = [Fraction(part) for part in said.lstrip("\u2212").split()]
        return sum(parts, Fraction(0)) * (-1 if said.startswith("\u2212") else 1)

    for column in (-2, -1):
        assert sum((points(row[column]) for row in rows[first:last]), Fraction(0)) == points(rows[last][column]) == 30
    assert "6 2/33 points of it rest on waivers" in rows[last][0]


def test_the_register_has_every_waiver_with_its_days_and_who_wrote_it(text: str) -> None:
    rows = {row[0]: row[1:] for row in Page(text).rows if row[0] in ("in use", "unused", "expired", "refused")}
    assert rows["in use"] == [
        "SM202, b.example/**", "the fix is merged upstream", "team-http, OPS-17", "2026-12-03, 9 days left",
        "1 finding", "svc/lift.toml:5:1", "0123456789ab, Ada Lovelace, 2026-11-01",
    ]  # fmt: skip
    assert rows["unused"][3:] == ["2026-11-24, its last day", "0 findings", "svc/lift.toml:12:1", "not committed"]
    assert rows["expired"][0] == "SM207, b.example/**, v1.2.3, GO-2026-0001"
    assert rows["expired"][1] == "the fix is merged upstream, VEX: vulnerable_code_not_in_execute_path"
    assert rows["expired"][3] == "2026-11-01, 23 days ago"
    assert rows["refused"][-1] == "git does not know"
    assert "4 waivers: 1 expired, 1 in use, 1 refused, 1 unused. 3 of 10 results rest on what excuses them." in text


def test_where_git_was_not_asked_the_register_says_so() -> None:
    audit = full_audit()
    assert "git was not asked" in render(changed(audit, verdict=changed(audit.verdict, notes=())))


def test_what_an_outage_excuses_and_the_debt_list_have_tables_of_their_own(text: str) -> None:
    rows = Page(text).rows
    assert ["1 result", "because of the outage", "team-http", "2026-12-03, 9 days left", "svc/lift.toml:4:1"] in rows
    assert ["SM203", "a.example/one@v1.0.0", "2026-12-03, 9 days left", "team-http", "because of the debt",
            "lift.debt.toml:2:1"] in rows  # fmt: skip


def test_trust_anchors_and_dates_are_named(text: str) -> None:
    told = details_of(text)
    assert told["key hash"] == "033de0ae"
    assert told["tree size"] == "1,000 records"
    assert told["asked"] == "proxy https://proxy.example"
    assert told["tree head fetched at"] == "2026-11-23 09:30:00 UTC, 26 hours before that"
    assert told["go.sum.proof made on"].startswith("2026-11-20, 4 days before that; the file says so")
    assert told["next waiver ends"] == "2026-11-24, its last day"
    assert told["what decides"].startswith("held against 89abcdef0123")
    assert told["outcome if all decided"] == "fail"
    assert ["go.mod", "3" * 64] in Page(text).rows
    assert ["p", "4" * 64] in Page(text).rows


def test_without_a_log_the_page_says_that_nothing_rests_on_a_signature() -> None:
    audit = changed(full_audit(), log=None, facts=Facts([]))
    shown = render(audit)
    assert "nothing here rests on a signature" in shown
    assert "neither go.mod nor go.sum" not in details_of(shown).get("files read", "")
    assert_whole(shown)


def test_an_old_head_is_told_in_days_and_one_of_an_unknown_day_as_such() -> None:
    audit = full_audit()
    assert audit.log is not None
    old = changed(audit.log, seen_at=audit.verdict.now - timedelta(days=3), pinned_by_policy=True, retries=2)
    told = details_of(render(changed(audit, log=old)))
    assert told["tree head fetched at"].endswith("3 days before that")
    assert told["key chosen by"] == "the policy, which names another log"
    assert told["network"] == "12 requests, 3,456 bytes received, 2 sent again"
    unknown = details_of(render(changed(audit, log=changed(audit.log, seen_at=None))))
    assert unknown["tree head fetched at"].startswith("not known")


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.WARN])
def test_a_mode_that_lets_nothing_decide_is_told_and_lowers_what_is_found(mode: Mode) -> None:
    audit = many_findings(1)
    item = changed(audit.verdict.judged[0], level=Level.ERROR, known_before=False)
    verdict = changed(audit.verdict, mode=mode, judged=(item,), outcome=Outcome.FAIL, exit_code=0, diff_base="")
    shown = render(changed(audit, verdict=verdict))
    assert details_of(shown)["what decides"].startswith(f"mode {mode.value}: ")
    level = "note" if mode is Mode.OBSERVE else "warn"
    assert f'<article id="s1-f1" class="finding {level}"' in shown
    assert '<header class="fail">' in shown


def test_what_was_not_checked_is_never_empty() -> None:
    audit = full_audit()
    verdict = changed(audit.verdict, outcome=Outcome.PASS, exit_code=0, judged=(), gaps=(), waivers=(), notes=())
    shown = render(changed(audit, verdict=verdict, facts=Facts([])))
    part = shown.partition("What was not checked</h2>")[2].partition("</section>")[0]
    assert "nothing: all that the rules asked for could be had" in part
    assert "everybody gets the same bytes" in part
    assert "no rule about known vulnerabilities" in part
    assert "SM207 version-retracted" in part


def test_what_was_not_checked_names_private_lines_gaps_and_silent_rules(text: str) -> None:
    part = text.partition("What was not checked</h2>")[2].partition("</section>")[0]
    told = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", part))
    assert told["private, declared"] == (
        "2 go.sum lines, whose names were not sent to the log: corp.example (lift.toml)"
    )
    assert told["go.sum lines"] == "1 of 6 go.sum lines proven, 1 differs, 2 not checked, 2 private (declared)"
    assert told["rules without a result"].endswith(": SM207 version-retracted")
    assert "1 thing, because: the log did not answer" in part
    assert "because: the log could not be asked, excused by team-http" in part


def test_a_finding_has_both_places_with_their_lines(text: str) -> None:
    article = text.partition('id="s1-f1"')[2].partition("</article>")[0]
    assert "svc/go.sum:1:22" in article
    assert "svc/lift.toml:3:10" in article
    assert "<mark>h1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=</mark>" in article
    assert "preset = <mark>&#34;log-verified&#34;</mark>" in article
    assert "GO-2026-0002, CVE-2026-1234" in article
    assert "supplymatrix verify a.example/one@v1.0.0 --project svc" in article
    assert "docs/rules/SM110.md" in article


def test_a_line_of_any_length_is_cut_on_both_sides_of_what_is_meant() -> None:
    audit = full_audit()
    line = "a" * 5_000 + "h1:meant" + "b" * 5_000
    item = audit.verdict.judged[0]
    assert item.finding is not None
    place = changed(item.finding.locations[0], column=5_001, end_column=5_009)
    judged = changed(item, finding=changed(item.finding, locations=(place,)))
    shown = render(changed(audit, lines={("go.sum", 1): line}, verdict=changed(audit.verdict, judged=(judged,))))
    assert "<mark>h1:meant</mark>" in shown
    assert "…" + "a" * 160 + "<mark>" in shown
    assert "a" * 161 not in shown


@pytest.mark.parametrize("number", [3, 30_000])
def test_of_many_findings_the_first_are_told_in_full_and_the_others_counted(number: int) -> None:
    shown = render(many_findings(number))
    told = re.findall(r"finding number (\d+)\.", shown)
    assert len(set(told)) == min(number, html_findings._IN_FULL)
    assert ("29,500 more findings, see the JSON report" in shown) is (number == 30_000)
    assert len(shown) < 2_000_000


def test_the_room_for_findings_is_that_of_the_whole_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_findings, "_IN_FULL", 5)
    first, second = changed(many_findings(4), root="one"), changed(many_findings(4), root="two")
    shown = render(survey_of(first, second, changed(second, root="three")))
    assert "3 more findings, see the JSON report" in shown
    assert '<p class="more">4 findings, see the JSON report.</p>' in shown
    assert_whole(shown)


def test_of_many_subjects_the_gravest_are_told_in_full_and_all_stand_in_the_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(html, "_SUBJECTS", 2)
    shown = render(survey_of(*(changed(many_findings(1), root=f"number-{n}") for n in range(4))))
    assert "2 more subjects only in the table above, see the JSON report" in shown
    assert [row[0] for row in Page(shown).rows if row[0].startswith("number-")] == [f"number-{n}" for n in range(4)]
    assert_whole(shown)


def test_a_register_that_is_too_long_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_parts, "_ROWS", 3)
    assert "1 more, see the JSON report" in render(full_audit())


def test_of_many_things_that_are_unknown_the_first_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    audit = full_audit()
    gap = audit.verdict.gaps[0]
    gaps = tuple(changed(gap, subject=f"m{n}.example@v1.0.0") for n in range(203))
    shown = render(changed(audit, verdict=changed(audit.verdict, judged=(), gaps=gaps)))
    assert "and 3 more, see the JSON report" in shown
    assert "203 things could not be checked" in shown


def test_several_subjects_stand_in_one_page_with_the_gravest_first(survey_text: str) -> None:
    words = words_of(survey_text)
    gravest_first = ["alarm", "broken", "incomplete", "fail", "nothing", "pass"]
    shown = [row[1] for row in Page(survey_text).rows if len(row) == 9][1:]
    assert shown == sorted(shown, key=gravest_first.index)
    assert set(shown) == set(gravest_first)
    assert "This subject cannot be read." in words
    assert "the go line names no version" in words
    assert survey_text.count(">Method</h2>") == 1
    assert survey_text.count("What this program does not check</h2>") == 1
    assert len(re.findall("What was not checked</h3>", survey_text)) == 7


def test_the_fellow_files_are_named_once_with_their_digests() -> None:
    fellow = Fellow(name="out/report.sarif", format="sarif", sha256="9" * 64)
    audits: list[Audit] = [changed(full_audit(), root=root) for root in ("one", "two")]
    shown = render(changed(survey_of(*audits), fellows=(fellow,)))
    rows = [row for row in Page(shown).rows if row[0].startswith("out/")]
    assert rows == [["out/report.sarif", "sarif", "9" * 64], ["out/report.json", "json", "e" * 64]]
    assert "This run wrote no other report" in render(changed(full_audit(), fellows=()))


def test_headings_go_down_one_step_at_a_time_and_landmarks_are_there(text: str, survey_text: str) -> None:
    for shown in (text, survey_text):
        levels = [int(level) for level in re.findall(r"<h(\d)", shown)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert [shown.count(f"<{tag}") for tag in ("nav ", "main>", "footer>")] == [1, 1, 1]


def test_the_same_audit_gives_the_same_bytes(text: str) -> None:
    html._environment.cache_clear()
    assert render(full_audit()) == text


def test_rules_that_the_policy_has_off_are_named_apart_from_those_with_nothing_to_look_at() -> None:
    audit = full_audit()
    shown = render(changed(audit, verdict=changed(audit.verdict, off=("SM207", "SM999"))))
    part = shown.partition("What was not checked</h2>")[2].partition("</section>")[0]
    told = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", part))
    assert told["rules that the policy has off"] == (
        "2, for the project and every module: SM207 version-retracted, SM999"
    )
    assert told["rules without a result"] == "none"
