"""Trusted roots: what is believed, and for which time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from supplymatrix.attest.trusted_root import Validity, parse_trusted_root, with_private_ca
from supplymatrix.errors import InputError
from tests.support.made_sigstore import MadeSigstore

MADE = MadeSigstore()
ROOT = MADE.trusted_root()
AT = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(ROOT)
    change(document)
    return json.dumps(document).encode()


def test_all_that_is_believed() -> None:
    root = parse_trusted_root(ROOT, "root.json")
    assert (root.name, root.sha256, root.raw) == ("root.json", hashlib.sha256(ROOT).hexdigest(), ROOT)
    assert [log.log_id for log in root.logs] == [MADE.log.log_id, MADE.log2.log_id]
    assert root.authorities[0].chain == MADE.authority.chain
    assert root.timestamp_authorities[0].uri == f"https://tsa.{MADE.name}/api/v1/timestamp"
    assert all(log.public_key() for log in (*root.logs, *root.ct_logs))


def test_both_ends_of_a_time_are_included() -> None:
    valid = Validity(start=AT, end=AT + timedelta(seconds=1))
    tick = timedelta(microseconds=1)
    times = (AT - tick, AT, AT + timedelta(seconds=1), AT + timedelta(seconds=1) + tick)
    assert [valid.covers(time) for time in times] == [False, True, True, False]
    assert Validity().covers(AT)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-01-02T03:04:05.678Z", AT),
        ("2026-01-02T03:04:05.678000999Z", AT),
        ("2026-01-02T04:04:05.678+01:00", AT),
        ("2026-01-02T03:04:05Z", AT.replace(microsecond=0)),
    ],
)
def test_times(text: str, time: datetime) -> None:
    found = parse_trusted_root(changed(lambda d: d["tlogs"][0]["publicKey"]["validFor"].update(end=text)), "x")
    assert found.logs[0].valid.end == time


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["tlogs"][0]["publicKey"].pop("validFor"), r"validFor\.start is absent"),
        (lambda d: d["tlogs"][1]["publicKey"].update(validFor={}), r"tlogs\[1\].*start is absent"),
        (lambda d: d["ctlogs"][0]["publicKey"]["validFor"].pop("start"), "start is absent"),
        (lambda d: d["tlogs"][0]["publicKey"]["validFor"].update(start="yesterday"), "is no time"),
        (lambda d: d["tlogs"][0]["publicKey"]["validFor"].update(start="2026-13-01T00:00:00Z"), "is no time"),
        (lambda d: d["tlogs"][0]["publicKey"]["validFor"].update(start="0001-01-01T00:00:00+23:59"), "is no time"),
        (lambda d: d["tlogs"][0]["publicKey"].pop("rawBytes"), "rawBytes is empty"),
        (lambda d: d["tlogs"][0].pop("logId"), "logId is absent"),
        (lambda d: d["certificateAuthorities"][0]["certChain"].update(certificates=[]), "no certificate"),
        (
            lambda d: d["certificateAuthorities"][0]["certChain"]["certificates"][0].update(rawBytes="QQ=="),
            "is no cert",
        ),
        (lambda d: d.update(mediaType="application/json"), "no trusted root"),
        (lambda d: d.update(tlogs={}), "tlogs is no list"),
    ],
)
def test_what_is_no_trusted_root(change: Callable[[dict[str, Any]], object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse_trusted_root(changed(change), "x")


def test_newer_fields_are_left_out_and_a_configuration_is_looked_into() -> None:
    newer = parse_trusted_root(changed(lambda d: d["tlogs"][0].update(operator="somebody", colour="red")), "x")
    assert newer.logs == parse_trusted_root(ROOT, "x").logs
    around = {"mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json", "trustedRoot": json.loads(ROOT)}
    assert parse_trusted_root(json.dumps(around).encode(), "x").logs == newer.logs
    second = changed(lambda d: d.update(mediaType="application/vnd.dev.sigstore.trustedroot.v0.2+json"))
    assert parse_trusted_root(second, "x").logs == newer.logs


def test_a_private_ca_takes_the_place_of_all_others() -> None:
    other = MadeSigstore(name="corp.example")
    root = with_private_ca(parse_trusted_root(ROOT, "x"), other.ca_pem.encode(), "ca.pem")
    assert [authority.chain for authority in root.authorities] == [other.authority.chain]
    assert root.logs == parse_trusted_root(ROOT, "x").logs
    alone = with_private_ca(None, (MADE.ca_pem + other.ca_pem).encode(), "ca.pem")
    assert [authority.chain[-1] for authority in alone.authorities] == [
        MADE.authority.chain[1], other.authority.chain[1],
    ]  # fmt: skip
    assert (alone.logs, alone.ct_logs, alone.name) == ((), (), "ca.pem")


def test_only_what_lies_below_a_root_that_was_named_alone_may_come_with_a_signature() -> None:
    other = MadeSigstore(name="corp.example")
    root = "-----BEGIN" + MADE.ca_pem.split("-----BEGIN")[2]
    assert not any(one.is_root_alone for one in parse_trusted_root(ROOT, "x").authorities)
    for pem, alone in ((MADE.ca_pem, [False]), (root, [True]), (root + other.ca_pem, [True, False])):
        assert [one.is_root_alone for one in with_private_ca(None, pem.encode(), "ca.pem").authorities] == alone


def test_a_private_ca_without_a_root_trusts_its_last() -> None:
    between = MADE.ca_pem.split("-----BEGIN CERTIFICATE-----")[1]
    root = with_private_ca(None, f"-----BEGIN CERTIFICATE-----{between}".encode(), "ca.pem")
    assert [authority.chain for authority in root.authorities] == [MADE.authority.chain[:1]]


@pytest.mark.parametrize("pem", [b"", b"no PEM", MADE.key().pem.encode()])
def test_a_private_ca_that_is_none(pem: bytes) -> None:
    with pytest.raises(InputError, match="no list of certificates"):
        with_private_ca(None, pem, "ca.pem")
