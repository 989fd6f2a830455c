"""Needs that a project shows, each with its line; a must only where it is plain."""

from __future__ import annotations

import pytest

from supplymatrix.vendors.needs import MAX_NEEDS
from supplymatrix.vendors.project_needs import needs_of_project
from tests.vendors.made_paths import build_files


def _needs(**texts: str) -> dict[str, tuple[bool, tuple[str, ...], str]]:
    return {need.key: (need.must, need.items, need.origin) for need in needs_of_project(build_files(**texts))}


@pytest.mark.parametrize(
    "line",
    [
        "ENV GOFIPS140=v1.0.0", "ENV GODEBUG=fips140=only", "ENV GOEXPERIMENT=strictfipsruntime",
        "RUN GOEXPERIMENT=loopvar,systemcrypto go build", "ENV GOLANG_FIPS=1",
    ],
)  # fmt: skip
def test_fips_that_is_switched_on_is_a_must(line: str) -> None:
    needs = _needs(Dockerfile=f"FROM a/b\n{line}\n")
    assert (needs["fips_mode"][0], needs["fips_mode"][2].startswith("Dockerfile:2 ")) == (True, True)


@pytest.mark.parametrize(
    "line", ["ENV GOFIPS140=off", "ENV GODEBUG=fips140=off", "ENV GOEXPERIMENT=loopvar", "ENV FIPS=1"]
)
def test_fips_that_is_off_is_no_need(line: str) -> None:
    assert "fips_mode" not in _needs(Dockerfile=f"FROM a/b\n{line}\n")


def test_a_fips_snap_and_a_godebug_line_are_musts() -> None:
    assert _needs(snapcraft__yaml="parts: {a: {build-snaps: [go/1.26-fips/stable]}}")["fips_mode"][0]
    assert _needs(go__mod="module a\n\ngo 1.24\n\ngodebug fips140=on\n")["fips_mode"] == (
        True, (), "go.mod:5 godebug fips140=on",
    )  # fmt: skip


def test_minors_and_processors_are_items_with_their_line() -> None:
    needs = _needs(go__mod="module a\n\ngo 1.25.1\n", Dockerfile="FROM --platform=linux/arm64 a/b\n")
    assert needs["go_minors"] == (False, ("1.25",), "go.mod:3 go 1.25.1 (1.25 or newer)")
    assert needs["arches"][:2] == (False, ("arm64",))


def test_a_build_from_nowhere_needs_no_internet() -> None:
    assert "air_gap" in _needs(Dockerfile="FROM a/b\nENV GOPROXY=off GOFLAGS=-mod=vendor\n")
    assert "air_gap" not in _needs(Dockerfile="FROM a/b\nENV GOFLAGS=-mod=vendor\n")


def test_there_are_never_more_than_eight() -> None:
    text = "FROM --platform=linux/arm64 golang:1.25\nENV GOPROXY=off GOFIPS140=latest\n"
    assert len(_needs(go__mod="module a\n\ngo 1.25\n", Dockerfile=text)) <= MAX_NEEDS


def test_a_minor_that_only_go_mod_tells_is_told_by_its_line_whatever_installs_go() -> None:
    needs = _needs(go__mod="module a\n\ngo 1.22\n", Dockerfile="FROM a/b\nRUN dnf install -y golang\n")
    assert needs["go_minors"] == (False, ("1.22",), "go.mod:3 go 1.22 (1.22 or newer)")


def test_each_minor_has_a_line_of_its_own() -> None:
    text = "FROM golang:1.25.1 AS a\nFROM golang:1.24.1 AS b\nFROM scratch\nCOPY --from=a /a /\nCOPY --from=b /b /\n"
    _, items, origin = _needs(Dockerfile=text)["go_minors"]
    assert items == ("1.24", "1.25")
    assert origin == "Dockerfile:2 FROM golang:1.24.1 AS b; Dockerfile:1 FROM golang:1.25.1 AS a"
