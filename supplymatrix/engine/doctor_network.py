"""`doctor --network`: asks the servers that a check would ask, and tells who answers. Nothing is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from supplymatrix.errors import InputError, TransportError, TrustError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.net.credentials import read_credentials
from supplymatrix.net.route import Fetcher, Route, choose_route
from supplymatrix.net.settings import read_go_settings
from supplymatrix.net.transport import TimeOuts, Transport
from supplymatrix.sumdb.checkpoint import open_checkpoint
from supplymatrix.sumdb.known import GO_LOG_KEY, GO_LOG_NAME
from supplymatrix.sumdb.note import MalformedNoteError, parse_verifier_key
from supplymatrix.sumdb.protocol import Answer, Body, Unavailable

__all__ = ["ask_servers"]

_TIME_OUTS = TimeOuts(connect=5.0, read=10.0, whole=20.0)
_TRIES = 2

Told = tuple[bool, str, str]
"""Whether it is well, what was found, what to do next."""


def ask_servers(
    environ: Mapping[str, str], ca_file: Path | None, *, key: str = GO_LOG_KEY, log_name: str = GO_LOG_NAME
) -> list[Told]:
    """Return what came of asking `/supported` and `/latest`. key: the log's verifier key, for tests another one."""
    return asyncio.run(_ask(environ, ca_file, key=key, log_name=log_name))


async def _ask(environ: Mapping[str, str], ca_file: Path | None, *, key: str, log_name: str) -> list[Told]:
    try:
        settings = read_go_settings(environ)
        async with _transport(environ, settings, ca_file) as transport:
            route = await choose_route(settings, log_name, transport, key=key)
            answer = await Fetcher(transport, route)("latest")
    except TransportError as err:
        return [(False, str(err), err.remedy)]
    except InputError as err:
        fault = err.diagnostics[0]
        return [(False, fault.message, fault.remedy or fault.expected)]
    return [(True, f"the log is asked: {route.description}", ""), _judge(answer, route, key)]


def _transport(environ: Mapping[str, str], settings: GoSettings, ca_file: Path | None) -> Transport:
    """Return the way that a check takes too, but soon tired."""
    return Transport(
        environ=environ,
        credentials=read_credentials(environ, settings),
        ca_file=ca_file,
        connections=1,
        time_outs=_TIME_OUTS,
        tries=_TRIES,
    )


def _judge(answer: Answer, route: Route, key: str) -> Told:
    if isinstance(answer, Unavailable):
        return False, f"no head of the log: {answer.reason}", answer.remedy or "check the network and the proxies"
    if not isinstance(answer, Body):
        return False, f"{answer.source} has no head of the log", "change GOPROXY: who answers there serves no log"
    try:
        head = open_checkpoint(answer.data, [parse_verifier_key(key)])
    except (MalformedNoteError, TrustError) as err:
        text = f"what {answer.source} gives as the log's head was not signed by the log: {err}"
        return False, text, f"somebody on the way answers instead: a login page, or {route.via_proxy or 'a proxy'}"
    return True, f"{answer.source} answers: a signed head of {head.size:,} records", ""
