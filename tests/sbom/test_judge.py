"""Statements about components, held against evidence: what is true, false, not checked, not said."""

from __future__ import annotations

import base64
import copy
from typing import Any

import pytest

from supplymatrix.model.licence import LicenceFile, LicenceSource, ModuleLicence
from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.model.zip_digest import ZipDigest
from supplymatrix.sbom.evidence import Evidence, ZipWord, modules_to_ask
from supplymatrix.sbom.judge import judge_components
from supplymatrix.sbom.judge_licences import modules_to_look_deeper
from supplymatrix.sbom.read import read_sbom
from supplymatrix.sbom.read_values import ReadSbom
from supplymatrix.sbom.statements import Statement, Topic, Truth, exit_code_of
from tests.support.foreign_sboms import H1, ZIP_SHA256, as_bytes, gomod, spdx2, syft_cyclonedx

A = ModuleVersion(path="code.example/Acme/a", version="v1.0.0")
OTHER_H1 = f"h1:{base64.b64encode(bytes(32)).decode()}"
PROVEN = LogWord(kind=LogWordKind.PROVEN, h1=H1, record=7)
ZIPPED = ZipDigest(sha256=ZIP_SHA256, sha512="5" * 128, size=9)
_HELD: dict[str, Any] = {"logged": {A: PROVEN}, "zips": {A: ZipWord(digest=ZIPPED, h1=H1)}}
"""A is in the log, and its zip here is the one that the log knows."""


def _sbom(document: dict[str, Any]) -> ReadSbom:
    return read_sbom(as_bytes(document), "bom.json")


def _one(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a document
    """Return a document with one component, module A unless other fields are given."""
    component = {"bom-ref": "a", "type": "library", "name": A.path, "version": A.version, "purl": A.purl, **fields}
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [component]}


def _judged(document: dict[str, Any], topic: Topic, **evidence: Any) -> list[Statement]:  # noqa: ANN401 - of Evidence
    statements = judge_components(_sbom(document), Evidence(**evidence))
    return [statement for statement in statements if statement.topic is topic]


def _licence(declared: str, concluded: str = "", reason: str = "") -> ModuleLicence:
    file = LicenceFile(path="LICENSE", sha256="0" * 64, expression=declared, copyrights=("Copyright 2020 Ada",))
    return ModuleLicence(
        subject=A, effective=A, declared=declared, concluded=concluded or declared, files=(file,),
        source=LicenceSource.FOLDER, reason=reason,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("word", "truth", "is_alarm", "exit_code"),
    [
        (PROVEN, Truth.TRUE, False, 0),
        (LogWord(kind=LogWordKind.NOT_LOGGED, reason="no record"), Truth.FALSE, False, 1),
        (LogWord(kind=LogWordKind.IMPOSSIBLE, reason="no dot"), Truth.FALSE, False, 1),
        (LogWord(kind=LogWordKind.BROKEN, reason="bad proof"), Truth.FALSE, True, 4),
        (LogWord(kind=LogWordKind.UNANSWERED, reason="offline"), Truth.NOT_CHECKED, False, 3),
        (LogWord(kind=LogWordKind.PRIVATE, reason="GOPRIVATE"), Truth.NOT_CHECKED, False, 3),
        (LogWord(kind=LogWordKind.PRIVATE, reason="declared", is_declared=True), Truth.NOT_CHECKED, False, 0),
    ],
)
def test_what_the_log_says_decides(word: LogWord, truth: Truth, is_alarm: bool, exit_code: int) -> None:
    (told,) = _judged(_one(), Topic.LOG, logged={A: word})
    assert (told.truth, told.is_alarm) == (truth, is_alarm)
    assert exit_code_of([told], 1) == exit_code


def test_an_h1_that_differs_from_the_proven_one_is_an_alarm() -> None:
    properties = [{"name": "syft:metadata:h1Digest", "value": OTHER_H1}]
    (told,) = _judged(_one(properties=properties), Topic.H1, logged={A: PROVEN})
    assert (told.truth, told.is_alarm) == (Truth.FALSE, True)
    assert H1 in told.found
    assert exit_code_of([told], 1) == 4


def test_an_h1_is_not_checked_where_nothing_is_proven_and_none_is_no_evidence() -> None:
    properties = [{"name": "supplymatrix:h1", "value": H1}, {"name": "supplymatrix:h1:go.mod", "value": OTHER_H1}]
    (told,) = _judged(_one(properties=properties), Topic.H1, logged={A: LogWord(kind=LogWordKind.UNANSWERED)})
    assert (told.truth, told.is_promised) == (Truth.NOT_CHECKED, True)
    (absent,) = _judged(_one(), Topic.H1, logged={A: PROVEN})
    assert absent.truth is Truth.NO_EVIDENCE
    (true,) = _judged(_one(properties=properties), Topic.H1, logged={A: PROVEN})
    assert true.truth is Truth.TRUE


def test_h1_that_gomod_writes_as_a_sha256_is_a_true_h1_and_a_false_hash() -> None:
    (h1,) = [told for told in _judged(gomod(), Topic.H1, logged={A: PROVEN}) if told.subject == str(A)]
    assert h1.truth is Truth.TRUE
    (digest,) = _judged(gomod(), Topic.DIGEST, logged={A: PROVEN})
    assert digest.truth is Truth.FALSE
    assert "no file has this hash" in digest.found
    (unproven,) = _judged(gomod(), Topic.DIGEST)
    assert unproven.truth is Truth.NOT_CHECKED


@pytest.mark.parametrize(
    ("zipped", "word", "truth"),
    [
        (ZipWord(digest=ZIPPED, h1=H1), PROVEN, Truth.TRUE),
        (ZipWord(digest=ZIPPED, h1=H1), LogWord(kind=LogWordKind.UNANSWERED), Truth.NOT_CHECKED),
        (ZipWord(digest=ZipDigest(sha256="0" * 64, sha512="0" * 128, size=1), h1=H1), PROVEN, Truth.FALSE),
        (ZipWord(reason="its zip is not in the module cache"), PROVEN, Truth.NOT_CHECKED),
        (None, PROVEN, Truth.NOT_CHECKED),
    ],
)
def test_a_hash_of_the_zip_counts_only_beside_a_proven_zip(zipped: ZipWord | None, word: LogWord, truth: Truth) -> None:
    zips = {A: zipped} if zipped is not None else {}
    (told,) = _judged(syft_cyclonedx(), Topic.DIGEST, logged={A: word}, zips=zips)
    assert told.truth is truth
    assert not told.is_alarm


def test_the_hash_of_a_zip_that_the_log_does_not_know_is_an_alarm_and_any_other_is_open() -> None:
    evil = ZipWord(digest=ZIPPED, h1=OTHER_H1)
    (told,) = _judged(syft_cyclonedx(), Topic.DIGEST, logged={A: PROVEN}, zips={A: evil})
    assert (told.truth, told.is_alarm) == (Truth.FALSE, True)
    for found in (
        changed(evil, digest=ZipDigest(sha256="0" * 64, sha512="0" * 128, size=1)),
        changed(evil, digest=None),
    ):
        (told,) = _judged(syft_cyclonedx(), Topic.DIGEST, logged={A: PROVEN}, zips={A: found})
        assert (told.truth, told.is_promised) == (Truth.NOT_CHECKED, True)
        assert exit_code_of([told], 1) == 3


@pytest.mark.parametrize(
    ("algorithm", "content", "found"),
    [("SHA-256x", "0" * 64, "no hash of this name"), ("SHA-256", "0" * 63, "64 hex"), ("SHA-1", "z" * 40, "40 hex")],
)
def test_what_can_be_no_hash_is_false(algorithm: str, content: str, found: str) -> None:
    (told,) = _judged(_one(hashes=[{"alg": algorithm, "content": content}]), Topic.DIGEST, logged={A: PROVEN})
    assert told.truth is Truth.FALSE
    assert found in told.found


def test_hashes_of_what_has_no_file_are_false_in_a_file_of_ours() -> None:
    hashes = [{"alg": "SHA-256", "content": "0" * 64}]
    std = _one(name="stdlib", version="1.26.8", purl="pkg:golang/stdlib@1.26.8", hashes=hashes)
    (told,) = _judged(std, Topic.DIGEST)
    assert told.truth is Truth.FALSE
    main = {"bom-ref": "m", "name": "app", "purl": "pkg:golang/svc.example/app@v1.0.0", "hashes": hashes}
    document = {**_one(), "metadata": {"component": main}}
    assert [one.truth for one in _judged(document, Topic.DIGEST)] == [Truth.NOT_CHECKED]
    document["metadata"]["tools"] = [{"name": "supplymatrix", "version": "0.1.0"}]
    assert [one.truth for one in _judged(document, Topic.DIGEST)] == [Truth.FALSE]


def test_a_file_cannot_choose_which_module_is_its_own() -> None:
    lie = {"name": "supplymatrix:h1", "value": OTHER_H1}
    main = {"bom-ref": "m", "name": A.path, "version": A.version, "purl": A.purl, "properties": [lie]}
    document = {**_one(properties=[lie]), "metadata": {"component": main}}
    assert modules_to_ask(_sbom(document), None) == (A,)
    own, other = _judged(document, Topic.LOG, logged={A: PROVEN})
    assert (own.truth, own.is_promised, other.truth) == (Truth.NOT_CHECKED, False, Truth.TRUE)
    assert [one.is_alarm for one in _judged(document, Topic.H1, logged={A: PROVEN})] == [False, True]
    project = frozenset({"svc.example/app"})
    assert modules_to_ask(_sbom(document), project) == (A,)
    both = _judged(document, Topic.H1, logged={A: PROVEN}, own=project)
    assert [one.is_alarm for one in both] == [True, True]


def test_every_h1_is_held_against_the_log_that_of_go_mod_too() -> None:
    word = changed(PROVEN, h1_go_mod=H1)
    names = {"x:note.h1": H1, "supplymatrix:h1": OTHER_H1, "supplymatrix:h1:go.mod": OTHER_H1, "y": "h1:short"}
    properties = [{"name": name, "value": text} for name, text in names.items()]
    evidence = {"identity": [{"field": "purl", "methods": [{"technique": "hash-comparison", "value": OTHER_H1}]}]}
    document = _one(properties=properties, evidence=evidence)
    told = {one.said.split(" ")[1]: (one.truth, one.is_alarm) for one in _judged(document, Topic.H1, logged={A: word})}
    assert told == {
        "(x:note.h1)": (Truth.TRUE, False),
        "(supplymatrix:h1)": (Truth.FALSE, True),
        "(evidence)": (Truth.FALSE, True),
        "(y)": (Truth.FALSE, False),
    }
    (go_mod,) = _judged(document, Topic.GO_MOD, logged={A: word})
    assert go_mod.is_alarm


@pytest.mark.parametrize(
    ("name", "said", "truth", "is_promised"),
    [
        ("state", "proven", Truth.TRUE, False),
        ("state", "differs", Truth.FALSE, False),
        ("state", "sure", Truth.FALSE, False),
        ("state", "not-checked", Truth.NOT_CHECKED, False),
        ("record", "7", Truth.TRUE, False),
        ("record", "8", Truth.FALSE, False),
        ("record", "7x", Truth.FALSE, False),
        ("tree_size", "50", Truth.TRUE, False),
        ("tree_size", "7", Truth.FALSE, False),
        ("tree_size", "101", Truth.NOT_CHECKED, True),
        ("name", "log.example", Truth.TRUE, False),
        ("name", "other.example", Truth.FALSE, False),
    ],
)
def test_what_a_file_says_of_the_log_is_held_against_the_log(
    name: str, said: str, truth: Truth, is_promised: bool
) -> None:
    document = _one(properties=[{"name": f"supplymatrix:log:{name}", "value": said}])
    (told,) = _judged(document, Topic.LOG_PROOF, logged={A: PROVEN}, log="log.example", tree_size=100)
    assert (told.truth, told.is_promised) == (truth, is_promised)


def test_without_a_version_the_log_cannot_be_asked_and_that_is_incomplete() -> None:
    document = _one(purl="pkg:golang/code.example/Acme/a", version="")
    (alone,) = _judged(document, Topic.LOG)
    assert (alone.truth, alone.is_promised) == (Truth.NOT_CHECKED, False)
    document["components"].append({"bom-ref": "b", "name": "b", "purl": "pkg:golang/code.example/b"})
    assert exit_code_of(_judged(document, Topic.LOG), 2) == 3
    folders = frozenset({"code.example/Acme/a", "code.example/b"})
    assert exit_code_of(_judged(document, Topic.LOG, folders=folders, own=frozenset()), 2) == 0


@pytest.mark.parametrize(
    ("kind", "url", "truth"),
    [
        ("distribution", "https://proxy.example/code.example/!acme/a/@v/v1.0.0.zip", Truth.TRUE),
        ("distribution", "https://proxy.example/code.example/!acme/a/@v/v1.0.1.zip", Truth.FALSE),
        ("source-distribution", "https://proxy.example/evil.example/a/@v/v1.0.0.zip", Truth.FALSE),
        ("distribution", "pkg:golang/code.example/Acme/a@v1.0.0", Truth.TRUE),
        ("distribution", "pkg:golang/code.example/b@v1.0.0", Truth.FALSE),
        ("vcs", "https://evil.example/a", Truth.NOT_CHECKED),
    ],
)
def test_an_address_on_a_proxy_is_that_of_the_module(kind: str, url: str, truth: Truth) -> None:
    (told,) = _judged(_one(externalReferences=[{"type": kind, "url": url}]), Topic.ADDRESS)
    assert told.truth is truth


def test_what_nobody_can_prove_is_told_as_not_checked() -> None:
    document = _one(supplier={"name": "Evil"}, copyright="Copyright 2020 Eve")
    document["components"] += [{"bom-ref": "x", "type": "library", "name": "github.com/evil/evil", "version": "v9"}]
    for topic in (Topic.SUPPLIER, Topic.COPYRIGHT, Topic.OTHER):
        (told,) = _judged(document, topic)
        assert told.truth is Truth.NOT_CHECKED
    (known,) = _judged(document, Topic.COPYRIGHT, licences={A: _licence("MIT")}, **_HELD)
    assert known.truth is Truth.NOT_CHECKED
    document["components"][0]["copyright"] = "Copyright 2020 Ada"
    (known,) = _judged(document, Topic.COPYRIGHT, licences={A: _licence("MIT")}, **_HELD)
    assert known.truth is Truth.TRUE


def test_two_purls_are_two_things() -> None:
    document = spdx2()
    other = {"referenceType": "purl", "referenceLocator": "pkg:golang/evil.example/e@v1.0.0"}
    for at in (0, 1):
        changed_one = copy.deepcopy(document)
        changed_one["packages"][1]["externalRefs"].insert(at, other)
        assert [one.truth for one in _judged(changed_one, Topic.PURL)].count(Truth.FALSE) == 1


def test_other_algorithms_are_not_compared() -> None:
    document = _one(hashes=[{"alg": "MD5", "content": "0" * 32}, {"alg": "SHA-512", "content": "5" * 128}])
    told = _judged(document, Topic.DIGEST, logged={A: PROVEN}, zips={A: ZipWord(digest=ZIPPED, h1=H1)})
    assert [(one.said.split()[0], one.truth) for one in told] == [
        ("MD5", Truth.NOT_CHECKED),
        ("SHA-512", Truth.TRUE),
    ]


@pytest.mark.parametrize(
    ("stated", "read", "truth", "words"),
    [
        ([{"license": {"id": "MIT"}}], _licence("MIT"), Truth.TRUE, ""),
        ([{"expression": "Apache-2.0 AND MIT"}], _licence("MIT AND Apache-2.0"), Truth.TRUE, ""),
        ([{"license": {"id": "MIT"}}, {"license": {"id": "ISC"}}], _licence("MIT OR ISC"), Truth.TRUE, ""),
        ([{"expression": "MIT OR ISC"}], _licence("MIT AND ISC"), Truth.FALSE, ""),
        ([{"license": {"id": "MIT"}}], _licence("MIT AND ISC"), Truth.FALSE, "it leaves out ISC"),
        ([{"license": {"id": "MIT"}}], _licence("MIT", "MIT AND ISC"), Truth.TRUE, ""),
        ([{"expression": "MIT AND ISC"}], _licence("MIT", "MIT AND ISC"), Truth.TRUE, ""),
        ([{"license": {"id": "BSD-Source-Code"}}], _licence("BSD-3-Clause"), Truth.FALSE, ""),
        ([{"expression": "MIT AND ISC"}], _licence("MIT"), Truth.NOT_CHECKED, "deeper"),
        ([{"license": {"name": "the usual"}}], _licence("MIT"), Truth.FALSE, "name"),
        ([{"license": {"name": "the MIT license"}}], _licence("MIT"), Truth.TRUE, ""),
        (
            [{"license": {"name": "the usual"}}],
            _licence("MIT", reason="one file is unknown"),
            Truth.NOT_CHECKED,
            "name",
        ),
        ([{"expression": "LicenseRef-mine"}], _licence("MIT"), Truth.FALSE, "name"),
        ([{"expression": "MIT OR"}], _licence("MIT"), Truth.FALSE, ""),
        ([{"license": {"id": "MIT"}}], _licence("ISC", reason="one file is unknown"), Truth.NOT_CHECKED, "unknown"),
        ([{"license": {"id": "MIT"}}], _licence(""), Truth.NOT_CHECKED, ""),
        ([{"license": {"id": "MIT"}}], None, Truth.NOT_CHECKED, "not on this machine"),
        ([], _licence("MIT"), Truth.NO_EVIDENCE, "states no licence"),
    ],
)
def test_licences_are_held_against_the_texts(
    stated: list[dict[str, Any]], read: ModuleLicence | None, truth: Truth, words: str
) -> None:
    licences = {A: read} if read is not None else {}
    (told,) = _judged(_one(licenses=stated), Topic.LICENCE, licences=licences, **_HELD)
    assert told.truth is truth
    assert words in told.reason


def test_each_role_of_a_licence_is_a_statement_of_its_own() -> None:
    stated = [
        {"license": {"id": "MIT", "acknowledgement": "declared"}},
        {"license": {"id": "ISC", "acknowledgement": "concluded"}},
    ]
    told = _judged(_one(licenses=stated), Topic.LICENCE, licences={A: _licence("MIT")}, **_HELD)
    assert [(one.said, one.truth) for one in told] == [
        ("ISC (concluded)", Truth.FALSE),
        ("MIT (declared)", Truth.TRUE),
    ]


def test_licences_are_true_only_by_texts_that_the_log_knows() -> None:
    stated, licences = [{"license": {"id": "MIT"}}], {A: _licence("MIT")}
    (told,) = _judged(_one(licenses=stated), Topic.LICENCE, licences=licences, logged={A: PROVEN})
    assert (told.truth, told.is_promised) == (Truth.NOT_CHECKED, False)
    assert "the module cache, not held against the log" in told.reason
    evil = {"logged": {A: PROVEN}, "zips": {A: ZipWord(digest=ZIPPED, h1=OTHER_H1)}}
    for licence in ("MIT", "ISC"):
        (told,) = _judged(_one(licenses=[{"license": {"id": licence}}]), Topic.LICENCE, licences=licences, **evil)
        assert (told.truth, told.is_promised) == (Truth.NOT_CHECKED, True)


def test_licences_beside_those_of_the_root_stand_in_the_zip_or_are_false() -> None:
    document = _one(licenses=[{"expression": "MIT AND ISC"}])
    known = Evidence(licences={A: _licence("MIT")}, **_HELD)
    assert modules_to_look_deeper(_sbom(document), known) == (A,)
    assert modules_to_look_deeper(_sbom(_one(licenses=[{"license": {"id": "MIT"}}])), known) == ()
    for deeper, truth in ((frozenset({"MIT"}), Truth.FALSE), (frozenset({"MIT", "ISC"}), Truth.TRUE)):
        (told,) = _judged(document, Topic.LICENCE, licences={A: _licence("MIT")}, deeper={A: deeper}, **_HELD)
        assert told.truth is truth


def test_a_licence_that_is_said_not_to_be_known_is_no_evidence() -> None:
    told = [one for one in _judged(spdx2(), Topic.LICENCE) if one.subject == str(A)]
    assert [(one.truth, one.said) for one in told] == [
        (Truth.NO_EVIDENCE, ""),
        (Truth.NOT_CHECKED, "MIT (concluded)"),
    ]


@pytest.mark.parametrize(
    ("fields", "topic", "truth"),
    [
        ({"name": "a"}, Topic.NAME, Truth.TRUE),
        ({"group": "code.example/Acme", "name": "a"}, Topic.NAME, Truth.TRUE),
        ({"name": "code.example/evil"}, Topic.NAME, Truth.FALSE),
        ({"version": "1.0.0"}, Topic.VERSION, Truth.TRUE),
        ({"version": "v1.0.1"}, Topic.VERSION, Truth.FALSE),
        ({"purl": "pkg:golang/code.example/Acme/a"}, Topic.VERSION, Truth.NO_EVIDENCE),
        ({"purl": "pkg:golang/code.example/Acme/a@v2.0.0"}, Topic.VERSION, Truth.FALSE),
        ({"purl": "pkg:golang/../lib@(devel)"}, Topic.PURL, Truth.FALSE),
        ({"purl": "pkg:golang/std@go1.26.8", "name": "std", "version": "go1.26.8"}, Topic.VERSION, Truth.TRUE),
    ],
)
def test_name_version_and_purl_are_held_against_each_other(fields: dict[str, Any], topic: Topic, truth: Truth) -> None:
    (told,) = _judged(_one(**fields), topic)
    assert told.truth is truth


def test_the_subject_itself_may_be_called_what_its_owner_likes() -> None:
    main = {"bom-ref": "m", "name": "app", "version": "2026.1", "purl": "pkg:golang/svc.example/app@2026.1"}
    document = {**_one(), "metadata": {"component": main}}
    told = _judged(document, Topic.VERSION, logged={A: PROVEN})
    assert [one.truth for one in told] == [Truth.NOT_CHECKED, Truth.TRUE]
    assert exit_code_of(told, 1) == 0


def test_neither_the_subject_nor_the_standard_library_is_asked_for() -> None:
    sbom = _sbom(gomod())
    asked = modules_to_ask(sbom, frozenset({"code.example/b"}))
    assert [str(module) for module in asked] == [str(A)]


def test_without_a_go_component_there_is_nothing_to_verify() -> None:
    assert exit_code_of([], 0) == 5
