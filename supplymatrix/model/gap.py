"""What could not be observed, and why: a value like any fact, so that it cannot get lost on the way."""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.location import Location
from supplymatrix.model.value import value

__all__ = ["Gap", "SumKind"]


class SumKind(StrEnum):
    """Which of a module version's two go.sum lines is meant."""

    ZIP = "zip"
    GO_MOD = "go.mod"


@value
class Gap:
    """Evidence that was wanted and could not be had. It never turns into a pass.

    wanted: e.g. "log record of github.com/a/b@v1.2.0". reason: why not. remedy: what to do. subject: what it is about.
    outage: the server or the way to it failed, which may pass; nobody gave an answer that was wrong. family: the audit
    that wanted it, None = none; where no rule answers with it, one of its family does.
    """

    wanted: str
    reason: str
    remedy: str
    subject: str = ""
    kind: SumKind | None = None
    location: Location | None = None
    outage: bool = False
    family: AuditFamily | None = None

    @property
    def in_words(self) -> str:
        """All of it in one sentence, as documents have it."""
        about = f"{self.subject}: " if self.subject and self.subject not in self.wanted else ""
        remedy = f"; next: {self.remedy}" if self.remedy else ""
        return f"{about}{self.wanted}: {self.reason}{remedy}"
