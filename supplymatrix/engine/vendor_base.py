"""Who should have signed a base image, by its name alone: the one vendor whose profile says that it signs such images.

Nobody is guessed where a name is of no vendor, or of several, or where it takes a variable that the user has not set.
"""

from __future__ import annotations

from supplymatrix.engine.means import Means
from supplymatrix.engine.vendor_keys import VendorKeys
from supplymatrix.engine.vendor_measures import profile_folders
from supplymatrix.engine.vendor_signers import VendorSigners, signers_of, vendors_of_image
from supplymatrix.errors import InputError, SupplymatrixError

__all__ = ["signers_of_base"]


def signers_of_base(reference: str, means: Means) -> tuple[VendorSigners | None, str]:
    """Return who signs an image of that name for a vendor, None = nobody is known to; and what keeps it from being
    known, "" where nothing does."""
    today = means.now.date()
    try:
        folders = profile_folders(means.environ)
        vendors = vendors_of_image(reference, folders, today=today)
        if len(vendors) != 1:
            return None, f"several vendors sign images of that name: {', '.join(vendors)}" if vendors else ""
        keys = VendorKeys((), means)
        found = signers_of(vendors[0], {}, reference, folders=folders, today=today, keys=keys)
    except InputError as err:
        first = err.diagnostics[0]
        return None, f"{first.message}; {first.expected}" if first.expected else first.message
    except SupplymatrixError as err:
        return None, str(err)
    if not found.rows or not (found.wanted.identities or found.wanted.keys):
        return None, f"{found.name}: {found.gaps[0].reason}" if found.gaps else ""
    return found, ""
