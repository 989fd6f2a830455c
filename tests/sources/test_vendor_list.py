"""vendor/modules.txt: which modules packages were copied from, and whether the go command would build from them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod.modfile import parse_go_mod, parse_go_work
from supplymatrix.model.module import ModuleVersion, check_import_path
from supplymatrix.sources import vendor_list
from supplymatrix.sources.vendor_list import (
    Vendored,
    VendorList,
    inconsistencies,
    is_vendor_used,
    parse_vendor_list,
    read_vendor_list,
)
from tests.support.data import REPO

A, C = "example.com/a", "example.com/c"
TEXT = (
    f"# {A} v1.0.0\n## explicit; go 1.20\n{A}/p\n# example.com/b v1.0.0\n"
    f"# {C} v1.0.0 => ../c\n{C}\n# {C} => ../c\n# example.com/d => example.com/e v1.0.0\n# odd line here\nodd/x\n"
)


def read(folder: Path, text: str) -> VendorList:
    (folder / "modules.txt").write_text(text, encoding="utf-8")
    found = read_vendor_list(folder / "modules.txt")
    assert found is not None
    return found


def project(*lines: str, go: str = "1.20", work: str | None = None) -> Vendored:
    text = "\n".join([f"module m.example/m\n\ngo {go}", *lines, ""])
    mains = [("m.example/m", Path("/w/m"), parse_go_mod(text.encode()))]
    return Vendored(mains, (parse_go_work(work.encode()), Path("/w")) if work is not None else None)


def test_modules_with_packages_give_some_and_the_others_do_not(tmp_path: Path) -> None:
    found = read(tmp_path, TEXT)
    assert sorted(str(module) for module in found.giving) == [f"{A}@v1.0.0", f"{C}@v1.0.0"]
    assert found.owners == {f"{A}/p": A, C: C}
    assert [str(module) for module in found.explicit] == [f"{A}@v1.0.0"]
    assert found.replacements == {
        ModuleVersion(path=C, version="v1.0.0"): ("../c", ""),
        ModuleVersion(path=C, version=""): ("../c", ""),
        ModuleVersion(path="example.com/d", version=""): ("example.com/e", "v1.0.0"),
    }


def test_go_marks_are_kept_the_last_one_of_each_module(tmp_path: Path) -> None:
    found = read(tmp_path, f"# {A} v1.0.0\n## explicit; go 1.20\n## go 1.25\n{A}\n# {C} v1.0.0\n## explicit\n{C}\n")
    assert (found.go, found.odd) == ({ModuleVersion(path=A, version="v1.0.0"): "1.25"}, ())


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        (f"## workspace\n\n# {A} v1.0.0\n## explicit\r\n{A}\r\n", ()),
        (
            f"## workspace; more\n# {A} v1.0.0\n## explicit; lang 1.25\n{A}/../b\n##explicit\njunk here\n",
            (1, 3, 4, 5, 6),
        ),
        (f"{A}\n# {A}\n# {A} one\n# {A} v1.0.0 => a b c\n# {A} v1.0.0 v1.0.0\n", (1, 2, 3, 4, 5)),
    ],
)
def test_lines_that_the_go_command_does_not_write_are_told(tmp_path: Path, text: str, odd: tuple[int, ...]) -> None:
    assert read(tmp_path, text).odd == odd


@pytest.mark.parametrize(("name", "text"), [
    ("MAX_MODULES", "".join(f"# {A}{number} v1.0.0\n" for number in range(4))),
    ("MAX_PACKAGES", f"# {A} v1.0.0\n" + f"{A}\n" * 4),
])  # fmt: skip
def test_a_list_without_end_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    monkeypatch.setattr(vendor_list, name, 4)
    parse_vendor_list(text.encode())
    monkeypatch.setattr(vendor_list, name, 3)
    with pytest.raises(InputError, match="no list of vendored modules"):
        parse_vendor_list(text.encode())


def test_without_the_file_there_is_no_list(tmp_path: Path) -> None:
    assert read_vendor_list(tmp_path / "modules.txt") is None


@pytest.mark.parametrize(
    ("go", "mod", "is_used"),
    [("1.14", "", True), ("1.13", "", False), ("1.20", "mod", False), ("1.13", "vendor", True)],
)
def test_vendor_is_used_from_go_1_14_on(tmp_path: Path, go: str, mod: str, *, is_used: bool) -> None:
    (tmp_path / "vendor").mkdir()
    assert is_vendor_used(tmp_path, read(tmp_path, TEXT), project(go=go), mod=mod) is is_used
    assert not is_vendor_used(tmp_path / "none", None, project())


def test_a_list_of_a_workspace_is_for_that_alone(tmp_path: Path) -> None:
    (tmp_path / "vendor").mkdir()
    of_workspace, work = read(tmp_path, f"## workspace\n{TEXT}"), "go 1.22\n\nuse ./m\n"
    assert is_vendor_used(tmp_path, of_workspace, project(work=work))
    assert not is_vendor_used(tmp_path, of_workspace, project())
    assert not is_vendor_used(tmp_path, read(tmp_path, TEXT), project(work=work))


def test_a_list_that_fits_is_consistent(tmp_path: Path) -> None:
    fits = project(f"require {A} v1.0.0", f"replace {C} => ../c", "replace example.com/d => example.com/e v1.0.0")
    found = read(tmp_path, TEXT.replace(f"# {C} v1.0.0 => ../c", f"# {C} v1.0.0"))
    assert [*inconsistencies(found, fits)] == []


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([f"require {A} v1.1.0"], f"{A}@v1.1.0 is required in go.mod, and it does not have it as explicit"),
        ([], f"it has {A}@v1.0.0 as explicit, and go.mod does not require it"),
        ([f"replace {A} => ../a"], f"{A} is replaced by ../a in go.mod, and not in it"),
        ([f"replace {C} => ../other"], f"{C} is replaced by ../other in go.mod, and by ../c in it"),
        (
            ["replace example.com/d => example.com/e v1.0.1"],
            "example.com/d is replaced by example.com/e@v1.0.1 in go.mod, and by example.com/e@v1.0.0 in it",
        ),
        ([f"require {A} v1.0.0"], f"it has {C} as replaced by ../c, and go.mod does not replace it"),
    ],
)
def test_what_go_mod_says_otherwise_is_told(tmp_path: Path, lines: list[str], told: str) -> None:
    assert told in [*inconsistencies(read(tmp_path, TEXT), project(*lines))]


def test_before_go_1_14_only_contradictions_count(tmp_path: Path) -> None:
    found = read(tmp_path, f"# {A} v1.0.0\n{A}\n")
    lines = ["require example.com/b v1.0.0", "replace example.com/d => ../d"]
    assert [*inconsistencies(found, project(f"require {A} v1.0.0", *lines, go="1.13"))] == []
    told = f"{A}@v1.1.0 is required in go.mod, and it has version v1.0.0"
    assert [*inconsistencies(found, project(f"require {A} v1.1.0", *lines, go="1.13"))] == [told]


def test_a_folder_is_seen_from_the_workspace(tmp_path: Path) -> None:
    """A member's folders are relative to it; go.work goes before all members, and replaces no member."""
    text = f"## workspace\n# {A} v1.0.0 => ./m/a\n## explicit\n{A}\n# {C} => ../c\n"
    work = f"go 1.22\n\nuse ./m\n\nreplace {C} => ../c\n\nreplace m.example/m => ../m\n"
    lines = [f"require {A} v1.0.0", f"replace {A} v1.0.0 => ./a", f"replace {C} => ./c"]
    assert [*inconsistencies(read(tmp_path, text), project(*lines, work=work))] == []


CORPUS = sorted((REPO / "tests" / "data" / "vendor_lists").glob("*.txt"))
"""Lists that real projects, odd tools and fuzzing have brought up; each new find is kept there."""
_WORDS = st.sampled_from(
    ["# ", "## ", "=> ", "v1.0.0 ", "v0.0.0-20200101000000-abcdefabcdef ", "example.com/a ", "explicit", "; go 1.20",
     "\n", "../x ", "workspace", " ", "\t", "\x00", "\r\n", "\x1f", "\u2028", "a/../b ", "-x ", "#", "\xff", "v1 "]
)  # fmt: skip


def hold_invariants(data: bytes) -> None:
    """Assert what holds of any list, whoever wrote it."""
    found = parse_vendor_list(data)
    lines = data.decode("utf-8", "replace").split("\n")
    for module, packages in found.packages.items():
        assert packages == tuple(sorted(packages))
        for package in packages:
            check_import_path(package)
            assert any(line.split() == [package] for line in lines)
        assert lines[found.lines[module] - 1].split()[1] == module.path
    assert {*found.explicit, *found.replacements, *found.packages} <= {*found.lines}
    assert found == parse_vendor_list(data)
    [*inconsistencies(found, project(f"require {A} v1.0.0"))]


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_lists_that_were_met_hold_no_surprise(path: Path) -> None:
    hold_invariants(path.read_bytes())


def test_the_corpus_is_there() -> None:
    assert len(CORPUS) >= 8


@given(st.lists(_WORDS, max_size=40))
def test_made_up_lists_hold_no_surprise(words: list[str]) -> None:
    hold_invariants("".join(words).encode())


@given(st.sampled_from(CORPUS), st.integers(0, 400), st.integers(0, 40), st.binary(max_size=12))
def test_lists_that_somebody_has_damaged_hold_no_surprise(path: Path, at: int, length: int, new: bytes) -> None:
    data = path.read_bytes()
    hold_invariants(data[:at] + new + data[at + length :])


def test_a_short_line_of_a_module_leaves_the_one_before(tmp_path: Path) -> None:
    found = read(tmp_path, f"# {A} v1.0.0\n# short\n{A}/p\n{A}/../q\nnot a package\n#{A}\n")
    assert found.packages == {ModuleVersion(path=A, version="v1.0.0"): (f"{A}/p",)}
    assert found.lines == {ModuleVersion(path=A, version="v1.0.0"): 1}
