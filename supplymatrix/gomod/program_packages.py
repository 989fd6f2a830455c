"""Packages that are linked into a program, held against the modules that it names.

A list of modules can be rewritten in the file without anything else noticing; the function table says which packages
are there. Each of them belongs to the standard library, whose paths have no dot before the first slash, or lies below a
module that is named: below the replaced one's path, as the compiler has it, where it was replaced. The standard library
has its own copies of others below "vendor/".
"""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.gomod.build_info import BuildInfo

__all__ = ["unnamed_packages"]

_COPIES = ("vendor/", "cmd/vendor/")  # of Go itself; a name that one gives by go:linkname has no such prefix
_TEST_SUFFIXES = ("_test", ".test")  # of the packages that `go test -c` makes of one


def unnamed_packages(info: BuildInfo, packages: Sequence[str] | None) -> tuple[str, ...]:
    """Return the packages that no module explains, in their order. packages: in the program's function table, None
    where that cannot be read: nothing is known then, and nothing is told."""
    paths = {module.path for module in (info.main, *info.deps) if module is not None}
    of_go = {package.partition("vendor/")[2] for package in packages or () if package.startswith(_COPIES)}
    return tuple(package for package in packages or () if package not in of_go and not _is_explained(package, paths))


def _is_explained(package: str, modules: set[str]) -> bool:
    if "." not in package.partition("/")[0]:
        return True
    names = (package, *(package.removesuffix(suffix) for suffix in _TEST_SUFFIXES if package.endswith(suffix)))
    return any(above in modules for name in names for above in _with_above(name))


def _with_above(path: str) -> tuple[str, ...]:
    parts = path.split("/")
    return tuple("/".join(parts[:length]) for length in range(len(parts), 0, -1))
