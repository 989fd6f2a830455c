"""gosum_audit.json: a go.sum judged line by line against recorded answers of the log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from supplymatrix.engine.local_log import ask_recording
from supplymatrix.engine.lookups import LogChoice, facts_of_lines, modules_of
from supplymatrix.gomod import goprivate
from supplymatrix.gomod.gosum import GoSum, parse_go_sum
from supplymatrix.model.fact import LineProof, ProofState, SumFaultKind
from supplymatrix.net.local import FolderAnswers
from supplymatrix.sumdb.known import GO_LOG_KEY
from supplymatrix.sumdb.note import parse_verifier_key
from tests.support.data import REPO, SAMPLES, conformance_cases, require_case

_STATES = {
    ProofState.PROVEN: "ok",
    ProofState.DIFFERS: "mismatch",
    ProofState.NOT_IN_LOG: "not_in_log",
    ProofState.NO_LINE: "absent_from_record",
    ProofState.BAD_PROOF: "error",
}
_FAULTS = {
    SumFaultKind.UNKNOWN_ALGORITHM: {"unknown_algorithm"},
    SumFaultKind.EMPTY_GO_MOD: {"dropped_empty_gomod"},
    # A path or version that no module can have is malformed for us; the Go client asks for some of them first.
    SumFaultKind.MALFORMED: {"malformed", "error", "not_in_log"},
}


def _recording() -> Path:
    shared = SAMPLES / "recorded-sumdb" / "small"
    return shared if shared.exists() else REPO / "examples" / "recorded-sumdb" / "small"


def _prove(go_sum: GoSum, patterns: str) -> tuple[dict[int, LineProof], set[int]]:
    skipped = {line.location.line for line in go_sum.lines if goprivate.match(patterns, line.subject.path)}
    asked = [line for line in go_sum.lines if line.location.line not in skipped]
    choice = LogChoice(verifier=parse_verifier_key(GO_LOG_KEY))
    run = ask_recording(choice, FolderAnswers(_recording()), modules_of(asked), "replay")
    proofs, _ = facts_of_lines(asked, run.answers)
    return {proof.location.line: proof for proof in proofs}, skipped


@pytest.mark.parametrize("case", conformance_cases("gosum_audit"))
def test_every_line_gets_the_verdict_that_go_would_give(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    go_sum = parse_go_sum(case["go_sum"].encode())
    proofs, skipped = _prove(go_sum, case["gonosumdb"])
    faults = {fault.location.line: fault for fault in go_sum.faults if fault.kind is not SumFaultKind.CONFLICT}
    for line in case["lines"]:
        number, wanted = line["line"], line["verdict"]
        if number in skipped:
            assert wanted == "skipped_private"
        elif number in faults:
            assert wanted in _FAULTS[faults[number].kind], faults[number]
        elif number in proofs:
            assert _STATES[proofs[number].state] == wanted
            if wanted == "mismatch":
                assert proofs[number].logged_hash == line["logged"]
        else:
            # The same line a second time is judged once, where it stands first.
            text = go_sum.line_text(number)
            assert go_sum.source.index(text) + 1 < number or wanted == "error"
    clean = not faults and not skipped and all(p.state is ProofState.PROVEN for p in proofs.values())
    assert (
        clean
        or case["ok"] is False
        or skipped
        or any(line["verdict"] == "dropped_empty_gomod" for line in case["lines"])
    )
    if case["ok"] is False:
        assert not clean or any(fault.kind is SumFaultKind.CONFLICT for fault in go_sum.faults)
