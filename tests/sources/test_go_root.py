"""Which Go lies in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.sources.go_root import go_version_of


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("go1.26.8\ntime 2026-11-05T00:00:00Z\n", "1.26.8"),
        ("go1.26.8 X:boringcrypto\n", "1.26.8"),
        ("go1.26.8-1\n", "1.26.8"),
        ("go1.26.8-microsoft\n", "1.26.8"),
        ("devel go1.27-abc\n", ""),
        ("go", ""),
    ],
)
def test_the_version_file_says_it(tmp_path: Path, text: str, version: str) -> None:
    (tmp_path / "VERSION").write_text(text, encoding="utf-8")
    assert go_version_of(tmp_path) == version


def test_a_folder_without_one_is_of_no_version(tmp_path: Path) -> None:
    assert go_version_of(tmp_path) == ""
    (tmp_path / "VERSION").mkdir()
    assert go_version_of(tmp_path) == ""
