"""lift.toml: what a project demands of its modules.

    [policy]
    name = "svc"
    preset = "log-verified"

    [packages."github.com/gorilla/mux"]
    version = "1.8.0"
    security_policy = "strict-module-integrity"

A preset is a file of the same form that comes with the program. Its rule levels hold unless the file says otherwise;
the level of an alarm is fixed in the rule. The whole grammar is in docs/formats/lift-toml.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Rule
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Mode, Note, PolicyFile
from supplymatrix.policy.globs import literal_prefix, matches

__all__ = [
    "LEVEL_ORDER", "MAX_WAIVER_DAYS", "PAGE", "Debt", "DebtEntry", "PackageRule", "Policy", "VendorRule", "Waiver",
    "parse_policy", "preset_policy",
]  # fmt: skip

PAGE = "docs/formats/lift-toml.md"
MAX_WAIVER_DAYS = 180
LEVEL_ORDER: Mapping[Level, int] = {
    level: number for number, level in enumerate((Level.OFF, Level.NOTE, Level.WARN, Level.ERROR, Level.ALARM))
}


@value
class PackageRule:
    """One [packages."glob"]. version: what is allowed, as written, "" = any; security_policy: a preset's name, "" =
    none.

    levels: of that preset and of pseudo_versions, by rule id. The locations are those of the values, or of the table.
    layer: number of the file that it stands in, 0 = the project's own. min_age: days that a version must be out, 0 =
    none. pseudo_versions: "allow", "deny" or "".
    """

    glob: str
    version: str
    security_policy: str
    levels: Mapping[str, Level]
    location: Location
    version_location: Location
    policy_location: Location
    layer: int = 0
    min_age: int = 0
    age_location: Location | None = None
    pseudo_versions: str = ""


@value
class Waiver:
    """One [[waivers]]. rule: its id; package: a glob; version: "" = any. expires: the last day on which it holds.

    advisory: the id that it is about, "" = any. layer: number of the file that it stands in, 0 = the project's own.
    """

    rule: str
    package: str
    version: str
    reason: str
    owner: str
    expires: date
    location: Location
    advisory: str = ""
    ticket: str = ""
    vex_justification: str = ""
    layer: int = 0


@value
class VendorRule:
    """One [vendors.<id>]: what is asked of a vendor that the project stands on. Both in days, 0 = nothing is asked.

    response_p90: the slowest that nine of ten fixes may be; evidence_age: the oldest that what is known of it may be.
    """

    vendor: str
    response_p90: int
    evidence_age: int
    location: Location
    response_location: Location
    age_location: Location


@value
class DebtEntry:
    """One finding that was there when the policy was adopted. fingerprint: of the finding."""

    rule: str
    subject: str
    fingerprint: str
    location: Location


@value
class Debt:
    """The debt list of `policy adopt`. most: how many entries it may have; expires: the last day on which it excuses.

    location: of [debt] in lift.toml; artifact: the list's own file.
    """

    artifact: str
    adopted: date
    expires: date
    most: int
    owner: str
    reason: str
    entries: tuple[DebtEntry, ...]
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy with its preset resolved. levels: of every rule; origins: where the file names a rule's level.

    private: GOPRIVATE patterns; sumdb: "" or "<verifier key>[ <url>]". digest: SHA-256 of all that decides, in hex.
    outage_days: how old, in days, the proofs beside go.sum may be for a run to pass in which the log could not be asked
    for what they do not hold; 0 = it cannot pass. outage_location: where the file says so. files: artifact → lines.
    mode: what the gate does with its answer. max_waiver_days: how long a waiver may last from today. frameworks: of
    [compliance]. weights: severity ("critical", …) → weight in the score, where the policy sets one. sources: every
    file that the policy was put together from, the project's own first.
    """

    name: str
    preset: str
    digest: str
    min_score: int
    fail_on: Level
    levels: Mapping[str, Level]
    origins: Mapping[str, Location]
    packages: tuple[PackageRule, ...]
    waivers: tuple[Waiver, ...]
    private: tuple[str, ...]
    sumdb: str
    outage_days: int
    outage_location: Location
    notes: tuple[Note, ...]
    files: Mapping[str, Sequence[str]] = field(repr=False)
    mode: Mode = Mode.ENFORCE
    max_waiver_days: int = MAX_WAIVER_DAYS
    vendors: tuple[VendorRule, ...] = ()
    frameworks: tuple[str, ...] = ()
    weights: Mapping[str, int] = field(default_factory=dict)
    debt: Debt | None = None
    sources: tuple[PolicyFile, ...] = ()

    @property
    def on_outage(self) -> str:
        """What lift.toml says of an outage: "fail" or "warn until 14d"."""
        return f"warn until {self.outage_days}d" if self.outage_days else "fail"

    def package_for(self, module: str) -> PackageRule | None:
        """Return the entry that speaks of a module: of several, the one with the longest literal prefix.

        Raises InputError when two are equally long.
        """
        found = [entry for entry in self.packages if matches(entry.glob, module)]
        if not found:
            return None
        best = max(literal_prefix(entry.glob) for entry in found)
        first, *others = [entry for entry in found if literal_prefix(entry.glob) == best]
        if others:
            place = others[0].location
            raise InputError(
                Diagnostic(
                    message=f"two entries speak of {module} with equal weight: {first.glob!r} and {others[0].glob!r}",
                    artifact=place.artifact,
                    line=place.line,
                    column=place.column,
                    end_column=place.end_column,
                    expected="one entry whose part before the first star is longer",
                    remedy="make one of the two more exact",
                )
            )
        return first

    def level_of(self, rule: Rule, module: str) -> tuple[Level, Location | None]:
        """Return the level of a rule for a module ("" = the project itself), and the place that asks for it."""
        level, origin = self.levels.get(rule.id, rule.level), self.origins.get(rule.id)
        if rule.level is Level.ALARM:
            return Level.ALARM, origin
        entry = self.package_for(module) if module else None
        if entry is not None and LEVEL_ORDER[entry.levels.get(rule.id, Level.OFF)] > LEVEL_ORDER[level]:
            return entry.levels[rule.id], entry.policy_location
        if entry is not None and entry.levels.get(rule.id) is level and origin is None:
            origin = entry.policy_location
        return level, origin

    def asks_for(self, rule_id: str, module: str) -> bool:
        """Return whether a rule is on for a module."""
        entry = self.package_for(module)
        levels = (self.levels.get(rule_id, Level.OFF), entry.levels.get(rule_id, Level.OFF) if entry else Level.OFF)
        return any(level is not Level.OFF for level in levels)


def parse_policy(
    data: bytes, artifact: str, *, presets: Mapping[str, bytes], rules: Mapping[str, Rule] | None = None
) -> Policy:
    """Read a lift.toml. rules: the known rules by id, all of them when None.

    Raises InputError with a diagnostic, place and suggestion for each thing that is wrong.
    """
    from supplymatrix.policy.reader import PolicyReader

    return PolicyReader(data, artifact, presets=presets, rules=_known(rules)).policy()


def preset_policy(name: str, *, presets: Mapping[str, bytes], rules: Mapping[str, Rule] | None = None) -> Policy:
    """Return a preset as the policy of a project that has no lift.toml. Raises InputError for an unknown one."""
    from supplymatrix.policy.reader import PolicyReader

    data = f'[policy]\npreset = "{name}"\n'.encode()
    return PolicyReader(data, f"preset {name}", presets=presets, rules=_known(rules)).policy()


def _known(rules: Mapping[str, Rule] | None) -> Mapping[str, Rule]:
    if rules is None:
        from supplymatrix.checks.registry import ALL_RULES

        return ALL_RULES
    return rules


def digest_of(parts: Mapping[str, object]) -> str:
    """Return the SHA-256, in hex, of all that decides about a verdict."""
    import json

    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
