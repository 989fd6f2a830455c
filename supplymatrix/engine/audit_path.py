"""Use case `audit path`: whose toolchain, images, proxies, CI steps and signing are in use, how firmly each is named,
until when it is supported.

run = run_path(PathRequest(path=Path("svc"), means=means))
run.uses, run.results, run.exit_code

Build files are read as `compare` reads them, and vendors are told by the same patterns of their profiles. Nothing is
run, and nobody is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.buildfiles.base_ends import AS_OF
from supplymatrix.buildfiles.found import Sign
from supplymatrix.buildfiles.gitlab_ci import INCLUDED_ELSEWHERE
from supplymatrix.buildfiles.vendor_path import UPSTREAM, End, Owner, vendor_uses
from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.audit_shared import once
from supplymatrix.engine.means import Means
from supplymatrix.engine.this_machine import SeenHere
from supplymatrix.errors import InputError, SupplymatrixError
from supplymatrix.model.fact import Fact, Facts, ProjectFact
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Origin, Provenance
from supplymatrix.model.path_run import PathRun
from supplymatrix.model.rule import Level, Result, Status
from supplymatrix.model.value import changed, value
from supplymatrix.model.vendor import DetectKind, Detector, OfferKind, VendorProfile
from supplymatrix.model.vendor_path import PATH_WANTED, PathPart, VendorUse
from supplymatrix.model.verdict import Note

if TYPE_CHECKING:
    from types import ModuleType

    from supplymatrix.sources.build_files import ProjectBuild
    from supplymatrix.sources.programs import ProgramsFound
    from supplymatrix.vendors.standing import SignMatcher

__all__ = ["PathKnowledge", "PathRequest", "PathRun", "facts_of", "run_path"]

_OLD = 400
"""Days after which the table of base distributions is said to be old."""
_OPEN_REGISTRIES = frozenset({
    "docker.io", "index.docker.io", "quay.io", "ghcr.io", "gcr.io", "public.ecr.aws", "registry.gitlab.com",
    "mirror.gcr.io",
})  # fmt: skip
"""Registries in which anybody can have a namespace."""
_ORDER = (
    PathPart.PROXY, PathPart.TOOLCHAIN, PathPart.BUILD_FLAG, PathPart.PACKAGES, PathPart.BUILD_IMAGE,
    PathPart.BASE_IMAGE, PathPart.RUNTIME, PathPart.CI_STEP, PathPart.SIGNING,
)  # fmt: skip
"""The order of the way: from the modules to the program that runs; then who else has a hand in it."""


@value
class PathRequest:
    """path: a folder, or a go.mod or go.work in it. folders: of the user's profiles, None = those of the settings."""

    path: Path
    means: Means
    folders: tuple[Path, ...] | None = None


def run_path(request: PathRequest) -> PathRun:
    """Return what a project uses. Raises InputError where there is no such project, or a profile is broken."""
    from supplymatrix.engine.projects import read_project

    build = read_project(request.path)
    known = PathKnowledge.of(request.means, request.folders)
    found, cut = vendor_uses(build.files, known, request.means.now.date())
    uses, gaps = _in_order(found), tuple(_gaps(build, cut))
    module_path = _module_path(build)
    results = _findings((_project_fact(build, module_path), *uses), gaps)
    run = PathRun(
        path=request.path.as_posix(),
        module_path=module_path,
        files=tuple(file.artifact for file in build.files),
        uses=uses,
        vendors=known.names(uses),
        results=results,
        gaps=gaps,
        notes=(*known.notes, *_notes(request.means.now.date())),
        day=request.means.now.date(),
        bases_of=AS_OF,
        releases_of=known.releases_of,
        exit_code=0,
    )
    return changed(run, exit_code=_exit_code(run))


def facts_of(wish: AuditInput) -> SeenHere:
    """Return what a project's build files, and the programs that are looked at with it, use. Raises nothing for hostile
    input: what cannot be read is a gap."""
    from supplymatrix.sources.build_files import read_project_build

    day = wish.means.now.date()
    facts: tuple[VendorUse, ...] = ()
    gaps: tuple[Gap, ...] = ()
    try:
        known = once(wish.shared, "vendor path", lambda: PathKnowledge.of(wish.means, None))
    except SupplymatrixError as err:
        return SeenHere(facts=(), gaps=(_gap("whose things are in use", err),))
    if wish.project is not None:
        try:
            build = read_project_build(wish.project.root)
            facts, cut = vendor_uses(build.files, known, day)
            gaps = tuple(_gaps(build, cut))
        except SupplymatrixError as err:
            gaps = (_gap("the project's build files", err),)
    if wish.programs is not None:
        more, cut = _of_programs(wish.programs, known, day)
        facts, gaps = facts + more, (*gaps, *map(_of_path, cut))
    notes = tuple(Note(code="vendor-path", message=text) for text in (*known.notes, *_notes(day)))
    return SeenHere(facts=_in_order(facts), gaps=gaps, notes=notes)


class PathKnowledge:
    """What vendor profiles and Go's releases say: the `Knowledge` of `vendor_uses`."""

    def __init__(
        self, profiles: Sequence[VendorProfile], released: Mapping[str, date], as_of: date | None, day: date
    ) -> None:
        from supplymatrix.vendors.standing import SignMatcher

        self._matcher: SignMatcher = SignMatcher(profiles)
        self._profiles = {profile.id: profile for profile in profiles}
        self._released = released
        self.releases_of = as_of
        self._day = day
        self._ends: dict[tuple[str, str, str], End] = {}
        self._owners: dict[Sign, Owner | None] = {}
        self.notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, means: Means, folders: Sequence[Path] | None) -> PathKnowledge:
        """Read profiles and releases. Raises InputError, SourceError for what the user's own settings and folders
        hold."""
        from supplymatrix.engine.feed_data import load_shipped
        from supplymatrix.engine.vendor_measures import profile_folders
        from supplymatrix.engine.vendor_profiles import load_profiles
        from supplymatrix.feeds.go_releases import FEED, release_dates

        day = means.now.date()
        loaded = load_profiles(profile_folders(means.environ) if folders is None else folders, today=day)
        reading = load_shipped()
        released = {version: found.day for version, found in release_dates(reading).items()}
        known = cls(loaded.profiles, released, reading.as_of.get(FEED), day)
        if loaded.faults:
            names = ", ".join(dict.fromkeys(fault.artifact for fault in loaded.faults))
            known.notes = (f"vendor profiles that could not be used: {names}",)
        return known

    def owner(self, sign: Sign) -> Owner | None:
        """Return whose a sign is: of several patterns the most exact, of those what a vendor makes before advice."""
        if sign not in self._owners:
            rows = [row for row in self._matcher.matching(sign) if _tells_owner(row[2])]
            found = max(rows, key=lambda row: (not _is_advice(row[0], row[1].offer), len(row[2].pattern)), default=None)
            self._owners[sign] = (
                Owner(vendor=found[0].id, offer=found[1].offer, point=found[1].point) if found is not None else None
            )
        return self._owners[sign]

    def end_of_go(self, owner: Owner | None, minor: str) -> End:
        """Return until when a Go is supported: by the vendor where its profile tells of this offer, else by the Go
        project."""
        vendor, offer = (owner.vendor, owner.offer) if owner is not None else (UPSTREAM, "")
        key = (vendor, offer, minor)
        if key not in self._ends:
            own = self._end_by_vendor(vendor, offer, minor) if vendor != UPSTREAM else None
            self._ends[key] = own or self._end_by_go(minor)
        return self._ends[key]

    def names(self, uses: Iterable[VendorUse]) -> tuple[tuple[str, str], ...]:
        """Return the vendors that are in use, by id, with their names."""
        ids = sorted({use.vendor for use in uses if use.vendor})
        return tuple((vendor, self._profiles[vendor].name) for vendor in ids if vendor in self._profiles)

    def _end_by_vendor(self, vendor: str, offer: str, minor: str) -> End | None:
        from supplymatrix.vendors.coverage import SupportState, support_of

        profile = self._profiles.get(vendor)
        rows = tuple(row for row in profile.lifetimes if row.offer == offer) if profile is not None else ()
        if profile is None or not rows:
            return None
        support = support_of(changed(profile, lifetimes=rows), minor, self._day)
        if support.state in (SupportState.UNTIL, SupportState.ENDED) and support.until is not None:
            is_ended = support.state is SupportState.ENDED
            return End(ends=support.until, is_ended=is_ended, source=f"{profile.name}: {support.basis}")
        is_carried = support.state is SupportState.ROLLING and minor in support.carries
        if support.state is SupportState.NO_END or is_carried:
            return End(is_ended=False, source=f"{profile.name}: {support.basis}")
        return None

    def _end_by_go(self, minor: str) -> End:
        from supplymatrix.vulns.go_support import support_of

        found = support_of(minor, self._released, as_of=self.releases_of, today=self._day)
        source = f"Go's own support, releases as of {self.releases_of}"
        if found.is_supported is None:
            return End()
        return End(ends=found.ended, is_ended=not found.is_supported, source=source)


def _is_advice(profile: VendorProfile, offer: str) -> bool:
    kinds = {one.id: one.kind for one in profile.offers}
    return kinds.get(offer) in (OfferKind.RETAINER, OfferKind.DATA, OfferKind.POLICY)


def _tells_owner(detector: Detector) -> bool:
    """Return whether a pattern tells whose a thing is: of images none that anybody may name his own image after, in a
    registry, or in a namespace of one that is open to all."""
    if detector.kind is not DetectKind.IMAGE:
        return True
    host, slash, rest = detector.pattern.partition("/")
    if "*" in host or "?" in host:
        return not slash
    return host not in _OPEN_REGISTRIES or not set("*?") & set(rest.partition("/")[0])


def _of_programs(
    programs: ProgramsFound, known: PathKnowledge, day: date
) -> tuple[tuple[VendorUse, ...], tuple[Gap, ...]]:
    """Return whose Go built programs, as their build info says."""
    from supplymatrix.buildfiles.go_binary import read_go_binary

    infos = [(one.name, one.read.info) for one in programs.programs]
    files = [read_go_binary((info,), name) for name, info in infos if info is not None]
    return vendor_uses(files, known, day)


def _in_order(uses: Iterable[VendorUse]) -> tuple[VendorUse, ...]:
    """Return uses in the order of the way, those of one part by files and lines."""

    def order(use: VendorUse) -> tuple[int, str, int, str, str]:
        place = use.location
        return (_ORDER.index(use.part), place.artifact, place.line, use.what, use.stage)

    return tuple(sorted(uses, key=order))


def _gaps(build: ProjectBuild, cut: Sequence[Gap]) -> Iterable[Gap]:
    """Yield what build files do not tell. What CI includes from elsewhere is told as steps of it, as actions are."""
    from supplymatrix.engine.projects import modules_below

    told = [*build.gaps, *(gap for file in build.files for gap in file.gaps), *modules_below(build), *cut]
    for gap in dict.fromkeys(told):
        if gap.wanted != INCLUDED_ELSEWHERE:
            yield _of_path(gap)


def _of_path(gap: Gap) -> Gap:
    return changed(gap, wanted=f"{PATH_WANTED}{gap.wanted}")


def _gap(wanted: str, err: SupplymatrixError) -> Gap:
    first = err.diagnostics[0] if isinstance(err, InputError) else None
    return Gap(
        wanted=f"{PATH_WANTED}{wanted}",
        reason=first.message if first is not None else str(err),
        remedy=(first.remedy if first is not None else "") or "mend what it says",
        subject=first.artifact if first is not None else "",
    )


def _notes(day: date) -> tuple[str, ...]:
    if (day - AS_OF).days > _OLD:
        return (f"the table of base distributions is of {AS_OF}: newer ends are not in it",)
    return ()


def _module_path(build: ProjectBuild) -> str:
    from supplymatrix.gomod.modfile import parse_go_mod
    from supplymatrix.sources.files import GO_MOD_LIMIT, read_limited

    if not build.has_go_mod:
        return ""
    mod = parse_go_mod(read_limited(build.root / "go.mod", GO_MOD_LIMIT, "go.mod"), "go.mod")
    return mod.module.path if mod.module is not None else ""


def _project_fact(build: ProjectBuild, module_path: str) -> ProjectFact:
    return ProjectFact(
        name=module_path,
        module_path=module_path,
        go_version="",
        has_go_mod=build.has_go_mod,
        has_go_sum="go.sum" in build.names,
        prunes_graph=False,
        provenance=Provenance(origin=Origin.FILE, tool="supplymatrix"),
    )


def _rules() -> tuple[ModuleType, ...]:
    from supplymatrix.checks.rules import base_end_of_life, ci_step_not_pinned, go_version_floating, image_not_pinned

    return (image_not_pinned, base_end_of_life, ci_step_not_pinned, go_version_floating)


def _findings(facts: Sequence[Fact], gaps: Sequence[Gap]) -> tuple[Result, ...]:
    """Return what the rules of this family find."""
    from supplymatrix.checks.view import FactView

    view = FactView(Facts(facts, gaps))
    return tuple(one for module in _rules() for one in module.check(view) if one.status is Status.FAIL)


def _exit_code(run: PathRun) -> int:
    levels = {module.RULE.id: module.RULE.level for module in _rules()}
    if run.gaps:
        return 3
    if any(levels[one.rule] in (Level.WARN, Level.ERROR) for one in run.results):
        return 1
    return 0 if run.uses else 5
