"""Each known defect of the sigstore package is shown on a signature: one that the package has mended fails its test,
and has to go from the list."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from supplymatrix.attest import known_defects
from supplymatrix.attest.engines import verify_signature
from supplymatrix.attest.known_defects import DEFECTS, Case, Defect, known_defect
from supplymatrix.attest.sigstore_engine import package_version
from supplymatrix.attest.trusted_root import parse_trusted_root
from supplymatrix.model.signature import Check, CheckState, Reason, SignatureState, SignatureStep, SignatureVerdict
from tests.support.judged import DATA, MADE, NOW, artifact_of, made_root, read, wished
from tests.support.made_sigstore import AT, Fault

_Bundle = dict[str, Any]


def _document(**how: Any) -> _Bundle:  # noqa: ANN401
    return MADE.sign_blob(DATA, **how).document()


def _entry(document: _Bundle) -> _Bundle:
    entry: _Bundle = document["verificationMaterial"]["tlogEntries"][0]
    return entry


def _verdict(document: _Bundle, root: bytes | None = None, identity: str = "") -> SignatureVerdict:
    wanted = wished(identity) if identity else wished()
    trust = parse_trusted_root(root or MADE.trusted_root(), "root")
    return verify_signature(read(json.dumps(document).encode()), artifact_of(DATA), wanted, trust, NOW)


def _in_entry(change: Callable[[_Bundle], None], **how: Any) -> SignatureVerdict:  # noqa: ANN401
    document = _document(**how)
    change(_entry(document))
    return _verdict(document)


def _set(path: str, found: object) -> Callable[[_Bundle], None]:
    *inner, last = path.split(".")

    def change(entry: _Bundle) -> None:
        for name in inner:
            entry = entry[name]
        entry[last] = found

    return change


def _unknown_log(entry: _Bundle) -> None:
    raw = base64.b64decode(entry["logId"]["keyId"])
    entry["logId"]["keyId"] = base64.b64encode(raw[:-1] + bytes([raw[-1] ^ 1])).decode()


def _other_name(entry: _Bundle) -> None:
    head = entry["inclusionProof"]["checkpoint"]
    head["envelope"] = head["envelope"].replace("— rekor.", "— rekord.")


def _with_company(der: bytes) -> SignatureVerdict:
    document = _document(version="0.1")
    chain = document["verificationMaterial"]["x509CertificateChain"]["certificates"]
    chain.append({"rawBytes": base64.b64encode(der).decode()})
    return _verdict(document)


_HOUR = timedelta(hours=1)
_EXAMPLES: dict[str, Callable[[], SignatureVerdict]] = {
    "timestamp at the end of its authority's validity": lambda: _verdict(
        _document(log="v2"), MADE.trusted_root(ends={"tsa": AT + timedelta(seconds=20)})
    ),
    "timestamp granted with modifications": lambda: _verdict(_document(log="v2", stamp_status=1)),
    "timestamp that nobody vouches for": lambda: _verdict(_document(stamps=1), MADE.trusted_root(has_tsa=False)),
    "timestamp that cannot be read": lambda: _verdict(_garbled_stamp()),
    "timestamp beside a promise": lambda: _verdict(_document(stamps=1, faults={Fault.WRONG_STAMP})),
    "time that has not come": lambda: _verdict(_document(issued=NOW + _HOUR)),
    "several SCTs": lambda: _verdict(_document(scts=2)),
    "promise that is empty": lambda: _in_entry(_set("inclusionPromise.signedEntryTimestamp", ""), stamps=1),
    "certificate in a bundle of an older version": lambda: _verdict(
        _document() | {"mediaType": MADE.sign_blob(DATA).document("0.1")["mediaType"]}
    ),
    "any trusted log for an unknown one": lambda: _in_entry(_unknown_log, log="v2"),
    "log outside of its validity": lambda: _verdict(_document(), MADE.trusted_root(ends={"v1": AT - _HOUR})),
    "certificate log outside of its validity, or any for an unknown one": lambda: _verdict(
        _document(), MADE.trusted_root(ends={"ct": AT - _HOUR})
    ),
    "certificate authority outside of its validity": lambda: _verdict(
        _document(), MADE.trusted_root(ends={"ca": AT - _HOUR})
    ),
    "stranger that came along": lambda: _with_company(MADE.stranger.authority.chain[1]),
    "size of the tree": lambda: _in_entry(_set("inclusionProof.treeSize", "10")),
    "index of the entry": lambda: _in_entry(_set("logIndex", "77"), log="v2"),
    "promise of no time": lambda: _in_entry(_set("integratedTime", "0"), stamps=1),
    "name in the head": lambda: _in_entry(_other_name),
    "identity that is a user name": lambda: _verdict(_document(identity="alice"), identity="alice"),
    "issuer in its newer place alone": lambda: _verdict(_document(issuer_fields=(8,))),
}


def _garbled_stamp() -> _Bundle:
    """Return a bundle whose time stamp names its issuer by a text longer than the name: it counts for nothing then."""
    document = _document(stamps=1)
    stamps = document["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"]
    token = base64.b64decode(stamps[0]["signedTimestamp"])
    at = token.rindex(b"\x06\x03\x55\x04\x03\x0c") + 6  # the length of a text in the name of the signer's issuer
    stamps[0]["signedTimestamp"] = base64.b64encode(token[:at] + b"\x7f" + token[at + 1 :]).decode()
    return document


def test_each_known_defect_has_an_example() -> None:
    assert sorted(_EXAMPLES) == sorted(defect.name for defect in DEFECTS)


@pytest.mark.parametrize("name", sorted(_EXAMPLES))
def test_the_package_has_the_defect_and_ours_is_believed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    defect = next(each for each in DEFECTS if each.name == name)
    monkeypatch.setattr(known_defects, "DEFECTS", (defect,))
    verdict = _EXAMPLES[name]()
    step = verdict.step(Check.ENGINES)
    assert step is not None, verdict.notes
    assert step.state is CheckState.NOT_CHECKABLE, step
    assert f"by a known defect ({name})" in step.says
    assert step.reason is None
    accepts = defect.says != ""
    assert verdict.holds is accepts, verdict.steps
    assert verdict.reason is not Reason.ENGINES_DISAGREE


@pytest.mark.parametrize("name", sorted(_EXAMPLES))
def test_without_the_list_nobody_is_believed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_defects, "DEFECTS", tuple(each for each in DEFECTS if each.name != name))
    verdict = _EXAMPLES[name]()
    assert (verdict.state, verdict.reason) == (SignatureState.REFUSED, Reason.ENGINES_DISAGREE)
    assert verdict.signer is None


def test_the_list_was_looked_at_with_the_version_that_is_installed() -> None:
    assert package_version() == "4.5.1", "look at each known defect again, then write the version here"
    assert all(each.why and each.source and each.since <= package_version() for each in DEFECTS)


def _case(**changes: Any) -> Case:  # noqa: ANN401
    made = {
        "about": "signature", "bundle": read(MADE.keyless_blob(DATA)), "root": made_root(), "ours": (), "theirs": "no",
        "version": "4.5.1",
    }  # fmt: skip
    return Case(**{**made, **changes})


def _defect(**changes: Any) -> Defect:  # noqa: ANN401
    made: dict[str, Any] = {
        "name": "x", "since": "4.5", "until": "4.6", "says": "no", "applies": lambda _case: True, "why": "y",
        "source": "z",
    }  # fmt: skip
    return Defect(**{**made, **changes})


_STEP = SignatureStep(check=Check.TIME, state=CheckState.FAILED, says="late", reason=Reason.CERTIFICATE_EXPIRED)
_OTHER = SignatureStep(check=Check.SCT, state=CheckState.FAILED, says="wrong", reason=Reason.SCT_INVALID)


@pytest.mark.parametrize(
    ("version", "is_excused"),
    [("4.4.9", False), ("4.5", True), ("4.5.1", True), ("4.6", True), ("4.6.1", False), ("5.0", False)],
)
def test_a_defect_excuses_the_versions_that_have_it(version: str, is_excused: bool) -> None:
    assert _defect().excuses(_case(version=version)) is is_excused


def test_a_version_that_nobody_looked_at_is_excused_nothing() -> None:
    newest = _defect()
    newest = Defect(name="x", since="4.5", says="no", applies=newest.applies, why="y", source="z")
    assert newest.excuses(_case(version=package_version()))
    for version in ("4.5.2", "4.6", "5.0"):
        assert not newest.excuses(_case(version=version))
    assert {defect.until for defect in DEFECTS} == {package_version()}


def test_a_log_that_had_ended_by_the_time_of_the_timestamp_is_no_more_believed_than_by_its_promise() -> None:
    for document, log in ((_document(log="v2"), "v2"), (_document(has_promise=False, stamps=1), "v1")):
        verdict = _verdict(document, MADE.trusted_root(ends={log: AT - _HOUR}))
        step = verdict.step(Check.ENGINES)
        assert verdict.reason is Reason.LOG_UNKNOWN
        assert step is not None
        assert "by a known defect (log outside of its validity)" in step.says
        begun = _verdict(document, MADE.trusted_root(starts={log: AT + _HOUR}))
        assert begun.reason is Reason.LOG_UNKNOWN


@pytest.mark.parametrize(
    ("case", "defect"),
    [
        ({"theirs": "yes"}, {}),
        ({"theirs": ""}, {}),
        ({"ours": (_STEP,)}, {}),
        ({}, {"applies": lambda _case: False}),
        ({}, {"about": "names"}),
        ({"theirs": "", "ours": (_STEP, _OTHER)}, {"says": "", "reasons": frozenset({Reason.CERTIFICATE_EXPIRED})}),
        ({"theirs": ""}, {"says": "", "reasons": frozenset({Reason.CERTIFICATE_EXPIRED})}),
        ({"ours": (_STEP,)}, {"says": "", "reasons": frozenset({Reason.CERTIFICATE_EXPIRED})}),
    ],
)
def test_a_defect_excuses_nothing_but_its_own_disagreement(case: dict[str, Any], defect: dict[str, Any]) -> None:
    assert not _defect(**defect).excuses(_case(**case))


def test_a_disagreement_that_is_not_in_the_list_has_no_defect() -> None:
    assert known_defect(_case()) is None
    assert known_defect(_case(theirs="", ours=(_OTHER,))) is None


def test_the_examples_differ_from_what_is_right_in_one_thing_alone() -> None:
    assert _verdict(_document()).state is SignatureState.VALID
    assert _verdict(_document(log="v2")).state is SignatureState.VALID
    assert _verdict(_document(identity="alice@corp.example"), identity="alice@corp.example").holds
