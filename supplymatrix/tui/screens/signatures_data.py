"""The rows of the Signatures screen, their table, and all that is known of one: each signature with each of its steps.

What is told of a signer, a log or a statement is what was verified, as in the command's reports: the same functions
say it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from textual.content import Content

from supplymatrix.model.predicates import kind_of
from supplymatrix.model.rule import Status
from supplymatrix.model.signature import (
    ArtifactKind,
    CheckState,
    SignatureState,
    SignatureStep,
    SignatureVerdict,
    SignedArtifact,
    SignedAs,
)
from supplymatrix.model.signature_run import PolicyWord, SignatureRun
from supplymatrix.model.value import value
from supplymatrix.reports.chain_words import MARKS, time_text
from supplymatrix.reports.plain import plain
from supplymatrix.reports.signature_words import mention_words
from supplymatrix.reports.signatures_view import verdict_line
from supplymatrix.reports.tally import counted
from supplymatrix.tui.screens.project_disk import Sign
from supplymatrix.tui.screens.signatures_offers import Asked
from supplymatrix.tui.screens.signing_words import Command
from supplymatrix.tui.widgets.details import heading
from supplymatrix.tui.widgets.table_model import TableColumn, TableData, share_equal

__all__ = ["COLORS", "Row", "SignaturesView", "fields_of", "row_lines", "rows_table", "state_color", "summary_line"]

_SIGNED = Sign(word="signed", mark="✔", style="good")
_PARTLY = Sign(word="not all asked", mark="!", style="part")
_TOLD = Sign(word="not judged", mark="?", style="unknown")
_BY_POLICY = {
    Status.FAIL: Sign(word="not allowed", mark="✘", style="bad"),
    Status.UNKNOWN: Sign(word="not decided", mark="?", style="unknown"),
}
"""What is signed, and is not as the policy asks, or nobody can tell."""
_WARNED = Sign(word="warned of", mark="!", style="part")
_SIGNS: Mapping[SignedAs, Sign] = {
    SignedAs.ALARM: Sign(word="ALARM", mark="✘", style="bad"),
    SignedAs.REFUSED: Sign(word="refused", mark="✘", style="bad"),
    SignedAs.MISSING: Sign(word="missing", mark="✘", style="bad"),
    SignedAs.UNSIGNED: Sign(word="not signed", mark="✘", style="bad"),
    SignedAs.UNREADABLE: Sign(word="not read", mark="!", style="part"),
    SignedAs.UNDECIDED: Sign(word="not decided", mark="?", style="unknown"),
    SignedAs.SIGNED: _SIGNED,
}
COLORS: Mapping[str, str] = {
    "good": "$text-success", "bad": "bold $text-error", "part": "$text-warning", "unknown": "$text-warning",
}  # fmt: skip
_STATE_COLORS: Mapping[CheckState, str] = {
    CheckState.VERIFIED: "$text-success",
    CheckState.FAILED: "bold $text-error",
    CheckState.NOT_CHECKABLE: "$text-warning",
    CheckState.NOT_CHECKED: "$text-warning",
    CheckState.NOT_PRESENT: "$text-muted",
}
_GUTTER, _STATE, _INDEX = 3, 14, 11
_NAME = 13


@value
class Row:
    """One artifact. id: unique, and what a link names; run, asked: by which it was looked at. by_policy: what `check`
    finds of it."""

    id: str
    artifact: SignedArtifact
    run: SignatureRun
    asked: Asked
    sign: Sign
    by_policy: tuple[PolicyWord, ...] = ()

    @property
    def is_failure(self) -> bool:
        """Whether it is not signed as asked, or nobody can tell."""
        return self.sign.style != "good"

    @property
    def verdict(self) -> str:
        """What became of it, in the words of the command."""
        if self.run.is_discovery and self.artifact.state is SignedAs.UNDECIDED:
            return "who signed is told, and not judged"
        only, is_discovery = self.run.only_attestations, self.run.is_discovery
        line = verdict_line(self.artifact, only_attestations=only, is_discovery=is_discovery)
        rules = ", ".join(dict.fromkeys(word.rule for word in self.by_policy if word.state is not Status.WAIVED))
        return f"{line}; by the policy: {rules}" if rules else line

    @property
    def traced(self) -> str:
        """What its chain is opened by: an image by its digest, since its name may be that of others, too."""
        return self.artifact.reference if self.artifact.reference.count("@") else self.artifact.name

    @property
    def told(self) -> SignatureVerdict | None:
        """The signature whose signer is told first, None = nobody's is."""
        artifact = self.artifact
        kinds = (artifact.attestations, artifact.signatures)
        rows = kinds[0] if self.run.only_attestations else (*kinds[1], *kinds[0])
        return next((verdict for verdict in rows if verdict.signer is not None), None)

    @property
    def who(self) -> str:
        """Who signed, "" = nobody whose certificate or key holds."""
        signer = self.told.signer if self.told is not None else None
        return "" if signer is None else signer.identity or f"{signer.key_name} key {signer.key_id[:12]}"

    @property
    def entry(self) -> int:
        """The index in the log, -1 = none is told."""
        return next((mention.index for mention in self.told.log), -1) if self.told is not None else -1


class SignaturesView:
    """runs: each with what was asked; notes: what was found and looked at by nobody."""

    def __init__(self, runs: Sequence[tuple[Asked, SignatureRun]] = (), notes: Sequence[str] = ()) -> None:
        self.runs = tuple(runs)
        told = (text for _, run in self.runs for text in (*run.not_checked, *run.notes, *_faults(run)))
        self.told = tuple(dict.fromkeys((*notes, *told)))

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The artifacts, in the order in which they were named."""
        seen: Counter[str] = Counter()
        rows = list[Row]()
        for asked, run in self.runs:
            by_policy = run.by_policy or ((),) * len(run.artifacts)
            for artifact, words in zip(run.artifacts, by_policy, strict=True):
                name = f"{artifact.name} ({artifact.platform})" if artifact.platform else artifact.name
                seen[name] += 1
                more = f" ({seen[name]})" if seen[name] > 1 else ""
                sign = _sign_by_policy(_sign_of(artifact, run), words)
                rows.append(Row(id=f"{name}{more}", artifact=artifact, run=run, asked=asked, sign=sign,
                                by_policy=words))  # fmt: skip
        return tuple(rows)

    @cached_property
    def by_id(self) -> Mapping[str, Row]:
        """The rows by their id."""
        return {row.id: row for row in self.rows}

    @property
    def unknown(self) -> int:
        """How many could not be judged, or had."""
        return sum(row.sign.style == "unknown" for row in self.rows) + self.gaps

    @property
    def gaps(self) -> int:
        """How much could not be had that belongs to no artifact of the table."""
        return sum(len(run.gaps) + len(run.faults) for _, run in self.runs)


def _faults(run: SignatureRun) -> Iterator[str]:
    yield from (f"not read: {fault.artifact}: {fault.message}" for fault in run.faults)
    yield from (f"not known: {gap.in_words}" for gap in run.gaps)


def _sign_of(artifact: SignedArtifact, run: SignatureRun) -> Sign:
    if run.is_discovery and artifact.state is SignedAs.UNDECIDED:
        return _TOLD
    judged = artifact.attestations if run.only_attestations else artifact.signatures
    held = [verdict for verdict in judged if verdict.holds]
    if artifact.state is SignedAs.SIGNED and all(verdict.state is SignatureState.ACCEPTED for verdict in held):
        return _PARTLY
    return _SIGNS[artifact.state]


def _sign_by_policy(sign: Sign, words: Sequence[PolicyWord]) -> Sign:
    """Return the sign of an artifact that a policy judges: what is signed may not be as the policy asks."""
    if sign.style == "bad":
        return sign
    counting = {word.state for word in words if word.counts}
    for state, found in _BY_POLICY.items():
        if state in counting:
            return found
    is_warned = any(word.state is not Status.WAIVED for word in words)
    return _WARNED if is_warned and sign.style == "good" else sign


def state_color(state: CheckState) -> str:
    """Return the style of what a check came to."""
    return _STATE_COLORS[state]


def rows_table(rows: Sequence[Row], room: int) -> TableData:
    """Return the table of artifacts. room: columns of the pane."""
    left = room - _GUTTER - _STATE - _INDEX - 3
    name = max(16, min(left // 2, max((len(row.id) for row in rows), default=16)))
    return TableData(
        [
            TableColumn(
                key="state", title="state", width=_STATE, texts=share_equal([row.sign.word for row in rows]),
                marks=[row.sign.mark for row in rows], styles=[row.sign.style for row in rows],
                sort_keys=[("bad", "unknown", "part", "good").index(row.sign.style) for row in rows],
            ),
            TableColumn(
                key="artifact", title="artifact", width=name, texts=[row.id for row in rows], keeps_end=True,
                styles=["bad" if row.sign.style == "bad" else "" for row in rows],
            ),
            TableColumn(
                key="signer", title="signer", width=max(20, left - name), keeps_end=True,
                texts=share_equal([row.who for row in rows]),
            ),
            TableColumn(
                key="entry", title="log entry", width=_INDEX, is_number=True,
                texts=[f"{row.entry:,}" if row.entry >= 0 else "" for row in rows],
            ),
            TableColumn(key="verdict", title="verdict", max_width=60, texts=[row.verdict for row in rows]),
            TableColumn(
                key="attested", title="attested", max_width=40,
                texts=share_equal([", ".join(_attested(row.artifact)) for row in rows]),
            ),
            TableColumn(
                key="kind", title="kind", max_width=10, texts=share_equal([row.artifact.kind.value for row in rows])
            ),
        ],
        [row.id for row in rows],
    )  # fmt: skip


def _attested(artifact: SignedArtifact) -> Iterator[str]:
    """Yield the kinds of the attestations that hold."""
    for verdict in artifact.attestations:
        if verdict.holds and verdict.statement is not None:
            yield kind_of(verdict.statement.predicate_type) or verdict.statement.predicate_type


def summary_line(view: SignaturesView, width: int = 0) -> str:
    """Return what all come to, in a line. width: columns that it may take, 0 = as many as it needs."""
    counts = Counter((row.sign.mark, row.sign.word) for row in view.rows)
    order = list(_SIGNS.values())
    order[-1:] = [*_BY_POLICY.values(), _PARTLY, _WARNED, _TOLD, _SIGNED]
    codes = [run.exit_code for asked, run in view.runs if asked.command is not Command.CHECK]
    ends = max(codes, key=(0, 5, 1, 3, 2, 70, 4).index, default=None)
    parts = {sign.word: f"{sign.mark} {counts[sign.mark, sign.word]:,} {sign.word}" for sign in order
             if counts[sign.mark, sign.word]}  # fmt: skip
    parts["gaps"] = f"? {view.gaps:,} not had: D" if view.gaps else ""
    asked = dict.fromkeys(text for _, run in view.runs for text in run.asked)
    count = counted(len(view.rows), "artifact") if view.runs else "no artifact is named"
    parts |= {"exit": f"exit {ends}" if ends is not None else "", "count": count}
    if view.runs:
        parts["asked"] = f"asked for: {'; '.join(asked)}" if asked else "nobody is named: w says who should have signed"
    for name in ("", "asked", "count", "exit"):
        parts.pop(name, None)
        line = " · ".join(filter(None, parts.values()))
        if not width or len(line) <= width:
            break
    return plain(line)


def row_lines(row: Row) -> tuple[Content, ...]:
    """Return all that is known of an artifact."""
    head = Content.styled(f"{row.sign.mark} {plain(row.verdict)}", COLORS.get(row.sign.style, ""))
    return (heading(row.id), head, *_lines(row))


def _lines(row: Row) -> Iterator[Content]:
    group = ""
    for section, name, text, color in fields_of(row):
        if section != group:
            group = section
            yield Content("")
            yield heading(section)
        room = f"{name:{_NAME}} "
        yield Content.assemble((room, color or "dim"), plain(text))


def fields_of(row: Row) -> Iterator[tuple[str, str, str, str]]:
    """Yield section, name, text and style of all that is known of an artifact. The first section has no heading."""
    artifact, run = row.artifact, row.run
    yield from _named(row)
    for text in run.asked:
        yield "", "asked for", text, ""
    for text in run.not_checked:
        yield "", "NOT CHECKED", text, "$text-warning"
    for kind in artifact.missing:
        yield "", "missing", f"no attestation of the kind {kind} holds", "bold $text-error"
    yield from _unhad(artifact, run)
    for word, verdicts in (("signature", artifact.signatures), ("attestation", artifact.attestations)):
        for number, verdict in enumerate(verdicts, 1):
            count = f" {number} of {len(verdicts)}" if len(verdicts) > 1 else ""
            yield from _of_verdict(verdict, f"{word}{count}: {plain(verdict.source)}", row)
    if run.trust is not None:
        age = f", {run.trust.age_days:,} days old" if run.trust.age_days is not None else ""
        yield "trusted root", "root", f"{run.trust.name}{age}", ""
        yield "trusted root", "sha256", run.trust.sha256, ""
        if run.trust.ca:
            yield "trusted root", "authority", run.trust.ca, ""
            yield "trusted root", "sha256", run.trust.ca_sha256, ""


def _named(row: Row) -> Iterator[tuple[str, str, str, str]]:
    """Yield what the artifact is, the answer for a vendor, and what the policy finds of it."""
    artifact = row.artifact
    for algorithm, digest in artifact.digests:
        yield "", algorithm, digest, ""
    for name, text in (("image", artifact.reference), ("tag", artifact.tag), ("platform", artifact.platform),
                       ("vendor", artifact.vendor)):  # fmt: skip
        if text:
            yield "", name, text, ""
    if artifact.vendor_answer:
        yield "", "really?", artifact.vendor_answer, COLORS.get(row.sign.style, "")
    for word in row.by_policy:
        color = "" if word.state is Status.WAIVED else COLORS["bad" if word.counts else "part"]
        yield "", word.rule, f"{word.state.value}: {word.says}", color
        if word.remedy:
            yield "", "  next", word.remedy, ""


def _unhad(artifact: SignedArtifact, run: SignatureRun) -> Iterator[tuple[str, str, str, str]]:
    """Yield what is not signed, cannot be read, or could not be had."""
    if artifact.state is SignedAs.UNSIGNED and artifact.attestations and not run.only_attestations:
        yield "", "next", "an attestation is no signature; w, o asks for one: --type KIND", ""
    elif artifact.state is SignedAs.UNSIGNED and artifact.kind is ArtifactKind.IMAGE:
        yield "", "next", "ask who publishes it whether its signatures are published, and where", ""
    elif artifact.state is SignedAs.UNSIGNED and artifact.kind is not ArtifactKind.IMAGE and not artifact.notes:
        yield "", "next", "no signature lies beside it; b says where there is one", ""
    for text in artifact.unsigned:
        yield "", "unsigned", text, "$text-warning"
    for gap in artifact.gaps:
        yield "", "not known", f"{gap.wanted}: {gap.reason}", "$text-warning"
        if gap.remedy:
            yield "", "next", gap.remedy, ""
    for fault in artifact.faults:
        yield "", "not read", f"{fault.artifact}: {fault.message}", "$text-warning"
        for name, text in (("found", fault.seen), ("expected", fault.expected), ("next", fault.remedy)):
            if text:
                yield "", name, text, ""
    for text in artifact.notes:
        yield "", "note", text, ""


def _of_verdict(verdict: SignatureVerdict, section: str, row: Row) -> Iterator[tuple[str, str, str, str]]:
    """Yield what became of one signature: verdict, who, log, times, and then its steps."""
    state = verdict.state
    is_told = row.run.is_discovery and state is SignatureState.UNDECIDED
    why = f": {verdict.reason.value}" if verdict.reason is not None and not is_told else ""
    color = {SignatureState.VALID: "good", SignatureState.REFUSED: "bad"}.get(state, "part")
    yield section, "verdict", "who signed is told, and not judged" if is_told else f"{state.value}{why}", COLORS[color]
    yield section, "form", verdict.form, ""
    if verdict.statement is not None and verdict.holds:
        predicate = verdict.statement.predicate_type
        kind = kind_of(predicate)
        yield section, "says", f"{kind} ({predicate})" if kind else predicate, ""
    signer = verdict.signer
    if signer is not None:
        yield section, "signed by", signer.identity or f"{signer.key_name} key sha256:{signer.key_id}", ""
        if signer.issuer:
            yield section, "issuer", signer.issuer, ""
    for mention in verdict.log:
        yield section, "log", f"{mention_words(mention)} ({mention.kind})", ""
    for witness in verdict.times:
        yield section, "time", f"{time_text(witness.time)}, {witness.by}", ""
    for name, text in verdict.annotations if verdict.holds else ():
        yield section, "annotation", f"{name}={text}", ""
    yield section, "engines", " and ".join(verdict.engines), ""
    for step in verdict.steps:
        yield from _of_step(step, section)
    yield from ((section, "root", mention.root, "") for mention in verdict.log if mention.root)
    if signer is not None:
        if signer.issued_by:
            yield section, "issued by", signer.issued_by, ""
        yield from ((section, "claim", f"{name} = {text}", "") for name, text in signer.claims)
    for text in verdict.notes:
        yield section, "note", text, ""


def _of_step(step: SignatureStep, section: str) -> Iterator[tuple[str, str, str, str]]:
    state = "" if step.state in (CheckState.VERIFIED, CheckState.FAILED) else f"{step.state.value}: "
    if step.follows_from is not None:
        state = f"follows from {step.follows_from.value}: {state}"
    name = f"{MARKS[step.state]} {step.check.value}"
    yield section, name, f"{state}{step.says}", _STATE_COLORS[step.state]
    if step.state is CheckState.VERIFIED and step.expected == step.found:
        pairs: tuple[tuple[str, str], ...] = (("  value", step.found),)
    else:
        pairs = (("  expected", step.expected), ("  found", step.found), ("  next", step.remedy))
    yield from ((section, name, text, "") for name, text in pairs if text)
