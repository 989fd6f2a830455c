"""Red Hat's CSAF 2.0 documents: notices (RHSA, fixed only) and VEX files (all states of one CVE).

- Of a notice, the day of a fix is that of its `vendor_fix` remediation, or `initial_release_date`, which is the same;
  `current_release_date` moves whenever the file is written anew.
- Of a VEX file, `initial_release_date` is the *CVE's* day. Its `vendor_fix` names the notice by address; files of 2023
  give no day with it. Such a fix has none here, and gets that of the notice it names (`registry.py`).
- `known_affected` is open, or won't-fix where a `no_fix_planned` remediation says so; `under_investigation` is open.

Products are "platform:component"; the product tree gives a component's package URL and a platform's CPE. Only packages
of Go itself are read, and of them not the parts in which golang is split.

Source: OASIS CSAF 2.0 section 3; redhatproductsecurity.github.io/security-data-guidelines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple
from urllib.parse import unquote

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.feeds.days import newest, parse_day
from supplymatrix.feeds.json_text import as_list, as_table, as_text, clean, control_faults, read_json
from supplymatrix.feeds.osv import cves_of
from supplymatrix.feeds.packages import is_main_package, shipment_of
from supplymatrix.model.advisory import Channel, DateTrust, FeedDate, FeedReading, FixEvent, FixState, Shipment

__all__ = ["RED_HAT", "parse_redhat_csaf"]

FEED = "redhat"
RED_HAT = Channel(
    id="redhat", name="Red Hat (RHSA and VEX)", vendor="redhat", stand_in_for="", rebases=True, trust=DateTrust.EXACT
)
_NOTICE, _VEX = "csaf_security_advisory", "csaf_vex"
_STATUSES = {
    "fixed": FixState.FIXED,
    "known_affected": FixState.OPEN,
    "under_investigation": FixState.OPEN,
    "known_not_affected": FixState.NOT_AFFECTED,
}
_NEVRA = re.compile(r"(?:.*[:/])?([A-Za-z0-9._+-]+)-([0-9]+):([^-:\s]+-[^-:\s]+)\.[a-z0-9_]+(?:::.*)?")
_PURL = re.compile(r"pkg:rpm/[^/@?]+/([^@?/]+)(?:@([^?#]+))?")
_RHEL = re.compile(r"cpe:/[ao]:redhat:(enterprise_linux|rhel_[a-z]+):([0-9.]+)")
_NOTICE_ID = re.compile(r"RH[SBE]A-[0-9]{4}:[0-9]{1,7}")
_MAX_BRANCHES = 500_000
_MAX_FAULTS = 20


def parse_redhat_csaf(data: bytes, file: str) -> FeedReading:
    """Return what one notice or VEX file says about packages of Go."""
    try:
        return _Document(read_json(data, file), file).read(control_faults(data, file))
    except InputError as err:
        return FeedReading(faults=err.diagnostics)


class _Remedy(NamedTuple):
    """What one remediation says of a product. advisory: the notice that its address names."""

    category: str
    when: FeedDate | None
    advisory: str


class _Document:
    """One file as it is read."""

    def __init__(self, root: Mapping[str, object], file: str) -> None:
        document = as_table(root.get("document"))
        self._file = file
        self._faults: list[Diagnostic] = []
        self._category = as_text(document.get("category"))
        version = as_text(document.get("csaf_version"))
        if version.partition(".")[0] != "2" or self._category not in (_NOTICE, _VEX):
            raise InputError(
                Diagnostic(
                    message="/document: this is no notice or VEX file that this program knows",
                    artifact=file,
                    line=1,
                    seen=f"csaf_version {version!r}, category {self._category!r}",
                    expected=f"csaf_version 2.x, category {_NOTICE} or {_VEX}",
                )
            )
        self._tracking = as_table(document.get("tracking"))
        self._id = as_text(self._tracking.get("id"))
        self._vulnerabilities = [as_table(found) for found in as_list(root.get("vulnerabilities"))]
        self._tree = _ProductTree(as_table(root.get("product_tree")))

    def read(self, faults: Iterable[Diagnostic]) -> FeedReading:
        """Return all that the document says of Go."""
        self._faults += faults
        stamps = ("current_release_date", "initial_release_date")
        as_of = newest([self._day(self._tracking.get(name), f"/document/tracking/{name}") for name in stamps])
        events = tuple(
            dict.fromkeys(
                event
                for index, found in enumerate(self._vulnerabilities)
                for event in self._events(found, f"/vulnerabilities/{index}")
            )
        )
        shipments = dict.fromkeys(item for event in events for item in _shipped(event))
        return FeedReading(
            channels=(RED_HAT,) if events else (),
            events=events,
            shipments=tuple(shipments),
            as_of={FEED: as_of} if as_of else {},
            faults=tuple(self._faults[:_MAX_FAULTS]),
        )

    def _events(self, found: Mapping[str, object], pointer: str) -> Iterable[FixEvent]:
        cves = cves_of((as_text(found.get("cve")), *((self._id,) if self._category == _VEX else ())))
        products = [
            (state, product, *self._tree.package(product))
            for status, state in _STATUSES.items()
            for product in map(as_text, as_list(as_table(found.get("product_status")).get(status)))
        ]
        products = [item for item in products if is_main_package(item[2])]
        if not products or not cves:
            return
        remedies = self._remedies(found, pointer, {item[1] for item in products})
        for state, product, package, version in products:
            remedy = self._remedy(state, remedies.get(product, ()))
            is_fixed = state is FixState.FIXED
            yield FixEvent(
                channel=RED_HAT.id,
                cve=cves[0],
                package=package,
                state=FixState.WONT_FIX if remedy.category == "no_fix_planned" else state,
                when=remedy.when if is_fixed else None,
                version=version if is_fixed else "",
                advisory=remedy.advisory if is_fixed else self._id,
                stream=self._tree.stream(product),
            )

    def _remedy(self, state: FixState, found: Iterable[_Remedy]) -> _Remedy:
        """Return what is said about a product in a state: its fix, or that none is planned."""
        wanted = {FixState.FIXED: "vendor_fix", FixState.OPEN: "no_fix_planned"}.get(state)
        remedy = next((item for item in found if item.category == wanted), None)
        if remedy is None:
            remedy = _Remedy("", None, "")
        if state is FixState.FIXED and self._category == _NOTICE:
            when = remedy.when or self._date(
                self._tracking.get("initial_release_date"), "/document/tracking/initial_release_date"
            )
            return _Remedy("vendor_fix", when, self._id)
        return remedy

    def _remedies(
        self, found: Mapping[str, object], pointer: str, products: set[str]
    ) -> Mapping[str, tuple[_Remedy, ...]]:
        """Return what the remediations say of the products that matter."""
        made: dict[str, tuple[_Remedy, ...]] = {}
        for index, entry in enumerate(map(as_table, as_list(found.get("remediations")))):
            match = _NOTICE_ID.search(as_text(entry.get("url")))
            remedy = _Remedy(
                as_text(entry.get("category")),
                self._date(entry.get("date"), f"{pointer}/remediations/{index}/date"),
                match[0] if match else "",
            )
            for product in map(as_text, as_list(entry.get("product_ids"))):
                if product in products:
                    made[product] = (*made.get(product, ()), remedy)
        return made

    def _date(self, found: object, pointer: str) -> FeedDate | None:
        day = self._day(found, pointer)
        return FeedDate(day=day, feed=FEED, file=self._file, field=pointer) if day else None

    def _day(self, found: object, pointer: str) -> date | None:
        day = parse_day(as_text(found))
        if day is None and found is not None:
            self._faults.append(
                Diagnostic(
                    message=f"{pointer}: this is no date",
                    artifact=self._file,
                    line=1,
                    seen=as_text(found),
                    expected="an RFC 3339 time stamp",
                )
            )
        return day


class _ProductTree:
    """Products by id: the package of a component, the stream of a platform."""

    def __init__(self, tree: Mapping[str, object]) -> None:
        self._purls: dict[str, str] = {}
        self._platforms: dict[str, tuple[str, str]] = {}
        self._parts: dict[str, tuple[str, str]] = {}
        waiting = as_list(tree.get("branches"))[:]
        for _ in range(_MAX_BRANCHES):
            if not waiting:
                break
            branch = as_table(waiting.pop())
            self._product(as_table(branch.get("product")))
            waiting += as_list(branch.get("branches"))
        for found in map(as_table, as_list(tree.get("relationships"))):
            whole = as_table(found.get("full_product_name"))
            parts = as_text(found.get("product_reference")), as_text(found.get("relates_to_product_reference"))
            self._parts[as_text(whole.get("product_id"))] = parts

    def _product(self, product: Mapping[str, object]) -> None:
        identity, helper = as_text(product.get("product_id")), as_table(product.get("product_identification_helper"))
        if purl := as_text(helper.get("purl")):
            self._purls[identity] = purl
        else:
            self._platforms[identity] = as_text(product.get("name")), as_text(helper.get("cpe"))

    def package(self, product: str) -> tuple[str, str]:
        """Return the package's name and version of a product; "" for a version that it does not have."""
        component = self._split(product)[0]
        if match := _PURL.match(self._purls.get(component, "")):
            return clean(unquote(match[1])), clean(unquote(match[2] or ""))
        if match := _NEVRA.fullmatch(component):
            return match[1], match[3]
        return component.rpartition("/")[2].rpartition(":")[2], ""

    def stream(self, product: str) -> str:
        """Return the platform of a product: "RHEL 9", or the name that the tree gives it."""
        platform = self._split(product)[1]
        name, cpe = self._platforms.get(platform, ("", ""))
        if match := _RHEL.match(cpe):
            kind = "" if match[1] == "enterprise_linux" else " " + match[1].removeprefix("rhel_").upper()
            return f"RHEL {match[2]}{kind}"
        return name or platform

    def _split(self, product: str) -> tuple[str, str]:
        """Return component and platform of a product."""
        if product in self._parts:
            return self._parts[product]
        platform, _, component = product.partition(":")
        return component, platform


def _shipped(event: FixEvent) -> tuple[Shipment, ...]:
    if event.when is None or event.state is not FixState.FIXED:
        return ()
    return shipment_of(event.channel, event.package, event.version, event.when)
