"""A decision for machines: everything that it rests on, versioned. The same decision gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from supplymatrix.model.vendor import VendorEvidence
from supplymatrix.reports.claims_view import evidence_of
from supplymatrix.reports.decision_words import costs_of, headline, outcome_of, partly_met
from supplymatrix.reports.json_report import as_json
from supplymatrix.vendors.decide import Decision
from supplymatrix.vendors.decision import Elimination
from supplymatrix.vendors.matrix import Option
from supplymatrix.vendors.needs import Need
from supplymatrix.vendors.robustness import Reason, Regret
from supplymatrix.vendors.taken_answers import TakenAnswer

__all__ = ["SCHEMA", "render_decision_json"]

SCHEMA = "supplymatrix.decision/1"
_DIGITS = 6
_Json = dict[str, object]


def render_decision_json(decision: Decision) -> str:
    """Return the decision as JSON, schema "supplymatrix.decision/1"."""
    asked, found = decision.asked, decision.recommendation
    document: _Json = {
        "schema": SCHEMA,
        "as_of": str(asked.as_of),
        "headline": headline(decision),
        "outcome": outcome_of(decision),
        "leader": found.leader or None,
        "runner_up": found.runner_up or None,
        "method": {
            "draws": asked.draws,
            "seed": asked.seed,
            "weights": "drawn evenly; a needed key weighs at least as much as any other",
            "unknowns": "yes or no by the toss of a coin in each draw",
            "mean_weights": _mean_weights(decision),
        },
        "needs": [_need(need) for need in asked.needs],
        "needs_left_out": [_need(need) for need in asked.left_out],
        "answers": decision.answers,
        "answers_taken": [_answer(item) for item in decision.taken],
        "leader_without_answers": decision.leader_before or None,
        "options": [_option(decision, option) for option in decision.options],
        "eliminated": [_elimination(item) for item in decision.eliminated],
        "dropped": [{"option": item.option, "by": item.by, "part_of_today": item.is_part} for item in decision.dropped],
        "reasons_for": [_reason(decision, reason) for reason in found.reasons_for],
        "reasons_against": [_reason(decision, reason) for reason in found.reasons_against],
        "reasons_open": [_reason(decision, reason) for reason in found.reasons_open],
        "scenarios": [
            {
                "id": scenario.id,
                "name": scenario.name,
                "factors": [{"key": key, "factor": factor} for key, factor in scenario.factors.items()],
                "price_percent": scenario.price_percent,
            }
            for scenario in asked.scenarios
        ],
        "regrets": [_regret(regret) for regret in decision.regrets],
        "flips": _flips(decision),
        "unknowns": [
            {"option": item.option, "key": item.key, "decides": item.decides}
            for item in (decision.drawn.unknowns if decision.drawn is not None else ())
        ],
        "evidence": [{**evidence_of(item), "id": name} for name, item in sorted(_evidence_of(decision).items())],
    }
    return as_json(document)


def _number(number: Fraction) -> float:
    return round(float(number), _DIGITS)


def _mean_weights(decision: Decision) -> list[_Json]:
    weights = decision.drawn.weights if decision.drawn is not None else {}
    return [{"key": key, "weight": _number(weight)} for key, weight in weights.items()]


def _need(need: Need) -> _Json:
    return {"key": need.key, "must": need.must, "items": list(need.items), "why": need.why, "origin": need.origin}


def _option(decision: Decision, option: Option) -> _Json:
    drawn = decision.drawn if option.id in decision.left else None
    profile = option.profile
    return {
        "id": option.id,
        "name": option.name,
        "state": _state(decision, option.id),
        "firsts": str(drawn.firsts[option.id]) if drawn is not None else None,
        "share": _number(drawn.share(option.id)) if drawn is not None else None,
        "profile": {"file": profile.artifact, "sha256": profile.sha256} if profile is not None else None,
        "standing": [{"vendor": vendor, "because": because} for vendor, because in option.standing],
        "must_not_known": [key for name, key in decision.unproven if name == option.id],
        "must_partly": list(partly_met(decision, option.id)) if option.id in decision.left else [],
        "costs": [
            {
                "offer": cost.offer,
                "price": cost.text,
                "your_quote": cost.is_quote,
                "evidence": list(cost.evidence),
                "then": [{"percent": percent, "price": text} for percent, _, text in cost.then],
            }
            for cost in costs_of(decision, option)
        ],
    }


def _state(decision: Decision, option: str) -> str:
    if option in decision.left:
        return "compared"
    parts = {item.option for item in decision.dropped if item.is_part}
    if option in parts:
        return "part_of_today"
    return "eliminated" if any(item.option == option for item in decision.eliminated) else "dominated"


def _answer(item: TakenAnswer) -> _Json:
    return {
        "evidence": f"{item.vendor}:{item.evidence.id}",
        "vendor": item.vendor,
        "key": item.key,
        "offer": item.offer,
        "state": item.state.value,
        "answered_at": str(item.evidence.retrieved_at),
        "effect": item.effect.value,
        "beside": [{"evidence": f"{item.vendor}:{source.id}", "state": state.value} for state, source in item.beside],
    }


def _elimination(item: Elimination) -> _Json:
    return {
        "option": item.option,
        "key": item.need.key,
        "state": item.state.value,
        "missing": list(item.missing),
        "evidence": list(item.evidence),
    }


def _regret(regret: Regret) -> _Json:
    return {
        "option": regret.option,
        "scenario": regret.scenario,
        "low": _number(regret.low),
        "high": _number(regret.high),
        "to": regret.to or None,
    }


def _reason(decision: Decision, reason: Reason) -> _Json:
    found = decision.recommendation
    leader, other = (decision.by_id[name].cells[reason.key] for name in (found.leader, found.runner_up))
    return {
        "key": reason.key,
        "points": _number(reason.points),
        "leader": {"state": leader.state.value, "status": leader.status.value, "value": leader.text},
        "runner_up": {"state": other.state.value, "status": other.status.value, "value": other.text},
        "evidence": list(reason.evidence),
    }


def _flips(decision: Decision) -> _Json:
    found = decision.recommendation
    return {
        "level_already": list(found.level_with),
        "weights": [
            {"key": flip.key, "to": flip.to, "factor": _number(flip.factor), "size": _number(flip.size)}
            for flip in found.weight_flips
        ],
        "cells": [
            {
                "option": flip.option,
                "key": flip.key,
                "to": flip.to,
                "was": _number(flip.was),
                "becomes": _number(flip.becomes),
            }
            for flip in found.cell_flips
        ],
    }


def _named(decision: Decision) -> Iterator[Iterable[str]]:
    """Yield the ids of evidence that reasons, eliminations and costs rest on."""
    yield from (item.evidence for item in decision.eliminated)
    found = decision.recommendation
    reasons = (*found.reasons_for, *found.reasons_against, *found.reasons_open)
    yield from (reason.evidence for reason in reasons)


def _evidence_of(decision: Decision) -> dict[str, VendorEvidence]:
    held = {
        f"{answer.vendor}:{source.evidence.id}": source.evidence
        for option in decision.options
        for cell in option.cells.values()
        for answer in cell.answers
        for source in answer.evidence
    }
    found = {name: held[name] for ids in _named(decision) for name in ids if name in held}
    for item in decision.taken:
        sources = (item.evidence, *(source for _, source in item.beside))
        found |= {f"{item.vendor}:{source.id}": source for source in sources}
    for option in decision.options:
        for cost in costs_of(decision, option):
            for name in cost.evidence:
                for profile in option.held if option.profile is None else (option.profile,):
                    if profile.id == name.partition(":")[0]:
                        found[name] = profile.evidence[name.partition(":")[2]]
    return found
