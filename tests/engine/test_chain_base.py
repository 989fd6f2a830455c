"""The base below an image: layers count as what was read of them, never as what a configuration says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from supplymatrix.attest.image_facts import ImageFacts, OneImage
from supplymatrix.engine.chain_base import BaseImage, base_link
from supplymatrix.model.chain import ChainRun
from supplymatrix.reports.chain_view import render_chain_run_text
from tests.support.made_chain import MadeRelease, states
from tests.support.made_images import digest, made_tar, packed
from tests.support.made_oci import MadeOci

_LAYER, _CONFIG = "application/vnd.oci.image.layer.v1.tar", "application/vnd.oci.image.config.v1+json"
_OS, _CERTS = made_tar({"etc/os-release": b"ID=made\n"}), made_tar({"etc/ssl/certs.pem": b"none\n"})
_EVIL = (made_tar({"etc/evil": b"1"}), made_tar({"etc/evil": b"2"}))


def _image(store: MadeOci, layers: list[bytes], diffs: list[str], tag: str) -> str:
    config = {"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": diffs}}
    rows = [store.layer(layer, _LAYER) for layer in layers]
    return store.manifest({"config": store.layer(json.dumps(config).encode(), _CONFIG), "layers": rows}, tag=tag)


def _run(folder: Path, layers: list[bytes], diffs: list[str]) -> ChainRun:
    """Return the chain of an image with these lowest layers, on the base that has _OS and _CERTS."""
    made, store, base = MadeRelease(folder, signs=False, attests=False).write(), MadeOci(), MadeOci()
    program = made_tar({"usr/bin/app": made.data})
    _image(base, [_OS, _CERTS], [digest(_OS), digest(_CERTS)], "base")
    _image(store, [*layers, program], [*diffs, digest(program)], "v1")
    base.write(folder / "base")
    store.write(folder / "layout")
    return made.trace(str(folder / "layout"), base=str(folder / "base"))


def test_a_configuration_that_claims_the_layers_of_the_base_is_an_alarm(tmp_path: Path) -> None:
    run = _run(tmp_path, list(_EVIL), [digest(_OS), digest(_CERTS)])
    assert (states(run)["base"], run.exit_code) == ("failed", 4)
    text = render_chain_run_text(run)
    assert f"it is not what its digest {digest(_OS)} says" in " ".join(text.split())
    assert "the chain is broken" in text


def test_layers_packed_anew_are_those_of_the_base(tmp_path: Path) -> None:
    run = _run(tmp_path, [packed(_OS), packed(_CERTS)], [digest(_OS), digest(_CERTS)])
    assert (states(run)["base"], run.faults) == ("verified", ())
    (again := tmp_path / "evil").mkdir()
    run = _run(again, [packed(_EVIL[0]), packed(_CERTS)], [digest(_OS), digest(_CERTS)])
    assert (states(run)["base"], run.exit_code) == ("failed", 4)


def test_a_configuration_of_fewer_layers_counts_for_none(tmp_path: Path) -> None:
    run = _run(tmp_path, list(_EVIL), [digest(_OS), digest(_CERTS), digest(_OS)])
    assert (states(run)["base"], run.exit_code) == ("failed", 3)
    assert any("its configuration tells of 4" in gap.reason for gap in run.gaps)


def _facts(layers: str, diffs: str) -> ImageFacts:
    one = OneImage(digest="sha256:1", layers=tuple(layers), diffs=tuple(diffs), annotations=())
    return ImageFacts(digest="sha256:1", images=(one,))


@pytest.mark.parametrize(
    ("image", "unpacked", "state"),
    [
        (("abx", ""), {}, "verified"),  # the same blobs
        (("pqx", "ABX"), {"p": "A", "q": "B"}, "verified"),  # others, that were read and unpack to the same
        (("aqx", "ABX"), {"q": "B"}, "verified"),
        (("pqx", "ABX"), {}, "not checkable"),  # the word of the configuration alone
        (("pqx", "ABX"), {"p": "A"}, "not checkable"),
        (("pqx", ""), {"p": "A", "q": "C"}, "failed"),
        (("pqx", "ABX"), {"p": "A", "q": "C"}, "failed"),
        (("pqx", "ACX"), {}, "failed"),
        (("pqx", "AB"), {}, "not checkable"),  # it tells of other layers
        (("a", "A"), {}, "failed"),
    ],
)
def test_what_counts_as_a_layer_of_the_base(image: tuple[str, str], unpacked: Mapping[str, str], state: str) -> None:
    base = BaseImage(name="base", facts=_facts("ab", "AB"))
    assert base_link(_facts(*image), None, base, unpacked).state.value == state


def test_a_base_that_tells_nothing_of_its_layers_and_an_image_that_was_not_read() -> None:
    link = base_link(_facts("pqx", "ABX"), None, BaseImage(name="base", facts=_facts("ab", "A")), {"p": "A", "q": "B"})
    assert (link.state.value, link.reason) == ("not checkable", "base-layers-unread")
    link = base_link(ImageFacts(digest="sha256:1"), None, BaseImage(name="base", facts=_facts("ab", "AB")), {})
    assert (link.state.value, link.reason, link.exit_code) == ("not checkable", "image-unread", 3)
