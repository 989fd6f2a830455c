"""The order of versions in databases: pre-releases, "0", Go's own, repeated pairs, and what cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.model.vulnerability import Review
from supplymatrix.vulns.advisory import Advisory, Affected, Span
from supplymatrix.vulns.versions import (
    fixed_version,
    is_affected,
    is_comparable,
    order_of,
    spans_of,
    version_of_go,
)


def _in(spans: tuple[Span, ...], version: str) -> bool:
    return is_affected(Affected(module="m", spans=spans), version)


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ("go1.22rc1", "1.22.0-rc.1"), ("go1.20beta2", "1.20.0-beta.2"), ("go1.21.0", "1.21.0"), ("go1.20", "1.20.0"),
        ("1.26.8", "1.26.8"), ("go1.25.5 X:strictfipsruntime", "1.25.5"), ("go1.24.4-1 Red Hat", "1.24.4"),
        ("go1.26.1-microsoft", "1.26.1"), ("devel go1.27-abcdef Mon", ""), ("unknown", ""), ("", ""), ("go", ""),
    ],
)  # fmt: skip
def test_a_go_has_a_semantic_version(told: str, version: str) -> None:
    assert version_of_go(told) == version


def test_the_order_is_that_of_go_with_zero_before_all() -> None:
    texts = ["0", "0.0.0-20200101000000-abcdefabcdef", "0.1.0-rc.1", "0.1.0", "1.21.0-0", "1.21.0-rc.2", "1.21.0"]
    assert sorted(texts[3:] + texts[:3], key=order_of) == texts


@pytest.mark.parametrize(
    ("version", "is_it"),
    [("v1.2.3", True), ("1.2.3", True), ("v1.2.3+incompatible", True), ("(devel)", False), ("", False), ("./x", False)],
)
def test_what_is_no_version_cannot_be_compared(version: str, is_it: bool) -> None:
    assert is_comparable(version) is is_it


@pytest.mark.parametrize(
    ("version", "is_it"),
    [
        ("v0.9.0", True), ("v1.0.0", False), ("v1.4.9", False), ("v1.5.0-rc.1", False), ("v1.5.0", True),
        ("v1.5.2", True), ("v1.5.3", False), ("v1.5.3-0.20200101000000-abcdefabcdef", True), ("v2.0.0", True),
        ("v2.0.0+incompatible", True), ("v2.0.1", False),
    ],
)  # fmt: skip
def test_pairs_may_repeat_and_stand_in_any_order(version: str, is_it: bool) -> None:
    events = [
        ("fixed", "1.5.3"), ("introduced", "1.5.0"), ("introduced", "0"), ("introduced", "2.0.0"), ("fixed", "1.0.0"),
        ("last_affected", "2.0.0"),
    ]  # fmt: skip
    assert _in(spans_of(events), version) is is_it


def test_a_range_that_begins_and_ends_with_zero_concerns_nobody() -> None:
    assert not _in(spans_of([("introduced", "0"), ("fixed", "0")]), "v1.0.0")


def test_a_beginning_within_a_span_begins_nothing() -> None:
    assert spans_of([("introduced", "0"), ("introduced", "1.0.0"), ("fixed", "2.0.0")]) == (("0", "2.0.0", ""),)


def test_a_range_without_a_beginning_begins_with_the_first_version() -> None:
    assert spans_of([("fixed", "2.0.0")]) == (("0", "2.0.0", ""),)


@pytest.mark.parametrize(
    ("events", "version"),
    [
        ([("introduced", "one"), ("fixed", "2.0.0")], "v0.1.0"),
        ([("introduced", "1.0.0"), ("fixed", "two")], "v9.0.0"),
        ([("introduced", "0"), ("fixed", "")], "v9.0.0"),
        ([], "v9.0.0"),
    ],
)
def test_what_cannot_be_read_clears_nobody(events: list[tuple[str, str]], version: str) -> None:
    assert _in(spans_of(events), version)


def test_single_versions_count_beside_spans() -> None:
    block = Affected(module="m", spans=(("0", "1.0.0", ""),), versions=("v1.4.0", "1.5.0"))
    assert [is_affected(block, version) for version in ("v0.1.0", "v1.4.0", "v1.5.0", "v1.6.0")] == [
        True, True, True, False,
    ]  # fmt: skip


def _entry(*blocks: Affected) -> Advisory:
    return Advisory(id="X-1", database="x", summary="", review=Review.REVIEWED, affected=blocks)


def test_the_fix_is_the_earliest_version_that_no_block_counts() -> None:
    first = Affected(module="m", spans=(("0", "1.2.0", ""), ("1.3.0", "1.3.5", "")))
    second = Affected(module="m", spans=(("1.0.0", "1.3.2", ""),))
    other = Affected(module="other", spans=(("0", "", ""),))
    entry = _entry(first, second, other)
    assert fixed_version(entry, "m", "v1.1.0") == "v1.3.5"
    assert fixed_version(entry, "m", "v0.5.0") == "v1.3.5"
    assert fixed_version(entry, "other", "v1.0.0") == ""


@pytest.mark.parametrize("block", [
    Affected(module="m", is_every=True), Affected(module="m", versions=("1.0.0",)),
    Affected(module="m", spans=(("0", "", "1.0.0"),)),
])  # fmt: skip
def test_without_a_named_fix_there_is_none(block: Affected) -> None:
    assert fixed_version(_entry(block), "m", "v1.0.0") == ""


_VERSIONS = st.builds(
    lambda numbers, pre: ".".join(map(str, numbers)) + pre,
    st.tuples(*[st.integers(0, 3)] * 3),
    st.sampled_from(["", "-0", "-rc.1", "-0.20200101000000-abcdefabcdef"]),
)


@given(st.lists(st.tuples(_VERSIONS, _VERSIONS), max_size=4), _VERSIONS)
def test_spans_are_what_walking_the_sorted_events_says(pairs: list[tuple[str, str]], version: str) -> None:
    """The walk is that of golang.org/x/vuln; of one version, ends and beginnings may be told in any order."""
    cuts = sorted({order_of(text): text for pair in pairs for text in pair}.items())
    events = [("introduced" if at % 2 == 0 else "fixed", text) for at, (_, text) in enumerate(cuts)]
    affected, here = not events, order_of(version)
    for kind, text in events:
        if kind == "introduced" and not affected:
            affected = here >= order_of(text)
        elif kind == "fixed" and affected:
            affected = here < order_of(text)
    assert _in(spans_of(reversed(events)), version) is affected
