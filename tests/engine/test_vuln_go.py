"""Which Gos a project names, which of them builds it, and which of them are supported."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from supplymatrix.engine.means import Means
from supplymatrix.engine.vuln_go import ProjectGos, ReleaseTable, go_of_program, gos_of_project, release_table
from supplymatrix.model.location import Location
from supplymatrix.sources.project import read_project

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAYS = {"1.24.0": date(2025, 2, 11), "1.25.0": date(2025, 8, 12), "1.26.0": date(2026, 2, 10)}
TABLE = ReleaseTable(days=DAYS, as_of=date(2026, 2, 28))
PLACE = Location(artifact="bin/app")


def gos(
    tmp_path: Path, go_mod: str, here: str = "", *, files: dict[str, str] | None = None, **environ: str
) -> ProjectGos:
    """Return the Gos of a project, with a Go of version `here` on the machine."""
    project = tmp_path / "project"
    for name, text in {"go.mod": f"module example.com/m\n\n{go_mod}\n", **(files or {})}.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")
    root = tmp_path / "go"
    if here:
        (root / "bin").mkdir(parents=True)
        (root / "bin" / "go").write_text("", encoding="utf-8")
        (root / "VERSION").write_text(f"go{here}\n", encoding="utf-8")
    known = {"HOME": str(tmp_path), "GOENV": "off", "GOROOT": str(root)}
    means = Means(environ=known | environ, now=NOW)
    return gos_of_project(read_project(project), means, TABLE, None)


def told(found: ProjectGos) -> list[tuple[str, str, bool | None, bool]]:
    return [(go.role, go.go_version, go.is_supported, go.is_least) for go in found.gos]


def built(found: ProjectGos) -> list[tuple[str, bool]]:
    return [(go.version, go.is_sure) for go in found.built]


def test_a_go_line_is_the_least_only_where_a_newer_go_is_here(tmp_path: Path) -> None:
    found = gos(tmp_path, "go 1.21", "1.25.3")
    assert told(found) == [("go line", "1.21", False, True), ("go command here", "1.25.3", True, False)]
    assert built(found) == [("1.25.3", True)]


def test_a_toolchain_line_that_is_newer_builds(tmp_path: Path) -> None:
    found = gos(tmp_path, "go 1.21\n\ntoolchain go1.26.1", "1.25.3")
    assert told(found)[:2] == [("go line", "1.21", False, True), ("toolchain line", "1.26.1", True, False)]
    assert built(found) == [("1.26.1", True)]
    assert found.built[0].location.line == 5


def test_without_a_go_here_the_go_line_is_all_that_is_known(tmp_path: Path) -> None:
    found = gos(tmp_path, "go 1.24")
    assert told(found) == [("go line", "1.24", False, False)]
    assert built(found) == [("1.24.0", False)]


def test_build_files_have_gos_of_their_own(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM golang:1.24.2 AS build\nRUN go build -o /a\nFROM scratch\nCOPY --from=build /a /a\n",
        ".github/workflows/ci.yml": "jobs:\n  a:\n    steps:\n      - uses: actions/setup-go@v5\n        with:\n"
        "          go-version: '1.25'\n",
    }  # fmt: skip
    found = gos(tmp_path, "go 1.24", "1.26.0", files=files)
    assert [(go.location.artifact, go.go_version, go.is_supported) for go in found.gos[2:]] == [
        ("Dockerfile", "1.24.2", False),
        (".github/workflows/ci.yml", "1.25", True),
    ]
    assert built(found) == [("1.26.0", True), ("1.24.2", True)]  # of 1.25 nobody knows which release it is


def test_a_build_file_with_less_than_go_mod_asks_for_builds_nothing(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM golang:1.24.2\nRUN go build ./...\n"}
    assert built(gos(tmp_path, "go 1.25.1", "1.26.0", files=files)) == [("1.26.0", True)]


@pytest.mark.parametrize(
    ("version", "supported"), [("go1.26.0", True), ("go1.24.1 X:boringcrypto", False), ("devel go1.27", None)]
)
def test_a_program_says_which_go_built_it(version: str, supported: bool | None) -> None:
    found = go_of_program("bin/app", version, PLACE, TABLE, NOW.date())
    assert (found.is_supported, found.role, found.program) == (supported, "built with", "bin/app")


def test_the_table_that_comes_with_the_program_is_read(tmp_path: Path) -> None:
    table = release_table(Means(environ={"HOME": str(tmp_path)}, now=NOW))
    assert table.days["1.22.5"] == date(2024, 7, 2)
    assert table.as_of is not None


def test_a_ci_system_that_is_not_read_is_no_gap_of_vulnerabilities(tmp_path: Path) -> None:
    files = {".travis.yml": "language: go\ngo:\n  - 1.9\n"}
    found = gos(tmp_path, "go 1.25.1", "1.26.0", files=files)
    assert not found.gaps
    assert [(one.location.artifact, str(one.subject.path)) for one in found.unchecked] == [(".travis.yml", "stdlib")]
    assert ".travis.yml is of a CI system whose files are not read" in found.unchecked[0].reason
