"""The GitLab component, the Jenkins pipeline and the pre-commit hook: their shell text is run, their patterns tried."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.runner import Checkout, Runner, Step, make_checkout, python_stub
from tests.docs.pages import read_page
from tests.support.data import REPO
from tests.support.git_repo import GitRepo

pytestmark = pytest.mark.slow

_REVISION = "0" * 40


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    made = Runner(folder=tmp_path / "runner")
    made.folder.mkdir()
    made.environ |= {
        "SUPPLYMATRIX_OFFLINE": "1",
        "TMPDIR": str(made.folder),
        "SM_REVISION": _REVISION,
        "SM_PROGRAM": str(made.folder / "program"),
        "WORKSPACE_TMP": str(made.folder / "workspace@tmp"),
        "BUILD_NUMBER": "7",
    }
    return made


@pytest.fixture(scope="module")
def weakened(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return make_checkout(tmp_path_factory.mktemp("weak"), weak=True)


def component() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the inputs of the component, and its job."""
    spec, jobs = yaml.safe_load_all((REPO / "ci" / "gitlab.yml").read_text(encoding="utf-8"))
    return spec["spec"]["inputs"], jobs["supplymatrix"]


def gitlab(runner: Runner, folder: Path, **environ: str) -> Step:
    venv = runner.folder / "program" / ".venv"
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
    venv = runner.folder / "program" / ".venv"
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


def hostile(folder: Path) -> Path:
    """Make a checkout that brings modules of Python's names, and what an earlier run has left in it."""
    folder.mkdir()
    for name in ("venv.py", "pip.py"):
        (folder / name).write_text("raise SystemExit\n")
    for name in component()[1]["artifacts"]["paths"]:
        (folder / name).write_text("old")
    for name in ("supplymatrix-junit.xml", "supplymatrix.html"):
        (folder / name).write_text("old")
    return folder


def install(runner: Runner, script: str, weakened: Checkout, cwd: Path, *, revision: str = "") -> Step:
    """Run what installs, in a checkout. Of Python there is a stub; what it would run is in `taken`."""
    runner.stub("python3", python_stub())
    commit = revision or weakened.origin.git("rev-parse", "HEAD").strip()
    given = {"PYTHONPATH": "."}
    for name in ("SM", "SUPPLYMATRIX"):
        given |= {f"{name}_SOURCE": weakened.origin.folder.as_uri(), f"{name}_REVISION": commit}
    return runner.run(script, given, cwd=cwd, by="sh")


def assert_installed(runner: Runner, folder: Path, checkout: Path) -> None:
    """Check that one commit was installed from the hashed lock, and by Python's own modules."""
    assert (folder / "go.mod").is_file()
    assert folder.stat().st_mode & 0o077 == 0
    _, lock, own = (runner.folder / "calls").read_text().splitlines()
    assert f"--require-hashes -r {folder}/requirements/run.txt" in lock
    assert own.endswith(f"--no-build-isolation {folder}")
    taken = (runner.folder / "taken").read_text().splitlines()
    assert len(taken) == 3
    assert not [path for path in taken if Path(path).parent in (checkout, Path())]


def test_the_component_installs_one_commit_from_the_hashed_lock(
    runner: Runner, weakened: Checkout, tmp_path: Path
) -> None:
    checkout = hostile(tmp_path / "checkout")
    script = "\n".join([*component()[1]["before_script"], 'echo "<$SM_PROGRAM>"'])
    done = install(runner, script, weakened, checkout)
    assert done.code == 0, done.out
    assert_installed(runner, Path(done.out.rpartition("<")[2].rstrip(">\n")), checkout)
    assert sorted(path.name for path in checkout.iterdir()) == ["pip.py", "supplymatrix.html", "venv.py"]


def test_an_installation_that_fails_is_no_violation(runner: Runner, weakened: Checkout, tmp_path: Path) -> None:
    checkout = hostile(tmp_path / "checkout")
    script = "\n".join(component()[1]["before_script"])
    unknown = install(runner, script, weakened, checkout, revision="1" * 40)
    assert (unknown.code, "its source cannot be fetched" in unknown.out) == (70, True)
    done = install(runner, script.replace("--no-deps", "--no-deps --fail"), weakened, checkout)
    assert (done.code, "pip failed" in done.out) == (70, True)


def test_each_job_of_the_component_has_a_folder_of_its_own(runner: Runner, weakened: Checkout, tmp_path: Path) -> None:
    checkout = hostile(tmp_path / "checkout")
    script = "\n".join([*component()[1]["before_script"], 'echo "<$SM_PROGRAM>"'])
    folders = {install(runner, script, weakened, checkout).out.rpartition("<")[2] for _ in range(2)}
    assert len(folders) == 2


def test_a_target_branch_that_cannot_be_had_is_told_and_only_where_it_is_needed(runner: Runner) -> None:
    answering(runner, 0)
    clone = GitRepo(runner.folder / "clone")
    clone.git("remote", "add", "origin", (runner.folder / "gone").as_uri())
    given = {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
    done = gitlab(runner, clone.folder, **given)
    assert (done.code, "target branch cannot be fetched" in done.out) == (2, True)
    assert gitlab(runner, clone.folder, **given, SM_POLICY_FROM="v1", SM_ONLY_NEW="true").code == 2
    assert gitlab(runner, clone.folder, **given, SM_POLICY_FROM="none").code == 0


@pytest.mark.parametrize("part", ["gitlab", "jenkins"])
def test_a_whole_clone_stays_whole(runner: Runner, weakened: Checkout, part: str) -> None:
    whole = GitRepo(runner.folder / "whole")
    whole.git("remote", "add", "origin", weakened.origin.folder.as_uri())
    whole.git("fetch", "--quiet", "origin", "topic")
    whole.git("checkout", "--quiet", "FETCH_HEAD")
    if part == "gitlab":
        answering(runner, 0)
        done = gitlab(runner, whole.folder, CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main")
    else:
        done = jenkins(runner, whole.folder, CHANGE_TARGET="main", program="#!/bin/sh\n")
    assert done.code == 0, done.out
    assert whole.git("rev-parse", "--is-shallow-repository") == "false\n"


def pipeline() -> tuple[str, list[str]]:
    """Return the Jenkinsfile, and its shell texts."""
    text = (REPO / "ci" / "Jenkinsfile").read_text(encoding="utf-8")
    return text, re.findall(r"'''\n(.*?)'''", text, re.DOTALL)


def jenkins(runner: Runner, folder: Path, *, program: str = "", **environ: str) -> Step:
    """Run what checks, in a checkout. program: in the place of the real one."""
    venv = runner.folder / "workspace@tmp" / "supplymatrix-7" / ".venv"
    if program:
        runner.install(venv, program)
    else:
        runner.install(venv)
    return runner.run(pipeline()[1][1], environ, cwd=folder, by="sh")


@pytest.mark.parametrize("code", [0, 1, 3, 4])
def test_the_pipeline_ends_as_the_program_does(runner: Runner, code: int) -> None:
    assert jenkins(runner, runner.folder, program=f"#!/bin/sh\nexit {code}\n").code == code


def test_the_pipeline_judges_by_the_target_branch(runner: Runner, weakened: Checkout) -> None:
    done = jenkins(runner, weakened.folder, CHANGE_TARGET="main")
    assert done.code == 1, done.out
    gone = jenkins(runner, weakened.folder, CHANGE_TARGET="gone")
    assert (gone.code, "target branch cannot be fetched" in gone.out) == (2, True)


def test_the_pipeline_installs_anew_whatever_another_build_has_left(
    runner: Runner, weakened: Checkout, tmp_path: Path
) -> None:
    checkout = hostile(tmp_path / "checkout")
    commit = weakened.origin.git("rev-parse", "HEAD").strip()
    program = runner.folder / "workspace@tmp" / "supplymatrix-7"
    for left in (program, runner.folder / "home" / ".cache" / "supplymatrix-program" / commit):
        runner.install(left / ".venv", "#!/bin/sh\necho poisoned\n")
        (left / "hooks").mkdir()
    done = install(runner, pipeline()[1][0], weakened, checkout)
    assert done.code == 0, done.out
    assert_installed(runner, program, checkout)
    assert not (program / ".venv" / "bin" / "supplymatrix").exists()
    assert str(program.relative_to(runner.folder / "workspace@tmp")) in pipeline()[1][1].replace("$BUILD_NUMBER", "7")
    assert not (checkout / "supplymatrix-junit.xml").exists()
    assert not (checkout / "supplymatrix.html").exists()


def test_what_is_installed_is_the_commit_that_was_named(runner: Runner, weakened: Checkout, tmp_path: Path) -> None:
    checkout = hostile(tmp_path / "checkout")
    for script in ("\n".join(component()[1]["before_script"]), pipeline()[1][0]):
        done = install(runner, script, weakened, checkout, revision="topic")
        assert (done.code, "no full commit" in done.out) == (70, True)
    assert not (runner.folder / "calls").exists()


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
