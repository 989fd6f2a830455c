"""What was promised of the policy language: an honest score, waivers that end, and every finding in every format."""

from __future__ import annotations

import html
import json
import random
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.acceptance.promise import Need, Outcome, Promise, State, by_figures, by_tests
from benchmarks.measure import REPO, clean_environment, program, run
from benchmarks.policy import measure_judging, measure_loading, measure_small_check, measure_whole_reports
from benchmarks.what_if import measure_what_if
from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.model.fact import Facts, Gap
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Result, Status
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import ExcuseKind, Score, Verdict
from supplymatrix.policy.score import WEIGHTS, Counted, compute_score
from supplymatrix.policy.verdict import judge

if TYPE_CHECKING:
    from supplymatrix.policy.document import Policy

__all__ = ["PROMISES"]

_TALLIES, _VERDICTS, _POLICIES = 10_000, 1_500, 60
_COUNTING = (Status.PASS, Status.FAIL, Status.WAIVED, Status.UNKNOWN)
_BAD = (Status.FAIL, Status.UNKNOWN)
_NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
_NO_FACTS = Facts([])
_MODULES = tuple(ModuleVersion(path=f"{host}.example/m{n}", version="v1.2.0") for host in "abc" for n in range(3))
_SCORED = tuple(rule for rule in ALL_RULES.values() if not rule.of_policy)
_NAMES = tuple(rule.id for rule in _SCORED)
_WAIVABLE = tuple(rule.id for rule in _SCORED if rule.is_waivable)
_CHROMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def _adds_up(score: Score) -> bool:
    """Whether what is printed of a score adds up to it exactly."""
    low = sum((share.low for share in score.contributions), Fraction(0)) - sum(cap[1] for cap in score.caps)
    high = sum((share.high for share in score.contributions), Fraction(0)) - sum(cap[2] for cap in score.caps)
    return (low, high) == (score.low, score.high) and 0 <= low <= high <= 100


def _waived_points(score: Score) -> Fraction:
    """Return the points that rest on waivers, reckoned anew from the counts that are printed."""
    whole = sum(share.weight for share in score.contributions)
    found = Fraction(0)
    for share in score.contributions:
        total = share.passed + share.failed + share.waived + share.unknown
        found += Fraction(100 * share.weight * share.waived, whole * total)
    return found


def _score(results: Sequence[Counted]) -> Score:
    found = compute_score(results, ALL_RULES)
    assert found is not None  # noqa: S101 - there is at least one result
    return found


def _faults_of_tally(results: list[Counted], chance: random.Random) -> Iterator[str]:
    """Yield the properties that do not hold for one list of results."""
    before = _score(results)
    at = chance.randrange(len(results))
    rule = results[at].rule

    def with_one(status: Status) -> Score:
        return _score([*results[:at], Counted(rule, status), *results[at + 1 :]])

    if not _adds_up(before):
        yield "shares and caps are not the score"
    if any(share.weight != WEIGHTS[ALL_RULES[share.rule].severity] for share in before.contributions):
        yield "a weight is not that of the severity"
    if with_one(Status.PASS).low < before.low:
        yield "a result that becomes a pass lowers low"
    lost = with_one(Status.UNKNOWN)
    if lost.low > before.low or lost.high < before.high:
        yield "evidence that is taken away raises low, or lowers high"
    if before.waived != _waived_points(before):
        yield "the waived points are not those of the waivers"
    if results[at].status is Status.FAIL and with_one(Status.WAIVED).low < before.low:
        yield "a waiver lowers low"
    if _score(chance.sample(results, len(results))) != before:
        yield "the order of results changes the score"


def _score_properties(scratch: Path) -> Iterator[Outcome]:
    """Try the properties of the score on lists of results that nobody has chosen."""
    del scratch
    chance = random.Random(7)  # noqa: S311 - the same cases in each run
    wrong: list[str] = []
    for _ in range(_TALLIES):
        rules = chance.sample(_NAMES, chance.randint(1, 6))
        results = [Counted(chance.choice(rules), chance.choice(_COUNTING)) for _ in range(chance.randint(1, 24))]
        wrong += _faults_of_tally(results, chance)
    yield _told(_TALLIES, "lists of results", wrong)


def _told(number: int, what: str, wrong: Sequence[str]) -> Outcome:
    state = State.FAIL if wrong else State.PASS
    detail = f"{number:,} {what}, {len(wrong):,} violations"
    return Outcome(state=state, detail="; ".join([detail, *sorted(set(wrong))]))


def _any_policy(chance: random.Random) -> Policy:
    """Return a policy with any levels, entries for packages, weights and waivers."""
    from supplymatrix.engine.policy_source import presets
    from supplymatrix.policy.document import parse_policy

    text = f'[policy]\nmin_score = {chance.randint(0, 100)}\nfail_on = "{chance.choice(["note", "error"])}"\n'
    if chance.random() < 0.3:
        text += f"weights = {{ critical = {chance.randint(1, 20)}, low = {chance.randint(1, 20)} }}\n"
    text += "[rules]\n"
    for rule in chance.sample([rule for rule in _SCORED if not rule.is_alarm], 5):
        levels = ("note", "warn", "error") if rule.input_fault else ("off", "note", "warn", "error")
        text += f'{rule.id} = "{chance.choice(levels)}"\n'
    for glob in chance.sample(["a.example/**", "b.example/*", "c.example/m1"], chance.randint(0, 2)):
        text += f'[packages."{glob}"]\nsecurity_policy = "{chance.choice(["baseline", "strict-module-integrity"])}"\n'
    for _ in range(chance.randint(0, 6)):
        package = chance.choice(["**", "a.example/*", *(module.path for module in _MODULES)])
        day = chance.choice(["2026-11-23", "2026-11-24", "2027-01-31"])
        text += f'[[waivers]]\nrule = "{chance.choice(_WAIVABLE)}"\npackage = "{package}"\nexpires = {day}\n'
        text += 'reason = "it is known to us"\nowner = "team-a"\n'
    return parse_policy(text.encode(), "lift.toml", presets=presets())


def _any_results(chance: random.Random) -> list[Result]:
    """Return results of any rules on any modules, each pair once."""
    pairs = [(rule, module) for rule in _SCORED for module in _MODULES]
    return [
        _with_status(passed(rule, str(module), module), chance.choice([Status.PASS, *_BAD]))
        for rule, module in chance.sample(pairs, chance.randint(1, 30))
    ]


def _with_status(result: Result, status: Status) -> Result:
    rule, module = ALL_RULES[result.rule], ModuleVersion(path=result.module, version=result.version)
    if status is Status.FAIL:
        return failed(rule, result.subject, module, message="bad", label="", locations=())
    if status is Status.UNKNOWN:
        gap = Gap(wanted=f"proof of {result.subject}", reason="gone", remedy="again", subject=result.subject)
        return unknown(rule, result.subject, module, gap)
    return passed(rule, result.subject, module)


def _verdict(policy: Policy, results: Sequence[Result]) -> Verdict:
    return judge(policy, results, _NO_FACTS, ALL_RULES, now=_NOW, tool_version="0")


def _low(verdict: Verdict) -> Fraction:
    return verdict.score.low if verdict.score is not None else Fraction(0)


def _faults_of_verdict(policy: Policy, results: list[Result], chance: random.Random) -> Iterator[str]:
    """Yield the properties that do not hold for one judgement."""
    before = _verdict(policy, results)
    at = chance.randrange(len(results))

    def with_one(status: Status) -> Verdict:
        return _verdict(policy, [*results[:at], _with_status(results[at], status), *results[at + 1 :]])

    if before.score is not None and not _adds_up(before.score):
        yield "shares and caps are not the score"
    if results[at].status in _BAD and _low(with_one(Status.PASS)) < _low(before):
        yield "a result that becomes a pass lowers low"
    if _low(with_one(Status.UNKNOWN)) > _low(before):
        yield "evidence that is taken away raises low"
    odd = changed(passed(_SCORED[0], "odd", _MODULES[0]), status=Status.NOT_APPLICABLE)
    if _verdict(policy, [*results, odd]) != before:
        yield "what does not apply changes the verdict"
    if _verdict(policy, chance.sample(results, len(results))) != before:
        yield "the order of results changes the verdict"
    waived = [one for one in before.judged if one.waiver is not None and one.waiver.kind is ExcuseKind.WAIVER]
    if len(waived) != sum(entry.findings for entry in before.waivers):
        yield "the register counts other findings than those that are waived"
    if before.score is not None and before.score.waived != _waived_points(before.score):
        yield "the waived points are not those of the waivers"
    bare = _verdict(_without_waivers(policy), results)
    if _low(bare) > _low(before):
        yield "waivers lower low"


def _without_waivers(policy: Policy) -> Policy:
    from dataclasses import replace

    return replace(policy, waivers=())


def _verdict_properties(scratch: Path) -> Iterator[Outcome]:
    """Try the same on whole judgements under policies that nobody has chosen."""
    del scratch
    chance = random.Random(11)  # noqa: S311 - the same cases in each run
    policies = [_any_policy(chance) for _ in range(_POLICIES)]
    wrong: list[str] = []
    for number in range(_VERDICTS):
        wrong += _faults_of_verdict(policies[number % _POLICIES], _any_results(chance), chance)
    yield _told(_VERDICTS, f"judgements under {_POLICIES} policies", wrong)


def _tampered(folder: Path) -> Path:
    """Write the demo's service with a wrong hash and a missing line, and return the recorded answers of the log."""
    service = REPO / "examples" / "mux-service"
    folder.mkdir()
    for name in ("go.mod", "lift.toml"):
        shutil.copy(service / name, folder / name)
    first, *others = (service / "go.sum").read_text(encoding="utf-8").splitlines(keepends=True)
    path, version, value = first.split()
    wrong = "h1:" + value.removeprefix("h1:")[::-1].lstrip("=") + "="
    (folder / "go.sum").write_text("".join([f"{path} {version} {wrong}\n", *others[:-1]]), encoding="utf-8")
    return service / "recorded"


def _page(scratch: Path) -> Iterator[Outcome]:
    """Open the report of a tampered service in a browser without a window, and look for its findings in the page."""
    browser = next((path for name in _CHROMES if (path := shutil.which(name))), None)
    if browser is None:
        yield Outcome(state=State.NOT_RUN, detail="no Chromium is installed")
        return
    page, data, shot = scratch / "report.html", scratch / "report.json", scratch / "page.png"
    replay = _tampered(scratch / "service")
    command: list[str | Path] = [*program(), "check", scratch / "service", "--replay", replay, "--quiet"]
    done = run([*command, "--format", f"html={page}", "--format", f"json={data}"], env=clean_environment(scratch))
    if not page.is_file():
        yield Outcome(state=State.FAIL, detail=f"check ended with {done.code}: {done.err.strip()[-200:]}")
        return
    messages: list[str] = [finding["message"] for finding in json.loads(data.read_bytes())["findings"]]
    quiet: list[str | Path] = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={scratch / 'profile'}",
    ]
    seen = run([*quiet, "--dump-dom", page.as_uri()])
    run([*quiet, "--window-size=1200,2400", f"--screenshot={shot}", page.as_uri()])
    text = " ".join(html.unescape(re.sub(r"<[^>]+>", "", seen.out)).split())
    missing = [message for message in messages if message not in text]
    size = shot.stat().st_size if shot.is_file() else 0
    detail = f"{len(messages)} findings, {len(missing)} not in the page, picture of {size / 1000:,.0f} kB"
    is_right = bool(messages) and not missing and size > 10_000
    yield Outcome(state=State.PASS if is_right else State.FAIL, detail="; ".join([detail, *missing[:3]]))


_WAIVERS = "tests/policy/test_waivers.py::"
_LIFE: Mapping[str, tuple[str, ...]] = {
    "a reason and an owner": (
        f"{_WAIVERS}test_each_of_the_five_keys_is_required",
        f"{_WAIVERS}test_a_wrong_value_in_a_waiver_is_told_with_its_place",
    ),
    "expired": (
        f"{_WAIVERS}test_a_waiver_holds_on_its_last_day",
        f"{_WAIVERS}test_a_finding_is_back_on_the_day_after",
    ),
    "unused": (f"{_WAIVERS}test_a_waiver_that_excuses_nothing_is_a_finding",),
    "soon over, and the cap": (
        f"{_WAIVERS}test_a_waiver_that_lasts_too_long_or_ends_soon_is_a_finding",
        f"{_WAIVERS}test_a_waiver_beyond_the_cap_excuses_nothing_until_it_is_near_enough",
    ),
    "an advisory by all its names": (f"{_WAIVERS}test_a_waiver_of_an_advisory_knows_it_by_all_its_names",),
    "too wide": (f"{_WAIVERS}test_a_waiver_over_many_owners_is_too_wide",),
    "never of an alarm": (f"{_WAIVERS}test_an_alarm_cannot_be_waived",),
    "by the command `waive`": ("tests/cli/test_waive.py",),
}
_SPLICE = "tests/documents/test_toml_splice.py"

PROMISES = (
    Promise(name="the score's properties, of lists of results", attempt=_score_properties),
    Promise(name="the score's properties, of whole judgements", attempt=_verdict_properties),
    Promise(
        name="each finding in each format, up to its limit",
        attempt=by_tests("tests/reports/test_completeness.py", "tests/reports/test_many.py"),
    ),
    Promise(
        name="SARIF, GitLab, JUnit and VSA: valid, or read back by a second reader",
        attempt=by_tests(*(f"tests/reports/test_{name}.py" for name in ("sarif", "gitlab", "junit", "vsa"))),
    ),
    *(Promise(name=f"the life of a waiver: {name}", attempt=by_tests(*tests)) for name, tests in _LIFE.items()),
    Promise(name="own odd TOML: only the intended bytes change", attempt=by_tests(_SPLICE, "-m", "not network")),
    Promise(
        name="200 real TOML files: only the intended bytes change",
        attempt=by_tests(f"{_SPLICE}::test_two_hundred_real_files_keep_every_other_byte", "-m", "network"),
        need=Need.NETWORK,
    ),
    Promise(name="5,000 waivers, with their places", attempt=by_figures(measure_loading)),
    Promise(name="500 modules by 60 rules", attempt=by_figures(measure_judging)),
    Promise(name="what if: one key", attempt=by_figures(measure_what_if)),
    Promise(name="check of 200 modules, cached, offline", attempt=by_figures(measure_small_check)),
    Promise(name="30,000 results in every format", attempt=by_figures(measure_whole_reports, every=True)),
    Promise(name="the page in a browser", attempt=_page),
)
