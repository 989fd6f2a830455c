"""A fresh machine for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.go_runs import project, runs, server, vendored
from tests.support.machine import Machine

__all__ = ["machine", "project", "runs", "server", "vendored"]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)
