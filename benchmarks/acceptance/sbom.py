"""What was promised of bills of materials and licences: true, valid, cheap, the same every time, read by others.

Of real projects (with --network): `sbom_truth` has components, edges and hashes, `sbom_fields` what standards ask for
and licences, `sbom_files` how other tools read the files. Peers are those on PATH.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.acceptance import sbom_truth
from benchmarks.acceptance.promise import Need, Outcome, Promise, State, by_figures, by_tests
from benchmarks.acceptance.sbom_fields import fields_of_yq, licences_of_real_projects
from benchmarks.acceptance.sbom_files import (
    foreign_files,
    read_demo_elsewhere,
    read_hugo_elsewhere,
    same_on_two_machines,
    valid_in_every_form,
)
from benchmarks.hugo import NotRunError
from benchmarks.sbom_hard_inputs import fault, try_all
from benchmarks.sbom_peers import measure_sbom_costs
from benchmarks.sbom_ten_thousand import measure_sbom_ten_thousand

__all__ = ["PROMISES"]


def _hard_inputs(scratch: Path) -> Iterator[Outcome]:
    """Hold what we make of each hard input against what there is, and tell what peers make of it."""
    try:
        for hard, seen in try_all(scratch, os.environ.get("PATH", "")):
            ours = seen["supplymatrix"]
            wrong = fault(hard, ours) if ours is not None else "not run"
            cells = [f"{tool}: {one.cell() if one is not None else 'not on PATH'}" for tool, one in seen.items()]
            state = State.FAIL if wrong else State.PASS
            yield Outcome(state=state, detail=" | ".join([wrong, *cells] if wrong else cells), name=hard.name)
    except NotRunError as err:
        yield Outcome(state=State.NOT_RUN, detail=str(err))


def _samples(scratch: Path) -> Iterator[Outcome]:
    """Count the licence files that are read as people read them; only those that this machine has."""
    from tests.samples.test_licences import _content, _entries, _right

    del scratch
    entries = _entries()
    there = [(entry["kind"], _right(entry, content)) for entry in entries if (content := _content(entry)) is not None]
    if not there:
        yield Outcome(state=State.NOT_RUN, detail="licenses.json, or every module of it, is not on this machine")
        return
    for kind, least in (("", 97), ("single", 100), ("multi", 80)):
        right = [is_right for of, is_right in there if kind in ("", of)]
        if not right:
            yield Outcome(state=State.NOT_RUN, detail="none on this machine", name=f"licences of the sample: {kind}")
            continue
        share = 100 * sum(right) / len(right)
        detail = f"{sum(right)} of {len(right)} exact, {share:.1f} %, target ≥ {least} %"
        if not kind:
            detail += f"; {len(entries) - len(there)} of {len(entries)} files are not on this machine"
        state = State.PASS if share >= least else State.MISSED
        yield Outcome(state=state, detail=detail, name=f"licences of the sample: {kind or 'all'}")


_MAKE, _WRITE, _DIFF = "tests/engine/test_sbom.py::", "tests/engine/test_sbom_write.py::", "tests/sbom/test_diff.py"
_VALID, _SAID, _DEMO = "tests/sbom/test_validate.py::", "tests/cli/test_sbom_verify.py", "tests/docs/test_demo.py::"
_BAD: Mapping[str, tuple[str, ...]] = {
    "broken go.mod": (f"{_MAKE}test_a_broken_go_mod_is_an_error_with_its_line",),
    "a private module": (f"{_MAKE}test_a_private_module_is_said_to_be_private",),
    "cold cache": (
        f"{_MAKE}test_a_cold_cache_is_no_empty_bill",
        f"{_MAKE}test_one_module_that_is_not_here_is_a_gap_and_the_others_stay",
    ),
    "a newer go directive": (f"{_MAKE}test_a_newer_go_directive_is_no_hindrance",),
    "incomplete go.work": (f"{_MAKE}test_a_workspace_with_absent_members_has_a_bill_with_gaps",),
    "vendor with a local replace": (f"{_MAKE}test_vendor_with_a_local_replace_keeps_versions_and_hashes",),
    "wrong purls": ("tests/sbom/test_purl.py",),
    "expressions that other parsers break on": ("tests/licences/test_expression.py",),
    "refs given twice, edges to nowhere, any shape": (
        f"{_VALID}test_names_and_edges_must_make_sense",
        f"{_VALID}test_what_has_not_even_the_form_is_survived",
    ),
    "foreign files: too long, damaged, nested deep": ("tests/sbom/test_read.py",),
    "an invalid document is not written": (
        f"{_WRITE}test_a_document_that_makes_no_sense_is_refused",
        "tests/cli/test_sbom.py::test_an_invalid_document_is_not_written",
    ),
}
_PARTS: Mapping[str, tuple[str, ...]] = {
    "sbom diff": (
        _DIFF,
        f"{_SAID}::test_differences_are_shown_and_no_fault",
        f"{_SAID}::test_another_hash_at_the_same_version_is_told_as_an_alarm",
    ),
    "sbom verify": (
        _SAID,
        "tests/engine/test_sbom_verify.py",
        "tests/sbom/test_judge.py",
        "tests/sbom/test_judge_project.py",
    ),
    "a bill that is signed": ("tests/cli/test_sbom_sign.py", "tests/engine/test_sbom_signature.py"),
    "the policy section [licences]": ("tests/policy/test_licences.py", "tests/engine/test_check_licences.py"),
    "rules SM4xx: good and bad projects": ("tests/checks/test_rules.py", "-k", "SM40"),
    "licences and notice": ("tests/cli/test_licences.py", "tests/sbom/test_notice.py"),
    "the explorer of the terminal app": (
        "tests/tui/test_sbom.py",
        "tests/tui/test_sbom_rows.py",
        "tests/tui/test_sbom_looks.py",
    ),
    "the demo ends with a bill, its validation, and a lie found in it": (
        f"{_DEMO}test_the_demo_makes_a_bill_and_finds_what_is_not_true_in_it",
    ),
}

PROMISES = (
    *sbom_truth.PROMISES,
    Promise(
        name="bills of hugo and prometheus: cost", attempt=by_figures(measure_sbom_costs, every=True), need=Need.NETWORK
    ),
    Promise(name="10,000 components: cost", attempt=by_figures(measure_sbom_ten_thousand, every=True)),
    Promise(name="valid in every form", attempt=valid_in_every_form),
    Promise(name="the same bytes on two machines", attempt=same_on_two_machines),
    Promise(name="fields of standards, on yq", attempt=fields_of_yq, need=Need.NETWORK),
    Promise(name="conformance: purl", attempt=by_tests("tests/conformance/test_purl.py", "tests/samples/test_purl.py")),
    Promise(name="conformance: SPDX expressions", attempt=by_tests("tests/conformance/test_spdx.py")),
    Promise(name="licences of the sample", attempt=_samples),
    Promise(name="licences of the sample, as tests", attempt=by_tests("tests/samples/test_licences.py")),
    Promise(name="licences of hugo and prometheus", attempt=licences_of_real_projects, need=Need.NETWORK),
    Promise(name="other tools read the demo's bill", attempt=read_demo_elsewhere),
    Promise(name="other tools read hugo's bill", attempt=read_hugo_elsewhere, need=Need.NETWORK),
    Promise(name="hard inputs beside peers", attempt=_hard_inputs, need=Need.NETWORK),
    Promise(name="foreign files", attempt=foreign_files),
    *(Promise(name=f"bad input: {name}", attempt=by_tests(*tests)) for name, tests in _BAD.items()),
    *(Promise(name=name, attempt=by_tests(*tests)) for name, tests in _PARTS.items()),
)
