"""`config`, and settings.toml as commands follow it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from tests.cli.conftest import Cli
from tests.support.data import REPO
from tests.support.machine import Machine


def write(machine: Machine, text: str) -> Path:
    file = machine.home / ".config" / "supplymatrix" / "settings.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_the_path_of_the_settings_is_printed_before_there_is_a_file(cli: Cli, machine: Machine) -> None:
    done = cli("config", "path")
    assert (done.code, done.out) == (0, f"{machine.home}/.config/supplymatrix/settings.toml\n")


def test_every_setting_is_shown_with_its_origin(cli: Cli, machine: Machine) -> None:
    file = write(machine, "[network]\njobs = 3\n")
    machine.settings["SUPPLYMATRIX_OFFLINE"] = "1"
    done = cli("config", "show", "--origin")
    rows = [line.split(maxsplit=2) for line in done.out.splitlines()]
    assert ["network.jobs", "3", f"{file}:2"] in rows
    assert ["network.offline", "true", "environment SUPPLYMATRIX_OFFLINE"] in rows
    assert ["cache.max_mb", "1024", "default"] in rows


def test_without_origin_there_are_values_alone(cli: Cli) -> None:
    done = cli("config", "show")
    assert done.code == 0
    assert "default" not in done.out


@pytest.mark.parametrize("text", ["", "[author]\nname = 'Ada'\n[network]\noffline = true\n"])
def test_the_settings_as_json_fit_their_schema(cli: Cli, machine: Machine, text: str) -> None:
    write(machine, text)
    machine.settings["GOPROXY"] = "https://a:s3cret@p.example"
    schema = json.loads((REPO / "supplymatrix/reports/schema" / SCHEMAS["config"][0]).read_text(encoding="utf-8"))
    document = json.loads(cli("config", "show", "--format", "json").out)
    assert list(Draft202012Validator(schema).iter_errors(document)) == []


def test_a_fault_of_the_file_is_shown_with_its_place(cli: Cli, machine: Machine) -> None:
    write(machine, "[network]\njob = 1\n")
    done = cli("config", "show")
    assert done.code == 2
    assert "settings.toml:2:1" in done.err
    assert "did you mean 'jobs'?" in done.err


def test_a_check_does_not_start_with_a_policy_in_the_settings(cli: Cli, machine: Machine) -> None:
    write(machine, "[rules]\nSM110 = 'off'\n")
    done = cli("check", str(REPO / "examples"))
    assert done.code == 2
    assert "lift.toml" in done.err


def test_commands_that_need_no_settings_do_not_read_them(cli: Cli, machine: Machine) -> None:
    write(machine, "broken")
    assert cli("rules").code == 0


def test_the_cache_of_the_settings_is_the_one_that_is_shown_and_cleared(cli: Cli, machine: Machine) -> None:
    write(machine, f"[cache]\ndir = '{machine.home}/elsewhere'\n")
    machine.settings["SUPPLYMATRIX_CACHE_DIR"] = ""
    assert f"{machine.home}/elsewhere" in cli("cache", "info").out
    assert f"{machine.home}/elsewhere" in cli("cache", "clear").out


def test_a_refresh_against_an_offline_setting_names_who_set_it(cli: Cli, machine: Machine) -> None:
    file = write(machine, "network.offline = true\n")
    done = cli("check", "--refresh", str(REPO / "examples"))
    assert done.code == 2
    assert f"{file}:1" in " ".join(done.err.split())
    assert "--online" in done.err


def test_offline_and_refresh_on_one_command_line_exclude_each_other(cli: Cli) -> None:
    assert cli("check", "--offline", "--refresh").code == 2


def options_of(*arguments: str) -> dict[str, object]:
    """Return with what means a command would run, once options and settings are put together."""
    import click

    from supplymatrix.cli.options import log_options

    seen: dict[str, object] = {}

    @click.command()
    @log_options
    def command(means: object) -> None:
        seen["means"] = means

    command.main(list(arguments), standalone_mode=False)
    means = seen["means"]
    return {name: getattr(means, name) for name in ("offline", "jobs", "cache_dir", "ca_file")}


@pytest.fixture
def set_up(machine: Machine, monkeypatch: pytest.MonkeyPatch, cli: Cli) -> Machine:
    write(machine, "[network]\noffline = true\njobs = 3\nca_file = '/a.pem'\n[cache]\ndir = '/c'\n")
    for name, text in {**machine.environ, "SUPPLYMATRIX_CACHE_DIR": ""}.items():
        monkeypatch.setenv(name, text)
    return machine


def test_settings_stand_in_for_options_that_are_left_out(set_up: Machine) -> None:
    assert options_of() == {"offline": True, "jobs": 3, "cache_dir": Path("/c"), "ca_file": Path("/a.pem")}


def test_the_command_line_wins_over_the_settings(set_up: Machine) -> None:
    found = options_of("--online", "--jobs", "5", "--cache-dir", "d", "--ca-file", "b.pem")
    assert found == {"offline": False, "jobs": 5, "cache_dir": Path("d"), "ca_file": Path("b.pem")}
