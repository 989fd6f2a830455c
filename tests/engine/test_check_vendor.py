"""`check` of a project with vendor/: facts where the policy asks for them, and what the verdict makes of these."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.engine.check import CheckRequest, run_survey
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.model.audit import Audit
from supplymatrix.model.on_disk import VendoredModule, VendorState, VendorTree
from supplymatrix.reports.text_gaps import gap_groups
from tests.support.git_repo import GitRepo
from tests.support.log_server import LogServer
from tests.support.machine import NOW, Machine, codes_of, rules_of
from tests.support.made_log import go_mod_text
from tests.support.vendored import MadeVendor, module_zip

A, B = "example.com/a@v1.0.0", "example.com/b@v1.2.0"
ALL = '[policy]\npreset = "vendored"\n'
ONE = '[packages."example.com/a"]\nsecurity_policy = "strict-module-integrity"\n'
VENDORED = {"example.com/a/a.go": "package a\n", "example.com/b/b.go": "package b\n"}
VENDORED_FILES = ("SM120", "SM121")
MODULES_TXT = "# example.com/a v1.0.0\n## explicit\nexample.com/a\n# example.com/b v1.2.0\n## explicit\nexample.com/b\n"


@pytest.fixture
def made(tmp_path: Path) -> MadeVendor:
    return MadeVendor(tmp_path / "svc", {A: {"a.go": "package a\n"}, B: {"b.go": "package b\n"}})


def check(
    machine: Machine,
    made: MadeVendor,
    policy: str = ALL,
    *,
    change: Callable[[Path], object] | None = None,
    server: LogServer | None = None,
    modules_txt: str | None = MODULES_TXT,
    **options: Any,  # noqa: ANN401 - handed on
) -> Audit:
    with server or made.server() as at:
        folder = made.write(at.url, VENDORED, modules_txt, policy=policy, **options)
        machine.settings["GOPROXY"] = at.url
        if change is not None:
            change(made.vendor)
        return machine.check(folder)


def states(audit: Audit) -> list[VendorState]:
    return [module.state for module in audit.facts.of(VendoredModule)]


def ours(audit: Audit) -> set[str]:
    """Return the rules about vendor/ that failed."""
    return {rule for rule in rules_of(audit) if rule.startswith("SM12")}


def test_a_clean_checkout_is_proven_without_a_module_cache(machine: Machine, made: MadeVendor) -> None:
    audit = check(machine, made)
    assert (audit.verdict.exit_code, states(audit)) == (0, [VendorState.EQUAL] * 2)
    assert audit.facts.of(VendorTree)[0].location.artifact == "vendor/modules.txt"
    assert "vendor-not-checked" not in codes_of(audit)


def test_a_policy_that_does_not_ask_costs_nothing(machine: Machine, made: MadeVendor) -> None:
    server = made.server()
    audit = check(machine, made, "", server=server)
    assert (states(audit), audit.facts.of(VendorTree), "vendor-not-checked" in codes_of(audit)) == ([], (), True)
    assert not [path for path in server.paths if path.endswith(".zip")]


@pytest.mark.parametrize(
    ("change", "rule", "code"),
    [
        (lambda vendor: (vendor / "example.com/a/a.go").write_text("package evil\n"), "SM120", 4),
        (lambda vendor: (vendor / "example.com/a/evil.go").touch(), "SM120", 4),
        (lambda vendor: (vendor / "example.com/b/b.go").unlink(), "SM122", 1),
        (lambda vendor: (vendor / "stray.go").touch(), "SM121", 1),
        (lambda vendor: (vendor / "modules.txt").write_text(MODULES_TXT.replace("## explicit\n", "")), "SM122", 1),
    ],
)
def test_what_is_not_as_proven_is_a_finding(
    machine: Machine, made: MadeVendor, change: Callable[[Path], object], rule: str, code: int
) -> None:
    audit = check(machine, made, change=change)
    assert (ours(audit), audit.verdict.exit_code) == ({rule}, code)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("example.com/a/a.go", "package a\n\nvar X = 1\n", 2),
        ("example.com/a/evil.go", "package a\n", 1),
        ("stray.go", "package x\n", 1),
        ("example.com/a/sub/x.go", "package sub\n", 1),
    ],
)
def test_a_finding_points_to_the_file_itself_and_then_to_the_list(
    machine: Machine, made: MadeVendor, name: str, text: str, line: int
) -> None:
    def change(vendor: Path) -> None:
        (vendor / name).parent.mkdir(exist_ok=True)
        (vendor / name).write_text(text)

    audit = check(machine, made, change=change)
    (finding,) = [one.finding for one in audit.verdict.judged if one.finding is not None and one.rule in VENDORED_FILES]
    first, second = finding.locations
    assert (first.artifact, first.line, second.artifact) == (f"vendor/{name}", line, "vendor/modules.txt")
    assert Path(audit.placed(first).artifact).read_text() == text
    stated = [evidence.label for evidence in finding.evidence]
    assert ("no alarm" in stated) == (finding.rule == "SM121")


def test_a_vendor_folder_that_git_ignores_is_told(machine: Machine, made: MadeVendor) -> None:
    assert "vendor-ignored" not in codes_of(check(machine, made))
    repo = GitRepo(made.folder)
    (made.folder / ".gitignore").write_text("/vendor/\n")
    assert "vendor-ignored" in codes_of(check(machine, made))
    repo.git("add", "--force", "vendor")
    assert "vendor-ignored" not in codes_of(check(machine, made))


def test_zips_that_nobody_may_fetch_are_one_gap_in_words(machine: Machine, made: MadeVendor) -> None:
    machine.settings["GOMODCACHE"] = str(machine.home / "none")

    def no_proxy(_: Path) -> None:
        machine.settings["GOPROXY"] = "off"

    audit = check(machine, made, change=no_proxy)
    groups = [group for group in gap_groups(audit.verdict) if "SM120" in group.rules]
    assert [group.things for group in groups] == [2]


def test_a_vendor_folder_that_is_gone_is_a_finding(machine: Machine, made: MadeVendor) -> None:
    made.fill(machine.home / "go" / "pkg" / "mod")
    audit = check(machine, made, change=shutil.rmtree)
    assert (ours(audit), audit.verdict.exit_code) == ({"SM122"}, 1)
    (finding,) = [one.finding for one in audit.verdict.judged if one.finding is not None and one.rule == "SM122"]
    assert "there is no vendor/" in finding.message

    def give_up(vendor: Path) -> None:
        shutil.rmtree(vendor)
        policy = vendor.parent / "lift.toml"
        policy.write_text(policy.read_text().replace("[sources]\n", "[sources]\nvendored = false\n"))

    assert ours(check(machine, made, change=give_up)) == set()
    strict = '[policy]\npreset = "strict-module-integrity"\n'
    assert ours(check(machine, made, strict, change=shutil.rmtree)) == set()


def test_a_project_that_requires_nothing_has_no_vendor_folder(machine: Machine, made: MadeVendor) -> None:
    go_mod = "module svc.example/svc\n\ngo 1.22\n"
    audit = check(machine, made, modules_txt=None, change=shutil.rmtree, go_mod=go_mod, go_sum="")
    assert "SM122" not in ours(audit)


def test_what_vendor_has_of_a_folder_is_held_against_it(machine: Machine, made: MadeVendor) -> None:
    go_mod = go_mod_text([A, B]) + "replace example.com/a => ./lib\n"
    text = MODULES_TXT.replace("a v1.0.0", "a v1.0.0 => ./lib") + "# example.com/a => ./lib\n"

    def change(vendor: Path) -> None:
        (vendor.parent / "lib").mkdir(exist_ok=True)
        (vendor.parent / "lib" / "go.mod").write_text("module example.com/a\n")
        (vendor.parent / "lib" / "a.go").write_text("package a\n")

    made.fill(machine.home / "go" / "pkg" / "mod")
    audit = check(machine, made, modules_txt=text, go_mod=go_mod, change=change)
    assert (ours(audit), audit.verdict.exit_code) == ({"SM123"}, 1)
    (made.folder / "lib" / "a.go").write_text("package other\n")
    audit = check(machine, made, modules_txt=text, go_mod=go_mod)
    assert (ours(audit), audit.verdict.exit_code) == ({"SM122", "SM123"}, 1)
    shutil.rmtree(made.folder / "lib")
    audit = check(machine, made, modules_txt=text, go_mod=go_mod)
    assert (ours(audit), audit.verdict.exit_code) == ({"SM123"}, 3)


def test_one_module_alone_can_be_asked_about(machine: Machine, made: MadeVendor) -> None:
    made.fill(machine.home / "go" / "pkg" / "mod")
    audit = check(machine, made, ONE, change=lambda vendor: (vendor / "example.com/b/b.go").write_text("evil\n"))
    assert ([module.subject.path for module in audit.facts.of(VendoredModule)], audit.verdict.exit_code) == (
        ["example.com/a"],
        0,
    )
    audit = check(machine, made, ONE, change=lambda vendor: (vendor / "example.com/a/a.go").write_text("evil\n"))
    assert (ours(audit), audit.verdict.exit_code) == ({"SM120"}, 4)


def test_a_proxy_that_lies_is_an_alarm_that_names_it(machine: Machine, made: MadeVendor) -> None:
    audit = check(machine, made, server=made.server({**made.zips, A: module_zip(A, {"a.go": "package evil\n"})}))
    assert (ours(audit), audit.verdict.exit_code) == ({"SM120"}, 4)
    finding = next(judged.finding for judged in audit.verdict.judged if judged.finding is not None)
    assert "127.0.0.1" in repr(finding)


def test_without_a_zip_it_is_incomplete(machine: Machine, made: MadeVendor) -> None:
    audit = check(machine, made, server=made.server({B: made.zips[B]}))
    assert (states(audit), audit.verdict.exit_code) == ([VendorState.UNCHECKED, VendorState.EQUAL], 3)


@pytest.mark.parametrize("policy", [ALL, ONE])
def test_a_vendor_folder_without_its_list_is_incomplete(machine: Machine, made: MadeVendor, policy: str) -> None:
    audit = check(machine, made, policy, modules_txt=None)
    assert audit.verdict.exit_code == 3
    assert {*states(audit)} == {VendorState.UNCHECKED}


def test_a_list_that_cannot_be_read_is_incomplete(machine: Machine, made: MadeVendor) -> None:
    audit = check(machine, made, modules_txt=None, change=lambda vendor: (vendor / "modules.txt").mkdir())
    assert (audit.verdict.exit_code, states(audit)) == (3, [VendorState.UNCHECKED] * 2)


def test_a_declared_private_module_is_no_gap(machine: Machine, made: MadeVendor) -> None:
    made.fill(machine.home / "go" / "pkg" / "mod")
    server = made.server()
    audit = check(machine, made, server=server, private=["example.com/a"])
    assert (audit.verdict.exit_code, states(audit)) == (0, [VendorState.EQUAL] * 2)
    assert not [path for path in server.paths if "example.com/a" in path]


def test_members_of_a_workspace_share_its_vendor_folder(machine: Machine, made: MadeVendor, tmp_path: Path) -> None:
    work = tmp_path / "work"
    with made.server() as server:
        folder = made.write(server.url, VENDORED, "## workspace\n" + MODULES_TXT, policy=ALL)
        work.mkdir()
        folder.rename(work / "svc")
        (work / "svc" / "vendor").rename(work / "vendor")
        (work / "svc" / "lift.toml").rename(work / "lift.toml")
        (work / "two").mkdir()
        (work / "two" / "go.mod").write_text("module svc.example/two\n\ngo 1.22\n\nrequire example.com/a v1.0.0\n")
        (work / "two" / "go.sum").write_text(made.log.go_sum(A))
        (work / "go.work").write_text("go 1.22\n\nuse ./svc\nuse ./two\n")
        machine.settings["GOPROXY"] = server.url
        request = CheckRequest(paths=(work,), means=Means(environ=machine.environ, now=NOW), policy=PolicySource())
        survey = run_survey(request)
        zips = [path for path in server.paths if path.endswith(".zip")]
    audits = [item for item in survey.items if isinstance(item, Audit)]
    assert [[module.subject.path for module in audit.facts.of(VendoredModule)] for audit in audits] == [
        ["example.com/a", "example.com/b"],
        ["example.com/a"],
    ]
    assert [audit.facts.of(VendorTree)[0].location.artifact for audit in audits] == ["../vendor/modules.txt"] * 2
    assert (survey.exit_code, len(zips)) == (0, 2)
