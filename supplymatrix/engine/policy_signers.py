"""Who may have signed an artifact, as all files of a policy say: ready to be asked for, and held against what came.

Each file that names signers has to be content. A signature is verified against those of the nearest file; then whoever
made it has to be one of each other file's, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from supplymatrix.attest.builders import GITHUB_ISSUER, TRUSTED_BUILDERS
from supplymatrix.attest.claims import check_claims, check_identity
from supplymatrix.attest.keys import VerifyingKey, parse_verifying_key
from supplymatrix.attest.wanted import IdentityWish, Wanted
from supplymatrix.engine.vendor_signers import VendorSigners
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
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
from supplymatrix.policy.document import Policy, VendorRule
from supplymatrix.policy.signature_terms import (
    ArtifactRule,
    BuilderRule,
    SignatureRule,
    SignerRule,
    SigningFile,
    own_rule,
)

__all__ = [
    "FileSigners", "KeyBuilder", "NamedSigner", "PolicySigners", "Signers", "VendorWishes", "builders_of", "held_to",
    "lacking", "placed", "signers_in", "signers_of_base", "wanted_of",
]  # fmt: skip

_FOR_MANY = tuple(changed(wish, identity_regexp=f"^{wish.identity_regexp}$") for wish in TRUSTED_BUILDERS)
VendorWishes = Callable[[str, tuple[tuple[str, str], ...], str, ArtifactKind], VendorSigners]
"""Who signs for a vendor: its id, its variables, the artifact's name and kind. Raises InputError."""


@value
class NamedSigner:
    """One who may sign. log: what its keys sign has to be in a log. gaps: why it is not known who signs, or cannot be
    verified here; notes: what is to be told of it. lacks_keys: some of its keys are not at hand. only_certificates:
    what a key signed is somebody else's."""

    wishes: tuple[IdentityWish, ...]
    keys: tuple[VerifyingKey, ...]
    claims: tuple[tuple[str, str], ...] = ()
    log: bool = True
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    lacks_keys: bool = False
    only_certificates: bool = False


@value
class KeyBuilder:
    """A builder that signs provenance by a key, which the policy names. key_id: sha256 (hex) of its
    SubjectPublicKeyInfo."""

    rule: BuilderRule
    key_id: str


@value
class FileSigners:
    """Who may sign by one file. builders: who may have signed provenance instead, by that very file."""

    signers: tuple[NamedSigner, ...]
    builders: tuple[NamedSigner, ...] = ()


Signers = tuple[FileSigners, ...]
"""Of each file that names any signers, the nearest first."""


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
        return tuple(
            FileSigners(
                signers=tuple(self._ready(signer, name, kind) for signer in signers),
                builders=tuple(self._builders(rule)),
            )
            for rule in self._policy.signatures
            if (signers := self._of_rule(rule, artifact))
        )

    @staticmethod
    def _of_rule(rule: SignatureRule, artifact: ArtifactRule | None) -> Sequence[SignerRule]:
        own = own_rule(rule, artifact)
        return own.signers if own is not None and own.signers is not None else rule.signers or ()

    def _builders(self, rule: SignatureRule) -> Iterator[NamedSigner]:
        """Yield who may have signed provenance by one file: the builders that it names, else those that are known to
        work for many, which count only for the source that it means."""
        if rule.builders is None:
            if rule.source:
                yield NamedSigner(wishes=_FOR_MANY, keys=())
            return
        for builder in rule.builders:
            if builder.key is not None:
                yield NamedSigner(wishes=(), keys=(_key(builder.key, builder.location),), log=builder.log)
            elif builder.id.startswith("https://github.com/"):
                regexp = f"^{'.*'.join(map(re.escape, builder.id.split('*')))}$"
                wish = IdentityWish(identity_regexp=regexp, issuer=GITHUB_ISSUER, name=f"builder {builder.id}")
                yield NamedSigner(wishes=(wish,), keys=())

    def key_builders(self) -> tuple[KeyBuilder, ...]:
        """Return the builders of all files that are known by a key. Raises InputError for a key that cannot be read."""
        rules = [one for rule in self._policy.signatures for one in rule.builders or ()]
        return tuple(
            KeyBuilder(rule=one, key_id=_key(one.key, one.location).key_id) for one in rules if one.key is not None
        )

    def _ready(self, signer: SignerRule, name: str, kind: ArtifactKind) -> NamedSigner:
        key = (repr(signer.location), name if signer.vendor else "")
        if key not in self._known:
            self._known[key] = self._read(signer, name, kind)
        return self._known[key]

    def _read(self, signer: SignerRule, name: str, kind: ArtifactKind) -> NamedSigner:
        if signer.key is not None:
            return NamedSigner(wishes=(), keys=(_key(signer.key, signer.location),), log=signer.log)
        if signer.vendor:
            try:
                found_vendor = self._vendor(signer.vendor, signer.variables, name, kind)
            except InputError as err:
                raise placed(err, signer.location, f"it is not known who signs for {signer.vendor}") from err
            return signers_in(found_vendor)
        wish = IdentityWish(
            identity=signer.identity, identity_regexp=signer.identity_regexp, issuer=signer.issuer,
            issuer_regexp=signer.issuer_regexp,
        )  # fmt: skip
        return NamedSigner(wishes=(wish,), keys=(), claims=signer.claims)


def signers_in(vendor: VendorSigners) -> NamedSigner:
    """Return a vendor's signers as one that may sign."""
    wanted, gaps = vendor.wanted, vendor.gaps
    if vendor.fingerprints:
        gap = Gap(
            wanted=f"the OpenPGP signature of {vendor.name}", reason="OpenPGP signatures are not verified by a policy",
            remedy=f"supplymatrix verify blob FILE --vendor {vendor.vendor} --keyring FILE",
        )  # fmt: skip
        gaps = (*gaps, gap)
    return NamedSigner(
        wishes=wanted.identities, keys=wanted.keys, log=not wanted.log_is_optional, gaps=gaps, notes=vendor.notes,
        lacks_keys=wanted.lacks_keys, only_certificates=wanted.only_certificates,
    )  # fmt: skip


def signers_of_base(vendor: str, reference: str, entries: Sequence[VendorRule], wishes: VendorWishes) -> Signers:
    """Return who may sign a vendor's image by the variables of each file, all of which must be content: what one file
    does not set another one may. Raises InputError where it is not known who signs."""
    every = dict(sorted({pair for entry in entries for pair in entry.identity}))
    sets = dict.fromkeys(tuple(sorted({**every, **dict(entry.identity)}.items())) for entry in entries)
    found = (wishes(vendor, variables, reference, ArtifactKind.IMAGE) for variables in sets)
    return tuple(FileSigners(signers=(signers_in(one),)) for one in found)


def lacking(signers: Signers) -> tuple[Gap, ...]:
    """Return why nobody of the nearest file can be verified here; none where somebody can."""
    nearest = signers[0].signers if signers else ()
    if any(signer.wishes or signer.keys for signer in nearest):
        return ()
    return tuple(gap for signer in nearest for gap in signer.gaps)


def wanted_of(signers: Signers) -> Wanted:
    """Return what a signature is verified against: the signers of the nearest file. What single ones of them ask for
    beside that `held_to` looks at."""
    nearest = signers[0].signers if signers else ()
    return Wanted(
        identities=tuple(wish for signer in nearest for wish in signer.wishes),
        keys=tuple(key for signer in nearest for key in signer.keys),
        log_is_optional=any(signer.keys and not signer.log for signer in nearest),
        lacks_keys=any(signer.lacks_keys for signer in nearest),
        only_certificates=bool(nearest) and all(signer.only_certificates for signer in nearest),
    )


def builders_of(signers: Signers) -> tuple[NamedSigner, ...]:
    """Return who may have signed provenance by any file: each file is asked for itself by `held_to`."""
    return tuple(builder for file in signers for builder in file.builders)


def held_to(verdict: SignatureVerdict, signers: Signers, *, is_provenance: bool = False) -> SignatureVerdict:
    """Return a verdict that holds, refused where its signer is not one of every file's. A builder counts for the file
    that names it, and excuses nobody else's signers."""
    if not verdict.holds or verdict.signer is None:
        return verdict
    for file in signers:
        if is_provenance and file.builders and _unlike(verdict, verdict.signer, file.builders) is None:
            continue
        step = _unlike(verdict, verdict.signer, file.signers)
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


def _key(file: SigningFile, place: Location) -> VerifyingKey:
    try:
        return parse_verifying_key(file.data, file.artifact)
    except InputError as err:
        raise placed(err, place, f"the key {file.place} cannot be used") from err


def placed(err: InputError, place: Location, message: str) -> InputError:
    """Return a fault of what a policy names as one of the line that names it."""
    first = err.diagnostics[0]
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
