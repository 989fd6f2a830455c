"""Words of the commands, as they are typed in the app: all that the commands take, and none that they do not."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.cli.main import cli
from supplymatrix.errors import InputError
from supplymatrix.tui.screens.signing_words import OPTIONS, Command, parse_words
from supplymatrix.tui.shell_words import quote
from tests.tui.made_app import made_session

_NOT_TYPED = {
    "--format", "--quiet", "-q", "--verbose", "-v", "--color", "--help", "--who", "--offline", "--jobs", "--replay",
    "--project", "--policy", "--policy-from", "--preset", "--allow-remote-policy", "--profiles", "--predicate",
    "--cache-dir", "--ca-file", "--record", "--refresh", "--send-private",
}  # fmt: skip
"""Of reports, networks and policies: the app has its own ways to say them."""
_COMMANDS = [Command.BLOB, Command.ATTESTATION, Command.IMAGE, Command.TRACE]


def _options(command: Command) -> set[str]:
    found: click.Command = cli
    for word in command.split():
        assert isinstance(found, click.Group)
        inner = found.get_command(click.Context(found), word)
        assert inner is not None
        found = inner
    shown = [param for param in found.params if isinstance(param, click.Option) and not param.hidden]
    return {param.opts[0] for param in shown if param.opts[0].startswith("-")}


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_option_about_signatures_can_be_typed_and_goes_to_the_commands_that_take_it(command: Command) -> None:
    there = {name for name, option in OPTIONS.items() if command in option.commands}
    assert there - _options(command) == set()
    assert _options(command) - there - _NOT_TYPED == set()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("--identity a --issuer b", "--identity a --issuer b"),
        ("--certificate-identity=a --certificate-oidc-issuer 'b c'", "--identity a --issuer 'b c'"),
        ("--engine native --engine both", "--engine both"),
        ("--identity a \\\n--issuer b", "--identity a --issuer b"),
        ("--insecure-ignore-tlog --key -k.pem", "--insecure-ignore-log --key ./-k.pem"),
        ("", ""),
    ],
)
def test_a_line_of_a_script_is_read(typed: str, kept: str) -> None:
    assert parse_words(typed).text == kept


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("--identitty a", "there is no such option; seen '--identitty'; expected --identity"),
        ("app", "there is no such option"),
        ("--identity", "--identity goes with TEXT"),
        ("--all-platforms=x", "nothing follows --all-platforms"),
        ("--identity 'a", "this is no line of a shell"),
        ("--engine ours", "there is no such engine"),
        ("--certificate a.pem", "--certificate goes with --signature"),
        ("--bundle a --signature b", "exclude each other"),
        ("--platform a/b --all-platforms", "exclude each other"),
    ],
)
def test_what_is_no_option_is_told_with_what_there_is(typed: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_words(typed)
    assert says in str(caught.value.diagnostics[0])


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("--var a=b", "--var goes with --vendor"),
        ("--key-without-log", "goes with --key"),
        ("--vendor x --var a", "this is no NAME=TEXT"),
        ("--claim =b", "this is no NAME=TEXT"),
    ],
)
def test_words_that_do_not_go_together_are_told(typed: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        parse_words(typed).wish_words(made_session(tmp_path))
    assert says in str(caught.value.diagnostics[0])


def test_workflow_claims_and_annotations_are_read(tmp_path: Path) -> None:
    words = parse_words("--workflow-ref refs/tags/v1 --claim buildTrigger=push -a a=1,b=2").wish_words(
        made_session(tmp_path)
    )
    assert words.claims == (("buildTrigger", "push"), ("githubWorkflowRef", "refs/tags/v1"))
    assert words.annotations == (("a", "1"), ("b", "2"))


@given(st.lists(st.tuples(st.sampled_from(sorted(OPTIONS)), st.text(min_size=1, max_size=12)), max_size=6))
def test_words_are_the_same_when_they_are_read_again(pairs: list[tuple[str, str]]) -> None:
    line = " ".join(f"{name}={quote(text)}" if OPTIONS[name].takes else name for name, text in pairs)
    try:
        words = parse_words(line)
    except (InputError, ValueError):
        return
    for command in _COMMANDS:
        told = words.only_for(command)
        assert told.for_command(command).strip() == told.text
        assert set(told.pairs) <= set(words.pairs)
    again = shlex.split(words.text)
    assert len(again) == sum(2 if OPTIONS[name].takes else 1 for name, _ in words.pairs) or "$'" in words.text
