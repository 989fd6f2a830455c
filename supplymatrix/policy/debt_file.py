"""lift.debt.toml: the findings that were there when a project's policy was adopted, one [[debt]] for each.

    [[debt]]
    rule = "SM203"
    subject = "example.com/old@v0.0.0-20190101000000-abcdefabcdef"
    fingerprint = "0123456789abcdef0123456789abcdef"

The list may only shrink: `[debt] most` in lift.toml says how many entries it may have. What an entry excuses is decided
by rule and fingerprint; the subject is there for people. Alarms, faults of input and what could not be checked are
never in it. `supplymatrix policy adopt` writes it, sorted, so that the same findings make the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from supplymatrix.documents.tables import Table, TableReader
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Finding, Rule
from supplymatrix.policy.document import DebtEntry

__all__ = ["DEBT_FILE", "entries_of", "parse_debt_list", "render_debt_list"]

DEBT_FILE = "lift.debt.toml"
_PAGE = "docs/formats/debt-list.md"
_KEYS = ("rule", "subject", "fingerprint")
_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
_MAX_SUBJECT = 2_000
_HEAD = """\
# What was found here when the policy was adopted, and is owed since. It may only shrink: `supplymatrix policy adopt`
# takes out what is mended and never puts anything in. [debt] in lift.toml says who answers for it, and until when.
"""


def parse_debt_list(data: bytes, artifact: str, *, rules: Mapping[str, Rule] | None = None) -> tuple[DebtEntry, ...]:
    """Read a debt list. rules: the known rules by id, all of them when None.

    Raises InputError with every fault, each with its place.
    """
    if rules is None:
        from supplymatrix.checks.registry import ALL_RULES

        rules = ALL_RULES
    reader = TableReader(data, artifact, page=_PAGE)
    reader.top(optional=("debt",))
    entries: dict[tuple[str, str], DebtEntry] = {}
    for table in reader.tables("debt", required=_KEYS):
        entry = _entry(table, rules)
        key = (entry.rule, entry.fingerprint)
        if key in entries and entry.fingerprint:
            first = entries[key].location.line
            table.fault("fingerprint", f"this finding is in the list already, in line {first}", expected="one entry")
        entries.setdefault(key, entry)
    reader.finish()
    return tuple(entries.values())


def entries_of(findings: Iterable[Finding]) -> tuple[DebtEntry, ...]:
    """Return the entries of findings, each once, in the order in which a list has them."""
    entries = {
        (finding.rule, finding.fingerprint): DebtEntry(
            rule=finding.rule,
            subject=finding.subject,
            fingerprint=finding.fingerprint,
            location=Location(artifact=DEBT_FILE),
        )
        for finding in findings
    }
    return tuple(sorted(entries.values(), key=_order))


def render_debt_list(entries: Iterable[DebtEntry]) -> str:
    """Return the text of a list: the same entries make the same text, in whatever order they come."""
    tables = [
        f"\n[[debt]]\nrule = {_quoted(entry.rule)}\nsubject = {_quoted(entry.subject)}\n"
        f"fingerprint = {_quoted(entry.fingerprint)}\n"
        for entry in sorted(entries, key=_order)
    ]
    return _HEAD + "".join(tables)


def _order(entry: DebtEntry) -> tuple[str, str, str]:
    return entry.rule, _in_a_line(entry.subject), entry.fingerprint


def _entry(table: Table, rules: Mapping[str, Rule]) -> DebtEntry:
    word = table.text("rule", filled=True)
    rule = rules.get(word)
    if rule is None and word:
        table.reader.unknown((*table.path, "rule"), "rule", word, tuple(rules))
    elif rule is not None and not rule.is_waivable:
        what = "about the policy itself" if rule.of_policy else "what is not known"
        what = "a fault of the file itself" if rule.input_fault else what
        what = "an alarm" if rule.is_alarm else what
        table.fault("rule", f"{word} is {what}: nobody can owe it", expected="a rule of level note, warn or error")
    fingerprint = table.text("fingerprint", filled=True)
    if fingerprint and not _FINGERPRINT.fullmatch(fingerprint):
        table.fault("fingerprint", "this is no fingerprint", expected="32 digits of 0-9 and a-f, as adopt wrote them")
    return DebtEntry(
        rule=word,
        subject=table.text("subject", limit=_MAX_SUBJECT, filled=True),
        fingerprint=fingerprint,
        location=table.location,
    )


def _in_a_line(text: str) -> str:
    """Return a text with a question mark for each character that cannot be seen."""
    return "".join(char if char.isprintable() else "?" for char in text)[:_MAX_SUBJECT]


def _quoted(text: str) -> str:
    return '"' + _in_a_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
