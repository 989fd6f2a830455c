"""SM606 fips-not-certified: the cryptographic module in use has no certificate."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.crypto import module_of, subject_of, told_postures, unlinked_gap
from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.fips import CertificateState, FipsFamily, FipsPosture, FipsPurpose
from supplymatrix.model.gap import Gap
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM606",
    name="fips-not-certified",
    title="the cryptographic module has no certificate",
    why="FIPS 140-3 asks for a module that was validated, not for the algorithms alone.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("FipsPosture", "BuiltProgram"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="fips",
)
_SAYS = {
    CertificateState.IN_PROCESS: "is being validated, and has no certificate yet",
    CertificateState.HISTORICAL: "has a certificate on the historical list, which new systems may not rest on",
    CertificateState.NOT_FROZEN: "is that of Go's own tree: no version of it was frozen, and none validated",
    CertificateState.NOT_VALIDATED: "was not validated",
}
_OPEN = {
    CertificateState.NOT_IN_TABLE: (
        "the table of certificates does not know this version",
        "look it up at NIST's Cryptographic Module Validation Program",
    ),
    CertificateState.AT_RUN_TIME: (
        "the module is that of the system on which it runs",
        "name the certificate of that system's module where the policy is kept, and allow this state in [crypto] state",
    ),
}


def check(view: FactView) -> Iterator[Result]:
    """One result for each program, project and build file that takes a way to FIPS 140-3, what CI builds left out."""
    for posture in told_postures(view):
        if posture.family is FipsFamily.NONE or posture.purpose is FipsPurpose.CI:
            continue
        subject, module = subject_of(posture), module_of(view, posture)
        if posture.state is CertificateState.NOT_LINKED:
            yield unknown(RULE, subject, module, unlinked_gap(posture))
        elif posture.state in _OPEN:
            yield unknown(RULE, subject, module, _gap(posture))
        elif posture.state in _SAYS:
            day = f" (as of {posture.dated:%Y-%m-%d})" if posture.dated is not None else ""
            name = f"module {posture.module}" if posture.module else "the module"
            yield failed(
                RULE,
                subject,
                module,
                message=f"the cryptographic module of {posture.subject} has no certificate: {posture.state.value}{day}",
                label=f"{name} {_SAYS[posture.state]}",
                locations=(posture.location,),
                evidence=tuple(
                    Evidence(label=label, value=text)
                    for label, text in (
                        ("family", posture.family.value),
                        ("module", posture.module),
                        ("certificate", posture.certificate),
                        ("as of", f"{posture.dated:%Y-%m-%d}" if posture.dated is not None else ""),
                    )
                    if text
                ),
                fix="build it with GOFIPS140=certified, or wait for the certificate",
            )
        elif posture.state is CertificateState.CERTIFIED:
            yield passed(RULE, subject, module)


def _gap(posture: FipsPosture) -> Gap:
    reason, remedy = _OPEN[posture.state]
    reason = posture.reason or reason
    named = f" {posture.module}" if posture.module else ""
    return Gap(
        wanted=f"certificate of the cryptographic module{named} of {posture.subject}",
        reason=f"{reason} (table of {posture.dated:%Y-%m-%d})" if posture.dated is not None else reason,
        remedy=remedy,
        subject=posture.subject,
        location=posture.location,
    )
