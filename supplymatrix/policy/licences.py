"""Results about licences, which only a policy can produce: not wanted (SM401), not known (SM402), and stricter in parts
of a module than it says of itself (SM405).

    [licences]
    allow = ["permissive", "MPL-2.0"]
    deny = ["AGPL-*"]

Where no file of a policy has such a section no licence is read, and there are no results. Where several have one, each
of them must have nothing against a licence. Of a module counts what its licence files in its root say together with
those of the folders that packages are taken from; or, in the place of both, what a person has concluded.

| what is known | SM401 | SM402 |
|---|---|---|
| a licence, or a choice of them, that no file speaks against | pass | pass |
| a licence that one speaks against | fail | pass |
| its files were read, and one of them, or all, is no licence that is recognised surely enough | nothing | fail |
| its files could not be read | unknown | unknown |

What is known beside what is not is judged as well: it can fail, and it cannot pass. So a waiver of SM402 takes on a
module whose licence nobody can tell; what nobody has read cannot be waived.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.model.fact import Facts, Gap, RequiredModule, SumKind, SumLine
from supplymatrix.model.licence import LicenceFile, LicenceMatch, ModuleLicence
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Evidence, Result, Rule
from supplymatrix.model.value import changed, value
from supplymatrix.policy.document import LICENCE_RULE, Policy
from supplymatrix.policy.globs import GlobIndex
from supplymatrix.policy.licence_terms import LicenceConclusion, choices_left, is_allowed, refusing

__all__ = ["INSIDE_RULE", "LICENCE_WANTED", "UNKNOWN_RULE", "asks_for_licences", "check_licences"]

UNKNOWN_RULE = "SM402"
INSIDE_RULE = "SM405"
LICENCE_WANTED = "licence of "
"""With this begins what the gaps of licences wanted."""
_NOBODY = ModuleVersion(path="", version="")
_MOST_FILES = 5
_MOST_DUTIES = 6


def asks_for_licences(policy: Policy) -> bool:
    """Return whether a policy wants licences to be read."""
    return bool(policy.licences)


def check_licences(policy: Policy, facts: Facts, rules: Mapping[str, Rule]) -> Iterator[Result]:
    """Yield the results of what a policy asks of licences. rules: by id; without a rule no result."""
    if not policy.licences:
        return
    wanted = [rules[LICENCE_RULE]] if LICENCE_RULE in rules and any(rule.asks for rule in policy.licences) else []
    known = [rules[UNKNOWN_RULE]] if UNKNOWN_RULE in rules else []
    inside = [rules[INSIDE_RULE]] if INSIDE_RULE in rules else []
    places = _Places(facts, policy.licences[0].location)
    conclusions = GlobIndex((entry.module, number) for number, entry in enumerate(policy.conclusions))
    for fact in facts.of(ModuleLicence):
        held = _held(fact, policy, conclusions)
        yield from (_judge(held, rule, policy, places) for rule in wanted if _is_said(held, policy))
        if held.is_whole:
            yield from (passed(rule, str(held.module), held.module) for rule in known)
        elif fact.is_read:
            yield from (_not_known(held, rule, policy, places) for rule in known)
        else:
            yield from (_unread(rule, held, places) for rule in known)
            yield from (_unread(rule, held, places) for rule in wanted if not _is_said(held, policy))
        yield from (_judge_inside(held, rule, places) for rule in inside if held.conclusion is None and fact.declared)
    for gap in facts.gaps:
        if gap.wanted.startswith(LICENCE_WANTED):
            placed = changed(gap, location=gap.location or policy.licences[0].location)
            yield from (unknown(rule, gap.subject or gap.wanted, _NOBODY, placed) for rule in (*known, *wanted))


@value
class _Held:
    """A module with the licence that counts: what is known of it, "" = nothing. is_whole: there is nothing beside that.

    conclusion: of a person, None = its files alone say it; stale: one that was made of another file. module: what the
    build takes. least: the percentage that the policy asks for.
    """

    fact: ModuleLicence
    module: ModuleVersion
    expression: str
    is_whole: bool
    conclusion: LicenceConclusion | None
    stale: LicenceConclusion | None
    least: int


class _Places:
    """Where modules are asked for. otherwise: the place for one that no file of the project names."""

    def __init__(self, facts: Facts, otherwise: Location) -> None:
        self._by_path: dict[str, Location] = {}
        for line in facts.of(SumLine):
            if line.kind is SumKind.ZIP:
                self._by_path[line.subject.path] = line.location
        for required in facts.of(RequiredModule):
            if required.effective is not None:
                self._by_path.setdefault(required.effective.path, required.location)
        self._by_path |= {fact.subject.path: fact.location for fact in facts.of(RequiredModule)}
        self._otherwise = otherwise

    def of(self, *paths: str) -> Location:
        """Return the place of the first module that has one."""
        return next((self._by_path[path] for path in paths if path in self._by_path), self._otherwise)


def _held(fact: ModuleLicence, policy: Policy, conclusions: GlobIndex) -> _Held:
    least = max(rule.min_confidence for rule in policy.licences)
    modules = dict.fromkeys(module for module in (fact.effective, fact.subject) if module is not None)
    speaking = sorted({(number, module) for module in modules for number in conclusions.about(module.path)})
    about = [
        entry
        for entry, module in ((policy.conclusions[number], module) for number, module in speaking)
        if entry.allowed is None or entry.allowed.holds(module.version)
    ]
    fitting = next((entry for entry in about if _fits(entry, fact)), None)
    is_sure = fact.confidence >= least or not any(file.matches for file in fact.files)
    return _Held(
        fact=fact,
        module=fact.effective or fact.subject,
        expression=fitting.licence if fitting is not None else fact.concluded,
        is_whole=fitting is not None or (bool(fact.concluded) and is_sure and not fact.reason),
        conclusion=fitting,
        stale=about[0] if about and fitting is None else None,
        least=least,
    )


def _is_said(held: _Held, policy: Policy) -> bool:
    """Return whether what is known of a licence is enough to judge it: it is all, or already too much."""
    return held.is_whole or (bool(held.expression) and bool(_choices(held, policy)))


def _choices(held: _Held, policy: Policy) -> tuple[tuple[str, ...], ...]:
    return choices_left(held.expression, lambda licence: is_allowed(policy.licences, licence))


def _fits(entry: LicenceConclusion, fact: ModuleLicence) -> bool:
    """Return whether the files are those that a conclusion was drawn from."""
    return not entry.sha256 or any(file.sha256 == entry.sha256 for file in fact.files)


def _judge(held: _Held, rule: Rule, policy: Policy, places: _Places) -> Result:
    subject = str(held.module)
    choices = _choices(held, policy)
    if not choices:
        return passed(rule, subject, held.module)
    against = _against(choices, policy)
    denied = against[0][0]
    named = f"{held.expression} ({_class(held.expression)})"
    verb = f"and the policy denies {denied}" if denied else "which the policy does not allow"
    found = failed(
        rule,
        subject,
        held.module,
        message=f"{subject} is under {named}, {verb}",
        label=held.expression,
        locations=(places.of(held.fact.subject.path, held.module.path), *dict.fromkeys(place for _, place in against)),
        evidence=(*_evidence(held), *_duties(held.expression, policy)),
        fix=_way_out(held, choices),
        identity=f"{held.module}\n{held.expression}",
    )
    assert found.finding is not None  # noqa: S101 - it has failed
    return changed(found, finding=changed(found.finding, licences=choices))


def _against(choices: Sequence[Sequence[str]], policy: Policy) -> list[tuple[str, Location]]:
    """Return the words of `deny`, and the places of `allow`, that stand in the way of the nearest choice."""
    found = (refusing(rule, name) for name in choices[0] for rule in policy.licences)
    return list(dict.fromkeys(sorted((one for one in found if one is not None), key=lambda one: not one[0])))


def _class(expression: str) -> str:
    from supplymatrix.licences.classes import LicenceClass, class_of_expression

    found = class_of_expression(expression)
    return "of no known class" if found is LicenceClass.UNKNOWN else found.value


def _evidence(held: _Held) -> Iterator[Evidence]:
    """Yield what a licence was read from."""
    if held.conclusion is not None:
        entry = held.conclusion
        yield Evidence(label="concluded by", value=f"{entry.owner}, {entry.location}: {entry.reason}")
    files = [file for file in held.fact.files if file.expression or file.nearest]
    for file in files[:_MOST_FILES]:
        yield Evidence(label=f"{file.path}{_lines(file.matches)}", value=_read_in(file))
    if len(files) > _MOST_FILES:
        yield Evidence(label="further licence files", value=f"{len(files) - _MOST_FILES:,}")


def _lines(found: Sequence[LicenceMatch]) -> str:
    return f":{min(match.start for match in found)}-{max(match.end for match in found)}" if found else ""


def _read_in(file: LicenceFile) -> str:
    where = ", for the packages in its folder" if file.packages_only else ""
    if not file.expression:
        return f"nothing sure; nearest is {file.nearest} %{where}"
    least = min((match.confidence for match in file.matches), default=100)
    return f"{file.expression}, {least} %{where}"


def _duties(expression: str, policy: Policy) -> Iterator[Evidence]:
    """Yield what a licence asks for the use that the policy names."""
    use = next((rule.use for rule in policy.licences if rule.use), "")
    if not use:
        return
    from supplymatrix.licences.obligations import Use, obligations_of

    found = obligations_of(expression, Use(use))
    for duty in found[:_MOST_DUTIES]:
        whose = duty.clause or duty.licence
        yield Evidence(label=f"asked of {use}", value=f"{duty.text} ({whose})" if whose else duty.text)
    if len(found) > _MOST_DUTIES:
        yield Evidence(label=f"asked of {use}", value=f"and {len(found) - _MOST_DUTIES:,} more")


def _way_out(held: _Held, choices: Sequence[Sequence[str]]) -> str:
    words = " ".join(f"--licence {_quoted(name)}" for name in choices[0])
    return (
        f"take another module; or take it on until a day: supplymatrix waive {LICENCE_RULE} {held.module.path} {words} "
        "…; if it is read wrongly, write down what is right: [[licences.conclusions]]"
    )


def _quoted(name: str) -> str:
    return f"'{name}'" if " " in name else name


def _not_known(held: _Held, rule: Rule, policy: Policy, places: _Places) -> Result:
    """Return that the files of a module were read, and do not say surely enough what its licence is."""
    fact, subject = held.fact, str(held.module)
    reason = fact.reason or "no licence in its files is recognised"
    message = f"nobody can tell the licence of {subject}: {reason}"
    if fact.concluded and not fact.reason:
        how = f"{fact.concluded} is recognised with {fact.confidence} %, and the policy asks for {held.least} %"
        message = f"the licence of {subject} is not known surely enough: {how}"
    evidence = list(_evidence(held))
    if held.stale is not None:
        entry = held.stale
        evidence.append(
            Evidence(label="a conclusion of another file", value=f"{entry.location}: {entry.licence}, {entry.owner}")
        )
    locations = [places.of(fact.subject.path, held.module.path)]
    if fact.concluded and not fact.reason:
        locations += [entry.confidence_location for entry in policy.licences if entry.min_confidence == held.least]
    if held.stale is not None:
        locations.append(held.stale.location)
    return failed(
        rule,
        subject,
        held.module,
        message=message,
        label="licence not known",
        locations=tuple(dict.fromkeys(locations)),
        evidence=tuple(evidence),
        fix="read its files, and write down what they say: [[licences.conclusions]] with module, version or sha256, "
        "licence, reason and owner; without a licence nobody may use it",
    )


def _judge_inside(held: _Held, rule: Rule, places: _Places) -> Result:
    """Return whether parts of a module that are built in ask for more than the module says of itself."""
    from supplymatrix.licences.classes import LicenceClass, class_of_expression

    fact, subject = held.fact, str(held.module)
    order = list(LicenceClass)
    own, whole = class_of_expression(fact.declared), class_of_expression(fact.concluded)
    is_known = LicenceClass.UNKNOWN not in (own, whole) and fact.declared
    if not is_known or order.index(whole) <= order.index(own):
        return passed(rule, subject, held.module)
    stricter = [
        file
        for file in fact.files
        if file.packages_only
        and file.expression
        and order.index(class_of_expression(file.expression)) > order.index(own)
    ]
    return failed(
        rule,
        subject,
        held.module,
        message=f"{subject} says {fact.declared} of itself ({own.value}), and packages that are built in are under "
        f"{whole.value}: {fact.concluded}",
        label=f"{own.value} outside, {whole.value} inside",
        locations=(places.of(fact.subject.path, held.module.path),),
        evidence=tuple(
            Evidence(label=f"{file.path}{_lines(file.matches)}", value=_read_in(file))
            for file in stricter[:_MOST_FILES]
        ),
        fix="read the licence of these folders before it is built in; do without their packages if it asks too much",
        identity=f"{held.module}\n{fact.concluded}",
    )


def _unread(rule: Rule, held: _Held, places: _Places) -> Result:
    fact = held.fact
    gap = Gap(
        wanted=f"{LICENCE_WANTED}{held.module}",
        reason=fact.reason or "it was not looked for",
        remedy=fact.remedy or "run again",
        subject=str(held.module),
        location=places.of(fact.subject.path, held.module.path),
    )
    return unknown(rule, gap.subject, held.module, gap)
