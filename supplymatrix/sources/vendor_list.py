"""vendor/modules.txt: which modules the go command has copied packages from.

    # example.com/a v1.2.3
    ## explicit; go 1.20
    example.com/a/package
    # example.com/b v1.0.0 => ../b

Source: go.dev/ref/mod#go-mod-vendor; cmd/go internal/modload/vendor.go.
"""

from __future__ import annotations

from pathlib import Path

from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.sources.files import read_if_there

__all__ = ["VendorList", "read_vendor_list"]

_LIMIT = 64 << 20


@value
class VendorList:
    """giving: the modules from which at least one package was copied, at the version that was selected then."""

    giving: frozenset[ModuleVersion]


def read_vendor_list(path: Path) -> VendorList | None:
    """Read a vendor/modules.txt, None when there is none. Raises InputError when it cannot be read."""
    data = read_if_there(path, _LIMIT, "vendor/modules.txt")
    if data is None:
        return None
    giving: set[ModuleVersion] = set()
    module: ModuleVersion | None = None
    for line in data.decode("utf-8", "replace").split("\n"):
        words = line.split()
        if line.startswith("# "):
            # A replace without a version stands in the list a second time, at the end, and has no packages there.
            is_module = len(words) >= 3 and words[2] != "=>"
            module = ModuleVersion(path=words[1], version=words[2]) if is_module else None
        elif words and not line.startswith("#") and module is not None:
            giving.add(module)
    return VendorList(giving=frozenset(giving))
