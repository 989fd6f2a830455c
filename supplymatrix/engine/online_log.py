"""Ask the log over the network: under one pinned head, with the cache before and behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from supplymatrix.engine.events import OnEvent, Progress
from supplymatrix.engine.local_log import view_of
from supplymatrix.engine.lookups import (
    LogAnswer,
    LogChoice,
    LogRun,
    hold,
    none_held,
    not_held,
    notes_about_older_heads,
    settle,
    unanswered,
)
from supplymatrix.errors import InputError, SourceError, TransportError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note
from supplymatrix.net.cache import LogCache
from supplymatrix.net.credentials import read_credentials
from supplymatrix.net.drive import drive
from supplymatrix.net.head_file import HeadFile, SavedHead
from supplymatrix.net.local import CacheAnswers, run_local
from supplymatrix.net.route import Fetcher, choose_route
from supplymatrix.net.transport import Counters, TimeOuts, Transport
from supplymatrix.sumdb.history import SeenHead
from supplymatrix.sumdb.protocol import Answer, Body
from supplymatrix.sumdb.session import LogSession

__all__ = ["NetworkLog", "ask_network"]

_MAX_SWAPS = 10
_FEW_REQUESTS = 10  # a run that asked for less may spend the difference on comparing older heads
_SHORT = TimeOuts(connect=3.0, read=5.0, whole=10.0)  # when only heads of proofs that hold anyway are to be compared
_MODULES_A_TILE = 300  # and a large one may spend a tile for so many modules; what is left over waits for later runs


@value
class NetworkLog:
    """What a network run needs. environ: for the proxies of the HTTP client, and for credentials; ca_file: further
    certificates; now: UTC, kept with the trusted head.
    """

    choice: LogChoice
    settings: GoSettings
    environ: Mapping[str, str]
    cache: LogCache
    head_file: HeadFile
    saved: SavedHead | None
    now: datetime
    parallel: int
    on_event: OnEvent
    ca_file: Path | None = None


def ask_network(log: NetworkLog, modules: Sequence[ModuleVersion], heads: Sequence[SeenHead] = ()) -> LogRun:
    """Prove module versions over the network; what was proven is cached, and the trusted head moves on.

    heads: of committed proofs, held against the pinned head.
    Raises TrustError when the log itself lies, InputError for settings that cannot be read.
    """
    return asyncio.run(_ask(log, modules, heads))


async def _ask(log: NetworkLog, modules: Sequence[ModuleVersion], heads: Sequence[SeenHead]) -> LogRun:
    session = LogSession([log.choice.verifier], defers_older_heads=True)
    memory: dict[str, Answer] = {}
    try:
        return await _ask_in(session, log, modules, heads, memory=memory)
    finally:
        _save_answers(log.cache, session, memory)  # also when the run is interrupted: what is proven stays proven


async def _ask_in(
    session: LogSession,
    log: NetworkLog,
    modules: Sequence[ModuleVersion],
    heads: Sequence[SeenHead],
    *,
    memory: dict[str, Answer],
) -> LogRun:
    async with _transport(log, is_needed=bool(modules)) as transport:
        try:
            url, key = log.choice.url, log.choice.verifier.text
            route = await choose_route(log.settings, log.choice.verifier.name, transport, key=key, log_url=url)
            fetch = Fetcher(transport, route)
            saved = log.saved.note if log.saved else None
            await drive([session.begin(saved)], fetch, cache=log.cache, parallel=log.parallel, memory=memory)
        except TransportError as err:
            run = LogRun(
                answers=unanswered(modules, str(err), err.remedy, outage=err.outage),
                session=session,
                not_held=none_held(heads, str(err)),
            )
            return _counted(run, transport.counters)

        def progress(done: int, total: int) -> None:
            log.on_event(Progress(stage="look-ups", done=done, total=total))

        found: list[LogAnswer] = await drive(
            [settle(session, module) for module in modules],
            fetch,
            cache=log.cache,
            parallel=log.parallel,
            progress=progress,
            memory=memory,
        )
        reasons = await drive([hold(session, seen) for seen in heads], fetch, cache=log.cache, memory=memory)
        run_local([session.compare_older()], CacheAnswers(log.cache))
        spare = max(_FEW_REQUESTS - transport.counters.requests, len(modules) // _MODULES_A_TILE)
        await drive([session.compare_older(spare)], fetch, cache=log.cache, memory=memory)
        run = LogRun(
            answers=dict(zip(modules, found, strict=True)),
            session=session,
            not_held=not_held(heads, reasons),
            view=view_of(log.choice, session, route.description, _fetched_at(log, session)),
        )
        fault = await _save_head(log, session, fetch, memory)
        run.notes += _notes_about_head(log, session, fault)
    return _counted(run, transport.counters)


def _transport(log: NetworkLog, *, is_needed: bool) -> Transport:
    """Return the HTTP client; where no line rests on it, one that gives up soon."""
    return Transport(
        environ=log.environ,
        credentials=read_credentials(log.environ, log.settings),
        ca_file=log.ca_file,
        connections=log.parallel,
        time_outs=TimeOuts() if is_needed else _SHORT,
        tries=4 if is_needed else 1,
    )


def _fetched_at(log: NetworkLog, session: LogSession) -> datetime:
    """Return when the log gave out the pinned head: now, unless it answered with an older one than was trusted."""
    head = session.pinned
    if head is not None and session.stale is not None and log.saved is not None and head.note.raw == log.saved.note:
        return log.saved.fetched_at
    return log.now


def _counted(run: LogRun, counters: Counters) -> LogRun:
    if run.view is not None:
        run.view = changed(
            run.view, requests=counters.requests, retries=counters.retries, received_bytes=counters.bytes
        )
    return run


def _notes_about_head(log: NetworkLog, session: LogSession, fault: str) -> list[Note]:
    """Say what became of the trusted head. fault: why it was not saved, "" when it was."""
    head, name = session.pinned, log.choice.verifier.name
    notes: list[Note] = []
    if head is None:
        return notes
    if fault:
        text = f"the head of {head.size:,} records is trusted in this run only, it was not saved: {fault}"
        notes.append(Note(code="head-not-saved", message=text))
    elif log.saved is None:
        text = (
            f"first use of {name} on this machine: its head of {head.size:,} records is trusted from now on "
            f"(root {head.root_text}, kept in {log.head_file.path})"
        )
        notes.append(Note(code="first-use", message=text))
    if session.stale is not None:
        text = (
            f"{name} answered with an older head ({session.stale.size:,} records) than is trusted here "
            f"({head.size:,}); it was proven to be a part of it"
        )
        notes.append(Note(code="stale-head", message=text))
    return [*notes, *notes_about_older_heads(session)]


async def _save_head(log: NetworkLog, session: LogSession, fetch: Fetcher, memory: dict[str, Answer]) -> str:
    """Move the trusted head forward; what another process has saved meanwhile is proven consistent first.

    Returns why it could not be saved, "" when it was.
    """
    expected = log.saved
    try:
        for _ in range(_MAX_SWAPS):
            head = session.pinned
            if head is None:
                return ""
            new = SavedHead(note=head.note.raw, fetched_at=_fetched_at(log, session))
            other = log.head_file.replace(expected, new)
            if other is None:
                return ""
            await drive([session.trust_saved(other.note)], fetch, cache=log.cache, memory=memory)
            expected = other
    except (SourceError, TransportError, InputError) as err:
        return str(err)
    return "other processes moved it again and again"


def _save_answers(cache: LogCache, session: LogSession, memory: Mapping[str, Answer]) -> None:
    """Store what was proven in this run and did not come from the cache."""
    if session.pinned is None:
        return
    proven = {**session.proven, **session.tree.authenticated}
    held = {path for path, answer in memory.items() if isinstance(answer, Body) and answer.source == "cache"}
    cache.put_many({path: data for path, data in proven.items() if path not in held})
