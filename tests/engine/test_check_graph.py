"""A check whose policy asks what authors say of their modules: the graph is read then, and only then."""

from __future__ import annotations

from pathlib import Path

from supplymatrix.model.fact import GraphModule
from supplymatrix.model.rule import Status
from supplymatrix.model.verdict import Outcome
from tests.support.log_server import LogServer
from tests.support.machine import Machine, rules_of
from tests.support.made_log import MadeLog, write_project
from tests.support.module_cache import make_cache

A = "example.com/a@v1.0.0"
LOG = MadeLog.of(A, filler=10)
ASKS = '[rules]\nSM207 = "error"\nSM208 = "warn"\n'
RETRACTED = "module example.com/a\n\ngo 1.22\n\nretract v1.0.0 // the tag was moved\n"


def _checked(
    tmp_path: Path, texts: dict[str, str], policy: str
) -> tuple[set[str], Outcome, list[GraphModule], set[str]]:
    cache = make_cache(tmp_path / "modcache", texts)
    machine = Machine(tmp_path, GOMODCACHE=str(cache))
    with LogServer(LOG.answers()) as server:
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, [A], policy=policy))
    unknown = {judged.rule for judged in audit.verdict.judged if judged.status is Status.UNKNOWN}
    return rules_of(audit), audit.verdict.outcome, list(audit.facts.of(GraphModule)), unknown


def test_a_version_that_a_later_go_mod_takes_back_is_found(tmp_path: Path) -> None:
    rules, outcome, _, _ = _checked(tmp_path, {"example.com/a@v1.1.0": RETRACTED}, ASKS)
    assert "SM207" in rules
    assert outcome is Outcome.FAIL


def test_a_go_mod_that_the_graph_lacks_is_told_and_does_not_fail_the_gate(tmp_path: Path) -> None:
    rules, outcome, modules, unknown = _checked(tmp_path, {}, ASKS)
    assert rules.isdisjoint({"SM207", "SM208"})
    assert unknown == {"SM208"}
    assert [str(module.subject) for module in modules if not module.is_main] == [A]
    assert outcome is Outcome.PASS


def test_no_graph_is_read_where_no_policy_asks_for_it(tmp_path: Path) -> None:
    _, _, modules, unknown = _checked(tmp_path, {"example.com/a@v1.1.0": RETRACTED}, "")
    assert modules == []
    assert unknown == set()


def test_where_one_package_is_asked_for_only_its_author_is_heard(tmp_path: Path) -> None:
    strict = '[packages."example.com/a"]\nsecurity_policy = "strict-module-integrity"\n'
    rules, _, modules, unknown = _checked(tmp_path, {"example.com/a@v1.1.0": RETRACTED}, strict)
    assert "SM207" in rules
    assert [str(module.subject) for module in modules] == [A]
    assert unknown == set()
