"""An alarm keeps its exit code, whatever becomes of the report that was to tell it.

with keeps_alarm(audit.verdict.exit_code, "svc: alarm"):
    write_stdout(text)          # a closed pipe or a full disk ends in 4 all the same, and stderr says why
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["ALARM", "alarm_of", "keeps_alarm"]

ALARM = 4
"""The exit code that nothing takes the place of."""
_KEY = "supplymatrix alarm"


@contextmanager
def keeps_alarm(code: int, text: str) -> Iterator[None]:
    """Let whatever goes wrong inside carry the alarm with it, when `code` is that of an alarm. text: one line."""
    try:
        yield
    except BaseException as err:
        if code == ALARM:
            vars(err)[_KEY] = text
        raise


def alarm_of(err: BaseException) -> str:
    """Return the alarm that an exception kept from being told, "" when there was none."""
    return str(vars(err).get(_KEY, ""))
