"""What is counted of a verdict, and how an outcome is said: the same numbers in every format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.model.fact import Gap, LineProof, ProofState, SumLine
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.value import value
from supplymatrix.model.verdict import ExcuseKind, Judged, Mode, Outcome, Score, Verdict
from supplymatrix.policy.verdict import EXIT_CODES

__all__ = [
    "MEANING", "QUIET", "Tally", "as_survey", "counted", "exit_of", "meaning_of", "mixed", "outcome_of",
    "outcome_of_exit", "outcome_of_survey", "path_of", "proven_lines", "say_excuses", "say_mode", "say_outcomes",
    "say_tally", "score_text", "tally_of", "whole_points", "worst_first",
]  # fmt: skip

MEANING: Mapping[Outcome, str] = {
    Outcome.PASS: "the policy is met",
    Outcome.FAIL: "the policy is not met",
    Outcome.INCOMPLETE: "evidence that the policy needs could not be had",
    Outcome.ALARM: "something is not what it claims to be: do not build with it",
    Outcome.NOTHING: "there was nothing to check",
    Outcome.BROKEN: "the input cannot be read as it should",
}
QUIET = frozenset({Outcome.PASS, Outcome.NOTHING})
"""Outcomes that ask nothing of the reader."""
_OUTCOMES: Mapping[int, Outcome] = {code: outcome for outcome, code in EXIT_CODES.items()}
_MODES: Mapping[Mode, str] = {
    Mode.OBSERVE: "observe: what is found is told, and decides nothing",
    Mode.WARN: "warn: what is found is a warning, and decides nothing",
}
_EXCUSES: Mapping[ExcuseKind, str] = {
    ExcuseKind.WAIVER: "waivers",
    ExcuseKind.DEBT: "debt",
    ExcuseKind.OUTAGE: "an outage",
}
_GRAVEST_FIRST = (Outcome.ALARM, Outcome.BROKEN, Outcome.INCOMPLETE, Outcome.FAIL, Outcome.NOTHING, Outcome.PASS)


@value
class Tally:
    """How many of what. unknown: things that could not be checked and count; waived, debt: findings and things together
    that waivers or an outage, or the debt list excuse; checked: all that was judged, these included.

    expires_in, due_in: days until the first of the waivers in use, or of the debts, ends; -1 without one. ends_alike:
    ExcuseKind.WAIVER, DEBT: all of them end on that day.
    known: findings and gaps that the revision before had too.
    """

    alarms: int
    errors: int
    warnings: int
    notes: int
    unknown: int
    waived: int
    debt: int = 0
    checked: int = 0
    expires_in: int = -1
    due_in: int = -1
    known: int = 0
    ends_alike: frozenset[ExcuseKind] = frozenset()


def tally_of(verdict: Verdict) -> Tally:
    """Count a verdict. What several rules ask of one thing is one thing that is unknown or waived."""
    failed = Counter(item.level for item in verdict.judged if item.status is Status.FAIL)
    excused = [item for item in verdict.judged if item.status is Status.WAIVED]
    debt = [item for item in excused if item.waiver is not None and item.waiver.kind is ExcuseKind.DEBT]
    waived = [item for item in excused if item.waiver is None or item.waiver.kind is not ExcuseKind.DEBT]
    numbers = (_number(waived), _number(debt))
    return Tally(
        alarms=failed[Level.ALARM],
        errors=failed[Level.ERROR],
        warnings=failed[Level.WARN],
        notes=failed[Level.NOTE],
        unknown=_things(item.gap for item in verdict.judged if item.status is not Status.WAIVED),
        waived=numbers[0],
        debt=numbers[1],
        checked=verdict.passed + failed.total() + sum(numbers),
        expires_in=_first_end(verdict, waived),
        due_in=_first_end(verdict, debt),
        known=sum(item.known_before for item in verdict.judged),
        ends_alike=frozenset(
            kind for kind, items in ((ExcuseKind.WAIVER, waived), (ExcuseKind.DEBT, debt)) if _end_alike(items)
        ),
    )


def _end_alike(excused: Iterable[Judged]) -> bool:
    return len({item.waiver.expires for item in excused if item.waiver is not None}) == 1


def _number(excused: Sequence[Judged]) -> int:
    return sum(item.gap is None for item in excused) + _things(item.gap for item in excused)


def _first_end(verdict: Verdict, excused: Iterable[Judged]) -> int:
    days = [(item.waiver.expires - verdict.now.date()).days for item in excused if item.waiver is not None]
    return min(days, default=-1)


def _things(gaps: Iterable[Gap | None]) -> int:
    return len({(gap.subject, gap.kind) for gap in gaps if gap is not None})


def say_tally(tally: Tally) -> list[str]:
    """Return the numbers in words, those that are not zero, gravest first."""
    words = ((tally.alarms, "alarm"), (tally.errors, "error"), (tally.warnings, "warning"), (tally.notes, "note"))
    parts = [counted(number, word) for number, word in words if number]
    if tally.unknown:
        parts.append(f"{tally.unknown:,} unknown")
    ends = "expire" if tally.waived > 1 and ExcuseKind.WAIVER in tally.ends_alike else "expires"
    parts += _excused(tally.waived, tally, "waived", _first(ExcuseKind.WAIVER, tally, ends), tally.expires_in)
    due = "due" if tally.debt > 1 and ExcuseKind.DEBT in tally.ends_alike else "is due"
    parts += _excused(tally.debt, tally, "on the debt list", _first(ExcuseKind.DEBT, tally, due), tally.due_in)
    return [*parts, *([f"{tally.known:,} known before"] if tally.known else [])]


def _first(kind: ExcuseKind, tally: Tally, ends: str) -> str:
    """Return how an end is said: of the first of several, unless all have the same."""
    number = tally.debt if kind is ExcuseKind.DEBT else tally.waived
    return ends if number == 1 or kind in tally.ends_alike else f"the first {ends}"


def _excused(number: int, tally: Tally, what: str, ends: str, days: int) -> list[str]:
    """Return "3 of 41 waived (7 %, the first expires in 9 days)", or nothing for none."""
    if not number:
        return []
    share = 100 * number // tally.checked if tally.checked else 100
    parts = [f"{share} %" if share else "under 1 %"]
    if days >= 0:
        parts.append(f"{ends} in {counted(days, 'day')}" if days else f"{ends} today")
    return [f"{number:,} of {tally.checked:,} {what} ({', '.join(parts)})"]


def say_excuses(verdict: Verdict) -> str:
    """Return what the points rest on that no check has earned: "waivers and debt"."""
    shares = verdict.score.contributions if verdict.score is not None else ()
    rules = {share.rule for share in shares if share.waived}
    kinds = {item.waiver.kind for item in verdict.judged if item.waiver is not None and item.rule in rules}
    return " and ".join(word for kind, word in _EXCUSES.items() if kind in kinds) or "waivers"


def counted(number: int, word: str) -> str:
    """Return "1 line" or "2 lines"."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def mixed(number: Fraction) -> str:
    """Return a number as people write fractions: 14 2/7."""
    whole, rest = divmod(abs(number), 1)
    text = f"{whole} {rest}" if whole and rest else str(rest or whole)
    return f"-{text}" if number < 0 else text


def score_text(score: Score) -> str:
    """Return the score as people read it, rounded down: one number, or two while something is unknown."""
    low, high = whole_points(score.low), whole_points(score.high)
    return str(low) if score.low == score.high else f"{low}–{high}"  # noqa: RUF001 - an en dash is meant


def whole_points(number: Fraction) -> int:
    """Return a number of points rounded down."""
    return number.numerator // number.denominator


def proven_lines(audits: Iterable[Audit]) -> tuple[int, int]:
    """Return how many go.sum lines are proven in the log, and how many there are."""
    proven = total = 0
    for audit in audits:
        proven += sum(proof.state is ProofState.PROVEN for proof in audit.facts.of(LineProof))
        total += len(audit.facts.of(SumLine))
    return proven, total


def as_survey(found: Audit | Survey) -> Survey:
    """Return an audit as a survey of one subject."""
    if isinstance(found, Survey):
        return found
    log = found.log
    if log is None:
        return Survey(items=(found,), exit_code=found.verdict.exit_code)
    return Survey(
        items=(found,),
        exit_code=found.verdict.exit_code,
        requests=log.requests,
        retries=log.retries,
        received_bytes=log.received_bytes,
    )


def path_of(item: Audit | Unreadable) -> str:
    """Return the path of a subject as its reader would type it."""
    return item.path if isinstance(item, Unreadable) else item.root or "."


def outcome_of(item: Audit | Unreadable) -> Outcome:
    """Return the outcome of a subject; unreadable: broken, or incomplete where a policy was not had."""
    return outcome_of_exit(item.exit_code) if isinstance(item, Unreadable) else item.verdict.outcome


def exit_of(item: Audit | Unreadable) -> int:
    """Return the exit code that a subject would have alone."""
    return item.exit_code if isinstance(item, Unreadable) else item.verdict.exit_code


def outcome_of_exit(code: int) -> Outcome:
    """Return the outcome that an exit code stands for. Raises KeyError for a code that is none of a verdict."""
    return _OUTCOMES[code]


def outcome_of_survey(survey: Survey) -> Outcome:
    """Return the outcome of a run: what its exit code says, or, where a mode keeps that at 0, the gravest outcome."""
    outcome = outcome_of_exit(survey.exit_code)
    if outcome is Outcome.PASS and any(map(_mode_of, survey.items)):
        return min(map(outcome_of, survey.items), key=_GRAVEST_FIRST.index)
    return outcome


def meaning_of(survey: Survey) -> str:
    """Return what the outcome of a run means; and why its exit code is 0 all the same, where a mode sees to that, or
    an earlier revision that has the same."""
    outcome, modes = outcome_of_survey(survey), dict.fromkeys(filter(None, map(_mode_of, survey.items)))
    if outcome is Outcome.PASS and (known := _known(survey)):
        return f"nothing new is against the policy ({known:,} known before)"
    told = modes and outcome not in QUIET and not survey.exit_code
    return f"{MEANING[outcome]}; {'; '.join(f'mode {mode}' for mode in modes)}" if told else MEANING[outcome]


def _known(survey: Survey) -> int:
    """Return how much was known before of the subjects that pass for that reason alone."""
    verdicts = [item.verdict for item in survey.items if isinstance(item, Audit) and item.verdict.of_all is not None]
    return sum(tally_of(verdict).known for verdict in verdicts)


def _mode_of(item: Audit | Unreadable) -> str:
    return "" if isinstance(item, Unreadable) else _MODES.get(item.verdict.mode, "")


def say_mode(verdict: Verdict) -> list[str]:
    """Return what keeps findings from deciding: the mode of the policy, and the revision that the run is held against.

    The revision is text from outside.
    """
    parts = [f"mode {_MODES[verdict.mode]}"] if verdict.mode in _MODES else []
    if verdict.diff_base:
        whole = f"; by all of it this would be {verdict.of_all.value}" if verdict.of_all is not None else ""
        parts.append(f"held against {verdict.diff_base}: what that has too is told, and decides nothing{whole}")
    return parts


def worst_first(items: Iterable[Audit | Unreadable]) -> list[Audit | Unreadable]:
    """Return subjects with the gravest outcome first; alike ones stay in the order in which they were named."""
    return sorted(items, key=lambda item: _GRAVEST_FIRST.index(outcome_of(item)))


def say_outcomes(items: Iterable[Audit | Unreadable]) -> str:
    """Return how many subjects have which outcome, gravest first: "1 alarm, 18 pass"."""
    found = Counter(outcome_of(item) for item in items)
    return ", ".join(f"{found[outcome]:,} {outcome.value}" for outcome in _GRAVEST_FIRST if found[outcome])
