"""What the terminal app keeps between two runs: theme, last place, what was opened lately, and how lists were left.

One small JSON file, `screens.json`, in the user's state folder. It holds nothing that a verdict depends on. A file that
cannot be used is set aside under another name and told: nothing that somebody had is lost, and the app starts anyway.
Two apps may run at once: what the other one has opened meanwhile stays in the file, and so do lists that only it knows.

    found = read_screen_state(state_path(os.environ))
    found.state.recent, found.told                       # (), "" at the first start
    write_screen_state(path, remember(found.state, opened))
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
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
_AT_ONCE = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_TRIES, _PAUSE = 50, 0.02  # a second in all: another app writes for a few milliseconds, unless it is stopped meanwhile
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
    """What was read. told: what a person should know of it, "" = nothing.

    may_write: whether a new one may take its place: not where there is one that could neither be used nor set aside.
    """

    state: ScreenState
    told: str = ""
    may_write: bool = True


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
        data = _read(path)
    except (FileNotFoundError, NotADirectoryError):
        return ReadState(state=NO_STATE)
    except OSError as err:
        return _set_aside(path, f"it cannot be read: {err.strerror or err}")
    try:
        return ReadState(state=_parse(data))
    except (ValueError, RecursionError) as err:
        return _set_aside(path, str(err))


def write_screen_state(path: Path | None, state: ScreenState) -> None:
    """Write what is kept, whole or not at all, with what another app has written there since. Raises SourceError.

    path: None = nothing is written. Waits up to a second for another app that is writing.
    """
    if path is None:
        return
    from supplymatrix.net.whole_file import replace_whole

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path.parent):
            found = read_screen_state(path)
            if not found.may_write:
                raise SourceError(found.told, remedy="move it away")
            data = _as_json(_merged(state, found.state))
            replace_whole(path, data, mode=0o600)  # what somebody looked at is nobody else's business
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


def _read(path: Path) -> bytes:
    """Return at most a byte more than may be in the file. Raises OSError; for what is no file, too."""
    descriptor = os.open(path, _AT_ONCE)  # a pipe that nobody writes into would be waited for
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is no file")
        return file.read(_LIMIT + 1)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, where the system has one, and where it comes free in time: else go on without."""
    try:
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):  # Windows; a folder that may be written and not be listed
        yield
        return
    try:
        for _ in range(_TRIES):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(_PAUSE)
            except OSError:
                break  # a file system without locks
        yield
    finally:
        os.close(descriptor)  # which gives the lock back


def _merged(state: ScreenState, kept: ScreenState) -> ScreenState:
    """Return a state with what the file has beside it: links by their time, lists that are not known here."""
    known = {item.link for item in state.recent}
    recent = [*state.recent]
    for item in kept.recent:
        if item.link not in known:
            older = (place for place, own in enumerate(recent) if _time(own) < _time(item))
            recent.insert(next(older, len(recent)), item)
    others = {name: item for name, item in kept.lists.items() if name not in state.lists}
    return changed(state, recent=tuple(recent[:_RECENT]), lists={**others, **state.lists})


def _time(opened: Opened) -> datetime:
    return opened.at or datetime.min.replace(tzinfo=UTC)


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
    """Return the file: never one that `_parse` refuses, so texts are cut, and old lists left out where it is long."""
    lists = list(state.lists.items())[-_LISTS:]
    document = {
        "schema": SCHEMA,
        "theme": state.theme[:_TEXT],
        "last": state.last[:_TEXT],
        "recent": [
            {"link": item.link[:_TEXT], "title": item.title[:_TEXT], "at": item.at.isoformat() if item.at else ""}
            for item in state.recent[:_RECENT]
        ],
        "lists": {name[:_TEXT]: _list_as_json(item) for name, item in lists},
    }
    data = f"{json.dumps(document, indent=1)}\n".encode()
    return data if len(data) <= _LIMIT else _as_json(changed(state, lists=dict(lists[(len(lists) + 1) // 2 :])))


def _list_as_json(item: ListState) -> dict[str, object]:
    return {
        "sort": [[name[:_TEXT], is_reversed] for name, is_reversed in item.sort],
        "filter": item.filter[:_TEXT],
        "hidden": [name[:_TEXT] for name in item.hidden],
        "pinned": [name[:_TEXT] for name in item.pinned],
        "order": [name[:_TEXT] for name in item.order],
        "current": item.current[:_TEXT],
    }


def _set_aside(path: Path, why: str) -> ReadState:
    """Give what cannot be used another name that is free, and tell it; where that fails, nothing takes its place."""
    for number in range(1, _SET_ASIDE + 1):
        other = path.with_name(f"{path.name}.broken-{number}")
        with suppress(OSError):
            if not os.path.lexists(other):
                path.rename(other)
                return ReadState(
                    state=NO_STATE, told=f"{path.as_posix()} could not be used ({why}); it is kept as {other.name}"
                )
    told = f"{path.as_posix()} cannot be used ({why}), and could not be set aside: {_NOT_KEPT}"
    return ReadState(state=NO_STATE, told=told, may_write=False)
