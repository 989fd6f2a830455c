"""The licences of a build as the reports show them, and how they are said, the same in every format."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from supplymatrix.errors import InputError
from supplymatrix.licences.classes import LicenceClass, class_of_expression
from supplymatrix.licences.expression import And, parse_expression
from supplymatrix.licences.obligations import Obligation, Use, obligations_of
from supplymatrix.model.fact import Gap
from supplymatrix.model.licence import LicenceFile, ModuleLicence
from supplymatrix.model.value import value
from supplymatrix.reports.tally import counted
from supplymatrix.sbom.document import Scope

__all__ = [
    "NO_ADVICE", "UNKNOWN", "AskedLicence", "LicencePage", "LicenceRow", "Role", "Total", "asked_of", "class_word",
    "heading", "licence_word", "module_word", "places_of", "totals_of",
]  # fmt: skip

UNKNOWN = "not known"
NO_ADVICE = "what the texts of the licences ask; no legal advice"
_SCOPES = {
    Scope.BUILT: "in the build",
    Scope.TESTS: "in the build or in the project's tests",
    Scope.ALL: "in the build list",
}


class Role(StrEnum):
    """What a row is."""

    MAIN = "main"
    MODULE = "module"
    STDLIB = "stdlib"


@value
class LicenceRow:
    """The licence of one module. replaced_by: a module version or a folder, as go.mod has it, "" when it is itself."""

    licence: ModuleLicence
    role: Role
    replaced_by: str = ""


@value
class LicencePage:
    """All that is shown. name: of the project; rows: main modules, the build list, the standard library.

    listed_by, packages_by: who says so, in words; goos, goarch, cgo, tags: of the build whose packages these are, where
    that plays a part. gaps: of licences and of the graph. use: what is done with the code,
    None = nobody asked what that takes.
    """

    name: str
    scope: Scope
    rows: tuple[LicenceRow, ...]
    gaps: tuple[Gap, ...]
    listed_by: str
    packages_by: str
    goos: str = ""
    goarch: str = ""
    cgo: bool = False
    tags: tuple[str, ...] = ()
    use: Use | None = None


class Total(NamedTuple):
    """How many works have a licence: modules, and the standard library. licence: "" = nobody knows."""

    licence: str
    kind: LicenceClass
    works: int


@value
class AskedLicence:
    """What one licence asks, and of whom it comes. licence: "" = nobody knows what it is."""

    licence: str
    obligations: tuple[Obligation, ...]
    modules: tuple[str, ...]


def heading(page: LicencePage) -> str:
    """Return what the page is about."""
    modules = sum(row.role is Role.MODULE for row in page.rows)
    is_for_target = page.goos and page.packages_by in ("go list", "source files")
    tags = f"tags {', '.join(page.tags)}" if page.tags else "no tags"
    target = f", {page.goos}/{page.goarch}, {tags}" if is_for_target else ""
    who = f"by {page.packages_by}{target}" if page.scope is not Scope.ALL else f"by {page.listed_by}"
    has_stdlib = any(row.role is Role.STDLIB for row in page.rows)
    more = ", and of the standard library" if has_stdlib else ""
    return f"{page.name} · licences of {counted(modules, 'module')} {_SCOPES[page.scope]} ({who}){more}"


def class_word(expression: str) -> str:
    """Return the class of an expression."""
    return _class_of(expression).value


def licence_word(licence: ModuleLicence) -> str:
    """Return what a module's licence is; a question mark behind it says that not all of it is known."""
    if not licence.concluded:
        return UNKNOWN
    return f"{licence.concluded} ?" if licence.reason and licence.files else licence.concluded


def module_word(row: LicenceRow) -> str:
    """Return "path version", and what it is replaced by."""
    subject = row.licence.subject
    words = f"{subject.path} {subject.version}".rstrip()
    return f"{words} => {row.replaced_by.replace('@', ' ')}" if row.replaced_by else words


def _label(row: LicenceRow) -> str:
    """Return "path@version" in one word, and what it is replaced by."""
    return f"{row.licence.subject} => {row.replaced_by}" if row.replaced_by else str(row.licence.subject)


def places_of(licence: ModuleLicence) -> list[str]:
    """Return "file:line" of what was recognised, the first line of each file; where there is no file, who says so."""
    places = [_place(file) for file in licence.files]
    return places or ([str(licence.source)] if licence.concluded else [])


def _place(file: LicenceFile) -> str:
    return f"{file.path}:{file.matches[0].start}" if file.matches else file.path


def totals_of(page: LicencePage) -> list[Total]:
    """Return the licences of others' work, the most frequent first; what is not known last."""
    counts: dict[str, int] = {}
    for row in page.rows:
        if row.role is Role.MAIN:
            continue
        licence = _in_order(row.licence.concluded)
        counts[licence] = counts.get(licence, 0) + 1
    order = sorted(counts.items(), key=lambda item: (not item[0], -item[1], item[0]))
    return [Total(licence, _class_of(licence), number) for licence, number in order]


def _in_order(expression: str) -> str:
    """Return an expression whose parts that all apply are in order: they come in that of their files."""
    found = parse_expression(expression) if expression else None
    return " AND ".join(sorted(found.licences)) if isinstance(found, And) and " OR " not in expression else expression


def asked_of(page: LicencePage) -> list[AskedLicence]:
    """Return what each licence asks for the use of the page, by licence, what is not known last; main modules, which
    are the user's own, are left out."""
    if page.use is None:
        return []
    found: dict[str, dict[Obligation, None]] = {}
    modules: dict[str, list[str]] = {}
    for row in page.rows:
        if row.role is Role.MAIN:
            continue
        seen = set()
        for licence, obligation in _obligations(row.licence.concluded, page.use):
            found.setdefault(licence, {})[obligation] = None
            if licence not in seen:
                seen.add(licence)
                modules.setdefault(licence, []).append(_label(row))
    return [
        AskedLicence(licence=licence, obligations=tuple(found[licence]), modules=tuple(modules[licence]))
        for licence in sorted(found, key=lambda name: (not name, name))
    ]


def _obligations(expression: str, use: Use) -> Iterator[tuple[str, Obligation]]:
    """Yield what an expression asks, with the licence that does, "" where nobody knows it."""
    try:
        asked = obligations_of(expression, use)
    except InputError:
        expression, asked = "", obligations_of("", use)
    for obligation in asked:
        yield obligation.licence if expression else "", obligation


def _class_of(expression: str) -> LicenceClass:
    return class_of_expression(expression) if expression else LicenceClass.UNKNOWN
