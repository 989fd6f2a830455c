"""How one policy differs from another, in words, with the direction: weaker or stricter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from supplymatrix.model.rule import Level
from supplymatrix.model.verdict import Mode
from supplymatrix.policy.document import LEVEL_ORDER, PackageRule, Policy

__all__ = ["compare_policies"]

_MODES = {Mode.OBSERVE: 0, Mode.WARN: 1, Mode.ENFORCE: 2}


def compare_policies(old: Policy, new: Policy) -> list[str]:
    """Return the differences of `new` from `old`; nothing when both decide alike."""
    if old.digest == new.digest:
        return []
    return [
        *_numbers(old, new),
        *_levels(old, new),
        *_packages(old, new),
        *_vendors(old, new),
        *_waivers(old, new),
        *_debt(old, new),
        *_sources(old, new),
    ]


def _numbers(old: Policy, new: Policy) -> Iterator[str]:
    if old.mode is not new.mode:
        stricter = _MODES[new.mode] > _MODES[old.mode]
        yield f"{_word(stricter)}: mode {old.mode.value} becomes {new.mode.value}"
    if old.min_score != new.min_score:
        yield f"{_word(new.min_score > old.min_score)}: min_score {old.min_score} becomes {new.min_score}"
    if old.fail_on is not new.fail_on:
        stricter = LEVEL_ORDER[new.fail_on] < LEVEL_ORDER[old.fail_on]
        yield f"{_word(stricter)}: fail_on {old.fail_on.value} becomes {new.fail_on.value}"
    if old.outage_days != new.outage_days:
        yield f"{_word(new.outage_days < old.outage_days)}: on_outage {old.on_outage!r} becomes {new.on_outage!r}"
    if old.max_waiver_days != new.max_waiver_days:
        stricter = new.max_waiver_days < old.max_waiver_days
        yield f"{_word(stricter)}: max_waiver_days {old.max_waiver_days} becomes {new.max_waiver_days}"
    if dict(old.weights) != dict(new.weights):
        yield f"other: weights {_weights(old)} become {_weights(new)}"


def _weights(policy: Policy) -> str:
    return ", ".join(f"{name} {number}" for name, number in policy.weights.items()) or "of the program"


def _levels(old: Policy, new: Policy) -> Iterator[str]:
    for rule, before in sorted(old.levels.items()):
        after = new.levels.get(rule, before)
        if after is not before:
            yield f"{_word(LEVEL_ORDER[after] > LEVEL_ORDER[before])}: {rule} {before.value} becomes {after.value}"


def _packages(old: Policy, new: Policy) -> Iterator[str]:
    before = {(min(entry.layer, 1), entry.glob): entry for entry in old.packages}
    after = {(min(entry.layer, 1), entry.glob): entry for entry in new.packages}
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was is None:
            yield f"other: [packages.{key[1]!r}] is new"
        elif now is None:
            yield f"weaker: [packages.{key[1]!r}] is gone"
        else:
            yield from _package(key[1], was, now)


def _package(glob: str, was: PackageRule, now: PackageRule) -> Iterator[str]:
    if was.version != now.version:
        word = "other" if was.version and now.version else _word(not was.version)
        yield f"{word}: version of {glob} {was.version or 'any'} becomes {now.version or 'any'}"
    if was.min_age != now.min_age:
        yield f"{_word(now.min_age > was.min_age)}: min_age of {glob} {was.min_age}d becomes {now.min_age}d"
    if was.pseudo_versions != now.pseudo_versions:
        stricter = now.pseudo_versions == "deny" or (was.pseudo_versions == "allow" and not now.pseudo_versions)
        before, after = was.pseudo_versions or "none", now.pseudo_versions or "none"
        yield f"{_word(stricter)}: pseudo_versions of {glob} {before} becomes {after}"
    elif was.security_policy != now.security_policy or was.levels != now.levels:
        before, after = was.security_policy or "none", now.security_policy or "none"
        yield f"{_direction(was, now)}: security_policy of {glob} {before} becomes {after}"


def _direction(was: PackageRule, now: PackageRule) -> str:
    """Return "stricter" or "weaker" when all levels that change go one way, else "other"."""
    steps = {
        LEVEL_ORDER[now.levels.get(rule, Level.OFF)] > LEVEL_ORDER[was.levels.get(rule, Level.OFF)]
        for rule in was.levels.keys() | now.levels.keys()
        if now.levels.get(rule, Level.OFF) is not was.levels.get(rule, Level.OFF)
    }
    return _word(steps.pop()) if len(steps) == 1 else "other"


def _vendors(old: Policy, new: Policy) -> Iterator[str]:
    before, after = _demands(old), _demands(new)
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key, 0), after.get(key, 0)
        if was != now:
            stricter = bool(now) and (not was or now < was)
            told = [f"{days}d" if days else "nothing" for days in (was, now)]
            yield f"{_word(stricter)}: {key[1]} of vendor {key[0]} {told[0]} becomes {told[1]}"


def _demands(policy: Policy) -> dict[tuple[str, str], int]:
    """Return what is asked of vendors, in days: of several entries the strictest."""
    found: dict[tuple[str, str], int] = {}
    for entry in policy.vendors:
        for name, days in (("max_response_p90", entry.response_p90), ("max_evidence_age", entry.evidence_age)):
            if days:
                found[entry.vendor, name] = min(days, found.get((entry.vendor, name), days))
    return found


def _waivers(old: Policy, new: Policy) -> Iterator[str]:
    before, after = _excuses(old), _excuses(new)
    for key in sorted(after.keys() - before.keys()):
        yield f"weaker: {key[0]} is waived until {key[1]}"
    for key in sorted(before.keys() - after.keys()):
        yield f"stricter: {key[0]} is no longer waived until {key[1]}"
    for key in sorted(before.keys() & after.keys()):
        if before[key] != after[key]:
            gone, come = "; ".join(before[key] - after[key]), "; ".join(after[key] - before[key])
            yield f"other: the waiver of {key[0]} says {come or 'no more'} instead of {gone or 'nothing'}"


def _excuses(policy: Policy) -> dict[tuple[str, str], Counter[str]]:
    """Return what is waived until when, and who says so and why."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for waiver in policy.waivers:
        about = f" ({waiver.advisory})" if waiver.advisory else ""
        what = f"{waiver.rule} on {waiver.package}{waiver.version and '@' + waiver.version}{about}"
        found.setdefault((what, waiver.expires.isoformat()), Counter())[f"{waiver.owner}: {waiver.reason}"] += 1
    return found


def _debt(old: Policy, new: Policy) -> Iterator[str]:
    before, after = (
        {(entry.rule, entry.fingerprint): entry for entry in policy.debt.entries} if policy.debt else {}
        for policy in (old, new)
    )
    more, less = len(after.keys() - before.keys()), len(before.keys() - after.keys())
    if more:
        yield f"weaker: {more:,} finding{'' if more == 1 else 's'} more in the debt list"
    if less:
        yield f"stricter: {less:,} finding{'' if less == 1 else 's'} less in the debt list"
    if old.debt and new.debt and old.debt.expires != new.debt.expires:
        stricter = new.debt.expires < old.debt.expires
        yield f"{_word(stricter)}: the debt list holds until {new.debt.expires} instead of {old.debt.expires}"


def _sources(old: Policy, new: Policy) -> Iterator[str]:
    for pattern in sorted(set(new.private) - set(old.private)):
        yield f"weaker: {pattern} is declared private and no longer checked"
    for pattern in sorted(set(old.private) - set(new.private)):
        yield f"stricter: {pattern} is no longer declared private"
    if old.sumdb != new.sumdb:
        yield f"other: the log {old.sumdb or 'of the go command'} becomes {new.sumdb or 'that of the go command'}"


def _word(stricter: bool) -> str:  # noqa: FBT001 - one private word, many callers
    return "stricter" if stricter else "weaker"
