"""What code opens and starts, by its text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.native.loading import GO_PLUGIN, imports_loader, loads_in_c, loads_in_go, programs_started

IMPORTS = (
    'import ("github.com/ebitengine/purego"; "golang.org/x/sys/windows"; "plugin"; "os/exec"; pg "example.com/x")\n'
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('lib, err := purego.Dlopen("libfoo.so.1", purego.RTLD_NOW)', ["libfoo.so.1"]),
        ('dll := windows.NewLazySystemDLL("wintun.dll")', ["wintun.dll"]),
        ('h := C.dlopen(C.CString("libx.so"), C.RTLD_LAZY)', ["libx.so"]),
        ('names := []string{"liba.so.0", `libb.dylib`}\nh := C.dlopen(name, 1)', ["liba.so.0", "libb.dylib", ""]),
        ("h := C.dlopen(name, 1)", [""]),
        ("p, err := plugin.Open(path)", [GO_PLUGIN]),
        ('// purego.Dlopen("no.so")\nx := 1', []),
        ('/* purego.Dlopen("no.so") */', []),
        ('s := "purego.Dlopen"', []),
        ('other.Dlopenly("a.so")', []),
        ("open := purego.Dlopen\n", [""]),
        ('purego.Dlopen("lib" + name, 1)', [""]),
        ("purego.Dlopen(`libraw.so`, 1)", ["libraw.so"]),
    ],
)
def test_a_go_file(text: str, names: list[str]) -> None:
    assert [one.name for one in loads_in_go((IMPORTS + text).encode())] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('import p "github.com/ebitengine/purego"\nvar x, _ = p.Dlopen("l.so", 1)', ["l.so"]),
        ('import . "github.com/ebitengine/purego"\nvar x, _ = Dlopen("l.so", 1)', ["l.so"]),
        ('import (\n\tpl `plugin`\n)\nvar x, _ = pl.Open("x.so")', ["x.so"]),
        ('import p "example.com/other"\nvar x, _ = p.Dlopen("l.so", 1)', []),
        ('import p "github.com/ebitengine/purego"\nvar x, _ = purego.Dlopen("l.so", 1)', []),
    ],
)
def test_a_package_goes_by_the_name_it_is_imported_with(text: str, names: list[str]) -> None:
    assert [one.name for one in loads_in_go(text.encode())] == names


def test_an_import_of_what_opens_libraries_is_seen_by_any_name() -> None:
    assert imports_loader(b'import p "github.com/ebitengine/purego"\n')
    assert not imports_loader(b'import _ "github.com/ebitengine/purego"\n// "plugin"\n')


def test_programs_are_started_by_other_names_of_the_package() -> None:
    text = b'import ex "os/exec"\nvar c = ex.Command("gs")\n'
    assert [one.name for one in programs_started(text)] == ["gs"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('handle = dlopen("libclntsh.so", RTLD_LAZY);', ["libclntsh.so"]),
        ("handle = dlopen(path, RTLD_LAZY);", [""]),
        ('module = LoadLibraryA("oci.dll");', ["oci.dll"]),
        ("/* see dlopen(3) */", []),
        ("C.dlopen(name)", []),
        ("my_dlopen(x)", []),
    ],
)
def test_c_code(text: str, names: list[str]) -> None:
    assert [one.name for one in loads_in_c(text.encode())] == names


def test_lines_are_told() -> None:
    (one,) = loads_in_go(
        b'package a\nimport "github.com/ebitengine/purego"\n/* a\nb */\nvar x = purego.Dlopen("l.so", 1)\n'
    )
    assert one.line == 5


def test_programs_that_are_started_by_name() -> None:
    text = b'import "os/exec"; exec.Command("git", "log")\n'
    text += b'exec.CommandContext(ctx, "/usr/bin/gs")\nexec.LookPath("pandoc.exe")\n'
    text += b'exec.Command(name)\n// exec.Command("no")\n'
    assert [(one.name, one.line) for one in programs_started(text)] == [("git", 1), ("gs", 2), ("pandoc", 3)]


@given(st.binary(max_size=300))
def test_any_bytes_are_read(data: bytes) -> None:
    for found in (
        loads_in_go(b'import "plugin"; C.dlopen(' + data),
        loads_in_c(b"dlopen(p" + data),
        programs_started(b'import "os/exec"; exec.' + data),
    ):
        assert len(found) <= 100


def test_a_file_of_calls_alone_gives_no_more_than_is_told() -> None:
    top = b'import "github.com/ebitengine/purego"\n'
    assert len(loads_in_go(top + b'purego.Dlopen("a.so")\n' * 50_000)) == 1
    many = b"".join(b'purego.Dlopen("%d.so")\n' % number for number in range(1_000))
    assert len(loads_in_go(top + many)) == 100
