"""Which names go to whom, for people: by host, those that are told private names first."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from supplymatrix.model.go_sources import Asked, NameSent
from supplymatrix.privacy.needs import COMMANDS
from supplymatrix.privacy.runs import LeaksRun, told_hosts
from supplymatrix.reports.plain import plain
from supplymatrix.reports.sources_view import gap_lines, wrapped

__all__ = ["render_leaks_text"]

_FEW = 12  # names of one host that are listed
_INDENT = 4
_OWN_HOSTS = (Asked.VCS, Asked.GO_GET_PAGE)
_VERDICTS = {
    0: "no private name was found among those that would be sent",
    1: "private names would be sent to others",
    3: "not everything is known, so that more names may be sent",
    5: "there was nothing to look at",
}
_PERHAPS = "they would be sent to others; where they are private, say so in GOPRIVATE or in [sources] private"


def render_leaks_text(run: LeaksRun, *, width: int = 80, verbose: bool = False) -> str:
    """Return a paragraph for each host and condition. verbose: all names, and what is asked of each."""
    lines: list[str] = []
    command = COMMANDS[run.scenario]
    state = "with what is in the module cache" if run.is_warm else "with an empty module cache"
    by_context: dict[str, list[NameSent]] = {context: [] for context in run.contexts}
    for each in run.sent:
        by_context.setdefault(each.context, []).append(each)
    for context, sent in by_context.items():
        hosts = len({name.host for name in sent if name.is_sure})
        names = len({name.name for name in sent if name.is_sure})
        where = f"{context}: " if context else ""
        head = f"{where}`{command}` {state} tells {_count(names, 'name')} to {_count(hosts, 'host')}"
        lines += [*textwrap.wrap(plain(head), max(40, width)), ""]
        others: list[list[NameSent]] = []
        by_host: dict[tuple[str, Asked], list[NameSent]] = {}
        for each in sent:
            by_host.setdefault((each.host, each.asked), []).append(each)
        for key in told_hosts(sent):
            asked, part = key[1], by_host[key]
            is_fallback = asked in _OWN_HOSTS and not verbose and not any(each.is_sure for each in part)
            if is_fallback:
                others.append(part)
            else:
                lines += _host(part, width, verbose=verbose)
        lines += _fallbacks(others, width)
    for text in run.refused:
        lines += wrapped("note", text, width)
    for note in run.notes:
        lines += wrapped("note", note, width)
    lines += gap_lines(run.gaps, width)
    lines += textwrap.wrap(_verdict(run), max(40, width))
    return "\n".join(lines) + "\n"


def _verdict(run: LeaksRun) -> str:
    private = {sent.name for sent in run.private}
    perhaps = {sent.name for sent in run.perhaps_private} - private
    head = f"{_count(len(private), 'private name')}; " if private else ""
    head += f"{_count(len(perhaps), 'name')} perhaps private; " if perhaps else ""
    if run.exit_code == 1 and not private:
        return f"{head}{_PERHAPS}"
    return head + _VERDICTS[run.exit_code]


def _fallbacks(parts: Sequence[Sequence[NameSent]], width: int) -> Iterator[str]:
    """Yield the modules' own hosts, which are asked when others have failed, by what must have happened."""
    by_when: dict[str, dict[str, set[str]]] = {}
    for each in (each for part in parts for each in part):
        by_when.setdefault(each.when, {}).setdefault(each.host, set()).add(each.name)
    for when, hosts in sorted(by_when.items()):
        told = ", ".join(f"{host} ({len(names):,})" for host, names in sorted(hosts.items()))
        yield from textwrap.wrap(plain(f"· the modules' own hosts, only if {when}:"), max(40, width))
        yield from wrapped("", told, width, indent=_INDENT)
        yield ""


def _host(sent: Sequence[NameSent], width: int, *, verbose: bool) -> Iterator[str]:
    first = sent[0]
    names = len({each.name for each in sent})
    private = {each.name for each in sent if each.is_private}
    perhaps = {each.name for each in sent if each.may_be_private} - private
    told = f"{_count(names, 'name')}{f', {len(private):,} of them private' if private else ''}"
    told += f", {len(perhaps):,} of them perhaps private" if perhaps else ""
    yield plain(f"{'✗' if private else '!' if perhaps else '·'} {first.host} ({first.asked.value}): {told}")
    for when in sorted({each.when for each in sent}):
        part = sorted((each for each in sent if each.when == when), key=_rank)
        if when:
            yield from wrapped("", f"only if {when}:", width, indent=_INDENT)
        shown = part if verbose else part[:_FEW]
        for each in shown:
            yield from _name(each, width, verbose=verbose)
        if len(part) > len(shown):
            yield from wrapped("", f"and {len(part) - len(shown):,} more (all with -v)", width, indent=_INDENT)
    if first.asked is Asked.GO_GET_PAGE:
        yield from wrapped("", "and then the repository that this page names", width, indent=_INDENT)
    yield ""


def _rank(each: NameSent) -> tuple[bool, bool, str]:
    return not each.is_private, not each.may_be_private, each.name


def _name(each: NameSent, width: int, *, verbose: bool) -> Iterator[str]:
    version = f"@{each.version}" if each.version else ""
    mark = "private: " if each.is_private else "perhaps private: " if each.may_be_private else ""
    yield from wrapped("", f"{mark}{each.name}{version}", width, indent=_INDENT)
    if each.may_be_private:
        yield from wrapped("", f"{each.private_by}; {each.reason.value}, {each.location}", width, indent=_INDENT + 4)
    elif verbose:
        asked = f"{each.reason.value}, {each.location}; asked: {', '.join(each.requests)}"
        yield from wrapped("", asked, width, indent=_INDENT + 4)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
