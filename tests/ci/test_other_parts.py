"""The GitLab component, the Jenkins pipeline and the pre-commit hook: their shell text is run, their patterns tried."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.runner import Checkout, Runner, Step, make_checkout
from tests.docs.pages import read_page
from tests.support.data import REPO

pytestmark = pytest.mark.slow

_REVISION = "0" * 40


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    made = Runner(folder=tmp_path / "runner")
    made.folder.mkdir()
    made.environ |= {"SUPPLYMATRIX_OFFLINE": "1", "TMPDIR": str(made.folder), "SM_REVISION": _REVISION}
    return made


@pytest.fixture(scope="module")
def weakened(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return make_checkout(tmp_path_factory.mktemp("weak"), weak=True)


def component() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the inputs of the component, and its job."""
    spec, jobs = yaml.safe_load_all((REPO / "ci" / "gitlab.yml").read_text(encoding="utf-8"))
    return spec["spec"]["inputs"], jobs["supplymatrix"]


def gitlab(runner: Runner, folder: Path, **environ: str) -> Step:
    venv = runner.folder / f"supplymatrix-{_REVISION}" / ".venv"
    if not (venv / "bin" / "supplymatrix").exists():
        runner.install(venv)
    given = {
        "SM_PATHS": ".",
        "SM_RECURSIVE": "false",
        "SM_ONLY_NEW": "false",
        "SM_POLICY_FROM": "",
        "SM_FAIL_ON_INCOMPLETE": "true",
    }
    return runner.run("\n".join(component()[1]["script"]), given | environ, cwd=folder, by="sh")


def answering(runner: Runner, code: int) -> None:
    """Make the program end with a code."""
    venv = runner.folder / f"supplymatrix-{_REVISION}" / ".venv"
    runner.install(venv, f'#!/bin/sh\nprintf "%s\\n" "$@" > "{runner.folder}/arguments"\nexit {code}\n')


def test_every_input_of_the_component_is_used_once_and_explained() -> None:
    inputs, job = component()
    text = json.dumps(job)
    for name in inputs:
        assert text.count(f"$[[ inputs.{name} ]]") == 1, name
        assert f"`{name}`" in read_page("docs/ci.md"), name
    assert all("$[[" not in line for line in [*job["before_script"], *job["script"]])


def test_the_target_branch_judges_a_merge_request(runner: Runner, weakened: Checkout) -> None:
    done = gitlab(runner, weakened.folder, CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main")
    assert done.code == 1
    assert "the policy is not met (exit 1)" in done.out
    job = component()[1]
    assert job["artifacts"]["when"] == "always"
    for name in job["artifacts"]["paths"]:
        assert (weakened.folder / name).stat().st_size, name
    assert "SM101" in (weakened.folder / job["artifacts"]["reports"]["codequality"]).read_text()


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 5, 70])
def test_the_component_ends_as_the_program_does_with_a_word_of_its_own(runner: Runner, code: int) -> None:
    answering(runner, code)
    done = gitlab(runner, runner.folder)
    assert done.code == code
    assert f"(exit {code})" in done.out or code == 0


def test_only_an_incomplete_run_can_be_let_pass(runner: Runner) -> None:
    for code in (1, 2, 3, 4, 5):
        answering(runner, code)
        assert gitlab(runner, runner.folder, SM_FAIL_ON_INCOMPLETE="false").code == (0 if code == 3 else code)


def test_only_what_is_new_decides_where_that_was_said(runner: Runner, weakened: Checkout) -> None:
    answering(runner, 0)
    gitlab(runner, weakened.folder, SM_ONLY_NEW="true", CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main")
    arguments = (runner.folder / "arguments").read_text().splitlines()
    assert arguments[arguments.index("--diff-base") + 1] == "refs/remotes/origin/main"


@pytest.mark.parametrize("text", ["$(touch ran)", "`touch ran`", "a b", "END_OF_PATHS", "--help"])
def test_no_path_of_the_component_is_taken_for_a_command(runner: Runner, text: str) -> None:
    answering(runner, 0)
    assert gitlab(runner, runner.folder, SM_PATHS=f"one\n{text}\n").code == 0
    assert (runner.folder / "arguments").read_text().splitlines()[-3:] == ["--", "one", text]
    assert not (runner.folder / "ran").exists()


def test_the_component_installs_one_commit_from_the_hashed_lock(runner: Runner, weakened: Checkout) -> None:
    stub = (
        f'printf "%s\\n" "$*" >> "{runner.folder}/calls"\n'
        '[ "$2" != venv ] || { mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; }'
    )
    runner.stub("python3", stub)
    commit = weakened.origin.git("rev-parse", "HEAD").strip()
    given = {"SM_SOURCE": weakened.origin.folder.as_uri(), "SM_REVISION": commit}
    done = runner.run("\n".join(component()[1]["before_script"]), given, by="sh")
    assert done.code == 0, done.out
    folder = runner.folder / f"supplymatrix-{commit}"
    assert (folder / "go.mod").is_file()
    _, lock, own = (runner.folder / "calls").read_text().splitlines()
    assert f"--require-hashes -r {folder}/requirements/run.txt" in lock
    assert own.endswith(f"--no-build-isolation {folder}")


def pipeline() -> tuple[str, list[str]]:
    """Return the Jenkinsfile, and its shell texts."""
    text = (REPO / "ci" / "Jenkinsfile").read_text(encoding="utf-8")
    return text, re.findall(r"'''\n(.*?)'''", text, re.DOTALL)


@pytest.mark.parametrize("code", [0, 1, 3, 4])
def test_the_pipeline_ends_as_the_program_does(runner: Runner, code: int) -> None:
    venv = runner.folder / "home" / ".cache" / "supplymatrix-program" / _REVISION / ".venv"
    runner.install(venv, f"#!/bin/sh\nexit {code}\n")
    assert runner.run(pipeline()[1][1], {"SUPPLYMATRIX_REVISION": _REVISION}, by="sh").code == code


def test_the_pipeline_judges_by_the_target_branch(runner: Runner, weakened: Checkout) -> None:
    runner.install(runner.folder / "home" / ".cache" / "supplymatrix-program" / _REVISION / ".venv")
    given = {"SUPPLYMATRIX_REVISION": _REVISION}
    done = runner.run(pipeline()[1][1], given | {"CHANGE_TARGET": "main"}, cwd=weakened.folder, by="sh")
    assert done.code == 1, done.out
    gone = runner.run(pipeline()[1][1], given | {"CHANGE_TARGET": "gone"}, cwd=weakened.folder, by="sh")
    assert gone.code == 2


def test_the_pipeline_has_a_word_for_each_exit_code_and_pastes_nothing() -> None:
    text, scripts = pipeline()
    assert len(scripts) == 2
    for code in range(1, 6):
        assert re.search(rf"case {code}: (?:error|unstable)\('supplymatrix: .*\(exit {code}\)'\)", text)
    assert '"""' not in text


def hook() -> dict[str, Any]:
    (found,) = yaml.safe_load((REPO / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return dict(found)


@pytest.mark.parametrize(
    "name",
    ["go.mod", "a/b/go.sum", "go.work", "go.work.sum", "lift.toml", "x/lift.debt.toml", "go.sum.proof"],
)
def test_the_hook_runs_for(name: str) -> None:
    assert re.search(hook()["files"], name)


@pytest.mark.parametrize("name", ["main.go", "cargo.mod", "go.modx", "my-lift.toml", "go.sum.bak", ".lift.toml"])
def test_the_hook_does_not_run_for(name: str) -> None:
    assert not re.search(hook()["files"], name)


def test_the_hook_is_offline_unless_somebody_says_otherwise() -> None:
    found = hook()
    assert (found["entry"], found["args"], found["pass_filenames"]) == ("supplymatrix check", ["--offline"], False)
