"""Go's cryptographic module of an earlier release: what lies unpacked in the module cache, held against a Go's zip."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.engine.building_fips import fips_copies, fips_in_cache, fips_in_force
from supplymatrix.model.fact import CachedCopy, CopyState
from tests.support.machine import Machine, rules_of
from tests.support.made_go import GO_ENV, MadeGo
from tests.support.made_log import write_project, write_recording

GO = MadeGo.with_fips()
NAME = "golang.org/fips140@v1.0.0-abc"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return GO.unpack(tmp_path / "go")


def environ_of(root: Path, said: str) -> dict[str, str]:
    return {"PATH": str(root / "bin"), "GOENV": "off", "GOFIPS140": said}


@pytest.mark.parametrize("said", ["", "off", "latest", "v9.9.9", "../v1.0.0-abc", "a\0b"])
def test_nothing_is_taken_from_the_cache(said: str, root: Path, tmp_path: Path) -> None:
    GO.unpack_fips(tmp_path / "mod").write_text("evil")
    assert fips_copies(None, environ_of(root, said), tmp_path / "mod") == ()


@pytest.mark.parametrize("said", ["v1.0.0-abc", "certified"])
def test_what_was_unpacked_is_held_against_the_zip(said: str, root: Path, tmp_path: Path) -> None:
    environ, cache = environ_of(root, said), tmp_path / "mod"
    assert fips_in_force(None, environ, cache) == ((root, "v1.0.0-abc"),)
    assert fips_copies(None, environ, cache) == ()
    file = GO.unpack_fips(cache)
    assert [(str(copy.subject), copy.state) for copy in fips_copies(None, environ, cache)] == [(NAME, CopyState.EQUAL)]
    file.write_text("package sha256 // evil\n")
    copy = fips_copies(None, environ, cache)[0]
    assert (copy.state, copy.differences[0].name) == (CopyState.DIFFERS, "fips140/v1.0.0-abc/sha256/sha256.go")
    GO.unpack_fips(cache)
    file.with_name("more.go").write_text("package sha256\n")
    assert fips_copies(None, environ, cache)[0].state is CopyState.DIFFERS


def test_a_zip_that_is_not_what_the_sums_say_proves_nothing(root: Path, tmp_path: Path) -> None:
    GO.unpack_fips(tmp_path / "mod")
    (root / "lib/fips140/fips140.sum").write_text(f"v1.0.0-abc.zip {'0' * 64}\n")
    copy = fips_copies(None, environ_of(root, "certified"), tmp_path / "mod")[0]
    assert (copy.state, "fips140.sum" in copy.reason) == (CopyState.DIFFERS, True)


def test_the_setting_may_be_that_of_go_env_and_of_the_user(root: Path, tmp_path: Path) -> None:
    GO.unpack_fips(tmp_path / "mod")
    environ = {"PATH": str(root / "bin"), "GOENV": str(tmp_path / "env")}
    assert fips_copies(None, environ, tmp_path / "mod") == ()
    (tmp_path / "env").write_text("GOFIPS140=certified\n")
    assert len(fips_copies(None, environ, tmp_path / "mod")) == 1
    (tmp_path / "env").unlink()
    (root / "go.env").write_bytes(GO_ENV + b"GOFIPS140=certified\n")
    assert len(fips_copies(None, environ, tmp_path / "mod")) == 1


def test_all_that_lies_in_a_cache_is_looked_at_where_a_go_has_the_zip(root: Path, tmp_path: Path) -> None:
    environ, cache = environ_of(root, ""), tmp_path / "mod"
    assert fips_in_cache(environ, cache) == ((), ())
    GO.unpack_fips(cache).write_text("evil")
    (cache / "golang.org/fips140@v1.2.3").mkdir()
    copies, notes = fips_in_cache(environ, cache)
    assert [(str(copy.subject), copy.state) for copy in copies] == [(NAME, CopyState.DIFFERS)]
    assert (len(notes), "fips140@v1.2.3 was not looked at" in notes[0]) == (1, True)


def test_a_check_that_asks_for_copies_alarms(root: Path, tmp_path: Path) -> None:
    log = GO.log(names=("example.com/a@v1.0.0",))
    policy = '[rules]\nSM112 = "error"\n'
    project = write_project(tmp_path / "svc", log, "", ["example.com/a@v1.0.0"], policy=policy)
    replay = write_recording(tmp_path / "recording", log.answers())
    machine = Machine(tmp_path, GOMODCACHE=str(tmp_path / "mod"), **environ_of(root, "certified"))
    file = GO.unpack_fips(tmp_path / "mod")
    audit = machine.check(project, replay=replay)
    assert (audit.verdict.exit_code, len(audit.facts.of(CachedCopy))) == (0, 1)
    file.write_text("evil")
    audit = machine.check(project, replay=replay)
    assert (audit.verdict.exit_code, rules_of(audit)) == (4, {"SM112"})
