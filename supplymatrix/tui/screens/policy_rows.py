"""The policy as rows: each rule with its level, where that is written, what it found and what it costs of the score;
the score as a waterfall; and what is known of one rule and one finding.

Nothing is judged here: levels and verdict are those of a case under a trial.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from textual.content import Content

from supplymatrix.engine.policy_case import PolicyCase
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Finding, Level, Rule, Status
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Judged, Outcome, Score
from supplymatrix.policy.document import LEVEL_ORDER
from supplymatrix.policy.what_if import Reckoned, Trial
from supplymatrix.reports.next_step import next_step
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import MEANING, counted
from supplymatrix.tui.widgets.details import field, heading
from supplymatrix.tui.widgets.line_list import Row
from supplymatrix.tui.widgets.table_model import TableColumn, TableData

__all__ = [
    "Bar",
    "FindingRow",
    "PolicyRows",
    "RuleRow",
    "bars_of",
    "finding_lines",
    "finding_rows",
    "gate_words",
    "level_text",
    "lost_text",
    "origin_text",
    "rule_lines",
    "rules_table",
    "say_points",
    "say_reckoned",
    "score_line",
    "waterfall_lines",
]  # fmt: skip

_CELLS = 20  # of a bar
_LEAST = 8  # cells that are worth a word
_NEXT = 6  # rules that bring the next points
_SIGNS: Mapping[Outcome, str] = {
    Outcome.PASS: "✔", Outcome.FAIL: "✘", Outcome.INCOMPLETE: "?", Outcome.ALARM: "✘", Outcome.BROKEN: "✘",
    Outcome.NOTHING: "–",  # noqa: RUF001 - the sign of what was not checked
}  # fmt: skip
_COLORS: Mapping[Outcome, str] = {
    Outcome.PASS: "$success", Outcome.FAIL: "$error", Outcome.ALARM: "$error", Outcome.BROKEN: "$error",
}  # fmt: skip


@value
class FindingRow:
    """One finding or gap of a rule. id: unique in the rule. state: "fails", "waived", "debt", "unknown", "mended",
    "not judged" (its rule is off). finding: None of a gap."""

    id: str
    subject: str
    module: str
    version: str
    state: str
    text: str
    finding: Finding | None = None
    judged: Judged | None = None


@value
class RuleRow:
    """One rule. level: as it is tried; before: as the policy has it; origin: None = the program has it.

    found, waived, unknown: how many results; of a rule that is off, what it would find. lost: points of 100.
    """

    rule: Rule
    level: Level
    before: Level
    origin: Location | None
    is_own: bool
    found: int
    waived: int
    unknown: int
    passed: int
    lost: Fraction
    weight: int


class PolicyRows:
    """A case under a trial, as rows. reckoned: what the gate says of it, None where there is nothing to judge."""

    def __init__(self, case: PolicyCase, trial: Trial, reckoned: Reckoned | None) -> None:
        self.case = case
        self.trial = trial
        self.reckoned = reckoned
        score = reckoned.score if reckoned is not None else None
        self._shares = {share.rule: share for share in score.contributions} if score is not None else {}
        self._whole = sum(share.weight for share in self._shares.values())
        origins = {item.name: item for item in case.view.levels}
        self.rows = tuple(self._row(rule, origins.get(rule.id)) for _, rule in sorted(case.rules.items()))
        self.bars = bars_of(self)
        self.taken = {bar.name: bar.tenths for bar in self.bars if not bar.is_sum}
        self._findings: dict[str, Mapping[str, FindingRow]] = {}
        self.by_id = {row.rule.id: row for row in self.rows}

    @property
    def worst(self) -> str:
        """The id of the rule that costs most, or finds most."""
        return max(self.rows, key=lambda row: (row.level is Level.ALARM and row.found, row.lost, row.found)).rule.id

    def _row(self, rule: Rule, written: object) -> RuleRow:
        policy = self.case.view.policy
        before = Level.ALARM if rule.level is Level.ALARM else policy.levels.get(rule.id, rule.level)
        level = before if before is Level.ALARM else self.trial.levels.get(rule.id, before)
        judged = self.reckoned.judged.get(rule.id, ()) if self.reckoned is not None else ()
        counts = {status: sum(item.status is status for item in judged) for status in Status}
        is_off = level is Level.OFF and not judged
        share = self._shares.get(rule.id)
        return RuleRow(
            rule=rule,
            level=level,
            before=before,
            origin=getattr(written, "origin", None),
            is_own=bool(getattr(written, "by_file", False)),
            found=len(self._raw(rule.id)) if is_off else counts[Status.FAIL],
            waived=counts[Status.WAIVED],
            unknown=counts[Status.UNKNOWN],
            passed=share.passed if share is not None else 0,
            lost=Fraction(100 * share.weight, self._whole) - share.low if share is not None else Fraction(0),
            weight=share.weight if share is not None else 0,
        )

    def _raw(self, rule: str) -> Sequence[object]:
        return self.case.what_if.findings(rule) if self.case.what_if is not None else ()

    def findings(self, rule: str) -> Mapping[str, FindingRow]:
        """Return what a rule found, by id: as it was judged, then what is mended in the trial or would be found."""
        if rule not in self._findings:
            self._findings[rule] = {item.id: item for item in self._found(rule)}
        return self._findings[rule]

    def _found(self, rule: str) -> list[FindingRow]:
        found: list[FindingRow] = []
        judged = self.reckoned.judged.get(rule, ()) if self.reckoned is not None else ()
        for item in judged:
            found.append(_judged_row(item, len(found)))
        there = {item.finding for item in judged if item.finding is not None}
        for result in self.case.what_if.findings(rule) if self.case.what_if is not None else ():
            if result.finding is None or result.finding in there:
                continue
            is_gone = (result.module, result.version) in self.trial.gone
            found.append(
                FindingRow(
                    id=f"{result.subject}#{len(found)}", subject=result.subject, module=result.module,
                    version=result.version, state="mended" if is_gone else "not judged", text=result.finding.message,
                    finding=result.finding,
                )
            )  # fmt: skip
        return found


def _judged_row(item: Judged, number: int) -> FindingRow:
    finding, gap = item.finding, item.gap
    states = {Status.FAIL: "fails", Status.UNKNOWN: "unknown", Status.WAIVED: "waived"}
    state = states.get(item.status, "fails")
    if item.waiver is not None and item.waiver.kind.value == "debt":
        state = "debt"
    text = finding.message if finding is not None else gap.reason if gap is not None else ""
    return FindingRow(
        id=f"{item.subject}#{number}", subject=item.subject, module=finding.module if finding is not None else "",
        version=finding.version if finding is not None else "", state=state, text=text, finding=finding, judged=item,
    )  # fmt: skip


# points


def say_points(tenths: int) -> str:
    """Return tenths of points as people read them: 70, 69.9."""
    whole, rest = divmod(abs(tenths), 10)
    return f"{'−' if tenths < 0 else ''}{whole}{f'.{rest}' if rest else ''}"  # noqa: RUF001 - a minus


def lost_text(rows: PolicyRows, row: RuleRow) -> str:
    """Return the points that a rule takes as the waterfall has them, "" where it takes none; never 0 for some."""
    return _taken_text(rows.taken.get(row.rule.id, 0)) if row.lost else ""


def _taken_text(tenths: int) -> str:
    return say_points(tenths) if tenths else "−<0.1"  # noqa: RUF001 - a minus


@value
class Bar:
    """One line of the waterfall. tenths: taken here, below 0, or the sum; after: what is left behind it, in tenths."""

    name: str
    says: str
    tenths: int
    after: int
    is_sum: bool = False


def bars_of(rows: PolicyRows) -> tuple[Bar, ...]:
    """Return the score from 100 down: what each rule takes, the caps, and what is left.

    Numbers are differences of what is left, each of which is rounded down to a tenth: so those that are printed add up
    to the score that is printed.
    """
    score = rows.reckoned.score if rows.reckoned is not None else None
    if score is None:
        return ()
    left = Fraction(100)
    steps = [(row.rule.id, row.rule.name, row.lost) for row in rows.rows if row.lost]
    steps.sort(key=lambda step: (-step[2], step[0]))
    steps += [("cap", f"{rule}: {why}", low) for rule, low, _, why in score.caps if low]
    found = [Bar(name="base", says="every rule that applies holds", tenths=1000, after=1000, is_sum=True)]
    for name, says, taken in steps:
        before, left = _tenths(left), left - taken
        found.append(Bar(name=name, says=says, tenths=_tenths(left) - before, after=_tenths(left)))
    return (*found, Bar(name="score", says="", tenths=_tenths(score.low), after=_tenths(score.low), is_sum=True))


def _tenths(points: Fraction) -> int:
    return points.numerator * 10 // points.denominator


def waterfall_lines(rows: PolicyRows, width: int) -> Iterator[Content]:
    """Yield the waterfall; what is left is `█`, what a line takes `░`, so that it is seen without colours."""
    bars = rows.bars
    if not bars:
        yield Content("nothing was judged: there is no score")
        return
    size = max(len(bar.name) for bar in bars)
    for bar in bars:
        number = say_points(bar.tenths) if bar.is_sum else _taken_text(bar.tenths)
        before = bar.after if bar.is_sum else bar.after - bar.tenths
        cells = bar.after * _CELLS // 1000
        taken = max(before * _CELLS // 1000 - cells, 0 if bar.is_sum else 1)
        cells = min(cells, _CELLS - taken)
        head = Content.assemble(
            (f"{plain(bar.name):{size}} {number:>6} ", "bold" if bar.is_sum else ""),
            ("█" * cells, "$primary"),
            ("░" * taken, "$error"),
            " " * (_CELLS - cells - taken + 1),
        )
        room = width - head.cell_length
        if bar.name != "score":
            says = Content.styled(plain(bar.says), "dim") if room >= _LEAST else Content("")
            yield (head + says).truncate(max(1, width), ellipsis=True)
        elif room >= len(_sum_text(rows)):
            yield head + Content.styled(_sum_text(rows), "bold")
        else:
            yield from (head, Content.styled(f"{' ' * (size + 8)}{_sum_text(rows)}", "bold"))
    yield from _beside(rows, width)


def _sum_text(rows: PolicyRows) -> str:
    assert rows.reckoned is not None  # noqa: S101 - there are no bars without
    outcome = rows.reckoned.outcome
    return f"min {rows.case.view.policy.min_score} {_SIGNS[outcome]} {outcome.value.upper()}"


def _beside(rows: PolicyRows, width: int) -> Iterator[Content]:
    for text in gate_words(rows):
        yield Content.styled(text, "bold").truncate(max(1, width), ellipsis=True)
    score = rows.reckoned.score if rows.reckoned is not None else None
    if score is None:
        return
    if score.high != score.low:
        text = f"up to {say_points(_tenths(score.high))} if all unknown passed"
        yield Content(text).truncate(max(1, width), ellipsis=True)
    if score.waived:
        text = f"{say_points(_tenths(score.waived)) if _tenths(score.waived) else '<0.1'} of the points rest on waivers"
        yield Content(text).truncate(max(1, width), ellipsis=True)
    if score.caps:
        return  # while an alarm caps the score no other finding brings a point
    points = _next_points(rows)
    if points:
        yield from (Content(""), heading("cheapest next points, each of one finding or gap"))
    for gain, row in points[:_NEXT]:
        tenths, left = round(gain * 10), row.found + row.unknown
        text = f"+{say_points(tenths) if tenths else '<0.1'}  {row.rule.id} {row.rule.name}, of {left:,}"
        yield Content(text).truncate(max(1, width), ellipsis=True)


def _next_points(rows: PolicyRows) -> list[tuple[Fraction, RuleRow]]:
    """Return what one mended finding of each rule brings, the most first, where nothing caps the score.

    It is what `policy.next_points` reckons, without a score for each rule: this is done anew at every key.
    """
    found = [(row.lost / (row.found + row.unknown), row) for row in rows.rows if row.lost]
    return sorted(found, key=lambda point: (-point[0], -point[1].lost, point[1].rule.id))


def score_line(rows: PolicyRows, now: Reckoned | None, room: int) -> str:
    """Return score and outcome in a line, and what they would be. now: of the policy as it is; room: cells."""
    if now is None or rows.reckoned is None:
        return "the log has lied: there is no verdict that a policy could change"
    policy = rows.case.view.policy
    text = f"{_said(now)} · {_score(now.score)} of {policy.min_score} needed"
    if policy.mode.value != "enforce":
        text += f" · mode {policy.mode.value}"
    if not rows.trial.is_empty:
        return f"{text}  ▸ what if: {_said(rows.reckoned)} · {_score(rows.reckoned.score)}"
    for more in (*gate_words(rows), MEANING[now.outcome]):
        text += f" · {more}" if len(text) + len(more) + 3 <= room else ""
    return text


def say_reckoned(reckoned: Reckoned) -> str:
    """Return score and outcome in words."""
    return f"{_score(reckoned.score)} {_said(reckoned)}"


def gate_words(rows: PolicyRows) -> tuple[str, ...]:
    """Return what decides whatever the score is: findings and gaps at the level at which the gate fails, or above."""
    policy, reckoned = rows.case.view.policy, rows.reckoned
    if reckoned is None:
        return ()
    bar = LEVEL_ORDER[policy.fail_on]
    at_bar = [item.status for items in reckoned.judged.values() for item in items if LEVEL_ORDER[item.level] >= bar]
    fails, unknown = at_bar.count(Status.FAIL), at_bar.count(Status.UNKNOWN)
    where = f"at level {policy.fail_on.value} or above"
    parts = [f"{counted(fails, 'finding')} {where}" if fails else "", f"{unknown:,} unknown {where}" if unknown else ""]
    return tuple(filter(None, parts))


def _said(reckoned: Reckoned) -> str:
    return f"{_SIGNS[reckoned.outcome]} {reckoned.outcome.value.upper()}"


def _score(score: Score | None) -> str:
    if score is None:
        return "no score"
    low, high = say_points(_tenths(score.low)), say_points(_tenths(score.high))
    return low if low == high else f"{low}–{high}"  # noqa: RUF001 - a range


# the table


def level_text(row: RuleRow) -> str:
    """Return the level, with the one before where another one is tried."""
    return row.level.value if row.level is row.before else f"{row.before.value} → {row.level.value}"


def origin_text(row: RuleRow) -> str:
    """Return where the level is written: file and line."""
    if row.origin is None:
        return "fixed" if row.level is Level.ALARM else "built in"
    return str(row.origin).rpartition(":")[0] if row.origin.column else str(row.origin)


def _short_origin(row: RuleRow) -> str:
    """Return the same without the folder of the file, and without the word preset: its line is what must be seen."""
    return origin_text(row).removeprefix("preset ").rpartition("/")[2]


def rules_table(rows: PolicyRows) -> TableData:
    """Return the rules as a table."""
    found = rows.rows
    columns = [
        TableColumn(key="rule", title="rule", texts=[row.rule.id for row in found]),
        TableColumn(
            key="level",
            title="level",
            texts=[level_text(row) for row in found],
            sort_keys=[float(list(Level).index(row.level)) for row in found],
            styles=[_level_style(row) for row in found],
            min_width=11,
        ),
        TableColumn(key="name", title="finds", texts=[row.rule.name for row in found], min_width=12, max_width=21),
        TableColumn(
            key="found",
            title="found",
            texts=[_found_text(row) for row in found],
            sort_keys=[float(row.found + row.unknown) for row in found],
            styles=[_found_style(row) for row in found],
            is_number=True,
            min_width=5,
        ),
        TableColumn(
            key="lost",
            title="points",
            texts=[lost_text(rows, row) for row in found],
            sort_keys=[float(-row.lost) for row in found],
            styles=["bad" if row.lost else "" for row in found],
            is_number=True,
            min_width=6,
        ),
        TableColumn(
            key="origin", title="level is of", texts=[plain(_short_origin(row)) for row in found], max_width=16,
            styles=["" if row.is_own else "muted" for row in found],
        ),
        _numbers("unknown", "unknown", [row.unknown for row in found], None),
        _numbers("waived", "waived", [row.waived for row in found], None),
        _numbers("passed", "passed", [row.passed for row in found], None),
        _numbers("weight", "weight", [row.weight for row in found], None),
    ]  # fmt: skip
    return TableData(columns, [row.rule.id for row in found])


def _numbers(key: str, title: str, numbers: Sequence[int], styles: Sequence[str] | None) -> TableColumn:
    return TableColumn(
        key=key,
        title=title,
        texts=[f"{number:,}" if number else "" for number in numbers],
        sort_keys=[float(number) for number in numbers],
        styles=styles,
        is_number=True,
    )


def _level_style(row: RuleRow) -> str:
    if row.level is not row.before:
        return "accent"
    return "muted" if row.level is Level.OFF else ""


def _found_text(row: RuleRow) -> str:
    """Return how many fail, are waived and are unknown, with the signs that the list of findings has."""
    counts = ((row.found, ""), (row.waived, "~"), (row.unknown, "?"))
    return " ".join(f"{number:,}{sign}" for number, sign in counts if number)


def _found_style(row: RuleRow) -> str:
    if row.level is Level.OFF:
        return "muted"
    return "bad" if row.found and row.level in (Level.ERROR, Level.ALARM) else ""


# one rule, one finding

_MARKS = {
    "fails": "✘ fails", "waived": "~ waived", "debt": "~ debt", "unknown": "? unknown", "mended": "↻ mended",
    "not judged": "– off",  # noqa: RUF001 - the sign of what was not checked
}  # fmt: skip


def finding_rows(rows: PolicyRows, row: RuleRow) -> list[Row]:
    """Return what a rule found as rows of a list, below a heading."""
    title = f"{row.rule.id} {row.rule.name} · {level_text(row)} · {origin_text(row)}"
    out = [Row(id="?head", text=Content(plain(title)), is_head=True)]
    for item in rows.findings(row.rule.id).values():
        mark = _MARKS[item.state]
        style = "$error" if item.state == "fails" and row.level in (Level.ERROR, Level.ALARM) else ""
        out.append(
            Row(
                id=item.id,
                text=Content.assemble((f"{mark:9} ", style), (plain(item.subject), "bold"), f"  {plain(item.text)}"),
            )
        )
    return out


def rule_lines(rows: PolicyRows, row: RuleRow) -> Iterator[Content]:
    """Yield what is known of a rule."""
    rule = row.rule
    yield heading(f"{rule.id} {rule.name}")
    yield Content(plain(rule.title))
    yield Content("")
    yield field("why", rule.why)
    yield field("level", f"{level_text(row)}, {origin_text(row)}")
    yield field("severity", f"{rule.severity.value}{f', weight {row.weight}' if row.weight else ''}")
    counts = [f"{counted(row.found, 'finding')}", f"{row.waived:,} waived", f"{row.unknown:,} unknown",
              f"{row.passed:,} passed"]  # fmt: skip
    yield field("found", ", ".join(counts))
    if row.lost:
        yield field("points", f"{lost_text(rows, row)} of 100 (exactly {-row.lost})")
    yield Content.styled(f"supplymatrix explain {rule.id}", "dim")


def finding_lines(rows: PolicyRows, row: RuleRow, item: FindingRow) -> Iterator[Content]:
    """Yield all that is known of a finding or a gap."""
    audit = rows.case.run.audit
    yield heading(item.subject)
    yield Content(f"{_MARKS[item.state]} · {row.rule.id} {row.rule.name} · {level_text(row)}")
    yield Content("")
    yield Content(plain(item.text))
    finding, judged = item.finding, item.judged
    if finding is not None:
        for place in finding.locations:
            yield field("at", str(audit.placed(place) if audit is not None else place))
        for evidence in finding.evidence:
            yield field(evidence.label[:8], evidence.value)
        fix = next_step(audit, finding) if audit is not None else finding.fix
        if fix:
            yield field("fix", fix)
    if judged is not None and judged.gap is not None:
        yield field("next", judged.gap.remedy)
    if judged is not None and judged.waiver is not None:
        waiver = judged.waiver
        yield field("waived", f"until {waiver.expires} by {waiver.owner}: {waiver.reason}")
        yield field("", str(waiver.location))
    yield Content("")
    yield from rule_lines(rows, row)
