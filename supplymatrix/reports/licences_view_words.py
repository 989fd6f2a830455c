"""The licences of a build as the reports show them, and how they are said, the same in every format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import NamedTuple

from supplymatrix.errors import InputError
from supplymatrix.licences.classes import LicenceClass, class_of_expression
from supplymatrix.licences.expression import And, parse_expression
from supplymatrix.licences.obligations import Obligation, Use, obligations_of
from supplymatrix.model.fact import Gap
from supplymatrix.model.licence import LicenceFile, ModuleLicence
from supplymatrix.model.value import changed, value
from supplymatrix.policy.licence_terms import DEFAULT_CONFIDENCE
from supplymatrix.reports.tally import counted
from supplymatrix.sbom.document import Scope

__all__ = [
    "NO_ADVICE", "UNKNOWN", "AskedLicence", "LicencePage", "LicenceRow", "Role", "Total", "asked_of",
    "class_word", "footer", "heading", "in_order", "licence_word", "module_word", "narrowed", "places_of", "totals_of",
]  # fmt: skip

UNKNOWN = "not known"
NO_ADVICE = "what the texts of the licences ask; no legal advice"
_COPYLEFT = "copyleft"
"""One word for the three classes whose names end so."""
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
    None = nobody asked what that takes. chosen: by which classes and licences the rows were chosen, () = all are shown;
    hidden: how many are not.
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
    chosen: tuple[str, ...] = ()
    hidden: int = 0


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
    if page.chosen:
        shown = f"{len(page.rows):,} of {counted(len(page.rows) + page.hidden, 'work')} {_SCOPES[page.scope]}"
        return f"{page.name} · licences of {shown}: {', '.join(page.chosen)}"
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
    word = in_order(licence.concluded)
    return f"{word} ?" if licence.reason and licence.files else word


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
        licence = in_order(row.licence.concluded)
        counts[licence] = counts.get(licence, 0) + 1
    order = sorted(counts.items(), key=lambda item: (not item[0], -item[1], item[0]))
    return [Total(licence, _class_of(licence), number) for licence, number in order]


def in_order(expression: str) -> str:
    """Return an expression with the parts that all apply in order: they come in that of their files."""
    try:
        found = parse_expression(expression) if expression else None
    except InputError:
        return expression
    return str(And(parts=tuple(sorted(found.parts, key=str)))) if isinstance(found, And) else expression


def narrowed(page: LicencePage, classes: Sequence[str], licences: Sequence[str]) -> LicencePage:
    """Return a page with the rows of some classes and licences, () = all of them.

    classes: "copyleft" is each of that kind; licences: ids, whatever their case, in which a star stands for any
    characters. What is not known stays among the gaps: it may be of any.
    """
    if not classes and not licences:
        return page
    rows = tuple(row for row in page.rows if _is_of(row, classes) and _has(row, licences))
    chosen = tuple(dict.fromkeys((*classes, *licences)))
    return changed(page, rows=rows, chosen=chosen, hidden=len(page.rows) - len(rows))


def _is_of(row: LicenceRow, classes: Sequence[str]) -> bool:
    word = class_word(row.licence.concluded)
    return not classes or word in classes or (_COPYLEFT in classes and word.endswith(f"-{_COPYLEFT}"))


def _has(row: LicenceRow, licences: Sequence[str]) -> bool:
    if not licences:
        return True
    try:
        found = parse_expression(row.licence.concluded).licences if row.licence.concluded else ()
    except InputError:
        found = ()
    return any(fnmatchcase(one.lower(), pattern.lower()) for one in found for pattern in licences)


def footer(page: LicencePage) -> list[str]:
    """Return what a reader has to know of the columns, and what was not looked at: a sentence each."""
    said = []
    if any(row.licence.files and row.licence.concluded for row in page.rows):
        said.append(
            "sure: how many words of the file belong to the licence that was found in it. 97% is no doubt: the rest is "
            "a heading or a name beside the text. What could not be told is listed as not known; where a policy says "
            f"nothing else, `check` doubts what is below {DEFAULT_CONFIDENCE}%."
        )
    if any(row.licence.concluded and row.licence.reason and row.licence.files for row in page.rows):
        said.append("A question mark: this much is known of it, and something beside it is not.")
    said.append("Read as the files lie here: hashes were not compared; supplymatrix check does that.")
    return said


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
