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


def test_files_that_take_turns_are_followed_to_the_last_one() -> None:
    turns = [
        change("1.21.4" if (on + turn) % 2 else "", on, file=name)
        for on in range(51, 350)
        for turn, name in enumerate("ab")
    ]
    assert states(turns) is AdoptionState.OPEN
    assert adopt(*turns, change("1.21.6", 350, file="a")).days == 250


def test_a_project_that_goes_back_to_a_touched_go_has_it_open_again() -> None:
    found = adopt(change("1.21.4", 50), change("1.21.5", 110), change("1.21.3", 150))
    assert (found.state, found.taken, found.days) == (AdoptionState.OPEN, None, 300)
    assert "until Dockerfile named Go 1.21.3" in found.because
    taken = adopt(change("1.21.4", 50), change("1.21.5", 110), change("1.21.3", 150), change("1.22.1", 160))
    assert (taken.state, taken.days) == (AdoptionState.ADOPTED, 60)


def test_a_new_file_with_a_touched_go_opens_it_again() -> None:
    found = adopt(change("1.21.4", 50), change("1.21.5", 110), change("1.21.3", 150, file="new/Dockerfile"))
    assert found.state is AdoptionState.OPEN


@pytest.mark.parametrize("before", ["1.21", "1.22.1"])
def test_a_touched_go_that_is_named_later_has_it_open(before: str) -> None:
    found = adopt(change(before, 50), change("1.21.3", 150))
    assert (found.state, [used.go_version for used in found.used]) == (AdoptionState.OPEN, ["1.21.3"])


def test_a_pin_with_the_fix_takes_it_for_a_project_that_had_go_mod_alone() -> None:
    assert adopt(least("1.21.0", 40), change("1.21.5", 130)).days == 30


def test_a_place_that_names_no_go_for_a_while_has_the_fix_when_it_names_one_with_it() -> None:
    assert adopt(change("1.21.4", 50), change("", 140), change("1.21.5", 150)).days == 50


@pytest.mark.parametrize(("version", "state"), [("1.21.5", AdoptionState.ADOPTED), ("1.21.4", AdoptionState.OPEN)])
def test_what_the_last_commit_left_counts_whatever_date_it_bears(version: str, state: AdoptionState) -> None:
    found = adopt(change("1.21.4", 50), change("1.21.5", 110), change("1.21.3", 120), change(version, 900), until=400)
    assert (found.state, found.days) == (state, 300)


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


def test_a_mended_pin_takes_no_fix_beside_one_that_cannot_be_read() -> None:
    found = adopt(change(UNREADABLE, 40, file="Containerfile"), change("1.21.4", 50), change("1.21.5", 130))
    assert found.state is AdoptionState.UNKNOWN
    assert "Containerfile does not tell which release it has" in found.because


def test_what_takes_the_place_of_a_touched_pin_unread_takes_no_fix_beside_a_mended_one() -> None:
    other = [change("1.21.4", 50, file="ci.yml", kind=PlaceKind.WORKFLOW), change("1.21.5", 130, file="ci.yml")]
    moved = [change("1.21.4", 50), change("", 130), change(UNREADABLE, 130, file="Containerfile")]
    assert states([*moved[:1], *other[:1], *moved[1:], other[1]]) is AdoptionState.UNKNOWN


def test_the_least_minor_of_go_mod_takes_no_fix_where_the_pin_went_away() -> None:
    assert states([least("1.21", 40), change("1.21.4", 50), change("", 130)]) is not AdoptionState.ADOPTED


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
    history = History(
        changes=(change("1.21.4", 50), change("1.21.5", 130)), first=day(0), last=day(130), whole=True, gap=""
    )
    (found,) = adoptions_of(history, [_FIX], until=day(120), is_past=True)
    assert (found.state, found.days) == (AdoptionState.OPEN, 20)
