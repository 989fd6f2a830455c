"""Who signs for a vendor, as its profile says with its sources: identities, issuers, keys by their hash."""

from __future__ import annotations

from collections.abc import Mapping

from supplymatrix.attest.wanted import Wanted
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value

__all__ = ["VendorSigners", "signers_of"]


@value
class VendorSigners:
    """name: of the vendor, for people. wanted: who may have signed. notes: what is to be told of it: its source, what
    is not verified here."""

    vendor: str
    name: str
    wanted: Wanted
    notes: tuple[str, ...] = ()


def signers_of(vendor: str, variables: Mapping[str, str]) -> VendorSigners:
    """Return who signs for a vendor. variables: of one's own, such as the id of one's organisation there.

    Raises InputError for a vendor that is not known, one that signs nothing that can be verified here, and variables
    that are missing.
    """
    del variables
    fault = Diagnostic(message="no profile says who signs for this vendor", seen=vendor[:100])
    raise InputError(fault)
