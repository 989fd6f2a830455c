"""The kinds of checks that clauses of a framework are mapped to.

A rule names its kind in `Rule.check_kind`. Several rules may be of one kind, and of some kinds this version has no rule
yet: a clause that asks for one of these is told to be not checked, never to be met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from supplymatrix.model.rule import Rule

__all__ = ["CHECK_KINDS", "rules_of_kind"]

CHECK_KINDS: Mapping[str, str] = {
    "sumdb-inclusion": "each go.sum line is proven in the transparency log: signature, inclusion, consistency",
    "gosum-complete": "go.sum has a readable hash, and only one, for each module that gives packages",
    "cache-integrity": "copies of modules on the machine are what the log proves",
    "vendor-match": "vendor/ is what the modules' zips hold",
    "binary-match": "the modules named in a built program are those of the log and of go.mod, and its sources a commit",
    "toolchain-integrity": "the Go that is installed is the release that the log proves",
    "publisher-signature": "the versions of modules are signed by their publishers, and the log has what they signed",
    "signature": "the signature and the identity behind an artifact are verified",
    "provenance": "provenance is there, its builder and source are those of the policy",
    "sbom": "a complete bill of materials is there",
    "vulnerability": "known vulnerabilities of what is built in are looked up",
    "remediation-sla": "the age of unfixed vulnerabilities is held against the policy's days",
    "vex": "statements that a vulnerability does not affect have their justification",
    "licence": "licences are held against the policy",
    "eol": "what is retracted, deprecated or past its support is found",
    "source-chain": "modules and toolchains come from allowed sources only",
    "replace-exclude": "modules that are replaced, by a fork, a folder or another version, are found",
    "version-pin": "versions are those that the policy allows, and name a release",
    "credential-leak": "no credentials stand in settings, addresses and files",
    "program-secrets": "no credentials stand in the build settings that a program carries",
    "secure-defaults": "no old go line and no setting makes programs weaker than Go makes them today",
    "fips": "the cryptography in use is a validated module, and forbidden packages are found",
    "native-code": "code that is not Go is found: how it comes in, and under which licence",
    "privacy": "names of private modules are told to nobody who need not know them",
    "build-inputs": "images, toolchains and CI steps of build files are allowed, supported and pinned",
    "cooldown": "versions have been out for some days before they are used",
    "repo-health": "modules are maintained",
    "vendor-capability": "a vendor's support, response times and advisories are held against what is asked of it",
    "waiver-register": "exceptions have reason, owner and end, and are reviewed",
    "gate-enforced": "the gate ran on this commit, with this policy",
    "policy-sound": "the policy does what it seems to do: each entry has an effect, no other policy takes its place",
}
"""Kind → what is checked, in words."""


def rules_of_kind(kind: str, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rules of a kind, by id."""
    return tuple(sorted((rule for rule in rules if rule.check_kind == kind), key=lambda rule: rule.id))
