"""Sources on the Audits screen: the way of a module's name drawn, who is told which, the settings with their origins.

A row of a way has all of its context below the drawing: settings, and names by host with the private ones first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from textual.content import Content

from supplymatrix.engine.audit_parts import AuditPart, PartFound, SourcesFound
from supplymatrix.model.go_sources import Asked, EffectiveSetting, NameSent, RiskySetting, Width
from supplymatrix.privacy.effective import DEFAULT_ORIGIN
from supplymatrix.privacy.needs import COMMANDS
from supplymatrix.privacy.risky import is_told
from supplymatrix.privacy.runs import ContextChain, LeaksRun
from supplymatrix.reports.plain import plain
from supplymatrix.reports.proxy_drawing import draw_chain
from supplymatrix.reports.tally import counted
from supplymatrix.tui.screens.audits_words import (
    BAD,
    NOTED,
    OPEN,
    WARNED,
    Line,
    Said,
    finding_items,
    gap_items,
    item_of,
    labelled,
    note_items,
    place_words,
    title_of,
)
from supplymatrix.tui.screens.list_screen import Item
from supplymatrix.tui.widgets.details import heading

__all__ = ["sources_items"]

_PART = AuditPart.SOURCES
_WAYS, _HOSTS, _SETTINGS = "the way of a module's name", "who is told which names", "settings, with their origins"
_HERE = "this machine"
_OTHERS = "the modules' own hosts, told where others fail"
_RISKY = "risky settings"
_ROOM = 76  # columns of a drawing that lies in a page, or where nobody knows the pane
_SHOWN = 200  # names in full of one host
_FEW = 5
_RISKS: Mapping[Width, Said] = {Width.ALL: BAD, Width.DOMAIN: WARNED, Width.PATH: NOTED}


def sources_items(found: PartFound, leaks_of: int = 0) -> list[Item]:
    """Return the rows. leaks_of: which of the runs over names is shown, by its place."""
    run = found.run
    if not isinstance(run, SourcesFound):
        return [*gap_items(_PART, found.gaps)]
    leaks = run.leaks[leaks_of] if leaks_of < len(run.leaks) else None
    settings = run.settings.settings
    return [
        *(_way(each, [one for one in settings if one.context == each.context], leaks) for each in run.settings.chains),
        *finding_items(_PART, found.judged),
        *(sorted(_hosts(leaks), key=lambda item: item.group == _OTHERS) if leaks is not None else ()),
        *gap_items(_PART, found.gaps),
        *(_risk(number, risk) for number, risk in enumerate(run.settings.risks, start=1)),
        *(_setting(number, setting) for number, setting in enumerate(settings, start=1) if _is_told(setting)),
        *note_items(_PART, found.notes),
    ]


def _is_told(setting: EffectiveSetting) -> bool:
    return bool(setting.shown or setting.unknown) or setting.origin != DEFAULT_ORIGIN


def _way(each: ContextChain, settings: Sequence[EffectiveSetting], leaks: LeaksRun | None) -> Item:
    chain = each.chain
    where = each.context or _HERE
    hosts = leaks.of(each.context) if leaks is not None else ()
    private = len({sent.name for sent in hosts if sent.is_private})
    perhaps = len({sent.name for sent in hosts if sent.may_be_private}) - private
    is_open = not chain.steps or bool(chain.log.fault or each.unknown)
    said = BAD if private else OPEN if is_open else WARNED if perhaps or chain.log.is_off else NOTED
    words = " → ".join(step.host or step.kind.value for step in chain.steps) or chain.fault or "nobody is known"
    told = f"{counted(private, 'private name')} told · " if private else ""
    told = told or (f"{counted(perhaps, 'name')} perhaps private · " if perhaps else "")
    return item_of(
        _PART,
        f"way {where}",
        said,
        title_of(said, where, f"{told}{words}"),
        partial(_way_lines, each, settings, leaks),
        group=_WAYS,
        says=words,
        where=where,
    )


def _way_lines(
    each: ContextChain, settings: Sequence[EffectiveSetting], leaks: LeaksRun | None, width: int
) -> Iterator[Line]:
    yield heading(each.context or _HERE)
    yield from (Content(line) for line in draw_chain(each.chain, width=max(40, min(width or _ROOM, 100))))
    if leaks is not None:
        yield Content("")
        if each.chain.steps:
            yield from _told_lines(leaks, each.context)
        else:
            yield heading(f"whom `{COMMANDS[leaks.scenario]}` tells which names is not known")
    told = [setting for setting in settings if _is_told(setting)]
    if told:
        yield Content("")
        yield heading("settings")
    for setting in told:
        yield _setting_line(setting)
        if setting.unknown:
            yield Content.styled(plain(f"{'':14} {OPEN.mark} {setting.unknown}"), OPEN.color)
        yield Content.styled(plain(f"{'':14} {_origin(setting)}"), "dim")


def _told_lines(leaks: LeaksRun, context: str) -> Iterator[Line]:
    """Yield who is told how many names, those first who are told private ones; these by name."""
    command = COMMANDS[leaks.scenario]
    yield heading(f"`{command}` tells" if leaks.hosts(context) else f"`{command}` tells nobody anything")
    others: list[str] = []
    for (host, asked), part in _by_host(leaks, context).items():
        if _is_fallback(asked, part):
            others.append(f"{host} ({len({each.name for each in part}):,})")
            continue
        said, words = _host_words(part)
        yield Content.assemble((f"{said.mark} ", said.color), plain(f"{host} ({asked.value}): {words}"))
        marks = {each.name: _mark(each) for each in sorted(part, key=_rank) if each.may_be_private}
        private = [*marks]
        for name in private[:_FEW]:
            yield Content.styled(plain(f"    {marks[name][1]}: {name}"), marks[name][0].color)
        if len(private) > _FEW:
            yield Content(f"    and {len(private) - _FEW:,} more private ones")
    if others:
        yield Content(plain(f"{NOTED.mark} only where these fail, the modules' own hosts: {', '.join(others)}"))


def _by_host(leaks: LeaksRun, context: str) -> Mapping[tuple[str, Asked], list[NameSent]]:
    """Return the names by who is told them: those first who are told private ones, then those who are asked anyway."""
    found: dict[tuple[str, Asked], list[NameSent]] = {key: [] for key in leaks.hosts(context)}
    for sent in leaks.of(context):
        found[sent.host, sent.asked].append(sent)
    return found


def _is_fallback(asked: Asked, sent: Sequence[NameSent]) -> bool:
    return asked in (Asked.VCS, Asked.GO_GET_PAGE) and not any(each.is_sure or each.may_be_private for each in sent)


def _rank(each: NameSent) -> tuple[bool, bool, bool, str, str]:
    return not each.is_private, not each.may_be_private, not each.is_sure, each.when, each.name


def _mark(each: NameSent) -> tuple[Said, str]:
    """Return the sign and the word of a name that is private, or by a rule of thumb may be."""
    return (BAD, "private") if each.is_private else (WARNED, "perhaps private")


def _host_words(sent: Sequence[NameSent]) -> tuple[Said, str]:
    names = len({each.name for each in sent})
    private = len({each.name for each in sent if each.is_private})
    perhaps = len({each.name for each in sent if each.may_be_private}) - private
    whens = {each.when for each in sent if not each.is_sure}
    is_sure = any(each.is_sure for each in sent)
    when = "" if is_sure or not whens else f", only if {min(whens)}"
    said = (BAD if is_sure else WARNED) if private else WARNED if perhaps else NOTED
    of_them = f", {private:,} of them private" if private else ""
    of_them += f", {perhaps:,} of them perhaps private" if perhaps else ""
    return said, f"{counted(names, 'name')}{of_them}{when}"


def _hosts(leaks: LeaksRun) -> Iterator[Item]:
    """Yield a row for each host of each context; those that are asked where others fail are the last."""
    for context in leaks.contexts:
        where = context or _HERE
        for (host, asked), part in _by_host(leaks, context).items():
            said, words = _host_words(part)
            yield item_of(
                _PART,
                f"host {host} ({asked.value}) {where}",
                said,
                title_of(said, host, f"{words} · {asked.value}{f' · {context}' if context else ''}"),
                partial(_host_lines, where, part, COMMANDS[leaks.scenario]),
                group=_OTHERS if _is_fallback(asked, part) else _HOSTS,
                says=f"{asked.value} {' '.join(sorted({each.name for each in part}))}",
                where=where,
            )


def _host_lines(where: str, sent: Sequence[NameSent], command: str, width: int) -> Iterator[Line]:
    del width
    said, words = _host_words(sent)
    yield Content.styled(plain(f"{said.mark} {sent[0].host}: {words}"), f"bold {said.color}")
    yield labelled("is", sent[0].asked.value)
    yield labelled("by", f"`{command}` in the settings of {where}, with an empty module cache")
    if sent[0].asked is Asked.GO_GET_PAGE:
        yield labelled("then", "the repository that this page names is asked, too")
    ordered = sorted(sent, key=_rank)
    when = ""
    for each in ordered[:_SHOWN]:
        if each.when != when:
            when = each.when
            yield Content(plain(f"only if {when}:" if when else "in any case:"))
        version = f"@{each.version}" if each.version else ""
        if each.may_be_private:
            mark, word = _mark(each)
            yield Content.styled(plain(f"  {word}: {each.name}{version}"), mark.color)
            yield Content.styled(plain(f"    {each.private_by}; {each.reason.value}, {each.location}"), "dim")
        else:
            yield Content(plain(f"  {each.name}{version}"))
    if len(ordered) > _SHOWN:
        yield Content(f"  and {len(ordered) - _SHOWN:,} more: e writes all of them")


def _risk(number: int, risk: RiskySetting) -> Item:
    said = _RISKS[risk.width if is_told(risk) else Width.PATH]
    where = risk.context or _HERE
    lines = (
        Content.styled(
            plain(f"{said.mark} {risk.setting}: {risk.risk.value}, {risk.width.value}"), f"bold {said.color}"
        ),
        Content(plain(risk.words)),
        labelled("value", risk.shown),
        *((labelled("covers", risk.pattern),) if risk.pattern else ()),
        labelled("in", where),
        *((labelled("from", risk.origin),) if risk.origin else ()),
        *((labelled("at", place_words(risk.location)),) if place_words(risk.location) else ()),
    )
    return item_of(
        _PART, f"risk {number} {risk.setting}", said,
        title_of(said, risk.setting, f"{risk.risk.value}, {risk.width.value} · {where}"),
        lambda _: lines, group=_RISKY, says=f"{risk.risk.value} {risk.words}", where=where,
    )  # fmt: skip


def _setting_line(setting: EffectiveSetting) -> Content:
    return Content.assemble((f"{setting.name:14} ", "bold"), plain(setting.shown or "(empty)"))


def _origin(setting: EffectiveSetting) -> str:
    place = place_words(setting.location) or setting.file
    return f"from {setting.origin}{f', {place}' if place else ''}"


def _setting(number: int, setting: EffectiveSetting) -> Item:
    where = setting.context or _HERE
    said = OPEN if setting.unknown else NOTED
    lines: list[Line] = [
        _setting_line(setting),
        *([labelled("not known", setting.unknown, OPEN.color)] if setting.unknown else []),
        labelled("in", where),
        labelled("from", _origin(setting).removeprefix("from ")),
    ]
    lines += [labelled("before", f"{shown or 'an empty value'}, of {origin}") for origin, shown in setting.overridden]
    context = f" · {setting.context}" if setting.context else ""
    return item_of(
        _PART,
        f"setting {number} {setting.name}",
        said,
        Content.assemble(_setting_line(setting), (plain(f"  {_origin(setting)}{context}"), "dim")),
        lambda _: lines,
        group=_SETTINGS,
        says=setting.shown,
        where=f"{where} {setting.origin}",
    )
