"""The rows of the Binary screen: nothing is left out, and nothing is good but what is proven."""

from __future__ import annotations

import pytest

from supplymatrix.checks.program_gaps import PROGRAMS_WANTED
from supplymatrix.errors import Diagnostic
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import InstalledGo, ToolchainLevel
from supplymatrix.model.program import (
    BuiltProgram,
    ProgramModule,
    ProgramModuleState,
    ProgramState,
    SecretFlag,
    WeakDefault,
)
from supplymatrix.model.programs_run import BinaryRun
from supplymatrix.model.value import changed
from supplymatrix.reports.goroot_view import GorootView
from supplymatrix.tui.screens.binary_data import (
    fields_of,
    module_lines,
    modules_table,
    row_lines,
    rows_table,
    summary_line,
)
from supplymatrix.tui.screens.binary_rows import BinaryView

NAME = "bin/app"
SECRET = SecretFlag(setting="-ldflags", name="main.token", kind="a name", prefix="", digest="00", length=9)
PLACE = Location(artifact=NAME)


def _program(state: ProgramState = ProgramState.READ, name: str = NAME) -> BuiltProgram:
    return BuiltProgram(
        name=name, state=state, sha256="ab" * 32, size=1234, location=PLACE, format="ELF", goos="linux",
        goarch="arm64", go_version="go1.26.8 X:boringcrypto", path="svc.example/app", main="svc.example/app",
        main_version="v1.2.0", reason="why so" if state is not ProgramState.READ else "",
    )  # fmt: skip


def _module(
    state: ProgramModuleState = ProgramModuleState.PROVEN, path: str = "code.example/a", version: str = "v1.0.0"
) -> ProgramModule:
    return ProgramModule(
        program=NAME, subject=ModuleVersion(path=path, version=version), state=state, location=PLACE,
        sum="h1:mine", logged_hash="h1:theirs", reason="the reason" if state is not ProgramModuleState.PROVEN else "",
    )  # fmt: skip


def _run(*modules: ProgramModule, programs: tuple[BuiltProgram, ...] | None = None) -> BinaryRun:
    return BinaryRun(
        programs=(_program(),) if programs is None else programs, modules=modules, weak=(), gaps=(), notes=(),
        log="log.example", tree_size=9, exit_code=0, files=1,
    )  # fmt: skip


def _style(run: BinaryRun) -> str:
    return BinaryView(run).programs[0].sign.style


@pytest.mark.parametrize("state", list(ProgramModuleState))
def test_a_program_is_good_only_where_all_its_modules_are_proven(state: ProgramModuleState) -> None:
    row = BinaryView(_run(_module(), _module(state, "code.example/b"))).programs[0]
    assert (row.sign.style == "good") is (state is ProgramModuleState.PROVEN)
    assert row.is_failure is (state is not ProgramModuleState.PROVEN)
    assert row.sign.mark
    assert row.sign.word


@pytest.mark.parametrize("state", list(ProgramState))
def test_a_program_whose_modules_cannot_be_told_is_no_pass(state: ProgramState) -> None:
    row = BinaryView(_run(programs=(_program(state),))).programs[0]
    is_open = state in (ProgramState.READ, ProgramState.SEARCHED)
    assert row.sign.word == ("no modules" if is_open or state is ProgramState.BARE else state.value)
    assert row.sign.style == ("muted" if is_open else "part")
    assert ("why so" in row.findings) is not is_open


def test_the_gravest_counts_as_in_the_exit_code_of_the_command() -> None:
    states = (ProgramModuleState.NO_SUM, ProgramModuleState.UNCHECKED, ProgramModuleState.DIFFERS)
    modules = [_module(state, f"code.example/{state.value}") for state in states]
    words = [BinaryView(_run(*modules[: count + 1])).programs[0].sign.word for count in range(3)]
    assert words == ["no hash", "not checked", "differs"]


@pytest.mark.parametrize(
    "change",
    [{"settings": (("vcs.modified", "true"),)}, {"main_replaced": "fork.example/app v1.0.0"},
     {"secrets": (SECRET,)}],
)  # fmt: skip
def test_what_is_odd_in_a_program_takes_its_pass_away(change: dict[str, object]) -> None:
    run = _run(_module(), programs=(changed(_program(), **change),))
    row = BinaryView(run).programs[0]
    assert (row.sign.word, row.sign.style) == ("findings", "part")
    assert row.findings


def test_weak_defaults_are_told_and_take_no_pass_away() -> None:
    weak = WeakDefault(
        subject=NAME, key="tls3des", setting="1", since="1.23", effect="3DES", because="recorded", location=PLACE
    )
    row = BinaryView(changed(_run(_module()), weak=(weak,))).programs[0]
    assert (row.sign.style, row.is_failure) == ("good", True)
    assert ("weaker than Go is today", "tls3des=1", "3DES (since Go 1.23)") in list(fields_of(row))


def test_what_could_not_be_read_is_a_row_of_its_own() -> None:
    gap = Gap(wanted=f"{PROGRAMS_WANTED}bin/locked", reason="permission denied", remedy="chmod it")
    log = Gap(wanted="log record of x", reason="no network", remedy="")
    run = changed(
        _run(_module()), gaps=(gap, log), forged=(("image.tar: blob", "it is another one"),),
        faults=(Diagnostic(message="it is no Go program", artifact="README", remedy="name one"),), exit_code=4,
    )  # fmt: skip
    view = BinaryView(run)
    assert [(row.name, row.sign.word) for row in view.rows] == [
        ("image.tar: blob", "forged"), (NAME, "proven"), ("README", "not read"), ("bin/locked", "not read"),
    ]  # fmt: skip
    assert len(view.by_id) == len(view.rows)
    assert view.unknown == 2
    said = "\n".join(line.plain for row in view.rows for line in row_lines(row))
    for text in ("it is another one", "it is no Go program", "name one", "permission denied", "chmod it"):
        assert text in said


@pytest.mark.parametrize("level", list(ToolchainLevel))
def test_a_go_has_the_level_of_the_command(level: ToolchainLevel) -> None:
    go = InstalledGo(root="/opt/go", found_as="PATH", version="1.26.8", platform="linux-amd64", level=level, reason="x")
    gos = GorootView(installed=(go,), gaps=(), notes=(), log="log.example", tree_size=9, exit_code=0)
    (row,) = BinaryView(None, gos).rows
    is_good = level in (ToolchainLevel.OFFICIAL, ToolchainLevel.CONFIG_CHANGED)
    assert (row.sign.style == "good") is is_good
    assert row.is_failure is not is_good
    assert (row.sign.style == "bad") is (level is ToolchainLevel.MODIFIED)
    risky = BinaryView(None, changed(gos, installed=(changed(go, risks=("GOSUMDB=off",)),))).rows[0]
    assert risky.sign.style != "good"
    assert "GOSUMDB=off" in risky.findings
    broken = BinaryView(None, changed(gos, installed=(changed(go, bad_proof=True),))).rows[0]
    assert broken.sign.style == "bad"


def test_a_module_tells_both_hashes_and_the_version_of_the_project() -> None:
    module = changed(_module(ProgramModuleState.DIFFERS), required="v1.1.0", original="old.example/a@v1.0.0")
    (row,) = BinaryView(_run(module)).programs[0].modules
    said = "\n".join(line.plain for line in module_lines(row))
    for text in ("h1:mine", "h1:theirs", "v1.1.0: another version", "old.example/a@v1.0.0", "the reason"):
        assert text in said
    same = BinaryView(_run(changed(_module(), required="v1.0.0"))).programs[0].modules[0]
    assert "v1.0.0: the same version" in "\n".join(line.plain for line in module_lines(same))
    assert not same.is_failure
    gone = BinaryView(_run(changed(_module(), required=""))).programs[0].modules[0]
    assert "the project does not have it" in "\n".join(line.plain for line in module_lines(gone))
    assert gone.is_failure


@pytest.mark.parametrize(
    ("state", "version", "has_chain"),
    [(ProgramModuleState.PROVEN, "v1.0.0", True), (ProgramModuleState.PRIVATE, "v1.0.0", False),
     (ProgramModuleState.LOCAL, "(devel)", False), (ProgramModuleState.DIFFERS, "", False)],
)  # fmt: skip
def test_nobody_asks_the_log_about_what_it_cannot_know_or_must_not(
    state: ProgramModuleState, version: str, has_chain: bool
) -> None:
    (row,) = BinaryView(_run(_module(state, version=version))).programs[0].modules
    assert row.has_chain is has_chain


def test_two_modules_of_one_name_have_two_ids() -> None:
    rows = BinaryView(_run(_module(), _module())).programs[0].modules
    assert len({row.id for row in rows}) == 2


@pytest.mark.parametrize("room", [40, 78, 98, 158])
def test_columns_that_say_nothing_are_left_out(room: int) -> None:
    view = BinaryView(_run(_module(), _module(ProgramModuleState.NO_SUM, "code.example/b")))
    rows = view.programs[0].modules
    assert list(modules_table(rows, room, has_project=False).columns) == ["state", "module", "version", "why"]
    assert "project" in modules_table(rows, room, has_project=True).columns
    assert list(modules_table(rows[:1], room, has_project=False).columns) == ["state", "module", "version"]
    table = rows_table(view.rows, room)
    assert table.columns["go"].texts == ["1.26.8"]
    assert table.columns["for"].texts == ["linux/arm64"]


@pytest.mark.parametrize("width", [30, 60, 78, 158])
def test_what_is_wrong_is_never_cut_from_the_summary(width: int) -> None:
    gaps = (Gap(wanted="log record of x", reason="no network", remedy=""),)
    run = changed(_run(_module(ProgramModuleState.DIFFERS), _module()), gaps=gaps, exit_code=4, project="svc")
    line = summary_line(BinaryView(run), width)
    assert "✘ 1 not the log's" in line
    assert "1 gap" in line


def test_no_program_and_no_go_are_said() -> None:
    assert summary_line(BinaryView(None)) == "no program is named"
    assert summary_line(BinaryView(_run(programs=()))) == "exit 0 · 0 Go programs"
