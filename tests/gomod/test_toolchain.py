"""Which files of a Go belong to its module, how they hash, and which of them differ."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.toolchain import (
    RecordedFiles,
    compare_files,
    is_left_out,
    is_packed,
    parse_version_file,
    platform_of,
    toolchain_module,
    version_of_toolchain,
)
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import FileChange
from tests.support.made_go import MadeGo

GO = MadeGo()
MODULE = toolchain_module("1.26.8", "linux-amd64")


def digests(files: dict[str, bytes]) -> dict[bytes, bytes]:
    return {name.encode(): sha256(data).digest() for name, data in files.items()}


PROVEN = digests(GO.recorded)


def test_the_hash_of_a_release() -> None:
    found = RecordedFiles(MODULE, digests(GO.content))
    assert (found.h1(), len(found)) == (GO.h1, len(GO.content))
    assert str(MODULE) == GO.name
    assert compare_files(found, PROVEN) == ()


def test_go_mod_files_that_the_go_command_has_put_beside_those_of_the_module() -> None:
    fetched = {name.removeprefix(f"{GO.name}/"): data for name, data in GO.recorded.items()}
    beside = {name.replace("_go.mod", "go.mod"): data for name, data in fetched.items() if name.endswith("_go.mod")}
    assert RecordedFiles(MODULE, digests(fetched), is_fetched=True).h1() == GO.h1
    assert RecordedFiles(MODULE, digests({**fetched, **beside})).h1() == GO.h1
    forged = RecordedFiles(MODULE, digests({**fetched, **beside, "src/go.mod": b"module evil\n"}))
    assert forged.h1() != GO.h1
    assert compare_files(forged, PROVEN) != ()


def test_each_kind_of_difference_is_named_as_it_is_called_here() -> None:
    files = {**GO.content, "src/fmt/print.go": b"package evil\n", "src/zz.go": b"", "src/cmd/go.mod": b"module evil\n"}
    del files["src/go.mod"]
    found = compare_files(RecordedFiles(MODULE, digests(files)), PROVEN)
    assert [(one.name, one.change) for one in found] == [
        ("src/cmd/go.mod", FileChange.CHANGED),
        ("src/fmt/print.go", FileChange.CHANGED),
        ("src/go.mod", FileChange.MISSING),
        ("src/zz.go", FileChange.EXTRA),
    ]


@given(st.dictionaries(st.sampled_from(sorted(GO.content)), st.binary(max_size=3)))
def test_the_hash_is_equal_exactly_where_no_file_differs(other: dict[str, bytes]) -> None:
    found = RecordedFiles(MODULE, digests({**GO.content, **other}))
    assert (found.h1() == GO.h1) == (compare_files(found, PROVEN) == ())


def test_a_name_that_no_module_has_gives_no_hash() -> None:
    assert RecordedFiles(MODULE, digests({"src/a\nb.go": b""})).h1() == ""


def test_the_hash_with_another_content_and_without_a_file() -> None:
    found = RecordedFiles(MODULE, digests({**GO.content, "go.env": b"x", "src/zz.go": b""}))
    shipped = sha256(GO.content["go.env"]).digest()
    assert found.h1(changed={b"go.env": shipped}, without=frozenset({b"src/zz.go"})) == GO.h1


@pytest.mark.parametrize(
    ("text", "version", "suffix"),
    [
        ("go1.26.8\ntime 2026-08-28T16:20:06Z\n", "1.26.8", ""),
        ("go1.19.8", "1.19.8", ""),
        ("go1.21rc2\n", "1.21rc2", ""),
        ("go1.25.3-microsoft\n", "1.25.3", "-microsoft"),
        ("go1.25.3 (Red Hat 1.25.3-1.el9)\n", "1.25.3", " (Red Hat 1.25.3-1.el9)"),
        ("devel go1.27-0123abcd\n", "", ""),
        ("go1.2.3.4\n", "", ""),
        ("gone\n", "", ""),
        ("", "", ""),
    ],
)
def test_version_files(text: str, version: str, suffix: str) -> None:
    found = parse_version_file(text.encode())
    assert (found.version, found.suffix) == (version, suffix)


@given(st.binary(max_size=300))
def test_any_version_file_is_read(data: bytes) -> None:
    found = parse_version_file(data)
    assert len(found.text) <= 200
    assert found.text.endswith(found.suffix)


def test_a_module_version_names_version_and_platform() -> None:
    assert version_of_toolchain(MODULE) == ("1.26.8", "linux-amd64")
    for version in ("v0.0.1-go1.26.8", "v1.0.0", "v0.0.1-gox.linux-amd64", "v0.0.1-go1.26.8-x.linux-amd64"):
        assert version_of_toolchain(ModuleVersion(path=MODULE.path, version=version)) == ("", "")


def test_folders_of_tools() -> None:
    assert [platform_of(name) for name in ("linux_amd64", "js_wasm", "linux_amd64_race", "linux", "a/b_c")] == [
        "linux-amd64", "js-wasm", "", "", "",
    ]  # fmt: skip


def test_names_that_no_release_has() -> None:
    assert all(map(is_left_out, (b".DS_Store", b"src/.DS_Store", b"VERSION.cache", b".git/config", b"bin/go.exe~")))
    assert not any(map(is_left_out, (b"src/a.go", b"src/.git/x", b"git/x", b"src/VERSION.cache", b"DS_Store")))
    packed = (b"bin/go", b"bin/gofmt.exe", b"pkg/include/a.h", b"pkg/tool/linux_amd64/vet", b"src/zz.go")
    beside = (b"bin/dlv", b"pkg/linux_amd64/fmt.a", b"pkg/tool/linux_amd64/evil", b"pkg/tool/js_wasm/vet")
    assert all(is_packed(name, "linux-amd64") for name in packed)
    assert not any(is_packed(name, "linux-amd64") for name in beside)
