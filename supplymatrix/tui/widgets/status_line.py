"""The one status line: of which day the facts are, how many sources, how much is unknown; or what is being done."""

from __future__ import annotations

from datetime import date

from textual.content import Content
from textual.widget import Widget

from supplymatrix.model.value import value
from supplymatrix.reports.plain import plain

__all__ = ["Status", "StatusLine", "say_status"]


@value
class Status:
    """What a screen's facts stand on. None = it has no such number. notes: further words, e.g. "3 of 70 claims"."""

    as_of: date | None = None
    sources: int | None = None
    unknown: int | None = None
    notes: tuple[str, ...] = ()
    offline: bool = False


@value
class _Work:
    done: int
    total: int
    name: str


def say_status(status: Status) -> str:
    """Return a status in a line: as of 2026-11-25 · 41 sources · 6 unknown · offline."""
    parts = [f"as of {status.as_of}" if status.as_of else ""]
    if status.sources is not None:
        parts.append(f"{status.sources:,} source{'' if status.sources == 1 else 's'}")
    parts += [f"{status.unknown:,} unknown" if status.unknown is not None else "", *map(plain, status.notes)]
    return " · ".join(filter(None, [*parts, "offline" if status.offline else ""]))


class StatusLine(Widget):
    """One line. What was told stays until the next key, a fault until Esc; work in progress stands before all else.

    last: what was told last and its details, for `D`, whether it is still to be seen or not.
    """

    DEFAULT_CSS = """
    StatusLine { height: 1; color: $text-muted; background: $surface;
        &.-fault { color: $error; } }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self.status = Status()
        self.told = ""
        self.details = ""
        self.is_fault = False
        self.last = ("", "")
        self._work: _Work | None = None
        self._has_old = False

    def show_status(self, status: Status) -> None:
        """Show other facts."""
        self.status = status
        self.refresh()

    def tell(self, text: str, *, details: str = "", is_fault: bool = False) -> None:
        """Show a line. details: for `D`; is_fault: it begins with ✘. An empty text takes the last one away."""
        self.told, self.details, self.is_fault = plain(text), details, is_fault and bool(text)
        if text:
            self.last = (self.told, details)
        self.set_class(self.is_fault, "-fault")
        self.refresh()

    def fade(self) -> None:
        """Take away what was told, unless it is a fault: the next key was pressed."""
        if self.told and not self.is_fault:
            self.tell("")

    def show_work(self, done: int, total: int, name: str, *, has_old: bool = False) -> None:
        """Show how far a work is. total: 0 = not known; has_old: what is seen meanwhile is of the time before it."""
        self._work, self._has_old = _Work(done=done, total=total, name=plain(name)), has_old
        self.refresh()

    def end_work(self) -> None:
        """Show no work any more."""
        self._work = None
        self.refresh()

    def say(self) -> str:
        """Return the line as it is, not cut."""
        if self._work is not None:
            count = f"{self._work.done:,}/{self._work.total:,} " if self._work.total else ""
            old = " · what is shown is older" if self._has_old else ""
            return f"… {count}{self._work.name} · Esc stops{old}"
        if self.told:
            more = " · D details" if self.details else ""
            return f"{'✘ ' if self.is_fault else ''}{self.told}{more}"
        return say_status(self.status)

    def render(self) -> Content:
        """Return the line; the way to the details is never what is cut."""
        width = max(1, self.size.width - 1)
        text, end = self.say(), ""
        if self._work is None and self.told and self.details:
            end = " · D details"
            text = text.removesuffix(end)
        return Content(" ") + Content(text).truncate(max(1, width - len(end)), ellipsis=True) + Content(end)
