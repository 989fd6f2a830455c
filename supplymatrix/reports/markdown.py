"""The report as Markdown, for a pull-request comment, a step summary or an auditor's file.

GitHub's dialect, readable as it is. What comes from outside stands in code spans: there it is no markup, no HTML, no
link, and calls nobody by an `@`. Words of a sentence that are nothing but letters, digits and quiet punctuation stay as
they are. A backquote, and a bar in a table, would end the span they stand in: these two are written out, as `\\x60` and
`\\x7c`.

A comment takes 65,536 characters. At 65,000 the report ends with what it does not show, counted; for other places
`render_page` takes another limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from supplymatrix.errors import Diagnostic
from supplymatrix.model.audit import Audit, LogView, Survey, Unreadable
from supplymatrix.model.checked_artifact import CheckedArtifact
from supplymatrix.model.fact import ProjectFact
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.verdict import ExcuseKind, Judged, Outcome, WaiverEntry, WaiverUse
from supplymatrix.reports.artifact_words import ArtifactRow, artifact_rows
from supplymatrix.reports.digests import digests_of
from supplymatrix.reports.judged_words import chain_of, step_of
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import (
    as_survey,
    counted,
    exit_of,
    meaning_of,
    outcome_of,
    outcome_of_survey,
    path_of,
    proven_lines,
    say_mode,
    say_outcomes,
    say_tally,
    score_text,
    tally_of,
    worst_first,
)
from supplymatrix.reports.text_gaps import GapGroup, gap_groups
from supplymatrix.reports.text_head import log_counts, proof_lines, score_part, what_was_read

__all__ = ["LIMIT", "code", "render", "render_page", "sentence", "steps"]

LIMIT = 65_000
"""Characters of a report."""
_RESERVE = 400  # of these for the last words
_LONGEST = 2_000  # characters of one text from outside
_SIGNS = {Outcome.PASS: "✅", Outcome.NOTHING: "➖", Outcome.ALARM: "🚨", Outcome.FAIL: "❌"}  # noqa: RUF001 - a sign
_CALM = re.compile(r"[^\W_]+(?:['’\-–.,][^\W_]+)*|[–—…·=]")  # noqa: RUF001 - what people write
_LINKS = re.compile(r"(?:www\.|gh-\d)", re.IGNORECASE)  # what GitHub makes links of although it looks like a word
_OUTSIDE = re.compile(r"([(\"„“]*)(.*?)([.,;:?)\"”…]*)")
_ALONE = frozenset("():,;.?…")
_REMARK = re.compile(r"(.+?)( \([^()]*\))?")
_COMMAND = re.compile(
    r"(?:[A-Z_]+=\S+ )*(?:supplymatrix|git|openssl|curl|go (?:build|clean|env|get|list|mod|version|vet|work)) \S"
)
_AND_THEN = re.compile(r"([,;])(?= (?:and|if|or|see|supplymatrix|then) )")
_NAMES = 20
_T = TypeVar("_T")


def code(text: str) -> str:
    """Return a text from outside as a code span that nothing in it can end; a dash when it is empty."""
    text = plain(text).strip()
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    safe = text.replace("`", r"\x60").replace("|", r"\x7c")
    return f"`{safe}`" if safe else "–"  # noqa: RUF001 - no text


def sentence(text: str) -> str:
    """Return a sentence in which every word that could be more than a word stands in a code span."""
    text = plain(text)
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return " ".join(_word(word) for word in text.split())


def _word(word: str) -> str:
    """Return a word, in a code span unless it is quiet; punctuation round it stays outside."""
    found = _OUTSIDE.fullmatch(word)
    before, core, after = found.groups() if found else ("", word, "")
    if not core:
        return word if word in _ALONE else code(word)
    return f"{before}{core if _is_calm(core) else code(core)}{after}"


def _is_calm(core: str) -> bool:
    return _CALM.fullmatch(core) is not None and not _LINKS.match(core)


def steps(text: str) -> str:
    """Return the next steps of a finding, one on a line; a command is one code span, words stay words."""
    return "<br>".join(_step(step) for step in text.split(" · "))


def _step(step: str) -> str:
    found = _REMARK.fullmatch(plain(step).strip())
    command, remark = (found[1], found[2] or "") if found else (step, "")
    inner = remark.removeprefix(" (").removesuffix(")")
    told = f"({code(inner)})" if remark and _COMMAND.match(inner) else sentence(remark)
    return f"{_command(command)} {told}".rstrip()


def _command(step: str) -> str:
    """Return a step: a command that it begins with, or has between backquotes, as a code span, the rest as words."""
    if _COMMAND.match(step):
        command, mark, rest = (*_AND_THEN.split(step, maxsplit=1), "", "")[:3]
        return f"{code(command)}{mark} {sentence(rest)}".rstrip()
    parts = step.split("`")
    if len(parts) % 2 == 0:
        return sentence(step)
    return _joined(code(part) if number % 2 else sentence(part) for number, part in enumerate(parts) if part.strip())


def _joined(parts: Iterable[str]) -> str:
    """Return parts of a sentence with spaces between them, but none before its punctuation."""
    text = ""
    for part in parts:
        text += part if not text or part[0] in ",;.:)" else f" {part}"
    return text


class _Page:
    """Lines up to the limit. What no longer fits is counted by kind, and so is everything after it."""

    def __init__(self, limit: int, measure: Callable[[str], int]) -> None:
        self._measure = measure
        self._lines: list[str] = []
        self._left = limit - _RESERVE
        self._is_full = False
        self._missing: dict[str, int] = {}

    def add(self, *lines: str, kind: str = "") -> bool:
        """Add lines that belong together. kind: what they are one of, for the count of those that are missing."""
        if self._lines and not self._lines[-1] and lines == ("",):
            return True
        size = 0 if self._is_full else sum(self._measure(line) + 1 for line in lines)
        if self._is_full or size > self._left:
            self._is_full = True
            if kind:
                self._missing[kind] = self._missing.get(kind, 0) + 1
            return False
        self._left -= size
        self._lines += lines
        return True

    def table(
        self,
        heads: Sequence[str],
        items: Iterable[_T],
        row: Callable[[_T], Sequence[str]],
        *,
        kind: str,
        numbers: int = 0,
    ) -> None:
        """Add a table with a row for each item, its last columns being so many numbers; without items there is none.

        Rows that there is no room for are counted, and not made.
        """
        marks = ["---"] * (len(heads) - numbers) + ["--:"] * numbers
        head: tuple[str, ...] = (f"| {' | '.join(heads)} |", f"|{'|'.join(marks)}|")
        for item in items:
            if self._is_full:
                self._missing[kind] = self._missing.get(kind, 0) + 1
            elif self.add(*head, f"| {' | '.join(row(item))} |", kind=kind):
                head = ()
        if not head:
            self.add("")

    def text(self) -> str:
        """Return the page, and at its end what it does not show."""
        lines = self._lines
        if self._missing:
            missing = ", ".join(counted(number, kind) for kind, number in self._missing.items())
            lines = [*lines, "", f"**Not shown here for want of room: {missing}.** The JSON report has them all."]
        elif self._is_full:
            lines = [*lines, "", "**The end of this report is not shown for want of room.** The JSON report has it."]
        return "\n".join(lines).rstrip("\n") + "\n"


def render(found: Audit | Survey, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the report as Markdown of at most LIMIT characters; color and width mean nothing here."""
    del color, width
    return render_page(found, LIMIT, len, verbose=verbose)


def render_page(found: Audit | Survey, limit: int, measure: Callable[[str], int], *, verbose: bool = False) -> str:
    """Return the report as Markdown. limit: the most that `measure` may find in it, in its own unit.

    verbose: findings tell by which requirements their modules come into the project, and why their rules matter.
    """
    survey = as_survey(found)
    items = worst_first(survey.items)
    page = _Page(limit, measure)
    outcome = outcome_of_survey(survey)
    page.add(f"## {_sign(outcome)} supplymatrix: {outcome.value}", "", _summary(survey), "")
    page.add(*_heads(survey), "")
    heads = ("subject", "outcome", "score", "proven", "alarms", "errors", "unknown", "waived", "exit")
    page.table(heads, items, _row, kind="row", numbers=7)
    for item in items:
        if isinstance(item, Unreadable):
            _unreadable(page, item)
        elif len(items) == 1 or _is_told(item):
            _subject(page, item, alone=len(items) == 1, verbose=verbose)
        else:
            page.add(f"### {_sign(item.verdict.outcome)} {code(path_of(item))}", "", *_head(item), "")
    return page.text()


def _is_told(audit: Audit) -> bool:
    """Return whether there is more to say of one subject of many than its head."""
    verdict = audit.verdict
    return bool(verdict.judged or verdict.gaps or verdict.notes or audit.facts.of(CheckedArtifact))


def _sign(outcome: Outcome) -> str:
    return _SIGNS.get(outcome, "⚠️")


def _summary(survey: Survey) -> str:
    audits = [item for item in survey.items if isinstance(item, Audit)]
    text = f"**Exit {survey.exit_code}**: {meaning_of(survey)}."
    if len(survey.items) != 1:
        text += f" {counted(len(survey.items), 'subject')}: {say_outcomes(survey.items) or 'none'}."
    proven, total = proven_lines(audits)
    text += f" {proven:,} of {counted(total, 'go.sum line')} proven in the log." if total else ""
    routes = dict.fromkeys(audit.log.route for audit in audits if audit.log is not None)
    text += f" Asked: {', '.join(map(code, routes))}" if routes else ""
    text += f" ({survey.requests:,} requests, {survey.received_bytes:,} bytes)" if survey.requests and routes else ""
    return f"{text}{'.' if routes else ''} {what_was_read(audits)}"


def _heads(survey: Survey) -> list[str]:
    """Return a line for each log, with the head that everything was proven under."""
    views = [item.log for item in survey.items if isinstance(item, Audit) and item.log is not None]
    return list(dict.fromkeys(map(_log, views)))


def _log(view: LogView) -> str:
    seen = f", fetched {view.seen_at:%Y-%m-%d}" if view.seen_at else ""
    pinned = ", pinned by the policy" if view.pinned_by_policy else ""
    head = f"{code(view.name)}, tree of {view.tree_size:,} records with root {code(view.root)}"
    return f"- log: {head}{seen}, key {code(view.key_hash)}{pinned}"


def _row(item: Audit | Unreadable) -> tuple[str, ...]:
    outcome = outcome_of(item)
    word = f"{_sign(outcome)} {outcome.value}"
    if isinstance(item, Unreadable):
        return (code(path_of(item)), word, *["–"] * 6, str(exit_of(item)))  # noqa: RUF001 - no number
    tally, score = tally_of(item.verdict), item.verdict.score
    proven, total = proven_lines([item])
    numbers = (tally.alarms, tally.errors, tally.unknown, tally.waived)
    return (
        code(path_of(item) if path_of(item) != "." else item.subject),
        word,
        score_text(score) if score else "–",  # noqa: RUF001 - an en dash is meant
        f"{proven:,}/{total:,}",
        *(f"{number:,}" for number in numbers),
        str(exit_of(item)),
    )


def _unreadable(page: _Page, item: Unreadable) -> None:
    page.add(f"### {_sign(Outcome.BROKEN)} {code(path_of(item))}", "", "This subject cannot be read.", "")
    for fault in item.diagnostics:
        page.add(f"- {'; '.join(_fault(fault))}", kind="fault")
    page.add("")


def _fault(fault: Diagnostic) -> Iterator[str]:
    place = f"{fault.artifact}:{fault.line}:{fault.column}" if fault.line else fault.artifact
    yield f"{code(place)}: {sentence(fault.message)}" if place else sentence(fault.message)
    if fault.seen:
        yield f"seen {code(fault.seen)}"
    if fault.expected:
        yield f"expected {sentence(fault.expected)}"
    if fault.remedy:
        yield f"next: {sentence(fault.remedy)}"


def _subject(page: _Page, audit: Audit, *, alone: bool, verbose: bool) -> None:
    verdict = audit.verdict
    if not alone:
        page.add(f"### {_sign(verdict.outcome)} {code(path_of(audit))}", "")
    page.add(*_head(audit), "")
    findings = [item for item in verdict.judged if item.finding is not None]
    counting = [item for item in findings if item.status is not Status.WAIVED]
    waived = [item for item in findings if item.status is Status.WAIVED]
    row = partial(_finding, audit, verbose=verbose)
    page.table(("level", "rule", "what", "where", "next"), counting, row, kind="finding")
    for item in counting:
        if item.level is Level.ALARM and item.finding is not None and item.finding.evidence:
            page.add(f"Evidence of {item.rule} on {code(item.subject)}:", "", *_evidence(item), "", kind="evidence")
    heads = ("artifact", "verdict", "signed by", "log entry", "attestations", "not checked")
    page.table(heads, artifact_rows(audit), _artifact, kind="artifact")
    groups = gap_groups(verdict)
    page.table(
        ("not checked", "because", "what", "needed by", "next"),
        (group for group in groups if group.waiver is None),
        _gap,
        kind="missing-evidence reason",
    )
    excused: list[Judged | GapGroup] = [*waived, *(group for group in groups if group.waiver is not None)]
    page.table(("waived", "what", "by", "until", "reason"), excused, _waived, kind="waived finding")
    idle = [entry for entry in verdict.waivers if not entry.findings]
    page.table(("waiver", "package", "state", "by", "until", "where"), idle, partial(_idle, audit), kind="waiver")
    for note in verdict.notes:
        place = f"{code(str(audit.placed(note.location)))}: " if note.location is not None else ""
        page.add(f"- note: {place}{sentence(note.message)}", kind="note")
    named = ", ".join(f"{digest.what} {code(digest.name)} `{digest.sha256}`" for digest in digests_of(audit))
    page.add(f"- SHA-256 of what this rests on: {named}", "", kind="line of digests")


def _head(audit: Audit) -> Iterator[str]:
    verdict = audit.verdict
    projects = audit.facts.of(ProjectFact)
    go_version = f", go {code(projects[0].go_version)}" if projects and projects[0].go_version else ""
    policy = f"policy {code(verdict.policy_name)} (SHA-256 `{verdict.policy_digest[:16]}…`)"
    parts = [part for part in (score_part(verdict), ", ".join(say_tally(tally_of(verdict)))) if part]
    yield f"- **{code(audit.subject)}**{go_version}, {policy}, judged {verdict.now:%Y-%m-%d %H:%M} UTC"
    yield f"- **{verdict.outcome.value}**{': ' if parts else ''}{' · '.join(parts)}"
    for text in say_mode(verdict):
        yield f"- {sentence(text)}"
    yield f"- go.sum: {log_counts(audit)}"
    for text in proof_lines(audit):
        yield f"- proofs: {sentence(text)}"


def _finding(audit: Audit, item: Judged, *, verbose: bool) -> tuple[str, ...]:
    finding = item.finding
    assert finding is not None  # noqa: S101 - the caller has looked
    level = f"**{item.level.value}**" if item.level in (Level.ALARM, Level.ERROR) else item.level.value
    what = sentence(finding.message) + (f": {sentence(finding.label)}" if finding.label else "")
    if verbose:
        chain = " → ".join(map(code, chain_of(audit, item)))
        what += f"<br>path: {chain}" if chain else ""
        what += f"<br>why: {sentence(audit.rules[item.rule].why)}"
    places = [*finding.locations, *([item.required_by] if item.required_by is not None else [])]
    where = ", ".join(code(str(audit.placed(place))) for place in places)
    step = step_of(audit, item) or f"supplymatrix explain {item.rule}"
    level += ", known before" if item.known_before else ""
    return (level, f"{item.rule} {audit.rules[item.rule].name}", what, where or "–", steps(step))  # noqa: RUF001


def _artifact(row: ArtifactRow) -> tuple[str, ...]:
    texts = (row.signers, row.logs, row.attestations, row.not_checked)
    name = f"{code(row.name)}<br>{code(row.digest)}" if row.digest else code(row.name)
    return (name, sentence(row.state), *("<br>".join(map(sentence, some)) or "–" for some in texts))  # noqa: RUF001


def _evidence(item: Judged) -> list[str]:
    finding = item.finding
    return [f"- {sentence(part.label)}: {code(part.value)}" for part in (finding.evidence if finding else ())]


def _names(group: GapGroup) -> str:
    more = f" and {counted(len(group.names) - _NAMES, 'other')}" if len(group.names) > _NAMES else ""
    return f"{', '.join(code(name) for name in group.names[:_NAMES])}{more}"


def _gap(group: GapGroup) -> tuple[str, ...]:
    rules = ", ".join(group.rules) or "–"  # noqa: RUF001 - none
    things = counted(group.things, "thing") + (", known before" if group.known_before else "")
    return (things, sentence(group.reason), _names(group), rules, steps(group.remedy))


def _waived(item: Judged | GapGroup) -> tuple[str, ...]:
    if isinstance(item, GapGroup):
        return _waived_gap(item)
    finding, waiver = item.finding, item.waiver
    what = sentence(finding.message) if finding else code(item.subject)
    if waiver is None:
        return (item.rule, what, "–", "–", "–")  # noqa: RUF001 - nobody
    return (item.rule, what, sentence(waiver.owner), str(waiver.expires), _reason(waiver))


def _reason(waiver: WaiverUse) -> str:
    debt = "on the debt list: " if waiver.kind is ExcuseKind.DEBT else ""
    vex = f" (VEX: {code(waiver.vex_justification)})" if waiver.vex_justification else ""
    return f"{debt}{sentence(waiver.reason)}{vex}{f' ({code(waiver.ticket)})' if waiver.ticket else ''}"


def _idle(audit: Audit, entry: WaiverEntry) -> tuple[str, ...]:
    """Return the row of a waiver that excuses nothing."""
    about = [code(part) for part in (entry.package, entry.version, entry.advisory, *entry.licences) if part]
    where = code(str(audit.placed(entry.location)))
    return (
        entry.rule or "vulnerabilities",
        " ".join(about),
        entry.state.value,
        sentence(entry.owner),
        str(entry.expires),
        where,
    )


def _waived_gap(group: GapGroup) -> tuple[str, ...]:
    waiver = group.waiver
    assert waiver is not None  # noqa: S101 - the caller has looked
    what = f"{counted(group.things, 'thing')} not checked, because: {sentence(group.reason)}: {_names(group)}"
    return (", ".join(group.rules), what, sentence(waiver.owner), str(waiver.expires), _reason(waiver))
