"""What was promised of audits: vulnerabilities, FIPS, code that is not Go, names that are told, credentials, the vendor
path.

The cases of the samples and made ones are tests. What is held against the go command and govulncheck runs where these
are installed; real projects and large programs are named by variables of the environment (see docs/benchmarks.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.acceptance.promise import Promise, by_tests

__all__ = ["PROMISES"]

_PARTS: Mapping[str, Sequence[str]] = {
    "samples: advisories at three levels, stripped or not": ("tests/samples/test_vulns.py",),
    "databases: compact, several, private, hostile": (
        "tests/vulns",
        "tests/engine/test_vuln_databases.py",
        "tests/cli/test_feeds.py",
    ),
    "vulnerabilities of sources, clocks, the end of a Go": (
        "tests/engine/test_vuln_sources.py",
        "tests/engine/test_audit_vulns.py",
        "tests/cli/test_audit_vulns.py",
    ),
    "the plan of updates, as the go command would": ("tests/engine/test_fix_plan.py", "tests/cli/test_fix.py"),
    "VEX, and vulnerabilities between bills": (
        "tests/sbom/test_vex.py",
        "tests/cli/test_vex.py",
        "tests/sbom/test_diff_vulns.py",
    ),
    "samples: FIPS families, the MD5 traps": ("tests/samples/test_fips.py", "tests/fips"),
    "code that is not Go": ("tests/native", "tests/engine/test_audit_cgo.py"),
    "names that are told, as the go command tells them": ("tests/privacy",),
    "credentials: good and bad cases, nothing shown": (
        "tests/engine/test_audit_credentials.py",
        "tests/cli/test_audit_credentials.py",
    ),
    "the vendor path": ("tests/buildfiles",),
    "rules with page, fixtures and clauses": ("tests/checks/test_rules.py", "tests/policy"),
    "the demo audits a service": ("tests/docs/test_demo.py::test_the_demo_audits_a_program_and_a_project",),
}

PROMISES = (*(Promise(name=name, attempt=by_tests(*tests)) for name, tests in _PARTS.items()),)
