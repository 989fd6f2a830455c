"""Wherever a word of a closed list is read, a misspelled one is told with the word that was probably meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from supplymatrix.cli import main
from supplymatrix.errors import InputError
from supplymatrix.tui.links import parse_link
from tests.cli.conftest import Cli
from tests.support.machine import Machine

Words = tuple[str, ...]
_GO_MOD = "module svc.example/app\n\ngo 1.22\n\nrequire github.com/gorilla/mux v1.8.1\n"


def _commands(command: click.Command, path: Words = ()) -> Iterator[tuple[Words, click.Command]]:
    """Yield every command with the words that call it, groups too."""
    yield path, command
    if isinstance(command, click.Group):
        with click.Context(command) as context:
            for name in command.list_commands(context):
                found = command.get_command(context, name)
                assert found is not None
                yield from _commands(found, (*path, name))


def test_several_formats_in_one_word_are_told_apart(cli: Cli) -> None:
    done = cli("check", "--format", "text,sarif=x.sarif")
    assert done.code == 2
    assert "--format text,sarif=x.sarif: each --format names one format" in done.err
    assert "repeat --format: --format text --format sarif=x.sarif" in done.err


def _misspelt(word: str) -> str:
    """Return a word that is nearly another one: of long ones a letter less, of short ones one more."""
    return f"{word[:-2]}{word[-1]}" if len(word) > 5 else f"{word}x"


def _missing_arguments(command: click.Command, but: click.Parameter) -> list[str]:
    return [
        "x" for found in command.params if isinstance(found, click.Argument) and found.required and found is not but
    ]


def _of_commands() -> Iterator[tuple[list[str], str]]:
    for path, command in _commands(main.cli):
        if isinstance(command, click.Group):
            yield from (([*path, _misspelt(name)], name) for name in command.list_commands(click.Context(command)))


def _of_options() -> Iterator[tuple[list[str], str]]:
    for path, command in _commands(main.cli):
        for found in command.params:
            if isinstance(found, click.Option):
                names = (name for name in (*found.opts, *found.secondary_opts) if len(name) > 4)
                yield from (([*path, _misspelt(name)], name) for name in names)


def _of_choices() -> Iterator[tuple[list[str], str]]:
    for path, command in _commands(main.cli):
        for found in command.params:
            if isinstance(found.type, click.Choice):
                option = [found.opts[-1]] if isinstance(found, click.Option) else []
                more = _missing_arguments(command, found)
                yield from (([*path, *option, _misspelt(str(word)), *more], str(word)) for word in found.type.choices)


def _refused_without(cli: Cli, cases: Iterator[tuple[list[str], str]]) -> tuple[int, list[tuple[list[str], str]]]:
    """Return how many command lines there are, and those whose refusal does not name what was meant."""
    tried = [(arguments, meant, cli(*arguments)) for arguments, meant in cases]
    wrong = [
        (arguments, done.err)
        for arguments, meant, done in tried
        if done.code != 2 or f"'{meant}'" not in done.err.partition("did you mean")[2]
    ]
    return len(tried), wrong


@pytest.mark.parametrize(("cases", "least"), [(_of_commands, 40), (_of_options, 150), (_of_choices, 40)])
def test_every_command_option_and_choice_has_a_suggestion(cli: Cli, cases: object, least: int) -> None:
    assert callable(cases)
    number, wrong = _refused_without(cli, cases())
    assert wrong == []
    assert number >= least


_REASON = ("--reason", "it is being worked on", "--owner", "a", "--expires", "2027-01-01")
_WORDS: tuple[tuple[str, str], ...] = (
    *((f"{command} --format jsn", "json") for command in (
        "check", "changes", "response", "compliance", "vendors list", "vendors recheck", "vendors show chainguard",
        "vendors validate", "matrix", "decide", "claims", "entries", "feeds list", "feeds status", "feeds sync",
        "compare .",
    )),
    ("check --format jsn=report.json", "json"),
    ("check --notify slak=https://hooks.example/x", "slack"),
    ("check --policy log-verifed", "log-verified"),
    ("policy show baselin", "baseline"),
    ("policy show --policy baselin", "baseline"),
    ("policy init --preset baselin", "baseline"),
    ("policy diff baselin lift.toml", "preset:baseline"),
    ("policy diff preset:baselin lift.toml", "preset:baseline"),
    ("explain SM20", "SM2"),
    ("explain replace-frk", "replace-fork"),
    ("compliance --framework mlp", "mlps"),
    ("schema repor", "report"),
    ("response --vendor chaingard", "chainguard"),
    ("response --channel wolfy", "wolfi"),
    *((f"{command} chaingard", "chainguard") for command in (
        "vendors show", "vendors recheck", "matrix", "matrix --pin", "matrix --exclude", "matrix --explain",
        "decide --vendor", "decide --exclude", "claims --about", "entries", "compare . --vendor",
    )),
    *((f"{command}fix_sl", "fix_sla") for command in (
        "vendors show chainguard --key ", "matrix --key ", "matrix --explain chainguard/", "decide --need ",
        "decide --must ",
    )),
    ("feeds sync wolfy", "wolfi"),
    ("graph --os linx", "linux"),
    ("graph --arch amd46", "amd64"),
    ("why github.com/gorila/mux", "github.com/gorilla/mux"),
)  # fmt: skip


@pytest.fixture
def project(machine: Machine) -> Path:
    for name, text in (("go.mod", _GO_MOD), ("go.sum", ""), ("lift.toml", "")):
        (machine.home / name).write_text(text, encoding="utf-8")
    return machine.home


def test_every_word_that_a_command_looks_up_has_a_suggestion(cli: Cli, project: Path) -> None:
    assert project.is_dir()
    wrong = []
    for line, meant in (*_WORDS, ("waive replace-frk github.com/gorilla/mux", "replace-fork")):
        more = _REASON if line.startswith("waive") else ()
        done = cli(*line.split(), *more)
        if meant not in done.err.partition("did you mean")[2]:
            wrong.append((line, done.err))
    assert wrong == []


def test_a_link_of_the_app_has_a_suggestion() -> None:
    with pytest.raises(InputError) as caught:
        parse_link("matri")
    assert caught.value.diagnostics[0].remedy == "did you mean 'matrix'?"


def test_a_word_that_is_like_nothing_gets_no_suggestion(cli: Cli) -> None:
    for arguments in (["zzzzzzzz"], ["check", "--color", "zzzzzzzz"], ["check", "--format", "zzzzzzzz"]):
        done = cli(*arguments)
        assert done.code == 2
        assert "did you mean" not in done.err


def test_settings_have_suggestions(cli: Cli, machine: Machine) -> None:
    for text, meant in (
        ("[netwrk]\n", "network"),
        ("[network]\njob = 2\n", "jobs"),
        ('[notify]\nkind = "slak"\n', "slack"),
    ):
        file = machine.home / ".config" / "supplymatrix" / "settings.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        done = cli("config", "show")
        assert f"did you mean '{meant}'?" in done.err, text


@pytest.mark.parametrize(
    ("word", "meant"),
    [("verify-blob", "verify blob"), ("verify-attestation", "verify attestation"),
     ("verify-blob-attestation", "verify attestation")],
)  # fmt: skip
def test_a_command_of_cosign_is_told_as_it_is_called_here(word: str, meant: str, cli: Cli) -> None:
    done = cli(word, "app")
    assert done.code == 2
    assert f"next: supplymatrix {meant}\n" in done.err
