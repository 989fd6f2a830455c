"""Cryptography beside the validated module: what is known of packages and C libraries, and what a project imports.

    known_of("golang.org/x/crypto/blake2b").what                  # "BLAKE2b"
    imported_by_project(imports)

FIPS mode stops none of it: with GOFIPS140=v1.0.0 MD5, RC4 and BLAKE2b still run. fips140=only refuses those of the
standard library, and few others, where they are called. What is linked into programs is the matter of linked.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from supplymatrix.fips.non_approved_table import (
    C_CODE,
    C_LIBRARIES,
    ELSEWHERE,
    NOT_REFUSED,
    STANDARD,
    X_CRYPTO,
    X_CRYPTO_CALLS_STD,
    X_CRYPTO_REFUSED,
)
from supplymatrix.model.fips import NonApprovedPackage
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.semver import compare
from supplymatrix.model.value import changed, value

__all__ = [
    "KECCAK", "OPENSSL", "STD", "Known", "ProjectImports", "by_key", "calls_standard", "imported_by_project",
    "is_refused", "known_of", "library_of", "modules_alone",
]  # fmt: skip

_X_CRYPTO = "golang.org/x/crypto/"
STD = ModuleVersion(path="std", version="")
KECCAK = f"{_X_CRYPTO}sha3"
OPENSSL = "OpenSSL"
_MAJOR = re.compile(r"/v[0-9]{1,6}(?=/|$)")
_RELEASE = re.compile(r"v[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?")
_LIBRARY_END = re.compile(
    r"(?:\.(?:so|dylib|tbd|dll|a|lib|pc)(?:\.[0-9.]*)?|[-_.]?[0-9]+(?:[._-][0-9]+)*(?:-x64|-x86)?|-x64)$"
)
_GO_MOD = Location(artifact="go.mod")
_LONGEST_CHAIN = 100


@value
class Known:
    """What the tables say of a package. key: the path in them, which stands for all packages below it. what: the
    algorithm. is_c: it is C code behind cgo."""

    key: str
    what: str
    is_c: bool = False


@value
class ProjectImports:
    """What the build of a project imports. subject: its name. packages: module → its packages that are built. standard:
    packages of the standard library → the package that imports them first, none of the library's own. importers:
    package → the package that imports it first, "" for the project's own roots. own: the project's own packages.
    places: path of a module → where go.mod requires it; place: for what no line of it asks for."""

    subject: str
    packages: Mapping[ModuleVersion, Sequence[str]]
    standard: Mapping[str, str]
    importers: Mapping[str, str]
    own: frozenset[str]
    places: Mapping[str, Location] = MappingProxyType({})
    place: Location = _GO_MOD


def known_of(package: str) -> Known | None:
    """Return what a package implements that is not approved or lies outside of the module, None for all others.
    package: an import path, or the path of a module."""
    if package in STANDARD:
        return Known(key=package, what=STANDARD[package])
    if package.startswith(_X_CRYPTO):
        found = _above(package.removeprefix(_X_CRYPTO), X_CRYPTO)
        return changed(found, key=_X_CRYPTO + found.key) if found else None
    if "." not in package.partition("/")[0]:
        return None
    bare = _MAJOR.sub("", package)
    found = _above(bare, C_CODE)
    return changed(found, is_c=True) if found else _above(bare, ELSEWHERE)


def library_of(name: str) -> str:
    """Return whose cryptography a C library has, "" for one that has none, or is not known. name: as a program, the
    linker or pkg-config names it.

    >>> library_of("libcrypto.so.3"), library_of("ssl"), library_of("libcrypto-3-x64.dll"), library_of("libz.so.1")
    ('OpenSSL', 'OpenSSL', 'OpenSSL', '')
    """
    bare = name.replace("\\", "/").rpartition("/")[2].lower()[:200]
    while bare:
        found = C_LIBRARIES.get(bare) or C_LIBRARIES.get(bare.removeprefix("lib"))
        if found:
            return found
        shorter = _LIBRARY_END.sub("", bare)
        if shorter == bare:
            return ""
        bare = shorter
    return ""


def calls_standard(package: str, version: str) -> bool:
    """Return whether a package of golang.org/x/crypto calls the standard library for what it is known for, of sha3 for
    all but Keccak. version: of that module, "" unknown."""
    return _is_since(X_CRYPTO_CALLS_STD, package, version)


def is_refused(package: str, version: str) -> bool:
    """Return whether fips140=only refuses a package where it runs. version: of its module, "" for Go's own."""
    if package in STANDARD:
        return package not in NOT_REFUSED
    return _is_since(X_CRYPTO_REFUSED, package, version)


def _is_since(table: Mapping[str, str], package: str, version: str) -> bool:
    since = table.get(package.removeprefix(_X_CRYPTO)) if package.startswith(_X_CRYPTO) else None
    return since is not None and _RELEASE.fullmatch(version) is not None and compare(version, since) >= 0


def _above(path: str, table: Mapping[str, str]) -> Known | None:
    while path:
        if path in table:
            return Known(key=path, what=table[path])
        path = path.rpartition("/")[0]
    return None


def by_key(packages: Iterable[str]) -> Iterator[tuple[Known, list[str]]]:
    """Yield what the tables know of packages, with those that it is of, in their order."""
    found: dict[str, tuple[Known, list[str]]] = {}
    for package in packages:
        known = known_of(package)
        if known is not None:
            found.setdefault(known.key, (known, []))[1].append(package)
    yield from found.values()


def imported_by_project(imports: ProjectImports) -> tuple[NonApprovedPackage, ...]:
    """Return what the build of a project imports, each thing of the tables once for each module, by module."""
    found: list[NonApprovedPackage] = []
    for package, by in sorted(imports.standard.items()):
        if package in STANDARD:
            found.append(_imported(imports, Known(key=package, what=STANDARD[package]), package, STD, by))
    for module in sorted(imports.packages):
        others = (package for package in imports.packages[module] if package not in imports.own)
        for known, packages in by_key(others):
            if calls_standard(known.key, module.version):
                continue
            by = imports.importers.get(packages[0], "")
            found.append(_imported(imports, known, packages[0], module, by))
    return tuple(found)


def _imported(
    imports: ProjectImports, known: Known, package: str, module: ModuleVersion, by: str
) -> NonApprovedPackage:
    return NonApprovedPackage(
        subject=imports.subject,
        package=package,
        module=module,
        what=known.what,
        how="imported",
        location=imports.places.get(module.path) or imports.place,
        is_blocked=is_refused(package, module.version),
        is_c=known.is_c,
        by=by,
        is_own=by in imports.own,
        chain=_chain(package, by, imports.importers),
    )


def _chain(package: str, by: str, importers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the imports that lead to a package, the project's own first; () where nobody knows who imports it."""
    found = [package]
    while by and by not in found and len(found) < _LONGEST_CHAIN:
        found.append(by)
        by = importers.get(by, "")
    return tuple(reversed(found)) if len(found) > 1 else ()


def modules_alone(
    subject: str, modules: Iterable[ModuleVersion], places: Mapping[str, Location]
) -> tuple[NonApprovedPackage, ...]:
    """Return modules that the tables know as a whole, where nobody knows which packages are built."""
    found: list[NonApprovedPackage] = []
    for module in modules:
        known = known_of(module.path)
        if known is not None:
            found.append(
                NonApprovedPackage(
                    subject=subject,
                    package=module.path,
                    module=module,
                    what=known.what,
                    how="module",
                    location=places.get(module.path) or _GO_MOD,
                    is_c=known.is_c,
                )
            )
    return tuple(found)
