"""Compiled programs to their bill of materials: what they record, what the log says of it, and what nobody can say."""

from __future__ import annotations

import json
import lzma
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256, sha512
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.engine.means import Means
from supplymatrix.engine.sbom import SbomRun
from supplymatrix.engine.sbom_program_parts import is_module_version
from supplymatrix.engine.sbom_programs import ProgramsSbomRequest, make_programs_sbom, may_hold_programs
from supplymatrix.engine.sbom_proofs import gaps_of_unlogged
from supplymatrix.engine.sbom_reasons import A_FOLDER
from supplymatrix.engine.sbom_verify import SbomVerifyRequest, verify_sbom
from supplymatrix.engine.sbom_write import validate_document_file, write_sbom
from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import hash_zip
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sbom.cyclonedx import SPECS
from supplymatrix.sbom.diff import diff_sboms
from supplymatrix.sbom.document import Aggregate, Component, ComponentKind, Creators, Document, Lifecycle, Usage
from supplymatrix.sbom.formats import FORMATS
from supplymatrix.sbom.purl import STDLIB, module_of_purl
from supplymatrix.sbom.read import read_sbom
from supplymatrix.sbom.statements import Truth
from tests.gomod.made_programs import header, made_elf
from tests.support.licensed import licensed
from tests.support.made_images import Layout, digest, made_tar
from tests.support.made_log import MadeLog, made_hash, write_recording
from tests.support.made_zip import MadeEntry, made_zip
from tests.support.module_cache import go_mod_hash, make_cache

NOW = datetime(2026, 11, 26, tzinfo=UTC)
A, B = "example.com/a@v1.0.0", "example.com/b@v1.1.0"
C, D = "example.com/c@v1.0.0", "example.com/d@v1.0.0"
GO_MODS = {
    A: "module example.com/a\n\ngo 1.24\n\nrequire example.com/b v1.0.0\n",
    B: "module example.com/b\n\ngo 1.24\n",
}
ISC = licensed("ISC").encode()
SETTINGS = ("-tags=netgo", "-ldflags=-s -X main.token=s3cr3t-and-long", "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")


def dep(name: str, h1: str | None = None, replaced: str = "") -> str:
    """Return the lines of a module. replaced: path, version and h1 of what was built in its place."""
    path, _, version = name.rpartition("@")
    if replaced:
        return f"dep\t{path}\t{version}\n=>\t{replaced}\n"
    return f"dep\t{path}\t{version}\t{made_hash(name) if h1 is None else h1}\n"


def text(
    *lines: str,
    main: str = "example.com/svc\tv1.2.3\t",
    path: str = "example.com/svc/cmd/app",
    settings: Sequence[str] = SETTINGS,
) -> str:
    mod = f"mod\t{main}\n" if main else ""
    return f"path\t{path}\n{mod}{''.join(lines)}" + "".join(f"build\t{setting}\n" for setting in settings)


def program(*lines: str, go: str = "go1.25.5", **more: object) -> bytes:
    return made_elf(header(go, text(*lines, **more)), section=0)  # type: ignore[arg-type]


class Bench:
    """A folder with a module cache and programs; a log answers where there is one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = make_cache(folder / "cache", GO_MODS)
        self.environ = {"HOME": str(folder), "GOENV": "off", "GOMODCACHE": str(self.cache)}
        self.replay: Path | None = None
        (folder / "bin").mkdir()

    def log(self, *names: str, hashes: dict[str, str] | None = None) -> MadeLog:
        """Let a log answer, which has these modules; hashes: of zips, where they are real ones."""
        log = MadeLog.of(*names, filler=3)
        for name in names:
            path, _, version = name.rpartition("@")
            h1, mod = (hashes or {}).get(name, made_hash(name)), go_mod_hash(GO_MODS.get(name, ""))
            log = log.with_record(name, f"{path} {version} {h1}\n{path} {version}/go.mod {mod}\n".encode())
        self.replay = write_recording(self.folder / "replay", log.answers())
        self.policy = self.folder / "policy.toml"
        self.policy.write_text(f'[sources]\nsumdb = "{log.key.verifier}"\n', encoding="utf-8")
        return log

    def zip(self, name: str, files: dict[str, bytes]) -> tuple[bytes, str]:
        """Put a zip into the module cache, and return it with its h1."""
        data = made_zip([MadeEntry(name=f"{name}/{path}".encode(), data=content) for path, content in files.items()])
        path, _, version = name.rpartition("@")
        place = self.cache / "cache" / "download" / path / "@v" / f"{version}.zip"
        place.write_bytes(data)
        return data, hash_zip(BytesAt(data))

    def put(self, data: bytes, name: str = "app") -> Path:
        path = self.folder / "bin" / name
        path.write_bytes(data)
        return path

    @property
    def means(self) -> Means:
        own = self.folder / "own"
        return Means(environ=self.environ, now=NOW, offline=self.replay is None, replay=self.replay, cache_dir=own)

    def make(self, path: Path, **options: object) -> SbomRun:
        from supplymatrix.engine.policy_source import PolicySource

        if self.replay is not None:
            options.setdefault("policy", PolicySource(file=self.policy))
        run = make_programs_sbom(ProgramsSbomRequest(path=path, means=self.means, **options))  # type: ignore[arg-type]
        assert run is not None
        right_purls(run.document)
        return run


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def right_purls(document: Document) -> None:
    for component in (document.main, *document.components):
        for text in (component.purl, component.version):
            assert ".." not in text
            assert "(devel)" not in text
            assert not text.endswith("@")
        if component.purl.startswith("pkg:golang/"):
            assert isinstance(module_of_purl(component.purl), ModuleVersion)


def by_name(document: Document, name: str) -> Component:
    return next(component for component in document.components if component.name == name)


def facts(component: Component) -> dict[str, str]:
    return {name.removeprefix("supplymatrix:"): text for name, text in component.properties}


def gaps_on(run: SbomRun, word: str) -> list[str]:
    return [f"{gap.wanted}: {gap.reason}" for gap in run.document.gaps if word in gap.wanted]


def test_a_program_is_its_main_module_with_the_hash_of_its_file(bench: Bench) -> None:
    path = bench.put(program(dep(A), go="go1.25.5 X:strictfipsruntime"))
    document = bench.make(path).document
    main = document.main
    assert document.lifecycle is Lifecycle.POST_BUILD
    assert (main.purl, main.version_source) == ("pkg:golang/example.com/svc@v1.2.3", "recorded in the program")
    assert main.file is not None
    data = path.read_bytes()
    assert (main.file.name, main.file.sha256, main.file.sha512, main.file.size) == (
        "app", sha256(data).hexdigest(), sha512(data).hexdigest(), len(data),
    )  # fmt: skip
    assert (document.goos, document.goarch, document.cgo_enabled) == ("linux", "amd64", False)
    assert document.properties["supplymatrix:tags"] == "netgo"
    std, go = by_name(document, STDLIB), by_name(document, "go")
    assert (std.purl, std.version_source) == ("pkg:golang/stdlib@1.25.5", "recorded in the program")
    assert (go.purl, go.usage) == ("pkg:generic/go@1.25.5", Usage.NOT_BUILT)
    assert facts(std)["go_version"] == "go1.25.5 X:strictfipsruntime"


def test_build_settings_are_told_and_secrets_are_not(bench: Bench) -> None:
    run = bench.make(bench.put(program(dep(A))))
    told = facts(run.document.main)
    assert (told["package"], told["build:GOOS"], told["program:format"]) == (
        "example.com/svc/cmd/app", "linux", "ELF",
    )  # fmt: skip
    assert told["build:-ldflags"].startswith("-s -X main.token=")
    assert "main.token" in told["secret"]
    assert any("main.token" in note for note in run.notes)
    assert not any("s3cr3t" in write_sbom(run.document, form) for form in FORMATS)


def test_what_the_log_says_of_each_hash(bench: Bench) -> None:
    log = bench.log(A, B)
    run = bench.make(bench.put(program(dep(A), dep(B))))
    proofs = {one.name: one.proof for one in run.document.components if one.kind is ComponentKind.MODULE}
    a = proofs["example.com/a"]
    assert a is not None
    assert (a.state, a.log, a.record) == ("proven", log.key.name, 3)
    assert run.exit_code == 3  # nobody has the zips
    wrong = bench.make(bench.put(program(dep(A, made_hash("another")), dep(B)), "wrong"))
    component = by_name(wrong.document, "example.com/a")
    assert component.proof is not None
    assert (component.proof.state, wrong.exit_code, component.digest) == ("differs", 4, None)
    assert any(note.startswith("alarm: example.com/a@v1.0.0") and "wrong" in note for note in wrong.notes)
    assert wrong.document.completeness.components is Aggregate.INCOMPLETE
    assert gaps_on(wrong, "alarm")


def test_a_module_that_the_log_does_not_have(bench: Bench) -> None:
    bench.log(A)
    assert bench.replay is not None
    run = bench.make(bench.put(program(dep(A), dep("example.com/none@v1.0.0"))))
    proof = by_name(run.document, "example.com/none").proof
    assert proof is not None
    assert proof.state in ("not-in-log", "not-checked")
    assert len(gaps_on(run, "log record of example.com/none@v1.0.0")) == 1
    assert run.exit_code == 3


def test_a_module_without_a_record_is_a_gap_even_where_nothing_else_lacks(bench: Bench) -> None:
    _, h1 = bench.zip(A, {"LICENSE": ISC, "a.go": b"package a\n"})
    log = bench.log(A, hashes={A: h1})
    path, _, version = A.rpartition("@")
    made = bench.put(program(dep(A, h1)))
    creators = Creators(licence="ISC")
    assert bench.make(made, creators=creators).document.gaps == ()
    record = f"{path} {version}/go.mod {go_mod_hash(GO_MODS[A])}\n".encode()
    answers = MadeLog.of(A, filler=3).with_record(A, record).answers()
    bench.replay = write_recording(bench.folder / "bare", answers)
    bench.policy.write_text(f'[sources]\nsumdb = "{log.key.verifier}"\n', encoding="utf-8")
    bare = bench.make(made, creators=creators)
    assert by_name(bare.document, path).proof.state == "no-line-in-record"  # type: ignore[union-attr]
    assert gaps_on(bare, f"log record of {A}")
    assert bare.exit_code == 3


def test_many_modules_without_a_record_are_named_up_to_twenty(bench: Bench) -> None:
    names = {ModuleVersion(path=f"example.com/m{i:02}", version="v1.0.0"): ("it has none", "look") for i in range(23)}
    gaps = list(gaps_of_unlogged(names))
    assert (len(gaps), gaps[0].subject, gaps[-1].wanted) == (
        21, "example.com/m00@v1.0.0", "log records of 3 more modules",
    )  # fmt: skip


def test_without_a_log_nothing_is_proven_and_that_is_a_gap(bench: Bench) -> None:
    run = bench.make(bench.put(program(dep(A))))
    proof = by_name(run.document, "example.com/a").proof
    assert proof is not None
    assert (proof.state, run.exit_code) == ("not-checked", 3)
    assert gaps_on(run, "log record of example.com/a@v1.0.0")


def test_zips_that_are_the_programs_own_give_hashes_and_licences(bench: Bench) -> None:
    data, h1 = bench.zip(A, {"LICENSE": ISC, "a.go": b"package a\n"})
    bench.zip(B, {"LICENSE": ISC})
    bench.log(A, B, hashes={A: h1})
    run = bench.make(bench.put(program(dep(A, h1), dep(B))))
    a, b = by_name(run.document, "example.com/a"), by_name(run.document, "example.com/b")
    assert a.digest is not None
    assert (a.digest.sha256, a.licence and a.licence.concluded) == (sha256(data).hexdigest(), "ISC")
    assert (b.digest, b.licence and b.licence.concluded) == (None, "")
    assert "another one" in b.digest_reason
    assert gaps_on(run, "licence of example.com/b")
    assert (run.exit_code, next(note for note in run.notes if note.startswith("alarm"))[:30]) == (
        4, "alarm: example.com/b@v1.1.0: i",
    )  # fmt: skip


def test_replaced_modules_are_what_was_built(bench: Bench) -> None:
    fork = f"example.com/fork\tv1.5.0\t{made_hash('fork')}"
    lines = (
        dep("example.com/a@v0.9.0", replaced=fork),
        dep("example.com/l@v1.0.0", replaced="../lib\t(devel)\t"),
        dep("example.com/m@v1.0.0", replaced="/home/ada/lib\t(devel)\t"),
        "dep\texample.com/w\t(devel)\t\n",
    )
    run = bench.make(bench.put(program(*lines)))
    document = run.document
    built = by_name(document, "example.com/fork")
    assert (built.purl, str(built.replaces), built.h1) == (
        "pkg:golang/example.com/fork@v1.5.0", "example.com/a@v0.9.0", made_hash("fork"),
    )  # fmt: skip
    local = by_name(document, "example.com/l")
    assert (local.purl, local.version, local.directory) == ("", "", "../lib")
    assert (local.supplier, local.references, str(local.replaces)) == (None, (), "example.com/l@v1.0.0")
    assert local.proof is not None
    assert local.proof.state == "local"
    assert by_name(document, "example.com/m").directory == A_FOLDER
    assert by_name(document, "example.com/w").version == ""
    assert len(gaps_on(run, "version and hashes of")) == 3
    assert document.completeness.components is Aggregate.INCOMPLETE
    bom = json.loads(write_sbom(document, "cyclonedx-json"))
    (folder,) = [one for one in bom["components"] if one["name"] == "example.com/l"]
    assert not {"purl", "supplier", "externalReferences", "evidence"} & set(folder)
    assert folder["pedigree"]["ancestors"][0]["purl"] == "pkg:golang/example.com/l@v1.0.0"
    assert "/home/ada" not in json.dumps([write_sbom(document, form) for form in FORMATS])


@pytest.mark.parametrize(
    ("main", "version", "purl"),
    [
        ("example.com/svc\tv1.2.3+dirty\t", "v1.2.3+dirty", "pkg:golang/example.com/svc@v1.2.3%2Bdirty"),
        ("example.com/svc\t(devel)\t", "unversioned-", "pkg:golang/example.com/svc"),
        ("example.com/svc\tv2.0.0\t", "unversioned-", "pkg:golang/example.com/svc"),
        ("command-line-arguments\t(devel)\t", "unversioned-", ""),
        ("", "unversioned-", ""),
        ("../svc\tv1.0.0\t", "unversioned-", ""),
    ],
)
def test_a_version_is_recorded_or_a_gap(bench: Bench, main: str, version: str, purl: str) -> None:
    path = bench.put(program(dep(A), main=main, path="command-line-arguments"))
    run = bench.make(path)
    found = run.document.main
    assert found.version.startswith(version)
    assert found.purl == purl
    assert bool(gaps_on(run, "version of")) is found.version.startswith("unversioned-")
    if not purl and not main.startswith(".."):
        assert found.name == "app"
    named = bench.make(path, version="v1.9.9").document.main
    assert (named.version, named.purl) == ("v1.9.9", f"{purl.partition('@')[0]}@v1.9.9" if purl else "")


def test_edges_are_those_that_a_program_or_a_proven_go_mod_shows(bench: Bench) -> None:
    path = bench.put(program(dep(A), dep(B)))
    a, b, std = "pkg:golang/example.com/a@v1.0.0", "pkg:golang/example.com/b@v1.1.0", "pkg:golang/stdlib@1.25.5"
    unproven = bench.make(path).document
    main = unproven.main.ref
    assert set(unproven.edges[main]) == {a, b, std, "pkg:generic/go@1.25.5"}
    assert unproven.edges[a] == (std,)
    bench.log(A, B)
    document = bench.make(path).document
    assert document.edges[a] == (b, std)
    assert "a requirement of the one's go.mod" in document.properties["supplymatrix:edges_by"]
    assert document.completeness.dependencies is Aggregate.INCOMPLETE
    assert any("which of them needs which" in reason for reason in document.completeness.reasons)
    assert set(document.edges) == {main, *(one.ref for one in document.components)}


def test_a_requirement_for_the_sake_of_others_is_no_edge(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "module example.com/a\n\ngo 1.24\n\nrequire (\n\texample.com/b v1.0.0 // indirect; for c\n"
        "\texample.com/c v1.0.0 // not indirect\n)\n\nrequire example.com/d v1.0.0 // indirect\n"
    )
    monkeypatch.setitem(GO_MODS, A, text)
    mods = {name: f"module {name.partition('@')[0]}\n" for name in (C, D)}
    bench.cache = make_cache(bench.folder / "cache2", {**GO_MODS, **mods})
    bench.environ["GOMODCACHE"] = str(bench.cache)
    bench.log(A, B, C, D)
    edges = bench.make(bench.put(program(dep(A), dep(B), dep(C), dep(D)))).document.edges
    assert edges["pkg:golang/example.com/a@v1.0.0"] == (
        "pkg:golang/example.com/c@v1.0.0", "pkg:golang/stdlib@1.25.5",
    )  # fmt: skip


def test_a_remedy_names_its_module(bench: Bench) -> None:
    bench.log(A, B)
    document = bench.make(bench.put(program(dep(A), dep(B), main="example.com/svc\t(devel)\t"))).document
    texts = [gap.remedy for gap in document.gaps]
    texts += [one.licence.remedy for one in document.components if one.licence is not None]
    assert f"go mod download {A}" in texts
    assert not any("PATH@VERSION" in text for text in texts)
    assert any(text.endswith("go install example.com/svc/cmd/app@VERSION") for text in texts)


def test_the_hashes_of_a_packed_program_are_those_of_what_it_unpacks_to(bench: Bench) -> None:
    data = program(dep(A))
    main = bench.make(bench.put(lzma.compress(data), "app.xz")).document.main
    assert main.file is not None
    assert (main.file.name, main.file.sha256, main.file.size) == ("app", sha256(data).hexdigest(), len(data))
    assert facts(main)["file:packed_in"].startswith("app.xz; hashes and size are those of")
    assert "file:packed_in" not in facts(bench.make(bench.put(data, "plain.xz")).document.main)


@pytest.mark.parametrize("spec", SPECS)
def test_a_bill_of_programs_is_valid_in_every_version_of_its_format(bench: Bench, spec: str) -> None:
    bench.put(program(dep(A), dep("example.com/l@v1.0.0", replaced="./l\t(devel)\t")), "one")
    bench.put(program(dep(B), main="example.com/two\t(devel)\t"), "two")
    for path in (bench.folder / "bin", bench.folder / "bin" / "one"):
        document = bench.make(path).document
        checked = [validate_document_file(write_sbom(document, form, spec).encode()) for form in FORMATS]
        assert [one.faults for one in checked] == [()] * len(FORMATS)
        assert spec in {one.format.spec for one in checked}


def test_several_programs_share_their_modules(bench: Bench) -> None:
    bench.put(program(dep(A), dep(B)), "one")
    bench.put(program(dep(A), main="example.com/two\tv0.1.0\t", go="go1.24.1"), "two")
    bench.put(b"no program", "README")
    document = bench.make(bench.folder / "bin").document
    assert (document.main.name, document.main.purl) == ("bin", "")
    programs = {one.name: one for one in document.components if one.kind is ComponentKind.PROGRAM}
    assert set(programs) == {"one", "two"}
    a = [one for one in document.components if one.name == "example.com/a"]
    assert [one.found_in for one in a] == [("one", "two")]
    assert by_name(document, "example.com/b").found_in == ("one",)
    assert {one.version for one in document.components if one.kind is ComponentKind.STDLIB} == {"1.24.1", "1.25.5"}
    two = document.edges[programs["two"].ref]
    assert "pkg:golang/example.com/two@v0.1.0" in two
    assert "pkg:golang/stdlib@1.24.1" in two
    assert "pkg:golang/example.com/b@v1.1.0" not in two
    assert document.edges[document.main.ref] == (programs["one"].ref, programs["two"].ref)


def test_one_version_with_two_hashes_is_an_alarm(bench: Bench) -> None:
    bench.put(program(dep(A)), "one")
    bench.put(program(dep(A, made_hash("other"))), "two")
    run = bench.make(bench.folder / "bin")
    assert run.exit_code == 4
    assert len([one for one in run.document.components if one.name == "example.com/a"]) == 1
    assert any("different files under this version" in note for note in run.notes)


def test_an_image_is_named_by_the_digest_of_its_manifest(bench: Bench) -> None:
    layout = Layout().image([made_tar({"usr/bin/app": program(dep(A)), "etc/os-release": b"NAME=x\n"})])
    folder = layout.write(bench.folder / "image")
    manifest = json.loads((folder / "index.json").read_text())["manifests"][0]["digest"]
    document = bench.make(folder).document
    assert (document.main.is_image, document.main.version, document.main.name) == (True, manifest, "image")
    (one,) = [one for one in document.components if one.kind is ComponentKind.PROGRAM]
    assert one.name == "usr/bin/app"
    assert one.file is not None
    assert digest(program(dep(A))) == f"sha256:{one.file.sha256}"
    assert facts(one)["image"] == manifest
    bom = json.loads(write_sbom(document, "cyclonedx-json"))
    assert bom["metadata"]["component"]["type"] == "container"
    assert document.completeness.components is Aggregate.INCOMPLETE
    assert any("nothing else that is in it" in reason for reason in document.completeness.reasons)


def test_a_program_whose_modules_cannot_be_told_is_a_gap_and_no_empty_list(bench: Bench) -> None:
    data = program(dep(A))
    run = bench.make(bench.put(data[: data.index(b"go1.25.5") + 40]))
    assert run.exit_code == 3
    assert gaps_on(run, "modules of app")
    assert run.document.completeness.components is Aggregate.UNKNOWN
    assert run.document.main.file is not None
    assert run.document.main.purl == ""


def test_what_no_module_can_have_is_told_and_not_believed(bench: Bench) -> None:
    lines = (dep("example.com/x@v3.0.0"), dep("example.com/y\x02@v1.0.0"), dep("../z@v1.0.0"), dep("stdlib@v1.0.0"))
    run = bench.make(bench.put(program(*lines)))
    assert len(gaps_on(run, "version and hashes of")) == 4
    x = by_name(run.document, "example.com/x")
    assert (x.purl, x.h1, x.digest) == ("pkg:golang/example.com/x", "", None)
    assert "v3.0.0, which no module of this path can have" in x.version_source
    assert by_name(run.document, "../z").purl == ""
    for form in FORMATS:
        write_sbom(run.document, form)


def test_a_name_that_is_no_utf8_is_written_all_the_same(bench: Bench) -> None:
    folder = bench.folder / "bin"
    try:
        (folder / os.fsdecode(b"app\xff")).write_bytes(program(dep(A)))
    except OSError:
        pytest.skip("this file system takes no such name")
    document = bench.make(folder).document
    for form in FORMATS:
        assert "app" in write_sbom(document, form)


def test_a_layer_that_is_not_what_its_digest_says_is_an_alarm(bench: Bench) -> None:
    layer = made_tar({"usr/bin/app": program(dep(A))})
    layout = Layout().image([layer])
    layout.files[f"blobs/{digest(layer).replace(':', '/')}"] = made_tar({"usr/bin/app": program(dep(A, ""))})
    run = bench.make(layout.write(bench.folder / "image"))
    assert run.exit_code == 4
    assert gaps_on(run, "alarm")
    assert run.document.completeness.components is Aggregate.INCOMPLETE


def test_a_program_without_any_module_says_so(bench: Bench) -> None:
    run = bench.make(bench.put(made_elf(header("go1.25.5", "") + bytes(16), section=0)))
    assert gaps_on(run, "modules of app")
    assert run.document.completeness.components is not Aggregate.COMPLETE
    assert by_name(run.document, STDLIB).version == "1.25.5"


def test_a_go_that_is_no_release_has_no_version(bench: Bench) -> None:
    run = bench.make(bench.put(program(dep(A), go="devel go1.27-abcdef")))
    assert by_name(run.document, STDLIB).purl == "pkg:golang/stdlib"
    assert gaps_on(run, "version of the standard library")
    assert all(one.kind is not ComponentKind.TOOLCHAIN for one in run.document.components)


def test_two_runs_give_the_same_bytes_and_every_format_is_valid(bench: Bench) -> None:
    bench.put(program(dep(A), dep("example.com/l@v1.0.0", replaced="./l\t(devel)\t")), "one")
    bench.put(program(dep(B)), "two")
    for path in (bench.folder / "bin", bench.folder / "bin" / "one"):
        first, second = (bench.make(path).document for _ in range(2))
        for form in FORMATS:
            assert write_sbom(first, form) == write_sbom(second, form)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("several", [False, True])
def test_what_is_written_is_true_when_it_is_read_back(bench: Bench, form: str, *, several: bool) -> None:
    from supplymatrix.engine.policy_source import PolicySource

    _, h1 = bench.zip(A, {"LICENSE": ISC, "a.go": b"package a\n"})
    bench.log(A, B, hashes={A: h1})
    path = bench.put(program(dep(A, h1), dep(B)))
    bench.put(program(dep(A, h1), main="example.com/two\t(devel)\t"), "two")
    run = bench.make(bench.folder / "bin" if several else path)
    file = bench.folder / "bom"
    file.write_text(write_sbom(run.document, form), encoding="utf-8")
    request = SbomVerifyRequest(path=file, means=bench.means, policy=PolicySource(file=bench.policy))
    truth = verify_sbom(request)
    assert [one for one in truth.statements if one.truth is Truth.FALSE] == []
    assert any(one.truth is Truth.TRUE and one.subject == A for one in truth.statements)


def test_another_build_of_the_same_version_is_no_alarm(bench: Bench) -> None:
    texts = []
    for tags in ("a", "b"):
        run = bench.make(bench.put(program(dep(A), settings=(f"-tags={tags}",)), tags))
        texts.append(read_sbom(write_sbom(run.document, "cyclonedx-json").encode(), "bom.json"))
    changes = diff_sboms(*texts).changes
    assert any("of the program" in change.detail for change in changes)
    assert not any(change.is_alarm for change in changes)


def test_a_path_is_for_programs_unless_a_project_is_there(bench: Bench) -> None:
    path = bench.put(program(dep(A)))
    assert may_hold_programs(path)
    assert may_hold_programs(path.parent)
    (bench.folder / "bin" / "svc").mkdir()
    (bench.folder / "bin" / "svc" / "go.mod").write_text("module example.com/svc\n", encoding="utf-8")
    assert not may_hold_programs(path.parent)
    assert not may_hold_programs(bench.folder / "bin" / "svc" / "go.mod")
    assert not may_hold_programs(bench.folder / "nothing")


def test_a_file_that_is_no_program_is_refused_and_an_empty_folder_is_nothing(bench: Bench) -> None:
    with pytest.raises(InputError):
        bench.make(bench.put(b"a text\n", "text"))
    (bench.folder / "empty").mkdir()
    request = ProgramsSbomRequest(path=bench.folder / "empty", means=bench.means)
    assert make_programs_sbom(request) is None


@given(path=st.text(max_size=20), version=st.text(max_size=20))
def test_no_text_becomes_a_wrong_purl(path: str, version: str) -> None:
    if is_module_version(path, version):
        assert module_of_purl(ModuleVersion(path=path, version=version).purl) == ModuleVersion(
            path=path, version=version
        )
        assert ".." not in path.split("/")
        assert version.startswith("v")
