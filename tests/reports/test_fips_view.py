"""Postures as text and JSON, whatever is in them."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from supplymatrix.errors import Diagnostic
from supplymatrix.model.fips import (
    CertificateState,
    FipsFamily,
    FipsMark,
    FipsPosture,
    FipsPurpose,
    FipsUse,
    MarkKind,
    NonApprovedPackage,
)
from supplymatrix.model.fips_run import FipsRun
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.reports.fips_json import render_fips_json
from supplymatrix.reports.fips_view import render_fips_text
from tests.support.data import REPO

SCHEMA = json.loads((REPO / "supplymatrix/reports/schema/fips-v1.schema.json").read_text(encoding="utf-8"))
_TEXT = st.text(st.sampled_from("ab/.@ \n\x1b\x9b\u202e\u200b\u00e4"), max_size=20)
_PLACES = st.builds(Location, artifact=_TEXT, line=st.integers(0, 9), pointer=_TEXT)
_MARKS = st.builds(
    FipsMark, kind=st.sampled_from(MarkKind), family=st.sampled_from(FipsFamily), words=_TEXT, location=_PLACES
)
_POSTURES = st.builds(
    FipsPosture,
    subject=_TEXT,
    use=st.sampled_from(FipsUse),
    family=st.sampled_from(FipsFamily),
    location=_PLACES,
    others=st.lists(st.sampled_from(FipsFamily), max_size=2).map(tuple),
    module=_TEXT,
    state=st.sampled_from(CertificateState),
    certificate=_TEXT,
    dated=st.none() | st.dates(min_value=date(2000, 1, 1)),
    mode=_TEXT,
    marks=st.lists(_MARKS, max_size=4).map(tuple),
    looked_at=st.lists(_TEXT, max_size=2).map(tuple),
    reason=_TEXT,
    purpose=st.sampled_from(FipsPurpose),
    main=_TEXT,
)
_PACKAGES = st.builds(
    NonApprovedPackage,
    subject=_TEXT,
    package=_TEXT,
    module=st.builds(ModuleVersion, path=_TEXT, version=_TEXT),
    what=_TEXT,
    how=st.sampled_from(["linked", "imported", "called", "module"]),
    location=_PLACES,
    functions=st.lists(_TEXT, max_size=3).map(tuple),
    by=_TEXT,
    inside=_TEXT,
    under=_TEXT,
    is_c=st.booleans(),
)
_RUNS = st.builds(
    FipsRun,
    postures=st.lists(_POSTURES, max_size=5).map(tuple),
    packages=st.lists(_PACKAGES, max_size=3).map(tuple),
    gaps=st.lists(st.builds(Gap, wanted=_TEXT, reason=_TEXT, remedy=_TEXT), max_size=2).map(tuple),
    notes=st.lists(_TEXT, max_size=2).map(tuple),
    exit_code=st.sampled_from([0, 1, 2, 3, 5]),
    faults=st.lists(st.builds(Diagnostic, message=_TEXT, artifact=_TEXT), max_size=1).map(tuple),
    forged=st.lists(st.tuples(_TEXT, _TEXT), max_size=1).map(tuple),
    table_of=st.none() | st.dates(min_value=date(2000, 1, 1)),
)


@settings(max_examples=30)
@given(_RUNS, st.sampled_from([60, 80, 120]), st.booleans())
def test_any_run_is_text_without_hidden_characters_and_json_by_its_schema(
    run: FipsRun, width: int, verbose: bool
) -> None:
    text = render_fips_text(run, width=width, verbose=verbose)
    assert all(char.isprintable() or char == "\n" for char in text)
    Draft202012Validator(SCHEMA).validate(json.loads(render_fips_json(run)))


def _posture(name: str, family: FipsFamily = FipsFamily.NONE) -> FipsPosture:
    return FipsPosture(subject=name, use=FipsUse.PROGRAM, family=family, location=Location(artifact=name))


def test_of_many_programs_those_without_anything_have_a_line_each() -> None:
    postures = (*(_posture(f"bin/{number}") for number in range(4)), _posture("bin/f", FipsFamily.UPSTREAM))
    run = FipsRun(postures=postures, packages=(), gaps=(), notes=(), exit_code=0)
    text = render_fips_text(run)
    assert text.count("nothing of FIPS 140-3, and none of the known packages") == 4
    assert text.count("(program)") == 1
    assert render_fips_text(run, verbose=True).count("(program)") == 5
