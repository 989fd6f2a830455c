"""The six ways to FIPS 140-3: what each is called, what it takes where it runs, and what keeps it from working."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from supplymatrix.model.fips import FipsFamily

__all__ = ["AT_RUN_TIME", "NAMES", "defeats_of_platform", "needs_of", "shown_names"]

NAMES: Mapping[FipsFamily, str] = {
    FipsFamily.UPSTREAM: "Go's own module",
    FipsFamily.BORINGCRYPTO: "BoringCrypto",
    FipsFamily.REDHAT: "Red Hat's Go with OpenSSL",
    FipsFamily.MICROSOFT: "Microsoft's Go with the system's cryptography",
    FipsFamily.CHAINGUARD: "Chainguard's Go with OpenSSL",
    FipsFamily.CANONICAL: "Canonical's Go with OpenSSL",
    FipsFamily.NONE: "none",
    FipsFamily.UNKNOWN: "not known",
}
AT_RUN_TIME = frozenset({FipsFamily.REDHAT, FipsFamily.MICROSOFT, FipsFamily.CHAINGUARD, FipsFamily.CANONICAL})
"""Families whose module is no part of the program: it is that of the system on which the program runs."""
_LIBRARY = "OpenSSL with a validated FIPS provider, which is loaded when the program starts"
_NEEDS: Mapping[FipsFamily, tuple[str, ...]] = {
    FipsFamily.UPSTREAM: ("an environment that the certificate names, or that somebody vouches for; no C library",),
    FipsFamily.BORINGCRYPTO: ("linux on amd64 or arm64; the module is in the program",),
    FipsFamily.REDHAT: (
        "a host that was booted in FIPS mode",
        "OpenSSL of the same major version as where it was built, loaded when the program starts",
    ),
    FipsFamily.CHAINGUARD: (_LIBRARY, "fips140=on at run time, the tag requirefips, or a host in FIPS mode"),
    FipsFamily.CANONICAL: ("Ubuntu Pro with FIPS enabled, and its OpenSSL",),
}
_OF_MICROSOFT: Mapping[str, str] = {
    "windows": "Windows with its FIPS policy switched on (CNG)",
    "darwin": "a macOS whose CommonCrypto and CryptoKit are validated",
}
_ASKED = "fips140=on at run time, the tag requirefips, or a host in FIPS mode"
_UNSUPPORTED = {"openbsd": "OpenBSD", "aix": "AIX"}


def needs_of(family: FipsFamily, goos: str) -> tuple[str, ...]:
    """Return what a program of a family needs where it runs, a clause each. goos: "" unknown."""
    if family is FipsFamily.MICROSOFT:
        return (_OF_MICROSOFT.get(goos, _LIBRARY), _ASKED)
    return _NEEDS.get(family, ())


def defeats_of_platform(family: FipsFamily, goos: str, goarch: str) -> Iterator[str]:
    """Yield why a family does not work on a platform. Source: Go crypto/internal/fips140 (Supported; of windows/arm
    that of Go 1.24 and 1.25, which still build for it); for BoringCrypto its build constraints."""
    if family is FipsFamily.UPSTREAM:
        if goarch == "wasm":
            yield "Go's module does not support WebAssembly in FIPS mode: the program ends at its start"
        elif goos == "windows" and goarch in ("386", "arm"):
            yield "Go's module does not support 32-bit Windows in FIPS mode: the program ends at its start"
        elif goos in _UNSUPPORTED:
            yield f"Go's module does not support {_UNSUPPORTED[goos]} in FIPS mode: the program ends at its start"
    elif family is FipsFamily.BORINGCRYPTO and goos and (goos != "linux" or goarch not in ("amd64", "arm64")):
        yield f"BoringCrypto is there for linux on amd64 and arm64 alone, and this is {goos}/{goarch}"


def shown_names(families: Sequence[FipsFamily]) -> str:
    """Return families as a reader knows them, in their order."""
    return ", ".join(NAMES[family] for family in families)
