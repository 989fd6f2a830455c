"""Reads one lift.toml, or a preset, key by key into a `Layer`; all faults are told together, each with its place."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from supplymatrix.documents.toml_spans import KeyPath
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.goprivate import is_pattern
from supplymatrix.model.audit_family import AuditFamily, whole_families
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level
from supplymatrix.model.verdict import Mode
from supplymatrix.policy.audit_reader import AuditSections, read_audits
from supplymatrix.policy.document import framework_key
from supplymatrix.policy.entries import read_compliance, read_debt, read_packages, read_vendors, read_waivers
from supplymatrix.policy.grammar import POLICY_KEYS, ROOT_KEYS, SEVERITIES, SOURCE_KEYS, TABLES, names_of
from supplymatrix.policy.layer import Layer, Parent
from supplymatrix.policy.licence_reader import read_conclusions, read_licences
from supplymatrix.policy.parents import ParentKind, parse_parent
from supplymatrix.policy.reading import Known, Reading
from supplymatrix.policy.signature_reader import read_signatures
from supplymatrix.policy.toolchain_reader import read_toolchain

__all__ = ["LOOSENABLE", "PresetLevels", "read_layer"]

PresetLevels = Callable[[str], Mapping[str, Level]]
LOOSENABLE = (
    "mode", "min_score", "fail_on", "on_outage", "max_waiver_days", "weights", "private", "sumdb", "vendored",
    "conclusions",
)  # fmt: skip
"""Keys of [policy], [sources] and [licences] that a policy may leave to the ones that build on it."""
_BARS = tuple(level.value for level in (Level.NOTE, Level.WARN, Level.ERROR))
_SCHEMA = 1
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
_OUTAGE = re.compile(r"warn until ([1-9]\d{0,2})d")
_MAX_OUTAGE = 90  # days
_MAX_WAIVER = 3650  # days
_MODES = tuple(mode.value for mode in Mode)
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")


def read_layer(
    data: bytes, artifact: str, known: Known, *, number: int, preset_levels: PresetLevels, is_preset: bool = False
) -> tuple[Layer, list[Diagnostic]]:
    """Return what a file says, and all that is wrong with it. number: of the file among those of the policy.

    is_preset: it is one itself and may not build on anything. Raises InputError for what is no TOML.
    """
    reading = Reading(data, artifact, known)
    reader = _LayerReader(reading, number=number, is_preset=is_preset)
    return reader.layer(hashlib.sha256(data).hexdigest(), preset_levels), reading.faults


def is_family(word: str) -> bool:
    """Return whether a word in [rules] means several rules."""
    return word.lower().endswith("xx") or (len(word) == 3 and word[:2].lower() == "sm")


class _LayerReader:
    def __init__(self, reading: Reading, *, number: int, is_preset: bool) -> None:
        self._read = reading
        self._number = number
        self._is_preset = is_preset
        self._places: dict[str, Location] = {}
        self._audits: dict[AuditFamily, Location] = {}

    def layer(self, sha256: str, preset_levels: PresetLevels) -> Layer:
        read = self._read
        read.check_sections((*names_of(ROOT_KEYS), *TABLES))
        self._schema()
        head = read.table("policy", POLICY_KEYS)
        name, preset = read.text(("policy", "name"), head), self._preset(head)
        parents = self._parents(head)
        self._requires(head)
        audits = read_audits(read)
        levels = self._levels(audits)
        sources = read.table("sources", SOURCE_KEYS)
        for table, keys in (("policy", head), ("sources", sources)):
            for key in keys:
                self._places[key] = read.value_at((table, key))
        return Layer(
            artifact=read.artifact,
            sha256=sha256,
            lines=read.toml.lines,
            name=name,
            preset=preset,
            parents=parents,
            mode=Mode(word) if (word := self._word(head, "mode", _MODES)) else None,
            min_score=read.number(("policy", "min_score"), head, 0, 100, "this is no score"),
            fail_on=self._fail_on(head),
            outage_days=self._outage_days(head),
            max_waiver_days=read.number(
                ("policy", "max_waiver_days"), head, 1, _MAX_WAIVER, "this is no number of days"
            ),
            weights=self._weights(head),
            owner_domain=self._owner_domain(head),
            allow_loosen=self._allow_loosen(head),
            levels=levels,
            places=self._places,
            private=self._private(sources),
            sumdb=self._sumdb(sources),
            vendored=self._vendored(sources),
            packages=tuple(read_packages(read, self._number, preset_levels)),
            licences=read_licences(read, self._number),
            conclusions=tuple(read_conclusions(read, self._number)),
            toolchain=read_toolchain(read),
            signatures=read_signatures(read, self._number),
            vendors=tuple(read_vendors(read)),
            waivers=tuple(read_waivers(read, self._number)),
            frameworks=self._frameworks(),
            debt=read_debt(read),
            notes=tuple(read.notes),
            audits=self._audits,
            terms=audits.terms,
        )

    def _frameworks(self) -> tuple[str, ...]:
        found = read_compliance(self._read)
        self._places |= {framework_key(name): place for name, place in found.items()}
        return tuple(found)

    def _schema(self) -> None:
        values = self._read.toml.values
        if "schema" in values and (values["schema"] != _SCHEMA or isinstance(values["schema"], bool)):
            self._read.fault(
                ("schema",), "this is another form of policy than this version reads", f"schema = {_SCHEMA}"
            )

    def _preset(self, head: Mapping[str, Any]) -> str:
        read, path = self._read, ("policy", "preset")
        if self._is_preset:
            if "preset" in head:
                read.fault(path, "a preset cannot build on another one", "no such key")
            return ""
        name = read.text(path, head)
        if isinstance(head.get("preset"), str) and name not in read.known.presets:
            read.unknown(path, "preset", name, read.known.presets)
            return ""
        return name

    def _parents(self, head: Mapping[str, Any]) -> tuple[Parent, ...]:
        read, example = self._read, 'e.g. "preset:log-verified" or "../org/lift.toml"'
        values = read.toml.values
        if "extends" not in values:
            return ()
        if self._is_preset:
            read.fault(("extends",), "a preset cannot build on another policy", "no such key")
            return ()
        if "preset" in head:
            message = "extends and preset both say what this policy starts from"
            read.fault(("policy", "preset"), message, "one of them", 'write extends = ["preset:…", …]')
        found = []
        for path, text in read.texts(("extends",), values, "this names no policy", example):
            try:
                reference = parse_parent(text)
            except ValueError as err:
                read.fault(path, str(err), example)
                continue
            if reference.kind is ParentKind.PRESET and reference.place not in read.known.presets:
                read.unknown(path, "preset", reference.place, read.known.presets)
                continue
            found.append(Parent(reference=reference, location=read.value_at(path)))
        if values["extends"] == []:
            read.fault(("extends",), "this names no policy", example)
        return tuple(found)

    def _requires(self, head: Mapping[str, Any]) -> None:
        read, path = self._read, ("policy", "requires")
        text = read.text(path, head)
        if not isinstance(head.get("requires"), str):
            return
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        from supplymatrix import __version__

        try:
            wanted = SpecifierSet(text)
        except InvalidSpecifier:
            read.fault(path, "this says not which versions of supplymatrix are meant", 'e.g. ">=0.1"')
            return
        if not wanted.contains(__version__, prereleases=True):
            message = f"this policy asks for supplymatrix {text}, and this is {__version__}"
            read.fault(path, message, f"a version {text}", "install such a version")

    def _levels(self, sections: AuditSections) -> dict[str, Level]:
        """Return the levels of the rules that the file names; a single rule wins over its family, and what a section
        about audits asks of a rule over that. sections: those."""
        read = self._read
        levels: dict[str, Level] = {}
        self._audits |= sections.audits
        named: dict[str, str] = {}
        for word, value in sorted(read.table("rules", None).items(), key=lambda item: not is_family(item[0])):
            path: KeyPath = ("rules", word)
            level = read.level(path, value)
            family = read.known.family(word)
            rule = read.known.rule(word)
            found = family or ([rule] if rule else [])
            if not found:
                read.unknown(path, "rule", word, read.known.rule_words, at_key=True)
            name = word.lower().removesuffix("xx") if family else found[0].id if found else word.lower()
            if name in named:
                shown = f"{name}xx" if family else name
                read.fault(path, f"{shown} is named twice: {named[name]!r} and {word!r}", "one level", at_key=True)
            named[name] = word
            if level is not None and level is not Level.OFF:
                for audit in sorted(whole_families(rule.id for rule in found)):
                    self._audits.setdefault(audit, read.value_at(path))
            for rule in found:
                if self._may_have(path, rule.id, level, is_single=not family) and level is not None:
                    levels[rule.id] = level
                    self._places[rule.id] = read.value_at(path)
                    if not family and rule.id in sections.levels:
                        where = sections.levels[rule.id][1]
                        message = f"{rule.id} is said twice: line {where.line} asks for a level of it, too"
                        read.fault(path, message, "one of the two", at_key=True)
        for rule_id, (level, place) in sections.levels.items():
            levels[rule_id], self._places[rule_id] = level, place
        return levels

    def _may_have(self, path: KeyPath, rule_id: str, level: Level | None, *, is_single: bool) -> bool:
        rule = self._read.known.rules[rule_id]
        if rule.level is Level.ALARM:
            if is_single:
                message = f"{rule.id} is an alarm: its level is fixed and cannot be named here"
                self._read.fault(path, message, "no such key", at_key=True)
            return False
        if level is Level.OFF and not rule.can_be_off:
            if is_single:
                about = "tells what could not be checked" if rule.gap_only else "is about what cannot be read"
                message = f"{rule.id} {about}: it cannot be off"
                self._read.fault(path, message, "note, warn or error")
            return False
        return True

    def _word(self, head: Mapping[str, Any], key: str, known: tuple[str, ...]) -> str:
        return self._read.one_of(("policy", key), head[key], key, known) if key in head else ""

    def _fail_on(self, head: Mapping[str, Any]) -> Level | None:
        path: KeyPath = ("policy", "fail_on")
        value = head.get("fail_on")
        if value == Level.OFF.value:
            self._read.fault(path, "a gate that fails on nothing is no gate", "note, warn or error")
        elif value is not None and (word := self._read.one_of(path, value, "level", _BARS)):
            return Level(word)
        return None

    def _outage_days(self, head: Mapping[str, Any]) -> int | None:
        """Return for how many days of the proofs' age an outage is excused; 0 = not at all."""
        path: KeyPath = ("policy", "on_outage")
        text = self._read.text(path, head)
        if not isinstance(head.get("on_outage"), str):
            return None
        found = _OUTAGE.fullmatch(text)
        if text != "fail" and (found is None or int(found[1]) > _MAX_OUTAGE):
            expected = f'"fail", or "warn until <days>d" with 1 to {_MAX_OUTAGE} days, e.g. "warn until 14d"'
            self._read.fault(path, "this says not what is to happen when the log cannot be asked", expected)
        return int(found[1]) if found else 0

    def _weights(self, head: Mapping[str, Any]) -> dict[str, int]:
        read, path = self._read, ("policy", "weights")
        value = head.get("weights", {})
        if not isinstance(value, dict):
            read.fault(path, "this is no table", "e.g. { critical = 10, high = 5, medium = 2, low = 1 }")
            return {}
        weights = {}
        for key in value:
            if key not in SEVERITIES:
                read.unknown((*path, key), "severity", key, SEVERITIES, at_key=True)
            elif (number := read.number((*path, key), value, 1, 100, "this is no weight")) is not None:
                weights[key] = number
        return weights

    def _owner_domain(self, head: Mapping[str, Any]) -> str:
        path: KeyPath = ("policy", "owner_domain")
        text = self._read.text(path, head).lower()
        if isinstance(head.get("owner_domain"), str) and not _DOMAIN.fullmatch(text):
            self._read.fault(path, "this is no domain", 'e.g. "corp.example"')
        return text

    def _allow_loosen(self, head: Mapping[str, Any]) -> frozenset[str]:
        read = self._read
        words = (*LOOSENABLE, *read.known.rule_words)
        allowed: set[str] = set()
        example = 'a rule, a family such as "SM2xx", or a key of [policy]'
        for path, word in read.texts(("policy", "allow_loosen"), head, "this names nothing that can be set", example):
            rule = read.known.rule(word)
            family = read.known.family(word)
            if word in LOOSENABLE:
                allowed.add(word)
            elif family or rule:
                allowed |= {found.id for found in (*family, rule) if found is not None}
            else:
                read.unknown(path, "rule or key", word, words)
        return frozenset(allowed)

    def _private(self, sources: Mapping[str, Any]) -> tuple[str, ...]:
        message, example = "this is no pattern", 'one pattern of GOPRIVATE, e.g. "*.corp.example"'
        found = self._read.texts(("sources", "private"), sources, message, example)
        for path, text in found:
            if not is_pattern(text):
                self._read.fault(path, message, example)
        return tuple(text for _, text in found)

    def _vendored(self, sources: Mapping[str, Any]) -> bool | None:
        found = sources.get("vendored")
        if found is None or isinstance(found, bool):
            return found
        self._read.fault(("sources", "vendored"), "this is neither true nor false", "true or false")
        return None

    def _sumdb(self, sources: Mapping[str, Any]) -> str:
        path: KeyPath = ("sources", "sumdb")
        text = self._read.text(path, sources)
        if not text:
            return ""
        from supplymatrix.sumdb.note import parse_verifier_key

        key, *urls = text.split() or [text]
        try:
            parse_verifier_key(key)
        except InputError as err:
            self._read.fault(path, err.diagnostics[0].message, '"<verifier key>" or "<verifier key> <url>"')
        if len(urls) > 1 or not all(_is_secure(url) for url in urls):
            self._read.fault(path, "the log's address is not secure", "one https address")
        return " ".join(text.split())


def _is_secure(url: str) -> bool:
    """Return whether nobody can listen in at an address: https, or this very machine."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in _THIS_MACHINE))
