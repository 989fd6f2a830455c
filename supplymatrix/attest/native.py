"""The native engine: one signature judged by code of our own, step by step.

    verdict = verify_native(parse_bundle(data, "app.sigstore.json"), artifact, wanted, root, now)

Every check is made that can be, also after one failed, so that a report can tell all that is wrong. A check that needs
another one to have held (the names in a certificate that nobody vouches for) is told as not made. The verdict follows
from the steps alone: FAILED, or something missing that is needed, refuses; what could not be decided leaves it
undecided; what the user switched off makes ACCEPTED of what would be VALID. Before VALID is said, all that is needed
for it is looked for among the verified steps.

Who vouches for a time is asked by `log_entry` (a log's promise) and `timestamps`; a certificate must have been valid at
every such time. A key needs no time.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from supplymatrix.attest.bundle import SignedBundle
from supplymatrix.attest.certificates import check_chain, check_leaf, time_text
from supplymatrix.attest.claims import check_annotations, check_claims, check_identity, check_predicate
from supplymatrix.attest.consequences import with_consequences
from supplymatrix.attest.der import DerError
from supplymatrix.attest.fulcio import identities_of, signer_of
from supplymatrix.attest.log_entry import check_log_entry
from supplymatrix.attest.public_keys import CannotVerifyError
from supplymatrix.attest.scts import check_scts
from supplymatrix.attest.signed_content import Content, check_signature, content_of
from supplymatrix.attest.trusted_root import TrustedRoot
from supplymatrix.attest.wanted import Artifact, Wanted
from supplymatrix.model.signature import (
    Check,
    CheckState,
    LogMention,
    Reason,
    SignatureState,
    SignatureStep,
    SignatureVerdict,
    Signer,
    TimeWitness,
)
from supplymatrix.model.value import changed

if TYPE_CHECKING:
    from supplymatrix.attest.certificate_fields import CertificateFields
    from supplymatrix.attest.certificates import CertifiedBy
    from supplymatrix.attest.keys import VerifyingKey
    from supplymatrix.attest.public_keys import PublicKey

__all__ = ["CLOCK_SKEW", "OUR_CLOCK", "verify_native"]

CLOCK_SKEW = timedelta(minutes=5)
"""How far a time may lie ahead of this machine's clock."""
OUR_CLOCK = "this machine's clock"
_HEX_DIGITS = 64
_ORDER = {check: at for at, check in enumerate(Check)}
_TRUST = "name a trusted root: --trusted-root FILE"
_OTHER_KEY = (
    "give the key of whoever signed it; if it is the right key, the bundle or the artifact was changed: trust neither"
)
_ANEW = (
    "look whether the key is the right one; if it is, take signature and artifact anew from where they are published, "
    "and if nothing changes, trust neither"
)
_LOG_IT = "sign with an entry in a transparency log, or ask the publisher for the bundle"
_NO_LOG = "; or, if this key publishes to no log, --key-without-log"
_UNTRUSTED = "not compared, since nobody who is trusted vouches for the certificate"
_ALWAYS = frozenset({Check.FORM, Check.ARTIFACT, Check.SIGNATURE, Check.ENTRY})
_LOGGED = frozenset({Check.PROMISE, Check.PROOF})
"""One of these at least, where an entry is needed."""
_KEYLESS = frozenset({Check.CERTIFICATE, Check.SCT, Check.TIME, Check.IDENTITY, Check.ISSUER})


def verify_native(
    bundle: SignedBundle, artifact: Artifact, wanted: Wanted, root: TrustedRoot | None, now: datetime
) -> SignatureVerdict:
    """Return the verdict of one signature. now: this machine's time, UTC, after which nothing was signed."""
    return _Run(bundle, artifact, wanted, root, now).verdict()


class _Run:
    """One signature being judged."""

    def __init__(
        self, bundle: SignedBundle, artifact: Artifact, wanted: Wanted, root: TrustedRoot | None, now: datetime
    ) -> None:
        self.bundle = bundle
        self.artifact = artifact
        self.wanted = wanted
        self.root = root
        self.now = now
        self.by_key = False
        self.content: Content = content_of(bundle, artifact)
        self.signatures = bundle.signatures
        self.steps: list[SignatureStep] = [_step(Check.FORM, CheckState.VERIFIED, f"read as {bundle.form}")]
        self.signer: Signer | None = None
        self.log: list[LogMention] = []
        self.times: list[TimeWitness] = []
        self.is_stamped_wrong = False
        self.notes: list[str] = []

    def verdict(self) -> SignatureVerdict:
        """Make all checks, and return what they come to."""
        keys = self._keys()
        self.by_key = not self.bundle.certificate or (bool(keys) and not self.wanted.identities)
        if self.by_key:
            self._by_key(keys)
        elif self.wanted.identities or not self.wanted.keys:
            self._by_certificate()
        else:
            self._refuse_certificate()
        self._artifact()
        self._said_with_it()
        steps = with_consequences(self._in_order(), self._as_named())
        state = _state(steps, self._needed())
        is_signed = self._holds(Check.SIGNATURE)
        return SignatureVerdict(
            state=state,
            source=self.bundle.source,
            form=self.bundle.form,
            steps=steps,
            signer=self.signer if is_signed else None,
            log=tuple(self.log),
            times=tuple(self.times),
            statement=self.content.statement,
            annotations=self.content.annotations if is_signed and self._holds(Check.ARTIFACT) else (),
            notes=tuple(dict.fromkeys(self.notes)),
        )

    def _in_order(self) -> list[SignatureStep]:
        return sorted(self.steps, key=lambda step: _ORDER[step.check])

    def _as_named(self) -> list[SignatureStep] | None:
        """Return the steps of the signature held against the artifact that it names, None where that is this one, or
        where what is signed is a document, which holds or does not whatever the artifact is."""
        step = self.content.step
        if step is None or step.reason is not Reason.DIGEST_MISMATCH or self.bundle.message_digest is None:
            return None
        algorithm, digest = self.bundle.message_digest
        if len(digest) != hashlib.new(algorithm).digest_size:
            return None
        named = Artifact(name=self.artifact.name, digests=((algorithm, digest.hex()),))
        other = _Run(self.bundle, named, self.wanted, self.root, self.now)
        other.verdict()
        return other._in_order()

    # ---- a key

    def _keys(self) -> tuple[VerifyingKey, ...]:
        """Return the keys that may have made it: all that were given, or those that its certificate is of."""
        if not self.bundle.certificate or not self.wanted.keys:
            return self.wanted.keys
        leaf, _ = check_leaf(self.bundle.certificate)
        if leaf is None:
            return ()
        named = hashlib.sha256(leaf.key).hexdigest()
        return tuple(key for key in self.wanted.keys if key.key_id == named)

    def _by_key(self, keys: Sequence[VerifyingKey]) -> None:
        if not keys:
            self._ask_for_key()
            self._log_and_stamps(None)
            self._key_time()
            return
        tried = [
            (key, *check_signature(self.bundle, self.content, self.artifact, key.public, f"the key {key.key_id[:16]}…"))
            for key in keys
        ]
        used, step, held = min(tried, key=lambda each: _preference(each[1]))
        self.signatures = (held,) if held else self.signatures
        named = _digest_of(self.bundle.key_hint).hex()
        if step.reason is Reason.SIGNATURE_INVALID and named and named not in {key.key_id for key in keys}:
            step = changed(step, says=f"{step.says}; the bundle names another key ({named})", remedy=_OTHER_KEY)
        elif step.reason is Reason.SIGNATURE_INVALID and not named:
            step = changed(step, remedy=_ANEW)
        if step.reason is Reason.MALFORMED:  # of another kind than made it: that says nothing against the bundle
            step = changed(step, reason=Reason.KEY_MISMATCH)
        self.steps.append(step)
        if step.state is CheckState.VERIFIED:
            says = f"by a key that was asked for ({used.name})"
            self.steps.append(_step(Check.KEY, CheckState.VERIFIED, says, found=used.key_id))
            self.signer = Signer(key_name=used.name, key_id=used.key_id)
            if self.bundle.certificate:
                self.notes.append("a certificate is beside the signature, and was not looked at: a key was asked for")
        else:
            self.steps.append(_step(Check.KEY, CheckState.NOT_CHECKABLE, "no key that was asked for has signed it"))
        self._log_and_stamps(used)
        self._key_time()

    def _ask_for_key(self) -> None:
        """Tell that a key is needed. An old bundle that was to have a certificate, and has a bare key, is refused; so
        is any where nobody who is asked for signs by a key."""
        self.steps.append(_step(Check.SIGNATURE, CheckState.NOT_CHECKABLE, "the key that made it is not at hand"))
        if self.wanted.only_certificates:
            self.steps.append(
                _step(
                    Check.KEY, CheckState.FAILED, "it was made by a key, and who was asked for has a certificate",
                    Reason.KEY_MISMATCH, expected="a certificate", found=self._called(),
                )
            )  # fmt: skip
            return
        if self.bundle.form == "cosign bundle (old)" and self.wanted.identities:
            self.steps.append(
                _step(
                    Check.KEY, CheckState.FAILED, "the bundle has no certificate, and an identity was asked for",
                    Reason.KEY_MISMATCH, expected="a certificate", found="a bare key, or none",
                )
            )  # fmt: skip
            return
        self.steps.append(
            _step(
                Check.KEY, CheckState.NOT_CHECKABLE, "it was made by a key, and none was given to verify it with",
                Reason.KEY_REQUIRED, expected="a public key", found=self._called(),
                remedy="give the publisher's key: --key FILE",
            )
        )  # fmt: skip

    def _called(self) -> str:
        """Return which key made it, as far as its signer says."""
        hint = _digest_of(self.bundle.key_hint).hex() or self.bundle.key_hint
        return f"a key that the signer calls {hint}" if hint else "a key"

    def _refuse_certificate(self) -> None:
        """A certificate of another key than was asked for: nothing else is asked of it."""
        self.steps.append(
            _step(
                Check.KEY, CheckState.FAILED, "it was made with a certificate, and not by a key that was asked for",
                Reason.KEY_MISMATCH, expected=", ".join(key.key_id for key in self.wanted.keys),
                found="a certificate of another key", remedy="name who should have signed: --identity and --issuer",
            )
        )  # fmt: skip

    def _key_time(self) -> None:
        if late := self._in_future():
            self.steps.append(late)
        elif self.times:
            says = f"it was there at {', '.join(time_text(one.time) for one in self.times)}"
            self.steps.append(_step(Check.TIME, CheckState.VERIFIED, says))
        else:
            self.steps.append(_step(Check.TIME, CheckState.NOT_PRESENT, "nobody vouches for when it was made"))

    # ---- a certificate

    def _by_certificate(self) -> None:
        leaf, refused = check_leaf(self.bundle.certificate)
        public = self._public(leaf)
        if leaf is None or public is None:
            if refused is not None:
                self.steps.append(refused)
            self.steps.append(_step(Check.SIGNATURE, CheckState.NOT_CHECKABLE, "the certificate gives no key for it"))
            return
        step, held = check_signature(self.bundle, self.content, self.artifact, public, "the key of the certificate")
        self.steps.append(step)
        self.signatures = (held,) if held else self.signatures
        self._log_and_stamps(None)
        issued = self._chain(leaf)
        self._scts(leaf, issued)
        self._certificate_time(leaf)
        self._names(leaf, issued)

    def _public(self, leaf: CertificateFields | None) -> PublicKey | None:
        """Return the key of a certificate, None with a step where it cannot be used."""
        if leaf is None:
            return None
        try:
            return leaf.public_key()
        except DerError as err:
            says, state, reason = err.diagnostics[0].message, CheckState.FAILED, Reason.CERTIFICATE_INVALID
        except CannotVerifyError as err:
            says, state, reason = str(err), CheckState.NOT_CHECKABLE, Reason.UNSUPPORTED
        self.steps.append(_step(Check.CERTIFICATE, state, says, reason))
        return None

    def _chain(self, leaf: CertificateFields) -> CertifiedBy | None:
        if self.root is None:
            says = "no certificate authority is trusted, for want of a trusted root"
            self.steps.append(
                _step(Check.CERTIFICATE, CheckState.NOT_CHECKABLE, says, Reason.UNTRUSTED_ROOT, remedy=_TRUST)
            )
            return None
        if not self.times and not self.wanted.checks_log and leaf.covers(self.now):
            self.times.append(TimeWitness(time=self.now, by=OUR_CLOCK))
        times = [one.time for one in self.times]
        step, issued = check_chain(leaf, self.bundle.chain, self.root.authorities, times)
        if issued is not None:
            try:
                self.signer = signer_of(leaf, issued.chain[0])
            except DerError as err:
                step = _step(Check.CERTIFICATE, CheckState.FAILED, err.diagnostics[0].message,
                             Reason.CERTIFICATE_INVALID)  # fmt: skip
                issued = None
        self.steps.append(step)
        return issued

    def _scts(self, leaf: CertificateFields, issued: CertifiedBy | None) -> None:
        if not self.wanted.checks_sct:
            self.steps.append(
                _step(Check.SCT, CheckState.NOT_CHECKED, "certificate logs were not asked, as you wished")
            )
        elif issued is None or self.root is None:
            self.steps.append(_step(Check.SCT, CheckState.NOT_CHECKABLE, _UNTRUSTED.replace("compared", "checked")))
        else:
            self.steps.append(check_scts(leaf, issued.chain[0], self.root.ct_logs))

    def _certificate_time(self, leaf: CertificateFields) -> None:
        span = f"{time_text(leaf.not_before)} to {time_text(leaf.not_after)}"
        late = self._in_future()
        outside = next((one for one in self.times if not leaf.covers(one.time)), None)
        if outside is not None:
            step = _step(
                Check.TIME, CheckState.FAILED, "it was signed when the certificate was not valid",
                Reason.CERTIFICATE_EXPIRED, expected=span, found=f"{time_text(outside.time)}, by {outside.by}",
            )  # fmt: skip
        elif late is not None:
            step = late
        elif self.times:
            told = ", ".join(f"{time_text(one.time)} ({one.by})" for one in self.times)
            step = _step(Check.TIME, CheckState.VERIFIED, "it was signed while the certificate was valid",
                         expected=span, found=told)  # fmt: skip
        else:
            step = _step(
                Check.TIME, CheckState.NOT_PRESENT, "nobody who is trusted vouches for when it was made",
                Reason.TIME_MISSING, expected=f"a time within {span}",
                remedy=self._where_time_is(),
            )  # fmt: skip
        self.steps.append(step)

    def _where_time_is(self) -> str:
        """Return what would tell when it was made."""
        if not self.wanted.checks_log and any(entry.promise for entry in self.bundle.entries):
            return "the log's entry tells a time: let it be checked, without --insecure-ignore-log"
        if self.root is None:
            return _TRUST
        return "ask the signer for a timestamp, or for an entry in a log that promises a time"

    def _names(self, leaf: CertificateFields, issued: CertifiedBy | None) -> None:
        if issued is None or self.signer is None:
            self.steps += [
                _step(Check.IDENTITY, CheckState.NOT_CHECKABLE, _UNTRUSTED),
                _step(Check.ISSUER, CheckState.NOT_CHECKABLE, _UNTRUSTED),
            ]
            return
        names = [text for _, text in identities_of(leaf)]
        steps, notes, fitting = check_identity(self.wanted.identities, self.signer, names)
        self.steps += steps
        self.notes += notes
        if fitting and fitting != self.signer.identity:
            kind = next(kind for kind, text in identities_of(leaf) if text == fitting)
            self.signer = changed(self.signer, identity=fitting, identity_kind=kind)

    # ---- log and time

    def _log_and_stamps(self, key: VerifyingKey | None) -> None:
        """Check entries and timestamps: what the stamps tell decides whether a log that tells no time was trusted."""
        stamps = [self._stamp(token) for token in self.bundle.timestamps]
        stamped = [witness for _, witness in stamps if witness is not None]
        self.is_stamped_wrong = any(step.reason is Reason.TIMESTAMP_INVALID for steps, _ in stamps for step in steps)
        self._entries(key, stamped)
        self.times += stamped
        self._tell_stamps(stamps)

    def _entries(self, key: VerifyingKey | None, stamped: Sequence[TimeWitness]) -> None:
        if not self.wanted.checks_log:
            there = "there is one" if self.bundle.entries else "there is none"
            says = f"no log entry was checked, as you wished ({there})"
            self.steps.append(_step(Check.ENTRY, CheckState.NOT_CHECKED, says))
            return
        if not self.bundle.entries:
            is_optional = self.wanted.log_is_optional and self.by_key
            reason = None if is_optional else Reason.LOG_ENTRY_MISSING
            remedy = "" if is_optional else _LOG_IT + (_NO_LOG if key is not None else "")
            says = "no log has it, as far as what came with it tells"
            self.steps.append(_step(Check.ENTRY, CheckState.NOT_PRESENT, says, reason, remedy=remedy))
            return
        for entry in sorted(self.bundle.entries, key=lambda one: not one.promise):
            steps, mention, witness = check_log_entry(
                entry, self.bundle, self.root, artifact=self.artifact, key=key, signatures=self.signatures,
                times=[one.time for one in (*stamped, *self.times)], now=self.now,
            )  # fmt: skip
            self.steps += [self._without_root(step) for step in steps]
            if mention is not None:
                self.log.append(mention)
            if witness is not None:
                self.times.append(witness)

    def _without_root(self, step: SignatureStep) -> SignatureStep:
        """Return the step of a log that nobody is asked for: without a trusted root it is unknown, and not wrong. Nor
        is it wrong for want of a time that a timestamp tells which is."""
        if step.reason is not Reason.LOG_UNKNOWN:
            return step
        if self.root is None:
            return changed(step, state=CheckState.NOT_CHECKABLE, remedy=_TRUST)
        return changed(step, state=CheckState.NOT_CHECKABLE) if self.is_stamped_wrong and not self.times else step

    def _stamp(self, token: bytes) -> tuple[tuple[SignatureStep, ...], TimeWitness | None]:
        """Return what comes of a timestamp: of the signature that holds, or, where none is known to, of any. Old
        attestations of images are stamped over the whole envelope, with the signature in it."""
        from supplymatrix.attest.timestamps import check_timestamp

        envelope = self.bundle.raw if self.bundle.form == "DSSE" else b""
        first, *more = (check_timestamp(token, one, self.root, envelope=envelope) for one in self.signatures)
        if first[1] is None and more:
            return next((one for one in more if one[1] is not None), first)
        others = [one for one in self.bundle.signatures if one not in self.signatures]
        if first[1] is None and any(check_timestamp(token, one, self.root)[1] is not None for one in others):
            says = "the timestamp is over another signature of the envelope, and tells nothing of this one"
            return (_step(Check.TIMESTAMP, CheckState.NOT_CHECKABLE, says),), None
        return first

    def _tell_stamps(self, checked: Sequence[tuple[tuple[SignatureStep, ...], TimeWitness | None]]) -> None:
        """Add the steps of the timestamps. One of an authority that nobody trusts counts for nothing where none is
        needed."""
        needs_none = self.by_key or bool(self.times)
        for step in (step for steps, _ in checked for step in steps):
            if step.reason is Reason.TIMESTAMP_UNTRUSTED and (needs_none or self.root is None):
                reason = None if needs_none else Reason.TIMESTAMP_UNTRUSTED
                self.steps.append(changed(step, state=CheckState.NOT_CHECKABLE, reason=reason))
            else:
                self.steps.append(step)

    def _in_future(self) -> SignatureStep | None:
        late = next((one for one in self.times if one.time > self.now + CLOCK_SKEW), None)
        if late is None:
            return None
        return _step(
            Check.TIME, CheckState.FAILED, "it is told to have been made at a time that has not come yet",
            Reason.TIME_IN_FUTURE, expected=f"at most {time_text(self.now)}, by {OUR_CLOCK}",
            found=f"{time_text(late.time)}, by {late.by}", remedy="set this machine's clock, and verify again",
        )  # fmt: skip

    # ---- what is said

    def _artifact(self) -> None:
        """Add the step of the artifact. Where the signature is over the artifact's own bytes it is what tells."""
        if self.content.step is not None:
            self.steps.append(self._as_signed(self.content.step))
        elif self._holds(Check.SIGNATURE):
            digest = next((f"{kind}:{text}" for kind, text in self.artifact.digests), "")
            self.steps.append(
                _step(Check.ARTIFACT, CheckState.VERIFIED, "the signature is over the artifact itself", found=digest)
            )
        else:
            says = "the signature would tell whether it is of this artifact, and does not hold"
            self.steps.append(_step(Check.ARTIFACT, CheckState.NOT_CHECKABLE, says))

    def _as_signed(self, step: SignatureStep) -> SignatureStep:
        """Return the step of what a document says, without weight where nobody has signed the document: then that is
        what is wrong, and whatever it says may be anybody's."""
        is_forged = any(one.check is Check.SIGNATURE and one.state is CheckState.FAILED for one in self.steps)
        return changed(step, reason=None) if is_forged and self.content.signed is not None else step

    def _said_with_it(self) -> None:
        is_trusted = self.signer is not None or not self.bundle.certificate
        if self.wanted.claims and is_trusted:
            self.steps += check_claims(self.wanted.claims, self.signer)
        elif self.wanted.claims:
            self.steps.append(_step(Check.CLAIM, CheckState.NOT_CHECKABLE, _UNTRUSTED))
        self.steps += check_annotations(self.wanted.annotations, dict(self.content.annotations))
        statement = self.content.statement
        self.steps += check_predicate(self.wanted.predicate_types, statement.predicate_type if statement else "")

    def _needed(self) -> frozenset[Check]:
        """Return the checks of which a verified step must be there before it is valid."""
        needed = _ALWAYS | (frozenset({Check.KEY}) if self.by_key else _KEYLESS)
        if self.by_key and self.wanted.log_is_optional and not self.bundle.entries:
            needed -= {Check.ENTRY}
        return needed

    def _holds(self, check: Check) -> bool:
        found = [step.state for step in self.steps if step.check is check]
        return bool(found) and all(state is CheckState.VERIFIED for state in found)


def _state(steps: Sequence[SignatureStep], needed: frozenset[Check]) -> SignatureState:
    """Return what the steps come to."""
    if any(step.state is CheckState.FAILED for step in steps):
        return SignatureState.REFUSED
    open_step = next(
        (step for step in steps if step.state is not CheckState.VERIFIED and step.reason is not None), None
    )
    if open_step is not None:
        is_missing = open_step.state is CheckState.NOT_PRESENT
        return SignatureState.REFUSED if is_missing else SignatureState.UNDECIDED
    verified = {step.check for step in steps if step.state is CheckState.VERIFIED}
    left_out = {step.check for step in steps if step.state is CheckState.NOT_CHECKED}
    is_unproven = Check.ENTRY in needed - left_out and not _LOGGED & (verified | left_out)
    if is_unproven or not needed <= verified | left_out:
        return SignatureState.UNDECIDED
    return SignatureState.ACCEPTED if left_out else SignatureState.VALID


def _digest_of(hint: str) -> bytes:
    """Return the SHA-256 of a key that a hint is, in hex or in Base64, b"" where it is another thing.

    Nobody vouches for a hint, and some signers write the hash of another spelling of the key: it decides nothing.
    """
    text = hint.removeprefix("SHA256:")
    try:
        found = (
            bytes.fromhex(text) if len(text) == _HEX_DIGITS else b64decode(text + "=" * (-len(text) % 4), validate=True)
        )
    except ValueError:
        return b""
    return found if len(found) == _HEX_DIGITS // 2 else b""


def _preference(step: SignatureStep) -> int:
    """Return which of several keys is told: the one that made it, else one that could not be tried, else the first."""
    return {CheckState.VERIFIED: 0, CheckState.NOT_CHECKABLE: 1}.get(step.state, 2)


def _step(
    check: Check, state: CheckState, says: str, reason: Reason | None = None, *, expected: str = "", found: str = "",
    remedy: str = "",
) -> SignatureStep:  # fmt: skip
    return SignatureStep(
        check=check, state=state, says=says, expected=expected, found=found, reason=reason, remedy=remedy
    )
