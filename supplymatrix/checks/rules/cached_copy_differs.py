"""SM112 cached-copy-differs: a copy in the module cache is not what the log proves."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.differences import first_difference, list_differences
from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import CachedCopy, CopyKind, CopyState, Gap, SumKind
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM112",
    name="cached-copy-differs",
    title="a copy on this machine is not what the log proves",
    why="The go command believes its cache: what lies there is what is built.",
    severity=Severity.CRITICAL,
    level=Level.ERROR,
    needs=("CachedCopy",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="cache-integrity",
    alarms=True,
)
_NAMES = {
    CopyKind.ZIP: "the zip",
    CopyKind.FOLDER: "the unpacked folder",
    CopyKind.GO_MOD: "the go.mod",
    CopyKind.HASH_FILE: "the .ziphash",
}


def check(view: FactView) -> Iterator[Result]:
    """Every copy that is there must be equal; one that cannot be checked is a gap."""
    for copy in view.facts.of(CachedCopy):
        subject = f"{copy.subject} ({copy.kind.value})"
        if copy.state is CopyState.EQUAL:
            yield passed(RULE, subject, copy.subject)
        elif copy.state is CopyState.UNCHECKED:
            gap = Gap(
                wanted=f"the hash of {copy.path}",
                reason=copy.reason or "it was not hashed",
                remedy="check before the go command unpacks the module, or with an empty GOMODCACHE",
                subject=subject,
            )
            yield unknown(RULE, subject, copy.subject, gap)
        else:
            yield _differs(subject, copy, view)


def _differs(subject: str, copy: CachedCopy, view: FactView) -> Result:
    seen = f"it has {copy.hash}, the log has {copy.logged_hash}" if copy.hash else "it is not what was logged"
    stated = (
        ("copy", copy.path),
        ("its hash", copy.hash),
        ("log", copy.logged_hash),
        ("files", f"{copy.files:,}" if copy.files else ""),
    )
    kind = SumKind.GO_MOD if copy.kind is CopyKind.GO_MOD else SumKind.ZIP
    return failed(
        RULE,
        subject,
        copy.subject,
        message=f"{_NAMES[copy.kind]} of {copy.subject.path} {copy.subject.version} in the module cache is not what "
        "the log proves",
        label=first_difference(copy.differences, copy.differing) or copy.reason or seen,
        locations=view.locations(copy.subject, kind),
        evidence=(
            *(Evidence(label=label, value=text) for label, text in stated if text),
            *(list_differences(copy.differences, copy.differing) if _tells_more(copy) else ()),
        ),
        fix="go clean -modcache, and find out who changed it",
    )


def _tells_more(copy: CachedCopy) -> bool:
    """Return whether the list of files says what the label has not said already."""
    return len(copy.differences) > 1 or any(one.detail for one in copy.differences)
