"""What is true in a bill of materials, for people, for machines, and as Markdown.

Counts come first, then what is false, then what is not known; statements of one kind with one answer stand together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from supplymatrix.model.value import value
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.markdown import LIMIT, code, sentence
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import counted
from supplymatrix.sbom.statements import SbomTruth, Statement, Topic, Truth

__all__ = ["SCHEMA", "render_sbom_verify_json", "render_sbom_verify_markdown", "render_sbom_verify_text"]

SCHEMA = "supplymatrix.sbom-verify/1"
_SHOWN = 6  # subjects of one group, unless all are asked for
_GROUPS = 40  # of one kind of answer, likewise
_HEADS = {
    Truth.FALSE: "not true",
    Truth.NOT_CHECKED: "not checked",
    Truth.NO_EVIDENCE: "nothing in the file that could be checked",
}
_SHORT = frozenset({
    Topic.LICENCE, Topic.VERSION, Topic.NAME, Topic.MAIN, Topic.STDLIB, Topic.H1, Topic.GO_MOD, Topic.LOG_PROOF,
    Topic.USE, Topic.REPLACEMENT, Topic.PLATFORM, Topic.COMPLETE, Topic.GAPS, Topic.SUBJECT_FILE, Topic.PURL,
    Topic.ADDRESS, Topic.TWICE, Topic.MADE,
})  # fmt: skip
"""Topics of which it is told what the file says, where that is not so."""
_RESERVE = 400
_VERDICTS = {
    0: "every statement that was checked is true",
    1: "there are statements that are not true",
    3: "what could be checked is true; some of it could not be checked",
    4: "ALARM: the file differs from what the log has proven",
    5: "there is no Go component in it",
}
_NOT_AS_SIGNED = "ALARM: the file is not what was signed"


@value
class _Group:
    """Statements of one topic with one answer."""

    topic: Topic
    answer: str
    remedy: str
    subjects: tuple[str, ...]
    is_alarm: bool


def render_sbom_verify_text(truth: SbomTruth, *, width: int = 80, verbose: bool = False) -> str:
    """Return what is true in a file, for a person at a terminal. verbose: every subject, and every fault."""
    del width
    lines = [*_head(truth), ""]
    lines += _table(truth)
    for kind, title in _HEADS.items():
        groups = _groups(truth.statements, kind)
        if groups:
            lines += ["", f"{title}: {sum(len(group.subjects) for group in groups):,}"]
        shown = groups if verbose else groups[:_GROUPS]
        for group in shown:
            lines += _text_group(group, verbose=verbose)
        lines += _more(len(groups) - len(shown), "  ")
    lines += ["", *(f"note: {plain(note)}" for note in _notes(truth)), _verdict(truth)]
    return "\n".join(lines) + "\n"


def _verdict(truth: SbomTruth) -> str:
    """Return what all comes to, in a line; of an alarm what it is about."""
    alarms = {statement.topic is Topic.SIGNATURE for statement in truth.statements if statement.is_alarm}
    if True not in alarms:
        code = truth.exit_code
        rest = f"; at {truth.unread:,} values nothing here looked" if truth.unread and code in (0, 3) else ""
        return f"{_VERDICTS[code]}{rest}"
    return f"{_VERDICTS[4]}, and is not what was signed" if False in alarms else _NOT_AS_SIGNED


def _head(truth: SbomTruth) -> Iterator[str]:
    made = f" by {', '.join(truth.tools)}" if truth.tools else ""
    yield plain(f"{truth.artifact}: {truth.format} {truth.spec}{made}")
    yield plain(f"  subject  {truth.main or 'none is named'}")
    yield f"  parts    {_parts(truth)}"
    yield plain(f"  log      {_log(truth)}")
    if truth.project:
        yield plain(f"  project  {truth.project}: {truth.scope}")


def _parts(truth: SbomTruth) -> str:
    """Return how many components there are: the subject is none of them, and is counted with those of Go."""
    every = truth.go_components + truth.others
    number = counted(every - 1, "component") if truth.main else counted(every, "component")
    of_go = f"{truth.go_components:,} of the {every:,} are Go modules or the standard library"
    return f"the subject and {number}; {of_go}" if truth.main else f"{number}; {of_go}"


def _log(truth: SbomTruth) -> str:
    return f"{truth.log} tree {truth.tree_size:,}" if truth.tree_size else f"{truth.log} was not asked"


def _table(truth: SbomTruth) -> Iterator[str]:
    """Yield the counts: a line for each topic that there is anything of."""
    yield f"  {'':18}{'true':>8}{'false':>8}{'not checked':>13}{'no evidence':>13}"
    for topic, counts in _rows(truth):
        numbers = [f"{number:,}" if number else "-" for number in counts]
        yield f"  {topic.value:18}{numbers[0]:>8}{numbers[1]:>8}{numbers[2]:>13}{numbers[3]:>13}"


def _rows(truth: SbomTruth) -> Iterator[tuple[Topic, list[int]]]:
    counts = truth.counts
    for topic in Topic:
        numbers = [counts[topic, kind] for kind in Truth]
        if any(numbers):
            yield topic, numbers


def _groups(statements: Sequence[Statement], kind: Truth) -> list[_Group]:
    """Return statements of one kind of answer, alarms first, else in the order in which they come."""
    found: dict[tuple[Topic, str, str, bool], list[str]] = {}
    for statement in statements:
        if statement.truth is kind:
            key = (statement.topic, _answer(statement), statement.remedy, statement.is_alarm)
            found.setdefault(key, []).append(statement.subject)
    groups = [
        _Group(topic=topic, answer=answer, remedy=remedy, subjects=tuple(subjects), is_alarm=is_alarm)
        for (topic, answer, remedy, is_alarm), subjects in found.items()
    ]
    return sorted(groups, key=lambda group: not group.is_alarm)


def _answer(statement: Statement) -> str:
    """Return what is so, in words; of a licence also what the file says, since that is mostly one of a few words."""
    answer = statement.found
    if statement.reason:
        answer = f"{answer} ({statement.reason})" if answer and statement.truth is Truth.FALSE else statement.reason
    is_short = statement.topic in _SHORT
    if statement.truth is Truth.FALSE and is_short and statement.said:
        return f"the file says {statement.said}; {answer}"
    return answer


def _text_group(group: _Group, *, verbose: bool) -> Iterator[str]:
    mark = "ALARM " if group.is_alarm else ""
    yield plain(f"  {mark}{group.topic.value}: {group.answer}")
    shown = group.subjects if verbose else group.subjects[:_SHOWN]
    yield from (plain(f"    {subject}") for subject in shown)
    yield from _more(len(group.subjects) - len(shown))
    if group.remedy:
        yield plain(f"    = next: {group.remedy}")


def _more(number: int, margin: str = "    ") -> Iterator[str]:
    if number > 0:
        yield f"{margin}… and {number:,} more (--verbose, or --format json)"


def _notes(truth: SbomTruth) -> Iterator[str]:
    yield from truth.notes
    if truth.signature:
        yield f"{truth.signature} lies beside it: `supplymatrix verify-report` checks signatures"


def render_sbom_verify_json(truth: SbomTruth) -> str:
    """Return everything as JSON."""
    return as_json(
        {
            "schema": SCHEMA,
            "file": {
                "path": truth.artifact,
                "sha256": truth.sha256,
                "format": truth.format,
                "spec": truth.spec,
                "tools": list(truth.tools),
                "identity": truth.identity,
                "created": truth.created,
                "subject": truth.main,
                "go_components": truth.go_components,
                "other_components": truth.others,
            },
            "log": {"name": truth.log, "tree_size": truth.tree_size},
            "project": {"name": truth.project, "scope": truth.scope} if truth.project else None,
            "exit_code": truth.exit_code,
            "counts": [
                {
                    "topic": topic.value,
                    "true": numbers[0],
                    "false": numbers[1],
                    "not_checked": numbers[2],
                    "no_evidence": numbers[3],
                }
                for topic, numbers in _rows(truth)
            ],
            "statements": [
                {
                    "topic": statement.topic.value,
                    "truth": statement.truth.value,
                    "subject": statement.subject,
                    "said": statement.said,
                    "found": statement.found,
                    "reason": statement.reason,
                    "remedy": statement.remedy,
                    "alarm": statement.is_alarm,
                }
                for statement in truth.statements
            ],
            "faults": [{"where": fault.where, "what": fault.what} for fault in truth.faults],
            "fault_count": truth.fault_count,
            "not_looked_at": truth.unread,
            "notes": list(_notes(truth)),
        }
    )


def render_sbom_verify_markdown(truth: SbomTruth) -> str:
    """Return what is true in a file as Markdown of at most LIMIT characters."""
    made = f" by {', '.join(map(code, truth.tools))}" if truth.tools else ""
    parts = f"{f'of {code(truth.main)}' if truth.main else 'no subject is named'}: {_parts(truth)}"
    lines = [
        f"## {code(truth.artifact)}: {_verdict(truth)}",
        "",
        f"{truth.format} {code(truth.spec)}{made}, {parts}. Log: {sentence(_log(truth))}.",
        *([f"Held against {code(truth.project)}: {sentence(truth.scope)}."] if truth.project else []),
        "",
        "| | true | false | not checked | no evidence |",
        "|---|--:|--:|--:|--:|",
        *(f"| {topic.value} | {' | '.join(f'{number:,}' for number in numbers)} |" for topic, numbers in _rows(truth)),
    ]
    for kind, title in _HEADS.items():
        groups = _groups(truth.statements, kind)
        lines += ["", f"### {title[:1].upper()}{title[1:]}", ""] if groups else []
        lines += [_markdown_group(group) for group in groups]
    notes = [f"- {sentence(note)}" for note in _notes(truth)]
    return _cut([*lines, *(["", "### Notes", ""] if notes else []), *notes])


def _markdown_group(group: _Group) -> str:
    sign = "🚨 " if group.is_alarm else ""
    more = len(group.subjects) - 20
    listed = ", ".join(map(code, group.subjects[:20])) + (f" and {more:,} more" if more > 0 else "")
    remedy = f" Next: {sentence(group.remedy)}" if group.remedy else ""
    return f"- {sign}**{group.topic.value}**: {sentence(group.answer)}: {listed}.{remedy}"


def _cut(lines: Iterable[str]) -> str:
    """Return lines up to the limit, and that some are missing then."""
    kept, left = [], LIMIT - _RESERVE
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            kept += ["", "**More is not shown here for want of room**; `--format json` has everything."]
            break
        kept.append(line)
    return "\n".join(kept).rstrip("\n") + "\n"
