"""Results of a rule on facts that a policy sees otherwise: what it excuses is taken out, or as good as it allows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TypeVar

from supplymatrix.checks.registry import RULES
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import Fact, Facts
from supplymatrix.model.rule import Result, Status

__all__ = ["rechecked", "seen_as"]

K = TypeVar("K")


def seen_as(facts: Facts, kind: type[K], see: Callable[[K], Fact | None]) -> Facts:
    """Return facts, each of one kind as the policy sees it; None = not at all."""
    found = ((see(fact) if isinstance(fact, kind) else fact) for fact in facts.items)
    return Facts([fact for fact in found if fact is not None], facts.gaps)


def rechecked(
    results: Iterable[Result], facts: Facts, rules: Collection[str], *, is_looser: bool = True
) -> Iterator[Result]:
    """Yield results, those of some rules from other facts. Rules without any result before have none. is_looser: the
    facts are no worse, and what has passed before passes still."""
    before: dict[str, dict[str, Result]] = {}
    for result in results:
        if result.rule in rules:
            before.setdefault(result.rule, {})[result.subject] = result
        else:
            yield result
    view = FactView(facts) if before else None
    for module in RULES:
        known = before.get(module.RULE.id)
        if known is None or view is None:
            continue
        if module.JUDGED_BY != "facts":
            yield from known.values()
            continue
        for result in module.check(view):
            old = known.get(result.subject)
            yield old if is_looser and old is not None and old.status is Status.PASS else result
