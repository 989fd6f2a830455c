"""The feeds by name: whose they are, under which licence, what to ask for, and how their files are read.

A feed is data of somebody else. What may not be passed on (`redistributable` is false) is fetched by who uses it, and
no part of it is in this program.

Docker's OpenVEX of its golang image is left out on purpose: its time stamps are of the run that wrote it, and its
statements are about packages of the base system. Neither is the day of a fix of Go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from fnmatch import fnmatchcase

from supplymatrix.feeds.almalinux_osv import parse_almalinux_osv
from supplymatrix.feeds.azurelinux_oval import parse_azurelinux_oval
from supplymatrix.feeds.bitnami_osv import parse_bitnami_osv
from supplymatrix.feeds.chainguard_osv import parse_chainguard_osv
from supplymatrix.feeds.go_releases import parse_go_releases
from supplymatrix.feeds.go_vulndb import parse_go_vulndb
from supplymatrix.feeds.join import join_readings
from supplymatrix.feeds.redhat_csaf import parse_redhat_csaf
from supplymatrix.feeds.secdb import parse_secdb
from supplymatrix.feeds.ubuntu_osv import parse_ubuntu_osv
from supplymatrix.feeds.wolfi_events import parse_wolfi_events
from supplymatrix.model.advisory import FeedDate, FeedReading
from supplymatrix.model.value import value

__all__ = ["FEEDS", "Feed", "FeedKind", "feed_of_file", "read_feed_files"]

Parse = Callable[[bytes, str], FeedReading]


class FeedKind(StrEnum):
    """In which form a feed is served. PER_CVE: a file for each CVE, the address has `{cve}`, `{CVE}` and `{year}`."""

    FILE = "file"
    ZIP = "zip"
    TAR_GZ = "tar.gz"
    TAR_XZ = "tar.xz"
    PER_CVE = "per_cve"
    NONE = "none"


@value
class Feed:
    """One feed.

    id: as in `FeedDate.feed` and `FeedReading.as_of`. vendor: a profile's id. urls: what to ask for; none where the
    feed is served no more, or not as a file. kind: of what they give. members: globs of the members of an archive that
    are wanted, by their whole names; all when empty. files: globs of its files in a folder, or below `<id>/` in what
    was synced; "*" matches "/" too. attribution: the line that its licence asks for.
    """

    id: str
    name: str
    vendor: str
    licence: str
    attribution: str
    redistributable: bool
    urls: tuple[str, ...]
    kind: FeedKind
    members: tuple[str, ...]
    files: tuple[str, ...]
    parse: Parse


FEEDS: tuple[Feed, ...] = (
    Feed(
        id="go-releases",
        name="Go release history",
        vendor="go-project",
        licence="BSD-3-Clause",
        attribution="Dates of releases: The Go Authors, golang/website internal/history",
        redistributable=True,
        urls=(),
        kind=FeedKind.NONE,
        members=(),
        files=("go-release-dates.csv", "go-releases.csv", "*/go-releases.csv", "go-releases/*.csv"),
        parse=parse_go_releases,
    ),
    Feed(
        id="go-vulndb",
        name="Go vulnerability database",
        vendor="go-project",
        licence="CC-BY-4.0",
        attribution="Go vulnerability database, The Go Authors, CC BY 4.0",
        redistributable=True,
        urls=("https://vuln.go.dev/vulndb.zip",),
        kind=FeedKind.ZIP,
        members=("ID/GO-*.json",),
        files=("go-vulndb/osv/*.json", "go-vulndb/osv-modules/*.json", "go-vulndb/ID/GO-*.json", "go-vulndb/GO-*.json"),
        parse=parse_go_vulndb,
    ),
    Feed(
        id="ubuntu",
        name="Ubuntu security notices and CVEs (OSV)",
        vendor="canonical",
        licence="CC-BY-SA-4.0",
        attribution="Ubuntu security notices, Canonical Ltd., CC BY-SA 4.0",
        redistributable=True,
        urls=("https://security-metadata.canonical.com/osv/osv-all.tar.xz",),
        kind=FeedKind.TAR_XZ,
        members=("osv/usn/USN-*.json", "osv/cve/*UBUNTU-CVE-*.json", "usn/USN-*.json", "cve/*UBUNTU-CVE-*.json"),
        files=("ubuntu-osv/usn/*.json", "ubuntu-osv/cve/*.json", "ubuntu/*USN-*.json", "ubuntu/*UBUNTU-CVE-*.json"),
        parse=parse_ubuntu_osv,
    ),
    Feed(
        id="redhat",
        name="Red Hat CSAF: notices and VEX",
        vendor="redhat",
        licence="CC-BY-4.0",
        attribution="Red Hat Product Security, CC BY 4.0, https://security.access.redhat.com/data/csaf/v2/",
        redistributable=True,
        urls=("https://security.access.redhat.com/data/csaf/v2/vex/{year}/{cve}.json",),
        kind=FeedKind.PER_CVE,
        members=(),
        files=(
            "redhat-csaf/advisories/*.json",
            "redhat-csaf/vex/*.json",
            "redhat/*cve-*.json",
            "redhat/*rhsa-*.json",
        ),
        parse=parse_redhat_csaf,
    ),
    Feed(
        id="almalinux",
        name="AlmaLinux notices (OSV), a stand-in for RHEL",
        vendor="redhat",
        licence="MIT",
        attribution="AlmaLinux OSV database, AlmaLinux OS Foundation, MIT",
        redistributable=True,
        urls=("https://osv-vulnerabilities.storage.googleapis.com/AlmaLinux/all.zip",),
        kind=FeedKind.ZIP,
        members=("ALSA-*.json",),
        files=("almalinux-osv/*ALSA-*.json", "almalinux/*ALSA-*.json"),
        parse=parse_almalinux_osv,
    ),
    Feed(
        id="wolfi",
        name="Wolfi advisory logs, last Apache-2.0 state (2025-05-07)",
        vendor="chainguard",
        licence="Apache-2.0 to 2025-05-07; CC BY-NC-ND 4.0 and more after it",
        attribution="Wolfi advisories, Chainguard, Inc. and contributors, Apache-2.0, state of 2025-05-07",
        redistributable=True,
        urls=(),
        kind=FeedKind.NONE,
        members=(),
        files=("wolfi/*.advisories.yaml",),
        parse=parse_wolfi_events,
    ),
    Feed(
        id="chainguard",
        name="Chainguard advisories (OSV, version 3)",
        vendor="chainguard",
        licence="CC BY-NC-ND 4.0 and Chainguard's terms for scanners",
        attribution="Chainguard, Inc.; for use at your side only",
        redistributable=False,
        urls=("https://advisories.cgr.dev/chainguard/v3/osv/chainguard-osv.tar.gz",),
        kind=FeedKind.TAR_GZ,
        members=("CGA-*.json", "*/CGA-*.json"),
        files=("chainguard/osv/CGA-*.json", "chainguard/*CGA-*.json", "chainguard-osv/*CGA-*.json"),
        parse=parse_chainguard_osv,
    ),
    Feed(
        id="secdb",
        name="Wolfi and Chainguard security databases (no dates)",
        vendor="chainguard",
        licence="not stated with the data",
        attribution="Chainguard, Inc.; for use at your side only",
        redistributable=False,
        urls=(),
        kind=FeedKind.NONE,
        members=(),
        files=("wolfi/secdb/*.json", "chainguard/secdb/*.json", "secdb/*security.json"),
        parse=parse_secdb,
    ),
    Feed(
        id="bitnami",
        name="Bitnami vulnerability database (days of import)",
        vendor="bitnami",
        licence="Apache-2.0",
        attribution="Bitnami vulndb, Broadcom, Inc., Apache-2.0",
        redistributable=True,
        urls=("https://osv-vulnerabilities.storage.googleapis.com/Bitnami/all.zip",),
        kind=FeedKind.ZIP,
        members=("BIT-golang-*.json",),
        files=("bitnami-osv/*BIT-*.json", "bitnami/*BIT-*.json"),
        parse=parse_bitnami_osv,
    ),
    Feed(
        id="azurelinux",
        name="Azure Linux 3 OVAL (days of import)",
        vendor="microsoft",
        licence="MIT",
        attribution="Azure Linux vulnerability data, Microsoft Corporation, MIT",
        redistributable=True,
        urls=("https://raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main/azurelinux-3.0-oval.xml",),
        kind=FeedKind.FILE,
        members=(),
        files=("azurelinux-oval/*.xml", "azurelinux/*.xml"),
        parse=parse_azurelinux_oval,
    ),
)


def feed_of_file(file: str) -> Feed | None:
    """Return the feed to which a file of a folder belongs, None for a file of no feed.

    file: its path from the folder on, `/`-separated. Only the layouts in `Feed.files` count, so that a folder of
    examples somewhere below is not taken for facts.
    """
    return next((feed for feed in FEEDS if any(fnmatchcase(file, pattern) for pattern in feed.files)), None)


def read_feed_files(
    files: Iterable[tuple[str, bytes]], releases: Mapping[str, FeedDate], *, source: str = "folder"
) -> FeedReading:
    """Return what many files of feeds say together; files of no feed are passed over.

    releases: days of Go releases, beside those that a table among the files has (which win). source: of the reading.
    What is the same twice is kept once. Fixes get the day of their Go release, and the fixes of a CVE record the day of
    the notice that they name (`join.py`). No date is dropped: which of them count is for who measures.
    """
    readings = (feed.parse(data, file) for file, data in files if (feed := feed_of_file(file)) is not None)
    return join_readings(readings, releases, source=source)
