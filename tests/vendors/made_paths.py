"""Profiles and build files made by hand, for tests of standing and coverage."""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.buildfiles.found import BuildFile
from supplymatrix.buildfiles.go_mod import read_go_mod
from supplymatrix.buildfiles.registry import read_build_file
from supplymatrix.model.vendor import VendorProfile
from supplymatrix.vendors.profile_reader import parse_profile

__all__ = ["build_files", "made_profile"]


def made_profile(
    name: str,
    detect: Sequence[str] = (),
    *,
    versions: str = "rebase",
    point: str = "toolchain",
    lifetimes: Sequence[str] = (),
    offer: str = "toolchain",
    upstream: bool = False,
) -> VendorProfile:
    """Return a profile. lifetimes: lines of a [[lifetime]], such as 'minor = "1.25"', each a row of its own."""
    entry = (
        f'[[entry]]\noffer = "go"\npoint = "{point}"\nmechanism = "some way"\ndetect = {list(detect)}\n'
        f'replaces_upstream = {str(not upstream).lower()}\nevidence = ["page"]\n'.replace("'", '"')
    )
    rows = "".join(f'[[lifetime]]\noffer = "go"\n{row}\nbasis = "a page"\nevidence = ["page"]\n' for row in lifetimes)
    text = (
        f'schema = 1\n[vendor]\nid = "{name}"\nname = "{name.title()}"\nstatus = "active"\n'
        f'url = "https://{name}.example/"\ncore = false\nkind = "distribution"\nversions = "{versions}"\n'
        'reviewed_at = 2024-01-01\nreviewer = "a person"\nevidence = ["page"]\n'
        f'[[offer]]\nid = "go"\nname = "Go"\nkind = "{offer}"\ntier = "free"\nevidence = ["page"]\n'
        f"{entry if detect else ''}{rows}"
        '[[evidence]]\nid = "page"\nsource = "https://a.example/go"\nkind = "vendor_doc"\nretrieved_at = 2024-01-01\n'
        'expires_at = 2024-12-31\nconfidence = "high"\nlocator = "first table"\n'
    )
    return parse_profile(text.encode(), f"{name}.toml")


def build_files(**texts: str) -> tuple[BuildFile, ...]:
    """Return build files by their names, `__` for a dot: build_files(go__mod="module a", Dockerfile="FROM a")."""
    named = {name.replace("__", "."): text for name, text in texts.items()}
    return tuple(
        read_go_mod(text.encode(), name) if name == "go.mod" else read_build_file(text.encode(), name)
        for name, text in named.items()
    )
