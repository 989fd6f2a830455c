"""`audit cgo` on made projects and programs: what comes in, how, under which licence, and what could not be seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplymatrix.engine.audit_cgo import CgoRequest, facts_of, run_cgo
from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.cgo_sources import CgoWish
from supplymatrix.engine.means import Means
from supplymatrix.errors import InputError
from supplymatrix.model.native_code import LinkMode, LinkOutcome, NativeCode, NativeProof
from supplymatrix.model.native_run import CgoRun
from supplymatrix.sources.programs import find_programs
from supplymatrix.sources.project import read_project
from tests.gomod.made_programs import function_table, header, made_elf
from tests.support.licensed import make_project

MIT = "Copyright 2020 Ada\n\nSPDX-License-Identifier: MIT\n"
GPL = "SPDX-License-Identifier: GPL-3.0-or-later\n"


def cgo(lines: str = "", top: str = "") -> str:
    return f'{top}package a\n\n/*\n{lines}\n*/\nimport "C"\n'


def means(folder: Path, **environ: str) -> Means:
    told = {"HOME": str(folder), "GOENV": "off", "GOMODCACHE": str(folder / "modcache"), "CGO_ENABLED": "1", **environ}
    return Means(environ=told, now=datetime(2026, 11, 26, tzinfo=UTC), offline=True)


LINUX = CgoWish(goos="linux", goarch="amd64")


def run(folder: Path, modules: Mapping[str, Mapping[str, str]], wish: CgoWish = LINUX, **environ: str) -> CgoRun:
    project = make_project(folder, modules)
    return run_cgo(CgoRequest(paths=(project,), means=means(folder, **environ), wish=wish))


def brought(found: CgoRun) -> dict[str, NativeCode]:
    """Return what modules bring, by library; Go's own is left out."""
    return {fact.library or fact.mode.value: fact for fact in found.native if fact.subject.path != "std"}


def rules(found: CgoRun) -> set[str]:
    return {result.rule for result in found.results}


def test_a_project_without_c_is_clean(tmp_path: Path) -> None:
    found = run(tmp_path, {"example.com/a@v1.0.0": {"LICENSE": MIT}})
    assert (found.native, found.results, found.gaps, found.exit_code) == ((), (), (), 0)
    assert [(target.name, target.cgo) for target in found.targets] == [("example.com/main", True)]


def test_a_gpl_library_that_is_linked_is_the_position_of_the_fsf(tmp_path: Path) -> None:
    found = run(tmp_path, {"example.com/a@v1.0.0": {"a.go": cgo("#cgo LDFLAGS: -lreadline"), "LICENSE": MIT}})
    fact = brought(found)["readline"]
    assert (fact.mode, fact.position.outcome, fact.files) == (LinkMode.DYNAMIC, LinkOutcome.GPL_COMBINED, ("a.go:4",))
    assert str(fact.location) == "go.mod:5:9"
    assert (rules(found), found.exit_code) == ({"SM702"}, 1)


def test_it_fits_a_project_under_a_licence_that_takes_it(tmp_path: Path) -> None:
    modules = {"example.com/a@v1.0.0": {"a.go": cgo("#cgo LDFLAGS: -lreadline")}}
    project = make_project(tmp_path, modules)
    (project / "LICENSE").write_text(GPL, encoding="utf-8")
    found = run_cgo(CgoRequest(paths=(project,), means=means(tmp_path), wish=LINUX))
    assert brought(found)["readline"].own_licence == "GPL-3.0-or-later"
    assert (rules(found), found.exit_code) == (set(), 0)


def test_bundled_code_has_the_licence_that_lies_with_it_and_not_the_wrappers(tmp_path: Path) -> None:
    files = {"a.go": cgo('#include "usb/core.c"'), "LICENSE": MIT, "usb/core.c": "int c;\n", "usb/COPYING": GPL}
    fact = brought(run(tmp_path, {"example.com/a@v1.0.0": files}))["libusb"]
    assert (fact.mode, fact.licence, fact.licence_from) == (LinkMode.BUNDLED, "GPL-3.0-or-later", "usb/COPYING")
    assert fact.files == ("usb/core.c",)


def test_code_of_the_module_itself_is_under_its_licence(tmp_path: Path) -> None:
    files = {"a.go": cgo(), "LICENSE": MIT, "helper.c": "int h;\n"}
    fact = brought(run(tmp_path, {"example.com/a@v1.0.0": files}))["bundled source"]
    assert (fact.library, fact.licence, fact.licence_from) == ("", "MIT", "LICENSE, the module's own")


def test_an_archive_is_prebuilt_and_the_gpl_of_a_choice_is_no_gpl(tmp_path: Path) -> None:
    files = {
        "a.go": cgo("#cgo LDFLAGS: ${SRCDIR}/libzstd_linux_amd64.a"), "libzstd_linux_amd64.a": "!<arch>\n",
        "LICENSE": MIT, "zstd/COPYING": "SPDX-License-Identifier: GPL-2.0-only\n",
        "zstd/LICENSE": "Copyright 2016 Bea\n\nSPDX-License-Identifier: BSD-3-Clause\n",
    }  # fmt: skip
    found = run(tmp_path, {"example.com/a@v1.0.0": files})
    fact = brought(found)["zstd"]
    assert (fact.mode, fact.licence) == (LinkMode.PREBUILT, "BSD-3-Clause OR GPL-2.0-only")
    assert fact.position.outcome is LinkOutcome.NOTICE
    assert rules(found) == {"SM704"}


def test_what_other_builds_take_is_told_with_its_conditions_and_is_no_finding(tmp_path: Path) -> None:
    files = {"a.go": "package a\n", "b.go": cgo("#cgo LDFLAGS: -lreadline", "//go:build windows\n\n")}
    found = run(tmp_path, {"example.com/a@v1.0.0": files})
    fact = brought(found)["readline"]
    assert (fact.is_built, fact.conditions) == (False, "windows")
    assert (rules(found), found.exit_code) == (set(), 0)
    tagged = {"a.go": cgo(), "b.go": cgo("#cgo LDFLAGS: -lreadline", "//go:build static\n\n")}
    found = run(
        tmp_path / "b", {"example.com/a@v1.0.0": tagged}, CgoWish(goos="linux", goarch="amd64", tags=("static",))
    )
    assert brought(found)["readline"].is_built


def test_with_cgo_switched_off_c_is_told_as_a_condition_and_libraries_are_opened_all_the_same(tmp_path: Path) -> None:
    files = {
        "a.go": cgo("#cgo LDFLAGS: -lreadline"),
        "b.go": 'package a\n\nimport "plugin"\n\nvar p, _ = plugin.Open("x.so")\n',
    }
    found = run(tmp_path, {"example.com/a@v1.0.0": files}, CGO_ENABLED="0")
    facts = brought(found)
    assert (facts["readline"].is_built, facts["readline"].conditions) == (False, "CGO_ENABLED=1")
    assert (facts["x.so"].mode, facts["x.so"].is_built) == (LinkMode.LOADED, True)
    assert found.targets[0].cgo is False


def test_a_machine_without_a_c_compiler_does_not_hide_c(tmp_path: Path) -> None:
    files = {"a.go": cgo("#cgo LDFLAGS: -lreadline"), "b.go": "package a\n"}
    found = run(tmp_path, {"example.com/a@v1.0.0": files}, CgoWish(), CGO_ENABLED="", PATH=str(tmp_path))
    assert brought(found)["readline"].is_built
    assert "there is none here" in found.targets[0].why


def test_the_c_library_is_told_where_go_itself_calls_it(tmp_path: Path) -> None:
    files = {"a.go": 'package a\n\nimport _ "net/http"\n'}
    (one,) = run(tmp_path, {"example.com/a@v1.0.0": files}).native
    assert (one.subject.path, one.position.outcome, one.packages) == ("std", LinkOutcome.NOTICE, ("net/http",))
    assert run(tmp_path / "b", {"example.com/a@v1.0.0": files}, CGO_ENABLED="0").native == ()
    tags = CgoWish(goos="linux", goarch="amd64", tags=("netgo", "osusergo"))
    assert run(tmp_path / "c", {"example.com/a@v1.0.0": files}, tags).native == ()


def test_a_known_module_tells_what_no_file_names(tmp_path: Path) -> None:
    files = {"a.go": cgo("void *h(char *m){ return dlopen(m, 1); }"), "LICENSE": MIT}
    found = run(tmp_path, {"github.com/miekg/pkcs11@v1.1.2": files})
    fact = brought(found)["PKCS #11 module"]
    assert (fact.mode, fact.position.outcome, fact.is_crypto) == (LinkMode.LOADED, LinkOutcome.PROPRIETARY, True)
    assert rules(found) == {"SM703", "SM707"}


def test_a_module_translated_from_c_is_known_by_the_table(tmp_path: Path) -> None:
    fact = brought(run(tmp_path, {"modernc.org/sqlite@v1.62.0": {"LICENSE": MIT, "NOTES-AGPL.md": "AGPL-3.0\n"}}))[
        "sqlite"
    ]
    assert (fact.mode, fact.proof, fact.licence) == (LinkMode.TRANSLATED, NativeProof.TABLE, "blessing")


def test_programs_that_the_project_starts_are_separate(tmp_path: Path) -> None:
    project = make_project(tmp_path, {})
    main = 'package main\n\nimport "os/exec"\n\nfunc main() {\n\texec.Command("gs", "-q").Run()\n}\n'
    (project / "main.go").write_text(main, encoding="utf-8")
    found = run_cgo(CgoRequest(paths=(project,), means=means(tmp_path), wish=LINUX))
    fact = brought(found)["gs"]
    assert (fact.mode, fact.position.outcome, str(fact.location)) == (
        LinkMode.PROCESS,
        LinkOutcome.SEPARATE,
        "main.go:6",
    )
    assert found.exit_code == 0


def test_national_algorithms_are_named(tmp_path: Path) -> None:
    modules = {
        "github.com/tjfoc/gmsm@v1.4.1": {
            "sm4/s.go": "package sm4\n",
            "a.go": 'package a\n\nimport _ "github.com/tjfoc/gmsm/sm4"\n',
        }
    }
    found = run(tmp_path, modules)
    assert [one.package for one in found.national] == ["github.com/tjfoc/gmsm", "github.com/tjfoc/gmsm/sm4"]
    assert (rules(found), found.exit_code) == ({"SM708"}, 0)


def test_a_module_that_is_not_here_is_a_gap_and_no_clean_answer(tmp_path: Path) -> None:
    found = run(tmp_path, {"example.com/a@v1.0.0": {"LICENSE": MIT}, "example.com/b@v1.0.0": {}})
    assert found.exit_code == 3
    assert found.gaps[0].wanted == "native code: all packages of example.com/main"
    assert {result.rule for result in found.results} == {"SM702"}


def test_syntax_errors_and_tags_that_leave_nothing_are_gaps(tmp_path: Path) -> None:
    broken = run(tmp_path, {"example.com/a@v1.0.0": {"b.go": "package a\nimport (\n"}})
    assert broken.exit_code == 3
    empty = run(tmp_path / "b", {"example.com/a@v1.0.0": {"a.go": "//go:build never\n\npackage a\n"}})
    assert empty.exit_code == 0  # what no build takes brings nothing


def _program(path: Path, *names: str, text: str = "") -> Path:
    table = function_table("main.main", "runtime/cgo.x", *names)
    table = table.ljust(len(table) + -len(table) % 16, b"\0")
    info = header("go1.26.8", text or "path\texample.com/main\nmod\texample.com/main\tv1.0.0\t\nbuild\tGOOS=linux\n")
    places = [(".gopclntab", 0, len(table)), (".go.buildinfo", len(table), len(info))]
    path.write_bytes(made_elf(table + info + b"GLIBC_TUNABLES\0", sections=places))
    return path


def test_a_program_with_static_glibc_has_a_duty(tmp_path: Path) -> None:
    program = _program(tmp_path / "app", "net._Cfunc_getaddrinfo")
    found = run_cgo(CgoRequest(paths=(program,), means=means(tmp_path)))
    assert [(fact.library, fact.mode) for fact in found.native] == [("glibc", LinkMode.STATIC)]
    assert (rules(found), found.exit_code, found.targets[0].c_library) == ({"SM706"}, 1, "glibc")


def test_files_of_a_project_explain_what_its_program_calls(tmp_path: Path) -> None:
    project = make_project(tmp_path, {"example.com/a@v1.0.0": {"a.go": cgo(), "LICENSE": MIT}})
    text = "path\texample.com/main\nmod\texample.com/main\tv1.0.0\t\ndep\texample.com/a\tv1.0.0\nbuild\tGOOS=linux\n"
    program = _program(tmp_path / "app", "example.com/a._Cfunc_f", text=text)
    alone = run_cgo(CgoRequest(paths=(program,), means=means(tmp_path)))
    assert "SM705" in rules(alone)
    wish = AuditInput(
        means=means(tmp_path, GOOS="linux"), project=read_project(project), programs=find_programs([program])
    )
    seen = facts_of(wish)
    assert seen.gaps == ()
    assert [fact for fact in seen.facts if isinstance(fact, NativeCode) and fact.mode is LinkMode.LINKED] == []


def test_what_cannot_be_used_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no program\n", encoding="utf-8")
    with pytest.raises(InputError, match="no Go program"):
        run_cgo(CgoRequest(paths=(tmp_path / "text",), means=means(tmp_path)))
    (tmp_path / "empty").mkdir()
    assert run_cgo(CgoRequest(paths=(tmp_path / "empty",), means=means(tmp_path))).exit_code == 5


def test_a_broken_go_mod_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "go.mod").write_bytes(b"module \xff\n((\n")
    with pytest.raises(InputError):
        run_cgo(CgoRequest(paths=(tmp_path / "p",), means=means(tmp_path)))


def test_sources_beside_the_package_are_read_and_those_that_are_not_there_are_a_gap(tmp_path: Path) -> None:
    files = {
        "in/a.go": cgo('#include "../src/usb.c"'), "src/usb.c": "int u;\n", "src/COPYING": GPL, "LICENSE": MIT,
        "a.go": 'package a\n\nimport _ "example.com/a/in"\n',
    }  # fmt: skip
    found = run(tmp_path, {"example.com/a@v1.0.0": files})
    fact = brought(found)["bundled source"]
    assert (fact.files, fact.licence, found.gaps) == (("src/usb.c",), "GPL-3.0-or-later", ())
    del files["src/usb.c"]
    found = run(tmp_path / "b", {"example.com/a@v1.0.0": files})
    assert found.gaps[0].reason == "it takes files of C that were not found in the module: ../src/usb.c"
    assert found.exit_code == 3


def test_vendored_packages_are_looked_at_where_they_lie(tmp_path: Path) -> None:
    project = make_project(tmp_path, {"example.com/a@v1.0.0": {}})
    place = project / "vendor" / "example.com" / "a"
    place.mkdir(parents=True)
    (place / "a.go").write_text(cgo("#cgo LDFLAGS: -lreadline"), encoding="utf-8")
    listed = "# example.com/a v1.0.0\n## explicit\nexample.com/a\n"
    (project / "vendor" / "modules.txt").write_text(listed, encoding="utf-8")
    found = run_cgo(CgoRequest(paths=(project,), means=means(tmp_path), wish=LINUX))
    assert (str(brought(found)["readline"].subject), rules(found)) == ("example.com/a@v1.0.0", {"SM702"})
