"""Ways round the gate that go.mod, lift.toml and the log offer: none of them ends in a pass without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.errors import InputError
from supplymatrix.model.verdict import Outcome
from tests.support.log_server import LogServer
from tests.support.machine import Machine, codes_of, rules_of
from tests.support.made_log import MadeLog, made_hash, write_project

A, A2, B = "example.com/a@v1.3.0", "example.com/a@v1.2.0", "example.com/b@v1.0.0"
LOG = MadeLog.of(A, A2, B, filler=300)
PIN = '[packages."example.com/a"]\nversion = "1.2.0"\n'


def project(tmp_path: Path, url: str, go_mod: str, go_sum: str, policy: str = "") -> Path:
    """Write a project with a go.mod of its own."""
    folder = write_project(tmp_path / "svc", LOG, url, [A], go_sum=go_sum, policy=policy)
    (folder / "go.mod").write_text(f"module svc.example/app\n\n{go_mod}\n")
    return folder


def test_an_exclude_does_not_take_a_module_out_of_the_rules(machine: Machine, tmp_path: Path) -> None:
    go_mod = "go 1.22\nrequire example.com/a v1.3.0\nexclude example.com/a v1.3.0"
    with LogServer(LOG.answers()) as server:
        audit = machine.check(project(tmp_path, server.url, go_mod, LOG.go_sum(B), PIN))
    assert {"SM101", "SM205"} <= rules_of(audit)
    assert audit.verdict.exit_code == 1


def test_an_excluded_version_does_not_meet_a_pin(machine: Machine, tmp_path: Path) -> None:
    go_mod = "go 1.22\nrequire example.com/a v1.2.0\nexclude example.com/a v1.2.0"
    with LogServer(LOG.answers()) as server:
        audit = machine.check(project(tmp_path, server.url, go_mod, LOG.go_sum(A2), PIN))
    assert rules_of(audit) == {"SM205"}


@pytest.mark.parametrize("go_line", ["go 1.16", ""])
def test_an_old_go_line_does_not_excuse_a_go_sum_that_is_not_there(
    machine: Machine, tmp_path: Path, go_line: str
) -> None:
    with LogServer(LOG.answers()) as server:
        folder = project(tmp_path, server.url, f"{go_line}\nrequire example.com/a v1.3.0", "")
        (folder / "go.sum").unlink()
        audit = machine.check(folder)
    assert rules_of(audit) == {"SM101"}
    assert audit.verdict.exit_code == 1
    assert "no-go-sum" in codes_of(audit)


def test_before_1_17_only_the_go_mod_line_is_demanded(machine: Machine, tmp_path: Path) -> None:
    go_sum = "".join(line for line in LOG.go_sum(A).splitlines(keepends=True) if "/go.mod" in line)
    with LogServer(LOG.answers()) as server:
        audit = machine.check(project(tmp_path, server.url, "go 1.16\nrequire example.com/a v1.3.0", go_sum))
    assert audit.verdict.exit_code == 0


def test_a_pin_holds_for_a_module_that_go_mod_does_not_name(machine: Machine, tmp_path: Path) -> None:
    go_sum = LOG.go_sum(A, B)
    with LogServer(LOG.answers()) as server:
        audit = machine.check(project(tmp_path, server.url, "go 1.16\nrequire example.com/b v1.0.0", go_sum, PIN))
    assert rules_of(audit) == {"SM205"}
    assert audit.verdict.exit_code == 1


def test_a_pin_that_speaks_of_no_built_module_is_told(machine: Machine, tmp_path: Path) -> None:
    go_sum = LOG.go_sum(B) + f"example.com/a v1.3.0/go.mod {made_hash(A, go_mod=True)}\n"
    with LogServer(LOG.answers()) as server:
        audit = machine.check(project(tmp_path, server.url, "go 1.22\nrequire example.com/b v1.0.0", go_sum, PIN))
    assert "SM907" in {judged.rule for judged in audit.verdict.judged}


def test_strict_integrity_sees_a_replace_by_another_version(machine: Machine, tmp_path: Path) -> None:
    go_mod = "go 1.22\nrequire example.com/a v1.3.0\nreplace example.com/a => example.com/a v1.2.0"
    policy = '[packages."example.com/a"]\nsecurity_policy = "strict-module-integrity"\n'
    with LogServer(LOG.answers()) as server:
        audit = machine.check(project(tmp_path, server.url, go_mod, LOG.go_sum(A2), policy))
    assert rules_of(audit) == {"SM206"}
    assert audit.verdict.exit_code == 1


def test_an_ambiguous_policy_is_refused_before_the_log_is_asked(machine: Machine, tmp_path: Path) -> None:
    policy = '[packages."**"]\nsecurity_policy = "baseline"\n[packages."*/**"]\nsecurity_policy = "baseline"\n'
    with LogServer(LOG.answers()) as server:
        folder = project(tmp_path, server.url, "go 1.22\nrequire example.com/a v1.3.0", LOG.go_sum(A), policy)
        with pytest.raises(InputError, match="equal weight"):
            machine.check(folder)
    assert server.paths == []


def test_lines_that_the_policy_declares_private_are_told(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        folder = write_project(tmp_path / "svc", LOG, server.url, [A, B], private=["example.com"])
        audit = machine.check(folder)
    (note,) = [note for note in audit.verdict.notes if note.code == "declared-private"]
    assert note.message == "4 go.sum lines are not checked: lift.toml declares their modules private (example.com)"


def test_the_file_that_declares_modules_private_is_named(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        folder = write_project(tmp_path / "svc", LOG, server.url, [A, B])
        lift = folder / "lift.toml"
        (tmp_path / "org.toml").write_text(lift.read_text().replace("private = []", 'private = ["example.com"]'))
        lift.write_text('extends = ["../org.toml"]\n')
        audit = machine.check(folder)
    (note,) = [note for note in audit.verdict.notes if note.code == "declared-private"]
    assert "not checked: ../org.toml declares their modules private (example.com)" in note.message


def test_a_vendor_folder_is_told(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        folder = write_project(tmp_path / "svc", LOG, server.url, [A])
        (folder / "vendor").mkdir()
        audit = machine.check(folder)
    assert audit.verdict.outcome is Outcome.PASS
    assert "vendor-not-checked" in codes_of(audit)


FORK = "fork.example/a@v0.0.0-20240102030405-abcdefabcdef"
STRICT = '[packages."example.com/a"]\nsecurity_policy = "strict-module-integrity"\n'
WAIVED = """[[waivers]]
rule = "SM202"
package = "example.com/a"
reason = "the fork has our patch"
owner = "team-a"
expires = 2026-12-31
"""


def test_what_a_policy_asks_of_a_module_it_asks_of_the_fork_in_its_place(machine: Machine, tmp_path: Path) -> None:
    log = LOG.grown(FORK)
    go_mod = f"go 1.22\nrequire example.com/a v1.3.0\nreplace example.com/a => {FORK.replace('@', ' ')}"
    copies = machine.home / "go" / "pkg" / "mod" / "cache" / "download" / "fork.example" / "a" / "@v"
    copies.mkdir(parents=True)
    (copies / f"{FORK.partition('@')[2]}.zip").write_bytes(b"this is no zip")
    with LogServer(log.answers()) as server:
        folder = write_project(tmp_path / "svc", log, server.url, [A], go_sum=log.go_sum(FORK), policy=STRICT + WAIVED)
        (folder / "go.mod").write_text(f"module svc.example/app\n\n{go_mod}\n")
        audit = machine.check(folder)
    assert {"SM112", "SM203"} <= rules_of(audit)
    assert audit.verdict.exit_code == 4
