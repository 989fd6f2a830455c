"""Which known vulnerabilities concern a product, statement by statement, from what was found and what was waived.

A statement says no more than is known. AFFECTED: a vulnerable function is in the product, or the entry names a whole
package that is. NOT_AFFECTED: what is vulnerable was sought and is not there, or a waiver says why it does no harm, in
one of the five words of VEX. UNDER_INVESTIGATION: nobody could look, or how deep nobody could; so is what sources have
not in one build of several, since a product that sources make may be any of them. A waiver without such a word takes a
risk; it takes nothing back, and its reason is told as what is done about it.

Source: openvex/spec OPENVEX-SPEC.md (statuses, justifications); cyclonedx.org 1.6 (vulnerabilities, analysis).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.model.verdict import WaiverUse
from supplymatrix.model.vulnerability import EVERY_BUILD, LevelBy, Review, Vulnerability, VulnLevel
from supplymatrix.vulns.versions import release_of

__all__ = ["VexStatement", "VexStatus", "statement_of", "statements_of"]

_NOT_PRESENT = "vulnerable_code_not_present"
_NOT_REACHED = "vulnerable_code_not_in_execute_path"


class VexStatus(StrEnum):
    """What a statement says, in the words of OpenVEX."""

    AFFECTED = "affected"
    NOT_AFFECTED = "not_affected"
    UNDER_INVESTIGATION = "under_investigation"


_GRAVEST_FIRST = (VexStatus.AFFECTED, VexStatus.UNDER_INVESTIGATION, VexStatus.NOT_AFFECTED)


@value
class VexStatement:
    """One vulnerability in one product. advisory, aliases: its names. product: what ships it, as the document calls it.

    component: the module version that has it. justification: of NOT_AFFECTED, one of the five words. impact: why it
    does no harm; action: what to do, of AFFECTED. by: whose word it is: "looked" (what was found), or the owner of a
    waiver, with `until` as its last day. looked: who looked, and how deep.
    """

    advisory: str
    aliases: tuple[str, ...]
    product: str
    component: ModuleVersion
    status: VexStatus
    summary: str
    url: str
    database: str
    justification: str = ""
    impact: str = ""
    action: str = ""
    by: str = "looked"
    until: str = ""
    looked: str = ""
    published: str = ""


def statements_of(found: Iterable[tuple[Vulnerability, WaiverUse | None, str]]) -> tuple[VexStatement, ...]:
    """Return a statement for each vulnerability of each product, in the order of products and ids; where several would
    be of the same component, the gravest, and of these the first. found: with what excuses it, and the product."""
    made: dict[tuple[str, str, ModuleVersion], VexStatement] = {}
    for vulnerability, waiver, product in found:
        said = statement_of(vulnerability, waiver, product)
        held = made.setdefault((said.product, said.advisory, said.component), said)
        if _GRAVEST_FIRST.index(said.status) < _GRAVEST_FIRST.index(held.status):
            made[said.product, said.advisory, said.component] = said
    return tuple(made[key] for key in sorted(made))


def statement_of(found: Vulnerability, waiver: WaiverUse | None, product: str) -> VexStatement:
    """Return what is known of one vulnerability in one product."""
    status, justification, impact = _judged(found)
    action = _action(found) if status is VexStatus.AFFECTED else ""
    by, until = "looked", ""
    if waiver is not None:
        by, until = waiver.owner, waiver.expires.isoformat()
        if waiver.vex_justification:
            status, justification = VexStatus.NOT_AFFECTED, waiver.vex_justification
            impact, action = waiver.reason, ""
        elif status is VexStatus.AFFECTED:
            action = f"taken on by {waiver.owner} until {until}: {waiver.reason}; {action}"
        else:
            by, until = "looked", ""
    return VexStatement(
        advisory=found.advisory,
        aliases=found.aliases,
        product=product,
        component=found.subject,
        status=status,
        summary=found.summary,
        url=found.url,
        database=found.database,
        justification=justification,
        impact=impact,
        action=action,
        by=by,
        until=until,
        looked=f"{found.looked} level, by {_by(found)}",
        published=found.published.isoformat() if found.published is not None else "",
    )


def _judged(found: Vulnerability) -> tuple[VexStatus, str, str]:
    """Return status, justification and why, as far as it was looked."""
    if found.level is VulnLevel.SYMBOL or found.is_malicious:
        return VexStatus.AFFECTED, "", ""
    if found.level is found.looked:
        return VexStatus.UNDER_INVESTIGATION, "", ""
    if found.review is Review.UNREVIEWED:  # whose names of packages nobody has looked at
        return VexStatus.UNDER_INVESTIGATION, "", ""
    if found.level_by in (LevelBy.SOURCES, LevelBy.CALL_GRAPH) and found.built_for != EVERY_BUILD:
        return VexStatus.UNDER_INVESTIGATION, "", ""
    is_graph = found.level_by is LevelBy.CALL_GRAPH and found.level is VulnLevel.PACKAGE
    what = "packages" if found.level is VulnLevel.MODULE and found.looked is VulnLevel.PACKAGE else "functions"
    how = "reached" if is_graph else "there"
    impact = f"none of its vulnerable {what} is {how}, by {_by(found)}"
    return VexStatus.NOT_AFFECTED, _NOT_REACHED if is_graph else _NOT_PRESENT, impact


def _by(found: Vulnerability) -> str:
    """Return who says how near it is, and of which build."""
    is_of_sources = found.level_by in (LevelBy.SOURCES, LevelBy.CALL_GRAPH)
    return f"the {found.level_by}" + (f" for {found.built_for}" if is_of_sources and found.built_for else "")


def _action(found: Vulnerability) -> str:
    if found.is_malicious:
        return f"take {found.subject.path} out: it was made to harm"
    if not found.fixed:
        return f"no version of {found.subject.path} with a fix is known"
    if found.subject.path in ("stdlib", "toolchain"):
        return f"build with Go {release_of(found.fixed)} or later"
    return f"update {found.subject.path} to {found.fixed} or later"
