"""`supplymatrix graph` and `supplymatrix why`: the build list, and by which requirements a module comes into it."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from supplymatrix.cli.options import console_options
from supplymatrix.cli.output import Console, write_stdout
from supplymatrix.cli.streams import write_stderr
from supplymatrix.reports.plain import plain

if TYPE_CHECKING:
    from supplymatrix.engine.module_graph import GraphRun
    from supplymatrix.gomod.module_graph import ListedModule
    from supplymatrix.model.fact import Gap, GraphModule

__all__ = ["graph", "refuse_unknown_target", "why"]

_MARK = {True: "yes", False: "no", None: "?"}
_GAPS = 10
F = TypeVar("F", bound=Callable[..., Any])


def _graph_options(command: F) -> F:
    """Add PATH and the options of how a graph is read; the command gets `run`, the graph."""

    @functools.wraps(command)
    def wrapped(*args: object, **kwargs: Any) -> object:  # noqa: ANN401 - click hands over what it parsed
        path, use_go = kwargs.pop("path"), kwargs.pop("use_go")
        goos, goarch = kwargs.pop("goos"), kwargs.pop("goarch")
        refuse_unknown_target(goos, goarch)
        return command(*args, run=_read(path, use_go=use_go, goos=goos, goarch=goarch), **kwargs)

    options = (
        click.argument("path", required=False, default=Path(), type=click.Path(path_type=Path), metavar="[PATH]"),
        click.option("--go/--no-go", "use_go", default=True, help="Ask the go command too, where there is one."),
        click.option("--os", "goos", default="", metavar="GOOS", help="Packages of a build for this system."),
        click.option("--arch", "goarch", default="", metavar="GOARCH", help="Packages of a build for this processor."),
        click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True),
    )
    for option in reversed(options):
        wrapped = option(wrapped)
    return cast("F", wrapped)


def refuse_unknown_target(goos: str, goarch: str) -> None:
    """Raise click.UsageError for a system or processor that Go does not know: no file would be built for it."""
    if not goos and not goarch:
        return
    from supplymatrix.gomod.build_constraint import KNOWN_ARCH, KNOWN_OS
    from supplymatrix.model.spelling import nearest

    for option, word, known in (("--os", goos, KNOWN_OS), ("--arch", goarch, KNOWN_ARCH)):
        if word and word not in known:
            fault = click.UsageError(f"{option} {word[:60]!r} is none that Go builds for: {', '.join(sorted(known))}.")
            if near := nearest(word, sorted(known)):
                fault.add_note(f"did you mean {near!r}?")
            raise fault


@click.command()
@_graph_options
@console_options
def graph(*, run: GraphRun, format_: str, console: Console) -> int:
    """Show the build list: each module's selected version, what replaces it, and whether it gives packages.

    PATH is a folder with go.mod or go.work, or one of these files; the current folder when left out. The go command is
    asked with nothing that could make it fetch or run anything; without it the go.mod files of the module cache are
    read, each held against go.sum.

    Exit 0: the list is complete. 3: a go.mod that belongs to the graph could not be had.
    """
    if format_ == "json":
        write_stdout(json.dumps(_document(run), indent=2) + "\n")
    else:
        write_stdout("".join(f"{line}\n" for line in _lines(run)))
        _tell(run, console)
    return 3 if run.gaps else 0


@click.command()
@click.argument("module")
@_graph_options
@click.option("--paths", "most", type=click.IntRange(1, 1000), default=3, show_default=True, help="Show so many.")
@console_options
def why(module: str, *, run: GraphRun, format_: str, most: int, console: Console) -> int:
    """Show by which requirements MODULE comes into the build list, shortest ways first.

    Exit 0: it is there. 1: it is not. 3: it was not found, and the graph is not complete.
    """
    from supplymatrix.gomod.requirement_paths import requirement_paths

    path = module.partition("@")[0]
    fact = next((fact for fact in run.facts if fact.subject.path == path), None)
    ways = requirement_paths(run.graph, path, most) if run.graph is not None else ()
    if format_ == "json":
        document = {
            "schema": "supplymatrix.why/1",
            "subject": run.name,
            "complete": not run.gaps,
            "module": path,
            "version": fact.subject.version if fact is not None else None,
            "gives_packages": fact.gives_packages if fact is not None else None,
            "paths": [[str(step) for step in way] for way in ways],
            "gaps": [_gap(gap) for gap in run.gaps],
        }
        write_stdout(json.dumps(document, indent=2) + "\n")
    else:
        write_stdout("".join(f"{line}\n" for line in _why_lines(path, fact, [[str(s) for s in way] for way in ways])))
        if fact is None:
            _suggest(path, run, console)
        _tell(run, console)
    if fact is None:
        return 3 if run.gaps else 1
    return 0


def _read(path: Path, *, use_go: bool, goos: str, goarch: str) -> GraphRun:
    from supplymatrix.engine.module_graph import GraphReader
    from supplymatrix.sources.subjects import find_subjects, read_subject

    subject = find_subjects((path,), recursive=False).subjects[0]
    return GraphReader(os.environ, go=use_go, goos=goos, goarch=goarch).read(read_subject(subject))


def _role(listed: ListedModule) -> str:
    if listed.is_main:
        return "main"
    if not listed.is_required:
        return "graph"
    return "indirect" if listed.is_indirect else "direct"


def _rows(run: GraphRun) -> Iterator[tuple[ListedModule, GraphModule]]:
    yield from zip(run.graph.modules if run.graph is not None else (), run.facts, strict=True)


def _lines(run: GraphRun) -> Iterator[str]:
    rows = list(_rows(run))
    giving = sum(fact.gives_packages is True for _, fact in rows)
    target = f", {run.goos}/{run.goarch}" if run.packages_by in ("go list", "source files") else ""
    who = f"{run.packages_by}{' in vendor/' if run.from_vendor else ''}{target}"
    yield plain(f"{run.name} · {len(rows):,} modules by {run.listed_by}, {giving:,} give packages (by {who})")
    if not rows:
        return
    yield "role      packages  module"
    for listed, fact in rows:
        line = (
            f"{_role(listed):8}  {_MARK[fact.gives_packages]:8}  {listed.module.path} {listed.module.version}".rstrip()
        )
        if listed.replacement is not None:
            target = str(listed.replacement.target or listed.replacement.directory).replace("@", " ")
            line += f" => {target}"
        yield plain(line)
        for name, text in (("retracted", fact.retracted), ("deprecated", fact.deprecated)):
            if text:
                yield plain(f"{'':20}{name}: {text}")


def _why_lines(path: str, fact: GraphModule | None, ways: Sequence[Sequence[str]]) -> Iterator[str]:
    if fact is None:
        yield plain(f"{path} is not in the build list")
        return
    gives = {True: "gives packages", False: "gives no packages", None: "nobody can say whether it gives packages"}
    yield plain(f"{fact.subject} · {gives[fact.gives_packages]}")
    for way in ways:
        yield ""
        for depth, step in enumerate(way):
            yield plain(f"{'  ' * depth}{step}")


def _tell(run: GraphRun, console: Console) -> None:
    """Tell on stderr how the graph was read; what is missing is told even where quiet was asked for."""
    if not console.quiet:
        write_stderr("".join(f"note: {plain(note.message)}\n" for note in run.notes))
    from supplymatrix.reports.diagnostic import unknown_line

    for gap in run.gaps[:_GAPS]:
        write_stderr(plain(unknown_line(gap)) + "\n")
    if len(run.gaps) > _GAPS:
        write_stderr(f"… and {len(run.gaps) - _GAPS:,} more of these\n")


def _suggest(path: str, run: GraphRun, console: Console) -> None:
    from supplymatrix.model.spelling import nearest

    near = nearest(path, [fact.subject.path for fact in run.facts])
    if near and not console.quiet:
        write_stderr(f"did you mean {plain(near)}?\n")


def _document(run: GraphRun) -> dict[str, object]:
    return {
        "schema": "supplymatrix.graph/1",
        "subject": run.name,
        "complete": not run.gaps,
        "listed_by": run.listed_by.value,
        "go_refused": run.go_refused,
        "packages_by": run.packages_by.value,
        "goos": run.goos,
        "goarch": run.goarch,
        "modules": [_module(listed, fact) for listed, fact in _rows(run)],
        "gaps": [_gap(gap) for gap in run.gaps],
        "notes": [{"code": note.code, "message": note.message} for note in run.notes],
    }


def _module(listed: ListedModule, fact: GraphModule) -> dict[str, object]:
    replacement = listed.replacement
    replaced = None
    if replacement is not None:
        target = replacement.target
        replaced = {
            "path": target.path if target is not None else replacement.directory,
            "version": target.version if target is not None else "",
        }
    place = fact.location
    return {
        "path": listed.module.path,
        "version": listed.module.version,
        "role": _role(listed),
        "gives_packages": fact.gives_packages,
        "go_version": listed.go_version,
        "replaced_by": replaced,
        "retracted": fact.retracted,
        "deprecated": fact.deprecated,
        "location": {"artifact": place.artifact, "line": place.line, "column": place.column},
    }


def _gap(gap: Gap) -> dict[str, str]:
    return {"wanted": gap.wanted, "reason": gap.reason, "remedy": gap.remedy, "subject": gap.subject}
