"""A Go project on disk: go.mod and go.sum, read and turned into facts. No `go` is needed, nothing of it is run.

project = read_project(Path("svc"))
project.facts, project.lift_toml
"""

from __future__ import annotations

import dataclasses
import hashlib
import stat
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.godebug import weak_of_go_mod
from supplymatrix.gomod.gosum import GoSum, parse_go_sum
from supplymatrix.gomod.goversion import go_version_key, is_go_version
from supplymatrix.gomod.modfile import GoMod, Replace, Require, parse_go_mod
from supplymatrix.model import semver
from supplymatrix.model.fact import (
    Fact,
    ProjectFact,
    ReplacedModule,
    RequiredModule,
    SumFault,
    SumFaultKind,
    SumKind,
    SumLine,
)
from supplymatrix.model.location import Location, Origin, Provenance
from supplymatrix.model.module import ModuleVersion, check_module_path
from supplymatrix.model.program import WeakDefault
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note
from supplymatrix.sources.files import GO_MOD_LIMIT, GO_SUM_LIMIT, POLICY_LIMIT, read_if_there
from supplymatrix.sources.nested_policies import find_nested_policies, lines_of_nested

__all__ = [
    "ALONE", "POLICY_NAME", "VENDOR_COMPARED", "Project", "ProjectFiles", "SourceLines", "Surroundings",
    "build_project", "is_file", "is_folder", "place_faults", "read_project", "read_project_files",
]  # fmt: skip

POLICY_NAME = "lift.toml"
VENDOR_COMPARED = "they are compared where the policy asks for it (SM120), and by `supplymatrix verify vendor`"

_FIRST_PRUNING = go_version_key("1.17")
_LEVELS = 8  # folders above the project that are looked into
_LEGACY = (".lift.toml", ".tidelift.yml")


class SourceLines(Mapping[tuple[str, int], str]):
    """(file, line number) → that line without its end; nothing is copied before it is asked for. What looks like a
    credential has an asterisk for each of its characters: lines go into reports."""

    def __init__(self, files: Mapping[str, Sequence[str]]) -> None:
        self._files = files

    def __getitem__(self, key: tuple[str, int]) -> str:
        artifact, number = key
        if number < 1:
            raise KeyError(key)
        from supplymatrix.documents.secret_text import blotted

        try:
            return blotted(self._files[artifact][number - 1].rstrip("\r"))
        except IndexError:
            raise KeyError(key) from None

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return ((name, number) for name, lines in self._files.items() for number in range(1, len(lines) + 1))

    def __len__(self) -> int:
        return sum(map(len, self._files.values()))


@value
class Project:
    """What was read. root: the folder; files: artifact → lines; lift_toml: the bytes of its policy, if any.
    go_sum: its path as one would type it, "" when there is none.

    notes: what a reader should know about how the project was read. A folder without go.mod and go.sum is a project
    with neither: there is nothing to check in it. paths: artifact → where it lies, for all of `files` and for the
    policy: files of a workspace have artifacts such as "../go.work.sum". workspace: the go.work that it was read as a
    member of, or None. policy_folders: where its lift.toml is looked for, the first one counts. digests: artifact →
    sha256 (hex) of its bytes as they were read, for each of `files`.
    """

    name: str
    root: Path
    facts: tuple[Fact, ...]
    files: Mapping[str, Sequence[str]]
    lift_toml: bytes | None
    go_sum: str
    notes: tuple[Note, ...]
    paths: Mapping[str, Path]
    policy_folders: tuple[Path, ...]
    workspace: Path | None = None
    digests: Mapping[str, str] = MappingProxyType({})

    def path_of(self, artifact: str) -> Path:
        """Return where an artifact lies, as one would type it."""
        return self.paths.get(artifact) or self.root / artifact


@value
class ProjectFiles:
    """The files of one project, read and parsed. sum_path: of the go.sum, there or not, or of what was named instead.

    is_sum_named: a go.sum itself was asked for; a go.mod beside it is not read. data: all bytes, for the digest.
    digests: file name → sha256 (hex) of its bytes.
    """

    root: Path
    go_mod: GoMod | None
    go_sum: GoSum | None
    sum_path: Path
    is_sum_named: bool
    data: bytes
    digests: Mapping[str, str]


@value
class Surroundings:
    """What a workspace adds to one of its members. Artifacts are told as from the member's folder.

    go_work: its path, None outside of a workspace. replaces: of go.work, which go before the member's own; others: of
    the other members, which come last. main_modules: paths whose packages come from a folder of the workspace, whatever
    version is required. lines, faults: of go.work.sum. borrowed: lines of other members' go.sum by key; lent: the
    files in which they stand, by artifact. files, paths: of all the rest. weak: defaults that go.work makes weaker, of
    nobody. policy: the workspace's lift.toml. data: the bytes of go.work and go.work.sum. digests: artifact → sha256
    (hex), of `files` and `lent`.
    """

    go_work: Path | None = None
    replaces: tuple[Replace, ...] = ()
    others: tuple[Replace, ...] = ()
    main_modules: frozenset[str] = frozenset()
    lines: tuple[SumLine, ...] = ()
    faults: tuple[SumFault, ...] = ()
    borrowed: Mapping[tuple[ModuleVersion, SumKind], SumLine] = MappingProxyType({})
    lent: Mapping[str, tuple[Sequence[str], Path]] = MappingProxyType({})
    files: Mapping[str, Sequence[str]] = MappingProxyType({})
    paths: Mapping[str, Path] = MappingProxyType({})
    weak: tuple[WeakDefault, ...] = ()
    policy: bytes | None = None
    notes: tuple[Note, ...] = ()
    data: bytes = b""
    digests: Mapping[str, str] = MappingProxyType({})


ALONE = Surroundings()


def read_project(path: Path) -> Project:
    """Read a folder with go.mod or go.sum, or one of these files itself. Raises InputError."""
    return build_project(read_project_files(path))


def read_project_files(path: Path) -> ProjectFiles:
    """Read and parse what lies in a folder, or the named one of its files. Raises InputError."""
    root, want_mod = _root_of(path)
    go_mod_data = read_if_there(root / "go.mod", GO_MOD_LIMIT, "go.mod") if want_mod else None
    sum_path = path if path.name != "go.mod" and not is_folder(path) else root / "go.sum"
    go_sum_data = read_if_there(sum_path, GO_SUM_LIMIT, "go.sum")
    return ProjectFiles(
        root=root,
        go_mod=parse_go_mod(go_mod_data) if go_mod_data is not None else None,
        go_sum=parse_go_sum(go_sum_data, sum_path.name) if go_sum_data is not None else None,
        sum_path=sum_path,
        is_sum_named=not want_mod,
        data=(go_mod_data or b"") + (go_sum_data or b""),
        digests={
            name: hashlib.sha256(data).hexdigest()
            for name, data in (("go.mod", go_mod_data), (sum_path.name, go_sum_data))
            if data is not None
        },
    )


def build_project(found: ProjectFiles, around: Surroundings = ALONE) -> Project:
    """Return what the files of a project say, with what lies around it. Raises InputError.

    A policy of another folder counts for a member of a workspace that has none of its own, and for nothing else.
    """
    root, go_mod, go_sum = found.root, found.go_mod, found.go_sum
    if go_mod is not None:
        _refuse_impossible_modules(go_mod, around)
    name = go_mod.module.path if go_mod and go_mod.module and go_mod.module.path else root.resolve().name or "project"
    facts = tuple(_facts(name, found, around))
    files = _files(found, facts, around)
    above = _workspace_above(root) if around.go_work is None else around.go_work.parent
    nested = find_nested_policies(root, facts, above)
    files |= lines_of_nested(root, nested)
    policy = read_if_there(root / POLICY_NAME, POLICY_LIMIT, "policy")
    folders = (root,) if around.go_work is None else tuple(dict.fromkeys((root, around.go_work.parent)))
    return Project(
        name=name,
        root=root,
        facts=(*facts, *nested),
        files={artifact: lines for artifact, (lines, _) in files.items()},
        lift_toml=around.policy if policy is None else policy,
        go_sum=found.sum_path.as_posix() if go_sum is not None else "",
        notes=(
            *_notes_on_files(root, go_mod, go_sum, is_named=found.is_sum_named),
            *_notes(root, go_mod),
            *(_notes_on_workspace(above) if around.go_work is None else around.notes),
            *_notes_on_policy(around, taken=policy is None),
            *_notes_on_borrowed_lines(facts, around),
            *_notes_on_ignored_lines(go_sum),
        ),
        paths={
            **{artifact: path for artifact, (_, path) in files.items()},
            POLICY_NAME: (root if policy is not None or around.policy is None else folders[-1]) / POLICY_NAME,
        },
        policy_folders=folders,
        workspace=around.go_work,
        digests={name: digest for name, digest in {**around.digests, **found.digests}.items() if name in files},
    )


def place_faults(err: InputError, folder: Path, paths: Mapping[str, Path] = MappingProxyType({})) -> InputError:
    """Return an error whose files are told as one would type them; a parser knows nothing but their names.

    folder: of the project; paths: of artifacts that do not lie in it.
    """
    known = {name: folder / name for name in ("go.mod", "go.sum")} | dict(paths)
    return InputError(
        *(
            dataclasses.replace(fault, artifact=known[fault.artifact].as_posix()) if fault.artifact in known else fault
            for fault in err.diagnostics
        )
    )


def _files(found: ProjectFiles, facts: Sequence[Fact], around: Surroundings) -> dict[str, tuple[Sequence[str], Path]]:
    """Return the lines and the path of every file to which a fact can point, by artifact."""
    files = {artifact: (lines, around.paths[artifact]) for artifact, lines in around.files.items()}
    if around.lent:
        used = {fact.location.artifact for fact in facts if isinstance(fact, SumLine)}
        files |= {artifact: lent for artifact, lent in around.lent.items() if artifact in used}
    if found.go_mod is not None:
        files["go.mod"] = found.go_mod.lines, found.root / "go.mod"
    if found.go_sum is not None:
        files[found.sum_path.name] = found.go_sum.source, found.sum_path
    return files


def _root_of(path: Path) -> tuple[Path, bool]:
    """Return the project's folder, and whether a go.mod there belongs to what was asked for."""
    if is_folder(path):
        return path, True
    if not _mode(path):
        raise _not_there(path)
    if path.name != "go.mod" and (".sum" not in path.name or path.name.endswith(".proof")):
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


def is_folder(path: Path) -> bool:
    """Return whether a folder lies at a path, links followed."""
    return stat.S_ISDIR(_mode(path))


def is_file(path: Path) -> bool:
    """Return whether a plain file lies at a path, links followed."""
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


def _refuse_impossible_modules(go_mod: GoMod, around: Surroundings) -> None:
    """Raise InputError for each module that would have to be fetched and that no module can be, such as "../../etc".

    A module that is replaced by a folder may have any name, as with the go command.
    """
    faults = []
    for required in _required(go_mod, around):
        if required.effective is None:
            continue
        try:
            check_module_path(required.effective.path)
        except InputError as err:
            place, fault = required.location, err.diagnostics[0]
            lines = go_mod.lines if place.artifact == "go.mod" else around.files[place.artifact]
            source = lines[place.line - 1]
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


def _facts(name: str, found: ProjectFiles, around: Surroundings) -> Iterator[Fact]:
    go_mod, go_sum = found.go_mod, found.go_sum
    go_version = go_mod.go.text if go_mod and go_mod.go else ""
    digest = hashlib.sha256(found.data + around.data).hexdigest()
    least = _least_go(go_mod)
    yield ProjectFact(
        name=name,
        module_path=go_mod.module.path if go_mod and go_mod.module else "",
        go_version=go_version,
        has_go_mod=go_mod is not None,
        has_go_sum=go_sum is not None,
        prunes_graph=_prunes(go_version),
        provenance=Provenance(origin=Origin.FILE, tool="supplymatrix", sha256=digest),
        least_go=least[0],
        least_go_at=least[1],
    )
    required = tuple(_required(go_mod, around)) if go_mod is not None else ()
    yield from required
    yield from _replaced(go_mod, around)
    yield from _weak(go_mod, around)
    own = go_sum.lines if go_sum is not None else ()
    yield from own
    if go_sum is not None:
        yield from go_sum.faults
    yield from _lines_around(own, required, around)
    yield from around.faults


def _weak(go_mod: GoMod | None, around: Surroundings) -> Iterator[WeakDefault]:
    """Yield what makes programs of the module weaker than Go makes them today: in a workspace its go.work says."""
    if go_mod is None or go_mod.module is None:
        return
    found = weak_of_go_mod(go_mod, "", "go.mod") if around.go_work is None else around.weak
    yield from (changed(weak, subject=go_mod.module.path) for weak in found)


def _least_go(go_mod: GoMod | None) -> tuple[str, Location | None]:
    """Return the newer Go of a go.mod's go and toolchain lines, and its place; of two equal ones the go line's."""
    lines = [line for line in (go_mod.go, go_mod.toolchain) if line is not None] if go_mod is not None else []
    named = [(line.text.removeprefix("go").partition("-")[0], line.location) for line in lines]
    found = [(text, place) for text, place in named if is_go_version(text)]
    return max(found, key=lambda one: go_version_key(one[0]), default=("", None))


def _lines_around(
    own: Sequence[SumLine], required: Sequence[RequiredModule], around: Surroundings
) -> Iterator[SumLine]:
    """Yield the lines of go.work.sum that go.sum has not, and those of other members that only they have.

    The go command takes a hash from any go.sum of the workspace, so that none is missing which one of them has.
    """
    if around.go_work is None:
        return
    known = {(line.subject, line.kind, line.hash) for line in own}
    yield from (line for line in around.lines if (line.subject, line.kind, line.hash) not in known)
    have = {(line.subject, line.kind) for lines in (own, around.lines) for line in lines}
    for module in dict.fromkeys(entry.effective for entry in required if entry.effective is not None):
        for kind in SumKind:
            if (module, kind) not in have and (module, kind) in around.borrowed:
                yield around.borrowed[module, kind]


def _prunes(go_version: str) -> bool:
    """Return whether go.mod names every module that gives packages: from go 1.17 on."""
    return go_version_key(go_version) >= _FIRST_PRUNING


def _required(go_mod: GoMod, around: Surroundings) -> Iterator[RequiredModule]:
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
    replaces = tuple(_by_module(some) for some in (around.replaces, go_mod.replace, around.others) if some)
    for require in chosen.values():
        yield RequiredModule(
            subject=require.module,
            effective=_effective(require.module, replaces),
            indirect=require.indirect,
            location=_place(require, replaces),
            excluded=require.module in excluded,
            is_member=require.module.path in around.main_modules,
        )


def _weight(require: Require, excluded: AbstractSet[ModuleVersion]) -> tuple[bool, semver.SortKey]:
    return require.module not in excluded, semver.sort_key(require.module.version)


_Replaces = Sequence[Mapping[ModuleVersion, Replace]]
"""Replaces by what they replace, those that go before the others first."""


def _by_module(replaces: Sequence[Replace]) -> dict[ModuleVersion, Replace]:
    found: dict[ModuleVersion, Replace] = {}
    for replace in replaces:
        found.setdefault(replace.old, replace)
    return found


def _any_version(module: ModuleVersion) -> ModuleVersion:
    return ModuleVersion(path=module.path, version="")


def _replacement(module: ModuleVersion, replaces: _Replaces) -> Replace | None:
    found = (some.get(module) or some.get(_any_version(module)) for some in replaces)
    return next((replace for replace in found if replace is not None), None)


def _place(require: Require, replaces: _Replaces) -> Location:
    """Return where it is written what the build takes: in the replace, if there is one."""
    replace = _replacement(require.module, replaces)
    return require.location if replace is None else replace.location


def _effective(module: ModuleVersion, replaces: _Replaces) -> ModuleVersion | None:
    """Return what the build takes for a module: itself, its replacement, or None for a folder."""
    replace = _replacement(module, replaces)
    if replace is None:
        return module
    return None if replace.is_directory else ModuleVersion(path=replace.new_path, version=replace.new_version)


def _replaced(go_mod: GoMod | None, around: Surroundings) -> Iterator[ReplacedModule]:
    """Yield the replaces that apply: those of go.work, and of go.mod what they leave."""
    shared = _by_module(around.replaces)
    own = go_mod.replace if go_mod is not None else ()
    left = (replace for replace in own if replace.old not in shared and _any_version(replace.old) not in shared)
    for replace in (*around.replaces, *left):
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
        above = next((folder for folder in root.resolve().parents[:_LEVELS] if is_file(folder / "go.mod")), None)
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
    if is_folder(root / "vendor"):
        text = f"the build takes its files from vendor/: {VENDOR_COMPARED}"
        yield Note(code="vendor-not-checked", message=text)
    for name in _LEGACY:
        if is_file(root / name):
            yield Note(code="foreign-policy", message=f"{name} is another product's file and no policy of ours")


def _workspace_above(root: Path) -> Path | None:
    """Return the folder of the go.work that the go command would find from a project, None when there is none."""
    for folder in (root, *root.resolve().parents[:_LEVELS]):
        if (folder / "go.work").exists() and not is_folder(folder / "go.work"):
            return folder
    return None


def _notes_on_workspace(folder: Path | None) -> Iterator[Note]:
    """Say that the go command would see more than this project. folder: where a go.work lies that was not read."""
    if folder is not None:
        text = (
            f"the go command reads {(folder / 'go.work').as_posix()} here, unless GOWORK=off; this project was "
            f"checked by itself: name the folder {folder.as_posix()} to check the workspace"
        )
        yield Note(code="workspace-not-read", message=text)


def _notes_on_policy(around: Surroundings, *, taken: bool) -> Iterator[Note]:
    if around.go_work is not None and around.policy is not None and taken:
        text = f"the policy is the workspace's, {(around.go_work.parent / POLICY_NAME).as_posix()}"
        yield Note(code="workspace-policy", message=text)


def _notes_on_borrowed_lines(facts: Sequence[Fact], around: Surroundings) -> Iterator[Note]:
    if not around.lent:
        return
    taken = [fact for fact in facts if isinstance(fact, SumLine) and fact.location.artifact in around.lent]
    if taken:
        text = (
            f"go.sum lines that only other members of the workspace have: {len(taken)}, the first of "
            f"{taken[0].subject}; without the workspace (GOWORK=off) the go command misses them here"
        )
        yield Note(code="lines-of-other-members", message=text, location=taken[0].location)
