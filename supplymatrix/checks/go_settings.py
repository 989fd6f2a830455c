"""How rules judge settings of the go command: one result for each setting of each context, a fail where it is risky."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import ProjectFact
from supplymatrix.model.go_sources import EffectiveSetting, RiskySetting, SettingRisk
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Evidence, Result, Rule

__all__ = ["project_module", "setting_results"]


def project_module(view: FactView) -> ModuleVersion:
    """Return the project as a module, for results about all of it."""
    project = next(iter(view.facts.of(ProjectFact)), None)
    name = (project.module_path or project.name) if project is not None else ""
    return ModuleVersion(path=name, version="")


def setting_results(
    rule: Rule, view: FactView, names: Collection[str], risks: Collection[SettingRisk], *, fix: str
) -> Iterator[Result]:
    """Yield a result for each setting of `names` in each context. risks: that are a fail; where several are of one
    setting, they are one finding."""
    found: dict[tuple[str, str], list[RiskySetting]] = {}
    for risk in view.facts.of(RiskySetting):
        if risk.risk in risks and risk.setting in names and _is_told(risk):
            found.setdefault((risk.context, risk.setting), []).append(risk)
    module = project_module(view)
    for key, told in found.items():
        yield _finding(rule, module, key, told, fix)
    for key in dict.fromkeys((entry.context, entry.name) for entry in view.facts.of(EffectiveSetting)):
        if key[1] in names and key not in found:
            yield passed(rule, _subject(*key), module)


def _is_told(risk: RiskySetting) -> bool:
    from supplymatrix.privacy.risky import is_told  # a check without this audit does without it

    return is_told(risk)


def _subject(context: str, name: str) -> str:
    return f"{name} ({context})" if context else name


def _covered(risk: RiskySetting) -> str:
    return "nothing" if risk.risk is SettingRisk.COVERS_NOTHING else risk.width.value


def _finding(rule: Rule, module: ModuleVersion, key: tuple[str, str], told: list[RiskySetting], fix: str) -> Result:
    first = told[0]
    more = f" ({len(told):,} such entries)" if len(told) > 1 else ""
    where = f" in {first.context}" if first.context else ""
    evidence = [Evidence(label="value", value=first.shown), Evidence(label="set by", value=first.origin)]
    evidence += [Evidence(label="covers", value=f"{risk.pattern}: {_covered(risk)}") for risk in told if risk.pattern]
    return failed(
        rule,
        _subject(*key),
        module,
        message=f"{first.setting}{where}: {first.risk.value}{more}",
        label=first.words,
        locations=tuple(dict.fromkeys(risk.location for risk in told if risk.location.artifact)),
        evidence=tuple(evidence),
        fix=fix,
    )
