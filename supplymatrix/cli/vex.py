"""`supplymatrix vex`: which known vulnerabilities concern a product, in the forms that scanners read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from supplymatrix.cli.options import FileName, console_options, network_options, policy_options, said
from supplymatrix.cli.output import Console, page_width
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.streams import write_stderr

if TYPE_CHECKING:
    from supplymatrix.cli.targets import ReportTarget
    from supplymatrix.engine.means import Means
    from supplymatrix.engine.vex import VexRun
    from supplymatrix.sbom.document import Party

__all__ = ["vex"]

_FILE = FileName()
_MOST = 10


@click.command()
@click.argument("path", type=_FILE, default=Path(), metavar="[PATH]")
@click.option(
    "--binary", "binaries", type=_FILE, multiple=True, metavar="FILE",
    help="A program of the project: a product of its own, down to the function. May be given several times.",
)  # fmt: skip
@click.option(
    "--vuln-db", "databases", type=_FILE, multiple=True, metavar="PATH",
    help="A database in the OSV form, file or folder, beside the synced one. May be given several times.",
)  # fmt: skip
@click.option("--product", callback=said, metavar="PURL", help="What ships the project; its module when left out.")
@click.option("--version", "version", callback=said, metavar="V", help="The version of the project's module.")
@click.option("--author", callback=said, metavar="NAME", help="Who answers for it, in the place of the settings.")
@click.option("--role", callback=said, metavar="TEXT", help="What the author is: Maintainer, Vendor …")
@click.option(
    "--sbom", type=_FILE, metavar="FILE", help="A CycloneDX JSON bill that the CycloneDX statements point into."
)
@format_option("openvex", "cyclonedx")
@policy_options
@network_options
@console_options
def vex(
    path: Path,
    *,
    author: str | None,
    role: str | None,
    sbom: Path | None,
    targets: tuple[ReportTarget, ...],
    means: Means,
    console: Console,
    **asked: Any,  # noqa: ANN401 - what else the request has
) -> int:
    """Write VEX for the project in PATH, from what is found and from the waivers of its policy.

    A vulnerability whose functions were sought and are not there does not affect it; one whose waiver gives a
    justification neither. What nobody could look at is under investigation, and so is what some platform or tags take
    in. The document says for each who looked, and how deep, or whose word it is and until when. Of a workspace each
    member is a product. With SOURCE_DATE_EPOCH set two runs give the same bytes.

    Exit 0: written. 2: nobody answers for it (OpenVEX demands an author). 3: written, and something could not be looked
    at, so that there may be more.
    """
    from supplymatrix import __version__
    from supplymatrix.engine.document_time import document_time
    from supplymatrix.engine.vex import VexRequest, bom_links, make_vex
    from supplymatrix.sbom.cyclonedx_vex import cyclonedx_vex
    from supplymatrix.sbom.openvex import openvex

    party = _author(author or "", means, needed=any(target.format == "openvex" for target in targets))
    links = bom_links(sbom) if sbom is not None else None
    time = document_time(means.environ, means.now)
    product, version = asked.pop("product") or "", asked.pop("version") or ""
    request = VexRequest(path=path, means=means, product=product, version=version, **asked)
    run = make_vex(request, console.on_event)
    console.end_line()
    render = {
        "openvex": lambda _: openvex(
            run.statements,
            author=party.name if party else "",
            role=role or "",
            tool=f"supplymatrix {__version__}",
            time=time,
        ),
        "cyclonedx": lambda _: cyclonedx_vex(
            run.statements,
            product=(run.name, run.product),
            author=party,
            tool=("supplymatrix", __version__),
            time=time,
            links=links,
        ),
    }
    write_pages(targets, render, quiet=True)
    if not console.quiet:
        _tell(run)
    return run.exit_code


def _author(name: str, means: Means, *, needed: bool) -> Party | None:
    """Return who answers for the document, None for nobody. Raises InputError where somebody must."""
    from supplymatrix.engine.creators import creators_of
    from supplymatrix.engine.settings import load_settings
    from supplymatrix.errors import Diagnostic, InputError

    party = creators_of(load_settings(means.environ).values, name=name).author
    if party is None and needed:
        raise InputError(
            Diagnostic(
                message="OpenVEX demands an author, and none is known",
                expected="--author, or [author] in settings.toml",
                remedy='supplymatrix config author --name "Ada Example"',
            )
        )
    return party


def _tell(run: VexRun) -> None:
    """Say on stderr what was written, of which day the databases are, and what is missing."""
    from collections import Counter

    from supplymatrix.reports.database_words import say_database
    from supplymatrix.reports.diagnostic import unknown_line
    from supplymatrix.reports.snippet import in_page

    counts = Counter(str(said.status) for said in run.statements)
    summed = ", ".join(f"{number:,} {word}" for word, number in sorted(counts.items()))
    summed = summed or f"nothing is known of {run.required:,} required modules"
    count = len(run.unchecked)
    left = f"; {count:,} module{'s' if count > 1 else ''} could not be judged" if count else ""
    lines = [f"{run.name}: {len(run.statements):,} statements: {summed}{left}"]
    lines += map(say_database, run.databases)
    not_judged = [f"not judged: {one.subject}: {one.reason}" for one in run.unchecked]
    for told in ([unknown_line(gap) for gap in run.gaps], not_judged):
        lines += told[:_MOST]
        lines += [f"… and {len(told) - _MOST:,} more of these"] if len(told) > _MOST else []
    write_stderr("".join(f"{line}\n" for line in in_page(lines, page_width())))
