"""Say what is true in a bill of materials, whoever has made it: against the log, this machine, and a project.

truth = verify_sbom(SbomVerifyRequest(path=Path("bom.json"), means=means, project=Path("svc")), on_event)
truth.statements, truth.exit_code
"""

from __future__ import annotations

from pathlib import Path

from supplymatrix.engine.events import OnEvent, ignore_event
from supplymatrix.engine.licences import DETECTOR
from supplymatrix.engine.means import Means
from supplymatrix.engine.module_graph import GraphReader, GraphRun
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource
from supplymatrix.engine.sbom_evidence import LogWords, ask_log_about, bare_project, licences_of, zips_of
from supplymatrix.engine.sbom_files import SbomFile, read_sbom_file
from supplymatrix.engine.sbom_go import find_go_release
from supplymatrix.engine.sbom_signature import read_public_key, signature_statements
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.module_graph import ModuleGraph
from supplymatrix.model.value import value
from supplymatrix.net.file_facts import FileFacts
from supplymatrix.net.folders import cache_folder
from supplymatrix.net.settings import read_env_files
from supplymatrix.sbom.judge import Evidence, judge_components, modules_to_ask
from supplymatrix.sbom.judge_project import ProjectWord, judge_project
from supplymatrix.sbom.purl import STDLIB
from supplymatrix.sbom.read_values import ReadSbom
from supplymatrix.sbom.statements import SbomTruth, Statement, Topic, Truth
from supplymatrix.sources.modcache import module_cache
from supplymatrix.sources.project import Project, read_project

__all__ = ["SbomVerifyRequest", "verify_sbom"]

_ORDER = {topic: number for number, topic in enumerate(Topic)}
_ZIP_HASHES = ("SHA-256", "SHA-512")


@value
class SbomVerifyRequest:
    """path: of the file. project: a folder with go.mod that it is held against; None = the file by itself, with the
    policy of the current folder, if there is one. key: a public key that its signatures are held against."""

    path: Path
    means: Means
    project: Path | None = None
    policy: PolicySource = OWN_POLICY
    key: Path | None = None


@value
class _Against:
    """What a file is held against. graph: None without a project; own: paths of the subject's own modules."""

    project: Project
    graph: GraphRun | None
    own: frozenset[str]


def verify_sbom(request: SbomVerifyRequest, on_event: OnEvent = ignore_event) -> SbomTruth:
    """Return what is true in a file and what is not.

    Raises InputError for a file, key, project or policy that cannot be used, TrustError for a log that lied as a whole.
    """
    key = read_public_key(request.key) if request.key is not None else None
    file, means = read_sbom_file(request.path), request.means
    signed = signature_statements(request.path, file.data, key)
    sbom = file.sbom
    project = read_project(request.project) if request.project is not None else bare_project(Path())
    graph = _graph_of(project, means) if request.project is not None else None
    mains = frozenset(fact.subject.path for fact in graph.facts if fact.is_main) if graph is not None else frozenset()
    own = mains | ({sbom.main.module.path} if sbom.main is not None and sbom.main.module is not None else set())
    words = ask_log_about(modules_to_ask(sbom, own), project, request.policy, means, on_event, path=request.project)
    facts = FileFacts.open(means.cache_dir or cache_folder(means.environ), detector=DETECTOR)
    statements = _statements(sbom, words, _Against(project=project, graph=graph, own=own), means, facts)
    facts.save()
    return _truth(file, words, project, graph, (*signed, *statements))


def _graph_of(project: Project, means: Means) -> GraphRun:
    """Return the module graph of a project. Raises InputError where there is none."""
    run = GraphReader(means.environ, tests=True, cgo=None).read(project)
    if run.graph is None:
        gap = run.gaps[0]
        raise InputError(Diagnostic(message=gap.reason, artifact=project.root.as_posix(), remedy=gap.remedy))
    return run


def _statements(
    sbom: ReadSbom, words: LogWords, against: _Against, means: Means, facts: FileFacts
) -> tuple[Statement, ...]:
    """Return all statements, in the order of their topics and then of the file."""
    components = [component for component in sbom.go_components if component.module is not None]
    hashed = {
        component.module
        for component in components
        if component.module is not None
        and any(digest.algorithm in _ZIP_HASHES and not digest.is_h1 for digest in component.hashes)
        and component.module in words.by_module
    }
    licensed = {component.module for component in components if component.licences and component.module is not None}
    licensed = {module for module in licensed if module.version or module.path == STDLIB}
    files = read_env_files(means.environ)
    values = {name: text for file in reversed(files) for name, text in file.values.items()}
    evidence = Evidence(
        logged=words.by_module,
        zips=zips_of(sorted(hashed), module_cache(means.environ, values), facts, jobs=means.jobs),
        licences=licences_of(sorted(licensed), against.project, against.graph, means.environ, facts),
        own=against.own,
    )
    found = list(judge_components(sbom, evidence))
    if against.graph is not None and against.graph.graph is not None:
        found += judge_project(sbom, _project_word(against.graph, against.graph.graph, means))
    return tuple(sorted(found, key=lambda one: _ORDER[one.topic]))


def _project_word(run: GraphRun, graph: ModuleGraph, means: Means) -> ProjectWord:
    """Return what the project is made of."""
    from supplymatrix.sources.main_version import find_main_version

    inputs = run.inputs
    main = inputs.mains[0] if inputs is not None and inputs.mains else None
    go_mod = main.go_mod if main is not None else None
    release = find_go_release(go_mod, inputs.go_work if inputs is not None else None, means.environ)
    known = find_main_version(main.folder, main.path, main.go_mod, means.environ) if main is not None else None
    return ProjectWord(
        graph=graph,
        used={fact.subject.path: fact.gives_packages for fact in run.facts},
        tested=frozenset(run.test_packages) - frozenset(run.packages),
        go_line=go_mod.go.text if go_mod is not None and go_mod.go is not None else "",
        go_version="" if release.reason else release.version,
        go_source=release.source,
        platform=f"{run.goos}/{run.goarch}",
        version=known.version if known is not None else "",
        version_source=(known.source or known.reason) if known is not None else "",
    )


def _truth(
    file: SbomFile, words: LogWords, project: Project, graph: GraphRun | None, statements: tuple[Statement, ...]
) -> SbomTruth:
    sbom = file.sbom
    go_components = len(sbom.go_components) + (1 if sbom.main is not None and sbom.main.is_go else 0)
    notes = list(words.notes)
    signed = [one for one in statements if one.topic is Topic.SIGNATURE]
    notes += [f"a signature holds with the given key: {one.said}" for one in signed if one.truth is Truth.TRUE]
    scope = ""
    if graph is not None:
        scope = (
            f"the build list by {graph.listed_by}; packages of ./... for {graph.goos}/{graph.goarch} by "
            f"{graph.packages_by}"
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
        project=project.name if graph is not None else "",
        scope=scope,
        log=words.log,
        tree_size=words.tree_size,
        signature="" if any(one.said.startswith("beside") for one in signed) else file.signature,
    )
