"""Programs as text and as JSON: everything that is known is told, within 80 columns, and alarms come first."""

from __future__ import annotations

import json

from supplymatrix.errors import Diagnostic
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
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
from supplymatrix.reports.programs_view import render_programs_json, render_programs_text, state_words

_PLACE = Location(artifact="app")
_HASH = "h1:" + "A" * 43 + "="


def _module(path: str, state: ProgramModuleState, **more: str | None) -> ProgramModule:
    return changed(
        ProgramModule(
            program="app", subject=ModuleVersion(path=path, version="v1.0.0"), state=state, location=_PLACE, sum=_HASH
        ),
        **more,
    )


_PROGRAM = BuiltProgram(
    name="app",
    state=ProgramState.READ,
    sha256="ab" * 32,
    size=1_000,
    location=_PLACE,
    format="ELF",
    goos="linux",
    goarch="amd64",
    go_version="go1.26.8",
    path="svc.example/app/cmd/app",
    main="svc.example/app",
    main_version="v1.2.3+dirty",
    settings=(
        ("-buildmode", "exe"), ("-compiler", "gc"), ("-trimpath", "true"), ("CGO_ENABLED", "1"),
        ("vcs", "git"), ("vcs.revision", "0123abcd"), ("vcs.time", "2026-01-02T03:04:05Z"), ("vcs.modified", "true"),
    ),
    secrets=(
        SecretFlag(setting="-ldflags", name="main.token", kind="a name", prefix="abcd", digest="01234567", length=20),
    ),
    libraries=("libc.so.6",),
    interpreter="/lib64/ld-linux-x86-64.so.2",
    packages=("a", "b"),
    from_image="sha256:" + "cd" * 32,
    go_is_logged=False,
    go_release="1.26.8",
    also=("app2",),
)  # fmt: skip
_WEAK = WeakDefault(
    subject="app", key="tls3des", setting="1", since="1.23", effect="3DES", because="recorded", location=_PLACE
)
_RUN = BinaryRun(
    programs=(_PROGRAM,),
    modules=(
        _module("code.example/good", ProgramModuleState.PROVEN, required="v1.1.0"),
        _module("code.example/gone", ProgramModuleState.PROVEN, required=""),
        _module("code.example/bad", ProgramModuleState.DIFFERS, reason=f"it records {_HASH}", remedy="do not run it"),
        *(_module(f"code.example/odd{n}", ProgramModuleState.NO_SUM, reason="it has none") for n in range(20)),
    ),
    weak=(_WEAK,),
    gaps=(Gap(wanted="programs: b", reason="it is gone", remedy="look again"),),
    notes=("a note",),
    log="log.example",
    tree_size=1_234,
    exit_code=4,
    files=3,
    images=1,
    forged=(("image: blobs/x", "it is not what its digest says"),),
    faults=(Diagnostic(message="it is no Go program", artifact="text"),),
    project="svc.example/app",
)


def test_a_program_is_told_in_full() -> None:
    text = render_programs_text(_RUN)
    for part in (
        "app: ELF linux/amd64, go1.26.8", "ab" * 32, "svc.example/app v1.2.3+dirty (package svc.example/app/cmd/app)",
        "git 0123abcd, 2026-01-02T03:04:05Z, WITH changes", "the log has NO such release", "-trimpath, CGO_ENABLED=1",
        "-ldflags main.token: a name; 20 characters", "libc.so.6; loaded by /lib64/ld-linux-x86-64.so.2", "2 linked in",
        "23: 2 proven, 1 not what the log has, 20 without a hash",
        "ALARM not what the log has: code.example/bad v1.0.0",
        "= next: do not run it", "and 12 more", "(the project has v1.1.0)", "(the project does not have it)",
        "tls3des=1: 3DES", "ALARM image: blobs/x", "not read: text: it is no Go program", "not known: programs: b",
        "3 files looked at in 1 image: 1 Go program, 23 modules", "log.example tree 1,234", "also         app2",
    ):  # fmt: skip
        assert part in " ".join(text.split()) or part in text, part
    assert "-buildmode" not in text
    assert text.index("ALARM not what the log has") < text.index("without a hash: code")
    assert text.rstrip().split("\n")[-1].startswith("ALARM")


def _told(**more: object) -> str:
    program = changed(_PROGRAM, **{"secrets": (), "main_version": "v1.0.0", **more})
    return " ".join(render_programs_text(changed(_RUN, programs=(program,), weak=())).split())


def test_what_is_absent_is_told_where_it_would_be_recorded() -> None:
    text = _told(settings=(("-compiler", "gc"),))
    for part in ("built from not recorded", "secrets none in the settings", "weaker than Go is today: no default that"):
        assert part in text
    assert "-ldflags" not in text
    assert "weaker than Go is today: not recorded before Go 1.21" in _told(go_release="1.20.14")
    old = _told(settings=(), has_settings=False, go_release="1.17.1")
    assert "secrets" not in old
    assert "built from not recorded before Go 1.18" in old
    assert "weaker than Go is today: not recorded before Go 1.18" in old


def test_what_trimpath_hides_is_told() -> None:
    hidden = "-ldflags are not recorded with -trimpath: what -X set cannot be seen"
    assert f"secrets none in the settings; {hidden}" in _told()
    assert hidden not in _told(settings=(("-trimpath", "true"), ("-ldflags", "-s")))
    for settings, hides in (((("-trimpath", "true"),), True), ((("-trimpath", "false"),), False), ((), False)):
        run = changed(_RUN, programs=(changed(_PROGRAM, settings=settings),))
        assert json.loads(render_programs_json(run))["programs"][0]["hides_ldflags"] is hides


def test_lines_fit_into_80_columns() -> None:
    for line in render_programs_text(_RUN, width=80, modules=True).split("\n"):
        assert len(line) <= 80 or " " not in line.strip(), line


def test_several_programs_are_a_line_each_unless_all_is_asked_for() -> None:
    two = changed(_RUN, programs=(_PROGRAM, changed(_PROGRAM, name="other", secrets=(), main_version="v1.0.0")))
    brief = render_programs_text(two)
    assert "sha256" not in brief.partition("note:")[0]
    assert "1 secret in its build settings" in brief
    assert render_programs_text(two, verbose=True).count("ab" * 32) == 2


def test_a_program_that_hides_its_modules_says_so() -> None:
    packed = changed(_PROGRAM, state=ProgramState.PACKED, reason="the mark of UPX", go_version="", settings=())
    text = render_programs_text(changed(_RUN, programs=(packed,), modules=()))
    assert "packed: what is in it cannot be told (the mark of UPX)" in " ".join(text.split())
    assert "0 modules" not in text.partition("looked at")[0]


def test_every_state_has_words_of_its_own() -> None:
    assert len({state_words(state) for state in ProgramModuleState}) == len(ProgramModuleState)


def test_json_has_everything() -> None:
    document = json.loads(render_programs_json(_RUN))
    (program,) = document["programs"]
    assert len(program["modules"]) == 23
    assert document["counts"]["no-sum"] == 20
    assert program["modules"][1]["is_other_version"] is True
    assert program["go"] == {"version": "go1.26.8", "release": "1.26.8", "is_inferred": False, "is_in_log": False}
    assert document["forged"][0]["where"] == "image: blobs/x"
