"""The main job: read Go projects, prove their go.sum against the log, judge each by its policy.

survey = run_survey(CheckRequest(paths=(Path("svc"),), means=Means(environ=os.environ, now=datetime.now(UTC))))
survey.exit_code

Subjects share their look-ups, and are held against each other; each has its own policy and verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix import __version__
from supplymatrix.checks.registry import ALL_RULES, run_rules
from supplymatrix.engine.events import Message, OnEvent, ignore_event
from supplymatrix.engine.foreign_hashes import foreign_hashes
from supplymatrix.engine.lookups import LogKey, Signer, facts_of_lines
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource
from supplymatrix.engine.prepare import Prepared, keep_names, prepare
from supplymatrix.engine.shared_answers import Asker, SharedAnswers, share_answers
from supplymatrix.engine.this_machine import SeenHere, ThisMachine
from supplymatrix.engine.vendor_shown import notes_on_vendor, places_of_vendored
from supplymatrix.errors import Diagnostic, InputError, TransportError, TrustError
from supplymatrix.gomod.goenv import GoSettings, resolve_settings
from supplymatrix.model.audit import Audit, ReadFile, Survey, Unreadable
from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.fact import Facts
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Verdict
from supplymatrix.net.evidence import keep_evidence
from supplymatrix.net.settings import read_env_files
from supplymatrix.policy.signature_terms import publisher_keys_of
from supplymatrix.policy.verdict import judge
from supplymatrix.sources.project import SourceLines
from supplymatrix.sources.subjects import find_subjects, read_subject
from supplymatrix.sumdb.history import History

if TYPE_CHECKING:
    from supplymatrix.engine.audit_shared import AuditShared
    from supplymatrix.engine.check_signatures import ArtifactsSeen
    from supplymatrix.engine.diff_base import DiffBase
    from supplymatrix.engine.publisher_signature import PublisherTrust
    from supplymatrix.sources.programs import ProgramsFound

__all__ = ["CheckRequest", "SurveyRun", "run_check", "run_survey", "survey_run"]

_NOT_HAD = 3
_GRAVEST_FIRST = (4, 2, 3, 1, 0)
"""Exit codes of subjects; 5 (nothing to check) is the answer of a run in which no subject had anything to check."""


@value
class CheckRequest:
    """What a check is asked to do.

    paths: folders, go.mod, go.sum or go.work files. recursive: every go.mod below them too. policy: where the policies
    are taken from. with_history: git is asked who wrote the waivers. diff_base: a git revision; what the projects had
    there already decides nothing. with_faults: a subject that cannot be used is an item of the survey even where it is
    the only one, so that there is something to report. in_force: rules that are errors whatever the policies say.
    audits: families that are looked at whatever the policies say. vuln_databases: beside those of the settings.
    every_build: vulnerabilities are ruled out for any platform and any tags alone.
    copies_of: the only modules whose copies on this machine are looked at, None = all for which it is asked. cached_go:
    a Go in the module cache that builds a project is verified whatever its policy says.
    binaries: programs that are checked with the project, which must be the only one. publishers: whose signatures of
    modules count; None = their repositories are asked only where a policy says so.
    """

    paths: tuple[Path, ...]
    means: Means
    recursive: bool = False
    policy: PolicySource = OWN_POLICY
    with_history: bool = False
    diff_base: str = ""
    with_faults: bool = False
    in_force: frozenset[str] = frozenset()
    copies_of: frozenset[ModuleVersion] | None = None
    cached_go: bool = False
    binaries: tuple[Path, ...] = ()
    artifacts: tuple[str, ...] = ()
    publishers: PublisherTrust | None = None
    audits: frozenset[AuditFamily] = frozenset()
    vuln_databases: tuple[Path, ...] = ()
    every_build: bool = False


@value
class SurveyRun:
    """A survey with what it stands on: the subjects that were judged, and what each log said. For proof chains."""

    survey: Survey
    prepared: tuple[Prepared, ...]
    answers: Mapping[LogKey, SharedAnswers]


def run_check(request: CheckRequest, on_event: OnEvent = ignore_event) -> Audit:
    """Return the answer for the one subject that the paths name.

    Raises InputError, SourceError, TrustError (the log itself lied: the run stops), and ValueError when they name more.
    """
    survey = run_survey(request, on_event)
    if len(survey.items) != 1:
        raise ValueError(f"{len(survey.items)} subjects were found where one was expected")
    (item,) = survey.items
    if isinstance(item, Unreadable):
        raise InputError(*item.diagnostics)
    return item


def run_survey(request: CheckRequest, on_event: OnEvent = ignore_event) -> Survey:
    """Return the answer for every subject. One that cannot be read does not keep the others from being judged.

    Raises InputError for paths that name nothing, and for the only subject unless the request says `with_faults`;
    TransportError likewise for a policy that cannot be had; TrustError when a log lied as a whole: the run stops.
    """
    return survey_run(request, on_event).survey


def survey_run(request: CheckRequest, on_event: OnEvent = ignore_event) -> SurveyRun:
    """Return what `run_survey` does, with what it stands on. Raises as that does."""
    files = read_env_files(request.means.environ)
    settings = resolve_settings(request.means.environ, *files)
    histories: dict[Signer, History] = {}
    try:
        ready, unreadable, order = _prepare_all(request, settings, histories)
        programs = _find_programs(request, order)
        _refuse_artifacts(request, order)
        for text in _kept(request, [item.committed.error for item in ready if item.committed.error is not None]):
            on_event(Message(text=text))
        machine = ThisMachine(
            request.means,
            settings,
            files,
            copies_of=request.copies_of,
            cached_go=request.cached_go,
            on_event=on_event,
        )
        ready = [machine.with_toolchains(item) for item in ready]
        base = _read_base(request, ready, settings)
        with _looking_at_artifacts(request, ready, programs) as looking:
            answers = share_answers(ready, histories, Asker(means=request.means, settings=settings, on_event=on_event))
            signed, unusable = _signed(request, order, looking())
            unreadable |= unusable
    except TrustError as err:
        if not getattr(err, "__notes__", ()):
            err.add_note(keep_evidence(request.means.environ, request.means.now, [err]))
        raise
    for shared in answers.values():
        for text in shared.messages:
            on_event(Message(text=text))
    foreign = foreign_hashes([(item.project, item.places) for item in ready])
    answered = [facts_of_lines(item.asked, answers[item.choice.log_key].answers) for item in ready]
    machine.look_for_witnesses([proof for proofs, _ in answered for proof in proofs])
    machine.look_for_release_times(ready, [proofs for proofs, _ in answered])
    machine.look_for_vendored(ready, [proofs for proofs, _ in answered], on_event)
    machine.look_for_publishers(ready, answered, request.publishers)
    audits = {}
    common = _common(ready)
    for item, others, (proofs, gaps) in zip(ready, foreign, answered, strict=True):
        if item.path in unreadable:
            continue
        seen = machine.look_at(item, proofs, answers[item.choice.log_key].answers)
        if programs is not None:
            seen = _with_programs(request, seen, programs, item, on_event)
        seen = _with_artifacts(seen, signed.get(item.path))
        if item.policy.audits:
            seen = _with_audits(request, seen, programs, item, common)
        known = (*item.project.facts, *item.private.values(), *proofs, *item.committed.fact(item.modules))
        facts = Facts([*known, *others, *seen.facts], [*item.withheld, *gaps, *seen.gaps])
        shared = answers[item.choice.log_key]
        audit = _judge(request, item, shared, facts, seen=seen, base=base)
        audits[item.path] = changed(audit, paths=machine.chains_of(item, audit.verdict, facts))
    items = tuple(audits[path] if path in audits else unreadable[path] for path in order)
    return SurveyRun(survey=_survey(items, tuple(answers.values())), prepared=tuple(ready), answers=answers)


def _prepare_all(
    request: CheckRequest, settings: GoSettings, histories: dict[Signer, History]
) -> tuple[list[Prepared], dict[Path, Unreadable], list[Path]]:
    """Return the subjects that can be judged, those that cannot, and the order of all."""
    found = find_subjects(request.paths, recursive=request.recursive)
    ready: list[Prepared] = []
    unreadable: dict[Path, Unreadable] = {}
    for subject in found.subjects:
        try:
            project = read_subject(subject)
            item = prepare(
                subject.path,
                project,
                request.policy,
                request.means.environ,
                settings,
                histories=histories,
                send_private=request.means.send_private,
                means=request.means,
            )
            _refuse_publisher_keys(request, item)
        except (InputError, TransportError) as err:
            if not request.with_faults and (len(found.subjects) == 1 or isinstance(err, TransportError)):
                raise
            unreadable[subject.path] = _unreadable(subject.path, err)
        else:
            notes = found.notes if not ready else ()
            policy = item.policy.with_in_force(request.in_force).with_audits(request.audits, ALL_RULES)
            ready.append(changed(item, policy=policy, notes=(*notes, *item.notes)))
    return keep_names(ready), unreadable, [subject.path for subject in found.subjects]


def _refuse_publisher_keys(request: CheckRequest, item: Prepared) -> None:
    """Raise InputError for keys of publishers that cannot be used, before anybody is asked."""
    if any(publisher_keys_of(item.policy.signatures)):
        from supplymatrix.engine.check_publishers import trust_of

        trust_of(item.policy, request.publishers)


def _find_programs(request: CheckRequest, order: Sequence[Path]) -> ProgramsFound | None:
    """Read the programs that are checked, too. Raises InputError for what is none."""
    if not request.binaries:
        return None
    from supplymatrix.engine.check_programs import find_named

    return find_named(request.binaries, len(order), request.means)


def _refuse_artifacts(request: CheckRequest, order: Sequence[Path]) -> None:
    """Raise InputError for artifacts that are not there, and for several projects to which they could belong."""
    if not request.artifacts:
        return
    from supplymatrix.engine.check_signatures import refuse_missing

    if len(order) != 1:
        raise InputError(
            Diagnostic(
                message="artifacts are checked with one project at a time",
                seen=f"{len(order)} projects",
                expected="one PATH with its artifacts",
                remedy="name them in each lift.toml: [[signatures.artifact]]",
            )
        )
    refuse_missing(request.artifacts)


@contextmanager
def _looking_at_artifacts(
    request: CheckRequest, ready: Sequence[Prepared], programs: ProgramsFound | None
) -> Iterator[Callable[[], Mapping[Path, ArtifactsSeen | InputError]]]:
    """Look at signatures while the log is asked; gives what returns them. Where no policy asks, nothing is read."""
    asking = [item for item in ready if request.artifacts or item.policy.asks_for_signatures]
    if not asking:
        yield dict
        return
    from concurrent.futures import ThreadPoolExecutor

    from supplymatrix.engine.check_signatures import look_at_all

    def look() -> Mapping[Path, ArtifactsSeen | InputError]:
        return look_at_all(asking, request.artifacts, request.binaries, request.means, programs)

    with ThreadPoolExecutor(max_workers=1) as pool:
        yield pool.submit(look).result


def _signed(
    request: CheckRequest, order: Sequence[Path], looked: Mapping[Path, ArtifactsSeen | InputError]
) -> tuple[dict[Path, ArtifactsSeen], dict[Path, Unreadable]]:
    """Return what was seen of each project's artifacts, and the projects whose policy cannot be used. Raises InputError
    where there is but one."""
    faults = {path: found for path, found in looked.items() if isinstance(found, InputError)}
    for err in faults.values():
        if len(order) == 1 and not request.with_faults:
            raise err
    unusable = {path: _unreadable(path, err) for path, err in faults.items()}
    return {path: found for path, found in looked.items() if not isinstance(found, InputError)}, unusable


def _with_artifacts(seen: SeenHere, found: ArtifactsSeen | None) -> SeenHere:
    if found is None:
        return seen
    return changed(
        seen,
        facts=(*seen.facts, *found.facts),
        gaps=(*seen.gaps, *found.gaps),
        notes=(*seen.notes, *found.notes),
        files=(*seen.files, *(file for file in found.files if file not in seen.files)),
    )


def _with_programs(
    request: CheckRequest, seen: SeenHere, programs: ProgramsFound, item: Prepared, on_event: OnEvent
) -> SeenHere:
    from supplymatrix.engine.check_programs import add_programs

    return add_programs(seen, programs, item, source=request.policy, means=request.means, on_event=on_event)


def _common(ready: Sequence[Prepared]) -> AuditShared | None:
    """Return what the audits of all subjects share, None where there are none."""
    if not any(item.policy.audits for item in ready):
        return None
    from supplymatrix.engine.audit_shared import AuditShared

    return AuditShared()


def _with_audits(
    request: CheckRequest, seen: SeenHere, programs: ProgramsFound | None, item: Prepared, common: AuditShared | None
) -> SeenHere:
    from supplymatrix.engine.audit_input import AuditInput
    from supplymatrix.engine.check_audits import add_audits

    wish = AuditInput(
        means=request.means,
        project=item.project,
        programs=programs,
        private=item.policy.private,
        proxies=item.policy.allowed_proxies,
        vuln_databases=request.vuln_databases,
        every_build=request.every_build,
        shared=common,
    )
    return add_audits(seen, item.policy, wish)


def _unreadable(path: Path, err: InputError | TransportError) -> Unreadable:
    if isinstance(err, InputError):
        from supplymatrix.documents.secret_text import without_credentials

        return Unreadable(path=path.as_posix(), diagnostics=tuple(map(without_credentials, err.diagnostics)))
    return Unreadable(
        path=path.as_posix(), diagnostics=(Diagnostic(message=str(err), remedy=err.remedy),), exit_code=_NOT_HAD
    )


def _kept(request: CheckRequest, errors: Sequence[TrustError]) -> list[str]:
    """Keep the bytes of proof files that prove nothing."""
    return [keep_evidence(request.means.environ, request.means.now, errors)] if errors else []


def _read_base(request: CheckRequest, ready: Sequence[Prepared], settings: GoSettings) -> DiffBase | None:
    if not request.diff_base:
        return None
    from supplymatrix.engine.diff_base import read_diff_base

    return read_diff_base(request.diff_base, ready, request.means, settings)


def _judge(
    request: CheckRequest,
    item: Prepared,
    shared: SharedAnswers,
    facts: Facts,
    *,
    seen: SeenHere,
    base: DiffBase | None,
) -> Audit:
    verdict = judge(item.policy, run_rules(facts), facts, ALL_RULES, now=request.means.now, tool_version=__version__)
    if request.with_history and verdict.waivers:
        from supplymatrix.engine.waiver_history import with_history

        verdict = with_history(verdict, item, request.policy, request.means.environ)
    if base is not None:
        verdict = base.judge_new(verdict, item, seen, shared.answers)
    own = notes_on_vendor(item.notes, item, facts)
    notes = (*verdict.notes, *own, *shared.notes_for(item), *seen.notes)
    starts = {item.committed.name: item.committed.shown_lines} if item.committed.name else {}
    return Audit(
        subject=item.project.name,
        root=item.path.as_posix(),
        facts=facts,
        log=shared.view_for(item),
        verdict=changed(verdict, notes=notes),
        rules=ALL_RULES,
        lines=SourceLines({**item.project.files, **item.policy.files, **starts}),
        places={**_places_of_audited(item, verdict), **places_of_vendored(item, verdict, facts), **item.places},
        subject_files=(*_read_files(item.project.digests), *seen.files),
        proof_files=_read_files({item.committed.name: item.committed.sha256} if item.committed.name else {}),
    )


def _places_of_audited(item: Prepared, verdict: Verdict) -> Mapping[str, str]:
    if not item.policy.audits:
        return {}
    from supplymatrix.engine.check_audits import places_of_audited

    return places_of_audited(item, verdict)


def _read_files(digests: Mapping[str, str]) -> tuple[ReadFile, ...]:
    return tuple(ReadFile(name=name, sha256=digest) for name, digest in sorted(digests.items()))


def _survey(items: Sequence[Audit | Unreadable], answers: Sequence[SharedAnswers]) -> Survey:
    views = [shared.run.view for shared in answers if shared.run is not None and shared.run.view is not None]
    return Survey(
        items=tuple(items),
        exit_code=_exit_code(items),
        requests=sum(view.requests for view in views),
        retries=sum(view.retries for view in views),
        received_bytes=sum(view.received_bytes for view in views),
    )


def _exit_code(items: Sequence[Audit | Unreadable]) -> int:
    codes = {item.exit_code if isinstance(item, Unreadable) else item.verdict.exit_code for item in items}
    return next((code for code in _GRAVEST_FIRST if code in codes), 5)
