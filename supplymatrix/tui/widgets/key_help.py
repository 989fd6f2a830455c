"""The keys of a screen: those that fit as the last line, and all of them as items that can be searched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from supplymatrix.tui.palette import PaletteItem

__all__ = ["KeyFooter", "action_items", "key_items", "keys_line"]

_LAST = ("help", "palette")  # actions whose keys always stand at the end: from them all others are found
_SHARED = frozenset({"filter", "copy", "export", "jump", "back", "app.quit"})
"""Actions of every screen: the keys that only this one has stand before them."""
_BETWEEN = "  "
_NOT_OURS = frozenset(
    {"scroll_left", "scroll_right", "page_left", "page_right", "screen.copy_text", "app.focus_previous"}
)  # of Textual, for widgets that scroll sideways and for text that is selected: noise here


class KeyFooter(Widget):
    """Keys with what they do, as many as fit."""

    DEFAULT_CSS = "KeyFooter { height: 1; background: $panel; }"

    def on_mount(self) -> None:
        """Follow the focus: other widgets have other keys."""
        self.screen.bindings_updated_signal.subscribe(self, self._again)

    def _again(self, _: object) -> None:
        self.refresh()

    def render(self) -> Content:
        """Return the line."""
        return keys_line(self.screen, self.size.width)


def keys_line(screen: Screen[Any], width: int) -> Content:
    """Return the keys that are shown, in the order of the bindings, cut at a whole one; help and palette are last."""
    first: tuple[str, ...] = getattr(screen, "FIRST_KEYS", ())
    ranks = dict.fromkeys(_SHARED, len(first) + 1) | {action: rank for rank, action in enumerate(first)}
    shown = sorted(_keys(screen, shown=True), key=lambda found: ranks.get(found[2], len(first)))
    ends = [_key(display, text) for display, text, action in shown if action in _LAST]
    room = width - 2 - sum(end.cell_length + len(_BETWEEN) for end in ends)
    parts: list[Content] = []
    for display, text, action in shown:
        part = _key(display, text)
        if action not in _LAST:
            if part.cell_length > room:
                break
            parts.append(part)
            room -= part.cell_length + len(_BETWEEN)
    return Content(" ") + Content(_BETWEEN).join([*parts, *ends])


def key_items(screen: Screen[Any]) -> tuple[PaletteItem, ...]:
    """Return all keys of a screen as items, those that only this screen has first; choosing one does it."""
    first: tuple[str, ...] = getattr(screen, "FIRST_KEYS", ())
    own: tuple[str, ...] = getattr(screen, "own_actions", tuple)()
    ranks = {action: rank for rank, action in enumerate(dict.fromkeys((*first, *own)))}
    found = sorted(_grouped(screen), key=lambda item: ranks.get(item[2][0], len(ranks)))
    return tuple(PaletteItem(kind="key", text=text, key=display, go=go) for display, text, _, go in found if text)


def action_items(screen: Screen[Any]) -> tuple[PaletteItem, ...]:
    """Return what a screen can do as items of the palette: its actions, but no single moves."""
    return tuple(
        PaletteItem(kind="action", text=text, key=display, go=go) for display, text, go in _bound(screen, shown=True)
    )


def _key(display: str, text: str) -> Content:
    return Content.assemble((display, "bold"), f" {text}")


def _keys(screen: Screen[Any], *, shown: bool) -> Iterator[tuple[str, str, str]]:
    """Yield display, description and action of each binding once, whatever the number of its keys."""
    for display, text, action, _ in _grouped(screen):
        if text and (action[1] or not shown):
            yield display, text, action[0]


def _bound(screen: Screen[Any], *, shown: bool = False) -> Iterable[tuple[str, str, Callable[[], object]]]:
    for display, text, action, run in _grouped(screen):
        if not shown or action[1]:
            yield display, text, run


def _grouped(screen: Screen[Any]) -> Iterator[tuple[str, str, tuple[str, bool], Callable[[], object]]]:
    groups: dict[tuple[str, str], list[Any]] = {}
    for active in screen.active_bindings.values():
        if active.enabled and not active.binding.system and active.binding.action not in _NOT_OURS:
            groups.setdefault((active.binding.action, active.binding.description), []).append(active)
    for (action, text), found in groups.items():
        display = " ".join(dict.fromkeys(screen.app.get_key_display(item.binding) for item in found))
        yield display, text, (action, found[0].binding.show), _runner(screen, found[0])


def _runner(screen: Screen[Any], active: Any) -> Callable[[], object]:  # noqa: ANN401 - Textual's named tuple
    async def run() -> None:
        await screen.app.run_action(active.binding.action, active.node)

    return run
