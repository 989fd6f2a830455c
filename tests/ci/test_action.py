"""The GitHub Action: its steps are run by bash as they stand in action.yml."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.ci.runner import Checkout, Runner, Step, action, make_checkout, python_stub, step_named
from tests.docs.pages import read_page
from tests.support.data import REPO
from tests.support.git_repo import GitRepo

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
    assert re.search(r"\| `example.com/b` \| – → `v1.2.0` \|.*\| ✅ log record 21 \|", comment)  # noqa: RUF001 - a sign
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


_WRITES = """#!/bin/sh
case "$1" in
  check) head -c "$STUB_SUMMARY" /dev/zero | tr '\\0' x > "$GITHUB_STEP_SUMMARY" ;;
  changes)
    comment="$RUNNER_TEMP/supplymatrix-comment.md"
    echo "<!-- supplymatrix -->" > "$comment"
    head -c "$STUB_COMMENT" /dev/zero | tr '\\0' y >> "$comment"
    ;;
esac
"""


@pytest.mark.parametrize(("written", "more", "fits"), [(750_000, 260_000, True), (1_000_000, 65_000, False)])
def test_the_job_summary_keeps_below_what_is_shown_of_one(
    runner: Runner, checkout: Checkout, written: int, more: int, *, fits: bool
) -> None:
    runner.install(runner.folder / "supplymatrix-venv", _WRITES)
    given = {"PATHS": ".", "BASE_REF": "main", "STUB_SUMMARY": str(written), "STUB_COMMENT": str(more)}
    done = runner.run(step_named("Check")["run"], given, cwd=checkout.folder)
    assert done.code == 0, done.out
    assert len(done.summary) <= 1 << 20
    assert (done.summary.endswith("y"), "has no room for the changed modules" in done.out) == (fits, not fits)
    assert (runner.folder / "supplymatrix-comment.md").stat().st_size > more


def test_a_whole_clone_stays_whole_and_a_shallow_one_stays_shallow(
    runner: Runner, checkout: Checkout, tmp_path: Path
) -> None:
    whole = GitRepo(tmp_path / "whole")
    whole.git("remote", "add", "origin", checkout.origin.folder.as_uri())
    whole.git("fetch", "--quiet", "origin", "topic")
    whole.git("checkout", "--quiet", "FETCH_HEAD")
    before = whole.git("rev-list", "--count", "HEAD")
    runner.install(runner.folder / "supplymatrix-venv", "#!/bin/sh\n")
    for folder, shallow in ((whole.folder, "false"), (checkout.folder, "true")):
        done = runner.run(step_named("Check")["run"], {"PATHS": ".", "BASE_REF": "main"}, cwd=folder)
        assert done.outputs["exit-code"] == "0", done.out
        assert GitRepo(folder).git("rev-parse", "--is-shallow-repository").strip() == shallow
    assert whole.git("rev-list", "--count", "HEAD") == before != "1\n"


def test_reports_of_an_earlier_run_are_not_taken_for_this_ones(runner: Runner, checkout: Checkout) -> None:
    old = [runner.folder / "supplymatrix.sarif", runner.folder / "supplymatrix-comment.md", checkout.folder / "o.xml"]
    for file in old:
        file.write_text("old")
    runner.install(runner.folder / "supplymatrix-venv", "#!/bin/sh\nexit 2\n")
    given = {"PATHS": ".", "FORMATS": "junit=o.xml\ncsv\nhtml=/dev/stdout\njson=.\n"}
    done = runner.run(step_named("Check")["run"], given, cwd=checkout.folder)
    assert done.outputs == {"exit-code": "2"}
    assert not [file for file in old if file.exists()]


def test_a_folder_that_looks_like_a_bare_repository_is_not_taken_for_one(runner: Runner, checkout: Checkout) -> None:
    inner = checkout.folder / "svc"
    inner.mkdir()
    GitRepo(checkout.folder).git("init", "--quiet", "--bare", str(inner))
    (inner / "config").write_text(
        '[core]\n\tbare = true\n[protocol "ext"]\n\tallow = always\n'
        f'[remote "origin"]\n\turl = ext::sh -c "touch% {runner.folder}/ran"\n'
    )
    done = runner.run(step_named("Check")["run"], {"PATHS": "svc", "BASE_REF": "main"}, cwd=checkout.folder)
    assert done.code == 2
    assert not (runner.folder / "ran").exists()


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
for last; do :; done
case "$*" in
  *graphql*) printf '%s' "$STUB_VIEWER" | jq -r "$last"; exit "${STUB_VIEWER_CODE:-0}" ;;
  *--paginate*) printf '%s' "$STUB_COMMENTS" | jq -r "$last"; exit "${STUB_LIST_CODE:-0}" ;;
  *) exit "${STUB_WRITE_CODE:-0}" ;;
esac
"""


def viewer(login: str) -> str:
    """Return what the service says of whose token asks."""
    return json.dumps({"data": {"viewer": {"login": login}}})


def comments(*those: tuple[int, str, str]) -> str:
    """Return what the service lists. those: number, login and text of each."""
    return json.dumps([{"id": number, "user": {"login": login}, "body": text} for number, login, text in those])


def comment(runner: Runner, body: str, **environ: str) -> tuple[Step, list[str]]:
    if shutil.which("jq") is None:
        pytest.skip("the filters of gh are run by jq, which is not here")
    runner.stub("gh", GH)
    if body:
        (runner.folder / "supplymatrix-comment.md").write_text(body)
    step = step_named("Comment on the pull request")
    given = {"NUMBER": "7", "GITHUB_REPOSITORY": "o/r", "GITHUB_SERVER_URL": "https://github.example"}
    given |= {"STUB_COMMENTS": "[]", "STUB_VIEWER": viewer("github-actions[bot]")}
    done = runner.run(step["run"], given | environ)
    calls = runner.folder / "calls"
    return done, calls.read_text().splitlines() if calls.exists() else []


BODY = "<!-- supplymatrix -->\n## 📦 supplymatrix: 2 modules changed\n"
NONE = "<!-- supplymatrix -->\n## 📦 supplymatrix: 0 modules changed\n"


def test_the_first_comment_is_begun(runner: Runner) -> None:
    done, calls = comment(runner, BODY)
    assert done.code == 0
    assert "--method POST repos/o/r/issues/7/comments" in calls[2]
    assert f"body=@{runner.folder}/supplymatrix-comment.md" in calls[2]


@pytest.mark.parametrize(
    ("token", "author"),
    [
        ("github-actions[bot]", "github-actions[bot]"),
        ("github-actions", "github-actions[bot]"),
        ("a-person", "a-person"),
    ],
)
def test_a_comment_that_is_there_is_kept_up_to_date(runner: Runner, token: str, author: str) -> None:
    there = comments((9, author, "hello"), (10, "b", BODY), (11, author, BODY), (12, author, BODY))
    _, calls = comment(runner, NONE, STUB_COMMENTS=there, STUB_VIEWER=viewer(token))
    assert "--method PATCH repos/o/r/issues/comments/11" in calls[2]


@pytest.mark.parametrize("author", ["github-actions", "another[bot]", "a-person", ""])
def test_a_comment_of_somebody_else_is_not_written_over(runner: Runner, author: str) -> None:
    _, calls = comment(runner, BODY, STUB_COMMENTS=comments((11, author, BODY)))
    assert "--method POST" in calls[2]


def test_no_comment_is_begun_where_nothing_changed(runner: Runner) -> None:
    assert not [call for call in comment(runner, NONE)[1] if "--method" in call]
    assert comment(Runner(folder=runner.folder), "")[0].code == 0


@pytest.mark.parametrize("what", ["STUB_VIEWER_CODE", "STUB_LIST_CODE", "STUB_WRITE_CODE"])
def test_a_comment_that_cannot_be_written_is_a_warning(runner: Runner, what: str) -> None:
    done, _ = comment(runner, BODY, **{what: "1"})
    assert done.code == 0
    assert "::warning" in done.out
    assert "pull-requests: write" in done.out


def install(runner: Runner, cwd: Path | None = None) -> Step:
    runner.stub("python", python_stub())
    given = {"PYTHON": str(runner.folder / "bin" / "python"), "PYTHONPATH": "."}
    done = runner.run(step_named("Install supplymatrix")["run"], given, cwd=cwd)
    assert done.code == 0, done.out
    return done


def test_no_module_of_the_repository_is_run_in_the_place_of_pythons_own(runner: Runner, tmp_path: Path) -> None:
    for name in ("venv.py", "pip.py"):
        (tmp_path / name).write_text("raise SystemExit\n")
    install(runner, cwd=tmp_path)
    taken = (runner.folder / "taken").read_text().splitlines()
    assert len(taken) == 3
    assert not [path for path in taken if Path(path).parent in (tmp_path, Path())]


def test_the_program_finds_no_modules_by_what_the_job_has_in_its_environment(
    runner: Runner, checkout: Checkout
) -> None:
    runner.install(runner.folder / "supplymatrix-venv", '#!/bin/sh\necho "[$PYTHONPATH]" >> "$RUNNER_TEMP/arguments"\n')
    runner.run(step_named("Check")["run"], {"PATHS": ".", "PYTHONPATH": "."}, cwd=checkout.folder)
    assert (runner.folder / "arguments").read_text().splitlines()[0] == "[]"


def test_the_program_is_installed_from_the_hashed_lock_and_the_actions_own_source(runner: Runner) -> None:
    install(runner)
    _, lock, own = (runner.folder / "calls").read_text().splitlines()
    assert f"--no-deps --require-hashes -r {REPO}/requirements/run.txt" in lock
    assert own.endswith(f"--no-deps --no-build-isolation {REPO}")
    assert (REPO / "requirements" / "run.txt").is_file()
