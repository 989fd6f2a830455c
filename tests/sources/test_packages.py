"""Packages followed through folders; the expected answers are those of `go list -deps ./...` on the same trees."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.build_constraint import BuildContext
from supplymatrix.sources import package_files
from supplymatrix.sources.packages import MissingPackage, PackageFindings, VendorFolder, find_packages

MAIN = "example.com/m"
A, NESTED, ABSENT = "example.com/a", "example.com/a/b", "example.com/absent"
GO_MOD = f"module {MAIN}\n\ngo 1.25\n"
FOLDERS = {MAIN: "m", A: "a@v1.0.0", NESTED: "ab@v1.0.0", "plain": "plain"}

needs_links = pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege there")


def go_file(*imports: str, package: str = "p", top: str = "") -> str:
    return top + f"package {package}\n" + "".join(f'import _ "{path}"\n' for path in imports)


def find(
    tmp_path: Path, files: dict[str, str | bytes], *, mains: tuple[str, ...] = (MAIN,), **options: object
) -> PackageFindings:
    """Write files below the folders of modules, and look for packages. Their go.mod is made when it is not given."""
    for name, text in {"m/go.mod": GO_MOD, **files}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    modules = {path: tmp_path / folder if (tmp_path / folder).is_dir() else None for path, folder in FOLDERS.items()}
    context = options.get("context")
    return find_packages(
        {path: tmp_path / FOLDERS[path] for path in mains},
        {path: folder for path, folder in modules.items() if folder} | {ABSENT: None},
        context=context if isinstance(context, BuildContext) else None,
        tests=bool(options.get("tests")),
    )


def reasons(found: PackageFindings) -> list[tuple[str, str]]:
    return [(entry.import_path, entry.reason) for entry in found.missing]


def test_imports_are_followed_from_module_to_module(tmp_path: Path) -> None:
    found = find(
        tmp_path,
        {"m/a.go": go_file("fmt", f"{A}/x"), "a@v1.0.0/x/x.go": go_file(NESTED), "ab@v1.0.0/b.go": go_file("net/http")},
    )
    assert found.used == {A: (f"{A}/x",), NESTED: (NESTED,), MAIN: (MAIN,)}
    assert found.missing == ()


def test_importers_lead_back_to_a_main_module(tmp_path: Path) -> None:
    found = find(
        tmp_path, {"m/a.go": go_file(f"{A}/x"), "a@v1.0.0/x/x.go": go_file(NESTED), "ab@v1.0.0/b.go": go_file()}
    )
    assert found.importers == {MAIN: "", f"{A}/x": MAIN, NESTED: f"{A}/x"}


@pytest.mark.parametrize("folder", ["testdata", "_x", ".x", "vendor/v", "x/testdata/y", "sub"])
def test_the_pattern_passes_over_a_folder(tmp_path: Path, folder: str) -> None:
    found = find(
        tmp_path, {"m/a.go": go_file(), f"m/{folder}/a.go": go_file(), "m/sub/go.mod": "module example.com/m/sub\n"}
    )
    assert found.used == {MAIN: (MAIN,)}


def test_a_folder_that_is_called_vendor_may_be_a_package_itself(tmp_path: Path) -> None:
    assert find(tmp_path, {"m/x/vendor/a.go": go_file()}).used == {MAIN: (f"{MAIN}/x/vendor",)}


def test_a_folder_passed_over_counts_when_it_is_imported(tmp_path: Path) -> None:
    found = find(tmp_path, {"m/a.go": go_file(f"{MAIN}/testdata/t"), "m/testdata/t/t.go": go_file()})
    assert found.used == {MAIN: (MAIN, f"{MAIN}/testdata/t")}


@pytest.mark.parametrize(
    ("line", "left"), [("./x", ("y/x",)), ("x", ()), ("y", ("x",)), ("y/x", ("x",)), ("./y/", ("x",))]
)
def test_ignore_lines_are_followed(tmp_path: Path, line: str, left: tuple[str, ...]) -> None:
    files = {"m/go.mod": f"{GO_MOD}\nignore {line}\n", "m/x/a.go": go_file(), "m/y/x/a.go": go_file()}
    assert find(tmp_path, {**files}).used.get(MAIN, ()) == tuple(f"{MAIN}/{name}" for name in left)


def test_a_package_of_a_nested_module_is_not_the_outer_ones(tmp_path: Path) -> None:
    found = find(
        tmp_path, {"m/a.go": go_file(f"{MAIN}/sub/x"), "m/sub/go.mod": "module x\n", "m/sub/x/a.go": go_file()}
    )
    assert reasons(found) == [(f"{MAIN}/sub/x", "no module of the build list has it")]


def test_a_package_that_two_modules_have_is_missing(tmp_path: Path) -> None:
    found = find(tmp_path, {"m/a.go": go_file(NESTED), "a@v1.0.0/b/b.go": go_file(), "ab@v1.0.0/b.go": go_file()})
    assert reasons(found) == [(NESTED, f"several modules have it: {A}, {NESTED}")]


def test_modules_that_the_main_one_requires_are_asked_first(tmp_path: Path) -> None:
    go_mod = f"{GO_MOD}require {NESTED} v1.0.0\n"
    files = {"m/a.go": go_file(NESTED), "a@v1.0.0/b/b.go": go_file(), "ab@v1.0.0/b.go": go_file()}
    assert find(tmp_path, {"m/go.mod": go_mod, **files}).used == {MAIN: (MAIN,), NESTED: (NESTED,)}


def test_before_graph_pruning_all_modules_are_asked(tmp_path: Path) -> None:
    go_mod = f"module {MAIN}\n\ngo 1.16\n\nrequire {NESTED} v1.0.0\n"
    files = {"m/a.go": go_file(NESTED), "a@v1.0.0/b/b.go": go_file(), "ab@v1.0.0/b.go": go_file()}
    assert len(find(tmp_path, {"m/go.mod": go_mod, **files}).missing) == 1


def test_a_module_that_is_not_here_is_named(tmp_path: Path) -> None:
    found = find(tmp_path, {"m/a.go": go_file(f"{ABSENT}/x")})
    assert reasons(found) == [(f"{ABSENT}/x", f"module {ABSENT} may have it, and is not on this machine")]


def test_an_import_that_nobody_has_is_missing(tmp_path: Path) -> None:
    found = find(tmp_path, {"m/a.go": go_file("example.org/x")})
    assert found.missing == (
        MissingPackage(import_path="example.org/x", importer=MAIN, reason="no module of the build list has it"),
    )


@pytest.mark.parametrize(
    "path", ["./x", "../m", "example.com/../x", "example.com//x", "example.com/a@v1.0.0/x", "/x.y"]
)
def test_what_is_no_import_path_is_missing(tmp_path: Path, path: str) -> None:
    found = find(tmp_path, {"m/a.go": go_file(path), "m/x/x.go": go_file()})
    assert [entry.import_path for entry in found.missing] == [path]


def test_a_module_without_a_dot_in_its_path_is_found(tmp_path: Path) -> None:
    found = find(tmp_path, {"m/a.go": go_file("plain/x"), "plain/x/x.go": go_file("fmt")})
    assert found.used == {MAIN: (MAIN,), "plain": ("plain/x",)}


def test_what_a_module_without_a_dot_lacks_is_missing(tmp_path: Path) -> None:
    found = find(tmp_path, {"m/a.go": go_file("plain/y"), "plain/x/x.go": go_file()})
    assert reasons(found) == [("plain/y", "no module of the build list has it")]


def test_files_that_constraints_exclude_import_nothing(tmp_path: Path) -> None:
    files = {
        "m/a.go": go_file(),
        "m/a_windows.go": go_file("example.org/1"),
        "m/b.go": go_file("example.org/2", top="//go:build ignore\n\n"),
        "m/_c.go": go_file("example.org/3"),
        "m/.d.go": go_file("example.org/4"),
        "m/e.go": go_file("example.org/5", package="documentation"),
        "m/f.go": go_file("C", "example.org/6"),
    }
    assert find(tmp_path, {**files}).missing == ()


def test_the_context_decides(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"m/a.go": go_file(), "m/b_windows.go": go_file(A), "a@v1.0.0/a.go": go_file()}
    assert A in find(tmp_path, files, context=BuildContext(goos="windows")).used


def test_files_for_cgo_count_when_it_is_on(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"m/a.go": go_file("C", A), "a@v1.0.0/a.go": go_file()}
    assert A in find(tmp_path, files, context=BuildContext(cgo=True)).used


def test_a_package_with_no_file_for_this_build_is_missing_when_imported(tmp_path: Path) -> None:
    found = find(tmp_path, {"m/a.go": go_file(A), "a@v1.0.0/a_windows.go": go_file()})
    assert reasons(found) == [(A, "build constraints exclude all its files")]


def test_a_package_with_no_file_for_this_build_is_passed_over_by_the_pattern(tmp_path: Path) -> None:
    found = find(tmp_path, {"m/x/a_windows.go": go_file("example.org/x")})
    assert (found.used, found.missing) == ({}, ())


TESTED: dict[str, str | bytes] = {
    "m/a.go": go_file(A),
    "m/a_test.go": go_file(f"{A}/in"),
    "m/x_test.go": go_file(f"{A}/out", package="p_test"),
    "a@v1.0.0/a.go": go_file(),
    "a@v1.0.0/a_test.go": go_file("example.org/not/wanted"),
    "a@v1.0.0/in/a.go": go_file(),
    "a@v1.0.0/out/a.go": go_file(),
}


def test_tests_count_for_nothing_by_default(tmp_path: Path) -> None:
    assert find(tmp_path, TESTED).used[A] == (A,)


def test_tests_of_main_packages_count_when_asked_for_and_nobody_elses(tmp_path: Path) -> None:
    found = find(tmp_path, TESTED, tests=True)
    assert (found.used[A], found.missing) == ((A, f"{A}/in", f"{A}/out"), ())


def test_a_folder_of_tests_alone_is_a_package_of_the_pattern(tmp_path: Path) -> None:
    assert find(tmp_path, {"m/x/a_test.go": go_file("example.org/x")}).used == {MAIN: (f"{MAIN}/x",)}


def test_a_folder_of_tests_alone_cannot_be_imported(tmp_path: Path) -> None:
    found = find(tmp_path, {"m/a.go": go_file(A), "a@v1.0.0/a_test.go": go_file()})
    assert reasons(found) == [(A, "it has test files only")]


def test_a_broken_file_is_missing_with_its_place(tmp_path: Path) -> None:
    found = find(
        tmp_path, {"m/a.go": go_file(A), "a@v1.0.0/a.go": go_file(), "a@v1.0.0/b.go": 'package p\nimport "x\n'}
    )
    assert found.missing == (
        MissingPackage(import_path=A, importer=MAIN, reason="b.go:2:8: an import path is missing, or not closed"),
    )


def test_a_broken_file_leaves_its_package_used(tmp_path: Path) -> None:
    assert find(tmp_path, {"m/a.go": "packag p\n"}).used == {MAIN: (MAIN,)}


def test_two_package_names_in_a_folder_are_told(tmp_path: Path) -> None:
    found = find(tmp_path, {"m/a.go": go_file(), "m/b.go": go_file(package="q")})
    assert reasons(found) == [(MAIN, "b.go is of package q, others are of package p")]


def test_members_of_a_workspace_need_each_other(tmp_path: Path) -> None:
    found = find(
        tmp_path,
        {
            "m/a.go": go_file(A),
            "a@v1.0.0/go.mod": f"module {A}\n",
            "a@v1.0.0/a.go": go_file(),
            "a@v1.0.0/x/x.go": go_file(),
        },
        mains=(MAIN, A),
    )
    assert found.used == {A: (A, f"{A}/x"), MAIN: (MAIN,)}


@needs_links
def test_a_link_within_a_module_is_followed(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "b.go").symlink_to("real/c.txt")
    found = find(tmp_path, {"m/a.go": go_file(), "m/real/c.txt": go_file(A), "a@v1.0.0/a.go": go_file()})
    assert A in found.used


@needs_links
def test_a_file_linked_from_elsewhere_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "b.go").symlink_to(tmp_path / "elsewhere.go")
    found = find(tmp_path, {"m/a.go": go_file(), "elsewhere.go": go_file(A), "a@v1.0.0/a.go": go_file()})
    assert reasons(found) == [(MAIN, "b.go: it is a symbolic link that leads out of the module")]


@needs_links
def test_a_folder_linked_from_elsewhere_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "x").symlink_to(tmp_path / "elsewhere")
    found = find(tmp_path, {"m/a.go": go_file(f"{MAIN}/x"), "elsewhere/a.go": go_file()})
    assert (f"{MAIN}/x", "a symbolic link leads out of the module") in reasons(found)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names there")
def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    os.mkfifo(tmp_path / "m" / "b.go")
    assert reasons(find(tmp_path, {"m/a.go": go_file()})) == [(MAIN, "b.go: it is no plain file")]


@pytest.mark.skipif(os.name == "nt" or not os.geteuid(), reason="permissions do not bind this user")
def test_a_folder_that_cannot_be_read_is_missing(tmp_path: Path) -> None:
    locked = tmp_path / "m" / "x"
    locked.mkdir(parents=True)
    locked.chmod(0)
    try:
        found = find(tmp_path, {"m/a.go": go_file()})
    finally:
        locked.chmod(0o700)
    assert [entry.import_path for entry in found.missing] == [f"{MAIN}/x"]


def test_a_go_mod_that_cannot_be_read_is_missing(tmp_path: Path) -> None:
    found = find(tmp_path, {"m/go.mod": "what\n", "m/a.go": go_file()})
    assert [entry.import_path for entry in found.missing] == [MAIN]


def test_a_file_whose_imports_do_not_end_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_files, "HEAD_LIMIT", 10_000)
    found = find(tmp_path, {"m/a.go": "package p\n" + "// long\n" * 2_000})
    assert reasons(found) == [(MAIN, "a.go: its imports do not end within 10,000 bytes")]


def test_imports_behind_a_long_comment_are_found(tmp_path: Path) -> None:
    assert A in find(tmp_path, {"m/a.go": go_file(A, top="// long\n" * 20_000), "a@v1.0.0/a.go": go_file()}).used


@pytest.mark.parametrize("limit", ["_MAX_FILES", "_MAX_ENTRIES"])
def test_a_limit_ends_the_search_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(package_files, limit, 3)
    found = find(tmp_path, {f"m/x{number}/a.go": go_file() for number in range(9)})
    assert any(entry.reason.startswith("the search ended early") for entry in found.missing)


def test_a_very_deep_tree_is_walked_without_recursion(tmp_path: Path) -> None:
    deep = "/".join("x" * 300)
    assert find(tmp_path, {f"m/{deep}/a.go": go_file()}).used == {MAIN: (f"{MAIN}/{deep}",)}


@given(st.binary(max_size=80))
def test_any_bytes_in_a_file_give_findings(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    root = tmp_path_factory.mktemp("any")
    found = find(root, {"m/a.go": go_file(), "m/b.go": data, "m/c.go": b"package p\n" + data})
    assert MAIN in found.used


def test_what_tests_alone_need_is_told_apart(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "m/a.go": go_file(f"{A}/x"),
        "m/a_test.go": go_file(f"{A}/x", f"{A}/y", "example.org/none"),
        "a@v1.0.0/x/x.go": go_file(),
        "a@v1.0.0/y/y.go": go_file(NESTED),
        "ab@v1.0.0/b.go": go_file(),
    }
    found = find(tmp_path, files, tests=True)
    assert found.used == {MAIN: (MAIN,), A: (f"{A}/x", f"{A}/y"), NESTED: (NESTED,)}
    assert found.tests_only == {A: (f"{A}/y",), NESTED: (NESTED,)}
    assert [entry.import_path for entry in found.missing_in_tests] == ["example.org/none"]


def test_files_that_import_c_are_named_where_they_are_built(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"m/a.go": go_file(f"{A}/x"), "a@v1.0.0/x/x.go": go_file("C")}
    files["a@v1.0.0/x/y.go"] = go_file()
    assert find(tmp_path, files, context=BuildContext(cgo=True)).with_c == {
        A: ((f"{A}/x", tmp_path / "a@v1.0.0" / "x" / "x.go"),)
    }
    assert find(tmp_path, files).with_c == {}


def test_a_test_that_imports_c_is_no_file_with_c(tmp_path: Path) -> None:
    """The go command refuses such a test, and links nothing for it."""
    files: dict[str, str | bytes] = {"m/a.go": go_file(), "m/a_test.go": go_file("C")}
    assert find(tmp_path, files, context=BuildContext(cgo=True), tests=True).with_c == {}


def test_object_files_are_named_where_they_are_linked(tmp_path: Path) -> None:
    """They are linked without cgo too; their names alone say for which build."""
    files: dict[str, str | bytes] = {"m/a.go": go_file(f"{A}/x"), "a@v1.0.0/x/x.go": go_file(), "a@v1.0.0/y/y.go": ""}
    for name in ("x/x.syso", "x/x_windows_amd64.syso", "y/y.syso"):
        files[f"a@v1.0.0/{name}"] = b"\0"
    assert find(tmp_path, files).with_objects == {A: ((f"{A}/x", tmp_path / "a@v1.0.0" / "x" / "x.syso"),)}


def test_vendor_stands_for_the_modules(tmp_path: Path) -> None:
    """A nested module lies within the outer one's folder there; the list says whose a package is."""
    files = {
        "m/a.go": go_file(A, "fmt"),
        f"m/vendor/{A}/a.go": go_file(NESTED),
        f"m/vendor/{NESTED}/b.go": go_file("example.org/none", f"{A}/gone"),
    }
    for name, text in {"m/go.mod": GO_MOD, **files}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    vendor = VendorFolder(folder=tmp_path / "m" / "vendor", owners={A: A, NESTED: NESTED, f"{A}/gone": A})
    found = find_packages({MAIN: tmp_path / "m"}, {}, vendor=vendor)
    assert found.used == {A: (A,), NESTED: (NESTED,), MAIN: (MAIN,)}
    assert reasons(found) == [
        (f"{A}/gone", "vendor/ does not have its files"),
        ("example.org/none", "vendor/modules.txt does not have it"),
    ]
