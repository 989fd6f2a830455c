"""The rows of the SBOM screen: nothing is left out, nothing counts as proven without a proof, facets add up."""

from __future__ import annotations

import pytest

from supplymatrix.licences.classes import LicenceClass
from supplymatrix.model.value import changed
from supplymatrix.sbom.document import ComponentKind, LogProof
from supplymatrix.tui.screens.sbom_data import component_lines, fields_of, obligation_lines, summary_line, table_of
from supplymatrix.tui.screens.sbom_rows import ALL, SbomView, state_of
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
        rows = [number for facet in view.facets if facet.group == group for number in facet.rows]
        assert sorted(rows) == list(range(len(view.rows)))


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
    assert "5 without a licence" in line
    assert "incomplete" in line
    assert "✘ 1 failed" in line


@pytest.mark.parametrize("room", [60, 78, 91, 131, 300])
def test_the_columns_fit_and_the_purl_comes_last_in_a_narrow_pane(room: int) -> None:
    view = SbomView(rich_document())
    data = table_of(view, view.facet(ALL), room)
    keys = list(data.columns)
    assert (keys[3] == "purl") == (room >= 110)
    seen = [column for key, column in data.columns.items() if key != "class" and (room >= 110 or key != "purl")]
    assert sum(column.width + 1 for column in seen) <= max(room, 78)


def test_a_usage_that_says_nothing_gives_its_room_away() -> None:
    built, mixed = SbomView(large_document(3)), SbomView(rich_document())
    first, other = (table_of(view, view.facet(ALL), 80) for view in (built, mixed))
    assert list(first.columns)[4:6] == ["purl", "usage"]
    assert list(other.columns)[4:6] == ["usage", "purl"]
    assert first.columns["component"].width > other.columns["component"].width


def test_a_component_that_nothing_is_known_of_has_no_licence_at_all() -> None:
    part = changed(made_component("code.example/x"), licence=None)
    view = SbomView(changed(bare_document(), components=(part,)))
    assert "no file of it was looked at" in _said(view, "code.example/x@v1.2.3")
