"""Bills of materials of real projects: CPU, wall and memory beside cyclonedx-gomod and syft, in one run.

    python -m benchmarks.sbom_peers [--peer-dir DIR] [--runs N] [--only NAME]

The projects are module versions, so the go command's own proxy has them; their modules are downloaded before anything
is timed. Every program runs with a warm disk and module cache. Ours is measured twice: with an empty cache of its own
for every run ("first"), and with the cache that the run before has filled ("second").
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
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.hugo import NotRunError
from benchmarks.measure import clean_environment, compile_program, program, run

__all__ = ["PROJECTS", "Cost", "fetch", "main", "measure"]

PROJECTS = {
    "hey": "github.com/rakyll/hey@v0.1.5",
    "yq": "github.com/mikefarah/yq/v4@v4.54.3",
    "hugo": "github.com/gohugoio/hugo@v0.164.0",
    "prometheus": "github.com/prometheus/prometheus@v0.316.0",
}
_RUNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Medians of some runs. cpu, wall: seconds; memory: MiB, the largest resident set of the process or a child."""

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


def measure(folder: Path, scratch: Path, peers: str, runs: int = _RUNS) -> Iterator[Cost]:
    """Yield what each tool costs."""
    environ = clean_environment(scratch)
    out = scratch / "out.json"
    ours = [*program(), "sbom", str(folder), "--offline", "-q", "--format", f"cyclonedx-json={out}"]
    fresh = [environ | {"SUPPLYMATRIX_CACHE_DIR": str(scratch / f"fresh{number}")} for number in range(runs + 1)]
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
        code=done[-1].code,
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
    options = parser.parse_args()
    peers = os.pathsep.join(filter(None, [options.peer_dir, os.environ.get("PATH", "")]))
    compile_program()
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
