"""Hashes of zips in a bill of materials: only of a file that go.sum, and the log, have; else a gap, or an alarm."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from supplymatrix.engine.means import Means
from supplymatrix.engine.sbom import SbomRequest, SbomRun, make_sbom
from supplymatrix.engine.sbom_write import write_sbom
from supplymatrix.gomod.dirhash import hash_zip
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.model.licence import LicenceSource
from supplymatrix.sbom.document import Aggregate, Scope
from supplymatrix.sbom.formats import FORMATS
from tests.engine.test_sbom import GO_MOD, NOW, Bench, by_name, gaps_on
from tests.support.made_log import MadeLog, made_hash, make_key, write_recording
from tests.support.made_zip import MadeEntry, made_zip
from tests.support.module_cache import unpack

A = "example.com/a@v1.0.0"
ISC = (
    "Copyright (c) 2020 Ada\n\nPermission to use, copy, modify, and/or distribute this software for any "
    "purpose with or without fee is hereby granted, provided that the above copyright notice and this "
    'permission notice appear in all copies.\n\nTHE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS '
    "ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND "
    "FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL "
    "DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION "
    "OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR "
    "PERFORMANCE OF THIS SOFTWARE.\n"
)


def a_zip(text: str = "package a\n") -> bytes:
    files = {"a.go": text, "LICENSE": ISC}
    return made_zip([MadeEntry(name=f"{A}/{name}".encode(), data=data.encode()) for name, data in files.items()])


GOOD = a_zip()
H1 = hash_zip(BytesAt(GOOD))
OTHERS = {
    "a line more in a file": a_zip("package a\n\nfunc init() {}\n"),
    "a byte of a content": GOOD[:58] + bytes([GOOD[58] ^ 1]) + GOOD[59:],
    "no zip": b"PK",
}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    put(made, GOOD)
    (made.root / "go.sum").write_text(f"example.com/a v1.0.0 {H1}\n", encoding="utf-8")
    return made


def put(bench: Bench, data: bytes) -> None:
    (bench.cache / "cache/download/example.com/a/@v/v1.0.0.zip").write_bytes(data)


def with_log(bench: Bench, h1: str = H1) -> SbomRun:
    """Make the bill with a log that has this hash."""
    log = MadeLog.of(A, filler=3, key=make_key()).with_record(
        A, f"example.com/a v1.0.0 {h1}\nexample.com/a v1.0.0/go.mod {made_hash(A, go_mod=True)}\n".encode()
    )
    (bench.root / "lift.toml").write_text(f'[sources]\nsumdb = "{log.key.verifier}"\n', encoding="utf-8")
    replay = write_recording(bench.folder / f"replay{h1[3:9].replace('/', '')}", log.answers())
    means = Means(environ=bench.environ, now=NOW, replay=replay, cache_dir=bench.folder / "own")
    return make_sbom(SbomRequest(path=bench.root, means=means))


def test_the_hash_of_the_zip_that_is_proven_is_written_and_its_licence_is_read_from_it(bench: Bench) -> None:
    unpack(bench.cache, A, {"LICENSE": "All rights reserved.\n"})
    for run in (with_log(bench), with_log(bench)):  # the second takes what the first has kept
        a = by_name(run.document, "example.com/a")
        assert a.digest is not None
        assert (a.digest.sha256, a.digest.h1, a.proof and a.proof.state) == (sha256(GOOD).hexdigest(), H1, "proven")
        assert a.licence is not None
        assert (a.licence.concluded, a.licence.source) == ("ISC", LicenceSource.ZIP)
        assert not [note for note in run.notes if note.startswith("alarm")]


@pytest.mark.parametrize("data", OTHERS.values(), ids=OTHERS.keys())
def test_another_zip_than_the_proven_one_is_an_alarm_and_has_no_hash(bench: Bench, data: bytes) -> None:
    assert data != GOOD
    put(bench, data)
    run = with_log(bench)
    a = by_name(run.document, "example.com/a")
    assert (run.exit_code, a.digest, a.proof and a.proof.state) == (4, None, "proven")
    assert "its zip in the module cache is" in a.digest_reason
    alarm = "example.com/a@v1.0.0: its zip in the module cache is not what log.example has"
    assert any(note.startswith(f"alarm: {alarm}") for note in run.notes)
    assert gaps_on(run, "alarm")[0].startswith(f"alarm: {alarm}")
    assert run.document.completeness.components is Aggregate.INCOMPLETE
    assert any(alarm in reason for reason in run.document.completeness.reasons)
    for form in FORMATS:
        text = write_sbom(run.document, form)
        assert alarm in text
        assert sha256(data).hexdigest() not in text


def test_a_zip_that_is_packed_otherwise_is_the_same_module_and_its_hash_is_its_own(bench: Bench) -> None:
    packed = made_zip([MadeEntry(name=f"{A}/{n}".encode(), data=d, deflate=False) for n, d in
                       (("a.go", b"package a\n"), ("LICENSE", ISC.encode()))])  # fmt: skip
    assert hash_zip(BytesAt(packed)) == H1
    put(bench, packed)
    digest = by_name(with_log(bench).document, "example.com/a").digest
    assert digest is not None
    assert digest.sha256 == sha256(packed).hexdigest() != sha256(GOOD).hexdigest()


def test_another_zip_than_that_of_an_unproven_line_is_a_gap(bench: Bench) -> None:
    put(bench, OTHERS["a line more in a file"])
    run = bench.make()
    assert (run.exit_code, by_name(run.document, "example.com/a").digest) == (3, None)
    assert "another one: it has h1:" in gaps_on(run, "SHA-256 and SHA-512 of the zip of example.com/a@v1.0.0")[0]


def test_a_line_that_is_not_what_the_log_has_is_an_alarm_in_the_document_and_there_is_no_hash(bench: Bench) -> None:
    run = with_log(bench, made_hash(A))
    a = by_name(run.document, "example.com/a")
    assert (run.exit_code, a.digest, a.proof and a.proof.state) == (4, None, "differs")
    assert run.document.completeness.components is Aggregate.INCOMPLETE
    assert gaps_on(run, "alarm") == [f"alarm: {note.removeprefix('alarm: ')}" for note in run.notes if "alarm" in note]


@pytest.mark.parametrize("go_sum", ["", "example.com/a v1.0.0/go.mod h1:" + "A" * 43 + "=\n", None])
def test_a_module_without_a_line_is_a_gap_and_its_zip_has_no_hash(bench: Bench, go_sum: str | None) -> None:
    (bench.root / "go.sum").unlink()
    if go_sum is not None:
        (bench.root / "go.sum").write_text(go_sum, encoding="utf-8")
    run = bench.make()
    assert run.exit_code == 3
    assert by_name(run.document, "example.com/a").digest is None
    why = "go.sum has no line for its zip, so that neither go nor the log says what is in it"
    assert gaps_on(run, "hash of") == [
        f"hash of example.com/a@v1.0.0: {why}", f"hash of example.com/b@v1.1.0: {why}",
    ]  # fmt: skip
    assert not gaps_on(run, "SHA-256 and SHA-512 of the zip of example.com/a")


def test_of_very_many_modules_without_a_line_there_is_a_count(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    (bench.root / "go.sum").unlink()
    monkeypatch.setattr("supplymatrix.engine.sbom_gaps._MOST", 1)
    wanted = [gap.wanted for gap in bench.make(scope=Scope.ALL).document.gaps if gap.wanted.startswith("hash")]
    assert wanted == ["hash of example.com/a@v1.0.0", "hashes of 3 more modules"]


def test_without_zips_there_is_no_hash_and_the_document_says_so(bench: Bench) -> None:
    unpack(bench.cache, A, {"LICENSE": ISC})
    run = bench.make(with_zips=False)
    a = by_name(run.document, "example.com/a")
    assert (a.digest, a.digest_reason) == (None, "zips were not asked for")
    assert a.licence is not None
    assert (a.licence.concluded, a.licence.source) == ("ISC", LicenceSource.FOLDER)
    assert run.document.properties["supplymatrix:zips"].startswith("not looked at")
    assert "supplymatrix:zips" not in bench.make().document.properties


def test_one_module_version_under_two_paths_is_a_gap(bench: Bench) -> None:
    unpack(bench.cache, "example.com/u@v0.1.0", {"u.go": "package a\n"})
    forks = "replace example.com/a => example.com/u v0.1.0\n\nreplace example.com/b => example.com/u v0.1.0\n"
    main = 'package main\n\nimport (\n\t_ "example.com/a"\n\t_ "example.com/b"\n)\n\nfunc main() {}\n'
    run = bench.make(bench.project("twice", f"{GO_MOD}\n{forks}", main=main))
    assert run.exit_code == 3
    said = (
        "example.com/u@v0.1.0 is used for two different module paths (example.com/a, example.com/b), which go refuses"
    )
    assert gaps_on(run, "a build list that a build takes") == [f"a build list that a build takes: {said}"]
    refs = [part.ref for part in run.document.components if part.name == "example.com/u"]
    assert len(refs) == len(set(refs)) == 2
