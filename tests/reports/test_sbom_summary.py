"""The lines beside a bill of materials."""

from __future__ import annotations

from supplymatrix.model.fact import Gap
from supplymatrix.model.value import changed
from supplymatrix.reports.sbom_summary import MOST_SHOWN, summary_lines
from supplymatrix.reports.snippet import in_page
from tests.support.sbom_documents import bare_document, rich_document


def test_counts_are_of_what_they_say() -> None:
    first, counts, *gaps = summary_lines(rich_document())
    assert first == "git.example/acme/app v2.1.0 · scope all · components incomplete, dependencies unknown"
    assert counts == (
        "components: 11 beside the subject (6 built, 1 for tests only, 2 not built, 2 of unknown use) · edges: 12"
        " · licences known: 6 of 11 · zips hashed: 5 of 8 modules · proven: 5 of 8 modules · gaps: 2"
    )
    assert len(gaps) == 2
    assert gaps[0].endswith("its server asks for a login; next: add it to .netrc")


def test_many_gaps_are_counted_and_who_is_not_named_is_told() -> None:
    gaps = tuple(Gap(wanted=f"thing {number}", reason="gone", remedy="") for number in range(MOST_SHOWN + 3))
    lines = summary_lines(changed(bare_document(), gaps=gaps))
    assert lines[0].startswith("git.example/bare without a version · ")
    assert lines[2] == "gap: thing 0: gone"
    assert lines[-2] == "… and 3 more gaps, told in the document"
    assert lines[-1].startswith("not named: author, manufacturer, supplier;")


def test_long_lines_are_folded_and_made_plain() -> None:
    lines = in_page(["gap: " + "word " * 60, "short\x1b[31m"], 80)
    assert max(map(len, lines)) <= 80
    assert lines[1].startswith("  word")
    assert lines[-1].startswith("short")
    assert "\x1b" not in lines[-1]
