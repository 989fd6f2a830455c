"""`audit fips` on made projects and programs: postures, what is beside them, what could not be looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplymatrix.engine.audit_fips import FUNCTIONS_IN, FipsRequest, facts_of, run_fips
from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.means import Means
from supplymatrix.errors import InputError
from supplymatrix.model.fips import CertificateState, FipsFamily, FipsPosture, FipsUse, MarkKind, NonApprovedPackage
from supplymatrix.model.fips_run import FipsRun
from supplymatrix.model.value import changed
from supplymatrix.sources.programs import find_programs
from supplymatrix.sources.project import read_project
from tests.gomod.made_programs import function_table, header, made_elf
from tests.support.licensed import make_goroot, make_project

_V1 = "v1.0.0-c2097c7c"
_MODULE = f"crypto/internal/fips140/{_V1}/aes.Seal"
_CLEAN = "path\texample.com/m\nmod\texample.com/m\tv1.0.0\t\nbuild\tCGO_ENABLED=0\nbuild\tGOOS=linux\n"
_FIPS = f"{_CLEAN}build\tDefaultGODEBUG=fips140=on\nbuild\tGOFIPS140={_V1}\n"


def _program(path: Path, *names: str, text: str = _FIPS, data: bytes = b"fips140=on\0") -> Path:
    """Write a program with a table of functions and a build info. data: what stands behind them."""
    table = function_table("main.main", "runtime.main", *names)
    table = table.ljust(len(table) + -len(table) % 16, b"\0")
    info = header("go1.26.8", text)
    places = [(".gopclntab", 0, len(table)), (".go.buildinfo", len(table), len(info))]
    path.write_bytes(made_elf(table + info, sections=places) + data)
    return path


def _means(folder: Path, **environ: str) -> Means:
    told = {"HOME": str(folder), "GOENV": "off", "GOMODCACHE": str(folder / "modcache"), **environ}
    return Means(environ=told, now=datetime(2026, 11, 26, tzinfo=UTC), offline=True)


def _run(tmp_path: Path, *paths: Path, **environ: str) -> FipsRun:
    return run_fips(FipsRequest(paths=paths, means=_means(tmp_path, **environ)))


def _rules(run: FipsRun) -> set[str]:
    return {result.rule for result in run.results}


def test_a_program_with_the_certified_module_and_nothing_beside_it_is_clean(tmp_path: Path) -> None:
    run = _run(tmp_path, _program(tmp_path / "app", _MODULE))
    (posture,) = run.postures
    assert (posture.family, posture.module, posture.state) == (FipsFamily.UPSTREAM, _V1, CertificateState.CERTIFIED)
    assert (run.packages, run.results, run.gaps, run.exit_code) == ((), (), (), 0)


def test_a_default_that_the_linker_was_given_is_found(tmp_path: Path) -> None:
    run = _run(tmp_path, _program(tmp_path / "app", _MODULE, data=b"fips140=off\0"))
    assert (_rules(run), run.exit_code) == ({"SM604"}, 1)
    assert "another default" in run.postures[0].of(MarkKind.DEFEAT)[0].words


def test_a_claim_of_which_nothing_is_linked_in_is_a_gap(tmp_path: Path) -> None:
    run = _run(tmp_path, _program(tmp_path / "app"))
    assert (run.postures[0].state, run.results, run.exit_code) == (CertificateState.NOT_LINKED, (), 3)
    assert ["nothing of that module is linked in" in gap.reason for gap in run.gaps] == [True]


def test_what_the_table_does_not_know_is_a_gap(tmp_path: Path) -> None:
    text = _FIPS.replace(_V1, "v1.0.0-deadbeef")
    run = _run(tmp_path, _program(tmp_path / "app", _MODULE.replace(_V1, "v1.0.0-deadbeef"), text=text))
    assert (run.postures[0].state, run.exit_code) == (CertificateState.NOT_IN_TABLE, 3)
    assert ["the table of certificates does not know this version" in gap.reason for gap in run.gaps] == [True]


def test_what_tls_brings_along_is_a_gap_unless_the_sources_are_there(tmp_path: Path) -> None:
    names = (_MODULE, "crypto/tls.Dial", "crypto/rc4.NewCipher")
    program = _program(tmp_path / "app", *names, text=_FIPS.replace("example.com/m", "example.com/main"))
    run = _run(tmp_path, program)
    assert (run.results, run.exit_code) == ((), 3)
    assert "who calls RC4" in run.gaps[0].wanted
    project = make_project(tmp_path / "made", {})
    both = _run(tmp_path, program, project)
    assert (both.results, both.gaps, both.exit_code) == ((), (), 0)


def test_md5_beside_the_certified_module_is_found(tmp_path: Path) -> None:
    run = _run(tmp_path, _program(tmp_path / "app", _MODULE, "crypto/md5.New", "crypto/md5.Sum"))
    assert [(one.package, one.how, one.functions) for one in run.packages] == [
        ("crypto/md5", "linked", ("crypto/md5.New", "crypto/md5.Sum"))
    ]
    assert (_rules(run), run.exit_code) == ({"SM603"}, 1)


def test_a_claim_without_its_code_is_found(tmp_path: Path) -> None:
    run = _run(tmp_path, _program(tmp_path / "app", "crypto/internal/fips140/aes.Seal"))
    assert (_rules(run), run.exit_code) == ({"SM602", "SM606"}, 1)


def test_a_program_that_cannot_be_read_is_a_gap_and_no_pass(tmp_path: Path) -> None:
    path = _program(tmp_path / "app", _MODULE)
    path.write_bytes(path.read_bytes().replace(b"\xff Go buildinf:", b"\xff no buildinf:"))
    run = _run(tmp_path, path)
    assert [one.family for one in run.postures] == [FipsFamily.UNKNOWN]
    assert [gap.subject for gap in run.gaps] == [str(path)]
    assert run.exit_code == 3


def test_a_program_without_its_table_is_a_gap(tmp_path: Path) -> None:
    info = header("go1.26.8", _FIPS)
    (tmp_path / "app").write_bytes(made_elf(info, sections=[(".go.buildinfo", 0, len(info))]))
    run = _run(tmp_path, tmp_path / "app")
    assert run.postures[0].family is FipsFamily.UPSTREAM
    assert "what is linked in" in run.gaps[0].wanted
    assert run.exit_code == 3


def test_what_is_no_program_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no program", encoding="utf-8")
    with pytest.raises(InputError):
        _run(tmp_path, tmp_path / "text")
    run = _run(tmp_path, tmp_path / "text", _program(tmp_path / "app", _MODULE))
    assert (len(run.faults), len(run.postures), run.exit_code) == (1, 1, 2)


def test_an_empty_folder_has_nothing_to_look_at(tmp_path: Path) -> None:
    assert _run(tmp_path, tmp_path).exit_code == 5


_DOCKER = "FROM golang:1.26 AS b\nENV GOFIPS140=v1.0.0\nRUN go build -o /a .\nFROM scratch\nCOPY --from=b /a /a\n"


def _project(tmp_path: Path, **files: str) -> Path:
    made = make_project(tmp_path, {"golang.org/x/crypto@v0.45.0": {"blake2b/b.go": "package blake2b\n"}})
    main = 'package main\n\nimport _ "crypto/md5"\nimport _ "golang.org/x/crypto/blake2b"\n\nfunc main() {}\n'
    (made / "main.go").write_text(main, encoding="utf-8")
    for name, text in files.items():
        (made / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return made


def test_a_project_tells_what_it_imports_and_by_whom(tmp_path: Path) -> None:
    run = _run(tmp_path, _project(tmp_path))
    (posture,) = run.postures
    assert (posture.subject, posture.use, posture.family) == ("example.com/main", FipsUse.SOURCE, FipsFamily.NONE)
    assert [(one.package, str(one.module), one.by, one.is_own, one.location.line) for one in run.packages] == [
        ("crypto/md5", "std", "example.com/main", True, 1),
        ("golang.org/x/crypto/blake2b", "golang.org/x/crypto@v0.45.0", "example.com/main", True, 5),
    ]
    assert (run.gaps, run.exit_code) == ((), 1)


def test_build_files_have_postures_of_their_own(tmp_path: Path) -> None:
    run = _run(tmp_path, _project(tmp_path, Dockerfile=_DOCKER, Makefile="build:\n\tgo build -tags purego .\n"))
    found = {one.subject: one for one in run.postures}
    assert set(found) == {"example.com/main", "Dockerfile"}
    assert (found["Dockerfile"].family, found["Dockerfile"].certificate) == (FipsFamily.UPSTREAM, "CMVP #5247")


def _goroot(folder: Path, **words: str) -> Path:
    place = make_goroot(folder) / "lib" / "fips140"
    place.mkdir(parents=True)
    for word, version in words.items():
        (place / f"{word}.txt").write_text(f"{version}\n", encoding="utf-8")
        (place / f"{version}.zip").write_bytes(b"")
    return folder


def test_what_this_machine_is_told_counts_for_its_builds(tmp_path: Path) -> None:
    project = _project(tmp_path)
    root = _goroot(tmp_path / "go", certified=_V1)
    assert _run(tmp_path, project, GOFIPS140="certified", GOROOT=str(root)).postures[0].certificate == "CMVP #5247"
    assert _run(tmp_path, project, GOFIPS140=_V1).postures[0].certificate == "CMVP #5247"
    assert _run(tmp_path, project, GOFIPS140="certified").postures[0].state is CertificateState.NOT_IN_TABLE
    assert _run(tmp_path, project, GOFIPS140="off").postures[0].family is FipsFamily.NONE


def test_tags_and_systems_of_build_files_are_built_as_well(tmp_path: Path) -> None:
    docker = _DOCKER.replace("go build", "GOOS=windows go build -tags legacy")
    project = _project(tmp_path, Dockerfile=docker)
    (project / "main.go").write_text("package main\n\nfunc main() {}\n", encoding="utf-8")
    (project / "old.go").write_text('//go:build legacy\n\npackage main\n\nimport _ "crypto/rc4"\n', encoding="utf-8")
    (project / "a_windows.go").write_text('package main\n\nimport _ "crypto/des"\n', encoding="utf-8")
    (project / "b_plan9.go").write_text('package main\n\nimport _ "crypto/dsa"\n', encoding="utf-8")
    found = {one.package: one.under for one in _run(tmp_path, project).packages}
    assert found == {"crypto/rc4": "", "crypto/des": "", "crypto/dsa": "another system or processor"}


def test_calls_and_c_libraries_of_the_project_are_found(tmp_path: Path) -> None:
    project = _project(tmp_path)
    code = (
        'package main\n\n// #cgo LDFLAGS: -lcrypto -lz\nimport "C"\nimport "crypto/cipher"\n\nvar _ = cipher.NewOFB\n'
    )
    (project / "c.go").write_text(code, encoding="utf-8")
    run = _run(tmp_path, project)
    found = {one.what: (one.package, one.how, one.location.artifact, one.location.line) for one in run.packages}
    assert found["OpenSSL"] == ("crypto", "linked", "c.go", 3)
    assert found["OFB mode"] == ("crypto/cipher", "called", "c.go", 7)
    assert {"SM603", "SM607"} <= _rules(run)
    assert any("own files alone" in note for note in run.notes)


def test_another_member_of_a_workspace_is_none_of_the_project(tmp_path: Path) -> None:
    for name, files in {
        "svc": {
            "go.mod": "module example.com/svc\n\ngo 1.26\n",
            "m.go": 'package main\n\nimport _ "golang.org/x/crypto/md4"\n',
        },
        "xc": {"go.mod": "module golang.org/x/crypto\n\ngo 1.26\n", "md4/m.go": "package md4\n"},
    }.items():
        for file, text in files.items():
            (tmp_path / name / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / file).write_text(text, encoding="utf-8")
    (tmp_path / "go.work").write_text("go 1.26\n\nuse ./svc\nuse ./xc\n", encoding="utf-8")
    packages = _run(tmp_path, tmp_path / "go.work").packages
    assert [(one.subject, one.package) for one in packages] == [("example.com/svc", "golang.org/x/crypto/md4")]


def test_what_is_not_on_this_machine_is_a_gap(tmp_path: Path) -> None:
    made = make_project(tmp_path, {"example.com/gone@v1.0.0": {}})
    run = _run(tmp_path, made)
    assert run.exit_code == 3
    assert "example.com/gone" in run.gaps[0].reason
    assert "go mod download" in run.gaps[0].remedy


def test_a_file_that_go_would_not_take_is_a_gap(tmp_path: Path) -> None:
    project = _project(tmp_path)
    (project / "broken.go").write_text("pakage main\n", encoding="utf-8")
    run = _run(tmp_path, project)
    assert run.exit_code == 3
    assert "broken.go" in run.gaps[0].reason


def test_a_broken_build_file_is_a_gap_and_the_others_count(tmp_path: Path) -> None:
    run = _run(
        tmp_path, _project(tmp_path, snapcraft_yaml="parts: [\n", Makefile="b:\n\tGOFIPS140=v1.0.0 go build .\n")
    )
    assert {one.subject for one in run.postures} == {"example.com/main", "Makefile"}
    assert [gap.subject for gap in run.gaps if "certificate" not in gap.wanted] == ["snapcraft.yaml"]


def test_facts_of_a_check_are_those_of_the_command(tmp_path: Path) -> None:
    program = _program(tmp_path / "app", _MODULE, "crypto/md5.Sum")
    project = _project(tmp_path)
    run = _run(tmp_path, project, program)
    wish = AuditInput(
        means=_means(tmp_path), project=read_project(project), programs=find_programs([program])
    )  # without the functions: they are read again
    seen = facts_of(wish)
    assert tuple(fact for fact in seen.facts if isinstance(fact, FipsPosture)) == run.postures
    assert tuple(fact for fact in seen.facts if isinstance(fact, NonApprovedPackage)) == run.packages
    kept = changed(wish, programs=find_programs([program], functions_in=FUNCTIONS_IN))
    assert facts_of(kept) == seen
    assert facts_of(AuditInput(means=_means(tmp_path))).facts == ()
