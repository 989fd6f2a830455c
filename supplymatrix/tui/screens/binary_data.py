"""The tables of the Binary screen and the text beside them, made of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from textual.content import Content

from supplymatrix.model.programs_run import is_other_version
from supplymatrix.reports.goroot_view import go_lines
from supplymatrix.reports.plain import plain
from supplymatrix.reports.programs_view import state_words
from supplymatrix.reports.tally import counted
from supplymatrix.tui.screens.binary_rows import BinaryView, ModuleRow, Row
from supplymatrix.tui.screens.project_disk import Sign
from supplymatrix.tui.widgets.details import heading
from supplymatrix.tui.widgets.table_model import TableColumn, TableData, share_equal

__all__ = [
    "fields_of", "hidden_line", "module_fields", "module_lines", "modules_table", "row_lines", "rows_table",
    "summary_line",
]  # fmt: skip

_GUTTER = 3  # for the mark of the cursor and the scroll bar
_STATE = 14
_GO, _NUMBER, _VERSION = 9, 8, 12
_NAME = 13  # columns of a field's name
_LISTED = 400  # packages and settings that are written out
_WIDTH = 10_000  # columns of a line about a Go: it is the pane that folds it


def rows_table(rows: Sequence[Row], room: int) -> TableData:
    """Return the table of programs and what is beside them. room: columns of the pane."""
    left = room - _GUTTER - _STATE - _GO - _NUMBER - 4
    name = max(20, min(left, max((len(row.name) for row in rows), default=20)))
    findings = max(24, left - name)
    return TableData(
        [
            _sign_column([row.sign for row in rows]),
            TableColumn(
                key="program", title="program", width=name, texts=[row.name for row in rows], keeps_end=True,
                styles=["bad" if row.sign.style == "bad" else "" for row in rows],
            ),
            TableColumn(key="go", title="go", width=_GO, texts=share_equal([_go_of(row) for row in rows])),
            TableColumn(
                key="modules", title="modules", width=_NUMBER, is_number=True,
                texts=[f"{len(row.modules):,}" if row.built is not None else "" for row in rows],
            ),
            TableColumn(
                key="findings", title="findings", width=findings, texts=["; ".join(row.findings) for row in rows]
            ),
            TableColumn(key="main", title="main module", max_width=48, texts=[_main_of(row) for row in rows]),
            TableColumn(key="for", title="for", max_width=16, texts=share_equal([_platform_of(row) for row in rows])),
        ],
        [row.id for row in rows],
    )  # fmt: skip


def modules_table(rows: Sequence[ModuleRow], room: int, *, has_project: bool) -> TableData:
    """Return the table of a program's modules. has_project: it is known what a project builds."""
    own = max((len(row.module.subject.version) for row in rows), default=_VERSION)
    version = min(max(_VERSION, own), 24 if room < 100 else 36)
    left = room - _GUTTER - _STATE - version - 3 - (_VERSION + 1 if has_project else 0)
    path = max(20, min(left, max((len(row.module.subject.path) for row in rows), default=20)))
    project = TableColumn(
        key="project", title="project has", width=_VERSION,
        texts=share_equal([_project_of(row) for row in rows]),
        styles=["part" if is_other_version(row.module) else "" for row in rows],
    )  # fmt: skip
    return TableData(
        [
            _sign_column([row.sign for row in rows]),
            TableColumn(
                key="module", title="module", width=path, texts=[row.module.subject.path for row in rows],
                keeps_end=True, styles=["bad" if row.sign.style == "bad" else "" for row in rows],
            ),
            TableColumn(
                key="version", title="version", width=version, texts=[row.module.subject.version for row in rows]
            ),
            *([project] if has_project else []),
            *(column for column in _rest(rows) if any(column.texts)),
        ],
        [row.id for row in rows],
    )  # fmt: skip


def _rest(rows: Sequence[ModuleRow]) -> Iterator[TableColumn]:
    """Yield the columns that not every program has something for."""
    records = [f"{row.module.record_id:,}" if row.module.record_id >= 0 else "" for row in rows]
    yield TableColumn(key="why", title="why", max_width=60, texts=share_equal([row.module.reason for row in rows]))
    yield TableColumn(key="for", title="in place of", max_width=40, texts=[row.module.original for row in rows])
    yield TableColumn(key="record", title="record", is_number=True, max_width=12, texts=records)


def _sign_column(signs: Sequence[Sign]) -> TableColumn:
    return TableColumn(
        key="state", title="state", width=_STATE, texts=share_equal([sign.word for sign in signs]),
        marks=[sign.mark for sign in signs], styles=[sign.style for sign in signs],
        sort_keys=[_rank(sign) for sign in signs],
    )  # fmt: skip


def _rank(sign: Sign) -> float:
    """Return where a sign stands when the worst come first."""
    return ("bad", "unknown", "part", "muted", "good", "").index(sign.style)


def _go_of(row: Row) -> str:
    if row.built is not None:
        return row.built.program.go_version.partition(" ")[0].removeprefix("go") or "?"
    return row.go.version if row.go is not None else ""


def _main_of(row: Row) -> str:
    if row.built is None:
        return ""
    program = row.built.program
    return f"{program.main} {program.main_version}".strip() or program.path


def _platform_of(row: Row) -> str:
    if row.go is not None:
        return row.go.platform.replace("-", "/", 1)
    built = row.built
    return "/".join(filter(None, (built.program.goos, built.program.goarch))) if built is not None else ""


def _project_of(row: ModuleRow) -> str:
    required = row.module.required
    return "" if required is None else required or "does not"


def summary_line(view: BinaryView, width: int = 0) -> str:
    """Return what all programs come to, in a line. width: columns that it may take, 0 = as many as it needs.

    What matters least goes first, and whole: what is wrong, and how much is not known, is never cut.
    """
    run, counts = view.run, view.counts
    gos = view.gos
    bad = sum(row.sign.style == "bad" for row in view.rows)
    parts = {
        "exit": f"exit {run.exit_code}" if run is not None else "",
        "programs": counted(len(view.programs), "Go program") if run is not None else "no program is named",
        "modules": counted(sum(counts.values()), "module") if counts else "",
        "proven": f"✔ {counts['✔']:,} proven" if counts else "",
        "unproven": f"! {counts['!']:,} that nothing proves" if counts["!"] else "",
        "unchecked": f"– {counts['–']:,} not checked" if counts["–"] else "",  # noqa: RUF001
        "failed": f"✘ {counts['✘']:,} not the log's" if counts["✘"] else f"✘ {bad:,}" if bad else "",
        "unknown": f"{counted(view.unknown, 'gap')}" if view.unknown else "",
        "project": f"beside {run.project}" if run is not None and run.project else "",
        "gos": counted(len(gos.installed), "Go") if gos is not None else "",
    }
    for name in ("", "gos", "project", "modules", "programs", "proven", "exit"):
        parts.pop(name, None)
        line = " · ".join(filter(None, parts.values()))
        if not width or len(line) <= width:
            break
    return plain(line)


def hidden_line(view: BinaryView, program: Row | None, filter_text: str, *, only_failures: bool) -> str:
    """Return what hides all rows that are there, and what shows them again; "" where there is none. program: whose
    modules are shown, None = programs are."""
    count = len(program.modules if program is not None else view.rows)
    what = "module" if program is not None else "program" if count == len(view.programs) else "row"
    hiding = [f"the filter {filter_text}"] if filter_text else []
    hiding += ["f (findings only)"] if only_failures else []
    verb = "is" if count == 1 else "are"
    return f"{counted(count, what)} {verb} hidden by {' and '.join(hiding)}: Esc shows all again" if count else ""


def row_lines(row: Row) -> tuple[Content, ...]:
    """Return all that is known of a program, a file or a Go."""
    color = {"good": "$text-success", "bad": "bold $text-error", "part": "$text-warning"}.get(row.sign.style, "")
    head = [heading(row.name), Content.styled(f"{row.sign.mark} {row.sign.word}", color)]
    if row.go is not None:
        _, *lines = go_lines(row.go, _WIDTH, verbose=True)
        return (*head, *map(Content, lines))
    return (*head, *_lines(fields_of(row)))


def module_lines(row: ModuleRow) -> tuple[Content, ...]:
    """Return all that is known of a module of a program."""
    color = {"good": "$text-success", "bad": "bold $text-error", "part": "$text-warning"}.get(row.sign.style, "")
    head = (heading(row.id), Content.styled(f"{row.sign.mark} {state_words(row.module.state)}", color))
    return (*head, *_lines(("", name, text) for name, text in module_fields(row)))


def _lines(fields: Iterable[tuple[str, str, str]]) -> Iterator[Content]:
    group = ""
    for section, name, text in fields:
        if section != group:
            group = section
            yield Content("")
            yield heading(section)
        yield Content.assemble((f"{name:{_NAME}} ", "dim"), plain(text))


def fields_of(row: Row) -> Iterator[tuple[str, str, str]]:
    """Yield section, name and text of what is known of a program, or of a file. The first section has no heading."""
    built = row.built
    if built is None:
        for text in row.findings:
            yield "", "because", text
        if row.next:
            yield "", "next", row.next
        return
    program = built.program
    yield "", "is", built.part.kind()
    for number, text in enumerate(row.findings):
        yield "", "" if number else "findings", text
    yield from (("", name, text) for name, text in built.part.rows())
    if program.state.value == "searched" and program.reason:
        yield "", "because", program.reason
    yield "", "size", counted(program.size, "byte")
    for weak in built.weak:
        yield "weaker than Go is today", f"{weak.key}={weak.setting}", f"{weak.effect} (since Go {weak.since})"
    yield from _listed("recorded settings", [f"{key}={text}" for key, text in program.settings])
    yield from _listed("packages linked in", program.packages or ())


def _listed(section: str, texts: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    for text in texts[:_LISTED]:
        yield section, "", text
    if len(texts) > _LISTED:
        yield section, "", f"… and {len(texts) - _LISTED:,} more: e writes all of them"


def module_fields(row: ModuleRow) -> Iterator[tuple[str, str]]:
    """Yield name and text of all that is known of a module."""
    module = row.module
    yield "program", module.program
    if module.original:
        yield "in place of", module.original
    yield "recorded", module.sum or "no hash: nothing says which files they were"
    if module.logged_hash:
        yield "the log", module.logged_hash
    if module.record_id >= 0:
        yield "record", f"{module.record_id:,} in tree {module.tree_size:,}"
    if module.required is not None:
        other = "another version" if module.required else "the project does not have it"
        yield (
            "the project",
            f"{module.required}{': ' if module.required else ''}{other}"
            if is_other_version(module)
            else f"{module.required}: the same version",
        )
    if module.reason:
        yield "because", module.reason
    if module.remedy:
        yield "next", module.remedy
    if row.has_chain:
        yield "chain", "Enter shows it step by step"
