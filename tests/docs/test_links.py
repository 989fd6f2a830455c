"""Links between pages lead somewhere, and the pages that list others list all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import page_names, prose, read_page
from tests.support.data import REPO

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_DECISIONS = sorted(path.name for path in (REPO / "docs" / "adr").glob("[0-9]*.md"))
_NAMED_PAGE = re.compile(r"docs/[a-z]+/[A-Za-z0-9_-]+\.md")


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, made as code hosts make them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", page_names())
def test_links_between_pages_lead_to_files(page: str) -> None:
    for link in _LINK.findall(prose(page)):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (REPO / page).parent / name if name else REPO / page
        assert target.exists(), f"{page} links to {link}"
        assert target.resolve().is_relative_to(REPO), f"{page} links out of the project: {link}"
        if anchor:
            assert anchor in _anchors(target), f"{page} links to {link}"


def test_every_decision_is_listed_once() -> None:
    listed = re.findall(r"\]\((\d{4}-[^)]+)\)", read_page("docs/adr/README.md"))
    assert listed == _DECISIONS


@pytest.mark.parametrize("name", _DECISIONS)
def test_a_decision_has_its_five_parts_on_half_a_page(name: str) -> None:
    text = read_page(f"docs/adr/{name}")
    assert text.startswith(f"# {name[:4]} ")
    places = [text.find(part) for part in ("\nStatus: ", "\n**Question.**", "\n**Options.**", "\n**Choice.**")]
    places.append(text.find("\n**Price.**"))
    assert -1 not in places
    assert places == sorted(places)
    assert len(text.split("\n")) <= 40


def test_every_page_that_the_program_names_is_there() -> None:
    for path in sorted((REPO / "supplymatrix").rglob("*.py")):
        for named in _NAMED_PAGE.findall(path.read_text(encoding="utf-8")):
            assert (REPO / named).is_file(), f"{path.relative_to(REPO)} names {named}"
