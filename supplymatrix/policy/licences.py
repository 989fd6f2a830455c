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
| a licence of no class that is known, where classes are denied and no word allows it | nothing | fail |
| its files could not be read | unknown | unknown |

What is known beside what is not is judged as well: it can fail, and it cannot pass. So a waiver of SM402 takes on a
module whose licence nobody can tell; what nobody has read cannot be waived.

A conclusion is about what the build takes: of a module that another one replaces, about that other one; of a folder in
the place of a module, about a file with a SHA-256 alone. Such a conclusion stands for what that file says, and the
other files of the module count beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.model.fact import Facts, Gap, RequiredModule, SumKind, SumLine
from supplymatrix.model.licence import LicenceFile, LicenceMatch, ModuleLicence
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Evidence, Result, Rule, Status
from supplymatrix.model.value import changed, value
from supplymatrix.policy.document import LICENCE_RULE, Policy
from supplymatrix.policy.globs import GlobIndex
from supplymatrix.policy.licence_terms import (
    CLASSES,
    LicenceConclusion,
    choices_left,
    denying_class,
    is_allowed,
    refusing,
)

__all__ = ["INSIDE_RULE", "LICENCE_WANTED", "UNKNOWN_RULE", "asked_at", "check_licences"]

UNKNOWN_RULE = "SM402"
INSIDE_RULE = "SM405"
LICENCE_WANTED = "licence of "
"""With this begins what the gaps of licences wanted."""
_NOBODY = ModuleVersion(path="", version="")
_MOST_FILES = 5
_MOST_DUTIES = 6


def asked_at(policy: Policy, result: Result) -> Location | None:
    """Return the place of a policy that asks for what a result is about; None where it is not about licences."""
    if not policy.licences or result.rule not in (LICENCE_RULE, UNKNOWN_RULE, INSIDE_RULE):
        return None
    words = {place for rule in policy.licences for _, place in (*(rule.allow or ()), *rule.deny)}
    words |= {place for rule in policy.licences for place in (rule.allow_location, rule.confidence_location)}
    told = result.finding.locations if result.finding is not None else ()
    return next((place for place in told if place in words), policy.licences[0].location)


def check_licences(policy: Policy, facts: Facts, rules: Mapping[str, Rule]) -> Iterator[Result]:
    """Yield the results of what a policy asks of licences. rules: by id; without a rule no result."""
    seen: set[tuple[str, str, Status, str]] = set()
    for result in _results(policy, facts, rules) if policy.licences else ():
        # A fork that stands in the place of one module may be in the list itself, too.
        what = (result.rule, result.subject, result.status, result.finding.message if result.finding else "")
        if what not in seen:
            seen.add(what)
            yield result


def _results(policy: Policy, facts: Facts, rules: Mapping[str, Rule]) -> Iterator[Result]:
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
        elif held.is_read or held.classless:
            yield from (_not_known(held, rule, policy, places) for rule in known)
        else:
            yield from (_unread(rule, held, places) for rule in known)
            yield from (_unread(rule, held, places) for rule in wanted if not _is_said(held, policy))
        yield from (_judge_inside(held, rule, places) for rule in inside if held.declared)
    for gap in facts.gaps:
        if gap.wanted.startswith(LICENCE_WANTED):
            placed = changed(gap, location=gap.location or policy.licences[0].location)
            yield from (unknown(rule, gap.subject or gap.wanted, _NOBODY, placed) for rule in (*known, *wanted))


@value
class _Held:
    """A module with the licence that counts: what is known of it, "" = nothing. is_whole: there is nothing beside that.

    declared: of its root, "" where a person has concluded what the whole module has; files: as far as no person has
    concluded what they say. reason, confidence, is_read: as in `ModuleLicence`, of these files. conclusions: of
    persons, none = its files alone say it; stale: (conclusion, why) of one that does not count. module: what the build
    takes. least: the percentage that the policy asks for. classless: licences whose class nobody knows, each with a
    denied class that it may be of, and its place; they keep the whole from being known.
    """

    fact: ModuleLicence
    module: ModuleVersion
    expression: str
    declared: str
    files: tuple[LicenceFile, ...]
    reason: str
    confidence: int
    is_read: bool
    least: int
    is_whole: bool = False
    conclusions: tuple[LicenceConclusion, ...] = ()
    stale: tuple[LicenceConclusion, str] | None = None
    classless: tuple[tuple[str, str, Location], ...] = ()


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
    module = fact.effective or fact.subject
    about = [
        entry
        for entry in (policy.conclusions[number] for number in sorted(set(conclusions.about(module.path))))
        if entry.allowed is None or entry.allowed.holds(module.version)
    ]
    of_all = next((entry for entry in about if not entry.sha256 and fact.effective is not None), None)
    held = _Held(
        fact=fact,
        module=module,
        expression=fact.concluded,
        declared=fact.declared,
        files=fact.files,
        reason=fact.reason,
        confidence=fact.confidence,
        is_read=fact.is_read,
        least=max(rule.min_confidence for rule in policy.licences),
        stale=_stale(fact, about),
    )
    if of_all is not None:
        held = changed(
            held, expression=of_all.licence, declared="", reason="", confidence=100, is_read=True, conclusions=(of_all,)
        )
    else:
        held = _with_files_concluded(held, about)
    is_sure = held.confidence >= held.least or not any(file.matches for file in held.files)
    is_known = bool(held.expression) and (is_sure or of_all is not None) and not held.reason
    classless = _classless(held.expression, policy) if is_known else ()
    return changed(held, is_whole=is_known and not classless, classless=classless)


def _with_files_concluded(held: _Held, about: Sequence[LicenceConclusion]) -> _Held:
    """Return a module with what persons have concluded of single files in the place of what was read in them."""
    fact = held.fact
    found: dict[str, LicenceConclusion] = {}
    for file in fact.files:
        entry = next((entry for entry in about if entry.sha256 == file.sha256), None)
        if entry is not None:
            found[file.path] = entry
    if not found:
        return held
    from supplymatrix.licences.together import what_files_say

    files = [
        changed(file, expression=found[file.path].licence, matches=(), nearest="", offers=())
        if file.path in found
        else file
        for file in fact.files
    ]
    together = what_files_say(files)
    return changed(
        held,
        expression=together.concluded,
        declared=together.declared,
        files=tuple(file for file in fact.files if file.path not in found),
        reason=together.reason if fact.is_read else fact.reason,
        confidence=min((match.confidence for file in files for match in file.matches), default=100),
        conclusions=tuple(dict.fromkeys(found.values())),
        stale=None,
    )


def _stale(fact: ModuleLicence, about: Sequence[LicenceConclusion]) -> tuple[LicenceConclusion, str] | None:
    """Return the first conclusion that speaks of a module and counts for nothing, with the reason."""
    for entry in about:
        if entry.sha256 and not any(file.sha256 == entry.sha256 for file in fact.files):
            return entry, "a conclusion of another file"
        if not entry.sha256 and fact.effective is None:
            return entry, "a folder is built in the place of the module that this is about; it needs sha256"
    return None


def _classless(expression: str, policy: Policy) -> tuple[tuple[str, str, Location], ...]:
    """Return the licences of no known class, of an allowed choice, that may be of a class that is denied."""
    if not any(word in CLASSES for rule in policy.licences for word, _ in rule.deny):
        return ()
    if choices_left(expression, lambda licence: is_allowed(policy.licences, licence)):
        return ()  # that is a finding, whatever else is not known
    left = choices_left(
        expression,
        lambda licence: is_allowed(policy.licences, licence) and denying_class(policy.licences, licence) is None,
    )
    found = ((licence, denying_class(policy.licences, licence)) for licence in (left[0] if left else ()))
    return tuple((licence, denied[0], denied[1]) for licence, denied in found if denied is not None)


def _is_said(held: _Held, policy: Policy) -> bool:
    """Return whether what is known of a licence is enough to judge it: it is all, or already too much."""
    return held.is_whole or (bool(held.expression) and bool(_choices(held, policy)))


def _choices(held: _Held, policy: Policy) -> tuple[tuple[str, ...], ...]:
    return choices_left(held.expression, lambda licence: is_allowed(policy.licences, licence))


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
    for entry in held.conclusions[:_MOST_FILES]:
        yield Evidence(label="concluded by", value=f"{entry.owner}, {entry.location}: {entry.reason}")
    if held.fact.not_built_for:
        yield Evidence(label="not built on", value=f"{held.fact.not_built_for}; packages of it are, on other systems")
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
    """Yield what a licence asks for the uses that the policy names."""
    for use in sorted({rule.use for rule in policy.licences if rule.use}):
        from supplymatrix.licences.obligations import Use, obligations_of

        found: dict[str, dict[str, None]] = {}
        for duty in obligations_of(expression, Use(use)):
            found.setdefault(duty.text, {}).setdefault(duty.clause or duty.licence)
        for text, asking in [*found.items()][:_MOST_DUTIES]:
            whose = "; ".join(filter(None, asking))
            yield Evidence(label=f"asked of {use}", value=f"{text} ({whose})" if whose else text)
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
    locations = [places.of(fact.subject.path, held.module.path)]
    message = f"nobody can tell the licence of {subject}: {held.reason or 'no licence in its files is recognised'}"
    fix = (
        "read its files, and write down what they say: [[licences.conclusions]] with module, version or sha256, "
        "licence, reason and owner; without a licence nobody may use it"
    )
    if held.classless:
        licence, denied, place = held.classless[0]
        message = f"{subject} is under {licence}, of no class that is known, and the policy denies {denied}"
        fix = f'read that licence, and say what it is: allow or deny = ["{licence}"] in [licences]'
        locations.append(place)
    elif held.expression and not held.reason:
        how = f"{held.expression} is recognised with {held.confidence} %, and the policy asks for {held.least} %"
        message = f"the licence of {subject} is not known surely enough: {how}"
        locations += [entry.confidence_location for entry in policy.licences if entry.min_confidence == held.least]
    evidence = list(_evidence(held))
    if held.stale is not None:
        entry, why = held.stale
        evidence.append(Evidence(label=why, value=f"{entry.location}: {entry.licence}, {entry.owner}"))
        locations.append(entry.location)
    return failed(
        rule,
        subject,
        held.module,
        message=message,
        label="licence not known",
        locations=tuple(dict.fromkeys(locations)),
        evidence=tuple(evidence),
        fix=fix,
    )


def _judge_inside(held: _Held, rule: Rule, places: _Places) -> Result:
    """Return whether parts of a module that are built in ask for more than the module says of itself."""
    from supplymatrix.licences.classes import LicenceClass, class_of_expression

    fact, subject = held.fact, str(held.module)
    order = list(LicenceClass)
    own = class_of_expression(held.declared)
    below = [(file, class_of_expression(file.expression)) for file in held.files if file.packages_only]
    known = [(file, found) for file, found in below if found is not LicenceClass.UNKNOWN]
    stricter = [(file, found) for file, found in known if order.index(found) > order.index(own)]
    if own is LicenceClass.UNKNOWN or not stricter:
        unclear = [file.path for file, found in below if found is LicenceClass.UNKNOWN and not file.is_statement]
        if own is not LicenceClass.UNKNOWN and not unclear and held.is_read:
            return passed(rule, subject, held.module)
        if not below and held.is_read:
            return passed(rule, subject, held.module)  # there is nothing inside, whatever stands outside
        reason = f"nobody can tell of which class these are: {', '.join(unclear[:_MOST_FILES])}"
        if not unclear:
            reason = held.reason if not held.is_read else f"{held.declared} is of no class that is known"
        return _gap(rule, held, places, reason, "read these files, and have them judged")
    whole = max((found for _, found in stricter), key=order.index)
    return failed(
        rule,
        subject,
        held.module,
        message=f"{subject} says {held.declared} of itself ({own.value}), and packages that are built in are under "
        f"{whole.value}: {held.expression}",
        label=f"{own.value} outside, {whole.value} inside",
        locations=(places.of(fact.subject.path, held.module.path),),
        evidence=tuple(
            Evidence(label=f"{file.path}{_lines(file.matches)}", value=_read_in(file))
            for file, _ in stricter[:_MOST_FILES]
        ),
        fix="read the licence of these folders before it is built in; do without their packages if it asks too much",
        identity=f"{held.module}\n{held.expression}",
    )


def _unread(rule: Rule, held: _Held, places: _Places) -> Result:
    reason, remedy = held.fact.reason or "it was not looked for", held.fact.remedy or "run again"
    return _gap(rule, held, places, reason, remedy)


def _gap(rule: Rule, held: _Held, places: _Places, reason: str, remedy: str) -> Result:
    what = "parts of " if rule.id == INSIDE_RULE else ""
    gap = Gap(
        wanted=f"{LICENCE_WANTED}{what}{held.module}",
        reason=reason,
        remedy=remedy,
        subject=str(held.module),
        location=places.of(held.fact.subject.path, held.module.path),
    )
    return unknown(rule, gap.subject, held.module, gap)
