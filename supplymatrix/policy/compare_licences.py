"""How [licences] of one policy differs from that of another, in words, with the direction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from supplymatrix.policy.document import Policy
from supplymatrix.policy.licence_terms import LicenceConclusion, LicenceRule

__all__ = ["compare_licences"]


def compare_licences(old: Policy, new: Policy) -> Iterator[str]:
    """Yield the differences of `new` from `old`."""
    for is_parents, where in ((False, ""), (True, " in a parent")):
        before, after = _left(_of(old, is_parents=is_parents), _of(new, is_parents=is_parents))
        for was, now in zip(before, after, strict=False):
            yield from _rule(was, now, where)
        for was in before[len(after) :]:
            yield f"weaker: [licences] is gone{where}: {_all_of(was)}"
        for now in after[len(before) :]:
            yield f"stricter: [licences] is new{where}: {_all_of(now)}"
    yield from _conclusions(old, new)


def _of(policy: Policy, *, is_parents: bool) -> list[LicenceRule]:
    return [rule for rule in policy.licences if (rule.layer > 0) is is_parents]


def _left(before: Sequence[LicenceRule], after: Sequence[LicenceRule]) -> tuple[list[LicenceRule], list[LicenceRule]]:
    """Return both without those that say the same as one of the others."""
    rest, gone = list(after), []
    for was in before:
        like = next((now for now in rest if _content(now) == _content(was)), None)
        if like is None:
            gone.append(was)
        else:
            rest.remove(like)
    return gone, rest


def _content(rule: LicenceRule) -> tuple[object, ...]:
    return _words(rule.allow), _words(rule.deny), rule.min_confidence


def _words(words: Sequence[tuple[str, object]] | None) -> frozenset[str] | None:
    return None if words is None else frozenset(word for word, _ in words)


def _rule(was: LicenceRule, now: LicenceRule, where: str) -> Iterator[str]:
    before, after = _words(was.allow), _words(now.allow)
    if before is None and after is not None:
        yield f"stricter: [licences] allows {_said(after)} alone, and no longer all that is not denied{where}"
    elif before is not None and after is None:
        yield f"weaker: [licences] allows all that is not denied, and not {_said(before)} alone{where}"
    elif before is not None and after is not None:
        yield from _lists(after - before, before - after, "allows", where, more_is="weaker")
    denied, denies = _words(was.deny) or frozenset(), _words(now.deny) or frozenset()
    yield from _lists(denies - denied, denied - denies, "denies", where, more_is="stricter")
    if was.min_confidence != now.min_confidence:
        word = "stricter" if now.min_confidence > was.min_confidence else "weaker"
        one, other = (f"{number} %" if number else "any" for number in (was.min_confidence, now.min_confidence))
        yield f"{word}: licences must be recognised with {other} instead of {one}{where}"


def _lists(more: frozenset[str], less: frozenset[str], verb: str, where: str, *, more_is: str) -> Iterator[str]:
    other = "stricter" if more_is == "weaker" else "weaker"
    if more:
        yield f"{more_is}: [licences] {verb} {_said(more)}{where}"
    if less:
        yield f"{other}: [licences] no longer {verb} {_said(less)}{where}"


def _said(words: frozenset[str]) -> str:
    return ", ".join(sorted(words)) or "nothing"


def _all_of(rule: LicenceRule) -> str:
    parts = [f"allows {_said(words)}" for words in [_words(rule.allow)] if words is not None]
    parts += [f"denies {_said(words)}" for words in [_words(rule.deny)] if words]
    return "; ".join(parts) or "every licence must be known"


def _conclusions(old: Policy, new: Policy) -> Iterator[str]:
    before, after = (Counter(map(_concluded, policy.conclusions)) for policy in (old, new))
    for text in sorted(set(after - before)):
        yield f"other: it is concluded that {text}"
    for text in sorted(set(before - after)):
        yield f"other: it is no longer concluded that {text}"


def _concluded(entry: LicenceConclusion) -> str:
    version = f"@{entry.version}" if entry.version else ""
    file = f" while its licence file has SHA-256 {entry.sha256[:12]}…" if entry.sha256 else ""
    return f"{entry.module}{version} is under {entry.licence}{file} ({entry.owner}: {entry.reason})"
