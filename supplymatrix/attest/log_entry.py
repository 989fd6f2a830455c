"""An entry of a transparency log: that the log has it, and that it is about the signature it came with.

| check | what is compared |
|---|---|
| ENTRY | the body with the signature, its key and what it signs; its kind with the kind that the bundle names |
| PROMISE | the log's signature over {"body", "integratedTime", "logID", "logIndex"} in canonical JSON (Rekor v1) |
| PROOF | the body's leaf hash with the root, through the inclusion proof (RFC 6962 §2.1.1) |
| CHECKPOINT | the log's signed head with the size and root of the proof (C2SP tlog-checkpoint) |

A log is believed while the trusted root says so, both ends included; one of which the root does not say since when is
not. When it took an entry tells its promise, and where it promises nothing (Rekor v2) who else vouches for a time;
where nobody does, it has to be trusted today. A proof without a signed head proves nothing, a promise alone is enough
where the form of the bundle allows it. Cosignatures of witnesses prove nothing here: the trusted root names none.

The key hash of a log's signature line is the beginning of the log's id. Rekor v1 makes it of the key alone, v2 of name
and key as C2SP says; there the name in the line has to fit. In both the name is the head's origin, or, in v1, the part
of it before " - ", so that no other log's line is taken for it.

Source: sigstore/rekor: types.md; openapi.yaml (LogEntry); C2SP signed-note, tlog-checkpoint.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from supplymatrix.attest.bundle import InclusionProof, LogEntry, SignedBundle
from supplymatrix.attest.der import DerError
from supplymatrix.attest.keys import VerifyingKey
from supplymatrix.attest.public_keys import CannotVerifyError, key_name, parse_bare_rsa, parse_spki, verify_with
from supplymatrix.attest.rekor_body import BodyError, check_recorded, parse_body
from supplymatrix.attest.trusted_root import TrustedLog, TrustedRoot
from supplymatrix.attest.wanted import Artifact
from supplymatrix.errors import TransportError, TrustError
from supplymatrix.model.signature import Check, CheckState, LogMention, Reason, SignatureStep, TimeWitness
from supplymatrix.sumdb.checkpoint import open_checkpoint
from supplymatrix.sumdb.note import ED25519, Verifier, key_hash
from supplymatrix.sumdb.tlog import hash_record, verify_inclusion

if TYPE_CHECKING:
    from supplymatrix.attest.public_keys import PublicKey

__all__ = ["check_log_entry"]

_LATEST = 253_402_300_799  # seconds: the last one of the year 9999
_Steps = tuple[SignatureStep, ...]


def check_log_entry(
    entry: LogEntry,
    bundle: SignedBundle,
    root: TrustedRoot | None,
    *,
    artifact: Artifact | None = None,
    key: VerifyingKey | None = None,
    signatures: Sequence[bytes] = (),
    times: Sequence[datetime] = (),
    now: datetime,
) -> tuple[_Steps, LogMention | None, TimeWitness | None]:
    """Return the steps of one entry, and where and when the log has it, as far as it proves that.

    artifact: what a plain signature is over. key: that verified the signature, where no certificate did. signatures: of
    which it must be about one, () = any of the bundle's. times: that others vouch for, at one of which a log that
    promises none must be trusted; () = none is known, then it must be trusted now. The steps are ENTRY, PROMISE, PROOF
    and CHECKPOINT, in this order and each of them once. One that is not there and is not needed
    has no reason. A mention and a time are given only where no step failed, and the time only by a promise that holds.
    """
    about = _check_body(entry, bundle, artifact, key, signatures)
    try:
        log, public = _log_of(entry, root, times, now)
    except _UnknownLogError as err:
        return (about, *_unknown(entry, err)), None, None
    promise = _check_promise(entry, log, public)
    proof, head = _check_proof(entry, bundle, log, public, promise)
    steps = (about, promise, proof, head)
    if any(step.state is CheckState.FAILED or step.reason is not None for step in steps):
        return steps, None, None
    return steps, *_found(entry, log, promise, head)


class _UnknownLogError(Exception):
    """No log that is trusted for the entry. expected, found: in words; remedy: what to do, "" = nothing known."""

    def __init__(
        self, message: str, expected: str = "", found: str = "", *, remedy: str = "", cannot_say: bool = False
    ) -> None:
        self.expected, self.found, self.remedy = expected, found, remedy
        self.cannot_say = cannot_say
        super().__init__(message)


def _check_body(
    entry: LogEntry,
    bundle: SignedBundle,
    artifact: Artifact | None,
    key: VerifyingKey | None,
    signatures: Sequence[bytes],
) -> SignatureStep:
    try:
        recorded = parse_body(entry.body)
        if (recorded.kind, recorded.version) != (entry.kind, entry.version):
            says, kind = "the bundle names another kind of entry", f"{recorded.kind} {recorded.version}"
            return _failed(Check.ENTRY, Reason.LOG_ENTRY_MISMATCH, says, f"{entry.kind} {entry.version}", kind)
        check_recorded(recorded, bundle, artifact, key, signatures)
    except BodyError as err:
        is_of_another = err.is_about_signer and len(bundle.signatures) > 1
        reason = Reason.LOG_ENTRY_MISSING if is_of_another else Reason.LOG_ENTRY_MISMATCH
        return _failed(Check.ENTRY, reason, str(err), err.expected, err.found)
    except CannotVerifyError as err:
        reason = Reason.KEY_REQUIRED if err.needs == "key" else Reason.UNSUPPORTED
        return _step(Check.ENTRY, CheckState.NOT_CHECKABLE, str(err), reason)
    says = f"the log's record ({recorded.kind} {recorded.version}) is of this signature, its key and what it signs"
    return _step(Check.ENTRY, CheckState.VERIFIED, says)


def _log_of(
    entry: LogEntry, root: TrustedRoot | None, times: Sequence[datetime], now: datetime
) -> tuple[TrustedLog, PublicKey]:
    """Return the log of an entry and its key. Raises _UnknownLogError."""
    if root is None:
        raise _UnknownLogError("no log is trusted, for want of a trusted root", found=entry.log_id.hex())
    named = [log for log in root.logs if log.log_id == entry.log_id]
    if not named:
        expected = ", ".join(f"{log.log_id.hex()} ({log.base_url})" for log in root.logs)
        remedy = "name the trusted root of that log: --trusted-root FILE"
        raise _UnknownLogError("the log is not one that is trusted", expected, entry.log_id.hex(), remedy=remedy)
    dated = [log for log in named if log.valid.start is not None]
    if not dated:
        raise _UnknownLogError("the trusted root does not say since when the log is trusted", "validFor.start", "none")
    log = _valid_then(dated, entry, times, now)
    try:
        read = parse_bare_rsa if log.key_details.startswith("PKCS1_") else parse_spki
        return log, read(log.key)
    except (DerError, CannotVerifyError) as err:
        raise _UnknownLogError(f"the key of the log cannot be used: {err}", cannot_say=True) from err


def _valid_then(logs: list[TrustedLog], entry: LogEntry, times: Sequence[datetime], now: datetime) -> TrustedLog:
    """Return the one that is trusted when the entry was made, and now, where nobody tells when that was. Raises
    _UnknownLogError."""
    if entry.promise:
        time = _time(entry.integrated_time)
        if time is None:
            return logs[0]  # the promise fails for want of it
        times = (time,)
    found = next((log for log in logs for time in times or (now,) if log.valid.covers(time)), None)
    if found is not None:
        return found
    start, end = logs[0].valid.start, logs[0].valid.end
    then = ", ".join(dict.fromkeys(_text(time) for time in times))
    if not times:
        says = "nobody tells when the log took the entry, and it is not trusted today"
    elif entry.promise:
        says = f"the log took the entry at {then}, when it was not trusted"
    else:
        says = f"the signature is of {then}, when the log was not trusted"
    expected = f"{_text(start) if start else ''} to {_text(end) if end else 'today'}"
    raise _UnknownLogError(says, expected, then or f"no time; today is {_text(now)}")


def _unknown(entry: LogEntry, fault: _UnknownLogError) -> _Steps:
    """Return the steps of an entry whose log nobody knows: what is there of promise, proof and head fails for it."""
    head = entry.proof is not None and bool(entry.proof.checkpoint)
    there = {Check.PROMISE: bool(entry.promise), Check.PROOF: entry.proof is not None, Check.CHECKPOINT: head}
    if not any(there.values()):
        there[Check.PROOF] = True
    state = CheckState.NOT_CHECKABLE if fault.cannot_say else CheckState.FAILED
    steps = []
    for check, is_there in there.items():
        if is_there:
            steps.append(SignatureStep(check=check, state=state, says=str(fault), expected=fault.expected,
                                       found=fault.found, reason=Reason.LOG_UNKNOWN, remedy=fault.remedy))  # fmt: skip
        else:
            steps.append(_step(check, CheckState.NOT_PRESENT, f"there is no {check.value}"))
    return tuple(steps)


def _check_promise(entry: LogEntry, log: TrustedLog, public: PublicKey) -> SignatureStep:
    if not entry.promise:
        return _step(Check.PROMISE, CheckState.NOT_PRESENT, "the log promises nothing, so it tells no time")
    time = _time(entry.integrated_time)
    if time is None:
        says = "the log's promise comes without the time that it is about"
        return _failed(Check.PROMISE, Reason.SET_INVALID, says)
    try:
        verify_with(public, entry.promise, data=_promised(entry))
    except TrustError:
        says = f"the log's promise is not signed by the key of {log.base_url}, over this entry"
        expected = f"a signature of the {key_name(public)} key of log {log.log_id.hex()}"
        return _failed(Check.PROMISE, Reason.SET_INVALID, says, expected, entry.promise.hex())
    except CannotVerifyError as err:
        return _step(Check.PROMISE, CheckState.NOT_CHECKABLE, str(err), Reason.UNSUPPORTED)
    says = f"{log.base_url} signed that it took this entry as number {entry.log_index:,} at {_text(time)}"
    return _step(Check.PROMISE, CheckState.VERIFIED, says)


def _promised(entry: LogEntry) -> bytes:
    """Return what a promise is signed over: canonical JSON (RFC 8785), names in order and no blanks."""
    document = {
        "body": base64.b64encode(entry.body).decode("ascii"),
        "integratedTime": entry.integrated_time,
        "logID": entry.log_id.hex(),
        "logIndex": entry.log_index,
    }
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()


def _check_proof(
    entry: LogEntry, bundle: SignedBundle, log: TrustedLog, public: PublicKey, promise: SignatureStep
) -> tuple[SignatureStep, SignatureStep]:
    """Return the steps PROOF and CHECKPOINT."""
    proof = entry.proof
    may_lack = bundle.is_promise_enough and promise.state is CheckState.VERIFIED
    if proof is None:
        says = "there is no inclusion proof"
        head = _step(Check.CHECKPOINT, CheckState.NOT_PRESENT, "there is no signed head of the log")
        if may_lack:
            return _step(Check.PROOF, CheckState.NOT_PRESENT, f"{says}; this form has the log's promise alone"), head
        return _failed(Check.PROOF, Reason.PROOF_MISSING, says), head
    fault = _proof_fault(entry, proof, log)
    head = _check_head(proof, log, public, may_lack=may_lack)
    if fault is not None:
        return fault, head
    if head.state is CheckState.VERIFIED:
        says = f"the entry is leaf {proof.log_index:,} of the log's tree of {proof.tree_size:,}"
        return _step(Check.PROOF, CheckState.VERIFIED, says), head
    says = "the proof leads to a root that the log is not shown to have signed"
    return _step(Check.PROOF, CheckState.NOT_CHECKABLE, says), head


def _proof_fault(entry: LogEntry, proof: InclusionProof, log: TrustedLog) -> SignatureStep | None:
    """Return the step that failed, None where the entry's hash leads to the root that the proof names.

    The number of an entry of Rekor v1 counts over all trees of the log, the proof's within one: a promise tells it.
    """
    if not _is_first_generation(log) and proof.log_index != entry.log_index:
        says = "the proof is of another entry than the one that the bundle names"
        return _failed(Check.PROOF, Reason.PROOF_INVALID, says, str(entry.log_index), str(proof.log_index))
    try:
        verify_inclusion(proof.hashes, proof.log_index, hash_record(entry.body), proof.tree_size, proof.root)
    except TrustError as err:
        return _failed(Check.PROOF, Reason.PROOF_INVALID, str(err), f"root {proof.root.hex()}")
    return None


def _check_head(proof: InclusionProof, log: TrustedLog, public: PublicKey, *, may_lack: bool) -> SignatureStep:
    if not proof.checkpoint:
        says = "the proof comes without the log's signed head"
        if may_lack:
            return _step(Check.CHECKPOINT, CheckState.NOT_PRESENT, says)
        return _failed(Check.CHECKPOINT, Reason.CHECKPOINT_INVALID, says, "a signed head of the log", "none")
    try:
        origin = proof.checkpoint.split(b"\n", 1)[0].decode("utf-8")
        head = open_checkpoint(proof.checkpoint, _verifiers(origin, log, public), origin)
    except (TransportError, TrustError, UnicodeDecodeError) as err:
        says = f"the log's signed head is wrong: {err}"
        expected = f"signed by log {log.log_id.hex()} ({log.base_url})"
        return _failed(Check.CHECKPOINT, Reason.CHECKPOINT_INVALID, says, expected)
    if any(base64.b64encode(base64.b64decode(line.encoded)).decode() != line.encoded for line in head.note.signatures):
        says = "the signature of the log's head is not in the one form of Base64"
        return _failed(Check.CHECKPOINT, Reason.CHECKPOINT_INVALID, says)
    if (head.size, head.root) != (proof.tree_size, proof.root):
        says = "the log's signed head is of another tree than the proof"
        expected, found = f"{proof.tree_size} {proof.root.hex()}", f"{head.size} {head.root.hex()}"
        return _failed(Check.CHECKPOINT, Reason.CHECKPOINT_INVALID, says, expected, found)
    says = f"{log.base_url} signed its head of {head.size:,} entries, root {head.root.hex()[:16]}…"
    return _step(Check.CHECKPOINT, CheckState.VERIFIED, says)


def _verifiers(origin: str, log: TrustedLog, public: PublicKey) -> tuple[Verifier, ...]:
    """Return the keys whose line under a head of that origin is the log's: empty where the name cannot be its."""
    hint = (log.checkpoint_key_id or log.log_id)[:4]
    name = origin
    if _is_first_generation(log):
        name = origin.split(" - ", 1)[0]
    elif key_name(public) == "Ed25519" and key_hash(origin, bytes([ED25519]) + _raw(public)).to_bytes(4, "big") != hint:
        return ()
    return (Verifier(name=name, key_hash=int.from_bytes(hint, "big"), verify=_verify(public), text=log.base_url),)


def _is_first_generation(log: TrustedLog) -> bool:
    """Return whether a log is named as Rekor v1 names itself: by the digest of its key alone."""
    return log.log_id == hashlib.sha256(log.key).digest()


def _raw(public: PublicKey) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return public.public_bytes_raw() if isinstance(public, Ed25519PublicKey) else b""


def _verify(public: PublicKey) -> Callable[[bytes, bytes], bool]:
    def verify(message: bytes, signature: bytes) -> bool:
        try:
            verify_with(public, signature, data=message)
        except (TrustError, CannotVerifyError):
            return False
        return True

    return verify


def _found(
    entry: LogEntry, log: TrustedLog, promise: SignatureStep, head: SignatureStep
) -> tuple[LogMention | None, TimeWitness | None]:
    """Return where and when the log has an entry, of what was proven alone."""
    is_promised, is_proven = promise.state is CheckState.VERIFIED, head.state is CheckState.VERIFIED
    time = _time(entry.integrated_time) if is_promised else None
    proof = entry.proof if is_proven else None
    index = entry.log_index if is_promised or proof is None else proof.log_index
    mention = LogMention(
        log=log.base_url,
        log_id=log.log_id.hex(),
        kind=f"{entry.kind} {entry.version}",
        index=index,
        leaf_index=proof.log_index if proof else -1,
        tree_size=proof.tree_size if proof else 0,
        root=proof.root.hex() if proof else "",
        origin=proof.checkpoint.split(b"\n", 1)[0].decode("utf-8") if proof else "",
        integrated=time,
    )
    return mention, None if time is None else TimeWitness(time=time, by=f"log promise of {log.base_url}")


def _time(seconds: int | None) -> datetime | None:
    """Return a moment, None for what is none."""
    if seconds is None or not 0 < seconds <= _LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _text(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _step(check: Check, state: CheckState, says: str, reason: Reason | None = None) -> SignatureStep:
    return SignatureStep(check=check, state=state, says=says, reason=reason)


def _failed(check: Check, reason: Reason, says: str, expected: str = "", found: str = "") -> SignatureStep:
    return SignatureStep(check=check, state=CheckState.FAILED, says=says, expected=expected, found=found, reason=reason)
