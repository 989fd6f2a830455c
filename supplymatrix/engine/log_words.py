"""The log's word on module versions that no go.sum has to name: of a bill of materials, a program, the module cache.

The log is asked as `check` asks it: no private name is sent, proofs beside go.sum go first, and without a network what
is cached has to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from supplymatrix.engine.events import Message, OnEvent
from supplymatrix.engine.lookups import Broken, LogAnswer, Signer
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import POLICY_FILE, PolicySource, load_policy
from supplymatrix.engine.prepare import Prepared, choose_log, prepare
from supplymatrix.engine.private import withholding_of
from supplymatrix.engine.shared_answers import Asker, share_modules
from supplymatrix.errors import InputError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.model.audit import LogView
from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import ModuleVersion, check_module_path
from supplymatrix.model.value import value
from supplymatrix.net.settings import read_go_settings
from supplymatrix.policy.document import Policy
from supplymatrix.sources.files import POLICY_LIMIT, read_if_there
from supplymatrix.sources.project import Project
from supplymatrix.sumdb.history import History
from supplymatrix.sumdb.session import LogRecord, NotLogged

__all__ = ["MOST_MODULES", "LogWords", "ask_log_about", "bare_project", "word_of"]

MOST_MODULES = 20_000
"""Module versions that the log is asked for; the largest known projects have some thousand."""

_REMEDY = "list it in lift.toml under [sources] private, or run with --send-private"
_CASE = "check capitals and version; a private module belongs under [sources] private in lift.toml"


@value
class LogWords:
    """by_module: the log's word. log: its name; tree_size: of the head they hold under, 0 = nobody was asked. view: the
    log with that head, None where nobody was asked."""

    by_module: Mapping[ModuleVersion, LogWord]
    log: str
    tree_size: int
    notes: tuple[str, ...]
    view: LogView | None = None


def bare_project(folder: Path) -> Project:
    """Return a project of which nothing counts but the policy that lies in a folder. Raises InputError."""
    policy = read_if_there(folder / POLICY_FILE, POLICY_LIMIT, "policy")
    return Project(
        name="", root=folder, facts=(), files={}, lift_toml=policy, go_sum="", notes=(),
        paths={POLICY_FILE: folder / POLICY_FILE}, policy_folders=(folder,),
    )  # fmt: skip


def ask_log_about(
    modules: Sequence[ModuleVersion],
    project: Project,
    source: PolicySource,
    means: Means,
    on_event: OnEvent,
    *,
    path: Path | None = None,
    most: int = MOST_MODULES,
) -> LogWords:
    """Return the log's word on module versions. path: of the project, None for one of which only the policy counts.
    most: how many of them are asked for; the others are told as not asked for.

    Raises InputError for a policy or proof file that cannot be used, TrustError for a log that lied as a whole.
    """
    settings, histories = read_go_settings(means.environ), dict[Signer, History]()
    item = _prepared(path, project, source, means, histories) if path is not None else None
    policy = item.policy if item is not None else load_policy(source, project, means.environ, means)[0]
    choice = item.choice if item is not None else choose_log(policy)
    committed = item.committed.records if item is not None else {}
    words: dict[ModuleVersion, LogWord] = {}
    asked: list[ModuleVersion] = []
    for module in modules:
        word = _unsendable(module, policy, settings, send_private=means.send_private or module in committed)
        if word is None and len(asked) < most:
            asked.append(module)
        elif word is None:
            reason = f"the log was asked for {most:,} modules of the file and no more"
            words[module] = LogWord(kind=LogWordKind.UNANSWERED, reason=reason, remedy="--most N asks for more")
        else:
            words[module] = word
    heads = histories[choice.signer].heads if item is not None else ()
    proofs = [item.committed] if item is not None else []
    shared = share_modules(choice, asked, proofs, heads, Asker(means=means, settings=settings, on_event=on_event))
    for text in shared.messages:
        on_event(Message(text=text))
    words |= {module: word_of(module, shared.answers.get(module)) for module in asked}
    run_view = shared.run.view if shared.run is not None else None
    view = shared.view_for(item) if item is not None else run_view
    notes = shared.notes_for(item) if item is not None else shared.notes
    return LogWords(
        by_module=words,
        log=choice.verifier.name,
        tree_size=view.tree_size if view is not None else 0,
        notes=tuple(note.message for note in notes),
        view=view,
    )


def _prepared(
    path: Path, project: Project, source: PolicySource, means: Means, histories: dict[Signer, History]
) -> Prepared:
    return prepare(
        path, project, source, means.environ, read_go_settings(means.environ),
        histories=histories, send_private=means.send_private, means=means,
    )  # fmt: skip


def _unsendable(module: ModuleVersion, policy: Policy, settings: GoSettings, *, send_private: bool) -> LogWord | None:
    """Return the word on a module version whose name does not go to the log, None for one that may."""
    held = withholding_of(module.path, policy, settings, send_private=send_private)
    if held is not None:
        return LogWord(
            kind=LogWordKind.PRIVATE,
            reason=f"its name is withheld from the log by {held}",
            remedy="" if held.declared else _REMEDY,
            is_declared=held.declared,
        )
    try:
        check_module_path(module.path)
    except InputError as err:
        return LogWord(kind=LogWordKind.IMPOSSIBLE, reason=f"no log can have it: {err.diagnostics[0].message}")
    return None


def word_of(module: ModuleVersion, answer: LogAnswer | None) -> LogWord:
    """Return the log's answer about a module version as its word; None = it was not asked for."""
    if isinstance(answer, LogRecord):
        return LogWord(
            kind=LogWordKind.PROVEN,
            h1=answer.hashes.get(module.version, ""),
            h1_go_mod=answer.hashes.get(f"{module.version}/go.mod", ""),
            record=answer.number,
            tree_size=answer.tree_size,
            reason="" if module.version in answer.hashes else "its record in the log has no hash of its zip",
        )
    if isinstance(answer, NotLogged):
        who = f"{answer.source} has no record of it (HTTP {answer.status})"
        return LogWord(kind=LogWordKind.NOT_LOGGED, reason=who, remedy=_CASE)
    if isinstance(answer, Broken):
        return LogWord(kind=LogWordKind.BROKEN, reason=str(answer.error))
    if answer is None:
        return LogWord(kind=LogWordKind.UNANSWERED, reason="it was not asked for")
    reason = answer.reason.partition(": lookup/")[0]  # the name is told beside it, and reasons of many are one
    return LogWord(kind=LogWordKind.UNANSWERED, reason=reason, remedy=answer.remedy)
