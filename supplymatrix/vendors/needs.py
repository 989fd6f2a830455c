"""What a buyer needs, what might come, and what vendors have answered: three small TOML files for a decision.

    [[need]]
    key = "fips_mode"
    must = true
    why = "sold to a federal agency"

    [[need]]
    key = "go_minors"
    items = ["1.25"]

At most eight needs: whoever names more has not chosen yet. A need with `must` drops an option that is known to fail it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from supplymatrix.documents.tables import Table, TableReader
from supplymatrix.model.value import changed, value
from supplymatrix.model.vendor import (
    Capability,
    Confidence,
    EvidenceKind,
    Scope,
    State,
    VendorEvidence,
    VendorProfile,
)
from supplymatrix.vendors.capability_keys import KEYS, Role

__all__ = [
    "DEFAULT_SCENARIOS", "MAX_NEEDS", "Need", "Scenario", "VendorAnswer", "apply_answers", "parse_answers",
    "parse_needs", "parse_scenarios",
]  # fmt: skip

MAX_NEEDS = 8
_PAGE = "docs/formats/decision-toml.md"
_WEIGHED = tuple(key.id for key in KEYS.values() if key.role is not Role.DESCRIBES)


@value
class Need:
    """One need. key: a capability key that is weighed. items: what must be among its list values, e.g. Go minors.
    why: for the record. origin: where it was read, "lift decision file" or the line of the project that shows it."""

    key: str
    must: bool
    items: tuple[str, ...] = ()
    why: str = ""
    origin: str = ""


@value
class Scenario:
    """One thing that may come. factors: key → by how many times its weight grows; price_factor: what costs are then, in
    percent of today's."""

    id: str
    name: str
    factors: Mapping[str, int]
    price_percent: int = 100


DEFAULT_SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        id="cve-wave",
        name="a wave of CVEs in Go",
        factors={"fix_sla": 5, "sla_binding": 5, "feed_has_unfixed": 5, "feed_formats": 5, "beyond_upstream_months": 5},
    ),
    Scenario(id="fips", name="FIPS is demanded", factors={"fips_mode": 8, "fips_certificate": 8}),
    Scenario(
        id="sunset",
        name="the vendor gives the offer up",
        factors={"exit_cost": 6, "lapse_effect": 6, "sumdb_compat": 3},
    ),
    Scenario(id="price", name="the price rises by half", factors={"exit_cost": 3}, price_percent=150),
    Scenario(id="exit", name="the buyer leaves", factors={"exit_cost": 8, "lapse_effect": 4, "upstreams_fixes": 3}),
)


@value
class VendorAnswer:
    """What a vendor has answered to a question of the ask list. evidence: made of its source and date."""

    vendor: str
    capability: Capability
    evidence: VendorEvidence


def parse_needs(data: bytes, artifact: str) -> tuple[Need, ...]:
    """Read `[[need]]` tables. Raises InputError, also for more than eight."""
    reader = TableReader(data, artifact, page=_PAGE)
    reader.top(required=("need",))
    needs: list[Need] = []
    for table in reader.tables("need", required=("key",), optional=("must", "items", "why")):
        key = table.word("key", _WEIGHED)
        if any(need.key == key for need in needs):
            table.fault("key", f"{key!r} is needed twice", expected="one need for a key")
        must = table.flag("must")
        why = table.text("why", limit=300)
        needs.append(Need(key=key, must=must, items=table.texts("items"), why=why, origin=str(table.location)))
    if len(needs) > MAX_NEEDS:
        reader.fault(("need", MAX_NEEDS), f"there are {len(needs)} needs", expected=f"at most {MAX_NEEDS}")
    reader.finish()
    return tuple(needs)


def parse_scenarios(data: bytes, artifact: str) -> tuple[Scenario, ...]:
    """Read `[[scenario]]` tables. Raises InputError."""
    reader = TableReader(data, artifact, page=_PAGE)
    reader.top(required=("scenario",))
    scenarios: list[Scenario] = []
    for table in reader.tables("scenario", required=("id", "name", "factors"), optional=("price_percent",)):
        name = table.text("id", limit=40)
        if any(scenario.id == name for scenario in scenarios):
            table.fault("id", f"there are two scenarios {name!r}", expected="an id of its own")
        scenarios.append(
            Scenario(
                id=name,
                name=table.text("name", limit=80),
                factors=table.numbers("factors", _WEIGHED),
                price_percent=table.whole("price_percent", 100, high=10_000),
            )
        )
    reader.finish()
    return tuple(scenarios)


def parse_answers(data: bytes, artifact: str, *, vendors: Sequence[str], today: date) -> tuple[VendorAnswer, ...]:
    """Read `[[answer]]` tables: what vendors have answered, with source and day. Raises InputError."""
    reader = TableReader(data, artifact, page=_PAGE)
    reader.top(required=("answer",))
    required = ("vendor", "key", "state", "value", "source", "answered_at")
    optional = ("kind", "items", "numbers", "unit", "offer", "who")
    answers = []
    for number, table in enumerate(reader.tables("answer", required=required, optional=optional)):
        answers.append(_answer(table, number, vendors, today))
    reader.finish()
    return tuple(answers)


def apply_answers(profiles: Iterable[VendorProfile], answers: Sequence[VendorAnswer]) -> tuple[VendorProfile, ...]:
    """Return the profiles with the answers in the place of what was unknown, and beside what was known."""
    return tuple(_with_answers(profile, [a for a in answers if a.vendor == profile.id]) for profile in profiles)


def _answer(table: Table, number: int, vendors: Sequence[str], today: date) -> VendorAnswer:
    key = table.word("key", tuple(KEYS))
    answered = table.day("answered_at") or today
    if answered > today:
        table.fault("answered_at", "this day has not come yet", expected=f"a day up to {today}")
    state = table.member("state", State, State.UNKNOWN)
    if state is State.UNKNOWN:
        table.fault("state", "this is no answer", expected="yes, no, partial or n_a")
    name = f"answer-{number + 1}-{answered}"
    known = KEYS.get(key)
    return VendorAnswer(
        vendor=table.word("vendor", tuple(vendors)),
        capability=Capability(
            key=key,
            state=state,
            value=table.text("value", limit=100),
            items=table.texts("items"),
            numbers=table.numbers("numbers", known.numbers if known else ()),
            unit=table.word("unit", ("days", "months")),
            scope=Scope(offer=table.text("offer", limit=60)),
            evidence=(name,),
            searched=(),
            searched_at=None,
            note=table.text("who", limit=100),
            location=table.location,
        ),
        evidence=VendorEvidence(
            id=name,
            source=table.text("source", limit=500),
            kind=table.member("kind", EvidenceKind, EvidenceKind.VENDOR_DOC),
            source_date=answered,
            retrieved_at=answered,
            expires_at=None,
            confidence=Confidence.MEDIUM,
            sha256="",
            locator="",
            note="the vendor's answer, as the user wrote it down",
            conflicts_with=(),
            location=table.location,
        ),
    )


def _with_answers(profile: VendorProfile, answers: Sequence[VendorAnswer]) -> VendorProfile:
    if not answers:
        return profile
    asked = {answer.capability.key for answer in answers}
    kept = [row for row in profile.capabilities if row.key not in asked or row.state is not State.UNKNOWN]
    return changed(
        profile,
        capabilities=(*kept, *(answer.capability for answer in answers)),
        evidence=dict(profile.evidence) | {answer.evidence.id: answer.evidence for answer in answers},
    )
