"""What could not be had for a bill of materials, as gaps: graph, packages, versions, proofs, zips, licences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from supplymatrix.engine.licences import LicenceRun, in_scope
from supplymatrix.engine.module_graph import GraphRun
from supplymatrix.engine.sbom_go import GoRelease
from supplymatrix.engine.sbom_proofs import Proofs
from supplymatrix.model.fact import Gap
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.sbom.document import Scope, ZipDigest
from supplymatrix.sources.main_version import MainVersion

__all__ = ["Findings", "gaps_of", "package_gaps"]

_FEW = 3
"""Gaps of one kind and reason that are told one by one."""
_MOST = 20
"""Packages that were not found and are told one by one."""


class Findings(NamedTuple):
    """What a bill was made from. licences, zips: None when they were not asked for. versions: of main modules, by path,
    "" of the workspace `name`."""

    name: str
    scope: Scope
    run: GraphRun
    proofs: Proofs
    licences: LicenceRun | None
    zips: Mapping[ModuleVersion, ZipDigest | str] | None
    versions: Mapping[str, MainVersion]
    release: GoRelease


def gaps_of(found: Findings) -> tuple[Gap, ...]:
    """Return all gaps, each once."""
    gaps = [
        *found.run.gaps,
        *_untidy(found.run),
        *package_gaps(found.run, found.scope),
        *_folder_gaps(found.run, found.scope),
        *_version_gaps(found),
        *found.proofs.gaps,
        *(found.licences.gaps if found.licences is not None else ()),
        *_zip_gaps(found.zips or {}),
    ]
    return tuple(dict.fromkeys(gaps))


def _version_gaps(found: Findings) -> Iterator[Gap]:
    for path, version in found.versions.items():
        name = path or found.name
        if version.reason:
            remedy = "commit it, tag a commit, or name the version with --version"
            yield Gap(wanted=f"version of {name}", reason=version.reason, remedy=remedy, subject=name)
        elif version.doubt:
            yield Gap(
                wanted=f"version of {name}", reason=version.doubt, remedy="git fetch --unshallow --tags", subject=name
            )
    if found.release.reason:
        remedy = "name the Go that builds in go.mod (toolchain), or run this where it is"
        yield Gap(wanted="version of the standard library", reason=found.release.reason, remedy=remedy)


def package_gaps(run: GraphRun, scope: Scope) -> Iterator[Gap]:
    """Yield what keeps the list of packages from being complete."""
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


def _zip_gaps(zips: Mapping[ModuleVersion, ZipDigest | str]) -> Iterator[Gap]:
    """Yield what is known of zips that have no hash: one for each, or one for all that have the same reason."""
    reasons: dict[str, list[ModuleVersion]] = {}
    for module, found in zips.items():
        if isinstance(found, str) and module.path != TOOLCHAIN_PATH:  # no part of what is built; its own reason tells
            reasons.setdefault(found, []).append(module)
    remedy = "go mod download, with a go.sum that is proven first"
    for reason, modules in reasons.items():
        if len(modules) > _FEW:
            yield Gap(
                wanted=f"SHA-256 and SHA-512 of the zips of {len(modules):,} modules", reason=reason, remedy=remedy
            )
            continue
        for module in modules:
            wanted = f"SHA-256 and SHA-512 of the zip of {module}"
            yield Gap(wanted=wanted, reason=reason, remedy=remedy, subject=str(module))


def _folder_gaps(run: GraphRun, scope: Scope) -> Iterator[Gap]:
    for entry, _ in in_scope(run, scope):
        replacement = entry.replacement
        if replacement is not None and replacement.target is None:
            yield Gap(
                wanted=f"version and hashes of {entry.module.path}",
                reason=f"it is replaced by the folder {replacement.directory}, which has none",
                remedy="require a version of it",
                subject=entry.module.path,
            )
