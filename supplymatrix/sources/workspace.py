"""A workspace: go.work, go.work.sum and all members, read once, and what each member's build takes from the others.

What the go command does with them:

- A hash may stand in go.work.sum or in the go.sum of any member; two different ones for one key are refused.
- A replace in go.work goes before those of the members; a replace of one member counts for all of them.
- A module that is a member is built from its folder, whatever version another member requires of it; only the go.mod
  of that version is read.

Source: cmd/go internal/modload/init.go (LoadWorkFile, makeMainModules), modload/modfile.go (replacementFrom),
modfetch/fetch.go (HaveSum, initGoSum); go.dev/ref/mod#workspaces.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.godebug import weak_of_go_mod
from supplymatrix.gomod.gosum import GoSum, parse_go_sum
from supplymatrix.gomod.goversion import go_version_key
from supplymatrix.gomod.modfile import GoWork, PathEntry, Replace, Require, parse_go_work
from supplymatrix.model.fact import SumKind, SumLine
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note
from supplymatrix.sources.files import GO_MOD_LIMIT, GO_SUM_LIMIT, POLICY_LIMIT, read_if_there, read_limited
from supplymatrix.sources.project import (
    POLICY_NAME,
    VENDOR_COMPARED,
    Project,
    ProjectFiles,
    Surroundings,
    build_project,
    is_folder,
    place_faults,
    read_project_files,
)

__all__ = ["MEMBER_LIMIT", "Member", "Workspace", "read_member", "read_workspace", "real_path"]

MEMBER_LIMIT = 1_000
"""`use` lines; the largest public workspaces have some two hundred."""
_SHARED_LINES = 2_000_000
"""go.work.sum lines times members: each of them has all of these lines."""
_FIRST_GO = "1.18"
"""What the go command takes a go.work without go line for."""


@value
class Member:
    """One `use` of a go.work. path: its folder, as one would type it. files: None when they cannot be used: faults."""

    path: Path
    files: ProjectFiles | None
    faults: tuple[Diagnostic, ...] = ()

    @property
    def module_path(self) -> str:
        """The path of its module line, "" when there is none."""
        module = self.files.go_mod.module if self.files is not None and self.files.go_mod is not None else None
        return module.path if module is not None else ""

    @property
    def requires(self) -> tuple[Require, ...]:
        """The requires of its go.mod."""
        return self.files.go_mod.require if self.files is not None and self.files.go_mod is not None else ()

    @property
    def replaces(self) -> tuple[Replace, ...]:
        """The replaces of its go.mod."""
        return self.files.go_mod.replace if self.files is not None and self.files.go_mod is not None else ()


@value
class Workspace:
    """A go.work and all that belongs to it. path: of go.work as one would type it. members: in the order of go.work.

    faults: why the go command refuses it as a whole. sums: go.work.sum, by the name under which it is an artifact of a
    member. policy: bytes of the lift.toml beside go.work. hashes: the first line for each key in the members' go.sum
    files; replaces: of all members, by module path; both with the member that has them. main_modules: paths of members.
    digests: file name → sha256 (hex) of go.work and go.work.sum.
    """

    path: Path
    go_work: GoWork
    sums: Mapping[str, GoSum]
    members: tuple[Member, ...]
    main_modules: frozenset[str]
    faults: tuple[Diagnostic, ...]
    policy: bytes | None
    hashes: Mapping[tuple[ModuleVersion, SumKind], tuple[Member, SumLine]]
    replaces: Mapping[str, Sequence[tuple[Member, Replace]]]
    data: bytes
    digests: Mapping[str, str]


def read_workspace(path: Path) -> Workspace:
    """Read a go.work and everything it uses; what is wrong with one member is that member's fault.

    Raises InputError when go.work or go.work.sum cannot be used at all.
    """
    data = read_limited(path, GO_MOD_LIMIT, "go.work")
    go_work = parse_go_work(data, path.as_posix())
    if len(go_work.use) > MEMBER_LIMIT:
        message = f"the workspace uses {len(go_work.use):,} folders"
        remedy = "check the folders by themselves: name them, or their parent with --recursive, or the go.mod files"
        place = go_work.use[MEMBER_LIMIT].location
        expected = f"at most {MEMBER_LIMIT:,}"
        raise InputError(_fault(path, go_work, place, message, expected=expected, remedy=remedy))
    sum_path = _sum_path(path)
    sum_data = read_if_there(sum_path, GO_SUM_LIMIT, "go.work.sum")
    sums = parse_go_sum(sum_data, sum_path.as_posix()) if sum_data is not None else None
    if sums is not None and len(sums.lines) * len(go_work.use) > _SHARED_LINES:
        raise InputError(
            Diagnostic(
                message=f"go.work.sum has {len(sums.lines):,} lines for {len(go_work.use):,} members",
                artifact=sum_path.as_posix(),
                expected=f"at most {_SHARED_LINES:,}, one multiplied by the other",
                remedy="check the folders of the workspace by themselves",
            )
        )
    members, faults = _read_members(path, go_work)
    names = {_as_seen_from(member.path, sum_path) for member in members}
    return Workspace(
        path=path,
        go_work=go_work,
        sums={name: _renamed(sums, name) for name in names} if sums is not None else {},
        members=tuple(members),
        main_modules=frozenset(member.module_path for member in members if member.module_path),
        faults=(*faults, *_refusals(path, go_work, members)),
        policy=read_if_there(path.with_name(POLICY_NAME), POLICY_LIMIT, "policy"),
        hashes=_first_lines(members),
        replaces=_all_replaces(members),
        data=data + (sum_data or b""),
        digests={
            file.name: hashlib.sha256(found).hexdigest()
            for file, found in ((path, data), (sum_path, sum_data))
            if found is not None
        },
    )


def read_member(workspace: Workspace, member: Member) -> Project:
    """Return one member as the workspace builds it. Raises InputError when its files cannot be used."""
    if member.files is None:
        raise InputError(*member.faults)
    around = _surroundings(workspace, member)
    try:
        return build_project(member.files, around)
    except InputError as err:
        raise place_faults(err, member.path, around.paths) from err


def real_path(path: Path) -> str:
    """Return what a path leads to, links followed as far as they lead; two names of one folder have the same."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return os.path.abspath(path)  # noqa: PTH100 - of a path that no file can have, pathlib gives an error


def _sum_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.sum")


def _renamed(sums: GoSum, artifact: str) -> GoSum:
    """Return a go.work.sum whose places have another artifact."""
    return GoSum(
        lines=tuple(changed(line, location=changed(line.location, artifact=artifact)) for line in sums.lines),
        faults=tuple(changed(fault, location=changed(fault.location, artifact=artifact)) for fault in sums.faults),
        source=sums.source,
    )


def _read_members(path: Path, go_work: GoWork) -> tuple[list[Member], list[Diagnostic]]:
    """Return the members, each once, and a fault for each that is used again."""
    members: list[Member] = []
    faults: list[Diagnostic] = []
    seen: dict[str, PathEntry] = {}
    for use in go_work.use:
        # As the go command joins them, without a look at links: go.work may use ../other.
        folder = Path(os.path.normpath(path.parent / use.path))
        first = seen.setdefault(real_path(folder), use)
        if first is use:
            members.append(_read_member(path, go_work, use, folder))
            continue
        message = f"the folder is used a second time; line {first.location.line} uses it already"
        remedy = f"drop the line: go work edit -dropuse={use.path}"
        faults.append(_fault(path, go_work, use.location, message, expected="each folder once", remedy=remedy))
    return members, faults


def _read_member(path: Path, go_work: GoWork, use: PathEntry, folder: Path) -> Member:
    what = "there is no such folder"
    if is_folder(folder):
        try:
            files = read_project_files(folder)
        except InputError as err:
            return Member(path=folder, files=None, faults=place_faults(err, folder).diagnostics)
        if files.go_mod is not None:
            return Member(path=folder, files=files)
        what = "the folder has no go.mod"
    fault = _fault(
        path,
        go_work,
        use.location,
        f"{what}: {folder.as_posix()}",
        expected="a folder with a go.mod, as seen from go.work",
        remedy=f"mend the line, or drop it: go work edit -dropuse={use.path}",
    )
    return Member(path=folder, files=None, faults=(fault,))


def _fault(
    path: Path, go_work: GoWork, place: Location, message: str, *, expected: str = "", remedy: str = ""
) -> Diagnostic:
    source = go_work.lines[place.line - 1].rstrip("\r")
    return Diagnostic(
        message=message,
        artifact=path.as_posix(),
        line=place.line,
        column=place.column,
        end_column=place.end_column,
        seen=source[place.column - 1 : place.end_column - 1][:200],
        expected=expected,
        remedy=remedy,
        source_line=source[:500],
    )


def _refusals(path: Path, go_work: GoWork, members: Sequence[Member]) -> Iterator[Diagnostic]:
    """Yield why the go command refuses the members together, although each by itself is well-formed."""
    first: dict[str, Member] = {}
    for member in members:
        if not member.module_path or first.setdefault(member.module_path, member) is member:
            continue
        yield Diagnostic(
            message=f"two members are the module {member.module_path}: {first[member.module_path].path.as_posix()} "
            f"and {member.path.as_posix()}",
            artifact=path.as_posix(),
            expected="each module once in a workspace",
            remedy="drop one of them: go work edit -dropuse=folder",
        )
    for replace in go_work.replace:
        if replace.old.path in first and not replace.old.version:
            message = f"go.work replaces {replace.old.path} at all versions, which is one of its members"
            remedy = "drop the replace: a member is built from its folder anyway"
            yield _fault(path, go_work, replace.location, message, expected="no such replace", remedy=remedy)
    yield from _conflicting_replaces(go_work, members)


def _conflicting_replaces(go_work: GoWork, members: Sequence[Member]) -> Iterator[Diagnostic]:
    settled = {replace.old.path for replace in go_work.replace}
    seen: dict[ModuleVersion, tuple[Member, str]] = {}
    for member in members:
        for replace in member.replaces:
            if replace.old.path in settled:
                continue
            new = f"{replace.new_path} {replace.new_version}"
            if replace.is_directory:
                new = os.path.normpath(member.path / replace.new_path)
            other, before = seen.setdefault(replace.old, (member, new))
            if before != new:
                old = f"{replace.old.path} {replace.old.version}".rstrip()
                yield Diagnostic(
                    message=f"two members replace {old} by different ones: {other.path.as_posix()} by {before}, "
                    f"{member.path.as_posix()} by {new}",
                    artifact=(member.path / "go.mod").as_posix(),
                    line=replace.location.line,
                    column=replace.location.column,
                    end_column=replace.location.end_column,
                    expected="one replacement for the whole workspace",
                    remedy="settle it in go.work: go work edit -replace=old=new",
                )


def _first_lines(members: Sequence[Member]) -> dict[tuple[ModuleVersion, SumKind], tuple[Member, SumLine]]:
    found: dict[tuple[ModuleVersion, SumKind], tuple[Member, SumLine]] = {}
    for member in members:
        if member.files is not None and member.files.go_sum is not None:
            for line in member.files.go_sum.lines:
                found.setdefault((line.subject, line.kind), (member, line))
    return found


def _all_replaces(members: Sequence[Member]) -> dict[str, list[tuple[Member, Replace]]]:
    found: dict[str, list[tuple[Member, Replace]]] = {}
    for member in members:
        for replace in member.replaces:
            found.setdefault(replace.old.path, []).append((member, replace))
    return found


def _surroundings(workspace: Workspace, member: Member) -> Surroundings:
    path, go_work = workspace.path, workspace.go_work
    own = _as_seen_from(member.path, path)
    lines_of: dict[str, Sequence[str]] = {own: go_work.lines}
    paths = {own: path}
    digests = {own: workspace.digests[path.name]}
    own_sum = _as_seen_from(member.path, _sum_path(path))
    sums = workspace.sums.get(own_sum)
    if sums is not None:
        lines_of[own_sum], paths[own_sum] = sums.source, _sum_path(path)
        digests[own_sum] = workspace.digests[_sum_path(path).name]
    replaces = tuple(changed(entry, location=changed(entry.location, artifact=own)) for entry in go_work.replace)
    others = []
    for other, replace in _replaces_of_others(workspace, member):
        artifact = _as_seen_from(member.path, other.path / "go.mod")
        if other.files is not None and other.files.go_mod is not None:
            lines_of[artifact], paths[artifact] = other.files.go_mod.lines, other.path / "go.mod"
            digests[artifact] = other.files.digests["go.mod"]
        others.append(changed(replace, location=changed(replace.location, artifact=artifact)))
    borrowed, lent, digests_lent = _lent(workspace, member, [*replaces, *member.replaces, *others])
    return Surroundings(
        go_work=path,
        replaces=replaces,
        others=tuple(others),
        main_modules=workspace.main_modules,
        lines=sums.lines if sums is not None else (),
        faults=sums.faults if sums is not None else (),
        borrowed=borrowed,
        lent=lent,
        files=lines_of,
        paths=paths,
        weak=tuple(
            changed(weak, location=changed(weak.location, artifact=own)) for weak in weak_of_go_mod(go_work, "", own)
        ),
        policy=workspace.policy,
        notes=tuple(_notes(workspace, member)),
        data=workspace.data,
        digests={**digests, **digests_lent},
    )


def _as_seen_from(folder: Path, path: Path) -> str:
    """Return the name of a file as an artifact of the project in a folder: "../go.work.sum"."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()


def _replaces_of_others(workspace: Workspace, member: Member) -> Iterator[tuple[Member, Replace]]:
    """Yield the replaces of the other members that touch what this one requires."""
    for path in dict.fromkeys(require.module.path for require in member.requires):
        for other, replace in workspace.replaces.get(path, ()):
            if other is not member:
                yield other, replace


def _lent(
    workspace: Workspace, member: Member, replaces: Sequence[Replace]
) -> tuple[dict[tuple[ModuleVersion, SumKind], SumLine], dict[str, tuple[Sequence[str], Path]], dict[str, str]]:
    """Return lines of the other members that this one may need, the files in which they stand, and their digests."""
    targets = (ModuleVersion(path=entry.new_path, version=entry.new_version) for entry in replaces)
    wanted = dict.fromkeys([*(require.module for require in member.requires), *targets])
    lines: dict[tuple[ModuleVersion, SumKind], SumLine] = {}
    files: dict[str, tuple[Sequence[str], Path]] = {}
    digests: dict[str, str] = {}
    for module in wanted:
        for kind in SumKind:
            other, line = workspace.hashes.get((module, kind), (member, None))
            if other is member or line is None or other.files is None or other.files.go_sum is None:
                continue
            artifact = _as_seen_from(member.path, other.files.sum_path)
            lines[module, kind] = changed(line, location=changed(line.location, artifact=artifact))
            files[artifact] = other.files.go_sum.source, other.files.sum_path
            digests[artifact] = other.files.digests[other.files.sum_path.name]
    return lines, files, digests


def _notes(workspace: Workspace, member: Member) -> Iterator[Note]:
    """Say what the workspace changes for a member, and what the go command would not take."""
    go_work, path = workspace.go_work, workspace.path.as_posix()
    settings = [f"go {go_work.go.text}"] if go_work.go else []
    settings += [f"toolchain {go_work.toolchain.text}"] if go_work.toolchain else []
    told = f" ({', '.join(settings)})" if settings else ""
    yield Note(
        code="workspace-member",
        message=f"read as a member of the workspace {path}{told}: its replaces and its go.work.sum count here",
    )
    go_mod = member.files.go_mod if member.files is not None else None
    needed = go_mod.go.text if go_mod is not None and go_mod.go else ""
    has = go_work.go.text if go_work.go else _FIRST_GO
    # The go command demands this from go 1.21 on, when the go line became a minimum.
    if go_version_key(needed) >= go_version_key("1.21") and go_version_key(needed) > go_version_key(has):
        text = f"go.mod asks for go {needed} and go.work for go {has}: the go command refuses that; run go work use"
        yield Note(code="workspace-go-too-old", message=text)
    folder = workspace.path.parent
    if real_path(folder) != real_path(member.path) and is_folder(folder / "vendor"):
        text = f"the build takes its files from {(folder / 'vendor').as_posix()}: {VENDOR_COMPARED}"
        yield Note(code="vendor-not-checked", message=text)
