"""`policy show` tells where every value comes from; `policy init` writes a first policy and never over an old one."""

from __future__ import annotations

import errno
import json
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplymatrix.cli.files import write_new_file
from supplymatrix.engine.policy_source import presets
from supplymatrix.errors import InputError
from supplymatrix.policy.document import parse_policy
from tests.cli.conftest import Cli
from tests.reports.test_schema import faults

POLICY = """\
[policy]
name = "svc"
min_score = 90
on_outage = "warn until 14d"

[rules]
SM203 = "warn"

[sources]
private = ["*.corp.example"]

[packages."a.example/**"]
version = "v1.2.3"

[[waivers]]
rule = "SM202"
package = "b.example/c"
reason = "reviewed by two of us"
owner = "team"
expires = 2999-01-31
"""


@pytest.fixture
def svc(tmp_path: Path) -> Path:
    """A project without a policy."""
    folder = tmp_path / "svc"
    folder.mkdir()
    (folder / "go.mod").write_text("module example.com/svc\n\ngo 1.26\n")
    return folder


@pytest.fixture
def judged(svc: Path) -> Path:
    """The same with POLICY."""
    (svc / "lift.toml").write_text(POLICY)
    return svc


def origins(text: str) -> dict[str, str]:
    """Return the last column of each row by the first word."""
    return {row.split()[0]: row.split()[-1] for row in text.splitlines() if re.match(r"  \S+  ", row)}


def test_each_value_has_the_line_that_it_comes_from(cli: Cli, judged: Path) -> None:
    found = origins(cli("policy", "show", "svc", "--resolved", cwd=judged.parent).out)
    assert found["min_score"] == "svc/lift.toml:3:13"
    assert found["on_outage"] == "svc/lift.toml:4:13"
    assert found["SM203"] == "svc/lift.toml:7:9"
    assert found["fail_on"].startswith("log-verified:")
    assert found["SM101"].startswith("log-verified:")
    assert found["a.example/**"] == "svc/lift.toml:12:1"


def test_without_resolved_only_the_rules_of_the_file_are_named(cli: Cli, judged: Path) -> None:
    text = cli("policy", "show", str(judged)).out
    assert "SM203" in text
    assert "SM101" not in text
    assert "rules as the preset log-verified says (all with --resolved)" in text


def test_a_waiver_is_shown_with_its_days(cli: Cli, judged: Path) -> None:
    text = " ".join(cli("policy", "show", str(judged)).out.split())
    days = (datetime(2999, 1, 31, tzinfo=UTC).date() - datetime.now(UTC).date()).days
    assert f"SM202 on b.example/c until 2999-01-31 ({days:,} days left), team: reviewed by two of us" in text


def test_an_expired_waiver_says_so(cli: Cli, judged: Path) -> None:
    (judged / "lift.toml").write_text(POLICY.replace("2999", "1999"))
    assert "expired on 1999-01-31" in cli("policy", "show", str(judged)).out


def test_without_a_policy_the_preset_is_shown(cli: Cli, svc: Path) -> None:
    done = cli("policy", "show", str(svc))
    assert done.code == 0
    assert "no lift.toml: the preset log-verified stands for it" in done.out


def test_the_json_form_fits_its_schema_and_has_every_rule(cli: Cli, judged: Path) -> None:
    text = cli("policy", "show", str(judged), "--format", "json").out
    assert faults("policy", text) == []
    found = json.loads(text)
    own = [rule["rule"] for rule in found["rules"] if rule["by_file"]]
    assert own == ["SM203"]
    assert {rule["level"] for rule in found["rules"] if rule["rule"] == "SM110"} == {"alarm"}


@pytest.mark.parametrize("named", [["--policy", "lift.toml"], ["lift.toml"]])
def test_a_policy_file_can_be_named_itself(cli: Cli, judged: Path, named: list[str]) -> None:
    assert "lift.toml:3:13" in cli("policy", "show", *named, cwd=judged).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["policy", "show", "nowhere"], "there is no such file or folder"),
        (["policy", "show", "--policy", "none.toml"], "the policy cannot be opened"),
        (["policy", "show", "--policy", "baseline"], "presets are named in lift.toml"),
        (["policy", "init", "nowhere"], "this is no folder"),
        (["policy", "init", "--preset", "basline"], "did you mean 'baseline'?"),
        (["policy", "shwo"], "shwo"),
    ],
)
def test_what_cannot_be_done_is_2_with_a_message(cli: Cli, svc: Path, arguments: list[str], said: str) -> None:
    done = cli(*arguments, cwd=svc)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_broken_policy_is_told_with_its_place(cli: Cli, judged: Path) -> None:
    (judged / "lift.toml").write_text("[policy]\nmin_score = 101\n")
    done = cli("policy", "show", ".", cwd=judged)
    assert done.code == 2
    assert "lift.toml:2:13" in done.err


def test_secrets_in_the_address_of_a_log_are_not_shown(cli: Cli, svc: Path) -> None:
    key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    (svc / "lift.toml").write_text(f'[sources]\nsumdb = "{key} https://user:hunter2@log.example"\n')
    for fmt in ("text", "json"):
        done = cli("policy", "show", str(svc), "--format", fmt)
        assert done.code == 0
        assert "log.example" in done.out
        assert "hunter2" not in done.out


def test_a_first_policy_is_named_after_the_module_and_can_be_read(cli: Cli, svc: Path) -> None:
    done = cli("policy", "init", str(svc))
    assert (done.code, done.out) == (0, "")
    policy = parse_policy((svc / "lift.toml").read_bytes(), "lift.toml", presets=presets())
    assert (policy.name, policy.preset) == ("example.com/svc", "log-verified")
    assert f"next: supplymatrix check {svc}" in done.err


@pytest.mark.parametrize("preset", sorted(presets()))
def test_a_first_policy_builds_on_the_preset_that_was_named(cli: Cli, svc: Path, preset: str) -> None:
    assert cli("policy", "init", str(svc), "--preset", preset).code == 0
    assert tomllib.loads((svc / "lift.toml").read_text())["policy"]["preset"] == preset


def test_a_first_policy_suggests_what_this_machine_keeps_private(
    cli: Cli, svc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOPRIVATE", "*.corp.example,,github.com/me")  # after `cli` has taken this machine's own away
    assert cli("policy", "init", str(svc)).code == 0
    assert '#private = ["*.corp.example", "github.com/me"]' in (svc / "lift.toml").read_text()


@pytest.mark.parametrize("kind", ["file", "folder", "dangling link"])
def test_what_has_the_name_already_is_never_touched(cli: Cli, svc: Path, kind: str) -> None:
    path = svc / "lift.toml"
    if kind == "file":
        path.write_text("old")
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("elsewhere.toml")
    done = cli("policy", "init", str(svc))
    assert done.code == 2
    assert "lift.toml is there already" in done.err
    assert sorted(entry.name for entry in svc.iterdir()) == ["go.mod", "lift.toml"]
    if kind == "file":
        assert path.read_text() == "old"


def test_a_folder_that_may_not_be_written_is_2_and_nothing_is_left_in_it(cli: Cli, tmp_path: Path) -> None:
    if not Path("/proc/self").is_dir():
        pytest.skip("needs a folder in which nobody may write")
    done = cli("policy", "init", "/proc/self/fdinfo")
    assert done.code == 2
    assert "the policy cannot be written" in done.err


@pytest.mark.parametrize("is_there", [False, True])
def test_a_file_system_without_links_gets_a_first_policy_too(
    svc: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    target = svc / "lift.toml"

    def refuse(self: Path, other: Path) -> None:
        if is_there:
            self.write_text("somebody was quicker")
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    if is_there:
        with pytest.raises(InputError, match="already"):
            write_new_file(target, "new", "policy")
    else:
        write_new_file(target, "new", "policy")
    assert target.read_text() == ("somebody was quicker" if is_there else "new")
    assert sorted(entry.name for entry in svc.iterdir()) == ["go.mod", "lift.toml"]
