"""What a program shows of code that is not Go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.build_info import parse_module_text
from supplymatrix.gomod.program import ReadProgram
from supplymatrix.model.native_code import LinkMode, LinkOutcome, NativeCode, NativeProof
from supplymatrix.model.program import ProgramState
from supplymatrix.native.program_facts import program_facts

TEXT = "path\texample.com/m\nmod\texample.com/m\tv1.0.0\t\nbuild\tCGO_ENABLED=1\nbuild\t-tags=a,b\n"
SQLITE = "dep\tgithub.com/mattn/go-sqlite3\tv1.14.24\th1:UL815xU9SqsFlibzuggzjXhog7bL6oX9BbNZnL2UFvs=\n"


def program(*packages: str, deps: str = "", known: bool = True, **fields: object) -> ReadProgram:
    told = {"state": ProgramState.READ, "format": "ELF", "goos": "linux", "goarch": "amd64", **fields}
    info = parse_module_text(TEXT.replace("build\tCGO", f"{deps}build\tCGO", 1))
    return ReadProgram(info=info, packages=tuple(sorted(packages)) if known else None, **told)  # type: ignore[arg-type]


def look(read: ReadProgram) -> tuple[NativeCode, ...]:
    return program_facts("app", read).native


def test_cgo_enabled_alone_is_no_c() -> None:
    side = program_facts("app", program("main", "net", "runtime"))
    assert (side.native, side.c_packages, side.unknown) == ((), (), "")
    assert (side.target.cgo, side.target.tags) == (False, ("a", "b"))
    assert side.notes == ("app: CGO_ENABLED=1 is recorded, and no C is linked in",)


def test_a_program_without_a_table_is_not_known_to_be_without_c() -> None:
    side = program_facts("app", program(known=False, reason="it is packed"))
    assert (side.target.cgo, side.unknown, side.native) == (None, "it is packed", ())


def test_static_glibc_has_to_be_replaceable_and_musl_only_named() -> None:
    (glibc,) = look(program("main", "runtime/cgo", c_packages=("net",), c_library="glibc"))
    assert (glibc.subject.path, glibc.mode, glibc.position.outcome) == ("std", LinkMode.STATIC, LinkOutcome.LGPL_RELINK)
    (musl,) = look(program("main", "runtime/cgo", c_packages=("net",), c_library="musl"))
    assert (musl.licence, musl.position.outcome) == ("MIT", LinkOutcome.NOTICE)


def test_a_shared_c_library_asks_for_notices() -> None:
    read = program(
        "main", "runtime/cgo", interpreter="/lib64/ld-linux-x86-64.so.2", libraries=("libc.so.6", "libm.so.6")
    )
    (one,) = look(read)
    assert (one.library, one.mode, one.position.outcome) == ("glibc", LinkMode.DYNAMIC, LinkOutcome.NOTICE)
    musl = program("main", "runtime/cgo", interpreter="/lib/ld-musl-x86_64.so.1", libraries=("libc.musl-x86_64.so.1",))
    assert [one.library for one in look(musl)] == ["musl"]


def test_libraries_that_are_loaded_at_the_start_are_told_with_their_owner() -> None:
    deps = "dep\tgithub.com/h2non/bimg\tv1.1.9\n"
    read = program("main", "runtime/cgo", "github.com/h2non/bimg", deps=deps, libraries=("libvips.so.42", "libx.so.1"))
    found = {one.library: (one.subject.path, one.licence, one.proof) for one in look(read)}
    assert found == {
        "libvips": ("github.com/h2non/bimg", "LGPL-2.1-or-later", NativeProof.PROGRAM),
        "libx.so.1": ("example.com/m", "", NativeProof.PROGRAM),
    }


def test_the_table_tells_what_a_module_brings_where_c_is_linked_in() -> None:
    path = "github.com/mattn/go-sqlite3"
    (one,) = look(program("main", "runtime/cgo", path, deps=SQLITE, c_packages=(path,)))
    assert (one.library, one.mode, one.proof, one.licence) == (
        "sqlite", LinkMode.BUNDLED, NativeProof.TABLE, "blessing",
    )  # fmt: skip
    assert look(program("main", path, deps=SQLITE)) == ()  # its stub without cgo
    assert look(program("main", "runtime/cgo", deps=SQLITE)) == ()  # named, and not linked in


def test_a_module_that_calls_c_and_is_in_no_table_is_unknown() -> None:
    deps = "dep\texample.com/c\tv1.0.0\n"
    (one,) = look(program("main", "runtime/cgo", "example.com/c", deps=deps, c_packages=("example.com/c", "net")))
    assert (str(one.subject), one.mode, one.position.outcome) == (
        "example.com/c@v1.0.0", LinkMode.LINKED, LinkOutcome.UNKNOWN,
    )  # fmt: skip


def test_boringcrypto_is_cryptography_of_its_own() -> None:
    (one,) = look(program("main", "runtime/cgo", c_packages=("crypto/internal/boring",)))
    assert (one.library, one.is_crypto, one.mode) == ("BoringSSL", True, LinkMode.PREBUILT)


def test_libraries_of_windows_and_macos_are_not_told_one_by_one() -> None:
    assert look(program("main", format="PE", goos="windows", libraries=("kernel32.dll", "ws2_32.dll"))) == ()
    mac = ("/usr/lib/libSystem.B.dylib", "/System/Library/Frameworks/Security.framework/Versions/A/Security")
    assert look(program("main", format="Mach-O", goos="darwin", libraries=mac)) == ()


def test_national_algorithms_are_linked_into_it() -> None:
    deps = "dep\tgithub.com/emmansun/gmsm\tv0.30.0\n"
    (one,) = program_facts("app", program("main", "github.com/emmansun/gmsm/sm4", deps=deps)).national
    assert (str(one.subject), one.algorithms, one.how, one.program) == (
        "github.com/emmansun/gmsm@v0.30.0", ("SM4",), "linked", "app",
    )  # fmt: skip


NAMES = st.sampled_from(
    ["main", "net", "runtime/cgo", "github.com/mattn/go-sqlite3", "example.com/c", "", "a/../b", "é"]
)


@given(
    st.lists(NAMES, max_size=5), st.lists(NAMES, max_size=3), st.lists(st.text(max_size=12), max_size=3), st.booleans()
)
def test_any_program_is_looked_at(packages: list[str], calling: list[str], libraries: list[str], known: bool) -> None:
    read = program(
        *packages, deps=SQLITE, known=known, c_packages=tuple(calling), libraries=tuple(libraries)
    )  # fmt: skip
    side = program_facts("app", read)
    assert bool(side.unknown) is not known


def test_a_library_in_a_folder_of_the_system_is_one_of_the_system_on_macos_alone() -> None:
    file = "/usr/lib/x86_64-linux-gnu/libreadline.so.8"
    assert "readline" in {one.library for one in look(program("main", "runtime/cgo", libraries=(file,)))}
    mac = program("main", "runtime/cgo", libraries=("/usr/lib/libreadline.dylib",), format="Mach-O", goos="darwin")
    assert look(mac) == ()


def test_the_main_package_is_told_by_its_path() -> None:
    side = program_facts("app", program("main", "runtime/cgo", c_packages=("main",)))
    assert [(one.module, one.package) for one in side.c_packages] == [("example.com/m@v1.0.0", "example.com/m")]
