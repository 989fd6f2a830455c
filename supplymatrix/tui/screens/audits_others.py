"""C code, credentials and vendor path on the Audits screen. No credential is in any of their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from textual.content import Content

from supplymatrix.engine.audit_parts import AuditPart, PartFound
from supplymatrix.model.go_sources import Credential, CredentialsSought
from supplymatrix.model.native_code import LinkMode, LinkOutcome, NationalAlgorithm, NativeCode
from supplymatrix.model.native_run import CgoRun, CgoTarget, CPackage
from supplymatrix.model.path_run import PathRun
from supplymatrix.model.vendor_path import PathPart, Pinned, VendorUse
from supplymatrix.native.strategies import strategies_for
from supplymatrix.privacy.credential_run import CredentialsRun
from supplymatrix.reports.credentials_view import fingerprint_words, risk_words
from supplymatrix.reports.path_view import PART_HEADS
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import counted
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
from supplymatrix.tui.widgets.details import heading

__all__ = ["cgo_items", "credential_items", "path_items"]

_OUTCOMES: Mapping[LinkOutcome, Said] = {
    LinkOutcome.GPL_COMBINED: WARNED,
    LinkOutcome.LGPL_RELINK: WARNED,
    LinkOutcome.PROPRIETARY: WARNED,
    LinkOutcome.UNKNOWN: OPEN,
}
"""Where rules say more, their findings stand above it."""
_LIBRARIES, _ELSEWHERE = "libraries and C code", "only in other builds"
_NATIONAL, _CALLERS, _TARGETS = "algorithms of national standards", "packages that call C", "looked at"
_FILES = 20


def cgo_items(found: PartFound) -> list[Item]:
    """Return the rows of what is not Go: findings, libraries, national algorithms, who calls C."""
    part, run = AuditPart.CGO, found.run
    if not isinstance(run, CgoRun):
        return [*gap_items(part, found.gaps)]
    return [
        *finding_items(part, found.judged),
        *(_native(fact) for fact in run.native if fact.is_built),
        *(_national(fact) for fact in run.national),
        *gap_items(part, found.gaps),
        *(_native(fact) for fact in run.native if not fact.is_built),
        *(_caller(package) for package in run.c_packages),
        *(_target(target) for target in run.targets),
        *note_items(part, found.notes),
    ]


def _native(fact: NativeCode) -> Item:
    said = _OUTCOMES.get(fact.position.outcome, NOTED) if fact.is_built else NOTED
    name = fact.library or "C code"
    return item_of(
        AuditPart.CGO,
        f"{name} ({fact.mode.value}) of {fact.subject} in {fact.program or 'the project'} {fact.conditions}".strip(),
        said,
        title_of(said, name, f"{fact.mode.value} · {fact.licence or 'licence not known'} · {fact.subject}"),
        partial(_native_lines, fact, said, name),
        group=_LIBRARIES if fact.is_built else _ELSEWHERE,
        version=fact.subject.version,
        says=f"{fact.mode.value} {fact.licence} {fact.position.outcome.value} {fact.subject}",
        where=fact.program or place_words(fact.location),
    )


def _native_lines(fact: NativeCode, said: Said, name: str, width: int) -> Iterator[Line]:
    del width
    position = fact.position
    yield Content.styled(plain(f"{said.mark} {name}: {fact.mode.value}"), f"bold {said.color}")
    yield labelled("brought by", str(fact.subject))
    yield labelled("known by", fact.proof.value)
    yield labelled("licence", f"{fact.licence or 'not known'}{f', {fact.licence_from}' if fact.licence_from else ''}")
    disputed = " (others hold the contrary)" if position.is_disputed else ""
    yield labelled("follows", f"{position.outcome.value}{disputed}", said.color)
    yield labelled("", position.words)
    yield labelled("says who", f"{position.of.value}{f': {position.source}' if position.source else ''}")
    if fact.own_licence:
        yield labelled("program", f"under {fact.own_licence}")
    if fact.is_crypto:
        yield labelled("crypto", "its cryptography is in no validated Go module")
    for label, text in (("in", fact.program), ("only with", fact.conditions), ("at", place_words(fact.location))):
        if text:
            yield labelled(label, text)
    for number, file in enumerate(fact.files[:_FILES]):
        yield labelled("files" if number == 0 else "", file)
    if fact.count > len(fact.files[:_FILES]):
        yield labelled("", f"{fact.count:,} in all")
    for note in fact.notes:
        yield labelled("note", note)
    if fact.library and fact.mode is not LinkMode.PROCESS:
        yield from _ways(fact)


def _ways(fact: NativeCode) -> Iterator[Line]:
    """Yield the usual ways to get at a library, and what each asks."""
    yield Content("")
    yield heading("the ways to get at it")
    for way in strategies_for(fact.library, fact.licence, ()):
        yield Content.assemble(("· ", "dim"), plain(f"{way.title}: "), (plain(way.position.outcome.value), "bold"))
        yield Content.styled(plain(f"  {way.position.words}"), "dim")
        yield Content.styled(plain(f"  to build: {way.builds}"), "dim")
        yield Content.styled(plain(f"  when it runs: {way.runs}"), "dim")
        yield Content.styled(plain(f"  fits: {way.fits}"), "dim")


def _national(fact: NationalAlgorithm) -> Item:
    lines = (
        Content.styled(plain(f"{NOTED.mark} {fact.package}"), "bold"),
        labelled("algorithms", ", ".join(fact.algorithms)),
        labelled("standard", fact.standard),
        labelled("is", fact.how),
        labelled("module", str(fact.subject)),
        *((labelled("in", fact.program),) if fact.program else ()),
    )
    return item_of(
        AuditPart.CGO, f"{fact.package} in {fact.program or 'the project'}", NOTED,
        title_of(NOTED, fact.package, f"{', '.join(fact.algorithms)} · {fact.how}"), lambda _: lines,
        group=_NATIONAL, says=f"{' '.join(fact.algorithms)} {fact.standard}", where=fact.program,
    )  # fmt: skip


def _caller(package: CPackage) -> Item:
    files = counted(package.files, "file") if package.files else "seen in the program"
    only = f" · only with {package.conditions}" if package.conditions and not package.is_built else ""
    lines = (
        Content.styled(plain(package.package), "bold"),
        labelled("module", package.module),
        labelled("calls C", f"{files}{only}"),
        *((labelled("in", package.program),) if package.program else ()),
    )
    return item_of(
        AuditPart.CGO, f"calls C: {package.package} in {package.program or 'the project'}", NOTED,
        title_of(NOTED, package.package, f"{files}{only}"), lambda _: lines, group=_CALLERS, says=package.module,
        where=package.program,
    )  # fmt: skip


def _target(target: CgoTarget) -> Item:
    takes = {True: "C takes part", False: "no C takes part", None: "nobody can say whether C takes part"}[target.cgo]
    lines = (
        Content.styled(plain(target.name), "bold"),
        labelled("is", "a program" if target.is_program else "a project"),
        labelled("build", f"{target.goos}/{target.goarch}"),
        *((labelled("tags", ", ".join(target.tags)),) if target.tags else ()),
        labelled("cgo", f"{takes}{f': {target.why}' if target.why else ''}"),
        *((labelled("C library", target.c_library),) if target.c_library else ()),
    )
    return item_of(
        AuditPart.CGO, f"looked at {target.name}", NOTED,
        title_of(NOTED, target.name, f"{target.goos}/{target.goarch} · {takes}"), lambda _: lines, group=_TARGETS,
        says=takes, where=target.name,
    )  # fmt: skip


# Credentials.


def credential_items(found: PartFound) -> list[Item]:
    """Return the rows of what gives credentials away, and of where it was looked."""
    part, run = AuditPart.CREDENTIALS, found.run
    if not isinstance(run, CredentialsRun):
        return [*gap_items(part, found.gaps)]
    return [
        *finding_items(part, found.judged),
        *(_credential(one) for one in run.credentials),
        *gap_items(part, found.gaps),
        *(_sought(one) for one in run.sought),
        *note_items(part, found.notes),
    ]


def _credential(one: Credential) -> Item:
    is_grave = bool(one.is_committed or one.is_shipped or one.is_readable)
    said = BAD if is_grave else WARNED
    place = str(one.location) if one.location.artifact else one.origin
    named = f"{one.where}, {one.name}" if one.name and one.name not in one.where else one.where
    return item_of(
        AuditPart.CREDENTIALS,
        f"{place} {named}",
        said,
        title_of(said, place, f"{one.kind} · {named}"),
        partial(_credential_lines, one, said, place, named),
        group="each place of it",
        says=f"{one.kind} {named}",
        where=place,
    )


def _credential_lines(one: Credential, said: Said, place: str, named: str, width: int) -> Iterator[Line]:
    del width
    yield Content.styled(plain(f"{said.mark} {place}: {one.kind}"), f"bold {said.color}")
    yield labelled("in", named)
    yield labelled("it", fingerprint_words(one))
    if not one.is_sure:
        yield labelled("sure", "no: its name says what it is, its form does not")
    if risk_words(one):
        yield labelled("who", risk_words(one), said.color)
    if one.advice:
        yield labelled("next", one.advice)


def _sought(one: CredentialsSought) -> Item:
    said = NOTED if one.found or not one.looked else GOOD
    words = f"{one.looked:,} looked at, {counted(one.found, 'credential')}"
    return item_of(
        AuditPart.CREDENTIALS, f"looked at {one.place}", said, title_of(said, one.place, words),
        lambda _: (heading(one.place), Content(words)), group=_TARGETS, says=words, where=one.place,
    )  # fmt: skip


# The vendor path.

_PINS: Mapping[Pinned, str] = {
    Pinned.DIGEST: "by digest",
    Pinned.VERSION: "by version",
    Pinned.FLOATING: "floats",
    Pinned.UNKNOWN: "how firmly is not known",
}


def path_items(found: PartFound) -> list[Item]:
    """Return the rows of the way from modules to the program that runs: whose things are on it."""
    part, run = AuditPart.PATH, found.run
    if not isinstance(run, PathRun):
        return [*gap_items(part, found.gaps)]
    names = dict(run.vendors)
    same: dict[tuple[PathPart, str, str, str], list[VendorUse]] = {}
    for use in run.uses:
        same.setdefault((use.part, use.what, use.vendor, use.version), []).append(use)
    order = list(PART_HEADS)
    rows = sorted(same.values(), key=lambda uses: order.index(uses[0].part))
    uses = (_use(own, names.get(own[0].vendor, ""), run) for own in rows)
    return [*finding_items(part, found.judged), *gap_items(part, found.gaps), *uses, *note_items(part, found.notes)]


def _use(uses: Sequence[VendorUse], vendor: str, run: PathRun) -> Item:
    """Return the row of one thing, wherever it is used."""
    use = uses[0]
    said = BAD if use.is_ended else GOOD if use.pinned is Pinned.DIGEST else NOTED
    version = use.version if use.version and use.version not in use.what else ""
    where = place_words(use.location) + (f" and {len(uses) - 1:,} more" if len(uses) > 1 else "")
    facts = [version, _PINS[use.pinned], _end(use), where, vendor]
    return item_of(
        AuditPart.PATH,
        f"{use.part.value} {use.what}",
        said,
        title_of(said, use.what, " · ".join(filter(None, facts))),
        partial(_use_lines, uses, vendor, run, said),
        group=PART_HEADS[use.part],
        version=use.version,
        says=f"{vendor} {_PINS[use.pinned]} {_end(use)} {use.role}",
        where=" ".join(place_words(each.location) for each in uses[:_FILES]),
    )


def _end(use: VendorUse) -> str:
    if use.is_ended:
        return f"ended {use.ends.isoformat()}" if use.ends is not None else "ended"
    return f"until {use.ends.isoformat()}" if use.ends is not None else ""


def _use_lines(uses: Sequence[VendorUse], vendor: str, run: PathRun, said: Said, width: int) -> Iterator[Line]:
    del width
    use = uses[0]
    yield Content.styled(plain(f"{said.mark} {use.what}"), f"bold {said.color}")
    fields: Sequence[tuple[str, str]] = (
        ("part", f"{use.part.value}{f', {use.role}' if use.role else ''}"),
        ("vendor", vendor or "none that a profile knows"),
        ("version", use.version),
        ("pinned", _PINS[use.pinned]),
        ("support", f"{_end(use) or 'no end is known'}{f', {use.ends_source}' if use.ends_source else ''}"),
        ("write", use.wants),
        ("as of", run.day.isoformat()),
    )
    for name, text in fields:
        if text:
            yield labelled(name, text)
    for each in uses[:_FILES]:
        stage = f" ({each.stage})" if each.stage else ""
        yield labelled("at", f"{place_words(each.location)}{stage}")
        if each.words:
            yield labelled("", each.words)
    if len(uses) > _FILES:
        yield labelled("", f"and {len(uses) - _FILES:,} more places")
