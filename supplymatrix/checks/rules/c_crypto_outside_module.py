"""SM607 c-crypto-outside-module: cryptography in C comes with a module, outside of the validated one."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.crypto import beside_module
from supplymatrix.checks.view import FactView
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM607",
    name="c-crypto-outside-module",
    title="cryptography in C comes with a module, outside of the validated one",
    why="No setting of Go reaches it, and no list of Go packages shows it.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("NonApprovedPackage", "FipsPosture", "BuiltProgram"),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="fips",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each such package of a program or project, and for each C library with cryptography that is
    linked: OpenSSL is none where that is the way to FIPS 140-3."""
    yield from beside_module(RULE, view, is_c=True)
