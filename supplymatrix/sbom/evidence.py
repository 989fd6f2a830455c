"""What is known of the module versions that a bill of materials names, to hold it against."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from supplymatrix.model.licence import ModuleLicence
from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.model.zip_digest import ZipDigest
from supplymatrix.sbom.purl import STDLIB
from supplymatrix.sbom.read_values import ReadComponent, ReadSbom

__all__ = ["Evidence", "ZipWord", "modules_to_ask", "subject_without_version"]

NO_VERSION = ("", "UNKNOWN", "(devel)")
"""What tools write where there is no version."""


@value
class ZipWord:
    """A module's zip in the module cache. digest: None with the reason. h1: of that very file."""

    digest: ZipDigest | None = None
    h1: str = ""
    reason: str = ""

    def is_proven(self, word: LogWord | None) -> bool:
        """Tell whether its files are those that the log knows."""
        return bool(self.h1) and word is not None and word.kind is LogWordKind.PROVEN and word.h1 == self.h1


@value
class Evidence:
    """What is known, by module version; of the project's own modules and of folders by a version "".

    own: paths of the project's own modules, None without a project: then nothing but the subject of the file itself may
    be unknown to the log. folders: paths of modules that are built from a folder. log: its name; tree_size: of the head
    that is trusted here, 0 = none. deeper: licences anywhere in a module's zip, of those where that was looked at.
    """

    logged: Mapping[ModuleVersion, LogWord] = MappingProxyType({})
    zips: Mapping[ModuleVersion, ZipWord] = MappingProxyType({})
    licences: Mapping[ModuleVersion, ModuleLicence] = MappingProxyType({})
    own: frozenset[str] | None = None
    folders: frozenset[str] = frozenset()
    log: str = ""
    tree_size: int = 0
    deeper: Mapping[ModuleVersion, frozenset[str]] = MappingProxyType({})

    def is_own(self, sbom: ReadSbom, component: ReadComponent, path: str) -> bool:
        """Tell whether a component is the subject itself, or a main module in it, which no log has to know."""
        if self.own is not None:
            return path in self.own
        return component is sbom.main or (sbom.is_of_programs and component.is_main_module)

    def zip_is_proven(self, module: ModuleVersion) -> bool:
        """Tell whether the zip here has the files that the log knows."""
        found = self.zips.get(module)
        return found is not None and found.is_proven(self.logged.get(module))


def modules_to_ask(sbom: ReadSbom, own: frozenset[str] | None) -> tuple[ModuleVersion, ...]:
    """Return the module versions that the log can be asked for, sorted, each once. own: as in `Evidence`."""
    asked = Evidence(own=own)
    found = {
        component.module
        for component in sbom.everything
        if component.module is not None
        and component.module.version
        and component.module.path != STDLIB
        and not asked.is_own(sbom, component, component.module.path)
    }
    return tuple(sorted(found))


def subject_without_version(sbom: ReadSbom) -> ReadComponent | None:
    """Return what a file is of that names no Go module as its subject: the one component that has no version, as tools
    write it of the module in a folder; None where there is no such one, or several."""
    if sbom.main is not None and sbom.main.is_go:
        return None
    without = [one for one in sbom.go_components if one.module is not None and not one.module.version]
    return without[0] if len(without) == 1 else None
