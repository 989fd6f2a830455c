"""What is known of the vendors that a policy asks something of ([vendors.<id>]): facts for SM801 and SM802.

    measures = VendorMeasures(environ, today)
    measures.of(["chainguard"])

Feeds as `response` takes them (what was synced, else the dates that come with the program), profiles as `matrix` takes
them (the user's own over the built-in ones). Feeds are read once a run, and of profiles only those that are asked of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from supplymatrix.errors import InputError, SourceError
from supplymatrix.model.fact import VendorMeasure

if TYPE_CHECKING:
    from supplymatrix.model.advisory import FeedReading
    from supplymatrix.model.vendor import VendorProfile

__all__ = ["VendorMeasures", "known_vendors", "profile_folders", "profile_of"]

_BUILTIN = "vendor_profiles"


class VendorMeasures:
    """Reads for one run. today: UTC."""

    def __init__(self, environ: Mapping[str, str], today: date) -> None:
        self._environ = environ
        self._today = today
        self._found: dict[str, VendorMeasure] = {}
        self._reading: FeedReading | None = None

    def of(self, vendors: Iterable[str]) -> tuple[VendorMeasure, ...]:
        """Return a fact for each vendor. Raises nothing of its own: what goes wrong is the reason of a fact."""
        wanted = tuple(dict.fromkeys(vendors))
        for vendor in wanted:
            if vendor not in self._found:
                try:
                    self._found[vendor] = self._measure(vendor)
                except (InputError, SourceError) as err:
                    self._found[vendor] = _nothing(vendor, str(err))
        return tuple(self._found[vendor] for vendor in wanted)

    def _measure(self, vendor: str) -> VendorMeasure:
        """Measure one vendor. Raises InputError, SourceError."""
        from supplymatrix.engine.feed_data import load_feed_data
        from supplymatrix.vendors.measures import measure_vendor, rows_of_vendor

        profile = profile_of(vendor, self._environ, self._today)
        if profile is None:
            return _nothing(vendor, "there is no profile of this vendor")
        if self._reading is None:
            self._reading = load_feed_data(None, environ=self._environ)
        rows = rows_of_vendor(self._reading, vendor, self._today)
        return measure_vendor(profile, rows, self._reading.source, self._today)


def profile_of(vendor: str, environ: Mapping[str, str], today: date) -> VendorProfile | None:
    """Return a vendor's profile, of the user's folders the last one that has it. Raises InputError, SourceError."""
    from supplymatrix.engine.vendor_profiles import PROFILE_LIMIT
    from supplymatrix.sources.builtin import builtin_bytes, builtin_names
    from supplymatrix.sources.files import read_if_there
    from supplymatrix.vendors.profile_reader import parse_profile

    name = f"{vendor}.toml"
    for folder in reversed(profile_folders(environ)):
        data = read_if_there(folder / name, PROFILE_LIMIT, "vendor profile")
        if data is not None:
            return parse_profile(data, (folder / name).as_posix(), today=today)
    if name not in builtin_names(_BUILTIN):
        return None
    return parse_profile(builtin_bytes(_BUILTIN, name), f"{_BUILTIN}/{name}")


def known_vendors(environ: Mapping[str, str]) -> frozenset[str]:
    """Return the ids of all vendors that have a profile, without reading one; of the user's own folders too."""
    from supplymatrix.sources.builtin import builtin_names

    names = {PurePath(name).stem for name in builtin_names(_BUILTIN) if name.endswith(".toml")}
    try:
        folders = profile_folders(environ)
    except InputError:  # told by whoever uses the settings
        folders = ()
    for folder in folders:
        try:
            names |= {path.stem for path in folder.glob("*.toml") if path.name != "quotes.toml"}
        except OSError:
            continue
    return frozenset(names)


def profile_folders(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the user's own folders of profiles, the stronger last. Raises InputError for broken settings."""
    from supplymatrix.engine.settings import load_settings

    return load_settings(environ).profiles


def _nothing(vendor: str, reason: str) -> VendorMeasure:
    return VendorMeasure(vendor=vendor, channels=(), feeds="", statements=0, evidence_from=None, reason=reason)
