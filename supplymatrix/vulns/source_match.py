"""Which entries of the databases concern a module of a build, and how near: module, or package by the imports.

    for found in match_module(module, index, imports):
        found.level, found.looked

An entry that names packages is at level PACKAGE where one of them is imported for the platform that is built for; where
none is, it is at level MODULE, with looked PACKAGE if all imports are known. One that names none, or a part of which
names none, is at level MODULE, and nobody can tell more, unless the build takes no package of the module at all.
Functions are not looked for here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.model.vulnerability import LevelBy, Vulnerability, VulnLevel
from supplymatrix.vulns.advisory import Advisory, ImportedPackage
from supplymatrix.vulns.index import VulnIndex
from supplymatrix.vulns.versions import affected_blocks, fixed_version, names_no_package

__all__ = ["BuiltModule", "Imports", "match_module"]

_MOST_NAMED = 3


@value
class BuiltModule:
    """A module of the build list. subject: what is built, the replacement where there is one; required: the path of the
    module that it stands for, "" for itself. packages: import paths that the build takes from it, as they are imported;
    test_packages: those that only the main modules' tests need. is_complete: nothing can be missing in `packages`.
    notes: what is to be said with each finding."""

    subject: ModuleVersion
    location: Location
    required: str = ""
    packages: frozenset[str] = frozenset()
    test_packages: frozenset[str] = frozenset()
    is_complete: bool = True
    notes: tuple[str, ...] = ()


@value
class Imports:
    """What is known of all imports. goos, goarch: built for. chain_to: import path → import paths from a main module's
    package to it."""

    goos: str
    goarch: str
    chain_to: Callable[[str], tuple[str, ...]]


def match_module(module: BuiltModule, index: VulnIndex, imports: Imports) -> Iterator[Vulnerability]:
    """Yield what is known of a module version, by the ids of the entries."""
    for advisory in index.affecting(module.subject.path, module.subject.version):
        yield _vulnerability(module, advisory, imports)


def _vulnerability(module: BuiltModule, advisory: Advisory, imports: Imports) -> Vulnerability:
    blocks = affected_blocks(advisory, module.subject.path, module.subject.version)
    named = [package for block in blocks for package in block.packages]
    is_whole = not named or names_no_package(blocks)  # all of the module counts
    hits = sorted({path for package in named for path in _taken(package, module, imports)})
    notes = [*advisory.notes, *module.notes, *_notes(named, hits, module, imports)]
    own = sorted(
        {
            span[1]
            for block in advisory.affected
            if block.module == module.subject.path
            for span in block.own_spans
            if span[1]
        }
    )
    if own:
        notes.append(f"the advisory counts in the product's own versions, fixed in {', '.join(own)}")
    if hits:
        level = looked = VulnLevel.PACKAGE
    else:
        level = VulnLevel.MODULE
        is_known = module.is_complete and (not is_whole or not module.packages)
        looked = VulnLevel.PACKAGE if is_known else VulnLevel.MODULE
    return Vulnerability(
        advisory=advisory.id,
        subject=module.subject,
        level=level,
        looked=looked,
        level_by=LevelBy.SOURCES if looked is VulnLevel.PACKAGE else LevelBy.MODULES,
        review=advisory.review,
        summary=advisory.summary,
        database=advisory.database,
        location=module.location,
        aliases=advisory.aliases,
        required=module.required,
        packages=tuple(hits),
        chain=_nearest(hits, imports),
        fixed=fixed_version(advisory, module.subject.path, module.subject.version),
        published=advisory.published,
        url=advisory.url,
        severity=advisory.severity,
        is_malicious=advisory.is_malicious,
        notes=tuple(dict.fromkeys(notes)),
    )


def _taken(package: ImportedPackage, module: BuiltModule, imports: Imports) -> Iterator[str]:
    """Yield the import paths under which the build takes a package that an entry names, on its platform."""
    if package.fits(imports.goos, imports.goarch):
        yield from (path for path in _as_imported(package.path, module) if path in module.packages)


def _as_imported(path: str, module: BuiltModule) -> tuple[str, ...]:
    """Return how a package may be imported: a replacement's is imported under the path of the module it stands for."""
    own = module.subject.path
    if module.required and (path == own or path.startswith(f"{own}/")):
        return (path, module.required + path[len(own) :])
    return (path,)


def _nearest(hits: list[str], imports: Imports) -> tuple[str, ...]:
    chains = [imports.chain_to(path) for path in hits]
    return min(chains, key=lambda chain: (len(chain), chain), default=())


def _notes(named: list[ImportedPackage], hits: list[str], module: BuiltModule, imports: Imports) -> Iterator[str]:
    """Yield what keeps an entry from being nearer, or may make it so elsewhere."""
    if hits:
        return
    elsewhere = sorted({package.path for package in named if not package.fits(imports.goos, imports.goarch)})
    taken = [path for path in elsewhere if any(one in module.packages for one in _as_imported(path, module))]
    if taken:
        where = f"{imports.goos}/{imports.goarch}"
        yield f"{_some(taken)} is imported, and vulnerable on other platforms alone than {where}, which is built for"
    tested = sorted(
        {path for package in named for path in _as_imported(package.path, module) if path in module.test_packages}
    )
    if tested:
        yield f"tests alone import {_some(tested)}"


def _some(paths: list[str]) -> str:
    more = f" and {len(paths) - _MOST_NAMED:,} more" if len(paths) > _MOST_NAMED else ""
    return ", ".join(paths[:_MOST_NAMED]) + more
