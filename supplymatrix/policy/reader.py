"""Reads a lift.toml key by key; every fault is kept with its place, and all of them are told together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from supplymatrix.documents.toml_spans import KeyPath
from supplymatrix.documents.toml_text import TomlText, read_toml
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.goprivate import is_pattern
from supplymatrix.model.location import Location
from supplymatrix.model.module import canonical_version
from supplymatrix.model.rule import Level, Rule
from supplymatrix.model.spelling import nearest
from supplymatrix.model.verdict import Note
from supplymatrix.policy.document import PAGE, PackageRule, Policy, Waiver, digest_of
from supplymatrix.policy.globs import glob_fault

__all__ = ["PolicyReader"]

_DEFAULT_PRESET = "log-verified"
_TABLES = ("policy", "rules", "sources", "packages", "waivers")
_POLICY_KEYS = ("name", "preset", "min_score", "fail_on", "on_outage")
_SOURCE_KEYS = ("private", "sumdb")
_PACKAGE_KEYS = ("version", "security_policy")
_WAIVER_KEYS = ("rule", "package", "version", "reason", "owner", "expires")
_WAIVER_NEEDS = ("rule", "package", "reason", "owner", "expires")
_MIN_REASON = 12
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
_LEVELS = tuple(level.value for level in Level if level is not Level.ALARM)
_LONG_WORD = 100
_EXPECTED = 20  # words that are named of those that are known
_RANGE = re.compile(r"[<>=^~*,|]|\.x\b")  # what no version has, and other products' ranges do
_OUTAGE = re.compile(r"warn until ([1-9]\d{0,2})d")
_MAX_OUTAGE = 90  # days
_SUGGESTIONS = 50  # no more of them are looked for, since a file may hold nothing but unknown keys
_OTHER_PRODUCT = frozenset({"allow", "tools", "disableTools", "ignoreRules", "importantRules", "ignoreFiles", "setup"})


def _is_family(word: str) -> bool:
    return word.lower().endswith("xx")


def _home_of(key: str) -> str:
    """Return the table that a key belongs to which stands outside of all tables."""
    return next((table for table, keys in (("policy", _POLICY_KEYS), ("sources", _SOURCE_KEYS)) if key in keys), "")


def _is_secure(url: str) -> bool:
    """Return whether nobody can listen in at an address: https, or this very machine."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in _THIS_MACHINE))


class PolicyReader:
    """One reading of one file. preset_only: the file is a preset itself and may not build on another one."""

    def __init__(
        self,
        data: bytes,
        artifact: str,
        *,
        presets: Mapping[str, bytes],
        rules: Mapping[str, Rule],
        preset_only: bool = False,
    ) -> None:
        self._artifact = artifact
        self._presets = presets
        self._rules = rules
        self._names = {rule.name: rule for rule in rules.values()}
        self._preset_only = preset_only
        self._faults: list[Diagnostic] = []
        self._notes: list[Note] = []
        self._toml: TomlText = read_toml(data, artifact, page=PAGE)
        self._preset_levels: dict[str, Mapping[str, Level]] = {}

    def policy(self) -> Policy:
        """Return the policy, or raise InputError with every fault."""
        values = self._toml.values
        self._check_keys((), values, _TABLES)
        head = self._table("policy", _POLICY_KEYS)
        name, preset = self._text(("policy", "name"), head), self._preset_name(head)
        base = self._preset(preset)
        levels, origins = self._levels(base)
        sources = self._table("sources", _SOURCE_KEYS)
        private, sumdb = self._private(sources), self._sumdb(sources)
        min_score = self._number(("policy", "min_score"), head, base.min_score if base else 0)
        fail_on = self._level(("policy", "fail_on"), head.get("fail_on"), base.fail_on if base else Level.ERROR)
        if fail_on is Level.OFF:
            self._fault(("policy", "fail_on"), "a gate that fails on nothing is no gate", "note, warn or error")
        outage_days = self._outage_days(head, base.outage_days if base else 0)
        packages, waivers = tuple(self._packages()), tuple(self._waivers())
        if self._faults:
            raise InputError(*self._faults)
        decides = {
            "levels": levels, "min_score": min_score, "fail_on": fail_on, "private": sorted(set(private)),
            "outage_days": outage_days, "sumdb": sumdb,
            "packages": {p.glob: (p.version, dict(p.levels)) for p in packages},
            "waivers": sorted((w.rule, w.package, w.version, w.reason, w.owner, str(w.expires)) for w in waivers),
        }  # fmt: skip
        return Policy(
            name=name or preset,
            preset=preset,
            digest=digest_of(decides),
            min_score=min_score,
            fail_on=fail_on,
            levels=levels,
            origins=origins,
            packages=packages,
            waivers=waivers,
            private=private,
            sumdb=sumdb,
            outage_days=outage_days,
            outage_location=self._value_at(("policy", "on_outage"), ("policy",)),
            notes=tuple(self._notes),
            files={self._artifact: self._toml.lines},
        )

    def _outage_days(self, head: Mapping[str, Any], default: int) -> int:
        """Return for how many days of the proofs' age an outage is excused; 0 = not at all."""
        path: KeyPath = ("policy", "on_outage")
        text = self._text(path, head)
        if not isinstance(head.get("on_outage"), str):
            return default
        found = _OUTAGE.fullmatch(text)
        if text != "fail" and (found is None or int(found[1]) > _MAX_OUTAGE):
            expected = f'"fail", or "warn until <days>d" with 1 to {_MAX_OUTAGE} days, e.g. "warn until 14d"'
            self._fault(path, "this says not what is to happen when the log cannot be asked", expected)
        return int(found[1]) if found else 0

    def _preset_name(self, head: Mapping[str, Any]) -> str:
        if self._preset_only:
            if "preset" in head:
                self._fault(("policy", "preset"), "a preset cannot build on another one", "no such key")
            return ""
        name = self._text(("policy", "preset"), head) or _DEFAULT_PRESET
        if name not in self._presets:
            self._unknown(("policy", "preset"), "preset", name, tuple(self._presets))
        return name

    def _preset(self, name: str) -> Policy | None:
        if name not in self._presets:
            return None
        reader = PolicyReader(self._presets[name], f"preset {name}", presets={}, rules=self._rules, preset_only=True)
        return reader.policy()

    def _levels(self, base: Policy | None) -> tuple[dict[str, Level], dict[str, Location]]:
        """Return the levels of all rules: the rule's own, the preset's over it, the file's over that."""
        levels = {rule.id: rule.level for rule in self._rules.values()}
        levels.update(base.levels if base else {})
        origins: dict[str, Location] = {}
        named: dict[str, str] = {}
        for word, value in sorted(self._table("rules", None).items(), key=lambda item: not _is_family(item[0])):
            path: KeyPath = ("rules", word)
            level = self._level(path, value, Level.OFF)
            found = self._rules_named(path, word)
            name = found[0].id if found and not _is_family(word) else word.lower()
            if name in named:
                self._fault(path, f"{name} is named twice: {named[name]!r} and {word!r}", "one level", at_key=True)
            named[name] = word
            for rule in found:
                if rule.level is Level.ALARM:
                    if not _is_family(word):
                        message = f"{rule.id} is an alarm: its level is fixed and cannot be named here"
                        self._fault(path, message, "no such key", at_key=True)
                elif rule.input_fault and level is Level.OFF:
                    if not _is_family(word):
                        message = f"{rule.id} is about lines that cannot be read as they should: it cannot be off"
                        self._fault(path, message, "note, warn or error")
                else:
                    levels[rule.id] = level
                    origins[rule.id] = self._value_at(path)
        return levels, origins

    def _rule(self, word: str) -> Rule | None:
        return self._rules.get(word.upper()) or self._names.get(word.lower())

    def _rules_named(self, path: KeyPath, word: str) -> list[Rule]:
        if _is_family(word):
            family = [rule for rule in self._rules.values() if rule.id.lower().startswith(word.lower()[:-2])]
            if len(word) == 5 and family:
                return family
        rule = self._rule(word)
        if rule is not None:
            return [rule]
        self._unknown(path, "rule", word, (*self._rules, *self._names), at_key=True)
        return []

    def _private(self, sources: Mapping[str, Any]) -> tuple[str, ...]:
        value = sources.get("private", [])
        path: KeyPath = ("sources", "private")
        if not isinstance(value, list):
            self._fault(path, "this is no list", 'a list of patterns, e.g. ["*.corp.example"]')
            return ()
        for number, item in enumerate(value):
            if not isinstance(item, str) or not is_pattern(item):
                self._fault((*path, number), "this is no pattern", 'one pattern of GOPRIVATE, e.g. "*.corp.example"')
        return tuple(item for item in value if isinstance(item, str))

    def _sumdb(self, sources: Mapping[str, Any]) -> str:
        text = self._text(("sources", "sumdb"), sources)
        if not text:
            return ""
        from supplymatrix.sumdb.note import parse_verifier_key

        key, *urls = text.split() or [text]
        try:
            parse_verifier_key(key)
        except InputError as err:
            self._fault(("sources", "sumdb"), err.diagnostics[0].message, '"<verifier key>" or "<verifier key> <url>"')
        if len(urls) > 1 or not all(_is_secure(url) for url in urls):
            self._fault(("sources", "sumdb"), "the log's address is not secure", "one https address")
        return " ".join(text.split())

    def _packages(self) -> Iterator[PackageRule]:
        for glob, value in self._table("packages", None).items():
            path: KeyPath = ("packages", glob)
            if glob_fault(glob):
                expected = "e.g. github.com/gorilla/mux or github.com/**"
                self._fault(path, f"this is no glob: {glob_fault(glob)}", expected, at_key=True)
            if not isinstance(value, dict):
                self._fault(path, "this is no table", f'[packages."{glob}"] with version or security_policy')
                continue
            self._check_keys(path, value, _PACKAGE_KEYS)
            name = self._text((*path, "security_policy"), value)
            if name and name not in self._presets:
                self._unknown((*path, "security_policy"), "security policy", name, tuple(self._presets))
            yield PackageRule(
                glob=glob,
                version=self._version((*path, "version"), value),
                security_policy=name,
                levels=self._levels_of(name),
                location=self._key_at(path),
                version_location=self._value_at((*path, "version"), path),
                policy_location=self._value_at((*path, "security_policy"), path),
            )

    def _levels_of(self, name: str) -> Mapping[str, Level]:
        if name not in self._preset_levels:
            preset = self._preset(name) if name else None
            self._preset_levels[name] = preset.levels if preset else {}
        return self._preset_levels[name]

    def _version(self, path: KeyPath, table: Mapping[str, Any]) -> str:
        text = self._text(path, table)
        if not text:
            return ""
        version = canonical_version(text)
        if not version and canonical_version(f"v{text}"):
            version = canonical_version(f"v{text}")
            message = f'version "{text}" is read as {version}: Go writes versions with a v'
            self._notes.append(Note(code="version-without-v", message=message, location=self._value_at(path)))
        if not version:
            remedy = "ranges are not read: name one version" if _RANGE.search(text) else ""
            self._fault(path, "this is no version of a Go module", "e.g. v1.8.0", remedy)
        return version

    def _waivers(self) -> Iterator[Waiver]:
        value = self._toml.values.get("waivers", [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self._fault(
                ("waivers",), "this is no list of waivers", "[[waivers]] with rule, package, reason, owner, expires"
            )
            return
        for number, item in enumerate(value):
            path: KeyPath = ("waivers", number)
            before = len(self._faults)
            self._check_keys(path, item, _WAIVER_KEYS)
            missing = [key for key in _WAIVER_NEEDS if key not in item]
            if missing:
                self._fault(path, f"the waiver has no {' and no '.join(missing)}", ", ".join(_WAIVER_NEEDS))
            rule = self._waived_rule((*path, "rule"), item)
            reason, owner = self._text((*path, "reason"), item), self._text((*path, "owner"), item)
            if "reason" in item and len(reason.strip()) < _MIN_REASON:
                self._fault((*path, "reason"), "the reason is too short to be one", f"{_MIN_REASON} characters or more")
            if "owner" in item and not owner.strip():
                self._fault((*path, "owner"), "the waiver has an empty owner", "who answers for it")
            package = self._text((*path, "package"), item)
            if "package" in item and glob_fault(package):
                self._fault(
                    (*path, "package"), f"this is no glob: {glob_fault(package)}", "e.g. github.com/gorilla/mux"
                )
            expires = item.get("expires")
            if "expires" in item and (not isinstance(expires, date) or isinstance(expires, datetime)):
                self._fault((*path, "expires"), "this is no date", "a day without quotes, e.g. 2027-01-31")
            version = self._version((*path, "version"), item)
            if len(self._faults) == before and rule is not None and isinstance(expires, date):
                yield Waiver(
                    rule=rule.id, package=package, version=version, reason=reason.strip(), owner=owner.strip(),
                    expires=expires, location=self._key_at(path),
                )  # fmt: skip

    def _waived_rule(self, path: KeyPath, item: Mapping[str, Any]) -> Rule | None:
        word = self._text(path, item)
        if not isinstance(item.get("rule"), str):
            return None
        rule = self._rule(word)
        if rule is None:
            self._unknown(path, "rule", word, (*self._rules, *self._names))
        elif not rule.is_waivable:
            kind = "a fault of the file itself" if rule.input_fault else "what could not be checked"
            kind = "an alarm" if rule.is_alarm else kind
            self._fault(path, f"{rule.id} is {kind} and cannot be waived", "a rule of level note, warn or error")
        return rule

    def _table(self, name: str, keys: tuple[str, ...] | None) -> Mapping[str, Any]:
        value = self._toml.values.get(name, {})
        if not isinstance(value, dict):
            self._fault((name,), "this is no table", f"[{name}]")
            return {}
        if keys is not None:
            self._check_keys((name,), value, keys)
        return value

    def _check_keys(self, path: KeyPath, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for key in table:
            if key in known:
                continue
            if not path and key in _OTHER_PRODUCT:
                message = f"{key!r} is a key of another product's file: this is not a policy of supplymatrix"
                self._fault((key,), message, "", at_key=True)
            else:
                self._unknown((*path, key), "key", key, known, at_key=True)

    def _text(self, path: KeyPath, table: Mapping[str, Any]) -> str:
        value = table.get(str(path[-1]), "")
        if not isinstance(value, str):
            self._fault(path, "this is no text", 'text in quotes, e.g. "…"')
            return ""
        return value

    def _number(self, path: KeyPath, table: Mapping[str, Any], default: int) -> int:
        value = table.get(str(path[-1]), default)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:
            self._fault(path, "this is no score", "a whole number from 0 to 100")
            return default
        return value

    def _level(self, path: KeyPath, value: object, default: Level) -> Level:
        if value is None:
            return default
        if value not in _LEVELS:
            self._unknown(path, "level", value if isinstance(value, str) else self._written(path), _LEVELS)
            return default
        return Level(str(value))

    def _unknown(self, path: KeyPath, what: str, seen: str, known: tuple[str, ...], *, at_key: bool = False) -> None:
        near = nearest(seen, known) if len(seen) < _LONG_WORD and len(self._faults) < _SUGGESTIONS else ""
        expected = "one of " + ", ".join(known[:_EXPECTED]) + (", …" if len(known) > _EXPECTED else "")
        remedy = f"did you mean {near!r}?" if near else ""
        home = _home_of(seen) if len(path) == 1 and what == "key" else ""
        remedy = f"it belongs under [{home}]" if home else remedy
        self._fault(path, f"there is no {what} {seen[:60]!r}", expected, remedy, at_key=at_key)

    def _fault(self, path: KeyPath, message: str, expected: str, remedy: str = "", *, at_key: bool = False) -> None:
        place = self._key_at(path) if at_key else self._value_at(path)
        text, end = self._line_of(place)
        self._faults.append(
            Diagnostic(
                message=message,
                artifact=self._artifact,
                line=place.line,
                column=place.column,
                end_column=end,
                seen=text[place.column - 1 : end - 1][:200] if place.column else "",
                expected=expected,
                remedy=remedy,
                source_line=text[:500],
            )
        )

    def _written(self, path: KeyPath) -> str:
        """Return a value as the file writes it."""
        place = self._value_at(path)
        text, end = self._line_of(place)
        return text[place.column - 1 : end - 1]

    def _line_of(self, place: Location) -> tuple[str, int]:
        """Return the first line of a place, and the column behind what is meant in it."""
        text = self._toml.lines[place.line - 1] if 0 < place.line <= len(self._toml.lines) else ""
        return text, place.end_column if place.end_line == place.line else len(text) + 1

    def _key_at(self, path: KeyPath) -> Location:
        while path and path not in self._toml.spans:
            path = path[:-1]
        return self._toml.spans[path].key if path else Location(artifact=self._artifact, line=1, column=1)

    def _value_at(self, path: KeyPath, otherwise: KeyPath = ()) -> Location:
        if path in self._toml.spans:
            return self._toml.spans[path].value
        return self._key_at(otherwise or path)
