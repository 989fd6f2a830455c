"""Reads the sections of a lift.toml about audits.

    [vulns]
    fail_at = "package"
    max_database_age = "14d"

    [sla]
    fix_within = "30d"
    called = "7d"

A key that asks for a rule's level alone becomes that level, as if [rules] named the rule; [rules] cannot name it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from supplymatrix.documents.toml_spans import KeyPath
from supplymatrix.gomod.goversion import is_go_version
from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level
from supplymatrix.model.value import value
from supplymatrix.policy.audit_grammar import AUDIT_SECTIONS, DENIABLE
from supplymatrix.policy.audit_terms import TERMS, Kind, Said, Term, TermValue
from supplymatrix.policy.globs import glob_fault
from supplymatrix.policy.grammar import LOG_WORDS
from supplymatrix.policy.reading import Reading

__all__ = ["AuditSections", "read_audits"]

_FAMILIES: Mapping[str, AuditFamily] = {
    "vulns": AuditFamily.VULNS, "sla": AuditFamily.VULNS, "crypto": AuditFamily.CRYPTO, "cgo": AuditFamily.CGO,
    "path": AuditFamily.VENDOR_PATH,
}  # fmt: skip
_OF_SOURCES = ("proxies", "direct", "log")
"""Keys of [sources] that ask for its audit; the others have nothing to do with it."""
_FAIL_AT: Mapping[str, Mapping[str, Level]] = {
    "symbol": {"SM301": Level.ERROR, "SM302": Level.WARN, "SM303": Level.NOTE},
    "package": {"SM301": Level.ERROR, "SM302": Level.ERROR, "SM303": Level.WARN},
    "module": {"SM301": Level.ERROR, "SM302": Level.ERROR, "SM303": Level.ERROR},
}
_UNREVIEWED = {"ignore": Level.OFF, "note": Level.NOTE, "warn": Level.WARN, "error": Level.ERROR}
_ALLOW_OR_DENY = {"allow": Level.OFF, "deny": Level.ERROR}
_WORDS: Mapping[str, tuple[str, Mapping[str, Level]]] = {
    "vulns.unreviewed": ("SM304", _UNREVIEWED),
    "vulns.go": ("SM306", {"any": Level.OFF, "supported": Level.ERROR}),
    "cgo.dlopen": ("SM703", _ALLOW_OR_DENY),
    "cgo.prebuilt": ("SM704", _ALLOW_OR_DENY),
    "path.end_of_life": ("SM805", _ALLOW_OR_DENY),
    "sources.log": ("SM212", dict.fromkeys(LOG_WORDS, Level.ERROR)),
}
"""Keys that ask for the level of a rule: key → rule, and word → level."""
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?(/[A-Za-z0-9._~/-]*)?")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@value
class AuditSections:
    """What the sections of one file say. terms: by key. levels: that keys ask for, by rule, and the place of each key.
    audits: families that the sections switch on."""

    terms: Mapping[str, Said]
    levels: Mapping[str, tuple[Level, Location]]
    audits: Mapping[AuditFamily, Location]


def read_audits(read: Reading) -> AuditSections:
    """Return what a file says of audits; faults are kept by the reading."""
    reader = _Reader(read)
    for section, keys in AUDIT_SECTIONS.items():
        if section in read.toml.values:
            table = read.table(section, keys)
            reader.switch_on(_FAMILIES[section], read.key_at((section,)))
            reader.take(section, table)
            if isinstance(read.toml.values[section], dict):
                read.missing((section,), table, keys, f"[{section}]")
    for section in ("sources", "toolchain"):
        said = read.toml.values.get(section)
        if isinstance(said, dict):
            reader.take(section, said)
            for key in _OF_SOURCES if section == "sources" else ():
                if key in said:
                    reader.switch_on(AuditFamily.SOURCES, read.value_at((section, key)))
    return AuditSections(terms=reader.terms, levels=reader.levels, audits=reader.audits)


class _Reader:
    def __init__(self, read: Reading) -> None:
        self._read = read
        self.terms: dict[str, Said] = {}
        self.levels: dict[str, tuple[Level, Location]] = {}
        self.audits: dict[AuditFamily, Location] = {}

    def switch_on(self, family: AuditFamily, place: Location) -> None:
        """Switch a family on, unless something before it has."""
        self.audits.setdefault(family, place)

    def take(self, section: str, table: Mapping[str, Any]) -> None:
        """Read the keys of one section that are known."""
        for name in table:
            key, path = f"{section}.{name}", (section, name)
            if key in _WORDS:
                rule, words = _WORDS[key]
                if word := self._word(path, table, tuple(words)):
                    self._level(path, rule, words[word])
            elif key == "cgo.deny":
                for word in self._words_of(path, table, tuple(DENIABLE), "outcome"):
                    self._level(path, DENIABLE[word], Level.ERROR)
            elif key in TERMS and (found := self._value(TERMS[key], path, table)) is not None:
                self.terms[key] = Said(value=found, location=self._read.value_at(path))
                if key == "vulns.fail_at":
                    for rule, level in _FAIL_AT[str(found)].items():
                        self._level(path, rule, level)

    def _level(self, path: KeyPath, rule: str, level: Level) -> None:
        if rule in self._read.known.rules:
            self.levels[rule] = (level, self._read.value_at(path))

    def _value(self, term: Term, path: KeyPath, table: Mapping[str, Any]) -> TermValue | None:
        said, read = table[term.name], self._read
        if term.kind is Kind.CHOICE:
            return self._word(path, table, term.words) or None
        if term.kind is Kind.DAYS:
            return read.days(path, table) or None
        if term.kind is Kind.FLAG:
            if isinstance(said, bool):
                return said
            read.fault(path, "this is neither true nor false", "true or false")
            return None
        if term.kind is Kind.VERSION:
            return self._version(path, table)
        if term.key == "cgo.allow" and isinstance(said, bool):
            return ("**",) if said else ()
        return self._list(term, path, table)

    def _word(self, path: KeyPath, table: Mapping[str, Any], words: tuple[str, ...]) -> str:
        return self._read.one_of(path, table[str(path[-1])], str(path[-1]), words)

    def _version(self, path: KeyPath, table: Mapping[str, Any]) -> str | None:
        text = self._read.text(path, table)
        if not isinstance(table[str(path[-1])], str):
            return None
        text = text.removeprefix("go")
        if not is_go_version(text) or not text.startswith("1."):
            self._read.fault(path, "this is no version of Go", 'e.g. "1.25.3" or "1.25"')
            return None
        return text

    def _list(self, term: Term, path: KeyPath, table: Mapping[str, Any]) -> tuple[str, ...] | None:
        read = self._read
        if not isinstance(table[term.name], list):
            expected = "true, false or a list of globs" if term.key == "cgo.allow" else "a list of texts"
            read.fault(path, "this is no list", expected)
            return None
        if not table[term.name] and term.key not in ("cgo.allow", "crypto.allow_packages"):
            read.fault(path, "this names nothing, so that nothing could be allowed", "one at least, or no such key")
            return None
        if term.words:
            return tuple(dict.fromkeys(self._words_of(path, table, term.words, _ONE_OF.get(term.key, term.name))))
        return tuple(dict.fromkeys(self._free(term, path, table)))

    def _words_of(self, path: KeyPath, table: Mapping[str, Any], words: Sequence[str], what: str) -> Iterator[str]:
        for where, text in self._read.texts(path, table, f"this names no {what}", f"one of {', '.join(words)}"):
            if text in words:
                yield text
            else:
                self._read.unknown(where, what, text, tuple(words))

    def _free(self, term: Term, path: KeyPath, table: Mapping[str, Any]) -> Iterator[str]:
        what, example = _FREE[term.key]
        for where, text in self._read.texts(path, table, f"this is no {what}", example):
            if term.section == "path":
                yield from self._vendor(where, text)
            elif term.key == "cgo.allow" and (fault := glob_fault(text)):
                self._read.fault(where, f"this is no glob: {fault}", example)
            elif term.key == "sources.proxies" and not _HOST.fullmatch(text):
                self._read.fault(where, "this is no host", example)
            elif not text.strip() or text != text.strip():
                self._read.fault(where, f"this is no {what}", example)
            else:
                yield text.lower() if term.key == "sources.proxies" else text

    def _vendor(self, where: KeyPath, text: str) -> Iterator[str]:
        known = self._read.known.vendors
        if not _ID.fullmatch(text) or (known is not None and text not in known):
            self._read.unknown(where, "vendor", text, known or ())
        else:
            yield text


_ONE_OF = {"crypto.families": "family", "crypto.state": "state of a certificate"}
_FREE = {
    "vulns.databases": ("name of a database", 'e.g. "go"'),
    "crypto.allow_packages": ("import path", 'e.g. "crypto/md5"'),
    "cgo.allow": ("glob", 'e.g. "github.com/mattn/go-sqlite3"'),
    "sources.proxies": ("host", 'e.g. "proxy.corp.example", without https://'),
    "path.vendors": ("vendor", 'e.g. "chainguard"'),
    "path.toolchains": ("vendor", 'e.g. "chainguard"'),
}
