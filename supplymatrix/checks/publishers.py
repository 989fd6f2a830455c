"""What the rules about publishers' signatures share."""

from __future__ import annotations

from supplymatrix.model.fact import Gap
from supplymatrix.model.publisher_fact import PublisherSignature, PublisherState, TreeState
from supplymatrix.model.rule import Evidence

__all__ = ["contradicts", "evidence_of", "gap_of_publisher"]


def contradicts(fact: PublisherSignature) -> bool:
    """Return whether a tag, its signature or its tree is another one than it should be."""
    return fact.state is PublisherState.WRONG or fact.tree is TreeState.DIFFERS


def gap_of_publisher(fact: PublisherSignature) -> Gap:
    """Return why nobody can say who signed a version."""
    return Gap(
        wanted=f"the publisher's signature of {fact.subject}",
        reason=fact.reason or "it was not looked at",
        remedy=fact.remedy or f"supplymatrix verify publisher {fact.subject}",
        subject=str(fact.subject),
    )


def evidence_of(fact: PublisherSignature) -> tuple[Evidence, ...]:
    """Return what was found of a version, its signature and its tree."""
    stated = (
        ("signature", fact.state.value),
        ("signer", fact.signer),
        ("key", fact.key),
        ("tree", fact.tree.value),
        ("repository", fact.repository),
        (fact.signed, fact.object_name),
        ("commit", fact.commit),
        ("hash of its tree", fact.h1 if fact.h1 != fact.log_h1 else ""),
        ("log", fact.log_h1 if fact.h1 != fact.log_h1 else ""),
    )
    return tuple(Evidence(label=label, value=text) for label, text in stated if label and text)
