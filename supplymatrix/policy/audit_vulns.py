"""[vulns] and [sla]: which databases there must be and how old (SM308), how long a vulnerability may stay (SM307).

With `fail_at = "module"` a vulnerability of a module fails (SM303) even where its packages or functions were looked for
and are not there. One that nobody could follow as far as the policy fails is unknown there: with `symbol` one of whose
functions nobody has looked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from supplymatrix.checks.programs import main_module
from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.checks.vulnerabilities import DATABASE_AGE, GO_ITSELF
from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.fact import Facts, Gap, ProjectFact
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.program import BuiltProgram
from supplymatrix.model.rule import Evidence, Finding, Result, Rule, Status
from supplymatrix.model.vulnerability import Review, VulnDatabase, Vulnerability, VulnLevel
from supplymatrix.policy.audit_terms import Said
from supplymatrix.policy.document import Policy
from supplymatrix.policy.waivers import WaiverBook
from supplymatrix.vulns.clocks import ClockStart, start_of
from supplymatrix.vulns.cvss import severity_of
from supplymatrix.vulns.versions import release_of

__all__ = ["DATABASE_RULE", "OVERDUE_RULE", "check_vulns", "judge_vulns", "subject_of"]

DATABASE_RULE = "SM308"
OVERDUE_RULE = "SM307"
REQUIRED_RULE = "SM303"
_UNREVIEWED_RULE = "SM304"
_NO_MODULE = ModuleVersion(path="", version="")
_SYNC = "supplymatrix feeds sync go-vulndb"
_STARTS = {
    "published": (ClockStart.PUBLISHED, "since it was published"),
    "first_seen": (ClockStart.FIRST_SEEN, "since it was first seen here"),
    "fix_available": (ClockStart.FIX, "since there is a fix"),
}


def check_vulns(policy: Policy, facts: Facts, rules: Mapping[str, Rule], today: date) -> Iterator[Result]:
    """Yield what the policy asks of databases and deadlines. rules: by id."""
    if DATABASE_RULE in rules:
        yield from _missing(policy.terms.get("vulns.databases"), facts, rules[DATABASE_RULE])
        yield from _old(policy.terms.get("vulns.max_database_age"), facts, rules[DATABASE_RULE], today)
    if "sla.fix_within" in policy.terms and OVERDUE_RULE in rules:
        for found in facts.of(Vulnerability):
            if _counts(found, policy):
                yield _overdue(found, policy, rules[OVERDUE_RULE], today)


def subject_of(found: Vulnerability) -> str:
    """Return the subject of a result about a vulnerability: "GO-2021-0113 in a.example/b@v1.0.0 (bin/app)"."""
    where = f" ({found.program})" if found.program else ""
    return f"{found.advisory} in {found.subject}{where}"


def _database_subject(name: str) -> str:
    return f"vulnerability database {name}"


def _missing(said: Said | None, facts: Facts, rule: Rule) -> Iterator[Result]:
    there = {fact.id for fact in facts.of(VulnDatabase)}
    for name in said.value if said is not None and isinstance(said.value, tuple) else ():
        if name not in there:
            subject = _database_subject(name)
            gap = Gap(
                wanted=subject,
                reason="it was not looked into: this machine has none of that name",
                remedy=_SYNC if name == "go" else "name its file or folder in settings.toml: [vulns] databases",
                subject=subject,
                location=said.location if said is not None else None,
                family=AuditFamily.VULNS,
            )
            yield unknown(rule, subject, _NO_MODULE, gap)


def _old(said: Said | None, facts: Facts, rule: Rule, today: date) -> Iterator[Result]:
    if said is None or not isinstance(said.value, int):
        return
    for fact in facts.of(VulnDatabase):
        subject = _database_subject(fact.id)
        if fact.dated is None or fact.dated > today:
            why = f"it says that it is of {fact.dated}, which is yet to come" if fact.dated else ""
            gap = Gap(
                wanted=f"age of {subject}",
                reason=why or "nobody says of which day it is",
                remedy=f"{_SYNC}, or a copy whose entries have days",
                subject=subject,
                location=said.location,
                family=AuditFamily.VULNS,
            )
            yield unknown(rule, subject, _NO_MODULE, gap)
            continue
        age = (today - fact.dated).days
        if age > said.value:
            yield _too_old(fact, age, said, rule, subject)
        else:
            yield passed(rule, subject, _NO_MODULE)


def _too_old(fact: VulnDatabase, age: int, said: Said, rule: Rule, subject: str) -> Result:
    return failed(
        rule,
        subject,
        _NO_MODULE,
        message=f"{subject} is of {fact.dated}, {age:,} days ago; the policy asks for {said.value} days",
        label=f"{said.value} days, and it is {age:,} days old",
        locations=(said.location,),
        evidence=(Evidence(label="dated by", value=fact.dated_by), Evidence(label="from", value=fact.source)),
        fix=_SYNC if fact.id == "go" else "bring a newer copy of it",
    )


def _counts(found: Vulnerability, policy: Policy) -> bool:
    """Return whether a deadline holds for a vulnerability: it is near enough, or nobody could look how near it is."""
    if found.review is Review.UNREVIEWED and policy.levels.get(_UNREVIEWED_RULE, "off") == "off":
        return False
    return found.is_malicious or not found.is_ruled_out or _fails_at(found, policy)


def _fails_at(found: Vulnerability, policy: Policy) -> bool:
    """Return whether the policy fails at a level that a vulnerability has, whatever was looked for beyond it."""
    said = policy.terms.get("vulns.fail_at")
    return said is not None and VulnLevel(str(said.value)).depth <= found.level.depth


def _overdue(found: Vulnerability, policy: Policy, rule: Rule, today: date) -> Result:
    start = policy.terms.get("sla.from")
    clock, since_words = _STARTS[str(start.value) if start is not None else "published"]
    said = _deadline(found, policy)
    subject, days = subject_of(found), int(str(said.value))
    since = start_of(found, clock)
    if since is None and clock is ClockStart.FIX and not found.fixed:
        return passed(rule, subject, found.subject)
    if since is None or since > today:
        to_come = f"the day that it is counted from, {since}, is yet to come"
        gap = Gap(
            wanted=f"how long {subject} is known",
            reason=f"nobody says how long it is {since_words}" if since is None else to_come,
            remedy='count from another day: [sla] from = "published" or "first_seen"',
            subject=subject,
            location=found.location,
            family=AuditFamily.VULNS,
        )
        return unknown(rule, subject, found.subject, gap)
    age = (today - since).days
    if age <= days:
        return passed(rule, subject, found.subject)
    fixed = f"go get {found.subject.path}@{found.fixed}" if found.fixed else "there is no fix yet: take the module out"
    if found.subject.path in ("stdlib", "toolchain"):
        fixed = f"build with Go {release_of(found.fixed)} or newer" if found.fixed else "there is no fix yet"
    return failed(
        rule,
        subject,
        found.subject,
        message=f"{found.advisory} in {found.subject}: {age:,} days {since_words}, the policy gives {days}",
        label=f"{age:,} days, and {days} are allowed",
        locations=(found.location, said.location),
        evidence=(
            Evidence(label="counted from", value=f"{since} ({clock.value})"),
            Evidence(label="asked for by", value=f"[sla] {said.location.pointer.rpartition('.')[2] or 'fix_within'}"),
        ),
        fix=f"{fixed}; or waive it with its reason: supplymatrix waive {found.advisory}",
        advisories=found.names,
    )


def _deadline(found: Vulnerability, policy: Policy) -> Said:
    """Return the deadline of a vulnerability: that of its severity, else of all; of one that is called the shorter."""
    severity = severity_of(found.severity)
    said = policy.terms.get(f"sla.{severity}") or policy.terms["sla.fix_within"]
    called = policy.terms.get("sla.called")
    if called is not None and found.level is VulnLevel.SYMBOL and int(str(called.value)) < int(str(said.value)):
        return called
    return said


def judge_vulns(
    results: Iterable[Result], policy: Policy, facts: Facts, rules: Mapping[str, Rule], today: date
) -> Iterator[Result]:
    """Yield results; where the policy fails at the module, or the package, a finding in the place of each pass of SM303
    that is as near; and what could not be followed as far as it fails. Where it says how old a database may be, that
    decides, and not what is taken for old without it."""
    if "vulns.max_database_age" in policy.terms:
        results = [result for result in results if not _is_of_age(result)]
    rule = rules.get(REQUIRED_RULE)
    away = [found for found in facts.of(Vulnerability) if found.is_ruled_out and _fails_at(found, policy)]
    subjects = {subject_of(found) for found in away} if rule is not None else frozenset()
    for result in results:
        if result.rule == REQUIRED_RULE and result.status is Status.PASS and result.subject in subjects:
            continue
        yield result
    for found in away:
        if rule is not None and found.review is Review.REVIEWED and not found.is_malicious:
            near = "SM305" if found.subject.path in GO_ITSELF else "SM302"
            yield _required(found, policy, rule if found.level is VulnLevel.MODULE else rules.get(near, rule))
    yield from _not_followed(policy, facts, rules, today)


def _not_followed(policy: Policy, facts: Facts, rules: Mapping[str, Rule], today: date) -> Iterator[Result]:
    """Yield unknown results of vulnerabilities that may be as near as the policy fails, and that nobody has followed so
    far. Programs that are looked at stand for the sources that they are built of, and a waiver for what it excuses."""
    said = policy.terms.get("vulns.fail_at")
    at = VulnLevel(str(said.value)) if said is not None else VulnLevel.MODULE
    rule, near = (rules.get("SM301" if at is VulnLevel.SYMBOL else "SM302"), rules.get("SM302"))
    if at is VulnLevel.MODULE or rule is None:
        return
    waivers = WaiverBook(policy, today)
    mains = {main_module(program).path for program in facts.of(BuiltProgram)}
    is_built = any(project.module_path in mains for project in facts.of(ProjectFact))
    for found in facts.of(Vulnerability):
        is_told = found.review is not Review.REVIEWED or found.is_malicious or found.subject.path in GO_ITSELF
        is_far = found.level.depth < at.depth and found.looked.depth < at.depth and not found.is_ruled_out
        if is_told or not is_far or (is_built and not found.program):
            continue
        result = _not_seen(found, at, rule)
        asked = [_waivable(found, one) for one in (rule, near) if one is not None]
        if not any(finding is not None and waivers.use_for(finding) for finding in asked):
            yield result


def _not_seen(found: Vulnerability, at: VulnLevel, rule: Rule) -> Result:
    what, subject = "functions" if at is VulnLevel.SYMBOL else "packages", subject_of(found)
    how = "its function table does not tell" if found.program else "sources do not tell without a call graph"
    gap = Gap(
        wanted=f"{what} of {found.advisory} in {found.subject}",
        reason=f"nobody has looked for them: {how if at is VulnLevel.SYMBOL else 'what is imported is not known'}",
        remedy=f"go get {found.subject.path}@{found.fixed}; or " * bool(found.fixed)
        + f"look at the program too (--binary), or waive it with its reason: supplymatrix waive {found.advisory}",
        subject=subject,
        location=found.location,
        family=AuditFamily.VULNS,
    )
    return unknown(rule, subject, found.subject, gap)


def _waivable(found: Vulnerability, rule: Rule) -> Finding | None:
    """Return the finding that a waiver would excuse."""
    return failed(
        rule,
        subject_of(found),
        found.subject,
        message=found.summary,
        label=found.advisory,
        locations=(found.location,),
        advisories=found.names,
    ).finding


def _is_of_age(result: Result) -> bool:
    """Return whether a result says that a database is old, or of no known day."""
    return result.rule == DATABASE_RULE and result.gap is not None and result.gap.wanted.startswith(DATABASE_AGE)


def _required(found: Vulnerability, policy: Policy, rule: Rule) -> Result:
    what = "function" if found.looked is VulnLevel.SYMBOL else "package"
    return failed(
        rule,
        subject_of(found),
        found.subject,
        message=f"{found.advisory} in {found.subject}: {found.summary}; none of its {what}s is there, and the policy "
        f"fails at the {found.level.value}",
        label=found.advisory,
        locations=(found.location, policy.terms["vulns.fail_at"].location),
        evidence=(Evidence(label="looked for", value=f"{what}s, by the {found.level_by.value}"),),
        fix=f"go get {found.subject.path}@{found.fixed}" if found.fixed else "there is no fix yet",
        advisories=found.names,
    )
