"""The licences that a check holds against a policy: of the modules that give packages to a project's build.

    licences = CheckedLicences(means)
    facts, gaps, notes = licences.of(project)

Nothing is fetched: what is not on this machine is not known. What texts were read as is kept beside the cache, so that
a second run reads them no more. The project's own licence and that of Go are not held against a policy.
"""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.engine.means import Means
from supplymatrix.engine.module_graph import GraphReader, GraphRun, ListedBy
from supplymatrix.model.fact import Gap
from supplymatrix.model.licence import ModuleLicence
from supplymatrix.model.verdict import Note
from supplymatrix.policy.licences import LICENCE_WANTED
from supplymatrix.sources.project import Project

__all__ = ["CheckedLicences"]


class CheckedLicences:
    """Licences of one project after the other. graphs: a reader that has read graphs in this run, if any has."""

    def __init__(self, means: Means, graphs: GraphReader | None = None) -> None:
        from supplymatrix.engine.licences import DETECTOR
        from supplymatrix.net.file_facts import FileFacts
        from supplymatrix.net.folders import cache_folder

        self._environ = means.environ
        self._graphs = graphs or GraphReader(means.environ, own_first=True, cgo=None)
        self._known = FileFacts.open(means.cache_dir or cache_folder(means.environ), detector=DETECTOR)

    def of(self, project: Project) -> tuple[Sequence[ModuleLicence], Sequence[Gap], Sequence[Note]]:
        """Return the licences of a project's modules, what keeps the list from being whole, and what to say of it."""
        from supplymatrix.engine.licences import read_licences

        run = self._graphs.read(project)
        modules, _, _ = self._graphs.facts_of(project)
        found = read_licences(run, project, self._environ, facts=self._known)
        self._known.save()
        own = {module.subject.path for module in modules if not module.is_main}
        facts = [fact for path, fact in found.by_path.items() if path in own]
        return facts, _gaps(run, project), run.notes


def _gaps(run: GraphRun, project: Project) -> Sequence[Gap]:
    """Return what is not known of the list of modules. The go command's list is whole, whatever we could not read."""
    missing = [gap for gap in run.gaps if run.listed_by is not ListedBy.GO or not gap.subject]
    if not missing:
        return ()
    first = missing[0]
    more = f" (and {len(missing) - 1:,} more)" if len(missing) > 1 else ""
    return (
        Gap(
            wanted=f"{LICENCE_WANTED}every module of {project.name}",
            reason=f"the list of modules is not whole: {first.wanted}: {first.reason}{more}",
            remedy=first.remedy,
        ),
    )
