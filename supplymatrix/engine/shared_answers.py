"""Several subjects, one set of answers: each module version is asked for once, and each log only when it has to be.

What a subject's committed proofs say holds for all of them, since it was proven; their heads are held against each
other, and against the head that this machine is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from supplymatrix.engine.committed_proofs import CommittedProofs, refuse_two_answers
from supplymatrix.engine.events import OnEvent
from supplymatrix.engine.log_access import LogAccess, ask_log
from supplymatrix.engine.lookups import LogAnswer, LogChoice, LogKey, LogRun, Signer, unanswered
from supplymatrix.engine.means import Means
from supplymatrix.engine.prepare import Prepared
from supplymatrix.errors import InputError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.model.audit import LogView
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Note
from supplymatrix.sumdb.history import History, SeenHead
from supplymatrix.sumdb.session import LogRecord

__all__ = ["AskLog", "Asker", "SharedAnswers", "share_answers", "share_modules"]

AskLog = Callable[[LogChoice, Sequence[ModuleVersion], Sequence[SeenHead]], LogRun]


@value
class Asker:
    """Asks any log as a run may. It is an `AskLog`."""

    means: Means
    settings: GoSettings
    on_event: OnEvent

    def __call__(self, choice: LogChoice, modules: Sequence[ModuleVersion], heads: Sequence[SeenHead]) -> LogRun:
        """Return what came of asking one log for module versions, and of holding signed heads against its own."""
        access = LogAccess(choice=choice, settings=self.settings, means=self.means, on_event=self.on_event)
        return ask_log(access, modules, heads)


@dataclass(slots=True, kw_only=True)
class SharedAnswers:
    """What one log said. run: None when nobody was asked. proven: answers out of committed proofs."""

    choice: LogChoice
    answers: Mapping[ModuleVersion, LogAnswer]
    run: LogRun | None = None
    notes: list[Note] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def view_for(self, prepared: Prepared) -> LogView | None:
        """Return the log as a subject's report shows it: the pinned head, else that of its own proofs."""
        view = self.run.view if self.run is not None else None
        head = prepared.committed.head
        if view is not None or head is None:
            return view
        return LogView(
            name=self.choice.verifier.name,
            key_hash=self.choice.verifier.hash_text,
            tree_size=head.size,
            root=head.root_text,
            seen_at=None,
            route=prepared.committed.name,
            pinned_by_policy=self.choice.by_policy,
        )

    def notes_for(self, prepared: Prepared) -> list[Note]:
        """Return what is to be told of the log in a subject's report."""
        head = prepared.committed.head
        reason = self.run.not_held.get((head.size, head.root)) if head is not None and self.run is not None else None
        if head is None or reason is None:
            return self.notes
        text = (
            f"the head of {prepared.committed.name} ({head.size:,} records) was not held against one that this machine "
            f"is shown: {reason}. Its proofs hold under the log's signature all the same"
        )
        return [*self.notes, Note(code="proofs-not-compared", message=text)]


def share_answers(
    subjects: Sequence[Prepared], histories: Mapping[Signer, History], ask: AskLog
) -> dict[LogKey, SharedAnswers]:
    """Return the answers by log. histories: what the proof files told. ask: proves module versions and holds heads.

    Raises TrustError when a log has lied as a whole: then there is no verdict on anything.
    """
    groups: dict[LogKey, list[Prepared]] = {}
    for subject in subjects:
        groups.setdefault(subject.choice.log_key, []).append(subject)
    shared = {}
    for key, group in groups.items():
        try:
            shared[key] = _share(group, histories[group[0].choice.signer], ask)
        except InputError as err:
            if len(groups) == 1:
                raise
            shared[key] = _unasked(group, err)
    return shared


def _unasked(group: Sequence[Prepared], err: InputError) -> SharedAnswers:
    """Return that one log of several could not be asked: the subjects of the others are judged all the same."""
    fault = err.diagnostics[0]
    modules = (module for subject in group for module in subject.modules)
    return SharedAnswers(choice=group[0].choice, answers=unanswered(modules, str(fault), fault.remedy))


def _share(group: Sequence[Prepared], history: History, ask: AskLog) -> SharedAnswers:
    modules = tuple(dict.fromkeys(module for subject in group for module in (*subject.modules, *subject.also_asked)))
    return share_modules(group[0].choice, modules, [subject.committed for subject in group], history.heads, ask)


def share_modules(
    choice: LogChoice,
    modules: Sequence[ModuleVersion],
    proofs: Sequence[CommittedProofs],
    heads: Sequence[SeenHead],
    ask: AskLog,
) -> SharedAnswers:
    """Return the answers of one log for module versions: out of proof files first, for what these lack it is asked.

    heads: of the proof files, held against the log's own. Raises TrustError when the log has lied as a whole.
    """
    proven: dict[ModuleVersion, LogRecord] = {}
    for committed in proofs:
        for module, answer in committed.answers(modules).items():
            first = proven.setdefault(module, answer)
            refuse_two_answers(module, first.text, answer.text)
    missing = [module for module in modules if module not in proven]
    run = ask(choice, missing, heads) if missing or heads else None
    return SharedAnswers(
        choice=choice,
        answers={**(run.answers if run else {}), **proven},
        run=run,
        notes=list(run.notes) if run else [],
        messages=list(run.messages) if run else [],
    )
