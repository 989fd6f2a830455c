"""Timestamps: what an authority vouches for, and each way in which it does not."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest import timestamps
from supplymatrix.attest.der import DerError
from supplymatrix.attest.public_keys import CannotVerifyError, pem_blocks
from supplymatrix.attest.timestamps import check_timestamp, parse_timestamp
from supplymatrix.attest.trusted_root import TrustedAuthority, TrustedRoot, Validity, parse_trusted_root
from supplymatrix.model.signature import Check, CheckState, Reason
from supplymatrix.model.value import changed
from tests.support.made_certificates import certificate_der
from tests.support.made_der import context, integer, octets, oid, sequence, set_of
from tests.support.made_keys import made_key
from tests.support.made_sigstore import MadeSigstore
from tests.support.made_tsa import MadeTsa

SIGNATURE = b"the bytes of a signature"
AT = datetime(2026, 7, 20, 12, 0, 5, tzinfo=UTC)


@cache
def maker(key: str = "P-256", bits: int = 0) -> MadeSigstore:
    return MadeSigstore(tsa_key=key, tsa_bits=bits)


@cache
def root(key: str = "P-256", bits: int = 0) -> TrustedRoot:
    return parse_trusted_root(maker(key, bits).trusted_root(), "trusted_root.json")


def tsa() -> MadeTsa:
    return maker().tsa


def outcome(
    token: bytes, *, signature: bytes = SIGNATURE, trusted: TrustedRoot | None = None
) -> tuple[CheckState, Reason | None, str]:
    (step,), time = check_timestamp(token, signature, trusted or root())
    assert step.check is Check.TIMESTAMP
    assert (time is not None) == (step.state is CheckState.VERIFIED)
    return step.state, step.reason, step.says


INVALID = (CheckState.FAILED, Reason.TIMESTAMP_INVALID)
UNTRUSTED = (CheckState.FAILED, Reason.TIMESTAMP_UNTRUSTED)
UNSUPPORTED = (CheckState.NOT_CHECKABLE, Reason.UNSUPPORTED)


@pytest.mark.parametrize("embeds", [True, False])
@pytest.mark.parametrize("has_status", [True, False])
def test_the_time_that_a_trusted_authority_tells_counts(embeds: bool, has_status: bool) -> None:
    token = tsa().token(SIGNATURE, AT, embeds=embeds, has_status=has_status)
    (step,), time = check_timestamp(token, SIGNATURE, root())
    assert step.state is CheckState.VERIFIED, step.says
    assert time is not None
    assert (time.time, time.by) == (AT, "timestamp by sigstore.example tsa")


@pytest.mark.parametrize(("key", "bits"), [("P-384", 0), ("P-384", 256), ("P-521", 0), ("P-256", 512)])
def test_other_keys_and_hashes(key: str, bits: int) -> None:
    for imprint in (256, 384, 512):
        token = maker(key, bits).tsa.token(SIGNATURE, AT, bits=imprint)
        assert outcome(token, trusted=root(key, bits))[0] is CheckState.VERIFIED


def test_fractions_of_a_second_are_kept() -> None:
    at = AT.replace(microsecond=250_000)
    _, time = check_timestamp(tsa().token(SIGNATURE, at), SIGNATURE, root())
    assert time is not None
    assert time.time == at


def test_a_timestamp_of_other_bytes_is_wrong_and_both_digests_are_told() -> None:
    (step,), _ = check_timestamp(tsa().token(b"another", AT), SIGNATURE, root())
    assert (step.state, step.reason) == INVALID
    assert len(step.expected) == len(step.found) == 64
    assert step.expected != step.found


def test_old_attestations_are_stamped_with_the_envelope_around_their_signature() -> None:
    envelope = b'{"signatures": [...]}'
    token = tsa().token(envelope, AT)
    (step,), time = check_timestamp(token, SIGNATURE, root(), envelope=envelope)
    assert step.state is CheckState.VERIFIED
    assert time is not None
    for other in (b"", envelope + b" "):
        (step,), time = check_timestamp(token, SIGNATURE, root(), envelope=other)
        assert (step.state, step.reason, time) == (*INVALID, None)


def test_a_wrong_signature_and_a_changed_time_are_wrong() -> None:
    assert outcome(tsa().token(SIGNATURE, AT, is_wrong=True))[:2] == INVALID
    assert outcome(tsa().token(SIGNATURE, AT, info_is_changed=True))[:2] == INVALID


def test_an_authority_of_the_same_names_with_other_keys_is_not_believed() -> None:
    stranger = maker().stranger.tsa
    assert outcome(stranger.token(SIGNATURE, AT))[:2] == UNTRUSTED
    assert outcome(stranger.token(SIGNATURE, AT, embeds=False))[:2] == UNTRUSTED


def test_without_an_authority_nobody_vouches() -> None:
    nobody = parse_trusted_root(maker().trusted_root(has_tsa=False), "trusted_root.json")
    for trusted in (nobody, None):
        (step,), time = check_timestamp(tsa().token(SIGNATURE, AT), SIGNATURE, trusted)
        assert (step.state, step.reason, time) == (*UNTRUSTED, None)


@pytest.mark.parametrize(
    ("start", "end", "is_trusted"),
    [
        (timedelta(0), timedelta(0), True),
        (timedelta(seconds=1), timedelta(days=1), False),
        (timedelta(days=-1), timedelta(seconds=-1), False),
        (timedelta(days=-1), timedelta(0), True),
        (timedelta(0), timedelta(days=1), True),
    ],
)
def test_the_time_lies_within_what_the_root_says_both_ends_included(
    start: timedelta, end: timedelta, is_trusted: bool
) -> None:
    trusted = parse_trusted_root(maker().trusted_root(starts={"tsa": AT + start}, ends={"tsa": AT + end}), "r")
    state, reason, _ = outcome(tsa().token(SIGNATURE, AT), trusted=trusted)
    assert (state, reason) == ((CheckState.VERIFIED, None) if is_trusted else UNTRUSTED)


def test_a_certificate_that_was_not_valid_then_does_not_vouch() -> None:
    short = MadeTsa(name="sigstore.example", start=AT - timedelta(days=9), end=AT)
    trusted = with_authority(*short.chain)
    assert outcome(short.token(SIGNATURE, AT), trusted=trusted)[0] is CheckState.VERIFIED
    state, reason, says = outcome(short.token(SIGNATURE, AT + timedelta(seconds=1)), trusted=trusted)
    assert (state, reason) == UNTRUSTED
    assert "was not valid" in says


def with_authority(*chain: bytes) -> TrustedRoot:
    authority = TrustedAuthority(
        name="theirs", uri="", chain=chain, valid=Validity(start=datetime(2020, 1, 1, tzinfo=UTC))
    )
    return changed(root(), timestamp_authorities=(authority,))


def service(usages: list[x509.ObjectIdentifier], *, is_critical: bool) -> MadeTsa:
    """Return an authority whose certificate has these usages, below the same intermediate."""
    made = tsa()
    key = made_key("P-256", "another tsa")
    own = (
        x509.CertificateBuilder().subject_name(made.authority.root.subject)
        .issuer_name(made.authority.intermediate.subject).public_key(key.private.public_key()).serial_number(77)
        .not_valid_before(made.start).not_valid_after(made.end)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=is_critical)
        .sign(made.authority.key.private, hashes.SHA384())
    )  # fmt: skip
    other = MadeTsa(name="sigstore.example", start=made.start, end=made.end)
    other.__dict__["key"] = key
    other.__dict__["certificate"] = certificate_der(own)
    return other


def test_a_key_that_is_for_more_than_timestamps_or_not_critically_so_does_not_vouch() -> None:
    stamping = ExtendedKeyUsageOID.TIME_STAMPING
    good = service([stamping], is_critical=True)
    assert outcome(good.token(SIGNATURE, AT), trusted=with_authority(*good.chain))[0] is CheckState.VERIFIED
    for usages, is_critical in (
        ([stamping], False),
        ([stamping, ExtendedKeyUsageOID.CODE_SIGNING], True),
        ([ExtendedKeyUsageOID.CODE_SIGNING], True),
    ):
        odd = service(usages, is_critical=is_critical)
        state, reason, says = outcome(odd.token(SIGNATURE, AT), trusted=with_authority(*odd.chain))
        assert (state, reason) == UNTRUSTED
        assert "not one for timestamps" in says


def test_where_the_root_lists_issuers_alone_an_embedded_signer_of_theirs_counts() -> None:
    issuers = with_authority(*tsa().authority.chain)
    assert outcome(tsa().token(SIGNATURE, AT), trusted=issuers)[0] is CheckState.VERIFIED
    assert outcome(tsa().token(SIGNATURE, AT, embeds=False), trusted=issuers)[:2] == UNTRUSTED
    stranger = maker().stranger.tsa
    assert outcome(stranger.token(SIGNATURE, AT), trusted=issuers)[:2] == INVALID


def test_where_the_root_lists_a_signer_no_other_of_its_issuer_counts() -> None:
    good = service([ExtendedKeyUsageOID.TIME_STAMPING], is_critical=True)
    assert outcome(good.token(SIGNATURE, AT), trusted=root())[:2] == UNTRUSTED


def test_a_signer_that_an_ended_authority_lists_does_not_count_for_another_of_its_issuers() -> None:
    listed, issuers = with_authority(*tsa().chain), with_authority(*tsa().chain[1:])
    (one,), (other,) = listed.timestamp_authorities, issuers.timestamp_authorities
    ended = changed(one, valid=changed(one.valid, end=AT - timedelta(days=1)))
    for authorities in ((ended, other), (other, ended)):
        trusted = changed(root(), timestamp_authorities=authorities)
        assert outcome(tsa().token(SIGNATURE, AT), trusted=trusted)[:2] == UNTRUSTED
    again = changed(root(), timestamp_authorities=(ended, other, one))
    assert outcome(tsa().token(SIGNATURE, AT), trusted=again)[0] is CheckState.VERIFIED


def replaced(old: bytes, new: bytes, *, token: bytes = b"") -> bytes:
    """Return a token with some bytes replaced by as many others."""
    token = token or tsa().token(SIGNATURE, AT)
    assert token.count(old) >= 1
    assert len(old) == len(new)
    return token.replace(old, new, 1)


def test_a_refusal_and_a_failure_beside_a_token_are_no_timestamp() -> None:
    token = tsa().token(SIGNATURE, AT, has_status=False)
    assert outcome(sequence(sequence(integer(0)), token))[0] is CheckState.VERIFIED
    assert outcome(sequence(sequence(integer(1)), token))[0] is CheckState.VERIFIED
    for made in (
        sequence(sequence(integer(2)), token),
        sequence(sequence(integer(2))),
        sequence(sequence(integer(0))),
        sequence(sequence(integer(0), b"\x03\x02\x05\x20"), token),
        sequence(sequence(integer(0)), token, token),
    ):
        assert outcome(made)[:2] == INVALID


SHA_1 = oid("1.3.14.3.2.26")


def test_sha_1_is_not_trusted_and_not_called_wrong() -> None:
    info = sequence(
        integer(1), oid("1.2.3"), sequence(sequence(SHA_1), octets(bytes(20))), integer(1),
        b"\x18\x0f20260720120005Z",
    )  # fmt: skip
    signed = sequence(
        integer(3), set_of(), sequence(oid("1.2.840.113549.1.9.16.1.4"), context(0, octets(info))),
        set_of(sequence(integer(1), sequence(sequence(), integer(1)), sequence(SHA_1), context(0, b""), sequence(SHA_1),
                        octets(b"x"))),
    )  # fmt: skip
    assert outcome(sequence(oid("1.2.840.113549.1.7.2"), context(0, signed)))[:2] == UNSUPPORTED


def resigned(change: Callable[[bytes], bytes]) -> bytes:
    """Return a token whose signed attributes were changed, and signed by the authority as they are then."""
    made = MadeTsa(name="sigstore.example", start=tsa().start, end=tsa().end)
    attributes = made._attributes
    made.__dict__["_attributes"] = lambda info, at: change(attributes(info, at))
    return made.token(SIGNATURE, AT)


def test_signed_attributes_that_name_something_else_are_wrong() -> None:
    digest = b"\x06\x09" + oid("1.2.840.113549.1.9.4")[2:]
    binding = oid("1.2.840.113549.1.9.16.2.47")
    unknown = oid("1.2.840.113549.1.9.16.2.99")
    content_type = oid("1.2.840.113549.1.9.16.1.4")
    other_type = oid("1.2.840.113549.1.9.16.1.5")
    assert outcome(resigned(lambda data: data))[0] is CheckState.VERIFIED
    assert outcome(resigned(lambda data: data.replace(binding, unknown)))[:2] == INVALID
    assert outcome(resigned(lambda data: data.replace(content_type, other_type)))[:2] == INVALID
    assert outcome(resigned(lambda data: data.replace(digest, oid("1.2.840.113549.1.9.9"))))[:2] == INVALID
    certificate = hashes.Hash(hashes.SHA256())
    certificate.update(tsa().certificate)
    own = certificate.finalize()
    assert outcome(resigned(lambda data: data.replace(own, bytes(32))))[:2] == INVALID
    twice = sequence(oid("1.2.840.113549.1.9.3"), set_of(content_type))
    assert outcome(resigned(lambda data: data + twice))[:2] == INVALID
    assert outcome(resigned(lambda data: data + sequence(unknown, set_of(integer(1)))))[0] is CheckState.VERIFIED


def test_a_token_of_another_form_is_wrong_or_not_judged() -> None:
    assert outcome(replaced(oid("1.2.840.113549.1.7.2"), oid("1.2.840.113549.1.7.1")))[:2] == INVALID
    assert outcome(replaced(oid("1.2.840.113549.1.9.16.1.4"), oid("1.2.840.113549.1.9.16.1.5")))[:2] == INVALID
    assert outcome(b"")[:2] == INVALID
    assert outcome(bytes(200_000))[:2] == INVALID
    assert outcome(b"0" * 100)[:2] == INVALID


def test_a_trusted_certificate_that_cannot_be_read_trusts_nobody() -> None:
    state, reason, says = outcome(tsa().token(SIGNATURE, AT), trusted=with_authority(b"\x30\x03\x02\x01\x01"))
    assert (state, reason) == UNTRUSTED
    assert "cannot be read" in says


@given(st.integers(min_value=0), st.integers(min_value=0, max_value=60), st.binary(max_size=5))
def test_no_change_makes_the_reader_fail_otherwise_or_tells_another_time(at: int, size: int, put: bytes) -> None:
    token = tsa().token(SIGNATURE, AT)
    start = at % len(token)
    made = token[:start] + put + token[start + size :]
    with suppress(DerError, CannotVerifyError):
        parse_timestamp(made)
    _, time = check_timestamp(made, SIGNATURE, root())
    assert time is None or time.time == AT


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_fail_otherwise(data: bytes) -> None:
    with suppress(DerError, CannotVerifyError):
        parse_timestamp(sequence(sequence(integer(0)), data))
    assert timestamps.check_timestamp(data, SIGNATURE, root())[1] is None


_OPENSSL = """[tsa]
default_tsa = t
[t]
serial = serial
signer_cert = tsa.pem
certs = ca.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha512
accuracy = secs:1, millisecs:500, microsecs:100
ordering = yes
tsa_name = yes
ess_cert_id_chain = yes
ess_cert_id_alg = %s
clock_precision_digits = 3
[ext]
extendedKeyUsage = critical,timeStamping
"""
"""An authority that says all that there is to say."""


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is the second writer")
def test_timestamps_that_openssl_makes_with_rsa_keys_are_read(tmp_path: Path) -> None:
    def run(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=tmp_path, check=True, capture_output=True)

    (tmp_path / "serial").write_text("01")
    (tmp_path / "data").write_bytes(SIGNATURE)
    (tmp_path / "ts.cnf").write_text(_OPENSSL % "sha256")
    new = ("-newkey", "rsa:2048", "-nodes")
    run("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca", "-days", "3650")
    run("req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=tsa")
    signed = ("-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "tsa.pem")
    run("x509", *signed, "-days", "3650", "-extfile", "ts.cnf", "-extensions", "ext")
    chain = tuple(pem_blocks((tmp_path / name).read_bytes())[0][1] for name in ("tsa.pem", "ca.pem"))
    for binding in ("sha1", "sha256"):
        (tmp_path / "ts.cnf").write_text(_OPENSSL % binding)
        for asks in ((), ("-cert",)):
            run("ts", "-query", "-data", "data", "-sha512", *asks, "-out", "query")
            run("ts", "-reply", "-config", "ts.cnf", "-queryfile", "query", "-out", "reply")
            token = (tmp_path / "reply").read_bytes()
            assert outcome(token, trusted=with_authority(*chain))[0] is CheckState.VERIFIED
            assert outcome(token, trusted=with_authority(*chain), signature=b"other")[:2] == INVALID
