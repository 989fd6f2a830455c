"""The parts of an audit one by one: the same findings as `supplymatrix audit` tells, and no secret in any row."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.engine.audit_parts import (
    AuditPart,
    AuditSubject,
    PartsRequest,
    failed_part,
    look_at,
    part_of,
    part_of_judged,
    read_subject_of,
)
from supplymatrix.engine.check import CheckRequest, run_check
from supplymatrix.engine.means import Means
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.tui.screens.audits_offers import PARTS, view_of
from tests.support.data import REPO
from tests.tui.made_app import NOW

AUDITED = REPO / "examples" / "audited"
SECRET = "not-a-real-password-4711"  # noqa: S105 - of the example, which says so


def _means(folder: Path) -> Means:
    environ = {
        "HOME": str(folder), "GOENV": "off", "PATH": "", "GOPROXY": f"https://build:{SECRET}@proxy.example",
        "SUPPLYMATRIX_CACHE_DIR": str(folder / "cache"), "SUPPLYMATRIX_STATE_DIR": str(folder / "state"),
    }  # fmt: skip
    return Means(environ=environ, now=NOW, offline=True)


def _subject(folder: Path) -> AuditSubject:
    return read_subject_of(
        PartsRequest(path=AUDITED, means=_means(folder), programs=(AUDITED / "checkout.xz",), folders=())
    )


def test_the_parts_find_what_the_whole_audit_finds(tmp_path: Path) -> None:
    subject = _subject(tmp_path)
    found = [look_at(subject, part) for part in AuditPart]
    request = CheckRequest(
        paths=(AUDITED,), means=_means(tmp_path), audits=frozenset(AuditFamily), binaries=(AUDITED / "checkout.xz",)
    )
    whole = run_check(request)
    told = {(item.rule, item.subject, item.level, item.status) for part in found for item in part.judged}
    expected = {
        (item.rule, item.subject, item.level, item.status)
        for item in whole.verdict.judged
        if item.finding is not None and part_of_judged(item) is not None
    }
    assert told == expected
    assert {rule for rule, *_ in told} >= {"SM210", "SM306", "SM603"}
    gaps = {(gap.wanted, gap.reason) for part in found for gap in part.gaps}
    assert gaps >= {(gap.wanted, gap.reason) for gap in whole.verdict.gaps if gap.family is not None}
    for part in found:
        rows = view_of(part).items
        text = "\n".join(line.plain for row in rows for line in (row.title, *row.lines_for(80)))
        assert SECRET not in text
        assert len({row.id for row in rows}) == len(rows)


def test_a_path_that_names_no_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_subject_of(PartsRequest(path=tmp_path / "nowhere", means=_means(tmp_path)))


def test_what_cannot_be_looked_at_is_a_gap_with_its_remedy() -> None:
    fault = InputError(Diagnostic(message="it cannot be read", artifact="go.mod", remedy="mend it"))
    found = failed_part(AuditPart.FIPS, fault)
    assert (found.exit_code, found.gaps[0].remedy, found.gaps[0].family) == (3, "mend it", AuditFamily.CRYPTO)
    assert [row.cells["level"] for row in view_of(found).items] == ["not known"]


def test_each_rule_of_an_audit_belongs_to_one_part() -> None:
    told = {rule: part_of(rule) for rule in ("SM110", "SM210", "SM211", "SM301", "SM603", "SM702", "SM805")}
    names = [part.value if part is not None else "" for part in told.values()]
    assert names == ["", "credentials", "sources", "vulns", "fips", "cgo", "path"]
    assert tuple(part.value for part in AuditPart) == PARTS
