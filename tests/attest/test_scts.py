"""Timestamps of certificate logs: over the certificate as it was, by a log that was trusted then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from supplymatrix.attest import der
from supplymatrix.attest.certificate_fields import CertificateFields, parse_certificate
from supplymatrix.attest.scts import SCT_LIST, check_scts, parse_scts, precertificate
from supplymatrix.attest.trusted_root import TrustedLog, Validity
from supplymatrix.model.signature import CheckState, Reason
from supplymatrix.model.value import changed
from tests.support.made_certificates import MadeAuthority, MadeCtLog
from tests.support.made_keys import made_key

AT = datetime(2026, 7, 20, 12, tzinfo=UTC)
END = AT + timedelta(minutes=10)
MADE = MadeAuthority(name="corp.example", start=datetime(2024, 1, 1, tzinfo=UTC))
ISSUER = parse_certificate(MADE.chain[0])
FIELDS = ((8, "https://issuer.example"), (12, "https://x.example/" + "y" * 300))


def trusted(log: MadeCtLog, valid: Validity | None = None) -> TrustedLog:
    return TrustedLog(
        base_url=f"https://{log.key.kind}.example", log_id=log.key.key_id, key=log.key.spki,
        key_details=log.key.details, valid=valid or Validity(),
    )  # fmt: skip


def ct_log(kind: str = "P-256", name: str = "ct") -> MadeCtLog:
    return MadeCtLog(key=made_key(kind, name))


def leaf(ct: MadeCtLog | None, **how: object) -> CertificateFields:
    made = MADE.leaf(made_key("P-256", "signer"), ("uri", "https://x.example"), FIELDS, start=AT, end=END, ct=ct, **how)  # type: ignore[arg-type]
    return parse_certificate(made)


@pytest.mark.parametrize("kind", ["P-256", "P-384", "RSA-2048"])
@pytest.mark.parametrize("extensions", [b"", b"\x00" * 8])
def test_logs_of_all_kinds_of_keys(kind: str, extensions: bytes) -> None:
    log = ct_log(kind)
    step = check_scts(leaf(log, sct_extensions=extensions), ISSUER, (trusted(ct_log(name="x")), trusted(log)))
    assert (step.state, step.reason) == (CheckState.VERIFIED, None), step.says
    assert f"https://{kind}.example at 2026-07-20 12:00:00 UTC" in step.says


def test_none_is_there() -> None:
    step = check_scts(leaf(None), ISSUER, (trusted(ct_log()),))
    assert (step.state, step.reason) == (CheckState.NOT_PRESENT, Reason.SCT_MISSING)


def test_one_that_is_wrong_spoils_the_certificate() -> None:
    log, other = ct_log(), ct_log(name="other")
    assert check_scts(leaf(log, sct_is_wrong=True), ISSUER, (trusted(log),)).reason is Reason.SCT_INVALID
    wrong_key = changed(trusted(log), key=other.key.spki)
    assert check_scts(leaf(log), ISSUER, (wrong_key,)).reason is Reason.SCT_INVALID
    both = leaf(log, more_ct=(other,))
    assert (
        check_scts(both, ISSUER, (trusted(log), changed(trusted(other), key=log.key.spki))).reason is Reason.SCT_INVALID
    )
    assert check_scts(both, ISSUER, (trusted(log),)).state is CheckState.VERIFIED


def test_it_is_over_the_issuers_key() -> None:
    other = parse_certificate(replace(MADE, salt="other").chain[0])
    assert check_scts(leaf(ct_log()), other, (trusted(ct_log()),)).reason is Reason.SCT_INVALID


@pytest.mark.parametrize(
    ("valid", "holds"),
    [
        (Validity(start=AT, end=AT), True),
        (Validity(start=AT + timedelta(milliseconds=1)), False),
        (Validity(end=AT - timedelta(milliseconds=1)), False),
    ],
)
def test_the_log_was_trusted_then(valid: Validity, *, holds: bool) -> None:
    step = check_scts(leaf(ct_log()), ISSUER, (trusted(ct_log(), valid),))
    assert step.reason is (None if holds else Reason.LOG_UNKNOWN)


def test_logs_that_nobody_knows_prove_nothing() -> None:
    step = check_scts(leaf(ct_log()), ISSUER, (trusted(ct_log(name="x")),))
    assert (step.state, step.reason) == (CheckState.FAILED, Reason.LOG_UNKNOWN)
    assert ct_log().key.key_id.hex() in step.found
    assert check_scts(leaf(ct_log()), ISSUER, ()).reason is Reason.LOG_UNKNOWN


def test_a_key_that_is_not_read_decides_nothing() -> None:
    brainpool = bytes.fromhex("301a301406072a8648ce3d020106092b2403030208010107030200aa")[:28]
    step = check_scts(leaf(ct_log()), ISSUER, (changed(trusted(ct_log()), key=brainpool),))
    assert (step.state, step.reason) == (CheckState.NOT_CHECKABLE, Reason.UNSUPPORTED), step.says


def test_the_certificate_as_it_was_lacks_the_list_and_nothing_else() -> None:
    made, before = leaf(ct_log()), leaf(None)
    parts = der.sequence(der.element(precertificate(made), "it"), "it")
    wanted = der.sequence(der.element(before.signed, "it"), "it")
    assert parts[-1].whole == wanted[-1].whole
    assert precertificate(before) == before.signed


def _with_list(made: CertificateFields, data: bytes) -> CertificateFields:
    extensions = tuple(changed(one, data=data) if one.oid == SCT_LIST else one for one in made.extensions)
    return changed(made, extensions=extensions)


def test_lists_that_cannot_be_read() -> None:
    made = leaf(ct_log())
    extension = made.extension(SCT_LIST)
    assert extension is not None
    whole = der.element(extension.data, "it").content
    assert parse_scts(_with_list(made, extension.data)) == parse_scts(made)
    wrong = [whole[:-1], whole + b"\x00", b"", b"\x00", b"\x00\x05\x00\x03abc", whole[:4] + b"\x01" + whole[5:]]
    wrong += [bytes(whole[:at]) + b"\xff" + whole[at + 1 :] for at in (0, 2, 37, 45, 47, 48)]
    for data in wrong:
        length = bytes((len(data),)) if len(data) < 0x80 else bytes((0x81, len(data)))
        step = check_scts(_with_list(made, b"\x04" + length + data), ISSUER, (trusted(ct_log()),))
        assert step.state is CheckState.FAILED, data.hex()
    assert check_scts(_with_list(made, b"\x05\x00"), ISSUER, ()).reason is Reason.SCT_INVALID
