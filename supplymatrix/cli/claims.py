"""`supplymatrix claims`: what is commonly said about support for Go, and what the sources say."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.profile_options import profile_options, tell_loading

if TYPE_CHECKING:
    from supplymatrix.cli.targets import ReportTarget
    from supplymatrix.engine.vendor_profiles import LoadedProfiles
    from supplymatrix.model.vendor import Claim

__all__ = ["claims"]

_VERDICTS = ["supported", "contradicted", "no_evidence"]


@click.command()
@click.option("--about", default="", metavar="ID", help="Only claims about this vendor or topic.")
@click.option("--verdict", type=click.Choice(_VERDICTS), help="Only claims with this verdict.")
@format_option("text", "json", "markdown")
@profile_options
def claims(
    *, about: str, verdict: str | None, targets: tuple[ReportTarget, ...], loaded: LoadedProfiles, today: date
) -> int:  # fmt: skip
    """Show what is commonly said about support for Go: each claim with a verdict, why, and dated sources.

    A verdict whose evidence has all expired is shown as stale.
    """
    from supplymatrix.reports.claims_view import render_claims_json, render_claims_markdown, render_claims_text

    found = _about(loaded.claims, about) if about else loaded.claims
    found = tuple(claim for claim in found if verdict in (None, claim.verdict))
    render = {
        "text": lambda width: render_claims_text(found, today, width=width),
        "json": lambda _width: render_claims_json(found, today),
        "markdown": lambda _width: render_claims_markdown(found, today),
    }
    write_pages(targets, render)
    return tell_loading(loaded)


def _about(claims: tuple[Claim, ...], about: str) -> tuple[Claim, ...]:
    """Return the claims about one vendor or topic. Raises click.UsageError where there is none."""
    from supplymatrix.model.spelling import nearest

    found = tuple(claim for claim in claims if claim.about == about)
    if not found:
        known = sorted({claim.about for claim in claims})
        fault = click.UsageError(f"There is no claim about {about[:60]!r}; there are some about {', '.join(known)}.")
        if near := nearest(about, known):
            fault.add_note(f"did you mean {near!r}?")
        raise fault
    return found
