"""What is wrong with the policy itself (SM9xx): waivers that are over, unused or too wide, entries that match nothing.

These results have no part in the score, which is about the project: a waiver that is no longer needed must not make a
mended project look worse. They have levels like all others, and decide at or above `fail_on`.

A waiver that stands in a file which this policy builds on is nobody's fault here when this project does not need it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from supplymatrix.checks.result import failed, passed
from supplymatrix.model.fact import Facts, NestedPolicy
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Result, Rule
from supplymatrix.model.verdict import WaiverEntry, WaiverState
from supplymatrix.policy.document import Policy, Waiver
from supplymatrix.policy.requirements import matched_globs
from supplymatrix.policy.waivers import ADVISORY, SOON, DebtBook, WaiverBook, is_too_wide

__all__ = ["check_policy_itself"]

_UNUSED, _EXPIRED, _SOON, _WIDE, _LONG = "SM901", "SM902", "SM903", "SM904", "SM906"
_NO_MATCH, _NESTED, _PAID = "SM907", "SM908", "SM909"
_NO_VEX = "SM312"
_NOBODY = ModuleVersion(path="", version="")


def check_policy_itself(
    policy: Policy,
    facts: Facts,
    rules: Mapping[str, Rule],
    *,
    waivers: WaiverBook,
    debt: DebtBook,
    today: date,
) -> Iterator[Result]:
    """Yield what is to be said of the policy, after all findings of the project went through the books."""
    told = {
        rule: rules[rule]
        for rule in (_UNUSED, _EXPIRED, _SOON, _WIDE, _LONG, _NO_MATCH, _NESTED, _PAID, _NO_VEX)
        if rule in rules
    }
    for entry, waiver in zip(waivers.entries(), policy.waivers, strict=True):
        for rule_id, message, label, fix in _of_waiver(policy, entry, waiver, today):
            if rule_id in told:
                yield _one(
                    told[rule_id], _name(waiver), message, label, entry.location, fix, identity=_identity(waiver)
                )
    if _PAID in told:
        yield from _of_debt(policy, debt, told)
    if _NO_MATCH in told and policy.packages:
        yield from _of_packages(policy, facts, told[_NO_MATCH])
    if _NESTED in told:
        for nested in facts.of(NestedPolicy):
            message = f"{nested.name} brings a policy along, which is not obeyed"
            fix = "nothing to do if it is meant for its own project; else remove it from the tree"
            yield _one(
                told[_NESTED], nested.location.artifact, message, "a policy of somebody else", nested.location, fix
            )


def _of_waiver(policy: Policy, entry: WaiverEntry, waiver: Waiver, today: date) -> Iterator[tuple[str, str, str, str]]:
    """Yield (rule, message or "" for a pass, label, fix) of one waiver."""
    name, left = _name(waiver), (waiver.expires - today).days
    if entry.state is WaiverState.EXPIRED:
        message = f"the waiver of {name} ({waiver.owner}) expired on {waiver.expires}: what it excused counts again"
        yield (
            _EXPIRED,
            message,
            f"over since {waiver.expires}",
            _renewal(waiver),
        )
        return
    yield _EXPIRED, "", "", ""
    if entry.state is WaiverState.REFUSED:
        near = waiver.expires - timedelta(days=policy.max_waiver_days)
        message = f"the waiver of {name} lasts until {waiver.expires}, {left:,} days, and excuses nothing before {near}"
        fix = f"a day within {policy.max_waiver_days:,} days ([policy] max_waiver_days)"
        yield _LONG, message, f"more than {policy.max_waiver_days:,} days", fix
    else:
        yield _LONG, "", "", ""
        if waiver.layer == 0:
            unused = entry.state is WaiverState.UNUSED
            message = f"the waiver of {name} excuses nothing" if unused else ""
            yield _UNUSED, message, "nothing is found that it speaks of", "remove it"
        soon = left <= SOON.days
        message = f"the waiver of {name} ({waiver.owner}) expires on {waiver.expires}, {_in_days(left)}" if soon else ""
        yield _SOON, message, "ends soon", _renewal(waiver)
    if not ADVISORY.isdisjoint(waiver.rules):
        message = f"the waiver of {name} does not say why the advisory does not concern the product"
        fix = "add vex_justification, with one of the five words of VEX; or leave it so where it does concern it"
        yield _NO_VEX, "" if waiver.vex_justification else message, "no VEX justification", fix
    message = f"the waiver of {name} speaks of the modules of many owners" if is_too_wide(waiver) else ""
    yield _WIDE, message, "too wide", "name the host and the owner: github.com/owner/**"


def _renewal(waiver: Waiver) -> str:
    version = f"@{waiver.version}" if waiver.version else ""
    what = "" if not waiver.rule and waiver.package == "**" else f" {waiver.package}{version}"
    command = f"supplymatrix waive {waiver.rule or waiver.advisory}{what} --renew"
    return f"mend the finding and remove this, or agree on a new day ({command})"


def _in_days(days: int) -> str:
    return "today" if days == 0 else f"in {days} day{'' if days == 1 else 's'}"


def _of_debt(policy: Policy, book: DebtBook, told: Mapping[str, Rule]) -> Iterator[Result]:
    debt = policy.debt
    if debt is None:
        return
    if _EXPIRED in told:
        message = f"the debt list ({debt.owner}) ran out on {debt.expires}: what it excused counts again"
        yield _one(
            told[_EXPIRED],
            f"debt list {debt.artifact}",
            message if book.is_over else "",
            f"over since {debt.expires}",
            debt.location,
            "mend what is left of it, or waive it one by one: [[waivers]]",
        )
    for entry in book.owed():
        yield passed(told[_PAID], f"{entry.rule} on {entry.subject}", _NOBODY)
    for entry in book.paid():
        name = f"{entry.rule} on {entry.subject}"
        message = f"{name} is owed no more and still in the debt list"
        yield _one(told[_PAID], name, message, "mended", entry.location, "supplymatrix policy adopt takes it out")


def _of_packages(policy: Policy, facts: Facts, rule: Rule) -> Iterator[Result]:
    matched = matched_globs(policy, facts)
    for entry in policy.packages:
        if entry.layer:
            continue
        message = f"[packages.{entry.glob!r}] speaks of no module of this project"
        yield _one(
            rule,
            f"[packages.{entry.glob!r}]",
            "" if entry.glob in matched else message,
            "matches nothing",
            entry.location,
            "mend the glob, or remove the entry",
        )


def _name(waiver: Waiver) -> str:
    return waiver.name


def _identity(waiver: Waiver) -> str:
    """Two waivers of one thing are told apart by their last day and owner."""
    return f"{_name(waiver)}\n{waiver.expires}\n{waiver.owner}"


def _one(  # noqa: PLR0917 - what a finding is made of
    rule: Rule, subject: str, message: str, label: str, place: Location, fix: str, *, identity: str = ""
) -> Result:
    """Return a finding; a pass where there is no message."""
    if not message:
        return passed(rule, subject, _NOBODY)
    return failed(rule, subject, _NOBODY, message=message, label=label, locations=(place,), fix=fix, identity=identity)
