"""The first step of a proof chain: the go.sum lines of a module version, held against the proven record."""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.model.fact import LineProof, ProofState, SumFault, SumKind, SumLine
from supplymatrix.model.trace import Step, StepId, StepState
from supplymatrix.sumdb.steps import difference_of

__all__ = ["compared_lines", "uncompared_lines"]

_GO_MOD_ALONE = "; that is of its go.mod alone, no line is of its files"
_OTHER_BYTES = (
    "go.sum names other bytes than the log has for everybody: go.sum was changed, or what was downloaded "
    "when it was written was not what everybody gets."
)
_OTHER_RECORD = "The log answered with a record that does not speak of this line."


def uncompared_lines(lines: Sequence[SumLine], faults: Sequence[SumFault], reason: str, no_line: str) -> Step:
    """Return the step where there is no proven record to hold the lines against. reason: why not; no_line: what to say
    where there are no lines."""
    values = tuple((str(line.location), line.hash) for line in lines)
    if faults:
        return _faulty(faults, (*values, *_told(faults)))
    says = f"not compared: {reason}" if lines else no_line
    raw = _raw([line.hash for line in lines])
    return Step(id=StepId.GO_SUM, state=StepState.NOT_CHECKED, says=says, values=values, raw=raw)


def compared_lines(proofs: Sequence[LineProof], faults: Sequence[SumFault], no_line: str) -> Step:
    """Return the step of lines that were held against the proven record; the worst of them decides. no_line: what to
    say where there are none."""
    values = tuple(pair for proof in proofs for pair in _values(proof))
    values += _told(faults)
    wrong = sorted(proofs, key=lambda proof: proof.state is not ProofState.DIFFERS)
    worst = next((proof for proof in wrong if proof.state is not ProofState.PROVEN), None)
    if worst is None and faults:
        return _faulty(faults, values)
    if not proofs:
        return Step(id=StepId.GO_SUM, state=StepState.NOT_CHECKED, says=no_line)
    raw = _raw([proof.hash for proof in proofs])
    if worst is None:
        places = ", ".join(str(proof.location) for proof in proofs)
        alone = "" if any(proof.kind is SumKind.ZIP for proof in proofs) else _GO_MOD_ALONE
        says = f"{proofs[0].hash[:12]}… {places} = the record{alone}"
        return Step(id=StepId.GO_SUM, state=StepState.PROVEN, says=says, values=values, raw=raw)
    if worst.state is ProofState.NO_LINE:
        return Step(
            id=StepId.GO_SUM,
            state=StepState.FAILED,
            says=f"{worst.location}: the log's record has no such line",
            values=values,
            raw=raw,
            meaning=_OTHER_RECORD,
            remedy="find out where the line comes from; supplymatrix explain SM102",
        )
    difference = difference_of(str(worst.location), worst.hash, "the log", worst.logged_hash)
    return Step(
        id=StepId.GO_SUM,
        state=StepState.FAILED,
        says=f"{worst.location} differs from the record, from character {difference.at + 1} on",
        values=values,
        raw=raw,
        difference=difference,
        meaning=_OTHER_BYTES,
        remedy="do not build; see who else has which hash: supplymatrix check, and supplymatrix explain SM110",
    )


def _faulty(faults: Sequence[SumFault], values: tuple[tuple[str, str], ...]) -> Step:
    first = faults[0]
    return Step(
        id=StepId.GO_SUM,
        state=StepState.FAILED,
        says=f"{first.location}: {first.message}",
        values=values,
        meaning="A line of go.sum names this module version and cannot count.",
        remedy=f"expected {first.expected}" if first.expected else "mend the line",
    )


def _told(faults: Sequence[SumFault]) -> tuple[tuple[str, str], ...]:
    return tuple((str(fault.location), fault.message) for fault in faults)


def _values(proof: LineProof) -> tuple[tuple[str, str], ...]:
    ours = (str(proof.location), proof.hash)
    return (ours,) if proof.state is ProofState.PROVEN else (ours, ("the log", proof.logged_hash or "no such line"))


def _raw(hashes: Sequence[str]) -> bytes:
    return "".join(f"{item}\n" for item in hashes).encode("utf-8", "surrogateescape")
