"""Marks to one answer, whatever their order; certificates only for what the table has."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.fips.certificates import CERTIFICATES, READ_ON, certificate_of, certificates_of_host, meaning_of
from supplymatrix.fips.judging import Judged, family_of, judge, mark
from supplymatrix.fips.words import default_at_link, setting_of
from supplymatrix.model.fips import CertificateState, FipsFamily, FipsMark, MarkKind
from supplymatrix.model.location import Location

_MARKS = st.lists(
    st.builds(
        mark,
        st.sampled_from(MarkKind),
        st.sampled_from([family for family in FipsFamily if family is not FipsFamily.UNKNOWN]),
        st.sampled_from(["a", "b"]),
        st.builds(Location, artifact=st.sampled_from(["x", "y"]), line=st.integers(0, 3)),
    ),
    max_size=8,
)


@given(_MARKS, st.randoms(use_true_random=False))
def test_the_order_of_marks_changes_nothing(marks: list[FipsMark], random: object) -> None:
    other = list(marks)
    random.shuffle(other)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert family_of(marks) == family_of(other)
    assert Judged.in_order(marks) == Judged.in_order(other)


@given(_MARKS)
def test_a_family_has_a_mark_that_speaks_for_it(marks: list[FipsMark]) -> None:
    family, others = family_of(marks)
    spoken = {one.family for one in marks if one.kind in (MarkKind.SIGN, MarkKind.CLAIM, MarkKind.WITNESS)}
    assert family is FipsFamily.NONE or family in spoken
    assert set(others) <= spoken
    assert family not in others


@given(
    _MARKS,
    st.sampled_from(["", "off", "latest", "v1.0.0", "certified", "v9.0.0", "$X"]),
    st.lists(st.sampled_from(["v1.0.0-c2097c7c", "v1.26.0", "v9.0.0"]), max_size=2, unique=True),
)
def test_only_what_the_table_has_is_certified(marks: list[FipsMark], wanted: str, versions: list[str]) -> None:
    meaning = {"certified": "v1.0.0-c2097c7c", "v9.0.0": "v9.0.0"}.get(wanted, "")
    judged = judge(marks, wanted=wanted, versions=versions, mode="on", go_version="go1.26.8", meaning=meaning)
    if judged.state is CertificateState.CERTIFIED:
        assert certificate_of(judged.family, judged.module) is not None
        assert judged.certificate
    assert (judged.dated is None) is (judged.state is CertificateState.NOT_APPLICABLE)


def test_the_table_has_a_day_and_a_source_for_each_and_no_version_twice() -> None:
    assert all(one.source and date(2020, 1, 1) < one.dated <= READ_ON for one in CERTIFICATES)
    assert all((one.state is CertificateState.IN_PROCESS) is not bool(one.number) for one in CERTIFICATES)
    keys = [(one.family, one.version, one.hosts) for one in CERTIFICATES]
    assert len(keys) == len(set(keys))


def test_a_certificate_is_for_a_version_with_all_of_its_text() -> None:
    assert certificate_of(FipsFamily.UPSTREAM, "v1.0.0-c2097c7c") is not None
    for other in ("v1.0.0", "v1.0.0-deadbeef", "v1.26.0-c2097c7c", "v1.0.1"):
        assert certificate_of(FipsFamily.UPSTREAM, other) is None
    assert certificate_of(FipsFamily.REDHAT, "3.0.7") is None
    assert [one.number for one in certificates_of_host(FipsFamily.REDHAT, "registry.example/ubi9/ubi:9.4")] == [
        "CMVP #4857"
    ]


@pytest.mark.parametrize(
    ("said", "go", "meaning"),
    [
        ("v1.0.0", "1.24.0", "v1.0.0"),
        ("v1.0.0", "go1.24.13", "v1.0.0-c2097c7c"),
        ("v1.0.0", "1.24.5", ""),  # sealed again somewhere between
        ("v1.0.0", "1.26.3", "v1.0.0-c2097c7c"),
        ("inprocess", "1.26.3", ""),
        ("certified", "1.26.9", "v1.0.0-c2097c7c"),
        ("certified", "1.26.99", ""),
        ("certified", "1.23", ""),
        ("certified", "latest", ""),
        ("v9.0.0", "1.26", ""),
    ],
)
def test_a_word_means_what_releases_on_both_sides_mean(said: str, go: str, meaning: str) -> None:
    assert meaning_of(said, go) == meaning


def test_the_last_default_that_the_linker_is_given_counts() -> None:
    assert default_at_link("-X main.a=1 -X 'runtime.godebugDefault=fips140=off'") == "fips140=off"
    assert default_at_link("-X=runtime.godebugDefault=a=1 -X=runtime.godebugDefault=") == ""


def test_the_last_setting_of_a_key_counts() -> None:
    assert setting_of("fips140=on,tls3des=1,fips140=only", "fips140") == "only"
    assert setting_of("xfips140=on,fips140", "fips140") == ""
