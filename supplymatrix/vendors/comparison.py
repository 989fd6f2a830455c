"""The whole answer to "what covers my projects": each project's Go, vendors and standing, and totals over all.

A CVE in one version of Go is the same one in every project that is built with it: totals count it once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from supplymatrix.errors import Diagnostic
from supplymatrix.gomod.build_info import BuildInfo
from supplymatrix.model.fact import Gap
from supplymatrix.model.value import value
from supplymatrix.vendors.coverage import CoverageRow, GoCoverage, SupportState
from supplymatrix.vendors.cve_answers import CveState
from supplymatrix.vendors.needs import Need
from supplymatrix.vendors.standing import Standing

__all__ = ["BinaryRead", "Comparison", "ProjectCoverage", "TotalRow", "UnreadableProject", "total_rows"]


@value
class BinaryRead:
    """One compiled program that was named with a project. path: as the user named it. programs: one, more only for fat
    Mach-O."""

    path: str
    programs: tuple[BuildInfo, ...]


@value
class ProjectCoverage:
    """One project. path: as the user named it. files: build files that were read. gos: () when no file names a Go.
    gaps: what its files do not tell; missing: those of them without which an answer is not whole. binaries: compiled
    programs that were named."""

    name: str
    path: str
    files: tuple[str, ...]
    standing: Standing
    gos: tuple[GoCoverage, ...]
    needs: tuple[Need, ...]
    gaps: tuple[Gap, ...]
    missing: tuple[Gap, ...]
    binaries: tuple[BinaryRead, ...] = ()


@value
class UnreadableProject:
    """A project that could not be read, and why."""

    path: str
    diagnostics: tuple[Diagnostic, ...]


@value
class TotalRow:
    """One vendor, or `today`, over all projects. counts: pairs of a CVE and a Go version by state; None = no feed was
    read. standing: how many projects stand on its path. ships_no_go: there is nothing for it to fix."""

    id: str
    name: str
    counts: Mapping[CveState, int] | None
    standing: int
    ships_no_go: bool = False


@value
class Comparison:
    """Everything. source: of the feed data; as_of: feed → its newest date. pairs: distinct pairs of a CVE and a Go
    version, None = not known. faults: files that could not be used. missing: what was asked for and could not be had,
    of the run as a whole."""

    day: date
    projects: tuple[ProjectCoverage, ...]
    unreadable: tuple[UnreadableProject, ...]
    totals: tuple[TotalRow, ...]
    pairs: int | None
    source: str
    as_of: Mapping[str, date]
    faults: tuple[Diagnostic, ...]
    missing: tuple[Gap, ...]

    @property
    def exit_code(self) -> int:
        """2: a project could not be read; 3: something asked for could not be had; else 0."""
        if self.unreadable:
            return 2
        return 3 if self.missing or any(project.missing for project in self.projects) else 0


def total_rows(projects: Sequence[ProjectCoverage]) -> tuple[tuple[TotalRow, ...], int | None]:
    """Return the totals, rows as the projects have them, and how many pairs of a CVE and a Go version there are."""
    coverages = [coverage for project in projects for coverage in project.gos]
    if not coverages:
        return (), None
    rows = []
    for first in coverages[0].rows:
        mine = [(coverage, row) for coverage in coverages for row in coverage.rows if row.id == first.id]
        stands = sum(_stands(project, first.id) for project in projects)
        no_go = all(row.no_feed and row.support.state is SupportState.NO_GO for _, row in mine)
        rows.append(TotalRow(id=first.id, name=first.name, counts=_counts(mine), standing=stands, ships_no_go=no_go))
    if any(coverage.cves is None for coverage in coverages):
        return tuple(rows), None
    pairs = {(cve.fix.cve, coverage.go.version) for coverage in coverages for cve in coverage.cves or ()}
    return tuple(rows), len(pairs)


def _counts(rows: Sequence[tuple[GoCoverage, CoverageRow]]) -> Mapping[CveState, int] | None:
    """Return how many pairs are in each state; of a pair that differs between projects the worse one counts."""
    if any(row.no_feed for _, row in rows):
        return None
    states: dict[tuple[str, str], CveState] = {}
    order = list(CveState)
    for coverage, row in rows:
        for answer in row.answers:
            key = (answer.cve, coverage.go.version)
            known = states.get(key)
            states[key] = answer.state if known is None else max(known, answer.state, key=order.index)
    return {state: sum(found is state for found in states.values()) for state in CveState}


def _stands(project: ProjectCoverage, vendor: str) -> bool:
    return vendor in project.standing.vendors
