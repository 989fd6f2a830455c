"""How a decision is said in words, the same in every format for people.

Points are of 100, at the average of the drawn weightings. What a flip needs is rounded so that it suffices.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from supplymatrix.model.value import value
from supplymatrix.model.vendor import Price, State, VendorProfile
from supplymatrix.reports.matrix_cells import word_of
from supplymatrix.reports.tally import counted
from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.cells import CellStatus
from supplymatrix.vendors.decide import Decision
from supplymatrix.vendors.decision import DroppedOption, Elimination, Unknown, lacking, sold_besides
from supplymatrix.vendors.expiry import DAYS, is_live
from supplymatrix.vendors.matrix import TODAY, Option
from supplymatrix.vendors.needs import Need, Scenario
from supplymatrix.vendors.robustness import CellFlip, Reason, WeightFlip
from supplymatrix.vendors.taken_answers import Effect

__all__ = [
    "Cost", "Outcome", "Side", "answer_words", "cost_words", "costs_of", "dropped_words", "eliminated_words", "flips",
    "headline", "method_words", "must_words", "name_of", "need_words", "next_commands", "outcome_of", "percent",
    "points", "ranked", "reason_sides", "regret_words", "sold_words", "standing_words", "title", "unknown_words",
]  # fmt: skip

_SHOWN = 5


class Outcome:
    """The ends of a decision, as JSON names them. DOUBTFUL: the only one left is not known to meet every must-have."""

    WINNER = "winner"
    OPEN = "no_clear_winner"
    ONLY_ONE = "only_one_left"
    DOUBTFUL = "only_one_in_doubt"
    NOTHING = "nothing_left"


@value
class Cost:
    """What one offer costs. text: the price or `?`; evidence: ids; is_quote: it is the user's own; then: what it comes
    to in the scenarios that change prices, with percent and name of each."""

    offer: str
    text: str
    evidence: tuple[str, ...]
    is_quote: bool
    then: tuple[tuple[int, str, str], ...]


@value
class Side:
    """One side of a reason. has: state and value of its cell; evidence: ids behind it."""

    name: str
    has: str
    evidence: tuple[str, ...]


def outcome_of(decision: Decision) -> str:
    """Return which end a decision came to."""
    if len(decision.left) < 2:
        if not decision.left:
            return Outcome.NOTHING
        return Outcome.DOUBTFUL if _unproven_keys(decision, decision.left[0]) else Outcome.ONLY_ONE
    is_sure = decision.recommendation.is_clear and not _not_known_to_meet(decision, decision.recommendation.leader)
    return Outcome.WINNER if is_sure else Outcome.OPEN


def _not_known_to_meet(decision: Decision, option: str) -> list[str]:
    """Return the must-haves that an option may fail, by title."""
    return [title(key) for key in _unproven_keys(decision, option)]


def _unproven_keys(decision: Decision, option: str) -> list[str]:
    return [key for name, key in decision.unproven if name == option]


def _doubt(decision: Decision, option: str) -> str:
    """Return the end of a sentence that names the must-haves which an option may fail, "" where there are none."""
    keys = _not_known_to_meet(decision, option)
    return f"; {name_of(decision, option)} is not known to meet the must-have: {', '.join(keys)}" if keys else ""


def _knows_nothing(decision: Decision) -> bool:
    """Whether no cell of what is left is known on the day."""
    cells = [cell for name in decision.left for cell in decision.by_id[name].cells.values()]
    return all(cell.status is not CellStatus.LIVE for cell in cells)


def name_of(decision: Decision, option: str) -> str:
    """Return an option's name as in a sentence."""
    return decision.by_id[option].name


def title(key: str) -> str:
    """Return a key's short title."""
    return KEYS[key].title


def percent(share: Fraction) -> str:
    """Return a share in whole percent; what is not quite nothing or all is not said to be."""
    rounded = round(share * 100)
    if rounded == 0 and share > 0:
        return "<1 %"
    if rounded == 100 and share < 1:
        return ">99 %"
    return f"{rounded} %"


def points(number: Fraction) -> str:
    """Return points with one decimal and their sign."""
    return f"{float(number):+.1f}"


def headline(decision: Decision) -> str:
    """Return the one sentence that answers."""
    found = decision.recommendation
    end = outcome_of(decision)
    if end == Outcome.NOTHING:
        return "Nothing is left: every option, today included, is known to fail a must-have."
    if _knows_nothing(decision):
        return (
            f"Nothing is known as of {decision.asked.as_of}: no source had been read by then, or none counts any more."
        )
    leader = name_of(decision, found.leader)
    if end in (Outcome.ONLY_ONE, Outcome.DOUBTFUL):
        doubt = _doubt(decision, found.leader)
        if found.leader == TODAY:
            return f"{_only_today(decision)}{doubt}."
        return f"Only {leader} is left: everything else, today included, dropped out{doubt}."
    draws = f"{decision.asked.draws:,} weightings" if decision.asked.draws > 1 else "the one weighting"
    first = f"{percent(decision.share(found.leader))} of {draws}"
    if end == Outcome.OPEN:
        second = name_of(decision, found.runner_up)
        share = percent(decision.share(found.runner_up))
        return f"No clear winner: {leader} comes first in {first}, {second} in {share}{_doubt(decision, found.leader)}."
    if found.leader == TODAY:
        return f"Today, what the project has already, comes first in {first}."
    return f"{leader} comes first in {first}."


def _only_today(decision: Decision) -> str:
    parts = [name_of(decision, item.option) for item in decision.dropped if item.is_part]
    others = len(decision.options) - 1 - len(parts)
    rest = "every vendor dropped out" if not parts else "every other vendor dropped out" if others else ""
    holds = f"it has all that {' and '.join(parts)} {'offers' if len(parts) == 1 else 'offer'}" if parts else ""
    return f"Only today is left, what the project has already: {', and '.join(part for part in (holds, rest) if part)}"


def method_words(decision: Decision) -> str:
    """Return what was compared how."""
    asked = decision.asked
    vendors = sum(option.id != TODAY for option in decision.options)
    answers = f", {counted(decision.answers, 'answer')} taken in" if decision.answers else ""
    return f"as of {asked.as_of}, {counted(vendors, 'vendor')} and today, seed {asked.seed}{answers}"


def standing_words(decision: Decision) -> str:
    """Return what `today` stands on."""
    today = decision.by_id[TODAY]
    paths = "; ".join(f"{vendor} ({why})" for vendor, why in today.standing[:_SHOWN])
    more = f" and {len(today.standing) - _SHOWN} more" if len(today.standing) > _SHOWN else ""
    return f"today: {paths}{more}" if paths else "today: nothing is known of what the project stands on"


def sold_words(decision: Decision) -> Iterator[str]:
    """Yield for each vendor on whose path the project stands what it sells besides, which `today` has not."""
    today = decision.by_id[TODAY]
    for vendor in dict.fromkeys(name for name, _ in today.standing):
        if vendor in decision.by_id and (keys := sold_besides(decision.by_id[vendor], today)):
            more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
            yield (
                f"{name_of(decision, vendor)} stands beside it with all that it offers, as if bought; today lacks:"
                f" {', '.join(title(key) for key in keys[:_SHOWN])}{more}"
            )


def answer_words(decision: Decision) -> Iterator[str]:
    """Yield what became of each answer that was taken in, and who would come first without them."""
    filling = [item for item in decision.taken if item.effect is Effect.FILLS]
    if filling:
        ids = ", ".join(f"{item.vendor}:{item.evidence.id} ({title(item.key)} {item.state.value})" for item in filling)
        yield f"where nothing else was known, {_hold(len(filling))}: {ids}"
    for item in (item for item in decision.taken if item not in filling):
        offer = f" ({item.offer})" if item.offer else ""
        ids = ", ".join(
            f"{item.vendor}:{source.id} of {source.source_date or source.retrieved_at}, which says {state.value}"
            for state, source in item.beside[:_SHOWN]
        )
        yield (
            f'{item.vendor}{offer}: "{title(item.key)}" {item.state.value}, answered {item.evidence.retrieved_at}'
            f" [{item.vendor}:{item.evidence.id}]; {_EFFECTS[item.effect]}{f' {ids}' if ids else ''}"
        )
    if decision.taken:
        before = decision.leader_before
        same = before == decision.recommendation.leader
        who = name_of(decision, before) if before in decision.by_id else "nobody"
        yield f"without {'this answer' if len(decision.taken) == 1 else 'these answers'} {who} comes first" + (
            ", as with" if same else ""
        )


def _hold(number: int) -> str:
    return "this one holds" if number == 1 else f"these {number:,} hold"


_EFFECTS = {
    Effect.AGREES: "it says the same as",
    Effect.HOLDS: "it holds, as the stronger source, against",
    Effect.CONFLICT: "in conflict, so the cell counts as unknown, with",
    Effect.OUTRANKED: "it does not count: outranked by",
    Effect.NOT_YET: "it does not count: it is of a later day",
    Effect.EXPIRED: "it does not count: too old by now",
    Effect.RECALL: "it does not count: recall never does",
}


def need_words(need: Need) -> str:
    """Return a need as "must: FIPS mode (fips_mode), 1.26", without its origin."""
    items = f": {', '.join(need.items)}" if need.items else ""
    return f"{'must' if need.must else 'need'}  {title(need.key)} ({need.key}){items}"


def eliminated_words(decision: Decision, item: Elimination) -> str:
    """Return why an option fails a must-have, without the evidence."""
    what = f"lacks {', '.join(item.missing)}" if item.missing else _NO.get(item.state, item.state.value)
    return f"{name_of(decision, item.option)}: {title(item.need.key)} is a must, and {what}"


_NO = {State.NO: "it says no", State.NA: "it cannot apply to what it offers"}


def dropped_words(decision: Decision, item: DroppedOption) -> str:
    """Return why an option is not compared with the rest."""
    name = name_of(decision, item.option)
    if item.is_part:
        return f"{name}: it is what today stands on, and has nothing on these keys that today has not"
    by = name_of(decision, item.by)
    return f"{name}: {by} is as good or better on every key, whatever is still unknown"


def must_words(decision: Decision) -> Iterator[str]:
    """Yield for each must-have who is not known to meet it, or meets it only partly, and was kept all the same."""
    for need in decision.asked.needs:
        names = [name_of(decision, option) for option, key in decision.unproven if key == need.key]
        if names:
            yield f"{title(need.key)} is a must, and not known of {', '.join(names)}: kept, since unknown is not no"
        names = [name_of(decision, option) for option in decision.left if need.key in partly_met(decision, option)]
        if names:
            yield f"{title(need.key)} is a must, and met only partly by {', '.join(names)}: kept, since that is not no"


def partly_met(decision: Decision, option: str) -> tuple[str, ...]:
    """Return the must-haves that an option is known to meet, and only partly as far as is known."""
    cells, unproven = decision.by_id[option].cells, _unproven_keys(decision, option)
    musts = [need.key for need in decision.asked.needs if need.must]
    return tuple(key for key in musts if key not in unproven and 0 < cells[key].low < 1)


def reason_sides(decision: Decision, reason: Reason) -> tuple[Side, Side]:
    """Return what leader and runner-up have for a key."""
    found = decision.recommendation
    need = next((need for need in decision.asked.needs if need.key == reason.key), None)
    leader, other = (_side(decision.by_id[option], reason.key, need) for option in (found.leader, found.runner_up))
    return leader, other


def _side(option: Option, key: str, need: Need | None) -> Side:
    cell = option.cells[key]
    ids = tuple(dict.fromkeys(cell.evidence_ids)) if cell.status is CellStatus.LIVE else ()
    missing, is_sure = lacking(cell, need) if need is not None else ((), False)
    lacks = f"; {'without' if is_sure else 'nothing is told of'} {', '.join(missing)}" if missing else ""
    return Side(name=option.name, has=f"{_cell_words(option, key)}{lacks}", evidence=ids)


def _cell_words(option: Option, key: str) -> str:
    cell = option.cells[key]
    if cell.status is CellStatus.LIVE:
        word = cell.state.value
        if cell.state is State.NA:
            word = "cannot apply" if cell.high else "cannot apply, so the buyer has not got it"
        return f"{word}, {cell.text}" if cell.text else word
    return "?" if cell.status is CellStatus.UNKNOWN else f"? ({word_of(cell)})"


def regret_words(low: Fraction, high: Fraction) -> str:
    """Return a span of regret in whole points: the low end rounded down, the high end up."""
    first, last = math.floor(low), math.ceil(high)
    return str(first) if first == last else f"{first} to {last}"


def flips(decision: Decision) -> Iterator[str]:
    """Yield the smallest changes that turn the decision."""
    found = decision.recommendation
    if len(decision.left) < 2:
        return
    if found.level_with:
        names = ", ".join(name_of(decision, option) for option in found.level_with[:_SHOWN])
        leader = name_of(decision, found.leader)
        yield (
            f"anything may: {names} {_is(found.level_with)} level with {leader} or ahead"
            " already, so first place hangs on what is unknown"
        )
        return
    for flip in found.weight_flips:
        yield _weight_flip(decision, flip)
    for change in found.cell_flips:
        yield _cell_flip(decision, change)
    if not found.weight_flips and not found.cell_flips:
        yield "no change of one weight or one cell alone; several together may"


def _is(options: tuple[str, ...]) -> str:
    return "is" if len(options) == 1 else "are"


def _weight_flip(decision: Decision, flip: WeightFlip) -> str:
    hundredths = math.ceil(flip.factor * 100) if flip.factor > 1 else math.floor(flip.factor * 100)
    only = "only " if flip.factor < 1 else ""
    times = f"{only}{hundredths / 100:g} times as much" if hundredths else "nothing"
    return f'{name_of(decision, flip.to)} draws level if "{title(flip.key)}" counts {times}'


def _cell_flip(decision: Decision, flip: CellFlip) -> str:
    option = decision.by_id[flip.option]
    cell = option.cells[flip.key]
    was = "unknown" if cell.low != cell.high else "cannot apply" if cell.state is State.NA else _WORTH[cell.low]
    to, name = name_of(decision, flip.to), option.name
    cell_name = f'its own "{title(flip.key)}"' if flip.to == flip.option else f'"{title(flip.key)}" of {name}'
    return f"{to} draws level or ahead if {cell_name} is {_WORTH[flip.becomes]} ({was} now)"


_WORTH = {Fraction(0): "no", Fraction(1, 2): "partial", Fraction(1): "yes"}


def unknown_words(decision: Decision, unknown: Unknown) -> str:
    """Return what is unknown of whom."""
    return f'"{title(unknown.key)}" of {name_of(decision, unknown.option)}'


def ranked(decision: Decision) -> list[Option]:
    """Return the options that are left, the one most often first before the others."""
    leader = decision.recommendation.leader
    options = [decision.by_id[name] for name in decision.left]
    return sorted(options, key=lambda option: (-decision.share(option.id), option.id != leader))


def costs_of(decision: Decision, option: Option) -> tuple[Cost, ...]:
    """Return what the offers of an option cost, as far as live evidence says so; of `today`, those that it has."""
    profiles = option.held if option.profile is None else (option.profile,)
    changes = [scenario for scenario in decision.asked.scenarios if scenario.price_percent != 100]
    return tuple(_cost(decision, profile, price, changes) for profile in profiles for price in profile.prices)


def cost_words(cost: Cost) -> str:
    """Return an offer's price, and what it comes to in scenarios: "pro: 500 USD …; if the price rises by half: …"."""
    text = "no charge" if cost.text == "free" else cost.text
    then = "".join(f"; if {name}: {moved}" for _, name, moved in cost.then)
    return f"{cost.offer}: {text}{then}"


def _cost(decision: Decision, profile: VendorProfile, price: Price, changes: Sequence[Scenario]) -> Cost:
    day = decision.asked.as_of
    named = [profile.evidence[name] for name in price.evidence if name in profile.evidence]
    live = [source.id for source in named if is_live(source, DAYS["price"], day)]
    then: tuple[tuple[int, str, str], ...] = ()
    if price.amount is not None:
        each = f"per {price.per} {'once' if price.period == 'once' else f'a {price.period}'}"
        mine = ", your own quote, bought" if price.is_bought else ", your own quote"
        kind = mine if price.from_user else ", list price" if price.is_list else ""
        text = f"{price.amount:,} {price.currency} {each}{kind}"
        then = tuple(
            (item.price_percent, item.name, _moved(price.amount, price.currency, item.price_percent))
            for item in changes
        )
    else:
        text = "free" if price.state == "free" else "?"
    if text != "?" and not (price.from_user or live):
        text, then = f"? (was {text}; no evidence for it holds today)", ()
    ids = tuple(f"{profile.id}:{name}" for name in live)
    return Cost(offer=price.offer, text=text, evidence=ids, is_quote=price.from_user, then=then)


def _moved(amount: Decimal, currency: str, percent_: int) -> str:
    return f"{(amount * percent_ / 100).quantize(Decimal('0.01')):,} {currency}"


def next_commands(decision: Decision, again: str) -> tuple[str, ...]:
    """Return what to run next. again: the command line that led here, without where its output went."""
    unknowns = decision.drawn.unknowns if decision.drawn is not None else ()
    found = [f"{again} --ask questions.md"] if any(item.decides for item in unknowns) else []
    if not decision.asked.needs:
        found.append(f"{again} --must go_minors=1.26 --need fips_mode")
    elif decision.eliminated and (vendor := _shown_by(decision.eliminated[0])):
        found.append(f"supplymatrix vendors show {vendor} --key {decision.eliminated[0].need.key}")
    return (*found, f"{again} --record decision.md")


def _shown_by(item: Elimination) -> str:
    return item.evidence[0].partition(":")[0] if item.evidence else ""
