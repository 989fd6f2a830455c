"""What a package links, brings and opens, and under which conditions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.build_constraint import BuildContext
from supplymatrix.model.native_code import LinkMode
from supplymatrix.native.package_scan import GoText, PackageText, SeenCode, c_state, not_clear, scan_package

LINUX = BuildContext(goos="linux", goarch="amd64", cgo=True)
NO_C = BuildContext(goos="linux", goarch="amd64", cgo=False)


def go(preamble: str, *, name: str = "a.go", top: str = "", body: str = "") -> GoText:
    text = f'{top}package a\n\n/*\n{preamble}\n*/\nimport "C"\n{body}'
    return GoText(name=name, data=text.encode(), uses_c=True)


def seen(*files: GoText, context: BuildContext = LINUX, **fields: object) -> tuple[SeenCode, ...]:
    known = {"path": "example.com/a", "folder": "", "is_built": True, "go_files": files, **fields}
    return scan_package(PackageText(**known), context)  # type: ignore[arg-type]


def short(found: tuple[SeenCode, ...]) -> list[tuple[str, str, bool, str]]:
    return [(one.library, one.mode.value, one.is_built, one.conditions) for one in found]


def test_lines_link_what_they_name_where_their_conditions_hold() -> None:
    found = seen(go("#cgo LDFLAGS: -lz\n#cgo windows LDFLAGS: -lws2_32\n#cgo pkg-config: vips\n#cgo CFLAGS: -lno"))
    assert short(found) == [
        ("z", "dynamic", True, ""),
        ("ws2_32", "dynamic", False, "#cgo windows"),
        ("vips", "dynamic", True, ""),
    ]
    assert [one.line for one in found] == [4, 5, 6]


def test_static_is_told_from_dynamic() -> None:
    found = seen(
        go("#cgo LDFLAGS: -Wl,-Bstatic -lone -Wl,-Bdynamic -ltwo -l:libthree.a\n#cgo pkg-config: --static four")
    )
    assert [(one.library, one.mode) for one in found] == [
        ("one", LinkMode.STATIC), ("two", LinkMode.DYNAMIC), ("libthree.a", LinkMode.STATIC), ("four", LinkMode.STATIC),
    ]  # fmt: skip


def test_an_archive_that_lies_in_the_module_is_prebuilt() -> None:
    lines = "#cgo LDFLAGS: ${SRCDIR}/lib/libown.a -L${SRCDIR}/lib -lother -lfar"
    found = seen(go(lines), archives=("lib/libown.a", "lib/libother.a"), folder="sub")
    assert [(one.library, one.mode.value, one.files) for one in found] == [
        ("libown.a", "prebuilt", ("sub/lib/libown.a",)),
        ("libother.a", "prebuilt", ("sub/lib/libother.a",)),
        ("far", "dynamic", ()),
    ]


@pytest.mark.parametrize(
    ("top", "name", "context", "built", "conditions"),
    [
        ("", "a.go", LINUX, True, ""),
        ("//go:build linux && !static\n\n", "a.go", LINUX, True, ""),
        ("//go:build static\n\n", "a.go", LINUX, False, "static"),
        ("", "a_windows.go", LINUX, False, "windows"),
        ("//go:build windows\n\n", "a_windows.go", LINUX, False, "windows"),
        ("", "a.go", NO_C, False, "CGO_ENABLED=1"),
        ("// +build static\n// +build linux\n\n", "a.go", LINUX, False, "static and linux"),
        ("//go:build (\n\n", "a.go", LINUX, False, "its //go:build line cannot be read"),
    ],
)
def test_files_that_the_build_does_not_take_have_conditions(
    top: str, name: str, context: BuildContext, built: bool, conditions: str
) -> None:
    ((_, _, is_built, words),) = short(seen(go("#cgo LDFLAGS: -lz", name=name, top=top), context=context))
    assert (is_built, words) == (built, conditions)


def test_files_that_no_build_takes_are_not_told() -> None:
    file = go('#cgo LDFLAGS: -lz\nvoid *p(){ return dlopen("x.so", 1); }', top="//go:build ignore\n\n")
    assert seen(file, c_files=(("a.c", b"int x;"),))[1:] == ()
    assert c_state(PackageText(path="a", folder="", is_built=True, go_files=(file,)), LINUX) == (False, "")


def test_a_package_that_the_build_leaves_out_is_not_built() -> None:
    ((*_, is_built, words),) = short(seen(go("#cgo LDFLAGS: -lz"), is_built=False))
    assert (is_built, words) == (False, "a build that takes the package")


def test_c_files_of_the_folder_are_compiled_and_those_below_it_where_they_are_included() -> None:
    file = go('#cgo CFLAGS: -I./inner/include -I${SRCDIR}/src\n#include "inner/x.c"\n#include "lib.c"')
    c_files = (
        ("top.c", b""), ("top_windows.c", b""), ("inner/x.c", b'#include "y.c"\n'), ("inner/y.c", b""),
        ("src/lib.c", b""), ("tests/t.c", b""),
    )  # fmt: skip
    found = seen(file, c_files=c_files, folder="p")
    assert [(one.code_folder, one.files, one.is_built) for one in found] == [
        ("p", ("p/top_windows.c",), False),
        ("p", ("p/top.c",), True),
        ("p/inner", ("p/inner/x.c", "p/inner/y.c"), True),
        ("p/src", ("p/src/lib.c",), True),
    ]


def test_constraints_hold_in_c_files_too() -> None:
    found = seen(go(""), c_files=(("a.c", b"//go:build darwin\n\nint x;"),))
    assert short(found) == [("", "bundled source", False, "darwin")]


def test_c_files_without_cgo_are_not_compiled_and_assembly_beside_cgo_is() -> None:
    assert seen(c_files=(("a.c", b""),)) == ()
    assert [one.files for one in seen(go(""), c_files=(("asm_amd64.s", b""),))] == [("asm_amd64.s",)]


@pytest.mark.parametrize(
    ("preamble", "path"),
    [
        ('#include "impl.h"', "impl.h"),
        ('#include "impl.inc"', "impl.inc"),
        ("#cgo CFLAGS: -I${SRCDIR}/third\n#include <code.c>", "third/code.c"),
        ("#cgo CFLAGS: -I third\n#import <code.c>", "third/code.c"),
        ('#define X "third/code.c"\n#include X', "third/code.c"),
        ('#cgo CFLAGS: -DX=\\"third/code.c\\"\n#include X', "third/code.c"),
        ("#cgo CFLAGS: -include third/all.h", "third/all.h"),
    ],
)
def test_what_is_included_from_the_module_is_compiled(preamble: str, path: str) -> None:
    (one,) = seen(go(preamble), c_files=((path, b""),))
    assert (one.mode, one.files) == (LinkMode.BUNDLED, (path,))


@pytest.mark.parametrize(
    ("preamble", "names"),
    [
        ("#include <stdio.h>\n#include <vips/vips.h>", ()),
        ('#include "stdio.h"\n#include "_cgo_export.h"', ()),
        ('#cgo LDFLAGS: -lvips\n#include "vips/vips.h"', ()),
        ('#include "own.h"', ("own.h",)),
        ('#include "a.inc"', ("a.inc",)),
        ("#include CONFIG", ("CONFIG",)),
        ("#cgo LDFLAGS: @more.txt", ("more words for the linker: @more.txt",)),
    ],
)
def test_what_is_not_found_is_told_but_for_what_is_of_the_system(preamble: str, names: tuple[str, ...]) -> None:
    package = PackageText(path="example.com/a", folder="", is_built=True, go_files=(go(preamble),))
    assert not_clear(package, LINUX) == names


@pytest.mark.parametrize(
    "lines",
    [
        "#cgo LDFLAGS: -lvips -static",
        "#cgo pkg-config: vips\n#cgo LDFLAGS: -static",
        "#cgo LDFLAGS: -Wl,-Bstatic\n#cgo LDFLAGS: -lvips",
        "#cgo LDFLAGS: -Wl,-dn -lvips -Wl,-dy",
        "#cgo LDFLAGS: -Wl,--push-state,-Bstatic -lvips -Wl,--pop-state",
    ],
)
def test_static_holds_wherever_its_word_stands(lines: str) -> None:
    assert [(one.library, one.mode) for one in seen(go(lines))] == [("vips", LinkMode.STATIC)]


def test_the_linkers_state_ends_where_it_is_said() -> None:
    found = seen(
        go("#cgo LDFLAGS: -Wl,-Bstatic -lone -Wl,-Bdynamic\n#cgo LDFLAGS: -ltwo\n#cgo windows LDFLAGS: -static")
    )
    assert [(one.library, one.mode.value) for one in found] == [("one", "static"), ("two", "dynamic")]


def test_a_package_that_has_a_loader_and_no_call_of_it_opens_something() -> None:
    file = GoText(name="b.go", data=b'package a\nimport p "github.com/ebitengine/purego"\nvar f = p.X', uses_c=False)
    assert short(seen(file)) == [("", "loaded at run time", True, "")]


def test_object_files_are_linked_with_or_without_cgo_but_for_resources() -> None:
    coff = bytes.fromhex("64860100") + bytes(16) + b".rsrc".ljust(40, b"\0")
    found = seen(objects=(("rsrc_windows.syso", coff), ("own.syso", b"\x7fELF"), ("own_arm64.syso", b"")), context=NO_C)
    assert short(found) == [("own.syso", "prebuilt", True, ""), ("own_arm64.syso", "prebuilt", False, "arm64")]


def test_libraries_are_opened_with_and_without_cgo() -> None:
    plain = GoText(
        name="b.go",
        data=b'package a\nimport "github.com/ebitengine/purego"\nvar l = purego.Dlopen("libq.so", 1)\n',
        uses_c=False,
    )
    found = seen(plain, go('static void *h(){ return dlopen("libp.so", 1); }'), context=LINUX)
    assert short(found) == [("libq.so", "loaded at run time", True, ""), ("libp.so", "loaded at run time", True, "")]
    assert short(seen(plain, context=NO_C)) == [("libq.so", "loaded at run time", True, "")]
    assert seen(plain, path="github.com/ebitengine/purego/internal/x") == ()


@given(st.binary(max_size=400), st.binary(max_size=200), st.text(max_size=20))
def test_any_texts_are_scanned(data: bytes, c_data: bytes, name: str) -> None:
    file = GoText(name=f"{name}.go", data=b'package a\n/*\n#cgo LDFLAGS: -la\n*/\nimport "C"\n' + data, uses_c=True)
    found = seen(file, c_files=(("a.c", c_data), (f"{name}/b.c", data)), archives=(name,), objects=((name, data),))
    assert all(len(one.files) == one.count or not one.files for one in found)


def test_libraries_that_included_code_opens_are_told() -> None:
    found = seen(go('#include "src/a.c"'), c_files=(("src/a.c", b'void f(void){ dlopen("libr.so.8", 1); }'),))
    assert short(found) == [("libr.so.8", "loaded at run time", True, ""), ("", "bundled source", True, "")]
