"""Which tools a Go has of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.sources.go_tools import has_tool


@pytest.mark.parametrize("place", ["src/cmd/doc/main.go", "pkg/tool/linux_amd64/doc", "pkg/tool/windows_amd64/doc.exe"])
def test_a_tool_is_one_that_is_there_or_that_is_made_from_its_source(place: str, tmp_path: Path) -> None:
    assert not has_tool(tmp_path, "doc")
    (tmp_path / place).parent.mkdir(parents=True)
    assert not has_tool(tmp_path, "doc")
    (tmp_path / place).write_text("")
    assert has_tool(tmp_path, "doc")


@pytest.mark.parametrize("name", ["", "..", "../doc", "do\0c", "doc/x"])
def test_what_is_no_name_is_no_tool(name: str, tmp_path: Path) -> None:
    (tmp_path / "src" / "cmd").mkdir(parents=True)
    (tmp_path / "src" / "x.go").write_text("")
    assert not has_tool(tmp_path, name)
