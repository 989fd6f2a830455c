"""The table of the project screen and the text beside it, made of its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from textual.content import Content

from supplymatrix.engine.audit_parts import AuditPart, part_of_judged
from supplymatrix.model.fact import ProofState, SumKind
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.verdict import Judged
from supplymatrix.reports.next_step import next_step, placed_command
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import paint_for
from supplymatrix.reports.tally import counted
from supplymatrix.reports.text_head import header, last_line
from supplymatrix.tui.screens.audits_words import TITLES
from supplymatrix.tui.screens.project_disk import (
    ABSENT,
    AGREES,
    BY_SUM,
    DIFFERS,
    OPEN,
    OTHER,
    UNSEEN,
    Cell,
    Sign,
)
from supplymatrix.tui.screens.project_rows import (
    FAILED,
    GRAVE,
    LOCAL,
    NO_LINE,
    PRIVATE,
    PROVEN,
    UNCHECKED,
    Group,
    ModuleRow,
    ProjectView,
    RowState,
)
from supplymatrix.tui.screens.project_tree import Head
from supplymatrix.tui.widgets.table_model import TableColumn, TableData

__all__ = [
    "copies_line",
    "copy_cells",
    "disk_words",
    "group_lines",
    "heads_of",
    "say_counts",
    "summary_line",
    "table_of",
    "verdict_lines",
]

_MARKS: Mapping[RowState, str] = {
    FAILED: "✘", UNCHECKED: "–", PRIVATE: "–", LOCAL: "–", PROVEN: "✔", NO_LINE: "·",  # noqa: RUF001
}  # fmt: skip
_STYLES: Mapping[RowState, str] = {
    FAILED: "bad",
    UNCHECKED: "unknown",
    PRIVATE: "unknown",
    LOCAL: "unknown",
    PROVEN: "good",
    NO_LINE: "muted",
}
_ORDER = (FAILED, UNCHECKED, PRIVATE, LOCAL, NO_LINE, PROVEN)
_LISTED = 20  # failing modules that are named in the lines about a group
_VERSION = 9  # columns that a version has at least
_GUTTER = 3  # for the mark of the cursor and the scroll bar
_DISK = 9  # columns of a sign of the disk
_PLACE = 12  # columns of the name of a place
_PLACES: Mapping[str, str] = {
    "zip": "cache zip", "folder": "cache folder", "go.mod": "cache go.mod", ".ziphash": ".ziphash", "vendor": "vendor/",
    "program": "program",
}  # fmt: skip
_ON_DISK = (DIFFERS, OPEN, OTHER, BY_SUM, AGREES, ABSENT, UNSEEN)
_WRONG = "✘ what lies on this disk is not what is proven: do not build with it"
_SHORT = {ABSENT: "none", OPEN: "unknown", BY_SUM: "go.sum"}
"""Words that are shorter in a column."""
_DISK_WRONG = "✘ on disk"
"""Stands for the outcome of a project of which nothing fails but what lies on the disk."""
_COLORS: Mapping[str, str] = {"bad": "bold $text-error", "good": "$text-success", "part": "$text-warning"}
_NOT_LOOKED_AT = "not looked at: d looks"
_CODES = frozenset({"meaning", "who agrees"})
"""Evidence for programs: what the finding says of it in words stands above it."""


def heads_of(view: ProjectView, *, failures: bool) -> tuple[Head, ...]:
    """Return the heads of `table_of`. What go.mod does not require is folded where all is well with it."""
    found: list[Head] = []
    row = 1  # after that of the project
    for group in view.groups:
        size = len(group.failures if failures else group.rows)
        if not size:
            continue
        signs = _signs(group.rows)
        found.append(
            Head(
                id=group.head_id,
                row=row,
                members=range(row + 1, row + 1 + size),
                total=len(group.rows),
                title=group.title,
                says=say_counts(group),
                short=" ".join([*(f"{sign} {count:,}" for sign, count in signs.items()), *_on_disk(group.rows)]),
                is_folded=group.is_quiet and len(view.groups) > 1,
            )
        )
        row += 1 + size
    return tuple(found)


def say_counts(group: Group) -> str:
    """Return how many modules of a group have which sign, in words, too."""
    words = {"✔": "proven", "✘": "failed", "–": "not checked"}  # noqa: RUF001
    told = [f"{sign} {count:,} {words[sign]}" for sign, count in _signs(group.rows).items()]
    return "  ".join([*told, *_on_disk(group.rows)])


def _on_disk(rows: Sequence[ModuleRow]) -> Sequence[str]:
    """Return how many rows differ on the disk, nothing where none does."""
    differing = sum(row.disk == DIFFERS for row in rows)
    return [f"✘ {differing:,} on disk"] if differing else []


def _signs(rows: Sequence[ModuleRow]) -> Mapping[str, int]:
    """Return how many rows are proven, failed, and neither."""
    states = Counter(row.state for row in rows)
    proven, failed = states[PROVEN], states[FAILED]
    return {"✔": proven, "✘": failed, "–": len(rows) - proven - failed}  # noqa: RUF001


def group_lines(group: Group) -> Iterator[Content]:
    """Yield what is known of a group: what it is, its counts, and what fails in it."""
    yield Content.styled(f"{group.title}: {counted(len(group.rows), 'module')}", "bold")
    yield Content(say_counts(group))
    yield Content("")
    yield Content(group.what)
    for row in group.failures[:_LISTED]:
        yield Content("")
        yield Content.styled(plain(f"✘ {row.id}"), "bold $text-error")
        yield Content(plain(f"  {_findings(row.judged) or row.says}"))
    if len(group.failures) > _LISTED:
        yield Content(f"and {len(group.failures) - _LISTED:,} more: f shows failures only")


def _rows_of(view: ProjectView, *, failures: bool) -> Iterator[ModuleRow]:
    """Yield the rows of the table: the project, then each group with a row for its head."""
    yield view.rows[0]
    for group in view.groups:
        rows = group.failures if failures else group.rows
        if rows:
            yield ModuleRow(id=group.head_id, module=None, state="", how="", group=group.id, lines=(), judged=())
        yield from rows


def table_of(view: ProjectView, *, failures: bool, room: int) -> TableData:
    """Return the table of the rows, those of heads without a text. room: columns of the pane.

    failures: those alone with which something is wrong.
    """
    rows = tuple(_rows_of(view, failures=failures))
    states = [row.state for row in rows]
    name, outcome = _name(view), _DISK_WRONG if view.is_disk_alone_wrong else view.outcome
    log = 2 + max((len(state) for state in states), default=6)
    disk = _disk_columns(view, rows)
    left = room - _GUTTER - log - (_DISK + 1 if disk else 0)
    module = max(16, min(left - _VERSION - 2, 44))
    version = max(_VERSION, min(left - module - 2, 36))
    return TableData(
        [
            TableColumn(
                key="log",
                title="log",
                texts=states,
                marks=[_MARKS.get(state, "") for state in states],
                styles=[_STYLES.get(state, "") for state in states],
                sort_keys=[_ORDER.index(state) if state else None for state in states],
                width=log,
            ),
            *disk[:1],
            TableColumn(
                key="module", title="module", width=module,
                texts=[row.module.path if row.module is not None else name if row.state else "" for row in rows],
                keeps_end=bool(disk),
                styles=["bad" if row.is_failure else "strong" if row.module is None else "" for row in rows],
            ),
            TableColumn(
                key="version", title="version", width=version,
                texts=[row.module.version if row.module is not None else outcome if row.state else "" for row in rows],
            ),
            TableColumn(key="findings", title="findings", texts=[_findings(row.judged) for row in rows], max_width=24),
            TableColumn(key="how", title="required", texts=[row.how for row in rows], max_width=20),
            *disk[1:],
        ],
        [row.id for row in rows],
    )  # fmt: skip


def _disk_columns(view: ProjectView, rows: Sequence[ModuleRow]) -> list[TableColumn]:
    """Return a column of the worst sign of each row, and one for each place; none where nobody has looked.

    Where only single modules were looked at it is there once one of them differs.
    """
    if not view.disk.is_known_of_all and not view.disk.differing:
        return []
    places: dict[str, list[Sign]] = {place: [] for place in _PLACES if place != ".ziphash"}
    for row in rows:
        cells = view.disk.cells(row.module) if row.module is not None and row.state != LOCAL else ()
        signs = {cell.place: cell.sign for cell in cells}
        for place, column in places.items():
            column.append(signs.get(place, UNSEEN))
    return [
        _sign_column("disk", "disk", [row.disk for row in rows]),
        *(_sign_column(place, _PLACES[place], signs) for place, signs in places.items()),
    ]


def _sign_column(key: str, title: str, signs: Sequence[Sign]) -> TableColumn:
    return TableColumn(
        key=key, title=title, width=max(_DISK, len(title)) if key != "disk" else _DISK,
        texts=[_SHORT.get(sign, sign.word) for sign in signs], marks=[sign.mark for sign in signs],
        styles=[sign.style for sign in signs],
        sort_keys=[_ON_DISK.index(sign) if sign.word else None for sign in signs],
    )  # fmt: skip


def summary_line(view: ProjectView, width: int = 0) -> str:
    """Return what became of the project in a line. width: columns that it may take, 0 = as many as it needs.

    What matters least goes first, and whole: how many were not checked is never cut.
    """
    counts = view.counts
    not_checked = counts[UNCHECKED] + counts[NO_LINE]
    log = view.audit.log if view.audit is not None else None
    disk = view.disk.counts(row.module for row in view.rows if row.module is not None and row.state != LOCAL)
    parts = {
        "outcome": f"{view.outcome} of check" if view.is_disk_alone_wrong else view.outcome,
        "exit": f"exit {view.found.exit_code}",
        "disk": disk_words(view),
        "modules": counted(sum(counts.values()) - counts[LOCAL], "module"),
        PROVEN: f"✔ {counts[PROVEN]:,} proven",
        FAILED: f"✘ {counts[FAILED]:,} failed",
        UNCHECKED: f"– {not_checked:,} not checked",  # noqa: RUF001
        PRIVATE: f"– {counts[PRIVATE]:,} private" if counts[PRIVATE] else "",  # noqa: RUF001
        LOCAL: f"– {counts[LOCAL]:,} local" if counts[LOCAL] else "",  # noqa: RUF001
        "tree": f"tree {log.tree_size:,}" if log is not None else "",
        "on disk": f"disk: ✔ {disk[AGREES] + disk[BY_SUM]:,} agree" if view.disk.is_known_of_all else "",
    }
    for name in ("", "tree", "on disk", "modules", LOCAL, "exit", PROVEN):
        parts.pop(name, None)
        line = " · ".join(filter(None, parts.values()))
        if not width or len(line) <= width:
            break
    return line


def disk_words(view: ProjectView) -> str:
    """Return that something differs on the disk, and of how many modules; "" where nothing is known to."""
    differing = view.disk.counts(row.module for row in view.rows if row.module is not None)[DIFFERS]
    if differing:
        return f"✘ {differing:,} {'differs' if differing == 1 else 'differ'} on the disk"
    return "✘ differs on the disk" if view.disk.whole == DIFFERS else ""


def copies_line(row: ModuleRow, cells: Sequence[Cell], key: str) -> Content | None:
    """Return a line about the copies of a module, to stand below its chain; None where nobody has looked for them.

    cells: the places of the disk. key: that leads to all of them, "" = they stand beside it.
    """
    if not row.is_disk_seen:
        return None
    places = [_PLACES[cell.place] for cell in cells if cell.sign == row.disk]
    one = len(places) == 1
    where = "the module cache" if any(cell.sign == UNSEEN for cell in cells) else "module cache, vendor/ and programs"
    says = {
        DIFFERS: f"{', '.join(places)} {'differs' if one else 'differ'}",
        AGREES: f"{', '.join(places)} {'agrees' if one else 'agree'}",
        ABSENT: f"none in {where}",
    }.get(row.disk, f"{row.disk.word}: {', '.join(places)}")
    color = _COLORS.get(row.disk.style, "")
    return Content.assemble((f"  {row.disk.mark} ", color), ("  copies       ", "bold"), (says, color),
                            f" · {key}" if key else "")  # fmt: skip


def verdict_lines(view: ProjectView, row: ModuleRow) -> tuple[Content, ...]:
    """Return what `check` says of a row, the gravest first."""
    return tuple(_project_lines(view, row) if row.module is None else _module_lines(view, row))


def _module_lines(view: ProjectView, row: ModuleRow) -> Iterator[Content]:
    yield Content.styled(plain(row.id), "bold")
    how = f", required: {row.how}" if row.how else ""
    yield Content(f"{_MARKS[row.state]} {row.says}{how}")
    if row.state != LOCAL:
        yield Content("")
        yield from _copy_lines(view, row)
    if row.disk == DIFFERS:
        yield Content("")
        yield Content.styled(_WRONG, "bold $text-error")
    yield from _said_lines(view, row.judged)
    if not row.judged and row.disk != DIFFERS:
        yield Content("")
        yield Content("nothing is wrong with it" if row.state == PROVEN else "no rule says anything of it")
    if row.lines:
        yield Content("")
        yield Content.styled("its lines", "bold")
        for line in row.lines:
            yield Content(plain(f"{_placed(view, line.location)} {line.kind.value}"))
            yield Content(plain(f"  {line.hash}"))


def copy_cells(view: ProjectView, row: ModuleRow) -> tuple[Cell, ...]:
    """Return where the files of a module are, and which agree: the log, go.sum, and the places of the disk."""
    if row.module is None:
        return ()
    found = [_log_cell(view, row), _sum_cell(view, row)]
    on_disk = view.disk.cells(row.module)
    if all(cell.sign == UNSEEN for cell in on_disk):
        return (*found, Cell(place="on this disk", sign=OPEN, says=_NOT_LOOKED_AT))
    for cell in on_disk:
        unseen = cell.sign == UNSEEN
        sign, says = (OPEN, _NOT_LOOKED_AT) if unseen else (cell.sign, cell.says)
        found.append(Cell(place=_PLACES[cell.place], sign=sign, says=says, path=cell.path))
    return tuple(found)


def _log_cell(view: ProjectView, row: ModuleRow) -> Cell:
    proofs = [proof for proof in view.proofs.get(row.module, ()) if proof.logged_hash] if row.module is not None else []
    if proofs:
        return Cell(place="log", sign=AGREES, says=f"record {proofs[0].record_id:,} in tree {proofs[0].tree_size:,}")
    wrong = view.proofs.get(row.module, ()) if row.module is not None else ()
    sign = DIFFERS if wrong else OPEN
    return Cell(place="log", sign=sign, says=row.says)


def _sum_cell(view: ProjectView, row: ModuleRow) -> Cell:
    """Return what became of the go.sum lines of a module, those of zip and go.mod together."""
    if row.module is None or not row.lines:
        return Cell(place="go.sum", sign=ABSENT, says="it has no line of it")
    answers = {(proof.kind, proof.hash): proof for proof in view.proofs.get(row.module, ())}
    told = [(line.kind, answers.get((line.kind, line.hash))) for line in row.lines]
    kinds = _of_kinds([kind for kind, _ in told])
    wrong = [kind for kind, proof in told if proof is not None and proof.state is not ProofState.PROVEN]
    if wrong:
        return Cell(place="go.sum", sign=DIFFERS, says=f"{_of_kinds(wrong)}; Enter shows both hashes")
    if any(proof is None for _, proof in told):
        return Cell(place="go.sum", sign=OPEN, says=f"{kinds}: the log has no word on it")
    return Cell(place="go.sum", sign=AGREES, says=kinds)


def _of_kinds(kinds: Sequence[SumKind]) -> str:
    words = {SumKind.ZIP: "zip", SumKind.GO_MOD: "go.mod"}
    return " and ".join(dict.fromkeys(words[kind] for kind in kinds))


def _copy_lines(view: ProjectView, row: ModuleRow) -> Iterator[Content]:
    yield Content.styled("where its files are, and what agrees", "bold")
    for cell in sorted(copy_cells(view, row), key=lambda cell: cell.sign != DIFFERS):
        word = cell.sign.word if cell.place != "log" and cell.says != _NOT_LOOKED_AT else ""
        says = ": ".join(filter(None, (word, cell.says)))
        color = _COLORS.get(cell.sign.style, "")
        yield Content.assemble((f"{cell.sign.mark} ", color), f"{cell.place:{_PLACE}}  ", (plain(says), color))
        if cell.path:
            yield Content.styled(plain(f"  {cell.path}"), "dim")


def _project_lines(view: ProjectView, row: ModuleRow) -> Iterator[Content]:
    audit = view.audit
    if view.why:
        yield Content.styled(plain(view.why), "bold")
        yield Content("")
    if audit is None:
        yield Content.styled("✘ the log lied", "bold $text-error")
        yield Content(plain(str(view.found.lie)))
        for note in getattr(view.found.lie, "__notes__", ()):
            yield Content(plain(note))
        yield Content("")
        yield Content("Nothing that this log says can be believed now, so that there is no verdict. Do not build.")
        yield Content(f"exit {view.found.exit_code}")
        return
    if view.disk.whole == DIFFERS:
        yield Content.styled(f"{_WRONG} · {disk_words(view).removeprefix('✘ ')}", "bold $text-error")
        yield Content("what check says, which reads no copy that the policy does not ask for:")
    for number, line in enumerate(header(audit, 10_000, paint_for(color=False))):
        yield Content.styled(line.strip(), "bold" if number == 0 else "")
    yield Content(plain(last_line(audit)))
    yield Content("")
    if view.disk.found is None:
        yield Content(
            "on this disk: not looked at, but for what the policy asks: d holds module cache, vendor/ and "
            "programs against the log"
        )
    for mark, text in view.disk.lines():
        yield Content(plain(f"{mark} {text}"))
    yield from _said_lines(view, row.judged)
    for note in audit.verdict.notes:
        yield Content("")
        place = f"{_placed(view, note.location)}: " if note.location is not None else ""
        yield Content(plain(f"note: {place}{note.message}"))
    for text in view.told:
        yield Content("")
        yield Content(plain(f"told: {text}"))


def _said_lines(view: ProjectView, judged: Sequence[Judged]) -> Iterator[Content]:
    """Yield what the verdict says: of the check itself first, then of each audit under what that looks at."""
    parts = [part_of_judged(item) for item in judged]
    for part in (None, *AuditPart):
        own = [item for item, found in zip(judged, parts, strict=True) if found is part]
        if own and part is not None:
            yield Content("")
            yield Content.styled(f"{TITLES[part]}: {_findings(own)} · a shows all of it", "bold $primary")
        for item in own:
            yield Content("")
            yield from _judged_lines(view, item)


def _judged_lines(view: ProjectView, item: Judged) -> Iterator[Content]:
    audit = view.audit
    if audit is None:
        return
    name = audit.rules[item.rule].name
    if item.gap is not None:
        yield Content.styled(plain(f"? unknown[{item.rule}] {name}"), "bold")
        yield Content(plain(f"  {item.gap.wanted}: {item.gap.reason}"))
        yield Content(plain(f"  = next: {item.gap.remedy}"))
    finding = item.finding
    if finding is not None:
        is_waived = item.status is Status.WAIVED
        mark = "○" if is_waived else "✘" if item.level in GRAVE else "!"
        word = f"{'waived ' if is_waived else ''}{item.level.value}[{item.rule}]"
        color = " $text-error" if mark == "✘" else " $text-warning" if mark == "!" else ""
        yield Content.styled(plain(f"{mark} {word} {name}"), f"bold{color}")
        yield Content(plain(f"  {finding.message}"))
        for location in finding.locations[:3]:
            yield Content(plain(f"  --> {_placed(view, location)}"))
        if finding.label:
            yield Content(plain(f"  {finding.label}"))
        for evidence in finding.evidence:
            if evidence.label in _CODES:
                continue
            yield Content.styled(plain(f"  = {evidence.label}: {placed_command(audit, evidence.value)}"), "dim")
        steps = [step for step in (next_step(audit, finding), f"supplymatrix explain {item.rule}") if step]
        yield Content(plain(f"  = next: {' · '.join(steps)}"))
    if item.waiver is not None:
        yield Content(plain(f"  = waived by {item.waiver.owner} until {item.waiver.expires}: {item.waiver.reason}"))


def _placed(view: ProjectView, location: Location) -> str:
    return str(view.audit.placed(location) if view.audit is not None else location)


def _name(view: ProjectView) -> str:
    return view.audit.subject if view.audit is not None else view.found.project.name


def _findings(judged: Sequence[Judged]) -> str:
    """Return what is found in words, gravest first: "1 alarm, 2 unknown"."""
    levels = Counter(item.level for item in judged if item.status is Status.FAIL)
    words = {Level.ALARM: "alarm", Level.ERROR: "error", Level.WARN: "warning", Level.NOTE: "note"}
    parts = [counted(levels[level], word) for level, word in words.items() if levels[level]]
    unknown = sum(item.status is Status.UNKNOWN for item in judged)
    waived = sum(item.status is Status.WAIVED for item in judged)
    parts += [f"{unknown} unknown"] if unknown else []
    return ", ".join([*parts, *([f"{waived} waived"] if waived else [])])
