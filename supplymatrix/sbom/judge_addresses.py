"""The addresses and the replacement that a bill of materials gives of a module, held against the module's own name."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.sbom.purl import bare_purl, is_go_purl
from supplymatrix.sbom.read_values import ReadComponent
from supplymatrix.sbom.statements import Statement, Topic, Truth

__all__ = ["judge_addresses"]

_FILES = ("distribution", "source-distribution")
_ON_PROXY = "/@v/"


def judge_addresses(component: ReadComponent, module: ModuleVersion) -> Iterator[Statement]:
    """Yield what can be said of addresses without fetching anything, and of what a module stands for."""
    for reference in component.references:
        told = Statement(topic=Topic.ADDRESS, truth=Truth.NOT_CHECKED, subject=component.title, said=reference.url)
        told = changed(told, said=f"{reference.kind} {reference.url}"[:500])
        if is_go_purl(reference.url):
            yield _held(told, bare_purl(reference.url) == (module.path, module.version), module)
        elif module.version and reference.kind in _FILES and _ON_PROXY in reference.url:
            tail = f"/{module.escaped_path}{_ON_PROXY}{module.escaped_version}.zip"
            yield _held(told, reference.url.endswith(tail), module)
        else:
            yield changed(told, reason="nothing is fetched, and nothing proves whose page it is")
    yield from _replaced(component)


def _held(told: Statement, is_same: bool, module: ModuleVersion) -> Statement:  # noqa: FBT001 - what came of comparing
    found = "" if is_same else f"this is no place of {module}"
    return changed(told, truth=Truth.TRUE if is_same else Truth.FALSE, found=found)


def _replaced(component: ReadComponent) -> Iterator[Statement]:
    """Yield where a file contradicts itself in what a module stands for; whether it is so, only a project knows."""
    if not component.replaces or not component.ancestors:
        return
    ancestors = {f"{path}@{version}" if version else path for path, version in map(bare_purl, component.ancestors)}
    if component.replaces not in {*component.ancestors, *ancestors}:
        told = Statement(topic=Topic.REPLACEMENT, truth=Truth.FALSE, subject=component.title, said=component.replaces)
        yield changed(told, found=f"its pedigree says {component.ancestors[0]}")
