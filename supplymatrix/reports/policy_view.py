"""A policy with all that it builds on, and where each value comes from: as text for people and as JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from supplymatrix.model.location import Location
from supplymatrix.model.rule import Rule
from supplymatrix.model.value import changed
from supplymatrix.policy.document import Debt, PackageRule, Policy, VendorRule, Waiver
from supplymatrix.policy.licence_terms import LicenceConclusion, LicenceRule
from supplymatrix.policy.origins import PolicyValue, PolicyView
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.plain import plain
from supplymatrix.reports.policy_audits import audit_rows, audits_json
from supplymatrix.reports.policy_signatures import pairs_json, signature_lines, signatures_json
from supplymatrix.reports.snippet import text_width, wrap
from supplymatrix.reports.tally import counted

__all__ = ["render_policy_json", "render_policy_text"]

SCHEMA = "supplymatrix.policy/1"
_USERINFO = re.compile(r"//[^/@\s]*@")
_WIDEST = 40  # cells that a column keeps free for its longest cell


def render_policy_text(
    view: PolicyView, rules: Mapping[str, Rule], *, today: date, everything: bool, width: int = 80
) -> str:
    """Return the policy as text. everything: the level of every rule, not only of those that a file names."""
    policy = view.policy
    out = [f"{plain(policy.name)}  {plain(view.artifact) or f'no lift.toml: the preset {policy.preset} stands for it'}"]
    out += _columns([(item.name, _shown(item), _origin(item)) for item in view.head], width)
    named = [item for item in view.levels if everything or _is_named(item)]
    out += ["", "rules"]
    out += _columns([(f"{item.name}  {item.text}", rules[item.name].name, _origin(item)) for item in named], width)
    others = len(view.levels) - len(named)
    if others:
        out += _indented(f"{counted(others, 'rule')} as {_above(view)} (all with --resolved)", width)
    out += _indented(f"{', '.join(view.fixed)}: alarms, always on", width) if view.fixed else []
    if policy.packages:
        out += ["", "packages"]
        out += _columns([(entry.glob, _asks(entry), str(entry.location)) for entry in policy.packages], width)
    out += _licences(policy, width)
    out += _toolchain(policy, width)
    audits = audit_rows(policy)
    out += ["", "audits", *_columns(audits, width)] if audits else []
    out += signature_lines(policy, width)
    if policy.vendors:
        out += ["", "vendors"]
        out += _columns([(entry.vendor, _asks_vendor(entry), str(entry.location)) for entry in policy.vendors], width)
    out += _waivers(policy.waivers, today, width)
    if policy.debt is not None:
        out += [
            "",
            "debt",
            *_indented(_debt_line(policy.debt, today), width),
            f"    {plain(str(policy.debt.location))}",
        ]
    if policy.frameworks:
        out += ["", *_indented(f"compliance  {', '.join(policy.frameworks)}", width + 2)]
    if everything and policy.sources:
        out += ["", "put together from"]
        for source in policy.sources:
            out += _indented(f"{source.artifact}  sha256 {source.sha256}", width)
    for note in policy.notes:
        place = f"{note.location}: " if note.location is not None else ""
        out += ["", *wrap(f"note: {place}{note.message}", width)]
    return "\n".join(line.rstrip() for line in [*out, "", f"digest {policy.digest}"]) + "\n"


def _is_named(item: PolicyValue) -> bool:
    """Return whether a file of somebody's own says so, and no preset."""
    return item.origin is not None and not item.origin.artifact.startswith("preset ")


def _above(view: PolicyView) -> str:
    """Return what says the levels that the file itself does not name."""
    parents = [source.artifact for source in view.policy.sources if source.artifact.startswith("preset ")]
    names = " and ".join(f"the {name}" if name.startswith("preset ") else name for name in parents)
    return f"{names or 'the program'} {'say' if len(parents) > 1 else 'says'}"


def _licences(policy: Policy, width: int) -> list[str]:
    out = ["", "licences"] if policy.licences else []
    for rule in policy.licences:
        out += [] if rule.allow is None else _indented(f"allow  {_words(rule.allow)}", width)
        out += _indented(f"deny  {_words(rule.deny)}", width) if rule.deny else []
        more = [f"recognised with {rule.min_confidence} % at least"] if rule.min_confidence else []
        more += [f"used for: {rule.use}"] if rule.use else []
        out += _indented(", ".join(more or ([] if rule.asks else ["every licence must be known"])), width)
        out.append(f"    {plain(str(rule.location))}")
    out += ["", "conclusions about licences"] if policy.conclusions else []
    for entry in policy.conclusions:
        bound = f", while its licence file has SHA-256 {entry.sha256[:12]}…" if entry.sha256 else ""
        version = f"@{entry.version}" if entry.version else ""
        out += _indented(f"{entry.module}{version}: {entry.licence}{bound}, {entry.owner}: {entry.reason}", width)
        out.append(f"    {plain(str(entry.location))}")
    return [line for line in out if line.strip() or not line]


def _toolchain(policy: Policy, width: int) -> list[str]:
    asked = policy.toolchain
    if asked is None:
        return []
    verify = "the Go that builds is verified" if asked.verify else "the Go that builds is not verified"
    accept = _indented(f"accepted  {', '.join(asked.accepted) or 'none'}", width) if asked.verify else []
    for text in asked.pinned if asked.verify else ():
        accept += _indented(f"taken by its hash  {text}", width)
    return ["", "toolchain", *_indented(verify, width), *accept, f"    {plain(str(asked.location))}"]


def _words(words: Sequence[tuple[str, Location]]) -> str:
    return ", ".join(dict.fromkeys(word for word, _ in words)) or "nothing"


def _waivers(waivers: Sequence[Waiver], today: date, width: int) -> list[str]:
    out = ["", "waivers"] if waivers else []
    for waiver in waivers:
        ticket = f" [{waiver.ticket}]" if waiver.ticket else ""
        out += _indented(
            f"{_waived(waiver)}  {_until(waiver.expires, today)}, {waiver.owner}: {waiver.reason}{ticket}", width
        )
        out.append(f"    {plain(str(waiver.location))}")
    return out


def _debt_line(debt: Debt, today: date) -> str:
    count = f"{len(debt.entries):,} of at most {debt.most:,} findings owed since {debt.adopted}"
    return f"{debt.artifact}  {count}, {_until(debt.expires, today)}, {debt.owner}: {debt.reason}"


def _shown(item: PolicyValue) -> str:
    return _USERINFO.sub("//…@", item.text) or {"sumdb": "the go command's log"}.get(item.name, "none")


def _origin(item: PolicyValue) -> str:
    return str(item.origin) if item.origin is not None else "built in"


def _columns(rows: Sequence[tuple[str, str, str]], width: int) -> list[str]:
    """Return rows of three cells as lines; what is too wide for a line goes on in the next one."""
    rows = [(plain(first), plain(second), plain(third)) for first, second, third in rows]
    sizes = [min(_WIDEST, max((text_width(row[column]) for row in rows), default=0)) for column in (0, 1)]
    out = []
    for first, second, third in rows:
        line = f"  {_padded(first, sizes[0])}  {_padded(second, sizes[1])}"
        if text_width(line) + 2 + text_width(third) <= width:
            out.append(f"{line}  {third}")
        else:
            out += [*_indented(f"{_padded(first, sizes[0])}  {second}", width), f"    {third}"]
    return out


def _padded(text: str, cells: int) -> str:
    return text + " " * (cells - text_width(text))


def _indented(text: str, width: int) -> list[str]:
    first, *rest = wrap(text, width - 4)
    return [f"  {first}", *(f"    {line}" for line in rest)]


def _asks(entry: PackageRule) -> str:
    parts = [
        f"version {entry.version}" if entry.version else "",
        entry.security_policy,
        f"pseudo-versions: {entry.pseudo_versions}" if entry.pseudo_versions else "",
        f"out for {counted(entry.min_age, 'day')}" if entry.min_age else "",
    ]
    return ", ".join(part for part in parts if part) or "nothing"


def _asks_vendor(entry: VendorRule) -> str:
    parts = [
        f"nine of ten fixes within {counted(entry.response_p90, 'day')}" if entry.response_p90 else "",
        f"evidence of at most {counted(entry.evidence_age, 'day')}" if entry.evidence_age else "",
    ]
    parts += [f"by {', '.join(entry.channels)} alone"] if entry.channels else []
    known = f", {', '.join(f'{name}={text}' for name, text in entry.identity)}" if entry.identity else ""
    parts += [f"of its images {' and '.join(entry.require)}{known}"] if entry.require else []
    return ", ".join(part for part in parts if part)


def _waived(waiver: Waiver) -> str:
    about = f" => {waiver.replacement}" if waiver.replacement else ""
    about += f" under {', '.join(waiver.licences)}" if waiver.licences else ""
    about += f" [VEX: {waiver.vex_justification}]" if waiver.vex_justification else ""
    return f"{changed(waiver, licences=()).name}{about}"


def _until(day: date, today: date) -> str:
    days = (day - today).days
    if days < 0:
        return f"expired on {day}"
    return f"until {day} ({counted(days, 'day')} left)"


def render_policy_json(view: PolicyView, rules: Mapping[str, Rule], *, today: date) -> str:
    """Return the whole policy as JSON, schema "supplymatrix.policy/1"."""
    policy = view.policy
    levels = [
        {"rule": item.name, "name": rules[item.name].name, "level": item.text, **_placed(item)} for item in view.levels
    ]
    levels += [
        {"rule": rule, "name": rules[rule].name, "level": rules[rule].level.value, "origin": None, "by_file": False}
        for rule in view.fixed
    ]
    return as_json(
        {
            "schema": SCHEMA,
            "file": view.artifact,
            "digest": policy.digest,
            "files": [{"name": source.artifact, "sha256": source.sha256} for source in policy.sources],
            "settings": [
                {"name": item.name, "value": _USERINFO.sub("//…@", item.text), **_placed(item)} for item in view.head
            ],
            "rules": levels,
            "packages": [_package_json(entry) for entry in policy.packages],
            "licences": [_licences_json(rule) for rule in policy.licences],
            "conclusions": [_conclusion_json(entry) for entry in policy.conclusions],
            "toolchain": None
            if policy.toolchain is None
            else {
                "verify": bool(policy.toolchain.verify),
                "accept": list(policy.toolchain.accepted),
                "hashes": list(policy.toolchain.pinned),
                "origin": _place(policy.toolchain.location),
            },
            "audits": audits_json(policy, _place),
            "signatures": [signatures_json(rule) for rule in policy.signatures],
            "vendors": [
                {
                    "vendor": entry.vendor,
                    "max_response_p90_days": entry.response_p90,
                    "max_evidence_age_days": entry.evidence_age,
                    "channels": list(entry.channels),
                    "require": list(entry.require),
                    "identity": pairs_json(entry.identity),
                    "origin": _place(entry.location),
                }
                for entry in policy.vendors
            ],
            "waivers": [_waiver_json(waiver, today) for waiver in policy.waivers],
            "debt": _debt_json(policy.debt, today),
            "frameworks": list(policy.frameworks),
            "notes": [{"code": note.code, "message": note.message} for note in policy.notes],
        }
    )


def _package_json(entry: PackageRule) -> dict[str, object]:
    return {
        "glob": entry.glob,
        "version": entry.version,
        "security_policy": entry.security_policy,
        "pseudo_versions": entry.pseudo_versions,
        "min_age_days": entry.min_age,
        "layer": entry.layer,
        "origin": _place(entry.location),
    }


def _licences_json(rule: LicenceRule) -> dict[str, object]:
    return {
        "allow": None if rule.allow is None else [word for word, _ in rule.allow],
        "deny": [word for word, _ in rule.deny],
        "min_confidence": rule.min_confidence,
        "use": rule.use,
        "layer": rule.layer,
        "origin": _place(rule.location),
    }


def _conclusion_json(entry: LicenceConclusion) -> dict[str, object]:
    return {
        "module": entry.module,
        "version": entry.version,
        "licence": entry.licence,
        "sha256": entry.sha256,
        "reason": entry.reason,
        "owner": entry.owner,
        "layer": entry.layer,
        "origin": _place(entry.location),
    }


def _waiver_json(waiver: Waiver, today: date) -> dict[str, object]:
    return {
        "rule": waiver.rule,
        "package": waiver.package,
        "version": waiver.version,
        "replacement": waiver.replacement,
        "licences": list(waiver.licences),
        "id": waiver.advisory,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "expires": waiver.expires.isoformat(),
        "ticket": waiver.ticket,
        "vex_justification": waiver.vex_justification,
        "days_left": (waiver.expires - today).days,
        "layer": waiver.layer,
        "origin": _place(waiver.location),
    }


def _debt_json(debt: Debt | None, today: date) -> dict[str, object] | None:
    if debt is None:
        return None
    return {
        "file": debt.artifact,
        "sha256": debt.sha256,
        "adopted": debt.adopted.isoformat(),
        "expires": debt.expires.isoformat(),
        "days_left": (debt.expires - today).days,
        "entries": len(debt.entries),
        "most": debt.most,
        "owner": debt.owner,
        "reason": debt.reason,
        "origin": _place(debt.location),
    }


def _placed(item: PolicyValue) -> dict[str, object]:
    return {"origin": _place(item.origin), "by_file": item.by_file}


def _place(place: Location | None) -> dict[str, object] | None:
    return None if place is None else {"file": place.artifact, "line": place.line, "column": place.column}
