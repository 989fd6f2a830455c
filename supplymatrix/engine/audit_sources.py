"""The audit of sources: which settings of the go command hold and where they come from, what is risky in them, and
which module names they let go to whom.

audit_sources(wish)                       # SourcesRun, for `audit sources`
audit_leaks(wish, LeakWish(scenario=Scenario.TIDY))    # LeaksRun, for `audit leaks`
facts_of(wish)                            # the facts of both, for `check --audit sources`

Nothing is run, and nobody is asked. Build files count beside this machine, as contexts of their own; what such a one
does not say is taken as Go has it by itself. Of one whose settings are not known nothing is told but that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
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
from supplymatrix.privacy.needs import COMMANDS, Needs, Scenario, needs_of
from supplymatrix.privacy.proxy_chain import chain_of
from supplymatrix.privacy.refused import refusals
from supplymatrix.privacy.risky import is_told, risks_of
from supplymatrix.privacy.runs import ContextChain, LeaksRun, SourcesRun

if TYPE_CHECKING:
    from supplymatrix.engine.module_needs import ReadNeeds
    from supplymatrix.sources.project import Project

__all__ = ["LeakWish", "audit_leaks", "audit_sources", "facts_of", "leaks_of_all"]

_WIDTHS = {Width.ALL: 0, Width.DOMAIN: 1, Width.PATH: 2}
_ROUTES = frozenset({"GOPROXY", "GOPRIVATE", "GONOPROXY", "GOSUMDB", "GONOSUMDB"})
_OF_NEEDS = ("GO111MODULE", "GOFLAGS", "GOTOOLCHAIN", "GOWORK")
"""The settings that decide what is asked for."""
_MOST_NAMED = 5


@value
class LeakWish:
    """scenario: which command. is_warm: what the module cache has is not asked for. changes: variables of the
    environment that are tried instead of the real ones. with_files: look at build files too. around: the folder that
    was named, whose build files count as well; None = that of the project's workspace."""

    scenario: Scenario = Scenario.BUILD
    is_warm: bool = False
    changes: Mapping[str, str] = MappingProxyType({})
    with_files: bool = True
    around: Path | None = None


def audit_sources(wish: AuditInput, others: Sequence[Project] = (), around: Path | None = None) -> SourcesRun:
    """Return the settings in force, the way of names, and what is risky. Raises nothing: gaps.

    others: further projects whose build files count, the members of a workspace for example. around: as in `LeakWish`.
    """
    machine = machine_settings(wish.means.environ, wish.project)
    projects = [*([wish.project] if wish.project is not None else []), *others]
    contexts = _contexts(projects, around)
    shown = [shown_as(found, show_setting) for part in (machine, *contexts) for found in part.found]
    risks = [risk for part in (machine, *contexts) for risk in _risks(part, machine, wish.proxies)]
    risks.sort(key=lambda risk: (not is_told(risk), _WIDTHS[risk.width]))
    gaps = [gap for part in (machine, *contexts) for gap in part.gaps]
    chains = [_chain(part, machine) for part in (machine, *contexts) if _is_of_routes(part)]
    for each in chains:
        gaps += _chain_gaps(each)
    for part in (machine, *contexts):
        gaps += _refusal_gaps(part)
    told = any(map(is_told, risks))
    return SourcesRun(
        name=", ".join(project.name for project in projects),
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
    if wish.project is None:
        return _nothing(leaks)
    return _Leaks(wish, wish.project, leaks).run()


class _Leaks:
    """The names that one project's builds tell, in each context."""

    def __init__(self, wish: AuditInput, project: Project, leaks: LeakWish) -> None:
        self._wish = wish
        self._project = project
        self._leaks = leaks
        self._environ = {**wish.means.environ, **leaks.changes}
        self._machine = machine_settings(self._environ, project)
        self._needs: dict[tuple[str, ...], tuple[ReadNeeds, Needs]] = {}
        self._gaps = [*self._machine.gaps]

    def run(self) -> LeaksRun:
        """Return them."""
        machine, project = self._machine, self._project
        others = _contexts([project], self._leaks.around) if self._leaks.with_files else ()
        self._gaps += [gap for part in others for gap in part.gaps]
        parts = [machine, *filter(_is_of_routes, others)]
        first, _ = self._needs_of(machine)
        private = self._private_names(first, parts)
        sent: list[NameSent] = []
        refused: list[str] = []
        known: list[str] = []
        for part in parts:
            chain = _chain(part, machine)
            self._gaps += _chain_gaps(chain)
            if chain.unknown:
                continue
            known.append(part.context)
            settings = go_settings_of(_for_names(part, machine))
            needs = self._needs_of(part)[1]
            sent += names_sent(needs.modules, settings, private, context=part.context)
            refused += [f"{part.context}: {text}" if part.context else text for text in needs.refused]
        reads = [read for read, _ in self._needs.values()]
        gaps = [*self._gaps, *(gap for read in reads for gap in read.gaps)]
        return LeaksRun(
            name=project.name,
            scenario=self._leaks.scenario,
            is_warm=self._leaks.is_warm,
            sent=tuple(sent),
            contexts=tuple(known),
            refused=_once(refused),
            gaps=tuple(dict.fromkeys(gaps)),
            notes=tuple(dict.fromkeys((*machine.notes, *(note for read in reads for note in read.notes)))),
            exit_code=3 if gaps else 1 if any(name.may_be_private for name in sent) else 0,
        )

    def _needs_of(self, part: SettingsOf) -> tuple[ReadNeeds, Needs]:
        """Return what a context needs; its flags and its toolchain count, and not those of this machine."""
        from supplymatrix.engine.module_needs import read_needs

        held = {found.name: found for found in reversed(_for_names(part, self._machine))}
        said = tuple(
            found.text if (found := held.get(name)) is not None and found.is_said and not found.unknown else ""
            for name in _OF_NEEDS
        )
        if said not in self._needs:
            environ = self._environ_of(part, dict(zip(_OF_NEEDS, said, strict=True)))
            leaks = self._leaks
            read = read_needs(
                self._project, environ, leaks.scenario, warm=leaks.is_warm, gowork=said[_OF_NEEDS.index("GOWORK")]
            )
            self._needs[said] = (read, needs_of(read.project, leaks.scenario))
        return self._needs[said]

    def _environ_of(self, part: SettingsOf, said: Mapping[str, str]) -> dict[str, str]:
        if not part.context:
            return self._environ
        computed = {found.name: found.text for found in self._machine.found if found.name == "GOMODCACHE"}
        return {**self._environ, **computed, **said, "GOENV": "off"}

    def _private_names(self, read: ReadNeeds, parts: Sequence[SettingsOf]) -> PrivateNames:
        """Return whose names are private. What GOPRIVATE says in one context counts in all: a build that does not know
        of it sends them."""
        from supplymatrix.engine.module_needs import logged_paths

        wish = self._wish
        main = read.project.mains[0] if read.project.mains else self._project.name
        host = main.partition("/")[0]
        needed = (need for _, needs in self._needs.values() for need in needs.modules)
        at_home = [
            ModuleVersion(path=need.name, version=need.version)
            for need in needed
            if need.version and need.name.partition("/")[0] == host
        ]
        said = [machine_settings(wish.means.environ).found, *(part.found for part in parts)]
        patterns = [
            found.text
            for settings in said
            for found in settings
            if found.name == "GOPRIVATE" and found.text and not found.unknown
        ]
        return PrivateNames(
            goprivate=",".join(dict.fromkeys(patterns)),
            declared=wish.private,
            main=main,
            logged=logged_paths(read.cache, at_home, self._environ),
            proxies=wish.proxies,
        )


def _once(refused: Sequence[str]) -> tuple[str, ...]:
    """Return why commands stop; what is told of this machine is not told again of each context."""
    told: dict[str, None] = {}
    for text in refused:
        if text not in told and not any(text.endswith(f": {known}") for known in told):
            told[text] = None
    return tuple(told)


def facts_of(wish: AuditInput) -> SeenHere:
    """Return the settings, what is risky in them, and the names that builds send; of build files those names alone that
    should not be sent. Raises nothing."""
    run = audit_sources(wish)
    facts: list[Fact] = [*run.settings, *run.risks]
    gaps = [*run.gaps]
    notes = [*run.notes]
    runs: list[LeaksRun] = []
    if wish.project is not None:
        for scenario in (Scenario.BUILD, Scenario.TIDY):
            try:
                leaks = audit_leaks(wish, LeakWish(scenario=scenario))
            except InputError as err:
                fault = err.diagnostics[0]
                gaps.append(Gap(wanted="which module names are sent", reason=fault.message, remedy=fault.remedy))
                break
            runs.append(leaks)
            facts += [sent for sent in leaks.sent if not sent.context or sent.may_be_private]
            gaps += leaks.gaps
            notes += [*leaks.notes, *leaks.refused]
    notes += _perhaps(runs)
    return SeenHere(
        facts=tuple(dict.fromkeys(facts)),
        gaps=tuple(dict.fromkeys(gaps)),
        notes=tuple(Note(code="sources", message=text) for text in dict.fromkeys(notes)),
    )


def _perhaps(runs: Sequence[LeaksRun]) -> Iterable[str]:
    """Yield which names may be private that others are told; nobody has said so, and no rule judges them."""
    found = [sent for run in runs for sent in run.perhaps_private]
    names = [*dict.fromkeys(sent.name for sent in found if sent.version)] or [sent.name for sent in found[:1]]
    if names:
        more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
        commands = " and ".join(COMMANDS[run.scenario] for run in runs if run.perhaps_private)
        hosts = ", ".join([*dict.fromkeys(sent.host for sent in found)][:_MOST_NAMED])
        yield (
            f"perhaps private, by the host of the main module: {', '.join(names[:_MOST_NAMED])}{more}; {commands} would"
            f" tell {hosts}. What is private belongs into GOPRIVATE, or into [sources] private of the policy"
        )


def _nothing(leaks: LeakWish) -> LeaksRun:
    return LeaksRun(
        name="", scenario=leaks.scenario, is_warm=leaks.is_warm, sent=(), contexts=(), refused=(), gaps=(), notes=(),
        exit_code=5,
    )  # fmt: skip


def _contexts(projects: Sequence[Project], around: Path | None) -> tuple[SettingsOf, ...]:
    if not projects:
        return ()
    from supplymatrix.engine.build_settings import build_settings

    return build_settings(projects, around)


def _is_of_routes(part: SettingsOf) -> bool:
    """Return whether a context runs go, or says anything of whom it asks; this machine always does."""
    return part.runs_go or bool(part.found and not part.context) or any(found.name in _ROUTES for found in part.found)


def _risks(part: SettingsOf, machine: SettingsOf, proxies: Sequence[str]) -> Iterable[RiskySetting]:
    """Return the risks of a context; where a build file sets a name several times, of each time."""
    first = {found.name: found for found in reversed(_for_names(part, machine))}
    own = {found.name for found in part.found}
    again = [found for found in part.found if first[found.name] is not found]
    risks = {risk: None for risk in risks_of([*first.values()], show_setting, proxies) if risk.setting in own}
    for found in again:
        told = risks_of([*{**first, found.name: found}.values()], show_setting, proxies)
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
    chain = chain_of(go_settings_of(_for_names(part, machine)))
    lacks = bool(part.context) and all(found.name != "GOPROXY" for found in part.found)
    unknown = {
        found.name: found.unknown
        for found in part.found
        if found.unknown and found.name in _ROUTES and not found.origin.startswith("implied")
    }
    if "GOPROXY" in unknown:
        chain = changed(chain, fault=f"GOPROXY: {unknown['GOPROXY']}")
    return ContextChain(context=part.context, chain=chain, lacks_proxy=lacks, unknown=tuple(unknown.items()))


def _chain_gaps(each: ContextChain) -> Iterable[Gap]:
    """Return what cannot be told of a way: its settings are not known, or the go command would refuse them."""
    where = f" ({each.context})" if each.context else ""
    if each.unknown:
        names = [name for name, _ in each.unknown]
        reason = f"{' and '.join(names)}: {each.unknown[0][1]}"
        remedy = f"write the value into the file, or try it here: audit leaks --env {names[0]}=…"
        yield Gap(wanted=f"who is asked for modules{where}", reason=reason, remedy=remedy)
        return
    if each.chain.fault:
        yield Gap(wanted=f"who is asked for modules{where}", reason=each.chain.fault, remedy="mend GOPROXY")
    if each.chain.log.fault:
        yield Gap(wanted=f"which log is asked{where}", reason=f"GOSUMDB: {each.chain.log.fault}", remedy="mend GOSUMDB")
    if each.lacks_proxy and not each.chain.steps and not each.chain.fault:
        reason = "it sets no GOPROXY, and no Go on this machine says what it would be"
        yield Gap(wanted=f"who is asked for modules{where}", reason=reason, remedy="put Go into PATH")


def _refusal_gaps(part: SettingsOf) -> Iterable[Gap]:
    where = f" ({part.context})" if part.context else ""
    for name, why in refusals({found.name: found.text for found in reversed(part.found) if not found.unknown}):
        yield Gap(wanted=f"what the go command does{where}", reason=f"it refuses {name}: {why}", remedy=f"mend {name}")


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
