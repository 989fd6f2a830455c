"""Who signed, and what is said with it, held against what was asked for: identity, issuer, claims, annotations, kind.

An identity is a whole text. A pattern must match all of it; where it is not anchored ("^…$") the verdict says so, since
other tools take such a pattern for one that may match anywhere, and a name that merely contains the right one is the
oldest way around them. Patterns are what cosign's (RE2) and Python's have in common: see `patterns`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

from supplymatrix.attest.patterns import is_anchored, matches, pattern_fault
from supplymatrix.attest.wanted import IdentityWish
from supplymatrix.model.signature import Check, CheckState, Reason, SignatureStep, Signer

__all__ = ["check_annotations", "check_claims", "check_identity", "check_predicate"]

_LONGEST_TEXT = 1_024
_UNNAMED = {
    Check.IDENTITY: "no identity was named: whoever has an account with the issuer could have signed",
    Check.ISSUER: "nobody was named who vouches for the identity",
}


class _Fit(Enum):
    """How a text is what was asked for. NOT_ASKED: as the user wished. UNNAMED: nobody was named, and nobody said that
    anybody will do. UNCLEAR: it could not be decided."""

    FITS = 1
    DIFFERS = 2
    NOT_ASKED = 3
    UNNAMED = 4
    UNCLEAR = 5


def check_identity(
    wishes: Sequence[IdentityWish], signer: Signer, names: Sequence[str]
) -> tuple[tuple[SignatureStep, ...], tuple[str, ...], str]:
    """Return the steps of identity and issuer, notes, and the identity that fits ("" = none does).

    names: all identities of the certificate. The wish that fits best is told, both of its halves must fit.
    """
    wishes = [one for one in wishes if one.identity or one.identity_regexp or one.issuer or one.issuer_regexp]
    if not wishes:
        says = "nobody was named who should have signed"
        step = SignatureStep(
            check=Check.IDENTITY, state=CheckState.NOT_CHECKABLE, says=says, found=signer.identity,
            reason=Reason.IDENTITY_MISMATCH, remedy="name who should have: --identity and --issuer",
        )  # fmt: skip
        return (step,), (), ""
    judged = [(_who(wish, names), _issuer(wish, signer)) for wish in wishes]
    best = max(range(len(wishes)), key=lambda at: (_both(judged[at][0][1], judged[at][1][0]), -at))
    wish, ((fitting, who, who_fault), (issuer, issuer_fault)) = wishes[best], judged[best]
    told = wishes if who is _Fit.DIFFERS else (wish,)
    steps = (
        _compared(
            Check.IDENTITY, who, who_fault, found=" and ".join(names),
            asked=[_asked(one.identity, one.identity_regexp) for one in told],
        ),
        _compared(
            Check.ISSUER, issuer, issuer_fault, found=signer.issuer or "none is named",
            asked=[_asked(one.issuer, one.issuer_regexp) for one in told],
        ),
    )  # fmt: skip
    patterns = [one for one in (wish.identity_regexp, wish.issuer_regexp) if one and not is_anchored(one)]
    notes = tuple(f"the pattern {one!r} is not anchored (^…$): it was held against the whole text" for one in patterns)
    return steps, notes, fitting


def _both(who: _Fit, issuer: _Fit) -> int:
    """Return how near a wish comes: both fit, the identity, the issuer, none."""
    return 2 * (who is _Fit.FITS) + (issuer is _Fit.FITS) + (who is not _Fit.DIFFERS and issuer is not _Fit.DIFFERS) * 4


def check_claims(wanted: Sequence[tuple[str, str]], signer: Signer | None) -> tuple[SignatureStep, ...]:
    """Return a step for each field of the certificate that must be so. signer: None = a key signed, or nobody knows."""
    found = {name.lower(): text for name, text in signer.claims} if signer else {}
    steps = []
    for name, text in wanted:
        there = found.get(name.lower())
        state, says = CheckState.VERIFIED, f"{name} of the certificate is as asked for"
        if there != text:
            state = CheckState.FAILED
            says = f"{name} of the certificate is another" if there is not None else f"the certificate has no {name}"
        reason = None if state is CheckState.VERIFIED else Reason.CLAIM_MISMATCH
        steps.append(
            SignatureStep(check=Check.CLAIM, state=state, says=says, expected=text, found=there or "", reason=reason)
        )
    return tuple(steps)


def check_annotations(wanted: Sequence[tuple[str, str]], signed: Mapping[str, str]) -> tuple[SignatureStep, ...]:
    """Return a step for each annotation that must be signed."""
    steps = []
    for name, text in wanted:
        there = signed.get(name)
        state, says = CheckState.VERIFIED, f"the annotation {name} is signed as asked for"
        if there != text:
            state = CheckState.FAILED
            says = f"the annotation {name} is another" if there is not None else f"no annotation {name} is signed"
        reason = None if state is CheckState.VERIFIED else Reason.ANNOTATION_MISMATCH
        steps.append(
            SignatureStep(
                check=Check.ANNOTATION, state=state, says=says, expected=text, found=there or "", reason=reason
            )
        )
    return tuple(steps)


def check_predicate(wanted: Sequence[str], found: str) -> tuple[SignatureStep, ...]:
    """Return the step of a statement's kind. found: its predicate type, "" where there is no statement."""
    if not wanted:
        return ()
    fits = found in wanted
    step = SignatureStep(
        check=Check.PREDICATE,
        state=CheckState.VERIFIED if fits else CheckState.FAILED,
        says="the attestation is of the kind that was asked for" if fits else (
            "the attestation is of another kind than was asked for" if found else "it is no attestation of any kind"
        ),
        expected=" or ".join(wanted),
        found=found,
        reason=None if fits else Reason.PREDICATE_MISSING,
    )  # fmt: skip
    return (step,)


def _who(wish: IdentityWish, names: Sequence[str]) -> tuple[str, _Fit, str]:
    """Return how one of the names fits the wish, which does, and what keeps it from being decided."""
    found = [(*_fits(wish.identity, wish.identity_regexp, name), name) for name in names]
    for fit, _, name in found:
        if fit is _Fit.FITS:
            return name, fit, ""
    fit, fault, _ = found[0]
    return "", fit, fault


def _issuer(wish: IdentityWish, signer: Signer) -> tuple[_Fit, str]:
    """Return how the issuer fits the wish, and what keeps it from being decided."""
    fit, fault = _fits(wish.issuer, wish.issuer_regexp, signer.issuer)
    return (_Fit.NOT_ASKED if fit is _Fit.UNNAMED and wish.any_issuer else fit), fault


def _fits(exact: str, pattern: str, text: str) -> tuple[_Fit, str]:
    """Return how a text fits what is asked for, and what keeps it from being decided. Both must fit where both are."""
    if not exact and not pattern:
        return _Fit.UNNAMED, ""
    if exact and exact != text:
        return _Fit.DIFFERS, ""
    if not pattern:
        return _Fit.FITS, ""
    if len(text) > _LONGEST_TEXT:
        return _Fit.UNCLEAR, f"the text has {len(text):,} characters, too many for a pattern"
    if fault := pattern_fault(pattern):
        return _Fit.UNCLEAR, fault
    return (_Fit.FITS if matches(pattern, text) else _Fit.DIFFERS), ""


def _compared(check: Check, fit: _Fit, fault: str, *, asked: Sequence[str], found: str) -> SignatureStep:
    """Return the step of a comparison."""
    expected, what = " or ".join(dict.fromkeys(one for one in asked if one)), check.value
    subject = "the certificate is of" if check is Check.IDENTITY else "the identity was vouched for by"
    mismatch = Reason.IDENTITY_MISMATCH if check is Check.IDENTITY else Reason.ISSUER_MISMATCH
    if fit is _Fit.FITS:
        says, state, reason, remedy = f"{subject} the {what} that was asked for", CheckState.VERIFIED, None, ""
    elif fit is _Fit.NOT_ASKED:
        says, state, reason, remedy = f"no {what} was asked for", CheckState.NOT_CHECKED, None, f"name it: --{what}"
    elif fit is _Fit.UNNAMED:
        says, state, reason, remedy = _UNNAMED[check], CheckState.NOT_CHECKABLE, mismatch, f"name it: --{what}"
    elif fit is _Fit.UNCLEAR:
        says, state, reason, remedy = fault, CheckState.NOT_CHECKABLE, Reason.UNSUPPORTED, "write it in another way"
    else:
        says, state, reason = f"{subject} another {what} than was asked for", CheckState.FAILED, mismatch
        remedy = "look up who the publisher says that it signs as; where it is this one, ask for it"
    return SignatureStep(
        check=check, state=state, says=says, expected=expected, found=found, reason=reason, remedy=remedy
    )


def _asked(exact: str, pattern: str) -> str:
    return " and ".join(part for part in (exact, f"the pattern {pattern}" if pattern else "") if part)
