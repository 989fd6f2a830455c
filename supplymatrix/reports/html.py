"""The report as one page for auditors: no script, no other file, nothing that is loaded from anywhere.

Its Content-Security-Policy allows the one style sheet in it, by its hash, and nothing more. The template escapes every
value, after `plain` has written out what cannot be seen; no value becomes an address. The same audit gives the same
bytes. The template is `templates/report.html.j2`, the style sheet `templates/report.css`.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import TYPE_CHECKING

from supplymatrix.errors import Diagnostic
from supplymatrix.model.audit import Audit, Fellow, Survey, Unreadable
from supplymatrix.model.value import value
from supplymatrix.reports import html_parts as parts
from supplymatrix.reports.html_findings import FindingView, Room, UnknownView, findings, notes, unknowns
from supplymatrix.reports.html_parts import Detail, Part, Table
from supplymatrix.reports.html_register import debt, register
from supplymatrix.reports.html_scope import method, never_checked, not_checked
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import (
    as_survey,
    counted,
    meaning_of,
    outcome_of,
    outcome_of_survey,
    path_of,
    say_outcomes,
    worst_first,
)

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render"]

_SUBJECTS = 200  # that are told in full on one page


@value
class SubjectView:
    """A subject on the page. key: the beginning of its links. faults: of one that cannot be read. more: findings that
    are left out, said."""

    key: str
    name: str
    path: str
    outcome: str
    parts: tuple[Part, ...] = ()
    findings: tuple[FindingView, ...] = ()
    more: str = ""
    unknowns: tuple[UnknownView, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    passed: str = ""
    faults: tuple[tuple[str, tuple[Detail, ...]], ...] = ()


@value
class PageView:
    """The page. parts: of the whole run, where it has several subjects. more: subjects that are left out, said."""

    title: str
    outcome: str
    meaning: str
    exit_code: int
    summary: tuple[str, ...]
    table: Table | None
    parts: tuple[Part, ...]
    subjects: tuple[SubjectView, ...]
    more: str
    files: Part


def render(found: Audit | Survey, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the report as a page; the other arguments mean nothing here."""
    del color, width, verbose
    environment = _environment()
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    csp = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    from markupsafe import Markup

    return environment.get_template("report.html.j2").render(
        page=_page(found),
        csp=csp,
        style=Markup(style),  # noqa: S704 - a file of our own
    )


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("supplymatrix.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_plain,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _plain(found: object) -> object:
    """Return what is printed of a value: of text from outside what can be seen; what the template made as it is."""
    return plain(found) if type(found) is str else found


@cache
def _style() -> str:
    environment = _environment()
    assert environment.loader is not None  # noqa: S101 - it is ours
    return environment.loader.get_source(environment, "report.css")[0]


def _page(found: Audit | Survey) -> PageView:
    survey = as_survey(found)
    items = worst_first(survey.items)
    alone = len(items) == 1
    room = Room()
    subjects = [_subject(item, f"s{number}", room, alone=alone) for number, item in enumerate(items[:_SUBJECTS], 1)]
    left = len(items) - len(subjects)
    audits = [item for item in items if isinstance(item, Audit)]
    links = [f"#{subject.key}" for subject in subjects] + [""] * left
    return PageView(
        title=items[0].subject if alone and isinstance(items[0], Audit) else counted(len(items), "subject"),
        outcome=outcome_of_survey(survey).value,
        meaning=meaning_of(survey),
        exit_code=survey.exit_code,
        summary=tuple(_summary(survey, audits)),
        table=None if alone else parts.subject_table(items, links),
        parts=() if alone else (method(audits), never_checked(items)),
        subjects=tuple(subjects),
        more=f"{counted(left, 'more subject')} only in the table above, see the JSON report" if left else "",
        files=parts.files(_fellows(found)),
    )


def _fellows(found: Audit | Survey) -> tuple[Fellow, ...]:
    if isinstance(found, Audit):
        return found.fellows
    inner = [fellow for item in found.items if isinstance(item, Audit) for fellow in item.fellows]
    return tuple(dict.fromkeys([*found.fellows, *inner]))


def _summary(survey: Survey, audits: list[Audit]) -> list[str]:
    said = []
    if len(survey.items) != 1:
        said.append(say_outcomes(survey.items).capitalize() or "No subject")
    versions = dict.fromkeys(f"{audit.verdict.now:%Y-%m-%d %H:%M} UTC by supplymatrix {audit.verdict.tool_version}"
                             for audit in audits)  # fmt: skip
    said += [f"Judged {text}" for text in versions]
    if survey.requests:
        said.append(f"{counted(survey.requests, 'request')}, {counted(survey.received_bytes, 'byte')} received")
    return said


def _subject(item: Audit | Unreadable, key: str, room: Room, *, alone: bool) -> SubjectView:
    outcome = outcome_of(item).value
    if isinstance(item, Unreadable):
        faults = tuple((fault.message, tuple(_fault(fault))) for fault in item.diagnostics)
        return SubjectView(key=key, name=item.path, path=item.path, outcome=outcome, faults=faults)
    shown, more = findings(item, room)
    owed, signed = debt(item), parts.artifacts(item)
    return SubjectView(
        key=key,
        name=item.subject,
        path=path_of(item),
        outcome=outcome,
        parts=(
            parts.scope(item),
            parts.outcome(item),
            *((signed,) if signed is not None else ()),
            *((method([item]),) if alone else ()),
            parts.anchors(item),
            parts.dates(item),
            not_checked(item, alone=alone),
            parts.policy(item),
            register(item),
            *((owed,) if owed is not None else ()),
        ),
        findings=shown,
        more=more,
        unknowns=unknowns(item),
        notes=notes(item),
        passed=f"{counted(item.verdict.passed, 'result')} passed",
    )


def _fault(fault: Diagnostic) -> list[Detail]:
    place = f"{fault.artifact}:{fault.line}:{fault.column}" if fault.line else fault.artifact
    rows = (
        Detail("place", place, is_code=True),
        Detail("line", fault.source_line, is_code=True),
        Detail("seen", fault.seen, is_code=True),
        Detail("expected", fault.expected),
        Detail("next", fault.remedy),
    )
    return [row for row in rows if row.text]
