"""`audit vulns` on compiled programs, beside govulncheck with the same database.

    python -m benchmarks.vulns [--runs N] [--database FILE] PROGRAM...

The database is synced into a cache of its own from FILE, an entry on each line of a gzip file, and written once in the
layout that govulncheck reads; no network is used. GOVULNCHECK names govulncheck where it is not on PATH. Both look at
each program in turn, as whole processes. Printed: wall time and CPU, median of the runs, the ratio of CPU, and what
each finds at each level; of entries that name no packages govulncheck counts every package and function, so that they
are counted apart. Other sets than its own on a program that is not stripped are told as wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.measure import Figure, Run, clean_environment, compile_program, median, pairs, program, run
from tests.support.data import SAMPLES
from tests.support.govulncheck import GOVULNCHECK, LEVELS, command, levels_of, serve_bundle

__all__ = ["main", "measure_vulns"]

_RUNS = 5
_LARGE = 100 << 20
_TARGET = 0.4
"""Seconds for a program of some 140 MB."""


def measure_vulns(scratch: Path, bundle: Path, programs: Sequence[Path], *, runs: int = _RUNS) -> list[str]:
    """Print what each program costs, and return what was wrong."""
    home = scratch / "home"
    env = {**clean_environment(home), "HOME": str(home)}
    synced = run([*program(), "feeds", "sync", "go-vulndb", "--from", bundle], env=env)
    if synced.code:
        return [f"the database was not synced: {synced.err.strip()[-300:]}"]
    address = serve_bundle(bundle, scratch / "served") if GOVULNCHECK else ""
    wrong: list[str] = []
    for path in programs:
        print(f"\n{path.name}, {path.stat().st_size:,} bytes")
        ours = [*program(), "audit", "vulns", str(path)]
        theirs = command(path, address)
        run(ours, env=env)
        if not GOVULNCHECK:
            _rows("ours", [run(ours, env=env) for _ in range(runs)], path)
            print("  govulncheck is not installed: GOVULNCHECK names it")
            continue
        run(theirs, env=env)
        done = pairs(runs, _runner(ours, env), _runner(theirs, env))
        _rows("ours", [one for one, _ in done], path)
        _rows("govulncheck", [one for _, one in done], None)
        print(f"  {'CPU, ours to govulncheck':<58} {median([one.cpu / other.cpu for one, other in done]):>14.2f}")
        wrong += _sets(path, address, env)
    return wrong


def _runner(words: Sequence[str | Path], env: Mapping[str, str]) -> Callable[[int], Run]:
    return lambda _: run(words, env=env)


def _rows(name: str, done: Sequence[Run], path: Path | None) -> None:
    target = _TARGET if path is not None and path.stat().st_size > _LARGE else None
    for what, unit, most, number in (
        ("wall", "s", target, median([one.wall for one in done])),
        ("CPU", "s", target, median([one.cpu for one in done])),
    ):
        print(f"  {Figure(name=f'{name}: {what}', measured=round(number, 3), unit=unit, most=most).row()}", flush=True)


def _sets(path: Path, address: str, env: Mapping[str, str]) -> list[str]:
    """Print what each finds, and return where they differ."""
    found = json.loads(run([*program(), "audit", "vulns", "--format", "json", path], env=env).out)["vulnerabilities"]
    ours = {
        level: {one["id"] for one in found if LEVELS.index(one["level"]) >= depth} for depth, level in enumerate(LEVELS)
    }
    theirs, whole = levels_of(path, address)
    counts = ", ".join(f"{level} {len(ours[level])} / {len(theirs[level])}" for level in LEVELS)
    print(f"  found, ours / govulncheck: {counts}; entries that name no packages: {len(whole & theirs['module'])}")
    odd = [level for level in LEVELS if ours[level] - whole != theirs[level] - whole]
    stripped = b"\0.symtab\0" not in path.read_bytes()
    if not odd or (stripped and "module" not in odd):
        return []
    return [f"{path.name}: other sets at {', '.join(odd)}"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; exit code 1 when an answer was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="+", type=Path, metavar="PROGRAM")
    parser.add_argument("--runs", type=int, default=_RUNS)
    parser.add_argument("--database", type=Path, default=None, metavar="FILE")
    chosen = parser.parse_args(arguments)
    bundle = chosen.database or next(iter(sorted((SAMPLES / "vulndb").glob("*.jsonl.gz"), reverse=True)), None)
    if bundle is None:
        parser.error("--database: there is no file of entries")
    compile_program()
    with tempfile.TemporaryDirectory() as folder:
        wrong = measure_vulns(Path(folder), bundle, chosen.programs, runs=chosen.runs)
    for text in wrong:
        print(f"WRONG: {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
