"""What the names of artifacts stand for: files, folders, signatures, layouts, images of a registry, digests."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.engine.signed_artifacts import NamedArtifact, find_artifacts
from supplymatrix.errors import InputError
from supplymatrix.sources.signature_files import certificate_of, signed_name
from tests.support.made_oci import MadeOci


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dist").mkdir()
    for name in ("app", "app.sigstore.json", "app.sig", "app.pem", "lib.pem", "notes.txt", "gone.intoto.jsonl"):
        (tmp_path / "dist" / name).write_bytes(b"x")
    (tmp_path / "dist" / "deeper").mkdir()
    return Path()


def _names(here: Path, *names: str) -> list[str]:
    return [one.name for one in find_artifacts(here, names).artifacts]


def test_every_file_of_a_folder_but_what_is_signed_of_them(here: Path) -> None:
    found = find_artifacts(here, ["dist"])
    assert [one.name for one in found.artifacts] == ["dist/app", "dist/lib.pem", "dist/notes.txt"]
    assert found.notes == ("dist/gone.intoto.jsonl: signatures of something that is not beside it",)


@pytest.mark.parametrize("name", ["dist/app", "dist/app.sigstore.json", "dist/app.sig"])
def test_signatures_stand_for_what_they_are_of(here: Path, name: str) -> None:
    assert _names(here, name, "dist/app") == ["dist/app"]


def test_signatures_of_nothing_that_is_there_are_told(here: Path) -> None:
    with pytest.raises(InputError, match="does not lie beside it"):
        find_artifacts(here, ["dist/gone.intoto.jsonl"])


def test_images_are_told_from_files(here: Path) -> None:
    store = MadeOci()
    store.image("app", tag="v1")
    store.write(Path("layout"))
    names = ["layout", "registry.example/app:v1", "oci:elsewhere", f"sha256:{'ab' * 32}", "missing"]
    found = find_artifacts(here, names).artifacts
    assert found == (
        NamedArtifact(name="./layout", is_image=True),
        NamedArtifact(name="registry.example/app:v1", is_image=True),
        NamedArtifact(name="oci:elsewhere", is_image=True),
        NamedArtifact(name=f"sha256:{'ab' * 32}"),
        NamedArtifact(name="missing"),
    )


def test_folders_of_nothing_and_of_too_much_are_told(here: Path) -> None:
    with pytest.raises(InputError, match="no file that could be signed"):
        find_artifacts(here, ["dist/deeper"])
    for number in range(1_001):
        (Path("dist/deeper") / str(number)).touch()
    with pytest.raises(InputError, match="1,001 files"):
        find_artifacts(here, ["dist/deeper"])


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("app.sigstore.json", "app"), ("app.tar.gz.intoto.jsonl", "app.tar.gz"), ("app.intoto.sigstore.json", "app"),
        ("app.sig", "app"), ("app.asc", "app"), ("app.json", ""), ("app", ""), (".sig", ""),
    ],
)  # fmt: skip
def test_the_name_of_what_is_signed(name: str, of: str) -> None:
    assert signed_name(name) == of


@pytest.mark.parametrize(("name", "signature"), [("app.pem", "app.sig"), ("app.sig.pem", "app.sig"), ("app", "")])
def test_the_name_of_the_signature_that_a_certificate_goes_with(name: str, signature: str) -> None:
    assert certificate_of(name) == signature


def test_signatures_with_a_word_in_their_names_are_of_the_file_whose_name_they_begin_with(tmp_path: Path) -> None:
    for name in ("app", "app.sbom", "app.sbom.sigstore.json", "app.provenance.sigstore.json", "app.x.y.intoto.jsonl"):
        (tmp_path / name).write_bytes(b"{}")
    found = find_artifacts(tmp_path, ["."])
    assert [Path(one.name).name for one in found.artifacts] == ["app", "app.sbom"]
    assert found.notes == ()
    (alone,) = find_artifacts(tmp_path, ["app.x.y.intoto.jsonl"]).artifacts
    assert Path(alone.name).name == "app"
