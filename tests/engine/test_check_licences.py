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


def imported(tmp_path: Path, files: dict[str, str], policy: str = ASKS, **environ: str) -> Audit:
    """Check a project whose main package imports nothing but what these files do."""
    project = make_project(tmp_path, MODULES)
    (project / "main.go").write_text("package main\n\nfunc main() {}\n", encoding="utf-8")
    for name, text in files.items():
        (project / name).write_text(text, encoding="utf-8")
    (project / "lift.toml").write_text(policy, encoding="utf-8")
    home = {"HOME": str(tmp_path), "PATH": "", "GOMODCACHE": str(tmp_path / "modcache"), **environ}
    return run_check(CheckRequest(paths=(project,), means=Means(environ=home, now=NOW, offline=True)))


def judged_note(audit: Audit) -> str:
    (note,) = [note for note in audit.verdict.notes if note.code == "licences-judged"]
    return note.message


GPL_FILE = 'package main\n\nimport _ "example.com/gpl"\n'
AWAY_FILE = GPL_FILE.replace("gpl", "away")


@pytest.mark.parametrize("name", ["main_plan9.go", "main_s390x.go", "cgo.go"])
def test_what_is_built_elsewhere_is_judged_and_said_to_be(tmp_path: Path, name: str) -> None:
    text = GPL_FILE if name != "cgo.go" else "//go:build cgo && aix\n\n" + GPL_FILE
    audit = imported(tmp_path, {name: text})
    assert said(audit) == {("SM401", "example.com/gpl@v1.2.0", Status.FAIL)}
    (finding,) = [one.finding for one in audit.verdict.judged if one.rule == "SM401" and one.finding is not None]
    assert "not built on" in {one.label for one in finding.evidence}
    assert "1 module with packages" in judged_note(audit)
    assert "1 of them with none on" in judged_note(audit)


def test_a_module_that_is_built_elsewhere_and_is_not_here_is_unknown(tmp_path: Path) -> None:
    found = said(imported(tmp_path, {"main_plan9.go": AWAY_FILE}))
    away = "example.com/away@v2.0.0+incompatible"
    assert found == {("SM401", away, Status.UNKNOWN), ("SM402", away, Status.UNKNOWN)}


def test_what_other_tags_and_tests_take_is_not_judged_and_that_is_said(tmp_path: Path) -> None:
    files = {"x.go": "//go:build enterprise\n\n" + GPL_FILE, "x_test.go": AWAY_FILE}
    audit = imported(tmp_path / "one", files)
    assert said(audit) == set()
    assert "tags: none" in judged_note(audit)
    assert "other tags (enterprise)" in judged_note(audit)
    assert "not of modules that tests alone need" in judged_note(audit)
    given = imported(tmp_path / "two", files, GOFLAGS="-tags=enterprise")
    assert said(given) == {("SM401", "example.com/gpl@v1.2.0", Status.FAIL)}
    assert "tags: enterprise;" in judged_note(given)


def test_what_cannot_be_read_elsewhere_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "other.go").write_text(GPL_FILE, encoding="utf-8")
    project = make_project(tmp_path, MODULES)
    (project / "main.go").write_text("package main\n\nfunc main() {}\n", encoding="utf-8")
    (project / "main_plan9.go").symlink_to(tmp_path / "other.go")
    (project / "lift.toml").write_text(ASKS, encoding="utf-8")
    home = {"HOME": str(tmp_path), "PATH": "", "GOMODCACHE": str(tmp_path / "modcache")}
    audit = run_check(CheckRequest(paths=(project,), means=Means(environ=home, now=NOW, offline=True)))
    wanted = {one.gap.wanted for one in audit.verdict.judged if one.gap is not None and one.rule == "SM402"}
    assert wanted == {"licence of every module of example.com/main on other systems"}


def test_a_hostile_licence_file_ends_no_run(tmp_path: Path) -> None:
    refs = "".join(f"SPDX-License-Identifier: LicenseRef-acme-component-{number:04}\n" for number in range(900))
    modules = {
        "example.com/gpl@v1.2.0": {"COPYING": licensed("GPL-3.0-only")},
        "example.com/odd@v1.0.0": {"LICENSE": refs, "COPYING": refs.replace("acme", "other")},
    }
    project = make_project(tmp_path, modules)
    (project / "lift.toml").write_text(ASKS, encoding="utf-8")
    home = {"HOME": str(tmp_path), "PATH": "", "GOMODCACHE": str(tmp_path / "modcache")}
    audit = run_check(CheckRequest(paths=(project,), means=Means(environ=home, now=NOW, offline=True)))
    assert said(audit) == {
        ("SM401", "example.com/gpl@v1.2.0", Status.FAIL),
        ("SM402", "example.com/odd@v1.0.0", Status.FAIL),
    }


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
