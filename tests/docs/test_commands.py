"""What the pages show is what happens: commands are run, their output and exit codes compared.

A ```console or ```sh block with a line `$ supplymatrix …` is a session: each of its `$` lines is run, in one copy of
`examples/` for the page, and the lines below it are its output, stderr included. A line `…` stands for any number of
lines; no line at all for any output. The exit code is 0, or the one that a comment at the end names: `# exit 4`.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from supplymatrix.cli.default_group import DefaultGroup
from supplymatrix.cli.main import cli
from supplymatrix.engine.policy_source import presets
from supplymatrix.policy.document import parse_policy
from tests.docs.pages import blocks, page_names, prose
from tests.support.data import REPO

pytestmark = pytest.mark.slow

_PROMPT = "$ "
_PROGRAM = "supplymatrix"
_OTHERS = ("cp", "sed")  # what a session may use to get something to check
_EXIT = re.compile(r"# exit (\d+)$")
_INLINE = re.compile(r"`(supplymatrix [^`]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command of a session. shown: its output as the page has it."""

    place: str
    command: str
    exit_code: int
    shown: tuple[str, ...]


def _sessions(page: str) -> Iterator[Step]:
    for block in blocks(page, "console", "sh"):
        if not any(line.startswith(f"{_PROMPT}{_PROGRAM} ") for line in block.lines):
            continue
        starts = [number for number, line in enumerate(block.lines) if line.startswith(_PROMPT)]
        for start, end in zip(starts, [*starts[1:], len(block.lines)], strict=True):
            command = block.lines[start].removeprefix(_PROMPT)
            code = _EXIT.search(command)
            shown = tuple(line.rstrip() for line in block.lines[start + 1 : end])
            place = f"{page}:{block.line + start}"
            yield Step(place=place, command=command, exit_code=int(code[1]) if code else 0, shown=shown)


_PAGES = [page for page in page_names() if any(_sessions(page))]


@pytest.mark.parametrize("page", _PAGES)
def test_a_session_prints_what_its_page_shows(page: str, tmp_path: Path) -> None:
    folder = tmp_path / "examples"
    shutil.copytree(REPO / "examples", folder)
    for step in _sessions(page):
        assert shlex.split(step.command)[0] in (_PROGRAM, *_OTHERS), step.place
        done = subprocess.run(
            ["sh", "-c", step.command],
            cwd=folder,
            env=_environment(tmp_path),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        printed = [line.rstrip() for line in done.stdout.decode("utf-8").rstrip("\n").split("\n")]
        assert done.returncode == step.exit_code, f"{step.place}: {step.command}\n" + "\n".join(printed)
        if step.shown:
            assert _is_shown(step.shown, printed), f"{step.place}: {step.command}\n" + "\n".join(printed)


def _environment(scratch: Path) -> dict[str, str]:
    """Return an environment without a network, in which nothing of this machine's own Go and home has a say."""
    kept = {name: text for name, text in os.environ.items() if name.startswith("COV") or name == "SYSTEMROOT"}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return kept | {
        "PATH": path,
        "HOME": str(scratch / "home"),
        "GOENV": "off",
        "GOPROXY": "off",
        "GOMODCACHE": str(scratch / "modcache"),
        "LC_ALL": "C.UTF-8",
    }


def _is_shown(shown: Sequence[str], printed: Sequence[str]) -> bool:
    """Return whether the output has the shown lines in order, with any lines where the page has `…`, and no others."""
    pieces: list[list[str]] = [[]]
    for line in shown:
        if line == "…":
            pieces.append([])
        else:
            pieces[-1].append(line)
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return list(printed) == first
    if list(printed[: len(first)]) != first or len(first) + len(last) > len(printed):
        return False
    at, end = len(first), len(printed) - len(last)
    for piece in pieces[1:-1]:
        found = next((n for n in range(at, end - len(piece) + 1) if list(printed[n : n + len(piece)]) == piece), -1)
        if found < 0:
            return False
        at = found + len(piece)
    return list(printed[end:]) == last


def test_readme_shows_a_pass_and_an_alarm() -> None:
    codes = {step.exit_code for step in _sessions("README.md") if " check " in step.command}
    assert {0, 4} <= codes


def _command_lines() -> list[tuple[str, str]]:
    """Return every command line that is not in a session: in scripts, and between backquotes in the text."""
    found = []
    for page in page_names():
        for block in blocks(page, "console", "sh"):
            found += [(page, line.partition(" #")[0]) for line in block.lines if line.startswith(f"{_PROGRAM} ")]
        found += [(page, command) for command in _INLINE.findall(prose(page)) if not set(command) & set("<…")]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(("page", "command"), _command_lines())
def test_a_command_line_is_understood(page: str, command: str) -> None:
    arguments = shlex.split(command)[1:]
    context: click.Context = click.Context(cli, info_name=_PROGRAM)
    group: click.Command = cli
    while isinstance(group, click.Group) and arguments:
        if isinstance(group, DefaultGroup) and arguments[0] not in group.subcommands:
            group = group.default_command()
            break
        name, *arguments = arguments
        found = group.get_command(context, name)
        assert found is not None, f"{page}: there is no command {name!r} in {command!r}"
        group = found
    if arguments:
        group.make_context(_PROGRAM, arguments, parent=context)


_OTHER_TOML = (
    "settings-toml",
    "vendor-profile-toml",
    "claims-toml",
    "weights-toml",
    "decision-toml",
    "formats/clauses",
    "policy-tests",
)  # pages of other forms


@pytest.mark.parametrize(
    "page", [page for page in page_names() if any(blocks(page, "toml")) and not any(map(page.count, _OTHER_TOML))]
)
def test_a_policy_on_a_page_can_be_read(page: str) -> None:
    for block in blocks(page, "toml"):
        policy = parse_policy("\n".join(block.lines).encode(), page, presets=presets())
        assert policy.levels
