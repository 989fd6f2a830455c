"""One decision from beginning to end: needs, who drops out, the draws, regrets, flips, and what the asking would be.

    decision = decide(profiles, Asked(needs=needs, as_of=day))
    decision.recommendation.leader, decision.drawn.share("redhat")

All of it follows from the arguments: the same profiles, needs, day and seed give the same decision anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from supplymatrix.model.value import value
from supplymatrix.model.vendor import State, VendorProfile
from supplymatrix.vendors.cells import Answer, CellStatus
from supplymatrix.vendors.decision import (
    Drawn,
    DroppedOption,
    Elimination,
    eliminations,
    find_dominated,
    fit_option,
    may_fail,
    parts_of_today,
    run_draws,
)
from supplymatrix.vendors.matrix import TODAY, Option, make_matrix
from supplymatrix.vendors.needs import DEFAULT_SCENARIOS, Need, Scenario
from supplymatrix.vendors.robustness import Recommendation, Regret, recommend, regrets
from supplymatrix.vendors.taken_answers import TakenAnswer

__all__ = ["MAX_DRAWS", "Asked", "Decision", "Question", "decide", "questions"]

MAX_DRAWS = 1_000_000
_QUESTIONS = 20


@value
class Asked:
    """What a decision is to be about. vendors: ids that are compared, () = all; excluded: ids that are not. standing:
    on whose paths the project stands, stood: on which of their offers; left_out: needs that the project shows and for
    which there was no room."""

    as_of: date
    needs: tuple[Need, ...] = ()
    left_out: tuple[Need, ...] = ()
    scenarios: tuple[Scenario, ...] = DEFAULT_SCENARIOS
    standing: tuple[tuple[str, str], ...] = ()
    stood: Mapping[str, Sequence[str]] = {}
    vendors: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    draws: int = 4_000
    seed: int = 1


@value
class Decision:
    """options: all that were looked at, as they fit the needs; left: ids of those that were compared under the draws;
    drawn: None when nothing is left. unproven: (option, key) of must-haves that an option is not known to meet;
    regrets: of those left, in every scenario; answers: how many answers of vendors were taken in, taken: what
    became of each; leader_before: who would come first without them."""

    asked: Asked
    options: tuple[Option, ...]
    left: tuple[str, ...]
    eliminated: tuple[Elimination, ...]
    dropped: tuple[DroppedOption, ...]
    unproven: tuple[tuple[str, str], ...]
    drawn: Drawn | None
    recommendation: Recommendation
    regrets: tuple[Regret, ...]
    answers: int = 0
    taken: tuple[TakenAnswer, ...] = ()
    leader_before: str = ""

    @property
    def by_id(self) -> Mapping[str, Option]:
        """The options by id."""
        return {option.id: option for option in self.options}

    def share(self, option: str) -> Fraction:
        """Return in which part of the draws an option came first."""
        return self.drawn.share(option) if self.drawn is not None else Fraction(0)

    def worst_regret(self, option: str) -> Regret | None:
        """Return the scenario in which an option may lose most; None without scenarios."""
        found = [regret for regret in self.regrets if regret.option == option]
        return max(found, key=lambda regret: (regret.high, regret.low), default=None)


@value
class Question:
    """One question to one vendor. need: the need that it is about, if any; why: what is known, or why it is not;
    searched: where it was looked for; decides: in how many draws first place hangs on it; offers: that it is about."""

    vendor: str
    key: str
    need: Need | None
    decides: int
    why: str
    searched: tuple[str, ...]
    offers: tuple[str, ...]


def decide(profiles: Sequence[VendorProfile], asked: Asked, *, answers: int = 0) -> Decision:
    """Return the decision. profiles: all there are, since `today` may stand on one that is not compared."""
    matrix = make_matrix(profiles, as_of=asked.as_of, standing=asked.standing, stood=asked.stood)
    options = tuple(fit_option(option, asked.needs) for option in matrix.options if _is_compared(option, asked))
    eliminated = eliminations(options, asked.needs)
    failed = {item.option for item in eliminated}
    passed = [option for option in options if option.id not in failed]
    parts = parts_of_today(passed)
    covered = {item.option for item in parts}
    apart = [option for option in passed if option.id not in covered]
    dominated = find_dominated(apart)
    beaten = {item.option for item in dominated}
    left = [option for option in apart if option.id not in beaten]
    drawn = run_draws(left, asked.needs, draws=asked.draws, seed=asked.seed) if left else None
    return Decision(
        asked=asked,
        options=options,
        left=tuple(option.id for option in left),
        eliminated=eliminated,
        dropped=(*parts, *dominated),
        unproven=tuple(
            (option.id, need.key)
            for option in left
            for need in asked.needs
            if need.must and may_fail(option.cells[need.key], need)
        ),
        drawn=drawn,
        recommendation=recommend(left, drawn),
        regrets=regrets(left, drawn.weights, asked.scenarios) if drawn is not None else (),
        answers=answers,
    )


def questions(decision: Decision, *, most: int = _QUESTIONS) -> tuple[Question, ...]:
    """Return the unknowns on which first place hangs, the most decisive first, as questions to those who know.

    What is not known of `today` is asked of the vendors on whose paths the project stands.
    """
    unknowns = decision.drawn.unknowns if decision.drawn is not None else ()
    found: dict[tuple[str, str], Question] = {}
    for unknown in unknowns:
        option = decision.by_id[unknown.option]
        for vendor in _asked_of(option, unknown.key):
            if unknown.decides and (vendor, unknown.key) not in found and len(found) < most:
                found[vendor, unknown.key] = _question(decision, option, vendor, unknown.key, unknown.decides)
    return tuple(found.values())


def _is_compared(option: Option, asked: Asked) -> bool:
    if option.id == TODAY:
        return True
    return option.id not in asked.excluded and (not asked.vendors or option.id in asked.vendors)


def _asked_of(option: Option, key: str) -> list[str]:
    if option.id != TODAY:
        return [option.id]
    answered = {a.vendor for a in option.cells[key].answers if a.state is not State.UNKNOWN}
    paths = list(dict.fromkeys(name for name, _ in option.standing))
    return [name for name in paths if name not in answered] or paths


def _question(decision: Decision, option: Option, vendor: str, key: str, decides: int) -> Question:
    cell = option.cells[key]
    answers = [answer for answer in cell.answers if answer.vendor == vendor]
    open_ = [answer for answer in answers if answer.state is State.UNKNOWN]
    searched = [
        f"{place} ({answer.capability.searched_at})" for answer in open_ for place in answer.capability.searched
    ]
    return Question(
        vendor=vendor,
        key=key,
        need=next((need for need in decision.asked.needs if need.key == key), None),
        decides=decides,
        why=_why(cell.status, open_, answers),
        searched=tuple(dict.fromkeys(searched)),
        offers=tuple(dict.fromkeys(a.capability.scope.offer for a in open_ if a.capability.scope.offer)),
    )


def _why(status: CellStatus, open_: Sequence[Answer], answers: Sequence[Answer]) -> str:
    stale = next((answer for answer in open_ if answer.stale_since is not None), None)
    if stale is not None:
        value_ = f": {stale.capability.value}" if stale.capability.value else ""
        return f"it was {stale.said.value}{value_}; the evidence expired, stale since {stale.stale_since}"
    if status is CellStatus.CONFLICT:
        said = "; ".join(
            f"{answer.state.value} by {answer.evidence[0].evidence.source}" for answer in answers if answer.evidence
        )
        return f"sources of the same strength differ: {said}"
    if status is CellStatus.LIVE:
        return "the answer that is known leaves out what is needed here"
    if open_ and not open_[0].capability.searched and open_[0].capability.note:
        return open_[0].capability.note
    return "nothing that says so was found" if open_ else "it was not asked yet"
