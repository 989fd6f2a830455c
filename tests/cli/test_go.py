"""`supplymatrix go -- …`: the go command as it is, with a look before and after. Made gos, and the real one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.go_project import GoProject, made_go, made_program
from tests.support.log_server import LogServer
from tests.support.machine import Machine
from tests.support.made_log import made_hash

needs_go = pytest.mark.skipif(shutil.which("go") is None, reason="go is needed")
LISTED = "main\tsvc.example/app\t/gobin/app\\n"


@pytest.fixture
def project(tmp_path: Path) -> GoProject:
    return GoProject.make(tmp_path)


@pytest.fixture
def server(project: GoProject) -> Iterator[LogServer]:
    with LogServer(project.log.answers()) as server:
        project.write(server.url)
        yield server


class Runs:
    """Runs the program in the project, with a made go in front on PATH. script: what that does."""

    def __init__(self, tmp_path: Path, machine: Machine, project: GoProject) -> None:
        self.machine, self.project = machine, project
        self.go = made_go(tmp_path / "gobin")

    def __call__(self, *words: str, script: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        settings = {**self.project.settings, "GOSUMDB": "", "FAKE_GO": script, "FAKE_LIST": LISTED, **environ}
        settings.setdefault("PATH", f"{self.go}{os.pathsep}{os.defpath}")
        return self.machine.run("go", *words, cwd=self.project.folder, **settings)


@pytest.fixture
def runs(tmp_path: Path, machine: Machine, project: GoProject, server: LogServer) -> Runs:
    return Runs(tmp_path, machine, project)


def test_output_and_exit_code_are_those_of_go(runs: Runs, project: GoProject) -> None:
    project.fetch()
    done = runs("--", "test", "-v", "./...", script='echo "$@"; echo oops >&2; exit 9')
    assert (done.returncode, done.stdout) == (9, "test -v ./...\n")
    assert done.stderr == "supplymatrix: 1 module proven, and their files here as the log has them\noops\n"
    done = runs("-q", "vet", "--", "-x", script='echo "$@"; echo oops >&2')
    assert (done.returncode, done.stdout, done.stderr) == (0, "vet -- -x\n", "oops\n")


def test_a_changed_copy_keeps_go_from_running(runs: Runs, project: GoProject) -> None:
    project.fetch()
    (project.unpacked / "a.go").write_text("package a // evil\n")
    done = runs("build", script="echo ran")
    assert (done.returncode, done.stdout) == (4, "")
    assert "alarm[SM112]" in done.stderr
    assert done.stderr.endswith("supplymatrix: go was not run (exit 4)\n")


def test_what_go_fetches_and_builds_is_looked_at(runs: Runs, project: GoProject) -> None:
    program = project.folder.parent / "program"
    program.write_bytes(made_program(f"dep\texample.com/a\tv1.0.0\t{project.zip_hash}"))
    project.fetch()
    project.cache.rename(project.folder.parent / "fetched")
    script = f"mv ../fetched {project.cache}; cp ../program app"
    done = runs("-v", "--", "build", script=script)
    assert done.returncode == 0, done.stderr
    first, last = done.stderr.splitlines()
    assert first.startswith("supplymatrix: 1 module proven, none of them fetched yet (0 copies, 0 files, ")
    assert last.startswith("supplymatrix: 1 module looked at afterwards, as proven; app: 1 module, as proven; ")


def test_another_program_than_was_built_has_an_exit_code_of_its_own(runs: Runs, project: GoProject) -> None:
    project.fetch()
    program = project.folder.parent / "program"
    program.write_bytes(made_program(f"dep\texample.com/a\tv1.0.0\t{made_hash('evil')}"))
    done = runs("-q", "build", script="cp ../program app; echo built")
    assert (done.returncode, done.stdout) == (4, "built\n")
    assert "alarm: app: it was built with example.com/a@v1.0.0" in done.stderr
    assert "exit 4 is from the look" not in done.stderr


def test_what_goes_wrong_after_a_go_that_failed_is_told_and_its_code_kept(runs: Runs, project: GoProject) -> None:
    project.fetch()
    done = runs("build", script=f"echo 'package a // evil' > {project.unpacked}/a.go; exit 2")
    assert done.returncode == 2
    assert "alarm[SM112]" in done.stderr
    assert done.stderr.endswith("as it should be; exit 2 is go's own\n")
    done = runs("mod", "tidy", script="echo 'module (' > go.mod; exit 3")
    assert (done.returncode, "warning: " in done.stderr) == (3, True)


def test_what_needs_no_look_becomes_go(runs: Runs, project: GoProject) -> None:
    (project.folder / "go.sum").write_text("rubbish\n")
    done = runs("--", "version", "-m", "x", script='echo "$@"; exit 5')
    assert (done.returncode, done.stdout, done.stderr) == (5, "version -m x\n", "")


def test_a_signal_ends_it_as_it_ends_go_and_nothing_is_looked_at(runs: Runs, project: GoProject) -> None:
    script = f"echo 'package a // evil' > {project.unpacked}/a.go; kill -INT $$"
    project.fetch()
    done = runs("build", script=script)
    assert done.returncode == -signal.SIGINT
    assert done.stderr.endswith("supplymatrix: interrupted; what go has fetched or built was not looked at\n")


def test_a_server_that_is_told_to_end_and_ends_well_is_looked_at_like_others(runs: Runs, project: GoProject) -> None:
    project.fetch()
    script = f"trap 'exit 0' TERM; echo 'package a // evil' > {project.unpacked}/a.go; kill -TERM $PPID; sleep 5 & wait"
    done = runs("run", ".", script=script)
    assert done.returncode == 4
    assert "alarm[SM112]" in done.stderr
    assert done.stderr.endswith("supplymatrix: exit 4 is from the look after it, go ended with 0\n")


def test_a_flag_that_would_be_refused_may_be_allowed(runs: Runs, project: GoProject) -> None:
    project.fetch()
    done = runs("--allow", "toolexec", "test", "-toolexec=x", script="echo ran")
    assert (done.returncode, done.stdout) == (0, "ran\n")
    assert "go runs with -toolexec:" in done.stderr


def test_without_go_nothing_is_run(runs: Runs, tmp_path: Path) -> None:
    done = runs("build", PATH=str(tmp_path))
    assert (done.returncode, done.stderr.splitlines()[0]) == (3, "error: there is no go on PATH")


@pytest.fixture(scope="session")
def build_cache() -> str:
    """Return this machine's cache of compiled packages: the standard library need not be compiled for a test."""
    return subprocess.run(["go", "env", "GOCACHE"], capture_output=True, text=True, check=True).stdout.strip()


@needs_go
def test_the_real_go_fetches_builds_and_is_kept_from_what_was_changed(
    runs: Runs, project: GoProject, build_cache: str
) -> None:
    real = {"PATH": os.environ["PATH"], "GOCACHE": build_cache}
    done = runs("--", "build", **real)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [
        "supplymatrix: 1 module proven, none of them fetched yet",
        "go: downloading example.com/a v1.0.0",
        "supplymatrix: 1 module looked at afterwards, as proven; app: 1 module, as proven",
    ]
    assert subprocess.run([project.folder / "app"], capture_output=True, check=True).stderr == b"good\n"
    (project.unpacked / "a.go").write_text('package a\n\nfunc Word() string { return "evil" }\n')
    done = runs("-q", "run", ".", **real)
    assert done.returncode == 4
    assert "evil" not in done.stderr
