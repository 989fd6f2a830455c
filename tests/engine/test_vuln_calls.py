"""What govulncheck says joined with what the imports say; and the tool itself, where it is here."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.means import Means
from supplymatrix.engine.module_graph import GraphReader, GraphRun
from supplymatrix.engine.vuln_calls import merged
from supplymatrix.engine.vuln_sources import SourceVulns, SourceWish, project_vulnerabilities
from supplymatrix.errors import InputError
from supplymatrix.model.value import changed
from supplymatrix.model.vulnerability import LevelBy, Vulnerability, VulnLevel
from supplymatrix.sources.project import read_project
from supplymatrix.vulns.advisory import Advisory, ImportedPackage
from supplymatrix.vulns.govulncheck_db import govulncheck_files
from supplymatrix.vulns.govulncheck_json import GovulncheckRun, read_govulncheck
from tests.support.made_vulns import advisory, databases, vulnerability
from tests.support.module_cache import make_cache, sum_line, unpack

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
MODULE, PACKAGE, SYMBOL = VulnLevel.MODULE, VulnLevel.PACKAGE, VulnLevel.SYMBOL
A, X = "example.com/a", "example.com/a/x"
MAIN = f"module example.com/m\n\ngo 1.21\n\nrequire {A} v1.0.0\n"
MAIN_GO = f'package main\n\nimport "{X}"\n\nfunc main() {{ call() }}\n\nfunc call() {{ x.Do() }}\n'
GO_MOD_A = f"module {A}\n\ngo 1.21\n"
IN_A = {"go.mod": GO_MOD_A, "x/x.go": "package x\n\nfunc Do() {}\n\nfunc Other() {}\n"}
ZIP = "h1:i6eZZ+zk0SOf0xgBpEpPD18qWcJda6q1sxt3S0kzyUQ="
"""Of a zip that nobody has: the go command takes the folder, and compares this with go.sum."""
OURS = vulnerability("GO-1", level=PACKAGE, looked=PACKAGE, level_by=LevelBy.SOURCES, packages=(X,), aliases=("CVE-1",))
CALLED = (X, "Do"), ("example.com/m", "main")


def answer(
    *found: tuple[str, Iterable[tuple[str, str]]],
    config: Mapping[str, str] | None = None,
    cut: str = "",
    at: str = "v1.0.0",
    roots: Iterable[str] = ("example.com/m",),
) -> GovulncheckRun:
    """Return an answer with one finding for each id, and its frames as package and function."""
    rows: list[object] = [{"config": {"protocol_version": "v1.0.0", "scan_level": "symbol", **(config or {})}}]
    rows.append({"SBOM": {"go_version": "go1.26.8", "modules": [], "roots": list(roots)}})
    for name, frames in found:
        imports = {"imports": [{"path": X}]}
        block = {"package": {"ecosystem": "Go", "name": A}, "versions": ["1.0.0"], "ecosystem_specific": imports}
        rows.append({"osv": {"id": name, "affected": [block]}})
        trace = [
            {"module": A if path in (A, X) else "example.com/m", "version": at, "package": path, "function": function}
            for path, function in frames
        ]
        rows.append({"finding": {"osv": name, "trace": trace or [{"module": A, "version": at}]}})
    return read_govulncheck("\n".join([*map(json.dumps, rows), cut]).encode(), "f")


@pytest.fixture
def run(tmp_path: Path) -> GraphRun:
    environ = {**environ_of(tmp_path), "PATH": ""}
    return GraphReader(environ, go=False).read(read_project(project_in(tmp_path)))


def environ_of(folder: Path) -> dict[str, str]:
    return {
        **os.environ, "HOME": str(folder), "GOENV": "off", "GOMODCACHE": str(folder / "cache"), "GOFLAGS": "",
        "GOPATH": str(folder), "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off",
        "GOCACHE": str(folder / "built"),
    }  # fmt: skip


def project_in(folder: Path) -> Path:
    cache = make_cache(folder / "cache", {f"{A}@v1.0.0": GO_MOD_A})
    unpack(cache, f"{A}@v1.0.0", IN_A)
    (cache / "cache/download/example.com/a/@v/v1.0.0.ziphash").write_text(ZIP, encoding="utf-8")
    go_sum = f"{A} v1.0.0 {ZIP}\n" + sum_line(f"{A}@v1.0.0", GO_MOD_A)
    (folder / "project").mkdir()
    for name, text in {"go.mod": MAIN, "go.sum": go_sum, "main.go": MAIN_GO}.items():
        (folder / "project" / name).write_text(text, encoding="utf-8")
    return folder / "project"


def joined(run: GraphRun, ours: Vulnerability, read: GovulncheckRun) -> Vulnerability:
    (found,) = merged([ours], read, run, name="f").vulnerabilities
    return found


@pytest.mark.parametrize("name", ["GO-1", "CVE-1"])
def test_a_call_makes_it_deeper_by_whatever_name(run: GraphRun, name: str) -> None:
    found = joined(run, OURS, answer((name, CALLED)))
    assert (found.level, found.looked, found.level_by) == (SYMBOL, SYMBOL, LevelBy.CALL_GRAPH)
    assert (found.symbols, found.chain) == ((f"{X}.Do",), ("example.com/m.main", f"{X}.Do"))
    assert (found.location, found.database) == (OURS.location, "go")


def test_a_function_that_is_not_called_was_looked_for(run: GraphRun) -> None:
    got = merged([OURS], answer(("GO-1", [(X, "")]), ("GO-2", CALLED)), run, name="f")
    assert [(one.level, one.looked) for one in got.vulnerabilities] == [(PACKAGE, SYMBOL), (SYMBOL, SYMBOL)]
    assert not got.gaps
    assert "nothing tells whether it was stopped" in got.notes[-1].message


@pytest.mark.parametrize("mode", ["source", "binary"])
def test_a_file_without_any_call_may_be_of_a_tool_that_was_stopped(run: GraphRun, mode: str) -> None:
    read = answer(("GO-1", [(X, "")]), ("GO-3", []), config={"scan_mode": mode})
    got = merged([OURS], read, run, name="f")
    assert [gap.reason.partition(":")[0] for gap in got.gaps] == ["it has no finding of calls"]
    assert not any(one.is_ruled_out for one in got.vulnerabilities)
    ours = answer(("GO-1", [(X, "")]), ("GO-3", []))
    ran = merged([OURS], ours, run, name="", is_ours=True)  # here its end is known
    assert (ran.vulnerabilities[0].looked, ran.gaps) == (SYMBOL, ())
    flat = answer(("GO-1", [(X, "")]), ("GO-3", []), config={"scan_level": "package"})
    assert not merged([OURS], flat, run, name="f").gaps


def test_an_answer_that_is_cut_rules_nothing_out(run: GraphRun) -> None:
    assert joined(run, OURS, answer(("GO-1", [(X, "")]), cut="{")) == OURS
    assert joined(run, OURS, answer(("GO-1", CALLED), cut="{")).level is SYMBOL


@pytest.mark.parametrize(
    ("roots", "reason"),
    [
        (["example.com/m/cmd"], "not of 1 of the project's 1 packages, the first is example.com/m"),
        ([], "does not say which packages"),
    ],
)
def test_an_answer_about_a_part_of_the_project_rules_nothing_out(run: GraphRun, roots: list[str], reason: str) -> None:
    got = merged([OURS], answer(("GO-1", [(X, "")]), roots=roots), run, name="f")
    assert got.vulnerabilities == [OURS]
    assert reason in got.gaps[0].reason
    assert joined(run, OURS, answer(("GO-1", CALLED), roots=roots)).level is SYMBOL


def test_a_package_that_only_we_have_seen_stays(run: GraphRun) -> None:
    assert joined(run, OURS, answer(("GO-1", []))) == OURS


def test_files_with_c_rule_nothing_out(run: GraphRun) -> None:
    with_c = changed(run, cgo=True, with_c={"example.com/m": (("example.com/m", Path("c.go")),)})
    got = merged([OURS], answer(("GO-1", [(X, "")])), with_c, name="f")
    assert got.vulnerabilities == [OURS]
    assert "vulns-calls-without-cgo" in {note.code for note in got.notes}


def test_findings_of_other_versions_are_a_gap(run: GraphRun) -> None:
    got = merged([OURS], answer(("GO-1", CALLED), at="v2.0.0"), run, name="f")
    assert got.vulnerabilities == [OURS]
    assert "not in the build list" in got.gaps[0].reason


def test_findings_that_we_do_not_have_are_added(run: GraphRun) -> None:
    got = merged([], answer(("GO-9", CALLED)), run, name="f")
    assert [(one.advisory, one.database) for one in got.vulnerabilities] == [("GO-9", "govulncheck")]
    assert [database.id for database in got.databases] == ["govulncheck"]


def test_findings_of_a_program_stand_beside(run: GraphRun) -> None:
    got = merged([OURS], answer(("GO-1", [(X, "Do")]), config={"scan_mode": "binary"}), run, name="app.json")
    assert [(one.program, one.level) for one in got.vulnerabilities] == [("", PACKAGE), ("app.json", SYMBOL)]


def test_a_database_for_it_has_only_what_concerns_the_build() -> None:
    one = advisory("GO-1", A, ImportedPackage(path=X, symbols=("Do",), goos=("linux",)), aliases=("CVE-1",))
    files = govulncheck_files([(A, one), (A, one)])
    assert sorted(files) == ["ID/GO-1.json", "index/db.json", "index/modules.json", "index/vulns.json"]
    (block,) = json.loads(files["ID/GO-1.json"])["affected"]
    assert block["ecosystem_specific"]["imports"] == [{"path": X, "symbols": ["Do"], "goos": ["linux"]}]
    assert json.loads(files["index/modules.json"])[0]["path"] == A
    whole = changed(one, affected=(*one.affected, changed(one.affected[0], packages=())))
    blocks = json.loads(govulncheck_files([(A, whole)])["ID/GO-1.json"])["affected"]
    assert [len(block["ecosystem_specific"]["imports"]) for block in blocks] == [1, 0]


def look(tmp_path: Path, *entries: Advisory, **wish: object) -> SourceVulns:
    project = read_project(project_in(tmp_path))
    means = Means(environ=environ_of(tmp_path) | {"PATH": str(wish.pop("path", os.environ["PATH"]))}, now=NOW)
    source = SourceWish(**wish)  # type: ignore[arg-type]
    return project_vulnerabilities(AuditInput(means=means, project=project), databases(*entries), source)


def test_without_the_tool_it_is_a_gap_and_the_imports_count(tmp_path: Path) -> None:
    found = look(tmp_path, advisory("GO-1", A, ImportedPackage(path=X)), path="", call_graph=True)
    assert [(one.level, one.looked) for one in found.vulnerabilities] == [(PACKAGE, PACKAGE)]
    assert [gap.reason for gap in found.gaps] == ["there is no go in PATH"]


def test_a_file_that_is_none_of_its_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError):
        look(tmp_path, govulncheck=tmp_path / "x.json")


@pytest.mark.skipif(
    shutil.which("go") is None or shutil.which("govulncheck") is None, reason="go or govulncheck is not installed"
)
def test_the_tool_tells_called_functions_from_others(tmp_path: Path) -> None:
    entries = [
        advisory(f"GO-2026-{number}", A, ImportedPackage(path=X, symbols=(name,)))
        for number, name in ((1, "Do"), (2, "Other"))
    ]
    found = look(tmp_path, *entries, call_graph=True)
    assert found.gaps == ()
    assert [(one.level, one.looked) for one in found.vulnerabilities] == [(SYMBOL, SYMBOL), (PACKAGE, SYMBOL)]
    assert found.vulnerabilities[0].chain == ("example.com/m.main", "example.com/m.call", f"{X}.Do")
