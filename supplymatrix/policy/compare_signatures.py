"""How [signatures] of one policy differs from that of another, in words, with the direction: weaker or stricter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from supplymatrix.policy.document import Policy
from supplymatrix.policy.signature_terms import (
    ArtifactRule,
    BuilderRule,
    SignatureRule,
    SignerRule,
    content_of,
    publisher_keys_of,
    required_of,
    roots_of,
    slsa_level_of,
)

__all__ = ["compare_signatures"]


def compare_signatures(old: Policy, new: Policy) -> Iterator[str]:
    """Yield the differences of `new` from `old`."""
    before, after = _contents(old.signatures), _contents(new.signatures)
    if before == after:
        yield from _vendors(old, new)
        return
    told = [
        *_required(old.signatures, new.signatures),
        *_lists(old.signatures, new.signatures),
        *_numbers(old.signatures, new.signatures),
        *_publishers(old, new),
        *_artifacts(old.signatures, new.signatures),
    ]
    yield from told or ["other: [signatures] is not what it was"]
    yield from _vendors(old, new)


def _contents(rules: Sequence[SignatureRule]) -> Counter[str]:
    return Counter(repr(content_of(rule)) for rule in rules)


def _required(old: Sequence[SignatureRule], new: Sequence[SignatureRule]) -> Iterator[str]:
    before, after = set(required_of(old)), set(required_of(new))
    for kind in sorted(after - before):
        yield f"stricter: {kind} is required of artifacts"
    for kind in sorted(before - after):
        yield f"weaker: {kind} is no longer required of artifacts"


def _lists(old: Sequence[SignatureRule], new: Sequence[SignatureRule]) -> Iterator[str]:
    """Yield who may sign and build, file by file: each list that is there has to be met."""
    for what, key in (("sign", "signers"), ("build", "builders")):
        before, after = _named(old, key), _named(new, key)
        if before == after:
            continue
        if not before or not after:
            yield f"{_word(not before)}: who may {what} is {'said' if after else 'no longer said'}"
        elif len(before) == len(after) == 1:
            was, now = before[0], after[0]
            yield from (f"weaker: {name} may {what}" for name in sorted(now - was))
            yield from (f"stricter: {name} may no longer {what}" for name in sorted(was - now))
        else:
            yield f"other: who may {what} is said by other files"


def _named(rules: Sequence[SignatureRule], key: str) -> list[frozenset[str]]:
    found = [getattr(rule, key) for rule in rules if getattr(rule, key) is not None]
    return [frozenset(map(_in_full, named)) for named in found]


def _in_full(one: SignerRule | BuilderRule) -> str:
    return _shown(one) if isinstance(one, SignerRule) else _builder(one)


def _builder(builder: BuilderRule) -> str:
    more = [f"sha256 {builder.key.sha256[:12]}…"] if builder.key is not None else []
    more += [] if builder.log else ["in no log"]
    return f"{builder} ({', '.join(more)})" if more else str(builder)


def _shown(signer: SignerRule) -> str:
    """Return a signer in full: nothing that decides is left out."""
    more = [f"by {signer.issuer or signer.issuer_regexp}"] if signer.issuer or signer.issuer_regexp else []
    more += [f"{name}={text}" for name, text in (*signer.claims, *signer.variables)]
    more += [f"sha256 {signer.key.sha256[:12]}…"] if signer.key is not None else []
    more += [] if signer.log else ["in no log"]
    return f"{signer} ({', '.join(more)})" if more else str(signer)


def _numbers(old: Sequence[SignatureRule], new: Sequence[SignatureRule]) -> Iterator[str]:
    was, now = slsa_level_of(old)[0], slsa_level_of(new)[0]
    if was != now:
        yield f"{_word(now > was)}: slsa_level {was or 'none'} becomes {now or 'none'}"
    before, after = _age(old), _age(new)
    if before != after:
        stricter = bool(after) and (not before or after < before)
        yield f"{_word(stricter)}: max_root_age {f'{before}d' if before else 'any'} becomes " + (
            f"{after}d" if after else "any"
        )
    roots = [root.sha256 if (root := roots_of(rules)) is not None else "" for rules in (old, new)]
    if roots[0] != roots[1]:
        shown = [f"sha256 {root[:12]}…" if root else "the public one" for root in roots]
        yield f"other: the trusted root {shown[0]} becomes {shown[1]}"
    sources = [sorted({rule.source for rule in rules if rule.source}) for rules in (old, new)]
    if sources[0] != sources[1]:
        word = "other" if all(sources) else _word(bool(sources[1]))
        yield f"{word}: source {', '.join(sources[0]) or 'any'} becomes {', '.join(sources[1]) or 'any'}"


def _publishers(old: Policy, new: Policy) -> Iterator[str]:
    if old.asks_publishers != new.asks_publishers:
        word = "" if new.asks_publishers else "no longer "
        yield f"{_word(new.asks_publishers)}: publishers are {word}asked who signed the tags of modules"
    keys = [publisher_keys_of(policy.signatures) for policy in (old, new)]
    for what, was, now in zip(("allowed signers", "keyring"), *keys, strict=True):
        before, after = (f"sha256 {file.sha256[:12]}…" if file is not None else "none" for file in (was, now))
        if before != after:
            yield f"other: the {what} of publishers: {before} becomes {after}"


def _age(rules: Sequence[SignatureRule]) -> int:
    return min((rule.max_root_age for rule in rules if rule.max_root_age), default=0)


def _artifacts(old: Sequence[SignatureRule], new: Sequence[SignatureRule]) -> Iterator[str]:
    before, after = ({artifact.name: artifact for rule in rules for artifact in rule.artifacts} for rules in (old, new))
    yield from (f"stricter: {name} is checked" for name in sorted(after.keys() - before.keys()))
    yield from (f"weaker: {name} is no longer checked" for name in sorted(before.keys() - after.keys()))
    for name in sorted(before.keys() & after.keys()):
        if _content(before[name]) != _content(after[name]):
            yield f"other: what is asked of {name} is not what it was"


def _content(artifact: ArtifactRule) -> tuple[object, ...]:
    signers = None if artifact.signers is None else sorted(map(_shown, artifact.signers))
    return artifact.bundle, signers, None if artifact.require is None else sorted(artifact.require)


def _vendors(old: Policy, new: Policy) -> Iterator[str]:
    before, after = _of_vendors(old), _of_vendors(new)
    for vendor in sorted(before.keys() | after.keys()):
        was, now = before.get(vendor, (set(), set())), after.get(vendor, (set(), set()))
        yield from (f"stricter: {kind} is required of images of {vendor}" for kind in sorted(now[0] - was[0]))
        yield from (f"weaker: {kind} is no longer required of images of {vendor}" for kind in sorted(was[0] - now[0]))
        if was[0] and now[0] and was[1] != now[1]:
            yield f"other: the identity of {vendor} is not what it was"


def _of_vendors(policy: Policy) -> dict[str, tuple[set[str], set[str]]]:
    """Return what is required of each vendor's images, and who signs for it, by its variables."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for entry in policy.vendors:
        if entry.require:
            required, identity = found.setdefault(entry.vendor, (set(), set()))
            required.update(entry.require)
            identity.update(f"{name}={text}" for name, text in entry.identity)
    return found


def _word(stricter: bool) -> str:  # noqa: FBT001 - one private word, many callers
    return "stricter" if stricter else "weaker"
