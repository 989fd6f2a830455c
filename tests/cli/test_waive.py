"""`waive` writes a waiver into lift.toml and nothing else; `check` then says what became of the finding."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from supplymatrix.policy.grammar import JUSTIFICATIONS
from tests.cli.conftest import Cli, Done
from tests.cli.owed_project import LIFT, make_project

WHY = ("--reason", "our own copy, reviewed", "--owner", "ada@corp.example")


@pytest.fixture
def svc(tmp_path: Path) -> Path:
    return make_project(tmp_path / "svc")


def day(days: int) -> str:
    return str(datetime.now(UTC).date() + timedelta(days=days))


def waive(cli: Cli, svc: Path, *words: str, expires: str = "30d") -> Done:
    return cli("waive", *words, *WHY, "--expires", expires, cwd=svc)


def test_a_waiver_lives_from_waive_to_its_end(cli: Cli, svc: Path) -> None:
    assert cli("check", "--offline", cwd=svc).code == 1
    for module in ("a.example/x", "b.example/y"):
        assert waive(cli, svc, "replace-local-path", module).code == 0
    written = (svc / "lift.toml").read_text()
    assert written.startswith(LIFT)
    passed = cli("check", "--offline", cwd=svc)
    assert passed.code == 0
    assert "2 of" in passed.out
    assert "waived" in passed.out
    (svc / "lift.toml").write_text(written.replace(f"expires = {day(30)}", f"expires = {day(-1)}"))
    over = cli("check", "--offline", cwd=svc)
    assert over.code == 1
    assert over.out.count("error[SM201]") == 2
    renewed = waive(cli, svc, "SM201", "a.example/x", "--renew", expires="4w")
    assert renewed.code == 0
    again = cli("check", "--offline", cwd=svc)
    assert again.out.count("error[SM201]") == 1
    assert (svc / "lift.toml").read_text() == written.replace(day(30), day(28), 1).replace(day(30), day(-1))


def test_the_difference_is_shown_and_a_dry_run_writes_nothing(cli: Cli, svc: Path) -> None:
    done = waive(cli, svc, "SM201", "a.example/x", "--ticket", "OPS-1", "--dry-run")
    assert done.code == 0
    added = [line[1:] for line in done.out.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert added == [
        "",
        "[[waivers]]",
        'rule = "SM201"',
        'package = "a.example/x"',
        'reason = "our own copy, reviewed"',
        'owner = "ada@corp.example"',
        f"expires = {day(30)}",
        'ticket = "OPS-1"',
    ]
    assert "nothing was written" in done.err
    assert (svc / "lift.toml").read_text() == LIFT


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("SM110", "a.example/x"), "cannot be waived: it is an alarm"),
        (("SM104", "a.example/x"), "mend the file"),
        (("SM103", "a.example/x"), "what could not be checked"),
        (("SM201x", "a.example/x"), "did you mean SM201?"),
        (("SM201", "a.example//x"), "this is no module"),
        (("SM201", "a.example/x@latest"), "this is no version"),
        (("SM201", "a.example/x", "--reason", "because"), "the reason is too short"),
        (("SM201", "a.example/x", "--owner", "  "), "nobody answers for it"),
        (("SM201", "a.example/x", "--reason", "twelve \x1b[2J characters"), "the reason is no single line"),
        (("SM201", "a.example/x", "--expires", "2020-02-02"), "it would have ended"),
        (("SM201", "a.example/x", "--expires", "181d"), "it would last 181 days, and 180 are allowed"),
        (("SM201", "a.example/x", "--expires", "soon"), "no day on which it could end"),
        (("SM201", "a.example/x", "--id", "CVE"), "this is no id of an advisory"),
        (("SM201", "a.example/x", "--renew"), "there is no waiver of SM201 on a.example/x to renew"),
    ],
)
def test_what_could_not_hold_is_refused_before_it_is_written(
    cli: Cli, svc: Path, words: tuple[str, ...], said: str
) -> None:
    done = cli("waive", *words[:2], *WHY, "--expires", "30d", *words[2:], cwd=svc)
    assert done.code == 2
    assert said in " ".join(done.err.split())
    assert "\x1b" not in done.err
    assert (svc / "lift.toml").read_text() == LIFT


def test_the_policy_caps_the_time_and_names_the_owners(cli: Cli, svc: Path) -> None:
    strict = LIFT.replace("[rules]", 'max_waiver_days = 7\nowner_domain = "other.example"\n\n[rules]')
    (svc / "lift.toml").write_text(strict)
    done = waive(cli, svc, "SM201", "a.example/x", expires="8d")
    assert "it would last 8 days, and 7 are allowed" in done.err
    assert "…@other.example" in done.err
    assert (svc / "lift.toml").read_text() == strict


def test_the_same_waiver_is_refused_and_another_of_the_same_module_is_told(cli: Cli, svc: Path) -> None:
    assert waive(cli, svc, "SM201", "a.example/x").code == 0
    once = (svc / "lift.toml").read_text()
    same = waive(cli, svc, "SM201", "a.example/x", expires="60d")
    assert same.code == 2
    assert "lift.toml:8:1" in same.err
    assert "--renew" in same.err
    assert (svc / "lift.toml").read_text() == once
    narrower = waive(cli, svc, "SM201", "a.example/x@v1.0.0")
    assert narrower.code == 0
    assert "note: SM201 on a.example/x has another waiver, lift.toml:8:1: any version" in narrower.err


def test_a_glob_over_everybody_is_told_to_be_too_wide(cli: Cli, svc: Path) -> None:
    done = waive(cli, svc, "SM201", "**", "--dry-run")
    assert done.code == 0
    assert "more than one owner" in done.err


def test_a_project_without_a_policy_is_sent_to_policy_init(cli: Cli, svc: Path) -> None:
    (svc / "lift.toml").unlink()
    done = waive(cli, svc, "SM201", "a.example/x")
    assert done.code == 2
    assert "supplymatrix policy init ." in done.err
    assert not (svc / "lift.toml").exists()


def test_a_link_out_of_the_folder_is_not_written_through(cli: Cli, svc: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.toml"
    elsewhere.write_text(LIFT)
    (svc / "lift.toml").unlink()
    (svc / "lift.toml").symlink_to(elsewhere)
    assert waive(cli, svc, "SM201", "a.example/x").code == 2
    assert elsewhere.read_text() == LIFT


def test_a_broken_policy_is_told_with_its_place(cli: Cli, svc: Path) -> None:
    (svc / "lift.toml").write_text("[policy]\npreset = log\n")
    done = waive(cli, svc, "SM201", "a.example/x")
    assert done.code == 2
    assert "lift.toml:2:10" in done.err


def test_a_waiver_of_a_policy_above_is_seen_and_not_changed(cli: Cli, svc: Path) -> None:
    above = svc.parent / "org.toml"
    above.write_text(
        '[[waivers]]\nrule = "SM201"\npackage = "a.example/x"\nreason = "agreed for all of us"\nowner = "org"\n'
        f"expires = {day(20)}\n"
    )
    (svc / "lift.toml").write_text('extends = ["../org.toml"]\n')
    assert "is waived here already" in waive(cli, svc, "SM201", "a.example/x").err
    assert "there is no waiver" in waive(cli, svc, "SM201", "a.example/x", "--renew").err
    own = waive(cli, svc, "SM201", "b.example/y")
    assert own.code == 0
    assert (svc / "lift.toml").read_text().startswith('extends = ["../org.toml"]\n\n[[waivers]]\n')


def test_a_folder_that_is_not_there_is_told(cli: Cli, svc: Path) -> None:
    assert "there is no such file or folder" in waive(cli, svc, "SM201", "a.example/x", "nowhere").err


def test_line_ends_and_a_missing_last_newline_stay_as_they_are(cli: Cli, svc: Path) -> None:
    old = LIFT.replace("\n", "\r\n").rstrip().encode()
    (svc / "lift.toml").write_bytes(old)
    assert waive(cli, svc, "SM201", "a.example/x").code == 0
    new = (svc / "lift.toml").read_bytes()
    assert new.startswith(old + b"\r\n\r\n[[waivers]]\r\n")
    assert new.count(b"\n") == new.count(b"\r\n")


def test_the_help_has_every_word_of_a_justification_whole(cli: Cli) -> None:
    lines = {line.strip() for line in cli("waive", "--help").out.split("\n")}
    assert set(JUSTIFICATIONS) <= lines


def test_a_licence_is_waived_alone_and_renewed_as_such(cli: Cli, svc: Path) -> None:
    (svc / "lift.toml").write_text(f'{LIFT}\n[licences]\ndeny = ["GPL-*"]\n')
    first = ("SM401", "a.example/x", "--licence", "GPL-3.0-only")
    assert waive(cli, svc, *first).code == 0
    assert 'licences = ["GPL-3.0-only"]\n' in (svc / "lift.toml").read_text()
    assert waive(cli, svc, *first).code == 2
    assert waive(cli, svc, *first, "--renew", expires="40d").code == 0
    assert waive(cli, svc, "SM401", "a.example/x", "--licence", "SSPL-1.0").code == 0
    assert (svc / "lift.toml").read_text().count("[[waivers]]") == 2
    assert "under GPL-3.0-only" in cli("policy", "show", cwd=svc).out
    wrong = waive(cli, svc, "SM401", "a.example/y", "--licence", "GLP-3.0-only")
    assert wrong.code == 2
    assert "GPL-3.0-only" in wrong.err
    assert waive(cli, svc, "SM202", "a.example/y", "--licence", "MIT").code == 2


def test_a_module_that_the_project_does_not_have_is_told_with_the_nearest(cli: Cli, svc: Path) -> None:
    done = waive(cli, svc, "SM201", "a.example/xx", "--dry-run")
    assert done.code == 0
    assert "has a module a.example/xx: nothing is waived by this; did you mean a.example/x?" in done.err
    done = waive(cli, svc, "SM201", "a.example/x@v9.9.9", "--dry-run")
    assert "note: the project has no a.example/x v9.9.9; of that module it has v" in done.err
    for module in ("a.example/*", "stdlib"):
        assert "nothing is waived" not in waive(cli, svc, "SM201", module, "--dry-run").err


@pytest.mark.parametrize("name", ["README.local", "github.com/a8m/envsubst/zz.go", "other.txt", "vendor/README.local"])
def test_a_file_in_vendor_is_named_by_its_path(cli: Cli, svc: Path, name: str) -> None:
    for there in ("README.local", "github.com/a8m/envsubst/zz.go"):
        file = svc / "vendor" / there
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    options = ("--reason", "written by ourselves", "--owner", "ada@corp.example", "--expires", "30d", "--dry-run")
    told = cli("waive", "SM121", name, str(svc), *options).err
    assert ("nothing is waived by this" in told) == (not name.startswith("vendor/"))
    assert (f"did you mean vendor/{name}?" in told) == (name not in ("other.txt", "vendor/README.local"))


@pytest.mark.parametrize(
    ("rule", "name", "is_told"),
    [
        ("SM803", "golang:1.25.3@sha256:00 in Dockerfile", True),
        ("SM803", "golang:1.25.3", False),
        ("SM804", "https://mirror.example/golang:1.25", True),
        ("SM804", "a.example/x", False),
        ("SM215", "GOPROXY of this machine", True),
        ("SM215", "proxy.corp.example", False),
        ("SM308", "go", False),
        ("SM132", "Go 1.24 in Dockerfile", True),
        ("SM132", "a.example/svc", True),
        ("SM803", "**", True),
    ],
)
def test_what_is_of_no_module_is_named_by_its_subject(
    cli: Cli, svc: Path, rule: str, name: str, *, is_told: bool
) -> None:
    done = waive(cli, svc, rule, name, "--dry-run")
    assert done.code == (0 if is_told else 2), done.err
    assert ("nothing would be waived by this" in done.err) is not is_told
    assert (f'package = "{name}"' in done.out) is is_told
