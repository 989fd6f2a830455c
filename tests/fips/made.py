"""Programs as their readers see them, made by hand: nothing of these was ever built.

What Red Hat's, Microsoft's, Chainguard's and Canonical's Go leave in a program is as their documentation has it; no
real program of theirs is at hand.
"""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.gomod.build_info import BuildInfo, BuiltModule
from supplymatrix.gomod.program import ReadProgram
from supplymatrix.model.program import ProgramState

__all__ = ["BINDING", "BORING", "TREE", "V100", "program"]

TREE = ("crypto/aes", "crypto/internal/fips140", "crypto/internal/fips140/aes", "crypto/sha256", "main", "runtime")
"""Packages of a program that uses the cryptography of Go's own tree."""
V100 = (
    "crypto/aes",
    "crypto/internal/fips140",
    "crypto/internal/fips140/v1.0.0-c2097c7c/aes",
    "crypto/internal/fips140/v1.0.0-c2097c7c/sha256",
    "main",
    "runtime",
)
"""Of one with the frozen module v1.0.0."""
BINDING = "vendor/github.com/golang-fips/openssl/v2/internal/ossl"
BORING = (
    "crypto/internal/boring._Cfunc__goboringcrypto_SHA256_Init",
    "crypto/internal/boring/sig.BoringCrypto",
)


def program(
    packages: Sequence[str] | None = TREE,
    *,
    version: str = "go1.26.8",
    functions: Sequence[str] | None = (),
    goos: str = "linux",
    goarch: str = "amd64",
    libraries: Sequence[str] = ("libc.so.6",),
    deps: Sequence[tuple[str, str]] = (),
    **settings: str,
) -> ReadProgram:
    """Return a program. settings: GOFIPS140="v1.0.0-c2097c7c", tags="a,b" for -tags, fips140="on" for the mode."""
    told = {"CGO_ENABLED": "1"}
    for name, text in settings.items():
        if name == "fips140":
            told["DefaultGODEBUG"] = f"containermaxprocs=0,fips140={text},tlssha1=1"
        else:
            told[{"tags": "-tags", "asan": "-asan", "ldflags": "-ldflags"}.get(name, name)] = text
    info = BuildInfo(
        go_version=version,
        path="example.com/acme/svc",
        main=BuiltModule(path="example.com/acme/svc", version="v1.4.2", sum="", replaced_by=None),
        deps=tuple(BuiltModule(path=path, version=number, sum="", replaced_by=None) for path, number in deps),
        settings=tuple(told.items()),
        format="ELF",
    )
    return ReadProgram(
        info=info,
        state=ProgramState.READ,
        format="ELF",
        goos=goos,
        goarch=goarch,
        libraries=tuple(libraries),
        interpreter="/lib64/ld-linux-x86-64.so.2" if libraries else "",
        packages=tuple(sorted(packages)) if packages is not None else None,
        functions=tuple(functions) if functions is not None else None,
    )
