"""`doctor` and its bug report: exit codes, whole files, and no secret in anything that is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.support.machine import Machine

SECRETS = ("s3cret-pass", "t0ken-in-path", "ada-the-user", "t0ken-of-job", "netrc-w0rd", "query-t0ken", "goauth-w0rd")
PRIVATE = ("hidden-team", "Ada Lovelace", "ada@corp.example", "Corp Ltd")


@pytest.fixture
def full_of_secrets(machine: Machine) -> Machine:
    """A machine with a secret in every place where one may be."""
    file = machine.home / ".config" / "supplymatrix" / "settings.toml"
    file.parent.mkdir(parents=True)
    author = "name = 'Ada Lovelace'\nemail = 'ada@corp.example'\norganization = 'Corp Ltd'\n"
    file.write_text(f"[author]\n{author}", encoding="utf-8")
    (machine.home / ".netrc").write_text("machine p.example login ada-the-user password netrc-w0rd\n", encoding="utf-8")
    proxy = "http://ada-the-user:s3cret-pass@proxy.example:3128"
    machine.settings |= {
        "GOPROXY": "https://ada-the-user:s3cret-pass@p.example/t0ken-in-path?key=query-t0ken,direct",
        "GOSUMDB": "sum.golang.org https://ada-the-user:s3cret-pass@log.example/t0ken-in-path",
        "GOAUTH": "/opt/helper --token=goauth-w0rd; netrc",
        "GOPRIVATE": "corp.example/hidden-team/*",
        "HTTPS_PROXY": proxy,
        "http_proxy": proxy,
        "ALL_PROXY": "ada-the-user:s3cret-pass@proxy.example:1080",
        "CI_JOB_TOKEN": "t0ken-of-job",
    }
    return machine


@pytest.mark.parametrize("arguments", [("doctor",), ("doctor", "--bundle", "b.txt"), ("config", "show", "--origin")])
def test_no_secret_is_shown_on_any_stream(cli: Cli, full_of_secrets: Machine, arguments: tuple[str, ...]) -> None:
    done = cli(*arguments)
    path_may_stay = (
        {"t0ken-in-path"} if arguments[0] == "config" else set()
    )  # a path of one's own proxy, on one's screen
    assert [secret for secret in {*SECRETS} - path_may_stay if secret in done.out + done.err] == []


def test_no_secret_and_nothing_private_is_in_a_bug_report(cli: Cli, full_of_secrets: Machine) -> None:
    cli("doctor", "--bundle", "b.txt")
    text = (full_of_secrets.home / "b.txt").read_text(encoding="utf-8")
    assert [word for word in (*SECRETS, *PRIVATE, str(full_of_secrets.home)) if word in text] == []


def test_a_bug_report_has_what_a_reader_needs(cli: Cli, full_of_secrets: Machine) -> None:
    cli("doctor", "--bundle", "b.txt")
    text = (full_of_secrets.home / "b.txt").read_text(encoding="utf-8")
    for part in ("supplymatrix 0", "Python 3", "https://…@p.example/…", "1 pattern", "a command; netrc", "~/.config/"):
        assert part in text


def test_the_reader_is_told_what_a_bug_report_holds_before_it_is_sent(cli: Cli) -> None:
    done = cli("doctor", "--bundle", "b.txt")
    assert "nothing was sent" in done.err
    assert "Read it before you send it" in done.err


def test_a_healthy_machine_ends_with_0(cli: Cli) -> None:
    done = cli("doctor")
    assert done.code == 0
    assert "✗" not in done.out


def test_a_broken_machine_ends_with_1_and_says_what_to_do(cli: Cli, machine: Machine) -> None:
    machine.settings["GOPROXY"] = "ftp://p.example"
    done = cli("doctor")
    assert done.code == 1
    assert "✗ route" in done.out
    assert "next: mend GOPROXY" in done.out


def test_a_broken_settings_file_does_not_stop_the_doctor(cli: Cli, machine: Machine) -> None:
    machine.settings["SUPPLYMATRIX_CONFIG_DIR"] = "relative"
    done = cli("doctor")
    assert done.code == 1
    assert "✗ settings" in done.out


def test_a_bug_report_that_cannot_be_written_ends_with_2_and_leaves_nothing(cli: Cli, machine: Machine) -> None:
    done = cli("doctor", "--bundle", "none/b.txt")
    assert done.code == 2
    assert list(machine.home.iterdir()) == []


def test_colours_are_there_when_asked_for(cli: Cli) -> None:
    assert "\x1b[" in cli("doctor", "--color", "always").out
    assert "\x1b[" not in cli("doctor").out


def test_hidden_characters_of_the_environment_are_written_out(cli: Cli, machine: Machine, tmp_path: Path) -> None:
    machine.settings["GOROOT"] = f"{tmp_path}/\x1b[31m"
    assert "\x1b" not in cli("doctor").out


def test_the_network_is_asked_only_when_told_to(cli: Cli, machine: Machine) -> None:
    machine.settings["GOPROXY"] = "http://127.0.0.1:9"
    assert cli("doctor").code == 0
    done = cli("doctor", "--network")
    assert done.code == 1
    assert "✗ network" in done.out
