"""Cryptography beside the validated module: what is linked into a program, what a project imports.

    for package in linked_in_program("bin/app", program, mode="on"):
        package.package, package.what, package.functions, package.inside

FIPS mode stops none of it: with GOFIPS140=v1.0.0 MD5, RC4 and BLAKE2b still run. Only fips140=only refuses those of the
standard library, where they are called.

crypto/tls and crypto/x509 bring MD5, SHA-1, RC4, 3DES and others into every program that has them, and do not use them
in FIPS mode. Where nothing else of such a package is linked in than these two need, the program does not tell whether
anybody else calls it; the sources do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from supplymatrix.fips.non_approved_table import C_CODE, ELSEWHERE, STANDARD, STANDARD_FUNCTIONS, X_CRYPTO
from supplymatrix.gomod.program import ReadProgram
from supplymatrix.model.fips import FipsUse, NonApprovedPackage
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value

__all__ = [
    "FUNCTIONS_IN", "Known", "ProjectImports", "imported_by_project", "known_of", "linked_in_program", "modules_alone",
]  # fmt: skip

_X_CRYPTO = "golang.org/x/crypto/"
_STD = ModuleVersion(path="std", version="")
_MAJOR = re.compile(r"/v[0-9]{1,6}(?=/|$)")
_GO_MOD = Location(artifact="go.mod")
_FUNCTIONS = 20
_LONGEST_CHAIN = 100
_CARRIERS: Mapping[str, tuple[str, ...]] = {
    "crypto/des": ("crypto/tls", "crypto/x509"),
    "crypto/md5": ("crypto/tls", "crypto/x509", "net/smtp"),
    "crypto/rc4": ("crypto/tls",),
    "crypto/sha1": ("crypto/tls", "crypto/x509"),
    "vendor/golang.org/x/crypto/chacha20": ("crypto/tls", "crypto/hpke"),
    "vendor/golang.org/x/crypto/chacha20poly1305": ("crypto/tls", "crypto/hpke"),
    "RSA encryption with PKCS #1 v1.5": ("crypto/tls",),
    "X25519": ("crypto/tls", "crypto/hpke"),
}
"""Package, or name of functions → packages of the standard library that bring it in."""
_BEYOND: Mapping[str, frozenset[str]] = {
    "crypto/md5": frozenset({"crypto/md5.Sum"}),
    "crypto/sha1": frozenset({"crypto/sha1.Sum"}),
}
"""Functions that these carriers do not call; crypto/x509 calls sha1.Sum where certificates are made."""
_MAKES_CERTIFICATES = "crypto/x509.CreateCertificate"

FUNCTIONS_IN = frozenset(
    [
        *STANDARD,
        *(name.rpartition(".")[0] for names in STANDARD_FUNCTIONS.values() for name in names),
        *(f"{_X_CRYPTO}{name}" for name in X_CRYPTO),
        "crypto/x509",
    ]
)
"""Packages whose functions a reader of programs has to keep."""


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


def _above(path: str, table: Mapping[str, str]) -> Known | None:
    while path:
        if path in table:
            return Known(key=path, what=table[path])
        path = path.rpartition("/")[0]
    return None


def linked_in_program(name: str, read: ReadProgram) -> tuple[NonApprovedPackage, ...]:
    """Return what is linked into a program, each thing of the tables once, by package. name: of the program. () where
    its table of functions cannot be read: then nobody knows, and the posture says so."""
    if read.packages is None:
        return ()
    linked = frozenset(read.packages)
    modules = _modules_of(read)
    by_package = _by_package(read.functions or ())
    found: list[NonApprovedPackage] = []
    for known, packages in _by_key(read.packages):
        package, is_standard = packages[0], known.key in STANDARD
        functions = tuple(name for one in packages for name in by_package.get(one, ()))
        found.append(
            NonApprovedPackage(
                subject=name,
                package=package,
                module=_STD if is_standard else _module_of(package, modules),
                what=known.what,
                how="linked",
                location=Location(artifact=name, pointer="function table"),
                is_blocked=is_standard,
                is_c=known.is_c,
                functions=_few(functions),
                inside=_inside(package, functions, linked, by_package) if is_standard else "",
                use=FipsUse.PROGRAM,
            )
        )
    return (*found, *_functions_in(name, frozenset(read.functions or ()), linked))


def _few(functions: Sequence[str]) -> tuple[str, ...]:
    """Return some of these functions, those that others can call before methods."""
    return tuple(sorted(sorted(functions, key=lambda name: (".(" in name, name))[:_FUNCTIONS]))


def _by_key(packages: Iterable[str]) -> Iterator[tuple[Known, list[str]]]:
    """Yield what the tables know of packages, with those that it is of, in their order."""
    found: dict[str, tuple[Known, list[str]]] = {}
    for package in packages:
        known = known_of(package)
        if known is not None:
            found.setdefault(known.key, (known, []))[1].append(package)
    yield from found.values()


def _functions_in(name: str, functions: frozenset[str], linked: frozenset[str]) -> Iterator[NonApprovedPackage]:
    for what, names in STANDARD_FUNCTIONS.items():
        there = tuple(one for one in names if one in functions)
        if there:
            carriers = [one for one in _CARRIERS.get(what, ()) if one in linked]
            yield NonApprovedPackage(
                subject=name,
                package=there[0].rpartition(".")[0],
                module=_STD,
                what=what,
                how="linked",
                location=Location(artifact=name, pointer="function table"),
                is_blocked=True,
                functions=there,
                inside=_said(carriers) if carriers else "",
                use=FipsUse.PROGRAM,
            )


def _inside(
    package: str, functions: Sequence[str], linked: frozenset[str], by_package: Mapping[str, tuple[str, ...]]
) -> str:
    """Return by whom a package of the standard library is there, as far as nothing speaks against it; "" where
    functions are linked in that these do not call."""
    carriers = [one for one in _CARRIERS.get(package, ()) if one in linked]
    if not carriers:
        return ""
    beyond = set(_BEYOND.get(package, ())).intersection(functions)
    if package == "crypto/sha1" and _MAKES_CERTIFICATES in by_package.get("crypto/x509", ()):
        beyond.discard("crypto/sha1.Sum")
    return "" if beyond else _said(carriers)


def _said(carriers: Sequence[str]) -> str:
    return (
        f"{' and '.join(carriers)} {'bring' if len(carriers) > 1 else 'brings'} it; whether anybody else calls it the "
        "program does not tell"
    )


def _by_package(functions: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name in functions:
        end = name.find("[")
        end = end if end >= 0 else len(name)
        dot = name.find(".", name.rfind("/", 0, end) + 1, end)
        found.setdefault(name[:dot], []).append(name)
    return {package: tuple(names) for package, names in found.items()}


def _modules_of(read: ReadProgram) -> Mapping[str, ModuleVersion]:
    if read.info is None:
        return {}
    mains = () if read.info.main is None else (read.info.main,)
    return {one.path: ModuleVersion(path=one.path, version=one.version) for one in (*mains, *read.info.deps)}


def _module_of(package: str, modules: Mapping[str, ModuleVersion]) -> ModuleVersion:
    path = package
    while path:
        if path in modules:
            return modules[path]
        path = path.rpartition("/")[0]
    return ModuleVersion(path=package, version="")


def imported_by_project(imports: ProjectImports) -> tuple[NonApprovedPackage, ...]:
    """Return what the build of a project imports, each thing of the tables once for each module, by module."""
    found: list[NonApprovedPackage] = []
    for package, by in sorted(imports.standard.items()):
        if package in STANDARD:
            found.append(_imported(imports, Known(key=package, what=STANDARD[package]), package, _STD, by))
    for module in sorted(imports.packages):
        others = (package for package in imports.packages[module] if package not in imports.own)
        for known, packages in _by_key(others):
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
        is_blocked=module == _STD,
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
