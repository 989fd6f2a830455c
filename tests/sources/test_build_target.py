"""For what is built, and whether C takes part: as the go command decides it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

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
