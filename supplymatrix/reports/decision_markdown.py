"""A decision as Markdown: for a comment, and as the record that is kept, with the whole decision as JSON in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from supplymatrix.reports.decision_json import render_decision_json
from supplymatrix.reports.decision_words import (
    Cost,
    Side,
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
from supplymatrix.reports.markdown import code, sentence
from supplymatrix.vendors.decide import Decision
from supplymatrix.vendors.matrix import TODAY
from supplymatrix.vendors.robustness import Reason

__all__ = ["render_decision_markdown", "render_decision_record"]

_UNKNOWNS = 10
_METHOD = (
    "Must-haves that an option is known to fail drop it; an unknown never does. What another option beats or equals on"
    " every key drops out too. The rest was compared under weightings drawn evenly from all there are, in which a"
    " needed key weighs at least as much as any other; in each draw every unknown is yes or no by the toss of a coin."
    " Points are of 100, at the average weighting. Cost is not part of it."
)


def render_decision_markdown(decision: Decision) -> str:
    """Return the decision as Markdown."""
    return "\n".join(_lines(decision)).rstrip("\n") + "\n"


def render_decision_record(decision: Decision) -> str:
    """Return the record of a decision: for people, and below as JSON for whoever wants to work it out again."""
    lines = ["# Decision record", "", *_lines(decision), "", "## Method", "", _METHOD, "", "## Profiles", ""]
    profiles = [option.profile for option in decision.options if option.profile is not None]
    lines += [f"- {code(p.id)} {code(p.artifact)}, sha256 {code(p.sha256)}" for p in profiles]
    # No line of the JSON begins with a backquote, so nothing in it can end the block.
    return "\n".join([*lines, "", "## Data", "", "```json", render_decision_json(decision).rstrip("\n"), "```", ""])


def _lines(decision: Decision) -> Iterator[str]:
    found = decision.recommendation
    yield from [f"## {sentence(headline(decision)).replace('`%`', '%')}", "", f"{sentence(method_words(decision))}  "]
    yield sentence(standing_words(decision))
    for text in sold_words(decision):
        yield from ["", sentence(text)]
    yield from _section("Needs", _needs(decision))
    if found.leader and found.runner_up:
        leader, second = (sentence(name_of(decision, name)) for name in (found.leader, found.runner_up))
        unit = "points of 100 at the average weighting"
        yield from _section(f"For {leader}, beside {second} ({unit})", _reasons(decision, found.reasons_for))
        against = [*_reasons(decision, found.reasons_against), *_reasons(decision, found.reasons_open, "at worst ")]
        yield from _section(f"Against {leader} ({unit})", against)
    yield from _section("Answers taken in", (f"- {sentence(text)}" for text in answer_words(decision)))
    yield from _section("Dropped out", _dropped(decision))
    yield from _section("What is left", _shares(decision))
    yield from _section(
        "What would change it, at the average weighting", (f"- {sentence(text)}" for text in flips(decision))
    )
    yield from _section("What is unknown", _unknowns(decision))
    yield from _section("Cost, which is not weighed", _costs(decision))


def _section(heading: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield from ["", f"### {heading}", "", *found]


def _dropped(decision: Decision) -> Iterator[str]:
    for item in decision.eliminated:
        evidence = f" ({code(', '.join(item.evidence))})" if item.evidence else ""
        yield f"- {sentence(eliminated_words(decision, item))}{evidence}"
    yield from (f"- {sentence(dropped_words(decision, item))}" for item in decision.dropped)


def _needs(decision: Decision) -> Iterator[str]:
    for need in decision.asked.needs:
        why = f": {sentence(need.why)}" if need.why else ""
        yield f"- {sentence(need_words(need))}, from {code(need.origin)}{why}"
    for need in decision.asked.left_out:
        yield f"- not taken in, eight are enough: {sentence(need_words(need))}, from {code(need.origin)}"
    if not decision.asked.needs:
        yield "- none named: no key is sure to weigh as much as another"
    yield from (f"- {sentence(text)}" for text in must_words(decision))


def _reasons(decision: Decision, reasons: Sequence[Reason], at: str = "") -> Iterator[str]:
    for reason in reasons:
        sides = "; ".join(_side(side) for side in reason_sides(decision, reason))
        yield f"- {at}{points(reason.points)} {sentence(title(reason.key))}. {sides}"


def _side(side: Side) -> str:
    evidence = f" ({code(', '.join(side.evidence))})" if side.evidence else ""
    return f"{sentence(side.name)}: {sentence(side.has)}{evidence}"


def _shares(decision: Decision) -> Iterator[str]:
    options = ranked(decision)
    if not options:
        return
    names = {scenario.id: scenario.name for scenario in decision.asked.scenarios}
    yield from ["| option | first in | points behind the best at worst | in the scenario |", "|---|--:|--:|---|"]
    for option in options:
        regret = decision.worst_regret(option.id)
        span = regret_words(regret.low, regret.high) if regret is not None else ""
        scenario = sentence(names[regret.scenario]) if regret is not None else ""
        yield f"| {sentence(option.name)} | {percent(decision.share(option.id))} | {span} | {scenario} |"
    if TODAY not in decision.left:
        yield f"| {TODAY} | dropped out | | |"


def _unknowns(decision: Decision) -> Iterator[str]:
    found = [item for item in (decision.drawn.unknowns if decision.drawn is not None else ()) if item.decides]
    for item in found[:_UNKNOWNS]:
        words = sentence(unknown_words(decision, item))
        yield f"- {words}: first place hangs on it in {item.decides:,} of {decision.asked.draws:,} weightings"
    if len(found) > _UNKNOWNS:
        yield f"- and {len(found) - _UNKNOWNS:,} more on which it hangs less often"


def _costs(decision: Decision) -> Iterator[str]:
    for option in ranked(decision):
        costs = "; ".join(_cost(cost) for cost in costs_of(decision, option))
        if option.id == TODAY:
            costs = f"no new contract; {costs}" if costs else "no new contract"
        yield f"- {sentence(option.name)}: {costs or '?'}"


def _cost(cost: Cost) -> str:
    evidence = f" ({code(', '.join(cost.evidence))})" if cost.evidence else ""
    return f"{code(cost.offer)}{sentence(cost_words(cost).removeprefix(cost.offer))}{evidence}"
