"""A policy put together so far, and how the values of two of them are joined.

What has an order joins by it: the stricter value and level, the higher floor. The rest (weights, the log, private
patterns, owners) is up to whoever joins (`policy.merge`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from supplymatrix.model.audit_family import AuditFamily, family_of
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level
from supplymatrix.model.verdict import Mode, Note, PolicyFile
from supplymatrix.policy.audit_terms import Said, TermValue
from supplymatrix.policy.document import (
    LEVEL_ORDER,
    PSEUDO_RULE,
    Debt,
    PackageRule,
    Policy,
    VendorRule,
    Waiver,
    digest_of,
)
from supplymatrix.policy.licence_terms import LicenceConclusion, LicenceRule
from supplymatrix.policy.score import WEIGHTS
from supplymatrix.policy.signature_terms import SignatureRule, content_of
from supplymatrix.policy.toolchain_terms import ToolchainRule
from supplymatrix.sumdb.known import GO_LOG_KEY

__all__ = [
    "OPENABLE", "WEIGHTS_KEY", "Whole", "copied", "effective_weights", "is_latent", "is_looser", "join_levels",
    "join_values", "log_of", "policy_of", "shown", "switch_on", "take_place",
]  # fmt: skip

_MODE_ORDER = {Mode.OBSERVE: 0, Mode.WARN: 1, Mode.ENFORCE: 2}
VENDORED_KEY = "vendored"
_RANKS: Mapping[str, Callable[[object], int]] = {
    "mode": lambda found: _MODE_ORDER[Mode(str(found))],
    "min_score": lambda found: int(str(found)),
    "fail_on": lambda found: -LEVEL_ORDER[Level(str(found))],
    "on_outage": lambda found: -int(str(found)),
    "max_waiver_days": lambda found: -int(str(found)),
    VENDORED_KEY: lambda found: int(found is True),
}
"""How strict a value is: the higher, the stricter. `weights` are in no such order."""
WEIGHTS_KEY = "weights"
OPENABLE = frozenset({WEIGHTS_KEY, "private", "sumdb", "conclusions"})


@dataclass(kw_only=True)
class Whole:
    """A policy put together so far. values: of [policy], by key; floors, level_floors: how low the next file may set a
    value or level, None = as low as it likes.

    open: of `private`, `sumdb`, `weights` and `conclusions` those that the next file may choose; a preset says nothing
    of them.
    spares: for each parent that set the level of SM203, the files whose `pseudo_versions = "allow"` may take it back.
    lowest: how low the file that was put over the others last might set a level. audits: families that some file
    switches on, and where; the rules of all others are off. latent: levels that files name of these. terms: what is
    asked of audits.
    """

    name: str = ""
    preset: str = ""
    values: dict[str, object]
    floors: dict[str, object | None]
    levels: dict[str, Level]
    level_floors: dict[str, Level]
    lowest: Mapping[str, Level] = field(default_factory=dict)
    open: frozenset[str] = OPENABLE
    spares: tuple[frozenset[int], ...] = ()
    origins: dict[str, Location] = field(default_factory=dict)
    places: dict[str, Location] = field(default_factory=dict)
    owner_domain: str = ""
    private: tuple[str, ...] = ()
    sumdb: str = ""
    packages: tuple[PackageRule, ...] = ()
    licences: tuple[LicenceRule, ...] = ()
    conclusions: tuple[LicenceConclusion, ...] = ()
    toolchain: ToolchainRule | None = None
    signatures: tuple[SignatureRule, ...] = ()
    vendors: tuple[VendorRule, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    frameworks: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    files: dict[str, Sequence[str]] = field(default_factory=dict)
    sources: tuple[PolicyFile, ...] = ()
    audits: dict[AuditFamily, Location] = field(default_factory=dict)
    latent: dict[str, Level] = field(default_factory=dict)
    terms: dict[str, Said] = field(default_factory=dict)


def copied(whole: Whole) -> Whole:
    """Return one that can be changed without changing this one."""
    return replace(
        whole,
        values=dict(whole.values),
        floors=dict(whole.floors),
        levels=dict(whole.levels),
        level_floors=dict(whole.level_floors),
        origins=dict(whole.origins),
        places=dict(whole.places),
        files=dict(whole.files),
        audits=dict(whole.audits),
        latent=dict(whole.latent),
        terms=dict(whole.terms),
    )


def join_values(whole: Whole, other: Whole) -> None:
    """Give a policy the stricter values of [policy] and the higher floors of two."""
    for key, rank in _RANKS.items():
        if rank(other.values[key]) > rank(whole.values[key]):
            whole.values[key] = other.values[key]
            take_place(whole, other, key)
        floors = [floor for floor in (whole.floors[key], other.floors[key]) if floor is not None]
        whole.floors[key] = max(floors, key=rank, default=None)


def switch_on(whole: Whole, audits: Mapping[AuditFamily, Location], defaults: Mapping[str, Level]) -> None:
    """Switch families of audits on: a rule of theirs has the level that a file has named, else that of the program."""
    new = {family: place for family, place in audits.items() if family not in whole.audits}
    whole.audits |= new
    for rule in defaults if new else ():
        place = new.get(family) if (family := family_of(rule)) is not None else None
        if place is not None:
            whole.levels[rule] = whole.latent.pop(rule, defaults[rule])
            whole.places.setdefault(rule, place)
            whole.origins.setdefault(rule, place)


def is_latent(whole: Whole, rule: str) -> bool:
    """Return whether a rule belongs to a family of audits that is not on."""
    family = family_of(rule)
    return family is not None and family not in whole.audits


def join_levels(whole: Whole, other: Whole) -> None:
    """Give a policy the stricter levels and the higher floors of two."""
    for family, place in other.audits.items():
        whole.audits.setdefault(family, place)
    for rule, level in other.latent.items():
        whole.latent[rule] = max(level, whole.latent.get(rule, Level.OFF), key=LEVEL_ORDER.__getitem__)
    for rule, level in other.levels.items():
        ours = whole.levels[rule]
        if rule == PSEUDO_RULE and LEVEL_ORDER[level] >= LEVEL_ORDER[ours]:
            whole.spares = (*whole.spares, *other.spares) if level is ours else other.spares
        if LEVEL_ORDER[level] > LEVEL_ORDER[ours]:
            whole.levels[rule] = level
            take_place(whole, other, rule)
            whole.origins.pop(rule, None)
            origin = other.origins.get(rule) or other.places.get("preset")  # the line that names the preset
            if origin is not None:
                whole.origins[rule] = origin
        floor = other.level_floors[rule]
        if LEVEL_ORDER[floor] > LEVEL_ORDER[whole.level_floors[rule]]:
            whole.level_floors[rule] = floor


def effective_weights(said: object) -> dict[str, int]:
    """Return what each severity weighs, those that nobody names included."""
    return {severity.value: weight for severity, weight in WEIGHTS.items()} | (said if isinstance(said, dict) else {})


def log_of(sumdb: str) -> str:
    """Return which log is meant; "" = Go's own, whether its key is written out or not."""
    return "" if sumdb == GO_LOG_KEY else sumdb


def take_place(whole: Whole, other: Whole, key: str) -> None:
    """Let a value stand where the other policy has it."""
    whole.places.pop(key, None)
    if key in other.places:
        whole.places[key] = other.places[key]


def is_looser(key: str, value: object, floor: object) -> bool:
    """Return whether a value is less strict than the lowest that is allowed; of weights, whether it is another."""
    if key != WEIGHTS_KEY:
        return _RANKS[key](value) < _RANKS[key](floor)
    return effective_weights(value) != effective_weights(floor)


def shown(key: str, value: object) -> str:
    """Return a value of [policy] as the file writes it."""
    if key == WEIGHTS_KEY:
        return "the weights that it has"
    if key == "on_outage":
        return f"warn until {value}d" if value else "fail"
    if isinstance(value, bool):
        return str(value).lower()
    return str(getattr(value, "value", value))


def _by_layer(packages: Sequence[PackageRule]) -> dict[int, list[tuple[object, ...]]]:
    """Return what decides of the entries of each file, in an order that has nothing to do with that of the files."""
    found: dict[int, list[tuple[object, ...]]] = {}
    for entry in packages:
        levels = sorted(
            (rule, level.value)
            for rule, level in entry.levels.items()
            if level is not Level.OFF or family_of(rule) is None
        )
        what = (entry.glob, entry.version, entry.min_age, entry.pseudo_versions, levels)
        found.setdefault(entry.layer, []).append(what)
    return {layer: sorted(entries) for layer, entries in found.items()}


def _of_licences(whole: Whole) -> dict[str, object]:
    """Return what decides of [licences]; nothing where no file has one."""
    found: dict[str, object] = {}
    if whole.licences:
        found["licences"] = sorted(
            (
                [] if rule.allow is None else [sorted({word for word, _ in rule.allow})],
                sorted({word for word, _ in rule.deny}),
                rule.min_confidence,
            )
            for rule in whole.licences
        )
    if whole.conclusions:
        found["conclusions"] = sorted(
            (c.module, c.version, c.licence, c.sha256, c.reason, c.owner) for c in whole.conclusions
        )
    return found


def _of_toolchain(whole: Whole) -> dict[str, object]:
    """Return what decides of [toolchain]; nothing where nobody asks for it."""
    asked = whole.toolchain
    if asked is None or not asked.verify:
        return {}
    return {"toolchain": sorted(asked.accepted), **({"toolchain_hashes": sorted(asked.pinned)} if asked.pinned else {})}


def _of_audits(whole: Whole) -> dict[str, object]:
    """Return what decides of the sections about audits; nothing where no file has one."""
    terms = {key: _sorted(said.value) for key, said in whole.terms.items()}
    return {**({"terms": terms} if terms else {}), **({"latent": whole.latent} if whole.latent else {})}


def _sorted(found: TermValue) -> object:
    return sorted(found) if isinstance(found, tuple) else found


def _of_vendor(rule: VendorRule) -> tuple[object, ...]:
    """Return what decides of a vendor's entry."""
    signed = (sorted(rule.require), sorted(rule.identity)) if rule.require else ()
    return (rule.vendor, rule.response_p90, rule.evidence_age, sorted(rule.channels), *signed)


def _of_waiver(waiver: Waiver) -> tuple[str, ...]:
    """Return what decides of a waiver."""
    return (
        *(
            waiver.rule,
            waiver.package,
            waiver.version,
            waiver.replacement,
            waiver.advisory,
            waiver.reason,
            waiver.owner,
        ),
        str(waiver.expires),
        *sorted(waiver.licences),
        *((waiver.vex_justification,) if waiver.vex_justification else ()),
    )


def policy_of(whole: Whole, debt: Debt | None, outage_place: Location) -> Policy:
    """Return what was put together as a policy. outage_place: where on_outage stands, or would."""
    values, layers = whole.values, _by_layer(whole.packages)
    decides = {
        **{key: shown(key, values[key]) for key in _RANKS if key != VENDORED_KEY or values[key] is True},
        WEIGHTS_KEY: values[WEIGHTS_KEY],
        "levels": {rule: level for rule, level in whole.levels.items() if not is_latent(whole, rule)},
        "owner_domain": whole.owner_domain,
        "private": sorted(set(whole.private)),
        "sumdb": whole.sumdb,
        "packages": sorted(layers.values()),
        "spares": sorted(sorted(layers.get(number, []) for number in spare) for spare in whole.spares),
        "vendors": sorted(map(_of_vendor, whole.vendors)),
        "waivers": sorted(map(_of_waiver, whole.waivers)),
        "debt": [(str(debt.expires), sorted((e.rule, e.fingerprint) for e in debt.entries))] if debt else [],
        **_of_licences(whole),
        **_of_toolchain(whole),
        **_of_audits(whole),
        **({"signatures": sorted(map(repr, map(content_of, whole.signatures)))} if whole.signatures else {}),
    }
    weights = values[WEIGHTS_KEY]
    outage_days = int(str(values["on_outage"]))
    return Policy(
        name=whole.name or whole.preset,
        preset=whole.preset,
        digest=digest_of(decides),
        min_score=int(str(values["min_score"])),
        fail_on=Level(str(values["fail_on"])),
        levels=whole.levels,
        origins=whole.origins,
        packages=whole.packages,
        waivers=whole.waivers,
        licences=whole.licences,
        conclusions=whole.conclusions,
        toolchain=whole.toolchain,
        signatures=whole.signatures,
        private=whole.private,
        sumdb=whole.sumdb,
        outage_days=outage_days,
        outage_location=whole.places.get("on_outage", outage_place),
        notes=whole.notes,
        files=whole.files,
        mode=Mode(str(values["mode"])),
        max_waiver_days=int(str(values["max_waiver_days"])),
        vendored=values[VENDORED_KEY] is True,
        vendors=whole.vendors,
        frameworks=whole.frameworks,
        weights=weights if isinstance(weights, dict) else {},
        debt=debt,
        sources=(*whole.sources, PolicyFile(artifact=debt.artifact, sha256=debt.sha256)) if debt else whole.sources,
        places=whole.places,
        spares=whole.spares,
        owner_domain=whole.owner_domain,
        floors=whole.lowest,
        audits=frozenset(whole.audits).union(*(entry.audits for entry in whole.packages)),
        audit_places=whole.audits,
        latent=whole.latent,
        terms=whole.terms,
    )
