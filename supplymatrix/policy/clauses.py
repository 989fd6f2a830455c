"""Clause files: which checks of ours speak of which clauses of a framework.

    schema = 1

    [framework]
    id = "house"
    title = "House rules"
    version = "3"
    id_forms = ["H-{n}"]

    [[clauses]]
    id = "H-1"
    title = "libraries are proven"
    confirmed = false
    note = "ours"
    direct = ["sumdb-inclusion"]

`direct`, `partial` and `context` name kinds of checks (`check_kinds.py`) or rules by id. An id is confirmed when it was
found in a catalogue that the file names and dates; else a note says why not. The forms of ids are literal text with
{n} (a number), {d} (a digit), {a}, {A} (a small, a capital letter), {r} (a roman number): no file can bring a pattern
of its own that takes for ever. The whole form is in docs/formats/clauses.md.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

from supplymatrix.documents.tables import Table, TableReader
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Rule
from supplymatrix.model.value import value
from supplymatrix.policy.check_kinds import CHECK_KINDS

__all__ = ["PAGE", "Catalogue", "Clause", "ClauseLink", "Framework", "LeftOut", "Strength", "parse_clauses"]

PAGE = "docs/formats/clauses.md"
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_RULE = re.compile(r"SM[0-9]{3}\Z")
_PLACEHOLDER = re.compile(r"\{(.*?)\}")
_PARTS: Mapping[str, str] = {"n": "[1-9][0-9]{0,3}", "d": "[0-9]", "a": "[a-z]", "A": "[A-Z]", "r": "[IVX]{1,6}"}
_LONGEST_ID = 60
_MOST_FORMS = 20
_MOST_CLAUSES = 5_000
_TITLE = 200
_CLAUSE_KEYS = ("catalogue", "note", "direct", "partial", "context")


class Strength(StrEnum):
    """How far a check speaks of a clause. DIRECT: the clause asks for this very thing; PARTIAL: it is one of several
    things that it asks for; CONTEXT: it helps somebody who assesses, and supports nothing by itself."""

    DIRECT = "direct"
    PARTIAL = "partial"
    CONTEXT = "context"


@value
class Catalogue:
    """A list of a framework's ids that was read. read_on: the day; source: where it was found."""

    id: str
    title: str
    source: str
    read_on: date


@value
class ClauseLink:
    """A check that speaks of a clause. check: a kind of checks, or a rule's id."""

    check: str
    strength: Strength


@value
class Clause:
    """One clause. catalogue: id of the catalogue that its own id was found in, "" = it is not confirmed; note: why."""

    id: str
    title: str
    catalogue: str
    note: str
    links: tuple[ClauseLink, ...]
    location: Location

    @property
    def is_confirmed(self) -> bool:
        """Whether its id was found in a catalogue."""
        return bool(self.catalogue)


@value
class LeftOut:
    """A link that somebody could expect and that is not made. reason: why."""

    clause: str
    check: str
    reason: str


@value
class Framework:
    """One clause file. artifact: its name as the user knows it; sha256: hex, of its bytes."""

    id: str
    title: str
    version: str
    url: str
    id_forms: tuple[str, ...]
    catalogues: tuple[Catalogue, ...]
    clauses: tuple[Clause, ...]
    left_out: tuple[LeftOut, ...]
    artifact: str
    sha256: str

    @property
    def confirmed(self) -> int:
        """How many clauses have a confirmed id."""
        return sum(clause.is_confirmed for clause in self.clauses)


def parse_clauses(data: bytes, artifact: str, *, rules: Iterable[Rule] = ()) -> Framework:
    """Read a clause file. rules: those that it may name by id; their kinds are known besides CHECK_KINDS.

    Raises InputError with a place and a suggestion for each thing that is wrong.
    """
    return _ClauseReader(data, artifact, tuple(rules)).framework()


class _ClauseReader:
    def __init__(self, data: bytes, artifact: str, rules: Sequence[Rule]) -> None:
        self._reader = TableReader(data, artifact, page=PAGE)
        self._digest = hashlib.sha256(data).hexdigest()
        self._kinds = tuple(dict.fromkeys((*CHECK_KINDS, *(rule.check_kind for rule in rules))))
        self._rules = tuple(rule.id for rule in rules)
        self._catalogues: dict[str, Catalogue] = {}
        self._clauses: dict[str, Clause] = {}

    def framework(self) -> Framework:
        """Return the framework, or raise InputError with every fault of the file."""
        reader = self._reader
        top = reader.top(required=("schema", "framework", "clauses"), optional=("catalogues", "left_out"))
        if "schema" in top and top.whole("schema", 1) != 1:
            top.fault("schema", "this form of clause files is not known", expected="schema = 1")
        head = reader.table(("framework",), required=("id", "title", "version", "id_forms"), optional=("url",))
        name = head.text("id", filled=True)
        if name and not _ID.match(name):
            head.fault("id", "this is no name of a framework", expected="small letters, digits and single hyphens")
        forms, pattern = self._forms(head)
        self._read_catalogues()
        self._read_clauses(pattern, forms)
        left_out = tuple(self._left_out(pattern, forms))
        if "clauses" in top and not self._clauses and not reader.has_faults:
            top.fault("clauses", "there is no clause", expected="[[clauses]]")
        reader.finish()
        return Framework(
            id=name,
            title=head.text("title", limit=_TITLE, filled=True),
            version=head.text("version", limit=_LONGEST_ID, filled=True),
            url=head.text("url"),
            id_forms=forms,
            catalogues=tuple(self._catalogues.values()),
            clauses=tuple(self._clauses.values()),
            left_out=left_out,
            artifact=reader.artifact,
            sha256=self._digest,
        )

    def _forms(self, head: Table) -> tuple[tuple[str, ...], re.Pattern[str] | None]:
        """Return the forms of ids and the pattern that they make; None when there is none to hold ids against."""
        forms = head.texts("id_forms")
        if "id_forms" in head and not 0 < len(forms) <= _MOST_FORMS:
            head.fault("id_forms", f"there are {len(forms)} forms", expected=f"1 to {_MOST_FORMS} forms of an id")
            return forms, None
        for number, form in enumerate(forms):
            unknown = [part for part in _PLACEHOLDER.findall(form) if part not in _PARTS]
            if unknown or len(form) > _LONGEST_ID:
                self._reader.fault(
                    ("framework", "id_forms", number),
                    f"there is no placeholder {{{unknown[0][:20]}}}" if unknown else "this form is too long",
                    expected=f"at most {_LONGEST_ID} characters with {', '.join(f'{{{part}}}' for part in _PARTS)}",
                )
                return forms, None
        return forms, re.compile("|".join(map(_pattern, forms))) if forms else None

    def _read_catalogues(self) -> None:
        for table in self._reader.tables("catalogues", required=("id", "title", "source", "read_on")):
            name = table.text("id", limit=_LONGEST_ID, filled=True)
            if name in self._catalogues:
                table.fault("id", f"a second catalogue has the id {name!r}", expected="one id for each")
            day = table.day("read_on")
            if name and day is not None:
                title, source = table.text("title", limit=_TITLE, filled=True), table.text("source", filled=True)
                self._catalogues[name] = Catalogue(id=name, title=title, source=source, read_on=day)

    def _read_clauses(self, pattern: re.Pattern[str] | None, forms: Sequence[str]) -> None:
        for number, table in enumerate(
            self._reader.tables("clauses", required=("id", "title", "confirmed"), optional=_CLAUSE_KEYS)
        ):
            if number >= _MOST_CLAUSES:
                table.fault("id", "there are too many clauses", expected=f"at most {_MOST_CLAUSES:,}")
                return
            if self._reader.is_full:
                return
            name = self._clause_id(table, pattern, forms)
            if name in self._clauses:
                before = self._clauses[name].location.line
                table.fault("id", f"clause {name} is in the file already, at line {before}", expected="each id once")
                continue
            self._clauses[name] = Clause(
                id=name,
                title=table.text("title", limit=_TITLE, filled=True),
                catalogue=self._confirmation(table),
                note=table.text("note"),
                links=tuple(self._links(table)),
                location=table.place("id"),
            )

    def _clause_id(self, table: Table, pattern: re.Pattern[str] | None, forms: Sequence[str]) -> str:
        name = table.text("id", limit=_LONGEST_ID, filled=True)
        if name and pattern is not None and not pattern.fullmatch(name):
            near = self._reader.suggest(name, [clause for clause in self._clauses if clause != name])
            hint = f"did you mean {near!r}?" if near and near.casefold() == name.casefold() else ""
            expected = " or ".join(forms[:5])
            table.fault("id", f"{name!r} is no id of this framework", expected=expected, remedy=hint)
        return name

    def _confirmation(self, table: Table) -> str:
        """Return the catalogue that confirms an id, "" for none."""
        confirmed, catalogue = table.flag("confirmed"), table.text("catalogue")
        if confirmed and not catalogue:
            table.fault(
                "confirmed", "nothing is said to confirm this id", expected="catalogue = an id of [[catalogues]]"
            )
        if catalogue and catalogue not in self._catalogues:
            self._reader.unknown((*table.path, "catalogue"), "catalogue", catalogue, tuple(self._catalogues))
        if not confirmed and "confirmed" in table:
            if catalogue:
                table.fault("catalogue", "this id is not confirmed", expected="confirmed = true, or no catalogue")
            if not table.text("note"):
                table.fault("confirmed", "this id is not confirmed", expected="note = why it is not")
        return catalogue if confirmed else ""

    def _links(self, table: Table) -> Iterable[ClauseLink]:
        seen: dict[str, str] = {}
        for strength in Strength:
            for number, check in enumerate(table.texts(strength.value)):
                path = (*table.path, strength.value, number)
                if check in seen:
                    where = f"named under {seen[check]} already"
                    self._reader.fault(path, f"{check!r} is {where}", expected="each check once in a clause")
                    continue
                seen[check] = strength.value
                if self._is_known(path, check):
                    yield ClauseLink(check=check, strength=strength)

    def _is_known(self, path: tuple[str | int, ...], check: str) -> bool:
        if _RULE.match(check) and self._rules:
            if check not in self._rules:
                self._reader.unknown(path, "rule", check, self._rules)
            return check in self._rules
        if check not in self._kinds:
            self._reader.unknown(path, "kind of checks", check, self._kinds)
        return check in self._kinds

    def _left_out(self, pattern: re.Pattern[str] | None, forms: Sequence[str]) -> Iterable[LeftOut]:
        for table in self._reader.tables("left_out", required=("id", "check", "reason")):
            name, check = self._clause_id(table, pattern, forms), table.text("check")
            if self._is_known((*table.path, "check"), check):
                clause = self._clauses.get(name)
                if clause is not None and any(link.check == check for link in clause.links):
                    table.fault("check", f"{check!r} is a check of {name} in this file", expected="one of the two")
                yield LeftOut(clause=name, check=check, reason=table.text("reason", filled=True))


def _pattern(form: str) -> str:
    """Return the pattern of one form of an id."""
    parts, end = [], 0
    for match in _PLACEHOLDER.finditer(form):
        parts += [re.escape(form[end : match.start()]), _PARTS[match[1]]]
        end = match.end()
    return "".join([*parts, re.escape(form[end:])])
