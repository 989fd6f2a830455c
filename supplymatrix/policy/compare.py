"""How one policy differs from another, in words, with the direction: weaker or stricter.

Where files of a policy speak of the same thing, each of them is held against its own like: the project's file against
the project's, parents against parents, whatever number they have. Two policies that decide differently never have
nothing to be told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from supplymatrix.model.rule import Level
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Mode
from supplymatrix.policy.audit_terms import TERMS, Kind, Term, TermValue, shown_value, stricter_word, unsaid_of
from supplymatrix.policy.compare_licences import compare_licences
from supplymatrix.policy.compare_signatures import compare_signatures
from supplymatrix.policy.document import LEVEL_ORDER, PSEUDO_RULE, PackageRule, Policy

__all__ = ["compare_policies"]

_MODES = {Mode.OBSERVE: 0, Mode.WARN: 1, Mode.ENFORCE: 2}


def compare_policies(old: Policy, new: Policy) -> list[str]:
    """Return the differences of `new` from `old`; nothing when both decide alike."""
    if old.digest == new.digest:
        return list(_room_for_debt(old, new))  # it decides about the list, not about a finding
    found = [
        *_numbers(old, new),
        *_levels(old, new),
        *_packages(old, new),
        *compare_licences(old, new),
        *_toolchain(old, new),
        *_audits(old, new),
        *compare_signatures(old, new),
        *_vendors(old, new),
        *_waivers(old, new),
        *_debt(old, new),
        *_sources(old, new),
    ]
    return found or ["other: the policies differ in a way that has no word here"]


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
    if old.owner_domain != new.owner_domain:
        word = "other" if old.owner_domain and new.owner_domain else _word(bool(new.owner_domain))
        yield f"{word}: owner_domain {old.owner_domain or 'any'} becomes {new.owner_domain or 'any'}"
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
    before, after = _entries(old), _entries(new)
    for key in sorted(before.keys() | after.keys()):
        glob, where = key[1], " in a parent" if key[0] else ""
        gone, come = _unlike(before.get(key, ()), after.get(key, ()))
        for was, now in zip(gone, come, strict=False):
            yield from _package(glob + where, was, now)
        for was in gone[len(come) :]:
            yield f"{_word(_only_allows(was))}: [packages.{glob!r}] is gone{where}"
        for now in come[len(gone) :]:
            yield f"{'weaker' if _only_allows(now) else 'other'}: [packages.{glob!r}] is new{where}"


def _entries(policy: Policy) -> dict[tuple[bool, str], list[PackageRule]]:
    """Return the entries by whether a parent has them, and glob; of parents there may be several."""
    found: dict[tuple[bool, str], list[PackageRule]] = {}
    for entry in sorted(policy.packages, key=lambda entry: entry.layer):
        found.setdefault((entry.layer > 0, entry.glob), []).append(entry)
    return found


def _unlike(before: Sequence[PackageRule], after: Sequence[PackageRule]) -> tuple[list[PackageRule], list[PackageRule]]:
    """Return what is left of both when each entry that says the same as one of the others is taken away."""
    left = list(after)
    gone = []
    for was in before:
        like = next((now for now in left if _content(now) == _content(was)), None)
        if like is None:
            gone.append(was)
        else:
            left.remove(like)
    return gone, left


def _content(entry: PackageRule) -> tuple[object, ...]:
    return entry.version, entry.min_age, entry.pseudo_versions, dict(entry.levels), entry.security_policy


def _only_allows(entry: PackageRule) -> bool:
    """Whether an entry takes something back and asks for nothing."""
    asks = entry.version or entry.min_age or any(level is not Level.OFF for level in entry.levels.values())
    return entry.pseudo_versions == "allow" and not asks


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
    if was.security_policy != now.security_policy or _of_preset(was) != _of_preset(now):
        before, after = was.security_policy or "none", now.security_policy or "none"
        yield f"{_direction(_of_preset(was), _of_preset(now))}: security_policy of {glob} {before} becomes {after}"


def _of_preset(entry: PackageRule) -> Mapping[str, Level]:
    """Return the levels that an entry has from its security_policy."""
    if not entry.pseudo_versions:
        return entry.levels
    return {rule: level for rule, level in entry.levels.items() if rule != PSEUDO_RULE}


def _direction(was: Mapping[str, Level], now: Mapping[str, Level]) -> str:
    """Return "stricter" or "weaker" when all levels that change go one way, else "other"."""
    steps = {
        LEVEL_ORDER[now.get(rule, Level.OFF)] > LEVEL_ORDER[was.get(rule, Level.OFF)]
        for rule in was.keys() | now.keys()
        if now.get(rule, Level.OFF) is not was.get(rule, Level.OFF)
    }
    return _word(steps.pop()) if len(steps) == 1 else "other"


_Demand = tuple[int, tuple[str, ...]]
"""Days, and the channels that count; none = all that tell of Go."""


def _toolchain(old: Policy, new: Policy) -> Iterator[str]:
    before, after = (
        frozenset(policy.toolchain.accepted) if policy.toolchain is not None and policy.toolchain.verify else None
        for policy in (old, new)
    )
    if before is None and after is not None:
        yield f"stricter: the Go that builds is verified, and may be {' or '.join(sorted(after))}"
    elif before is not None and after is None:
        yield "weaker: the Go that builds is no longer verified"
    elif before is not None and after is not None:
        if after - before:
            yield f"weaker: [toolchain] accepts {', '.join(sorted(after - before))}"
        if before - after:
            yield f"stricter: [toolchain] no longer accepts {', '.join(sorted(before - after))}"
    then, now = (
        frozenset(policy.toolchain.pinned if policy.toolchain is not None and policy.toolchain.verify else ())
        for policy in (old, new)
    )
    if now - then:
        yield f"weaker: [toolchain] takes the Go with hash {', '.join(sorted(now - then))}"
    if before is not None and after is not None and then - now:
        yield f"stricter: [toolchain] no longer takes the Go with hash {', '.join(sorted(then - now))}"


def _audits(old: Policy, new: Policy) -> Iterator[str]:
    for key, term in TERMS.items():
        was, now = old.terms.get(key), new.terms.get(key)
        if was is None and now is None:
            continue
        asked = [_asked_by(policy, term) for policy in (old, new)]
        if word := stricter_word(term, *asked):
            nothing = "none" if term.kind is Kind.EXCUSED else "not said"
            before, after = (nothing if found is None or found == () else shown_value(term, found) for found in asked)
            yield f"{word}: {term.name} of [{term.section}] {before} becomes {after}"
        elif was is None or now is None:
            said = "is not said any more" if now is None else "is said now"
            yield f"other: {term.name} of [{term.section}] {said}, and is what it is without that"
    for rule in sorted(old.latent.keys() | new.latent.keys()):
        levels = [policy.latent.get(rule) for policy in (old, new)]
        if levels[0] is not levels[1]:
            words = (level.value if level is not None else "as it is by itself" for level in levels)
            yield f"other: {rule} {' becomes '.join(words)}, where --audit has it looked at"


def _asked_by(policy: Policy, term: Term) -> TermValue | None:
    """Return what a policy asks for by a key of an audit, whether it says it or not; None for nothing."""
    said = policy.terms.get(term.key)
    return said.value if said is not None else unsaid_of(term, policy.terms, frozenset(policy.audits))


def _vendors(old: Policy, new: Policy) -> Iterator[str]:
    before, after = _demands(old), _demands(new)
    for key in sorted(before.keys() | after.keys()):
        was, now = sorted(before.get(key, Counter()).elements()), sorted(after.get(key, Counter()).elements())
        if was != now:
            yield f"{_asked(was, now)}: {key[1]} of vendor {key[0]} {_demanded(was)} becomes {_demanded(now)}"


def _demands(policy: Policy) -> dict[tuple[str, str], Counter[_Demand]]:
    """Return what is asked of vendors, by vendor and key; several files may ask."""
    found: dict[tuple[str, str], Counter[_Demand]] = {}
    for entry in policy.vendors:
        for name, days in (("max_response_p90", entry.response_p90), ("max_evidence_age", entry.evidence_age)):
            if days:
                demand = (days, tuple(sorted(set(entry.channels))))
                found.setdefault((entry.vendor, name), Counter())[demand] += 1
    return found


def _asked(was: Sequence[_Demand], now: Sequence[_Demand]) -> str:
    """Return the direction, where all that is asked is asked of the same channels, or there is nothing on one side."""
    if not was or not now:
        return _word(bool(now))
    if len({channels for _, channels in (*was, *now)}) == 1 and was[0] != now[0]:
        return _word(now[0] < was[0])
    if len(was) == len(now) == 1 and was[0][0] == now[0][0] and was[0][1] and now[0][1]:
        before, after = set(was[0][1]), set(now[0][1])
        return _word(after > before) if after > before or before > after else "other"
    return "other"


def _demanded(demands: Sequence[_Demand]) -> str:
    said = [f"{days}d" + (f" in {' and '.join(channels)}" if channels else "") for days, channels in demands]
    return ", ".join(said) or "nothing"


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
        fork = f", replaced by {waiver.replacement}," if waiver.replacement else ""
        what = f"{changed(waiver, licences=tuple(sorted(waiver.licences))).name}{fork}"
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
    if not (more or less) and bool(old.debt) is not bool(new.debt):
        yield f"other: an empty debt list is {'new' if new.debt else 'gone'}"
    if old.debt and new.debt and old.debt.expires != new.debt.expires:
        stricter = new.debt.expires < old.debt.expires
        yield f"{_word(stricter)}: the debt list holds until {new.debt.expires} instead of {old.debt.expires}"
    yield from _room_for_debt(old, new)


def _room_for_debt(old: Policy, new: Policy) -> Iterator[str]:
    """Tell how many entries the debt list may have, where there is one before and after."""
    if old.debt and new.debt and old.debt.most != new.debt.most:
        stricter = new.debt.most < old.debt.most
        yield f"{_word(stricter)}: the debt list may have {new.debt.most:,} entries instead of {old.debt.most:,}"


def _sources(old: Policy, new: Policy) -> Iterator[str]:
    for pattern in sorted(set(new.private) - set(old.private)):
        yield f"weaker: {pattern} is declared private and no longer checked"
    for pattern in sorted(set(old.private) - set(new.private)):
        yield f"stricter: {pattern} is no longer declared private"
    if old.vendored != new.vendored:
        yield f"{_word(new.vendored)}: vendor/ {'has to be there' if new.vendored else 'need not be there'}"
    if old.sumdb != new.sumdb:
        yield f"other: the log {old.sumdb or 'of the go command'} becomes {new.sumdb or 'that of the go command'}"


def _word(stricter: bool) -> str:  # noqa: FBT001 - one private word, many callers
    return "stricter" if stricter else "weaker"
