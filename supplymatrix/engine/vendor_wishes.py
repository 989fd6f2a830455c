"""Who signs for a vendor, for a policy that names it."""

from __future__ import annotations

from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_signers import VendorWishes
from supplymatrix.engine.vendor_keys import VendorKeys
from supplymatrix.engine.vendor_measures import profile_folders
from supplymatrix.engine.vendor_signers import SignerBook, VendorSigners
from supplymatrix.model.signature import ArtifactKind

__all__ = ["vendor_wishes"]


def vendor_wishes(means: Means) -> VendorWishes:
    """Return what tells who signs for a vendor, by the profiles of this machine, each of them read once."""
    books: list[SignerBook] = []

    def wishes(vendor: str, variables: tuple[tuple[str, str], ...], name: str, kind: ArtifactKind) -> VendorSigners:
        if not books:
            folders, keys = profile_folders(means.environ), VendorKeys((), means)
            books.append(SignerBook(folders, today=means.now.date(), keys=keys))
        return books[0].signers(vendor, dict(variables), name, kind)

    return wishes
