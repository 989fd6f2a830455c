"""Signatures of git in CMS: read, and given to the checks that all signatures of sigstore go through."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest.engines import verify_signature
from supplymatrix.attest.gitsign import bundle_of, is_of_sigstore, parse_cms, verify_cms
from supplymatrix.attest.public_keys import CannotVerifyError
from supplymatrix.attest.trusted_root import parse_trusted_root
from supplymatrix.attest.wanted import Artifact, EngineChoice, IdentityWish, Wanted
from supplymatrix.errors import InputError, TrustError
from supplymatrix.model.signature import Reason, SignatureVerdict
from tests.support.made_sigstore import AT, GITHUB_IDENTITY, GITHUB_ISSUER, Fault, MadeSigstore
from tests.support.signed_git import GitsignKey, ascii_lines

MESSAGE = b"object 1234\ntype commit\ntag v1\n\nx\n"
MADE = MadeSigstore()
ARMOURED = GitsignKey(MADE).sign(MESSAGE)
WISH = IdentityWish(identity=GITHUB_IDENTITY, issuer=GITHUB_ISSUER)


def verdict(armoured: bytes, wish: IdentityWish = WISH, made: MadeSigstore = MADE) -> SignatureVerdict:
    signature = parse_cms(armoured)
    verify_cms(signature, MESSAGE)
    bundle = bundle_of(signature, "tag v1")
    digests = (("sha256", bundle.message_digest[1].hex()),) if bundle.message_digest is not None else ()
    artifact = Artifact(name="tag v1", digests=digests, data=signature.signed)
    root = parse_trusted_root(made.trusted_root(), "root")
    return verify_signature(bundle, artifact, Wanted(identities=(wish,)), root, AT, engine=EngineChoice.NATIVE)


def data_of(armoured: bytes) -> bytes:
    return base64.b64decode(b"".join(armoured.split(b"\n")[1:-2]))


def armour(data: bytes) -> bytes:
    return b"-----BEGIN SIGNED MESSAGE-----\n" + ascii_lines(data) + b"-----END SIGNED MESSAGE-----\n"


def test_a_signature_with_its_entry_holds() -> None:
    found = verdict(ARMOURED)
    assert found.holds, found.steps
    assert found.signer is not None
    assert (found.signer.identity, found.log[0].kind) == (GITHUB_IDENTITY, "hashedrekord 0.0.1")


def test_timestamps_are_taken_along() -> None:
    signature = parse_cms(GitsignKey(MADE, how={"log": "", "stamps": 1}).sign(MESSAGE))
    assert (signature.entry, len(bundle_of(signature, "tag").timestamps)) == (None, 1)


def test_without_its_entry_it_has_no_witness() -> None:
    signature = parse_cms(GitsignKey(MADE, is_offline=False).sign(MESSAGE))
    verify_cms(signature, MESSAGE)
    assert is_of_sigstore(signature)
    assert (signature.entry, signature.timestamps) == (None, ())


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.WRONG_PROMISE, Reason.SET_INVALID),
        (Fault.WRONG_PROOF, Reason.PROOF_INVALID),
        (Fault.LATE, Reason.CERTIFICATE_EXPIRED),
        (Fault.OTHER_CA, Reason.UNTRUSTED_ROOT),
        (Fault.NO_SCT, Reason.SCT_MISSING),
    ],
)
def test_a_fault_of_certificate_or_log_is_told_as_what_it_is(fault: Fault, reason: Reason) -> None:
    found = verdict(GitsignKey(MADE, how={"faults": {fault}}).sign(MESSAGE))
    assert not found.holds
    assert found.reason is reason


def test_another_identity_and_an_entry_of_another_signature_are_refused() -> None:
    assert verdict(ARMOURED, IdentityWish(identity="x@x.example", issuer=GITHUB_ISSUER)).reason is (
        Reason.IDENTITY_MISMATCH
    )
    swapped = GitsignKey(MADE, how={"faults": {Fault.OTHER_ENTRY}}).sign(MESSAGE)
    assert not verdict(swapped).holds


def test_another_message_is_refused() -> None:
    with pytest.raises(TrustError, match="digest"):
        verify_cms(parse_cms(ARMOURED), MESSAGE + b" ")


@given(at=st.integers(0, len(data_of(ARMOURED)) - 1), bit=st.integers(0, 7))
def test_any_flipped_bit_is_refused(at: int, bit: int) -> None:
    data = bytearray(data_of(ARMOURED))
    data[at] ^= 1 << bit
    with suppress(InputError, TrustError, CannotVerifyError):
        assert not verdict(armour(bytes(data))).holds


SHA256, SHA512 = (bytes.fromhex(f"300b060960864801650304020{number}") for number in (1, 3))


@pytest.mark.parametrize(
    ("part", "other"),
    [
        (b"\x02\x01\x01\x31", b"\x02\x01\x03\x31"),  # the version of the signed data
        (b"\x02\x01\x01\x30", b"\x02\x01\x03\x30"),  # that of the signer
        (b"\x31\x0d" + SHA256, b"\x31\x0d" + SHA512),
        (b"\x31\x0d" + SHA256, b"\x31\x0d" + SHA256.replace(b"\x86", b"\x87")),
    ],
)
def test_what_nobody_signs_is_held_against_what_somebody_does(part: bytes, other: bytes) -> None:
    data = data_of(ARMOURED)
    assert part in data
    with pytest.raises((InputError, CannotVerifyError)):
        parse_cms(armour(data.replace(part, other, 1)))


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_message(data: bytes) -> None:
    for text in (data, armour(data)):
        with pytest.raises((InputError, CannotVerifyError)):
            parse_cms(text)
