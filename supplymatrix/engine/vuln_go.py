"""Which Gos a project names, which of them builds it, and until when each is supported.

    table = release_table(means)
    found = gos_of_project(project, means, table, cache)
    found.gos          # GoSupport facts
    found.built        # versions whose own vulnerabilities concern what is built: one here, others in build files

A go line names the least Go only. What builds is the Go on this machine, or a newer one that go.mod or GOTOOLCHAIN
asks for; and what Dockerfiles, snaps and CI name where they build.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.means import Means
from supplymatrix.errors import InputError
from supplymatrix.gomod.goversion import go_version_key, is_go_version
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.model.vulnerability import GoSupport, UncheckedModule
from supplymatrix.vulns.advisory import STDLIB
from supplymatrix.vulns.go_support import plain_go_version, support_of

if TYPE_CHECKING:
    from supplymatrix.buildfiles.found import GoUse
    from supplymatrix.engine.sbom_go import GoRelease
    from supplymatrix.gomod.modfile import GoMod, GoWork
    from supplymatrix.model.advisory import FeedReading
    from supplymatrix.sources.project import Project

__all__ = [
    "GO_HERE", "GO_LINE", "TOOLCHAIN_LINE", "BuildingGo", "ProjectGos", "ReleaseTable", "go_of_program",
    "gos_of_project", "release_table",
]  # fmt: skip

GO_LINE, TOOLCHAIN_LINE, GO_HERE, BUILT_WITH = "go line", "toolchain line", "go command here", "built with"
_FEED = "go-releases"
_SHIPPED = "go-releases.csv"
_WORDS = 80


@value
class ReleaseTable:
    """The days of Go's releases, and the day up to which they are known; None = there is no table."""

    days: Mapping[str, date]
    as_of: date | None


@value
class BuildingGo:
    """A Go that builds. version: "1.26.8". says: who says so, in words. is_sure: it is the very one; False for the
    least version where nobody names another. is_here: by what this machine has; False for a build file's."""

    version: str
    location: Location
    says: str
    is_sure: bool = True
    is_here: bool = True


@value
class ProjectGos:
    """gos: facts. built: what builds, the one of this machine first; each version once. unchecked: those of build files
    that name no release, each tag once, so that nobody knows what they have of vulnerabilities; and those of CI systems
    whose files are not read, which need not be in use."""

    gos: tuple[GoSupport, ...] = ()
    built: tuple[BuildingGo, ...] = ()
    unchecked: tuple[UncheckedModule, ...] = ()
    gaps: tuple[Gap, ...] = ()


def release_table(means: Means) -> ReleaseTable:
    """Return the table of Go's releases: the one that comes with the program, and over it the one that was synced."""
    from supplymatrix.engine.feed_data import default_store
    from supplymatrix.feeds.go_releases import parse_go_releases, release_dates
    from supplymatrix.sources.builtin import builtin_bytes

    readings = [parse_go_releases(builtin_bytes("vendor_profiles/dates", _SHIPPED), _SHIPPED)]
    try:
        folder = default_store(means.environ)
    except InputError:
        folder = None
    if folder is not None and (folder / _FEED).is_dir():
        readings += _synced_releases(folder)
    days: dict[str, date] = {}
    for reading in readings:
        days |= {version: when.day for version, when in release_dates(reading).items()}
    return ReleaseTable(days=days, as_of=max((r.as_of[_FEED] for r in readings if _FEED in r.as_of), default=None))


def _synced_releases(folder: Path) -> Iterable[FeedReading]:
    """Return what was synced of Go's releases. The feeds' parsers are imported for that alone."""
    from supplymatrix.engine.feed_data import read_store
    from supplymatrix.feeds.registry import FEEDS
    from supplymatrix.net.feed_store import FeedStore

    return read_store(FeedStore(folder), [feed for feed in FEEDS if feed.id == _FEED], {}).values()


def go_of_program(name: str, go_version: str, location: Location, table: ReleaseTable, today: date) -> GoSupport:
    """Return whether the Go that built a program is supported. go_version: as the program has it."""
    version = plain_go_version(go_version)
    fact = _fact((name, version or go_version, BUILT_WITH), location, table, today)
    return changed(fact, program=name)


def gos_of_project(project: Project, means: Means, table: ReleaseTable, cache: Path | None) -> ProjectGos:
    """Return the Gos of a project. cache: the module cache. What cannot be read is a gap."""
    from supplymatrix.engine.sbom_go import find_go_release
    from supplymatrix.net.settings import building_goroot
    from supplymatrix.sources.build_files import OTHER_CI
    from supplymatrix.sources.go_root import go_version_of

    today = means.now.date()
    go_mod, go_work, gaps = _files(project)
    release = find_go_release(go_mod, go_work, means.environ, cache)
    lines = list(_lines(go_mod))
    place = lines[-1][2] if lines else Location(artifact="go.mod", line=1, column=1)
    built: list[BuildingGo] = []
    if is_go_version(release.version):
        is_sure = release.is_toolchain and not release.reason
        exact = _exact(release)
        built.append(BuildingGo(version=exact, location=_place_of(release, lines) or place, says=release.source,
                                is_sure=is_sure))  # fmt: skip
    gos = [
        changed(
            _fact((project.name, version, role), where, table, today), is_least=not _is_built(release, version, role)
        )
        for role, version, where in lines
    ]
    root = building_goroot(means.environ)
    here = go_version_of(root) if root is not None else ""
    if here:
        gos.append(_fact((project.name, here, GO_HERE), place, table, today))
    uses, more = _uses(project)
    other_ci = [gap for gap in more if gap.reason == OTHER_CI]
    gos += [
        _fact((project.name, use.version, use.words[:_WORDS]), use.location, table, today)
        for use in uses
        if is_go_version(use.version)
    ]
    least = max((version for _, version, _ in lines), key=go_version_key, default="")
    built += _built_elsewhere(uses, least, {one.version for one in built})
    return ProjectGos(
        gos=tuple(dict.fromkeys(gos)),
        built=tuple(built),
        unchecked=(*_floating(uses, least), *filter(None, map(_of_other_ci, other_ci))),
        gaps=(*gaps, *(gap for gap in more if gap not in other_ci)),
    )


def _fact(subject: tuple[str, str, str], location: Location, table: ReleaseTable, today: date) -> GoSupport:
    name, version, role = subject
    known = support_of(version, table.days, as_of=table.as_of, today=today)
    return GoSupport(
        subject=name,
        go_version=version,
        role=role,
        location=location,
        is_supported=known.is_supported,
        newest_minor=known.newest_minor,
        newest=known.newest,
        ended=known.ended,
        as_of=known.as_of,
        reason=known.reason,
    )


def _files(project: Project) -> tuple[GoMod | None, GoWork | None, list[Gap]]:
    from supplymatrix.gomod.modfile import parse_go_mod, parse_go_work
    from supplymatrix.sources.files import GO_MOD_LIMIT, read_if_there

    gaps: list[Gap] = []
    lines = project.files.get("go.mod")
    go_mod = go_work = None
    try:
        if lines is not None:
            go_mod = parse_go_mod("\n".join(lines).encode("utf-8", "surrogateescape"))
        if project.workspace is not None:
            data = read_if_there(project.workspace, GO_MOD_LIMIT, "go.work")
            go_work = parse_go_work(data) if data is not None else None
    except InputError as err:
        gaps.append(_gap(project.name, err.diagnostics[0].message, "mend it"))
    return go_mod, go_work, gaps


def _lines(go_mod: GoMod | None) -> Iterator[tuple[str, str, Location]]:
    """Yield role, version and place of the go line and the toolchain line."""
    if go_mod is None:
        return
    if go_mod.go is not None:
        yield GO_LINE, go_mod.go.text, go_mod.go.location
    if go_mod.toolchain is not None and plain_go_version(go_mod.toolchain.text):
        yield TOOLCHAIN_LINE, plain_go_version(go_mod.toolchain.text), go_mod.toolchain.location


def _is_built(release: GoRelease, version: str, role: str) -> bool:
    """Return whether a line of go.mod is what decides which Go builds."""
    return release.source.startswith(role) and release.version == version


def _place_of(release: GoRelease, lines: Iterable[tuple[str, str, Location]]) -> Location | None:
    return next((where for role, _, where in lines if release.source.startswith(role)), None)


def _exact(release: GoRelease) -> str:
    """Return the release that is taken for a language version: "1.26.0" for "1.26"."""
    return plain_go_version(release.toolchain) or release.version


def _uses(project: Project) -> tuple[list[GoUse], list[Gap]]:
    """Return the places of build files that name a Go for the build, of each file and version the first, those of no
    version among them; and which files could not be read."""
    from supplymatrix.buildfiles.found import Role
    from supplymatrix.sources.build_files import read_project_build

    try:
        build = read_project_build(project.root)
    except InputError as err:
        return [], [_gap(project.name, err.diagnostics[0].message, "name a folder that can be read")]
    roles = (Role.BUILD, Role.BOTH, Role.CI)
    uses: dict[tuple[str, str], GoUse] = {}
    for file in build.files:
        for use in file.gos:
            if use.role in roles and not use.is_least and (is_go_version(use.version) or not use.version):
                uses.setdefault((file.artifact, use.version), use)
    return [*uses.values()], list(build.gaps)


def _built_elsewhere(uses: Iterable[GoUse], least: str, known: set[str]) -> Iterator[BuildingGo]:
    """Yield the releases that build files name in full. least: of what go.mod asks for, "" = nothing."""
    for use in uses:
        if _is_release(use) and use.version not in known and go_version_key(use.version) >= go_version_key(least):
            known.add(use.version)
            says = f"{use.location.artifact}:{use.location.line}"
            yield BuildingGo(version=use.version, location=use.location, says=says, is_here=False)


def _floating(uses: Iterable[GoUse], least: str) -> Iterator[UncheckedModule]:
    """Yield the Gos of build files that are a tag such as "1.25", or "latest": which release it is, nobody knows. One
    of an older minor than go.mod asks for builds nothing."""
    told = set[str]()
    minor = ".".join(least.split(".")[:2])
    for use in uses:
        is_older = bool(use.version) and go_version_key(use.version) < go_version_key(minor)
        if _is_release(use) or is_older or use.version in told:
            continue
        told.add(use.version)
        named = f"Go {use.version}" if use.version else "a Go"
        place = f"{use.location.artifact}:{use.location.line}"
        reason = f"{place} ({use.words[:_WORDS]}) names {named} and no release of it: which builds there is not known"
        subject = ModuleVersion(path=STDLIB, version=f"v{use.version}" if use.version else "")
        yield UncheckedModule(subject=subject, reason=reason, location=use.location)


def _of_other_ci(gap: Gap) -> UncheckedModule | None:
    """Return the Go of a CI system whose file is not read, which may be one that nobody uses any more."""
    if gap.location is None:
        return None
    reason = f"{gap.location.artifact} is of a CI system whose files are not read: which Go builds there is not known"
    return UncheckedModule(subject=ModuleVersion(path=STDLIB, version=""), reason=reason, location=gap.location)


def _is_release(use: GoUse) -> bool:
    return use.version.count(".") == 2 or (bool(use.version) and not use.version.replace(".", "").isdigit())


def _gap(name: str, reason: str, remedy: str) -> Gap:
    return Gap(wanted=f"the Gos of {name}", reason=reason, remedy=remedy, subject=name)
