"""The chain of an image: its own signatures, the base below it, the attested bill, the programs in it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.attest.wanted import Wanted
from supplymatrix.engine.chain_evidence import ChainWish
from supplymatrix.engine.chain_image import is_image
from supplymatrix.engine.means import Means
from supplymatrix.errors import InputError
from supplymatrix.model.chain import ChainRun, LinkId
from supplymatrix.model.gap import Gap
from supplymatrix.model.signature import ArtifactKind, CheckState
from supplymatrix.model.value import changed
from tests.support.machine import NOW
from tests.support.made_builds import built
from tests.support.made_chain import COMMIT, REPOSITORY, A, B, MadeRelease, provenance_v1, states
from tests.support.made_images import digest, made_tar
from tests.support.made_log import made_hash
from tests.support.made_oci import MadeOci
from tests.support.made_profile import made_profile
from tests.support.made_sigstore import GITHUB_IDENTITY, GITHUB_ISSUER, SIGN_PREDICATE, github_fields, statement
from tests.support.registry_server import RegistryServer

_LAYER = "application/vnd.oci.image.layer.v1.tar"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_BASE = "org.opencontainers.image.base"
_SLSA, _CYCLONEDX = "https://slsa.dev/provenance/v1", "https://cyclonedx.org/bom"
_OS = made_tar({"etc/os-release": b"ID=made\n"})
_CERTS = made_tar({"etc/ssl/certs.pem": b"none\n"})


def _image(store: MadeOci, layers: list[bytes], *, tag: str = "", **more: Any) -> str:  # noqa: ANN401
    diffs = {"type": "layers", "diff_ids": [digest(layer) for layer in layers]}
    config = json.dumps({"os": "linux", "architecture": "amd64", "rootfs": diffs}).encode()
    rows = [store.layer(layer, _LAYER) for layer in layers]
    return store.manifest({"config": store.layer(config, _CONFIG), "layers": rows, **more}, tag=tag)


def _bill(*modules: str, h1: Mapping[str, str] | None = None, go: str = "1.26.8") -> dict[str, Any]:
    """Return a bill as other tools write it."""
    rows = [
        {"type": "library", "name": name.partition("@")[0], "version": name.partition("@")[2],
         "purl": f"pkg:golang/{name}", "bom-ref": name,
         "properties": [{"name": "supplymatrix:h1", "value": text}] if (text := (h1 or {}).get(name)) else []}
        for name in (*modules, f"stdlib@{go}")
    ]  # fmt: skip
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": rows}


class _World:
    """A base image, and an image on it with a program; both signed."""

    def __init__(
        self, folder: Path, *, base_digest: str = "", layers: list[bytes] | None = None, signs_base: bool = True
    ) -> None:
        self.folder = folder
        self.made = MadeRelease(folder, signs=False, attests=False).write()
        self.base, self.store = MadeOci(), MadeOci()
        self.base_image = _image(self.base, [_OS, _CERTS], tag="base")
        if signs_base:
            self.sign(self.base, self.base_image)
        program = made_tar({"usr/bin/app": self.made.data})
        notes = {f"{_BASE}.name": "images.example/base:1", f"{_BASE}.digest": base_digest or self.base_image}
        rows = [_OS, _CERTS, program] if layers is None else [*layers, program]
        self.image = _image(self.store, rows, tag="v1", annotations=notes)

    def sign(self, store: MadeOci, image: str, **how: Any) -> None:  # noqa: ANN401
        store.bundle(image, self.bundle(image, SIGN_PREDICATE, {}, **how))

    def bundle(self, image: str, kind: str, predicate: object, **how: Any) -> bytes:  # noqa: ANN401
        payload = statement({"": image[7:]}, kind, predicate)
        return self.made.sigstore.keyless_dsse(payload, **{"fields": github_fields(sha=COMMIT), **how})

    def attest(self, kind: str, predicate: object, **how: Any) -> None:  # noqa: ANN401
        self.store.bundle(self.image, self.bundle(self.image, kind, predicate, **how))

    def whole(self, bill: object = None, **how: Any) -> _World:  # noqa: ANN401
        self.sign(self.store, self.image)
        self.attest(_SLSA, provenance_v1())
        self.attest(_CYCLONEDX, _bill(A, B) if bill is None else bill, **how)
        return self

    def trace(self, **more: Any) -> ChainRun:  # noqa: ANN401
        self.store.write(self.folder / "layout")
        self.base.write(self.folder / "base")
        return self.made.trace("./layout", **more)

    def based(self, **more: Any) -> ChainRun:  # noqa: ANN401
        return self.trace(base="./base", base_wish=self.made.wish(), **more)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _World:
    monkeypatch.chdir(tmp_path)
    return _World(tmp_path)


def test_the_whole_chain_of_an_image_is_green(world: _World) -> None:
    run = world.whole().based()
    assert set(states(run).values()) == {"verified"}, states(run)
    assert list(states(run)) == [
        "signature", "provenance", "builder", "source", "base", "vendor", "sbom", "module-path", "toolchain", "modules",
        "main-module",
    ]  # fmt: skip
    assert (run.exit_code, run.kind, f"sha256:{run.sha256}") == (0, ArtifactKind.IMAGE, world.image)
    assert [program.name for program in run.programs] == ["./layout: usr/bin/app"] or run.programs
    assert len([head for head in run.heads if head.kind == "signatures"]) == 3


def _unsigned(world: _World) -> None:
    world.attest(_CYCLONEDX, _bill(A, B))


def _other_identity(world: _World) -> None:
    world.sign(world.store, world.image, identity="dev@corp.example", issuer="https://login.example")


def _sbom_lacks(world: _World) -> None:
    world.whole(_bill(A))


def _sbom_other_version(world: _World) -> None:
    world.whole(_bill(A, "code.example/b@v1.3.0"))


def _sbom_other_hash(world: _World) -> None:
    world.whole(_bill(A, B, h1={B: made_hash(A)}))


def _sbom_other_go(world: _World) -> None:
    world.whole(_bill(A, B, go="1.25.0"))


def _sbom_by_somebody(world: _World) -> None:
    world.whole(_bill(A, B), identity="dev@corp.example", issuer="https://login.example")


def _sbom_that_is_none(world: _World) -> None:
    world.whole({"bomFormat": "none"})


@pytest.mark.parametrize(
    ("breaks", "link", "reason", "code"),
    [
        (_unsigned, "signature", "no-signature", 1),
        (_other_identity, "signature", "identity-mismatch", 1),
        (_sbom_lacks, "sbom", "sbom-mismatch", 1),
        (_sbom_other_version, "sbom", "sbom-mismatch", 1),
        (_sbom_other_hash, "sbom", "sbom-mismatch", 1),
        (_sbom_other_go, "sbom", "sbom-mismatch", 1),
        (_sbom_by_somebody, "sbom", "identity-mismatch", 1),
        (_sbom_that_is_none, "sbom", "sbom-unreadable", 2),
    ],
)
def test_a_broken_link_of_an_image(
    breaks: Callable[[_World], None], link: str, reason: str, code: int, world: _World
) -> None:
    breaks(world)
    run = world.trace()
    found = run.link(LinkId(link))
    assert found is not None
    assert (found.reason, found.exit_code, run.exit_code) == (reason, code, code)
    assert states(run)["modules"] == "verified"


def test_of_two_attested_bills_and_two_statements_each_has_to_fit(world: _World) -> None:
    world.whole().attest(_CYCLONEDX, _bill(A))
    assert (states(world.trace())["sbom"], world.trace().exit_code) == ("failed", 1)
    world.attest(_SLSA, provenance_v1(commit="2e" * 20), fields=github_fields(sha="2e" * 20))
    found = world.trace().link(LinkId.SOURCE)
    assert found is not None
    assert found.reason == "commit-mismatch"


def test_an_attestation_is_no_signature_of_the_image(world: _World) -> None:
    world.attest(_CYCLONEDX, _bill(A, B))
    run = world.trace()
    assert (states(run)["signature"], states(run)["sbom"], run.exit_code) == ("not present", "verified", 1)


@pytest.mark.parametrize(
    ("digest_", "layers", "reason"),
    [
        ("sha256:" + "0" * 64, None, "base-mismatch"),
        ("", [_CERTS], "base-layers-differ"),
        ("", [_OS], "base-layers-differ"),
        ("", [_CERTS, _OS], "base-layers-differ"),
    ],
)
def test_another_base_is_red(
    digest_: str, layers: list[bytes] | None, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = _World(tmp_path, base_digest=digest_, layers=layers).whole().based()
    base, vendor = run.link(LinkId.BASE), run.link(LinkId.VENDOR)
    assert base is not None
    assert vendor is not None
    assert (base.state, base.reason, run.exit_code) == (CheckState.FAILED, reason, 1)
    assert vendor.state is CheckState.NOT_CHECKABLE


def test_a_base_that_is_not_signed_by_its_vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    world = _World(tmp_path, signs_base=False).whole()
    run = world.based()  # who is named must have signed it
    assert (states(run)["base"], states(run)["vendor"], run.exit_code) == ("verified", "not present", 1)
    assert world.based(excused=frozenset({LinkId.VENDOR})).exit_code == 0
    run = world.trace(base="./base")
    assert (states(run)["vendor"], run.exit_code) == ("not present", 0)


@pytest.mark.parametrize("signs_base", [True, False])
def test_a_vendor_of_whom_nothing_is_known_vouches_for_no_base(
    signs_base: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever signed the base, or nobody: that it is the vendor's is not known, and that somebody was named is told."""
    monkeypatch.chdir(tmp_path)
    world = _World(tmp_path, signs_base=signs_base).whole()
    gap = Gap(wanted="who signs images of Acme", reason="its profile pins no key", remedy="ask the vendor")
    run = world.trace(base="./base", base_wish=ChainWish(wanted=Wanted(), gaps=(gap,)))
    vendor = run.link(LinkId.VENDOR)
    assert vendor is not None
    assert (vendor.state, vendor.reason, run.exit_code) == (CheckState.NOT_CHECKABLE, "signer-unknown", 3)
    assert "who signs images of Acme: its profile pins no key" in vendor.says
    assert "nobody said" not in vendor.says
    assert vendor.remedy == "ask the vendor"
    wish = changed(world.made.wish(), wanted=Wanted(), gaps=(gap,))
    signature = world.trace(wish=wish).link(LinkId.SIGNATURE)
    assert signature is not None
    assert (signature.reason, signature.exit_code) == ("signer-unknown", 3)


def test_a_base_that_is_not_at_hand_is_told(world: _World) -> None:
    run = world.whole().trace()
    assert (states(run)["base"], run.exit_code) == ("not checkable", 0)
    assert world.trace(required=frozenset({LinkId.BASE})).exit_code == 3


def test_a_base_that_nobody_named_and_provenance_that_lists_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    world = _World(tmp_path)
    world.image = _image(world.store, [_OS, _CERTS, made_tar({"app": world.made.data})], tag="v1")
    world.sign(world.store, world.image)
    assert states(world.trace())["base"] == "not present"
    assert states(world.based())["base"] == "verified"
    listed = {"uri": "pkg:docker/images.example/base@1", "digest": {"sha256": world.base_image[7:]}}
    world.attest(_SLSA, provenance_v1(more=[listed]))
    assert states(world.based())["base"] == "verified"


def test_a_base_that_provenance_does_not_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    world = _World(tmp_path)
    world.image = _image(world.store, [_OS, _CERTS, made_tar({"app": world.made.data})], tag="v1")
    listed = {"uri": "pkg:docker/images.example/base@1", "digest": {"sha256": "ab" * 32}}
    world.attest(_SLSA, provenance_v1(more=[listed]))
    assert states(world.based())["base"] == "failed"


def test_an_image_without_a_go_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    world = _World(tmp_path)
    world.image = _image(world.store, [_OS], tag="v1")
    world.sign(world.store, world.image)
    world.attest(_SLSA, provenance_v1())
    run = world.trace()
    assert (states(run)["modules"], run.exit_code) == ("not present", 5)


def test_programs_of_several_images_each_have_their_links(world: _World) -> None:
    other = built(A, "code.example/none@v1.0.0", main="github.com/corp/app\t(devel)\t")
    second = _image(world.store, [_OS, made_tar({"usr/bin/app": other})])
    world.store.tags.clear()
    index = world.store.index({"linux/amd64": world.image, "linux/arm64": second}, tag="v1")
    world.sign(world.store, index)
    run = world.trace()
    links = [link for link in run.links if link.id is LinkId.MODULES]
    assert [link.state for link in links] == [CheckState.VERIFIED, CheckState.FAILED]
    assert all(link.subject for link in links)
    run = world.trace(platform="linux/amd64")
    assert (states(run)["signature"], states(run)["modules"]) == ("verified", "verified")
    assert len(run.programs) == 1


def test_an_image_of_a_registry(world: _World) -> None:
    world.whole()
    with RegistryServer() as server:
        world.store.push(server, "team/app")
        world.base.push(server, "team/base")
        means = Means(environ=world.made.machine.environ, now=NOW, replay=world.made.recorded, jobs=4)
        run = world.made.trace(
            f"{server.host}/team/app:v1", means=means, base=f"{server.host}/team/base:base",
            base_wish=world.made.wish(),
        )  # fmt: skip
        assert set(states(run).values()) == {"verified"}, states(run)
        assert run.exit_code == 0
        assert run.programs[0].name == f"{server.host}/team/app:v1: usr/bin/app"


def test_no_room_for_what_is_fetched_is_a_gap(world: _World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(world.folder / "none"))
    with RegistryServer() as server:
        world.whole().store.push(server, "team/app")
        means = Means(environ=world.made.machine.environ, now=NOW, replay=world.made.recorded, jobs=4)
        run = world.made.trace(f"{server.host}/team/app:v1", means=means)
    assert (states(run)["signature"], run.exit_code) == ("verified", 3)
    assert any("no temporary file can be written" in gap.reason for gap in run.gaps)


def test_an_image_that_no_entry_of_the_layout_leads_to_is_a_gap(world: _World) -> None:
    world.whole().store.tags = {"v9": _image(world.store, [_OS])}
    world.store.write(world.folder / "layout")
    run = world.made.trace(f"./layout@{world.image}")
    assert (run.programs, run.exit_code) == ((), 3)
    assert [gap.wanted for gap in run.gaps] == [f"the programs in {world.image}"]


@pytest.mark.parametrize("own", [True, False])
def test_a_base_image_is_held_against_the_vendor_of_its_name(world: _World, *, own: bool) -> None:
    """Nobody named the vendor: the name of the image is one that a profile says it signs."""
    world.whole()
    with RegistryServer() as server:
        world.base.push(server, "corp/base")
        made_profile(
            world.folder / "profiles", match=f'["{server.host}/corp/*"]', mechanism='"sigstore-keyless"',
            issuer=f'"{GITHUB_ISSUER}"', identity=f'"{GITHUB_IDENTITY if own else "https://acme.example/other"}"',
        )  # fmt: skip
        settings = world.folder / "config"
        settings.mkdir()
        (settings / "settings.toml").write_text(f'[vendors]\nprofiles = ["{world.folder}/profiles"]\n')
        environ = {**world.made.machine.environ, "SUPPLYMATRIX_CONFIG_DIR": str(settings)}
        means = Means(environ=environ, now=NOW, replay=world.made.recorded, jobs=4)
        run = world.trace(base=f"{server.host}/corp/base:base", means=means)
    vendor = run.link(LinkId.VENDOR)
    assert vendor is not None
    assert any("Acme (its images)" in text for name, text in vendor.values if name == "by its profile")
    assert (vendor.state, run.exit_code) == ((CheckState.VERIFIED, 0) if own else (CheckState.FAILED, 1))


def test_an_offline_image_of_a_registry_is_a_gap(world: _World) -> None:
    means = Means(environ=world.made.machine.environ, now=NOW, offline=True)
    run = world.made.trace("registry.example/team/app:v1", means=means)
    assert run.exit_code == 3
    assert run.gaps


def test_a_layout_with_several_images_wants_one_named(world: _World) -> None:
    _image(world.store, [_OS], tag="v2")
    with pytest.raises(InputError, match="more than one image"):
        world.trace()
    world.sign(world.store, world.image)
    world.store.write(world.folder / "layout")
    assert states(world.made.trace("./layout:v1"))["signature"] == "verified"


def test_a_blob_that_is_not_what_its_digest_says(world: _World) -> None:
    world.whole().store.write(world.folder / "layout")
    layer = digest(made_tar({"usr/bin/app": world.made.data}))
    path = world.folder / "layout" / "blobs" / layer.replace(":", "/")
    path.write_bytes(path.read_bytes() + b"\0" * 512)
    run = world.made.trace("./layout")
    assert run.exit_code == 4
    assert any("is not what its digest" in fault.message and layer[7:] in fault.artifact for fault in run.faults)


@pytest.mark.parametrize(
    ("word", "answer"),
    [("app", False), ("./app", False), ("registry.example/app:v1", True), ("app:v1", True), ("/there/is/none", False)],
)
def test_what_is_taken_for_an_image(word: str, answer: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert is_image(word) is answer


def test_files_are_files_and_tar_files_of_layouts_are_images(world: _World) -> None:
    archive = world.folder / "image.tar"
    archive.write_bytes(made_tar(world.whole().store.files))
    assert is_image(str(archive))
    assert not is_image(str(world.made.app))
    run = world.made.trace(str(archive))
    assert (run.kind, states(run)["signature"], run.exit_code) == (ArtifactKind.IMAGE, "verified", 0)
    assert ChainWish(wanted=world.made.wish().wanted).source == ""
    assert REPOSITORY in (run.provenance.repository if run.provenance is not None else "")
