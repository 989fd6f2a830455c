"""What the checks of a run say of the clauses of a framework.

Evidence supports a clause; it never satisfies one. A clause stands as

| standing | when |
|---|---|
| evidence against | a check that speaks of it, directly or in part, has a finding |
| no check of ours speaks of it | none of its checks is one that this version has |
| incomplete | something it asks for was not run or could not be found out, or nothing passed that speaks of it |
| supported by evidence | everything else |

Of a check that speaks of a clause directly all that it asks for must have run: a rule of it that the policy leaves off,
and a module that was withheld from the log where the log is asked, leave the clause incomplete.

What is unknown, and what is excused because the log could not be asked, never counts as support. A waived finding does
not count as one either: it is told apart, and a check of which nothing but waived findings is left leaves a clause
incomplete.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import StrEnum

from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.model.fact import PrivateModule
from supplymatrix.model.rule import Level, Rule, Status
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Contribution, Judged
from supplymatrix.policy.check_kinds import CHECK_KINDS, rules_of_kind
from supplymatrix.policy.clauses import Clause, ClauseLink, Framework, Strength
from supplymatrix.policy.document import LEVEL_ORDER, Policy

__all__ = [
    "CheckEvidence", "ClauseEvidence", "ComplianceReport", "FrameworkEvidence", "Ran", "RuleEvidence", "Standing",
    "SubjectEvidence", "join_evidence", "rules_switched_off",
]  # fmt: skip


class Standing(StrEnum):
    """What a run says of a clause."""

    SUPPORTED = "supported by evidence"
    AGAINST = "evidence against"
    INCOMPLETE = "incomplete"
    SILENT = "no check of ours speaks of it"


class Ran(StrEnum):
    """What became of a check, by the gravest of its results. OFF: the policy leaves the rule off; NOTHING: it ran and
    there was nothing to judge; ABSENT: this version has no such check."""

    FAILED = "failed"
    UNKNOWN = "unknown"
    WAIVED = "waived"
    PASSED = "passed"
    NOTHING = "nothing to judge"
    OFF = "off in the policy"
    ABSENT = "this version has no such check"


_GRAVEST_FIRST = tuple(Ran)
_OF_THE_LOG = frozenset({"LineProof", "CachedCopy", "VendoredModule", "ProgramModule"})
"""What rules need that rest on the log's answers; of a module that is withheld from it there are none."""


@value
class RuleEvidence:
    """One rule's results in a run. excused: unknown ones that on_outage lets pass; shown: what did not pass, worst
    first."""

    rule: Rule
    ran: Ran
    passed: int = 0
    failed: int = 0
    waived: int = 0
    excused: int = 0
    unknown: int = 0
    shown: tuple[Judged, ...] = ()


@value
class CheckEvidence:
    """One check of a clause. what: it in words; rules: those of this version that make it up. withheld: of how many
    modules it cannot speak, because their names are not sent to the log."""

    link: ClauseLink
    what: str
    ran: Ran
    rules: tuple[RuleEvidence, ...]
    withheld: int = 0

    @property
    def passed(self) -> int:
        """How many results passed."""
        return sum(rule.passed for rule in self.rules)

    @property
    def waived(self) -> int:
        """How many findings are waived."""
        return sum(rule.waived for rule in self.rules)

    @property
    def has_run(self) -> bool:
        """Whether there is any result."""
        return self.ran not in (Ran.NOTHING, Ran.OFF, Ran.ABSENT)


@value
class ClauseEvidence:
    """A clause, and what the run says of it. reasons: why it stands so, where it is incomplete."""

    clause: Clause
    standing: Standing
    reasons: tuple[str, ...]
    checks: tuple[CheckEvidence, ...]


@value
class FrameworkEvidence:
    """The clauses of a framework, in the order of its file."""

    framework: Framework
    clauses: tuple[ClauseEvidence, ...]

    def number(self, standing: Standing) -> int:
        """Return how many clauses stand so."""
        return sum(found.standing is standing for found in self.clauses)


@value
class SubjectEvidence:
    """One subject. is_default: nobody had named a framework, so that all are shown."""

    audit: Audit
    frameworks: tuple[FrameworkEvidence, ...]
    is_default: bool = False


@value
class ComplianceReport:
    """What a run says of frameworks. survey: the check itself, whose exit code is that of the command."""

    survey: Survey
    subjects: tuple[SubjectEvidence, ...]

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """The subjects that could not be judged."""
        return tuple(item for item in self.survey.items if isinstance(item, Unreadable))


def rules_switched_off(policy: Policy, rules: Mapping[str, Rule]) -> frozenset[str]:
    """Return the rules that a policy leaves off for every module."""
    raised = {
        rule
        for entry in policy.packages
        for rule, level in entry.levels.items()
        if LEVEL_ORDER[level] > LEVEL_ORDER[Level.OFF]
    }
    return frozenset(
        name for name, rule in rules.items() if name not in raised and policy.level_of(rule, "")[0] is Level.OFF
    )


def join_evidence(framework: Framework, audit: Audit, off: AbstractSet[str]) -> FrameworkEvidence:
    """Return what a run says of a framework. off: ids of the rules that its policy leaves off."""
    found = _rule_evidence(audit, off)
    withheld = len({private.subject for private in audit.facts.of(PrivateModule)})
    return FrameworkEvidence(
        framework=framework,
        clauses=tuple(_clause(clause, audit.rules, found, withheld) for clause in framework.clauses),
    )


def _rule_evidence(audit: Audit, off: AbstractSet[str]) -> dict[str, RuleEvidence]:
    score = audit.verdict.score
    shares = {share.rule: share for share in score.contributions} if score else {}
    shown: dict[str, list[Judged]] = {}
    for judged in audit.verdict.judged:
        shown.setdefault(judged.rule, []).append(judged)
    return {
        name: _one_rule(rule, shares.get(name), shown.get(name, ()), is_off=name in off)
        for name, rule in audit.rules.items()
    }


def _one_rule(rule: Rule, share: Contribution | None, shown: Sequence[Judged], *, is_off: bool) -> RuleEvidence:
    counts = {status: sum(judged.status is status for judged in shown) for status in Status}
    excused = sum(judged.status is Status.WAIVED and judged.finding is None for judged in shown)
    waived = counts[Status.WAIVED] - excused
    failed, unknown = counts[Status.FAIL], counts[Status.UNKNOWN]
    passed = share.passed if share else 0
    if failed:
        ran = Ran.FAILED
    elif unknown or excused:
        ran = Ran.UNKNOWN
    elif waived:
        ran = Ran.WAIVED
    elif passed:
        ran = Ran.PASSED
    else:
        ran = Ran.OFF if is_off else Ran.NOTHING
    return RuleEvidence(
        rule=rule, ran=ran, passed=passed, failed=failed, waived=waived, excused=excused, unknown=unknown,
        shown=tuple(shown),
    )  # fmt: skip


def _clause(
    clause: Clause, rules: Mapping[str, Rule], found: Mapping[str, RuleEvidence], withheld: int
) -> ClauseEvidence:
    checks = tuple(_check(link, rules, found, withheld) for link in clause.links)
    standing, reasons = _standing(checks)
    return ClauseEvidence(clause=clause, standing=standing, reasons=reasons, checks=checks)


def _check(
    link: ClauseLink, rules: Mapping[str, Rule], found: Mapping[str, RuleEvidence], withheld: int
) -> CheckEvidence:
    named = rules.get(link.check)
    chosen = (named,) if named is not None else rules_of_kind(link.check, rules.values())
    evidence = tuple(found[rule.id] for rule in chosen)
    ran = min((one.ran for one in evidence), key=_GRAVEST_FIRST.index, default=Ran.ABSENT)
    what = named.title if named is not None else CHECK_KINDS.get(link.check, link.check)
    asks_the_log = any(_OF_THE_LOG.intersection(rule.needs) for rule in chosen)
    return CheckEvidence(link=link, what=what, ran=ran, rules=evidence, withheld=withheld if asks_the_log else 0)


def _standing(checks: Sequence[CheckEvidence]) -> tuple[Standing, tuple[str, ...]]:
    if all(check.ran is Ran.ABSENT for check in checks):
        return Standing.SILENT, ()
    speaking = [check for check in checks if check.link.strength is not Strength.CONTEXT]
    against = [check.link.check for check in speaking if check.ran is Ran.FAILED]
    if against:
        return Standing.AGAINST, tuple(f"{name} has findings" for name in against)
    reasons = tuple(_open_questions(checks))
    if not reasons and not any(check.passed for check in speaking):
        reasons = ("nothing that speaks of it more than in context has passed",)
    return (Standing.INCOMPLETE if reasons else Standing.SUPPORTED), reasons


def _open_questions(checks: Iterable[CheckEvidence]) -> Iterable[str]:
    """Yield what keeps a clause without findings from being supported."""
    for check in checks:
        name = check.link.check
        if check.ran is Ran.FAILED:
            yield f"{name} has findings, though it is context only"
        elif check.ran is Ran.UNKNOWN:
            yield f"{name}: not all could be found out"
        elif check.waived and not check.passed:
            yield f"{name}: all that was judged is waived"
        elif not check.has_run and check.link.strength is Strength.DIRECT:
            yield f"{name}: nothing to judge" if check.ran is Ran.NOTHING else f"{name} was not run: {check.ran.value}"
        if check.link.strength is Strength.DIRECT:
            yield from _not_run_in_part(check)


def _not_run_in_part(check: CheckEvidence) -> Iterable[str]:
    """Yield what a check left out that has run otherwise."""
    off = [rule.rule.id for rule in check.rules if rule.ran is Ran.OFF]
    if off and check.ran is not Ran.OFF:
        yield f"{check.link.check}: {', '.join(off)} not run, off in the policy"
    if check.withheld:
        modules = "1 module is" if check.withheld == 1 else f"{check.withheld:,} modules are"
        yield f"{check.link.check}: {modules} private and withheld from the log"
