"""When versions came out: who is asked, who is not, and what becomes of every kind of bad answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.engine.make_proofs import MakeProofsRequest, make_proofs
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import OWN_POLICY
from supplymatrix.engine.prepare import Prepared, prepare
from supplymatrix.engine.release_times import release_times
from supplymatrix.gomod.goenv import GoSettings, Setting
from supplymatrix.gomod.module_info import INFO_LIMIT
from supplymatrix.model.fact import Facts, LineProof, ProofState, ReleaseTime, SumKind
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.policy.cooldown import AGE_RULE, check_cooldown
from supplymatrix.sources.subjects import find_subjects, read_subject
from tests.support.log_server import LogServer, Reply
from tests.support.machine import NOW, Machine, codes_of, rules_of
from tests.support.made_log import MadeLog, write_project

pytestmark = pytest.mark.slow

A, B = "example.com/A@v1.0.0", "example.com/b@v0.0.0-20250102030405-abcdef123456"
MOD_A = ModuleVersion(path="example.com/A", version="v1.0.0")
INFO_A, INFO_B = "example.com/!a/@v/v1.0.0.info", "example.com/b/@v/v0.0.0-20250102030405-abcdef123456.info"
OLD = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
LOG = MadeLog.of(A, filler=10)
WEEK = '[packages."**"]\nmin_age = "7d"'


def info(version: str, time: str = "2025-01-02T03:04:05Z") -> bytes:
    return json.dumps({"Version": version, "Time": time}).encode()


def item_of(folder: Path, *names: str, policy: str = WEEK, private: Sequence[str] = (), **environ: str) -> Prepared:
    write_project(folder, LOG, "http://127.0.0.1:1", names, go_sum="", policy=policy, private=private)
    (subject,) = find_subjects((folder,), recursive=False).subjects
    return prepare(
        subject.path, read_subject(subject), OWN_POLICY, {}, settings(**environ), histories={}, send_private=False
    )


def settings(goproxy: str = "", **values: str) -> GoSettings:
    return GoSettings(
        goproxy=Setting(value=goproxy, origin="environment"),
        **{name: Setting(value=text, origin="environment") for name, text in values.items()},
    )


def put(cache: Path, name: str, data: bytes) -> Path:
    path = cache / "cache" / "download" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return cache


def times(
    *items: Prepared,
    goproxy: str = "",
    cache: Path | None = None,
    seconds: float = 20,
    means: Means | None = None,
    **values: str,
) -> dict[str, ReleaseTime]:
    """Return the facts of all items by module."""
    how = Means(environ={}, now=NOW) if means is None else means
    found = release_times(items, [()] * len(items), how, settings(goproxy, **values), cache, seconds=seconds)
    return {str(fact.subject): fact for facts in found for fact in facts}


def test_the_module_cache_comes_first_and_nobody_is_asked(tmp_path: Path) -> None:
    cache = put(tmp_path / "mod", INFO_A, info("v1.0.0"))
    with LogServer({}) as server:
        fact = times(item_of(tmp_path / "svc", A), goproxy=server.url, cache=cache)[A]
        assert (fact.time, fact.source, server.paths) == (OLD, "module cache", [])


def test_what_the_cache_has_not_is_asked_of_the_proxies_once_for_all_subjects(tmp_path: Path) -> None:
    with LogServer({INFO_A: info("v1.0.0")}) as server:
        found = times(item_of(tmp_path / "one", A), item_of(tmp_path / "two", A), goproxy=server.url)
        assert (found[A].time, found[A].source) == (OLD, f"{server.url}/{INFO_A}")
        assert server.paths == [INFO_A]


def test_the_list_is_walked_and_everybody_who_had_none_is_named(tmp_path: Path) -> None:
    with LogServer({}) as first, LogServer({}) as second:
        fact = times(item_of(tmp_path / "svc", A), goproxy=f"{first.url},{second.url},direct")[A]
        assert fact.time is None
        assert f"{first.url}/{INFO_A}: it does not have it" in fact.reason
        assert f"{second.url}/{INFO_A}: it does not have it" in fact.reason
        assert "leads to its repository" in fact.reason


@pytest.mark.parametrize("how", ["offline", "replay"])
def test_without_a_network_and_under_a_replay_no_proxy_is_asked(tmp_path: Path, how: str) -> None:
    means = Means(environ={}, now=NOW, offline=how == "offline", replay=tmp_path if how == "replay" else None)
    with LogServer({INFO_A: info("v1.0.0")}) as server:
        cache = put(tmp_path / "mod", INFO_B, info(B.partition("@")[2]))
        found = times(item_of(tmp_path / "svc", A, B), goproxy=server.url, cache=cache, means=means)
        assert server.paths == []
    assert found[A].time is None
    assert how in found[A].reason
    assert found[B].time == OLD


@pytest.mark.parametrize(
    ("private", "values", "why"),
    [
        (["example.com/*"], {}, "a lift.toml declares it private"),
        ([], {"goprivate": "example.com/*"}, "GOPRIVATE=example.com/*"),
        ([], {"gonosumdb": "example.com/*"}, "GONOSUMDB=example.com/*"),
        ([], {"gonoproxy": "example.com/*"}, "GONOPROXY=example.com/*"),
    ],
)
def test_a_name_that_is_kept_back_goes_to_no_proxy(
    tmp_path: Path, private: list[str], values: dict[str, Any], why: str
) -> None:
    with LogServer({INFO_A: info("v1.0.0")}) as server:
        fact = times(item_of(tmp_path / "svc", A, private=private), goproxy=server.url, **values)[A]
        assert server.paths == []
    assert fact.time is None
    assert why in fact.reason


def test_what_one_subject_declares_private_is_kept_back_for_all(tmp_path: Path) -> None:
    ours, theirs = item_of(tmp_path / "ours", A), item_of(tmp_path / "theirs", B, private=["example.com/A"])
    with LogServer({INFO_A: info("v1.0.0"), INFO_B: info(B.partition("@")[2])}) as server:
        found = times(ours, theirs, goproxy=server.url)
        assert server.paths == [INFO_B]
    assert found[A].time is None


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(body=b"<html>sign in</html>"), "it looks like a web page"),
        (Reply(body=info("v9.9.9")), "another version (v9.9.9)"),
        (Reply(body=info("v1.0.0", "0001-01-01T00:00:00Z")), "before there was any Go"),
        (Reply(body=info("v1.0.0", "soon")), "it names no time"),
        (Reply(body=b" " * (INFO_LIMIT + 1)), f"{INFO_LIMIT}"),
        (Reply(mode="endless"), f"{INFO_LIMIT}"),
        (Reply(mode="huge-length"), f"{INFO_LIMIT}"),
        (Reply(status=500), "500"),
    ],
)
def test_a_bad_answer_is_no_time_and_its_sender_is_named(tmp_path: Path, reply: Reply, why: str) -> None:
    with LogServer({INFO_A: info("v1.0.0")}) as server:
        server.always(reply)
        fact = times(item_of(tmp_path / "svc", A), goproxy=server.url)[A]
    assert fact.time is None
    assert f"{server.url}/{INFO_A}" in fact.reason
    assert why in fact.reason


def test_a_proxy_that_says_nothing_is_left_when_the_time_is_over(tmp_path: Path) -> None:
    with LogServer({}) as server:
        server.always(Reply(mode="stall"))
        fact = times(item_of(tmp_path / "svc", A), goproxy=server.url, seconds=0.3)[A]
    assert fact.time is None
    assert "within 0" in fact.reason


@pytest.mark.parametrize("data", [b"not JSON", info("v2.0.0"), b"x" * (INFO_LIMIT + 1)])
def test_a_bad_file_in_the_cache_is_told_and_a_proxy_asked_instead(tmp_path: Path, data: bytes) -> None:
    cache = put(tmp_path / "mod", INFO_A, data)
    item = item_of(tmp_path / "svc", A)
    with LogServer({INFO_A: info("v1.0.0")}) as server:
        assert times(item, goproxy=server.url, cache=cache)[A].time == OLD
    offline = times(item, cache=cache, means=Means(environ={}, now=NOW, offline=True))[A]
    assert offline.time is None
    assert "module cache" in offline.reason
    assert "offline" in offline.reason


def test_a_pseudo_version_speaks_for_itself_where_nobody_else_does(tmp_path: Path) -> None:
    fact = times(item_of(tmp_path / "svc", B))[B]
    assert (fact.time, fact.source, fact.from_version) == (OLD, "pseudo-version", True)
    assert "GOPROXY is empty" in fact.reason


def test_only_modules_of_which_an_age_is_asked_are_looked_for(tmp_path: Path) -> None:
    with LogServer({}) as server:
        item = item_of(tmp_path / "svc", A, B, policy='[packages."example.com/b"]\nmin_age = "1d"')
        assert list(times(item, goproxy=server.url)) == [B]
        assert server.paths == [INFO_B]


def proven(machine: Machine, tmp_path: Path, policy: str = WEEK) -> Path:
    """Return a project with the proofs of LOG, made on the day of NOW."""
    with LogServer(LOG.answers()) as server:
        folder = write_project(tmp_path / "svc", LOG, server.url, [A], policy=policy)
        (made,) = make_proofs(MakeProofsRequest(paths=(folder,), means=Means(environ=machine.environ, now=NOW)))
    assert made.path is not None
    assert made.data is not None
    made.path.write_bytes(made.data)
    return write_project(folder, LOG, "http://127.0.0.1:1", [A], policy=policy)


def test_the_proofs_beside_go_sum_tell_since_when_the_log_has_a_version(machine: Machine, tmp_path: Path) -> None:
    folder = proven(machine, tmp_path)
    young, old = (machine.check(folder, offline=True, later=timedelta(days=days)) for days in (7, 8))
    assert [fact.known_since for fact in old.facts.of(ReleaseTime)] == [NOW.date()]
    assert "ages-of-commits" not in codes_of(old)
    assert (young.verdict.exit_code, old.verdict.exit_code) == (3, 0)
    (gap,) = young.verdict.gaps
    assert gap.wanted == f"release time of {A}"


def test_a_version_that_the_log_got_later_is_young_whatever_its_commit_says(tmp_path: Path) -> None:
    """A commit may be backdated by whoever makes it; the order of the log may not."""
    machine = Machine(tmp_path)
    proven(machine, tmp_path)
    folder = tmp_path / "svc"
    (subject,) = find_subjects((folder,), recursive=False).subjects
    item = prepare(subject.path, read_subject(subject), OWN_POLICY, {}, settings(), histories={}, send_private=False)
    assert item.committed.head is not None
    size = item.committed.head.size
    forgotten = changed(item, committed=changed(item.committed, records={}))
    cache = put(tmp_path / "mod", INFO_A, info("v1.0.0"))
    found = {}
    for record in (size - 1, size):
        proof = LineProof(
            subject=MOD_A, kind=SumKind.ZIP, hash="h1:x", state=ProofState.PROVEN, logged_hash="h1:x", record_id=record,
            tree_size=size + 9, answered_by="", location=Location(artifact="go.sum", line=1, column=1),
        )  # fmt: skip
        means = Means(environ={}, now=NOW + timedelta(days=2))
        ((fact,),) = release_times([forgotten], [(proof,)], means, settings(), cache)
        facts = Facts([*item.project.facts, fact])
        (result,) = check_cooldown(item.policy, facts, ALL_RULES[AGE_RULE], means.now)
        found[record] = (fact.time, fact.new_since, str(result.status))
    assert found == {size - 1: (OLD, None, "pass"), size: (OLD, NOW.date(), "fail")}


def test_a_day_to_come_in_the_proofs_says_nothing(machine: Machine, tmp_path: Path) -> None:
    folder = proven(machine, tmp_path)
    audit = machine.check(folder, offline=True, later=-timedelta(days=1))
    assert [fact.known_since for fact in audit.facts.of(ReleaseTime)] == [None]


def test_check_asks_the_users_proxies_and_judges_by_their_answer(tmp_path: Path) -> None:
    answers = {**LOG.answers(), INFO_A: info("v1.0.0", "2026-11-22T12:00:00Z")}
    with LogServer(answers) as server:
        machine = Machine(tmp_path, GOPROXY=server.url)
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, [A], policy=WEEK))
        assert server.paths.count(INFO_A) == 1
    assert rules_of(audit) == {"SM209"}
    assert audit.verdict.exit_code == 1
    (text,) = [note.message for note in audit.verdict.notes if note.code == "ages-of-commits"]
    assert text.endswith("as whoever made them wrote it: 1 from proxies")


def test_a_waiver_lets_a_fix_through_that_cannot_wait(tmp_path: Path) -> None:
    waiver = (
        '\n[[waivers]]\nrule = "SM209"\npackage = "example.com/A"\nversion = "v1.0.0"\n'
        'reason = "fixes a hole that is used"\nowner = "team-a"\nexpires = 2026-12-31\n'
    )
    machine = Machine(tmp_path, GOMODCACHE=str(put(tmp_path / "mod", INFO_A, info("v1.0.0", "2026-11-23T12:00:00Z"))))
    with LogServer(LOG.answers()) as server:
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, [A], policy=WEEK + waiver))
    assert rules_of(audit) == {"SM209"}
    assert audit.verdict.exit_code == 0


def test_where_no_policy_asks_an_age_nothing_is_looked_for(tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        machine = Machine(tmp_path, GOPROXY=server.url)
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, [A]))
        assert not any(path.endswith(".info") for path in server.paths)
    assert audit.facts.of(ReleaseTime) == ()
