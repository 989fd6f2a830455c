"""Copies in the module cache, hashed only where the policy asks it, and held against what the log proved."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from supplymatrix.gomod.dirhash import hash_zip
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import CachedCopy, CopyState
from supplymatrix.model.on_disk import VendoredModule, VendorState
from tests.support.log_server import LogServer
from tests.support.machine import Machine, rules_of
from tests.support.made_log import MadeLog, made_hash, module_of, write_project

A = "example.com/a@v1.0.0"
STRICT = f'[packages."{module_of(A).path}"]\nsecurity_policy = "strict-module-integrity"\n'


def zip_bytes(content: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(f"{A}/a.go", content)
    return out.getvalue()


GOOD = zip_bytes("package a\n")
HASH = hash_zip(BytesAt(GOOD))
LOG = MadeLog.of(A, filler=5).with_record(
    A, f"example.com/a v1.0.0 {HASH}\nexample.com/a v1.0.0/go.mod {made_hash(A, go_mod=True)}\n".encode()
)


def put_zip(module_cache: Path, data: bytes) -> None:
    path = module_cache / "cache" / "download" / "example.com" / "a" / "@v" / "v1.0.0.zip"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)


def check(machine: Machine, tmp_path: Path, *, policy: str = STRICT) -> Audit:
    with LogServer(LOG.answers()) as server:
        return machine.check(write_project(tmp_path / "svc", LOG, server.url, [A], policy=policy))


def states(audit: Audit) -> list[CopyState]:
    return [copy.state for copy in audit.facts.of(CachedCopy)]


def test_a_copy_that_is_what_the_log_proves_is_a_pass(machine: Machine, tmp_path: Path) -> None:
    put_zip(machine.home / "go" / "pkg" / "mod", GOOD)
    audit = check(machine, tmp_path)
    assert (states(audit), audit.verdict.exit_code) == ([CopyState.EQUAL], 0)


def notes(audit: Audit) -> list[str]:
    return [note.message for note in audit.verdict.notes if note.code == "no-copy-in-cache"]


def test_a_pass_over_no_copy_at_all_says_that_nothing_was_compared(machine: Machine, tmp_path: Path) -> None:
    audit = check(machine, tmp_path)
    assert (states(audit), audit.verdict.exit_code) == ([], 0)
    (note,) = notes(audit)
    assert note.startswith("SM112: the module cache has no copy of 1 module, so nothing was compared there")
    assert "go mod download" in note
    put_zip(machine.home / "go" / "pkg" / "mod", GOOD)
    assert notes(machine.check(tmp_path / "svc", offline=True)) == []


def test_a_copy_that_is_not_what_the_log_proves_fails(machine: Machine, tmp_path: Path) -> None:
    put_zip(machine.home / "go" / "pkg" / "mod", zip_bytes("package evil\n"))
    audit = check(machine, tmp_path)
    assert rules_of(audit) == {"SM112"}
    assert audit.verdict.exit_code == 4


def put_folder(module_cache: Path, content: str) -> Path:
    path = module_cache / A / "a.go"
    path.parent.mkdir(parents=True)
    path.write_text(content)
    return path


def test_a_machine_that_has_built_with_the_module_passes(machine: Machine, tmp_path: Path) -> None:
    module_cache = machine.home / "go" / "pkg" / "mod"
    put_zip(module_cache, GOOD)
    put_folder(module_cache, "package a\n")
    audit = check(machine, tmp_path)
    assert (states(audit), audit.verdict.exit_code) == ([CopyState.EQUAL, CopyState.EQUAL], 0)


def test_an_unpacked_copy_that_was_edited_fails(machine: Machine, tmp_path: Path) -> None:
    put_folder(machine.home / "go" / "pkg" / "mod", "package evil\n")
    audit = check(machine, tmp_path)
    assert rules_of(audit) == {"SM112"}
    assert audit.verdict.exit_code == 4


def test_what_is_no_folder_in_the_place_of_one_is_an_alarm(machine: Machine, tmp_path: Path) -> None:
    path = machine.home / "go" / "pkg" / "mod" / A
    path.parent.mkdir(parents=True)
    path.symlink_to(tmp_path)
    audit = check(machine, tmp_path)
    assert (states(audit), audit.verdict.exit_code) == ([CopyState.DIFFERS], 4)


def test_a_copy_that_cannot_be_read_is_a_gap(machine: Machine, tmp_path: Path) -> None:
    path = machine.home / "go" / "pkg" / "mod" / "cache" / "download" / f"{A.replace('@', '/@v/')}.zip"
    path.parent.mkdir(parents=True)
    path.symlink_to(tmp_path / "gone")
    audit = check(machine, tmp_path)
    assert (states(audit), audit.verdict.exit_code) == ([CopyState.UNCHECKED], 3)


def test_a_vendor_folder_that_says_nothing_of_the_module_is_a_gap(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "svc" / "vendor" / "example.com" / "a").mkdir(parents=True)
    audit = check(machine, tmp_path)
    assert ([module.state for module in audit.facts.of(VendoredModule)], audit.verdict.exit_code) == (
        [VendorState.UNCHECKED],
        3,
    )


def test_without_such_a_policy_no_copy_is_looked_at(machine: Machine, tmp_path: Path) -> None:
    put_zip(machine.home / "go" / "pkg" / "mod", zip_bytes("package evil\n"))
    audit = check(machine, tmp_path, policy="")
    assert (states(audit), audit.verdict.exit_code) == ([], 0)


@pytest.mark.parametrize("name", ["GOMODCACHE", "GOPATH"])
@pytest.mark.parametrize("where", ["environment", "goenv-file"])
def test_the_module_cache_is_found_where_go_env_says(machine: Machine, tmp_path: Path, name: str, where: str) -> None:
    folder = tmp_path / "elsewhere"
    put_zip(folder if name == "GOMODCACHE" else folder / "pkg" / "mod", zip_bytes("package evil\n"))
    put_zip(machine.home / "go" / "pkg" / "mod", GOOD)
    if where == "environment":
        machine.settings[name] = str(folder)
    else:
        settings = machine.home / ".config" / "go" / "env"
        settings.parent.mkdir(parents=True)
        settings.write_text(f"{name}={folder}\n")
    assert states(check(machine, tmp_path)) == [CopyState.DIFFERS]


def test_a_proof_is_what_a_copy_is_held_against_and_not_go_sum(machine: Machine, tmp_path: Path) -> None:
    evil = zip_bytes("package evil\n")
    put_zip(machine.home / "go" / "pkg" / "mod", evil)
    go_sum = LOG.go_sum(A).replace(HASH, hash_zip(BytesAt(evil)))
    with LogServer(LOG.answers()) as server:
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, [A], go_sum=go_sum, policy=STRICT))
    assert {"SM110", "SM112"} <= rules_of(audit)
