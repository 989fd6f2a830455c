"""Proofs beside go.sum: made from the log, then believed without it; forged, stale or foreign ones are not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from supplymatrix.engine.make_proofs import MadeProofs, MakeProofsRequest, make_proofs
from supplymatrix.engine.means import Means
from supplymatrix.errors import TrustError
from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import ProofFile, ProofState
from supplymatrix.model.verdict import Outcome
from supplymatrix.sumdb.note import parse_verifier_key
from supplymatrix.sumdb.proof_file import LoggedText, build_proof_file, parse_proof_file
from supplymatrix.sumdb.protocol import run_over
from supplymatrix.sumdb.tree import TrustedTree
from tests.support.log_server import LogServer, Reply
from tests.support.machine import NOW, Machine, codes_of, rules_of, states_of
from tests.support.made_log import MadeLog, made_hash, make_key, path_of, tiles_of, write_project, write_recording

pytestmark = pytest.mark.slow

A, B, C = "example.com/a@v1.0.0", "example.com/b@v1.2.0", "example.com/c@v1.0.0"
LOG = MadeLog.of(A, filler=600).grown(B, C)
LATER = timedelta(days=2)
EVIL = f"h1:{'E' * 43}="
NOWHERE = "http://127.0.0.1:1"


def made(
    machine: Machine, folder: Path, *, later: timedelta = timedelta(0), update: bool = False, **means: object
) -> MadeProofs:
    """Make the proofs of a project and write them as the command does."""
    how = Means(environ=machine.environ, now=NOW + later, **means)  # type: ignore[arg-type]
    (proofs,) = make_proofs(MakeProofsRequest(paths=(folder,), means=how, update=update))
    if proofs.path is not None and proofs.data is not None:
        proofs.path.write_bytes(proofs.data)
    return proofs


def proven_project(machine: Machine, tmp_path: Path, *names: str, log: MadeLog = LOG) -> Path:
    """Return a project with its proofs, whose log cannot be reached any more."""
    with LogServer(log.answers()) as server:
        folder = write_project(tmp_path / "svc", log, server.url, names)
        made(machine, folder)
    return write_project(folder, log, NOWHERE, names)


def elsewhere(tmp_path: Path, name: str = "elsewhere") -> Machine:
    """Return a machine that has never seen the log."""
    (tmp_path / name).mkdir()
    return Machine(tmp_path / name)


def file_of(audit: Audit) -> ProofFile:
    (proofs,) = audit.facts.of(ProofFile)
    return proofs


def test_a_machine_that_never_saw_the_log_believes_the_proofs(machine: Machine, tmp_path: Path) -> None:
    folder = proven_project(machine, tmp_path, A, B)
    audit = elsewhere(tmp_path).check(folder, offline=True)
    assert set(states_of(audit).values()) == {ProofState.PROVEN}
    assert audit.verdict.outcome is Outcome.PASS
    assert audit.log is not None
    assert (audit.log.tree_size, audit.log.route, audit.log.requests) == (LOG.size, "go.sum.proof", 0)


def test_without_a_network_the_run_says_that_the_heads_were_not_compared(machine: Machine, tmp_path: Path) -> None:
    audit = elsewhere(tmp_path).check(proven_project(machine, tmp_path, A))
    assert audit.verdict.outcome is Outcome.PASS
    assert "proofs-not-compared" in codes_of(audit)


def test_nothing_is_asked_again_when_head_and_proofs_were_compared_today(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        folder = write_project(tmp_path / "svc", LOG, server.url, [A, B])
        made(machine, folder)
        asked = len(server.paths)
        audit = machine.check(folder)
        assert len(server.paths) == asked
    assert audit.verdict.outcome is Outcome.PASS
    assert "proofs-not-compared" not in codes_of(audit)


def test_a_line_without_a_proof_is_fetched(machine: Machine, tmp_path: Path) -> None:
    folder = proven_project(machine, tmp_path, A)
    with LogServer(LOG.answers()) as server:
        write_project(folder, LOG, server.url, [A, B])
        audit = elsewhere(tmp_path).check(folder)
        assert path_of(B) in server.paths
        assert path_of(A) not in server.paths
    assert audit.verdict.outcome is Outcome.PASS


def test_a_line_without_a_proof_is_a_gap_when_nobody_can_be_asked(machine: Machine, tmp_path: Path) -> None:
    folder = proven_project(machine, tmp_path, A)
    write_project(folder, LOG, NOWHERE, [A, B])
    audit = elsewhere(tmp_path).check(folder)
    assert audit.verdict.outcome is Outcome.INCOMPLETE
    assert {gap.subject for gap in audit.verdict.gaps} == {B}


def test_a_changed_go_sum_line_is_an_alarm_without_any_network(machine: Machine, tmp_path: Path) -> None:
    folder = proven_project(machine, tmp_path, A)
    go_sum = LOG.go_sum(A).replace(made_hash(A), EVIL)
    write_project(folder, LOG, NOWHERE, [A], go_sum=go_sum)
    audit = elsewhere(tmp_path).check(folder, offline=True)
    assert audit.verdict.outcome is Outcome.ALARM
    assert "SM110" in rules_of(audit)


def test_a_proof_with_the_changed_hash_is_an_alarm_too(machine: Machine, tmp_path: Path) -> None:
    folder = proven_project(machine, tmp_path, A)
    for name in ("go.sum", "go.sum.proof"):
        text = (folder / name).read_text()
        assert made_hash(A) in text
        (folder / name).write_text(text.replace(made_hash(A), EVIL))
    audit = elsewhere(tmp_path).check(folder, offline=True)
    assert audit.verdict.outcome is Outcome.ALARM
    assert "SM113" in rules_of(audit)
    assert file_of(audit).fault


def test_what_a_wrong_file_does_not_prove_is_asked_of_the_log(machine: Machine, tmp_path: Path) -> None:
    folder = proven_project(machine, tmp_path, A)
    proof = folder / "go.sum.proof"
    proof.write_text(proof.read_text().replace(made_hash(A), EVIL))
    with LogServer(LOG.answers()) as server:
        write_project(folder, LOG, server.url, [A])
        audit = elsewhere(tmp_path).check(folder)
    assert set(states_of(audit).values()) == {ProofState.PROVEN}
    assert audit.verdict.outcome is Outcome.ALARM


def test_a_resigned_file_is_an_alarm_and_its_bytes_are_kept(machine: Machine, tmp_path: Path) -> None:
    folder = proven_project(machine, tmp_path, A)
    proof = folder / "go.sum.proof"
    other = make_key(LOG.key.name, seed=bytes(32))
    resigned = proof.read_bytes().replace(LOG.head(), LOG.head(key=other))
    proof.write_bytes(b"".join(line for line in resigned.splitlines(keepends=True) if not line.startswith(b"seen ")))
    there = elsewhere(tmp_path)
    audit = there.check(folder, offline=True)
    assert audit.verdict.outcome is Outcome.ALARM
    assert "not by a known key" in file_of(audit).fault
    assert LOG.head(key=other) in there.evidence().values()


def test_a_cut_file_is_broken_input_with_its_line(machine: Machine, tmp_path: Path) -> None:
    folder = proven_project(machine, tmp_path, A)
    proof = folder / "go.sum.proof"
    proof.write_bytes(proof.read_bytes()[:200])
    audit = elsewhere(tmp_path).check(folder, offline=True)
    assert audit.verdict.outcome is Outcome.BROKEN
    assert "SM115" in rules_of(audit)
    assert file_of(audit).location.line > 1


def test_a_file_that_cannot_be_read_hides_no_alarm(machine: Machine, tmp_path: Path) -> None:
    folder = proven_project(machine, tmp_path, A)
    (folder / "go.sum.proof").write_text("garbage\n")
    with LogServer(LOG.answers()) as server:
        write_project(folder, LOG, server.url, [A], go_sum=LOG.go_sum(A).replace(made_hash(A), EVIL))
        audit = elsewhere(tmp_path).check(folder)
    assert audit.verdict.outcome is Outcome.ALARM
    assert {"SM110", "SM115"} <= rules_of(audit)


def test_a_forged_file_is_not_written_over_and_its_bytes_are_kept(machine: Machine, tmp_path: Path) -> None:
    folder = proven_project(machine, tmp_path, A)
    proof = folder / "go.sum.proof"
    forged = proof.read_text().replace(made_hash(A), EVIL)
    proof.write_text(forged)
    with LogServer(LOG.answers()) as server:
        write_project(folder, LOG, server.url, [A])
        for update in (False, True):
            with pytest.raises(TrustError, match="not written over"):
                made(machine, folder, update=update)
    assert proof.read_text() == forged
    assert LOG.head() in machine.evidence().values()


@pytest.mark.parametrize("old", [300, 512, 600])
def test_an_update_with_older_tiles_than_the_file_writes_nothing_wrong(
    machine: Machine, tmp_path: Path, old: int
) -> None:
    """The file's head is newer than the one that this machine has; what its tree lacks must not be made up."""
    there = elsewhere(tmp_path)
    with LogServer(LOG.answers(old)) as server:
        there.check(write_project(tmp_path / "mine", LOG, server.url, ["filler.example/m1@v1.0.0"]))
        there.check(write_project(tmp_path / "mine", LOG, server.url, ["filler.example/m9@v1.0.0"]))
    folder = proven_project(machine, tmp_path, A)
    write_project(folder, LOG, NOWHERE, [A, "filler.example/m9@v1.0.0"])
    proofs = made(there, folder, update=True, offline=True)
    assert proofs.data is None or set(states_of(elsewhere(tmp_path, "third").check(folder, offline=True)).values()) == {
        ProofState.PROVEN
    }


def test_a_newer_head_in_a_file_does_not_cost_what_the_cache_proves(machine: Machine, tmp_path: Path) -> None:
    there = elsewhere(tmp_path)
    with LogServer(LOG.answers(601)) as server:
        mine = write_project(tmp_path / "mine", LOG, server.url, [A])
        there.check(mine)
    folder = proven_project(machine, tmp_path, B)
    write_project(mine, LOG, NOWHERE, [A])
    (mine / "go.sum.proof").write_bytes((folder / "go.sum.proof").read_bytes())
    audit = there.check(mine)
    assert set(states_of(audit).values()) == {ProofState.PROVEN}
    assert "proofs-not-compared" in codes_of(audit)


def test_proofs_of_no_line_here_give_no_grace(machine: Machine, tmp_path: Path) -> None:
    folder = proven_project(machine, tmp_path, B)
    go_sum = LOG.go_sum(A).replace(made_hash(A), EVIL)
    write_project(folder, LOG, NOWHERE, [A], go_sum=go_sum, policy='[policy]\non_outage = "warn until 7d"\n')
    assert elsewhere(tmp_path).check(folder).verdict.outcome is Outcome.INCOMPLETE


def test_the_file_of_another_project_proves_what_it_has_and_nothing_else(machine: Machine, tmp_path: Path) -> None:
    folder = proven_project(machine, tmp_path, A, C)
    write_project(folder, LOG, NOWHERE, [B, C])
    audit = elsewhere(tmp_path).check(folder, offline=True)
    assert states_of(audit) == {C: ProofState.PROVEN, f"{C}/go.mod": ProofState.PROVEN}
    assert audit.verdict.outcome is Outcome.INCOMPLETE
    assert (file_of(audit).records, file_of(audit).unused) == (2, 1)


FORK = LOG.forked(300)


@pytest.mark.parametrize("size", [FORK.size, FORK.size + 40], ids=["of-the-same-size", "grown"])
def test_a_file_of_another_branch_is_caught_by_a_machine_that_sees_ours(
    machine: Machine, tmp_path: Path, size: int
) -> None:
    fork = FORK.grown(*(f"more.example/m{number}@v1.0.0" for number in range(size - FORK.size)))
    folder = proven_project(machine, tmp_path, A, log=fork)
    there = elsewhere(tmp_path)
    with LogServer(LOG.answers()) as server:
        write_project(folder, LOG, server.url, [A], go_sum=fork.go_sum(A))
        with pytest.raises(TrustError, match="forked") as caught:
            there.check(folder)
    assert caught.value.whole_log
    kept = set(there.evidence().values())
    assert {LOG.head(), fork.head()} <= kept


def test_a_file_of_another_branch_is_caught_without_a_network_by_what_is_trusted_here(
    machine: Machine, tmp_path: Path
) -> None:
    folder = proven_project(elsewhere(tmp_path), tmp_path, A, log=FORK)
    with LogServer(LOG.answers()) as server:
        machine.check(write_project(tmp_path / "mine", LOG, server.url, [A, B]))
    with pytest.raises(TrustError, match="forked"):
        machine.check(folder, offline=True)


def test_a_wrong_answer_to_the_comparison_is_never_a_mere_note(machine: Machine, tmp_path: Path) -> None:
    """The log shows this machine a longer tree whose tiles are of the other branch."""
    folder = proven_project(machine, tmp_path, A)
    fork = FORK.grown("more.example/m@v1.0.0")
    with LogServer(fork.answers()) as server:
        write_project(folder, LOG, server.url, [A])
        with pytest.raises(TrustError, match="forked"):
            elsewhere(tmp_path).check(folder)


def test_a_log_that_is_slow_or_down_does_not_hold_up_a_project_that_is_proven(machine: Machine, tmp_path: Path) -> None:
    folder = proven_project(machine, tmp_path, A)
    with LogServer(LOG.answers()) as server:
        server.always(Reply(status=503))
        write_project(folder, LOG, server.url, [A])
        audit = elsewhere(tmp_path).check(folder)
        assert len(server.paths) == 1  # one try, and no second one
    assert audit.verdict.outcome is Outcome.PASS
    assert "proofs-not-compared" in codes_of(audit)


def test_an_outage_is_excused_beside_young_proofs_when_the_policy_says_so(machine: Machine, tmp_path: Path) -> None:
    folder = proven_project(machine, tmp_path, A)
    write_project(folder, LOG, NOWHERE, [A, B], policy='[policy]\non_outage = "warn until 7d"\n')
    assert machine.check(folder, later=LATER).verdict.outcome is Outcome.PASS
    assert machine.check(folder, later=timedelta(days=8)).verdict.outcome is Outcome.INCOMPLETE
    assert machine.check(folder, later=LATER, offline=True).verdict.outcome is Outcome.INCOMPLETE


def test_the_same_head_makes_the_same_bytes(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        folder = write_project(tmp_path / "svc", LOG, server.url, [A, B, C])
        first = made(machine, folder)
        assert made(elsewhere(tmp_path), folder).data == first.data


def _grown(machine: Machine, tmp_path: Path, change: Callable[[Path, str], object]) -> tuple[bytes, bytes, list[str]]:
    """Return the proofs of A before and after a change, made by update, and what was asked for the update."""
    with LogServer(LOG.answers(601)) as server:
        folder = write_project(tmp_path / "svc", LOG, server.url, [A])
        before = made(machine, folder)
    with LogServer(LOG.answers()) as server:
        change(folder, server.url)
        after = made(machine, folder, later=LATER, update=True)
        asked = server.paths
    assert before.data is not None
    assert after.data is not None
    return before.data, after.data, asked


def test_an_update_without_a_change_keeps_every_byte(machine: Machine, tmp_path: Path) -> None:
    before, after, _ = _grown(machine, tmp_path, lambda folder, url: write_project(folder, LOG, url, [A]))
    assert after == before


def test_an_update_for_a_newer_record_moves_the_head_and_asks_for_nothing_old(machine: Machine, tmp_path: Path) -> None:
    before, after, asked = _grown(machine, tmp_path, lambda folder, url: write_project(folder, LOG, url, [A, B]))
    assert path_of(A) not in asked
    assert LOG.head() in after
    assert LOG.head(601) in before
    assert elsewhere(tmp_path).check(tmp_path / "svc", offline=True).verdict.outcome is Outcome.PASS


def test_an_update_for_an_older_record_keeps_the_head(machine: Machine, tmp_path: Path) -> None:
    old = "filler.example/m7@v1.0.0"
    before, after, asked = _grown(machine, tmp_path, lambda folder, url: write_project(folder, LOG, url, [A, old]))
    assert LOG.head(601) in after
    assert path_of(A) not in asked
    gone = set(before.splitlines()) - set(after.splitlines())
    assert len(gone) == 1  # the hash that covered the new record


def test_an_update_takes_out_what_go_sum_no_longer_has(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        folder = write_project(tmp_path / "svc", LOG, server.url, [A, B])
        made(machine, folder)
        write_project(folder, LOG, server.url, [A])
        proofs = made(machine, folder, update=True)
    assert (proofs.records, proofs.added, proofs.dropped) == (1, 0, 1)


def test_an_update_of_a_wrong_file_is_refused(machine: Machine, tmp_path: Path) -> None:
    folder = proven_project(machine, tmp_path, A)
    proof = folder / "go.sum.proof"
    proof.write_text(proof.read_text().replace(made_hash(A), EVIL))
    with pytest.raises(TrustError, match="does not lead to the root"):
        made(machine, folder, update=True)


def test_a_cut_file_is_written_anew_without_update(machine: Machine, tmp_path: Path) -> None:
    folder = proven_project(machine, tmp_path, A)
    good = (folder / "go.sum.proof").read_bytes()
    (folder / "go.sum.proof").write_bytes(good[:100])
    with LogServer(LOG.answers()) as server:
        write_project(folder, LOG, server.url, [A])
        assert made(machine, folder).data == good


def test_nothing_is_written_when_a_line_differs_from_the_log(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        go_sum = LOG.go_sum(A, B).replace(made_hash(A), EVIL)
        proofs = made(machine, write_project(tmp_path / "svc", LOG, server.url, [A, B], go_sum=go_sum))
    assert proofs.data is None
    assert proofs.exit_code == 4


def test_what_the_log_does_not_know_is_told_and_the_rest_is_proven(machine: Machine, tmp_path: Path) -> None:
    unknown = "example.com/none v1.0.0 h1:" + "A" * 43 + "=\n"
    with LogServer(LOG.answers()) as server:
        folder = write_project(tmp_path / "svc", LOG, server.url, [A], go_sum=LOG.go_sum(A) + unknown)
        proofs = made(machine, folder)
    assert proofs.records == 1
    assert [line.subject.path for line in proofs.absent] == ["example.com/none"]
    assert proofs.exit_code == 1


def test_private_modules_have_no_proof_and_are_counted(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        folder = write_project(tmp_path / "svc", LOG, server.url, [A, B], private=["example.com/b"])
        proofs = made(machine, folder)
        assert path_of(B) not in server.paths
    assert (proofs.records, proofs.private, proofs.exit_code) == (1, 1, 0)


def test_a_project_without_go_sum_has_nothing_to_prove(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module svc.example\n")
    proofs = made(machine, tmp_path)
    assert (proofs.path, proofs.exit_code) == (None, 5)


@pytest.mark.parametrize("update", [False, True])
def test_what_is_proven_here_needs_no_name_to_be_sent(machine: Machine, tmp_path: Path, update: bool) -> None:
    folder = proven_project(machine, tmp_path, A, B)
    there = elsewhere(tmp_path)
    there.settings["GOPRIVATE"] = "example.com/b"
    with LogServer(LOG.answers()) as server:
        write_project(folder, LOG, server.url, [A, B])
        audit = there.check(folder)
        proofs = made(there, folder, update=update)
        assert path_of(B) not in server.paths
    assert audit.verdict.outcome is Outcome.PASS
    assert (proofs.records, proofs.dropped, proofs.exit_code) == (2, 0, 0)


def test_two_records_of_one_module_version_that_disagree_are_an_alarm(machine: Machine, tmp_path: Path) -> None:
    """The log has said two things of one module version; a file that holds both must not let one of them win."""
    twice = LOG.with_record("filler.example/m5@v1.0.0", LOG.records[LOG.names.index(A)].replace(b"h1:", b"h1:X"))
    recorded = write_recording(tmp_path / "recorded", twice.answers())
    folder = write_project(tmp_path / "svc", twice, NOWHERE, [A])
    made(machine, folder, replay=recorded)
    proof = parse_proof_file((folder / "go.sum.proof").read_bytes(), [parse_verifier_key(LOG.key.verifier)])
    number = twice.names.index("filler.example/m5@v1.0.0")
    texts = [*proof.records, LoggedText(number=number, text=twice.records[number])]
    tree = TrustedTree(proof.head)
    run_over(tree.open_edge(), tiles_of(twice.tree()))
    both = run_over(build_proof_file(proof.head, texts, tree=tree), tiles_of(twice.tree()))
    (folder / "go.sum.proof").write_bytes(both)
    audit = elsewhere(tmp_path).check(folder, offline=True)
    assert audit.verdict.outcome is Outcome.ALARM
    assert "two records" in file_of(audit).fault


def test_prove_does_not_put_a_head_out_of_sight_that_was_not_compared(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers(601)) as server:
        folder = write_project(tmp_path / "svc", LOG, server.url, [A])
        before = made(machine, folder).data
    fork = LOG.forked(520)
    with LogServer(fork.answers()) as server:
        for path in ("tile/8/0/002", "tile/8/0/002.p/89", "tile/8/0/002.p/91"):
            server.script(path, *[Reply(status=503)] * 40)
        write_project(folder, LOG, server.url, ["filler.example/m3@v1.0.0"])
        proofs = made(elsewhere(tmp_path), folder)
    assert proofs.data is None
    assert proofs.exit_code == 3
    assert (folder / "go.sum.proof").read_bytes() == before


def test_faulty_lines_are_not_proven(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        folder = write_project(tmp_path / "svc", LOG, server.url, [A], go_sum=LOG.go_sum(A) + "one two\n")
        proofs = made(machine, folder)
    assert (proofs.records, proofs.exit_code) == (1, 3)
