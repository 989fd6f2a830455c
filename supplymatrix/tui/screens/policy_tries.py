"""What can be tried on a rule or a finding, why something cannot, and what of a trial lift.toml could say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from supplymatrix.engine.policy_case import ANY, REPLACE_RULES, PolicyCase
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Rule
from supplymatrix.model.value import changed
from supplymatrix.policy.document import Waiver
from supplymatrix.policy.globs import matches
from supplymatrix.policy.what_if import Trial
from supplymatrix.tui.screens.policy_rows import FindingRow, RuleRow

__all__ = [
    "form_texts", "not_written", "own_waiver", "tried_waiver", "why_no_waiver", "why_not_mended", "writable",
]  # fmt: skip

_DAYS = 90  # that a new waiver lasts, where the policy lets it


def own_waiver(trial: Trial, rule: Rule, item: FindingRow) -> Waiver | None:
    """Return the waiver of a trial that is about a finding."""
    about = (w for w in trial.waivers if w.rule == rule.id and matches(w.package, item.module))
    target = item.finding.replacement if item.finding is not None else ""
    said = ("", target, target.partition("@")[0])
    return next((w for w in about if w.version in ("", item.version) and w.replacement in said), None)


def why_no_waiver(rule: Rule, item: FindingRow) -> str:
    """Return why a finding cannot be waived here, "" where it can."""
    waiver = item.judged.waiver if item.judged is not None else None
    reasons = (
        (rule.is_alarm, f"{rule.id} is an alarm: nobody can waive it"),
        (rule.input_fault, f"{rule.id} is a fault of the file itself: mend it, no waiver can excuse it"),
        (rule.of_policy, f"{rule.id} is about the policy itself: mend that (Ctrl+O)"),
        (
            rule.gap_only or item.state == "unknown",
            "what could not be checked cannot be waived: nobody can answer for what nobody has seen",
        ),
        (item.state == "waived" and waiver is not None, f"waived already, in {waiver.location}" if waiver else ""),
        (item.state == "debt", "it is on the debt list already"),
        (item.state == "not judged", f"{rule.id} is off: there is nothing to waive"),
        (item.state == "mended", "it is taken as mended: b takes that back"),
        (not item.module, "it is about no module, and a waiver names one"),
    )
    return next((why for holds, why in reasons if holds), "")


def why_not_mended(case: PolicyCase, rule: Rule, item: FindingRow) -> str:
    """Return why another version of the module would not mend a finding, "" where it may."""
    if rule.is_alarm:
        return f"{rule.id} is an alarm: no what-if takes it away"
    if not item.module or item.finding is None:
        return "this is about no version of a module"
    if case.what_if is None or not case.what_if.can_mend(item.module, item.version):
        return f"no other version mends what {rule.id} says"
    return ""


def tried_waiver(case: PolicyCase, rule: Rule, item: FindingRow, *, today: date) -> Waiver:
    """Return a waiver that is only tried: nobody owns it, and it is not written."""
    target = _replacement(rule, item)
    return Waiver(
        rule=rule.id, package=item.module, version="" if target else item.version, replacement=target, reason="",
        owner="", expires=_until(case, today), location=Location(artifact=case.file.as_posix()),
    )  # fmt: skip


def _replacement(rule: Rule, item: FindingRow) -> str:
    """Return what a module is replaced by, of a rule about that; "" of any other."""
    return item.finding.replacement if rule.id in REPLACE_RULES and item.finding is not None else ""


def _until(case: PolicyCase, today: date) -> date:
    return today + timedelta(days=min(_DAYS, case.view.policy.max_waiver_days))


def form_texts(case: PolicyCase, row: RuleRow | None, item: FindingRow | None, *, today: date) -> Mapping[str, str]:
    """Return what a new waiver begins with."""
    texts = {"rule": row.rule.id if row is not None else "", "expires": _until(case, today).isoformat()}
    if item is not None:
        texts |= {"package": item.module}
    if row is not None and row.rule.id in REPLACE_RULES:
        return texts | {"replacement": (_replacement(row.rule, item) if item is not None else "") or ANY}
    return texts | ({"version": item.version or ANY} if item is not None else {})


def writable(trial: Trial) -> Trial:
    """Return what of a trial lift.toml can say: no waiver without a reason, and nothing that is mended."""
    return changed(trial, waivers=tuple(w for w in trial.waivers if w.reason), gone=frozenset())


def not_written(trial: Trial) -> list[str]:
    """Return what of a trial lift.toml cannot say, and how it comes about."""
    out = [
        f"not written: the waiver of {waiver.rule} on {waiver.package} has no reason and no owner; W on it asks"
        for waiver in trial.waivers
        if not waiver.reason
    ]
    return out + [
        f"not written: {module} at another version than {version}; go get {module}@VERSION"
        for module, version in sorted(trial.gone)
    ]
