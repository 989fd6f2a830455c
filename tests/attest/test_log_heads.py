"""A log that shows two trees of one size is believed about neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.attest.wanted import EngineChoice, IdentityWish, Wanted
from supplymatrix.engine.means import Means
from supplymatrix.engine.verify_signatures import FileTarget, SignatureRequest, verify_signatures
from supplymatrix.model.signature import Reason, SignedAs
from supplymatrix.model.signature_run import SignatureRun
from tests.support.machine import NOW
from tests.support.made_sigstore import GITHUB_IDENTITY, GITHUB_ISSUER, MadeSigstore


def _run(folder: Path, maker: MadeSigstore, files: dict[str, bytes], log: str) -> SignatureRun:
    for name, data in files.items():
        (folder / name).write_bytes(data)
        (folder / f"{name}.sigstore.json").write_bytes(maker.keyless_blob(data, log=log))
    root = folder / "trusted_root.json"
    root.write_bytes(maker.trusted_root())
    return verify_signatures(
        SignatureRequest(
            targets=tuple(FileTarget(path=folder / name) for name in files),
            wanted=Wanted(identities=(IdentityWish(identity=GITHUB_IDENTITY, issuer=GITHUB_ISSUER),)),
            means=Means(environ={}, now=NOW, offline=True),
            trusted_root=root,
            engine=EngineChoice.NATIVE,
        )
    )


@pytest.mark.parametrize("log", ["v1", "v2"])
def test_two_roots_of_one_size_are_an_alarm_for_each_that_rests_on_them(tmp_path: Path, log: str) -> None:
    run = _run(tmp_path, MadeSigstore(forks=True), {"a": b"one", "b": b"two"}, log)
    assert [artifact.state for artifact in run.artifacts] == [SignedAs.ALARM, SignedAs.ALARM]
    assert {artifact.signatures[0].reason for artifact in run.artifacts} == {Reason.LOG_FORKED}
    assert run.exit_code == 4
    assert len(run.artifacts[0].signatures[0].steps[0].found.split(", ")) == 2


@pytest.mark.parametrize("log", ["v1", "v2"])
def test_one_root_for_each_tree_is_as_it_should_be(tmp_path: Path, log: str) -> None:
    run = _run(tmp_path, MadeSigstore(), {"a": b"one", "b": b"two"}, log)
    assert [artifact.state for artifact in run.artifacts] == [SignedAs.SIGNED, SignedAs.SIGNED]
    assert run.exit_code == 0


def test_one_head_may_be_of_several_signatures(tmp_path: Path) -> None:
    run = _run(tmp_path, MadeSigstore(forks=True), {"a": b"one", "b": b"one"}, "v1")
    assert run.exit_code == 0
