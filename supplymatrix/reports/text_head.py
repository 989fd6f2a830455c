"""The first lines of the text report, the verdict and how it came about, and its last one, what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import (
    CachedCopy,
    CopyState,
    HashWitness,
    LineProof,
    PrivateModule,
    ProjectFact,
    ProofFile,
    ProofState,
    SumLine,
)
from supplymatrix.model.fips import NonApprovedPackage
from supplymatrix.model.licence import ModuleLicence
from supplymatrix.model.native_code import NativeCode
from supplymatrix.model.on_disk import InstalledGo, VendoredModule, VendorState
from supplymatrix.model.program import BuiltProgram
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.verdict import Outcome, Verdict
from supplymatrix.model.vulnerability import Vulnerability
from supplymatrix.reports.artifact_words import artifact_lines
from supplymatrix.reports.audit_words import families_on, family_words
from supplymatrix.reports.goroot_view import LEVELS
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import Paint, fold
from supplymatrix.reports.tally import (
    as_survey,
    counted,
    meaning_of,
    proven_lines,
    say_excuses,
    say_mode,
    say_tally,
    score_text,
    tally_of,
    whole_points,
)

__all__ = [
    "by_committed_proofs",
    "header",
    "last_line",
    "log_counts",
    "log_line",
    "outcome_color",
    "proof_lines",
    "score_part",
    "what_was_read",
]


_READING = (NativeCode, Vulnerability, NonApprovedPackage)
"""Facts of audits that may rest on files of modules."""
_GOS = 3  # installed Gos that are named


def header(audit: Audit, width: int, paint: Paint, *, verbose: bool = False) -> list[str]:
    """Return what is checked, what the log says of it, and the verdict. verbose: artifacts are told in full."""
    verdict = audit.verdict
    projects = audit.facts.of(ProjectFact)
    go_version = f"go {projects[0].go_version} · " if projects and projects[0].go_version else ""
    modules = len({line.subject for line in audit.facts.of(SumLine)})
    name = plain(audit.subject)
    lines = fold(f"{name}  ", f"{go_version}{counted(modules, 'module version')} · policy {verdict.policy_name}", width)
    lines[0] = f"{paint.bold}{name}{paint.off}{lines[0].removeprefix(name)}"
    lines += fold("  log    ", log_line(audit), width)
    lines += [line for text in proof_lines(audit) for line in fold("  proofs ", text, width)]
    for text in artifact_lines(audit, verbose=verbose):
        is_more = text.startswith(" ")
        lines += fold("           " if is_more else "  signed ", plain(text.strip()), width)
    for family in families_on(audit):
        lines += fold(f"  {family.value} ".ljust(10), plain(family_words(audit, family)), width)
    parts = [part for part in (score_part(verdict), ", ".join(say_tally(tally_of(verdict)))) if part]
    word = verdict.outcome.value.upper()
    first, *rest = fold(f"  {word}{' ' * max(2, 7 - len(word))}", " · ".join(parts), width)
    lines += [f"  {outcome_color(verdict.outcome, paint)}{word}{paint.off}{first[2 + len(word) :]}", *rest]
    return [*lines, *(line for text in say_mode(verdict) for line in fold("  told   ", text, width))]


def outcome_color(outcome: Outcome, paint: Paint) -> str:
    """Return the colour of an outcome."""
    colors = {Outcome.PASS: paint.good, Outcome.ALARM: paint.alarm, Outcome.FAIL: paint.error}
    return colors.get(outcome, paint.warn)


def log_line(audit: Audit) -> str:
    """Return how many go.sum lines are proven, differ, were not checked; and the log's head."""
    counts, view = log_counts(audit), audit.log
    if view is None or not audit.facts.of(SumLine):
        return counts
    seen = f"fetched {view.seen_at:%Y-%m-%d}, " if view.seen_at else ""
    pinned = ", pinned by the policy" if view.pinned_by_policy else ""
    return f"{counts} · {plain(view.name)} tree {view.tree_size:,} ({seen}key {view.key_hash}{pinned})"


def log_counts(audit: Audit) -> str:
    """Return how many go.sum lines are proven, differ, are not in the log, were not checked."""
    lines = audit.facts.of(SumLine)
    states = Counter(proof.state for proof in audit.facts.of(LineProof))
    declared = {p.subject for p in audit.facts.of(PrivateModule) if p.declared}
    private = sum(line.subject in declared for line in lines)
    unchecked = len(lines) - sum(states.values()) - private
    if not lines:
        return "no go.sum line to prove"
    parts = [f"{states[ProofState.PROVEN]:,} of {counted(len(lines), 'go.sum line')} proven"]
    for number, word in (
        (states[ProofState.DIFFERS], "differ" if states[ProofState.DIFFERS] > 1 else "differs"),
        (states[ProofState.NOT_IN_LOG] + states[ProofState.NO_LINE], "not in the log"),
        (states[ProofState.BAD_PROOF], "with a wrong proof"),
        (unchecked, "not checked"),
        (private, "private (declared)"),
    ):
        if number:
            parts.append(f"{number:,} {word}")
    return ", ".join(parts)


def proof_lines(audit: Audit) -> list[str]:
    """Return a line for each file of proofs that lies beside go.sum."""
    out = []
    for proof in audit.facts.of(ProofFile):
        name = proof.location.artifact
        if proof.fault:
            out.append(f"{name} proves nothing")
            continue
        text = f"{name}: {counted(proof.records, 'record')} under the head of {proof.tree_size:,}"
        text += f", {proof.unused:,} of no line here" if proof.unused else ""
        out.append(f"{text}, made {proof.seen_on}" if proof.seen_on is not None else text)
    return out


def score_part(verdict: Verdict) -> str:
    """Return the score with what caps it or rests on waivers, and the score that is needed; "" without one."""
    if verdict.score is None:
        return ""
    beside = []
    if verdict.score.caps:
        rules = ", ".join(cap[0] for cap in verdict.score.caps)
        beside.append(f"capped by {rules}" if verdict.outcome is Outcome.ALARM else f"{rules} is not ruled out")
    if verdict.score.waived:
        points = whole_points(verdict.score.waived) or "less than 1"
        beside.append(f"{points} of 100 points by {say_excuses(verdict)}")
    shown = f" ({'; '.join(beside)})" if beside else ""
    return f"score {score_text(verdict.score)}{shown}, {verdict.min_score} needed"


def last_line(audit: Audit) -> str:
    """Return what was proven, who was asked, how far the run looked, and what the exit code means."""
    proven, total = proven_lines([audit])
    checked = f"{proven:,} of {counted(total, 'go.sum line')} proven in the log" if total else "No go.sum line proven"
    checked += by_committed_proofs([audit])
    if audit.log is not None:
        checked += f", asked: {audit.log.route}"
        if audit.log.requests:
            checked += f" ({audit.log.requests:,} requests, {audit.log.received_bytes:,} bytes)"
    verdict = audit.verdict
    meaning = meaning_of(as_survey(audit))
    failed = any(item.status is Status.FAIL and item.level is Level.ERROR for item in verdict.judged)
    if verdict.outcome is Outcome.INCOMPLETE and failed:
        meaning += "; what could be judged does not meet it"
    return f"{checked}. {what_was_read([audit])} Exit {verdict.exit_code}: {meaning}."


def by_committed_proofs(audits: Sequence[Audit]) -> str:
    """Return how many of the proven lines rest on proofs that lie beside a go.sum, "" when none does."""
    files = {proof.location.artifact for audit in audits for proof in audit.facts.of(ProofFile)}
    count = sum(
        line.state is ProofState.PROVEN and line.answered_by in files
        for audit in audits
        for line in audit.facts.of(LineProof)
    )
    return f" ({count:,} by committed proofs)" if count else ""


def what_was_read(audits: Sequence[Audit]) -> str:
    """Say how far the run looked, so that nobody takes it for more."""
    beside = tuple(_read_beside(audits))
    looking = any(families_on(audit) for audit in audits)
    if looking and any(isinstance(fact, _READING) for audit in audits for fact in audit.facts.items):
        return " ".join([*beside, "Of the contents of modules only what the audits read was looked at."])
    return " ".join([*beside, _of_modules(audits, is_vendored=any("vendor/" in words for words in beside))])


def _read_beside(audits: Sequence[Audit]) -> Iterator[str]:
    """Yield a sentence for each kind of thing beside go.mod and go.sum that was looked at."""
    vendored = [
        fact
        for audit in audits
        for fact in audit.facts.of(VendoredModule)
        if fact.state in (VendorState.EQUAL, VendorState.DIFFERS)
    ]
    if vendored:
        files = sum(fact.files for fact in vendored)
        whose = "1 module" if len(vendored) == 1 else f"{len(vendored):,} modules"
        were = "1 file of vendor/ was" if files == 1 else f"{files:,} files of vendor/ were"
        yield f"{were} held against the zips of {whose}."
    gos = {fact.root: fact for audit in audits for fact in audit.facts.of(InstalledGo) if fact.hash}
    if gos:
        few = ", ".join(_go_in_words(go) for go in list(gos.values())[:_GOS])
        more = f" and {len(gos) - _GOS:,} more" if len(gos) > _GOS else ""
        yield f"{'1 Go was' if len(gos) == 1 else f'{len(gos):,} Gos were'} hashed: {few}{more}."
    programs = {fact.name for audit in audits for fact in audit.facts.of(BuiltProgram)}
    if programs:
        yield f"{'1 program was' if len(programs) == 1 else f'{len(programs):,} programs were'} read."


def _go_in_words(go: InstalledGo) -> str:
    """Return which Go that is, and what it is: "1.26.8 linux-amd64 (official, config changed: GOTOOLCHAIN=local)"."""
    config = f": {', '.join(go.config)}" if go.config else ""
    return plain(f"{' '.join(filter(None, (go.version or go.root, go.platform)))} ({LEVELS[go.level]}{config})")


def _of_modules(audits: Sequence[Audit], *, is_vendored: bool) -> str:
    """Return which contents of modules were looked at. is_vendored: besides those in vendor/."""
    licences = any(audit.facts.of(ModuleLicence) for audit in audits)
    read = " but their licence files" if licences else ""
    copies = [copy for audit in audits for copy in audit.facts.of(CachedCopy)]
    hashed = sum(copy.state is CopyState.EQUAL or bool(copy.hash) for copy in copies)
    witnessed = sum(bool(witness.hash) for audit in audits for witness in audit.facts.of(HashWitness))
    if witnessed and not hashed:
        which = "1 other copy was" if witnessed == 1 else f"{witnessed:,} other copies were"
        return f"{which} hashed to explain what differs; no other contents{read} were looked at."
    if not hashed:
        if licences and not is_vendored:
            return "Of the contents of modules only the licence files were read, and else their hashes."
        if is_vendored:
            return f"No other contents of modules{read} were looked at."
        return "Contents of modules were not looked at; only their hashes were."
    which = "1 copy in the module cache was" if hashed == 1 else f"{hashed:,} copies in the module cache were"
    return f"{which} hashed; no other contents{read} were looked at."
