"""Clause files from text, and audits with as many results of each rule as a test wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

import pytest

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import Facts, Gap, PrivateModule
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Finding, Level, Severity, Status
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Contribution, ExcuseKind, Judged, Outcome, Score, Verdict, WaiverUse
from supplymatrix.policy.clauses import Framework, parse_clauses
from tests.support.fixtures import LOG, NOW

__all__ = ["HEAD", "Results", "audit_with", "clause", "faults", "house", "parse"]

HEAD = """\
schema = 1

[framework]
id = "house"
title = "House rules"
version = "3"
id_forms = ["H-{n}", "H-{n}({a})"]

[[catalogues]]
id = "wall"
title = "the sheet on the wall"
source = "ours"
read_on = 2026-11-01
"""
_PLACE = Location(artifact="go.sum", line=3, column=1, end_line=3, end_column=9)


def clause(name: str, *, direct: str = "", partial: str = "", context: str = "", more: str = "") -> str:
    """Return one clause as text. direct, partial, context: checks, behind commas."""
    lines = ["", "[[clauses]]", f'id = "{name}"', 'title = "something"', "confirmed = true", 'catalogue = "wall"']
    for strength, names in (("direct", direct), ("partial", partial), ("context", context)):
        if names:
            quoted = ", ".join(f'"{check.strip()}"' for check in names.split(","))
            lines.append(f"{strength} = [{quoted}]")
    return "\n".join([*lines, more, ""])


def parse(text: str) -> Framework:
    """Return the framework of a clause file."""
    return parse_clauses(text.encode(), "house.toml", rules=ALL_RULES.values())


def house(**checks: str) -> Framework:
    """Return a framework of one clause, H-1."""
    return parse(HEAD + clause("H-1", **checks))


def faults(text: str) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a clause file; fails when nothing is."""
    with pytest.raises(InputError) as caught:
        parse(text)
    return caught.value.diagnostics


@value
class Results:
    """How many results of a rule there are. excused: unknown, and let pass by on_outage."""

    passed: int = 0
    failed: int = 0
    waived: int = 0
    excused: int = 0
    unknown: int = 0


def audit_with(results: Mapping[str, Results], *, private: Sequence[str] = ()) -> Audit:
    """Return an audit with so many results of each rule; the numbers of its score mean nothing. private: modules that
    the policy has withheld from the log."""
    judged = [item for rule, found in results.items() for item in _judged(rule, found)]
    shares = tuple(
        Contribution(
            rule=rule,
            weight=1,
            passed=found.passed,
            failed=found.failed,
            waived=found.waived + found.excused,
            unknown=found.unknown,
            low=Fraction(0),
            high=Fraction(0),
        )
        for rule, found in results.items()
    )
    zero = Fraction(0)
    verdict = Verdict(
        outcome=Outcome.PASS,
        exit_code=0,
        score=Score(low=zero, high=zero, waived=zero, contributions=shares, caps=()) if shares else None,
        min_score=0,
        judged=tuple(judged),
        passed=sum(found.passed for found in results.values()),
        gaps=(),
        notes=(),
        policy_name="svc",
        policy_digest="0" * 64,
        tool_version="0.1.0",
        now=NOW,
    )
    withheld = [
        PrivateModule(
            subject=ModuleVersion(path=path, version="v1.0.0"),
            matched_by=path,
            setting="lift.toml",
            declared=True,
            location=_PLACE,
        )
        for path in private
    ]
    return Audit(subject="svc", root=".", facts=Facts(withheld), log=LOG, verdict=verdict, rules=ALL_RULES, lines={})


def _judged(rule: str, found: Results) -> list[Judged]:
    return [
        *(_item(rule, n, Status.FAIL) for n in range(found.failed)),
        *(_item(rule, n, Status.UNKNOWN) for n in range(found.unknown)),
        *(_item(rule, n, Status.WAIVED) for n in range(found.waived)),
        *(_item(rule, n, Status.WAIVED, excused=True) for n in range(found.excused)),
    ]


def _item(rule: str, number: int, status: Status, *, excused: bool = False) -> Judged:
    name = f"a.example/m{number}@v1.0.0"
    is_gap = excused or status is Status.UNKNOWN
    finding = Finding(
        rule=rule,
        subject=name,
        module=f"a.example/m{number}",
        version="v1.0.0",
        message=f"{rule} says {status.value} of m{number}",
        label="here",
        locations=(_PLACE,),
        fingerprint=f"{number:032x}",
    )
    waiver = WaiverUse(
        reason="looked at by two of us",
        owner="team-a",
        expires=date(2027, 1, 31),
        location=_PLACE,
        kind=ExcuseKind.OUTAGE if excused else ExcuseKind.WAIVER,
    )
    return Judged(
        rule=rule,
        subject=name,
        level=Level.ERROR,
        status=status,
        severity=Severity.HIGH,
        finding=None if is_gap else finding,
        gap=Gap(wanted=f"{rule} of m{number}", reason="nobody answers", remedy="later", subject=name)
        if is_gap
        else None,
        waiver=waiver if status is Status.WAIVED else None,
    )
