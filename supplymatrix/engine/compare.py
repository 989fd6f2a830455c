"""Use case: what of projects each vendor covers, and on whose paths they stand already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from supplymatrix.buildfiles.found import Role
from supplymatrix.buildfiles.go_binary import BINARY_KIND, maker_of, read_go_binary
from supplymatrix.engine.feed_data import load_feed_data
from supplymatrix.engine.projects import modules_below, name_of_project, read_project, standing_of_project
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.advisory import FeedReading
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed, value
from supplymatrix.model.vendor import VendorProfile
from supplymatrix.sources.binary import read_binary
from supplymatrix.sources.build_files import ProjectBuild
from supplymatrix.sources.files import read_limited
from supplymatrix.vendors.comparison import BinaryRead, Comparison, ProjectCoverage, UnreadableProject, total_rows
from supplymatrix.vendors.coverage import cover_go, ships_no_go
from supplymatrix.vendors.cve_answers import FeedDesk
from supplymatrix.vendors.go_in_use import find_go_in_use, toolchain_gaps
from supplymatrix.vendors.project_needs import needs_of_project
from supplymatrix.vendors.standing import Standing

__all__ = ["CompareRequest", "read_project_list", "run_compare"]

_LIST_LIMIT = 1 << 20
_MAX_PROJECTS = 2_000
_TELLS_LITTLE = frozenset({"workflow", "gitlab-ci", "compose", "devcontainer"})
"""Kinds of files that keep no answer from being whole by what they leave open."""


@value
class CompareRequest:
    """What is asked. profiles: all, of which `vendors` are shown (all when empty); standing is looked for on all paths.
    feeds: a folder of feed files, None = what the program has. binaries: compiled programs of the only project."""

    paths: tuple[Path, ...]
    profiles: tuple[VendorProfile, ...]
    vendors: tuple[str, ...]
    day: date
    environ: Mapping[str, str]
    feeds: Path | None = None
    binaries: tuple[Path, ...] = ()


def run_compare(request: CompareRequest) -> Comparison:
    """Return the comparison. Raises InputError when the only project, a binary, or the folder of feeds cannot be
    read."""
    binaries = tuple(BinaryRead(path=path.as_posix(), programs=read_binary(path)) for path in request.binaries)
    reading = load_feed_data(request.feeds, environ=request.environ)
    desk = FeedDesk(reading, request.day)
    projects: list[ProjectCoverage] = []
    unreadable: list[UnreadableProject] = []
    for path in request.paths:
        try:
            build = read_project(path)
        except InputError as err:
            if len(request.paths) == 1:
                raise
            unreadable.append(UnreadableProject(path=path.as_posix(), diagnostics=err.diagnostics))
        else:
            projects.append(_cover(path, _with_binaries(build, binaries), request, desk, binaries=binaries))
    totals, pairs = total_rows(projects)
    return Comparison(
        day=request.day,
        projects=tuple(projects),
        unreadable=tuple(unreadable),
        totals=totals,
        pairs=pairs,
        source=reading.source,
        as_of=dict(sorted(reading.as_of.items())),
        faults=reading.faults,
        missing=tuple(_missing(reading, request, desk)),
    )


def read_project_list(file: Path) -> tuple[Path, ...]:
    """Return the paths in a list, one a line, as seen from its folder; empty lines and those with # are none. Raises
    InputError."""
    data = read_limited(file, _LIST_LIMIT, "list of projects")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        raise _refused(file, "the list of projects is no UTF-8", "one path a line", line) from err
    if "\0" in text:
        raise _refused(
            file, "the list of projects holds a NUL", "one path a line", text[: text.index("\0")].count("\n") + 1
        )
    lines = [line.strip() for line in text.splitlines()]
    names = [line for line in lines if line and not line.startswith("#")]
    if not names:
        raise _refused(file, "the list names no project", "one path a line")
    if len(names) > _MAX_PROJECTS:
        raise _refused(file, f"the list names {len(names):,} projects", f"at most {_MAX_PROJECTS:,}")
    return tuple(dict.fromkeys(file.parent / name for name in names))


def _with_binaries(build: ProjectBuild, binaries: Sequence[BinaryRead]) -> ProjectBuild:
    """Return the build files of a project with those that were compiled."""
    return changed(build, files=(*build.files, *(read_go_binary(item.programs, item.path) for item in binaries)))


def _cover(
    path: Path, build: ProjectBuild, request: CompareRequest, desk: FeedDesk, *, binaries: tuple[BinaryRead, ...]
) -> ProjectCoverage:
    standing = standing_of_project(build, request.profiles)
    gos = find_go_in_use(build.files)
    shown = [profile for profile in request.profiles if not request.vendors or profile.id in request.vendors]
    coverages = tuple(
        cover_go(request.profiles, desk, go, standing, request.day, shown=shown, others=gos) for go in gos
    )
    makers = tuple(_unknown_makers(binaries, standing))
    of_files = (gap for file in build.files for gap in file.gaps)
    which_go = (*toolchain_gaps(build.files), *modules_below(build))
    gaps = (*build.gaps, *of_files, *standing.gaps, *makers, *which_go)
    little = {file.artifact for file in build.files if file.kind in _TELLS_LITTLE}
    missing = [gap for gap in gaps if gap.subject not in little]
    if not gos:
        no_go = Gap(
            wanted=f"the Go that builds {path.as_posix()}",
            reason="no go.mod and no build file names one",
            remedy="name a folder with a go.mod",
            subject=path.as_posix(),
        )
        gaps, missing = (no_go, *gaps), [no_go, *missing]
    return ProjectCoverage(
        name=name_of_project(build),
        path=path.as_posix(),
        files=tuple(file.artifact for file in build.files if file.kind != BINARY_KIND),
        standing=standing,
        gos=coverages,
        needs=needs_of_project(build.files, gos),
        gaps=gaps,
        missing=tuple(missing),
        binaries=binaries,
    )


def _unknown_makers(binaries: Sequence[BinaryRead], standing: Standing) -> Iterator[Gap]:
    """Yield a gap for each binary whose Go somebody has made of whom no profile tells: it may hold fixes of his own."""
    known = {stand.location.artifact for stand in standing.stands if stand.role is Role.BINARY}
    for item in binaries:
        maker = next((maker for info in item.programs if (maker := maker_of(info))), "")
        if maker and item.path not in known:
            yield Gap(
                wanted=f"who made the Go that built {item.path}",
                reason=f"its version ends with {maker[:60]!r}, which no profile names: it may hold fixes of its own",
                remedy='name it in a profile: detect = ["build_setting:go_version=*…*"]',
                subject=item.path,
                location=Location(artifact=item.path),
            )


def _missing(reading: FeedReading, request: CompareRequest, desk: FeedDesk) -> Iterator[Gap]:
    """Yield what was asked for and is not there: data at all, and the feeds of vendors that were named."""
    where = f"{request.feeds.as_posix()} holds none" if request.feeds is not None else "none was fetched or shipped"
    remedy = "name a folder of feed files: --feeds DIR"
    if not reading.go_fixes:
        yield Gap(wanted="what CVEs of Go there are", reason=f"no data on Go's CVEs: {where}", remedy=remedy)
    without_go = {profile.id for profile in request.profiles if ships_no_go(profile)}
    for vendor in request.vendors:
        if vendor in without_go:
            continue  # there is nothing that it could have fixed
        if reading.go_fixes and desk.answers(vendor, "", ())[1]:
            yield Gap(
                wanted=f"what {vendor} has fixed",
                reason=f"no feed of it was read: {where}",
                remedy=remedy,
                subject=vendor,
            )
    if reading.faults:
        names = ", ".join(_names(reading.faults))
        reason = f"{len(reading.faults):,} faults in feed files: {names}"
        yield Gap(wanted="all that the feeds say", reason=reason, remedy="fetch them again")


def _names(faults: Sequence[Diagnostic]) -> list[str]:
    names = list(dict.fromkeys(fault.artifact for fault in faults))
    return [*names[:3], *(["…"] if len(names) > 3 else [])]


def _refused(file: Path, message: str, expected: str, line: int = 0) -> InputError:
    return InputError(
        Diagnostic(
            message=message,
            artifact=file.as_posix(),
            line=line,
            expected=expected,
            remedy="mend the list, or use --project",
        )
    )
