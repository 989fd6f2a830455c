"""The one door to a verdict about a signature: which engines judge it, and what comes of their opinions.

    verdict = verify_signature(bundle, artifact, wanted, root, now)

Ours judges every signature. By default the sigstore package judges, too, what it can read, which is decided before it
is asked. Where both say the same a step tells it. Where they differ nobody is believed, apart from known defects of the
package (`known_defects`), of which the report says that and why ours counts.

Compared is what both judge: the signature, certificate and log entry; and identity and issuer where all that was asked
for is exact, since the package knows no patterns. Everything else (subjects of a statement, claims, annotations) is
ours alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from supplymatrix.attest.bundle import SignedBundle
from supplymatrix.attest.native import verify_native
from supplymatrix.attest.trusted_root import TrustedRoot
from supplymatrix.attest.wanted import Artifact, EngineChoice, Wanted
from supplymatrix.errors import SourceError
from supplymatrix.model.signature import Check, CheckState, Reason, SignatureState, SignatureStep, SignatureVerdict
from supplymatrix.model.value import changed

if TYPE_CHECKING:
    from supplymatrix.attest.known_defects import Case, Defect
    from supplymatrix.attest.sigstore_engine import Opinion

__all__ = ["NATIVE_ONLY", "verify_signature"]

NATIVE_ONLY = "native only: "
"""How the note begins that the package cannot read a signature."""
_NAMES = frozenset({Check.IDENTITY, Check.ISSUER})
_OURS_ALONE = _NAMES | {Check.CLAIM, Check.ANNOTATION, Check.PREDICATE, Check.ENGINES}
_OF_A_STATEMENT = frozenset({Check.ARTIFACT, Check.FORM})
"""Of an envelope the package looks at the signature alone: what the payload says is left to its caller."""
_PACKAGE = "the sigstore package"
_REWRITTEN = ", given the bundle in the one form of JSON that it reads,"


def verify_signature(
    bundle: SignedBundle,
    artifact: Artifact,
    wanted: Wanted,
    root: TrustedRoot | None,
    now: datetime,
    *,
    engine: EngineChoice = EngineChoice.BOTH,
) -> SignatureVerdict:
    """Return the verdict about one signature.

    root: None = none is at hand, which suffices for keys. Raises SourceError where the sigstore package alone was asked
    for, and is not there.
    """
    if engine is EngineChoice.NATIVE:
        return verify_native(bundle, artifact, wanted, root, now)
    from supplymatrix.attest.sigstore_engine import ask_sigstore, why_not_here

    why = why_not_here(bundle, artifact, wanted, root)
    if why or root is None:
        if engine is EngineChoice.SIGSTORE:
            return _cannot(bundle, why)
        verdict = verify_native(bundle, artifact, wanted, root, now)
        return changed(verdict, notes=(*verdict.notes, f"{NATIVE_ONLY}{why}"))
    try:
        opinion = ask_sigstore(bundle, artifact, wanted, root)
    except SourceError as err:
        if engine is EngineChoice.SIGSTORE:
            raise
        return _alone(verify_native(bundle, artifact, wanted, root, now), err)
    return _joined(verify_native(bundle, artifact, wanted, root, now), opinion, bundle, root)


def _cannot(bundle: SignedBundle, why: str) -> SignatureVerdict:
    """Return the verdict of the package alone about what it cannot read."""
    step = SignatureStep(
        check=Check.ENGINES, state=CheckState.NOT_CHECKABLE, says=f"{why}, and no other engine was asked",
        reason=Reason.UNSUPPORTED, remedy="--engine both, or --engine native",
    )  # fmt: skip
    return SignatureVerdict(
        state=SignatureState.UNDECIDED, source=bundle.source, form=bundle.form, steps=(step,), engines=("sigstore",)
    )


def _alone(verdict: SignatureVerdict, err: SourceError) -> SignatureVerdict:
    """Return ours where the package is not there: what holds by one of two engines alone is undecided."""
    step = SignatureStep(
        check=Check.ENGINES, state=CheckState.NOT_CHECKABLE, says=f"there is no second opinion: {err}",
        reason=Reason.UNSUPPORTED, remedy=err.remedy,
    )  # fmt: skip
    return _with_step(verdict, step, SignatureState.UNDECIDED if verdict.holds else verdict.state)


def _joined(verdict: SignatureVerdict, opinion: Opinion, bundle: SignedBundle, root: TrustedRoot) -> SignatureVerdict:
    """Return ours, with what the package says of it."""
    verdict = changed(verdict, engines=(*verdict.engines, "sigstore"))
    named = f"{_PACKAGE} {opinion.version}{_REWRITTEN if opinion.is_rewritten else ''}"
    against = _against(verdict, bundle)
    if opinion.broke:
        state = SignatureState.UNDECIDED if verdict.holds else verdict.state
        return _with_step(verdict, _broke(named, opinion), state)
    if against and all(step.state is CheckState.NOT_CHECKABLE for step in against):
        says = f"{named} {'accepts' if opinion.holds else 'refuses'} what ours cannot judge"
        return _with_step(verdict, _step(CheckState.NOT_CHECKABLE, says, found=opinion.says), verdict.state)
    is_judged = _is_judged(verdict)
    if not against and not is_judged:
        says = f"ours did not get as far as the signature; {named} {'accepts' if opinion.holds else 'refuses'} it"
        return _with_step(verdict, _step(CheckState.NOT_CHECKABLE, says, found=opinion.says), verdict.state)
    times = tuple(witness.time for witness in verdict.times)
    from supplymatrix.attest.known_defects import Case

    case = Case(
        about="signature", bundle=bundle, root=root, ours=against, theirs="" if opinion.holds else opinion.says or "no",
        version=opinion.version, times=times,
    )  # fmt: skip
    if bool(against) is opinion.holds:
        return _disagreeing(verdict, case, named)
    if against:
        says = f"{named} refuses the signature, too"
        return _with_step(verdict, _step(CheckState.VERIFIED, says, found=opinion.says), verdict.state)
    return _with_names(verdict, opinion, case, named)


def _with_names(verdict: SignatureVerdict, opinion: Opinion, case: Case, named: str) -> SignatureVerdict:
    """Return ours where both accept the signature, with what the package says of identity and issuer."""
    steps = [step for step in verdict.steps if step.check in _NAMES]
    against = tuple(step for step in steps if step.reason is not None)
    if opinion.names is None or not steps:
        says = f"{named} accepts the signature, too; identity and issuer are compared by ours alone"
        return _with_step(verdict, _step(CheckState.VERIFIED, says), verdict.state)
    if any(step.state is CheckState.NOT_CHECKABLE for step in against) or bool(against) is not opinion.names:
        says = f"{named} says the same of signature, identity and issuer"
        return _with_step(verdict, _step(CheckState.VERIFIED, says, found=opinion.names_say), verdict.state)
    theirs = "" if opinion.names else opinion.names_say or "no"
    return _disagreeing(verdict, changed(case, about="names", ours=against, theirs=theirs), named)


def _disagreeing(verdict: SignatureVerdict, case: Case, named: str) -> SignatureVerdict:
    """Return what comes of a disagreement: ours, where it is a known defect of the package; else neither."""
    from supplymatrix.attest.known_defects import known_defect

    defect = known_defect(case)
    if defect is not None:
        return _with_step(verdict, _excused(case, defect, named), verdict.state)
    ours = _words(case.ours) or "accepts it"
    theirs = f"refuses it: {case.theirs}" if case.theirs else "accepts it"
    what = "the signature" if case.about == "signature" else "identity and issuer"
    step = _step(
        CheckState.FAILED, f"the two engines judge {what} differently, so neither is believed",
        expected="both engines say the same", found=f"ours {ours}; {named} {theirs}", reason=Reason.ENGINES_DISAGREE,
        remedy="keep the file and report it: one of the two is wrong",
    )  # fmt: skip
    # first, so that it is what the verdict gives as its reason
    return changed(verdict, state=SignatureState.REFUSED, steps=(step, *verdict.steps), signer=None)


def _excused(case: Case, defect: Defect, named: str) -> SignatureStep:
    does = f"refuses it ({case.theirs})" if case.theirs else "accepts it"
    says = f"{named} {does}, by a known defect ({defect.name}): {defect.why}"
    return _step(CheckState.NOT_CHECKABLE, says, found=case.theirs)


def _broke(named: str, opinion: Opinion) -> SignatureStep:
    return _step(
        CheckState.NOT_CHECKABLE, f"{named} broke off without a verdict", found=opinion.says,
        reason=Reason.UNSUPPORTED, remedy="--engine native judges without a second opinion; please report the file",
    )  # fmt: skip


def _against(verdict: SignatureVerdict, bundle: SignedBundle) -> tuple[SignatureStep, ...]:
    """Return the steps that keep ours from accepting what both judge. That nobody vouches for a time is left out where
    something else is wrong, since it follows from that."""
    aside = _OURS_ALONE | _OF_A_STATEMENT if bundle.envelope is not None else _OURS_ALONE
    found = tuple(
        step for step in verdict.steps
        if step.check not in aside and step.reason is not None and step.state is not CheckState.VERIFIED
    )  # fmt: skip
    return tuple(step for step in found if step.reason is not Reason.TIME_MISSING) or found


def _is_judged(verdict: SignatureVerdict) -> bool:
    """Return whether ours got as far as the signature."""
    step = verdict.step(Check.SIGNATURE)
    return step is not None and step.state is CheckState.VERIFIED


def _words(steps: tuple[SignatureStep, ...]) -> str:
    return f"refuses it: {'; '.join(dict.fromkeys(step.says for step in steps))}" if steps else ""


def _step(
    state: CheckState, says: str, *, expected: str = "", found: str = "", reason: Reason | None = None, remedy: str = ""
) -> SignatureStep:
    return SignatureStep(
        check=Check.ENGINES, state=state, says=says, expected=expected, found=found, reason=reason, remedy=remedy
    )


def _with_step(verdict: SignatureVerdict, step: SignatureStep, state: SignatureState) -> SignatureVerdict:
    return changed(verdict, state=state, steps=(*verdict.steps, step))
