"""Cryptography beside the validated module in a program: packages, functions and C libraries that are linked in.

    for package in linked_in_program("bin/app", program):
        package.package, package.what, package.functions, package.inside

crypto/tls and crypto/x509 bring MD5, SHA-1, RC4, 3DES and others into every program that has them, and do not use them
in FIPS mode; X25519 crypto/tls uses there as the lesser half of X25519MLKEM768. Where nothing else of such a package is
linked in than these need, the program does not tell whether anybody else calls it; the sources do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from supplymatrix.fips.families import AT_RUN_TIME
from supplymatrix.fips.non_approved import (
    KECCAK,
    OPENSSL,
    STD,
    by_key,
    calls_standard,
    is_refused,
    library_of,
)
from supplymatrix.fips.non_approved_table import CALLED, STANDARD, STANDARD_FUNCTIONS, X_CRYPTO
from supplymatrix.gomod.program import ReadProgram
from supplymatrix.model.fips import FipsFamily, FipsUse, NonApprovedPackage
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed

__all__ = ["FUNCTIONS_IN", "linked_in_program"]

_TABLE = "function table"
_FUNCTIONS = 20
_TLS = "crypto/tls"
_CARRIERS: Mapping[str, tuple[str, ...]] = {
    "crypto/des": (_TLS, "crypto/x509"),
    "crypto/md5": (_TLS, "crypto/x509"),
    "crypto/rc4": (_TLS,),
    "crypto/sha1": (_TLS, "crypto/x509"),
    "vendor/golang.org/x/crypto/chacha20": (_TLS,),
    "vendor/golang.org/x/crypto/chacha20poly1305": (_TLS,),
    "RSA encryption with PKCS #1 v1.5": (_TLS,),
    "X25519": (_TLS,),
}
"""Package, or name of functions → packages of the standard library that bring it in."""
_BEYOND: Mapping[str, frozenset[str]] = {
    "crypto/des": frozenset({"crypto/des.NewCipher"}),
    "crypto/md5": frozenset({"crypto/md5.Sum"}),
    "crypto/sha1": frozenset({"crypto/sha1.Sum"}),
}
"""Functions that these carriers do not call; crypto/x509 calls sha1.Sum where certificates are made."""
_PEM = ("crypto/x509.DecryptPEMBlock", "crypto/x509.EncryptPEMBlock")
_HPKE = ("crypto/hpke.Open", "crypto/hpke.Seal")
_USERS: Mapping[str, tuple[str, ...]] = {
    "crypto/des": _PEM,
    "crypto/md5": (*_PEM, "net/smtp.(*cramMD5Auth).Next", "net/smtp.CRAMMD5Auth"),
    "vendor/golang.org/x/crypto/chacha20": _HPKE,
    "vendor/golang.org/x/crypto/chacha20poly1305": _HPKE,
    "X25519": _HPKE,
}
"""Functions of the standard library that use it in FIPS mode too, and that crypto/tls does not call: where they are
linked in, somebody else calls them."""
_MAKES_CERTIFICATES = "crypto/x509.CreateCertificate"

FUNCTIONS_IN = frozenset(
    [
        *STANDARD,
        *(name.rpartition(".")[0] for names in CALLED.values() for name in names),
        *(f"golang.org/x/crypto/{name}" for name in X_CRYPTO),
        "crypto/hpke",
        "crypto/x509",
        "net/smtp",
    ]
)
"""Packages whose functions a reader of programs has to keep."""


def linked_in_program(
    name: str, read: ReadProgram, family: FipsFamily = FipsFamily.NONE
) -> tuple[NonApprovedPackage, ...]:
    """Return what is linked into a program, each thing of the tables once, by package, and the C libraries that it
    loads. name: of the program. family: whose way it takes; OpenSSL is no finding where that is the way. Where its
    table of functions cannot be read only libraries are told: of the rest nobody knows, and the posture says so."""
    libraries = tuple(_libraries(name, read, family))
    if read.packages is None:
        return libraries
    linked = frozenset(read.packages)
    modules = _modules_of(read)
    functions = frozenset(read.functions or ())
    by_package = _by_package(read.functions or ())
    found: list[NonApprovedPackage] = []
    for known, packages in by_key(read.packages):
        own = tuple(one for package in packages for one in by_package.get(package, ()))
        module = STD if known.key in STANDARD else _module_of(packages[0], modules)
        if calls_standard(known.key, module.version):
            own = tuple(one for one in own if _is_keccak(one))
            if known.key != KECCAK or not own:
                continue
            known = changed(known, what="Keccak")  # noqa: PLW2901 - the rest of it is the standard library's
        is_standard = known.key in STANDARD
        by = _user_of(packages[0], functions) if is_standard else ""
        found.append(
            NonApprovedPackage(
                subject=name,
                package=packages[0],
                module=module,
                what=known.what,
                how="linked",
                location=Location(artifact=name, pointer=_TABLE),
                is_blocked=is_refused(known.key, module.version),
                is_c=known.is_c,
                functions=_few(own),
                by=by,
                inside=_inside(packages[0], own, functions, linked) if is_standard and not by else "",
                use=FipsUse.PROGRAM,
            )
        )
    return (*found, *_functions_in(name, functions, linked), *libraries)


def _is_keccak(function: str) -> bool:
    return function.startswith((f"{KECCAK}.(*state)", f"{KECCAK}.NewLegacyKeccak", f"{KECCAK}.keccakF1600"))


def _few(functions: Sequence[str]) -> tuple[str, ...]:
    """Return some of these functions, those that others can call before methods."""
    return tuple(sorted(sorted(functions, key=lambda name: (".(" in name, name))[:_FUNCTIONS]))


def _user_of(key: str, functions: frozenset[str]) -> str:
    """Return the package of the standard library that uses something for somebody else than crypto/tls, "" for none."""
    found = next((one for one in _USERS.get(key, ()) if one in functions), "")
    return found.partition(".")[0]


def _functions_in(name: str, functions: frozenset[str], linked: frozenset[str]) -> Iterator[NonApprovedPackage]:
    for what, names in STANDARD_FUNCTIONS.items():
        there = tuple(one for one in names if one in functions)
        if there:
            by = _user_of(what, functions)
            carriers = [one for one in _CARRIERS.get(what, ()) if one in linked and not by]
            yield NonApprovedPackage(
                subject=name,
                package=there[0].rpartition(".")[0],
                module=STD,
                what=what,
                how="linked",
                location=Location(artifact=name, pointer=_TABLE),
                is_blocked=True,
                functions=there,
                by=by,
                inside=_said(carriers, what) if carriers else "",
                use=FipsUse.PROGRAM,
            )


def _inside(package: str, own: Sequence[str], functions: frozenset[str], linked: frozenset[str]) -> str:
    """Return by whom a package of the standard library is there, as far as nothing speaks against it; "" where
    functions are linked in that these do not call."""
    carriers = [one for one in _CARRIERS.get(package, ()) if one in linked]
    if not carriers:
        return ""
    beyond = set(_BEYOND.get(package, ())).intersection(own)
    if package == "crypto/sha1" and _MAKES_CERTIFICATES in functions:
        beyond.discard("crypto/sha1.Sum")
    return "" if beyond else _said(carriers, package)


def _said(carriers: Sequence[str], what: str) -> str:
    use = " and uses it in FIPS mode beside ML-KEM alone, as X25519MLKEM768;" if what == "X25519" else ";"
    return (
        f"{' and '.join(carriers)} {'bring' if len(carriers) > 1 else 'brings'} it{use} whether anybody else calls it "
        "the program does not tell"
    )


def _libraries(name: str, read: ReadProgram, family: FipsFamily) -> Iterator[NonApprovedPackage]:
    """Yield the C libraries with cryptography that a program loads."""
    for library in dict.fromkeys(read.libraries):
        what = library_of(library)
        if what and not (what == OPENSSL and family in AT_RUN_TIME):
            yield NonApprovedPackage(
                subject=name,
                package=library,
                module=ModuleVersion(path=library, version=""),
                what=what,
                how="linked",
                location=Location(artifact=name, pointer="libraries"),
                is_c=True,
                use=FipsUse.PROGRAM,
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
    """Return the modules of a program by path; one that something else was built in the place of has no version."""
    if read.info is None:
        return {}
    mains = () if read.info.main is None else (read.info.main,)
    return {
        one.path: ModuleVersion(path=one.path, version=one.version if one.replaced_by is None else "")
        for one in (*mains, *read.info.deps)
    }


def _module_of(package: str, modules: Mapping[str, ModuleVersion]) -> ModuleVersion:
    path = package
    while path:
        if path in modules:
            return modules[path]
        path = path.rpartition("/")[0]
    return ModuleVersion(path=package, version="")
