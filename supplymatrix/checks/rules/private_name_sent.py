"""SM211 private-name-sent: the name of a private module is told to others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from supplymatrix.checks.go_settings import project_module
from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.gomod.goprivate import match
from supplymatrix.model.go_sources import Asked, EffectiveSetting, NameSent, SendReason
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM211",
    name="private-name-sent",
    title="the name of a private module is told to others",
    why="A name tells what a company builds, and for whom; it cannot be taken back, and others may register it.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("NameSent",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="privacy",
)
_OTHERS = (Asked.PROXY, Asked.LOG, Asked.LOG_VIA_PROXY)
_MOST = 10  # hosts that a finding lists


def check(view: FactView) -> Iterator[Result]:
    """One finding for each private name in each context; a pass for each server that is told none.

    What may be private by a rule of thumb alone is no finding, and whoever is told it no pass.
    """
    private: dict[tuple[str, str], list[NameSent]] = {}
    told: dict[str, bool] = {}
    for sent in view.facts.of(NameSent):
        if sent.is_private:
            private.setdefault((sent.context, sent.name), []).append(sent)
        if sent.asked in _OTHERS and not sent.context:
            subject = f"{sent.host} ({sent.asked.value})"
            told[subject] = told.get(subject, False) or sent.may_be_private
    covered = {entry.context: entry.shown for entry in view.facts.of(EffectiveSetting) if entry.name == "GOPRIVATE"}
    for (context, name), beginnings in _whole_names(private).items():
        is_covered = match(covered.get(context, ""), name) is not None
        yield _finding(name, private[context, name], beginnings, is_covered=is_covered)
    module = project_module(view)
    yield from (passed(RULE, subject, module) for subject, may_be in told.items() if not may_be)


def _whole_names(private: Mapping[tuple[str, str], list[NameSent]]) -> dict[tuple[str, str], list[str]]:
    """Return the names, each with those that are only the beginning of it: a package that no module has is asked for
    by all of them."""
    whole: dict[tuple[str, str], list[str]] = {}
    longer: dict[tuple[str, str], str] = {}
    for context, name in sorted(private, key=lambda key: (-len(key[1]), key)):
        is_imported = private[context, name][0].reason is SendReason.IMPORTED
        beyond = longer.get((context, name)) if is_imported else None
        if beyond is not None:
            whole[context, beyond].append(name)
            continue
        whole[context, name] = []
        at = name.rpartition("/")[0] if is_imported else ""
        while at:
            longer.setdefault((context, at), name)
            at = at.rpartition("/")[0]
    return {key: sorted(whole[key]) for key in private if key in whole}


def _finding(name: str, found: list[NameSent], beginnings: list[str], *, is_covered: bool) -> Result:
    first = min(found, key=lambda sent: (not sent.is_sure, sent.host))
    context = first.context
    where = f" by builds of {context}" if context else ""
    when = f", if {first.when}" if first.when else ""
    hosts = dict.fromkeys(
        f"{sent.host} ({sent.asked.value}){f', if {sent.when}' if sent.when else ''}" for sent in found
    )
    evidence = [Evidence(label="told to", value=host) for host in [*hosts][:_MOST]]
    if beginnings:
        evidence.append(Evidence(label="and its beginnings", value=", ".join(beginnings[:_MOST])))
    evidence.append(Evidence(label="private by", value=first.private_by))
    there = f" in {context}" if context else ""
    cover = f"let GOPRIVATE cover it{there}: GOPRIVATE={_pattern(name)}"
    return failed(
        RULE,
        f"{name} ({context})" if context else name,
        ModuleVersion(path=name, version=first.version),
        message=f"the private name {name} is told to {first.host}{where}{when}",
        label=f"{first.reason.value}; private: {first.private_by}",
        locations=(first.location,),
        evidence=tuple(evidence),
        fix=f"unset GONOPROXY and GONOSUMDB{there}: they take back what GOPRIVATE covers" if is_covered else cover,
    )


def _pattern(name: str) -> str:
    """Return what GOPRIVATE should cover: the host, or the owner's part of a host where anybody keeps code."""
    from supplymatrix.privacy.hosts import is_public_path

    return "/".join(name.split("/")[: 2 if is_public_path(name) else 1])
