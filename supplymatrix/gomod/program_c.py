"""What C has left in a compiled program: which packages call it, and which C library is linked in as a whole.

A package that calls C has functions that cgo made for it, "example.com/a._Cfunc_sqrt", whose names no stripping takes
out of the table. A program with no interpreter that has `runtime/cgo` in it brings its C library along, whose texts
give it away.

Source: Go cmd/cgo (out.go, gcc.go), runtime/cgo; glibc csu/version.c, elf/dl-tunables.c; musl src/errno/__strerror.h.
"""

from __future__ import annotations

from supplymatrix.gomod.build_info import pieces
from supplymatrix.gomod.executable import Program
from supplymatrix.gomod.pclntab import FunctionTable, packages_with

__all__ = ["RUNTIME_CGO", "c_library_in", "c_packages_of"]

RUNTIME_CGO = "runtime/cgo"
"""The package that is linked in where, and only where, something calls C."""
MAX_SEARCH = 1 << 30
"""Bytes of a static program in which the name of a C library is looked for."""

_OF_CGO = (b"._Cfunc_", b"._C2func_", b"._cgoexp_")
_MARKS = (
    (b"GNU C Library", "glibc"),
    (b"GLIBC_TUNABLES\0", "glibc"),
    (b"GLIBC_PRIVATE\0", "glibc"),
    (b"Fatal glibc error", "glibc"),
    (b"musl libc", "musl"),
    (b"No error information\0", "musl"),  # what it calls error 0, where glibc says "Success"
)
"""Texts of C, which a NUL ends, and not of Go."""


def c_packages_of(program: Program, table: FunctionTable) -> tuple[str, ...]:
    """Return the import paths of the packages that call C, sorted. Raises InputError for a damaged table."""
    return packages_with(program, table, _OF_CGO)


def c_library_in(program: Program) -> str:
    """Return which C library a static program has in it, "glibc" or "musl"; "" where none, or both, left a mark. Raises
    OSError as the file does."""
    length = min(program.file.size, MAX_SEARCH)
    found: set[str] = set()
    for _, data in pieces(program.file, 0, length, 31):
        found |= {name for mark, name in _MARKS if mark in data}
    return found.pop() if len(found) == 1 else ""
