"""What was promised of committed proofs: a check that needs no network, and a split view that is caught through git."""

from __future__ import annotations

from benchmarks.acceptance.promise import Need, Promise, by_figures, by_tests
from benchmarks.proofs import measure_proofs, measure_proofs_of_hugo

__all__ = ["PROMISES"]

PROMISES = (
    Promise(
        name="every byte of a proof file counts",
        attempt=by_tests("tests/sumdb/test_proof_file.py", "tests/sumdb/test_history.py"),
    ),
    Promise(
        name="a proof file of a forked log is caught, with both heads",
        attempt=by_tests("tests/engine/test_committed_proofs.py", "tests/cli/test_prove.py"),
    ),
    Promise(name="on_outage", attempt=by_tests("tests/policy/test_outage.py")),
    Promise(name="proofs of a recorded project", attempt=by_figures(measure_proofs, every=True)),
    Promise(name="proofs of hugo's go.sum", attempt=by_figures(measure_proofs_of_hugo, every=True), need=Need.NETWORK),
)
