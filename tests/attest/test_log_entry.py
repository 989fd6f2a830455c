"""Log entries: that the log has it, since when, and each way in which that is not shown."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest.bundle import LogEntry, SignedBundle, parse_bundle
from supplymatrix.attest.log_entry import check_log_entry
from supplymatrix.attest.trusted_root import TrustedRoot, parse_trusted_root
from supplymatrix.attest.wanted import Artifact
from supplymatrix.model.signature import Check, CheckState, LogMention, Reason, SignatureStep, TimeWitness
from supplymatrix.model.value import changed
from tests.support.made_keys import made_key
from tests.support.made_rekor import MadeRekor
from tests.support.made_sigstore import AT, Fault, MadeSigstore

DATA = b"a program"
ARTIFACT = Artifact(name="app", digests=(("sha256", hashlib.sha256(DATA).hexdigest()),))
MADE = MadeSigstore()
LOGGED = AT + timedelta(seconds=30)
NOW = AT + timedelta(days=30)
V, N = CheckState.VERIFIED, CheckState.NOT_PRESENT


@cache
def root() -> TrustedRoot:
    return parse_trusted_root(MADE.trusted_root(), "trusted_root.json")


@cache
def parsed(log: str = "v1", version: str = "0.3", fault: Fault | None = None, **how: Any) -> SignedBundle:  # noqa: ANN401
    faults = {fault} if fault else set()
    return parse_bundle(MADE.keyless_blob(DATA, log=log, version=version, faults=faults, **how), "b.json")


def check(
    bundle: SignedBundle, trusted: TrustedRoot | None = None, entry: LogEntry | None = None
) -> tuple[dict[Check, SignatureStep], LogMention | None, TimeWitness | None]:
    steps, mention, time = check_log_entry(
        entry or bundle.entries[0], bundle, trusted or root(), artifact=ARTIFACT, now=NOW
    )
    assert [step.check for step in steps] == [Check.ENTRY, Check.PROMISE, Check.PROOF, Check.CHECKPOINT]
    if any(step.state is CheckState.FAILED for step in steps):
        assert (mention, time) == (None, None)
    return {step.check: step for step in steps}, mention, time


def states(steps: dict[Check, SignatureStep]) -> list[CheckState]:
    return [step.state for step in steps.values()]


def failed(steps: dict[Check, SignatureStep]) -> dict[Check, Reason | None]:
    return {check: step.reason for check, step in steps.items() if step.state is CheckState.FAILED}


def test_an_entry_of_the_first_generation_tells_where_and_when() -> None:
    steps, mention, time = check(parsed())
    assert states(steps) == [V, V, V, V]
    assert mention is not None
    assert (mention.index, mention.leaf_index, mention.tree_size) == (1005, 5, 9)
    assert (mention.log, mention.integrated) == ("https://rekor.sigstore.example", LOGGED)
    assert mention.log_id == MADE.log.log_id.hex()
    assert time == TimeWitness(time=LOGGED, by="log promise of https://rekor.sigstore.example")


def test_an_entry_of_the_second_generation_tells_where_and_no_time() -> None:
    steps, mention, time = check(parsed("v2"))
    assert states(steps) == [V, N, V, V]
    assert mention is not None
    assert (mention.index, mention.leaf_index, mention.integrated, time) == (5, 5, None, None)
    assert steps[Check.PROMISE].reason is None


@pytest.mark.parametrize("log", ["v1", "v2"])
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.OTHER_ENTRY, {Check.ENTRY: Reason.LOG_ENTRY_MISMATCH}),
        (Fault.OTHER_SIGNATURE_LOGGED, {Check.ENTRY: Reason.LOG_ENTRY_MISMATCH}),
        (Fault.WRONG_PROMISE, {Check.PROMISE: Reason.SET_INVALID}),
        (Fault.WRONG_PROOF, {Check.PROOF: Reason.PROOF_INVALID}),
        (Fault.WRONG_HEAD, {Check.CHECKPOINT: Reason.CHECKPOINT_INVALID}),
        (Fault.FORGED_HEAD, {Check.CHECKPOINT: Reason.CHECKPOINT_INVALID}),
        (Fault.OTHER_HEAD, {Check.CHECKPOINT: Reason.CHECKPOINT_INVALID}),
        (Fault.WRONG_ROOT, {Check.PROOF: Reason.PROOF_INVALID, Check.CHECKPOINT: Reason.CHECKPOINT_INVALID}),
    ],
)
def test_each_fault_fails_where_it_is(log: str, fault: Fault, expected: dict[Check, Reason]) -> None:
    if (log, fault) == ("v2", Fault.WRONG_PROMISE):
        expected = {}
    steps, _, _ = check(parsed(log, fault=fault))
    assert failed(steps) == expected
    assert all(step.reason is None for step in steps.values() if step.state is not CheckState.FAILED)


@pytest.mark.parametrize("log", ["v1", "v2"])
def test_a_log_of_the_same_name_that_nobody_knows_is_not_believed(log: str) -> None:
    steps, _, _ = check(parsed(log, fault=Fault.OTHER_LOG))
    assert set(failed(steps).values()) == {Reason.LOG_UNKNOWN}
    assert steps[Check.ENTRY].state is V, "the record is of this signature, for what it is worth"
    assert MADE.stranger.log.log_id.hex() in steps[Check.PROOF].found or log == "v2"
    assert MADE.log.log_id.hex() in steps[Check.PROOF].expected


def test_without_a_trusted_root_no_log_is_known() -> None:
    bundle = parsed()
    steps, mention, time = check_log_entry(bundle.entries[0], bundle, None, artifact=ARTIFACT, now=NOW)
    assert [step.reason for step in steps] == [None, *[Reason.LOG_UNKNOWN] * 3]
    assert (mention, time) == (None, None)


class TestForms:
    """What may be lacking, by the form of the bundle."""

    @pytest.mark.parametrize(("version", "is_enough"), [("0.1", True), ("0.2", False), ("0.3", False)])
    def test_a_promise_alone_is_enough_in_the_oldest_form(self, version: str, is_enough: bool) -> None:
        steps, mention, time = check(parsed(version=version, has_proof=False))
        if is_enough:
            assert states(steps) == [V, V, N, N]
            assert mention is not None
            assert (mention.index, mention.leaf_index, mention.tree_size) == (1005, -1, 0)
            assert time is not None
        else:
            assert failed(steps) == {Check.PROOF: Reason.PROOF_MISSING}

    @pytest.mark.parametrize(("version", "is_enough"), [("0.1", True), ("0.3", False)])
    def test_a_proof_without_a_signed_head_proves_nothing(self, version: str, is_enough: bool) -> None:
        steps, mention, _ = check(parsed(version=version, has_head=False))
        assert steps[Check.PROOF].state is CheckState.NOT_CHECKABLE
        if is_enough:
            assert steps[Check.CHECKPOINT].state is N
            assert mention is not None
            assert mention.tree_size == 0
        else:
            assert failed(steps) == {Check.CHECKPOINT: Reason.CHECKPOINT_INVALID}
        wrong = check(parsed(version=version, has_head=False, fault=Fault.WRONG_PROOF))[0]
        assert failed(wrong)[Check.PROOF] is Reason.PROOF_INVALID

    def test_a_proof_without_a_promise_tells_no_time_and_no_number_that_it_does_not_prove(self) -> None:
        steps, mention, time = check(parsed(has_promise=False))
        assert states(steps) == [V, N, V, V]
        assert mention is not None
        assert (mention.index, mention.integrated, time) == (5, None, None)

    def test_neither_promise_nor_proof_is_no_entry(self) -> None:
        for version in ("0.1", "0.3"):
            steps, _, _ = check(parsed(version=version, has_promise=False, has_proof=False))
            assert failed(steps) == {Check.PROOF: Reason.PROOF_MISSING}

    def test_a_promise_without_its_time_is_wrong(self) -> None:
        for time in (None, 0, -5, 10**15):
            entry = changed(parsed().entries[0], integrated_time=time)
            assert Check.PROMISE in failed(check(parsed(), entry=entry)[0])


class TestValidity:
    """The log is believed while the root says so."""

    @pytest.mark.parametrize(
        ("start", "end", "is_trusted"), [(0, 0, True), (1, 99, False), (-99, -1, False), (-99, 0, True), (0, 99, True)]
    )
    def test_both_ends_are_included(self, start: int, end: int, is_trusted: bool) -> None:
        moments = (LOGGED + timedelta(seconds=start), LOGGED + timedelta(seconds=end))
        data = MADE.trusted_root(starts={"v1": moments[0]}, ends={"v1": moments[1]})
        steps, _, time = check(parsed(), parse_trusted_root(data, "r"))
        assert (time is not None) == is_trusted
        assert set(failed(steps).values()) == (set() if is_trusted else {Reason.LOG_UNKNOWN})

    @pytest.mark.parametrize("log", ["v1", "v2"])
    def test_a_log_that_is_trusted_since_nobody_says_when_is_not(self, log: str) -> None:
        logs = tuple(changed(one, valid=changed(one.valid, start=None)) for one in root().logs)
        steps, _, _ = check(parsed(log), changed(root(), logs=logs))
        assert set(failed(steps).values()) == {Reason.LOG_UNKNOWN}

    def test_of_two_spans_of_one_log_the_one_counts_that_fits(self) -> None:
        log = root().logs[0]
        early = changed(log, valid=changed(log.valid, end=datetime(2025, 1, 1, tzinfo=UTC)))
        late = changed(log, valid=changed(log.valid, start=datetime(2025, 1, 2, tzinfo=UTC)))
        assert states(check(parsed(), changed(root(), logs=(early, late)))[0]) == [V, V, V, V]
        assert set(failed(check(parsed(), changed(root(), logs=(early,)))[0]).values()) == {Reason.LOG_UNKNOWN}

    def test_a_key_that_cannot_be_used_is_not_a_wrong_signature(self) -> None:
        logs = (changed(root().logs[0], key=b"\x30\x03\x02\x01\x01"),)
        steps, _, _ = check(parsed(), changed(root(), logs=logs))
        assert {step.state for step in list(steps.values())[1:]} == {CheckState.NOT_CHECKABLE}


class TestHeads:
    """Signed notes of both generations, with lines of others beside the log's."""

    def with_head(self, log: str, change: Any) -> dict[Check, SignatureStep]:  # noqa: ANN401
        bundle = parsed(log)
        entry = bundle.entries[0]
        assert entry.proof is not None
        head = change(entry.proof.checkpoint.decode()).encode()
        return check(bundle, entry=changed(entry, proof=changed(entry.proof, checkpoint=head)))[0]

    WITNESS = f"— witness.example/w1 {base64.b64encode(bytes(76)).decode()}\n"

    @pytest.mark.parametrize("log", ["v1", "v2"])
    def test_lines_of_witnesses_prove_nothing_and_spoil_nothing(self, log: str) -> None:
        assert self.with_head(log, lambda text: text + self.WITNESS)[Check.CHECKPOINT].state is V
        first = self.with_head(log, lambda text: text.replace("\n\n", f"\n\n{self.WITNESS}"))
        assert first[Check.CHECKPOINT].state is V
        alone = self.with_head(log, lambda text: text.split("\n\n")[0] + f"\n\n{self.WITNESS}")
        assert failed(alone) == {Check.CHECKPOINT: Reason.CHECKPOINT_INVALID}

    @pytest.mark.parametrize("log", ["v1", "v2"])
    def test_a_line_of_the_log_under_another_key_hash_is_of_somebody_unknown(self, log: str) -> None:
        def added(text: str) -> str:
            name = text.rpartition("— ")[2].split(" ")[0]
            return f"{text}— {name} {base64.b64encode(b'abcd' + bytes(64)).decode()}\n"

        assert self.with_head(log, added)[Check.CHECKPOINT].state is V

    @pytest.mark.parametrize("log", ["v1", "v2"])
    @pytest.mark.parametrize("part", ["origin", "size", "root", "blank", "signatures", "name", "end"])
    def test_a_head_that_lacks_a_part_is_refused(self, log: str, part: str) -> None:
        def without(text: str) -> str:
            lines = text.split("\n")
            at = {"origin": 0, "size": 1, "root": 2, "blank": 3, "signatures": 4}.get(part)
            if at is not None:
                return "\n".join(lines[:at] + lines[at + 1 :])
            return text[:-1] if part == "end" else text.replace("— rekor.", "— ").replace("— log2026", "— log2025")

        assert failed(self.with_head(log, without)) == {Check.CHECKPOINT: Reason.CHECKPOINT_INVALID}

    def test_a_signature_has_one_spelling(self) -> None:
        def loose(text: str) -> str:
            """Set bits behind the last byte, which nobody reads."""
            alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
            at = text.index("=", text.rindex("— ")) - 1
            return text[:at] + alphabet[alphabet.index(text[at]) + 1] + text[at + 1 :]

        for fault in range(20):  # until one is padded
            bundle = parse_bundle(MADE.keyless_blob(DATA, key_name=str(fault)), "b.json")
            entry = bundle.entries[0]
            assert entry.proof is not None
            head = entry.proof.checkpoint.decode()
            if head.endswith("=\n"):
                changed_entry = changed(entry, proof=changed(entry.proof, checkpoint=loose(head).encode()))
                assert failed(check(bundle, entry=changed_entry)[0]) == {Check.CHECKPOINT: Reason.CHECKPOINT_INVALID}
                return
        pytest.fail("no signature of twenty was padded")

    def test_a_head_of_another_origin_is_not_the_logs_even_under_its_key(self) -> None:
        """A head of the second generation names its log in the key hash."""
        bundle, log = parsed("v2"), MADE.log2
        entry = bundle.entries[0]
        assert entry.proof is not None
        text = "other.example\n" + entry.proof.checkpoint.decode().split("\n\n")[0].partition("\n")[2] + "\n"
        for hint in (log.log_id[:4], hashlib.sha256(b"other.example\n\x01" + log.key.raw).digest()[:4]):
            line = base64.b64encode(hint + log.key.sign(text.encode())).decode()
            head = f"{text}\n— other.example {line}\n".encode()
            steps, _, _ = check(bundle, entry=changed(entry, proof=changed(entry.proof, checkpoint=head)))
            assert failed(steps) == {Check.CHECKPOINT: Reason.CHECKPOINT_INVALID}

    @pytest.mark.parametrize("kind", ["P-384", "RSA-2048", "Ed25519"])
    def test_logs_of_the_first_generation_with_other_keys(self, kind: str) -> None:
        log = MadeRekor(name="corp.example", version=1, key_kind=kind)
        bundle = parsed()
        made: Any = log.entry(bundle.entries[0].body, LOGGED)
        promise = base64.b64decode(made["inclusionPromise"]["signedEntryTimestamp"])
        proof = made["inclusionProof"]
        assert bundle.entries[0].proof is not None
        entry = changed(
            bundle.entries[0], log_id=log.log_id, promise=promise,
            proof=changed(bundle.entries[0].proof, checkpoint=proof["checkpoint"]["envelope"].encode()),
        )  # fmt: skip
        trusted = changed(root().logs[0], log_id=log.log_id, key=log.key.spki, key_details=log.key.details)
        assert states(check(bundle, changed(root(), logs=(trusted,)), entry)[0]) == [V, V, V, V]

    def test_a_checkpoint_key_id_of_the_root_is_used_where_it_has_one(self) -> None:
        log = changed(root().logs[0], checkpoint_key_id=b"abcdefgh")
        trusted = changed(root(), logs=(log,))
        assert Check.CHECKPOINT in failed(check(parsed(), trusted)[0])
        own = base64.b64encode(b"abcd" + made_key(MADE.log.key.kind, "x").sign(b"")).decode()[:6]
        assert own.startswith("YWJjZ")


def test_the_kind_that_the_bundle_names_is_the_one_of_the_record() -> None:
    for change in ({"kind": "dsse"}, {"version": "0.0.2"}):
        steps, _, _ = check(parsed(), entry=changed(parsed().entries[0], **change))
        assert failed(steps) == {Check.ENTRY: Reason.LOG_ENTRY_MISMATCH}


@pytest.mark.parametrize("log", ["v1", "v2"])
@given(shift=st.integers(1, 10**9))
def test_no_other_number_or_time_is_taken(log: str, shift: int) -> None:
    entry = parsed(log).entries[0]
    assert entry.proof is not None
    moved = [changed(entry, log_index=entry.log_index + shift), changed(entry, log_id=bytes(32))]
    moved.append(changed(entry, proof=changed(entry.proof, log_index=entry.proof.log_index + shift)))
    moved.append(changed(entry, proof=changed(entry.proof, tree_size=entry.proof.tree_size + shift)))
    if entry.integrated_time is not None:
        moved.append(changed(entry, integrated_time=entry.integrated_time + shift))
    for each in moved:
        assert failed(check(parsed(log), entry=each)[0])


def test_a_log_that_promises_no_time_is_trusted_when_somebody_else_says_that_it_was_signed() -> None:
    bundle = parsed("v2")
    trusted = parse_trusted_root(MADE.trusted_root(starts={"v2": AT}, ends={"v2": LOGGED}), "r")
    early, late = AT - timedelta(seconds=1), LOGGED + timedelta(seconds=1)
    for times, now, holds in (
        ((AT,), NOW, True), ((late, LOGGED), NOW, True), ((early,), NOW, False), ((early, late), NOW, False),
        ((), AT, True), ((), LOGGED, True), ((), late, False), ((), early, False),
    ):  # fmt: skip
        steps, mention, _ = check_log_entry(bundle.entries[0], bundle, trusted, artifact=ARTIFACT, times=times, now=now)
        assert (mention is not None) is holds, (times, now)
        reasons = {step.reason for step in steps if step.state is CheckState.FAILED}
        assert reasons == (set() if holds else {Reason.LOG_UNKNOWN})
    promised = parsed("v1")
    ended = parse_trusted_root(MADE.trusted_root(ends={"v1": AT - timedelta(days=1)}), "r")
    steps, _, _ = check_log_entry(
        promised.entries[0], promised, ended, artifact=ARTIFACT, times=(AT - timedelta(days=2),), now=NOW
    )
    assert Reason.LOG_UNKNOWN in {step.reason for step in steps}
