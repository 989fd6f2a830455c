"""Certificates of the cryptographic modules that Go programs use: a table with its day and its sources.

    certificate_of(FipsFamily.UPSTREAM, "v1.0.0-c2097c7c").number     # "CMVP #5247"
    meaning_of("v1.0.0", "1.24.0"), meaning_of("v1.0.0", "1.26")      # "v1.0.0", "v1.0.0-c2097c7c"

What a certificate says holds for the module of that version in the environments that it names, and for nothing else of
a program. The version is all of its text: v1.0.0 alone was sealed before v1.0.0-c2097c7c, with other code, and anybody
can make a v1.0.0 with a suffix of his own. A version that is not here is not known: it may be certified all the same.
`READ_ON` is the day on which the table was last held against its sources.

Sources: go.dev/doc/security/fips140 (Go Cryptographic Module, 2026-04-28); csrc.nist.gov, Cryptographic Module
Validation Program (by number), and its transition of FIPS 140-2 certificates to the historical list on 2026-09-21;
openssl-library.org (2025-03-11); the files of lib/fips140 in the releases of Go that `_MEANINGS` names, and issues
74947 and 81250 of Go (why versions were sealed again).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from supplymatrix.model.fips import CertificateState, FipsFamily
from supplymatrix.model.value import value

__all__ = ["CERTIFICATES", "READ_ON", "WORDS", "Certificate", "certificate_of", "certificates_of_host", "meaning_of"]

READ_ON = date(2026, 11, 26)
_V1 = "v1.0.0-c2097c7c"
_SINCE_1_26 = {"certified": _V1, "inprocess": "v1.26.0", "v1.0.0": _V1, "v1.26.0": "v1.26.0"}
_MEANINGS: Mapping[tuple[int, int], Mapping[str, str]] = {
    (24, 0): {"v1.0.0": "v1.0.0"},
    (24, 13): {"inprocess": _V1, "v1.0.0": _V1},
    (25, 0): {"inprocess": "v1.0.0", "v1.0.0": "v1.0.0"},
    (25, 14): {"certified": _V1, "inprocess": _V1, "v1.0.0": _V1},
    (26, 0): {"inprocess": _V1, "v1.0.0": _V1, "v1.26.0": "v1.26.0"},
    (26, 8): _SINCE_1_26,
    (26, 11): _SINCE_1_26,
    (27, 4): _SINCE_1_26,
}
"""Release of Go, as (N, M) of go1.N.M → what words of GOFIPS140 mean in it; where it has no such word, it builds
nothing with that."""
WORDS = ("off", "latest", *_SINCE_1_26)
"""What GOFIPS140 may be beside versions with all of their text."""


@value
class Certificate:
    """What is known of one module. version: of the module, all of its text. number: "CMVP
    #5247", "" for none. dated: the day of which that is. source: who says so. note: what else there is to know. hosts:
    of a module that is no part of the program, the images or systems that have it, as words of an image's name."""

    family: FipsFamily
    name: str
    version: str
    state: CertificateState
    number: str
    dated: date
    source: str
    note: str = ""
    hosts: tuple[str, ...] = ()


_NIST = "csrc.nist.gov/projects/cryptographic-module-validation-program/certificate/"
_END_OF_140_2 = date(2026, 9, 22)

CERTIFICATES: tuple[Certificate, ...] = (
    Certificate(
        family=FipsFamily.UPSTREAM,
        name="Go Cryptographic Module",
        version=_V1,
        state=CertificateState.CERTIFIED,
        number="CMVP #5247",
        dated=date(2026, 4, 28),
        source="go.dev/doc/security/fips140",
        note="CAVP A6650; a Go drops it once a newer version has a certificate",
    ),
    Certificate(
        family=FipsFamily.UPSTREAM,
        name="Go Cryptographic Module",
        version="v1.26.0",
        state=CertificateState.IN_PROCESS,
        number="",
        dated=date(2026, 4, 28),
        source="go.dev/doc/security/fips140",
        note="pending review on the list of modules in process; CAVP A8028, ESV #E318",
    ),
    Certificate(
        family=FipsFamily.BORINGCRYPTO,
        name="BoringCrypto",
        version="fips-20220613",
        state=CertificateState.CERTIFIED,
        number="CMVP #4735",
        dated=date(2026, 11, 26),
        source="crypto/internal/boring/Dockerfile of Go 1.26",
        note="Go says nothing of its own use of it, does not support it, and will remove it",
    ),
    Certificate(
        family=FipsFamily.REDHAT,
        name="Red Hat Enterprise Linux 9 OpenSSL FIPS Provider",
        version="3.0.7",
        state=CertificateState.CERTIFIED,
        number="CMVP #4857",
        dated=date(2026, 11, 26),
        source=f"{_NIST}4857",
        hosts=("ubi9", "rhel9"),
    ),
    Certificate(
        family=FipsFamily.CANONICAL,
        name="Ubuntu 22.04 OpenSSL Cryptographic Module",
        version="3.0.5",
        state=CertificateState.CERTIFIED,
        number="CMVP #4794",
        dated=date(2025, 2, 5),
        source="canonical.com/blog/fips-140-3-for-ubuntu-22-04lts",
        note="an interim certificate, two years at first",
        hosts=("ubuntu:22.04", "core22", "ubuntu@22.04"),
    ),
    Certificate(
        family=FipsFamily.CHAINGUARD,
        name="OpenSSL FIPS Provider",
        version="3.0",
        state=CertificateState.HISTORICAL,
        number="CMVP #4282",
        dated=_END_OF_140_2,
        source="edu.chainguard.dev (go-fips); csrc.nist.gov",
        note="of FIPS 140-2; Chainguard has a module of its own made from it, whose number is not here",
    ),
    Certificate(
        family=FipsFamily.NONE,
        name="OpenSSL FIPS Provider",
        version="3.1.2",
        state=CertificateState.CERTIFIED,
        number="CMVP #4985",
        dated=date(2025, 3, 11),
        source="openssl-library.org/post/2025-03-11-fips-140-3",
        note="of the OpenSSL project, built as its security policy says; of no distribution",
    ),
)
"""All that is known, by family."""

_RELEASE = re.compile(r"(?:go)?1\.([0-9]{1,3})(?:\.([0-9]{1,3}))?")


def certificate_of(family: FipsFamily, version: str) -> Certificate | None:
    """Return what is known of the module that a program has in it; None for a version that is not in the table.

    version: of the module, or of BoringCrypto the tag of its source.
    """
    return next(
        (one for one in CERTIFICATES if one.family is family and not one.hosts and one.version == version), None
    )


def meaning_of(said: str, go_version: str) -> str:
    """Return which version a release of Go builds in for a GOFIPS140, "" where nobody knows. said: "certified",
    "v1.0.0". go_version: "1.26.8"; "1.26" is the newest of these that is known.

    Between two known releases of one minor, what both mean holds.
    """
    found = _RELEASE.fullmatch(go_version)
    if found is None:
        return ""
    minor = int(found[1])
    known = sorted(patch for one, patch in _MEANINGS if one == minor)
    patch = int(found[2]) if found[2] else known[-1] if known else -1
    after = next((one for one in known if one >= patch), None)
    before = next((one for one in reversed(known) if one <= patch), None)
    if after is None or before is None:
        return ""
    meaning = _MEANINGS[minor, after].get(said, "")
    return meaning if _MEANINGS[minor, before].get(said, meaning) == meaning else ""


def certificates_of_host(family: FipsFamily, image: str) -> Iterator[Certificate]:
    """Yield the modules that an image or system of a vendor has, by its name ("registry.example/ubi9/ubi:9.4")."""
    for one in CERTIFICATES:
        if one.family is family and any(word in image for word in one.hosts):
            yield one
