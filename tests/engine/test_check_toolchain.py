"""`check` with [toolchain] verify = true: which Gos take part, and what becomes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import Gap
from supplymatrix.model.on_disk import InstalledGo, ToolchainLevel
from supplymatrix.model.rule import Status
from tests.support.machine import Machine, rules_of
from tests.support.made_go import GO_ENV, MadeGo
from tests.support.made_log import MadeLog, go_mod_text, write_project, write_recording

GO, NEWER = MadeGo(version="1.25.3"), MadeGo(version="1.26.8")
A = "example.com/a@v1.0.0"
VERIFY = "[toolchain]\nverify = true\n"


class Bench:
    """A machine with a Go, a project that it builds, and a recording of a log that has all of it."""

    def __init__(self, folder: Path, *, with_go: bool = True, other: MadeGo = NEWER) -> None:
        self.folder = folder
        self.log: MadeLog = GO.log(other, names=(A,))
        self.root = GO.unpack(folder / "go")
        self.cache = folder / "mod"
        path = {"PATH": str(self.root / "bin")} if with_go else {}
        self.machine = Machine(folder, GOMODCACHE=str(self.cache), **path)
        self.replay = write_recording(folder / "recording", self.log.answers())
        for command in (self.root / "bin").iterdir():
            command.chmod(0o755)

    def check(self, policy: str = VERIFY, *, go: str = "1.22", toolchain: str = "") -> Audit:
        project = write_project(self.folder / "svc", self.log, "", [A], policy=policy)
        text = go_mod_text([A], go=go)
        lines = f"go {go}\n\ntoolchain {toolchain}\n" if toolchain else f"go {go}\n"
        (project / "go.mod").write_text(text.replace(f"go {go}\n", lines))
        return self.machine.check(project, replay=self.replay)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def gos(audit: Audit) -> list[tuple[str, ToolchainLevel]]:
    return [(go.found_as, go.level) for go in audit.facts.of(InstalledGo)]


def unknown(audit: Audit) -> dict[str, Gap | None]:
    return {judged.rule: judged.gap for judged in audit.verdict.judged if judged.status is Status.UNKNOWN}


def test_without_the_section_no_go_is_looked_at(bench: Bench) -> None:
    (bench.root / "src" / "fmt" / "print.go").write_text("package evil\n")
    audit = bench.check("")
    assert (gos(audit), audit.verdict.exit_code) == ([], 0)
    assert bench.check("[toolchain]\nverify = false\n").verdict.exit_code == 0


def test_a_release_passes_and_its_record_is_proven_with_the_rest(bench: Bench) -> None:
    audit = bench.check()
    assert gos(audit) == [("PATH", ToolchainLevel.OFFICIAL)]
    assert audit.verdict.exit_code == 0
    assert audit.facts.of(InstalledGo)[0].tree_size == bench.log.size


def test_a_modified_go_is_an_alarm(bench: Bench) -> None:
    (bench.root / "src" / "fmt" / "zz.go").write_text("package fmt\n")
    audit = bench.check()
    assert (audit.verdict.exit_code, rules_of(audit)) == (4, {"SM130"})


def test_what_is_accepted_is_up_to_the_policy(bench: Bench) -> None:
    (bench.root / "go.env").write_bytes(GO_ENV.replace(b"=auto", b"=local"))
    assert rules_of(bench.check()) == set()
    assert rules_of(bench.check(f'{VERIFY}accept = ["official"]\n')) == {"SM131"}


def test_the_toolchain_that_go_mod_wants_is_verified_too(bench: Bench) -> None:
    fetched = NEWER.unpack_into(bench.cache)
    audit = bench.check(toolchain="go1.26.8")
    assert gos(audit) == [("PATH", ToolchainLevel.OFFICIAL), ("module cache", ToolchainLevel.OFFICIAL)]
    assert audit.verdict.exit_code == 0
    (fetched / "bin" / "go").write_bytes(b"evil")
    assert bench.check(toolchain="go1.26.8").verdict.exit_code == 4
    assert bench.check().verdict.exit_code == 0  # another one that builds nothing here has no say


@pytest.mark.parametrize(("line", "version"), [("1.26.8", "1.26.8"), ("1.27", "1.27.0")])
@pytest.mark.parametrize("of_work", [False, True])
def test_the_toolchain_that_a_go_line_alone_selects_is_verified_too(
    line: str, version: str, of_work: bool, tmp_path: Path
) -> None:
    other = MadeGo(version=version)
    bench = Bench(tmp_path, other=other)
    fetched = other.unpack_into(bench.cache)
    audit = bench.check(go="1.22" if of_work else line)
    work = tmp_path / "go.work"
    if of_work:
        work.write_text(f"go {line}\n\nuse ./svc\n")
        audit = bench.machine.check(work, replay=bench.replay)
    assert gos(audit) == [("PATH", ToolchainLevel.OFFICIAL), ("module cache", ToolchainLevel.OFFICIAL)]
    assert (audit.verdict.exit_code, unknown(audit)) == (0, {})
    (fetched / "bin" / "go").write_bytes(b"evil")
    again = bench.machine.check(work if of_work else tmp_path / "svc", replay=bench.replay)
    assert again.verdict.exit_code == 4


def test_a_toolchain_with_a_suffix_is_looked_at_by_its_whole_name(bench: Bench) -> None:
    folder = bench.cache / "golang.org" / "toolchain@v0.0.1-go1.26.8-own.linux-amd64"
    folder.parent.mkdir(parents=True)
    NEWER.unpack_into(bench.cache).rename(folder)
    audit = bench.check(toolchain="go1.26.8-own")
    assert [go.root for go in audit.facts.of(InstalledGo)] == [str(bench.root), str(folder)]
    assert audit.verdict.exit_code == 1


def test_a_toolchain_that_was_not_fetched_is_a_gap(bench: Bench) -> None:
    audit = bench.check(toolchain="go1.26.8")
    assert gos(audit) == [("PATH", ToolchainLevel.OFFICIAL)]
    found = unknown(audit)
    assert set(found) == {"SM130", "SM131"}
    assert "1.26.8" in str(found["SM130"])
    assert audit.verdict.exit_code == 3


def test_no_go_on_the_machine_is_a_gap(tmp_path: Path) -> None:
    audit = Bench(tmp_path, with_go=False).check()
    assert set(unknown(audit)) == {"SM130", "SM131"}
    assert audit.verdict.exit_code == 3


def test_a_record_that_could_not_be_had_is_a_gap(bench: Bench) -> None:
    project = write_project(bench.folder / "svc", bench.log, "", [A], policy=VERIFY)
    audit = bench.machine.check(project, offline=True)
    assert {"SM130", "SM131"} <= set(unknown(audit))
    assert gos(audit) == [("PATH", ToolchainLevel.UNCHECKED)]


def test_another_program_in_path_is_a_finding(bench: Bench) -> None:
    shims = bench.folder / "shims"
    shims.mkdir()
    (shims / "go").write_text("#!/bin/sh\n")
    (shims / "go").chmod(0o755)
    bench.machine.settings["PATH"] = f"{shims}:{bench.root / 'bin'}"
    assert (bench.check().verdict.exit_code, set(unknown(bench.check()))) == (3, {"SM130", "SM131"})
    bench.machine.settings["GOROOT"] = str(bench.root)
    audit = bench.check()
    assert (rules_of(audit), audit.verdict.exit_code) == ({"SM131"}, 1)


def test_a_command_that_is_called_like_the_toolchain_builds(bench: Bench) -> None:
    other = NEWER.unpack(bench.folder / "other")
    (other / "src" / "fmt" / "print.go").write_text("package evil\n")
    NEWER.unpack_into(bench.cache)
    links = bench.folder / "links"
    links.mkdir()
    named = links / "go1.26.8"
    named.symlink_to(other / "bin" / "go")
    bench.machine.settings["PATH"] += f":{links}"
    audit = bench.check(toolchain="go1.26.8")
    assert gos(audit) == [("PATH", ToolchainLevel.OFFICIAL), ("PATH", ToolchainLevel.MODIFIED)]
    named.unlink()
    named.write_text("#!/bin/sh\n")
    named.chmod(0o755)
    assert bench.check(toolchain="go1.26.8").verdict.exit_code == 3


def test_a_toolchain_that_is_a_link_to_the_go_in_path_is_judged_by_its_name(bench: Bench) -> None:
    folder = bench.cache / "golang.org"
    folder.mkdir(parents=True)
    (folder / NEWER.name.rpartition("/")[2]).symlink_to(bench.root)
    assert bench.check(toolchain="go1.26.8").verdict.exit_code == 4


def test_a_policy_may_come_from_elsewhere(bench: Bench) -> None:
    project = write_project(bench.folder / "svc", bench.log, "", [A])
    org = bench.folder / "org.toml"
    org.write_text(f'{VERIFY}[sources]\nsumdb = "{bench.log.key.verifier}"\n')
    audit = bench.machine.check(project, replay=bench.replay, policy=PolicySource(file=org))
    assert gos(audit) == [("PATH", ToolchainLevel.OFFICIAL)]
