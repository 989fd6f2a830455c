"""A document of our own, each of its fields changed by itself: what `sbom verify --project` notices, and may miss.

Noticed is what moves the exit code. What may be missed stands in `_MISSED`, field by field; a field that is new has to
be judged, or has to be put there.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.engine.log_words import ask_log_about
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import OWN_POLICY
from supplymatrix.engine.sbom import SbomRequest, make_sbom
from supplymatrix.engine.sbom_evidence import licences_of, zips_of
from supplymatrix.engine.sbom_project import read_project_side, target_of
from supplymatrix.engine.sbom_write import write_sbom
from supplymatrix.model.value import changed
from supplymatrix.net.file_facts import FileFacts
from supplymatrix.sbom.evidence import Evidence, modules_to_ask
from supplymatrix.sbom.judge import judge_components
from supplymatrix.sbom.judge_document import judge_document
from supplymatrix.sbom.judge_project import judge_project
from supplymatrix.sbom.judge_rest import judge_rest, unread_of
from supplymatrix.sbom.read import read_sbom
from supplymatrix.sbom.read_values import ReadSbom
from supplymatrix.sbom.statements import Statement, exit_code_of
from supplymatrix.sources.modcache import hash_zip_file
from tests.support.licensed import licensed, make_goroot, make_project, pack
from tests.support.machine import NOW, Machine
from tests.support.made_log import MadeLog, write_recording

A, B = "code.example/a@v1.0.0", "code.example/b@v1.2.0"
_PLACES = (  # of values that are no properties
    r"\.(\$schema|bomFormat|serialNumber|version)",
    r"\.metadata\.(timestamp|lifecycles.*|tools.*|licenses.*|component\.type)",
    r".*\.evidence\..*(confidence|technique|field|acknowledgement|text|location|line|additionalContext|properties\..*)",
    r".*\.(copyright|description|type|supplier\..*|acknowledgement|comment)",
    r"\.components\[\]\.externalReferences\[\]\.url",  # of pages, which are not fetched
    r"\.compositions\[\]\.bom-ref",
    r".*\.properties\[\]\.name",  # another name is another fact: the one that is gone is told as not said
)
_PROPERTIES = frozenset([
    "supplymatrix:alias", "supplymatrix:derived", "supplymatrix:licence:confidence", "supplymatrix:licence:file",
    "supplymatrix:licence:lines", "supplymatrix:licence:method", "supplymatrix:licence:read_from",
    "supplymatrix:licence:reason", "supplymatrix:licence:remedy", "supplymatrix:listed_by", "supplymatrix:packages_by",
    "supplymatrix:tags", "supplymatrix:version_source", "supplymatrix:zip:reason", "supplymatrix:vendor",
])  # fmt: skip
_JUDGED_ELSEWHERE = {("bomFormat", ""), ("metadata.properties.value", "supplymatrix:tags")}
"""By the schema, which `verify_sbom` holds a file against beside this; and with what the project is read."""
_MISSED = re.compile("|".join(f"(?:{place})" for place in _PLACES))


class _Bench:
    """A project whose two modules are proven, its document, and all that is known of both."""

    def __init__(self, folder: Path, machine: Machine) -> None:
        files = {name: {"go.mod": f"module {name[:-7]}\n", "a.go": "package a\n", "LICENSE": licensed("MIT")}
                 for name in (A, B)}  # fmt: skip
        project, cache = make_project(folder, files), folder / "modcache"
        machine.settings |= {"GOMODCACHE": str(cache), "GOROOT": str(make_goroot(folder / "go")), "PATH": ""}
        log, lines = MadeLog.of(A, B, filler=20), list[str]()
        mods = dict(
            line.replace("/go.mod h1:", " h1:").rsplit(" ", 1) for line in (project / "go.sum").read_text().splitlines()
        )
        for name in (A, B):
            spaced = name.replace("@", " ")
            text = f"{spaced} {hash_zip_file(pack(cache, name, files[name]))}\n{spaced}/go.mod {mods[spaced]}\n"
            log, lines = log.with_record(name, text.encode()), [*lines, text]
        (project / "go.sum").write_text("".join(lines))
        (project / "lift.toml").write_text(f'[sources]\nsumdb = "{log.key.verifier}"\n')
        means = Means(environ=machine.environ, now=NOW, replay=write_recording(folder / "recorded", log.answers()))
        made = make_sbom(SbomRequest(path=project, means=means, version="v1.0.0"))
        self.document: dict[str, Any] = json.loads(write_sbom(made.document, "cyclonedx-json"))
        self.document["components"].sort(key=lambda one: not one["name"].startswith("code.example/"))
        sbom = self.read(self.document)
        side = read_project_side(project, sbom, means.environ)
        self.side = changed(side, word=changed(side.word, versions={"example.com/main": ("v1.0.0", "the test")}))
        words = ask_log_about(
            modules_to_ask(sbom, side.own), side.project, OWN_POLICY, means, lambda _: None, path=project
        )
        facts, modules = FileFacts(None, detector=""), sorted(words.by_module)
        self.evidence = Evidence(
            logged=words.by_module,
            zips=zips_of(modules, cache, facts),
            licences=licences_of(modules, side.project, side.run, means.environ, facts, proven=frozenset(modules)),
            own=side.own,
            log=words.log,
            tree_size=words.tree_size,
            deeper={module: frozenset({"MIT"}) for module in modules},
        )
        stdlib = licences_of(
            [one.module for one in sbom.go_components if one.module and one.module.path == "stdlib"],
            side.project, None, means.environ, facts,
        )  # fmt: skip
        self.evidence = changed(self.evidence, licences={**self.evidence.licences, **stdlib})

    @staticmethod
    def read(document: dict[str, Any]) -> ReadSbom:
        return read_sbom(json.dumps(document).encode(), "bom.json")

    def judged(self, document: dict[str, Any]) -> list[Statement]:
        sbom = self.read(document)
        return [
            *judge_document(sbom, of_project=True, now=NOW),
            *judge_components(sbom, self.evidence),
            *target_of(sbom).statements,
            *judge_project(sbom, self.side.word),
            *judge_rest(sbom, of_project=True),
        ]

    def exit_code(self, document: dict[str, Any]) -> int:
        return exit_code_of(self.judged(document), 4)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> _Bench:
    folder = tmp_path_factory.mktemp("mutations")
    return _Bench(folder / "world", Machine(folder))


def _leaves(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:  # noqa: ANN401 - JSON
    if isinstance(node, dict):
        for key, inner in node.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(node, list):
        for at, inner in enumerate(node):
            yield from _leaves(inner, (*path, at))
    else:
        yield path


def _other(said: Any) -> Any:  # noqa: ANN401 - JSON
    """Return another value that could stand in the same place."""
    words = {"complete": "incomplete", "required": "excluded", "excluded": "required", "MIT": "ISC", "true": "false"}
    if not isinstance(said, str):
        return said + 1
    if said in words:
        return words[said]
    if re.fullmatch("[0-9a-f]{64,128}", said):
        return ("0" if said[0] != "0" else "1") + said[1:]
    if said.startswith("h1:"):
        return f"h1:{'A' if said[3] != 'A' else 'B'}{said[4:]}"
    number = re.search(r"(\d+\.\d+\.)(\d+)", said)
    return f"{said[: number.start(2)]}{int(number[2]) + 1}{said[number.end(2) :]}" if number else f"{said}x"


def _at(document: Any, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401 - JSON
    for key in path:
        document = document[key]
    return document


def _name(path: tuple[str | int, ...]) -> str:
    return "".join("[]" if isinstance(key, int) else f".{key}" for key in path)


def test_the_document_as_it_is_has_nothing_false_in_it(bench: _Bench) -> None:
    wrong = [one for one in bench.judged(bench.document) if one.truth.value == "false" or one.is_promised]
    assert wrong == []


def test_every_field_that_counts_is_noticed_when_it_changes(bench: _Bench) -> None:
    missed = []
    for path in _leaves(bench.document):
        document = copy.deepcopy(bench.document)
        _at(document, path[:-1])[path[-1]] = _other(_at(document, path))
        owner = _at(bench.document, path[:-1])
        is_property = isinstance(owner, dict) and ".properties[]" in _name(path) and path[-1] == "value"
        may_be_missed = owner["name"] in _PROPERTIES if is_property else _MISSED.fullmatch(_name(path)) is not None
        if not may_be_missed and not bench.exit_code(document):
            missed.append((_name(path), owner.get("name") if isinstance(owner, dict) else ""))
    assert missed == []


def test_every_value_is_judged_or_counted_as_not_looked_at(bench: _Bench) -> None:
    """A value that can be changed without any statement becoming another one must be told as not looked at."""
    said, silent = bench.judged(bench.document), []
    unread = set(unread_of(bench.read(bench.document), of_project=True))
    for path in _leaves(bench.document):
        document = copy.deepcopy(bench.document)
        _at(document, path[:-1])[path[-1]] = _other(_at(document, path))
        if bench.judged(document) != said:
            continue
        owner, key = _at(bench.document, path[:-1]), re.sub(r"\[\]|^\.", "", _name(path))
        is_property = isinstance(owner, dict) and ".properties[]" in _name(path) and "licenses" not in key
        is_told = owner["name"] in unread if is_property else any(f"{key}.".startswith(f"{one}.") for one in unread)
        name = owner.get("name", "") if isinstance(owner, dict) else ""
        if not is_told and (key, name) not in _JUDGED_ELSEWHERE:
            silent.append((key, name))
    assert silent == []


@pytest.mark.parametrize(
    "place",
    [
        ("components",), ("components", 0), ("components", 1), ("dependencies",), ("dependencies", 1, "dependsOn", 0),
        ("components", 0, "bom-ref"), ("components", 0, "name"), ("components", 0, "purl"), ("metadata", "component"),
    ],
)  # fmt: skip
def test_what_must_not_be_gone_is_noticed(bench: _Bench, place: tuple[str | int, ...]) -> None:
    document = copy.deepcopy(bench.document)
    del _at(document, place[:-1])[place[-1]]
    assert bench.exit_code(document) in (1, 3)


def _second_main(document: dict[str, Any]) -> None:
    main = copy.deepcopy(document["metadata"]["component"])
    document["components"].append({**main, "bom-ref": "again", "hashes": [{"alg": "SHA-256", "content": "1" * 64}]})


def _no_versions(document: dict[str, Any]) -> None:
    for component in document["components"]:
        component |= {"version": "", "purl": component["purl"].partition("@")[0]}


def _twin(document: dict[str, Any]) -> None:
    document["components"].append({**copy.deepcopy(document["components"][0]), "bom-ref": "again"})


def _all_of_go(document: dict[str, Any]) -> None:
    for node in document["dependencies"]:
        if "stdlib" in node["ref"]:
            node["dependsOn"] = [document["components"][0]["bom-ref"]]


def _ancestor(document: dict[str, Any]) -> None:
    ancestor = {"type": "library", "name": "x", "purl": "pkg:golang/evil.example/x@v1.0.0"}
    document["components"][0]["pedigree"] = {"ancestors": [ancestor]}


def _fact(name: str, text: str) -> Any:  # noqa: ANN401 - a change of a document
    def change(document: dict[str, Any]) -> None:
        document["components"][0]["properties"].append({"name": f"supplymatrix:{name}", "value": text})

    return change


def _hash_of_go(document: dict[str, Any]) -> None:
    go = next(one for one in document["components"] if one["name"] == "stdlib")
    go["hashes"] = [{"alg": "SHA-256", "content": "1" * 64}]


@pytest.mark.parametrize(
    "change",
    [
        _second_main, _no_versions, _twin, _all_of_go, _ancestor, _hash_of_go,
        _fact("replaces", "evil.example/x@v1.0.0"), _fact("directory", "../evil"), _fact("log:state", "differs"),
    ],
)  # fmt: skip
def test_what_is_made_up_is_noticed(bench: _Bench, change: Any) -> None:  # noqa: ANN401 - a change of a document
    document = copy.deepcopy(bench.document)
    change(document)
    assert bench.exit_code(document) in (1, 3)


def test_what_nobody_knows_is_told_as_not_checked(bench: _Bench) -> None:
    document = copy.deepcopy(bench.document)
    document["components"] += [
        {"type": "library", "bom-ref": "x", "name": "github.com/evil/evil", "version": "v9"},
        {"type": "library", "bom-ref": "supplymatrix:native:ssl", "name": "ssl"},
    ]
    told = {one.subject: one.truth.value for one in bench.judged(document) if one.topic.value == "other component"}
    assert {told["github.com/evil/evil@v9"], told["ssl"]} == {"not checked"}


def test_fewer_gaps_than_there_were_are_not_passed_over(bench: _Bench) -> None:
    document = copy.deepcopy(bench.document)
    metadata = document["metadata"]
    metadata["properties"] = [one for one in metadata["properties"] if ":gap" not in one["name"]]
    assert bench.exit_code(document) == 3


@pytest.mark.parametrize(("key", "other"), [("location", "NOSUCH"), ("line", 99)])
def test_a_licence_is_where_the_file_says(bench: _Bench, key: str, other: object) -> None:
    document = copy.deepcopy(bench.document)
    place = document["components"][0]["evidence"]["occurrences"][0]
    place[key] = other
    assert bench.exit_code(document) == 1
    place |= {"location": "internal/LICENSE", "line": 99}  # which of those count depends on what is built
    assert bench.exit_code(document) == 0


def test_a_source_of_a_version_that_is_not_so_is_noticed(bench: _Bench) -> None:
    document = copy.deepcopy(bench.document)
    properties = document["metadata"]["component"]["properties"]
    next(one for one in properties if one["name"].endswith("version_source"))["value"] = "git tag v1.0.1 on HEAD"
    assert bench.exit_code(document) == 1
