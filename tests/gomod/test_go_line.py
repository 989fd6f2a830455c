"""The go command's line: which flags it has, and when something is looked at for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.go_line import Handling, parse_go_line, split_flags


@pytest.mark.parametrize(
    ("line", "handling"),
    [
        ("build ./...", Handling.GUARDED),
        ("run . -h", Handling.GUARDED),
        ("run ./cmd a@v1", Handling.GUARDED),
        ("test ./... -run X", Handling.GUARDED),
        ("vet", Handling.GUARDED),
        ("generate ./...", Handling.GUARDED),
        ("fix ./...", Handling.GUARDED),
        ("install ./cmd/x", Handling.GUARDED),
        ("tool stringer -type=T", Handling.GUARDED),
        ("list -export ./...", Handling.GUARDED),
        ("list -deps -compiled=true ./...", Handling.GUARDED),
        ("whatever-comes", Handling.GUARDED),
        ("list -deps ./...", Handling.AFTER),
        ("list -export=false ./...", Handling.AFTER),
        ("get example.com/a@latest", Handling.AFTER),
        ("mod tidy", Handling.AFTER),
        ("mod -C x tidy", Handling.AFTER),
        ("work sync", Handling.AFTER),
        ("install example.com/cmd@latest", Handling.AFTER),
        ("run example.com/cmd@latest -x", Handling.REFUSED),
        ("run -race example.com/cmd@v1.0.0", Handling.REFUSED),
        ("mod init example.com/a", Handling.THROUGH),
        ("version", Handling.THROUGH),
        ("env -w GOFLAGS=-mod=mod", Handling.THROUGH),
        ("tool", Handling.THROUGH),
        ("tool pprof x", Handling.GUARDED),
        ("mod -C x vendor", Handling.AFTER),
        ("mod -C x init", Handling.THROUGH),
        ("doc -src fmt.Println", Handling.THROUGH),
        ("doc -http fmt", Handling.REFUSED),
        ("run ./job@2/small", Handling.GUARDED),
        ("run /src/job@2/small", Handling.GUARDED),
        ("run job@2/main.go", Handling.GUARDED),
        ("run job@2/small", Handling.REFUSED),
        ("install ../job@2/small", Handling.GUARDED),
        ("install job@2/main.go", Handling.AFTER),
        ("-h", Handling.THROUGH),
        ("", Handling.THROUGH),
        ("clean -modcache", Handling.THROUGH),
    ],
)
def test_when_something_is_looked_at(line: str, handling: Handling) -> None:
    assert parse_go_line(line.split()).handling is handling


@pytest.mark.parametrize("line", ["-C svc build", "build -C svc", "build --C=svc", "-C=svc build", "mod -C=svc tidy"])
def test_the_folder_may_stand_before_or_behind_the_command(line: str) -> None:
    assert parse_go_line(line.split()).folder == "svc"


def test_the_folder_counts_in_the_first_place_alone() -> None:
    assert parse_go_line(["build", "-v", "-C", "svc"]).folder == ""


def test_flags_end_where_packages_begin() -> None:
    line = parse_go_line(["run", "-ldflags", "-s -w", "-race", ".", "-overlay", "x"])
    assert (line.flag("ldflags"), line.has("race"), line.flag("overlay")) == ("-s -w", True, "")
    assert line.words == (".", "-overlay", "x")


def test_two_dashes_end_the_flags() -> None:
    assert parse_go_line(["build", "--race", "--", "-overlay=x"]).words == ("-overlay=x",)


def test_flags_of_a_test_may_stand_behind_its_packages() -> None:
    line = parse_go_line(["test", "./...", "-overlay", "o.json", "-count=1", "-args", "-modfile=x"])
    assert (line.flag("overlay"), line.flag("modfile")) == ("o.json", "")
    assert line.words == ("./...",)


@pytest.mark.parametrize("line", ["vet -printf.funcs Log -overlay x", "fix -newflag y -n -overlay=x ./..."])
def test_values_of_flags_that_are_not_known_end_no_flags(line: str) -> None:
    assert parse_go_line(line.split()).flag("overlay") == "x"


def test_the_folder_may_stand_inside_of_a_command() -> None:
    line = parse_go_line(["mod", "-C", "svc", "vendor", "-v"])
    assert (line.command, line.folder, line.has("v")) == ("mod vendor", "svc", True)


def test_only_a_name_of_some_go_may_be_a_tool_of_go() -> None:
    assert [parse_go_line(["tool", *words]).go_tool for words in ([], ["doc"], ["stringer"])] == ["", "doc", ""]


def test_the_line_counts_more_than_goflags() -> None:
    line = parse_go_line(["build", "-mod=readonly"], "-mod=mod '-overlay=my files.json' -x")
    assert (line.flag("mod"), line.flag("overlay"), line.has("x")) == ("readonly", "my files.json", True)


def test_what_is_no_flag_in_goflags_is_passed_over() -> None:
    assert split_flags("word - --- -= -ok") == {"ok": "true"}


@given(st.lists(st.sampled_from(["build", "test", "run", "-C", "-o", "--", "-args", "x@v1", "-mod", "=", "-", ""])))
def test_any_words_make_a_line(words: list[str]) -> None:
    line = parse_go_line(words)
    assert {*line.words} <= {*words}
    assert line.handling in Handling
