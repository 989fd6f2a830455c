"""A build runner that runs the shell text of the CI parts for real: bash, git and the program, on this machine alone.

What would need the network is a stub that keeps how it was called: `gh`, and the `python3` that installs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.data import REPO
from tests.support.git_repo import GitRepo
from tests.support.made_log import MadeLog, write_project, write_recording

__all__ = ["LOG", "Checkout", "Runner", "Step", "action", "make_checkout", "python_stub", "step_named"]

A, B = "example.com/a@v1.0.0", "example.com/b@v1.2.0"
LOG = MadeLog.of(A, B, filler=20)
_SHELLS = {"bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail"), "sh": ("sh", "-e")}
_PROGRAM = f'#!/bin/sh\nPYTHONPATH="{REPO}" exec "{sys.executable}" -m supplymatrix "$@"\n'


# Makes venvs of itself, installs nothing, and tells of each module that it is to run from where Python would take it.
_PYTHON = """
printf '%s\\n' "$*" >> "$RUNNER_TEMP/calls"
flags=()
while [ "$1" != -m ]; do flags+=("$1"); shift; done
"@PYTHON@" "${flags[@]}" -c "$FIND" "$2" >> "$RUNNER_TEMP/taken"
case "$*" in *--fail*) exit 1 ;; esac
[ "$2" != venv ] || { mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; }
"""
_FIND = "import importlib.util as u, sys; print(getattr(u.find_spec(sys.argv[1]), 'origin', ''))"


def python_stub() -> str:
    """Return the text of a stub of Python that notes its calls, and the files that would be run, in `taken`."""
    return _PYTHON.replace("@PYTHON@", sys.executable).replace("$FIND", _FIND)


def action() -> dict[str, Any]:
    """Return action.yml."""
    found: dict[str, Any] = yaml.safe_load((REPO / "action.yml").read_text(encoding="utf-8"))
    return found


def step_named(name: str) -> dict[str, Any]:
    """Return a step of the action."""
    (found,) = [step for step in action()["runs"]["steps"] if step["name"] == name]
    return dict(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What became of a step. outputs, summary: what it wrote to the runner's files."""

    code: int
    out: str
    outputs: Mapping[str, str]
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A clone as CI has it: one commit of a branch, whose remote is another repository on this disk."""

    folder: Path
    origin: GitRepo


def make_checkout(folder: Path, *, weak: bool) -> Checkout:
    """Return a checkout of a branch that adds B. weak: it also loosens its lift.toml, and breaks go.sum."""
    origin = GitRepo(folder / "origin")
    write_project(origin.folder, LOG, "", [A])
    origin.commit()
    origin.git("checkout", "--quiet", "-b", "topic")
    write_project(origin.folder, LOG, "", [A, B])
    recorded = write_recording(folder / "recorded", LOG.answers())
    done = _python(["prove", str(origin.folder), "--replay", str(recorded)], folder)
    assert done.returncode == 0, done.stderr
    if weak:
        write_project(origin.folder, LOG, "", [A, B], policy='[rules]\nSM101 = "off"\n', go_sum=LOG.go_sum(A))
    origin.commit()
    clone = folder / "clone"
    clone.mkdir()
    shallow = GitRepo(clone)
    shallow.git("remote", "add", "origin", origin.folder.as_uri())
    shallow.git("fetch", "--quiet", "--depth=1", "origin", "topic")
    shallow.git("checkout", "--quiet", "FETCH_HEAD")
    return Checkout(folder=clone, origin=origin)


def _python(arguments: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "supplymatrix", *arguments]
    environ = {**_environ(home), "SUPPLYMATRIX_CACHE_DIR": str(home / "c"), "SUPPLYMATRIX_STATE_DIR": str(home / "s")}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def _environ(home: Path) -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if name.startswith("COV")}
    return kept | {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(REPO),
        "HOME": str(home / "home"),
        "GOENV": "off",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C.UTF-8",
    }


@dataclass(slots=True)
class Runner:
    """A machine of a build service. environ: what its jobs have in their environment, beside the runner's own."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def install(self, venv: Path, program: str = _PROGRAM) -> None:
        """Put the program where an install step would have put it."""
        (venv / "bin").mkdir(parents=True, exist_ok=True)
        file = venv / "bin" / "supplymatrix"
        file.write_text(program)
        file.chmod(0o755)

    def stub(self, name: str, text: str) -> None:
        """Put a program before those of the machine."""
        file = self.folder / "bin" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/usr/bin/env bash\n{text}\n")
        file.chmod(0o755)

    def run(self, script: str, environ: Mapping[str, str], *, cwd: Path | None = None, by: str = "bash") -> Step:
        """Run the text of a step. by: bash as GitHub starts it, or sh; both stop at the first failure."""
        outputs, summary = self.folder / "outputs", self.folder / "summary.md"
        outputs.write_text("")
        base = _environ(self.folder)
        done = subprocess.run(
            [*_SHELLS[by], "-c", script],
            cwd=cwd or self.folder,
            env=base
            | {
                "PATH": f"{self.folder / 'bin'}{os.pathsep}{base['PATH']}",
                "RUNNER_TEMP": str(self.folder),
                "GITHUB_OUTPUT": str(outputs),
                "GITHUB_STEP_SUMMARY": str(summary),
                "GITHUB_ACTION_PATH": str(REPO),
                "GITHUB_ACTIONS": "true",
            }
            | self.environ
            | dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        pairs = (line.partition("=") for line in outputs.read_text().splitlines())
        return Step(
            code=done.returncode,
            out=done.stdout,
            outputs={name: text for name, _, text in pairs},
            summary=summary.read_text() if summary.exists() else "",
        )
