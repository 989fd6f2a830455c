"""Kinds of attestations: what people call them, and the predicate types that they mean.

Source: in-toto/attestation spec/predicates; slsa.dev/spec; sigstore/cosign doc/cosign_verify-attestation.md (the words
of --type); openvex.dev; spdx.dev; cyclonedx.org.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.spelling import nearest

__all__ = ["PREDICATE_KINDS", "SIGNATURE_PREDICATE", "is_of_kind", "kind_of", "parse_kind", "types_of"]

SIGNATURE_PREDICATE = "https://sigstore.dev/cosign/sign/v1"
"""Of a statement that is nothing but a signature of its subject."""

_SLSA = ("https://slsa.dev/provenance/v0.1", "https://slsa.dev/provenance/v0.2", "https://slsa.dev/provenance/v1")
_BILLS = ("https://spdx.dev/Document", "https://cyclonedx.org/bom", "https://cyclonedx.org/schema")
PREDICATE_KINDS: Mapping[str, tuple[str, ...]] = {
    "provenance": _SLSA,
    "slsaprovenance": _SLSA,
    "slsaprovenance02": ("https://slsa.dev/provenance/v0.2",),
    "slsaprovenance1": ("https://slsa.dev/provenance/v1",),
    "sbom": _BILLS,
    "spdx": ("https://spdx.dev/Document",),
    "spdxjson": ("https://spdx.dev/Document",),
    "cyclonedx": _BILLS[1:],
    "vuln": ("https://cosign.sigstore.dev/attestation/vuln", "https://in-toto.io/attestation/vulns"),
    "vex": ("https://openvex.dev/ns",),
    "openvex": ("https://openvex.dev/ns",),
    "vsa": ("https://slsa.dev/verification_summary",),
    "publish": (
        "https://docs.pypi" + ".org/attestations/publish",
        "https://github.com/npm/attestation/tree/main/specs/publish",
    ),
    "test-result": ("https://in-toto.io/attestation/test-result",),
    "release": ("https://in-toto.io/attestation/release",),
    "link": ("https://in-toto.io/Link", "https://in-toto.io/attestation/link"),
    "custom": ("https://cosign.sigstore.dev/attestation/v1",),
}
"""Kind → predicate types, without the version that may follow them behind a slash."""

_VERSION = re.compile(r"/(?:v|bom-)?[0-9][0-9A-Za-z.-]*|\.[0-9]+")
_TOLD = ("provenance", "spdx", "cyclonedx", "vuln", "openvex", "vsa", "publish", "test-result", "release", "link")
"""Kinds by which reports call a predicate type."""


def parse_kind(text: str) -> str:
    """Return a kind, or a predicate type as it is. Raises InputError for a word that is neither."""
    if text in PREDICATE_KINDS or "://" in text or text.startswith("urn:"):
        return text
    near = nearest(text, PREDICATE_KINDS)
    raise InputError(
        Diagnostic(
            message="there is no such kind of attestation",
            seen=text[:100],
            expected=f"a predicate type (https://…), or one of {', '.join(PREDICATE_KINDS)}",
            remedy=f"did you mean {near}?" if near else "",
        )
    )


def types_of(kind: str) -> tuple[str, ...]:
    """Return the predicate types that a kind stands for, without versions; of a predicate type itself."""
    return PREDICATE_KINDS.get(kind, (kind,))


def is_of_kind(predicate_type: str, kind: str) -> bool:
    """Return whether a predicate type is of a kind. A type that is asked for in full must be that very one."""
    if kind not in PREDICATE_KINDS:
        return predicate_type == kind
    bases = PREDICATE_KINDS[kind]
    return any(predicate_type == base or _is_version_of(predicate_type, base) for base in bases)


def kind_of(predicate_type: str) -> str:
    """Return what people call a predicate type, "" where nobody does."""
    if predicate_type == SIGNATURE_PREDICATE:
        return "signature"
    return next((kind for kind in _TOLD if is_of_kind(predicate_type, kind)), "")


def _is_version_of(predicate_type: str, base: str) -> bool:
    """Return whether a type is the base with a version behind it: "/v0.2", "/v1.5", ".1"; none of another type."""
    return predicate_type.startswith(base) and _VERSION.fullmatch(predicate_type, len(base)) is not None
