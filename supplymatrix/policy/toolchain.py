"""What [toolchain] makes of installed Gos: which levels pass (SM131), and a Go that is not here (SM130, SM131).

    [toolchain]
    verify = true
    accept = ["official", "official-config-changed", "distribution-build"]
    hashes = ["h1:LW9L1lFylHtqxHf20msxqOFywzqUP+MjD1Bs+7cS4Xg="]

A Go whose files are not as they were logged is an alarm of SM130, which no policy can accept. Nor does `accept` excuse
a go.env that switches checks off: it says who may have built a Go, not what it may leave out. A distribution's build is
taken only when this machine's database of packages knows it, and its files were compared with those of the release: a
release that was changed may bear the same marks. Any other one can be taken by the hash of all its files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.checks.toolchains import go_module, go_subject, name_go
from supplymatrix.model.fact import Facts, Gap
from supplymatrix.model.location import Location
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.model.on_disk import InstalledGo, ToolchainLevel
from supplymatrix.model.rule import Evidence, Result, Rule, Status
from supplymatrix.model.verdict import Note
from supplymatrix.policy.document import Policy
from supplymatrix.policy.toolchain_terms import ACCEPTABLE, BUILDING_GO, ToolchainRule

__all__ = ["MODIFIED_RULE", "NOT_OFFICIAL_RULE", "asked_of_go", "judge_toolchains", "notes_on_gos"]

MODIFIED_RULE = "SM130"
NOT_OFFICIAL_RULE = "SM131"
_RULES = (MODIFIED_RULE, NOT_OFFICIAL_RULE)
_NO_MODULE = ModuleVersion(path=TOOLCHAIN_PATH, version="")


def judge_toolchains(
    results: Iterable[Result], policy: Policy, facts: Facts, rules: Mapping[str, Rule]
) -> Iterator[Result]:
    """Yield results, those of SM131 as the policy accepts the levels of Gos, and unknown ones for Gos that are not
    here. rules: by id."""
    asked = policy.toolchain
    if asked is None or not asked.verify:
        yield from results
        return
    gos: dict[str, InstalledGo] = {go_subject(go): go for go in facts.of(InstalledGo)}
    for result in results:
        go = gos.get(result.subject) if result.rule == NOT_OFFICIAL_RULE else None
        yield result if go is None else _held_to(asked, go, result, rules[NOT_OFFICIAL_RULE])
    for gap in facts.gaps:
        if gap.wanted == BUILDING_GO:
            yield from (unknown(rules[rule], TOOLCHAIN_PATH, _NO_MODULE, gap) for rule in _RULES if rule in rules)


def _held_to(asked: ToolchainRule, go: InstalledGo, result: Result, rule: Rule) -> Result:
    """Return the result about a Go as its level is accepted or not."""
    is_accepted = go.level.value in asked.accepted
    if result.status is Status.FAIL and not go.risks and _can_be_taken(go):
        gap = _lacking(go, result.subject) if go.hash not in asked.pinned else None
        if go.hash in asked.pinned or (is_accepted and gap is None):
            return passed(rule, result.subject, go_module(go))
        if is_accepted and gap is not None:
            return unknown(rule, result.subject, go_module(go), gap)
    if result.status is Status.PASS and not is_accepted and go.level.value in ACCEPTABLE:
        return _refused(asked, go, result, rule)
    return result


def notes_on_gos(policy: Policy, facts: Facts) -> Iterator[Note]:
    """Yield what a reader should know of Gos that pass though no release is equal to them: how other they are."""
    asked = policy.toolchain
    if asked is None or not asked.verify:
        return
    for go in facts.of(InstalledGo):
        if go.risks or not _can_be_taken(go):
            continue
        if go.hash in asked.pinned:
            how, where = f"taken by its hash {go.hash}", asked.hashes_location
        elif go.level.value in asked.accepted and _lacking(go, "") is None:
            how, where = f"taken as {go.level.value}", asked.accept_location
        else:
            continue
        reason = f": {go.reason}" if go.reason else ""
        yield Note(code="toolchain-taken", message=f"{go_subject(go)} is {how}{reason}", location=where)


def _can_be_taken(go: InstalledGo) -> bool:
    """Return whether a policy can take a Go that is no release."""
    return go.level in (ToolchainLevel.DISTRIBUTION, ToolchainLevel.UNKNOWN_VERSION)


def _lacking(go: InstalledGo, subject: str) -> Gap | None:
    """Return what is not known of a distribution's build, without which it may be a release that was changed; None for
    nothing."""
    if go.level is not ToolchainLevel.DISTRIBUTION:
        return None
    pin = f"; or put its hash into [toolchain] hashes: {go.hash}" if go.hash else ""
    wanted = f"whether {name_go(go)} is a build of its own"
    if go.record_id < 0:
        reason = go.reason or "the log has no release that it could be compared with"
        return Gap(wanted=wanted, reason=reason, remedy=f"install a release{pin}", subject=subject)
    if not go.is_packaged:
        reason = f"no database of packages knows it; it says so itself: {go.maker_mark}"
        return Gap(wanted=wanted, reason=reason, remedy=f"install it as a package{pin}", subject=subject)
    if not go.compared_with:
        return Gap(wanted=wanted, reason=go.reason, remedy=f"{go.remedy}{pin}", subject=subject)
    return None


def _refused(asked: ToolchainRule, go: InstalledGo, result: Result, rule: Rule) -> Result:
    """Return the finding about a Go that is proven, and which a policy does not take all the same."""
    changes = ", ".join(go.config)
    what = f"with a changed go.env: {changes}" if go.level is ToolchainLevel.CONFIG_CHANGED else go.level.value
    return failed(
        rule,
        result.subject,
        go_module(go),
        message=f"{name_go(go)} is a release {what}; the policy takes {' or '.join(asked.accepted) or 'none'}",
        label=go.level.value,
        locations=(asked.accept_location,),
        evidence=(
            Evidence(label="folder", value=go.root),
            Evidence(label="level", value=go.level.value),
            *(Evidence(label="setting", value=setting) for setting in go.config),
        ),
        fix="put its go.env back as it was shipped, or accept this level",
        identity=f"{result.subject}\n{go.level.value}",
    )


def asked_of_go(policy: Policy, result: Result) -> Location | None:
    """Return where the policy asks for what a result about a Go says; None for every other result.

    Where a preset asks, that is the line that names it.
    """
    asked = policy.toolchain
    if asked is None or not asked.verify or result.rule not in _RULES:
        return None
    of_preset = asked.verify_location.artifact.startswith("preset ")
    return policy.places.get("preset") if of_preset else asked.verify_location
