"""Go's cryptographic module of an earlier release, as GOFIPS140 selects it: the go command unpacks it from a zip in
GOROOT into the module cache, compiles what lies there, and looks at it never again.

    version = fips_version(root, "certified")              # "v1.0.0-c2097c7c", "" for off, latest and what is not there
    check_fips(root, version, cache)                        # a CachedCopy; None where nothing was unpacked

The zip is one of the files of a Go, so that whoever has proven that Go has proven it.
Source: cmd/go internal/fips140 (initVersion, initDir), internal/modfetch (Unzip).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from supplymatrix.errors import InputError
from supplymatrix.model.fact import CachedCopy, CopyKind, CopyState
from supplymatrix.model.module import ModuleVersion, unescape_version
from supplymatrix.model.value import changed
from supplymatrix.sources.copy_check import judge_folder
from supplymatrix.sources.copy_look import Copies, look_at_copies
from supplymatrix.sources.files import read_if_there
from supplymatrix.sources.go_root import fips_sums

__all__ = ["FIPS_PATH", "check_fips", "fips_folder", "fips_version", "fips_zip", "unpacked_fips"]

FIPS_PATH = "golang.org/fips140"
_ALIAS_LIMIT = 4 << 10
_ZIP_LIMIT = 64 << 20
_MOST = 50


def fips_version(root: Path, said: str) -> str:
    """Return the version that a GOFIPS140 means for a Go, "" for none: off, latest, or one that this Go does not have,
    for which the go command ends. said: a version, or an alias that a file of this Go resolves."""
    if said in ("", "off", "latest") or "/" in said or "\\" in said or ".." in said:
        return ""
    try:
        alias = read_if_there(root / "lib" / "fips140" / f"{said}.txt", _ALIAS_LIMIT, "alias of GOFIPS140")
    except (InputError, ValueError):  # a NUL
        return ""
    version = alias.decode("utf-8", "replace").strip() if alias is not None else said
    return version if fips_zip(root, version) is not None else ""


def fips_zip(root: Path, version: str) -> Path | None:
    """Return the zip of a version in a Go, None where it has none."""
    path = root / "lib" / "fips140" / f"{version}.zip"
    try:
        return path if "/" not in version and os.path.isfile(path) else None  # noqa: PTH113 - is_file raises if closed
    except ValueError:
        return None


def fips_folder(version: str, cache: Path | None) -> Path | None:
    """Return where a version lies unpacked in the module cache, None where it does not."""
    if cache is None or not version:
        return None
    try:
        module = ModuleVersion(path=FIPS_PATH, version=version)
        folder = cache / f"{module.escaped_path}@{module.escaped_version}"
    except InputError:
        return None
    return folder if os.path.lexists(folder) else None


def unpacked_fips(cache: Path | None) -> tuple[str, ...]:
    """Return the versions that lie unpacked in the module cache, sorted."""
    folder, _, base = FIPS_PATH.rpartition("/")
    try:
        names = sorted(os.listdir(cache / folder)) if cache is not None else []  # noqa: PTH208 - names are all
    except OSError:
        return ()
    found = []
    for name in names:
        if name.startswith(f"{base}@"):
            try:
                found.append(unescape_version(name.partition("@")[2]))
            except InputError:
                continue
    return tuple(found[:_MOST])


def check_fips(root: Path, version: str, cache: Path | None) -> CachedCopy | None:
    """Hold what was unpacked of a version against the zip of it in a Go; None where nothing was unpacked."""
    folder, zip_file = fips_folder(version, cache), fips_zip(root, version)
    if folder is None:
        return None
    module = ModuleVersion(path=FIPS_PATH, version=version)
    path = os.path.abspath(folder)  # noqa: PTH100 - links are not to be followed
    nothing = CachedCopy(
        subject=module, kind=CopyKind.FOLDER, state=CopyState.UNCHECKED, path=path, hash="", logged_hash=""
    )
    if zip_file is None:
        return changed(nothing, reason=f"{root} has no zip of it")
    copies = Copies(module=str(module), zip=str(zip_file), folder=path)
    look = look_at_copies(copies)
    if look.zip is None or not look.zip.h1:
        why = (look.zip.unread or look.zip.fault) if look.zip is not None else ""
        return changed(nothing, reason=f"{zip_file} cannot be read: {why}")
    fault = _fault_of_zip(zip_file, fips_sums(root))
    if fault:
        return changed(nothing, state=CopyState.DIFFERS, reason=f"{zip_file}, from which it is unpacked, {fault}")
    return judge_folder(module, copies, look, look.zip.h1)


def _fault_of_zip(path: Path, sums: Mapping[str, str]) -> str:
    """Return why a zip is not what `fips140.sum` beside it says, "" where it is."""
    try:
        data = read_if_there(path, _ZIP_LIMIT, "zip")
    except InputError as err:
        return err.diagnostics[0].message
    is_right = data is not None and sums.get(path.name) == sha256(data).hexdigest()
    return "" if is_right else "is not what fips140.sum beside it says"
