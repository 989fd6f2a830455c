"""Files of modules that have to do with native code: read within limits, whatever lies there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supplymatrix.sources import native_files
from supplymatrix.sources.native_files import NativeReader, NearFiles

CGO = 'package a\n\nimport "C"\n'


def put(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def read(root: Path, folder: str = "") -> NearFiles:
    return NativeReader().read(root, [("example.com/a", folder, True)])


def test_what_matters_is_read_and_nothing_else(tmp_path: Path) -> None:
    put(
        tmp_path, LICENSE="x", a_dot_go=CGO, b_dot_go="package a\n", a_test_dot_go=CGO, c_dot_c="int c;",
        lib__x_dot_c="int x;", lib__COPYING="y", lib__libx_dot_a="!", rsrc_dot_syso="z", doc_dot_txt="t",
        testdata__t_dot_c="", _hidden__h_dot_c="",
    )  # fmt: skip
    near = read(tmp_path)
    (package,) = near.packages
    assert [file.name for file in package.go_files] == ["a.go"]
    assert [path for path, _ in package.c_files] == ["c.c"]
    assert (package.archives, package.objects) == (("lib/libx.a",), (("rsrc.syso", b"z"),))
    assert (near.licence_files, near.gaps) == (("LICENSE", "lib/COPYING"), ())
    assert set(near.heads) == {"c.c"}


def test_a_package_sees_the_licences_above_it(tmp_path: Path) -> None:
    put(tmp_path, LICENSE="x", in__LICENSE="y", in__p__a_dot_go=CGO, other__COPYING="z")
    assert read(tmp_path, "in/p").licence_files == ("LICENSE", "in/LICENSE")


def test_other_modules_and_links_are_not_entered(tmp_path: Path) -> None:
    root, away = tmp_path / "m", tmp_path / "away"
    put(away, away_dot_c="int s;", go_dot_go=CGO, LICENSE="no")
    put(root, a_dot_go=CGO, sub__go_dot_mod="module x", sub__inner__s_dot_c="int s;")
    (root / "link").symlink_to(away)
    (root / "l.c").symlink_to(away / "away.c")
    (root / "l.go").symlink_to(away / "go.go")
    os.mkfifo(root / "pipe.c")
    near = read(root)
    (package,) = near.packages
    assert ([file.name for file in package.go_files], package.c_files) == (["a.go"], ())
    assert near.licence_files == ()


def test_go_files_that_open_libraries_are_read_too(tmp_path: Path) -> None:
    put(
        tmp_path, a_dot_go='package a\n\nimport "github.com/ebitengine/purego"\n',
        b_dot_go='package a\n\nvar d = windows.NewLazySystemDLL("x.dll")\n', c_dot_c="int c;",
    )  # fmt: skip
    (package,) = read(tmp_path).packages
    assert [(file.name, file.uses_c) for file in package.go_files] == [("a.go", False), ("b.go", False)]
    assert package.c_files == ()


def test_long_c_files_are_read_at_their_beginning_and_long_go_files_are_a_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native_files, "_C_LIMIT", 10)
    monkeypatch.setattr(native_files, "_GO_LIMIT", 100)
    put(tmp_path, a_dot_go=CGO, big_dot_c="0123456789abc", long_dot_go=f"{CGO}// {'x' * 200}\n")
    near = read(tmp_path)
    assert near.packages[0].c_files == (("big.c", b"0123456789"),)
    assert near.gaps == (
        ("long.go", "it cannot be read, or is longer than 4 MiB"),
        ("big.c", "it is longer than 0 MiB, of which the rest was not looked at"),
    )


@pytest.mark.parametrize(
    "text",
    ['import "C" /* c */', "import `C`", 'import "fmt"; import "C"', '/* c */ import "C"', 'import ("fmt"; "C")'],
)
def test_what_imports_c_is_what_gos_parser_says(tmp_path: Path, text: str) -> None:
    put(tmp_path, a_dot_go=f"package a\n\n{text}\n", b_dot_go='package a\n\nvar s = `\nimport "C"\n`\n')
    (package,) = read(tmp_path).packages
    assert [(file.name, file.uses_c) for file in package.go_files] == [("a.go", True)]


def test_what_is_included_is_read_too(tmp_path: Path) -> None:
    put(
        tmp_path, p__a_dot_go='package a\n\n// #cgo CFLAGS: -I${SRCDIR}/../inc\n// #include <x.h>\nimport "C"\n',
        inc__x_dot_h='#include "y.inc"\n', inc__y_dot_inc="int y;", inc__z_dot_h="int z;",
    )  # fmt: skip
    (package,) = read(tmp_path, "p").packages
    assert [path for path, _ in package.c_files] == ["../inc/x.h", "../inc/y.inc"]


def test_what_limits_cut_off_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, a_dot_go=CGO, **{f"c{number}_dot_c": "int c;" for number in range(5)})
    monkeypatch.setattr(native_files, "_MOST_C", 3)
    near = read(tmp_path)
    assert len(near.packages[0].c_files) == 3
    assert [reason for _, reason in near.gaps] == ["it has more than 3 files of C, of which no more were read"]
    monkeypatch.setattr(native_files, "_MOST_ENTRIES", 2)
    assert any("more than 2 files and folders" in reason for _, reason in read(tmp_path).gaps)


def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, a_dot_go=CGO, sub__x_dot_c="int x;")
    whole = os.scandir

    def refusing(path: str) -> object:
        if str(path).endswith("/sub"):
            raise PermissionError(13, "Permission denied")
        return whole(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert read(tmp_path).gaps == (("sub", "its folder cannot be read: Permission denied"),)


def test_names_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    put(tmp_path, a_dot_go=CGO)
    with open(os.fsencode(tmp_path) + b"/\xff.c", "wb") as file:  # noqa: PTH123 - a name of bytes
        file.write(b"int x;")
    (package,) = read(tmp_path).packages
    assert len(package.c_files) == 1
