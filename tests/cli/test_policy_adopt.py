"""`policy adopt`: what is found today is owed until a day, the list may only shrink, and what is new fails."""

from __future__ import annotations

import shutil
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, Done
from tests.cli.owed_project import LIFT, make_project, replace
from tests.support.data import REPO

WHO = ("--owner", "ada@corp.example", "--reason", "inherited with the project")


@pytest.fixture
def svc(tmp_path: Path) -> Path:
    return make_project(tmp_path / "svc")


def adopt(cli: Cli, svc: Path, *words: str) -> Done:
    return cli("policy", "adopt", "--offline", *words, cwd=svc)


def listed(svc: Path) -> list[str]:
    return [entry["subject"] for entry in tomllib.loads((svc / "lift.debt.toml").read_text()).get("debt", [])]


def test_what_was_found_is_owed_what_is_mended_goes_and_what_is_new_fails(cli: Cli, svc: Path) -> None:
    first = adopt(cli, svc, *WHO, "--expires", "90d")
    assert first.code == 0
    assert "2 findings (SM201 2)" in first.err
    assert (svc / "lift.toml").read_text().startswith(LIFT)
    assert listed(svc) == ["a.example/x", "b.example/y"]
    told = cli("check", "--offline", cwd=svc)
    assert told.code == 0
    assert " of 100 points by debt)" in told.out
    assert ", due in 90 days)" in " ".join(told.out.split())
    assert "owed[SM201] a.example/x, b.example/y (in full with --verbose)" in told.out
    assert "owed error[SM201]" in cli("check", "--offline", "--verbose", cwd=svc).out

    replace(svc, "b.example/y", "c.example/z")
    assert cli("check", "--offline", cwd=svc).code == 1
    again = adopt(cli, svc)
    assert again.code == 0
    assert "1 gone; still owed: 1 finding (SM201 1)" in again.err
    assert "new since the list was made, and failing: SM201 c.example/z" in again.err
    observed = adopt(cli, svc, "--mode", "observe", "--dry-run")
    assert "decides nothing in mode observe: error SM201 c.example/z" in observed.err
    assert "and failing" not in observed.err
    assert listed(svc) == ["b.example/y"]
    debt = tomllib.loads((svc / "lift.toml").read_text())["debt"]
    assert (debt["most"], debt["owner"]) == (1, "ada@corp.example")
    assert "SM201" in cli("check", "--offline", cwd=svc).out

    replace(svc)
    paid = adopt(cli, svc)
    assert "the debt is paid" in paid.err
    assert listed(svc) == []
    assert cli("check", "--offline", cwd=svc).code != 1


def test_nothing_changes_when_nothing_has_changed(cli: Cli, svc: Path) -> None:
    adopt(cli, svc, *WHO)
    before = {name: (svc / name).read_bytes() for name in ("lift.toml", "lift.debt.toml")}
    done = adopt(cli, svc)
    assert done.out == ""
    assert before == {name: (svc / name).read_bytes() for name in before}


def test_a_dry_run_shows_both_files_and_writes_none(cli: Cli, svc: Path) -> None:
    done = adopt(cli, svc, *WHO, "--mode", "warn", "--dry-run")
    assert '+mode = "warn"\n' in done.out
    assert "+[debt]\n" in done.out
    assert "+++ lift.debt.toml\n" in done.out
    assert '+subject = "b.example/y"\n' in done.out
    assert (svc / "lift.toml").read_text() == LIFT
    assert not (svc / "lift.debt.toml").exists()


def test_the_mode_is_set_in_place(cli: Cli, svc: Path) -> None:
    adopt(cli, svc, *WHO, "--mode", "observe")
    assert 'preset = "log-verified"   # the default\nmode = "observe"\n\n[rules]' in (svc / "lift.toml").read_text()
    done = adopt(cli, svc, "--mode", "enforce")
    assert '-mode = "observe"\n+mode = "enforce"\n' in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--owner is missing: nobody answers for it"),
        ((), "--reason is missing"),
        (("--owner", "ada", "--reason", "old"), "the reason is too short"),
        ((*WHO, "--expires", "366d"), "it would last 366 days, and 365 are allowed"),
        ((*WHO, "--expires", "2001-01-01"), "it would have ended"),
    ],
)
def test_a_debt_has_an_owner_a_reason_and_an_end(cli: Cli, svc: Path, words: tuple[str, ...], said: str) -> None:
    done = adopt(cli, svc, *words)
    assert done.code == 2
    assert said in done.err
    assert not (svc / "lift.debt.toml").exists()


def test_the_end_can_be_moved_but_never_beyond_a_year_from_the_beginning(cli: Cli, svc: Path) -> None:
    adopt(cli, svc, *WHO)
    file = svc / "lift.toml"
    adopted = tomllib.loads(file.read_text())["debt"]["adopted"]
    text = file.read_text().replace(f"adopted = {adopted}", f"adopted = {adopted.replace(year=adopted.year - 1)}")
    end = tomllib.loads(text)["debt"]["expires"]
    file.write_text(text.replace(f"expires = {end}", f"expires = {adopted - timedelta(days=1)}"))
    assert "the list is over since" in adopt(cli, svc).err
    assert "and 0 are allowed" in adopt(cli, svc, "--expires", "30d").err


def test_a_list_longer_than_agreed_is_refused(cli: Cli, svc: Path) -> None:
    adopt(cli, svc, *WHO)
    file = svc / "lift.toml"
    file.write_text(file.read_text().replace("most = 2", "most = 1"))
    assert cli("check", "--offline", cwd=svc).code == 2
    assert adopt(cli, svc).code == 2


def test_a_list_that_no_policy_names_is_not_written_over(cli: Cli, svc: Path) -> None:
    (svc / "lift.debt.toml").write_text("# mine\n")
    done = adopt(cli, svc, *WHO)
    assert done.code == 2
    assert "has no [debt] that names it" in done.err
    assert (svc / "lift.debt.toml").read_text() == "# mine\n"


def test_what_could_not_be_checked_is_told_and_not_adopted(cli: Cli, svc: Path) -> None:
    line = "d.example/w v1.0.0 h1:i40aqfkR1h2SlN9hojwV5ZA91wcXFOvkdNIeFDP5koI=\n"
    (svc / "go.sum").write_text(line)
    done = adopt(cli, svc, *WHO)
    assert "not checked, so that what is behind it is not adopted: SM103 d.example/w@v1.0.0" in done.err
    assert listed(svc) == ["a.example/x", "b.example/y"]


def test_an_alarm_and_a_broken_line_are_told_and_never_adopted(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "client-go"
    shutil.copytree(REPO / "examples" / "client-go", folder)
    lines = (folder / "go.sum").read_text().splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith("github.com/google/uuid v1.3.0 "))
    lines[number] = lines[number].replace("h1:t6J", "h1:t6K")
    (folder / "go.sum").write_text("\n".join([*lines, "no line of go.sum", ""]))
    done = cli("policy", "adopt", "--replay", "recorded", *WHO, cwd=folder)
    assert done.code == 4
    assert "not adopted, an alarm: SM110 github.com/google/uuid@v1.3.0" in done.err
    assert f"not adopted, a file that cannot be read as it should: SM104 go.sum:{len(lines) + 1}" in done.err
    assert len(listed(folder)) == 3
    assert "SM110" not in (folder / "lift.debt.toml").read_text()


def test_a_list_belongs_to_one_project(cli: Cli, svc: Path) -> None:
    for name in ("one", "two"):
        (svc / name).mkdir()
        (svc / name / "go.mod").write_text(f"module {name}.example/m\n\ngo 1.26\n")
    (svc / "go.work").write_text("go 1.26\n\nuse ./one\nuse ./two\n")
    done = adopt(cli, svc, *WHO)
    assert done.code == 2
    assert "3 subjects were found here" in done.err
    assert (svc / "lift.toml").read_text() == LIFT


def test_a_project_that_finds_nothing_owes_nothing(cli: Cli, svc: Path) -> None:
    replace(svc)
    done = adopt(cli, svc, *WHO)
    assert "nothing was found that could be owed" in done.err
    assert (svc / "lift.toml").read_text() == LIFT
    assert not (svc / "lift.debt.toml").exists()
