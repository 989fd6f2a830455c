"""SM603 non-approved-crypto: cryptography is linked or imported that is not approved, or outside of the module."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.crypto import beside_module
from supplymatrix.checks.view import FactView
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM603",
    name="non-approved-crypto",
    title="cryptography that is not approved, or is outside of the module",
    why="FIPS mode does not stop it: with GOFIPS140 set, MD5, RC4 and BLAKE2b still run.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("NonApprovedPackage", "FipsPosture", "BuiltProgram"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="fips",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each package of a program or project. What crypto/tls and crypto/x509 bring along, and do not use
    in FIPS mode, is none where the sources were read and do not call it; of a program alone nobody can say."""
    yield from beside_module(RULE, view, is_c=False)
