"""Say what is true in a bill of materials, whoever has made it: against the log, this machine, and a project.

truth = verify_sbom(SbomVerifyRequest(path=Path("bom.json"), means=means, project=Path("svc")), on_event)
truth.statements, truth.exit_code
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from supplymatrix.engine.events import OnEvent, ignore_event
from supplymatrix.engine.licences import DETECTOR
from supplymatrix.engine.log_words import MOST_MODULES, LogWords, ask_log_about, bare_project
from supplymatrix.engine.means import Means
from supplymatrix.engine.module_graph import cache_of
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource
from supplymatrix.engine.sbom_evidence import deeper_licences, licences_of, zips_of
from supplymatrix.engine.sbom_files import SbomFile, read_sbom_file
from supplymatrix.engine.sbom_project import ProjectSide, read_project_side
from supplymatrix.engine.sbom_signature import read_public_key, signature_statements
from supplymatrix.engine.sbom_write import validate_document_file
from supplymatrix.model.log_word import LogWordKind
from supplymatrix.model.value import changed, value
from supplymatrix.net.file_facts import FileFacts
from supplymatrix.net.folders import cache_folder_if_any
from supplymatrix.sbom.evidence import Evidence, modules_to_ask
from supplymatrix.sbom.judge import judge_components
from supplymatrix.sbom.judge_document import judge_document
from supplymatrix.sbom.judge_licences import modules_to_look_deeper
from supplymatrix.sbom.judge_project import judge_project
from supplymatrix.sbom.judge_rest import judge_rest, unread_of
from supplymatrix.sbom.purl import STDLIB
from supplymatrix.sbom.read_values import ReadSbom
from supplymatrix.sbom.statements import SbomTruth, Statement, Topic, Truth
from supplymatrix.sources.project import Project

__all__ = ["SbomVerifyRequest", "verify_sbom"]

_NO_SCHEMA = (("SPDX JSON", "2.2"),)
_ORDER = {topic: number for number, topic in enumerate(Topic)}


@value
class SbomVerifyRequest:
    """path: of the file. project: a project, a member of a workspace or a workspace that it is held against; None = the
    file by itself, with the policy of the current folder, if there is one. key: a public key that its signatures are
    held against. most: how many modules the log is asked for."""

    path: Path
    means: Means
    project: Path | None = None
    policy: PolicySource = OWN_POLICY
    key: Path | None = None
    most: int = MOST_MODULES


def verify_sbom(request: SbomVerifyRequest, on_event: OnEvent = ignore_event) -> SbomTruth:
    """Return what is true in a file and what is not.

    Raises InputError for a file, key, project or policy that cannot be used, TrustError for a log that lied as a whole.
    """
    key = read_public_key(request.key) if request.key is not None else None
    file, means = read_sbom_file(request.path), request.means
    signed = signature_statements(request.path, file.data, key)
    sbom = file.sbom
    side = read_project_side(request.project, sbom, means.environ) if request.project is not None else None
    project = side.project if side is not None else bare_project(Path())
    own = side.own if side is not None else None
    words = ask_log_about(
        modules_to_ask(sbom, own), project, request.policy, means, on_event,
        path=project.root if side is not None else None, most=request.most,
    )  # fmt: skip
    facts = FileFacts.open(means.cache_dir or cache_folder_if_any(means.environ), detector=DETECTOR)
    evidence = _evidence(sbom, words, _Here(project, side, means, facts))
    statements = (*_statements(sbom, evidence, side, means.now), _of_format(file))
    facts.save()
    ordered = sorted((*signed, *statements), key=lambda one: _ORDER[one.topic])
    return _truth(file, words, side, tuple(ordered))


class _Here(NamedTuple):
    """Where evidence is looked for. side: None without a project, of which then only the policy counts."""

    project: Project
    side: ProjectSide | None
    means: Means
    facts: FileFacts


def _of_format(file: SbomFile) -> Statement:
    """Return whether the file is as the schema of its format wants it, as `sbom validate` says."""
    sbom, data = file.sbom, file.data
    if sbom.is_wrapped:
        data = json.dumps(json.loads(data)["predicate"]).encode()
    said = f"{sbom.format} {sbom.spec}".strip()
    told = Statement(topic=Topic.FORMAT, truth=Truth.TRUE, subject="the file", said=said)
    if (sbom.format, sbom.spec) in _NO_SCHEMA or sbom.format == "syft JSON":
        return changed(told, truth=Truth.NOT_CHECKED, reason=f"there is no schema here for {said}")
    faults = validate_document_file(data).faults
    if not faults:
        return told
    more = f"; and {len(faults) - 1:,} more, see `supplymatrix sbom validate`" if len(faults) > 1 else ""
    return changed(told, truth=Truth.FALSE, found=f"not as its schema wants it: {faults[0]}{more}")


def _statements(sbom: ReadSbom, evidence: Evidence, side: ProjectSide | None, now: datetime) -> tuple[Statement, ...]:
    """Return all statements about what is in the file."""
    of_project = side is not None
    found = [*judge_document(sbom, of_project=of_project, now=now), *judge_components(sbom, evidence)]
    if side is not None:
        found += [*side.statements, *judge_project(sbom, side.word)]
    return (*found, *judge_rest(sbom, of_project=of_project))


def _evidence(sbom: ReadSbom, words: LogWords, here: _Here) -> Evidence:
    """Return what is known here of the modules in a file: zips of all of which it states a hash or a licence."""
    project, side, means, facts = here
    cache = cache_of(means.environ)
    known = Evidence(
        logged=words.by_module,
        own=side.own if side is not None else None,
        folders=side.folders if side is not None else frozenset(),
        log=words.log,
        tree_size=words.tree_size,
    )
    stated = [one for one in sbom.everything if one.module is not None and (one.hashes or one.licences)]
    proven = {module for module, word in words.by_module.items() if word.kind is LogWordKind.PROVEN}
    modules = sorted({one.module for one in stated if one.module is not None} & proven)
    known = changed(known, zips=zips_of(modules, cache, facts, jobs=means.jobs))
    held = frozenset(module for module in known.zips if known.zip_is_proven(module))
    licensed = {one.module for one in stated if one.module is not None and one.licences}
    licensed = {module for module in licensed if module.version or module.path == STDLIB}
    graph = side.run if side is not None else None
    licences = licences_of(sorted(licensed), project, graph, means.environ, facts, proven=held)
    known = changed(known, licences=licences)
    deeper = deeper_licences(modules_to_look_deeper(sbom, known), project, cache, means.environ, facts)
    return changed(known, deeper=deeper)


def _truth(file: SbomFile, words: LogWords, side: ProjectSide | None, statements: tuple[Statement, ...]) -> SbomTruth:
    sbom = file.sbom
    go_components = len(sbom.go_components) + (1 if sbom.main is not None and sbom.main.is_go else 0)
    notes = list(words.notes)
    signed = [one for one in statements if one.topic is Topic.SIGNATURE]
    notes += [f"a signature holds with the given key: {one.said}" for one in signed if one.truth is Truth.TRUE]
    scope = ""
    if side is not None:
        graph = side.run
        notes += side.notes
        tags = f", tags {', '.join(graph.tags)}" if graph.tags else ""
        scope = (
            f"the build list by {graph.listed_by}; packages of ./... for {graph.goos}/{graph.goarch} by "
            f"{graph.packages_by}{tags}"
        )
        notes += [note.message for note in graph.notes]
        notes += [f"{gap.wanted}: {gap.reason}" for gap in graph.gaps]
    return SbomTruth(
        artifact=file.artifact,
        sha256=file.sha256,
        format=sbom.format,
        spec=sbom.spec,
        tools=sbom.tools,
        identity=sbom.identity,
        created=sbom.created,
        main=sbom.main.title if sbom.main is not None else "",
        go_components=go_components,
        others=len(sbom.components) + (1 if sbom.main is not None else 0) - go_components,
        statements=statements,
        notes=tuple(notes),
        faults=sbom.faults,
        fault_count=sbom.fault_count,
        project=side.name if side is not None else "",
        scope=scope,
        log=words.log,
        tree_size=words.tree_size,
        unread=sum(unread_of(sbom, of_project=side is not None).values()),
        signature="" if any(one.said.startswith("beside") for one in signed) else file.signature,
    )
