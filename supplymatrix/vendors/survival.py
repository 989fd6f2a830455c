"""How long fixes take, in days: quantiles by nearest rank, and by Kaplan and Meier where some fixes are still awaited.

What is not fixed yet has waited at least so long: it is a span that is cut (right-censored), not one that is missing.
Leaving such spans out makes a vendor look faster the more it leaves open.

    >>> spans = [Span(days=2, is_fixed=True), Span(days=5, is_fixed=False), Span(days=9, is_fixed=True)]
    >>> [(step.days, step.waiting) for step in survival_steps(spans)]
    [(2, Fraction(2, 3)), (9, Fraction(0, 1))]
    >>> survival_quantile(survival_steps(spans), 50), nearest_rank([2, 9], 50)
    (9, 2)

All of it is whole numbers and fractions, so that the same spans give the same answer everywhere.

Source: E. L. Kaplan, P. Meier, Nonparametric estimation from incomplete observations (1958).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from supplymatrix.model.value import value

__all__ = [
    "MIN_FIXES", "PERCENTS", "Quantile", "Span", "SurvivalStep", "nearest_rank", "quantiles", "survival_quantile",
    "survival_steps",
]  # fmt: skip

PERCENTS = (50, 90, 99)
MIN_FIXES = {50: 1, 90: 20, 99: 100}
"""How many fixes a percentile needs; with fewer it is too thin to be shown."""


@value
class Span:
    """Days from a beginning to a fix, or, where it is not fixed, to the last day of which anything is known; ≥ 0."""

    days: int
    is_fixed: bool


@value
class SurvivalStep:
    """On this day fixes came. at_risk: spans that had lasted so long; fixes: of them on this day; waiting: the part
    that still waits after it."""

    days: int
    at_risk: int
    fixes: int
    waiting: Fraction


@value
class Quantile:
    """One percentile. n: fixes it rests on. naive: by nearest rank among the fixes; survival: with the open ones, None
    where so many are open that it lies beyond what is known. is_too_thin: both are withheld."""

    percent: int
    n: int
    naive: int | None
    survival: int | None
    is_too_thin: bool


def nearest_rank(days: Iterable[int], percent: int) -> int | None:
    """Return the smallest value that at least `percent` of them (1 to 100) do not exceed; None of no values."""
    ordered = sorted(days)
    return ordered[-(-percent * len(ordered) // 100) - 1] if ordered else None


def survival_steps(spans: Iterable[Span]) -> tuple[SurvivalStep, ...]:
    """Return the steps of the Kaplan-Meier estimate, by day. A span that is cut on the day of a fix was still at risk.

    A fix on the day 0 makes a step too.
    """
    fixes: Counter[int] = Counter()
    ends: Counter[int] = Counter()
    for span in spans:
        ends[span.days] += 1
        fixes[span.days] += span.is_fixed
    steps, at_risk, waiting = [], ends.total(), Fraction(1)
    for days in sorted(ends):
        if fixes[days]:
            waiting *= Fraction(at_risk - fixes[days], at_risk)
            steps.append(SurvivalStep(days=days, at_risk=at_risk, fixes=fixes[days], waiting=waiting))
        at_risk -= ends[days]
    return tuple(steps)


def survival_quantile(steps: Sequence[SurvivalStep], percent: int) -> int | None:
    """Return the first day by which at least `percent` are fixed; None when no day that is known of is late enough."""
    left = Fraction(100 - percent, 100)
    return next((step.days for step in steps if step.waiting <= left), None)


def quantiles(spans: Sequence[Span]) -> tuple[Quantile, ...]:
    """Return P50, P90 and P99; one that rests on fewer fixes than MIN_FIXES is too thin, and has no values."""
    fixed = [span.days for span in spans if span.is_fixed]
    steps = survival_steps(spans)
    found = []
    for percent in PERCENTS:
        thin = len(fixed) < MIN_FIXES[percent]
        found.append(
            Quantile(
                percent=percent,
                n=len(fixed),
                naive=None if thin else nearest_rank(fixed, percent),
                survival=None if thin else survival_quantile(steps, percent),
                is_too_thin=thin,
            )
        )
    return tuple(found)
