"""What follows from a licence and a way, and who says so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.licences.classes import known_licences
from supplymatrix.model.native_code import LinkMode, LinkOutcome, PositionOf
from supplymatrix.native.positions import fits_project, position_of

LINKED = [mode for mode in LinkMode if mode is not LinkMode.PROCESS]
IDS = st.sampled_from(
    ["MIT", "GPL-2.0-only", "LGPL-2.1-or-later", "MPL-2.0", "EUPL-1.2", "LicenseRef-Proprietary", "0BSD"]
)
Q, L, P, S, N = LinkOutcome, LinkMode, PositionOf.FSF, PositionOf.LICENCE_TEXT, PositionOf.NOBODY


@pytest.mark.parametrize(
    ("licence", "mode", "outcome", "of"),
    [
        ("GPL-3.0-only", L.STATIC, Q.GPL_COMBINED, P),
        ("GPL-2.0-or-later", L.DYNAMIC, Q.GPL_COMBINED, P),
        ("AGPL-3.0-only", L.BUNDLED, Q.GPL_COMBINED, P),
        ("GPL-2.0-only", L.LOADED, Q.GPL_COMBINED, P),
        ("AGPL-3.0-or-later", L.PROCESS, Q.SEPARATE, P),
        ("LGPL-2.1-or-later", L.STATIC, Q.LGPL_RELINK, S),
        ("LGPL-3.0-only", L.BUNDLED, Q.LGPL_RELINK, S),
        ("LGPL-2.1-only", L.DYNAMIC, Q.NOTICE, S),
        ("LGPL-2.1-only", L.LOADED, Q.NOTICE, S),
        ("GPL-2.0-only WITH GCC-exception-2.0", L.STATIC, Q.EXCEPTION, S),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", L.DYNAMIC, Q.EXCEPTION, S),
        ("GPL-2.0-only WITH Classpath-exception-2.0", L.BUNDLED, Q.EXCEPTION, S),
        ("LGPL-3.0-only WITH LGPL-3.0-linking-exception", L.STATIC, Q.EXCEPTION, S),
        ("GPL-2.0-only WITH AdditionRef-mine", L.STATIC, Q.UNKNOWN, N),
        ("BSD-3-Clause OR GPL-2.0-only", L.PREBUILT, Q.NOTICE, S),
        ("BSD-3-Clause AND GPL-2.0-only", L.PREBUILT, Q.GPL_COMBINED, P),
        ("LicenseRef-Foo AND GPL-2.0-only", L.STATIC, Q.GPL_COMBINED, P),
        ("MPL-2.0", L.STATIC, Q.WEAK, S),
        ("MIT", L.BUNDLED, Q.NOTICE, S),
        ("blessing", L.BUNDLED, Q.PERMISSIVE, S),
        ("LicenseRef-Proprietary", L.LOADED, Q.PROPRIETARY, PositionOf.SUPPLIER),
        ("EUPL-1.2", L.STATIC, Q.UNKNOWN, N),
        ("Sleepycat", L.DYNAMIC, Q.UNKNOWN, N),
        ("", L.DYNAMIC, Q.UNKNOWN, N),
        ("no licence at all", L.DYNAMIC, Q.UNKNOWN, N),
    ],
)
def test_the_table(licence: str, mode: LinkMode, outcome: LinkOutcome, of: PositionOf) -> None:
    found = position_of(licence, mode)
    assert (found.outcome, found.of) == (outcome, of)
    assert found.words


def test_opening_a_gpl_library_is_disputed_and_linking_it_is_not_marked_so() -> None:
    assert position_of("GPL-3.0-only", LinkMode.LOADED).is_disputed
    assert not position_of("GPL-3.0-only", LinkMode.DYNAMIC).is_disputed


def test_the_agpl_of_a_separate_process_has_its_note() -> None:
    assert "network" in position_of("AGPL-3.0-only", LinkMode.PROCESS).words
    assert "network" not in position_of("GPL-3.0-only", LinkMode.PROCESS).words


@given(st.sampled_from(known_licences()), st.sampled_from(LINKED))
def test_copyleft_that_reaches_the_program_is_told_only_of_the_gpl_and_nothing_of_it_is_permissive(
    licence: str, mode: LinkMode
) -> None:
    outcome = position_of(licence, mode).outcome
    is_gpl = licence.startswith(("GPL-", "AGPL-"))
    assert (outcome is LinkOutcome.GPL_COMBINED) is is_gpl
    assert (outcome is LinkOutcome.LGPL_RELINK) is (
        licence.startswith("LGPL-") and mode not in (LinkMode.DYNAMIC, LinkMode.LOADED)
    )


@given(st.lists(IDS, min_size=1, max_size=4), st.sampled_from(LINKED))
def test_a_choice_is_as_good_as_its_best_side_and_all_together_as_bad_as_the_gpl(
    licences: list[str], mode: LinkMode
) -> None:
    alone = {position_of(licence, mode).outcome for licence in licences}
    chosen = position_of(" OR ".join(licences), mode).outcome
    together = position_of(" AND ".join(licences), mode).outcome
    assert chosen in alone
    assert together in alone
    assert LinkOutcome.GPL_COMBINED not in alone or together is LinkOutcome.GPL_COMBINED
    assert alone <= {LinkOutcome.GPL_COMBINED, LinkOutcome.UNKNOWN} or chosen is not LinkOutcome.GPL_COMBINED


@given(st.text(max_size=30), st.sampled_from(LinkMode))
def test_any_text_has_a_position(licence: str, mode: LinkMode) -> None:
    assert position_of(licence, mode).words


@pytest.mark.parametrize(
    ("library", "own", "fits"),
    [
        ("GPL-2.0-only", "GPL-2.0-or-later", True),
        ("GPL-2.0-only", "GPL-3.0-only", False),
        ("GPL-2.0-or-later", "GPL-3.0-only", True),
        ("GPL-3.0-or-later", "AGPL-3.0-only", True),
        ("GPL-3.0-only", "GPL-2.0-only", False),
        ("GPL-3.0-only", "MIT", False),
        ("GPL-3.0-only", "", False),
        ("AGPL-3.0-only", "GPL-3.0-or-later", True),
        ("GPL-2.0-only OR MIT", "Apache-2.0", True),
        ("GPL-2.0-only OR MIT", "GPL-3.0-only", True),
        ("EUPL-1.2", "EUPL-1.2", False),
        ("GPL-2.0-only AND GPL-3.0-only", "GPL-2.0-or-later", False),
        ("GPL-2.0-only AND Apache-2.0", "GPL-2.0-only", False),
        ("GPL-2.0-only AND BSD-4-Clause", "GPL-2.0-only", False),
        ("GPL-3.0-only AND Apache-2.0", "GPL-3.0-only", True),
        ("GPL-3.0-only AND CDDL-1.0", "GPL-3.0-only", False),
        ("GPL-2.0-only AND LGPL-3.0-only", "GPL-2.0-only", False),
        ("GPL-2.0-or-later AND MPL-2.0", "GPL-2.0-only", True),
    ],
)
def test_which_programs_take_a_gpl_library(library: str, own: str, fits: bool) -> None:
    assert fits_project(library, own) is fits


def test_all_that_is_in_one_program_has_to_fit_together() -> None:
    assert fits_project("GPL-2.0-only", "GPL-2.0-or-later", ("MIT", "GPL-2.0-or-later"))
    assert not fits_project("GPL-2.0-only", "GPL-2.0-or-later", ("GPL-3.0-or-later",))
    assert not fits_project("GPL-2.0-only", "GPL-2.0-or-later", ("Apache-2.0",))
    assert fits_project("GPL-2.0-only", "GPL-2.0-or-later", ("Apache-2.0 OR MIT", "Apache-2.0 WITH LLVM-exception"))


@pytest.mark.parametrize(
    ("licence", "outcome"),
    [
        ("LGPL-2.0-or-later WITH WxWindows-exception-3.1", LinkOutcome.EXCEPTION),
        ("LGPL-2.1-only WITH OCaml-LGPL-linking-exception", LinkOutcome.EXCEPTION),
        ("LGPL-2.0-only WITH FLTK-exception", LinkOutcome.EXCEPTION),
        ("GPL-3.0-only WITH GPL-3.0-linking-exception", LinkOutcome.EXCEPTION),
        ("GPL-3.0-or-later WITH Bison-exception-2.2", LinkOutcome.EXCEPTION),
        ("GPL-2.0-only WITH Font-exception-2.0", LinkOutcome.GPL_COMBINED),
        ("SSPL-1.0", LinkOutcome.UNKNOWN),
        ("Parity-7.0.0", LinkOutcome.UNKNOWN),
        ("BUSL-1.1", LinkOutcome.PROPRIETARY),
    ],
)
def test_exceptions_loosen_what_they_are_about_and_copyleft_of_others_is_no_suppliers_terms(
    licence: str, outcome: LinkOutcome
) -> None:
    assert position_of(licence, LinkMode.BUNDLED).outcome is outcome
