"""A run whose only subject cannot be used tells it in every report that was asked for, and ends as it did."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from supplymatrix.reports.registry import FORMATS
from tests.cli.conftest import Cli
from tests.reports.test_schema import VALIDATORS
from tests.support.made_log import MadeLog, write_project

A = "example.com/a@v1.0.0"
LOG = MadeLog.of(A, filler=20)
REMOTE = f'extends = ["https://policies.example/org.toml#sha256={"0" * 64}"]\n'


def break_go_mod(project: Path) -> None:
    (project / "go.mod").write_text("modul svc.example\n")


def break_policy(project: Path) -> None:
    (project / "lift.toml").write_text("[policy]\nmin_scoer = 3\n")


def build_on_what_cannot_be_had(project: Path) -> None:
    (project / "lift.toml").write_text(REMOTE)


SPOILT = [
    (break_go_mod, 2, "own/go.mod", "modul"),
    (break_policy, 2, "own/lift.toml", "there is no key"),
    (build_on_what_cannot_be_had, 3, "own", "is not in the cache"),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "own", LOG, "", [A])


@pytest.mark.parametrize("spoilt", SPOILT, ids=lambda spoilt: spoilt[0].__name__)
def test_every_report_is_written_and_stderr_tells_the_fault(
    cli: Cli, project: Path, tmp_path: Path, spoilt: tuple[Callable[[Path], None], int, str, str]
) -> None:
    spoil, code, file, said = spoilt
    spoil(project)
    wanted = [f"--format={name}={name}.out" for name in FORMATS if name != "github"]
    done = cli("check", "own", "--offline", "--allow-remote-policy", *wanted, "--format=github", cwd=tmp_path)
    assert done.code == code
    assert "error: " in done.err
    assert done.out.startswith(f"::error file={file}")
    for name in FORMATS:
        assert name == "github" or (tmp_path / f"{name}.out").stat().st_size
    report = json.loads((tmp_path / "json.out").read_text())
    VALIDATORS["survey"].validate(report)
    assert (report["schema"], report["exit_code"]) == ("supplymatrix.survey/1", code)
    assert said in json.dumps(report)
    assert f'"exit_code" value="{code}"' in (tmp_path / "junit.out").read_text()


def test_text_on_stdout_does_not_repeat_what_stderr_says(cli: Cli, project: Path, tmp_path: Path) -> None:
    break_policy(project)
    done = cli("check", "own", "--offline", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("there is no key 'min_scoer'") == 1


def test_a_report_that_cannot_be_written_hides_no_fault(cli: Cli, project: Path, tmp_path: Path) -> None:
    break_policy(project)
    done = cli("check", "own", "--offline", "--format=json=gone/x.json", "--format=junit=x.xml", cwd=tmp_path)
    assert done.code == 2
    assert "there is no key 'min_scoer'" in done.err
    assert "gone/x.json" in done.err
    assert (tmp_path / "x.xml").exists()


def test_a_policy_that_cannot_be_had_keeps_no_other_subject_from_being_judged(
    cli: Cli, project: Path, tmp_path: Path
) -> None:
    build_on_what_cannot_be_had(project)
    write_project(tmp_path / "other", LOG, "", [A])
    done = cli("check", "own", "other", "--offline", "--allow-remote-policy", "--format=json", cwd=tmp_path)
    subjects = json.loads(done.out)["subjects"]
    assert done.code == 3
    assert ["error" in subject for subject in subjects] == [True, False]
