"""What a bill of 10,000 components costs: made, written to a file and validated, in a process of its own.

    python -m benchmarks.sbom_ten_thousand [FORM [COUNT]]

The components are made up, each as modules mostly are: licence, hashes, proof, references, four edges. The process
makes them too. With FORM it is that process, and prints what it wrote.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import REPO, clean_environment, median, repeat

if TYPE_CHECKING:
    from benchmarks.run import Bench

__all__ = ["measure_sbom_ten_thousand"]

_COUNT, _RUNS = 10_000, 3
_FORMS: tuple[tuple[str, float | None, float | None], ...] = (
    ("cyclonedx-json", 3.0, 400.0),
    ("cyclonedx-xml", None, None),
    ("spdx-json", None, None),
)
"""Format, the most seconds of CPU, the most MiB; None = nothing is promised."""


def measure_sbom_ten_thousand(bench: Bench) -> None:
    """Each format: CPU and memory of the whole process, start included."""
    print(f"\na bill of {_COUNT:,} components: made, written, validated")
    environ = clean_environment(bench.scratch / "sbom") | {"PYTHONPATH": str(REPO)}
    for form, seconds, mebibytes in _FORMS:
        command: list[str | Path] = [sys.executable, "-m", "benchmarks.sbom_ten_thousand", form, str(_COUNT)]
        bench.command(command)
        runs = repeat(_RUNS, command, env=environ, cwd=bench.scratch)
        bench.expect(holds=all(done.code == 0 for done in runs), what=f"{form} ended with {runs[0].code}")
        if any(done.code for done in runs):
            continue  # what has ended early has cost little
        bench.expect(holds=len({done.out for done in runs}) == 1, what=f"{form}: not the same bytes twice")
        bench.note(f"{form}, {_COUNT:,} components: CPU", round(median([d.cpu for d in runs]), 2), "s", seconds)
        bench.note(f"{form}: memory", round(max(done.memory for done in runs)), "MiB", mebibytes)


def _write(form: str, count: int) -> None:
    """Make, validate and write one; print its size and digest."""
    import hashlib

    from supplymatrix.engine.sbom_write import write_sbom
    from tests.support.sbom_documents import large_document

    text = write_sbom(large_document(count), form).encode()
    with tempfile.TemporaryFile() as file:
        file.write(text)
    print(f"{len(text):,} bytes, sha256 {hashlib.sha256(text).hexdigest()}")


def main() -> int:
    """Measure, or be what is measured."""
    if len(sys.argv) > 1:
        _write(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else _COUNT)
        return 0
    from benchmarks.run import Bench

    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch))
        measure_sbom_ten_thousand(bench)
    return 1 if bench.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
