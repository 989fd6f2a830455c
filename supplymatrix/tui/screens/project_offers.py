"""What the project screen gives away: the commands with the same facts, files, addresses, and all of it as text."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.errors import SupplymatrixError
from supplymatrix.model.trace import Trace
from supplymatrix.model.value import value
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import wrap
from supplymatrix.reports.trace_view import render_trace_json, render_trace_text
from supplymatrix.tui.screens.base import Export
from supplymatrix.tui.shell_words import path_word

if TYPE_CHECKING:
    from supplymatrix.engine.disk_look import DiskFound
    from supplymatrix.tui.screens.project_rows import ModuleRow, ProjectView
    from supplymatrix.tui.screens.project_tree import TreeTable
    from supplymatrix.tui.session import Session

__all__ = ["Commands", "disk_commands", "exports_of", "exports_of_disk", "linear_body", "place_of", "sources_of"]

_FORMATS = (("t", "text", "txt"), ("j", "json", "json"), ("s", "sarif", "sarif"), ("m", "markdown", "md"))


@value
class Commands:
    """The command lines with the facts that are shown. project: None = none is named; options: how the log is asked.

    policy: how the policy is read, of the commands that judge by it.
    """

    project: Path | None
    options: str
    policy: str = ""

    @property
    def check(self) -> str:
        """`check` of the project, up to its options."""
        return f"supplymatrix check{self._where('')}{self.policy}"

    def verify(self, module: str) -> str:
        """Return `verify --steps` of a module version."""
        return f"supplymatrix verify {shlex.quote(module)}{self._where(' --project')} --steps{self.options}"

    def _where(self, option: str) -> str:
        path = self.project.as_posix() if self.project is not None else "."
        return f"{option} {path_word(path)}" if path != "." else ""  # both take the current folder without it


def disk_commands(session: Session, project: Path | None, programs: Sequence[Path]) -> Mapping[str, str]:
    """Return the commands with what is known of the disk, by the name of each. project: None = the current folder.

    programs: that are held beside it, none = those in its folder.
    """
    from supplymatrix.engine.disk_look import CACHE, PROGRAMS, VENDOR
    from supplymatrix.engine.program_project import built_of

    path = project if project is not None else Path()
    named = f" {path_word(path.as_posix())}" if path.as_posix() != "." else ""
    replay = f" --replay {path_word(session.replay.as_posix())}" if session.replay is not None else ""
    options = f"{session.policy_again()}{replay}{' --offline' if session.offline and not replay else ''}"
    where = programs or (path if path.is_dir() else path.parent,)
    files = "".join(f" {path_word(program.as_posix())}" for program in where)
    held = f" --project {path_word(path.as_posix())}" if built_of(path) is not None else ""
    return {
        CACHE: f"supplymatrix verify cache{named}{options}",
        VENDOR: f"supplymatrix verify vendor{named}{options}",
        PROGRAMS: f"supplymatrix verify binary{files}{held}{options}",
    }


def exports_of_disk(found: DiskFound, commands: Mapping[str, str]) -> tuple[Export, ...]:
    """Return what the commands about the disk write. commands: as of `disk_commands`."""
    from supplymatrix.reports.cache_view import render_cache_json
    from supplymatrix.reports.programs_view import render_programs_json
    from supplymatrix.reports.vendor_tree_view import VendorTreeView, render_vendor_tree_json

    renders: list[tuple[str, str, Callable[[], str]]] = []
    if found.cache is not None:
        renders.append(("c", "cache", partial(render_cache_json, found.cache)))
    if found.vendor is not None:
        run = found.vendor
        view = VendorTreeView(
            folder=run.folder, tree=run.tree, modules=run.modules, alarms=run.alarms, gaps=run.gaps, notes=run.notes,
            beyond=run.beyond, unchecked=run.unchecked, log=run.log, tree_size=run.tree_size, exit_code=run.exit_code,
        )  # fmt: skip
        renders.append(("v", "vendor", partial(render_vendor_tree_json, view)))
    if found.programs is not None:
        renders.append(("b", "programs", partial(render_programs_json, found.programs)))
    return tuple(
        Export(
            key=key,
            format=f"{what}-json",
            file=f"{what}.json",
            render=render,
            command=f"{commands[what]} --format json={what}.json",
        )
        for key, what, render in renders
    )


def exports_of(view: ProjectView | None, trace: Trace | None, commands: Commands) -> tuple[Export, ...]:
    """Return the reports of `check`, and the steps of a module version as `verify` writes them."""
    from supplymatrix.reports.registry import render_survey

    survey = view.found.survey if view is not None else None
    found = [
        Export(
            key=key,
            format=name,
            file=f"check.{suffix}",
            render=partial(render_survey, survey, name),
            command=f"{commands.check} --format {name}=check.{suffix}{commands.options}",
        )
        for key, name, suffix in _FORMATS
        if survey is not None
    ]
    if trace is not None:
        command = commands.verify(str(trace.module))
        found += [
            Export(key="p", format="steps", file="steps.txt", render=partial(render_trace_text, trace),
                   command=f"{command} > steps.txt"),
            Export(key="P", format="steps-json", file="steps.json", render=partial(render_trace_json, trace),
                   command=f"{command} --format json > steps.json"),
        ]  # fmt: skip
    return tuple(found)


def sources_of(view: ProjectView | None, row: ModuleRow | None) -> Sequence[tuple[str, str]]:
    """Return the log's own address for a row; none where its name must not be told, or nobody knows whether it may."""
    from supplymatrix.sumdb.session import LATEST, lookup_path

    if view is None or row is None or row.is_private:
        return ()
    choice = view.found.choice
    base = choice.url or f"https://{choice.verifier.name}"
    try:
        path = lookup_path(row.module) if row.module is not None else LATEST
    except SupplymatrixError:
        return ()
    return ((f"{base.rstrip('/')}/{path}", f"{choice.verifier.name}: {path}"),)


def place_of(view: ProjectView | None, row: ModuleRow | None) -> tuple[Path, int] | None:
    """Return the place that the gravest finding of a row names, else its first line of go.sum."""
    audit = view.audit if view is not None else None
    if row is None or audit is None:
        return None
    found = [place for item in row.judged if item.finding is not None for place in item.finding.locations]
    found += [line.location for line in row.lines]
    place = next((audit.placed(place) for place in found if place.line), None)  # a place in a binary has no line
    return (Path(place.artifact), place.line) if place is not None else None


def linear_body(
    view: ProjectView, table: TreeTable, current: ModuleRow | None, trace_of: Callable[[ModuleRow], Trace | None],
    width: int,
) -> str:  # fmt: skip
    """Return all modules; of the one of the cursor, and of those that failed, all that is known."""
    from supplymatrix.tui.screens.project_data import summary_line, verdict_lines

    out = [line for text in (summary_line(view), view.why) if text for line in wrap(text, width)]
    out.append("")
    heads = {head.row: head for head in table.heads}
    for place in table.full:  # what is folded, too: there is no key in a text
        if place in heads:
            head = heads[place]
            out += ["", *wrap(f"# {head.title}: {head.total:,}, {head.says.replace('  ', ', ')}", width)]
            continue
        cells = [column.texts[place] for column in table.data.columns.values()]
        out += wrap(f"- {', '.join(cell for cell in cells if cell)}", width)
    for row in view.rows:
        if row is not current and not row.is_failure:
            continue
        out += ["", f"## {plain(row.id)}", ""]
        out += [part for line in verdict_lines(view, row) for part in wrap(line.plain, width)]
        trace = trace_of(row)
        if trace is not None:
            out += ["", *render_trace_text(trace).rstrip().split("\n")]
    return "\n".join(out)
