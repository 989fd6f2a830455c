"""Claims: what is commonly said about support for Go, each with a verdict, why, and dated sources."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content

from supplymatrix.model.vendor import Claim, ClaimVerdict, VendorEvidence
from supplymatrix.reports.plain import plain
from supplymatrix.tui.screens.base import Export, Work
from supplymatrix.tui.screens.list_screen import Item, ListScreen
from supplymatrix.tui.widgets.details import field, heading
from supplymatrix.tui.widgets.status_line import Status

if TYPE_CHECKING:
    from supplymatrix.engine.vendor_profiles import LoadedProfiles

__all__ = ["ClaimsScreen"]

_SAID = {
    ClaimVerdict.SUPPORTED: ("●", "supported", "$success"),
    ClaimVerdict.CONTRADICTED: ("✘", "contradicted", "$error"),
    ClaimVerdict.NO_EVIDENCE: ("?", "no evidence", "$warning"),
}
"""Sign, word and colour of each verdict."""


class ClaimsScreen(ListScreen):
    """Claims left, their sources right."""

    PLACE = "claims"
    LOADING = "reading claims and profiles"
    WHAT = "claims"
    COLUMNS: ClassVar[tuple[str, ...]] = ("id", "verdict", "about", "says", "because", "sources")

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
        return [_item(claim) for about in groups for claim in found.claims if claim.about == about]

    def twin(self) -> str:
        """Return the command; narrowed as far as the filter is one that the command has, too."""
        command = "supplymatrix claims"
        for word in self.query_text.split() if self.is_filled else ():
            column, colon, rest = word.partition(":")
            if colon and column == "about" and any(claim.about == rest for claim in self.claims):
                command += f" --about {shlex.quote(rest)}"
        return command

    def status(self) -> Status:
        """Count sources, and claims without evidence."""
        if not self.is_filled:
            return super().status()
        shown = {item.id for item in self.shown}
        claims = [claim for claim in self.claims if claim.id in shown]
        sources = {item.source for claim in claims for item in claim.evidence}
        unknown = sum(claim.verdict is ClaimVerdict.NO_EVIDENCE for claim in claims)
        return Status(
            as_of=self.session.day,
            sources=len(sources),
            unknown=unknown,
            notes=(f"{len(claims):,} of {len(self.claims):,} claims",),
            offline=self.session.offline,
        )

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


def _item(claim: Claim) -> Item:
    sign, word, color = _SAID[claim.verdict]
    return Item(
        id=claim.id,
        group=plain(claim.about),
        title=Content.assemble((f"{sign} {word:12} ", color), plain(claim.says)),
        cells={
            "id": claim.id,
            "verdict": claim.verdict.value,
            "about": claim.about,
            "says": claim.says,
            "because": claim.because,
            "sources": " ".join(item.source for item in claim.evidence),
        },
        parts=(claim.id,),
        lines=tuple(_lines(claim)),
        sources=tuple((item.source, item.id) for item in claim.evidence),
    )


def _lines(claim: Claim) -> Iterator[Content]:
    sign, word, color = _SAID[claim.verdict]
    yield Content.assemble((f"{sign} {word}", color), f": “{plain(claim.says)}”")
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
    yield heading(f"[{number}] {item.source}")
    yield Content(plain(f"{item.kind.replace('_', ' ')}, confidence {item.confidence}"))
    dated = f"dated {item.source_date}, " if item.source_date else ""
    expires = f", counts until {item.expires_at}" if item.expires_at else ""
    yield Content(f"{dated}read {item.retrieved_at}{expires}")
    for text in filter(None, (item.locator, item.note)):
        yield Content(plain(text))
    if item.conflicts_with:
        yield Content(plain(f"! in conflict with {', '.join(item.conflicts_with)}"))
