"""The audit of sources: which settings of the go command hold and where they come from, what is risky in them, and
which module names they let go to whom.

audit_sources(wish)                       # SourcesRun, for `audit sources`
audit_leaks(wish, LeakWish(scenario=Scenario.TIDY))    # LeaksRun, for `audit leaks`
facts_of(wish)                            # the facts of both, for `check --audit sources`

Nothing is run, and nobody is asked. A build file's settings count beside those of this machine, as contexts of their
own; what such a context does not say is taken as Go has it by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.effective_settings import (
    GOROOT_ENV,
    SettingsOf,
    go_settings_of,
    machine_settings,
    show_setting,
)
from supplymatrix.engine.this_machine import SeenHere
from supplymatrix.errors import InputError
from supplymatrix.model.fact import Fact
from supplymatrix.model.gap import Gap
from supplymatrix.model.go_sources import NameSent, RiskySetting, Width
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note
from supplymatrix.privacy.effective import DEFAULT_ORIGIN, FoundSetting, shown_as
from supplymatrix.privacy.leak_simulator import PrivateNames, names_sent
from supplymatrix.privacy.needs import Needs, Scenario, needs_of
from supplymatrix.privacy.proxy_chain import chain_of
from supplymatrix.privacy.risky import is_told, risks_of
from supplymatrix.privacy.runs import ContextChain, LeaksRun, SourcesRun

if TYPE_CHECKING:
    from supplymatrix.engine.module_needs import ReadNeeds
    from supplymatrix.sources.project import Project

__all__ = ["LeakWish", "audit_leaks", "audit_sources", "facts_of", "leaks_of_all"]

_WIDTHS = {Width.ALL: 0, Width.DOMAIN: 1, Width.PATH: 2}
_ROUTES = frozenset({"GOPROXY", "GOPRIVATE", "GONOPROXY", "GOSUMDB", "GONOSUMDB"})


@value
class LeakWish:
    """scenario: which command. is_warm: what the module cache has is not asked for. changes: variables of the
    environment that are tried instead of the real ones. with_files: look at build files too."""

    scenario: Scenario = Scenario.BUILD
    is_warm: bool = False
    changes: Mapping[str, str] = MappingProxyType({})
    with_files: bool = True


def audit_sources(wish: AuditInput) -> SourcesRun:
    """Return the settings in force, the way of names, and what is risky. Raises nothing: gaps."""
    machine = machine_settings(wish.means.environ, wish.project)
    contexts = _contexts(wish.project)
    shown = [shown_as(found, show_setting) for part in (machine, *contexts) for found in part.found]
    risks = [risk for part in (machine, *contexts) for risk in _risks(part, machine)]
    risks.sort(key=lambda risk: (not is_told(risk), _WIDTHS[risk.width]))
    gaps = [*machine.gaps, *(gap for part in contexts for gap in part.gaps)]
    chains = [_chain(part, machine) for part in (machine, *contexts) if _is_of_routes(part)]
    for each in chains:
        gaps += _chain_gaps(each)
    told = any(map(is_told, risks))
    return SourcesRun(
        name=wish.project.name if wish.project is not None else "",
        settings=tuple(shown),
        chains=tuple(chains),
        risks=tuple(risks),
        gaps=tuple(dict.fromkeys(gaps)),
        notes=machine.notes,
        exit_code=3 if gaps else 1 if told else 0,
    )


def audit_leaks(wish: AuditInput, leaks: LeakWish | None = None) -> LeaksRun:
    """Return which names go to whom. Raises InputError for a project without a go.mod that can be read."""
    leaks = leaks or LeakWish()
    project = wish.project
    if project is None:
        return _nothing(leaks)
    environ = {**wish.means.environ, **leaks.changes}
    machine = machine_settings(environ, project)
    read = _read_needs(project, environ, machine, leaks)
    needs = needs_of(read.project, leaks.scenario)
    parts = [machine, *(part for part in (_contexts(project) if leaks.with_files else ()) if _is_of_routes(part))]
    private = _private_names(wish, project, read, needs, parts)
    sent: list[NameSent] = []
    gaps = [*machine.gaps, *read.gaps]
    for part in parts:
        settings = go_settings_of(_for_names(part, machine))
        sent += names_sent(needs.modules, settings, private, context=part.context)
        gaps += _chain_gaps(_chain(part, machine))
    has_private = any(name.is_private for name in sent)
    return LeaksRun(
        name=project.name,
        scenario=leaks.scenario,
        is_warm=leaks.is_warm,
        sent=tuple(sent),
        contexts=tuple(part.context for part in parts),
        refused=needs.refused,
        gaps=tuple(dict.fromkeys(gaps)),
        notes=tuple(dict.fromkeys((*machine.notes, *read.notes))),
        exit_code=3 if gaps else 1 if has_private else 0,
    )


def facts_of(wish: AuditInput) -> SeenHere:
    """Return the settings, what is risky in them, and the names that builds send; of build files those names alone that
    should not be sent. Raises nothing."""
    run = audit_sources(wish)
    facts: list[Fact] = [*run.settings, *run.risks]
    gaps = [*run.gaps]
    notes = [*run.notes]
    if wish.project is not None:
        for scenario in (Scenario.BUILD, Scenario.TIDY):
            try:
                leaks = audit_leaks(wish, LeakWish(scenario=scenario))
            except InputError as err:
                fault = err.diagnostics[0]
                gaps.append(Gap(wanted="which module names are sent", reason=fault.message, remedy=fault.remedy))
                break
            facts += [sent for sent in leaks.sent if not sent.context or sent.is_private]
            gaps += leaks.gaps
            notes += [*leaks.notes, *leaks.refused]
    return SeenHere(
        facts=tuple(dict.fromkeys(facts)),
        gaps=tuple(dict.fromkeys(gaps)),
        notes=tuple(Note(code="sources", message=text) for text in dict.fromkeys(notes)),
    )


def _nothing(leaks: LeakWish) -> LeaksRun:
    return LeaksRun(
        name="", scenario=leaks.scenario, is_warm=leaks.is_warm, sent=(), contexts=(), refused=(), gaps=(), notes=(),
        exit_code=5,
    )  # fmt: skip


def _contexts(project: Project | None) -> tuple[SettingsOf, ...]:
    if project is None:
        return ()
    from supplymatrix.engine.build_settings import build_settings

    return build_settings(project.root)


def _is_of_routes(part: SettingsOf) -> bool:
    """Return whether a context says anything of whom the go command asks; this machine always does."""
    return (not part.context and bool(part.found)) or any(found.name in _ROUTES for found in part.found)


def _risks(part: SettingsOf, machine: SettingsOf) -> Iterable[RiskySetting]:
    """Return the risks of a context; where a build file sets a name several times, of each time."""
    first = {found.name: found for found in reversed(_for_names(part, machine))}
    own = {found.name for found in part.found}
    again = [found for found in part.found if first[found.name] is not found]
    risks = {risk: None for risk in risks_of([*first.values()], show_setting) if risk.setting in own}
    for found in again:
        told = risks_of([*{**first, found.name: found}.values()], show_setting)
        risks |= dict.fromkeys(risk for risk in told if risk.setting == found.name)
    return risks


def _for_names(part: SettingsOf, machine: SettingsOf) -> list[FoundSetting]:
    """Return the settings of a context, completed by what Go has by itself: its go.env, as it lies on this machine."""
    if not part.context:
        return list(part.found)
    said = {found.name for found in part.found}
    defaults = []
    for found in machine.found:
        if found.name in said or found.name in ("GONOPROXY", "GONOSUMDB", "GOPRIVATE"):
            continue
        if found.origin in (DEFAULT_ORIGIN, GOROOT_ENV):
            defaults.append(found)
        else:  # this machine's own setting is none of the build's
            shipped = next((text for origin, text in found.overridden if origin.startswith(GOROOT_ENV)), "")
            defaults.append(changed(found, text=shipped, origin=GOROOT_ENV))
    return [*part.found, *defaults]


def _chain(part: SettingsOf, machine: SettingsOf) -> ContextChain:
    settings = go_settings_of(_for_names(part, machine))
    lacks = bool(part.context) and all(found.name != "GOPROXY" for found in part.found)
    return ContextChain(context=part.context, chain=chain_of(settings), lacks_proxy=lacks)


def _chain_gaps(each: ContextChain) -> Iterable[Gap]:
    """Return what cannot be told of a way, since the go command would refuse its setting."""
    where = f" ({each.context})" if each.context else ""
    if each.chain.fault:
        yield Gap(wanted=f"who is asked for modules{where}", reason=each.chain.fault, remedy="mend GOPROXY")
    if each.chain.log.fault:
        yield Gap(wanted=f"which log is asked{where}", reason=f"GOSUMDB: {each.chain.log.fault}", remedy="mend GOSUMDB")
    if each.lacks_proxy and not each.chain.steps and not each.chain.fault:
        reason = "it sets no GOPROXY, and no Go on this machine says what it would be"
        yield Gap(wanted=f"who is asked for modules{where}", reason=reason, remedy="put Go into PATH")


def _read_needs(project: Project, environ: Mapping[str, str], machine: SettingsOf, leaks: LeakWish) -> ReadNeeds:
    from supplymatrix.engine.module_needs import read_needs

    gowork = next((found.text for found in machine.found if found.name == "GOWORK"), "")
    return read_needs(project, environ, leaks.scenario, warm=leaks.is_warm, gowork=gowork)


def _private_names(
    wish: AuditInput, project: Project, read: ReadNeeds, needs: Needs, parts: Sequence[SettingsOf]
) -> PrivateNames:
    """Return whose names are private. What GOPRIVATE says in one context counts in all: a build that does not know of
    it sends them."""
    from supplymatrix.engine.module_needs import logged_paths

    main = read.project.mains[0] if read.project.mains else project.name
    host = main.partition("/")[0]
    at_home = [
        ModuleVersion(path=need.name, version=need.version)
        for need in needs.modules
        if need.version and need.name.partition("/")[0] == host
    ]
    said = [machine_settings(wish.means.environ).found, *(part.found for part in parts)]
    patterns = [found.text for settings in said for found in settings if found.name == "GOPRIVATE" and found.text]
    return PrivateNames(
        goprivate=",".join(dict.fromkeys(patterns)),
        declared=wish.private,
        main=main,
        logged=logged_paths(read.cache, at_home),
    )


def leaks_of_all(wishes: Sequence[AuditInput], leaks: LeakWish) -> LeaksRun:
    """Return which names go to whom for several projects, the members of a workspace for example, as one run. Raises
    InputError for one without a go.mod that can be read."""
    runs = [audit_leaks(wish, leaks) for wish in wishes]
    if len(runs) == 1:
        return runs[0]
    if not runs:
        return _nothing(leaks)
    return LeaksRun(
        name=", ".join(run.name for run in runs),
        scenario=leaks.scenario,
        is_warm=leaks.is_warm,
        sent=tuple(dict.fromkeys(sent for run in runs for sent in run.sent)),
        contexts=tuple(dict.fromkeys(context for run in runs for context in run.contexts)),
        refused=tuple(dict.fromkeys(text for run in runs for text in run.refused)),
        gaps=tuple(dict.fromkeys(gap for run in runs for gap in run.gaps)),
        notes=tuple(dict.fromkeys(note for run in runs for note in run.notes)),
        exit_code=max((run.exit_code for run in runs if run.exit_code != 5), default=5),
    )
