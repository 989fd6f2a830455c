"""The ways to a library."""

from __future__ import annotations

from supplymatrix.model.native_code import LinkOutcome
from supplymatrix.native.libraries import known_libraries
from supplymatrix.native.strategies import _IN_GO, pure_go_for, strategies_for


def test_each_way_asks_what_the_licence_says_of_it() -> None:
    ways = {way.key: way.position.outcome for way in strategies_for("libvips", "LGPL-2.1-or-later", ())}
    assert ways == {
        "static": LinkOutcome.LGPL_RELINK,
        "dynamic": LinkOutcome.NOTICE,
        "dlopen": LinkOutcome.NOTICE,
        "process": LinkOutcome.SEPARATE,
        "pure-go": LinkOutcome.UNKNOWN,
    }


def test_dlopen_is_no_way_around_the_gpl_and_a_process_is_one() -> None:
    ways = {way.key: way.position for way in strategies_for("readline", "GPL-3.0-or-later", ())}
    assert ways["dlopen"].outcome is LinkOutcome.GPL_COMBINED
    assert ways["dlopen"].is_disputed
    assert ways["process"].outcome is LinkOutcome.SEPARATE


def test_replacements_are_of_libraries_that_the_table_has() -> None:
    assert {*_IN_GO} <= {row.name for row in known_libraries()}
    assert "modernc.org/sqlite" in pure_go_for("sqlite")
    assert pure_go_for("nothing") == ()


def test_every_way_says_all_there_is_to_say() -> None:
    for way in strategies_for("", "", ()):
        assert all((way.title, way.builds, way.runs, way.fits, way.mind, way.position.words))
