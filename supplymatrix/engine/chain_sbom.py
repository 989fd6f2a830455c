"""The link of an attested bill of materials: the modules that it lists are those that the programs are made of.

A bill may list more: tools of the build, modules of which nothing is linked in. It may not lack a module that is linked
in, nor have another version of it or another hash.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from supplymatrix.engine.chain_evidence import Signed, best_of
from supplymatrix.engine.chain_links import signature_values, verdict_link
from supplymatrix.errors import InputError
from supplymatrix.model.chain import ChainLink, LinkId
from supplymatrix.model.program import BuiltProgram, ProgramModule, ProgramModuleState
from supplymatrix.model.signature import CheckState
from supplymatrix.model.value import changed
from supplymatrix.sbom.purl import STDLIB
from supplymatrix.sbom.read import read_sbom
from supplymatrix.sbom.read_values import ReadComponent, ReadSbom

__all__ = ["sbom_link"]

_SHOWN = 3
_Bill = Mapping[str, Mapping[str, str]]
"""Module path → version → h1 where the bill has it, else ""."""


def sbom_link(
    found: Sequence[Signed], programs: Sequence[BuiltProgram], modules: Sequence[ProgramModule]
) -> ChainLink | None:
    """Return whether the attested bills are those of the programs; None where none is attested. Of several that count
    each has to be."""
    counting = [one for one in found if one.vouches and one.statement is not None]
    best = best_of(found)
    if best is None or best.statement is None:
        return None
    links = [_held(one, programs, modules) for one in (counting or [best])]
    return next((link for link in links if link.state is CheckState.FAILED), links[0])


def _held(signed: Signed, programs: Sequence[BuiltProgram], modules: Sequence[ProgramModule]) -> ChainLink:
    """Return whether one attested bill is that of the programs."""
    values = signature_values(signed.verdict)
    link = changed(verdict_link(signed, LinkId.SBOM, "attested"), values=values)
    if not signed.is_told or signed.statement is None:
        return link
    try:
        sbom = read_sbom(signed.statement.payload, signed.verdict.source)
    except InputError as err:
        says = f"the attested bill cannot be read: {err.diagnostics[0].message}"
        return changed(link, state=CheckState.FAILED, says=says, reason="sbom-unreadable", exit_code=2)
    bill = _bill(sbom)
    values += (("bill", f"{sbom.format} {sbom.spec}".strip()), ("listed", f"{len(bill):,} Go modules"))
    if not programs:
        says = "there is no program that the attested bill could be held against"
        return changed(link, state=CheckState.NOT_CHECKABLE, says=says, values=values, reason="no-program", exit_code=3)
    differing = list(_differing(bill, programs, modules))
    if differing:
        subject, expected, seen = differing[0]
        more = f", and {len(differing) - 1:,} more" if len(differing) > 1 else ""
        return changed(
            link, state=CheckState.FAILED, says=f"the attested bill is not that of the programs: {subject}{more}",
            expected=expected, found=seen, values=values, reason="sbom-mismatch", exit_code=1,
        )  # fmt: skip
    named = {module.subject for module in modules}
    if link.state is CheckState.VERIFIED:
        what = f"all {len(named):,} modules" if len(named) != 1 else "the one module"
        are = "are" if len(named) != 1 else "is"
        link = changed(link, says=f"{what} of the programs {are} in the attested {sbom.format} bill")
    return changed(link, values=values)


def _bill(sbom: ReadSbom) -> _Bill:
    bill: dict[str, dict[str, str]] = {}
    for component in sbom.everything:
        module = component.module if component.is_go else None
        if module is None:
            continue
        versions = bill.setdefault(module.path, {})
        versions[module.version] = versions.get(module.version) or component.h1
        for replaced in _replaced(component):
            path, at, version = replaced.rpartition("@")
            if at:
                bill.setdefault(path, {}).setdefault(version, "")
    return bill


def _replaced(component: ReadComponent) -> Iterator[str]:
    if component.replaces:
        yield component.replaces


def _differing(
    bill: _Bill, programs: Sequence[BuiltProgram], modules: Sequence[ProgramModule]
) -> Iterator[tuple[str, str, str]]:
    """Yield what of the programs is not so in a bill: a sentence, what the program has, what the bill has."""
    mains = {program.main for program in programs}
    seen = set()
    for module in modules:
        key = (module.subject, module.sum)
        if module.state is ProgramModuleState.LOCAL or module.subject.path in mains or key in seen:
            continue
        seen.add(key)
        yield from _of_module(bill, module)
    yield from _of_go(bill, programs)


def _of_module(bill: _Bill, module: ProgramModule) -> Iterator[tuple[str, str, str]]:
    path, version = module.subject.path, module.subject.version
    versions = bill.get(path)
    original_path, _, original_version = module.original.rpartition("@")
    if versions is None and original_version in bill.get(original_path, {}):
        return  # a bill may name a replaced module by its own name
    if versions is None:
        yield f"it does not list {module.subject}", str(module.subject), "no such module"
    elif version not in versions:
        yield f"it lists another version of {path}", version, ", ".join(sorted(versions)[:_SHOWN])
    elif versions[version] and module.sum and versions[version] != module.sum:
        yield f"it has another hash of {module.subject}", module.sum, versions[version]


def _of_go(bill: _Bill, programs: Sequence[BuiltProgram]) -> Iterator[tuple[str, str, str]]:
    """Yield that a bill has another Go than the programs; one that lists none says nothing of it."""
    listed = {version.removeprefix("v").removeprefix("go") for version in bill.get(STDLIB, {}) if version}
    for program in programs:
        if listed and program.go_release and program.go_release not in listed:
            yield "it lists another version of Go", program.go_release, ", ".join(sorted(listed)[:_SHOWN])
            return
