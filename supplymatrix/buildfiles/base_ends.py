"""Until when the distribution under an image is supported, as its tag or its name tells.

    >>> end_of_base("golang:1.22-buster").distribution, end_of_base("golang:1.22-buster").ends.isoformat()
    ('Debian 10 (buster)', '2024-06-30')

A small table of our own, of the day AS_OF; facts only. What is not in it has no known end: "stable", "latest", rolling
distributions, and images whose name tells no distribution. The end is that of free support for everybody: standard
support of Ubuntu (not Pro), LTS of Debian (not ELTS), of Red Hat's images that of the RHEL below.

Sources, each by its name: the release table of the Alpine project; the release and LTS pages of the Debian project;
Ubuntu's table of releases; Fedora's schedule; Red Hat's life cycle page; CentOS' own end pages; openSUSE's page on
lifetimes; Microsoft's life cycle of Azure Linux; the support policy of the distroless project; the FAQs of Amazon
Linux; the life cycles of SUSE (general support) and Oracle (premier support); the support matrix of Photon OS. Of
Fedora 44 and 45 the ends are those planned: four weeks after the release of 46 and 47.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from supplymatrix.buildfiles.images import image_forms, split_image
from supplymatrix.model.value import value

__all__ = ["AS_OF", "BaseEnd", "end_of_alpine_repository", "end_of_base", "living_release"]

AS_OF = date(2026, 11, 26)
"""The day of which the table is."""
_LIBRARY = "docker.io/library/"
_WORTH_A_MOVE = 180
"""Days that a release has to live for anybody to be sent to it."""


@value
class BaseEnd:
    """One release of a distribution. family: "debian" …; distribution: "Debian 10 (buster)". ends: its last day.
    source: who says so."""

    family: str
    release: str
    distribution: str
    ends: date
    source: str


_TITLES = {
    "alpine": ("Alpine", "the release table of Alpine"),
    "debian": ("Debian", "Debian's LTS page"),
    "ubuntu": ("Ubuntu", "Ubuntu's table of releases, standard support"),
    "fedora": ("Fedora", "Fedora's schedule"),
    "ubi": ("Red Hat UBI", "Red Hat's life cycle of RHEL"),
    "centos": ("CentOS", "the end pages of CentOS"),
    "leap": ("openSUSE Leap", "openSUSE's page on lifetimes"),
    "azurelinux": ("Azure Linux", "Microsoft's life cycle of Azure Linux"),
    "distroless": ("distroless on Debian", "the support policy of distroless: a year beyond the next Debian"),
    "amazonlinux": ("Amazon Linux", "Amazon's FAQ of each Amazon Linux"),
    "bci": ("SLE BCI", "SUSE's life cycle, general support"),
    "oracle": ("Oracle Linux", "Oracle's life cycle, premier support"),
    "photon": ("Photon OS", "the support matrix of Photon OS"),
}
_TABLE = """
alpine 3.5 2018-11-01
alpine 3.6 2019-05-01
alpine 3.7 2019-11-01
alpine 3.8 2020-05-01
alpine 3.9 2020-11-01
alpine 3.10 2021-05-01
alpine 3.11 2021-11-01
alpine 3.12 2022-05-01
alpine 3.13 2022-11-01
alpine 3.14 2023-05-01
alpine 3.15 2023-11-01
alpine 3.16 2024-05-23
alpine 3.17 2024-11-22
alpine 3.18 2025-05-09
alpine 3.19 2025-11-01
alpine 3.20 2026-04-01
alpine 3.21 2026-11-01
alpine 3.22 2027-05-01
alpine 3.23 2027-11-01
debian 8 2020-06-30 jessie
debian 9 2022-06-30 stretch
debian 10 2024-06-30 buster
debian 11 2026-08-31 bullseye
debian 12 2028-06-30 bookworm
debian 13 2030-06-30 trixie
ubuntu 14.04 2019-04-25 trusty
ubuntu 16.04 2021-04-30 xenial
ubuntu 18.04 2023-05-31 bionic
ubuntu 18.10 2019-07-18 cosmic
ubuntu 19.04 2020-01-23 disco
ubuntu 19.10 2020-07-17 eoan
ubuntu 20.04 2025-05-29 focal
ubuntu 20.10 2021-07-22 groovy
ubuntu 21.04 2022-01-20 hirsute
ubuntu 21.10 2022-07-14 impish
ubuntu 22.04 2027-06-01 jammy
ubuntu 22.10 2023-07-20 kinetic
ubuntu 23.04 2024-01-25 lunar
ubuntu 23.10 2024-07-11 mantic
ubuntu 24.04 2029-05-31 noble
ubuntu 24.10 2025-07-10 oracular
ubuntu 25.04 2026-01-15 plucky
ubuntu 25.10 2026-07-09 questing
ubuntu 26.04 2031-05-29 resolute
ubuntu 26.10 2027-07-15
fedora 30 2020-05-26
fedora 31 2020-11-24
fedora 32 2021-05-25
fedora 33 2021-11-30
fedora 34 2022-06-07
fedora 35 2022-12-13
fedora 36 2023-05-16
fedora 37 2023-12-05
fedora 38 2024-05-21
fedora 39 2024-11-26
fedora 40 2025-05-13
fedora 41 2025-12-15
fedora 42 2026-05-27
fedora 43 2026-12-09
fedora 44 2027-05-12
fedora 45 2027-11-17
ubi 7 2024-06-30
ubi 8 2029-05-31
ubi 9 2032-05-31
ubi 10 2035-05-31
centos 6 2020-11-30
centos 7 2024-06-30
centos 8 2021-12-31
centos stream8 2024-05-31
centos stream9 2027-05-31
leap 15.2 2022-01-04
leap 15.3 2022-12-31
leap 15.4 2023-12-07
leap 15.5 2024-12-31
leap 15.6 2026-04-30
leap 16.0 2027-10-31
azurelinux 1.0 2023-08-31
azurelinux 2.0 2025-07-31
azurelinux 3.0 2027-08-31
distroless 10 2022-08-14
distroless 11 2024-06-10
distroless 12 2026-08-09
amazonlinux 1 2023-12-31
amazonlinux 2018.03 2023-12-31
amazonlinux 2 2026-06-30
bci 15.3 2022-12-31
bci 15.4 2023-12-31
bci 15.5 2024-12-31
bci 15.6 2025-12-31
oracle 6 2021-03-31
oracle 7 2024-12-31
oracle 8 2029-07-31
oracle 9 2032-06-30
photon 1.0 2022-02-28
photon 2.0 2022-12-31
photon 3.0 2024-03-01
"""


def _rows() -> Iterator[tuple[tuple[str, str], BaseEnd]]:
    for line in _TABLE.split("\n"):
        words = line.split()
        if not words:
            continue
        family, release, ends = words[:3]
        title, source = _TITLES[family]
        name = f"{title} {release}{f' ({words[3]})' if words[3:] else ''}"
        found = BaseEnd(
            family=family,
            release=release,
            distribution=name,
            ends=date.fromisoformat(ends),
            source=f"{source}, table of {AS_OF}",
        )
        for key in (release, *words[3:]):
            yield (family, key), found


_ENDS = dict(_rows())
_SUITES = {key: found for (family, key), found in _ENDS.items() if key.isalpha() and family in ("debian", "ubuntu")}
_PARTS = re.compile(r"[-_.+]")
_ALPINE = re.compile(r"(?:^|[-_])alpine-?([0-9]+\.[0-9]+)(?![0-9])")
_NUMBER = re.compile(r"v?([0-9]+(?:\.[0-9]+)?)(?![0-9])")
_UBI = re.compile(r"registry\.(?:access\.redhat\.com|redhat\.io)/(?:ubi|rhel)([0-9]+)(?:[-/].*)?")
_DISTROLESS = re.compile(r"gcr\.io/distroless/(?:static|base|base-nossl|cc)-debian([0-9]+)")
_BCI = re.compile(r"registry\.suse\.com/(?:bci/bci-(?:base|micro|minimal|init|busybox)(?:-fips)?|suse/sle15)")
_AZURE = re.compile(r"mcr\.microsoft\.com/(?:cbl-mariner|azurelinux)/.+")
_REPOSITORIES = {
    "alpine": "alpine", "debian": "debian", "ubuntu": "ubuntu", "fedora": "fedora", "centos": "centos",
    "amazonlinux": "amazonlinux", "oraclelinux": "oracle", "photon": "photon",
}  # fmt: skip
_OTHERS = {
    "quay.io/fedora/fedora": "fedora", "registry.fedoraproject.org/fedora": "fedora",
    "registry.fedoraproject.org/fedora-minimal": "fedora", "quay.io/centos/centos": "centos",
    "docker.io/opensuse/leap": "leap", "registry.opensuse.org/opensuse/leap": "leap",
    "public.ecr.aws/ubuntu/ubuntu": "ubuntu", "public.ecr.aws/lts/ubuntu": "ubuntu",
    "public.ecr.aws/debian/debian": "debian", "public.ecr.aws/amazonlinux/amazonlinux": "amazonlinux",
}  # fmt: skip
_APK_BRANCH = re.compile(r"/v([0-9]+\.[0-9]+)(?:/|$)")


def end_of_base(reference: str) -> BaseEnd | None:
    """Return the end of the distribution under an image, None where none can be told."""
    repository, tag, _ = split_image(reference)
    forms = image_forms(repository)
    name = forms[-1] if forms else ""
    if found := _UBI.fullmatch(name):
        return _ENDS.get(("ubi", found[1]))
    if found := _DISTROLESS.fullmatch(name):
        return _ENDS.get(("distroless", found[1]))
    if _BCI.fullmatch(name):
        number = _NUMBER.match(tag)
        return _ENDS.get(("bci", number[1])) if number else None
    if _AZURE.fullmatch(name):
        number = _NUMBER.match(tag)
        return _ENDS.get(("azurelinux", number[1])) if number else None
    if _official(forms) == "centos" and tag in ("", "latest") and "@" not in reference:
        return _ENDS["centos", "8"]  # the last one that there was
    family = _OTHERS.get(name) or next((_OTHERS[form] for form in forms if form in _OTHERS), "")
    if not family:
        family = _REPOSITORIES.get(_official(forms), "")
    return _by_tag(family, tag.lower())


def end_of_alpine_repository(address: str) -> BaseEnd | None:
    """Return the end of the branch that an apk repository of Alpine is of: ".../alpine/v3.20/main"."""
    found = _APK_BRANCH.search(address)
    return _ENDS.get(("alpine", found[1])) if found and "alpine" in address else None


def living_release(family: str, day: date) -> BaseEnd | None:
    """Return the release of a distribution that is supported longest, None where the table knows none that lives long
    enough to move to it."""
    needed = day + timedelta(days=_WORTH_A_MOVE)
    return max(
        (found for (known, _), found in _ENDS.items() if known == family and found.ends >= needed),
        key=lambda found: found.ends,
        default=None,
    )


def _official(forms: tuple[str, ...]) -> str:
    """Return the name of an official image of Docker's, of a mirror of them too; "" for any other."""
    for form in forms:
        if form.startswith(_LIBRARY):
            return form.removeprefix(_LIBRARY)
        if "/library/" in form:
            return form.rpartition("/library/")[2]
    return ""


def _by_tag(family: str, tag: str) -> BaseEnd | None:
    if not family:
        alpine = _ALPINE.search(tag)
        if alpine:
            return _ENDS.get(("alpine", alpine[1]))
        return next((_SUITES[part] for part in _PARTS.split(tag) if part in _SUITES), None)
    parts = _PARTS.split(tag)
    if family == "centos" and tag.startswith("stream"):
        return _ENDS.get((family, parts[0]))
    number = _NUMBER.match(tag)
    keys = [number[1], number[1].partition(".")[0]] if number else []
    return next((_ENDS[family, key] for key in (*keys, *parts) if (family, key) in _ENDS), None)
