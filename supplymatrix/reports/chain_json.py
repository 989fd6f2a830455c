"""A chain for machines: every link, both logs, every module, every signature with its steps, and what a re-run needs.

Schema: `schema/trace-v1.schema.json`; described in docs/formats/trace-json.md.
"""

from __future__ import annotations

from typing import Any

from supplymatrix.model.chain import ChainLink, ChainRun, HeadSeen
from supplymatrix.model.program import BuiltProgram, ProgramModule
from supplymatrix.model.provenance import Provenance
from supplymatrix.model.signature import SignedArtifact
from supplymatrix.reports.chain_words import sum_up, time_text, verdict_words
from supplymatrix.reports.json_text import as_json
from supplymatrix.reports.programs_view import module_in_log
from supplymatrix.reports.signatures_json import verdict_of

__all__ = ["SCHEMA", "render_chain_run_json"]

SCHEMA = "supplymatrix.trace/1"
_Json = dict[str, Any]


def render_chain_run_json(run: ChainRun) -> str:
    """Return a chain as JSON."""
    return as_json(
        {
            "schema": SCHEMA,
            "now": time_text(run.now),
            "exit_code": run.exit_code,
            "verdict": verdict_words(run),
            "says": sum_up(run),
            "target": run.target,
            "kind": run.kind.value,
            "sha256": run.sha256 or None,
            "required": [which.value for which in run.required],
            "excused": [which.value for which in run.excused],
            "links": [_link(link) for link in run.links],
            "logs": [_head(head) for head in run.heads],
            "provenance": _provenance(run.provenance) if run.provenance is not None else None,
            "builder": None
            if run.builder is None
            else {
                "name": run.builder.name,
                "claimed_slsa_build_level": run.builder.level,
                "claimed_by": run.builder.source,
                "checked_on": run.builder.checked_on,
            },
            "signed": [_signed(artifact) for artifact in run.signed],
            "programs": [_program(program) for program in run.programs],
            "modules": [_module(module) for module in run.modules],
            "replay": _replay(run),
            "faults": [
                {"file": fault.artifact, "message": fault.message, "remedy": fault.remedy} for fault in run.faults
            ],
            "gaps": [
                {"wanted": gap.wanted, "subject": gap.subject, "reason": gap.reason, "remedy": gap.remedy}
                for gap in run.gaps
            ],
            "notes": list(run.notes),
        }
    )


def _link(link: ChainLink) -> _Json:
    return {
        "link": link.id.value,
        "program": link.subject or None,
        "state": link.state.value,
        "says": link.says,
        "expected": link.expected,
        "found": link.found,
        "values": [{"name": name, "value": text} for name, text in link.values],
        "reason": link.reason or None,
        "remedy": link.remedy,
        "exit_code": link.exit_code,
    }


def _head(head: HeadSeen) -> _Json:
    return {
        "proves": head.kind,
        "log": head.log,
        "tree_size": head.tree_size or None,
        "root": head.root or None,
        "indexes": list(head.indexes),
        "leaves": list(head.leaves),
        "origin": head.origin,
        "time": time_text(head.time) or None,
        "asked": head.route,
    }


def _provenance(provenance: Provenance) -> _Json:
    return {
        "predicate_type": provenance.predicate_type,
        "builder_id": provenance.builder_id,
        "build_type": provenance.build_type,
        "repository": provenance.repository,
        "commit": provenance.commit,
        "ref": provenance.ref,
        "run": provenance.run,
        "entry_point": provenance.entry_point,
        "started": provenance.started,
        "finished": provenance.finished,
        "subjects": [{"name": subject.name, "digests": _digests(subject.digests)} for subject in provenance.subjects],
        "dependencies": [
            {"uri": row.uri, "name": row.name, "digests": _digests(row.digests)} for row in provenance.dependencies
        ],
        "disputes": list(provenance.disputes),
    }


def _digests(digests: tuple[tuple[str, str], ...]) -> list[_Json]:
    return [{"algorithm": algorithm, "digest": text} for algorithm, text in digests]


def _signed(artifact: SignedArtifact) -> _Json:
    return {
        "name": artifact.name,
        "kind": artifact.kind.value,
        "state": artifact.state.value,
        "digests": _digests(artifact.digests),
        "signatures": [verdict_of(verdict) for verdict in artifact.signatures],
        "attestations": [verdict_of(verdict) for verdict in artifact.attestations],
    }


def _program(program: BuiltProgram) -> _Json:
    return {
        "name": program.name,
        "sha256": program.sha256,
        "image": program.from_image or None,
        "state": program.state.value,
        "go": program.go_version,
        "main": program.main,
        "main_version": program.main_version,
        "main_sum": program.main_sum,
        "revision": program.setting("vcs.revision") or "",
        "is_dirty": program.is_dirty,
    }


def _module(module: ProgramModule) -> _Json:
    return {
        "program": module.program,
        **module_in_log(module),
        "reason": module.reason,
    }


def _replay(run: ChainRun) -> _Json:
    """Return what has to be the same for a second run to say the same: bytes by digest, heads of logs, root, time."""
    verdicts = [verdict for one in run.signed for verdict in (*one.signatures, *one.attestations)]
    return {
        "time": time_text(run.now),
        "artifacts": [{"name": one.name, "digests": _digests(one.digests)} for one in run.signed],
        "programs": [{"name": program.name, "sha256": program.sha256} for program in run.programs],
        "signatures": sorted({verdict.source for verdict in verdicts}),
        "heads": [
            {"log": head.log, "tree_size": head.tree_size, "root": head.root} for head in run.heads if head.tree_size
        ],
        "trusted_root": run.trust.sha256 if run.trust is not None else None,
        "records": sorted({module.record_id for module in run.modules if module.record_id >= 0}),
    }
