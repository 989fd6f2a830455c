"""What was promised of the comparator of vendors: profiles with evidence, response times, coverage, a decision."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import decide, feeds
from benchmarks.acceptance.promise import Outcome, Promise, State, by_figures, by_tests
from benchmarks.measure import REPO, run

__all__ = ["PROMISES"]

_REVIEWED = "2026-11-25"
"""The day on which the built-in profiles were reviewed; evidence ages, and a check of another day says so."""


def _command(*arguments: str, cwd: Path = REPO) -> tuple[int, str]:
    done = run([sys.executable, "-m", "supplymatrix", *arguments], cwd=cwd)
    return done.code, done.out


def _profiles(scratch: Path) -> Iterator[Outcome]:
    """At least twelve vendors validate strictly, and no cell is without evidence."""
    del scratch
    code, out = _command("vendors", "validate", "--strict", "--as-of", _REVIEWED, "--format", "json")
    listed = json.loads(_command("vendors", "list", "--as-of", _REVIEWED, "--format", "json")[1])
    count = len(listed["vendors"])
    state = State.PASS if code == 0 and count >= 12 else State.FAIL
    yield Outcome(state=state, detail=f"{count} vendors, exit {code}: {' '.join(out.split())[:90]}")


def _different_rows(scratch: Path) -> Iterator[Outcome]:
    """Projects on different paths stand on different vendors' paths."""
    del scratch
    seen = {}
    for name, wanted in (("ubi", "redhat"), ("wolfi", "chainguard"), ("snap", "canonical"), ("upstream", "go-project")):
        _, out = _command("matrix", "--project", f"examples/paths/{name}", "--as-of", _REVIEWED, "--format", "json")
        today = next(option for option in json.loads(out)["options"] if option["id"] == "today")
        seen[name] = wanted in {item["vendor"] for item in today["standing"]}
    state = State.PASS if all(seen.values()) else State.FAIL
    yield Outcome(state=state, detail=", ".join(f"{name} {'right' if ok else 'WRONG'}" for name, ok in seen.items()))


def _same_bytes(scratch: Path) -> Iterator[Outcome]:
    """The same seed gives the same bytes."""
    del scratch
    arguments = ("decide", "examples/paths/ubi", "--as-of", _REVIEWED, "--seed", "7", "--format", "json")
    first, second = _command(*arguments), _command(*arguments)
    state = State.PASS if first == second and first[0] == 0 else State.FAIL
    yield Outcome(state=state, detail=f"{len(first[1]):,} characters, exit {first[0]}")


def _narrow(scratch: Path) -> Iterator[Outcome]:
    """The matrix fits 80 columns."""
    del scratch
    code, out = _command("matrix", "--as-of", _REVIEWED)
    widest = max(map(len, out.split("\n")))
    state = State.PASS if code == 0 and widest <= 80 else State.FAIL
    yield Outcome(state=state, detail=f"{widest} columns at most, exit {code}")


def _followed(scratch: Path) -> Iterator[Outcome]:
    """Each CVE of the response table opens to file, field and date."""
    del scratch
    _, out = _command("response", "--as-of", _REVIEWED, "--format", "csv")
    rows = [line.split(",") for line in out.strip().split("\n")]
    cves = sorted({cell for row in rows for cell in row if cell.startswith("CVE-")})
    for cve in cves[:: max(1, len(cves) // 8)]:
        code, told = _command("response", "--cve", cve, "--explain", "--as-of", _REVIEWED)
        if code or "Go's fix:" not in told or cve not in told:
            yield Outcome(state=State.FAIL, detail=f"{cve}: exit {code}")
            return
    state = State.PASS if cves else State.FAIL
    yield Outcome(state=state, detail=f"{len(cves)} CVEs, a sample of them opened")


def _program(attempt: Callable[[Path], Iterator[Outcome]], name: str) -> Promise:
    return Promise(name=name, attempt=attempt)


PROMISES: tuple[Promise, ...] = (
    Promise(
        name="every date of latency-facts.csv with a file, 0 days apart",
        attempt=by_tests("tests/samples/test_feeds.py"),
    ),
    Promise(
        name="the eight rules against a calculation by hand",
        attempt=by_tests("tests/vendors/test_survival.py", "tests/vendors/test_response_cases.py"),
    ),
    Promise(name="a feed that is cut, huge, HTML, newer, hostile", attempt=by_tests("tests/feeds")),
    Promise(name="a sync killed half-way leaves the old state", attempt=by_tests("tests/engine/test_feed_sync.py")),
    _program(_profiles, "vendors validate --strict, twelve vendors and more"),
    Promise(
        name="cells without evidence: 0, every id followed to its cell",
        attempt=by_tests("tests/vendors/test_profiles.py"),
    ),
    _program(_different_rows, "compare: UBI, Wolfi, snapcraft, upstream stand apart"),
    Promise(
        name="decide against brute force",
        attempt=by_tests("tests/vendors/test_decision.py", "tests/vendors/test_robustness.py"),
    ),
    Promise(
        name="the draws and the sample feeds, in time", attempt=by_figures(decide.measure_decide, feeds.measure_feeds)
    ),
    _program(_same_bytes, "decide: the same seed, the same bytes"),
    _program(_narrow, "matrix at 80 columns"),
    _program(_followed, "response: every number can be followed"),
)
