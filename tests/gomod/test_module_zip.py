"""The rules of module zips, and which files of a tree go into one."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod import module_zip
from supplymatrix.gomod.dirhash import ZIP_LIMIT
from supplymatrix.gomod.module_zip import (
    SMALL_LIMIT,
    CheckedFiles,
    FileKind,
    ModuleFile,
    check_files,
    check_zip,
    declared_language,
    simple_fold,
    unpack_fault,
)
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.gomod.zip_archive import ZipArchive, read_zip
from supplymatrix.model.module import ModuleVersion
from tests.support.made_zip import MadeEntry, made_zip

M = ModuleVersion(path="example.com/m", version="v1.0.0")
P = b"example.com/m@v1.0.0/"


def archive_of(*entries: MadeEntry) -> ZipArchive:
    return read_zip(BytesAt(made_zip(entries)))


def checked(*names: bytes) -> CheckedFiles:
    return check_zip(M, archive_of(*(MadeEntry(name=P + name) for name in names)))


def reason(*names: bytes) -> str:
    """Return why the only name that is not allowed is not."""
    (fault,) = checked(*names).invalid
    return fault.reason


def sorted_files(*names: bytes, go_mod: bytes = b"") -> dict[bytes, str]:
    """Return what becomes of files: "" when they go into the zip, else why not."""
    found = check_files([ModuleFile(name=name, size=1) for name in names], go_mod)
    return dict.fromkeys(found.valid, "") | {f.name: f.reason for f in (*found.omitted, *found.invalid)}


def test_a_module_without_faults_is_valid_in_its_order() -> None:
    result = checked(b"", b"b.go", b"a.go", b"d/", b"d/c.go", b"go.mod", b"LICENSE")
    assert result.ok
    assert list(result.valid) == [P + name for name in (b"b.go", b"a.go", b"d/c.go", b"go.mod", b"LICENSE")]


@pytest.mark.parametrize("name", [b"x.go", b"example.com/m@v1.0.1/x.go", b"Example.com/m@v1.0.0/x.go", b""])
def test_every_name_begins_with_module_and_version(name: bytes) -> None:
    (fault,) = check_zip(M, archive_of(MadeEntry(name=name))).invalid
    assert (fault.name, "does not begin with" in fault.reason) == (name, True)


def test_capitals_of_the_module_path_are_not_escaped() -> None:
    module = ModuleVersion(path="example.com/Up", version="v1.0.0")
    assert check_zip(module, archive_of(MadeEntry(name=b"example.com/Up@v1.0.0/a"))).ok


@pytest.mark.parametrize(
    "name", [b"a//b", b"./a", b"a/.", b"a/../b", b"/", b"a//", b"../../x", b"a\0b", b"a\\b", b"\xff", b"con", b"a:b"]
)
def test_a_name_that_no_system_or_not_every_one_takes_is_not_allowed(name: bytes) -> None:
    assert not checked(name).ok


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ((b"x.go", b"X.go"), "case only"),
        ((b"a/x", b"A/y"), "case only"),
        ((b"k", "\N{KELVIN SIGN}".encode()), "case only"),
        ((b"s", "\N{LATIN SMALL LETTER LONG S}".encode()), "case only"),
        (("\N{GREEK SMALL LETTER SIGMA}".encode(), "\N{GREEK SMALL LETTER FINAL SIGMA}".encode()), "case only"),
        ((b"a", b"a/b"), "a file and a folder"),
        ((b"a/b", b"a"), "a file and a folder"),
        ((b"a/", b"a"), "a file and a folder"),
        ((b"a", b"a"), "twice"),
    ],
)
def test_names_that_meet_on_some_system_are_not_allowed(names: Sequence[bytes], told: str) -> None:
    assert told in reason(*names)


@pytest.mark.parametrize("names", [("ß", "ss"), ("İ", "i"), ("ﬁ", "fi"), ("ẞ", "SS")])
def test_letters_that_only_full_folding_makes_equal_do_not_meet(names: tuple[str, str]) -> None:
    assert checked(*(name.encode() for name in names)).ok


def test_a_folder_may_be_named_many_times() -> None:
    assert checked(b"a/", b"a/b", b"a/", b"a/c/d", b"a/c/").ok


@pytest.mark.parametrize(("name", "told"), [(b"GO.MOD", "small letters"), (b"d/go.mod", "root"), (b"d/Go.Mod", "root")])
def test_a_go_mod_stands_in_the_root_in_small_letters(name: bytes, told: str) -> None:
    assert told in reason(name)


def test_a_folder_may_be_called_go_mod() -> None:
    assert checked(b"d/go.mod/x", b"d/go.mod/").ok


@pytest.mark.parametrize("name", [b"go.mod", b"LICENSE"])
def test_some_files_must_be_small(name: bytes) -> None:
    for size, ok in ((SMALL_LIMIT, True), (SMALL_LIMIT + 1, False)):
        result = check_zip(M, archive_of(MadeEntry(name=P + name, size=size)))
        assert (result.ok, result.size_fault) == (ok, "")


@pytest.mark.parametrize(
    ("sizes", "ok"),
    [
        ([ZIP_LIMIT], True),
        ([ZIP_LIMIT, 1], False),
        ([ZIP_LIMIT + 1], False),
        ([1 << 63], False),
        ([1 << 62] * 2, False),
    ],
)
def test_all_files_together_have_a_limit(sizes: list[int], *, ok: bool) -> None:
    entries = [MadeEntry(name=P + b"%d" % at, size=size, large=True) for at, size in enumerate(sizes)]
    assert (check_zip(M, archive_of(*entries)).size_fault == "") == ok


def test_a_zip_has_a_limit() -> None:
    class Huge(BytesAt):
        size = ZIP_LIMIT + 1

    archive = archive_of(MadeEntry(name=P + b"a"))
    result = check_zip(M, ZipArchive(file=Huge(b""), entries=archive.entries, directory=archive.directory))
    assert result.size_fault
    assert not result.valid


@pytest.mark.parametrize(
    ("path", "version"),
    [("example.com/m", "v1"), ("example.com/m", "1.0.0"), ("example.com/m", "v2.0.0"), ("m", "v1.0.0"), ("", "")],
)
def test_there_is_no_zip_of_a_module_version_that_cannot_be(path: str, version: str) -> None:
    with pytest.raises(InputError):
        check_zip(ModuleVersion(path=path, version=version), archive_of())


raw_names = st.lists(
    st.sampled_from([b"a", b"A", b"a/b", b"A/b", b"a/", b"d/e/f", b"D/e", b"go.mod", b"x/..", b"\xff"])
)


@given(raw_names)
def test_every_file_is_either_valid_or_not(names: list[bytes]) -> None:
    result = checked(*names)
    told = len(result.valid) + len(result.invalid)
    assert sum(not name.endswith(b"/") for name in names) <= told <= len(names)


@given(raw_names)
def test_what_is_valid_makes_a_valid_zip(names: list[bytes]) -> None:
    valid = [name.removeprefix(P) for name in checked(*names).valid]
    assert checked(*valid).ok


def test_a_good_zip_can_be_unpacked() -> None:
    assert (
        unpack_fault(M, archive_of(MadeEntry(name=P + b"go.mod", data=b"module x\n"), MadeEntry(name=P + b"d/"))) == ""
    )


@pytest.mark.parametrize(
    "entry",
    [
        MadeEntry(name=P + b"a", data=b"x", crc=3),
        MadeEntry(name=P + b"a", data=b"x", size=2),
        MadeEntry(name=P + b"a", size=ZIP_LIMIT + 1, large=True),
        MadeEntry(name=b"a"),
        MadeEntry(name=P + b"d/" + b"n" * 256),
    ],
)
def test_what_cannot_be_unpacked_is_told(entry: MadeEntry) -> None:
    assert unpack_fault(M, archive_of(entry))


def test_an_entry_for_a_folder_is_not_unpacked() -> None:
    assert unpack_fault(M, archive_of(MadeEntry(name=P + b"d/", data=b"x"))) == ""


def test_files_of_other_modules_are_left_out() -> None:
    found = sorted_files(
        b"go.mod", b"a.go", b"sub/go.mod", b"sub/x.go", b"sub/d/y.go", b"Sub2/GO.MOD", b"Sub2/z", b"sub3/x"
    )
    assert [name for name, why in found.items() if not why] == [b"go.mod", b"a.go", b"sub3/x"]
    assert {why for why in found.values() if why} == {"it belongs to another module"}


def test_a_go_mod_that_is_no_plain_file_makes_no_module() -> None:
    files = [
        ModuleFile(name=b"sub/go.mod", size=1, kind=FileKind.LINK),
        ModuleFile(name=b"sub/x.go", size=1),
    ]
    assert check_files(files).valid == (b"sub/x.go",)


VENDORED = [b"vendor/x.go", b"vendor/a/b.go", b"vendor/modules.txt", b"pkg/vendor/v.go", b"pkg/vendor/f/f.go"]
VENDORED += [b"p/q/vendor/v.go", b"vendorx/a/b.go"]


@pytest.mark.parametrize(
    ("go_mod", "left_out"),
    [
        (b"module m\ngo 1.24\n", {b"vendor/a/b.go", b"vendor/modules.txt", b"pkg/vendor/f/f.go"}),
        (b"module m\ngo 1.24rc1\n", {b"vendor/a/b.go", b"vendor/modules.txt", b"pkg/vendor/f/f.go"}),
        (b"module m\ngo 1.23.9\n", {b"vendor/a/b.go", b"pkg/vendor/v.go", b"pkg/vendor/f/f.go", b"p/q/vendor/v.go"}),
        (b"module m\n", {b"vendor/a/b.go", b"pkg/vendor/v.go", b"pkg/vendor/f/f.go", b"p/q/vendor/v.go"}),
        (b"(", {b"vendor/a/b.go", b"pkg/vendor/v.go", b"pkg/vendor/f/f.go", b"p/q/vendor/v.go"}),
    ],
)
def test_vendored_packages_are_left_out_by_the_rule_of_their_language(go_mod: bytes, left_out: set[bytes]) -> None:
    found = sorted_files(*VENDORED, go_mod=go_mod)
    assert {name for name, why in found.items() if why} == left_out


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (b"go 1.24\n", "1.24"),
        (b"go 1.24.3\n", "1.24"),
        (b"go v1.24.x\n", "1.24"),
        (b"unknown\ngo 1.21\n", "1.21"),
        (b"go 1.21\ngo 1.22\n", ""),
        (b"go 1.21 x\n", ""),
        (b"go one\n", ""),
        (b"", ""),
        (b"\xff(", ""),
    ],
)
def test_the_language_is_read_with_forgiveness(text: bytes, language: str) -> None:
    assert declared_language(text) == language


@pytest.mark.parametrize(
    ("kind", "told"), [(FileKind.LINK, "link"), (FileKind.OTHER, "plain"), (FileKind.FOLDER, "plain")]
)
def test_what_is_no_plain_file_is_left_out(kind: FileKind, told: str) -> None:
    result = check_files([ModuleFile(name=b"x", size=1, kind=kind)])
    assert result.ok
    assert told in result.omitted[0].reason


def test_a_file_of_hg_archive_is_left_out_in_the_root_alone() -> None:
    found = sorted_files(b".hg_archival.txt", b"d/.hg_archival.txt")
    assert [bool(why) for why in found.values()] == [False, True]
    assert found[b".hg_archival.txt"]


@pytest.mark.parametrize(
    "name", [b"a:b", b"/abs", b"a//b", b"../x", b"con.txt", b"GO.MOD", b"\xff", b"a\\b", b"", b"d/.."]
)
def test_a_tree_with_a_bad_name_makes_no_zip(name: bytes) -> None:
    result = check_files([ModuleFile(name=name, size=1)])
    assert [fault.name for fault in result.invalid] == [name]


def test_a_tree_has_the_limits_of_its_zip() -> None:
    files = [ModuleFile(name=b"a", size=ZIP_LIMIT), ModuleFile(name=b"b", size=1)]
    assert check_files(files).size_fault
    assert not check_files([ModuleFile(name=b"LICENSE", size=SMALL_LIMIT + 1)]).ok


@given(st.lists(st.sampled_from([b"a", b"A", b"a/b", b"go.mod", b"vendor/a/b", b"s/go.mod", b"s/x", b"//", b"con"])))
def test_every_name_of_a_tree_is_told_of(names: list[bytes]) -> None:
    assert set(sorted_files(*names)) == set(names)


@given(st.characters(codec="utf-8"))
def test_folding_keeps_letters_apart_that_have_no_other_case(letter: str) -> None:
    if letter.lower() == letter.upper() == letter.casefold() == letter.title():
        assert simple_fold(letter) == letter


@given(st.text(st.characters(codec="utf-8", max_codepoint=0x17F)))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert simple_fold(simple_fold(text)) == simple_fold(text)
    assert len(simple_fold(text)) == len(text)


def test_every_letter_folds_like_its_own_single_small_and_large_letters() -> None:
    for code in (*range(0x250), *range(0x370, 0x590), *range(0x1E00, 0x2000)):
        letter = chr(code)
        if unicodedata.category(letter) in ("Lu", "Ll") and letter not in "İı":
            others = [other for other in (letter.lower(), letter.upper()) if len(other) == 1]
            assert {simple_fold(other) for other in others} <= {simple_fold(letter)}, letter


def test_a_name_of_thousands_of_folders_costs_what_it_is_long() -> None:
    import tracemalloc

    entries = [MadeEntry(name=P + f"{number}/".encode() + b"a/" * 16_000 + b"x", data=b"") for number in range(3)]
    archive = archive_of(*entries)
    tracemalloc.start()
    try:
        assert check_zip(M, archive).ok
        assert tracemalloc.get_traced_memory()[1] < 60 << 20
    finally:
        tracemalloc.stop()


_ODD = ["a", "A", "b", "B", "con", "Con.txt", "com1", ".x", "x.", "..", "", "go.mod", "GO.MOD", "LICENSE", "a\nb", "~1",
        "K", "é", "a b", "\\", "d/"]  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(_ODD), min_size=1, max_size=3), max_size=6))
def test_names_that_are_looked_at_together_are_as_valid_as_one_by_one(names: list[list[str]]) -> None:
    entries = [MadeEntry(name=P + "/".join(name).encode(), data=b"x") for name in names]
    archive = archive_of(*(changed for changed in entries if not changed.name.endswith(b"/")))
    assert check_zip(M, archive) == module_zip._check_entries(P, archive.entries)


def test_ordinary_names_are_looked_at_together() -> None:
    entries = archive_of(
        *(MadeEntry(name=P + name) for name in (b"a.go", b".github/x.yml", b"d/e/f-1_2.go", b"go.mod"))
    )
    assert module_zip._is_plain(P, entries.entries)
