"""Results about artifacts, which only a policy can produce (SM501 to SM515): who signed, and what is attested.

    [signatures]
    require = ["signature", "provenance"]
    signers = [{ identity = "…", issuer = "…" }]

One rule tells each cause. That nothing is signed is SM501, SM506 or SM513; why a signature does not hold is told by the
one rule of its reason (`checks.artifacts.RULE_OF_REASON`), for attestations that are required as well, and what could
not be judged by SM514 alone. What signed words say is compared where they hold: with each other (SM512), with the
contents and the source (SM507, SM510), and with what the policy takes (SM508, SM509).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from supplymatrix.checks.artifacts import (
    ARTIFACT,
    NO_MODULE,
    artifact_subject,
    bad_step,
    cause_of,
    name_signer,
    verdict_evidence,
)
from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.model.chain import ChainLink, LinkId
from supplymatrix.model.checked_artifact import ARTIFACT_WANTED, SIGNATURES_WANTED, CheckedArtifact, NamedBy
from supplymatrix.model.fact import Facts, Gap
from supplymatrix.model.location import Location
from supplymatrix.model.predicates import PREDICATE_KINDS, is_of_kind
from supplymatrix.model.rule import Evidence, Result, Rule
from supplymatrix.model.signature import (
    ALARMING,
    ALWAYS_ALARMING,
    UNREADABLE,
    ArtifactKind,
    CheckState,
    Reason,
    SignatureStep,
    SignatureVerdict,
    SignedAs,
    TrustUsed,
)
from supplymatrix.policy.document import Policy
from supplymatrix.policy.signature_terms import (
    PROVENANCE,
    SIGNATURE,
    BuilderRule,
    is_provenance_kind,
    slsa_level_of,
)

__all__ = ["PROVENANCE", "SIGNATURE_RULES", "TRUSTED_ROOT", "asked_of_signatures", "check_signatures"]

SIGNATURE_RULES = tuple(f"SM5{number:02}" for number in range(1, 16))
TRUSTED_ROOT = "trusted-root"
"""The subject of results about how old the trusted root is."""
_OF_A_SIGNATURE = ("SM501", "SM502", "SM503", "SM504", "SM505")
_MOST_TOLD = 5
_KEY_OF_RULE = {
    "SM501": "require", "SM502": "signers", "SM506": "require", "SM507": "source", "SM508": "builders",
    "SM509": "slsa_level", "SM513": "require",
}  # fmt: skip
_IN_FULL_ELSEWHERE = frozenset({"key", "log head", "time", "predicate", "build type", "entry point", "run"})
"""Values of a link that `verify` and `trace` tell, and no finding needs."""
_BUILD_ANEW = "build it where git is at hand, and sign provenance of it"
_OPEN_SOURCE = {
    "contents-elsewhere": 'supplymatrix trace IMAGE looks into it; or name a layout of it: image = "./…"',
    "contents-unread": "make the file anew, or unpack it and name what is in it",
}
_SAY_WHO = "name who may sign: [signatures] signers"
_BUILDER_ITSELF = "take provenance that its builder signs itself"
_BUILDER_KEY = 'name the key as that of its builder: [signatures] builders = [{ key = "…", id = "…" }]'
_PROVENANCE_AS_SUCH = 1
"""The SLSA Build level that asks of a builder only that there is provenance (SLSA v1.0, Build L1)."""
_DIGEST = "@sha"
_OF_A_SIGNER = frozenset({Reason.IDENTITY_MISMATCH, Reason.ISSUER_MISMATCH, Reason.KEY_MISMATCH})
_COMMAND = re.compile(r"`[^`]*`")
_OPTION = re.compile(r"(?:^|\s)--(?!offline|replay|artifact|binary)[a-z]")
"""An option of `verify` or `trace` that `check` does not have."""


def check_signatures(policy: Policy, facts: Facts, rules: Mapping[str, Rule]) -> Iterator[Result]:
    """Yield the results about artifacts. rules: by id; without all of these no result."""
    if not all(rule in rules for rule in SIGNATURE_RULES):
        return
    found = facts.of(CheckedArtifact)
    for fact in found:
        yield from _Judge(policy, fact, rules).results()
    for trust in dict.fromkeys(fact.trust for fact in found if fact.trust is not None):
        yield from _age(policy, trust, rules["SM505"])
    for gap in facts.gaps:
        if gap.wanted.startswith(SIGNATURES_WANTED):
            name = gap.wanted.removeprefix(SIGNATURES_WANTED)
            yield unknown(rules["SM514"], f"{ARTIFACT}{name}", NO_MODULE, gap)
        elif gap.wanted == ARTIFACT_WANTED:
            yield unknown(rules["SM501"], gap.subject, NO_MODULE, gap)


class _Judge:
    """Judges one artifact."""

    def __init__(self, policy: Policy, fact: CheckedArtifact, rules: Mapping[str, Rule]) -> None:
        self._policy = policy
        self._rules = rules
        self._fact = fact
        self._signed = fact.signed
        self._subject = artifact_subject(fact)
        self._links = {link_id: [link for link in fact.links if link.id is link_id] for link_id in LinkId}
        self._asks_builder = any(rule.builders is not None or rule.slsa_level for rule in policy.signatures)
        self._told = set[str]()

    def results(self) -> Iterator[Result]:
        """Yield all results about the artifact."""
        yield from self._unread()
        yield from self._tag()
        yield from self._signature()
        yield from self._wrong_anyway()
        for kind in self._fact.required:
            if kind != SIGNATURE:
                yield from self._attestation(kind)
        yield from self._unread_ones()
        yield from self._agreement()
        yield from self._provenance()
        yield from self._source()
        yield from self._builder()
        yield from self._level()
        yield from self._bill()

    # what could not be read or had

    def _unread(self) -> Iterator[Result]:
        faults = self._signed.faults
        if faults:
            first = faults[0]
            evidence = [Evidence(label=one.artifact or "file", value=one.message) for one in faults[:_MOST_TOLD]]
            yield self._failed(
                "SM515", _message("SM515", self._fact.name, first.message), label=first.message,
                evidence=tuple(evidence), fix=first.remedy or "sign it again, or name another file",
                identity=first.message,
            )  # fmt: skip
        if self._signed.gaps:
            yield self._open_gaps()

    def _open_gaps(self) -> Result:
        gaps = self._signed.gaps
        reason = "; ".join(dict.fromkeys(gap.reason for gap in gaps[:_MOST_TOLD]))
        remedy = next((remedy for gap in gaps if (remedy := _in_policy(gap.remedy))), "run again")
        return self._unknown("SM514", f"{SIGNATURES_WANTED}{self._fact.name}", reason, remedy)

    @property
    def _is_open(self) -> bool:
        """Whether what is not there may only not have been seen."""
        every = (*self._signed.signatures, *self._signed.attestations)
        return bool(self._signed.gaps or self._signed.faults) or any(one.reason in UNREADABLE for one in every)

    def _unread_ones(self) -> Iterator[Result]:
        """Yield what nobody can read, also beside one that holds: it may be what is missing, or say otherwise."""
        every = (*self._signed.signatures, *self._signed.attestations)
        found = [verdict for verdict in every if verdict.reason in UNREADABLE]
        if found and "SM515" not in self._told:
            yield from self._refused(found, self._fact.name, "")

    # signatures

    def _signature(self) -> Iterator[Result]:
        found, is_required = self._signed.signatures, SIGNATURE in self._fact.required
        if not found:
            if is_required and not self._is_open:
                yield self._missing("SM501", "is not signed", "no signature of it was found")
            return
        if any(verdict.holds for verdict in found):
            yield from (self._passed(rule) for rule in _OF_A_SIGNATURE)
            return
        if is_required:
            yield self._passed("SM501")
        heard = [verdict for verdict in found if is_required or verdict.reason in ALARMING]
        yield from self._refused(heard, self._fact.name, "")

    def _refused(self, verdicts: Sequence[SignatureVerdict], what: str, kind: str) -> Iterator[Result]:
        """Yield for each cause one result. kind: of an attestation, "" for signatures."""
        causes: dict[str, list[SignatureVerdict]] = {}
        for verdict in verdicts:
            causes.setdefault(cause_of(verdict), []).append(verdict)
        for rule, found in sorted(causes.items()):
            first, step = found[0], bad_step(found[0])
            says = step.says if step is not None else "it does not hold"
            if rule == "SM514":
                remedy = _remedy_of(first, step) or "verify it with a newer supplymatrix"
                if first.reason in (Reason.IDENTITY_MISMATCH, Reason.KEY_REQUIRED):
                    remedy = _SAY_WHO
                yield self._unknown(rule, f"whether {what} is signed as asked", says, remedy, kind)
                continue
            rest = f", and {len(found) - 1} more" if len(found) > 1 else ""
            evidence = tuple(one for verdict in found[:_MOST_TOLD] for one in verdict_evidence(verdict))
            yield self._failed(
                rule, _message(rule, what, says), label=f"{says}{rest}", evidence=evidence,
                fix=_remedy_of(first, step) or _fix(rule), kind=kind, identity=str(first.reason),
            )  # fmt: skip

    def _wrong_anyway(self) -> Iterator[Result]:
        """Yield alarms that no other signature makes up for."""
        if "SM503" in self._told or self._signed.state is not SignedAs.ALARM:
            return
        every = (*self._signed.signatures, *self._signed.attestations)
        wrong = [verdict for verdict in every if verdict.reason in ALWAYS_ALARMING]
        if wrong:
            yield from self._refused(wrong, self._fact.name, "")
        else:
            says = next(iter(self._signed.notes), "bytes are not what their digest says")
            evidence = tuple(Evidence(label="seen", value=note) for note in self._signed.notes[:_MOST_TOLD])
            yield self._failed(
                "SM503", _message("SM503", self._fact.name, says), label=says, evidence=evidence, fix=_fix("SM503"),
                identity="forged",
            )  # fmt: skip

    def _attestation(self, kind: str) -> Iterator[Result]:
        """Yield what becomes of an attestation that has to be there."""
        of_kind = [
            found for found in self._signed.attestations
            if found.statement is not None and is_of_kind(found.statement.predicate_type, kind)
        ]  # fmt: skip
        rule = "SM506" if is_provenance_kind(kind) else "SM513"
        if any(verdict.holds for verdict in of_kind):
            if rule != "SM506" or self._fact.provenance or not self._links[LinkId.PROVENANCE]:
                yield self._passed(rule, kind)  # else it holds and does not count: `_provenance` tells why
        elif of_kind:
            yield from self._refused(of_kind, f"the {kind} of {self._fact.name}", kind)
        elif not self._is_open:
            what = "has no provenance" if rule == "SM506" else f"has no attestation of the kind {kind}"
            yield self._missing(rule, what, f"nothing of the kind {kind} was found", kind)

    # what signed words say

    def _tag(self) -> Iterator[Result]:
        if self._signed.kind is not ArtifactKind.IMAGE or self._signed.platform:
            return
        if not self._signed.tag or _DIGEST in self._signed.name:
            yield self._passed("SM511")
            return
        digest = self._signed.reference if self._signed.digests else ""
        yield self._failed(
            "SM511", f"{self._fact.name} is named by a tag, which can be moved to another image",
            label=f"the tag {self._signed.tag}",
            evidence=(Evidence(label="today it is", value=digest),) if digest else (),
            fix="name it by its digest, after its tag where you like: …:TAG@sha256:…", identity=self._signed.tag,
        )  # fmt: skip

    def _agreement(self) -> Iterator[Result]:
        holding = [verdict for verdict in self._signed.signatures if verdict.holds]
        words = [link for link in self._links[LinkId.SOURCE] if link.reason == "signed-words-differ"]
        if words:
            yield self._of_link("SM512", words[0])
            return
        for one, other in combinations(holding, 2):
            ours, theirs = dict(one.annotations), dict(other.annotations)
            for name in sorted(ours.keys() & theirs.keys()):
                if ours[name] != theirs[name]:
                    yield self._failed(
                        "SM512", f"two signatures of {self._fact.name} have another {name}",
                        label=f"{name}: {ours[name]}, and {theirs[name]}",
                        evidence=(*_annotation(one, name), *_annotation(other, name)),
                        fix="find out which one is meant, and take the other one away", identity=name,
                    )  # fmt: skip
                    return
        if len(holding) + sum(verdict.holds for verdict in self._signed.attestations) > 1:
            yield self._passed("SM512")

    def _provenance(self) -> Iterator[Result]:
        for link in self._links[LinkId.PROVENANCE]:
            if link.reason == "source-mismatch":
                yield self._of_link("SM507", link)
            elif link.reason == "provenance-disputes":
                yield self._of_link("SM512", link)
            elif link.reason == Reason.MALFORMED.value:
                yield self._of_link("SM515", link)
            elif link.reason == "source-unasked" and any(map(is_provenance_kind, self._fact.required)):
                yield self._open_link("SM514", link, "name the repository: [signatures] source")

    def _source(self) -> Iterator[Result]:
        if any(link.reason == "source-mismatch" for link in self._links[LinkId.PROVENANCE]):
            return
        asks_source = self._fact.named_by is not NamedBy.BASE and any(rule.source for rule in self._policy.signatures)
        for link in self._links[LinkId.SOURCE]:
            if link.reason == "signed-words-differ":
                continue
            if link.state is CheckState.FAILED:
                yield self._of_link("SM507", link)
            elif link.state is CheckState.VERIFIED or (link.reason == "no-program" and asks_source):
                yield self._passed("SM507", link.subject)
            elif link.reason in ("no-program", "contents-elsewhere") and not asks_source:
                continue
            elif link.state is CheckState.NOT_CHECKABLE or (
                link.reason == "no-signed-commit" and self._fact.provenance
            ):
                yield self._open_link("SM507", link, _OPEN_SOURCE.get(link.reason, _BUILD_ANEW))

    def _builder(self) -> Iterator[Result]:
        for link in self._links[LinkId.BUILDER]:
            if link.state is CheckState.FAILED:
                yield self._of_link("SM508", link)
            elif link.state is not CheckState.VERIFIED:
                if self._asks_builder:
                    by_key = link.reason == "no-certificate"
                    yield self._open_link("SM508", link, _BUILDER_KEY if by_key else _BUILDER_ITSELF)
            else:
                yield self._taken()

    def _taken(self) -> Result:
        named = self._fact.provenance[0].builder_id if self._fact.provenance else ""
        for rule in self._policy.signatures:
            if rule.builders is not None and not any(self._is_taken(one, named) for one in rule.builders):
                return self._failed(
                    "SM508", f"{self._fact.name} was built by a builder that the policy does not take",
                    label=named, evidence=(
                        Evidence(label="builder", value=named),
                        *(Evidence(label="the policy takes", value=str(one)) for one in rule.builders[:_MOST_TOLD]),
                    ),
                    fix="build it by one of these, or take this one: [signatures] builders", identity=named,
                    also=rule.place("builders"),
                )  # fmt: skip
        return self._passed("SM508")

    def _is_taken(self, builder: BuilderRule, named: str) -> bool:
        """Return whether a builder is one that a file takes: by its key where a key signed, else by its id."""
        by_key = self._fact.key_builders
        return builder.location in by_key if by_key else builder.key is None and builder.takes(named)

    def _level(self) -> Iterator[Result]:
        asked, place = slsa_level_of(self._policy.signatures)
        links = self._links[LinkId.BUILDER]
        if not asked or not self._fact.provenance or any(link.state is not CheckState.VERIFIED for link in links):
            return
        claim, named = self._fact.builder, self._fact.provenance[0].builder_id
        if links and asked == _PROVENANCE_AS_SUCH:
            yield self._passed("SM509")
        elif claim is None or not links:
            yield self._unknown(
                "SM509", f"the SLSA level of {named or 'the builder'}",
                "no documentation of this builder is known here",
                "take a builder whose documentation claims a level; of a builder of one's own slsa_level = 1 can be "
                "asked for, which is provenance that it signed", place=place,
            )  # fmt: skip
        elif claim.level >= asked:
            yield self._passed("SM509")
        else:
            told = f"level {claim.level}, {claim.source}, {claim.checked_on}"
            yield self._failed(
                "SM509", f"{self._fact.name} was built on SLSA Build level {claim.level}, the policy asks for {asked}",
                label=claim.name, evidence=(
                    Evidence(label="builder", value=named),
                    Evidence(label="its documentation", value=told),
                ),
                fix=f"build it by a builder of level {asked}", identity=f"{named}\n{asked}", also=place,
            )  # fmt: skip

    def _bill(self) -> Iterator[Result]:
        for link in self._links[LinkId.SBOM]:
            if link.state is CheckState.FAILED and link.reason in ("sbom-mismatch", "sbom-unreadable"):
                yield self._of_link("SM510", link)
            elif link.reason == "contents-unread":
                yield self._open_link("SM510", link, _OPEN_SOURCE[link.reason])
            elif link.state is CheckState.VERIFIED:
                yield self._passed("SM510")

    # results

    def _of_link(self, rule: str, link: ChainLink) -> Result:
        values = ((name, text) for name, text in link.values if name not in _IN_FULL_ELSEWHERE)
        stated = (("expected", link.expected), ("found", link.found), *values)
        label = f"expected {link.expected}, found {link.found}" if link.expected and link.found else link.says
        return self._failed(
            rule, f"{self._fact.name}: {link.says}", label=label,
            evidence=tuple(Evidence(label=label, value=text) for label, text in stated if text),
            fix=_in_policy(link.remedy) or _fix(rule), kind=link.subject, identity=link.reason,
        )  # fmt: skip

    def _open_link(self, rule: str, link: ChainLink, remedy: str) -> Result:
        return self._unknown(
            rule, f"the {link.id.value} of {self._fact.name}", link.says, _in_policy(link.remedy) or remedy,
            link.subject,
        )  # fmt: skip

    def _missing(self, rule: str, what: str, label: str, kind: str = "") -> Result:
        key = "require"
        place = next((one.place(key) for one in self._policy.signatures if key in one.places), None)
        digest = next((f"{name}:{text}" for name, text in self._signed.digests), "")
        return self._failed(
            rule, f"{self._fact.name} {what}", label=label,
            evidence=(Evidence(label="digest", value=digest),) if digest else (),
            fix=self._make_it(kind), kind=kind, also=place,
        )  # fmt: skip

    def _make_it(self, kind: str) -> str:
        """Return what makes a signature, or an attestation of a kind, where it is looked for."""
        is_image = self._signed.kind is ArtifactKind.IMAGE
        if kind:
            if is_image:
                return "attest it where it is built (`cosign attest`), by its digest"
            word = kind if kind in PREDICATE_KINDS else "intoto"
            where = f"keep that beside it, as NAME.{word}.sigstore.json"
            return f"attest it where it is built (`cosign attest-blob --bundle …`), and {where}"
        if is_image:
            return "sign it where it is built (`cosign sign`), by its digest"
        where = "keep that beside it, as NAME.sigstore.json"
        return f"sign it where it is built (`cosign sign-blob --bundle …`), and {where}"

    def _passed(self, rule: str, kind: str = "") -> Result:
        return passed(self._rules[rule], self._named(kind), NO_MODULE)

    def _named(self, kind: str) -> str:
        return f"{self._subject} ({kind})" if kind else self._subject

    def _failed(
        self,
        rule: str,
        message: str,
        *,
        label: str,
        evidence: tuple[Evidence, ...],
        fix: str,
        kind: str = "",
        identity: str = "",
        also: Location | None = None,
    ) -> Result:
        self._told.add(rule)
        subject = self._named(kind)
        places = dict.fromkeys((self._fact.location, *((also,) if also is not None and also.line else ())))
        return failed(
            self._rules[rule], subject, NO_MODULE, message=message, label=label or message, locations=tuple(places),
            evidence=evidence, fix=fix, identity=f"{subject}\n{identity}" if identity else "",
        )  # fmt: skip

    def _unknown(
        self, rule: str, wanted: str, reason: str, remedy: str, kind: str = "", *, place: Location | None = None
    ) -> Result:
        subject = self._named(kind)
        gap = Gap(wanted=wanted, reason=reason, remedy=remedy, subject=subject, location=place or self._fact.location)
        return unknown(self._rules[rule], subject, NO_MODULE, gap)


def _age(policy: Policy, trust: TrustUsed, rule: Rule) -> Iterator[Result]:
    """Yield whether the trusted root is as young as the policy asks."""
    asking = [asked for asked in policy.signatures if asked.max_root_age]
    least = min(asking, key=lambda asked: asked.max_root_age, default=None)
    if least is None:
        return
    place = least.place("max_root_age")
    if trust.age_days is None:
        gap = Gap(
            wanted=f"the age of the trusted root {trust.name}", reason="nobody says of which day it is",
            remedy="take the public one, or leave out max_root_age", subject=TRUSTED_ROOT, location=place,
        )  # fmt: skip
        yield unknown(rule, TRUSTED_ROOT, NO_MODULE, gap)
    elif trust.age_days > least.max_root_age:
        yield failed(
            rule, TRUSTED_ROOT, NO_MODULE,
            message=f"the trusted root is {trust.age_days:,} days old, and may be {least.max_root_age:,} days",
            label=f"of {trust.as_of}", locations=(place,),
            evidence=(
                Evidence(label="trusted root", value=trust.name), Evidence(label="sha256", value=trust.sha256),
            ),
            fix="supplymatrix trust update", identity=f"{TRUSTED_ROOT}\nage",
        )  # fmt: skip
    else:
        yield passed(rule, TRUSTED_ROOT, NO_MODULE)


def asked_of_signatures(policy: Policy, result: Result) -> Location | None:
    """Return where the policy asks for what a result about artifacts says; None for every other result, and where a
    preset asks."""
    key = _KEY_OF_RULE.get(result.rule, "")
    places = [rule.places[key] for rule in policy.signatures if key in rule.places]
    return next((place for place in places if not place.artifact.startswith("preset ")), None)


def _annotation(verdict: SignatureVerdict, name: str) -> tuple[Evidence, ...]:
    text = dict(verdict.annotations)[name]
    return (Evidence(label=verdict.source, value=f"{name}={text}, signed by {name_signer(verdict.signer)}"),)


def _message(rule: str, what: str, says: str) -> str:
    if rule == "SM502":
        return f"{what} is signed by somebody whom the policy does not name"
    if rule == "SM503":
        return f"what signs {what} is wrong: {says}"
    if rule == "SM504":
        return f"the signature of {what} is in no public log"
    if rule == "SM515":
        return f"what signs {what} cannot be read"
    if rule == "SM505":
        return f"the signature of {what} leads to nothing that is trusted"
    return f"the signature of {what} does not count: {says}"


def _remedy_of(verdict: SignatureVerdict, step: SignatureStep | None) -> str:
    """Return the step's own advice, "" where it names an option or speaks of one, in the place of which a policy has
    words."""
    if step is None or verdict.reason in (Reason.LOG_ENTRY_MISSING, *_OF_A_SIGNER):
        return ""
    return _in_policy(step.remedy)


def _in_policy(remedy: str) -> str:
    """Return an advice, "" where it names an option that `check` does not have. Commands between backquotes are those
    of other programs."""
    return "" if _OPTION.search(_COMMAND.sub("", remedy)) else remedy


def _fix(rule: str) -> str:
    return {
        "SM502": "find out who signed it; name them in [signatures] signers only if they may",
        "SM503": "do not use it: get it again from who made it, and find out where it was changed",
        "SM504": "sign it so that a log has it; a key that publishes to none is named with log = false",
        "SM505": "supplymatrix trust update; an authority of your own is named in [signatures] trusted_root",
        "SM507": "build and sign it anew from the commit that is meant",
        "SM508": "find out who built it",
        "SM510": "attest the bill of this very program: supplymatrix sbom PROGRAM makes it",
        "SM512": "find out which one is meant, and take the other one away",
    }.get(rule, "sign it again")
