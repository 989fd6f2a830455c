"""Results that only a policy can produce: a module version that is younger than the policy allows (SM209).

    [packages."github.com/**"]
    min_age = "7d"

What is known of a version's age is of unequal worth, and so is what follows from it:

| what is known | result |
|---|---|
| its commit is younger | fail: nobody makes himself look younger than he is |
| the log had no record of it within that time | fail, however old its commit claims to be |
| a proxy or the module cache says that its commit is older | pass: so far as its author is to be believed |
| the log had its record before that time | pass, unless its commit is younger |
| a pseudo-version's own digits are older, and nobody was asked | unknown: they are text in go.mod |
| nothing | unknown |

The first row that holds decides. A fix that cannot wait is let through by a waiver.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.model.fact import Facts, Gap, ReleaseTime, RequiredModule, SumKind, SumLine
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Evidence, Result, Rule
from supplymatrix.model.value import value
from supplymatrix.policy.document import PackageRule, Policy

__all__ = ["AGE_RULE", "AgeDemand", "age_demands", "check_cooldown"]

AGE_RULE = "SM209"
_REMEDY = "download it with the go command (go mod download), or run where a proxy can be asked"


@value
class AgeDemand:
    """A module version that must be out for some time. name: as it is required; module: what is built for it.

    location: of the require or go.sum line; age_location: of the demand in lift.toml.
    """

    name: str
    module: ModuleVersion
    days: int
    location: Location
    age_location: Location


def age_demands(
    policy: Policy, required: Iterable[RequiredModule], lines: Iterable[SumLine] = ()
) -> tuple[AgeDemand, ...]:
    """Return what a policy asks an age of, each module version once: with its longest demand, at its first place.

    The required modules count, with their replacements, for which the entries of both paths hold; and what go.sum has
    files of that go.mod does not name. A folder has no age, and a version that is excluded is not built.
    """
    if not any(entry.min_age for entry in policy.packages):
        return ()
    found: dict[ModuleVersion, AgeDemand] = {}
    named: set[str] = set()
    for fact in required:
        named |= {fact.subject.path, fact.effective.path if fact.effective else ""}
        if fact.effective is not None and not fact.excluded and not fact.is_member:
            _demand(policy, found, fact.subject.path, fact.effective, fact.location)
    for line in lines:
        if line.kind is SumKind.ZIP and line.subject.path not in named:
            _demand(policy, found, line.subject.path, line.subject, line.location)
    return tuple(found.values())


def check_cooldown(policy: Policy, facts: Facts, rule: Rule, now: datetime) -> Iterator[Result]:
    """Yield one result for each module version of which the policy asks an age. now: UTC."""
    demands = age_demands(policy, facts.of(RequiredModule), facts.of(SumLine))
    known = {fact.subject: fact for fact in facts.of(ReleaseTime)} if demands else {}
    for demand in demands:
        yield _judge(demand, known.get(demand.module), rule, now)


def _demand(
    policy: Policy, found: dict[ModuleVersion, AgeDemand], name: str, module: ModuleVersion, location: Location
) -> None:
    """Note what the entries for a module, and for the one that it is built for, ask."""
    entries = [entry for path in dict.fromkeys((name, module.path)) for entry in policy.entries_for(path)]
    entry = max(entries, key=lambda one: one.min_age, default=None)
    before = found.get(module)
    if entry is not None and entry.min_age and (before is None or before.days < entry.min_age):
        found[module] = AgeDemand(
            name=name,
            module=module,
            days=entry.min_age,
            location=before.location if before is not None else location,
            age_location=_place(entry),
        )


def _place(entry: PackageRule) -> Location:
    return entry.age_location or entry.location


def _judge(demand: AgeDemand, known: ReleaseTime | None, rule: Rule, now: datetime) -> Result:
    subject, module = str(demand.module), demand.module
    if known is None:
        return unknown(rule, subject, module, _gap(demand, "it was not looked for", "run again"))
    long_ago = now - timedelta(days=demand.days)
    if known.time is not None and known.time > long_ago:
        return _too_young(demand, known, rule, now)
    if known.new_since is not None and _start_of(known.new_since) > long_ago:
        return _new_in_log(demand, known, rule, now)
    is_said = known.time is not None and not known.from_version
    is_logged = known.known_since is not None and _start_of(known.known_since) + timedelta(days=1) <= long_ago
    if is_said or is_logged:
        return passed(rule, subject, module)
    reason = known.reason or "nobody says when it came out"
    if known.time is not None:
        reason = f"the version says {known.time:%Y-%m-%d}, which anybody can write; {reason}"
    return unknown(rule, subject, module, _gap(demand, reason, known.remedy or _REMEDY))


def _start_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _too_young(demand: AgeDemand, known: ReleaseTime, rule: Rule, now: datetime) -> Result:
    """Return that a commit is too young; one of the future is so too."""
    assert known.time is not None  # noqa: S101 - that is why it is too young
    age = now - known.time
    how = f"{_days(age.days)} old" if age >= timedelta(0) else "of a day to come"
    return _fail(
        demand,
        rule,
        message=f"{demand.module} is {how} ({known.time:%Y-%m-%d %H:%M} UTC), the policy asks for {_days(demand.days)}",
        label=how,
        evidence=(
            Evidence(label="time of its commit", value=f"{known.time:%Y-%m-%dT%H:%M:%SZ}"),
            Evidence(label="said by", value=known.source),
        ),
        old_enough=known.time if age >= timedelta(0) else None,
    )


def _new_in_log(demand: AgeDemand, known: ReleaseTime, rule: Rule, now: datetime) -> Result:
    """Return that a version was not in the log long ago: nobody who asked the log has had it before."""
    assert known.new_since is not None  # noqa: S101 - that is why it is too young
    days = max(0, (now - _start_of(known.new_since)).days)
    evidence = [Evidence(label="not in the log yet", value=f"in the head of {known.new_since} beside go.sum")]
    if known.time is not None:
        said = f"{known.time:%Y-%m-%dT%H:%M:%SZ}, said by {known.source}"
        evidence.append(Evidence(label="time of its commit", value=said))
    return _fail(
        demand,
        rule,
        message=f"{demand.module} is in the log for {_days(days)} at most, the policy asks for {_days(demand.days)}, "
        "whatever its commit says",
        label=f"not in the log on {known.new_since}",
        evidence=tuple(evidence),
        old_enough=_start_of(known.new_since) + timedelta(days=1),
    )


def _fail(
    demand: AgeDemand,
    rule: Rule,
    *,
    message: str,
    label: str,
    evidence: tuple[Evidence, ...],
    old_enough: datetime | None,
) -> Result:
    """Return a finding. old_enough: the time from which the days count, None when waiting is of no use."""
    wait = ""
    if old_enough is not None:
        wait = f"wait until {old_enough + timedelta(days=demand.days + 1):%Y-%m-%d}, or "
    fix = f"{wait}take an older version of {demand.name}; for a fix that cannot wait, a waiver says so with its reason"
    return failed(
        rule,
        str(demand.module),
        demand.module,
        message=message,
        label=label,
        locations=(demand.location, demand.age_location),
        evidence=evidence,
        fix=fix,
    )


def _gap(demand: AgeDemand, reason: str, remedy: str) -> Gap:
    return Gap(
        wanted=f"release time of {demand.module}",
        reason=reason,
        remedy=remedy,
        subject=str(demand.module),
        location=demand.location,
    )


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number:,} days"
