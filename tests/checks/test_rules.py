"""Every rule has a page, a good and a bad project, and says of each what it should."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.checks.registry import ALL_RULES, RULES, find_rule, run_rules
from supplymatrix.errors import InputError
from supplymatrix.model.fact import Fact, Facts, LineProof
from supplymatrix.model.rule import Status
from supplymatrix.reports.registry import render
from supplymatrix.sources.builtin import builtin_names
from tests.support.data import REPO
from tests.support.fixtures import audit_of, facts_of

FIXTURES = Path(__file__).parent / "fixtures"
GOLDEN = Path(__file__).parent / "golden"
IDS = sorted(ALL_RULES)
BESIDE = frozenset({"BuiltProgram", "ProgramModule", "InstalledGo"})
"""What lies beside a project, and has no lines to point at."""


def test_every_file_in_the_rules_folder_is_registered() -> None:
    folder = REPO / "supplymatrix" / "checks" / "rules"
    files = {path.stem for path in folder.glob("*.py") if path.stem != "__init__"}
    assert files == {module.__name__.rpartition(".")[2] for module in RULES}


def test_ids_and_names_are_unique_and_well_formed() -> None:
    rules = [module.RULE for module in RULES]
    assert len({rule.id for rule in rules}) == len({rule.name for rule in rules}) == len(rules)
    for module in RULES:
        assert module.RULE.name.replace("-", "_") == module.__name__.rpartition(".")[2]


@pytest.mark.parametrize("rule", IDS)
def test_every_rule_has_a_page_that_tells_its_registry_line(rule: str) -> None:
    assert f"{rule}.md" in builtin_names("rules")
    page = (REPO / "docs" / "rules" / f"{rule}.md").read_text(encoding="utf-8")
    known = ALL_RULES[rule]
    assert page.startswith(f"# {rule} {known.name}\n")
    assert f"| severity | {known.severity.value} |" in page
    assert f"| default level | {known.level.value}" in page
    assert f"| works offline | {'yes' if known.offline else 'no'} |" in page
    assert f"| fixable | {'yes' if known.fixable else 'no'} |" in page
    assert 20 <= len(page.splitlines()) <= 60


def test_no_page_is_left_of_a_rule_that_is_gone() -> None:
    assert set(builtin_names("rules")) == {f"{rule}.md" for rule in ALL_RULES}


@pytest.mark.parametrize("rule", IDS)
def test_the_good_project_breaks_no_rule(rule: str) -> None:
    verdict = audit_of(FIXTURES / rule / "good").verdict
    assert [(j.rule, j.subject) for j in verdict.judged if j.status is not Status.WAIVED] == []
    assert verdict.exit_code == 0


@pytest.mark.parametrize("rule", IDS)
def test_the_bad_project_breaks_the_rule_and_is_told_so(rule: str) -> None:
    audit = audit_of(FIXTURES / rule / "bad")
    states = {j.status for j in audit.verdict.judged if j.rule == rule}
    assert states == ({Status.UNKNOWN} if ALL_RULES[rule].gap_only else {Status.FAIL})
    path = GOLDEN / f"{rule}.txt"
    text = render(audit, "text")
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", IDS)
def test_findings_point_at_a_line_and_say_what_to_do(rule: str) -> None:
    audit = audit_of(FIXTURES / rule / "bad")
    for judged in audit.verdict.judged:
        if judged.finding is not None:
            place = next(iter(judged.finding.locations), None)
            if place is None or not place.line:
                assert BESIDE.intersection(ALL_RULES[judged.rule].needs)
            elif place.artifact in ("go.mod", "go.work", "go.sum", "lift.toml", "go.sum.proof"):
                assert (place.artifact, place.line) in audit.lines
            elif not place.artifact.startswith("vendor/"):  # of all others no text is kept
                assert place.line <= len((FIXTURES / rule / "bad" / place.artifact).read_bytes().splitlines())
            assert judged.finding.label
            assert judged.finding.fix
            assert len(judged.finding.fingerprint) == 32


def _fixtures() -> list[Path]:
    return sorted(path.parent for path in FIXTURES.glob("*/*/lift.toml"))


@given(st.sampled_from(_fixtures()), st.randoms(use_true_random=False))
def test_the_order_of_facts_changes_nothing(folder: Path, random: object) -> None:
    facts = facts_of(folder)
    items, gaps = list(facts.items), list(facts.gaps)
    random.shuffle(items)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    random.shuffle(gaps)  # type: ignore[attr-defined]
    assert run_rules(Facts(items, gaps)) == run_rules(facts)


@settings(max_examples=60)
@given(st.sampled_from(_fixtures()), st.data())
def test_an_answer_that_is_taken_away_never_makes_anything_pass(folder: Path, data: st.DataObject) -> None:
    facts = facts_of(folder)
    proofs = facts.of(LineProof)
    if not proofs:
        return
    gone = data.draw(st.sampled_from(proofs))
    left: list[Fact] = [fact for fact in facts.items if fact is not gone]
    before = {(r.rule, r.subject): r.status for r in run_rules(facts)}
    for result in run_rules(Facts(left, facts.gaps)):
        if result.status is Status.PASS:
            assert before.get((result.rule, result.subject)) is Status.PASS


def test_a_fingerprint_stays_when_lines_move(tmp_path: Path) -> None:
    bad = FIXTURES / "SM110" / "bad"
    for name in ("go.mod", "log.json", "lift.toml"):
        (tmp_path / name).write_bytes((bad / name).read_bytes())
    (tmp_path / "go.sum").write_text("\n\n" + (bad / "go.sum").read_text(encoding="utf-8"), encoding="utf-8")
    moved = {j.finding.fingerprint for j in audit_of(tmp_path).verdict.judged if j.finding}
    assert moved == {j.finding.fingerprint for j in audit_of(bad).verdict.judged if j.finding}


@pytest.mark.parametrize("word", ["SM110", "sm110", "sum-differs-from-log", "Sum-Differs-From-Log"])
def test_a_rule_is_found_by_id_and_by_name(word: str) -> None:
    assert find_rule(word).id == "SM110"


def test_an_unknown_rule_gets_a_suggestion() -> None:
    with pytest.raises(InputError, match="no such rule") as caught:
        find_rule("sum-difers-from-log")
    assert "sum-differs-from-log" in caught.value.diagnostics[0].remedy
