"""What a certificate says of its subject: names, issuer of the token, fields of the workflow."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from supplymatrix.attest.certificate_fields import CertificateFields, parse_certificate
from supplymatrix.attest.der import DerError
from supplymatrix.attest.fulcio import CLAIM_NAMES, identities_of, signer_of
from tests.support.made_certificates import FULCIO, MadeAuthority, certificate_der
from tests.support.made_der import utf8
from tests.support.made_keys import made_key
from tests.support.made_sigstore import github_fields

AT = datetime(2026, 7, 20, 12, tzinfo=UTC)
MADE = MadeAuthority(name="corp.example", start=datetime(2024, 1, 1, tzinfo=UTC))
ISSUER = parse_certificate(MADE.chain[0])
KEY = made_key("P-256", "signer")


def leaf(san: tuple[str, str], fields: tuple[tuple[int, str], ...]) -> CertificateFields:
    return parse_certificate(MADE.leaf(KEY, san, fields, start=AT, end=AT + timedelta(minutes=10), ct=None))


def raw(names: Sequence[x509.GeneralName], *extensions: tuple[int, bytes]) -> CertificateFields:
    """Return a certificate with names and extensions as they are given."""
    made = (
        x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(x509.Name([])).serial_number(1)
        .public_key(KEY.private.public_key()).not_valid_before(AT).not_valid_after(AT + timedelta(1))
    )  # fmt: skip
    if names:
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=True)
    for number, data in extensions:
        kind = x509.ObjectIdentifier(f"{FULCIO}.{number}")
        made = made.add_extension(x509.UnrecognizedExtension(kind, data), critical=False)
    return parse_certificate(certificate_der(made.sign(KEY.private, hashes.SHA256())))


@pytest.mark.parametrize(
    "san", [("uri", "https://x.example/w@refs/heads/main"), ("email", "dev@corp.example"), ("other", "jané")]
)
def test_names_of_all_kinds(san: tuple[str, str]) -> None:
    signer = signer_of(leaf(san, ((8, "https://issuer.example"),)), ISSUER)
    assert (signer.identity_kind, signer.identity, signer.issuer) == (*san, "https://issuer.example")
    assert (signer.key_name, signer.key_id) == ("ECDSA P-256", hashlib.sha256(KEY.spki).hexdigest())
    assert (signer.not_before, signer.not_after) == (AT, AT + timedelta(minutes=10))
    assert "corp.example" in signer.issued_by


def test_fields_of_a_workflow_by_their_names() -> None:
    fields = github_fields()
    signer = signer_of(leaf(("uri", "https://x.example"), ((1, "https://i.example"), *fields)), ISSUER)
    assert dict(signer.claims) == {CLAIM_NAMES[number]: text for number, text in fields}
    assert signer.claims == tuple(sorted(signer.claims))
    assert signer.issuer == "https://i.example"


def test_both_issuers_must_be_the_same() -> None:
    both = ((1, "https://i.example"), (8, "https://i.example"))
    assert signer_of(leaf(("uri", "https://x.example"), both), ISSUER).issuer == "https://i.example"
    with pytest.raises(DerError, match="two different issuers"):
        signer_of(leaf(("uri", "https://x.example"), (both[0], (8, "https://j.example"))), ISSUER)


def test_later_fields_are_called_by_their_number() -> None:
    names = [x509.UniformResourceIdentifier("https://x.example")]
    signer = signer_of(raw(names, (24, utf8("later")), (25, b"\x02\x01\x05"), (23, utf8("prod"))), ISSUER)
    assert signer.claims == ((f"{FULCIO}.24", "later"), ("deploymentEnvironment", "prod"))
    assert signer.issuer == ""


def test_several_names_are_all_told() -> None:
    names = [
        x509.DNSName("x.example"),
        x509.RFC822Name("a@b.example"),
        x509.UniformResourceIdentifier("https://x.example"),
    ]
    assert identities_of(raw(names)) == (("email", "a@b.example"), ("uri", "https://x.example"))


@pytest.mark.parametrize(
    "found",
    [
        raw([]),
        raw([x509.DNSName("x.example")]),
        raw([x509.UniformResourceIdentifier("")]),
        raw([x509.UniformResourceIdentifier("https://x.example\n")]),
        raw([x509.OtherName(x509.ObjectIdentifier("1.2.3"), utf8("name"))]),
    ],
)
def test_who_is_named_by_nothing_that_can_be_held_against_a_wish(found: CertificateFields) -> None:
    with pytest.raises(DerError):
        identities_of(found)


@pytest.mark.parametrize(
    "extension", [(8, b"no DER"), (8, b"\x0c\x05abc"), (12, b"\x13\x01a"), (1, b"\xff"), (5, b"a\x00b")]
)
def test_fields_that_cannot_be_read(extension: tuple[int, bytes]) -> None:
    with pytest.raises(DerError):
        signer_of(raw([x509.RFC822Name("a@b.example")], extension), ISSUER)
