"""Facts, indexed once a run, so that no rule has to search."""

from __future__ import annotations

from supplymatrix.checks.result import gap_of
from supplymatrix.model.fact import Facts, Gap, HashWitness, LineProof, PrivateModule, ProofState, SumKind, SumLine
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion

__all__ = ["FactView"]


class FactView:
    """What the rules look at. facts: everything; the methods answer for one go.sum line."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.lines = facts.of(SumLine)
        self._proofs = {(p.subject, p.kind, p.hash): p for p in facts.of(LineProof)}
        self._private = {private.subject: private for private in facts.of(PrivateModule)}
        self._gaps: dict[tuple[str, SumKind | None], Gap] = {(gap.subject, gap.kind): gap for gap in facts.gaps}
        self._witnesses: dict[tuple[ModuleVersion, SumKind], list[HashWitness]] = {}
        for witness in facts.of(HashWitness):
            self._witnesses.setdefault((witness.subject, witness.kind), []).append(witness)
        self._places = {(line.subject, line.kind): line.location for line in self.lines}

    def has_line(self, module: ModuleVersion, kind: SumKind) -> bool:
        """Return whether go.sum has this line for a module version."""
        return (module, kind) in self._places

    def locations(self, module: ModuleVersion, kind: SumKind) -> tuple[Location, ...]:
        """Return where go.sum has this line; nothing when it has none."""
        place = self._places.get((module, kind))
        return (place,) if place is not None else ()

    def proof(self, line: SumLine) -> LineProof | None:
        """Return the log's answer for a line; None when there is none."""
        return self._proofs.get((line.subject, line.kind, line.hash))

    def witnesses(self, line: SumLine) -> tuple[HashWitness, ...]:
        """Return what other holders have of a line that differs from the log, those with a hash first."""
        found = self._witnesses.get((line.subject, line.kind), ())
        return tuple(sorted(found, key=lambda witness: (witness.holder, not witness.hash)))

    def is_proven(self, module: ModuleVersion, kind: SumKind, value: str) -> bool:
        """Return whether the log has this very hash for a line."""
        proof = self._proofs.get((module, kind, value))
        return proof is not None and proof.state is ProofState.PROVEN

    def gap(self, line: SumLine) -> Gap:
        """Return why a line has no proof; a line that was forgotten has a gap too."""
        return self._gaps.get((str(line.subject), line.kind)) or gap_of(line)

    def is_declared_private(self, line: SumLine) -> bool:
        """Return whether the policy says that the log cannot know this module."""
        private = self._private.get(line.subject)
        return private is not None and private.declared
