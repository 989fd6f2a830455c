"""Ask the log without a network: from a recorded folder, or from what this machine has cached and trusts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from supplymatrix.engine.lookups import (
    LogChoice,
    LogRun,
    hold,
    none_held,
    not_held,
    notes_about_older_heads,
    settle,
    unanswered,
)
from supplymatrix.errors import TransportError
from supplymatrix.model.audit import LogView
from supplymatrix.model.module import ModuleVersion
from supplymatrix.net.local import Answers, run_local
from supplymatrix.sumdb.history import SeenHead
from supplymatrix.sumdb.session import LogSession

__all__ = ["ask_cache", "ask_recording", "view_of"]


def ask_recording(
    choice: LogChoice, answers: Answers, modules: Sequence[ModuleVersion], route: str, heads: Sequence[SeenHead] = ()
) -> LogRun:
    """Prove module versions from recorded answers, under the head that was recorded with them.

    heads: of committed proofs, held against that head as far as the recording has the tiles.
    """
    session = LogSession([choice.verifier], defers_older_heads=True)
    try:
        run_local([session.begin(None)], answers)
    except TransportError as err:
        return _without_head(session, modules, heads, err)
    return _look_up(choice, session, answers, modules, heads, route=route, seen_at=None)


def ask_cache(
    choice: LogChoice,
    answers: Answers,
    modules: Sequence[ModuleVersion],
    heads: Sequence[SeenHead],
    *,
    saved: bytes,
    seen_at: datetime,
) -> LogRun:
    """Prove module versions from the cache, under the head that this machine trusted last.

    heads: of committed proofs, held against that head as far as the cache has the tiles.
    """
    session = LogSession([choice.verifier], defers_older_heads=True)
    try:
        run_local([session.trust_saved(saved)], answers)
    except TransportError as err:
        return _without_head(session, modules, heads, err)
    return _look_up(choice, session, answers, modules, heads, route="cache", seen_at=seen_at)


def _without_head(
    session: LogSession, modules: Sequence[ModuleVersion], heads: Sequence[SeenHead], err: TransportError
) -> LogRun:
    answers = unanswered(modules, str(err), err.remedy, outage=err.outage)
    return LogRun(answers=answers, session=session, not_held=none_held(heads, str(err)))


def view_of(choice: LogChoice, session: LogSession, route: str, seen_at: datetime | None) -> LogView | None:
    """Return what a report says of the log; None when no signed head could be had."""
    head = session.pinned
    if head is None:
        return None
    return LogView(
        name=choice.verifier.name,
        key_hash=choice.verifier.hash_text,
        tree_size=head.size,
        root=head.root_text,
        seen_at=seen_at,
        route=route,
        pinned_by_policy=choice.by_policy,
    )


def _look_up(
    choice: LogChoice,
    session: LogSession,
    answers: Answers,
    modules: Sequence[ModuleVersion],
    heads: Sequence[SeenHead],
    *,
    route: str,
    seen_at: datetime | None,
) -> LogRun:
    found = run_local([settle(session, module) for module in modules], answers)
    if session.uncompared_heads:
        run_local([session.compare_older()], answers)
    reasons = run_local([hold(session, seen) for seen in heads], answers)
    return LogRun(
        answers=dict(zip(modules, found, strict=True)),
        session=session,
        not_held=not_held(heads, reasons),
        view=view_of(choice, session, route, seen_at),
        notes=notes_about_older_heads(session),
    )
