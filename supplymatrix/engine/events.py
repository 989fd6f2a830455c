"""What a run tells while it works; the CLI prints it on stderr, a screen shows it, a test collects it."""

from __future__ import annotations

from collections.abc import Callable

from supplymatrix.model.value import value

__all__ = ["Event", "Message", "OnEvent", "Progress", "ignore_event"]


@value
class Progress:
    """How far one stage is. stage: e.g. "look-ups"; done, total: in units of the stage, total 0 = not known."""

    stage: str
    done: int
    total: int


@value
class Message:
    """Something a person should read once, e.g. that a damaged cache was set aside."""

    text: str


Event = Progress | Message
OnEvent = Callable[[Event], None]


def ignore_event(event: Event) -> None:
    """Take an event and do nothing."""
    del event
