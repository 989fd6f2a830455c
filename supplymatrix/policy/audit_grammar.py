"""The words of the sections of lift.toml about audits: [vulns], [sla], [crypto], [cgo], [path]."""

from __future__ import annotations

from collections.abc import Mapping

from supplymatrix.model.native_code import LinkOutcome
from supplymatrix.policy.audit_terms import CLOCKS, FIPS_FAMILIES, STATES
from supplymatrix.policy.grammar import DURATION, SEVERITIES, Key

__all__ = ["AUDIT_SECTIONS", "CGO_KEYS", "CRYPTO_KEYS", "DENIABLE", "PATH_KEYS", "SLA_KEYS", "VULN_KEYS"]

DENIABLE: Mapping[str, str] = {
    LinkOutcome.GPL_COMBINED.value: "SM702",
    LinkOutcome.LGPL_RELINK.value: "SM706",
    LinkOutcome.PROPRIETARY.value: "SM707",
    LinkOutcome.UNKNOWN.value: "SM705",
}
"""What may follow from a library's licence, and the rule that finds it."""
_TEXT = {"type": "string", "minLength": 1}
_DAYS = {"type": "string", "pattern": f"^{DURATION}$"}
_ALLOW_OR_DENY = {"enum": ["allow", "deny"]}


def _list(**items: object) -> dict[str, object]:
    return {"type": "array", "items": {"type": "string", "minLength": 1, **items}}


VULN_KEYS = (
    Key(
        name="fail_at",
        about="How near a vulnerability is that fails: symbol (a function of it is linked in or called), package (one "
        "of its packages is taken) or module (the module is there, even if nothing of it is taken).",
        schema={"enum": ["symbol", "package", "module"]},
    ),
    Key(
        name="unreviewed",
        about="What becomes of advisories that the Go team has not looked at (SM304).",
        schema={"enum": ["ignore", "note", "warn", "error"]},
    ),
    Key(
        name="go",
        about="supported: a Go whose support has ended is an error (SM306); any: it is not told.",
        schema={"enum": ["any", "supported"]},
    ),
    Key(
        name="databases",
        about="Databases that must have been looked into, by their names.",
        schema={**_list(), "minItems": 1, "examples": [["go", "corp"]]},
    ),
    Key(
        name="max_database_age",
        about="How old the newest entry of a database may be, e.g. 14d (SM308).",
        schema=_DAYS,
    ),
    Key(
        name="osv_scanner_ignores",
        about="Whether ignores of an osv-scanner.toml of the project excuse findings, as long as they hold.",
        schema={"type": "boolean"},
    ),
)
SLA_KEYS = (
    Key(
        name="fix_within",
        about="How many days a vulnerability may stay, e.g. 30d; longer is a finding (SM307).",
        schema=_DAYS,
        required=True,
    ),
    Key(
        name="called",
        about="The same of those of which a function is linked in or called, where that is less.",
        schema=_DAYS,
    ),
    *(
        Key(
            name=name,
            about=f"The same of those that their advisory calls {name}, in the place of fix_within.",
            schema=_DAYS,
        )
        for name in SEVERITIES
    ),
    Key(
        name="from",
        about="Since when days count: published (the default), first_seen (on this machine) or fix_available.",
        schema={"enum": list(CLOCKS)},
    ),
)
CRYPTO_KEYS = (
    Key(
        name="fips",
        about="required: the project and its programs use a cryptographic module for FIPS 140-3 (SM601).",
        schema={"enum": ["off", "required"]},
    ),
    Key(
        name="families",
        about="Whose ways to FIPS 140-3 may be taken (SM605); any when left out.",
        schema={**_list(), "items": {"enum": list(FIPS_FAMILIES)}, "minItems": 1},
    ),
    Key(
        name="state",
        about="What the table of certificates may say of the module (SM606); certified when left out.",
        schema={**_list(), "items": {"enum": list(STATES)}, "minItems": 1, "examples": [["certified", "in process"]]},
    ),
    Key(
        name="mode",
        about="What must be compiled in, with fips = required: on, or only, with which all else is refused.",
        schema={"enum": ["on", "only"]},
    ),
    Key(
        name="allow_packages",
        about="Packages with what is not approved that are known and harmless here (SM603), by import path.",
        schema={**_list(), "examples": [["crypto/md5", "golang.org/x/crypto/blake2b"]]},
    ),
)
CGO_KEYS = (
    Key(
        name="allow",
        about="Which modules may bring or link C code (SM701): all, none, or those that globs name.",
        schema={"anyOf": [{"type": "boolean"}, {**_list(), "examples": [["github.com/mattn/go-sqlite3"]]}]},
    ),
    Key(
        name="deny",
        about="What must not follow from the licence of C code: findings of these are errors.",
        schema={**_list(), "items": {"enum": list(DENIABLE)}, "minItems": 1, "examples": [["GPL-combined"]]},
    ),
    Key(
        name="dlopen",
        about="Libraries that are loaded while a program runs: deny makes them errors (SM703), allow leaves them.",
        schema=_ALLOW_OR_DENY,
    ),
    Key(
        name="prebuilt",
        about="Objects and archives without their source: deny makes them errors (SM704), allow leaves them.",
        schema=_ALLOW_OR_DENY,
    ),
)
PATH_KEYS = (
    Key(
        name="vendors",
        about="Whose toolchains, images, packages, proxies and signing may be in use (SM803), by ids of vendors.",
        schema={**_list(), "minItems": 1, "examples": [["go-project", "chainguard"]]},
    ),
    Key(
        name="toolchains",
        about="The same of toolchains alone, where fewer may be.",
        schema={**_list(), "minItems": 1, "examples": [["go-project"]]},
    ),
    Key(
        name="pinned",
        about="How firmly images and CI steps are named (SM804, SM806): by their contents, or by a version at least.",
        schema={"enum": ["version", "digest"]},
    ),
    Key(
        name="end_of_life",
        about="deny: a base image whose support has ended is an error (SM805); allow: it is not told.",
        schema=_ALLOW_OR_DENY,
    ),
)
AUDIT_SECTIONS: Mapping[str, tuple[Key, ...]] = {
    "vulns": VULN_KEYS, "sla": SLA_KEYS, "crypto": CRYPTO_KEYS, "cgo": CGO_KEYS, "path": PATH_KEYS,
}  # fmt: skip
