"""The licences that a bill of materials states of a module, held against the licence texts on this machine."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.errors import InputError
from supplymatrix.licences.expression import And, Expression, Or, parse_expression
from supplymatrix.licences.names import names_in
from supplymatrix.model.licence import LicenceSource, ModuleLicence
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.sbom.evidence import Evidence
from supplymatrix.sbom.read_values import LicenceForm, ReadComponent, ReadLicence, ReadSbom
from supplymatrix.sbom.statements import Statement, Topic, Truth

__all__ = ["judge_licences", "modules_to_look_deeper"]

_REF = "LicenseRef-"
_CACHED = (LicenceSource.FOLDER, LicenceSource.ZIP, LicenceSource.VENDOR)
"""Where texts lie that the log can prove; everything else is the user's own."""


def judge_licences(component: ReadComponent, module: ModuleVersion, evidence: Evidence) -> Iterator[Statement]:
    """Yield for each way in which the file states the licence whether it is what the texts say. module: the name under
    which the evidence has it."""
    told = Statement(topic=Topic.LICENCE, truth=Truth.NO_EVIDENCE, subject=component.title, said="")
    for role in component.unstated:
        yield changed(told, reason=f"the file says that it says nothing of the licence {role}")
    if not component.licences:
        yield from () if component.unstated else (changed(told, reason="the file states no licence"),)
        return
    for role in sorted({licence.role for licence in component.licences}):
        stated = [licence for licence in component.licences if licence.role == role]
        said = f"{', '.join(licence.text for licence in stated)}{f' ({role})' if role else ''}"
        yield _proven(_licence_of(changed(told, said=said), stated, module, evidence), module, evidence)


def modules_to_look_deeper(sbom: ReadSbom, evidence: Evidence) -> tuple[ModuleVersion, ...]:
    """Return the modules of which a file states licences beside those in their roots, sorted."""
    found = set()
    for component in sbom.everything:
        module = component.module
        read = evidence.licences.get(module) if module is not None else None
        if module is not None and read is not None and evidence.zip_is_proven(module):
            known = {*_licences_in(read.declared), *_licences_in(read.concluded)}
            said = {name for licence in component.licences for name in _licences_in(licence.text)}
            if said - known:
                found.add(module)
    return tuple(sorted(found))


def _licences_in(text: str) -> tuple[str, ...]:
    try:
        return tuple(parse_expression(text).licences) if text else ()
    except InputError:
        return ()


def _proven(told: Statement, module: ModuleVersion, evidence: Evidence) -> Statement:
    """Return an answer as far as the texts that it rests on are those that the log knows."""
    read = evidence.licences.get(module)
    if read is None or read.source not in _CACHED or evidence.zip_is_proven(module):
        return told
    found = evidence.zips.get(module)
    word = evidence.logged.get(module)
    if found is not None and found.h1 and word is not None and word.h1:
        reason = (
            f"the texts say {read.declared or 'nothing'}, and the zip in the module cache differs from the proven hash"
        )
        return changed(told, truth=Truth.NOT_CHECKED, found="", reason=reason, is_promised=True)
    if told.truth is not Truth.TRUE:
        return told
    where = "vendor/" if read.source is LicenceSource.VENDOR else "the module cache"
    return changed(told, truth=Truth.NOT_CHECKED, reason=f"so it was read from {where}, not held against the log")


def _licence_of(told: Statement, stated: list[ReadLicence], module: ModuleVersion, evidence: Evidence) -> Statement:
    read = evidence.licences.get(module)
    told = changed(told, truth=Truth.NOT_CHECKED)
    if read is None or not read.declared:
        reason = (read.reason if read is not None else "") or "its files are not on this machine"
        return changed(told, reason=reason, remedy=read.remedy if read is not None else "")
    if any(licence.form is LicenceForm.NAME or _REF in licence.text for licence in stated):
        return _named(told, stated, read)
    try:
        parsed = [parse_expression(licence.text) for licence in stated]
    except InputError as err:
        return changed(told, truth=Truth.FALSE, found=f"no SPDX expression: {err.diagnostics[0].message}")
    ours = [parse_expression(text) for text in dict.fromkeys((read.declared, read.concluded)) if text]
    if any(_is_same(parsed, own) for own in ours):
        return changed(told, truth=Truth.TRUE)
    said = {licence for part in parsed for licence in part.licences}
    known = set(ours[-1].licences)
    files = ", ".join(file.path for file in read.files[:3])
    found = f"{read.declared} in {files}" if files else read.declared
    if known < said:
        return _more(changed(told, found=found), said - known, evidence.deeper.get(module), read)
    if read.reason:
        return changed(told, found=read.declared, reason=read.reason, remedy=read.remedy)
    missing = [licence for licence in ours[-1].licences if licence not in said]
    why = f"it leaves out {', '.join(missing)}" if missing and said <= known else ""
    return changed(told, truth=Truth.FALSE, found=found, reason=why)


def _named(told: Statement, stated: list[ReadLicence], read: ModuleLicence) -> Statement:
    """Return what is said of a licence by a name that SPDX does not have: with a text that is known it is wrong."""
    if read.reason or _REF in read.declared:
        return changed(told, reason="it is stated by a name that SPDX does not have", found=read.declared)
    named = {found.licence for licence in stated for found in names_in(licence.text)}
    if set(parse_expression(read.declared).licences) <= named:
        return changed(told, truth=Truth.TRUE)
    why = "a name that SPDX does not have stands for a text that SPDX knows"
    return changed(told, truth=Truth.FALSE, found=read.declared, reason=why)


def _more(told: Statement, extra: set[str], deeper: frozenset[str] | None, read: ModuleLicence) -> Statement:
    """Return what is said of licences beside those in the root. deeper: all in the module's zip, None = not known."""
    if deeper is None:
        why = f"{told.found}; whether the others stand deeper in it was not looked at"
        return changed(told, found=read.declared, reason=why)
    nowhere = sorted(extra - deeper)
    if nowhere and not read.reason:
        return changed(told, truth=Truth.FALSE, reason=f"{', '.join(nowhere)} stands nowhere in the proven zip")
    if nowhere:
        return changed(told, found=read.declared, reason=read.reason, remedy=read.remedy)
    return changed(told, truth=Truth.TRUE, found="")


def _is_same(stated: list[Expression], own: Expression) -> bool:
    """Tell whether licences are those of an expression. A list of several says nothing of AND and OR."""
    if len(stated) == 1:
        return _shape(stated[0]) == _shape(own)
    return {licence for part in stated for licence in part.licences} == set(own.licences)


def _shape(expression: Expression) -> object:
    """Return what is left of an expression when the order of its parts does not count."""
    if isinstance(expression, And | Or):
        return type(expression).__name__, frozenset(map(_shape, expression.parts))
    return str(expression)
