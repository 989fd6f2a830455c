"""What the Binary screen asks and gives away: the runs of the commands, their lines, files, and all of it as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.events import OnEvent
from supplymatrix.errors import SupplymatrixError
from supplymatrix.model.trace import Trace
from supplymatrix.model.value import value
from supplymatrix.reports.snippet import wrap
from supplymatrix.tui.screens.base import Export
from supplymatrix.tui.screens.binary_rows import BinaryView, ModuleRow, Row
from supplymatrix.tui.session import Session
from supplymatrix.tui.shell_words import path_word

if TYPE_CHECKING:
    from supplymatrix.model.programs_run import BinaryRun
    from supplymatrix.reports.goroot_view import GorootView
    from supplymatrix.tui.screens.project_offers import Commands
    from supplymatrix.tui.widgets.table import VirtualTable

__all__ = [
    "BinaryCommands", "exports_of", "find_gos", "linear_body", "path_in_link", "read_programs", "sources_of",
    "trace_of_module",
]  # fmt: skip

_DETAILED = 20  # programs of which all is told in a text


@value
class BinaryCommands:
    """The commands with the facts that are shown. paths: of the programs; project: beside which they are held, None =
    none; options: how the log is asked; policy: how the policy is read."""

    paths: tuple[Path, ...]
    project: Path | None
    options: str
    policy: str

    @classmethod
    def of(cls, session: Session, paths: Sequence[Path], project: Path | None) -> BinaryCommands:
        """Return the commands for programs."""
        replay = f" --replay {path_word(session.replay.as_posix())}" if session.replay is not None else ""
        offline = " --offline" if session.offline and not replay else ""
        return cls(paths=tuple(paths), project=project, options=f"{replay}{offline}", policy=session.policy_again())

    @property
    def binary(self) -> str:
        """`verify binary`, up to its format."""
        files = "".join(f" {path_word(path.as_posix())}" for path in self.paths) or " FILE"
        held = f" --project {path_word(self.project.as_posix())}" if self.project is not None else ""
        return f"supplymatrix verify binary{files}{held}{self.policy}{self.options}"

    @property
    def goroot(self) -> str:
        """`verify goroot`, up to its format."""
        return f"supplymatrix verify goroot --no-fetch{self.options}"

    def verify(self, module: str) -> str:
        """Return the command with the proof chain of a module version."""
        from supplymatrix.tui.screens.project_offers import Commands

        commands: Commands = Commands(project=self.project, options=self.options)
        return commands.verify(module)


def path_in_link(here: Path, text: str) -> Path | None:
    """Return the file or folder that a program's name begins with, None where there is none.

    A name may go on behind ": " or " (": "image.tar: usr/bin/app", "app (arm64)".
    """
    names = [text, *(text[:at] for at, letter in enumerate(text) if letter in ":(" and at)]
    for name in names:
        path = here / name.rstrip()
        try:
            if name.strip() and path.exists():
                return path
        except (OSError, ValueError):
            continue
    return None


def read_programs(session: Session, paths: Sequence[Path], project: Path | None, on_event: OnEvent) -> BinaryRun:
    """Return what `verify binary` finds. Raises InputError and TrustError as it does."""
    from supplymatrix.engine.verify_binary import BinaryRequest, verify_binaries

    request = BinaryRequest(
        paths=tuple(paths), means=session.means(), project=project, policy=session.policy_source()
    )  # fmt: skip
    return verify_binaries(request, on_event)


def find_gos(session: Session, on_event: OnEvent) -> GorootView:
    """Return what `verify goroot` finds on this machine, without fetching anything but records of the log."""
    from supplymatrix.engine.verify_goroot import GorootRequest, verify_goroot
    from supplymatrix.reports.goroot_view import GorootView

    run = verify_goroot(GorootRequest(means=session.means(), fetch=False), on_event)
    return GorootView(
        installed=run.installed, gaps=run.gaps, notes=run.notes, log=run.log, tree_size=run.tree_size,
        exit_code=run.exit_code,
    )  # fmt: skip


def trace_of_module(session: Session, row: ModuleRow, project: Path | None, on_event: OnEvent) -> Trace:
    """Return the proof chain of a module, as `verify --steps` shows it."""
    from supplymatrix.engine.prove_module import ProveRequest
    from supplymatrix.engine.trace import trace_module

    request = ProveRequest(module=row.module.subject, means=session.means(), project=project or session.here)
    return trace_module(request, on_event)


def exports_of(view: BinaryView, commands: BinaryCommands) -> tuple[Export, ...]:
    """Return what the commands write."""
    from supplymatrix.reports.goroot_view import render_goroot_json, render_goroot_text
    from supplymatrix.reports.programs_view import render_programs_json, render_programs_text

    offers: list[tuple[str, str, str, Callable[[], str], str]] = []
    if view.run is not None:
        text = partial(render_programs_text, view.run, modules=True)
        offers.append(("t", "text", "programs.txt", text, f"{commands.binary} --modules"))
        offers.append(("j", "json", "programs.json", partial(render_programs_json, view.run), commands.binary))
    if view.gos is not None:
        offers.append(("g", "goroot-text", "goroot.txt", partial(render_goroot_text, view.gos), commands.goroot))
        offers.append(("G", "goroot-json", "goroot.json", partial(render_goroot_json, view.gos), commands.goroot))
    return tuple(
        Export(
            key=key, format=name, file=file, render=render,
            command=f"{command} --format {name.removeprefix('goroot-')}={file}",
        )
        for key, name, file, render, command in offers
    )  # fmt: skip


def sources_of(view: BinaryView, row: ModuleRow | None) -> Sequence[tuple[str, str]]:
    """Return the log's own address for a module; none where its name must not be told."""
    from supplymatrix.sumdb.session import lookup_path

    if view.run is None or row is None or not row.has_chain or not view.run.log:
        return ()
    try:
        path = lookup_path(row.module.subject)
    except SupplymatrixError:
        return ()
    return ((f"https://{view.run.log}/{path}", f"{view.run.log}: {path}"),)


def linear_body(
    view: BinaryView, table: VirtualTable, program: Row | None, current: Row | ModuleRow | None, width: int
) -> str:
    """Return the rows that are shown, and all that is known of the one of the cursor and of those that are not good.

    program: whose modules are shown, None = programs are.
    """
    from supplymatrix.tui.screens.binary_data import module_lines, row_lines, summary_line

    out = list(wrap(summary_line(view), width))
    if program is not None:
        out += ["", *wrap(f"modules of {program.name}", width)]
    out.append("")
    for place in table.view.rows:
        cells = [
            f"{column.title} {column.texts[place]}" for column in table.data.columns.values() if column.texts[place]
        ]
        out += wrap(f"- {', '.join(cells)}", width)
    if program is None:
        shown = [row for row in view.rows if row is current or row.is_failure][:_DETAILED]
        for row in shown:
            out += ["", *(part.rstrip() for line in row_lines(row) for part in wrap(line.plain, width))]
            out += [part for item in row.modules for part in wrap(f"- {item.sign.word} {item.id}", width)]
    elif isinstance(current, ModuleRow):
        out += ["", *(part.rstrip() for line in module_lines(current) for part in wrap(line.plain, width))]
    for told in view.told:
        out += ["", *wrap(f"told: {told}", width)]
    return "\n".join(out)
