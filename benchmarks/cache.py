"""`verify cache` beside `go mod verify` on real projects: wall, CPU, memory, and how the time grows with the modules.

    python -m benchmarks.cache FOLDER… [--runs N] [--growth] [--memory]

Each FOLDER is a Go project whose modules are in the module cache of `go env GOMODCACHE`; nothing there is changed. Both
read it warm, in turn, and ours has the log's proofs from a run before. The go command compares zips and folders with
its own `.ziphash`; ours compares zips, folders, go.mod files and that `.ziphash` with what the log proves.

--growth: 50 to 500 modules of all projects together, as a go.sum of their own. --memory: the resident sets of all
processes, added up (Linux).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.hugo import NotRunError
from benchmarks.measure import Run, clean_environment, compile_program, median, pairs, program, run

__all__ = ["main", "measure_cache_of"]

_RUNS = 5
_STEPS = (50, 100, 200, 300, 400, 500)
_TICK = 0.01  # seconds between two looks at the memory


def measure_cache_of(folder: Path, env: Mapping[str, str], *, runs: int = _RUNS, memory: bool = False) -> list[str]:
    """Print what both cost on one project, and return what was wrong. Raises NotRunError."""
    if shutil.which("go") is None:
        raise NotRunError("go is not installed")
    ours = _ours(folder)
    first = run(_ours(folder, offline=False), env=env)
    document = _document(first)
    if not document or document["exit_code"] == 3:
        raise NotRunError(f"{folder}: not all could be had: {(first.err or first.out).strip()[-200:]}")
    wrong = [] if document["exit_code"] == 0 else [f"{folder.name}: exit {document['exit_code']}"]
    counts = {row["kind"]: row for row in document["counts"]}
    folders = counts.get("folder", {"proven": 0, "files": 0, "bytes": 0})
    print(f"\n{folder.name}: {folders['proven']} modules with {folders['files']:,} files, "
          f"{folders['bytes'] / 1e6:,.0f} MB unpacked")  # fmt: skip
    go = ["go", "mod", "verify"]
    run(go, env=env, cwd=folder)
    both = pairs(runs, lambda _: run(ours, env=env), lambda _: run(go, env=env, cwd=folder))
    wrong += [f"{folder.name}: ours ended with {a.code}" for a, _ in both if a.code != document["exit_code"]]
    wrong += [f"{folder.name}: go mod verify: {b.err.strip()[-200:]}" for _, b in both if b.code]
    _row("supplymatrix verify cache --offline", [a for a, _ in both])
    _row("go mod verify", [b for _, b in both])
    ratios = {"wall": [b.wall / a.wall for a, b in both], "CPU": [b.cpu / a.cpu for a, b in both]}
    for name, found in ratios.items():
        print(f"  {name}: go ÷ ours, median of pairs {median(found):.1f} (from {min(found):.1f} to {max(found):.1f})")
    trusting = [*ours, "--trust-mtime"]
    run(trusting, env=env)
    _row("the same with --trust-mtime, second run", [run(trusting, env=env) for _ in range(runs)])
    if memory:
        parts = peak_memory(ours, env)
        print(f"  peak memory, {len(parts)} processes added up: {sum(parts):,.0f} MiB (the largest {max(parts):,.0f})")
    return wrong


def measure_growth(folders: Sequence[Path], scratch: Path, env: Mapping[str, str], *, runs: int = _RUNS) -> None:
    """Print what go.sum files of 50 to 500 modules cost, chosen evenly from all that the projects have in the cache."""
    lines = sorted({line for folder in folders for line in (folder / "go.sum").read_text("utf-8").splitlines()})
    by_module: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        path, version, _ = line.split()
        by_module.setdefault((path, version.removesuffix("/go.mod")), []).append(line)
    document = _document(run(_ours(_write(scratch / "all", [line for line in lines if line]), offline=False), env=env))
    there = [
        (copy["module"], copy["version"])
        for copy in (document or {}).get("copies", [])
        if copy["kind"] == "folder" and copy["state"] == "equal"
    ]
    print(f"\ngrowth, of {len(there)} modules\n  {'modules':>9}{'files':>9}{'MB':>8}{'wall s':>9}{'CPU s':>8}")
    for wanted in (step for step in _STEPS if step <= len(there)):
        chosen = [there[number * len(there) // wanted] for number in range(wanted)]
        project = _write(scratch / f"of-{wanted}", [line for module in chosen for line in by_module[module]])
        first = _document(run(_ours(project), env=env)) or {}
        files = next(row for row in first["counts"] if row["kind"] == "folder")
        done = [run(_ours(project), env=env) for _ in range(runs)]
        wall, cpu = median([one.wall for one in done]), median([one.cpu for one in done])
        print(f"  {wanted:9,}{files['files']:9,}{files['bytes'] / 1e6:8,.0f}{wall:9.2f}{cpu:8.2f}", flush=True)


def _write(folder: Path, lines: Sequence[str]) -> Path:
    folder.mkdir()
    (folder / "go.mod").write_text("module bench.example/growth\n\ngo 1.22\n")
    (folder / "go.sum").write_text("".join(f"{line}\n" for line in lines))
    return folder


def _ours(folder: Path, *, offline: bool = True) -> list[str | Path]:
    how = ["--offline"] if offline else []
    return [*program(), "verify", "cache", folder.resolve(), "--quiet", "--format", "json", *how]


def _document(done: Run) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(done.out)
    except ValueError:
        return None
    return found


def _row(name: str, done: Sequence[Run]) -> None:
    wall, cpu = median([one.wall for one in done]), median([one.cpu for one in done])
    print(f"  {name:<42} wall {wall:6.2f} s   CPU {cpu:6.2f} s   ({len(done)} runs)", flush=True)


def peak_memory(command: Sequence[str | Path], env: Mapping[str, str]) -> list[float]:
    """Return the largest resident set of each process of a run, in MiB: their sum is no less than the real peak."""
    peaks: dict[int, float] = {}
    with subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            for number in _family(process.pid):
                peaks[number] = max(peaks.get(number, 0.0), _resident(number))
            time.sleep(_TICK)
    return [peak for peak in peaks.values() if peak]


def _family(number: int) -> Iterator[int]:
    yield number
    try:
        tasks = list(Path(f"/proc/{number}/task").iterdir())
    except OSError:
        return
    for task in tasks:
        try:
            children = (task / "children").read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _family(int(child))


def _resident(number: int) -> float:
    """Return the largest resident set of a process so far, 0 when it is gone."""
    try:
        lines = Path(f"/proc/{number}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def main() -> int:
    """Measure the named projects; 1 when an answer was wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--runs", type=int, default=_RUNS)
    parser.add_argument("--growth", action="store_true", help="50 to 500 modules")
    parser.add_argument("--memory", action="store_true", help="peak memory of all processes (Linux)")
    options = parser.parse_args()
    compile_program()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name).resolve()
        found = run(["go", "env", "GOMODCACHE"], env={**os.environ}).out.strip() if shutil.which("go") else ""
        env = clean_environment(scratch) | {"GOMODCACHE": found, "GOFLAGS": ""}
        for folder in options.folders:
            try:
                wrong += measure_cache_of(folder.resolve(), env, runs=options.runs, memory=options.memory)
            except NotRunError as err:
                print(f"NOT RUN: {err}")
        if options.growth:
            measure_growth([folder.resolve() for folder in options.folders], scratch, env, runs=options.runs)
    for text in wrong:
        print(f"WRONG: {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
