"""The installed Go, held against the log, beside `sha256sum` over the same files.

    python -m benchmarks.goroot

The record is asked for once, over the network; the measured runs are offline.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import hugo
from benchmarks.measure import Run, clean_environment, median, pairs, program, run
from benchmarks.run import Bench

__all__ = ["measure_goroot"]

_TIMES = 5
_LEFT_OUT = ("api", "doc", "misc", "test")


def measure_goroot(bench: Bench) -> None:
    """`verify goroot` of the Go in PATH. Raises NotRunError where there is none, or its record cannot be had."""
    print("\nthe installed Go")
    found = run(["go", "env", "GOROOT"]).out.strip() if shutil.which("go") else ""
    if not found:
        raise hugo.NotRunError("verify goroot: there is no Go")
    root, environ = Path(found), clean_environment(bench.scratch / "goroot")
    command: list[str | Path] = [*program(), "verify", "goroot", root]
    bench.command(command)
    first = run([*command, "--format", "json"], env=environ)
    if not first.out:
        raise hugo.NotRunError(f"verify goroot: {first.err.strip()[:200]}")
    (go,) = json.loads(first.out)["installed"]
    if go["level"] == "unchecked":
        raise hugo.NotRunError(f"verify goroot: {go['reason']}")
    bench.expect(holds=go["level"].startswith("official"), what=f"{root} is {go['level']}: {go['reason']}")
    names = bench.scratch / "goroot-files"
    names.write_bytes(b"".join(f"{path}\0".encode() for path in _files(root)))
    summed: list[str | Path] = ["sh", "-c", 'xargs -0 sha256sum < "$1" > /dev/null', "sh", names]
    bench.command(["xargs", "-0", "sha256sum", "<", names])

    def ours(_: int) -> Run:
        return run([*command, "--offline", "--no-fetch"], env=environ)

    def theirs(_: int) -> Run:
        return run(summed)

    both = pairs(_TIMES, ours, theirs)
    bench.expect(holds=all(done.code == 0 for done, _ in both), what=f"verify goroot ended with {both[0][0].code}")
    bench.note(f"verify goroot, {go['files']:,} files: wall", median([done.wall for done, _ in both]), "s", 1.5)
    bench.note("verify goroot: CPU", median([done.cpu for done, _ in both]), "s")
    bench.note("sha256sum of the same files: wall", median([done.wall for _, done in both]), "s")
    bench.note("sha256sum: CPU", median([done.cpu for _, done in both]), "s")
    bench.note("CPU, ours ÷ sha256sum (median of pairs)", median([a.cpu / b.cpu for a, b in both]), "times")


def _files(root: Path) -> list[Path]:
    tops = [path for path in sorted(root.iterdir()) if path.name not in _LEFT_OUT]
    return [file for top in tops for file in (top.rglob("*") if top.is_dir() else [top]) if file.is_file()]


def main(arguments: Sequence[str] = ()) -> int:
    """Measure this alone; 1 when an answer was wrong."""
    del arguments
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name).resolve())
        measure_goroot(bench)
        return 1 if bench.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
