"""SM131 toolchain-not-official: an installed Go is no release of the Go project, or does not check what it fetches."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.differences import list_differences
from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.checks.toolchains import gap_of_go, go_module, go_subject, name_go
from supplymatrix.checks.view import FactView
from supplymatrix.model.on_disk import InstalledGo, ToolchainLevel
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM131",
    name="toolchain-not-official",
    title="a Go here is no release that the log has, or checks less than it should",
    why="What a distribution or somebody else has built may be good: its maker has to be trusted, nothing proves it.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
    needs=("InstalledGo",),
    offline=False,
    fixable=True,
    since="0.1.0",
    check_kind="source-chain",
)


def check(view: FactView) -> Iterator[Result]:
    """A build of a distribution and an unknown version are findings, and so are settings that switch checks off."""
    for go in view.facts.of(InstalledGo):
        subject, module = go_subject(go), go_module(go)
        if go.level is ToolchainLevel.DISTRIBUTION:
            maker = f"a build of {go.maker}" if go.maker else "a build of a distribution"
            yield _finding(subject, go, f"{name_go(go)} is {maker}, no release of the Go project")
        elif go.level is ToolchainLevel.UNKNOWN_VERSION:
            yield _finding(subject, go, f"{name_go(go)} is no release that the log has")
        elif go.level is ToolchainLevel.UNCHECKED:
            yield unknown(RULE, subject, module, gap_of_go(go))
        elif go.level in (ToolchainLevel.OFFICIAL, ToolchainLevel.CONFIG_CHANGED):
            if go.risks:
                yield _finding(subject, go, f"{name_go(go)} may check less than a release, or run other programs")
            else:
                yield passed(RULE, subject, module)


def _finding(subject: str, go: InstalledGo, message: str) -> Result:
    stated = (("folder", go.root), ("its maker", go.maker), ("known by", go.maker_mark), ("its hash", go.hash),
              ("a link to", go.link), ("the go that runs", go.runs))  # fmt: skip
    return failed(
        RULE,
        subject,
        go_module(go),
        message=message,
        label="; ".join((*go.risks, go.reason)) if go.risks and go.reason else "; ".join(go.risks) or go.reason,
        locations=(),
        evidence=(
            *(Evidence(label=label, value=text) for label, text in stated if text),
            *(Evidence(label="setting", value=risk) for risk in go.risks),
            *list_differences(go.differences, go.differing),
        ),
        fix=go.remedy or _fix(go),
        identity="\n".join((subject, go.level.value, *go.risks)),
    )


def _fix(go: InstalledGo) -> str:
    """Return what ends the risks of a release."""
    if not go.runs:
        return "take these settings out of its go.env"
    more = "; take the other settings out of its go.env" if len(go.risks) > 1 else ""
    return f"put the folder bin of one Go first in PATH, and take GOROOT out of the environment{more}"
