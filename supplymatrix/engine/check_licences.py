"""The licences that a check holds against a policy: of the modules that give packages to builds of a project.

    licences = CheckedLicences(means)
    facts, gaps, notes = licences.of(project)

Judged is what a build takes on any system and processor, with C or without: what is passed on is rarely built on the
machine that judges it. Tags hold as GOFLAGS gives them. What tests alone need is passed on by nobody, and not judged; a
note says all of this.

Nothing is fetched: what is not on this machine is not known. What texts were read as is kept beside the cache, so that
a second run reads them no more. The project's own licence and that of Go are not held against a policy.
"""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.engine.means import Means
from supplymatrix.engine.module_graph import GraphReader, GraphRun, ListedBy
from supplymatrix.engine.packages_anywhere import PackagesAnywhere, packages_anywhere
from supplymatrix.model.fact import Gap
from supplymatrix.model.licence import ModuleLicence
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Note
from supplymatrix.policy.licences import LICENCE_WANTED
from supplymatrix.reports.tally import counted
from supplymatrix.sources.project import Project

__all__ = ["CheckedLicences"]

_MOST_TAGS = 10


class CheckedLicences:
    """Licences of one project after the other. graphs: a reader that has read graphs in this run, if any has."""

    def __init__(self, means: Means, graphs: GraphReader | None = None) -> None:
        from supplymatrix.engine.licences import DETECTOR
        from supplymatrix.net.file_facts import FileFacts
        from supplymatrix.net.folders import cache_folder_if_any

        self._environ = means.environ
        self._graphs = graphs or GraphReader(means.environ, own_first=True, cgo=None, tags=None)
        self._known = FileFacts.open(means.cache_dir or cache_folder_if_any(means.environ), detector=DETECTOR)

    def of(self, project: Project) -> tuple[Sequence[ModuleLicence], Sequence[Gap], Sequence[Note]]:
        """Return the licences of a project's modules, what keeps the list from being whole, and what to say of it."""
        from supplymatrix.engine.licences import read_licences

        run = self._graphs.read(project)
        modules, _, _ = self._graphs.facts_of(project)
        anywhere = packages_anywhere(run, self._environ)
        found = read_licences(_widened(run, anywhere), project, self._environ, facts=self._known)
        self._known.save()
        own = {module.subject.path for module in modules if not module.is_main}
        elsewhere = {fact.subject.path for fact in run.facts if fact.gives_packages is False}
        target = f"{run.goos}/{run.goarch}"
        facts = [
            changed(fact, not_built_for=target) if path in elsewhere else fact
            for path, fact in found.by_path.items()
            if path in own
        ]
        notes = [*run.notes, _what_was_judged(run, facts, anywhere)] if run.graph is not None else run.notes
        return facts, _gaps(run, anywhere, project), notes


def _widened(run: GraphRun, anywhere: PackagesAnywhere) -> GraphRun:
    """Return a graph whose modules give packages when they do for any platform; of one not here nobody knows that."""
    packages = {
        path: tuple(sorted({*run.packages.get(path, ()), *anywhere.packages.get(path, ())}))
        for path in sorted({*run.packages, *anywhere.packages})
    }
    facts = []
    for fact in run.facts:
        path, gives = fact.subject.path, fact.gives_packages
        if not gives:
            gives = True if path in anywhere.packages else None if path in anywhere.absent else gives
        facts.append(changed(fact, gives_packages=gives))
    return changed(run, packages=packages, facts=tuple(facts))


def _what_was_judged(run: GraphRun, facts: Sequence[ModuleLicence], anywhere: PackagesAnywhere) -> Note:
    more = sum(bool(fact.not_built_for) for fact in facts)
    text = (
        f"licences were judged of {counted(len(facts), 'module')} with packages for a build on any system and "
        f"processor, with C or without, {more:,} of them with none on {run.goos}/{run.goarch}; tags: "
        f"{', '.join(anywhere.tags) or 'none'}; not of modules that tests alone need"
    )
    if anywhere.unmet_tags:
        names = ", ".join(anywhere.unmet_tags[:_MOST_TAGS])
        left = f" and {len(anywhere.unmet_tags) - _MOST_TAGS:,} more" if len(anywhere.unmet_tags) > _MOST_TAGS else ""
        text += f", nor of what the project builds with other tags ({names}{left}): name them in GOFLAGS=-tags=…"
    return Note(code="licences-judged", message=text)


def _gaps(run: GraphRun, anywhere: PackagesAnywhere, project: Project) -> Sequence[Gap]:
    """Return what is not known of the list of modules. The go command's list is whole, whatever we could not read."""
    missing = [gap for gap in run.gaps if run.listed_by is not ListedBy.GO or not gap.subject]
    found = []
    if missing:
        first = missing[0]
        more = f" (and {len(missing) - 1:,} more)" if len(missing) > 1 else ""
        found.append(
            Gap(
                wanted=f"{LICENCE_WANTED}every module of {project.name}",
                reason=f"the list of modules is not whole: {first.wanted}: {first.reason}{more}",
                remedy=first.remedy,
            )
        )
    if anywhere.unreadable:
        found.append(
            Gap(
                wanted=f"{LICENCE_WANTED}every module of {project.name} on other systems",
                reason=f"packages could not be read: {len(anywhere.unreadable):,}, the first {anywhere.unreadable[0]}",
                remedy="mend what keeps these files from being read",
            )
        )
    return found
