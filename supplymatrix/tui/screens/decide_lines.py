"""A decision as rows of a list: the words of the report, and for each row where its evidence is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual.content import Content

from supplymatrix.model.value import value
from supplymatrix.reports.decision_words import (
    costs_of,
    dropped_words,
    eliminated_words,
    flips,
    method_words,
    must_words,
    name_of,
    need_words,
    percent,
    points,
    ranked,
    reason_sides,
    regret_words,
    standing_words,
    title,
    unknown_words,
)
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import shorten, text_width, wrap
from supplymatrix.tui.links import Link
from supplymatrix.vendors.decide import Decision
from supplymatrix.vendors.matrix import TODAY
from supplymatrix.vendors.robustness import Reason

__all__ = ["DecisionLine", "decision_lines", "row_content"]

_NAME, _BAR = 22, 12


@value
class DecisionLine:
    """One line, not wrapped yet. link: where its evidence is, None = nowhere; is_head: it is a heading."""

    text: str
    link: Link | None = None
    is_head: bool = False


def decision_lines(decision: Decision, width: int) -> Iterator[DecisionLine]:
    """Yield the rows of a decision, wrapped to a width; parts without a row are left out."""
    found = decision.recommendation
    leader = name_of(decision, found.leader) if found.leader else ""
    other = name_of(decision, found.runner_up) if found.runner_up else ""
    parts: tuple[tuple[str, Iterable[DecisionLine]], ...] = (
        ("needs", _needs(decision)),
        ("how often first · what may be lost at worst", _shares(decision)),
        ("dropped out", _dropped(decision)),
        (f"for {leader}, beside {other}" if other else "", _reasons(decision, found.reasons_for)),
        (f"against {leader}", _reasons(decision, found.reasons_against)),
        ("what would change it", (DecisionLine(text=f"- {text}") for text in flips(decision))),
        (f"whom to ask what: unknowns on which first place hangs, of {decision.asked.draws:,} weightings",
         _unknowns(decision)),
        ("cost, which is not weighed", _costs(decision)),
        ("how", (DecisionLine(text=text) for text in (method_words(decision), standing_words(decision)))),
    )  # fmt: skip
    for heading, lines in parts:
        rows = [row for line in lines for row in _wrapped(line, width)]
        if rows:
            yield DecisionLine(text=plain(heading), is_head=True)
            yield from rows


def _wrapped(line: DecisionLine, width: int) -> Iterator[DecisionLine]:
    """Yield a line in as many as it takes; what follows the first stands where its words begin."""
    body = line.text.lstrip(" ")
    lead = " " * (len(line.text) - len(body))
    hanging = lead + ("  " if body.startswith("- ") else "")
    for number, part in enumerate(wrap(body, max(20, width - len(hanging)))):
        yield DecisionLine(text=f"{hanging if number else lead}{part}", link=line.link)


def _needs(decision: Decision) -> Iterator[DecisionLine]:
    for need in decision.asked.needs:
        yield DecisionLine(text=f"{need_words(need)}  from {need.origin or 'you'}", link=_cell(TODAY, need.key))
    if not decision.asked.needs:
        yield DecisionLine(text="none named: no question is sure to weigh as much as another")
    for need in decision.asked.left_out:
        yield DecisionLine(text=f"not taken in, eight are enough: {need_words(need)}  from {need.origin}")
    for text in must_words(decision):
        yield DecisionLine(text=text)


def _shares(decision: Decision) -> Iterator[DecisionLine]:
    options = ranked(decision)
    size = min(_NAME, max((text_width(plain(option.name)) for option in options), default=0))
    scenarios = {scenario.id: scenario.name for scenario in decision.asked.scenarios}
    for option in options:
        share, name = decision.share(option.id), shorten(plain(option.name), size)
        cells = round(share * _BAR)
        bar = "█" * cells or ("▏" if share > 0 else "")
        text = f"{name}{' ' * (size - text_width(name))}  {bar}{'·' * (_BAR - len(bar))}  {percent(share):>6}"
        regret = decision.worst_regret(option.id)
        if regret is not None:
            text += f"  {regret_words(regret.low, regret.high):>8}  {plain(scenarios[regret.scenario])}"
        yield DecisionLine(text=text, link=Link("matrix", (option.id,)))


def _dropped(decision: Decision) -> Iterator[DecisionLine]:
    for item in decision.eliminated:
        evidence = f" [{', '.join(item.evidence)}]" if item.evidence else ""
        yield DecisionLine(
            text=f"- {eliminated_words(decision, item)}{evidence}", link=_cell(item.option, item.need.key)
        )
    for dropped in decision.dropped:
        yield DecisionLine(text=f"- {dropped_words(decision, dropped)}", link=Link("matrix", (dropped.option,)))


def _reasons(decision: Decision, reasons: Iterable[Reason]) -> Iterator[DecisionLine]:
    found = decision.recommendation
    for reason in reasons:
        yield DecisionLine(text=f"{points(reason.points)}  {title(reason.key)}", link=_cell(found.leader, reason.key))
        for side, option in zip(reason_sides(decision, reason), (found.leader, found.runner_up), strict=True):
            evidence = f" [{', '.join(side.evidence)}]" if side.evidence else ""
            yield DecisionLine(text=f"      {side.name}: {side.has}{evidence}", link=_cell(option, reason.key))


def _unknowns(decision: Decision) -> Iterator[DecisionLine]:
    for item in decision.drawn.unknowns if decision.drawn is not None else ():
        if item.decides:
            yield DecisionLine(
                text=f"{item.decides:,}  {unknown_words(decision, item)}", link=_cell(item.option, item.key)
            )


def _costs(decision: Decision) -> Iterator[DecisionLine]:
    for option in ranked(decision):
        costs = "; ".join(
            f"{cost.offer} {cost.text}" + (f" [{', '.join(cost.evidence)}]" if cost.evidence else "")
            for cost in costs_of(decision, option)
        )
        said = "no new contract" if option.id == TODAY else costs or "?"
        yield DecisionLine(text=f"{option.name}: {said}", link=Link("matrix", (option.id,)))


def _cell(option: str, key: str) -> Link:
    return Link("matrix", (option, key))


def row_content(line: DecisionLine) -> Content:
    """Return a row with its link marked."""
    text = plain(line.text)
    return Content.styled(text, "bold") if line.is_head else Content(text)
