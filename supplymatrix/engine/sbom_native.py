"""Native code that a build links: libraries that `#cgo` lines name, and object files (.syso) that packages bring."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from supplymatrix.engine.module_graph import GraphRun
from supplymatrix.errors import InputError
from supplymatrix.gomod.build_constraint import BuildContext
from supplymatrix.gomod.cgo_lines import CgoLinks, cgo_links
from supplymatrix.model.fact import Gap
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sbom.document import Component, ComponentKind
from supplymatrix.sources.files import read_limited

__all__ = ["NativeParts", "native_parts"]

_LIMIT = 4 << 20
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,99}")
_WANTED = "native libraries that are linked"
_FEW = 5
_MOST = 20
"""Unclear words of #cgo lines that are told one by one."""


class NativeParts(NamedTuple):
    """components: one for each library or object file, by name, with the module paths that link it. gaps: why there may
    be more."""

    components: tuple[tuple[Component, tuple[str, ...]], ...] = ()
    gaps: tuple[Gap, ...] = ()


def native_parts(run: GraphRun) -> NativeParts:
    """Return what is linked beside Go. What system libraries those are, and of which version, no file says."""
    found = _Found()
    context = BuildContext(
        goos=run.goos, goarch=run.goarch, cgo=run.cgo, tags=frozenset(run.tags), go_minor=run.go_minor
    )
    for module, files in (run.with_c or {}).items():
        for package, path in files:
            try:
                links = cgo_links(read_limited(path, _LIMIT, "Go file"), context)
            except InputError as err:
                links = CgoLinks(unclear=(f"a file cannot be read: {err.diagnostics[0].message}",))
            for name in links.names:
                found.add(name, package, module, "declared by #cgo of")
            found.unclear += [f"#cgo of {package}: {text}" for text in links.unclear]
    for module, files in (run.with_objects or {}).items():
        for package, path in files:
            name = path.name if _NAME.fullmatch(path.name) else "object file with an odd name"
            found.add(name, package, module, "an object file of")
    return NativeParts(tuple(found.components()), tuple(_gaps(run, found.unclear)))


class _Found:
    """By name: who brings it, how that is known, and which modules link it."""

    def __init__(self) -> None:
        self._by: dict[str, dict[str, set[str]]] = {}
        self._modules: dict[str, set[str]] = {}
        self.unclear: list[str] = []

    def add(self, name: str, package: str, module: str, how: str) -> None:
        self._by.setdefault(name, {}).setdefault(how, set()).add(package)
        self._modules.setdefault(name, set()).add(module)

    def components(self) -> Iterator[tuple[Component, tuple[str, ...]]]:
        for name in sorted(self._by):
            by = [f"{how} {', '.join(sorted(packages)[:_FEW])}" for how, packages in sorted(self._by[name].items())]
            component = Component(
                ref=f"supplymatrix:native:{name}",
                kind=ComponentKind.NATIVE,
                module=ModuleVersion(path="", version=""),
                name=name,
                version="",
                purl="",
                version_source=f"{', and '.join(by)}; no file says a version",
            )
            yield component, tuple(sorted(self._modules[name]))


def _gaps(run: GraphRun, unclear: list[str]) -> Iterator[Gap]:
    for text in unclear[:_MOST]:
        yield Gap(wanted=_WANTED, reason=f"it is not clear what this links: {text}", remedy="name it by -lNAME")
    if len(unclear) > _MOST:
        reason = f"of {len(unclear) - _MOST:,} more words it is not clear what they link"
        yield Gap(wanted=_WANTED, reason=reason, remedy="name libraries by -lNAME")
    if run.packages and (run.with_objects is None or (run.cgo and run.with_c is None)):
        yield Gap(wanted=_WANTED, reason="nobody looked into the files that import C", remedy="run it with --no-go")
