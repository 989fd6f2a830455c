"""The report as JUnit XML, for the test views of Jenkins, GitLab and others.

A subject is a test suite. Each finding and each thing that could not be checked is a test case, and so is, for each
rule, everything that passed, with its number in `assertions`. One more case in each suite is the gate itself: it fails
when the exit code is not 0, also where the score alone decides, so that a suite is red exactly when the run is.

| what | element |
|---|---|
| a finding that counts | `failure` |
| an alarm, malformed input, what could not be checked | `error` |
| waived, on the debt list, known before, below `fail_on` | `skipped`, with who answers for it and until when |

The form has no official schema; it is the common part of what readers take. XML 1.0 has no control characters: they are
written out, as in all reports.

Source: the JUnit plug-in of Jenkins; GitLab, "Unit test reports".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC
from html import escape

from supplymatrix.errors import Diagnostic
from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Contribution, Judged, Outcome, Verdict
from supplymatrix.reports.digests import digests_of
from supplymatrix.reports.judged_words import (
    decides,
    distinct,
    excuse_of,
    message_of,
    next_of,
    place_of,
    told_level,
    unasked_gaps,
)
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import (
    MEANING,
    as_survey,
    counted,
    exit_of,
    outcome_of,
    path_of,
    say_mode,
    say_tally,
    score_text,
    tally_of,
)

__all__ = ["render"]

_NO_XML = re.compile("[\ufffe\uffff]")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_GATE = "gate"


@value
class _Case:
    """One test case. result: "failure", "error", "skipped" or "" for a pass; kind: of the result, in a word.

    text: lines below the result; out: lines of system-out. assertions: how many passes it stands for.
    """

    classname: str
    name: str
    result: str = ""
    message: str = ""
    kind: str = ""
    text: tuple[str, ...] = ()
    out: tuple[str, ...] = ()
    place: Location | None = None
    assertions: int = 1


def render(found: Audit | Survey, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the report as JUnit XML; the other arguments mean nothing here."""
    del color, width, verbose
    survey = as_survey(found)
    alone = len(survey.items) == 1
    suites = [(item, _cases(item, _package(item, alone=alone))) for item in survey.items]
    everything = [case for _, cases in suites for case in cases]
    out = [_HEAD, f"<testsuites{_attributes(name='supplymatrix', **_counts(everything))}>"]
    for number, (item, cases) in enumerate(suites):
        out += _suite(number, item, cases)
    return "\n".join([*out, "</testsuites>"]) + "\n"


def _package(item: Audit | Unreadable, *, alone: bool) -> str:
    """Return what a view shows its classes under; a point would part it."""
    return "supplymatrix" if alone else f"supplymatrix.{path_of(item).replace('.', '_')}"


def _cases(item: Audit | Unreadable, package: str) -> list[_Case]:
    if isinstance(item, Unreadable):
        return [_fault(item, fault, f"{package}.input") for fault in item.diagnostics]
    cases = [_judged(item, judged, package) for judged in item.verdict.judged]
    score = item.verdict.score
    cases += [_passes(item, share, package) for share in (score.contributions if score else ()) if share.passed]
    return [_gate(item.verdict, package), *cases]


def _class(package: str, audit: Audit, rule: str) -> str:
    return f"{package}.{rule} {audit.rules[rule].name}"


def _judged(audit: Audit, item: Judged, package: str) -> _Case:
    level, place, step = told_level(audit, item), place_of(audit, item), f"next: {next_of(audit, item)}"
    message = message_of(item)
    notes = [excuse_of(item.waiver)] if item.waiver is not None and item.status is Status.WAIVED else []
    notes += ["known before: it decides nothing"] if item.known_before else []
    finding = item.finding
    result = "skipped"
    if decides(audit, item):
        is_error = item.status is Status.UNKNOWN or level is Level.ALARM or audit.rules[item.rule].input_fault
        result = "error" if is_error else "failure"
    return _Case(
        classname=_class(package, audit, item.rule),
        name=item.subject or (finding.message if finding is not None else item.rule),
        result=result,
        message="; ".join([message, *notes]),
        kind=item.status.value if item.status is not Status.FAIL else level.value,
        text=(*([f"at {place}"] if place is not None else []), *notes, step),
        out=(
            *(f"{part.label}: {part.value}" for part in (finding.evidence if finding is not None else ())),
            *([f"asked for by {audit.placed(item.required_by)}"] if item.required_by is not None else []),
            step,
            f"docs: supplymatrix explain {item.rule}",
        ),
        place=place,
    )


def _passes(audit: Audit, share: Contribution, package: str) -> _Case:
    whole = share.passed + share.failed + share.waived + share.unknown
    return _Case(
        classname=_class(package, audit, share.rule),
        name="passes",
        out=(f"{share.passed:,} of {counted(whole, 'result')} passed",),
        assertions=share.passed,
    )


def _gate(verdict: Verdict, package: str) -> _Case:
    """Return the case that fails exactly when the run does."""
    words = [*_score(verdict), *say_tally(tally_of(verdict)), *say_mode(verdict)]
    result = {0: "", 1: "failure"}.get(verdict.exit_code, "error")
    return _Case(
        classname=f"{package}.{_GATE}",
        name=f"policy {verdict.policy_name}",
        result=result,
        message=f"{verdict.outcome.value}: {MEANING[verdict.outcome]}" if result else "",
        kind=verdict.outcome.value,
        text=tuple(words) if result else (),
        out=(f"{verdict.outcome.value}, exit {verdict.exit_code}", *words),
    )


def _score(verdict: Verdict) -> list[str]:
    return [f"score {score_text(verdict.score)}, {verdict.min_score} needed"] if verdict.score is not None else []


def _fault(item: Unreadable, fault: Diagnostic, classname: str) -> _Case:
    lines = [f"seen: {fault.seen}"] if fault.seen else []
    lines += [f"expected: {fault.expected}"] if fault.expected else []
    place = Location(artifact=fault.artifact or path_of(item), line=fault.line, column=fault.column)
    return _Case(
        classname=classname,
        name=place.artifact,
        result="error",
        message=f"cannot be read: {fault.message}",
        kind=Outcome.BROKEN.value,
        text=(f"at {place}", *lines),
        out=(f"next: {fault.remedy}",) if fault.remedy else (),
        place=place,
    )


def _suite(number: int, item: Audit | Unreadable, cases: list[_Case]) -> Iterator[str]:
    told = "" if isinstance(item, Unreadable) else item.verdict.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    name = path_of(item) if isinstance(item, Unreadable) or path_of(item) != "." else item.subject
    yield f"<testsuite{_attributes(name=name, id=number, **_counts(cases), timestamp=told)}>"
    yield "<properties>"
    for key, text in _properties(item):
        yield f"<property{_attributes(name=key, value=text)}/>"
    yield "</properties>"
    names = distinct(f"{plain(case.classname)}\n{plain(case.name)}" for case in cases)
    for case, unique in zip(cases, names, strict=True):
        yield from _case(case, unique.partition("\n")[2])
    if not isinstance(item, Unreadable):
        yield from _element("system-out", _beside(item))
    yield "</testsuite>"


def _properties(item: Audit | Unreadable) -> Iterator[tuple[str, str]]:
    yield "path", path_of(item)
    yield "outcome", outcome_of(item).value
    yield "exit_code", str(exit_of(item))
    if isinstance(item, Unreadable):
        return
    verdict, tally = item.verdict, tally_of(item.verdict)
    yield "subject", item.subject
    yield "policy", verdict.policy_name
    yield "policy_sha256", verdict.policy_digest
    if verdict.audits_beside:
        yield "audits beside the policy", ", ".join(verdict.audits_beside)
    yield "mode", verdict.mode.value
    if verdict.score is not None:
        yield "score", score_text(verdict.score)
    yield "diff_base", verdict.diff_base
    for digest in digests_of(item):
        if digest.what != "policy":
            yield f"sha256 of {digest.what} {digest.name}", digest.sha256
    for name in ("checked", "waived", "debt"):
        yield name, str(getattr(tally, name))


def _beside(audit: Audit) -> list[str]:
    """Return what is no test case: notes, and what could not be had although no rule asked for it."""
    lines = [f"not observed: {gap.subject or gap.wanted}: {gap.reason} (next: {gap.remedy})"
             for gap in unasked_gaps(audit.verdict)]  # fmt: skip
    return lines + [f"note: {note.message}" for note in audit.verdict.notes]


def _case(case: _Case, name: str) -> Iterator[str]:
    place = case.place
    where = {"file": place.artifact, "line": place.line or ""} if place is not None else {}
    head = f"<testcase{_attributes(classname=case.classname, name=name, assertions=case.assertions, time=0, **where)}"
    if not case.result and not case.out:
        yield f"{head}/>"
        return
    yield f"{head}>"
    if case.result:
        yield from _element(case.result, case.text, message=case.message, type=case.kind)
    yield from _element("system-out", case.out)
    yield "</testcase>"


def _element(name: str, lines: Iterable[str], **attributes: object) -> Iterator[str]:
    """Yield an element with lines of text in it; without lines and attributes there is none."""
    text = "\n".join(map(_text, lines))
    if text or attributes:
        yield f"<{name}{_attributes(**attributes)}>{text}</{name}>"


def _attributes(**named: object) -> str:
    """Return attributes as they stand in a tag; those that are "" are left out, but for names and values."""
    kept = ((key, str(found)) for key, found in named.items() if found != "" or key in ("name", "value"))
    return "".join(f' {key}="{_text(found)}"' for key, found in kept)


def _counts(cases: list[_Case]) -> dict[str, object]:
    results = [case.result for case in cases]
    return {
        "tests": len(cases),
        "failures": results.count("failure"),
        "errors": results.count("error"),
        "skipped": results.count("skipped"),
        "time": 0,
    }


def _text(text: str) -> str:
    """Return text from outside on one line, with what XML has no place for written out."""
    return escape(_NO_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", plain(text)))
