"""A check whose policy has [licences]: what modules bring is read then, and only then."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supplymatrix.engine.check import CheckRequest, run_check
from supplymatrix.engine.means import Means
from supplymatrix.model.audit import Audit
from supplymatrix.model.licence import ModuleLicence
from supplymatrix.model.rule import Status
from tests.support.fixtures import NOW
from tests.support.git_repo import GitRepo
from tests.support.licensed import licensed, make_project
from tests.support.made_log import made_hash

MODULES = {
    "example.com/mit@v1.0.0": {"LICENSE": licensed("MIT")},
    "example.com/gpl@v1.2.0": {"COPYING": licensed("GPL-3.0-only")},
    "example.com/none@v0.1.0": {"README": "no licence\n"},
    "example.com/away@v2.0.0+incompatible": {},
}
ASKS = '[licences]\ndeny = ["GPL-*"]\n'


def checked(tmp_path: Path, policy: str, replaces: str = "") -> Audit:
    project = make_project(tmp_path, MODULES, replaces=replaces)
    (project / "lift.toml").write_text(policy, encoding="utf-8")
    home = {"HOME": str(tmp_path), "PATH": "", "GOMODCACHE": str(tmp_path / "modcache")}
    means = Means(environ=home, now=NOW, offline=True)
    return run_check(CheckRequest(paths=(project,), means=means))


def said(audit: Audit) -> set[tuple[str, str, Status]]:
    return {(one.rule, one.subject, one.status) for one in audit.verdict.judged if one.rule.startswith("SM4")}


def test_what_is_not_wanted_not_known_and_not_there_is_told_apart(tmp_path: Path) -> None:
    audit = checked(tmp_path, ASKS)
    assert said(audit) == {
        ("SM401", "example.com/gpl@v1.2.0", Status.FAIL),
        ("SM402", "example.com/none@v0.1.0", Status.FAIL),
        ("SM401", "example.com/away@v2.0.0+incompatible", Status.UNKNOWN),
        ("SM402", "example.com/away@v2.0.0+incompatible", Status.UNKNOWN),
    }
    (finding,) = [one.finding for one in audit.verdict.judged if one.rule == "SM401" and one.finding is not None]
    assert audit.lines[finding.locations[0].artifact, finding.locations[0].line] == "require example.com/gpl v1.2.0"
    assert {one.label for one in finding.evidence} == {"COPYING:3-3"}


@pytest.mark.parametrize("policy", ["", '[rules]\nSM401 = "error"\nSM4xx = "warn"\n'])
def test_nothing_is_read_where_no_policy_asks(tmp_path: Path, policy: str) -> None:
    audit = checked(tmp_path, policy)
    assert said(audit) == set()
    assert audit.facts.of(ModuleLicence) == ()


def test_the_licence_of_a_fork_counts_and_that_of_the_project_does_not(tmp_path: Path) -> None:
    audit = checked(tmp_path, ASKS, replaces="replace example.com/mit => example.com/gpl v1.2.0\n")
    assert "example.com/main" not in {fact.subject.path for fact in audit.facts.of(ModuleLicence)}
    found = [one for one in audit.verdict.judged if one.rule == "SM401" and one.status is Status.FAIL]
    assert {one.subject for one in found} == {"example.com/gpl@v1.2.0"}


def test_a_list_of_modules_that_is_not_whole_is_unknown(tmp_path: Path) -> None:
    project = make_project(tmp_path, {"example.com/mit@v1.0.0": {"LICENSE": licensed("MIT")}})
    (tmp_path / "modcache" / "cache" / "download" / "example.com" / "mit" / "@v" / "v1.0.0.mod").unlink()
    (project / "lift.toml").write_text(ASKS, encoding="utf-8")
    home = {"HOME": str(tmp_path), "PATH": "", "GOMODCACHE": str(tmp_path / "modcache")}
    audit = run_check(CheckRequest(paths=(project,), means=Means(environ=home, now=NOW, offline=True)))
    unknown = {(one.rule, one.gap.wanted) for one in audit.verdict.judged if one.gap is not None}
    assert ("SM402", "licence of every module of example.com/main") in unknown


def test_a_licence_of_files_that_were_there_already_does_not_decide(tmp_path: Path) -> None:
    modules = {
        "example.com/gpl@v1.2.0": {"COPYING": licensed("GPL-3.0-only")},
        "example.com/agpl@v1.0.0": {"LICENSE": licensed("AGPL-3.0-only")},
    }
    project = make_project(tmp_path, modules)
    (project / "lift.toml").write_text('[licences]\nallow = ["MIT"]\n', encoding="utf-8")
    sums = (project / "go.sum").read_text(encoding="utf-8")  # both modules are in the graph, and one gives packages
    (project / "go.sum").write_text(f"example.com/gpl v1.2.0 {made_hash('gpl')}\n{sums}", encoding="utf-8")
    repo = GitRepo(project)
    repo.commit()
    home = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "GOMODCACHE": str(tmp_path / "modcache")}
    means = Means(environ=home, now=NOW, offline=True)
    audit = run_check(CheckRequest(paths=(project,), means=means, diff_base="main"))
    known = {one.subject: one.known_before for one in audit.verdict.judged if one.rule == "SM401"}
    assert known == {"example.com/agpl@v1.0.0": False, "example.com/gpl@v1.2.0": True}
