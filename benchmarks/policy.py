"""What a policy costs: loading 5,000 waivers, judging 500 modules by 60 rules, a check of 200 modules, large reports.

Everything but the check runs in this process, so that start-up is left out; CPU is the median of five runs. Beside the
policy's own reader stands tomlkit, which reads the same text with its places in the same run.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import clean_environment, median, program, repeat, run

if TYPE_CHECKING:
    from benchmarks.run import Bench

__all__ = ["FINDINGS", "MODULES", "RULES", "WAIVERS", "measure_judging", "measure_loading", "measure_policy",
           "measure_small_check", "measure_whole_reports"]  # fmt: skip

WAIVERS, MODULES, RULES, FINDINGS = 5_000, 500, 60, 30_000
_ENTRIES, _EXCUSED = 20, 100
_SMALL = 200  # modules
_FILLER = 3_000  # records of a log beside them
_RUNS = 5
_NOW = datetime(2026, 11, 26, tzinfo=UTC)
_LAST = date(2026, 12, 31)
_WAIVER = """
[[waivers]]
rule = "{rule}"
package = "{package}"
reason = "the fork carries the fix, reviewed as number {number}"
owner = "team-{team}@corp.example"
expires = {day}
"""


def measure_policy(bench: Bench) -> None:
    """All of it."""
    print("\na policy")
    measure_loading(bench)
    measure_judging(bench)
    measure_small_check(bench)
    measure_whole_reports(bench)


def _cpu(work: Callable[[], object], *, runs: int = _RUNS) -> float:
    """Return the median of the seconds that something takes, after a first time that warms what is imported."""
    work()
    found = []
    for _ in range(runs):
        begin = time.process_time()
        work()
        found.append(time.process_time() - begin)
    return median(found)


def measure_loading(bench: Bench) -> None:
    """A policy of 5,000 waivers, read with the place of each."""
    import tomlkit

    from supplymatrix.checks.registry import ALL_RULES
    from supplymatrix.engine.policy_source import presets
    from supplymatrix.policy.document import parse_policy

    rules = [rule.id for rule in ALL_RULES.values() if rule.is_waivable]
    text = "[policy]\nmin_score = 80\n" + "".join(
        _WAIVER.format(
            rule=rules[number % len(rules)], package=f"github.com/owner{number}/module", number=number,
            team=number % 9, day=_LAST - timedelta(days=number % 20),
        )
        for number in range(WAIVERS)
    )  # fmt: skip
    data, known = text.encode(), presets()
    policy = parse_policy(data, "lift.toml", presets=known)
    lines = {waiver.location.line for waiver in policy.waivers}
    bench.expect(holds=len(policy.waivers) == len(lines) == WAIVERS, what=f"{len(lines)} places of {WAIVERS} waivers")
    taken = _cpu(lambda: parse_policy(data, "lift.toml", presets=known))
    bench.note(f"lift.toml with {WAIVERS:,} waivers, with places: CPU", round(taken, 3), "s", 0.5)
    peer = _cpu(lambda: tomlkit.parse(text), runs=2)
    bench.note("the same text by tomlkit: CPU", round(peer, 3), "s")
    bench.note("ours ÷ tomlkit", taken / peer, "")


def measure_judging(bench: Bench) -> None:
    """30,000 results under a policy of 20 entries for packages and 100 waivers, which has seen none of them before."""
    from benchmarks.what_if import _facts, _modules, _results, _rules
    from supplymatrix.checks.registry import ALL_RULES
    from supplymatrix.engine.policy_source import presets
    from supplymatrix.policy.document import parse_policy
    from supplymatrix.policy.verdict import judge

    rules, modules = _rules(), _modules()
    results, facts = _results(rules, modules), _facts(modules)
    known = {**ALL_RULES, **rules}
    names = [rule.id for rule in rules.values() if rule.is_waivable]
    text = "[policy]\nmin_score = 80\n"
    for number in range(_ENTRIES):
        glob, preset = ("**", "strict-module-integrity") if number % 2 else (f"x{number}", "baseline")
        text += f'[packages."m{number}.example/{glob}"]\nsecurity_policy = "{preset}"\n'
    for number in range(_EXCUSED):
        package = modules[number * 5].path if number % 4 else f"m{number % 17}.example/**"
        text += _WAIVER.format(
            rule=names[number % len(names)], package=package, number=number, team=number % 9, day=_LAST
        )
    policy = parse_policy(text.encode(), "lift.toml", presets=presets(), rules=known)

    def once() -> int:
        fresh = replace(policy)  # nothing that an earlier run has looked up
        verdict = judge(fresh, results, facts, known, now=_NOW, tool_version="0")
        return verdict.passed + len(verdict.judged)

    bench.expect(holds=once() >= len(results), what="not every result was judged")
    bench.note(f"judging {MODULES} modules by {RULES} rules: CPU", round(_cpu(once) * 1000, 1), "ms", 150.0)


def measure_small_check(bench: Bench) -> None:
    """`check` of a project of 200 modules whose log is in the cache: a whole process, offline."""
    from tests.support.log_server import LogServer
    from tests.support.made_log import MadeLog, path_of, tiles_of, write_project

    names = [f"example.com/m{number}@v1.{number % 9}.0" for number in range(_SMALL)]
    log = MadeLog.of(*names, filler=_FILLER)
    head = log.head()
    served = {"latest": head, **tiles_of(log.tree())}
    served |= {path_of(name): log.lookup(name, head=head) for name in names}
    scratch = bench.scratch / "small"
    environ = clean_environment(scratch)
    with LogServer(served) as server:
        project = write_project(scratch / "app", log, server.url, names, policy="[policy]\nmin_score = 80\n")
        first = run([*program(), "check", project, "--quiet"], env=environ, cwd=scratch)
    bench.expect(holds=first.code == 0, what=f"filling the cache ended with {first.code}: {first.err.strip()[-200:]}")
    command: list[str | Path] = [*program(), "check", project, "--offline"]
    bench.command(command)
    runs = repeat(_RUNS, command, env=environ, cwd=scratch)
    proven = f"{2 * _SMALL} of {2 * _SMALL} go.sum lines proven"
    holds = all(done.code == 0 and proven in done.out for done in runs)
    bench.expect(holds=holds, what=f"check of {_SMALL} modules ended with {runs[0].code}")
    bench.note(f"check of {_SMALL} modules, cached, offline: CPU", round(median([r.cpu for r in runs]), 3), "s", 0.4)
    bench.note(f"check of {_SMALL} modules, cached, offline: wall", round(median([r.wall for r in runs]), 3), "s", 0.4)


def measure_whole_reports(bench: Bench) -> None:
    """30,000 findings in every format, each written once after a small one that warms what is imported."""
    from supplymatrix.reports.registry import FORMATS, render
    from tests.reports.audits import many_audit

    small, audit = many_audit(30), many_audit(FINDINGS)
    for fmt in FORMATS:
        render(small, fmt)
        begin = time.process_time()
        text = render(audit, fmt)
        taken = time.process_time() - begin
        size = len(text.encode()) / 1e6
        bench.expect(holds=bool(text), what=f"{fmt} says nothing")
        bench.note(f"{FINDINGS:,} results as {fmt} ({size:.1f} MB): CPU", round(taken, 2), "s")
