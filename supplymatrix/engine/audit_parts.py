"""What each `audit …` command finds of one project and the programs beside it, with what its policy makes of that.

subject = read_subject_of(PartsRequest(path=Path("svc"), means=means))
found = look_at(subject, AuditPart.VULNS)
found.run, found.judged, found.gaps, found.exit_code

For who shows the parts one after the other: each is looked at by itself, by the code of its own command, and judged as
`supplymatrix audit` judges it, which has all families on. Nothing of the project is run, and nobody is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource
from supplymatrix.errors import Diagnostic, InputError, SourceError, TransportError
from supplymatrix.model.audit_family import AuditFamily, family_of
from supplymatrix.model.fact import Fact, Facts
from supplymatrix.model.fips_run import FipsRun
from supplymatrix.model.gap import Gap
from supplymatrix.model.native_run import CgoRun
from supplymatrix.model.path_run import PathRun
from supplymatrix.model.value import changed, value
from supplymatrix.model.vulns_run import VulnRun
from supplymatrix.privacy.credential_run import CredentialsRun
from supplymatrix.privacy.runs import LeaksRun, SourcesRun

if TYPE_CHECKING:
    from supplymatrix.model.verdict import Judged
    from supplymatrix.policy.document import Policy
    from supplymatrix.sources.project import Project

__all__ = [
    "FAMILY_OF_PART", "AuditPart", "AuditSubject", "PartFound", "PartRun", "PartsRequest", "SourcesFound",
    "failed_part", "look_at", "part_of", "part_of_judged", "read_subject_of",
]  # fmt: skip

_CREDENTIALS = "SM210"


class AuditPart(StrEnum):
    """What is looked at; the value is the word behind `supplymatrix audit`. SOURCES: with the names that are told."""

    VULNS = "vulns"
    FIPS = "fips"
    CGO = "cgo"
    SOURCES = "sources"
    CREDENTIALS = "credentials"
    PATH = "path"


FAMILY_OF_PART: Mapping[AuditPart, AuditFamily] = {
    AuditPart.VULNS: AuditFamily.VULNS,
    AuditPart.FIPS: AuditFamily.CRYPTO,
    AuditPart.CGO: AuditFamily.CGO,
    AuditPart.SOURCES: AuditFamily.SOURCES,
    AuditPart.CREDENTIALS: AuditFamily.SOURCES,
    AuditPart.PATH: AuditFamily.VENDOR_PATH,
}
"""The family by which a part is judged."""


@value
class PartsRequest:
    """path: of the project. programs: beside it, or where they lie. folders: of the user's vendor profiles, None =
    those of the settings. day: on which ends are judged, None = that of the means."""

    path: Path
    means: Means
    policy: PolicySource = OWN_POLICY
    programs: tuple[Path, ...] = ()
    folders: tuple[Path, ...] | None = None
    day: date | None = None


@value
class AuditSubject:
    """A project that was read, with its policy, in which all families are on."""

    request: PartsRequest
    project: Project
    policy: Policy


@value
class SourcesFound:
    """What `audit sources` and `audit leaks` find. leaks: of `go build` and `go mod tidy`, in this order; none where
    the project cannot be read so far. exit_code: the graver of what they end with."""

    settings: SourcesRun
    leaks: tuple[LeaksRun, ...] = ()

    @property
    def exit_code(self) -> int:
        """3 where something is not known, else 1 where something was found."""
        codes = {self.settings.exit_code, *(run.exit_code for run in self.leaks)}
        return next((code for code in (3, 1) if code in codes), 0)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What is not known, of all of them."""
        return tuple(dict.fromkeys((*self.settings.gaps, *(gap for run in self.leaks for gap in run.gaps))))

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known, of all of them."""
        own = (*self.settings.notes, *(text for run in self.leaks for text in (*run.refused, *run.notes)))
        return tuple(dict.fromkeys(own))


PartRun = VulnRun | FipsRun | CgoRun | SourcesFound | CredentialsRun | PathRun


@value
class PartFound:
    """What one part came to. run: None where it could not do its work at all, which `gaps` says. judged: findings that
    the policy has not off, the worst first; waived ones too. gaps: each once."""

    part: AuditPart
    run: PartRun | None
    judged: tuple[Judged, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """What its command ends with."""
        return self.run.exit_code if self.run is not None else 3


def part_of(rule_id: str) -> AuditPart | None:
    """Return the part that a rule judges, None for rules of no audit."""
    if rule_id == _CREDENTIALS:
        return AuditPart.CREDENTIALS
    family = family_of(rule_id)
    return next((part for part, own in FAMILY_OF_PART.items() if own is family), None)


def part_of_judged(item: Judged) -> AuditPart | None:
    """Return the part that a finding or gap comes from, None for those of the check itself."""
    part = part_of(item.rule)
    if part is None and item.gap is not None and item.gap.family is not None:
        return next(own for own, family in FAMILY_OF_PART.items() if family is item.gap.family)
    return part


def read_subject_of(request: PartsRequest) -> AuditSubject:
    """Return the project with its policy. Raises InputError for a path that names none, or several, and for files that
    cannot be used; TransportError for a policy that cannot be had."""
    from supplymatrix.checks.registry import ALL_RULES
    from supplymatrix.engine.policy_source import load_policy
    from supplymatrix.sources.subjects import find_subjects, read_subject

    found = find_subjects((request.path,), recursive=False)
    if len(found.subjects) != 1:
        names = ", ".join(subject.path.as_posix() for subject in found.subjects[:3])
        fault = Diagnostic(message=f"{len(found.subjects)} projects are here", seen=names, expected="one of them")
        raise InputError(fault)
    project = read_subject(found.subjects[0])
    policy, _ = load_policy(request.policy, project, request.means.environ, request.means)
    return AuditSubject(request=request, project=project, policy=policy.with_audits(frozenset(AuditFamily), ALL_RULES))


def look_at(subject: AuditSubject, part: AuditPart) -> PartFound:
    """Return what a part comes to. Raises nothing for what it is given: an audit that cannot do its work is a gap."""
    try:
        run = _LOOKS[part](subject)
    except (InputError, SourceError, TransportError, OSError) as err:
        return failed_part(part, err)
    family = FAMILY_OF_PART[part]
    gaps = [changed(gap, family=family) for gap in run.gaps]
    judged = _judged(subject, part, _facts_of(run), gaps)
    gaps += (item.gap for item in judged if item.gap is not None)
    by_words = {(gap.wanted, gap.reason): gap for gap in reversed(gaps)}
    once = tuple(by_words[key] for key in dict.fromkeys((gap.wanted, gap.reason) for gap in gaps))
    found = tuple(item for item in judged if item.finding is not None)
    return PartFound(part=part, run=run, judged=found, gaps=once, notes=run.notes)


def failed_part(part: AuditPart, err: BaseException) -> PartFound:
    """Return a part that could not do its work."""
    remedy = err.diagnostics[0].remedy if isinstance(err, InputError) else str(getattr(err, "remedy", ""))
    gap = Gap(
        wanted=f"audit {part.value}",
        reason=str(err.diagnostics[0]) if isinstance(err, InputError) else str(err) or type(err).__name__,
        remedy=remedy or "mend what it says, and look again",
        family=FAMILY_OF_PART[part],
    )
    return PartFound(part=part, run=None, gaps=(gap,))


def _judged(subject: AuditSubject, part: AuditPart, facts: Iterable[Fact], gaps: Iterable[Gap]) -> tuple[Judged, ...]:
    """Return what the rules of a part and the policy say of its facts."""
    from supplymatrix import __version__
    from supplymatrix.checks.registry import ALL_RULES, RULES
    from supplymatrix.checks.view import FactView
    from supplymatrix.policy.verdict import judge

    known = Facts([*subject.project.facts, *facts], gaps)
    view = FactView(known)
    own = [module for module in RULES if module.JUDGED_BY == "facts" and _is_of(module.RULE.id, part)]
    results = [result for module in own for result in module.check(view)]
    verdict = judge(subject.policy, results, known, ALL_RULES, now=subject.request.means.now, tool_version=__version__)
    return tuple(item for item in verdict.judged if _is_of(item.rule, part))


def _is_of(rule_id: str, part: AuditPart) -> bool:
    return part_of(rule_id) is part


def _facts_of(run: PartRun) -> tuple[Fact, ...]:
    """Return the facts of a run, as `check` has them."""
    if isinstance(run, VulnRun):
        return (*run.databases, *run.vulnerabilities, *run.go_support, *run.unchecked, *run.ignored)
    if isinstance(run, FipsRun):
        return (*run.postures, *run.packages)
    if isinstance(run, CgoRun):
        return (*run.native, *run.national)
    if isinstance(run, SourcesFound):
        sent = dict.fromkeys(
            name for leaks in run.leaks for name in leaks.sent if not name.context or name.may_be_private
        )
        return (*run.settings.settings, *run.settings.risks, *sent)
    if isinstance(run, CredentialsRun):
        return (*run.credentials, *run.sought)
    return run.uses


def _paths(subject: AuditSubject) -> tuple[Path, ...]:
    return (subject.request.path, *subject.request.programs)


def _vulns(subject: AuditSubject) -> VulnRun:
    from supplymatrix.engine.audit_vulns import VulnRequest, run_vulns

    private = tuple(subject.policy.private)
    return run_vulns(VulnRequest(paths=_paths(subject), means=subject.request.means, private=private))


def _fips(subject: AuditSubject) -> FipsRun:
    from supplymatrix.engine.audit_fips import FipsRequest, run_fips

    return run_fips(FipsRequest(paths=_paths(subject), means=subject.request.means))


def _cgo(subject: AuditSubject) -> CgoRun:
    from supplymatrix.engine.audit_cgo import CgoRequest, run_cgo

    return run_cgo(CgoRequest(paths=_paths(subject), means=subject.request.means))


def _sources(subject: AuditSubject) -> SourcesFound:
    from supplymatrix.engine.audit_input import AuditInput
    from supplymatrix.engine.audit_sources import LeakWish, audit_leaks, audit_sources
    from supplymatrix.privacy.needs import Scenario

    private = tuple(subject.policy.private)
    wish = AuditInput(
        means=subject.request.means,
        project=subject.project,
        private=private,
        proxies=subject.policy.allowed_proxies,
    )
    settings = audit_sources(wish)
    leaks: list[LeaksRun] = []
    for scenario in (Scenario.BUILD, Scenario.TIDY):
        try:
            leaks.append(audit_leaks(wish, LeakWish(scenario=scenario)))
        except InputError as err:
            fault = err.diagnostics[0]
            gap = Gap(wanted="which module names are sent", reason=fault.message, remedy=fault.remedy)
            return SourcesFound(settings=changed(settings, gaps=(*settings.gaps, gap), exit_code=3))
    return SourcesFound(settings=settings, leaks=tuple(leaks))


def _credentials(subject: AuditSubject) -> CredentialsRun:
    from supplymatrix.engine.audit_credentials import audit_credentials, read_wish

    return audit_credentials(read_wish(_paths(subject), subject.request.means, with_home=True))


def _path(subject: AuditSubject) -> PathRun:
    from supplymatrix.engine.audit_path import PathRequest, run_path

    request = subject.request
    day = request.day or request.means.now.date()
    means = changed(request.means, now=datetime.combine(day, time(), UTC))
    return run_path(PathRequest(path=request.path, means=means, folders=request.folders))


_LOOKS: Mapping[AuditPart, Callable[[AuditSubject], PartRun]] = {
    AuditPart.VULNS: _vulns,
    AuditPart.FIPS: _fips,
    AuditPart.CGO: _cgo,
    AuditPart.SOURCES: _sources,
    AuditPart.CREDENTIALS: _credentials,
    AuditPart.PATH: _path,
}
