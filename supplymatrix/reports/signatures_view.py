"""Who signed what, for people: a block for each artifact, what was trusted, and what was not checked.

What is told of a signer, a log or a statement is what was verified; of a signature that does not hold it is told why,
with what was expected and found. In a run of many the ones that are as asked have two lines each, and a table at the
end says how all of them ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from supplymatrix.model.predicates import kind_of
from supplymatrix.model.signature import (
    ALARMING,
    ArtifactKind,
    Check,
    CheckState,
    SignatureState,
    SignatureStep,
    SignatureVerdict,
    SignedArtifact,
    SignedAs,
    Signer,
)
from supplymatrix.model.signature_run import SignatureRun
from supplymatrix.reports.plain import plain
from supplymatrix.reports.signature_words import mention_words, reason_text

__all__ = ["command_for", "render_signatures_text", "verdict_line"]

_GPGV = "gpgv"
_LABEL = 13  # columns of the names before values
_SHOWN = 10  # artifacts of one outcome in the table at the end, unless all are asked for
_MARKS = {
    SignedAs.SIGNED: "✓",
    SignedAs.UNSIGNED: "✗",
    SignedAs.MISSING: "✗",
    SignedAs.REFUSED: "✗",
    SignedAs.ALARM: "✗",
    SignedAs.UNREADABLE: "!",
    SignedAs.UNDECIDED: "?",
}
_STEP_MARKS = {
    CheckState.VERIFIED: "✓",
    CheckState.NOT_PRESENT: "-",
    CheckState.NOT_CHECKABLE: "?",
    CheckState.NOT_CHECKED: "!",
    CheckState.FAILED: "✗",
}
_GRAVEST_FIRST = (
    SignedAs.ALARM, SignedAs.UNREADABLE, SignedAs.UNDECIDED, SignedAs.REFUSED, SignedAs.MISSING, SignedAs.UNSIGNED,
    SignedAs.SIGNED,
)  # fmt: skip
_VERDICTS = {
    0: "everything is signed as asked",
    1: "not everything is signed as asked",
    2: "not everything can be read",
    3: "not everything could be had, or judged here",
    4: "ALARM: a signature, a proof or a hash is wrong",
    5: "there was nothing to verify",
    70: "supplymatrix broke off, by a fault of its own: not everything was judged",
}
_HIDING = (2, 3)
"""Exit codes that go before 1, and leave open whether it would be that."""
_NOT_AS_ASKED = (SignedAs.REFUSED, SignedAs.MISSING, SignedAs.UNSIGNED)
_CLAIMS = (
    ("sourceRepositoryURI", ""),
    ("githubWorkflowRepository", ""),
    ("sourceRepositoryRef", "at"),
    ("githubWorkflowRef", "at"),
    ("sourceRepositoryDigest", "commit"),
    ("githubWorkflowSHA", "commit"),
    ("buildTrigger", "on"),
    ("githubWorkflowTrigger", "on"),
)
"""Fields of the certificate for the line on the workflow: the first one of each word that is there."""


def render_signatures_text(run: SignatureRun, *, width: int = 80, verbose: bool = False) -> str:
    """Return what came of a run. verbose: all steps of all signatures, and every artifact in full."""
    width = max(40, width)
    lines, briefly = list[str](), list[SignedArtifact]()
    many = len(run.artifacts) > 1
    for artifact in run.artifacts:
        if many and not verbose and _is_brief(artifact):
            lines += _brief(artifact, run, width)
            briefly.append(artifact)
        else:
            lines += [*_block(artifact, run, width, verbose=verbose), ""]
    if lines and lines[-1]:
        lines.append("")
    lines += _end(run, briefly, width, verbose=verbose)
    return "\n".join(lines) + "\n"


def verdict_line(artifact: SignedArtifact, *, only_attestations: bool = False, is_discovery: bool = False) -> str:
    """Return what became of an artifact, in a few words."""
    judged = artifact.attestations if only_attestations else artifact.signatures
    state, what = artifact.state, "attested" if only_attestations else "signed"
    if is_discovery and _is_told(artifact):
        return "who signed is told, and not judged"
    if state is SignedAs.SIGNED:
        held = [verdict for verdict in judged if verdict.holds]
        if held and all(verdict.state is SignatureState.ACCEPTED for verdict in held):
            return f"{what}, with checks switched off"
        return what
    if state is SignedAs.UNSIGNED:
        return "no attestation" if only_attestations else "not signed"
    if state is SignedAs.MISSING:
        return f"{what}, and missing: {', '.join(artifact.missing)}"
    why = _reason_words(artifact, only_attestations=only_attestations)
    word = {
        SignedAs.REFUSED: "refused",
        SignedAs.ALARM: "ALARM",
        SignedAs.UNREADABLE: "not readable",
        SignedAs.UNDECIDED: "not decided",
    }[state]
    return f"{word}: {why}" if why else word


def _reason_words(artifact: SignedArtifact, *, only_attestations: bool = False) -> str:
    """Return the reasons for which an artifact is not as asked, each once: of the signatures, and of all verdicts where
    a signature holds; of an alarm those that are one."""
    judged = artifact.attestations if only_attestations else artifact.signatures
    is_alarm = artifact.state is SignedAs.ALARM
    if is_alarm or any(verdict.holds for verdict in judged):
        judged = (*artifact.signatures, *artifact.attestations)
    found = [verdict for verdict in judged if verdict.reason is not None]
    reasons = [reason_text(verdict) for verdict in found if not is_alarm or verdict.reason in ALARMING]
    if not reasons and is_alarm:
        return "something that came with it is not what it should be"
    if not reasons or artifact.state is SignedAs.UNREADABLE:
        reasons += [fault.message for fault in artifact.faults] or [gap.reason for gap in artifact.gaps]
    return ", ".join(tuple(dict.fromkeys(reasons))[:_SHOWN])


def command_for(signer: Signer) -> tuple[str, ...]:
    """Return the options that ask for just this signer, as lines that a shell joins; () for a key, which is a file."""
    if not signer.identity:
        return ()
    return f"--identity {_quoted(signer.identity)} \\", f"--issuer {_quoted(signer.issuer)}"


def _is_told(artifact: SignedArtifact) -> bool:
    """Return whether it is known who signed, though nobody was asked for."""
    verdicts = (*artifact.signatures, *artifact.attestations)
    return artifact.state is SignedAs.UNDECIDED and any(verdict.is_told for verdict in verdicts)


def _is_brief(artifact: SignedArtifact) -> bool:
    """Return whether all of an artifact is as asked, and nothing else is to be said of it. What its signatures have
    notes on is told at the end."""
    others = (artifact.notes, artifact.faults, artifact.gaps, artifact.unsigned)
    verdicts = (*artifact.signatures, *artifact.attestations)
    return artifact.state is SignedAs.SIGNED and not any(others) and all(verdict.holds for verdict in verdicts)


def _brief(artifact: SignedArtifact, run: SignatureRun, width: int) -> Iterator[str]:
    """Yield the lines of an artifact that is as asked: its name, who signed it, where it is logged."""
    best = next(iter(artifact.attestations if run.only_attestations else artifact.signatures))
    yield from _headline(artifact, _line_of(artifact, run), width)
    if best.signer is not None:
        yield f"    by {plain(_who(best.signer))}"
    for mention in best.log[:1]:
        yield from _wrapped(f"    log {plain(mention_words(mention))}", width, " " * 8)


def _line_of(artifact: SignedArtifact, run: SignatureRun) -> str:
    return verdict_line(artifact, only_attestations=run.only_attestations, is_discovery=run.is_discovery)


def _headline(artifact: SignedArtifact, verdict: str, width: int) -> Iterator[str]:
    yield from _wrapped(f"{_mark(artifact)} {plain(_name(artifact))}: {plain(verdict)}", width, "  ")


def _block(artifact: SignedArtifact, run: SignatureRun, width: int, *, verbose: bool) -> Iterator[str]:
    """Yield all there is to say of an artifact."""
    yield from _headline(artifact, _line_of(artifact, run), width)
    digests = artifact.digests[:1]
    image = (("image", artifact.reference), ("tag", artifact.tag), ("platform", artifact.platform))
    for name, text in (*digests, *image, ("vendor", artifact.vendor), ("  really?", artifact.vendor_answer)):
        yield from _row(name, text, width)
    if not run.only_attestations:
        for found in artifact.signatures:
            yield from _verdict(found, "signature", run, width, verbose=verbose)
    for found in artifact.attestations:
        yield from _verdict(found, "attestation", run, width, verbose=verbose)
    yield from _rest(artifact, run, width)


def _rest(artifact: SignedArtifact, run: SignatureRun, width: int) -> Iterator[str]:
    """Yield what is not there, cannot be read, or could not be had."""
    for kind in artifact.missing:
        yield from _row("missing", f"no attestation of the kind {kind} holds", width)
    for text in artifact.unsigned:
        yield from _row("unsigned", text, width)
    for gap in artifact.gaps:
        yield from _row("not known", f"{gap.wanted}: {gap.reason}", width)
        yield from _row("  next", gap.remedy, width)
    for fault in artifact.faults:
        yield from _row("not read", f"{fault.artifact}: {fault.message}", width)
        for name, text in (("  found", fault.seen), ("  expected", fault.expected), ("  next", fault.remedy)):
            yield from _row(name, text, width)
    yield from _row("next", _next(artifact, run), width)
    for note in artifact.notes:
        yield from _row("note", note, width)


def _next(artifact: SignedArtifact, run: SignatureRun) -> str:
    """Return what helps where there is no signature, "" where there is one."""
    if artifact.state is not SignedAs.UNSIGNED:
        return ""
    if artifact.attestations and not run.only_attestations:
        what = "image --type KIND" if artifact.kind is ArtifactKind.IMAGE else "attestation"
        return f"an attestation is no signature; `supplymatrix verify {what}` asks for one"
    what = "attestation" if run.only_attestations else "signature"
    if artifact.kind is ArtifactKind.IMAGE:
        return f"ask who publishes it whether there is {_a(what)}, and where; a copy has those that were copied with it"
    if artifact.notes:
        return "" if run.only_attestations else "name its signature: --bundle FILE"
    return f"no {what} lies beside it; --bundle says where there is one"


def _a(word: str) -> str:
    return f"an {word}" if word.startswith("a") else f"a {word}"


def _verdict(verdict: SignatureVerdict, word: str, run: SignatureRun, width: int, *, verbose: bool) -> Iterator[str]:
    """Yield what became of one signature or attestation."""
    state = "" if run.is_discovery and verdict.is_told else f": {_state(verdict)}"
    yield from _row(word, f"{verdict.source}, {verdict.form}{state}", width)
    if verdict.statement is not None and verdict.holds:
        predicate = verdict.statement.predicate_type
        kind = kind_of(predicate)
        yield from _row("  says", f"{kind} ({predicate})" if kind else predicate, width)
    yield from _signer(verdict, run, width)
    for mention in verdict.log:
        yield from _row("  log", f"{mention_words(mention)} ({mention.kind})", width)
    for witness in verdict.times:
        yield from _row("  time", f"{witness.time:%Y-%m-%d %H:%M:%S} UTC, {witness.by}", width)
    for name, text in verdict.annotations if verdict.holds else ():
        yield from _row("  annotation", f"{name}={text}", width)
    yield from _row("  engines", " and ".join(verdict.engines), width)
    yield from _steps(verdict, run, width, verbose=verbose)
    for note in verdict.notes:
        yield from _row("  note", note, width)


def _signer(verdict: SignatureVerdict, run: SignatureRun, width: int) -> Iterator[str]:
    signer = verdict.signer
    if signer is None:
        return
    if signer.identity_kind == "openpgp":
        yield from _row("  signed by", f"OpenPGP key of {signer.identity}, as the keyring says", width)
        yield from _row("  key", dict(signer.claims).get("fingerprint", ""), width)
        return
    if not signer.identity:
        yield from _row("  signed by", f"{signer.key_name} key", width)
        yield from _row("  key sha256", signer.key_id, width)
        return
    yield from _row("  signed by", signer.identity, width)
    yield from _row("  issuer", signer.issuer, width)
    yield from _row("  workflow", _workflow(signer), width)
    if run.is_discovery and verdict.is_told:
        yield "    ask with"
        yield from (f"      {plain(line)}" for line in command_for(signer))


def _workflow(signer: Signer) -> str:
    claims = dict(signer.claims)
    parts: dict[str, str] = {}
    for name, word in _CLAIMS:
        if claims.get(name) and word not in parts:
            parts[word] = f"{word} {claims[name]}".strip()
    return ", ".join(parts.values())


def _steps(verdict: SignatureVerdict, run: SignatureRun, width: int, *, verbose: bool) -> Iterator[str]:
    """Yield the steps: all of them, or those that did not hold and the number of the others."""
    quiet = (CheckState.VERIFIED, CheckState.NOT_PRESENT)
    told = [step for step in verdict.steps if verbose or step.state not in quiet or _counts(step, verdict)]
    if not verbose:
        told = [step for step in told if step.follows_from is None]
    if run.is_discovery and not verbose:
        told = [step for step in told if step.reason is not None and step.check not in (Check.IDENTITY, Check.ISSUER)]
    for step in told:
        yield from _step(step, width)
    if not verbose:
        following = dict.fromkeys(step.check.value for step in verdict.steps if step.follows_from is not None)
        yield from _row("  follows", f"from that: {', '.join(following)}" if following else "", width)
    held = sum(step.state is CheckState.VERIFIED for step in verdict.steps)
    if held and not verbose:
        others = sum(
            step.state is CheckState.NOT_PRESENT and step not in told and step.follows_from is None
            for step in verdict.steps
        )
        absent = f", {others:,} not present" if others else ""
        yield from _row("  checks", f"{held:,} verified{absent}; each of them with -v", width)


def _counts(step: SignatureStep, verdict: SignatureVerdict) -> bool:
    """Return whether something that is not there is why a signature does not hold."""
    return step.state is CheckState.NOT_PRESENT and step.reason is not None and not verdict.holds


def _step(step: SignatureStep, width: int) -> Iterator[str]:
    state = "" if step.state in (CheckState.VERIFIED, CheckState.FAILED) else f" ({step.state.value})"
    if step.follows_from is not None:
        state += f" (follows from {step.follows_from.value})"
    text = f"  {_STEP_MARKS[step.state]} {step.check.value}{state}: {plain(step.says)}"
    yield from _wrapped(f"  {text}", width, " " * 8)
    if step.state is CheckState.VERIFIED and step.expected == step.found:
        pairs: tuple[tuple[str, str], ...] = (("value", step.found),)
    else:
        pairs = (("expected", step.expected), ("found", step.found), ("next", step.remedy))
    for name, text in pairs:
        if text:
            yield from _pair(f"        {name:10}", plain(text), width)


def _end(run: SignatureRun, briefly: Sequence[SignedArtifact], width: int, *, verbose: bool) -> Iterator[str]:
    """Yield what is of the whole run. briefly: artifacts of whose signatures no note was told."""
    if len(run.artifacts) > 1:
        yield from _table(run, width, verbose=verbose)
    for fault in run.faults:
        remedy = f"; next: {fault.remedy}" if fault.remedy else ""
        yield from _wrapped(f"not read: {plain(fault.artifact)}: {plain(fault.message)}{plain(remedy)}", width, "  ")
    for gap in run.gaps:
        yield from _wrapped(f"not known: {plain(gap.in_words)}", width, "  ")
    for text in run.not_checked:
        yield from _wrapped(f"NOT CHECKED: {plain(text)}", width, "  ")
    for note in (*run.notes, *_notes_of(briefly)):
        yield from _wrapped(f"note: {plain(note)}", width, "  ")
    for asked in run.asked:
        yield from _wrapped(f"asked for {plain(asked)}", width, "  ")
    if run.trust is not None:
        yield from _wrapped(f"trusted: {plain(_trust(run))}", width, "  ")
    yield from _wrapped(f"engine: {_engine(run)}", width, "  ")
    yield from _wrapped(_verdict_of(run), width, "  ")


def _notes_of(artifacts: Sequence[SignedArtifact]) -> Iterator[str]:
    """Yield the notes on the signatures of artifacts, each once, with the number of these."""
    verdicts = (verdict for artifact in artifacts for verdict in (*artifact.signatures, *artifact.attestations))
    found = Counter(note for verdict in verdicts for note in dict.fromkeys(verdict.notes))
    for note, count in found.items():
        yield f"{note} ({count:,} signature{'s' if count > 1 else ''})"


def _table(run: SignatureRun, width: int, *, verbose: bool) -> Iterator[str]:
    """Yield how many artifacts ended how, and which, those that are as asked last and by their number alone."""
    told = [artifact for artifact in run.artifacts if run.is_discovery and _is_told(artifact)]
    found = Counter(artifact.state for artifact in run.artifacts)
    found[SignedAs.UNDECIDED] -= len(told)
    parts = [f"{found[state]:,} {state.value}" for state in _GRAVEST_FIRST if found[state]]
    counts = ", ".join([*parts, f"{len(told):,} told, and not judged"] if told else parts)
    yield from _wrapped(f"{len(run.artifacts):,} artifacts: {counts}", width, "  ")
    for state in _GRAVEST_FIRST[:-1]:
        some = [artifact for artifact in run.artifacts if artifact.state is state]
        shown = some if verbose else some[:_SHOWN]
        for artifact in shown:
            line = _line_of(artifact, run)
            yield from _wrapped(f"  {_mark(artifact)} {plain(_name(artifact))}: {plain(line)}", width, "      ")
        if len(some) > len(shown):
            yield f"    … and {len(some) - len(shown):,} more that are {state.value}"
    yield ""


def _verdict_of(run: SignatureRun) -> str:
    if run.is_discovery and run.exit_code == 1:
        return "nobody was asked for: this says who signed, and proves nothing of who should have"
    if run.exit_code == 0 and run.not_checked:
        return "what was checked is as asked; not everything was checked"
    verdict = _VERDICTS[run.exit_code]
    if run.exit_code in _HIDING and any(artifact.state in _NOT_AS_ASKED for artifact in run.artifacts):
        verdict = f"{verdict}; and {_VERDICTS[1]}"
    return verdict.replace("signed", "attested") if run.only_attestations else verdict


def _trust(run: SignatureRun) -> str:
    trust = run.trust
    if trust is None:
        return ""
    age = f", {trust.age_days:,} days old" if trust.age_days is not None else ""
    as_of = f" as of {trust.as_of}{age}" if trust.as_of else age
    root = f"the root {trust.name}{as_of}, sha256:{trust.sha256}"
    if not trust.ca:
        return root
    return f"certificates of {trust.ca} alone, sha256:{trust.ca_sha256}; logs and timestamps of {root}"


def _engine(run: SignatureRun) -> str:
    used = {name for one in run.artifacts for verdict in one.signatures for name in verdict.engines}
    if used == {_GPGV}:
        return "gpgv alone, which judges OpenPGP signatures"
    if run.engine == "native":
        return "ours alone, as asked"
    if run.engine == "sigstore":
        return "ours, and the sigstore package; what that cannot read is not decided, as asked"
    return "ours, and the sigstore package wherever it can read the signature"


def _state(verdict: SignatureVerdict) -> str:
    if verdict.state is SignatureState.VALID:
        return "holds"
    if verdict.state is SignatureState.ACCEPTED:
        return "what was checked holds"
    reason = f" ({verdict.reason.value})" if verdict.reason is not None else ""
    return ("not decided" if verdict.state is SignatureState.UNDECIDED else "REFUSED") + reason


def _who(signer: Signer | None) -> str:
    if signer is None:
        return ""
    return signer.identity or f"the {signer.key_name} key {signer.key_id[:16]}…"


def _mark(artifact: SignedArtifact) -> str:
    return _MARKS[artifact.state]


def _name(artifact: SignedArtifact) -> str:
    platform = f" ({artifact.platform})" if artifact.platform else ""
    return f"{artifact.name}{platform}"


def _row(name: str, text: str, width: int) -> Iterator[str]:
    """Yield a name and a value; nothing for no value."""
    if text:
        yield from _pair(f"  {name:{_LABEL}}", plain(text), width)


def _pair(label: str, text: str, width: int) -> Iterator[str]:
    """Yield a label and a text; a single word that does not fit beside it, such as an address, goes below it."""
    if len(label) + len(text) > width and " " not in text:
        margin = len(label) - len(label.lstrip())
        yield label.rstrip()
        yield f"{' ' * (margin + 2)}{text}"
    else:
        yield from _wrapped(f"{label}{text}", width, " " * len(label))


def _quoted(text: str) -> str:
    """Return a word for a shell."""
    if text and all(letter.isalnum() or letter in "@%+=:,./-_" for letter in text) and text.isascii():
        return text
    return "'" + text.replace("'", "'\\''") + "'"


def _wrapped(text: str, width: int, margin: str) -> Iterable[str]:
    """Return a text in lines; a word that is longer than a line, such as a digest, stays whole."""
    if len(text) <= width:
        return (text,)
    import textwrap

    return textwrap.wrap(
        text, width, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    ) or (text,)
