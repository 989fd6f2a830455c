"""The chain of images in disguise: nothing that somebody may run is left out of it without a word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supplymatrix.engine.chain_image import is_image
from supplymatrix.engine.image_signatures import image_signatures
from supplymatrix.engine.means import Means
from supplymatrix.errors import InputError
from tests.engine.test_chain_image import _CONFIG, _LAYER, _image, _World
from tests.support.machine import NOW
from tests.support.made_builds import built
from tests.support.made_chain import A
from tests.support.made_images import digest, made_tar
from tests.support.made_oci import INDEX, MANIFEST
from tests.support.registry_server import RegistryServer


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _World:
    monkeypatch.chdir(tmp_path)
    return _World(tmp_path)


def _other() -> bytes:
    """Return a layer with a program of which a module is not in the log."""
    return made_tar({"usr/bin/other": built(A, "code.example/none@v1.0.0", main="github.com/corp/other\tv1.0.0\t")})


def _programs(world: _World, *, in_registry: bool) -> tuple[int, list[str]]:
    """Return the exit code of a chain, and the last names of its programs."""
    if not in_registry:
        run = world.trace()
    else:
        with RegistryServer() as server:
            world.store.push(server, "team/app")
            means = Means(environ=world.made.machine.environ, now=NOW, replay=world.made.recorded)
            run = world.made.trace(f"{server.host}/team/app:v1", means=means)
    return run.exit_code, [program.name.rpartition("/")[2] for program in run.programs]


@pytest.mark.parametrize("in_registry", [False, True])
@pytest.mark.parametrize("is_nested", [False, True])
def test_images_of_nested_indexes_and_such_that_say_to_be_attestations_are_looked_into(
    world: _World, *, in_registry: bool, is_nested: bool
) -> None:
    other = _image(world.store, [_other()])
    notes = {"vnd.docker.reference.type": "attestation-manifest"}
    inner = world.store.index({"linux/arm64": other})
    entry = (
        {"mediaType": INDEX, "digest": inner, "size": 1} if is_nested
        else {"mediaType": MANIFEST, "digest": other, "size": 1, "annotations": notes}
    )  # fmt: skip
    world.store.tags.clear()
    world.image = world.store.index({"linux/amd64": world.image}, more=(entry,), tag="v1")
    code, names = _programs(world.whole(), in_registry=in_registry)
    assert (code, names) == (3, ["app", "other"])


@pytest.mark.parametrize("in_registry", [False, True])
def test_a_manifest_that_may_be_two_things_has_no_chain(world: _World, *, in_registry: bool) -> None:
    store = world.store
    config = store.layer(json.dumps({"os": "linux", "architecture": "amd64"}).encode(), _CONFIG)
    rows = {
        "layers": [store.layer(made_tar({"app": world.made.data}), _LAYER)],
        "Layers": [store.layer(_other(), _LAYER)],
    }
    store.tags.clear()
    world.image = store.manifest({"config": config, **rows}, tag="v1")
    with pytest.raises(InputError, match="may be taken for something else"):
        _programs(world.whole(), in_registry=in_registry)


def test_an_archive_of_which_docker_reads_another_image_is_an_alarm(world: _World) -> None:
    files = dict(world.whole().store.files)
    layer = _other()
    config = json.dumps({"os": "linux", "rootfs": {"type": "layers", "diff_ids": [digest(layer)]}}).encode()
    names = [f"blobs/sha256/{digest(data)[7:]}" for data in (config, layer)]
    rows = [{"Config": names[0], "RepoTags": ["app:v1"], "Layers": names[1:]}]
    more = {names[0]: config, names[1]: layer, "manifest.json": json.dumps(rows).encode()}
    path = world.folder / "image.tar"
    path.write_bytes(made_tar({**files, **more}))
    run = world.made.trace(str(path))
    assert run.exit_code == 4
    assert any("docker reads in it an image" in fault.message for fault in run.faults)


@pytest.mark.parametrize("word", ["a" * 300, "a" * 300 + ":v1", "./" + "a" * 300 + ":v1"])
def test_a_name_that_no_file_can_have_is_no_crash(word: str, world: _World) -> None:
    assert is_image(word) is (":" in word)
    with pytest.raises(InputError):
        world.made.trace(word)


def test_a_fault_of_our_own_about_an_image_is_never_a_pass(world: _World, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> object:
        raise ZeroDivisionError

    world.whole().store.write(world.folder / "layout")
    monkeypatch.setattr("supplymatrix.attest.image_search.look_beside", breaks)
    (row,) = image_signatures("./layout", Means(environ={}, now=NOW))
    assert row.judged[0].verdict.steps[0].says.startswith("supplymatrix broke off")
    assert world.made.trace("./layout").exit_code not in (0, 1, 5)
