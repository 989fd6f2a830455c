"""Chains of certificates: who issued one, whether that was a trusted authority, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from supplymatrix.attest.certificate_fields import CertificateFields, parse_certificate
from supplymatrix.attest.certificates import check_chain, check_leaf
from supplymatrix.attest.trusted_root import TrustedAuthority, Validity
from supplymatrix.model.signature import CheckState, Reason
from tests.support.made_certificates import MadeAuthority, certificate_der
from tests.support.made_keys import MadeKey, made_key

START = datetime(2024, 1, 1, tzinfo=UTC)
AT = datetime(2026, 7, 20, 12, tzinfo=UTC)
END = AT + timedelta(minutes=10)
MADE = MadeAuthority(name="corp.example", start=START)
SAN = ("uri", "https://corp.example/who")


def leaf(authority: MadeAuthority = MADE, **how: object) -> bytes:
    made = authority.leaf(made_key("P-256", "signer"), how.pop("san", SAN), (), start=AT, end=END, ct=None, **how)  # type: ignore[arg-type]
    assert isinstance(made, bytes)
    return made


def fields(data: bytes) -> CertificateFields:
    found, step = check_leaf(data)
    assert step is None
    assert found is not None
    return found


def trusted(*chain: bytes, valid: Validity | None = None, is_root_alone: bool = False) -> TrustedAuthority:
    return TrustedAuthority(name="corp", uri="", chain=chain, valid=valid or Validity(), is_root_alone=is_root_alone)


def own(
    key: MadeKey, issuer: MadeKey, names: tuple[str, str], *, path: int | None = None, is_ca: bool = True,
    usages: tuple[x509.ObjectIdentifier, ...] = (), more: x509.ExtensionType | None = None, is_critical: bool = True,
) -> bytes:  # fmt: skip
    """Return a CA certificate of any kind. names: its own, its issuer's."""
    subject, parent = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in names)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(parent).public_key(key.private.public_key())
        .serial_number(7).not_valid_before(START).not_valid_after(START + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=path if is_ca else None), critical=True)
    )  # fmt: skip
    if usages:
        made = made.add_extension(x509.ExtendedKeyUsage(list(usages)), critical=False)
    if more is not None:
        made = made.add_extension(more, critical=is_critical)
    return certificate_der(made.sign(issuer.private, hashes.SHA384()))


def test_a_certificate_of_a_trusted_authority() -> None:
    step, issued = check_chain(fields(leaf()), (), (trusted(*MADE.chain),), (AT, END))
    assert (step.state, step.reason) == (CheckState.VERIFIED, None)
    assert "corp.example" in step.says
    assert issued is not None
    assert [one.whole for one in issued.chain] == list(MADE.chain)


def test_the_order_of_an_authoritys_chain_does_not_matter_but_for_its_end() -> None:
    between, root = MADE.chain
    for chain, ends in (((root, between), (between,)), ((between,), (between,)), ((between, root), (between, root))):
        _, issued = check_chain(fields(leaf()), (), (trusted(*chain),), ())
        assert issued is not None
        assert tuple(one.whole for one in issued.chain) == ends


def test_what_lies_between_may_come_for_a_root_that_was_named_alone_and_the_end_may_not() -> None:
    between, root = MADE.chain
    private = trusted(root, is_root_alone=True)
    assert check_chain(fields(leaf()), (between,), (private,), ())[0].state is CheckState.VERIFIED
    assert check_chain(fields(leaf()), (between, root), (private,), ())[0].state is CheckState.VERIFIED
    assert check_chain(fields(leaf()), (root,), (trusted(between),), ())[0].state is CheckState.VERIFIED
    for chain in ((between,), (between, root), ()):
        step, issued = check_chain(fields(leaf()), chain, (), ())
        assert (step.reason, issued) == (Reason.UNTRUSTED_ROOT, None)
    other = replace(MADE, name="other.example")
    step, _ = check_chain(fields(leaf()), (between, root), (trusted(*other.chain),), ())
    assert step.reason is Reason.UNTRUSTED_ROOT


def test_what_lies_between_is_taken_from_a_trusted_root_alone() -> None:
    """An intermediate that the root has ended, or lists no more, does not count again because a signature brings it."""
    between, root = MADE.chain
    newer = own(made_key("P-384", "newer"), MADE.root_key, ("newer", "root"))
    now = trusted(newer, root)
    assert check_chain(fields(leaf()), (between,), (now,), (AT,))[0].reason is Reason.UNTRUSTED_ROOT
    ended = trusted(between, root, valid=Validity(end=AT - timedelta(days=1)))
    for authorities in ((ended, now), (now, ended)):
        step, issued = check_chain(fields(leaf()), (between, root), authorities, (AT,))
        assert (step.reason, issued) == (Reason.CERTIFICATE_EXPIRED, None)
    assert check_chain(fields(leaf()), (between,), (trusted(root),), (AT,))[0].reason is Reason.UNTRUSTED_ROOT


def test_a_root_of_somebody_else_beside_a_good_chain() -> None:
    step, issued = check_chain(fields(leaf()), (replace(MADE, name="x").chain[1],), (trusted(*MADE.chain),), ())
    assert (step.reason, issued) == (Reason.UNTRUSTED_ROOT, None)
    assert "no trusted authority has to do with" in step.says


def test_a_changed_certificate_beside_a_good_chain() -> None:
    between, root = MADE.chain
    for data in (between, root):
        for at in (30, len(data) // 2, len(data) - 1):
            changed = data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
            step, issued = check_chain(fields(leaf()), (changed,), (trusted(*MADE.chain),), ())
            assert (step.reason, issued) == (Reason.UNTRUSTED_ROOT, None), at


def test_other_keys_under_the_same_names() -> None:
    forged = leaf(replace(MADE, salt="other"))
    step, _ = check_chain(fields(forged), (), (trusted(*MADE.chain),), (AT,))
    assert step.reason is Reason.UNTRUSTED_ROOT
    both = (trusted(*MADE.chain), trusted(*replace(MADE, salt="other").chain))
    assert check_chain(fields(forged), (), both, (AT,))[0].state is CheckState.VERIFIED


@pytest.mark.parametrize(
    ("valid", "holds"),
    [
        (Validity(start=AT, end=AT), True),
        (Validity(start=AT + timedelta(seconds=1)), False),
        (Validity(end=AT - timedelta(seconds=1)), False),
    ],
)
def test_an_authority_is_trusted_for_a_time(valid: Validity, *, holds: bool) -> None:
    step, issued = check_chain(fields(leaf()), (), (trusted(*MADE.chain, valid=valid),), (AT,))
    assert (issued is not None) == holds
    assert step.reason is (None if holds else Reason.CERTIFICATE_EXPIRED)
    again = (trusted(*MADE.chain, valid=valid), trusted(*MADE.chain))
    assert check_chain(fields(leaf()), (), again, (AT,))[0].state is CheckState.VERIFIED


def test_all_of_a_chain_must_be_valid_at_every_time() -> None:
    late = START + timedelta(days=365 * MADE.years + 1)
    step, _ = check_chain(fields(leaf()), (), (trusted(*MADE.chain),), (AT, late))
    assert (step.reason, step.found) == (Reason.CERTIFICATE_EXPIRED, f"{late:%Y-%m-%d %H:%M:%S} UTC")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (leaf(has_purpose=False), "is not code signing"),
        (leaf(is_authority=True), "is one of an authority"),
        (leaf(san=None), "names nobody"),
        (leaf(replace(MADE, purpose=ExtendedKeyUsageOID.TIME_STAMPING)), "is not code signing"),
        (leaf()[:-1], "cannot be read"),
        (b"\x30\x00", "cannot be read"),
    ],
)
def test_certificates_that_sign_nothing(data: bytes, said: str) -> None:
    found, step = check_leaf(data)
    assert found is None
    assert step is not None
    assert step.reason is Reason.CERTIFICATE_INVALID
    assert said in step.says


ROOT_KEY, CA_KEY, DEEP_KEY = (made_key("P-384", name) for name in ("own root", "own ca", "own deep"))
ROOT = own(ROOT_KEY, ROOT_KEY, ("root", "root"))


def signed_by(key: MadeKey, name: str) -> CertificateFields:
    """Return a leaf of one of our own authorities."""
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(issuer).serial_number(9)
        .public_key(made_key("P-256", "signer").private.public_key()).not_valid_before(AT).not_valid_after(END)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.RFC822Name("a@b.example")]), critical=True)
    )  # fmt: skip
    return fields(certificate_der(made.sign(key.private, hashes.SHA256())))


@pytest.mark.parametrize(
    ("between", "state"),
    [
        (own(CA_KEY, ROOT_KEY, ("ca", "root")), CheckState.VERIFIED),
        (own(CA_KEY, ROOT_KEY, ("ca", "root"), usages=(ExtendedKeyUsageOID.CODE_SIGNING,)), CheckState.VERIFIED),
        (own(CA_KEY, ROOT_KEY, ("ca", "root"), usages=(ExtendedKeyUsageOID.SERVER_AUTH,)), CheckState.FAILED),
        (own(CA_KEY, ROOT_KEY, ("ca", "root"), is_ca=False), CheckState.FAILED),
        (own(CA_KEY, DEEP_KEY, ("ca", "root")), CheckState.FAILED),
        (
            own(CA_KEY, ROOT_KEY, ("ca", "root"), more=x509.NameConstraints([x509.DNSName("x.example")], None)),
            CheckState.NOT_CHECKABLE,
        ),
        (
            own(CA_KEY, ROOT_KEY, ("ca", "root"), more=x509.InhibitAnyPolicy(0)),
            CheckState.NOT_CHECKABLE,
        ),
    ],
)  # fmt: skip
def test_who_may_issue(between: bytes, state: CheckState) -> None:
    step, _ = check_chain(signed_by(CA_KEY, "ca"), (), (trusted(between, ROOT),), (AT,))
    assert step.state is state, step.says
    expected = {CheckState.FAILED: Reason.UNTRUSTED_ROOT, CheckState.NOT_CHECKABLE: Reason.UNSUPPORTED}
    assert step.reason is expected.get(state)


@pytest.mark.parametrize(("path", "state"), [(0, CheckState.FAILED), (1, CheckState.VERIFIED)])
def test_a_path_may_be_so_long(path: int, state: CheckState) -> None:
    upper = own(CA_KEY, ROOT_KEY, ("ca", "root"), path=path)
    lower = own(DEEP_KEY, CA_KEY, ("deep", "ca"))
    assert check_chain(signed_by(DEEP_KEY, "deep"), (), (trusted(lower, upper, ROOT),), (AT,))[0].state is state


def test_certificates_that_issue_each_other_end() -> None:
    """Sixteen of one name that all fit each other have millions of chains; none leads to a root."""
    round_about = tuple(
        own(CA_KEY, CA_KEY, ("ca", "ca2" if at % 2 else "ca"), path=at) for at in range(16)
    ) + tuple(own(CA_KEY, CA_KEY, ("ca2", "ca"), path=at) for at in range(3))  # fmt: skip
    step, _ = check_chain(
        signed_by(CA_KEY, "ca"), [one for one in round_about if _differs(one)], (trusted(ROOT, is_root_alone=True),), ()
    )
    assert step.reason is Reason.UNTRUSTED_ROOT


def _differs(data: bytes) -> bool:
    found = parse_certificate(data)
    return found.subject != found.issuer
