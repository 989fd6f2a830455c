"""Vulnerabilities on the Audits screen: by nearness, each with the way of imports down to the function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from textual.content import Content

from supplymatrix.checks.vulnerabilities import vulnerability_subject
from supplymatrix.engine.audit_parts import AuditPart, PartFound
from supplymatrix.model.rule import Status
from supplymatrix.model.verdict import Judged
from supplymatrix.model.vulnerability import (
    GoSupport,
    IgnoredElsewhere,
    LevelBy,
    Review,
    UncheckedModule,
    VulnDatabase,
    Vulnerability,
    VulnLevel,
)
from supplymatrix.model.vulns_run import VulnGroup, VulnRun, group_of
from supplymatrix.reports.plain import plain
from supplymatrix.tui.screens.audits_words import (
    BAD,
    GOOD,
    NOTED,
    OPEN,
    WAIVED,
    WARNED,
    Line,
    Said,
    finding_items,
    gap_items,
    item_of,
    labelled,
    note_items,
    place_words,
    said_of,
    title_of,
    waiver_lines,
)
from supplymatrix.tui.screens.list_screen import Item
from supplymatrix.tui.widgets.details import heading

__all__ = ["database_words", "path_lines", "vulns_items"]

_PART = AuditPart.VULNS
GROUPS: Mapping[VulnGroup, str] = {
    VulnGroup.MALICIOUS: "made to harm",
    VulnGroup.CALLED: "a function at fault is called or linked in",
    VulnGroup.IMPORTED: "a package at fault is taken in",
    VulnGroup.REQUIRED: "only the module is required",
    VulnGroup.UNREVIEWED: "by entries that nobody has reviewed",
}
"""The nearest first."""
_RULED_OUT = "a package at fault is taken in, its functions are not"
_NEAR = VulnGroup.IMPORTED
_SAID: Mapping[VulnGroup, Said] = {
    VulnGroup.MALICIOUS: BAD,
    VulnGroup.CALLED: BAD,
    VulnGroup.IMPORTED: BAD,
    VulnGroup.REQUIRED: NOTED,
    VulnGroup.UNREVIEWED: OPEN,
}
"""Where no rule says anything of it."""
_GO, _UNJUDGED, _DATABASES, _IGNORED = "Go itself", "no database can speak of", "databases", "ignored by other tools"
_MOST = 20
_LONG, _MANY = 26, 3


def vulns_items(found: PartFound) -> list[Item]:
    """Return the rows: vulnerabilities by nearness, what else was found, what is not known, on what it rests."""
    run = found.run
    if not isinstance(run, VulnRun):
        return [*gap_items(_PART, found.gaps)]
    judged = {item.subject: item for item in found.judged if item.finding is not None and item.finding.advisories}
    databases = {one.id: one for one in run.databases}
    items: list[Item] = []
    told: set[str] = set()
    by_title: dict[str, list[Vulnerability]] = {
        title: [] for group in GROUPS for title in (GROUPS[group], *([_RULED_OUT] if group is _NEAR else []))
    }
    for one in run.vulnerabilities:
        by_title[_title(one)].append(one)
    for one in (each for members in by_title.values() for each in members):
        subject = vulnerability_subject(one)
        told.add(subject)
        items.append(_vulnerability(one, judged.get(subject), databases.get(one.database)))
    items += finding_items(_PART, (item for item in found.judged if item.subject not in told))
    items += gap_items(_PART, found.gaps)
    items += (_go(number, go) for number, go in enumerate(run.go_support, start=1))
    items += (_unchecked(number, one) for number, one in enumerate(run.unchecked, start=1))
    items += (_ignored(number, one) for number, one in enumerate(run.ignored, start=1))
    items += (_database(one) for one in run.databases)
    return [*items, *note_items(_PART, found.notes)]


def _title(one: Vulnerability) -> str:
    group = group_of(one)
    return _RULED_OUT if group is _NEAR and one.is_ruled_out else GROUPS[group]


def _short(path: str) -> str:
    """Return a module path that leaves room for what comes after it; all of it is in the details."""
    elements = path.split("/")
    return path if len(path) <= _LONG or len(elements) < _MANY else f"…/{'/'.join(elements[-2:])}"


def _said(one: Vulnerability, judged: Judged | None) -> Said:
    """Return what the rules say of it; of what they pass over, that it is there and was ruled out."""
    if judged is not None:
        return said_of(judged)
    return NOTED if one.is_ruled_out and not one.is_malicious else _SAID[group_of(one)]


def _vulnerability(one: Vulnerability, judged: Judged | None, database: VulnDatabase | None) -> Item:
    said = _said(one, judged)
    fix = f"→ {one.fixed}" if one.fixed else "no fix is known"
    where = one.program or one.project
    return item_of(
        _PART,
        vulnerability_subject(one),
        said,
        Content.assemble(
            (f"{said.mark} ", said.color), (f"{plain(one.advisory)}  ", "bold"),
            plain(f"{_short(one.subject.path)} {one.subject.version} "), (plain(fix), "dim"),
        ),
        partial(_lines, one, judged, database),
        group=_title(one),
        sources=((one.url, one.advisory),) if one.url else (),
        rule=judged.rule if judged is not None else "",
        name=" ".join(one.names),
        version=one.subject.version,
        says=f"{one.summary} {one.subject.path} {' '.join(one.symbols[:_MOST] or one.packages[:_MOST])}",
        where=where,
    )  # fmt: skip


def _lines(one: Vulnerability, judged: Judged | None, database: VulnDatabase | None, width: int) -> Iterator[Line]:
    del width
    said = _said(one, judged)
    level = f", {judged.level.value}[{judged.rule}]" if judged is not None else ""
    yield Content.styled(plain(f"{said.mark} {one.advisory}: {_title(one)}{level}"), f"bold {said.color}")
    yield Content(plain(one.summary or "the entry has no summary"))
    if judged is not None:
        yield from waiver_lines(judged)
    yield labelled("module", f"{one.subject.path} {one.subject.version}")
    if one.required:
        yield labelled("for", f"it stands for {one.required}")
    yield labelled("fix", _fix(one))
    if one.aliases:
        yield labelled("also", ", ".join(one.aliases))
    if one.program:
        yield labelled("in", one.program)
    yield Content("")
    yield from path_lines(one)
    yield Content("")
    yield labelled("known", _days(one))
    if one.severity:
        yield labelled("severity", one.severity)
    review = (
        "by those who keep the database"
        if one.review is Review.REVIEWED
        else "by nobody: it names no packages and no functions"
    )
    yield labelled("reviewed", review)
    yield labelled("database", database_words(database) if database is not None else one.database)
    for note in one.notes:
        yield labelled("note", note)
    if place_words(one.location):
        yield labelled("at", place_words(one.location))
    if judged is not None and judged.finding is not None and judged.finding.fix and judged.status is Status.FAIL:
        yield labelled("next", judged.finding.fix)
    if one.url:
        yield labelled("see", one.url)


def _fix(one: Vulnerability) -> str:
    if one.is_malicious:
        return "take it out"
    since = f", since {one.fix_since.isoformat()}" if one.fix_since is not None else ""
    return f"{one.fixed}{since}; c has the commands" if one.fixed else "none is known"


def _days(one: Vulnerability) -> str:
    days = (("published", one.published), ("first seen here", one.first_seen))
    return ", ".join(f"{what} {day.isoformat()}" for what, day in days if day is not None) or "since when nobody says"


def path_lines(one: Vulnerability) -> Iterator[Line]:
    """Yield the way to the fault, drawn: the imports from the project on, then the functions; and who says so."""
    yield Content.assemble(heading("path to it"), (plain(f"  by the {one.level_by.value}"), "dim"))
    steps = [*one.chain] or [one.program or one.project or "the project"]
    last = steps[-1]
    ends: Sequence[str] = one.symbols or one.packages
    if one.level_by is LevelBy.CALL_GRAPH:
        ends = [name for name in ends if name != last]
    elif not one.symbols:
        ends = [name for name in one.packages if name != last] if one.chain else one.packages
    for number, step in enumerate(steps):
        yield Content(plain(f"{'    ' * max(0, number - 1)}{'└─► ' if number else ''}{step}"))
    indent = "    " * (len(steps) - 1)
    if one.level is VulnLevel.MODULE:
        yield Content.styled(plain(f"{indent}└─► {one.subject.path}: {_how_far(one)}"), "dim")
        return
    what = "function " if one.symbols else "package "
    for number, name in enumerate(ends[:_MOST]):
        branch = "└─► " if number == min(len(ends), _MOST) - 1 else "├─► "
        yield Content.assemble(plain(f"{indent}{branch}"), (what, "dim"), (plain(name), "bold"))
    if len(ends) > _MOST:
        yield Content(f"{indent}    and {len(ends) - _MOST:,} more")
    if not one.symbols:
        is_there = "were looked for, and are not there" if one.is_ruled_out else "were not looked for"
        yield Content.styled(f"{indent}    its functions at fault {is_there}", "dim")


def _how_far(one: Vulnerability) -> str:
    if one.looked is VulnLevel.MODULE:
        return "nobody could look further than the module"
    what = "packages" if one.looked is VulnLevel.PACKAGE else "functions"
    return f"it is required; its {what} at fault were looked for, and are not there"


def database_words(database: VulnDatabase) -> str:
    """Return which database it is, with its day."""
    day = f"{database.dated.isoformat()} ({database.dated_by})" if database.dated is not None else "of no known day"
    return f"{database.name}, {day}"


def _go(number: int, go: GoSupport) -> Item:
    words = {True: "supported", False: "no longer supported", None: "not known whether it is supported"}
    said = {True: GOOD, False: NOTED if go.is_least else BAD, None: OPEN}[go.is_supported]
    where = go.program or go.role
    return item_of(
        _PART,
        f"Go {go.go_version} {where} {number}",
        said,
        title_of(said, f"Go {go.go_version}", f"{words[go.is_supported]} · {where}"),
        partial(_go_lines, go, said, words[go.is_supported]),
        group=_GO,
        says=words[go.is_supported],
        where=where,
    )


def _go_lines(go: GoSupport, said: Said, words: str, width: int) -> Iterator[Line]:
    del width
    since = f" since {go.ended.isoformat()}" if go.ended is not None else ""
    yield Content.styled(plain(f"{said.mark} Go {go.go_version}: {words}{since}"), f"bold {said.color}")
    least = ": the least that it asks for, and not what builds" if go.is_least else ""
    yield labelled("is", f"{go.role}{least}")
    fields = (
        ("of", go.program or go.subject),
        ("newest", go.newest_minor and f"{go.newest_minor} of its minor"),
        ("", go.newest and f"{go.newest} of all"),
        ("because", go.reason),
        ("at", place_words(go.location)),
        ("releases", f"as of {go.as_of.isoformat()}" if go.as_of is not None else ""),
    )
    for name, text in fields:
        if text:
            yield labelled(name, text)


def _unchecked(number: int, one: UncheckedModule) -> Item:
    version = f" {one.subject.version}" if one.subject.version else ""
    lines = (
        Content.styled(plain(f"{OPEN.mark} {one.subject.path}{version}"), f"bold {OPEN.color}"),
        Content("No database that was looked into can speak of it: that nothing was found says nothing."),
        labelled("because", one.reason),
        *((labelled("in", one.program),) if one.program else ()),
        labelled("next", "keep a database of your own for such modules: settings.toml, [vulns] databases"),
    )
    return item_of(
        _PART,
        f"unchecked {number} {one.subject.path}",
        OPEN,
        title_of(OPEN, f"{one.subject.path}{version}", one.reason),
        lambda _: lines,
        group=_UNJUDGED,
        version=one.subject.version,
        says=one.reason,
        where=one.program or place_words(one.location),
    )


def _ignored(number: int, one: IgnoredElsewhere) -> Item:
    until = f"until {one.until.isoformat()}" if one.until is not None else "without an end"
    lines = (
        Content.styled(plain(f"{WAIVED.mark} {one.advisory} is ignored {until}"), "bold"),
        Content("Another tool is told to keep silent about it; that changes nothing here."),
        labelled("because", one.reason or "it does not say why"),
        labelled("at", str(one.location)),
    )
    return item_of(
        _PART, f"ignored {number} {one.advisory}", WAIVED, title_of(WAIVED, one.advisory, f"{until} · {one.reason}"),
        lambda _: lines, group=_IGNORED, says=one.reason, where=str(one.location),
    )  # fmt: skip


def _database(one: VulnDatabase) -> Item:
    withdrawn = f", {one.withdrawn:,} of them withdrawn" if one.withdrawn else ""
    said = WARNED if one.dated is None else NOTED
    lines: list[Line] = [
        Content.styled(plain(one.name), "bold"),
        labelled("dated", f"{one.dated.isoformat()} ({one.dated_by})" if one.dated else "nobody says of which day"),
        labelled("entries", f"{one.entries:,}{withdrawn}"),
        labelled("sha256", one.sha256),
        labelled("from", one.source),
    ]
    lines += [labelled("licence", one.licence)] if one.licence else []
    lines += [labelled("credit", one.attribution)] if one.attribution else []
    return item_of(
        _PART, f"database {one.id}", said, title_of(said, database_words(one), f"{one.entries:,} entries"),
        lambda _: lines, group=_DATABASES, says=one.name, where=one.source,
    )  # fmt: skip
