"""Whom a certificate names, and what Fulcio wrote into it of the token that it was given for.

The subject alternative name is a URI, an e-mail address, or a user name as otherName. The further fields are extensions
below 1.3.6.1.4.1.57264.1: 1 to 6 hold a bare text, those from 8 on a UTF8String in DER.

Source: sigstore/fulcio docs/oid-info.md, docs/certificate-specification.md; RFC 5280 §4.2.1.6.
"""

from __future__ import annotations

import hashlib
import re

from supplymatrix.attest import der
from supplymatrix.attest.certificate_fields import CertificateFields, name_text
from supplymatrix.attest.public_keys import CannotVerifyError, key_name
from supplymatrix.model.signature import Signer

__all__ = ["CLAIM_NAMES", "identities_of", "signer_of"]

_FULCIO = "1.3.6.1.4.1.57264.1."
_SUBJECT_ALTERNATIVE_NAME = "2.5.29.17"
_USER_NAME = f"{_FULCIO}7"
_OTHER, _EMAIL, _URI = der.context(0), der.context(1, constructed=False), der.context(6, constructed=False)
_UTF8 = 0x0C
_ISSUER, _ISSUER_2 = 1, 8
_FIRST_DER = 8
_LONGEST = 4_096
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
CLAIM_NAMES = {
    2: "githubWorkflowTrigger",
    3: "githubWorkflowSHA",
    4: "githubWorkflowName",
    5: "githubWorkflowRepository",
    6: "githubWorkflowRef",
    9: "buildSignerURI",
    10: "buildSignerDigest",
    11: "runnerEnvironment",
    12: "sourceRepositoryURI",
    13: "sourceRepositoryDigest",
    14: "sourceRepositoryRef",
    15: "sourceRepositoryIdentifier",
    16: "sourceRepositoryOwnerURI",
    17: "sourceRepositoryOwnerIdentifier",
    18: "buildConfigURI",
    19: "buildConfigDigest",
    20: "buildTrigger",
    21: "runInvocationURI",
    22: "sourceRepositoryVisibilityAtSigning",
    23: "deploymentEnvironment",
}
"""By the last number of the object identifier. Later ones are called by it: "1.3.6.1.4.1.57264.1.24"."""
_KNOWN = frozenset({*CLAIM_NAMES, _ISSUER, _ISSUER_2})


def signer_of(leaf: CertificateFields, issuer: CertificateFields) -> Signer:
    """Return whom a certificate names, the first where it names several. Raises DerError for fields that cannot be
    read, or contradict each other. Whether anybody vouches for the certificate is not asked here."""
    (kind, identity), *_ = identities_of(leaf)
    texts = _texts(leaf)
    issuers = {texts[number] for number in (_ISSUER, _ISSUER_2) if number in texts}
    if len(issuers) > 1:
        raise der.DerError("the certificate names two different issuers of the token")
    try:
        name = key_name(leaf.public_key())
    except CannotVerifyError:
        name = "a key of another kind"
    claims = {CLAIM_NAMES.get(number, f"{_FULCIO}{number}"): text for number, text in texts.items()}
    return Signer(
        key_name=name,
        key_id=hashlib.sha256(leaf.key).hexdigest(),
        identity=identity,
        identity_kind=kind,
        issuer=issuers.pop() if issuers else "",
        claims=tuple(
            sorted((name, text) for name, text in claims.items() if name not in (f"{_FULCIO}1", f"{_FULCIO}8"))
        ),
        not_before=leaf.not_before,
        not_after=leaf.not_after,
        issued_by=name_text(issuer.subject),
        certificate_sha256=hashlib.sha256(leaf.whole).hexdigest(),
    )


def identities_of(leaf: CertificateFields) -> tuple[tuple[str, str], ...]:
    """Return kind and text of each name: "uri", "email", "other". Raises DerError where there is none of these."""
    extension = leaf.extension(_SUBJECT_ALTERNATIVE_NAME)
    names = der.sequence(der.element(extension.data, "the name"), "the name") if extension else []
    found = []
    for name in names:
        if name.tag == _URI:
            found.append(("uri", _ascii(name.content)))
        elif name.tag == _EMAIL:
            found.append(("email", _ascii(name.content)))
        elif name.tag == _OTHER and (user := _user_name(name)):
            found.append(("other", user))
    if not found or not all(text for _, text in found):
        raise der.DerError("the certificate names nobody by URI, e-mail address or user name")
    return tuple(found)


def _user_name(name: der.Der) -> str:
    """Return the user name that an otherName of Fulcio is, "" for one of another kind."""
    parts = der.items(name, "the name")
    if len(parts) != 2 or der.oid(parts[0], "the name") != _USER_NAME or parts[1].tag != der.context(0):
        return ""
    return _utf8(der.octets(der.element(parts[1].content, "the name"), "the name", _UTF8))


def _texts(leaf: CertificateFields) -> dict[int, str]:
    """Return the extensions of Fulcio by their last number."""
    found: dict[int, str] = {}
    for extension in leaf.extensions:
        last = extension.oid.removeprefix(_FULCIO)
        if last == extension.oid or not last.isdecimal() or extension.oid == _USER_NAME:
            continue
        number, data = int(last), extension.data
        if number >= _FIRST_DER:
            if number not in _KNOWN and data[:1] != bytes((_UTF8,)):
                continue
            data = der.octets(der.element(data, "a field of the certificate"), "a field of the certificate", _UTF8)
        found[number] = _utf8(data)
    return found


def _ascii(data: bytes) -> str:
    if not data.isascii():
        raise der.DerError("a name of the certificate is not ASCII")
    return _utf8(data)


def _utf8(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as err:
        raise der.DerError("a field of the certificate is no UTF-8") from err
    if len(text) > _LONGEST or _CONTROL.search(text):
        raise der.DerError("a field of the certificate has control characters, or is too long")
    return text
