"""Puts a policy together: the project's own lift.toml over all that it builds on.

A file with `preset = "x"`, or with neither key, starts from that preset (`log-verified`) and may set any level and
number, higher or lower. One with `extends = [...]` starts from all of these at once, and may set them higher; lower
only what `allow_loosen` of the one that set it names.

A parent is a policy like any other and is put together first. Of several parents the stricter value holds, so that
their order decides nothing. Waivers, packages, vendors and private patterns of all files add up; of each file the best
entry speaks for a module, and all of them hold. A debt list belongs to the project alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TypeVar

from supplymatrix.documents.toml_spans import SpanIndex, index_spans
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.audit_family import family_of
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Mode, PolicyFile
from supplymatrix.policy.audit_terms import combined, looser_of, put_over
from supplymatrix.policy.debt_file import parse_debt_list
from supplymatrix.policy.document import (
    DEFAULT_PRESET,
    LEVEL_ORDER,
    MAX_WAIVER_DAYS,
    PSEUDO_RULE,
    Debt,
    DebtEntry,
    Policy,
    Waiver,
    framework_key,
)
from supplymatrix.policy.layer import DebtSection, Layer, Parent
from supplymatrix.policy.licence_terms import DEFAULT_CONFIDENCE, LicenceConclusion, LicenceRule, has_effect
from supplymatrix.policy.parents import MAX_DEPTH, MAX_FILES, ParentKind, PolicyFiles, PolicyText
from supplymatrix.policy.reader import read_layer
from supplymatrix.policy.reading import Known
from supplymatrix.policy.signature_merge import disagreement_of, joined_sections, refused_of, with_files
from supplymatrix.policy.toolchain_terms import ToolchainRule, joined, settled
from supplymatrix.policy.whole import (
    OPENABLE,
    WEIGHTS_KEY,
    Whole,
    copied,
    effective_weights,
    is_latent,
    is_looser,
    join_levels,
    join_values,
    log_of,
    policy_of,
    shown,
    switch_on,
    take_place,
)

__all__ = ["PolicyMaker"]

T = TypeVar("T")
_Key = tuple[str, str, str]
"""What a file is known by: how it is named by a parent, its name, and the digest of its bytes."""


class PolicyMaker:
    """Puts policies together. presets: their bytes by name; files: where parents and debt lists come from."""

    def __init__(self, presets: Mapping[str, bytes], known: Known, files: PolicyFiles) -> None:
        self._presets = presets
        self._known = known
        self._files = files
        self._faults: list[Diagnostic] = []
        self._read: dict[_Key, Whole] = {}
        self._preset_wholes: dict[str, Whole] = {}
        self._number = 0
        self._defaults = {rule.id: rule.level for rule in known.rules.values()}

    def policy(self, text: PolicyText) -> Policy:
        """Return the policy of a project's own file. Raises InputError with every fault of it and its parents."""
        layer = self._layer(text, 0)
        whole = self._over(layer, 0, (_key_of(ParentKind.FILE, text),))
        debt = self._debt(layer, whole) if layer.debt is not None else None
        self._check_owners(whole, layer)
        if self._faults:
            raise InputError(*self._faults)
        return policy_of(
            whole, debt, layer.places.get("on_outage") or Location(artifact=text.artifact, line=1, column=1)
        )

    def preset(self, name: str) -> Policy:
        """Return a preset as a policy. Raises InputError for an unknown one."""
        if name not in self._presets:
            return self.policy(PolicyText(artifact=f"preset {name}", data=f'[policy]\npreset = "{name}"\n'.encode()))
        whole = self._preset(name)
        whole = copied(whole)
        whole.name = whole.preset = name
        whole.origins = {}
        return policy_of(whole, None, Location(artifact=f"preset {name}", line=1, column=1))

    def _layer(self, text: PolicyText, number: int, *, is_preset: bool = False) -> Layer:
        layer, faults = read_layer(
            text.data,
            text.artifact,
            self._known,
            number=number,
            preset_levels=lambda name: self._preset(name).levels,
            is_preset=is_preset,
        )
        self._faults += faults
        if layer.signatures is None or is_preset:
            return layer
        sections = with_files(layer.signatures, layer.artifact, self._files, lambda *fault: self._fault(layer, *fault))
        return changed(layer, signatures=sections)

    def _preset(self, name: str) -> Whole:
        if name not in self._preset_wholes:
            text = PolicyText(artifact=f"preset {name}", data=self._presets[name])
            layer = self._layer(text, 0, is_preset=True)
            self._preset_wholes[name] = self._applied(self._nothing(), layer, 0, is_free=True)
        return self._preset_wholes[name]

    def _nothing(self) -> Whole:
        """Return what holds before any file has spoken."""
        values: dict[str, object] = {
            "mode": Mode.ENFORCE, "min_score": 0, "fail_on": Level.ERROR, "on_outage": 0,
            "max_waiver_days": MAX_WAIVER_DAYS, "vendored": False, WEIGHTS_KEY: {},
        }  # fmt: skip
        return Whole(
            values=values,
            floors=dict.fromkeys(values),
            levels={
                rule: Level.OFF if family_of(rule) is not None else level for rule, level in self._defaults.items()
            },
            level_floors=dict.fromkeys(self._known.rules, Level.OFF),
        )

    def _over(self, layer: Layer, number: int, chain: tuple[_Key, ...]) -> Whole:
        """Return the policy of one file over all that it builds on."""
        if not layer.parents:
            name = layer.preset or DEFAULT_PRESET
            base = copied(self._preset(name)) if name in self._presets else self._nothing()
            base.preset, base.origins = name, {}
            base.floors = dict.fromkeys(base.values)
            base.level_floors = dict.fromkeys(base.levels, Level.OFF)
            base.spares, base.open = (frozenset({number}),), OPENABLE
            return self._applied(base, layer, number, is_free=True)
        found = [(parent, self._parent(layer, parent, chain)) for parent in layer.parents]
        bases = [(parent, whole) for parent, whole in found if whole is not None]
        if not bases:
            return self._nothing()  # every parent has a fault, which is told
        return self._applied(self._combined(layer, bases), layer, number, is_free=False)

    def _parent(self, layer: Layer, parent: Parent, chain: tuple[_Key, ...]) -> Whole | None:
        """Return a parent, put together; None when something is wrong, which is kept."""
        place = parent.location
        if len(chain) > MAX_DEPTH or self._number >= MAX_FILES:
            most = f"at most {MAX_DEPTH} files above each other, and {MAX_FILES} in all"
            self._fault(layer, place, "this policy builds on too many others", most)
            return None
        try:
            text = self._text_of(layer, parent)
        except InputError as err:
            first = err.diagnostics[0]
            seen = f" (seen {first.seen})" if first.seen and first.seen != parent.reference.place[:200] else ""
            where = f"{first.artifact}: " if first.artifact not in ("", layer.artifact) else ""
            message = f"what this policy builds on cannot be read: {where}{first.message}{seen}"
            self._fault(layer, place, message, first.expected, first.remedy)
            return None
        key = _key_of(parent.reference.kind, text)
        if key in chain:
            names = " → ".join(name for _, name, _ in [*chain[chain.index(key) :], key])
            self._fault(layer, place, f"this policy builds on itself: {names}", "a parent that does not lead back here")
            return None
        if key in self._read:
            return self._read[key]
        self._number += 1
        number = self._number
        try:
            above = self._layer(text, number, is_preset=parent.reference.kind is ParentKind.PRESET)
        except InputError as err:
            self._faults += err.diagnostics
            return None
        if above.debt is not None:
            message = "a debt list belongs to a project's own policy, and this one is built on"
            self._fault(above, above.debt.location, message, "no such section")
        if above.signatures is not None and above.signatures.artifacts:
            message = "which artifacts there are is said by a project's own policy, and this one is built on"
            self._fault(above, above.signatures.artifacts[0].location, message, "no such entry")
        if parent.reference.kind is ParentKind.PRESET:
            whole = self._applied(self._nothing(), above, number, is_free=True)
            whole.name = whole.preset = parent.reference.place
            whole.origins = dict.fromkeys(whole.origins, parent.location)  # the line that names the preset
            whole.open, whole.spares = OPENABLE, (frozenset({number}),)
        else:
            whole = self._over(above, number, (*chain, key))
        self._read[key] = whole
        return whole

    def _text_of(self, layer: Layer, parent: Parent) -> PolicyText:
        reference = parent.reference
        if reference.kind is ParentKind.PRESET:
            return PolicyText(artifact=f"preset {reference.place}", data=self._presets[reference.place])
        return self._files.parent(reference, layer.artifact)

    def _applied(self, base: Whole, layer: Layer, number: int, *, is_free: bool) -> Whole:
        """Return a policy with one more file over it. is_free: it may set everything lower."""
        whole = copied(base)
        whole.lowest = base.level_floors
        self._apply_values(whole, layer, is_free=is_free)
        self._apply_levels(whole, layer, number, is_free=is_free)
        if not is_free:
            self._refuse_opened(base, layer)
            self._refuse_licences(base, layer)
            self._refuse_toolchain(base, layer)
            self._refuse_signatures(base, layer)
            self._refuse_terms(base, layer)
        for key in ("name", "preset", "private", "sumdb", "owner_domain", *map(framework_key, layer.frameworks)):
            if key in layer.places:
                whole.places[key] = layer.places[key]
        whole.name = layer.name or base.name or base.preset
        whole.open = base.open & layer.allow_loosen
        whole.owner_domain = base.owner_domain or layer.owner_domain
        whole.private = tuple(dict.fromkeys((*layer.private, *base.private)))
        whole.sumdb = layer.sumdb or base.sumdb
        whole.packages = (*layer.packages, *base.packages)
        whole.licences = (*_with_confidence(layer, base), *base.licences)
        whole.conclusions = (*layer.conclusions, *base.conclusions)
        whole.toolchain = _over(layer, base, is_free=is_free)
        whole.signatures = joined_sections(layer.signatures, base.signatures, is_free=is_free)
        whole.terms = put_over(layer.terms, base.terms)
        whole.vendors = (*layer.vendors, *base.vendors)
        whole.waivers = (*layer.waivers, *base.waivers)
        whole.frameworks = tuple(dict.fromkeys((*layer.frameworks, *base.frameworks)))
        whole.notes = (*layer.notes, *base.notes)
        whole.files = {layer.artifact: layer.lines, **base.files}
        whole.sources = (PolicyFile(artifact=layer.artifact, sha256=layer.sha256), *base.sources)
        return whole

    def _apply_values(self, whole: Whole, layer: Layer, *, is_free: bool) -> None:
        said: dict[str, object | None] = {
            "mode": layer.mode, "min_score": layer.min_score, "fail_on": layer.fail_on,
            "on_outage": layer.outage_days, "max_waiver_days": layer.max_waiver_days,
            "vendored": layer.vendored, WEIGHTS_KEY: layer.weights or None,
        }  # fmt: skip
        for key, value in said.items():
            if value is not None:
                floor = whole.floors[key]
                if key == WEIGHTS_KEY:
                    floor = None if WEIGHTS_KEY in whole.open else whole.values[key]
                if not is_free and floor is not None and is_looser(key, value, floor):
                    self._loosened(layer, layer.places[key], key, shown(key, floor), whole.places.get(key))
                whole.values[key] = value
                whole.places[key] = layer.places[key]
            if key not in layer.allow_loosen and key != WEIGHTS_KEY:
                whole.floors[key] = whole.values[key]

    def _apply_levels(self, whole: Whole, layer: Layer, number: int, *, is_free: bool) -> None:
        switch_on(whole, layer.audits, self._defaults)
        for rule, level in layer.levels.items():
            if is_latent(whole, rule):
                whole.latent[rule] = level
                continue
            floor = whole.level_floors[rule]
            if not is_free and LEVEL_ORDER[level] < LEVEL_ORDER[floor]:
                self._loosened(layer, layer.places[rule], rule, floor.value, whole.places.get(rule))
            whole.levels[rule] = level
            whole.places[rule] = whole.origins[rule] = layer.places[rule]
        floor = whole.level_floors.get(PSEUDO_RULE, Level.OFF)
        if PSEUDO_RULE in layer.levels:
            whole.spares = (frozenset({number}),)
        elif floor is Level.OFF:
            whole.spares = tuple(spare | {number} for spare in whole.spares)
        for entry in layer.packages:
            if not is_free and entry.pseudo_versions == "allow" and floor is not Level.OFF:
                self._loosened(
                    layer,
                    entry.pseudo_location or entry.location,
                    PSEUDO_RULE,
                    floor.value,
                    whole.places.get(PSEUDO_RULE),
                )
        for rule, level in whole.levels.items():
            if rule not in layer.allow_loosen:
                whole.level_floors[rule] = level

    def _refuse_opened(self, base: Whole, layer: Layer) -> None:
        """Keep a fault for another log and for private patterns that the parents do not leave to this file."""
        if "sumdb" not in base.open and log_of(layer.sumdb) not in ("", log_of(base.sumdb)):
            message = "another log than that of the policy that this one builds on"
            self._fault(layer, layer.places["sumdb"], message, base.sumdb or "Go's own, which it does not change")
        if base.owner_domain and layer.owner_domain not in ("", base.owner_domain):
            message = "another domain of owners than that of the policy that this one builds on"
            self._fault(layer, layer.places["owner_domain"], message, base.owner_domain, "leave it out")
        more = [pattern for pattern in layer.private if pattern not in base.private]
        if more and "private" not in base.open:
            message = f"{more[0]!r} is declared private, and the policy that this one builds on has it checked"
            remedy = 'let that one declare it, or name allow_loosen = ["private"]'
            self._fault(layer, layer.places["private"], message, "patterns that the parents have too", remedy)

    def _refuse_licences(self, base: Whole, layer: Layer) -> None:
        """Keep a fault for what of [licences] would be looser than the parents have it, and so would not be heard."""
        if not base.licences:
            return
        rule = layer.licences
        surest = max(base.licences, key=lambda found: found.min_confidence)
        if rule is not None and 0 < rule.min_confidence < surest.min_confidence:
            self._loosened(
                layer,
                rule.confidence_location,
                "min_confidence",
                str(surest.min_confidence),
                surest.confidence_location,
                can_be_given_away=False,
            )
        for word, place in (rule.allow or ()) if rule is not None else ():
            if not has_effect(word, base.licences):
                where = base.licences[0].location
                message = f"{word} is allowed here, and the policy that this one builds on does not have it ({where})"
                self._fault(layer, place, message, "licences that the parents allow too", "leave it out")
        if layer.conclusions and "conclusions" not in base.open:
            message = "the policy that this one builds on leaves no conclusions about licences to it"
            remedy = 'let that one say it, or name allow_loosen = ["conclusions"]'
            self._fault(layer, layer.conclusions[0].location, message, "no such entry", remedy)

    def _refuse_toolchain(self, base: Whole, layer: Layer) -> None:
        """Keep a fault for a file that asks less of the Go that builds than those it builds on."""
        above, here = base.toolchain, layer.toolchain
        if above is None or here is None:
            return
        if above.verify and here.verify is False:
            self._loosened(
                layer, here.verify_location, "verify of [toolchain]", "true", above.verify_location,
                can_be_given_away=False,
            )  # fmt: skip
        more = [level for level in here.accepted if level not in above.accepted] if here.accept is not None else []
        if more:
            self._loosened(
                layer, here.accept_location, "accept of [toolchain]", ", ".join(above.accepted), above.accept_location,
                can_be_given_away=False,
            )  # fmt: skip
        if here.hashes_location is not None and not set(here.pinned) <= set(above.pinned):
            self._loosened(
                layer, here.hashes_location, "hashes of [toolchain]", ", ".join(above.pinned) or "none",
                above.hashes_location or above.location, can_be_given_away=False,
            )  # fmt: skip

    def _refuse_signatures(self, base: Whole, layer: Layer) -> None:
        """Keep a fault for what of [signatures] would be looser than the parents have it, or contradicts them."""
        here = layer.signatures
        if here is None:
            return
        for place, what, least, above in refused_of(here, base.signatures):
            self._loosened(layer, place, what, least, above, can_be_given_away=False)
        for key, ours, theirs in disagreement_of((here,), base.signatures):
            if key in here.places:
                message = f"another {key} than that of the policy that this one builds on: {ours}"
                self._fault(layer, here.place(key), message, theirs, "leave it out")

    def _refuse_terms(self, base: Whole, layer: Layer) -> None:
        """Keep a fault for what is asked of audits that would be looser than the parents have it."""
        for term, said, least, above in looser_of(layer.terms, base.terms, is_asked=_sections(base)):
            what = f"{term.name} of [{term.section}]"
            self._loosened(layer, said.location, what, least, above, can_be_given_away=False)

    def _check_owners(self, whole: Whole, layer: Layer) -> None:
        """Keep a fault for every owner, of a waiver or the debt, in whatever file, outside of the domain."""
        domain = whole.owner_domain
        if not domain:
            return
        others = [waiver for waiver in whole.waivers if not waiver.owner.lower().endswith(f"@{domain}")]
        owners = [(waiver.owner, place) for waiver, place in zip(others, _owner_places(others, whole), strict=True)]
        if layer.debt is not None and not layer.debt.owner.lower().endswith(f"@{domain}"):
            owners.append((layer.debt.owner, layer.debt.owner_location))
        for owner, place in owners:
            message = f"the owner {owner[:60]!r} is none that this policy accepts"
            self._fault(layer, place, message, f"…@{domain}", lines=whole.files.get(place.artifact))

    def _combined(self, layer: Layer, parents: Sequence[tuple[Parent, Whole]]) -> Whole:
        """Return several parents as one: of each value and level the strictest."""
        for (_, one), (parent, other) in combinations(parents, 2):
            self._compare_conclusions(one, other, layer, parent)
        whole = copied(parents[0][1])
        for parent, other in parents[1:]:
            self._join_open(whole, other, layer, parent)
            whole.terms = combined(whole.terms, other.terms, asked=_sections(whole), asked_of_other=_sections(other))
            join_values(whole, other)
            join_levels(whole, other)
            whole.packages = _once((*whole.packages, *other.packages), lambda entry: (entry.layer, entry.location))
            whole.licences = _once((*whole.licences, *other.licences), lambda entry: (entry.layer, entry.location))
            whole.conclusions = _once(
                (*whole.conclusions, *other.conclusions), lambda entry: (entry.layer, entry.location)
            )
            whole.toolchain = joined(settled(whole.toolchain), settled(other.toolchain))
            for key, ours, theirs in disagreement_of(whole.signatures, other.signatures):
                message = f"the parents of this policy do not agree about {key} of [signatures]: {ours}, and {theirs}"
                self._fault(layer, parent.location, message, "parents that say the same of it")
            whole.signatures = _once((*whole.signatures, *other.signatures), lambda rule: (rule.layer, rule.location))
            whole.vendors = _once((*whole.vendors, *other.vendors), lambda entry: (entry.vendor, entry.location))
            whole.waivers = _once((*whole.waivers, *other.waivers), lambda entry: (entry.layer, entry.location))
            whole.frameworks = tuple(dict.fromkeys((*whole.frameworks, *other.frameworks)))
            for key in map(framework_key, other.frameworks):
                whole.places.setdefault(key, other.places[key])
            whole.notes = tuple(dict.fromkeys((*whole.notes, *other.notes)))
            whole.files = {**other.files, **whole.files}
            whole.sources = tuple(dict.fromkeys((*whole.sources, *other.sources)))
        return whole

    def _compare_conclusions(self, whole: Whole, other: Whole, layer: Layer, parent: Parent) -> None:
        """Keep a fault for conclusions of one parent that another, which judges licences, neither has nor leaves open:
        they would lift what that one asks."""
        for one, judging in ((whole, other), (other, whole)):
            if not judging.licences or "conclusions" in judging.open:
                continue
            known = set(map(_content_of, judging.conclusions))
            alone = next((entry for entry in one.conclusions if _content_of(entry) not in known), None)
            if alone is not None:
                message = f"the parents of this policy do not agree about conclusions: one alone has {alone.location}"
                expected = 'the other one with allow_loosen = ["conclusions"], or with the same conclusion'
                self._fault(layer, parent.location, message, expected)

    def _join_open(self, whole: Whole, other: Whole, layer: Layer, parent: Parent) -> None:
        """Join what has no order of strictness: where neither parent leaves it open, both must say the same."""
        said: dict[str, tuple[object, object]] = {
            WEIGHTS_KEY: (effective_weights(whole.values[WEIGHTS_KEY]), effective_weights(other.values[WEIGHTS_KEY])),
            "sumdb": (log_of(whole.sumdb), log_of(other.sumdb)),
            "private": (set(whole.private), set(other.private)),
        }
        for key, (ours, theirs) in said.items():
            if key not in whole.open and key not in other.open and ours != theirs:
                message = f"the parents of this policy do not agree about {key}"
                self._fault(layer, parent.location, message, f"one of them with allow_loosen = [{key!r}]")
        if whole.owner_domain and other.owner_domain and whole.owner_domain != other.owner_domain:
            message = "the parents of this policy do not agree about owner_domain"
            self._fault(layer, parent.location, message, whole.owner_domain)
        if WEIGHTS_KEY in whole.open and (WEIGHTS_KEY not in other.open or not whole.values[WEIGHTS_KEY]):
            whole.values[WEIGHTS_KEY] = other.values[WEIGHTS_KEY]
            take_place(whole, other, WEIGHTS_KEY)
        if "sumdb" in whole.open and ("sumdb" not in other.open or not whole.sumdb):
            whole.sumdb = other.sumdb
            take_place(whole, other, "sumdb")
        fixed = [set(found.private) for found in (whole, other) if "private" not in found.open]
        patterns = dict.fromkeys((*whole.private, *other.private))
        whole.private = tuple(pattern for pattern in patterns if all(pattern in known for known in fixed))
        whole.open &= other.open
        whole.owner_domain = whole.owner_domain or other.owner_domain

    def _loosened(
        self,
        layer: Layer,
        place: Location,
        what: str,
        least: str,
        above: Location | None,
        *,
        can_be_given_away: bool = True,
    ) -> None:
        """Keep a fault. can_be_given_away: the file above could name it in allow_loosen."""
        where = f" ({above})" if above is not None else ""
        message = f"{what} is set lower than the policy that this one builds on lets it be{where}"
        remedy = "leave it out"
        if above is not None and above.artifact.startswith("preset "):
            remedy = (
                f'leave it out, or start from it instead: [policy] preset = "{above.artifact.removeprefix("preset ")}"'
            )
        elif above is not None and can_be_given_away:
            remedy = f'leave it out; only {above.artifact} can give it away: [policy] allow_loosen = ["{what}"]'
        self._fault(layer, place, message, f"{least}, or stricter", remedy)

    def _debt(self, layer: Layer, whole: Whole) -> Debt | None:
        """Return the debt list of the project; None when something is wrong, which is kept."""
        section = layer.debt
        assert section is not None  # noqa: S101 - the caller has looked
        place = section.location
        try:
            text = self._files.debt(section.file, layer.artifact)
            if text is None:
                self._fault(layer, place, f"the debt list {section.file} is not there", "the list, beside lift.toml")
                return None
            entries = parse_debt_list(text.data, text.artifact, rules=self._known.rules)
        except InputError as err:
            self._faults += err.diagnostics
            return None
        whole.files[text.artifact] = tuple(text.data.decode("utf-8", "replace").split("\n"))
        if len(entries) > section.most:
            message = f"the debt list has {len(entries):,} entries, and may only shrink"
            remedy = "mend what is new, or waive it: [[waivers]]"
            self._fault(layer, section.most_location, message, f"at most {section.most:,}", remedy)
        return _debt(section, text, entries)

    def _fault(
        self,
        layer: Layer,
        place: Location,
        message: str,
        expected: str,
        remedy: str = "",
        *,
        lines: Sequence[str] | None = None,
    ) -> None:
        """Keep a fault. lines: of the file that the place is in, where it is not the layer's own."""
        lines = layer.lines if lines is None else lines
        text = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
        end = place.end_column if place.end_line == place.line else len(text) + 1
        self._faults.append(
            Diagnostic(
                message=message,
                artifact=place.artifact or layer.artifact,
                line=place.line,
                column=place.column,
                end_column=end,
                seen=text[place.column - 1 : end - 1][:200] if place.column else "",
                expected=expected,
                remedy=remedy,
                source_line=text[:500],
            )
        )


def _owner_places(waivers: Sequence[Waiver], whole: Whole) -> Iterator[Location]:
    """Yield where the owners of waivers stand; they are looked for only when one of them is wrong."""
    spans: dict[str, SpanIndex] = {}
    for waiver in waivers:
        artifact, pointer = waiver.location.artifact, waiver.location.pointer
        if artifact not in spans:
            spans[artifact] = index_spans("\n".join(whole.files.get(artifact, ())), artifact)
        path = ("waivers", int(pointer.removeprefix("waivers[").removesuffix("]")), "owner")
        yield spans[artifact][path].value if path in spans[artifact] else waiver.location


def _debt(section: DebtSection, text: PolicyText, entries: tuple[DebtEntry, ...]) -> Debt:
    return Debt(
        artifact=text.artifact,
        sha256=hashlib.sha256(text.data).hexdigest(),
        adopted=section.adopted,
        expires=section.expires,
        most=section.most,
        owner=section.owner,
        reason=section.reason,
        entries=entries,
        location=section.location,
    )


def _with_confidence(layer: Layer, base: Whole) -> list[LicenceRule]:
    """Return [licences] of a file, with the percentage that holds where it names none: that of those it builds on."""
    if layer.licences is None:
        return []
    above = max((rule.min_confidence for rule in base.licences), default=DEFAULT_CONFIDENCE)
    return [changed(layer.licences, min_confidence=layer.licences.min_confidence or above)]


def _over(layer: Layer, base: Whole, *, is_free: bool) -> ToolchainRule | None:
    """Return [toolchain] of a file over that of those it builds on. is_free: what it says itself holds."""
    here, above = layer.toolchain, base.toolchain
    if here is None or above is None or not is_free:
        return joined(here, above)
    says_verify, says_accept = here.verify is not None, here.accept is not None
    pins = here if here.hashes is not None else above
    return ToolchainRule(
        verify=here.verify if says_verify else above.verify,
        accept=here.accept if says_accept else above.accept,
        location=here.location,
        verify_location=(here if says_verify else above).verify_location,
        accept_location=(here if says_accept else above).accept_location,
        hashes=pins.hashes,
        hashes_location=pins.hashes_location,
    )


def _sections(whole: Whole) -> frozenset[str]:
    """Return the families of audits that a policy has on, for all modules or for some, as their sections are named."""
    return frozenset(family.value for family in whole.audits).union(*(entry.audits for entry in whole.packages))


def _content_of(entry: LicenceConclusion) -> tuple[str, ...]:
    return entry.module, entry.version, entry.licence, entry.sha256


def _key_of(kind: ParentKind, text: PolicyText) -> _Key:
    return kind.value, text.artifact, hashlib.sha256(text.data).hexdigest()


def _once(entries: Sequence[T], key: Callable[[T], object]) -> tuple[T, ...]:
    """Return entries each once: two parents may build on one file."""
    return tuple({key(entry): entry for entry in entries}.values())
