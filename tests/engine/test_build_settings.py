"""The contexts of build files: what is one, how it is called, and what counts in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.engine.build_settings import build_settings
from supplymatrix.engine.effective_settings import SettingsOf
from supplymatrix.sources.project import read_project
from tests.support.recorded_go import write_files

DOCKERFILE = """\
FROM golang:1.26 AS base
ARG GOPROXY=https://bot:hunter2hunter2@proxy.test|direct
FROM base AS build
ENV GOSUMDB=off
RUN go env -w GOFLAGS=-mod=mod && GOVCS=*:all go build ./... && GOINSECURE=$HOSTS go vet
FROM scratch
"""
CI = ".github/workflows/ci.yml"


def contexts(folder: Path, **files: str) -> dict[str, SettingsOf]:
    write_files(folder, {"go.mod": "module a.test/a\n\ngo 1.22\n", **files})
    return {part.context: part for part in build_settings([read_project(folder)])}


def routes(part: SettingsOf) -> dict[str, str]:
    return {found.name: found.unknown or found.text for found in part.found if not found.origin.startswith("implied")}


def test_stages_of_a_dockerfile_have_what_they_go_on_from(tmp_path: Path) -> None:
    found = contexts(tmp_path, Dockerfile=DOCKERFILE)
    assert list(found) == ["Dockerfile, stage build"]
    ((_, part),) = found.items()
    assert {entry.name: (entry.text, entry.origin, entry.location.line) for entry in part.found} == {
        "GOPROXY": ("https://bot:hunter2hunter2@proxy.test|direct", "Dockerfile", 2),
        "GOSUMDB": ("off", "Dockerfile", 4),
        "GOFLAGS": ("-mod=mod", "Dockerfile, go env -w", 5),
        "GOVCS": ("*:all", "Dockerfile", 5),
        "GOINSECURE": ("$HOSTS", "Dockerfile", 5),
    }
    assert part.runs_go
    assert "hunter2" not in repr(part)


def test_commands_for_which_other_things_hold_are_contexts_of_their_own(tmp_path: Path) -> None:
    docker = (
        "FROM golang AS b\nRUN GOPRIVATE=x.test go mod download\nRUN GOFLAGS=-v CGO_ENABLED=0 go build\nRUN go vet\n"
    )
    found = contexts(tmp_path, Dockerfile=docker)
    assert {name: routes(part) for name, part in found.items()} == {
        "Dockerfile, stage b, line 2 (go mod)": {"GOPRIVATE": "x.test"},
        "Dockerfile, stage b, line 3 (go build)": {"GOFLAGS": "-v", "CGO_ENABLED": "0"},
        "Go's defaults (Dockerfile, stage b, line 4 (go vet))": {},
    }
    assert all(part.runs_go for part in found.values())


def test_a_ci_file_is_one_context_where_the_same_holds_in_all_of_it(tmp_path: Path) -> None:
    same = "env: {GOPROXY: p}\njobs: {a: {steps: [{run: go build}]}, b: {steps: [{run: go test}]}}\n"
    assert list(contexts(tmp_path, **{CI: same})) == [CI]
    other = same.replace("b: {", "b: {env: {GOPROXY: q}, ").replace("jobs: {", "jobs: {c: {steps: [{run: go vet}]}, ")
    found = contexts(tmp_path, **{CI: other})
    assert {name: routes(part) for name, part in found.items()} == {
        f"{CI}, job c; job a": {"GOPROXY": "p"},
        f"{CI}, job b": {"GOPROXY": "q"},
    }


def test_what_sets_nothing_that_decides_is_together(tmp_path: Path) -> None:
    jobs = ", ".join(f"j{number}: {{steps: [{{run: go build}}]}}" for number in range(5))
    found = contexts(
        tmp_path,
        **{
            CI: f"jobs: {{{jobs}}}\n",
            "Dockerfile": "FROM golang\nENV CGO_ENABLED=0\nRUN go build\nFROM alpine\nRUN x\n",
        },
    )
    assert {name: (routes(part), part.runs_go) for name, part in found.items()} == {
        "Dockerfile, stage 0": ({"CGO_ENABLED": "0"}, False),
        f"Go's defaults (Dockerfile, stage 0; {CI})": ({}, True),
    }


def test_variables_of_a_file_alone_count_where_no_job_is_seen(tmp_path: Path) -> None:
    found = contexts(
        tmp_path, **{CI: "env: {GOPRIVATE: x.test}\njobs: {a: {uses: other/x/.github/workflows/y.yml@v1}}\n"}
    )
    assert {name: routes(part) for name, part in found.items()} == {CI: {"GOPRIVATE": "x.test"}}


def test_an_action_of_this_tree_has_the_variables_of_who_calls_it(tmp_path: Path) -> None:
    action = "runs: {using: composite, steps: [{run: go build, env: {GOSUMDB: 'off'}}]}\n"
    found = contexts(
        tmp_path,
        **{
            ".github/actions/x/action.yml": action,
            ".github/actions/y/action.yml": action,
            CI: "jobs: {a: {env: {GOPROXY: p}, steps: [{uses: ./.github/actions/x}]}}\n",
        },
    )
    assert {name: routes(part) for name, part in found.items()} == {
        CI: {"GOPROXY": "p", "GOSUMDB": "off"},
        ".github/actions/y/action.yml": {"GOSUMDB": "off"},
    }


def test_files_of_gitlab_share_their_variables(tmp_path: Path) -> None:
    found = contexts(
        tmp_path,
        **{
            ".gitlab-ci.yml": "variables: {GOPROXY: p}\ninclude: .gitlab/x.yml\n",
            ".gitlab/x.yml": "a: {script: [go build]}\nb: {inherit: {variables: false}, script: [go test]}\n",
        },
    )
    assert {name: routes(part) for name, part in found.items()} == {
        ".gitlab-ci.yml": {"GOPROXY": "p"},
        ".gitlab/x.yml, job a": {"GOPROXY": "p"},
        "Go's defaults (.gitlab/x.yml, job b)": {},
    }


def test_what_is_cut_off_is_a_gap(tmp_path: Path) -> None:
    lines = "".join(f"RUN GOFLAGS=-v GOVCS=h{number}:git go vet\n" for number in range(300))
    found = contexts(
        tmp_path, Dockerfile=f"FROM golang\n{lines}", **{".gitlab-ci.yml": "a: {extends: b, script: [go vet]}\n"}
    )
    gaps = [gap for part in found.values() for gap in part.gaps]
    assert [(gap.wanted, gap.reason) for gap in gaps] == [
        ("settings of .gitlab-ci.yml", "it extends b, which is in another file"),
        ("settings of Dockerfile, stage 0", "it sets 301 values, and 200 are looked at"),
    ]


@pytest.mark.parametrize("name", ["Dockerfile", CI, ".gitlab-ci.yml"])
def test_a_file_that_cannot_be_read_is_a_gap(name: str, tmp_path: Path) -> None:
    write_files(tmp_path, {name: "x"})
    (tmp_path / name).write_bytes(b"\0\xff")
    found = contexts(tmp_path)
    assert [gap.subject for gap in found[""].gaps] == [name]
    assert found[""].found == ()
