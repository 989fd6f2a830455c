"""What could not be had for a bill of materials, as gaps: graph, packages, versions, proofs, zips, licences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from supplymatrix.engine.licences import LicenceRun, in_scope
from supplymatrix.engine.module_graph import GraphRun
from supplymatrix.engine.sbom_go import GoRelease
from supplymatrix.engine.sbom_proofs import Proofs
from supplymatrix.engine.sbom_zips import NO_LINE, OTHER, HeldZips
from supplymatrix.model.fact import Gap
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.sbom.document import Scope
from supplymatrix.sources.main_version import MainVersion

__all__ = ["ANY_MODULE", "Findings", "gaps_of", "package_gaps", "zip_gaps"]

ANY_MODULE = "PATH@VERSION"
"""In a remedy: the module that it is about."""
_FETCH = "go mod download, with a go.sum that is proven first"
_CLEAN = "find out who changed it; go clean -modcache, then go mod download"
_FEW = 3
"""Gaps of one kind and reason that are told one by one."""
_MOST = 20
"""Packages that were not found and are told one by one."""


class Findings(NamedTuple):
    """What a bill was made from. licences: None when they were not asked for. versions: of main modules, by path,
    "" of the workspace `name`. native: what keeps the native libraries from being all."""

    name: str
    scope: Scope
    run: GraphRun
    proofs: Proofs
    licences: LicenceRun | None
    zips: HeldZips
    versions: Mapping[str, MainVersion]
    release: GoRelease
    native: tuple[Gap, ...] = ()


def gaps_of(found: Findings) -> tuple[Gap, ...]:
    """Return all gaps, each once."""
    gaps = [
        *alarm_gaps(found),
        *found.run.gaps,
        *_untidy(found.run),
        *package_gaps(found.run, found.scope),
        *found.native,
        *_folder_gaps(found.run, found.scope),
        *_version_gaps(found),
        *found.proofs.gaps,
        *(found.licences.gaps if found.licences is not None else ()),
        *_line_gaps(found),
        *_twice(found),
        *zip_gaps(found.zips),
    ]
    return tuple(dict.fromkeys(gaps))


def _version_gaps(found: Findings) -> Iterator[Gap]:
    for path, version in found.versions.items():
        name = path or found.name
        if version.reason:
            yield Gap(wanted=f"version of {name}", reason=version.reason, remedy=version.remedy, subject=name)
        elif version.doubt:
            yield Gap(wanted=f"version of {name}", reason=version.doubt, remedy=version.remedy, subject=name)
    if found.release.reason:
        remedy = "name the Go that builds in go.mod (toolchain), or run this where it is"
        yield Gap(wanted="version of the standard library", reason=found.release.reason, remedy=remedy)


def package_gaps(run: GraphRun, scope: Scope) -> Iterator[Gap]:
    """Yield what keeps the list of packages from being complete."""
    yield from run.package_gaps
    missing = [*run.missing_packages, *(run.missing_test_packages if scope is not Scope.BUILT else ())]
    remedy = "go mod download, or mend the import"
    for text in missing[:_MOST]:
        package, _, reason = text.partition(": ")
        yield Gap(wanted=f"package {package}", reason=reason, remedy=remedy, subject=package)
    if len(missing) > _MOST:
        yield Gap(wanted="packages", reason=f"{len(missing) - _MOST:,} more were not found", remedy=remedy)


def _untidy(run: GraphRun) -> Iterator[Gap]:
    for note in run.notes:
        if note.code == "graph-not-tidy":
            yield Gap(wanted="a build list that a build takes", reason=note.message, remedy="go mod tidy")


def alarm_gaps(found: Findings) -> Iterator[Gap]:
    """Yield what this machine and the log do not agree on, which leaves open what is built."""
    remedy = "take nothing of it; find out who is wrong: supplymatrix check, supplymatrix mismatch"
    for text in (*found.proofs.alarms, *found.zips.alarms):
        yield Gap(wanted="alarm", reason=text, remedy=remedy)


def _line_gaps(found: Findings) -> Iterator[Gap]:
    """Yield modules of which go.sum has no hash: nobody holds their zips against anything."""
    listed = (entry.effective for entry, _ in in_scope(found.run, found.scope) if not entry.is_main)
    modules = sorted({module for module in listed if module is not None and not found.proofs.of(module).h1})
    reason = "go.sum has no line for its zip, so that neither go nor the log says what is in it"
    remedy = "go mod tidy, or go mod download for what is not built; then supplymatrix check"
    for module in modules[:_MOST]:
        yield Gap(wanted=f"hash of {module}", reason=reason, remedy=remedy, subject=str(module))
    if len(modules) > _MOST:
        yield Gap(wanted=f"hashes of {len(modules) - _MOST:,} more modules", reason=reason, remedy=remedy)


def _twice(found: Findings) -> Iterator[Gap]:
    """Yield module versions that are taken in the place of two modules, which the go command refuses."""
    paths: dict[ModuleVersion, list[str]] = {}
    for entry, _ in in_scope(found.run, found.scope):
        if entry.effective is not None and not entry.is_main:
            paths.setdefault(entry.effective, []).append(entry.module.path)
    for module, names in paths.items():
        if len(names) > 1:
            yield Gap(
                wanted="a build list that a build takes",
                reason=f"{module} is used for two different module paths ({', '.join(names)}), which go refuses",
                remedy="mend the replace lines",
                subject=str(module),
            )


def zip_gaps(zips: HeldZips, fetch: str = _FETCH) -> Iterator[Gap]:
    """Yield what is known of zips that have no hash: one for each, or one for all that have the same reason. Of a
    module without a line in go.sum it is told already that it has none. fetch: what to do where a zip is not here."""
    reasons: dict[str, list[ModuleVersion]] = {}
    for module, found in (zips.found or {}).items():
        is_part = module.path != TOOLCHAIN_PATH  # which is no part of what is built; its own reason tells
        if isinstance(found, str) and found != NO_LINE and is_part:
            reasons.setdefault(found, []).append(module)
    for reason, modules in reasons.items():
        remedy = _CLEAN if reason.startswith(OTHER) else fetch
        if len(modules) > _FEW:
            wanted = f"SHA-256 and SHA-512 of the zips of {len(modules):,} modules"
            told = f"{remedy}, for each of them" if ANY_MODULE in remedy else remedy
            yield Gap(wanted=wanted, reason=reason, remedy=told)
            continue
        for module in modules:
            wanted = f"SHA-256 and SHA-512 of the zip of {module}"
            told = remedy.replace(ANY_MODULE, str(module))
            yield Gap(wanted=wanted, reason=reason, remedy=told, subject=str(module))


def _folder_gaps(run: GraphRun, scope: Scope) -> Iterator[Gap]:
    for entry, _ in in_scope(run, scope):
        replacement = entry.replacement
        if replacement is not None and replacement.target is None:
            yield Gap(
                wanted=f"version and hashes of {entry.module.path}",
                reason=f"it is replaced by a folder, {replacement.directory}, which has none",
                remedy="require a version of it",
                subject=entry.module.path,
            )
