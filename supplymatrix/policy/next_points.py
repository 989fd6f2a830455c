"""The cheapest next points: how much the low end of the score would rise if findings of a rule were mended.

    next_points(verdict.score, rules)[0].gain_one     # exact points, of one finding or gap

Reckoned on the score itself, caps included: while an alarm caps it, other findings gain nothing, and are told so.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from supplymatrix.model.rule import Rule
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Contribution, Score
from supplymatrix.policy.score import Tally, score_of

__all__ = ["NextPoint", "next_points"]


@value
class NextPoint:
    """What mending brings. failed, unknown: findings and things that could not be checked; gain_one: points of low when
    one of them passes; gain_all: when all of them do. loses: points that the rule costs now, before caps."""

    rule: str
    failed: int
    unknown: int
    gain_one: Fraction
    gain_all: Fraction
    loses: Fraction


def next_points(score: Score, rules: Mapping[str, Rule]) -> tuple[NextPoint, ...]:
    """Return what each rule that costs points would bring, the most for one mended thing first."""
    tallies = {share.rule: _tally(share) for share in score.contributions}
    weights = {rules[share.rule].severity.value: share.weight for share in score.contributions}
    whole = sum(share.weight for share in score.contributions)
    found = []
    for share in score.contributions:
        left = share.failed + share.unknown
        if not left:
            continue
        one, every = _tally(share, mended=1), _tally(share, mended=left)
        low_one, low_all = (score_of({**tallies, share.rule: tally}, rules, weights) for tally in (one, every))
        assert low_one is not None and low_all is not None  # noqa: S101, PT018 - there are tallies
        found.append(
            NextPoint(
                rule=share.rule,
                failed=share.failed,
                unknown=share.unknown,
                gain_one=low_one.low - score.low,
                gain_all=low_all.low - score.low,
                loses=Fraction(100 * share.weight, whole) - share.low,
            )
        )
    return tuple(sorted(found, key=lambda point: (-point.gain_one, -point.gain_all, point.rule)))


def _tally(share: Contribution, mended: int = 0) -> Tally:
    """Return what was counted of a rule, with some failed and then some unknown things passing."""
    failed = min(mended, share.failed)
    return Tally(
        passed=share.passed + mended,
        failed=share.failed - failed,
        waived=share.waived,
        unknown=share.unknown - (mended - failed),
    )
