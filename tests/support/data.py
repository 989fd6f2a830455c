"""Where test data lies, and how its absence is told: a counted skip, or a failure under REQUIRE_SAMPLES=1."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

REPO = Path(__file__).resolve().parents[2]
CONFORMANCE = Path(os.environ.get("CONFORMANCE_DIR", REPO / "tests" / "data" / "conformance"))
SAMPLES = Path(os.environ.get("SAMPLES_DIR", REPO.parent / "shared" / "samples"))


def conformance_cases(family: str, *kinds: str) -> list[Any]:
    """Return one pytest parameter per binding case of `<family>.json`, of the given kinds if any are named.

    No case at all is a parameter that fails, so that an empty folder never looks like a pass.
    """
    path = CONFORMANCE / f"{family}.json"
    if not path.is_file():
        return [pytest.param(None, id=f"no-{family}.json")]
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    wanted = [c for c in cases if c.get("binding", True) and (not kinds or c["kind"] in kinds)]
    return [pytest.param(case, id=case["id"]) for case in wanted] or [
        pytest.param(None, id=f"no-case-in-{family}.json")
    ]


def require_case(case: dict[str, Any] | None) -> dict[str, Any]:
    """Return the case, or fail the test when `conformance_cases` found none."""
    if case is None:
        pytest.fail(f"no conformance case found in {CONFORMANCE}")
    return case


def samples_dir(*parts: str) -> Path:
    """Return a folder or file below the samples; skip when it is absent, fail instead under REQUIRE_SAMPLES=1."""
    path = SAMPLES.joinpath(*parts)
    if not path.exists():
        if os.environ.get("REQUIRE_SAMPLES") == "1":
            pytest.fail(f"required sample is absent: {path}")
        pytest.skip(f"sample is absent: {path.name}")
    return path
