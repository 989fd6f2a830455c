"""The rows of the Chain screen, and all that is known of one: the artifact, its links, the modules of a link."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from textual.content import Content

from supplymatrix.model.chain import ChainLink, ChainRun, LinkId
from supplymatrix.model.signature import CheckState
from supplymatrix.model.value import value
from supplymatrix.reports.chain_words import MARKS, TITLES, head_words, state_word, sum_up, verdict_words
from supplymatrix.reports.plain import plain
from supplymatrix.tui.screens.binary_rows import ModuleRow, module_rows
from supplymatrix.tui.screens.signatures_data import COLORS, state_color
from supplymatrix.tui.widgets.details import heading
from supplymatrix.tui.widgets.line_list import Row

__all__ = ["ARTIFACT", "ChainView", "LinkRow", "chain_rows", "fields_of", "head_lines", "lines_of", "summary_line"]

ARTIFACT = "artifact"
"""Id of the row of the artifact itself."""
_TITLE, _NAME, _BAR = 12, 13, "│"
_HEADS: Mapping[str, str] = {"signatures": "who", "modules": "of what"}


@value
class LinkRow:
    """One link, and the modules that it is about. id: unique, and the same in every run of one artifact."""

    id: str
    link: ChainLink
    modules: tuple[ModuleRow, ...] = ()


class ChainView:
    """A chain, its links with their modules."""

    def __init__(self, run: ChainRun, told: Sequence[str] = ()) -> None:
        self.run = run
        self.told = tuple(dict.fromkeys((*run.notes, *told)))

    @cached_property
    def links(self) -> tuple[LinkRow, ...]:
        """The links in their order."""
        rows = list[LinkRow]()
        for number, link in enumerate(self.run.links):
            modules = [one for one in self.run.modules if link.subject in ("", one.program)]
            is_one = link.id is LinkId.MODULES
            found = tuple(module_rows(modules)) if is_one else ()
            rows.append(LinkRow(id=f"{link.id.value} {number}", link=link, modules=found))
        return tuple(rows)

    @cached_property
    def by_id(self) -> Mapping[str, LinkRow]:
        """The links by their id."""
        return {row.id: row for row in self.links}

    @cached_property
    def modules(self) -> Mapping[str, ModuleRow]:
        """The modules by the id of their row in the list."""
        return {_module_id(row, module): module for row in self.links for module in row.modules}

    @property
    def first(self) -> str:
        """The row to begin at: the link that is broken, else that is not as it should be, else the artifact."""
        gravest = sorted(self.links, key=lambda row: (row.link.state is not CheckState.FAILED, not row.link.exit_code))
        found = gravest[0] if gravest else None
        is_bad = found is not None and (found.link.state is CheckState.FAILED or found.link.exit_code)
        return found.id if found is not None and is_bad else ARTIFACT


def _module_id(row: LinkRow, module: ModuleRow) -> str:
    return f"{row.id} module {module.id}"


def chain_rows(view: ChainView, opened: str, *, has_bars: bool) -> list[Row]:
    """Return the lines of the chain. opened: id of the link whose modules are listed; has_bars: a line between two."""
    run = view.run
    digest = f"  sha256:{run.sha256[:12]}…" if run.sha256 else ""
    rows = [Row(id=ARTIFACT, text=Content.assemble((plain(run.target), "bold"), (digest, "dim")))]
    for row in view.links:
        if has_bars:
            rows.append(Row(id=f"bar {row.id}", text=Content.styled(f"  {_BAR}", "dim"), is_head=True))
        rows.append(Row(id=row.id, text=_link_line(row, is_open=row.id == opened)))
        rows += _module_lines(row) if row.id == opened else ()
    return rows


def _link_line(row: LinkRow, *, is_open: bool) -> Content:
    link = row.link
    color = state_color(link.state)
    word = "" if link.state in (CheckState.VERIFIED, CheckState.FAILED) else f"{state_word(link)}: "
    subject = f"{link.subject}: " if link.subject else ""
    fold = (" ▾" if is_open else " ▸") if row.modules else ""
    return Content.assemble(
        (f"{MARKS[link.state]} ", color), (f"{TITLES[link.id] + fold:{_TITLE}} ", "bold"), (plain(word), color),
        plain(f"{subject}{link.says}"),
    )  # fmt: skip


def _module_lines(row: LinkRow) -> Iterator[Row]:
    for module in row.modules:
        sign = module.sign
        word = "" if sign.style == "good" else f"  {sign.word}"
        text = Content.assemble(
            (f"  {_BAR}  ", "dim"), (f"{sign.mark} ", COLORS.get(sign.style, "")), plain(module.id),
            (plain(word), COLORS.get(sign.style, "")),
        )  # fmt: skip
        yield Row(id=_module_id(row, module), text=text)


def summary_line(run: ChainRun, width: int) -> str:
    """Return what the chain comes to, in a line of at most so many columns."""
    verdict, _, _ = verdict_words(run).partition(". ")
    line = f"{verdict} · {sum_up(run).partition(';')[0]} · exit {run.exit_code}"
    if len(line) <= width:
        return plain(line)
    tail = f" · exit {run.exit_code}"
    return plain(f"{verdict[: max(8, width - len(tail) - 1)]}…{tail}" if len(verdict) + len(tail) > width else
                 f"{verdict}{tail}")  # fmt: skip


def head_lines(run: ChainRun) -> tuple[Content, ...]:
    """Return the heads of both logs, under which all of it is proven, a line each."""
    lines = [
        Content.assemble((f"log, {_HEADS.get(head.kind, head.kind):8} ", "bold"), plain(head_words(head)))
        for head in run.heads
    ]
    return tuple(lines) or (Content.styled("no log vouches for anything here", "dim"),)


def lines_of(row: LinkRow | None, view: ChainView) -> tuple[Content, ...]:
    """Return all that is known of a link; of the artifact where there is none."""
    if row is None:
        head: tuple[Content, ...] = (heading(view.run.target), Content(plain(verdict_words(view.run))))
    else:
        link = row.link
        title = f"{MARKS[link.state]} {TITLES[link.id]}: {state_word(link)}"
        head = (Content.styled(title, state_color(link.state)), Content(plain(link.says)))
    fields = (Content.assemble((f"{plain(name):{_NAME}} ", "dim"), plain(text)) for name, text in fields_of(row, view))
    return (*head, Content(""), *fields)


def fields_of(row: LinkRow | None, view: ChainView) -> Iterator[tuple[str, str]]:
    """Yield name and text of what a link rests on, or of what is known of the artifact."""
    if row is None:
        yield from _of_artifact(view)
        return
    link = row.link
    for name, text in (("of", link.subject), ("expected", link.expected), ("found", link.found),
                       ("because", link.reason), ("next", link.remedy)):  # fmt: skip
        if text:
            yield name, text
    yield from link.values
    if link.exit_code:
        yield "exit", f"for this, trace ends with {link.exit_code}"
    if row.modules:
        yield "modules", f"Enter lists {len(row.modules):,}; on one of them its proof"


def _of_artifact(view: ChainView) -> Iterator[tuple[str, str]]:
    run = view.run
    if run.sha256:
        yield "sha256", run.sha256
    yield "links", sum_up(run)
    for head in run.heads:
        yield f"log, {_HEADS.get(head.kind, head.kind)}", head_words(head)
        if head.root:
            yield "  root", head.root
    if run.trust is not None:
        age = f", {run.trust.age_days:,} days old" if run.trust.age_days is not None else ""
        yield "trusted root", f"{run.trust.name}{age}"
        yield "  sha256", run.trust.sha256
    for fault in run.faults:
        yield "not read", f"{fault.artifact}: {fault.message}" if fault.artifact else fault.message
    for gap in run.gaps:
        yield "not known", gap.in_words
        if gap.remedy:
            yield "next", gap.remedy
    for note in view.told:
        yield "note", note
