"""Verdicts on publishers' signatures as text and JSON, whatever is in them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import resources

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from supplymatrix.model.gap import Gap
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.publisher import (
    OriginSource,
    PublisherCheck,
    PublisherOrigin,
    PublisherReason,
    PublisherRun,
    PublisherSigner,
    PublisherState,
    PublisherStep,
    PublisherVerdict,
    SignatureKind,
    TreeState,
)
from supplymatrix.model.signature import CheckState
from supplymatrix.reports.plain import plain
from supplymatrix.reports.publisher_view import render_publisher_json, render_publisher_text

SCHEMA = json.loads((resources.files("supplymatrix.reports") / "schema" / SCHEMAS["publisher"][0]).read_text("utf-8"))
TEXTS = st.text(max_size=40)
STEPS = st.builds(
    PublisherStep,
    check=st.sampled_from(PublisherCheck),
    state=st.sampled_from(CheckState),
    says=TEXTS,
    expected=TEXTS,
    found=TEXTS,
    reason=st.none() | st.sampled_from(PublisherReason),
    alarms=st.booleans(),
    remedy=TEXTS,
)
SIGNERS = st.builds(
    PublisherSigner, key=TEXTS, key_name=TEXTS, names=st.lists(TEXTS, max_size=2).map(tuple), issuer=TEXTS,
    is_trusted=st.booleans(),
)  # fmt: skip
ORIGINS = st.builds(
    PublisherOrigin, source=st.sampled_from(OriginSource), url=TEXTS, reference=TEXTS, commit=TEXTS, subdir=TEXTS,
    told_by=TEXTS,
)  # fmt: skip
VERDICTS = st.builds(
    PublisherVerdict,
    module=st.just(ModuleVersion(path="a.example/m", version="v1.0.0")),
    state=st.sampled_from(PublisherState),
    tree=st.sampled_from(TreeState),
    steps=st.lists(STEPS, max_size=3).map(tuple),
    origin=st.none() | ORIGINS,
    signed=st.sampled_from(["", "tag", "commit"]),
    object_name=TEXTS,
    commit=TEXTS,
    signature_kind=st.none() | st.sampled_from(SignatureKind),
    signer=st.none() | SIGNERS,
    said_by=TEXTS,
    said_on=st.none() | st.just(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
    trust_line=TEXTS,
    h1=TEXTS,
    log_h1=TEXTS,
    record=st.integers(-1, 5),
    notes=st.lists(TEXTS, max_size=2).map(tuple),
)
RUNS = st.builds(
    PublisherRun, verdicts=st.lists(VERDICTS, max_size=3).map(tuple), log=TEXTS, tree_size=st.integers(0, 9),
    notes=st.lists(TEXTS, max_size=2).map(tuple),
    gaps=st.lists(st.builds(Gap, wanted=TEXTS, reason=TEXTS, remedy=TEXTS), max_size=2).map(tuple),
)  # fmt: skip


@given(RUNS, st.booleans())
def test_any_run_is_text_that_moves_no_cursor_and_json_of_its_schema(run: PublisherRun, verbose: bool) -> None:
    text = render_publisher_text(run, width=80, verbose=verbose)
    assert all(plain(line) == line for line in text.split("\n"))
    found = json.loads(render_publisher_json(run))
    Draft202012Validator(SCHEMA).validate(found)
    assert found["exit_code"] == run.exit_code


@given(RUNS)
def test_zero_is_for_runs_in_which_all_are_verified(run: PublisherRun) -> None:
    good = bool(run.verdicts) and not run.gaps and all(verdict.is_verified for verdict in run.verdicts)
    assert (run.exit_code == 0) is good
    for verdict in run.verdicts:
        held = verdict.state is PublisherState.VERIFIED and verdict.tree is TreeState.EQUAL
        assert verdict.is_verified is held
        assert (verdict.exit_code == 4) is (
            verdict.state is PublisherState.WRONG or verdict.tree is TreeState.DIFFERS
        )  # fmt: skip


def test_a_verdict_reads_as_two_answers() -> None:
    verdict = PublisherVerdict(
        module=ModuleVersion(path="a.example/m", version="v1.0.0"),
        state=PublisherState.UNSIGNED,
        tree=TreeState.DIFFERS,
        steps=(),
    )
    text = render_publisher_text(PublisherRun(verdicts=(verdict,), log="", tree_size=0, notes=()))
    assert text.startswith("✗ a.example/m@v1.0.0\n  unsigned; THE LOG HAS ANOTHER TREE\n")
