"""The rows of the SBOM screen: nothing is left out, nothing counts as proven without a proof, facets add up."""

from __future__ import annotations

import pytest

from supplymatrix.licences.classes import LicenceClass
from supplymatrix.model.fact import Gap
from supplymatrix.model.value import changed
from supplymatrix.sbom.document import ComponentKind, LogProof, Scope, Usage
from supplymatrix.tui.screens.sbom_data import (
    component_lines,
    fields_of,
    obligation_lines,
    summary_line,
    table_of,
    why_lines,
)
from supplymatrix.tui.screens.sbom_rows import ALL, SbomView, has_packages, state_of
from tests.support.sbom_documents import bare_document, large_document, made_component, rich_document


def _said(view: SbomView, name: str) -> str:
    return "\n".join(line.plain for line in component_lines(view, view.by_id[name]))


def test_every_component_is_a_row_and_the_main_module_the_first() -> None:
    document = rich_document()
    view = SbomView(document)
    assert [row.component for row in view.rows] == [document.main, *document.components]
    assert len(view.by_id) == len(view.rows)


def test_two_components_of_one_name_have_two_ids() -> None:
    document = rich_document()
    twice = changed(document, components=(*document.components, document.components[0]))
    assert len(SbomView(twice).by_id) == len(document.components) + 2


@pytest.mark.parametrize("kind", list(ComponentKind))
def test_nothing_is_proven_without_a_proof(kind: ComponentKind) -> None:
    assert state_of(kind, None).style not in ("good", "bad")


@pytest.mark.parametrize(
    ("state", "style"),
    [("proven", "good"), ("differs", "bad"), ("not-in-log", "bad"), ("no-line-in-record", "bad"),
     ("bad-proof", "bad"), ("not-checked", "unknown"), ("private", "unknown"), ("local", "unknown"),
     ("of a later version", "bad")],
)  # fmt: skip
def test_a_state_has_sign_word_and_colour(state: str, style: str) -> None:
    found = state_of(ComponentKind.MODULE, LogProof(state=state))
    assert (found.style, bool(found.sign), bool(found.word)) == (style, True, True)


@pytest.mark.parametrize("document", [rich_document(), bare_document(), large_document(40)])
def test_the_facets_of_a_group_hold_each_row_once(document: object) -> None:
    view = SbomView(document)  # type: ignore[arg-type]
    assert list(view.facet(ALL).rows) == list(range(len(view.rows)))
    for group in ("class", "log", "licence"):
        facets = [facet for facet in view.facets if facet.group == group]
        assert sorted(number for facet in facets for number in facet.rows) == list(range(1, len(view.rows)))
        assert sum(facet.count for facet in facets) == view.facet(ALL).count == len(view.document.components)


def test_a_licence_that_nobody_knows_is_a_facet_and_never_no_obligation() -> None:
    view = SbomView(rich_document())
    facet = view.facet("licence unknown")
    assert len(facet.rows) == view.unknown > 0
    assert {view.rows[number].kind for number in facet.rows} == {LicenceClass.UNKNOWN}
    lines = [line.plain for line in obligation_lines(view, facet, None)]
    assert "  nothing" not in lines
    assert any(line.startswith("? unknown: ") for line in lines)


def test_obligations_name_licence_and_clause_and_each_thing_once() -> None:
    view = SbomView(rich_document())
    lines = [line.plain for line in obligation_lines(view, None, view.by_id["git.example/acme/app@v2.1.0"])]
    assert lines[0] == "obligations of git.example/acme/app@v2.1.0"
    things = [line for line in lines if line.startswith("    - ")]
    assert things
    assert any("Apache-2.0, " in line for line in things)


def test_a_component_tells_all_that_is_known_of_it() -> None:
    view = SbomView(rich_document())
    row = view.by_id["github.example/Usual/lib@v1.5.0"]
    said, part = _said(view, row.id), row.component
    assert part.digest is not None
    for text in (
        part.purl, part.h1, part.h1_go_mod, part.digest.sha256, part.digest.sha512, "record 4,711", "LICENSE:3-21",
        "98 % by template", "Copyright (c) 2019", "needed by   git.example/acme/app@v2.1.0", "required directly",
        "code.example/either@v0.3.0", "fedcba9876543210", "v shows it step by step", "uses cgo",
    ):  # fmt: skip
        assert text in said


def test_what_stands_for_another_one_says_for_which() -> None:
    view = SbomView(rich_document())
    assert "replaces    code.example/old@v1.0.0" in _said(view, "fork.example/old@v1.0.1")
    local = _said(view, "code.example/local")
    assert "../local: a local folder" in local
    assert "v shows it" not in local


def test_a_gap_stands_beside_what_it_is_about() -> None:
    view = SbomView(rich_document())
    assert "its server asks for a login" in _said(view, "corp.example/secret@v0.9.0")
    assert "its server asks for a login" not in _said(view, "stdlib@1.26.8")
    main = _said(view, view.rows[0].id)
    assert "incomplete" in main
    assert "its server asks for a login" in main
    assert "Ada Author ada@acme.example" in main


def test_who_was_not_named_is_not_invented() -> None:
    view = SbomView(bare_document())
    assert [text for _, name, text in fields_of(view, view.rows[0]) if name in ("author", "maker", "supplier")] == [
        "not named: supplymatrix config author"
    ] * 3


@pytest.mark.parametrize("width", [40, 60, 78, 100, 158])
def test_what_is_not_known_is_never_cut_from_the_summary(width: int) -> None:
    view = SbomView(rich_document())
    line = summary_line(view, width)
    assert "? 5 licences" in line
    assert "incomplete" in line
    assert "✘ 1 failed" in line


@pytest.mark.parametrize("room", [60, 78, 91, 131, 300])
def test_columns_are_as_wide_as_what_is_in_them_and_the_purl_is_the_last(room: int) -> None:
    view = SbomView(rich_document())
    columns = table_of(view, view.facet(ALL), room).columns
    assert list(columns) == ["component", "version", "licence", "verified", "usage", "class", "purl"]
    seen = [column for key, column in columns.items() if key not in ("class", "purl")]
    assert sum(column.width + 1 for column in seen) <= max(room, 78)
    longest = max(len(text) for text in columns["version"].texts)
    assert (columns["version"].width == longest) == (room > 100)


def test_a_usage_that_says_nothing_gives_its_room_away() -> None:
    built, mixed = SbomView(large_document(3)), SbomView(rich_document())
    first, other = (table_of(view, view.facet(ALL), 80) for view in (built, mixed))
    assert list(first.columns)[-2:] == ["purl", "usage"]
    assert list(other.columns)[-2:] == ["class", "purl"]
    assert first.columns["component"].width > other.columns["component"].width


def test_the_target_is_in_the_first_line_and_the_subject_in_no_count() -> None:
    document = rich_document()
    line = summary_line(SbomView(changed(document, properties={"supplymatrix:tags": "a,b"})))
    assert "scope all · linux/amd64, cgo, tags a,b · 11 components" in line
    main = changed(document.main, licence=None)
    without = SbomView(changed(document, main=main))
    assert without.unknown == SbomView(document).unknown
    assert "? its own licence" in summary_line(without)


def test_why_nothing_is_known_is_said_once() -> None:
    bare = bare_document()
    parts = [changed(made_component(f"code.example/{name}", expression=""), packages=0) for name in "abcd"]
    parts = [changed(part, usage=Usage.NOT_BUILT) for part in parts]
    document = changed(bare, components=tuple(parts), scope=Scope.ALL)
    assert not has_packages(document)
    first, second = why_lines(SbomView(document, is_offered=True))
    assert first == "no package of it is built here: this is its whole build list"
    why = "? 4 licences not known: no licence text is like any that is known"
    assert second == f"{why}; next: look at COPYING, and state the licence in lift.toml"
    assert why_lines(SbomView(document), 60) == (why,)
    assert why_lines(SbomView(bare)) == ("no package of it is built here: t shows its whole build list",)
    assert why_lines(SbomView(large_document(3))) == ()


def test_gaps_and_reasons_of_one_kind_are_told_once() -> None:
    document = rich_document()
    gaps = [Gap(wanted="graph", reason=f"go.mod of m{number}: it is not there", remedy="get it") for number in range(9)]
    reasons = tuple(f"graph: {gap.reason}" for gap in gaps)
    view = SbomView(changed(document, gaps=tuple(gaps), completeness=changed(document.completeness, reasons=reasons)))
    said = _said(view, view.rows[0].id)
    assert said.count("it is not there") == 2
    assert said.count("and 8 more for the same reason") == 2


def test_a_component_that_nothing_is_known_of_has_no_licence_at_all() -> None:
    part = changed(made_component("code.example/x"), licence=None)
    view = SbomView(changed(bare_document(), components=(part,)))
    assert "no file of it was looked at" in _said(view, "code.example/x@v1.2.3")
