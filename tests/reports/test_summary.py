"""The summary of a step: the Markdown report, within the bytes that GitHub takes."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from supplymatrix.model.value import changed
from supplymatrix.reports import markdown, summary
from tests.reports.audits import excused_audit, main_survey, many_audit

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def long() -> str:
    """The summary of 6,000 findings whose text takes three bytes a character."""
    audit = many_audit(9_000)
    judged = tuple(
        item if item.finding is None else changed(item, finding=changed(item.finding, label="漢" * 40))
        for item in audit.verdict.judged
    )
    return summary.render(changed(audit, verdict=changed(audit.verdict, judged=judged)))


def test_it_is_the_markdown_report_where_that_is_whole() -> None:
    assert summary.render(main_survey()) == markdown.render(main_survey())


def test_it_has_room_for_more_than_a_comment_and_keeps_its_limit_in_bytes(long: str) -> None:
    assert markdown.LIMIT < len(long) < len(long.encode()) <= summary.LIMIT


def test_what_is_left_out_is_counted(long: str) -> None:
    (missing,) = re.findall(r"\*\*Not shown here for want of room: ([\d,]+) findings", long)
    assert long.count("| no line for ") + int(missing.replace(",", "")) == 6_000


def assert_calm(text: str) -> None:
    """Check that another reader of Markdown finds no HTML but line breaks, no link and no image in a text."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    kinds = {token.type for block in tokens for token in (block, *(block.children or ()))}
    inline = {token.content for block in tokens for token in block.children or () if token.type == "html_inline"}
    assert not kinds & {"html_block", "image", "link_open"}
    assert inline <= {"<br>"}


def test_the_register_names_waivers_that_excuse_nothing() -> None:
    assert "| SM102 | `gone.example/**` | expired | team-c | 2026-11-01 |" in summary.render(excused_audit())
