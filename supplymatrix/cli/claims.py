"""`supplymatrix claims`: what is commonly said about support for Go, and what the sources say."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.output import page_width, write_stdout
from supplymatrix.cli.profile_options import profile_options, tell_loading

if TYPE_CHECKING:
    from supplymatrix.engine.vendor_profiles import LoadedProfiles
    from supplymatrix.model.vendor import Claim

__all__ = ["claims"]

_VERDICTS = ["supported", "contradicted", "no_evidence"]


@click.command()
@click.option("--about", default="", metavar="ID", help="Only claims about this vendor or topic.")
@click.option("--verdict", type=click.Choice(_VERDICTS), help="Only claims with this verdict.")
@click.option("--format", "format_", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@profile_options
def claims(*, about: str, verdict: str | None, format_: str, loaded: LoadedProfiles, today: date) -> int:
    """Show what is commonly said about support for Go: each claim with a verdict, why, and dated sources."""
    from supplymatrix.reports.claims_view import render_claims_json, render_claims_markdown, render_claims_text

    del today  # what a source said stays said; --as-of is an option of all commands about vendors
    found = _about(loaded.claims, about) if about else loaded.claims
    found = tuple(claim for claim in found if verdict in (None, claim.verdict))
    if format_ == "json":
        write_stdout(render_claims_json(found))
    elif format_ == "markdown":
        write_stdout(render_claims_markdown(found))
    else:
        write_stdout(render_claims_text(found, width=page_width()))
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
