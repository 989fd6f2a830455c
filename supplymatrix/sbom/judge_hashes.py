"""The hashes that a bill of materials gives of a component, and what it says of the log, held against the log's word
and against the zip on this machine."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping

from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.sbom.evidence import Evidence, ZipWord
from supplymatrix.sbom.purl import STDLIB
from supplymatrix.sbom.read_parts import is_of_go_mod
from supplymatrix.sbom.read_values import HashPlace, ReadComponent, ReadHash, ReadSbom
from supplymatrix.sbom.statements import Statement, Topic, Truth

__all__ = ["OF_ZIPS", "judge_hashes"]

_HEX = re.compile(r"[0-9a-f]+")
_DIGITS = {"MD5": 32, "SHA-1": 40, "SHA-224": 56, "SHA-256": 64, "SHA-384": 96, "SHA-512": 128}
_H1 = re.compile(r"h1:[A-Za-z0-9+/]{43}=")
_UNASKED = LogWord(kind=LogWordKind.UNANSWERED, reason="it was not asked for")
_STATES_NOT_PROVEN = ("differs", "not-in-log", "no-line-in-record", "bad-proof")
OF_ZIPS: Mapping[str, str] = {
    "bsi:component:executable": "non-executable",
    "bsi:component:archive": "archive",
    "bsi:component:structured": "structured",
}
"""What TR-03183-2 asks of a file, and what is so of each zip of a module."""
_OF_PROGRAM = "it is that of a program, and no program is looked at here"
_STATES_OPEN = ("not-checked", "private", "local")


def judge_hashes(
    sbom: ReadSbom, component: ReadComponent, module: ModuleVersion, evidence: Evidence, *, why_unlogged: str
) -> Iterator[Statement]:
    """Yield what is true of each hash, and of what the file says of the log. why_unlogged: why the log was not asked
    for the module, "" when it was."""
    word = evidence.logged.get(module, _UNASKED)
    if why_unlogged:
        yield from _without_log(sbom, component, module, why_unlogged)
        return
    yield from _h1s(component, module, word)
    yield from _log_facts(component, module, word, evidence)
    proven = word.h1 if word.kind is LogWordKind.PROVEN else ""
    found = evidence.zips.get(module)
    for digest in component.hashes:
        if component.is_program_file and digest.place is HashPlace.COMPONENT:
            yield changed(_said(str(module), digest), reason=_OF_PROGRAM)
        else:
            yield _digest(str(module), digest, proven, found)
    yield from _zip_facts(component, module, found, is_proven=evidence.zip_is_proven(module))


def _without_log(sbom: ReadSbom, component: ReadComponent, module: ModuleVersion, why: str) -> Iterator[Statement]:
    """Yield what is to be said of hashes of what no log has: where there can be no such file they are false."""
    cannot = ""
    if module.path == STDLIB:
        cannot = "the standard library comes with the toolchain: there is no file of it alone"
    elif sbom.is_ours and not component.is_program_file and "post-build" not in sbom.phases:
        cannot = "it was not built yet, and has no zip: there is nothing that this could be the hash of"
    told = Statement(topic=Topic.H1, truth=Truth.FALSE if cannot else Truth.NOT_CHECKED, subject=str(module), said="")
    told = changed(told, found=cannot, reason="" if cannot else why)
    for name, text in component.h1s:
        yield changed(told, said=f"{text} ({name})", topic=_topic_of(name))
    for digest in component.hashes:
        of = "program" if component.is_program_file and digest.place is HashPlace.COMPONENT else str(digest.place)
        one = changed(told, topic=Topic.DIGEST, said=f"{digest.algorithm} {digest.digest} of the {of}")
        yield changed(one, reason=_OF_PROGRAM) if of == "program" and not cannot else one
    for name, text in component.properties:
        is_open = name.endswith(":reason") or (name.endswith(":state") and text in _STATES_OPEN)
        if name.startswith("supplymatrix:log:") and not is_open:
            yield changed(told, topic=Topic.LOG_PROOF, said=f"{name} {text}")


def _topic_of(name: str) -> Topic:
    return Topic.GO_MOD if is_of_go_mod(name) else Topic.H1


def _h1s(component: ReadComponent, module: ModuleVersion, word: LogWord) -> Iterator[Statement]:
    """Yield for each h1 in the file whether it is the proven one."""
    subject = str(module)
    if not any(_topic_of(name) is Topic.H1 for name, _ in component.h1s):
        reason = "the file gives no hash of its files"
        yield Statement(topic=Topic.H1, truth=Truth.NO_EVIDENCE, subject=subject, said="", reason=reason)
    for name, text in component.h1s:
        topic = _topic_of(name)
        told = Statement(topic=topic, truth=Truth.TRUE, subject=subject, said=f"{text} ({name})")
        known = word.h1_go_mod if topic is Topic.GO_MOD else word.h1
        if not _H1.fullmatch(text):
            yield changed(told, truth=Truth.FALSE, found="this is no h1: that is h1: and 44 characters of base64")
        elif word.kind is not LogWordKind.PROVEN or not known:
            what = "its go.mod" if topic is Topic.GO_MOD else "its zip"
            reason = word.reason or f"the log has no hash of {what}"
            told = changed(told, truth=Truth.NOT_CHECKED, reason=reason, remedy=word.remedy)
            yield changed(told, is_promised=not word.is_declared)
        elif text != known:
            found = f"{known} in record {word.record:,} of the log"
            yield changed(told, truth=Truth.FALSE, found=found, is_alarm=True)
        else:
            yield told


def _log_facts(
    component: ReadComponent, module: ModuleVersion, word: LogWord, evidence: Evidence
) -> Iterator[Statement]:
    """Yield whether what the file says of the log's proof is so."""
    for name, text in component.properties:
        topic = name.removeprefix("supplymatrix:log:")
        if topic in (name, "reason"):
            continue
        told = Statement(topic=Topic.LOG_PROOF, truth=Truth.TRUE, subject=str(module), said=f"{topic} {text}")
        if topic == "state":
            yield _state(told, text, component, word)
        elif topic == "name":
            is_same = not evidence.log or text == evidence.log
            found = "" if is_same else f"the log is {evidence.log}"
            yield changed(told, truth=Truth.TRUE if is_same else Truth.FALSE, found=found)
        elif not text.isascii() or not text.isdigit():
            yield changed(told, truth=Truth.FALSE, found="this is no number")
        elif word.kind is not LogWordKind.PROVEN:
            yield changed(told, truth=Truth.NOT_CHECKED, reason=word.reason, remedy=word.remedy)
        elif topic == "record":
            is_same = int(text[:20]) == word.record
            found = "" if is_same else f"record {word.record:,}"
            yield changed(told, truth=Truth.TRUE if is_same else Truth.FALSE, found=found)
        elif topic == "tree_size":
            yield _tree_size(told, int(text[:20]), word, evidence)


def _state(told: Statement, text: str, component: ReadComponent, word: LogWord) -> Statement:
    if text in _STATES_OPEN:
        return changed(told, truth=Truth.NOT_CHECKED, reason="the file itself says that it was not checked")
    if text not in ("proven", *_STATES_NOT_PROVEN):
        return changed(told, truth=Truth.FALSE, found="there is no such state")
    if word.kind in (LogWordKind.NOT_LOGGED, LogWordKind.IMPOSSIBLE):
        is_same = text == "not-in-log"
        return changed(told, truth=Truth.TRUE if is_same else Truth.FALSE, found="" if is_same else word.reason)
    if word.kind is not LogWordKind.PROVEN:
        return changed(told, truth=Truth.NOT_CHECKED, reason=word.reason, remedy=word.remedy)
    is_proven = component.h1 in ("", word.h1)
    if (text == "proven") is is_proven:
        return told
    found = "the log has it, with this hash" if is_proven else "the log has another hash of it"
    return changed(told, truth=Truth.FALSE, found=found)


def _tree_size(told: Statement, said: int, word: LogWord, evidence: Evidence) -> Statement:
    if said <= word.record:
        return changed(told, truth=Truth.FALSE, found=f"a tree of {said:,} has no record {word.record:,}")
    size = max(word.tree_size, evidence.tree_size)
    if said > size:
        reason = f"the head that is trusted here is of {size:,} records, and older than that"
        remedy = "run with --refresh, so that the log is asked for its newest head"
        return changed(told, truth=Truth.NOT_CHECKED, reason=reason, remedy=remedy, is_promised=True)
    return told


def _said(subject: str, digest: ReadHash) -> Statement:
    said = f"{digest.algorithm} {digest.digest} of the {digest.place}"
    return Statement(topic=Topic.DIGEST, truth=Truth.NOT_CHECKED, subject=subject, said=said)


def _digest(subject: str, digest: ReadHash, proven: str, found: ZipWord | None) -> Statement:
    """Return whether a hash of a file is that of the module's zip."""
    told = _said(subject, digest)
    if proven and digest.algorithm == "SHA-256" and digest.digest == _hex_of(proven):
        why = "this is h1, written as a SHA-256: no file has this hash"
        return changed(told, truth=Truth.FALSE, found=why)
    if digest.is_h1:
        return changed(told, reason="its tool is known to write h1 here, and no proven h1 is at hand")
    fault = _digest_fault(digest)
    if fault:
        return changed(told, truth=Truth.FALSE, found=fault)
    if digest.algorithm not in ("SHA-256", "SHA-512"):
        return changed(told, reason="only SHA-256 and SHA-512 are compared")
    return _of_zip(told, digest, proven, found)


def _of_zip(told: Statement, digest: ReadHash, proven: str, found: ZipWord | None) -> Statement:
    if found is None or found.digest is None:
        reason = found.reason if found is not None else "its zip is not at hand"
        is_other = found is not None and bool(found.h1 and proven)
        return changed(told, reason=reason, is_promised=is_other)
    own = found.digest.sha256 if digest.algorithm == "SHA-256" else found.digest.sha512
    if not proven:
        return changed(told, reason="the zip in the module cache is not proven by the log")
    if found.h1 != proven:
        return _of_other_zip(told, is_same=own == digest.digest)
    if own == digest.digest:
        return changed(told, truth=Truth.TRUE)
    why = "the zip in the module cache, whose files are proven, has another; one packed anew has other bytes"
    return changed(told, truth=Truth.FALSE, found=f"{digest.algorithm} {own}", reason=why)


def _digest_fault(digest: ReadHash) -> str:
    """Return why there can be no such hash, "" where there can."""
    digits = _DIGITS.get(digest.algorithm.upper())
    if digits is None:
        is_known = digest.algorithm.upper().startswith(("SHA3-", "BLAKE", "MD", "ADLER", "STREEBOG"))
        return "" if is_known else "there is no hash of this name"
    if len(digest.digest) != digits or not _HEX.fullmatch(digest.digest):
        return f"a {digest.algorithm} has {digits} hex digits"
    return ""


def _of_other_zip(told: Statement, *, is_same: bool) -> Statement:
    """Return what is said of a hash beside a zip that has other files than the log knows."""
    if is_same:
        found = "it is that of the zip in the module cache, whose files are not those that the log knows"
        return changed(told, truth=Truth.FALSE, found=found, is_alarm=True)
    reason = "the zip in the module cache differs from the proven hash"
    remedy = "go clean -modcache, and download it anew: the zip here is not to be trusted"
    return changed(told, reason=reason, remedy=remedy, is_promised=True)


def _zip_facts(
    component: ReadComponent, module: ModuleVersion, found: ZipWord | None, *, is_proven: bool
) -> Iterator[Statement]:
    """Yield what the file says of the zip beside its hashes: size and name."""
    known: Mapping[str, str] = {
        "supplymatrix:zip:size": str(found.digest.size) if found is not None and found.digest and is_proven else "",
        "bsi:component:filename": f"{module.version}.zip",
        **OF_ZIPS,
    }
    for name, text in component.properties:
        if name not in known or (component.is_program_file and name.startswith("bsi:")):
            continue
        told = Statement(topic=Topic.DIGEST, truth=Truth.TRUE, subject=str(module), said=f"{name} {text}")
        if not known[name]:
            yield changed(told, truth=Truth.NOT_CHECKED, reason="there is no proven zip of it here")
        elif text != known[name]:
            yield changed(told, truth=Truth.FALSE, found=known[name])
        else:
            yield told


def _hex_of(h1: str) -> str:
    try:
        return base64.b64decode(h1.removeprefix("h1:"), validate=True).hex()
    except (binascii.Error, ValueError):
        return ""
