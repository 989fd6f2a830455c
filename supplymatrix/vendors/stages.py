"""Where the days went: disclosed, Go's fix, the vendor's fix, your adoption, on one axis that begins with day 0.

Go discloses a CVE of its own with the release that fixes it, and by rule 1 that release is the beginning: the first
stage has no days, and is shown so that nobody looks for them. A project that moved before its vendor had the fix took
it from elsewhere: its own stage then has no days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

from supplymatrix.model.value import value
from supplymatrix.vendors.adoption import Adoption, AdoptionState
from supplymatrix.vendors.response import Case, Outcome
from supplymatrix.vendors.survival import nearest_rank

__all__ = ["Stage", "StageLine", "StageName", "StageSummary", "stage_line", "stage_summary"]


class StageName(StrEnum):
    """A stretch of the way, named by what ends it."""

    GO = "Go's fix"
    VENDOR = "vendor's fix"
    ADOPTION = "your adoption"


@value
class Stage:
    """One stretch. start, end: days since the disclosure, end ≥ start; is_open: it has not ended, `end` being the last
    day that is known of."""

    name: StageName
    start: int
    end: int
    is_open: bool

    @property
    def days(self) -> int:
        """Return how long it took, so far where it is open."""
        return self.end - self.start


@value
class StageLine:
    """The way of one CVE through a channel ("" = straight from Go) into the project. slowest: the longest stage, None
    when all have 0 days. missing: why a stage cannot be shown, "" when all are."""

    cve: str
    channel: str
    released: date | None
    stages: tuple[Stage, ...]
    slowest: StageName | None
    missing: str


@value
class StageSummary:
    """A channel's stages over the CVEs of which all stages are known. n: of these; medians: days by stage, open ones as
    long as they have lasted; totals: their sums; slowest: the stage with most days in all, None when there are none;
    left_out: CVEs with a stage that is not known."""

    channel: str
    n: int
    medians: Mapping[StageName, int]
    totals: Mapping[StageName, int]
    open: Mapping[StageName, int]
    slowest: StageName | None
    left_out: int


def stage_line(case: Case | None, adoption: Adoption | None, *, cve: str, channel: str = "") -> StageLine:
    """Return the way of a CVE. case: in the channel, None = the project takes Go from upstream. adoption: None = no
    project was looked at."""
    released = case.disclosed.day if case is not None and case.disclosed is not None else None
    if released is None and adoption is not None:
        released = adoption.released
    if released is None:
        return _line(cve, channel, None, [], "the day of Go's fix is not known")
    stages = [Stage(name=StageName.GO, start=0, end=0, is_open=False)]
    if case is not None:
        if case.outcome not in (Outcome.FIXED, Outcome.OPEN, Outcome.WONT_FIX) or case.days is None:
            return _line(cve, channel, released, stages, f"{channel}: {case.note or case.because or case.outcome}")
        is_fixed = case.outcome is Outcome.FIXED
        stages.append(Stage(name=StageName.VENDOR, start=0, end=max(0, case.days), is_open=not is_fixed))
    if adoption is None:
        return _line(cve, channel, released, stages, "")
    if adoption.state not in (AdoptionState.ADOPTED, AdoptionState.OPEN) or adoption.days is None:
        return _line(cve, channel, released, stages, f"your adoption: {adoption.because or 'not touched'}")
    start = stages[-1].end
    is_open = adoption.state is AdoptionState.OPEN
    if stages[-1].is_open and is_open:
        return _line(cve, channel, released, stages, "")  # nothing to adopt yet
    if stages[-1].is_open:  # adopted from elsewhere while the vendor has no fix
        start = min(start, adoption.days)
    stages.append(
        Stage(name=StageName.ADOPTION, start=start, end=max(start, adoption.days),
              is_open=is_open)
    )  # fmt: skip
    return _line(cve, channel, released, stages, "")


def stage_summary(lines: Iterable[StageLine], channel: str) -> StageSummary:
    """Return the stages of a channel over all lines that lack none."""
    all_lines = list(lines)
    whole = [line for line in all_lines if not line.missing]
    days: dict[StageName, list[int]] = {}
    waiting: dict[StageName, int] = {}
    for line in whole:
        for stage in line.stages:
            days.setdefault(stage.name, []).append(stage.days)
            waiting[stage.name] = waiting.get(stage.name, 0) + stage.is_open
    totals = {name: sum(found) for name, found in days.items()}
    return StageSummary(
        channel=channel,
        n=len(whole),
        medians={name: nearest_rank(found, 50) or 0 for name, found in days.items()},
        totals=totals,
        open=waiting,
        slowest=_slowest(totals),
        left_out=len(all_lines) - len(whole),
    )


def _line(cve: str, channel: str, released: date | None, stages: Sequence[Stage], missing: str) -> StageLine:
    slowest = _slowest({stage.name: stage.days for stage in stages}) if not missing else None
    return StageLine(
        cve=cve, channel=channel, released=released, stages=tuple(stages), slowest=slowest, missing=missing
    )


def _slowest(days: Mapping[StageName, int]) -> StageName | None:
    """Return the stage with most days, the earlier of two equal ones; None when there are no days."""
    name = max(days, key=lambda stage: days[stage], default=None)
    return name if name is not None and days[name] > 0 else None
