"""What fails because something else did: told as that, without advice of its own, and never what stands for itself."""

from __future__ import annotations

import hashlib

import pytest

from supplymatrix.attest.bundle import detached, parse_bundle
from supplymatrix.attest.keys import parse_verifying_key
from supplymatrix.attest.native import verify_native
from supplymatrix.attest.trusted_root import TrustedRoot, parse_trusted_root
from supplymatrix.attest.wanted import Artifact, IdentityWish, Wanted
from supplymatrix.model.signature import Check, CheckState, Reason, SignatureState, SignatureVerdict
from tests.support.made_sigstore import AT, GITHUB_IDENTITY, GITHUB_ISSUER, Fault, MadeSigstore, statement

MADE = MadeSigstore()
ROOT = parse_trusted_root(MADE.trusted_root(), "root.json")
DATA = b"the artifact"
KEYLESS = Wanted(identities=(IdentityWish(identity=GITHUB_IDENTITY, issuer=GITHUB_ISSUER),))
KEY = parse_verifying_key(MADE.key().pem.encode(), "key.pub")
OTHER = parse_verifying_key(MADE.key(name="another").pem.encode(), "key.pub")


def _judged(
    bundle: bytes, wanted: Wanted = KEYLESS, data: bytes = DATA, root: TrustedRoot | None = ROOT
) -> SignatureVerdict:
    digests = tuple((kind, hashlib.new(kind, data).hexdigest()) for kind in ("sha256", "sha384", "sha512"))
    artifact = Artifact(name="app", digests=digests, data=data)
    return verify_native(parse_bundle(bundle, "x.json"), artifact, wanted, root, AT)


def _following(verdict: SignatureVerdict) -> dict[Check, Check]:
    assert not any(step.remedy for step in verdict.steps if step.follows_from is not None)
    return {step.check: step.follows_from for step in verdict.steps if step.follows_from is not None}


def test_of_a_changed_artifact_all_else_follows() -> None:
    verdict = _judged(MADE.keyless_blob(DATA), data=b"changed")
    assert verdict.reason is Reason.DIGEST_MISMATCH
    assert _following(verdict) == dict.fromkeys((Check.SIGNATURE, Check.ENTRY, Check.TIME), Check.ARTIFACT)
    assert {step.check for step in verdict.steps if step.state is not CheckState.VERIFIED} == {
        Check.ARTIFACT, Check.SIGNATURE, Check.ENTRY, Check.TIME
    }  # fmt: skip


def test_of_a_changed_artifact_of_a_key_what_is_missing_anyway_stands_for_itself() -> None:
    verdict = _judged(MADE.keyed_blob(DATA, log=""), Wanted(keys=(KEY,)), b"changed")
    assert _following(verdict) == dict.fromkeys((Check.SIGNATURE, Check.KEY), Check.ARTIFACT)
    entry = verdict.step(Check.ENTRY)
    assert entry is not None
    assert entry.remedy.endswith("--key-without-log")


def test_a_signature_that_is_wrong_for_any_artifact_stands_for_itself() -> None:
    verdict = _judged(MADE.keyed_blob(DATA), Wanted(keys=(OTHER,)), b"changed")
    step = verdict.step(Check.SIGNATURE)
    assert step is not None
    assert (step.follows_from, bool(step.remedy)) == (None, True)
    wrong = _judged(MADE.keyless_blob(DATA, faults={Fault.WRONG_SIGNATURE}), data=b"changed")
    assert Check.SIGNATURE not in _following(wrong)


def test_an_attestation_of_another_artifact_is_signed_all_the_same() -> None:
    digest = hashlib.sha256(DATA).hexdigest()
    verdict = _judged(MADE.keyless_dsse(statement({"app": digest})), data=b"changed")
    assert verdict.reason is Reason.DIGEST_MISMATCH
    assert _following(verdict) == {}
    assert verdict.signer is not None


def test_a_wrong_signature_leaves_open_of_what_and_by_which_key_it_is() -> None:
    verdict = _judged(MADE.keyed_blob(DATA, key="Ed25519", log=""), Wanted(keys=(OTHER,)))
    assert {Check.KEY: Check.SIGNATURE}.items() <= _following(verdict).items()


def test_of_an_instance_that_is_not_trusted_the_certificate_and_the_log_are_told_once() -> None:
    other = parse_trusted_root(MadeSigstore(seed="another").trusted_root(), "root.json")
    verdict = _judged(MADE.keyless_blob(DATA), root=other)
    own = [step for step in verdict.steps if step.reason is not None and step.follows_from is None]
    assert [step.check for step in own] == [Check.CERTIFICATE, Check.PROMISE]
    assert all("--trusted-root FILE" in step.remedy for step in own)
    follows = _following(verdict)
    assert follows[Check.TIME] in (Check.PROMISE, Check.PROOF)
    assert follows[Check.IDENTITY] is follows[Check.ISSUER] is follows[Check.SCT] is Check.CERTIFICATE
    assert verdict.state is SignatureState.REFUSED


def test_without_a_trusted_root_nobody_is_sent_for_a_timestamp() -> None:
    verdict = _judged(MADE.keyless_blob(DATA), root=None)
    assert not any("timestamp" in step.remedy for step in verdict.steps)


def test_where_the_log_is_switched_off_its_time_is_what_is_missing() -> None:
    wanted = Wanted(identities=KEYLESS.identities, checks_log=False)
    bundle = parse_bundle(MADE.keyless_blob(DATA), "x.json")
    artifact = Artifact(name="app", digests=(("sha256", hashlib.sha256(DATA).hexdigest()),), data=DATA)
    later = AT.replace(year=AT.year + 1)
    step = verify_native(bundle, artifact, wanted, ROOT, later).step(Check.TIME)
    assert step is not None
    assert step.reason is Reason.TIME_MISSING
    assert "--insecure-ignore-log" in step.remedy
    assert "timestamp" not in step.remedy


def test_a_missing_time_of_a_log_that_tells_none_stands_for_itself() -> None:
    verdict = _judged(MADE.keyless_blob(DATA, log="v2", stamps=0))
    step = verdict.step(Check.TIME)
    assert step is not None
    assert (step.reason, step.follows_from) == (Reason.TIME_MISSING, None)
    assert "timestamp" in step.remedy


def test_a_bare_signature_by_another_key_asks_for_the_right_one() -> None:
    signature = parse_bundle(MADE.keyed_blob(DATA, log=""), "x.json").signature
    artifact = Artifact(name="app", digests=(("sha256", hashlib.sha256(DATA).hexdigest()),), data=DATA)
    bundle = detached(signature, b"", "app.sig")
    step = verify_native(bundle, artifact, Wanted(keys=(OTHER,)), ROOT, AT).step(Check.SIGNATURE)
    assert step is not None
    assert step.remedy.startswith("look whether the key is the right one")


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(only_certificates=True)])
def test_the_key_that_is_not_at_hand_is_named_in_hex(wanted: Wanted) -> None:
    step = _judged(MADE.keyed_blob(DATA), wanted).step(Check.KEY)
    assert step is not None
    assert step.found == f"a key that the signer calls {KEY.key_id}"


def test_a_key_is_nobody_of_those_who_have_certificates() -> None:
    verdict = _judged(MADE.keyed_blob(DATA), Wanted(identities=KEYLESS.identities, only_certificates=True))
    assert (verdict.state, verdict.reason) == (SignatureState.REFUSED, Reason.KEY_MISMATCH)
    assert _judged(MADE.keyed_blob(DATA)).reason is Reason.KEY_REQUIRED
