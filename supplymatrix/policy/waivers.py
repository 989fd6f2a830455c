"""Waivers and the debt list: findings that somebody has taken upon himself, with a reason, until a day.

Only findings can be waived. What could not be checked stays unknown: nobody can answer for what nobody has seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from supplymatrix.model.audit_family import AuditFamily, family_of
from supplymatrix.model.predicates import PREDICATE_KINDS
from supplymatrix.model.rule import Finding, Result
from supplymatrix.model.verdict import ExcuseKind, WaiverEntry, WaiverState, WaiverUse
from supplymatrix.policy.document import ADVISORY_RULES, Debt, DebtEntry, Policy, Waiver
from supplymatrix.policy.globs import GlobIndex
from supplymatrix.policy.licence_terms import covers

__all__ = ["NAMED_BY_SUBJECT", "SOON", "SUBJECT_FORMS", "DebtBook", "WaiverBook", "is_too_wide", "waived_as"]

SOON = timedelta(days=14)
"""How long before its end a waiver is spoken of."""
NAMED_BY_SUBJECT = ("vendor:", "vendor/", "program:", "artifact:", "credential:", "trusted-root")
"""How subjects begin that are no modules, and that a waiver names as they are."""
SUBJECT_FORMS: Mapping[str, tuple[str, str]] = {
    "SM132": ("", "a module, or Go 1.24 in Dockerfile"),
    "SM215": ("GOPROXY of ", "GOPROXY of this machine, or GOPROXY of Dockerfile"),
    "SM308": ("vulnerability database ", "vulnerability database go"),
    "SM803": (" in ", "docker.io/library/golang:1.25.3 in Dockerfile"),
    "SM804": ("", "docker.io/library/golang:1.25"),
    "SM805": ("", "docker.io/library/debian:buster"),
    "SM806": ("", "golangci/golangci-lint-action@v9"),
    "SM807": ("", "what the finding begins with, as `check --format json` has it: its subject"),
}
"""Rules of audits whose results are of no module, or of the project as a whole: a waiver names the subject. What is a
part of each subject, and an example."""
ADVISORY = frozenset(ADVISORY_RULES)
_NARROW = 2  # elements of a path: the host, and whose modules they are


class WaiverBook:
    """The waivers of a policy on one day; remembers which of them were used, and for how many findings."""

    def __init__(self, policy: Policy, today: date) -> None:
        self._today = today
        self._last = today + timedelta(days=policy.max_waiver_days)
        self._waivers = policy.waivers
        self._matched = [False] * len(policy.waivers)
        self._unknown = [_is_not_looked_at(waiver, policy) for waiver in policy.waivers]
        self._excused = [0] * len(policy.waivers)
        by_rule: dict[str, list[tuple[str, int]]] = {}
        for number, waiver in enumerate(policy.waivers):
            for rule in waiver.rules:
                by_rule.setdefault(rule, []).append((waiver.package, number))
        self._by_rule = {rule: GlobIndex(globs) for rule, globs in by_rule.items()}

    def use_for(self, finding: Finding) -> WaiverUse | None:
        """Return the waiver that excuses a finding today, the one that lasts longest; None without one."""
        best: int | None = None
        for number in self._about(finding):
            waiver = self._waivers[number]
            if not _speaks_of(waiver, finding):
                continue
            self._matched[number] = True
            if not self._today <= waiver.expires <= self._last:
                continue
            if best is None or waiver.expires > self._waivers[best].expires:
                best = number
        if best is None:
            return None
        self._excused[best] += 1
        return _use_of(self._waivers[best])

    def see_unknown(self, result: Result) -> None:
        """Keep in mind that nobody can say whether there is a finding: a waiver of it is not unused."""
        for number in self._about(result):
            if self._waivers[number].version in ("", result.version):
                self._unknown[number] = True
        family = result.gap.family if result.gap is not None else None
        for number, waiver in enumerate(self._waivers if family is not None else ()):
            self._unknown[number] = self._unknown[number] or any(family_of(rule) is family for rule in waiver.rules)

    def _about(self, about: Finding | Result) -> tuple[int, ...]:
        """Return the numbers of the waivers that speak of a rule and a module, or of what is none."""
        index = self._by_rule.get(about.rule)
        if index is None:
            return ()
        return tuple(dict.fromkeys(number for name in _names_of(about) for number in index.about(name)))

    def entries(self) -> tuple[WaiverEntry, ...]:
        """Return the register, in the order of the policy, after all findings were seen."""
        return tuple(self._entry(number, waiver) for number, waiver in enumerate(self._waivers))

    def _entry(self, number: int, waiver: Waiver) -> WaiverEntry:
        return WaiverEntry(
            rule=waiver.rule,
            package=waiver.package,
            version=waiver.version,
            advisory=waiver.advisory,
            reason=waiver.reason,
            owner=waiver.owner,
            expires=waiver.expires,
            ticket=waiver.ticket,
            vex_justification=waiver.vex_justification,
            licences=waiver.licences,
            location=waiver.location,
            state=self._state(number, waiver),
            findings=self._excused[number],
        )

    def _state(self, number: int, waiver: Waiver) -> WaiverState:
        if waiver.expires < self._today:
            return WaiverState.EXPIRED
        if waiver.expires > self._last:
            return WaiverState.REFUSED
        if self._matched[number]:
            return WaiverState.IN_USE
        return WaiverState.UNKNOWN if self._unknown[number] else WaiverState.UNUSED


def _is_not_looked_at(waiver: Waiver, policy: Policy) -> bool:
    """Return whether a waiver is about audits alone of which none is on, so that nobody can say what it excuses."""
    families = {family_of(rule) for rule in waiver.rules}
    return None not in families and families.isdisjoint(policy.audits)


def waived_as(finding: Finding) -> str:
    """Return what a waiver calls a finding's thing in `package`, "" for what only "**" can mean."""
    return next((name for name in _names_of(finding) if name), "")


def _names_of(about: Finding | Result) -> tuple[str, ...]:
    """Return what a waiver may call a thing in `package`: its module path; of what is none "vendor:<id>",
    "vendor/<file>", "program:<name>", "artifact:<name>", "credential:<place>" or "trusted-root", and of audits the
    subject itself. An attestation of an artifact is meant by the artifact's name, too. What a build file names is of
    the project's module, and never meant by that: its waiver would hold for all of them."""
    family = family_of(about.rule)
    if family is AuditFamily.VENDOR_PATH or (not about.module and (family is not None or about.rule in SUBJECT_FORMS)):
        return (about.subject,)
    if about.module or not about.subject.startswith(NAMED_BY_SUBJECT):
        return (about.module, about.subject) if family is AuditFamily.SOURCES else (about.module,)
    name, _, kind = about.subject.removesuffix(")").rpartition(" (")
    is_kind = kind in PREDICATE_KINDS or "://" in kind or kind.startswith("urn:")
    return (about.subject, name) if name.startswith("artifact:") and is_kind else (about.subject,)


def _speaks_of(waiver: Waiver, finding: Finding) -> bool:
    """Return whether a waiver of the finding's rule and module means this very one."""
    if waiver.version not in ("", finding.version):
        return False
    if waiver.replacement and waiver.replacement not in (finding.replacement, finding.replacement.partition("@")[0]):
        return False
    if waiver.licences and not _takes_on(waiver.licences, finding.licences):
        return False
    return not waiver.advisory or waiver.advisory in finding.advisories


def _takes_on(words: tuple[str, ...], choices: tuple[tuple[str, ...], ...]) -> bool:
    """Return whether of one choice that a licence leaves all that the policy does not have is taken on."""
    return any(all(any(covers(word, name) for word in words) for name in choice) for choice in choices)


def _use_of(waiver: Waiver) -> WaiverUse:
    return WaiverUse(
        reason=waiver.reason,
        owner=waiver.owner,
        expires=waiver.expires,
        location=waiver.location,
        ticket=waiver.ticket,
        advisory=waiver.advisory,
        vex_justification=waiver.vex_justification,
    )


def is_too_wide(waiver: Waiver) -> bool:
    """Return whether a waiver speaks of more than one owner's modules: its glob names no host and owner.

    One that names an advisory is as narrow as that.
    """
    if "*" not in waiver.package or waiver.advisory:
        return False
    named = waiver.package.split("/")
    return next(number for number, element in enumerate(named) if "*" in element) < _NARROW


class DebtBook:
    """The debt list of a policy on one day; remembers which of its entries were found."""

    def __init__(self, debt: Debt | None, today: date) -> None:
        self._debt = debt
        self.is_over = debt is not None and not debt.adopted <= today <= debt.expires
        self._entries = {(entry.rule, entry.fingerprint): entry for entry in debt.entries} if debt else {}
        self._found: set[tuple[str, str]] = set()
        self._unknown: set[tuple[str, str]] = set()

    def use_for(self, finding: Finding) -> WaiverUse | None:
        """Return what excuses a finding that was there when the policy was adopted; None when nothing does."""
        key = (finding.rule, finding.fingerprint)
        if self._debt is None or key not in self._entries:
            return None
        self._found.add(key)
        if self.is_over:
            return None
        return WaiverUse(
            reason=self._debt.reason,
            owner=self._debt.owner,
            expires=self._debt.expires,
            location=self._entries[key].location,
            kind=ExcuseKind.DEBT,
        )

    def see_unknown(self, result: Result) -> None:
        """Keep in mind that nobody can say whether there is a finding: what may be owed is not paid."""
        self._unknown.add((result.rule, result.subject))

    def paid(self) -> tuple[DebtEntry, ...]:
        """Return the entries that nothing was found for, after all findings were seen."""
        return tuple(
            entry
            for key, entry in self._entries.items()
            if key not in self._found and (entry.rule, entry.subject) not in self._unknown
        )

    def owed(self) -> tuple[DebtEntry, ...]:
        """Return the others."""
        return tuple(entry for key, entry in self._entries.items() if key in self._found)
