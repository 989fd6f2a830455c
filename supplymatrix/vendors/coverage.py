"""What of a project's own Go each vendor covers: until when its minor is supported, and what became of the CVEs of the
Go in use.

- Support is a row of the profile whose evidence lives on the day. A row for "*" is a rolling stream: it carries what it
  carries, which may be another minor tomorrow. Where nothing is known, that is the answer, never "no".
- A CVE counts that touches the Go in use. Only of the standard library and the toolchain; modules are another matter.
- A vendor without a feed that was read gives no numbers at all.
- `today` is what the project has: what touches the release that it pins is open in it, whatever could be had; where the
  release is not pinned, or fixes come under old numbers, what the vendors on whose paths it stands have done.
- Where its Go comes by several paths, each of them is judged, and the worse answer counts: a CVE is fixed when it is on
  every path, and support lasts as long as on the one that ends first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

from supplymatrix.buildfiles.found import Role
from supplymatrix.model.value import changed, value
from supplymatrix.model.vendor import Lifetime, OfferKind, Point, VendorProfile, VersionRule
from supplymatrix.vendors.cve_answers import (
    CveAnswer,
    CveState,
    FeedDesk,
    ReadChannel,
    TouchingCve,
    touching_cves,
)
from supplymatrix.vendors.expiry import DAYS, is_live
from supplymatrix.vendors.go_in_use import GoInUse
from supplymatrix.vendors.held import held_offers
from supplymatrix.vendors.matrix import TODAY, UPSTREAM
from supplymatrix.vendors.standing import Stand, Standing

__all__ = ["CoverageRow", "GoCoverage", "Support", "SupportState", "cover_go", "ships_no_go", "support_of"]

_NO_UPSTREAM = "there is no profile of the Go project"
_GIVES_GO = (Point.TOOLCHAIN, Point.BASE_IMAGE)
_BEST_FIRST = (
    CveState.NOT_AFFECTED, CveState.FIXED, CveState.LATER, CveState.SILENT, CveState.OPEN, CveState.WONT_FIX,
)  # fmt: skip
"""Of several paths: what is open on one is open, whatever another does not tell."""
_GO_OFFERS = (OfferKind.TOOLCHAIN, OfferKind.BASE_IMAGE)


class SupportState(StrEnum):
    """UNTIL: supported to a known day; NO_END: supported, the end is not known; ROLLING: by a stream that moves on;
    ENDED: it was; NO_GO: the vendor ships no Go; UNKNOWN: nothing that lives says."""

    UNTIL = "until"
    NO_END = "no_end"
    ROLLING = "rolling"
    ENDED = "ended"
    NO_GO = "no_go"
    UNKNOWN = "unknown"


@value
class Support:
    """The support of one Go minor by one vendor on a day. until: the last day. offer, basis, evidence: of the row that
    says so. carries: of a rolling stream, the minors that it had when it was looked at."""

    state: SupportState
    until: date | None = None
    offer: str = ""
    basis: str = ""
    evidence: tuple[str, ...] = ()
    carries: tuple[str, ...] = ()


@value
class CoverageRow:
    """One vendor, or `today`. answers: one for each CVE, () when there is no feed; no_feed: why there are none.
    channels: that were read. paths: of `today`, the vendors by whose paths its Go comes."""

    id: str
    name: str
    support: Support
    answers: tuple[CveAnswer, ...]
    no_feed: str
    stands: tuple[Stand, ...]
    channels: tuple[ReadChannel, ...] = ()
    paths: tuple[str, ...] = ()

    def count(self, state: CveState) -> int | None:
        """Return how many CVEs are in a state; None when nobody knows."""
        return None if self.no_feed else sum(answer.state is state for answer in self.answers)


@value
class GoCoverage:
    """One Go in use. cves: None = not known, since no data on Go's CVEs was read. rows: `today` first."""

    go: GoInUse
    cves: tuple[TouchingCve, ...] | None
    rows: tuple[CoverageRow, ...]


def support_of(profile: VendorProfile, minor: str, day: date, offers: Sequence[str] = ()) -> Support:
    """Return until when a vendor supports a Go minor. offers: only of these, where any of them has a row."""
    rows = [row for row in profile.lifetimes if row.offer in offers] or list(profile.lifetimes)
    rows = [row for row in rows if row.since is None or row.since <= day]
    live = [row for row in rows if _is_live(profile, row.evidence, "lifetime", day)]
    own = [row for row in live if row.minor == minor]
    if own:
        best = max(own, key=lambda row: _length(row, day))
        return _support(profile, best, day, SupportState.NO_END)
    rolling = [row for row in live if row.minor == "*"]
    if rolling:
        best = max(rolling, key=lambda row: _length(row, day))
        return _support(profile, best, day, SupportState.ROLLING)
    if ships_no_go(profile):
        return Support(state=SupportState.NO_GO, basis="no offer of it is a Go")
    stale = [row for row in rows if row.minor in (minor, "*")]
    basis = (
        "what its profile says rests on nothing that lives" if stale else "no row of its profile is about this minor"
    )
    return Support(state=SupportState.UNKNOWN, basis=basis)


def cover_go(
    profiles: Iterable[VendorProfile],
    desk: FeedDesk,
    go: GoInUse,
    standing: Standing,
    day: date,
    *,
    shown: Iterable[VendorProfile] | None = None,
    others: Iterable[GoInUse] = (),
) -> GoCoverage:
    """Return what each vendor covers of one Go, with `today`, what the project has already, in front.

    shown: the vendors that get a row, all when None; `today` is worked out from everybody's paths. others: the Gos of
    the project beside this one; a path in the files of theirs alone is none of this one's.
    """
    profiles = tuple(profiles)
    cves = touching_cves(desk.reading, go, day)
    rows = []
    for profile in profiles:
        answers, no_feed = desk.answers(profile.id, go.minor, cves)
        rows.append(
            CoverageRow(
                id=profile.id,
                name=profile.name,
                support=support_of(profile, go.minor, day),
                answers=answers,
                no_feed=no_feed,
                stands=standing.of(profile.id),
                channels=desk.channels_of(profile.id),
            )
        )
    own = {use.location.artifact for use in go.uses}
    foreign = {use.location.artifact for other in others for use in other.uses} - own
    stands = tuple(stand for stand in standing.stands if stand.location.artifact not in foreign)
    today = changed(_today(rows, profiles, go, _giving_go(stands), day, cves=cves), stands=standing.stands)
    wanted = None if shown is None else {profile.id for profile in shown}
    return GoCoverage(go=go, cves=cves, rows=(today, *(row for row in rows if wanted is None or row.id in wanted)))


def _today(
    rows: Sequence[CoverageRow],
    profiles: Sequence[VendorProfile],
    go: GoInUse,
    giving: Mapping[str, Sequence[str]],
    day: date,
    *,
    cves: Sequence[TouchingCve] | None,
) -> CoverageRow:
    """Return the row of what the project has already, without its stands. giving: the vendors by whose paths the Go
    comes, each with its offers; else it comes from upstream."""
    by_id = {profile.id: profile for profile in profiles}
    paths = [name for name in giving if name in by_id] or [name for name in (UPSTREAM,) if name in by_id]
    supports = [
        _own_support(by_id[name], go.minor, day, offer)
        for name in paths
        for offer in dict.fromkeys(giving.get(name) or ("",))
    ]
    support = min(supports, key=_support_order, default=Support(state=SupportState.UNKNOWN, basis=_NO_UPSTREAM))
    own = [row for row in rows if row.id in paths]
    answers, no_feed = _own_answers([(row, by_id[row.id]) for row in own], go, cves)
    return CoverageRow(
        id=TODAY,
        name="today",
        support=support,
        answers=answers,
        no_feed=no_feed,
        stands=(),
        channels=tuple(channel for row in own for channel in row.channels),
        paths=tuple(paths),
    )


def _own_support(profile: VendorProfile, minor: str, day: date, offer: str) -> Support:
    """Return the support by the offer that was seen, by what else the project has of the vendor where that says nothing
    of the minor. offer: "" = the vendor's Go itself."""
    if any(row.offer == offer for row in profile.lifetimes):
        seen = support_of(profile, minor, day, (offer,))
        if seen.state is not SupportState.UNKNOWN:
            return seen
    held = held_offers(profile, (offer,) if offer else ())
    rows = tuple(row for row in profile.lifetimes if not row.offer or row.offer in held)
    return support_of(changed(profile, lifetimes=rows), minor, day)


def _giving_go(stands: Sequence[Stand]) -> Mapping[str, Sequence[str]]:
    """Return the vendors, each with its offers, that give the Go which builds the project: what a program that was
    built says before a build's toolchain or image, and this before CI's. What the program runs on gives none."""
    for roles in ((Role.BINARY,), (Role.BUILD, Role.BOTH), (Role.CI,)):
        giving: dict[str, list[str]] = {}
        for stand in stands:
            is_go = stand.point in _GIVES_GO and (stand.replaces_upstream or stand.vendor == UPSTREAM)
            if stand.role in roles and is_go:
                giving.setdefault(stand.vendor, []).append(stand.offer)
        if giving:
            return giving
    return {}


def _own_answers(
    own: Sequence[tuple[CoverageRow, VendorProfile]], go: GoInUse, cves: Sequence[TouchingCve] | None
) -> tuple[tuple[CveAnswer, ...], str]:
    """Return what became of each CVE in what the project has: of several paths, the worse answer."""
    if cves is None:
        return (), "no data on Go's CVEs was read"
    if not own and go.is_exact:
        return tuple(_pinned_open(cve, go) for cve in cves), ""
    told = [row for row, profile in own if not row.no_feed or _keeps_number(profile, go)]
    if not told:
        return (), next((row.no_feed for row, _ in own), _NO_UPSTREAM)
    return tuple(
        max(
            (_on_path(row, profile, go, cve, place) for row, profile in own),
            key=lambda answer: _BEST_FIRST.index(answer.state),
        )
        for place, cve in enumerate(cves)
    ), ""


def _on_path(row: CoverageRow, profile: VendorProfile, go: GoInUse, cve: TouchingCve, place: int) -> CveAnswer:
    """Return what became of a CVE on one path. A pinned release is what it is; a path without a feed is silent."""
    if _keeps_number(profile, go):
        return _pinned_open(cve, go)
    if row.no_feed:
        return CveAnswer(cve=cve.fix.cve, state=CveState.SILENT, note=f"{row.id}: {row.no_feed}")
    return row.answers[place]


def _keeps_number(profile: VendorProfile, go: GoInUse) -> bool:
    """Return whether a Go is one release whose number tells all that it holds: no vendor's fixes under old numbers."""
    return go.is_exact and profile.versions is not VersionRule.BACKPORT


def _pinned_open(cve: TouchingCve, go: GoInUse) -> CveAnswer:
    return CveAnswer(cve=cve.fix.cve, state=CveState.OPEN, note=f"Go {go.version} is pinned, and holds no fix")


def _support(profile: VendorProfile, row: Lifetime, day: date, without_end: SupportState) -> Support:
    if row.until is not None and row.until < day:
        state = SupportState.ENDED
    elif row.until is not None and row.minor != "*":
        state = SupportState.UNTIL
    else:
        state = without_end
    carries: tuple[str, ...] = ()
    if row.minor == "*":
        offer = next((offer for offer in profile.offers if offer.id == row.offer), None)
        if offer is not None and _is_live(profile, offer.evidence, "offer", day):
            carries = offer.go_minors
    return Support(
        state=state,
        until=row.until,
        offer=row.offer,
        basis=row.basis,
        evidence=tuple(f"{profile.id}:{name}" for name in row.evidence),
        carries=carries,
    )


def _is_live(profile: VendorProfile, ids: Iterable[str], kind: str, day: date) -> bool:
    return any(is_live(profile.evidence[name], DAYS[kind], day) for name in ids if name in profile.evidence)


def _length(row: Lifetime, day: date) -> tuple[int, date]:
    """Return the order of rows by how much they promise: a known end that has not come, an unknown one, a past one."""
    if row.until is None:
        return 1, date.min
    return (2 if row.until >= day else 0), row.until


def ships_no_go(profile: VendorProfile) -> bool:
    """Return whether nothing that a vendor offers is a Go, so that there is nothing for it to fix."""
    return profile.versions is VersionRule.NONE and not any(offer.kind in _GO_OFFERS for offer in profile.offers)


_ORDER = (
    SupportState.ENDED, SupportState.NO_GO, SupportState.UNKNOWN, SupportState.ROLLING, SupportState.NO_END,
    SupportState.UNTIL,
)  # fmt: skip
"""The worst first. An end that has come is known, and so comes before what is not known."""


def _support_order(support: Support) -> tuple[int, date]:
    return _ORDER.index(support.state), support.until or date.min
