"""A second reader of reports as HTML: elements that close where they should, attributes, and the text between."""

from __future__ import annotations

from collections.abc import Iterable
from html.parser import HTMLParser

__all__ = ["Page", "words_of"]

_VOID = frozenset({"meta", "br", "hr", "img", "link", "input", "base", "source", "embed"})


class Page(HTMLParser):
    """What is on a page. tags: in order, with attributes; rows: cells of all tables, lines divided by a comma."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.style = ""
        self.rows: list[list[str]] = []
        self.open: list[str] = []
        self.odd: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if len(dict(attrs)) != len(attrs):
            self.odd.append(f"an attribute of {tag} twice")
        self.tags.append((tag, {name: text or "" for name, text in attrs}))
        if tag not in _VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag == "div" and "td" in self.open and self.rows[-1][-1]:
            self.rows[-1][-1] += ", "

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.odd.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data
            return
        self.words.append(data)
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data

    def handle_comment(self, data: str) -> None:
        self.odd.append(f"<!--{data}-->")

    def handle_pi(self, data: str) -> None:
        self.odd.append(f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self.odd.append(f"<![{data}]>")

    def values(self, *names: str) -> Iterable[str]:
        """Return the values of some attributes, of all elements."""
        return [text for _, attributes in self.tags for name, text in attributes.items() if name in names]


def words_of(text: str) -> str:
    """Return what a reader sees of a page, its blanks as they are."""
    return " ".join(Page(text).words)
