"""The one form of JSON that the sigstore package reads: what is written otherwise is judged by both, not excused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from supplymatrix.attest.package_json import in_strict_form
from supplymatrix.model.signature import Check, CheckState, Reason, SignatureState
from tests.support.judged import DATA, MADE, STATEMENT, judged
from tests.support.made_sigstore import Fault

_Document = dict[str, Any]


def _material(document: _Document) -> _Document:
    found: _Document = document["verificationMaterial"]
    return found


def _entry(document: _Document) -> _Document:
    found: _Document = _material(document)["tlogEntries"][0]
    return found


def _numbers(document: _Document) -> None:
    entry = _entry(document)
    for part, names in ((entry, ("logIndex", "integratedTime")), (entry["inclusionProof"], ("logIndex", "treeSize"))):
        part.update({name: int(part[name]) for name in names})


def _bare(document: _Document) -> None:
    certificate = _material(document)["certificate"]
    certificate["rawBytes"] = certificate["rawBytes"].rstrip("=").replace("+", "-").replace("/", "_")
    document["messageSignature"]["signature"] = document["messageSignature"]["signature"].replace("/", "_")


_LOOSE: dict[str, Callable[[_Document], object]] = {
    "numbers": _numbers,
    "other alphabet, no padding": _bare,
    "null": lambda d: _material(d).update(publicKey=None, timestampVerificationData=None),
    "empty message": lambda d: _material(d).update(timestampVerificationData={}),
    "number of an enumeration": lambda d: d["messageSignature"]["messageDigest"].update(algorithm=1),
    "proto names": lambda d: d.update(verification_material=d.pop("verificationMaterial")),
}


@pytest.mark.parametrize("name", _LOOSE)
def test_the_package_judges_what_it_would_not_read(name: str) -> None:
    document = MADE.sign_blob(DATA).document()
    _LOOSE[name](document)
    verdict = judged(json.dumps(document).encode())
    step = verdict.step(Check.ENGINES)
    assert step is not None
    assert (verdict.state, step.state) == (SignatureState.VALID, CheckState.VERIFIED), step


@pytest.mark.parametrize("fault", [Fault.WRONG_SIGNATURE, Fault.WRONG_SCT, Fault.WRONG_PROOF])
def test_it_refuses_what_is_wrong_in_that_form_too(fault: Fault) -> None:
    document = MADE.sign_blob(DATA, faults={fault}).document()
    _numbers(document)
    verdict = judged(json.dumps(document).encode())
    step = verdict.step(Check.ENGINES)
    assert step is not None
    assert (verdict.state, step.state) == (SignatureState.REFUSED, CheckState.VERIFIED)
    assert "given the bundle in the one form of JSON that it reads, refuses" in step.says


def test_a_number_somewhere_excuses_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package cannot read it, for another reason than its numbers: that is a disagreement."""
    from sigstore.models import Bundle

    def unreadable(_raw: bytes) -> Bundle:
        raise ValueError("failed to load bundle: something else")

    document = MADE.sign_blob(DATA).document()
    _numbers(document)
    judged(MADE.keyless_blob(DATA))
    monkeypatch.setattr(Bundle, "from_json", unreadable)
    assert judged(json.dumps(document).encode()).reason is Reason.ENGINES_DISAGREE


def test_what_is_in_that_form_stays_as_it_is() -> None:
    for data in (MADE.keyless_blob(DATA), MADE.keyless_dsse(STATEMENT, log="v2"), b"no JSON", b"[" * 5_000):
        assert in_strict_form(data) is data


def test_what_is_left_out_for_being_a_default_is_written() -> None:
    proof: _Document = {"treeSize": "1"}
    loose = {"tlogEntries": [{"inclusionProof": proof}], "signatures": [{"keyid": "a b"}], "empty": None}
    strict = {
        "tlogEntries": [{"inclusionProof": {"treeSize": "1", "logIndex": "0", "hashes": []}, "logIndex": "0"}],
        "signatures": [{"keyid": "a b"}],
    }
    assert json.loads(in_strict_form(json.dumps(loose).encode())) == strict
