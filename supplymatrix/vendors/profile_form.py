"""The form of a vendor profile: its tables with their keys, and the closed lists of words in them.

Reader, JSON Schema and page all follow this one list.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = [
    "ARCHES", "ATTESTATIONS", "CELL", "DATE_TRUST", "FEED_FORMATS", "ITEMS", "PER", "PERIODS", "PRICE_STATES",
    "SIGNER_VARIABLE", "TABLES", "TIERS", "UNITS",
]  # fmt: skip

CELL = 100
"""Characters of a cell's value."""
TIERS = ("free", "paid", "both")
UNITS = ("days", "months")
FEED_FORMATS = ("osv", "csaf_rhsa", "csaf_vex", "openvex", "oval", "secdb", "wolfi_events", "alas", "none")
DATE_TRUST = ("exact", "day", "import", "none")
PRICE_STATES = ("known", "unknown", "free")
PER = ("machine", "core", "image", "dev", "org", "other")
PERIODS = ("year", "month", "once")
ATTESTATIONS = ("cyclonedx", "openvex", "slsaprovenance", "spdx", "vuln")
"""Kinds of attestations, by the names that `--require` takes."""
SIGNER_VARIABLE = ("name", "what", "where")
ARCHES = (
    "386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64",
    "s390x", "wasm",
)  # fmt: skip
ITEMS: Mapping[str, tuple[str, ...]] = {
    "arches": ARCHES,
    "feed_formats": (*FEED_FORMATS[:-1], "cyclonedx_vex"),
    "sbom_formats": ("spdx", "cyclonedx", "swid", "csv"),
}
"""The words of lists that are closed: so a need finds what a profile names, and a mistyped one is told. They are taken
in any case and kept in small letters."""
TABLES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "vendor": (
        ("id", "name", "status", "url", "core", "kind", "versions", "reviewed_at", "reviewer"),
        ("parent", "status_date", "evidence"),
    ),
    "offer": (("id", "name", "kind", "tier", "evidence"), ("contract", "go_minors", "arches", "eol_rule")),
    "entry": (("offer", "point", "mechanism", "replaces_upstream", "evidence"), ("detect",)),
    "lifetime": (("offer", "minor", "basis", "evidence"), ("since", "until")),
    "capability": (
        ("key", "state"),
        ("value", "items", "complete", "numbers", "unit", "offer", "minor", "arch", "tier", "evidence", "searched",
         "searched_at", "note"),
    ),
    "evidence": (
        ("id", "kind", "retrieved_at", "confidence"),
        ("source", "repo", "commit", "path", "source_date", "expires_at", "sha256", "locator", "note",
         "conflicts_with"),
    ),
    "feed": (
        ("id", "format", "evidence"),
        ("url", "licence", "redistributable", "as_of_field", "disclosed_rule", "fixed_rule", "date_trust",
         "deprecated_on", "successor"),
    ),
    "price": (
        ("offer", "state"),
        ("amount", "currency", "per", "period", "list", "evidence", "searched", "searched_at"),
    ),
    "signer": (
        ("id", "name", "artifact"),
        ("offer", "state", "match", "mechanism", "issuer", "identity", "identity_regexp", "key_url", "key_sha256",
         "fingerprints", "variables", "log", "attestations", "evidence", "searched", "searched_at", "note"),
    ),
}  # fmt: skip
"""Each table's keys: those it needs, and those it may have."""
