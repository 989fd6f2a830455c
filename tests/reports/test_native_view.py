"""What is not Go, as text and JSON, whatever is in it."""

from __future__ import annotations

import json
from importlib import resources

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from supplymatrix.errors import Diagnostic
from supplymatrix.licences.obligations import Use
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.native_code import (
    LicencePosition,
    LinkMode,
    LinkOutcome,
    NationalAlgorithm,
    NativeCode,
    NativeProof,
    PositionOf,
)
from supplymatrix.model.native_run import CgoRun, CgoTarget, CPackage
from supplymatrix.reports.native_json import render_native_json
from supplymatrix.reports.native_view import render_native_text
from supplymatrix.reports.plain import plain

SCHEMA = json.loads((resources.files("supplymatrix.reports") / "schema" / SCHEMAS["cgo"][0]).read_text("utf-8"))
TEXTS = st.text(max_size=30)
NAMES = st.lists(TEXTS, max_size=2).map(tuple)
LICENCES = st.sampled_from(["", "MIT", "GPL-3.0-only", "LGPL-2.1-only OR MIT", "no expression"]) | TEXTS
MODULES = st.builds(ModuleVersion, path=st.sampled_from(["std", "a.example/m"]), version=TEXTS)
PLACES = st.builds(Location, artifact=TEXTS, line=st.integers(0, 9))
POSITIONS = st.builds(
    LicencePosition, outcome=st.sampled_from(LinkOutcome), of=st.sampled_from(PositionOf), source=TEXTS, words=TEXTS,
    is_disputed=st.booleans(),
)  # fmt: skip
PROGRAMS = st.sampled_from(["", "app"])
FACTS = st.builds(
    NativeCode, subject=MODULES, library=TEXTS, mode=st.sampled_from(LinkMode), proof=st.sampled_from(NativeProof),
    position=POSITIONS, location=PLACES, program=PROGRAMS, licence=LICENCES, licence_from=TEXTS, files=NAMES,
    count=st.integers(0, 30), packages=NAMES, is_crypto=st.booleans(), conditions=TEXTS, notes=NAMES,
    is_built=st.booleans(), own_licence=LICENCES,
)  # fmt: skip
NATIONAL = st.builds(
    NationalAlgorithm, subject=MODULES, package=TEXTS, algorithms=NAMES, standard=TEXTS,
    how=st.sampled_from(["linked", "imported"]), location=PLACES, program=PROGRAMS,
)  # fmt: skip
TARGETS = st.builds(
    CgoTarget, name=st.just("app"), goos=TEXTS, goarch=TEXTS, cgo=st.none() | st.booleans(), tags=NAMES,
    c_library=st.sampled_from(["", "glibc", "musl"]), why=TEXTS, is_program=st.booleans(),
)  # fmt: skip
CALLS = st.builds(CPackage, module=TEXTS, package=TEXTS, files=st.integers(0, 9))
RUNS = st.builds(
    CgoRun, native=st.lists(FACTS, max_size=3).map(tuple), national=st.lists(NATIONAL, max_size=2).map(tuple),
    targets=st.lists(TARGETS, max_size=2).map(tuple), exit_code=st.sampled_from([0, 1, 2, 3, 4, 5]), notes=NAMES,
    gaps=st.lists(st.builds(Gap, wanted=TEXTS, reason=TEXTS, remedy=TEXTS), max_size=2).map(tuple),
    c_packages=st.lists(CALLS, max_size=1).map(tuple),
    faults=st.lists(st.builds(Diagnostic, message=TEXTS, artifact=TEXTS), max_size=1).map(tuple),
    forged=st.lists(st.tuples(TEXTS, TEXTS), max_size=1).map(tuple),
)  # fmt: skip


@settings(max_examples=30)
@given(RUNS, st.booleans(), st.none() | st.sampled_from(Use))
def test_any_run_is_text_that_moves_no_cursor_and_json_of_its_schema(
    run: CgoRun, verbose: bool, use: Use | None
) -> None:
    text = render_native_text(run, width=80, verbose=verbose, use=use)
    assert all(plain(line) == line for line in text.split("\n"))
    found = json.loads(render_native_json(run, use=use))
    Draft202012Validator(SCHEMA).validate(found)
    assert found["exit_code"] == run.exit_code


@settings(max_examples=20)
@given(RUNS)
def test_whatever_a_build_takes_is_in_the_text(run: CgoRun) -> None:
    targets = {target.name if target.is_program else "" for target in run.targets}
    text = "".join(render_native_text(run, width=200).split())
    for fact in run.native:
        if fact.is_built and fact.program in targets and fact.mode is not LinkMode.PROCESS:
            assert "".join(plain(fact.library).split()) in text


def _run(outcome: LinkOutcome) -> CgoRun:
    fact = NativeCode(
        subject=ModuleVersion(path="a.example/m", version="v1.0.0"), library="zmq", mode=LinkMode.DYNAMIC,
        proof=NativeProof.SOURCE, location=Location(artifact="go.mod"), licence="MPL-2.0",
        position=LicencePosition(outcome=outcome, of=PositionOf.LICENCE_TEXT, source="x", words="give its source"),
    )  # fmt: skip
    target = CgoTarget(name="m", goos="linux", goarch="amd64", cgo=True)
    return CgoRun(native=(fact,), national=(), targets=(target,), gaps=(), notes=(), exit_code=0)


def test_only_notices_are_told_as_nothing_more() -> None:
    assert render_native_text(_run(LinkOutcome.NOTICE)).endswith("\nnothing asks for more than notices\n")
    for outcome in (LinkOutcome.WEAK, LinkOutcome.EXCEPTION, LinkOutcome.GPL_COMBINED):
        text = render_native_text(_run(outcome))
        assert text.endswith("\n1 to know; nothing asks for a decision\n")
        assert "· zmq" in text
        assert "give its source" in text
