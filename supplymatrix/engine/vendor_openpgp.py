"""A file with a detached OpenPGP signature, held against the fingerprints that a vendor's profile names.

`gpgv` judges the signature, with the keyring that the user names and no other; a key counts by its fingerprint alone,
so that further keys in that keyring do no harm. OpenPGP signatures stand in no log, and their times are the signer's
own word: both are told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from supplymatrix.engine.signature_outcome import missing_kinds, signed_as
from supplymatrix.engine.vendor_signers import VendorSigners
from supplymatrix.errors import InputError, SupplymatrixError
from supplymatrix.model.gap import Gap
from supplymatrix.model.signature import (
    ArtifactKind,
    Check,
    CheckState,
    Reason,
    SignatureState,
    SignatureStep,
    SignatureVerdict,
    SignedArtifact,
    SignedAs,
    Signer,
)
from supplymatrix.model.value import changed
from supplymatrix.sources.file_digests import digest_file
from supplymatrix.sources.files import read_limited
from supplymatrix.sources.gpgv import KEYRING_LIMIT, OpenPgpAnswer, OpenPgpState, check_openpgp, keyring_bytes

__all__ = ["ENDINGS", "either_way", "openpgp_artifact", "openpgp_verdict"]

ENDINGS = (".asc", ".sig", ".gpg")
"""Of signatures beside a file, the first one that is there."""
_LIMIT = 512 << 20
_SIGNATURE_LIMIT = 1 << 20
_STATES = {
    OpenPgpState.BAD: (Reason.SIGNATURE_INVALID, "it is no signature by its key over these bytes"),
    OpenPgpState.KEY_REVOKED: (Reason.KEY_MISMATCH, "its key was revoked"),
    OpenPgpState.KEY_EXPIRED: (Reason.CERTIFICATE_EXPIRED, "its key has expired"),
    OpenPgpState.EXPIRED: (Reason.CERTIFICATE_EXPIRED, "the signature has expired"),
    OpenPgpState.NO_KEY: (Reason.KEY_REQUIRED, "the keyring has not the key that made it"),
    OpenPgpState.WEAK: (Reason.UNSUPPORTED, "it rests on a hash that can be forged"),
    OpenPgpState.UNCLEAR: (Reason.UNSUPPORTED, "gpgv does not judge it"),
}
_TEXT = "its signature is of a text: other ends of lines, and blanks before them, would pass too"
_OPEN = (OpenPgpState.NO_KEY, OpenPgpState.WEAK, OpenPgpState.UNCLEAR)
_NO_LOG = SignatureStep(
    check=Check.ENTRY, state=CheckState.NOT_PRESENT, says="OpenPGP signatures stand in no log, and none is asked for"
)


def openpgp_artifact(
    path: Path,
    signers: VendorSigners,
    *,
    keyring: Path | None,
    signature: Path | None,
    environ: Mapping[str, str],
    required: Sequence[str] = (),
    only_attestations: bool = False,
) -> SignedArtifact:
    """Return what became of a file. signature: None = what lies beside it. required: kinds of attestations that must
    hold, and only_attestations: a signature would not do: of what is signed so none does.

    A file, signature or keyring that cannot be read is a fault of the artifact.
    """
    plain = SignedArtifact(
        name=path.as_posix(), kind=ArtifactKind.FILE, state=SignedAs.UNSIGNED, vendor=signers.vendor,
        gaps=signers.gaps, required=tuple(required), missing=missing_kinds((), required),
    )  # fmt: skip
    try:
        found = _judged(path, signers, plain, keyring=keyring, signature=signature, environ=environ)
    except InputError as err:
        found = changed(plain, state=SignedAs.UNREADABLE, faults=err.diagnostics)
    except SupplymatrixError as err:
        remedy = getattr(err, "remedy", "")
        gap = Gap(wanted="its OpenPGP signature", reason=str(err), remedy=remedy, subject=plain.name)
        found = _open(plain, gap)
    if found.state is not SignedAs.UNSIGNED:
        return found
    state = signed_as(
        found.signatures, (), required=required, only_attestations=only_attestations, has_gaps=bool(found.gaps)
    )
    return changed(found, state=state)


def either_way(
    others: Sequence[SignatureVerdict], by_openpgp: Sequence[SignatureVerdict]
) -> tuple[SignatureVerdict, ...]:
    """Return the verdicts on a file that may be signed by Sigstore or by OpenPGP, one for each signature: NAME.sig may
    be of either, and nothing is wrong with it for not being of the other."""
    known = {one.source for one in by_openpgp if one.reason is not Reason.UNSUPPORTED}
    held = {one.source for one in others if one.holds}
    kept = [
        one for one in others
        if one.holds
        or not (one.source in known or (one.source.endswith(ENDINGS) and one.form == "not readable"))
    ]  # fmt: skip
    return (*kept, *(one for one in by_openpgp if one.source not in held))


def openpgp_verdict(answer: OpenPgpAnswer, fingerprints: tuple[str, ...], source: str) -> SignatureVerdict:
    """Return the verdict on a detached signature of a file, whose every byte is to be signed. fingerprints: of the keys
    that count, hex in capitals."""
    if answer.state is OpenPgpState.GOOD and answer.is_text:
        answer = changed(answer, state=OpenPgpState.UNCLEAR, says=_TEXT)
    if answer.state is not OpenPgpState.GOOD:
        reason, says = _STATES[answer.state]
        is_open = answer.state in _OPEN
        step = SignatureStep(
            check=Check.SIGNATURE, state=CheckState.NOT_CHECKABLE if is_open else CheckState.FAILED,
            says=f"{says} ({answer.says})" if answer.says else says, found=answer.fingerprint, reason=reason,
            expected=" or ".join(fingerprints) if answer.state is OpenPgpState.NO_KEY else "",
            remedy="add the vendor's key to the keyring" if answer.state is OpenPgpState.NO_KEY else "",
        )  # fmt: skip
        state = SignatureState.UNDECIDED if is_open else SignatureState.REFUSED
        return _verdict(state, source, (step, _NO_LOG))
    held = SignatureStep(
        check=Check.SIGNATURE, state=CheckState.VERIFIED, says="gpgv: it is a signature by its key over these bytes"
    )
    counts = bool({answer.fingerprint, answer.primary} & set(fingerprints))
    key = SignatureStep(
        check=Check.KEY,
        state=CheckState.VERIFIED if counts else CheckState.FAILED,
        says="the key, or the one above it, is one that the profile names" if counts else "it is by another key",
        expected=" or ".join(fingerprints),
        found=answer.primary or answer.fingerprint,
        reason=None if counts else Reason.KEY_MISMATCH,
        remedy="" if counts else "hold the fingerprint against the vendor's own page",
    )
    signer = Signer(
        key_name="OpenPGP", key_id="", identity=answer.user, identity_kind="openpgp",
        claims=(("fingerprint", answer.fingerprint),),
    )  # fmt: skip
    state = SignatureState.VALID if counts else SignatureState.REFUSED
    verdict = _verdict(state, source, (held, key, _NO_LOG))
    made = f"made at {answer.made:%Y-%m-%d %H:%M}Z by the signer's own word" if answer.made else ""
    return changed(verdict, signer=signer if counts else None, notes=(made,) if made else ())


def _verdict(state: SignatureState, source: str, steps: tuple[SignatureStep, ...]) -> SignatureVerdict:
    return SignatureVerdict(state=state, source=source, form="OpenPGP signature", steps=steps, engines=("gpgv",))


def _judged(
    path: Path, signers: VendorSigners, plain: SignedArtifact, *, keyring: Path | None, signature: Path | None,
    environ: Mapping[str, str],
) -> SignedArtifact:  # fmt: skip
    """Return a file with the verdict on its signature, UNSIGNED until that is counted."""
    plain = changed(plain, digests=digest_file(path, frozenset({"sha256"})).digests)
    place = signature or next((there for end in ENDINGS if (there := Path(f"{path}{end}")).is_file()), None)
    if place is None:
        return plain
    signed = read_limited(place, _SIGNATURE_LIMIT, "signature")
    if keyring is None:
        gap = Gap(
            wanted=f"the keys of {signers.name}", reason="no keyring was named", subject=plain.name,
            remedy=f"--keyring FILE with the key {' or '.join(signers.fingerprints or ())}",
        )  # fmt: skip
        return _open(plain, gap)
    keys = keyring_bytes(read_limited(keyring, KEYRING_LIMIT, "keyring"), keyring.as_posix())
    answer = check_openpgp(read_limited(path, _LIMIT, "signed file"), signed, keys, environ)
    if answer is None:
        gap = Gap(
            wanted="its OpenPGP signature", reason="there is no gpgv on this machine", subject=plain.name,
            remedy="install gpgv (it comes with GnuPG)",
        )  # fmt: skip
        return _open(plain, gap)
    verdict = openpgp_verdict(answer, signers.fingerprints or (), place.as_posix())
    return changed(plain, signatures=(verdict,))


def _open(plain: SignedArtifact, gap: Gap) -> SignedArtifact:
    return changed(plain, state=SignedAs.UNDECIDED, gaps=(*plain.gaps, gap))
