"""vendor/ as the go command writes it, and as somebody has changed it, held against zips."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import hash_zip
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.gomod.vendor_match import TreeMatch, match_tree
from supplymatrix.gomod.vendor_rules import CopyRules
from supplymatrix.model.on_disk import FileChange
from supplymatrix.sources import vendor_tree
from supplymatrix.sources.vendor_list import read_vendor_list
from supplymatrix.sources.vendor_tree import VendoredPart, hold_folder, hold_zip, read_vendor_files
from tests.support.made_log import module_of
from tests.support.module_cache import sum_line
from tests.support.vendored import module_zip

needs_go = pytest.mark.skipif(shutil.which("go") is None, reason="go is needed")

M, SUB, OLD = "example.com/m@v1.0.0", "example.com/m/sub@v1.0.0", "example.com/old@v0.0.1"
EMBED = 'package {}\n\nimport _ "embed"\n\n//go:embed {}\nvar x string\n'
FILES = {
    M: {
        "go.mod": "module example.com/m\n\ngo 1.16\n",
        "go.sum": "",
        "LICENSE": "l\n",
        "LICENSE_test.go": "package m\n",
        "COPYING/text": "no file\n",
        "README": "r\n",
        "p/go.mod.txt": "",
        "p/p.go": EMBED.format("p", "files *.txt [d]ata/y?z"),
        "p/p_test.go": EMBED.format("p", "t/of_tests"),
        "p/x_test.go": EMBED.format("p_test", "t/of_x_tests"),
        "p/win_windows.go": EMBED.format("p", "t/windows.bin"),
        "p/ignored.go": "//go:build ignore\n\n" + EMBED.format("main", "t/of_ignored"),
        "p/never.go": "// +build ignore\n\npackage p\n",
        "p/other.go": "//go:build linux && !linux\n\npackage p\n",
        "p/_x.go": "package p\n",
        "p/.hidden": "h\n",
        "p/c.h": "int c;\n",
        "p/t/windows.bin": "w\n",
        "p/t/of_tests": "t\n",
        "p/t/of_x_tests": "t\n",
        "p/t/of_ignored": "i\n",
        "p/files/a": "a\n",
        "p/files/.b": "b\n",
        "p/files/deep/c.go": "package c\n",
        "p/data/yyz": "y\n",
        "p/testdata/t": "t\n",
        "p/inc/i.h": "int i;\n",
        "p/q/NOTICE": "n\n",
        "p/q/r/r.go": "package r\n",
        "sub/old.txt": "of the module around\n",
    },
    SUB: {"go.mod": "module example.com/m/sub\n", "LICENSE": "sub\n", "s/s.go": "package s\n"},
    OLD: {"go.mod": "module example.com/old\n", "o.go": EMBED.format("old", "one all:two"), "one": "", "two/.x": ""},
}
MAIN = """module example.com/main

{go}

require (
	example.com/m v1.0.0
	example.com/m/sub v1.0.0
	example.com/new v1.0.0
)

replace example.com/new v1.0.0 => example.com/old v0.0.1
"""
IMPORTS = "package main\n\nimport (\n{}\n)\n\nfunc main() {{}}\n"


def write_proxy(folder: Path) -> str:
    """Write a proxy that is a folder, and return the go.sum lines of its modules."""
    lines = ""
    for name, files in FILES.items():
        module = module_of(name)
        place = folder / module.path / "@v"
        place.mkdir(parents=True)
        (place / f"{module.version}.info").write_text(f'{{"Version": "{module.version}"}}')
        (place / f"{module.version}.mod").write_text(files["go.mod"])
        (place / f"{module.version}.zip").write_bytes(module_zip(name, files))
        h1 = hash_zip(BytesAt(module_zip(name, files)))
        lines += f"{module.path} {module.version} {h1}\n" + sum_line(name, files["go.mod"])
    return lines


def held(folder: Path, proxy: Path, go: str) -> TreeMatch:
    """Hold what lies in a project's vendor/ against the zips of a proxy."""
    listed = read_vendor_list(folder / "vendor" / "modules.txt")
    assert listed is not None
    found, rules = read_vendor_files(folder / "vendor"), CopyRules.of(go)
    sides = {}
    for module, packages in listed.packages.items():
        path, version = listed.replacements.get(module, (module.path, module.version))
        part = VendoredPart(folder / "vendor", found, module.path, packages, rules)
        held_zip = hold_zip(proxy / path / "@v" / f"{version}.zip", module_of(f"{path}@{version}"), [part])
        sides[module] = held_zip.sides[0]
    return match_tree(found, listed.packages, sides, rules)


@needs_go
@pytest.mark.parametrize("go", ["", "1.17", "1.24"])
def test_what_the_go_command_vendors_is_whole_and_nothing_else(tmp_path: Path, go: str) -> None:
    proxy, folder = tmp_path / "proxy", tmp_path / "main"
    folder.mkdir()
    (folder / "go.sum").write_text(write_proxy(proxy))
    (folder / "go.mod").write_text(MAIN.format(go=f"go {go}" if go else ""))
    imports = ("m/p", "m/p/q/r", "m/sub/s", "new")
    (folder / "main.go").write_text(IMPORTS.format("\n".join(f'\t_ "example.com/{path}"' for path in imports)))
    environ = {
        **{name: text for name, text in os.environ.items() if not name.startswith("GO")},
        "HOME": str(tmp_path), "GOPATH": str(tmp_path / "go"), "GOPROXY": proxy.as_uri(), "GOSUMDB": "off",
        "GOFLAGS": "-modcacherw -mod=mod", "GOTOOLCHAIN": "local", "GOENV": "off",
    }  # fmt: skip
    done = subprocess.run(["go", "mod", "vendor"], cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = held(folder, proxy, go)
    assert [(str(name), match.differences) for name, match in found.modules.items() if match.differences] == []
    assert (found.unexplained, found.beyond, found.unchecked) == ((), 0, 0)
    vendored = {path.relative_to(folder / "vendor").as_posix() for path in (folder / "vendor").rglob("*")}
    assert ("example.com/m/p/t/of_tests" in vendored) is CopyRules.of(go).embeds_of_tests
    for path in sorted((folder / "vendor").rglob("*")):
        if path.is_file() and path.name != "modules.txt":
            data = path.read_bytes()
            path.unlink()
            name = path.relative_to(folder / "vendor").as_posix()
            missing = [one for match in held(folder, proxy, go).modules.values() for one in match.differences]
            assert (FileChange.MISSING, name) in [(one.change, one.name) for one in missing], name
            path.write_bytes(data)


def part_of(tmp_path: Path, files: dict[str, bytes]) -> VendoredPart:
    for name, data in files.items():
        path = tmp_path / "vendor" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    found = read_vendor_files(tmp_path / "vendor")
    return VendoredPart(tmp_path / "vendor", found, "example.com/m", ("example.com/m",), CopyRules.of("1.24"))


def test_a_long_file_is_compared_piece_by_piece(tmp_path: Path) -> None:
    text = "0123456789abcdef" * (400 << 10)
    (tmp_path / "m.zip").write_bytes(module_zip(M, {"big.txt": text, "long.txt": text, "same.txt": text}))
    changed = text[: 5 << 20] + "X" + text[(5 << 20) + 1 :]
    files = {"big.txt": changed, "long.txt": text + "more", "same.txt": text}
    part = part_of(tmp_path, {f"example.com/m/{name}": data.encode() for name, data in files.items()})
    side = hold_zip(tmp_path / "m.zip", module_of(M), [part]).sides[0]
    assert side.differing == {
        "big.txt": "first differs at byte 5,242,881",
        "long.txt": f"first differs at byte {len(text) + 1:,}",
    }


def test_a_file_that_vanishes_is_one_that_could_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "m.zip").write_bytes(module_zip(M, {"a.go": "package m\n", "b.go": "package m\n"}))
    part = part_of(tmp_path, {"example.com/m/a.go": b"package m\n", "example.com/m/b.go": b"package m\n"})
    (tmp_path / "vendor/example.com/m/a.go").unlink()
    (tmp_path / "vendor/example.com/m/b.go").unlink()
    (tmp_path / "vendor/example.com/m/b.go").symlink_to(tmp_path / "m.zip")
    side = hold_zip(tmp_path / "m.zip", module_of(M), [part]).sides[0]
    assert {name: reason[:17] for name, reason in side.unread.items()} == {
        "a.go": "it cannot be read", "b.go": "it cannot be read",
    }  # fmt: skip


def open_files() -> int:
    folder = Path("/proc/self/fd")
    return len([*folder.iterdir()]) if folder.is_dir() else 0


def test_a_damaged_zip_leaves_no_file_open(tmp_path: Path) -> None:
    data = bytearray(module_zip(M, {"a.go": "package m\n" * 9000}))
    data[200:220] = bytes(20)
    (tmp_path / "m.zip").write_bytes(data)
    part = part_of(tmp_path, {"example.com/m/a.go": b"package m\n"})
    before = open_files()
    with pytest.raises(InputError):
        hold_zip(tmp_path / "m.zip", module_of(M), [part])
    assert open_files() == before


def test_names_that_are_no_utf_8_are_kept_apart(tmp_path: Path) -> None:
    try:
        part_of(tmp_path, {os.fsdecode(b"example.com/m/\xff.txt"): b"", os.fsdecode(b"example.com/m/\xfe.txt"): b""})
    except OSError:
        pytest.skip("this file system takes UTF-8 alone")
    found = read_vendor_files(tmp_path / "vendor")
    assert len(found.sizes) == 2


def test_a_tree_without_end_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor_tree, "MAX_ENTRIES", 3)
    part = part_of(tmp_path, {f"example.com/m/{number}": b"" for number in range(5)})
    assert "more than 3 entries" in part.found.cut


def held_folder(tmp_path: Path, files: dict[str, bytes]) -> TreeMatch:
    """Hold a module that a folder replaces against it. files: below vendor/."""
    part = part_of(tmp_path, files)
    side = hold_folder(tmp_path / "lib", part)
    return match_tree(part.found, {module_of(M): part.packages}, {module_of(M): side}, part.rules)


def write_library(tmp_path: Path) -> None:
    files = {
        "go.mod": "module example.com/m\n\ngo 1.20\n", "a.go": EMBED.format("m", "d"), "b.go": "package m\n",
        "a_test.go": "package m\n", "LICENSE": "l\n", "d/x": "x\n", "d/y": "y\n", "other/o.go": "package other\n",
        "within/go.mod": "module example.com/m/within\n", "within/w.txt": "w\n",
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / "lib" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "lib" / name).write_text(text)


def test_a_folder_that_replaces_a_module_is_held_as_its_zip_would_be(tmp_path: Path) -> None:
    write_library(tmp_path)
    right = {
        f"example.com/m/{name}": (tmp_path / "lib" / name).read_bytes()
        for name in ("a.go", "b.go", "LICENSE", "d/x", "d/y")
    }
    found = held_folder(tmp_path, right)
    assert (found.modules[module_of(M)].differences, found.unexplained) == ((), ())
    assert hold_folder(tmp_path / "lib", part_of(tmp_path, {})).go_mod == b"module example.com/m\n\ngo 1.20\n"
    wrong = {"example.com/m/b.go": b"package n\n", "example.com/m/c.go": b"", "example.com/m/within/w.txt": b"w\n"}
    for name in ("d/x", "LICENSE"):
        (tmp_path / "vendor/example.com/m" / name).unlink()
    found = held_folder(tmp_path, wrong)
    assert [(one.change.value, one.name) for one in found.modules[module_of(M)].differences] == [
        ("missing", "example.com/m/LICENSE"), ("changed", "example.com/m/b.go"), ("extra", "example.com/m/c.go"),
        ("missing", "example.com/m/d/x"),
    ]  # fmt: skip
    assert [one.name for one in found.unexplained] == ["example.com/m/within/w.txt"]


def test_a_folder_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    part = part_of(tmp_path, {"example.com/m/a.go": b"package m\n"})
    with pytest.raises(FileNotFoundError):
        hold_folder(tmp_path / "lib", part)


def test_a_folder_of_more_files_than_are_looked_at_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_library(tmp_path)
    part = part_of(tmp_path, {"example.com/m/a.go": b"package m\n"})
    monkeypatch.setattr(vendor_tree, "MAX_ENTRIES", 3)
    with pytest.raises(InputError):
        hold_folder(tmp_path / "lib", part)
