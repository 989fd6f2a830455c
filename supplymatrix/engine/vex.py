"""Use case `vex`: what a project or its programs have of known vulnerabilities, statement by statement.

run = make_vex(VexRequest(path=Path("svc"), means=means))
run.statements, run.gaps

A check is made with its policy, so that waivers count as they count there: those that have ended take nothing back. Of
a workspace each member is a product. What imports rule out has to hold for any platform and any tags: a module names
neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from supplymatrix.checks.vulnerabilities import vulnerability_subject
from supplymatrix.engine.check import CheckRequest, run_survey
from supplymatrix.engine.events import OnEvent, ignore_event
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.audit import Audit, Unreadable
from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.fact import ProjectFact, RequiredModule
from supplymatrix.model.gap import Gap
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.program import BuiltProgram
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import WaiverUse
from supplymatrix.model.vulnerability import UncheckedModule, VulnDatabase, Vulnerability
from supplymatrix.sbom.vex import VexStatement, statements_of
from supplymatrix.sources.files import read_limited

__all__ = ["VexRequest", "VexRun", "bom_links", "make_vex"]

_BILL = 256 << 20


@value
class VexRequest:
    """path: of the project, or of a workspace. binaries: its programs, each a product of its own. databases: beside
    those of the settings. product: the purl of what ships the project, or all members, "" = each one's module. version:
    of the module, "" = none is named."""

    path: Path
    means: Means
    policy: PolicySource = OWN_POLICY
    binaries: tuple[Path, ...] = ()
    databases: tuple[Path, ...] = ()
    product: str = ""
    version: str = ""


@value
class VexRun:
    """name, product: of what the document is about. statements: in the order of products and ids. gaps: what could not
    be looked at, so that there may be more. databases: that were looked into. unchecked: modules that no database can
    answer for. required: how many others are required."""

    name: str
    product: str
    statements: tuple[VexStatement, ...]
    databases: tuple[VulnDatabase, ...]
    gaps: tuple[Gap, ...]
    unchecked: tuple[UncheckedModule, ...] = ()
    required: int = 0

    @property
    def exit_code(self) -> int:
        """0, or 3 where something could not be looked at."""
        return 3 if self.gaps else 0


def make_vex(request: VexRequest, on_event: OnEvent = ignore_event) -> VexRun:
    """Return the statements. Raises InputError as a check does, and for a project that cannot be read."""
    check = CheckRequest(
        paths=(request.path,),
        means=changed(request.means, offline=True),  # nothing here depends on what the log says
        policy=request.policy,
        binaries=request.binaries,
        audits=frozenset({AuditFamily.VULNS}),
        vuln_databases=request.databases,
        every_build=True,
    )
    items = run_survey(check, on_event).items
    unreadable = [fault for item in items if isinstance(item, Unreadable) for fault in item.diagnostics]
    if unreadable:
        raise InputError(*unreadable)
    audits = [item for item in items if isinstance(item, Audit)]
    products = [
        request.product or ModuleVersion(path=_name_of(audit), version=request.version).purl for audit in audits
    ]
    found = [one for audit, product in zip(audits, products, strict=True) for one in _found_by(audit, product)]
    gaps = dict.fromkeys(gap for audit in audits for gap in audit.facts.gaps if gap.family is AuditFamily.VULNS)
    unchecked = tuple(dict.fromkeys(fact for audit in audits for fact in audit.facts.of(UncheckedModule)))
    required = {fact.subject for audit in audits for fact in audit.facts.of(RequiredModule)}
    name, product = _name_of(audits[0]), products[0]
    if len(audits) > 1:
        folder = request.path.resolve()
        name = (folder.parent if folder.is_file() else folder).name or "workspace"
        product = request.product or f"pkg:generic/{quote(name, safe='')}"
    return VexRun(
        name=name,
        product=product,
        statements=statements_of(found),
        databases=tuple(dict.fromkeys(fact for audit in audits for fact in audit.facts.of(VulnDatabase))),
        gaps=tuple(gaps),
        unchecked=unchecked,
        required=len(required - {fact.subject for fact in unchecked}),
    )


def _found_by(audit: Audit, product: str) -> Iterator[tuple[Vulnerability, WaiverUse | None, str]]:
    """Yield the vulnerabilities of one project and its programs, with what excuses them and what ships them."""
    waivers, named = _waivers_of(audit), _products(audit, product)
    for fact in audit.facts.of(Vulnerability):
        yield fact, waivers.get(vulnerability_subject(fact)), named(fact)


def _name_of(audit: Audit) -> str:
    project = next(iter(audit.facts.of(ProjectFact)), None)
    return (project.module_path if project is not None else "") or audit.subject


def _waivers_of(audit: Audit) -> Mapping[str, WaiverUse]:
    """Return by subject which waiver excuses a vulnerability."""
    return {
        judged.subject: judged.waiver
        for judged in audit.verdict.judged
        if judged.waiver is not None and judged.finding is not None and judged.finding.advisories
    }


def _products(audit: Audit, product: str) -> Callable[[Vulnerability], str]:
    """Return what names the product of a vulnerability: that of the project, or the program's main module."""
    mains = {
        program.name: ModuleVersion(path=program.main, version=program.main_version).purl
        for program in audit.facts.of(BuiltProgram)
        if program.main
    }
    digests = {program.name: f"?checksum=sha256:{program.sha256}" for program in audit.facts.of(BuiltProgram)}

    def name(found: Vulnerability) -> str:
        if not found.program:
            return product
        return f"{mains.get(found.program, f'pkg:generic/{found.program}')}{digests.get(found.program, '')}"

    return name


def bom_links(path: Path) -> Mapping[str, str]:
    """Return purl → link into a CycloneDX JSON bill of materials, by its serial number, version and bom-refs.

    Raises InputError for a file that is none, or that has no serial number.
    """
    import json

    data = read_limited(path, _BILL, "bill of materials")
    try:
        bill = json.loads(data)
        serial, version = bill["serialNumber"], int(bill.get("version", 1))
        components = [*bill.get("components", ()), bill.get("metadata", {}).get("component", {})]
        refs = {str(one["purl"]): str(one["bom-ref"]) for one in components if "purl" in one and "bom-ref" in one}
        start = f"urn:cdx:{serial.removeprefix('urn:uuid:')}/{version}#"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as err:
        raise InputError(
            Diagnostic(
                message="this is no CycloneDX JSON document that can be linked to",
                artifact=path.as_posix(),
                expected="bomFormat CycloneDX with a serialNumber",
                remedy="supplymatrix sbom --format cyclonedx-json=bom.json",
            )
        ) from err
    return {purl: start + quote(ref, safe="") for purl, ref in refs.items()}
