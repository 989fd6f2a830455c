"""`supplymatrix notice`: the third-party notices that go with a program."""

from __future__ import annotations

from pathlib import Path

import click

from supplymatrix.cli.licences import LicencesRead, read_options, tell_notes
from supplymatrix.cli.options import console_options
from supplymatrix.cli.output import Console, page_width
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.streams import write_stderr
from supplymatrix.cli.targets import ReportTarget

__all__ = ["notice"]

_MOST = 10


@click.command()
@read_options(keep_texts=True)
@format_option("text", "markdown", "json")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write it to FILE.")
@console_options
def notice(*, read: LicencesRead, targets: tuple[ReportTarget, ...], output: Path | None, console: Console) -> int:
    """Write the notices of others' works that a build holds: versions, copyright lines, every licence text in full.

    Texts are those that the modules bring themselves; one that several bring word for word stands there once. NOTICE
    files are passed on, as Apache-2.0 asks in its section 4(d). The standard library is among the works.

    The texts are as they lie here: hashes of modules are not compared, which `check` does.

    Exit 0: every work is there with its text. 3: a text could not be had, or was not recognised; which is told in it.
    """
    from supplymatrix.engine.licences import graph_gaps, in_scope
    from supplymatrix.reports.diagnostic import unknown_line
    from supplymatrix.reports.notice_view import render_json, render_markdown, render_text
    from supplymatrix.reports.snippet import in_page
    from supplymatrix.sbom.notice import NoticeFile, build_notice

    if output is not None:
        targets = _to_file(targets, output)
    graph, found = read.graph, read.licences
    others = [found.by_path[listed.module.path] for listed, _ in in_scope(graph, read.scope) if not listed.is_main]
    extras = {
        path: [NoticeFile(kind=file.kind.value, path=file.path, sha256=file.sha256) for file in files]
        for path, files in found.extras.items()
    }
    target = f"{graph.goos}/{graph.goarch}" if graph.packages_by in ("go list", "source files") else ""
    bundle = build_notice(graph.name, [*others, found.stdlib], extras, found.texts, target=target)
    tell_notes(read, console)
    render = {
        "text": lambda _: render_text(bundle),
        "markdown": lambda _: render_markdown(bundle),
        "json": lambda _: render_json(bundle),
    }
    write_pages(targets, render, quiet=console.quiet)
    gaps = graph_gaps(graph, found, read.scope)
    told = [unknown_line(gap) for gap in gaps[:_MOST]]
    told += [f"unknown: notice of {item.module}: {item.reason}; next: {item.remedy}" for item in bundle.missing[:_MOST]]
    write_stderr("".join(f"{line}\n" for line in in_page(told, page_width())))
    more = max(0, len(gaps) - _MOST) + max(0, len(bundle.missing) - _MOST)
    if more:
        write_stderr(f"… and {more:,} more of these\n")
    return 3 if gaps or bundle.missing else 0


def _to_file(targets: tuple[ReportTarget, ...], output: Path) -> tuple[ReportTarget, ...]:
    """Return the one format that was asked for, with its file. Raises click.UsageError where there are more."""
    if len(targets) != 1 or targets[0].file is not None:
        fault = click.UsageError("-o is for one format; --format names files of its own.")
        fault.add_note("--format text=NOTICE.txt --format json=notice.json")
        raise fault
    return (ReportTarget(targets[0].format, output),)
