"""Known vulnerabilities of projects made here, on a machine with a module cache and a GOROOT of our own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.means import Means
from supplymatrix.engine.vuln_sources import SourceVulns, SourceWish, project_vulnerabilities
from supplymatrix.model.vulnerability import Vulnerability, VulnLevel
from supplymatrix.sources.project import read_project
from supplymatrix.sources.subjects import find_subjects, read_subject
from supplymatrix.vulns.advisory import Advisory, ImportedPackage
from tests.support.made_vulns import advisory, databases
from tests.support.module_cache import make_cache, unpack

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
MODULE, PACKAGE = VulnLevel.MODULE, VulnLevel.PACKAGE
A, B = "example.com/a", "example.com/b"
MAIN = f"module example.com/m\n\ngo 1.25\n\nrequire {A} v1.0.0\n\nrequire {B} v1.0.0 // indirect\n"
IN = f'package in\n\nimport (\n\t"fmt"\n\n\tx "{A}/x"\n)\n\nvar V = x.Do(fmt.Sprint())\n'
FILES = {"go.mod": MAIN, "go.sum": "", "in/in.go": IN}
ENTRY_A = advisory("GO-1", A, ImportedPackage(path=f"{A}/x", symbols=("Do", "T.Do")), fixed="1.1.0")
ENTRY_B = advisory("GO-2", B, ImportedPackage(path=f"{B}/y"))
GOROOT = {
    "VERSION": "go1.25.1\n", "bin/go": "", "src/fmt/fmt.go": 'package fmt\n\nimport _ "os"\n',
    "src/os/os.go": "package os\n", "src/net/net.go": "package net\n",
}  # fmt: skip


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder with a module cache and a GOROOT."""
    cache = tmp_path / "cache"
    make_cache(cache, {f"{A}@v1.0.0": f"module {A}\n\ngo 1.25\n\nrequire {B} v1.0.0\n", f"{B}@v1.0.0": f"module {B}\n"})
    unpack(cache, f"{A}@v1.0.0", {"x/x.go": f'package x\n\nimport _ "{B}/z"\n', "q/q.go": "package q\n"})
    unpack(cache, f"{B}@v1.0.0", {"y/y.go": "package y\n", "z/z.go": "package z\n"})
    write(tmp_path / "go", GOROOT)
    return tmp_path


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def look(machine: Path, *entries: Advisory, files: Mapping[str, str] = FILES, **environ: str) -> SourceVulns:
    project = write(machine / "project", files)
    return found_in(machine, read_project(project), *entries, **environ)


def found_in(machine: Path, project: object, *entries: Advisory, **environ: str) -> SourceVulns:
    known = {
        "HOME": str(machine), "GOENV": "off", "GOMODCACHE": str(machine / "cache"), "GOROOT": str(machine / "go"),
        "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOOS": "linux", "GOARCH": "amd64", "GOPRIVATE": "private.example",
    }  # fmt: skip
    means = Means(environ=known | environ, now=NOW, cache_dir=machine / "own")
    wish = AuditInput(means=means, project=project)  # type: ignore[arg-type]
    return project_vulnerabilities(wish, databases(*entries), SourceWish())


def one(found: SourceVulns) -> Vulnerability:
    (told,) = found.vulnerabilities
    return told


def test_a_package_is_found_through_the_imports_with_its_way(machine: Path) -> None:
    found = look(machine, advisory("GO-2", B, ImportedPackage(path=f"{B}/z")))
    told = one(found)
    assert (told.level, told.looked, told.packages) == (PACKAGE, PACKAGE, (f"{B}/z",))
    assert told.chain == ("example.com/m/in", f"{A}/x", f"{B}/z")
    assert (told.location.artifact, told.location.line) == ("go.mod", 7)
    assert (found.gaps, found.built_for, found.checked) == ((), "linux/amd64 without cgo", 4)


def test_a_package_that_nobody_imports_was_looked_for(machine: Path) -> None:
    told = one(look(machine, ENTRY_B))
    assert (told.level, told.looked) == (MODULE, PACKAGE)


def test_a_line_of_ones_own_that_names_the_function_is_a_note(machine: Path) -> None:
    assert one(look(machine, ENTRY_A)).notes == ("in/in.go:9 mentions x.Do",)


def test_the_standard_library_is_followed_through_itself(machine: Path) -> None:
    entries = [advisory(f"GO-{name}", "stdlib", ImportedPackage(path=name)) for name in ("os", "net")]
    found = {told.advisory: told for told in look(machine, *entries).vulnerabilities}
    assert (found["GO-os"].level, found["GO-os"].chain) == (PACKAGE, ("example.com/m/in", "fmt", "os"))
    assert (found["GO-net"].level, found["GO-net"].looked) == (MODULE, PACKAGE)
    assert str(found["GO-os"].subject) == "stdlib@v1.25.1"


def test_without_a_go_here_imports_of_the_library_are_not_known(machine: Path) -> None:
    entries = [advisory(f"GO-{name}", "stdlib", ImportedPackage(path=name)) for name in ("fmt", "net")]
    found = {told.advisory: told for told in look(machine, *entries, GOROOT=str(machine / "none")).vulnerabilities}
    assert (found["GO-fmt"].level, found["GO-net"].level, found["GO-net"].looked) == (PACKAGE, MODULE, MODULE)
    assert str(found["GO-net"].subject) == "stdlib@v1.25.0"
    assert any("not known" in note for note in found["GO-net"].notes)


def test_tools_of_each_build_are_taken_and_cgo_where_c_is_built(machine: Path) -> None:
    entries = [
        advisory(f"GO-{name}", "toolchain", ImportedPackage(path=f"cmd/{name}")) for name in ("go", "cgo", "vet")
    ]
    files = {**FILES, "c.go": 'package m\n\nimport "C"\n'}
    assert [told.level for told in look(machine, *entries, files=files).vulnerabilities] == [MODULE, PACKAGE, MODULE]
    with_c = look(machine, *entries, files=files, CGO_ENABLED="1").vulnerabilities
    assert [(told.advisory, told.level) for told in with_c] == [
        ("GO-cgo", PACKAGE),
        ("GO-go", PACKAGE),
        ("GO-vet", MODULE),
    ]


def test_a_go_of_a_dockerfile_has_findings_of_its_own(machine: Path) -> None:
    files = {**FILES, "Dockerfile": "FROM golang:1.25.0\nRUN go build ./...\n"}
    found = look(machine, advisory("GO-fmt", "stdlib", ImportedPackage(path="fmt"), fixed="1.25.1"), files=files)
    told = one(found)
    assert (told.location.artifact, told.location.line, told.fixed) == ("Dockerfile", 1, "v1.25.1")
    roles = [(go.role, go.go_version, go.is_least) for go in found.gos]
    assert roles == [
        ("go line", "1.25", True),
        ("go command here", "1.25.1", False),
        ("FROM golang:1.25.0", "1.25.0", False),
    ]


def test_private_modules_and_folders_are_told_as_not_checked(machine: Path) -> None:
    go_mod = f"module example.com/m\n\ngo 1.25\n\nrequire (\n\t{A} v1.0.0\n\t{B} v1.0.0\n)\n\nreplace {B} => ./b\n"
    files = {"go.mod": go_mod, "m.go": "package m\n", "b/go.mod": f"module {B}\n"}
    found = look(machine, ENTRY_B, files=files, GOPRIVATE="example.com/a,private.example")
    assert [str(told.subject) for told in found.unchecked] == [f"{A}@v1.0.0", f"{B}@v1.0.0"]
    assert [told.subject.path for told in look(machine, ENTRY_A, files=files, GOPRIVATE=A).vulnerabilities] == [A]


def test_a_module_that_is_not_here_leaves_everything_open(machine: Path) -> None:
    found = look(machine, ENTRY_A, ENTRY_B, GOMODCACHE=str(machine / "elsewhere"))
    assert {(told.level, told.looked) for told in found.vulnerabilities} == {(MODULE, MODULE)}
    assert any("could not be found or read" in gap.reason for gap in found.gaps)


@pytest.mark.parametrize("text", ['package in\n\nimport "', "//go:build a &&\n\npackage in\n", "\0", "xyz\n"])
def test_a_file_that_go_cannot_read_leaves_everything_open(machine: Path, text: str) -> None:
    found = look(machine, ENTRY_A, ENTRY_B, files={**FILES, "z.go": "package m\n", "in/in.go": text})
    assert {(told.level, told.looked) for told in found.vulnerabilities} == {(MODULE, MODULE)}
    assert found.gaps


def test_tags_that_exclude_everything_are_a_gap(machine: Path) -> None:
    files = {**FILES, "in/in.go": "//go:build never\n\npackage in\n"}
    found = look(machine, ENTRY_A, files=files)
    assert (one(found).level, one(found).looked) == (MODULE, MODULE)
    assert "no package of it is part of a build" in found.gaps[0].reason


def test_a_go_mod_that_is_missing_is_a_gap_for_each_requirement(machine: Path) -> None:
    (machine / "cache" / "cache" / "download" / "example.com" / "a" / "@v" / "v1.0.0.mod").unlink()
    found = look(machine, ENTRY_A)
    assert any("go.mod of example.com/a@v1.0.0" in gap.wanted for gap in found.gaps)


def test_of_a_workspace_the_member_counts(machine: Path) -> None:
    files = {
        "go.work": "go 1.25\n\nuse (\n\t./one\n\t./two\n)\n",
        "one/go.mod": "module example.com/one\n\ngo 1.25\n",
        "one/one.go": 'package one\n\nimport _ "example.com/two"\n',
        "two/go.mod": MAIN.replace("example.com/m", "example.com/two"),
        "two/two.go": f'package two\n\nimport _ "{A}/q"\n',
        "two/x/x.go": f'package x\n\nimport _ "{A}/x"\n',
    }
    write(machine / "ws", files)
    entries = [advisory(f"GO-{name}", A, ImportedPackage(path=f"{A}/{name}")) for name in ("q", "x")]
    levels = {}
    for subject in find_subjects([machine / "ws"], recursive=False).subjects:
        project = read_subject(subject)
        levels[project.name] = [told.level for told in found_in(machine, project, *entries).vulnerabilities]
    assert levels["example.com/two"] == [PACKAGE, PACKAGE]
    assert levels["example.com/one"] == [PACKAGE, MODULE]


def test_ignores_of_osv_scanner_are_told_and_change_nothing(machine: Path) -> None:
    text = '[[IgnoredVulns]]\nid = "GO-1"\nignoreUntil = 2027-01-01\nreason = "ours"\n'
    found = look(machine, ENTRY_A, files={**FILES, "osv-scanner.toml": text})
    assert [(told.advisory, told.reason) for told in found.ignored] == [("GO-1", "ours")]
    assert one(found).level is PACKAGE
    broken = look(machine, ENTRY_A, files={**FILES, "osv-scanner.toml": "x = https://b:k3jh4k5j@h\n"})
    assert broken.ignored == ()
    assert "k3jh" not in repr(broken.notes)
    assert [note.code for note in broken.notes if note.code == "vulns-ignores-unread"]


def test_nothing_is_said_without_a_project(machine: Path) -> None:
    assert found_in(machine, None) == SourceVulns()


def test_many_packages_are_followed_on_the_shortest_way(machine: Path) -> None:
    folder = machine / "project"
    imports = "".join(f'import _ "example.com/m/p{number}"\n' for number in range(2, 400))
    write(folder, {"go.mod": MAIN, "m.go": f"package m\n{imports}"})
    for number in range(2, 400):
        (folder / f"p{number}").mkdir()
        target = f"{A}/x" if number == 399 else f"example.com/m/p{number + 1}"
        (folder / f"p{number}" / "p.go").write_text(f'package p\nimport _ "{target}"\n', encoding="utf-8")
    told = one(found_in(machine, read_project(folder), ENTRY_A))
    assert (told.level, len(told.chain)) == (PACKAGE, 2)
