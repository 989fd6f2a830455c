"""A decision for people: one sentence, why and why not, who dropped out, what is left, what would change it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from supplymatrix.model.value import value
from supplymatrix.reports.decision_words import (
    Cost,
    answer_words,
    cost_words,
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
    sold_words,
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
_UNIT = "points of 100 at the average weighting"


@value
class _Most:
    """How much of each part is shown; beyond it stands how much is left out. one_line: texts are cut at the width."""

    reasons_for: int = 3
    reasons_against: int = 2
    dropped: int = 1_000
    options: int = 1_000
    flips: int = 3
    unknowns: int = 6
    costs: int = 1_000
    one_line: bool = False


_ALL = _Most()
_SHORT = _Most(
    reasons_for=2, reasons_against=1, dropped=3, options=5, flips=1, unknowns=2, costs=2, one_line=True
)  # fmt: skip


def render_decision_text(
    decision: Decision, *, width: int = 80, again: str = "supplymatrix decide", full: bool = False
) -> str:
    """Return the decision in lines of at most `width` columns, which are 60 or more. The answer stands first and last.

    again: the command line that led here, without where its output went. full: with every option, reason and cost.
    """
    most = _ALL if full else _SHORT
    draws = f"{decision.asked.draws:,}"
    lines = [*wrap(headline(decision), width), *_dim(method_words(decision), width)]
    lines += _cut(f"  {standing_words(decision)}", width, most)
    for text in sold_words(decision):
        lines += _dim(text, width)
    for heading, part in (
        ("needs", _needs(decision, width, most)),
        (_for(decision), _reasons(decision, decision.recommendation.reasons_for[: most.reasons_for], width, most)),
        (_against(decision), _all_against(decision, width, most)),
        ("answers taken in", _list(answer_words(decision), width)),
        ("dropped out", _dropped(decision, width, most)),
        (f"how often first; {_REGRET}", _shares(decision, width, most)),
        ("what would change it, at the average weighting", _flips(decision, width, most)),
        (
            f"what is unknown, and in how many of {draws} weightings first place hangs on it",
            _unknowns(decision, width, most),
        ),
        ("cost, which is not weighed", _costs(decision, width, most)),
    ):
        found = list(part)
        if found:
            lines += ["", *wrap(heading, width), *found]
    lines += ["", *(f"next: {plain(command)}" for command in next_commands(decision, again))]
    if not full:
        lines.append(f"next: {plain(again)} --explain")
    lines += ["", *wrap(headline(decision), width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


_REGRET = "points of 100 behind the best at worst, in the scenario named"


def _cut(text: str, width: int, most: _Most) -> list[str]:
    """Return a text as one line that is cut, or wrapped in full; lines after the first are two columns further in."""
    size = len(text) - len(text.lstrip())
    if most.one_line:
        return [" " * size + _beginning(text.strip(), width - size)]
    first, *rest = wrap(text.strip(), width - size - 2)
    return [" " * size + first, *(" " * (size + 2) + line for line in rest)]


def _dim(text: str, width: int) -> list[str]:
    return [f"  {line}" for line in wrap(text, width - 2)]


def _item(text: str, width: int, *, mark: str = "  ") -> Iterator[str]:
    first, *rest = wrap(text, width - 2 - len(mark))
    yield f"{mark}{first}"
    yield from (f"{' ' * len(mark)}  {line}" for line in rest)


def _list(texts: Iterable[str], width: int) -> Iterator[str]:
    for text in texts:
        yield from _item(text, width, mark="- ")


def _beginning(text: str, width: int) -> str:
    """Return as much of the beginning of a text as fits, with an ellipsis where something is left out."""
    shown = plain(text)
    if text_width(shown) <= width:
        return shown
    while text_width(shown) > width - 1:
        shown = shown[:-1]
    return f"{shown.rstrip()}…"


def _needs(decision: Decision, width: int, most: _Most) -> Iterator[str]:
    for need in decision.asked.needs:
        why = f", {need.why}" if need.why else ""
        yield from _cut(f"  {need_words(need)}  from {need.origin or 'the caller'}{why}", width, most)
    if not decision.asked.needs:
        yield "  none named: no key is sure to weigh as much as another"
    for need in decision.asked.left_out:
        yield from _cut(f"  not taken in, eight are enough: {need_words(need)}  from {need.origin}", width, most)
    for text in must_words(decision):
        yield from _cut(f"  {text}", width, most)


def _for(decision: Decision) -> str:
    found = decision.recommendation
    if not found.runner_up:
        return ""
    return plain(f"for {name_of(decision, found.leader)}, beside {name_of(decision, found.runner_up)}: {_UNIT}")


def _against(decision: Decision) -> str:
    found = decision.recommendation
    return plain(f"against {name_of(decision, found.leader)}: {_UNIT}") if found.leader else ""


def _all_against(decision: Decision, width: int, most: _Most) -> Iterator[str]:
    """Yield what speaks against the leader for sure, then what may."""
    found = decision.recommendation
    yield from _reasons(decision, found.reasons_against[: most.reasons_against], width, most)
    yield from _reasons(decision, found.reasons_open[: most.reasons_against], width, most, at="not known, at worst ")


def _reasons(decision: Decision, reasons: Iterable[Reason], width: int, most: _Most, *, at: str = "") -> Iterator[str]:
    for reason in reasons:
        yield f"  {at}{points(reason.points)}  {title(reason.key)}"
        for side in reason_sides(decision, reason):
            evidence = f" {_ids(side.evidence, 2)}" if side.evidence else ""
            line = f"{side.name}: {side.has}"
            if most.one_line:
                source = f" {_ids(side.evidence, 1)}" if side.evidence else ""
                yield f"      {_beginning(line, width - 6 - text_width(plain(source)))}{plain(source)}"
            else:
                yield from (f"      {text}" for text in _item(f"{line}{evidence}", width - 6))


def _ids(ids: tuple[str, ...], most: int = 4) -> str:
    more = f" +{len(ids) - most}" if len(ids) > most else ""
    return f"[{', '.join(ids[:most])}{more}]"


def _dropped(decision: Decision, width: int, most: _Most) -> Iterator[str]:
    found = []
    for item in decision.eliminated:
        evidence = f" {_ids(item.evidence, 2)}" if item.evidence else ""
        found.append(f"{eliminated_words(decision, item)}{evidence}")
    found += [dropped_words(decision, item) for item in decision.dropped]
    for text in found[: most.dropped]:
        yield from _cut(f"- {text}", width, most) if most.one_line else _item(text, width, mark="- ")
    yield from _more(len(found) - most.dropped)


def _more(number: int, what: str = "more") -> Iterator[str]:
    if number > 0:
        yield f"  and {number:,} {what}"


def _shares(decision: Decision, width: int, most: _Most) -> Iterator[str]:
    options = ranked(decision)
    shown = [option for number, option in enumerate(options) if number < most.options or option.id == TODAY]
    size = min(_NAME, max((text_width(plain(option.name)) for option in shown), default=0))
    names = {scenario.id: scenario.name for scenario in decision.asked.scenarios}
    for option in shown:
        share, name = decision.share(option.id), shorten(option.name, size)
        line = f"  {name}{' ' * (size - text_width(name))}  {_bar(share)}  {percent(share):>6}"
        regret = decision.worst_regret(option.id)
        if regret is not None:
            span = regret_words(regret.low, regret.high)
            line += f"  {span:>8}"
            room = width - text_width(line) - 2
            line += f"  {shorten(names[regret.scenario], room)}" if room >= _SCENARIO else ""
        yield line
    rest = sum((decision.share(option.id) for option in options if option not in shown), Fraction(0))
    yield from _more(len(options) - len(shown), f"more, together {percent(rest)}")
    if options and TODAY not in decision.left:
        yield "  today: 0 %, it dropped out"


def _bar(share: Fraction) -> str:
    cells = round(share * _BAR)
    full = "█" * cells or ("▏" if share > 0 else "")
    return full + "·" * (_BAR - len(full))


def _flips(decision: Decision, width: int, most: _Most) -> Iterator[str]:
    found = decision.recommendation
    of_weights = list(flips(decision))
    count = len(found.weight_flips)
    if count:
        of_weights = [*of_weights[: min(count, most.flips)], *of_weights[count : count + most.flips]]
    yield from _list(of_weights, width)


def _unknowns(decision: Decision, width: int, most: _Most) -> Iterator[str]:
    found = [item for item in (decision.drawn.unknowns if decision.drawn is not None else ()) if item.decides]
    for item in found[: most.unknowns]:
        first, *rest = wrap(unknown_words(decision, item), width - 11)
        yield f"{item.decides:>9,}  {first}"
        yield from (f"{'':13}{line}" for line in rest)
    yield from _more(len(found) - most.unknowns, "more on which it hangs less often")


def _costs(decision: Decision, width: int, most: _Most) -> Iterator[str]:
    options = ranked(decision)
    for option in [item for number, item in enumerate(options) if number < most.costs or item.id == TODAY]:
        costs = "; ".join(_cost(cost, most) for cost in costs_of(decision, option))
        if option.id == TODAY:
            costs = f"no new contract; {costs}" if costs else "no new contract"
        yield from _item(f"{option.name}: {costs or '?'}", width)
    yield from _more(len(options) - most.costs - (TODAY in [item.id for item in options[most.costs :]]))


def _cost(cost: Cost, most: _Most) -> str:
    evidence = f" {_ids(cost.evidence, 2)}" if cost.evidence and not most.one_line else ""
    return f"{cost_words(cost)}{evidence}"
