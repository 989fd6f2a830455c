"""The signature of one tag or commit, judged: does it hold, whose is it, and did anybody say that this key counts.

An SSH signature has its key in it, so that it can be checked without knowing anybody; gpgv needs the key, and says
which. gitsign's goes through the checks that all signatures of sigstore go through. Other signatures in CMS are known
and not judged. Nobody's key counts by itself.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.attest.git_object import GitObject
from supplymatrix.attest.ssh_signature import (
    GIT_NAMESPACE,
    AllowedSigner,
    KeyStanding,
    SshSignature,
    SshStanding,
    holds,
    parse_ssh_signature,
    standing_of,
    why_not_checkable,
)
from supplymatrix.attest.wanted import EngineChoice, IdentityWish
from supplymatrix.errors import InputError, SupplymatrixError, TrustError
from supplymatrix.model.publisher import (
    PublisherCheck,
    PublisherReason,
    PublisherSigner,
    PublisherState,
    PublisherStep,
    SignatureKind,
)
from supplymatrix.model.signature import CheckState, Reason
from supplymatrix.model.value import changed, value
from supplymatrix.sources.gpgv import OpenPgpAnswer, OpenPgpState, check_openpgp

if TYPE_CHECKING:
    from supplymatrix.attest.gitsign import CmsSignature
    from supplymatrix.model.signature import SignatureVerdict

__all__ = ["JudgedSignature", "PublisherTrust", "judge_signature"]

_PRINCIPAL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}", re.ASCII)
_SIGNERS_HELP = "add a line to a file for --allowed-signers"
_INSTALL = "install gpgv (it comes with GnuPG), and name a keyring with --keyring"


@value
class PublisherTrust:
    """Whose signatures count. signers: of SSH, as signers_file says. keyring: of OpenPGP, b"" = none; all its keys
    count, unless fingerprints name some. fingerprints: "SHA256:…" of SSH keys, hex in capitals of OpenPGP keys.
    identities: of gitsign's certificates, under trusted_root (None = the public one). takes_commits: a signed commit is
    enough where its tag is not signed."""

    signers: tuple[AllowedSigner, ...] = ()
    signers_file: str = ""
    keyring: bytes = b""
    keyring_file: str = ""
    fingerprints: tuple[str, ...] = ()
    identities: tuple[IdentityWish, ...] = ()
    trusted_root: Path | None = None
    takes_commits: bool = False


@value
class JudgedSignature:
    """What came of a signature. trust_line: what makes this key count, "" where nothing does, or it does already."""

    state: PublisherState
    kind: SignatureKind
    steps: tuple[PublisherStep, ...]
    signer: PublisherSigner | None = None
    trust_line: str = ""
    notes: tuple[str, ...] = ()


def judge_signature(of: GitObject, trust: PublisherTrust, environ: Mapping[str, str], now: datetime) -> JudgedSignature:
    """Return what the signature of a tag or commit is worth; it has one. Raises SourceError where there is no room."""
    kind = of.signature_kind
    if kind is SignatureKind.SSH:
        return _judge_ssh(of, trust)
    if kind is SignatureKind.OPENPGP:
        return _judge_openpgp(of, trust, check_openpgp(of.payload, of.signature, trust.keyring, environ))
    if kind is SignatureKind.X509:
        return _judge_cms(of, trust, environ, now)
    says = "it is signed by a mechanism that is not known here"
    return _open(SignatureKind.OTHER, says, PublisherReason.UNSUPPORTED)


def _judge_ssh(of: GitObject, trust: PublisherTrust) -> JudgedSignature:
    try:
        signature = parse_ssh_signature(of.signature)
        why = why_not_checkable(signature)
    except InputError as err:
        return _malformed(SignatureKind.SSH, err.diagnostics[0].message)
    signer = PublisherSigner(key=signature.fingerprint, key_name=signature.key_name)
    if why:
        judged = _open(SignatureKind.SSH, why, PublisherReason.UNSUPPORTED)
        return changed(judged, signer=signer)
    if not holds(signature, of.payload):
        judged = _wrong(SignatureKind.SSH, f"it is none of its key over this {of.kind.value}")
        return changed(judged, signer=signer)
    says = f"it holds: the {signature.key_name} key in it signed this {of.kind.value}"
    held = _step(PublisherCheck.SIGNATURE, CheckState.VERIFIED, says)
    if signature.namespace != GIT_NAMESPACE:
        step = _step(
            PublisherCheck.SIGNER, CheckState.FAILED, "it was made for another use than git",
            reason=PublisherReason.WRONG_USE, expected=GIT_NAMESPACE, found=signature.namespace,
        )  # fmt: skip
        return JudgedSignature(
            state=PublisherState.REFUSED, kind=SignatureKind.SSH, steps=(held, step), signer=signer
        )  # fmt: skip
    return _ssh_signer(of, signature, trust, held, signer)


def _ssh_signer(
    of: GitObject, signature: SshSignature, trust: PublisherTrust, held: PublisherStep, signer: PublisherSigner
) -> JudgedSignature:
    """Say whose key it is, that has signed."""
    standing = standing_of(trust.signers, signature, of.time)
    if standing.standing is SshStanding.TRUSTED and standing.entry is not None:
        names = standing.entry.principals
        step = _step(
            PublisherCheck.SIGNER, CheckState.VERIFIED,
            f"{trust.signers_file}:{standing.entry.line} lets this key sign, as {', '.join(names)}",
        )  # fmt: skip
        return JudgedSignature(
            state=PublisherState.VERIFIED, kind=SignatureKind.SSH, steps=(held, step),
            signer=changed(signer, names=names, is_trusted=True),
        )  # fmt: skip
    if signature.fingerprint in trust.fingerprints:
        says = "--fingerprint names this key"
        if standing.entry is not None:
            says += f", though {trust.signers_file}:{standing.entry.line} does not let it sign: {_why(standing)}"
        step = _step(PublisherCheck.SIGNER, CheckState.VERIFIED, says)
        return JudgedSignature(
            state=PublisherState.VERIFIED, kind=SignatureKind.SSH, steps=(held, step),
            signer=changed(signer, is_trusted=True),
        )  # fmt: skip
    if standing.standing is not SshStanding.UNKNOWN:
        return _ssh_refused(standing, trust, held, signer)
    principal = of.email if _PRINCIPAL.fullmatch(of.email) else "publisher"
    line = f'{principal} namespaces="{GIT_NAMESPACE}" {signature.public_key}'
    step = _step(
        PublisherCheck.SIGNER, CheckState.FAILED, "nobody said that this key counts",
        reason=PublisherReason.UNKNOWN_KEY, found=signature.fingerprint,
        remedy=f"if the publisher says that it is his, {_SIGNERS_HELP}",
    )  # fmt: skip
    return JudgedSignature(
        state=PublisherState.UNKNOWN, kind=SignatureKind.SSH, steps=(held, step), signer=signer, trust_line=line
    )


_STANDINGS = {
    SshStanding.EXPIRED: (PublisherReason.KEY_EXPIRED, "its key counted until {before} only"),
    SshStanding.NOT_YET: (PublisherReason.KEY_EXPIRED, "its key counts from {after} on only"),
    SshStanding.UNDATED: (PublisherReason.KEY_EXPIRED, "its key counts for a time, and the signature has no date"),
    SshStanding.OTHER_USE: (PublisherReason.WRONG_USE, "its key counts for another use than git"),
    SshStanding.AUTHORITY: (PublisherReason.UNSUPPORTED, "its key is there as a certificate authority alone"),
}


def _why(standing: KeyStanding) -> str:
    """Return why a line of the file does not let a key sign."""
    entry, (_, text) = standing.entry, _STANDINGS[standing.standing]
    before, after = (entry.before, entry.after) if entry is not None else (None, None)
    return text.format(
        before=f"{before:%Y-%m-%d %H:%M} UTC" if before is not None else "",
        after=f"{after:%Y-%m-%d %H:%M} UTC" if after is not None else "",
    )


def _ssh_refused(
    standing: KeyStanding, trust: PublisherTrust, held: PublisherStep, signer: PublisherSigner
) -> JudgedSignature:
    entry, (reason, _) = standing.entry, _STANDINGS[standing.standing]
    where = f"{trust.signers_file}:{entry.line}" if entry is not None else trust.signers_file
    step = _step(
        PublisherCheck.SIGNER, CheckState.FAILED, f"{_why(standing)} ({where})", reason=reason,
        found=signer.key,
    )  # fmt: skip
    return JudgedSignature(
        state=PublisherState.REFUSED, kind=SignatureKind.SSH, steps=(held, step), signer=signer
    )  # fmt: skip


_OPENPGP: Mapping[OpenPgpState, tuple[PublisherReason, str]] = {
    OpenPgpState.KEY_EXPIRED: (PublisherReason.KEY_EXPIRED, "its key has expired"),
    OpenPgpState.KEY_REVOKED: (PublisherReason.KEY_REVOKED, "its owner took the key back"),
    OpenPgpState.EXPIRED: (PublisherReason.SIGNATURE_EXPIRED, "the signature itself has expired"),
    OpenPgpState.WEAK: (PublisherReason.WEAK, "it is over a hash that proves nothing any more"),
}


def _judge_openpgp(of: GitObject, trust: PublisherTrust, answer: OpenPgpAnswer | None) -> JudgedSignature:
    kind = SignatureKind.OPENPGP
    if answer is None:
        says = "it is one of OpenPGP, and gpgv is not there to judge it"
        return _open(kind, says, PublisherReason.NO_TOOL, _INSTALL)
    signer = PublisherSigner(key=answer.fingerprint, key_name="OpenPGP", names=_names(answer))
    if answer.state is OpenPgpState.BAD:
        judged = _wrong(kind, f"gpgv: it is none of its key over this {of.kind.value}")
        return changed(judged, signer=signer if signer.key else None)
    if answer.state is OpenPgpState.UNCLEAR:
        judged = _open(kind, f"gpgv could not judge it: {answer.says}", PublisherReason.UNSUPPORTED)
        return changed(judged, signer=signer if signer.key else None)
    if answer.state is OpenPgpState.NO_KEY:
        return _openpgp_unknown(trust, answer, signer)
    if answer.state in _OPENPGP:
        reason, says = _OPENPGP[answer.state]
        more = f" ({answer.says})" if answer.says else ""
        step = _step(
            PublisherCheck.SIGNER, CheckState.FAILED, f"{says}{more}", reason=reason, found=answer.fingerprint
        )  # fmt: skip
        held = _step(PublisherCheck.SIGNATURE, CheckState.VERIFIED, f"gpgv: its key signed this {of.kind.value}")
        steps = (step,) if answer.state is OpenPgpState.WEAK else (held, step)
        return JudgedSignature(state=PublisherState.REFUSED, kind=kind, steps=steps, signer=signer)
    return _openpgp_signer(of, trust, answer, signer)


def _openpgp_signer(
    of: GitObject, trust: PublisherTrust, answer: OpenPgpAnswer, signer: PublisherSigner
) -> JudgedSignature:
    held = _step(PublisherCheck.SIGNATURE, CheckState.VERIFIED, f"gpgv: its key signed this {of.kind.value}")
    named = [print_ for print_ in trust.fingerprints if not print_.startswith("SHA256:")]
    if named and not {answer.fingerprint, answer.primary} & set(named):
        step = _step(
            PublisherCheck.SIGNER, CheckState.FAILED, "its key is in the keyring, and none that --fingerprint names",
            reason=PublisherReason.UNKNOWN_KEY, expected=", ".join(named), found=answer.primary,
        )  # fmt: skip
        return JudgedSignature(
            state=PublisherState.UNKNOWN, kind=SignatureKind.OPENPGP, steps=(held, step), signer=signer,
            trust_line=f"--fingerprint {answer.primary}",
        )  # fmt: skip
    says = "--fingerprint names this key" if named else f"the key is in {trust.keyring_file}"
    step = _step(PublisherCheck.SIGNER, CheckState.VERIFIED, says)
    return JudgedSignature(
        state=PublisherState.VERIFIED, kind=SignatureKind.OPENPGP, steps=(held, step),
        signer=changed(signer, is_trusted=True),
    )  # fmt: skip


def _openpgp_unknown(trust: PublisherTrust, answer: OpenPgpAnswer, signer: PublisherSigner) -> JudgedSignature:
    """Without the key nobody can say whether it holds: the fingerprint is what the signature says of itself."""
    where = f"not in {trust.keyring_file}" if trust.keyring_file else "not known: no keyring was named"
    step = _step(
        PublisherCheck.SIGNATURE, CheckState.NOT_CHECKABLE, f"it says that it is of a key that is {where}",
        reason=PublisherReason.UNKNOWN_KEY, found=answer.fingerprint,
        remedy="take the key from where the publisher gives it out, and name it with --keyring and --fingerprint",
    )  # fmt: skip
    return JudgedSignature(
        state=PublisherState.UNKNOWN, kind=SignatureKind.OPENPGP, steps=(step,), signer=signer,
        trust_line=f"--keyring KEY.gpg --fingerprint {answer.fingerprint}",
    )  # fmt: skip


def _names(answer: OpenPgpAnswer) -> tuple[str, ...]:
    return (answer.user,) if answer.user else ()


def _judge_cms(of: GitObject, trust: PublisherTrust, environ: Mapping[str, str], now: datetime) -> JudgedSignature:
    from supplymatrix.attest.gitsign import is_of_sigstore, parse_cms, verify_cms
    from supplymatrix.attest.public_keys import CannotVerifyError

    kind = SignatureKind.X509
    try:
        signature = parse_cms(of.signature)
        kind = SignatureKind.GITSIGN if is_of_sigstore(signature) else SignatureKind.X509
        verify_cms(signature, of.payload)
    except TrustError:
        return _wrong(kind, f"it is none of its certificate's key over this {of.kind.value}")
    except CannotVerifyError as err:
        return _open(kind, str(err), PublisherReason.UNSUPPORTED)
    except InputError as err:
        return _malformed(kind, err.diagnostics[0].message)
    held = _step(
        PublisherCheck.SIGNATURE, CheckState.VERIFIED, f"the key of its certificate signed this {of.kind.value}"
    )  # fmt: skip
    if kind is SignatureKind.X509:
        step = _step(
            PublisherCheck.CERTIFICATE, CheckState.NOT_CHECKABLE,
            "it has a certificate of some authority (S/MIME): this mechanism is known, and not verified here",
            reason=PublisherReason.UNSUPPORTED, found=signature.sha256,
        )  # fmt: skip
        return JudgedSignature(state=PublisherState.NOT_CHECKABLE, kind=kind, steps=(held, step))
    if signature.entry is None and not signature.timestamps:
        step = _step(
            PublisherCheck.CERTIFICATE, CheckState.NOT_CHECKABLE,
            "its log entry is not in it, so that nobody vouches for when it was made: not checkable offline",
            reason=PublisherReason.NOT_OFFLINE, found=signature.sha256,
            remedy="gitsign verify asks the log; with gitsign.rekorMode=offline the entry goes into the signature",
        )  # fmt: skip
        return JudgedSignature(state=PublisherState.NOT_CHECKABLE, kind=kind, steps=(held, step))
    try:
        return _gitsign_signer(of, signature, trust, held, environ=environ, now=now)
    except SupplymatrixError as err:
        step = _step(
            PublisherCheck.CERTIFICATE, CheckState.NOT_CHECKABLE, f"its certificate could not be judged: {err}",
            reason=PublisherReason.CERTIFICATE,
        )  # fmt: skip
        return JudgedSignature(state=PublisherState.NOT_CHECKABLE, kind=kind, steps=(held, step))


def _gitsign_signer(
    of: GitObject,
    signature: CmsSignature,
    trust: PublisherTrust,
    held: PublisherStep,
    *,
    environ: Mapping[str, str],
    now: datetime,
) -> JudgedSignature:  # fmt: skip
    """Have the certificate, its log entry and its identity judged as those of every signature of sigstore."""
    import hashlib

    from supplymatrix.attest.engines import verify_signature
    from supplymatrix.attest.gitsign import bundle_of
    from supplymatrix.attest.wanted import Artifact, Wanted
    from supplymatrix.engine.trust_roots import age_warning, trusted_root_for

    digests = tuple((name, hashlib.new(name, signature.signed).hexdigest()) for name in ("sha256", "sha384", "sha512"))
    artifact = Artifact(name=f"{of.kind.value} {of.name}", digests=digests, data=signature.signed)
    anybody = (IdentityWish(identity_regexp=".*", issuer_regexp=".*", name="anybody"),)
    root, used = trusted_root_for(trust.trusted_root, now, environ=environ)
    bundle = bundle_of(signature, artifact.name)
    verdict = verify_signature(
        bundle, artifact, Wanted(identities=trust.identities or anybody), root, now, engine=EngineChoice.NATIVE
    )
    warned = age_warning(used)
    notes = (warned,) if warned else ()
    if not verdict.holds:
        return changed(_gitsign_refused(verdict, held), notes=notes)
    signer = PublisherSigner(
        key=signature.sha256,
        key_name=f"certificate of {verdict.signer.issued_by or 'sigstore'}" if verdict.signer else "certificate",
        names=(verdict.signer.identity,) if verdict.signer else (),
        issuer=verdict.signer.issuer if verdict.signer else "",
        is_trusted=bool(trust.identities),
    )
    chain = _step(
        PublisherCheck.CERTIFICATE, CheckState.VERIFIED,
        f"its certificate and log entry hold under the trusted root ({used.name})",
    )  # fmt: skip
    if trust.identities:
        step = _step(PublisherCheck.SIGNER, CheckState.VERIFIED, "the identity is the one that was asked for")
        return JudgedSignature(
            state=PublisherState.VERIFIED, kind=SignatureKind.GITSIGN, steps=(held, chain, step), signer=signer,
            notes=notes,
        )  # fmt: skip
    step = _step(
        PublisherCheck.SIGNER, CheckState.FAILED, "nobody said that this identity counts",
        reason=PublisherReason.UNKNOWN_KEY, found=", ".join((*signer.names, signer.issuer)),
        remedy="if it is the publisher's, name it with --identity and --issuer",
    )  # fmt: skip
    return JudgedSignature(
        state=PublisherState.UNKNOWN, kind=SignatureKind.GITSIGN, steps=(held, chain, step), signer=signer,
        trust_line=f"--identity {shlex.quote(' '.join(signer.names))} --issuer {shlex.quote(signer.issuer)}",
        notes=notes,
    )  # fmt: skip


_OF_IDENTITY = (Reason.IDENTITY_MISMATCH, Reason.ISSUER_MISMATCH, Reason.CLAIM_MISMATCH)
_UNDECIDED = (Reason.UNSUPPORTED, Reason.KEY_REQUIRED, Reason.UNREACHABLE)


def _gitsign_refused(verdict: SignatureVerdict, held: PublisherStep) -> JudgedSignature:
    """Turn a verdict that does not hold into ours: wrong, refused or not to be judged."""
    from supplymatrix.model.signature import ALARMING

    reason = verdict.reason
    found = next((step for step in verdict.steps if step.reason is reason and reason is not None), None)
    says = f"{found.check.value}: {found.says}" if found is not None else "its certificate does not hold"
    alarms = reason in ALARMING
    is_identity = reason in _OF_IDENTITY
    state = (
        PublisherState.WRONG
        if alarms
        else PublisherState.NOT_CHECKABLE
        if reason in _UNDECIDED
        else PublisherState.REFUSED
    )
    step = PublisherStep(
        check=PublisherCheck.SIGNER if is_identity else PublisherCheck.CERTIFICATE,
        state=CheckState.NOT_CHECKABLE if state is PublisherState.NOT_CHECKABLE else CheckState.FAILED,
        says=says,
        expected=found.expected if found is not None else "",
        found=found.found if found is not None else "",
        reason=PublisherReason.IDENTITY_MISMATCH if is_identity else PublisherReason.CERTIFICATE,
        alarms=alarms,
        remedy=found.remedy if found is not None else "",
    )
    return JudgedSignature(state=state, kind=SignatureKind.GITSIGN, steps=(held, step))


def _step(
    check: PublisherCheck, state: CheckState, says: str, *, reason: PublisherReason | None = None, expected: str = "",
    found: str = "", remedy: str = "",
) -> PublisherStep:  # fmt: skip
    return PublisherStep(
        check=check, state=state, says=says, reason=reason, expected=expected, found=found, remedy=remedy
    )


def _open(kind: SignatureKind, says: str, reason: PublisherReason, remedy: str = "") -> JudgedSignature:
    step = _step(PublisherCheck.SIGNATURE, CheckState.NOT_CHECKABLE, says, reason=reason, remedy=remedy)
    return JudgedSignature(state=PublisherState.NOT_CHECKABLE, kind=kind, steps=(step,))


def _malformed(kind: SignatureKind, says: str) -> JudgedSignature:
    """What nobody can read is no contradiction, and no signature either."""
    step = _step(PublisherCheck.SIGNATURE, CheckState.FAILED, says, reason=PublisherReason.MALFORMED)
    return JudgedSignature(state=PublisherState.REFUSED, kind=kind, steps=(step,))


def _wrong(kind: SignatureKind, says: str) -> JudgedSignature:
    step = PublisherStep(
        check=PublisherCheck.SIGNATURE,
        state=CheckState.FAILED,
        says=says,
        reason=PublisherReason.SIGNATURE_INVALID,
        alarms=True,
        remedy="do not use this version before its publisher has explained it",
    )
    return JudgedSignature(state=PublisherState.WRONG, kind=kind, steps=(step,))
