"""What a report rests on, and what lies beside it, by SHA-256: the files that were judged, the policy, other reports.

A report names those that were written before it; the verification summary comes last and names all. Formats without a
place for such a thing (GitLab's code quality, GitHub's annotations) name none.
"""

from __future__ import annotations

from supplymatrix.model.audit import Audit
from supplymatrix.model.value import value

__all__ = ["Digest", "digests_of"]


@value
class Digest:
    """One of them. what: "judged", "proofs", "policy" (resolved, as a whole), "policy file" or "report"."""

    what: str
    name: str
    sha256: str


def digests_of(audit: Audit) -> tuple[Digest, ...]:
    """Return all that a report of this subject names, in the order in which one would look at it."""
    verdict = audit.verdict
    return (
        *(Digest(what="judged", name=file.name, sha256=file.sha256) for file in audit.subject_files),
        *(Digest(what="proofs", name=file.name, sha256=file.sha256) for file in audit.proof_files),
        Digest(what="policy", name=verdict.policy_name, sha256=verdict.policy_digest),
        *(Digest(what="policy file", name=file.artifact, sha256=file.sha256) for file in verdict.policy_files),
        *(Digest(what="report", name=fellow.name, sha256=fellow.sha256) for fellow in audit.fellows),
    )
