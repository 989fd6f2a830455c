"""All profiles of a run: built-in ones, the user's over them, and what could not be used told and left out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from supplymatrix.engine.vendor_profiles import load_profiles, read_profile_files, real_file_of
from supplymatrix.errors import InputError
from supplymatrix.sources.builtin import builtin_names
from tests.vendors.profiles import DAY, GOOD, without

pytestmark = pytest.mark.slow

CLAIM = """\
schema = 1
[[claim]]
id = "ours"
says = "it is ours"
about = "acme"
verdict = "no_evidence"
because = "nobody says so"
searched = ["everywhere"]
searched_at = 2026-11-25
"""


def write(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def test_core_vendors_come_first_and_the_rest_by_id() -> None:
    found = load_profiles().profiles
    assert [profile.id for profile in found] == [
        profile.id for profile in sorted(found, key=lambda profile: (not profile.core, profile.id))
    ]


def test_every_built_in_file_is_a_profile_or_a_claim() -> None:
    loaded = load_profiles()
    assert len(loaded.profiles) == sum(name.endswith(".toml") for name in builtin_names("vendor_profiles"))
    assert {claim.location.artifact.rpartition("/")[2] for claim in loaded.claims} == {
        name for name in builtin_names("vendor_profiles/claims") if name.endswith(".toml")
    }


def test_a_folder_brings_profiles_claims_and_quotes(tmp_path: Path) -> None:
    write(tmp_path / "acme.toml", GOOD)
    write(tmp_path / "claims" / "ours.toml", CLAIM)
    write(tmp_path / "quotes.toml", '[variables.acme]\nx = "y"\n')
    write(tmp_path / "notes.txt", "no profile")
    loaded = load_profiles((tmp_path,), today=DAY)
    assert loaded.faults == ()
    assert "acme" in loaded.by_id
    assert [claim.id for claim in loaded.claims][-1] == "ours"
    assert loaded.user.variables == {"acme": {"x": "y"}}
    assert loaded.own == {"acme"}


def test_the_later_of_two_folders_wins_and_that_is_said(tmp_path: Path) -> None:
    write(tmp_path / "a" / "acme.toml", GOOD)
    write(tmp_path / "b" / "acme.toml", without(GOOD, 'name = "Acme"', 'name = "Acme B"'))
    loaded = load_profiles((tmp_path / "a", tmp_path / "b"), today=DAY)
    assert loaded.by_id["acme"].name == "Acme B"
    assert any("takes the place of the user's earlier profile acme" in note for note in loaded.notes)


@pytest.mark.parametrize("data", [b"", b"\x00", b"<html></html>", b"[[[[", GOOD.encode()[:-200], b"x" * (1 << 20 | 1)])
def test_a_broken_file_is_told_with_its_place_and_the_rest_is_there(tmp_path: Path, data: bytes) -> None:
    write(tmp_path / "acme.toml", data)
    write(tmp_path / "bcme.toml", without(GOOD, 'id = "acme"', 'id = "bcme"'))
    loaded = load_profiles((tmp_path,), today=DAY)
    assert loaded.faults
    assert {fault.artifact for fault in loaded.faults} == {(tmp_path / "acme.toml").as_posix()}
    assert "bcme" in loaded.by_id
    assert len(loaded.profiles) == len(load_profiles().profiles) + 1


def test_a_broken_file_leaves_the_built_in_profile_of_its_name(tmp_path: Path) -> None:
    name = load_profiles().profiles[0].id
    write(tmp_path / f"{name}.toml", "schema = 1\n")
    loaded = load_profiles((tmp_path,), today=DAY)
    assert name in loaded.by_id
    assert name not in loaded.own


def test_a_pipe_is_no_profile(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "acme.toml")
    (fault,) = load_profiles((tmp_path,), today=DAY).faults
    assert "a pipe" in fault.message


def test_a_folder_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        load_profiles((tmp_path / "nowhere",), today=DAY)


def test_dates_of_built_in_files_are_judged_only_when_asked() -> None:
    past = date(2020, 1, 1)
    assert load_profiles(today=past).faults == ()
    assert any("in the future" in fault.message for fault in load_profiles(today=past, check_builtin=True).faults)


def test_files_of_a_checkout_and_of_the_user_may_be_edited(tmp_path: Path) -> None:
    write(tmp_path / "acme.toml", GOOD)
    loaded = load_profiles((tmp_path,), today=DAY)
    assert real_file_of(loaded.by_id["acme"], loaded.own) == tmp_path / "acme.toml"
    for profile in loaded.profiles:
        file = real_file_of(profile, loaded.own)
        assert file is not None
        assert file.is_file()


def test_single_files_are_read_by_what_they_are(tmp_path: Path) -> None:
    write(tmp_path / "acme.toml", GOOD)
    write(tmp_path / "claims" / "ours.toml", CLAIM)
    found = read_profile_files((tmp_path / "acme.toml", tmp_path / "claims" / "ours.toml"), today=DAY)
    assert (len(found.profiles), len(found.claims), found.faults) == (1, 1, ())
