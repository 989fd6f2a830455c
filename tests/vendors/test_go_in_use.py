"""Which Go builds a project, and how sure that is."""

from __future__ import annotations

import pytest

from supplymatrix.vendors.go_in_use import find_go_in_use, toolchain_gaps
from tests.vendors.made_paths import build_files


def _gos(**texts: str) -> list[str]:
    return [go.text for go in find_go_in_use(build_files(**texts))]


def _mod(*lines: str) -> str:
    return "module example.com/a\n" + "".join(f"\n{line}\n" for line in lines)


@pytest.mark.parametrize(
    ("image", "lines", "go"),
    [
        ("golang:1.25.3", (), "1.25.3"),
        ("golang:1.25", (), "1.25.0 or newer"),
        ("golang:1.25.3", ("go 1.24",), "1.25.3"),
        ("golang:1.25.3", ("go 1.25.5",), "1.25.5"),
        ("golang:1.24", ("go 1.24", "toolchain go1.25.2"), "1.25.2"),
        ("golang:1.25", ("go 1.25.5",), "1.25.5 or newer"),
        ("golang:latest", ("go 1.25.5",), "1.25.5 or newer"),
        ("debian", ("go 1.25",), "1.25.0 or newer"),
    ],
)
def test_the_go_of_an_image_is_raised_by_go_mod(image: str, lines: tuple[str, ...], go: str) -> None:
    assert _gos(go__mod=_mod(*lines), Dockerfile=f"FROM {image}\n") == [go]


def test_go_mod_alone_names_the_least() -> None:
    assert _gos(go__mod=_mod("go 1.26")) == ["1.26.0 or newer"]


def test_what_builds_counts_before_what_only_runs() -> None:
    text = "FROM golang:1.25.1 AS b\nFROM golang:1.24.1\nCOPY --from=b /a /a\n"
    assert _gos(Dockerfile=text) == ["1.25.1"]


def test_several_gos_are_told_oldest_first() -> None:
    text = "FROM golang:1.25.1 AS a\nFROM golang:1.24.1 AS b\nFROM scratch\nCOPY --from=a /a /a\nCOPY --from=b /b /b\n"
    assert _gos(Dockerfile=text) == ["1.24.1", "1.25.1"]


def test_where_no_file_names_a_go_there_is_none() -> None:
    assert _gos(go__mod=_mod(), Dockerfile="FROM golang\n") == []


def test_a_go_that_only_go_mod_tells_is_told_by_its_line() -> None:
    files = build_files(go__mod=_mod("go 1.22"), Dockerfile="FROM a/b\nRUN dnf install -y golang\n")
    (go,) = find_go_in_use(files)
    assert (go.text, go.uses[0].location.artifact) == ("1.22.0 or newer", "go.mod")


@pytest.mark.parametrize(
    ("text", "go", "why"),
    [
        ("FROM golang:1.21.5\n", "1.22.9", "the official images of Go set GOTOOLCHAIN=local"),
        ("FROM golang:1.21.5\nENV GOTOOLCHAIN=auto\n", "1.22.9", "the go command fetches that one"),
        ("FROM r.example/go-toolset:1.21\n", "1.22.9", "the go command fetches that one"),
        ("FROM r.example/go:1.21\nENV GOTOOLCHAIN=local\n", "1.22.9", "Dockerfile sets GOTOOLCHAIN=local"),
        ("FROM golang:1.20.14\n", "1.20.14", "before 1.21 fetches no other Go"),
    ],
)
def test_a_go_older_than_go_mod_asks_for_is_a_gap_with_both_places(text: str, go: str, why: str) -> None:
    files = build_files(go__mod=_mod("go 1.22.9"), Dockerfile=text)
    assert [found.text for found in find_go_in_use(files)] == [go]
    (gap,) = toolchain_gaps(files)
    assert str(gap.location).startswith("Dockerfile:1")
    assert "go.mod:3 asks for 1.22.9" in gap.reason
    assert why in gap.reason


@pytest.mark.parametrize(
    "text",
    ["FROM golang:1.22\n", "FROM golang:1.23.0\n", "FROM debian\n", "FROM golang:1.21\nENV GOTOOLCHAIN=go1.22.9\n"],
)
def test_a_go_that_go_mod_takes_is_no_gap(text: str) -> None:
    assert not list(toolchain_gaps(build_files(go__mod=_mod("go 1.22.9"), Dockerfile=text)))
