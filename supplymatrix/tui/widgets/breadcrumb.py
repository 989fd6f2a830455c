"""The first line of a screen: where somebody is on the left, the command with the same facts on the right."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from supplymatrix.reports.plain import plain

__all__ = ["Breadcrumb"]

_BETWEEN = " ▸ "


class Breadcrumb(Widget):
    """Home ▸ Claims ▸ redhat_fips                         $ supplymatrix claims"""

    DEFAULT_CSS = "Breadcrumb { height: 1; background: $panel; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._crumbs: tuple[str, ...] = ()
        self._twin = ""

    def show(self, crumbs: Sequence[str], twin: str) -> None:
        """Show other places. twin: the command line with the same facts."""
        said = (tuple(plain(crumb) for crumb in crumbs), plain(twin))
        if said != (self._crumbs, self._twin):
            self._crumbs, self._twin = said
            self.refresh()

    def render(self) -> Content:
        """Return the line: the last crumb is the last to be cut, the command goes first when there is no room."""
        width = self.size.width
        crumbs = self._crumbs
        while len(crumbs) > 2 and Content(_BETWEEN.join(crumbs)).cell_length > width - 2:
            crumbs = ("…", *crumbs[2:])
        parts = [Content.styled(crumb, "bold" if crumb is crumbs[-1] else "") for crumb in crumbs]
        left = Content(" ") + Content.styled(_BETWEEN, "dim").join(parts)
        left = left.truncate(width, ellipsis=True)
        room = width - left.cell_length - 3
        twin = f"$ {self._twin}" if self._twin else ""
        if not twin or room < 16:
            return left
        right = Content.styled(twin, "dim").truncate(room, ellipsis=True)
        return left + Content(" " * (width - left.cell_length - right.cell_length - 1)) + right
