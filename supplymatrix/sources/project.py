"""A Go project on disk: go.mod and go.sum, read and turned into facts. No `go` is needed, nothing of it is run.

project = read_project(Path("svc"))
project.facts, project.lift_toml
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.gosum import GoSum, parse_go_sum
from supplymatrix.gomod.goversion import go_version_key
from supplymatrix.gomod.modfile import GoMod, Replace, Require, parse_go_mod
from supplymatrix.model import semver
from supplymatrix.model.fact import Fact, ProjectFact, ReplacedModule, RequiredModule, SumFaultKind
from supplymatrix.model.location import Location, Origin, Provenance
from supplymatrix.model.module import ModuleVersion, check_module_path
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Note
from supplymatrix.sources.files import GO_MOD_LIMIT, GO_SUM_LIMIT, POLICY_LIMIT, read_if_there

__all__ = ["Project", "SourceLines", "read_project"]

_FIRST_PRUNING = go_version_key("1.17")
_LEVELS = 8  # folders above the project that are looked into
_LEGACY = (".lift.toml", ".tidelift.yml")


class SourceLines(Mapping[tuple[str, int], str]):
    """(file, line number) → that line without its end; nothing is copied before it is asked for."""

    def __init__(self, files: Mapping[str, Sequence[str]]) -> None:
        self._files = files

    def __getitem__(self, key: tuple[str, int]) -> str:
        artifact, number = key
        if number < 1:
            raise KeyError(key)
        try:
            return self._files[artifact][number - 1].rstrip("\r")
        except IndexError:
            raise KeyError(key) from None

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return ((name, number) for name, lines in self._files.items() for number in range(1, len(lines) + 1))

    def __len__(self) -> int:
        return sum(map(len, self._files.values()))


@value
class Project:
    """What was read. root: the folder; files: file name → lines; lift_toml: the bytes of the root's policy, if any.
    go_sum: its path as one would type it, "" when there is none.

    notes: what a reader should know about how the project was read. A folder without go.mod and go.sum is a project
    with neither: there is nothing to check in it.
    """

    name: str
    root: Path
    facts: tuple[Fact, ...]
    files: Mapping[str, Sequence[str]]
    lift_toml: bytes | None
    go_sum: str
    notes: tuple[Note, ...]


def read_project(path: Path) -> Project:
    """Read a folder with go.mod or go.sum, or one of these files itself. Raises InputError."""
    root, want_mod = _root_of(path)
    go_mod_data = read_if_there(root / "go.mod", GO_MOD_LIMIT, "go.mod") if want_mod else None
    sum_path = path if path.name != "go.mod" and not _is_folder(path) else root / "go.sum"
    go_sum_data = read_if_there(sum_path, GO_SUM_LIMIT, "go.sum")
    go_mod = parse_go_mod(go_mod_data) if go_mod_data is not None else None
    if go_mod is not None:
        _refuse_impossible_modules(go_mod)
    go_sum = parse_go_sum(go_sum_data, sum_path.name) if go_sum_data is not None else None
    files: dict[str, Sequence[str]] = {}
    if go_mod is not None:
        files["go.mod"] = go_mod.lines
    if go_sum is not None:
        files[sum_path.name] = go_sum.source
    name = go_mod.module.path if go_mod and go_mod.module and go_mod.module.path else root.resolve().name or "project"
    return Project(
        name=name,
        root=root,
        facts=tuple(_facts(name, go_mod, go_sum, (go_mod_data or b"") + (go_sum_data or b""))),
        files=files,
        go_sum=sum_path.as_posix() if go_sum is not None else "",
        lift_toml=read_if_there(root / "lift.toml", POLICY_LIMIT, "policy"),
        notes=(
            *_notes_on_files(root, go_mod, go_sum, is_named=not want_mod),
            *_notes(root, go_mod),
            *_notes_on_ignored_lines(go_sum),
        ),
    )


def _root_of(path: Path) -> tuple[Path, bool]:
    """Return the project's folder, and whether a go.mod there belongs to what was asked for."""
    if _is_folder(path):
        return path, True
    if not _mode(path):
        raise _not_there(path)
    if path.name != "go.mod" and ".sum" not in path.name:
        raise InputError(
            Diagnostic(
                message="this is neither a go.mod nor a go.sum",
                artifact=path.as_posix(),
                expected="a folder with go.mod or go.sum, or one of these files",
                remedy=f"did you mean the folder, {path.parent.as_posix()}?",
            )
        )
    return path.parent, path.name == "go.mod"


def _mode(path: Path) -> int:
    """Return the mode of what lies at a path, links followed; 0 when nothing can be seen there."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return 0


def _is_folder(path: Path) -> bool:
    return stat.S_ISDIR(_mode(path))


def _is_file(path: Path) -> bool:
    return stat.S_ISREG(_mode(path))


def _not_there(path: Path) -> InputError:
    names: list[str] = []
    with suppress(OSError, ValueError):
        names = [entry.name for entry in path.parent.iterdir()]
    near = nearest(path.name, names)
    remedy = f"did you mean {(path.parent / near).as_posix()}?" if near else "name a folder with a go.mod"
    if not near and "@" in path.name:
        remedy = f"for one module version: supplymatrix verify {path.as_posix()}"
    expected = "a folder with go.mod or go.sum, or one of these files"
    return InputError(
        Diagnostic(message="there is no such path", artifact=path.as_posix(), expected=expected, remedy=remedy)
    )


def _refuse_impossible_modules(go_mod: GoMod) -> None:
    """Raise InputError for each module that would have to be fetched and that no module can be, such as "../../etc".

    A module that is replaced by a folder may have any name, as with the go command.
    """
    faults = []
    for required in _required(go_mod):
        if required.effective is None:
            continue
        try:
            check_module_path(required.effective.path)
        except InputError as err:
            place, fault = required.location, err.diagnostics[0]
            source = go_mod.lines[place.line - 1]
            faults.append(
                Diagnostic(
                    message=fault.message,
                    artifact=place.artifact,
                    line=place.line,
                    column=place.column,
                    end_column=place.end_column,
                    seen=fault.seen,
                    expected=fault.expected,
                    remedy="mend the requirement, or the replace that leads there",
                    source_line=source.rstrip("\r")[:500],
                )
            )
    if faults:
        raise InputError(*faults)


def _facts(name: str, go_mod: GoMod | None, go_sum: GoSum | None, data: bytes) -> Iterator[Fact]:
    go_version = go_mod.go.text if go_mod and go_mod.go else ""
    yield ProjectFact(
        name=name,
        module_path=go_mod.module.path if go_mod and go_mod.module else "",
        go_version=go_version,
        has_go_mod=go_mod is not None,
        has_go_sum=go_sum is not None,
        prunes_graph=_prunes(go_version),
        provenance=Provenance(origin=Origin.FILE, tool="supplymatrix", sha256=hashlib.sha256(data).hexdigest()),
    )
    if go_mod is not None:
        yield from _required(go_mod)
        yield from _replaced(go_mod)
    if go_sum is not None:
        yield from go_sum.lines
        yield from go_sum.faults


def _prunes(go_version: str) -> bool:
    """Return whether go.mod names every module that gives packages: from go 1.17 on."""
    return go_version_key(go_version) >= _FIRST_PRUNING


def _required(go_mod: GoMod) -> Iterator[RequiredModule]:
    """Yield each required module once, at its highest version that is not excluded.

    The go command passes over an excluded requirement and finds another version by itself. When there is no other one
    here the module stays, said to be excluded: nothing that is demanded of it may vanish by one line of go.mod.
    """
    excluded = {entry.module for entry in go_mod.exclude}
    chosen: dict[str, Require] = {}
    for require in go_mod.require:
        known = chosen.get(require.module.path)
        if known is None or _weight(require, excluded) > _weight(known, excluded):
            chosen[require.module.path] = require
    replaces = {replace.old: replace for replace in go_mod.replace}
    for require in chosen.values():
        yield RequiredModule(
            subject=require.module,
            effective=_effective(require.module, replaces),
            indirect=require.indirect,
            location=_place(require, replaces),
            excluded=require.module in excluded,
        )


def _weight(require: Require, excluded: AbstractSet[ModuleVersion]) -> tuple[bool, semver.SortKey]:
    return require.module not in excluded, semver.sort_key(require.module.version)


def _replacement(module: ModuleVersion, replaces: Mapping[ModuleVersion, Replace]) -> Replace | None:
    return replaces.get(module) or replaces.get(ModuleVersion(path=module.path, version=""))


def _place(require: Require, replaces: Mapping[ModuleVersion, Replace]) -> Location:
    """Return where it is written what the build takes: in the replace, if there is one."""
    replace = _replacement(require.module, replaces)
    return require.location if replace is None else replace.location


def _effective(module: ModuleVersion, replaces: Mapping[ModuleVersion, Replace]) -> ModuleVersion | None:
    """Return what the build takes for a module: itself, its replacement, or None for a folder."""
    replace = _replacement(module, replaces)
    if replace is None:
        return module
    return None if replace.is_directory else ModuleVersion(path=replace.new_path, version=replace.new_version)


def _replaced(go_mod: GoMod) -> Iterator[ReplacedModule]:
    for replace in go_mod.replace:
        target = None
        if not replace.is_directory:
            target = ModuleVersion(path=replace.new_path, version=replace.new_version)
        yield ReplacedModule(
            subject=replace.old,
            target=target,
            directory=replace.new_path if replace.is_directory else "",
            location=replace.location,
        )


def _notes_on_ignored_lines(go_sum: GoSum | None) -> Iterator[Note]:
    """Say which lines nobody checks because the go command drops them itself."""
    ignored = [fault for fault in go_sum.faults if fault.kind is SumFaultKind.EMPTY_GO_MOD] if go_sum else []
    if ignored:
        text = (
            f"go.sum lines with the hash of an empty go.mod count for nothing, as with the go command: {len(ignored)}, "
            f"the first of {ignored[0].subject}"
        )
        yield Note(code="empty-go-mod-line", message=text, location=ignored[0].location)


def _notes_on_files(root: Path, go_mod: GoMod | None, go_sum: GoSum | None, *, is_named: bool) -> Iterator[Note]:
    """Say which of the two files is not there, and what that means. is_named: the go.sum itself was asked for."""
    if go_mod is None and go_sum is None:
        above = next((folder for folder in root.resolve().parents[:_LEVELS] if _is_file(folder / "go.mod")), None)
        hint = f"; {above.as_posix()} has a go.mod" if above is not None else ""
        yield Note(code="no-go-files", message=f"there is neither go.mod nor go.sum here{hint}")
    elif go_mod is None:
        why = "only a go.sum was named" if is_named else "there is no go.mod"
        text = f"{why}: what it names is checked, nothing is known to be missing from it"
        yield Note(code="no-go-mod", message=text)
    elif not go_mod.require:
        yield Note(code="nothing-required", message="go.mod requires no module")
    elif go_sum is None:
        yield Note(code="no-go-sum", message="there is no go.sum: `go mod tidy` makes one")


def _notes(root: Path, go_mod: GoMod | None) -> Iterator[Note]:
    if go_mod is not None and not (go_mod.go and _prunes(go_mod.go.text)):
        text = (
            "go.mod is older than go 1.17 and need not name every module that gives packages: of required modules "
            "only the go.mod line is demanded"
        )
        yield Note(code="unpruned-go-mod", message=text)
    if _is_folder(root / "vendor"):
        text = "the build takes its files from vendor/, and they are not compared yet"
        yield Note(code="vendor-not-checked", message=text)
    for folder in (root, *root.resolve().parents[:_LEVELS]):
        if _is_file(folder / "go.work"):
            text = f"{(folder / 'go.work').as_posix()} makes this a workspace, which is not read yet"
            yield Note(code="workspace-not-read", message=text)
            break
    for name in _LEGACY:
        if _is_file(root / name):
            yield Note(code="foreign-policy", message=f"{name} is another product's file and no policy of ours")
