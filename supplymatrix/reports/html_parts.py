"""The parts of the report as a page, but for its findings: facts, lists and tables, which one template lays out.

A part says the same as other formats do, in their words; what is a path, a hash or a command is marked as code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction

from supplymatrix.model.audit import Audit, Fellow, LogView, Unreadable
from supplymatrix.model.checked_artifact import CheckedArtifact
from supplymatrix.model.fact import ProjectFact, ProofFile, ReplacedModule, RequiredModule, SumLine
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Score, Verdict
from supplymatrix.reports.artifact_words import artifact_rows, trust_words
from supplymatrix.reports.tally import (
    as_survey,
    counted,
    exit_of,
    meaning_of,
    mixed,
    outcome_of,
    path_of,
    proven_lines,
    say_excuses,
    say_mode,
    say_tally,
    score_text,
    tally_of,
)
from supplymatrix.reports.text_head import last_line, log_counts, proof_lines, score_part

__all__ = [
    "Cell", "Detail", "Part", "Table", "anchors", "artifacts", "dates", "days_left", "files", "limited", "outcome",
    "policy", "scope", "subject_table",
]  # fmt: skip

Cell = str | tuple[str, ...]
_ROWS = 1_000  # of one table
_DASH = "–"  # noqa: RUF001 - no value


@value(kw_only=False)
class Detail:
    """A label and what it says. is_code: a path, hash or command."""

    label: str
    text: str
    is_code: bool = False


@value
class Table:
    """caption: what it shows. A cell is a text, or several lines. numbers: so many of its last columns are numbers.
    Columns, from 0: code, that hold paths and hashes; whole, that are not broken into lines. links: for each row where
    its first cell leads to on the page, or "". foot: its last row, a sum. more: what is left out, said.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: int = 0
    code: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()
    links: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    more: str = ""


@value
class Part:
    """A part of the page. key: its name in links; lines: sentences of a list."""

    key: str
    title: str
    intro: str = ""
    details: tuple[Detail, ...] = ()
    lines: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


def subject_table(items: Sequence[Audit | Unreadable], links: Sequence[str]) -> Table:
    """Return the subjects of a run, one a row. links: where each is told in full."""
    rows = tuple(_subject_row(item) for item in items)
    heads = ("subject", "outcome", "score", "proven", "alarms", "errors", "unknown", "waived", "exit")
    return Table(
        caption="subjects, the gravest first",
        heads=heads,
        rows=rows,
        numbers=7,
        code=frozenset({0}),
        links=tuple(links),
    )


def _subject_row(item: Audit | Unreadable) -> tuple[str, ...]:
    word = outcome_of(item).value
    if isinstance(item, Unreadable):
        return (path_of(item), word, *[_DASH] * 6, str(exit_of(item)))
    tally, score = tally_of(item.verdict), item.verdict.score
    proven, total = proven_lines([item])
    numbers = (tally.alarms, tally.errors, tally.unknown, tally.waived)
    name = item.subject if path_of(item) == "." and item.subject else path_of(item)
    shown = (name, word, score_text(score) if score else _DASH, f"{proven:,}/{total:,}")
    return (*shown, *(f"{number:,}" for number in numbers), str(exit_of(item)))


def scope(audit: Audit) -> Part:
    """Return what was looked at."""
    project = next(iter(audit.facts.of(ProjectFact)), None)
    lines = audit.facts.of(SumLine)
    details = [Detail("subject", audit.subject, is_code=True), Detail("path", audit.root or ".", is_code=True)]
    if project is not None:
        read = [name for name, had in (("go.mod", project.has_go_mod), ("go.sum", project.has_go_sum)) if had]
        details += [
            Detail("main module", project.module_path or "no go.mod names one", is_code=bool(project.module_path)),
            Detail("go line", project.go_version or "none", is_code=bool(project.go_version)),
            Detail("files read", ", ".join(read) or "neither go.mod nor go.sum is there"),
        ]
        if project.provenance.sha256:
            details.append(Detail("SHA-256 of what was read", project.provenance.sha256, is_code=True))
    modules = len({line.subject for line in lines})
    details.append(Detail("go.sum", f"{counted(len(lines), 'line')} of {counted(modules, 'module version')}"))
    required, replaced = len(audit.facts.of(RequiredModule)), len(audit.facts.of(ReplacedModule))
    details.append(Detail("go.mod", f"{counted(required, 'requirement')}, {counted(replaced, 'replacement')} in force"))
    rows = tuple((file.name, file.sha256) for file in (*audit.subject_files, *audit.proof_files))
    table = Table(caption="files that were judged", heads=("file", "SHA-256"), rows=rows, code=frozenset({0, 1}))
    return Part(key="scope", title="Subject and scope", details=tuple(details), tables=(table,) if rows else ())


def outcome(audit: Audit) -> Part:
    """Return the outcome and what the score is made of."""
    verdict = audit.verdict
    details = [
        Detail("outcome", f"{verdict.outcome.value}: {meaning_of(as_survey(audit))}"),
        Detail("exit code", str(verdict.exit_code)),
        Detail("what decides", "; ".join(say_mode(verdict)) or "every finding, by its level"),
        Detail("score", score_part(verdict) or "none: no rule applied to anything"),
        Detail("results", ", ".join([*say_tally(tally_of(verdict)), f"{verdict.passed:,} passed"])),
        Detail("go.sum lines", log_counts(audit)),
    ]
    if verdict.of_all is not None:
        details.append(Detail("outcome if all decided", verdict.of_all.value))
    details.append(Detail("in a sentence", last_line(audit)))
    tables = () if verdict.score is None else (_contributions(audit, verdict.score),)
    return Part(key="outcome", title="Outcome and score", details=tuple(details), tables=tables)


def _contributions(audit: Audit, score: Score) -> Table:
    """Return the shares of the rules and the caps, whose sum is the score."""
    rows = []
    for share in score.contributions:
        name = audit.rules[share.rule].name if share.rule in audit.rules else ""
        counts = (share.weight, share.passed, share.failed, share.waived, share.unknown)
        points = (_points(share.low), _points(share.high))
        rows.append((f"{share.rule} {name}".rstrip(), *(f"{number:,}" for number in counts), *points))
    for rule, low, high, why in score.caps:
        rows.append((f"{rule}: {why}", "", "", "", "", "", _points(-low), _points(-high)))
    excuses = say_excuses(audit.verdict)
    waived = f" ({_points(score.waived)} points of it rest on {excuses})" if score.waived else ""
    return Table(
        caption="what the score is made of: the columns low and high add up to it, exactly",
        heads=("rule", "weight", "passed", "failed", "waived", "unknown", "low", "high"),
        rows=tuple(rows),
        numbers=7,
        foot=(f"score{waived}", "", "", "", "", "", _points(score.low), _points(score.high)),
    )


def _points(number: Fraction) -> str:
    return mixed(number).replace("-", "\u2212")  # a minus sign, not a hyphen


def artifacts(audit: Audit) -> Part | None:
    """Return who signed what the project releases, what is attested of it, and what was not checked; None where no
    artifact was looked at."""
    found = artifact_rows(audit)
    if not found:
        return None
    rows = tuple(
        (
            (row.name, row.digest) if row.digest else row.name, row.state, *(some or _DASH for some in (
                row.signers, row.logs, row.attestations, row.not_checked
            )),
        )
        for row in found[:_ROWS]
    )  # fmt: skip
    table = Table(
        caption="artifacts whose signatures were checked",
        heads=("artifact and digest", "verdict", "signed by", "log entry", "attestations", "not checked"),
        rows=rows,
        code=frozenset({0}),
        more=f"{len(found) - _ROWS:,} more artifacts are not shown" if len(found) > _ROWS else "",
    )
    roots = dict.fromkeys(fact.trust for fact in audit.facts.of(CheckedArtifact) if fact.trust is not None)
    intro = "What is told of a signer, a log or a statement is what was verified."
    details = tuple(Detail("trusted root", trust_words(trust)) for trust in roots)
    return Part(key="artifacts", title="Signed artifacts", intro=intro, details=details, tables=(table,))


def anchors(audit: Audit) -> Part:
    """Return what everything was proven under, and who was asked for it."""
    view = audit.log
    proofs = audit.facts.of(ProofFile)
    details = [] if view is None else list(_log(view))
    for proof in proofs:
        head = f"tree of {proof.tree_size:,} records, root {proof.root}" if proof.tree_size else "no head that counts"
        details.append(Detail(f"proofs in {proof.location.artifact}", head))
    intro = "" if details else "No log was asked, and no proofs lie beside go.sum: nothing here rests on a signature."
    return Part(
        key="anchors", title="Trust anchors", intro=intro, details=tuple(details), lines=tuple(proof_lines(audit))
    )


def _log(view: LogView) -> Iterator[Detail]:
    yield Detail("log", view.name, is_code=True)
    yield Detail("key hash", view.key_hash, is_code=True)
    yield Detail("key chosen by", "the policy, which names another log" if view.pinned_by_policy else
                 "this program: it is the key of Go's own log")  # fmt: skip
    yield Detail("tree size", f"{view.tree_size:,} records")
    yield Detail("root", view.root, is_code=True)
    yield Detail("asked", view.route, is_code=True)
    if view.requests:
        yield Detail("network", f"{counted(view.requests, 'request')}, {counted(view.received_bytes, 'byte')} received"
                     + (f", {view.retries:,} sent again" if view.retries else ""))  # fmt: skip


def dates(audit: Audit) -> Part:
    """Return as of when all of this holds."""
    verdict, view = audit.verdict, audit.log
    details = [Detail("judged at", f"{verdict.now:%Y-%m-%d %H:%M:%S} UTC")]
    if view is not None and view.seen_at is not None:
        text = f"{view.seen_at:%Y-%m-%d %H:%M:%S} UTC, {_age(view.seen_at, verdict.now)} before that"
        details.append(Detail("tree head fetched at", text))
    elif view is not None:
        details.append(Detail("tree head fetched at", "not known: what was asked does not say when it was made"))
    for proof in audit.facts.of(ProofFile):
        label = f"{proof.location.artifact} made on"
        if proof.seen_on is None:
            details.append(Detail(label, "not known: the file names no day"))
            continue
        days = (verdict.now.date() - proof.seen_on).days
        text = f"{proof.seen_on}, {counted(days, 'day')} before that; the file says so, no signature covers it"
        details.append(Detail(label, text))
    ends = sorted(entry.expires for entry in verdict.waivers if entry.expires >= verdict.now.date())
    if ends:
        details.append(Detail("next waiver ends", f"{ends[0]}, {days_left(ends[0], verdict)}"))
    return Part(key="dates", title="As of", details=tuple(details))


def _age(then: datetime, now: datetime) -> str:
    hours = int((now - then).total_seconds()) // 3600
    return counted(hours // 24, "day") if hours >= 48 else counted(hours, "hour")


def policy(audit: Audit) -> Part:
    """Return what was judged by."""
    verdict = audit.verdict
    presets = [file.artifact.removeprefix("preset ") for file in verdict.policy_files if _is_preset(file.artifact)]
    details = [
        Detail("policy", verdict.policy_name, is_code=True),
        Detail("SHA-256 of the resolved policy", verdict.policy_digest, is_code=True),
        Detail("mode", verdict.mode.value),
        Detail("score needed", str(verdict.min_score)),
    ]
    if presets:
        details.append(Detail("presets", ", ".join(presets), is_code=True))
    if verdict.frameworks:
        details.append(Detail("frameworks it names", ", ".join(verdict.frameworks)))
    details.append(Detail("judged by", f"supplymatrix {verdict.tool_version}"))
    rows = tuple((audit.places.get(file.artifact, file.artifact), file.sha256) for file in verdict.policy_files)
    table = Table(
        caption="files that the policy was put together from",
        heads=("file", "SHA-256"),
        rows=rows,
        code=frozenset({0, 1}),
    )
    return Part(key="policy", title="Policy", details=tuple(details), tables=(table,) if rows else ())


def _is_preset(artifact: str) -> bool:
    return artifact.startswith("preset ")


def files(fellows: Iterable[Fellow]) -> Part:
    """Return the other reports of the same run."""
    rows = tuple((fellow.name, fellow.format, fellow.sha256) for fellow in fellows)
    table = Table(
        caption="written before this page", heads=("file", "format", "SHA-256"), rows=rows, code=frozenset({0, 2})
    )
    intro = "" if rows else "This run wrote no other report before this one."
    return Part(key="files", title="Other reports of this run", intro=intro, tables=(table,) if rows else ())


def days_left(day: date, verdict: Verdict) -> str:
    """Return how long something lasts from the day of the verdict, in words."""
    days = (day - verdict.now.date()).days
    if days == 0:
        return "its last day"
    return f"{counted(days, 'day')} left" if days > 0 else f"{counted(-days, 'day')} ago"


def limited(
    caption: str,
    heads: tuple[str, ...],
    rows: Sequence[tuple[Cell, ...]],
    *,
    code: frozenset[int] = frozenset(),
    whole: frozenset[int] = frozenset(),
) -> Table:
    """Return a table of at most so many rows as a page has room for, and how many are left out."""
    left = len(rows) - _ROWS
    more = f"{left:,} more, see the JSON report" if left > 0 else ""
    return Table(caption=caption, heads=heads, rows=tuple(rows[:_ROWS]), code=code, whole=whole, more=more)
