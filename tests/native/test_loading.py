"""What code opens and starts, by its text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.native.loading import GO_PLUGIN, loads_in_c, loads_in_go, programs_started


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('lib, err := purego.Dlopen("libfoo.so.1", purego.RTLD_NOW)', ["libfoo.so.1"]),
        ('dll := windows.NewLazySystemDLL("wintun.dll")', ["wintun.dll"]),
        ('h := C.dlopen(C.CString("libx.so"), C.RTLD_LAZY)', ["libx.so"]),
        ('names := []string{"liba.so.0", `libb.dylib`}\nh := C.dlopen(name, 1)', ["liba.so.0", "libb.dylib"]),
        ("h := C.dlopen(name, 1)", [""]),
        ("p, err := plugin.Open(path)", [GO_PLUGIN]),
        ('// purego.Dlopen("no.so")\nx := 1', []),
        ('/* purego.Dlopen("no.so") */', []),
        ('s := "purego.Dlopen"', []),
        ('other.Dlopenly("a.so")', []),
    ],
)
def test_a_go_file(text: str, names: list[str]) -> None:
    assert [one.name for one in loads_in_go(text.encode())] == names


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
    (one,) = loads_in_go(b'package a\n\n/* a\nb */\nvar x = purego.Dlopen("l.so", 1)\n')
    assert one.line == 5


def test_programs_that_are_started_by_name() -> None:
    text = b'exec.Command("git", "log")\nexec.CommandContext(ctx, "/usr/bin/gs")\nexec.LookPath("pandoc.exe")\n'
    text += b'exec.Command(name)\n// exec.Command("no")\n'
    assert [(one.name, one.line) for one in programs_started(text)] == [("git", 1), ("gs", 2), ("pandoc", 3)]


@given(st.binary(max_size=300))
def test_any_bytes_are_read(data: bytes) -> None:
    for found in (loads_in_go(b"C.dlopen(" + data), loads_in_c(b"dlopen(p" + data), programs_started(b"exec." + data)):
        assert len(found) <= 100


def test_a_file_of_calls_alone_gives_no_more_than_is_told() -> None:
    assert len(loads_in_go(b'purego.Dlopen("a.so")\n' * 50_000)) == 1
    many = b"".join(b'purego.Dlopen("%d.so")\n' % number for number in range(1_000))
    assert len(loads_in_go(many)) == 100
