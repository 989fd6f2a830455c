"""Pseudo-versions: what is made can be read again."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod.pseudo import is_pseudo_version, make_pseudo_version, parse_pseudo_version
from supplymatrix.model import semver

_TIMES = st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31)).map(  # noqa: DTZ001 - made aware below
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
_OLDER = st.sampled_from(["", "v1.2.3", "v1.2.9", "v1.2.3-rc.1", "v2.0.0+incompatible", "v0.0.0"])


@given(_OLDER, _TIMES, st.from_regex("[0-9a-f]{12}", fullmatch=True))
def test_a_pseudo_version_gives_back_what_it_was_made_of(older: str, time: datetime, revision: str) -> None:
    version = make_pseudo_version("v0", older, time, revision)
    parts = parse_pseudo_version(version)
    assert (parts.base, parts.time, parts.revision) == (older, time, revision)
    assert semver.compare(version, older) > 0


@given(st.text(alphabet="v0123456789.-+abc", max_size=40))
def test_any_text_is_a_pseudo_version_or_an_input_error(text: str) -> None:
    try:
        parse_pseudo_version(text)
    except InputError:
        assert not is_pseudo_version(text)
    else:
        assert semver.is_valid(text)


@given(st.from_regex(r"v1\.2\.\d-0\.\d{14}-[0-9a-f]{12}", fullmatch=True))
def test_digits_that_are_no_time_leave_the_time_unknown(version: str) -> None:
    with suppress(InputError):
        time = parse_pseudo_version(version).time
        assert time is None or f"{time:%m%d%H%M%S}" == version.split("-0.")[1][4:14]
