"""What `audit cgo` makes of files that would pass for something harmless: names, comments, headers, settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplymatrix.engine.audit_cgo import CgoRequest, run_cgo
from supplymatrix.engine.cgo_sources import CgoWish
from supplymatrix.engine.means import Means
from supplymatrix.model.native_code import LinkMode, LinkOutcome, NativeCode
from supplymatrix.model.native_run import TAGS_NOTE, CgoRun
from tests.gomod.made_programs import function_table, header, made_elf
from tests.support.licensed import make_project

MIT = "Copyright 2020 Ada\n\nSPDX-License-Identifier: MIT\n"
GPL = "SPDX-License-Identifier: GPL-3.0-or-later\n"
HEAD = "/* SPDX-License-Identifier: GPL-2.0-or-later */\nint f;\n"
A = "example.com/a@v1.0.0"


def cgo(lines: str = "", top: str = "") -> str:
    return f'{top}package a\n\n/*\n{lines}\n*/\nimport "C"\n'


def means(folder: Path, **environ: str) -> Means:
    told = {"HOME": str(folder), "GOENV": "off", "GOMODCACHE": str(folder / "modcache"), "CGO_ENABLED": "1", **environ}
    return Means(environ=told, now=datetime(2026, 11, 26, tzinfo=UTC), offline=True)


def run(folder: Path, files: Mapping[str, str], *, key: str = A, **environ: str) -> CgoRun:
    project = make_project(folder, {key: files})
    wish = CgoWish(goos="linux", goarch="amd64")
    return run_cgo(CgoRequest(paths=(project,), means=means(folder, **environ), wish=wish))


def brought(found: CgoRun) -> list[NativeCode]:
    return [fact for fact in found.native if fact.subject.path != "std" and fact.is_built]


def rules(found: CgoRun) -> set[str]:
    return {result.rule for result in found.results}


@pytest.mark.parametrize("name", ["util.c", "version.c", "dl.c", "hid.c", "proc.c", "socket.c", "system.c"])
def test_code_is_told_however_like_the_systems_it_is_called(tmp_path: Path, name: str) -> None:
    found = run(tmp_path, {"a.go": cgo(), "LICENSE": MIT, name: HEAD})
    assert [(one.library, one.licence) for one in brought(found)] == [("", "GPL-2.0-or-later")]
    assert rules(found) == {"SM702"}


@pytest.mark.parametrize("name", ["history.c", "db.c", "readline.c"])
def test_the_name_of_a_file_gives_no_licence(tmp_path: Path, name: str) -> None:
    found = run(tmp_path, {"a.go": cgo(), "LICENSE": MIT, name: "int f;\n"})
    assert [(one.library, one.licence) for one in brought(found)] == [("", "MIT")]


def test_an_archive_with_a_systems_name_is_no_part_of_the_system(tmp_path: Path) -> None:
    found = run(tmp_path, {"a.go": cgo("#cgo LDFLAGS: ${SRCDIR}/libm.a"), "LICENSE": MIT, "libm.a": "!<arch>\n"})
    assert [(one.library, one.mode, one.licence) for one in brought(found)] == [("libm.a", LinkMode.PREBUILT, "")]
    assert rules(found) == {"SM704", "SM705"}


@pytest.mark.parametrize(
    "preamble", ["static int f(void) { return 1; }", "#cgo LDFLAGS: -lm -ldl\n#include <math.h>", ""]
)
def test_c_in_comments_alone_is_c(tmp_path: Path, preamble: str) -> None:
    (one,) = brought(run(tmp_path, {"a.go": cgo(preamble), "LICENSE": MIT}))
    assert (one.mode, one.licence, one.files, one.packages) == (
        LinkMode.BUNDLED, "MIT", ("a.go",), ("example.com/a",),
    )  # fmt: skip


def test_a_library_is_no_reason_to_pass_over_a_package_beside_it(tmp_path: Path) -> None:
    files = {"a.go": cgo("#cgo LDFLAGS: -lreadline") + 'import _ "example.com/a/b"\n', "b/b.go": cgo(), "LICENSE": MIT}
    assert [(one.library, one.packages) for one in brought(run(tmp_path, files))] == [
        ("readline", ("example.com/a",)), ("", ("example.com/a/b",)),
    ]  # fmt: skip


def test_what_nobody_recognises_is_not_under_the_wrappers_licence(tmp_path: Path) -> None:
    head = "/* Copyright ACME Corp. Confidential and proprietary. */\nint f;\n"
    found = run(tmp_path, {"a.go": cgo(), "LICENSE": MIT, "f.c": head})
    (one,) = brought(found)
    assert (one.licence, one.licence_from, one.position.outcome) == ("", "f.c", LinkOutcome.UNKNOWN)
    assert rules(found) == {"SM705"}


def test_heads_that_name_one_side_of_a_known_choice_are_what_holds(tmp_path: Path) -> None:
    files = {"a.go": cgo('#include "zstd/z.c"'), "LICENSE": MIT, "zstd/z.c": HEAD}
    assert [(one.library, one.licence) for one in brought(run(tmp_path, files))] == [("zstd", "GPL-2.0-or-later")]


def test_a_shared_library_that_comes_along_can_be_replaced(tmp_path: Path) -> None:
    files = {"a.go": cgo("#cgo LDFLAGS: -L${SRCDIR}/lib -lvips"), "LICENSE": MIT, "lib/libvips.so": "\x7fELF"}
    found = run(tmp_path, files)
    (one,) = brought(found)
    assert (one.mode, one.position.outcome) == (LinkMode.PREBUILT, LinkOutcome.NOTICE)
    assert rules(found) == {"SM704"}


def test_a_file_of_words_and_headers_that_nobody_finds_are_gaps(tmp_path: Path) -> None:
    found = run(tmp_path, {"a.go": cgo('#cgo LDFLAGS: @more\n#include "own.h"'), "LICENSE": MIT})
    assert [gap.reason for gap in found.gaps] == [
        "it takes files of C that were not found in the module: more words for the linker: @more, own.h"
    ]
    assert found.exit_code == 3


@pytest.mark.parametrize(
    ("lines", "environ"),
    [
        ("#cgo LDFLAGS: -static", {}),
        ("", {"CGO_LDFLAGS": "-static"}),
        ("", {"GOFLAGS": "-ldflags=-extldflags=-static"}),
        ("", {"GOFLAGS": "'-ldflags=-linkmode external -extldflags \"-g -static\"'"}),
    ],
)
def test_linked_statically_the_c_library_is_too(tmp_path: Path, lines: str, environ: dict[str, str]) -> None:
    found = run(tmp_path, {"a.go": cgo(f"#cgo LDFLAGS: -lvips\n{lines}"), "LICENSE": MIT}, **environ)
    assert {(one.library, one.mode) for one in found.native} == {
        ("C library", LinkMode.STATIC), ("libvips", LinkMode.STATIC),
    }  # fmt: skip
    assert rules(found) == {"SM706"}


def test_what_the_environment_links_is_told_where_there_is_c(tmp_path: Path) -> None:
    found = run(tmp_path, {"a.go": cgo(), "LICENSE": MIT}, CGO_LDFLAGS="-lreadline @f")
    assert ("readline", "example.com/main") in {(one.library, one.subject.path) for one in found.native}
    assert [gap.reason for gap in found.gaps] == ["what it links is not clear: @f"]
    assert "readline" not in {one.library for one in run(tmp_path / "b", {}, CGO_LDFLAGS="-lreadline").native}


def test_libraries_of_one_program_have_to_fit_together(tmp_path: Path) -> None:
    def looked_at(folder: str, line: str, own: str) -> set[str]:
        project = make_project(tmp_path / folder, {A: {"a.go": cgo(f"#cgo LDFLAGS: {line}"), "LICENSE": MIT}})
        (project / "LICENSE").write_text(f"SPDX-License-Identifier: {own}\n", encoding="utf-8")
        wish = CgoWish(goos="linux", goarch="amd64")
        return rules(run_cgo(CgoRequest(paths=(project,), means=means(tmp_path / folder), wish=wish)))

    assert looked_at("a", "-lreadline", "GPL-2.0-or-later") == set()
    assert looked_at("b", "-lreadline -lnftables", "GPL-2.0-or-later") == {"SM702"}
    assert looked_at("c", "-lnftables", "GPL-2.0-only") == set()
    assert looked_at("d", "-lnftables -lssl", "GPL-2.0-only") == {"SM702"}


def test_the_licence_of_one_member_of_a_workspace_says_nothing_of_another(tmp_path: Path) -> None:
    for name, own, text in (("a", GPL, "package a\n"), ("b", MIT, cgo("#cgo LDFLAGS: -lreadline"))):
        place = tmp_path / name
        place.mkdir()
        (place / "go.mod").write_text(f"module example.com/{name}\n\ngo 1.25\n", encoding="utf-8")
        (place / "LICENSE").write_text(own, encoding="utf-8")
        (place / "m.go").write_text(text, encoding="utf-8")
    (tmp_path / "go.work").write_text("go 1.25\n\nuse (\n\t./a\n\t./b\n)\n", encoding="utf-8")
    found = run_cgo(CgoRequest(paths=(tmp_path,), means=means(tmp_path), wish=CgoWish(goos="linux", goarch="amd64")))
    built = [one for one in found.native if one.library == "readline" and one.is_built]
    assert {one.own_licence for one in built} == {"MIT"}
    assert rules(found) == {"SM702"}


def test_c_that_only_a_tag_brings_is_told(tmp_path: Path) -> None:
    project = make_project(tmp_path, {A: {"LICENSE": MIT}})
    (project / "t.go").write_text('//go:build gpl\n\npackage main\n\nimport "C"\n', encoding="utf-8")
    found = run_cgo(CgoRequest(paths=(project,), means=means(tmp_path), wish=CgoWish(goos="linux", goarch="amd64")))
    assert [note for note in found.notes if TAGS_NOTE in note] == [
        f"example.com/main: {TAGS_NOTE} by files of example.com/main; --tags looks at such a build"
    ]


def _program(path: Path, version: str) -> Path:
    table = function_table("main.main", "runtime/cgo.x", "example.com/a._Cfunc_f", "example.com/a/b._Cfunc_g")
    table = table.ljust(len(table) + -len(table) % 16, b"\0")
    text = (
        f"path\texample.com/main\nmod\texample.com/main\tv1.0.0\t\ndep\texample.com/a\t{version}\nbuild\tGOOS=linux\n"
    )
    info = header("go1.26.8", text)
    places = [(".gopclntab", 0, len(table)), (".go.buildinfo", len(table), len(info))]
    path.write_bytes(made_elf(table + info, sections=places))
    return path


@pytest.mark.parametrize(
    ("version", "files", "is_told"),
    [
        ("v1.0.0", {"b/b.go": cgo()}, True),
        ("v1.0.1", {"b/b.go": cgo()}, False),
        ("v1.0.0", {}, False),
        ("v1.0.0", {"b/b.go": cgo(top="//go:build windows\n\n"), "b/c.go": "package a\n"}, False),
    ],
)
def test_only_the_very_packages_explain_what_a_program_calls(
    tmp_path: Path, version: str, files: dict[str, str], is_told: bool
) -> None:
    more = 'import _ "example.com/a/b"\n' if files else ""
    project = make_project(tmp_path, {A: {"a.go": cgo() + more, "LICENSE": MIT, **files}})
    program = _program(tmp_path / "app", version)
    found = run_cgo(
        CgoRequest(paths=(project, program), means=means(tmp_path), wish=CgoWish(goos="linux", goarch="amd64"))
    )
    linked = [fact for fact in found.native if fact.mode is LinkMode.LINKED]
    assert bool(linked) is not is_told
