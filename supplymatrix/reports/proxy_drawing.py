"""The way of a module's name as a drawing in text: who is asked, what makes the go command ask the next one."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from supplymatrix.privacy.proxy_chain import ChainStep, ProxyChain, StepKind
from supplymatrix.reports.plain import plain

__all__ = ["draw_chain"]

_MOST_PATTERNS = 6
_MOST_STEPS = 20


def draw_chain(chain: ProxyChain, *, width: int = 80) -> list[str]:
    """Return the lines of a drawing, none wider than `width`, which is at least 40.

    A name that an element of GOPROXY is long for is cut with "…".
    """
    room = max(40, width)
    lines = ["the go command asks for a module"]
    if chain.exempt:
        lines += _branch(f"what GONOPROXY covers ({_few(chain.exempt)})", "the module's own host, and no proxy", room)
    if not chain.steps:
        nobody = textwrap.wrap(f"nobody is known: {chain.fault or 'GOPROXY is not set'}", room - 4)
        lines += [f"{'    ' if number else '└─► '}{text}" for number, text in enumerate(nobody)]
    for number, step in enumerate(chain.steps[:_MOST_STEPS]):
        if number:
            lines += [f"      │ {text}" for text in textwrap.wrap(_only_if(step, chain.steps[number - 1]), room - 8)]
            lines.append("      ▼")
        lines += _box("    " if number else "└─► ", step, room)
    if len(chain.steps) > _MOST_STEPS:
        lines.append(f"      and {len(chain.steps) - _MOST_STEPS:,} more")
    return [plain(line)[:room] for line in (*lines, *_log(chain, room))]


def _box(lead: str, step: ChainStep, room: int) -> Iterator[str]:
    text = step.shown
    room -= len(lead)
    yield lead + (text if len(text) <= room else f"{text[: room - 1]}…")


def _only_if(step: ChainStep, before: ChainStep) -> str:
    """Return what stands beside the arrow to a step."""
    if before.on_any_error:
        return "it fails in any way ( | )"
    if before.kind is StepKind.FOLDER:
        return "it is not there ( , )"
    return "it answers 404 or 410 ( , )" if step.after else ""


def _branch(what: str, whom: str, room: int) -> Iterator[str]:
    first = textwrap.wrap(what, room - 4)
    yield f"├─► {first[0]}"
    yield from (f"│   {text}" for text in first[1:])
    yield f"│   └─► {whom}"


def _log(chain: ProxyChain, room: int) -> Iterator[str]:
    log = chain.log
    yield ""
    yield "and for what go.sum has no line of"
    words = _log_words(chain)
    for number, text in enumerate(textwrap.wrap(words, room - 4)):
        yield f"└─► {text}" if number == 0 else f"    {text}"
    if chain.unlogged and not (log.is_off or log.fault or chain.is_unlogged):
        for text in textwrap.wrap(f"never of {_few(chain.unlogged)}", room - 4):
            yield f"    {text}"


def _log_words(chain: ProxyChain) -> str:
    log = chain.log
    if log.is_off:
        return "no log: GOSUMDB=off (Go itself is not fetched then)"
    if log.fault:
        return f"no log is known: GOSUMDB, {log.fault}"
    if chain.is_unlogged:
        return (
            f"nobody: GONOSUMDB covers every module ({_few(chain.unlogged)}); {log.name} is asked for Go itself alone"
        )
    name = f"{log.name}{', which is not the log of Go' if log.is_foreign else ''}"
    if not log.proxies:
        at = "" if log.host == log.name else f" at {log.host}" if log.host else " in a folder of this machine"
        return f"{name}{at}"
    return f"{name}, through {' or '.join(dict.fromkeys(log.proxies))} if that serves it, else itself"


def _few(patterns: tuple[str, ...]) -> str:
    shown = ", ".join(patterns[:_MOST_PATTERNS])
    more = len(patterns) - _MOST_PATTERNS
    return f"{shown} and {more:,} more" if more > 0 else shown
