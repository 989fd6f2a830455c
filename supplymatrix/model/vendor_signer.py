"""How what a vendor delivers is signed, and by whom: as its profile says, each row with its sources."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from supplymatrix.model.location import Location
from supplymatrix.model.value import value

__all__ = [
    "SignedThing", "SignerLog", "SignerMechanism", "SignerState", "SignerVariable", "VendorSigner",
]  # fmt: skip


class SignedThing(StrEnum):
    """What is signed. PACKAGE: of a distribution, a snap, a language. BLOB: any other file."""

    IMAGE = "image"
    BLOB = "blob"
    PACKAGE = "package"
    MODULE = "module"


class SignerMechanism(StrEnum):
    """How it is signed. CHECKSUM_LOG: nobody signs it, and the checksum database has its hash."""

    KEYLESS = "sigstore-keyless"
    KEY = "sigstore-key"
    OPENPGP = "openpgp"
    APK = "apk-rsa"
    SNAP = "snap-assertion"
    NOTATION = "notation"
    X509 = "x509"
    CHECKSUM_LOG = "checksum-log"


class SignerState(StrEnum):
    """UNKNOWN: it was looked for, and nothing was found; that is no word on whether it is signed. NA: the vendor
    delivers nothing of its own that could be."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    NA = "n_a"


class SignerLog(StrEnum):
    """Whether the vendor's signatures stand in a transparency log. OPTIONAL: some do."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NOT_USED = "not used"


@value
class SignerVariable:
    """What only a customer knows. what: it is; where: the customer reads it."""

    name: str
    what: str
    where: str


@value
class VendorSigner:
    """One row. match: globs of what it signs, "" after them: `*` and `?`, and `{variable}`; () where it is not known.

    identity: exact, or identity_regexp, anchored; `{variable}` in both. key_url, key_sha256: where the key is to be
    had, and the SHA-256 of these bytes. fingerprints: of OpenPGP keys, hex in capitals. log: None = not known, taken
    for required. attestations: kinds that the vendor attaches.
    """

    id: str
    name: str
    offer: str
    thing: SignedThing
    state: SignerState
    match: tuple[str, ...]
    mechanism: SignerMechanism | None
    issuer: str
    identity: str
    identity_regexp: str
    key_url: str
    key_sha256: str
    fingerprints: tuple[str, ...]
    variables: tuple[SignerVariable, ...]
    log: SignerLog | None
    attestations: tuple[str, ...]
    evidence: tuple[str, ...]
    searched: tuple[str, ...]
    searched_at: date | None
    note: str
    location: Location
