"""A project to its bill of materials: what it holds, and what it says of that which cannot be had."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from supplymatrix.engine.means import Means
from supplymatrix.engine.sbom import SbomRequest, SbomRun, make_sbom
from supplymatrix.engine.sbom_places import GO_AUTHORS
from supplymatrix.engine.sbom_reasons import A_FOLDER
from supplymatrix.engine.sbom_write import write_sbom
from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import hash_zip
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sbom.document import Aggregate, Component, ComponentKind, Document, Scope, Usage
from supplymatrix.sbom.formats import FORMATS
from supplymatrix.sbom.purl import module_of_purl
from supplymatrix.sources.build_target import host_target
from tests.support.made_log import MadeLog, make_key
from tests.support.made_zip import MadeEntry, made_zip
from tests.support.module_cache import make_cache, unpack

NOW = datetime(2026, 11, 26, tzinfo=UTC)
LICENCE = "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee\n"
GO_MODS = {
    "example.com/a@v1.0.0": "module example.com/a\n\ngo 1.24\n\nrequire example.com/b v1.0.0\n",
    "example.com/b@v1.0.0": "module example.com/b\n\ngo 1.24\n",
    "example.com/b@v1.1.0": "module example.com/b\n\ngo 1.24\n",
    "example.com/t@v0.1.0": "module example.com/t\n\ngo 1.24\n",
    "example.com/u@v0.1.0": "module example.com/u\n\ngo 1.24\n",
}
SOURCES = {
    "example.com/a@v1.0.0": {"a.go": 'package a\n\nimport _ "example.com/b"\n'},
    "example.com/b@v1.0.0": {"b.go": "package b\n"},
    "example.com/b@v1.1.0": {"b.go": "package b\n"},
    "example.com/t@v0.1.0": {"t.go": "package t\n"},
    "example.com/u@v0.1.0": {"u.go": "package u\n"},
}
GO_MOD = """module example.com/svc

go 1.24

require (
\texample.com/a v1.0.0
\texample.com/b v1.1.0 // indirect
\texample.com/t v0.1.0
\texample.com/u v0.1.0 // indirect
)
"""
MAIN = 'package main\n\nimport _ "example.com/a"\n\nfunc main() {}\n'
TEST = 'package main\n\nimport _ "example.com/t"\n'


class Bench:
    """A folder with a module cache and a project. There is no go and no log on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = make_cache(folder / "cache", GO_MODS)
        for key, files in SOURCES.items():
            unpack(self.cache, key, files)
        self.environ = {"HOME": str(folder), "GOENV": "off", "GOMODCACHE": str(self.cache), "CGO_ENABLED": "0"}
        self.root = self.project("svc", GO_MOD)

    def project(self, name: str, go_mod: str, main: str = MAIN, test: str = TEST) -> Path:
        root = self.folder / name
        root.mkdir(parents=True, exist_ok=True)
        for file, text in (("go.mod", go_mod), ("main.go", main), ("main_test.go", test)):
            (root / file).write_text(text, encoding="utf-8")
        return root

    def make(self, path: Path | None = None, scope: Scope = Scope.BUILT, **options: object) -> SbomRun:
        means = Means(environ=self.environ, now=NOW, offline=True, cache_dir=self.folder / "own")
        return make_sbom(SbomRequest(path=path or self.root, means=means, scope=scope, **options))  # type: ignore[arg-type]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def modules(document: Document) -> dict[str, Usage]:
    return {
        str(component.module): component.usage
        for component in document.components
        if component.kind is ComponentKind.MODULE
    }


def by_name(document: Document, name: str) -> Component:
    return next(component for component in document.components if component.name == name)


def gaps_on(run: SbomRun, word: str) -> list[str]:
    return [f"{gap.wanted}: {gap.reason}" for gap in run.document.gaps if word in gap.wanted]


def test_the_scope_says_which_modules_are_in(bench: Bench) -> None:
    built = {"example.com/a@v1.0.0": Usage.BUILT, "example.com/b@v1.1.0": Usage.BUILT}
    tested = {**built, "example.com/t@v0.1.0": Usage.TESTS_ONLY}
    assert modules(bench.make().document) == built
    assert modules(bench.make(scope=Scope.TESTS).document) == tested
    assert modules(bench.make(scope=Scope.ALL).document) == {**tested, "example.com/u@v0.1.0": Usage.NOT_BUILT}


def test_edges_lead_from_the_main_module_to_everything(bench: Bench) -> None:
    document = bench.make().document
    a, b, std = "pkg:golang/example.com/a@v1.0.0", "pkg:golang/example.com/b@v1.1.0", "pkg:golang/stdlib@1.24"
    assert document.edges == {a: (b, std), b: (std,), document.main.ref: (a, b, std), std: ()}
    assert {document.main.ref, *(component.ref for component in document.components)} == set(document.edges)
    assert document.completeness.components is document.completeness.dependencies is Aggregate.COMPLETE


def test_main_module_and_standard_library_say_how_they_are_known(bench: Bench) -> None:
    run = bench.make(version="v1.9.9")
    main = run.document.main
    assert (main.purl, main.version_source, main.programs) == (
        "pkg:golang/example.com/svc@v1.9.9", "the user named it", 1,
    )  # fmt: skip
    std = by_name(run.document, "stdlib")
    assert (std.version, std.version_source) == ("1.24", "go line of go.mod: the least version, not what built it")
    assert gaps_on(run, "standard library")
    run = bench.make()
    assert run.document.main.version.startswith("unversioned-")
    assert run.document.main.purl == "pkg:golang/example.com/svc"
    assert gaps_on(run, "version of example.com/svc")


@pytest.mark.parametrize("version", ["2026.1", "v9.9.9", "release 7"])
def test_a_version_that_go_could_not_use_is_written_and_is_not_in_the_purl(bench: Bench, version: str) -> None:
    main = bench.make(version=version).document.main
    assert (main.version, main.purl) == (version, "pkg:golang/example.com/svc")
    assert main.version_source == "the user named it; Go cannot use it as a version of this module"


def test_the_toolchain_line_names_what_builds(bench: Bench) -> None:
    root = bench.project("tool", GO_MOD.replace("go 1.24\n", "go 1.24\n\ntoolchain go1.26.8\n", 1))
    document = bench.make(root).document
    kinds = {component.kind: component.version for component in document.components}
    assert (kinds[ComponentKind.STDLIB], kinds[ComponentKind.TOOLCHAIN]) == ("1.26.8", "1.26.8")
    tool = by_name(document, "go")
    assert tool.ref in document.edges[document.main.ref]
    assert (tool.purl, tool.digest, tool.h1) == ("pkg:generic/go@1.26.8", None, "")
    assert not isinstance(module_of_purl(tool.purl), ModuleVersion)
    assert all(by_name(document, name).supplier == GO_AUTHORS for name in ("go", "stdlib"))


def test_a_toolchain_in_the_module_cache_is_a_module_with_a_zip(bench: Bench) -> None:
    root = bench.project("tool", GO_MOD.replace("go 1.24\n", "go 1.24\n\ntoolchain go1.26.8\n", 1))
    version = f"v0.0.1-go1.26.8.{'-'.join(host_target())}"
    (bench.cache / f"golang.org/toolchain@{version}").mkdir(parents=True)
    tool = by_name(bench.make(root).document, "golang.org/toolchain")
    assert tool.purl == f"pkg:golang/golang.org/toolchain@{version}"
    assert (tool.digest, tool.digest_reason) == (None, "its zip is not in the module cache")
    folder = bench.cache / "cache/download/golang.org/toolchain/@v"
    folder.mkdir(parents=True)
    data = made_zip([MadeEntry(name=b"VERSION", data=b"go1.26.8\n")])
    (folder / f"{version}.zip").write_bytes(data)
    run = bench.make(root)
    tool = by_name(run.document, "golang.org/toolchain")
    assert (tool.digest, tool.digest_reason) == (None, "go.sum has no line that its zip could be held against")
    assert not gaps_on(run, "toolchain")
    line = f"golang.org/toolchain {version} {hash_zip(BytesAt(data))}\n"
    (root / "go.sum").write_text(line, encoding="utf-8")
    digest = by_name(bench.make(root).document, "golang.org/toolchain").digest
    assert digest is not None
    assert digest.sha256 == sha256(data).hexdigest()


def test_whatever_has_no_file_says_why_it_has_no_hash(bench: Bench) -> None:
    document = bench.make().document
    assert document.main.digest_reason == "it was not built yet: there is no file of it"
    assert by_name(document, "stdlib").digest_reason == "it comes with the toolchain: there is no file of it alone"


def test_tags_choose_files_and_are_told(bench: Bench) -> None:
    (bench.root / "more.go").write_text(
        '//go:build more\n\npackage main\n\nimport _ "example.com/u"\n', encoding="utf-8"
    )
    plain, tagged = bench.make(), bench.make(tags=("more",))
    assert "example.com/u@v0.1.0" not in modules(plain.document)
    assert modules(tagged.document)["example.com/u@v0.1.0"] is Usage.BUILT
    assert plain.document.properties["supplymatrix:tags"] == "none"
    assert tagged.document.properties["supplymatrix:tags"] == "more"
    bench.environ["GOFLAGS"] = "-mod=mod -tags=other,more"
    assert bench.make().document.properties["supplymatrix:tags"] == "more,other"
    assert bench.make(tags=()).document.properties["supplymatrix:tags"] == "none"


def test_hashes_are_those_of_the_zip_and_of_go_sum_or_absent(bench: Bench) -> None:
    data = made_zip([MadeEntry(name=b"example.com/a@v1.0.0/a.go", data=b"package a\n")])
    (bench.cache / "cache/download/example.com/a/@v/v1.0.0.zip").write_bytes(data)
    h1 = hash_zip(BytesAt(data))
    (bench.root / "go.sum").write_text(f"example.com/a v1.0.0 {h1}\n", encoding="utf-8")
    run = bench.make()
    a, b = by_name(run.document, "example.com/a"), by_name(run.document, "example.com/b")
    assert a.digest is not None
    assert a.digest.size == len(data)
    assert (a.h1, a.proof and a.proof.state) == (h1, "not-checked")
    assert (b.digest, b.digest_reason, b.h1) == (None, "its zip is not in the module cache", "")
    assert run.exit_code == 3
    assert gaps_on(run, "log record of example.com/a@v1.0.0")


def test_a_line_that_differs_from_the_log_is_an_alarm_and_the_document_says_so(bench: Bench, tmp_path: Path) -> None:
    from tests.support.made_log import write_recording

    log = MadeLog.of("example.com/a@v1.0.0", "example.com/b@v1.1.0", filler=3, key=make_key())
    (bench.root / "lift.toml").write_text(f'[sources]\nsumdb = "{log.key.verifier}"\n', encoding="utf-8")
    (bench.root / "go.sum").write_text(log.go_sum("example.com/a@v1.0.0", "example.com/b@v1.1.0"), encoding="utf-8")
    replay = write_recording(tmp_path / "replay", log.answers())

    def run() -> SbomRun:
        means = Means(environ=bench.environ, now=NOW, replay=replay, cache_dir=tmp_path / "own")
        return make_sbom(SbomRequest(path=bench.root, means=means))

    proof = by_name(run().document, "example.com/a").proof
    assert proof is not None
    assert (proof.state, proof.log, proof.record) == ("proven", log.key.name, 3)
    wrong = log.go_sum("example.com/a@v1.0.0").splitlines()[0][:-20] + "AAAAAAAAAAAAAAAAAAA="
    (bench.root / "go.sum").write_text(wrong + "\n", encoding="utf-8")
    found = run()
    proof = by_name(found.document, "example.com/a").proof
    assert proof is not None
    assert (proof.state, found.exit_code) == ("differs", 4)
    assert any(note.startswith("alarm: example.com/a@v1.0.0") for note in found.notes)


def test_a_module_that_the_log_does_not_have_is_a_gap(bench: Bench, tmp_path: Path) -> None:
    from tests.support.made_log import write_recording

    log = MadeLog.of("example.com/a@v1.0.0", "example.com/other@v1.0.0", filler=3, key=make_key())
    record = f"example.com/a v1.0.0/go.mod h1:{'A' * 43}=\n".encode()
    log = log.with_record("example.com/a@v1.0.0", record)
    (bench.root / "lift.toml").write_text(f'[sources]\nsumdb = "{log.key.verifier}"\n', encoding="utf-8")
    (bench.root / "go.sum").write_text(f"example.com/a v1.0.0 h1:{'A' * 43}=\n", encoding="utf-8")
    means = Means(
        environ=bench.environ, now=NOW, replay=write_recording(tmp_path / "replay", log.answers()),
        cache_dir=tmp_path / "own",
    )  # fmt: skip
    run = make_sbom(SbomRequest(path=bench.root, means=means))
    proof = by_name(run.document, "example.com/a").proof
    assert proof is not None
    assert proof.state == "no-line-in-record"
    assert gaps_on(run, "log record of example.com/a@v1.0.0") == [
        "log record of example.com/a@v1.0.0: its record in the log has no hash of its zip"
    ]


def test_a_private_module_is_said_to_be_private(bench: Bench) -> None:
    bench.environ["GOPRIVATE"] = "example.com/a"
    (bench.root / "go.sum").write_text(f"example.com/a v1.0.0 h1:{'A' * 43}=\n", encoding="utf-8")
    a = by_name(bench.make().document, "example.com/a")
    assert a.proof is not None
    assert a.proof.state == "private"
    assert not [entry for entry in a.references if entry.kind == "distribution"]


def test_a_module_replaced_by_a_version_is_that_version(bench: Bench) -> None:
    root = bench.project("fork", GO_MOD + "\nreplace example.com/b => example.com/u v0.1.0\n")
    unpack(bench.cache, "example.com/u@v0.1.0", {"u.go": "package b\n"})
    document = bench.make(root).document
    fork = next(component for component in document.components if component.replaces is not None)
    assert (fork.purl, str(fork.replaces)) == ("pkg:golang/example.com/u@v0.1.0", "example.com/b@v1.1.0")
    assert fork.ref in document.edges["pkg:golang/example.com/a@v1.0.0"]


def test_a_module_replaced_by_a_folder_has_no_version_no_purl_and_no_supplier(bench: Bench) -> None:
    bench.project("lib", "module example.com/lib\n\ngo 1.24\n", main="package b\n", test="package b\n")
    root = bench.project("local", GO_MOD + "\nreplace example.com/b => ../lib\n")
    run = bench.make(root)
    lib = by_name(run.document, "example.com/lib")
    assert (lib.version, lib.purl, lib.supplier, lib.references) == ("", "", None, ())
    assert (lib.ref, lib.directory) == ("supplymatrix:module:example.com/b", "../lib")
    assert (str(lib.replaces), lib.proof and lib.proof.state) == ("example.com/b@v1.1.0", "local")
    assert run.document.completeness.components is Aggregate.INCOMPLETE
    assert run.exit_code == 3


def test_an_absolute_folder_stands_nowhere_in_a_document(bench: Bench, tmp_path: Path) -> None:
    lib = bench.project("elsewhere/lib", "module example.com/lib\n\ngo 1.24\n", main="package b\n", test="package b\n")
    root = bench.project("local", f"{GO_MOD}\nreplace example.com/b => {lib.as_posix()}\n")
    gone = bench.project("gone", f"{GO_MOD}\nreplace example.com/b => {tmp_path.as_posix()}/gone/lib\n")
    for folder in (root, gone):
        run = bench.make(folder)
        for form in FORMATS:
            assert tmp_path.as_posix() not in write_sbom(run.document, form)
        assert any(A_FOLDER in gap.reason for gap in run.document.gaps)
    assert by_name(bench.make(root).document, "example.com/lib").directory == A_FOLDER


def test_vendor_with_a_local_replace_keeps_versions_and_hashes(bench: Bench) -> None:
    bench.project("lib", "module example.com/lib\n\ngo 1.24\n", main="package b\n", test="package b\n")
    root = bench.project("vendored", GO_MOD + "\nreplace example.com/b => ../lib\n")
    for name in ("a", "b"):
        (root / "vendor" / "example.com" / name).mkdir(parents=True)
    (root / "vendor" / "example.com" / "a" / "a.go").write_text(SOURCES["example.com/a@v1.0.0"]["a.go"])
    (root / "vendor" / "example.com" / "b" / "b.go").write_text("package b\n")
    listed = (
        "# example.com/a v1.0.0\n## explicit\nexample.com/a\n"
        "# example.com/b v1.1.0 => ../lib\n## explicit\nexample.com/b\n"
        "# example.com/t v0.1.0\n## explicit\n# example.com/u v0.1.0\n## explicit\n# example.com/b => ../lib\n"
    )
    (root / "vendor" / "modules.txt").write_text(listed, encoding="utf-8")
    (root / "go.sum").write_text(f"example.com/a v1.0.0 h1:{'A' * 43}=\n", encoding="utf-8")
    run = bench.make(root, version="v1.2.3")
    document = run.document
    assert by_name(document, "example.com/lib").version == ""
    assert by_name(document, "example.com/a").h1
    assert document.packages_by == "source files, read by supplymatrix, in vendor/"
    assert "vendor/modules.txt" in [file.name for file in document.subject_files]
    assert gaps_on(run, "vendor/") == []
    assert document.properties["supplymatrix:vendor"] == "files in vendor/ were not compared with the modules' zips"
    assert [note.partition(":")[0] for note in run.notes if "vendor/" in note] == [
        "files in vendor/ were not compared with the modules' zips"
    ]
    assert "supplymatrix:vendor" not in bench.make().document.properties
    hashes_of = "supplymatrix:hashes-of"
    assert dict(by_name(document, "example.com/a").properties)[hashes_of].startswith("the module's zip; built is what")
    assert hashes_of not in dict(by_name(bench.make().document, "example.com/a").properties)


def test_a_vendor_that_go_refuses_makes_the_bill_incomplete(bench: Bench) -> None:
    (bench.root / "vendor").mkdir()
    (bench.root / "vendor" / "modules.txt").write_text("# example.com/a v1.0.0\nexample.com/a\n", encoding="utf-8")
    run = bench.make()
    assert (run.exit_code, run.document.completeness.components) == (3, Aggregate.INCOMPLETE)
    assert any("the go command refuses to build: example.com/a@v1.0.0" in why for why in gaps_on(run, "packages"))


def test_a_project_for_another_system_is_no_complete_empty_bill(bench: Bench) -> None:
    root = bench.project("win", GO_MOD)
    (root / "main.go").rename(root / "main_windows.go")
    (root / "main_test.go").unlink()
    run = bench.make(root, goos="linux", goarch="amd64")
    assert (run.exit_code, run.document.completeness.components) == (3, Aggregate.INCOMPLETE)
    assert any("no package of it is part of a build for linux/amd64" in why for why in gaps_on(run, "packages"))
    assert modules(bench.make(root, goos="windows").document)


def test_a_broken_go_mod_is_an_error_with_its_line(bench: Bench) -> None:
    (bench.root / "go.mod").write_text(GO_MOD.replace("require (", "<<<<<<< HEAD\nrequire ("), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        bench.make()
    assert caught.value.diagnostics[0].line == 5


@pytest.mark.parametrize("name", ["", "go.sum", "nothing"])
def test_what_is_no_project_is_an_error(bench: Bench, tmp_path: Path, name: str) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "go.sum").write_text("", encoding="utf-8")
    with pytest.raises(InputError):
        bench.make(empty / name)


def test_a_cold_cache_is_no_empty_bill(bench: Bench) -> None:
    shutil.rmtree(bench.cache)
    run = bench.make()
    assert modules(run.document) == {
        "example.com/a@v1.0.0": Usage.UNKNOWN, "example.com/b@v1.1.0": Usage.UNKNOWN,
        "example.com/t@v0.1.0": Usage.UNKNOWN, "example.com/u@v0.1.0": Usage.UNKNOWN,
    }  # fmt: skip
    assert run.exit_code == 3
    assert run.document.completeness.components is Aggregate.INCOMPLETE
    assert run.document.completeness.dependencies is Aggregate.INCOMPLETE
    assert any("go.mod of example.com/a@v1.0.0" in reason for reason in run.document.completeness.reasons)


def test_one_module_that_is_not_here_is_a_gap_and_the_others_stay(bench: Bench) -> None:
    shutil.rmtree(bench.cache / "example.com" / "b@v1.1.0")
    run = bench.make()
    assert set(modules(run.document)) >= {"example.com/a@v1.0.0", "example.com/b@v1.1.0"}
    assert gaps_on(run, "package example.com/b") == [
        "package example.com/b: module example.com/b may have it, and is not on this machine"
    ]
    assert run.document.completeness.components is Aggregate.INCOMPLETE


def test_a_newer_go_directive_is_no_hindrance(bench: Bench) -> None:
    root = bench.project("new", GO_MOD.replace("go 1.24", "go 1.99", 1))
    run = bench.make(root)
    assert len(modules(run.document)) == 2
    assert by_name(run.document, "stdlib").version == "1.99"
    assert gaps_on(run, "standard library")


def test_an_empty_project_is_complete_and_says_that_it_is_empty(bench: Bench) -> None:
    go_mod = "module example.com/alone\n\ngo 1.24\n\ntoolchain go1.26.8\n"
    root = bench.project("alone", go_mod, main="package main\n\nfunc main() {}\n", test="package main\n")
    run = bench.make(root, version="v1.0.0")
    assert (modules(run.document), run.exit_code, run.document.gaps) == ({}, 0, ())
    assert "no other module is part of it: go.mod requires none" in run.notes


def test_a_member_is_built_with_its_workspace_and_the_workspace_holds_all(bench: Bench, tmp_path: Path) -> None:
    two = "module example.com/two\n\ngo 1.24\n\nrequire example.com/svc v0.0.0\n"
    bench.project("two", two, main='package two\n\nimport _ "example.com/svc/lib"\n', test="package two\n")
    (bench.root / "lib").mkdir()
    (bench.root / "lib" / "l.go").write_text("package lib\n", encoding="utf-8")
    (tmp_path / "go.work").write_text("go 1.24\n\nuse ./svc\nuse ./two\n", encoding="utf-8")
    member = bench.make(tmp_path / "two").document
    assert (member.main.name, modules(member)) == ("example.com/two", {})
    assert by_name(member, "example.com/svc").kind is ComponentKind.MAIN
    whole = bench.make(tmp_path / "go.work").document
    assert (whole.main.name, whole.main.purl, whole.main.programs) == (tmp_path.name, "", 1)
    assert set(modules(whole)) == {"example.com/a@v1.0.0", "example.com/b@v1.1.0"}
    members = {c.ref for c in whole.components if c.kind is ComponentKind.MAIN}
    assert members <= set(whole.edges[whole.main.ref])
    assert {"go.work", "svc/go.mod", "two/go.mod"} <= {file.name for file in whole.subject_files}


def test_a_workspace_with_absent_members_has_a_bill_with_gaps(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "go.work").write_text("go 1.24\n\nuse ./svc\nuse ./absent\n", encoding="utf-8")
    for path in (bench.root, tmp_path / "go.work"):
        run = bench.make(path)
        assert len(modules(run.document)) == 2
        assert run.exit_code == 3
        assert gaps_on(run, "member")
        assert run.document.completeness.components is Aggregate.INCOMPLETE


def test_native_libraries_are_named_by_the_files_that_link_them(bench: Bench) -> None:
    text = 'package b\n\n// #cgo LDFLAGS: -lz\n// #include <zlib.h>\nimport "C"\n'
    unpack(bench.cache, "example.com/b@v1.1.0", {"c.go": text})
    document = bench.make(cgo=True).document
    native = by_name(document, "z")
    assert native.kind is ComponentKind.NATIVE
    assert "example.com/b" in native.version_source
    b = by_name(document, "example.com/b")
    assert b.uses_cgo
    assert native.ref in document.edges[b.ref]
    assert not by_name(bench.make(cgo=False).document, "example.com/b").uses_cgo


def test_what_else_is_linked_is_named_or_a_gap(bench: Bench) -> None:
    text = 'package b\n\n// #cgo LDFLAGS: ${SRCDIR}/libown.a $LIBS\nimport "C"\n'
    unpack(bench.cache, "example.com/b@v1.1.0", {"c.go": text, "r.syso": "", "r_plan9.syso": ""})
    run = bench.make(cgo=True, goos="linux", goarch="amd64")
    native = [part.name for part in run.document.components if part.kind is ComponentKind.NATIVE]
    assert native == ["libown.a", "r.syso"]
    assert "an object file of example.com/b" in by_name(run.document, "r.syso").version_source
    assert run.document.completeness.components is Aggregate.INCOMPLETE
    assert [why.rpartition(": ")[2] for why in gaps_on(run, "native")] == ["$LIBS"]
    without = bench.make(cgo=False, goos="linux", goarch="amd64")
    assert [part.name for part in without.document.components if part.kind is ComponentKind.NATIVE] == ["r.syso"]
    assert not gaps_on(without, "native")


def test_two_runs_are_the_same(bench: Bench) -> None:
    assert bench.make(scope=Scope.ALL).document == bench.make(scope=Scope.ALL).document


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("SBOM_PROJECTS"), reason="SBOM_PROJECTS names no project")
def test_real_projects_are_as_go_has_them() -> None:
    from benchmarks.acceptance.promise import State
    from benchmarks.acceptance.sbom_truth import compare_scopes, project_folders

    go = shutil.which("go")
    assert go is not None
    environ = {**os.environ, "GOFLAGS": "", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    for folder in project_folders(os.environ):
        for outcome in compare_scopes(folder, go, environ):
            assert outcome.state is State.PASS, outcome
