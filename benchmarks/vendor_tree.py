"""`verify vendor` on real projects, beside what people do today: vendor anew with the go command, and compare.

    python -m benchmarks.vendor_tree FOLDER… [--runs N] [--cold]

Each FOLDER is a Go project; it is copied, and vendored in the copy. The workaround is `go mod vendor -o` and `diff -r`:
it believes the module cache, and asks no log. Ours is asked offline, with the log's answers kept from a run before, so
that both only read and compare. --cold: also once without a module cache, so that both fetch every zip.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.hugo import NotRunError
from benchmarks.measure import Run, clean_environment, compile_program, median, program, repeat, run

__all__ = ["main", "measure_vendor"]

_RUNS = 5


def measure_vendor(folder: Path, scratch: Path, *, runs: int = _RUNS, cold: bool = False) -> list[str]:
    """Print what both cost on one project, and return what was wrong. Raises NotRunError."""
    if shutil.which("go") is None:
        raise NotRunError("go is not installed")
    project = scratch / folder.resolve().name
    shutil.copytree(folder, project, ignore=shutil.ignore_patterns("vendor", ".git", "node_modules"), symlinks=True)
    clean = clean_environment(scratch / "home")
    warm = {**clean, "GOMODCACHE": run(["go", "env", "GOMODCACHE"], env={**os.environ}).out.strip(), "GOFLAGS": ""}
    vendored = run(["go", "mod", "vendor"], env=warm, cwd=project)
    if vendored.code:
        raise NotRunError(f"{folder} cannot be vendored: {vendored.err.strip()[-200:]}")
    ours: list[str | Path] = [*program(), "verify", "vendor", project, "--quiet", "--format", "json"]
    first = run(ours, env=warm)
    if first.code == 3:
        raise NotRunError(f"the log did not say all of {folder}")
    wrong = _wrong(first, f"{project.name} as the go command vendored it", 0)
    document = json.loads(first.out)
    print(f"\n{project.name}: {document['tree']['modules']} modules, {document['tree']['files']:,} files in vendor/")
    _row("ours, with the log's proofs", repeat(runs, [*ours, "--offline"], env=warm))
    again = scratch / "again"
    remake: list[str | Path] = ["sh", "-c", f"go mod vendor -o {again} && diff -r vendor {again}"]
    _row("go mod vendor -o, diff -r", repeat(runs, remake, env=warm, cwd=project))
    if cold:
        _row("ours, no module cache", [run(ours, env=clean)])
        _row("the workaround, no module cache", [run(remake, env={**clean, "GOFLAGS": "-modcacherw"}, cwd=project)])
    wrong += _tampered(project, [*ours, "--offline"], warm)
    return wrong


def _tampered(project: Path, ours: Sequence[str | Path], env: dict[str, str]) -> list[str]:
    """Change one byte, and return what is wrong with what is said of it."""
    file = next(path for path in sorted((project / "vendor").rglob("*.go")) if path.stat().st_size > 0)
    data = file.read_bytes()
    file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    done = run(ours, env=env)
    named = file.relative_to(project / "vendor").as_posix() in done.out
    wrong = _wrong(done, f"{project.name} with one byte changed", 4)
    return wrong if named else [*wrong, f"{file.name} is changed, and not named"]


def _wrong(done: Run, what: str, code: int) -> list[str]:
    return [] if done.code == code else [f"{what}: exit {done.code}, not {code}: {done.err.strip()[-200:]}"]


def _row(name: str, done: Sequence[Run]) -> None:
    wall, cpu = median([one.wall for one in done]), median([one.cpu for one in done])
    memory = max(one.memory for one in done)
    print(f"  {name:34} {wall:7.2f} s wall {cpu:7.2f} s CPU {memory:7.0f} MiB", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the projects that are named. Returns 1 when an answer was wrong."""
    parser = argparse.ArgumentParser(description="verify vendor beside vendoring anew")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=_RUNS)
    parser.add_argument("--cold", action="store_true", help="also without a module cache: fetches every zip")
    options = parser.parse_args(arguments)
    compile_program()
    wrong: list[str] = []
    for folder in options.folders:
        with tempfile.TemporaryDirectory(prefix="supplymatrix-bench-") as scratch:
            try:
                wrong += measure_vendor(folder, Path(scratch), runs=options.runs, cold=options.cold)
            except NotRunError as err:
                print(f"not run: {err}")
    for text in wrong:
        print(f"WRONG: {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
