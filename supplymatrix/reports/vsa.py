"""The verdict as an in-toto statement: a verification summary (VSA) of the files that were judged.

Statement v1 with the predicate https://slsa.dev/verification_summary/v1. Of one subject it is one JSON document, of
several one statement in each line, since each subject has a policy and a result of its own.

| field | is |
|---|---|
| subject | go.mod, go.sum and what a workspace adds, each with the sha256 of the bytes that were judged |
| verifier | urn:supplymatrix:verifier, with the version |
| resourceUri | the module as a purl; a project without a module line as urn:supplymatrix:project:NAME |
| policy | urn:supplymatrix:policy:NAME, with the digest of the policy as resolved; its files are annotations |
| inputAttestations | the proofs beside go.sum that were read, and the reports of the run written before |
| verificationResult | PASSED where the outcome is pass on everything that was judged, else FAILED |
| verifiedLevels | what was checked, in names of our own; FAILED |

No SLSA level is claimed: nobody has looked at how anything was built, and names that begin with SLSA_ are the
specification's own. Modes that let a run end with 0, and findings that decide nothing since an earlier revision has
them, do not make PASSED of a fail: the statement is about the files, and who reads it knows nothing of the run.

Source: slsa.dev/spec/v1.2/verification_summary; in-toto/attestation spec/v1/statement.md, resource_descriptor.md.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

from supplymatrix.model.audit import Audit, Fellow, ReadFile, Survey, Unreadable
from supplymatrix.model.fact import LineProof, ProjectFact, ProofState, SumFault, SumLine
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.verdict import Judged, Mode, Outcome, Score, Verdict
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import MEANING, outcome_of, path_of, score_text, tally_of

__all__ = [
    "EXTENSION", "LEVEL_LOG", "LEVEL_NOTHING_EXCUSED", "LEVEL_POLICY", "PREDICATE", "STATEMENT", "VERIFIER", "render",
    "statement_of",
]  # fmt: skip

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/verification_summary/v1"
VERIFIER = "urn:supplymatrix:verifier"
EXTENSION = "urn:supplymatrix:vsa:1"
LEVEL_POLICY = "SUPPLYMATRIX_POLICY_MET"
"""The policy that the statement names is met by everything that was judged."""
LEVEL_LOG = "SUPPLYMATRIX_GO_SUM_IN_LOG"
"""There are lines, and every line of go.sum, private modules included, was proven to be in the transparency log; none
is such that it cannot count."""
LEVEL_NOTHING_EXCUSED = "SUPPLYMATRIX_NOTHING_EXCUSED"
"""No waiver, debt list or outage stands for a pass."""
_FAILED = "FAILED"
_Json = dict[str, Any]


def render(found: Audit | Survey, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the statement of one subject as JSON, those of several one in a line."""
    del color, width, verbose
    if isinstance(found, Audit):
        return as_json(statement_of(found))
    now = next((item.verdict.now for item in found.items if isinstance(item, Audit)), None)
    statements = (statement_of(item, fellows=found.fellows, now=now) for item in found.items)
    return "".join(json.dumps(json.loads(as_json(one)), ensure_ascii=False) + "\n" for one in statements)


def statement_of(item: Audit | Unreadable, *, fellows: tuple[Fellow, ...] = (), now: datetime | None = None) -> _Json:
    """Return the statement of a subject as values of JSON.

    fellows: where the subject has none of its own. now: of the run, for a subject that was not judged.
    """
    if isinstance(item, Audit):
        files, predicate = item.subject_files, _predicate(item, item.fellows or fellows)
    else:
        files, predicate = (), _unreadable(item, fellows, now)
    return {
        "_type": STATEMENT,
        "subject": [_descriptor(file) for file in files],
        "predicateType": PREDICATE,
        "predicate": predicate,
    }


def _predicate(audit: Audit, fellows: tuple[Fellow, ...]) -> _Json:
    verdict = audit.verdict
    is_passed = _whole(verdict) is Outcome.PASS and bool(audit.subject_files)
    return {
        "verifier": {"id": VERIFIER, "version": {"supplymatrix": verdict.tool_version}},
        "timeVerified": _time(verdict.now),
        "resourceUri": _resource(audit),
        "policy": {
            "uri": f"urn:supplymatrix:policy:{_quoted(verdict.policy_name or 'unnamed')}",
            "digest": {"sha256": verdict.policy_digest},
            "annotations": {
                "files": [{"name": file.artifact, "sha256": file.sha256} for file in verdict.policy_files],
                **({"auditsBeside": list(verdict.audits_beside)} if verdict.audits_beside else {}),
            },
        },
        "inputAttestations": [
            *(_descriptor(file, uri=True) for file in audit.proof_files),
            *(_fellow(fellow) for fellow in fellows),
        ],
        "verificationResult": "PASSED" if is_passed else _FAILED,
        "verifiedLevels": list(_levels(audit)) if is_passed else [_FAILED],
        EXTENSION: _extension(audit, is_passed=is_passed),
    }


def _whole(verdict: Verdict) -> Outcome:
    """Return the outcome of everything that was judged, whatever an earlier revision has of it."""
    return verdict.of_all or verdict.outcome


def _resource(audit: Audit) -> str:
    module = next((project.module_path for project in audit.facts.of(ProjectFact)), "")
    if module:
        return f"pkg:golang/{_quoted(module, safe='/')}"
    return f"urn:supplymatrix:project:{_quoted(audit.subject)}"


def _levels(audit: Audit) -> Iterator[str]:
    yield LEVEL_POLICY
    lines = audit.facts.of(SumLine)
    proven = {
        (proof.subject, proof.kind, proof.hash)
        for proof in audit.facts.of(LineProof)
        if proof.state is ProofState.PROVEN
    }
    faults = audit.facts.of(SumFault)
    if lines and not faults and all((line.subject, line.kind, line.hash) in proven for line in lines):
        yield LEVEL_LOG
    if not any(item.status is Status.WAIVED for item in audit.verdict.judged):
        yield LEVEL_NOTHING_EXCUSED


def _extension(audit: Audit, *, is_passed: bool) -> _Json:
    """Return what a VSA has no field for; everything that decides is in it, nothing only here by name."""
    verdict, tally = audit.verdict, tally_of(audit.verdict)
    lines = audit.facts.of(SumLine)
    proofs = audit.facts.of(LineProof)
    return {
        "path": audit.root,
        "outcome": verdict.outcome.value,
        "outcome_of_all": _whole(verdict).value,
        "reasons": [] if is_passed else list(_reasons(audit)),
        "exit_code": verdict.exit_code,
        "mode": verdict.mode.value,
        "diff_base": verdict.diff_base,
        "score": _score(verdict.score, verdict.min_score),
        "counts": {
            "passed": verdict.passed,
            "alarms": tally.alarms,
            "errors": tally.errors,
            "warnings": tally.warnings,
            "notes": tally.notes,
            "unknown": sum(item.status is Status.UNKNOWN for item in verdict.judged),
            "excused": sum(item.status is Status.WAIVED for item in verdict.judged),
            "known_before": sum(item.known_before for item in verdict.judged),
            "gaps": len(verdict.gaps),
        },
        "rules": _by_rule(verdict.judged),
        "go_sum": {
            "lines": len(lines),
            "proven": sum(proof.state is ProofState.PROVEN for proof in proofs),
            "faults": len(audit.facts.of(SumFault)),
        },
        "log": _log(audit),
    }


def _reasons(audit: Audit) -> Iterator[str]:
    """Yield why the result is FAILED, in words."""
    verdict, whole = audit.verdict, _whole(audit.verdict)
    if not audit.subject_files:
        yield "no file was read that a statement could be about"
    if whole is not Outcome.PASS:
        yield f"{whole.value}: {MEANING[whole]}"
    if whole is not verdict.outcome:
        yield f"only what is new since {verdict.diff_base or 'an earlier revision'} decided the run: it ended with pass"
    if whole is not Outcome.PASS and verdict.mode is not Mode.ENFORCE:
        yield f"the mode is {verdict.mode.value}: the run ended with {verdict.exit_code} all the same"
    if whole in (Outcome.FAIL, Outcome.INCOMPLETE) and verdict.score and verdict.score.low < verdict.min_score:
        yield f"the score is {score_text(verdict.score)}, and {verdict.min_score} is asked for"


def _score(score: Score | None, least: int) -> _Json | None:
    if score is None:
        return None
    numbers = {"low": score.low, "high": score.high, "waived": score.waived}
    exact: _Json = {name: {"exact": str(number), "value": round(float(number), 4)} for name, number in numbers.items()}
    return {**exact, "min": least}


def _by_rule(judged: tuple[Judged, ...]) -> list[_Json]:
    """Return how many results of each rule are no pass, by level and status."""
    counts = Counter((item.rule, item.level, item.status, item.known_before) for item in judged)
    rows = sorted(counts.items(), key=lambda row: (row[0][0], _LEVELS.index(row[0][1]), row[0][2].value, row[0][3]))
    return [
        {"rule": rule, "level": level.value, "status": status.value, "known_before": known, "count": count}
        for (rule, level, status, known), count in rows
    ]


_LEVELS = tuple(Level)


def _log(audit: Audit) -> _Json | None:
    view = audit.log
    if view is None:
        return None
    return {"name": view.name, "key_hash": view.key_hash, "tree_size": view.tree_size, "root": view.root}


def _descriptor(file: ReadFile, *, uri: bool = False) -> _Json:
    named: _Json = {"uri": _quoted(file.name, safe="/")} if uri else {}
    return {"name": file.name, **named, "digest": {"sha256": file.sha256}}


def _fellow(fellow: Fellow) -> _Json:
    return {
        "name": fellow.name,
        "uri": _quoted(fellow.name, safe="/"),
        "digest": {"sha256": fellow.sha256},
        "annotations": {"format": fellow.format},
    }


def _unreadable(item: Unreadable, fellows: tuple[Fellow, ...], now: datetime | None) -> _Json:
    """Return what is said of a subject that was not judged: about no file, so that it can stand for none."""
    path = path_of(item)
    return {
        "verifier": {"id": VERIFIER},
        **({"timeVerified": _time(now)} if now is not None else {}),
        "resourceUri": f"urn:supplymatrix:project:{_quoted(path)}",
        "policy": {"uri": "urn:supplymatrix:policy:none"},
        "inputAttestations": [_fellow(fellow) for fellow in fellows],
        "verificationResult": _FAILED,
        "verifiedLevels": [_FAILED],
        EXTENSION: {
            "path": path,
            "outcome": outcome_of(item).value,
            "outcome_of_all": outcome_of(item).value,
            "reasons": [str(fault) for fault in item.diagnostics],
            "exit_code": item.exit_code,
        },
    }


def _quoted(text: str, safe: str = "") -> str:
    return quote(plain(text), safe=safe)


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
