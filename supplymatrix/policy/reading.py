"""What reading any part of a lift.toml needs: places, words that are known, and a list of faults that only grows.

Every fault is kept with its place, and all of them are told together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from supplymatrix.documents.toml_spans import KeyPath
from supplymatrix.documents.toml_text import TomlText, fault_at, read_toml
from supplymatrix.errors import Diagnostic
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Rule
from supplymatrix.model.spelling import nearest
from supplymatrix.model.verdict import Note
from supplymatrix.policy.document import PAGE
from supplymatrix.policy.grammar import DURATION, LATER_SECTIONS, POLICY_KEYS, SOURCE_KEYS, Key, names_of

__all__ = ["MIN_REASON", "Known", "Reading"]

MIN_REASON = 12
"""Characters that a reason has at least."""
_LEVELS = tuple(level.value for level in Level if level is not Level.ALARM)
_LONG_WORD = 100
_EXPECTED = 20  # words that are named of those that are known
_SUGGESTIONS = 50  # no more of them are looked for, since a file may hold nothing but unknown keys
_OTHER_PRODUCT = frozenset(
    {"allow", "tools", "disableTools", "ignoreRules", "importantRules", "ignoreFiles", "customTools", "setup", "build"}
)
_DURATION = re.compile(DURATION)
_DAYS = {"d": 1, "w": 7}
_HOURS = 24


class Known:
    """The words that a policy may use. rules: by id; vendors and frameworks: None where nobody has told them.

    vendors is asked for when a policy names one: they are looked up on the disk.
    """

    def __init__(
        self,
        rules: Mapping[str, Rule],
        presets: Collection[str],
        vendors: Callable[[], Collection[str]] | None = None,
        frameworks: Collection[str] | None = None,
    ) -> None:
        self.rules = rules
        self.presets = tuple(presets)
        self._vendors = vendors
        self.frameworks = None if frameworks is None else tuple(sorted(frameworks))
        self._names = {rule.name: rule for rule in rules.values()}
        self.rule_words = (*rules, *self._names)

    @property
    def vendors(self) -> tuple[str, ...] | None:
        """The ids of the vendors that have a profile."""
        return None if self._vendors is None else tuple(sorted(self._vendors()))

    def rule(self, word: str) -> Rule | None:
        """Return the rule of an id or a name, in any case."""
        return self.rules.get(word.upper()) or self._names.get(word.lower())

    def family(self, word: str) -> list[Rule]:
        """Return the rules of a family: "SM2xx" or "SM2"; none for any other word."""
        stem = word.lower().removesuffix("xx")
        if len(stem) != 3 or not stem.startswith("sm"):
            return []
        return [rule for rule in self.rules.values() if rule.id.lower().startswith(stem)]


class Reading:
    """One reading of one file."""

    def __init__(self, data: bytes, artifact: str, known: Known) -> None:
        self.artifact = artifact
        self.known = known
        self.faults: list[Diagnostic] = []
        self.notes: list[Note] = []
        self.toml: TomlText = read_toml(data, artifact, page=PAGE)

    def table(self, name: str, keys: tuple[Key, ...] | None) -> Mapping[str, Any]:
        """Return a table of the file, empty when it is not there. keys: None = any."""
        value = self.toml.values.get(name, {})
        if not isinstance(value, dict):
            self.fault((name,), "this is no table", f"[{name}]")
            return {}
        if keys is not None:
            self.check_keys((name,), value, keys)
        return value

    def tables_of(self, name: str, keys: tuple[Key, ...], example: str) -> list[tuple[str, KeyPath, Mapping[str, Any]]]:
        """Return the tables below a table, with their names and paths; what is no table is a fault."""
        found: list[tuple[str, KeyPath, Mapping[str, Any]]] = []
        for key, value in self.table(name, None).items():
            path: KeyPath = (name, key)
            if isinstance(value, dict):
                self.check_keys(path, value, keys)
                found.append((key, path, value))
            else:
                self.fault(path, "this is no table", example.format(key))
        return found

    def check_keys(self, path: KeyPath, table: Mapping[str, Any], keys: tuple[Key, ...]) -> None:
        """Keep a fault for every key that is not known."""
        known = names_of(keys)
        for key in table:
            if key not in known:
                self.unknown((*path, key), "key", key, known, at_key=True)

    def check_sections(self, known: tuple[str, ...]) -> None:
        """The same for what stands outside of all tables, and for sections that cannot be evaluated yet."""
        for key in self.toml.values:
            if key in known:
                continue
            if key in LATER_SECTIONS:
                message = f"[{key}] asks for what this version cannot evaluate: it brings no rules for it yet"
                self.fault((key,), message, "no such section", at_key=True)
            elif key in _OTHER_PRODUCT:
                message = f"{key!r} is a key of another product's file: this is not a policy of supplymatrix"
                self.fault((key,), message, "", at_key=True)
            else:
                self.unknown((key,), "key", key, known, at_key=True)

    def text(self, path: KeyPath, table: Mapping[str, Any]) -> str:
        """Return the text of a key, "" when it is not there."""
        value = table.get(str(path[-1]), "")
        if not isinstance(value, str):
            self.fault(path, "this is no text", 'text in quotes, e.g. "…"')
            return ""
        return value

    def texts(self, path: KeyPath, table: Mapping[str, Any], message: str, expected: str) -> list[tuple[KeyPath, str]]:
        """Return the texts of a list with their paths; what is none is a fault."""
        value = table.get(str(path[-1]), [])
        if not isinstance(value, list):
            self.fault(path, "this is no list", f"a list: {expected}")
            return []
        found = []
        for number, item in enumerate(value):
            if isinstance(item, str):
                found.append(((*path, number), item))
            else:
                self.fault((*path, number), message, expected)
        return found

    def number(self, path: KeyPath, table: Mapping[str, Any], low: int, high: int, message: str) -> int | None:
        """Return the whole number of a key, None when it is not there or not between low and high."""
        if str(path[-1]) not in table:
            return None
        value = table[str(path[-1])]
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.fault(path, message, f"a whole number from {low} to {high:,}")
            return None
        return value

    def day(self, path: KeyPath, table: Mapping[str, Any]) -> date | None:
        """Return the day of a key, None when it is not there or none."""
        value = table.get(str(path[-1]))
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if str(path[-1]) in table:
            self.fault(path, "this is no date", "a day without quotes, e.g. 2027-01-31")
        return None

    def days(self, path: KeyPath, table: Mapping[str, Any]) -> int:
        """Return a length of time in days, 0 when it is not there or none."""
        text = self.text(path, table)
        if not isinstance(table.get(str(path[-1])), str):
            return 0
        number = int(text[:-1]) if _DURATION.fullmatch(text) else 0
        whole = bool(number) and (text[-1] != "h" or number % _HOURS == 0)
        if not whole:
            self.fault(path, "this is no length of time in whole days", 'e.g. "7d", "2w" or "72h"')
            return 0
        return number // _HOURS if text[-1] == "h" else number * _DAYS[text[-1]]

    def level(self, path: KeyPath, value: object) -> Level | None:
        """Return a level; None when nothing or none is said."""
        if value is None:
            return None
        return Level(word) if (word := self.one_of(path, value, "level", _LEVELS)) else None

    def one_of(self, path: KeyPath, value: object, what: str, known: tuple[str, ...]) -> str:
        """Return a word that is one of the known ones, "" when it is none."""
        if value in known:
            return str(value)
        self.unknown(path, what, value if isinstance(value, str) else self.written(path), known)
        return ""

    def missing(self, path: KeyPath, table: Mapping[str, Any], keys: tuple[Key, ...], what: str) -> bool:
        """Return whether a table lacks a key that it must have; that is a fault."""
        needed = [key.name for key in keys if key.required]
        lacking = [key for key in needed if key not in table]
        if lacking:
            self.fault(path, f"{what} has no {' and no '.join(lacking)}", ", ".join(needed))
        return bool(lacking)

    def reason(self, path: KeyPath, table: Mapping[str, Any], what: str) -> tuple[str, str]:
        """Return the reason and the owner that a table names."""
        reason, owner = self.text((*path, "reason"), table), self.text((*path, "owner"), table)
        if isinstance(table.get("reason"), str) and len(reason.strip()) < MIN_REASON:
            self.fault((*path, "reason"), "the reason is too short to be one", f"{MIN_REASON} characters or more")
        if isinstance(table.get("owner"), str) and not owner.strip():
            self.fault((*path, "owner"), f"{what} has an empty owner", "who answers for it")
        return reason.strip(), owner.strip()

    def unknown(self, path: KeyPath, what: str, seen: str, known: tuple[str, ...], *, at_key: bool = False) -> None:
        """Keep the fault of a word that is none of the known ones, with what it was probably meant to be."""
        near = nearest(seen, known) if len(seen) < _LONG_WORD and len(self.faults) < _SUGGESTIONS else ""
        expected = "one of " + ", ".join(known[:_EXPECTED]) + (", …" if len(known) > _EXPECTED else "")
        remedy = f"did you mean {near!r}?" if near else ""
        home = _home_of(seen) if len(path) == 1 and what == "key" else ""
        remedy = f"it belongs under [{home}]" if home else remedy
        self.fault(path, f"there is no {what} {seen[:60]!r}", expected, remedy, at_key=at_key)

    def fault(self, path: KeyPath, message: str, expected: str, remedy: str = "", *, at_key: bool = False) -> None:
        """Keep a fault at the place of an entry."""
        self.faults.append(
            fault_at(self.toml, self.artifact, path, message=message, expected=expected, remedy=remedy, at_key=at_key)
        )

    def written(self, path: KeyPath) -> str:
        """Return a value as the file writes it."""
        return fault_at(self.toml, self.artifact, path, message="", expected="").seen

    def key_at(self, path: KeyPath) -> Location:
        """Return the place of a key, or of the nearest thing around it."""
        while path and path not in self.toml.spans:
            path = path[:-1]
        return self.toml.spans[path].key if path else Location(artifact=self.artifact, line=1, column=1)

    def value_at(self, path: KeyPath, otherwise: KeyPath = ()) -> Location:
        """Return the place of a value; of the key `otherwise` when it has none."""
        if path in self.toml.spans:
            return self.toml.spans[path].value
        return self.key_at(otherwise or path)


def _home_of(key: str) -> str:
    """Return the table that a key belongs to which stands outside of all tables."""
    tables = (("policy", POLICY_KEYS), ("sources", SOURCE_KEYS))
    return next((table for table, keys in tables if any(known.name == key for known in keys)), "")
