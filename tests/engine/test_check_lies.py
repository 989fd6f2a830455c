"""A log, or somebody before it, that lies: noticed, said, kept as evidence, and never a reason to believe anything."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from supplymatrix.errors import TrustError
from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import LineProof, ProofState
from supplymatrix.model.verdict import Outcome
from supplymatrix.sumdb.record import format_record
from tests.support.log_server import LogServer
from tests.support.machine import NOW, Machine, codes_of, rules_of, states_of
from tests.support.made_log import MadeLog, made_hash, make_key, path_of, tiles_of, write_project

pytestmark = pytest.mark.slow

A, B = "example.com/a@v1.0.0", "example.com/b@v1.2.0"
LOG = MadeLog.of(A, B, filler=600)
LATER = timedelta(days=2)
EVIL = f"h1:{'E' * 43}="


def trusting(machine: Machine, tmp_path: Path, log: MadeLog = LOG) -> None:
    """Let the machine trust the head of a log, by a run of its own."""
    with LogServer(log.answers()) as server:
        machine.check(write_project(tmp_path / "svc", log, server.url, [A, B]))


def check_with(machine: Machine, tmp_path: Path, answers: dict[str, bytes], *, go_sum: str | None = None) -> Audit:
    with LogServer(answers) as server:
        return machine.check(write_project(tmp_path / "svc", LOG, server.url, [A, B], go_sum=go_sum), later=LATER)


FORKS = [
    pytest.param(LOG.forked(300).grown("example.com/more@v1.0.0"), id="a-longer-tree-that-does-not-continue-ours"),
    pytest.param(LOG.forked(300), id="a-tree-of-the-same-size-with-another-root"),
    pytest.param(MadeLog.of(*LOG.forked(300).names[:500]).forked(0), id="an-older-head-that-is-no-part-of-ours"),
]


@pytest.mark.parametrize("fork", FORKS)
def test_a_head_that_does_not_fit_the_trusted_one_stops_the_run(
    machine: Machine, tmp_path: Path, fork: MadeLog
) -> None:
    trusting(machine, tmp_path)
    with pytest.raises(TrustError, match="forked") as caught:
        check_with(machine, tmp_path, LOG.answers() | fork.answers())
    assert caught.value.whole_log


@pytest.mark.parametrize("fork", FORKS)
def test_a_fork_does_not_move_the_trusted_head(machine: Machine, tmp_path: Path, fork: MadeLog) -> None:
    trusting(machine, tmp_path)
    before = machine.head_file(LOG.key).path.read_bytes()
    with pytest.raises(TrustError):
        check_with(machine, tmp_path, LOG.answers() | fork.answers())
    assert machine.head_file(LOG.key).path.read_bytes() == before


@pytest.mark.parametrize("fork", FORKS)
def test_of_a_fork_both_signed_notes_are_kept(machine: Machine, tmp_path: Path, fork: MadeLog) -> None:
    trusting(machine, tmp_path)
    with pytest.raises(TrustError) as caught:
        check_with(machine, tmp_path, LOG.answers() | fork.answers())
    kept = machine.evidence()
    assert {LOG.head(), fork.head()} <= set(kept.values())
    assert str(machine.state / "evidence") in " ".join(caught.value.__notes__)


def test_an_older_head_that_cannot_be_compared_is_incomplete_and_no_pass(machine: Machine, tmp_path: Path) -> None:
    trusting(machine, tmp_path)
    audit = check_with(machine, tmp_path, LOG.forked(0).answers(500))
    assert audit.verdict.exit_code == 3
    assert states_of(audit) == {}


def test_of_a_longer_fork_the_consistency_proof_is_kept_too(machine: Machine, tmp_path: Path) -> None:
    fork = LOG.forked(300).grown("example.com/more@v1.0.0")
    trusting(machine, tmp_path)
    with pytest.raises(TrustError) as caught:
        check_with(machine, tmp_path, LOG.answers() | fork.answers())
    proof = caught.value.evidence["consistency proof"]
    assert len(proof) > 0
    assert proof in machine.evidence().values()


def test_the_same_fork_is_kept_once(machine: Machine, tmp_path: Path) -> None:
    trusting(machine, tmp_path)
    for _ in range(2):
        with pytest.raises(TrustError):
            check_with(machine, tmp_path, LOG.forked(300).answers())
    assert len(list((machine.state / "evidence").iterdir())) == 1


def test_a_fork_within_one_run_is_noticed_on_a_machine_that_trusts_nothing_yet(
    machine: Machine, tmp_path: Path
) -> None:
    fork = LOG.forked(300)
    answers = LOG.answers() | {path_of(B): fork.lookup(B)}
    with pytest.raises(TrustError, match="forked"):
        check_with(machine, tmp_path, answers)
    assert machine.trusted(LOG.key) is None


def test_a_stale_head_that_is_a_part_of_ours_is_a_note_and_no_fault(machine: Machine, tmp_path: Path) -> None:
    grown = LOG.grown(*(f"later.example/m{number}@v1.0.0" for number in range(40)))
    trusting(machine, tmp_path, grown)
    audit = check_with(machine, tmp_path, grown.answers() | LOG.answers())
    assert audit.verdict.outcome is Outcome.PASS
    assert "stale-head" in codes_of(audit)
    assert machine.trusted(LOG.key) == grown.head()


def test_a_stale_answer_does_not_make_the_trusted_head_look_fresh(machine: Machine, tmp_path: Path) -> None:
    grown = LOG.grown(*(f"later.example/m{number}@v1.0.0" for number in range(40)))
    trusting(machine, tmp_path, grown)
    audit = check_with(machine, tmp_path, grown.answers() | LOG.answers())
    saved = machine.head_file(LOG.key).read()
    assert saved is not None
    assert audit.log is not None
    assert saved.fetched_at == audit.log.seen_at == NOW


def test_a_look_up_under_a_newer_head_moves_the_trusted_one(machine: Machine, tmp_path: Path) -> None:
    grown = LOG.grown("example.com/later@v1.0.0")
    audit = check_with(machine, tmp_path, LOG.answers() | tiles_of(grown.tree()) | {path_of(B): grown.lookup(B)})
    assert set(states_of(audit).values()) == {ProofState.PROVEN}
    assert machine.trusted(LOG.key) == grown.head()


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(LOG.head(key=make_key(LOG.key.name, bytes(32))), id="same-name-another-key"),
        pytest.param(LOG.head(key=make_key("other.example")), id="another-log"),
        pytest.param(LOG.head().replace(b"602", b"603"), id="changed-after-signing"),
    ],
)
def test_a_head_without_a_good_signature_stops_the_run(machine: Machine, tmp_path: Path, head: bytes) -> None:
    with pytest.raises(TrustError) as caught:
        check_with(machine, tmp_path, LOG.answers() | {"latest": head})
    assert caught.value.whole_log
    assert head in machine.evidence().values()
    assert machine.trusted(LOG.key) is None


def test_a_signed_head_whose_tiles_do_not_lead_to_its_root_stops_the_run(machine: Machine, tmp_path: Path) -> None:
    answers = LOG.answers()
    edge = next(path for path in answers if path.startswith("tile/8/0/") and ".p/" in path)
    answers[edge] = bytes(len(answers[edge]))
    with pytest.raises(TrustError, match="do not lead to the root"):
        check_with(machine, tmp_path, answers)


def test_a_record_that_is_not_in_the_tree_is_an_alarm_of_that_module_and_the_run_goes_on(
    machine: Machine, tmp_path: Path
) -> None:
    lie = f"example.com/a v1.0.0 {EVIL}\nexample.com/a v1.0.0/go.mod {EVIL}\n"
    body = format_record(LOG.names.index(A), lie.encode()) + LOG.head()
    audit = check_with(machine, tmp_path, LOG.answers() | {path_of(A): body}, go_sum=lie + LOG.go_sum(B))
    assert audit.verdict.outcome is Outcome.ALARM
    assert audit.verdict.exit_code == 4
    assert rules_of(audit) == {"SM111"}
    assert states_of(audit) == {
        A: ProofState.BAD_PROOF,
        f"{A}/go.mod": ProofState.BAD_PROOF,
        B: ProofState.PROVEN,
        f"{B}/go.mod": ProofState.PROVEN,
    }


def test_the_bytes_of_a_lying_look_up_are_kept(machine: Machine, tmp_path: Path) -> None:
    body = LOG.forked(0).lookup(A, head=LOG.head())
    check_with(machine, tmp_path, LOG.answers() | {path_of(A): body})
    assert body in machine.evidence().values()
    assert any("the evidence is kept in" in message for message in machine.messages)


@pytest.mark.parametrize("number", [LOG.size, LOG.size + 1, -1, 2**63 - 1])
def test_a_record_number_outside_of_the_tree_is_an_alarm(machine: Machine, tmp_path: Path, number: int) -> None:
    record = LOG.records[LOG.names.index(A)]
    body = str(number).encode() + b"\n" + record + b"\n" + LOG.head()
    audit = check_with(machine, tmp_path, LOG.answers() | {path_of(A): body})
    assert states_of(audit)[A] is ProofState.BAD_PROOF
    assert audit.verdict.exit_code == 4


def test_a_changed_hash_in_go_sum_is_an_alarm_with_the_logged_hash(machine: Machine, tmp_path: Path) -> None:
    go_sum = LOG.go_sum(A, B).replace(made_hash(A), EVIL)
    audit = check_with(machine, tmp_path, LOG.answers(), go_sum=go_sum)
    assert (audit.verdict.exit_code, rules_of(audit)) == (4, {"SM110"})
    (differs,) = [proof for proof in audit.facts.of(LineProof) if proof.state is ProofState.DIFFERS]
    assert (differs.logged_hash, differs.record_id) == (made_hash(A), LOG.names.index(A))


def test_cve_2026_42501_an_authentic_answer_without_the_asked_line_is_no_proof(
    machine: Machine, tmp_path: Path
) -> None:
    """CVE-2026-42501: another module's record, authentic in itself, counted as a verified answer."""
    audit = check_with(machine, tmp_path, LOG.answers() | {path_of(B): LOG.lookup(A)})
    assert states_of(audit)[B] is states_of(audit)[f"{B}/go.mod"] is ProofState.BAD_PROOF
    assert rules_of(audit) == {"SM111"}
    assert audit.verdict.exit_code == 4


def test_cve_2026_42501_a_record_with_one_of_two_lines_proves_only_that_one(machine: Machine, tmp_path: Path) -> None:
    """CVE-2026-42501, the narrow form: the log holds the go.mod line alone, go.sum asks for the zip line too."""
    text = f"example.com/b v1.2.0/go.mod {made_hash(B, go_mod=True)}\n"
    narrow = LOG.with_record(B, text.encode())
    audit = check_with(machine, tmp_path, narrow.answers())
    assert states_of(audit)[B] is ProofState.NO_LINE
    assert states_of(audit)[f"{B}/go.mod"] is ProofState.PROVEN


@pytest.mark.parametrize("where", ["in-the-signed-text", "among-the-signatures"])
def test_cve_2026_56864_lines_in_the_tail_of_a_look_up_are_not_taken(
    machine: Machine, tmp_path: Path, where: str
) -> None:
    """CVE-2026-56864: lines were taken from the whole body, so also from behind the authenticated record."""
    narrow = LOG.with_record(B, f"example.com/b v1.2.0/go.mod {made_hash(B, go_mod=True)}\n".encode())
    smuggled = f"example.com/b v1.2.0 {EVIL}\n"
    if where == "in-the-signed-text":
        body = narrow.lookup(B, head=narrow.head(more_text=smuggled))
    else:
        body = narrow.lookup(B) + smuggled.encode()
    go_sum = LOG.go_sum(A) + smuggled + f"example.com/b v1.2.0/go.mod {made_hash(B, go_mod=True)}\n"
    audit = check_with(machine, tmp_path, narrow.answers() | {path_of(B): body}, go_sum=go_sum)
    assert states_of(audit).get(B) is not ProofState.PROVEN
    assert audit.verdict.exit_code != 0
    assert states_of(audit)[A] is ProofState.PROVEN


@pytest.mark.parametrize("count", [256, 512, 600], ids=lambda count: f"behind-{count}-records")
def test_cve_2026_56865_a_forged_tile_does_not_carry_a_forged_record(
    machine: Machine, tmp_path: Path, count: int
) -> None:
    """CVE-2026-56865: of a few tiles the hash was not held against the parent tile, so a forged one was believed."""
    log = MadeLog.of(A, B, *(f"filler.example/m{number}@v1.0.0" for number in range(count)))
    lie = f"example.com/a v1.0.0 {EVIL}\nexample.com/a v1.0.0/go.mod {EVIL}\n"
    forged = log.with_record(A, lie.encode())
    answers = log.answers() | {
        path_of(A): forged.lookup(A, head=log.head()),
        "tile/8/0/000": tiles_of(forged.tree())["tile/8/0/000"],
    }
    with LogServer(answers) as server:
        audit = machine.check(write_project(tmp_path / "svc", log, server.url, [A, B], go_sum=lie + log.go_sum(B)))
    assert states_of(audit)[A] is ProofState.BAD_PROOF
    assert audit.verdict.exit_code == 4
    assert "tile/8/0/000" not in machine.cached(log.key, ["tile/8/0/000"])


def test_a_forged_tile_keeps_nobody_from_asking_again(machine: Machine, tmp_path: Path) -> None:
    log = MadeLog.of(A, B, *(f"filler.example/m{number}@v1.0.0" for number in range(300)))
    with LogServer(log.answers() | {"tile/8/0/000": bytes(8192)}) as server:
        machine.check(write_project(tmp_path / "svc", log, server.url, [A, B]))
    with LogServer(log.answers()) as server:
        audit = machine.check(write_project(tmp_path / "svc", log, server.url, [A, B]))
    assert set(states_of(audit).values()) == {ProofState.PROVEN}
