"""On whose path a project stands: patterns, whose packages they are, and what nobody can say."""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.buildfiles.found import Role
from supplymatrix.vendors.standing import Standing, find_standing, glob_matches
from tests.vendors.made_paths import build_files, made_profile

_RED = made_profile("red", ["image:red.example/ubi*", "package:golang", "package:go-toolset"])
_BLUE = made_profile("blue", ["image:ubuntu", "package:golang", "package:golang-1.*", "snap:go/1.*-fips/*"])
_WOLF = made_profile("wolf", ["apk_repository:apk.wolf.example/*", "package:go-1.2*", "file:apko.yaml"])
_ALL = (_RED, _BLUE, _WOLF)


def _standing(names: tuple[str, ...] = (), **texts: str) -> Standing:
    return find_standing(_ALL, build_files(**texts), names)


def test_an_image_is_a_sign_with_its_line() -> None:
    standing = _standing(Dockerfile="# first\n\nFROM red.example/ubi9/go-toolset:1.25\n")
    assert standing.pairs == (("red", "Dockerfile:3 FROM red.example/ubi9/go-toolset:1.25"),)


@pytest.mark.parametrize(
    "image", ["ubuntu", "ubuntu:24.04", "docker.io/library/ubuntu:24.04", "library/ubuntu@sha256:0"]
)
def test_an_image_is_known_by_all_of_its_names(image: str) -> None:
    assert _standing(Dockerfile=f"FROM {image}\n").vendors == ("blue",)


def test_a_pattern_with_a_tag_wants_that_tag() -> None:
    profile = made_profile("p", ["image:a.example/go:*-openssl"])
    for tag, found in (("1.25-openssl", ("p",)), ("1.25", ())):
        assert find_standing([profile], build_files(Dockerfile=f"FROM a.example/go:{tag}\n")).vendors == found


@pytest.mark.parametrize(
    ("image", "vendors"),
    [("red.example/ubi9", ("red",)), ("ubuntu:24.04", ("blue",)), ("debian:13", ()), ("fedora:43", ())],
)
def test_a_package_of_a_common_name_is_whose_image_it_is_on(image: str, vendors: tuple[str, ...]) -> None:
    assert _standing(Dockerfile=f"FROM {image}\nRUN dnf install -y golang\n").vendors == vendors


def test_a_package_on_an_unknown_image_is_nobodys_and_said() -> None:
    standing = _standing(Dockerfile="ARG B\nFROM $B\nRUN dnf install -y golang\n")
    assert not standing.stands
    assert [gap.location.line for gap in standing.gaps if gap.location] == [3]


def test_a_package_from_a_vendors_repository_is_that_vendors() -> None:
    text = "FROM alpine\nRUN apk add -X https://apk.wolf.example/os go-1.25\n"
    stands = _standing(Dockerfile=text).of("wolf")
    assert {stand.pattern for stand in stands} == {"apk_repository:apk.wolf.example/*"} or len(stands) == 1


def test_an_apko_file_with_other_repositories_is_not_a_vendors_by_its_name() -> None:
    text = "contents:\n  repositories: [https://apk.other.example/main]\n  packages: [go-1.25]\n"
    assert not _standing(("apko.yaml",), apko__yaml=text).stands


def test_an_apko_file_without_repositories_counts_by_its_name() -> None:
    assert _standing(("apko.yaml",), apko__yaml="archs: [x86_64]\n").vendors == ("wolf",)


def test_the_image_that_runs_is_told_from_the_one_that_builds() -> None:
    text = "FROM ubuntu AS b\nFROM red.example/ubi9/ubi-micro\nCOPY --from=b /a /a\n"
    assert {stand.vendor: stand.role for stand in _standing(Dockerfile=text).stands} == {
        "blue": Role.BUILD,
        "red": Role.RUNTIME,
    }


def test_a_stage_that_nothing_needs_counts_only_alone() -> None:
    text = "FROM red.example/ubi9 AS spare\nFROM ubuntu\n"
    assert _standing(Dockerfile=text).vendors == ("blue",)


def test_a_bare_track_of_a_snap_is_its_stable_channel() -> None:
    text = "parts:\n  a:\n    build-snaps: [go/1.26-fips]\n"
    assert _standing(snapcraft__yaml=text).vendors == ("blue",)


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_globs_match_as_the_standard_library_says(pattern: str, text: str) -> None:
    assert glob_matches(pattern, text) is fnmatch.fnmatchcase(text, pattern)


def test_a_hostile_glob_takes_no_time() -> None:
    assert not glob_matches("*a" * 200 + "b", "a" * 2_000)
