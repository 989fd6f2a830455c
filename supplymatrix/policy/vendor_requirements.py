"""Results about vendors, which only a policy can produce: slow responses (SM801) and stale evidence (SM802).

    [vendors.chainguard]
    max_response_p90 = "30d"
    max_evidence_age = "90d"

A vendor's feeds tell of several channels (of RHEL 8, 9 and 10, say). All those that tell of Go itself count, unless the
policy names some. One that is too slow fails; else one of which nobody can say it leaves the answer open, for what is
not known is no pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.model.fact import ChannelMeasure, Facts, Gap, VendorMeasure
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Evidence, Result, Rule, Status
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import changed
from supplymatrix.policy.document import Policy, VendorRule

__all__ = ["EVIDENCE_RULE", "RESPONSE_RULE", "check_vendors"]

RESPONSE_RULE = "SM801"
EVIDENCE_RULE = "SM802"
_NO_MODULE = ModuleVersion(path="", version="")
_SYNC = "supplymatrix feeds sync"
_MOST_NAMED = 5
_FEEDS = {"synced": "feeds synced here", "shipped": "dates of the program", "folder": "a folder of feeds"}
_WORST_FIRST = (Status.FAIL, Status.UNKNOWN, Status.PASS)


def check_vendors(policy: Policy, facts: Facts, rules: Mapping[str, Rule], now: datetime) -> Iterator[Result]:
    """Yield the results of what the policy asks of vendors. rules: by id; without a rule no result. now: UTC.

    Where several files of a policy ask something of one vendor, all of it holds: the worst result stands for it.
    """
    known = {fact.vendor: fact for fact in facts.of(VendorMeasure)} if policy.vendors else {}
    found: dict[tuple[str, str], Result] = {}
    for entry in policy.vendors:
        for result in _judge(entry, known.get(entry.vendor), rules, now.date()):
            key = (result.rule, result.subject)
            if key not in found or _WORST_FIRST.index(result.status) < _WORST_FIRST.index(found[key].status):
                found[key] = result
    yield from found.values()


def _judge(
    entry: VendorRule, measure: VendorMeasure | None, rules: Mapping[str, Rule], today: date
) -> Iterator[Result]:
    if entry.response_p90 and RESPONSE_RULE in rules:
        yield _judge_response(entry, measure, rules[RESPONSE_RULE])
    if entry.evidence_age and EVIDENCE_RULE in rules:
        yield _judge_evidence(entry, measure, rules[EVIDENCE_RULE], today)


def _subject(entry: VendorRule) -> str:
    return f"vendor:{entry.vendor}"


def _judge_response(entry: VendorRule, measure: VendorMeasure | None, rule: Rule) -> Result:
    if measure is None:
        return _no_response(entry, rule, "nobody has looked at its feeds", "run again")
    channels, missing = _counting(entry, measure)
    slow = [channel for channel in channels if _is_slow(channel, entry.response_p90)]
    if slow:
        return _too_slow(entry, measure, slow, rule)
    open_ = [f"{channel.channel}: {channel.reason}" for channel in channels if channel.p90 is None]
    if missing:
        return _no_response(entry, rule, *_no_channel(measure, missing))
    if not channels:
        reason = measure.reason if not measure.profile else "no feed tells how long its fixes of Go take"
        return _no_response(entry, rule, reason, f"{_SYNC}, or ask the vendor and do without this demand")
    if open_:
        told = next((channel.channel for channel in channels if channel.p90 is not None), "")
        remedy = f'{_SYNC}; or name the channels that you stand on: channels = ["{told}"]' if told else _SYNC
        return _no_response(entry, rule, _listed(open_), remedy)
    return passed(rule, _subject(entry), _NO_MODULE)


def _counting(entry: VendorRule, measure: VendorMeasure) -> tuple[list[ChannelMeasure], list[str]]:
    """Return the channels that count, and those that the policy names and nobody has."""
    if not entry.channels:
        return [channel for channel in measure.channels if not channel.of_programs], []
    named = [channel for channel in measure.channels if channel.channel in entry.channels]
    there = {channel.channel for channel in named}
    return named, [name for name in entry.channels if name not in there]


def _no_channel(measure: VendorMeasure, missing: Sequence[str]) -> tuple[str, str]:
    """Return why channels that the policy names say nothing, and what to do about it."""
    known = [channel.channel for channel in measure.channels]
    near = nearest(missing[0], known)
    meant = f"did you mean {near!r}? " if near else ""
    reason = f"its feeds have no channel {', '.join(missing)} (there is: {', '.join(known) or 'none'})"
    return reason, f"{meant}name a channel that `supplymatrix response` lists"


def _is_slow(channel: ChannelMeasure, days: int) -> bool:
    """Whether a channel is too slow for sure, be it that so many fixes are open that it must be."""
    if channel.p90 is not None:
        return channel.p90 > days
    return channel.exceeds is not None and channel.exceeds >= days


def _too_slow(entry: VendorRule, measure: VendorMeasure, slow: Sequence[ChannelMeasure], rule: Rule) -> Result:
    worst = max(slow, key=_slowness)
    took = f"{worst.p90:,}" if worst.p90 is not None else f"more than {worst.exceeds:,}"
    asked = f"{entry.response_p90:,} days"
    whose = f"{worst.channel} (taken for {worst.stands_for})" if worst.stands_for else worst.channel
    return failed(
        rule,
        _subject(entry),
        _NO_MODULE,
        message=f"nine of ten fixes of Go from {entry.vendor} took up to {took} days in {whose}, the policy asks for "
        f"{asked}",
        label=f"{took} days in {worst.channel}",
        locations=(entry.response_location,),
        evidence=tuple(
            Evidence(label=f"P90 of {channel.channel}", value=_told(channel, measure.feeds)) for channel in slow
        ),
        fix=f"`{_SYNC}` and `supplymatrix response --vendor {entry.vendor}` show what it rests on; name the channels "
        "that you stand on, take Go elsewhere, or ask for less",
    )


def _slowness(channel: ChannelMeasure) -> int:
    return channel.p90 if channel.p90 is not None else (channel.exceeds or 0) + 1


def _told(channel: ChannelMeasure, feeds: str) -> str:
    """Return a channel's P90 with what it rests on."""
    took = f"{channel.p90:,} days" if channel.p90 is not None else f"more than {channel.exceeds:,} days"
    where = _FEEDS.get(feeds, feeds)
    return f"{took}, of {channel.fixes:,} fixes and {channel.open:,} open, {where}, as of {channel.as_of}"


def _judge_evidence(entry: VendorRule, measure: VendorMeasure | None, rule: Rule, today: date) -> Result:
    if measure is None:
        return _no_age(entry, rule, "nobody has looked at its profile", "run again")
    channels, missing = _counting(entry, measure)
    dated: list[tuple[date, str]] = [
        (channel.as_of, f"the feed of {channel.channel}") for channel in channels if channel.as_of is not None
    ]
    if measure.evidence_from is not None:
        dated.append((measure.evidence_from, f"{measure.evidence_key} in {measure.profile}"))
    oldest = min(dated, default=None)
    if oldest is not None and (today - oldest[0]).days > entry.evidence_age:
        return _too_old(entry, measure, sorted(dated), rule, today)
    if missing:
        return _no_age(entry, rule, *_no_channel(measure, missing))
    unread = [f"{channel.channel}: {channel.reason}" for channel in channels if channel.as_of is None]
    if measure.evidence_from is None or unread:
        reason = _listed(unread) if measure.evidence_from is not None else measure.reason
        return _no_age(entry, rule, reason, f"{_SYNC}, and `supplymatrix vendors show {entry.vendor}`")
    return passed(rule, _subject(entry), _NO_MODULE)


def _too_old(
    entry: VendorRule, measure: VendorMeasure, dated: Sequence[tuple[date, str]], rule: Rule, today: date
) -> Result:
    day, what = dated[0]
    age = (today - day).days
    old = [(day, what) for day, what in dated if (today - day).days > entry.evidence_age]
    evidence = [Evidence(label=what, value=f"of {day}, {(today - day).days:,} days old") for day, what in old]
    evidence.append(Evidence(label="statements with a source", value=f"{measure.statements:,} in {measure.profile}"))
    return failed(
        rule,
        _subject(entry),
        _NO_MODULE,
        message=f"what is known of {entry.vendor} is up to {age:,} days old ({what}), the policy asks for "
        f"{entry.evidence_age:,} days",
        label=f"{age:,} days old",
        locations=(entry.age_location,),
        evidence=tuple(evidence),
        fix=f"`{_SYNC}` makes feeds newer; `supplymatrix vendors show {entry.vendor}` names the sources of statements, "
        "to be read again",
    )


def _no_response(entry: VendorRule, rule: Rule, reason: str, remedy: str) -> Result:
    wanted = f"response times of {entry.vendor}"
    return _unknown(entry, rule, Gap(wanted=wanted, reason=reason, remedy=remedy, location=entry.response_location))


def _no_age(entry: VendorRule, rule: Rule, reason: str, remedy: str) -> Result:
    wanted = f"age of what is known of {entry.vendor}"
    return _unknown(entry, rule, Gap(wanted=wanted, reason=reason, remedy=remedy, location=entry.age_location))


def _unknown(entry: VendorRule, rule: Rule, gap: Gap) -> Result:
    subject = _subject(entry)
    return unknown(rule, subject, _NO_MODULE, changed(gap, subject=subject))


def _listed(words: Sequence[str]) -> str:
    more = f"; and {len(words) - _MOST_NAMED} more" if len(words) > _MOST_NAMED else ""
    return "; ".join(words[:_MOST_NAMED]) + more
