"""Settings that weaken how modules are fetched or checked, each with how much it is about.

    risks_of(settings)     # (RiskySetting(setting="GOSUMDB", risk=SettingRisk.LOG_OFF, width=Width.ALL, …), …)

What is usual is no risk: GOPRIVATE for a company's own hosts, a proxy on this machine by http, another address of Go's
own log. Patterns count by what they cover: everything, a whole domain, one path.

Source: golang.org/ref/mod#environment-variables, `go help vcs`, `go help goauth`, go.dev/doc/go1.17 (-insecure).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise

from supplymatrix.errors import InputError
from supplymatrix.gomod.goauth import AuthKind, parse_goauth
from supplymatrix.gomod.goenv import GO_LOG
from supplymatrix.gomod.goprivate import match
from supplymatrix.gomod.goproxy import Element, parse_goproxy
from supplymatrix.model.go_sources import RiskySetting, SettingRisk, Width
from supplymatrix.model.value import changed
from supplymatrix.privacy.effective import FoundSetting
from supplymatrix.privacy.hosts import PUBLIC_HOSTS, host_of, is_own, is_this_machine
from supplymatrix.privacy.patterns import Pattern, patterns_of, width_of
from supplymatrix.privacy.proxy_chain import log_wish
from supplymatrix.sumdb.known import GO_LOG_KEY

__all__ = ["is_told", "risks_of"]

_MOST = 50  # risks of one kind in one setting that are shown; the others are counted
_MOST_PAIRS = 1_000_000  # of patterns that are held against each other
_REMOVED = re.compile(r"(?:^|[\s'\"])--?insecure(?=$|[\s'\"=])")
_MOD_MOD = re.compile(r"(?:^|[\s'\"])--?mod=mod(?=$|[\s'\"])")
_QUIET = frozenset({SettingRisk.LOG_PART, SettingRisk.AUTH_PROGRAM, SettingRisk.ANY_VCS})
_NOTES = frozenset({SettingRisk.MOD_WRITTEN})
_WIDTHS = {Width.ALL: 0, Width.DOMAIN: 1, Width.PATH: 2}
_RARE = frozenset({"bzr", "fossil", "svn", "all"})


def is_told(risk: RiskySetting) -> bool:
    """Return whether a risk is one that a rule tells: single paths are what some settings are for."""
    return risk.risk not in _NOTES and not (risk.width is Width.PATH and risk.risk in _QUIET)


def risks_of(
    settings: Sequence[FoundSetting],
    show: Callable[[str, str], str] = lambda _name, text: text,
    proxies: Sequence[str] = (),
) -> tuple[RiskySetting, ...]:
    """Return what is risky in the settings of one context. show: makes of a name and value what may be shown. proxies:
    hosts that the policy allows.

    All of each value is looked at. Of many risks of one kind the widest are told one by one, the others by their
    number.
    """
    by_name = {found.name: found for found in settings if not found.unknown}
    told: dict[tuple[str, SettingRisk], list[RiskySetting]] = {}
    checks = (_log, _unlogged, _insecure, _proxies, partial(_overridden, proxies=proxies), _nothing_covered, _vcs)
    for check in (*checks, _auth, _flags):
        for found, one in check(by_name):
            told.setdefault((found.name, one[0]), []).append(_risk(found, one, show))
    return tuple(risk for risks in told.values() for risk in _few(risks))


_Told = tuple[SettingRisk, Width, str, str]
"""What is wrong, how wide, the pattern as it may be shown, and what follows."""
_Settings = Mapping[str, FoundSetting]
_Risks = Iterator[tuple[FoundSetting, _Told]]


def _few(risks: Sequence[RiskySetting]) -> Sequence[RiskySetting]:
    """Return the widest of many risks, the last one with how many more there are."""
    if len(risks) <= _MOST:
        return risks
    ordered = sorted(risks, key=lambda risk: (not is_told(risk), _WIDTHS[risk.width]))
    last = ordered[_MOST - 1]
    more = len(risks) - _MOST
    return (*ordered[: _MOST - 1], changed(last, words=f"{last.words}; and so it is with {more:,} more entries"))


def _risk(found: FoundSetting, told: _Told, show: Callable[[str, str], str]) -> RiskySetting:
    risk, width, pattern, words = told
    return RiskySetting(
        setting=found.name,
        shown=show(found.name, found.text),
        risk=risk,
        width=width,
        words=words,
        location=found.location,
        pattern=pattern,
        origin=found.origin,
        context=found.context,
    )


def _said(settings: _Settings, name: str) -> FoundSetting | None:
    """Return a setting that somebody set and that is not empty."""
    found = settings.get(name)
    return found if found is not None and found.is_said and found.text else None


def _log(settings: _Settings) -> _Risks:
    found = _said(settings, "GOSUMDB")
    if found is not None:
        wish = log_wish(found.text)
        if wish.off:
            words = "no module is held against the checksum log: whoever serves it first decides what it is"
            yield found, (SettingRisk.LOG_OFF, Width.ALL, "", words)
        elif wish.fault:
            words = f"where go.sum lacks a line the go command stops: {wish.fault}"
            yield found, (SettingRisk.FOREIGN_LOG, Width.ALL, "", words)
        elif wish.key not in (GO_LOG, GO_LOG_KEY):
            is_same_name = wish.key.partition("+")[0] == GO_LOG
            words = "modules are held against another log than Go's: what that one says is believed"
            named = f"the key is not that of {GO_LOG}, whose name it has: " if is_same_name else ""
            yield found, (SettingRisk.FOREIGN_LOG, Width.ALL, "", f"{named}{words}")
        elif wish.url[:5].lower() == "http:" and not is_this_machine(host_of(wish.url)):
            words = "the log is asked over http: who sits between reads the names of modules"
            yield found, (SettingRisk.PLAIN_HTTP, Width.ALL, "", words)
    modules = _said(settings, "GO111MODULE")
    if modules is not None and modules.text == "off":
        words = "go.mod and go.sum are not read: nothing is checked at all"
        yield modules, (SettingRisk.SUM_IGNORED, Width.ALL, "", words)


def _unlogged(settings: _Settings) -> _Risks:
    """Yield patterns that keep public modules from the log; what is one's own is kept from it with reason."""
    for name in ("GONOSUMDB", "GOPRIVATE"):
        found = _said(settings, name)
        if found is None or (name == "GONOSUMDB" and found.origin.startswith("implied")):
            continue
        for pattern in _covering(found.text):
            width, shown = width_of(pattern.text), pattern.shown
            if width is Width.ALL:
                words = f"no module that {shown} covers is held against the checksum log, and it covers public ones"
                yield found, (SettingRisk.LOG_OFF, width, shown, words)
            elif _covers_public_host(pattern.text):
                what = "a host where anybody keeps code" if width is Width.DOMAIN else "a path at such a host"
                words = f"{shown} is {what}: its modules are not held against the checksum log"
                yield found, (SettingRisk.LOG_PART, width, shown, words)


def _insecure(settings: _Settings) -> _Risks:
    """Yield what may be fetched without TLS: it is so for what is fetched from its own host, proxies and the log keep
    their https. Source: Go cmd/go/internal/modfetch (lookupDirect)."""
    found = _said(settings, "GOINSECURE")
    if found is None:
        return
    for pattern in _covering(found.text):
        words = (
            f"what {pattern.shown} covers and is fetched from its own host comes by http, too, and from servers whose"
            " certificates nobody checks; proxies and the checksum log are asked as ever"
        )
        yield found, (SettingRisk.INSECURE, width_of(pattern.text), pattern.shown, words)


def _nothing_covered(settings: _Settings) -> _Risks:
    """Yield entries that no module path fits, of lists that keep names at home."""
    for name in ("GOPRIVATE", "GONOPROXY", "GONOSUMDB"):
        found = _said(settings, name)
        if found is None or found.origin.startswith("implied"):
            continue
        for pattern in patterns_of(found.text):
            if not pattern.covers:
                meant = f"; {pattern.meant} was probably meant" if pattern.meant else ""
                words = f"no module path fits {pattern.shown!r}, so that its names go out{meant}"
                yield found, (SettingRisk.COVERS_NOTHING, Width.DOMAIN, pattern.shown, words)


def _proxies(settings: _Settings) -> _Risks:
    found = settings.get("GOPROXY")
    elements = _elements(found)
    if found is None or not elements or not found.is_said:
        return
    plain = [host_of(element.url) for element in elements if element.url[:5].lower() == "http:"]
    for host in dict.fromkeys(host for host in plain if not is_this_machine(host)):
        words = f"{host} is asked over http: who sits between reads the names, and changes what go.sum does not know"
        yield found, (SettingRisk.PLAIN_HTTP, Width.ALL, host, words)
    if elements[0].url == "direct":
        words = "every module is fetched from its own host: each gets to know who builds, and runs git there"
        yield found, (SettingRisk.DIRECT, Width.ALL, "direct", words)
    for element, following in pairwise(elements):
        host, onward = host_of(element.url), host_of(following.url)
        is_ours = following.url == "off" or (onward and is_own(onward, f"{host}/x"))
        if not element.falls_back_on_error or is_ours or not host or not (onward or following.url == "direct"):
            continue
        whom = "the module's own host" if following.url == "direct" else onward
        words = f"when {host} fails in any way, {whom} is asked and told the name: who can break {host} decides that"
        yield found, (SettingRisk.FALLS_THROUGH, Width.ALL, host, words)


def _overridden(settings: _Settings, proxies: Sequence[str] = ()) -> _Risks:
    """Yield what takes GOPRIVATE back, where somebody else is told then."""
    private = _said(settings, "GOPRIVATE")
    if private is None:
        return
    goproxy = settings.get("GOPROXY")
    hosts = [host_of(element.url) for element in _elements(goproxy) if element.url[:4].lower() == "http"]
    wish = log_wish(settings["GOSUMDB"].text) if "GOSUMDB" in settings else None
    log = "" if wish is None or wish.off or wish.fault else host_of(wish.url or f"https://{wish.key.partition('+')[0]}")
    for name, asked in (("GONOPROXY", hosts), ("GONOSUMDB", [log] if log else [])):
        found = _said(settings, name)
        if found is None or found.origin.startswith("implied"):
            continue
        same = {*found.text.split(",")}
        others = [pattern for pattern in _covering(private.text) if pattern.text not in same]
        if len(others) * len(same) > _MOST_PAIRS:
            words = f"GOPRIVATE has {len(others):,} patterns that {name} does not have: too many to be held against it"
            yield found, (SettingRisk.PROXY_OVERRIDES, Width.ALL, "", words)
            continue
        for pattern in others:
            path = _sample(pattern.text)
            told = [host for host in asked if not is_own(host, path, proxies)]
            if told and match(found.text, path) is None:
                words = f"GOPRIVATE covers {pattern.shown}, and {name} does not: its names go to"
                whom = ", ".join(dict.fromkeys(told))
                width = width_of(pattern.text)
                yield found, (SettingRisk.PROXY_OVERRIDES, width, pattern.shown, f"{words} {whom}")


def _vcs(settings: _Settings) -> _Risks:
    """Yield what lets more tools be started for public modules than Go does.

    The first entry that covers a module decides, and what GOPRIVATE covers may be fetched by any tool as it is.
    """
    found, private = _said(settings, "GOVCS"), settings.get("GOPRIVATE")
    goprivate = private.text if private is not None else ""
    for item in found.text.split(",") if found is not None else ():
        pattern, _, listed = (part.strip() for part in item.partition(":"))
        tools = {word.strip() for word in listed.split("|")} & _RARE
        is_of_private = pattern == "private" or (pattern != "public" and match(goprivate, _sample(pattern)) is not None)
        if tools and not is_of_private and found is not None:
            width = Width.ALL if pattern == "public" else width_of(pattern)
            which = "any tool" if "all" in tools else ", ".join(sorted(tools))
            words = f"for {pattern}, {which} may be started on what a foreign server sends; Go allows git and hg there"
            yield found, (SettingRisk.ANY_VCS, width, pattern, words)
        if pattern in ("public", "*"):
            return  # what stands behind it is about private modules


def _auth(settings: _Settings) -> _Risks:
    found = _said(settings, "GOAUTH")
    if found is None:
        return
    try:
        commands = parse_goauth(found.text)
    except InputError as err:
        words = f"the go command refuses it: {err.diagnostics[0].message}"
        yield found, (SettingRisk.AUTH_PROGRAM, Width.ALL, "", words)
        return
    for command in commands:
        program = command.words[0] if command.kind is AuthKind.PROGRAM and command.words else ""
        is_absolute = program.startswith("/") or program[1:3] in (":\\", ":/")
        if not program or is_absolute:
            continue
        if "/" in program or "\\" in program:
            words = f"{command.shown} is a relative path: the folder that a build is started in brings its own program"
            yield found, (SettingRisk.AUTH_PROGRAM, Width.ALL, command.shown, words)
        else:
            words = f"{command.shown} is looked for in PATH: whoever comes first there gets to give out credentials"
            yield found, (SettingRisk.AUTH_PROGRAM, Width.PATH, command.shown, words)


def _flags(settings: _Settings) -> _Risks:
    found = _said(settings, "GOFLAGS")
    text = found.text if found is not None else ""
    if found is not None and _REMOVED.search(text):
        words = "Go has no -insecure since 1.17: go get refuses it, others pass over it; GOINSECURE names single hosts"
        yield found, (SettingRisk.REMOVED_FLAG, Width.ALL, "-insecure", words)
    if found is not None and _MOD_MOD.search(text):
        words = "builds write go.mod and go.sum anew where they do not fit, and ask for modules that nobody required"
        yield found, (SettingRisk.MOD_WRITTEN, Width.ALL, "-mod=mod", words)
    old = _said(settings, "GONOSUMCHECK")
    if old is not None:
        words = "Go reads no GONOSUMCHECK: who set it to switch checks off, or on, has done neither"
        yield old, (SettingRisk.REMOVED_FLAG, Width.ALL, "GONOSUMCHECK", words)


def _elements(found: FoundSetting | None) -> tuple[Element, ...]:
    if found is None or not found.text:
        return ()
    try:
        return parse_goproxy(found.text)
    except InputError:
        return ()


def _covering(text: str) -> Iterator[Pattern]:
    return (pattern for pattern in patterns_of(text) if pattern.covers)


def _covers_public_host(pattern: str) -> bool:
    host = pattern.partition("/")[0]
    return any(match(host, public) is not None for public in sorted(PUBLIC_HOSTS))


def _sample(pattern: str) -> str:
    """Return a path that a pattern covers: stars stand for a letter, and of a class its first one."""
    plain = re.sub(r"\[(\^?)\\?(.)[^\]]*\]", lambda found: "x" if found[1] else found[2], pattern.strip("/"))
    return re.sub(r"[*?]+", "x", plain.replace("\\", ""))
