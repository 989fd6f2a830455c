"""Native libraries that `#cgo` lines name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.any_platform import AnyPlatform
from supplymatrix.gomod.build_constraint import BuildContext
from supplymatrix.gomod.cgo_lines import CgoDirective, CgoLinks, LinkedName, cgo_directives, cgo_links, linked_by

LZ = "// #cgo LDFLAGS: -lz"


def links(text: str) -> CgoLinks:
    return cgo_links(text.encode(), BuildContext(cgo=True))


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("#cgo LDFLAGS: -lz -L/opt/lib -lm -lz", ["z", "m"]),
        ("#cgo linux LDFLAGS: -lrt", ["rt"]),
        ("#cgo windows LDFLAGS: -lws2_32", []),
        ("#cgo !windows,amd64 darwin LDFLAGS: -ldl", ["dl"]),
        ("#cgo windows||(linux&&cgo) LDFLAGS: -ldl", ["dl"]),
        ("#cgo windows|| LDFLAGS: -ldl", []),
        ("#cgo pkg-config: --static libgit2 zlib", ["libgit2", "zlib"]),
        ("#cgo CFLAGS: -lnot", []),
        ("#cgoLDFLAGS: -lz", []),
        ('x := "#cgo LDFLAGS: -lz"', []),
        (" * #cgo LDFLAGS: -lz", []),
        ("#cgo noescape f", []),
        ("#cgo LDFLAGS: ${SRCDIR}/sub/libown.a ./own.o -l:libexact.so.1", ["libown.a", "own.o", "libexact.so.1"]),
        ("#cgo LDFLAGS: -Wl,-lx,-rpath,/opt/a -Xlinker -ly -l z", ["x", "y", "z"]),
        ("#cgo LDFLAGS: -Wl,--whole-archive,${SRCDIR}/libw.a", ["libw.a"]),
        ("#cgo LDFLAGS: -framework Security -weak_framework Metal -F /x", ["Security", "Metal"]),
        ("#cgo LDFLAGS: -force_load ${SRCDIR}/libf.a -weak-lw", ["libf.a", "w"]),
        ('#cgo LDFLAGS: "-lq" -L"/a b" -l\\z', ["q", "z"]),
        ("#cgo LDFLAGS: -O2 -g -static -pthread -z now -m elf_x86_64", []),
    ],
)
def test_a_line_names_libraries(line: str, names: list[str]) -> None:
    assert links(f'package p\n\n/*\n{line}\n*/\nimport "C"\n') == CgoLinks(names=tuple(names))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("#cgo LDFLAGS: -l../evil -lz", "-l../evil"),
        ("#cgo LDFLAGS: -lz -l$X", "-l$X"),
        ("#cgo LDFLAGS: -lz $LIBS", "$LIBS"),
        ("#cgo LDFLAGS: @flags -lz", "@flags"),
        ("#cgo LDFLAGS: -fopenmp -lz", "-fopenmp"),
        ("#cgo LDFLAGS: -lz -framework", "-framework"),
    ],
)
def test_what_may_bring_more_is_unclear(line: str, told: str) -> None:
    assert links(f'package p\n\n// {line}\nimport "C"\n') == CgoLinks(names=("z",), unclear=(told,))


def test_a_line_that_go_refuses_is_unclear() -> None:
    assert links('package p\n\n// #cgo LDFLAGS -lz\nimport "C"\n').unclear == ("#cgo LDFLAGS -lz",)


@pytest.mark.parametrize(
    "text",
    [
        f'package p\n{LZ}\nimport "C"\n',
        f'package p\nimport "fmt"\n{LZ}\nimport "C"\n',
        f'package p\n// more\n{LZ}\n/* and */\nimport "C"\n',
        f'package p\n{LZ}\nimport (\n\t"C"\n)\n',
        f'package p\nimport (\n\t"fmt" // x\n\t{LZ}\n\t"C"\n)\n',
        f'\ufeffpackage p; import "fmt"\n{LZ}\nimport _ "C"\n',
        f"package p\n{LZ}\nimport `C`\n",
    ],
)
def test_the_comment_right_above_the_import_counts(text: str) -> None:
    assert links(text).names == ("z",)


@pytest.mark.parametrize(
    "text",
    [
        f'{LZ}\npackage p\nimport "C"\n',
        f'package p\n{LZ}\n\nimport "C"\n',
        f'package p {LZ}\nimport "C"\n',
        f'package p\n{LZ}\nimport "fmt"\nimport "C"\n',
        f'package p\n{LZ}\nimport (\n\t"fmt"\n\t"C"\n)\n',
        f'package p\nimport (\n\t"fmt" {LZ}\n\t"C"\n)\n',
        'package p\n/*\n#cgo LDFLAGS: -lz\n*/ import "C"\n',
        f'package p\nimport "C"\n{LZ}\nfunc f() {{}}\n',
        f'package p\nimport "C"\nvar x = `\n{LZ}\nimport "C"\n`\n',
        f'package p\n{LZ}\nimport "fmt"\n',
    ],
)
def test_no_other_comment_counts(text: str) -> None:
    assert links(text) == CgoLinks()


def directives(line: str) -> tuple[CgoDirective, ...]:
    return cgo_directives(f'package p\n\n// {line}\nimport "C"\n'.encode())


def test_a_line_is_told_with_its_conditions_and_number() -> None:
    (one,) = directives("#cgo linux,!musl darwin CFLAGS: -I. -DA='b c'")
    assert one == CgoDirective(verb="CFLAGS", words=("-I.", "-DA=b c"), conditions=("linux,!musl", "darwin"), line=3)
    assert one.holds(BuildContext(goos="darwin"))
    assert one.holds(AnyPlatform())
    assert not one.holds(BuildContext(goos="windows"))
    assert directives("#cgo LDFLAGS -lz") == directives("#cgo: x") == directives("not cgo") == ()


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("LDFLAGS: -lz -l bar", [LinkedName(name="z"), LinkedName(name="bar")]),
        ("LDFLAGS: -L${SRCDIR}/lib -lown", [LinkedName(name="own", folder="lib")]),
        ("LDFLAGS: -L${SRCDIR} -lown", [LinkedName(name="own", folder="")]),
        ("LDFLAGS: -L/opt -lfar", [LinkedName(name="far")]),
        ("LDFLAGS: ${SRCDIR}/a/libx.a", [LinkedName(name="libx.a", folder="a", is_static=True, is_file=True)]),
        ("LDFLAGS: /opt/libx.so", [LinkedName(name="libx.so", is_file=True)]),
        ("LDFLAGS: -static -lz", [LinkedName(name="z", is_static=True)]),
        ("LDFLAGS: -Wl,-Bstatic,-lz,-Bdynamic -lm", [LinkedName(name="z", is_static=True), LinkedName(name="m")]),
        ("LDFLAGS: -framework Cocoa", [LinkedName(name="Cocoa", is_framework=True)]),
        ("LDFLAGS: -o out -rpath /x -lz", [LinkedName(name="z")]),
        ("pkg-config: --static vips", [LinkedName(name="vips", is_static=True)]),
        ("pkg-config: ${SRCDIR}/pc/libgit2.pc", [LinkedName(name="libgit2", folder="pc")]),
        ("CFLAGS: -lz", []),
        ("LDFLAGS: $(evil) -l'a b'", []),
    ],
)
def test_what_a_line_links(line: str, names: list[LinkedName]) -> None:
    (one,) = directives(f"#cgo {line}")
    assert list(linked_by(one)) == names


@given(st.text(max_size=60))
def test_any_line_is_read(line: str) -> None:
    for one in directives(f"#cgo LDFLAGS: {line}"):
        assert all(name.name for name in linked_by(one))


def test_versions_that_pkg_config_asks_for_are_no_packages() -> None:
    (one,) = directives("#cgo pkg-config: libgit2 >= 1.2 readline = 8 glib-2.0")
    assert [name.name for name in linked_by(one)] == ["libgit2", "readline", "glib-2.0"]
    links = cgo_links(b'package p\n\n// #cgo pkg-config: a >= 1\nimport "C"\n', BuildContext())
    assert links == CgoLinks(names=("a",))
