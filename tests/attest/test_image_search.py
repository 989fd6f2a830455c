"""The search for signatures of an image: where they lie, what each is, and what could not be had."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from supplymatrix.attest import image_beside
from supplymatrix.attest.image_found import ImageSignatures, SignatureKind
from supplymatrix.attest.image_search import find_signatures
from supplymatrix.errors import InputError
from supplymatrix.model.oci import (
    GetBlob,
    GetManifest,
    GetReferrers,
    ImageReference,
    OciBytes,
    OciForged,
    OciUnavailable,
)
from supplymatrix.model.signature import Reason, SignatureState
from tests.support.made_images import digest
from tests.support.made_oci import BUNDLE, DSSE, INDEX, SIMPLE, MadeOci, run
from tests.support.made_sigstore import SIGN_PREDICATE, MadeSigstore, Signed, statement

REFERENCE = ImageReference(registry="registry.example", repository="team/app", tag="v1")
NOTATION = "application/vnd.cncf.notary.signature"
SIGNATURE, ATTESTATION = SignatureKind.SIGNATURE, SignatureKind.ATTESTATION


@cache
def _maker() -> MadeSigstore:
    return MadeSigstore()


@cache
def _old(image: str) -> Signed:
    return _maker().simple_signing(image)


@cache
def _statement(image: str, predicate: str) -> Signed:
    return _maker().sign_dsse(statement({"app": image.partition(":")[2]}, predicate), log="", is_keyed=True)


def _signature(image: str) -> bytes:
    return _statement(image, SIGN_PREDICATE).bundle()


def _provenance(image: str) -> bytes:
    return _statement(image, "https://slsa.dev/provenance/v1").bundle()


def _search(store: MadeOci, reference: ImageReference = REFERENCE, **how: Any) -> ImageSignatures:  # noqa: ANN401
    (row,) = run(find_signatures(reference, **how), store)
    return row


def _told(row: ImageSignatures) -> list[tuple[SignatureKind, str]]:
    return [(found.kind, found.bundle.form) for found in row.found]


def _refused(row: ImageSignatures) -> list[tuple[SignatureKind, Reason | None]]:
    return [(judged.kind, judged.verdict.reason) for judged in row.judged]


# ---- where they lie


@pytest.mark.parametrize("has_api", [True, False])
def test_it_finds_all_that_cosign_lays_beside_an_image(*, has_api: bool) -> None:
    store = MadeOci(has_api=has_api)
    image = store.image(tag="v1")
    store.old_signature(image, _old(image), _maker().simple_signing(image, is_keyed=True, log=""))
    store.old_attestation(image, _maker().sign_dsse(statement({"app": image[7:]}, "https://spdx.dev/Document")))
    store.bundle(image, _signature(image))
    store.bundle(image, _provenance(image))
    row = _search(store)
    assert _told(row) == [
        (SIGNATURE, "simple signing"),
        (SIGNATURE, "simple signing"),
        (ATTESTATION, "DSSE"),
        (SIGNATURE, "bundle v0.3"),
        (ATTESTATION, "bundle v0.3"),
    ]
    assert {found.digest for found in row.found} == {image}
    assert (row.digest, row.reference) == (image, f"registry.example/team/app@{image}")
    assert (row.judged, row.unsigned, row.gaps, row.forged) == ((), (), (), ())
    base = image.replace(":", "-")
    assert [found.bundle.source for found in row.found[:3]] == [
        f"tag {base}.sig, layer 1",
        f"tag {base}.sig, layer 2",
        f"tag {base}.att",
    ]
    assert row.found[3].bundle.source.startswith("referrer sha256:")
    assert (GetManifest(reference=base) in store.asked) is not has_api
    assert row.bundles == tuple((found.bundle, found.kind) for found in row.found)


def test_signer_and_log_entry_of_old_attestations_come_from_annotations() -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    made = _maker().sign_dsse(statement({"app": image[7:]}))
    store.old_attestation(image, made)
    (found,) = _search(store).found
    assert found.bundle.certificate == made.certificate
    assert len(found.bundle.entries) == 1


def test_a_list_need_not_say_what_it_lists() -> None:
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    layer = store.layer(_signature(image), BUNDLE)
    store.referrer(image, [layer], is_told=False, artifactType=BUNDLE)
    store.referrer(image, [store.layer(_provenance(image), BUNDLE)], artifactType="application/vnd.oci.empty.v1+json")
    assert [kind for kind, _ in _told(_search(store))] == [SIGNATURE, ATTESTATION]


def test_what_a_statement_is_its_own_predicate_says_and_no_annotation() -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    store.bundle(image, _provenance(image), annotations={"dev.sigstore.bundle.predicateType": SIGN_PREDICATE})
    store.bundle(image, _maker().keyed_blob(b"manifest", log=""))
    long = statement({"app": image[7:]}, SIGN_PREDICATE, {"x": "y" * (1 << 20)})
    store.bundle(image, _maker().keyed_dsse(long, log=""))
    store.bundle(image, _maker().keyed_dsse(b"no JSON", log=""))
    assert [kind for kind, _ in _told(_search(store))] == [ATTESTATION, SIGNATURE, ATTESTATION, ATTESTATION]


def test_old_layers_may_be_referrers_and_unknown_ones_under_sig_count_by_their_annotation() -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    made = _old(image)
    kind = "application/vnd.dev.cosign.artifact.sig.v1+json"
    store.referrer(image, [store.layer(made.message, SIMPLE, made.annotations())], artifactType=kind)
    other = _maker().simple_signing(image, is_keyed=True, log="")
    store.tagged(image, ".sig", [store.layer(other.message, "application/octet-stream", other.annotations())])
    assert _told(_search(store)) == [(SIGNATURE, "simple signing")] * 2


def test_the_same_manifest_under_a_tag_and_in_the_list_is_read_once() -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    tagged = store.old_signature(image, _old(image))
    store.referrers[image] = [{"mediaType": "x", "digest": tagged, "size": 1}] * 2
    assert len(_search(store).found) == 1


# ---- what is no signature


def test_what_nobody_signed_is_told_as_that() -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    store.tagged(image, ".sbom", [store.layer(b"{}", "text/spdx+json")])
    store.referrer(image, [store.layer(b"{}", "application/json")], artifactType="application/spdx+json")
    store.referrer(image, [store.layer(b"x", "text/plain")])
    row = _search(store)
    assert row.found == ()
    assert row.judged == ()
    assert [line.partition(": ")[2] for line in row.unsigned] == [
        "a bill of materials (text/spdx+json), not signed",
        "application/spdx+json, not signed by itself",
        "text/plain, not signed",
    ]


def test_notation_is_known_and_not_verified() -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    store.referrer(image, [store.layer(b"x", "application/jose+json")], artifactType=NOTATION)
    store.referrer(image, [store.layer(b"y", "application/cose")], is_told=False, artifactType=NOTATION)
    row = _search(store)
    assert _refused(row) == [(SIGNATURE, Reason.UNSUPPORTED)] * 2
    assert {judged.verdict.state for judged in row.judged} == {SignatureState.UNDECIDED}
    assert "not verified here" in row.judged[0].verdict.steps[0].says


def test_attestations_that_a_build_put_into_the_index_are_unsigned_and_no_images() -> None:
    store = MadeOci()
    image = store.image()
    made = store.manifest({"layers": []})
    notes = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": image}
    entry = {"digest": made, "annotations": notes, "platform": {"os": "unknown", "architecture": "unknown"}}
    store.index({"linux/amd64": image}, tag="v1", more=(entry,))
    rows = run(find_signatures(REFERENCE, all_platforms=True), store)
    assert [row.digest for row in rows[1:]] == [image]
    assert made in rows[0].unsigned[0]
    assert image in rows[0].unsigned[0]


# ---- what is wrong


def test_a_referrer_that_names_another_image_is_told_and_judged_by_what_it_signs() -> None:
    store = MadeOci()
    image, other = store.image(tag="v1"), store.image("other")
    name = store.bundle(other, _signature(image))
    store.referrers[image] = store.referrers.pop(other)
    row = _search(store)
    assert _told(row) == [(SIGNATURE, "bundle v0.3")]
    assert row.found[0].digest == image
    assert any(name in note and other in note for note in row.notes)


def test_a_blob_that_is_not_what_its_digest_says_is_forged() -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    made = _old(image)
    store.old_signature(image, made)
    store.blobs[digest(made.message)] = made.message + b" "
    row = _search(store)
    assert _refused(row) == [(SIGNATURE, Reason.BLOB_DIGEST_MISMATCH)]
    (step,) = row.judged[0].verdict.steps
    assert (step.expected, step.found) == (digest(made.message), digest(made.message + b" "))
    assert [found.wanted for found in row.forged] == [digest(made.message)]
    assert row.found == ()


def test_a_forged_manifest_of_the_image_has_no_digest() -> None:
    store = MadeOci()
    image = store.image()
    forged = OciForged(wanted=image, found="sha256:00", source="registry.example")
    store.answers[GetManifest(reference=image)] = forged
    row = _search(store, ImageReference(registry="registry.example", repository="app", digest=image))
    assert (row.forged, row.digest, row.digests) == ((forged,), "", ())


@pytest.mark.parametrize(
    ("layer", "kind", "reason"),
    [
        ((b"no JSON", BUNDLE, None), SIGNATURE, Reason.MALFORMED),
        ((b'{"mediaType": "application/vnd.dev.sigstore.bundle.v0.9+json"}', BUNDLE, None), SIGNATURE, None),
        ((b"{}", SIMPLE, None), SIGNATURE, Reason.NO_SIGNATURE),
        ((b'{"payloadType": "x"}', DSSE, None), ATTESTATION, None),
        ((b"x" * ((1 << 20) + 1), SIMPLE, {"dev.cosignproject.cosign/signature": "AA=="}), SIGNATURE, None),
    ],
)
def test_what_cannot_be_read_is_refused_and_not_lost(
    layer: tuple[bytes, str, dict[str, str] | None], kind: SignatureKind, reason: Reason | None
) -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    store.referrer(image, [store.layer(*layer)])
    row = _search(store)
    assert row.found == ()
    ((found, why),) = _refused(row)
    assert found is kind
    assert why is reason if reason else why is not None


@pytest.mark.parametrize("end", [".sig", ".att"])
def test_a_tag_that_leads_to_no_manifest_is_refused(end: str) -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    store.tags[image.replace(":", "-") + end] = store.blob(b"no JSON")
    assert _refused(_search(store)) == [(ATTESTATION if end == ".att" else SIGNATURE, Reason.MALFORMED)]
    store.tags[image.replace(":", "-") + end] = store.index({})
    assert [reason for _, reason in _refused(_search(store))] == [Reason.MALFORMED]


def test_digests_that_are_none_are_refused() -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    store.tagged(image, ".sig", [{"mediaType": SIMPLE, "digest": "sha256:../../x"}])
    store.referrers[image] = [{"digest": "sha1:00"}, {}]
    assert _refused(_search(store)) == [(SIGNATURE, Reason.MALFORMED)] * 3
    assert not any(isinstance(ask, GetBlob) for ask in store.asked)


def test_a_list_of_referrers_that_is_no_index_is_refused() -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    store.answers[GetReferrers(digest=image)] = OciBytes(data=b"[]", digest=digest(b"[]"))
    assert [reason for _, reason in _refused(_search(store))] == [Reason.MALFORMED]


# ---- what could not be had


def test_a_registry_that_does_not_answer_is_one_gap_and_no_unsigned_image() -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    down = OciUnavailable(reason="503 (4 tries)", remedy="run again", outage=True)
    base = image.replace(":", "-")
    for tag in (".sig", ".att", ".sbom"):
        store.answers[GetManifest(reference=base + tag)] = down
    store.answers[GetReferrers(digest=image)] = down
    row = _search(store)
    (gap,) = row.gaps
    assert (gap.reason, gap.remedy, gap.outage, gap.subject) == ("503 (4 tries)", "run again", True, row.reference)
    assert gap.wanted == f"tag {base}.sig, and 2 more"
    assert any("could not be asked" in note for note in row.notes)


def test_a_registry_that_refuses_the_question_for_referrers_may_have_the_fallback_tag() -> None:
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    store.bundle(image, _signature(image))
    refused = OciUnavailable(reason="403")
    store.answers[GetReferrers(digest=image)] = refused
    row = _search(store)
    assert len(row.found) == 1
    assert [gap.reason for gap in row.gaps] == ["403"]


def test_many_referrers_are_read_in_several_rounds() -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    for number in range(20):
        store.bundle(image, _signature(image), annotations={"n": str(number)})
    assert len(_search(store).found) == 20


def test_blobs_and_manifests_that_are_named_and_not_there_are_gaps() -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    made = _old(image)
    store.old_signature(image, made)
    name = store.bundle(image, _signature(image))
    del store.blobs[digest(made.message)]
    del store.blobs[name]
    row = _search(store)
    assert row.found == ()
    assert [gap.wanted.partition(" ")[0] for gap in row.gaps] == ["referrer"]
    assert ", and 1 more" in row.gaps[0].wanted


@pytest.mark.parametrize(
    "reference", [REFERENCE, ImageReference(registry="r.example", repository="a", digest=digest(b""))]
)
def test_an_image_that_is_not_there_is_a_gap(reference: ImageReference) -> None:
    row = _search(MadeOci(), reference)
    assert row.digest == ""
    assert "has no such image" in row.gaps[0].reason
    assert row.found == ()


# ---- tags, digests and platforms


def test_the_digest_of_a_tag_is_told_with_a_warning() -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    row = _search(store)
    assert (row.tag, row.digests) == ("v1", (("sha256", image[7:]),))
    assert any(image in note and "can be moved" in note for note in row.notes)
    both = ImageReference(registry="registry.example", repository="team/app", tag="v1", digest=image)
    assert any("the digest counts" in note for note in _search(store, both).notes)
    alone = ImageReference(registry="registry.example", repository="team/app", digest=image)
    assert _search(store, alone).notes == ()
    assert _search(store, is_local=True).notes == ()


def _of_platforms() -> tuple[MadeOci, str, str, str]:
    store = MadeOci()
    amd, arm = store.image("amd"), store.image("arm", platform="linux/arm64/v8")
    index = store.index({"linux/amd64": amd, "linux/arm64/v8": arm}, tag="v1")
    store.bundle(index, _signature(index))
    store.bundle(index, _provenance(index))
    store.old_signature(arm, _old(arm))
    return store, index, amd, arm


def test_an_index_is_looked_at_as_a_whole() -> None:
    store, index, _, _ = _of_platforms()
    row = _search(store)
    assert (row.digest, row.platform, row.index, row.media_type) == (index, "", "", INDEX)
    assert [kind for kind, _ in _told(row)] == [SIGNATURE, ATTESTATION]
    assert any("index of 2 images" in note for note in row.notes)


@pytest.mark.parametrize("platform", ["linux/arm64", "linux/arm64/v8"])
def test_what_signs_an_index_signs_the_image_of_a_platform(platform: str) -> None:
    store, index, _, arm = _of_platforms()
    row = _search(store, platform=platform)
    assert (row.digest, row.platform, row.index) == (arm, "linux/arm64/v8", index)
    assert row.reference == f"registry.example/team/app@{arm}"
    assert [(found.digest, found.index) for found in row.found] == [(arm, ""), (index, index), (index, index)]


def test_all_platforms_are_the_index_and_each_image() -> None:
    store, index, amd, arm = _of_platforms()
    rows = run(find_signatures(REFERENCE, all_platforms=True), store)
    assert [(row.digest, row.platform) for row in rows] == [(index, ""), (amd, "linux/amd64"), (arm, "linux/arm64/v8")]
    assert [len(row.found) for row in rows] == [2, 2, 3]
    assert len(store.asked) == len(set(store.asked))


@pytest.mark.parametrize(
    "platform", ["linux", "linux/", "/amd64", "a/b/c/d", "linux/s390x", "linux/arm64/v9", "windows/amd64"]
)
def test_a_platform_that_there_is_not_is_an_error_that_names_those_there_are(platform: str) -> None:
    store, *_ = _of_platforms()
    with pytest.raises(InputError) as caught:
        _search(store, platform=platform)
    fault = caught.value.diagnostics[0]
    assert "linux/amd64, linux/arm64/v8" in fault.remedy or "OS/ARCHITECTURE" in fault.expected


def test_two_variants_of_one_platform_have_to_be_told_apart() -> None:
    store = MadeOci()
    images = {f"linux/arm/{variant}": store.image(variant) for variant in ("v6", "v7")}
    store.index(images, tag="v1")
    with pytest.raises(InputError):
        _search(store, platform="linux/arm")
    assert _search(store, platform="linux/arm/v7").digest == images["linux/arm/v7"]


def test_the_platform_of_a_single_image_is_held_against_its_configuration() -> None:
    store = MadeOci()
    store.image(tag="v1", platform="linux/arm64")
    assert _search(store, platform="linux/arm64/v8").notes[1:] == ()
    with pytest.raises(InputError):
        _search(store, platform="linux/amd64")
    store.manifest({"layers": []}, tag="v1")
    assert any("does not tell whether" in note for note in _search(store, platform="linux/amd64").notes)


# ---- limits


def test_more_signatures_than_are_read_are_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_beside, "MAX_SIGNATURES", 3)
    store = MadeOci()
    image = store.image(tag="v1")
    store.old_signature(image, *[_old(image)] * 5)
    row = _search(store)
    assert len(row.found) == 3
    assert "5 signatures" in row.gaps[0].reason


def test_more_referrers_than_are_read_are_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_beside, "MAX_REFERRERS", 2)
    store = MadeOci()
    image = store.image(tag="v1")
    for number in range(4):
        store.bundle(image, _signature(image), annotations={"n": str(number)})
    row = _search(store)
    assert len(row.found) == 2
    assert "4 entries" in row.gaps[0].reason


def test_more_bytes_than_are_read_are_a_gap_and_each_layer_has_its_own_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    row_of = {"mediaType": BUNDLE, "digest": digest(b"1"), "size": 1 << 50}
    store.referrer(image, [row_of])
    store.referrer(image, [{**row_of, "size": 7}], annotations={"n": "2"})
    _search(store)
    assert [ask.limit for ask in store.asked if isinstance(ask, GetBlob)] == [32 << 20, 7 + (4 << 10)]
    monkeypatch.setattr(image_beside, "MAX_BYTES", 1)
    assert "more than are read" in _search(store).gaps[0].reason


def test_any_manifest_ends_in_a_row() -> None:
    """Manifests of any shape are a row or an InputError, and no other error."""
    told = 0
    odd: list[Any] = [None, 1, "x", [], [1], {}, {"digest": 1}, [{"digest": digest(b"")}], "sha256:" + "0" * 64]
    for number in range(40):
        fields = ("manifests", "layers", "config", "subject", "mediaType", "artifactType", "annotations")
        document = {name: odd[(number * 7 + at * 3) % len(odd)] for at, name in enumerate(fields)}
        store = MadeOci()
        data = json.dumps(document).encode()
        store.tags["v1"] = store.blob(data)
        store.answers[GetReferrers(digest=digest(data))] = OciBytes(data=data, digest=digest(data), media_type=INDEX)
        for tag in (".sig", ".att", ".sbom"):
            store.tags[digest(data).replace(":", "-") + tag] = store.tags["v1"]
        try:
            rows = run(find_signatures(REFERENCE, all_platforms=True), store)
        except InputError:
            continue
        told += 1
        assert rows[0].digest == digest(data)
    assert told
