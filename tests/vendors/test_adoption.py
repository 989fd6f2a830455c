"""On which day a project took a fix, and what is not known of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from supplymatrix.model.advisory import GoFix
from supplymatrix.vendors.adoption import (
    UNREADABLE,
    Adoption,
    AdoptionState,
    GoChange,
    History,
    PlaceKind,
    adoptions_of,
)
from tests.vendors.made_reading import day, go_fix

_FIX = go_fix("CVE-2024-1", 100)


def change(version: str, on: int, *, file: str = "Dockerfile", kind: PlaceKind = PlaceKind.FROM_TAG) -> GoChange:
    return GoChange(order=on, day=day(on), commit=f"{on:040x}", file=file, line=1, kind=kind, go_version=version)


def least(version: str, on: int) -> GoChange:
    return change(version, on, file="go.mod", kind=PlaceKind.GO_LINE)


def adopt(
    *changes: GoChange, fix: GoFix = _FIX, until: int = 400, first: int = 0, whole: bool = True, gap: str = ""
) -> Adoption:
    history = History(changes=changes, first=day(first), last=day(until), whole=whole, gap=gap)
    (found,) = adoptions_of(history, [fix], until=day(until))
    return found


def states(changes: Sequence[GoChange]) -> AdoptionState:
    return adopt(*changes).state


def test_a_fix_is_taken_with_the_commit_that_names_a_go_with_it() -> None:
    found = adopt(change("1.21.4", 50), change("1.22.0", 120), change("1.22.1", 130))
    assert (found.state, found.days) == (AdoptionState.ADOPTED, 30)
    assert found.taken is not None
    assert (found.taken.go_version, found.taken.commit) == ("1.22.1", f"{130:040x}")


def test_doing_nothing_costs_the_days_until_today() -> None:
    found = adopt(change("1.21.4", 50), until=400)
    assert (found.state, found.days, found.until) == (AdoptionState.OPEN, 300, day(400))


def test_a_commit_on_the_day_of_the_fix_takes_no_days() -> None:
    assert adopt(change("1.21.4", 50), change("1.21.5", 100)).days == 0


def test_every_place_must_have_the_fix() -> None:
    found = adopt(
        change("1.21.4", 50),
        change("1.21.4", 50, file="ci.yml", kind=PlaceKind.WORKFLOW),
        change("1.21.5", 110),
        change("1.22.3", 150, file="ci.yml", kind=PlaceKind.WORKFLOW),
    )
    assert (found.state, found.days) == (AdoptionState.ADOPTED, 50)


def test_a_place_that_is_gone_holds_nobody_back_where_the_others_have_the_fix() -> None:
    workflow = change("1.22.3", 50, file="ci.yml", kind=PlaceKind.WORKFLOW)
    assert adopt(change("1.21.4", 50), workflow, change("", 140)).days == 40


def test_a_file_that_goes_away_takes_no_fix() -> None:
    found = adopt(change("1.21.4", 50), change("", 140))
    assert (found.state, found.days) == (AdoptionState.UNKNOWN, None)
    assert "names no Go from" in found.because


def test_a_file_that_is_moved_takes_no_fix_by_that() -> None:
    moved = change("1.21.4", 140, file="build/Dockerfile")
    assert adopt(change("1.21.4", 50), change("", 140), moved).state is AdoptionState.OPEN
    taken = adopt(change("1.21.4", 50), change("", 140), moved, change("1.21.6", 170, file="build/Dockerfile"))
    assert (taken.state, taken.days) == (AdoptionState.ADOPTED, 70)


def test_where_the_pin_goes_away_the_least_version_of_go_mod_counts() -> None:
    assert adopt(least("1.21.0", 40), change("1.21.4", 50), change("", 140)).state is AdoptionState.OPEN
    assert adopt(least("1.21.5", 120), change("1.21.4", 50), change("", 140)).days == 40


def test_files_that_take_turns_for_ever_are_told_and_not_followed() -> None:
    turns = [
        change("1.21.4" if (on + turn) % 2 else "", on, file=name)
        for on in range(51, 350)
        for turn, name in enumerate("ab")
    ]
    found = adopt(*turns, until=1000)
    assert found.state is AdoptionState.UNKNOWN
    assert "one after the other" in found.because


def test_go_mod_counts_where_no_pin_stands() -> None:
    assert adopt(least("1.21.4", 50), least("1.21.5", 105)).days == 5


def test_go_mod_does_not_count_beside_a_pin() -> None:
    assert states([least("1.21.0", 50), change("1.22.5", 60)]) is AdoptionState.NOT_TOUCHED


@pytest.mark.parametrize("version", ["1.21", "stable", "latest", UNREADABLE])
def test_what_names_no_single_release_is_not_known(version: str) -> None:
    found = adopt(change(version, 50))
    assert found.state is AdoptionState.FLOATS
    assert "Dockerfile" in found.because


def test_a_minor_without_any_fix_is_touched_whatever_its_patch() -> None:
    found = adopt(change("1.20", 50), change("1.22", 170))
    assert (found.state, found.days) == (AdoptionState.ADOPTED, 70)


def test_a_go_that_the_cve_does_not_touch_needs_no_fix() -> None:
    fix = go_fix("CVE-2024-1", 100, fixed_in=["1.22.1"], ranges=[("1.22.0-0", "1.22.1")])
    assert adopt(change("1.21.4", 50), fix=fix).state is AdoptionState.NOT_TOUCHED


def test_a_place_that_cannot_be_read_later_on_has_not_taken_the_fix() -> None:
    assert states([change("1.21.4", 50), change(UNREADABLE, 150)]) is AdoptionState.OPEN


def test_before_a_history_that_is_cut_nothing_is_known() -> None:
    found = adopt(change("1.21.4", 150), first=150, whole=False, gap="a shallow clone")
    assert found.state is AdoptionState.UNKNOWN


def test_before_the_first_commit_nothing_was_touched() -> None:
    assert adopt(change("1.21.4", 150), first=150).state is AdoptionState.NOT_TOUCHED


def test_without_a_history_it_is_not_known_and_no_zero() -> None:
    history = History(changes=(), first=None, last=None, whole=False, gap="no repository")
    (found,) = adoptions_of(history, [_FIX], until=day(400))
    assert (found.state, found.days, found.because) == (AdoptionState.UNKNOWN, None, "no repository")


def test_without_the_day_of_gos_fix_it_is_not_known() -> None:
    assert adopt(change("1.21.4", 50), fix=go_fix("CVE-2024-1", None)).because == "no table"


def test_without_any_place_it_is_not_known() -> None:
    assert adopt().state is AdoptionState.UNKNOWN


def test_a_day_in_the_past_does_not_see_later_commits() -> None:
    assert adopt(change("1.21.4", 50), change("1.21.5", 130), until=120).state is AdoptionState.OPEN
