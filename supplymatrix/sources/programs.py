"""Compiled Go programs, wherever they lie: files, folders, tar files, container images. They are read, never run.

found = find_programs([Path("bin"), Path("image.tar")])
found.programs, found.gaps, found.files

What a folder or an archive has besides programs is passed by after its first bytes. A file that is named must be a Go
program or an archive: else it is a fault.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from supplymatrix.checks.program_gaps import PROGRAMS_WANTED
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.program import ReadProgram
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed, value
from supplymatrix.sources.containers import container_of, is_archive
from supplymatrix.sources.pread import open_at
from supplymatrix.sources.program_archives import (
    ARCHIVE_LIMIT,
    Archive,
    is_layout_folder,
    read_archive,
    read_layout_folder,
    unpacking_budget,
)
from supplymatrix.sources.program_files import MAX_PROGRAMS, Room, TakenFile, Unread, reason_of, take_file
from supplymatrix.sources.program_folders import FOLDER_LIMITS, FolderLimits, FolderWalk, walk_folder

__all__ = ["MAX_PROGRAMS", "NO_PROGRAM", "FoundProgram", "ProgramsFound", "find_programs"]

NO_PROGRAM = "it is no Go program, or says nothing of itself"
"""The fault of a named file that was read, and holds nothing that is looked for."""
_SHOWN = 3  # archives that were not looked into, by their names
_ARCHIVES = 10_000  # below one folder that are opened
_FAULTS = 20  # files that could not be looked at, told one by one


@value
class FoundProgram:
    """One program. name: as a reader finds it ("bin/app", "image.tar: usr/bin/app", "app (arm64)"). path: of the
    file on the disk that has it. sha256, size: of the program's own file. image: digest of the image's manifest, ""
    for none. also: other names of the very same file."""

    name: str
    path: Path
    sha256: str
    size: int
    read: ReadProgram
    image: str = ""
    also: tuple[str, ...] = ()


@value
class ProgramsFound:
    """What was found, in the order of the paths, and by name in each. files: that were looked at. gaps: what could not
    be looked at. faults: of named files that are no Go program or cannot be used. forged: files of an image that are
    not what their digest says, as (where, sentence). images: that were looked into; looked: their digests; unpacked:
    (digest of a layer, digest of what it unpacks to), as they were read. notes: on what was left out. functions_in:
    import paths of the packages whose functions were kept.
    """

    programs: tuple[FoundProgram, ...]
    gaps: tuple[Gap, ...]
    files: int
    faults: tuple[Diagnostic, ...] = ()
    forged: tuple[tuple[str, str], ...] = ()
    images: int = 0
    notes: tuple[str, ...] = ()
    looked: tuple[str, ...] = ()
    unpacked: tuple[tuple[str, str], ...] = ()
    functions_in: frozenset[str] = frozenset()


def find_programs(
    paths: Sequence[Path],
    *,
    jobs: int = 4,
    limits: FolderLimits = FOLDER_LIMITS,
    most: int = MAX_PROGRAMS,
    functions_in: AbstractSet[str] = frozenset(),
    hashes: bool = True,
) -> ProgramsFound:
    """Return the programs that paths lead to. jobs: threads. most: of them that are kept. functions_in: import paths of
    the packages whose functions are kept with each (`ReadProgram.functions`). hashes: False leaves the digest of plain
    files out."""
    finder = _Finder(jobs, limits, Room(most, functions_in=functions_in, hashes=hashes))
    for path in dict.fromkeys(paths):
        finder.add(path)
    return finder.found()


class _Finder:
    def __init__(self, jobs: int, limits: FolderLimits, room: Room) -> None:
        self._jobs = max(1, min(jobs, os.cpu_count() or 1))
        self._limits = limits
        self._room = room
        self._programs: list[FoundProgram] = []
        self._gaps: list[Gap] = []
        self._faults: list[Diagnostic] = []
        self._forged: list[tuple[str, str]] = []
        self._notes: list[str] = []
        self._texts: dict[str, str] = {}
        self._looked: list[str] = []
        self._unpacked: dict[str, str] = {}
        self._files = self._images = 0

    def found(self) -> ProgramsFound:
        if self._room.refused:
            self._gap(
                f"{self._room.refused:,} more programs",
                "no more than were told are kept in one run",
                "name fewer files or folders",
            )
        return ProgramsFound(
            programs=tuple(self._programs),
            gaps=tuple(self._gaps),
            files=self._files,
            faults=tuple(self._faults),
            forged=tuple(self._forged),
            images=self._images,
            notes=tuple(dict.fromkeys(self._notes)),
            looked=tuple(dict.fromkeys(self._looked)),
            unpacked=tuple(self._unpacked.items()),
            functions_in=frozenset(self._room.functions_in),
        )

    def add(self, path: Path) -> None:
        """Look at one path that was named."""
        try:
            if path.is_dir():
                self._add_folder(path)
            else:
                self._add_named(path)
        except (InputError, OSError, ValueError) as err:
            self._faults.append(_unusable(path, reason_of(err), "name a file or folder that may be read"))

    def _add_named(self, path: Path) -> None:
        with open_at(path, limit=ARCHIVE_LIMIT) as file:
            head = file.read_at(0, min(512, file.size))
        if is_archive(head):
            self._add_archive(path)
            return
        self._files += 1
        room = self._room
        taken = take_file(path, links=True, functions_in=room.functions_in, hashes=room.hashes)
        if isinstance(taken, TakenFile) and self._room.admit(taken) is None:
            return
        if isinstance(taken, TakenFile):
            self._keep(path.as_posix(), path, taken)
        elif taken is None:
            self._faults.append(_no_program(path, head))
        else:
            self._faults.append(_unusable(path, taken.reason, taken.remedy))

    def _add_folder(self, path: Path) -> None:
        walk = walk_folder(str(path), self._limits)
        used = self._add_layouts(walk)
        self._files += walk.files - len(used)
        programs = [one for one in walk.programs if used.isdisjoint((one[0], *one[1]))]
        with ThreadPoolExecutor(max_workers=self._jobs) as pool:
            kept, hashes = self._room.functions_in, self._room.hashes
            taken = pool.map(
                lambda one: take_file(Path(one[0]), links=False, functions_in=kept, hashes=hashes), programs
            )
            for (name, also), one in zip(programs, map(self._room.admit, taken), strict=True):
                shown = Path(name).as_posix()
                if isinstance(one, TakenFile):
                    self._keep(shown, Path(name), one, also=[Path(other).as_posix() for other in also])
                elif one is not None:
                    self._unread(shown, one)
        for name, why in walk.faults[:_FAULTS]:
            self._gap(Path(name).as_posix(), f"it could not be looked at: {why}", "name files that may be read")
        if len(walk.faults) > _FAULTS:
            rest = len(walk.faults) - _FAULTS
            self._gap(f"{rest:,} more files below {path.as_posix()}", "they could not be looked at", "")
        self._add_inner_archives(path, [name for name in walk.archives if name not in used])
        self._unopened(path.as_posix(), [Path(name).as_posix() for name in walk.unopened if name not in used])
        if walk.cut:
            self._gap(f"all of {path.as_posix()}", f"not everything was looked at: {walk.cut}", "name parts of it")
        if walk.links:
            self._notes.append(f"symbolic links below {path.as_posix()} that were not followed: {walk.links:,}")

    def _add_layouts(self, walk: FolderWalk) -> set[str]:
        """Read the image layouts below a folder, and return the files that are the images."""
        used: set[str] = set()
        for folder in sorted(walk.layouts):
            try:
                if is_layout_folder(folder):
                    archive, names = read_layout_folder(folder, self._room)
                    used |= {os.path.join(folder, name) for name in names}  # noqa: PTH118 - as the walk has them
                    self._add_found(Path(folder), archive)
            except OSError as err:
                self._gap(Path(folder).as_posix(), f"it could not be looked at: {reason_of(err)}", "")
        return used

    def _add_inner_archives(self, path: Path, names: Sequence[str]) -> None:
        """Read the archives below a folder, all of them within the room of one."""
        budget = unpacking_budget()
        for name in names[:_ARCHIVES]:
            try:
                with open_at(Path(name), limit=ARCHIVE_LIMIT, links=False) as file:
                    archive = read_archive(file, self._room, budget=budget, deep=0)
            except (InputError, OSError, ValueError) as err:
                self._gap(Path(name).as_posix(), reason_of(err), "name it by itself")
                continue
            if archive.is_packed_file:
                archive.files = 0  # it was counted as the packed one
            self._add_found(Path(name), archive, is_named=False)
        if len(names) > _ARCHIVES:
            what = f"{len(names) - _ARCHIVES:,} archives below {path.as_posix()}"
            self._gap(what, f"no more than {_ARCHIVES:,} are opened", "name parts of it")

    def _unopened(self, place: str, names: Sequence[str]) -> None:
        """Tell of archives that were not looked into."""
        if names:
            shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
            what = f"{len(names):,} {'archive' if len(names) == 1 else 'archives'} in {place}"
            self._gap(what, f"not looked into: {shown}", "unpack them, and name what is in them")

    def _add_archive(self, path: Path) -> None:
        with open_at(path, limit=ARCHIVE_LIMIT) as file:
            archive = read_archive(file, self._room)
        self._add_found(path, archive)

    def _add_found(self, path: Path, archive: Archive, *, is_named: bool = True) -> None:
        """Keep what an archive, or the folder of a layout, has. is_named: the user did it, and nothing is a fault."""
        shown = path.as_posix()
        self._files += archive.files
        self._images += archive.images
        self._looked += archive.looked
        self._unpacked |= archive.unpacked
        self._notes += [f"{shown}: {note}" for note in archive.notes]
        for one in archive.programs:
            place = f"{shown} ({one.label})" if one.label else shown
            name = f"{place}: {one.program.path}" if one.program.path else place
            if isinstance(one.program.taken, TakenFile):
                also = [f"{place}: {other}" for other in one.program.also]
                self._keep(name, path, one.program.taken, image=one.image, also=also)
            else:
                self._unread(name, one.program.taken)
        for fault in archive.faults:
            if fault.is_forged:
                self._forged.append((f"{shown}: {fault.what}", fault.reason))
            else:
                self._gap(f"{shown}: {fault.what}", fault.reason, "make the image anew, or pull it again")
        if archive.fault:
            self._gap(f"all of {shown}", archive.fault, "make it anew, or unpack it and name the programs")
        elif is_named and archive.is_packed_file and not (archive.programs or archive.unopened):
            self._faults.append(_unusable(path, "what it unpacks to is neither a tar nor a Go program", ""))
        self._unopened(shown, archive.unopened)

    def _keep(self, name: str, path: Path, taken: TakenFile, *, image: str = "", also: Iterable[str] = ()) -> None:
        for read in taken.programs:
            several = f" ({read.goarch})" if len(taken.programs) > 1 and read.goarch else ""
            self._programs.append(
                FoundProgram(
                    name=name + several,
                    path=path,
                    sha256=taken.sha256,
                    size=taken.size,
                    read=self._sharing(read),
                    image=image,
                    also=tuple(also),
                )
            )

    def _sharing(self, read: ReadProgram) -> ReadProgram:
        """Return a program whose texts are those of the others: programs of one folder have most packages in common."""
        if read.packages is None:
            return read
        packages = tuple(self._texts.setdefault(text, text) for text in read.packages)
        functions = read.functions and tuple(self._texts.setdefault(text, text) for text in read.functions)
        return changed(read, packages=packages, functions=functions)

    def _unread(self, name: str, unread: Unread) -> None:
        self._gap(name, unread.reason, unread.remedy)

    def _gap(self, what: str, reason: str, remedy: str) -> None:
        gap = Gap(wanted=f"{PROGRAMS_WANTED}{what}", reason=reason, remedy=remedy, location=Location(artifact=what))
        self._gaps.append(gap)


def _no_program(path: Path, head: bytes) -> Diagnostic:
    kind = container_of(head) or ("an ar archive" if head.startswith(b"!<arch>") else "")
    return Diagnostic(
        message=f"it is {kind}, which is not looked into" if kind else NO_PROGRAM,
        artifact=path.as_posix(),
        expected="a program that the go command has built, a folder, a tar file or an image layout",
        remedy="unpack it first" if kind else "",
    )


def _unusable(path: Path, reason: str, remedy: str) -> Diagnostic:
    return Diagnostic(message=f"it cannot be read: {reason}", artifact=path.as_posix(), remedy=remedy)
