"""A decision for people: one sentence, why and why not, who dropped out, what is left, what would change it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from supplymatrix.reports.decision_words import (
    Cost,
    costs_of,
    dropped_words,
    eliminated_words,
    flips,
    headline,
    method_words,
    must_words,
    name_of,
    need_words,
    next_commands,
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
from supplymatrix.vendors.decide import Decision
from supplymatrix.vendors.matrix import TODAY
from supplymatrix.vendors.robustness import Reason

__all__ = ["render_decision_text"]

_BAR = 12
_NAME = 22
_SCENARIO = 8  # columns that its name takes at least
_UNKNOWNS = 6


def render_decision_text(decision: Decision, *, width: int = 80, again: str = "supplymatrix decide") -> str:
    """Return the decision in lines of at most `width` columns, which are 60 or more.

    again: the command line that led here, without where its output went.
    """
    draws = f"{decision.asked.draws:,}"
    lines = [*wrap(headline(decision), width), *_dim(method_words(decision), width)]
    lines += _dim(standing_words(decision), width)
    for heading, part in (
        ("needs", _needs(decision, width)),
        (_for(decision), _reasons(decision, decision.recommendation.reasons_for, width)),
        (_against(decision), _reasons(decision, decision.recommendation.reasons_against, width)),
        ("dropped out", _dropped(decision, width)),
        ("how often first, and what may be lost at worst", _shares(decision, width)),
        ("what would change it", _list(flips(decision), width)),
        (f"what is unknown, and in how many of {draws} weightings first place hangs on it", _unknowns(decision, width)),
        ("cost, which is not weighed", _costs(decision, width)),
    ):
        found = list(part)
        if found:
            lines += ["", *wrap(heading, width), *found]
    lines += ["", *(f"next: {plain(command)}" for command in next_commands(decision, again))]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _dim(text: str, width: int) -> list[str]:
    return [f"  {line}" for line in wrap(text, width - 2)]


def _item(text: str, width: int, *, mark: str = "  ") -> Iterator[str]:
    first, *rest = wrap(text, width - 2 - len(mark))
    yield f"{mark}{first}"
    yield from (f"{' ' * len(mark)}  {line}" for line in rest)


def _list(texts: Iterable[str], width: int) -> Iterator[str]:
    for text in texts:
        yield from _item(text, width, mark="- ")


def _needs(decision: Decision, width: int) -> Iterator[str]:
    for need in decision.asked.needs:
        why = f", {need.why}" if need.why else ""
        yield from _item(f"{need_words(need)}  from {need.origin or 'the caller'}{why}", width)
    if not decision.asked.needs:
        yield "  none named: no key is sure to weigh as much as another"
    for need in decision.asked.left_out:
        yield from _item(f"not taken in, eight are enough: {need_words(need)}  from {need.origin}", width)
    for text in must_words(decision):
        yield from _item(text, width)


def _for(decision: Decision) -> str:
    found = decision.recommendation
    if not found.runner_up:
        return ""
    return plain(f"for {name_of(decision, found.leader)}, beside {name_of(decision, found.runner_up)}")


def _against(decision: Decision) -> str:
    found = decision.recommendation
    return plain(f"against {name_of(decision, found.leader)}") if found.leader else ""


def _reasons(decision: Decision, reasons: Iterable[Reason], width: int) -> Iterator[str]:
    for reason in reasons:
        yield f"  {points(reason.points)}  {title(reason.key)}"
        for side in reason_sides(decision, reason):
            evidence = f" {_ids(side.evidence, 2)}" if side.evidence else ""
            yield from (f"      {line}" for line in _item(f"{side.name}: {side.has}{evidence}", width - 6))


def _ids(ids: tuple[str, ...], most: int = 4) -> str:
    more = f" +{len(ids) - most}" if len(ids) > most else ""
    return f"[{', '.join(ids[:most])}{more}]"


def _dropped(decision: Decision, width: int) -> Iterator[str]:
    for item in decision.eliminated:
        evidence = f" {_ids(item.evidence)}" if item.evidence else ""
        yield from _list([f"{eliminated_words(decision, item)}{evidence}"], width)
    yield from _list((dropped_words(decision, item) for item in decision.dropped), width)


def _shares(decision: Decision, width: int) -> Iterator[str]:
    options = ranked(decision)
    size = min(_NAME, max((text_width(plain(option.name)) for option in options), default=0))
    names = {scenario.id: scenario.name for scenario in decision.asked.scenarios}
    for option in options:
        share, name = decision.share(option.id), shorten(option.name, size)
        line = f"  {name}{' ' * (size - text_width(name))}  {_bar(share)}  {percent(share):>6}"
        regret = decision.worst_regret(option.id)
        if regret is not None:
            span = regret_words(regret.low, regret.high)
            line += f"  {span:>8}"
            room = width - text_width(line) - 2
            line += f"  {shorten(names[regret.scenario], room)}" if room >= _SCENARIO else ""
        yield line
    if options and decision.regrets:
        yield from _item("at worst: points of 100 behind the best in the scenario named, from what is sure to what"
                         " may come out", width)  # fmt: skip
    if options and TODAY not in decision.left:
        yield "  today: 0 %, it dropped out"


def _bar(share: Fraction) -> str:
    cells = round(share * _BAR)
    full = "█" * cells or ("▏" if share > 0 else "")
    return full + "·" * (_BAR - len(full))


def _unknowns(decision: Decision, width: int) -> Iterator[str]:
    found = [item for item in (decision.drawn.unknowns if decision.drawn is not None else ()) if item.decides]
    for item in found[:_UNKNOWNS]:
        first, *rest = wrap(unknown_words(decision, item), width - 11)
        yield f"{item.decides:>9,}  {first}"
        yield from (f"{'':13}{line}" for line in rest)
    if len(found) > _UNKNOWNS:
        yield f"  and {len(found) - _UNKNOWNS:,} more on which it hangs less often"


def _costs(decision: Decision, width: int) -> Iterator[str]:
    for option in ranked(decision):
        costs = "; ".join(_cost(cost) for cost in costs_of(decision, option)) or "?"
        yield from _item(f"{option.name}: {'no new contract' if option.id == TODAY else costs}", width)


def _cost(cost: Cost) -> str:
    then = "".join(f", at {percent_} %: {text}" for percent_, text in cost.then)
    evidence = f" {_ids(cost.evidence, 2)}" if cost.evidence else ""
    return f"{cost.offer} {cost.text}{then}{evidence}"
