"""For what is built, and whether C takes part: as the go command decides it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from supplymatrix.errors import InputError
from supplymatrix.sources.build_target import find_target, host_target, tags_of

_COMPILER = "clang" if sys.platform == "darwin" else "gcc"


def _has_cgo(environ: dict[str, str], values: dict[str, str] | None = None, goos: str = "", goarch: str = "") -> bool:
    return find_target(environ, values or {}, goos=goos, goarch=goarch, cgo=None).cgo


def test_the_target_is_this_machine_unless_another_one_is_named() -> None:
    here = find_target({}, {}, goos="", goarch="", cgo=True)
    assert ((here.goos, here.goarch), here.cgo) == (host_target(), True)
    other = find_target({}, {}, goos="plan9", goarch="386", cgo=False)
    assert (other.goos, other.goarch, other.cgo) == ("plan9", "386", False)


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is no program there")
def test_c_takes_part_where_there_is_a_compiler(tmp_path: Path) -> None:
    compiler = tmp_path / _COMPILER
    compiler.write_text("#!/bin/sh\n", encoding="utf-8")
    compiler.chmod(0o755)
    environ = {"PATH": str(tmp_path)}
    assert _has_cgo(environ)
    assert not _has_cgo({"PATH": os.path.relpath(tmp_path)})
    assert not _has_cgo({"PATH": ""})
    assert _has_cgo({"PATH": "", "CC": "cc"})
    assert not _has_cgo(environ, goos="plan9", goarch="386")


def test_what_is_said_goes_before_what_is_there() -> None:
    assert _has_cgo({"CGO_ENABLED": "1"}, {"CGO_ENABLED": "0"}, goos="plan9")
    assert _has_cgo({}, {"CGO_ENABLED": "1"})
    assert not _has_cgo({"CGO_ENABLED": "0", "CC": "cc"})


@pytest.mark.parametrize(
    ("flags", "tags"),
    [
        ("", ()),
        ("-mod=mod -trimpath", ()),
        ("-tags=netgo", ("netgo",)),
        ("--tags=a,,b -mod=mod", ("a", "b")),
        ("-tags=a -tags=b,c", ("b", "c")),
        ("-tags=a -tags=", ()),
        ("'-tags=a b' \"-ldflags=-X 'x=-tags=z'\"", ("a", "b")),
    ],
)
def test_tags_are_those_of_the_last_flag(flags: str, tags: tuple[str, ...]) -> None:
    assert tags_of(flags) == tags


def test_tags_that_are_named_go_before_goflags() -> None:
    environ = {"GOFLAGS": "-tags=z,a"}

    def tags(said: tuple[str, ...] | None, environ: dict[str, str]) -> tuple[str, ...]:
        values = {"GOFLAGS": "-tags=file"}
        return find_target(environ, values, goos="", goarch="", cgo=False, tags=said).tags

    assert tags(None, environ) == ("a", "z")
    assert tags(None, {}) == ("file",)
    assert tags(("n", "m"), environ) == ("m", "n")
    assert tags((), environ) == ()


def test_the_environment_goes_before_the_settings_files_and_these_before_the_machine() -> None:
    def target(environ: dict[str, str], goos: str = "") -> tuple[str, str]:
        values = {"GOOS": "plan9", "GOARCH": "386"}
        found = find_target(environ, values, goos=goos, goarch="", cgo=False)
        return found.goos, found.goarch

    assert target({}) == ("plan9", "386")
    assert target({"GOOS": "windows", "GOARCH": ""}) == ("windows", "386")
    assert target({"GOOS": "windows"}, goos="js") == ("js", "386")


@pytest.mark.parametrize("name", ["GOOS", "GOARCH"])
def test_what_go_does_not_build_for_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"no {name} of this name"):
        find_target({name: "none"}, {}, goos="", goarch="", cgo=False)


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"GOFLAGS": "-mod=mod -trimpath -tags=x -ldflags=-race"}, ()),
        ({"GOFLAGS": "-race=false -compiler=gc"}, ()),
        ({"GOFLAGS": "-race --modfile=a.mod"}, ("-modfile=a.mod in GOFLAGS", "-race in GOFLAGS")),
        (
            {"GOFLAGS": "'-overlay=my files.json' -compiler=gccgo"},
            ("-overlay=my files.json in GOFLAGS", "-compiler=gccgo in GOFLAGS"),
        ),
        ({"GOFLAGS": "-modfile=https://b:k3jh4k5j@h/x"}, ("-modfile=https://b:********@h/x in GOFLAGS",)),
        ({"GOAMD64": "v3", "GOARM": "5"}, ("GOAMD64=v3",)),
        ({"GOAMD64": "v1", "GOEXPERIMENT": "a,b"}, ("GOEXPERIMENT=a,b",)),
    ],
)
def test_what_is_not_reckoned_with_is_named(environ: dict[str, str], told: tuple[str, ...]) -> None:
    found = find_target(environ, {}, goos="linux", goarch="amd64", cgo=False)
    assert found.unfollowed == told
    assert found.unfollowed_files == tuple(text for text in told if "-modfile" in text or "-overlay" in text)


def test_the_last_mod_counts() -> None:
    assert find_target({"GOFLAGS": "-mod=mod -mod=vendor"}, {}, goos="", goarch="", cgo=False).mod == "vendor"
