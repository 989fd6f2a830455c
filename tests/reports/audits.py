"""Audits to render: of every fixture, of the demo's subjects, of any facts, and of ones full of hostile text."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from supplymatrix.checks.registry import ALL_RULES, run_rules
from supplymatrix.engine.check import CheckRequest, run_check
from supplymatrix.engine.events import ignore_event
from supplymatrix.engine.means import Means
from supplymatrix.errors import Diagnostic
from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.model.fact import Facts, Gap, SumKind
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Confidence, Evidence, Finding, Level, Severity, Status
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Contribution, Judged, Note, Outcome, Score, Verdict, WaiverUse
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
    "fixture_audit",
    "hostile_audit",
    "hostile_survey",
    "hostile_text",
    "main_survey",
    "outage_audit",
    "placed_audit",
    "survey_of",
]

PROJECTS = Path(__file__).parent / "projects"
_FIXTURES = Path(__file__).parents[1] / "checks" / "fixtures"
FOLDERS = sorted(
    f"{path.parent.parent.name}/{path.parent.name}"
    for root in (_FIXTURES, PROJECTS)
    for path in root.glob("**/lift.toml")
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
    waiver = WaiverUse(reason=draw(text), owner=draw(text), expires=date(2027, 1, 31), location=draw(_places(text)))
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
    )
    if draw(st.booleans()):
        return changed(judged, finding=finding, status=Status.FAIL)
    return changed(judged, finding=finding, status=Status.WAIVED, waiver=waiver)


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
    )
    return Audit(
        subject=draw(text),
        root=draw(text),
        facts=Facts([]),
        log=draw(st.one_of(st.none(), st.builds(lambda name, route: changed(LOG, name=name, route=route), text, text))),
        verdict=verdict,
        rules=ALL_RULES,
        lines={(place.artifact, place.line): draw(text) for place in places},
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
