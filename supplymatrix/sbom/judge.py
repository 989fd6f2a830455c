"""Hold what a bill of materials states of its Go components against what was found out about them.

    statements = judge_sbom(sbom, Evidence(logged=…, zips=…, licences=…))

Pure: whoever has the evidence hands it in. A module that it says nothing of is not checked, and that is told.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from supplymatrix.errors import InputError
from supplymatrix.licences.expression import And, Expression, Or, parse_expression
from supplymatrix.model.licence import ModuleLicence
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.sbom.document import ZipDigest
from supplymatrix.sbom.purl import STDLIB, module_of_purl, parse_purl
from supplymatrix.sbom.read_values import LicenceForm, ReadComponent, ReadHash, ReadLicence, ReadSbom
from supplymatrix.sbom.statements import Statement, Topic, Truth

__all__ = ["Evidence", "LogWord", "LogWordKind", "ZipWord", "bare_purl", "judge_components", "modules_to_ask"]

_NO_VERSION = ("", "UNKNOWN", "(devel)")
_STDLIB_NAMES = ("std", "stdlib", "go", "Go", "golang")
_REF = "LicenseRef-"


class LogWordKind(StrEnum):
    """What came of asking the log."""

    PROVEN = "proven"
    NOT_LOGGED = "not in the log"
    IMPOSSIBLE = "impossible"
    """No log can have a module of this path."""
    PRIVATE = "private"
    UNANSWERED = "unanswered"
    BROKEN = "broken"


@value
class LogWord:
    """What the log says of a module version. h1: of its zip, "" = its record has no such line. reason, remedy: of what
    is not proven. is_declared: the policy says that the module is private, so that nobody expects an answer."""

    kind: LogWordKind
    h1: str = ""
    record: int = -1
    tree_size: int = 0
    reason: str = ""
    remedy: str = ""
    is_declared: bool = False


@value
class ZipWord:
    """A module's zip in the module cache. digest: None with the reason. h1: of that very file."""

    digest: ZipDigest | None = None
    h1: str = ""
    reason: str = ""


@value
class Evidence:
    """What is known, by module version. own: paths of modules that no proxy gives out: the subject's own."""

    logged: Mapping[ModuleVersion, LogWord] = MappingProxyType({})
    zips: Mapping[ModuleVersion, ZipWord] = MappingProxyType({})
    licences: Mapping[ModuleVersion, ModuleLicence] = MappingProxyType({})
    own: frozenset[str] = frozenset()


def modules_to_ask(sbom: ReadSbom, own: frozenset[str]) -> tuple[ModuleVersion, ...]:
    """Return the module versions that the log can be asked for, sorted, each once."""
    found = {
        component.module
        for component in sbom.go_components
        if component.module is not None and component.module.version and not _is_own(component.module, own)
    }
    return tuple(sorted(found))


def judge_components(sbom: ReadSbom, evidence: Evidence) -> Iterator[Statement]:
    """Yield the statements about each Go component, by itself: its names, log, hashes, licence."""
    if sbom.main is not None and sbom.main.is_go:
        yield from _names(sbom.main, is_own=True)
    for component in sbom.go_components:
        path, _ = bare_purl(component)
        yield from _names(component, is_own=path in evidence.own)
        module = component.module
        if module is None:
            continue
        yield from _log(component, module, evidence)
        yield from _digests(component, module, evidence)
        yield from _licence(component, module, evidence)


def _is_own(module: ModuleVersion, own: frozenset[str]) -> bool:
    return module.path == STDLIB or module.path in own


def bare_purl(component: ReadComponent) -> tuple[str, str]:
    """Return path and version of a Go purl as they are, also where the version cannot be; "" for what is broken."""
    try:
        purl = parse_purl(component.purl)
        is_module = isinstance(module_of_purl(str(changed(purl, version=""))), ModuleVersion)
    except InputError:
        return "", ""
    return (purl.path, purl.version) if is_module else ("", "")


def _names(component: ReadComponent, *, is_own: bool) -> Iterator[Statement]:
    """Yield what is said by purl, name and version. is_own: it is the subject itself."""
    subject, purl = component.title, component.purl
    if component.module is None:
        yield _of_wrong_purl(component, is_own=is_own)
        return
    yield Statement(topic=Topic.PURL, truth=Truth.TRUE, subject=subject, said=purl)
    module = component.module
    said = component.version if component.version not in _NO_VERSION else ""
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


def _of_wrong_purl(component: ReadComponent, *, is_own: bool) -> Statement:
    """Return what is wrong: the purl, or no more than the version in it."""
    path, version = bare_purl(component)
    told = Statement(
        topic=Topic.VERSION if path else Topic.PURL,
        truth=Truth.FALSE,
        subject=component.title,
        said=version if path else component.purl,
        found=component.reason,
        remedy=component.remedy,
    )
    if path and is_own and version not in _NO_VERSION:
        reason = f"its owner may call it so; for the go command {component.reason}"
        return changed(told, truth=Truth.NOT_CHECKED, found="", reason=reason)
    return told


def _log(component: ReadComponent, module: ModuleVersion, evidence: Evidence) -> Iterator[Statement]:
    """Yield whether the module version is in the log, and whether the file's h1 is the proven one."""
    if _is_own(module, evidence.own):
        return
    subject = str(module)
    if not module.version:
        reason = "without a version there is nothing to ask the log for"
        yield Statement(topic=Topic.LOG, truth=Truth.NO_EVIDENCE, subject=subject, said=component.purl, reason=reason)
        return
    word = evidence.logged.get(module, LogWord(kind=LogWordKind.UNANSWERED, reason="it was not asked for"))
    yield _logged(subject, word)
    if not component.h1:
        reason = "the file gives no hash of its files"
        yield Statement(topic=Topic.H1, truth=Truth.NO_EVIDENCE, subject=subject, said="", reason=reason)
        return
    said = f"{component.h1} ({component.h1_from})"
    if word.kind is LogWordKind.PROVEN and word.h1:
        is_same = word.h1 == component.h1
        yield Statement(
            topic=Topic.H1,
            truth=Truth.TRUE if is_same else Truth.FALSE,
            subject=subject,
            said=said,
            found="" if is_same else f"{word.h1} in record {word.record:,} of the log",
            is_alarm=not is_same,
        )
    else:
        reason = word.reason or "the log has no hash of its zip"
        yield Statement(
            topic=Topic.H1,
            truth=Truth.NOT_CHECKED,
            subject=subject,
            said=said,
            reason=reason,
            remedy=word.remedy,
            is_promised=not word.is_declared,
        )


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


def _digests(component: ReadComponent, module: ModuleVersion, evidence: Evidence) -> Iterator[Statement]:
    word = evidence.logged.get(module)
    proven = word.h1 if word is not None and word.kind is LogWordKind.PROVEN else ""
    for digest in component.hashes:
        yield _digest(str(module), digest, proven, evidence.zips.get(module))


def _digest(subject: str, digest: ReadHash, proven: str, found: ZipWord | None) -> Statement:
    """Return whether a hash of a file is that of the module's zip."""
    said = f"{digest.algorithm} {digest.digest} of the {digest.place}"
    told = Statement(topic=Topic.DIGEST, truth=Truth.NOT_CHECKED, subject=subject, said=said)
    if proven and digest.algorithm == "SHA-256" and digest.digest == _hex_of(proven):
        why = "this is h1, written as a SHA-256: no file has this hash"
        return changed(told, truth=Truth.FALSE, found=why)
    if digest.is_h1:
        return changed(told, reason="its tool is known to write h1 here, and no proven h1 is at hand")
    expected = {"SHA-256": lambda zipped: zipped.sha256, "SHA-512": lambda zipped: zipped.sha512}
    if digest.algorithm not in expected:
        return changed(told, reason="only SHA-256 and SHA-512 are compared")
    if found is None or found.digest is None:
        reason = found.reason if found is not None else "its zip is not at hand"
        return changed(told, reason=reason)
    if not proven or found.h1 != proven:
        why = "differs from the proven hash" if proven else "is not proven by the log"
        return changed(told, reason=f"the zip in the module cache {why}")
    own = expected[digest.algorithm](found.digest)
    if own == digest.digest:
        return changed(told, truth=Truth.TRUE)
    why = "the zip in the module cache, whose files are proven, has another; one packed anew has other bytes"
    return changed(told, truth=Truth.FALSE, found=f"{digest.algorithm} {own}", reason=why)


def _hex_of(h1: str) -> str:
    try:
        return base64.b64decode(h1.removeprefix("h1:"), validate=True).hex()
    except (binascii.Error, ValueError):
        return ""


def _licence(component: ReadComponent, module: ModuleVersion, evidence: Evidence) -> Iterator[Statement]:
    """Yield for each way in which the file states the licence whether it is what the texts say."""
    subject = component.title
    if not component.licences:
        reason = "the file states no licence"
        yield Statement(topic=Topic.LICENCE, truth=Truth.NO_EVIDENCE, subject=subject, said="", reason=reason)
        return
    read = evidence.licences.get(module)
    roles = sorted({licence.role for licence in component.licences})
    for role in roles:
        stated = [licence for licence in component.licences if licence.role == role]
        told = Statement(
            topic=Topic.LICENCE,
            truth=Truth.NOT_CHECKED,
            subject=subject,
            said=f"{', '.join(licence.text for licence in stated)}{f' ({role})' if role else ''}",
        )
        yield _licence_of(told, stated, read)


def _licence_of(told: Statement, stated: list[ReadLicence], read: ModuleLicence | None) -> Statement:
    if read is None or not read.declared:
        reason = (read.reason if read is not None else "") or "its files are not on this machine"
        return changed(told, reason=reason, remedy=read.remedy if read is not None else "")
    if any(licence.form is LicenceForm.NAME or _REF in licence.text for licence in stated):
        return changed(told, reason="it is stated by a name that SPDX does not have", found=read.declared)
    try:
        parsed = [parse_expression(licence.text) for licence in stated]
    except InputError as err:
        return changed(told, truth=Truth.FALSE, found=f"no SPDX expression: {err.diagnostics[0].message}")
    ours = [parse_expression(text) for text in dict.fromkeys((read.declared, read.concluded)) if text]
    if any(_is_same(parsed, own) for own in ours):
        return changed(told, truth=Truth.TRUE)
    said = {licence for part in parsed for licence in part.licences}
    files = ", ".join(file.path for file in read.files[:3])
    if read.reason:
        return changed(told, found=read.declared, reason=read.reason, remedy=read.remedy)
    if set(ours[-1].licences) < said:
        why = f"{files or 'its texts'}: {read.declared}; whether the others stand deeper in it was not looked at"
        return changed(told, found=read.declared, reason=why)
    missing = [licence for licence in ours[-1].licences if licence not in said]
    why = f"it leaves out {', '.join(missing)}" if missing and said <= set(ours[-1].licences) else ""
    found = f"{read.declared} in {files}" if files else read.declared
    return changed(told, truth=Truth.FALSE, found=found, reason=why)


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
