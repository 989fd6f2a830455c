"""Many subjects in one run: look-ups shared, a verdict for each, one exit code, and hashes held against each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.engine.check import CheckRequest, run_survey
from supplymatrix.engine.means import Means
from supplymatrix.errors import InputError, TrustError
from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.model.verdict import Outcome
from tests.support.log_server import LogServer
from tests.support.machine import NOW, Machine, rules_of
from tests.support.made_log import MadeLog, made_hash, path_of, write_project, write_recording

pytestmark = pytest.mark.slow

NAMES = [f"example.com/m{number}@v1.0.0" for number in range(12)]
LOG = MadeLog.of(*NAMES, filler=600)
EVIL = f"h1:{'E' * 43}="


def surveyed(machine: Machine, *paths: Path, recursive: bool = False, **means: object) -> Survey:
    how = Means(environ=machine.environ, now=NOW, **means)  # type: ignore[arg-type]
    return run_survey(CheckRequest(paths=paths, means=how, recursive=recursive))


def audits_of(survey: Survey) -> list[Audit]:
    assert not [item for item in survey.items if isinstance(item, Unreadable)]
    return [item for item in survey.items if isinstance(item, Audit)]


def test_a_tree_of_twenty_modules_asks_for_each_module_version_once(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        for number in range(20):
            write_project(tmp_path / "tree" / f"svc{number:02}", LOG, server.url, NAMES[number % 4 : number % 4 + 8])
        survey = surveyed(machine, tmp_path / "tree", recursive=True)
        asked = [path for path in server.paths if path.startswith("lookup/")]
    assert [audit.verdict.outcome for audit in audits_of(survey)] == [Outcome.PASS] * 20
    assert sorted(asked) == sorted(path_of(name) for name in NAMES[:11])
    assert survey.exit_code == 0
    assert survey.requests == len(server.paths)


def test_each_subject_is_judged_by_its_own_policy(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        strict = '[packages."example.com/m0"]\nversion = "v9.9.9"\n'
        one = write_project(tmp_path / "one", LOG, server.url, NAMES[:2], policy=strict)
        two = write_project(tmp_path / "two", LOG, server.url, NAMES[:2])
        survey = surveyed(machine, one, two)
    assert [audit.verdict.outcome for audit in audits_of(survey)] == [Outcome.FAIL, Outcome.PASS]
    assert survey.exit_code == 1


def test_a_subject_that_cannot_be_read_does_not_hide_the_alarm_of_another(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        broken = write_project(tmp_path / "broken", LOG, server.url, NAMES[:1])
        (broken / "go.mod").write_text("modul svc.example\n")
        evil = LOG.go_sum(NAMES[0]).replace(made_hash(NAMES[0]), EVIL)
        lying = write_project(tmp_path / "lying", LOG, server.url, NAMES[:1], go_sum=evil)
        survey = surveyed(machine, broken, lying)
    first, second = survey.items
    assert isinstance(first, Unreadable)
    assert first.diagnostics[0].line == 1
    assert isinstance(second, Audit)
    assert second.verdict.outcome is Outcome.ALARM
    assert survey.exit_code == 4


def test_the_only_subject_that_cannot_be_read_is_an_error(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("modul svc.example\n")
    with pytest.raises(InputError):
        surveyed(machine, tmp_path)


def test_a_subject_with_nothing_to_check_does_not_decide_for_the_others(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        good = write_project(tmp_path / "good", LOG, server.url, NAMES[:1])
        (tmp_path / "empty").mkdir()
        (tmp_path / "empty" / "go.mod").write_text("module empty.example\n\ngo 1.22\n")
        assert surveyed(machine, good, tmp_path / "empty").exit_code == 0
        assert surveyed(machine, tmp_path / "empty").exit_code == 5


def test_a_private_module_with_two_hashes_is_an_alarm_in_both_subjects(machine: Machine, tmp_path: Path) -> None:
    private = f"corp.example/lib v1.0.0 {EVIL}\ncorp.example/lib v1.0.0/go.mod {EVIL}\n"
    with LogServer(LOG.answers()) as server:
        kept = {"private": ["corp.example/*"]}
        one = write_project(tmp_path / "one", LOG, server.url, [], go_sum=private, private=kept["private"])
        other = private.replace(EVIL, made_hash(NAMES[0]), 1)
        two = write_project(tmp_path / "two", LOG, server.url, [], go_sum=other, private=kept["private"])
        survey = surveyed(machine, one, two)
        assert not [path for path in server.paths if "corp.example" in path]
    assert [rules_of(audit) for audit in audits_of(survey)] == [{"SM114"}, {"SM114"}]
    assert survey.exit_code == 4


def test_what_one_subject_declares_private_no_other_one_asks_for(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        one = write_project(tmp_path / "one", LOG, server.url, NAMES[:2], private=["example.com/m0"])
        two = write_project(tmp_path / "two", LOG, server.url, NAMES[:2])
        survey = surveyed(machine, one, two)
        assert path_of(NAMES[0]) not in server.paths
        assert path_of(NAMES[1]) in server.paths
    assert [audit.verdict.outcome for audit in audits_of(survey)] == [Outcome.PASS, Outcome.INCOMPLETE]


def test_a_proven_subject_is_not_to_blame_for_one_that_the_log_contradicts(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        good = write_project(tmp_path / "good", LOG, server.url, NAMES[:1])
        evil = LOG.go_sum(NAMES[0]).replace(made_hash(NAMES[0]), EVIL)
        bad = write_project(tmp_path / "bad", LOG, server.url, NAMES[:1], go_sum=evil)
        survey = surveyed(machine, good, bad)
    assert [audit.verdict.outcome for audit in audits_of(survey)] == [Outcome.PASS, Outcome.ALARM]
    assert rules_of(audits_of(survey)[1]) == {"SM110", "SM114"}


def test_two_logs_are_asked_each_for_its_own_subject(machine: Machine, tmp_path: Path) -> None:
    from tests.support.made_log import make_key

    other = MadeLog.of(NAMES[0], filler=10, key=make_key("other.example", seed=bytes(range(1, 33))))
    with LogServer(LOG.answers()) as ours, LogServer(other.answers()) as theirs:
        one = write_project(tmp_path / "one", LOG, ours.url, NAMES[:1])
        two = write_project(tmp_path / "two", other, theirs.url, NAMES[:1])
        survey = surveyed(machine, one, two)
    views = [audit.log for audit in audits_of(survey)]
    assert [view.name for view in views if view is not None] == [LOG.key.name, "other.example"]
    assert survey.exit_code == 0


def test_proofs_of_one_subject_serve_the_others(machine: Machine, tmp_path: Path) -> None:
    from tests.engine.test_committed_proofs import NOWHERE, made

    with LogServer(LOG.answers()) as server:
        one = write_project(tmp_path / "one", LOG, server.url, NAMES[:3])
        made(machine, one)
    for name in ("one", "two"):
        write_project(tmp_path / name, LOG, NOWHERE, NAMES[:3])
    (tmp_path / "fresh").mkdir()
    survey = surveyed(Machine(tmp_path / "fresh"), tmp_path / "one", tmp_path / "two", offline=True)
    assert survey.exit_code == 0


def test_proof_files_of_two_histories_stop_the_run_without_a_network(machine: Machine, tmp_path: Path) -> None:
    from tests.engine.test_committed_proofs import NOWHERE, made

    fork = LOG.forked(605).grown("more.example/m@v1.0.0")
    for name, log in (("one", LOG), ("two", fork)):
        recorded = write_recording(tmp_path / f"recorded-{name}", log.answers())
        folder = write_project(tmp_path / name, log, NOWHERE, NAMES[6:8])
        made(machine, folder, replay=recorded)
    (tmp_path / "fresh").mkdir()
    there = Machine(tmp_path / "fresh")
    with pytest.raises(TrustError, match="forked") as caught:
        surveyed(there, tmp_path / "one", tmp_path / "two", offline=True)
    assert caught.value.whole_log
    assert {LOG.head(), fork.head()} <= set(there.evidence().values())


def test_one_log_at_two_addresses_has_one_history(machine: Machine, tmp_path: Path) -> None:
    from tests.engine.test_committed_proofs import made

    fork = LOG.forked(605).grown("more.example/m@v1.0.0")
    for name, log in (("one", LOG), ("two", fork)):
        recorded = write_recording(tmp_path / f"recorded-{name}", log.answers())
        folder = write_project(tmp_path / name, log, f"https://{name}.example", NAMES[6:8])
        made(machine, folder, replay=recorded)
    (tmp_path / "fresh").mkdir()
    with pytest.raises(TrustError, match="forked"):
        surveyed(Machine(tmp_path / "fresh"), tmp_path / "one", tmp_path / "two", offline=True)
