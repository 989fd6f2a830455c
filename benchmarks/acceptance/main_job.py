"""What was promised of the main job: a Go project's go.sum proven against the log and scored by its policy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks.acceptance.promise import (
    Need,
    Outcome,
    Promise,
    State,
    by_count,
    by_figures,
    by_program,
    by_tests,
    naming,
    using,
)
from benchmarks.measure import REPO, run
from benchmarks.run import Bench, measure_network, measure_recorded, measure_start

__all__ = ["PROMISES"]

_FAMILIES = (
    "note", "tlog", "tile", "treenote", "sumdb_client", "module_path", "semver", "pseudo", "goprivate_glob", "goproxy",
    "modfile", "gosum_audit",
)  # fmt: skip
_CVES = ("2026-42501", "2026-56864", "2026-56865", "2026-94447")


def _network(bench: Bench) -> None:
    measure_network(bench, 3)


def _clean_clone(scratch: Path) -> Iterator[Outcome]:
    """Clone what is committed, and make both targets with nothing but Python, make and git."""
    clone = scratch / "clone"
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = run(["git", "clone", "--quiet", REPO, clone])
    if done.code:
        yield Outcome(state=State.NOT_RUN, detail=f"git clone: {done.err.strip()[-200:]}")
        return
    for target in ("demo", "test"):
        made = run(["make", target], env=keep, cwd=clone)
        last = (made.out.strip() or made.err.strip()).rsplit("\n", 1)[-1]
        state = State.FAIL if made.code else State.PASS
        yield Outcome(state=state, detail=last, name=f"from a clean clone: make {target}")


PROMISES = (
    *(
        Promise(name=f"conformance: {family}", attempt=by_tests(f"tests/conformance/test_{family}.py"))
        for family in _FAMILIES
    ),
    Promise(name="policy samples (Go versions)", attempt=by_tests("tests/samples/test_policy.py")),
    *(Promise(name=f"a test names CVE-{cve}", attempt=by_tests(naming(cve.rpartition("-")[2]))) for cve in _CVES),
    Promise(
        name="the loopback log forks, lies, truncates, stalls", attempt=by_tests(using("tests.support.log_server"))
    ),
    Promise(name="each rule has a page and good and bad projects", attempt=by_tests("tests/checks")),
    Promise(name="offline imports no heavy library", attempt=by_tests(naming("loaded_modules("))),
    Promise(name="property tests", attempt=by_count("hypothesis", 25)),
    Promise(
        name="tampering that go mod verify does not see",
        attempt=by_program("python", "-m", "benchmarks.tampering", needs="go"),
    ),
    Promise(name="demo in half a minute, offline", attempt=by_program("python", "examples/demo.py", seconds=30)),
    Promise(name="CPU", attempt=by_figures(measure_start, measure_recorded)),
    Promise(name="hugo's go.sum over the network", attempt=by_figures(_network), need=Need.NETWORK),
    Promise(name="from a clean clone: make demo, make test", attempt=_clean_clone, need=Need.CLEAN_CLONE),
)
