"""Programs: six families told, claims held against code, what defeats them. The programs are made by hand."""

from __future__ import annotations

import pytest

from supplymatrix.fips.program import default_bytes, posture_of_program, with_other_default
from supplymatrix.gomod.program import ReadProgram
from supplymatrix.model.fips import CertificateState, FipsFamily, FipsPosture, MarkKind
from supplymatrix.model.program import ProgramState
from supplymatrix.model.value import changed
from tests.fips.made import BINDING, BORING, TREE, V100, program

V1 = "v1.0.0-c2097c7c"


def _posture(read: ReadProgram) -> FipsPosture:
    return posture_of_program("bin/app", read)


def _words(posture: FipsPosture, kind: MarkKind) -> str:
    return "; ".join(one.words for one in posture.of(kind))


FAMILIES = [
    (program(), FipsFamily.NONE, CertificateState.NOT_APPLICABLE),
    (program(V100, GOFIPS140=V1, fips140="on"), FipsFamily.UPSTREAM, CertificateState.CERTIFIED),
    (program(GOFIPS140="latest", fips140="on"), FipsFamily.UPSTREAM, CertificateState.NOT_FROZEN),
    (
        program([name.replace(V1, "v1.26.0") for name in V100], GOFIPS140="v1.26.0", fips140="on"),
        FipsFamily.UPSTREAM,
        CertificateState.IN_PROCESS,
    ),
    (
        program([name.replace(V1, "v1.99.0") for name in V100], GOFIPS140="v1.99.0", fips140="on"),
        FipsFamily.UPSTREAM,
        CertificateState.NOT_IN_TABLE,
    ),
    (
        program(version="go1.26.8-X:boringcrypto", functions=BORING, GOEXPERIMENT="boringcrypto"),
        FipsFamily.BORINGCRYPTO,
        CertificateState.CERTIFIED,
    ),
    (
        program(version="go1.21.8 X:boringcrypto", functions=BORING, GOEXPERIMENT="boringcrypto"),
        FipsFamily.BORINGCRYPTO,
        CertificateState.NOT_IN_TABLE,
    ),
    (program((*TREE, BINDING), tags="strictfipsruntime"), FipsFamily.REDHAT, CertificateState.AT_RUN_TIME),
    (
        program(functions=("crypto/internal/boring._Cfunc__goboringcrypto_DLOPEN_OPENSSL",), version="go1.18.10"),
        FipsFamily.REDHAT,
        CertificateState.AT_RUN_TIME,
    ),
    (
        program(
            (*TREE, BINDING),
            version="go1.26.3-microsoft",
            microsoft_systemcrypto="1",
            microsoft_toolset_version="go1.26.3-microsoft",
        ),
        FipsFamily.MICROSOFT,
        CertificateState.AT_RUN_TIME,
    ),
    (
        program((*TREE, "vendor/github.com/microsoft/go-crypto-winnative/cng"), goos="windows", libraries=()),
        FipsFamily.MICROSOFT,
        CertificateState.AT_RUN_TIME,
    ),
    (
        program((*TREE, BINDING), version="go1.26.3 (Ubuntu 1.26.3-1fips1)"),
        FipsFamily.CANONICAL,
        CertificateState.AT_RUN_TIME,
    ),
]


@pytest.mark.parametrize(("read", "family", "state"), FAMILIES)
def test_a_family_is_told_by_settings_and_code(read: ReadProgram, family: FipsFamily, state: CertificateState) -> None:
    posture = _posture(read)
    assert (posture.family, posture.state) == (family, state)
    assert (posture.dated is None) is (state is CertificateState.NOT_APPLICABLE)
    assert not posture.of(MarkKind.CONTRADICTION)
    assert not posture.of(MarkKind.DEFEAT)


def test_a_certified_module_has_its_number_and_day() -> None:
    posture = _posture(program(V100, GOFIPS140=V1, fips140="on"))
    assert (posture.module, posture.certificate, f"{posture.dated}", posture.mode) == (
        V1, "CMVP #5247", "2026-04-28", "on",
    )  # fmt: skip
    assert posture.looked_at == ("settings", "function table", "list of libraries")
    assert "2 packages of Go's module v1.0.0-c2097c7c are linked in" in _words(posture, MarkKind.WITNESS)


CONTRADICTED = [
    (program(GOFIPS140=V1, fips140="on"), "no function of that version", FipsFamily.UPSTREAM),
    (program(V100), "no GOFIPS140 is recorded", FipsFamily.UPSTREAM),
    (program(V100, GOFIPS140="v1.26.0", fips140="on"), f"linked in is {V1}", FipsFamily.UPSTREAM),
    (program((*V100, "crypto/internal/fips140/aes"), GOFIPS140=V1), "linked in twice", FipsFamily.UPSTREAM),
    (program(fips140="only"), "recorded without GOFIPS140", FipsFamily.UPSTREAM),
    (program(fips140="on"), "recorded without GOFIPS140", FipsFamily.UPSTREAM),
    (
        program(V100, functions=BORING, GOFIPS140=V1, GOEXPERIMENT="boringcrypto"),
        "exclude each other",
        FipsFamily.BORINGCRYPTO,
    ),
    (program(GOEXPERIMENT="boringcrypto"), "no function that calls it is linked in", FipsFamily.NONE),
    (program(functions=BORING), "no GOEXPERIMENT is recorded", FipsFamily.BORINGCRYPTO),
    (program(tags="netgo,strictfipsruntime"), "another Go does not heed that", FipsFamily.NONE),
    (program(tags="requirefips"), "another Go does not heed that", FipsFamily.NONE),
    (program(microsoft_systemcrypto="1"), "no binding of it is linked in", FipsFamily.NONE),
]


@pytest.mark.parametrize(("read", "words", "family"), CONTRADICTED)
def test_claims_are_held_against_the_code(read: ReadProgram, words: str, family: FipsFamily) -> None:
    posture = _posture(read)
    assert words in _words(posture, MarkKind.CONTRADICTION)
    assert posture.family is family


def test_a_claim_that_the_code_contradicts_is_never_certified() -> None:
    assert _posture(program(GOFIPS140=V1, fips140="on")).state is CertificateState.NOT_FROZEN
    both = [*V100, "crypto/internal/fips140/v1.26.0/aes"]
    assert _posture(program(both, GOFIPS140=V1, fips140="on")).state is CertificateState.NOT_IN_TABLE


def test_a_program_without_cryptography_contradicts_nothing() -> None:
    posture = _posture(program(("main", "runtime"), GOFIPS140=V1, fips140="on"))
    assert posture.family is FipsFamily.UPSTREAM
    assert not posture.of(MarkKind.CONTRADICTION)


def test_without_a_function_table_nothing_is_held_against_it_and_nothing_is_said_of_it() -> None:
    posture = _posture(program(None, functions=None, GOFIPS140=V1, fips140="on"))
    assert not posture.of(MarkKind.CONTRADICTION)
    assert "function table" not in posture.looked_at


DEFEATED = [
    (program(V100, goos="openbsd", GOFIPS140=V1, fips140="on"), "OpenBSD"),
    (program(V100, goos="aix", goarch="ppc64", GOFIPS140=V1, fips140="on"), "AIX"),
    (program(V100, goos="wasip1", goarch="wasm", GOFIPS140=V1, fips140="on"), "WebAssembly"),
    (program(V100, goos="windows", goarch="386", GOFIPS140=V1, fips140="on"), "32-bit Windows"),
    (program(V100, goos="windows", goarch="arm", GOFIPS140=V1, fips140="on"), "32-bit Windows"),
    (program(V100, GOFIPS140=V1, fips140="auto"), "fips140=auto is no mode of Go's own module"),
    (program(V100, GOFIPS140=V1, fips140="on", ldflags="-X=runtime.godebugDefault=fips140=off"), "godebugDefault"),
    (program(V100, GOFIPS140=V1, fips140="on", ldflags="-X runtime.godebugDefault="), "godebugDefault"),
    (program(V100, GOFIPS140=V1, fips140="off"), "fips140=off is recorded"),
    (program(V100, GOFIPS140=V1, fips140="on", tags="purego"), "the tag purego"),
    (program(V100, GOFIPS140=V1, fips140="on", asan="true"), "-asan"),
    (program(functions=BORING, goarch="s390x", GOEXPERIMENT="boringcrypto"), "linux/s390x"),
    (program((*TREE, BINDING), tags="no_openssl"), "the tag no_openssl"),
    (program((*TREE, BINDING), CGO_ENABLED="0"), "CGO_ENABLED=0"),
    (program((*TREE, BINDING), libraries=()), "linked statically"),
    (program((*TREE, BINDING), microsoft_systemcrypto="0"), "switched off"),
    (program((*TREE, BINDING), GOEXPERIMENT="nosystemcrypto", microsoft_systemcrypto="1"), "switched off"),
]


@pytest.mark.parametrize(("read", "words"), DEFEATED)
def test_what_defeats_a_family_is_told(read: ReadProgram, words: str) -> None:
    assert words in _words(_posture(read), MarkKind.DEFEAT)


def test_the_mode_that_the_linker_was_given_is_the_mode() -> None:
    posture = _posture(program(V100, GOFIPS140=V1, fips140="on", ldflags="-X=runtime.godebugDefault=fips140=only"))
    assert posture.mode == "only"
    assert not posture.of(MarkKind.DEFEAT)


def test_a_module_of_which_nothing_is_linked_in_is_claimed_and_no_more() -> None:
    posture = _posture(program(("crypto/aes", "main", "runtime"), GOFIPS140=V1, fips140="on"))
    assert (posture.family, posture.state, posture.certificate) == (
        FipsFamily.UPSTREAM, CertificateState.NOT_LINKED, "",
    )  # fmt: skip
    assert "no code bears that out" in _words(posture, MarkKind.WITNESS)


@pytest.mark.parametrize("version", ["v1.0.0", "v1.0.0-deadbeef", "v1.26.0-deadbeef"])
def test_another_seal_has_no_certificate(version: str) -> None:
    posture = _posture(program([name.replace(V1, version) for name in V100], GOFIPS140=version, fips140="on"))
    assert (posture.module, posture.state, posture.certificate) == (version, CertificateState.NOT_IN_TABLE, "")


def test_a_function_that_switches_enforcement_off_is_told_unless_hpke_has_it() -> None:
    name = "crypto/fips140.WithoutEnforcement"
    assert name in _words(_posture(program(V100, functions=(name,))), MarkKind.WITNESS)
    assert name not in _words(_posture(program((*V100, "crypto/hpke"), functions=(name,))), MarkKind.WITNESS)


def test_red_hats_go_from_1_27_on_has_gos_own_module() -> None:
    posture = _posture(
        program(V100, version="go1.27.1 (Red Hat 1.27.1-1.el9)", GOFIPS140=V1, fips140="auto", CGO_ENABLED="0")
    )
    assert posture.family is FipsFamily.UPSTREAM
    assert not posture.of(MarkKind.DEFEAT)


def test_the_default_that_is_recorded_can_be_looked_for() -> None:
    assert default_bytes(program(V100, GOFIPS140=V1, fips140="on")).endswith(b"fips140=on,tlssha1=1\0")
    assert default_bytes(program(V100, fips140="off")) == b""
    assert default_bytes(program(V100, fips140="on", ldflags="-X runtime.godebugDefault=fips140=on")) == b""
    assert default_bytes(changed(program(V100, fips140="on"), format="WebAssembly")) == b""
    posture = with_other_default(_posture(program(V100, GOFIPS140=V1, fips140="on")))
    assert "the program has another default" in _words(posture, MarkKind.DEFEAT)


def test_windows_with_64_bits_and_a_go_without_cgo_are_no_defeat() -> None:
    assert not _posture(program(V100, goos="windows", GOFIPS140=V1, fips140="on")).of(MarkKind.DEFEAT)
    read = program((*TREE, BINDING), CGO_ENABLED="0", GOEXPERIMENT="ms_nocgo_opensslcrypto")
    assert not _posture(read).of(MarkKind.DEFEAT)


def test_what_a_family_needs_where_it_runs_is_told() -> None:
    red_hat = _posture(program((*TREE, BINDING), tags="strictfipsruntime"))
    assert "booted in FIPS mode" in _words(red_hat, MarkKind.NEED)
    windows = _posture(program((*TREE, "vendor/github.com/microsoft/go-crypto-winnative"), goos="windows"))
    assert "CNG" in _words(windows, MarkKind.NEED)
    assert not _posture(program()).of(MarkKind.NEED)


@pytest.mark.parametrize("state", [ProgramState.PACKED, ProgramState.OBFUSCATED, ProgramState.DAMAGED])
def test_what_cannot_be_read_is_unknown_with_the_reason(state: ProgramState) -> None:
    read = changed(program(), info=None, state=state, reason="it is packed (UPX)", packages=None)
    posture = _posture(read)
    assert (posture.family, posture.reason) == (FipsFamily.UNKNOWN, "it is packed (UPX)")
