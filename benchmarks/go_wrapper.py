"""`supplymatrix go -- build` beside `go build` on real projects: what the look before and after costs.

    python -m benchmarks.go_wrapper FOLDER[=PACKAGES]… [--runs N]

Each FOLDER is a Go project whose modules are in the module cache of `go env GOMODCACHE`; nothing there is changed.
PACKAGES: what is built, ./... when left out. Both build in turn with everything compiled before, so that the go command
has next to nothing to do, and the log's proofs are there from a run before: what is left is the look. How long it took
before and after is what the program itself says of it (-v).
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.hugo import NotRunError
from benchmarks.measure import Run, clean_environment, compile_program, median, pairs, program, run

__all__ = ["main", "measure_wrapper_of"]

_RUNS = 5
_BEFORE = re.compile(r"([0-9,]+) modules? proven.* \(([0-9,]+) copies, ([0-9,]+) files, ([0-9.]+) s\)")
_AFTER = re.compile(r"([0-9.]+) s afterwards")


def measure_wrapper_of(folder: Path, packages: str, scratch: Path, env: Mapping[str, str], *, runs: int) -> list[str]:
    """Print what both cost on one project, and return what was wrong. Raises NotRunError."""
    if shutil.which("go") is None:
        raise NotRunError("go is not installed")
    build = ["build", "-o", f"{scratch}/{folder.name}/", packages]
    (scratch / folder.name).mkdir()
    first = run([*program(), "go", "-v", "--", *build], env=env, cwd=folder)
    found = _BEFORE.search(first.err)
    if first.code or found is None:
        raise NotRunError(f"{folder}: exit {first.code}: {first.err.strip()[-300:]}")
    print(f"\n{folder.name}: {found[1]} modules, {found[2]} copies with {found[3]} files; go build {packages}")
    ours = [*program(), "go", "-v", "--offline", "--", *build]
    both = pairs(runs, lambda _: run(ours, env=env, cwd=folder), lambda _: run(["go", *build], env=env, cwd=folder))
    wrong = [f"{folder.name}: ours ended with {a.code}, go with {b.code}" for a, b in both if a.code or b.code]
    _row("go build", [b for _, b in both])
    _row("supplymatrix go -- build", [a for a, _ in both])
    more = [(a.wall - b.wall, a.cpu - b.cpu) for a, b in both]
    print(f"  {'the look (median of differences)':<36} wall {median([wall for wall, _ in more]):6.2f} s   "
          f"CPU {median([cpu for _, cpu in more]):6.2f} s")  # fmt: skip
    before = [float(found[4]) for a, _ in both if (found := _BEFORE.search(a.err))]
    after = [float(found[1]) for a, _ in both if (found := _AFTER.search(a.err))]
    if len(before) == len(after) == runs:
        print(f"  before go {median(before):.2f} s, after it {median(after):.2f} s, as told by -v; "
              f"the largest process had {max(a.memory for a, _ in both):,.0f} MiB")  # fmt: skip
    else:
        wrong.append(f"{folder.name}: -v did not tell how long it took")
    return wrong


def _row(name: str, done: Sequence[Run]) -> None:
    wall, cpu = median([one.wall for one in done]), median([one.cpu for one in done])
    print(f"  {name:<36} wall {wall:6.2f} s   CPU {cpu:6.2f} s   ({len(done)} runs)", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the projects that are named; 1 when something was wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("projects", nargs="+", metavar="FOLDER[=PACKAGES]")
    parser.add_argument("--runs", type=int, default=_RUNS, metavar="N")
    options = parser.parse_args(arguments)
    compile_program()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name).resolve()
        env = {key: text for key, text in clean_environment(scratch).items() if key not in ("GOMODCACHE", "GOPATH")}
        for project in options.projects:
            folder, _, packages = project.partition("=")
            try:
                wrong += measure_wrapper_of(
                    Path(folder).resolve(), packages or "./...", scratch, env, runs=max(1, options.runs)
                )
            except NotRunError as err:
                print(f"  NOT RUN: {err}")
    for text in wrong:
        print(f"WRONG: {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
