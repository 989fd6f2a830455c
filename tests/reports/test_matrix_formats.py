"""The matrix as JSON, CSV, Markdown and HTML: whole files, their forms, and that nothing in a profile acts in them."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from fractions import Fraction
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from supplymatrix.model.value import changed
from supplymatrix.reports.markdown import LIMIT
from supplymatrix.reports.matrix_csv import HEADS, render_matrix_csv, safe_field
from supplymatrix.reports.matrix_html import STYLE, render_matrix_html
from supplymatrix.reports.matrix_json import render_matrix_json
from supplymatrix.reports.matrix_markdown import render_matrix_markdown
from supplymatrix.reports.plain import plain, plain_lines
from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.matrix import narrow_matrix
from tests.reports.matrix_views import HOSTILE, hostile_view, view_with_faults
from tests.reports.test_schema import faults, schema
from tests.reports.test_text import assert_golden
from tests.support.data import REPO
from tests.vendors.made_matrix import made_matrix, made_view, row, source, vendor

pytestmark = pytest.mark.slow

VIEWS = {"made": made_view, "faults": view_with_faults, "hostile": hostile_view}
RENDERERS = {
    "json": render_matrix_json, "csv": render_matrix_csv, "md": render_matrix_markdown, "html": render_matrix_html,
}  # fmt: skip
_KEPT = ("go_minors", "fix_sla", "fips_mode", "sumdb_compat", "air_gap")


class Page(HTMLParser):
    """What is on a page: tags with their attributes, and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("form", RENDERERS)
def test_a_report_is_written_as_it_always_was(form: str) -> None:
    view = made_view(narrow_matrix(made_matrix(), keys=_KEPT, excluded=("go-project",)))
    assert_golden(f"matrix.{form}", RENDERERS[form](view).replace("\r\n", "\n"))


@pytest.mark.parametrize("form", RENDERERS)
def test_no_text_of_a_profile_holds_hidden_characters_any_more(form: str) -> None:
    text = RENDERERS[form](hostile_view()).replace("\r\n", "\n")
    assert plain_lines(text) == text
    text.encode("utf-8")


def test_the_page_about_the_json_has_a_row_for_every_field() -> None:
    text = (REPO / "docs" / "formats" / "matrix-json.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    assert named | {"schema"} == set(schema("matrix")["properties"])


@pytest.mark.parametrize("name", VIEWS)
def test_json_fits_its_schema(name: str) -> None:
    assert faults("matrix", render_matrix_json(VIEWS[name]())) == []


def test_the_contributions_in_json_add_up_to_the_score() -> None:
    document = json.loads(render_matrix_json(made_view()))
    for option in document["options"]:
        for end in ("low", "high"):
            parts = sum((Fraction(part[end]) for part in option["contributions"]), Fraction(0))
            assert parts == Fraction(option["score"][end])


def test_every_cell_in_json_has_its_answers_with_their_sources() -> None:
    document = json.loads(render_matrix_json(made_view()))
    cells: list[dict[str, Any]] = [cell for option in document["options"] for cell in option["cells"]]
    assert len(cells) == document["counts"]["cells"] == 4 * len(KEYS)
    for cell in cells:
        assert cell["state"] == "unknown" or any(
            source["live"] for answer in cell["answers"] for source in answer["evidence"]
        )


def test_json_names_what_is_stale_and_what_is_missing() -> None:
    document = json.loads(render_matrix_json(view_with_faults()))
    assert [(item["vendor"], item["key"]) for item in document["stale"]] == [("acme", "fips_mode")]
    assert [fault["artifact"] for fault in document["faults"]] == ["ours/corp.toml"]


@pytest.mark.parametrize("name", VIEWS)
def test_csv_has_a_row_for_every_cell_and_all_rows_are_of_one_form(name: str) -> None:
    view = VIEWS[name]()
    text = render_matrix_csv(view)
    table = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert tuple(table[0]) == HEADS
    assert {len(line) for line in table} == {len(HEADS)}
    assert len(table) == 1 + len(view.matrix.options) * len(view.matrix.keys)


def test_lines_of_csv_end_as_the_standard_says() -> None:
    text = render_matrix_csv(made_view())
    assert text.endswith("\r\n")
    assert text.count("\n") == text.count("\r\n")


def test_no_field_of_csv_is_a_formula() -> None:
    for line in rows_of(render_matrix_csv(hostile_view())):
        assert all(text.lstrip()[:1] not in tuple("=+-@") for text in line.values())


@given(st.text(max_size=20))
def test_a_safe_field_begins_with_no_sign_of_a_formula_and_says_the_same(text: str) -> None:
    field = safe_field(text)
    assert field.lstrip()[:1] not in tuple("=+-@\t\r＝＋－＠")  # noqa: RUF001 - the wide forms
    assert field.removeprefix("'") in (plain(text), plain(text).removeprefix("'"))


@pytest.mark.parametrize("name", VIEWS)
def test_markdown_has_no_html_and_no_link_but_those_to_https(name: str) -> None:
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(render_matrix_markdown(VIEWS[name]()))
    inner = [token for token in tokens for token in (token, *(token.children or ()))]
    assert [token for token in inner if token.type in ("html_block", "html_inline", "image")] == []
    links = [str(token.attrs["href"]) for token in inner if token.type == "link_open"]
    assert all(link.startswith("https://") for link in links)


@pytest.mark.parametrize("name", VIEWS)
def test_every_row_of_a_markdown_table_has_as_many_cells_as_its_head(name: str) -> None:
    for block in render_matrix_markdown(VIEWS[name]()).split("\n\n"):
        bars = [len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines() if line.startswith("|")]
        assert len(set(bars)) <= 1, block


def test_the_markdown_of_a_large_matrix_ends_with_what_it_leaves_out() -> None:
    long = "a word and another one that makes a cell long, and so on to the end of what a cell may hold here"
    vendors = [vendor(f"v{number}", [row(key, "yes", long) for key in KEYS]) for number in range(40)]
    text = render_matrix_markdown(made_view(made_matrix(vendors)))
    assert len(text) <= LIMIT
    assert "**Not shown here for want of room: the answers to" in text


def test_a_link_of_markdown_leads_to_its_source() -> None:
    text = MarkdownIt("commonmark").enable("table").render(render_matrix_markdown(made_view()))
    assert '<a href="https://vendor.example/contract"><code>contract</code></a>' in text


@pytest.mark.parametrize("name", VIEWS)
def test_html_is_well_formed_and_holds_no_tag_of_a_profile(name: str) -> None:
    page = Page(render_matrix_html(VIEWS[name]()))
    assert page.open == []
    assert {tag for tag, _ in page.tags} <= {
        "html", "head", "meta", "title", "style", "body", "h1", "p", "strong", "b", "div", "table", "thead", "tbody",
        "tr", "th", "td", "small", "svg", "rect", "details", "summary", "span", "ul", "li", "a",
    }  # fmt: skip


def test_no_attribute_of_html_comes_from_a_profile_but_links_and_labels() -> None:
    page = Page(render_matrix_html(hostile_view()))
    names = {name for _, attributes in page.tags for name in attributes}
    assert not [name for name in names if name.startswith("on") or name in ("style", "src", "srcset")]


def test_every_link_of_html_is_https_and_gives_nothing_away() -> None:
    links = [attributes for tag, attributes in Page(render_matrix_html(hostile_view())).tags if tag == "a"]
    assert links
    for attributes in links:
        assert str(attributes["href"]).startswith("https://")
        assert attributes["rel"] == "noopener noreferrer"


def test_the_text_of_html_says_what_the_profile_says() -> None:
    words = " ".join(Page(render_matrix_html(hostile_view())).words)
    assert all(plain(text).strip() in words for text in HOSTILE)


def test_the_policy_of_html_allows_its_own_style_alone() -> None:
    page = Page(render_matrix_html(made_view()))
    (policy,) = [attributes["content"] for tag, attributes in page.tags if "http-equiv" in attributes]
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert f"<style>{STYLE}</style>" in render_matrix_html(made_view())


def test_every_cell_of_html_opens() -> None:
    page = Page(render_matrix_html(made_view()))
    assert sum(tag == "details" for tag, _ in page.tags) == 4 * len(KEYS)


@pytest.mark.parametrize("form", RENDERERS)
def test_a_matrix_without_rows_is_no_error(form: str) -> None:
    view = made_view()
    assert RENDERERS[form](changed(view, matrix=changed(view.matrix, keys=())))


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://x.example/", "https://x.example/\n<b>", "data:x"])
def test_what_is_no_https_address_is_no_link(address: str) -> None:
    profile = vendor("acme", [row("fips_mode", "yes", "x", "s")], [source("s", address=address)])
    view = made_view(made_matrix([profile]))
    assert not [tag for tag, _ in Page(render_matrix_html(view)).tags if tag == "a"]
    assert "<a " not in MarkdownIt("commonmark").enable("table").render(render_matrix_markdown(view))
