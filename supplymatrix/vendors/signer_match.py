"""What the rows of a profile on signatures are about, and their variables filled in.

A glob of an image begins with the registry in full, so that nobody else's passes for it. `*` is any text without a
slash, and behind the last slash any text at all; `?` is one letter; `{name}` is a variable. The name of an image is
held against it without tag and digest ("docker.io/library/golang"); of a file, its last part; of a module, all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from supplymatrix.model.value import changed, value
from supplymatrix.model.vendor import VendorProfile
from supplymatrix.model.vendor_signer import SignedThing, SignerState, VendorSigner
from supplymatrix.vendors.placeholders import PLACEHOLDER, fill, placeholders_of

__all__ = ["Covering", "covering", "is_covered", "missing_variables", "signer_placeholders", "with_variables"]

_PART = re.compile(r"\{[a-z][a-z0-9_]{0,31}\}|\*|\?|[^*?{]+|\{")


@value
class Covering:
    """The rows of a vendor that are about one thing. is_named: its name is one of theirs; else they are all those that
    the vendor has for things of this kind."""

    rows: tuple[VendorSigner, ...]
    is_named: bool


def covering(
    profile: VendorProfile, name: str, things: Iterable[SignedThing], variables: Mapping[str, str]
) -> Covering:
    """Return the rows for a thing of one of these kinds. name: "" where it has none that tells where it comes from.

    A variable in a glob that is not set stands for any text, and a row without one goes before: so what is public does
    not pass for a customer's own.
    """
    kinds = set(things)
    rows = tuple(row for row in profile.signers if row.thing in kinds)
    for known in (True, False):
        found = tuple(
            row for row in rows
            if any(is_covered(glob, name, variables) for glob in row.match
                   if known is (set(placeholders_of(glob)) <= set(variables)))
        )  # fmt: skip
        if name and found:
            return Covering(rows=found, is_named=True)
    return Covering(rows=rows, is_named=False)


def is_covered(glob: str, name: str, variables: Mapping[str, str]) -> bool:
    """Return whether a name fits a glob."""
    pattern = "".join(_pattern(part, variables) for part in _PART.findall(glob.removesuffix("/*")))
    return re.fullmatch(f"{pattern}/.+" if glob.endswith("/*") else pattern, name, re.DOTALL) is not None


def _pattern(part: str, variables: Mapping[str, str]) -> str:
    if part == "*":
        return "[^/]*"
    if part == "?":
        return "[^/]"
    variable = PLACEHOLDER.fullmatch(part)
    if variable is None:
        return re.escape(part)
    return re.escape(variables[variable[1]]) if variable[1] in variables else "[^/]+"


def signer_placeholders(row: VendorSigner) -> tuple[str, ...]:
    """Return the variables without which it is not known who signs."""
    texts = (row.issuer, row.identity, row.identity_regexp)
    return tuple(dict.fromkeys(name for text in texts for name in placeholders_of(text)))


def missing_variables(row: VendorSigner, variables: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables of a row that are not set and without which it cannot be used."""
    if row.state is not SignerState.KNOWN:
        return ()
    return tuple(name for name in signer_placeholders(row) if name not in variables)


def with_variables(row: VendorSigner, variables: Mapping[str, str]) -> VendorSigner:
    """Return a row with its variables filled in; in an expression their letters stand for themselves."""
    quoted = {name: re.escape(text) for name, text in variables.items()}
    return changed(
        row,
        issuer=fill(row.issuer, variables),
        identity=fill(row.identity, variables),
        identity_regexp=fill(row.identity_regexp, quoted),
    )
