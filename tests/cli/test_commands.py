"""The commands besides check and verify, and how the command line helps whoever mistypes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from supplymatrix import __version__
from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.cli.explain import reflow
from supplymatrix.cli.main import COMMANDS
from supplymatrix.cli.output import in_columns
from supplymatrix.model.rule import Rule
from supplymatrix.sources.builtin import builtin_bytes
from tests.cli.conftest import Cli
from tests.support.child import loaded_modules
from tests.support.log_server import LogServer
from tests.support.machine import Machine
from tests.support.made_log import MadeLog, write_project

pytestmark = pytest.mark.slow

A = "example.com/a@v1.0.0"
LOG = MadeLog.of(A, filler=20)


def test_the_version_is_told_by_the_program_itself(machine: Machine) -> None:
    done = machine.run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"supplymatrix {__version__}\n", "")


def test_the_version_is_told_behind_other_options_as_well(cli: Cli) -> None:
    assert cli("--version").out == f"supplymatrix {__version__}\n"


def test_the_version_is_told_before_click_or_anything_else_is_loaded() -> None:
    loaded = loaded_modules(
        "import sys; sys.argv = ['supplymatrix', '--version']; import supplymatrix.__main__ as m; m.main()"
    )
    ours = {name for name in loaded if name.startswith("supplymatrix.")}
    assert "click" not in loaded
    assert ours == {"supplymatrix.__main__"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["matrix", "redhat", "--key=fips_mode", "--as-of", "2026-11-25"],
        ["check", "--offline", "--replay", "examples/mux-service/recorded", "examples/mux-service"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_command_that_opens_no_screen_loads_none_of_the_app(arguments: list[str]) -> None:
    code = f"import sys; sys.argv = ['supplymatrix', *{arguments!r}]; import supplymatrix.__main__ as m; m.main()"
    loaded = loaded_modules(code)
    assert arguments == ["--version"] or f"supplymatrix.cli.{arguments[0]}" in loaded
    assert {name for name in loaded if name.partition(".")[0] in ("textual", "rich", "resvg_py")} == set()
    assert {name for name in loaded if name.startswith("supplymatrix.tui")} == set()


@pytest.mark.parametrize("command", ["rules", "explain"])
def test_a_command_that_asks_nobody_loads_no_network_and_no_database(command: str) -> None:
    arguments = {"rules": ["rules"], "explain": ["explain", "SM110"]}[command]
    loaded = loaded_modules(f"from supplymatrix.cli.main import run; raise SystemExit(run({arguments!r}))")
    assert f"supplymatrix.cli.{command}" in loaded
    assert {"httpx", "asyncio", "ssl", "sqlite3", "subprocess"} & loaded == set()


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_names_every_command_and_every_exit_code(cli: Cli, flag: str) -> None:
    done = cli(flag)
    assert done.code == 0
    assert all(f"  {name} " in done.out for name, _, _ in COMMANDS)
    assert all(f"{code} " in done.out for code in (0, 1, 2, 3, 4, 5, 70))


@pytest.mark.parametrize("name", [name for name, _, _ in COMMANDS])
def test_every_command_has_help_of_its_own(cli: Cli, name: str) -> None:
    done = cli(name, "--help")
    assert done.code == 0
    assert done.out.startswith(f"Usage: supplymatrix {name}")


@pytest.mark.parametrize("name", [name for name, _, _ in COMMANDS])
def test_a_shell_that_asks_for_completions_gets_the_commands(machine: Machine, name: str) -> None:
    done = machine.run(_SUPPLYMATRIX_COMPLETE="bash_complete", COMP_WORDS=f"supplymatrix {name[:2]}", COMP_CWORD="1")
    assert f"plain,{name}" in done.stdout.splitlines()


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["chekc"], "'check'"),
        (["check", "--ofline"], "--offline"),
        (["check", "--format", "sarf"], "'sarif'"),
        (["explain", "SM11O"], "SM110"),
        (["explain", "sum-differs-from-lo"], "sum-differs-from-log"),
        (["cache", "claer"], "clear"),
    ],
)
def test_a_mistyped_name_gets_the_one_that_was_meant(cli: Cli, arguments: list[str], meant: str) -> None:
    done = cli(*arguments)
    assert done.code == 2
    assert meant in done.err


@pytest.mark.parametrize("rule", ALL_RULES.values(), ids=list(ALL_RULES))
def test_a_rule_is_explained_by_its_id_and_by_its_name(cli: Cli, rule: Rule) -> None:
    told = [cli("explain", word) for word in (rule.id, rule.id.lower(), rule.name)]
    assert {done.code for done in told} == {0}
    page = builtin_bytes("rules", f"{rule.id}.md").decode().partition("## What it means")[2]
    assert {done.out.partition("## What it means")[2].split() == page.split() for done in told} == {True}


@pytest.mark.parametrize("rule", ALL_RULES.values(), ids=list(ALL_RULES))
def test_a_page_begins_with_what_the_registry_says_a_line_each(cli: Cli, rule: Rule) -> None:
    head = cli("explain", rule.id).out.partition("## What it means")[0].split("\n")
    assert f"severity: {rule.severity.value}" in head
    assert not [line for line in head if line.startswith("|")]


@pytest.mark.parametrize("rule", list(ALL_RULES))
def test_the_paragraphs_of_a_page_fit_a_screen_of_80_columns(cli: Cli, rule: str) -> None:
    lines = cli("explain", rule).out.split("\n")
    assert [line for line in lines if len(line) > 80 and not line.startswith(("    ", "|"))] == []


def test_a_paragraph_is_joined_and_cut_anew_and_all_else_stays_as_it_is() -> None:
    page = "# a b\n\none two\nthree four\nfive\n\n- item of\n  a list\n\n|a b|c|\n|-|-|\n|d|e|\n\n    code  it is\n"
    assert reflow(page, 14) == page.replace("one two\nthree four\nfive", "one two three\nfour five")


def test_a_table_without_a_heading_becomes_lines_and_one_with_a_heading_stays() -> None:
    page = "| | |\n|---|---|\n| key | a value |\n\n| head | |\n|---|---|\n| key | a value |\n"
    assert reflow(page, 80) == "key: a value\n\n| head | |\n|---|---|\n| key | a value |\n"


def test_a_row_that_is_too_long_goes_on_below_its_key() -> None:
    page = "| | |\n|---|---|\n| key | one two three |\n"
    assert reflow(page, 12) == "key: one\n  two three\n"


@pytest.mark.parametrize(
    "arguments", [["--help"], *([name, "--help"] for name, _, _ in COMMANDS), ["rules"], ["schema"]]
)
def test_what_is_printed_to_look_things_up_fits_80_columns(cli: Cli, arguments: list[str]) -> None:
    assert [line for line in cli(*arguments).out.split("\n") if len(line) > 80] == []


def test_columns_that_fit_are_lines_and_others_go_below() -> None:
    rows = [("a   b ", "one"), ("cc  d ", "two")]
    assert in_columns(rows, indent=4, width=11) == ["a   b   one", "cc  d   two"]
    assert in_columns(rows, indent=4, width=10) == ["a   b", "    one", "cc  d", "    two"]


@pytest.mark.parametrize("word", ["version", "help"])
def test_an_option_that_is_taken_for_a_command_is_named(cli: Cli, word: str) -> None:
    done = cli(word)
    assert (done.code, done.out) == (2, "")
    assert f"= next: supplymatrix --{word}\n" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["chekc"],
        ["check", "--ofline"],
        ["check", "--jobs", "17"],
        ["check", "--format"],
        ["check", "--format", "sarf"],
        ["check", "--offline", "--refresh"],
        ["cache", "info", "extra"],
        ["verify"],
        ["cache", "claer"],
    ],
    ids=" ".join,
)
def test_a_wrong_use_is_told_like_every_other_error(cli: Cli, arguments: list[str]) -> None:
    done = cli(*arguments)
    first, second, *rest = done.err.removesuffix("\n").split("\n")
    assert (done.code, done.out, rest) == (2, "", [])
    assert first.startswith("error: ")
    assert first[7:8].islower() or not first[7].isalpha()
    assert second.startswith("   = next: ")


def test_without_any_argument_the_help_is_shown(cli: Cli) -> None:
    done = cli()
    assert done.err.startswith("Usage: supplymatrix ")
    assert done.code == 2


def test_all_rules_are_listed_one_a_line(cli: Cli) -> None:
    lines = cli("rules").out.splitlines()
    listed = [line.split()[:4] for line in lines if line.startswith("SM")]
    assert listed == [[rule.id, rule.name, rule.severity.value, rule.level.value] for rule in ALL_RULES.values()]


def test_all_rules_are_listed_for_machines(cli: Cli) -> None:
    document = json.loads(cli("rules", "--format", "json").out)
    assert document["schema"] == "supplymatrix.rules/1"
    assert [row["id"] for row in document["rules"]] == list(ALL_RULES)
    assert all(row["why"] and row["title"] for row in document["rules"])


def test_an_empty_cache_is_shown_and_cleared_without_being_made(cli: Cli, machine: Machine) -> None:
    assert "none yet" in cli("cache", "info").out
    assert cli("cache", "clear").code == 0
    assert not machine.cache.exists()
    assert not machine.state.exists()


def test_the_cache_tells_what_it_holds_and_where_the_trusted_head_lies(
    cli: Cli, machine: Machine, tmp_path: Path
) -> None:
    with LogServer(LOG.answers()) as server:
        cli("check", str(write_project(tmp_path / "svc", LOG, server.url, [A])))
    out = cli("cache", "info").out
    assert str(machine.cache) in out
    assert "log.example" in out
    assert machine.head_file(LOG.key).path.name in out


def test_clearing_the_cache_keeps_the_trusted_head_and_everything_else(
    cli: Cli, machine: Machine, tmp_path: Path
) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A])
        cli("check", str(project))
        (machine.cache / "mine.txt").write_text("not a cache of ours")
        assert cli("cache", "clear").code == 0
        asked = len(server.paths)
        assert cli("check", str(project)).code == 0
        assert len(server.paths) > asked
    assert machine.trusted(LOG.key) == LOG.head()
    assert (machine.cache / "mine.txt").exists()


def test_another_cache_folder_is_shown_and_cleared_when_one_is_named(
    cli: Cli, machine: Machine, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    with LogServer(LOG.answers()) as server:
        cli("check", str(write_project(tmp_path / "svc", LOG, server.url, [A])), "--cache-dir", str(other))
    assert str(other) in cli("cache", "info", "--cache-dir", str(other)).out
    cli("cache", "clear", "--cache-dir", str(other))
    assert not list(other.glob("*.sqlite"))


def test_without_a_home_the_place_of_the_cache_must_be_named(cli: Cli, machine: Machine) -> None:
    machine.settings |= {"HOME": "", "SUPPLYMATRIX_CACHE_DIR": "", "SUPPLYMATRIX_STATE_DIR": ""}
    done = cli("cache", "info")
    assert done.code == 3
    assert "SUPPLYMATRIX_CACHE_DIR" in done.err


def test_the_current_folder_is_checked_when_no_path_is_given(cli: Cli, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A])
        assert cli("check", cwd=project).code == 0
        assert cli("check", "go.sum", "--policy", "lift.toml", cwd=project).code == 0


def test_progress_and_messages_go_to_stderr_alone(cli: Cli, tmp_path: Path) -> None:
    names = [f"many.example/m{number}@v1.0.0" for number in range(60)]
    log = MadeLog.of(*names)
    with LogServer(log.answers()) as server:
        done = cli("check", str(write_project(tmp_path / "svc", log, server.url, names)), "--format", "json")
    assert "look-ups: 60 of 60" in done.err
    assert "look-ups" not in done.out
    assert json.loads(done.out)["verdict"]["outcome"] == "pass"


def test_quiet_says_nothing_on_stderr(cli: Cli, machine: Machine, tmp_path: Path) -> None:
    names = [f"many.example/m{number}@v1.0.0" for number in range(60)]
    log = MadeLog.of(*names)
    machine.cache.write_text("a file where the cache should be")
    with LogServer(log.answers()) as server:
        done = cli("check", "-q", str(write_project(tmp_path / "svc", log, server.url, names)))
    assert done.err == ""
    assert done.out


def test_the_installed_program_and_the_module_are_one(machine: Machine) -> None:
    program = Path(sys.executable).with_name("supplymatrix")
    if not program.exists():
        pytest.skip("the program is not installed beside this Python")
    done = subprocess.run(
        [program, "explain", "SM110"], env=machine.for_processes(), capture_output=True, text=True, check=False
    )
    assert done.stdout == machine.run("explain", "SM110").stdout
    assert os.access(program, os.X_OK)
