"""Projects: go.mod, //go:debug lines, imports, and what is set on this machine."""

from __future__ import annotations

import pytest

from supplymatrix.fips.debug_lines import DebugLine, clause_of, debug_lines
from supplymatrix.fips.sources import MachineSetting, Sources, marks_of_imports, posture_of_project
from supplymatrix.model.fips import CertificateState, FipsFamily, FipsPosture, MarkKind
from supplymatrix.model.location import Location

_GO_MOD = DebugLine(value="on", location=Location(artifact="go.mod", line=5, column=1))


def _of(lines: tuple[DebugLine, ...] = (), **settings: str) -> FipsPosture:
    told = [MachineSetting(name=name, text=text, origin="environment") for name, text in settings.items()]
    sources = Sources(subject="example.com/acme/svc", lines=lines, others=False, versions={"v1.0.0": "v1.0.0-c2097c7c"})
    return posture_of_project(sources, told, ("go.mod",))


def _line(folder: str, mode: str) -> DebugLine:
    return DebugLine(value=mode, location=Location(artifact=f"{folder}/main.go", line=1, column=1))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"//go:debug fips140=only\npackage main\n", [("only", 1)]),
        (b"// words\n\n//go:debug\tfips140=on\r\n//go:debug tls10server=1\n\npackage main\n", [("on", 3)]),
        (b"package main\n\n//go:debug fips140=only\n", []),
        (b"// go:debug fips140=only\npackage main\n", []),
        (b" //go:debug fips140=only\npackage main\n", [("only", 1)]),
        (b"/*\npackage main is good\n*/\n\n//go:debug fips140=off\npackage main\n", [("off", 5)]),
        (b"/*\n//go:debug fips140=off\n*/\npackage main\n", []),
        (b"/*" + b"x" * 20_000 + b"*/\n//go:debug fips140=off\npackage main\n", [("off", 2)]),
        (b"//go:debug fips140=off and more\npackage main\n", []),
        (b"", []),
    ],
)
def test_debug_lines_stand_before_the_package_clause(text: bytes, found: list[tuple[str, int]]) -> None:
    assert [(line.value, line.location.line) for line in debug_lines(text, "main.go")] == found


def test_a_clause_is_found_behind_comments() -> None:
    assert clause_of(b"/* package a */\n// b\npackage main\n") == 21
    assert clause_of(b"/* not closed") == -1


def test_of_several_programs_that_which_protects_least_counts_and_each_has_a_mark() -> None:
    posture = _of((_line("cmd/a", "off"), _line("cmd/z", "on")))
    assert (posture.mode, posture.location.artifact) == ("off", "cmd/a/main.go")
    assert len(posture.of(MarkKind.CLAIM)) == 2
    assert "other programs of the project have it on" in posture.of(MarkKind.DEFEAT)[0].words
    assert _of((_line("cmd/a", "on"), _line("cmd/z", "only"))).mode == "on"
    sources = Sources(subject="svc", lines=(_line("cmd/a", "on"),), others=True)
    assert posture_of_project(sources, (), ()).mode == ""  # another program has no line


def test_a_mode_that_gos_own_module_does_not_know_is_a_defeat() -> None:
    assert "no mode of Go's own module" in _of((_line("cmd/a", "auto"),)).of(MarkKind.DEFEAT)[0].words


def test_the_linker_has_the_last_word() -> None:
    posture = _of((_GO_MOD,), GOFIPS140="v1.0.0", GOFLAGS="-ldflags=-X=runtime.godebugDefault=fips140=off")
    assert posture.mode == "off"
    assert "runtime.godebugDefault" in posture.of(MarkKind.DEFEAT)[0].words


def test_a_word_that_no_go_of_this_machine_knows_has_no_certificate() -> None:
    posture = _of((), GOFIPS140="certified")
    assert (posture.family, posture.state) == (FipsFamily.UPSTREAM, CertificateState.NOT_IN_TABLE)
    assert "for the Go of this machine" in posture.reason


def test_nothing_is_nothing() -> None:
    posture = _of()
    assert (posture.family, posture.state, posture.mode) == (FipsFamily.NONE, CertificateState.NOT_APPLICABLE, "")


def test_a_mode_without_a_module_is_that_of_the_tree() -> None:
    posture = _of((_GO_MOD,))
    assert (posture.family, posture.state, posture.mode) == (FipsFamily.UPSTREAM, CertificateState.NOT_FROZEN, "on")
    assert posture.location.line == 5


def test_what_is_set_on_this_machine_counts_and_says_where() -> None:
    posture = _of((_GO_MOD,), GOFIPS140="v1.0.0")
    assert (posture.family, posture.certificate) == (FipsFamily.UPSTREAM, "CMVP #5247")
    (claim,) = (one for one in posture.of(MarkKind.CLAIM) if one.family is FipsFamily.UPSTREAM)
    assert (claim.location.artifact, claim.location.pointer) == ("environment", "GOFIPS140")


def test_a_line_of_a_main_package_goes_before_go_mod() -> None:
    line = DebugLine(value="only", location=Location(artifact="main.go", line=1, column=1))
    assert _of((_GO_MOD, line)).mode == "only"


def test_off_in_spite_of_a_module_is_a_defeat() -> None:
    line = DebugLine(value="off", location=Location(artifact="main.go", line=1, column=1))
    assert "in spite of GOFIPS140=v1.0.0" in _of((line,), GOFIPS140="v1.0.0").of(MarkKind.DEFEAT)[0].words


def test_imports_speak_for_families() -> None:
    standard = {"crypto/tls/fipsonly": "example.com/acme/svc", "crypto/fips140": "", "crypto/md5": ""}
    marks = marks_of_imports(standard, ["github.com/golang-fips/openssl/v2", "example.com/acme/svc"])
    assert {one.family for one in marks} == {FipsFamily.BORINGCRYPTO, FipsFamily.NONE, FipsFamily.REDHAT}
    posture = posture_of_project(Sources(subject="svc", imports=marks), (), ())
    assert posture.family is FipsFamily.BORINGCRYPTO
    assert posture.others == (FipsFamily.REDHAT,)
