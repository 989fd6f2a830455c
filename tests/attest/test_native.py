"""The native engine as a whole: what is valid, and that each single fault refuses for its own reason."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest.bundle import BundleError, SignedBundle, detached, parse_bundle
from supplymatrix.attest.keys import VerifyingKey, parse_verifying_key
from supplymatrix.attest.native import CLOCK_SKEW, OUR_CLOCK, verify_native
from supplymatrix.attest.simple_signing import attested_layer, signed_layer
from supplymatrix.attest.trusted_root import TrustedRoot, parse_trusted_root, with_private_ca
from supplymatrix.attest.wanted import Artifact, IdentityWish, Wanted
from supplymatrix.model.signature import Check, CheckState, Reason, SignatureState, SignatureVerdict
from supplymatrix.model.value import changed
from tests.support.made_sigstore import (
    AT,
    GITHUB_IDENTITY,
    GITHUB_ISSUER,
    Fault,
    MadeSigstore,
    Signed,
    github_fields,
    statement,
)

MADE = MadeSigstore()
ROOT = parse_trusted_root(MADE.trusted_root(), "root.json")
DATA = b"the artifact"
SHA256 = hashlib.sha256(DATA).hexdigest()
ARTIFACT = Artifact(
    name="app",
    digests=tuple((kind, hashlib.new(kind, DATA).hexdigest()) for kind in ("sha256", "sha384", "sha512")),
    data=DATA,
)
STATEMENT = statement({"app": SHA256})
WISH = IdentityWish(identity=GITHUB_IDENTITY, issuer=GITHUB_ISSUER)
WANTED = Wanted(identities=(WISH,))
NOW = AT + timedelta(days=30)


def key(kind: str = "P-256", name: str = "signer") -> VerifyingKey:
    return parse_verifying_key(MADE.key(kind, name).pem.encode(), "key.pub")


def judged(
    bundle: bytes | SignedBundle, wanted: Wanted = WANTED, *, artifact: Artifact = ARTIFACT,
    root: TrustedRoot | None = ROOT, now: datetime = NOW,
) -> SignatureVerdict:  # fmt: skip
    found = parse_bundle(bundle, "x.json") if isinstance(bundle, bytes) else bundle
    return verify_native(found, artifact, wanted, root, now)


def states(verdict: SignatureVerdict) -> dict[Check, CheckState]:
    return {step.check: step.state for step in verdict.steps}


def said(verdict: SignatureVerdict) -> str:
    return "\n".join(f"{step.check}: {step.state}: {step.says} {step.reason}" for step in verdict.steps)


# ---- what is valid


GOOD = {
    "v0.1": MADE.keyless_blob(DATA, version="0.1"),
    "v0.1, promise alone": MADE.keyless_blob(DATA, version="0.1", has_proof=False),
    "v0.2": MADE.keyless_blob(DATA, version="0.2"),
    "v0.3": MADE.keyless_blob(DATA, fields=github_fields()),
    "v0.3, older spelling": MADE.keyless_blob(DATA, version="0.3-old"),
    "chain": MADE.keyless_blob(DATA, version="0.2", has_chain=True),
    "Rekor 2": MADE.keyless_blob(DATA, log="v2", embeds=False),
    "stamped too": MADE.keyless_blob(DATA, stamps=2, embeds=False),
    "envelope": MADE.keyless_dsse(STATEMENT),
    "envelope, Rekor 2": MADE.keyless_dsse(STATEMENT, log="v2", embeds=False),
    "envelope, intoto": MADE.keyless_dsse(STATEMENT, entry="intoto 0.0.2"),
    "old": MADE.sign_blob(DATA).legacy(),
    "no digest": MADE.keyless_blob(DATA, has_digest=False),
    **{kind: MADE.keyless_blob(DATA, key=kind) for kind in ("P-384", "P-521", "RSA-2048")},
}


@pytest.mark.parametrize("name", GOOD)
def test_all_forms_are_valid(name: str) -> None:
    verdict = judged(GOOD[name])
    assert verdict.state is SignatureState.VALID, said(verdict)
    assert verdict.reason is None
    assert [step.check for step in verdict.steps] == sorted((s.check for s in verdict.steps), key=list(Check).index)
    assert verdict.signer is not None
    assert (verdict.signer.identity, verdict.signer.issuer) == (GITHUB_IDENTITY, GITHUB_ISSUER)
    assert verdict.times
    assert len(verdict.log) == 1
    assert (verdict.statement is not None) == name.startswith("envelope")


def test_a_digest_is_enough_but_for_ed25519() -> None:
    by_digest = changed(ARTIFACT, data=None)
    assert judged(GOOD["v0.3"], artifact=by_digest).state is SignatureState.VALID
    ed25519 = MADE.keyed_blob(DATA, key="Ed25519")
    wanted = Wanted(keys=(key("Ed25519"),))
    assert judged(ed25519, wanted).state is SignatureState.VALID
    only = changed(by_digest, digests=(("sha256", SHA256),))
    verdict = judged(ed25519, wanted, artifact=only)
    assert (verdict.state, verdict.reason) == (SignatureState.UNDECIDED, Reason.UNSUPPORTED)
    assert "the file itself" in next(step.remedy for step in verdict.steps if step.check is Check.SIGNATURE)


def test_separate_files_and_simple_signing() -> None:
    signed = MADE.sign_blob(DATA)
    files = detached(
        signed.signature_text.encode(),
        signed.pem.encode(),
        "x.sig",
        log_bundle=json.dumps(signed.rekor_bundle).encode(),
    )
    assert judged(files).state is SignatureState.VALID
    image = MADE.simple_signing(f"sha256:{SHA256}", annotations=(("team", "sre"),))
    layer = signed_layer(image.message, image.annotations(), "tag x.sig")
    wanted = changed(WANTED, annotations=(("team", "sre"),))
    verdict = judged(layer, wanted, artifact=Artifact(name="image", digests=(("sha256", SHA256),)))
    assert verdict.state is SignatureState.VALID, said(verdict)
    assert verdict.annotations == (("team", "sre"),)
    assert judged(layer, changed(WANTED, annotations=(("team", "dev"),))).reason is Reason.ANNOTATION_MISMATCH
    other = judged(layer, artifact=Artifact(name="image", digests=(("sha256", "0" * 64),)))
    assert (other.reason, other.annotations) == (Reason.DIGEST_MISMATCH, ())


def test_a_private_ca() -> None:
    other = MadeSigstore(name="corp.example")
    mixed = changed(parse_trusted_root(other.trusted_root(), "x"), authorities=ROOT.authorities)
    bundle = other.keyless_blob(DATA)
    assert judged(bundle, root=mixed).reason is Reason.UNTRUSTED_ROOT
    assert judged(bundle, root=with_private_ca(mixed, other.ca_pem.encode(), "ca.pem")).state is SignatureState.VALID


# ---- what is not


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.LATE, Reason.CERTIFICATE_EXPIRED),
        (Fault.EARLY, Reason.CERTIFICATE_EXPIRED),
        (Fault.STAMP_LATE, Reason.CERTIFICATE_EXPIRED),
        (Fault.STAMP_EARLY, Reason.CERTIFICATE_EXPIRED),
        (Fault.OTHER_CA, Reason.UNTRUSTED_ROOT),
        (Fault.NO_SCT, Reason.SCT_MISSING),
        (Fault.WRONG_SCT, Reason.SCT_INVALID),
        (Fault.OTHER_CT, Reason.LOG_UNKNOWN),
        (Fault.NO_PURPOSE, Reason.CERTIFICATE_INVALID),
        (Fault.AUTHORITY, Reason.CERTIFICATE_INVALID),
        (Fault.OTHER_CERTIFICATE, Reason.SIGNATURE_INVALID),
        (Fault.WRONG_SIGNATURE, Reason.SIGNATURE_INVALID),
        (Fault.OTHER_DATA, Reason.SIGNATURE_INVALID),
        (Fault.OTHER_ENTRY, Reason.LOG_ENTRY_MISMATCH),
        (Fault.OTHER_SIGNATURE_LOGGED, Reason.LOG_ENTRY_MISMATCH),
        (Fault.OTHER_LOG, Reason.LOG_UNKNOWN),
        (Fault.WRONG_PROOF, Reason.PROOF_INVALID),
        (Fault.WRONG_ROOT, Reason.PROOF_INVALID),
        (Fault.WRONG_HEAD, Reason.CHECKPOINT_INVALID),
        (Fault.OTHER_HEAD, Reason.CHECKPOINT_INVALID),
        (Fault.FORGED_HEAD, Reason.CHECKPOINT_INVALID),
        (Fault.WRONG_STAMP, Reason.TIMESTAMP_INVALID),
        (Fault.CHANGED_STAMP, Reason.TIMESTAMP_INVALID),
        (Fault.STAMP_OF_OTHER, Reason.TIMESTAMP_INVALID),
    ],
)
@pytest.mark.parametrize("log", ["v1", "v2"])
@pytest.mark.parametrize("is_envelope", [False, True])
def test_each_single_fault_refuses_for_its_own_reason(
    fault: Fault, reason: Reason, log: str, *, is_envelope: bool
) -> None:
    how = {"log": log, "faults": {fault}, "stamps": 1}
    bundle = MADE.keyless_dsse(STATEMENT, **how) if is_envelope else MADE.keyless_blob(DATA, **how)
    verdict = judged(bundle)
    assert (verdict.state, verdict.reason) == (SignatureState.REFUSED, reason), said(verdict)
    assert not verdict.holds
    failed = next(step for step in verdict.steps if step.reason is reason)
    assert failed.says


@pytest.mark.parametrize("fault", [Fault.TWO_ENTRIES, Fault.TWO_STAMPS, Fault.KEY_AS_CERTIFICATE])
def test_faults_of_form(fault: Fault) -> None:
    with pytest.raises(BundleError):
        judged(MADE.keyless_blob(DATA, log="v2", faults={fault}))


def test_a_promise_that_is_wrong_and_things_that_are_missing() -> None:
    for how, reason in (
        ({"faults": {Fault.WRONG_PROMISE}}, Reason.SET_INVALID),
        ({"log": ""}, Reason.LOG_ENTRY_MISSING),
        ({"log": "v2", "stamps": 0}, Reason.TIME_MISSING),
        ({"has_promise": False}, Reason.TIME_MISSING),
        ({"has_proof": False}, Reason.PROOF_MISSING),
        ({"log": "v2", "faults": {Fault.OTHER_TSA}}, Reason.TIMESTAMP_UNTRUSTED),
        ({"identity": GITHUB_IDENTITY + "x"}, Reason.IDENTITY_MISMATCH),
        ({"issuer": "https://other.example"}, Reason.ISSUER_MISMATCH),
        ({"issuer": ""}, Reason.ISSUER_MISMATCH),
    ):
        verdict = judged(MADE.keyless_blob(DATA, **how))
        assert (verdict.state, verdict.reason) == (SignatureState.REFUSED, reason), said(verdict)


def test_a_timestamp_of_somebody_unknown_counts_for_nothing_where_a_log_tells_the_time() -> None:
    verdict = judged(MADE.keyless_blob(DATA, stamps=1, faults={Fault.OTHER_TSA}))
    assert verdict.state is SignatureState.VALID
    assert states(verdict)[Check.TIMESTAMP] is CheckState.NOT_CHECKABLE
    assert [one.by for one in verdict.times if "timestamp" in one.by] == []


def test_another_artifact() -> None:
    other = Artifact(name="other", digests=(("sha256", "0" * 64),))
    for bundle in (GOOD["v0.3"], GOOD["envelope"]):
        verdict = judged(bundle, artifact=other)
        assert (verdict.state, verdict.reason) == (SignatureState.REFUSED, Reason.DIGEST_MISMATCH)
        step = verdict.step(Check.ARTIFACT)
        assert step is not None
        assert "0" * 64 in step.expected
        assert SHA256 in step.found
    known_otherwise = judged(GOOD["envelope"], artifact=Artifact(name="x", digests=(("sha512", "0" * 128),)))
    assert (known_otherwise.state, known_otherwise.reason) == (SignatureState.UNDECIDED, Reason.UNSUPPORTED)


def test_an_envelope_that_names_nothing() -> None:
    verdict = judged(MADE.keyless_dsse(b"text", type="text/plain"))
    assert (verdict.state, verdict.reason) == (SignatureState.UNDECIDED, Reason.UNSUPPORTED)
    assert judged(MADE.keyless_dsse(b"no statement")).reason is Reason.MALFORMED


def test_a_digest_that_its_key_does_not_sign() -> None:
    document = json.loads(GOOD["v0.3"])
    digest = {"algorithm": "SHA2_512", "digest": "A" * 86 + "=="}
    document["messageSignature"]["messageDigest"] = digest
    data, by_digest = json.dumps(document).encode(), changed(ARTIFACT, digests=(("sha256", SHA256),))
    verdict = judged(data, artifact=changed(by_digest, data=None))
    assert (verdict.state, verdict.reason) == (SignatureState.REFUSED, Reason.MALFORMED)
    assert judged(data, artifact=by_digest).reason is Reason.DIGEST_MISMATCH


@pytest.mark.parametrize("kind", ["Ed25519", "P-384", "P-521", "RSA-2048"])
def test_a_digest_that_nobody_computed_yet_is_computed(kind: str) -> None:
    wanted, plain = Wanted(keys=(key(kind),), log_is_optional=True), Artifact(name="app", digests=(), data=DATA)
    good, other = (MADE.keyed_blob(DATA, key=kind, log="", faults=f) for f in (set[Fault](), {Fault.OTHER_DIGEST}))
    assert judged(good, wanted, artifact=plain).state is SignatureState.VALID
    verdict = judged(other, wanted, artifact=plain)
    assert (verdict.state, verdict.reason) == (SignatureState.REFUSED, Reason.DIGEST_MISMATCH)


def test_a_digest_that_cannot_be_computed_is_not_passed_over() -> None:
    wanted = Wanted(keys=(key("P-384"),), log_is_optional=True)
    by_digest = Artifact(name="app", digests=(("sha256", SHA256),))
    verdict = judged(MADE.keyed_blob(DATA, key="P-384", bits=256, log=""), wanted, artifact=by_digest)
    assert verdict.state is SignatureState.VALID
    document = json.loads(MADE.keyed_blob(DATA, key="P-384", bits=256, log=""))
    document["messageSignature"]["messageDigest"] = {"algorithm": "SHA2_384", "digest": "A" * 64}
    verdict = judged(json.dumps(document).encode(), wanted, artifact=by_digest)
    assert (verdict.state, verdict.reason) == (SignatureState.UNDECIDED, Reason.UNSUPPORTED)
    assert states(verdict)[Check.ARTIFACT] is CheckState.NOT_CHECKABLE


def test_nothing_of_a_certificate_that_nobody_vouches_for_is_told() -> None:
    verdict = judged(MADE.keyless_blob(DATA, faults={Fault.OTHER_CA}))
    assert verdict.signer is None
    assert states(verdict)[Check.IDENTITY] is CheckState.NOT_CHECKABLE
    assert GITHUB_IDENTITY not in said(verdict) + "".join(step.found for step in verdict.steps)
    assert judged(MADE.keyless_blob(DATA, faults={Fault.WRONG_SIGNATURE})).signer is None


def test_a_time_that_has_not_come() -> None:
    bundle = GOOD["v0.3"]
    logged = AT + timedelta(seconds=30)
    assert judged(bundle, now=logged - CLOCK_SKEW).state is SignatureState.VALID
    verdict = judged(bundle, now=logged - CLOCK_SKEW - timedelta(seconds=1))
    assert (verdict.state, verdict.reason) == (SignatureState.REFUSED, Reason.TIME_IN_FUTURE)
    keyed = judged(MADE.keyed_blob(DATA), Wanted(keys=(key(),)), now=AT - timedelta(hours=1))
    assert keyed.reason is Reason.TIME_IN_FUTURE


# ---- what was asked


def test_nobody_was_named() -> None:
    verdict = judged(GOOD["v0.3"], Wanted())
    assert (verdict.state, verdict.reason) == (SignatureState.UNDECIDED, Reason.IDENTITY_MISMATCH)
    assert judged(MADE.keyed_blob(DATA), Wanted()).reason is Reason.KEY_REQUIRED


def test_claims_and_kinds() -> None:
    good = changed(WANTED, claims=(("githubWorkflowRepository", "corp/app"), ("runnerEnvironment", "github-hosted")))
    assert judged(GOOD["v0.3"], good).state is SignatureState.VALID
    assert judged(GOOD["v0.1"], good).reason is Reason.CLAIM_MISMATCH
    assert judged(MADE.keyed_blob(DATA), Wanted(keys=(key(),), claims=good.claims)).reason is Reason.CLAIM_MISMATCH
    kind = changed(WANTED, predicate_types=("https://slsa.dev/provenance/v1",))
    assert judged(GOOD["envelope"], kind).state is SignatureState.VALID
    assert judged(GOOD["v0.3"], kind).reason is Reason.PREDICATE_MISSING
    assert judged(GOOD["envelope"], changed(kind, predicate_types=("x",))).reason is Reason.PREDICATE_MISSING


def test_a_check_that_is_switched_off_is_told_and_never_valid() -> None:
    no_sct = judged(MADE.keyless_blob(DATA, faults={Fault.NO_SCT}), changed(WANTED, checks_sct=False))
    assert (no_sct.state, states(no_sct)[Check.SCT]) == (SignatureState.ACCEPTED, CheckState.NOT_CHECKED)
    no_log = changed(WANTED, checks_log=False)
    stamped = judged(MADE.keyless_blob(DATA, log="", stamps=1), no_log)
    assert (stamped.state, states(stamped)[Check.ENTRY]) == (SignatureState.ACCEPTED, CheckState.NOT_CHECKED)
    wish = IdentityWish(identity=GITHUB_IDENTITY)
    half = judged(GOOD["v0.3"], Wanted(identities=(wish,)))
    assert (half.state, half.reason) == (SignatureState.UNDECIDED, Reason.ISSUER_MISMATCH)
    by_identity = judged(GOOD["v0.3"], Wanted(identities=(changed(wish, any_issuer=True),)))
    assert (by_identity.state, states(by_identity)[Check.ISSUER]) == (SignatureState.ACCEPTED, CheckState.NOT_CHECKED)


def test_without_a_log_our_own_clock_vouches_while_the_certificate_is_valid() -> None:
    no_log, bundle = changed(WANTED, checks_log=False), MADE.keyless_blob(DATA, log="")
    now = judged(bundle, no_log, now=AT + timedelta(minutes=1))
    assert (now.state, now.times[0].by) == (SignatureState.ACCEPTED, OUR_CLOCK)
    later = judged(bundle, no_log, now=AT + timedelta(hours=1))
    assert (later.state, later.reason) == (SignatureState.REFUSED, Reason.TIME_MISSING)
    assert judged(bundle, now=AT + timedelta(minutes=1)).reason is Reason.LOG_ENTRY_MISSING


def test_without_a_trusted_root_nothing_keyless_is_decided() -> None:
    for name in ("v0.3", "Rekor 2", "envelope", "old"):
        verdict = judged(GOOD[name], root=None)
        assert (verdict.state, verdict.reason) == (SignatureState.UNDECIDED, Reason.UNTRUSTED_ROOT), said(verdict)
        assert any("--trusted-root" in step.remedy for step in verdict.steps)


# ---- keys


KINDS = ("P-256", "P-384", "P-521", "RSA-2048", "Ed25519")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("log", ["v1", "v2"])
def test_keys_of_all_kinds(kind: str, log: str) -> None:
    wanted = Wanted(keys=(key("P-256", "another"), key(kind)))
    verdict = judged(MADE.keyed_blob(DATA, key=kind, log=log), wanted)
    assert verdict.state is SignatureState.VALID, said(verdict)
    assert verdict.signer is not None
    assert verdict.signer.key_id == key(kind).key_id
    assert judged(MADE.keyed_dsse(STATEMENT, key=kind, log=log), wanted).state is SignatureState.VALID


def test_another_key() -> None:
    verdict = judged(MADE.keyed_blob(DATA), Wanted(keys=(key(name="another"),)))
    assert (verdict.state, verdict.reason, verdict.signer) == (
        SignatureState.REFUSED, Reason.SIGNATURE_INVALID, None,
    )  # fmt: skip
    step = verdict.step(Check.SIGNATURE)
    assert step is not None
    assert f"the bundle names another key ({key().key_id})" in step.says
    assert "give the key of whoever signed it" in step.remedy
    right = judged(MADE.keyed_blob(DATA, faults={Fault.WRONG_SIGNATURE}), Wanted(keys=(key(),))).step(Check.SIGNATURE)
    assert right is not None
    assert "another key" not in right.says
    assert "trust neither" in right.remedy


@pytest.mark.parametrize("hint", ["release key of 2026", "", key().key_id, "ab" * 32, "SHA256:" + "A" * 43])
def test_a_hint_decides_nothing(hint: str) -> None:
    document = json.loads(MADE.keyed_blob(DATA))
    document["verificationMaterial"]["publicKey"]["hint"] = hint
    assert judged(json.dumps(document).encode(), Wanted(keys=(key(),))).state is SignatureState.VALID


def test_a_key_without_a_log_entry() -> None:
    bundle, wanted = MADE.keyed_blob(DATA, log=""), Wanted(keys=(key(),))
    verdict = judged(bundle, wanted)
    assert (verdict.state, verdict.reason) == (SignatureState.REFUSED, Reason.LOG_ENTRY_MISSING)
    optional = changed(wanted, log_is_optional=True)
    for root in (ROOT, None):
        verdict = judged(bundle, optional, root=root)
        assert (verdict.state, states(verdict)[Check.ENTRY]) == (SignatureState.VALID, CheckState.NOT_PRESENT)
    assert judged(bundle, changed(wanted, checks_log=False)).state is SignatureState.ACCEPTED


def test_an_entry_that_is_there_must_hold_though_none_is_needed() -> None:
    optional = Wanted(keys=(key(),), log_is_optional=True)
    assert judged(MADE.keyed_blob(DATA), optional).state is SignatureState.VALID
    for fault in (Fault.OTHER_LOG, Fault.WRONG_PROOF, Fault.OTHER_ENTRY):
        assert judged(MADE.keyed_blob(DATA, faults={fault}), optional).state is SignatureState.REFUSED, fault
    unknown = judged(MADE.keyed_blob(DATA), optional, root=None)
    assert (unknown.state, unknown.reason) == (SignatureState.UNDECIDED, Reason.LOG_UNKNOWN)
    assert states(unknown)[Check.PROMISE] is CheckState.NOT_CHECKABLE
    wrong = judged(MADE.keyed_blob(DATA, faults={Fault.OTHER_ENTRY}), optional, root=None)
    assert wrong.reason is Reason.LOG_ENTRY_MISMATCH
    needed = judged(MADE.keyed_blob(DATA), Wanted(keys=(key(),)), root=None)
    assert (needed.state, needed.reason) == (SignatureState.UNDECIDED, Reason.LOG_UNKNOWN)


@pytest.mark.parametrize("dates", [{"ends": AT - timedelta(days=1)}, {"starts": NOW + timedelta(days=1)}])
def test_a_log_that_nobody_tells_the_time_of_must_be_trusted_today(dates: dict[str, Any]) -> None:
    every: dict[str, Any] = {name: {"v1": time, "v2": time} for name, time in dates.items()}
    root = parse_trusted_root(MADE.trusted_root(**every), "root.json")
    without_promise = json.loads(MADE.keyed_blob(DATA))
    del without_promise["verificationMaterial"]["tlogEntries"][0]["inclusionPromise"]
    bundles = [MADE.keyed_blob(DATA, log="v2", stamps=0), MADE.keyed_blob(DATA, log="v2", faults={Fault.OTHER_TSA}),
               json.dumps(without_promise).encode()]  # fmt: skip
    for bundle in bundles:
        assert judged(bundle, Wanted(keys=(key(),))).state is SignatureState.VALID
        verdict = judged(bundle, Wanted(keys=(key(),)), root=root)
        assert (verdict.state, verdict.reason) == (SignatureState.REFUSED, Reason.LOG_UNKNOWN)
    wrong = MADE.keyed_blob(DATA, log="v2", faults={Fault.WRONG_STAMP})
    assert judged(wrong, Wanted(keys=(key(),)), root=root).reason is Reason.TIMESTAMP_INVALID


def test_a_log_is_not_optional_for_certificates() -> None:
    verdict = judged(MADE.keyless_blob(DATA, log="", stamps=1), changed(WANTED, log_is_optional=True))
    assert verdict.reason is Reason.LOG_ENTRY_MISSING


def test_a_key_that_is_not_at_hand() -> None:
    verdict = judged(MADE.keyed_blob(DATA))
    assert (verdict.state, verdict.reason) == (SignatureState.UNDECIDED, Reason.KEY_REQUIRED)
    broken = judged(MADE.keyed_blob(DATA, faults={Fault.WRONG_PROOF}))
    assert broken.state is SignatureState.REFUSED


def test_a_bare_key_where_an_old_bundle_should_have_a_certificate() -> None:
    bundle = MADE.sign_blob(DATA, is_keyed=True).legacy()
    verdict = judged(bundle)
    assert (verdict.state, verdict.reason) == (SignatureState.REFUSED, Reason.KEY_MISMATCH)
    assert judged(bundle, Wanted(keys=(key(),))).state is SignatureState.VALID
    assert judged(bundle, Wanted(keys=(key(name="another"),))).reason is Reason.SIGNATURE_INVALID


def test_a_certificate_where_a_key_was_asked_for() -> None:
    other = judged(GOOD["v0.3"], Wanted(keys=(key(name="another"),)))
    assert (other.state, other.reason) == (SignatureState.REFUSED, Reason.KEY_MISMATCH)
    same = judged(GOOD["v0.3"], Wanted(keys=(key(),)))
    assert same.state is SignatureState.VALID
    assert same.signer is not None
    assert same.signer.identity == ""
    assert any("was not looked at" in note for note in same.notes)
    both = judged(GOOD["v0.3"], changed(WANTED, keys=(key(name="another"),)))
    assert both.state is SignatureState.VALID


def test_a_certificate_beside_a_key_is_the_one_that_was_logged() -> None:
    document = json.loads(GOOD["v0.3"])
    place = document["verificationMaterial"]["certificate"]
    certificate = bytearray(b64decode(place["rawBytes"]))
    certificate[-1] ^= 1
    place["rawBytes"] = b64encode(certificate).decode()
    verdict = judged(json.dumps(document).encode(), Wanted(keys=(key(),)))
    assert (verdict.state, verdict.reason) == (SignatureState.REFUSED, Reason.LOG_ENTRY_MISMATCH)


# ---- envelopes of several signatures


def _signed_by_two(first: Signed, second: Signed, notes: dict[str, str]) -> SignedBundle:
    """Return an attestation of an image with two signatures, and what its layer says of them."""
    assert first.envelope is not None
    signatures = [{"keyid": "", "sig": b64encode(one.signature).decode()} for one in (first, second)]
    return attested_layer(json.dumps({**first.envelope, "signatures": signatures}).encode(), notes, "layer 1")


def _stamp_note(token: bytes) -> dict[str, str]:
    stamp = {"SignedRFC3161Timestamp": b64encode(token).decode()}
    return {"dev.sigstore.cosign/rfc3161timestamp": json.dumps(stamp)}


MINE = MADE.sign_dsse(STATEMENT, is_keyed=True, stamps=1)
THEIRS = MADE.sign_dsse(STATEMENT, is_keyed=True, key_name="another", stamps=1)
BY_ME = Wanted(keys=(key(),), log_is_optional=True)


@pytest.mark.parametrize("order", [(MINE, THEIRS), (THEIRS, MINE)], ids=["mine first", "mine second"])
def test_what_dates_another_signature_of_the_envelope_says_nothing_of_this_one(order: tuple[Signed, Signed]) -> None:
    right = judged(_signed_by_two(*order, _stamp_note(MINE.stamps[0])), BY_ME)
    assert (right.state, len(right.times)) == (SignatureState.VALID, 1)
    wrong = judged(_signed_by_two(*order, _stamp_note(THEIRS.stamps[0])), BY_ME)
    assert (wrong.state, wrong.times) == (SignatureState.VALID, ())
    assert states(wrong)[Check.TIMESTAMP] is CheckState.NOT_CHECKABLE
    logged, others = ({"dev.sigstore.cosign/bundle": json.dumps(one.rekor_bundle)} for one in (MINE, THEIRS))
    assert judged(_signed_by_two(*order, logged), BY_ME).state is SignatureState.VALID
    assert judged(_signed_by_two(*order, others), BY_ME).reason is Reason.LOG_ENTRY_MISSING
    nobody = judged(_signed_by_two(*order, others | _stamp_note(MINE.stamps[0])), Wanted())
    assert (nobody.state, nobody.reason) == (SignatureState.UNDECIDED, Reason.KEY_REQUIRED)


def test_a_timestamp_of_bytes_that_are_no_signature_of_the_key_does_not_date_a_certificate() -> None:
    """A stolen key whose certificate has ended: beside its signature an older one, stamped in time."""
    signed = MADE.sign_dsse(STATEMENT, log="")
    older = MADE.sign_blob(b"something else", key_name="anybody", log="", stamps=1)
    notes = {"dev.sigstore.cosign/certificate": signed.pem, **_stamp_note(older.stamps[0])}
    verdict = judged(_signed_by_two(changed_signed(signed, older), signed, notes), changed(WANTED, checks_log=False))
    assert verdict.state is SignatureState.REFUSED
    assert verdict.times == ()


def changed_signed(signed: Signed, other: Signed) -> Signed:
    return replace(signed, signature=other.signature)


def test_old_attestations_may_be_stamped_over_their_envelope() -> None:
    signed = MADE.sign_dsse(STATEMENT, is_keyed=True, log="")
    layer = json.dumps(signed.envelope).encode()
    token = MADE.tsa.token(layer, AT + timedelta(seconds=20))
    verdict = judged(attested_layer(layer, _stamp_note(token), "layer 1"), BY_ME)
    assert (verdict.state, len(verdict.times)) == (SignatureState.VALID, 1)
    other = judged(attested_layer(layer + b" ", _stamp_note(token), "layer 1"), BY_ME)
    assert other.reason is Reason.TIMESTAMP_INVALID


# ---- two entries, and every byte


def _with_entries(signed: Signed, *others: Signed) -> bytes:
    document = signed.document()
    material = document["verificationMaterial"]
    material["tlogEntries"] = [entry for one in (signed, *others) for entry in one.entries]
    return json.dumps(document).encode()


def test_each_of_two_entries_must_hold() -> None:
    first, second = MADE.sign_blob(DATA), MADE.sign_blob(DATA, log="v2")
    assert judged(_with_entries(first, second)).state is SignatureState.VALID
    wrong: Callable[[Fault], Signed] = lambda fault: MADE.sign_blob(DATA, log="v2", faults={fault})  # noqa: E731
    for fault in (Fault.OTHER_ENTRY, Fault.WRONG_PROOF, Fault.OTHER_LOG):
        assert judged(_with_entries(first, wrong(fault))).state is SignatureState.REFUSED
        assert judged(_with_entries(wrong(fault), first)).state is SignatureState.REFUSED


KEYED: dict[str, Any] = {"keyed": MADE.keyed_blob(DATA), "keyed envelope": MADE.keyed_dsse(STATEMENT, key="Ed25519")}
EVERY = {**GOOD, **KEYED}


@pytest.mark.parametrize("name", EVERY)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_no_byte_can_be_changed(name: str, place: float, bit: int) -> None:
    """Whatever is changed anywhere in the file: it is refused, or says exactly what it said before.

    Not so a key's hint, for which nobody vouches by its specification, and a timestamp beside a log's time: changed to
    be of somebody unknown it counts for nothing, and the verdict tells that.
    """
    wanted = Wanted(keys=(key(), key("Ed25519"))) if name in KEYED else WANTED
    data = EVERY[name]
    at = int(place * len(data))
    flipped = data[:at] + bytes((data[at] ^ 1 << bit,)) + data[at + 1 :]
    try:
        bundle = parse_bundle(flipped, "x.json")
    except BundleError:
        return
    verdict = judged(bundle, wanted)
    stamps_count = all(step.state is CheckState.VERIFIED for step in verdict.steps if step.check is Check.TIMESTAMP)
    if verdict.holds and stamps_count:
        before = changed(parse_bundle(data, "x.json"), raw=b"", key_hint="")
        assert changed(bundle, raw=b"", key_hint="") == before, (at, data[at - 40 : at + 40])


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["mediaType", "verificationMaterial", "payloadType", "signatures", "base64Signature"]),
        inner, max_size=4,
    ), max_leaves=8,
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_whatever_is_no_bundle_is_told_as_such(data: bytes) -> None:
    """No error but the one that is told, and where something can be read out of it, it does not hold."""
    try:
        bundle = parse_bundle(data, "x")
    except BundleError:
        return
    assert not judged(bundle, Wanted(keys=(key(),), log_is_optional=True)).holds


@pytest.mark.parametrize(("field", "values"), [
    ("mediaType", [None, 5]), ("verificationMaterial", [None, [], "x"]), ("messageSignature", [None, [], {}]),
])  # fmt: skip
def test_fields_of_other_types(field: str, values: list[object]) -> None:
    for value in values:
        document = json.loads(GOOD["v0.3"]) | {field: value}
        with pytest.raises(BundleError):
            parse_bundle(json.dumps(document).encode(), "x")


def test_a_key_of_another_kind_than_signed_is_another_key_and_no_fault_of_the_bundle() -> None:
    bundle = MADE.keyed_blob(DATA, key="P-384", log="")
    wanted = Wanted(keys=(key("P-256"),), log_is_optional=True)
    verdict = judged(bundle, wanted)
    assert (verdict.state, verdict.reason) == (SignatureState.REFUSED, Reason.KEY_MISMATCH)
    assert judged(bundle, changed(wanted, keys=(key("P-256"), key("P-384")))).holds
