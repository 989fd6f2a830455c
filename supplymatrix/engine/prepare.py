"""One subject, read and ready: its files, its policy, which names may be asked for, and what it can prove by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from types import MappingProxyType

from supplymatrix.checks.result import gap_of
from supplymatrix.engine.committed_proofs import CommittedProofs, read_committed_proofs
from supplymatrix.engine.lookups import LogChoice, Signer, modules_of
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import POLICY_FILE, PolicySource, load_policy, places_of_policy
from supplymatrix.engine.private import withhold_lines
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.model.fact import Gap, PrivateModule, SumLine, paths_of
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note
from supplymatrix.policy.document import Policy
from supplymatrix.sources.project import Project
from supplymatrix.sumdb.history import History
from supplymatrix.sumdb.known import GO_LOG_KEY
from supplymatrix.sumdb.note import parse_verifier_key

__all__ = ["Prepared", "ProofReader", "choose_log", "keep_names", "prepare"]

ProofReader = Callable[[Project, LogChoice, History], CommittedProofs]


@value
class Prepared:
    """A subject before the log is asked. path: as the user would type it. asked: lines whose modules may be named.

    private: the others; withheld: gaps for those of them that the policy does not declare. committed: its proof file.
    policy_places: artifact → path from where the run was started, of the files of the policy.
    proven_unsent: modules whose names the settings withhold, and which its proof file proves without sending any.
    also_asked: module versions beyond those of its lines of which the log's answer is wanted: toolchains.
    """

    path: Path
    project: Project
    policy: Policy
    choice: LogChoice
    asked: tuple[SumLine, ...]
    private: Mapping[ModuleVersion, PrivateModule]
    withheld: tuple[Gap, ...]
    committed: CommittedProofs
    proven_unsent: frozenset[ModuleVersion]
    notes: tuple[Note, ...]
    policy_places: Mapping[str, str] = MappingProxyType({})
    also_asked: tuple[ModuleVersion, ...] = ()

    @property
    def modules(self) -> tuple[ModuleVersion, ...]:
        """The module versions that may be asked for."""
        return modules_of(self.asked)

    @property
    def places(self) -> Mapping[str, str]:
        """The paths of the project's own files, policy and proofs among them, from where the run was started."""
        found = {
            name: path.as_posix()
            for name, path in self.project.paths.items()
            if name != POLICY_FILE or name in self.policy.files
        }
        found |= self.policy_places
        if self.committed.name:
            found[self.committed.name] = (self.project.root / self.committed.name).as_posix()
        return found


def prepare(
    path: Path,
    project: Project,
    source: PolicySource,
    environ: Mapping[str, str],
    settings: GoSettings,
    *,
    histories: dict[Signer, History],
    send_private: bool,
    means: Means | None = None,
    read_proofs: ProofReader = read_committed_proofs,
) -> Prepared:
    """Return a project ready to be proven. histories: by signer, what the proof files of this run have told so far.
    means: how a policy on another machine is fetched; None = not at all.

    Raises InputError for a policy or proof file that cannot be used, TrustError for a proof file that tells another
    history than one before it.
    """
    policy, notes = load_policy(source, project, environ, means)
    _refuse_ambiguous_entries(policy, project)
    lines = [fact for fact in project.facts if isinstance(fact, SumLine)]
    choice = choose_log(policy)
    committed = read_proofs(project, choice, histories.setdefault(choice.signer, History()))
    private, withheld = withhold_lines(lines, policy, settings, send_private=send_private)
    proven = {module for module, held in private.items() if not held.declared and module in committed.records}
    private = {module: held for module, held in private.items() if module not in proven}
    names = {str(module) for module in proven}
    return Prepared(
        path=path,
        project=project,
        policy=policy,
        choice=choice,
        asked=tuple(line for line in lines if line.subject not in private),
        private=private,
        withheld=tuple(gap for gap in withheld if gap.subject not in names),
        committed=committed,
        proven_unsent=frozenset(proven),
        notes=(
            *notes,
            *project.notes,
            *_notes_about_settings(settings, choice),
            *_notes_about_private(lines, private),
        ),
        policy_places=places_of_policy(source, project, policy),
    )


def keep_names(subjects: Sequence[Prepared]) -> list[Prepared]:
    """Return the subjects of one run, none of which asks for a module that another one declares private."""
    declared = {module for item in subjects for module, held in item.private.items() if held.declared}
    return [_without(item, declared) for item in subjects] if declared else list(subjects)


def _without(item: Prepared, declared: AbstractSet[ModuleVersion]) -> Prepared:
    """Return a subject that does not ask for some modules, but for those that its own proofs have."""
    records = item.committed.records
    spared = item.proven_unsent | {module for module in declared if module in records}
    kept = [line for line in item.asked if line.subject in declared and line.subject not in records]
    held = {line.subject for line in kept}
    reason = "its name is withheld from the log: another lift.toml of this run declares it private"
    remedy = "list it in this lift.toml under [sources] private too, or check this subject by itself"
    gaps = tuple(gap_of(line, reason, remedy) for line in kept)
    asked = tuple(line for line in item.asked if line.subject not in held)
    return changed(item, asked=asked, withheld=(*item.withheld, *gaps), proven_unsent=spared)


def choose_log(policy: Policy) -> LogChoice:
    """Return the log to ask: Go's own, or the one that the policy pins. Nothing else can choose it."""
    key, _, url = policy.sumdb.partition(" ")
    if not key:
        return LogChoice(verifier=parse_verifier_key(GO_LOG_KEY))
    return LogChoice(verifier=parse_verifier_key(key), url=url.strip(), by_policy=key != GO_LOG_KEY)


def _refuse_ambiguous_entries(policy: Policy, project: Project) -> None:
    """Raise InputError for two entries that speak of one module with equal weight, before anything is asked.

    Found later, such a fault of the policy would take the place of an alarm.
    """
    for path in (*paths_of(project.facts), project.name):
        policy.entries_for(path)


def _notes_about_settings(settings: GoSettings, choice: LogChoice) -> list[Note]:
    text = settings.gosumdb_not_followed(choice.verifier.name, choice.verifier.text)
    return [Note(code="gosumdb-not-followed", message=text)] if text else []


def _notes_about_private(lines: Sequence[SumLine], private: Mapping[ModuleVersion, PrivateModule]) -> list[Note]:
    """Say how many lines nobody has checked because the policy declares their modules private, and which file does."""
    held = [private[line.subject] for line in lines if line.subject in private]
    declared = [module for module in held if module.declared]
    if not declared:
        return []
    by_file: dict[str, list[str]] = {}
    for setting, pattern in dict.fromkeys((module.setting, module.matched_by) for module in declared):
        by_file.setdefault(setting, []).append(pattern)
    who = "; ".join(f"{name} declares their modules private ({', '.join(found)})" for name, found in by_file.items())
    count = "1 go.sum line is" if len(declared) == 1 else f"{len(declared):,} go.sum lines are"
    return [Note(code="declared-private", message=f"{count} not checked: {who}")]
