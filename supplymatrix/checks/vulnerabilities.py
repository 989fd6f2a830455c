"""What rules about vulnerabilities share: which rule tells of one, how it is named, and what a finding rests on.

| what is known | rule |
|---|---|
| the module was made to harm | SM309 |
| the Go team has not looked at the entry | SM304 |
| a function is linked in or called | SM301, of Go itself SM305 |
| a package is taken, and functions were not looked for | SM302, of Go itself SM305 |
| the module is there, and nobody could look further | SM303 |
| functions or packages were looked for, and are not there | a pass of SM303 |
"""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.programs import main_module, program_subject
from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import ProjectFact
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.program import BuiltProgram, ProgramState
from supplymatrix.model.rule import Evidence, Result, Rule
from supplymatrix.model.vulnerability import Review, VulnDatabase, Vulnerability, VulnLevel

__all__ = [
    "DATABASE", "DATABASE_AGE", "GO_ITSELF", "clear_subjects", "fix_of", "rule_of", "vulnerability_finding",
    "vulnerability_subject",
]  # fmt: skip

DATABASE = "vulnerability database"
"""What gaps about databases have in what they wanted, and subjects of results about them begin with."""
DATABASE_AGE = "advisories of "
"""How that begins which gaps wanted that are about a database's age."""
GO_ITSELF = frozenset({"stdlib", "toolchain"})
_NAMES = {"stdlib": "the standard library of Go", "toolchain": "the tools of Go"}
_MOST = 20


def rule_of(found: Vulnerability) -> str:
    """Return the one rule that tells of a vulnerability."""
    if found.is_malicious:
        return "SM309"
    if found.review is Review.UNREVIEWED:
        return "SM304"
    if found.is_ruled_out or found.level is VulnLevel.MODULE:
        return "SM303"
    if found.subject.path in GO_ITSELF:
        return "SM305"
    return "SM301" if found.level is VulnLevel.SYMBOL else "SM302"


def vulnerability_subject(found: Vulnerability) -> str:
    """Return the subject of a result about a vulnerability: "GO-2021-0113 in a.example/b@v1.0.0 (bin/app)"."""
    where = f" ({found.program})" if found.program else ""
    return f"{found.advisory} in {found.subject}{where}"


def vulnerability_finding(rule: Rule, found: Vulnerability, what: str) -> Result:
    """Return the finding of a vulnerability. what: a clause on how near it is."""
    cves = [name for name in found.aliases if name.startswith("CVE-")]
    also = f" ({', '.join(cves[:2])})" if cves else ""
    name = _NAMES.get(found.subject.path, found.subject.path)
    instead = f", in the place of {found.required}," if found.required else ""
    where = f" in {found.program}" if found.program else ""
    version = found.subject.version.removeprefix("v") if found.subject.path in GO_ITSELF else found.subject.version
    return failed(
        rule,
        vulnerability_subject(found),
        found.subject,
        message=f"{name} {version}{instead} has {found.advisory}{also}{where}: {what}",
        label=found.summary or found.advisory,
        locations=(found.location,),
        evidence=tuple(Evidence(label=label, value=text) for label, text in _stated(found) if text),
        fix=fix_of(found),
        identity=_identity(found),
        replacement=str(found.subject) if found.required else "",
        advisories=found.names,
    )


def fix_of(found: Vulnerability) -> str:
    """Return what to do about a vulnerability."""
    if found.is_malicious:
        return f"take {found.subject.path} out, and treat what it could reach as known to others"
    if found.subject.path in GO_ITSELF:
        from supplymatrix.vulns.versions import release_of  # a check without this audit does without it

        version = release_of(found.fixed)
        return f"build with Go {version} or newer" if version else "no Go holds the fix yet"
    if found.fixed and not found.required:
        return f"go get {found.subject.path}@{found.fixed}"
    if found.fixed:
        return f"replace {found.required} by {found.subject.path} {found.fixed} or newer"
    return "no version holds the fix yet: do without it, or waive it with its reason until there is one"


def clear_subjects(rule: Rule, view: FactView) -> Iterator[Result]:
    """Yield a pass for the project and each program of which a rule has nothing to tell, where a database was looked
    into."""
    if not view.facts.of(VulnDatabase):
        return
    told = {found.program for found in view.facts.of(Vulnerability) if rule_of(found) == rule.id}
    for project in view.facts.of(ProjectFact):
        if project.has_go_mod and "" not in told:
            yield passed(rule, project.module_path, ModuleVersion(path=project.module_path, version=""))
    for program in view.facts.of(BuiltProgram):
        if program.state is ProgramState.READ and program.name not in told:
            yield passed(rule, program_subject(program.name), main_module(program))


def _stated(found: Vulnerability) -> Iterator[tuple[str, str]]:
    yield "also known as", ", ".join(found.aliases)
    yield "level", f"{found.level.value}, by the {found.level_by.value}"
    if found.is_ruled_out:
        yield "looked for", f"{'functions' if found.looked is VulnLevel.SYMBOL else 'packages'}: none is there"
    yield "packages", _listed(found.packages)
    yield "functions", _listed(found.symbols)
    yield "by way of", " → ".join(found.chain)
    yield "fixed in", found.fixed
    yield "severity", found.severity
    yield "published", found.published.isoformat() if found.published is not None else ""
    yield "first seen here", found.first_seen.isoformat() if found.first_seen is not None else ""
    yield "fix since", found.fix_since.isoformat() if found.fix_since is not None else ""
    yield "database", found.database
    yield "more", found.url
    for note in found.notes:
        yield "note", note


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MOST:,} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


def _identity(found: Vulnerability) -> str:
    """Return by what a finding is known again: an update that does not help is no other one. Of Go itself there may be
    one for each file that names a Go."""
    file = found.location.artifact if found.subject.path in GO_ITSELF else ""
    return f"{found.advisory}\n{found.subject.path}\n{found.program}\n{file}"
