"""lift.toml as a JSON Schema (draft 2020-12), for editors: made from the very words that the reader knows.

The schema says what can be said of a key by itself. What depends on other files or keys (parents, ties between globs,
words in another case) only the reader knows: `policy show` tells it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from supplymatrix.model.rule import Level, Rule
from supplymatrix.policy.audit_grammar import AUDIT_SECTIONS
from supplymatrix.policy.grammar import (
    ARTIFACT_KEYS,
    BUILDER_KEYS,
    COMPLIANCE_KEYS,
    CONCLUSION_KEYS,
    DEBT_KEYS,
    LICENCE_KEYS,
    PACKAGE_KEYS,
    POLICY_KEYS,
    ROOT_KEYS,
    SIGNATURE_KEYS,
    SIGNER_KEYS,
    SOURCE_KEYS,
    TOOLCHAIN_KEYS,
    VENDOR_KEYS,
    WAIVER_KEYS,
    Key,
)

__all__ = ["SCHEMA_ID", "policy_schema"]

SCHEMA_ID = "urn:supplymatrix:schema:lift:1"
_Json = dict[str, Any]


def policy_schema(rules: Mapping[str, Rule], presets: Sequence[str], vendors: Sequence[str]) -> _Json:
    """Return the schema. rules: by id; presets, vendors: the names that are known."""
    preset = {"enum": sorted(presets)}
    policy = _object(POLICY_KEYS, "What holds for the whole project.")
    policy["properties"]["preset"] |= preset
    package = _object(PACKAGE_KEYS, "What is asked of the modules that the glob matches.")
    package["properties"]["security_policy"] |= preset
    waiver = _object(WAIVER_KEYS, "A finding that somebody takes upon himself, until a day.")
    waivable = [word for rule in rules.values() if rule.is_waivable for word in (rule.id, rule.name)]
    waiver["properties"]["rule"] |= {"enum": waivable}
    needed = waiver.pop("required")
    by_advisory = [name for name in needed if name not in ("rule", "package")]
    waiver["anyOf"] = [{"required": needed}, {"required": ["id", *by_advisory], "not": {"required": ["rule"]}}]
    licences = _object(LICENCE_KEYS, "Under which licences modules may be; without it no licence is looked at.")
    licences["properties"]["conclusions"]["items"] = {
        **_object(CONCLUSION_KEYS, "What a person has found to be the licence of a module."),
        "anyOf": [{"required": ["version"]}, {"required": ["sha256"]}],
    }
    root = _properties(ROOT_KEYS)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "lift.toml",
        "description": "What a Go project demands of its modules; judged by supplymatrix check.",
        "type": "object",
        "additionalProperties": False,
        "not": {"required": ["extends", "policy"], "properties": {"policy": {"required": ["preset"]}}},
        "properties": {
            **root,
            "policy": policy,
            "rules": _rules(rules),
            "sources": _object(SOURCE_KEYS, "Where modules may come from, and whom their names go to."),
            "packages": {
                "type": "object",
                "description": "Demands by glob over module paths; the longest literal prefix speaks.",
                "additionalProperties": package,
            },
            "licences": licences,
            "toolchain": _object(TOOLCHAIN_KEYS, "What is asked of the Go that builds the project on this machine."),
            **_audits(vendors),
            "signatures": _signatures(vendors),
            "vendors": {
                "type": "object",
                "description": "What is asked of vendors that the project stands on.",
                "propertyNames": {"enum": sorted(vendors)},
                "additionalProperties": _object(VENDOR_KEYS, "What is asked of this vendor."),
            },
            "waivers": {"type": "array", "items": waiver, "description": "Exceptions, each with its end."},
            "compliance": _object(COMPLIANCE_KEYS, "Whose clauses the reports are to name."),
            "debt": _object(DEBT_KEYS, "What was found when the policy was adopted; written by `policy adopt`."),
        },
    }


def _rules(rules: Mapping[str, Rule]) -> _Json:
    level = {"enum": [level.value for level in Level if level is not Level.ALARM]}
    settable = [rule for rule in rules.values() if rule.level is not Level.ALARM]
    families = sorted({rule.id[:3] for rule in settable})
    properties: _Json = {}
    for rule in settable:
        about = f"{rule.name}: {rule.title}. {rule.why}"
        allowed = {"enum": [word for word in level["enum"] if rule.can_be_off or word != Level.OFF.value]}
        properties[rule.id] = {**allowed, "description": about}
        properties[rule.name] = {**allowed, "description": f"{rule.id}: {rule.title}. {rule.why}"}
    for family in families:
        for word in (f"{family}xx", family):
            properties[word] = {**level, "description": f"All rules of the family {family}xx."}
    return {
        "type": "object",
        "description": "Levels of rules, by id, name or family; a single rule wins over its family.",
        "additionalProperties": False,
        "properties": properties,
    }


_AUDITS = {
    "vulns": "Known vulnerabilities are looked for, and the end of Go's support (SM301 to SM312).",
    "sla": "How long a known vulnerability may stay (SM307).",
    "crypto": "The cryptography of the project and its programs is looked at (SM601 to SM608).",
    "cgo": "Code that is not Go is looked for, and under which licences it is (SM701 to SM708).",
    "path": "Whose toolchains, images, proxies and signing are in use (SM803 to SM807).",
}


def _audits(vendors: Sequence[str]) -> _Json:
    """Return the schemas of the sections about audits."""
    found = {name: _object(keys, _AUDITS[name]) for name, keys in AUDIT_SECTIONS.items()}
    for name in ("vendors", "toolchains"):
        found["path"]["properties"][name]["items"] = {"enum": sorted(vendors)}
    return found


def _signatures(vendors: Sequence[str]) -> _Json:
    """Return the schema of [signatures]."""
    signer = _object(SIGNER_KEYS, "One who may sign: an identity with its issuer, a key, or a vendor's signers.")
    signer["properties"]["vendor"] |= {"enum": sorted(vendors)}
    signer["oneOf"] = [{"required": [name]} for name in ("identity", "identity_regexp", "key", "vendor")]
    signers = {"type": "array", "minItems": 1, "items": signer}
    artifact = _object(ARTIFACT_KEYS, "One artifact: a file or an image.")
    artifact["properties"]["signers"] |= signers
    artifact["oneOf"] = [{"required": ["path"]}, {"required": ["image"]}]
    section = _object(SIGNATURE_KEYS, "Who signs what the project releases, and what is attested of it.")
    section["properties"]["signers"] |= signers
    section["properties"]["artifact"]["items"] = artifact
    builder = _object(BUILDER_KEYS, "A builder that signs by a key.")
    section["properties"]["builders"]["items"] = {"anyOf": [{"type": "string", "minLength": 1}, builder]}
    return section


def _object(keys: Sequence[Key], about: str) -> _Json:
    found: _Json = {
        "type": "object",
        "description": about,
        "additionalProperties": False,
        "properties": _properties(keys),
    }
    required = [key.name for key in keys if key.required]
    return found | ({"required": required} if required else {})


def _properties(keys: Sequence[Key]) -> _Json:
    return {key.name: {**key.schema, "description": key.about} for key in keys}
