"""Audits of a check: looked at where they are asked for and nowhere else, and never in silence where they fail."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from supplymatrix.engine import audit_path
from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.check import CheckRequest, run_check, run_survey
from supplymatrix.engine.check_audits import ENGINES
from supplymatrix.engine.means import Means
from supplymatrix.engine.this_machine import SeenHere
from supplymatrix.errors import Diagnostic, InputError, SourceError, TrustError
from supplymatrix.model.audit import Audit
from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.rule import Status
from tests.support.child import loaded_modules
from tests.support.data import REPO
from tests.support.machine import NOW, Machine

MAIN = "package main\n\nfunc main() {}\n"
GO_MOD = "module example.com/svc\n\ngo 1.26\n"
FLOATING = "FROM golang:latest AS build\nRUN go build -o /svc .\nFROM scratch\nCOPY --from=build /svc /svc\n"


def project(folder: Path, policy: str = "", **files: str) -> Path:
    folder.mkdir()
    for name, text in {"go.mod": GO_MOD, "main.go": MAIN, "Dockerfile": FLOATING, **files}.items():
        (folder / name).write_text(text, encoding="utf-8")
    if policy:
        (folder / "lift.toml").write_text(policy, encoding="utf-8")
    return folder


def checked(
    tmp_path: Path, policy: str = "", audits: frozenset[AuditFamily] = frozenset(), binaries: tuple[Path, ...] = ()
) -> Audit:
    folder = tmp_path / "svc"
    folder = folder if folder.exists() else project(folder, policy)
    means = Means(environ=Machine(tmp_path).environ, now=NOW, offline=True)
    return run_check(CheckRequest(paths=(folder,), means=means, audits=audits, binaries=binaries))


def statuses(audit: Audit, *rules: str) -> dict[str, Status]:
    return {judged.rule: judged.status for judged in audit.verdict.judged if judged.rule in rules}


def test_nothing_is_looked_at_where_nobody_asks_for_it(tmp_path: Path) -> None:
    project(tmp_path / "svc", "[sources]\nprivate = ['*.corp.example']\n")
    code = f"from supplymatrix.cli.main import run\nrun(['check', '--offline', {str(tmp_path / 'svc')!r}])"
    loaded = loaded_modules(code, {"PATH": os.environ["PATH"], **Machine(tmp_path).environ})
    assert "supplymatrix.engine.check" in loaded
    assert not [name for name in loaded if "audit_input" in name or "check_audits" in name]
    rooms = {name.split(".")[1] for name in loaded if name.startswith("supplymatrix.")}
    assert not rooms & {"privacy", "native", "licences", "buildfiles", "vulns", "fips"}


def test_the_projects_of_a_run_share_what_is_read_for_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, made = [], audit_path.PathKnowledge.of

    def of(means: Means, folders: tuple[Path, ...] | None) -> audit_path.PathKnowledge:
        read.append(folders)
        return made(means, folders)

    monkeypatch.setattr(audit_path.PathKnowledge, "of", of)
    paths = tuple(project(tmp_path / name, "[path]\n") for name in ("one", "two", "three"))
    means = Means(environ=Machine(tmp_path).environ, now=NOW, offline=True)
    survey = run_survey(CheckRequest(paths=paths, means=means))
    assert len(read) == 1
    for item in survey.items:
        assert isinstance(item, Audit)
        assert statuses(item, "SM804") == {"SM804": Status.FAIL}


def test_a_section_of_the_policy_has_its_family_looked_at(tmp_path: Path) -> None:
    audit = checked(tmp_path, '[path]\nvendors = ["chainguard"]\n')
    assert statuses(audit, "SM803", "SM804") == {"SM803": Status.FAIL, "SM804": Status.FAIL}
    assert audit.verdict.exit_code == 1
    places = {str(j.finding.locations[0]) for j in audit.verdict.judged if j.rule == "SM803" and j.finding is not None}
    assert {place.partition(":")[0] for place in places} == {"Dockerfile"}


def test_the_caller_has_families_looked_at_whatever_the_policy_says(tmp_path: Path) -> None:
    assert statuses(checked(tmp_path), "SM804", "SM910") == {}
    assert statuses(checked(tmp_path, audits=frozenset({AuditFamily.VENDOR_PATH})), "SM804") == {"SM804": Status.FAIL}


def test_a_database_that_is_not_here_ends_in_no_pass(tmp_path: Path) -> None:
    audit = checked(tmp_path, "[vulns]\n")
    assert audit.verdict.exit_code == 3
    assert Status.UNKNOWN in statuses(audit, "SM308", "SM910").values()


def test_nor_where_the_rule_is_off_that_would_tell_it(tmp_path: Path) -> None:
    audit = checked(tmp_path, '[rules]\nSM3xx = "off"\nSM302 = "error"\n')
    assert (statuses(audit, "SM910"), audit.verdict.exit_code) == ({"SM910": Status.UNKNOWN}, 3)


def test_programs_are_looked_at_too(tmp_path: Path) -> None:
    program = REPO / "examples" / "audited" / "checkout.xz"
    audit = checked(tmp_path, '[crypto]\nfips = "required"\n', binaries=(program,))
    judged = {(j.subject, j.status) for j in audit.verdict.judged if j.rule == "SM601"}
    assert judged == {("Dockerfile", Status.FAIL)}  # the program has a module, what the Dockerfile builds has none


@pytest.mark.parametrize(
    "fault",
    [SourceError("the disk is gone", remedy="mount it"), OSError(5, "the disk is gone"),
     InputError(Diagnostic(message="the disk is gone", artifact="x.toml", line=3))],
)  # fmt: skip
def test_an_engine_that_fails_is_a_gap_of_its_family(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def facts_of(wish: AuditInput) -> SeenHere:
        raise fault

    monkeypatch.setattr(audit_path, "facts_of", facts_of)
    audit = checked(tmp_path, "[path]\n")
    assert (statuses(audit, "SM910"), audit.verdict.exit_code) == ({"SM910": Status.UNKNOWN}, 3)
    (gap,) = [gap for gap in audit.verdict.gaps if gap.family is AuditFamily.VENDOR_PATH]
    assert "the disk is gone" in gap.reason


def test_what_lies_is_no_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def facts_of(wish: AuditInput) -> SeenHere:
        raise TrustError("another hash")

    monkeypatch.setattr(audit_path, "facts_of", facts_of)
    with pytest.raises(TrustError):
        checked(tmp_path, "[path]\n")


def test_every_family_has_its_engine() -> None:
    assert set(ENGINES) == set(AuditFamily)
    for names in ENGINES.values():
        for name in names:
            __import__(name)
            assert callable(sys.modules[name].facts_of)
