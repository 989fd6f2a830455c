"""The Go of this machine, held against Go's own log."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplymatrix.engine.means import Means
from supplymatrix.engine.verify_goroot import GorootRequest, verify_goroot
from supplymatrix.model.on_disk import ToolchainLevel
from supplymatrix.net.settings import find_goroot

pytestmark = [pytest.mark.network, pytest.mark.skipif(shutil.which("go") is None, reason="there is no Go here")]


def test_the_go_in_path_is_a_release_or_says_who_built_it(tmp_path: Path) -> None:
    root = find_goroot(os.environ)
    assert root is not None
    environ = {**os.environ, "SUPPLYMATRIX_STATE_DIR": str(tmp_path / "state"), "GOMODCACHE": str(tmp_path / "mod")}
    means = Means(environ=environ, now=datetime.now(UTC), cache_dir=tmp_path / "cache")
    run = verify_goroot(GorootRequest(means=means, paths=(root,), fetch=False))
    (go,) = run.installed
    assert go.level in (ToolchainLevel.OFFICIAL, ToolchainLevel.CONFIG_CHANGED, ToolchainLevel.DISTRIBUTION)
    assert go.tree_size == run.tree_size > 60_000_000
    again = Means(environ=environ, now=datetime.now(UTC), cache_dir=tmp_path / "cache", offline=True)
    assert verify_goroot(GorootRequest(means=again, paths=(root,), fetch=False)).installed == (go,)
