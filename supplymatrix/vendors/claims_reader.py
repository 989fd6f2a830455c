"""What is commonly said, in `claims/*.toml`, to `Claim` values: each with a verdict, why, and dated evidence.

    [[claim]]
    id = "lift-toml-is-tidelift"
    says = "lift.toml is Tidelift's policy file"
    about = "tidelift"
    verdict = "contradicted"       # supported | contradicted | no_evidence
    because = "its own pages name another file"
    evidence = ["cli-page"]        # of [[evidence]], as in a profile

A claim that no evidence was found for says where it was looked for, and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from supplymatrix.documents.tables import Table, TableReader
from supplymatrix.model.vendor import Claim, ClaimVerdict, VendorEvidence
from supplymatrix.vendors.addresses import ID
from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.profile_links import EvidenceLinks, Ids, past_day
from supplymatrix.vendors.profile_reader import check_schema

__all__ = ["PAGE", "parse_claims"]

PAGE = "docs/formats/claims-toml.md"
_REQUIRED = ("id", "says", "about", "verdict", "because")
_OPTIONAL = ("evidence", "searched", "searched_at", "cell")
_LINE = 500


def parse_claims(data: bytes, artifact: str, *, today: date | None = None) -> tuple[Claim, ...]:
    """Return the claims of a file, in its order. Raises InputError with every fault, for any bytes.

    today: dates behind it are faults; None = any date is taken.
    """
    reader = TableReader(data, artifact, page=PAGE)
    check_schema(reader, ("claim",), ("evidence",))
    links = EvidenceLinks(reader, today)
    evidence = links.read()
    ids = Ids("claim")
    claims = [
        _claim(table, ids, links, evidence, today)
        for table in reader.tables("claim", required=_REQUIRED, optional=_OPTIONAL)
    ]
    links.check()
    reader.finish()
    return tuple(claims)


def _claim(
    table: Table, ids: Ids, links: EvidenceLinks, evidence: Mapping[str, VendorEvidence], today: date | None
) -> Claim:
    verdict = table.member("verdict", ClaimVerdict, ClaimVerdict.NO_EVIDENCE)
    is_open = verdict is ClaimVerdict.NO_EVIDENCE
    what = "" if is_open else f"a claim that is {verdict}"
    names = links.refer(table, needed=what, answers=what)
    searched, searched_at = table.texts("searched"), past_day(table, "searched_at", today)
    if is_open and not searched:
        table.fault("searched", "a claim without evidence does not say where it was looked for", expected='["…"]')
    if is_open and "searched_at" not in table:
        table.fault("searched_at", "it does not say when it was looked for", expected="searched_at = a date")
    about, cell = table.text("about", limit=100, filled=True), table.text("cell")
    vendor, slash, key = cell.partition("/")
    if cell and not (slash and ID.fullmatch(vendor) and key in KEYS):
        table.fault("cell", "this names no cell", expected='"vendor/key" with a capability key, or no such key')
    return Claim(
        id=ids.take(table),
        says=table.text("says", limit=_LINE, filled=True),
        about=about,
        verdict=verdict,
        because=table.text("because", filled=True),
        evidence=tuple(evidence[name] for name in names if name in evidence),
        searched=searched,
        searched_at=searched_at,
        cell=cell,
        location=table.location,
    )
