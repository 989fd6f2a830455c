"""Only what is new decides: a verdict, held against what an earlier revision of the project has too.

| result | decides |
|---|---|
| an alarm, or a fault of the input | always: no revision makes a wrong hash right |
| a finding about the policy | always: the policy is not the earlier revision's |
| a finding that the earlier revision has too | no; it is told |
| something that could not be checked there either | no; it is told |
| everything else | as without an earlier revision |

The score is told and decides nothing here: it is of the whole project, and one that was below `min_score` before would
fail every change. What an outcome of the whole would have been is kept beside the one that decides.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Status
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Judged, Outcome, Verdict
from supplymatrix.policy.document import LEVEL_ORDER, Policy
from supplymatrix.policy.verdict import exit_code_of

__all__ = ["known_key", "only_new_decide"]

_FIXED = (Outcome.ALARM, Outcome.BROKEN, Outcome.NOTHING)
"""Outcomes that no earlier revision changes."""
_OPEN = (Status.FAIL, Status.UNKNOWN)


def known_key(judged: Judged) -> tuple[str, str]:
    """Return by what a result is known again: rule and fingerprint of a finding, rule and subject of a gap."""
    return judged.rule, judged.finding.fingerprint if judged.finding is not None else judged.subject


def only_new_decide(verdict: Verdict, known: frozenset[tuple[str, str]], policy: Policy) -> Verdict:
    """Return a verdict in which results that were known before are marked, and decide nothing.

    known: keys of what the earlier revision has too, as `known_key` returns them; alarms are never among what is taken
    as known, whatever it says.
    """
    judged = tuple(
        changed(one, known_before=True) if known_key(one) in known and not _is_alarm(one) else one
        for one in verdict.judged
    )
    if verdict.outcome in _FIXED:
        return changed(verdict, judged=judged)
    outcome = _outcome(judged, LEVEL_ORDER[policy.fail_on])
    return changed(
        verdict,
        judged=judged,
        outcome=outcome,
        exit_code=exit_code_of(outcome, verdict.mode),
        of_all=verdict.outcome if verdict.outcome is not outcome else None,
    )


def _is_alarm(judged: Judged) -> bool:
    return judged.status is Status.FAIL and judged.level is Level.ALARM


def _outcome(judged: tuple[Judged, ...], bar: int) -> Outcome:
    deciding = [one for one in judged if one.status in _OPEN and not one.known_before and LEVEL_ORDER[one.level] >= bar]
    if any(one.status is Status.UNKNOWN for one in deciding):
        return Outcome.INCOMPLETE
    return Outcome.FAIL if deciding else Outcome.PASS
