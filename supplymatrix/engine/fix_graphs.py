"""Build lists that a project would have with other requires: from go.mod files of this machine, and of proxies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from supplymatrix.engine.ask_modules import ask_each
from supplymatrix.engine.graph_inputs import GraphInputs
from supplymatrix.engine.means import Means
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.gomod.modfile import GoMod
from supplymatrix.gomod.module_graph import Absent, ModuleGraph, WantedFile, select_versions
from supplymatrix.model.fact import SumKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sources.mod_files import ModFiles

if TYPE_CHECKING:
    from supplymatrix.net.transport import Transport

__all__ = ["Graphs", "retraction_of"]

_SECONDS = 60.0
"""For all go.mod files that one graph lacks on this machine."""


class Graphs:
    """Works out build lists of one main module. Files that were had once are not asked for again.

    fetched: go.mod files that came from a proxy; nobody has held these against the log.
    """

    def __init__(self, inputs: GraphInputs, files: ModFiles, means: Means, settings: GoSettings) -> None:
        self._inputs = inputs
        self._files = files
        self._means = means
        self._settings = settings
        self._known: dict[ModuleVersion, bytes | Absent] = {}
        self.fetched: set[ModuleVersion] = set()

    def of(self, go_mod: GoMod) -> ModuleGraph:
        """Return the build list with this go.mod in the place of the project's own. Raises InputError beyond all
        measure."""
        asking = select_versions([go_mod])
        try:
            wanted = next(asking)
            while True:
                wanted = asking.send(self._read(wanted))
        except StopIteration as done:
            graph: ModuleGraph = done.value
            return graph

    def absent(self, module: ModuleVersion) -> str:
        """Return why the go.mod of a module version cannot be had, "" where it can."""
        (data,) = self._read([WantedFile(module=module, replacement=None)])
        return data.reason if isinstance(data, Absent) else ""

    def _read(self, wanted: Sequence[WantedFile]) -> list[bytes | Absent]:
        found = [self._files.read(file) for file in wanted]
        lacking = {
            file.effective: data
            for file, data in zip(wanted, found, strict=True)
            if file.effective is not None and isinstance(data, Absent)
        }
        new = [module for module in lacking if module not in self._known]
        if new and not self._means.offline:
            self._known.update(self._fetch(new, lacking))
        return [
            data if isinstance(data, bytes) or file.effective is None else self._known.get(file.effective, data)
            for file, data in zip(wanted, found, strict=True)
        ]

    def _fetch(
        self, modules: Sequence[ModuleVersion], why: Mapping[ModuleVersion, Absent]
    ) -> dict[ModuleVersion, bytes | Absent]:
        def fail(module: ModuleVersion, reason: str) -> bytes | Absent:
            return Absent(reason=f"{why[module].reason}; {reason}", remedy=why[module].remedy)

        async def ask(module: ModuleVersion, transport: Transport) -> bytes | Absent:
            from supplymatrix.net.module_files import fetch_module_file

            file = BytesIO()
            fetched = await fetch_module_file(module, SumKind.GO_MOD, self._settings, transport, file)
            last = fetched.answers[-1] if fetched.answers else None
            if last is None or last.reason or fetched.reason:
                said = [f"{answer.source}: {answer.reason}" for answer in fetched.answers if answer.reason]
                return fail(module, "; ".join([*said, *([fetched.reason] if fetched.reason else [])]))
            self.fetched.add(module)
            return file.getvalue()

        return ask_each(modules, self._means, self._settings, _SECONDS, ask=ask, too_late=fail, failed=fail)


def retraction_of(files: ModFiles, module: ModuleVersion) -> str:
    """Return why the author of a module version took it back, "" where nothing of that is known on this machine."""
    from supplymatrix.gomod.dependency_file import is_retracted_by

    newest = files.newest(module.path)
    return is_retracted_by(newest, module.version) if newest is not None else ""
