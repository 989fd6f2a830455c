"""Which versions a project builds, so that a program can be held against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.checks.program_gaps import VERSIONS_WANTED
from supplymatrix.model.fact import Gap, ProjectFact, RequiredModule
from supplymatrix.model.program import BuiltProgram
from supplymatrix.model.value import value
from supplymatrix.sources.project import Project

if TYPE_CHECKING:
    from supplymatrix.engine.module_graph import GraphRun

__all__ = ["NO_PROJECT", "ProjectVersions", "built_of", "notes_on_others", "project_versions", "versions_of"]

_BUILT_OF = ("go.mod", "go.work")


@value
class ProjectVersions:
    """name: of the project. selected: module path → the version that its build takes, by the path of a replacement
    where there is one; None where that is not known. gaps: why not. mains: paths of its own modules: programs of others
    are not held against it."""

    name: str
    selected: Mapping[str, str] | None
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    mains: frozenset[str] = frozenset()


NO_PROJECT = ProjectVersions(name="", selected=None)


def built_of(project: Path | None) -> Path | None:
    """Return a project whose versions programs can be held against, None where nothing there says what is built."""
    if project is None:
        return None
    is_one = project.name in _BUILT_OF or any((project / name).is_file() for name in _BUILT_OF)
    return project if is_one else None


def versions_of(path: Path, environ: Mapping[str, str]) -> tuple[Project, ProjectVersions]:
    """Read a project, a member of a workspace or a workspace. Raises InputError where there is none."""
    from supplymatrix.engine.sbom_subject import find_sbom_subject

    subject = find_sbom_subject(path, environ)
    return subject.project, project_versions(subject.project, environ)


def project_versions(project: Project, environ: Mapping[str, str]) -> ProjectVersions:
    """Return the versions that a project builds.

    Where go.mod files of the graph are not at hand, a pruned go.mod has to do: it names every module that gives
    packages to the build.
    """
    from supplymatrix.engine.module_graph import GraphReader, ListedBy

    run = GraphReader(environ, own_first=True, unused_too=False).read(project)
    members = (fact.subject for fact in project.facts if isinstance(fact, RequiredModule) and fact.is_member)
    own = (*(fact.subject for fact in run.facts if fact.is_main), *members)
    mains = frozenset({project.name, *(module.path for module in own)})
    if run.graph is not None and (run.graph.is_complete or run.listed_by is ListedBy.GO):
        return ProjectVersions(name=project.name, selected=_selected(run), mains=mains)
    selected = _required(project)
    if selected is not None:
        text = "go.mod files of its dependencies are missing: the versions are those that its own go.mod requires"
        return ProjectVersions(name=project.name, selected=selected, notes=(f"{project.name}: {text}",), mains=mains)
    first = run.gaps[0] if run.gaps else None
    gap = Gap(
        wanted=f"{VERSIONS_WANTED}{project.name}",
        reason=first.reason if first is not None else "go.mod files of its dependencies are missing",
        remedy=first.remedy if first is not None else "go mod download, and run this again",
    )
    return ProjectVersions(name=project.name, selected=None, gaps=(gap,), mains=mains)


def notes_on_others(programs: Sequence[BuiltProgram], versions: ProjectVersions) -> tuple[str, ...]:
    """Return that some programs are none of the project, and not held against its versions."""
    others = [program for program in programs if program.path and program.main not in versions.mains]
    if not versions.mains or not others:
        return ()
    first = others[0]
    name = f"{first.name} ({first.main or first.path})"
    if len(others) == 1:
        return (f"{name} is not of this project: its versions are not held against {versions.name}",)
    text = f"{len(others):,} programs are not of this project: their versions are not held against {versions.name}"
    return (f"{text}; the first is {name}",)


def _selected(run: GraphRun) -> dict[str, str]:
    modules = (fact.effective for fact in run.facts if not fact.is_main)
    return {module.path: module.version for module in modules if module is not None}


def _required(project: Project) -> dict[str, str] | None:
    """Return what a go.mod that names all modules requires, None for any other."""
    is_pruned = any(fact.prunes_graph for fact in project.facts if isinstance(fact, ProjectFact))
    required = [fact for fact in project.facts if isinstance(fact, RequiredModule)]
    if not is_pruned or project.workspace is not None or any(fact.excluded for fact in required):
        return None
    modules = (fact.effective for fact in required)
    return {module.path: module.version for module in modules if module is not None}
