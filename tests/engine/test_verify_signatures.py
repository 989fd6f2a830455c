"""Signatures of files as a run finds and judges them: where they lie, many at once, and what becomes of each."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest.keys import VerifyingKey, parse_verifying_key
from supplymatrix.attest.wanted import EngineChoice, IdentityWish, Wanted
from supplymatrix.engine import verify_signatures as engine
from supplymatrix.engine.events import Progress
from supplymatrix.engine.means import Means
from supplymatrix.engine.signature_places import BundlePlaces
from supplymatrix.engine.verify_signatures import (
    DigestTarget,
    FileTarget,
    ImageTarget,
    SignatureRequest,
    SignatureRun,
    SignatureTarget,
    verify_signatures,
)
from supplymatrix.errors import InputError
from supplymatrix.model.signature import Reason, SignatureState, SignedArtifact, SignedAs
from tests.support.made_sigstore import (
    AT,
    GITHUB_IDENTITY,
    GITHUB_ISSUER,
    SIGN_PREDICATE,
    Fault,
    MadeSigstore,
    statement,
)

MADE = MadeSigstore()
ROOT = MADE.trusted_root()
DATA = b"an artifact\n"
GITHUB = Wanted(identities=(IdentityWish(identity=GITHUB_IDENTITY, issuer=GITHUB_ISSUER),))
MEANS = Means(environ={}, now=AT + timedelta(days=30), offline=True, jobs=2)
SLSA, SPDX = "https://slsa.dev/provenance/v1", "https://spdx.dev/Document/v2.3"


@pytest.fixture(autouse=True)
def _root(tmp_path: Path) -> None:
    (tmp_path / "root.json").write_bytes(ROOT)


def _file(
    folder: Path, name: str = "app", data: bytes = DATA, beside: Mapping[str, bytes] | None = None, **more: bytes
) -> FileTarget:
    """Write a file, and files beside it whose names go on as the words say: sigstore_json = ".sigstore.json"."""
    (folder / name).write_bytes(data)
    for word, text in {**(beside or {}), **more}.items():
        (folder / f"{name}.{word.replace('_', '.')}").write_bytes(text)
    return FileTarget(path=folder / name)


def _run(folder: Path, *targets: SignatureTarget, wanted: Wanted = GITHUB, **more: Any) -> SignatureRun:  # noqa: ANN401
    request = {"means": MEANS, "engine": EngineChoice.NATIVE, "trusted_root": folder / "root.json", **more}
    return verify_signatures(SignatureRequest(targets=targets, wanted=wanted, **request))


def _one(folder: Path, *targets: SignatureTarget, **more: Any) -> SignedArtifact:  # noqa: ANN401
    (artifact,) = _run(folder, *targets, **more).artifacts
    return artifact


def _key(kind: str = "P-256") -> VerifyingKey:
    return parse_verifying_key(MADE.key(kind).pem.encode(), "key.pub")


def _about(data: bytes = DATA, predicate: str = SLSA, name: str = "app", algorithm: str = "sha256") -> bytes:
    import hashlib

    return statement({name: hashlib.new(algorithm, data).hexdigest()}, predicate, algorithm=algorithm)


def _line(bundle: bytes) -> bytes:
    return json.dumps(json.loads(bundle)).encode() + b"\n"


@pytest.mark.parametrize("ending", ["sigstore_json", "sigstore", "bundle", "cosign_bundle", "att"])
def test_a_bundle_beside_a_file_is_found_by_its_name(ending: str, tmp_path: Path) -> None:
    run = _run(tmp_path, _file(tmp_path, beside={ending: MADE.keyless_blob(DATA)}))
    assert [artifact.state for artifact in run.artifacts] == [SignedAs.SIGNED]
    assert run.exit_code == 0
    (verdict,) = run.artifacts[0].signatures
    assert verdict.state is SignatureState.VALID
    assert verdict.signer is not None
    assert verdict.signer.identity == GITHUB_IDENTITY
    assert run.trust is not None


def test_the_forms_of_cosign_1_and_2_are_read(tmp_path: Path) -> None:
    signed = MADE.sign_blob(DATA)
    old = _file(tmp_path, "old", bundle=signed.legacy())
    bare = _file(tmp_path, "bare", sig=signed.signature_text.encode(), pem=signed.pem.encode())
    first, second = _run(tmp_path, old, bare).artifacts
    assert (first.state, first.signatures[0].form) == (SignedAs.SIGNED, "cosign bundle (old)")
    assert (second.state, second.signatures[0].reason) == (SignedAs.REFUSED, Reason.LOG_ENTRY_MISSING)


def test_a_bare_signature_that_a_bundle_has_too_is_told_once(tmp_path: Path) -> None:
    signed = MADE.sign_blob(DATA)
    beside = {"bundle": signed.legacy(), "sig": signed.signature_text.encode(), "pem": signed.pem.encode()}
    artifact = _one(tmp_path, _file(tmp_path, beside=beside))
    assert artifact.state is SignedAs.SIGNED
    assert len(artifact.signatures) == 1
    assert any("once more" in note for note in artifact.notes)


def test_a_bare_signature_is_no_copy_of_a_bundle_that_does_not_hold(tmp_path: Path) -> None:
    signed = MADE.sign_blob(DATA, is_keyed=True, log="")
    document = json.loads(MADE.keyed_blob(DATA, faults={Fault.OTHER_LOG}))
    document["messageSignature"]["signature"] = signed.signature_text
    beside = {"sigstore_json": json.dumps(document).encode(), "sig": signed.signature_text.encode()}
    key = parse_verifying_key(MADE.key().pem.encode(), "key.pem")
    artifact = _one(tmp_path, _file(tmp_path, beside=beside), wanted=Wanted(keys=(key,), log_is_optional=True))
    assert artifact.state is SignedAs.SIGNED
    assert [verdict.holds for verdict in artifact.signatures] == [True, False]


def test_every_artifact_of_a_run_has_its_own_verdict_in_the_order_of_the_command_line(tmp_path: Path) -> None:
    good = MADE.keyless_blob(DATA)
    targets = [
        _file(tmp_path, "good", sigstore_json=good),
        _file(tmp_path, "changed", b"other\n", sigstore_json=good),
        _file(tmp_path, "unsigned"),
        FileTarget(path=tmp_path / "absent"),
        _file(tmp_path, "other", sigstore_json=MADE.keyless_blob(DATA, identity="dev@corp.example")),
        _file(tmp_path, "broken", sigstore_json=b"{"),
        _file(tmp_path, "again", sigstore_json=good),
    ]
    run = _run(tmp_path, *targets)
    assert [(Path(found.name).name, found.state) for found in run.artifacts] == [
        ("good", SignedAs.SIGNED),
        ("changed", SignedAs.ALARM),
        ("unsigned", SignedAs.UNSIGNED),
        ("absent", SignedAs.UNREADABLE),
        ("other", SignedAs.REFUSED),
        ("broken", SignedAs.UNREADABLE),
        ("again", SignedAs.SIGNED),
    ]
    assert run.exit_code == 4
    assert _run(tmp_path, *targets[:1], *targets[2:]).exit_code == 2
    assert _run(tmp_path, targets[0], targets[2], targets[4]).exit_code == 1
    assert _run(tmp_path).exit_code == 5


@given(order=st.permutations(range(4)))
def test_what_becomes_of_an_artifact_depends_on_no_other(
    order: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp() / "orders"
    if not folder.exists():
        folder.mkdir()
        (folder / "root.json").write_bytes(ROOT)
        _file(folder, "a", sigstore_json=MADE.keyless_blob(DATA))
        _file(folder, "b", b"other\n", sigstore_json=MADE.keyless_blob(DATA))
        _file(folder, "c", sigstore_json=MADE.keyless_blob(DATA, faults={Fault.LATE}))
        _file(folder, "d")
    names = ["a", "b", "c", "d"]
    states = dict(zip(names, [SignedAs.SIGNED, SignedAs.ALARM, SignedAs.REFUSED, SignedAs.UNSIGNED], strict=True))
    found = _run(folder, *(FileTarget(path=folder / names[place]) for place in order)).artifacts
    assert [artifact.state for artifact in found] == [states[names[place]] for place in order]


def test_large_files_are_hashed_side_by_side_with_the_same_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets = [
        _file(tmp_path, f"f{number}", b"%d" % number * 5000, sigstore_json=MADE.keyless_blob(b"%d" % number * 5000))
        for number in range(5)
    ]
    alone = _run(tmp_path, *targets)
    monkeypatch.setattr(engine, "_LARGE", 1)
    monkeypatch.setattr(engine, "_AT_A_TIME", 2)
    assert _run(tmp_path, *targets) == alone
    assert alone.exit_code == 0


def test_progress_is_told_for_each_target(tmp_path: Path) -> None:
    events: list[object] = []
    targets = (_file(tmp_path, "a"), _file(tmp_path, "b"))
    request = SignatureRequest(targets=targets, wanted=GITHUB, means=MEANS, engine=EngineChoice.NATIVE)
    verify_signatures(request, events.append)
    assert events == [Progress(stage="signatures", done=done, total=2) for done in (1, 2)]


@pytest.mark.parametrize("kind", ["P-256", "P-384", "P-521", "RSA-2048", "Ed25519"])
def test_a_keys_signature_without_a_log_holds_where_its_keys_are_in_none(kind: str, tmp_path: Path) -> None:
    target = _file(tmp_path, sigstore_json=MADE.keyed_blob(DATA, key=kind, log=""))
    missing = tmp_path / "no-such-root.json"
    wanted = Wanted(keys=(_key(kind),), log_is_optional=True)
    run = _run(tmp_path, target, wanted=wanted, trusted_root=missing)
    assert run.artifacts[0].state is SignedAs.SIGNED, run.artifacts[0].signatures[0].steps
    assert run.trust is None  # nothing of it was needed
    refused = _one(tmp_path, target, wanted=Wanted(keys=(_key(kind),)))
    assert refused.signatures[0].reason is Reason.LOG_ENTRY_MISSING


def test_a_signature_over_the_bytes_of_a_file_that_is_too_long_is_undecided_not_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = _file(tmp_path, sigstore_json=MADE.keyed_blob(DATA, key="Ed25519", log=""))
    wanted = Wanted(keys=(_key("Ed25519"),), log_is_optional=True)
    assert _one(tmp_path, target, wanted=wanted).state is SignedAs.SIGNED
    monkeypatch.setattr(engine, "DATA_LIMIT", 3)
    run = _run(tmp_path, target, wanted=wanted)
    assert (run.artifacts[0].state, run.exit_code) == (SignedAs.UNDECIDED, 3)


def test_a_keys_signature_cannot_be_judged_without_the_key(tmp_path: Path) -> None:
    run = _run(tmp_path, _file(tmp_path, sigstore_json=MADE.keyed_blob(DATA)))
    assert run.artifacts[0].signatures[0].reason is Reason.KEY_REQUIRED
    assert run.exit_code == 3


def test_one_signature_that_holds_is_enough_and_the_others_say_why_not(tmp_path: Path) -> None:
    other = MADE.keyless_blob(DATA, identity="dev@corp.example")
    artifact = _one(tmp_path, _file(tmp_path, sigstore_json=other, sigstore=MADE.keyless_blob(DATA), bundle=b"{"))
    assert artifact.state is SignedAs.SIGNED
    assert [verdict.reason for verdict in artifact.signatures] == [
        None, Reason.IDENTITY_MISMATCH, Reason.MALFORMED,
    ]  # fmt: skip


def test_what_is_switched_off_is_never_valid(tmp_path: Path) -> None:
    wanted = Wanted(identities=GITHUB.identities, checks_log=False)
    artifact = _one(tmp_path, _file(tmp_path, sigstore_json=MADE.keyless_blob(DATA, stamps=1)), wanted=wanted)
    assert artifact.state is SignedAs.SIGNED
    assert artifact.signatures[0].state is SignatureState.ACCEPTED


def test_an_attestation_is_no_signature(tmp_path: Path) -> None:
    run = _run(tmp_path, _file(tmp_path, intoto_jsonl=_line(MADE.keyless_dsse(_about()))))
    (artifact,) = run.artifacts
    assert (artifact.state, run.exit_code) == (SignedAs.UNSIGNED, 1)
    assert artifact.attestations[0].holds
    signed = MADE.keyless_dsse(_about(predicate=SIGN_PREDICATE))
    assert _one(tmp_path, _file(tmp_path, "b", sigstore_json=signed)).state is SignedAs.SIGNED


def test_required_attestations_must_be_there_and_hold(tmp_path: Path) -> None:
    lines = _line(MADE.keyless_dsse(_about()))
    target = _file(tmp_path, sigstore_json=MADE.keyless_blob(DATA), intoto_jsonl=lines)
    assert _one(tmp_path, target, required=("provenance",)).state is SignedAs.SIGNED
    missing = _one(tmp_path, target, required=("provenance", "sbom"))
    assert (missing.state, missing.missing) == (SignedAs.MISSING, ("sbom",))
    others = _line(MADE.keyless_dsse(_about(predicate=SPDX), identity="dev@corp.example"))
    (tmp_path / "app.intoto.jsonl").write_bytes(lines + others)
    assert _one(tmp_path, target, required=("sbom",)).state is SignedAs.MISSING
    wrong = _line(MADE.keyless_dsse(_about(predicate=SPDX), faults={Fault.WRONG_SIGNATURE}))
    (tmp_path / "app.intoto.jsonl").write_bytes(lines + wrong)
    assert _one(tmp_path, target, required=("sbom",)).state is SignedAs.ALARM
    (tmp_path / "app.intoto.jsonl").write_bytes(_line(MADE.keyless_dsse(_about(predicate=SPDX))))
    assert _one(tmp_path, target, required=("sbom",)).state is SignedAs.SIGNED


def test_attestations_alone_are_asked_for_by_their_kind(tmp_path: Path) -> None:
    lines = _line(MADE.keyless_dsse(_about())) + _line(MADE.keyless_dsse(_about(predicate=SPDX)))
    target = _file(tmp_path, intoto_jsonl=lines, sigstore_json=MADE.keyless_blob(DATA))
    ask: dict[str, Any] = {"only_attestations": True}
    assert len(_one(tmp_path, target, **ask).attestations) == 2
    spdx = _one(tmp_path, target, predicates=("spdx",), **ask)
    assert (spdx.state, len(spdx.attestations), spdx.signatures) == (SignedAs.SIGNED, 1, ())
    assert _one(tmp_path, target, predicates=(SPDX,), **ask).state is SignedAs.SIGNED
    none = _one(tmp_path, target, predicates=("openvex",), **ask)
    assert none.state is SignedAs.REFUSED
    assert {verdict.reason for verdict in none.attestations} == {Reason.PREDICATE_MISSING}
    plain = _file(tmp_path, "plain", sigstore_json=MADE.keyless_blob(DATA))
    assert _one(tmp_path, plain, **ask).state is SignedAs.UNSIGNED


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_a_statement_may_name_its_subject_by_any_hash(algorithm: str, tmp_path: Path) -> None:
    target = _file(tmp_path, att=MADE.keyless_dsse(_about(algorithm=algorithm)))
    artifact = _one(tmp_path, target, only_attestations=True)
    assert artifact.state is SignedAs.SIGNED
    assert {"sha256", algorithm} == {name for name, _ in artifact.digests}


def test_a_statement_about_another_file_is_an_alarm(tmp_path: Path) -> None:
    run = _run(tmp_path, _file(tmp_path, att=MADE.keyless_dsse(_about(b"other"))), only_attestations=True)
    assert run.artifacts[0].attestations[0].reason is Reason.DIGEST_MISMATCH
    assert run.exit_code == 4


def test_a_line_that_is_broken_is_told_with_its_number(tmp_path: Path) -> None:
    good, broken = _line(MADE.keyless_dsse(_about())), b'{"dsseEnvelope": }\n'
    target = _file(tmp_path, intoto_jsonl=good + broken)
    artifact = _one(tmp_path, target, only_attestations=True)
    assert artifact.state is SignedAs.SIGNED
    assert [verdict.source.rpartition(":")[2] for verdict in artifact.attestations] == ["1", "2"]
    (tmp_path / "app.intoto.jsonl").write_bytes(broken + broken)
    assert _run(tmp_path, target, only_attestations=True).exit_code == 2


def test_the_answer_of_a_registry_of_packages_is_unpacked(tmp_path: Path) -> None:
    answer = {"attestations": [{"predicateType": SLSA, "bundle": json.loads(MADE.keyless_dsse(_about()))}]}
    target = _file(tmp_path, att_json=json.dumps(answer, indent=1).encode())
    assert _one(tmp_path, target, only_attestations=True).state is SignedAs.SIGNED


def test_a_digest_alone_is_verified_by_a_bundle_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_bytes(MADE.keyless_blob(DATA))
    places = BundlePlaces(bundles=(str(tmp_path / "b.json"),))
    digest = DigestTarget(digest=f"sha256:{sha256(DATA).hexdigest()}")
    assert _one(tmp_path, digest, places=places).state is SignedAs.SIGNED
    other = DigestTarget(digest=f"sha256:{sha256(b'other').hexdigest()}")
    assert _one(tmp_path, other, places=places).state is SignedAs.ALARM
    assert _one(tmp_path, digest).state is SignedAs.UNREADABLE
    assert _one(tmp_path, DigestTarget(digest="sha256:abc"), places=places).faults[0].message == "this is no digest"


def test_a_folder_of_bundles_gives_each_file_its_own(tmp_path: Path) -> None:
    bundles = tmp_path / "bundles"
    bundles.mkdir()
    targets = []
    for number in range(3):
        data = b"file %d" % number
        targets.append(_file(tmp_path, f"f{number}", data))
        (bundles / f"{9 - number}.json").write_bytes(MADE.keyless_blob(data))
    (bundles / "package.json").write_text('{"name": "x"}')
    (bundles / "stranger.json").write_bytes(MADE.keyless_blob(b"of nobody here"))
    run = _run(tmp_path, *targets, places=BundlePlaces(bundles=(str(bundles),)))
    assert [artifact.state for artifact in run.artifacts] == [SignedAs.SIGNED] * 3
    assert len(run.notes) == 2
    assert run.exit_code == 0


def test_a_file_that_was_changed_is_not_passed_over_for_lack_of_a_bundle(tmp_path: Path) -> None:
    bundles = tmp_path / "bundles"
    bundles.mkdir()
    (bundles / "app.sigstore.json").write_bytes(MADE.keyless_blob(DATA))
    (bundles / "x.intoto.jsonl").write_bytes(_line(MADE.keyless_dsse(_about(name="dist/tool"))))
    targets = (_file(tmp_path, "app", b"changed"), _file(tmp_path, "tool", b"changed too"))
    run = _run(tmp_path, *targets, places=BundlePlaces(bundles=(str(bundles),)))
    assert [verdict.reason for found in run.artifacts for verdict in (*found.signatures, *found.attestations)] == [
        Reason.DIGEST_MISMATCH, Reason.DIGEST_MISMATCH,
    ]  # fmt: skip
    assert run.artifacts[0].state is SignedAs.ALARM


def test_one_file_may_hold_the_bundles_of_many(tmp_path: Path) -> None:
    targets = [_file(tmp_path, f"f{number}", b"%d" % number) for number in range(3)]
    lines = b"".join(_line(MADE.keyless_blob(b"%d" % number)) for number in (2, 0, 1))
    (tmp_path / "all.jsonl").write_bytes(lines)
    places = BundlePlaces(bundles=(str(tmp_path / "all.jsonl"),))
    assert _run(tmp_path, *targets, places=places).exit_code == 0
    assert _one(tmp_path, targets[1], places=places).state is SignedAs.SIGNED
    (tmp_path / "all.jsonl").write_bytes(lines + b"{}\n")
    run = _run(tmp_path, *targets, places=places)
    assert (run.exit_code, len(run.faults)) == (2, 1)
    assert all(artifact.state is SignedAs.SIGNED for artifact in run.artifacts)


def test_a_pattern_names_the_bundle_of_each_file(tmp_path: Path) -> None:
    (tmp_path / "sigs").mkdir()
    targets = [_file(tmp_path, f"f{number}", b"%d" % number) for number in range(2)]
    (tmp_path / "sigs" / "f0.json").write_bytes(MADE.keyless_blob(b"0"))
    (tmp_path / "f1.other").write_bytes(MADE.keyless_blob(b"1"))
    by_name = _run(tmp_path, *targets, places=BundlePlaces(bundles=(str(tmp_path / "sigs" / "{name}.json"),)))
    assert [artifact.state for artifact in by_name.artifacts] == [SignedAs.SIGNED, SignedAs.UNSIGNED]
    by_path = _run(tmp_path, *targets, places=BundlePlaces(bundles=("{}.other",)))
    assert [artifact.state for artifact in by_path.artifacts] == [SignedAs.UNSIGNED, SignedAs.SIGNED]
    assert any("f0.other" in note for note in by_path.artifacts[0].notes)


def test_a_signature_that_is_no_bundle_is_named_with_its_certificate(tmp_path: Path) -> None:
    signed = MADE.sign_blob(DATA)
    (tmp_path / "s").write_text(signed.signature_text)
    (tmp_path / "c").write_text(signed.pem)
    places = BundlePlaces(signature=str(tmp_path / "s"), certificate=str(tmp_path / "c"))
    wanted = Wanted(identities=GITHUB.identities, checks_log=False)
    artifact = _one(tmp_path, _file(tmp_path), places=places, wanted=wanted)
    assert artifact.signatures[0].form == "detached signature"


def test_signatures_of_other_kinds_are_named_and_not_read(tmp_path: Path) -> None:
    for data in (b"\x89\x01\x33", b"-----BEGIN PGP SIGNATURE-----\n", b"-----BEGIN SSH SIGNATURE-----\n"):
        artifact = _one(tmp_path, _file(tmp_path, sig=data, asc=b"x"))
        assert artifact.state is SignedAs.UNSIGNED
        assert len(artifact.notes) == 2


def test_nobody_who_is_asked_for_means_that_nothing_is_signed_as_asked(tmp_path: Path) -> None:
    run = _run(tmp_path, _file(tmp_path, sigstore_json=MADE.keyless_blob(DATA)), wanted=Wanted())
    assert run.is_discovery
    assert run.exit_code == 1
    (verdict,) = run.artifacts[0].signatures
    assert not verdict.holds
    assert verdict.signer is not None
    assert verdict.signer.identity == GITHUB_IDENTITY


def test_a_bundle_that_is_named_and_not_there_is_an_error_of_the_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        _run(tmp_path, _file(tmp_path), places=BundlePlaces(bundles=(str(tmp_path / "none.json"),)))


def test_a_trusted_root_that_cannot_be_read_hides_no_alarm(tmp_path: Path) -> None:
    good = MADE.keyless_blob(DATA)
    targets = (_file(tmp_path, "a", sigstore_json=good), _file(tmp_path, "b", b"changed", sigstore_json=good))
    missing: dict[str, Any] = {"trusted_root": tmp_path / "none.json"}
    run = _run(tmp_path, *targets, **missing)
    assert [found.state for found in run.artifacts] == [SignedAs.UNDECIDED, SignedAs.ALARM]
    assert (run.exit_code, [fault.artifact for fault in run.faults]) == (4, [(tmp_path / "none.json").as_posix()])
    assert _run(tmp_path, targets[0], **missing).exit_code == 2
    assert _run(tmp_path, _file(tmp_path, "unsigned"), **missing).exit_code == 1  # nothing needed it
    with pytest.raises(InputError):
        _run(tmp_path, targets[0], root=("policy", b"{}"))


def test_a_kept_root_that_is_damaged_is_a_gap_of_the_run(tmp_path: Path) -> None:
    kept = tmp_path / "state/trust/public-good.root"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"no root")
    means = Means(environ={"SUPPLYMATRIX_STATE_DIR": str(tmp_path / "state")}, now=MEANS.now, offline=True)
    good = MADE.keyless_blob(DATA)
    targets = (_file(tmp_path, "a", sigstore_json=good), _file(tmp_path, "b", b"changed", sigstore_json=good))
    run = _run(tmp_path, *targets, means=means, trusted_root=None)
    assert [found.state for found in run.artifacts] == [SignedAs.UNDECIDED, SignedAs.ALARM]
    assert (run.exit_code, len(run.gaps)) == (4, 1)
    assert _run(tmp_path, targets[0], means=means, trusted_root=None).exit_code == 3


def test_what_is_no_file_is_told_and_stops_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    good = _file(tmp_path, sigstore_json=MADE.keyless_blob(DATA))
    targets = [FileTarget(path=tmp_path / name) for name in ("pipe", "folder", "none")]
    run = _run(tmp_path, *targets, good)
    assert [artifact.state for artifact in run.artifacts] == [SignedAs.UNREADABLE] * 3 + [SignedAs.SIGNED]
    assert "name the files in it" in run.artifacts[1].faults[0].remedy


def test_a_bundle_that_is_too_long_is_told_and_others_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = MADE.keyless_blob(DATA)
    monkeypatch.setattr("supplymatrix.sources.signature_files.BUNDLE_LIMIT", len(bundle))
    target = _file(tmp_path, sigstore=b" " * len(bundle) + b" ", sigstore_json=bundle)
    assert _one(tmp_path, target).state is SignedAs.SIGNED
    (tmp_path / "app.sigstore.json").unlink()
    assert _one(tmp_path, target).state is SignedAs.UNREADABLE


def test_a_private_authority_is_trusted_beside_the_logs(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(MADE.ca_pem)
    target = _file(tmp_path, sigstore_json=MADE.keyless_blob(DATA))
    assert _one(tmp_path, target, ca=tmp_path / "ca.pem").state is SignedAs.SIGNED
    (tmp_path / "ca.pem").write_text(MADE.stranger.ca_pem)
    assert _one(tmp_path, target, ca=tmp_path / "ca.pem").signatures[0].reason is Reason.UNTRUSTED_ROOT


def test_files_and_images_of_one_run_are_told_in_the_order_in_which_they_were_named(tmp_path: Path) -> None:
    good = _file(tmp_path, sigstore_json=MADE.keyless_blob(DATA))
    run = _run(
        tmp_path, ImageTarget(reference="UPPER/!"), good, ImageTarget(reference="registry.example/app:v1"),
        ImageTarget(reference=str(tmp_path / "no-layout")),
    )  # fmt: skip
    assert [found.state for found in run.artifacts] == [
        SignedAs.UNREADABLE, SignedAs.SIGNED, SignedAs.UNDECIDED, SignedAs.UNREADABLE,
    ]  # fmt: skip
    assert run.artifacts[2].gaps
    assert run.exit_code == 2


def test_a_file_is_hashed_piece_by_piece(tmp_path: Path) -> None:
    data = bytes(range(256)) * 10_000
    artifact = _one(tmp_path, _file(tmp_path, data=data, sigstore_json=MADE.keyless_blob(data)))
    assert artifact.state is SignedAs.SIGNED
    assert artifact.digests == (("sha256", sha256(data).hexdigest()),)


def test_old_bundles_of_a_folder_are_known_by_what_the_log_recorded(tmp_path: Path) -> None:
    (tmp_path / "sigs").mkdir()
    targets = []
    for number in range(2):
        data = b"old %d" % number
        targets.append(_file(tmp_path, f"f{number}", data))
        (tmp_path / "sigs" / f"{7 - number}.bundle").write_bytes(MADE.sign_blob(data).legacy())
    assert _run(tmp_path, *targets, places=BundlePlaces(bundles=(f"{tmp_path}/sigs",))).exit_code == 0


def test_a_fault_of_our_own_about_one_signature_ends_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others keep their verdicts, an alarm stays one, and the run ends with 70 otherwise."""
    from supplymatrix.attest import bundle, engines

    good = MADE.keyless_blob(DATA)
    targets = [
        _file(tmp_path, "good", sigstore_json=good),
        _file(tmp_path, "odd", sigstore_json=MADE.keyless_dsse(_about(), type="odd")),
        _file(tmp_path, "broken", sigstore_json=b"{"),
        _file(tmp_path, "changed", b"other\n", sigstore_json=good),
    ]
    judge, parse = engines.verify_signature, bundle.parse_bundle

    def judged(one: bundle.SignedBundle, *rest: Any, **more: Any) -> Any:  # noqa: ANN401
        if one.envelope is not None:
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        return judge(one, *rest, **more)

    def parsed(data: bytes, source: str) -> bundle.SignedBundle:
        if b"odd" in source.encode():
            raise ZeroDivisionError("division by zero")
        return parse(data, source)

    for name, broken in (("verify_signature", judged), ("parse_bundle", parsed)):
        with monkeypatch.context() as patched:
            patched.setattr(engines if broken is judged else bundle, name, broken)
            run = _run(tmp_path, *targets[:3])
            states = [found.state for found in run.artifacts]
            assert states[0] is SignedAs.SIGNED
            assert states[2] is SignedAs.UNREADABLE
            (verdict,) = (*run.artifacts[1].signatures, *run.artifacts[1].attestations)
            assert (verdict.state, verdict.reason) == (SignatureState.UNDECIDED, Reason.INTERNAL)
            assert run.exit_code == 70
            assert _run(tmp_path, *targets).exit_code == 4
    debug = Means(environ={"SUPPLYMATRIX_DEBUG": "1"}, now=MEANS.now, offline=True, jobs=2)
    monkeypatch.setattr(engines, "verify_signature", judged)
    with pytest.raises(UnicodeEncodeError):
        _run(tmp_path, targets[1], means=debug)


@pytest.mark.parametrize("field", ["payloadType", "keyid"])
def test_half_of_a_surrogate_pair_is_a_bundle_that_cannot_be_read(field: str, tmp_path: Path) -> None:
    document = MADE.sign_dsse(_about()).document()
    envelope = document["dsseEnvelope"]
    (envelope if field == "payloadType" else envelope["signatures"][0])[field] = "\ud800"
    good, odd = MADE.keyless_blob(DATA), json.dumps(document).encode()
    run = _run(tmp_path, _file(tmp_path, "a", sigstore_json=good), _file(tmp_path, "b", sigstore_json=odd))
    assert [found.state for found in run.artifacts] == [SignedAs.SIGNED, SignedAs.UNREADABLE]
    assert run.exit_code == 2


def test_every_kind_that_is_asked_for_must_be_attested_and_all_are_told(tmp_path: Path) -> None:
    target = _file(tmp_path, intoto_jsonl=_line(MADE.keyless_dsse(_about())))
    ask: dict[str, Any] = {"only_attestations": True, "predicates": ("provenance", "spdx")}
    run = _run(tmp_path, target, asked=("somebody",), **ask)
    assert (run.artifacts[0].state, run.artifacts[0].missing, run.exit_code) == (SignedAs.MISSING, ("spdx",), 1)
    assert run.artifacts[0].required == ("provenance", "spdx")
    assert run.asked == (
        "somebody", "an attestation of the kind provenance", "an attestation of the kind spdx",
    )  # fmt: skip
    with (tmp_path / "app.intoto.jsonl").open("ab") as file:
        file.write(_line(MADE.keyless_dsse(_about(predicate=SPDX))))
    assert _one(tmp_path, target, **ask).state is SignedAs.SIGNED
    (required,) = _run(tmp_path, target, required=("sbom",)).asked
    assert required == "an attestation of the kind sbom"


def test_an_authority_of_ones_own_is_what_was_trusted(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(MADE.ca_pem)
    run = _run(tmp_path, _file(tmp_path, sigstore_json=MADE.keyless_blob(DATA)), ca=tmp_path / "ca.pem")
    assert run.trust is not None
    assert run.trust.name == (tmp_path / "root.json").as_posix()
    assert (run.trust.ca, run.trust.ca_sha256) == (
        (tmp_path / "ca.pem").as_posix(), sha256(MADE.ca_pem.encode()).hexdigest(),
    )  # fmt: skip


def test_what_a_signature_that_holds_lacks_is_told_of_the_run(tmp_path: Path) -> None:
    wish = IdentityWish(identity=GITHUB_IDENTITY, any_issuer=True)
    target = _file(tmp_path, sigstore_json=MADE.keyless_blob(DATA))
    run = _run(tmp_path, target, wanted=Wanted(identities=(wish,)))
    assert run.not_checked == ("the issuer: no issuer was asked for",)
    run = _run(tmp_path, target, wanted=Wanted(identities=(wish,)), switched_off=("the issuer (--ca)",))
    assert run.not_checked == ("the issuer (--ca)",)
    assert _run(tmp_path, target).not_checked == ()
