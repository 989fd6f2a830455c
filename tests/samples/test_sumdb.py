"""Recorded answers of the real log: whole projects are proven from them, and nothing that was changed is."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplymatrix.engine.check import CheckRequest, run_check
from supplymatrix.engine.lookups import LogAnswer, modules_of, settle
from supplymatrix.engine.means import Means
from supplymatrix.engine.prove_module import ModuleProof, ProveRequest, prove_module
from supplymatrix.errors import SupplymatrixError
from supplymatrix.gomod.gosum import parse_go_sum
from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import LineProof, ProofState, SumKind, SumLine
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.verdict import Outcome
from supplymatrix.net.local import run_local
from supplymatrix.sumdb.chain import verify_chain
from supplymatrix.sumdb.known import GO_LOG_KEY
from supplymatrix.sumdb.note import parse_verifier_key
from supplymatrix.sumdb.protocol import Absent, Answer, Body
from supplymatrix.sumdb.session import LogRecord, LogSession, Unanswered
from tests.support.data import SAMPLES, samples_dir
from tests.support.log_server import read_folder

pytestmark = pytest.mark.slow

VERIFIER = parse_verifier_key(GO_LOG_KEY)
NOW = datetime(2026, 11, 24, tzinfo=UTC)
_FLIPS = 60


def _projects() -> list[str]:
    root = SAMPLES / "recorded-sumdb"
    found = sorted(path.parts[-3] for path in root.glob("*/project/go.sum")) if root.is_dir() else []
    return found or ["any project"]


@pytest.fixture(params=_projects())
def project(request: pytest.FixtureRequest) -> Path:
    """A recorded project: project/go.mod and go.sum, and http/ with the log's answers."""
    return samples_dir("recorded-sumdb", str(request.param))


def _check(folder: Path, recording: Path, state: Path) -> Audit:
    environ = {"HOME": str(state), "PATH": os.environ.get("PATH", ""), "GOENV": "off"}
    return run_check(CheckRequest(paths=(folder,), means=Means(environ=environ, now=NOW, replay=recording)))


def test_every_line_of_a_recorded_project_is_proven(project: Path, tmp_path: Path) -> None:
    audit = _check(project / "project", project, tmp_path)
    lines, proofs = audit.facts.of(SumLine), audit.facts.of(LineProof)
    assert lines
    assert len(proofs) == len(lines)
    assert {proof.state for proof in proofs} == {ProofState.PROVEN}
    assert not audit.facts.gaps


def test_one_changed_hash_is_the_one_alarm(project: Path, tmp_path: Path) -> None:
    audit = _check(project / "project", project, tmp_path)
    for line in audit.facts.of(SumLine)[:: max(1, len(audit.facts.of(SumLine)) // 5)]:
        folder = tmp_path / f"line-{line.location.line}"
        folder.mkdir()
        shutil.copy(project / "project" / "go.mod", folder)
        text = (project / "project" / "go.sum").read_text(encoding="utf-8").split("\n")
        at = line.location.line - 1
        text[at] = text[at][:-2] + ("A" if text[at][-2] != "A" else "B") + "="
        (folder / "go.sum").write_text("\n".join(text), encoding="utf-8")
        changed = _check(folder, project, tmp_path)
        assert changed.verdict.outcome is Outcome.ALARM
        differing = [proof for proof in changed.facts.of(LineProof) if proof.state is not ProofState.PROVEN]
        assert [(proof.location.line, proof.state) for proof in differing] == [(at + 1, ProofState.DIFFERS)]


def test_the_chain_of_a_module_can_be_checked_again_from_its_own_bytes(project: Path, tmp_path: Path) -> None:
    for module in modules_of(parse_go_sum((project / "project" / "go.sum").read_bytes()).lines)[:3]:
        environ = {"HOME": str(tmp_path), "GOENV": "off"}
        proof = prove_module(
            ProveRequest(
                module=module, means=Means(environ=environ, now=NOW, replay=project), project=project / "project"
            )
        )
        assert isinstance(proof, ModuleProof)
        verify_chain(proof.chain, [VERIFIER])
        assert {line.kind for line in proof.lines} <= {SumKind.ZIP, SumKind.GO_MOD}
        assert all(line.state is ProofState.PROVEN for line in proof.lines)


class _Altered:
    """Serves a recording with some paths changed."""

    def __init__(self, answers: Mapping[str, bytes]) -> None:
        self._answers = answers

    def answer(self, paths: Sequence[str], *, fresh: bool) -> Sequence[Answer]:
        del fresh
        return [Body(self._answers[path], "replay") if path in self._answers else Absent("replay") for path in paths]


def _ask(answers: Mapping[str, bytes], modules: Sequence[ModuleVersion]) -> list[LogAnswer]:
    session = LogSession([VERIFIER])
    served = _Altered(answers)
    run_local([session.begin(None)], served)
    return run_local([settle(session, module) for module in modules], served)


def test_a_flipped_bit_anywhere_in_a_recording_never_proves_another_hash(project: Path) -> None:
    """Bits are chosen by a fixed seed, in every kind of answer: head, look-ups, tiles."""
    recording = read_folder(project / "http")
    modules = modules_of(parse_go_sum((project / "project" / "go.sum").read_bytes()).lines)[:12]
    truth = {answer.module: answer for answer in _ask(recording, modules) if isinstance(answer, LogRecord)}
    assert len(truth) == len(modules)
    choose = random.Random(20261124)  # noqa: S311 - repeatable, no secret
    noticed = 0
    paths = [
        "latest",
        *(path for path in sorted(recording) if path.startswith(("lookup/", "tile/")) and recording[path]),
    ]
    for _ in range(_FLIPS):
        path = choose.choice(paths)
        data = bytearray(recording[path])
        data[choose.randrange(len(data))] ^= 1 << choose.randrange(8)
        try:
            answers = _ask(recording | {path: bytes(data)}, modules)
        except SupplymatrixError:
            noticed += 1
            continue
        for answer in answers:
            if isinstance(answer, LogRecord):
                assert answer.hashes == truth[answer.module].hashes
            else:
                noticed += 1
    assert noticed


def test_a_recording_without_a_tile_leaves_gaps_and_no_other_answer(project: Path) -> None:
    recording = read_folder(project / "http")
    modules = modules_of(parse_go_sum((project / "project" / "go.sum").read_bytes()).lines)
    truth = dict(zip(modules, _ask(recording, modules), strict=True))
    leaf_tiles = sorted(path for path in recording if path.startswith("tile/8/0/") and ".p/" not in path)
    gaps = 0
    for path in leaf_tiles[:: max(1, len(leaf_tiles) // 6)]:
        answers = _ask({key: data for key, data in recording.items() if key != path}, modules)
        for module, answer in zip(modules, answers, strict=True):
            if isinstance(answer, Unanswered):
                assert path in answer.reason
                gaps += 1
            else:
                assert answer == truth[module]
    assert gaps
