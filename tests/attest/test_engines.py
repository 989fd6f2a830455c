"""Two engines: what both say, what is left to ours, and what comes of it where they differ or one is not there."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest import known_defects, sigstore_engine
from supplymatrix.attest.bundle import BundleError
from supplymatrix.attest.engines import verify_signature
from supplymatrix.attest.keys import parse_verifying_key
from supplymatrix.attest.trusted_root import parse_trusted_root, with_private_ca
from supplymatrix.attest.wanted import EngineChoice, IdentityWish, Wanted
from supplymatrix.errors import SourceError
from supplymatrix.model.signature import Check, CheckState, Reason, SignatureState, SignatureVerdict
from supplymatrix.model.value import changed
from tests.support.judged import DATA, MADE, NOW, STATEMENT, artifact_of, judged, made_root, read, wished
from tests.support.made_entries import ENTRY_KINDS
from tests.support.made_keys import KEY_KINDS
from tests.support.made_sigstore import GITHUB_IDENTITY, GITHUB_ISSUER, Fault


def _engines(verdict: SignatureVerdict) -> tuple[CheckState, str]:
    step = verdict.step(Check.ENGINES)
    assert step is not None, verdict.notes
    return step.state, step.says


@pytest.mark.parametrize("log", ["v1", "v2"])
def test_both_accept_what_is_right(log: str) -> None:
    for data in (MADE.keyless_blob(DATA, log=log), MADE.keyless_dsse(STATEMENT, log=log)):
        verdict = judged(data)
        assert verdict.state is SignatureState.VALID, verdict.steps
        assert verdict.engines == ("native", "sigstore")
        assert _engines(verdict) == (
            CheckState.VERIFIED, "the sigstore package 4.5.1 says the same of signature, identity and issuer"
        )  # fmt: skip


@pytest.mark.parametrize("fault", [Fault.LATE, Fault.OTHER_CA, Fault.WRONG_SCT, Fault.WRONG_SIGNATURE])
def test_both_refuse_what_is_wrong(fault: Fault) -> None:
    verdict = judged(MADE.keyless_blob(DATA, faults={fault}))
    assert verdict.state is SignatureState.REFUSED
    assert _engines(verdict) == (CheckState.VERIFIED, "the sigstore package 4.5.1 refuses the signature, too")
    step = verdict.step(Check.ENGINES)
    assert step is not None
    assert step.found
    assert verdict.reason is not Reason.ENGINES_DISAGREE


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (MADE.keyed_blob(DATA), "the sigstore package verifies no signatures by keys"),
        (MADE.keyless_dsse(STATEMENT, entry="intoto 0.0.2"), "reads no intoto 0.0.2 entries of an envelope"),
        (MADE.keyless_dsse(STATEMENT, entry="dsse 0.0.2", log="v2"), "reads no dsse 0.0.2 entries of an envelope"),
        (MADE.keyless_blob(DATA, log=""), "takes exactly one log entry, and here are 0"),
        (MADE.keyless_blob(DATA, has_proof=False, version="0.1"), "wants an inclusion proof with a signed tree head"),
        (MADE.keyless_blob(DATA, has_head=False, version="0.1"), "wants an inclusion proof with a signed tree head"),
        (MADE.keyless_blob(DATA, log="v2", version="0.1"), "wants a promise of the log in bundles v0.1"),
        (MADE.keyless_blob(DATA, entry="hashedrekord 0.0.2"), "takes no promise for hashedrekord 0.0.2 entries"),
        (MADE.keyless_blob(DATA, key="P-384"), "SHA-256 alone, and this is ECDSA P-384"),
        (MADE.keyless_blob(DATA, key="Ed25519ph"), "SHA-256 alone, and this is Ed25519"),
        (MADE.sign_blob(DATA).legacy(), "reads bundles, and this is a cosign bundle (old)"),
    ],
)  # fmt: skip
def test_what_the_package_cannot_read_is_left_to_ours_and_told(data: bytes, why: str) -> None:
    verdict = judged(data)
    assert verdict.engines == ("native",)
    assert verdict.step(Check.ENGINES) is None
    assert verdict.notes[-1].startswith("native only: ")
    assert why in verdict.notes[-1]
    alone = judged(data, engine=EngineChoice.SIGSTORE)
    assert (alone.state, alone.reason) == (SignatureState.UNDECIDED, Reason.UNSUPPORTED)


def test_what_is_asked_may_be_more_than_the_package_can() -> None:
    data = MADE.keyless_blob(DATA)
    private = with_private_ca(made_root(), MADE.ca_pem.encode(), "ca.pem")
    for wanted, root, why in (
        (changed(wished(), checks_sct=False), made_root(), "cannot leave out the check of the SCT"),
        (changed(wished(), checks_log=False), made_root(), "cannot leave out the check of the log"),
        (wished(), private, "the certificate authority was given apart"),
        (wished(), parse_trusted_root(MADE.trusted_root(has_ct=False), "root"), "wants logs, certificate logs"),
    ):
        verdict = judged(data, wanted, root=root)
        assert verdict.engines == ("native",)
        assert why in verdict.notes[-1]
    verdict = verify_signature(read(data), artifact_of(DATA), wished(), None, NOW)
    assert "nothing without a trusted root" in verdict.notes[-1]
    assert verdict.state is SignatureState.UNDECIDED
    by_sha512 = changed(artifact_of(DATA), digests=artifact_of(DATA).digests[2:], data=None)
    assert "wants the SHA-256" in judged(data, artifact=by_sha512).notes[-1]


def test_a_key_that_is_asked_for_is_not_looked_for_in_certificates_by_the_package() -> None:
    key = parse_verifying_key(MADE.key().pem.encode(), "key.pem")
    verdict = judged(MADE.keyless_blob(DATA), Wanted(keys=(key,)))
    assert verdict.holds
    assert "by keys" in verdict.notes[-1]


def test_ours_alone_is_not_compared() -> None:
    verdict = judged(MADE.keyless_blob(DATA), engine=EngineChoice.NATIVE)
    assert verdict.engines == ("native",)
    assert verdict.step(Check.ENGINES) is None
    assert not any(note.startswith("native only") for note in verdict.notes)


def test_the_package_alone_says_the_same_where_it_can_read() -> None:
    assert judged(MADE.keyless_blob(DATA), engine=EngineChoice.SIGSTORE).state is SignatureState.VALID
    late = judged(MADE.keyless_blob(DATA, faults={Fault.LATE}), engine=EngineChoice.SIGSTORE)
    assert late.reason is Reason.CERTIFICATE_EXPIRED


def test_patterns_are_compared_by_ours_and_the_signature_by_both() -> None:
    pattern = Wanted(identities=(IdentityWish(identity_regexp="^https://github.com/.*$", issuer=GITHUB_ISSUER),))
    verdict = judged(MADE.keyless_blob(DATA), pattern)
    assert verdict.state is SignatureState.VALID
    assert "identity and issuer are compared by ours alone" in _engines(verdict)[1]


def test_another_identity_or_issuer_is_refused_by_both() -> None:
    for wanted, reason in (
        (wished(GITHUB_IDENTITY.replace("corp", "fork")), Reason.IDENTITY_MISMATCH),
        (wished(issuer="https://login.example"), Reason.ISSUER_MISMATCH),
    ):  # fmt: skip
        verdict = judged(MADE.keyless_blob(DATA), wanted)
        assert (verdict.state, verdict.reason) == (SignatureState.REFUSED, reason)
        state, says = _engines(verdict)
        assert (state, "says the same" in says) == (CheckState.VERIFIED, True)


def test_one_of_several_who_may_have_signed_is_enough_for_both() -> None:
    two = Wanted(identities=(*wished("https://other.example").identities, *wished().identities))
    assert judged(MADE.keyless_blob(DATA), two).state is SignatureState.VALID


def test_another_artifact_is_refused_by_both() -> None:
    verdict = judged(MADE.keyless_blob(DATA), artifact=artifact_of(b"another"))
    assert verdict.state is SignatureState.REFUSED
    assert _engines(verdict)[0] is CheckState.VERIFIED


def test_of_an_envelope_the_subject_is_compared_by_ours() -> None:
    verdict = judged(MADE.keyless_dsse(STATEMENT), artifact=artifact_of(b"another"))
    assert (verdict.state, verdict.reason) == (SignatureState.REFUSED, Reason.DIGEST_MISMATCH)
    assert _engines(verdict)[0] is CheckState.VERIFIED


def test_a_disagreement_is_an_alarm_that_tells_both_opinions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_defects, "DEFECTS", ())
    root = parse_trusted_root(MADE.trusted_root(ends={"v1": NOW - timedelta(days=300)}), "root")
    verdict = judged(MADE.keyless_blob(DATA), root=root)
    assert (verdict.state, verdict.reason) == (SignatureState.REFUSED, Reason.ENGINES_DISAGREE)
    assert verdict.signer is None
    step = verdict.steps[0]
    assert (step.check, step.state) == (Check.ENGINES, CheckState.FAILED)
    assert "ours refuses it: the log took the entry at" in step.found
    assert "the sigstore package 4.5.1 accepts it" in step.found
    verdict = judged(MADE.keyless_blob(DATA, scts=2))
    assert "ours accepts it; the sigstore package 4.5.1 refuses it: failed to verify SCT" in verdict.steps[0].found


def _no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    sigstore_engine._package.cache_clear()
    monkeypatch.setitem(sys.modules, "sigstore", None)


@pytest.fixture(autouse=True)
def _package_again() -> Any:  # noqa: ANN401
    yield
    sigstore_engine._package.cache_clear()


def test_without_the_package_what_holds_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    _no_package(monkeypatch)
    verdict = judged(MADE.keyless_blob(DATA))
    assert (verdict.state, verdict.reason) == (SignatureState.UNDECIDED, Reason.UNSUPPORTED)
    step = verdict.step(Check.ENGINES)
    assert step is not None
    assert step.state is CheckState.NOT_CHECKABLE
    assert "cannot be imported" in step.says
    assert "--engine native" in step.remedy
    assert judged(MADE.keyless_blob(DATA, faults={Fault.LATE})).state is SignatureState.REFUSED
    assert judged(MADE.keyed_blob(DATA), _by_key()).state is SignatureState.VALID
    assert judged(MADE.keyless_blob(DATA), engine=EngineChoice.NATIVE).state is SignatureState.VALID


def test_the_package_alone_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    _no_package(monkeypatch)
    with pytest.raises(SourceError, match="cannot be imported") as caught:
        judged(MADE.keyless_blob(DATA), engine=EngineChoice.SIGSTORE)
    assert "--engine native" in caught.value.remedy


def test_a_package_that_breaks_off_leaves_what_holds_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_self: object, *_: object) -> None:
        raise TypeError("verify() missing 1 required positional argument")

    judged(MADE.keyless_blob(DATA))
    monkeypatch.setattr("sigstore.verify.Verifier.verify_artifact", broken)
    verdict = judged(MADE.keyless_blob(DATA))
    assert (verdict.state, verdict.reason) == (SignatureState.UNDECIDED, Reason.UNSUPPORTED)
    assert "broke off without a verdict" in _engines(verdict)[1]


def _by_key() -> Wanted:
    return Wanted(keys=(parse_verifying_key(MADE.key().pem.encode(), "key.pem"),))


_KINDS = st.sampled_from([kind for kind in KEY_KINDS if not kind.startswith("RSA-3") and not kind.startswith("RSA-4")])
_FAULTS = st.sets(st.sampled_from([fault for fault in Fault if "TWO" not in fault.name]), max_size=2)
_HOW = st.fixed_dictionaries(
    {},
    optional={
        "key": st.one_of(st.just("P-256"), _KINDS), "log": st.sampled_from(["v1", "v2"]),
        "entry": st.sampled_from(["", "", *ENTRY_KINDS]), "version": st.sampled_from(["0.1", "0.2", "0.3", "0.3-old"]),
        "stamps": st.integers(-1, 2), "stamp_bits": st.sampled_from([256, 384, 512]), "stamp_status": st.integers(0, 2),
        "embeds": st.booleans(), "has_chain": st.booleans(), "has_promise": st.booleans(), "has_proof": st.booleans(),
        "has_head": st.booleans(), "has_digest": st.booleans(), "scts": st.integers(1, 2),
        "identity": st.sampled_from([GITHUB_IDENTITY, "dev@corp.example", "alice"]),
        "issuer_fields": st.sampled_from([(1, 8), (1,), (8,)]), "faults": _FAULTS,
        "logged_after": st.sampled_from([0, 30, 600, 601]), "sct_extensions": st.sampled_from([b"", b"\x00\x01\x02"]),
    },
)  # fmt: skip


def _assert_explained(verdict: SignatureVerdict, *, about: object) -> None:
    step = verdict.step(Check.ENGINES)
    assert verdict.reason is not Reason.ENGINES_DISAGREE, (about, step)
    if step is None:
        assert verdict.notes[-1].startswith("native only: ")
    else:
        assert step.state is not CheckState.FAILED
        assert not (verdict.holds and "accepts" not in step.says and "says the same" not in step.says
                    and "known defect" not in step.says)  # fmt: skip


@given(how=_HOW, is_envelope=st.booleans())
def test_both_agree_on_whatever_can_be_made(how: dict[str, Any], is_envelope: bool) -> None:
    kinds = ENTRY_KINDS[2:] if is_envelope else ENTRY_KINDS[:2]
    if how.get("entry") and how["entry"] not in kinds:
        how = how | {"entry": ""}
    signed = MADE.sign_dsse(STATEMENT, **how) if is_envelope else MADE.sign_blob(DATA, **how)
    try:
        verdict = judged(signed.bundle())
    except BundleError:
        return
    _assert_explained(verdict, about=how)


_BUNDLES = (
    MADE.keyless_blob(DATA, stamps=1), MADE.keyless_blob(DATA, log="v2"), MADE.keyless_dsse(STATEMENT),
    MADE.keyless_dsse(STATEMENT, log="v2"), MADE.keyless_blob(DATA, version="0.1", has_chain=True),
)  # fmt: skip


@given(which=st.sampled_from(_BUNDLES), place=st.floats(0, 1, exclude_max=True), other=st.integers(0, 255))
def test_both_agree_on_bundles_of_which_a_byte_is_another(which: bytes, place: float, other: int) -> None:
    at = int(place * len(which))
    try:
        verdict = judged(which[:at] + bytes([other]) + which[at + 1 :])
    except BundleError:
        return
    _assert_explained(verdict, about=(json.loads(which)["mediaType"], at, other))


@given(which=st.sampled_from(_BUNDLES), place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_both_agree_on_certificates_of_which_a_bit_is_another(which: bytes, place: float, bit: int) -> None:
    import base64

    document = json.loads(which)
    material = document["verificationMaterial"]
    holder = material.get("certificate") or material["x509CertificateChain"]["certificates"][0]
    raw = bytearray(base64.b64decode(holder["rawBytes"]))
    raw[int(place * len(raw))] ^= 1 << bit
    holder["rawBytes"] = base64.b64encode(raw).decode()
    try:
        verdict = judged(json.dumps(document).encode())
    except BundleError:
        return
    assert not verdict.holds
    _assert_explained(verdict, about=(place, bit))


_PARTS = [
    signed.document()
    for signed in (
        MADE.sign_blob(DATA, stamps=1), MADE.sign_blob(DATA, log="v2"), MADE.sign_dsse(STATEMENT),
        MADE.sign_dsse(STATEMENT, log="v2"), MADE.sign_blob(DATA, version="0.1", has_chain=True),
        MADE.sign_blob(b"another"),
    )
]  # fmt: skip
_IN_PLACE: tuple[Any, ...] = (None, "", "0", 1, [], {}, "AAAA")


def _places(part: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [place for name, each in inner for place in ((*path, name), *_places(each, (*path, name)))]


@given(data=st.data())
def test_both_agree_on_bundles_of_which_a_part_is_another_or_gone(data: st.DataObject) -> None:
    document: Any = json.loads(json.dumps(data.draw(st.sampled_from(_PARTS))))
    *path, last = data.draw(st.sampled_from(_places(document)))
    holder = document
    for name in path:
        holder = holder[name]
    other: Any = data.draw(st.sampled_from(_PARTS))
    change = data.draw(st.sampled_from(["gone", "other", "twice", *range(len(_IN_PLACE))]))
    if change == "gone":
        del holder[last]
    elif change == "other":
        for name in (*path, last):
            other = other[name] if isinstance(other, list) and name == 0 and other else (
                other.get(name) if isinstance(other, dict) else None
            )  # fmt: skip
        holder[last] = other
    elif change == "twice":
        if isinstance(holder, list):
            holder.append(holder[0])
    else:
        holder[last] = _IN_PLACE[change]
    try:
        verdict = judged(json.dumps(document).encode())
    except BundleError:
        return
    _assert_explained(verdict, about=(path, last, change))


def test_what_ours_cannot_judge_is_not_decided_by_the_package() -> None:
    import base64

    document = MADE.sign_blob(DATA, log="v2").document()
    stamps = document["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"]
    token = base64.b64decode(stamps[0]["signedTimestamp"])
    ecdsa, another = bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06082a8648ce3e040302")
    head, _, tail = token.rpartition(ecdsa)
    stamps[0]["signedTimestamp"] = base64.b64encode(head + another + tail).decode()
    verdict = judged(json.dumps(document).encode())
    assert (verdict.state, verdict.reason) == (SignatureState.UNDECIDED, Reason.UNSUPPORTED)
    assert _engines(verdict) == (
        CheckState.NOT_CHECKABLE, "the sigstore package 4.5.1 accepts what ours cannot judge"
    )  # fmt: skip
