"""What lies on a disk, held against what the log proves: vendored modules, and the Go toolchain itself.

A copy in the module cache is a `CachedCopy` (model/fact.py); it names its differing files with the same values.
"""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value

__all__ = [
    "FileChange", "FileDifference", "InstalledGo", "ToolchainLevel", "VendorState", "VendorTree", "VendoredModule",
]  # fmt: skip


class FileChange(StrEnum):
    """How a file is another than the proven one."""

    CHANGED = "changed"
    MISSING = "missing"
    EXTRA = "extra"


@value
class FileDifference:
    """One file that is not as it was proven. name: below the root of what was compared, separated by slashes, bytes
    that are no UTF-8 replaced. detail: what is known beyond that ("first differs at byte 120"), "" for nothing."""

    name: str
    change: FileChange
    detail: str = ""


class VendorState(StrEnum):
    """What became of one module of vendor/modules.txt. UNCHECKED comes with its reason."""

    EQUAL = "equal"
    DIFFERS = "differs"
    ABSENT = "absent"
    LOCAL = "local"
    UNCHECKED = "unchecked"


@value
class VendoredModule:
    """One module of vendor/, its files held against those of its zip, whose h1 the log proved.

    subject: as go.mod requires it. effective: what was copied in its place, None = a folder (then LOCAL: nothing proves
    it). files: that were compared; differences: the first of those that are others, in the order of names; differing:
    how many there are. ABSENT: packages are listed and none of them lies there. compared_with: where the zip was ("the
    module cache", the address of a proxy), "" for none. is_proven: the log has the zip's hash; False where only go.sum
    vouches for it. location: its line in modules.txt. wrong_zip: who sent a zip that is another one, and what it has,
    "" for nobody: then the module is UNCHECKED.
    """

    subject: ModuleVersion
    effective: ModuleVersion | None
    state: VendorState
    files: int
    location: Location
    differences: tuple[FileDifference, ...] = ()
    differing: int = 0
    compared_with: str = ""
    is_proven: bool = False
    reason: str = ""
    remedy: str = ""
    wrong_zip: str = ""


@value
class VendorTree:
    """vendor/ as a whole. modules, files: how many were listed, and found. unexplained: the first files that belong to
    no listed package of any module; unexplained_total: how many there are. inconsistencies: where modules.txt and
    go.mod disagree, a clause each. location: of modules.txt. is_there: False where a policy expects one, and the
    project has none."""

    modules: int
    files: int
    unexplained: tuple[FileDifference, ...]
    unexplained_total: int
    inconsistencies: tuple[str, ...]
    location: Location
    is_there: bool = True


class ToolchainLevel(StrEnum):
    """What an installed Go is, the best first."""

    OFFICIAL = "official"
    CONFIG_CHANGED = "official-config-changed"
    DISTRIBUTION = "distribution-build"
    UNKNOWN_VERSION = "unknown-version"
    MODIFIED = "modified"
    UNCHECKED = "unchecked"


@value
class InstalledGo:
    """One Go on this machine, its files held against the record of `golang.org/toolchain` in the log.

    root: its folder. found_as: "argument", "PATH", "GOROOT" (the go in PATH takes it, and is not of it), "module
    cache". version: "1.26.8", as its VERSION file says; platform: "linux-amd64". subject: the module version as which
    the log has it, None where no version is told. hash: of what lies there, "" where it was not hashed. logged_hash,
    record_id, tree_size: of the proven record, "" and -1 and 0 for none. config: settings of go.env that are not as
    shipped ("GOTOOLCHAIN=local"), without secrets. files: that were hashed. differences: the first files that are
    others, where there is something to compare with (compared_with: "the zip in the module cache", an address);
    differing: how many. maker: who built it, where it says so ("Red Hat", "Debian"), "" for nobody; maker_mark: by
    which mark that is known; is_packaged: a database of packages of this machine, outside of it, says so. reason,
    remedy: why it is no better than its level. risks: a clause for each setting of go.env that may do harm, and for
    another program that is run with it; runs: that program, "" for none. links: how many were followed; outside: files
    in folders that the record does not have (api, doc, misc, test), which nobody checked; fips: zips of the
    cryptographic module that are not what the list beside them says. bad_proof: an answer of the log about it does not
    hold. link: where its folder leads, if that is a link, "" for none.
    """

    root: str
    found_as: str
    version: str
    platform: str
    level: ToolchainLevel
    subject: ModuleVersion | None = None
    hash: str = ""
    logged_hash: str = ""
    record_id: int = -1
    tree_size: int = 0
    config: tuple[str, ...] = ()
    files: int = 0
    differences: tuple[FileDifference, ...] = ()
    differing: int = 0
    compared_with: str = ""
    maker: str = ""
    reason: str = ""
    remedy: str = ""
    maker_mark: str = ""
    risks: tuple[str, ...] = ()
    links: int = 0
    outside: int = 0
    fips: tuple[str, ...] = ()
    bad_proof: bool = False
    link: str = ""
    runs: str = ""
    is_packaged: bool = False
