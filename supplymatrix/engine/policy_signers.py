"""Who may have signed an artifact, as all files of a policy say: ready to be asked for, and held against what came.

Each file that names signers has to be content. A signature is verified against those of the nearest file; then whoever
made it has to be one of each other file's, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from supplymatrix.attest.builders import GITHUB_ISSUER, TRUSTED_BUILDERS
from supplymatrix.attest.claims import check_claims, check_identity
from supplymatrix.attest.keys import VerifyingKey, parse_verifying_key
from supplymatrix.attest.wanted import IdentityWish, Wanted
from supplymatrix.engine.vendor_signers import VendorSigners
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.gap import Gap
from supplymatrix.model.signature import (
    ArtifactKind,
    Check,
    CheckState,
    Reason,
    SignatureState,
    SignatureStep,
    SignatureVerdict,
    Signer,
)
from supplymatrix.model.value import changed, value
from supplymatrix.policy.document import Policy
from supplymatrix.policy.signature_terms import ArtifactRule, SignatureRule, SignerRule

__all__ = [
    "NamedSigner", "PolicySigners", "Signers", "VendorWishes", "builders_of", "held_to", "lacking",
    "signers_in", "wanted_of",
]  # fmt: skip

VendorWishes = Callable[[str, tuple[tuple[str, str], ...], str, ArtifactKind], VendorSigners]
"""Who signs for a vendor: its id, its variables, the artifact's name and kind. Raises InputError."""


@value
class NamedSigner:
    """One who may sign. log: what its keys sign has to be in a log. gaps: why it is not known who signs, or cannot be
    verified here; notes: what is to be told of it."""

    wishes: tuple[IdentityWish, ...]
    keys: tuple[VerifyingKey, ...]
    claims: tuple[tuple[str, str], ...] = ()
    log: bool = True
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()


Signers = tuple[tuple[NamedSigner, ...], ...]
"""Of each file that names any, the nearest first."""


class PolicySigners:
    """Reads the signers of a policy, each of them once. vendor: who signs for one."""

    def __init__(self, policy: Policy, vendor: VendorWishes) -> None:
        self._policy = policy
        self._vendor = vendor
        self._known: dict[tuple[str, str], NamedSigner] = {}

    def of(self, artifact: ArtifactRule | None, name: str, kind: ArtifactKind) -> Signers:
        """Return who may sign an artifact, () where nobody is named.

        Raises InputError, at the place in the policy, for a key that cannot be read and a vendor of whom it is not
        known.
        """
        named = (self._of_rule(rule, artifact) for rule in self._policy.signatures)
        return tuple(tuple(self._ready(signer, name, kind) for signer in signers) for signers in named if signers)

    @staticmethod
    def _of_rule(rule: SignatureRule, artifact: ArtifactRule | None) -> Sequence[SignerRule]:
        if artifact is not None and artifact in rule.artifacts and artifact.signers is not None:
            return artifact.signers
        return rule.signers or ()

    def _ready(self, signer: SignerRule, name: str, kind: ArtifactKind) -> NamedSigner:
        key = (repr(signer.location), name if signer.vendor else "")
        if key not in self._known:
            self._known[key] = self._read(signer, name, kind)
        return self._known[key]

    def _read(self, signer: SignerRule, name: str, kind: ArtifactKind) -> NamedSigner:
        if signer.key is not None:
            try:
                found = parse_verifying_key(signer.key.data, signer.key.artifact)
            except InputError as err:
                raise _placed(err, signer, f"the key {signer.key.place} cannot be used") from err
            return NamedSigner(wishes=(), keys=(found,), log=signer.log)
        if signer.vendor:
            try:
                found_vendor = self._vendor(signer.vendor, signer.variables, name, kind)
            except InputError as err:
                raise _placed(err, signer, f"it is not known who signs for {signer.vendor}") from err
            return signers_in(found_vendor)
        wish = IdentityWish(
            identity=signer.identity, identity_regexp=signer.identity_regexp, issuer=signer.issuer,
            issuer_regexp=signer.issuer_regexp,
        )  # fmt: skip
        return NamedSigner(wishes=(wish,), keys=(), claims=signer.claims)


def signers_in(vendor: VendorSigners) -> NamedSigner:
    """Return a vendor's signers as one that may sign."""
    wanted = vendor.wanted
    return NamedSigner(
        wishes=wanted.identities, keys=wanted.keys, log=not wanted.log_is_optional, gaps=vendor.gaps,
        notes=vendor.notes,
    )  # fmt: skip


def lacking(signers: Signers) -> tuple[Gap, ...]:
    """Return why nobody of the nearest file can be verified here; none where somebody can."""
    nearest = signers[0] if signers else ()
    if any(signer.wishes or signer.keys for signer in nearest):
        return ()
    return tuple(gap for signer in nearest for gap in signer.gaps)


def wanted_of(signers: Signers) -> Wanted:
    """Return what a signature is verified against: the signers of the nearest file. What single ones of them ask for
    beside that `held_to` looks at."""
    nearest = signers[0] if signers else ()
    return Wanted(
        identities=tuple(wish for signer in nearest for wish in signer.wishes),
        keys=tuple(key for signer in nearest for key in signer.keys),
        log_is_optional=any(signer.keys and not signer.log for signer in nearest),
    )


def builders_of(policy: Policy) -> tuple[IdentityWish, ...]:
    """Return who may have signed provenance beside the signers: the builders that the policy takes, else those that are
    known to work for many, which count only for the source that is meant."""
    named = next((rule.builders for rule in policy.signatures if rule.builders is not None), None)
    if named is None:
        return TRUSTED_BUILDERS if any(rule.source for rule in policy.signatures) else ()
    workflows = [pattern for pattern in named if pattern.startswith("https://github.com/")]
    patterns = {pattern: ".*".join(map(re.escape, pattern.split("*"))) for pattern in workflows}
    return tuple(
        IdentityWish(identity_regexp=regexp, issuer=GITHUB_ISSUER, name=f"builder {pattern}")
        for pattern, regexp in patterns.items()
    )


def held_to(verdict: SignatureVerdict, signers: Signers, builders: Sequence[IdentityWish] = ()) -> SignatureVerdict:
    """Return a verdict that holds, refused where its signer is not one of every file's. builders: who may have signed
    this one instead."""
    if not verdict.holds or verdict.signer is None:
        return verdict
    if builders and _is_one(verdict.signer, builders):
        return verdict
    for named in signers:
        step = _unlike(verdict, verdict.signer, named)
        if step is not None:
            return changed(verdict, state=SignatureState.REFUSED, steps=(*verdict.steps, step))
    return verdict


def _unlike(verdict: SignatureVerdict, signer: Signer, named: Sequence[NamedSigner]) -> SignatureStep | None:
    """Return the step that refuses a signer of whom one file says nothing; None for one that it names."""
    faults = [_fault(verdict, signer, one) for one in named]
    if None in faults:
        return None
    return next((fault for fault in faults if fault is not None and fault.check is not Check.IDENTITY), faults[0])


def _fault(verdict: SignatureVerdict, signer: Signer, one: NamedSigner) -> SignatureStep | None:
    if not signer.identity:
        if signer.key_id not in {key.key_id for key in one.keys}:
            return _other(signer, Reason.KEY_MISMATCH)
        if one.log and not verdict.log:
            return SignatureStep(
                check=Check.ENTRY, state=CheckState.FAILED, says="there is no log entry, and the policy asks for one",
                reason=Reason.LOG_ENTRY_MISSING, remedy="log = false is said of a key that publishes to none",
            )  # fmt: skip
        return None
    if not _is_one(signer, one.wishes):
        return _other(signer, Reason.IDENTITY_MISMATCH)
    return next((step for step in check_claims(one.claims, signer) if step.state is not CheckState.VERIFIED), None)


def _other(signer: Signer, reason: Reason) -> SignatureStep:
    return SignatureStep(
        check=Check.IDENTITY, state=CheckState.FAILED, says="a file of the policy does not name who signed it",
        found=signer.identity or f"{signer.key_name} key {signer.key_id}", reason=reason,
    )  # fmt: skip


def _is_one(signer: Signer, wishes: Sequence[IdentityWish]) -> bool:
    if not wishes:
        return False
    steps, _, _ = check_identity(wishes, signer, (signer.identity,))
    return all(step.state is CheckState.VERIFIED for step in steps)


def _placed(err: InputError, signer: SignerRule, message: str) -> InputError:
    """Return a fault of what a policy names as one of the line that names it."""
    first, place = err.diagnostics[0], signer.location
    return InputError(
        Diagnostic(
            message=f"{message}: {first.message}",
            artifact=place.artifact,
            line=place.line,
            column=place.column,
            seen=first.seen,
            expected=first.expected,
            remedy=first.remedy,
        )
    )
