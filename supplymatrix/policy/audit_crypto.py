"""[crypto]: a cryptographic module for FIPS 140-3 must be in use (SM601), and whose way there may be taken (SM605).

Sources are judged by what builds them: by the build files that make what is shipped, each by itself, and by a program
that is there. What CI builds or tests, and how a program is started, says nothing of that. With `state` a module passes
SM606 that is no further than the policy allows; packages of `allow_packages` are none of SM603.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from supplymatrix.checks.crypto import main_of, module_of, subject_of, unlinked_gap
from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.fact import Facts, Gap
from supplymatrix.model.fips import (
    CertificateState,
    FipsFamily,
    FipsPosture,
    FipsPurpose,
    FipsUse,
    MarkKind,
    NonApprovedPackage,
)
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Evidence, Result, Rule
from supplymatrix.model.value import changed
from supplymatrix.policy.audit_terms import Said
from supplymatrix.policy.document import Policy
from supplymatrix.policy.rechecked import rechecked, seen_as

__all__ = ["FAMILY_RULE", "MODULE_RULE", "check_crypto", "judge_crypto"]

MODULE_RULE = "SM601"
FAMILY_RULE = "SM605"
_PACKAGE_RULE, _STATE_RULE = "SM603", "SM606"
_BY_RUNTIME = frozenset({FipsFamily.REDHAT, FipsFamily.MICROSOFT, FipsFamily.CHAINGUARD, FipsFamily.CANONICAL})
"""Families whose mode the system decides where the program runs."""
_NOT_SHIPPED = {
    FipsPurpose.CI: "what CI builds tells nothing of what is shipped; check --binary looks at the program itself",
    FipsPurpose.ASIDE: "a test, or a stage that the last one does not need",
    FipsPurpose.RUNTIME: "it says how a program runs, and builds none",
}


def check_crypto(policy: Policy, facts: Facts, rules: Mapping[str, Rule]) -> Iterator[Result]:
    """Yield the results of what the policy asks of each posture. rules: by id."""
    fips, families = policy.terms.get("crypto.fips"), policy.terms.get("crypto.families")
    view = FactView(facts)
    judged = _judged_by_others(view)
    for posture in facts.of(FipsPosture):
        is_shipped = posture.purpose is FipsPurpose.SHIPPED
        if fips is not None and fips.value == "required" and MODULE_RULE in rules and is_shipped:
            is_source = posture.use is FipsUse.SOURCE and main_of(view, posture) in judged
            if not (is_source and posture.family is FipsFamily.NONE and posture.mode != "off"):
                yield _module(posture, policy, rules[MODULE_RULE], fips, view)
        is_told = is_shipped if posture.family is FipsFamily.UNKNOWN else posture.purpose is not FipsPurpose.ASIDE
        if families is not None and FAMILY_RULE in rules and is_told:
            yield _family(posture, families, rules[FAMILY_RULE], view)


def _judged_by_others(view: FactView) -> frozenset[str]:
    """Return the modules whose sources need not have a module of their own: what builds them is judged by itself."""
    found = view.facts.of(FipsPosture)
    programs = {
        main_of(view, one) for one in found if one.use is FipsUse.PROGRAM and one.family is not FipsFamily.UNKNOWN
    }
    is_built = any(one.use is FipsUse.BUILD_FILE and one.purpose is FipsPurpose.SHIPPED for one in found)
    sources = {main_of(view, one) for one in found if one.use is FipsUse.SOURCE}
    return frozenset(sources if is_built else sources & programs)


def _module(posture: FipsPosture, policy: Policy, rule: Rule, fips: Said, view: FactView) -> Result:
    subject, module = subject_of(posture), module_of(view, posture)
    mode = policy.terms.get("crypto.mode")
    if posture.family is FipsFamily.UNKNOWN:
        reason = posture.reason or "its marks do not tell"
        return unknown(rule, subject, module, _gap(subject, reason, posture.location))
    if posture.state is CertificateState.NOT_LINKED:
        return unknown(rule, subject, module, changed(unlinked_gap(posture), family=AuditFamily.CRYPTO))
    if posture.family is FipsFamily.NONE and posture.mode == "off":
        fix = "take GODEBUG=fips140=off out, and build with GOFIPS140=certified"
        return _lacking(posture, rule, fips, view, why="FIPS mode is switched off", fix=fix)
    if posture.family is FipsFamily.NONE:
        fix = "build with GOFIPS140=certified, or with a vendor's Go that has a module"
        return _lacking(posture, rule, fips, view, why="there is no cryptographic module for FIPS 140-3", fix=fix)
    if mode is not None and not posture.mode:
        if posture.family in _BY_RUNTIME:
            reason = f"the {posture.family.value} module takes its mode from the system where it runs"
        else:
            reason = "nothing says which mode is compiled in"
        return unknown(rule, subject, module, _gap(subject, reason, posture.location))
    if posture.mode == "off":
        why = f"the {posture.family.value} module is there and switched off"
        fix = "take the setting out that switches it off: GODEBUG=fips140=off"
        return _lacking(posture, rule, fips, view, why=why, fix=fix)
    if mode is not None and mode.value == "only" and posture.mode != "only":
        why = f"the mode is {posture.mode}; the policy asks for only"
        fix = "set fips140=only: //go:debug fips140=only in package main"
        return _lacking(posture, rule, mode, view, why=why, fix=fix)
    return passed(rule, subject, module)


def _lacking(posture: FipsPosture, rule: Rule, said: Said, view: FactView, *, why: str, fix: str) -> Result:
    subject, module = subject_of(posture), module_of(view, posture)
    marks = [*posture.of(MarkKind.CLAIM), *posture.of(MarkKind.CONTRADICTION), *posture.of(MarkKind.DEFEAT)]
    return failed(
        rule,
        subject,
        module,
        message=f"{posture.subject}: {why}",
        label=why,
        locations=(posture.location, said.location),
        evidence=(
            *(Evidence(label=mark.kind.value, value=mark.words) for mark in marks[:5]),
            *_not_counted(posture, view),
            Evidence(label="looked at", value=", ".join(posture.looked_at) or "nothing"),
        ),
        fix=fix,
        identity=f"{subject}\n{why}",
    )


def _not_counted(posture: FipsPosture, view: FactView) -> Iterator[Evidence]:
    """Yield the build files that name a module, and make nothing that is shipped."""
    if posture.use is FipsUse.SOURCE:
        for one in view.facts.of(FipsPosture):
            if one.purpose in _NOT_SHIPPED and one.family not in (FipsFamily.NONE, FipsFamily.UNKNOWN):
                yield Evidence(label="not counted", value=f"{one.subject}: {_NOT_SHIPPED[one.purpose]}")


def _family(posture: FipsPosture, said: Said, rule: Rule, view: FactView) -> Result:
    subject, module = subject_of(posture), module_of(view, posture)
    allowed = said.value if isinstance(said.value, tuple) else ()
    if posture.family is FipsFamily.UNKNOWN:
        return unknown(
            rule, subject, module, _gap(subject, posture.reason or "its marks do not tell", posture.location)
        )
    if posture.family is FipsFamily.NONE or posture.family.value in allowed:
        return passed(rule, subject, module)
    family = posture.family.value
    return failed(
        rule,
        subject,
        module,
        message=f"{posture.subject} takes the way of {family} to FIPS 140-3; the policy allows {', '.join(allowed)}",
        label=f"{family} is not allowed",
        locations=(posture.location, said.location),
        evidence=tuple(Evidence(label="sign", value=mark.words) for mark in posture.of(MarkKind.SIGN)[:5]),
        fix=f"build it the way of {allowed[0]}" if allowed else "",
        identity=f"{subject}\n{family}",
    )


def _gap(subject: str, reason: str, location: Location) -> Gap:
    return Gap(
        wanted=f"FIPS 140-3 posture of {subject}",
        reason=reason,
        remedy="build it so that its settings and function table can be read, or look at the program itself: --binary",
        subject=subject,
        location=location,
        family=AuditFamily.CRYPTO,
    )


def judge_crypto(results: Iterable[Result], policy: Policy, facts: Facts) -> Iterable[Result]:
    """Yield results, without the packages that the policy knows, and with the states of certificates that it takes."""
    allowed, states = policy.terms.get("crypto.allow_packages"), policy.terms.get("crypto.state")
    if allowed is not None and isinstance(allowed.value, tuple):
        known = frozenset(allowed.value)
        others = seen_as(facts, NonApprovedPackage, lambda fact: None if fact.package in known else fact)
        results = rechecked(results, others, (_PACKAGE_RULE,))
    if states is not None and isinstance(states.value, tuple):
        taken = frozenset(states.value)
        results = rechecked(
            results, seen_as(facts, FipsPosture, lambda fact: _taken(fact, taken)), (_STATE_RULE,), is_looser=False
        )
    return results


def _taken(posture: FipsPosture, states: frozenset[str]) -> FipsPosture:
    """Return a posture whose state counts as certified where the policy takes it, and as none where it does not."""
    if posture.state is CertificateState.NOT_APPLICABLE:
        return posture
    if posture.state.value in states:
        return changed(posture, state=CertificateState.CERTIFIED)
    return changed(posture, state=CertificateState.NOT_VALIDATED) if posture.state.value == "certified" else posture
