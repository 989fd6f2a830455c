"""Other tools' bills of materials, held against a log, a module cache and a project of our own making."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.engine.means import Means
from supplymatrix.engine.sbom_verify import SbomVerifyRequest, verify_sbom
from supplymatrix.errors import InputError, TrustError
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sbom.statements import SbomTruth, Statement, Topic, Truth
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


def _false(truth: SbomTruth) -> list[Statement]:
    return [statement for statement in truth.statements if statement.truth is Truth.FALSE]


def _with_std(document: dict[str, Any]) -> dict[str, Any]:
    document["components"].append({"bom-ref": "std", "name": "std", "purl": "pkg:golang/stdlib@1.26.8"})
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
    assert _of(truth, Topic.LOG) == {A: Truth.TRUE, B: Truth.TRUE}
    assert _of(truth, Topic.H1) == {A: Truth.TRUE, B: Truth.NO_EVIDENCE}
    assert truth.counts[Topic.DIGEST, Truth.TRUE] == 2
    assert _of(truth, Topic.LICENCE)[A] is Truth.TRUE
    assert truth.counts[Topic.EDGE, Truth.TRUE] == 2


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
    assert told.truth is Truth.NOT_CHECKED
    assert "differs from the proven hash" in told.reason


def test_what_the_log_does_not_have_is_not_true(world: _World) -> None:
    world.set_policy([], world.machine.home)
    truth = world.verify(_bom("code.example/none@v1.0.0", "plain@v1.0.0"), project=False)
    assert _of(truth, Topic.LOG) == {"code.example/none@v1.0.0": Truth.FALSE, "plain@v1.0.0": Truth.FALSE}
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
                assert _of(truth, Topic.LOG) == {SECRET: Truth.NOT_CHECKED, A: Truth.TRUE}
                assert truth.exit_code == (1 if project else 0 if private else 3)
        asked += server.paths
    assert asked
    assert not any("secret" in path for path in asked)


def test_without_a_network_nothing_passes_for_true(world: _World) -> None:
    truth = world.verify(_bom(A), project=False, replay=None, offline=True)
    assert _of(truth, Topic.LOG) == {A: Truth.NOT_CHECKED}
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
    assert (Topic.MISSING, "the standard library") in told
    assert (Topic.MISSING, B) in told


def test_the_licence_of_a_module_that_no_project_names_is_read(world: _World) -> None:
    world.set_policy([], world.machine.home)
    truth = world.verify(_bom(A, licenses=[{"license": {"id": "ISC"}}]), project=False)
    (told,) = [statement for statement in truth.statements if statement.topic is Topic.LICENCE]
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
