"""What the terminal app keeps between two runs: theme, last place, what was opened lately, and how lists were left.

One small JSON file, `screens.json`, in the user's state folder. It holds nothing that a verdict depends on. A file that
cannot be used is set aside under another name and told: nothing that somebody had is lost, and the app starts anyway.

    found = read_screen_state(state_path(os.environ))
    found.state.recent, found.told                       # (), "" at the first start
    write_screen_state(path, remember(found.state, opened))
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from supplymatrix.errors import SourceError
from supplymatrix.model.value import changed, value

__all__ = [
    "NO_STATE", "ListState", "Opened", "ReadState", "ScreenState", "read_screen_state", "remember", "remember_list",
    "state_path", "write_screen_state",
]  # fmt: skip

SCHEMA = "supplymatrix.screens/1"
FILE = "screens.json"
_LIMIT = 1 << 18  # bytes; a full file takes some ten thousand
_RECENT = 12
_LISTS = 50
_TEXT = 500  # characters of any text; longer ones are not ours
_SET_ASIDE = 20  # broken files that are kept at most
_NOT_KEPT = "what you do here is not remembered"


@value
class Opened:
    """What was opened. link: as `tui --at` takes it; title: for people; at: UTC, None = not known."""

    link: str
    title: str
    at: datetime | None = None


@value
class ListState:
    """How a list or table was left. sort: columns, first the one that counts most, each with whether it is reversed.

    filter: as typed. hidden, pinned, order: names of columns; empty = as the screen has them. current: the row.
    """

    sort: tuple[tuple[str, bool], ...] = ()
    filter: str = ""
    hidden: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    current: str = ""


@value
class ScreenState:
    """All that is kept. theme: "" = the default one; last: a link, "" = none; recent: the newest first; lists: by
    name."""

    theme: str = ""
    last: str = ""
    recent: tuple[Opened, ...] = ()
    lists: Mapping[str, ListState]


@value
class ReadState:
    """What was read. told: what a person should know of it, "" = nothing."""

    state: ScreenState
    told: str = ""


NO_STATE = ScreenState(lists={})


def state_path(environ: Mapping[str, str]) -> Path | None:
    """Return where the file lies or would lie, None when no home is known."""
    from supplymatrix.net.folders import state_folder

    try:
        return state_folder(environ) / FILE
    except SourceError:
        return None


def read_screen_state(path: Path | None) -> ReadState:
    """Return what is kept. A file that cannot be used is set aside; no file, or no place for one, is no fault."""
    if path is None:
        return ReadState(state=NO_STATE, told=f"no home folder is known: {_NOT_KEPT}")
    try:
        with path.open("rb") as file:
            data = file.read(_LIMIT + 1)
    except (FileNotFoundError, NotADirectoryError):
        return ReadState(state=NO_STATE)
    except OSError as err:
        return ReadState(state=NO_STATE, told=f"{path.as_posix()} cannot be read ({err.strerror or err})")
    try:
        return ReadState(state=_parse(data))
    except (ValueError, RecursionError) as err:
        return ReadState(state=NO_STATE, told=_set_aside(path, str(err)))


def write_screen_state(path: Path | None, state: ScreenState) -> None:
    """Write what is kept, whole or not at all. path: None = nothing is written. Raises SourceError."""
    if path is None:
        return
    from supplymatrix.net.whole_file import replace_whole

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(path, _as_json(state), mode=0o600)  # what somebody looked at is nobody else's business
    except OSError as err:
        raise SourceError(
            f"{path.as_posix()} cannot be written ({err.strerror or err}): {_NOT_KEPT}",
            remedy="make room there, or set SUPPLYMATRIX_STATE_DIR to a folder that may be written",
        ) from err


def remember(state: ScreenState, opened: Opened) -> ScreenState:
    """Return the state with something opened: the last place, and the first of those opened lately."""
    others = tuple(item for item in state.recent if item.link != opened.link)
    return changed(state, last=opened.link, recent=(opened, *others)[:_RECENT])


def remember_list(state: ScreenState, name: str, found: ListState) -> ScreenState:
    """Return the state with how one list was left."""
    lists = {key: item for key, item in state.lists.items() if key != name} | {name: found}
    return changed(state, lists=dict(list(lists.items())[-_LISTS:]))


def _parse(data: bytes) -> ScreenState:
    """Return the state of a file. Raises ValueError, which says why, for any other bytes."""
    if len(data) > _LIMIT:
        raise ValueError(f"it is larger than {_LIMIT:,} bytes")
    document = _table(json.loads(data.decode("utf-8")), "the file")
    if document.get("schema") != SCHEMA:
        raise ValueError(f"its schema is {str(document.get('schema'))[:60]!r}, not {SCHEMA!r}")
    lists = _table(document.get("lists", {}), "lists")
    return ScreenState(
        theme=_text(document.get("theme", "")),
        last=_text(document.get("last", "")),
        recent=tuple(_opened(item) for item in _list(document.get("recent", []))[:_RECENT]),
        lists={_text(name): _list_state(_table(item, name)) for name, item in list(lists.items())[-_LISTS:]},
    )


def _opened(item: object) -> Opened:
    table = _table(item, "recent")
    at = _text(table.get("at", ""))
    when = datetime.fromisoformat(at) if at else None
    if when is not None and when.tzinfo is None:
        raise ValueError("a time without its zone")
    return Opened(link=_text(table.get("link")), title=_text(table.get("title")), at=when)


def _list_state(table: Mapping[str, object]) -> ListState:
    sort = []
    for pair in _list(table.get("sort", [])):
        name, is_reversed = _list(pair)
        sort.append((_text(name), is_reversed is True))
    hidden, pinned, order = (
        tuple(_text(name) for name in _list(table.get(key, []))) for key in ("hidden", "pinned", "order")
    )
    return ListState(
        sort=tuple(sort),
        filter=_text(table.get("filter", "")),
        hidden=hidden,
        pinned=pinned,
        order=order,
        current=_text(table.get("current", "")),
    )


def _table(found: object, what: str) -> Mapping[str, object]:
    if not isinstance(found, dict):
        raise ValueError(f"{what} is no table")  # noqa: TRY004 - one error for any bytes
    return found


def _list(found: object) -> list[Any]:
    if not isinstance(found, list):
        raise ValueError("there is no list where one should be")  # noqa: TRY004 - one error for any bytes
    return found


def _text(found: object) -> str:
    if not isinstance(found, str) or len(found) > _TEXT:
        raise ValueError("there is no short text where one should be")
    return found


def _as_json(state: ScreenState) -> bytes:
    document = {
        "schema": SCHEMA,
        "theme": state.theme,
        "last": state.last[:_TEXT],
        "recent": [
            {"link": item.link[:_TEXT], "title": item.title[:_TEXT], "at": item.at.isoformat() if item.at else ""}
            for item in state.recent
        ],
        "lists": {
            name: {
                "sort": [list(pair) for pair in item.sort],
                "filter": item.filter[:_TEXT],
                "hidden": list(item.hidden),
                "pinned": list(item.pinned),
                "order": list(item.order),
                "current": item.current[:_TEXT],
            }
            for name, item in state.lists.items()
        },
    }
    return f"{json.dumps(document, indent=1)}\n".encode()


def _set_aside(path: Path, why: str) -> str:
    """Give a broken file another name that is free; return what is to be told."""
    for number in range(1, _SET_ASIDE + 1):
        other = path.with_name(f"{path.name}.broken-{number}")
        with suppress(OSError):
            if not other.exists():
                path.rename(other)
                return f"{path.as_posix()} could not be used ({why}); it is kept as {other.name}"
    return f"{path.as_posix()} cannot be used ({why}), and could not be set aside: the next start will say so again"
