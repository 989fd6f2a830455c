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

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from supplymatrix.documents.tables import Table, TableReader
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.spelling import nearest
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
from supplymatrix.vendors.addresses import MINOR, says_nothing
from supplymatrix.vendors.capability_keys import KEYS, Role
from supplymatrix.vendors.profile_form import ITEMS, UNITS

__all__ = [
    "DEFAULT_SCENARIOS", "MAX_NEEDS", "Need", "Scenario", "VendorAnswer", "apply_answers", "join_needs",
    "parse_answers", "parse_need_word", "parse_needs", "parse_scenarios",
]  # fmt: skip

MAX_NEEDS = 8
_PAGE = "docs/formats/decision-toml.md"
_MAX_SCENARIOS = 20
_MAX_ANSWERS = 1_000
_WEIGHED = tuple(key.id for key in KEYS.values() if key.role is not Role.DESCRIBES)
_LISTS = ("go_minors", *ITEMS)
"""The keys whose answers are lists, so that a need may name items."""
_ARCHES = {
    "x86_64": "amd64",
    "x86-64": "amd64",
    "aarch64": "arm64",
    "armhf": "arm",
    "ppc64el": "ppc64le",
    "i386": "386",
}
_FENCE = re.compile(rb"^```(\w*)[ \t]*\r?$")


@value
class Need:
    """One need. key: a capability key that is weighed. items: what must be among its list values, e.g. Go minors.
    why: for the record. origin: where it was read: the place in a file, an option, or the line of the project that
    shows it."""

    key: str
    must: bool
    items: tuple[str, ...] = ()
    why: str = ""
    origin: str = ""


@value
class Scenario:
    """One thing that may come. factors: key → by how many times its weight grows; price_percent: what costs are then,
    in percent of today's."""

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
    Scenario(
        id="exit", name="you move to another vendor", factors={"exit_cost": 8, "lapse_effect": 4, "upstreams_fixes": 3}
    ),
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
    for number, table in enumerate(reader.tables("need", required=("key",), optional=("must", "items", "why"))):
        if number == MAX_NEEDS:
            reader.fault(
                ("need", number), f"there are more than {MAX_NEEDS} needs", expected=f"the {MAX_NEEDS} that decide"
            )
            break
        key = table.word("key", _WEIGHED)
        if key and any(need.key == key for need in needs):
            table.fault("key", f"{key!r} is needed twice", expected="one need for a key")
        must = table.flag("must")
        why = table.text("why", limit=300)
        items = _words_of(key, table.texts("items"))
        fault = _fault_of_items(key, items)
        if fault is not None and key:
            table.fault("items", fault[0], expected=fault[1], remedy=fault[2])
        needs.append(Need(key=key, must=must, items=items, why=why, origin=str(table.location)))
    reader.finish()
    return tuple(needs)


def parse_need_word(word: str, *, must: bool) -> Need:
    """Read KEY or KEY=ITEM,ITEM as an option has it. Raises InputError."""
    option = "--must" if must else "--need"
    key, equals, rest = word.partition("=")
    items = _words_of(key, [item.strip() for item in rest.split(",")]) if equals else ()
    if key not in _WEIGHED:
        near = nearest(key, _WEIGHED) if len(key) < 80 else ""
        message = f"the key {key!r} only describes and is never weighed" if key in KEYS else "there is no such key"
        remedy = f"did you mean {near!r}?" if near and key not in KEYS else f"the keys stand in {_PAGE}"
        expected = f"one of {', '.join(_WEIGHED)}"
        raise InputError(Diagnostic(message=message, artifact=option, seen=key[:60], expected=expected, remedy=remedy))
    fault = _fault_of_items(key, items)
    if fault is not None:
        message, expected, remedy = fault
        raise InputError(Diagnostic(message=message, artifact=option, seen=word[:60], expected=expected, remedy=remedy))
    return Need(key=key, must=must, items=items, origin=option)


def join_needs(*groups: Sequence[Need], project: Sequence[Need] = ()) -> tuple[tuple[Need, ...], tuple[Need, ...]]:
    """Return the needs that hold, and those of the project that found no room.

    groups: the user's, a later one wins for its key. The project's come behind them, as far as eight go. Raises
    InputError when the user alone has more than eight.
    """
    own = {need.key: need for group in groups for need in group}
    if len(own) > MAX_NEEDS:
        raise InputError(
            Diagnostic(
                message=f"there are {len(own)} needs",
                artifact=next(need.origin for need in list(own.values())[MAX_NEEDS:]),
                expected=f"at most {MAX_NEEDS}: those that decide",
                remedy="leave out what every option has anyway",
            )
        )
    others = [need for need in project if need.key not in own]
    room = MAX_NEEDS - len(own)
    return (*own.values(), *others[:room]), tuple(others[room:])


def parse_scenarios(data: bytes, artifact: str) -> tuple[Scenario, ...]:
    """Read `[[scenario]]` tables. Raises InputError."""
    reader = TableReader(data, artifact, page=_PAGE)
    reader.top(required=("scenario",))
    scenarios: list[Scenario] = []
    for table in reader.tables("scenario", required=("id", "name", "factors"), optional=("price_percent",)):
        name = table.text("id", limit=40, filled=True)
        if any(scenario.id == name for scenario in scenarios):
            table.fault("id", f"there are two scenarios {name!r}", expected="an id of its own")
        scenarios.append(
            Scenario(
                id=name,
                name=table.text("name", limit=80, filled=True),
                factors=table.numbers("factors", _WEIGHED),
                price_percent=table.whole("price_percent", 100, high=10_000),
            )
        )
    if len(scenarios) > _MAX_SCENARIOS:
        message = f"there are {len(scenarios)} scenarios"
        reader.fault(("scenario", _MAX_SCENARIOS), message, expected=f"at most {_MAX_SCENARIOS}")
    reader.finish()
    return tuple(scenarios)


def parse_answers(
    data: bytes, artifact: str, *, offers: Mapping[str, Sequence[str]], today: date
) -> tuple[VendorAnswer, ...]:
    """Read `[[answer]]` tables: what vendors have answered, with source and day. Raises InputError.

    offers: of every vendor, its offers. A table whose state is still "unknown" is a question without an answer and is
    left out. A Markdown file is read by its blocks of TOML, so that an ask list that was filled in serves as it is.
    """
    reader = TableReader(_toml_of(data), artifact, page=_PAGE)
    reader.top(required=("answer",))
    required = ("vendor", "key", "state")
    optional = ("value", "source", "answered_at", "kind", "items", "complete", "numbers", "unit", "offer", "who")
    answers = []
    for number, table in enumerate(reader.tables("answer", required=required, optional=optional)):
        if number == _MAX_ANSWERS:
            reader.fault(("answer", number), "there are too many answers", expected=f"at most {_MAX_ANSWERS:,}")
            break
        answer = _answer(table, number, offers, today)
        if answer is not None:
            answers.append(answer)
    reader.finish()
    return tuple(answers)


def apply_answers(profiles: Iterable[VendorProfile], answers: Sequence[VendorAnswer]) -> tuple[VendorProfile, ...]:
    """Return the profiles with the answers in the place of what was unknown, and beside what was known.

    An answer about one offer leaves open what is unknown of the others.
    """
    return tuple(_with_answers(profile, [a for a in answers if a.vendor == profile.id]) for profile in profiles)


def _words_of(key: str, items: Sequence[str]) -> tuple[str, ...]:
    """Return items each once; words of a closed list in small letters, as profiles have them."""
    return tuple(dict.fromkeys(item.lower() if key in ITEMS else item for item in items))


def _fault_of_items(key: str, items: Sequence[str]) -> tuple[str, str, str] | None:
    """Return what is wrong with items, what is expected, and what to do; None where nothing is."""
    if items and key not in _LISTS:
        return "the answers to this key are no lists", f"items only for {', '.join(_LISTS)}", ""
    for item in items:
        if not item or not item.isprintable() or len(item) > 60:
            return "an item is empty, too long or not visible", "words such as 1.26 or amd64", ""
        if key == "go_minors" and not MINOR.fullmatch(item):
            return f"{item!r} is no minor version of Go", "a minor version such as 1.26", ""
        if key == "arches" and item in _ARCHES:
            return f"{item!r} is not Go's name of this architecture", _ARCHES[item], ""
        if key in ITEMS and item not in ITEMS[key]:
            near = nearest(item, ITEMS[key])
            remedy = f"did you mean {near!r}?" if near else ""
            return f"{item!r} is none of the words for {key}", f"one of {', '.join(ITEMS[key])}", remedy
    return None


def _toml_of(data: bytes) -> bytes:
    """Return the TOML of a Markdown file, each line in its place; what has no such block is TOML itself."""
    lines = data.split(b"\n")
    if not any((found := _FENCE.match(line)) and found[1] == b"toml" for line in lines):
        return data
    kept, inside, is_open = [], False, False
    for line in lines:
        fence = _FENCE.match(line)
        if fence:
            inside, is_open = (False, False) if is_open else (fence[1] == b"toml", True)
        kept.append(line if inside and not fence else b"")
    return b"\n".join(kept)


def _answer(table: Table, number: int, offers: Mapping[str, Sequence[str]], today: date) -> VendorAnswer | None:
    vendor, key = table.word("vendor", tuple(offers)), table.word("key", tuple(KEYS))
    state = table.member("state", State, State.UNKNOWN)
    if state is State.UNKNOWN:
        return None
    for name in ("value", "source", "answered_at"):
        if name not in table:
            table.fault(name, f"{name!r} is missing", expected=f"{name} = …", at_key=True)
    answered = table.day("answered_at") or today
    if answered > today:
        table.fault("answered_at", "this day has not come yet", expected=f"a day up to {today}")
    known = KEYS.get(key)
    items = _words_of(key, table.texts("items"))
    fault = _fault_of_items(key, items) if key in _LISTS else None
    if fault is not None:
        table.fault("items", fault[0], expected=fault[1], remedy=fault[2])
    numbers, unit = table.numbers("numbers", known.numbers if known else ()), table.word("unit", UNITS)
    if known is not None and numbers and unit != known.unit:
        table.fault("unit", f"the numbers of {key!r} are in {known.unit}", expected=f'unit = "{known.unit}"')
    value_ = table.text("value", limit=100, filled=True)
    if value_.strip() and says_nothing(value_):
        table.fault("value", "this answer has no word or number in it", expected="the answer in one line")
    name = f"answer-{number + 1}-{answered}"
    capability = Capability(
        key=key,
        state=state,
        value=value_,
        items=items,
        numbers=numbers,
        unit=unit,
        complete=bool(items) and table.flag("complete"),
        scope=Scope(offer=table.word("offer", tuple(offers.get(vendor, ())))),
        evidence=(name,),
        searched=(),
        searched_at=None,
        note=table.text("who", limit=100),
        location=table.location,
    )
    evidence = VendorEvidence(
        id=name,
        source=table.text("source", limit=500, filled=True),
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
    )
    return VendorAnswer(vendor=vendor, capability=capability, evidence=evidence)


def _with_answers(profile: VendorProfile, answers: Sequence[VendorAnswer]) -> VendorProfile:
    if not answers:
        return profile
    rows = [row for answer in answers for row in _beside(answer.capability, profile.capabilities)]
    kept = [row for row in profile.capabilities if not any(_settles(answer.capability, row) for answer in answers)]
    return changed(
        profile,
        capabilities=(*kept, *rows),
        evidence=dict(profile.evidence) | {answer.evidence.id: answer.evidence for answer in answers},
    )


def _beside(answer: Capability, rows: Iterable[Capability]) -> list[Capability]:
    """Return an answer about all offers once for each scope of which something is known: so it stands against that, and
    not, as one more offer, beside it."""
    known = [row.scope for row in rows if row.key == answer.key and row.state is not State.UNKNOWN]
    scopes = tuple(dict.fromkeys(known)) if not answer.scope.offer else ()
    return [changed(answer, scope=scope) for scope in scopes] or [answer]


def _settles(answer: Capability, row: Capability) -> bool:
    """Whether an answer takes the place of a row that says "unknown"."""
    about_it = answer.scope.offer in ("", row.scope.offer)
    return row.state is State.UNKNOWN and row.key == answer.key and about_it
