"""Signed heads of one log that cannot all be of one log: two trees of one size with two roots.

Heads of other sizes would take a proof of consistency, which no bundle carries: of them nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable

from supplymatrix.model.signature import (
    Check,
    CheckState,
    LogMention,
    Reason,
    SignatureState,
    SignatureStep,
    SignatureVerdict,
)
from supplymatrix.model.value import changed, value

__all__ = ["Forks", "forks_in"]

_Tree = tuple[str, str, int]


@value
class Forks:
    """Trees of which two roots were signed: (log id, origin of the head, size) to the roots, sorted."""

    roots: dict[_Tree, tuple[str, ...]]

    def told_in(self, verdict: SignatureVerdict) -> SignatureVerdict:
        """Return the verdict; one that rests on such a tree is refused, whatever else holds."""
        rests_on = [mention for mention in verdict.log if _tree(mention) in self.roots]
        if not rests_on:
            return verdict
        steps = tuple(_step(mention, self.roots[_tree(mention)]) for mention in rests_on)
        return changed(verdict, state=SignatureState.REFUSED, steps=(*steps, *verdict.steps))


def forks_in(verdicts: Iterable[SignatureVerdict]) -> Forks:
    """Return the trees that the heads of all verdicts of a run contradict each other about."""
    roots: dict[_Tree, set[str]] = {}
    for verdict in verdicts:
        for mention in verdict.log:
            if mention.tree_size:
                roots.setdefault(_tree(mention), set()).add(mention.root)
    return Forks(roots={tree: tuple(sorted(found)) for tree, found in roots.items() if len(found) > 1})


def _tree(mention: LogMention) -> _Tree:
    return mention.log_id, mention.origin, mention.tree_size


def _step(mention: LogMention, roots: tuple[str, ...]) -> SignatureStep:
    return SignatureStep(
        check=Check.CHECKPOINT,
        state=CheckState.FAILED,
        says=f"{mention.log} has signed {len(roots)} trees of {mention.tree_size:,} entries, where a log has one",
        expected="one root for one size",
        found=", ".join(roots),
        reason=Reason.LOG_FORKED,
        remedy="keep the bundles, and tell the operator of the log: this is what a log must never do",
    )
