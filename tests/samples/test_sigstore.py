"""Real and altered signatures: each verdict is the stated one, and refused for the reason that the case has.

Nothing here knows a particular case: what to verify and what is expected stands in the `cases.json` of each folder.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from supplymatrix.attest.builders import commits_of, hold_builder, source_of
from supplymatrix.attest.bundle import BundleError, SignedBundle, parse_bundle
from supplymatrix.attest.engines import verify_signature
from supplymatrix.attest.keys import VerifyingKey, parse_verifying_key
from supplymatrix.attest.native import verify_native
from supplymatrix.attest.provenance import is_provenance, parse_provenance
from supplymatrix.attest.trusted_root import TrustedRoot, parse_trusted_root
from supplymatrix.attest.wanted import Artifact, EngineChoice, IdentityWish, Wanted
from supplymatrix.engine.means import Means
from supplymatrix.engine.signature_bundles import Candidate, candidates_in
from supplymatrix.engine.verify_signatures import ImageTarget, SignatureRequest, verify_signatures
from supplymatrix.errors import InputError
from supplymatrix.model.predicates import parse_kind
from supplymatrix.model.signature import (
    Check,
    CheckState,
    Reason,
    SignatureState,
    SignatureVerdict,
    SignedArtifact,
    SignedAs,
)
from supplymatrix.sources.signature_files import SignatureFile
from tests.support.data import SAMPLES, samples_dir
from tests.support.flips import flipped, is_passed_over, leaves, with_leaf

pytestmark = pytest.mark.slow

FOLDER = "sigstore"
NOW = datetime.now(UTC)
"""Signatures of samples may be made at any time up to now, never later."""


# ---- what all sections share: reading cases, and what each asks for


def cases(folder: str) -> list[Any]:
    """Return one pytest parameter for each case of a folder."""
    path = SAMPLES / FOLDER / folder / "cases.json"
    if not path.is_file():
        return [pytest.param({}, id=f"no-{folder}")]
    listed = json.loads(path.read_text(encoding="utf-8"))
    return [pytest.param(case, id=str(case.get("case") or case.get("file"))[:100]) for case in listed]


def sample(*parts: str) -> Path:
    """Return a file or folder of the samples; absent ones skip the test, or fail it where samples are required."""
    return samples_dir(FOLDER, *parts)


def artifact_of(data: bytes, name: str = "artifact") -> Artifact:
    """Return an artifact whose bytes are at hand."""
    digests = tuple((kind, hashlib.new(kind, data).hexdigest()) for kind in ("sha256", "sha384", "sha512"))
    return Artifact(name=name, digests=digests, data=data)


def artifact_by_digest(text: str) -> Artifact:
    """Return an artifact of which one digest is known, "sha256:…"."""
    kind, _, digest = text.partition(":")
    return Artifact(name=text, digests=((kind, digest),))


@lru_cache(maxsize=64)
def trusted_root(path: Path) -> TrustedRoot:
    """Return a trusted root of the samples, read once."""
    return parse_trusted_root(path.read_bytes(), path.name)


def key(path: Path) -> VerifyingKey:
    """Return a public key of the samples."""
    return parse_verifying_key(path.read_bytes(), path.name)


def identity_wish(case: Mapping[str, Any]) -> tuple[IdentityWish, ...]:
    """Return who should have signed, as a case states it."""
    identity, pattern, issuer, issuer_pattern = (
        case.get(name) or "" for name in ("identity", "identity_regexp", "issuer", "issuer_regexp")
    )
    wish = IdentityWish(
        identity=identity, identity_regexp=pattern, issuer=issuer, issuer_regexp=issuer_pattern, any_issuer=True
    )
    return (wish,) if identity or pattern or issuer or issuer_pattern else ()


def verdict_of(
    path: Path, artifact: Artifact, wanted: Wanted, root: Path, key_file: Path | None = None
) -> tuple[SignatureVerdict | None, Reason | None, str]:
    """Return the native verdict, the reason of a refusal, and all that was said; no verdict = it could not be read.

    key_file: of the one key that may have signed, where no identity should have.
    """
    try:
        if key_file is not None:
            wanted = Wanted(keys=(key(key_file),))
        bundle: SignedBundle = parse_bundle(path.read_bytes(), path.name)
        trust = trusted_root(root)
    except BundleError as err:
        return None, err.reason, str(err)
    except InputError as err:
        return None, None, str(err)
    verdict = verify_native(bundle, artifact, wanted, trust, NOW)
    said = "\n".join(f"{s.check}: {s.state}: {s.says} [{s.expected}] [{s.found}] {s.reason}" for s in verdict.steps)
    return verdict, verdict.reason, said


def assert_stated(case: Mapping[str, Any], verdict: SignatureVerdict | None, said: str) -> None:
    """Fail unless a case that should pass is valid, and every other is not."""
    if case["expected"] == "pass":
        assert verdict is not None, said
        assert verdict.state is SignatureState.VALID, said
    else:
        assert verdict is None or not verdict.holds, said


def assert_reason(case: Mapping[str, Any], reason: Reason | None, said: str) -> None:
    """Fail unless the reason is the stated one, where the case states one."""
    if case.get("reason_code"):
        assert reason == case["reason_code"], said


# ---- the native engine: conformance, bundles, slsa, private-pki


NAMED_REASONS: Mapping[str, frozenset[Reason]] = {
    "malformed": frozenset({Reason.MALFORMED}),
    "invalid-base64": frozenset({Reason.MALFORMED}),
    "negative-log-index": frozenset({Reason.MALFORMED}),
    "empty-certificate-chain": frozenset({Reason.MALFORMED}),
    "unknown-version": frozenset({Reason.UNKNOWN_VERSION}),
    "wrong-instance": frozenset({Reason.UNTRUSTED_ROOT}),
    "invalid-checkpoint-signature": frozenset({Reason.CHECKPOINT_INVALID}),
    "checkpoint-wrong-roothash": frozenset({Reason.CHECKPOINT_INVALID, Reason.PROOF_INVALID}),
    "checkpoint-missing": frozenset({Reason.CHECKPOINT_INVALID, Reason.MALFORMED}),
    "checkpoint-no-matching": frozenset({Reason.CHECKPOINT_INVALID}),
    "checkpoint-bad-keyhint": frozenset({Reason.CHECKPOINT_INVALID}),
    "inclusion-proof-corrupted": frozenset({Reason.PROOF_INVALID}),
    "missing-inclusion-proof": frozenset({Reason.PROOF_MISSING}),
    "no-inclusion-proof": frozenset({Reason.PROOF_MISSING}),
    "set-invalid": frozenset({Reason.SET_INVALID}),
    "invalid-ct-key": frozenset({Reason.SCT_INVALID, Reason.LOG_UNKNOWN}),
    "no-timestamp": frozenset({Reason.TIME_MISSING}),
    "timestamp-payload-mismatch": frozenset({Reason.TIMESTAMP_INVALID}),
    "untrusted-tsa": frozenset({Reason.TIMESTAMP_UNTRUSTED}),
    "no-key": frozenset({Reason.KEY_REQUIRED}),
    "wrong-key": frozenset({Reason.SIGNATURE_INVALID, Reason.KEY_MISMATCH}),
    "invalid-sig_": frozenset({Reason.SIGNATURE_INVALID}),
    "signature-mismatch": frozenset({Reason.SIGNATURE_INVALID, Reason.LOG_ENTRY_MISMATCH}),
    "digest-mismatch": frozenset({Reason.DIGEST_MISMATCH}),
    "dsse-mismatch": frozenset({Reason.LOG_ENTRY_MISMATCH}),
    "log-entry-mismatch": frozenset({Reason.LOG_ENTRY_MISMATCH}),
    "wrong-hashedrekord": frozenset({Reason.LOG_ENTRY_MISMATCH}),
    "outside-signing-cert-validity": frozenset({Reason.CERTIFICATE_EXPIRED}),
    "expired-certificate": frozenset({Reason.CERTIFICATE_EXPIRED}),
    "outside-cert-validity": frozenset({Reason.CERTIFICATE_EXPIRED}),
}
"""What a part of a case's name says of the reason, where it says it without a doubt."""


@pytest.mark.parametrize("case", cases("conformance"))
def test_conformance(case: Mapping[str, Any]) -> None:
    """The published conformance cases: accepted or refused as their names say."""
    folder = sample("conformance")
    artifact = folder / case["artifact"]
    path = folder / case["case"] / "bundle.sigstore.json"
    verdict, reason, said = verdict_of(
        path,
        artifact_of(artifact.read_bytes(), artifact.name),
        Wanted(identities=identity_wish(case)),
        folder / case["trusted_root"],
        folder / case["key"] if case.get("key") else None,
    )
    assert_stated(case, verdict, said)
    expected = [reasons for part, reasons in NAMED_REASONS.items() if part in case["case"]]
    if case["expected"] != "pass" and expected and reason is not None:
        assert reason in expected[0], said


@pytest.mark.parametrize("case", cases("bundles"))
def test_bundles(case: Mapping[str, Any]) -> None:
    """Attestations of package registries, and altered copies of them."""
    folder = sample("bundles")
    key_file = folder / case["case"] / "key.pub"
    verdict, reason, said = verdict_of(
        folder / case["case"] / "bundle.json",
        artifact_by_digest(case["digest"]),
        Wanted(identities=identity_wish(case)),
        folder / "trusted_root.json",
        key_file if key_file.exists() else None,
    )
    assert_stated(case, verdict, said)
    assert_reason(case, reason, said)


SLSA_REASONS = {
    "indeterminate-offline": {Reason.LOG_ENTRY_MISSING, Reason.KEY_REQUIRED},
    "key-required": {Reason.KEY_REQUIRED},
}
"""Indeterminate: no log entry came with it, and with some not even a certificate."""


@pytest.mark.parametrize("case", cases("slsa"))
def test_slsa(case: Mapping[str, Any]) -> None:
    """Provenance of real builds, of which the digest alone is at hand."""
    folder = sample("slsa")
    path = folder / case["file"]
    wanted = Wanted(identities=identity_wish(case))
    verdict, reason, said = verdict_of(path, artifact_by_digest(case["digest"]), wanted, folder / "trusted_root.json")
    expected = case["expected_offline"]
    assert_stated({"expected": expected}, verdict, said)
    if expected in SLSA_REASONS:
        assert reason in SLSA_REASONS[expected], said
    if expected == "pass":
        assert verdict is not None
        assert verdict.statement is not None
        assert verdict.statement.predicate_type == case["predicate_type"]


@pytest.mark.parametrize("case", cases("private-pki"))
def test_private_pki(case: Mapping[str, Any]) -> None:
    """Keyless signatures under a CA, a certificate log and a Rekor of somebody's own."""
    folder = sample("private-pki")
    artifact = folder / case["case"] / "artifact"
    verdict, reason, said = verdict_of(
        folder / case["case"] / "bundle.json",
        artifact_of(artifact.read_bytes()),
        Wanted(identities=identity_wish(case)),
        folder / case["trusted_root"],
    )
    assert_stated(case, verdict, said)
    assert_reason(case, reason, said)


# ---- images: layouts with the signatures and attestations that cosign lays beside them


def image_of(case: Mapping[str, Any]) -> tuple[SignedArtifact, int]:
    """Return what became of the image of a case, and the exit code of the run."""
    folder = sample("oci", case["case"])
    options = dict(zip(case["options"][::2], case["options"][1::2], strict=True))
    kinds = tuple(parse_kind(word) for name, word in options.items() if name == "--type")
    notes = tuple(tuple(text.split("=", 1)) for name, text in options.items() if name in ("-a", "--annotations"))
    assert set(options) <= {"--type", "-a", "--annotations"}
    request = SignatureRequest(
        targets=(ImageTarget(reference=f"{(folder / 'layout').as_posix()}:{case['image_ref']}"),),
        wanted=Wanted(keys=(key(folder / case["key"]),), annotations=notes, log_is_optional=True),
        means=Means(environ={}, now=NOW, offline=True),
        engine=EngineChoice.NATIVE,
        only_attestations=case["kind"] == "verify-attestation",
        predicates=kinds,
    )
    run = verify_signatures(request)
    (artifact,) = run.artifacts
    return artifact, run.exit_code


def image_reason(case: Mapping[str, Any], artifact: SignedArtifact) -> set[str]:
    """Return why an image is refused, in the words of the cases."""
    attested = case["kind"] == "verify-attestation"
    judged = artifact.attestations if attested else artifact.signatures
    reasons = {str(verdict.reason) for verdict in judged if verdict.reason is not None}
    return reasons or ({"predicate-type-missing"} if attested else {"no-signature"})


@pytest.mark.parametrize("case", cases("oci"))
def test_oci(case: Mapping[str, Any]) -> None:
    """Images signed with a key, in both of cosign's formats, and altered copies of them."""
    artifact, code = image_of(case)
    assert artifact.digests == (tuple(case["image_digest"].split(":")),)
    verdicts = (*artifact.signatures, *artifact.attestations)
    said = "\n".join(f"{step.check}: {step.says} {step.reason}" for verdict in verdicts for step in verdict.steps)
    is_signed = case["expected"] == "pass"
    assert (artifact.state is SignedAs.SIGNED) is is_signed, f"{artifact.state}\n{said}"
    assert (code == 0) is is_signed
    if case.get("reason_code"):
        assert image_reason(case, artifact) == {case["reason_code"]}, said


# ---- real provenance: who built what of which source, and whether the signer is that builder


def statements() -> list[Any]:
    """Return one pytest parameter for each case of slsa and bundles with provenance in it."""
    found = []
    for folder in ("slsa", "bundles"):
        for param in cases(folder):
            case = param.values[0]
            path = SAMPLES / FOLDER / folder / str(case.get("file") or f"{case.get('case')}/bundle.json")
            if path.is_file() and any(provenance_in(path)):
                found.append(pytest.param(folder, case, path, id=f"{folder}-{param.id}"))
    return found or [pytest.param("slsa", {}, Path(), id="no-provenance")]


def provenance_in(path: Path) -> list[Candidate]:
    """Return the provenance statements of a file with signatures."""
    rows = candidates_in(SignatureFile(path=path, data=path.read_bytes()))
    return [row for row in rows if row.statement is not None and is_provenance(row.statement.predicate_type)]


@pytest.mark.parametrize(("folder", "case", "path"), statements())
def test_real_provenance_names_its_source(folder: str, case: Mapping[str, Any], path: Path) -> None:
    """All of it is read; where its signature holds, the certificate has the same commit if it is that builder's."""
    root = trusted_root(sample(folder) / "trusted_root.json")
    for candidate in provenance_in(path):
        assert candidate.statement is not None
        assert candidate.bundle is not None
        provenance = parse_provenance(candidate.statement, path.name)
        assert provenance.builder_id
        assert provenance.repository.startswith("https://")
        assert re.fullmatch("[0-9a-f]{40}", provenance.commit)
        assert provenance.disputes == ()
        wanted = Wanted(identities=identity_wish(case))
        verdict = verify_native(candidate.bundle, artifact_by_digest(case["digest"]), wanted, root, NOW)
        if not verdict.holds or verdict.signer is None:
            continue
        answer = hold_builder(provenance, verdict.signer)
        is_same = set(commits_of(verdict.signer).values()) == {provenance.commit}
        is_named = provenance.builder_id == verdict.signer.identity
        assert answer.state is (CheckState.VERIFIED if is_same else CheckState.FAILED), answer.says
        assert is_named <= (answer.state is CheckState.VERIFIED)
        assert (source_of(verdict.signer).casefold() == provenance.repository.casefold()) is is_same


# ---- a byte of any part of a real signature changed


FLIPPED_PARTS = ("conformance", "bundles", "slsa", "private-pki")


def holding_cases() -> list[Any]:
    """Return one pytest parameter for each case that should pass, of all folders of bundles."""
    found = []
    for folder in FLIPPED_PARTS:
        for param in cases(folder):
            case = param.values[0]
            if case.get("expected", case.get("expected_offline")) == "pass":
                found.append(pytest.param(folder, case, id=f"{folder}-{param.id}"))
    return found or [pytest.param("", {}, id="no-bundles")]


def parts_of(folder: Path, case: Mapping[str, Any]) -> tuple[Path, Artifact, Wanted, Path]:
    """Return the bundle of a case, its artifact, what is asked for, and the trusted root."""
    own = folder / case["case"] if "case" in case else folder
    names = ("bundle.sigstore.json", "bundle.json", str(case.get("file")))
    path = next(own / name for name in names if (own / name).is_file())
    if case.get("digest"):
        artifact = artifact_by_digest(case["digest"])
    else:
        artifact = artifact_of((folder / case["artifact"] if "artifact" in case else own / "artifact").read_bytes())
    key_file = own / "key.pub"
    wanted = Wanted(keys=(key(key_file),)) if key_file.is_file() else Wanted(identities=identity_wish(case))
    return path, artifact, wanted, folder / case.get("trusted_root", "trusted_root.json")


@pytest.mark.parametrize(("folder", "case"), holding_cases())
def test_no_byte_of_a_real_signature_is_changed_unseen(folder: str, case: Mapping[str, Any]) -> None:
    """One byte of each part, at a place that the names of case and part tell."""
    path, artifact, wanted, root = parts_of(sample(folder), case)
    document = json.loads(path.read_bytes())
    trust = trusted_root(root)
    for leaf in leaves(document):
        place = crc32(f"{path.parent.name} {path.name} {leaf.name}".encode())
        data = flipped(leaf.data, place >> 8, 1 + place % 255)
        try:
            bundle = parse_bundle(with_leaf(document, leaf, data), path.name)
        except BundleError:
            continue
        verdict = verify_native(bundle, artifact, wanted, trust, NOW)
        stamp = verdict.step(Check.TIMESTAMP)
        told = leaf.path[-1] == "signedTimestamp" and stamp is not None and stamp.state is CheckState.NOT_CHECKABLE
        assert not verdict.holds or told or is_passed_over(leaf, data), leaf.name


# ---- both engines: whatever the samples are, they say the same, or a known defect of the package explains it


def _sampled_bundles() -> list[Any]:
    """Return one parameter for each file of the samples that may be a bundle, but those of image layouts."""
    root = SAMPLES / FOLDER
    named = ("cases.json", "case.json", "trusted_root.json")
    found = [path for path in sorted(root.rglob("*.json")) if path.name not in named and "layout" not in path.parts]
    return [pytest.param(path, id=path.relative_to(root).as_posix()[:100]) for path in found] or [
        pytest.param(root / "none.json", id="no-bundle")
    ]


def _root_beside(path: Path) -> Path:
    """Return the trusted root of a sample: beside it, above it, or the public one."""
    near = [path.parent / "trusted_root.json", path.parent.parent / "trusted_root.json"]
    return next((each for each in near if each.is_file()), sample("bundles", "trusted_root.json"))


def _artifact_beside(path: Path, bundle: SignedBundle) -> Artifact:
    """Return what a bundle is of: a file beside or above it, else what it says itself, which serves to compare."""
    near = [folder / name for folder in (path.parent, path.parent.parent) for name in ("artifact", "a.txt")]
    file = next((each for each in near if each.is_file()), None)
    if file is not None:
        return artifact_of(file.read_bytes())
    digest = bundle.message_digest
    return Artifact(name="artifact", digests=((digest[0], digest[1].hex()),) if digest else ())


@pytest.mark.parametrize("path", _sampled_bundles())
def test_both_engines_agree_or_a_known_defect_explains_it(path: Path) -> None:
    path = sample(*path.relative_to(SAMPLES / FOLDER).parts)
    try:
        bundle, root = parse_bundle(path.read_bytes(), path.name), trusted_root(_root_beside(path))
    except InputError:
        return
    wanted = Wanted(identities=(IdentityWish(identity_regexp=".+", issuer_regexp=".+"),))
    verdict = verify_signature(bundle, _artifact_beside(path, bundle), wanted, root, NOW)
    step = verdict.step(Check.ENGINES)
    if step is None:
        assert verdict.notes[-1].startswith("native only: ")
        return
    assert step.state is not CheckState.FAILED, step.found
    assert step.state is CheckState.VERIFIED or "known defect" in step.says, step.says
