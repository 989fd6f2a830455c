"""Images in disguise: manifests that may be two things, indexes in each other, images that say to be none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from supplymatrix.attest.image_found import ImageSignatures, SignatureKind
from supplymatrix.attest.image_manifest import Listed, choose_platform
from supplymatrix.attest.image_search import find_signatures
from supplymatrix.errors import InputError
from supplymatrix.model.oci import GetBlob, ImageReference, OciUnavailable
from supplymatrix.model.signature import Reason
from tests.support.made_images import digest
from tests.support.made_oci import BUNDLE, INDEX, MANIFEST, MadeOci, run
from tests.support.made_sigstore import SIGN_PREDICATE, MadeSigstore, statement

REFERENCE = ImageReference(registry="registry.example", repository="team/app", tag="v1")
DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
SIGNATURE = SignatureKind.SIGNATURE
MADE = MadeSigstore()


def _signature(image: str) -> bytes:
    return MADE.keyed_dsse(statement({"app": image.partition(":")[2]}, SIGN_PREDICATE), log="")


def _search(store: MadeOci, **how: Any) -> ImageSignatures:  # noqa: ANN401
    (row,) = run(find_signatures(REFERENCE, **how), store)
    return row


def _refused(row: ImageSignatures) -> list[tuple[SignatureKind, Reason | None]]:
    return [(judged.kind, judged.verdict.reason) for judged in row.judged]


def _doubled() -> bytes:
    return b'{"schemaVersion": 2, "layers": [], "layers": [{"mediaType": "x"}]}'


@pytest.mark.parametrize(
    ("data", "sent_as"),
    [
        (b'{"layers": [], "manifests": []}', ""),
        (b'{"config": {}, "manifests": []}', ""),
        (b'{"layers": []}', INDEX),
        (b'{"manifests": []}', MANIFEST),
        (json.dumps({"mediaType": INDEX, "manifests": []}).encode(), MANIFEST),
        (json.dumps({"mediaType": MANIFEST, "layers": []}).encode(), DOCKER),
        (b'{"layers": [], "Layers": []}', ""),
        ('{"layers": [], "layer\u017f": []}'.encode(), ""),
        (b'{"Layers": []}', ""),
        (b'{"layers": [{"Digest": "x"}]}', ""),
        (b'{"manifests": [{"platform": {"OS": "linux"}}]}', ""),
        (_doubled(), ""),
        (b'{"layers": [{"digest": "x", "digest": "y"}]}', ""),
        (b"no JSON", ""),
        (b"[]", ""),
    ],
)
def test_a_manifest_that_two_programs_may_take_for_two_things_is_refused(data: bytes, sent_as: str) -> None:
    store = MadeOci()
    image = store.tags["v1"] = store.blob(data)
    store.kinds[image] = sent_as
    store.old_signature(image, MADE.simple_signing(image, is_keyed=True, log=""))
    with pytest.raises(InputError, match="its manifest"):
        _search(store)


def test_names_that_people_give_may_differ_by_case() -> None:
    store = MadeOci()
    store.manifest({"layers": [], "annotations": {"Layers": "1", "layers": "2"}}, tag="v1")
    assert _search(store).digest


@pytest.mark.parametrize("data", [_doubled(), b'{"layers": [], "Layers": []}'])
def test_manifests_of_signatures_are_read_as_strictly(data: bytes) -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    store.tags[image.replace(":", "-") + ".sig"] = store.blob(data)
    assert _refused(_search(store)) == [(SIGNATURE, Reason.MALFORMED)]


@pytest.mark.parametrize("leads_to", ["the image", "another one"])
@pytest.mark.parametrize("is_index", [False, True])
def test_a_fallback_tag_that_leads_to_no_list_is_a_note(leads_to: str, *, is_index: bool) -> None:
    store = MadeOci(has_api=False)
    image = store.image()
    image = store.index({"linux/amd64": image}) if is_index else image
    store.tags = {"v1": image, image.replace(":", "-"): image if leads_to == "the image" else store.image("other")}
    row = _search(store)
    assert (row.judged, row.gaps, row.found) == ((), (), ())
    assert any("no list of referrers" in note for note in row.notes)


def test_images_of_an_index_in_an_index_are_looked_at_and_what_signs_either_signs_them() -> None:
    store = MadeOci()
    amd, arm = store.image("amd"), store.image("arm", platform="linux/arm64")
    inner = store.index({"linux/arm64": arm})
    entry = {"mediaType": INDEX, "digest": inner, "size": 1}
    top = store.index({"linux/amd64": amd}, more=(entry,), tag="v1")
    store.bundle(inner, _signature(inner))
    store.bundle(top, _signature(top))
    rows = run(find_signatures(REFERENCE, all_platforms=True), store)
    assert [(row.digest, row.platform) for row in rows] == [(top, ""), (amd, "linux/amd64"), (arm, "linux/arm64")]
    assert [(found.digest, found.index) for found in rows[2].found] == [(top, top), (inner, inner)]
    assert [found.digest for found in rows[1].found] == [top]
    assert _search(store, platform="linux/arm64").digest == arm
    del store.blobs[inner]
    rows = run(find_signatures(REFERENCE, all_platforms=True), store)
    assert [row.digest for row in rows] == [top, amd, inner]
    assert all(row.gaps for row in rows)


def test_indexes_in_each_other_have_an_end() -> None:
    store = MadeOci()
    inner = store.image()
    for _ in range(9):
        inner = store.index({}, more=({"mediaType": INDEX, "digest": inner, "size": 1},))
    store.tags["v1"] = inner
    rows = run(find_signatures(REFERENCE, all_platforms=True), store)
    assert "too deep" in rows[0].gaps[0].reason


@pytest.mark.parametrize("platform", [None, {"os": "unknown", "architecture": "unknown"}])
def test_an_image_that_says_to_be_an_attestation_is_an_image(platform: dict[str, str] | None) -> None:
    store = MadeOci()
    good, other = store.image("good"), store.image("other")
    notes = {"vnd.docker.reference.type": "attestation-manifest"}
    entry: dict[str, Any] = {"mediaType": MANIFEST, "digest": other, "size": 1, "annotations": notes}
    store.index({"linux/amd64": good}, more=(entry | ({"platform": platform} if platform else {}),), tag="v1")
    rows = run(find_signatures(REFERENCE, all_platforms=True), store)
    assert [row.digest for row in rows[1:]] == [good, other]


def test_an_image_of_the_index_that_cannot_be_named_is_an_error() -> None:
    store = MadeOci()
    store.index({"linux/amd64": store.image()}, more=({"digest": "sha1:00"},), tag="v1")
    with pytest.raises(InputError, match="digest that is none"):
        _search(store, platform="linux/amd64")


def test_an_image_that_tells_no_platform_may_be_for_any() -> None:
    store = MadeOci()
    arm = store.image("arm", platform="linux/arm64")
    entry = {"mediaType": MANIFEST, "digest": arm, "size": 1}
    store.index({}, more=(entry,), tag="v1")
    assert _search(store, platform="linux/arm64").digest == arm
    with pytest.raises(InputError, match="no image for linux/amd64"):
        _search(store, platform="linux/amd64")
    store.index({"linux/amd64": store.image("amd")}, more=(entry,), tag="v1")
    with pytest.raises(InputError, match="2 images are for linux/amd64"):
        _search(store, platform="linux/amd64")


@pytest.mark.parametrize("size", [0, 7])
def test_a_layer_that_goes_on_behind_its_end_is_forged(size: int) -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    name = digest(b"1")
    store.referrer(image, [{"mediaType": BUNDLE, "digest": name, "size": size}])
    ask = GetBlob(digest=name, limit=size + (4 << 10))
    store.answers[ask] = OciUnavailable(reason="longer", is_too_long=True, source="registry.example")
    row = _search(store)
    assert _refused(row) == [(SIGNATURE, Reason.BLOB_DIGEST_MISMATCH)]
    assert (row.forged[0].source, row.gaps) == ("registry.example", ())


def test_a_layer_that_is_longer_than_any_that_is_read_is_a_gap() -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    store.referrer(image, [{"mediaType": BUNDLE, "digest": digest(b"1"), "size": 1 << 40}])
    store.answers[GetBlob(digest=digest(b"1"), limit=32 << 20)] = OciUnavailable(reason="longer", is_too_long=True)
    row = _search(store)
    assert (row.forged, [gap.reason for gap in row.gaps]) == ((), ["longer"])


# ---- which image of an index is the one of a platform


@pytest.mark.parametrize(
    ("told", "wanted", "is_it"),
    [
        ("linux/amd64", "linux/amd64", True),
        ("linux/x86_64", "linux/amd64", True),
        ("linux/x86-64", "linux/amd64", True),
        ("Linux/AMD64", "linux/amd64", True),
        ("linux/amd64/v1", "linux/amd64", True),
        ("linux/amd64", "linux/amd64/v1", True),
        ("linux/amd64", "linux/x86_64", True),
        ("linux/amd64/v3", "linux/amd64", True),
        ("linux/amd64/v3", "linux/amd64/v1", False),
        ("linux/amd64", "linux/amd64/v3", False),
        ("linux/aarch64", "linux/arm64", True),
        ("linux/arm64/v8", "linux/arm64", True),
        ("linux/arm64/8", "linux/arm64/v8", True),
        ("linux/arm64", "linux/arm64/v8", True),
        ("linux/arm64/v9", "linux/arm64/v8", False),
        ("linux/arm", "linux/arm/v7", True),
        ("linux/armhf", "linux/arm/v7", True),
        ("linux/armel", "linux/arm/v7", False),
        ("linux/arm/v6", "linux/armel", True),
        ("linux/arm/v6", "linux/armhf", False),
        ("linux/i386", "linux/386", True),
        ("macos/arm64", "darwin/arm64", True),
        ("amd64", "linux/amd64", True),
        ("", "linux/amd64", True),
        ("linux/arm64", "linux/amd64", False),
        ("windows/amd64", "linux/amd64", False),
        ("unknown/unknown", "linux/amd64", False),
    ],
)
def test_platforms_are_compared_as_programs_that_run_images_do(told: str, wanted: str, *, is_it: bool) -> None:
    image = Listed(digest=digest(b"1"), media_type=MANIFEST, platform=told)
    if is_it:
        assert choose_platform([image], wanted, "app") == image
        return
    with pytest.raises(InputError, match="no image for"):
        choose_platform([image], wanted, "app")


@pytest.mark.parametrize(
    ("other", "wanted", "named"),
    [
        ("linux/arm64/v8", "linux/arm64", "by its digest"),
        ("linux/x86_64", "linux/amd64", ""),
        ("linux/arm64/v9", "linux/arm64", "linux/arm64/v8, linux/arm64/v9"),
    ],
)
def test_of_two_images_that_programs_may_choose_none_is_chosen(other: str, wanted: str, named: str) -> None:
    plain = "linux/amd64" if not named else "linux/arm64"
    rows = [Listed(digest=digest(name.encode()), media_type="", platform=name) for name in (other, plain)]
    for images in (rows, rows[::-1]):
        with pytest.raises(InputError, match="2 images are for") as caught:
            choose_platform(images, wanted, "app")
        fault = caught.value.diagnostics[0]
        assert named in fault.remedy
        assert all(image.digest in fault.seen for image in rows)
    assert choose_platform([rows[0], rows[0]], wanted, "app") == rows[0]
    if named.startswith("linux"):
        assert choose_platform(rows, "linux/arm64/v8", "app") == rows[1]
