"""What supplymatrix costs, measured here and now, beside what was promised: CPU, requests, bytes, ratios to peers.

    python -m benchmarks.run [--pairs N] [--no-network]

CPU is user + system time of the whole process, start included, as the median of five runs; over the network of as many
runs as there are pairs. A miss is printed, not failed: the exit code is 1 only when an answer was wrong. The network
part needs Go, and asks the log about 1,400 times in each of 2 N cold runs.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import hugo
from benchmarks.measure import (
    REPO,
    Figure,
    Run,
    clean_environment,
    compile_program,
    median,
    pairs,
    program,
    repeat,
    run,
    shown,
)

_RUNS = 5
_CLIENT = REPO / "examples" / "client-go"


class Bench:
    """Collects figures, and what was wrong or not run. Compiles the product first, as installing it does."""

    def __init__(self, scratch: Path) -> None:
        compile_program()
        self.scratch = scratch
        self.figures: list[Figure] = []
        self.wrong: list[str] = []
        self.not_run: list[str] = []

    def note(self, name: str, measured: float, unit: str, most: float | None = None) -> None:
        """Print a figure and keep it."""
        figure = Figure(name=name, measured=measured, unit=unit, most=most)
        self.figures.append(figure)
        print("  " + figure.row(), flush=True)

    def expect(self, *, holds: bool, what: str) -> None:
        """Keep and print what is wrong when it is."""
        if not holds:
            self.wrong.append(what)
            print(f"  WRONG: {what}", flush=True)

    def command(self, parts: Sequence[str | Path]) -> None:
        """Show a command line."""
        print(f"$ {shown(parts, self.scratch)}", flush=True)


def measure_start(bench: Bench) -> None:
    """`--version`, and beside it the same Python doing nothing."""
    print("\nstart-up")
    programs: tuple[tuple[str, list[str], float | None], ...] = (
        ("--version: CPU", [*program(), "--version"], 60.0),
        ("python -c pass: CPU", [sys.executable, "-c", "pass"], None),
    )
    for name, command, most in programs:
        bench.command(command)
        runs = repeat(_RUNS, command, env=clean_environment(bench.scratch))
        bench.expect(holds=all(done.code == 0 for done in runs), what=f"{name} ended with {runs[0].code}")
        bench.note(name, round(median([done.cpu for done in runs]) * 1000, 1), "ms", most)


def measure_recorded(bench: Bench) -> None:
    """The recorded project of the demo, by replay."""
    print("\na recorded project, by replay")
    command: list[str | Path] = [*program(), "check", _CLIENT, "--replay", _CLIENT / "recorded"]
    environ = clean_environment(bench.scratch / "recorded")
    bench.command(command)
    told = run([*command, "--format", "json"], env=environ)
    lines = json.loads(told.out)["go_sum"] if told.code == 0 else []
    proven = sum(line["state"] == "proven" for line in lines)
    bench.expect(holds=0 < len(lines) == proven, what=f"{proven} of {len(lines)} lines proven, exit {told.code}")
    runs = repeat(_RUNS, command, env=environ)
    bench.note(f"by replay, {len(lines)} lines: CPU", median([done.cpu for done in runs]), "s", 0.25)
    bench.note("by replay: wall", median([done.wall for done in runs]), "s")


def measure_network(bench: Bench, times: int) -> None:
    """hugo's go.sum over the network: cold beside the peer, then all that needs no cold cache. Raises NotRunError."""
    print(f"\n{hugo.MODULE} over the network")
    url = hugo.find_log()
    project, peer = hugo.fetch_project(bench.scratch), hugo.build_peer(bench.scratch)
    bench.command([*program(), "check", project, "--jobs", str(hugo.IN_FLIGHT), "--format", "json=FILE"])
    bench.command([peer, "-url", url, "-n", str(hugo.IN_FLIGHT), project / "go.sum"])
    first = bench.scratch / "cold-0"
    measure_cold(bench, project, peer, url=url, times=times)
    measure_known(bench, project, first)
    measure_older_head(bench, project, first)
    measure_replay(bench, project, first)


def measure_cold(bench: Bench, project: Path, peer: Path, *, url: str, times: int) -> None:
    """Cold runs and the peer's, in turn."""
    reports: list[hugo.Report] = []
    counts: list[dict[str, int]] = []

    def ours(number: int) -> Run:
        reports.append(hugo.check(project, bench.scratch / f"cold-{number}"))
        return reports[-1].run

    def theirs(number: int) -> Run:
        del number
        done, numbers = hugo.run_peer(peer, url, project)
        counts.append(numbers)
        return done

    both = pairs(times, ours, theirs)
    for number, report in enumerate(reports):
        bench.expect(holds=report.is_good, what=f"cold run {number}: {report.outcome}, {report.proven} proven")
    if not reports[0].is_good:
        raise hugo.NotRunError("what builds on the first cold run, which is not whole")
    both = [pair for pair, count in zip(both, counts, strict=True) if count.get("good") == reports[0].lines]
    modules = len({tuple(line.split()[:2]) for line in _plain_lines(project)})
    formula = 2 + modules + hugo.tiles_of(bench.scratch / "cold-0")
    most = max(reports, key=lambda report: report.requests)
    bench.note(f"cold, {most.lines} lines: requests (most of {times} runs)", most.requests, "", min(formula, 1400))
    bench.note("cold: 2 + module versions + tiles", formula, "")
    bench.note("cold: retries (all runs)", sum(report.retries for report in reports), "")
    bench.note("cold: bytes", max(r.received_bytes for r in reports) / 1e6, "MB", 6.4)
    bench.note("cold: CPU whole", median([r.run.cpu for r in reports]), "s", 2.0)
    bench.note("cold: wall", median([r.run.wall for r in reports]), "s")
    if not both:
        bench.not_run.append("x/mod sumdb.Client: it could not prove all lines in any of its runs")
        return
    bench.note("x/mod sumdb.Client: requests", counts[0].get("requests", 0), "")
    bench.note("x/mod sumdb.Client: bytes", counts[0].get("bytes", 0) / 1e6, "MB")
    bench.note("x/mod sumdb.Client: CPU whole", median([b.cpu for _, b in both]), "s")
    bench.note("x/mod sumdb.Client: wall", median([b.wall for _, b in both]), "s")
    bench.note(
        "cold: wall, ours ÷ sumdb.Client (median of pairs)", median([a.wall / b.wall for a, b in both]), "times", 1.5
    )


def _plain_lines(project: Path) -> list[str]:
    text = (project / "go.sum").read_text(encoding="utf-8").replace("/go.mod h1:", " h1:")
    return [line for line in text.split("\n") if line]


def measure_known(bench: Bench, project: Path, cold: Path) -> None:
    """The same again, with the cache of the first cold run: nothing needs to be asked."""
    for name, options in (("unchanged", ()), ("offline", ("--offline",))):
        home = bench.scratch / name
        shutil.copytree(cold, home)
        report = hugo.check(project, home, *options)
        bench.expect(holds=report.is_good, what=f"{name}: {report.outcome}, {report.proven} of {report.lines} proven")
        bench.note(f"{name}: requests", report.requests, "", 0)
        bench.note(f"{name}: CPU", report.run.cpu, "s")


def measure_older_head(bench: Bench, project: Path, cold: Path) -> None:
    """From a warm cache and a trusted head of some days ago: each older head that came with a look-up is tried."""
    heads = hugo.older_heads(cold)
    usable = [head for head in heads if head.covers]
    print(f"  ({len(heads)} older signed heads came with look-ups, {len(usable)} of them cover all records)")
    if not usable:
        bench.not_run.append("warm from an older head: no look-up came with one that covers all records")
        return
    counted: list[hugo.Report] = []
    for head in usable:
        home = bench.scratch / f"older-{head.size}"
        hugo.go_back_to(head, cold, home)
        report = hugo.check(project, home)
        bench.expect(holds=report.is_good, what=f"from head {head.size}: {report.outcome}, {report.proven} proven")
        counted.append(report)
    bench.note("warm, from the newest older head: requests", counted[0].requests, "", 10)
    bench.note(f"warm, from each of {len(usable)}: requests, the most", max(r.requests for r in counted), "", 10)
    bench.note("warm: retries", sum(report.retries for report in counted), "")
    bench.note("warm: CPU", median([report.run.cpu for report in counted]), "s")


def measure_replay(bench: Bench, project: Path, cold: Path) -> None:
    """The answers of the first cold run, without the HTTP client."""
    recorded = bench.scratch / "recorded-hugo"
    more = hugo.record(project, cold, recorded)
    print(f"  (to the recording {more} tiles were added, with which a replay proves all older heads too)")
    reports = [hugo.check(project, bench.scratch / "replay", "--replay", recorded) for _ in range(_RUNS + 1)][1:]
    bench.expect(holds=all(r.is_good for r in reports), what=f"replay: {reports[0].outcome}")
    bench.note("the cold run's answers by replay: CPU", median([r.run.cpu for r in reports]), "s", 0.8)
    bench.note("the cold run's answers by replay: wall", median([r.run.wall for r in reports]), "s")


def _summary(bench: Bench) -> int:
    promised = [figure for figure in bench.figures if figure.most is not None]
    missed = [figure for figure in promised if not figure.is_met]
    print(f"\n{len(promised) - len(missed)} of {len(promised)} targets met")
    for figure in missed:
        print(f"  {figure.row()}")
    for text in bench.not_run:
        print(f"NOT RUN: {text}")
    for text in bench.wrong:
        print(f"WRONG: {text}")
    return 1 if bench.wrong else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure all that can be measured here; 1 when an answer was wrong."""
    from benchmarks.decide import measure_decide
    from benchmarks.feeds import measure_feeds
    from benchmarks.goroot import measure_goroot
    from benchmarks.policy import measure_policy
    from benchmarks.proofs import measure_proofs, measure_proofs_of_hugo
    from benchmarks.sbom_ten_thousand import measure_sbom_ten_thousand
    from benchmarks.tui_screens import measure_tui_screens
    from benchmarks.tui_table import measure_tui_table
    from benchmarks.what_if import measure_what_if

    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--pairs", type=int, default=3, metavar="N", help="cold runs of each program (default 3)")
    parser.add_argument("--no-network", action="store_true", help="leave out what needs the network")
    options = parser.parse_args(arguments)
    go = run(["go", "env", "GOVERSION"]).out.strip() if shutil.which("go") else "no go"
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {platform.system()} {platform.machine()} · Python "
          f"{platform.python_version()} · {go}")  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name).resolve())
        parts: list[Callable[[], None]] = [
            lambda: measure_start(bench),
            lambda: measure_recorded(bench),
            lambda: measure_proofs(bench),
            lambda: measure_feeds(bench),
            lambda: measure_decide(bench),
            lambda: measure_policy(bench),
            lambda: measure_what_if(bench),
            lambda: measure_sbom_ten_thousand(bench),
            lambda: measure_tui_table(bench),
            lambda: measure_tui_screens(bench),
        ]
        if options.no_network:
            bench.not_run.append("the network part (--no-network)")
        else:
            parts.append(lambda: measure_network(bench, max(1, options.pairs)))
            parts.append(lambda: measure_proofs_of_hugo(bench))
            parts.append(lambda: measure_goroot(bench))
        for part in parts:
            try:
                part()
            except hugo.NotRunError as err:
                bench.not_run.append(str(err))
                print(f"  NOT RUN: {err}")
        return _summary(bench)


if __name__ == "__main__":
    sys.exit(main())
