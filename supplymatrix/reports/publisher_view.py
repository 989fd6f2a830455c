"""Who signed the tags of module versions, for people and as JSON: the signature first, then whether the log has that
tree."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping

from supplymatrix.model.publisher import (
    OriginSource,
    PublisherCheck,
    PublisherRun,
    PublisherState,
    PublisherStep,
    PublisherVerdict,
    SignatureKind,
    TreeState,
)
from supplymatrix.model.signature import CheckState
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.plain import plain

__all__ = ["SCHEMA", "render_publisher_json", "render_publisher_text", "tree_words"]

SCHEMA = "supplymatrix.publisher/1"
_LABEL = 11
_MARKS: Mapping[int, str] = {0: "✓", 1: "!", 3: "?", 4: "✗"}
_STEP_MARKS: Mapping[CheckState, str] = {
    CheckState.VERIFIED: "✓",
    CheckState.NOT_PRESENT: "-",
    CheckState.NOT_CHECKABLE: "?",
    CheckState.NOT_CHECKED: "!",
    CheckState.FAILED: "✗",
}
_TREES: Mapping[TreeState, str] = {
    TreeState.EQUAL: "the log has this tree",
    TreeState.DIFFERS: "THE LOG HAS ANOTHER TREE",
    TreeState.NOT_LOGGED: "the log has no such version",
    TreeState.NOT_CHECKABLE: "the tree is not held against the log",
}
_STATES: Mapping[PublisherState, str] = {
    PublisherState.VERIFIED: "signed by a key that counts",
    PublisherState.UNKNOWN: "signed by an unknown key",
    PublisherState.REFUSED: "signed by a key that does not count",
    PublisherState.UNSIGNED: "unsigned",
    PublisherState.TAG_UNSIGNED: "only the commit is signed, the tag is not",
    PublisherState.NOT_CHECKABLE: "signature not checkable",
    PublisherState.WRONG: "ALARM: it contradicts itself",
}
_SOURCES: Mapping[OriginSource, str] = {
    OriginSource.MODULE_CACHE: "as the module cache says",
    OriginSource.PROXY: "as a proxy says",
    OriginSource.PATH: "by the module's path",
    OriginSource.USER: "named on the command line",
}
_VERDICTS = {
    0: "every version is signed by a key that counts, and is what the log has",
    1: "not every version is signed by a key that counts",
    3: "not everything could be had, or judged here",
    4: "ALARM: a tag, a signature or a tree is not what it should be",
    5: "there was nothing to verify",
}


def render_publisher_text(run: PublisherRun, *, width: int = 80, verbose: bool = False) -> str:
    """Return a paragraph for each module version; of several, those that are verified have a line each, the last ones.
    verbose: all steps of all of them."""
    lines: list[str] = []
    brief = (
        [verdict for verdict in run.verdicts if verdict.is_verified] if not verbose and len(run.verdicts) > 1 else []
    )
    for verdict in run.verdicts:
        if verdict not in brief:
            lines += [*_lines(verdict, width, verbose=verbose), ""]
    lines += [*(line for verdict in brief for line in _brief(verdict)), *([""] if brief else [])]
    for note in run.notes:
        lines += _wrapped("note", note, width)
    for gap in run.gaps:
        lines += _wrapped("not known", f"{gap.wanted}: {gap.reason}", width)
        lines += _wrapped("next", gap.remedy, width) if gap.remedy else ()
    lines += [""] if (run.notes or run.gaps) and lines[-1:] != [""] else []
    if run.tree_size:
        lines.append(f"log        {plain(run.log)}, tree {run.tree_size:,}")
    if len(run.verdicts) > 1:
        lines += textwrap.wrap(_counted(run), max(40, width))
    verified, total = sum(verdict.is_verified for verdict in run.verdicts), len(run.verdicts)
    head = f"{verified:,} of {total:,} verified; " if total else ""
    lines += textwrap.wrap(head + _VERDICTS[run.exit_code], max(40, width))
    return "\n".join(lines) + "\n"


def tree_words(verdict: PublisherVerdict) -> str:
    """Return whether the log has the tree of the tag, in a few words."""
    return _TREES[verdict.tree]


def _state_words(verdict: PublisherVerdict) -> str:
    is_identity = verdict.signature_kind is SignatureKind.GITSIGN and verdict.state is PublisherState.VERIFIED
    return "signed by an identity that counts" if is_identity else _STATES[verdict.state]


def _counted(run: PublisherRun) -> str:
    """Return how many ended how, both questions together."""
    ends = Counter(f"{_state_words(verdict)}, {_TREES[verdict.tree]}" for verdict in run.verdicts)
    return "; ".join(f"{number:,} {end}" for end, number in ends.most_common())


def _brief(verdict: PublisherVerdict) -> Iterator[str]:
    signer = verdict.signer
    by = ", ".join(signer.names) or signer.key if signer is not None else ""
    of = " (its commit alone; nobody signed the tag)" if any(map(_is_passed_over, verdict.steps)) else ""
    yield plain(f"{_MARKS[verdict.exit_code]} {verdict.module} by {by}{of}")


def _is_passed_over(step: PublisherStep) -> bool:
    """Return whether the user took less than is asked for."""
    return step.check is PublisherCheck.TAG and step.state is CheckState.NOT_CHECKED


def _lines(verdict: PublisherVerdict, width: int, *, verbose: bool) -> Iterator[str]:
    yield plain(f"{_MARKS[verdict.exit_code]} {verdict.module}")
    yield f"  {_state_words(verdict)}; {_TREES[verdict.tree]}"
    signer = verdict.signer
    if signer is not None:
        if signer.names:
            by = f", vouched for by {signer.issuer}" if signer.issuer else ""
            yield from _wrapped("signer", f"{', '.join(signer.names)}{by}", width)
        yield from _wrapped("key", f"{signer.key} ({signer.key_name})", width)
    if verdict.object_name:
        kind = f"{verdict.signature_kind.value} signature of the" if verdict.signature_kind else "the"
        yield from _wrapped(verdict.signed, f"{kind} {verdict.signed} {verdict.object_name}", width)
    if verdict.commit and verdict.signed != "commit":
        yield from _wrapped("commit", verdict.commit, width)
    if verdict.said_by:
        when = f", {verdict.said_on:%Y-%m-%d %H:%M} UTC" if verdict.said_on is not None else ""
        yield from _wrapped("says", f"{verdict.said_by}{when} (by his own word)", width)
    yield from _origin(verdict, width)
    if verdict.h1 and verdict.h1 == verdict.log_h1:
        yield from _wrapped("h1", f"{verdict.h1} (log record {verdict.record:,})", width)
    elif verdict.h1:
        yield from _wrapped("h1", f"{verdict.h1} here, {verdict.log_h1 or 'not known'} in the log", width)
    for step in verdict.steps:
        if verbose or not _is_plain(step):
            yield from _step(step, width)
    if verdict.trust_line:
        yield from _trust(verdict)
    for note in verdict.notes if verbose else ():
        yield from _wrapped("note", note, width)


def _is_plain(step: PublisherStep) -> bool:
    """Return whether a step is as it should be, or there is nothing to it."""
    return step.state is CheckState.VERIFIED or (step.state is CheckState.NOT_PRESENT and step.reason is None)


def _origin(verdict: PublisherVerdict, width: int) -> Iterator[str]:
    origin = verdict.origin
    if origin is None:
        return
    where = origin.reference.removeprefix("refs/tags/") or origin.commit
    at = f" at {where}" if where else ""
    yield from _wrapped("origin", f"{origin.url}{at}, {_SOURCES[origin.source]}", width)


def _step(step: PublisherStep, width: int) -> Iterator[str]:
    yield from _wrapped(step.check.value, f"{_STEP_MARKS[step.state]} {step.says}", width)
    if step.expected:
        yield from _wrapped("", f"expected {step.expected}", width)
        yield from _wrapped("", f"found    {step.found or 'nothing'}", width)
    if step.remedy:
        yield from _wrapped("next", step.remedy, width)


def _trust(verdict: PublisherVerdict) -> Iterator[str]:
    """Yield what to copy, on a line of its own that nothing breaks."""
    if verdict.signature_kind is SignatureKind.SSH:
        yield f"  {'trust':{_LABEL}}a file for --allowed-signers with this line:"
    else:
        yield f"  {'trust':{_LABEL}}run it again with:"
    yield plain(verdict.trust_line)


def _wrapped(label: str, text: str, width: int) -> Iterator[str]:
    indent = " " * (2 + _LABEL)
    room = max(40, width) - len(indent)
    lines = textwrap.wrap(plain(text), room, break_on_hyphens=False) or [""]
    for number, line in enumerate(lines):
        yield f"  {label:{_LABEL}}{line}" if number == 0 else indent + line


def render_publisher_json(run: PublisherRun) -> str:
    """Return the run as JSON, "supplymatrix.publisher/1"."""
    return as_json(
        {
            "schema": SCHEMA,
            "exit_code": run.exit_code,
            "log": {"name": run.log, "tree_size": run.tree_size},
            "modules": [_document(verdict) for verdict in run.verdicts],
            "gaps": [{"wanted": gap.wanted, "reason": gap.reason, "remedy": gap.remedy} for gap in run.gaps],
            "notes": list(run.notes),
        }
    )


def _document(verdict: PublisherVerdict) -> dict[str, object]:
    signer, origin, decisive = verdict.signer, verdict.origin, verdict.step
    return {
        "module": verdict.module.path,
        "version": verdict.module.version,
        "verified": verdict.is_verified,
        "signature": verdict.state.value,
        "tree": verdict.tree.value,
        "exit_code": verdict.exit_code,
        "reason": decisive.reason.value if decisive is not None and decisive.reason is not None else None,
        "signed": verdict.signed,
        "kind": verdict.signature_kind.value if verdict.signature_kind is not None else None,
        "object": verdict.object_name,
        "commit": verdict.commit,
        "said_by": verdict.said_by,
        "said_on": f"{verdict.said_on:%Y-%m-%dT%H:%M:%SZ}" if verdict.said_on is not None else None,
        "signer": {
            "key": signer.key,
            "key_name": signer.key_name,
            "names": list(signer.names),
            "issuer": signer.issuer,
            "trusted": signer.is_trusted,
        }
        if signer is not None
        else None,
        "trust_line": verdict.trust_line,
        "origin": {
            "source": origin.source.value,
            "told_by": origin.told_by,
            "url": origin.url,
            "reference": origin.reference,
            "commit": origin.commit,
            "subdir": origin.subdir,
        }
        if origin is not None
        else None,
        "h1": verdict.h1,
        "log_h1": verdict.log_h1,
        "record": verdict.record if verdict.record >= 0 else None,
        "steps": [
            {
                "check": step.check.value,
                "state": step.state.value,
                "says": step.says,
                "expected": step.expected,
                "found": step.found,
                "reason": step.reason.value if step.reason is not None else None,
                "alarm": step.alarms,
                "remedy": step.remedy,
            }
            for step in verdict.steps
        ],
        "notes": list(verdict.notes),
    }
