"""A decision as it is asked for on a command line: files in, one `Decision` out.

run = run_decide(DecideRequest(loaded=load_profiles(), as_of=day, latest=day, project=Path()))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.vendor_profiles import LoadedProfiles
from supplymatrix.model.value import changed, value
from supplymatrix.vendors.decide import Asked, Decision, decide
from supplymatrix.vendors.needs import (
    DEFAULT_SCENARIOS,
    Need,
    Scenario,
    VendorAnswer,
    apply_answers,
    join_needs,
    parse_answers,
    parse_needs,
    parse_scenarios,
)
from supplymatrix.vendors.taken_answers import taken_answers

if TYPE_CHECKING:
    from supplymatrix.model.vendor import VendorProfile

__all__ = ["DecideRequest", "DecideRun", "run_decide"]

_LIMIT = 1 << 20  # bytes of one file
_GAPS = 5  # that are told


@value
class DecideRequest:
    """What is asked. latest: the later of `as_of` and the day it is: no answer may be of a later one. words: needs of
    the command line, which win over those of the file; project: None = none. vendors, excluded: ids that exist."""

    loaded: LoadedProfiles
    as_of: date
    latest: date
    project: Path | None = None
    needs: Path | None = None
    words: tuple[Need, ...] = ()
    scenarios: Path | None = None
    answers: Path | None = None
    vendors: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    draws: int = 4_000
    seed: int = 1


@value
class _Project:
    needs: tuple[Need, ...] = ()
    standing: tuple[tuple[str, str], ...] = ()
    stood: Mapping[str, Sequence[str]] = {}
    notes: tuple[str, ...] = ()


_NO_PROJECT = _Project()


@value
class DecideRun:
    """notes: what the user should know of how it came about."""

    decision: Decision
    notes: tuple[str, ...]


def run_decide(request: DecideRequest) -> DecideRun:
    """Return the decision. Raises InputError for a file or a project that cannot be read."""
    own = parse_needs(_bytes(request.needs, "needs"), request.needs.as_posix()) if request.needs is not None else ()
    scenarios = _scenarios(request.scenarios)
    answers = _answers(request)
    profiles = apply_answers(request.loaded.profiles, answers)
    project = _project(request.project, profiles, request.as_of) if request.project is not None else _NO_PROJECT
    needs, left_out = join_needs(own, request.words, project=project.needs)
    asked = Asked(
        as_of=request.as_of,
        needs=needs,
        left_out=left_out,
        scenarios=scenarios,
        standing=project.standing,
        stood=project.stood,
        vendors=request.vendors,
        excluded=request.excluded,
        draws=request.draws,
        seed=request.seed,
    )
    decision = decide(profiles, asked, answers=len(answers))
    if answers:
        before = decide(request.loaded.profiles, asked)
        decision = changed(
            decision,
            taken=taken_answers(profiles, answers, request.as_of),
            leader_before=before.recommendation.leader,
        )
    return DecideRun(decision=decision, notes=(*project.notes, *_notes(request, answers)))


def _project(path: Path, profiles: Sequence[VendorProfile], day: date) -> _Project:
    """Return what a project shows of its needs and of where it stands; what nobody can say is noted."""
    from supplymatrix.engine.projects import dated_standing, modules_below, read_project, standing_of_project
    from supplymatrix.vendors.go_in_use import toolchain_gaps
    from supplymatrix.vendors.project_needs import needs_of_project

    build = read_project(path)
    standing = standing_of_project(build, profiles)
    too_old = (*modules_below(build), *toolchain_gaps(build.files))
    gaps = (*too_old, *build.gaps, *(gap for file in build.files for gap in file.gaps), *standing.gaps)
    told = [f"not known: {gap.wanted}: {gap.reason}" for gap in gaps[:_GAPS]]
    more = [f"and {len(gaps) - _GAPS:,} more that are not known of the project"] if len(gaps) > _GAPS else []
    if len(standing.vendors) > 1:
        names = ", ".join(standing.vendors)
        told.append(f"today joins the paths of {names}: of each question the best of their answers, not each path's")
    return _Project(
        needs=needs_of_project(build.files),
        standing=dated_standing(build, standing, profiles, day),
        stood=standing.offers,
        notes=(*told, *more),
    )


def _scenarios(file: Path | None) -> tuple[Scenario, ...]:
    return DEFAULT_SCENARIOS if file is None else parse_scenarios(_bytes(file, "scenarios"), file.as_posix())


def _answers(request: DecideRequest) -> tuple[VendorAnswer, ...]:
    if request.answers is None:
        return ()
    offers = {profile.id: tuple(offer.id for offer in profile.offers) for profile in request.loaded.profiles}
    data = _bytes(request.answers, "answers")
    return parse_answers(data, request.answers.as_posix(), offers=offers, today=request.latest)


def _bytes(file: Path, what: str) -> bytes:
    from supplymatrix.sources.files import read_limited

    return read_limited(file, _LIMIT, f"file of {what}")


def _notes(request: DecideRequest, answers: Sequence[VendorAnswer]) -> tuple[str, ...]:
    if request.answers is None:
        return ()
    where = request.answers.as_posix()
    if not answers:
        return (f"{where}: no question is answered there yet (state is unknown everywhere)",)
    later = [answer for answer in answers if answer.evidence.retrieved_at > request.as_of]
    if later:
        return (f"{where}: {len(later)} of {len(answers)} answers are of a day after {request.as_of} and do not count",)
    return ()
