"""Data that comes with the program: policies, vendor profiles, pages of rules, trusted roots.

In an installed wheel they lie in the package; in a checkout they are the top-level folders themselves.
"""

from __future__ import annotations

from pathlib import Path

from supplymatrix.errors import SourceError

__all__ = ["builtin_bytes", "builtin_file", "builtin_names"]

_PACKAGE = Path(__file__).resolve().parents[1]
_IN_CHECKOUT = {
    "policies": "policies", "vendor_profiles": "vendor_profiles", "rules": "docs/rules",
    "trust_roots": "trust_roots",
}  # fmt: skip


def builtin_names(kind: str) -> tuple[str, ...]:
    """Return the file names of one kind ("policies", "vendor_profiles", "rules", "trust_roots"), in order.

    A folder within is named behind a slash, as in "vendor_profiles/claims".
    """
    return tuple(sorted(path.name for path in _folder(kind).iterdir() if path.is_file() and path.name[0] != "."))


def builtin_bytes(kind: str, name: str) -> bytes:
    """Return a built-in file. Raises SourceError for a name that is none."""
    if name not in builtin_names(kind):
        raise SourceError(f"there is no built-in file {name!r} among {kind}", remedy="reinstall the program")
    return (_folder(kind) / name).read_bytes()


def builtin_file(kind: str, name: str) -> Path | None:
    """Return where a built-in file lies in a checkout; None in an installed program, whose files nobody edits."""
    return None if (_PACKAGE / "_data").is_dir() else _folder(kind) / name


def _folder(kind: str) -> Path:
    name, _, inner = kind.partition("/")
    packaged = _PACKAGE / "_data" / name
    folder = (packaged if packaged.is_dir() else _PACKAGE.parent / _IN_CHECKOUT[name]) / inner
    if not folder.is_dir():
        raise SourceError(f"the built-in {kind} are missing: {folder} is not there", remedy="reinstall the program")
    return folder
