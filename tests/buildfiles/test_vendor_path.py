"""Real-world-like build files, each with all that it uses: a folder of `path_cases/` is one project.

`expected.txt` has a line for each use, and for each gap. UPDATE_GOLDEN=1 writes them anew: read the difference.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from supplymatrix.buildfiles.vendor_path import vendor_uses
from supplymatrix.engine.audit_path import PathKnowledge
from supplymatrix.engine.means import Means
from supplymatrix.model.vendor_path import VendorUse
from supplymatrix.sources.build_files import ProjectBuild, read_project_build

CASES = Path(__file__).parent / "path_cases"
DAY = date(2026, 11, 26)
_SECRETS = ("s3cr3t", "ghp_0123456789abcdefghij")


@cache
def _knowledge() -> PathKnowledge:
    return PathKnowledge.of(Means(environ={}, now=datetime(2026, 11, 26, tzinfo=UTC), offline=True), ())


@cache
def _build(folder: Path) -> ProjectBuild:
    return read_project_build(folder)


def _line(use: VendorUse) -> str:
    end = "" if use.ends is None else f"{'ended' if use.is_ended else 'until'} {use.ends}"
    place = f"{use.location.artifact}:{use.location.line}"
    version = use.version if use.version not in use.what else "="
    cells = (use.part.value, use.vendor or "-", use.what, use.pinned.value, version, use.role, use.stage, end, place)
    return " | ".join(cells)


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_a_project_uses_just_this(case: str) -> None:
    folder = CASES / case
    build = _build(folder)
    uses, cut = vendor_uses(build.files, _knowledge(), DAY)
    gaps = [*cut, *build.gaps, *(gap for file in build.files for gap in file.gaps)]
    told = [f"gap | {gap.location.line if gap.location else 0} | {gap.wanted} | {gap.reason}" for gap in gaps]
    text = "\n".join([*map(_line, uses), *told, ""])
    expected = folder / "expected.txt"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")
    everything = repr((uses, gaps))
    assert not [secret for secret in _SECRETS if secret in everything]


def test_there_are_enough_cases_of_every_kind() -> None:
    kinds = {file.kind for case in CASES.iterdir() for file in _build(case).files}
    assert len(list(CASES.iterdir())) >= 30
    assert kinds >= {
        "dockerfile", "snapcraft", "rockcraft", "apko", "melange", "ko", "goreleaser", "rpm-spec", "workflow",
        "gitlab-ci", "compose", "devcontainer", "version file", "go.mod",
    }  # fmt: skip
