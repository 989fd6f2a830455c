"""Each rule's page says what the registry says, and shows what the program prints."""

from __future__ import annotations

import pytest

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.engine.compliance import load_frameworks
from supplymatrix.model.rule import Level, Rule
from supplymatrix.policy.clauses import Strength
from tests.docs.pages import read_page
from tests.support.data import REPO

_IDS = sorted(ALL_RULES)
_FRAMEWORKS = load_frameworks(None)
_GOLDEN = REPO / "tests" / "checks" / "golden"


def _page(rule: str) -> str:
    return read_page(f"docs/rules/{rule}.md")


def _table(rule: str) -> dict[str, str]:
    """Return the first table of a page, key to value."""
    lines = _page(rule).split("\n")
    start = lines.index("|---|---|") + 1
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        key, value = line.strip("|").split("|")
        rows.append((key.strip(), value.strip()))
    return dict(rows)


def _clauses(rule: Rule) -> str:
    """Return the clauses that a rule speaks of more than in context, by framework; those not confirmed are marked."""
    parts = []
    for name, framework in sorted(_FRAMEWORKS.items()):
        ids = [
            item.id if item.is_confirmed else f"{item.id} (id not confirmed)"
            for item in framework.clauses
            if any(
                link.check in (rule.id, rule.check_kind) and link.strength is not Strength.CONTEXT
                for link in item.links
            )
        ]
        parts += [f"{name} {', '.join(ids)}"] if ids else []
    return " · ".join(parts) or "none"


@pytest.mark.parametrize("rule", _IDS)
def test_the_table_has_the_values_of_the_registry(rule: str) -> None:
    known, shown = ALL_RULES[rule], _table(rule)
    level, _, remark = shown.pop("default level").partition(" ")
    assert level == known.level.value
    assert (remark == "(fixed)") is (known.level is Level.ALARM)
    assert shown == {
        "severity": known.severity.value,
        "works offline": "yes" if known.offline else "no",
        "fixable": "yes" if known.fixable else "no",
        "since": known.since,
        "check kind": f"`{known.check_kind}`",
        "clauses": _clauses(known),
    }


@pytest.mark.parametrize("rule", _IDS)
def test_the_sections_stand_in_one_order(rule: str) -> None:
    titles = [line for line in _page(rule).split("\n") if line.startswith("## ")]
    assert titles == ["## What it means", "## Why it matters", "## Example", "## What to do"]


@pytest.mark.parametrize("rule", _IDS)
def test_the_example_is_what_the_program_prints(rule: str) -> None:
    _, _, rest = _page(rule).partition("## Example\n\n")
    example = []
    for line in rest.split("\n"):
        if not line.startswith("    "):
            break
        example.append(line.removeprefix("    "))
    assert len(example) >= 4
    assert "\n".join(example) in (_GOLDEN / f"{rule}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", _IDS)
def test_a_rule_that_means_broken_input_says_its_exit_code(rule: str) -> None:
    assert ("exit 2" in _page(rule)) is ALL_RULES[rule].input_fault
