"""Artifacts as a policy judges them, apart from `check`: the same verdicts, and nothing where it does not ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.engine.check import CheckRequest, run_check
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_artifacts import artifacts_of_policy, verify_by_policy
from supplymatrix.engine.policy_source import OWN_POLICY
from supplymatrix.errors import InputError
from supplymatrix.model.checked_artifact import CheckedArtifact
from supplymatrix.model.signature import SignedAs
from tests.support.machine import NOW
from tests.tui.made_signed import Ground


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ground:
    monkeypatch.chdir(tmp_path)
    return Ground(tmp_path)


def _means(ground: Ground) -> Means:
    return Means(environ=ground.made.machine.environ, now=NOW, replay=ground.made.recorded)


def test_a_policy_without_a_word_on_signatures_is_none(ground: Ground) -> None:
    assert verify_by_policy(Path("svc"), OWN_POLICY, _means(ground)) is None
    assert artifacts_of_policy(Path("svc"), OWN_POLICY, _means(ground)) == ()


def test_the_verdicts_are_those_of_check(ground: Ground) -> None:
    ground.ask_in_policy('[[signatures.artifact]]\nimage = "registry.example/app:v1"\n')
    means = _means(ground)
    named = ("dist/good", "dist/plain", "dist/other")
    run = verify_by_policy(Path("svc"), OWN_POLICY, means, named)
    assert run is not None
    audit = run_check(CheckRequest(paths=(Path("svc"),), means=means, artifacts=named))
    told = {fact.signed.digests: fact.signed.state for fact in audit.facts.of(CheckedArtifact)}
    assert {one.digests: one.state for one in run.artifacts} == told
    assert {one.name: one.state for one in run.artifacts} == {
        "svc/app": SignedAs.SIGNED, "registry.example/app:v1": SignedAs.UNDECIDED, "dist/good": SignedAs.SIGNED,
        "dist/plain": SignedAs.UNSIGNED, "dist/other": SignedAs.REFUSED,
    }  # fmt: skip
    assert run.trust is not None
    assert run.asked[0].endswith("(lift.toml:4:1)")
    assert artifacts_of_policy(Path("svc"), OWN_POLICY, means) == ("svc/app", "registry.example/app:v1")


def test_an_artifact_that_is_not_there_is_a_gap_or_a_fault(ground: Ground) -> None:
    ground.ask_in_policy('[[signatures.artifact]]\npath = "gone"\n')
    run = verify_by_policy(Path("svc"), OWN_POLICY, _means(ground))
    assert run is not None
    assert [gap.subject for gap in run.gaps] == ["gone"]
    with pytest.raises(InputError, match="no such artifact"):
        verify_by_policy(Path("svc"), OWN_POLICY, _means(ground), ("nowhere",))
