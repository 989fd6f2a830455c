"""Publishers' signatures in a check: asked for by a policy, allowed by the user, and never passed over in silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from supplymatrix.engine.check import CheckRequest, run_check
from supplymatrix.engine.means import Means
from supplymatrix.engine.publisher_signature import PublisherTrust
from supplymatrix.errors import InputError
from supplymatrix.model.audit import Audit
from supplymatrix.model.checked_artifact import CheckedArtifact
from supplymatrix.model.publisher_fact import PublisherSignature, PublisherState
from supplymatrix.model.rule import Status
from supplymatrix.model.verdict import Contribution, Note
from tests.support.git_server import GitServer
from tests.support.log_server import LogServer
from tests.support.machine import NOW, Machine
from tests.support.made_log import write_project
from tests.support.made_publisher import MODULE, MadePublisher, signers
from tests.support.signed_git import SshKey, signed_commit, signed_tag

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


def check(
    made: MadePublisher,
    trust: PublisherTrust | None,
    *,
    policy: str = ASKED,
    offline: bool = False,
    private: tuple[str, ...] = (),
    more: tuple[str, ...] = (),
) -> Audit:
    with LogServer(made.log.answers()) as log:
        modules = [f"{MODULE}@{V1}", *more]
        folder = write_project(
            made.project, made.log, log.url, modules, policy=policy, private=private,
            go_sum=made.log.go_sum(f"{MODULE}@{V1}"),
        )  # fmt: skip
        (folder / "signers").write_text(f"ada@a.example {ADA.line}\n")
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
def test_nobody_is_asked_where_rules_are_off_or_nobody_lets_them_be_asked(
    made: MadePublisher, server: GitServer, trust: PublisherTrust | None, policy: str
) -> None:
    audit = check(made, trust, policy=policy)
    assert (server.asked, told(audit), _score(audit)) == ([], {}, [])
    assert [note.code for note in notes(audit)] == (["publishers-not-asked"] if policy else [])


def notes(audit: Audit) -> list[Note]:
    return [note for note in audit.verdict.notes if note.code.startswith("publishers-")]


def test_that_nobody_was_asked_names_the_rules_that_are_on(made: MadePublisher, server: GitServer) -> None:
    assert server.url
    (note,) = notes(check(made, None, policy='[rules]\nSM117 = "error"\n'))
    assert note.message.startswith("publishers were not asked, so that SM117 has no result")


KEYS = f'{ASKED}[signatures]\npublishers = true\nallowed_signers = "signers"\n'


def test_a_policy_can_ask_by_itself_and_name_the_keys(made: MadePublisher, server: GitServer) -> None:
    audit = check(made, None, policy=KEYS)
    assert server.asked
    assert told(audit) == {}
    assert {one.rule: one.passed for one in _score(audit)} == {"SM116": 1, "SM117": 1}
    assert audit.facts.of(CheckedArtifact) == ()
    assert not any(note.code == "signatures" for note in audit.verdict.notes)
    (waiting,) = check(made, None, policy=KEYS.replace("allowed_signers", "#")).facts.of(PublisherSignature)
    assert waiting.state is PublisherState.UNKNOWN


def test_keys_of_the_command_line_do_not_go_beside_those_of_the_policy(made: MadePublisher, server: GitServer) -> None:
    assert server.url
    assert told(check(made, PublisherTrust(), policy=KEYS)) == {}
    with pytest.raises(InputError, match="the policy says itself whose signatures of modules count"):
        check(made, signers(ADA), policy=KEYS)
    with pytest.raises(InputError, match="this line"):
        check(made, None, policy=KEYS.replace('"signers"', '"lift.toml"'))


def test_modules_that_the_policy_declares_private_are_told(made: MadePublisher, server: GitServer) -> None:
    audit = check(made, signers(ADA), private=("pub.example",))
    assert (server.asked, told(audit)) == ([], {})
    (note,) = notes(audit)
    assert f"publishers of {MODULE}@{V1} were not asked" in note.message


def test_what_only_a_setting_withholds_is_unknown(made: MadePublisher, server: GitServer) -> None:
    made.machine.settings["GOPRIVATE"] = "pub.example"
    audit = check(made, signers(ADA))
    assert (server.asked, told(audit)) == ([], {"SM116": Status.UNKNOWN, "SM117": Status.UNKNOWN})
    assert {fact.reason for fact in audit.facts.of(PublisherSignature)} == {
        "its name is withheld from the log by GOPRIVATE=pub.example (environment)"
    }


def test_what_go_sum_does_not_have_is_unknown(made: MadePublisher, server: GitServer) -> None:
    made.publish(V1, module="other.example/m")
    audit = check(made, signers(ADA), more=(f"other.example/m@{V1}",))
    assert server.asked
    (other,) = [fact for fact in audit.facts.of(PublisherSignature) if fact.subject.path == "other.example/m"]
    assert (other.state, other.remedy) == (PublisherState.NOT_CHECKABLE, "go mod tidy")
    assert told(audit) == {"SM116": Status.UNKNOWN, "SM117": Status.UNKNOWN}


def test_an_odd_origin_is_unknown_and_ends_no_check(made: MadePublisher) -> None:
    made.info(V1, URL="svn://pub.example/org/m")
    assert told(check(made, signers(ADA))) == {"SM116": Status.UNKNOWN, "SM117": Status.UNKNOWN}


def test_a_signed_commit_under_an_unsigned_tag_is_a_finding(made: MadePublisher, server: GitServer) -> None:
    commit = signed_commit(made.repo, ADA.sign)
    signed_tag(made.repo, V1, None)
    made.info(V1, URL=f"{server.url}/repo.git", Hash=commit)
    audit = check(made, signers(ADA))
    assert told(audit) == {"SM116": Status.FAIL}
    (finding,) = [judged.finding for judged in audit.verdict.judged if judged.rule == "SM116"]
    assert finding is not None
    assert finding.message.endswith("has a signed commit, and nobody signed that it is this version")


def test_a_moved_tag_is_an_alarm(made: MadePublisher, server: GitServer) -> None:
    assert server.url
    made.repo.commit({"m.go": "package m // changed\n"})
    signed_tag(made.repo, V1, ADA.sign)
    audit = check(made, signers(ADA))
    assert told(audit) == {"SM117": Status.FAIL}
    assert audit.verdict.exit_code == 4


def test_offline_it_is_unknown(made: MadePublisher, server: GitServer) -> None:
    audit = check(made, signers(ADA), offline=True)
    assert (server.asked, told(audit)) == ([], {"SM116": Status.UNKNOWN, "SM117": Status.UNKNOWN})
