"""The time of a document that is made: that of SOURCE_DATE_EPOCH, so that two runs give the same bytes, else now.

Source: reproducible-builds.org/specs/source-date-epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from supplymatrix.errors import Diagnostic, InputError

__all__ = ["document_time"]

_NAME = "SOURCE_DATE_EPOCH"
_LAST_SECOND = 253_402_300_799  # of the year 9999
_LONGEST = len(str(_LAST_SECOND))


def document_time(environ: Mapping[str, str], now: datetime) -> datetime:
    """Return the time of a document. Raises InputError when the variable holds no number of seconds."""
    text = environ.get(_NAME, "")
    if not text:
        return now
    if not (text.isascii() and text.isdecimal()) or len(text) > _LONGEST or int(text) > _LAST_SECOND:
        remedy = f"{_NAME}=$(git log -1 --format=%ct) takes the time of the last commit"
        message = f"the time in {_NAME} is no number of seconds"
        raise InputError(Diagnostic(message=message, seen=text[:40], expected="seconds since 1970", remedy=remedy))
    return datetime.fromtimestamp(int(text), UTC)
