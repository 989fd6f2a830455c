"""Which variables of the go command hold where a Dockerfile runs it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.buildfiles.dockerfile import parse_dockerfile
from supplymatrix.buildfiles.go_commands import asks_for_modules, inside
from supplymatrix.buildfiles.go_scopes import BuildScope, scopes_of_dockerfile
from supplymatrix.buildfiles.shell_text import read_commands
from supplymatrix.errors import InputError


def scopes(text: str) -> list[BuildScope]:
    return list(scopes_of_dockerfile(parse_dockerfile(text.encode(), "Dockerfile")))


def told(text: str) -> list[tuple[str, str, dict[str, str]]]:
    return [
        (scope.name, scope.command, {name: held.unknown or held.text for name, held in scope.variables.items()})
        for scope in scopes(text)
    ]


def test_each_command_has_what_was_set_before_it() -> None:
    text = (
        "FROM golang AS base\nENV GOPROXY=a GOSUMDB=off\nRUN go mod download\nENV GOPROXY=b\n"
        "FROM base AS build\nRUN GOPRIVATE=x go build ./... && go vet ./...\n"
        "RUN export GOPRIVATE=y && go test\nRUN make\n"
    )
    log = {"GOSUMDB": "off"}
    assert told(text) == [
        ("stage base", "go mod", {"GOPROXY": "a", **log}),
        ("stage build", "go build", {"GOPROXY": "b", **log, "GOPRIVATE": "x"}),
        ("stage build", "go vet", {"GOPROXY": "b", **log}),
        ("stage build", "go test", {"GOPROXY": "b", **log, "GOPRIVATE": "y"}),
        ("stage build", "make", {"GOPROXY": "b", **log}),
    ]


def test_what_is_written_outlives_a_stage_and_the_environment_goes_before_it() -> None:
    text = (
        "FROM golang AS base\nENV GOVCS=a\nRUN go env -w GOPROXY=w GOVCS=w GOFLAGS=w\n"
        "FROM base\nRUN go env -u GOFLAGS\nRUN go build\n"
    )
    assert told(text)[-1] == ("stage 1", "go build", {"GOPROXY": "w", "GOVCS": "a"})
    assert [held.is_written for _, held in sorted(scopes(text)[-1].variables.items())] == [True, False]


@pytest.mark.parametrize(
    ("lines", "told_as"),
    [
        ("ARG GOPROXY\nRUN go build", "it is given at build time"),
        ("ARG GOPROXY\nENV GOPROXY=$GOPROXY\nRUN go build", "it is given at build time"),
        ("ENV GOPROXY=https://$HOST\nRUN go build", "it is given at build time"),
        ("ARG GOPROXY=a\nRUN go build", "a"),
        ("ARG P=a\nENV GOPROXY=$P\nRUN go build", "a"),
        ("ENV GOPROXY=${P:-a}\nRUN go build", "a"),
        ("ARG P=a\nRUN GOPROXY=$P go build", "a"),
        ("RUN P=a; GOPROXY=$P go build", "a"),
        ("RUN GOPROXY=a; export GOPROXY; go build", "a"),
        ("RUN GOPROXY=$(cat p) go build", "it takes what a variable or a command gives that is not known here"),
        ("RUN GOPROXY=$P go build", "it takes what a variable or a command gives that is not known here"),
        ('RUN ["sh", "-c", "GOPROXY=a go build"]', "a"),
        ("RUN GOPROXY=a bash -c 'go build'", "a"),
        ("RUN GOPROXY=a timeout 5 go -C svc build", "a"),
        ("RUN <<EOF\nexport GOPROXY=a\ngo build\nEOF", "a"),
    ],
)
def test_values_as_they_hold_or_why_they_are_not_known(lines: str, told_as: str) -> None:
    (found,) = told(f"FROM golang\n{lines}\n")
    assert found[2] == {"GOPROXY": told_as}


@pytest.mark.parametrize(
    "line", ["RUN GOPROXY=a; go build", "ENV GOPROXY=a\nRUN unset GOPROXY && go build", "RUN GOPROXY= go build"]
)
def test_what_does_not_hold(line: str) -> None:
    assert told(f"FROM golang\n{line}\n") == [("stage 0", "go build", {})]


def test_places() -> None:
    (found,) = scopes("FROM golang\nARG GOPROXY=a\nENV GOSUMDB=off\nRUN true \\\n && GOVCS=x go build\n")
    assert {name: held.location.line for name, held in found.variables.items()} == {
        "GOPROXY": 2,
        "GOSUMDB": 3,
        "GOVCS": 5,
    }
    assert found.line == 5


def test_a_stage_that_only_sets_is_there_for_its_variables() -> None:
    assert told("FROM alpine\nENV GOPROXY=a\nRUN apk add git\n") == [("stage 0", "", {"GOPROXY": "a"})]
    assert told("FROM alpine\nENV PATH=/x\nRUN make\nRUN echo go build\n") == []


def test_a_script_that_is_too_long_says_so() -> None:
    (cut,) = scopes("FROM golang\nRUN " + "true;" * 6_000)
    assert cut.cut == "the script of a RUN is too long to be read in full"


@pytest.mark.parametrize(
    ("script", "has_go", "found"),
    [
        ("go build", False, ["go build"]),
        ("go version; go env GOPROXY; go fmt", False, []),
        ("goreleaser release; golangci-lint run", False, ["goreleaser", "golangci-lint"]),
        ("make; ./build.sh; /src/x.sh", False, []),
        ("make; ./build.sh; /src/x.sh", True, ["make", "build.sh", "x.sh"]),
        ("eval go test", False, ["go test"]),
        ("apk add go; git add go", True, []),
    ],
)
def test_what_asks_for_modules(script: str, found: list[str], *, has_go: bool) -> None:
    commands = [inner for command in read_commands(script) for inner in inside(command)]
    assert [asked for command in commands if (asked := asks_for_modules(command, has_go=has_go))] == found


@given(st.text(alphabet="RUNEVARGO goproxy=$()'\"\\\n;&-w/", max_size=80))
def test_no_file_is_too_odd(text: str) -> None:
    try:
        found = scopes(f"FROM golang\n{text}")
    except InputError:
        return
    assert all(scope.name for scope in found)
