"""Two hashes for one module version in two go.sum files of one run.

A module version has one hash everywhere; where two files have different ones, one of them is of something else. For a
private module nothing else can tell that, since no log knows it. Files are held against each other, not subjects: a
go.work.sum and the go.sum of a member are two of them. Two hashes in one file are what SM106 is about; files that have
the same hashes, be they two, do not contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from supplymatrix.model.fact import ForeignHash, SumKind, SumLine
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.sources.project import Project

__all__ = ["foreign_hashes"]

_Key = tuple[ModuleVersion, SumKind]


@value
class _Held:
    """A hash with its place, whose artifact is the path under which a reader finds it."""

    hash: str
    location: Location


def foreign_hashes(projects: Sequence[tuple[Project, Mapping[str, str]]]) -> list[list[ForeignHash]]:
    """Return, for each project, each of its lines for whose key another file has another hash, with the first such.

    projects: each with its artifact → path under which a reader finds it (others are as they are). The order of
    projects changes nothing but the order of the answer. Time: linear in the number of lines.
    """
    suspects = _suspects(projects)
    if not suspects:
        return [[] for _ in projects]
    sides = {key: _sides(files) for key, files in _holders(projects, suspects).items()}
    return [
        [
            found
            for line in _lines(project)
            if (line.subject, line.kind) in suspects
            for found in _contradicted(project, line, sides[line.subject, line.kind])
        ]
        for project, _ in projects
    ]


def _lines(project: Project) -> Iterable[SumLine]:
    return (fact for fact in project.facts if isinstance(fact, SumLine))


def _suspects(projects: Sequence[tuple[Project, Mapping[str, str]]]) -> set[_Key]:
    """Return the keys that have two hashes somewhere, be it in one file."""
    first: dict[_Key, str] = {}
    found: set[_Key] = set()
    for project, _ in projects:
        for line in _lines(project):
            key = line.subject, line.kind
            if first.setdefault(key, line.hash) != line.hash:
                found.add(key)
    return found


def _file_of(project: Project, line: SumLine) -> str:
    """Return what two projects that read one file have in common."""
    return project.path_of(line.location.artifact).as_posix()


def _holders(
    projects: Sequence[tuple[Project, Mapping[str, str]]], suspects: set[_Key]
) -> dict[_Key, dict[str, dict[str, Location]]]:
    """Return for each suspect key the files that have it, with the first place of each hash in them."""
    found: dict[_Key, dict[str, dict[str, Location]]] = {}
    for project, places in projects:
        for line in _lines(project):
            if (line.subject, line.kind) in suspects:
                artifact = places.get(line.location.artifact, line.location.artifact)
                place = changed(line.location, artifact=artifact)
                held = found.setdefault((line.subject, line.kind), {}).setdefault(_file_of(project, line), {})
                held[line.hash] = min(held.get(line.hash, place), place)
    return found


@value
class _Sides:
    """Who holds what for one key. held: for each group of files with the same hashes, where the first of them has its
    first two; the group whose first file comes first is the first. number_of: file → which group it is in."""

    held: Sequence[Sequence[_Held]]
    number_of: Mapping[str, int]


def _sides(files: Mapping[str, Mapping[str, Location]]) -> _Sides:
    groups: dict[frozenset[str], int] = {}
    held: list[list[_Held]] = []
    number_of: dict[str, int] = {}
    for file, places in sorted(files.items(), key=lambda item: min(item[1].values())):
        number = number_of[file] = groups.setdefault(frozenset(places), len(groups))
        if number == len(held):
            # Two are enough: of two different hashes one is another one than that of a given line.
            first = sorted(places.items(), key=lambda item: item[1])[:2]
            held.append([_Held(hash=known, location=place) for known, place in first])
    return _Sides(held=held, number_of=number_of)


def _contradicted(project: Project, line: SumLine, sides: _Sides) -> Iterable[ForeignHash]:
    """Yield the first hash of another side that is not the line's: at most three sides have to be looked at."""
    own = sides.number_of[_file_of(project, line)]
    for number, held in enumerate(sides.held):
        other = next((one for one in held if one.hash != line.hash), None)
        if other is not None and number != own:
            yield ForeignHash(
                subject=line.subject,
                kind=line.kind,
                hash=line.hash,
                location=line.location,
                other_hash=other.hash,
                other_location=_told_apart(project, other.location),
            )
            return


def _told_apart(project: Project, place: Location) -> Location:
    """Return a place of another file that nobody takes for one of the project's own files of that name."""
    own = project.files.get(place.artifact)
    if own is None or project.path_of(place.artifact).as_posix() == place.artifact:
        return place
    return changed(place, artifact=f"./{place.artifact}")
