"""Which way the log is asked in a run: a recording, this machine's cache, or the network; the cheapest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from supplymatrix.engine.events import OnEvent, ignore_event
from supplymatrix.engine.local_log import ask_cache, ask_recording
from supplymatrix.engine.lookups import Broken, LogAnswer, LogChoice, LogRun, none_held, unanswered
from supplymatrix.engine.means import MAX_CONNECTIONS, Means
from supplymatrix.errors import TrustError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.net.cache import LogCache
from supplymatrix.net.evidence import keep_evidence
from supplymatrix.net.folders import cache_folder_if_any, state_folder_if_any
from supplymatrix.net.head_file import HeadFile, SavedHead
from supplymatrix.net.local import CacheAnswers, FolderAnswers
from supplymatrix.sumdb.history import SeenHead
from supplymatrix.sumdb.session import LogSession, Unanswered

__all__ = ["HEAD_IS_YOUNG", "LogAccess", "ask_log"]

HEAD_IS_YOUNG = timedelta(hours=24)
"""How long a trusted head serves alone, without a question for a newer one, when everything can be proven under it."""


@value
class LogAccess:
    """One log, and how this run may ask it."""

    choice: LogChoice
    settings: GoSettings
    means: Means
    on_event: OnEvent = ignore_event


def ask_log(access: LogAccess, modules: Sequence[ModuleVersion], heads: Sequence[SeenHead] = ()) -> LogRun:
    """Prove module versions, with as little network as the answers allow; none at all when there is nothing to ask.

    heads: signed heads of committed proofs, held against the head that this machine is shown. Where only they are to be
    held, a network that is not there costs one short try: nothing rests on it.
    Evidence of every lie is kept in the state folder. Raises TrustError when the log itself lied.
    """
    if not modules and not heads:
        return LogRun(answers={}, session=LogSession([access.choice.verifier]))
    if access.means.record is None:
        return _ask_log(access, modules, heads)
    from supplymatrix.engine.record import record_run
    from supplymatrix.net.recording import check_folder

    check_folder(access.means.record)
    run = _ask_log(access, modules, heads)
    run.messages.append(record_run(access.means.record, access.choice, run))
    return run


def _ask_log(access: LogAccess, modules: Sequence[ModuleVersion], heads: Sequence[SeenHead]) -> LogRun:
    if access.means.replay is not None:
        return _with_evidence(
            access,
            lambda: ask_recording(
                access.choice, FolderAnswers(_replay(access)), modules, f"replay {access.means.replay}", heads
            ),
        )
    means, verifier = access.means, access.choice.verifier
    head_file = HeadFile(state_folder_if_any(means.environ), verifier.name, verifier.key_hash)
    saved = head_file.read()
    folder = means.cache_dir or cache_folder_if_any(means.environ)
    cache = LogCache.open(folder, verifier.name, verifier.key_hash, max_bytes=means.cache_bytes)
    try:
        run = _with_evidence(
            access, lambda: _ask(access, modules, heads, cache=cache, head_file=head_file, saved=saved)
        )
    finally:
        cache.close()
    run.messages += cache.messages
    run.earlier = saved.note if saved is not None else None
    return run


def _replay(access: LogAccess) -> Path:
    if access.means.replay is None:
        raise ValueError("no replay folder was named")
    return access.means.replay


def _ask(
    access: LogAccess,
    modules: Sequence[ModuleVersion],
    heads: Sequence[SeenHead],
    *,
    cache: LogCache,
    head_file: HeadFile,
    saved: SavedHead | None,
) -> LogRun:
    cached: LogRun | None = None
    is_young = saved is not None and timedelta(0) <= access.means.now - saved.fetched_at < HEAD_IS_YOUNG
    if saved is not None and (access.means.offline or (is_young and not access.means.refresh)):
        answers = CacheAnswers(cache)
        run = ask_cache(access.choice, answers, modules, heads, saved=saved.note, seen_at=saved.fetched_at)
        is_open = any(map(_is_open, run.answers.values()))
        if access.means.offline or not (run.not_held or is_open):
            return run
        cached = None if is_open else run
    if access.means.offline:
        reason = f"offline, and this machine has no trusted head of {access.choice.verifier.name} yet"
        session = LogSession([access.choice.verifier])
        answers_missing = unanswered(modules, reason, "run once without --offline")
        return LogRun(answers=answers_missing, session=session, not_held=none_held(heads, reason))
    from supplymatrix.engine.online_log import NetworkLog, ask_network

    log = NetworkLog(
        choice=access.choice,
        settings=access.settings,
        environ=access.means.environ,
        cache=cache,
        head_file=head_file,
        saved=saved,
        now=access.means.now,
        ca_file=access.means.ca_file,
        parallel=max(1, min(access.means.jobs, MAX_CONNECTIONS)),
        on_event=access.on_event,
    )
    run = ask_network(log, modules, heads)
    if run.view is None and cached is not None:
        return cached  # only a head of committed proofs was left to compare, and what is cached proves all the rest
    if run.view is None and saved is not None:
        run.messages.append("the log could not be asked; --offline proves what is cached under the trusted head")
    return run


def _is_open(answer: LogAnswer) -> bool:
    """Return whether the network might answer what the cache could not."""
    return isinstance(answer, Unanswered | Broken)


def _with_evidence(access: LogAccess, ask: Callable[[], LogRun]) -> LogRun:
    """Keep the bytes of every lie, of one module or of the whole log, before anything else is done with it."""
    try:
        run = ask()
    except TrustError as err:
        err.add_note(keep_evidence(access.means.environ, access.means.now, [err]))
        raise
    broken = [answer.error for answer in run.answers.values() if isinstance(answer, Broken)]
    if broken:
        run.messages.append(keep_evidence(access.means.environ, access.means.now, broken))
    return run
