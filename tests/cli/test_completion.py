"""`completion`: the scripts, and what a shell gets back at TAB."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from supplymatrix.cli.main import COMMANDS
from tests.cli.conftest import Cli
from tests.support.machine import Machine

pytestmark = pytest.mark.slow

_BASH = shutil.which("bash")
_CHECKERS = {"bash": ("bash", "-n"), "zsh": ("zsh", "-n"), "fish": ("fish", "--no-execute")}


def _answers(machine: Machine, variables: Mapping[str, str]) -> list[str]:
    """Return the lines that a shell gets back."""
    done = subprocess.run(
        [sys.executable, "-m", "supplymatrix"],
        env={**machine.for_processes(), **variables},
        cwd=machine.home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def complete(machine: Machine, *words: str) -> list[str]:
    """Return what bash is offered for the last of the words."""
    line = " ".join(["supplymatrix", *words])
    variables = {"COMP_WORDS": line, "COMP_CWORD": str(len(words)), "_SUPPLYMATRIX_COMPLETE": "bash_complete"}
    return [answer.partition(",")[2] for answer in _answers(machine, variables)]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_accepted_by_its_shell(cli: Cli, tmp_path: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "script"
    script.write_text(cli("completion", shell).out, encoding="utf-8")
    done = subprocess.run([*_CHECKERS[shell], str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_powershell_script_is_accepted_by_powershell(cli: Cli, tmp_path: Path) -> None:
    pwsh = shutil.which("pwsh")
    if pwsh is None:
        pytest.skip("pwsh is not installed")
    script = tmp_path / "script.ps1"
    script.write_text(cli("completion", "powershell").out, encoding="utf-8")
    done = subprocess.run([pwsh, "-NoProfile", "-File", str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_a_script_is_filled_in_and_asks_this_program(cli: Cli, shell: str) -> None:
    text = cli("completion", shell).out
    assert f"{shell}_complete" in text
    assert "_SUPPLYMATRIX_COMPLETE" in text
    assert not re.search(r"%\(\w+\)s", text)


def test_the_powershell_script_has_its_brackets_in_pairs(cli: Cli) -> None:
    text = re.sub(r"'[^']*'|#[^\n]*", "", cli("completion", "powershell").out)
    for opening, closing in ("()", "{}", "[]"):
        assert text.count(opening) == text.count(closing)


def test_the_help_says_how_to_switch_completion_on(cli: Cli) -> None:
    text = cli("completion", "--help").out
    for place in ("~/.bashrc", "~/.zshrc", "config.fish", "$PROFILE"):
        assert place in text


@pytest.mark.skipif(_BASH is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("begun", "offered"), [("ch", ["check", "changes"]), ("compl", ["compliance", "completion"]), ("zz", [])]
)
def test_bash_completes_a_command_through_the_function(
    cli: Cli, machine: Machine, tmp_path: Path, begun: str, offered: list[str]
) -> None:
    script = tmp_path / "script"
    # Without a terminal bash has no line to complete, so the function is called as bash would call it.
    call = f"COMP_WORDS=(supplymatrix {begun}); COMP_CWORD=1; _supplymatrix_completion supplymatrix"
    lines = [cli("completion", "bash").out, call, 'echo "${COMPREPLY[@]}"', ""]
    script.write_text("\n".join(lines), encoding="utf-8")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    done = subprocess.run(
        [str(_BASH), "--norc", str(script)],
        env=machine.for_processes(PATH=path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == offered


def test_all_commands_are_offered_without_importing_one(machine: Machine) -> None:
    assert complete(machine, "") == [name for name, _, _ in COMMANDS]
    program = (
        "import os, sys\n"
        "os.environ.update(COMP_WORDS='supplymatrix ', COMP_CWORD='1', _SUPPLYMATRIX_COMPLETE='bash_complete')\n"
        "from supplymatrix.cli.main import run\n"
        "try:\n    run([])\nexcept SystemExit:\n    pass\n"
        "print(sorted(name for name in sys.modules if name.startswith('supplymatrix.engine')), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=machine.for_processes(), capture_output=True, text=True, check=False
    )
    assert done.stderr.strip() == "[]"


def test_rules_are_offered_by_id_and_by_name_in_any_case(machine: Machine) -> None:
    assert complete(machine, "explain", "sm110") == ["SM110"]
    assert complete(machine, "explain", "sum-differs-f") == ["sum-differs-from-log"]


def test_options_formats_and_schemas_are_offered(machine: Machine) -> None:
    assert complete(machine, "check", "--off") == ["--offline"]
    assert "json" in complete(machine, "check", "--format", "")
    assert complete(machine, "schema", "conf") == ["config"]


def test_presets_are_known_to_whoever_offers_them() -> None:
    import click

    from supplymatrix.cli.words import complete_presets

    argument = click.Argument(["preset"])
    offered = complete_presets(click.Context(click.Command("x")), argument, "str")
    assert [item.value for item in offered] == ["strict-module-integrity"]


def test_powershell_gets_type_word_and_help_in_one_line(machine: Machine) -> None:
    variables = {"_SUPPLYMATRIX_COMPLETE": "powershell_complete", "_SUPPLYMATRIX_WORDS": "explain\nSM110"}
    (line,) = _answers(machine, variables)
    assert re.fullmatch(r"plain\tSM110\tsum-differs-from-log: [^\t]+", line)


def test_an_unknown_shell_gets_the_list_of_those_there_are(cli: Cli) -> None:
    done = cli("completion", "tcsh")
    assert done.code == 2
    assert "powershell" in done.err
