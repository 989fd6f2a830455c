"""What a module graph is worked out from: the go.mod files of one project or of a workspace, and all their hashes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.modfile import GoMod, GoWork
from supplymatrix.model.fact import SumKind, SumLine
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.sources.project import Project, ProjectFiles, read_project_files

__all__ = ["GraphInputs", "MainModule", "read_inputs"]


@value
class MainModule:
    """A module that is built from its folder."""

    path: str
    folder: Path
    go_mod: GoMod


@value
class GraphInputs:
    """mains: one, or those of a workspace. folder: where the go command would start. hashes: of go.mod files, from
    every go.sum that counts. folders: where relative folders of replaces begin, by main module, "" for go.work.

    work_path: of go.work. unusable: (folder, why) of members that cannot be read. module_lines: where the module
    line of each main module stands in its own go.mod.
    """

    name: str
    folder: Path
    mains: tuple[MainModule, ...]
    hashes: Mapping[ModuleVersion, str]
    folders: Mapping[str, Path]
    module_lines: Mapping[str, Location]
    go_work: GoWork | None = None
    work_path: Path | None = None
    unusable: tuple[tuple[str, str], ...] = ()


def read_inputs(project: Project) -> GraphInputs:
    """Return what the graph of a project, or of the workspace it is a member of, is made from. Raises InputError."""
    if project.workspace is not None:
        return _read_workspace(project, project.workspace)
    files = read_project_files(project.root)
    main = _main(project.root, files)
    if isinstance(main, str):
        raise InputError(Diagnostic(message=main, artifact="go.mod", remedy="name a folder with a go.mod"))
    return GraphInputs(
        name=main.path,
        folder=project.root,
        mains=(main,),
        hashes=_hashes([files.go_sum.lines] if files.go_sum is not None else []),
        folders={main.path: project.root},
        module_lines={main.path: _module_line(main.go_mod)},
    )


def _read_workspace(project: Project, path: Path) -> GraphInputs:
    from supplymatrix.sources.workspace import read_workspace

    workspace = read_workspace(path)
    if workspace.faults:
        raise InputError(*workspace.faults)
    mains: list[MainModule] = []
    unusable: list[tuple[str, str]] = []
    sums: list[Iterable[SumLine]] = []
    sums.extend(found.lines for found in [*workspace.sums.values()][:1])
    for member in workspace.members:
        if member.files is None:
            unusable.append((member.path.as_posix(), member.faults[0].message))
            continue
        main = _main(member.path, member.files)
        if isinstance(main, str):
            unusable.append((member.path.as_posix(), main))
            continue
        mains.append(main)
        if member.files.go_sum is not None:
            sums.append(member.files.go_sum.lines)
    return GraphInputs(
        name=project.name,
        folder=path.parent,
        mains=tuple(mains),
        hashes=_hashes(sums),
        folders={"": path.parent, **{main.path: main.folder for main in mains}},
        module_lines={main.path: _module_line(main.go_mod) for main in mains},
        go_work=workspace.go_work,
        work_path=path,
        unusable=tuple(unusable),
    )


def _main(folder: Path, files: ProjectFiles) -> MainModule | str:
    """Return a main module, or why the files are none."""
    go_mod = files.go_mod
    if go_mod is None:
        return "there is no go.mod"
    if go_mod.module is None or not go_mod.module.path:
        return "go.mod has no module line"
    return MainModule(path=go_mod.module.path, folder=folder, go_mod=go_mod)


def _hashes(sums: Iterable[Iterable[SumLine]]) -> dict[ModuleVersion, str]:
    """Return the hash of each go.mod; of two the first one, as the go command refuses the second."""
    found: dict[ModuleVersion, str] = {}
    for line in _lines(sums):
        if line.kind is SumKind.GO_MOD:
            found.setdefault(line.subject, line.hash)
    return found


def _lines(sums: Iterable[Iterable[SumLine]]) -> Iterator[SumLine]:
    for lines in sums:
        yield from lines


def _module_line(go_mod: GoMod) -> Location:
    if go_mod.module is None:
        return Location(artifact="go.mod", line=1, column=1)
    return go_mod.module.location
