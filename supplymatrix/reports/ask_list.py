"""The ask list: the unknowns that most often change first place, as questions to vendors, answered in the same file.

Each vendor's part can be sent as it is. Below its questions stands TOML in which the answers are noted; `decide
--answers` reads the whole file, and what is still "unknown" in it counts as not answered.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date

from supplymatrix.reports.markdown import code, sentence
from supplymatrix.reports.tally import counted
from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.decide import Decision, Question, questions

__all__ = ["render_ask_list"]

_SEARCHED = 6


def render_ask_list(decision: Decision) -> str:
    """Return the ask list as Markdown."""
    return "\n".join(_lines(decision, questions(decision))).rstrip("\n") + "\n"


def _lines(decision: Decision, asked: Sequence[Question]) -> Iterator[str]:
    draws = decision.asked.draws
    yield from ["# What to ask, and whom", ""]
    if not asked:
        yield "No unknown changes who comes first: there is nothing to ask for this decision."
        return
    yield (
        f"As of {decision.asked.as_of}. {counted(len(asked), 'unknown')} on which first place hangs most often, of"
        f" {draws:,} weightings. Note the answers in the blocks of TOML, each with its source and day, and read them"
        " back with `supplymatrix decide --answers FILE`, this file as it is."
    )
    yield from ["", "| vendor | key | hangs on it in |", "|---|---|--:|"]
    yield from (f"| {code(item.vendor)} | {code(item.key)} | {item.decides:,} |" for item in asked)
    for vendor in dict.fromkeys(item.vendor for item in asked):
        mine = [item for item in asked if item.vendor == vendor]
        name = decision.by_id[vendor].name if vendor in decision.by_id else vendor
        yield from ["", f"## To {sentence(name)}", ""]
        for number, item in enumerate(mine, start=1):
            yield from _question(number, item)
        yield from ["", "```toml"]
        for number, item in enumerate(mine, start=1):
            yield from [*([""] if number > 1 else []), *_block(number, item, decision.asked.as_of)]
        yield "```"


def _question(number: int, item: Question) -> Iterator[str]:
    yield f"{number}. {KEYS[item.key].question}"
    if item.offers:
        yield f"   - for: {', '.join(code(offer) for offer in item.offers)}"
    if item.need is not None:
        what = f", namely {', '.join(code(word) for word in item.need.items)}" if item.need.items else ""
        yield f"   - we {'must have' if item.need.must else 'need'} it{what}"
    yield f"   - what is known: {sentence(item.why)}"
    for place in item.searched[:_SEARCHED]:
        yield f"   - looked in: {sentence(place)}"
    if len(item.searched) > _SEARCHED:
        yield f"   - and in {len(item.searched) - _SEARCHED:,} more places"


def _block(number: int, item: Question, as_of: date) -> Iterator[str]:
    yield "[[answer]]"
    yield f'vendor = "{item.vendor}"'
    yield f'key = "{item.key}"  # question {number}'
    yield 'state = "unknown"  # yes, no, partial or n_a'
    yield 'value = ""  # in one line'
    yield 'source = ""  # where it stands: a URL, a letter, a clause; kind = "contract" for a contract'
    yield f"answered_at = {as_of}  # the day of the answer"
    if item.need is not None and item.need.items:
        listed = ", ".join(json.dumps(word, ensure_ascii=False) for word in item.need.items)
        yield f"# items = [{listed}]  # all that there are"
        yield "# complete = true  # when nothing else is there"
    if item.offers:
        offers = " or ".join(f'"{offer}"' for offer in item.offers)
        yield f"# offer = {offers}  # where it holds for one offer alone"
