"""Audits to render: of every fixture, of the demo's subjects, of any facts, and of ones full of hostile text."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from supplymatrix.checks.registry import ALL_RULES, run_rules
from supplymatrix.checks.result import fingerprint_of
from supplymatrix.engine.check import CheckRequest, run_check
from supplymatrix.engine.events import ignore_event
from supplymatrix.engine.means import Means
from supplymatrix.errors import Diagnostic
from supplymatrix.model.audit import Audit, Fellow, Survey, Unreadable
from supplymatrix.model.fact import Facts, Gap, SumKind
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Confidence, Evidence, Finding, Level, Severity, Status
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import (
    Contribution,
    ExcuseKind,
    Judged,
    Mode,
    Note,
    Outcome,
    PolicyFile,
    Score,
    Verdict,
    WaiverEntry,
    WaiverState,
    WaiverUse,
)
from supplymatrix.policy.verdict import judge
from tests.policy.any_policy import any_policy, any_waiver
from tests.policy.facts import any_facts
from tests.policy.policies import parse
from tests.support.data import REPO
from tests.support.fixtures import LOG, NOW, audit_of

__all__ = [
    "EXAMPLES",
    "FOLDERS",
    "OUTAGE",
    "PROJECTS",
    "any_audit",
    "any_survey",
    "example_audit",
    "excused_audit",
    "fixture_audit",
    "hostile_audit",
    "hostile_survey",
    "hostile_text",
    "main_survey",
    "many_audit",
    "outage_audit",
    "placed_audit",
    "survey_of",
]

PROJECTS = Path(__file__).parent / "projects"
_FIXTURES = Path(__file__).parents[1] / "checks" / "fixtures"
FOLDERS = sorted(
    f"{path.parent.parent.name}/{path.parent.name}"
    for root, depth in ((_FIXTURES, "*/*"), (PROJECTS, "*"))
    for path in root.glob(f"{depth}/lift.toml")
)
"""Every fixture, as "SM101/bad" or "projects/alarm"."""
EXAMPLES = sorted(path.parent.name for path in (REPO / "examples").glob("*/lift.toml"))


@cache
def fixture_audit(name: str) -> Audit:
    """Return the audit of one of FOLDERS."""
    root = PROJECTS.parent if name.startswith("projects/") else _FIXTURES
    return audit_of(root / name)


@cache
def example_audit(name: str) -> Audit:
    """Return the audit of one of EXAMPLES by its recorded log data."""
    folder = REPO / "examples" / name
    request = CheckRequest(
        paths=(folder,), means=Means(environ={"HOME": "nowhere"}, now=NOW, replay=folder / "recorded")
    )
    return run_check(request, ignore_event)


@st.composite
def any_audit(draw: st.DrawFn) -> Audit:
    """Return the audit of any facts under any policy, with waivers and with gaps that no rule asked about."""
    facts = draw(any_facts())
    facts = Facts(facts.items, [*facts.gaps, *draw(st.lists(_gaps(st.just("odd")), max_size=2))])
    policy = parse(draw(any_policy()) + "".join(draw(st.lists(any_waiver(), max_size=3))))
    verdict = judge(policy, run_rules(facts), facts, ALL_RULES, now=NOW, tool_version="0.1.0")
    lines = {("go.sum", number): f"line {number} of go.sum" for number in range(1, 12)}
    return Audit(subject="svc", root=".", facts=facts, log=LOG, verdict=verdict, rules=ALL_RULES, lines=lines)


_ATTACKS = (
    "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "\n::error file=x,title=y::injected",
    "::stop-commands::token",
    "x ##[add-mask]all ##vso[task.complete]",
    "a%0A::error::b%25,c:d",
    "`` ` | </td></table><img src=x onerror=alert(1)> &lt; \\| \\",
    "@octocat #1 GH-1 [x](javascript:y) ![z](https://example.com/p.png) www.example.com",
    "<!-- --> $x$ :x: **b** __c__ ~~d~~ ^e^",
    "a|b\n\n# heading\n---\n- item",
)


def hostile_text() -> st.SearchStrategy[str]:
    """Return text as an attacker would choose it: controls, colours, overrides, wide and combining characters."""
    odd = "\x00\x07\x08\x1b\r\n\t\x7f\x85\x9b\xad\u061c\u200b\u200e\u202e\u2028\u2066\ufeff\U000e0041\udcff"
    letters = st.sampled_from(list("ab ]漢\u0301😀│" + odd))
    return st.one_of(st.text(letters, max_size=30), st.text(max_size=10), st.sampled_from(_ATTACKS))


def _places(text: st.SearchStrategy[str]) -> st.SearchStrategy[Location]:
    number = st.integers(0, 6)
    return st.builds(Location, artifact=text, line=number, column=number, end_line=st.just(0), end_column=number)


def _gaps(text: st.SearchStrategy[str]) -> st.SearchStrategy[Gap]:
    return st.builds(
        Gap,
        wanted=text,
        reason=text,
        remedy=text,
        subject=text,
        kind=st.sampled_from([None, *SumKind]),
        location=st.one_of(st.none(), _places(text)),
    )


@st.composite
def _judged(draw: st.DrawFn, text: st.SearchStrategy[str]) -> Judged:
    rule = draw(st.sampled_from(sorted(ALL_RULES)))
    level = draw(st.sampled_from([Level.NOTE, Level.WARN, Level.ERROR, Level.ALARM]))
    judged = Judged(
        rule=rule,
        subject=draw(text),
        level=level,
        status=Status.UNKNOWN,
        severity=draw(st.sampled_from(Severity)),
        required_by=draw(st.one_of(st.none(), _places(text))),
    )
    waiver = WaiverUse(
        reason=draw(text),
        owner=draw(text),
        expires=date(2027, 1, 31),
        location=draw(_places(text)),
        kind=draw(st.sampled_from(ExcuseKind)),
        ticket=draw(text),
        advisory=draw(text),
        vex_justification=draw(text),
    )
    judged = changed(judged, known_before=draw(st.booleans()))
    if draw(st.booleans()):
        judged = changed(judged, gap=draw(_gaps(text)))
        return changed(judged, status=Status.WAIVED, waiver=waiver) if draw(st.booleans()) else judged
    finding = Finding(
        rule=rule,
        subject=judged.subject,
        module=draw(text),
        version=draw(text),
        message=draw(text),
        label=draw(text),
        locations=tuple(draw(st.lists(_places(text), max_size=2))),
        evidence=tuple(draw(st.lists(st.builds(Evidence, label=text, value=text), max_size=2))),
        fix=draw(text),
        confidence=draw(st.sampled_from(Confidence)),
        fingerprint="0" * 32,
        advisories=tuple(draw(st.lists(text, max_size=2))),
    )
    if draw(st.booleans()):
        return changed(judged, finding=finding, status=Status.FAIL)
    return changed(judged, finding=finding, status=Status.WAIVED, waiver=waiver)


def _entries(text: st.SearchStrategy[str]) -> st.SearchStrategy[WaiverEntry]:
    day = st.just(date(2027, 1, 31))
    return st.builds(
        WaiverEntry,
        rule=st.sampled_from(["SM101", "SM202"]),
        package=text,
        version=text,
        advisory=text,
        reason=text,
        owner=text,
        expires=day,
        ticket=text,
        vex_justification=text,
        location=_places(text),
        state=st.sampled_from(WaiverState),
        findings=st.integers(0, 2),
        commit=text,
        author=text,
        committed_on=st.one_of(st.none(), day),
    )


_SCORE = Score(
    low=Fraction(49),
    high=Fraction(50),
    waived=Fraction(1, 3),
    contributions=(
        Contribution(
            rule="SM101", weight=5, passed=1, failed=1, waived=0, unknown=1, low=Fraction(70), high=Fraction(71)
        ),
    ),
    caps=(("SM110", Fraction(21), Fraction(21), "an alarm caps the score at 49"),),
)


@st.composite
def hostile_audit(draw: st.DrawFn) -> Audit:
    """Return an audit in which everything that comes from outside is hostile text."""
    text = hostile_text()
    judged = draw(st.lists(_judged(text), max_size=4))
    asked = [item.gap for item in judged if item.gap is not None]
    codes = st.sampled_from(["no-policy", "waiver-unused"])
    notes = st.builds(Note, code=codes, message=text, location=st.one_of(st.none(), _places(text)))
    places = [place for item in judged if item.finding for place in item.finding.locations]
    places += [item.required_by for item in judged if item.required_by is not None]
    chains = st.lists(text, min_size=2, max_size=3).map(tuple)
    verdict = Verdict(
        outcome=draw(st.sampled_from(Outcome)),
        exit_code=4,
        score=draw(st.sampled_from([None, _SCORE])),
        min_score=80,
        judged=tuple(judged),
        passed=3,
        gaps=tuple(dict.fromkeys([*asked, *draw(st.lists(_gaps(text), max_size=2))])),
        notes=tuple(draw(st.lists(notes, max_size=3))),
        policy_name=draw(text),
        policy_digest="0" * 64,
        tool_version="0.1.0",
        now=datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
        mode=draw(st.sampled_from(Mode)),
        waivers=tuple(draw(st.lists(_entries(text), max_size=2))),
        policy_files=tuple(draw(st.lists(st.builds(PolicyFile, artifact=text, sha256=st.just("0" * 64)), max_size=1))),
        frameworks=tuple(draw(st.lists(text, max_size=1))),
        diff_base=draw(text),
    )
    return Audit(
        fellows=(Fellow(name=draw(text), format="json", sha256="0" * 64),),
        subject=draw(text),
        root=draw(text),
        facts=Facts([]),
        log=draw(st.one_of(st.none(), st.builds(lambda name, route: changed(LOG, name=name, route=route), text, text))),
        verdict=verdict,
        rules=ALL_RULES,
        lines={(place.artifact, place.line): draw(text) for place in places},
        paths={item.finding.module: draw(chains) for item in judged if item.finding is not None},
    )


def placed_audit(state: str, path: str) -> Audit:
    """Return the audit of one of the projects as that of a folder `path`, with paths as the run would show them."""
    audit = fixture_audit(f"projects/{state}")
    names = {artifact for artifact, _ in audit.lines} | {"go.mod", "go.sum"}
    return changed(
        audit, subject=f"example.com/{path}", root=path, places={name: f"{path}/{name}" for name in sorted(names)}
    )


def survey_of(*items: Audit | Unreadable, exit_code: int | None = None) -> Survey:
    """Return a survey with its exit code as the engine would find it, or as given."""
    codes = {2 if isinstance(item, Unreadable) else item.verdict.exit_code for item in items}
    code = next((code for code in (4, 2, 3, 1, 0) if code in codes), 5) if exit_code is None else exit_code
    return Survey(items=items, exit_code=code, requests=1_234, retries=2, received_bytes=5_678_901)


_BROKEN = Unreadable(
    path="services/漢字",
    diagnostics=(
        Diagnostic(
            message="the go line names no version",
            artifact="services/漢字/go.mod",
            line=3,
            column=4,
            end_column=9,
            seen="1.x.y",
            expected="a version, e.g. go 1.26",
            remedy="go mod edit -go=1.26",
            source_line="go 1.x.y",
        ),
        Diagnostic(message="the file is not UTF-8", artifact="services/漢字/go.sum"),
    ),
)


@cache
def main_survey() -> Survey:
    """Return a survey with a subject of every outcome, in no order, with one that cannot be read and a long path."""
    long = "services/a-path/that/is/longer/than/the/table/has/room-for/in-any-column"
    return survey_of(
        placed_audit("pass", "services/pass"),
        placed_audit("waived", "services/waived"),
        placed_audit("fail", long),
        placed_audit("nothing", "tools"),
        _BROKEN,
        placed_audit("alarm", "services/alarm"),
        placed_audit("incomplete", "services/incomplete"),
        placed_audit("broken", "services/broken"),
    )


OUTAGE = WaiverUse(
    reason="the log could not be asked, and the proofs beside go.sum are of 2026-11-20",
    owner="on_outage",
    expires=date(2026, 12, 4),
    location=Location(artifact="lift.toml", line=4, column=13),
)


def outage_audit() -> Audit:
    """Return an audit in which everything that could not be checked is excused by the policy's on_outage."""
    audit = fixture_audit("projects/incomplete")
    judged = tuple(
        item if item.gap is None else changed(item, status=Status.WAIVED, waiver=OUTAGE)
        for item in audit.verdict.judged
    )
    return changed(audit, verdict=changed(audit.verdict, judged=judged, gaps=(), outcome=Outcome.PASS, exit_code=0))


@cache
def excused_audit(mode: Mode = Mode.ENFORCE) -> Audit:
    """Return an audit with a finding that is waived, one on the debt list, one that is old and one that is new.

    All are errors; the run is held against the commit 1a2b3c4d. In a mode that decides nothing its exit code is 0.
    """
    audit = fixture_audit("projects/fail")
    first, second, third, fourth = [item for item in audit.verdict.judged if item.level is Level.ERROR][:4]
    waiver = WaiverUse(
        reason="the fix is in review", owner="team-a", expires=date(2026, 12, 3), ticket="SEC-7",
        location=Location(artifact="lift.toml", line=9, column=1),
    )  # fmt: skip
    debt = changed(waiver, kind=ExcuseKind.DEBT, owner="team-b", expires=date(2027, 2, 1), ticket="")
    judged = (
        changed(first, known_before=False),
        changed(second, known_before=True),
        changed(third, status=Status.WAIVED, waiver=waiver),
        changed(fourth, status=Status.WAIVED, waiver=debt),
    )
    entry = WaiverEntry(
        rule=fourth.rule, package="gone.example/**", version="", advisory="", reason=waiver.reason, owner="team-c",
        expires=date(2026, 11, 1), ticket="SEC-8", vex_justification="", findings=0,
        location=Location(artifact="lift.toml", line=20), state=WaiverState.EXPIRED, commit="0f1e2d3c",
        author="A. Author", committed_on=date(2026, 10, 1),
    )  # fmt: skip
    verdict = changed(
        audit.verdict, judged=judged, mode=mode, exit_code=audit.verdict.exit_code if mode is Mode.ENFORCE else 0,
        diff_base="1a2b3c4d", waivers=(entry,), passed=37, outcome=Outcome.FAIL, gaps=(),
    )  # fmt: skip
    return changed(audit, verdict=verdict)


@cache
def many_audit(number: int) -> Audit:
    """Return an audit with so many results, two in three of them findings, the others unknown for one of 7 reasons."""
    audit = fixture_audit("projects/fail")
    sample = next(item for item in audit.verdict.judged if item.finding is not None)
    judged = tuple(map(_one_of_many, [sample] * number, range(number)))
    gaps = tuple(item.gap for item in judged if item.gap is not None)
    return changed(audit, verdict=changed(audit.verdict, judged=judged, gaps=gaps))


def _one_of_many(sample: Judged, number: int) -> Judged:
    subject = f"many.example/module-{number}@v1.0.0"
    place = Location(artifact="go.sum", line=number + 1, column=1, end_column=9)
    if number % 3 == 2:
        reason = f"proxy {number % 7} gave no answer"
        gap = Gap(wanted=f"record of {subject}", reason=reason, remedy="run again", subject=subject, location=place)
        return changed(sample, subject=subject, status=Status.UNKNOWN, finding=None, gap=gap, level=Level.WARN)
    assert sample.finding is not None
    finding = changed(
        sample.finding, subject=subject, message=f"no line for {subject}", locations=(place,),
        fingerprint=fingerprint_of(sample.rule, subject),
    )  # fmt: skip
    level = Level.ALARM if number % 1000 == 999 else Level.ERROR
    return changed(sample, subject=subject, finding=finding, level=level)


@st.composite
def any_survey(draw: st.DrawFn) -> Survey:
    """Return a survey of several audits of any facts under any policies."""
    audits = draw(st.lists(any_audit(), min_size=2, max_size=4))
    return survey_of(*(changed(audit, root=f"svc{number}") for number, audit in enumerate(audits)))


@st.composite
def hostile_survey(draw: st.DrawFn) -> Survey:
    """Return a survey in which everything that comes from outside is hostile text; some subjects cannot be read."""
    text = hostile_text()
    number = st.integers(0, 6)
    faults = st.builds(
        Diagnostic,
        message=text,
        artifact=text,
        line=number,
        column=number,
        end_column=number,
        seen=text,
        expected=text,
        remedy=text,
        source_line=text,
    )
    broken = st.builds(Unreadable, path=text, diagnostics=st.lists(faults, min_size=1, max_size=2).map(tuple))
    items = draw(st.lists(st.one_of(hostile_audit(), broken), min_size=1, max_size=4))
    return survey_of(*items, exit_code=4)
