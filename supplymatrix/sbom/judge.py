"""Hold what a bill of materials states of its components against what was found out about them.

    statements = judge_components(sbom, Evidence(logged=…, zips=…, licences=…))

Pure: whoever has the evidence hands it in. A module that it says nothing of is not checked, and that is told.
"""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.errors import InputError
from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.sbom.evidence import NO_VERSION, Evidence, subject_without_version
from supplymatrix.sbom.judge_addresses import judge_addresses
from supplymatrix.sbom.judge_hashes import judge_hashes
from supplymatrix.sbom.judge_licences import judge_licences
from supplymatrix.sbom.judge_places import judge_places
from supplymatrix.sbom.judge_source import judge_source
from supplymatrix.sbom.purl import STDLIB, bare_purl, parse_purl
from supplymatrix.sbom.read_values import ReadComponent, ReadSbom
from supplymatrix.sbom.statements import Statement, Topic, Truth

__all__ = ["judge_components"]

_STDLIB_NAMES = ("std", "stdlib", "go", "Go", "golang")


def judge_components(sbom: ReadSbom, evidence: Evidence) -> Iterator[Statement]:
    """Yield the statements about each component, by itself: its names, log, hashes, licence, addresses."""
    subject = subject_without_version(sbom)
    go = next((module for module in evidence.licences if module.path == STDLIB), ModuleVersion(path=STDLIB, version=""))
    for component in sbom.everything:
        yield from judge_source(component) if sbom.is_ours else ()
        if not component.is_go:
            yield from _other(component)
            if ("supplymatrix:kind", "toolchain") in component.properties and component.licences:
                yield from judge_licences(component, go, evidence)
            if component.is_folder:
                folder = ModuleVersion(path=component.name, version="")
                yield from judge_hashes(sbom, component, folder, evidence, why_unlogged=_FOLDER)
                yield from judge_licences(component, folder, evidence)
                yield from _creators(component, evidence, folder)
            continue
        path, _ = bare_purl(component.purl)
        is_own = evidence.is_own(sbom, component, path)
        yield from _names(component, is_own=is_own)
        module = component.module
        if module is None:
            continue
        word = evidence.logged.get(module, LogWord(kind=LogWordKind.UNANSWERED, reason="it was not asked for"))
        skipped = _OWN if is_own else _why_not_asked(module, evidence, is_subject=component is subject)
        if skipped:
            told = Statement(topic=Topic.LOG, truth=Truth.NOT_CHECKED, subject=str(module), said=component.purl)
            is_lost = not module.version and skipped is _NO_VERSION
            yield changed(told, reason=skipped, is_promised=is_lost)
        else:
            yield _logged(str(module), word)
        yield from judge_hashes(sbom, component, module, evidence, why_unlogged=skipped)
        licensed = _licensed(module, is_own=is_own)
        yield from judge_licences(component, licensed, evidence)
        yield from judge_places(component, licensed, evidence) if sbom.is_ours else ()
        yield from judge_addresses(component, module)
        yield from _creators(component, evidence, licensed)


_OWN = "it is the subject's own module, which no log has to know"
_FOLDER = "it is built from a folder, which no log knows"
_NO_VERSION = "without a version there is nothing to ask the log for"


def _why_not_asked(module: ModuleVersion, evidence: Evidence, *, is_subject: bool) -> str:
    """Return why nobody asks the log for a module, "" when it is asked."""
    if module.path == STDLIB:
        return "the standard library is no module of its own: no log has it"
    if module.version:
        return ""
    if module.path in evidence.folders:
        return _FOLDER
    if is_subject:
        return "it has no version, and is the only one without: it is taken for what the file is of"
    return _NO_VERSION


def _licensed(module: ModuleVersion, *, is_own: bool) -> ModuleVersion:
    """Return under which name the licence of a module is kept."""
    return ModuleVersion(path=module.path, version="") if is_own else module


def _other(component: ReadComponent) -> Iterator[Statement]:
    """Yield what can be said of what is no Go module: hardly anything, but that it is there and was not checked."""
    told = Statement(topic=Topic.OTHER, truth=Truth.NOT_CHECKED, subject=component.title, said=component.purl)
    kind = f"of the type {component.kind}" if component.kind else "of no type"
    reason = component.reason if component.purl else f"it has no purl, and is {kind}"
    if component.is_folder:
        yield changed(told, reason=f"it is a folder in the place of {component.replaces}: nothing shows what is in it")
    else:
        yield changed(told, reason=f"it is no Go module: {reason}")
    try:
        purl = parse_purl(component.purl) if component.purl else None
    except InputError:
        return
    if purl is None:
        return
    told = changed(told, topic=Topic.VERSION, truth=Truth.FALSE, said=component.version, reason="")
    if (purl.type, purl.path) == ("generic", "go") and component.name not in ("", purl.name, purl.path):
        yield changed(told, topic=Topic.NAME, said=component.name, found=f"the purl names {purl.path}")
    if component.version and purl.version and component.version != purl.version:
        yield changed(told, found=f"the purl says {purl.version}")
    yield from _other_purls(component)


def _names(component: ReadComponent, *, is_own: bool) -> Iterator[Statement]:
    """Yield what is said by purl, name and version. is_own: it is the subject itself."""
    subject, purl = component.title, component.purl
    if component.module is None:
        yield _of_wrong_purl(component, is_own=is_own)
        return
    yield Statement(topic=Topic.PURL, truth=Truth.TRUE, subject=subject, said=purl)
    yield from _other_purls(component)
    module = component.module
    said = component.version if component.version not in NO_VERSION else ""
    spelt = (module.version, module.version.removeprefix("v"), f"go{module.version}", f"v{module.version}")
    if said and module.version and said not in spelt:
        found = f"the purl says {module.version}"
        yield Statement(topic=Topic.VERSION, truth=Truth.FALSE, subject=subject, said=said, found=found)
    elif not module.version:
        reason = f"the purl has no version{f', the version field says {said}' if said else ''}"
        yield Statement(topic=Topic.VERSION, truth=Truth.NO_EVIDENCE, subject=subject, said=said, reason=reason)
    else:
        yield Statement(topic=Topic.VERSION, truth=Truth.TRUE, subject=subject, said=module.version)
    name = component.name
    is_same = not name or name == module.path or module.path.endswith(f"/{name}")
    if is_same or (module.path == STDLIB and name in _STDLIB_NAMES):
        yield Statement(topic=Topic.NAME, truth=Truth.TRUE, subject=subject, said=name)
    else:
        found = f"the purl names {module.path}"
        yield Statement(topic=Topic.NAME, truth=Truth.FALSE, subject=subject, said=name, found=found)


def _other_purls(component: ReadComponent) -> Iterator[Statement]:
    """Yield the purls that a component has beside the first one and that name something else."""
    for purl in component.other_purls:
        told = Statement(topic=Topic.PURL, truth=Truth.FALSE, subject=component.title, said=purl)
        if _meant(purl) != _meant(component.purl):
            yield changed(told, found=f"its other purl is {component.purl}: one component is one thing")


def _meant(purl: str) -> object:
    try:
        parsed = parse_purl(purl)
    except InputError:
        return purl
    return parsed.type, parsed.path, parsed.version


def _of_wrong_purl(component: ReadComponent, *, is_own: bool) -> Statement:
    """Return what is wrong: the purl, or no more than the version in it."""
    path, version = bare_purl(component.purl)
    told = Statement(
        topic=Topic.VERSION if path else Topic.PURL,
        truth=Truth.FALSE,
        subject=component.title,
        said=version if path else component.purl,
        found=component.reason,
        remedy=component.remedy,
    )
    if path and is_own and version not in NO_VERSION:
        reason = f"its owner may call it so; for the go command {component.reason}"
        return changed(told, truth=Truth.NOT_CHECKED, found="", reason=reason)
    return told


def _logged(subject: str, word: LogWord) -> Statement:
    """Return whether a module version is in the log."""
    if word.kind is LogWordKind.PROVEN:
        found = f"record {word.record:,}"
        return Statement(topic=Topic.LOG, truth=Truth.TRUE, subject=subject, said=subject, found=found)
    is_wrong = word.kind in (LogWordKind.NOT_LOGGED, LogWordKind.IMPOSSIBLE, LogWordKind.BROKEN)
    return Statement(
        topic=Topic.LOG,
        truth=Truth.FALSE if is_wrong else Truth.NOT_CHECKED,
        subject=subject,
        said=subject,
        found=word.reason if is_wrong else "",
        reason="" if is_wrong else word.reason,
        remedy=word.remedy,
        is_alarm=word.kind is LogWordKind.BROKEN,
        is_promised=not word.is_declared,
    )


def _creators(component: ReadComponent, evidence: Evidence, licensed: ModuleVersion) -> Iterator[Statement]:
    """Yield who is said to supply a component, and whose it is said to be."""
    told = Statement(topic=Topic.SUPPLIER, truth=Truth.NOT_CHECKED, subject=component.title, said=component.supplier)
    if component.supplier:
        yield changed(told, reason="who supplies a module is proven nowhere")
    if component.copyright:
        read = evidence.licences.get(licensed)
        known = {line.strip() for file in read.files for line in file.copyrights} if read is not None else set()
        lines = {line.strip() for part in component.copyright.splitlines() for line in part.split(";")}
        told = changed(told, topic=Topic.COPYRIGHT, said=component.copyright[:500])
        if known and {line for line in lines if line} <= known and evidence.zip_is_proven(licensed):
            yield changed(told, truth=Truth.TRUE)
        else:
            yield changed(told, reason="not all of its lines were found in licence texts that are proven")
