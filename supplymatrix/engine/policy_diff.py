"""`policy diff A B`: which results change on given projects when one policy takes the place of another.

Each project is checked twice, under one set of answers: the facts themselves may depend on a policy (which names are
private, of which versions an age is asked, of which vendors a measure), so that judging once would not be the truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from supplymatrix.engine.check import CheckRequest, survey_run
from supplymatrix.engine.events import OnEvent, ignore_event
from supplymatrix.engine.policy_source import PolicySource, presets
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.audit import Audit
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Judged, Verdict
from supplymatrix.policy.compare import compare_policies

__all__ = ["Change", "PolicyDiff", "SubjectDiff", "named_policy", "run_policy_diff"]

_PRESET = "preset:"
_REVISION = "git:"


@value
class Change:
    """What becomes of one rule on one subject. None = it passes, or is not asked."""

    rule: str
    subject: str
    before: Judged | None
    after: Judged | None


@value
class SubjectDiff:
    """One project under two policies. words: how the policies differ themselves, with their directions."""

    subject: str
    before: Verdict
    after: Verdict
    words: tuple[str, ...]
    changes: tuple[Change, ...]


@value
class PolicyDiff:
    """Names of the two policies, and what changes on each project."""

    old: str
    new: str
    subjects: tuple[SubjectDiff, ...]

    @property
    def is_same(self) -> bool:
        """Whether the policies ask for the same, and no result, score or outcome changes anywhere."""
        return not any(
            item.words
            or item.changes
            or item.before.outcome is not item.after.outcome
            or item.before.score != item.after.score
            for item in self.subjects
        )


def named_policy(word: str) -> PolicySource:
    """Return the policy that a word of the command line means: "preset:NAME", "git:REV", or a file.

    Raises InputError for an unknown preset, and for what is no file and was probably meant as one.
    """
    if word.startswith(_REVISION):
        return PolicySource(revision=word.removeprefix(_REVISION))
    if not word.startswith(_PRESET):
        file = Path(word)
        if not file.exists() and (near := nearest(word, presets())):
            fault = Diagnostic(
                message="the policy cannot be opened: there is no such file",
                artifact=word,
                expected=f"a file, git:REV, or {_PRESET}NAME",
                remedy=f"did you mean {_PRESET}{near}?",
            )
            raise InputError(fault)
        return PolicySource(file=file)
    name = word.removeprefix(_PRESET)
    if name not in presets():
        near = nearest(name, presets())
        raise InputError(
            Diagnostic(
                message=f"there is no preset {name[:60]!r}",
                expected="one of " + ", ".join(presets()),
                remedy=f"did you mean {_PRESET}{near}?" if near else "",
            )
        )
    return PolicySource(preset=name)


def run_policy_diff(
    old: str, new: str, request: CheckRequest, on_event: OnEvent = ignore_event, *, allow_remote: bool = False
) -> PolicyDiff:
    """Check projects under two policies. old, new: as `named_policy` reads them. Raises as `run_survey` does, and
    InputError for a project that cannot be read."""
    runs = [
        survey_run(changed(request, policy=changed(named_policy(word), allow_remote=allow_remote)), on_event)
        for word in (old, new)
    ]
    audits: list[Mapping[str, Audit]] = []
    for run in runs:
        for item in run.survey.items:
            if not isinstance(item, Audit):
                raise InputError(*item.diagnostics)
        audits.append({item.root: item for item in run.survey.items if isinstance(item, Audit)})
    policies = [{item.path.as_posix(): item.policy for item in run.prepared} for run in runs]
    subjects = [
        SubjectDiff(
            subject=audit.subject,
            before=audit.verdict,
            after=audits[1][root].verdict,
            words=tuple(compare_policies(policies[0][root], policies[1][root])),
            changes=tuple(_changes(audit.verdict, audits[1][root].verdict)),
        )
        for root, audit in audits[0].items()
    ]
    return PolicyDiff(old=old, new=new, subjects=tuple(subjects))


def _changes(before: Verdict, after: Verdict) -> list[Change]:
    """Return the rules and subjects of which two verdicts say other things, in order."""
    old, new = _by_subject(before), _by_subject(after)
    found = []
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if was is None or now is None or (was.level, was.status) != (now.level, now.status):
            found.append(Change(rule=key[0], subject=key[1], before=was, after=now))
    return found


def _by_subject(verdict: Verdict) -> dict[tuple[str, str, int], Judged]:
    """Return what was judged, by rule and subject; several of one subject are told apart by their order."""
    found: dict[tuple[str, str, int], Judged] = {}
    for judged in verdict.judged:
        number = 0
        while (judged.rule, judged.subject, number) in found:
            number += 1
        found[judged.rule, judged.subject, number] = judged
    return found
