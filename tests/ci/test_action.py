"""The GitHub Action: its steps are run by bash as they stand in action.yml."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.ci.runner import Checkout, Runner, Step, action, make_checkout, step_named
from tests.docs.pages import read_page
from tests.support.data import REPO

pytestmark = pytest.mark.slow

_PIN = re.compile(r"^ *uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    made = Runner(folder=tmp_path / "runner")
    made.folder.mkdir()
    made.environ["SUPPLYMATRIX_OFFLINE"] = "1"
    return made


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return make_checkout(tmp_path_factory.mktemp("honest"), weak=False)


@pytest.fixture(scope="module")
def weakened(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return make_checkout(tmp_path_factory.mktemp("weak"), weak=True)


def check(runner: Runner, folder: Path, **environ: str) -> Step:
    runner.install(runner.folder / "supplymatrix-venv")
    step = step_named("Check")
    given = dict.fromkeys(step["env"], "") | {"PATHS": ".", "RECURSIVE": "false"} | environ
    assert set(given) == set(step["env"])
    return runner.run(step["run"], given, cwd=folder)


def judge(runner: Runner, code: str, *, fail_on_incomplete: str = "true") -> Step:
    return runner.run(step_named("Judge")["run"], {"CODE": code, "FAIL_ON_INCOMPLETE": fail_on_incomplete})


def test_every_other_action_is_pinned_by_a_full_commit_with_its_version() -> None:
    lines = [line for line in (REPO / "action.yml").read_text(encoding="utf-8").splitlines() if " uses: " in line]
    assert lines
    assert [line for line in lines if not _PIN.match(line)] == []


def test_nothing_is_pasted_into_a_script() -> None:
    assert all("${{" not in step.get("run", "") for step in action()["runs"]["steps"])


def test_only_the_comment_gets_the_token() -> None:
    with_token = [step["name"] for step in action()["runs"]["steps"] if "inputs.token" in json.dumps(step)]
    assert with_token == ["Comment on the pull request"]


def test_every_input_is_used_and_has_its_row_on_the_page() -> None:
    text, page = (REPO / "action.yml").read_text(encoding="utf-8"), read_page("docs/ci.md")
    for name, input_ in action()["inputs"].items():
        assert f"inputs.{name}" in text
        assert f"\n| `{name}` |" in page, name
        assert input_["description"]


def test_the_base_branch_judges_a_pull_request_that_loosens_its_policy(runner: Runner, weakened: Checkout) -> None:
    done = check(runner, weakened.folder, BASE_REF="main")
    assert (done.code, done.outputs["exit-code"]) == (0, "1")
    assert "::error" in done.out
    assert "SM101" in done.summary
    assert check(runner, weakened.folder, BASE_REF="main", POLICY_FROM="none").outputs["exit-code"] != "1"


def test_a_pull_request_gets_reports_and_the_list_of_its_modules(runner: Runner, checkout: Checkout) -> None:
    done = check(runner, checkout.folder, BASE_REF="refs/heads/main", FORMATS="json=report.json\n")
    assert (done.code, done.outputs["exit-code"]) == (0, "0"), done.out
    assert json.loads(Path(done.outputs["sarif"]).read_text())["version"] == "2.1.0"
    assert json.loads((checkout.folder / "report.json").read_text())["schema"].startswith("supplymatrix.report/")
    comment = (runner.folder / "supplymatrix-comment.md").read_text()
    assert comment.startswith("<!-- supplymatrix -->\n")
    assert "| `example.com/b` | – → `v1.2.0` | ✅ log record 21 |" in comment  # noqa: RUF001 - a sign
    assert "1 module changed" in done.summary
    assert "<!-- supplymatrix -->" not in done.summary


@pytest.mark.parametrize(
    ("said", "base", "is_asked"), [("true", "main", True), ("true", "", False), ("", "main", False)]
)
def test_only_what_is_new_decides_where_that_was_said_and_there_is_a_base(
    runner: Runner, checkout: Checkout, said: str, base: str, *, is_asked: bool
) -> None:
    program = '#!/bin/sh\nprintf "%s " "$@" >> "$RUNNER_TEMP/arguments"\n'
    runner.install(runner.folder / "supplymatrix-venv", program)
    step = step_named("Check")
    given = dict.fromkeys(step["env"], "") | {"PATHS": ".", "ONLY_NEW": said, "BASE_REF": base}
    runner.run(step["run"], given, cwd=checkout.folder)
    asked = (runner.folder / "arguments").read_text()
    assert ("--diff-base refs/remotes/origin/main" in asked) is is_asked


def test_a_push_has_no_base_and_no_list(runner: Runner, checkout: Checkout) -> None:
    done = check(runner, checkout.folder)
    assert done.outputs["exit-code"] == "0"
    assert not (runner.folder / "supplymatrix-comment.md").exists()


def test_a_base_that_cannot_be_had_is_no_reason_to_go_on_without(runner: Runner, checkout: Checkout) -> None:
    done = check(runner, checkout.folder, BASE_REF="no-such-branch")
    assert done.code == 2
    assert "fetch-depth: 0" in done.out
    assert done.outputs == {}


@pytest.mark.parametrize("name", ["PATHS", "POLICY_FROM", "FORMATS", "RECURSIVE"])
@pytest.mark.parametrize("text", ["$(touch ran)", "`touch ran`", "; touch ran #", "--help", "-rf"])
def test_no_input_is_taken_for_a_command(runner: Runner, checkout: Checkout, name: str, text: str) -> None:
    runner.install(runner.folder / "supplymatrix-venv", '#!/bin/sh\nprintf "%s\\n" "$@" > "$RUNNER_TEMP/arguments"\n')
    step = step_named("Check")
    given = dict.fromkeys(step["env"], "") | {"PATHS": ".", name: text}
    runner.run(step["run"], given, cwd=checkout.folder)
    arguments = (runner.folder / "arguments").read_text().splitlines()
    assert arguments[0] == "check"
    assert arguments[-2:] == ["--", text if name == "PATHS" else "."]
    assert not (checkout.folder / "ran").exists()


@pytest.mark.parametrize(
    ("code", "exit_code", "word"),
    [
        ("0", 0, "the policy is met"),
        ("1", 1, "::error title=supplymatrix::the policy is not met"),
        ("2", 2, "broken"),
        ("3", 3, "this is not a violation"),
        ("4", 4, "ALARM"),
        ("5", 5, "nothing to check"),
        ("70", 70, "internal error"),
        ("137", 70, "(exit 137)"),
        ("", 70, "there is no verdict"),
    ],
)
def test_each_exit_code_has_its_own_message(runner: Runner, code: str, exit_code: int, word: str) -> None:
    done = judge(runner, code)
    assert (done.code, word in done.out) == (exit_code, True)


@pytest.mark.parametrize(("said", "exit_code"), [("false", 0), ("true", 3), ("", 3), ("False ", 3)])
def test_what_is_incomplete_passes_only_where_that_was_said(runner: Runner, said: str, exit_code: int) -> None:
    done = judge(runner, "3", fail_on_incomplete=said)
    assert (done.code, "::warning" in done.out) == (exit_code, exit_code == 0)


@pytest.mark.parametrize("code", ["1", "2", "4", "5", ""])
def test_nothing_else_passes_by_that(runner: Runner, code: str) -> None:
    assert judge(runner, code, fail_on_incomplete="false").code != 0


GH = """
printf '%s\\n' "$*" >> "$RUNNER_TEMP/calls"
case "$*" in
  *--paginate*) printf '%s' "$STUB_IDS"; exit "${STUB_LIST_CODE:-0}" ;;
  *) exit "${STUB_WRITE_CODE:-0}" ;;
esac
"""


PYTHON = """
printf '%s\\n' "$*" >> "$RUNNER_TEMP/calls"
[ "$2" != venv ] || { mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; }
"""


def comment(runner: Runner, body: str, **environ: str) -> tuple[Step, list[str]]:
    runner.stub("gh", GH)
    if body:
        (runner.folder / "supplymatrix-comment.md").write_text(body)
    step = step_named("Comment on the pull request")
    given = {"NUMBER": "7", "GITHUB_REPOSITORY": "o/r", "GITHUB_SERVER_URL": "https://github.example", "STUB_IDS": ""}
    done = runner.run(step["run"], given | environ)
    calls = runner.folder / "calls"
    return done, calls.read_text().splitlines() if calls.exists() else []


BODY = "<!-- supplymatrix -->\n## 📦 supplymatrix: 2 modules changed\n"
NONE = "<!-- supplymatrix -->\n## 📦 supplymatrix: 0 modules changed\n"


def test_the_first_comment_is_begun(runner: Runner) -> None:
    done, calls = comment(runner, BODY)
    assert done.code == 0
    assert "--method POST repos/o/r/issues/7/comments" in calls[1]
    assert f"body=@{runner.folder}/supplymatrix-comment.md" in calls[1]


def test_a_comment_that_is_there_is_kept_up_to_date(runner: Runner) -> None:
    _, calls = comment(runner, NONE, STUB_IDS="11\n12\n")
    assert "--method PATCH repos/o/r/issues/comments/11" in calls[1]


def test_no_comment_is_begun_where_nothing_changed(runner: Runner) -> None:
    assert len(comment(runner, NONE)[1]) == 1
    assert comment(Runner(folder=runner.folder), "")[0].code == 0


@pytest.mark.parametrize("what", ["STUB_LIST_CODE", "STUB_WRITE_CODE"])
def test_a_comment_that_cannot_be_written_is_a_warning(runner: Runner, what: str) -> None:
    done, _ = comment(runner, BODY, **{what: "1"})
    assert done.code == 0
    assert "::warning" in done.out
    assert "pull-requests: write" in done.out


def test_the_program_is_installed_from_the_hashed_lock_and_the_actions_own_source(runner: Runner) -> None:
    runner.stub("python", PYTHON)
    done = runner.run(step_named("Install supplymatrix")["run"], {"PYTHON": str(runner.folder / "bin" / "python")})
    assert done.code == 0, done.out
    _, lock, own = (runner.folder / "calls").read_text().splitlines()
    assert f"--no-deps --require-hashes -r {REPO}/requirements/run.txt" in lock
    assert own.endswith(f"--no-deps --no-build-isolation {REPO}")
    assert (REPO / "requirements" / "run.txt").is_file()
