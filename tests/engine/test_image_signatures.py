"""Signatures of images out of registries and layouts, judged: keyless and by keys, in both of cosign's formats."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest import engines
from supplymatrix.attest.engines import verify_signature
from supplymatrix.attest.keys import VerifyingKey, parse_verifying_key
from supplymatrix.attest.wanted import EngineChoice, IdentityWish, Wanted
from supplymatrix.engine.image_signatures import ImageChoice, image_signatures, images_signatures, is_layout
from supplymatrix.engine.means import Means
from supplymatrix.engine.verify_signatures import ImageTarget, SignatureRequest, SignatureRun, verify_signatures
from supplymatrix.errors import InputError
from supplymatrix.model.signature import Reason, SignedArtifact, SignedAs
from supplymatrix.model.value import changed
from tests.support.made_images import docker_save, made_tar
from tests.support.made_oci import MadeOci
from tests.support.made_sigstore import (
    AT,
    GITHUB_IDENTITY,
    GITHUB_ISSUER,
    SIGN_PREDICATE,
    Fault,
    MadeSigstore,
    statement,
)
from tests.support.registry_server import Fault as RegistryFault
from tests.support.registry_server import RegistryServer

MADE = MadeSigstore()
GITHUB = Wanted(identities=(IdentityWish(identity=GITHUB_IDENTITY, issuer=GITHUB_ISSUER),))
MEANS = Means(environ={}, now=AT + timedelta(days=30), jobs=4)
OFFLINE = Means(environ={}, now=AT + timedelta(days=30), offline=True, jobs=2)
SLSA, SPDX = "https://slsa.dev/provenance/v1", "https://spdx.dev/Document/v2.3"
APP = "team/app"


@pytest.fixture(params=[True, False], ids=["referrers", "fallback tag"])
def registry(request: pytest.FixtureRequest) -> Iterator[RegistryServer]:
    """A registry that knows the question for referrers, and one that does not."""
    with RegistryServer(referrers=request.param) as server:
        yield server


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The trusted root of what the tests sign."""
    path = tmp_path / "root.json"
    path.write_bytes(MADE.trusted_root())
    return path


def _key(kind: str = "P-256") -> VerifyingKey:
    return parse_verifying_key(MADE.key(kind).pem.encode(), "key.pub")


def _keyed(**more: Any) -> Wanted:  # noqa: ANN401
    return Wanted(keys=(_key(),), log_is_optional=True, **more)


def _statement(image: str, predicate: str = SIGN_PREDICATE) -> bytes:
    return statement({"": image[7:]}, predicate)


def _run(*targets: str, wanted: Wanted = GITHUB, means: Means = OFFLINE, **more: Any) -> SignatureRun:  # noqa: ANN401
    named = tuple(ImageTarget(reference=target) for target in targets)
    return verify_signatures(
        SignatureRequest(targets=named, wanted=wanted, means=means, **{"engine": EngineChoice.NATIVE, **more})
    )


def _one(target: str, **more: Any) -> SignedArtifact:  # noqa: ANN401
    (artifact,) = _run(target, **more).artifacts
    return artifact


def _old(store: MadeOci, image: str) -> None:
    store.old_signature(image, MADE.simple_signing(image))


def _new(store: MadeOci, image: str) -> None:
    store.bundle(image, MADE.keyless_dsse(_statement(image)))


def _stamped(store: MadeOci, image: str) -> None:
    store.old_signature(image, MADE.simple_signing(image, stamps=1))


FORMATS = [
    pytest.param(_old, id="old"),
    pytest.param(_new, id="new"),
    pytest.param(_stamped, id="old with a timestamp"),
]


# ---- keyless, out of a registry and out of layouts


@pytest.mark.parametrize("sign", FORMATS)
def test_a_keyless_signature_in_a_registry_holds(
    registry: RegistryServer, root: Path, sign: Callable[[MadeOci, str], None]
) -> None:
    store = MadeOci(has_api=registry.referrers)
    image = store.image(tag="v1")
    sign(store, image)
    store.push(registry, APP)
    found = _one(f"{registry.host}/{APP}:v1", means=MEANS, trusted_root=root)
    assert found.state is SignedAs.SIGNED, found
    (verdict,) = found.signatures
    assert verdict.signer is not None
    assert (verdict.signer.identity, verdict.signer.issuer) == (GITHUB_IDENTITY, GITHUB_ISSUER)
    assert verdict.log
    assert (found.tag, found.digests) == ("v1", (("sha256", image[7:]),))
    assert any("can be moved" in note for note in found.notes)


@pytest.mark.parametrize("sign", FORMATS)
def test_the_same_holds_in_layouts_without_the_network(
    tmp_path: Path, root: Path, sign: Callable[[MadeOci, str], None]
) -> None:
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    sign(store, image)
    folder = store.write(tmp_path / "layout")
    (tmp_path / "layout.tar").write_bytes(made_tar(dict(store.files)))
    words = (str(folder), f"{folder}/", f"oci:{folder}:v1", f"{folder}@{image}", str(tmp_path / "layout.tar"))
    run = _run(*words, trusted_root=root)
    assert [found.state for found in run.artifacts] == [SignedAs.SIGNED] * 5
    assert [found.name for found in run.artifacts] == list(words)
    assert run.exit_code == 0


FAULTS: list[tuple[Fault, Reason]] = [
    (Fault.WRONG_SIGNATURE, Reason.SIGNATURE_INVALID),
    (Fault.LATE, Reason.CERTIFICATE_EXPIRED),
]


@pytest.mark.parametrize(("fault", "reason"), FAULTS)
def test_old_signatures_with_a_fault_are_refused_for_that(
    fault: Fault, reason: Reason, tmp_path: Path, root: Path
) -> None:
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    store.old_signature(image, MADE.simple_signing(image, faults={fault}))
    found = _one(str(store.write(tmp_path / "layout")), trusted_root=root)
    assert found.state is not SignedAs.SIGNED
    assert [verdict.reason for verdict in found.signatures] == [reason]


@pytest.mark.parametrize("is_moved", [True, False])
def test_a_log_entry_of_another_payload_is_no_proof(tmp_path: Path, root: Path, *, is_moved: bool) -> None:
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    made, other = MADE.simple_signing(image), MADE.simple_signing(image, "registry.example/other")
    notes = made.annotations()
    if is_moved:
        notes["dev.sigstore.cosign/bundle"] = other.annotations()["dev.sigstore.cosign/bundle"]
    layer = store.layer(made.message, "application/vnd.dev.cosign.simplesigning.v1+json", notes)
    store.tagged(image, ".sig", [layer])
    found = _one(str(store.write(tmp_path / "layout")), trusted_root=root)
    assert (found.state is SignedAs.SIGNED) is not is_moved
    assert found.signatures[0].reason is (Reason.LOG_ENTRY_MISMATCH if is_moved else None)


def test_old_attestations_are_judged_by_their_annotations(tmp_path: Path, root: Path) -> None:
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    _old(store, image)
    store.old_attestation(image, MADE.sign_dsse(_statement(image, SLSA), entry="intoto 0.0.1"))
    found = _one(str(store.write(tmp_path / "layout")), trusted_root=root, required=("provenance",))
    assert found.state is SignedAs.SIGNED, found.attestations
    (verdict,) = found.attestations
    assert verdict.form == "DSSE"
    assert verdict.statement is not None
    assert verdict.statement.predicate_type == SLSA


# ---- what is asked of an image


def test_an_attestation_is_no_signature_and_can_be_asked_for(tmp_path: Path) -> None:
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    store.bundle(image, MADE.keyed_dsse(_statement(image, SPDX), log=""))
    path = str(store.write(tmp_path))
    unsigned = _one(path, wanted=_keyed())
    assert (unsigned.state, len(unsigned.attestations)) == (SignedAs.UNSIGNED, 1)
    assert _one(path, wanted=_keyed(), only_attestations=True, predicates=("sbom",)).state is SignedAs.SIGNED
    assert _one(path, wanted=_keyed(), only_attestations=True, predicates=("provenance",)).state is not SignedAs.SIGNED


def test_what_is_required_must_be_there_and_hold(tmp_path: Path) -> None:
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    store.bundle(image, MADE.keyed_dsse(_statement(image), log=""))
    store.bundle(image, MADE.keyed_dsse(_statement(image, SPDX), log=""))
    store.bundle(image, MADE.keyed_dsse(_statement("sha256:" + "00" * 32, SLSA), log=""))
    path = str(store.write(tmp_path))
    assert _one(path, wanted=_keyed(), required=("sbom",)).state is SignedAs.SIGNED
    missing = _one(path, wanted=_keyed(), required=("sbom", "vex"))
    assert (missing.state, missing.missing) == (SignedAs.MISSING, ("vex",))
    assert _one(path, wanted=_keyed(), required=("provenance",)).state is SignedAs.ALARM


@pytest.mark.parametrize("is_old", [True, False])
def test_annotations_must_be_signed(tmp_path: Path, *, is_old: bool) -> None:
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    if is_old:
        store.old_signature(image, MADE.simple_signing(image, is_keyed=True, log="", annotations=(("team", "sre"),)))
    else:
        document = json.loads(_statement(image))
        document["subject"][0]["annotations"] = {"team": "sre"}
        store.bundle(image, MADE.keyed_dsse(json.dumps(document).encode(), log=""))
    path = str(store.write(tmp_path))
    held = _one(path, wanted=_keyed(annotations=(("team", "sre"),)))
    assert (held.state, held.signatures[0].annotations) == (SignedAs.SIGNED, (("team", "sre"),))
    other = _one(path, wanted=_keyed(annotations=(("team", "dev"),)))
    assert (other.state, other.signatures[0].reason) == (SignedAs.REFUSED, Reason.ANNOTATION_MISMATCH)


@pytest.mark.parametrize("kind", ["P-256", "P-384", "P-521", "RSA-2048", "Ed25519"])
def test_keys_of_all_kinds_sign_images(tmp_path: Path, kind: str) -> None:
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    store.old_signature(image, MADE.simple_signing(image, is_keyed=True, log="", key=kind))
    store.bundle(image, MADE.keyed_dsse(_statement(image), log="", key=kind))
    wanted = Wanted(keys=(_key(kind),), log_is_optional=True)
    found = _one(str(store.write(tmp_path)), wanted=wanted)
    assert [verdict.holds for verdict in found.signatures] == [True, True], found.signatures


def test_one_signature_of_several_is_enough_and_all_are_told(tmp_path: Path) -> None:
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    made = [MADE.simple_signing(image, is_keyed=True, log="", key_name=name) for name in ("stranger", "signer")]
    store.old_signature(image, *made)
    found = _one(str(store.write(tmp_path)), wanted=_keyed())
    assert (found.state, len(found.signatures)) == (SignedAs.SIGNED, 2)
    assert [verdict.holds for verdict in found.signatures] == [True, False]


def test_a_signature_of_another_image_is_an_alarm(tmp_path: Path) -> None:
    store = MadeOci(has_api=False)
    image, other = store.image(tag="v1"), store.image("other")
    store.old_signature(image, MADE.simple_signing(other, is_keyed=True, log=""))
    run = _run(str(store.write(tmp_path)), wanted=_keyed())
    assert (run.artifacts[0].state, run.exit_code) == (SignedAs.ALARM, 4)
    assert run.artifacts[0].signatures[0].reason is Reason.DIGEST_MISMATCH


def test_notation_alone_is_undecided(tmp_path: Path) -> None:
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    kind = "application/vnd.cncf.notary.signature"
    store.referrer(image, [store.layer(b"x", "application/jose+json")], artifactType=kind)
    run = _run(str(store.write(tmp_path)), wanted=_keyed())
    assert (run.artifacts[0].state, run.exit_code) == (SignedAs.UNDECIDED, 3)


# ---- images of an index


def test_what_signs_an_index_signs_its_images(registry: RegistryServer) -> None:
    store = MadeOci(has_api=registry.referrers)
    images = {f"linux/{name}": store.image(name, platform=f"linux/{name}") for name in ("amd64", "arm64")}
    index = store.index(images, tag="v1")
    store.bundle(index, MADE.keyed_dsse(_statement(index), log=""))
    store.push(registry, APP)
    name = f"{registry.host}/{APP}:v1"
    run = _run(name, wanted=_keyed(), means=MEANS, images=ImageChoice(all_platforms=True))
    assert [found.platform for found in run.artifacts] == ["", "linux/amd64", "linux/arm64"]
    assert [found.state for found in run.artifacts] == [SignedAs.SIGNED] * 3
    assert run.artifacts[1].signatures[0].source.startswith("of its index: ")
    run = _run(name, wanted=_keyed(), means=MEANS, images=ImageChoice(platform="linux/arm64"))
    assert [(found.platform, found.state) for found in run.artifacts] == [("linux/arm64", SignedAs.SIGNED)]
    run = _run(name, wanted=_keyed(), means=MEANS, images=ImageChoice(platform="linux/s390x"))
    assert (run.artifacts[0].state, run.exit_code) == (SignedAs.UNREADABLE, 2)


# ---- registries that lie or do not answer


def test_a_registry_that_lies_about_a_blob_is_an_alarm(registry: RegistryServer) -> None:
    store = MadeOci(has_api=registry.referrers)
    image = store.image(tag="v1")
    made = MADE.simple_signing(image, is_keyed=True, log="")
    store.old_signature(image, made)
    store.push(registry, APP)
    name = f"{registry.host}/{APP}:v1"
    assert _one(name, wanted=_keyed(), means=MEANS).state is SignedAs.SIGNED
    blobs = registry.blobs[APP]
    (payload,) = (digest for digest, data in blobs.items() if data == made.message)
    blobs[payload] = made.message.replace(b"registry.example", b"registry.evil.ex")
    run = _run(name, wanted=_keyed(), means=MEANS)
    assert (run.artifacts[0].state, run.exit_code) == (SignedAs.ALARM, 4)
    assert run.artifacts[0].signatures[0].reason is Reason.BLOB_DIGEST_MISMATCH


def test_images_of_one_run_are_judged_each_for_itself(registry: RegistryServer, tmp_path: Path) -> None:
    store = MadeOci(has_api=registry.referrers)
    image = store.image(tag="v1")
    store.bundle(image, MADE.keyed_dsse(_statement(image), log=""))
    store.image("unsigned", tag="v2")
    store.push(registry, APP)
    names = [f"{registry.host}/{APP}:{tag}" for tag in ("v2", "v1", "v3")] + ["No Name", str(tmp_path / "none.tar")]
    run = _run(*names, wanted=_keyed(), means=MEANS)
    states = [SignedAs.UNSIGNED, SignedAs.SIGNED, SignedAs.UNDECIDED, SignedAs.UNREADABLE, SignedAs.UNREADABLE]
    assert [found.state for found in run.artifacts] == states
    assert [found.name for found in run.artifacts] == names


def test_a_registry_that_refuses_is_a_gap_and_not_an_unsigned_image(registry: RegistryServer) -> None:
    store = MadeOci(has_api=registry.referrers)
    image = store.image(tag="v1")
    store.push(registry, APP)
    registry.always(RegistryFault(status=403), f"{image.replace(':', '-')}.sig")
    run = _run(f"{registry.host}/{APP}:v1", wanted=_keyed(), means=MEANS)
    assert (run.artifacts[0].state, run.exit_code) == (SignedAs.UNDECIDED, 3)
    assert run.artifacts[0].gaps


def test_offline_asks_no_registry() -> None:
    run = _run("registry.example/app:v1", wanted=_keyed())
    assert (run.artifacts[0].state, run.exit_code) == (SignedAs.UNDECIDED, 3)
    assert "offline" in run.artifacts[0].gaps[0].reason


def test_a_blob_that_goes_on_behind_its_end_is_an_alarm(registry: RegistryServer) -> None:
    store = MadeOci(has_api=registry.referrers)
    image = store.image(tag="v1")
    made = MADE.simple_signing(image, is_keyed=True, log="")
    store.old_signature(image, made)
    store.push(registry, APP)
    (payload,) = (digest for digest, data in registry.blobs[APP].items() if data == made.message)
    registry.blobs[APP][payload] = made.message + bytes(100_000)
    run = _run(f"{registry.host}/{APP}:v1", wanted=_keyed(), means=MEANS)
    assert (run.artifacts[0].state, run.exit_code) == (SignedAs.ALARM, 4)
    assert run.artifacts[0].gaps == ()


def test_a_manifest_that_is_sent_as_another_kind_than_it_is_is_refused(registry: RegistryServer) -> None:
    store = MadeOci(has_api=registry.referrers)
    image = store.image(tag="v1")
    store.old_signature(image, MADE.simple_signing(image, is_keyed=True, log=""))
    store.kinds[image] = "application/vnd.oci.image.index.v1+json"
    other = store.image("other", tag="v2")
    store.old_signature(other, MADE.simple_signing(other, is_keyed=True, log=""))
    store.push(registry, APP)
    run = _run(*(f"{registry.host}/{APP}:{tag}" for tag in ("v1", "v2")), wanted=_keyed(), means=MEANS)
    assert [found.state for found in run.artifacts] == [SignedAs.UNREADABLE, SignedAs.SIGNED]
    assert run.exit_code == 2


@pytest.mark.parametrize(
    "where", ["supplymatrix.attest.image_search.look_beside", "supplymatrix.net.registry_client._fault_of"]
)
def test_a_fault_of_our_own_about_one_image_ends_no_other(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    store.old_signature(image, MADE.simple_signing(image, is_keyed=True, log=""))
    good, bad = store.write(tmp_path / "layout"), store.write(tmp_path / "bad")
    store.tags["bad"] = image
    real = importlib.import_module(where.rpartition(".")[0]).__dict__[where.rpartition(".")[2]]

    def breaks(*given: object) -> object:
        if "bad" in str(given[0]):
            raise ZeroDivisionError("as the test has it")
        return real(*given)

    monkeypatch.setattr(where, breaks)
    with RegistryServer() as server:
        store.push(server, "team/good")
        store.push(server, "team/bad")
        words = [f"{good}/", f"{server.host}/team/bad:bad", f"{server.host}/team/good:v1", f"{bad}/"]
        run = _run(*words, wanted=_keyed(), means=MEANS)
    last = SignedAs.UNDECIDED if "image_search" in where else SignedAs.SIGNED
    assert [found.state for found in run.artifacts] == [SignedAs.SIGNED, SignedAs.UNDECIDED, SignedAs.SIGNED, last]
    assert run.exit_code == 70
    assert run.artifacts[1].signatures[0].reason is Reason.INTERNAL


def test_what_signs_an_index_is_judged_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = MadeOci(has_api=False)
    index = store.index({f"linux/{name}": store.image(name) for name in ("a", "b", "c")}, tag="v1")
    store.old_signature(index, *[MADE.simple_signing(index, is_keyed=True, log="")] * 3)
    judged: list[object] = []

    def counted(bundle: Any, *given: Any, **more: Any) -> object:  # noqa: ANN401
        judged.append(bundle)
        return verify_signature(bundle, *given, **more)

    monkeypatch.setattr(engines, "verify_signature", counted)
    path = store.write(tmp_path)
    run = _run(f"{path}/", wanted=_keyed(), images=ImageChoice(all_platforms=True))
    assert [found.state for found in run.artifacts] == [SignedAs.SIGNED] * 4
    assert len(judged) == 1
    assert [len({verdict.source for verdict in found.signatures}) for found in run.artifacts] == [3] * 4
    assert run.artifacts[1].signatures[0].source.startswith("of its index: ")


def test_an_archive_of_which_docker_reads_another_image_is_an_alarm(tmp_path: Path) -> None:
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    store.old_signature(image, MADE.simple_signing(image, is_keyed=True, log=""))
    rows = [{"Config": "blobs/sha256/" + "0" * 64, "RepoTags": ["app:v1"], "Layers": []}]
    path = tmp_path / "image.tar"
    path.write_bytes(made_tar({**store.files, "manifest.json": json.dumps(rows).encode()}))
    run = _run(str(path), wanted=_keyed())
    assert (run.artifacts[0].state, run.exit_code) == (SignedAs.ALARM, 4)
    assert any("manifest.json: docker reads" in note for note in run.artifacts[0].notes)


@pytest.mark.parametrize("scheme", ["", "https://"])
def test_a_password_in_the_name_of_an_image_is_told_nowhere(scheme: str) -> None:
    run = _run(f"{scheme}user:s3cr3t@registry.example/app:v1", wanted=_keyed())
    assert (run.artifacts[0].state, run.exit_code) == (SignedAs.UNREADABLE, 2)
    assert "s3cr3t" not in repr(run)
    assert run.artifacts[0].name == "registry.example/app:v1"


@pytest.mark.parametrize(
    "word", ["a" * 300, "a" * 300 + ".tar", "x\0y.tar", "./" + "a" * 300, "oci:" + "a" * 300 + ":v1"]
)
def test_a_name_that_no_file_can_have_is_an_error_of_that_image(word: str) -> None:
    run = _run(word, "[1:2:3]/a:v1", "999.999.999.999/x:v1", wanted=_keyed(), means=MEANS)
    assert [found.state for found in run.artifacts] == [SignedAs.UNREADABLE] * 3
    assert run.exit_code == 2


# ---- which word means what


@pytest.mark.parametrize("word", ["./x", "../x", "/x", "x/", ".", "oci:x", "oci-archive:x:v1", "~/x"])
def test_words_of_layouts(word: str) -> None:
    assert is_layout(word)


def test_a_folder_is_no_layout_without_a_dot_and_a_tar_file_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    store.write(tmp_path / "app")
    (tmp_path / "app.tar").write_bytes(made_tar(dict(store.files)))
    assert not is_layout("app")
    assert not is_layout("other.tar")
    with pytest.raises(InputError, match="it names no registry") as caught:
        image_signatures("app", OFFLINE)
    assert "./app" in caught.value.diagnostics[0].remedy
    for word in ("app.tar", "app.tar:v1", f"app.tar@{image}", "oci:app", "oci:app:v1", "./app:v1"):
        assert [found.digest for found in image_signatures(word, OFFLINE)] == [image]


def test_several_images_of_a_layout_are_all_looked_at_or_the_one_that_is_named(tmp_path: Path) -> None:
    store = MadeOci(has_api=False)
    one, two = store.image("one", tag="v1"), store.image("two", tag="v2")
    path = store.write(tmp_path)
    rows = image_signatures(str(path), OFFLINE)
    assert [(row.digest, row.tag) for row in rows] == [(one, "v1"), (two, "v2")]
    assert len({row.name for row in rows}) == 2
    assert [row.digest for row in image_signatures(f"{path}:v2", OFFLINE)] == [two]
    for word in (f"{path}:v3", f"{path}:v1@{two}", f"oci:{path}:v3"):
        with pytest.raises(InputError) as caught:
            image_signatures(word, OFFLINE)
        assert "v1, v2" in caught.value.diagnostics[0].remedy


def test_an_error_of_one_image_stands_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "saved.tar").write_bytes(docker_save([made_tar({"app": b"x"})]))
    found = images_signatures([str(tmp_path / "saved.tar"), "A B", "registry.example/app"], OFFLINE)
    assert [isinstance(one, InputError) for one in found] == [True, True, False]


def test_a_layout_that_docker_wrote_is_told_as_that(tmp_path: Path) -> None:
    store = MadeOci(has_api=False)
    store.image(tag="v1")
    path = store.write(tmp_path)
    (path / "manifest.json").write_bytes(b"[]")
    (row,) = image_signatures(str(path), OFFLINE)
    assert any("docker wrote" in note for note in row.notes)


def test_blobs_that_are_forged_are_told_though_nothing_names_them(tmp_path: Path) -> None:
    store = MadeOci()
    image = store.image()
    name = store.bundle(image, MADE.keyed_dsse(_statement(image), log=""))
    store.saved = [{"digest": image, "annotations": {"kind": "dev.cosignproject.cosign/image"}}]
    path = store.write(tmp_path)
    assert _one(str(path), wanted=_keyed()).state is SignedAs.SIGNED
    (path / "blobs" / "sha256" / name[7:]).write_bytes(b"{}")
    run = _run(str(path), wanted=_keyed())
    assert (run.artifacts[0].state, run.exit_code) == (SignedAs.ALARM, 4)


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A layout with an image that is signed in both formats and attested."""
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    store.old_signature(image, MADE.simple_signing(image, is_keyed=True, log=""))
    store.bundle(image, MADE.keyed_dsse(_statement(image), log=""))
    store.bundle(image, MADE.keyed_dsse(_statement(image, SPDX), log=""))
    return store.write(tmp_path_factory.mktemp("intact")), image


@given(st.data())
def test_no_changed_byte_of_a_layout_is_taken_for_signed(intact: tuple[Path, str], data: st.DataObject) -> None:
    folder, image = intact
    path = data.draw(st.sampled_from(sorted(file for file in folder.rglob("*") if file.is_file())))
    before = path.read_bytes()
    place = data.draw(st.integers(0, len(before) - 1))
    bit = data.draw(st.integers(0, 7))
    path.write_bytes(before[:place] + bytes([before[place] ^ 1 << bit]) + before[place + 1 :])
    try:
        artifacts = _run(f"{folder}/", wanted=_keyed()).artifacts
    finally:
        path.write_bytes(before)
    if path.parent.name == "sha256":
        assert [found.state for found in artifacts] == [SignedAs.ALARM]
    for found in artifacts:
        assert found.state is not SignedAs.SIGNED or found.digests == (("sha256", image[7:]),)


@pytest.mark.parametrize(
    ("word", "written"),
    [("dist/appp", "docker.io/dist/appp"), ("alpine", "docker.io/library/alpine"),
     ("app.txt", "docker.io/library/app.txt"), ("dist/app:v1", "docker.io/dist/app:v1"),
     ("dist/app:latest", "docker.io/dist/app:latest")],
)  # fmt: skip
def test_a_name_without_a_registry_is_told_to_nobody(
    word: str, written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("supplymatrix.net.registry.drive_searches", _nobody_is_asked)
    (found,) = images_signatures((word,), changed(OFFLINE, offline=False))
    assert isinstance(found, InputError)
    (fault,) = found.diagnostics
    assert fault.artifact == word
    assert fault.remedy.endswith(f"is written {written}")


@pytest.mark.parametrize("word", ["alpine:3.20", "registry.example/app", "localhost/app", f"app@sha256:{'ab' * 32}"])
def test_one_with_a_registry_or_a_tag_is_an_image(word: str) -> None:
    (row,) = image_signatures(word, OFFLINE)
    assert row.gaps


def test_what_a_build_file_names_needs_no_registry() -> None:
    (row,) = image_signatures("alpine", OFFLINE, ImageChoice(only_registries=True))
    assert row.reference == "docker.io/library/alpine:latest"


def _nobody_is_asked(*_: object) -> None:
    raise AssertionError("a registry was asked")
