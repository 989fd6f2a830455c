"""What a change does to the modules of a project: those of the working tree, held against an earlier revision.

    reports = changed_modules(ChangesRequest(check=CheckRequest(paths=(Path("svc"),), means=means), base="origin/main"))

What is told of each module (proof, findings) is what `check` finds in the working tree, by the same policy; nothing is
asked twice. The revision is read as for `check --diff-base`, workspaces included. When a version came out is taken from
this machine alone: the facts of a run whose policy asks for an age, the `.info` of the module cache, the digits of a
pseudo-version. No proxy is asked for it. Licences are likewise those in the module cache, in the roots of modules.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from supplymatrix.engine.check import CheckRequest, survey_run
from supplymatrix.engine.events import OnEvent, ignore_event
from supplymatrix.engine.licences import DETECTOR, read_version
from supplymatrix.engine.means import Means
from supplymatrix.engine.module_graph import cache_of
from supplymatrix.engine.prepare import Prepared
from supplymatrix.engine.project_then import PastReader
from supplymatrix.errors import InputError
from supplymatrix.gomod.module_info import parse_info_time
from supplymatrix.gomod.pseudo import is_pseudo_version, parse_pseudo_version
from supplymatrix.model.audit import Audit, Unreadable
from supplymatrix.model.fact import Facts, ReleaseTime
from supplymatrix.model.licence import LicenceSource, ModuleLicence
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.net.file_facts import FileFacts
from supplymatrix.net.folders import cache_folder_if_any
from supplymatrix.reports.module_changes import (
    Built,
    ChangeReport,
    LicenceChange,
    ModuleChange,
    ReleasedAt,
    build_of,
    compare_builds,
)
from supplymatrix.sources.files import read_if_there

__all__ = ["ChangesRequest", "changed_modules"]

_INFO_LIMIT = 1 << 16
_OPTION = "--base"


@value
class ChangesRequest:
    """check: what is looked at, and how. base: the git revision that it is held against."""

    check: CheckRequest
    base: str


def changed_modules(request: ChangesRequest, on_event: OnEvent = ignore_event) -> tuple[ChangeReport, ...]:
    """Return what changed in each project that the request names.

    Raises InputError for a revision or project that cannot be read, and all that `run_survey` raises.
    """
    environ = request.check.means.environ
    run = survey_run(request.check, on_event)
    broken = [item for item in run.survey.items if isinstance(item, Unreadable)]
    if broken:
        raise InputError(*(fault for item in broken for fault in item.diagnostics))
    audits = {item.root: item for item in run.survey.items if isinstance(item, Audit)}
    cache = cache_of(environ)
    reader = PastReader(request.base, environ, option=_OPTION)
    licences = _Licences(request.check.means, cache)
    return tuple(_report(item, audits[item.path.as_posix()], request, reader, licences) for item in run.prepared)


class _Licences:
    """Under which licences module versions are, as far as the module cache has them. cache: where that is."""

    def __init__(self, means: Means, cache: Path | None) -> None:
        self.cache = cache
        self._facts = FileFacts.open(means.cache_dir or cache_folder_if_any(means.environ), detector=DETECTOR)
        self._known: dict[ModuleVersion, ModuleLicence] = {}

    def of(self, change: ModuleChange) -> LicenceChange:
        """Return what a module shows before and after a change."""
        before, after = self._read(change.before), self._read(change.after)
        return LicenceChange(
            before=before.declared if before is not None else None,
            after=after.declared if after is not None else None,
            reason=after.reason if after is not None else "",
        )

    def save(self) -> None:
        """Keep what texts were read as."""
        self._facts.save()

    def _read(self, built: Built | None) -> ModuleLicence | None:
        if built is None:
            return None
        module = built.effective
        if module is None:
            here = ModuleVersion(path=built.path, version=built.version)
            return ModuleLicence(
                subject=here,
                effective=None,
                declared="",
                concluded="",
                files=(),
                source=LicenceSource.REPLACEMENT,
                reason="a folder is taken, which is not read",
            )
        if module not in self._known:
            self._known[module] = read_version(module, self.cache, self._facts)
        return self._known[module]


def _report(
    item: Prepared, audit: Audit, request: ChangesRequest, reader: PastReader, licences: _Licences
) -> ChangeReport:
    then = reader.read(item)
    facts = then.project.facts if then.project is not None else ()
    notes = (f"every module counts as added: {then.reason}",) if then.reason else ()
    wanted = (built.effective for built in build_of(item.project.facts).values())
    times = _times([module for module in wanted if module is not None], audit.facts, licences.cache)
    report = compare_builds(facts, item.project.facts, audit, times, base=request.base, notes=notes)
    changes = tuple(changed(change, licence=licences.of(change)) for change in report.changes)
    licences.save()
    return changed(report, changes=changes)


def _times(modules: Iterable[ModuleVersion], facts: Facts, cache: Path | None) -> dict[ModuleVersion, ReleasedAt]:
    """Return when module versions came out, where this machine knows it."""
    found = {
        fact.subject: ReleasedAt(time=fact.time, source=fact.source)
        for fact in facts.of(ReleaseTime)
        if fact.time is not None
    }
    for module in modules:
        released = found.get(module) or _cached(module, cache) or _by_version(module)
        if released is not None:
            found[module] = released
    return found


def _cached(module: ModuleVersion, cache: Path | None) -> ReleasedAt | None:
    """Return what the module cache says; a file there that cannot be used says nothing."""
    if cache is None:
        return None
    try:
        name = f"{module.escaped_path}/@v/{module.escaped_version}.info"
        data = read_if_there(cache / "cache" / "download" / name, _INFO_LIMIT, ".info in the module cache")
        return None if data is None else ReleasedAt(time=parse_info_time(data, module), source="module cache")
    except InputError:
        return None


def _by_version(module: ModuleVersion) -> ReleasedAt | None:
    if not is_pseudo_version(module.version):
        return None
    time = parse_pseudo_version(module.version).time
    return None if time is None else ReleasedAt(time=time, source="by its own version")
