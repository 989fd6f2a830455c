"""What was promised of a mismatch: who agrees with whom, what that means, and what to do next."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmarks.acceptance.promise import Need, Outcome, Promise, State, by_tests
from benchmarks.measure import REPO, clean_environment, program, run

__all__ = ["PROMISES"]

_LINE = "github.com/gorilla/mux v1.8.0 h1:"


def _edited_go_sum(scratch: Path) -> Iterator[Outcome]:
    """Change one character of a real project's go.sum, and have it explained by the proxy of this machine."""
    project = shutil.copytree(
        REPO / "examples" / "mux-service", scratch / "edited", ignore=shutil.ignore_patterns("recorded")
    )
    text = (project / "go.sum").read_text(encoding="utf-8")
    (project / "go.sum").write_text(text.replace(f"{_LINE}i", f"{_LINE}j"), encoding="utf-8")
    done = run([*program(), "check", project, "--format", "json"], env=clean_environment(scratch))
    try:
        findings = json.loads(done.out)["findings"]
    except (ValueError, KeyError):
        yield Outcome(state=State.NOT_RUN, detail=f"no report: {done.err.strip()[-200:]}")
        return
    told = {part["label"]: part["value"] for finding in findings for part in finding.get("evidence", ())}
    if "meaning" not in told:
        yield Outcome(state=State.NOT_RUN, detail=f"the log could not be asked (exit {done.code})")
        return
    is_explained = (done.code, told["meaning"]) == (4, "proxy-as-log")
    detail = f"exit {done.code}: {told['meaning']}; {told.get('proxy', 'no proxy')}"
    yield Outcome(state=State.PASS if is_explained else State.FAIL, detail=detail)


PROMISES = (
    Promise(name="a mismatch has one of seventeen meanings", attempt=by_tests("tests/gomod/test_triage.py")),
    Promise(name="the finding tells it", attempt=by_tests("tests/checks/test_mismatch_evidence.py")),
    Promise(
        name="a bad proxy or cache is a reason, the alarm stays",
        attempt=by_tests("tests/engine/test_mismatch.py", "tests/net/test_module_files.py"),
    ),
    Promise(name="a check asks who else has the files", attempt=by_tests("tests/engine/test_check_mismatch.py")),
    Promise(name="an edited go.sum is told by a real proxy", attempt=_edited_go_sum, need=Need.NETWORK),
)
