"""SM114 sum-differs-elsewhere: another go.sum of the same run has another hash for a module version."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed, line_subject, shorten_hash
from supplymatrix.checks.view import FactView
from supplymatrix.model.difference import first_difference
from supplymatrix.model.fact import ForeignHash, PrivateModule
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM114",
    name="sum-differs-elsewhere",
    title="two go.sum files have different hashes for one module version",
    why="A module version has one hash for everybody; of a private module, nothing else can tell that it changed.",
    severity=Severity.CRITICAL,
    level=Level.ALARM,
    needs=(
        "ForeignHash",
        "PrivateModule",
    ),
    offline=True,
    fixable=False,
    since="0.1.0",
    check_kind="gosum-complete",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each line that another file contradicts. Cannot be waived and cannot be lowered.

    It applies to contradictions alone: a line that no other file has is not better for that, and passes nothing. Where
    the log knows the module, it has told which of the two is right, and only the other one is at fault.
    """
    private = {module.subject for module in view.facts.of(PrivateModule)}
    for foreign in view.facts.of(ForeignHash):
        if view.is_proven(foreign.subject, foreign.kind, foreign.hash):
            continue  # the log says that ours is right; the other file is the one to look at
        module = foreign.subject
        subject = line_subject(module, foreign.kind)
        at = first_difference(foreign.hash, foreign.other_hash)
        yield failed(
            RULE,
            subject,
            module,
            message=f"two go.sum files of this run have different hashes for {subject.replace('@', ' ')}",
            label=f"{foreign.other_location} has {shorten_hash(foreign.other_hash)}",
            locations=(foreign.location, foreign.other_location),
            evidence=(
                Evidence(label="here", value=foreign.hash),
                Evidence(label=foreign.other_location.artifact, value=foreign.other_hash),
                Evidence(label="first difference", value=f"character {at + 1} of the hash"),
            ),
            identity=f"{subject}\n{foreign.hash}",
            fix=_next(foreign, is_private=module in private),
        )


def _next(foreign: ForeignHash, *, is_private: bool) -> str:
    if is_private:
        return (
            f"no log can tell which one is right: find out whether the tag of {foreign.subject.version} was moved, "
            "fetch the module again from its origin in an empty module cache, and hold both hashes against it"
        )
    return f"see which of them the log has: supplymatrix verify {foreign.subject}"
