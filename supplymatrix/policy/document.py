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
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.audit_family import AuditFamily, family_of
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Rule
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Mode, Note, PolicyFile
from supplymatrix.policy.audit_terms import Terms
from supplymatrix.policy.globs import GlobIndex, literal_prefix
from supplymatrix.policy.licence_terms import LicenceConclusion, LicenceRule
from supplymatrix.policy.parents import NO_FILES, PolicyFiles
from supplymatrix.policy.signature_terms import SignatureRule
from supplymatrix.policy.toolchain_terms import ToolchainRule
from supplymatrix.policy.versions import VersionRange

__all__ = [
    "ADVISORY_RULES", "DEFAULT_PRESET", "LEVEL_ORDER", "LICENCE_RULE", "MAX_WAIVER_DAYS", "PAGE", "PSEUDO_RULE", "Debt",
    "DebtEntry", "PackageRule", "Policy", "VendorRule", "Waiver", "parse_policy", "preset_policy",
]  # fmt: skip

PAGE = "docs/formats/lift-toml.md"
DEFAULT_PRESET = "log-verified"
"""What holds where a policy names neither preset nor parent, and where there is no policy at all."""
MAX_WAIVER_DAYS = 180
PSEUDO_RULE = "SM203"
"""The rule that `pseudo_versions` sets for the modules of an entry."""
LICENCE_RULE = "SM401"
"""The rule whose waivers may name licences."""
ADVISORY_RULES = ("SM301", "SM302", "SM303", "SM304", "SM305", "SM307", "SM309")
"""The rules that a waiver speaks of which names an advisory and no rule."""
LEVEL_ORDER: Mapping[Level, int] = {
    level: number for number, level in enumerate((Level.OFF, Level.NOTE, Level.WARN, Level.ERROR, Level.ALARM))
}

_ERROR = LEVEL_ORDER[Level.ERROR]


@value
class PackageRule:
    """One [packages."glob"]. version: what is allowed, as written, "" = any; security_policy: a preset's name, "" =
    none.

    levels: of that preset and of pseudo_versions, by rule id. The locations are those of the values, or of the table.
    layer: number of the file that it stands in, 0 = the project's own. min_age: days that a version must be out, 0 =
    none. pseudo_versions: "allow", "deny" or "". allowed: what `version` means; None = any.
    """

    glob: str
    version: str
    security_policy: str
    levels: Mapping[str, Level]
    location: Location
    version_location: Location
    policy_location: Location
    layer: int = 0
    allowed: VersionRange | None = None
    min_age: int = 0
    age_location: Location | None = None
    pseudo_versions: str = ""
    pseudo_location: Location | None = None

    @property
    def audits(self) -> frozenset[AuditFamily]:
        """The families of audits that it has on for its modules."""
        asked = (family_of(rule) for rule, level in self.levels.items() if level is not Level.OFF)
        return frozenset(family for family in asked if family is not None)


@value
class Waiver:
    """One [[waivers]]. rule: its id, "" = ADVISORY_RULES; package: a glob; version: "" = any. expires: the last day on
    which it holds.

    advisory: the id that it is about, "" = any. layer: number of the file that it stands in, 0 = the project's own.
    replacement: what the module is replaced by, path, path@version or folder, "" = anything. licences: words of
    [licences] that the module may have all the same, none = any.
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
    replacement: str = ""
    licences: tuple[str, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that it speaks of, by id."""
        return (self.rule,) if self.rule else ADVISORY_RULES

    @property
    def name(self) -> str:
        """What it excuses, in short: "SM202 on a.example/b@v1.0.0", "GO-2021-0113 on any module"."""
        version = f"@{self.version}" if self.version else ""
        if not self.rule:
            return f"{self.advisory} on {'any module' if self.package == '**' else self.package}{version}"
        about = f" ({self.advisory})" if self.advisory else ""
        about += f" ({', '.join(self.licences)})" if self.licences else ""
        return f"{self.rule} on {self.package}{version}{about}"


@value
class VendorRule:
    """One [vendors.<id>]: what is asked of a vendor that the project stands on. Both in days, 0 = nothing is asked.

    response_p90: the slowest that nine of ten fixes may be; evidence_age: the oldest that what is known of it may be.
    channels: ids of those of its feeds' channels that count, empty = all that tell of Go itself. require: what must be
    there of its images, "signature" and kinds of attestations, empty = nothing; identity: variables of its profile.
    """

    vendor: str
    response_p90: int
    evidence_age: int
    location: Location
    response_location: Location
    age_location: Location
    channels: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    identity: tuple[tuple[str, str], ...] = ()
    require_location: Location | None = None


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

    location: of [debt] in lift.toml; artifact, sha256: of the list's own file.
    """

    artifact: str
    sha256: str
    adopted: date
    expires: date
    most: int
    owner: str
    reason: str
    entries: tuple[DebtEntry, ...]
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy with all that it builds on. levels: of every rule; origins: where a file names one, or a
    preset in `extends` that does.

    private: GOPRIVATE patterns; sumdb: "" or "<verifier key>[ <url>]". digest: SHA-256 of all that decides, in hex.
    outage_days: how old, in days, the proofs beside go.sum may be for a run to pass in which the log could not be asked
    for what they do not hold; 0 = it cannot pass. outage_location: where the file says so. files: artifact → lines.
    mode: what the gate does with its answer. max_waiver_days: how long a waiver may last from today. frameworks: of
    [compliance]. weights: severity ("critical", …) → weight in the score, where the policy sets one. sources: every
    file that the policy was put together from, the project's own first. places: where each value stands, presets
    included, by rule id, key or `framework_key`; nothing for what the program has by itself. spares: files whose
    `pseudo_versions = "allow"` may take back the level of SM203, for each parent that set it. owner_domain: of owners,
    "" = any. licences: [licences] of each file that has one, the nearest first; none = nobody asks for them.
    conclusions: licences that a person has found out. floors: the lowest level that this file may set, by rule id;
    empty = what it likes. toolchain: what is asked of the Go that builds, None = nothing.
    vendored: the project commits vendor/, and it is a finding when there is none. signatures: [signatures] of each file
    that has one, the nearest first; none = no artifact is looked at, and no publisher of a module asked. audits:
    families that are looked at, for all or for some modules; the rules of all others are off. latent: levels that files
    name of rules of those others. audit_places: what switches a family on for all modules; beside: those that are on by
    the command line alone. terms: what is asked of audits, by key ("vulns.fail_at").
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
    places: Mapping[str, Location] = field(default_factory=dict)
    spares: tuple[frozenset[int], ...] = ()
    owner_domain: str = ""
    licences: tuple[LicenceRule, ...] = ()
    conclusions: tuple[LicenceConclusion, ...] = ()
    floors: Mapping[str, Level] = field(default_factory=dict)
    vendored: bool = False
    toolchain: ToolchainRule | None = None
    signatures: tuple[SignatureRule, ...] = ()
    audits: frozenset[AuditFamily] = frozenset()
    latent: Mapping[str, Level] = field(default_factory=dict)
    audit_places: Mapping[AuditFamily, Location] = field(default_factory=dict)
    beside: frozenset[AuditFamily] = frozenset()
    terms: Terms = field(default_factory=dict)
    _entries: dict[str, tuple[PackageRule, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What `entries_for` has found: it is asked once for each rule and module."""
    _declared: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What `declared_in` has found."""
    _index: list[GlobIndex] = field(default_factory=list, init=False, repr=False, compare=False)
    """Of `packages`, made when it is first asked."""

    @property
    def on_outage(self) -> str:
        """What lift.toml says of an outage: "fail" or "warn until 14d"."""
        return f"warn until {self.outage_days}d" if self.outage_days else "fail"

    @property
    def asks_for_signatures(self) -> bool:
        """Whether it has anything to say of artifacts and the images of vendors."""
        of_artifacts = any(rule.asks_of_artifacts for rule in self.signatures)
        return of_artifacts or any(entry.require for entry in self.vendors)

    @property
    def allowed_proxies(self) -> tuple[str, ...]:
        """The hosts that it allows as module proxies, () where it says nothing of them."""
        said = self.terms.get("sources.proxies")
        return tuple(str(word) for word in said.value) if said is not None and isinstance(said.value, tuple) else ()

    @property
    def asks_publishers(self) -> bool:
        """Whether it has the repositories of modules asked who signed their tags."""
        return any(rule.publishers for rule in self.signatures)

    def with_in_force(self, rules: Collection[str]) -> Policy:
        """Return the policy with some rules as errors, wherever it says less of them."""
        raised = {rule: Level.ERROR for rule in rules if LEVEL_ORDER[self.levels.get(rule, Level.OFF)] < _ERROR}
        return replace(self, levels={**self.levels, **raised}) if raised else self

    def with_audits(self, families: Collection[AuditFamily], rules: Mapping[str, Rule]) -> Policy:
        """Return the policy with families of audits on, which its digest tells where it has not had all of them on by
        itself. rules: by id, whose levels hold where no file names one."""
        if not families:
            return self
        beside = self.beside | (frozenset(families) - self.audit_places.keys())
        digest = digest_of({"policy": self.digest, "audits": sorted(beside)}) if beside != self.beside else self.digest
        levels = {
            rule.id: self.latent.get(rule.id, rule.level)
            for rule in rules.values()
            if family_of(rule.id) in families and rule.id not in self.places
        }
        audits = self.audits | frozenset(families)
        return replace(self, levels={**self.levels, **levels}, audits=audits, beside=beside, digest=digest)

    def entries_for(self, module: str) -> tuple[PackageRule, ...]:
        """Return the entries that speak of a module: of each file the one with the longest literal prefix.

        All of them hold: a file can ask for more than the one that it builds on, never for less. Raises InputError when
        two entries of one file are equally long.
        """
        found = self._entries.get(module)
        if found is None:
            found = self._entries[module] = self._find_entries(module)
        return found

    def declared_in(self, pattern: str) -> str:
        """Return the file that declares a pattern of `private`; of several the nearest to the project."""
        if pattern not in self._declared:
            self._declared[pattern] = next(
                (
                    name
                    for name, lines in self.files.items()
                    if pattern in tomllib.loads("\n".join(lines)).get("sources", {}).get("private", ())
                ),
                "lift.toml",
            )
        return self._declared[pattern]

    def _find_entries(self, module: str) -> tuple[PackageRule, ...]:
        best: dict[int, PackageRule] = {}
        if not self._index:
            self._index.append(GlobIndex((entry.glob, number) for number, entry in enumerate(self.packages)))
        matching = [self.packages[number] for number in sorted(self._index[0].about(module))]
        for entry in matching:
            other = best.get(entry.layer)
            if other is None or literal_prefix(entry.glob) > literal_prefix(other.glob):
                best[entry.layer] = entry
        for entry in matching:
            other = best[entry.layer]
            if entry is not other and literal_prefix(entry.glob) == literal_prefix(other.glob):
                first, second = sorted((entry, other), key=lambda found: found.location)
                raise InputError(_tie(module, first, second, self.files.get(second.location.artifact, ())))
        return tuple(best[layer] for layer in sorted(best))

    def level_of(self, rule: Rule, module: str) -> tuple[Level, Location | None]:
        """Return the level of a rule for a module ("" = the project itself), and the place that asks for it."""
        level, origin = self.levels.get(rule.id, rule.level), self.origins.get(rule.id)
        if rule.level is Level.ALARM:
            return Level.ALARM, origin
        if not self.packages:
            return level, origin
        if not module:
            return self._asked_of_some(rule, level, origin)
        entries = self.entries_for(module)
        if rule.id == PSEUDO_RULE and level is not Level.OFF:
            level, origin = self._spared(entries, level, origin)
        for entry in entries:
            asked = entry.levels.get(rule.id, Level.OFF)
            if asked is Level.OFF:
                continue
            place = entry.policy_location
            if rule.id == PSEUDO_RULE and entry.pseudo_versions == "deny" and entry.pseudo_location is not None:
                place = entry.pseudo_location
            if LEVEL_ORDER[asked] > LEVEL_ORDER[level]:
                level, origin = asked, place
            elif asked is level and origin is None:
                origin = place
        return level, origin

    def _asked_of_some(self, rule: Rule, level: Level, origin: Location | None) -> tuple[Level, Location | None]:
        """Return the level of what is about no module: of an audit that is on for some modules alone, the highest."""
        if level is not Level.OFF or origin is not None or family_of(rule.id) not in self.audits:
            return level, origin
        asking = max(self.packages, key=lambda entry: LEVEL_ORDER[entry.levels.get(rule.id, Level.OFF)])
        asked = asking.levels.get(rule.id, Level.OFF)
        return (level, origin) if asked is Level.OFF else (asked, asking.policy_location)

    def _spared(
        self, entries: Sequence[PackageRule], level: Level, origin: Location | None
    ) -> tuple[Level, Location | None]:
        """Return the level of SM203 where each of the files that set it has it taken back for these modules."""
        allowing = {entry.layer: entry for entry in entries if entry.pseudo_versions == "allow"}
        for layers in self.spares:
            if not layers & allowing.keys():
                return level, origin
        first = next(iter(allowing.values()), None)
        return (level, origin) if first is None else (Level.OFF, first.pseudo_location)

    def asks_for(self, rule_id: str, module: str) -> bool:
        """Return whether a rule is on for a module."""
        if self.levels.get(rule_id, Level.OFF) is not Level.OFF:
            return True
        return any(entry.levels.get(rule_id, Level.OFF) is not Level.OFF for entry in self.entries_for(module))


def _tie(module: str, first: PackageRule, second: PackageRule, lines: Sequence[str]) -> Diagnostic:
    place = second.location
    return Diagnostic(
        message=f"two entries speak of {module} with equal weight: {first.glob!r} and {second.glob!r}",
        artifact=place.artifact,
        line=place.line,
        column=place.column,
        end_column=place.end_column,
        source_line=lines[place.line - 1][:500] if 0 < place.line <= len(lines) else "",
        expected="one entry whose part before the first star is longer",
        remedy="make one of the two more exact",
    )


def parse_policy(
    data: bytes,
    artifact: str,
    *,
    presets: Mapping[str, bytes],
    rules: Mapping[str, Rule] | None = None,
    files: PolicyFiles = NO_FILES,
    vendors: Callable[[], Collection[str]] | None = None,
    frameworks: Collection[str] | None = None,
) -> Policy:
    """Read a lift.toml and what it builds on. rules: the known rules by id, all of them when None.

    files: hands over parents and the debt list. vendors, frameworks: the known ids, the former when they are asked for;
    None where nobody knows them.
    Raises InputError with a diagnostic, place and suggestion for each thing that is wrong.
    """
    from supplymatrix.policy.merge import PolicyMaker
    from supplymatrix.policy.parents import PolicyText
    from supplymatrix.policy.reading import Known

    known = Known(_known(rules), tuple(presets), vendors, frameworks)
    return PolicyMaker(presets, known, files).policy(PolicyText(artifact=artifact, data=data))


def framework_key(name: str) -> str:
    """Return the key in `places` of one framework of [compliance]."""
    return f"framework {name}"


def preset_policy(name: str, *, presets: Mapping[str, bytes], rules: Mapping[str, Rule] | None = None) -> Policy:
    """Return a preset as the policy of a project that has no lift.toml. Raises InputError for an unknown one."""
    from supplymatrix.policy.merge import PolicyMaker
    from supplymatrix.policy.reading import Known

    return PolicyMaker(presets, Known(_known(rules), tuple(presets)), NO_FILES).preset(name)


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
