"""Try every promise for real and print a line for each; exit code 1 when one failed.

    python -m benchmarks.acceptance [--network] [--clean-clone] [--only TEXT]

Each part of the product has its file of promises beside this one; add a new file to `_TABLES`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.acceptance import (
    audits,
    comfort,
    comparator,
    graph,
    main_job,
    mismatch,
    network,
    on_disk,
    policy,
    proofs,
    sbom,
    signatures,
    subjects,
    tui,
)
from benchmarks.acceptance.promise import Need, Outcome, Promise, State

_TABLES: tuple[tuple[str, tuple[Promise, ...]], ...] = (
    ("the main job", main_job.PROMISES),
    ("committed proofs", proofs.PROMISES),
    ("many subjects, h1 and zips", subjects.PROMISES),
    ("a mismatch explained", mismatch.PROMISES),
    ("company networks", network.PROMISES),
    ("settings, help and formats", comfort.PROMISES),
    ("the module graph", graph.PROMISES),
    ("the comparator of vendors", comparator.PROMISES),
    ("the policy language", policy.PROMISES),
    ("the terminal app", tui.PROMISES),
    ("bills of materials, licences", sbom.PROMISES),
    ("what lies on the disk", on_disk.PROMISES),
    ("signatures, and the chain", signatures.PROMISES),
    ("audits: what goes beyond go.sum", audits.PROMISES),
)


def _attempt(promise: Promise, asked: frozenset[Need]) -> list[Outcome]:
    if promise.need is not None and promise.need not in asked:
        return [Outcome(state=State.NOT_RUN, detail=f"only with {promise.need}")]
    with tempfile.TemporaryDirectory() as scratch:
        return list(promise.attempt(Path(scratch).resolve()))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    for need in Need:
        parser.add_argument(need.value, dest="asked", action="append_const", const=need, help="try what needs this too")
    parser.add_argument("--only", default="", metavar="TEXT", help="only promises with TEXT in their name")
    options = parser.parse_args(arguments)
    asked = frozenset(options.asked or ())
    counts: Counter[State] = Counter()
    for title, promises in _TABLES:
        print(f"{title}", flush=True)
        for promise in promises:
            if options.only not in promise.name:
                continue
            for outcome in _attempt(promise, asked):
                counts[outcome.state] += 1
                print(f"  {outcome.state:<8} {outcome.name or promise.name:<62} {outcome.detail}", flush=True)
    print("\n" + ", ".join(f"{counts[state]} {state}" for state in State))
    return 1 if counts[State.FAIL] else 0


if __name__ == "__main__":
    sys.exit(main())
