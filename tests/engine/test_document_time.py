"""The time of a document: that of SOURCE_DATE_EPOCH, else now, and never a guess."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from supplymatrix.engine.document_time import document_time
from supplymatrix.errors import InputError

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)


def test_without_the_variable_it_is_now() -> None:
    assert document_time({}, NOW) == document_time({"SOURCE_DATE_EPOCH": ""}, NOW) == NOW


def test_the_variable_counts_seconds_in_utc() -> None:
    assert document_time({"SOURCE_DATE_EPOCH": "0"}, NOW) == datetime(1970, 1, 1, tzinfo=UTC)
    assert document_time({"SOURCE_DATE_EPOCH": "253402300799"}, NOW).isoformat() == "9999-12-31T23:59:59+00:00"


@pytest.mark.parametrize("text", ["yesterday", "-1", "1e9", "253402300800", "9" * 5_000, "٣", " 1"])
def test_what_is_no_number_of_seconds_is_an_error(text: str) -> None:
    with pytest.raises(InputError):
        document_time({"SOURCE_DATE_EPOCH": text}, NOW)
