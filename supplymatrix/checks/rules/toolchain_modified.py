"""SM130 toolchain-modified: an installed Go is not the release that it says it is."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.differences import first_difference, list_differences
from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.checks.toolchains import gap_of_go, go_module, go_subject, name_go
from supplymatrix.checks.view import FactView
from supplymatrix.model.on_disk import InstalledGo, ToolchainLevel
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM130",
    name="toolchain-modified",
    title="the Go on this machine is not what the log proves",
    why="Whoever changes the compiler or the standard library changes every program, and no go.sum shows it.",
    severity=Severity.CRITICAL,
    level=Level.ERROR,
    needs=("InstalledGo",),
    offline=False,
    fixable=True,
    since="0.1.0",
    check_kind="toolchain-integrity",
    alarms=True,
)


def check(view: FactView) -> Iterator[Result]:
    """Every Go that says it is a release must have the files of it; what is no release is judged by SM131."""
    for go in view.facts.of(InstalledGo):
        subject, module = go_subject(go), go_module(go)
        if go.level is ToolchainLevel.MODIFIED:
            yield _modified(subject, go)
        elif go.bad_proof:
            yield failed(
                RULE,
                subject,
                module,
                message=f"the log's answer about {name_go(go)} does not hold",
                label=go.reason,
                locations=(),
                evidence=(Evidence(label="folder", value=go.root), Evidence(label="answer", value=go.reason)),
                fix=go.remedy or "do not use it, and tell whoever runs the server",
                identity=subject,
            )
        elif go.level is ToolchainLevel.UNCHECKED:
            yield unknown(RULE, subject, module, gap_of_go(go))
        elif go.level in (ToolchainLevel.OFFICIAL, ToolchainLevel.CONFIG_CHANGED):
            yield passed(RULE, subject, module)


def _modified(subject: str, go: InstalledGo) -> Result:
    stated = (
        ("folder", go.root),
        ("its hash", go.hash),
        ("log", go.logged_hash),
        ("log record", f"{go.record_id} in a tree of {go.tree_size}" if go.record_id >= 0 else ""),
        ("compared with", go.compared_with),
        ("what differs", go.reason),
        ("cryptographic module", ", ".join(go.fips)),
    )
    return failed(
        RULE,
        subject,
        go_module(go),
        message=f"{name_go(go)} is not the release that the log proves",
        label=first_difference(go.differences, go.differing) or go.reason,
        locations=(),
        evidence=(
            *list_differences(go.differences, go.differing),
            *(Evidence(label=label, value=text) for label, text in stated if text),
        ),
        fix=go.remedy or "install the release again, and find out who changed it",
    )
