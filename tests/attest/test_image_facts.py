"""What images are made of: all images of an index, and layers as long as their descriptors say."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from supplymatrix.attest import image_facts as facts_module
from supplymatrix.attest.image_facts import ImageFacts, image_facts
from supplymatrix.errors import InputError
from supplymatrix.model.oci import GetBlob, OciUnavailable
from tests.support.made_images import digest, made_tar
from tests.support.made_oci import INDEX, MANIFEST, MadeOci, run

_LAYER = "application/vnd.oci.image.layer.v1.tar"
_CONFIG = "application/vnd.oci.image.config.v1+json"


def _facts(store: MadeOci, name: str, *, fetches: bool = False) -> tuple[ImageFacts, list[str]]:
    got: list[str] = []
    return run(image_facts(name, put=(lambda digest_, _: got.append(digest_)) if fetches else None), store), got


def _asked(store: MadeOci) -> list[tuple[str, int]]:
    return [(ask.digest, ask.limit) for ask in store.asked if isinstance(ask, GetBlob)]


def _one_layer(size: object) -> tuple[MadeOci, str, str]:
    """Return an image of one layer. size: that its descriptor tells, None for none."""
    store = MadeOci()
    layer = store.layer(made_tar({"app": b"x"}), _LAYER) | {"size": size}
    config = store.layer(b'{"os": "linux", "architecture": "amd64"}', _CONFIG)
    return store, store.manifest({"config": config, "layers": [layer]}), layer["digest"]


def test_images_of_an_index_in_an_index_are_read() -> None:
    store = MadeOci()
    amd, arm = store.image("amd"), store.image("arm", platform="linux/arm64")
    inner = store.index({"linux/arm64": arm})
    entry = {"mediaType": INDEX, "digest": inner, "size": 1, "platform": {"os": "linux", "architecture": "arm64"}}
    found, _ = _facts(store, store.index({"linux/amd64": amd}, more=(entry,)))
    assert [(image.digest, image.platform) for image in found.images] == [(amd, "linux/amd64"), (arm, "linux/arm64")]
    assert (found.gaps, found.is_index) == ((), True)


def test_what_cannot_be_followed_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MadeOci()
    inner = image = store.image()
    for _ in range(5):
        inner = store.index({}, more=({"mediaType": INDEX, "digest": inner, "size": 1},))
    found, _ = _facts(store, inner)
    assert (found.images, [gap.reason for gap in found.gaps]) == ((), ["indexes name each other too deep"])
    found, _ = _facts(store, store.index({"linux/amd64": image}, more=({"digest": "sha1:00"},)))
    assert (len(found.images), len(found.gaps)) == (1, 1)
    monkeypatch.setattr(facts_module, "_MOST_IMAGES", 1)
    found, _ = _facts(store, store.index({"linux/amd64": image, "linux/arm64": store.image("arm")}))
    assert (len(found.images), [gap.reason for gap in found.gaps]) == (1, ["it has more than are read"])


@pytest.mark.parametrize("platform", [None, {"os": "unknown", "architecture": "unknown"}])
def test_an_image_that_says_to_be_an_attestation_is_an_image(platform: dict[str, str] | None) -> None:
    store = MadeOci()
    good, other = store.image("good"), store.image("other")
    notes = {"vnd.docker.reference.type": "attestation-manifest"}
    entry: dict[str, Any] = {"mediaType": MANIFEST, "digest": other, "size": 1, "annotations": notes}
    index = store.index({"linux/amd64": good}, more=(entry | ({"platform": platform} if platform else {}),))
    assert [image.digest for image in _facts(store, index)[0].images] == [good, other]


def test_an_attestation_of_the_build_is_none_and_need_not_be_there() -> None:
    store = MadeOci()
    good = store.image()
    made = store.manifest({"layers": [store.layer(b"{}", "application/vnd.in-toto+json")]})
    entry = {
        "digest": made,
        "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
        "platform": {"os": "unknown", "architecture": "unknown"},
    }
    index = store.index({"linux/amd64": good}, more=(entry,))
    for _ in range(2):
        found, _ = _facts(store, index)
        assert ([image.digest for image in found.images], found.gaps) == ([good], ())
        store.blobs.pop(made, None)


def _twice(document: dict[str, Any]) -> bytes:
    data = json.dumps(document).encode()
    return data[:-1] + b", " + data[1:]


@pytest.mark.parametrize("spoil", [_twice, lambda document: json.dumps(document | {"OS": "x"}).encode()])
def test_a_configuration_that_may_be_two_things_is_refused(spoil: Callable[[dict[str, Any]], bytes]) -> None:
    store = MadeOci()
    config = store.layer(spoil({"os": "linux", "architecture": "amd64"}), _CONFIG)
    with pytest.raises(InputError, match="its configuration"):
        _facts(store, store.manifest({"config": config, "layers": []}))


def test_an_image_of_an_index_that_may_be_two_things_is_refused() -> None:
    store = MadeOci()
    image = store.manifest({"layers": [], "Layers": []})
    with pytest.raises(InputError, match="its manifest"):
        _facts(store, store.index({"linux/amd64": image}))


# ---- layers


def test_a_layer_is_asked_for_as_long_as_it_is() -> None:
    size = len(made_tar({"app": b"x"}))
    store, image, layer = _one_layer(size)
    found, got = _facts(store, image, fetches=True)
    assert (layer, size + (4 << 10)) in _asked(store)
    assert layer in got
    assert found.gaps == ()
    store, image, layer = _one_layer(None)
    assert layer in _facts(store, image, fetches=True)[1]
    assert (layer, 32 << 20) in _asked(store)


@pytest.mark.parametrize("size", [0, 10_000, 20_000])
def test_a_layer_of_another_length_is_refused(size: int) -> None:
    store, image, _ = _one_layer(size)
    with pytest.raises(InputError, match="the manifest says that it has"):
        _facts(store, image, fetches=True)


def test_a_layer_that_goes_on_behind_its_end_is_forged() -> None:
    store, image, layer = _one_layer(10)
    longer = OciUnavailable(reason="longer", is_too_long=True, source="registry.example")
    store.answers[GetBlob(digest=layer, limit=10 + (4 << 10))] = longer
    found, got = _facts(store, image, fetches=True)
    assert [(one.source, one.found) for one in found.forged] == [("registry.example", "more than 10 bytes")]
    assert layer not in got


def test_a_layer_that_is_too_long_to_be_fetched_is_not_asked_for() -> None:
    store, image, layer = _one_layer(1 << 40)
    found, _ = _facts(store, image, fetches=True)
    assert layer not in dict(_asked(store))
    assert len(found.gaps) == 1


def test_after_a_layer_that_did_not_come_in_time_no_other_is_asked_for() -> None:
    store = MadeOci()
    layers = [store.layer(made_tar({"app": name}), _LAYER) for name in (b"1", b"2", b"3")]
    image = store.manifest({"config": store.layer(b"{}", _CONFIG), "layers": layers})
    ask = GetBlob(digest=layers[0]["digest"], limit=layers[0]["size"] + (4 << 10))
    store.answers[ask] = OciUnavailable(reason="not within 300 s", outage=True)
    found, got = _facts(store, image, fetches=True)
    assert len(_asked(store)) == 2
    assert [gap.outage for gap in found.gaps] == [True]
    assert not {row["digest"] for row in layers} & set(got)
    assert digest(b"{}") in got
