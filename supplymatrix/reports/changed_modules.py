"""The modules that a change brings, for people, for a pull request's comment, and for machines.

The comment begins with MARKER, by which it is found again, so that there is one comment and not one for each push. What
comes from outside stands in code spans, in which nothing is markup, HTML, a link or a mention. A comment takes 65,536
characters: what does not fit is counted at its end.

Source: docs.github.com "Working with advanced formatting"; what a comment takes was measured by others, and is not
documented.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from supplymatrix.model.rule import Level, Status
from supplymatrix.model.verdict import Judged
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.markdown import LIMIT, code, sentence
from supplymatrix.reports.module_changes import (
    Built,
    ChangeKind,
    ChangeReport,
    LicenceChange,
    ModuleChange,
    ProofWord,
    ReleasedAt,
)
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import counted

__all__ = ["MARKER", "SCHEMA", "render_json", "render_markdown", "render_text"]

MARKER = "<!-- supplymatrix -->"
SCHEMA = "supplymatrix.changes/1"
_HEAD = "| | module | version | licence | proof | age | findings |"
_OF_LICENCES = (
    "Licences: what the licence files in the roots of modules say, as far as they are on this machine. No legal advice."
)
_RESERVE = 400  # characters for the last words
_SIGNS = {ProofWord.DIFFERS: "🚨", ProofWord.NOT_IN_LOG: "❌", ProofWord.PROVEN: "✅"}
_ARROWS = {
    ChangeKind.ADDED: "➕",  # noqa: RUF001 - a sign
    ChangeKind.REMOVED: "➖",  # noqa: RUF001 - a sign
    ChangeKind.UPGRADED: "⬆️",
    ChangeKind.DOWNGRADED: "⬇️",
    ChangeKind.REPLACED: "🔀",
    ChangeKind.REHASHED: "🚨",
}
_FINDINGS = 6  # of one module that are told one by one


def render_markdown(reports: Sequence[ChangeReport]) -> str:
    """Return the comment, of at most LIMIT characters."""
    lines = [MARKER, _heading(reports), ""]
    for report in reports:
        if len(reports) > 1:
            lines += [f"### {code(report.path)}", ""]
        lines += [f"{_in_words(report)}", ""]
        if report.changes:
            lines += [_HEAD, "|---|---|---|---|---|---|---|"]
            lines += [_row(change, report.judged_at) for change in report.changes]
            lines.append("")
        lines += [f"- note: {sentence(note)}" for note in report.notes]
        lines += [""] if report.notes else []
    return _cut([*lines, _OF_LICENCES])


def _cut(lines: Sequence[str]) -> str:
    """Return lines up to the limit, and what is missing then."""
    kept, left = [], LIMIT - _RESERVE
    for number, line in enumerate(lines):
        left -= len(line) + 1
        if left < 0:
            missing = sum(line.startswith("| ") and line != _HEAD for line in lines[number:])
            words = f"**{counted(missing, 'change')} more, not shown here for want of room.**"
            kept += ["", f"{words} `supplymatrix changes --format json` has them all."]
            break
        kept.append(line)
    return "\n".join(kept).rstrip("\n") + "\n"


def _heading(reports: Sequence[ChangeReport]) -> str:
    total = sum(len(report.changes) for report in reports)
    seen = {word for report in reports for change in report.changes for word in (change.proof.word, change.kind)}
    is_alarm = not seen.isdisjoint((ProofWord.DIFFERS, ChangeKind.REHASHED))
    sign = "🚨" if is_alarm else "❌" if ProofWord.NOT_IN_LOG in seen else "📦"
    return f"## {sign} supplymatrix: {counted(total, 'module')} changed"


def _in_words(report: ChangeReport) -> str:
    kinds = Counter(change.kind for change in report.changes)
    words = ", ".join(f"{kinds[kind]:,} {kind.value}" for kind in ChangeKind if kinds[kind]) or "no module changed"
    text = f"{code(report.name)} since {code(report.base)}: {words}; {report.unchanged:,} as they were."
    if report.lines_added or report.lines_removed:
        text += f" go.sum: {counted(report.lines_added, 'line')} added, {report.lines_removed:,} removed."
    if report.go_before != report.go_after:
        text += f" go line: {code(report.go_before)} → {code(report.go_after)}."
    return text


def _row(change: ModuleChange, now: datetime) -> str:
    cells = (
        f"{_ARROWS[change.kind]} {change.kind.value}",
        code(change.path) + (" (indirect)" if _is_indirect(change) else ""),
        f"{_side(change.before)} → {_side(change.after)}",
        _licence(change.licence),
        _proof(change),
        _age(change.released, now) if change.after is not None else "–",  # noqa: RUF001 - nothing
        _findings(change.results),
    )
    return f"| {' | '.join(cells)} |"


def _is_indirect(change: ModuleChange) -> bool:
    built = change.after or change.before
    return built is not None and built.indirect


def _side(built: Built | None) -> str:
    """Return one state of a module: its version, and what is taken in its place."""
    if built is None:
        return "–"  # noqa: RUF001 - not there
    if built.effective is None:
        return f"folder {code(built.directory)}"
    if built.effective.path != built.path:
        return f"{code(str(built.effective))} in its place"
    return code(built.effective.version)


def _licence(found: LicenceChange | None) -> str:
    """Return the licence of a module; both where it is another one now."""
    if found is None:
        return "not looked at"
    if found.after is None:
        return "–" if found.before is None else _said(found.before)  # noqa: RUF001 - nothing
    open_ = " and something not known" if found.after and found.reason else ""
    now = _said(found.after) + open_
    if found.before in (None, "", found.after):
        return now
    return f"{_said(found.before)} → {now}"


def _said(expression: str) -> str:
    return code(expression) if expression else "not known"


def _proof(change: ModuleChange) -> str:
    proof = change.proof
    if proof.word is ProofWord.GONE:
        return "–"  # noqa: RUF001 - nothing to prove
    sign = _SIGNS.get(proof.word, "⚠️")
    if proof.word is ProofWord.PROVEN:
        return f"{sign} log record {proof.record:,}"
    if proof.word is ProofWord.GO_MOD_ONLY:
        return f"{sign} only its go.mod: log record {proof.record:,}; go.sum has no line for its files"
    if proof.word is ProofWord.DIFFERS:
        return f"{sign} **{_DIFFERS}**" + (f" (record {proof.record:,})" if proof.record >= 0 else "")
    if proof.word is ProofWord.FOLDER:
        return "a folder: nothing is proven of it"
    return f"{sign} {proof.word.value}" + (f": {sentence(proof.detail)}" if proof.detail else "")


_DIFFERS = "go.sum differs from the log"


def _age(released: ReleasedAt | None, now: datetime) -> str:
    if released is None:
        return "not known"
    days = (now - released.time).days
    age = counted(days, "day") if days >= 0 else "in the future"
    return f"{age} ({released.time:%Y-%m-%d}, {sentence(released.source)})"


def _findings(results: Sequence[Judged]) -> str:
    """Return what the policy makes of a module, each rule once."""
    words = list(dict.fromkeys(map(_finding, results)))
    more = f"<br>and {len(words) - _FINDINGS:,} more" if len(words) > _FINDINGS else ""
    return "<br>".join(words[:_FINDINGS]) + more or "none"


def _finding(judged: Judged) -> str:
    level = f"**{judged.level.value}**" if judged.level in (Level.ALARM, Level.ERROR) else judged.level.value
    status = "" if judged.status is Status.FAIL else f" ({judged.status.value})"
    return f"{judged.rule} {level}{status}"


def render_text(reports: Sequence[ChangeReport], *, width: int = 80) -> str:
    """Return the changes for a person at a terminal. width: columns; a row that is longer goes on below."""
    lines: list[str] = []
    for report in reports:
        lines += [*([""] if lines else []), _plainly(_in_words(report)), ""]
        for change in report.changes:
            lines += _text_rows(change, report.judged_at, width)
        lines += [f"note: {plain(note)}" for note in report.notes]
    return "\n".join([*lines, *([""] if lines else []), *textwrap.wrap(_OF_LICENCES, width), ""])


def _text_rows(change: ModuleChange, now: datetime, width: int) -> Iterator[str]:
    sides = f"{_plainly(_side(change.before))} → {_plainly(_side(change.after))}"
    head = f"{change.kind.value:10}  {plain(change.path)}"
    if len(head) + 2 + len(sides) <= width:
        yield f"{head}  {sides}"
    else:
        yield head
        yield f"            {sides}"
    if change.after is None:
        return
    yield f"            licence: {_plainly(_licence(change.licence))}"
    age = _plainly(_age(change.released, now))
    yield f"            proof: {_plainly(_proof(change)).lstrip('✅❌🚨⚠️ ')} · age: {age}"
    if change.results:
        yield f"            findings: {_plainly(_findings(change.results)).replace('<br>', ', ')}"


def _plainly(text: str) -> str:
    """Return a text of ours without the marks of Markdown; what stood in code spans has none left that ends them."""
    return text.replace("`", "").replace("**", "")


def render_json(reports: Sequence[ChangeReport]) -> str:
    """Return the changes as JSON."""
    document = {"schema": SCHEMA, "subjects": [_report(report) for report in reports]}
    return as_json(document)


def _report(report: ChangeReport) -> dict[str, object]:
    return {
        "name": report.name,
        "path": report.path,
        "base": report.base,
        "judged_at": f"{report.judged_at:%Y-%m-%dT%H:%M:%SZ}",
        "go_before": report.go_before,
        "go_after": report.go_after,
        "lines_added": report.lines_added,
        "lines_removed": report.lines_removed,
        "unchanged": report.unchanged,
        "changes": [_change(change) for change in report.changes],
        "notes": list(report.notes),
    }


def _change(change: ModuleChange) -> dict[str, object]:
    released = change.released
    return {
        "module": change.path,
        "kind": change.kind.value,
        "before": _built(change.before),
        "after": _built(change.after),
        "proof": {"state": change.proof.word.value, "record": change.proof.record, "detail": change.proof.detail},
        "released": None
        if released is None
        else {"at": f"{released.time:%Y-%m-%dT%H:%M:%SZ}", "source": released.source},
        "licence": None
        if change.licence is None
        else {"before": change.licence.before, "after": change.licence.after, "reason": change.licence.reason},
        "findings": [
            {
                "rule": judged.rule,
                "level": judged.level.value,
                "status": judged.status.value,
                "message": judged.finding.message if judged.finding is not None else "",
            }
            for judged in change.results
        ],
    }


def _built(built: Built | None) -> dict[str, object] | None:
    if built is None:
        return None
    return {
        "version": built.version,
        "effective": str(built.effective) if built.effective is not None else "",
        "directory": built.directory,
        "indirect": built.indirect,
        "in_go_mod": built.in_go_mod,
    }
