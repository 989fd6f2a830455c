"""What was promised of many subjects in one run: workspaces, trees, shared look-ups, hashes held against each other."""

from __future__ import annotations

from benchmarks.acceptance.promise import Need, Promise, by_figures, by_tests
from benchmarks.tree import measure_tree

__all__ = ["PROMISES"]

PROMISES = (
    Promise(
        name="workspaces, trees and many paths",
        attempt=by_tests(
            "tests/sources/test_subjects.py", "tests/sources/test_workspace.py", "tests/engine/test_survey.py"
        ),
    ),
    Promise(name="one module version with two hashes", attempt=by_tests("tests/engine/test_foreign_hashes.py")),
    Promise(name="reports of many subjects", attempt=by_tests("tests/reports/test_survey.py")),
    Promise(
        name="h1 and zips", attempt=by_tests("tests/conformance/test_dirhash.py", "tests/conformance/test_zip_check.py")
    ),
    Promise(
        name="hostile zips, and files that change under the reader",
        attempt=by_tests("tests/gomod/test_zip_archive.py", "tests/sources/test_pread.py"),
    ),
    Promise(name="a tree of real modules", attempt=by_figures(measure_tree, every=True), need=Need.NETWORK),
)
