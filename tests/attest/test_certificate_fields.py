"""Certificates: the fields are those that another reader finds, and a changed byte is noticed."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest.certificate_fields import (
    is_ca,
    name_text,
    parse_certificate,
    usages_of,
    verify_issued,
)
from supplymatrix.attest.der import DerError
from supplymatrix.attest.public_keys import CannotVerifyError
from supplymatrix.errors import TrustError
from tests.support.made_certificates import MadeAuthority, MadeCtLog
from tests.support.made_keys import made_key

START = datetime(2026, 7, 1, tzinfo=UTC)


@cache
def authority(salt: str = "") -> MadeAuthority:
    return MadeAuthority(name="corp.example", start=START, salt=salt)


@cache
def leaf() -> bytes:
    return authority().leaf(
        made_key("P-256", "signer"), ("uri", "https://corp.example/a"), ((1, "https://login.example"), (9, "x" * 300)),
        start=START, end=START + timedelta(minutes=10), ct=MadeCtLog(key=made_key("P-256", "ct")),
    )  # fmt: skip


@pytest.mark.parametrize("which", ["leaf", "intermediate", "root"])
def test_the_fields_are_those_that_the_library_reads(which: str) -> None:
    data = {"leaf": leaf(), "intermediate": authority().chain[0], "root": authority().chain[1]}[which]
    mine, theirs = parse_certificate(data), x509.load_der_x509_certificate(data)
    assert mine.serial == theirs.serial_number
    assert (mine.issuer, mine.subject) == (theirs.issuer.public_bytes(), theirs.subject.public_bytes())
    assert (mine.not_before, mine.not_after) == (theirs.not_valid_before_utc, theirs.not_valid_after_utc)
    assert mine.key == theirs.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert (mine.signed, mine.signature) == (theirs.tbs_certificate_bytes, theirs.signature)
    found = {(each.oid, each.is_critical, each.data) for each in mine.extensions}
    assert found == {(each.oid.dotted_string, each.critical, each.value.public_bytes()) for each in theirs.extensions}


def test_who_may_issue_and_for_what() -> None:
    intermediate, root = (parse_certificate(each) for each in authority().chain)
    assert (is_ca(parse_certificate(leaf()), 0), is_ca(intermediate, 0), is_ca(root, 3)) == (False, True, True)
    assert not is_ca(intermediate, 1), "its path length is 0"
    assert usages_of(parse_certificate(leaf())) == (("1.3.6.1.5.5.7.3.3",), False)
    assert usages_of(root) == ((), False)
    assert name_text(intermediate.subject) == "O=corp.example, CN=corp.example intermediate"
    assert parse_certificate(leaf()).covers(START)
    assert parse_certificate(leaf()).covers(START + timedelta(minutes=10))
    assert not parse_certificate(leaf()).covers(START + timedelta(minutes=10, seconds=1))


def test_who_issued_it() -> None:
    certificate = parse_certificate(leaf())
    intermediate, root = (parse_certificate(each) for each in authority().chain)
    verify_issued(certificate, intermediate)
    verify_issued(intermediate, root)
    verify_issued(root, root)
    with pytest.raises(TrustError, match="another issuer"):
        verify_issued(certificate, root)
    with pytest.raises(TrustError, match="not one of this ECDSA P-384 key"):
        verify_issued(certificate, parse_certificate(authority("of somebody else").chain[0]))


@given(st.integers(min_value=0), st.integers(1, 255))
def test_a_flipped_byte_is_never_a_certificate_that_was_issued(at: int, flip: int) -> None:
    data = bytearray(leaf())
    data[at % len(data)] ^= flip
    with pytest.raises((DerError, CannotVerifyError, TrustError)):
        verify_issued(parse_certificate(bytes(data)), parse_certificate(authority().chain[0]))


@given(st.integers(min_value=0), st.integers(min_value=0), st.binary(max_size=4))
def test_no_change_makes_the_reader_fail_otherwise(start: int, size: int, put: bytes) -> None:
    data, at = leaf(), start % len(leaf())
    with suppress(DerError, CannotVerifyError):
        found = parse_certificate(data[:at] + put + data[at + size % 40 :])
        found.public_key()
        is_ca(found, 0)
        usages_of(found)
        name_text(found.issuer)


def test_what_a_certificate_may_not_be() -> None:
    for data, said in ((b"", "breaks off"), (b"\x30\x00", "0 elements"), (leaf() + b"\x00", "further bytes")):
        with pytest.raises(DerError, match=said):
            parse_certificate(data)
