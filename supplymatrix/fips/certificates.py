"""Certificates of the cryptographic modules that Go programs use: a table with its day and its sources.

    certificate_of(FipsFamily.UPSTREAM, "v1.0.0-c2097c7c").number     # "CMVP #5247"

What a certificate says holds for the module of that version in the environments that it names, and for nothing else of
a program. A version that is not here is not known: it may be certified all the same. `READ_ON` is the day on which the
table was last held against its sources.

Sources: go.dev/doc/security/fips140 (Go Cryptographic Module, 2026-04-28); csrc.nist.gov, Cryptographic Module
Validation Program (by number), and its transition of FIPS 140-2 certificates to the historical list on 2026-09-21;
openssl-library.org (2025-03-11); the packaging of the module in a Go's lib/fips140.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from supplymatrix.model.fips import CertificateState, FipsFamily
from supplymatrix.model.value import value

__all__ = ["ALIASES", "CERTIFICATES", "READ_ON", "Certificate", "certificate_of", "certificates_of_host"]

READ_ON = date(2026, 11, 26)
ALIASES = {"certified": "v1.0.0-c2097c7c", "inprocess": "v1.26.0"}
"""What the words of GOFIPS140 mean in Go 1.26. A later Go may mean newer versions."""


@value
class Certificate:
    """What is known of one module. version: of the module, without the suffix that tells copies apart. number: "CMVP
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
        version="v1.0.0",
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

_VERSION = re.compile(r"(v[0-9]+\.[0-9]+\.[0-9]+)(?:-[0-9a-f]{6,40})?")


def certificate_of(family: FipsFamily, version: str) -> Certificate | None:
    """Return what is known of the module that a program has in it; None for a version that is not in the table.

    version: of the module: "v1.0.0-c2097c7c" as v1.0.0, or of BoringCrypto the tag of its source.
    """
    found = _VERSION.fullmatch(version)
    bare = found[1] if found else version
    return next((one for one in CERTIFICATES if one.family is family and not one.hosts and one.version == bare), None)


def certificates_of_host(family: FipsFamily, image: str) -> Iterator[Certificate]:
    """Yield the modules that an image or system of a vendor has, by its name ("registry.example/ubi9/ubi:9.4")."""
    for one in CERTIFICATES:
        if one.family is family and any(word in image for word in one.hosts):
            yield one
