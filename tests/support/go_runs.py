"""Fixtures: wrappers of go command lines, in a project on a machine with a made go. No go is run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from supplymatrix.engine.events import ignore_event
from supplymatrix.engine.go_wrapper import GoRequest, GoWrapper, Looked
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import OWN_POLICY
from tests.support.go_project import GoProject, made_go
from tests.support.log_server import LogServer
from tests.support.machine import NOW, Machine

__all__ = ["GOOD", "Runs", "project", "runs", "server", "vendored"]

GOOD = "dep\texample.com/a\tv1.0.0\t{}"


@pytest.fixture
def project(tmp_path: Path) -> GoProject:
    return GoProject.make(tmp_path)


@pytest.fixture
def server(project: GoProject) -> Iterator[LogServer]:
    with LogServer(project.log.answers()) as server:
        project.write(server.url)
        yield server


class Runs:
    """Makes wrappers for lines in the project, on a machine with a made go. No go is run."""

    def __init__(self, tmp_path: Path, machine: Machine, project: GoProject) -> None:
        self.go = made_go(tmp_path / "gobin")
        self.machine, self.project = machine, project
        self.policy = OWN_POLICY

    def __call__(self, line: str, *, allowed: frozenset[str] = frozenset(), **settings: str) -> GoWrapper:
        environ = {**self.machine.environ, **self.project.settings, "PATH": str(self.go), "GOENV": "off", **settings}
        return GoWrapper(
            GoRequest(
                arguments=tuple(line.split()),
                means=Means(environ=environ, now=NOW),
                policy=self.policy,
                allowed=allowed,
            )
        )

    def before(self, line: str, **settings: str) -> tuple[GoWrapper, Looked]:
        wrapper = self(line, allowed=frozenset(), **settings)
        return wrapper, wrapper.before(ignore_event)


@pytest.fixture
def runs(
    tmp_path: Path, machine: Machine, project: GoProject, server: LogServer, monkeypatch: pytest.MonkeyPatch
) -> Runs:
    monkeypatch.chdir(project.folder)
    return Runs(tmp_path, machine, project)


@pytest.fixture
def vendored(project: GoProject, server: LogServer) -> Path:
    """Return the file of the module in vendor/."""
    project.fetch()
    folder = project.folder / "vendor" / "example.com" / "a"
    folder.mkdir(parents=True)
    shutil.copy(project.unpacked / "a.go", folder)
    listed = "# example.com/a v1.0.0\n## explicit; go 1.20\nexample.com/a\n"
    (project.folder / "vendor" / "modules.txt").write_text(listed)
    return folder / "a.go"
