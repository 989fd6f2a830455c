"""Which Go a file names: go.mod, FROM tags, workflows, version files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.vendors.adoption import UNREADABLE
from supplymatrix.vendors.go_lines import is_go_place, place_of, read_go_lines

_PATHS = ["go.mod", "Dockerfile", ".github/workflows/ci.yml", ".tool-versions", ".go-version"]


def version(path: str, text: str) -> str:
    found = place_of(read_go_lines(path, text))
    return found.go_version if found is not None else ""


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("go.mod", "module a\n\ngo 1.21.3 // least\n", "1.21.3"),
        ("go.mod", "go 1.21.3\ntoolchain go1.22.4\n", "1.22.4"),
        ("go.mod", "go 1.23.0\ntoolchain go1.22.4\n", "1.23.0"),
        ("go.mod", "go 1.21\ntoolchain default\n", "1.21"),
        ("a/go.work", "go 1.22.1\n", "1.22.1"),
        ("Dockerfile", "FROM golang:1.22.5-alpine3.20 AS build\nFROM scratch\n", "1.22.5"),
        ("Dockerfile", "from --platform=$BUILDPLATFORM docker.example/library/golang:1.22.5@sha256:ab\n", "1.22.5"),
        ("Dockerfile", "ARG GO=1.21.4\nFROM golang:${GO}\n", "1.21.4"),
        ("Dockerfile", "FROM golang:${GO:-1.21.4}\n", "1.21.4"),
        ("Dockerfile", "FROM golang:$GO\n", UNREADABLE),
        ("Dockerfile", "FROM golang@sha256:abcd\n", UNREADABLE),
        ("Dockerfile", "FROM golang\n", "latest"),
        ("Dockerfile", "FROM registry.example:5000/golang\n", "latest"),
        ("Dockerfile", "FROM golang:alpine\n", "latest"),
        ("Dockerfile", "FROM registry.example/ubi9/go-toolset:1.22.5-17\n", "1.22.5"),
        ("Dockerfile", "FROM debian:12\nRUN echo golang:1.2.3\n", ""),
        ("Dockerfile", "FROM golang:1.22.5\nFROM golang:1.21.9\n", "1.21.9"),
        (".github/workflows/ci.yml", "      - with:\n          go-version: '1.22.5'\n", "1.22.5"),
        (
            "Dockerfile",
            "FROM golang:1.21.9 AS t\nFROM golang:1.22.5 AS b\nFROM scratch\nCOPY --from=b /a /a\n",
            "1.22.5",
        ),
        ("Dockerfile", "ARG GO=1.21.4 # old\nARG GO=1.22.5\nFROM golang:$GO\n", "1.22.5"),
        ("Dockerfile", "FROM \\\n  golang:1.22.5\n", "1.22.5"),
        ("Dockerfile", "FROM debian\nRUN <<EOF\nFROM golang:1.22.5\nEOF\n", ""),
        ("Dockerfile", "FROM $R/golang:1.22.5-$V\n", "1.22.5"),
        ("Dockerfile", "FROM r.example/go-msft-fips:1.22.5\n", "1.22.5"),
        ("Dockerfile", "FROM debian\nRUN curl -LO https://dl.example/go1.22.5.linux-amd64.tar.gz\n", "1.22.5"),
        ("Dockerfile", "FROM debian\nRUN apt-get install -y golang\n", ""),
        ("Dockerfile", "FROM golang:${GO:-\n", UNREADABLE),
        ("Dockerfile", "FROM golang:1.22.5\0\n", UNREADABLE),
        (".github/workflows/ci.yml", "go-version: 1.20\n", "1.2"),
        (".github/workflows/ci.yml", "go-version: '1.20'\n", "1.20"),
        (".github/workflows/ci.yml", "go-version: 1.22.x # newest\n", "1.22"),
        (".github/workflows/ci.yml", "go-version: ^1.22.5\n", "stable"),
        (".github/workflows/ci.yml", "go-version: ~1.22.5\n", "1.22"),
        (".github/workflows/ci.yml", "  go: [1.21.9, '1.22.5']\n  go-version: ${{ matrix.go }}\n", "1.22.5"),
        (".github/workflows/ci.yml", "go-version: ${{ matrix.go }}\n", UNREADABLE),
        (".github/workflows/ci.yml", "go-version-file: go.mod\n", ""),
        (".tool-versions", "nodejs 20\ngolang 1.22.5\n", "1.22.5"),
        (".go-version", "go1.22.5\n", "1.22.5"),
        (".go-version", "main\n", ""),
    ],
)
def test_a_file_names_a_go(path: str, text: str, expected: str) -> None:
    assert version(path, text) == expected


def test_a_line_is_told_by_its_number() -> None:
    assert [line.line for line in read_go_lines("go.mod", "module a\n\ngo 1.22.1\n\ntoolchain go1.22.4\n")] == [3, 5]


@pytest.mark.parametrize(
    ("path", "is_read"),
    [
        ("go.mod", True),
        ("svc/Dockerfile", True),
        ("svc/Dockerfile.release", True),
        ("svc/release.dockerfile", True),
        ("Containerfile", True),
        ("vendor/x/Dockerfile", False),
        ("testdata/go.mod", False),
        ("README.md", False),
        ("ci.yml", False),
        (".github/workflows/deep/ci.yml", False),
    ],
)
def test_only_files_that_name_a_go_are_read(path: str, is_read: bool) -> None:
    assert is_go_place(path) is is_read


@given(st.sampled_from(_PATHS), st.text(max_size=300))
def test_any_text_gives_lines_and_no_error(path: str, text: str) -> None:
    assert all(line.go_version for line in read_go_lines(path, text))
