"""Publishers' signatures in a check: asked for by a policy, allowed by the user, and never passed over in silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from supplymatrix.engine.check import CheckRequest, run_check
from supplymatrix.engine.means import Means
from supplymatrix.engine.publisher_signature import PublisherTrust
from supplymatrix.model.audit import Audit
from supplymatrix.model.rule import Status
from supplymatrix.model.verdict import Contribution
from tests.support.git_server import GitServer
from tests.support.log_server import LogServer
from tests.support.machine import NOW, Machine
from tests.support.made_log import write_project
from tests.support.made_publisher import MODULE, MadePublisher, signers
from tests.support.signed_git import SshKey, signed_tag

ADA = SshKey()
V1 = "v1.0.0"
ASKED = '[rules]\nSM116 = "warn"\nSM117 = "error"\n'


@pytest.fixture
def made(tmp_path: Path, machine: Machine) -> MadePublisher:
    made = MadePublisher(tmp_path, machine)
    made.tag(V1, ADA.sign)
    machine.settings["GOINSECURE"] = "pub.example"
    return made


@pytest.fixture
def server(made: MadePublisher) -> Iterator[GitServer]:
    with GitServer(made.folder) as server:
        made.info(V1, URL=f"{server.url}/repo.git")
        yield server


def check(made: MadePublisher, trust: PublisherTrust | None, *, policy: str = ASKED, offline: bool = False) -> Audit:
    with LogServer(made.log.answers()) as log:
        folder = write_project(made.project, made.log, log.url, [f"{MODULE}@{V1}"], policy=policy)
        means = Means(environ=made.machine.environ, now=NOW)
        run_check(CheckRequest(paths=(folder,), means=means))  # so that what is proven is at hand offline
        if offline:
            means = Means(environ=made.machine.environ, now=NOW, offline=True)
        return run_check(CheckRequest(paths=(folder,), means=means, publishers=trust))


def told(audit: Audit) -> dict[str, Status]:
    return {judged.rule: judged.status for judged in audit.verdict.judged if judged.rule in ("SM116", "SM117")}


def test_a_key_that_counts_passes(made: MadePublisher, server: GitServer) -> None:
    audit = check(made, signers(ADA))
    assert server.asked
    assert told(audit) == {}
    assert {one.rule: one.passed for one in _score(audit)} == {"SM116": 1, "SM117": 1}


def _score(audit: Audit) -> list[Contribution]:
    score = audit.verdict.score
    assert score is not None
    return [one for one in score.contributions if one.rule in ("SM116", "SM117")]


def test_another_key_is_a_finding(made: MadePublisher, server: GitServer) -> None:
    assert server.url
    audit = check(made, PublisherTrust())
    assert told(audit) == {"SM116": Status.FAIL}
    (finding,) = [judged.finding for judged in audit.verdict.judged if judged.rule == "SM116"]
    assert finding is not None
    assert finding.locations[0].artifact == "go.sum"
    assert ADA.fingerprint in {item.value for item in finding.evidence}
    assert audit.verdict.exit_code == 0


@pytest.mark.parametrize(("trust", "policy"), [(None, ASKED), (signers(ADA), "")])
def test_nobody_is_asked_where_policy_and_user_do_not_both_want_it(
    made: MadePublisher, server: GitServer, trust: PublisherTrust | None, policy: str
) -> None:
    audit = check(made, trust, policy=policy)
    assert (server.asked, told(audit), _score(audit)) == ([], {}, [])


def test_a_moved_tag_is_an_alarm(made: MadePublisher, server: GitServer) -> None:
    assert server.url
    made.repo.commit({"m.go": "package m // changed\n"})
    signed_tag(made.repo, V1, ADA.sign)
    audit = check(made, signers(ADA))
    assert told(audit) == {"SM117": Status.FAIL}
    assert audit.verdict.exit_code == 4


def test_offline_it_is_unknown(made: MadePublisher, server: GitServer) -> None:
    audit = check(made, signers(ADA), offline=True)
    assert (server.asked, told(audit)) == ([], {"SM116": Status.UNKNOWN})
