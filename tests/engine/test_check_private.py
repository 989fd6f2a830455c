"""Names that must not leave the house, and the one that must: golang.org/toolchain."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import PrivateModule, ProofState
from tests.support.log_server import LogServer
from tests.support.machine import Machine, rules_of, states_of
from tests.support.made_log import MadeLog, made_hash, path_of, write_project

pytestmark = pytest.mark.slow

PUBLIC, OURS, THEIRS = "example.com/a@v1.0.0", "git.corp.example/team/tool@v0.3.0", "corp.example/lib@v1.0.0"
TOOLCHAIN = "golang.org/toolchain@v0.0.1-go1.26.8.linux-amd64"
LOG = MadeLog.of(PUBLIC, OURS, THEIRS, TOOLCHAIN, filler=10)
EVIL = f"h1:{'E' * 43}="


def check(
    machine: Machine,
    tmp_path: Path,
    *names: str,
    private: tuple[str, ...] = (),
    send_private: bool = False,
    offline: bool = False,
) -> tuple[Audit, list[str]]:
    """Check a project with these modules; return the audit and the paths that the log was asked for."""
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, names, private=private)
        audit = machine.check(project, send_private=send_private, offline=offline)
    return audit, server.paths


@pytest.mark.parametrize("setting", ["GOPRIVATE", "GONOSUMDB"])
def test_a_private_name_is_never_sent_and_counts_as_not_checked(machine: Machine, tmp_path: Path, setting: str) -> None:
    machine.settings[setting] = "*.corp.example,corp.example/lib"
    audit, asked = check(machine, tmp_path, PUBLIC, OURS, THEIRS)
    assert not any("corp.example" in path for path in asked)
    assert audit.verdict.exit_code == 3
    assert {gap.subject for gap in audit.verdict.gaps} == {OURS, THEIRS}
    assert set(states_of(audit)) == {PUBLIC, f"{PUBLIC}/go.mod"}


@pytest.mark.parametrize("setting", ["GOPRIVATE", "GONOSUMDB"])
def test_the_gap_names_the_setting_the_pattern_and_the_way_out(machine: Machine, tmp_path: Path, setting: str) -> None:
    machine.settings[setting] = "*.corp.example"
    audit, _ = check(machine, tmp_path, OURS)
    (reason,) = {gap.reason for gap in audit.verdict.gaps}
    assert f"{setting}=*.corp.example (environment)" in reason
    assert all("--send-private" in gap.remedy and "lift.toml" in gap.remedy for gap in audit.verdict.gaps)


def test_a_pattern_from_the_goenv_file_withholds_as_well(machine: Machine, tmp_path: Path) -> None:
    settings = machine.home / ".config" / "go" / "env"
    settings.parent.mkdir(parents=True)
    settings.write_text("GOPRIVATE=*.corp.example\n")
    audit, asked = check(machine, tmp_path, PUBLIC, OURS)
    assert path_of(OURS) not in asked
    assert audit.verdict.exit_code == 3


def test_names_withheld_are_not_looked_for_even_in_the_cache(machine: Machine, tmp_path: Path) -> None:
    check(machine, tmp_path, PUBLIC, OURS)
    machine.settings["GOPRIVATE"] = "*.corp.example"
    audit, _ = check(machine, tmp_path, PUBLIC, OURS)
    assert OURS not in states_of(audit)
    assert audit.verdict.exit_code == 3


def test_a_module_that_lift_toml_lists_is_not_asked_for_and_is_no_gap(machine: Machine, tmp_path: Path) -> None:
    audit, asked = check(machine, tmp_path, PUBLIC, OURS, private=("*.corp.example",))
    assert path_of(OURS) not in asked
    assert audit.verdict.exit_code == 0
    assert {private.declared for private in audit.facts.of(PrivateModule)} == {True}


def test_lift_toml_speaks_for_what_the_environment_withholds_too(machine: Machine, tmp_path: Path) -> None:
    machine.settings["GOPRIVATE"] = "*.corp.example"
    audit, _ = check(machine, tmp_path, PUBLIC, OURS, private=("git.corp.example",))
    assert audit.verdict.exit_code == 0


def test_send_private_asks_for_what_only_the_environment_withholds(machine: Machine, tmp_path: Path) -> None:
    machine.settings["GOPRIVATE"] = "*.corp.example,corp.example"
    audit, asked = check(machine, tmp_path, OURS, THEIRS, private=("corp.example/lib",), send_private=True)
    assert path_of(OURS) in asked
    assert path_of(THEIRS) not in asked
    assert states_of(audit)[OURS] is ProofState.PROVEN
    assert audit.verdict.exit_code == 0


def test_gonosumdb_none_alone_sends_no_name_that_goprivate_covers(machine: Machine, tmp_path: Path) -> None:
    machine.settings |= {"GOPRIVATE": "*.corp.example,corp.example", "GONOSUMDB": "none"}
    audit, asked = check(machine, tmp_path, OURS)
    assert path_of(OURS) not in asked
    assert audit.verdict.exit_code == 3


@pytest.mark.parametrize("pattern", ["*", "golang.org/*", "golang.org/toolchain", "golang.org"])
@pytest.mark.parametrize("where", ["GOPRIVATE", "GONOSUMDB", "lift.toml"])
def test_cve_2026_94447_a_toolchain_line_is_flagged_and_asked_for_whatever_a_pattern_covers(
    machine: Machine, tmp_path: Path, pattern: str, where: str
) -> None:
    """CVE-2026-94447: a made-up golang.org/toolchain line in go.sum was believed without the log."""
    if where != "lift.toml":
        machine.settings[where] = pattern
    audit, asked = check(machine, tmp_path, TOOLCHAIN, private=(pattern,) if where == "lift.toml" else ())
    assert asked.count(path_of(TOOLCHAIN)) == 1
    assert states_of(audit)[TOOLCHAIN] is ProofState.PROVEN
    assert "SM107" in rules_of(audit)


@pytest.mark.parametrize("gosumdb", ["", "off"])
def test_cve_2026_94447_a_made_up_toolchain_line_is_an_alarm(machine: Machine, tmp_path: Path, gosumdb: str) -> None:
    """CVE-2026-94447, as it was used: the line's hash is that of a toolchain made for one victim."""
    machine.settings |= {"GOSUMDB": gosumdb, "GOPRIVATE": "*"}
    go_sum = LOG.go_sum(TOOLCHAIN).replace(made_hash(TOOLCHAIN), EVIL)
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [], go_sum=go_sum, private=("*",))
        audit = machine.check(project)
    assert audit.verdict.exit_code == 4
    assert {"SM107", "SM110"} <= rules_of(audit)


def test_cve_2026_94447_a_toolchain_line_that_the_log_does_not_know_is_no_pass(
    machine: Machine, tmp_path: Path
) -> None:
    """CVE-2026-94447: a version that was never published has no record."""
    made_up = "golang.org/toolchain@v0.0.1-go1.99.9.linux-amd64"
    with LogServer(LOG.answers()) as server:
        go_sum = f"{made_up.replace('@', ' ')} {EVIL}\n"
        project = write_project(tmp_path / "svc", LOG, server.url, [], go_sum=go_sum, private=("*",))
        audit = machine.check(project)
    assert audit.verdict.exit_code == 1
    assert {"SM107", "SM102"} <= rules_of(audit)


def test_cve_2026_94447_offline_a_toolchain_line_is_a_gap_and_no_pass(machine: Machine, tmp_path: Path) -> None:
    """CVE-2026-94447: without the log nothing speaks for a toolchain line."""
    audit, _ = check(machine, tmp_path, TOOLCHAIN, private=("*",), offline=True)
    assert audit.verdict.exit_code == 3
