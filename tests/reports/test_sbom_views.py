"""Pages about other tools' bills of materials, where there is more to tell than a page may hold."""

from __future__ import annotations

import json

from supplymatrix.reports.markdown import LIMIT
from supplymatrix.reports.sbom_diff_view import DiffSide, render_sbom_diff_json, render_sbom_diff_markdown
from supplymatrix.reports.sbom_verify_view import (
    render_sbom_verify_json,
    render_sbom_verify_markdown,
    render_sbom_verify_text,
)
from supplymatrix.sbom.changes import ChangeSort, SbomChange, SbomDiff
from supplymatrix.sbom.read_values import ReadFault
from supplymatrix.sbom.statements import SbomTruth, Statement, Topic, Truth


def _truth(number: int) -> SbomTruth:
    """Return a file with so many false statements, each with an answer of its own."""
    return SbomTruth(
        artifact="bom.json", sha256="0" * 64, format="CycloneDX JSON", spec="1.6", tools=("maker 1",), identity="",
        created="", main="", go_components=number, others=0,
        statements=tuple(
            Statement(
                topic=Topic.LICENCE, truth=Truth.FALSE, subject=f"code.example/m{at}@v1.0.0", said="MIT",
                found=f"LicenseRef-{at}", remedy="ask its owner",
            )
            for at in range(number)
        ),
        faults=tuple(ReadFault(where=f"components[{at}]", what="odd") for at in range(200)),
        fault_count=1_000,
        notes=("`code` | <b>", ),
        signature="bom.json.sig",
    )  # fmt: skip


def test_a_long_page_says_what_it_leaves_out() -> None:
    truth = _truth(3_000)
    page = render_sbom_verify_markdown(truth)
    assert len(page) <= LIMIT
    assert "More is not shown here" in page
    text = render_sbom_verify_text(truth)
    assert "… and 2,960 more" in text
    assert len(text.splitlines()) < 200
    assert len(render_sbom_verify_text(truth, verbose=True).splitlines()) > 9_000
    assert len(json.loads(render_sbom_verify_json(truth))["statements"]) == 3_000


def test_notes_and_the_signature_stand_at_the_end() -> None:
    text = render_sbom_verify_text(_truth(1))
    assert text.splitlines()[-3:-1] == [
        "note: `code` | <b>",
        "note: bom.json.sig lies beside it: `supplymatrix verify-report` checks signatures",
    ]
    assert "<b>" not in render_sbom_verify_markdown(_truth(1)).replace("`<b>`", "")


def test_a_long_list_of_changes_says_what_it_leaves_out() -> None:
    side = DiffSide(path="a", sha256="0" * 64, format="SPDX JSON 2.3", faults=2)
    changes = tuple(
        SbomChange(sort=ChangeSort.ADDED, name=f"code.example/m{at}|`", before="", after="v1.0.0")
        for at in range(3_000)
    )
    diff = SbomDiff(changes=changes, unchanged=1, before=1, after=3_001)
    page = render_sbom_diff_markdown(diff, side, side)
    assert len(page) <= LIMIT
    assert "More is not shown here" in page
    assert len(json.loads(render_sbom_diff_json(diff, side, side))["changes"]) == 3_000
