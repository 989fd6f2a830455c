"""What work on a policy comes to: results of its tests, and what another policy would change. Text and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from supplymatrix.model.rule import Rule, Status
from supplymatrix.model.verdict import Judged, Verdict
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import wrap
from supplymatrix.reports.tally import counted, mixed

__all__ = [
    "ChangedSubject", "TestedPolicy", "render_diff_json", "render_diff_text", "render_tests_json", "render_tests_text",
]  # fmt: skip

_DIFF_SCHEMA = "supplymatrix.policy-diff/1"
_TESTS_SCHEMA = "supplymatrix.policy-tests/1"
_MOST = 200  # changes of one subject that text shows


class _Named(Protocol):
    @property
    def name(self) -> str:
        """As the file has it."""


class TestedPolicy(Protocol):
    """What came of one test of a policy."""

    @property
    def test(self) -> _Named:
        """The test."""

    @property
    def verdict(self) -> Verdict:
        """What the policy said."""

    @property
    def faults(self) -> tuple[str, ...]:
        """What was not as expected."""


class _Change(Protocol):
    @property
    def rule(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def before(self) -> Judged | None: ...
    @property
    def after(self) -> Judged | None: ...


class ChangedSubject(Protocol):
    """One project under two policies."""

    @property
    def subject(self) -> str:
        """Its name."""

    @property
    def before(self) -> Verdict:
        """Under the first policy."""

    @property
    def after(self) -> Verdict:
        """Under the second."""

    @property
    def words(self) -> tuple[str, ...]:
        """How the policies differ."""

    @property
    def changes(self) -> Sequence[_Change]:
        """What becomes of each rule and subject that changes."""


def render_tests_text(results: Sequence[TestedPolicy], *, width: int) -> str:
    """Return one line for each test, with what was wrong below it, and a sum."""
    lines: list[str] = []
    for result in results:
        lines += wrap(f"{'FAIL' if result.faults else 'ok  '}  {result.test.name}", width)
        for fault in result.faults:
            first, *rest = wrap(fault, width - 8)
            lines += [f"      - {first}", *(f"        {line}" for line in rest)]
    failed = sum(bool(result.faults) for result in results)
    lines += ["", f"{counted(len(results), 'test')}, {len(results) - failed:,} passed, {failed:,} failed"]
    return "\n".join(lines) + "\n"


def render_tests_json(results: Sequence[TestedPolicy]) -> str:
    """Return the results as JSON, schema "supplymatrix.policy-tests/1"."""
    return as_json(
        {
            "schema": _TESTS_SCHEMA,
            "tests": [
                {
                    "name": result.test.name,
                    "passed": not result.faults,
                    "faults": list(result.faults),
                    "outcome": result.verdict.outcome.value,
                }
                for result in results
            ],
        }
    )


def render_diff_text(
    old: str, new: str, subjects: Sequence[ChangedSubject], rules: Mapping[str, Rule], *, width: int
) -> str:
    """Return what changes on each project when the policy `new` takes the place of `old`."""
    lines = wrap(f"from {old} to {new}", width)
    for item in subjects:
        lines += ["", *wrap(f"{item.subject}  {_from_to(item.before, item.after)}", width)]
        for word in item.words:
            first, *rest = wrap(word, width - 4)
            lines += [f"  · {first}", *(f"    {line}" for line in rest)]
        if not item.changes:
            lines.append("  no result changes")
        for change in item.changes[:_MOST]:
            text = f"{change.rule} {rules[change.rule].name} on {change.subject}: {_what(change)}"
            first, *rest = wrap(text, width - 4)
            lines += [f"  {first}", *(f"    {line}" for line in rest)]
        if len(item.changes) > _MOST:
            lines.append(f"  {len(item.changes) - _MOST:,} more, see --format json")
    return "\n".join(lines) + "\n"


def _from_to(before: Verdict, after: Verdict) -> str:
    outcome = f"{before.outcome.value} → {after.outcome.value}"
    scores = [mixed(verdict.score.low) if verdict.score is not None else "no score" for verdict in (before, after)]
    needed = f"needed {before.min_score} → {after.min_score}"
    return f"{outcome} · score {scores[0]} → {scores[1]}, {needed} · exit {before.exit_code} → {after.exit_code}"


def _what(change: _Change) -> str:
    if change.before is None:
        return f"new: {_state(change.after)}"
    if change.after is None:
        return f"gone: {_state(change.before)}"
    return f"{_state(change.before)} becomes {_state(change.after)}"


def _state(judged: Judged | None) -> str:
    if judged is None:
        return "nothing"
    words = {Status.FAIL: "", Status.WAIVED: " (waived)", Status.UNKNOWN: " (unknown)"}
    return f"{judged.level.value}{words.get(judged.status, '')}"


def render_diff_json(old: str, new: str, subjects: Sequence[ChangedSubject]) -> str:
    """Return the same as JSON, schema "supplymatrix.policy-diff/1"."""
    return as_json(
        {
            "schema": _DIFF_SCHEMA,
            "old": old,
            "new": new,
            "subjects": [
                {
                    "subject": item.subject,
                    "before": _verdict(item.before),
                    "after": _verdict(item.after),
                    "policy_changes": list(item.words),
                    "changes": [
                        {
                            "rule": change.rule,
                            "subject": plain(change.subject),
                            "before": _judged(change.before),
                            "after": _judged(change.after),
                        }
                        for change in item.changes
                    ],
                }
                for item in subjects
            ],
        }
    )


def _verdict(verdict: Verdict) -> dict[str, object]:
    score = verdict.score
    return {
        "outcome": verdict.outcome.value,
        "exit_code": verdict.exit_code,
        "min_score": verdict.min_score,
        "low": None if score is None else str(score.low),
        "high": None if score is None else str(score.high),
    }


def _judged(judged: Judged | None) -> dict[str, str] | None:
    return None if judged is None else {"level": judged.level.value, "status": judged.status.value}
