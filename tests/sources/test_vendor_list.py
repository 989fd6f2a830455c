"""vendor/modules.txt: which modules packages were copied from."""

from __future__ import annotations

from pathlib import Path

from supplymatrix.sources.vendor_list import read_vendor_list


def test_modules_with_packages_give_some_and_the_others_do_not(tmp_path: Path) -> None:
    text = (
        "# example.com/a v1.0.0\n## explicit; go 1.20\nexample.com/a/p\n# example.com/b v1.0.0\n"
        "# example.com/c v1.0.0 => ../c\nexample.com/c\n# example.com/c => ../c\n"
    )
    (tmp_path / "modules.txt").write_text(text, encoding="utf-8")
    found = read_vendor_list(tmp_path / "modules.txt")
    assert found is not None
    assert sorted(str(module) for module in found.giving) == ["example.com/a@v1.0.0", "example.com/c@v1.0.0"]


def test_without_the_file_there_is_no_list(tmp_path: Path) -> None:
    assert read_vendor_list(tmp_path / "modules.txt") is None
