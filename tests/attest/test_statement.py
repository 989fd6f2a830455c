"""Statements: what they are about, and when that is the artifact."""

from __future__ import annotations

import hashlib
import json

import pytest

from supplymatrix.attest.bundle import BundleError
from supplymatrix.attest.statement import annotations_of, match_subject, names, parse_statement
from supplymatrix.attest.wanted import Artifact
from supplymatrix.model.signature import Reason
from tests.support.made_sigstore import statement

DATA = b"the artifact"
SHA256, SHA512 = hashlib.sha256(DATA).hexdigest(), hashlib.sha512(DATA).hexdigest()
ARTIFACT = Artifact(name="app", digests=(("sha256", SHA256), ("sha512", SHA512)))


def about(*digests: dict[str, str]) -> bytes:
    subjects = [{"name": f"app-{at}", "digest": digest} for at, digest in enumerate(digests)]
    document = {"_type": "https://in-toto.io/Statement/v1", "predicateType": "x", "subject": subjects, "predicate": {}}
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("digests", "is_named"),
    [
        ([{"sha256": SHA256}], True),
        ([{"sha512": SHA512}], True),
        ([{"sha256": SHA256.upper()}], True),
        ([{"sha256": "0" * 64}, {"sha256": SHA256}], True),
        ([{"sha256": SHA256, "sha512": SHA512, "gitCommit": "0" * 40}], True),
        ([{"sha256": SHA256, "sha512": "0" * 128}], False),
        ([{"sha256": "0" * 64}], False),
        ([{"sha512": SHA256}], False),
        ([{"gitCommit": SHA256}], False),
        ([{"sha256": SHA256[:32]}], False),
        ([{}], False),
        ([], False),
    ],
)
def test_all_digests_that_are_known_must_agree(digests: list[dict[str, str]], *, is_named: bool) -> None:
    assert names(parse_statement(about(*digests), "x"), ARTIFACT) == is_named


def test_a_subject_that_agrees_by_half_is_told() -> None:
    match = match_subject(parse_statement(about({"sha256": SHA256, "sha512": "0" * 128}), "x"), ARTIFACT)
    assert match is not None
    assert (match.agreed, match.differing) == ((f"sha256:{SHA256}",), (f"sha512:{'0' * 128}",))
    later = match_subject(parse_statement(about({"sha256": SHA256, "sha512": "0"}, {"sha256": SHA256}), "x"), ARTIFACT)
    assert later is not None
    assert (later.subject.name, later.holds) == ("app-1", True)


def test_annotations_are_those_of_the_artifacts_own_subject() -> None:
    document = json.loads(about({"sha256": "0" * 64}, {"sha256": SHA256}))
    document["subject"][0]["annotations"] = {"team": "other"}
    document["subject"][1]["annotations"] = {"team": "sre", "count": 3}
    found = parse_statement(json.dumps(document).encode(), "x")
    assert annotations_of(found, ARTIFACT) == (("team", "sre"),)
    assert annotations_of(found, Artifact(name="", digests=(("sha256", "1" * 64),))) == ()


def test_both_types_of_statements() -> None:
    for kind in ("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"):
        found = parse_statement(statement({"app": SHA256}, kind=kind), "x")
        assert (found.statement_type, found.subjects[0].digests) == (kind, (("sha256", SHA256),))


@pytest.mark.parametrize(
    "change",
    [
        {"_type": "https://in-toto.io/Statement/v2"}, {"_type": None}, {"predicateType": ""}, {"predicateType": 1},
        {"subject": {}}, {"subject": [1]}, {"subject": [{"digest": []}]}, {"subject": [{"digest": {"sha256": 1}}]},
        {"subject": [{"name": 1, "digest": {}}]},
    ],
)  # fmt: skip
def test_what_is_no_statement(change: dict[str, object]) -> None:
    document = json.loads(about({"sha256": SHA256})) | change
    with pytest.raises(BundleError) as caught:
        parse_statement(json.dumps(document).encode(), "x")
    assert caught.value.reason is Reason.MALFORMED


@pytest.mark.parametrize("payload", [b"", b"[]", b'{"_type": 1, "_type": 2}', b"\xff"])
def test_a_payload_that_is_no_object(payload: bytes) -> None:
    with pytest.raises(BundleError):
        parse_statement(payload, "x")
