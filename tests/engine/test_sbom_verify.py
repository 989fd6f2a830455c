"""Other tools' bills of materials, held against a log, a module cache and a project of our own making."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.engine.means import Means
from supplymatrix.engine.sbom import SbomRequest, make_sbom
from supplymatrix.engine.sbom_verify import SbomVerifyRequest, verify_sbom
from supplymatrix.engine.sbom_write import write_sbom
from supplymatrix.errors import InputError, TrustError
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sbom.formats import FORMATS
from supplymatrix.sbom.statements import SbomTruth, Statement, Topic, Truth, exit_code_of
from supplymatrix.sources.modcache import hash_zip_file
from tests.support.licensed import licensed, make_project, pack
from tests.support.log_server import LogServer
from tests.support.machine import NOW, Machine
from tests.support.made_log import MadeLog, write_recording

A, B, SECRET = "code.example/a@v1.0.0", "code.example/b@v1.2.0", "corp.example/secret@v0.1.0"


class _World:
    """A project that requires A and B, both in the module cache; A's zip is there too, and its hash is in the log."""

    def __init__(self, folder: Path, machine: Machine) -> None:
        self.folder, self.machine = folder, machine
        files = {A: {"LICENSE": licensed("MIT")}, B: {"LICENSE": licensed("ISC")}}
        self.project = make_project(folder, files)
        cache = folder / "modcache"
        machine.settings["GOMODCACHE"] = str(cache)
        self.zip = pack(cache, A, {"go.mod": "module code.example/a\n", "LICENSE": licensed("MIT")})
        self.h1 = hash_zip_file(self.zip)
        path, _, version = A.partition("@")
        record = f"{path} {version} {self.h1}\n{path} {version}/go.mod {self.h1}\n".encode()
        self.log = MadeLog.of(A, B, SECRET, filler=20).with_record(A, record)
        self.set_policy([])
        self.recorded = write_recording(folder / "recorded", self.log.answers())

    def set_policy(self, private: list[str], folder: Path | None = None) -> None:
        text = f'[sources]\nsumdb = "{self.log.key.verifier}"\nprivate = {private!r}\n'
        ((folder or self.project) / "lift.toml").write_text(text)

    def verify(self, document: dict[str, Any], *, project: bool = True, **means: Any) -> SbomTruth:  # noqa: ANN401
        file = self.folder / "bom.json"
        file.write_text(json.dumps(document))
        given = {"replay": self.recorded, **means}
        request = SbomVerifyRequest(
            path=file,
            means=Means(environ=self.machine.environ, now=NOW, **given),
            project=self.project if project else None,
        )
        return verify_sbom(request)


@pytest.fixture
def world(tmp_path: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> _World:
    monkeypatch.chdir(machine.home)
    return _World(tmp_path / "world", machine)


def _bom(*names: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a document
    """Return a document of the main module and these; fields go to the first one."""
    components = []
    for name in names:
        path, _, version = name.partition("@")
        purl = ModuleVersion(path=path, version=version).purl
        components.append({"bom-ref": name, "type": "library", "name": path, "version": version, "purl": purl})
    components[0] |= fields
    main = {"bom-ref": "main", "type": "application", "name": "example.com/main", "purl": "pkg:golang/example.com/main"}
    edges = [{"ref": "main", "dependsOn": list(names)}]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"component": main},
        "components": components,
        "dependencies": edges,
    }


def _of(truth: SbomTruth, topic: Topic) -> dict[str, Truth]:
    return {statement.subject: statement.truth for statement in truth.statements if statement.topic is topic}


def _asked(truth: SbomTruth) -> dict[str, Truth]:
    """Return what came of the modules that the log can know."""
    found = _of(truth, Topic.LOG)
    return {name: kind for name, kind in found.items() if name not in ("example.com/main", "stdlib@1.26.8")}


def _false(truth: SbomTruth) -> list[Statement]:
    return [statement for statement in truth.statements if statement.truth is Truth.FALSE]


def _with_std(document: dict[str, Any]) -> dict[str, Any]:
    document["components"].append(
        {"type": "library", "bom-ref": "std", "name": "std", "purl": "pkg:golang/stdlib@1.26.8"}
    )
    return document


def test_a_true_file_is_true_in_everything(world: _World) -> None:
    digests = {name: hashlib.new(name, world.zip.read_bytes()).hexdigest() for name in ("sha256", "sha512")}
    hashes = [{"alg": "SHA-256", "content": digests["sha256"]}, {"alg": "SHA-512", "content": digests["sha512"]}]
    document = _bom(
        A, B,
        properties=[{"name": "syft:metadata:h1Digest", "value": world.h1}],
        licenses=[{"license": {"id": "MIT"}}],
        externalReferences=[{"type": "distribution", "url": "x", "hashes": hashes}],
    )  # fmt: skip
    truth = world.verify(_with_std(document))
    assert _false(truth) == []
    assert (truth.exit_code, truth.log, truth.tree_size) == (0, "log.example", world.log.size)
    assert _asked(truth) == {A: Truth.TRUE, B: Truth.TRUE}
    assert _of(truth, Topic.H1) == {A: Truth.TRUE, B: Truth.NO_EVIDENCE}
    assert truth.counts[Topic.DIGEST, Truth.TRUE] == 2
    assert _of(truth, Topic.LICENCE)[A] is Truth.TRUE
    assert _of(truth, Topic.LOG)["stdlib@1.26.8"] is Truth.NOT_CHECKED
    assert truth.counts[Topic.EDGE, Truth.TRUE] == 2


@pytest.mark.parametrize("form", FORMATS)
def test_a_folder_in_our_own_bill_is_found_without_a_purl(world: _World, form: str) -> None:
    lib = world.folder / "lib"
    lib.mkdir()
    (lib / "go.mod").write_text("module code.example/own\n\ngo 1.24\n")
    (lib / "own.go").write_text("package b\n")
    go_mod = world.project / "go.mod"
    go_mod.write_text(go_mod.read_text() + "\nreplace code.example/b => ../lib\n")
    means = Means(environ=world.machine.environ, now=NOW, replay=world.recorded)
    run = make_sbom(SbomRequest(path=world.project, means=means))
    file = world.folder / "own.bom"
    file.write_text(write_sbom(run.document, form))
    truth = verify_sbom(SbomVerifyRequest(path=file, means=means, project=world.project))
    assert [one for one in _false(truth) if one.topic is not Topic.GO_MOD] == []  # the log's own is made up
    assert _of(truth, Topic.BUILD_LIST)["code.example/own"] is Truth.TRUE
    assert not [one for one in truth.statements if one.topic is Topic.PURL and "own" in one.subject]
    file.write_text(write_sbom(run.document, form).replace("code.example/b@v1.2.0", "code.example/a@v1.0.0"))
    truth = verify_sbom(SbomVerifyRequest(path=file, means=means, project=world.project))
    assert any(one.topic is Topic.BUILD_LIST for one in _false(truth))


def test_a_hash_that_differs_from_the_log_is_an_alarm(world: _World) -> None:
    other = f"h1:{base64.b64encode(bytes(32)).decode()}"
    truth = world.verify(_bom(A, B, properties=[{"name": "x:h1Digest", "value": other}]))
    (told,) = [statement for statement in _false(truth) if statement.is_alarm]
    assert told.subject == A
    assert world.h1 in told.found
    assert truth.exit_code == 4


def test_a_zip_that_is_not_the_proven_one_says_nothing(world: _World) -> None:
    pack(world.folder / "modcache", A, {"go.mod": "module code.example/a\n", "evil.go": "package evil\n"})
    hashes = [{"alg": "SHA-256", "content": hashlib.sha256(world.zip.read_bytes()).hexdigest()}]
    truth = world.verify(_bom(A, hashes=hashes))
    (told,) = [statement for statement in truth.statements if statement.topic is Topic.DIGEST]
    assert (told.truth, told.is_alarm) == (Truth.FALSE, True)
    assert truth.exit_code == 4
    hashes[0]["content"] = "0" * 64
    truth = world.verify(_with_std(_bom(A, B, hashes=hashes, licenses=[{"license": {"id": "MIT"}}])))
    told, licence = [one for one in truth.statements if one.topic in (Topic.DIGEST, Topic.LICENCE) and one.said]
    assert "differs from the proven hash" in told.reason
    assert "differs from the proven hash" in licence.reason
    assert (licence.truth, truth.exit_code) == (Truth.NOT_CHECKED, 3)


def test_what_the_log_does_not_have_is_not_true(world: _World) -> None:
    world.set_policy([], world.machine.home)
    truth = world.verify(_bom("code.example/none@v1.0.0", "plain@v1.0.0"), project=False)
    assert _asked(truth) == {"code.example/none@v1.0.0": Truth.FALSE, "plain@v1.0.0": Truth.FALSE}
    assert truth.exit_code == 1


def test_private_names_are_never_sent(world: _World) -> None:
    asked: list[str] = []
    with LogServer(world.log.answers()) as server:
        for setting, private in (({"GONOSUMDB": "corp.example"}, []), ({}, ["corp.example"])):
            world.machine.settings |= {"GONOSUMDB": "", **setting}
            text = f'[sources]\nsumdb = "{world.log.key.verifier} {server.url}"\nprivate = {private!r}\n'
            for folder, project in ((world.project, True), (world.machine.home, False)):
                (folder / "lift.toml").write_text(text)
                truth = world.verify(_bom(SECRET, A), project=project, replay=None, refresh=True)
                assert _asked(truth) == {SECRET: Truth.NOT_CHECKED, A: Truth.TRUE}
                assert truth.exit_code == (1 if project else 0 if private else 3)
        asked += server.paths
    assert asked
    assert not any("secret" in path for path in asked)


def test_without_a_network_nothing_passes_for_true(world: _World) -> None:
    truth = world.verify(_bom(A), project=False, replay=None, offline=True)
    assert _asked(truth) == {A: Truth.NOT_CHECKED}
    assert truth.exit_code == 3


def test_a_log_that_lies_ends_the_run(world: _World) -> None:
    answers = {**world.log.answers(), "latest": world.log.head().replace(b"go.sum database", b"go.sum other")}
    recorded = write_recording(world.folder / "lies", answers)
    with pytest.raises(TrustError):
        world.verify(_bom(A), replay=recorded)


def test_what_the_project_has_and_has_not_is_told(world: _World) -> None:
    document = _bom("code.example/a@v1.1.0", "code.example/z@v1.0.0", licenses=[{"license": {"id": "ISC"}}])
    told = {(one.topic, one.subject): one.found for one in _false(world.verify(document))}
    assert told[Topic.BUILD_LIST, "code.example/a@v1.1.0"] == f"{A} is taken"
    assert told[Topic.BUILD_LIST, "code.example/z@v1.0.0"] == "it is not in the build list"
    assert (Topic.MISSING, "the standard library") not in told  # the file does not say that it is complete
    assert (Topic.MISSING, B) in told


def test_the_licence_of_a_module_that_no_project_names_is_read(world: _World) -> None:
    world.set_policy([], world.machine.home)
    truth = world.verify(_bom(A, licenses=[{"license": {"id": "ISC"}}]), project=False)
    (told,) = [one for one in truth.statements if one.topic is Topic.LICENCE and one.subject == A]
    assert (told.truth, told.found) == (Truth.FALSE, "MIT in LICENSE")


def test_a_signature_beside_it_is_mentioned(world: _World) -> None:
    (world.folder / "bom.json.sig").write_text("{}")
    assert world.verify(_bom(A)).signature.endswith("bom.json.sig")


def test_a_file_without_go_is_told_apart(world: _World) -> None:
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "x", "purl": "pkg:npm/x@1"}]}
    truth = world.verify(document, project=False)
    assert (truth.exit_code, truth.go_components, truth.others) == (5, 0, 1)


def test_a_project_without_a_graph_is_refused(world: _World, tmp_path: Path) -> None:
    world.project = tmp_path / "empty"
    world.project.mkdir()
    with pytest.raises(InputError):
        world.verify(_bom(A))


def test_licences_are_read_from_the_proven_zip_and_not_from_what_lies_unpacked(world: _World) -> None:
    unpacked = world.folder / "modcache" / "code.example" / "a@v1.0.0" / "LICENSE"
    unpacked.write_text(licensed("ISC"))
    for said, truth in (("MIT", Truth.TRUE), ("ISC", Truth.FALSE)):
        found = world.verify(_bom(A, B, licenses=[{"license": {"id": said}}]))
        assert _of(found, Topic.LICENCE)[A] is truth
    world.zip.unlink()
    (told,) = [
        one for one in world.verify(_bom(A, licenses=[{"license": {"id": "ISC"}}])).statements
        if one.topic is Topic.LICENCE and one.subject == A
    ]  # fmt: skip
    assert (told.truth, told.is_promised) == (Truth.NOT_CHECKED, False)
    assert "not held against the log" in told.reason


def test_licences_that_stand_nowhere_in_the_zip_are_false(world: _World) -> None:
    files = {"go.mod": "module code.example/a\n", "LICENSE": licensed("MIT"), "deep/in/LICENSE": licensed("ISC")}
    h1 = hash_zip_file(pack(world.folder / "modcache", A, files))
    record = f"code.example/a v1.0.0 {h1}\ncode.example/a v1.0.0/go.mod {h1}\n".encode()
    log = MadeLog.of(A, B, filler=20).with_record(A, record)
    recorded = write_recording(world.folder / "deeper", log.answers())
    world.log = log
    world.set_policy([])
    for said, truth in (("MIT AND ISC", Truth.TRUE), ("MIT AND GPL-3.0-only", Truth.FALSE)):
        told = world.verify(_bom(A, licenses=[{"expression": said}]), replay=recorded)
        assert _of(told, Topic.LICENCE)[A] is truth


def test_the_log_is_asked_for_the_module_that_a_file_calls_its_subject(world: _World) -> None:
    document = _bom(A, B)
    lie = {"name": "supplymatrix:h1", "value": f"h1:{base64.b64encode(bytes(32)).decode()}"}
    document["components"][0]["properties"] = [lie]
    document["metadata"]["component"] = {"bom-ref": "main", "name": A[:-7], "purl": document["components"][0]["purl"]}
    for project in (True, False):
        world.set_policy([], world.machine.home)
        truth = world.verify(document, project=project)
        assert truth.exit_code == 4
        assert truth.counts[Topic.LOG, Truth.TRUE] == (3 if project else 2)


def test_only_so_many_modules_are_asked_for(world: _World) -> None:
    document = _bom(A, B)
    (world.folder / "bom.json").write_text(json.dumps(document))
    means = Means(environ=world.machine.environ, now=NOW, replay=world.recorded)
    truth = verify_sbom(SbomVerifyRequest(path=world.folder / "bom.json", means=means, project=world.project, most=1))
    assert _asked(truth) == {A: Truth.TRUE, B: Truth.NOT_CHECKED}
    (left,) = [one for one in truth.statements if one.topic is Topic.LOG and one.subject == B]
    assert left.is_promised
    assert left.remedy == "--most N asks for more"


def test_a_project_is_looked_at_as_it_is_built_for_the_system_of_the_file(world: _World) -> None:
    (world.project / "only_windows.go").write_text('package main\n\nimport _ "code.example/b"\n')
    (world.project / "main.go").write_text('package main\n\nimport _ "code.example/a"\n\nfunc main() {}\n')
    (world.project / "only_windows.go").rename(world.project / "only_windows_amd64.go")
    document = _with_std(_bom(A))
    assert (Topic.MISSING, B) not in {(one.topic, one.subject) for one in _false(world.verify(document))}
    properties = [{"name": f"supplymatrix:{key}", "value": text} for key, text in
                  (("goos", "windows"), ("goarch", "amd64"), ("cgo_enabled", "false"), ("tags", "none"))]  # fmt: skip
    document["metadata"]["properties"] = properties
    truth = world.verify(document)
    assert (Topic.MISSING, B) in {(one.topic, one.subject) for one in _false(truth)}
    assert "the file is for windows/amd64, and was held against that" in truth.notes
    document["metadata"]["component"]["purl"] += "?goos=windows&goarch=amd64"
    del document["metadata"]["properties"]
    assert (Topic.MISSING, B) in {(one.topic, one.subject) for one in _false(world.verify(document))}
    document["metadata"]["properties"] = [{"name": "supplymatrix:goos", "value": "linuxx"}]
    assert [one.subject for one in _false(world.verify(document)) if one.topic is Topic.PLATFORM] == ["goos"]


def test_members_of_a_workspace_and_workspaces_are_projects(world: _World) -> None:
    root = world.folder / "work"
    root.mkdir()
    (root / "go.work").write_text("go 1.20\n\nuse (\n\t./one\n\t./two\n)\n")
    for name in ("one", "two"):
        (root / name).mkdir()
        (root / name / "go.mod").write_text(f"module example.com/{name}\n\ngo 1.20\n")
        (root / name / "main.go").write_text("package main\n\nfunc main() {}\n")
    (root / "one" / "lift.toml").write_text((world.project / "lift.toml").read_text())
    for path in (root / "one", root):
        means = Means(environ=world.machine.environ, now=NOW, replay=world.recorded)
        file = world.folder / "work.json"
        file.write_text(write_sbom(make_sbom(SbomRequest(path=path, means=means)).document, "cyclonedx-json"))
        truth = verify_sbom(SbomVerifyRequest(path=file, means=means, project=path))
        assert [one for one in _false(truth) if one.topic is not Topic.STDLIB] == []
        assert _of(truth, Topic.MAIN)["example.com/one"] is not Truth.FALSE
    document = json.loads(file.read_text())
    document["components"] = [one for one in document["components"] if one["name"] != "example.com/two"]
    file.write_text(json.dumps(document))
    truth = verify_sbom(SbomVerifyRequest(path=file, means=means, project=root))
    assert (Topic.MAIN, "example.com/two") in {(one.topic, one.subject) for one in _false(truth)}


@pytest.mark.parametrize(
    ("form", "old", "new", "found"),
    [
        ("cyclonedx-json", '"bomFormat": "CycloneDX"', '"bomFormat": "CycloneDXx"', "does not say"),
        ("cyclonedx-json", '"type": "application"', '"type": "applicationx"', "type"),
        ("spdx-json", '"DESCRIBES"', '"DESCRIBESx"', "DESCRIBESx"),
        ("spdx-3-json", '"specVersion": "3.0.1"', '"specVersion": "4.0.1"', "4.0.1"),
        ("spdx-3-json", '"type": "CreationInfo"', '"type": "CreationInfox"', "official bindings refuse it"),
    ],
)
def test_a_file_that_its_schema_does_not_allow_is_false(
    world: _World, form: str, old: str, new: str, found: str
) -> None:
    means = Means(environ=world.machine.environ, now=NOW, replay=world.recorded)
    text = write_sbom(make_sbom(SbomRequest(path=world.project, means=means, version="v1.0.0")).document, form)
    assert old in text
    whole = [one for one in world.verify(json.loads(text)).statements if one.topic is Topic.FORMAT]
    assert [(one.truth, one.subject) for one in whole] == [(Truth.TRUE, "the file")]
    truth = world.verify(json.loads(text.replace(old, new, 1)))
    told = next(one for one in truth.statements if one.topic is Topic.FORMAT and one.subject == "the file")
    assert (told.truth, exit_code_of([told], 1)) == (Truth.FALSE, 1)
    assert found in told.found


def test_what_has_no_schema_here_and_what_is_wrapped_is_told(world: _World) -> None:
    document = _with_std(_bom(A, B))
    wrapped = {"_type": "https://in-toto.io/Statement/v1", "predicateType": "x", "predicate": document}
    told = {one.topic: one for one in world.verify(wrapped).statements}[Topic.FORMAT]
    assert told.truth is Truth.TRUE
    del document["components"][0]["type"]
    assert {one.topic: one for one in world.verify(wrapped).statements}[Topic.FORMAT].truth is Truth.FALSE
    syft = {"artifacts": [], "descriptor": {"name": "syft"}, "schema": {"version": "16.0.0"}}
    told = {one.topic: one for one in world.verify(syft).statements}[Topic.FORMAT]
    assert (told.truth, told.reason) == (Truth.NOT_CHECKED, "there is no schema here for syft JSON 16.0.0")


def test_a_project_that_cannot_be_looked_at_leaves_the_run_incomplete(world: _World) -> None:
    document = _with_std(_bom(A, B))
    (world.project / "main.go").write_text('package main\n\nimport _ "code.example/a"\n\nfunc main() {}\n')
    world.machine.settings["GOMODCACHE"] = str(world.folder / "empty")
    truth = world.verify(document)
    open_ = {one.topic for one in truth.statements if one.is_promised and one.subject == "the project"}
    assert (truth.exit_code, open_) == (3, {Topic.BUILD_LIST, Topic.MISSING})
