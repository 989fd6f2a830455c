"""vendor/modules.txt: which modules the go command has copied packages from.

    # example.com/a v1.2.3
    ## explicit; go 1.20
    example.com/a/package
    # example.com/b v1.0.0 => ../b

Source: go.dev/ref/mod#go-mod-vendor; cmd/go internal/modload/vendor.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.sources.files import read_if_there

__all__ = ["VendorList", "read_vendor_list"]

_LIMIT = 64 << 20


@value
class VendorList:
    """packages: the packages that were copied from each module, at the version that was selected then; modules without
    any are left out. They are those of a build for any system, and of the main module's tests."""

    packages: Mapping[ModuleVersion, tuple[str, ...]]

    @property
    def giving(self) -> frozenset[ModuleVersion]:
        """The modules from which at least one package was copied."""
        return frozenset(self.packages)


def read_vendor_list(path: Path) -> VendorList | None:
    """Read a vendor/modules.txt, None when there is none. Raises InputError when it cannot be read."""
    data = read_if_there(path, _LIMIT, "vendor/modules.txt")
    if data is None:
        return None
    packages: dict[ModuleVersion, list[str]] = {}
    module: ModuleVersion | None = None
    for line in data.decode("utf-8", "replace").split("\n"):
        words = line.split()
        if line.startswith("# "):
            # A replace without a version stands in the list a second time, at the end, and has no packages there.
            is_module = len(words) >= 3 and words[2] != "=>"
            module = ModuleVersion(path=words[1], version=words[2]) if is_module else None
        elif words and not line.startswith("#") and module is not None:
            packages.setdefault(module, []).append(words[0])
    return VendorList(packages={module: tuple(sorted(found)) for module, found in packages.items()})
