"""Bills of materials of real projects: CPU, wall and memory beside cyclonedx-gomod and syft, in one run.

    python -m benchmarks.sbom_peers [--peer-dir DIR] [--runs N] [--only NAME]

With --folder and --home it measures one project that is fetched already, and prints JSON.

The projects are module versions, so the go command's own proxy has them; their modules are downloaded before anything
is timed. Every program runs with a warm disk and module cache. Ours is measured twice: with an empty cache of its own
for every run ("first"), and with the cache that the run before has filled ("second"). No cache is shared by projects.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.hugo import NotRunError
from benchmarks.measure import REPO, clean_environment, compile_program, program, run

if TYPE_CHECKING:
    from benchmarks.run import Bench

__all__ = ["PROJECTS", "Cost", "fetch", "fetched", "main", "measure", "measure_sbom_costs", "shared_home"]

PROJECTS = {
    "hey": "github.com/rakyll/hey@v0.1.5",
    "yq": "github.com/mikefarah/yq/v4@v4.54.3",
    "hugo": "github.com/gohugoio/hugo@v0.164.0",
    "prometheus": "github.com/prometheus/prometheus@v0.316.0",
}
_RUNS = 5
_TARGETS: Mapping[str, tuple[float, float | None, float | None]] = {
    "hugo": (1.5, 0.6, None),
    "prometheus": (2.0, None, 150.0),
}
"""The most seconds of CPU of the first run and of the second, and MiB of the first; None = nothing is promised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Medians of some runs. cpu, wall: seconds; memory: MiB, the largest resident set of the process or a child.

    code: the highest exit code.
    """

    tool: str
    cpu: float
    wall: float
    memory: float
    code: int


def fetch(name: str, scratch: Path) -> Path:
    """Return a folder with a project whose modules are in the module cache. Raises NotRunError."""
    if shutil.which("go") is None:
        raise NotRunError("go is not installed")
    environ = clean_environment(scratch)
    done = run(["go", "mod", "download", "-json", PROJECTS[name]], env=environ, cwd=scratch)
    folder = scratch / "projects" / name
    try:
        with zipfile.ZipFile(json.loads(done.out)["Zip"]) as archive:
            archive.extractall(scratch / "unpacked")
    except (ValueError, KeyError, OSError) as err:
        raise NotRunError(f"{PROJECTS[name]} cannot be had: {(done.err or done.out).strip()[:200]}") from err
    folder.parent.mkdir(exist_ok=True)
    (scratch / "unpacked" / PROJECTS[name]).rename(folder)
    (folder / "go.work").unlink(missing_ok=True)  # as published it names folders that are not in the zip
    done = run(["go", "mod", "download", "all"], env=environ, cwd=folder)
    if done.code:
        raise NotRunError(f"the modules of {name} cannot be had: {done.err.strip()[:200]}")
    return folder


@cache
def _home() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


def shared_home() -> Path:
    """Return the scratch folder that the fetched projects share; it is gone when the process ends."""
    return Path(_home().name).resolve()


@cache
def fetched(name: str) -> Path:
    """Return a project's folder, fetched once in a process into the shared folder. Raises NotRunError."""
    return fetch(name, shared_home())


def measure_sbom_costs(bench: Bench) -> None:
    """Hugo and prometheus: CPU and memory, beside the peers on PATH. Raises NotRunError."""
    for name, (first, second, memory) in _TARGETS.items():
        costs = _measure_apart(fetched(name), shared_home(), runs=3)
        ours, peers = costs[:2], costs[2:]
        failed = [cost for cost in ours if cost.code not in (0, 3)] + [cost for cost in peers if cost.code]
        for cost in failed:
            if cost in ours:
                bench.expect(holds=False, what=f"{name}, {cost.tool}: it ended with {cost.code}")
            else:
                bench.not_run.append(f"{name}, {cost.tool}: it ended with {cost.code}")
        if any(cost in failed for cost in ours):
            continue  # what has ended early has cost little
        bench.note(f"{name}, first: CPU", round(ours[0].cpu, 2), "s", first)
        bench.note(f"{name}, second: CPU", round(ours[1].cpu, 2), "s", second)
        bench.note(f"{name}, first: memory", round(ours[0].memory), "MiB", memory)
        peers = [cost for cost in peers if cost not in failed]
        for cost in peers:
            bench.note(f"{name}, {cost.tool}: CPU", round(cost.cpu, 2), "s")
            bench.note(f"{name}, {cost.tool}: memory", round(cost.memory), "MiB")
        if peers:
            best = min(cost.cpu for cost in peers)
            bench.note(f"{name}, first: CPU / best peer's", round(ours[0].cpu / best, 2), "", 1.0)
        else:
            bench.not_run.append(f"{name} beside peers: neither cyclonedx-gomod nor syft is on PATH, or they failed")


def _measure_apart(folder: Path, home: Path, runs: int) -> list[Cost]:
    """Measure in a process of its own: the system counts what a parent holds as what its children take."""
    command = [sys.executable, "-m", "benchmarks.sbom_peers", "--runs", str(runs)]
    done = run([*command, "--folder", folder, "--home", home], cwd=REPO)
    if done.code:
        raise NotRunError(f"benchmarks.sbom_peers ended with {done.code}: {done.err.strip()[-200:]}")
    return [Cost(**entry) for entry in json.loads(done.out)]


def measure(folder: Path, scratch: Path, peers: str, runs: int = _RUNS) -> Iterator[Cost]:
    """Yield what each tool costs."""
    out, own = scratch / "out.json", scratch / "caches" / folder.name
    environ = clean_environment(scratch) | {"SUPPLYMATRIX_CACHE_DIR": str(own / "second")}
    ours = [*program(), "sbom", str(folder), "--offline", "-q", "--format", f"cyclonedx-json={out}"]
    fresh = [environ | {"SUPPLYMATRIX_CACHE_DIR": str(own / f"first{number}")} for number in range(runs + 1)]
    yield _cost("supplymatrix, first", ours, folder, fresh)
    yield _cost("supplymatrix, second", ours, folder, [environ] * (runs + 1))
    gomod, syft = shutil.which("cyclonedx-gomod", path=peers), shutil.which("syft", path=peers)
    if gomod:
        command = [gomod, "mod", "-json", "-licenses", "-std", "-output", str(out), str(folder)]
        yield _cost("cyclonedx-gomod mod -licenses -std", command, folder, [environ] * (runs + 1))
    if syft:
        licences = {"SYFT_GOLANG_SEARCH_LOCAL_MOD_CACHE_LICENSES": "true"}
        command = [syft, "-q", f"dir:{folder}", "-o", f"cyclonedx-json={out}"]
        yield _cost("syft", command, folder, [environ] * (runs + 1))
        yield _cost("syft, licences of the module cache", command, folder, [environ | licences] * (runs + 1))


def _cost(tool: str, command: Sequence[str], folder: Path, environs: Sequence[Mapping[str, str]]) -> Cost:
    """Run once to warm the disk's cache, and then as often as there are environments left."""
    run(command, env=environs[0], cwd=folder)
    done = [run(command, env=environ, cwd=folder) for environ in environs[1:]]
    return Cost(
        tool=tool,
        cpu=median(one.cpu for one in done),
        wall=median(one.wall for one in done),
        memory=median(one.memory for one in done),
        code=max(one.code for one in done),
    )


def _lines(costs: Sequence[Cost]) -> Iterator[str]:
    """Yield the lines of a table."""
    for cost in costs:
        yield f"  {cost.tool:<36} {cost.cpu:5.2f}   {cost.wall:6.2f}  {cost.memory:5.0f}  {cost.code}"
    others = [cost.cpu for cost in costs if not cost.tool.startswith("supplymatrix")]
    if others:
        first, second = (min(others) / cost.cpu for cost in costs[:2])
        yield f"  best peer's CPU / ours: first {first:.1f}, second {second:.1f}"


def main() -> int:
    """Print a table for each project."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--peer-dir", default="", help="where the peers' programs lie, before PATH")
    parser.add_argument("--runs", type=int, default=_RUNS)
    parser.add_argument("--only", choices=sorted(PROJECTS))
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    peers = os.pathsep.join(filter(None, [options.peer_dir, os.environ.get("PATH", "")]))
    compile_program()
    if options.folder is not None:
        found = measure(options.folder, options.home, peers, options.runs)
        print(json.dumps([asdict(cost) for cost in found]))
        return 0
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for project in [options.only] if options.only else PROJECTS:
            try:
                folder = fetch(project, scratch)
            except NotRunError as err:
                print(f"{project}: not run: {err}", file=sys.stderr)
                continue
            print(f"\n{project}\n{'':38} CPU s   wall s   MiB  exit")
            costs = list(measure(folder, scratch, peers, options.runs))
            for line in _lines(costs):
                print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
