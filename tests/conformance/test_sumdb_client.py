"""sumdb_client.json: whole look-ups against a fake checksum database, forks and forgeries included.

Every case is run twice: as the Go client works (heads come with the look-ups only), and as `check` works (the latest
head is pinned first). Both must give the verdict that Go gives.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from supplymatrix.errors import SupplymatrixError, TrustError
from supplymatrix.gomod import goprivate
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sumdb.note import parse_verifier_key
from supplymatrix.sumdb.protocol import Asking, run_over
from supplymatrix.sumdb.session import LogRecord, LogSession, NotLogged, Unanswered
from tests.support.data import conformance_cases, require_case

Answer = LogRecord | NotLogged | Unanswered
Way = Callable[[dict[str, Any]], Iterator[tuple[dict[str, Any], Asking[Answer]]]]


def _remote(case: dict[str, Any]) -> dict[str, bytes]:
    found = {}
    for path, body in case["remote"].items():
        name = path.removesuffix("_b64").removeprefix("/")
        found[name] = base64.b64decode(body) if path.endswith("_b64") else body.encode()
    return found


def _session(case: dict[str, Any]) -> LogSession:
    return LogSession([parse_verifier_key(case["vkey"])])


def _as_go(case: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Asking[Answer]]]:
    session = _session(case)
    saved = case["config_latest"].encode()
    for step in case["steps"]:
        yield step, _look_up(session, saved if session.pinned is None else b"", step)


def _look_up(session: LogSession, saved: bytes, step: dict[str, Any]) -> Asking[Answer]:
    if saved:
        yield from session.trust_saved(saved)
    module = ModuleVersion(path=step["path"], version=step["version"].removesuffix("/go.mod"))
    return (yield from session.lookup(module))


def _pinned(case: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Asking[Answer]]]:
    session = _session(case)
    for step in case["steps"]:
        yield step, _look_up_pinned(session, case["config_latest"].encode() or None, step)


def _look_up_pinned(session: LogSession, saved: bytes | None, step: dict[str, Any]) -> Asking[Answer]:
    if session.pinned is None:
        yield from session.begin(saved)
    module = ModuleVersion(path=step["path"], version=step["version"].removesuffix("/go.mod"))
    return (yield from session.lookup(module))


def _verdict(asking: Asking[Answer], remote: dict[str, bytes], version: str) -> tuple[str, list[str], bool]:
    try:
        answer = run_over(asking, remote)
    except SupplymatrixError as err:
        return "error", [], isinstance(err, TrustError) and "forked" in str(err)
    if not isinstance(answer, LogRecord):
        return "error", [], False
    if version not in answer.hashes:
        return "missing", [], False
    return "ok", [f"{answer.module.path} {version} {answer.hashes[version]}"], False


@pytest.mark.parametrize("way", [_as_go, _pinned])
@pytest.mark.parametrize("case", conformance_cases("sumdb_client"))
def test_look_ups_end_as_with_the_go_client(case: dict[str, Any] | None, way: Way) -> None:
    """Among the cases: CVE-2026-42501 (missing line), -56864 (line in the note's text), -56865 (forged tiles)."""
    case = require_case(case)
    try:
        steps = list(way(case))
    except SupplymatrixError:
        assert all(step["verdict"] == "error" for step in case["steps"])
        return
    for step, asking in steps:
        if step.get("skipped"):
            assert goprivate.match(case["nosumdb"], step["path"])
            continue
        assert not goprivate.match(case["nosumdb"], step["path"])
        verdict, lines, forked = _verdict(asking, _remote(case), step["version"])
        assert verdict == step["verdict"]
        if verdict == "ok":
            assert lines == step["lines"]
        if step["security_error"]:
            assert forked


@pytest.mark.parametrize("case", conformance_cases("sumdb_client"))
def test_the_trusted_head_ends_where_the_go_client_leaves_it(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    if not all(step["verdict"] == "ok" and not step.get("skipped") for step in case["steps"]):
        return  # after an error Go may have stored a head that we refuse; the verdicts above bind
    session = _session(case)
    saved = case["config_latest"].encode()
    for step in case["steps"]:
        run_over(_look_up(session, saved if session.pinned is None else b"", step), _remote(case))
    assert session.pinned is not None
    final = _session(case).open_head(case["final_latest"].encode())
    assert (session.pinned.size, session.pinned.root) == (final.size, final.root)
