"""Audits of a check: what the families that its policy or its caller switches on have to say of a project.

Each family's engine is imported when it is wanted. One that cannot do its work becomes a gap of its family: an audit
that was asked for never ends in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.prepare import Prepared
from supplymatrix.engine.this_machine import SeenHere
from supplymatrix.errors import InputError, SourceError, TransportError
from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.gap import Gap
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Verdict
from supplymatrix.policy.document import Policy
from supplymatrix.reports.audit_words import FAMILY_TITLES
from supplymatrix.sources.project import is_file

__all__ = ["ENGINES", "add_audits", "audits_of", "places_of_audited"]

ENGINES: Mapping[AuditFamily, tuple[str, ...]] = {
    AuditFamily.VULNS: ("supplymatrix.engine.audit_vulns",),
    AuditFamily.CRYPTO: ("supplymatrix.engine.audit_fips",),
    AuditFamily.CGO: ("supplymatrix.engine.audit_cgo",),
    AuditFamily.SOURCES: ("supplymatrix.engine.audit_sources", "supplymatrix.engine.audit_credentials"),
    AuditFamily.VENDOR_PATH: ("supplymatrix.engine.audit_path",),
}
"""The modules whose `facts_of(wish: AuditInput) -> SeenHere` looks."""


def add_audits(seen: SeenHere, policy: Policy, wish: AuditInput) -> SeenHere:
    """Return what was seen of a project, with the facts and gaps of the audits that its policy has on."""
    found = audits_of(policy, wish)
    return changed(
        seen,
        facts=(*seen.facts, *found.facts),
        gaps=(*seen.gaps, *found.gaps),
        notes=tuple(dict.fromkeys((*seen.notes, *found.notes))),
        files=(*seen.files, *(file for file in found.files if file not in seen.files)),
    )


def audits_of(policy: Policy, wish: AuditInput) -> SeenHere:
    """Return what the audits of a policy have found, each gap with the family that wanted it."""
    parts: list[SeenHere] = []
    for family in AuditFamily:
        if family in policy.audits:
            parts += [_looked(family, name, wish) for name in ENGINES[family]]
    return SeenHere(
        facts=tuple(fact for part in parts for fact in part.facts),
        gaps=tuple(dict.fromkeys(gap for part in parts for gap in part.gaps)),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        files=tuple(dict.fromkeys(file for part in parts for file in part.files)),
    )


def _looked(family: AuditFamily, name: str, wish: AuditInput) -> SeenHere:
    try:
        facts_of: Callable[[AuditInput], SeenHere] = import_module(name).facts_of
        seen = facts_of(wish)
    except (InputError, SourceError, TransportError, OSError) as err:
        return SeenHere(facts=(), gaps=(_failed(family, err),))
    return changed(seen, gaps=tuple(changed(gap, family=family) for gap in seen.gaps))


def _failed(family: AuditFamily, err: Exception) -> Gap:
    remedy = err.diagnostics[0].remedy if isinstance(err, InputError) else str(getattr(err, "remedy", ""))
    return Gap(
        wanted=f"audit: {FAMILY_TITLES[family]}",
        reason=str(err.diagnostics[0]) if isinstance(err, InputError) else str(err),
        remedy=remedy or "mend what it says, and run again",
        family=family,
    )


def places_of_audited(item: Prepared, verdict: Verdict) -> Mapping[str, str]:
    """Return where a reader finds the files of the project that audits name, by artifact: build files, Go files."""
    if not item.policy.audits:
        return {}
    found = [place for one in verdict.judged if one.finding is not None for place in one.finding.locations]
    found += [one.gap.location for one in verdict.judged if one.gap is not None and one.gap.location is not None]
    named = {place.artifact for place in found} - {*item.places}
    inside = (name for name in named if name and not name.startswith(("/", "~")) and "\0" not in name)
    return {name: (item.project.root / name).as_posix() for name in sorted(inside) if is_file(item.project.root / name)}
