"""Container images: the programs that are there when all layers lie on each other, and blobs held against digests."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

from supplymatrix.sources.programs import ProgramsFound, find_programs
from tests.gomod.made_programs import header, made_elf
from tests.support.made_images import Layout, digest, docker_save, made_tar, packed

_APP = made_elf(header("go1.25.5"), section=0)
_OTHER = made_elf(header("go1.24.1"), section=0)
_Files = dict[str, bytes | str | None]


def _found(tmp_path: Path, data: bytes | Layout) -> ProgramsFound:
    if isinstance(data, Layout):
        return find_programs([data.write(tmp_path / "image")])
    (tmp_path / "image.tar").write_bytes(data)
    return find_programs([tmp_path / "image.tar"])


def _names(found: ProgramsFound) -> list[str]:
    return [program.name.partition("/image")[2] for program in found.programs]


def _layers(*layers: _Files) -> list[bytes]:
    return [made_tar(files) for files in layers]


@pytest.mark.parametrize("form", ["folder", "tar", "tar.gz", "docker save"])
def test_programs_of_an_image_are_found_in_every_form(form: str, tmp_path: Path) -> None:
    layers = _layers({"usr/": None, "usr/app": _APP}, {"usr/other": _OTHER, "etc/text": b"hello"})
    layout = Layout().image([layers[0], packed(layers[1])])
    forms: dict[str, bytes | Layout] = {
        "folder": layout, "tar": layout.as_tar(), "tar.gz": packed(layout.as_tar()), "docker save": docker_save(layers),
    }  # fmt: skip
    found = _found(tmp_path, forms[form])
    start = "" if form == "folder" else ".tar"
    assert _names(found) == [f"{start}: usr/app", f"{start}: usr/other"]
    assert (found.files, found.images, found.gaps, found.forged) == (3, 1, (), ())
    assert all(program.image.startswith("sha256:") for program in found.programs)


def test_what_later_layers_take_away_is_not_in_the_image(tmp_path: Path) -> None:
    names = [f"{folder}/{name}" for folder in ("one", "two", "three") for name in ("a", "b")]
    below: _Files = {name: _APP + name.encode() for name in (*names, "four", "five/a", "six")}
    below["seven"] = _APP
    above: _Files = {
        "one/.wh.a": b"", "two/.wh..wh..opq": b"", "two/new": _OTHER, ".wh.three": b"", "four": b"text",
        "five": b"a file now", "six": None, "seven": _OTHER,
    }  # fmt: skip
    found = _found(tmp_path, Layout().image(_layers(below, above)))
    assert _names(found) == [": one/b", ": seven", ": two/new"]
    assert {p.name[-5:]: p.read.info.go_version for p in found.programs if p.read.info} == {
        "one/b": "go1.25.5", "seven": "go1.24.1", "o/new": "go1.24.1",
    }  # fmt: skip
    assert any("that later layers hide" in note and "five/a, four, one/a, …" in note for note in found.notes)


def test_a_layer_does_not_take_away_its_own_files(tmp_path: Path) -> None:
    layer: _Files = {"bin/app": _APP, "bin/.wh.app": b"", "bin/.wh..wh..opq": b"", ".wh..wh.plnk/x": b""}
    assert _names(_found(tmp_path, Layout().image(_layers({"bin/old": _OTHER}, layer)))) == [": bin/app"]


def test_a_hard_link_outlives_the_name_that_is_taken_away(tmp_path: Path) -> None:
    found = _found(tmp_path, Layout().image(_layers({"a": _APP, "b": "=a"}, {".wh.a": b""})))
    assert _names(found) == [": b"]
    assert not any("hide" in note for note in found.notes)


def test_every_platform_is_read_and_told_apart(tmp_path: Path) -> None:
    layout = Layout().image(_layers({"app": _APP})).image(_layers({"app": _OTHER}), platform="linux/arm64")
    found = _found(tmp_path, layout.attested().nested())
    assert _names(found) == [" (linux/amd64): app", " (linux/arm64): app"]
    assert len({program.image for program in found.programs}) == 2
    assert found.notes[0].endswith("other artifacts that are no images were left out: 1")


def test_images_of_one_platform_are_told_apart_by_their_digests(tmp_path: Path) -> None:
    found = _found(tmp_path, Layout().image(_layers({"app": _APP})).image(_layers({"app": _OTHER})))
    assert len(set(_names(found))) == 2
    assert all("sha256:" in name for name in _names(found))


def test_a_layer_packed_with_zstandard_is_read(tmp_path: Path) -> None:
    for name in ("compression.zstd", "backports.zstd"):
        try:
            pack = importlib.import_module(name).compress
        except ImportError:
            continue
        assert _names(_found(tmp_path, Layout().image([pack(made_tar({"app": _APP}))]))) == [": app"]
        return
    pytest.fail("there is no Zstandard")


@pytest.mark.parametrize("which", ["layer", "manifest"])
def test_a_blob_that_is_not_what_its_digest_says_is_told(which: str, tmp_path: Path) -> None:
    layout = Layout().image(_layers({"app": _APP}))
    name = next(
        name for name, data in layout.files.items() if (b"\x7fELF" in data if which == "layer" else b"schema" in data)
    )
    changed = made_tar({"app": _OTHER}) if which == "layer" else layout.files[name].replace(b'n": 2', b'n": 2 ')
    layout.files[name] = changed
    found = _found(tmp_path, layout)
    assert [where.rpartition("/")[2] for where, _ in found.forged] == [name.rpartition("/")[2]]
    assert len(found.programs) == 1


def test_layers_of_docker_save_are_held_against_the_configuration(tmp_path: Path) -> None:
    real, claimed = _layers({"app": _APP}), _layers({"app": _OTHER})
    for layers in (real, [packed(real[0])]):
        assert _found(tmp_path, docker_save(layers, claimed=claimed)).forged
        assert not _found(tmp_path, docker_save(layers, claimed=real)).forged


@pytest.mark.parametrize("kind", ["", "application/vnd.oci.image.config.v1+json", "application/octet-stream"])
@pytest.mark.parametrize("is_packed", [False, True])
def test_layers_of_a_layout_are_held_against_the_configuration(kind: str, is_packed: bool, tmp_path: Path) -> None:
    plain = made_tar({"app": _APP})
    layer = packed(plain) if is_packed else plain
    found = _found(tmp_path, Layout().image([layer], claimed=[digest(plain)], config_kind=kind))
    assert (found.forged, found.gaps, found.unpacked) == ((), (), ((digest(layer), digest(plain)),))
    assert found.looked == (found.programs[0].image,)
    found = _found(tmp_path / "other", Layout().image([layer], claimed=[digest(_APP)], config_kind=kind))
    assert [digest(_APP) in what for _, what in found.forged] == [True]
    assert found.unpacked == ((digest(layer), digest(plain)),)


def test_a_configuration_of_other_layers_is_a_gap_and_one_of_another_kind_says_nothing(tmp_path: Path) -> None:
    layer = packed(made_tar({"app": _APP}))
    found = _found(tmp_path / "more", Layout().image([layer], claimed=[digest(layer)] * 2))
    assert ["its configuration tells of 2" in gap.reason for gap in found.gaps] == [True]
    for claimed in (["md5:00"], ["sha256:zz"]):
        found = _found(tmp_path / claimed[0], Layout().image([layer], claimed=claimed))
        assert (len(found.gaps), found.unpacked) == (1, ())
    found = _found(tmp_path / "kind", Layout().image([layer], claimed=["sha256:zz"], config_kind="application/x"))
    assert (found.gaps, found.forged, found.unpacked) == ((), (), ())


def test_a_layer_of_docker_save_may_be_a_link_to_another(tmp_path: Path) -> None:
    layer = made_tar({"app": _APP})
    found = _found(tmp_path, docker_save([layer, layer], linked=True))
    assert (_names(found), found.gaps, found.forged) == ([".tar: app"], (), ())


def test_what_is_missing_or_cut_is_a_gap(tmp_path: Path) -> None:
    layout = Layout().image([*_layers({"app": _APP}), made_tar({"b": _OTHER, "c": bytes(4000)})[:2500], b"no tar"])
    name = next(name for name, data in layout.files.items() if data.startswith(b"app"))
    del layout.files[name]
    found = _found(tmp_path, layout.as_tar())
    assert min(gap.reason for gap in found.gaps) == "it is not in the archive"
    assert len(found.gaps) == 3


def test_a_layer_of_an_unknown_kind_is_read_where_it_is_a_tar_and_else_a_gap(tmp_path: Path) -> None:
    kinds = {0: "application/x-mine", 1: "application/x-mine", 2: "application/x-other"}
    layers = [made_tar({"a": _APP}), packed(made_tar({"b": _OTHER})), b"\0\x93neither"]
    found = _found(tmp_path, Layout().image(layers, kinds=kinds))
    assert _names(found) == [": a", ": b"]
    assert [gap.reason for gap in found.gaps] == [
        "it is of the unknown kind 'application/x-other', and was not looked into"
    ]


def test_what_is_said_to_be_an_attestation_is_read_where_it_has_files(tmp_path: Path) -> None:
    layout = Layout().image(_layers({"app": _APP}))
    index = json.loads(layout.whole["index.json"])
    index["manifests"][0]["annotations"] = {"vnd.docker.reference.type": "attestation-manifest"}
    layout.files["index.json"] = json.dumps(index).encode()
    assert _names(_found(tmp_path, layout)) == [": app"]


def _with_index(layout: Layout, document: object, kind: str = "application/vnd.oci.image.manifest.v1+json") -> Layout:
    """Return a layout whose index names but one manifest. document: of it."""
    name = layout.put(document if isinstance(document, bytes) else json.dumps(document).encode())
    layout.files["index.json"] = json.dumps({"manifests": [{"mediaType": kind, "digest": name}]}).encode()
    return layout


@pytest.mark.parametrize(
    "change",
    [
        {"manifests": []},
        {"Layers": []},
        {"mediaType": "application/vnd.oci.image.index.v1+json"},
        {"mediaType": "application/vnd.docker.distribution.manifest.v2+json"},
    ],
)
def test_a_manifest_that_may_be_two_things_is_a_gap(change: dict[str, object], tmp_path: Path) -> None:
    layout = Layout().image(_layers({"app": _APP}))
    manifest = next(json.loads(data) for data in layout.files.values() if b'"layers"' in data)
    found = _found(tmp_path, _with_index(layout, manifest))
    assert (_names(found), found.gaps) == ([": app"], ())
    found = _found(tmp_path / "other", _with_index(layout, manifest | change))
    assert not any(program.image for program in found.programs)
    assert found.gaps


def test_indexes_in_each_other_have_an_end_whatever_they_say_to_be(tmp_path: Path) -> None:
    layout = Layout().image(_layers({"app": _APP}))
    for _ in range(1_500):
        name = layout.put(layout.whole["index.json"])
        layout.files["index.json"] = json.dumps({"manifests": [{"digest": name}]}).encode()
    found = _found(tmp_path, layout.as_tar())
    assert any("too deep" in gap.reason for gap in found.gaps)


def test_what_docker_reads_in_a_layout_must_be_what_the_index_has(tmp_path: Path) -> None:
    layers = _layers({"app": _APP})
    layout = Layout().image(layers)
    config = next(name for name, data in layout.files.items() if b'"os"' in data)
    row = {"Config": config, "Layers": [f"blobs/sha256/{digest(layers[0])[7:]}"]}
    for name, changes in (("same", {}), ("config", {"Config": "blobs/sha256/" + "0" * 64}), ("layers", {"Layers": []})):
        layout.files["manifest.json"] = json.dumps([row | changes]).encode()
        found = _found(tmp_path / name, layout)
        assert _names(found) == [": app"]
        assert [where.rpartition(": ")[2] for where, _ in found.forged] == ["manifest.json"] * bool(changes)


@pytest.mark.parametrize("form", ["folder", "tar"])
def test_programs_beside_an_image_are_told_and_one_without_images_is_a_gap(form: str, tmp_path: Path) -> None:
    layout = Layout().image(_layers({"app": _APP}))
    layout.files["extra"] = _OTHER
    layout.files["blobs/sha256/" + "0" * 64] = made_tar({"old": _OTHER})
    found = _found(tmp_path, layout if form == "folder" else layout.as_tar())
    assert sorted(name.removeprefix(".tar: ") for name in _names(found)) == sorted(
        [": app", "/extra", f"/blobs/sha256/{'0' * 64}: old"] if form == "folder" else
        ["app", "extra", f"blobs/sha256/{'0' * 64}: old"]
    )  # fmt: skip
    assert found.gaps == ()
    layout.files["index.json"] = b'{"manifests": []}'
    found = _found(tmp_path, layout if form == "folder" else layout.as_tar())
    assert any("no image that can be looked into" in gap.reason for gap in found.gaps)


def test_an_image_of_docker_save_in_a_folder_of_files_is_one(tmp_path: Path) -> None:
    layer = made_tar({"gone": _APP})
    (tmp_path / "x" / "image").mkdir(parents=True)
    (tmp_path / "x" / "image" / "l0.tar").write_bytes(layer)
    (tmp_path / "x" / "image" / "l1.tar").write_bytes(made_tar({".wh.gone": b"", "app": _OTHER}))
    (tmp_path / "x" / "image" / "c.json").write_text('{"os": "linux"}')
    rows = [{"Config": "c.json", "Layers": ["l0.tar", "l1.tar"]}, {"Layers": ["l0.tar"]}]
    (tmp_path / "x" / "image" / "manifest.json").write_text(json.dumps(rows))
    found = find_programs([tmp_path / "x"])
    assert _names(found) == [": app"]
    assert found.images == 1
    assert any("names no configuration" in gap.reason for gap in found.gaps)


def test_a_hard_link_of_a_later_layer_through_a_linked_folder_is_a_program(tmp_path: Path) -> None:
    layers = _layers(
        {"bin": ">usr/bin", "usr/bin/app": _APP, "t": b"x"},
        {"opt/svc": "=bin/app", "u": "=t"},
        {"usr/bin/.wh.app": b""},
    )
    found = _found(tmp_path, Layout().image(layers))
    assert (_names(found), found.gaps) == ([": opt/svc"], ())
    found = _found(tmp_path / "other", Layout().image(_layers({"x": "=nothing"})))
    assert [gap.reason for gap in found.gaps] == ["what it leads to is not there"]


def test_a_single_file_of_an_artifact_is_read_where_it_is_a_program(tmp_path: Path) -> None:
    kinds = {0: "application/octet-stream", 1: "text/plain"}
    found = _found(tmp_path, Layout().image([_APP, b"readme"], kinds=kinds))
    assert len(found.programs) == 1
    assert found.gaps == ()


@pytest.mark.parametrize(
    "index",
    [
        b"", b"[]", b"{", b'{"manifests": 1}', b'{"manifests": [1, {}, {"digest": 7}]}', b"[" * 100_000,
        json.dumps({"manifests": [{"digest": "sha256:../../../../etc/passwd"}]}).encode(),
        json.dumps({"manifests": [{"digest": "sha256:" + "0" * 64}]}).encode(),
    ],
)  # fmt: skip
def test_an_index_that_is_none_gives_no_program_and_no_crash(index: bytes, tmp_path: Path) -> None:
    layout = Layout()
    layout.files["index.json"] = index
    found = _found(tmp_path, layout)
    assert found.programs == ()
    assert found.gaps


@pytest.mark.parametrize("row", [{}, {"Config": "../x", "Layers": ["/etc/passwd"]}, {"Config": 3, "Layers": 4}, 5])
def test_a_list_of_docker_save_that_is_none_does_no_harm(row: object, tmp_path: Path) -> None:
    assert _found(tmp_path, made_tar({"manifest.json": json.dumps([row]).encode()})).programs == ()


def test_a_layout_reads_nothing_outside_of_its_folder(tmp_path: Path) -> None:
    layout = Layout().image(_layers({"app": _APP}))
    folder = layout.write(tmp_path / "image")
    name = next(name for name, data in layout.files.items() if data.startswith(b"app"))
    (folder / name).rename(tmp_path / "outside")
    (folder / name).symlink_to(tmp_path / "outside")
    found = find_programs([folder])
    assert found.programs == ()
    assert found.gaps
