"""Known vulnerabilities for people: of each project and program the nearest first, with the way out, and what the
answer rests on.

What is near is told in full; what is only required has a line each, since nothing of it is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from supplymatrix.gomod.goversion import go_version_key, is_go_version
from supplymatrix.model.gap import Gap
from supplymatrix.model.vulnerability import GoSupport, LevelBy, UncheckedModule, VulnDatabase, Vulnerability, VulnLevel
from supplymatrix.model.vulns_run import VulnGroup, VulnRun, group_of
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import wrap

__all__ = ["render_vulns_text"]

_LABEL = 10
_INNER = " " * (4 + _LABEL)
_FEW = 3
_LINES = 12  # of a brief list, unless all is asked for
_MARKS: Mapping[VulnGroup, str] = {
    VulnGroup.MALICIOUS: "✘",
    VulnGroup.CALLED: "✘",
    VulnGroup.IMPORTED: "!",
    VulnGroup.REQUIRED: "·",
    VulnGroup.UNREVIEWED: "?",
}
_SUPPORT: Mapping[bool | None, str] = {
    True: "supported",
    False: "NO LONGER SUPPORTED",
    None: "not known whether it is supported",
}
_ENDS = {
    0: "nothing near was found",
    1: "known vulnerabilities are near, or a Go is no longer supported",
    3: "not everything could be had or judged",
    5: "there was nothing to look at",
}
_OF_PROGRAMS = (
    "A function that is linked in need not be called; C code, and what a program loads when it runs, is not seen."
)
_OF_PROJECTS = "A package that is imported need not be used; of C code, generated files and plug-ins nothing is known."


def render_vulns_text(run: VulnRun, *, width: int = 80, verbose: bool = False) -> str:
    """Return the run as a person reads it. verbose: all of what is only required, notes of it, and modules that no
    database can speak of."""
    lines: list[str] = []
    for database in run.databases:
        lines += _database(database, width)
    for subject in _subjects(run):
        found = [one for one in run.vulnerabilities if (one.program or one.project) == subject]
        gos = [go for go in run.go_support if (go.program or go.subject) == subject]
        lines += ["", *_subject(subject, found, gos, width, verbose=verbose)]
    lines += [""] if lines else []
    lines += _rest(run, width, verbose=verbose)
    return "\n".join([*lines, *_page("", _sum_up(run), width), ""])


def _subjects(run: VulnRun) -> Iterator[str]:
    """Yield what was looked at, each once: what has findings and is not named too, for files of older runs."""
    named = (*run.subjects, *(one.program or one.project for one in run.vulnerabilities))
    yield from dict.fromkeys(named)


def _database(database: VulnDatabase, width: int) -> Iterator[str]:
    day = f"{database.dated.isoformat()} ({database.dated_by})" if database.dated else "of no known day"
    withdrawn = f", {database.withdrawn:,} of them withdrawn" if database.withdrawn else ""
    yield from _page("", f"{database.name}, {day}: {database.entries:,} entries{withdrawn}", width)
    if database.attribution:
        yield from _page("  ", f"{database.attribution}; sha256 {database.sha256[:16]}…", width)


def _subject(
    name: str, found: Sequence[Vulnerability], gos: Sequence[GoSupport], width: int, *, verbose: bool
) -> Iterator[str]:
    yield plain(name)
    for go in gos:
        yield from _go(go, width)
    if not found:
        yield "  no known vulnerability was found"
    for group in VulnGroup:
        members = [one for one in found if group_of(one) is group]
        if not members:
            continue
        yield ""
        yield from _page("  ", f"{_title(group, members)}: {len(members):,}", width)
        if group in (VulnGroup.REQUIRED, VulnGroup.UNREVIEWED) and not verbose:
            yield from _brief(group, members, width)
            continue
        for one in members:
            yield from _in_full(group, one, width, verbose=verbose)


def _title(group: VulnGroup, members: Iterable[Vulnerability]) -> str:
    if group is VulnGroup.CALLED:
        is_called = all(one.level_by is LevelBy.CALL_GRAPH for one in members)
        return "functions at fault are called" if is_called else "functions at fault are linked in"
    return {
        VulnGroup.MALICIOUS: "made to harm",
        VulnGroup.IMPORTED: "packages at fault are taken in",
        VulnGroup.REQUIRED: "only the module is required",
        VulnGroup.UNREVIEWED: "by entries that nobody has reviewed",
    }[group]


def _go(go: GoSupport, width: int) -> Iterator[str]:
    state = {True: "supported", False: "NO LONGER SUPPORTED", None: "not known whether it is supported"}[
        go.is_supported
    ]
    when = f" since {go.ended.isoformat()}" if go.ended else ""
    why = f": {go.reason}" if go.reason and go.is_supported is None else ""
    newer = ""
    if go.is_supported and _is_behind_table(go):
        state = f"not in the table of releases of {go.as_of.isoformat() if go.as_of else 'no known day'}"
    elif go.newest_minor and go.newest_minor != go.go_version.removeprefix("go"):
        newer = f"; the newest of its minor is {go.newest_minor}"
    if go.is_supported is False and go.newest:
        newer = f"; take {go.newest}"
    mark = "!" if go.is_supported is False and not go.is_least else "·"
    least = " (the least that it asks for)" if go.is_least else ""
    yield from _page(
        "    ", f"{mark} Go {go.go_version}, {go.role}{least}: {state}{when}{why}{newer}", width, first="  "
    )


def _is_behind_table(go: GoSupport) -> bool:
    """Return whether a Go is newer than what the table of releases knows of its minor."""
    version, known = go.go_version.removeprefix("go"), go.newest_minor or go.newest
    return bool(known) and is_go_version(version) and go_version_key(version) > go_version_key(known)


def _in_full(group: VulnGroup, one: Vulnerability, width: int, *, verbose: bool) -> Iterator[str]:
    yield from _head(group, one, width)
    yield from _labelled("", one.summary or "(the entry has no summary)", width)
    if one.severity:
        yield from _labelled("severity", one.severity, width)
    if one.aliases:
        yield from _labelled("also", ", ".join(one.aliases), width)
    if one.required:
        yield from _labelled("for", f"it stands for {one.required}", width)
    if one.symbols:
        yield from _labelled("functions", _some(one.symbols, verbose=verbose), width)
    elif one.packages:
        yield from _labelled("packages", _some(one.packages, verbose=verbose), width)
    if one.chain:
        yield from _labelled("by", " → ".join(one.chain), width)
    yield from _labelled("known", _since(one), width)
    if one.level is VulnLevel.MODULE or one.is_ruled_out or verbose:
        yield from _labelled("looked", _looked(one), width)
    for note in one.notes:
        yield from _labelled("note", note, width)
    if one.url:
        yield from _labelled("see", one.url, width)


def _head(group: VulnGroup, one: Vulnerability, width: int) -> Iterator[str]:
    review = " (not reviewed)" if one.review.value == "unreviewed" and group is not VulnGroup.UNREVIEWED else ""
    fix = f"fixed in {one.fixed}" if one.fixed else "take it out" if one.is_malicious else "no fix is known"
    mark = "·" if one.is_ruled_out and not one.is_malicious else _MARKS[group]
    text = f"{mark} {one.advisory}{review}  {one.subject.path} {one.subject.version}, {fix}"
    yield from _page("      ", text, width, first="  ")


def _brief(group: VulnGroup, members: Sequence[Vulnerability], width: int) -> Iterator[str]:
    for one in members[:_LINES]:
        fix = f"fixed in {one.fixed}" if one.fixed else "no fix is known"
        text = f"{_MARKS[group]} {one.advisory}  {one.subject.path} {one.subject.version}, {fix}: {_looked(one)}"
        yield from _page("      ", text, width, first="  ")
    if len(members) > _LINES:
        yield f"    … {len(members) - _LINES:,} more; -v shows all"


def _looked(one: Vulnerability) -> str:
    """Return how sure it is that nothing of it is nearer."""
    if not one.is_ruled_out:
        return f"by the {one.level_by.value}" if one.level is not VulnLevel.MODULE else "nobody could look further"
    what = "packages" if one.looked is VulnLevel.PACKAGE else "functions"
    return f"its {what} are not there, by the {one.level_by.value}"


def _since(one: Vulnerability) -> str:
    days = (("published", one.published), ("first seen here", one.first_seen), ("fix since", one.fix_since))
    return ", ".join(f"{what} {day.isoformat()}" for what, day in days if day is not None) or "since when nobody says"


def _some(names: Sequence[str], *, verbose: bool) -> str:
    if verbose or len(names) <= _FEW:
        return ", ".join(names)
    return f"{', '.join(names[:_FEW])} and {len(names) - _FEW:,} more"


def _labelled(label: str, text: str, width: int) -> Iterator[str]:
    yield from _page(_INNER, text, width, first=f"    {label:{_LABEL}}")


def _rest(run: VulnRun, width: int, *, verbose: bool) -> Iterator[str]:
    """Yield what could not be judged, and what the answer does not cover."""
    yield from _ignored(run, width)
    yield from _unchecked(run.unchecked, width, verbose=verbose)
    for gap in run.gaps:
        yield from _gap(gap, width)
    for note in run.notes:
        yield from _page("  ", f"note: {note}", width, first="")
    programs = {one.program for one in run.vulnerabilities} | {go.program for go in run.go_support}
    if programs - {""}:
        yield from _page("  ", f"note: {_OF_PROGRAMS}", width, first="")
    if "" in programs:
        yield from _page("  ", f"note: {_OF_PROJECTS}", width, first="")


def _ignored(run: VulnRun, width: int) -> Iterator[str]:
    for one in run.ignored:
        until = f" until {one.until.isoformat()}" if one.until else ""
        place = f"{one.location.artifact}:{one.location.line}"
        why = one.reason or "it says not why"
        what = f"{place} is silent about {one.advisory}{until} ({why}); that changes nothing here"
        yield from _page("  ", f"note: {what}", width, first="")


def _unchecked(unchecked: Sequence[UncheckedModule], width: int, *, verbose: bool) -> Iterator[str]:
    if not unchecked:
        return
    noun = "module" if len(unchecked) == 1 else "modules"
    shown = unchecked if verbose else unchecked[:_FEW]
    yield from _page("  ", f"not judged: {len(unchecked):,} {noun} of which no database can speak", width, first="")
    for one in shown:
        version = f" {one.subject.version}" if one.subject.version else ""
        yield from _page("    ", f"{one.subject.path}{version}: {one.reason}", width, first="  ")
    if len(unchecked) > len(shown):
        yield f"  … {len(unchecked) - len(shown):,} more; -v shows all"


def _gap(gap: Gap, width: int) -> Iterator[str]:
    yield from _page("  ", f"? {gap.wanted}: {gap.reason}", width, first="")
    if gap.remedy:
        yield from _page("       ", f"next: {gap.remedy}", width, first="  ")


def _page(indent: str, text: str, width: int, *, first: str | None = None) -> Iterator[str]:
    """Yield a text in lines of at most `width` columns. first: what the first one begins with, not the indent."""
    head, *rest = wrap(text, max(20, width - len(indent)))
    yield f"{indent if first is None else first}{head}"
    yield from (f"{indent}{line}" for line in rest)


def _sum_up(run: VulnRun) -> str:
    counts = {group: sum(group_of(one) is group for one in run.vulnerabilities) for group in VulnGroup}
    names = {group: group.value for group in VulnGroup}
    called = (one for one in run.vulnerabilities if group_of(one) is VulnGroup.CALLED)
    if not all(one.level_by is LevelBy.CALL_GRAPH for one in called):
        names[VulnGroup.CALLED] = "linked in"
    told = ", ".join(f"{number:,} {names[group]}" for group, number in counts.items() if number)
    modules = f"{run.checked:,} module {'version' if run.checked == 1 else 'versions'} looked up"
    return f"{modules}; {told or 'none found'}; {_ENDS[run.exit_code]}"
