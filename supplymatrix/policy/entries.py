"""Reads the sections of a lift.toml that are lists of entries: packages, vendors, waivers, debt, compliance."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from supplymatrix.documents.toml_spans import KeyPath
from supplymatrix.model.location import Location
from supplymatrix.model.module import canonical_version
from supplymatrix.model.rule import Level, Rule
from supplymatrix.model.verdict import Note
from supplymatrix.policy.document import LICENCE_RULE, PSEUDO_RULE, PackageRule, VendorRule, Waiver
from supplymatrix.policy.globs import glob_fault
from supplymatrix.policy.grammar import (
    COMPLIANCE_KEYS,
    DEBT_KEYS,
    JUSTIFICATIONS,
    PACKAGE_KEYS,
    VENDOR_KEYS,
    WAIVER_KEYS,
)
from supplymatrix.policy.layer import DebtSection
from supplymatrix.policy.licence_reader import read_words
from supplymatrix.policy.reading import Reading
from supplymatrix.policy.signature_reader import read_pairs, read_require
from supplymatrix.policy.versions import RANGE_FORM, VersionRange, parse_range

__all__ = ["ADVISORY_ID", "read_compliance", "read_debt", "read_packages", "read_vendors", "read_waivers"]

_LONGEST_DEBT = timedelta(days=365)
ADVISORY_ID = re.compile(r"[A-Z][A-Z0-9]*-\d{4}-\d{1,19}|GHSA(-[0-9a-z]{4}){3}")
"""GO-2021-0113, CVE-2020-28852, MAL-2024-7, GHSA-5rcv-m4m3-hfh7, and what private databases call theirs likewise."""
_PSEUDO = ("allow", "deny")
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_DEBT_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.toml")


def read_packages(
    read: Reading, number: int, preset_levels: Callable[[str], Mapping[str, Level]]
) -> Iterator[PackageRule]:
    """Yield every [packages."glob"]. preset_levels: of a preset by its name."""
    for glob, path, value in read.tables_of(
        "packages", PACKAGE_KEYS, '[packages."{}"] with version or security_policy'
    ):
        if glob_fault(glob):
            expected = "e.g. github.com/gorilla/mux or github.com/**"
            read.fault(path, f"this is no glob: {glob_fault(glob)}", expected, at_key=True)
        name = read.text((*path, "security_policy"), value)
        if isinstance(value.get("security_policy"), str) and name not in read.known.presets:
            read.unknown((*path, "security_policy"), "security policy", name, read.known.presets)
            name = ""
        pseudo = ""
        if "pseudo_versions" in value:
            pseudo = read.one_of((*path, "pseudo_versions"), value["pseudo_versions"], "way to take them", _PSEUDO)
        levels = dict(preset_levels(name)) if name else {}
        if pseudo:
            levels[PSEUDO_RULE] = Level.ERROR if pseudo == "deny" else Level.OFF  # whatever its preset says
        version = _range((*path, "version"), value, read)
        yield PackageRule(
            glob=glob,
            version=version.text if version else "",
            allowed=version,
            security_policy=name,
            levels=levels,
            location=read.key_at(path),
            version_location=read.value_at((*path, "version"), path),
            policy_location=read.value_at((*path, "security_policy"), path),
            layer=number,
            min_age=read.days((*path, "min_age"), value),
            age_location=read.value_at((*path, "min_age"), path) if "min_age" in value else None,
            pseudo_versions=pseudo,
            pseudo_location=read.value_at((*path, "pseudo_versions"), path) if pseudo else None,
        )


def _range(path: KeyPath, table: Mapping[str, Any], read: Reading) -> VersionRange | None:
    text = read.text(path, table)
    if not text:
        if table.get("version") == "":
            read.fault(path, "this is no version of a Go module", RANGE_FORM)
        return None
    try:
        found = parse_range(text)
    except ValueError as err:
        read.fault(path, f"this is no version of a Go module: {err}", RANGE_FORM)
        return None
    if found.added_v:
        meant = found.single or "with a v before each version"
        message = f'version "{text}" is read as {meant}: Go writes versions with a v'
        read.notes.append(Note(code="version-without-v", message=message, location=read.value_at(path)))
    return found


def read_vendors(read: Reading) -> Iterator[VendorRule]:
    """Yield every [vendors.<id>]."""
    known = read.known.vendors
    for vendor, path, value in read.tables_of("vendors", VENDOR_KEYS, "[vendors.{}] with max_response_p90"):
        if not _ID.fullmatch(vendor) or (known is not None and vendor not in known):
            read.unknown(path, "vendor", vendor, known or (), at_key=True)
        if not any(key in value for key in ("max_response_p90", "max_evidence_age", "require")):
            read.fault(path, "this asks for nothing", "max_response_p90, max_evidence_age or require", at_key=True)
        if "identity" in value and "require" not in value:
            read.fault((*path, "identity"), "this says who signs, and nothing has to be signed", "require", at_key=True)
        yield VendorRule(
            vendor=vendor,
            response_p90=read.days((*path, "max_response_p90"), value),
            evidence_age=read.days((*path, "max_evidence_age"), value),
            location=read.key_at(path),
            response_location=read.value_at((*path, "max_response_p90"), path),
            age_location=read.value_at((*path, "max_evidence_age"), path),
            channels=tuple(
                text for _, text in read.texts((*path, "channels"), value, "this names no channel", 'e.g. ["wolfi"]')
            ),
            require=read_require(read, (*path, "require"), value) or (),
            identity=read_pairs(read, (*path, "identity"), value, '{ org = "…" }'),
            require_location=read.value_at((*path, "require"), path) if "require" in value else None,
        )


def read_waivers(read: Reading, number: int) -> Iterator[Waiver]:
    """Yield every [[waivers]] that has no fault."""
    value = read.toml.values.get("waivers", [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        read.fault(("waivers",), "this is no list of waivers", "[[waivers]] with rule, package, reason, owner, expires")
        return
    for index, item in enumerate(value):
        before = len(read.faults)
        waiver = _waiver(read, ("waivers", index), item, number)
        if len(read.faults) == before and waiver is not None:
            yield waiver


def _waiver(read: Reading, path: KeyPath, item: Mapping[str, Any], number: int) -> Waiver | None:
    read.check_keys(path, item, WAIVER_KEYS)
    by_advisory = "id" in item and "rule" not in item
    needed = tuple(key for key in WAIVER_KEYS if not (by_advisory and key.name in ("rule", "package")))
    read.missing(path, item, needed, "the waiver")
    rule = _waived_rule(read, (*path, "rule"), item)
    reason, owner = read.reason(path, item, "the waiver")
    package = read.text((*path, "package"), item)
    if "package" in item and (fault := glob_fault(package, can_be_address=True)):
        read.fault((*path, "package"), f"this is no glob: {fault}", "e.g. github.com/gorilla/mux")
    expires = read.day((*path, "expires"), item)
    version = _one_version((*path, "version"), item, read)
    advisory = read.text((*path, "id"), item)
    if "id" in item and not ADVISORY_ID.fullmatch(advisory):
        read.fault((*path, "id"), "this is no id of an advisory", "e.g. GO-2026-0001, CVE-2026-0001 or GHSA-…")
    justification = ""
    if "vex_justification" in item:
        path_of_it = (*path, "vex_justification")
        justification = read.one_of(path_of_it, item["vex_justification"], "justification", JUSTIFICATIONS)
    licences = _licences((*path, "licences"), item, rule, read)
    if (rule is None and not by_advisory) or expires is None:
        return None
    return Waiver(
        rule=rule.id if rule is not None else "", package=package if "package" in item else "**", version=version,
        reason=reason, owner=owner, expires=expires,
        location=read.key_at(path), advisory=advisory, ticket=read.text((*path, "ticket"), item),
        vex_justification=justification, layer=number,
        replacement=_replacement((*path, "replacement"), item, read), licences=licences,
    )  # fmt: skip


def _licences(path: KeyPath, table: Mapping[str, Any], rule: Rule | None, read: Reading) -> tuple[str, ...]:
    """Return the licences that a waiver takes on; none = any."""
    if "licences" not in table:
        return ()
    words = tuple(word for word, _ in read_words(read, path, table))
    if table["licences"] == []:
        read.fault(path, "this names no licence", 'e.g. ["GPL-3.0-only"]')
    if rule is not None and rule.id != LICENCE_RULE:
        read.fault(path, f"{rule.id} is not about licences", f"a waiver of {LICENCE_RULE}, or no such key", at_key=True)
    return words


def _one_version(path: KeyPath, table: Mapping[str, Any], read: Reading) -> str:
    text = read.text(path, table)
    if not isinstance(table.get("version"), str):
        return ""
    version = canonical_version(text) or canonical_version(f"v{text}")
    if not version:
        read.fault(path, "this is no version of a Go module", "one version, e.g. v1.8.0")
    elif version != text and f"v{text}" == version:
        message = f'version "{text}" is read as {version}: Go writes versions with a v'
        read.notes.append(Note(code="version-without-v", message=message, location=read.value_at(path)))
    return version


def _replacement(path: KeyPath, table: Mapping[str, Any], read: Reading) -> str:
    """Return what a waiver says the module is replaced by: a path, a path@version, or a folder as go.mod writes it."""
    text = read.text(path, table)
    if table.get("replacement") == "":
        read.fault(
            path, "this names no replacement", "e.g. github.com/owner/fork, github.com/owner/fork@v1.2.3, ../fork"
        )
    return text


def _waived_rule(read: Reading, path: KeyPath, item: Mapping[str, Any]) -> Rule | None:
    word = read.text(path, item)
    if not isinstance(item.get("rule"), str):
        return None
    rule = read.known.rule(word)
    if rule is None and read.known.family(word):
        message = f"{word[:60]!r} is a family of rules, and a waiver is of one"
        rules = ", ".join(found.id for found in read.known.family(word) if found.is_waivable)
        read.fault(path, message, f"one rule: {rules or 'none of this family can be waived'}")
    elif rule is None:
        read.unknown(path, "rule", word, read.known.rule_words)
    elif not rule.is_waivable:
        kind = "about the policy itself" if rule.of_policy else "what could not be checked"
        kind = "a fault of the file itself" if rule.input_fault else kind
        kind = "an alarm" if rule.is_alarm else kind
        read.fault(path, f"{rule.id} is {kind} and cannot be waived", "a rule of level note, warn or error")
    return rule


def read_compliance(read: Reading) -> dict[str, Location]:
    """Return the frameworks of [compliance], each with its place."""
    known = read.known.frameworks
    table = read.table("compliance", COMPLIANCE_KEYS)
    found: dict[str, Location] = {}
    for path, text in read.texts(("compliance", "frameworks"), table, "this names no framework", 'e.g. ["ssdf"]'):
        if not _ID.fullmatch(text) or (known is not None and text not in known):
            read.unknown(path, "framework", text, known or ())
        found.setdefault(text, read.value_at(path))
    return found


def read_debt(read: Reading) -> DebtSection | None:
    """Return [debt]; None when the file has none, or it has faults."""
    if "debt" not in read.toml.values:
        return None
    before = len(read.faults)
    table, path = read.table("debt", DEBT_KEYS), ("debt",)
    read.missing(path, table, DEBT_KEYS, "the debt")
    reason, owner = read.reason(path, table, "the debt")
    file = read.text((*path, "file"), table)
    if "file" in table and not _DEBT_FILE.fullmatch(file):
        read.fault((*path, "file"), "this is no file beside the policy", 'e.g. "lift.debt.toml"')
    adopted, expires = read.day((*path, "adopted"), table), read.day((*path, "expires"), table)
    most = read.number((*path, "most"), table, 0, 1_000_000, "this is no number of entries")
    if adopted and expires and expires > adopted + _LONGEST_DEBT:
        message = f"the debt lasts more than {_LONGEST_DEBT.days} days"
        read.fault((*path, "expires"), message, f"{adopted + _LONGEST_DEBT} or before")
    if len(read.faults) > before or adopted is None or expires is None or most is None:
        return None
    location: Location = read.key_at(path)
    return DebtSection(
        file=file, adopted=adopted, expires=expires, most=most, owner=owner, reason=reason, location=location,
        most_location=read.value_at((*path, "most"), path),
        owner_location=read.value_at((*path, "owner"), path),
    )  # fmt: skip
