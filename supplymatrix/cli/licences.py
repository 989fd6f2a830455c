"""`supplymatrix licences`: the licence of every module, read from its files, and what it asks."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from supplymatrix.cli.options import console_options, tags_option
from supplymatrix.cli.output import Console, page_width
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.streams import write_stderr
from supplymatrix.cli.targets import ReportTarget
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value
from supplymatrix.policy.licence_terms import CLASSES

if TYPE_CHECKING:
    from supplymatrix.engine.licences import LicenceRun
    from supplymatrix.engine.module_graph import GraphRun
    from supplymatrix.reports.licences_view_words import LicencePage, LicenceRow
    from supplymatrix.sbom.document import Scope

__all__ = ["LicencesRead", "licences", "read_options", "tell_notes"]

_SCOPES = ("built", "tests", "all")
_USES = ("redistribute-binary", "redistribute-source", "modify", "network-service")
_CLASSES = ("copyleft", *CLASSES)
_JOBS = 8
F = TypeVar("F", bound=Callable[..., Any])


@value
class LicencesRead:
    """What was asked for, and what came of it. has_cache: there is a place for what was worked out."""

    graph: GraphRun
    licences: LicenceRun
    scope: Scope
    has_cache: bool = True


def read_options(*, keep_texts: bool = False) -> Callable[[F], F]:
    """Return what adds PATH and how licences are read to a command, which gets `read`, a `LicencesRead`.

    keep_texts: the texts are wanted too.
    """

    def add(command: F) -> F:
        @functools.wraps(command)
        def wrapped(*args: object, **kwargs: Any) -> object:  # noqa: ANN401 - click hands over what it parsed
            names = ("path", "scope", "use_go", "goos", "goarch", "tags", "cache_dir")
            chosen = {name: kwargs.pop(name) for name in names}
            return command(*args, read=_read(**chosen, keep_texts=keep_texts), **kwargs)

        options = (
            click.argument("path", required=False, default=Path(), type=click.Path(path_type=Path), metavar="[PATH]"),
            click.option(
                "--scope",
                type=click.Choice(_SCOPES),
                default="built",
                show_default=True,
                help="Modules that give packages to the build; to its tests too; the whole build list.",
            ),
            click.option("--go/--no-go", "use_go", default=True, help="Ask the go command too, where there is one."),
            click.option("--os", "goos", default="", metavar="GOOS", help="Packages of a build for this system."),
            click.option(
                "--arch", "goarch", default="", metavar="GOARCH", help="Packages of a build for this processor."
            ),
            tags_option,
            click.option("--cache-dir", type=click.Path(path_type=Path), metavar="DIR", help="Keep the cache here."),
        )
        for option in reversed(options):
            wrapped = option(wrapped)
        return cast("F", wrapped)

    return add


def _read(
    *,
    path: Path,
    scope: str,
    use_go: bool,
    goos: str,
    goarch: str,
    tags: tuple[str, ...] | None,
    cache_dir: Path | None,
    keep_texts: bool,
) -> LicencesRead:
    from supplymatrix.cli.graph import refuse_unknown_target
    from supplymatrix.engine.licences import DETECTOR, read_licences
    from supplymatrix.engine.module_graph import GraphReader
    from supplymatrix.engine.settings import load_settings
    from supplymatrix.net.file_facts import FileFacts
    from supplymatrix.net.folders import cache_folder_if_any
    from supplymatrix.sbom.document import Scope
    from supplymatrix.sources.subjects import find_subjects, read_subject

    refuse_unknown_target(goos, goarch)
    asked = Scope(scope)
    folder = cache_dir or load_settings(os.environ).cache_dir or cache_folder_if_any(os.environ)
    subject = find_subjects((path,), recursive=False).subjects[0]
    project = read_subject(subject)
    reader = GraphReader(
        os.environ,
        go=use_go,
        goos=goos,
        goarch=goarch,
        cgo=None,
        tags=tags,
        tests=asked is not Scope.BUILT,
        own_first=True,
    )
    graph = reader.read(project)
    facts = FileFacts.open(folder, detector=DETECTOR)
    found = read_licences(graph, project, os.environ, scope=asked, facts=facts, keep_texts=keep_texts, jobs=_JOBS)
    facts.save()
    return LicencesRead(graph=graph, licences=found, scope=asked, has_cache=folder is not None)


@click.command()
@read_options()
@format_option("text", "json", "csv", "markdown")
@click.option("--use", type=click.Choice(_USES), help="Say what the licences ask of whoever uses the code so.")
@click.option(
    "--module", "wanted", default="", metavar="MODULE", help="Show one module in full: every text, every line."
)
@click.option(
    "--class",
    "classes",
    multiple=True,
    type=click.Choice(_CLASSES),
    metavar="CLASS",
    help="Only what has a licence of this class: copyleft (any), weak-copyleft, permissive, unknown, …",
)
@click.option(
    "--licence", "names", multiple=True, metavar="GLOB", help="Only what has this licence, such as 'GPL-*', in it."
)
@console_options
def licences(
    *,
    read: LicencesRead,
    targets: tuple[ReportTarget, ...],
    use: str | None,
    wanted: str,
    classes: tuple[str, ...],
    names: tuple[str, ...],
    console: Console,
) -> int:
    """Show the licence of every module that is built, from the licence files that it brings.

    PATH is a folder with go.mod or go.work, or one of these files; the current folder when left out. Files are read in
    the module cache, unpacked or zipped, else in vendor/, in the folder of a replacement, or in the project. Licences
    of folders count where the build takes packages from them. Nothing is fetched. Shown is one build, for --os, --arch
    and --tags; `check` holds those for all systems against a policy's [licences].

    With --class and --licence, which may be given several times, what is not known is told all the same: it may be of
    any licence. Hashes of modules are not compared here; `check` does that.

    Exit 0: every licence is known. 3: one is not, or a module is not on this machine; which, and why, is told.
    """
    from supplymatrix.reports import licences_view, licences_view_csv, licences_view_json, licences_view_markdown
    from supplymatrix.reports.licences_view_words import narrowed

    page = narrowed(_page(read, use), classes, names)
    if wanted:
        page = _only(page, wanted)
    tell_notes(read, console)

    def text(width: int) -> str:
        if wanted:
            return licences_view.render_module(page.rows[0], page.gaps, width=width)
        return licences_view.render(page, width=width)

    render = {
        "text": text,
        "json": lambda _: licences_view_json.render(page),
        "csv": lambda _: licences_view_csv.render(page),
        "markdown": lambda _: licences_view_markdown.render(page),
    }
    write_pages(targets, render, quiet=console.quiet)
    return 3 if page.gaps else 0


def tell_notes(read: LicencesRead, console: Console) -> None:
    """Tell on stderr how the graph was read."""
    from supplymatrix.net.folders import NO_CACHE
    from supplymatrix.reports.snippet import in_page

    if not console.quiet:
        told = [*(note.message for note in read.graph.notes), *(() if read.has_cache else (NO_CACHE,))]
        lines = in_page((f"note: {text}" for text in told), page_width())
        write_stderr("".join(f"{line}\n" for line in lines))


def _page(read: LicencesRead, use: str | None) -> LicencePage:
    from supplymatrix.engine.licences import graph_gaps, in_scope
    from supplymatrix.licences.obligations import Use
    from supplymatrix.reports.licences_view_words import LicencePage, LicenceRow, Role

    rows = []
    for listed, _ in in_scope(read.graph, read.scope):
        replaced = ""
        if listed.replacement is not None:
            replaced = str(listed.replacement.target or listed.replacement.directory)
        role = Role.MAIN if listed.is_main else Role.MODULE
        licence = read.licences.by_path[listed.module.path]
        rows.append(LicenceRow(licence=licence, role=role, replaced_by=replaced))
    rows.append(LicenceRow(licence=read.licences.stdlib, role=Role.STDLIB))
    return LicencePage(
        name=read.graph.name,
        scope=read.scope,
        rows=tuple(rows),
        gaps=(*graph_gaps(read.graph, read.licences, read.scope), *read.licences.gaps),
        listed_by=read.graph.listed_by.value,
        packages_by=read.graph.packages_by.value,
        goos=read.graph.goos,
        goarch=read.graph.goarch,
        cgo=read.graph.cgo,
        tags=read.graph.tags,
        use=Use(use) if use else None,
    )


def _only(page: LicencePage, wanted: str) -> LicencePage:
    """Return a page of one module. Raises InputError when it has none of that name."""
    from supplymatrix.model.spelling import nearest
    from supplymatrix.model.value import changed

    path = wanted.partition("@")[0]
    rows: list[LicenceRow] = [row for row in page.rows if row.licence.subject.path == path]
    if not rows:
        near = nearest(path, [row.licence.subject.path for row in page.rows])
        raise InputError(
            Diagnostic(
                message="no module of this name is in the scope",
                seen=path[:200],
                expected=f"one of those that `supplymatrix licences --scope {page.scope.value}` lists",
                remedy=f"did you mean {near}?" if near else "--scope all has the whole build list",
            )
        )
    subject = str(rows[0].licence.subject)
    return changed(page, rows=tuple(rows), gaps=tuple(gap for gap in page.gaps if gap.subject == subject))
