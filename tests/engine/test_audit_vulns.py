"""`audit vulns`: programs and projects held against databases, and what becomes of those that cannot be."""

from __future__ import annotations

import io
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplymatrix.engine import vuln_programs
from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.audit_vulns import VulnRequest, VulnRun, facts_of, run_vulns
from supplymatrix.engine.means import Means
from supplymatrix.engine.vuln_databases import open_databases
from supplymatrix.engine.vuln_programs import program_vulnerabilities
from supplymatrix.errors import InputError
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.model.vulnerability import GoSupport, LevelBy, UncheckedModule, VulnDatabase, Vulnerability, VulnLevel
from supplymatrix.sources.programs import find_programs
from tests.gomod.made_programs import function_table, header, made_elf
from tests.support.osv_entries import as_lines, entry

_NOW = datetime(2026, 11, 25, tzinfo=UTC)
_P = "a.example/m/p"
_ENTRIES = (
    entry("GO-2026-0001", imports={_P: ["T.M", "F"]}, fixed="1.5.0"),
    entry("GO-2026-0002", imports={"a.example/m/q": ["G"]}),
    entry("GO-2026-0003", "stdlib", imports={"net/http": ["Client.Do"]}, fixed="1.27.0"),
    entry("GO-2026-0004", "b.example/n", database_specific={"review_status": "UNREVIEWED"}),
)
_MALICIOUS = entry("MAL-2026-0005", "c.example/evil", fixed="")
_NAMES = ("runtime.main", "main.main", f"{_P}.(*T).M", "net/http.(*Client).Get", "b.example/n.Run")


def _program(
    *deps: str, names: tuple[str, ...] = _NAMES, go: str = "go1.26.8", main: str = "(devel)", table: bytes | None = None
) -> bytes:
    """Return a program. deps: "path version", or "path version => path version"."""
    rows = []
    for dep in deps:
        own, _, by = dep.partition(" => ")
        rows += ["dep\t" + own.replace(" ", "\t") + "\th1:x=", *(["=>\t" + by.replace(" ", "\t") + "\t"] if by else [])]
    text = "\n".join(["path\tsvc.example/app/cmd", f"mod\tsvc.example/app\t{main}\t", *rows, "build\tGOOS=linux", ""])
    info = header(go, text)
    info = info.ljust(len(info) + -len(info) % 16, b"\0")
    functions = function_table(*names) if table is None else table
    sections = [(".gopclntab", len(info), len(functions)), (".go.buildinfo", 0, len(info))]
    return made_elf(info + functions, sections=sections)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "go.jsonl").write_bytes(as_lines(*_ENTRIES))
    (tmp_path / "mal.jsonl").write_bytes(as_lines(_MALICIOUS))
    return tmp_path


def _means(home: Path) -> Means:
    environ = {"HOME": str(home), "GOENV": "off", "SUPPLYMATRIX_STATE_DIR": str(home / "state")}
    return Means(environ=environ, now=_NOW, offline=True)


def _run(home: Path, *paths: Path, level: VulnLevel = VulnLevel.SYMBOL, **more: object) -> VulnRun:
    databases = (home / "go.jsonl", home / "mal.jsonl")
    return run_vulns(VulnRequest(paths=paths, means=_means(home), databases=databases, level=level, **more))  # type: ignore[arg-type]


def _write(home: Path, data: bytes, name: str = "app") -> Path:
    (home / name).write_bytes(data)
    return home / name


def _found(run: VulnRun) -> list[tuple[str, str, str]]:
    return [(one.advisory, one.level.value, one.looked.value) for one in run.vulnerabilities]


def test_a_program_is_held_against_the_database_down_to_the_function(home: Path) -> None:
    app = _write(home, _program("a.example/m v1.4.0", "b.example/n v1.0.0", "d.example/x v1.0.0"))
    run = _run(home, app)
    assert _found(run) == [
        ("GO-2026-0001", "symbol", "symbol"), ("GO-2026-0003", "package", "symbol"),
        ("GO-2026-0002", "module", "symbol"), ("GO-2026-0004", "module", "module"),
    ]  # fmt: skip
    first = run.vulnerabilities[0]
    assert (first.symbols, first.fixed, first.level_by) == ((f"{_P}.T.M",), "v1.5.0", LevelBy.FUNCTIONS)
    assert (first.program, first.first_seen, first.published) == (
        app.as_posix(),
        _NOW.date(),
        _NOW.date().replace(day=1),
    )
    assert (run.exit_code, run.checked, run.subjects) == (1, 4, (app.as_posix(),))
    assert [one.reason for one in run.unchecked] == ["the main module was built without a version of its own"]


def test_a_replacement_counts_and_a_folder_cannot_be_judged(home: Path) -> None:
    deps = ("old.example/m v0.1.0 => a.example/m v1.4.0", "b.example/n v1.0.0 => ./local (devel)")
    run = _run(home, _write(home, _program(*deps, names=("runtime.main", "old.example/m/p.F"), main="v1.0.0")))
    assert _found(run) == [
        ("GO-2026-0001", "symbol", "symbol"), ("GO-2026-0002", "module", "symbol"),
        ("GO-2026-0003", "module", "symbol"),
    ]  # fmt: skip
    assert (run.vulnerabilities[0].required, run.vulnerabilities[0].symbols) == (
        "old.example/m",
        ("old.example/m/p.F",),
    )
    assert [(one.subject, one.reason) for one in run.unchecked] == [
        (
            ModuleVersion(path="./local", version="(devel)"),
            "the folder ./local was built in its place, which has no version",
        )
    ]


def test_a_fork_is_not_held_against_entries_about_what_it_stands_for_and_it_is_said(home: Path) -> None:
    deps = ("a.example/m v1.4.0 => fork.example/m v1.4.0",)
    run = _run(home, _write(home, _program(*deps, names=("runtime.main", f"{_P}.F"))))
    assert [one for one in _found(run) if one[0] != "GO-2026-0003"] == []
    assert any("2 entries about that were not held against it" in note for note in run.notes)


def test_a_module_without_a_version_has_what_concerns_every_one(home: Path) -> None:
    (home / "mal.jsonl").write_bytes(
        as_lines(
            entry("ACME-1", "svc.example/app", affected=[{"package": {"ecosystem": "Go", "name": "svc.example/app"}}]),
            entry("ACME-2", "svc.example/app"),
            entry("MAL-2026-0006", "svc.example/app"),
        )
    )
    run = _run(home, _write(home, _program()))
    assert [one.advisory for one in run.vulnerabilities if one.subject.path == "svc.example/app"] == [
        "ACME-1", "MAL-2026-0006",
    ]  # fmt: skip
    assert [one.subject.path for one in run.unchecked] == ["svc.example/app"]


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (VulnLevel.MODULE, ("module", "module", (), ())),
        (VulnLevel.PACKAGE, ("package", "package", (_P,), ())),
        (VulnLevel.SYMBOL, ("symbol", "symbol", (_P,), (f"{_P}.T.M",))),
    ],
)
def test_one_may_look_less_deep(home: Path, level: VulnLevel, expected: tuple[object, ...]) -> None:
    run = _run(home, _write(home, _program("a.example/m v1.4.0")), level=level)
    one = next(one for one in run.vulnerabilities if one.advisory == "GO-2026-0001")
    assert (one.level.value, one.looked.value, one.packages, one.symbols) == expected


def test_nothing_near_is_exit_code_0_and_a_malicious_module_never_is(home: Path) -> None:
    assert _run(home, _write(home, _program(names=("runtime.main",), go="go1.27.1"))).exit_code == 0
    run = _run(home, _write(home, _program("c.example/evil v1.0.0", names=("runtime.main",), go="go1.27.1")))
    assert (run.exit_code, [one.is_malicious for one in run.vulnerabilities]) == (1, [True])


def test_a_go_that_is_not_supported_is_told(home: Path) -> None:
    run = _run(home, _write(home, _program(names=("runtime.main",), go="go1.20.1")))
    (go,) = run.go_support
    assert (go.is_supported, go.program, run.exit_code) == (False, (home / "app").as_posix(), 1)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (_program(go="devel go1.27-abc"), "standard library"),
        (_program(table=b"\xf1\xff\xff\xff" + bytes(200)), "packages and functions"),
        (b"\x7fELF" + bytes(60) + b"\xff Go buildinf:" + bytes(100), ""),
    ],
)
def test_what_a_program_does_not_say_is_a_gap(home: Path, data: bytes, wanted: str) -> None:
    run = _run(home, _write(home, data))
    assert run.exit_code == 3
    assert any(wanted in gap.wanted for gap in run.gaps)


def test_without_a_table_of_functions_nothing_is_ruled_out(home: Path) -> None:
    run = _run(home, _write(home, _program("a.example/m v1.4.0", table=b"\xf1\xff\xff\xff" + bytes(200))))
    assert {looked for _, _, looked in _found(run)} == {"module"}


def test_an_old_database_and_none_are_gaps(home: Path) -> None:
    (home / "go.jsonl").write_bytes(as_lines(entry(modified="2026-01-01T00:00:00Z")))
    run = _run(home, _write(home, _program()))
    assert (run.exit_code, len(run.gaps)) == (3, 1)
    (home / "go.jsonl").unlink()
    assert {gap.wanted for gap in _run(home, home / "app").gaps} == {
        f"the vulnerability database {home / 'go.jsonl'}", "the Go vulnerability database",
    }  # fmt: skip


def test_private_modules_are_not_judged_unless_a_database_names_them(home: Path) -> None:
    app = _write(home, _program("a.example/m v1.4.0", "p.example/x v1.0.0"))
    run = _run(home, app, private=("a.example", "p.example"))
    assert [one.subject.path for one in run.unchecked] == ["svc.example/app", "p.example/x"]
    assert "GO-2026-0001" in {name for name, _, _ in _found(run)}


def test_programs_in_an_archive_and_in_a_folder_are_found(home: Path) -> None:
    data = _program("a.example/m v1.4.0")
    (home / "bin").mkdir()
    _write(home / "bin", data, "one")
    with tarfile.open(home / "some.tar", "w") as archive:
        member = tarfile.TarInfo("usr/bin/two")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    run = _run(home, home / "bin", home / "some.tar")
    assert [one.program for one in run.vulnerabilities if one.level is VulnLevel.SYMBOL] == [
        (home / "bin" / "one").as_posix(), f"{(home / 'some.tar').as_posix()}: usr/bin/two",
    ]  # fmt: skip


def test_a_program_that_changes_between_two_looks_is_a_gap(home: Path) -> None:
    app = _write(home, _program("a.example/m v1.4.0"))
    found = find_programs([app])
    _write(home, _program("a.example/m v1.4.1"))
    databases = open_databases({"HOME": str(home)}, (home / "go.jsonl",))
    seen = program_vulnerabilities(found, databases, _means(home))
    assert any("not the program that was read before" in gap.reason for gap in seen.gaps)
    assert {(one.level, one.looked) for one in seen.vulnerabilities if one.packages} == {
        (VulnLevel.PACKAGE, VulnLevel.PACKAGE)
    }


@pytest.mark.parametrize("most", [0, 20])
def test_few_and_many_files_give_the_same_answer(home: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(vuln_programs, "KEPT_FOR", most)
    run = _run(home, _write(home, _program("a.example/m v1.4.0")))
    assert run.vulnerabilities[0].symbols == (f"{_P}.T.M",)


def test_functions_that_were_kept_for_somebody_else_are_not_taken_for_all(home: Path) -> None:
    app = _write(home, _program("a.example/m v1.4.0"))
    found = find_programs([app], functions_in=frozenset({"net/http"}))
    databases = open_databases({"HOME": str(home)}, (home / "go.jsonl",))
    assert program_vulnerabilities(found, databases, _means(home)).vulnerabilities[1].symbols == (f"{_P}.T.M",)


def test_paths_that_lead_to_nothing(home: Path) -> None:
    with pytest.raises(InputError):
        _run(home, home / "none")
    with pytest.raises(InputError):
        _run(home, _write(home, b"text", "text"))
    (home / "empty").mkdir()
    assert _run(home, home / "empty").exit_code == 5
    with pytest.raises(InputError, match="one project"):
        _run(home, _write(home, _program()), govulncheck=home / "x.json")


def test_a_project_and_a_program_in_one_run(home: Path) -> None:
    project = home / "svc"
    project.mkdir()
    (project / "go.mod").write_text(
        "module svc.example/app\n\ngo 1.26\n\nrequire a.example/m v1.4.0\n", encoding="utf-8"
    )
    (project / "main.go").write_text("package main\n\nfunc main() {}\n", encoding="utf-8")
    run = _run(home, project, _write(home, _program("a.example/m v1.4.0")))
    assert run.subjects == ("svc.example/app", (home / "app").as_posix())
    mine = [one for one in run.vulnerabilities if one.project == "svc.example/app"]
    assert {"GO-2026-0001", "GO-2026-0002"} <= {one.advisory for one in mine}
    assert all(not one.program for one in mine)


def test_the_facts_of_a_check_are_those_of_a_run(home: Path) -> None:
    config = home / ".config" / "supplymatrix"
    config.mkdir(parents=True)
    (config / "settings.toml").write_text(
        f"[vulns]\ndatabases = [{json.dumps(str(home / 'go.jsonl'))}]\n", encoding="utf-8"
    )
    app = _write(home, _program("a.example/m v1.4.0"))
    means = _means(home)
    means = changed(means, environ={**means.environ, "XDG_CONFIG_HOME": str(home / ".config")})
    seen = facts_of(AuditInput(means=means, programs=find_programs([app])))
    kinds = [type(fact) for fact in seen.facts]
    assert kinds == [VulnDatabase, Vulnerability, Vulnerability, Vulnerability, GoSupport, UncheckedModule]
    assert [fact for fact in seen.facts if isinstance(fact, Vulnerability)] == list(_run(home, app).vulnerabilities)
    assert seen.gaps == ()
