"""FIPS 140-3 on the Audits screen: a card for each project, build file and program, and what is beside the module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from textual.content import Content

from supplymatrix.engine.audit_parts import AuditPart, PartFound
from supplymatrix.fips.certificates import certificate_of
from supplymatrix.fips.families import NAMES
from supplymatrix.model.fips import (
    CertificateState,
    FipsFamily,
    FipsMark,
    FipsPosture,
    FipsUse,
    MarkKind,
    NonApprovedPackage,
)
from supplymatrix.model.fips_run import FipsRun
from supplymatrix.reports.fips_view import brought_words, family_words, module_words
from supplymatrix.reports.plain import plain
from supplymatrix.tui.screens.audits_words import (
    BAD,
    GOOD,
    NOTED,
    OPEN,
    WARNED,
    Line,
    Said,
    finding_items,
    gap_items,
    item_of,
    labelled,
    note_items,
    place_words,
    title_of,
)
from supplymatrix.tui.screens.list_screen import Item

__all__ = ["card_lines", "fips_items"]

_PART = AuditPart.FIPS
_USES: Mapping[FipsUse, str] = {
    FipsUse.SOURCE: "project", FipsUse.BUILD_FILE: "build file", FipsUse.PROGRAM: "program",
}  # fmt: skip
_BESIDE, _INSIDE = "beside the module", "brought along by Go's own packages"
_KINDS: tuple[tuple[MarkKind, str, str], ...] = (
    (MarkKind.CONTRADICTION, "against", BAD.color),
    (MarkKind.DEFEAT, "defeated", BAD.color),
    (MarkKind.CLAIM, "claims", ""),
    (MarkKind.WITNESS, "code", ""),
    (MarkKind.SIGN, "signs", ""),
    (MarkKind.NEED, "needs", ""),
)
"""What speaks against it stands first; then claims and, below them, what the code shows."""
_GOOD_STATES = frozenset({CertificateState.CERTIFIED})
_SHORT: Mapping[CertificateState, str] = {
    CertificateState.NOT_APPLICABLE: "no module",
    CertificateState.AT_RUN_TIME: "module of the system",
}
_LISTED = 12


def fips_items(found: PartFound) -> list[Item]:
    """Return the rows: cards, findings, what is beside the module, what is not known."""
    run = found.run
    if not isinstance(run, FipsRun):
        return [*gap_items(_PART, found.gaps)]
    by_subject: dict[tuple[FipsUse, str], list[NonApprovedPackage]] = {}
    for package in run.packages:
        by_subject.setdefault((package.use, package.subject), []).append(package)
    cards = [_card(one, by_subject.get((one.use, one.subject), []), run) for one in run.postures]
    beside = [_package(one) for one in run.packages]
    return [
        *cards,
        *finding_items(_PART, found.judged),
        *gap_items(_PART, found.gaps),
        *(item for item in beside if item.group == _BESIDE),
        *(item for item in beside if item.group == _INSIDE),
        *note_items(_PART, found.notes),
    ]


def _said(posture: FipsPosture) -> Said:
    if posture.of(MarkKind.CONTRADICTION) or posture.of(MarkKind.DEFEAT):
        return BAD
    if posture.family is FipsFamily.UNKNOWN:
        return OPEN
    if posture.family is FipsFamily.NONE:
        return NOTED
    return GOOD if posture.state in _GOOD_STATES else WARNED


def _card(posture: FipsPosture, packages: Sequence[NonApprovedPackage], run: FipsRun) -> Item:
    said = _said(posture)
    family = NAMES.get(posture.family, posture.family.value)
    is_none = posture.family is FipsFamily.NONE
    rest = "nothing of FIPS 140-3" if is_none else f"{family} · {_SHORT.get(posture.state, posture.state.value)}"
    return item_of(
        _PART,
        f"{_USES[posture.use]} {posture.subject}",
        said,
        title_of(said, posture.subject, rest),
        partial(card_lines, posture, packages, run),
        group=f"card of a {_USES[posture.use]}",
        version=posture.module,
        says=f"{family} {posture.state.value} {posture.certificate}",
        where=place_words(posture.location),
    )


def card_lines(
    posture: FipsPosture, packages: Sequence[NonApprovedPackage], run: FipsRun, width: int
) -> Iterator[Line]:
    """Yield the card: family, module, certificate with its day, mode, claims against code, what is beside it."""
    del width
    said = _said(posture)
    yield Content.styled(plain(f"{said.mark} {posture.subject} ({_USES[posture.use]})"), f"bold {said.color}")
    yield labelled("family", family_words(posture))
    if posture.family is FipsFamily.UNKNOWN:
        yield labelled("because", posture.reason)
    elif posture.family is not FipsFamily.NONE:
        yield labelled("module", module_words(posture))
        known = certificate_of(posture.family, posture.module)
        if known is not None:
            yield labelled("", f"{known.name} {known.version}: {known.note or 'no remarks'}")
            yield labelled("source", known.source)
    yield labelled("mode", f"fips140={posture.mode}" if posture.mode else "nothing says whether it is on")
    for kind, name, color in _KINDS:
        marks = posture.of(kind)
        if kind in (MarkKind.CLAIM, MarkKind.WITNESS) and not marks:
            yield labelled(name, "nothing" if kind is MarkKind.CLAIM else "nothing was seen in it")
        for number, mark in enumerate(marks):
            yield _mark(name if number == 0 else "", mark, color)
    yield from _beside(packages)
    yield labelled("looked at", ", ".join(posture.looked_at) or "nothing")
    if run.table_of is not None:
        yield Content("")
        yield Content.styled(
            f"Certificates are as a table of {run.table_of.isoformat()} has them. One holds for a module in the "
            "environments that it names, and says nothing of the rest of a program.",
            "dim",
        )


def _mark(name: str, mark: FipsMark, color: str) -> Line:
    place = mark.location
    at = f" ({place.artifact}:{place.line})" if place.line else ""
    sign = "✘ " if color else ""
    return labelled(name, f"{sign}{mark.words}{at}", color)


def _beside(packages: Sequence[NonApprovedPackage]) -> Iterator[Line]:
    shown = [package for package in packages if not package.inside]
    for number, package in enumerate(shown[:_LISTED]):
        yield labelled("beside it" if number == 0 else "", f"! {_words(package)}", WARNED.color)
    if len(shown) > _LISTED:
        yield labelled("", f"and {len(shown) - _LISTED:,} more, which have rows of their own")
    if not shown:
        yield labelled("beside it", "no other cryptography was found")
    inside = [package for package in packages if package.inside]
    if inside:
        yield labelled("brought", brought_words(inside))


def _words(package: NonApprovedPackage) -> str:
    how = f"imported by {package.by}" if package.by else package.how
    return f"{package.package}: {package.what}{' (C code)' if package.is_c else ''}; {how}"


def _package(package: NonApprovedPackage) -> Item:
    said = NOTED if package.inside else WARNED
    version = f" {package.module.version}" if package.module.version else ""
    return item_of(
        _PART,
        f"package {package.package} in {package.subject}",
        said,
        title_of(said, f"{package.package}{version}", f"{package.what} · {package.how} · {package.subject}"),
        partial(_package_lines, package, said),
        group=_INSIDE if package.inside else _BESIDE,
        version=package.module.version,
        says=package.what,
        where=package.subject,
    )


def _package_lines(package: NonApprovedPackage, said: Said, width: int) -> Iterator[Line]:
    del width
    code = " (C code)" if package.is_c else ""
    yield Content.styled(plain(f"{said.mark} {package.package}: {package.what}{code}"), f"bold {said.color}")
    yield labelled("in", package.subject)
    yield labelled("module", f"{package.module.path} {package.module.version}".strip())
    hows = {
        "linked": "it is linked in", "imported": "its package is imported", "called": "the project's own files call it",
    }  # fmt: skip
    yield labelled("how", hows.get(package.how, "its module is there; whether a package of it is built is not known"))
    blocked = "fips140=only refuses it where it runs" if package.is_blocked else "fips140=only does not refuse it"
    yield labelled("only", blocked)
    if package.inside:
        yield labelled("why", package.inside)
    for number, step in enumerate(package.chain):
        branch = f"{'    ' * max(0, number - 1)}{'└─► ' if number else ''}"
        yield Content.assemble((f"{'imports' if number == 0 else '':10} ", "dim"), plain(f"{branch}{step}"))
    for number, name in enumerate(package.functions):
        yield labelled("functions" if number == 0 else "", name)
    if place_words(package.location):
        yield labelled("at", place_words(package.location))
