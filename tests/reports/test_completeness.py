"""No report leaves out what the verdict holds: findings, unknowns, notes, waivers and gaps, in every format."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings

from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.model.fact import Gap
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Judged
from supplymatrix.reports.digests import digests_of
from supplymatrix.reports.github import MOST
from supplymatrix.reports.judged_words import head_of, step_of, told_level, unasked_gaps
from supplymatrix.reports.plain import plain, plain_lines
from supplymatrix.reports.registry import FORMATS, render, render_survey
from supplymatrix.reports.vsa import EXTENSION
from tests.reports.audits import (
    EXAMPLES,
    any_audit,
    any_survey,
    example_audit,
    fixture_audit,
    hostile_audit,
    hostile_survey,
    main_survey,
    outage_audit,
)
from tests.reports.html_pages import words_of
from tests.reports.test_csv_report import rows
from tests.reports.test_github import commands
from tests.reports.test_gitlab import entries
from tests.reports.test_junit import assert_sound, cases, said
from tests.reports.test_summary import assert_calm
from tests.reports.test_text import odd_characters
from tests.reports.test_vsa import check_statement

pytestmark = pytest.mark.slow


def squeeze(text: str) -> str:
    """Return a text without blanks of any kind and the bars of snippets: what is left when lines are broken anyhow."""
    return "".join(char for char in text if char != "│" and not char.isspace())


def assert_said(text: str, parts: Iterable[str]) -> None:
    whole = squeeze(plain_lines(text))
    for part in parts:
        assert squeeze(plain(part)) in whole, part


def test_the_formats_are_those_that_are_checked_here() -> None:
    assert set(FORMATS) == set(CHECKS)


def gap_parts(gap: Gap) -> list[str]:
    return [gap.subject or gap.wanted, gap.reason, gap.remedy]


def check_text(audit: Audit) -> None:
    text = render(audit, "text", verbose=True)
    for item in audit.verdict.judged:
        if item.finding is not None:
            finding = item.finding
            assert_said(text, [head_of(audit, item), finding.message, finding.label, step_of(audit, item)])
            assert_said(text, [str(place) for place in finding.locations])
            assert_said(text, [part for e in finding.evidence for part in (e.label, e.value)])
            assert_said(text, [str(item.required_by)] if item.required_by is not None else [])
            assert_said(text, audit.paths.get(finding.module, ()))
        elif item.gap is not None:
            assert_said(text, [item.rule, *gap_parts(item.gap)])
        if item.waiver is not None:
            assert_said(text, [item.waiver.owner, item.waiver.reason, str(item.waiver.expires)])
    for note in audit.verdict.notes:
        assert_said(text, [note.message, *([str(note.location)] if note.location else [])])
    for gap in audit.verdict.gaps:
        assert_said(text, gap_parts(gap))


def check_json(audit: Audit) -> None:
    verdict, found = audit.verdict, json.loads(render(audit, "json"))

    def clean(text: str) -> str:
        return text if text.isascii() and text.isprintable() else plain_lines(text)

    def messages(part: str, *keys: str) -> Counter[tuple[Any, ...]]:
        return Counter(tuple(entry[key] for key in keys) for entry in found[part])

    findings = [item for item in verdict.judged if item.finding is not None]
    assert messages("findings", "rule", "level", "status", "message") == Counter(
        (j.rule, j.level.value, j.status.value, clean(j.finding.message)) for j in findings if j.finding
    )
    assert [entry["waiver"] and entry["waiver"]["owner"] for entry in found["findings"]] == [
        j.waiver and clean(j.waiver.owner) for j in findings
    ]
    assert [entry["path"] for entry in found["findings"]] == [
        [clean(step) for step in audit.paths.get(j.finding.module, ())] or None for j in findings if j.finding
    ]
    assert messages("unknown", "rule", "subject") == Counter(
        (j.rule, clean(j.subject)) for j in verdict.judged if j.gap is not None
    )
    assert messages("notes", "code", "message") == Counter((n.code, clean(n.message)) for n in verdict.notes)
    assert messages("gaps", "wanted", "reason", "remedy") == Counter(
        (clean(g.wanted), clean(g.reason), clean(g.remedy)) for g in verdict.gaps
    )


def check_sarif(audit: Audit) -> None:
    verdict, (run,) = audit.verdict, json.loads(render(audit, "sarif"))["runs"]
    assert len(run["results"]) == len(verdict.judged)
    for item, result in zip(verdict.judged, run["results"], strict=True):
        said = result["message"]["text"]
        assert result["ruleId"] == item.rule
        if item.finding is not None:
            assert_said(said, [item.finding.message, item.finding.label, step_of(audit, item)])
        elif item.gap is not None:
            assert_said(said, [item.gap.reason, item.gap.remedy])
        if item.waiver is not None:
            assert_said(result["suppressions"][0]["justification"], [item.waiver.owner, item.waiver.reason])
    notes = [entry["message"]["text"] for entry in run["invocations"][0]["toolExecutionNotifications"]]
    everything = " ".join([*notes, *(result["message"]["text"] for result in run["results"])])
    assert_said(everything, [note.message for note in verdict.notes])
    for gap in verdict.gaps:
        assert_said(everything, [gap.reason, gap.remedy])


def check_github(audit: Audit) -> None:
    assert_annotated(render(audit, "github"), [audit])


def assert_annotated(text: str, audits: Iterable[Audit]) -> None:
    """Check that every finding and every reason for a gap is an annotation, unless its kind has all it may have."""
    found = commands(text)
    full = {name for name, number in Counter(command.name for command in found).items() if number == MOST}
    everything = squeeze(" ".join(f"{command.properties['title']} {command.data}" for command in found))
    for audit in audits:
        for item in audit.verdict.judged:
            level = told_level(audit, item)
            kind = "error" if level in (Level.ALARM, Level.ERROR) else "warning" if level is Level.WARN else "notice"
            parts = [item.gap.reason, item.gap.remedy] if item.gap is not None else []
            if item.finding is not None:
                parts = [item.rule, item.finding.message, item.finding.label, step_of(audit, item)]
            if item.waiver is not None:
                parts += [item.waiver.owner, item.waiver.reason]
            if not (full if item.gap is not None else full & {kind}):
                assert all(squeeze(plain(part)) in everything for part in parts)


def check_markdown(audit: Audit) -> None:
    assert_written(render(audit, "markdown"), audit)


def assert_written(text: str, audit: Audit) -> None:
    """Check that a Markdown report says everything; what would end a code span is written out in it, unless it is one
    itself."""

    def written(part: str) -> str:
        return squeeze(plain(part).replace("`", "").replace("|", r"\x7c")).replace("·", "")

    whole = squeeze(text.replace("`", "").replace(r"\x60", "").replace("<br>", "")).replace("·", "")
    parts: list[str] = []
    for item in audit.verdict.judged:
        if item.finding is not None:
            parts += [item.finding.message]
            parts += [] if item.status is Status.WAIVED else [item.finding.label, step_of(audit, item)]
        elif item.gap is not None:
            parts += [item.gap.reason, item.gap.subject or item.gap.wanted]
        if item.waiver is not None:
            parts += [item.waiver.owner, item.waiver.reason, str(item.waiver.expires)]
    for gap in audit.verdict.gaps:
        parts += [gap.reason, gap.subject or gap.wanted]
    parts += [note.message for note in audit.verdict.notes]
    for part in parts:
        assert written(part) in whole, part


def check_html(audit: Audit) -> None:
    parts = [part for gap in audit.verdict.gaps for part in gap_parts(gap)]
    for item in audit.verdict.judged:
        parts.append(item.rule)
        if item.finding is not None:
            finding = item.finding
            parts += [finding.message, finding.label, *step_of(audit, item).split(" · ")]
            parts += [str(place) for place in finding.locations]
            parts += [part for e in finding.evidence for part in (e.label, e.value)]
        if item.waiver is not None:
            parts += [item.waiver.owner, item.waiver.reason, str(item.waiver.expires)]
    for note in audit.verdict.notes:
        parts += [note.message, *([str(note.location)] if note.location else [])]
    assert_said(words_of(render(audit, "html")), parts)


def check_summary(audit: Audit) -> None:
    text = render(audit, "summary")
    assert_written(text, audit)
    assert_calm(text)


def check_junit(audit: Audit) -> None:
    assert_sound(audit)
    gate, *found = cases(audit)
    assert bool(gate.result) is (audit.verdict.exit_code != 0)
    for item, case in zip(audit.verdict.judged, found, strict=False):
        assert case.classname.endswith(f"{item.rule} {audit.rules[item.rule].name}")
        assert_said(said(case), judged_parts(audit, item))
    assert sum(case.name.partition(" #")[0] == "passes" for case in found) >= len(found) - len(audit.verdict.judged)


def judged_parts(audit: Audit, item: Judged) -> list[str]:
    """Return what every format for machines says of a result."""
    parts = [item.gap.reason, item.gap.remedy] if item.gap is not None else []
    if item.finding is not None:
        parts = [item.finding.message, item.finding.label, step_of(audit, item)]
    if item.waiver is not None:
        parts += [item.waiver.owner, item.waiver.reason, item.waiver.ticket, str(item.waiver.expires)]
    return parts


def check_gitlab(audit: Audit) -> None:
    assert odd_characters(render(audit, "gitlab")) == set()
    found = entries(audit)
    for item, entry in zip(audit.verdict.judged, found, strict=False):
        assert entry["check_name"].startswith(item.rule)
        assert_said(entry["description"], judged_parts(audit, item))
    more = " ".join(entry["description"] for entry in found)
    assert_said(more, [part for gap in audit.verdict.gaps for part in (gap.reason, gap.remedy)])


def check_csv(audit: Audit) -> None:
    assert odd_characters(render(audit, "csv").replace("\r\n", "\n")) == set()
    read = rows(audit)
    judged = [row for row in read if row["kind"] in ("finding", "unknown")]
    for item, row in zip(audit.verdict.judged, judged, strict=True):
        assert (row["rule"], row["level"], row["status"]) == (item.rule, item.level.value, item.status.value)
        assert_said(
            " ".join(row.values()).replace("'", ""), [part.replace("'", "") for part in judged_parts(audit, item)]
        )
    named = [row["message"] for row in read if row["kind"] == "digest"]
    assert named == [digest.sha256 for digest in digests_of(audit)]
    others = len(read) - len(judged) - len(named)
    assert others == len(list(unasked_gaps(audit.verdict))) + len(audit.verdict.waivers)
    for row in read:
        assert not any(field.lstrip().startswith(("=", "+", "-", "@")) for field in row.values())


def check_vsa(audit: Audit) -> None:
    """A statement counts: what it counts is in the reports whose digests it names."""
    text = render(audit, "vsa")
    assert odd_characters(text) == set()
    check_statement(json.loads(text))
    told = json.loads(text)["predicate"][EXTENSION]
    assert sum(row["count"] for row in told["rules"]) == len(audit.verdict.judged)
    assert told["counts"]["gaps"] == len(audit.verdict.gaps)


CHECKS = {
    "text": check_text,
    "html": check_html,
    "json": check_json,
    "sarif": check_sarif,
    "github": check_github,
    "markdown": check_markdown,
    "junit": check_junit,
    "gitlab": check_gitlab,
    "csv": check_csv,
    "summary": check_summary,
    "vsa": check_vsa,
}


def check_survey(survey: Survey, fmt: str) -> None:
    text = render_survey(survey, fmt, verbose=True)
    audits = [item for item in survey.items if isinstance(item, Audit)]
    messages = [item.finding.message for audit in audits for item in audit.verdict.judged if item.finding is not None]
    faults = [fault.message for item in survey.items if isinstance(item, Unreadable) for fault in item.diagnostics]
    if fmt in ("markdown", "summary"):
        for audit in audits:
            assert_written(text, audit)
    elif fmt == "html":
        assert_said(words_of(text), [*messages, *faults])
    elif fmt == "github":
        assert_annotated(text, audits)
    elif fmt == "junit":
        assert_sound(survey)
        assert_said(" ".join(map(said, cases(survey))), [*messages, *faults])
    elif fmt == "gitlab":
        assert_said(" ".join(entry["description"] for entry in entries(survey)), [*messages, *faults])
    elif fmt == "csv":
        assert_said(" ".join(row["message"] for row in rows(survey)), [*messages, *faults])
    elif fmt == "vsa":
        statements = [json.loads(line) for line in (text.split("\n")[:-1] if len(survey.items) > 1 else [text])]
        assert len(statements) == len(survey.items)
        reasons = " ".join(reason for one in statements for reason in one["predicate"][EXTENSION]["reasons"])
        assert_said(reasons, [fault.replace("\n", "").replace("\t", "") for fault in faults])
    elif fmt == "json":
        found = json.loads(text)["subjects"]
        told = [entry["message"] for subject in found if "report" in subject for entry in subject["report"]["findings"]]
        told += [
            entry["message"] for subject in found if "error" in subject for entry in subject["error"]["diagnostics"]
        ]
        assert len(told) == len(messages) + len(faults)
    elif fmt == "sarif":
        (run,) = json.loads(text)["runs"]
        assert len(run["results"]) == sum(len(audit.verdict.judged) for audit in audits)
        assert_said(json.dumps(run, ensure_ascii=False).replace("\\\\", "\\").replace('\\"', '"'), [*messages, *faults])
    else:
        assert_said(text, [*messages, *faults])


@settings(max_examples=20)
@given(survey=any_survey())
def test_no_report_of_several_subjects_leaves_anything_out(survey: Survey) -> None:
    for fmt in FORMATS:
        check_survey(survey, fmt)


@settings(max_examples=20)
@given(survey=hostile_survey())
def test_no_report_of_any_several_subjects_leaves_anything_out(survey: Survey) -> None:
    if len(survey.items) > 1:
        for fmt in FORMATS:
            check_survey(survey, fmt)


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_report_of_a_subject_in_each_state_leaves_nothing_out(fmt: str) -> None:
    check_survey(main_survey(), fmt)


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_report_of_what_an_outage_excuses_leaves_nothing_out(fmt: str) -> None:
    CHECKS[fmt](outage_audit())


@settings(max_examples=20)
@given(audit=any_audit())
def test_no_report_of_any_facts_leaves_anything_out(audit: Audit) -> None:
    for check in CHECKS.values():
        check(audit)


@settings(max_examples=20)
@given(audit=hostile_audit())
def test_no_report_of_any_verdict_leaves_anything_out(audit: Audit) -> None:
    for check in CHECKS.values():
        check(audit)


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("state", ["alarm", "fail", "incomplete", "nothing", "broken", "waived"])
def test_a_report_of_a_main_state_leaves_nothing_out(fmt: str, state: str) -> None:
    CHECKS[fmt](fixture_audit(f"projects/{state}"))


def test_of_many_things_that_are_unknown_all_are_named_when_asked() -> None:
    gaps = [Gap(wanted="record", reason="no answer", remedy="again", subject=f"m{n}.example@v1.0.0") for n in range(20)]
    audit = fixture_audit("projects/pass")
    audit = changed(audit, verdict=changed(audit.verdict, gaps=tuple(gaps)))
    assert " and 14 others" in render(audit, "text")
    check_text(audit)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_go_sum_line_is_in_the_json_report(name: str) -> None:
    folder = example_audit(name)
    from tests.support.data import REPO

    lines = (REPO / "examples" / name / "go.sum").read_text(encoding="utf-8").splitlines()
    found = json.loads(render(folder, "json"))["go_sum"]
    assert [entry["line"] for entry in found] == list(range(1, len(lines) + 1))
    assert {entry["state"] for entry in found} == {"proven"}
