"""The words of lift.toml: which tables it has, which keys they have, and what each means.

The reader knows no other key than these, `policy schema` publishes them, and docs/formats/lift-toml.md has a row for
each; a test holds the three together. A section that a later version brings is named here as well, so that it is told
apart from a misspelling: a policy that asks for what cannot be evaluated is an error, never a wish that goes unheard.
"""

from __future__ import annotations

from collections.abc import Mapping

from supplymatrix.model.value import value
from supplymatrix.policy.toolchain_terms import ACCEPTABLE

__all__ = [
    "ARTIFACT_KEYS", "COMPLIANCE_KEYS", "CONCLUSION_KEYS", "DEBT_KEYS", "DURATION", "JUSTIFICATIONS", "LATER_SECTIONS",
    "LICENCE_KEYS", "PACKAGE_KEYS", "POLICY_KEYS", "ROOT_KEYS", "SEVERITIES", "SIGNATURE_KEYS", "SIGNER_KEYS",
    "SOURCE_KEYS", "TABLES", "TOOLCHAIN_KEYS", "USES", "VENDOR_KEYS", "WAIVER_KEYS", "Key", "names_of",
]  # fmt: skip

JUSTIFICATIONS = (
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
)
"""Why an advisory does not concern a product, in the words of OpenVEX."""
SEVERITIES = ("critical", "high", "medium", "low")
DURATION = r"[1-9][0-9]{0,4}[hdw]"
USES = ("redistribute-binary", "redistribute-source", "modify", "network-service")
"""What is done with the code of modules, as licences tell uses apart."""
LOG_WORDS = ("required",)
_LEVEL = {"enum": ["off", "note", "warn", "error"]}
_TEXT = {"type": "string"}
_DAY = {"type": "string", "format": "date", "description": "A TOML date without quotes, e.g. 2027-01-31"}


@value
class Key:
    """One key. about: a sentence for people. schema: what JSON Schema says of its value. required: it may not lack."""

    name: str
    about: str
    schema: Mapping[str, object]
    required: bool = False


def names_of(keys: tuple[Key, ...]) -> tuple[str, ...]:
    """Return the names of keys."""
    return tuple(key.name for key in keys)


ROOT_KEYS = (
    Key(name="schema", about="The version of this form; 1.", schema={"const": 1}),
    Key(
        name="extends",
        about="Policies that this one builds on and may only tighten: a preset, a relative path, or an https address "
        "with its digest.",
        schema={"type": "array", "items": _TEXT, "examples": [["preset:log-verified", "../org/lift.toml"]]},
    ),
)
POLICY_KEYS = (
    Key(name="name", about="What reports call this policy; the preset's name when left out.", schema=_TEXT),
    Key(name="preset", about="The levels and numbers to start from; they may be changed at will.", schema=_TEXT),
    Key(
        name="requires",
        about="Which versions of supplymatrix may judge by this policy, as a Python version specifier.",
        schema={**_TEXT, "examples": [">=0.1"]},
    ),
    Key(
        name="mode",
        about='What the gate makes of its answer: "observe" and "warn" tell it and exit 0, "enforce" fails. Alarms and '
        "broken input fail in every mode.",
        schema={"enum": ["observe", "warn", "enforce"]},
    ),
    Key(
        name="min_score",
        about="What the low end of the score must reach.",
        schema={"type": "integer", "minimum": 0, "maximum": 100},
    ),
    Key(
        name="fail_on",
        about="The lowest level at which a finding or gap decides.",
        schema={"enum": ["note", "warn", "error"]},
    ),
    Key(
        name="on_outage",
        about='What becomes of go.sum lines for which the log could not be asked: "fail", or "warn until <days>d".',
        schema={**_TEXT, "pattern": r"^(fail|warn until [1-9][0-9]{0,2}d)$"},
    ),
    Key(
        name="weights",
        about="What a rule of each severity weighs in the score; 10, 5, 2 and 1 when left out.",
        schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {name: {"type": "integer", "minimum": 1, "maximum": 100} for name in SEVERITIES},
        },
    ),
    Key(
        name="max_waiver_days",
        about="How many days from today a waiver may last; one that lasts longer excuses nothing.",
        schema={"type": "integer", "minimum": 1, "maximum": 3650},
    ),
    Key(
        name="owner_domain",
        about="The domain of the mail address that every waiver's owner must be.",
        schema={**_TEXT, "examples": ["corp.example"]},
    ),
    Key(
        name="allow_loosen",
        about="What policies that build on this one may set lower: rules, families, and keys of [policy].",
        schema={"type": "array", "items": _TEXT},
    ),
)
SOURCE_KEYS = (
    Key(
        name="private",
        about="Patterns of GOPRIVATE, one in each string: modules whose names never go to the log.",
        schema={"type": "array", "items": _TEXT},
    ),
    Key(
        name="sumdb",
        about="The verifier key of another log than Go's own, and its https address.",
        schema=_TEXT,
    ),
    Key(
        name="vendored",
        about="Whether the project commits vendor/, so that it is a finding (SM122) when there is none.",
        schema={"type": "boolean"},
    ),
    Key(
        name="proxies",
        about="Hosts of module proxies that may be asked; every other one is a finding (SM215).",
        schema={"type": "array", "items": {**_TEXT, "minLength": 1}, "examples": [["proxy.corp.example"]]},
    ),
    Key(
        name="direct",
        about="Whether GOPROXY may lead to version control; false: a finding (SM215) where it does.",
        schema={"type": "boolean"},
    ),
    Key(
        name="log",
        about="What settings may do to the checksum log: required = nothing that keeps it from being asked (SM212).",
        schema={"enum": list(LOG_WORDS)},
    ),
)
PACKAGE_KEYS = (
    Key(name="version", about="A version or range in Go's order that is allowed.", schema=_TEXT),
    Key(name="security_policy", about="A preset whose levels hold here where they are higher.", schema=_TEXT),
    Key(
        name="pseudo_versions",
        about='Untagged revisions: "deny" makes them an error, "allow" takes SM203 back for these modules.',
        schema={"enum": ["allow", "deny"]},
    ),
    Key(
        name="min_age",
        about="How long a version must be out before it is used, e.g. 7d.",
        schema={**_TEXT, "pattern": f"^{DURATION}$"},
    ),
)
VENDOR_KEYS = (
    Key(
        name="max_response_p90",
        about="The longest that nine of ten of the vendor's fixes may take, e.g. 72h or 14d.",
        schema={**_TEXT, "pattern": f"^{DURATION}$"},
    ),
    Key(
        name="max_evidence_age",
        about="How old what is known of the vendor may be, e.g. 90d.",
        schema={**_TEXT, "pattern": f"^{DURATION}$"},
    ),
    Key(
        name="channels",
        about="Which channels of its feeds count; all that tell of Go itself when left out.",
        schema={"type": "array", "items": _TEXT, "examples": [["wolfi"]]},
    ),
    Key(
        name="require",
        about="What must be there of each of its images that a build file names, and hold: signature, and kinds of "
        "attestations.",
        schema={"type": "array", "items": _TEXT, "minItems": 1, "examples": [["signature", "sbom"]]},
    ),
    Key(
        name="identity",
        about="The variables of its profile by which it knows who signs for you, such as your organisation's id there.",
        schema={"type": "object", "additionalProperties": _TEXT, "examples": [{"org": "0123456789abcdef"}]},
    ),
)
_LICENCES = {
    "type": "array",
    "items": {**_TEXT, "minLength": 1},
    "examples": [["permissive", "MPL-2.0", "LGPL-*"]],
}
CONCLUSION_KEYS = (
    Key(name="module", about="A glob over module paths.", schema={**_TEXT, "minLength": 1}, required=True),
    Key(name="version", about="A version or range in Go's order for which it holds; any when left out.", schema=_TEXT),
    Key(
        name="licence",
        about="What the licence is: an SPDX expression.",
        schema={**_TEXT, "minLength": 1, "examples": ["MIT", "Apache-2.0 OR MIT"]},
        required=True,
    ),
    Key(
        name="sha256",
        about="SHA-256 (hex) of a licence file: the conclusion is about this file, and others count beside it.",
        schema={**_TEXT, "pattern": "^[0-9A-Fa-f]{64}$"},
    ),
    Key(
        name="reason",
        about="How it was found out, in 12 characters or more.",
        schema={**_TEXT, "minLength": 12},
        required=True,
    ),
    Key(name="owner", about="Who found it out.", schema={**_TEXT, "minLength": 1}, required=True),
)
LICENCE_KEYS = (
    Key(
        name="allow",
        about="Licences that modules may have: SPDX ids, ids with a star, classes. Without it all that are not denied.",
        schema=_LICENCES,
    ),
    Key(name="deny", about="Licences that modules may not have, in the same words; wins over allow.", schema=_LICENCES),
    Key(
        name="min_confidence",
        about="How surely a licence must be recognised, in percent, 80 when left out; below it counts as not known.",
        schema={"type": "integer", "minimum": 1, "maximum": 100},
    ),
    Key(
        name="use",
        about="What is done with the code: findings tell what a licence asks for that.",
        schema={"enum": list(USES)},
    ),
    Key(
        name="conclusions",
        about="Licences that a person has found out: [[licences.conclusions]].",
        schema={"type": "array"},
    ),
)
HASH_PATTERN = "h1:[A-Za-z0-9+/]{43}="
TOOLCHAIN_KEYS = (
    Key(
        name="verify",
        about="Whether the Go that builds the project on this machine is held against the log's record of it.",
        schema={"type": "boolean"},
    ),
    Key(
        name="accept",
        about="Which levels of a Go pass: official and official-config-changed when left out.",
        schema={
            "type": "array",
            "items": {"enum": list(ACCEPTABLE)},
            "minItems": 1,
            "examples": [["official", "official-config-changed", "distribution-build"]],
        },
    ),
    Key(
        name="hashes",
        about="Hashes of Gos that pass although no release is equal to them; `verify goroot` prints them.",
        schema={"type": "array", "items": {"type": "string", "pattern": f"^{HASH_PATTERN}$"}},
    ),
    Key(
        name="minimum",
        about="The oldest Go that may build the project and its programs (SM132).",
        schema={**_TEXT, "pattern": r"^1\.[0-9]+(\.[0-9]+)?$", "examples": ["1.25.3"]},
    ),
)
_REQUIRE = {
    "type": "array",
    "items": {**_TEXT, "minLength": 1},
    "minItems": 1,
    "examples": [["signature", "provenance", "sbom"]],
}
_FILE_BESIDE = {**_TEXT, "minLength": 1, "pattern": r"^[^/~\\\\]"}
SIGNER_KEYS = (
    Key(name="identity", about="An identity in full: a workflow's address, a mail address.", schema=_TEXT),
    Key(name="identity_regexp", about="The same as an expression that must match all of it.", schema=_TEXT),
    Key(name="issuer", about="Who vouches for the identity.", schema=_TEXT),
    Key(name="issuer_regexp", about="The same as an expression that must match all of it.", schema=_TEXT),
    Key(
        name="claims",
        about="Further fields that the certificate must have.",
        schema={"type": "object", "additionalProperties": _TEXT},
    ),
    Key(name="key", about="A file with a public key (PEM), from the policy's own folder on.", schema=_FILE_BESIDE),
    Key(name="vendor", about="Whoever signs for this vendor, as its profile says.", schema=_TEXT),
    Key(
        name="variables",
        about="Variables of the vendor's profile.",
        schema={"type": "object", "additionalProperties": _TEXT},
    ),
    Key(name="log", about="False: what the key signs is in no transparency log.", schema={"type": "boolean"}),
)
BUILDER_KEYS = (
    Key(
        name="key",
        about="A file with the public key (PEM) that the builder signs its provenance with.",
        schema=_FILE_BESIDE,
        required=True,
    ),
    Key(
        name="id",
        about="What its provenance may call it; a star stands for any text; anything when left out.",
        schema={**_TEXT, "minLength": 1},
    ),
    Key(name="log", about="False: what the key signs is in no transparency log.", schema={"type": "boolean"}),
)
ARTIFACT_KEYS = (
    Key(name="path", about="A file, from the project's folder on.", schema=_FILE_BESIDE),
    Key(name="image", about="An image of a registry, or the folder or tar file of a layout (./…).", schema=_TEXT),
    Key(
        name="bundle",
        about="Where its signatures are: a file, a folder, or a pattern with {name}; beside it when left out.",
        schema=_FILE_BESIDE,
    ),
    Key(name="signers", about="Who may sign this one, in the place of those of all.", schema={"type": "array"}),
    Key(name="require", about="What is required of this one, in the place of what is of all.", schema=_REQUIRE),
)
SIGNATURE_KEYS = (
    Key(
        name="require",
        about="What must be there of each artifact, and hold: signature, and kinds of attestations; a signature when "
        "left out.",
        schema=_REQUIRE,
    ),
    Key(name="signers", about="Who may sign: one of these must have.", schema={"type": "array"}),
    Key(
        name="builders",
        about="Builders whose provenance counts: ids, in which a star stands for any text, and keys.",
        schema={"type": "array", "minItems": 1},
    ),
    Key(
        name="slsa_level",
        about="The SLSA Build level that the builder's documentation must claim.",
        schema={"type": "integer", "minimum": 1, "maximum": 3},
    ),
    Key(
        name="source",
        about="The repository that artifacts are built from.",
        schema={**_TEXT, "pattern": "^https://", "examples": ["https://github.com/org/app"]},
    ),
    Key(
        name="trusted_root",
        about="A trusted root of one's own, from the policy's folder on, in the place of the public one.",
        schema=_FILE_BESIDE,
    ),
    Key(
        name="max_root_age",
        about="How old the public trusted root may be, e.g. 365d.",
        schema={**_TEXT, "pattern": f"^{DURATION}$"},
    ),
    Key(
        name="publishers",
        about="True: the repositories of modules are asked who signed their tags, for SM116 and SM117.",
        schema={"type": "boolean"},
    ),
    Key(
        name="allowed_signers",
        about="SSH keys of publishers that count, as git's file of allowed signers has them.",
        schema=_FILE_BESIDE,
    ),
    Key(name="keyring", about="OpenPGP keys of publishers that count: public keys.", schema=_FILE_BESIDE),
    Key(
        name="artifact",
        about="Artifacts that are checked with the project: [[signatures.artifact]].",
        schema={"type": "array"},
    ),
)
WAIVER_KEYS = (
    Key(
        name="rule",
        about="The one rule whose finding is waived, by id or name; with id alone those about vulnerabilities.",
        schema=_TEXT,
        required=True,
    ),
    Key(
        name="package", about="A glob over module paths; with id alone any when left out.", schema=_TEXT, required=True
    ),
    Key(name="version", about="One version; any when left out.", schema=_TEXT),
    Key(
        name="replacement",
        about="What the module is replaced by: a path, path@version or folder; anything when left out.",
        schema={**_TEXT, "minLength": 1},
    ),
    Key(
        name="licences",
        about="Of SM401: licences that the modules may have all the same, as [licences] names them; any when left out.",
        schema={**_LICENCES, "minItems": 1},
    ),
    Key(
        name="id",
        about="One advisory (GO-…, CVE-…, GHSA-… or MAL-…), by any of its names; any when left out.",
        schema={**_TEXT, "pattern": "^([A-Z][A-Z0-9]*-[0-9]{4}-|GHSA-)"},
    ),
    Key(
        name="reason",
        about="Why the finding is taken on, in 12 characters or more.",
        schema={**_TEXT, "minLength": 12},
        required=True,
    ),
    Key(name="owner", about="Who answers for it.", schema={**_TEXT, "minLength": 1}, required=True),
    Key(name="expires", about="The last day (UTC) on which it holds.", schema=_DAY, required=True),
    Key(name="ticket", about="Where it is being worked on.", schema=_TEXT),
    Key(
        name="vex_justification",
        about="Why the advisory does not concern this product, in OpenVEX's words.",
        schema={"enum": list(JUSTIFICATIONS)},
    ),
)
COMPLIANCE_KEYS = (
    Key(
        name="frameworks",
        about="Whose clauses the reports are to name.",
        schema={"type": "array", "items": _TEXT, "examples": [["ssdf", "cra"]]},
    ),
)
DEBT_KEYS = (
    Key(name="file", about="The list that `policy adopt` has written.", schema=_TEXT, required=True),
    Key(name="adopted", about="The day of that.", schema=_DAY, required=True),
    Key(name="expires", about="The last day (UTC) on which the list excuses anything.", schema=_DAY, required=True),
    Key(
        name="most",
        about="How many entries the list may have: as many as there were, and never more.",
        schema={"type": "integer", "minimum": 0},
        required=True,
    ),
    Key(name="owner", about="Who answers for the debt.", schema=_TEXT, required=True),
    Key(name="reason", about="Why it is taken on, in 12 characters or more.", schema=_TEXT, required=True),
)
TABLES = (
    "policy", "rules", "sources", "packages", "licences", "toolchain", "vulns", "sla", "crypto", "cgo", "path",
    "signatures", "vendors", "waivers", "compliance", "debt",
)  # fmt: skip
"""The sections that this version evaluates, in the order in which the page has them."""
LATER_SECTIONS = ("cost",)
"""Sections that later rules bring; a policy that has one today is refused."""
