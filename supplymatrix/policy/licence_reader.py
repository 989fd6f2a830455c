"""Reads [licences] of a lift.toml: words for licences, and what a person has concluded.

    [licences]
    allow = ["permissive", "public-domain", "MPL-2.0"]
    deny = ["AGPL-*", "source-available"]
    min_confidence = 90

    [[licences.conclusions]]
    module = "github.com/acme/codec"
    version = "v1.4.0"
    licence = "MIT"
    reason = "the author says so in issue 12, the file lacks a line"
    owner = "legal@corp.example"

Words are told as SPDX spells them: "mit" is read as MIT, and "GPL-2.0" as GPL-2.0-only, with a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from supplymatrix.documents.toml_spans import KeyPath
from supplymatrix.errors import InputError
from supplymatrix.model.location import Location
from supplymatrix.model.spelling import nearest
from supplymatrix.model.verdict import Note
from supplymatrix.policy.globs import glob_fault
from supplymatrix.policy.grammar import CONCLUSION_KEYS, LICENCE_KEYS, USES
from supplymatrix.policy.licence_terms import CLASSES, LicenceConclusion, LicenceRule, has_effect, same_ids
from supplymatrix.policy.reading import Reading
from supplymatrix.policy.versions import RANGE_FORM, VersionRange, parse_range

__all__ = ["read_conclusions", "read_licences", "read_words"]

_SECTION = "licences"
_WORD = 'an SPDX id such as "MIT", ids such as "LGPL-*", or a class such as "permissive"'
_LONGEST = 80  # characters of a word for which another one is looked for
_SUGGESTIONS = 50  # no more of them are looked for, since a file may hold nothing but unknown words
_MOST_WORDS = 500  # in one list
_PATTERN = re.compile(r"[A-Za-z0-9.+:*-]{1,100}")
_OF_ONES_OWN = re.compile(r"LicenseRef-|DocumentRef-")
_SHA256 = re.compile(r"[0-9A-Fa-f]{64}")


def read_licences(read: Reading, number: int) -> LicenceRule | None:
    """Return what a file asks of licences; None where it has no such section. number: of the file."""
    if _SECTION not in read.toml.values:
        return None
    table, path = read.table(_SECTION, LICENCE_KEYS), (_SECTION,)
    allow = tuple(read_words(read, (*path, "allow"), table)) if "allow" in table else None
    deny = tuple(_denied(read, (*path, "deny"), table))
    confidence = read.number((*path, "min_confidence"), table, 1, 100, "this is no percentage")
    rule = LicenceRule(
        allow=allow,
        deny=deny,
        min_confidence=confidence or 0,
        use=read.one_of((*path, "use"), table["use"], "use", USES) if "use" in table else "",
        location=read.key_at(path),
        allow_location=read.value_at((*path, "allow"), path),
        confidence_location=read.value_at((*path, "min_confidence"), path),
        layer=number,
    )
    if allow == () and table["allow"] == []:
        read.fault((*path, "allow"), "this allows no licence at all", _WORD)
    for index, (word, _) in enumerate(allow or ()):
        if not has_effect(word, (rule,)):
            read.fault((*path, "allow", index), f"{word} is denied as well, and deny wins", "one of the two")
    return rule


def _denied(read: Reading, path: KeyPath, table: Mapping[str, Any]) -> Iterator[tuple[str, Location]]:
    """Yield the words of `deny`, and for an old id of a GNU licence ("GPL-2.0"), of which nobody knows whether later
    versions are meant, both of its successors."""
    written = table.get("deny")
    texts = {text.lower() for text in written if isinstance(text, str)} if isinstance(written, list) else set()
    for word, place in read_words(read, path, table):
        yield word, place
        family = word.removesuffix("-only")
        if family != word and family.lower() in texts and word.lower() not in texts:
            later = f"{family}-or-later"
            read.notes.append(
                Note(code="licence-renamed", message=f"licence {family!r} is denied as {later}, too", location=place)
            )
            yield later, place


def read_words(read: Reading, path: KeyPath, table: Mapping[str, Any]) -> Iterator[tuple[str, Location]]:
    """Yield the words of a list in SPDX's spelling, each with its place; what is none is a fault."""
    found = read.texts(path, table, "this names no licence", _WORD)
    if len(found) > _MOST_WORDS:
        read.fault(path, f"this names {len(found):,} licences", f"at most {_MOST_WORDS}; a class or a star means many")
        return
    for where, text in found:
        word = _word(read, where, text)
        if word:
            yield word, read.value_at(where)


def _word(read: Reading, path: KeyPath, text: str) -> str:
    """Return a word as it is compared, "" for one that means no licence."""
    from supplymatrix.licences.expression import Licence, parse_expression
    from supplymatrix.licences.spdx_ids import licence_ids

    if text.lower() in CLASSES:
        return text.lower()
    if "*" in text:
        return _pattern(read, path, text)
    try:
        parsed = parse_expression(text)
    except InputError:
        message = f"there is no licence or class of licences {text[:60]!r}"
        is_one_of_many = len(read.faults) >= _SUGGESTIONS or len(text) >= _LONGEST
        read.fault(path, message, _WORD, "" if is_one_of_many else _meant(text, (*CLASSES, *licence_ids())))
        return ""
    if not isinstance(parsed, Licence):
        read.fault(path, "this is an expression of several licences", "one licence in each string")
        return ""
    word = str(parsed)
    if word.lower() != text.lower():
        message = f"licence {text!r} is read as {word}, as SPDX writes it today"
        read.notes.append(Note(code="licence-renamed", message=message, location=read.value_at(path)))
    return word


def _meant(text: str, known: Sequence[str]) -> str:
    """Return what was probably meant by a word that means no licence."""
    family = next((name[: len(text)] for name in known if name.lower().startswith(f"{text.lower()}-")), "")
    if family and text:
        return f'"{family}-*" means all of these'
    near = nearest(text, known)
    return f"did you mean {near!r}?" if near else ""


def _pattern(read: Reading, path: KeyPath, text: str) -> str:
    from supplymatrix.licences.spdx_ids import licence_ids

    if not _PATTERN.fullmatch(text):
        read.fault(path, "this is no pattern of licence ids", 'letters, digits and stars, e.g. "LGPL-*"')
        return ""
    if _OF_ONES_OWN.match(text) or same_ids(text):
        return text
    other = next((name for name in licence_ids() if _is_like(name, text)), "")
    remedy = f"ids are written as SPDX does: {other}" if other else ""
    read.fault(path, f"no licence of SPDX has an id like {text!r}", _WORD, remedy)
    return ""


def _is_like(name: str, pattern: str) -> bool:
    from fnmatch import fnmatchcase

    return fnmatchcase(name.lower(), pattern.lower())


def read_conclusions(read: Reading, number: int) -> Iterator[LicenceConclusion]:
    """Yield every [[licences.conclusions]] that has no fault. number: of the file."""
    table = read.toml.values.get(_SECTION, {})
    value = table.get("conclusions", []) if isinstance(table, dict) else []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        example = "[[licences.conclusions]] with module, licence, reason, owner, and version or sha256"
        read.fault((_SECTION, "conclusions"), "this is no list of conclusions", example)
        return
    for index, item in enumerate(value):
        before = len(read.faults)
        found = _conclusion(read, (_SECTION, "conclusions", index), item, number)
        if len(read.faults) == before:
            yield found


def _conclusion(read: Reading, path: KeyPath, item: Mapping[str, Any], number: int) -> LicenceConclusion:
    read.check_keys(path, item, CONCLUSION_KEYS)
    read.missing(path, item, CONCLUSION_KEYS, "the conclusion")
    reason, owner = read.reason(path, item, "the conclusion")
    module = read.text((*path, "module"), item)
    if isinstance(item.get("module"), str) and glob_fault(module):
        read.fault((*path, "module"), f"this is no glob: {glob_fault(module)}", "e.g. github.com/gorilla/mux")
    sha256 = read.text((*path, "sha256"), item)
    if "sha256" in item and not _SHA256.fullmatch(sha256):
        read.fault((*path, "sha256"), "this is no SHA-256", "64 hex digits")
    version = _range(read, (*path, "version"), item)
    if not ("sha256" in item or "version" in item):
        message = "the conclusion would hold for whatever the module becomes"
        read.fault(path, message, "version, or sha256 of its licence file", at_key=True)
    return LicenceConclusion(
        module=module,
        version=version.text if version else "",
        allowed=version,
        licence=_expression(read, (*path, "licence"), item),
        sha256=sha256.lower(),
        reason=reason,
        owner=owner,
        location=read.key_at(path),
        layer=number,
    )


def _range(read: Reading, path: KeyPath, item: Mapping[str, Any]) -> VersionRange | None:
    text = read.text(path, item)
    if not isinstance(item.get("version"), str):
        return None
    try:
        return parse_range(text)
    except ValueError as err:
        read.fault(path, f"this is no version of a Go module: {err}", RANGE_FORM)
        return None


def _expression(read: Reading, path: KeyPath, item: Mapping[str, Any]) -> str:
    from supplymatrix.licences.expression import canonical

    text = read.text(path, item)
    if not isinstance(item.get("licence"), str):
        return ""
    try:
        return canonical(text)
    except InputError as err:
        first = err.diagnostics[0]
        read.fault(path, f"this is no licence expression: {first.message}", first.expected, first.remedy)
        return ""
