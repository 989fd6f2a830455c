"""Claims: what is commonly said about support for Go, each with a verdict, why, and dated sources."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content

from supplymatrix.model.vendor import Claim, ClaimVerdict, VendorEvidence
from supplymatrix.reports.claims_view import verdict_words
from supplymatrix.reports.plain import plain
from supplymatrix.tui.screens.base import Export, Work
from supplymatrix.tui.screens.list_screen import Item, ListScreen
from supplymatrix.tui.widgets.details import field, heading
from supplymatrix.tui.widgets.evidence import address
from supplymatrix.tui.widgets.status_line import Status
from supplymatrix.vendors.cells import CellStatus
from supplymatrix.vendors.claim_status import claim_status

if TYPE_CHECKING:
    from supplymatrix.engine.vendor_profiles import LoadedProfiles

__all__ = ["ClaimsScreen"]

_SAID = {
    ClaimVerdict.SUPPORTED: ("●", "supported", "$success"),
    ClaimVerdict.CONTRADICTED: ("✘", "contradicted", "$error"),
    ClaimVerdict.NO_EVIDENCE: ("?", "no evidence", "$warning"),
}
"""Sign, word and colour of each verdict that holds."""
_AGED = {
    CellStatus.STALE: ("~", "stale", "$warning"),
    CellStatus.UNSUPPORTED: ("?", "not read yet", "$warning"),
}
"""The same of one that does not hold: its evidence has expired, or nothing had been read by the day."""


class ClaimsScreen(ListScreen):
    """Claims left, their sources right."""

    PLACE = "claims"
    LOADING = "reading claims and profiles"
    WHAT = "claims"
    COLUMNS: ClassVar[tuple[str, ...]] = ("id", "verdict", "status", "about", "says", "because", "sources")

    claims: tuple[Claim, ...] = ()

    def load(self, work: Work) -> LoadedProfiles:
        """Read the profiles, with the claims among them."""
        del work
        return self.session.profiles()

    def items_of(self, found: LoadedProfiles) -> Sequence[Item]:
        """Return the claims, by what they are about, in the order of their files."""
        self.claims = found.claims
        self.tell_loading(found)
        groups = dict.fromkeys(claim.about for claim in found.claims)
        day = self.session.day
        return [_item(claim, day) for about in groups for claim in found.claims if claim.about == about]

    def twin(self) -> str:
        """Return the command; narrowed as far as the filter is one that the command has, too."""
        command = "supplymatrix claims"
        for word in self.query_text.split() if self.is_filled else ():
            column, colon, rest = word.partition(":")
            if colon and column == "about" and any(claim.about == rest for claim in self.claims):
                command += f" --about {shlex.quote(rest)}"
        return f"{command}{self.session.options_again()}"

    def status(self) -> Status:
        """Count sources, claims of which it is not known whether they hold, and those whose evidence has expired."""
        if not self.is_filled:
            return super().status()
        shown = {item.id for item in self.shown}
        claims = [claim for claim in self.claims if claim.id in shown]
        sources = {item.source for claim in claims for item in claim.evidence}
        day = self.session.day
        status = [claim_status(claim, day).status for claim in claims]
        unknown = sum(
            found is CellStatus.UNSUPPORTED or (found is CellStatus.LIVE and claim.verdict is ClaimVerdict.NO_EVIDENCE)
            for claim, found in zip(claims, status, strict=True)
        )
        stale = status.count(CellStatus.STALE)
        counts = (f"{len(claims):,} of {len(self.claims):,} claims", *([f"{stale:,} stale"] if stale else []))
        return Status(
            as_of=day,
            sources=len(sources),
            unknown=unknown,
            notes=counts,
            offline=self.session.offline,
        )

    def written_at(self) -> tuple[Path, int] | None:
        """Return where the claim stands, where that is a file that may be edited."""
        from supplymatrix.engine.vendor_profiles import real_file_of_claim

        claim = next((claim for claim in self.claims if self.parts() == (claim.id,)), None)
        file = real_file_of_claim(claim) if claim is not None else None
        return (file, claim.location.line) if claim is not None and file is not None else None

    def exports(self) -> tuple[Export, ...]:
        """Offer the formats of the command, of the claims that are shown."""
        from supplymatrix.reports.claims_view import (
            render_claims_json,
            render_claims_markdown,
            render_claims_text,
        )

        ids = {item.id for item in self.shown}
        shown = tuple(claim for claim in self.claims if claim.id in ids)
        twin = self.twin()
        day = self.session.day
        return (
            Export(key="j", format="json", file="claims.json", render=lambda: render_claims_json(shown, day),
                   command=f"{twin} --format json"),
            Export(key="m", format="markdown", file="claims.md", render=lambda: render_claims_markdown(shown, day),
                   command=f"{twin} --format markdown"),
            Export(key="t", format="text", file="claims.txt", render=lambda: render_claims_text(shown, day),
                   command=twin),
        )  # fmt: skip

    def why_empty(self) -> str:
        """Return why there is none."""
        return "there are no claims: they come with the program, or from claims/*.toml of your own profiles"


def _said(claim: Claim, day: date) -> tuple[str, str, str]:
    """Return sign, word and colour of what a verdict is worth on a day."""
    return _AGED.get(claim_status(claim, day).status) or _SAID[claim.verdict]


def _item(claim: Claim, day: date) -> Item:
    sign, word, color = _said(claim, day)
    return Item(
        id=claim.id,
        group=plain(claim.about),
        title=Content.assemble((f"{sign} {word:12} ", color), plain(claim.says)),
        cells={
            "id": claim.id,
            "verdict": claim.verdict.value,
            "status": claim_status(claim, day).status.value,
            "about": claim.about,
            "says": claim.says,
            "because": claim.because,
            "sources": " ".join(item.source for item in claim.evidence),
        },
        parts=(claim.id,),
        lines=tuple(_lines(claim, day)),
        sources=tuple((item.source, item.id) for item in claim.evidence),
    )


def _lines(claim: Claim, day: date) -> Iterator[Content]:
    sign, _, color = _said(claim, day)
    yield Content.assemble((f"{sign} {verdict_words(claim, day)}", color), f": “{plain(claim.says)}”")
    yield Content("")
    yield Content(plain(claim.because))
    yield Content("")
    yield field("about", claim.about)
    if claim.cell:
        yield field("cell", claim.cell)
    yield field("in", str(claim.location))
    for number, item in enumerate(claim.evidence, 1):
        yield Content("")
        yield from evidence_lines(item, number)
    if claim.verdict is ClaimVerdict.NO_EVIDENCE:
        yield Content("")
        yield heading("looked for" + (f" on {claim.searched_at}" if claim.searched_at else ""))
        for place in claim.searched:
            yield Content(f"- {plain(place)}")


def evidence_lines(item: VendorEvidence, number: int) -> Iterator[Content]:
    """Yield what is known of one source, with its dates."""
    yield heading(f"[{number}] ") + address(item.source)
    yield Content(plain(f"{item.kind.replace('_', ' ')}, confidence {item.confidence}"))
    dated = f"dated {item.source_date}, " if item.source_date else ""
    expires = f", counts until {item.expires_at}" if item.expires_at else ""
    yield Content(f"{dated}read {item.retrieved_at}{expires}")
    for text in filter(None, (item.locator, item.note)):
        yield Content(plain(text))
    if item.conflicts_with:
        yield Content(plain(f"! in conflict with {', '.join(item.conflicts_with)}"))
