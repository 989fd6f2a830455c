"""Native libraries of a build with cgo, as far as `#cgo` lines name them: a name, and who asks for it."""

from __future__ import annotations

from supplymatrix.engine.module_graph import GraphRun
from supplymatrix.errors import InputError
from supplymatrix.gomod.build_constraint import BuildContext
from supplymatrix.gomod.cgo_lines import linked_libraries
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sbom.document import Component, ComponentKind
from supplymatrix.sources.files import read_limited

__all__ = ["native_components"]

_LIMIT = 4 << 20


def native_components(run: GraphRun) -> list[tuple[Component, tuple[str, ...]]]:
    """Return a component for each library with the module paths that link it, by name. What system libraries those
    are, and of which version, no file says."""
    context = BuildContext(goos=run.goos, goarch=run.goarch, cgo=run.cgo, tags=frozenset(run.tags))
    packages: dict[str, set[str]] = {}
    modules: dict[str, set[str]] = {}
    for module, files in (run.with_c or {}).items():
        for package, path in files:
            try:
                data = read_limited(path, _LIMIT, "Go file")
            except InputError:
                continue
            for name in linked_libraries(data, context):
                packages.setdefault(name, set()).add(package)
                modules.setdefault(name, set()).add(module)
    return [
        (
            Component(
                ref=f"supplymatrix:native:{name}",
                kind=ComponentKind.NATIVE,
                module=ModuleVersion(path="", version=""),
                name=name,
                version="",
                purl="",
                version_source=f"declared by #cgo of {', '.join(sorted(packages[name])[:5])}; no file says a version",
            ),
            tuple(sorted(modules[name])),
        )
        for name in sorted(packages)
    ]
