"""Where the sigstore package is known to judge otherwise than it should, with what that looks like.

A defect excuses one exact disagreement and nothing else: the versions that have it, what the package says (or that it
accepts), which reasons ours has for refusing, and a fact about the signature that makes it so. Ours is believed then,
and the report says why. What is not in the list is a disagreement that nobody can explain, and an alarm.

What the package cannot read at all is no defect: see `sigstore_engine.why_not`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from supplymatrix.attest.bundle import LogEntry, SignedBundle
from supplymatrix.attest.certificate_fields import parse_certificate
from supplymatrix.attest.der import DerError
from supplymatrix.attest.fulcio import identities_of
from supplymatrix.attest.scts import parse_scts
from supplymatrix.attest.trusted_root import TrustedRoot
from supplymatrix.errors import InputError
from supplymatrix.model.signature import Check, Reason, SignatureStep
from supplymatrix.model.value import value

__all__ = ["DEFECTS", "Case", "Defect", "known_defect"]

_NEWEST = "4.5.1"
"""The newest version of the package that was looked at: what a later one says otherwise is to be looked at."""


@value
class Case:
    """A signature that the two judge differently.

    about: "signature" or "names" (identity and issuer). ours: the steps that keep ours from accepting, () = it accepts.
    theirs: what the package says, "" = it accepts. times: at which the signature was there, as ours sees it.
    """

    about: str
    bundle: SignedBundle
    root: TrustedRoot
    ours: tuple[SignatureStep, ...]
    theirs: str
    version: str
    times: tuple[datetime, ...] = ()

    @property
    def entry(self) -> LogEntry | None:
        """The log entry."""
        return self.bundle.entries[0] if self.bundle.entries else None


@value
class Defect:
    """A known defect of the package.

    since, until: versions that have it, both included; until: the newest that was looked at. says: a pattern
    of how the message begins with which it refuses what holds, "" = it accepts what does not hold. reasons: ours for
    refusing; there must be one, and no other. why: what is right. source: where the package's behaviour can be read.
    """

    name: str
    since: str
    applies: Callable[[Case], bool]
    why: str
    source: str
    until: str = _NEWEST
    about: str = "signature"
    says: str = ""
    reasons: frozenset[Reason] = frozenset()

    def excuses(self, case: Case) -> bool:
        """Return whether a disagreement is this one."""
        number = _number(case.version)
        if case.about != self.about or not _number(self.since) <= number <= _number(self.until):
            return False
        if self.says:
            return not case.ours and bool(re.match(self.says, case.theirs)) and self.applies(case)
        reasons = {step.reason for step in case.ours}
        return not case.theirs and bool(reasons) and reasons <= self.reasons and self.applies(case)


def known_defect(case: Case) -> Defect | None:
    """Return the defect that a disagreement comes from, None where none of them explains it."""
    return next((defect for defect in DEFECTS if defect.excuses(case)), None)


def _number(version: str) -> tuple[int, ...]:
    """Return a version as numbers; what is behind the last of them, as in "4.6.0rc1", is left aside."""
    digits = [
        "".join(character for character in part if character.isdigit() or character == " ")
        for part in version.split(".")
    ]
    return tuple(int(part) for part in digits if part)


def _is_stamped_at_the_end(case: Case) -> bool:
    ends = {one.valid.end for one in case.root.timestamp_authorities}
    return bool(case.times) and all(time in ends for time in case.times)


def _is_granted_with_changes(case: Case) -> bool:
    """Whether an answer of an authority has the status 1: SEQUENCE, then SEQUENCE, then INTEGER 1."""
    return any(b"\x02\x01\x01" in token[:16] for token in case.bundle.timestamps)


def _is_stamped_for_nobody(case: Case) -> bool:
    return not case.root.timestamp_authorities and _is_stamped_and_promised(case)


def _is_stamped_and_promised(case: Case) -> bool:
    return bool(case.bundle.timestamps) and case.entry is not None and bool(case.entry.promise)


def _always(_case: Case) -> bool:
    """Return True: the reason is the fact."""
    return True


def _has_many_scts(case: Case) -> bool:
    try:
        return len(parse_scts(parse_certificate(case.bundle.certificate))) > 1
    except DerError:
        return False


def _is_of_an_unknown_log(case: Case) -> bool:
    return case.entry is not None and case.entry.log_id not in {log.log_id for log in case.root.logs}


def _is_logged_outside(case: Case) -> bool:
    entry = case.entry
    if entry is None:
        return False
    times = case.times
    if entry.promise:
        is_time = entry.integrated_time is not None and 0 < entry.integrated_time < 1 << 37
        times = (datetime.fromtimestamp(entry.integrated_time or 0, UTC),) if is_time else ()
    named = [log for log in case.root.logs if log.log_id == entry.log_id]
    return bool(named) and bool(times) and not any(log.valid.covers(time) for log in named for time in times)


def _brings_a_stranger(case: Case) -> bool:
    """Whether one of the certificates that came along is none of the trusted root's."""
    return any(each not in _trusted(case.root) for each in case.bundle.chain)


def _trusted(root: TrustedRoot) -> frozenset[bytes]:
    return frozenset(each for authority in root.authorities for each in authority.chain)


def _is_certified_outside(case: Case) -> bool:
    """Whether all that ours has against the signature is when the authority is trusted."""
    return all(step.check is Check.CERTIFICATE for step in case.ours) and any(
        one.valid.end is not None or one.valid.start is not None for one in case.root.authorities
    )


def _is_seen_by_another_log(case: Case) -> bool:
    """Whether no certificate log of the trusted root has both the id that the SCT names and a validity around it."""
    try:
        found = parse_scts(parse_certificate(case.bundle.certificate))
    except DerError:
        return False
    known = [
        log for one in found for log in case.root.ct_logs if log.log_id == one.log_id and log.valid.covers(one.time)
    ]
    return all(step.check is Check.SCT for step in case.ours) and bool(found) and not known


def _tells_another_size(case: Case) -> bool:
    proof = case.entry.proof if case.entry else None
    lines = proof.checkpoint.split(b"\n", 2) if proof else []
    return proof is not None and len(lines) > 2 and lines[1] != str(proof.tree_size).encode()


def _tells_another_index(case: Case) -> bool:
    entry = case.entry
    return entry is not None and entry.proof is not None and not entry.promise and (
        entry.log_index != entry.proof.log_index
    )  # fmt: skip


def _promises_nothing(case: Case) -> bool:
    return case.entry is not None and not case.entry.promise


def _has_one_certificate(case: Case) -> bool:
    return case.bundle.version < (0, 3) and not case.bundle.chain


def _promises_no_time(case: Case) -> bool:
    return case.entry is not None and bool(case.entry.promise) and not case.entry.integrated_time


def _has_another_origin(case: Case) -> bool:
    """Whether the name in the log's signature line is not the one in its first line."""
    proof = case.entry.proof if case.entry else None
    if proof is None or case.entry is None:
        return False
    text = proof.checkpoint.decode("utf-8", "replace")
    origin = text.split("\n", 1)[0]
    names = [line.split(" ")[1] for line in text.split("\n") if line.startswith("— ") and line.count(" ") == 2]
    return origin not in names and origin.split(" - ", 1)[0] not in names


def _is_a_user_name(case: Case) -> bool:
    try:
        return any(kind == "other" for kind, _ in identities_of(parse_certificate(case.bundle.certificate)))
    except (DerError, InputError):
        return False


def _has_the_newer_issuer_alone(case: Case) -> bool:
    try:
        leaf = parse_certificate(case.bundle.certificate)
    except DerError:
        return False
    old, new = (leaf.extension(f"1.3.6.1.4.1.57264.1.{number}") for number in (1, 8))
    return old is None and new is not None


DEFECTS = (
    Defect(
        name="timestamp at the end of its authority's validity", since="4.5",
        says="not enough sources of verified time", applies=_is_stamped_at_the_end,
        why="both ends of a validity belong to it (sigstore_common.proto, TimeRange); the package leaves out the end",
        source="sigstore/verify/verifier.py of 4.5.1, _verify_signed_timestamp: gen_time < validity_period_end",
    ),
    Defect(
        name="timestamp granted with modifications", since="4.5", says="not enough sources of verified time",
        applies=_is_granted_with_changes,
        why="the status grantedWithMods is a grant (RFC 3161 §2.4.2)",
        source="rfc3161_client/verify.py of 1.0.9: only PKIStatus.GRANTED",
    ),
    Defect(
        name="timestamp that nobody vouches for", since="4.5", says="no Timestamp Authorities have been provided",
        applies=_is_stamped_for_nobody,
        why="it counts for nothing, and the log's promise tells the time",
        source="sigstore/verify/verifier.py of 4.5.1, _establish_time",
    ),
    Defect(
        name="timestamp that cannot be read", since="4.5", says="Invalid Timestamp Response",
        applies=_is_stamped_and_promised,
        why="it counts for nothing, and the log's promise tells the time",
        source="sigstore/models.py of 4.5.1, TimestampVerificationData._verify",
    ),
    Defect(
        name="timestamp beside a promise", since="4.5", reasons=frozenset({Reason.TIMESTAMP_INVALID}),
        applies=_is_stamped_and_promised,
        why="a timestamp that is wrong is a sign of forgery, also where it is not needed",
        source="sigstore/verify/verifier.py of 4.5.1, _verify_signed_timestamp: those that do not hold are passed over",
    ),
    Defect(
        name="time that has not come", since="4.5", reasons=frozenset({Reason.TIME_IN_FUTURE}), applies=_always,
        why="nothing can have been signed after now",
        source="sigstore/verify/verifier.py of 4.5.1, _verify_common_signing_cert: times are held against the "
        "certificate alone",
    ),
    Defect(
        name="several SCTs", since="4.5", applies=_has_many_scts,
        says="failed to verify SCT on signing certificate: Expected one certificate timestamp",
        why="a certificate may have the SCTs of several logs (RFC 6962 §3.3)",
        source="sigstore/_internal/sct.py of 4.5.1, _get_signed_certificate_timestamp",
    ),
    Defect(
        name="promise that is empty", since="4.5", says="invalid log entry: SET: ", applies=_promises_nothing,
        why="a field that is empty is one that is not there (protobuf.dev, ProtoJSON format), and none was needed",
        source="sigstore/models.py of 4.5.1, TransparencyLogEntry._verify",
    ),
    Defect(
        name="certificate in a bundle of an older version", since="4.5", says="expected certificate chain in bundle",
        applies=_has_one_certificate,
        why="the certificate is the same one wherever it stands",
        source="sigstore/models.py of 4.5.1, Bundle._verify",
    ),
    Defect(
        name="any trusted log for an unknown one", since="4.5", reasons=frozenset({Reason.LOG_UNKNOWN}),
        applies=_is_of_an_unknown_log,
        why="an entry of a log that is not trusted proves nothing, though another log's key has signed its head",
        source="sigstore/_internal/trust.py of 4.5.1, Keyring.verify: all keys are tried for an id that is not known",
    ),
    Defect(
        name="log outside of its validity", since="4.5", reasons=frozenset({Reason.LOG_UNKNOWN}),
        applies=_is_logged_outside,
        why="a log's key is trusted for the time that the trusted root says",
        source="sigstore/models.py of 4.5.1, TrustedRoot._get_tlog_keys: keys that have ended are taken for any time",
    ),
    Defect(
        name="certificate log outside of its validity, or any for an unknown one", since="4.5",
        reasons=frozenset({Reason.LOG_UNKNOWN}), applies=_is_seen_by_another_log,
        why="a certificate log's key is trusted under its own id, for the time that the trusted root says",
        source="sigstore/models.py of 4.5.1, TrustedRoot.ct_keyring; sigstore/_internal/trust.py, Keyring.verify",
    ),
    Defect(
        name="certificate authority outside of its validity", since="4.5", applies=_is_certified_outside,
        reasons=frozenset({Reason.CERTIFICATE_EXPIRED}),
        why="an authority is trusted for the time that the trusted root says, perhaps less than its certificate's",
        source="sigstore/models.py of 4.5.1, TrustedRoot.get_fulcio_certs: allow_expired",
    ),
    Defect(
        name="stranger that came along", since="4.5", reasons=frozenset({Reason.UNTRUSTED_ROOT}),
        applies=_brings_a_stranger,
        why="a bundle must bring no certificate that no trusted authority has to do with",
        source="sigstore/models.py of 4.5.1, Bundle._verify: a warning about roots, and nothing about others",
    ),
    Defect(
        name="size of the tree", since="4.5", applies=_tells_another_size,
        reasons=frozenset({Reason.CHECKPOINT_INVALID}),
        why="the head must be of the tree that the proof is about, in size and root",
        source="sigstore/_internal/rekor/checkpoint.py of 4.5.1, verify_checkpoint: roots alone are compared",
    ),
    Defect(
        name="index of the entry", since="4.5", reasons=frozenset({Reason.PROOF_INVALID}), applies=_tells_another_index,
        why="without a promise nothing but the proof says which entry it is, so the bundle must name the same",
        source="sigstore/models.py of 4.5.1, TransparencyLogEntry._verify",
    ),
    Defect(
        name="promise of no time", since="4.5", reasons=frozenset({Reason.SET_INVALID}), applies=_promises_no_time,
        why="a promise that is there must hold, also one that names no time",
        source="sigstore/models.py of 4.5.1, TransparencyLogEntry._verify: not looked at where the time is 0",
    ),
    Defect(
        name="name in the head", since="4.5", reasons=frozenset({Reason.CHECKPOINT_INVALID}),
        applies=_has_another_origin,
        why="the log's signature line is the one under the log's own name (C2SP signed-note)",
        source="sigstore/_internal/rekor/checkpoint.py of 4.5.1, SignedNote.verify: names are not compared",
    ),
    Defect(
        name="identity that is a user name", since="4.5", about="names", says="Certificate's SANs do not match",
        applies=_is_a_user_name,
        why="an otherName holds a UTF8String in DER, whose text is the identity (fulcio docs/oid-info.md, .1.7)",
        source="sigstore/verify/policy.py of 4.5.1, Identity.verify: tag and length are taken for a part of the text",
    ),
    Defect(
        name="issuer in its newer place alone", since="4.5", about="names", applies=_has_the_newer_issuer_alone,
        says=r"Certificate does not contain OIDCIssuer \(1\.3\.6\.1\.4\.1\.57264\.1\.1\)",
        why="the issuer stands in .1.8, and .1.1 is deprecated (fulcio docs/oid-info.md)",
        source="sigstore/verify/policy.py of 4.5.1, Identity: OIDCIssuer alone is looked at",
    ),
)  # fmt: skip
"""In no order of weight."""
