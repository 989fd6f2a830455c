"""The patterns of the licence package: our reading of them, and that the package is the one that we know."""

from __future__ import annotations

from supplymatrix.licences.patterns import Pattern, pattern_runs, patterns


def _pattern(source: str) -> Pattern:
    return Pattern(licence="MIT", source=source, words=frozenset())


def test_the_package_has_the_licences_that_go_modules_carry() -> None:
    known = {pattern.licence for pattern in patterns()}
    assert {
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "GPL-3.0-only",
        "ISC",
        "LGPL-2.1-only",
        "MIT",
        "MPL-2.0",
    } <= known
    assert len(known) > 500


def test_runs_follow_choices_and_what_may_be_left_out() -> None:
    found = pattern_runs(_pattern("one ((two || deux)) ((three))?? four five"))
    assert found.runs == {
        ("one", "two", "three", "four"), ("one", "deux", "three", "four"), ("two", "three", "four", "five"),
        ("deux", "three", "four", "five"), ("one", "two", "four", "five"), ("one", "deux", "four", "five"),
    }  # fmt: skip
    assert found.size == 1


def test_any_words_are_a_gap_of_up_to_that_many() -> None:
    found = pattern_runs(_pattern("a b c d __7__ e f g h"))
    assert {("a", "b", "c", "d"), ("c", "d", "e", "f"), ("e", "f", "g", "h")} < found.runs
    assert found.gaps == {("d", "e"): 7}


def test_a_word_between_two_gaps_is_bridged() -> None:
    assert pattern_runs(_pattern("a __1__ neither __40__ used")).gaps["a", "used"] >= 42


def test_of_a_notice_and_a_licence_the_licence_counts() -> None:
    text = " ".join(f"word{number}" for number in range(40))
    assert pattern_runs(_pattern(f"(( short notice || {text} ))")).size == 37
