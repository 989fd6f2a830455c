"""Minimal version selection: the build list of a project, and who requires whom, as `go list -m all` has them.

Of each module the highest version that anybody requires is taken. How far the requires are followed depends on the
module at hand (graph pruning):

- From go 1.17 on, a module's go.mod names everything that its packages need. Below such a main module the go.mod of
  each of its requires is read, and what those require is known by name and version but not read any further, unless
  it is itself of the old kind: that one's requires are followed to the end.
- A main module of the old kind has everything followed to the end.
- In a workspace all main modules are followed as by themselves, and then again from every module whose selected
  version is a higher one than the one that was followed.

A requirement is passed over when a main module excludes that very version, and the go.mod of a replaced module is that
of its replacement. A `go` line of 1.21 or later requires the pseudo-module "go", which counts for nothing here but
whether go.mod is consistent. Of an inconsistent go.mod (one of its requires is not the version that is selected) the go
command demands that it be updated first; the list here is what comes of that update.

    asking = select_versions([parse_go_mod(data)])
    wanted = next(asking)                # whose go.mod files it needs, a batch at a time
    asking.send([b"module …", …])        # their texts, or `Absent`; at the end StopIteration with the ModuleGraph

Source: cmd/go internal/modload/buildlist.go (readModGraph, expandGraph, updatePrunedRoots), modload/modfile.go,
internal/mvs/graph.go; go.dev/ref/mod#graph-pruning, #workspaces.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from enum import Enum
from itertools import chain
from typing import NamedTuple

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.dependency_file import DependencyFile, parse_dependency
from supplymatrix.gomod.goversion import GoVersionKey, go_version_key, toolchain_key
from supplymatrix.gomod.modfile import GoMod, GoWork, Replace
from supplymatrix.model import semver
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value

__all__ = [
    "Absent", "Asking", "ListedModule", "MissingFile", "ModuleGraph", "Raised", "Replacement", "WantedFile",
    "select_versions",
]  # fmt: skip

_MODULES = 100_000
_EDGES = 1_000_000
_VISITS = 10_000_000
_FIRST_PRUNING = go_version_key("1.17")
_FIRST_STRICT = go_version_key("1.21")
_OLD_GO = "1.16"
_OLD_WORK = "1.18"
_PSEUDO = ("go", "toolchain")
_Node = tuple[str, str]
"""Path and version; a main module's version is ""."""


@value
class Replacement:
    """What is taken for a module. target: None = the folder `directory`, as written in the file of `base`.

    base: path of the main module whose go.mod says so, "" = go.work.
    """

    target: ModuleVersion | None
    directory: str
    base: str


@value
class WantedFile:
    """The go.mod that is asked for: that of `replacement`, where there is one, else that of `module`."""

    module: ModuleVersion
    replacement: Replacement | None

    @property
    def effective(self) -> ModuleVersion | None:
        """The module version whose go.mod it is, None = that of a folder."""
        return self.module if self.replacement is None else self.replacement.target


@value
class Absent:
    """A go.mod could not be had. reason: one clause; remedy: what to do."""

    reason: str
    remedy: str = ""


@value
class MissingFile:
    """A go.mod that belongs to the graph and is not in it, so that the build list may lack modules or versions."""

    wanted: WantedFile
    reason: str
    remedy: str


@value
class ListedModule:
    """One module of the build list. module.version: the selected one, "" of a main module.

    is_indirect: no main module requires it but with an "// indirect". is_required: a main module requires it at all.
    go_version: of its go.mod where that was read, else ""; "1.16" of a single main module without a go line.
    """

    module: ModuleVersion
    replacement: Replacement | None
    is_main: bool
    is_indirect: bool
    is_required: bool
    go_version: str

    @property
    def effective(self) -> ModuleVersion | None:
        """What the build takes for it, None = a folder."""
        if self.is_main:
            return None
        return self.module if self.replacement is None else self.replacement.target


@value
class Raised:
    """A require of the main module that the rest of the graph overrules. version: what is selected instead."""

    required: ModuleVersion
    version: str


@value
class ModuleGraph:
    """modules: the build list, main modules first. requires: who requires whom, of every version that was read.

    missing: what could not be read; then the list is not complete. raised: why the go command would first demand an
    update of go.mod.
    """

    modules: tuple[ListedModule, ...]
    requires: Mapping[ModuleVersion, tuple[ModuleVersion, ...]]
    missing: tuple[MissingFile, ...]
    raised: tuple[Raised, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every go.mod could be read."""
        return not self.missing


Asking = Generator[tuple[WantedFile, ...], Sequence[bytes | Absent], ModuleGraph]
"""Yields the go.mod files that it wants, receives their texts in the same order, returns the graph."""


def select_versions(mains: Sequence[GoMod], go_work: GoWork | None = None) -> Asking:
    """Return the build list of a main module, or of all main modules of a workspace.

    mains: without `go_work` exactly one. Raises InputError for a graph beyond all measure: 100,000 module versions,
    1,000,000 requirements, or 10,000,000 to be followed.
    """
    if go_work is None and len(mains) != 1:
        raise ValueError(f"{len(mains)} main modules without a workspace")
    return _Selection(mains, go_work).run()


class _Pruning(Enum):
    PRUNED = "pruned"
    UNPRUNED = "unpruned"
    WORKSPACE = "workspace"


def _pruning_of(go_version: str) -> _Pruning:
    return _Pruning.PRUNED if go_version_key(go_version) >= _FIRST_PRUNING else _Pruning.UNPRUNED


class _File(NamedTuple):
    """A go.mod, as far as the graph is concerned."""

    require: tuple[_Node, ...]
    pruning: _Pruning
    go_version: str


_Key = semver.SortKey | GoVersionKey


class _Graph:
    """One reading of the graph: what each node requires, and the highest version of each path."""

    def __init__(self, roots: Iterable[_Node]) -> None:
        self.roots = tuple(dict.fromkeys(roots))
        self.required: dict[_Node, tuple[_Node, ...]] = {}
        self.missing: dict[_Node, MissingFile] = {}
        self.selected: dict[str, str] = {}
        self._keys: dict[_Node, _Key] = {}
        for root in self.roots:
            self._select(root)

    def require(self, node: _Node, requires: tuple[_Node, ...]) -> None:
        self.required[node] = requires
        for required in requires:
            self._select(required)

    def _select(self, node: _Node) -> None:
        path, version = node
        known = self.selected.get(path)
        if known is None or (known not in (version, "") and (not version or self._less(path, known, version))):
            self.selected[path] = version

    def _less(self, path: str, version: str, other: str) -> bool:
        return self._key((path, version)) < self._key((path, other))  # type: ignore[operator]  # both of one kind

    def _key(self, node: _Node) -> _Key:
        key = self._keys.get(node)
        if key is None:
            path, version = node
            kinds = {"go": go_version_key, "toolchain": toolchain_key}
            key = self._keys[node] = kinds.get(path, semver.sort_key)(version)
        return key


class _Selection:
    """One run: all files that were read, and how much work was done."""

    def __init__(self, mains: Sequence[GoMod], go_work: GoWork | None) -> None:
        self._mains = {file.module.path if file.module else "": file for file in mains}
        self._go_work = go_work
        self._files: dict[_Node, _File | MissingFile] = {}
        self._excluded = frozenset(
            (entry.module.path, entry.module.version) for file in mains for entry in file.exclude
        )
        self._replaces = _replaces_of(self._mains, go_work)
        self._default_go = _OLD_GO if go_work is None else ""
        self._edges = 0
        self._visits = 0

    def run(self) -> Asking:
        """Read the graph, and again from higher requires for as long as it raises some of them."""
        if self._go_work is not None:
            roots = self._workspace_roots(self._go_work)
            graph = yield from self._read(_Pruning.WORKSPACE, roots)
            return self._result(graph, ())
        ((path, go_mod),) = self._mains.items()
        roots = self._own_requires(go_mod, toolchain=True)
        pruning = _pruning_of(go_mod.go.text if go_mod.go else _OLD_GO)
        graph = yield from self._read(pruning, roots)
        raised = tuple(
            Raised(required=_module(node), version=graph.selected[node[0]])
            for node in roots
            if graph.selected[node[0]] not in (node[1], "")
        )
        if pruning is _Pruning.PRUNED and raised:
            graph = yield from self._settle(path, roots, graph)
        return self._result(graph, raised)

    def _settle(
        self, main: str, roots: tuple[_Node, ...], graph: _Graph
    ) -> Generator[tuple[WantedFile, ...], Sequence[bytes | Absent], _Graph]:
        """Return the graph in which every require is the selected version.

        As the update begins, a require that another one of the same module or the main module itself overrules is
        dropped before it has a say.
        """
        highest = {path: version for path, version in roots if path != main}
        once = tuple(highest.items())
        if once != roots:
            roots = once
            graph = yield from self._read(_Pruning.PRUNED, roots)
        while not graph.missing:
            settled = tuple((path, graph.selected[path]) for path, _ in roots)
            if settled == roots:
                break
            roots = settled
            graph = yield from self._read(_Pruning.PRUNED, roots)
        return graph

    def _workspace_roots(self, go_work: GoWork) -> tuple[_Node, ...]:
        roots = [(path, "") for path in sorted(self._mains)]
        roots.append(("go", go_work.go.text if go_work.go else _OLD_WORK))
        if go_work.toolchain is not None:
            roots.append(("toolchain", go_work.toolchain.text))
        return tuple(roots)

    def _own_requires(self, go_mod: GoMod, *, toolchain: bool) -> tuple[_Node, ...]:
        """Return what a main module requires, in the order of paths and versions."""
        nodes = self._kept((entry.module.path, entry.module.version) for entry in go_mod.require)
        nodes = tuple(sorted(nodes, key=lambda node: (node[0], semver.sort_key(node[1]))))
        nodes += (("go", go_mod.go.text if go_mod.go else _OLD_GO),)
        return (*nodes, ("toolchain", go_mod.toolchain.text)) if toolchain and go_mod.toolchain else nodes

    def _kept(self, nodes: Iterable[_Node]) -> tuple[_Node, ...]:
        return tuple(node for node in nodes if node not in self._excluded) if self._excluded else tuple(nodes)

    def _read(
        self, pruning: _Pruning, roots: tuple[_Node, ...]
    ) -> Generator[tuple[WantedFile, ...], Sequence[bytes | Absent], _Graph]:
        self._spend(len(roots))
        is_workspace = pruning is _Pruning.WORKSPACE
        graph = _Graph(roots if is_workspace else [(path, "") for path in self._mains])
        if not is_workspace:
            (main,) = graph.roots
            graph.require(main, roots)
        seen: set[tuple[_Node, _Pruning]] = set()
        yield from self._follow(graph, [(root, pruning) for root in roots], seen)
        if is_workspace:
            yield from self._follow_selected(graph, roots, seen)
        return graph

    def _follow_selected(
        self, graph: _Graph, roots: tuple[_Node, ...], seen: set[tuple[_Node, _Pruning]]
    ) -> Generator[tuple[WantedFile, ...], Sequence[bytes | Absent], None]:
        """Follow a workspace's modules once more from their selected versions, where these are higher."""
        paths = dict.fromkeys(path for path, _ in roots)
        done: set[_Node] = set()
        while True:
            wanted: dict[_Node, None] = {}
            for path in paths:
                node = (path, graph.selected[path])
                if node not in done:
                    wanted[node] = None
                    continue
                requires = graph.required.get(node, ())
                self._spend(len(requires))
                for name, version in requires:
                    selected = (name, graph.selected[name])
                    if selected[1] not in (version, "") and selected not in done:
                        wanted[selected] = None
            if not wanted:
                return
            done.update(wanted)
            paths |= dict.fromkeys(path for path, _ in wanted)
            fresh = [(node, _Pruning.WORKSPACE) for node in wanted if (node, _Pruning.WORKSPACE) not in seen]
            yield from self._follow(graph, fresh, seen)

    def _follow(
        self, graph: _Graph, waiting: list[tuple[_Node, _Pruning]], seen: set[tuple[_Node, _Pruning]]
    ) -> Generator[tuple[WantedFile, ...], Sequence[bytes | Absent], None]:
        """Read the files of nodes, and of what they require as far as pruning lets, level by level."""
        waiting = list(dict.fromkeys(waiting))
        seen.update(waiting)
        while waiting:
            yield from self._load(dict.fromkeys(node for node, _ in waiting))
            following: list[tuple[_Node, _Pruning]] = []
            for node, pruning in waiting:
                file = self._files[node]
                if isinstance(file, MissingFile):
                    graph.missing[node] = file
                    continue
                self._spend(len(file.require))
                if node not in graph.required:
                    graph.require(node, file.require)
                if pruning is _Pruning.PRUNED and file.pruning is not _Pruning.UNPRUNED:
                    continue
                further = _Pruning.UNPRUNED if pruning is _Pruning.UNPRUNED else file.pruning
                for required in file.require:
                    step = (required, further)
                    if step not in seen:
                        seen.add(step)
                        following.append(step)
            waiting = following

    def _spend(self, visits: int) -> None:
        self._visits += visits
        if self._visits > _VISITS:
            raise _too_large(f"more than {_VISITS:,} requirements would have to be followed")

    def _load(self, nodes: Iterable[_Node]) -> Generator[tuple[WantedFile, ...], Sequence[bytes | Absent], None]:
        """Ask for the files of nodes that were not read before."""
        asked: list[tuple[_Node, WantedFile]] = []
        for node in nodes:
            if node in self._files:
                continue
            known = self._known(node)
            if known is not None:
                self._take(node, known)
            else:
                asked.append((node, WantedFile(module=_module(node), replacement=self._replacement(node))))
        if len(self._files) + len(asked) > _MODULES:
            raise _too_large(f"it holds more than {_MODULES:,} module versions")
        if not asked:
            return
        answers = yield tuple(wanted for _, wanted in asked)
        for (node, wanted), answer in zip(asked, answers, strict=True):
            self._take(node, self._parse(wanted, answer))

    def _take(self, node: _Node, file: _File | MissingFile) -> None:
        self._files[node] = file
        if isinstance(file, _File):
            self._edges += len(file.require)
            if self._edges > _EDGES:
                raise _too_large(f"it holds more than {_EDGES:,} requirements")

    def _known(self, node: _Node) -> _File | None:
        """Return the file of a main module or pseudo-module, for which nobody need be asked."""
        path, version = node
        if path in _PSEUDO:
            is_strict = path == "go" and go_version_key(version) >= _FIRST_STRICT
            return _File((("toolchain", f"go{version}"),) if is_strict else (), _Pruning.PRUNED, version)
        if version:
            return None
        go_mod = self._mains[path]
        go_version = go_mod.go.text if go_mod.go else ""
        requires = self._kept((entry.module.path, entry.module.version) for entry in go_mod.require)
        return _File((*requires, *_go_node(go_version)), _pruning_of(go_version), go_version)

    def _parse(self, wanted: WantedFile, answer: bytes | Absent) -> _File | MissingFile:
        if isinstance(answer, Absent):
            return MissingFile(wanted=wanted, reason=answer.reason, remedy=answer.remedy)
        name = f"go.mod of {wanted.effective}" if wanted.effective is not None else "go.mod"
        try:
            file = parse_dependency(answer, name)
        except InputError as err:
            return _refused(wanted, str(err.diagnostics[0]))
        fault = _path_fault(wanted, file)
        if fault:
            return _refused(wanted, fault)
        requires = self._kept((module.path, module.version) for module in file.require)
        return _File((*requires, *_go_node(file.go_version)), _pruning_of(file.go_version), file.go_version)

    def _replacement(self, node: _Node) -> Replacement | None:
        for replaces in self._replaces:
            found = replaces.get(node) or replaces.get((node[0], ""))
            if found is not None:
                return found
        return None

    def _result(self, graph: _Graph, raised: tuple[Raised, ...]) -> ModuleGraph:
        mains = [path for path, version in graph.roots if not version]
        others = sorted(path for path in graph.selected if path not in self._mains and path not in _PSEUDO)
        requires = [entry for go_mod in self._mains.values() for entry in go_mod.require]
        if self._go_work is None:
            requires = [entry for entry in requires if (entry.module.path, entry.module.version) not in self._excluded]
        direct = {entry.module.path for entry in requires if not entry.indirect}
        required = {entry.module.path for entry in requires}
        listed = []
        for path in chain(mains, others):
            is_main = path in self._mains
            node = (path, graph.selected[path])
            file = self._known(node) if is_main else self._files.get(node)
            listed.append(
                ListedModule(
                    module=_module(node),
                    replacement=None if is_main else self._replacement(node),
                    is_main=is_main,
                    is_indirect=not is_main and path not in direct,
                    is_required=path in required,
                    go_version=(file.go_version if isinstance(file, _File) else "")
                    or (self._default_go if is_main else ""),
                )
            )
        return ModuleGraph(
            modules=tuple(listed),
            requires={
                _module(node): tuple(_module(other) for other in dict.fromkeys(found) if other[0] not in _PSEUDO)
                for node, found in graph.required.items()
                if node[0] not in _PSEUDO
            },
            missing=tuple(graph.missing[node] for node in sorted(graph.missing)),
            raised=raised,
        )


def _go_version(file: _File | MissingFile | None) -> str:
    return file.go_version if isinstance(file, _File) else ""


def _go_node(go_version: str) -> tuple[_Node, ...]:
    return (("go", go_version),) if go_version_key(go_version) >= _FIRST_STRICT else ()


def _module(node: _Node) -> ModuleVersion:
    return ModuleVersion(path=node[0], version=node[1])


def _path_fault(wanted: WantedFile, file: DependencyFile) -> str:
    """Return why a go.mod is not that of the module it was asked for; a folder may hold any."""
    if wanted.effective is None:
        return ""
    if not file.module_path:
        return "it has no module line"
    if file.module_path in (wanted.module.path, wanted.effective.path):
        return ""
    return f"it says that it is {file.module_path[:200]}, and is required as {wanted.module.path}"


def _refused(wanted: WantedFile, why: str) -> MissingFile:
    remedy = "require another version, or replace the module"
    return MissingFile(wanted=wanted, reason=f"the go command would refuse it: {why}", remedy=remedy)


def _replaces_of(mains: Mapping[str, GoMod], go_work: GoWork | None) -> tuple[Mapping[_Node, Replacement], ...]:
    """Return the replaces of each file: go.work goes before the main modules, of which the last one counts."""
    files = [(path, go_mod.replace) for path, go_mod in reversed([*mains.items()])]
    if go_work is not None:
        files.insert(0, ("", go_work.replace))
    return tuple(
        {(replace.old.path, replace.old.version): _replacement_of(replace, base) for replace in replaces}
        for base, replaces in files
        if replaces
    )


def _replacement_of(replace: Replace, base: str) -> Replacement:
    target = None
    if not replace.is_directory:
        target = ModuleVersion(path=replace.new_path, version=replace.new_version)
    return Replacement(target=target, directory=replace.new_path if replace.is_directory else "", base=base)


def _too_large(what: str) -> InputError:
    return InputError(
        Diagnostic(
            message=f"the module graph is too large: {what}",
            expected=f"at most {_MODULES:,} module versions and {_EDGES:,} requirements",
            remedy="look at what go.mod requires: no project known is near that",
        )
    )
