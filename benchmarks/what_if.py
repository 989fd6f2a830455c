"""What a key of the Policy screen costs: 500 modules, 60 rules, one more level, waiver or mended module each."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from random import Random
from typing import TYPE_CHECKING

from benchmarks.measure import median

if TYPE_CHECKING:
    from benchmarks.run import Bench
    from supplymatrix.model.fact import Facts
    from supplymatrix.model.module import ModuleVersion
    from supplymatrix.model.rule import Result, Rule
    from supplymatrix.policy.what_if import Trial, WhatIf

__all__ = ["measure_what_if"]

_MODULES, _RULES, _STEPS = 500, 60, 60
_BAD = 0.03  # of all results
_NOW = datetime(2026, 11, 26, tzinfo=UTC)
_POLICY = b"""\
[policy]
min_score = 80
[packages."m1.example/**"]
security_policy = "strict-module-integrity"
[packages."m2.example/*"]
security_policy = "baseline"
"""


def measure_what_if(bench: Bench) -> None:
    """One key after the other, each beside a whole judgement of the same policy, whose answer it must be."""
    print("\nwhat if the policy said something else")
    from supplymatrix.policy.what_if import Trial

    rules = _rules()
    modules = _modules()
    results = _results(rules, modules)
    begin = time.process_time()
    tried = _what_if(rules, modules, results)
    bench.note(f"{_MODULES} modules, {_RULES} rules: first judgement: CPU", _ms(begin), "ms", None)
    costs, trial = [], Trial()
    for number in range(_STEPS):
        trial = _next(trial, number, rules, modules)
        begin = time.process_time()
        found = tried.reckon(trial)
        costs.append(_ms(begin))
    bench.note("one key: median CPU", median(costs), "ms", 50.0)
    bench.note("one key: slowest CPU", max(costs), "ms", 50.0)
    begin = time.process_time()
    whole = _whole(tried, trial, rules, modules)
    bench.note("a whole judgement beside it: CPU", _ms(begin), "ms", None)
    bench.expect(holds=(found.outcome, found.score) == whole, what="what if and a whole judgement differ")


def _ms(begin: float) -> float:
    return round((time.process_time() - begin) * 1000, 1)


def _rules() -> dict[str, Rule]:
    from supplymatrix.checks.registry import ALL_RULES
    from supplymatrix.model.rule import Level
    from supplymatrix.model.value import changed

    known = list(ALL_RULES.values())
    made = {}
    for number in range(_RULES):
        name, level = f"SM{number + 300}", Level.ALARM if number % 7 == 0 else Level.ERROR
        kind = {"alarms": False, "input_fault": False, "gap_only": False}
        made[name] = changed(known[number % len(known)], id=name, name=f"rule-{number}", level=level, **kind)
    return made


def _modules() -> list[ModuleVersion]:
    from supplymatrix.model.module import ModuleVersion

    return [ModuleVersion(path=f"m{number % 17}.example/x{number}", version="v1.2.3") for number in range(_MODULES)]


def _results(rules: dict[str, Rule], modules: list[ModuleVersion]) -> list[Result]:
    from supplymatrix.checks.result import failed, passed

    random = Random(1)  # noqa: S311 - the same results in each run
    return [
        failed(rule, str(module), module, message="bad", label="bad", locations=())
        if random.random() < _BAD and not rule.is_alarm
        else passed(rule, str(module), module)
        for rule in rules.values()
        for module in modules
    ]


def _facts(modules: list[ModuleVersion]) -> Facts:
    from supplymatrix.model.fact import Facts, SumKind, SumLine
    from supplymatrix.model.location import Location

    place = Location(artifact="go.sum", line=3, column=1)
    return Facts([SumLine(subject=m, kind=kind, hash="h1:x", location=place) for m in modules for kind in SumKind])


def _what_if(rules: dict[str, Rule], modules: list[ModuleVersion], results: list[Result]) -> WhatIf:
    from supplymatrix.engine.policy_source import presets
    from supplymatrix.policy.document import parse_policy
    from supplymatrix.policy.what_if import WhatIf

    policy = parse_policy(_POLICY, "lift.toml", presets=presets())
    return WhatIf(policy, results, _facts(modules), rules, now=_NOW, tool_version="0")


def _next(trial: Trial, number: int, rules: dict[str, Rule], modules: list[ModuleVersion]) -> Trial:
    """Return a trial with one thing more: a level, a waiver, or a module that is mended, in turn."""
    from supplymatrix.model.location import Location
    from supplymatrix.model.rule import Level
    from supplymatrix.policy.document import Waiver

    names = [name for name, rule in rules.items() if not rule.is_alarm]
    rule, module = names[number % len(names)], modules[number]
    if number % 3 == 0:
        return trial.at_level(rule, Level.OFF)
    if number % 3 == 1:
        return trial.mending(module.path, module.version)
    waiver = Waiver(
        rule=rule, package=module.path, version="", reason="known to us", owner="us", expires=date(2026, 12, 31),
        location=Location(artifact="lift.toml"),
    )  # fmt: skip
    return trial.waiving(waiver)


def _whole(tried: WhatIf, trial: Trial, rules: dict[str, Rule], modules: list[ModuleVersion]) -> tuple[object, object]:
    from supplymatrix.policy.verdict import judge
    from supplymatrix.policy.what_if import tried_policy

    policy, results = tried_policy(tried.policy, trial), tried.results_with(trial.gone)
    verdict = judge(policy, results, _facts(modules), rules, now=_NOW, tool_version="0")
    return verdict.outcome, verdict.score
