"""Small whole files of each feed, made for these tests: the form is the feeds', the facts are invented."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from supplymatrix.model.advisory import FeedDate

RELEASES: Mapping[str, FeedDate] = {
    version: FeedDate(
        day=date.fromisoformat(day), feed="go-releases", file="go-releases.csv", field=f"line {line} released"
    )
    for line, (version, day) in enumerate(
        [("1.20.0", "2023-02-01"), ("1.20.7", "2023-08-01"), ("1.21.0", "2023-08-08"), ("1.21.4", "2023-11-07")],
        start=2,
    )
}


def as_bytes(found: object) -> bytes:
    """Return a value as JSON."""
    return json.dumps(found, indent=2).encode()


def osv_range(*events: tuple[str, str], kind: str = "ECOSYSTEM") -> dict[str, object]:
    """Return a range of (event, version)."""
    return {"type": kind, "events": [{name: version} for name, version in events]}


def go_entry(*fixed: str, name: str = "stdlib", aliases: tuple[str, ...] = ("CVE-2030-0001",)) -> dict[str, object]:
    """Return an entry of the Go vulnerability database, fixed in these semantic versions."""
    events = [event for version in fixed for event in (("introduced", "0"), ("fixed", version))]
    return {
        "schema_version": "1.3.1",
        "id": "GO-2030-0001",
        "modified": "0001-01-01T00:00:00Z",
        "published": "0001-01-01T00:00:00Z",
        "aliases": list(aliases),
        "affected": [
            {
                "package": {"name": name, "ecosystem": "Go"},
                "ranges": [osv_range(*events, kind="SEMVER")],
                "ecosystem_specific": {"imports": [{"path": "net/http"}]},
            }
        ],
    }


def osv_notice(identity: str, ecosystem: str, package: str, fixed: str = "", **more: object) -> dict[str, object]:
    """Return an OSV record of a distribution; fixed: "" for none."""
    events = [("introduced", "0"), *([("fixed", fixed)] if fixed else [])]
    record: dict[str, object] = {
        "schema_version": "1.7.0",
        "id": identity,
        "published": "2030-02-03T04:05:06Z",
        "modified": "2030-03-01T00:00:00Z",
        "affected": [{"package": {"ecosystem": ecosystem, "name": package}, "ranges": [osv_range(*events)]}],
    }
    return record | more


WOLFI = b"""\
schema-version: 2.0.2
package:
  name: go-1.22
advisories:
  - id: CGA-aaaa-bbbb-cccc
    aliases:
      - CVE-2030-0001
      - GHSA-aaaa-bbbb-cccc
    events:
      - timestamp: 2030-02-01T01:02:03Z
        type: detection
      - timestamp: 2030-02-03T04:05:06Z
        type: fixed
        data:
          fixed-version: 1.22.5-r0
      - timestamp: 2030-02-03T04:05:06Z
        type: fixed
        data:
          fixed-version: 1.22.5-r0
"""

OVAL = b"""\
<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5" xmlns:oval="urn:oval">
  <generator><oval:timestamp>2030-10-10T12:04:24.5Z</oval:timestamp></generator>
  <definitions>
    <definition class="vulnerability" id="a">
      <metadata>
        <title>CVE-2030-0001 affecting package golang for versions less than 1.22.5-1</title>
        <patchable>true</patchable>
        <advisory_date>2030-02-03T04:05:06Z</advisory_date>
        <advisory_id>1-1</advisory_id>
      </metadata>
    </definition>
    <definition class="vulnerability" id="b">
      <metadata>
        <title>CVE-2030-0002 affecting package golang for versions less than  1.22.6-1</title>
        <patchable>true</patchable>
        <advisory_id>2-1</advisory_id>
      </metadata>
    </definition>
    <definition class="vulnerability" id="c">
      <metadata>
        <title>CVE-2030-0003 affecting package vim for versions less than 9</title>
        <advisory_date>2030-02-04T04:05:06Z</advisory_date>
      </metadata>
    </definition>
  </definitions>
</oval_definitions>
"""

_PLATFORM = {
    "name": "Red Hat Enterprise Linux AppStream (v. 9)",
    "product_id": "AppStream-9.4",
    "product_identification_helper": {"cpe": "cpe:/a:redhat:enterprise_linux:9::appstream"},
}
_COMPONENT = {
    "name": "golang-0:1.22.5-1.el9.x86_64",
    "product_id": "golang-0:1.22.5-1.el9.x86_64",
    "product_identification_helper": {"purl": "pkg:rpm/redhat/golang@1.22.5-1.el9?arch=x86_64"},
}
RHEL_9_GOLANG = "AppStream-9.4:golang-0:1.22.5-1.el9.x86_64"


def csaf(category: str, identity: str, vulnerability: Mapping[str, object]) -> dict[str, object]:
    """Return a CSAF document about golang in RHEL 9."""
    return {
        "document": {
            "category": category,
            "csaf_version": "2.0",
            "tracking": {
                "id": identity,
                "initial_release_date": "2030-02-03T04:05:06+00:00",
                "current_release_date": "2030-06-01T00:00:00+00:00",
            },
        },
        "product_tree": {
            "branches": [
                {
                    "category": "vendor",
                    "branches": [
                        {"category": "product_name", "product": _PLATFORM},
                        {"category": "product_version", "product": _COMPONENT},
                    ],
                }
            ],
            "relationships": [
                {
                    "full_product_name": {"product_id": RHEL_9_GOLANG},
                    "product_reference": "golang-0:1.22.5-1.el9.x86_64",
                    "relates_to_product_reference": "AppStream-9.4",
                }
            ],
        },
        "vulnerabilities": [{"cve": "CVE-2030-0001", **vulnerability}],
    }


def rhsa() -> dict[str, object]:
    """Return a notice that fixes golang in RHEL 9 on 2030-02-03."""
    remedy = {
        "category": "vendor_fix",
        "date": "2030-02-03T04:05:06+00:00",
        "product_ids": [RHEL_9_GOLANG],
        "url": "https://access.redhat.com/errata/RHSA-2030:0001",
    }
    return csaf(
        "csaf_security_advisory",
        "RHSA-2030:0001",
        {"product_status": {"fixed": [RHEL_9_GOLANG]}, "remediations": [remedy]},
    )


def vex(remedy: Mapping[str, object] | None = None, **statuses: list[str]) -> dict[str, object]:
    """Return a VEX file with products by status and at most one remediation."""
    remedies = [remedy] if remedy else []
    return csaf("csaf_vex", "CVE-2030-0001", {"product_status": statuses, "remediations": remedies})


def secdb(**secfixes: list[str]) -> dict[str, object]:
    """Return a security database of Wolfi with one package of Go; versions with "_" for "."."""
    fixes = {version.removeprefix("v").replace("_", "."): names for version, names in secfixes.items()}
    return {"reponame": "os", "packages": [{"pkg": {"name": "go-1.22", "secfixes": fixes}}]}


RELEASE_TABLE = b"# as-of: 2030-01-01\nversion,released\n1.21.0,2023-08-08\n1.21.4,2023-11-07\n"

WHOLE_FILES: Mapping[str, tuple[str, bytes]] = {
    "go-releases": ("go-releases.csv", RELEASE_TABLE),
    "go-vulndb": ("go-vulndb/osv/GO-2030-0001.json", as_bytes(go_entry("1.21.4"))),
    "ubuntu": (
        "ubuntu-osv/usn/USN-9999-1.json",
        as_bytes(
            osv_notice("USN-9999-1", "Ubuntu:22.04:LTS", "golang-1.22", "1.22.2-2", upstream=["UBUNTU-CVE-2030-0001"])
        ),
    ),
    "redhat": ("redhat-csaf/advisories/rhsa-2030_0001.json", as_bytes(rhsa())),
    "almalinux": (
        "almalinux-osv/almalinux9/ALSA-2030:1.json",
        as_bytes(osv_notice("ALSA-2030:1", "AlmaLinux:9", "golang", "1.22.5-1.el9", related=["CVE-2030-0001"])),
    ),
    "wolfi": ("wolfi/advisories/go-1.22.advisories.yaml", WOLFI),
    "chainguard": (
        "chainguard/osv/CGA-a.json",
        as_bytes(osv_notice("CGA-a", "Chainguard", "go-1.22", "1.22.5-r0", upstream=["CVE-2030-0001"])),
    ),
    "secdb": ("secdb/security.json", as_bytes(secdb(v1_22_5_r0=["CVE-2030-0001"]))),
    "bitnami": (
        "bitnami-osv/BIT-golang-2030-0001.json",
        as_bytes(osv_notice("BIT-golang-2030-0001", "Bitnami", "golang", "1.22.5", aliases=["CVE-2030-0001"])),
    ),
    "azurelinux": ("azurelinux-oval/azurelinux-3.0-oval.xml", OVAL),
}
"""Feed id → a file's path and its bytes: one that says something about Go, without a fault."""
