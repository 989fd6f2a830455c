"""The command line on a machine of its own: run in this process, with its exit code and both streams."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from supplymatrix.cli.main import run
from tests.support.machine import Machine

_OURS = ("GO", "GIT_", "SUPPLYMATRIX_", "XDG_", "NO_COLOR", "CI", "HTTP", "http", "ALL_PROXY", "COLUMNS")


class Done(NamedTuple):
    """What a command line came to."""

    code: int
    out: str
    err: str


Cli = Callable[..., Done]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def cli(machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Return a function that runs a command line in the machine's home, or in `cwd`."""
    for name in list(os.environ):
        if name.startswith(_OURS):
            monkeypatch.delenv(name)

    def start(*arguments: str, cwd: Path | None = None) -> Done:
        for name, text in {"GOENV": "off", **machine.environ}.items():
            monkeypatch.setenv(name, text)
        monkeypatch.chdir(cwd or machine.home)
        code = run(arguments)
        out, err = capsys.readouterr()
        return Done(code, out, err)

    return start
