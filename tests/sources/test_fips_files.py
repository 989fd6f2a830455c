"""Go files, build files, Makefiles and scripts of a project, as far as they say of FIPS 140-3."""

from __future__ import annotations

import os
from pathlib import Path

from supplymatrix.sources.build_files import read_project_build
from supplymatrix.sources.fips_files import FipsFiles, has_bytes, read_fips_files


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
            "cmd/b/main.go": f"/*\n{'x' * 40_000}\npackage main\n*/\n{line}main\n",
            "lib/lib.go": f"{line}lib\n",
            "cmd/a/a_test.go": f"{line}main\n",
            "vendor/example.com/b/main.go": f"{line}main\n",
            "other/go.mod": "module example.com/other\n",
            "other/main.go": f"{line}main\n",
        },
    )
    lines = [line for file in found.own for line in file.lines]
    assert [(one.value, one.location.artifact, one.location.line) for one in lines] == [
        ("only", "cmd/a/main.go", 1),
        ("only", "cmd/b/main.go", 5),
    ]
    assert found.gaps == ()


def test_a_clause_that_is_not_reached_is_a_gap(tmp_path: Path) -> None:
    found = _read(tmp_path, {"main.go": f"/*\n{'x' * (1 << 20)}\n*/\n//go:debug fips140=off\npackage main\n"})
    assert [gap.subject for gap in found.gaps] == ["main.go"]


def test_files_that_only_some_builds_take_are_kept_and_plain_ones_are_not(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        {
            "a.go": 'package a\n\nimport "fmt"\n\nvar _ = fmt.Sprint\n',
            "b_windows.go": "package a\n\nvar b = 1\n",
            "c.go": "//go:build legacy\n\npackage a\n\nvar c = 1\n",
            "d.go": 'package a\n\nimport "crypto/cipher"\n\n' + "// x\n" * 9_000 + "var _ = cipher.NewOFB\n",
        },
    )
    assert [file.name for file in found.own] == ["b_windows.go", "c.go", "d.go"]
    assert [call.location.line for call in found.own[2].calls] == [9_005]


def test_build_files_makefiles_and_scripts_are_read(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        {
            "Makefile": "export GOFIPS140 = v1.0.0\nb:\n\tgo build .\n",
            "hack/build.sh": "#!/bin/sh\ngo build -tags requirefips .\n",
            "hack/plain.sh": "echo nothing\n",
            "Dockerfile": "FROM golang:1.26\nENV GOFIPS140=v1.0.0\nRUN go build -tags=purego .\n",
        },
    )
    assert [(one.file.artifact, [run.words for run in one.runs.runs]) for one in found.builds] == [
        ("Dockerfile", [("-tags=purego", ".")]),
        ("Makefile", [(".",)]),
        ("hack/build.sh", [("-tags", "requirefips", ".")]),
    ]


def test_what_cannot_be_read_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "big.sh").write_bytes(b"x" * ((1 << 20) + 1))
    found = _read(tmp_path, {"main.go": "package main\n"})
    assert [gap.subject for gap in found.gaps] == ["big.sh"]


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "main.go")
    assert _read(tmp_path, {"a.go": "package main\n"}).own == ()


def test_bytes_are_looked_for_in_the_very_file(tmp_path: Path) -> None:
    path = tmp_path / "app"
    path.write_bytes(b"x" * ((4 << 20) - 3) + b"needle" + b"y" * 10)
    size = path.stat().st_size
    assert has_bytes(path, b"needle", size=size) is True
    assert has_bytes(path, b"other", size=size) is False
    assert has_bytes(path, b"needle", size=size - 1) is None
    assert has_bytes(tmp_path / "none", b"needle", size=1) is None
