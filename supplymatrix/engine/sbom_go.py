"""The standard library and the toolchain of a build: which Go builds it, and how that is known.

go = find_go_release(go_mod, go_work, environ)
go.version, go.source                      # "1.26.8", "the Go on this machine, as its VERSION file says"

The go command builds with itself, unless go.mod or GOTOOLCHAIN want another one; what go.mod says is the least version
only. Source: go.dev/doc/toolchain; cmd/go/internal/toolchain/select.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.errors import InputError
from supplymatrix.gomod.goversion import go_version_key, is_toolchain, language_version
from supplymatrix.gomod.modfile import GoMod, GoWork
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.net.settings import building_goroot, read_env_values
from supplymatrix.sources.build_target import host_target
from supplymatrix.sources.go_root import go_version_of, toolchain_in_cache

if TYPE_CHECKING:
    from supplymatrix.engine.sbom_proofs import Proofs

__all__ = ["GoRelease", "find_go_release", "toolchain_module", "toolchain_of"]

_LEAST = "the least version, not what built it"
_WITH_DOT_ZERO = "1.21"
"""The first language version whose first release is called ".0"."""


@value
class GoRelease:
    """version: without "go" ("1.26.8"), "" when nobody knows. source: how it is known, in words. is_toolchain: it names
    a toolchain, and not only a language version. module: the toolchain as the go command has fetched it, None when it
    came in another way. reason: why it is not surely what builds, "" when it is. toolchain: what the go command takes
    for it, without "go": "1.26.0" for the language version "1.26", "1.26.8-custom"; "" = the version.
    """

    version: str
    source: str
    is_toolchain: bool = True
    module: ModuleVersion | None = None
    reason: str = ""
    toolchain: str = ""


def find_go_release(
    go_mod: GoMod | None, go_work: GoWork | None, environ: Mapping[str, str], cache: Path | None = None
) -> GoRelease:
    """Return which Go builds the project on this machine, as far as files say. cache: the module cache, into which the
    go command puts the toolchains that it fetches."""
    values = read_env_values(environ)
    root = building_goroot(environ)
    here = go_version_of(root) if root is not None else ""
    chosen = environ.get("GOTOOLCHAIN") or values.get("GOTOOLCHAIN", "")
    wanted = _wanted(go_mod, go_work)
    if root is None or not here:
        nobody = GoRelease(version="", source="", reason="neither go.mod nor this machine says which Go builds it")
        return _fetched(wanted, cache) if wanted is not None else nobody
    local = GoRelease(
        version=here, source="the Go on this machine, as its VERSION file says", module=toolchain_in_cache(root)
    )
    named = chosen.partition("+")[0]
    if is_toolchain(named):
        source = f"GOTOOLCHAIN={chosen}"
        asked = _fetched(GoRelease(version=_bare(named), source=source, toolchain=named.removeprefix("go")), cache)
        # with a suffix it may be another one than the Go on this machine, of the same version
        if asked.version != here or ("-" in asked.toolchain and asked.module is not None):
            local = asked
    if wanted is None or go_version_key(local.version) >= go_version_key(wanted.version):
        return local
    if named == "local" or (is_toolchain(named) and "+" not in chosen):
        reason = f"the Go on this machine, {local.version}, refuses it: go.mod wants {wanted.version}"
        return changed(wanted, reason=reason)
    return _fetched(wanted, cache)


def toolchain_module(release: GoRelease) -> ModuleVersion:
    """Return the module version as which the go command fetches the toolchain that runs on this machine."""
    return release.module or _module_named(release.version)


def toolchain_of(release: GoRelease, proofs: Proofs) -> ModuleVersion | None:
    """Return the toolchain as a module where it is one: it was fetched as such, or go.sum has a line for it."""
    module = toolchain_module(release)
    return module if release.module is not None or proofs.of(module).h1 else None


def _module_named(version: str) -> ModuleVersion:
    return ModuleVersion(path=TOOLCHAIN_PATH, version=f"v0.0.1-go{version}.{'-'.join(host_target())}")


def _fetched(release: GoRelease, cache: Path | None) -> GoRelease:
    """Return a release with the module that it is, where the module cache has that."""
    if cache is None:
        return release
    try:
        module = _module_named(release.toolchain or release.version)
        is_here = (cache / f"{module.escaped_path}@{module.escaped_version}").is_dir()
    except (InputError, OSError, ValueError):
        return release
    return changed(release, module=module) if is_here else release


def _wanted(go_mod: GoMod | None, go_work: GoWork | None) -> GoRelease | None:
    """Return what go.work, else go.mod, asks for; the higher of toolchain line and go line."""
    for name, file in (("go.work", go_work), ("go.mod", go_mod)):
        if file is None:
            continue
        line = file.toolchain.text if file.toolchain is not None else ""
        least = file.go.text if file.go is not None else ""
        if is_toolchain(line) and go_version_key(_bare(line)) >= go_version_key(least):
            return GoRelease(version=_bare(line), source=f"toolchain line of {name}", toolchain=line.removeprefix("go"))
        if least:
            source = f"go line of {name}: {_LEAST}"
            return GoRelease(
                version=least,
                source=source,
                is_toolchain=False,
                reason=f"{source} is all that is known",
                toolchain=_first_release(least),
            )
    return None


def _first_release(least: str) -> str:
    """Return the toolchain that the go command takes for a go line: "1.26.0" for the language version "1.26"."""
    is_language = language_version(f"go{least}") == f"go{least}"
    return f"{least}.0" if is_language and go_version_key(least) >= go_version_key(_WITH_DOT_ZERO) else least


def _bare(name: str) -> str:
    return name.removeprefix("go").partition("-")[0]
