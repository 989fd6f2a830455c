"""What else of a project is looked at: other builds of it, itself, forks, Gos of which nobody knows the release."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.audit_vulns import facts_of
from supplymatrix.engine.means import Means
from supplymatrix.engine.vuln_sources import SourceVulns, SourceWish, project_vulnerabilities
from supplymatrix.model.value import changed
from supplymatrix.model.vulnerability import EVERY_BUILD, UncheckedModule, Vulnerability, VulnLevel
from supplymatrix.sources.project import read_project
from supplymatrix.vulns.advisory import Advisory, ImportedPackage
from tests.support.made_vulns import advisory, databases
from tests.support.module_cache import make_cache, unpack
from tests.support.osv_entries import as_lines, entry

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
MODULE, PACKAGE = VulnLevel.MODULE, VulnLevel.PACKAGE
M, A, B = "example.com/m", "example.com/a", "example.com/b"
MAIN = f"module {M}\n\ngo 1.25\n\nrequire {A} v1.0.0\n\nrequire {B} v1.0.0\n"
FILES = {"go.mod": MAIN, "go.sum": "", "m.go": f'package m\n\nimport _ "{A}/x"\n'}
GOROOT = {
    "VERSION": "go1.25.1\n", "bin/go": "", "src/fmt/fmt.go": "package fmt\n", "src/net/net.go": "package net\n",
    "src/net/http/http_windows.go": 'package http\n\nimport _ "net"\n', "src/net/http/http.go": "package http\n",
}  # fmt: skip


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder with a module cache and a GOROOT."""
    cache = tmp_path / "cache"
    make_cache(cache, {f"{A}@v1.0.0": f"module {A}\n", f"{B}@v1.0.0": f"module {B}\n", f"{B}@v0.9.0": f"module {B}\n"})
    for version in ("v1.0.0", "v0.9.0"):
        unpack(cache, f"{B}@{version}", {"y/y.go": "package y\n", "z/z.go": "package z\n"})
    unpack(cache, f"{A}@v1.0.0", {"x/x.go": "package x\n", "x/x_plan9.go": f'package x\n\nimport _ "{B}/y"\n'})
    write(tmp_path / "go", GOROOT)
    return tmp_path


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def means_of(machine: Path, **environ: str) -> Means:
    known = {
        "HOME": str(machine), "GOENV": "off", "GOMODCACHE": str(machine / "cache"), "GOROOT": str(machine / "go"),
        "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOOS": "linux", "GOARCH": "amd64",
        "XDG_CONFIG_HOME": str(machine / "config"), "SUPPLYMATRIX_STATE_DIR": str(machine / "state"),
    }  # fmt: skip
    return Means(environ=known | environ, now=NOW, cache_dir=machine / "own", offline=True)


def look(machine: Path, *entries: Advisory, files: Mapping[str, str] = FILES, every_build: bool = False) -> SourceVulns:
    project = read_project(write(machine / "project", files))
    wish = AuditInput(means=means_of(machine), project=project, every_build=every_build)
    return project_vulnerabilities(wish, databases(*entries), SourceWish())


def one(found: SourceVulns) -> Vulnerability:
    (told,) = found.vulnerabilities
    return told


@pytest.mark.parametrize(
    ("files", "package", "is_out"),
    [
        ({}, "z", True),
        ({}, "y", False),  # by plan9
        ({"t.go": f'//go:build prod\n\npackage m\n\nimport _ "{B}/z"\n'}, "z", False),
        ({"t.go": f'//go:build ignore\n\npackage m\n\nimport _ "{B}/z"\n'}, "z", True),
        ({"m_windows.go": f'package m\n\nimport _ "{B}/z"\n'}, "z", False),
        ({"m_test.go": f'package m\n\nimport _ "{B}/z"\n'}, "z", True),
    ],
)
def test_what_is_ruled_out_for_every_build_is_in_none(
    machine: Path, files: dict[str, str], package: str, is_out: bool
) -> None:
    about = advisory("GO-1", B, ImportedPackage(path=f"{B}/{package}"))
    here = one(look(machine, about, files=FILES | files))
    assert (here.is_ruled_out, here.built_for) == (True, "linux/amd64 without cgo")
    every = one(look(machine, about, files=FILES | files, every_build=True))
    assert (every.is_ruled_out, every.level) == (is_out, MODULE)
    assert (every.built_for == EVERY_BUILD) == is_out
    assert any("another build takes it in" in note for note in every.notes) != is_out


def test_a_package_that_is_at_fault_on_another_platform_alone_is_not_ruled_out_for_every_build(machine: Path) -> None:
    about = advisory("GO-1", A, ImportedPackage(path=f"{A}/x", goos=("windows",)))
    assert one(look(machine, about)).is_ruled_out
    assert not one(look(machine, about, every_build=True)).is_ruled_out


def test_the_standard_library_is_followed_for_every_build(machine: Path) -> None:
    files = FILES | {"m.go": 'package m\n\nimport _ "net/http"\n'}
    for package, is_out in (("net", False), ("fmt", True)):
        about = advisory("GO-1", "stdlib", ImportedPackage(path=package))
        assert one(look(machine, about, files=files)).is_ruled_out
        assert one(look(machine, about, files=files, every_build=True)).is_ruled_out == is_out


def test_a_module_that_is_not_here_leaves_every_build_open(machine: Path) -> None:
    files = FILES | {"go.mod": f"{MAIN}\nrequire example.com/c v1.0.0\n"}
    files |= {"m_windows.go": 'package m\n\nimport _ "example.com/c"\n'}
    make_cache(machine / "cache", {"example.com/c@v1.0.0": "module example.com/c\n"})
    about = advisory("GO-1", B, ImportedPackage(path=f"{B}/z"))
    assert one(look(machine, about, files=files)).is_ruled_out
    told = one(look(machine, about, files=files, every_build=True))
    assert not told.is_ruled_out
    assert any("what other builds take in is not known" in note for note in told.notes)


def test_a_main_module_that_entries_name_is_looked_up(machine: Path) -> None:
    assert look(machine, advisory("GO-1", A)).unchecked == ()
    found = look(machine, advisory("GO-1", M), advisory("GO-2", M))
    assert (found.vulnerabilities, [told.reason for told in found.unchecked]) == (
        (),
        ["it is a main module, whose version nobody knows; 2 entries name it"],
    )
    always = advisory("GO-3", M, ImportedPackage(path=M))
    always = changed(always, affected=tuple(changed(block, spans=(), is_every=True) for block in always.affected))
    harmful = advisory("MAL-1", M, is_malicious=True)
    found = look(machine, always, harmful)
    assert [(told.advisory, told.level, told.subject.path) for told in found.vulnerabilities] == [
        ("GO-3", PACKAGE, M),
        ("MAL-1", MODULE, M),
    ]
    assert found.unchecked == ()


def test_entries_about_what_a_fork_stands_for_are_not_held_against_it_and_it_is_said(machine: Path) -> None:
    files = FILES | {"go.mod": f"module {M}\n\ngo 1.25\n\nrequire {A} v1.0.0\n\nreplace {A} => {B} v0.9.0\n"}
    files |= {"m.go": f'package m\n\nimport _ "{A}/y"\n'}
    found = look(machine, advisory("GO-1", A), files=files)
    assert found.vulnerabilities == ()
    assert [note.message for note in found.notes if note.code == "vulns-fork"] == [
        f"{B}@v0.9.0 is built in the place of {A}: 1 entries about that were not held against it"
    ]
    assert not [note for note in look(machine, advisory("GO-1", B), files=files).notes if note.code == "vulns-fork"]


@pytest.mark.parametrize(
    ("image", "subject"),
    [
        ("golang:1.25", "stdlib@v1.25"), ("golang:latest", "stdlib"), ("golang:1.25.1", ""), ("golang:1.24", ""),
    ],
)  # fmt: skip
def test_a_tag_that_floats_is_not_judged(machine: Path, image: str, subject: str) -> None:
    files = FILES | {"Dockerfile": f"FROM {image}\nRUN go build ./...\n"}
    found = look(machine, files=files)
    assert [str(told.subject) for told in found.unchecked] == ([subject] if subject else [])
    assert all("no release of it" in told.reason and told.location.line == 1 for told in found.unchecked)


WORKSPACE = {
    "go.work": f"go 1.25\n\nuse ./svc\n\nreplace {B} => {B} v0.9.0\n",
    "svc/go.mod": MAIN, "svc/go.sum": "", "svc/m.go": f'package m\n\nimport _ "{B}/y"\n',
}  # fmt: skip


def seen_in(machine: Path, folder: Path, **environ: str) -> tuple[list[str], list[str], list[str]]:
    """Return which versions have a vulnerability, the gaps and the notes."""
    (machine / "go.jsonl").write_bytes(as_lines(entry("GO-2026-0001", B, fixed="1.0.0")))
    wish = AuditInput(
        means=means_of(machine, **environ), project=read_project(folder), vuln_databases=(machine / "go.jsonl",)
    )
    seen = facts_of(wish)
    found = [str(fact.subject) for fact in seen.facts if isinstance(fact, Vulnerability)]
    notes = [note.code for note in seen.notes if note.code == "workspace-member"]
    return found, [gap.reason for gap in seen.gaps], notes


def test_a_member_is_looked_at_in_its_workspace(machine: Path) -> None:
    folder = write(machine / "work", WORKSPACE) / "svc"
    assert seen_in(machine, folder) == ([f"{B}@v0.9.0"], [], ["workspace-member"])
    assert seen_in(machine, folder, GOWORK="off") == ([], [], [])
    write(machine / "work", {"go.work": f"go 1.25\n\nuse ./other\n\nreplace {B} => {B} v0.9.0\n"})
    write(machine / "work" / "other", {"go.mod": "module example.com/o\n\ngo 1.25\n"})
    assert seen_in(machine, folder) == ([], [], [])


@pytest.mark.parametrize("go_work", ["use (\n", "go 1.25\n\nuse ./svc\n\nuse ./svc\n"])
def test_a_workspace_that_cannot_be_read_is_a_gap(machine: Path, go_work: str) -> None:
    folder = write(machine / "work", WORKSPACE | {"go.work": go_work}) / "svc"
    found, gaps, _ = seen_in(machine, folder)
    assert found == []
    assert gaps


@pytest.mark.parametrize("named", ["go.work", "/none/go.work"])
def test_a_gowork_that_leads_nowhere_is_a_gap(machine: Path, named: str) -> None:
    folder = write(machine / "work", WORKSPACE) / "svc"
    found, (gap,), _ = seen_in(machine, folder, GOWORK=named)
    assert found == []
    assert "GOWORK" in gap


def test_modules_that_nobody_judges_are_told_once(machine: Path) -> None:
    (machine / "go.jsonl").write_bytes(as_lines(entry("GO-2026-0001", M)))
    project = read_project(write(machine / "project", FILES))
    wish = AuditInput(means=means_of(machine), project=project, vuln_databases=(machine / "go.jsonl",))
    assert len([fact for fact in facts_of(wish).facts if isinstance(fact, UncheckedModule)]) == 1
