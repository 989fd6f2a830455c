"""The table of the SBOM explorer and the text beside it, made of its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from textual.content import Content

from supplymatrix.errors import InputError
from supplymatrix.licences.obligations import Use, obligations_of
from supplymatrix.model.licence import LicenceFile, ModuleLicence
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import counted
from supplymatrix.sbom.document import Component, ComponentKind, Document, Scope
from supplymatrix.tui.screens.sbom_rows import NO_LICENCE, Facet, SbomRow, SbomView, has_packages
from supplymatrix.tui.widgets.details import heading
from supplymatrix.tui.widgets.line_list import Row
from supplymatrix.tui.widgets.table_model import TableColumn, TableData, share_equal

__all__ = ["component_lines", "facet_rows", "fields_of", "obligation_lines", "summary_line", "table_of", "why_lines"]

T = TypeVar("T")
_GUTTER = 3  # for the mark of the cursor and the scroll bar
_VERIFIED, _USAGE = 13, 9  # columns of the table
_LEAST = {"component": 20, "version": 12, "licence": 17}
_MORE = (("component", 26), ("licence", 20), ("component", 64), ("version", 36), ("licence", 40))
"""Columns of the table: these they always have; what is left goes to the first up to so many, then to the next. None
becomes wider than what is in it."""
_SEVERAL = 3  # components whose licence is not known for one reason: it is told above the table
_LISTED = 12  # names of a list that are written out
_COPYRIGHTS = 20
_LICENCES = 40  # of one facet, whose obligations are told
_NO_FILE = "no file of it was looked at"
_NAME = 11  # columns of a field's name
_USES = {
    Use.REDISTRIBUTE_BINARY: "when you give away the program",
    Use.REDISTRIBUTE_SOURCE: "when you give away its source",
    Use.MODIFY: "when you have changed it",
    Use.NETWORK_SERVICE: "when others use it over a network",
}
_GROUPS = {"class": "class of licence", "log": "in the log", "licence": "licence"}


def table_of(view: SbomView, facet: Facet, room: int) -> TableData:
    """Return the table of a facet's rows. room: columns of the pane.

    What the purl adds to name and version is seldom anything: it is out of view at the right, and so is the usage where
    it says the same of all.
    """
    rows = [view.rows[number] for number in facet.rows]
    is_all_built = all(row.usage == "built" for row in view.rows if row.component.kind is ComponentKind.MODULE)
    left = room - _GUTTER - _VERIFIED - 3 - (0 if is_all_built else _USAGE + 1)
    widths = _widths(view.longest, left)
    usage = TableColumn(
        key="usage", title="usage", width=_USAGE, texts=share_equal([row.usage for row in rows]),
        styles=["muted" if row.usage in ("tests", "not built") else "" for row in rows],
    )  # fmt: skip
    columns = [
        TableColumn(
            key="component", title="component", width=widths["component"],
            texts=[row.component.name for row in rows], keeps_end=True,
            styles=["strong" if row.component.kind is ComponentKind.MAIN else "" for row in rows],
        ),
        TableColumn(
            key="version", title="version", width=widths["version"], texts=[row.component.version for row in rows]
        ),
        TableColumn(
            key="licence", title="licence", width=widths["licence"],
            texts=share_equal([row.expression or f"? {NO_LICENCE}" for row in rows]),
            styles=["" if row.expression else "unknown" for row in rows],
        ),
        TableColumn(
            key="verified", title="verified", width=_VERIFIED, texts=share_equal([row.state.word for row in rows]),
            marks=[row.state.sign for row in rows], styles=[row.state.style for row in rows],
        ),
        *([] if is_all_built else [usage]),
        TableColumn(
            key="class", title="class", width=widths["class"], texts=share_equal([row.kind.value for row in rows])
        ),
        TableColumn(
            key="purl", title="purl", texts=[row.component.purl for row in rows], styles=["muted"] * len(rows),
            width=min(120, max(20, room - _GUTTER)),
        ),
        *([usage] if is_all_built else []),
    ]  # fmt: skip
    return TableData(columns, [row.id for row in rows])


def _widths(longest: Mapping[str, int], left: int) -> dict[str, int]:
    """Return the widths of columns by what is in them. left: columns that all but the class of the licence may take."""
    widths = dict(_LEAST)
    left -= sum(widths.values())
    for key, most in _MORE:
        more = max(0, min(longest[key], most, widths[key] + left) - widths[key])
        widths[key] += more
        left -= more
    return widths | {"class": longest["class"]}


def facet_rows(view: SbomView, room: int) -> list[Row]:
    """Return the facets with their counts, as rows of a list. room: columns that a row may take."""
    found: list[Row] = []
    group = ""
    width = max(4, len(f"{len(view.rows):,}"))
    for facet in view.facets:
        if facet.group != group:
            group = facet.group
            found.append(Row(id=f"head {group}", text=Content(_GROUPS[group]), is_head=True))
        name = Content(plain(facet.word)).truncate(max(8, room - width - 3), ellipsis=True, pad=True)
        found.append(Row(id=facet.id, text=name + Content.styled(f" {facet.count:>{width},}", "dim")))
    return found


def summary_line(view: SbomView, width: int = 0) -> str:
    """Return what the bill holds in a line. width: columns that it may take, 0 = as many as it needs.

    What matters least goes first, and whole: how much is not known is never cut.
    """
    document, states = view.document, view.states
    main = document.main
    not_checked = states["–"]  # noqa: RUF001
    has_licence = bool(view.rows[0].expression)
    parts = {
        "name": f"{main.name} {main.version}".strip(),
        "scope": f"scope {document.scope.value}",
        "target": _target(document),
        "count": counted(len(document.components), "component"),
        "proven": f"✔ {states['✔']:,} proven",
        "failed": f"✘ {states['✘']:,} failed" if states["✘"] else "",
        "not checked": f"– {not_checked:,} not checked" if not_checked else "",  # noqa: RUF001
        "unknown": f"? {counted(view.unknown, 'licence')} not known" if view.unknown else "",
        "own": "" if has_licence else "? its own licence",
        "complete": f"list {document.completeness.components.value}",
    }
    for name in ("", "name", "target", "unknown", "count", "scope", "proven"):
        if name == "unknown":  # the sign says it, too
            parts[name] = parts[name].removesuffix(" not known")
        else:
            parts.pop(name, None)
        line = " · ".join(filter(None, parts.values()))
        if not width or len(line) <= width:
            break
    return plain(line)


def _target(document: Document) -> str:
    """Return for what the packages were found: linux/amd64, cgo, tags a,b; "" where that plays no part."""
    if not document.goos:
        return ""
    tags = document.properties.get("supplymatrix:tags", "none")
    cgo = {True: "cgo", False: "no cgo", None: ""}[document.cgo_enabled]
    words = [f"{document.goos}/{document.goarch}", cgo, f"tags {tags}" if tags != "none" else ""]
    return ", ".join(filter(None, words))


def why_lines(view: SbomView, width: int = 0) -> tuple[str, ...]:
    """Return why so little is known, each reason once, for the lines below the first one; mostly there is none.

    width: columns of a line, 0 = as many as there are; what is to be done is left out where it would take a third line.
    """
    lines = []
    if view.is_offered:
        lines.append("no package of it is built here: this is its whole build list")
    elif view.document.scope is not Scope.ALL and not has_packages(view.document):
        lines.append("no package of it is built here: t shows its whole build list")
    unknown = Counter(_why_unknown(row) for row in view.components if not row.expression)
    for (reason, remedy), count in unknown.most_common(1):
        if count >= _SEVERAL:
            many = counted(count, "licence") if count == view.unknown else f"{count:,} of the {view.unknown:,} licences"
            line = f"? {many} not known: {reason}"
            whole = f"{line}; next: {remedy}" if remedy else line
            lines.append(whole if not width or len(whole) <= 2 * width - 10 else line)  # lines end at a word
    return tuple(map(plain, lines))


def _why_unknown(row: SbomRow) -> tuple[str, str]:
    licence = row.component.licence
    return (licence.reason, licence.remedy) if licence is not None and licence.reason else (_NO_FILE, "")


def component_lines(view: SbomView, row: SbomRow) -> tuple[Content, ...]:
    """Return all that is known of a component."""
    lines: list[Content] = [heading(row.id)]
    group = ""
    for section, name, text in fields_of(view, row):
        if section != group:
            group = section
            lines += [Content(""), heading(section)]
        lines.append(_line(name, text, row))
    return tuple(lines)


def _line(name: str, text: str, row: SbomRow) -> Content:
    if name == "log":
        style = {"good": "$text-success", "bad": "bold $text-error"}.get(row.state.style, "")
        return Content.assemble((f"{name:{_NAME}} ", "dim"), (plain(text), style))
    return Content.assemble((f"{name:{_NAME}} ", "dim"), plain(text))


def fields_of(view: SbomView, row: SbomRow) -> Iterator[tuple[str, str, str]]:
    """Yield section, name and text of all that is known of a component. The first section has no heading."""
    part = row.component
    yield "", "purl", part.purl or "none can be had"
    yield "", "is", _what(row)
    if part.replaces is not None:
        yield "", "replaces", str(part.replaces)
    if part.directory:
        yield "", "folder", f"{part.directory}: a local folder, which has no zip and no hash"
    if part.version_source:
        yield "", "version by", part.version_source
    for name, text in (("about", part.description), ("deprecated", part.deprecated), ("retracted", part.retracted)):
        if text:
            yield "", name, text
    yield from _proof(row)
    yield from _licence(row)
    yield from _gaps(view, row)
    yield from _needs(view, row)
    yield from _rest(part)
    if part.kind is ComponentKind.MAIN:
        yield from _bill(view.document)


def _what(row: SbomRow) -> str:
    part = row.component
    words = [part.kind.value, row.usage if row.usage != part.kind.value else ""]
    if part.kind is ComponentKind.MODULE:
        words.append("required directly" if part.is_direct else "required indirectly")
    if part.packages is not None:
        words.append(f"{counted(part.packages, 'package')} built")
    words.append("uses cgo" if part.uses_cgo else "")
    return ", ".join(filter(None, words))


def _proof(row: SbomRow) -> Iterator[tuple[str, str, str]]:
    part, proof = row.component, row.component.proof
    words = [f"{row.state.sign} {row.state.word}"]
    if proof is not None:
        words += [proof.log] if proof.log else []
        words += [f"record {proof.record:,}"] if proof.record >= 0 else []
        words += [f"tree {proof.tree_size:,}"] if proof.tree_size else []
        words += [proof.reason] if proof.reason else []
    yield "proof and hashes", "log", " · ".join(words)
    if row.has_chain:
        yield "proof and hashes", "chain", "v shows it step by step"
    if part.h1:
        yield "proof and hashes", "h1", part.h1
    if part.h1_go_mod:
        yield "proof and hashes", "h1 go.mod", part.h1_go_mod
    if part.digest is not None:
        yield "proof and hashes", "SHA-256", part.digest.sha256
        yield "proof and hashes", "SHA-512", part.digest.sha512
        yield "proof and hashes", "zip", counted(part.digest.size, "byte")
    elif part.digest_reason:
        yield "proof and hashes", "zip", f"no hash: {part.digest_reason}"


def _licence(row: SbomRow) -> Iterator[tuple[str, str, str]]:
    licence = row.component.licence
    if licence is None:
        yield "licence", "concluded", f"? {NO_LICENCE}: {_NO_FILE}"
        return
    yield "licence", "concluded", f"{row.expression} · {row.kind.value}" if row.expression else f"? {NO_LICENCE}"
    if licence.declared != licence.concluded:
        yield "licence", "declared", licence.declared or NO_LICENCE
    yield "licence", "read in", _source(licence)
    if licence.reason:
        yield "licence", "why", licence.reason
    if licence.remedy:
        yield "licence", "next", licence.remedy
    for file in licence.files:
        yield "licence", "file", _file(file)
        for match in file.matches:
            place = f"{file.path}:{match.start}-{match.end}"
            yield "licence", "", f"{match.licence} at {place}, {match.confidence} % by {match.method.value}"
        for line, text in file.remarks:
            yield "licence", "", f"beside it at {file.path}:{line}: {text}"
    copyrights = list(dict.fromkeys(text for file in licence.files for text in file.copyrights))
    for number, text in enumerate(copyrights[:_COPYRIGHTS]):
        yield "licence", "" if number else "copyright", text
    if len(copyrights) > _COPYRIGHTS:
        yield "licence", "", f"… and {len(copyrights) - _COPYRIGHTS:,} more"


def _source(licence: ModuleLicence) -> str:
    instead = licence.effective
    taken = f" of {instead}" if instead is not None and instead != licence.subject else ""
    return f"{licence.source.value}{taken}"


def _file(file: LicenceFile) -> str:
    said = file.expression or (f"not recognised, nearest {file.nearest} %" if file.nearest else "not recognised")
    alone = ", for the packages of its folder" if file.packages_only else ""
    return f"{file.path}: {said}{alone}"


def _gaps(view: SbomView, row: SbomRow) -> Iterator[tuple[str, str, str]]:
    """Yield what could not be had of a component; of the main module, of all of them."""
    part, document = row.component, view.document
    gaps = document.gaps
    if part.kind is ComponentKind.MAIN:
        parts = document.completeness
        yield "completeness", "components", parts.components.value
        yield "completeness", "edges", parts.dependencies.value
        found = _alike(parts.reasons, lambda reason: reason)
        for number, (reason, others) in enumerate(found[:_LISTED]):
            yield "completeness", "" if number else "since", reason
            if others:
                yield "completeness", "", _as_many(others)
        if len(found) > _LISTED:
            yield "completeness", "", f"… and {len(found) - _LISTED:,} more reasons"
    else:
        own = {str(part.module), str(part.replaces or ""), part.name} - {""}
        gaps = tuple(gap for gap in gaps if gap.subject in own)
    told = _alike(gaps, lambda gap: gap.reason)
    for gap, others in told[:_LISTED]:
        yield "not known", "?", f"{gap.wanted}: {gap.reason}"
        if others:
            yield "not known", "", _as_many(others)
        if gap.remedy:
            yield "not known", "next", gap.remedy
    if len(told) > _LISTED:
        yield "not known", "", f"… and {len(told) - _LISTED:,} more reasons"


def _alike(items: Iterable[T], reason_of: Callable[[T], str]) -> list[tuple[T, int]]:
    """Return the first of those that have the same reason, and how many more there are.

    "module graph: go.mod of M: it is not there" is of many modules the same: what follows the last colon.
    """
    found: dict[str, list[T]] = {}
    for item in items:
        found.setdefault(reason_of(item).rpartition(": ")[2], []).append(item)
    return [(first, len(others)) for first, *others in found.values()]


def _as_many(others: int) -> str:
    return f"and {others:,} more for the same reason"


def _bill(document: Document) -> Iterator[tuple[str, str, str]]:
    """Yield who made the bill, and of what."""
    section, creators = "this bill", document.creators
    who = {"author": creators.author, "maker": creators.manufacturer, "supplier": creators.supplier}
    for name, party in who.items():
        said = " ".join(filter(None, (party.name, party.email, party.url))) if party is not None else ""
        yield section, name, said or "not named: supplymatrix config author"
    yield section, "from", ", ".join(file.name for file in document.subject_files) or "no file"
    for name, text in (("list by", document.listed_by), ("built by", document.packages_by)):
        if text:
            yield section, name, text
    if document.goos:
        yield section, "for", _target(document)
    yield section, "phase", document.lifecycle.value


def _needs(view: SbomView, row: SbomRow) -> Iterator[tuple[str, str, str]]:
    ref = row.component.ref
    for name, refs in (("needed by", view.needed_by.get(ref, ())), ("needs", view.document.edges.get(ref, ()))):
        if not refs:
            if name == "needs":
                yield "requirements", name, "nothing"
            elif row.component.kind is not ComponentKind.MAIN:
                yield "requirements", name, "nothing that is known"
            continue
        names = [view.by_ref[other].id if other in view.by_ref else other for other in refs[:_LISTED]]
        for number, text in enumerate(names):
            yield "requirements", "" if number else name, text
        if len(refs) > _LISTED:
            yield "requirements", "", f"… and {len(refs) - _LISTED:,} more"


def _rest(part: Component) -> Iterator[tuple[str, str, str]]:
    section = "origin"
    if part.supplier is not None:
        contact = part.supplier.url or part.supplier.email
        yield section, "supplier", f"{part.supplier.name} {contact}".strip()
    if part.origin is not None:
        words = [part.origin.url, part.origin.tag, part.origin.revision]
        yield section, part.origin.kind, " ".join(filter(None, words))
    for reference in part.references:
        comment = f" ({reference.comment})" if reference.comment else ""
        yield section, reference.kind, f"{reference.url}{comment}"
    for name, text in part.properties:
        yield section, "property", f"{name} = {text}"


def obligation_lines(view: SbomView, facet: Facet | None, row: SbomRow | None) -> tuple[Content, ...]:
    """Return what the licences of a facet ask, or that of one component."""
    rows = [row] if row is not None else []
    if facet is not None:
        rows = [view.rows[number] for number in facet.rows if number or facet.group]
    counts = Counter(found.expression for found in rows)
    whose = (
        f"{counted(len(rows), 'component')}: {facet.group} {facet.word}" if facet is not None else row.id if row else ""
    )
    lines = [heading(f"obligations of {whose}"), Content.styled("No legal advice.", "dim")]
    for expression, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_LICENCES]:
        many = f": {counted(count, 'component')}" if facet is not None else ""
        lines += [Content(""), heading(f"{expression or f'? {NO_LICENCE}'}{many}"), *_obligations(expression)]
    if len(counts) > _LICENCES:
        lines += [Content(""), Content(f"… and {len(counts) - _LICENCES:,} further licences")]
    return tuple(lines)


def _obligations(expression: str) -> Iterator[Content]:
    """Yield what one expression asks, each thing once, under the uses for which it is asked."""
    by_uses: dict[tuple[Use, ...], list[Content]] = {}
    try:
        seen: dict[tuple[str, str, str], list[Use]] = {}
        said: dict[tuple[str, str, str], str] = {}
        for use in Use:
            for item in obligations_of(expression, use):
                key = (item.key, item.licence, item.text)
                seen.setdefault(key, []).append(use)
                clause = item.clause or item.licence  # a clause is told with its licence, a choice tells its own
                clause = "" if item.key == "choose-licence" else clause
                said[key] = f"{item.text}{f' ({clause})' if clause else ''}"
    except InputError as err:
        yield Content(plain(f"  this is no licence expression: {err.diagnostics[0].message}"))
        return
    for key, found in seen.items():
        by_uses.setdefault(tuple(found), []).append(Content(plain(f"    - {said[key]}")))
    for uses, lines in by_uses.items():
        whole = "whatever you do with it" if len(uses) == len(Use) else ", or ".join(_USES[use] for use in uses)
        yield Content.styled(f"  {whole}", "bold")
        yield from lines
    if not seen:
        yield Content("  nothing")
