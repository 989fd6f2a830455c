"""The report for people: the verdict first, then each finding with its place, then what is not known, then notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import (
    CachedCopy,
    CopyState,
    Gap,
    LineProof,
    PrivateModule,
    ProjectFact,
    ProofState,
    SumLine,
)
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.verdict import Judged, Outcome, Score, Verdict
from supplymatrix.reports.next_step import next_step
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import Paint, paint_for, render_snippet, text_width, wrap

__all__ = ["render", "score_text"]

_IN_FULL = 3  # findings of one rule that are shown whole
_FEW = 5  # up to so many, all of them are
_NAMES = 6  # subjects named of those that are not
_FOR_THE_CURIOUS = frozenset({"older-heads-not-compared"})  # notes that ask nothing of the reader: with --verbose only
_MEANING = {
    Outcome.PASS: "the policy is met",
    Outcome.FAIL: "the policy is not met",
    Outcome.INCOMPLETE: "evidence that the policy needs could not be had",
    Outcome.ALARM: "something is not what it claims to be: do not build with it",
    Outcome.NOTHING: "there was nothing to check",
    Outcome.BROKEN: "the input cannot be read as it should",
}
_WORDS = ((Level.ALARM, "alarm"), (Level.ERROR, "error"), (Level.WARN, "warning"), (Level.NOTE, "note"))


def render(audit: Audit, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the report as text of at most about `width` columns. verbose: every finding in full."""
    paint = paint_for(color=color)
    out = [*_header(audit, width, paint), ""]
    shown = [j for j in audit.verdict.judged if j.status is not Status.WAIVED or verbose]
    for group in _by_rule([j for j in shown if j.finding is not None]):
        out += _group(audit, group, width, paint, verbose=verbose)
    out += _gaps(audit.verdict, width, paint, verbose=verbose)
    out += _notes(audit, width, paint, verbose=verbose)
    out += wrap(_last_line(audit), width)
    return "\n".join(line.rstrip() for line in out) + "\n"


def _header(audit: Audit, width: int, paint: Paint) -> list[str]:
    verdict = audit.verdict
    projects = audit.facts.of(ProjectFact)
    go_version = f"go {projects[0].go_version} · " if projects and projects[0].go_version else ""
    modules = len({line.subject for line in audit.facts.of(SumLine)})
    name = plain(audit.subject)
    lines = _fold(f"{name}  ", f"{go_version}{_count(modules, 'module version')} · policy {verdict.policy_name}", width)
    lines[0] = f"{paint.bold}{name}{paint.off}{lines[0].removeprefix(name)}"
    lines += _fold("  log    ", _log_line(audit), width)
    color = {Outcome.PASS: paint.good, Outcome.ALARM: paint.alarm, Outcome.FAIL: paint.error}.get(
        verdict.outcome, paint.warn
    )
    parts = [part for part in (_score_part(verdict), _counts(verdict)) if part]
    word = verdict.outcome.value.upper()
    first, *rest = _fold(f"  {word}{' ' * max(2, 7 - len(word))}", " · ".join(parts), width)
    return [*lines, f"  {color}{word}{paint.off}{first[2 + len(word) :]}", *rest]


def _fold(head: str, text: str, width: int) -> list[str]:
    """Return head and text in lines of at most `width` columns, the following ones indented."""
    indent = min(text_width(head), 9)
    first, *rest = wrap(text, max(20, width - text_width(head)))
    return [f"{head}{first}", *(f"{' ' * indent}{line}" for line in rest)]


def _log_line(audit: Audit) -> str:
    lines = audit.facts.of(SumLine)
    states = Counter(proof.state for proof in audit.facts.of(LineProof))
    declared = {p.subject for p in audit.facts.of(PrivateModule) if p.declared}
    private = sum(line.subject in declared for line in lines)
    unchecked = len(lines) - sum(states.values()) - private
    if not lines:
        return "no go.sum line to prove"
    parts = [f"{states[ProofState.PROVEN]:,} of {_count(len(lines), 'go.sum line')} proven"]
    for number, word in (
        (states[ProofState.DIFFERS], "differ" if states[ProofState.DIFFERS] > 1 else "differs"),
        (states[ProofState.NOT_IN_LOG] + states[ProofState.NO_LINE], "not in the log"),
        (states[ProofState.BAD_PROOF], "with a wrong proof"),
        (unchecked, "not checked"),
        (private, "private (declared)"),
    ):
        if number:
            parts.append(f"{number:,} {word}")
    view = audit.log
    if view is None:
        return ", ".join(parts)
    seen = f"fetched {view.seen_at:%Y-%m-%d}, " if view.seen_at else ""
    pinned = ", pinned by the policy" if view.pinned_by_policy else ""
    return f"{', '.join(parts)} · {plain(view.name)} tree {view.tree_size:,} ({seen}key {view.key_hash}{pinned})"


def _score_part(verdict: Verdict) -> str:
    if verdict.score is None:
        return ""
    beside = []
    if verdict.score.caps:
        rules = ", ".join(cap[0] for cap in verdict.score.caps)
        beside.append(f"capped by {rules}" if verdict.outcome is Outcome.ALARM else f"{rules} is not ruled out")
    if verdict.score.waived:
        beside.append(f"{_floor(verdict.score.waived) or 'less than 1'} of 100 points by waivers")
    shown = f" ({'; '.join(beside)})" if beside else ""
    return f"score {score_text(verdict.score)}{shown}, {verdict.min_score} needed"


def score_text(score: Score) -> str:
    """Return the score as people read it, rounded down: one number, or two while something is unknown."""
    low, high = _floor(score.low), _floor(score.high)
    return str(low) if score.low == score.high else f"{low}–{high}"  # noqa: RUF001 - an en dash is meant


def _floor(number: Fraction) -> int:
    return number.numerator // number.denominator


def _counts(verdict: Verdict) -> str:
    failed = Counter(j.level for j in verdict.judged if j.status is Status.FAIL)
    parts = [_count(failed[level], word) for level, word in _WORDS if failed[level]]
    unknown = len({(j.gap.subject, j.gap.kind) for j in verdict.judged if j.gap is not None})
    if unknown:
        parts.append(f"{unknown:,} unknown")
    waived = [j.waiver for j in verdict.judged if j.status is Status.WAIVED and j.waiver is not None]
    if waived:
        days = (min(w.expires for w in waived) - verdict.now.date()).days
        first = "the first " if len(waived) > 1 else ""
        when = f"in {_count(days, 'day')}" if days else "today"
        parts.append(f"{len(waived):,} waived ({first}expires {when})")
    return ", ".join(parts)


def _by_rule(judged: Sequence[Judged]) -> Iterator[list[Judged]]:
    """Yield the findings in groups of one rule, level and status, in the order of the verdict."""
    groups: dict[tuple[str, Level, Status], list[Judged]] = {}
    for item in judged:
        groups.setdefault((item.rule, item.level, item.status), []).append(item)
    yield from groups.values()


def _group(audit: Audit, group: list[Judged], width: int, paint: Paint, *, verbose: bool) -> list[str]:
    whole = group if verbose or len(group) <= _FEW else group[:_IN_FULL]
    if group[0].level is Level.NOTE and not verbose:
        return [
            *(line for item in whole for line in _brief(audit, item, width, paint)),
            *_rest(group, whole, width, paint),
            "",
        ]
    out = []
    for item in whole:
        out += [*_finding(audit, item, width, paint), ""]
    rest = _rest(group, whole, width, paint)
    return [*out, *rest, ""] if rest else out


def _brief(audit: Audit, item: Judged, width: int, paint: Paint) -> list[str]:
    """Return a finding that is a mere note as one line with its place."""
    finding = item.finding
    if finding is None:
        return []
    place = f"{plain(str(audit.placed(finding.locations[0])))}: " if finding.locations else ""
    first, *rest = wrap(f"note[{item.rule}] {audit.rules[item.rule].name}: {place}{finding.message}", width - 2)
    head = f"note[{item.rule}]"
    return [f"{paint.note}{head}{paint.off}{first.removeprefix(head)}", *(f"  {line}" for line in rest)]


def _rest(group: list[Judged], whole: list[Judged], width: int, paint: Paint) -> list[str]:
    """Name those of a group that are not shown."""
    out: list[str] = []
    rest = group[len(whole) :]
    if rest:
        names = ", ".join(plain(item.subject) for item in rest[:_NAMES])
        more = f" and {_count(len(rest) - _NAMES, 'other')}" if len(rest) > _NAMES else ""
        head = f"{_level_color(group[0].level, paint)}{group[0].level.value}[{group[0].rule}]{paint.off}"
        text = wrap(
            f"{len(rest):,} more of these: {names}{more} (all of them with --verbose or --format json)", width - 3
        )
        out += [f"{head} {text[0]}", *(f"   {line}" for line in text[1:])]
    return out


def _finding(audit: Audit, item: Judged, width: int, paint: Paint) -> list[str]:
    finding = item.finding
    if finding is None:
        return []
    name = audit.rules[item.rule].name
    color = _level_color(item.level, paint)
    waived = "waived " if item.status is Status.WAIVED else ""
    head = wrap(f"{waived}{item.level.value}[{item.rule}] {name}: {finding.message}", width - 2)
    out = [f"{color}{head[0]}{paint.off}", *(f"  {line}" for line in head[1:])]
    locations = finding.locations
    if locations:
        out += _snippet(audit, locations[0], finding.label, width, paint)
        for related in locations[1:]:
            out += _snippet(audit, related, "", width, paint)
    elif finding.label:
        out += [f"   {line}" for line in wrap(finding.label, width - 4)]
    if item.required_by is not None:
        out.append(f"   {paint.dim}= asked for by {plain(str(audit.placed(item.required_by)))}{paint.off}")
    if item.waiver is not None:
        out.append(
            f"   = waived by {plain(item.waiver.owner)} until {item.waiver.expires}: {plain(item.waiver.reason)}"
        )
    for evidence in finding.evidence:
        out.append(f"   {paint.dim}= {plain(evidence.label)}: {plain(evidence.value)}{paint.off}")
    steps = [step for step in (next_step(audit, finding), f"supplymatrix explain {item.rule}") if step]
    first, *rest = wrap(f"= next: {' · '.join(steps)}", width - 6)
    return [*out, f"   {first}", *(f"     {line}" for line in rest)]


def _snippet(audit: Audit, place: Location, label: str, width: int, paint: Paint) -> list[str]:
    source = audit.lines.get((place.artifact, place.line), "") if place.line else ""
    return render_snippet(
        place=str(audit.placed(place)),
        line=place.line,
        source=source,
        column=place.column,
        end_column=place.end_column if place.end_line in (0, place.line) else 0,
        label=label,
        width=width,
        paint=paint,
    )


def _gaps(verdict: Verdict, width: int, paint: Paint, *, verbose: bool) -> list[str]:
    """Say once for each reason how much is unknown because of it, and which rules wanted to know."""
    groups: dict[tuple[str, str], dict[Gap, list[str]]] = {}
    for gap, rule in _wanted(verdict):
        rules = groups.setdefault((gap.reason, gap.remedy), {}).setdefault(gap, [])
        if rule:
            rules.append(rule)
    out = []
    for (reason, remedy), gaps in groups.items():
        names = list(dict.fromkeys(gap.subject or gap.wanted for gap in gaps))
        most = len(names) if verbose else _NAMES
        more = f" and {_count(len(names) - most, 'other')}" if len(names) > most else ""
        things = len({(gap.subject or gap.wanted, gap.kind) for gap in gaps})
        rules = sorted({rule for wanting in gaps.values() for rule in wanting})
        lines = [f"because: {reason}", f"= {', '.join(names[:most])}{more}"]
        lines += [f"= needed by {', '.join(rules)}"] if rules else []
        lines += [f"= next: {remedy}"] if remedy else []
        out.append(f"{paint.warn}unknown{paint.off} {_count(things, 'thing')} could not be checked")
        out += [f"   {line}" for text in lines for line in wrap(text, width - 4)]
        out.append("")
    return out


def _wanted(verdict: Verdict) -> Iterator[tuple[Gap, str]]:
    """Yield each gap with each rule that it leaves unknown, and those that no rule asked about with none."""
    judged = [(item.gap, item.rule) for item in verdict.judged if item.gap is not None]
    yield from judged
    asked = {gap for gap, _ in judged}
    yield from ((gap, "") for gap in verdict.gaps if gap not in asked)


def _notes(audit: Audit, width: int, paint: Paint, *, verbose: bool) -> list[str]:
    verdict = audit.verdict
    out = []
    for note in verdict.notes:
        if note.code in _FOR_THE_CURIOUS and not verbose:
            continue
        place = f"{plain(str(audit.placed(note.location)))}: " if note.location is not None else ""
        first, *rest = wrap(f"note: {place}{note.message}", width - 3)
        out += [f"{paint.note}note:{paint.off}{first.removeprefix('note:')}", *(f"   {line}" for line in rest)]
    if verbose and verdict.score is not None:
        out += [*([""] if out else []), *_sum(verdict.score)]
    return [*out, ""] if out else []


def _sum(score: Score) -> Iterator[str]:
    """Yield what the score is made of: shares and caps add up to the low score, exactly."""
    for share in score.contributions:
        whole = share.passed + share.failed + share.waived + share.unknown
        parts = [f"{share.passed + share.waived} of {whole} pass"]
        parts += [
            f"{number} {word}" for number, word in ((share.waived, "waived"), (share.unknown, "unknown")) if number
        ]
        yield f"   {share.rule}  {_points(share.low):>12} points, {', '.join(parts)}, weight {share.weight}"
    for rule, low, _, why in score.caps:
        yield f"   {rule}  {_points(-low):>12} points, {why}"
    yield f"   score  {_points(score.low):>12} points"


def _points(number: Fraction) -> str:
    """Return a number as people write fractions: 14 2/7."""
    whole, rest = divmod(abs(number), 1)
    text = f"{whole} {rest}" if whole and rest else str(rest or whole)
    return f"-{text}" if number < 0 else text


def _last_line(audit: Audit) -> str:
    lines, proofs = audit.facts.of(SumLine), audit.facts.of(LineProof)
    proven = sum(proof.state is ProofState.PROVEN for proof in proofs)
    checked = (
        f"{proven:,} of {_count(len(lines), 'go.sum line')} proven in the log" if lines else "No go.sum line proven"
    )
    if audit.log is not None:
        checked += f", asked: {audit.log.route}"
        if audit.log.requests:
            checked += f" ({audit.log.requests:,} requests, {audit.log.received_bytes:,} bytes)"
    verdict = audit.verdict
    meaning = _MEANING[verdict.outcome]
    failed = any(item.status is Status.FAIL and item.level is Level.ERROR for item in verdict.judged)
    if verdict.outcome is Outcome.INCOMPLETE and failed:
        meaning += "; what could be judged does not meet it"
    return f"{checked}. {_what_was_read(audit)} Exit {verdict.exit_code}: {meaning}."


def _what_was_read(audit: Audit) -> str:
    """Say how far the run looked, so that nobody takes it for more."""
    copies = audit.facts.of(CachedCopy)
    hashed = sum(copy.state is CopyState.EQUAL or bool(copy.hash) for copy in copies)
    if not hashed:
        return "Contents of modules were not looked at; only their hashes were."
    which = "1 copy in the module cache was" if hashed == 1 else f"{hashed:,} copies in the module cache were"
    return f"{which} hashed; no other contents were looked at."


def _level_color(level: Level, paint: Paint) -> str:
    return {Level.ALARM: paint.alarm, Level.ERROR: paint.error, Level.WARN: paint.warn}.get(level, paint.note)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
