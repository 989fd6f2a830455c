"""Settings that weaken how modules are fetched or checked, each with how much it is about.

    risks_of(settings)     # (RiskySetting(setting="GOSUMDB", risk=SettingRisk.LOG_OFF, width=Width.ALL, …), …)

What is usual is no risk: GOPRIVATE for a company's own hosts, a proxy on this machine by http, another address of Go's
own log. Patterns count by what they cover: everything, a whole domain, one path.

Source: golang.org/ref/mod#environment-variables, `go help vcs`, `go help goauth`, go.dev/doc/go1.17 (-insecure).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from supplymatrix.errors import InputError
from supplymatrix.gomod.goauth import AuthKind, parse_goauth
from supplymatrix.gomod.goenv import GO_LOG, parse_gosumdb
from supplymatrix.gomod.goprivate import match
from supplymatrix.gomod.goproxy import Element, parse_goproxy
from supplymatrix.model.go_sources import RiskySetting, SettingRisk, Width
from supplymatrix.privacy.effective import FoundSetting
from supplymatrix.privacy.hosts import PUBLIC_HOSTS, host_of, is_own, is_this_machine
from supplymatrix.privacy.proxy_chain import patterns_of

__all__ = ["is_told", "risks_of", "width_of"]

_MOST = 100  # of one context
_LONGEST = 2_000  # characters of a value that are looked at
_MOST_ELEMENTS = 100
_REMOVED = re.compile(r"(?:^|[\s'\"])--?insecure(?=$|[\s'\"=])")
_MOD_MOD = re.compile(r"(?:^|[\s'\"])--?mod=mod(?=$|[\s'\"])")
_ANY_HOST = re.compile(r"[*?]+(?:\.[a-z]{2,})?", re.IGNORECASE)
_QUIET = frozenset({SettingRisk.LOG_PART, SettingRisk.AUTH_PROGRAM, SettingRisk.ANY_VCS})
_RARE = frozenset({"bzr", "fossil", "svn", "all"})


def width_of(pattern: str) -> Width:
    """Return how much a pattern covers.

    >>> [width_of(text).value for text in ("*", "*.com", "*.corp.example", "github.com", "github.com/acme")]
    ['everything', 'everything', 'a whole domain', 'a whole domain', 'one path']
    """
    host, _, rest = pattern.strip("/").partition("/")
    if _ANY_HOST.fullmatch(host) and (not rest or not rest.strip("*?/")):
        return Width.ALL
    return Width.PATH if rest.strip("*?/") else Width.DOMAIN


def is_told(risk: RiskySetting) -> bool:
    """Return whether a risk is one that a rule tells: single paths are what some settings are for."""
    return not (risk.width is Width.PATH and risk.risk in _QUIET)


def risks_of(
    settings: Sequence[FoundSetting], show: Callable[[str, str], str] = lambda _name, text: text
) -> tuple[RiskySetting, ...]:
    """Return what is risky in the settings of one context. show: makes of a name and value what may be shown."""
    by_name = {found.name: found for found in settings}
    risks: list[RiskySetting] = []
    for check in (_log, _unlogged, _insecure, _proxies, _overridden, _vcs, _auth, _flags):
        for found, told in check(by_name):
            if len(risks) < _MOST:
                risks.append(_risk(found, told, show))
    return tuple(risks)


_Told = tuple[SettingRisk, Width, str, str]
"""What is wrong, how wide, the pattern, and what follows."""
_Settings = Mapping[str, FoundSetting]
_Risks = Iterator[tuple[FoundSetting, _Told]]


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
        wish = parse_gosumdb(found.text)
        name = wish.key.partition("+")[0]
        if wish.off:
            words = "no module is held against the checksum log: whoever serves it first decides what it is"
            yield found, (SettingRisk.LOG_OFF, Width.ALL, "", words)
        elif wish.fault or (name and name != GO_LOG):
            words = "modules are held against another log than Go's: what that one says is believed"
            yield found, (SettingRisk.FOREIGN_LOG, Width.ALL, "", words)
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
        for pattern in _patterns(found.text):
            width = width_of(pattern)
            if width is Width.ALL:
                words = f"no module that {pattern} covers is held against the checksum log, and it covers public ones"
                yield found, (SettingRisk.LOG_OFF, width, pattern, words)
            elif _covers_public_host(pattern):
                what = "a host where anybody keeps code" if width is Width.DOMAIN else "a path at such a host"
                words = f"{pattern} is {what}: its modules are not held against the checksum log"
                yield found, (SettingRisk.LOG_PART, width, pattern, words)


def _insecure(settings: _Settings) -> _Risks:
    found = _said(settings, "GOINSECURE")
    if found is None:
        return
    for pattern in _patterns(found.text):
        words = f"what {pattern} covers is fetched over http, or from servers whose certificates nobody checks"
        yield found, (SettingRisk.INSECURE, width_of(pattern), pattern, words)


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


def _overridden(settings: _Settings) -> _Risks:
    """Yield what takes GOPRIVATE back, where somebody else is told then."""
    private = _said(settings, "GOPRIVATE")
    if private is None:
        return
    goproxy = settings.get("GOPROXY")
    hosts = [host_of(element.url) for element in _elements(goproxy) if element.url[:4].lower() == "http"]
    wish = parse_gosumdb(settings["GOSUMDB"].text) if "GOSUMDB" in settings else None
    log = "" if wish is None or wish.off else host_of(wish.url) or wish.key.partition("+")[0]
    for name, asked in (("GONOPROXY", hosts), ("GONOSUMDB", [log] if log else [])):
        found = _said(settings, name)
        if found is None or found.origin.startswith("implied"):
            continue
        for pattern in _patterns(private.text):
            path = _sample(pattern)
            told = [host for host in asked if not is_own(host, path)]
            if told and match(found.text, path) is None:
                words = (
                    f"GOPRIVATE covers {pattern}, and {name} does not: its names go to {', '.join(dict.fromkeys(told))}"
                )
                yield found, (SettingRisk.PROXY_OVERRIDES, width_of(pattern), pattern, words)


def _vcs(settings: _Settings) -> _Risks:
    found = _said(settings, "GOVCS")
    for item in found.text[:_LONGEST].split(",")[:_MOST_ELEMENTS] if found is not None else ():
        pattern, _, listed = (part.strip() for part in item.partition(":"))
        tools = {word.strip() for word in listed.split("|")} & _RARE
        if tools and pattern != "private" and found is not None:
            width = Width.ALL if pattern == "public" else width_of(pattern)
            which = "any tool" if "all" in tools else ", ".join(sorted(tools))
            words = f"for {pattern}, {which} may be started on what a foreign server sends; Go allows git and hg there"
            yield found, (SettingRisk.ANY_VCS, width, pattern, words)


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
    text = found.text[:_LONGEST] if found is not None else ""
    if found is not None and _REMOVED.search(text):
        words = "Go has no -insecure since 1.17, and refuses to run with it; GOINSECURE names single hosts"
        yield found, (SettingRisk.REMOVED_FLAG, Width.ALL, "-insecure", words)
    if found is not None and _MOD_MOD.search(text):
        words = "builds write go.mod and go.sum anew where they do not fit, and ask for modules that nobody required"
        yield found, (SettingRisk.SUM_IGNORED, Width.ALL, "-mod=mod", words)
    old = _said(settings, "GONOSUMCHECK")
    if old is not None:
        words = "Go reads no GONOSUMCHECK: who set it to switch checks off, or on, has done neither"
        yield old, (SettingRisk.REMOVED_FLAG, Width.ALL, "GONOSUMCHECK", words)


def _elements(found: FoundSetting | None) -> tuple[Element, ...]:
    if found is None or not found.text:
        return ()
    try:
        return parse_goproxy(found.text[:_LONGEST])[:_MOST_ELEMENTS]
    except InputError:
        return ()


def _patterns(text: str) -> tuple[str, ...]:
    return patterns_of(text[:_LONGEST])[:_MOST_ELEMENTS]


def _covers_public_host(pattern: str) -> bool:
    host = pattern.partition("/")[0]
    return any(match(host, public) is not None for public in sorted(PUBLIC_HOSTS))


def _sample(pattern: str) -> str:
    """Return a path that a pattern covers: stars stand for a letter."""
    return re.sub(r"[*?]+", "x", pattern.strip("/"))
