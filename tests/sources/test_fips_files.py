"""Go files, Makefiles and scripts of a project, as far as they say of FIPS 140-3."""

from __future__ import annotations

import os
from pathlib import Path

from supplymatrix.sources.build_files import read_project_build
from supplymatrix.sources.fips_files import FipsFiles, read_fips_files


def _read(folder: Path, files: dict[str, str]) -> FipsFiles:
    for name, text in {"go.mod": "module example.com/m\n\ngo 1.26\n", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read_fips_files(read_project_build(folder))


def test_debug_lines_count_in_main_packages_of_the_project_alone(tmp_path: Path) -> None:
    line = "//go:debug fips140=only\n\npackage "
    found = _read(
        tmp_path,
        {
            "cmd/a/main.go": f"{line}main\n",
            "lib/lib.go": f"{line}lib\n",
            "cmd/a/a_test.go": f"{line}main\n",
            "vendor/example.com/b/main.go": f"{line}main\n",
            "other/go.mod": "module example.com/other\n",
            "other/main.go": f"{line}main\n",
        },
    )
    assert [(one.value, one.location.artifact, one.location.line) for one in found.lines] == [
        ("only", "cmd/a/main.go", 1)
    ]
    assert found.gaps == ()


def test_makefiles_scripts_and_tags_are_read(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        {
            "Makefile": "export GOFIPS140 = v1.0.0\n",
            "hack/build.sh": "#!/bin/sh\ngo build -tags requirefips .\n",
            "hack/plain.sh": "echo nothing\n",
            "Dockerfile": "FROM golang:1.26\nENV GOFIPS140=v1.0.0\nRUN go build -tags=purego .\n",
        },
    )
    assert [file.artifact for file in found.scripts] == ["Makefile", "hack/build.sh"]
    assert [sign.texts for file in found.tags for sign in file.signs] == [("-tags=purego",)]


def test_what_cannot_be_read_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "big.sh").write_bytes(b"x" * ((1 << 20) + 1))
    found = _read(tmp_path, {"main.go": "package main\n"})
    assert [gap.subject for gap in found.gaps] == ["big.sh"]


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "main.go")
    assert _read(tmp_path, {"a.go": "package main\n"}).lines == ()
