"""The main job: read a Go project, prove its go.sum against the log, judge it by its policy.

audit = run_check(CheckRequest(path=Path("svc"), environ=os.environ, now=datetime.now(UTC)))
audit.verdict.exit_code
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from supplymatrix import __version__
from supplymatrix.checks.registry import ALL_RULES, run_rules
from supplymatrix.engine.events import Message, OnEvent, ignore_event
from supplymatrix.engine.log_access import LogAccess, ask_log
from supplymatrix.engine.lookups import LogChoice, LogRun, facts_of_lines, modules_of
from supplymatrix.engine.policy_source import OWN_POLICY, POLICY_FILE, PolicySource, load_policy
from supplymatrix.engine.private import withhold_lines
from supplymatrix.gomod.goenv import EnvFile, GoSettings, resolve_settings
from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import (
    CachedCopy,
    Facts,
    LineProof,
    PrivateModule,
    ProofState,
    SumKind,
    SumLine,
    paths_of,
    stands_for,
)
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note
from supplymatrix.net.settings import read_env_files
from supplymatrix.policy.document import Policy
from supplymatrix.policy.verdict import judge
from supplymatrix.sources.project import Project, SourceLines, read_project
from supplymatrix.sumdb.known import GO_LOG_KEY
from supplymatrix.sumdb.note import parse_verifier_key

__all__ = ["CheckRequest", "choose_log", "run_check"]


@value
class CheckRequest:
    """What a check is asked to do.

    path: folder, go.mod or go.sum. policy: where the policy is taken from. environ: the environment, as the go command
    would see it. now: UTC. offline: no network. replay: a folder of recorded answers, asked instead of everything else.
    cache_dir: instead of the user's cache folder. send_private: names under GOPRIVATE may go to the log. refresh: ask
    for a new head even if the trusted one is young. jobs: parallel requests (at most 16) and hashing threads.
    """

    path: Path
    environ: Mapping[str, str]
    now: datetime
    policy: PolicySource = OWN_POLICY
    offline: bool = False
    replay: Path | None = None
    cache_dir: Path | None = None
    send_private: bool = False
    refresh: bool = False
    jobs: int = 16


def run_check(request: CheckRequest, on_event: OnEvent = ignore_event) -> Audit:
    """Return the whole answer. Raises InputError, SourceError and TrustError (the log itself lied: the run stops)."""
    project = read_project(request.path)
    policy, notes = load_policy(request.policy, project, request.environ)
    _refuse_ambiguous_entries(policy, project)
    files = read_env_files(request.environ)
    settings = resolve_settings(request.environ, *files)
    lines = [fact for fact in project.facts if isinstance(fact, SumLine)]
    private, withheld = withhold_lines(lines, policy, settings, send_private=request.send_private)
    asked = [line for line in lines if line.subject not in private]
    choice = choose_log(policy)
    access = LogAccess(
        choice=choice,
        settings=settings,
        environ=request.environ,
        now=request.now,
        offline=request.offline,
        replay=request.replay,
        cache_dir=request.cache_dir,
        refresh=request.refresh,
        jobs=request.jobs,
        on_event=on_event,
    )
    run = ask_log(access, modules_of(asked))
    for text in run.messages:
        on_event(Message(text=text))
    proofs, gaps = facts_of_lines(asked, run.answers)
    copies = _check_copies(request, project, policy, proofs, files)
    facts = Facts(
        [*project.facts, *private.values(), *proofs, *copies],
        [*withheld, *gaps],
    )
    notes += [
        *project.notes,
        *_notes_about_settings(settings, choice),
        *_notes_about_private(lines, private),
        *run.notes,
    ]
    return _judge(request, project, policy, facts, run=run, notes=notes)


def _refuse_ambiguous_entries(policy: Policy, project: Project) -> None:
    """Raise InputError for two entries that speak of one module with equal weight, before anything is asked.

    Found later, such a fault of the policy would take the place of an alarm.
    """
    for path in paths_of(project.facts):
        policy.package_for(path)


def choose_log(policy: Policy) -> LogChoice:
    """Return the log to ask: Go's own, or the one that the policy pins. Nothing else can choose it."""
    key, _, url = policy.sumdb.partition(" ")
    if not key:
        return LogChoice(verifier=parse_verifier_key(GO_LOG_KEY))
    return LogChoice(verifier=parse_verifier_key(key), url=url.strip(), by_policy=key != GO_LOG_KEY)


def _check_copies(
    request: CheckRequest, project: Project, policy: Policy, proofs: Sequence[LineProof], files: Sequence[EnvFile]
) -> Sequence[CachedCopy]:
    """Hash the copies in the module cache of those modules for which the policy asks it."""
    originals = stands_for(project.facts)
    wanted = {
        proof.subject: proof.logged_hash
        for proof in proofs
        if proof.kind is SumKind.ZIP
        and proof.state in (ProofState.PROVEN, ProofState.DIFFERS)
        and any(policy.asks_for("SM112", path) for path in _names_of(proof.subject, originals))
    }
    if not wanted:
        return ()
    from supplymatrix.sources.modcache import check_copies, module_cache

    behind = {name: text for file in reversed(files) for name, text in file.values.items()}
    return check_copies(wanted, module_cache(request.environ, behind), project.root, jobs=request.jobs)


def _names_of(module: ModuleVersion, originals: Mapping[str, str]) -> tuple[str, ...]:
    """Return the paths under which a policy may speak of a module: its own, and that of the one it replaces."""
    return (module.path, originals[module.path]) if module.path in originals else (module.path,)


def _notes_about_settings(settings: GoSettings, choice: LogChoice) -> list[Note]:
    text = settings.gosumdb_not_followed(choice.verifier.name, choice.verifier.text)
    return [Note(code="gosumdb-not-followed", message=text)] if text else []


def _notes_about_private(lines: Sequence[SumLine], private: Mapping[ModuleVersion, PrivateModule]) -> list[Note]:
    """Say how many lines nobody has checked because the policy declares their modules private."""
    held = [private[line.subject] for line in lines if line.subject in private]
    declared = [module for module in held if module.declared]
    if not declared:
        return []
    patterns = ", ".join(dict.fromkeys(module.matched_by for module in declared))
    count = "1 go.sum line is" if len(declared) == 1 else f"{len(declared):,} go.sum lines are"
    text = f"{count} not checked: lift.toml declares their modules private ({patterns})"
    return [Note(code="declared-private", message=text)]


def _judge(
    request: CheckRequest, project: Project, policy: Policy, facts: Facts, *, run: LogRun, notes: Sequence[Note]
) -> Audit:
    results = run_rules(facts)
    verdict = judge(policy, results, facts, ALL_RULES, now=request.now, tool_version=__version__)
    return Audit(
        subject=project.name,
        root=request.path.as_posix(),
        facts=facts,
        log=run.view,
        verdict=changed(verdict, notes=(*verdict.notes, *notes)),
        rules=ALL_RULES,
        lines=_lines(project, policy),
        places=_places(project, policy),
    )


def _places(project: Project, policy: Policy) -> Mapping[str, str]:
    """Return the paths of the project's own files, its policy among them, from where the run was started."""
    if project.root == Path():
        return {}
    own = [*project.files, *(name for name in policy.files if name == POLICY_FILE)]
    return {name: (project.root / name).as_posix() for name in own}


def _lines(project: Project, policy: Policy) -> Mapping[tuple[str, int], str]:
    return SourceLines({**project.files, **policy.files})
