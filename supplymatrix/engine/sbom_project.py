"""A project as a bill of materials is held against it: what it is, how it uses its modules, what is known of that here.

side = read_project_side(Path("svc"), sbom, means)
side.word                       # a ProjectWord for `judge_project`
side.own, side.folders          # paths of its own modules, and of those that are built from a folder

It is read for the system, processor, cgo and tags that the file itself names, so that what was built for another
machine is not held against this one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from supplymatrix.engine.module_graph import GraphReader, GraphRun, ListedBy, cache_of
from supplymatrix.engine.sbom_components import Known, go_components, main_component, module_components
from supplymatrix.engine.sbom_gaps import package_gaps
from supplymatrix.engine.sbom_go import GoRelease, find_go_release
from supplymatrix.engine.sbom_native import native_parts
from supplymatrix.engine.sbom_places import is_absolute, local_folder
from supplymatrix.engine.sbom_proofs import Proofs
from supplymatrix.engine.sbom_reasons import A_FOLDER
from supplymatrix.engine.sbom_subject import SbomSubject, find_sbom_subject, read_files_of
from supplymatrix.engine.sbom_zips import NO_ZIPS
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.build_constraint import KNOWN_ARCH, KNOWN_OS
from supplymatrix.gomod.goenv import resolve_settings
from supplymatrix.model.value import changed, value
from supplymatrix.net.settings import read_env_files
from supplymatrix.sbom.completeness import Evidence, completeness_of
from supplymatrix.sbom.document import Aggregate, Component, Scope, Usage
from supplymatrix.sbom.judge_project import TOOLCHAIN, ProjectWord
from supplymatrix.sbom.purl import STDLIB, parse_purl
from supplymatrix.sbom.read_values import ReadSbom
from supplymatrix.sbom.spdx_common import component_facts
from supplymatrix.sbom.statements import Statement, Topic, Truth
from supplymatrix.sources.main_version import MainVersion, find_main_version
from supplymatrix.sources.project import Project

__all__ = ["ProjectSide", "Target", "read_project_side", "target_of"]

_PREFIX = "supplymatrix:"
_TAG = re.compile(r"[A-Za-z0-9_.]+")
_VENDOR_LIMIT = 64 << 20


@value
class Target:
    """For what a file says that it was built. goos, goarch: "" where it does not say. cgo: None likewise. tags: None
    likewise. statements: about what it says and nobody can build for."""

    goos: str = ""
    goarch: str = ""
    cgo: bool | None = None
    tags: tuple[str, ...] | None = None
    statements: tuple[Statement, ...] = ()


@value
class ProjectSide:
    """name: of the project, or of the workspace. project: the one that stands for all. run: its graph. own: paths of
    its main modules; folders: of modules that are built from a folder. statements: about the platform that the file
    names."""

    name: str
    project: Project
    run: GraphRun
    word: ProjectWord
    own: frozenset[str]
    folders: frozenset[str]
    statements: tuple[Statement, ...]
    notes: tuple[str, ...]


def target_of(sbom: ReadSbom) -> Target:
    """Return for what a file says that it was built: in this program's properties, else in the purl of its subject."""
    said = {name: sbom.properties_of(name) for name in ("goos", "goarch", "cgo_enabled", "tags")}
    words = {name: texts[0] if texts else "" for name, texts in said.items()}
    if not words["goos"] and not words["goarch"] and sbom.main is not None and sbom.main.is_go:
        try:
            qualifiers = parse_purl(sbom.main.purl).qualifiers
        except InputError:
            qualifiers = {}
        words |= {name: qualifiers.get(name, "") for name in ("goos", "goarch")}
    faults = [
        _not_known(name, words[name])
        for name, known in (("goos", KNOWN_OS), ("goarch", KNOWN_ARCH), ("cgo_enabled", {"true", "false"}))
        if words[name] and words[name] not in known
    ]
    tags = tuple(words["tags"].split(",")) if words["tags"] not in ("", "none") else ()
    if not all(map(_TAG.fullmatch, tags)):
        faults.append(_not_known("tags", words["tags"]))
        tags = ()
    return Target(
        goos=words["goos"] if words["goos"] in KNOWN_OS else "",
        goarch=words["goarch"] if words["goarch"] in KNOWN_ARCH else "",
        cgo={"true": True, "false": False}.get(words["cgo_enabled"]),
        tags=tags if said["tags"] else None,
        statements=tuple(faults),
    )


def _not_known(name: str, said: str) -> Statement:
    found = f"Go knows no such {name}; the project was looked at as it is built here"
    return Statement(topic=Topic.PLATFORM, truth=Truth.FALSE, subject=name, said=said[:200], found=found)


def _unlooked(run: GraphRun) -> Iterator[Statement]:
    """Yield what of the project could not be looked at, so that the file is not held against all of it."""
    told = Statement(topic=Topic.BUILD_LIST, truth=Truth.NOT_CHECKED, subject="the project", said="", is_promised=True)
    remedy = "go mod download, and run this again"
    is_listed = run.listed_by is ListedBy.GO or run.from_vendor
    if run.graph is not None and not run.graph.is_complete and not is_listed:
        yield changed(told, reason="go.mod files are missing: its build list is not known completely", remedy=remedy)
    unknown = [fact.subject.path for fact in run.facts if fact.gives_packages is None]
    gaps = package_gaps(run, Scope.BUILT)
    first = next((f"{gap.wanted}: {gap.reason}" for gap in gaps), "")
    if unknown or first:
        many = f"of {len(unknown):,} modules nobody knows whether the build takes packages from them"
        yield changed(told, topic=Topic.MISSING, reason=first or many, remedy=remedy)


def read_project_side(path: Path, sbom: ReadSbom, environ: Mapping[str, str]) -> ProjectSide:
    """Read a project, a member of a workspace or a workspace. Raises InputError where there is none, or no graph."""
    subject = find_sbom_subject(path, environ)
    target = target_of(sbom)
    member = "" if subject.is_workspace else subject.project.name
    reader = GraphReader(
        environ, tests=True, goos=target.goos, goarch=target.goarch, cgo=target.cgo, tags=target.tags, member=member
    )
    run = reader.read(subject.project)
    if run.graph is None:
        gap = run.gaps[0]
        raise InputError(Diagnostic(message=gap.reason, artifact=subject.folder.as_posix(), remedy=gap.remedy))
    return _Side(subject, run, sbom, environ).side(target)


class _Side:
    """One project, beside one file."""

    def __init__(self, subject: SbomSubject, run: GraphRun, sbom: ReadSbom, environ: Mapping[str, str]) -> None:
        self._subject = subject
        self._run = run
        self._sbom = sbom
        self._environ = environ
        self._cache = cache_of(environ)
        self._own = "" if subject.is_workspace else subject.project.name
        self._release = self._find_release()
        self._versions = self._find_versions()
        self._made = self._components()

    def side(self, target: Target) -> ProjectSide:
        run = self._run
        assert run.graph is not None  # noqa: S101 - the caller has seen it
        own = frozenset(listed.module.path for listed in run.graph.modules if listed.is_main)
        word = ProjectWord(
            graph=run.graph,
            used={fact.subject.path: fact.gives_packages for fact in run.facts},
            tested=frozenset(run.test_packages) - frozenset(run.packages),
            go_line=self._go_line(),
            go_version="" if self._release.reason else self._release.version,
            go_source=self._release.source,
            platform=f"{run.goos}/{run.goarch}",
            subject=self._own,
            versions={path: (found.version, found.source or found.reason) for path, found in self._versions.items()},
            aliases={path: found.others for path, found in self._versions.items() if found.others},
            facts={path: dict(self._facts(component)) for path, component in self._made.items()},
            files=self._files(),
            misses=self._misses(),
        )
        named = f"{target.goos or run.goos}/{target.goarch or run.goarch}"
        notes = [f"the file is for {named}, and was held against that"] if target.goos or target.goarch else []
        return ProjectSide(
            name=self._subject.name,
            project=self._subject.project,
            run=run,
            word=word,
            own=own,
            folders=frozenset(made.module.path for made in self._made.values() if made.directory),
            statements=(*target.statements, *_unlooked(run)),
            notes=tuple(notes),
        )

    def _find_release(self) -> GoRelease:
        inputs = self._run.inputs
        mains = inputs.mains if inputs is not None else ()
        go_mod = next((main.go_mod for main in mains if main.path == self._subject.project.name), None)
        return find_go_release(go_mod, inputs.go_work if inputs is not None else None, self._environ, self._cache)

    def _go_line(self) -> str:
        """Return the least version of Go, as the file that counts demands it."""
        inputs = self._run.inputs
        mains = inputs.mains if inputs is not None else ()
        own = [main.go_mod for main in mains if not self._own or main.path == self._own]
        lines = [go_mod.go.text for go_mod in own if go_mod.go is not None]
        return lines[0] if len(lines) == 1 or (lines and not self._subject.is_workspace) else ""

    def _find_versions(self) -> dict[str, MainVersion]:
        inputs = self._run.inputs
        return {
            main.path: find_main_version(main.folder, main.path, main.go_mod, self._environ, cache=self._cache)
            for main in (inputs.mains if inputs is not None else ())
        }

    def _components(self) -> dict[str, Component]:
        """Return the components that a file made here and now would have, as far as they do not need the log, zips or
        licences."""
        run = self._run
        known = Known(
            run=run,
            proofs=Proofs(modules={}, gaps=(), alarms=(), notes=()),
            licences={},
            zips=NO_ZIPS,
            cache=None,
            settings=resolve_settings(self._environ, *read_env_files(self._environ)),
            folder_of=lambda listed: local_folder(listed, run),
        )
        listed = list(zip(run.graph.modules if run.graph is not None else (), run.facts, strict=True))
        made = module_components(known, [item for item in listed if not item[0].is_main])
        made |= {path: main_component(known, path, found, "") for path, found in self._versions.items()}
        go = go_components(self._release, known, None)
        return made | dict(zip((STDLIB, TOOLCHAIN), go, strict=False))

    def _facts(self, component: Component) -> Iterator[tuple[str, str]]:
        for name, text in component_facts(component):
            is_hidden = name == f"{_PREFIX}directory" and is_absolute(text)
            yield name.removeprefix(_PREFIX), A_FOLDER if is_hidden else text

    def _files(self) -> dict[str, str]:
        found = {file.name: file.sha256 for file in read_files_of(self._subject)}
        if self._run.from_vendor and self._run.inputs is not None:
            import hashlib

            from supplymatrix.sources.files import read_if_there

            data = read_if_there(self._run.inputs.folder / "vendor" / "modules.txt", _VENDOR_LIMIT, "modules.txt")
            found["vendor/modules.txt"] = hashlib.sha256(data or b"").hexdigest()
        return found

    def _misses(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return why a list would not be complete: for what the project is, and for what is not on this machine."""
        run = self._run
        said = self._sbom.properties_of("scope")
        scope = next((one for one in Scope if one in said), Scope.BUILT)
        made = [component for component in self._made.values() if component.usage != "not-built" or scope is Scope.ALL]
        known = [changed(component, usage=Usage.BUILT) for component in made]  # whether it is lies with this machine
        always = completeness_of(scope, known, Evidence(has_graph=True)).reasons
        here = completeness_of(
            scope,
            [changed(component, directory="") for component in made],
            Evidence(
                has_graph=run.graph is not None,
                graph_gaps=run.gaps,
                is_listed=run.listed_by is ListedBy.GO or (run.from_vendor and scope is not Scope.ALL),
                package_gaps=(*package_gaps(run, scope), *native_parts(run).gaps),
            ),
        )
        return always, here.reasons if here.components is not Aggregate.COMPLETE else ()
