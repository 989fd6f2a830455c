"""Real programs, held against no log at all: each is read, nothing is proven, and nothing of a secret is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from supplymatrix.engine.means import Means
from supplymatrix.engine.verify_binary import BinaryRequest, BinaryRun, verify_binaries
from supplymatrix.gomod.build_info import BuildInfo, parse_module_text
from supplymatrix.gomod.ldflags import without_secrets
from supplymatrix.model.program import ProgramModuleState, ProgramState
from supplymatrix.reports.programs_view import render_programs_json, render_programs_text
from tests.support.data import samples_dir

pytestmark = pytest.mark.slow

_WITHOUT_LOG = {
    ProgramModuleState.UNCHECKED, ProgramModuleState.LOCAL, ProgramModuleState.NO_SUM, ProgramModuleState.NOT_IN_LOG,
}  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> BinaryRun:
    """What the archive of samples came to, offline and with an empty cache."""
    folder = tmp_path_factory.mktemp("machine")
    environ = {"HOME": str(folder), "GOENV": "off", "SUPPLYMATRIX_STATE_DIR": str(folder / "state")}
    means = Means(environ=environ, now=datetime(2026, 11, 26, tzinfo=UTC), offline=True, cache_dir=folder / "own")
    archive = samples_dir("binaries") / "binaries.tar.xz"
    return verify_binaries(BinaryRequest(paths=(archive,), means=means))


def _expected() -> list[dict[str, Any]]:
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in samples_dir("binaries").glob("*.json")]
    return [one for one in documents if isinstance(one, dict) and "go_version_m_json" in one and "sha256" in one]


def test_nothing_is_proven_without_a_log(run: BinaryRun) -> None:
    assert run.modules
    assert {module.state for module in run.modules} <= _WITHOUT_LOG
    assert (run.exit_code, run.tree_size) == (3, 0)
    assert "proven," not in render_programs_text(run, verbose=True)


def test_every_program_that_go_reads_is_there_with_its_modules(run: BinaryRun) -> None:
    by_digest = {program.sha256: program for program in run.programs}
    seen = 0
    for expected in _expected():
        document = expected["go_version_m_json"]
        if document is None:
            continue
        seen += 1
        program = by_digest[expected["sha256"]]
        assert program.go_version == document["GoVersion"]
        assert program.main == (document.get("Main") or {}).get("Path", "")
        modules = [module for module in run.modules if module.program == program.name]
        deps = [dep.get("Replace") or dep for dep in document.get("Deps") or ()]
        assert [str(module.subject.path) for module in modules][len(modules) - len(deps) :] == [
            dep["Path"] for dep in deps
        ]
    assert seen


def test_a_program_that_go_cannot_read_is_never_one_without_modules(run: BinaryRun) -> None:
    by_digest = {program.sha256: program for program in run.programs}
    for expected in _expected():
        program = by_digest.get(expected["sha256"])
        if expected["go_version_m_json"] is None and program is not None:
            text = expected.get("sentinel_modinfo")
            wanted = parse_module_text(text) if text else BuildInfo(go_version="")
            named = [module for module in run.modules if module.program == program.name]
            assert len(named) >= len(wanted.deps)
            assert named or program.state is not ProgramState.READ


def test_no_secret_of_a_build_setting_is_told(run: BinaryRun) -> None:
    told = render_programs_text(run, verbose=True, modules=True) + render_programs_json(run) + repr(run)
    for expected in _expected():
        rows = (expected["go_version_m_json"] or {}).get("Settings") or ()
        settings = tuple((row["Key"], row["Value"]) for row in rows)
        cleaned, secrets = without_secrets(settings)
        for (_, before), (_, after) in zip(settings, cleaned, strict=True):
            assert before == after or before not in told
        assert not secrets or any(program.secrets for program in run.programs)
