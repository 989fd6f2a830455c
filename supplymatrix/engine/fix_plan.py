"""Use case `fix plan`: the fewest `go get` that clear known vulnerabilities of a project, worked out and not run.

plan = plan_fixes(FixRequest(path=Path("svc"), means=means))
plan.steps, plan.not_cleared, plan.new            # go.mod as it would be

Each affected module is raised to the earliest version that no entry of the databases concerns. The build list that
comes of it is worked out as the go command selects versions, and the fewest of these updates are sought that bring
about the others. What an update brings in beside them is looked up and told: whether a build takes packages from it
nobody can say before it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.fix_graphs import Graphs, retraction_of
from supplymatrix.engine.graph_inputs import GraphInputs, read_inputs
from supplymatrix.engine.means import Means
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.goenv import resolve_settings
from supplymatrix.gomod.goversion import go_version_key
from supplymatrix.gomod.modfile import GoMod, parse_go_mod
from supplymatrix.gomod.module_graph import ListedModule, ModuleGraph
from supplymatrix.gomod.require_edit import raise_requires
from supplymatrix.model.fix_plan import FixPlan, FixStep, NotCleared, Raise
from supplymatrix.model.gap import Gap
from supplymatrix.model.module import ModuleVersion, major_fault, split_path_version
from supplymatrix.model.value import value
from supplymatrix.model.vulnerability import Vulnerability
from supplymatrix.model.vulns_run import is_alarming
from supplymatrix.net.settings import read_env_files
from supplymatrix.sources.files import GO_MOD_LIMIT, read_limited
from supplymatrix.sources.mod_files import ModFiles
from supplymatrix.sources.subjects import find_subjects, read_subject
from supplymatrix.vulns.advisory import GO_ITSELF, STDLIB, TOOLCHAIN
from supplymatrix.vulns.clearing import clearing_version
from supplymatrix.vulns.index import VulnIndex
from supplymatrix.vulns.smallest_cover import smallest_cover
from supplymatrix.vulns.versions import is_comparable, order_of, release_of

if TYPE_CHECKING:
    from supplymatrix.engine.audit_vulns import VulnRun

__all__ = ["FixRequest", "plan_fixes"]

_NO_FIX = "take another module, or say in a waiver why it does not concern you"
_STRICT = go_version_key("1.21")
"""From this go line on a main module may not have a lower one than what it requires."""
_OWN_FILES = ("", "go.mod", "go.work")
"""Files that say which Go builds here."""
_COVERS = 60
"""Updates of which each is tried alone; above it all are taken."""


@value
class FixRequest:
    """path: a folder with a go.mod, or that file. databases: beside those of the settings. everything: also what was
    sought deeper and is not there. advisories: ids or aliases that are to be cleared, all when empty."""

    path: Path
    means: Means
    databases: tuple[Path, ...] = ()
    everything: bool = False
    advisories: tuple[str, ...] = ()


def plan_fixes(request: FixRequest) -> FixPlan:
    """Return the plan. Raises InputError for a path that is no project, and for advisories that nobody knows."""
    from supplymatrix.engine.audit_vulns import VulnRequest, run_vulns
    from supplymatrix.engine.module_graph import cache_of
    from supplymatrix.engine.vuln_databases import open_databases

    subjects = find_subjects((request.path,), recursive=False).subjects
    project = read_subject(subjects[0])
    inputs = read_inputs(project)
    main = next((main for main in inputs.mains if main.folder == project.root), None)
    if main is None or len(subjects) != 1:
        raise InputError(
            Diagnostic(
                message="a plan is made for one go.mod",
                artifact=request.path.as_posix(),
                seen=f"{len(subjects)} modules" if len(subjects) != 1 else "",
                expected="a folder with a go.mod",
                remedy="name a member of the workspace",
            )
        )
    databases = open_databases(request.means.environ, request.databases)
    run = run_vulns(VulnRequest(paths=(project.root,), means=request.means), databases)
    settings = resolve_settings(request.means.environ, *read_env_files(request.means.environ))
    files = ModFiles(cache_of(request.means.environ), inputs.hashes, inputs.folders)
    planner = _Planner(
        wanted=_wanted(run, request),
        index=databases.index,
        graphs=Graphs(inputs, files, request.means, settings),
        data=read_limited(main.folder / "go.mod", GO_MOD_LIMIT, "go.mod"),
        retracted=lambda module: retraction_of(files, module),
    )
    return planner.plan(inputs, run)


def _wanted(run: VulnRun, request: FixRequest) -> tuple[Vulnerability, ...]:
    """Return what is to be cleared. Raises InputError for a name that nothing found has."""
    named = {name for found in run.vulnerabilities for name in found.names}
    for name in request.advisories:
        if name not in named:
            raise InputError(
                Diagnostic(
                    message="no vulnerability of this name was found",
                    seen=name[:100],
                    expected=f"one of {', '.join(sorted(named)[:5])}" if named else "nothing was found at all",
                    remedy="run `supplymatrix audit vulns`",
                )
            )
    return tuple(
        found
        for found in run.vulnerabilities
        if (request.everything or bool(request.advisories) or is_alarming(found))
        and (not request.advisories or not {*request.advisories}.isdisjoint(found.names))
    )


class _Planner:
    """One plan."""

    def __init__(
        self,
        wanted: Sequence[Vulnerability],
        index: VulnIndex,
        graphs: Graphs,
        data: bytes,
        retracted: Callable[[ModuleVersion], str],
    ) -> None:
        self._wanted = wanted
        self._index = index
        self._graphs = graphs
        self._data = data
        self._retracted = retracted
        self._go_mod = parse_go_mod(data)
        self._excluded = {(entry.module.path, entry.module.version) for entry in self._go_mod.exclude}
        self._ids = frozenset((found.subject.path, found.advisory) for found in wanted)
        self._made: dict[frozenset[tuple[str, str]], ModuleGraph] = {}
        self._not_cleared: dict[tuple[str, str, str], NotCleared] = {}
        self._clears: dict[str, set[str]] = {}
        self._notes: list[str] = []

    def plan(self, inputs: GraphInputs, run: VulnRun) -> FixPlan:
        """Return the plan."""
        before = self._graphs.of(self._go_mod)
        targets = self._targets(before)
        chosen, is_smallest, after = self._fewest(targets, before)
        steps = [self._step(path, targets, before) for path in chosen]
        toolchain = self._toolchain()
        if toolchain is not None:
            steps.append(toolchain)
        raised = _raised(before, after)
        go = _go_of(after, self._go_mod)
        new = raise_requires(
            self._data,
            self._requires(after, chosen),
            go=go,
            toolchain=toolchain.becomes if toolchain is not None else "",
        )
        notes = [*_notes(inputs, raised, go), *self._brought_in(before, after), *self._notes]
        if self._graphs.fetched:
            notes.append(
                f"{len(self._graphs.fetched):,} go.mod files came from proxies and are not held against the log: run "
                "`supplymatrix check` after the update"
            )
        return FixPlan(
            name=inputs.name,
            found=tuple(sorted({advisory for _, advisory in self._ids})),
            steps=tuple(steps),
            raised=raised,
            not_cleared=tuple(self._not_cleared[key] for key in sorted(self._not_cleared)),
            old=self._data,
            new=new,
            databases=run.databases,
            gaps=(*run.gaps, *_missing(after)),
            notes=tuple(notes),
            is_smallest=is_smallest,
        )

    def _targets(self, graph: ModuleGraph) -> dict[str, str]:
        """Return the version to which each module of the build list has to be raised."""
        found = {}
        for listed in graph.modules:
            built, path = listed.effective, listed.module.path
            if built is None or not is_comparable(built.version):
                continue
            clearing = clearing_version(self._index, built.path, built.version, self._others(built.path, built.version))
            for entry in clearing.stays:
                self._keep(built, entry.id, "no version with a fix is known", _NO_FIX)
            target = _as_required(path, clearing.version) if clearing.version else ""
            fault, remedy = self._fault(listed, target) if target else ("", "")
            for entry in clearing.clears if fault else ():
                self._keep(built, entry.id, fault, remedy)
            if target and not fault:
                self._clears[path] = {entry.id for entry in clearing.clears}
                found[path] = target
        return found

    def _fault(self, listed: ListedModule, target: str) -> tuple[str, str]:
        """Return why `go get` cannot raise a module to a version, and what to do; "" where it can."""
        path = listed.module.path
        if listed.replacement is not None and listed.effective is not None:
            return f"go.mod replaces {path} by it", f"replace it by {listed.effective.path} {target}"
        if (path, target) in self._excluded:
            return f"go.mod excludes {target}", f"take a later version of {path}, or take the exclude out"
        if major_fault(target, split_path_version(path)[1]):
            return f"the database names {target}, which no module of this path can have", _NO_FIX
        why = self._graphs.absent(ModuleVersion(path=path, version=target))
        if why:
            return f"{target}, which the database names, could not be had: {why}", f"go list -m -versions {path}"
        retracted = self._retracted(ModuleVersion(path=path, version=target))
        if retracted:
            self._notes.append(f"{path} {target} was taken back by its author ({retracted}): look for a later one")
        return "", ""

    def _brought_in(self, before: ModuleGraph, after: ModuleGraph) -> Iterator[str]:
        """Say of each module that an update brings in, or raises, which entries concern it then."""
        known = _versions(before)
        for path, version in sorted(_versions(after).items()):
            old = known.get(path, "")
            if version == old or not is_comparable(version):
                continue
            there = {entry.id for entry in self._index.affecting(path, old)} if is_comparable(old) else set[str]()
            new = [entry.id for entry in self._index.affecting(path, version) if entry.id not in there]
            if new:
                yield (
                    f"{path} {version} comes with the updates, and {', '.join(new[:3])} concerns it: whether a build "
                    "takes its packages `supplymatrix audit vulns` tells after the update"
                )

    def _keep(self, module: ModuleVersion, advisory: str, reason: str, remedy: str) -> None:
        self._not_cleared[module.path, module.version, advisory] = NotCleared(
            path=module.path, version=module.version, advisory=advisory, reason=reason, remedy=remedy
        )

    def _graph(self, targets: Mapping[str, str]) -> ModuleGraph:
        """Return the build list with these requires; each is worked out once."""
        key = frozenset(targets.items())
        if key not in self._made:
            self._made[key] = self._graphs.of(parse_go_mod(raise_requires(self._data, targets)))
        return self._made[key]

    def _fewest(self, targets: Mapping[str, str], before: ModuleGraph) -> tuple[tuple[str, ...], bool, ModuleGraph]:
        """Return the fewest targets that bring about all, whether fewer surely do not, and the build list they make."""
        if not targets:
            return (), True, before
        every = tuple(sorted(targets))
        if len(targets) > _COVERS:
            return every, False, self._graph(targets)
        covers = {}
        for path, version in targets.items():
            made = _versions(self._graph({path: version}))
            covers[path] = {other for other, least in targets.items() if _reaches(made.get(other, ""), least)}
        chosen, is_smallest = smallest_cover(covers)
        graph = self._graph({path: targets[path] for path in chosen})
        made = _versions(graph)
        if all(_reaches(made.get(path, ""), version) for path, version in targets.items()):
            return chosen, is_smallest, graph
        return every, False, self._graph(targets)

    def _step(self, path: str, targets: Mapping[str, str], before: ModuleGraph) -> FixStep:
        alone = self._graph({path: targets[path]})
        brings = tuple(change for change in _raised(before, alone) if change.path != path)
        made = _versions(alone)
        clears = {
            advisory
            for other, least in targets.items()
            if _reaches(made.get(other, ""), least)
            for advisory in self._clears.get(other, ())
        }
        was = _versions(before).get(path, "")
        return FixStep(path=path, was=was, becomes=targets[path], clears=tuple(sorted(clears)), brings=brings)

    def _toolchain(self) -> FixStep | None:
        """Return the update of Go itself, None where nothing of it is wanted or clears it. What a build file names is
        told with its place: no line of go.mod changes it."""
        wanted = [found for found in self._wanted if found.subject.path in GO_ITSELF and not found.program]
        for found in wanted:
            if found.location.artifact not in _OWN_FILES:
                fixed = release_of(found.fixed)
                remedy = f"build with Go {fixed} or newer there" if fixed else _NO_FIX
                self._keep(found.subject, found.advisory, f"{found.location} names that Go", remedy)
        wanted = [found for found in wanted if found.location.artifact in _OWN_FILES]
        if not wanted:
            return None
        was = max((found.subject.version for found in wanted), key=order_of)
        version = was
        for path in (STDLIB, TOOLCHAIN):
            clearing = clearing_version(self._index, path, version, self._others(path, version))
            for entry in clearing.stays:
                self._keep(
                    ModuleVersion(path=path, version=was), entry.id, "no Go release with the fix is known", _NO_FIX
                )
            version = clearing.version or version
        after = {entry.id for path in (STDLIB, TOOLCHAIN) for entry in self._index.affecting(path, version)}
        clears = {found.advisory for found in wanted} - after
        if version == was or not clears:
            return None
        names = tuple(f"go{release_of(text)}" for text in (was, version))
        return FixStep(path=TOOLCHAIN, was=names[0], becomes=names[1], clears=tuple(sorted(clears)))

    def _others(self, path: str, version: str) -> frozenset[str]:
        """Return the ids of what concerns a version and is not to be cleared."""
        return frozenset(
            entry.id for entry in self._index.affecting(path, version) if (path, entry.id) not in self._ids
        )

    def _requires(self, graph: ModuleGraph, chosen: Sequence[str]) -> dict[str, str]:
        """Return the versions that go.mod has to name: of what it requires already, and of what is raised."""
        selected = _versions(graph)
        paths = {require.module.path for require in self._go_mod.require} | {*chosen}
        return {path: selected[path] for path in paths if selected.get(path)}


def _as_required(path: str, version: str) -> str:
    """Return a version as a require has it: with "+incompatible" where the path has no major version of its own."""
    fits = not major_fault(version, split_path_version(path)[1])
    return version if fits or version.endswith("+incompatible") else f"{version}+incompatible"


def _reaches(version: str, least: str) -> bool:
    return is_comparable(version) and order_of(version) >= order_of(least)


def _versions(graph: ModuleGraph) -> dict[str, str]:
    """Return path → selected version of the build list, main modules left out."""
    return {listed.module.path: listed.module.version for listed in graph.modules if not listed.is_main}


def _raised(before: ModuleGraph, after: ModuleGraph) -> tuple[Raise, ...]:
    old, new = _versions(before), _versions(after)
    return tuple(
        Raise(path=path, was=old.get(path, ""), becomes=version)
        for path, version in sorted(new.items())
        if old.get(path, "") != version
    )


def _go_of(graph: ModuleGraph, go_mod: GoMod) -> str:
    """Return the go line that the modules of a build list ask for, "" where the project's own will do."""
    own = go_mod.go.text if go_mod.go is not None else ""
    asked = [listed.go_version for listed in graph.modules if listed.go_version and not listed.is_main]
    if not own or not asked:
        return ""
    most = max(asked, key=go_version_key)
    is_higher = go_version_key(most) > go_version_key(own) and go_version_key(most) >= _STRICT
    return most if is_higher else ""


def _missing(graph: ModuleGraph) -> tuple[Gap, ...]:
    return tuple(
        Gap(
            wanted=f"go.mod of {missing.wanted.module}",
            reason=missing.reason,
            remedy=missing.remedy,
            subject=str(missing.wanted.module),
        )
        for missing in graph.missing
    )


def _notes(inputs: GraphInputs, raised: Sequence[Raise], go: str) -> Iterator[str]:
    if go:
        yield f"the go line is raised to {go}, since modules of the plan ask for it"
    if inputs.go_work is not None:
        yield "go.work was not heeded: in the workspace other versions may be selected"
    if raised and (inputs.folder / "vendor").is_dir():
        yield "vendor/ has to be made anew: go mod vendor"
    if raised:
        yield "go.sum gets new lines, and `go mod tidy` may add requires of modules that give packages"
