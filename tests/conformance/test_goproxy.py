"""The GOPROXY walk and the way to the log against observed runs of the go command."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Generator, Mapping
from typing import Any, TypeVar

import pytest

from supplymatrix.errors import InputError, SupplymatrixError
from supplymatrix.gomod.goenv import GoSettings, parse_gosumdb, resolve_settings
from supplymatrix.gomod.goprivate import match
from supplymatrix.gomod.goproxy import Outcome, Via, fallback, parse_goproxy, sumdb_via
from supplymatrix.sumdb.note import parse_verifier_key
from tests.support.data import conformance_cases, require_case

T = TypeVar("T")

MODULE = "m.test/m"
ELEMENT = re.compile(r"\b([A-Z]):(\d{3})\b")
SERVER = re.compile(r"^http://proxy\.test/([A-Z])-(\d{3})(/|$)")
KNOWN_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"


def _urls(text: str) -> str:
    return ELEMENT.sub(r"http://proxy.test/\1-\2", text)


def _run(walk: Generator[str, Outcome, T], asked: list[str]) -> T:
    """Run a walk over servers that say in their address how they answer; anything else fails, or is no such file."""
    try:
        url = next(walk)
        while True:
            server = SERVER.match(url)
            if server is None:
                url = walk.send(Outcome.ABSENT if url.startswith("file:") else Outcome.FAILED)
                continue
            asked.append(server[1])
            url = walk.send(_outcome(int(server[2])))
    except StopIteration as done:
        result: T = done.value
        return result


def _outcome(status: int) -> Outcome:
    if status in (200, 301, 302, 303, 307, 308):
        return Outcome.FOUND
    return Outcome.ABSENT if status in (404, 410) else Outcome.FAILED


@pytest.mark.parametrize("case", conformance_cases("goproxy", "goproxy_fallback"))
def test_proxies_are_walked_as_the_go_command_walks_them(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    settings = resolve_settings({**case["env"], "GOPROXY": _urls(case["goproxy"])})
    asked: list[str] = []
    try:
        found = _run(fallback(parse_goproxy(settings.goproxy.value), MODULE, gonoproxy=settings.gonoproxy.value), asked)
        via = found.via
    except InputError:
        via = Via.FAILED
    assert asked == case["contacted"]
    assert (via is Via.DIRECT) is case["tried_direct"]
    assert (via is Via.PROXY) is case["ok"]


@pytest.mark.parametrize("case", conformance_cases("goproxy", "sumdb_via"))
def test_log_is_reached_as_the_go_command_reaches_it(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    gosumdb = _urls(case["gosumdb"].replace("<verifier key of sum.test>", _made_key("sum.test")))
    settings = resolve_settings({**case["env"], "GOPROXY": _urls(case["goproxy"]), "GOSUMDB": gosumdb})
    asked: list[str] = []
    assert _lookup_goes_to(settings, case["env"], asked) == case["lookup_sent_to"]
    assert asked == case["supported_asked"]


def _made_key(name: str) -> str:
    key = b"\x01" + bytes(32)
    digest = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex()
    return f"{name}+{digest}+{base64.b64encode(key).decode()}"


def _lookup_goes_to(settings: GoSettings, environ: Mapping[str, str], asked: list[str]) -> str:
    """Follow the go command from its settings to the server of a lookup, here with its own choice of the log."""
    module = environ.get("MODULE", MODULE)
    wish = parse_gosumdb(settings.gosumdb.value)
    if match(settings.gonosumdb.value, module) is not None or wish.off:
        return "none"
    if wish.fault:
        return "unavailable"
    key = KNOWN_KEY if wish.key in ("", "sum.golang.org") else wish.key
    try:
        name = parse_verifier_key(key).name
        address = _run(sumdb_via(parse_goproxy(settings.goproxy.value), name, log_url=wish.url), asked)
    except SupplymatrixError:
        return "unavailable"
    if address.via is Via.FAILED:
        return "unavailable"
    server = SERVER.match(address.base_url)
    return server[1] if server else "direct"
